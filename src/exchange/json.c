#include "exchange/json.h"

#include "base/vector.h"

#include <string.h>

/* What may stand at the offset once white space is passed over. */
enum expected { VALUE, VALUE_OR_CLOSE, KEY, KEY_OR_CLOSE, COLON, COMMA_OR_CLOSE, NOTHING };

/* A key of an object that is still open. The keys of one object form a crit-bit tree: unlike a hash table, no choice of
 * keys makes it slow. Each key but the first brought a branch with it, which tells two subtrees apart by one bit. */
struct key {
    struct text text;
    size_t bit;      /* of the branch; see key_bit */
    size_t child[2]; /* of the branch: LEAF | index of a key, or index of another branch */
};
static const size_t LEAF = SIZE_MAX ^ SIZE_MAX >> 1;

struct level {
    bool object;
    size_t first_key; /* its keys are the top of the stack, from here on */
    size_t root;      /* of their tree */
};

struct json {
    struct arena *arena;
    struct text text;
    size_t offset;
    enum expected expected;
    enum json_error error;
    struct text value;
    uint32_t line, column; /* of the last event or error */
    size_t marked;         /* the offset that line and column belong to */
    size_t depth;
    struct level levels[JSON_DEPTH_MAX]; /* the innermost is levels[depth - 1] */
    VECTOR(struct key) keys;             /* a stack: those of all open objects, the innermost on top */
};

struct json *json_open(struct arena *arena, struct text text) {
    struct json *json = ARENA_NEW(arena, struct json);
    if (arena_failed(arena)) return NULL;
    json->arena = arena;
    json->text = text;
    json->line = json->column = 1;
    json->expected = VALUE;
    if (text_starts(text, "\xEF\xBB\xBF")) json->offset = json->marked = 3;
    return json;
}

struct text json_text(const struct json *json) {
    return json->value;
}

enum json_error json_error(const struct json *json) {
    return json->error;
}

void json_place(const struct json *json, uint32_t *line, uint32_t *column) {
    *line = json->line;
    *column = json->column;
}

/* Moves the place to an offset on the same line. */
static void mark(struct json *json, size_t offset) {
    json->column += (uint32_t)text_characters(text_slice(json->text, json->marked, offset));
    json->marked = offset;
}

static enum json_event fail(struct json *json, enum json_error error, size_t offset) {
    mark(json, offset);
    json->error = error;
    json->value = (struct text){0};
    return JSON_ERROR;
}

static bool at_end(const struct json *json) {
    return json->offset == json->text.length;
}

/* The byte at the offset; at the end a zero byte, which has no place anywhere in a document. */
static char peek(const struct json *json) {
    return at_end(json) ? '\0' : json->text.bytes[json->offset];
}

static enum json_event fail_here(struct json *json) {
    return fail(json, at_end(json) ? JSON_TRUNCATED : JSON_UNEXPECTED, json->offset);
}

/* Raw line breaks stand between tokens only, never in a string, so lines need counting nowhere else. */
static void skip_space(struct json *json) {
    for (;; json->offset++) {
        switch (peek(json)) {
        case ' ':
        case '\t':
        case '\r': continue;
        case '\n':
            json->line++;
            json->column = 1;
            json->marked = json->offset + 1;
            continue;
        default: return;
        }
    }
}

/* Bits are numbered from the first byte on, nine a byte: one that says there is such a byte, then its eight. */
static bool key_bit(struct text key, size_t bit) {
    size_t byte = bit / 9, within = bit % 9;
    if (byte >= key.length) return false;
    return within == 0 || ((unsigned char)key.bytes[byte] >> (8 - within) & 1) != 0;
}

/* The first bit in which two different keys differ. */
static size_t first_difference(struct text a, struct text b) {
    size_t byte = 0;
    while (byte < a.length && byte < b.length && a.bytes[byte] == b.bytes[byte]) byte++;
    size_t bit = byte * 9;
    while (key_bit(a, bit) == key_bit(b, bit)) bit++;
    return bit;
}

/* Adds a key to those of the innermost object; false when it is there already. */
static bool add_key(struct json *json, struct text text) {
    struct level *level = &json->levels[json->depth - 1];
    struct key key = {.text = text};
    size_t self = json->keys.count;
    if (self == level->first_key) {
        level->root = LEAF | self;
        VECTOR_PUSH(json->arena, &json->keys, key);
        return true;
    }
    size_t nearest = level->root;
    while (!(nearest & LEAF)) nearest = json->keys.items[nearest].child[key_bit(text, json->keys.items[nearest].bit)];
    struct text neighbour = json->keys.items[nearest & ~LEAF].text;
    if (text_equal(text, neighbour)) return false;

    key.bit = first_difference(text, neighbour);
    size_t *link = &level->root;
    while (!(*link & LEAF) && json->keys.items[*link].bit < key.bit)
        link = &json->keys.items[*link].child[key_bit(text, json->keys.items[*link].bit)];
    bool side = key_bit(text, key.bit);
    key.child[side] = LEAF | self;
    key.child[!side] = *link;
    *link = self;
    VECTOR_PUSH(json->arena, &json->keys, key);
    return true;
}

