/* Whatever the reader takes, the writer writes so that the reader finds the same again. */
#include "exchange/json.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void write_event(struct json_writer *writer, enum json_event event, struct text text) {
    switch (event) {
    case JSON_OBJECT_BEGIN: json_write_object(writer); return;
    case JSON_OBJECT_END: json_write_close_object(writer); return;
    case JSON_ARRAY_BEGIN: json_write_array(writer); return;
    case JSON_ARRAY_END: json_write_close_array(writer); return;
    case JSON_KEY: json_write_key_text(writer, text); return;
    case JSON_STRING: json_write_string(writer, text); return;
    case JSON_NUMBER: json_write_number(writer, text); return;
    case JSON_TRUE: json_write_bool(writer, true); return;
    case JSON_FALSE: json_write_bool(writer, false); return;
    case JSON_NULL: json_write_null(writer); return;
    case JSON_END:
    case JSON_ERROR: return;
    }
}

/* Reads the document and writes it anew; false when it is broken. */
static bool rewrite(struct arena *arena, struct text document, bool compact, struct builder *out) {
    struct json *json = json_open(arena, document);
    struct json_writer writer;
    builder_init(out);
    json_writer_init(&writer, out, compact);
    uint32_t line = 1, last_line = 1, column;
    for (;;) {
        enum json_event event = json_next(json);
        json_place(json, &line, &column);
        assert(line >= last_line && column >= 1);
        last_line = line;
        assert((event == JSON_ERROR) == (json_error(json) != JSON_OK));
        if (event == JSON_END || event == JSON_ERROR) {
            assert(json_next(json) == event);
            return event == JSON_END;
        }
        write_event(&writer, event, json_text(json));
    }
}

static void assert_same(struct arena *arena, struct text a, struct text b) {
    struct json *left = json_open(arena, a), *right = json_open(arena, b);
    enum json_event event;
    do {
        event = json_next(left);
        assert(event != JSON_ERROR && event == json_next(right));
        assert(text_equal(json_text(left), json_text(right)));
    } while (event != JSON_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct text document = {(const char *)bytes, length};
    struct arena arena;
    struct builder compact, lines, again;
    arena_init(&arena);
    if (rewrite(&arena, document, true, &compact)) {
        bool read = rewrite(&arena, builder_text(&compact), false, &lines);
        assert(read);
        read = rewrite(&arena, builder_text(&lines), true, &again);
        assert(read);
        assert_same(&arena, document, builder_text(&lines));
        assert(text_equal(builder_text(&compact), builder_text(&again)));
        builder_free(&lines);
        builder_free(&again);
    }
    builder_free(&compact);
    arena_free(&arena);
    return 0;
}
