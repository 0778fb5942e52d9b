/* Answers in FHIR, byte by byte: tests/fhir/answered/NAME.json is what is written to tests/fhir/asked. All of them are
 * held to the published schema by tests/fhir/validate.mjs. Memory failing at every allocation.
 *
 * With DOUDI_REGENERATE=1 in the environment they are written anew instead of compared. */
#define _POSIX_C_SOURCE 200809L
#include "failing.h"
#include "fhir_stage.h"
#include "golden.h"

#include "exchange/answer_words.h"
#include "exchange/fhir_write.h"

#define ANSWERED "tests/fhir/answered"

static char room[DOCUMENT_ROOM];

static const struct field *field_of(const struct fhir_stage *stage, const char *name) {
    const struct field *field = entity_field(stage->map.event, text_from(name));
    assert_non_null(field);
    return field;
}

/* The day of all answers. */
static day_number today(void) {
    return day_from(2018, 6, 9);
}

/* --- what was decided, made by hand ------------------------------------------------------------------------------- */

enum { PARTS = 5 };

static void set_part(struct fhir_stage *stage, struct settlement_part *parts, size_t i, const char *name,
                     int64_t amount) {
    parts[i] = (struct settlement_part){.field = field_of(stage, name), .known = true, .amount = amount};
}

/* 10000 in scope and 800 outside, at a prefecture hospital, of a registered poor person: 2-2-window.yaml. */
static struct settlement_answer settled(struct fhir_stage *stage, struct settlement_part parts[PARTS]) {
    set_part(stage, parts, 0, "basic_pay", 611000);
    set_part(stage, parts, 1, "critical_pay", 0);
    set_part(stage, parts, 2, "aid_pay", 272300);
    set_part(stage, parts, 3, "floor_pay", 16700);
    set_part(stage, parts, 4, "self_pay", 180000);
    return (struct settlement_answer){.outcome = SETTLEMENT_DONE,
                                      .bill = {.id = TEXT("P1/2018-06-08/A1/HZ"),
                                               .at = TEXT("HZ"),
                                               .by = TEXT("A1"),
                                               .date = day_from(2018, 6, 8),
                                               .settlement = 17,
                                               .total = 1080000,
                                               .parts = parts,
                                               .count = PARTS}};
}

static void open_part(struct settlement_part *part) {
    part->known = false;
    part->missing[LANGUAGE_ZH] = TEXT("医疗救助比例");
    part->missing[LANGUAGE_EN] = TEXT("rate of medical aid");
}

/* --- comparing ---------------------------------------------------------------------------------------------------- */

static void compare(const char *name, const struct builder *out) {
    size_t length = 0;
    if (getenv("DOUDI_REGENERATE")) {
        golden_write(ANSWERED, name, ".json", out);
        return;
    }
    char *golden = golden_read(ANSWERED, name, ".json", &length);
    assert_non_null(golden);
    assert_string_equal(builder_text(out).bytes, golden);
    test_free(golden);
}

/* What is answered to asked/NAME. */
static void write_to(struct document *document, const struct fhir_stage *stage, const struct settlement_answer *answers,
                     struct builder *out) {
    const struct fhir_answering answering = {&stage->map, &document->arena, &document->diagnostics, today()};
    struct json_writer writer;
    builder_init(out);
    json_writer_init(&writer, out, false);
    if (document->read)
        fhir_write(&writer, &answering, &document->told, answers);
    else
        fhir_write_mistakes(&writer, &answering, 0, document->diagnostics.list.count);
    assert_false(arena_failed(&document->arena));
}

static void check_text(struct fhir_stage *stage, struct text text, const char *name,
                       const struct settlement_answer *answers) {
    struct document document;
    struct builder out;
    read_document(&document, &stage->map, text);
    write_to(&document, stage, answers, &out);
    compare(name, &out);
    builder_free(&out);
    close_document(&document);
}

