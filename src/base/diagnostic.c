#include "base/diagnostic.h"

#include "base/shown.h"
#include "base/width.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    WINDOW_COLUMNS = 100, /* of a source line that are shown at most */
    WINDOW_BEFORE = 40,   /* of them before the place, where the line is longer */
};

#define ELLIPSIS "…"

struct words {
    const char *error, *warning, *see_also;
};
static const struct words words[LANGUAGES] = {
    [LANGUAGE_ZH] = {"错误:", "提示:", "另见"},
    [LANGUAGE_EN] = {"error:", "warning:", "see also"},
};

/* Lines */

static bool has_byte_order_mark(const struct source *source) {
    return text_starts(source->bytes, "\xef\xbb\xbf");
}

/* From `start` up to the line end, which is LF or CRLF. */
static struct text line_from(struct text bytes, size_t start) {
    const char *feed = start < bytes.length ? memchr(bytes.bytes + start, '\n', bytes.length - start) : NULL;
    size_t end = feed ? (size_t)(feed - bytes.bytes) : bytes.length;
    if (feed && end > start && bytes.bytes[end - 1] == '\r') end--;
    return text_slice(bytes, start, end);
}

/* Behind the line feed that follows; false, and unmoved, when none does before `end`. */
static bool next_line(struct text bytes, size_t end, size_t *start) {
    const char *feed = *start < end ? memchr(bytes.bytes + *start, '\n', end - *start) : NULL;
    if (feed) *start = (size_t)(feed - bytes.bytes) + 1;
    return feed;
}

void source_index(struct source *source, struct arena *arena) {
    size_t start = has_byte_order_mark(source) ? 3 : 0, line = 0;
    do {
        if (line++ % LINES_A_STEP == 0) VECTOR_PUSH(arena, &source->index.starts, start);
    } while (next_line(source->bytes, source->bytes.length, &start) && !arena_failed(arena));
}

