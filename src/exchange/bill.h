/* Bills as they go in and out: what whoever presents one tells, and what is answered. An event is a bill where the law
 * says that it is settled when it is presented (lang/policy.h, struct settled). Amounts are in the least coin. */
#ifndef DOUDI_EXCHANGE_BILL_H
#define DOUDI_EXCHANGE_BILL_H

#include "engine/lane.h"

/* --- what is told ---------------------------------------------------------------------------------------------------
 */

struct bill_value {
    bool known;
    lane lane;        /* of all but texts and references */
    struct text text; /* of a reference the id of its row */
};
struct bill {
    const struct entity *event;
    struct text parent;        /* the id of the row that it is of; empty where that is told by an input: */
    const struct field *input; /* of that row, with a check; NULL: it is told by its id */
    struct text match;
    struct bill_value *values; /* by input_index of the event */
};

/* Whether a row is told by this input of the entity that bills are of. */
static inline bool bill_is_matched_by(const struct field *field) {
    return field->kind == FIELD_INPUT && field->check.length > 0;
}

enum settlement_act {
    SETTLEMENT_SETTLE,
    SETTLEMENT_QUOTE,   /* the answer alone: nothing is kept */
    SETTLEMENT_CORRECT, /* the same number again, with other content */
    SETTLEMENT_CANCEL,  /* only the event, who presented it and his number are told */
    SETTLEMENT_ANEW     /* nothing is presented: what stands of a person is found anew by the law of now */
};

/* --- what is answered -----------------------------------------------------------------------------------------------
 */

/* A part of a bill's total: what a benefit pays, or what is left. */
struct settlement_part {
    const struct field *field; /* a layer; last of all what is left */
    bool known;
    int64_t amount;
    struct text missing[LANGUAGES]; /* of one that is not known, where it was found now */
};
/* What the law found of the bill itself, for people. */
struct settlement_fact {
    const struct field *field;
    bool known;
    struct text plain, shown[LANGUAGES]; /* of one that is not known only shown */
};
struct settlement_facts {
    VECTOR(struct settlement_fact) list;
};
/* BILL_NOT_SAID also where the law reads no such decisions. */
enum bill_assessed { BILL_NOT_SAID, BILL_NEVER_ASSESSED, BILL_ASSESSED };
struct settled_bill {
    struct text id;     /* of the event; empty: there is none */
    struct text at, by; /* the id of who presented it, and his number */
    day_number date;
    int64_t settlement; /* its number; 0: none, as of a quote */
    int64_t total;
    int64_t open;                  /* what is nobody's yet: the total without the parts that are known */
    struct settlement_part *parts; /* layers, then what is left */
    size_t count;
    bool unconfirmed;                         /* what was told of the bill, of its people or of who presents it */
    struct settlement_facts facts;            /* where they are wanted: what the law shows beside it */
    enum bill_assessed assessed;              /* with these: by which month's decisions on its people it was found */
    month_number assessed_in;                 /* of BILL_ASSESSED */
    VECTOR(const struct guarantee *) reports; /* where it was found now: what does not hold of it, and is told only */
};
/* A bill whose parts another one changed. */
struct settlement_effect {
    struct settled_bill before, after;
};

/* A bill behind one that was cancelled, of which the law makes nothing now: it stands as it was until that is mended.
 */
struct settlement_left {
    struct settled_bill bill;
    const struct guarantee *guarantee; /* which would not hold; or */
    const struct field *field;         /* what cannot be computed, and why */
    struct text words[LANGUAGES];
};

enum settlement_outcome {
    SETTLEMENT_DONE,
    SETTLEMENT_SAME, /* it had been done before: nothing changed */
    SETTLEMENT_REFUSED
};
enum settlement_refusal {
    SETTLEMENT_NO_PARENT,     /* nobody of that id is known: `told` */
    SETTLEMENT_NO_PRESENTER,  /* nor of that one */
    SETTLEMENT_SEVERAL,       /* several people are told to have that number of theirs: `told` */
    SETTLEMENT_NO_NUMBER,     /* who presents it, his number or the date is not told */
    SETTLEMENT_AHEAD,         /* it is of a day that is still to come: `told` */
    SETTLEMENT_EARLIER,       /* it would be booked before what it replaces, which was on the day `told` */
    SETTLEMENT_OTHER_CONTENT, /* another bill has this number: `standing` */
    SETTLEMENT_NO_BILL,       /* there is none to be corrected or cancelled, or of another */
    SETTLEMENT_CANCELLED,     /* the number was used for a bill that was cancelled */
    SETTLEMENT_TOO_MANY,      /* there are as many bills as the law allows, or it leads nowhere */
    SETTLEMENT_BROKEN,        /* `guarantee` does not hold of the bill `told`, which may be a later one */
    SETTLEMENT_FAULT,         /* `field` of the bill `told` cannot be computed, or is not whole: `words` */
    SETTLEMENT_INCOMPLETE,    /* the same, because an input of that bill is not told */
    SETTLEMENT_REFUSALS
};

struct settlement_answer {
    enum settlement_outcome outcome;
    enum settlement_refusal refusal;
    struct settled_bill bill;                 /* as it stands now; of one that was cancelled as it stood */
    struct settled_bill standing;             /* of a correction what stood before; of other content what stands */
    VECTOR(struct settlement_effect) effects; /* in the order of the bills */
    VECTOR(struct settlement_left) left;
    const struct guarantee *guarantee;
    const struct field *field;
    struct text told, words[LANGUAGES];
};

/* An amount of a field as it is written: exact, with the decimals of the least coin, "12.30"; a fraction, where the
 * coin is no decimal. In the arena. */
struct text amount_written(struct arena *arena, const struct field *field, int64_t amount);

#endif
