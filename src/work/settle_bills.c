/* What the law makes of bills: the bills of some people, as they stand and as others come in, are corrected or
 * cancelled. */
#include "work/settle_inside.h"

#include "base/calendar.h"
#include "engine/explain.h"
#include "engine/settle.h"

/* --- parts -------------------------------------------------------------------------------------------------------- */

static struct value kept_value(const struct round *round, const struct field *field, uint32_t past) {
    const struct history *history = &round->world.history;
    struct coded coded = history_first_code(history, field, past).coded;
    if (!coded.kind) return value_unknown(REASON_NOT_ASSESSED, field, 0, SIZE_MAX);
    return coding_value(history_coding(history, field), coded);
}

static struct value total_of(struct round *round, const struct bill_state *state, uint32_t past) {
    const struct field *total = round->event->settled.total;
    const struct record_table *table = &round->world.records.tables[round->event->index];
    if (total->kind != FIELD_INPUT) return kept_value(round, total, past);
    const struct column *column = &table->columns[total->input_index];
    if (!column->known[state->row]) return value_unknown(REASON_INPUT, total, 0, state->row);
    return value_of_lane(round->arena, &column->spec, column_get(column, state->row));
}

/* Such a fault is in what months found. A division, say, is of no field: whose it is can only be told so. */
static bool is_read_fault(const struct round *round, const struct reason *reason) {
    const struct world *world = &round->world;
    bool found = false;
    for (size_t i = 0; i < world->reader->needs.count && !found; i++) {
        const struct field *field = world->reader->needs.items[i];
        const struct record_table *table = &world->records.tables[field->entity->index];
        struct past_value past;
        for (size_t row = 0; row < table->count && !found; row++)
            found = history_find(&world->history, field, table->rows[row].id, MONTH_LAST, &past) &&
                    past.value.state == VALUE_FAULT && past.value.reason.kind == reason->kind;
    }
    return found;
}

/* What cannot be computed of the bill itself. Where what it only reads cannot be, or the law has nothing for the day,
 * the part is open, as one of which something is missing: what is known of the bill stands. */
static bool is_own_fault(const struct round *round, const struct value *value) {
    const struct field *field = value->reason.field;
    bool of_the_law = value->reason.kind == REASON_NO_PARAMETER || value->reason.kind == REASON_NOT_IN_FORCE;
    if (value->state != VALUE_FAULT || of_the_law) return false;
    return field ? field->entity == round->event : !is_read_fault(round, &value->reason);
}

/* The bill as the history has it; `fault` where an amount is none. */
static struct settled_bill bill_of(struct round *round, const struct bill_state *state, const struct field **fault) {
    const struct entity *event = round->event;
    const struct record_table *table = &round->world.records.tables[event->index];
    struct arena *arena = round->arena;
    uint32_t past = history_row(&round->world.history, event, state->id);
    struct settled_bill bill = {
        .id = state->id,
        .at = column_text(&table->columns[event->settled.at->input_index], state->row),
        .by = column_text(&table->columns[event->settled.by->input_index], state->row),
        .date = (day_number)column_get(&table->columns[event->dated.items[0]->input_index], state->row),
        .settlement = state->settlement.number,
        .count = settled_parts(&event->settled)};
    const struct world *world = &round->world;
    month_number month = day_month(bill.date);
    bill.unconfirmed = table->rows[state->row].unconfirmed ||
                       world_is_unconfirmed(world, event->parent, state->parent_id, month) ||
                       world_is_unconfirmed(world, event->settled.at->type.entity, bill.at, month);
    struct value total = total_of(round, state, past);
    if (total.state != VALUE_KNOWN || !bill_amount(arena, event->settled.total, total.as.number, &bill.total))
        *fault = event->settled.total;
    bill.parts = ARENA_ARRAY(arena, struct settlement_part, bill.count);
    bill.open = bill.total;
    for (size_t i = 0; i < bill.count && bill.parts; i++) {
        struct settlement_part *part = &bill.parts[i];
        part->field = settled_part(&event->settled, i);
        struct value value = kept_value(round, part->field, past);
        part->known = value.state == VALUE_KNOWN;
        bool whole = !part->known || bill_amount(arena, part->field, value.as.number, &part->amount);
        if (is_own_fault(round, &value) || !whole) *fault = part->field;
        if (part->known) bill.open -= part->amount;
        if (bill.open < 0 && !*fault) *fault = part->field; /* more than there is; what is left is not known */
    }
    return bill;
}

