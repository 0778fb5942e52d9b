/* Statements: what was settled, read back. Of a person the bills of a year; of whoever presents bills what was booked
 * in a time, fund by fund. */
#ifndef DOUDI_WORK_STATEMENT_H
#define DOUDI_WORK_STATEMENT_H

#include "work/settlement.h"

/* --- of a person ----------------------------------------------------------------------------------------------------
 */

struct settled_party {
    struct text id, name; /* by what people know it; its id where that is not known */
};
struct settled_bills {
    int64_t key;    /* 0: there is no such row */
    int64_t change; /* the last that was known */
    struct settled_party of;
    struct text
        identity; /* something of him that nobody else has, masked; empty: it is not known, or there are no keys */
    VECTOR(struct settled_bill) list;        /* in the order in which the law takes them */
    VECTOR(struct settled_party) presenters; /* of these */
    size_t imported; /* bills told otherwise than at the window, which are not listed and count in the year's sums */
};
/* The bills of the row with that id that stood when the change with that number had been made (REGISTRY_NOW: that
 * stand), of a year (0: of all). In the arena. */
enum registry_result settler_read(struct settler *settler, const struct entity *event, struct text parent, int year,
                                  int64_t known, struct arena *arena, struct settled_bills *bills);
const struct settled_party *settled_presenter(const struct settled_bills *bills, struct text id);

/* By which a statement can be known again: DOUDI1|P1|2018|123|0f3a…, where the digest is over the bills and what was
 * paid of them. */
struct text statement_mark(struct arena *arena, const struct settled_bills *bills, int year);

enum statement_standing {
    STATEMENT_UNKNOWN, /* nobody can have printed that */
    STATEMENT_STANDS,  /* it says what stands */
    STATEMENT_STOOD,   /* it said what stood then; something was settled since */
    STATEMENT_FALSE    /* it says what never stood */
};
/* What becomes of a mark, and the bills that it is about, as they stand now. */
enum registry_result statement_verify(struct settler *settler, const struct entity *event, struct text text,
                                      struct arena *arena, enum statement_standing *standing,
                                      struct settled_bills *now);
/* Of a mark that stands or stood: its year, and the bills as they stood when it was made. A mark can be copied onto a
 * page that says something else, so whoever has the page compares them. */
enum registry_result statement_recall(struct settler *settler, const struct entity *event, struct text text,
                                      struct arena *arena, int *year, struct settled_bills *then);

/* --- of whoever presents them ---------------------------------------------------------------------------------------
 */

/* A settlement that was booked. */
struct booked_settlement {
    struct registry_settlement settlement;
    int64_t *moved; /* by part: layers, what is left, what is open; below 0: taken back */
};
struct booked_bills {
    int64_t key; /* 0: there is no such row */
    struct settled_party of;
    size_t parts;
    VECTOR(struct booked_settlement) list; /* in the order in which they were settled */
    int64_t *sums;                         /* by part, of the accounts */
    bool agree;                            /* with the sums of the list, to the least coin */
};
/* What was booked from `first` to `last`, both included, of the bills that the row with that id presents. */
enum registry_result settler_read_booked(struct settler *settler, const struct entity *event, struct text presenter,
                                         day_number first, day_number last, struct arena *arena,
                                         struct booked_bills *booked);

#endif
