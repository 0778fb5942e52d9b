#include "sample/sample.h"

#include "base/csv.h"
#include "sample/family.h"
#include "sample/folder.h"
#include "sample/messages.h"
#include "sample/random.h"
#include "sample/readme.h"
#include "sample/share_out.h"

enum { PROGRESS_FAMILIES = 1024 };

#define OPENING_NAME TEXT("opening.csv")
#define README_NAME TEXT("README.md")

struct writer {
    const struct sample_options *options;
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct profile *profile;
    struct areas areas;
    const struct area *area; /* the sample's; NULL: the whole */
    struct area_range places;
    uint64_t *families; /* of each place */
    struct family family;
    struct output **files; /* by layout of the profile */
    struct output *opening;
    struct sample_result *result;
    int lock; /* of the folder; negative: none yet */
};

static void complain(struct writer *writer, enum sample_message message, struct text first, struct text second) {
    sample_complain(writer->diagnostics, message, (struct position){0}, first, second, TEXT(""));
}

/* What the sample is made from */

static bool read_profile(struct writer *writer) {
    struct source *source =
        folder_read(writer->arena, writer->options->policy, TEXT("sample.yaml"), writer->diagnostics);
    if (!source) return false;
    writer->profile = profile_read(writer->arena, source, writer->diagnostics);
    return writer->profile != NULL;
}

static bool read_areas(struct writer *writer) {
    areas_init(&writer->areas, writer->profile, writer->arena);
    for (size_t level = 0; level < writer->profile->level_count; level++) {
        struct text name = text_format(writer->arena, "areas/%.*s.csv", TEXT_ARG(writer->profile->levels[level].name));
        struct source *source = folder_read(writer->arena, writer->options->policy, name, writer->diagnostics);
        if (!source || !areas_read(&writer->areas, level, source, writer->arena, writer->diagnostics)) return false;
    }
    areas_finish(&writer->areas);
    return true;
}

static bool find_places(struct writer *writer) {
    size_t level = writer->profile->level_count - 1;
    writer->places = (struct area_range){0, (uint32_t)writer->areas.count[level]};
    if (writer->options->area) {
        struct text code = text_from(writer->options->area);
        writer->area = areas_find(&writer->areas, code);
        if (!writer->area) {
            complain(writer, SAMPLE_UNKNOWN_AREA, code, TEXT(""));
            return false;
        }
        writer->places = writer->area->below[level];
    }
    if (writer->places.first < writer->places.end) return true;
    complain(writer, SAMPLE_NO_PLACES, text_from(writer->options->area), writer->profile->levels[level].name);
    return false;
}

static const struct area *place_at(const struct writer *writer, size_t index) {
    return writer->areas.of_level[writer->profile->level_count - 1][writer->places.first + index];
}

static bool share_families(struct writer *writer) {
    size_t count = writer->places.end - writer->places.first;
    int64_t *weights = ARENA_ARRAY(writer->arena, int64_t, count);
    if (!weights) return false;
    for (size_t i = 0; i < count; i++) weights[i] = family_weight(&writer->family, place_at(writer, i));
    writer->families = share_out(writer->arena, writer->options->households, weights, count);
    uint64_t at_most = (uint64_t)writer->profile->families_at_most;
    for (size_t i = 0; writer->families && i < count; i++) {
        if (writer->families[i] <= at_most) continue;
        complain(writer, SAMPLE_TOO_MANY, place_at(writer, i)->code,
                 text_format(writer->arena, "%llu", (unsigned long long)at_most));
        return false;
    }
    return writer->families != NULL;
}

/* Rows */

static struct text parent_name(const struct writer *writer, const struct sample_entity *entity) {
    return entity->parent ? entity->parent->name : writer->profile->levels[entity->level].name;
}

static void write_head(struct writer *writer, struct builder *out, const struct layout *layout) {
    bool event = layout->entity->parent && layout->entity != writer->profile->member;
    if (!event) builder_add(out, TEXT("id,"));
    builder_add(out, parent_name(writer, layout->entity));
    for (size_t i = 0; i < layout->columns.count; i++) {
        builder_format(out, ",%.*s", TEXT_ARG(layout->columns.items[i]->name));
    }
    builder_add(out, TEXT("\n"));
}

