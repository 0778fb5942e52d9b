/* Who reads whom: within a stratum only `previous` and `earlier` may close a cycle. */
#include "lang/compile.h"

enum { FIELDS_SHOWN = 12 };

static void note(struct policy *policy, struct dependencies *reads, struct dependency read) {
    for (size_t i = 0; i < reads->list.count; i++) {
        if (reads->list.items[i].field != read.field) continue;
        reads->list.items[i].stands &= read.stands;
        return;
    }
    VECTOR_PUSH(&policy->arena, &reads->list, read);
}

void cycle_note(struct policy *policy, struct field *reader, struct field *read, struct span at) {
    note(policy, &reader->reads, (struct dependency){read, at, false});
}

void cycle_note_before(struct policy *policy, struct field *reader, struct field *read, struct span at, bool stands) {
    note(policy, &reader->reads_before, (struct dependency){read, at, stands});
}

/* A field on the way from the one where the search began, and how many of those that it reads have been visited. */
struct visit {
    struct field *field;
    size_t next;
};

enum state { UNSEEN, OPEN, DONE };

/* A search in depth, by hand, since a policy may be deeper than the stack. */
struct search {
    struct policy *policy;
    bool through_time; /* follows what is read of other times and strata too, where cycles are allowed */
    unsigned char *state;
    struct visit *way;
    size_t length;
    struct field **order; /* the fields, each behind those that it reads */
    size_t ordered;
};

static bool search_begin(struct search *search, struct policy *policy, bool through_time) {
    size_t count = policy->fields.count + 1;
    *search = (struct search){.policy = policy, .through_time = through_time};
    search->state = ARENA_ARRAY(&policy->arena, unsigned char, count);
    search->way = ARENA_ARRAY(&policy->arena, struct visit, count);
    search->order = ARENA_ARRAY(&policy->arena, struct field *, count);
    return !arena_failed(&policy->arena);
}

static void report_cycle(const struct search *search, const struct dependency *last) {
    struct arena *arena = &search->policy->arena;
    size_t begin = search->length;
    while (search->way[begin - 1].field != last->field) begin--;
    struct text path = TEXT("");
    for (size_t i = begin - 1; i < search->length && i < begin + FIELDS_SHOWN; i++) {
        const struct field *field = search->way[i].field;
        path = text_format(arena, "%.*s%.*s.%.*s → ", TEXT_ARG(path), TEXT_ARG(field->entity->name),
                           TEXT_ARG(field->name));
    }
    if (search->length > begin + FIELDS_SHOWN) path = text_format(arena, "%.*s… → ", TEXT_ARG(path));
    path = text_format(arena, "%.*s%.*s.%.*s", TEXT_ARG(path), TEXT_ARG(last->field->entity->name),
                       TEXT_ARG(last->field->name));
    REPORT(search->policy, LANG_CYCLE, last->at, path);
}

static const struct dependency *next_read(const struct search *search, struct visit *visit) {
    const struct dependencies *now = &visit->field->reads, *before = &visit->field->reads_before;
    size_t next = visit->next++;
    if (next < now->list.count) return &now->list.items[next];
    next -= now->list.count;
    return search->through_time && next < before->list.count ? &before->list.items[next] : NULL;
}

static void enter(struct search *search, struct field *field) {
    search->state[field->index] = OPEN;
    search->way[search->length++] = (struct visit){field, 0};
}

static void search_from(struct search *search, struct field *root) {
    if (search->state[root->index] == UNSEEN) enter(search, root);
    while (search->length) {
        struct visit *visit = &search->way[search->length - 1];
        const struct dependency *read = next_read(search, visit);
        if (!read) {
            search->state[visit->field->index] = DONE;
            search->order[search->ordered++] = visit->field;
            search->length--;
        } else if (search->state[read->field->index] == UNSEEN) {
            enter(search, read->field);
        } else if (search->state[read->field->index] == OPEN && !search->through_time) {
            report_cycle(search, read);
        }
    }
}

void cycles_find(struct policy *policy) {
    struct search search;
    if (!search_begin(&search, policy, false)) return;
    for (size_t i = 0; i < policy->fields.count; i++) search_from(&search, policy->fields.items[i]);
}

struct field *const *fields_in_order(struct policy *policy) {
    struct search search;
    if (!search_begin(&search, policy, true)) return NULL;
    for (size_t i = 0; i < policy->fields.count; i++) search_from(&search, policy->fields.items[i]);
    return search.order;
}