day_number round_date(const struct round *round, const struct bill_state *state) {
    const struct record_table *table = &round->world.records.tables[round->event->index];
    return (day_number)column_get(&table->columns[round->event->dated.items[0]->input_index], state->row);
}

static month_number month_of(const struct round *round, const struct bill_state *state) {
    return day_month(round_date(round, state));
}

/* --- who is asked about ---------------------------------------------------------------------------------------------
 */

static struct bill_state *add_state(struct round *round, struct text id, size_t row) {
    struct bill_state *state = ARENA_NEW(round->arena, struct bill_state);
    const struct record_table *table = &round->world.records.tables[round->event->index];
    if (!state) return NULL;
    state->id = id;
    state->row = row;
    state->parent_id = table->rows[row].parent;
    VECTOR_PUSH(round->arena, &round->states, state);
    map_put(&round->by_id, id, state);
    return state;
}

/* All bills that are known of the people of the round, as they stand. */
static enum registry_result begin_round(struct round *round, const struct registry_root *roots, size_t count,
                                        int64_t known) {
    struct world *world = &round->world;
    round->states.items = NULL;
    round->states.count = round->states.room = 0;
    map_init(&round->by_id, round->arena);
    enum registry_result result =
        world_read(world, &round->settler->reader, round->event, roots, count, known, round->arena);
    for (size_t i = 0; i < world->events.count && result == REGISTRY_DONE; i++) {
        const struct world_event *event = &world->events.items[i];
        const struct field *fault = NULL;
        struct bill_state *state = add_state(round, event->id, event->row);
        if (!state) return REGISTRY_NO_MEMORY;
        state->key = event->key;
        state->settlement = event->settlement;
        state->imported = event->told;
        state->found = event->found;
        state->parent = world->rows.key(world, round->event->parent, state->parent_id);
        if (event->settlement.number) state->before = bill_of(round, state, &fault);
    }
    return arena_failed(round->arena) && result == REGISTRY_DONE ? REGISTRY_NO_MEMORY : result;
}

static void end_round(struct round *round) {
    dataset_free(round->dataset);
    round->dataset = NULL;
    world_free(&round->world);
    round->world = (struct world){.reader = NULL};
}

void round_free(struct round *round) {
    end_round(round);
}

static struct bill_state *state_of_key(const struct round *round, int64_t key) {
    for (size_t i = 0; i < round->states.count; i++)
        if (round->states.items[i]->key == key) return round->states.items[i];
    return NULL;
}

/* --- what is asked ------------------------------------------------------------------------------------------------ */

static void refuse(struct asked *asked, enum settlement_refusal refusal) {
    asked->answer->outcome = SETTLEMENT_REFUSED;
    asked->answer->refusal = refusal;
    asked->waits = false;
}

/* No version of it stands in any month. */
static void take_away(struct round *round, struct bill_state *state) {
    struct record_table *table = &round->world.records.tables[round->event->index];
    uint32_t key = table->rows[state->row].place;
    for (size_t row = 0; row < table->count; row++) {
        if (table->rows[row].place != key) continue;
        table->rows[row].from = MONTH_LAST;
        table->rows[row].until = MONTH_FIRST;
    }
    state->gone = true;
}

static void put_in(struct round *round, struct asked *asked) {
    struct records *records = &round->world.records;
    struct record_table *table = &records->tables[round->event->index];
    struct builder name;
    size_t row = bill_add(&asked->request->bill, asked->parent_id, records);
    if (row == SIZE_MAX) return;
    builder_init(&name);
    struct text id = event_name(round->arena, &name, table, row, table->rows[row].parent);
    if (name.failed) round->arena->failed = true;
    builder_free(&name);
    struct bill_state *known = map_get(&round->by_id, id), *state = add_state(round, id, row);
    if (!state) return;
    state->parent = asked->parent;
    state->asked = asked;
    state->told = true;
    if (!known) return;
    history_forget(&round->world.history, round->event, id); /* it stood there before, and is found anew */
    state->key = known->key;
    state->settlement = known->settlement;
    state->before = known->before;
    known->gone = true;
    known->settlement = (struct registry_settlement){.number = 0};
}

