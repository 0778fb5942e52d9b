#include "lang/markdown.h"

struct line {
    size_t begin, end; /* without the line break */
};

static bool next_line(const struct source *source, size_t *offset, struct line *line) {
    if (*offset >= source->bytes.length) return false;
    line->begin = *offset;
    size_t end = *offset;
    while (end < source->bytes.length && source->bytes.bytes[end] != '\n') end++;
    *offset = end + 1;
    if (end > line->begin && source->bytes.bytes[end - 1] == '\r') end--;
    line->end = end;
    return true;
}

static struct text line_text(const struct source *source, struct line line) {
    return text_slice(source->bytes, line.begin, line.end);
}

static bool is_fence(struct text text) {
    return text_starts(text, "```");
}

/* What a fence says; a closing one says nothing. */
static struct text fence_word(struct text text) {
    return text_trim(text_slice(text, 3, text.length));
}

/* Doudi, duodi, doudi too: what is passed over here would be missing from the law without a word. No language that is
 * marked in Markdown has a name so near. */
static bool means_ours(struct text word) {
    enum { NEAR = 2, LONGEST = 5 + NEAR };
    char small[LONGEST];
    size_t end = 0;
    while (end < word.length && word.bytes[end] != ' ' && word.bytes[end] != '\t') end++;
    if (end > LONGEST) return false;
    for (size_t i = 0; i < end; i++) {
        char c = word.bytes[i];
        small[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return text_distance((struct text){small, end}, TEXT("doudi"), NEAR) <= NEAR;
}

static bool is_heading(struct text text, struct text *heading) {
    size_t level = 0;
    while (level < text.length && text.bytes[level] == '#') level++;
    if (level == 0 || level > 6 || level == text.length || text.bytes[level] != ' ') return false;
    *heading = text_trim(text_slice(text, level, text.length));
    return true;
}

static bool is_ruler(const struct decision_row *row) {
    for (size_t i = 0; i < row->cells.count; i++) {
        struct text cell = row->cells.items[i].text;
        if (cell.length == 0) return false;
        for (size_t k = 0; k < cell.length; k++)
            if (cell.bytes[k] != '-' && cell.bytes[k] != ':') return false;
    }
    return row->cells.count > 0;
}

static struct decision_row cut_row(struct arena *arena, const struct source *source, struct line line) {
    struct decision_row row = {.at = {source, line.begin, line.end}};
    size_t begin = line.begin + 1, end = line.end;
    if (end > begin && source->bytes.bytes[end - 1] == '|') end--;
    for (size_t at = begin;; at++) {
        if (at < end && source->bytes.bytes[at] != '|') continue;
        size_t from = begin, to = at;
        while (from < to && source->bytes.bytes[from] == ' ') from++;
        while (to > from && source->bytes.bytes[to - 1] == ' ') to--;
        struct name cell = {text_slice(source->bytes, from, to), {source, from, to}};
        VECTOR_PUSH(arena, &row.cells, cell);
        begin = at + 1;
        if (at >= end) return row;
    }
}

/* The table that begins at *offset, after at most one empty line; the ruler under the heading is left out. */
static struct decision_table *read_table(struct arena *arena, const struct source *source, size_t *offset) {
    size_t here = *offset;
    struct line line;
    if (!next_line(source, &here, &line)) return NULL;
    if (text_trim(line_text(source, line)).length == 0 && !next_line(source, &here, &line)) return NULL;
    if (line.begin == line.end || source->bytes.bytes[line.begin] != '|') return NULL;
    struct decision_table *table = ARENA_NEW(arena, struct decision_table);
    do {
        struct decision_row row = cut_row(arena, source, line);
        if (!(table->rows.count == 1 && is_ruler(&row))) VECTOR_PUSH(arena, &table->rows, row);
        *offset = here;
    } while (next_line(source, &here, &line) && line.begin < line.end && source->bytes.bytes[line.begin] == '|');
    return table;
}

/* Up to the closing fence; one that names a language opens the next block instead. Leaves *offset behind the block. */
static void find_end(struct block *block, const struct source *source, size_t *offset) {
    struct line line;
    for (size_t here = *offset; next_line(source, &here, &line); *offset = here) {
        struct text text = line_text(source, line);
        if (!is_fence(text)) continue;
        block->end = line.begin;
        block->closed = fence_word(text).length == 0;
        if (block->closed) *offset = here;
        return;
    }
}

void blocks_find(struct blocks *blocks, struct arena *arena, const struct source *source) {
    size_t offset = text_starts(source->bytes, "\xef\xbb\xbf") ? 3 : 0;
    struct line line;
    struct text heading = TEXT("");
    while (next_line(source, &offset, &line)) {
        struct text text = line_text(source, line);
        if (is_heading(text, &heading) || !is_fence(text)) continue;
        if (offset > source->bytes.length) offset = source->bytes.length;
        struct block block = {.fence = line.begin, .begin = offset, .end = source->bytes.length, .heading = heading};
        struct text word = fence_word(text);
        block.ours = text_is(word, "doudi") || means_ours(word);
        if (block.ours && !text_is(word, "doudi")) block.misspelt = word;
        find_end(&block, source, &offset);
        if (block.ours && block.closed) block.table = read_table(arena, source, &offset);
        if (block.ours || !block.closed) VECTOR_PUSH(arena, &blocks->list, block);
    }
}
