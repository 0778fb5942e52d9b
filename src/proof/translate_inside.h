/* What the files of the translation share: translate.c (one row, one value), translate_cases.c (cases, exceptions,
 * bands), translate_rows.c (groups, references, inputs, what is left to the evaluator), translate_lookup.c
 * (parameters), translate_date.c (dates). */
#ifndef DOUDI_PROOF_TRANSLATE_INSIDE_H
#define DOUDI_PROOF_TRANSLATE_INSIDE_H

#include "proof/translate.h"

/* A node at a row that is being translated. */
struct at {
    struct translation *translation;
    struct solver *solver;
    node_id id;
    const struct graph_node *node;
    struct stage_row *row;
};
const struct term *operand_at(const struct at *at, node_id id);

/* --- states ------------------------------------------------------------------------------------------------------ */

/* Known when all are; a fault when one is. */
struct term term_strict(const struct at *at, const struct term *const *operands, size_t count);
/* The same where an unknown wins over a fault, when it is not `settled` without them. */
struct term term_unsure(const struct at *at, const struct term *const *operands, size_t count, Z3_ast settled);
/* Of a node of which no more than its range is certain. */
struct term term_any(const struct at *at, bool truth);
/* Notes that not everything is said of the node. */
void loosen(const struct at *at);
struct term term_if(const struct at *at, Z3_ast condition, const struct term *yes, const struct term *no);
bool is_truth(const struct term *term);

/* --- cases ------------------------------------------------------------------------------------------------------- */

struct term translate_cases(const struct at *at);
struct term translate_decide(const struct at *at);
/* False when it is no scale of bands, or one of which more would have to be known. */
bool translate_bands(const struct at *at, struct term *term);

/* --- rows -------------------------------------------------------------------------------------------------------- */

struct term translate_group(const struct at *at);
struct term translate_led_here(const struct at *at);
struct term translate_through(const struct at *at);
struct term translate_lookup(const struct at *at);
struct term translate_evaluate(const struct at *at);
struct term translate_input(const struct at *at);

/* --- dates ------------------------------------------------------------------------------------------------------- */

struct term translate_years(const struct at *at);
struct term translate_month_of(const struct at *at);
struct term translate_add_months(const struct at *at);
struct term translate_add_days(const struct at *at);
struct term translate_days_between(const struct at *at);

#endif