/* A month that is over does not change: nothing is booked before what it replaces. */
static bool is_booked_before(struct round *round, struct asked *asked, const struct bill_state *standing) {
    if (asked->request->day >= standing->settlement.day) return false;
    refuse(asked, SETTLEMENT_EARLIER);
    asked->answer->told = day_format(round->arena, standing->settlement.day);
    return true;
}

/* The number is that of a bill that stands. */
static void ask_again(struct round *round, struct asked *asked, struct bill_state *standing) {
    const struct record_table *table = &round->world.records.tables[round->event->index];
    bool same = bill_is_told(&asked->request->bill, asked->parent_id, table, standing->row);
    bool own = asked->owner == asked->parent, corrects = asked->request->act == SETTLEMENT_CORRECT;
    asked->answer->standing = standing->before;
    if (same) {
        asked->answer->outcome = SETTLEMENT_SAME;
        asked->answer->bill = standing->before;
        asked->waits = false;
    } else if (!corrects || !own) {
        refuse(asked, corrects ? SETTLEMENT_NO_BILL : SETTLEMENT_OTHER_CONTENT);
    } else if (is_booked_before(round, asked, standing)) {
        return;
    } else {
        take_away(round, standing);
        put_in(round, asked);
    }
}

static bool has_number(const struct round *round, const struct asked *asked, const struct bill_state *state) {
    const struct record_table *table = &round->world.records.tables[round->event->index];
    const struct settled *settled = &round->event->settled;
    const struct bill *bill = &asked->request->bill;
    return state->parent == asked->parent &&
           text_equal(column_text(&table->columns[settled->at->input_index], state->row), bill_presenter(bill)) &&
           text_equal(column_text(&table->columns[settled->by->input_index], state->row), bill_number(bill));
}

/* The bill was told otherwise than by its settlement: what is presented now counts. */
static void ask_first(struct round *round, struct asked *asked) {
    const struct record_table *table = &round->world.records.tables[round->event->index];
    size_t count = round->states.count;
    for (size_t i = 0; i < count; i++) {
        struct bill_state *state = round->states.items[i];
        if (state->settlement.number || state->asked || state->gone || !has_number(round, asked, state)) continue;
        if (bill_is_told(&asked->request->bill, asked->parent_id, table, state->row)) {
            state->asked = asked;
            return;
        }
        take_away(round, state);
        state->instead = asked;
    }
    put_in(round, asked);
}

/* What it stood for is not told again. */
static void cancel_again(struct asked *asked) {
    asked->answer->outcome = SETTLEMENT_SAME;
    asked->answer->bill = (struct settled_bill){.at = bill_presenter(&asked->request->bill),
                                                .by = bill_number(&asked->request->bill),
                                                .settlement = asked->standing.number};
    asked->waits = false;
}

/* All from the year on is as if nobody had settled it yet. */
static void ask_anew(struct round *round, const struct asked *asked) {
    for (size_t i = 0; i < round->states.count; i++) {
        const struct bill_state *state = round->states.items[i];
        if (state->parent == asked->parent && month_year(month_of(round, state)) >= asked->year)
            history_forget(&round->world.history, round->event, state->id);
    }
}

static void ask(struct round *round, struct asked *asked) {
    struct bill_state *standing = asked->standing.number ? state_of_key(round, asked->standing.key) : NULL;
    bool stands = standing && asked->standing.kind != REGISTRY_CANCELLED && standing->settlement.number;
    switch (asked->request->act) {
    case SETTLEMENT_SETTLE:
    case SETTLEMENT_QUOTE:
        if (stands)
            ask_again(round, asked, standing);
        else if (asked->standing.number)
            refuse(asked, SETTLEMENT_CANCELLED);
        else
            ask_first(round, asked);
        break;
    case SETTLEMENT_CORRECT:
        if (stands)
            ask_again(round, asked, standing);
        else
            refuse(asked, asked->standing.number ? SETTLEMENT_CANCELLED : SETTLEMENT_NO_BILL);
        break;
    case SETTLEMENT_CANCEL:
        if (stands && is_booked_before(round, asked, standing)) {
            break;
        } else if (stands) {
            take_away(round, standing);
            standing->asked = asked;
        } else if (asked->standing.kind == REGISTRY_CANCELLED) {
            cancel_again(asked);
        } else {
            refuse(asked, SETTLEMENT_NO_BILL);
        }
        break;
    case SETTLEMENT_ANEW: ask_anew(round, asked); break;
    }
}

/* --- deciding -------------------------------------------------------------------------------------------------------
 */

