#include "work/unconfirmed.h"

#include "engine/confirmation.h"

struct unconfirmed_month {
    month_number month;
    const bool *fields; /* by index */
};

void unconfirmed_init(struct unconfirmed *unconfirmed, const struct policy *law) {
    *unconfirmed = (struct unconfirmed){.law = law};
    arena_init(&unconfirmed->arena);
    lock_init(&unconfirmed->lock);
}

void unconfirmed_free(struct unconfirmed *unconfirmed) {
    if (!unconfirmed->law) return;
    lock_free(&unconfirmed->lock);
    arena_free(&unconfirmed->arena);
}

/* Of the law alone, by a month in which there is nobody. */
static void find(const struct policy *law, month_number month, bool *fields) {
    static const struct run_options everything = {.known = DAY_NEVER};
    struct history history;
    history_init(&history, law);
    struct dataset *dataset = dataset_empty(law, month);
    struct run *run = dataset ? run_new(law, dataset, &history, month, &everything) : NULL;
    const struct confirmation *confirmation = run ? confirmation_of(run) : NULL;
    for (size_t i = 0; i < law->fields.count; i++) fields[i] = !confirmation || confirmation->unconfirmed[i];
    run_free(run);
    dataset_free(dataset);
    history_free(&history);
}

/* With the lock. NULL when memory has run out. */
static const bool *fields_in(struct unconfirmed *unconfirmed, month_number month) {
    for (size_t i = 0; i < unconfirmed->months.count; i++)
        if (unconfirmed->months.items[i].month == month) return unconfirmed->months.items[i].fields;
    bool *fields = ARENA_ARRAY(&unconfirmed->arena, bool, unconfirmed->law->fields.count + 1);
    if (arena_failed(&unconfirmed->arena)) return NULL;
    find(unconfirmed->law, month, fields);
    struct unconfirmed_month found = {month, fields};
    VECTOR_PUSH(&unconfirmed->arena, &unconfirmed->months, found);
    return fields;
}

bool unconfirmed_is(struct unconfirmed *unconfirmed, const struct field *field, month_number month) {
    bool rests = false;
    lock_take(&unconfirmed->lock);
    for (month_number at = month; !rests && month_year(at) == month_year(month); at--) {
        const bool *fields = fields_in(unconfirmed, at);
        rests = !fields || fields[field->index];
    }
    lock_give(&unconfirmed->lock);
    return rests;
}

bool unconfirmed_on(const void *of, const struct field *field, day_number day) {
    return unconfirmed_is((struct unconfirmed *)(uintptr_t)of, field, day_month(day));
}
