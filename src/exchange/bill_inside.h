/* What bill_json.c (keys), bill_cut.c (where each bill begins and ends), bill_value.c (values), bill_write.c and
 * bill_schema.c share.
 */
#ifndef DOUDI_EXCHANGE_BILL_INSIDE_H
#define DOUDI_EXCHANGE_BILL_INSIDE_H

#include "exchange/bill_json.h"
#include "exchange/json.h"
#include "exchange/messages.h"

/* The text of one bill. */
struct bill_cut {
    struct text text;
    uint32_t line, column; /* where it begins */
};
enum bill_cut_result { BILL_CUT, BILL_CUT_WRONG, BILL_CUT_NONE };
enum bill_cut_result bill_cut_next(struct bill_reader *reader, struct bill_cut *cut);

/* A part of a bill's text: a key, a value. */
struct bill_token {
    enum json_event event;
    struct text text; /* as json_text has it */
    struct position at;
};

/* A bill being read. */
struct bill_reading {
    struct bill_reader *reader;
    struct bill_cut cut;
    struct json *json;
    struct arena *arena; /* of what is handed out */
    struct bill_told *told;
    size_t mistakes;
};

void bill_complain(struct bill_reading *reading, struct position at, enum exchange_message message,
                   const struct text *arguments, size_t count);
#define BILL_COMPLAIN(reading, at, message, ...)                                                                       \
    bill_complain((reading), (at), (message), (const struct text[]){__VA_ARGS__},                                      \
                  sizeof((const struct text[]){__VA_ARGS__}) / sizeof(struct text))

/* The value of an input, told under a key; complains when it is none. It is not null. */
bool bill_take_value(struct bill_reading *reading, const struct field *input, struct text key,
                     const struct bill_token *token, struct bill_value *value);
/* A text, trimmed, that follows the scheme, which may be empty. */
bool bill_take_text(struct bill_reading *reading, struct text scheme, struct text key, const struct bill_token *token,
                    struct text *out);

/* So many steps of a number as they are written: amount_written. */
struct text field_steps_written(struct arena *arena, const struct field *field, struct number steps);

extern const char *const settlement_act_words[]; /* by enum settlement_act */
enum { SETTLEMENT_ACTS = SETTLEMENT_CANCEL + 1 };

#endif
