/* Cycles: within a stratum only `previous` and `earlier` may close one. */
#include "lang/compile.h"

void cycle_note(struct policy *policy, struct field *reader, struct field *read, struct span at) {
    for (size_t i = 0; i < reader->reads.count; i++)
        if (reader->reads.items[i].field == read) return;
    struct dependency dependency = {read, at};
    VECTOR_PUSH(&policy->arena, &reader->reads, dependency);
}

/* The fields on the way from the one where the search began to the present one. */
struct way {
    struct field **fields;
    size_t length;
};

static void report_cycle(struct policy *policy, const struct way *way, const struct field *again, struct span at) {
    size_t begin = way->length;
    while (begin > 0 && way->fields[begin - 1] != again) begin--;
    struct text path = TEXT("");
    for (size_t i = begin - 1; i < way->length; i++) {
        const struct field *field = way->fields[i];
        path = text_format(&policy->arena, "%.*s%.*s.%.*s → ", TEXT_ARG(path), TEXT_ARG(field->entity->name), TEXT_ARG(field->name));
    }
    path = text_format(&policy->arena, "%.*s%.*s.%.*s", TEXT_ARG(path), TEXT_ARG(again->entity->name), TEXT_ARG(again->name));
    REPORT(policy, LANG_CYCLE, at, path);
}

enum { UNSEEN, OPEN, DONE };

static void visit(struct policy *policy, struct field *field, struct way *way, unsigned char *state) {
    state[field->index] = OPEN;
    way->fields[way->length++] = field;
    for (size_t i = 0; i < field->reads.count; i++) {
        struct field *next = field->reads.items[i].field;
        if (state[next->index] == OPEN)
            report_cycle(policy, way, next, field->reads.items[i].at);
        else if (state[next->index] == UNSEEN)
            visit(policy, next, way, state);
    }
    way->length--;
    state[field->index] = DONE;
}

void cycles_find(struct policy *policy) {
    size_t count = policy->fields.count;
    struct way way = {ARENA_ARRAY(&policy->arena, struct field *, count + 1), 0};
    unsigned char *state = ARENA_ARRAY(&policy->arena, unsigned char, count + 1);
    if (arena_failed(&policy->arena)) return;
    for (size_t i = 0; i < count; i++)
        if (state[i] == UNSEEN) visit(policy, policy->fields.items[i], &way, state);
}
