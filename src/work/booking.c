#include "work/booking.h"

static bool is_same(const struct account *a, const struct account *b) {
    return a->row == b->row && text_equal(a->kind, b->kind) && text_equal(a->fund, b->fund) &&
           text_equal(a->entity, b->entity);
}

static void add(struct bookings *bookings, struct arena *arena, const struct account *debit,
                const struct account *credit, int64_t amount) {
    if (amount == 0) return;
    for (size_t i = 0; i < bookings->list.count; i++) {
        struct booking *booking = &bookings->list.items[i];
        bool same = is_same(&booking->debit, debit) && is_same(&booking->credit, credit),
             back = is_same(&booking->debit, credit) && is_same(&booking->credit, debit);
        if (!same && !back) continue;
        booking->amount += same ? amount : -amount;
        return;
    }
    struct booking booking = {*debit, *credit, amount};
    VECTOR_PUSH(arena, &bookings->list, booking);
}

void bookings_add_bill(struct bookings *bookings, struct arena *arena, const struct entity *event,
                       const struct settled_bill *bill, int64_t presenter, int64_t sign) {
    struct text entity = event->settled.at->type.entity->name;
    size_t layers = event->settled.layers.count;
    if (!bill->parts) return;
    for (size_t i = 0; i < layers; i++) {
        struct text fund = event->settled.layers.items[i]->declaration->fund.text;
        const struct account borne = {.kind = TEXT("borne"), .fund = fund},
                             due = {TEXT("due"), fund, entity, presenter};
        if (bill->parts[i].known) add(bookings, arena, &borne, &due, sign * bill->parts[i].amount);
    }
    const struct account paid = {.kind = TEXT("paid"), .entity = entity, .row = presenter},
                         taken = {.kind = TEXT("taken"), .entity = entity, .row = presenter},
                         open = {.kind = TEXT("open"), .entity = entity, .row = presenter},
                         awaited = {.kind = TEXT("awaited"), .entity = entity, .row = presenter};
    if (bill->parts[layers].known) add(bookings, arena, &paid, &taken, sign * bill->parts[layers].amount);
    add(bookings, arena, &open, &awaited, sign * bill->open);
}

enum registry_result bookings_add_moved(struct bookings *bookings, struct arena *arena, struct ledger *ledger,
                                        const struct entity *event, int64_t key, int64_t until, int64_t sign) {
    struct ledger_flows flows;
    enum registry_result result = ledger_sum_row(ledger, event, key, until, arena, &flows);
    for (size_t i = 0; i < flows.list.count && result == REGISTRY_DONE; i++) {
        const struct ledger_flow *flow = &flows.list.items[i];
        add(bookings, arena, &flow->debit, &flow->credit, sign * flow->amount);
    }
    return result;
}

bool bookings_are_none(const struct bookings *bookings) {
    bool none = true;
    for (size_t i = 0; i < bookings->list.count; i++) none = none && bookings->list.items[i].amount == 0;
    return none;
}
