/* What each family gets by one side and did not by the other, and what differs in what both knew of it.
 *
 * Benefits of families and of whom lies in them; those of events between two runs of one month only, as an event
 * belongs to its day. Causes are what differs, each that is there; whether the amount is owed to it nobody asks. */
#ifndef DOUDI_CLI_FAMILY_DIFFERENCES_H
#define DOUDI_CLI_FAMILY_DIFFERENCES_H

#include "cli/kept.h"

enum { BEFORE, AFTER, KEPT_SIDES };

enum family_cause {
    CAUSE_PERSON, /* somebody joined or left, or all of it is new or gone */
    CAUSE_INPUT,  /* of the family, of what lies in it, of the areas above; or it lies elsewhere */
    CAUSE_LAW,    /* its files are others */
    CAUSE_TIME,   /* none of these, between two months */
    CAUSE_OTHER,  /* none of these in one month: earlier months, an officer's decision, what lies beyond the family */
    CAUSES
};

/* What differs in what was known. */
enum family_detail_kind { DETAIL_JOINED, DETAIL_LEFT, DETAIL_MOVED, DETAIL_FRESH, DETAIL_GONE, DETAIL_INPUT };
struct family_detail {
    enum family_detail_kind kind;
    const struct entity *entity;
    const struct field *input; /* of DETAIL_INPUT */
    struct text id, known_by;  /* the row, and by what people recognise it */
    /* Of inputs the values, the empty text where unknown or sealed; of a move the ids of the areas. For files, and for
     * people. */
    struct text plain[KEPT_SIDES], shown[KEPT_SIDES];
};

/* A benefit that comes out otherwise, or is undetermined. */
struct benefit_difference {
    const struct field *benefit[KEPT_SIDES]; /* NULL: the law has it not */
    struct text id;
    struct value value[KEPT_SIDES];
    bool there[KEPT_SIDES];         /* nothing (zero, no) is not there */
    struct number paid[KEPT_SIDES]; /* in money, in the month */
};

struct family_difference {
    struct text id;
    struct kept_row at[KEPT_SIDES];
    unsigned causes;                              /* a bit for each */
    bool undetermined;                            /* some benefit is, on either side: the sums say nothing */
    struct number paid[KEPT_SIDES], change, size; /* size: of the change, without its sign */
    VECTOR(struct benefit_difference) benefits;
    VECTOR(struct family_detail) details;
};

struct family_tally {
    size_t families;
    struct number paid[KEPT_SIDES];
};

struct family_differences {
    struct arena *arena;
    enum language language;
    const struct kept *kept[KEPT_SIDES];
    VECTOR(struct family_difference) list;              /* the greatest first, undetermined ones last */
    size_t compared, undetermined;                      /* of those compared, whether they differ or not */
    struct family_tally by_cause[CAUSES], several, all; /* of those whose sums are known */
    /* Inside. */
    VECTOR(struct benefit_difference) pairs; /* the benefits of both laws */
    struct arena scratch;                    /* of one family */
};

/* False when memory has run out. */
bool family_differences_find(struct family_differences *differences, struct arena *arena, enum language language,
                             const struct kept *before, const struct kept *after);

/* --- family_causes.c ---------------------------------------------------------------------------------------------- */

/* Causes and details of a family whose benefits differ. */
void family_find_causes(struct family_differences *differences, struct family_difference *family);

/* The row of an entity of that name lies in the family. */
bool family_holds(struct family_differences *differences, struct kept_row family, const struct entity *like,
                  struct text id);

/* The event of a side counts in its month; rows that are none always do. */
bool family_counts(const struct kept *kept, const struct kept_view *view, const struct entity *entity, size_t row);

#endif
