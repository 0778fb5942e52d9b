/* Bills of chance, of the people of a registry: what a law asks of a bill is found in its types alone. */
#ifndef DOUDI_TESTS_DRAWN_BILL_H
#define DOUDI_TESTS_DRAWN_BILL_H

#include "registry/registry.h"
#include "registry/row_query.h"
#include "work/settlement.h"

struct drawer {
    struct registry *registry;
    const struct entity *event;
    struct arena *arena; /* of what is drawn */
    struct row_queries queries;
    int64_t people, presenters; /* keys of both: 1 .. */
    uint32_t drawn;
    bool varied; /* also what is missing, amounts at their ends, and any choice; else as most bills are */
};
/* Within a transaction. False: the registry cannot be read. */
bool drawer_begin(struct drawer *drawer, struct registry *registry, const struct entity *event, uint32_t seed,
                  struct arena *arena);

uint32_t drawer_draw(struct drawer *drawer, int64_t of);
/* Within a transaction: any of those who present bills, by its id. */
struct text drawer_presenter(struct drawer *drawer);
struct text drawer_person(struct drawer *drawer, int64_t key);

/* A bill of that person, presented there, with values of chance. */
struct bill drawer_bill(struct drawer *drawer, struct text person, struct text at, struct text number, day_number date);

#endif
