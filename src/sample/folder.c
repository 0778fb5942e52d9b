#include "sample/folder.h"

#include "sample/messages.h"

enum { PIECE = 1 << 16 };

static void complain(struct diagnostics *diagnostics, enum sample_message message, struct text first,
                     struct text second) {
    sample_complain(diagnostics, message, (struct position){0}, first, second, TEXT(""));
}

static struct text path_of(struct arena *arena, const char *folder, struct text name) {
    return path_join(arena, text_from(folder), name);
}

/* In */

struct source *folder_read(struct arena *arena, const char *folder, struct text name, struct diagnostics *diagnostics) {
    struct text path = path_of(arena, folder, name);
    if (arena_failed(arena)) return NULL;
    struct file file;
    if (file_open(&file, path.bytes) != FILE_OK) {
        complain(diagnostics, SAMPLE_CANNOT_READ, path, TEXT(""));
        return NULL;
    }
    struct source *source = ARENA_NEW(arena, struct source);
    *source = (struct source){.name = text_copy(arena, name), .bytes = text_copy(arena, file.bytes)};
    file_close(&file);
    return arena_failed(arena) ? NULL : source;
}

/* The folder */

/* Also what an interrupted run left of such a file. */
static bool is_listed(struct text name, const struct text *names, size_t count) {
    static const struct text draft = {".part", 5};
    if (file_is_sign(name)) return true;
    struct text stem = name.length > draft.length ? text_slice(name, 0, name.length - draft.length) : TEXT("");
    bool is_draft = text_equal(text_slice(name, stem.length, name.length), draft);
    for (size_t i = 0; i < count; i++) {
        if (text_equal(name, names[i]) || (is_draft && text_equal(stem, names[i]))) return true;
    }
    return false;
}

static bool begins_with_mark(const char *folder, struct text name, struct text mark, struct arena *arena) {
    struct file file;
    if (file_open(&file, path_of(arena, folder, name).bytes) != FILE_OK) return false;
    size_t length = file.bytes.length < mark.length ? file.bytes.length : mark.length;
    bool begins = text_equal(text_slice(file.bytes, 0, length), mark);
    file_close(&file);
    return begins;
}

bool folder_prepare(const char *folder, const struct text *names, size_t count, struct text mark_name, struct text mark,
                    struct arena *arena, struct diagnostics *diagnostics, int *lock) {
    struct file_names found = {0};
    enum file_result result = folder_make(folder);
    if (result == FILE_OK) result = folder_lock(folder, lock);
    if (result == FILE_TAKEN) {
        complain(diagnostics, SAMPLE_FOLDER_TAKEN, text_from(folder), TEXT(""));
        return false;
    }
    if (result != FILE_OK || folder_list(arena, folder, &found) != FILE_OK) {
        complain(diagnostics, SAMPLE_CANNOT_WRITE, text_from(folder), TEXT(""));
        return false;
    }
    struct text stranger = TEXT("");
    for (size_t i = 0; i < found.list.count && stranger.length == 0; i++) {
        if (!is_listed(found.list.items[i], names, count)) stranger = found.list.items[i];
    }
    if (stranger.length == 0 && found.list.count > 0 && !begins_with_mark(folder, mark_name, mark, arena)) {
        stranger = found.list.items[0];
    }
    if (stranger.length > 0) complain(diagnostics, SAMPLE_FOLDER_IN_USE, text_from(folder), stranger);
    return stranger.length == 0;
}

/* Out */

struct output *output_open(struct arena *arena, const char *folder, struct text name, struct diagnostics *diagnostics) {
    struct output *output = ARENA_NEW(arena, struct output);
    struct text path = path_of(arena, folder, name);
    if (arena_failed(arena)) return NULL;
    builder_init(&output->buffer);
    if (file_begin(&output->file, arena, path.bytes) == FILE_OK) return output;
    complain(diagnostics, SAMPLE_CANNOT_WRITE, path, TEXT(""));
    return NULL;
}

static void hand_on(struct output *output) {
    if (output->buffer.failed) output->file.failed = true;
    file_write(&output->file, builder_text(&output->buffer));
    output->buffer.length = 0;
}

bool output_flush(struct output *output) {
    if (output->buffer.length >= PIECE || output->buffer.failed) hand_on(output);
    return !output->file.failed;
}

bool output_finish(struct output *output, struct diagnostics *diagnostics) {
    hand_on(output);
    bool good = file_flush(&output->file) == FILE_OK;
    if (!good) complain(diagnostics, SAMPLE_CANNOT_WRITE, output->file.path, TEXT(""));
    return good;
}

bool output_close(struct output *output, bool keep, struct diagnostics *diagnostics) {
    hand_on(output);
    builder_free(&output->buffer);
    bool failed = output->file.failed;
    if (keep)
        failed = file_commit(&output->file) != FILE_OK;
    else
        file_abandon(&output->file);
    if (failed) complain(diagnostics, SAMPLE_CANNOT_WRITE, output->file.path, TEXT(""));
    return !failed;
}