/* The last line known to begin at or before the offset; where it begins. */
static uint32_t line_before(const struct source *source, size_t offset, size_t *start) {
    const size_t *starts = source->index.starts.items;
    size_t low = 0, high = source->index.starts.count; /* what lies before low is not behind the offset */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (starts[middle] <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    *start = low ? starts[low - 1] : has_byte_order_mark(source) && offset >= 3 ? 3 : 0;
    return low ? (uint32_t)((low - 1) * LINES_A_STEP) + 1 : 1;
}

struct position position_of(const struct source *source, size_t offset, size_t length) {
    struct text bytes = source->bytes;
    if (offset > bytes.length) offset = bytes.length;
    size_t start;
    uint32_t line = line_before(source, offset, &start);
    while (next_line(bytes, offset, &start)) line++;
    struct text rest = line_from(bytes, offset);
    if (length < rest.length) rest = text_slice(rest, 0, length);
    size_t before = text_characters(text_slice(bytes, start, offset));
    return (struct position){source, line, (uint32_t)before + 1, (uint32_t)text_characters(rest)};
}

/* False when the source has no such line. */
static bool find_line(const struct source *source, uint32_t line, struct text *out) {
    size_t start = has_byte_order_mark(source) ? 3 : 0, step = line ? (line - 1) / LINES_A_STEP : 0;
    uint32_t here = 1;
    if (step < source->index.starts.count) {
        start = source->index.starts.items[step];
        here += (uint32_t)step * LINES_A_STEP;
    }
    for (; here < line; here++)
        if (!next_line(source->bytes, source->bytes.length, &start)) return false;
    *out = line_from(source->bytes, start);
    return line > 0;
}

/* Collecting */

void diagnostics_init(struct diagnostics *diagnostics, struct arena *arena) {
    *diagnostics = (struct diagnostics){.arena = arena};
    map_init(&diagnostics->places, arena);
}

static uint32_t file_index(struct diagnostics *diagnostics, const struct source *source) {
    for (size_t i = diagnostics->files.count; i > 0; i--) {
        if (diagnostics->files.items[i - 1].source == source) return (uint32_t)(i - 1);
    }
    VECTOR_PUSH(diagnostics->arena, &diagnostics->files, ((struct diagnostics_file){.source = source}));
    return (uint32_t)(diagnostics->files.count - 1);
}

static bool is_new(struct diagnostics *diagnostics, const struct message *message, struct position at, uint32_t file) {
    struct text place = text_format(diagnostics->arena, "%s %u %u %u", message->code, (unsigned)file, (unsigned)at.line,
                                    (unsigned)at.column);
    if (map_get(&diagnostics->places, place)) return false;
    map_put(&diagnostics->places, place, diagnostics);
    return true;
}

static struct text cut_argument(struct arena *arena, struct text argument) {
    size_t end = 0, characters = 0;
    while (end < argument.length && characters++ < DIAGNOSTIC_ARGUMENT_CHARACTERS) text_next(argument, &end);
    if (end == argument.length) return text_copy(arena, argument);
    return text_format(arena, "%.*s" ELLIPSIS, (int)end, argument.bytes);
}

struct diagnostic *diagnostics_add(struct diagnostics *diagnostics, const struct message *message, struct position at,
                                   const struct text *arguments, size_t count) {
    assert(count <= DIAGNOSTIC_ARGUMENTS);
    uint32_t file = file_index(diagnostics, at.source);
    if (!is_new(diagnostics, message, at, file) || arena_failed(diagnostics->arena)) return NULL;
    struct diagnostics_file *counts = &diagnostics->files.items[file];
    if (diagnostics->most_a_file && counts->listed == diagnostics->most_a_file) {
        counts->unlisted++;
        diagnostics->errors++;
        return NULL;
    }
    struct diagnostic diagnostic = {.message = message, .at = at, .file = file};
    for (size_t i = 0; i < count; i++) diagnostic.argument[i] = cut_argument(diagnostics->arena, arguments[i]);
    if (arena_failed(diagnostics->arena)) return NULL;
    VECTOR_PUSH(diagnostics->arena, &diagnostics->list, diagnostic);
    if (arena_failed(diagnostics->arena)) return NULL;
    diagnostics->errors++;
    counts->listed++;
    return &diagnostics->list.items[diagnostics->list.count - 1];
}

void diagnostics_make_warning(struct diagnostics *diagnostics, struct diagnostic *diagnostic) {
    if (!diagnostic->warning) diagnostics->errors--;
    diagnostic->warning = true;
}

static bool stands_after(const struct diagnostic *a, const struct diagnostic *b) {
    if (a->file != b->file) return a->file > b->file;
    if (a->at.line != b->at.line) return a->at.line > b->at.line;
    return a->at.column > b->at.column;
}

static void merge(const struct diagnostic *from, struct diagnostic *to, size_t middle, size_t end) {
    size_t left = 0, right = middle;
    for (size_t i = 0; i < end; i++) {
        bool take_right = left == middle || (right < end && stands_after(&from[left], &from[right]));
        to[i] = from[take_right ? right++ : left++];
    }
}

/* A merge sort, since the order must be stable and qsort's is not. */
void diagnostics_sort(struct diagnostics *diagnostics) {
    size_t count = diagnostics->list.count;
    if (count < 2) return;
    struct diagnostic *from = diagnostics->list.items;
    struct diagnostic *to = ARENA_ARRAY(diagnostics->arena, struct diagnostic, diagnostics->list.room);
    if (arena_failed(diagnostics->arena)) return;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t left = count - start;
            merge(from + start, to + start, left < width ? left : width, left < 2 * width ? left : 2 * width);
        }
        struct diagnostic *swap = from;
        from = to;
        to = swap;
    }
    diagnostics->list.items = from;
}

/* Showing */

static void add_template(struct builder *out, const char *template, const struct diagnostic *diagnostic) {
    struct text text = text_from(template);
    size_t kept = 0;
    for (size_t i = 0; i + 2 < text.length; i++) {
        int index = text.bytes[i + 1] - '0';
        if (text.bytes[i] != '{' || text.bytes[i + 2] != '}' || index < 0 || index >= DIAGNOSTIC_ARGUMENTS) continue;
        builder_add(out, text_slice(text, kept, i));
        builder_add_shown(out, diagnostic->argument[index]);
        kept = i + 3;
    }
    builder_add(out, text_slice(text, kept, text.length));
}

static struct text expand(struct arena *arena, const char *template, const struct diagnostic *diagnostic) {
    struct builder builder;
    builder_init(&builder);
    add_template(&builder, template, diagnostic);
    return builder_finish(&builder, arena);
}