static void look_at_guarantees(const struct round *round, struct bill_state *state, struct run *run, size_t row) {
    const struct policy *policy = run->policy;
    struct value why;
    state->broken = NULL;
    state->reports.items = NULL;
    state->reports.count = state->reports.room = 0;
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        const struct guarantee *guarantee = policy->guarantees.items[i];
        if (guarantee->entity != round->event || run_guarantee(run, guarantee, row, &why) != GUARANTEE_BROKEN) continue;
        if (guarantee->declaration->consequence != CONSEQUENCE_REFUSE)
            VECTOR_PUSH(round->arena, &state->reports, guarantee);
        else if (!state->broken)
            state->broken = guarantee;
    }
}

static void say_what_is_missing(struct round *round, struct bill_state *state, struct run *run, size_t row) {
    size_t count = settled_parts(&round->event->settled);
    state->missing = arena_new(round->arena, count, sizeof *state->missing);
    for (size_t i = 0; i < count && state->missing; i++) {
        struct value value = run_value(run, settled_part(&round->event->settled, i), row);
        for (int language = 0; language < LANGUAGES && value.state != VALUE_KNOWN; language++)
            state->missing[i][language] = reason_words(round->arena, run, &value, (enum language)language);
    }
}

/* Of a total or a part that is none. */
static void say_what_is_wrong(struct round *round, struct bill_state *state, struct run *run, size_t row) {
    const struct field *total = round->event->settled.total;
    for (size_t i = 0; i <= settled_parts(&round->event->settled); i++) {
        const struct field *field = i ? settled_part(&round->event->settled, i - 1) : total;
        struct value value = run_value(run, field, row);
        bool wrong = is_own_fault(round, &value) || (value.state != VALUE_KNOWN && field == total);
        for (int language = 0; language < LANGUAGES && wrong; language++)
            state->words[language] = reason_words(round->arena, run, &value, (enum language)language);
        if (!wrong) continue;
        state->lacks = value.reason.kind == REASON_INPUT && value.reason.field->entity == round->event;
        return;
    }
}

/* Whether it concerns the patient. */
static struct value concern_of(struct run *run, const struct shown *shown, size_t row) {
    return shown->where ? run_value(run, shown->where, row) : value_truth(true);
}

static void tell_facts(struct round *round, struct settlement_facts *facts, struct run *run, size_t row) {
    const struct settled *settled = &round->event->settled;
    *facts = (struct settlement_facts){{NULL, 0, 0}};
    for (size_t i = 0; i < settled->shows.count; i++) {
        const struct field *field = settled->shows.items[i].field;
        struct value concerns = concern_of(run, &settled->shows.items[i], row);
        if (concerns.state == VALUE_KNOWN && !concerns.as.truth) continue;
        struct value value = run_value(run, field, row);
        bool known = concerns.state == VALUE_KNOWN && value.state == VALUE_KNOWN;
        struct settlement_fact fact = {.field = field, .known = known};
        if (fact.known) fact.plain = value_plain_in(round->arena, run->dataset, &field->type, field->scale, &value);
        for (int k = 0; k < LANGUAGES; k++)
            fact.shown[k] = fact.known ? value_show_in(round->arena, run->dataset, &field->type, field->scale,
                                                       field->step, &value, (enum language)k)
                                       : TEXT("？");
        VECTOR_PUSH(round->arena, &facts->list, fact);
    }
}

/* By what its people were decided to be. */
static void tell_assessed(const struct round *round, struct bill_state *state) {
    const struct world *world = &round->world;
    state->assessed = BILL_NOT_SAID;
    if (world->reader->needs.count == 0) return;
    state->assessed_in = world_assessed(world, round->event->parent, state->parent_id, month_of(round, state));
    state->assessed = state->assessed_in == MONTH_FIRST ? BILL_NEVER_ASSESSED : BILL_ASSESSED;
}

/* Each bill that is settled anew, in the run of its month. */
static void see_settled(void *context, struct run *run, const struct entity *event, size_t row) {
    struct round *round = context;
    struct bill_state *state =
        event == round->event ? map_get(&round->by_id, table_id(dataset_table(run->dataset, event), row)) : NULL;
    if (!state || !(state->asked || state->settlement.number)) return;
    look_at_guarantees(round, state, run, row);
    say_what_is_missing(round, state, run, row);
    say_what_is_wrong(round, state, run, row);
    if (!state->asked || !state->asked->request->wants_facts) return;
    tell_facts(round, &state->facts, run, row);
    tell_assessed(round, state);
}