/* A number of the smallest units with its decimal point. */
static void write_number(struct builder *out, int64_t number, unsigned decimals) {
    uint64_t unit = 1, amount = number < 0 ? -(uint64_t)number : (uint64_t)number;
    for (unsigned i = 0; i < decimals; i++) unit *= 10;
    builder_format(out, "%s%llu", number < 0 ? "-" : "", (unsigned long long)(amount / unit));
    if (decimals) builder_format(out, ".%0*llu", (int)decimals, (unsigned long long)(amount % unit));
}

static void write_value(struct writer *writer, struct builder *out, const struct sample_column *column,
                        struct sample_value value) {
    if (value.empty) return;
    switch (column->kind) {
    case KIND_TRUTH: builder_add(out, value.number ? TEXT("yes") : TEXT("no")); break;
    case KIND_WHOLE: write_number(out, value.number, column->decimals); break;
    case KIND_DAY: builder_add(out, day_format(&writer->family.arena, (day_number)value.number)); break;
    default: csv_write_field(out, value.text, false);
    }
}

/* Some cells are left empty, as in real registers; what depends on them was drawn all the same. */
static bool is_left_empty(const struct sample_column *column, const struct row *row) {
    if (column->unknown == 0) return false;
    uint64_t stream = random_stream(random_stream(row->stream, column->stream), column->stream);
    struct random random = random_begin(stream);
    return (int64_t)random_below(&random, SHARE_WHOLE) < column->unknown;
}

static bool write_row(struct writer *writer, const struct row *row, struct text parent) {
    bool good = true;
    for (size_t i = 0; i < writer->profile->layouts.count; i++) {
        const struct layout *layout = writer->profile->layouts.items[i];
        if (layout->entity != row->entity) continue;
        struct builder *out = &writer->files[i]->buffer;
        if (row->id.length) builder_format(out, "%.*s,", TEXT_ARG(row->id));
        builder_add(out, parent);
        for (size_t k = 0; k < layout->columns.count; k++) {
            const struct sample_column *column = layout->columns.items[k];
            builder_add(out, TEXT(","));
            if (!is_left_empty(column, row)) write_value(writer, out, column, row->values[column->slot]);
        }
        builder_add(out, TEXT("\n"));
        writer->result->rows++;
        good &= output_flush(writer->files[i]);
    }
    return good;
}

static bool write_openings(struct writer *writer, const struct row *row) {
    for (size_t i = 0; i < writer->profile->openings.count; i++) {
        const struct opening *opening = writer->profile->openings.items[i];
        if (opening->entity != row->entity) continue;
        if (!expression_holds(opening->when, &writer->family.scene, row)) continue;
        struct builder *out = &writer->opening->buffer;
        builder_format(out, "%.*s,%.*s,%.*s,", TEXT_ARG(opening->entity->name), TEXT_ARG(row->id),
                       TEXT_ARG(opening->rule));
        if (opening->column)
            write_value(writer, out, opening->column, row->values[opening->column->slot]);
        else
            csv_write_field(out, opening->literal, false);
        builder_add(out, TEXT("\n"));
        writer->result->rows++;
    }
    return output_flush(writer->opening);
}

static bool write_family(struct writer *writer) {
    const struct family *family = &writer->family;
    bool good = write_row(writer, &family->row, family->row.area->code) && write_openings(writer, &family->row);
    for (size_t i = 0; i < family->members.count && good; i++) {
        const struct row *member = family->members.items[i];
        good = write_row(writer, member, family->row.id) && write_openings(writer, member);
    }
    for (size_t i = 0; i < family->events.count && good; i++) {
        good = write_row(writer, family->events.items[i], family->events.items[i]->parent->id);
    }
    writer->result->families++;
    writer->result->members += family->members.count;
    return good;
}

static bool write_group(struct writer *writer, const struct rows *rows, const struct group *group) {
    for (size_t i = 0; i < writer->areas.count[group->level]; i++) {
        const struct area *area = writer->areas.of_level[group->level][i];
        const struct area *parent = area_at(&writer->areas, area, rows->entity->level);
        if (!parent || (writer->area && !area_related(area, writer->area))) continue;
        for (int64_t number = 1; number <= group->times; number++) {
            const struct row *row = family_make_reference(&writer->family, rows->entity, group, area, number);
            if (!row || !write_row(writer, row, parent->code)) return false;
        }
    }
    return true;
}

