/* What a random policy says of random data, found from the rules of docs/language.md alone: with GMP's rationals, from
 * the generator's own tree, without the product's engine. */
#ifndef DOUDI_TESTS_INDEPENDENT_H
#define DOUDI_TESTS_INDEPENDENT_H

#include "random_policy.h"

enum answer_state { ANSWER_KNOWN, ANSWER_UNKNOWN, ANSWER_FAULT };

/* Amounts in yuan (a month), shares and counts as they are, truth and choices as 0, 1, 2. */
struct answer {
    enum answer_state state;
    mpq_t number;
};

struct evaluation {
    const struct random_policy *policy;
    const struct random_data *data;
    long month;                       /* year * 12 + month - 1 */
    const struct evaluation *earlier; /* of the month before; NULL: this is the first */
    int order[ROWS_MAX];              /* claims by date and number */
    struct answer answers[RULES_MAX][ROWS_MAX];
    bool found[RULES_MAX][ROWS_MAX];
};

void evaluation_begin(struct evaluation *evaluation, const struct random_policy *policy, const struct random_data *data,
                      long month, const struct evaluation *earlier);
void evaluation_end(struct evaluation *evaluation);

/* A rule at a row of its level; the pointer lives as long as the evaluation. */
const struct answer *evaluation_rule(struct evaluation *evaluation, int rule, int row);

/* 0 broken, 1 holds, 2 unknown, 3 not asked. */
int evaluation_promise(struct evaluation *evaluation, int row);

/* Whether a claim is settled in the month. */
bool evaluation_settles(const struct evaluation *evaluation, int claim);

#endif
