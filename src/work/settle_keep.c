/* What is kept of a round: the bills that were told, what they were settled with, and what that moves. */
#include "work/settle_inside.h"

#include "registry/tell_events.h"
#include "registry/work_rows.h"
#include "work/booking.h"

struct keeping {
    struct settler *settler;
    struct round *round;
    const struct registry_change *change;
    int64_t next; /* number of a settlement */
    VECTOR(struct registry_settlement) settlements;
    enum registry_result result;
};

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* The id of the nearest area at or above a row. */
static struct text place_of(const struct world *world, const struct entity *entity, struct text id) {
    const struct policy *policy = world->reader->registry->policy;
    for (; entity && !entity_is_area(policy, entity); entity = entity->parent) id = world_parent_of(world, entity, id);
    return id;
}

static bool is_kept(const struct bill_state *state) {
    return state->asked && asked_keeps(state->asked);
}

/* The request by which an old place of a bill is empty now. */
static struct asked *taken_by(const struct round *round, const struct bill_state *state) {
    for (size_t i = 0; i < round->count; i++) {
        struct asked *asked = round->asked[i];
        if (asked_keeps(asked) && asked->standing.number && asked->standing.key == state->key) return asked;
    }
    return NULL;
}

/* The bill that came in its place is kept, and of another day. */
static bool is_instead(const struct round *round, const struct bill_state *state) {
    const struct bill_state *standing = map_get(&round->by_id, state->id);
    return standing == state && asked_keeps(state->instead);
}

static bool is_to_go(const struct round *round, const struct bill_state *state) {
    if (!state->gone) return false;
    return state->instead ? is_instead(round, state) : state->settlement.number && taken_by(round, state);
}

/* A bill that was not there: one of its name may have been known before. */
static enum registry_result find_key(struct keeping *keeping, struct registry_event *event) {
    struct registry *registry = keeping->settler->registry;
    return event->key ? REGISTRY_DONE : registry_key_of(registry, keeping->round->event, event->id, &event->key);
}

/* What is missing of a bill that is new names it. */
static void list_told(struct keeping *keeping, struct bill_state *state, int64_t key) {
    struct world *world = &keeping->round->world;
    struct world_event listed = {.row = state->row, .id = state->id, .key = key};
    if (!state->key) VECTOR_PUSH(world->arena, &world->events, listed);
    state->key = key;
}

static enum registry_result tell_rows(struct keeping *keeping) {
    struct round *round = keeping->round;
    struct world *world = &round->world;
    VECTOR(struct registry_event) events = {NULL, 0, 0};
    VECTOR(struct bill_state *) states = {NULL, 0, 0};
    for (size_t i = 0; i < round->states.count; i++) {
        struct bill_state *state = round->states.items[i];
        bool told = state->told && is_kept(state);
        if (!told && !is_to_go(round, state)) continue;
        struct registry_event event = {.id = state->id,
                                       .key = state->key,
                                       .parent = state->parent,
                                       .place = place_of(world, round->event->parent, state->parent_id),
                                       .row = state->row,
                                       .stands = told};
        enum registry_result known = find_key(keeping, &event);
        if (known != REGISTRY_DONE) return known;
        VECTOR_PUSH(round->arena, &events, event);
        VECTOR_PUSH(round->arena, &states, state);
    }
    if (arena_failed(round->arena)) return REGISTRY_NO_MEMORY;
    enum registry_result result =
        registry_tell_events(keeping->settler->registry, keeping->change, &world->records.tables[round->event->index],
                             events.items, events.count, &world->rows);
    for (size_t i = 0; i < events.count; i++) list_told(keeping, states.items[i], events.items[i].key);
    return result;
}

/* --- settlements -------------------------------------------------------------------------------------------------- */

static month_number month_of(const struct settled_bill *bill) {
    return day_month(bill->date);
}

static int64_t add_settlement(struct keeping *keeping, const struct bill_state *state, const struct asked *asked,
                              enum registry_settling kind, int64_t cause) {
    const struct settled_bill *bill = kind == REGISTRY_CANCELLED ? &state->before : &state->after;
    struct registry_settlement settlement = {.number = keeping->next++,
                                             .kind = kind,
                                             .event = keeping->round->event->name,
                                             .key = state->key,
                                             .at = state->settlement.number ? state->settlement.at : asked->at,
                                             .by = bill->by,
                                             .month = month_of(bill),
                                             .day = asked->request->day,
                                             .who = asked->request->who,
                                             .values = kind == REGISTRY_CANCELLED ? TEXT("") : state->values};
    settlement.cause = cause ? cause : settlement.number;
    VECTOR_PUSH(keeping->round->arena, &keeping->settlements, settlement);
    return settlement.number;
}

/* --- what moves --------------------------------------------------------------------------------------------------- */

/* The books are asked where a bill may have come to something else when it was settled than it does as read now: by
 * another law, or with another total. */
static bool is_as_it_was(const struct keeping *keeping, const struct bill_state *state) {
    int64_t law = keeping->settler->reader.settled.law;
    bool known = state->before.open == 0;
    for (size_t i = 0; i < state->before.count && known; i++) known = state->before.parts[i].known;
    return known && law && state->settlement.change > law;
}

