/* JSON Schemas (draft 2020-12) of bills as bill_json.h reads them and of answers as answer_json.h writes them, made of
 * a law: whoever sends bills may check them with tools of his own.
 *
 * Keys are the law's names; that a reader also takes labels is not said. What no schema can say stays with the reader:
 * whether a number is off its step, check characters, dates beyond their range, the same input told twice. */
#ifndef DOUDI_EXCHANGE_BILL_SCHEMA_H
#define DOUDI_EXCHANGE_BILL_SCHEMA_H

#include "exchange/json.h"
#include "lang/policy.h"

/* Of an event that is settled, of a compiled policy. Where memory runs out, the writer's builder has failed. */
void bill_schema_write(struct json_writer *writer, const struct policy *policy, const struct entity *event);
void answer_schema_write(struct json_writer *writer, const struct policy *policy, const struct entity *event);

#endif
