#include "exchange/fhir_tree.h"

#include "exchange/messages.h"

#include <assert.h>

/* --- reading ------------------------------------------------------------------------------------------------------ */

static struct fhir_node *add(struct arena *arena, struct fhir_node *parent, struct fhir_node node) {
    struct fhir_node *added = ARENA_NEW(arena, struct fhir_node);
    *added = node;
    added->parent = parent;
    if (!parent) return added;
    if (parent->last) {
        added->index = parent->last->index + 1;
        parent->last->next = added;
    } else {
        parent->first = added;
    }
    parent->last = added;
    return added;
}

static void complain(struct diagnostics *diagnostics, const struct source *source, struct json *json) {
    static const enum exchange_message messages[] = {
        [JSON_UNEXPECTED] = EXCHANGE_FHIR_JSON_UNEXPECTED, [JSON_TRUNCATED] = EXCHANGE_FHIR_JSON_TRUNCATED,
        [JSON_BAD_ESCAPE] = EXCHANGE_FHIR_JSON_ESCAPE,     [JSON_BAD_UTF8] = EXCHANGE_FHIR_JSON_UTF8,
        [JSON_CONTROL] = EXCHANGE_FHIR_JSON_CONTROL,       [JSON_BAD_NUMBER] = EXCHANGE_FHIR_JSON_NUMBER,
        [JSON_DUPLICATE_KEY] = EXCHANGE_FHIR_JSON_TWICE,   [JSON_TOO_DEEP] = EXCHANGE_FHIR_JSON_DEEP,
        [JSON_TRAILING] = EXCHANGE_FHIR_JSON_TRAILING,
    };
    struct position at = {.source = source, .length = 1};
    json_place(json, &at.line, &at.column);
    diagnostics_add(diagnostics, &exchange_messages[messages[json_error(json)]], at, NULL, 0);
}

/* The parser sees to it that every end has its beginning. */
static struct fhir_node *build(struct arena *arena, struct json *json) {
    struct fhir_node *root = NULL, *open = NULL;
    struct text key = TEXT("");
    for (;;) {
        enum json_event event = json_next(json);
        if (event == JSON_END || event == JSON_ERROR || arena_failed(arena)) return event == JSON_END ? root : NULL;
        if (event == JSON_KEY) {
            key = json_text(json);
            continue;
        }
        if (event == JSON_OBJECT_END || event == JSON_ARRAY_END) {
            assert(open);
            open = open->parent;
            continue;
        }
        struct fhir_node node = {.kind = event, .key = key, .text = json_text(json)};
        json_place(json, &node.line, &node.column);
        struct fhir_node *added = add(arena, open, node);
        key = TEXT("");
        if (!root) root = added;
        if (event == JSON_OBJECT_BEGIN || event == JSON_ARRAY_BEGIN) open = added;
    }
}

struct fhir_node *fhir_tree_read(struct arena *arena, const struct source *source, struct diagnostics *diagnostics) {
    if (source->bytes.length > FHIR_BYTES_MAX) {
        const struct text most = text_format(arena, "%d", FHIR_BYTES_MAX >> 20);
        diagnostics_add(diagnostics, &exchange_messages[EXCHANGE_FHIR_TOO_LONG], (struct position){.source = source},
                        &most, 1);
        return NULL;
    }
    struct json *json = json_open(arena, source->bytes);
    if (!json) return NULL;
    struct fhir_node *root = build(arena, json);
    if (arena_failed(arena)) return NULL;
    if (!root) complain(diagnostics, source, json);
    return root;
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

struct fhir_node *fhir_child(const struct fhir_node *node, const char *key) {
    if (!node || node->kind != JSON_OBJECT_BEGIN) return NULL;
    struct fhir_node *child = node->first;
    while (child && !text_is(child->key, key)) child = child->next;
    return child;
}

struct text fhir_child_text(const struct fhir_node *node, const char *key) {
    const struct fhir_node *child = fhir_child(node, key);
    return child && child->kind == JSON_STRING ? child->text : TEXT("");
}

static void add_path(struct builder *out, const struct fhir_node *node) {
    const struct fhir_node *way[JSON_DEPTH_MAX + 1];
    size_t count = 0;
    for (; node->parent; node = node->parent) way[count++] = node;
    struct text type = fhir_child_text(node, "resourceType");
    builder_add(out, type.length ? type : TEXT("Resource"));
    while (count-- > 0) {
        if (way[count]->parent->kind == JSON_ARRAY_BEGIN)
            builder_format(out, "[%u]", (unsigned)way[count]->index);
        else
            builder_format(out, ".%.*s", TEXT_ARG(way[count]->key));
    }
}

struct text fhir_path(struct arena *arena, const struct fhir_node *node, const char *below) {
    struct builder out;
    builder_init(&out);
    add_path(&out, node);
    if (below[0]) builder_format(&out, ".%s", below);
    return builder_finish(&out, arena);
}

struct position fhir_position(const struct source *source, const struct fhir_node *node) {
    struct position at = {.source = source, .line = node->line, .column = node->column, .length = 1};
    if (node->kind == JSON_STRING) at.length = (uint32_t)text_characters(node->text) + 2;
    if (node->kind == JSON_NUMBER) at.length = (uint32_t)node->text.length;
    return at;
}