struct text diagnostic_text(struct arena *arena, const struct diagnostic *diagnostic, enum language language) {
    return expand(arena, diagnostic->message->text[language], diagnostic);
}

struct text diagnostic_remedy(struct arena *arena, const struct diagnostic *diagnostic, enum language language) {
    return expand(arena, diagnostic->message->remedy[language], diagnostic);
}

/* A part of a line. Its size is reckoned with one column for marks that take none, so that a line made of such marks
 * is cut like any other. */
static size_t size_of_next(struct text line, size_t *offset) {
    unsigned width = width_of(character_shown(text_next(line, offset)));
    return width ? width : 1;
}

/* Moves past whole characters as long as they fit into that many columns; returns the columns that they take. */
static size_t skip_columns(struct text line, size_t *offset, size_t columns) {
    size_t taken = 0;
    while (*offset < line.length) {
        size_t next = *offset, size = size_of_next(line, &next);
        if (taken + size > columns) break;
        taken += size;
        *offset = next;
    }
    return taken;
}

static size_t skip_characters(struct text line, size_t offset, size_t characters) {
    while (offset < line.length && characters-- > 0) text_next(line, &offset);
    return offset;
}

static size_t shown_width(struct text text) {
    size_t width = 0;
    for (size_t offset = 0; offset < text.length;) width += width_of(character_shown(text_next(text, &offset)));
    return width;
}

/* The part of the line around the place that is shown. */
static void choose_window(struct text line, size_t place, size_t *from, size_t *to) {
    size_t end = 0, all = 0;
    skip_columns(line, &end, WINDOW_COLUMNS);
    *from = 0;
    if (end < line.length) {
        size_t before = skip_columns(text_slice(line, 0, place), &all, SIZE_MAX);
        if (before > WINDOW_BEFORE) skip_columns(line, from, before - WINDOW_BEFORE);
    }
    *to = *from;
    skip_columns(line, to, WINDOW_COLUMNS);
}

static void add_line(struct builder *out, struct position at) {
    struct text line;
    if (!find_line(at.source, at.line, &line)) return;
    size_t place = skip_characters(line, 0, at.column ? at.column - 1 : 0);
    size_t from, to;
    choose_window(line, place, &from, &to);
    size_t place_end = skip_characters(text_slice(line, 0, to), place, at.length);

    builder_format(out, "  %u | %s", (unsigned)at.line, from > 0 ? ELLIPSIS : "");
    builder_add_shown(out, text_slice(line, from, to));
    builder_format(out, "%s\n", to < line.length ? ELLIPSIS : "");

    int digits = snprintf(NULL, 0, "%u", (unsigned)at.line);
    builder_format(out, "  %*s | ", digits, "");
    builder_pad(out, (from > 0 ? 1 : 0) + shown_width(text_slice(line, from, place)));
    size_t carets = shown_width(text_slice(line, place, place_end));
    for (size_t i = 0; i == 0 || i < carets; i++) builder_add(out, TEXT("^"));
    builder_add(out, TEXT("\n"));
}

static void add_place(struct builder *out, struct position at) {
    builder_add_shown(out, at.source->name);
    if (at.line > 0) builder_format(out, ":%u:%u", (unsigned)at.line, (unsigned)at.column);
}

void diagnostic_print(struct builder *out, struct arena *arena, const struct diagnostic *diagnostic,
                      enum language language) {
    const struct words *said = &words[language];
    if (diagnostic->at.source) {
        add_place(out, diagnostic->at);
        builder_add(out, TEXT(": "));
    }
    struct text text = diagnostic_text(arena, diagnostic, language);
    builder_format(out, "%s %.*s\n", diagnostic->warning ? said->warning : said->error, TEXT_ARG(text));
    if (diagnostic->at.source) add_line(out, diagnostic->at);
    if (diagnostic->related.source) {
        builder_format(out, "  %s ", said->see_also);
        add_place(out, diagnostic->related);
        builder_add(out, TEXT("\n"));
        add_line(out, diagnostic->related);
    }
    struct text remedy = diagnostic_remedy(arena, diagnostic, language);
    if (remedy.length) builder_format(out, "  → %.*s\n", TEXT_ARG(remedy));
}
