#include "work/settlement.h"

#include "registry/sealed.h"
#include "registry/tell_events.h"
#include "registry/work_rows.h"
#include "work/settle_inside.h"

const struct entity *settled_event(const struct policy *policy, struct text name) {
    const struct entity *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        if (!entity->settled.at || (name.length && !text_equal(entity->name, name))) continue;
        found = entity;
        count++;
    }
    return count == 1 ? found : NULL;
}

/* --- the settler ----------------------------------------------------------------------------------------------------
 */

enum registry_result settler_begin(struct settler *settler, struct registry *registry) {
    *settler = (struct settler){.registry = registry};
    enum registry_result result = world_reader_begin(&settler->reader, registry);
    if (result == REGISTRY_DONE) result = ledger_begin(&settler->ledger, registry);
    return result;
}

void settler_end(struct settler *settler) {
    if (!settler->registry) return;
    world_reader_end(&settler->reader);
    if (settler->ledger.registry) ledger_end(&settler->ledger);
    settler->registry = NULL;
}

static enum registry_result begin_anew(struct settler *settler) {
    struct registry *registry = settler->registry;
    settler_end(settler);
    enum registry_result result = settler_begin(settler, registry);
    settler->failed = result != REGISTRY_DONE;
    return result;
}

/* What was not kept after all, or was read in part, is forgotten before the next call: why this one failed is still to
 * be told. */
