/* What is answered of a bill, in codes for programs and in words for people: the same on a screen and as JSON. */
#ifndef DOUDI_EXCHANGE_ANSWER_WORDS_H
#define DOUDI_EXCHANGE_ANSWER_WORDS_H

#include "exchange/bill.h"

/* Stable: settled, quoted, corrected, cancelled, same, refused. */
const char *answer_outcome_code(const struct settlement_answer *answer, enum settlement_act act);
/* Stable: no-parent, other-content, broken ... */
const char *answer_refusal_code(enum settlement_refusal refusal);

/* The sentence, and the way out, which may be empty. What comes from outside is shown so that it steers nothing. In the
 * arena. */
struct answer_words {
    struct text sentence[LANGUAGES], remedy[LANGUAGES];
};
struct answer_words answer_words(struct arena *arena, const struct entity *event, enum settlement_act act,
                                 const struct settlement_answer *answer);

#endif
