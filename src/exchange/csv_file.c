#include "exchange/csv_file.h"

#include "base/csv.h"
#include "exchange/gb18030.h"

#include <assert.h>

enum { PIECE_BYTES = 1 << 16 };

static enum file_result begin(struct csv_file *file, struct arena *arena, struct text folder, struct text name,
                              enum file_result (*open)(struct file_writer *, struct arena *, const char *)) {
    *file = (struct csv_file){0};
    struct text path = path_join(arena, folder, name);
    return arena_failed(arena) ? FILE_NO_MEMORY : open(&file->writer, arena, path.bytes);
}

enum file_result csv_file_begin(struct csv_file *file, struct arena *arena, struct text folder, struct text name) {
    return begin(file, arena, folder, name, file_begin);
}

enum file_result csv_file_begin_private(struct csv_file *file, struct arena *arena, struct text folder,
                                        struct text name) {
    return begin(file, arena, folder, name, file_begin_private);
}

static void hand_on(struct csv_file *file) {
    file->writer.failed = file->writer.failed || file->text.failed;
    file_write(&file->writer, builder_text(&file->text));
    file->text.length = 0;
}

/* --- cells ------------------------------------------------------------------------------------------------------ */

struct builder *csv_file_next(struct csv_file *file) {
    if (file->inside) builder_add(&file->text, TEXT(","));
    file->inside = true;
    return &file->text;
}

void csv_file_cell(struct csv_file *file, struct text text) {
    csv_write_field(csv_file_next(file), text, true);
}

void csv_file_id(struct csv_file *file, struct text text) {
    csv_write_field(csv_file_next(file), text, false);
}

void csv_file_end_line(struct csv_file *file) {
    builder_add(&file->text, TEXT("\n"));
    file->inside = false;
    if (file->text.failed || (file->text.length >= PIECE_BYTES && !file->gb18030)) hand_on(file);
}

void csv_file_add(struct csv_file *file, struct text text) {
    if (text.length < PIECE_BYTES || file->gb18030) {
        builder_add(&file->text, text);
        return;
    }
    hand_on(file);
    file_write(&file->writer, text);
}

/* --- the end ---------------------------------------------------------------------------------------------------- */

enum file_result csv_file_flush(struct csv_file *file) {
    assert(!file->gb18030);
    hand_on(file);
    return file->text.failed ? FILE_NO_MEMORY : file_flush(&file->writer);
}

/* Puts GB18030 in place of what was written. False when some of it cannot be, or would be read as something else. */
static bool convert(struct csv_file *file, enum file_result *result) {
    struct builder converted;
    size_t wrong_at;
    enum gb18030_result found = gb18030_from_utf8(builder_text(&file->text), &converted, &wrong_at);
    *result = found == GB18030_NO_MEMORY || file->text.failed ? FILE_NO_MEMORY : FILE_UNENCODED;
    bool good = found == GB18030_OK && !file->text.failed;
    builder_free(good ? &file->text : &converted);
    if (good) file->text = converted;
    return good;
}

enum file_result csv_file_commit(struct csv_file *file) {
    enum file_result unconverted;
    if (file->gb18030 && !convert(file, &unconverted)) {
        csv_file_close(file);
        return unconverted;
    }
    hand_on(file);
    bool whole = !file->text.failed;
    enum file_result result = file_commit(&file->writer);
    builder_free(&file->text);
    return whole ? result : FILE_NO_MEMORY;
}

void csv_file_close(struct csv_file *file) {
    if (file->writer.stream) file_abandon(&file->writer);
    builder_free(&file->text);
}