/* It comes in, or goes, or is not settled, or is to be settled anew. */
static bool is_to_be_found(const struct round *round, const struct bill_state *state) {
    uint32_t past = history_row(&round->world.history, round->event, state->id);
    bool kept = past != PAST_NONE && history_has_lines(&round->world.history, round->event, past);
    return state->asked || state->gone || !kept;
}

/* The months of bills that come in or go, and of all that may stand behind them. */
static void find_months(const struct round *round, struct world_months *months, month_number *last) {
    month_number first = MONTH_LAST;
    *last = MONTH_FIRST;
    for (size_t i = 0; i < round->states.count; i++) {
        const struct bill_state *state = round->states.items[i];
        month_number month = month_of(round, state);
        if (month > *last) *last = month;
        if (is_to_be_found(round, state) && month < first) first = month;
    }
    for (size_t i = 0; i < round->states.count; i++) {
        month_number month = month_of(round, round->states.items[i]);
        bool listed = month < first;
        for (size_t k = 0; k < months->list.count && !listed; k++) listed = months->list.items[k] == month;
        if (!listed) VECTOR_PUSH(round->arena, &months->list, month);
    }
}

/* What a run settled may have come in after bills behind it were settled here, which did not know of it; and those
 * before it may have been settled here after the run, which did not know of them. */
static void reopen_beside_imported(struct round *round, const struct bill_state *imported) {
    struct history *history = &round->world.history;
    day_number date = round_date(round, imported);
    for (size_t i = 0; i < round->states.count; i++) {
        const struct bill_state *state = round->states.items[i];
        int64_t change = state->settlement.number && state->parent == imported->parent ? state->settlement.change : 0;
        if (change && change < imported->imported && round_date(round, state) >= date)
            history_forget(history, round->event, state->id);
        if (change > imported->found && round_date(round, state) <= date)
            history_forget(history, round->event, imported->id);
    }
}

static void hold(struct round *round, const struct asked *asked) {
    struct history *history = &round->world.history;
    for (size_t i = 0; i < asked->held.count; i++) {
        const struct bill_state *state = state_of_key(round, asked->held.items[i]);
        uint32_t past = state ? history_row(history, round->event, state->id) : PAST_NONE;
        if (past != PAST_NONE) history_hold(history, round->event, past, state->settlement.change);
    }
}

/* What monthly rules had found, for these. */
static enum registry_result recall(struct round *round) {
    for (size_t i = 0; i < round->count; i++) hold(round, round->asked[i]);
    for (size_t i = 0; i < round->states.count; i++)
        if (round->states.items[i]->imported) reopen_beside_imported(round, round->states.items[i]);
    struct world_months months = {{NULL, 0, 0}};
    find_months(round, &months, &round->last);
    return world_recall(&round->world, &months);
}

