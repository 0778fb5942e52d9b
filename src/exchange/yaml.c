#include "exchange/yaml.h"

#include "base/shown.h"
#include "exchange/messages.h"

#include <stdlib.h>
#include <yaml.h>

/* More than so many mistakes tell nothing new. */
enum { MISTAKES_MAX = 20 };

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    const struct source *source;
    struct text text; /* of the source, without byte order mark */
    struct diagnostics *diagnostics;
    size_t mistakes;
};

static void report_related(struct reader *reader, enum exchange_message message, struct position at,
                           struct text argument, struct position related) {
    if (reader->mistakes > MISTAKES_MAX) return;
    if (reader->mistakes++ == MISTAKES_MAX) message = EXCHANGE_YAML_TOO_MANY_MISTAKES;
    struct diagnostic *diagnostic = diagnostics_add(reader->diagnostics, &exchange_messages[message], at, &argument, 1);
    if (diagnostic) diagnostic->related = related;
}

static void report(struct reader *reader, enum exchange_message message, struct position at, struct text argument) {
    report_related(reader, message, at, argument, (struct position){0});
}

static struct position whole_file(const struct reader *reader) {
    return (struct position){.source = reader->source};
}

static struct text limit_text(const struct reader *reader, int limit) {
    return text_format(reader->arena, "%d", limit);
}

/* What does not end on its line is shown by its first character. */
static struct position place(const struct reader *reader, yaml_mark_t start, yaml_mark_t end) {
    bool within_line = end.line == start.line && end.column > start.column;
    return (struct position){.source = reader->source,
                             .line = (uint32_t)start.line + 1,
                             .column = (uint32_t)start.column + 1,
                             .length = within_line ? (uint32_t)(end.column - start.column) : 1};
}

/* libyaml takes these for line breaks, unlike everybody else; its lines would no longer be those of an editor. */
static bool is_odd_line_break(struct text text, size_t at, uint32_t point) {
    if (point == '\r') return at + 1 == text.length || text.bytes[at + 1] != '\n';
    return point == 0x85 || point == 0x2028 || point == 0x2029;
}

static bool is_control(uint32_t point) {
    if (point < 0x20) return point != '\t' && point != '\n' && point != '\r';
    return (point >= 0x7F && point <= 0x9F) || point == 0xFEFF || point == 0xFFFE || point == 0xFFFF;
}

/* Looks for what has no place anywhere in the text. Directives belong to it, because libyaml takes time that is
 * quadratic in their number. */
static void check_characters(struct reader *reader) {
    struct text text = reader->text;
    size_t text_from = reader->source->bytes.length - text.length;
    bool at_line_start = true;
    for (size_t next = 0; next < text.length && reader->mistakes <= MISTAKES_MAX;) {
        size_t at = next;
        uint32_t point = text_next(text, &next);
        enum exchange_message message = EXCHANGE_MESSAGES;
        if (at_line_start && point == '%')
            message = EXCHANGE_YAML_DIRECTIVE;
        else if (is_odd_line_break(text, at, point))
            message = EXCHANGE_YAML_LINE_BREAK;
        else if (is_control(point))
            message = EXCHANGE_YAML_CONTROL;
        if (message != EXCHANGE_MESSAGES)
            report(reader, message, position_of(reader->source, text_from + at, next - at), TEXT(""));
        at_line_start = point == '\n';
    }
}

static void check_bytes(struct reader *reader) {
    struct text bytes = reader->source->bytes;
    if (bytes.length > (size_t)YAML_MIB_MAX << 20) {
        report(reader, EXCHANGE_YAML_TOO_LONG, whole_file(reader), limit_text(reader, YAML_MIB_MAX));
        return;
    }
    size_t invalid = text_invalid_at(bytes);
    if (invalid < bytes.length)
        report(reader, EXCHANGE_YAML_BAD_UTF8, position_of(reader->source, invalid, 1), TEXT(""));
    else
        check_characters(reader);
}

