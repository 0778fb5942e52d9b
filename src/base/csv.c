#include "base/csv.h"

#include "base/csv_marks.h"

#include <string.h>

/* What a byte may mean; everything else is one more byte of its field. */
enum byte_kind {
    PLAIN,
    COMMA,
    QUOTE,
    FEED,
    ZERO,
    HIGH /* of a character that is not ASCII */
};

#define HIGH_8 HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH
#define HIGH_32 HIGH_8, HIGH_8, HIGH_8, HIGH_8

static const unsigned char kinds[256] = {
    [0] = ZERO, ['\n'] = FEED, [','] = COMMA, ['"'] = QUOTE, [128] = HIGH_32, HIGH_32, HIGH_32, HIGH_32,
};

static size_t mark_length(struct text text) {
    return text_starts(text, "\xef\xbb\xbf") ? 3 : 0;
}

void csv_init(struct csv *csv, struct text text, struct arena *arena) {
    *csv = (struct csv){.text = text, .offset = mark_length(text), .line = 1, .arena = arena, .block = SIZE_MAX};
    struct csv_field *fields = ARENA_ARRAY(arena, struct csv_field, CSV_FIELDS_MAX);
    csv->fields = arena_failed(arena) ? NULL : fields;
}

uint32_t csv_column(const struct csv *csv, const struct csv_field *field) {
    size_t start = field->offset, first = mark_length(csv->text);
    while (start > first && csv->text.bytes[start - 1] != '\n') start--;
    return (uint32_t)text_characters(text_slice(csv->text, start, field->offset)) + 1;
}

/* Keeps the place and moves to the beginning of the next line. */
static enum csv_result refuse(struct csv *csv, enum csv_result result, size_t offset, uint32_t line) {
    csv->fields[0] = (struct csv_field){.text = TEXT(""), .offset = offset, .line = line};
    const char *bytes = csv->text.bytes, *feed = NULL;
    if (offset < csv->text.length) feed = memchr(bytes + offset, '\n', csv->text.length - offset);
    csv->offset = feed ? (size_t)(feed - bytes) + 1 : csv->text.length;
    csv->line = line + 1;
    return result;
}

/* Past an ASCII byte or a whole character; false where the bytes are not UTF-8. */
static bool pass_character(struct text text, size_t *offset) {
    if ((unsigned char)text.bytes[*offset] < 0x80) {
        ++*offset;
        return true;
    }
    size_t next = *offset;
    if (text_next(text, &next) == UTF8_BAD) return false;
    *offset = next;
    return true;
}

/* A field without quotes, which ends before a comma or a line feed. */
static enum csv_result scan_plain(struct csv *csv, struct csv_field *field) {
    struct text text = csv->text;
    size_t at = csv->offset, limit = text.length;
    if (limit - at > CSV_FIELD_BYTES_MAX) limit = at + CSV_FIELD_BYTES_MAX + 1; /* perhaps a carriage return */
    for (;;) {
        while (at < limit && kinds[(unsigned char)text.bytes[at]] == PLAIN) at++;
        if (at >= limit) break;
        enum byte_kind kind = kinds[(unsigned char)text.bytes[at]];
        if (kind == COMMA || kind == FEED) break;
        if (kind == QUOTE) return refuse(csv, CSV_QUOTE_STRAY, at, csv->line);
        if (kind == ZERO) return refuse(csv, CSV_NUL, at, csv->line);
        if (!pass_character(text, &at)) return refuse(csv, CSV_BAD_UTF8, at, csv->line);
    }
    bool ends = at == text.length || text.bytes[at] == ',' || text.bytes[at] == '\n';
    size_t end = at;
    if (at < text.length && text.bytes[at] == '\n' && end > csv->offset && text.bytes[end - 1] == '\r') end--;
    if (!ends || end - csv->offset > CSV_FIELD_BYTES_MAX) return refuse(csv, CSV_TOO_LONG, field->offset, field->line);
    field->text = text_slice(text, csv->offset, end);
    csv->offset = at;
    return CSV_RECORD;
}

