/* Whatever is offered as data, every row is decided or refused: told with its place, and never half taken; and the same
 * when it is read in parts.
 *
 * The input is a file of families; behind a line of two colons one of people, then one of bills. */
#include "shared.h"

#include <assert.h>

enum { INPUT_BYTES_MAX = 1 << 15 };

/* The part up to the next line that begins with two colons, which is passed over. */
static struct text take_file(struct text text, size_t *offset) {
    size_t begin = *offset, end = begin;
    while (end < text.length && !text_starts(text_slice(text, end, text.length), "\n::")) end++;
    *offset = end;
    while (*offset < text.length && text.bytes[*offset] != '\n') ++*offset;
    for (bool first = true; *offset < text.length && (first || text.bytes[*offset] != '\n'); first = false) ++*offset;
    if (*offset < text.length) ++*offset;
    return text_slice(text, begin, end);
}

static void read_files(struct import *import, struct text text) {
    static const char *const names[] = {"family", "person", "bill"};
    size_t offset = 0;
    for (size_t i = 0; i < 3; i++)
        import_text(import, map_get(&import->policy->entity_by_name, text_from(names[i])), text_from(names[i]),
                    take_file(text, &offset));
}

/* Read in parts, by two threads, the files say the same and the same is told of them. */
static void check_parts(const struct import *whole, struct text text, size_t part_bytes) {
    struct arena arena;
    struct diagnostics diagnostics;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    struct import import = {
        .arena = &arena, .policy = whole->policy, .diagnostics = &diagnostics, .threads = 2, .part_bytes = part_bytes};
    read_files(&import, text);
    check_same_records(&whole->records, &import.records);
    assert(import.refused.count == whole->refused.count && import.records.lost.count == whole->records.lost.count);
    assert(diagnostics.list.count == whole->diagnostics->list.count &&
           diagnostics.errors == whole->diagnostics->errors);
    for (size_t i = 0; i < diagnostics.list.count; i++) {
        const struct diagnostic *a = &diagnostics.list.items[i], *b = &whole->diagnostics->list.items[i];
        assert(a->message == b->message && a->at.line == b->at.line && a->at.column == b->at.column);
    }
    import_close(&import);
    arena_free(&arena);
}

static void import(struct policy *policy, struct text text) {
    struct arena arena;
    struct diagnostics diagnostics;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    struct import import = {.arena = &arena, .policy = policy, .diagnostics = &diagnostics};
    read_files(&import, text);
    check_parts(&import, text, 1 + text.length % 97);
    check_imported(&import);
    import_close(&import);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length > INPUT_BYTES_MAX) return 0;
    struct policy *policy = families_law();
    import(policy, (struct text){(const char *)bytes, length});
    policy_free(policy);
    return 0;
}
