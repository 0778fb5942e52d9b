#include "cli/stated.h"

const struct settled_bill *stated_last(const struct settled_bills *bills) {
    return &bills->list.items[bills->list.count - 1];
}

struct settled_bill stated_sum(struct arena *arena, const struct settled_bills *bills) {
    const struct settled_bill *last = stated_last(bills);
    struct settled_bill sum = {.id = last->id, .date = last->date, .count = last->count};
    sum.parts = ARENA_ARRAY(arena, struct settlement_part, sum.count + 1);
    for (size_t k = 0; k < sum.count && sum.parts; k++)
        sum.parts[k] = (struct settlement_part){.field = last->parts[k].field, .known = true};
    for (size_t i = 0; i < bills->list.count && sum.parts; i++) {
        const struct settled_bill *bill = &bills->list.items[i];
        sum.total += bill->total;
        sum.unconfirmed = sum.unconfirmed || bill->unconfirmed;
        sum.open += bill->open;
        for (size_t k = 0; k < sum.count; k++) {
            const struct settlement_part *part = &bill->parts[k];
            sum.parts[k].amount += part->known ? part->amount : 0;
            if (part->known || !sum.parts[k].known) continue;
            sum.parts[k] = *part;
        }
    }
    return sum;
}