/* Passes over the rest of a string up to and with its closing quote, and notes whether anything in it is escaped. */
static bool skip_string(struct json *json, bool *escaped) {
    *escaped = false;
    while (!at_end(json)) {
        unsigned char byte = (unsigned char)peek(json);
        size_t start = json->offset;
        if (byte < 0x20) {
            fail(json, JSON_CONTROL, start);
            return false;
        }
        if (byte >= 0x80) {
            if (text_next(json->text, &json->offset) != UTF8_BAD) continue;
            fail(json, JSON_BAD_UTF8, start);
            return false;
        }
        json->offset++;
        if (byte == '"') return true;
        if (byte != '\\') continue;
        *escaped = true;
        if (peek(json) == '"' || peek(json) == '\\') json->offset++;
    }
    fail(json, JSON_TRUNCATED, json->offset);
    return false;
}

/* The value of \uXXXX at `from`, or UTF8_BAD. */
static uint32_t escaped_unit(struct text text, size_t from) {
    if (text.length - from < 6 || text.bytes[from] != '\\' || text.bytes[from + 1] != 'u') return UTF8_BAD;
    uint32_t unit = 0;
    for (size_t i = from + 2; i < from + 6; i++) {
        char digit = text.bytes[i];
        if (digit >= '0' && digit <= '9')
            unit = unit * 16 + (uint32_t)(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            unit = unit * 16 + (uint32_t)(digit - 'a') + 10;
        else if (digit >= 'A' && digit <= 'F')
            unit = unit * 16 + (uint32_t)(digit - 'A') + 10;
        else
            return UTF8_BAD;
    }
    return unit;
}

/* The code point of the escape at *from, which moves past it; UTF8_BAD when it is none. */
static uint32_t read_escape(struct text text, size_t *from) {
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter = text.length - *from < 2 ? NULL : memchr(letters, text.bytes[*from + 1], sizeof letters - 1);
    if (letter) {
        *from += 2;
        return (uint32_t)meanings[letter - letters];
    }
    uint32_t unit = escaped_unit(text, *from);
    if (unit == UTF8_BAD) return UTF8_BAD;
    *from += 6;
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    uint32_t low = escaped_unit(text, *from);
    if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF) return UTF8_BAD;
    *from += 6;
    return 0x10000 + ((unit - 0xD800) << 10 | (low - 0xDC00));
}

/* Writes a code point as UTF-8 and returns the end of it. */
static char *put_utf8(char *out, uint32_t point) {
    if (point < 0x80) {
        *out++ = (char)point;
        return out;
    }
    if (point < 0x800) {
        *out++ = (char)(0xC0 | point >> 6);
    } else {
        if (point < 0x10000) {
            *out++ = (char)(0xE0 | point >> 12);
        } else {
            *out++ = (char)(0xF0 | point >> 18);
            *out++ = (char)(0x80 | (point >> 12 & 0x3F));
        }
        *out++ = (char)(0x80 | (point >> 6 & 0x3F));
    }
    *out++ = (char)(0x80 | (point & 0x3F));
    return out;
}

/* Replaces the escapes of json->value, which ends where the string ends. */
static bool unescape(struct json *json) {
    struct text raw = json->value;
    char *bytes = arena_new(json->arena, raw.length, 1); /* no escape is shorter than what it stands for */
    if (arena_failed(json->arena)) {
        fail(json, JSON_NO_MEMORY, json->marked);
        return false;
    }
    char *out = bytes;
    for (size_t i = 0; i < raw.length;) {
        if (raw.bytes[i] != '\\') {
            *out++ = raw.bytes[i++];
            continue;
        }
        size_t start = i;
        uint32_t point = read_escape(raw, &i);
        if (point == UTF8_BAD) {
            fail(json, JSON_BAD_ESCAPE, (size_t)(raw.bytes - json->text.bytes) + start);
            return false;
        }
        out = put_utf8(out, point);
    }
    json->value = (struct text){bytes, (size_t)(out - bytes)};
    return true;
}

static bool read_string(struct json *json) {
    size_t from = ++json->offset;
    bool escaped;
    if (!skip_string(json, &escaped)) return false;
    json->value = text_slice(json->text, from, json->offset - 1);
    return !escaped || unescape(json);
}