/* The text between quotes, its doubled quotes made single. */
static enum csv_result unescape(struct csv *csv, struct text raw, struct text *out) {
    char *bytes = ARENA_ARRAY(csv->arena, char, raw.length);
    if (arena_failed(csv->arena)) return CSV_NO_MEMORY;
    size_t length = 0;
    for (size_t i = 0; i < raw.length; i++) {
        bytes[length++] = raw.bytes[i];
        if (raw.bytes[i] == '"') i++;
    }
    *out = (struct text){bytes, length};
    return CSV_RECORD;
}

/* What follows a closing quote must end the field. */
static bool ends_field(struct text text, size_t *offset) {
    if (*offset == text.length) return true;
    bool carriage_return = text.bytes[*offset] == '\r' && *offset + 1 < text.length && text.bytes[*offset + 1] == '\n';
    if (carriage_return) ++*offset;
    return text.bytes[*offset] == ',' || text.bytes[*offset] == '\n';
}

/* A field in quotes; csv->offset stands on the opening one, and csv->line follows the line breaks inside. */
static enum csv_result scan_quoted(struct csv *csv, struct csv_field *field) {
    struct text text = csv->text;
    size_t start = csv->offset + 1, at = start, limit = text.length;
    if (limit - start > CSV_FIELD_BYTES_MAX) limit = start + CSV_FIELD_BYTES_MAX + 1;
    uint32_t line = csv->line;
    bool doubled = false;
    while (at < limit) {
        enum byte_kind kind = kinds[(unsigned char)text.bytes[at]];
        if (kind == QUOTE) {
            if (at + 1 >= text.length || text.bytes[at + 1] != '"') break;
            doubled = true;
            at++;
        }
        if (kind == ZERO) return refuse(csv, CSV_NUL, at, line);
        if (kind == FEED) line++;
        if (!pass_character(text, &at)) return refuse(csv, CSV_BAD_UTF8, at, line);
    }
    if (at >= limit) return refuse(csv, CSV_QUOTE_OPEN, field->offset, field->line);
    size_t after = at + 1;
    if (!ends_field(text, &after)) return refuse(csv, CSV_QUOTE_STRAY, after, line);
    field->quoted = true;
    field->text = text_slice(text, start, at);
    csv->offset = after;
    csv->line = line;
    return doubled ? unescape(csv, field->text, &field->text) : CSV_RECORD;
}

void csv_skip_empty_lines(struct csv *csv) {
    struct text text = csv->text;
    for (; csv->offset < text.length; csv->line++) {
        size_t at = csv->offset;
        if (text.bytes[at] == '\r' && at + 1 < text.length) at++;
        if (text.bytes[at] != '\n') return;
        csv->offset = at + 1;
    }
}

/* A field with all that may be in it. */
static enum csv_result scan_field(struct csv *csv, struct csv_field *field, size_t offset) {
    *field = (struct csv_field){.text = TEXT(""), .offset = offset, .line = csv->line};
    csv->offset = offset;
    bool quoted = offset < csv->text.length && csv->text.bytes[offset] == '"';
    return quoted ? scan_quoted(csv, field) : scan_plain(csv, field);
}

/* --- whole fields at once ----------------------------------------------------------------------------------------- */

/* The last bytes of a text, and what means nothing behind them. */
static void fill_up(char bytes[MARKS_BYTES], struct text last) {
    memset(bytes, 'x', MARKS_BYTES);
    if (last.length) memcpy(bytes, last.bytes, last.length);
}

static uint64_t marks_at(const struct csv *csv, size_t block) {
    unsigned char high = csv->sound ? 0 : 0x80;
    size_t left = csv->text.length - block;
    if (left >= MARKS_BYTES) return marks_find(csv->text.bytes + block, high);
    char last[MARKS_BYTES];
    fill_up(last, text_slice(csv->text, block, csv->text.length));
    return marks_find(last, high);
}

/* Going from mark to mark. */
struct marks {
    size_t block;
    uint64_t left; /* of the block, behind those that were passed */
};

static struct marks marks_from(struct csv *csv, size_t offset) {
    size_t block = offset / MARKS_BYTES * MARKS_BYTES;
    if (block != csv->block) {
        csv->block = block;
        csv->marks = marks_at(csv, block);
    }
    return (struct marks){block, csv->marks & UINT64_MAX << offset % MARKS_BYTES};
}

