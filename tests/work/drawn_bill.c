#include "drawn_bill.h"

#include "registry/family.h"
#include "registry/registry_inside.h"

bool drawer_begin(struct drawer *drawer, struct registry *registry, const struct entity *event, uint32_t seed,
                  struct arena *arena) {
    *drawer = (struct drawer){.registry = registry, .event = event, .arena = arena, .drawn = seed};
    row_queries_begin(&drawer->queries, registry, arena);
    drawer->people = registry_highest(registry, &tables_of(registry, event->parent)->names);
    drawer->presenters = registry_highest(registry, &tables_of(registry, event->settled.at->type.entity)->names);
    return drawer->people > 0 && drawer->presenters > 0;
}

uint32_t drawer_draw(struct drawer *drawer, int64_t of) {
    drawer->drawn = drawer->drawn * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(drawer->drawn >> 1) * (uint64_t)of >> 31);
}

struct text drawer_presenter(struct drawer *drawer) {
    return row_id(&drawer->queries, drawer->event->settled.at->type.entity,
                  1 + drawer_draw(drawer, drawer->presenters));
}

struct text drawer_person(struct drawer *drawer, int64_t key) {
    return row_id(&drawer->queries, drawer->event->parent, key);
}

/* In the least coin; bills of a few coins, of a day, of an operation, and of what nobody can pay. */
static lane draw_amount(struct drawer *drawer) {
    enum { COINS = 100, USUAL = 20000, DEAR = 2000000 };
    if (!drawer->varied) return COINS * (1 + (lane)drawer_draw(drawer, USUAL));
    switch (drawer_draw(drawer, 6)) {
    case 0: return 0;
    case 1: return drawer_draw(drawer, COINS);
    case 2: return drawer_draw(drawer, COINS * DEAR);
    default: return drawer_draw(drawer, COINS * USUAL);
    }
}

static void draw_value(struct drawer *drawer, const struct field *input, day_number date, struct bill_value *value) {
    enum { STAY = 30, SELDOM = 4 };
    bool missing = drawer->varied && drawer_draw(drawer, SELDOM) == 0;
    value->known = true;
    if (input == drawer->event->dated.items[0])
        value->lane = date;
    else if (input->type.kind == TYPE_DATE)
        value->lane = drawer->varied ? date - (day_number)drawer_draw(drawer, STAY) : date;
    else if (input->type.kind == TYPE_NUMBER && settled_adds_up(&drawer->event->settled, input))
        value->lane = draw_amount(drawer);
    else if (input->type.kind == TYPE_BOOL && !missing)
        value->lane = drawer->varied ? drawer_draw(drawer, 2) : 1;
    else if (input->type.kind == TYPE_ENUM && drawer->varied && !missing)
        value->lane = drawer_draw(drawer, (int64_t)input->type.enumeration->count);
    else
        value->known = false;
}

struct bill drawer_bill(struct drawer *drawer, struct text person, struct text at, struct text number,
                        day_number date) {
    const struct entity *event = drawer->event;
    struct bill bill = {.event = event, .parent = person};
    bill.values = arena_new(drawer->arena, event->inputs.count, sizeof *bill.values);
    for (size_t i = 0; i < event->inputs.count && bill.values; i++) {
        const struct field *input = event->inputs.items[i];
        if (input == event->settled.at)
            bill.values[i] = (struct bill_value){.known = true, .text = at};
        else if (input == event->settled.by)
            bill.values[i] = (struct bill_value){.known = true, .text = number};
        else
            draw_value(drawer, input, date, &bill.values[i]);
    }
    return bill;
}