/* From what its settlements have moved to what stands after; NULL: nothing. */
static void move(struct keeping *keeping, const struct bill_state *state, const struct settled_bill *after,
                 int64_t presenter, day_number day, int64_t of) {
    const struct round *round = keeping->round;
    struct ledger *ledger = &keeping->settler->ledger;
    struct bookings bookings = {{NULL, 0, 0}};
    if (keeping->result != REGISTRY_DONE) return;
    if (state->settlement.number && is_as_it_was(keeping, state))
        bookings_add_bill(&bookings, round->arena, round->event, &state->before, presenter, -1);
    else if (state->settlement.number)
        keeping->result = bookings_add_moved(&bookings, round->arena, ledger, round->event, state->key, INT64_MAX, -1);
    if (after) bookings_add_bill(&bookings, round->arena, round->event, after, presenter, 1);
    for (size_t i = 0; i < bookings.list.count && keeping->result == REGISTRY_DONE; i++) {
        const struct booking *booking = &bookings.list.items[i];
        ledger_move(ledger, &booking->debit, &booking->credit, booking->amount, day, of);
    }
}

/* What was not found anew stays as it was kept: under another law the same would be written otherwise. */
static bool is_found_anew(const struct bill_state *state) {
    return state->asked || state->missing;
}

static bool is_moved(const struct bill_state *state) {
    return is_found_anew(state) && !text_equal(state->values, state->settlement.values);
}

/* What was taken away first: the last settlement under a number is the one that counts. */
static void keep_gone(struct keeping *keeping, const struct bill_state *state) {
    struct asked *asked = state->settlement.number ? taken_by(keeping->round, state) : NULL;
    if (!asked) return;
    int64_t number = add_settlement(keeping, state, asked, REGISTRY_CANCELLED, 0);
    asked->answer->bill.settlement = number;
    move(keeping, state, NULL, state->settlement.at, asked->request->day, number);
}

static void keep_asked(struct keeping *keeping, const struct bill_state *state) {
    bool corrects = state->asked->request->act == SETTLEMENT_CORRECT;
    int64_t number = add_settlement(keeping, state, state->asked, corrects ? REGISTRY_CORRECTED : REGISTRY_SETTLED, 0);
    state->asked->answer->bill.settlement = number;
    move(keeping, state, &state->after, state->asked->at, state->asked->request->day, number);
}

static void keep_effect(struct keeping *keeping, const struct bill_state *state, const struct asked *asked) {
    int64_t cause = asked->answer->bill.settlement;
    int64_t number = add_settlement(keeping, state, asked, REGISTRY_RESETTLED, cause);
    for (size_t i = 0; i < asked->answer->effects.count; i++)
        if (text_equal(asked->answer->effects.items[i].after.id, state->id))
            asked->answer->effects.items[i].after.settlement = number;
    move(keeping, state, &state->after, state->settlement.at, asked->request->day, number);
}

/* As they are kept, to be compared with what was kept before. */
static void write_values(struct keeping *keeping) {
    struct round *round = keeping->round;
    const struct world *world = &round->world;
    struct builder values;
    builder_init(&values);
    for (size_t i = 0; i < round->states.count && !arena_failed(round->arena); i++) {
        struct bill_state *state = round->states.items[i];
        if (!state->after.count || !is_found_anew(state)) continue;
        uint32_t past = history_row(&world->history, round->event, state->id);
        values.length = 0;
        if (past == PAST_NONE || !registry_settled_write(&keeping->settler->reader.settled, &world->history,
                                                         round->event, past, &world->rows, &values))
            round->arena->failed = true;
        state->values = text_copy(round->arena, builder_text(&values));
    }
    builder_free(&values);
}

static void keep_states(struct keeping *keeping) {
    struct round *round = keeping->round;
    for (size_t i = 0; i < round->states.count; i++)
        if (round->states.items[i]->gone) keep_gone(keeping, round->states.items[i]);
    for (size_t i = 0; i < round->states.count; i++)
        if (!round->states.items[i]->gone && is_kept(round->states.items[i]))
            keep_asked(keeping, round->states.items[i]);
    for (size_t i = 0; i < round->states.count; i++) {
        const struct bill_state *state = round->states.items[i];
        const struct asked *asked = round_asked_of(round, state->parent);
        bool kept = asked && asked_keeps(asked);
        if (kept && !state->gone && !state->asked && state->settlement.number && is_moved(state))
            keep_effect(keeping, state, asked);
    }
}

enum registry_result round_keep(struct round *round, struct settler *settler, const struct registry_change *change,
                                bool *any) {
    struct keeping keeping = {.settler = settler, .round = round, .change = change, .result = REGISTRY_DONE};
    size_t kept = 0;
    for (size_t i = 0; i < round->count; i++) kept += asked_keeps(round->asked[i]);
    if (kept == 0) return REGISTRY_DONE;
    keeping.next = registry_work_last(settler->registry, REGISTRY_SETTLEMENTS) + 1;
    enum registry_result result = tell_rows(&keeping);
    if (result == REGISTRY_DONE) write_values(&keeping);
    if (result == REGISTRY_DONE) keep_states(&keeping);
    if (result == REGISTRY_DONE) result = keeping.result;
    if (result == REGISTRY_DONE && arena_failed(round->arena)) result = REGISTRY_NO_MEMORY;
    if (keeping.settlements.count) *any = true;
    if (result == REGISTRY_DONE) result = registry_settled_keep(&settler->reader.settled, change);
    if (result == REGISTRY_DONE)
        result =
            registry_keep_settlements(settler->registry, change, keeping.settlements.items, keeping.settlements.count);
    if (result == REGISTRY_DONE) result = ledger_post(&settler->ledger, change, TEXT("settlement"));
    return result;
}
