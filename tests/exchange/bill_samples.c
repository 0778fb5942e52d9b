/* What the schemas of bills and answers are tried on (test_bill_schema):
 *
 *     bill_samples FOLDER schemas     the two schemas, as {"bill": .., "answer": ..}
 *     bill_samples FOLDER answers     answers of all kinds, as a list
 *     bill_samples FOLDER read        of the bills on the standard input whether each is told or wrong, a line each
 *
 * FOLDER is of a law with one event that is settled. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "exchange/answer_json.h"
#include "exchange/bill_json.h"
#include "exchange/bill_schema.h"
#include "exchange/policy_folder.h"

enum { INPUT_BYTES_MAX = 1 << 20, PARTS_MAX = 16 };

static const struct entity *settled_event(const struct policy *policy) {
    for (size_t i = 0; i < policy->entities.count; i++)
        if (policy->entities.items[i]->settled.at) return policy->entities.items[i];
    return NULL;
}

static void write_schemas(struct json_writer *writer, const struct policy *policy, const struct entity *event) {
    struct builder bill, answer;
    struct json_writer each;
    builder_init(&bill);
    builder_init(&answer);
    json_writer_init(&each, &bill, false);
    bill_schema_write(&each, policy, event);
    json_writer_init(&each, &answer, false);
    answer_schema_write(&each, policy, event);
    builder_format(writer->out, "{\"bill\": %s, \"answer\": %s}\n", builder_text(&bill).bytes,
                   builder_text(&answer).bytes);
    builder_free(&bill);
    builder_free(&answer);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static bool every_other(const void *of, const struct field *field, day_number day) {
    (void)of;
    (void)day;
    return field->index % 2 == 0;
}

static size_t fill(const struct entity *event, struct settlement_part *parts, bool open) {
    size_t count = 0;
    for (; count < event->settled.layers.count; count++)
        parts[count] = (struct settlement_part){event->settled.layers.items[count], true, (int64_t)count * 1005, {{0}}};
    parts[count] = (struct settlement_part){event->settled.rest, !open, -12345, {{0}}};
    if (open) parts[count].missing[LANGUAGE_ZH] = TEXT("缺");
    return count + 1;
}

static void write_answers(struct json_writer *writer, const struct policy *policy, const struct entity *event) {
    struct arena arena;
    struct settlement_part whole[PARTS_MAX], open[PARTS_MAX];
    assert(event->settled.layers.count < PARTS_MAX);
    struct settled_bill bill = {.id = TEXT("P1/A1"), .at = TEXT("H1"), .by = TEXT("A1"), .date = 17724, .total = 1};
    bill.count = fill(event, whole, false);
    bill.parts = whole;
    bill.settlement = 12;
    arena_init(&arena);
    struct answer_writing writing = {.policy = policy, .event = event};
    struct settlement_answer answer = {.bill = bill, .standing = bill};
    const struct settlement_effect effect = {bill, bill};
    const struct settlement_fact fact = {event->settled.rest, true, TEXT("1"), {TEXT("一"), TEXT("one")}},
                                 missing = {event->settled.rest, false, TEXT(""), {TEXT("？"), TEXT("？")}};
    VECTOR_PUSH(&arena, &answer.effects, effect);
    VECTOR_PUSH(&arena, &answer.bill.facts.list, fact);
    VECTOR_PUSH(&arena, &answer.bill.facts.list, missing);
    VECTOR_PUSH(&arena, &answer.bill.reports, policy->guarantees.items[0]);
    json_write_array(writer);
    for (int act = SETTLEMENT_SETTLE; act <= SETTLEMENT_CANCEL; act++) {
        writing.act = (enum settlement_act)act;
        answer_write_json(writer, &arena, &writing, &answer);
    }
    answer.outcome = SETTLEMENT_SAME;
    answer_write_json(writer, &arena, &writing, &answer);
    fill(event, open, true);
    answer.outcome = SETTLEMENT_DONE;
    answer.bill.parts = open;
    answer.bill.settlement = 0;
    writing.act = SETTLEMENT_QUOTE;
    writing.unconfirmed = every_other;
    answer_write_json(writer, &arena, &writing, &answer);
    answer.outcome = SETTLEMENT_REFUSED;
    answer.told = TEXT("P1");
    answer.guarantee = policy->guarantees.items[0];
    answer.field = event->settled.total;
    const struct bill presented = {
        .event = event, .values = ARENA_ARRAY(&arena, struct bill_value, event->inputs.count), .parent = TEXT("P1")};
    writing.presented = &presented;
    for (int refusal = SETTLEMENT_NO_PARENT; refusal < SETTLEMENT_REFUSALS; refusal++) {
        answer.refusal = (enum settlement_refusal)refusal;
        answer_write_json(writer, &arena, &writing, &answer);
    }
    json_write_close_array(writer);
    arena_free(&arena);
}

/* --- bills -------------------------------------------------------------------------------------------------------- */

static void read_bills(struct builder *out, const struct policy *policy, struct text text) {
    struct arena arena;
    struct diagnostics diagnostics;
    struct bill_reader reader;
    struct bill_told told;
    enum bill_result result;
    const struct source source = {.name = TEXT("bills"), .bytes = text};
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    bill_reader_open(&reader, policy, &source, &diagnostics);
    for (;;) {
        size_t before = diagnostics.list.count;
        result = bill_reader_next(&reader, &arena, &told);
        if (result == BILL_NO_MORE || result == BILL_NO_MEMORY) break;
        builder_format(out, "%s\n", result == BILL_TOLD ? "told" : diagnostics.list.items[before].message->code);
    }
    bill_reader_close(&reader);
    arena_free(&arena);
}

int main(int argc, char **argv) {
    static char input[INPUT_BYTES_MAX];
    struct arena arena;
    struct diagnostics failures;
    struct builder out;
    struct json_writer writer;
    arena_init(&arena);
    diagnostics_init(&failures, &arena);
    struct policy *policy = argc == 3 ? policy_read_folder(argv[1], &failures) : NULL;
    const struct entity *event = policy && policy->compiled ? settled_event(policy) : NULL;
    if (!event) return 2;
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    if (strcmp(argv[2], "schemas") == 0) write_schemas(&writer, policy, event);
    if (strcmp(argv[2], "answers") == 0) write_answers(&writer, policy, event);
    if (strcmp(argv[2], "read") == 0)
        read_bills(&out, policy, (struct text){input, fread(input, 1, sizeof input, stdin)});
    bool written = fwrite(builder_text(&out).bytes, 1, out.length, stdout) == out.length && fflush(stdout) == 0;
    builder_free(&out);
    policy_free(policy);
    arena_free(&arena);
    return written ? 0 : 1;
}
