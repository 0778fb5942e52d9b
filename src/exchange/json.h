/* JSON: a pull parser that keeps decimals exact and refuses duplicate keys, and a writer.
 *
 * Reader (RFC 8259): strict UTF-8, no comments, no trailing text or commas, depth at most JSON_DEPTH_MAX; a byte order
 * mark at the very beginning is passed over. Numbers are handed out as text, so 100.10 stays 100.10. The whole document
 * is in memory. Until JSON_END has come the document may still turn out to be broken: act on nothing before it. */
#ifndef DOUDI_EXCHANGE_JSON_H
#define DOUDI_EXCHANGE_JSON_H

#include "base/arena.h"
#include "base/diagnostic.h"
#include "base/text.h"

enum { JSON_DEPTH_MAX = 64 };

enum json_event {
    JSON_OBJECT_BEGIN,
    JSON_OBJECT_END,
    JSON_ARRAY_BEGIN,
    JSON_ARRAY_END,
    JSON_KEY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_END,  /* the document is over; every further call gives it again */
    JSON_ERROR /* see json_error, json_place; every further call gives it again */
};

enum json_error {
    JSON_OK,
    JSON_UNEXPECTED, /* a character that has no place here */
    JSON_TRUNCATED,  /* the text ends too early */
    JSON_BAD_ESCAPE, /* also an unpaired surrogate */
    JSON_BAD_UTF8,
    JSON_CONTROL, /* a raw control character in a string */
    JSON_BAD_NUMBER,
    JSON_DUPLICATE_KEY, /* the place is that of the second one */
    JSON_TOO_DEEP,
    JSON_TRAILING, /* text after the document */
    JSON_NO_MEMORY
};

struct json;

/* A reader of the text, in the arena; the text must outlive it. NULL when memory has run out. */
struct json *json_open(struct arena *arena, struct text text);
enum json_event json_next(struct json *json);

/* Of the last key, string or number, else empty. Lives as long as the text and the arena. */
struct text json_text(const struct json *json);
enum json_error json_error(const struct json *json);

/* Where the last event begins, or what the error is about; both from 1, columns in characters. */
void json_place(const struct json *json, uint32_t *line, uint32_t *column);

/* Whether the text is a number as JSON writes them: "-0.50" and "1e3" are, "01", ".5" and "1/3" are not. */
bool json_is_number(struct text text);

/* Writer: puts commas and indentation itself; ends in a line break once the outermost value is complete. Misuse is
 * asserted: a value without its key, the wrong close, a second document, depth over JSON_DEPTH_MAX. */
struct json_writer {
    struct builder *out;
    uint8_t depth;
    bool compact;                     /* everything on one line */
    bool object[JSON_DEPTH_MAX + 1];  /* an object is open at this depth, else an array */
    bool started[JSON_DEPTH_MAX + 1]; /* something stands at this depth already */
    bool after_key;
};
void json_writer_init(struct json_writer *writer, struct builder *out, bool compact);
void json_write_object(struct json_writer *writer);
void json_write_array(struct json_writer *writer);
void json_write_close_object(struct json_writer *writer);
void json_write_close_array(struct json_writer *writer);
void json_write_key(struct json_writer *writer, const char *key);
void json_write_key_text(struct json_writer *writer, struct text key);
void json_write_string(struct json_writer *writer, struct text string); /* bytes that are not UTF-8 become U+FFFD */
void json_write_text(struct json_writer *writer, const char *key, struct text text); /* a key and its string */
void json_write_number(struct json_writer *writer, struct text number); /* as it stands; json_is_number is asserted */
void json_write_integer(struct json_writer *writer, int64_t integer);
void json_write_bool(struct json_writer *writer, bool value);
void json_write_null(struct json_writer *writer);
/* "key": {"zh": .., "en": ..}; what lacks one language has the other's words, what has neither is left out. */
void json_write_words(struct json_writer *writer, const char *key, const struct text words[LANGUAGES]);

#endif
