/* A text is either read, as a tree whose places lie in it and whose keys are all different, or refused with a
 * diagnostic that can be shown. */
#include "shared.h"

#include "exchange/yaml.h"

#include <assert.h>

static void check_place(struct position at, const struct source *source) {
    assert(at.source == source);
    assert(at.line <= source->bytes.length + 1 && at.column <= source->bytes.length + 1);
}

static void check_tree(const struct yaml_node *node, const struct source *source, unsigned depth) {
    check_place(node->at, source);
    assert(node->at.line >= 1 && node->at.column >= 1 && node->at.length >= 1);
    if (node->kind == YAML_SCALAR) {
        assert(text_invalid_at(node->scalar) == node->scalar.length);
        return;
    }
    assert(depth < YAML_DEPTH_MAX);
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_SEQUENCE) {
            check_tree(node->items[i], source, depth + 1);
            continue;
        }
        const struct yaml_pair *pair = &node->pairs[i];
        check_place(pair->key_at, source);
        check_tree(pair->value, source, depth + 1);
        for (size_t j = 0; j < i; j++) assert(!text_equal(pair->key, node->pairs[j].key));
    }
}

static void check_told(struct arena *arena, struct diagnostics *diagnostics, const struct source *source) {
    diagnostics_sort(diagnostics);
    for (size_t i = 0; i < diagnostics->list.count; i++) check_place(diagnostics->list.items[i].at, source);
    check_diagnostics(arena, diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct source source = {.name = TEXT("case.yaml"), .bytes = {(const char *)bytes, length}};
    struct arena arena;
    struct diagnostics diagnostics;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    struct yaml_node *root = yaml_read(&arena, &source, &diagnostics);
    assert((root == NULL) == (diagnostics.errors > 0));
    if (root) check_tree(root, &source, 0);
    check_told(&arena, &diagnostics, &source);
    arena_free(&arena);
    return 0;
}
