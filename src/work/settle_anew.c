/* All bills of a year found anew: people by the hundred, in one change. */
#include "base/calendar.h"
#include "work/settle_inside.h"

enum { TOGETHER = 256 };

struct anew {
    struct settler *settler;
    const struct registry_change *change;
    const struct settlement_request *request;
    int year;
    bool keeps;
    struct settled_anew *sums;
    settled_anew_each *each;
    void *context;
    bool any;
};

static void add_effects(struct anew *anew, const struct settlement_answer *answer) {
    for (size_t i = 0; i < answer->effects.count; i++) {
        const struct settlement_effect *effect = &answer->effects.items[i];
        for (size_t k = 0; k < effect->after.count; k++) {
            anew->sums->before[k] += effect->before.parts[k].known ? effect->before.parts[k].amount : 0;
            anew->sums->after[k] += effect->after.parts[k].known ? effect->after.parts[k].amount : 0;
        }
    }
    anew->sums->changed += answer->effects.count;
}

/* As many as were found anew. */
static size_t count_bills(const struct anew *anew, const struct round *round) {
    size_t count = 0;
    for (size_t i = 0; i < round->states.count; i++) {
        const struct bill_state *state = round->states.items[i];
        count += state->settlement.number && month_year(day_month(state->before.date)) >= anew->year;
    }
    return count;
}

static enum registry_result settle_some(struct anew *anew, const int64_t *parents, size_t count, struct arena *arena) {
    struct round round = {.settler = anew->settler, .event = anew->request->bill.event, .arena = arena};
    struct settlement_answer *answers = ARENA_ARRAY(arena, struct settlement_answer, count);
    struct asked *asked = ARENA_ARRAY(arena, struct asked, count);
    round.asked = ARENA_ARRAY(arena, struct asked *, count);
    if (arena_failed(arena)) return REGISTRY_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        answers[i] = (struct settlement_answer){.outcome = SETTLEMENT_REFUSED};
        asked[i] = (struct asked){
            .request = anew->request, .answer = &answers[i], .parent = parents[i], .waits = true, .year = anew->year};
        round.asked[round.count++] = &asked[i];
    }
    enum registry_result result = round_decide(&round);
    if (result == REGISTRY_DONE) anew->sums->bills += count_bills(anew, &round);
    if (result == REGISTRY_DONE && anew->keeps && round.count)
        result = round_keep(&round, anew->settler, anew->change, &anew->any);
    for (size_t i = 0; i < count && result == REGISTRY_DONE; i++) {
        anew->sums->refused += answers[i].outcome == SETTLEMENT_REFUSED;
        if (answers[i].outcome != SETTLEMENT_REFUSED) add_effects(anew, &answers[i]);
        if (answers[i].effects.count || answers[i].outcome == SETTLEMENT_REFUSED)
            anew->each(anew->context, &answers[i]);
    }
    round_free(&round);
    return result;
}

static enum registry_result settle_people(struct anew *anew, struct arena *arena) {
    struct registry_settled_parents parents;
    struct arena own;
    const struct entity *event = anew->request->bill.event;
    month_number first = anew->year * 12;
    enum registry_result result =
        registry_find_settled_parents(anew->settler->registry, event, first, MONTH_LAST, arena, &parents);
    anew->sums->people = parents.list.count;
    arena_init(&own);
    for (size_t at = 0; at < parents.list.count && result == REGISTRY_DONE; at += TOGETHER) {
        size_t rest = parents.list.count - at, here = rest < TOGETHER ? rest : TOGETHER;
        result = settle_some(anew, parents.list.items + at, here, &own);
        arena_rewind(&own, (struct arena_mark){NULL, 0});
    }
    arena_free(&own);
    return result;
}

enum registry_result settler_settle_anew(struct settler *settler, struct registry_change *change,
                                         const struct settlement_request *request, int year, bool keeps,
                                         struct arena *arena, struct settled_anew *sums, settled_anew_each *each,
                                         void *context) {
    struct registry *registry = settler->registry;
    struct anew anew = {settler, change, request, year, keeps, sums, each, context, false};
    size_t parts = settled_parts(&request->bill.event->settled);
    bool own = false;
    *sums = (struct settled_anew){.before = ARENA_ARRAY(arena, int64_t, parts),
                                  .after = ARENA_ARRAY(arena, int64_t, parts)};
    if (arena_failed(arena)) return REGISTRY_NO_MEMORY;
    enum registry_result result =
        keeps ? registry_begin_change(registry, change) : settler_begin_reading(settler, &own);
    if (result != REGISTRY_DONE && keeps) return result;
    if (keeps) result = settler_refresh(settler, change->number - 1);
    if (result == REGISTRY_DONE) result = settle_people(&anew, arena);
    if (keeps) return settler_end_change(settler, change, result, anew.any);
    change->number = 0;
    return settler_end_reading(settler, own, result);
}
