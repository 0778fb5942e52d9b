/* What is answered of a bill, as JSON:
 *
 *     {"outcome": "settled", "sentence": {"zh": .., "en": ..},
 *      "bill": {"event": .., "id": .., "at": .., "by": .., "date": "2018-07-12", "settlement": 12, "total": "812.50",
 *               "open": "0.00", "parts": [{"benefit": .., "label": .., "fund": .., "amount": "650.00", "cites": [..]},
 *                                         {"rest": .., "label": .., "amount": "162.50"}]},
 *      "effects": [{"before": {..}, "after": {..}}], "facts": [..]}
 *
 * One that is refused has "refusal" (answer_words.h), "remedy", what the refusal is about ("told", "guarantee",
 * "field"), and the bill that stands; beside one of other content "presented" is what was told, as bill_write_json
 * writes it. A part that is not known has the amount null, and what is missing. Of a bill that was cancelled before
 * only at, by and settlement are told. The schema of it is written by answer_schema_write. */
#ifndef DOUDI_EXCHANGE_ANSWER_JSON_H
#define DOUDI_EXCHANGE_ANSWER_JSON_H

#include "exchange/bill_json.h"
#include "exchange/json.h"

struct answer_writing {
    const struct policy *policy;
    const struct entity *event;
    enum settlement_act act;
    int64_t change;               /* by which it was kept, as "change"; 0: that is not said */
    const struct bill *presented; /* written beside the one that stands, where they differ; NULL: it is not */
    /* Whether something under a part or fact of a bill of that day is not confirmed; NULL: that is not said. */
    bool (*unconfirmed)(const void *of, const struct field *field, day_number day);
    const void *of;
};

/* Texts in between lie in the arena. */
void answer_write_json(struct json_writer *writer, struct arena *arena, const struct answer_writing *writing,
                       const struct settlement_answer *answer);

/* A bill alone, and what is told beside it. */
void settled_bill_write_json(struct json_writer *writer, struct arena *arena, const struct answer_writing *writing,
                             const struct settled_bill *bill);
void settlement_facts_write_json(struct json_writer *writer, const struct answer_writing *writing,
                                 const struct settled_bill *bill);

#endif
