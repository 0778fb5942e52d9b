#define _POSIX_C_SOURCE 200809L

#include "sample/folder.h"

#include "sample/messages.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    PIECE = 1 << 16,
    FILE_BYTES_MAX = 256 << 20
};

struct output {
    FILE *file;
    struct text name;
    struct builder buffer;
    int error; /* errno of the first failure */
};

static void complain(struct diagnostics *diagnostics, enum sample_message message, struct text name, int error) {
    struct text reason = error ? text_from(strerror(error)) : TEXT("");
    sample_complain(diagnostics, message, (struct position){0}, name, reason, TEXT(""));
}

static struct text path_of(struct arena *arena, const char *folder, struct text name) {
    return text_format(arena, "%s/%.*s", folder, TEXT_ARG(name));
}

/* Reading */

static bool read_all(FILE *file, struct builder *out) {
    char piece[4096];
    size_t length;
    while ((length = fread(piece, 1, sizeof piece, file)) > 0 && out->length <= FILE_BYTES_MAX) {
        builder_add(out, (struct text){piece, length});
    }
    return !ferror(file) && !out->failed && out->length <= FILE_BYTES_MAX;
}

struct source *folder_read(struct arena *arena, const char *folder, struct text name, struct diagnostics *diagnostics) {
    struct text path = path_of(arena, folder, name);
    struct source *source = ARENA_NEW(arena, struct source);
    FILE *file = path.length ? fopen(path.bytes, "rb") : NULL;
    if (!file) {
        complain(diagnostics, SAMPLE_CANNOT_READ, path, errno);
        return NULL;
    }
    struct builder bytes;
    builder_init(&bytes);
    bool good = read_all(file, &bytes);
    if (!good) complain(diagnostics, SAMPLE_CANNOT_READ, path, errno);
    fclose(file);
    *source = (struct source){text_copy(arena, name), builder_finish(&bytes, arena)};
    return good && !arena_failed(arena) ? source : NULL;
}

/* The output folder */

static bool is_listed(struct text name, const struct text *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (text_equal(name, names[i])) return true;
    }
    return false;
}

static bool begins_with_mark(const char *folder, struct text name, struct text mark, struct arena *arena) {
    struct text path = path_of(arena, folder, name);
    FILE *file = path.length ? fopen(path.bytes, "rb") : NULL;
    if (!file) return false;
    char head[256];
    size_t length = fread(head, 1, mark.length < sizeof head ? mark.length : sizeof head, file);
    fclose(file);
    return text_equal((struct text){head, length}, mark);
}

bool folder_prepare(const char *folder, const struct text *names, size_t count, struct text mark_name, struct text mark,
                    struct arena *arena, struct diagnostics *diagnostics) {
    if (mkdir(folder, 0777) == 0) return true;
    DIR *directory = errno == EEXIST ? opendir(folder) : NULL;
    if (!directory) {
        complain(diagnostics, SAMPLE_CANNOT_WRITE, text_from(folder), errno);
        return false;
    }
    size_t found = 0;
    struct text stranger = TEXT("");
    for (struct dirent *entry; (entry = readdir(directory));) {
        struct text name = text_from(entry->d_name);
        if (text_is(name, ".") || text_is(name, "..")) continue;
        found++;
        if (!is_listed(name, names, count) && stranger.length == 0) stranger = text_copy(arena, name);
    }
    closedir(directory);
    if (found > 0 && stranger.length == 0 && !begins_with_mark(folder, mark_name, mark, arena)) stranger = mark_name;
    if (stranger.length == 0) return true;
    sample_complain(diagnostics, SAMPLE_FOLDER_IN_USE, (struct position){0}, text_from(folder), stranger, TEXT(""));
    return false;
}

/* Writing */

struct output *output_open(struct arena *arena, const char *folder, struct text name, struct diagnostics *diagnostics) {
    struct output *output = ARENA_NEW(arena, struct output);
    builder_init(&output->buffer);
    output->name = path_of(arena, folder, name);
    if (arena_failed(arena)) return NULL;
    output->file = fopen(output->name.bytes, "wb");
    if (output->file) return output;
    complain(diagnostics, SAMPLE_CANNOT_WRITE, output->name, errno);
    return NULL;
}

struct builder *output_buffer(struct output *output) {
    return &output->buffer;
}

static void hand_on(struct output *output) {
    struct text text = builder_text(&output->buffer);
    bool written = !output->buffer.failed && fwrite(text.bytes, 1, text.length, output->file) == text.length;
    if (!written && !output->error) output->error = output->buffer.failed ? ENOMEM : errno;
    output->buffer.length = 0;
}

bool output_flush(struct output *output) {
    if (output->buffer.length >= PIECE || output->buffer.failed) hand_on(output);
    return output->error == 0;
}

bool output_close(struct output *output, struct diagnostics *diagnostics) {
    if (!output) return true;
    hand_on(output);
    if (fclose(output->file) != 0 && !output->error) output->error = errno;
    builder_free(&output->buffer);
    if (output->error) complain(diagnostics, SAMPLE_CANNOT_WRITE, output->name, output->error);
    return output->error == 0;
}