/* The next mark, or the end of the text. */
static inline size_t next_mark(struct csv *csv, struct marks *marks) {
    while (!marks->left) {
        if (csv->text.length - marks->block <= MARKS_BYTES) return csv->text.length;
        csv->block = marks->block += MARKS_BYTES;
        csv->marks = marks->left = marks_at(csv, marks->block);
    }
    size_t found = marks->block + (size_t)__builtin_ctzll(marks->left);
    marks->left &= marks->left - 1;
    return found;
}

static bool ends_at(struct text text, size_t offset) {
    return offset == text.length || text.bytes[offset] == ',' || text.bytes[offset] == '\n';
}

/* A field in which nothing wants a closer look, up to its separator, whose mark is passed too; else false, and nothing
 * is moved but the marks. */
static inline bool pass_field(struct csv *csv, struct marks *marks, size_t *offset, struct csv_field *field) {
    struct text text = csv->text;
    size_t begin = *offset, at = next_mark(csv, marks);
    if (ends_at(text, at)) {
        bool carriage_return = at > begin && at < text.length && text.bytes[at] == '\n' && text.bytes[at - 1] == '\r';
        *field = (struct csv_field){{text.bytes + begin, at - begin - carriage_return}, begin, csv->line, false};
        if (at - begin > CSV_FIELD_BYTES_MAX) return false;
        *offset = at;
        return true;
    }
    if (at != begin || text.bytes[at] != '"') return false;
    do at = next_mark(csv, marks);
    while (at < text.length && text.bytes[at] == ',');
    if (at >= text.length || text.bytes[at] != '"') return false;
    size_t after = next_mark(csv, marks), gap = after - at - 1; /* which a carriage return may be */
    bool carriage_return = gap == 1 && after < text.length && text.bytes[after] == '\n' && text.bytes[at + 1] == '\r';
    *field = (struct csv_field){{text.bytes + begin + 1, at - begin - 1}, begin, csv->line, true};
    if ((gap != 0 && !carriage_return) || !ends_at(text, after) || at - begin > CSV_FIELD_BYTES_MAX) return false;
    *offset = after;
    return true;
}

/* Most fields end in a comma within a block: they are passed up to the first mark of another kind. */
static size_t pass_commas(struct csv *csv, struct marks *marks, size_t *offset, size_t count) {
    const char *bytes = csv->text.bytes;
    struct csv_field *fields = csv->fields;
    const uint32_t line = csv->line;
    size_t begin = *offset, block = marks->block;
    uint64_t left = marks->left;
    for (; left && count < CSV_FIELDS_MAX; left &= left - 1) {
        size_t at = block + (size_t)__builtin_ctzll(left);
        if (bytes[at] != ',' || at - begin > CSV_FIELD_BYTES_MAX) break;
        fields[count++] = (struct csv_field){{bytes + begin, at - begin}, begin, line, false};
        begin = at + 1;
    }
    marks->left = left;
    *offset = begin;
    return count;
}

enum csv_result csv_next(struct csv *csv) {
    csv->count = 0;
    if (arena_failed(csv->arena)) return CSV_NO_MEMORY;
    csv_skip_empty_lines(csv);
    struct text text = csv->text;
    if (csv->offset == text.length) return CSV_END;
    struct marks marks = marks_from(csv, csv->offset);
    for (size_t count = 0, at = csv->offset;;) {
        count = pass_commas(csv, &marks, &at, count);
        if (count == CSV_FIELDS_MAX) return refuse(csv, CSV_TOO_WIDE, at, csv->line);
        struct csv_field *field = &csv->fields[count++];
        if (!pass_field(csv, &marks, &at, field)) {
            enum csv_result result = scan_field(csv, field, at);
            if (result != CSV_RECORD) return result;
            at = csv->offset;
            marks = marks_from(csv, at < text.length ? at + 1 : at);
        }
        char end = at < text.length ? text.bytes[at++] : '\0';
        if (end == ',') continue;
        csv->offset = at;
        csv->line += end == '\n';
        csv->count = count;
        return CSV_RECORD;
    }
}

/* --- looking over ------------------------------------------------------------------------------------------------- */

static size_t count_bits(uint64_t word) {
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    return ((word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f)) * UINT64_C(0x0101010101010101) >> 56;
}