/* What libyaml complains of, in words of our own; what is not listed is YAML_SYNTAX. */
static const struct {
    const char *problem;
    enum exchange_message message;
    bool at_beginning; /* the place is where the broken thing begins, not where it broke */
} problems[] = {
    {"could not find expected ':'", EXCHANGE_YAML_COLON_MISSING, true},
    {"mapping values are not allowed in this context", EXCHANGE_YAML_COLON_STRAY, false},
    {"block sequence entries are not allowed in this context", EXCHANGE_YAML_INDENTATION, false},
    {"did not find expected key", EXCHANGE_YAML_INDENTATION, false},
    {"did not find expected '-' indicator", EXCHANGE_YAML_INDENTATION, false},
    {"did not find expected ',' or ']'", EXCHANGE_YAML_BRACKET_OPEN, true},
    {"did not find expected ',' or '}'", EXCHANGE_YAML_BRACKET_OPEN, true},
    {"did not find expected node content", EXCHANGE_YAML_VALUE_MISSING, false},
    {"found unexpected end of stream", EXCHANGE_YAML_QUOTE_OPEN, true},
    {"found unexpected document indicator", EXCHANGE_YAML_QUOTE_OPEN, true},
    {"found unknown escape character", EXCHANGE_YAML_ESCAPE, false},
    {"found a tab character that violates indentation", EXCHANGE_YAML_TAB, false},
    {"found a tab character where an indentation space is expected", EXCHANGE_YAML_TAB, false},
    {"found character that cannot start any token", EXCHANGE_YAML_CHARACTER, false},
};

/* The character at a mark, which counts characters; empty at the end of the text. */
static struct text character_at(const struct reader *reader, yaml_mark_t mark) {
    size_t from = 0;
    for (size_t i = 0; i < mark.index && from < reader->text.length; i++) text_next(reader->text, &from);
    size_t to = from;
    if (to < reader->text.length) text_next(reader->text, &to);
    return text_slice(reader->text, from, to);
}

static void report_problem(struct reader *reader) {
    const yaml_parser_t *parser = &reader->parser;
    if (parser->error == YAML_MEMORY_ERROR) {
        report(reader, EXCHANGE_YAML_NO_MEMORY, whole_file(reader), TEXT(""));
        return;
    }
    enum exchange_message message = EXCHANGE_YAML_SYNTAX;
    yaml_mark_t mark = parser->problem_mark;
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        if (!text_is(text_from(parser->problem), problems[i].problem)) continue;
        message = problems[i].message;
        if (problems[i].at_beginning) mark = parser->context_mark;
    }
    struct text character = character_at(reader, mark);
    if (message == EXCHANGE_YAML_CHARACTER && text_is(character, "\t")) message = EXCHANGE_YAML_TAB;
    report(reader, message, place(reader, mark, mark), character);
}

/* False when there is nothing more to read; that has been reported. */
static bool next_event(struct reader *reader, yaml_event_t *event) {
    if (reader->mistakes > MISTAKES_MAX || arena_failed(reader->arena)) return false;
    if (yaml_parser_parse(&reader->parser, event)) return true;
    report_problem(reader);
    return false;
}

static struct text text_of(const yaml_char_t *bytes) {
    return text_from((const char *)bytes);
}

static void refuse_properties(struct reader *reader, const yaml_char_t *anchor, const yaml_char_t *tag,
                              struct position at) {
    if (anchor) report(reader, EXCHANGE_YAML_ANCHOR, at, text_of(anchor));
    if (tag) report(reader, EXCHANGE_YAML_TAG, at, TEXT(""));
}

/* By key, then as written. */
static int compare_pairs(const void *left, const void *right) {
    const struct yaml_pair *a = *(struct yaml_pair *const *)left, *b = *(struct yaml_pair *const *)right;
    int order = text_compare(a->key, b->key);
    return order != 0 ? order : (a > b) - (a < b);
}