static enum registry_result settle(struct round *round) {
    struct world *world = &round->world;
    const struct policy *policy = round->settler->registry->policy;
    const struct settle_watch watch = {round, see_settled};
    if (round->last == MONTH_FIRST) return REGISTRY_DONE;
    const struct run_options options = {
        .known = DAY_NEVER, .given = world->given.items, .given_count = world->given.count};
    round->refusals = (struct refusals){.arena = round->arena};
    round->dataset = dataset_new(policy, &world->records, round->last + 1, &round->refusals);
    bool done =
        round->dataset && settle_past_watched(&world->history, &world->records, round->dataset, &options, &watch);
    return done && !arena_failed(round->arena) ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static bool is_left_out(const struct round *round, size_t row) {
    bool out = false;
    for (size_t i = 0; i < round->refusals.list.count && !out; i++)
        out = round->refusals.list.items[i].entity == round->event && round->refusals.list.items[i].row == row;
    return out;
}

/* What was found on the way. */
static void take_found(const struct bill_state *state, struct settled_bill *bill) {
    bill->facts = state->facts;
    bill->assessed = state->assessed;
    bill->assessed_in = state->assessed_in;
    bill->reports.items = state->reports.items;
    bill->reports.count = state->reports.count;
    for (size_t i = 0; i < bill->count && bill->parts && state->missing; i++)
        for (int language = 0; language < LANGUAGES; language++)
            bill->parts[i].missing[language] = state->missing[i][language];
}

static enum registry_result find_after(struct round *round) {
    for (size_t i = 0; i < round->states.count && !arena_failed(round->arena); i++) {
        struct bill_state *state = round->states.items[i];
        if (state->gone || !(state->asked || state->settlement.number)) continue;
        state->after = bill_of(round, state, &state->fault);
        take_found(state, &state->after);
    }
    return arena_failed(round->arena) ? REGISTRY_NO_MEMORY : REGISTRY_DONE;
}

/* The request that moves what a person's bills come to. */
struct asked *round_asked_of(const struct round *round, int64_t parent) {
    for (size_t i = 0; i < round->count; i++)
        if (round->asked[i]->waits && round->asked[i]->parent == parent) return round->asked[i];
    return NULL;
}

static void blame(struct asked *asked, const struct bill_state *state, enum settlement_refusal refusal) {
    asked->answer->guarantee = state->broken;
    asked->answer->field = state->fault;
    asked->answer->told = state->id;
    asked->answer->bill = state->after;
    for (int language = 0; language < LANGUAGES; language++) asked->answer->words[language] = state->words[language];
    if (state->fault && state->words[LANGUAGE_EN].length == 0) {
        asked->answer->words[LANGUAGE_ZH] = TEXT("比费用还多");
        asked->answer->words[LANGUAGE_EN] = TEXT("it is more than there is");
    }
    refuse(asked, refusal);
}

/* A cancellation is refused for nobody else's sake: a bill behind it of which the law makes nothing now stands as it
 * was, and those behind that one are found anew on it. */
static void leave_as_it_was(struct round *round, struct asked *asked, const struct bill_state *state) {
    struct settlement_left left = {.bill = state->before};
    if (state->fault)
        left.field = state->fault;
    else
        left.guarantee = state->broken;
    for (int language = 0; language < LANGUAGES && state->fault; language++)
        left.words[language] = state->words[language];
    VECTOR_PUSH(round->arena, &asked->held, state->key);
    VECTOR_PUSH(round->arena, &asked->answer->left, left);
}

static bool is_to_be_left(const struct asked *asked, const struct bill_state *state) {
    bool nothing = state->missing && (state->broken || state->fault);
    return nothing && !state->asked && asked->request->act == SETTLEMENT_CANCEL;
}

/* The first of each cancellation: those behind it may come to something on what it was. */
static bool find_left(struct round *round) {
    const struct table *table = dataset_table(round->dataset, round->event);
    bool any = false;
    for (size_t i = 0; i < round->count; i++) round->asked[i]->holds_another = false;
    for (size_t row = 0; row < table->rows; row++) {
        const struct bill_state *state = map_get(&round->by_id, table_id(table, row));
        struct asked *asked = state ? round_asked_of(round, state->parent) : NULL;
        if (!asked || asked->holds_another || state->gone || !is_to_be_left(asked, state)) continue;
        leave_as_it_was(round, asked, state);
        asked->holds_another = any = true;
    }
    return any;
}

/* Refuses those that the law does not let in. True when there are any: the others are then decided without them. */
static bool find_refused(struct round *round) {
    bool any = false;
    for (size_t i = 0; i < round->states.count; i++) {
        const struct bill_state *state = round->states.items[i];
        struct asked *asked = round_asked_of(round, state->parent);
        if (!asked || state->gone || !(state->asked || state->settlement.number)) continue;
        if (is_to_be_left(asked, state)) continue;
        bool out = state->asked && is_left_out(round, state->row);
        if (out)
            blame(asked, state, SETTLEMENT_TOO_MANY);
        else if (state->missing && state->broken)
            blame(asked, state, SETTLEMENT_BROKEN);
        else if (state->fault && (state->missing || state->asked))
            blame(asked, state, state->lacks ? SETTLEMENT_INCOMPLETE : SETTLEMENT_FAULT);
        any = any || !asked->waits;
    }
    return any;
}

static bool parts_differ(const struct settled_bill *a, const struct settled_bill *b) {
    bool differ = a->total != b->total;
    for (size_t i = 0; i < a->count && !differ; i++)
        differ = a->parts[i].known != b->parts[i].known || a->parts[i].amount != b->parts[i].amount;
    return differ;
}

static void add_effect(struct round *round, const struct bill_state *state) {
    struct asked *asked = round_asked_of(round, state->parent);
    struct settlement_effect effect = {state->before, state->after};
    if (asked && !state->asked && state->settlement.number && parts_differ(&state->before, &state->after))
        VECTOR_PUSH(round->arena, &asked->answer->effects, effect);
}

/* In the order in which the law takes them. */
static void answer(struct round *round) {
    const struct table *table = dataset_table(round->dataset, round->event);
    for (size_t row = 0; row < table->rows; row++) {
        const struct bill_state *state = map_get(&round->by_id, table_id(table, row));
        if (state && !state->gone) add_effect(round, state);
    }
    for (size_t i = 0; i < round->count; i++)
        if (round->asked[i]->request->act == SETTLEMENT_ANEW) round->asked[i]->answer->outcome = SETTLEMENT_DONE;
    for (size_t i = 0; i < round->states.count; i++) {
        const struct bill_state *state = round->states.items[i];
        if (!state->asked || !state->asked->waits) continue;
        state->asked->answer->outcome = SETTLEMENT_DONE;
        state->asked->answer->bill = state->gone ? state->before : state->after;
    }
}

static size_t still_waiting(struct round *round) {
    size_t count = 0;
    for (size_t i = 0; i < round->count; i++)
        if (round->asked[i]->waits) round->asked[count++] = round->asked[i];
    return round->count = count;
}

struct roots {
    VECTOR(struct registry_root) list;
};

static void add_root(const struct round *round, struct roots *roots, const struct entity *entity, int64_t key) {
    struct registry_root root = {entity, key};
    if (key) VECTOR_PUSH(round->arena, &roots->list, root);
}

/* Where the bill leads; who presents it is known. */
static enum registry_result add_references(const struct round *round, const struct asked *asked, struct roots *roots) {
    const struct bill *bill = &asked->request->bill;
    enum registry_result result = REGISTRY_DONE;
    for (size_t i = 0; i < bill->event->inputs.count && result == REGISTRY_DONE; i++) {
        const struct field *input = bill->event->inputs.items[i];
        int64_t key = 0;
        if (input->type.kind != TYPE_ROW || input == bill->event->settled.at || !bill->values[i].known) continue;
        result = registry_key_of(round->settler->registry, input->type.entity, bill->values[i].text, &key);
        add_root(round, roots, input->type.entity, key);
    }
    return result;
}

/* Those whose bills they are, and whose bills stand under their numbers; and where they lead. */
static enum registry_result find_roots(const struct round *round, struct roots *roots) {
    const struct entity *event = round->event;
    enum registry_result result = REGISTRY_DONE;
    for (size_t i = 0; i < round->count && result == REGISTRY_DONE; i++) {
        const struct asked *asked = round->asked[i];
        add_root(round, roots, event->parent, asked->parent);
        if (asked->owner != asked->parent) add_root(round, roots, event->parent, asked->owner);
        if (asked->request->act == SETTLEMENT_CANCEL || asked->request->act == SETTLEMENT_ANEW) continue;
        add_root(round, roots, event->settled.at->type.entity, asked->at);
        result = add_references(round, asked, roots);
    }
    return result;
}

/* What was missing when it was settled, as of now, and what the law found. */
static void tell_standing(struct round *round, struct run *run) {
    const struct table *table = dataset_table(round->dataset, round->event);
    for (size_t row = 0; row < table->rows; row++) {
        struct bill_state *state = map_get(&round->by_id, table_id(table, row));
        if (!state || !state->settlement.number) continue;
        if (state->before.open) say_what_is_missing(round, state, run, row);
        tell_facts(round, &state->facts, run, row);
        take_found(state, &state->before);
    }
}

/* What does not hold of the bills of a month, as of that month: what a guarantee reads may be told otherwise since. */
static bool look_at_month(struct round *round, month_number month) {
    const struct policy *policy = round->settler->registry->policy;
    const struct run_options settles = {.known = DAY_NEVER, .settles_only = true};
    struct refusals refusals = {.arena = round->arena};
    struct dataset *dataset = dataset_new(policy, &round->world.records, month, &refusals);
    struct run *run = dataset ? run_new(policy, dataset, &round->world.history, month, &settles) : NULL;
    const struct table *table = run ? dataset_table(dataset, round->event) : NULL;
    for (size_t row = 0; table && row < table->rows; row++) {
        struct bill_state *state = map_get(&round->by_id, table_id(table, row));
        if (state && state->settlement.number && month_of(round, state) == month)
            look_at_guarantees(round, state, run, row);
    }
    bool good = run && !run_failed(run);
    run_free(run);
    dataset_free(dataset);
    return good;
}

static bool look_at_months(struct round *round, month_number last) {
    bool good = true;
    for (month_number month = last, next; good && month != MONTH_FIRST; month = next) {
        good = look_at_month(round, month);
        next = MONTH_FIRST;
        for (size_t i = 0; i < round->states.count; i++) {
            month_number other = month_of(round, round->states.items[i]);
            if (other < month && other > next) next = other;
        }
    }
    return good;
}

static enum registry_result lay_out(struct round *round, month_number month) {
    const struct policy *policy = round->settler->registry->policy;
    const struct run_options settles = {.known = DAY_NEVER, .settles_only = true};
    round->refusals = (struct refusals){.arena = round->arena};
    round->dataset = dataset_new(policy, &round->world.records, month, &round->refusals);
    struct run *run = round->dataset ? run_new(policy, round->dataset, &round->world.history, month, &settles) : NULL;
    bool good = run && look_at_months(round, month - 1);
    if (run) tell_standing(round, run);
    good = good && !run_failed(run) && !arena_failed(round->arena);
    run_free(run);
    return good ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
}

/* The standing bill that is the answer, where more of it is to be told than its amounts. */
static const struct bill_state *told_again(const struct round *round, const struct asked *asked) {
    bool again = asked->answer->outcome == SETTLEMENT_SAME && asked->request->act != SETTLEMENT_CANCEL;
    return again ? state_of_key(round, asked->standing.key) : NULL;
}

/* A bill that is asked for again gets the same answer: what was open of it is so still, and what was shown beside it.
 */
static enum registry_result tell_again(struct round *round) {
    month_number last = 0;
    for (size_t i = 0; i < round->count; i++) {
        const struct bill_state *state = told_again(round, round->asked[i]);
        if (state && month_of(round, state) > last) last = month_of(round, state);
    }
    enum registry_result result = last ? lay_out(round, last + 1) : REGISTRY_DONE;
    for (size_t i = 0; i < round->count && last; i++) {
        const struct bill_state *state = told_again(round, round->asked[i]);
        if (state) round->asked[i]->answer->bill = state->before;
    }
    dataset_free(round->dataset);
    round->dataset = NULL;
    for (size_t i = 0; i < round->states.count; i++)
        round->states.items[i]->missing = NULL; /* none is found anew yet */
    return result;
}

enum registry_result round_prepare(struct round *round) {
    struct roots roots = {{NULL, 0, 0}};
    end_round(round);
    if (!still_waiting(round)) return REGISTRY_DONE;
    enum registry_result result = find_roots(round, &roots);
    if (result == REGISTRY_DONE) result = begin_round(round, roots.list.items, roots.list.count, REGISTRY_NOW);
    for (size_t i = 0; i < round->count && result == REGISTRY_DONE; i++) ask(round, round->asked[i]);
    if (result == REGISTRY_DONE) result = tell_again(round);
    return result == REGISTRY_DONE && still_waiting(round) ? recall(round) : result;
}

enum registry_result round_settle(struct round *round, bool *again) {
    *again = false;
    if (round->count == 0) return REGISTRY_DONE;
    enum registry_result result = settle(round);
    if (result == REGISTRY_DONE) result = find_after(round);
    if (result == REGISTRY_DONE) {
        bool left = find_left(round), refused = find_refused(round);
        *again = left || refused;
    }
    if (result == REGISTRY_DONE && !*again) answer(round);
    return result;
}

enum registry_result round_decide(struct round *round) {
    enum registry_result result;
    bool again;
    do {
        again = false;
        result = round_prepare(round);
        if (result == REGISTRY_DONE) result = round_settle(round, &again);
    } while (result == REGISTRY_DONE && again);
    return result;
}

enum registry_result round_read(struct round *round, int64_t parent, int64_t known) {
    const struct registry_root root = {round->event->parent, parent};
    struct registry *registry = round->settler->registry;
    month_number last = 0;
    registry->sight = REGISTRY_MASKED;
    enum registry_result result = begin_round(round, &root, 1, known);
    registry->sight = REGISTRY_CLOSED;
    for (size_t i = 0; i < round->states.count && result == REGISTRY_DONE; i++)
        if (month_of(round, round->states.items[i]) > last) last = month_of(round, round->states.items[i]);
    return result == REGISTRY_DONE ? lay_out(round, last + 1) : result;
}
