/* A rule's values in a month, with a mark for each row of which something is to be told: that gets something, or of
 * which it is not known. They are few, so that whoever lists or adds them up goes from mark to mark. */
#ifndef DOUDI_EXCHANGE_MARKED_H
#define DOUDI_EXCHANGE_MARKED_H

#include "engine/found.h"

struct marked {
    struct coding coding;
    struct found found;
    size_t rows;
    uint64_t *marks; /* a bit for each row */
};

/* Without marks. It must stay where it is, and arena and run must outlive it; false when memory has run out. */
bool marked_begin(struct marked *marked, struct arena *arena, struct run *run, const struct field *field);
/* The value of a row, which is marked unless it is a known nothing (zero, no); then false. False too when memory has
 * run out, which the arena or the run tells. */
bool marked_look(struct marked *marked, size_t row, struct coded *coded);
/* The first marked row from there on; SIZE_MAX when none follows. */
size_t marked_next(const struct marked *marked, size_t row);

/* The value of a row, of kind 0 when memory has run out; and how it is with one. It is good until the next row is
 * looked at: what no integer holds is not kept for all of them. */
struct coded marked_at(struct marked *marked, size_t row);
enum value_state marked_state(const struct marked *marked, struct coded coded);

/* An exact sum of known numbers. */
struct marked_sum {
    lane units; /* of the coding */
    struct number others;
};
void marked_add(const struct marked *marked, struct arena *arena, struct coded coded, struct marked_sum *sum);
struct number marked_total(const struct marked *marked, struct arena *arena, const struct marked_sum *sum);

#endif