/* Sorting is quick for any keys, a hash table only for keys that nobody chose to collide. */
static void refuse_duplicates(struct reader *reader, const struct yaml_node *mapping) {
    struct yaml_pair **sorted = ARENA_ARRAY(reader->arena, struct yaml_pair *, mapping->count);
    if (arena_failed(reader->arena) || mapping->count == 0) return;
    for (size_t i = 0; i < mapping->count; i++) sorted[i] = &mapping->pairs[i];
    qsort(sorted, mapping->count, sizeof *sorted, compare_pairs);
    const struct yaml_pair *first = sorted[0];
    for (size_t i = 1; i < mapping->count; i++) {
        if (text_equal(sorted[i]->key, first->key))
            report_related(reader, EXCHANGE_YAML_DUPLICATE_KEY, sorted[i]->key_at, first->key, first->key_at);
        else
            first = sorted[i];
    }
}

static struct yaml_node *read_node(struct reader *reader, const yaml_event_t *event, size_t depth);

/* The node that comes next. NULL when there is none: either what is around it ends here, or nothing more can be read.
 */
static struct yaml_node *read_next(struct reader *reader, size_t depth, bool *ended) {
    yaml_event_t event;
    *ended = false;
    if (!next_event(reader, &event)) return NULL;
    *ended = event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
    struct yaml_node *node = *ended ? NULL : read_node(reader, &event, depth);
    yaml_event_delete(&event);
    return node;
}

static bool read_items(struct reader *reader, struct yaml_node *sequence, size_t depth) {
    VECTOR(struct yaml_node *) items = {0};
    bool ended;
    for (struct yaml_node *item; (item = read_next(reader, depth, &ended));) VECTOR_PUSH(reader->arena, &items, item);
    sequence->items = items.items;
    sequence->count = items.count;
    return ended;
}

static bool read_pairs(struct reader *reader, struct yaml_node *mapping, size_t depth) {
    VECTOR(struct yaml_pair) pairs = {0};
    bool ended;
    for (struct yaml_node *key; (key = read_next(reader, depth, &ended));) {
        if (key->kind != YAML_SCALAR) report(reader, EXCHANGE_YAML_KEY_KIND, key->at, TEXT(""));
        struct yaml_pair pair = {key->scalar, key->at, read_next(reader, depth, &ended)};
        if (!pair.value) return false;
        if (key->kind == YAML_SCALAR) VECTOR_PUSH(reader->arena, &pairs, pair);
    }
    mapping->pairs = pairs.items;
    mapping->count = pairs.count;
    if (ended) refuse_duplicates(reader, mapping);
    return ended;
}

static bool read_scalar(struct reader *reader, struct yaml_node *node, const yaml_event_t *event) {
    struct text value = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (text_steers_at(value, 0) < value.length) report(reader, EXCHANGE_YAML_CONTROL, node->at, TEXT(""));
    refuse_properties(reader, event->data.scalar.anchor, event->data.scalar.tag, node->at);
    node->kind = YAML_SCALAR;
    node->scalar = text_copy(reader->arena, value);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return true;
}

/* An alias is read on as if its name stood there. */
static bool read_alias(struct reader *reader, struct yaml_node *node, const yaml_event_t *event) {
    report(reader, EXCHANGE_YAML_ALIAS, node->at, text_of(event->data.alias.anchor));
    node->kind = YAML_SCALAR;
    node->scalar = text_copy(reader->arena, text_of(event->data.alias.anchor));
    return true;
}

static bool read_collection(struct reader *reader, struct yaml_node *node, const yaml_event_t *event, size_t depth) {
    if (depth == YAML_DEPTH_MAX) {
        report(reader, EXCHANGE_YAML_TOO_DEEP, node->at, limit_text(reader, YAML_DEPTH_MAX));
        return false;
    }
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        refuse_properties(reader, event->data.sequence_start.anchor, event->data.sequence_start.tag, node->at);
        node->kind = YAML_SEQUENCE;
        return read_items(reader, node, depth + 1);
    }
    refuse_properties(reader, event->data.mapping_start.anchor, event->data.mapping_start.tag, node->at);
    node->kind = YAML_MAPPING;
    return read_pairs(reader, node, depth + 1);
}

