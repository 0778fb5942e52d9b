#include "base/csv.h"

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
    *csv = (struct csv){.text = text, .offset = mark_length(text), .line = 1, .arena = arena};
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

enum csv_result csv_next(struct csv *csv) {
    csv->count = 0;
    if (arena_failed(csv->arena)) return CSV_NO_MEMORY;
    csv_skip_empty_lines(csv);
    struct text text = csv->text;
    if (csv->offset == text.length) return CSV_END;
    for (size_t count = 0;;) {
        if (count == CSV_FIELDS_MAX) return refuse(csv, CSV_TOO_WIDE, csv->offset, csv->line);
        struct csv_field *field = &csv->fields[count++];
        *field = (struct csv_field){.text = TEXT(""), .offset = csv->offset, .line = csv->line};
        bool quoted = csv->offset < text.length && text.bytes[csv->offset] == '"';
        enum csv_result result = quoted ? scan_quoted(csv, field) : scan_plain(csv, field);
        if (result != CSV_RECORD) return result;
        char end = csv->offset < text.length ? text.bytes[csv->offset++] : '\0';
        if (end == ',') continue;
        if (end == '\n') csv->line++;
        csv->count = count;
        return CSV_RECORD;
    }
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
    if (text.length == 0 || !text.bytes[0] || !strchr("=+-@\t\r\xef", text.bytes[0])) return false; /* nearly all */
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (text_starts(text, starts[i])) return !is_plain_number(text);
    }
    return false;
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
    bool formula = defuse && csv_looks_like_formula(field);
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