static void check(struct fhir_stage *stage, const char *question, const char *name,
                  const struct settlement_answer *answers) {
    check_text(stage, asked(question, room), name, answers);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void a_bill_is_settled(void **state) {
    struct fhir_stage *stage = *state;
    struct settlement_part parts[PARTS];
    struct settlement_answer answer = settled(stage, parts);
    check(stage, "claim", "claim", &answer);
    answer.outcome = SETTLEMENT_SAME;
    check(stage, "claim", "same", &answer);
}

/* Bills of others that were settled anew are told as notes. */
static void later_bills_are_settled_anew(void **state) {
    struct fhir_stage *stage = *state;
    struct settlement_part parts[PARTS], before[PARTS], after[PARTS];
    struct settlement_answer answer = settled(stage, parts), was = settled(stage, before), is = settled(stage, after);
    was.bill.by = is.bill.by = TEXT("B7");
    was.bill.date = is.bill.date = day_from(2018, 6, 30);
    before[2].amount = 282300;
    before[4].known = false;
    struct settlement_effect effects[] = {{was.bill, is.bill}, {.after = is.bill}, {is.bill, {.by = TEXT("B7")}}};
    answer.effects.items = effects;
    answer.effects.count = 3;
    check(stage, "correction", "correction", &answer);
    answer.effects.count = 1;
    open_part(&parts[2]); /* as it stood, which is no matter now */
    answer.bill.open = 272300;
    check(stage, "cancelled", "cancelled", &answer);
}

static void what_is_open_is_partial(void **state) {
    struct fhir_stage *stage = *state;
    struct settlement_part parts[PARTS];
    struct settlement_answer answer = settled(stage, parts);
    for (size_t i = 2; i < PARTS; i++) open_part(&parts[i]);
    parts[3].missing[LANGUAGE_ZH] = parts[3].missing[LANGUAGE_EN] = TEXT("");
    answer.bill.open = 469000;
    check(stage, "contained", "open", &answer);
    set_part(stage, parts, 2, "aid_pay", 272300);
    set_part(stage, parts, 3, "floor_pay", 196700);
    answer.bill.open = 0;
    check(stage, "contained", "open-of-nothing", &answer);
}

static void a_quote_keeps_nothing(void **state) {
    struct fhir_stage *stage = *state;
    struct settlement_part parts[PARTS];
    struct settlement_answer answer = settled(stage, parts);
    answer.bill.settlement = 0;
    check(stage, "preauthorization", "preauthorization", &answer);
}

static void each_refusal_has_its_sentence(void **state) {
    struct fhir_stage *stage = *state;
    struct settlement_answer answer = {.outcome = SETTLEMENT_REFUSED,
                                       .bill = {.settlement = 5}, /* of which nothing is told */
                                       .standing = {.by = TEXT("A1"), .date = day_from(2018, 6, 8)},
                                       .guarantee = stage->policy->guarantees.items[0],
                                       .field = field_of(stage, "aid_pay"),
                                       .told = TEXT("P1/2018-06-08/A1/HZ"),
                                       .words = {TEXT("除以零"), TEXT("division by zero")}};
    for (int i = SETTLEMENT_NO_PARENT; i < SETTLEMENT_REFUSALS; i++) {
        char name[50];
        answer.refusal = (enum settlement_refusal)i;
        snprintf(name, sizeof name, "refused-%s", answer_refusal_code(answer.refusal));
        check(stage, "claim", name, &answer);
    }
    answer.refusal = SETTLEMENT_NO_PARENT;
    check(stage, "eligibility", "eligibility-refused", &answer);
}

static void what_the_law_found_is_told(void **state) {
    struct fhir_stage *stage = *state;
    struct settlement_part parts[PARTS];
    struct settlement_answer answer = settled(stage, parts);
    struct settlement_fact facts[] = {
        {field_of(stage, "total_cost"), true, TEXT("10800"), {TEXT("10,800.00 元"), TEXT("10,800.00 yuan")}},
        {field_of(stage, "left_1"), true, TEXT("11670/3"), {TEXT("3,890 元"), TEXT("3,890 yuan")}},
        {field_of(stage, "left_2"), true, TEXT("10000/3"), {TEXT("3,333.33 元"), TEXT("3,333.33 yuan")}},
        {field_of(stage, "aid_pay"),
         true,
         TEXT("2723"),
         {TEXT("2,723.00 元"), TEXT("2,723.00 yuan")}}, /* told already */
        {field_of(stage, "local_income"), true, TEXT("9862"), {TEXT("9,862 元/年"), TEXT("9,862 yuan/year")}},
        {field_of(stage, "basic_rate_here"), true, TEXT("0.65"), {TEXT("65 %"), TEXT("65 %")}},
        {field_of(stage, "promised"), true, TEXT("yes"), {TEXT("是"), TEXT("yes")}},
        {field_of(stage, "group"), true, TEXT("poor"), {TEXT("建档立卡"), TEXT("Registered poor")}},
        {policy_field(stage->policy, TEXT("person"), TEXT("age")), true, TEXT("68"), {TEXT("68"), TEXT("68")}},
        {policy_field(stage->policy, TEXT("person"), TEXT("age")), true, TEXT("-1"), {TEXT("-1"), TEXT("-1")}},
    };
    answer.bill.facts.list.items = facts;
    answer.bill.facts.list.count = sizeof facts / sizeof *facts;
    answer.bill.settlement = 0;
    check(stage, "eligibility", "eligibility", &answer);
}

static void amounts_are_written_whole(void **state) {
    struct fhir_stage *stage = *state;
    struct settlement_part parts[PARTS];
    struct settlement_answer answer = settled(stage, parts);
    parts[0].amount = INT64_MAX; /* the sum of the layers is beyond what there is room for */
    parts[1].amount = -5;
    parts[2].amount = 9007199254740993; /* no double */
    check(stage, "claim", "large", &answer);
}

/* --- several, and what could not be read -------------------------------------------------------------------------- */

static void a_bundle_is_answered_by_one(void **state) {
    struct fhir_stage *stage = *state;
    struct settlement_part parts[PARTS];
    struct settlement_answer answers[] = {settled(stage, parts), {.outcome = SETTLEMENT_REFUSED}};
    check(stage, "batch", "batch", answers);
    check(stage, "collection", "collection", answers);
}

static void what_could_not_be_read_is_told(void **state) {
    struct fhir_stage *stage = *state;
    struct text text = asked("claim", room);
    char *currency = strstr(room, "\"CNY\"");
    assert_non_null(currency);
    memcpy(currency, "\"USD\"", 5);
    memcpy(strstr(room, "2018-06-01"), "2018-06-31", 10);
    check_text(stage, text, "unread", NULL);
    check_text(stage, text_slice(text, 0, text.length / 2), "no-json", NULL);
    check_text(stage, TEXT("{\"resourceType\": \"Claim\"}"), "lacking", NULL);
    struct document document;
    struct builder out;
    read_document(&document, &stage->map, text);
    document.told.list.items[0].mistakes = 0; /* there were more than are listed */
    write_to(&document, stage, NULL, &out);
    compare("unlisted", &out);
    builder_free(&out);
    close_document(&document);
}

static void memory_runs_out(void **state) {
    struct fhir_stage *stage = *state;
    struct settlement_part parts[PARTS], after[PARTS];
    struct settlement_answer answers[2] = {settled(stage, parts), settled(stage, after)};
    struct settlement_effect effect = {.after = answers[1].bill};
    open_part(&parts[2]);
    answers[0].effects.items = &effect;
    answers[0].effects.count = 1;
    struct document document;
    read_document(&document, &stage->map, asked("batch", room));
    size_t failed = 0;
    for (long successes = 0;; successes++) {
        struct arena arena;
        struct builder out;
        struct json_writer writer;
        begin_failing(&arena, BLOCK - 200, successes);
        const struct fhir_answering answering = {&stage->map, &arena, &document.diagnostics, today()};
        builder_init(&out);
        json_writer_init(&writer, &out, true);
        fhir_write(&writer, &answering, &document.told, answers);
        bool ran_out = memory_has_failed();
        if (ran_out) assert_true(out.failed || arena_failed(&arena));
        builder_free(&out);
        end_failing(&arena);
        failed += ran_out;
        if (!ran_out) break;
    }
    assert_true(failed > 3);
    close_document(&document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bill_is_settled),
        cmocka_unit_test(later_bills_are_settled_anew),
        cmocka_unit_test(what_is_open_is_partial),
        cmocka_unit_test(a_quote_keeps_nothing),
        cmocka_unit_test(each_refusal_has_its_sentence),
        cmocka_unit_test(what_the_law_found_is_told),
        cmocka_unit_test(amounts_are_written_whole),
        cmocka_unit_test(a_bundle_is_answered_by_one),
        cmocka_unit_test(what_could_not_be_read_is_told),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("fhir_write", tests, open_yunnan, close_yunnan);
}