/* The node that an event begins, with all that is in it; it lies `depth` collections deep. NULL when it could not be
 * read to its end. */
static struct yaml_node *read_node(struct reader *reader, const yaml_event_t *event, size_t depth) {
    struct yaml_node *node = ARENA_NEW(reader->arena, struct yaml_node);
    node->at = place(reader, event->start_mark, event->end_mark);
    bool complete = event->type == YAML_SCALAR_EVENT  ? read_scalar(reader, node, event)
                    : event->type == YAML_ALIAS_EVENT ? read_alias(reader, node, event)
                                                      : read_collection(reader, node, event, depth);
    return complete ? node : NULL;
}

static struct yaml_node *empty_sequence(struct reader *reader) {
    struct yaml_node *node = ARENA_NEW(reader->arena, struct yaml_node);
    *node = (struct yaml_node){.kind = YAML_SEQUENCE, .at = {reader->source, 1, 1, 1}};
    return node;
}

static bool is_nothing(const struct yaml_node *node) {
    return node->kind == YAML_SCALAR && node->scalar.length == 0 && !node->quoted;
}

/* Passes over an event that begins or ends a stream or a document; tells which. NO_EVENT when nothing more can be read.
 */
static yaml_event_type_t skip_event(struct reader *reader, struct position *at) {
    yaml_event_t event;
    if (!next_event(reader, &event)) return YAML_NO_EVENT;
    yaml_event_type_t type = event.type;
    *at = place(reader, event.start_mark, event.end_mark);
    yaml_event_delete(&event);
    return type;
}

static struct yaml_node *read_document(struct reader *reader) {
    struct position at;
    bool ended;
    skip_event(reader, &at); /* the stream begins */
    yaml_event_type_t type = skip_event(reader, &at);
    if (type == YAML_STREAM_END_EVENT) return empty_sequence(reader);
    if (type != YAML_DOCUMENT_START_EVENT) return NULL;
    struct yaml_node *root = read_next(reader, 0, &ended);
    if (!root) return NULL;
    skip_event(reader, &at); /* the document ends */
    if (skip_event(reader, &at) == YAML_DOCUMENT_START_EVENT)
        report(reader, EXCHANGE_YAML_MANY_DOCUMENTS, at, TEXT(""));
    return is_nothing(root) ? empty_sequence(reader) : root;
}

static struct yaml_node *read_stream(struct reader *reader) {
    if (!yaml_parser_initialize(&reader->parser)) {
        report(reader, EXCHANGE_YAML_NO_MEMORY, whole_file(reader), TEXT(""));
        return NULL;
    }
    yaml_parser_set_input_string(&reader->parser, (const yaml_char_t *)reader->text.bytes, reader->text.length);
    struct yaml_node *root = read_document(reader);
    yaml_parser_delete(&reader->parser);
    return root;
}

struct yaml_node *yaml_read(struct arena *arena, const struct source *source, struct diagnostics *diagnostics) {
    struct reader reader = {.arena = arena, .source = source, .text = source->bytes, .diagnostics = diagnostics};
    if (text_starts(source->bytes, "\xEF\xBB\xBF")) reader.text = text_slice(source->bytes, 3, source->bytes.length);
    check_bytes(&reader);
    if (reader.mistakes > 0) return NULL;
    struct yaml_node *root = read_stream(&reader);
    return reader.mistakes > 0 || arena_failed(arena) ? NULL : root;
}

struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key) {
    for (size_t i = 0; mapping->kind == YAML_MAPPING && i < mapping->count; i++)
        if (text_is(mapping->pairs[i].key, key)) return mapping->pairs[i].value;
    return NULL;
}