/* Past one of the characters that nearly all are which are not ASCII: U+1000 to U+CFFF. */
static bool pass_usual(struct text text, size_t *offset) {
    const unsigned char *bytes = (const unsigned char *)text.bytes + *offset;
    bool usual = text.length - *offset >= 3 && bytes[0] >= 0xe1 && bytes[0] <= 0xec && (bytes[1] & 0xc0) == 0x80 &&
                 (bytes[2] & 0xc0) == 0x80;
    if (usual) *offset += 3;
    return usual;
}

/* Past a character that is not ASCII and those that follow; false at what is no text. */
static bool pass_characters(struct text text, size_t *offset) {
    do
        if (!pass_usual(text, offset) && (!text.bytes[*offset] || !pass_character(text, offset))) return false;
    while (*offset < text.length && (unsigned char)text.bytes[*offset] >= 0x80);
    return true;
}

/* The bits of a block that stand for bytes from the offset on. */
static uint64_t bits_from(uint64_t bits, size_t block, size_t offset) {
    if (offset <= block) return bits;
    return offset - block < MARKS_BYTES ? bits & UINT64_MAX << (offset - block) : 0;
}

struct csv_survey csv_survey(struct text text) {
    struct csv_survey survey = {.sound = true};
    size_t passed = 0; /* how far it is known to be sound */
    for (size_t block = 0; block < text.length; block += MARKS_BYTES) {
        char last[MARKS_BYTES];
        bool whole = text.length - block >= MARKS_BYTES;
        if (!whole) fill_up(last, text_slice(text, block, text.length));
        struct marks_seen seen = marks_survey(whole ? text.bytes + block : last);
        survey.feeds += count_bits(seen.feeds);
        for (uint64_t left; survey.sound && (left = bits_from(seen.others, block, passed));) {
            passed = block + (size_t)__builtin_ctzll(left);
            survey.sound = pass_characters(text, &passed);
        }
    }
    return survey;
}

static bool is_plain_number(struct text text) {
    size_t i = text.length > 0 && (text.bytes[0] == '-' || text.bytes[0] == '+');
    size_t digits = 0;
    bool point = false;
    for (; i < text.length; i++) {
        if (text.bytes[i] == '.' && !point && digits > 0) {
            point = true;
            digits = 0;
        } else if (is_digit(text.bytes[i])) {
            digits++;
        } else {
            return false;
        }
    }
    return digits > 0;
}

bool csv_looks_like_formula(struct text text) {
    static const char *const starts[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};
    if (text.length == 0 || is_digit(text.bytes[0]) || !text.bytes[0] || !strchr("=+-@\t\r\xef", text.bytes[0]))
        return false; /* nearly all */
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (text_starts(text, starts[i])) return !is_plain_number(text);
    }
    return false;
}

bool csv_is_defused(struct text text) {
    size_t from = 0;
    while (from < text.length && text.bytes[from] == '\'') from++;
    return from > 0 && csv_looks_like_formula(text_slice(text, from, text.length));
}

static bool needs_quotes(struct text text) {
    if (text.length == 0) return false;
    if (text.bytes[0] == ' ' || text.bytes[text.length - 1] == ' ') return true;
    for (size_t i = 0; i < text.length; i++) {
        enum byte_kind kind = kinds[(unsigned char)text.bytes[i]];
        if (kind == COMMA || kind == QUOTE || kind == FEED || text.bytes[i] == '\r') return true;
    }
    return false;
}

void csv_write_field(struct builder *out, struct text field, bool defuse) {
    const struct text quote = TEXT("\""), apostrophe = TEXT("'");
    bool formula = defuse && (csv_looks_like_formula(field) || csv_is_defused(field));
    if (!needs_quotes(field)) {
        if (formula) builder_add(out, apostrophe);
        builder_add(out, field);
        return;
    }
    builder_add(out, quote);
    if (formula) builder_add(out, apostrophe);
    for (size_t from = 0; from < field.length;) {
        const char *found = memchr(field.bytes + from, '"', field.length - from);
        size_t to = found ? (size_t)(found - field.bytes) + 1 : field.length;
        builder_add(out, text_slice(field, from, to));
        if (found) builder_add(out, quote);
        from = to;
    }
    builder_add(out, quote);
}
