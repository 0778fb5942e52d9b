#include "sample/sample.h"

#include "base/csv.h"
#include "sample/folder.h"
#include "sample/readme.h"
#include "sample/sampling.h"

enum { PROGRESS_FAMILIES = 1024 };

#define OPENING_NAME TEXT("opening.csv")
#define README_NAME TEXT("README.md")

struct writer {
    struct sampling sampling;
    const struct sample_options *options;
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct output **files; /* by layout of the profile */
    struct output *opening;
    struct builder room; /* for a cell */
    struct sample_result *result;
    int lock; /* of the folder; negative: none yet */
};

/* Rows */

static void write_head(struct writer *writer, struct builder *out, const struct layout *layout) {
    if (!sampling_is_event(&writer->sampling, layout->entity)) builder_add(out, TEXT("id,"));
    builder_add(out, sampling_parent_name(&writer->sampling, layout->entity));
    for (size_t i = 0; i < layout->columns.count; i++) {
        builder_format(out, ",%.*s", TEXT_ARG(layout->columns.items[i]->name));
    }
    builder_add(out, TEXT("\n"));
}

static bool write_row(void *context, const struct row *row, struct text parent) {
    struct writer *writer = context;
    const struct profile *profile = writer->sampling.profile;
    bool good = true;
    for (size_t i = 0; i < profile->layouts.count; i++) {
        const struct layout *layout = profile->layouts.items[i];
        if (layout->entity != row->entity) continue;
        struct builder *out = &writer->files[i]->buffer;
        if (row->id.length) builder_format(out, "%.*s,", TEXT_ARG(row->id));
        builder_add(out, parent);
        for (size_t k = 0; k < layout->columns.count; k++) {
            builder_add(out, TEXT(","));
            csv_write_field(out, sampling_cell(&writer->sampling, &writer->room, layout->columns.items[k], row), false);
        }
        builder_add(out, TEXT("\n"));
        writer->result->rows++;
        good &= output_flush(writer->files[i]);
    }
    writer->result->rows += sampling_openings(&writer->sampling, &writer->opening->buffer, &writer->room, row);
    return output_flush(writer->opening) && good && !writer->room.failed;
}

static bool write_families(struct writer *writer) {
    struct sampling *sampling = &writer->sampling;
    for (size_t i = 0; i < sampling_places(sampling); i++) {
        const struct area *place = sampling_place(sampling, i);
        for (uint64_t number = 1; number <= sampling->families[i]; number++) {
            if (!family_make(&sampling->family, place, (int64_t)number) ||
                !sampling_family(sampling, write_row, writer))
                return false;
            writer->result->families++;
            writer->result->members += sampling->family.members.count;
            if (writer->result->families % PROGRESS_FAMILIES == 0)
                sampling_tell_progress(sampling, writer->result->families);
        }
    }
    sampling_tell_progress(sampling, writer->result->families);
    return true;
}

/* The folder */

static struct text file_name(const struct writer *writer, size_t index) {
    return text_format(writer->arena, "%.*s.csv",
                       TEXT_ARG(writer->sampling.profile->layouts.items[index]->entity->name));
}

static bool prepare_folder(struct writer *writer) {
    size_t count = writer->sampling.profile->layouts.count;
    struct text *names = ARENA_ARRAY(writer->arena, struct text, count + 2);
    if (arena_failed(writer->arena)) return false;
    for (size_t i = 0; i < count; i++) names[i] = file_name(writer, i);
    names[count] = OPENING_NAME;
    names[count + 1] = README_NAME;
    return folder_prepare(writer->options->out, names, count + 2, README_NAME, readme_mark, writer->arena,
                          writer->diagnostics, &writer->lock);
}

/* It comes first, so that what is left of an interrupted run is known for what it is, and again with the numbers at the
 * end. */
static bool write_readme(struct writer *writer) {
    struct output *output = output_open(writer->arena, writer->options->out, README_NAME, writer->diagnostics);
    if (!output) return false;
    readme_write(&output->buffer, writer->options, writer->result);
    return output_close(output, true, writer->diagnostics);
}

static bool open_files(struct writer *writer) {
    size_t count = writer->sampling.profile->layouts.count;
    writer->files = ARENA_ARRAY(writer->arena, struct output *, count + 1);
    if (arena_failed(writer->arena)) return false;
    for (size_t i = 0; i < count; i++) {
        writer->files[i] = output_open(writer->arena, writer->options->out, file_name(writer, i), writer->diagnostics);
        if (!writer->files[i]) return false;
        write_head(writer, &writer->files[i]->buffer, writer->sampling.profile->layouts.items[i]);
    }
    writer->opening = output_open(writer->arena, writer->options->out, OPENING_NAME, writer->diagnostics);
    if (writer->opening) builder_add(&writer->opening->buffer, SAMPLING_OPENING_HEAD);
    return writer->opening != NULL;
}

/* All of them are on disk before the first is put in its place: a sample is of one seed. */
static bool finish_files(struct writer *writer) {
    bool good = output_finish(writer->opening, writer->diagnostics);
    for (size_t i = 0; i < writer->sampling.profile->layouts.count; i++)
        good &= output_finish(writer->files[i], writer->diagnostics);
    return good;
}

/* An interrupted run leaves the files of an earlier one as they were. */
static bool close_files(struct writer *writer, bool keep) {
    bool good = !writer->opening || output_close(writer->opening, keep, writer->diagnostics);
    for (size_t i = 0; writer->files && i < writer->sampling.profile->layouts.count; i++) {
        if (writer->files[i]) good &= output_close(writer->files[i], keep, writer->diagnostics);
    }
    return good;
}

static bool write_files(struct writer *writer) {
    bool good = write_readme(writer) && open_files(writer) &&
                sampling_references(&writer->sampling, write_row, writer) && write_families(writer);
    struct text sign;
    good = good && finish_files(writer);
    good = good && folder_begin_replacing(writer->arena, writer->options->out, &sign) == FILE_OK;
    good &= close_files(writer, good);
    good = good && write_readme(writer);
    if (good) file_remove(sign.bytes);
    return good;
}

enum sample_status sample_write(const struct sample_options *options, struct arena *arena,
                                struct diagnostics *diagnostics, struct sample_result *result) {
    struct writer writer = {
        .options = options, .arena = arena, .diagnostics = diagnostics, .result = result, .lock = -1};
    *result = (struct sample_result){0};
    enum sample_status status = SAMPLE_REFUSED;
    builder_init(&writer.room);
    if (sampling_begin(&writer.sampling, options, arena, diagnostics) && prepare_folder(&writer))
        status = write_files(&writer) ? SAMPLE_DONE : SAMPLE_UNFINISHED;
    bool no_memory = sampling_failed(&writer.sampling) || writer.room.failed;
    sampling_end(&writer.sampling);
    builder_free(&writer.room);
    folder_unlock(writer.lock);
    return no_memory && status != SAMPLE_DONE ? SAMPLE_NO_MEMORY : status;
}
