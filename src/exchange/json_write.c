#include "exchange/json.h"

#include <assert.h>
#include <inttypes.h>

static const struct text REPLACEMENT = {"\xEF\xBF\xBD", 3};

void json_writer_init(struct json_writer *writer, struct builder *out, bool compact) {
    *writer = (struct json_writer){.out = out, .compact = compact};
}

static void add(struct json_writer *writer, const char *text) {
    builder_add(writer->out, text_from(text));
}

static void break_line(struct json_writer *writer) {
    add(writer, "\n");
    builder_pad(writer->out, (size_t)writer->depth * 2);
}

/* What stands between the previous item at this depth and the next one. */
static void separate(struct json_writer *writer) {
    if (writer->started[writer->depth]) add(writer, ",");
    writer->started[writer->depth] = true;
    if (!writer->compact) break_line(writer);
}

static void before_value(struct json_writer *writer) {
    if (writer->depth == 0) {
        assert(!writer->started[0]);
        writer->started[0] = true;
    } else if (writer->object[writer->depth]) {
        assert(writer->after_key);
        writer->after_key = false;
    } else {
        separate(writer);
    }
}

static void after_value(struct json_writer *writer) {
    if (writer->depth == 0) add(writer, "\n");
}

static void begin(struct json_writer *writer, bool object) {
    before_value(writer);
    assert(writer->depth < JSON_DEPTH_MAX);
    writer->depth++;
    writer->object[writer->depth] = object;
    writer->started[writer->depth] = false;
    add(writer, object ? "{" : "[");
}

static void end(struct json_writer *writer, bool object) {
    assert(writer->depth > 0 && writer->object[writer->depth] == object && !writer->after_key);
    bool empty = !writer->started[writer->depth];
    writer->depth--;
    if (!empty && !writer->compact) break_line(writer);
    add(writer, object ? "}" : "]");
    after_value(writer);
}

void json_write_object(struct json_writer *writer) {
    begin(writer, true);
}

void json_write_array(struct json_writer *writer) {
    begin(writer, false);
}

void json_write_close_object(struct json_writer *writer) {
    end(writer, true);
}

void json_write_close_array(struct json_writer *writer) {
    end(writer, false);
}

/* What a code point is written as when it cannot stand for itself; NULL when it can. */
static const char *short_escape(uint32_t point) {
    switch (point) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

static void add_quoted(struct json_writer *writer, struct text string) {
    add(writer, "\"");
    size_t plain_from = 0;
    for (size_t next = 0; next < string.length;) {
        size_t at = next;
        uint32_t point = text_next(string, &next);
        const char *escape = short_escape(point);
        if (!escape && point >= 0x20 && point != UTF8_BAD) continue;
        builder_add(writer->out, text_slice(string, plain_from, at));
        plain_from = next;
        if (escape)
            add(writer, escape);
        else if (point == UTF8_BAD)
            builder_add(writer->out, REPLACEMENT);
        else
            builder_format(writer->out, "\\u%04" PRIX32, point);
    }
    builder_add(writer->out, text_slice(string, plain_from, string.length));
    add(writer, "\"");
}

void json_write_key(struct json_writer *writer, const char *key) {
    json_write_key_text(writer, text_from(key));
}

void json_write_key_text(struct json_writer *writer, struct text key) {
    assert(writer->object[writer->depth] && !writer->after_key);
    separate(writer);
    add_quoted(writer, key);
    add(writer, writer->compact ? ":" : ": ");
    writer->after_key = true;
}

static void write_plain(struct json_writer *writer, struct text value) {
    before_value(writer);
    builder_add(writer->out, value);
    after_value(writer);
}

void json_write_string(struct json_writer *writer, struct text string) {
    before_value(writer);
    add_quoted(writer, string);
    after_value(writer);
}

void json_write_number(struct json_writer *writer, struct text number) {
    assert(json_is_number(number));
    write_plain(writer, number);
}

void json_write_integer(struct json_writer *writer, int64_t integer) {
    before_value(writer);
    builder_format(writer->out, "%" PRId64, integer);
    after_value(writer);
}

void json_write_bool(struct json_writer *writer, bool value) {
    write_plain(writer, value ? TEXT("true") : TEXT("false"));
}

void json_write_null(struct json_writer *writer) {
    write_plain(writer, TEXT("null"));
}

void json_write_text(struct json_writer *writer, const char *key, struct text text) {
    json_write_key(writer, key);
    json_write_string(writer, text);
}

void json_write_words(struct json_writer *writer, const char *key, const struct text words[LANGUAGES]) {
    static const char *const names[] = {[LANGUAGE_ZH] = "zh", [LANGUAGE_EN] = "en"};
    if (!words[LANGUAGE_ZH].length && !words[LANGUAGE_EN].length) return;
    json_write_key(writer, key);
    json_write_object(writer);
    for (int language = 0; language < LANGUAGES; language++) {
        json_write_key(writer, names[language]);
        json_write_string(writer, words[words[language].length ? language : LANGUAGES - 1 - language]);
    }
    json_write_close_object(writer);
}