static bool write_references(struct writer *writer) {
    bool good = true;
    for (size_t i = 0; i < writer->profile->rows.count; i++) {
        const struct rows *rows = writer->profile->rows.items[i];
        for (size_t k = 0; k < rows->groups.count && good; k++) good = write_group(writer, rows, rows->groups.items[k]);
    }
    return good;
}

static void report_progress(const struct writer *writer) {
    if (writer->options->progress == NULL) return;
    writer->options->progress(writer->options->progress_context, writer->result->families, writer->options->households);
}

static bool write_families(struct writer *writer) {
    for (size_t i = 0; i < writer->places.end - writer->places.first; i++) {
        for (uint64_t number = 1; number <= writer->families[i]; number++) {
            if (!family_make(&writer->family, place_at(writer, i), (int64_t)number) || !write_family(writer))
                return false;
            if (writer->result->families % PROGRESS_FAMILIES == 0) report_progress(writer);
        }
    }
    report_progress(writer);
    return true;
}

/* The folder */

static struct text file_name(const struct writer *writer, size_t index) {
    return text_format(writer->arena, "%.*s.csv", TEXT_ARG(writer->profile->layouts.items[index]->entity->name));
}

static bool prepare_folder(struct writer *writer) {
    size_t count = writer->profile->layouts.count;
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
    size_t count = writer->profile->layouts.count;
    writer->files = ARENA_ARRAY(writer->arena, struct output *, count + 1);
    if (arena_failed(writer->arena)) return false;
    for (size_t i = 0; i < count; i++) {
        writer->files[i] = output_open(writer->arena, writer->options->out, file_name(writer, i), writer->diagnostics);
        if (!writer->files[i]) return false;
        write_head(writer, &writer->files[i]->buffer, writer->profile->layouts.items[i]);
    }
    writer->opening = output_open(writer->arena, writer->options->out, OPENING_NAME, writer->diagnostics);
    if (writer->opening) builder_add(&writer->opening->buffer, TEXT("entity,id,rule,value\n"));
    return writer->opening != NULL;
}

/* All of them are on disk before the first is put in its place: a sample is of one seed. */
static bool finish_files(struct writer *writer) {
    bool good = output_finish(writer->opening, writer->diagnostics);
    for (size_t i = 0; i < writer->profile->layouts.count; i++)
        good &= output_finish(writer->files[i], writer->diagnostics);
    return good;
}

/* An interrupted run leaves the files of an earlier one as they were. */
static bool close_files(struct writer *writer, bool keep) {
    bool good = !writer->opening || output_close(writer->opening, keep, writer->diagnostics);
    for (size_t i = 0; writer->files && i < writer->profile->layouts.count; i++) {
        if (writer->files[i]) good &= output_close(writer->files[i], keep, writer->diagnostics);
    }
    return good;
}

static bool write_files(struct writer *writer) {
    bool good = write_readme(writer) && open_files(writer) && write_references(writer) && write_families(writer);
    struct text sign;
    good = good && finish_files(writer);
    good = good && folder_begin_replacing(writer->arena, writer->options->out, &sign) == FILE_OK;
    good &= close_files(writer, good);
    good = good && write_readme(writer);
    if (good) file_remove(sign.bytes);
    return good;
}

static bool prepare(struct writer *writer) {
    if (writer->options->households == 0) {
        complain(writer, SAMPLE_NO_FAMILIES, TEXT(""), TEXT(""));
        return false;
    }
    if (!read_profile(writer) || !read_areas(writer) || !find_places(writer)) return false;
    family_init(&writer->family, writer->profile, &writer->areas, writer->options->seed);
    return share_families(writer) && prepare_folder(writer);
}

enum sample_status sample_write(const struct sample_options *options, struct arena *arena,
                                struct diagnostics *diagnostics, struct sample_result *result) {
    struct writer writer = {
        .options = options, .arena = arena, .diagnostics = diagnostics, .result = result, .lock = -1};
    *result = (struct sample_result){0};
    enum sample_status status = SAMPLE_REFUSED;
    if (prepare(&writer)) status = write_files(&writer) ? SAMPLE_DONE : SAMPLE_UNFINISHED;
    bool no_memory = arena_failed(arena) || arena_failed(&writer.family.arena);
    family_free(&writer.family);
    folder_unlock(writer.lock);
    return no_memory && status != SAMPLE_DONE ? SAMPLE_NO_MEMORY : status;
}