enum registry_result settler_refresh(struct settler *settler, int64_t last) {
    enum registry_result result = settler->failed ? begin_anew(settler) : REGISTRY_DONE;
    if (result != REGISTRY_DONE || (settler->last == last && last)) return result;
    result = world_reader_refresh(&settler->reader, last);
    if (result == REGISTRY_DONE) result = ledger_refresh(&settler->ledger);
    settler->last = result == REGISTRY_DONE ? last : 0;
    return result;
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static void refuse(struct asked *asked, enum settlement_refusal refusal, struct text told) {
    asked->answer->outcome = SETTLEMENT_REFUSED;
    asked->answer->refusal = refusal;
    asked->answer->told = told;
    asked->waits = false;
}

/* Whose bill it is: by an id, or by something of his that nobody else has. */
static enum registry_result find_parent(struct registry *registry, struct asked *asked, struct arena *arena) {
    const struct bill *bill = &asked->request->bill;
    const struct entity *parent = bill->event->parent;
    struct registry_row_keys keys;
    enum registry_result result;
    if (!bill->input) {
        result = registry_key_of(registry, parent, bill->parent, &asked->parent);
        asked->parent_id = bill->parent;
    } else {
        result = registry_find_held(registry, bill->input, bill->match, arena, &keys);
        asked->parent = result == REGISTRY_DONE && keys.list.count == 1 ? keys.list.items[0] : 0;
        if (asked->parent) result = registry_id_of(registry, parent, asked->parent, arena, &asked->parent_id);
        if (result == REGISTRY_DONE && keys.list.count > 1) refuse(asked, SETTLEMENT_SEVERAL, bill->match);
    }
    if (result == REGISTRY_DONE && asked->waits && asked->parent == 0)
        refuse(asked, SETTLEMENT_NO_PARENT, bill->input ? bill->match : bill->parent);
    return result;
}

/* Whoever is to be paid has to have done something; what would come of it can be asked ahead. */
static bool is_ahead(const struct settlement_request *request) {
    const struct field *date = request->bill.event->dated.items[0];
    bool settles = request->act == SETTLEMENT_SETTLE || request->act == SETTLEMENT_CORRECT;
    return settles && request->bill.values[date->input_index].lane > request->day;
}

enum registry_result asked_look_up(struct settler *settler, struct asked *asked, struct arena *arena) {
    struct registry *registry = settler->registry;
    const struct bill *bill = &asked->request->bill;
    const struct entity *event = bill->event, *presenter = event->settled.at->type.entity;
    struct text at = bill_presenter(bill), by = bill_number(bill);
    bool cancels = asked->request->act == SETTLEMENT_CANCEL;
    bool dated = cancels || bill->values[event->dated.items[0]->input_index].known;
    if (at.length == 0 || by.length == 0 || !dated) {
        refuse(asked, SETTLEMENT_NO_NUMBER, TEXT(""));
        return REGISTRY_DONE;
    }
    if (is_ahead(asked->request)) {
        day_number date = (day_number)bill->values[event->dated.items[0]->input_index].lane;
        refuse(asked, SETTLEMENT_AHEAD, day_format(arena, date));
        return REGISTRY_DONE;
    }
    enum registry_result result = registry_key_of(registry, presenter, at, &asked->at);
    if (result != REGISTRY_DONE) return result;
    if (asked->at == 0) {
        refuse(asked, SETTLEMENT_NO_PRESENTER, at);
        return REGISTRY_DONE;
    }
    result = registry_find_bill(registry, event, asked->at, by, arena, &asked->standing);
    if (result == REGISTRY_DONE && asked->standing.number)
        result = registry_event_parent(registry, event, asked->standing.key, &asked->owner);
    asked->parent = asked->owner;
    bool whose = bill->input || bill->parent.length; /* of one that is cancelled it may be left out */
    if (result == REGISTRY_DONE && (!cancels || whose)) result = find_parent(registry, asked, arena);
    if (result == REGISTRY_DONE && asked->waits && cancels && asked->standing.number && asked->parent != asked->owner)
        refuse(asked, SETTLEMENT_NO_BILL, TEXT(""));
    return result;
}

/* --- rounds ------------------------------------------------------------------------------------------------------- */

bool asked_keeps(const struct asked *asked) {
    return asked->waits && asked->request->act != SETTLEMENT_QUOTE;
}

bool asked_meet(const struct asked *a, const struct asked *b) {
    bool same_people = a->parent == b->parent || (a->owner && (a->owner == b->parent || a->owner == b->owner)) ||
                       (b->owner && b->owner == a->parent);
    bool same_number = a->at == b->at && text_equal(bill_number(&a->request->bill), bill_number(&b->request->bill));
    return same_people || same_number;
}

/* Those that wait, of one event, none of which touches another: they are settled at once. What is found of those before
 * may change the others, which are looked up again. */
static enum registry_result choose(struct settler *settler, struct asked *all, size_t count, struct round *round) {
    enum registry_result result = REGISTRY_DONE;
    round->count = 0;
    round->event = NULL;
    for (size_t i = 0; i < count && result == REGISTRY_DONE; i++) {
        struct asked *asked = &all[i];
        bool free = asked->waits && (!round->event || round->event == asked->request->bill.event);
        if (free) result = asked_look_up(settler, asked, round->arena);
        free = free && asked->waits;
        for (size_t k = 0; k < i && free; k++) free = !all[k].waits || !asked_meet(asked, &all[k]);
        if (!free) continue;
        round->event = asked->request->bill.event;
        round->asked[round->count++] = asked;
    }
    return result;
}

static void answered(struct asked *all, size_t count, const struct round *round) {
    for (size_t i = 0; i < round->count; i++)
        for (size_t k = 0; k < count; k++)
            if (&all[k] == round->asked[i]) all[k].waits = false;
}

enum registry_result settle_rounds(struct settler *settler, const struct registry_change *change, struct asked *all,
                                   size_t count, struct arena *arena, bool *any) {
    struct round round = {.settler = settler, .arena = arena};
    enum registry_result result = REGISTRY_DONE;
    round.asked = ARENA_ARRAY(arena, struct asked *, count + 1);
    if (!round.asked) return REGISTRY_NO_MEMORY;
    do {
        result = choose(settler, all, count, &round);
        if (result == REGISTRY_DONE && round.count) result = round_decide(&round);
        if (result == REGISTRY_DONE && round.count) result = round_keep(&round, settler, change, any);
        answered(all, count, &round);
        round_free(&round);
    } while (result == REGISTRY_DONE && round.event);
    return result;
}

static bool are_quotes(const struct settlement_request *requests, size_t count) {
    bool all = true;
    for (size_t i = 0; i < count; i++) all = all && requests[i].act == SETTLEMENT_QUOTE;
    return all;
}

static struct asked *ask_for_all(const struct settlement_request *requests, size_t count, struct arena *arena,
                                 struct settlement_answer *answers) {
    struct asked *all = ARENA_ARRAY(arena, struct asked, count + 1);
    for (size_t i = 0; i < count && all; i++) {
        answers[i] = (struct settlement_answer){.outcome = SETTLEMENT_REFUSED};
        all[i] = (struct asked){.request = &requests[i], .answer = &answers[i], .waits = true};
    }
    return all;
}

enum registry_result settler_begin_reading(struct settler *settler, bool *own) {
    int64_t last;
    *own = !store_within(settler->registry->store);
    if (*own) store_begin(settler->registry->store, STORE_TO_READ);
    enum registry_result result = registry_last_change(settler->registry, &last);
    return result == REGISTRY_DONE ? settler_refresh(settler, last) : result;
}

enum registry_result settler_end_reading(struct settler *settler, bool own, enum registry_result result) {
    if (result != REGISTRY_DONE) settler->failed = true;
    if (own) store_roll_back(settler->registry->store);
    return result;
}

static enum registry_result quote(struct settler *settler, struct asked *all, size_t count, struct arena *arena) {
    bool own, any = false;
    const struct registry_change none = {.number = 0};
    enum registry_result result = settler_begin_reading(settler, &own);
    if (result == REGISTRY_DONE) result = settle_rounds(settler, &none, all, count, arena, &any);
    return settler_end_reading(settler, own, result);
}

void settler_changed(struct settler *settler, int64_t number) {
    settler->last = settler->reader.seen = number;
}

enum registry_result settler_end_change(struct settler *settler, struct registry_change *change,
                                        enum registry_result result, bool any) {
    struct registry *registry = settler->registry;
    if (result == REGISTRY_DONE && any)
        result = registry_end_change(registry);
    else
        registry_give_up_change(registry);
    if (result == REGISTRY_DONE && any) {
        settler_changed(settler, change->number);
    } else if (result != REGISTRY_DONE) {
        settler->failed = true;
    }
    if (!any) change->number = 0;
    return result;
}

enum registry_result settler_settle(struct settler *settler, struct registry_change *change,
                                    const struct settlement_request *requests, size_t count, struct arena *arena,
                                    struct settlement_answer *answers) {
    struct registry *registry = settler->registry;
    struct asked *all = ask_for_all(requests, count, arena, answers);
    bool any = false;
    if (!all) return REGISTRY_NO_MEMORY;
    if (are_quotes(requests, count)) {
        change->number = 0;
        return quote(settler, all, count, arena);
    }
    enum registry_result result = registry_begin_change(registry, change);
    if (result != REGISTRY_DONE) return result;
    result = settler_refresh(settler, change->number - 1);
    if (result == REGISTRY_DONE) result = settle_rounds(settler, change, all, count, arena, &any);
    return settler_end_change(settler, change, result, any);
}