static enum json_event read_key(struct json *json) {
    if (peek(json) != '"') return fail_here(json);
    if (!read_string(json)) return JSON_ERROR;
    if (!add_key(json, json->value)) return fail(json, JSON_DUPLICATE_KEY, json->marked);
    if (arena_failed(json->arena)) return fail(json, JSON_NO_MEMORY, json->marked);
    json->expected = COLON;
    return JSON_KEY;
}

static size_t skip_digits(struct text text, size_t from) {
    while (from < text.length && text.bytes[from] >= '0' && text.bytes[from] <= '9') from++;
    return from;
}

static bool byte_is(struct text text, size_t at, const char *one_of) {
    return at < text.length && text.bytes[at] != '\0' && strchr(one_of, text.bytes[at]) != NULL;
}

/* The end of the number at `from`, or `from` when none stands there. */
static size_t number_end(struct text text, size_t from) {
    size_t integer = from + byte_is(text, from, "-");
    size_t end = skip_digits(text, integer);
    if (end == integer || (byte_is(text, integer, "0") && end != integer + 1)) return from;
    if (byte_is(text, end, ".")) {
        size_t fraction = end + 1;
        end = skip_digits(text, fraction);
        if (end == fraction) return from;
    }
    if (byte_is(text, end, "eE")) {
        size_t exponent = end + 1 + byte_is(text, end + 1, "+-");
        end = skip_digits(text, exponent);
        if (end == exponent) return from;
    }
    return end;
}

bool json_is_number(struct text text) {
    return text.length > 0 && number_end(text, 0) == text.length;
}

static enum json_event read_number(struct json *json) {
    size_t end = number_end(json->text, json->offset);
    if (end == json->offset) return fail(json, JSON_BAD_NUMBER, json->offset);
    json->value = text_slice(json->text, json->offset, end);
    json->offset = end;
    return JSON_NUMBER;
}

static enum json_event read_word(struct json *json, const char *word, enum json_event event) {
    for (; *word; word++, json->offset++)
        if (peek(json) != *word) return fail_here(json);
    return event;
}

static enum json_event open_level(struct json *json, bool object) {
    if (json->depth == JSON_DEPTH_MAX) return fail(json, JSON_TOO_DEEP, json->offset);
    json->levels[json->depth++] = (struct level){.object = object, .first_key = json->keys.count};
    json->expected = object ? KEY_OR_CLOSE : VALUE_OR_CLOSE;
    json->offset++;
    return object ? JSON_OBJECT_BEGIN : JSON_ARRAY_BEGIN;
}

static void expect_what_follows_a_value(struct json *json) {
    json->expected = json->depth == 0 ? NOTHING : COMMA_OR_CLOSE;
}

static bool at_close(const struct json *json) {
    return peek(json) == (json->levels[json->depth - 1].object ? '}' : ']');
}

static enum json_event close_level(struct json *json) {
    const struct level *level = &json->levels[--json->depth];
    json->keys.count = level->first_key;
    json->offset++;
    expect_what_follows_a_value(json);
    return level->object ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static enum json_event read_value(struct json *json) {
    expect_what_follows_a_value(json);
    switch (peek(json)) {
    case '{': return open_level(json, true);
    case '[': return open_level(json, false);
    case '"': return read_string(json) ? JSON_STRING : JSON_ERROR;
    case 't': return read_word(json, "true", JSON_TRUE);
    case 'f': return read_word(json, "false", JSON_FALSE);
    case 'n': return read_word(json, "null", JSON_NULL);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return read_number(json);
    default: return fail_here(json);
    }
}

static bool skip_separator(struct json *json, char separator) {
    if (peek(json) != separator) return false;
    json->offset++;
    skip_space(json);
    return true;
}

enum json_event json_next(struct json *json) {
    if (json->error != JSON_OK) return JSON_ERROR;
    json->value = (struct text){0};
    skip_space(json);
    if (json->expected == COLON) {
        if (!skip_separator(json, ':')) return fail_here(json);
        json->expected = VALUE;
    } else if (json->expected == COMMA_OR_CLOSE && skip_separator(json, ',')) {
        json->expected = json->levels[json->depth - 1].object ? KEY : VALUE;
    }
    mark(json, json->offset);

    switch (json->expected) {
    case VALUE: return read_value(json);
    case VALUE_OR_CLOSE: return at_close(json) ? close_level(json) : read_value(json);
    case KEY: return read_key(json);
    case KEY_OR_CLOSE: return at_close(json) ? close_level(json) : read_key(json);
    case COMMA_OR_CLOSE: return at_close(json) ? close_level(json) : fail_here(json);
    default: return at_end(json) ? JSON_END : fail(json, JSON_TRAILING, json->offset);
    }
}
