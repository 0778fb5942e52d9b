/* Bills from JSON: one object, an array of objects, or an object a line, read one at a time.
 *
 *     bill_reader_open(&reader, policy, &source, &diagnostics);
 *     while ((result = bill_reader_next(&reader, &arena, &told)) == BILL_TOLD || result == BILL_WRONG) ...
 *     bill_reader_close(&reader);
 *
 * What is wrong with one bill is told at its place, and spoils no other: lines end where they end, and of an array the
 * brackets are looked at first; of one that is not closed nothing is read. Nothing of a bill is handed out before all
 * of its text was found to be JSON. Numbers are never anything but their digits.
 *
 *     {"person": "P1", "hospital": "H1", "bill_number": "A12", "discharged": "2018-07-12", "in_scope": 812.5}
 *
 * `event` names the event, where the law settles several; `act` is settle (where it is left out), quote, correct or
 * cancel. Whose a bill is tells the name of the entity above with a row's id, or one of that entity's checked inputs.
 * Everything else is an input of the event, by name or label as in the headings of tables (import_heading_of). One that
 * is called `event` or `act` itself is told by its label. null is not told. docs/data.md says it all for people. */
#ifndef DOUDI_EXCHANGE_BILL_JSON_H
#define DOUDI_EXCHANGE_BILL_JSON_H

#include "base/diagnostic.h"
#include "exchange/bill.h"

struct json_writer; /* exchange/json.h */

enum {
    BILL_BYTES_MAX = 64 * 1024, /* of one bill */
    BILL_MISTAKES_MAX = 10      /* that are told of one bill */
};

struct bill_told {
    struct bill bill;
    enum settlement_act act;
    struct position at; /* where it begins */
};

enum bill_result {
    BILL_TOLD,
    BILL_WRONG,    /* of this one, or of all that is left, diagnostics tell */
    BILL_NO_MORE,  /* every further call gives it again */
    BILL_NO_MEMORY /* the same */
};

enum bill_shape { BILLS_ONE, BILLS_LINES, BILLS_ARRAY };
struct bill_place {
    size_t offset;
    uint32_t line, column;
};
/* The caller's to keep, not to look into. */
struct bill_reader {
    const struct policy *policy;
    const struct source *source;
    struct diagnostics *diagnostics;
    struct arena scratch;
    enum bill_shape shape;
    struct bill_place at; /* what was not yet looked at begins here */
    size_t end;           /* of an array, where it is closed */
    bool begun, over, failed;
};

/* Of a compiled policy. All must outlive the reader, and the source's bytes the bills. */
void bill_reader_open(struct bill_reader *reader, const struct policy *policy, const struct source *source,
                      struct diagnostics *diagnostics);
/* The next bill, its values in the arena, which may be rewound once the bill is done with. */
enum bill_result bill_reader_next(struct bill_reader *reader, struct arena *arena, struct bill_told *told);
void bill_reader_close(struct bill_reader *reader);

/* A bill with the law's names, as it is read again: amounts and numbers as decimals in quotes. Texts in between lie in
 * the arena. */
void bill_write_json(struct json_writer *writer, struct arena *arena, const struct bill *bill, enum settlement_act act);

#endif
