/* Answers as JSON and in words; amounts; memory failing at every allocation. */
#include "exchange/answer_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "bill_law.h"
#include "exchange/answer_words.h"
#include "exchange/bill_schema.h"

struct stage {
    struct policy *policy;
    const struct entity *event;
    struct settlement_part parts[2];
    struct settled_bill bill;
    struct answer_writing writing;
};

/* A bill of 812.50, of which aid pays 100; the other part is not known where `open`. */
static void set_stage(struct stage *stage, bool open) {
    stage->policy = bill_law_new(bill_law);
    assert_true(policy_compile(stage->policy));
    stage->event = map_get(&stage->policy->entity_by_name, TEXT("bill"));
    stage->parts[0] = (struct settlement_part){stage->event->settled.layers.items[0], true, 10000, {{0}}};
    stage->parts[1] = (struct settlement_part){
        stage->event->settled.rest, !open, 71250, {TEXT("缺\"费用\""), TEXT("“cost” is missing")}};
    stage->bill = (struct settled_bill){.id = TEXT("P1/N1"),
                                        .at = TEXT("C1"),
                                        .by = TEXT("N1"),
                                        .date = day_from(2018, 7, 12),
                                        .settlement = 12,
                                        .total = 81250,
                                        .open = open ? 71250 : 0,
                                        .parts = stage->parts,
                                        .count = 2};
    stage->writing = (struct answer_writing){.policy = stage->policy, .event = stage->event};
}

static bool is_rest(const void *of, const struct field *field, day_number day) {
    const struct stage *stage = of;
    assert_int_equal(day, stage->bill.date);
    return field == stage->event->settled.rest;
}

static void expect(const struct stage *stage, const struct settlement_answer *answer, const char *expected) {
    struct arena arena;
    struct builder out;
    struct json_writer writer;
    arena_init(&arena);
    builder_init(&out);
    json_writer_init(&writer, &out, true);
    answer_write_json(&writer, &arena, &stage->writing, answer);
    assert_string_equal(builder_text(&out).bytes, expected);
    builder_free(&out);
    arena_free(&arena);
}

#define AID                                                                                                            \
    "{\"benefit\":\"aid_pay\",\"label\":{\"zh\":\"救助\",\"en\":\"Aid\"},\"fund\":{\"name\":\"aid\",\"label\":{"     \
    "\"zh\":\"救助资金\",\"en\":\"Aid fund\"}},\"amount\":\"100.00\","
#define OWN "{\"rest\":\"own\",\"label\":{\"zh\":\"自付\",\"en\":\"Own payment\"},"
#define BILL_OF(settlement, open)                                                                                      \
    "{\"event\":\"bill\",\"id\":\"P1/N1\",\"at\":\"C1\",\"by\":\"N1\",\"date\":\"2018-07-12\"," settlement             \
    "\"total\":\"812.50\",\"open\":\"" open "\",\"parts\":["
#define CITES "\"cites\":[\"2.1\",\"2.2\"]}"
#define WHOLE BILL_OF("\"settlement\":12,", "0.00") AID CITES "," OWN "\"amount\":\"712.50\",\"cites\":[]}]}"

static void writes_what_was_done(void **state) {
    static const struct {
        enum settlement_act act;
        enum settlement_outcome outcome;
        const char *begin;
    } cases[] = {
        {SETTLEMENT_SETTLE, SETTLEMENT_DONE, "\"settled\",\"sentence\":{\"zh\":\"已结算\",\"en\":\"settled\"}"},
        {SETTLEMENT_QUOTE, SETTLEMENT_DONE,
         "\"quoted\",\"sentence\":{\"zh\":\"试算,没有登记\",\"en\":\"worked out, and not kept\"}"},
        {SETTLEMENT_CANCEL, SETTLEMENT_DONE, "\"cancelled\",\"sentence\":{\"zh\":\"已作废\",\"en\":\"cancelled\"}"},
        {SETTLEMENT_CORRECT, SETTLEMENT_SAME,
         "\"same\",\"sentence\":{\"zh\":\"以前已经办过,没有变动\",\"en\":\"this was done before; nothing has "
         "changed\"}"},
    };
    struct stage stage;
    (void)state;
    set_stage(&stage, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[4000];
        struct settlement_answer answer = {.outcome = cases[i].outcome, .bill = stage.bill};
        if (answer.outcome == SETTLEMENT_SAME) answer.standing = stage.bill; /* is the bill, and told once */
        stage.writing.act = cases[i].act;
        snprintf(expected, sizeof expected, "{\"outcome\":%s,\"bill\":%s,\"effects\":[]}\n", cases[i].begin, WHOLE);
        expect(&stage, &answer, expected);
    }
    policy_free(stage.policy);
}

static void writes_what_is_open(void **state) {
    struct stage stage;
    (void)state;
    set_stage(&stage, true);
    struct settlement_answer answer = {.outcome = SETTLEMENT_DONE, .bill = stage.bill};
    stage.writing.act = SETTLEMENT_QUOTE;
    stage.writing.unconfirmed = is_rest;
    stage.writing.of = &stage;
    answer.bill.settlement = 0;
    expect(&stage, &answer,
           "{\"outcome\":\"quoted\",\"sentence\":{\"zh\":\"试算,没有登记\",\"en\":\"worked out, and not "
           "kept\"},\"bill\":" BILL_OF("", "712.50") AID
           "\"unconfirmed\":false," CITES "," OWN
           "\"amount\":null,\"missing\":{\"zh\":\"缺\\\"费用\\\"\",\"en\":\"“cost” is "
           "missing\"},\"unconfirmed\":true,\"cites\":[]}]},\"effects\":[]}\n");
    policy_free(stage.policy);
}

static void writes_what_it_moved(void **state) {
    struct stage stage;
    struct arena arena;
    (void)state;
    set_stage(&stage, false);
    arena_init(&arena);
    struct settlement_answer answer = {.outcome = SETTLEMENT_DONE, .bill = stage.bill, .standing = stage.bill};
    const struct settlement_effect effect = {stage.bill, stage.bill};
    const struct settlement_fact fact = {stage.event->settled.rest, true, TEXT("712.5"), {TEXT("712.50 元"), TEXT("")}},
                                 open = {stage.event->settled.total, false, TEXT(""), {TEXT("？"), TEXT("？")}};
    VECTOR_PUSH(&arena, &answer.effects, effect);
    VECTOR_PUSH(&arena, &answer.bill.facts.list, fact);
    VECTOR_PUSH(&arena, &answer.bill.facts.list, open);
    stage.writing.act = SETTLEMENT_CORRECT;
    expect(&stage, &answer,
           "{\"outcome\":\"corrected\",\"sentence\":{\"zh\":\"已更正,并重新结算\",\"en\":\"corrected, and settled "
           "anew\"},\"bill\":" WHOLE ",\"standing\":" WHOLE ",\"effects\":[{\"before\":" WHOLE ",\"after\":" WHOLE
           "}],\"facts\":[{\"name\":\"own\",\"label\":{\"zh\":\"自付\",\"en\":\"Own payment\"},\"value\":\"712.5\","
           "\"shown\":{\"zh\":\"712.50 元\",\"en\":\"712.50 元\"}},{\"name\":\"cost\",\"label\":{\"zh\":"
           "\"费用\",\"en\":\"Cost\"},\"value\":null,\"shown\":{\"zh\":\"？\",\"en\":\"？\"}}]}\n");
    arena_free(&arena);
    policy_free(stage.policy);
}

/* What does not hold of a bill that is settled; and whether what is shown beside it is confirmed. */
static void writes_what_does_not_hold(void **state) {
    struct stage stage;
    struct arena arena;
    (void)state;
    set_stage(&stage, false);
    arena_init(&arena);
    struct settlement_answer answer = {.outcome = SETTLEMENT_DONE, .bill = stage.bill};
    const struct settlement_fact own = {stage.event->settled.rest, true, TEXT("712.5"), {TEXT("712.50 元"), TEXT("")}},
                                 cost = {
                                     stage.event->settled.total, true, TEXT("812.5"), {TEXT("812.50 元"), TEXT("")}};
    VECTOR_PUSH(&arena, &answer.bill.facts.list, own);
    VECTOR_PUSH(&arena, &answer.bill.facts.list, cost);
    VECTOR_PUSH(&arena, &answer.bill.reports, stage.policy->guarantees.items[0]);
    stage.writing.unconfirmed = is_rest;
    stage.writing.of = &stage;
    expect(&stage, &answer,
           "{\"outcome\":\"settled\",\"sentence\":{\"zh\":\"已结算\",\"en\":\"settled\"},\"bill\":" BILL_OF(
               "\"settlement\":12,", "0.00") AID
           "\"unconfirmed\":false," CITES "," OWN
           "\"amount\":\"712.50\",\"unconfirmed\":true,\"cites\":[]}],\"reports\":[{\"name\":\"honest\",\"label\":{"
           "\"zh\":\"押金不超过费用\",\"en\":\"No deposit above the cost\"}}]},\"effects\":[],\"facts\":[{"
           "\"name\":\"own\",\"label\":{\"zh\":\"自付\",\"en\":\"Own payment\"},\"value\":\"712.5\",\"shown\":{"
           "\"zh\":\"712.50 元\",\"en\":\"712.50 元\"},\"unconfirmed\":true},{\"name\":\"cost\",\"label\":{\"zh\":"
           "\"费用\",\"en\":\"Cost\"},\"value\":\"812.5\",\"shown\":{\"zh\":\"812.50 元\",\"en\":\"812.50 元\"},"
           "\"unconfirmed\":false}]}\n");
    arena_free(&arena);
    policy_free(stage.policy);
}

/* The clauses are those of the text in force on the day of the bill. */
static void cites_what_was_in_force(void **state) {
    struct stage stage;
    struct arena arena;
    struct builder out;
    struct json_writer writer;
    (void)state;
    set_stage(&stage, false);
    struct settlement_answer answer = {.outcome = SETTLEMENT_DONE, .bill = stage.bill};
    for (int year = 2018; year <= 2019; year++) {
        answer.bill.date = day_from(year, 7, 12);
        arena_init(&arena);
        builder_init(&out);
        json_writer_init(&writer, &out, true);
        answer_write_json(&writer, &arena, &stage.writing, &answer);
        const char *cites = year == 2018 ? "\"cites\":[\"2.1\",\"2.2\"]" : "\"cites\":[\"2.3\"]";
        if (!strstr(builder_text(&out).bytes, cites)) fail_msg("%d: %s", year, builder_text(&out).bytes);
        builder_free(&out);
        arena_free(&arena);
    }
    policy_free(stage.policy);
}

#define TOLD "X\xEF\xBF\xBD\x31" /* X, what steers, 1 */

/* Each refusal has a code and words of its own, in both languages. */
static void refusals_are_told_apart(void **state) {
    static const struct {
        const char *code, *zh, *en;
    } expected[] = {
        [SETTLEMENT_NO_PARENT] = {"no-parent", "没有登记人员「" TOLD "」", "no person “" TOLD "” is known"},
        [SETTLEMENT_NO_PRESENTER] = {"no-presenter", "没有登记医院「" TOLD "」", "no clinic “" TOLD "” is known"},
        [SETTLEMENT_SEVERAL] = {"several", "号码「" TOLD "」登记在几个人员名下",
                                "more than one person is told to have the number “" TOLD "”"},
        [SETTLEMENT_NO_NUMBER] = {"no-number", "没有写明由谁提出、单号或日期",
                                  "it is not told who presents it, his number, or the date"},
        [SETTLEMENT_AHEAD] = {"ahead", "单子的日期 " TOLD " 还没有到",
                              "the bill is of " TOLD ", which is still to come"},
        [SETTLEMENT_EARLIER] = {"earlier", "原来的结算记在 " TOLD ",不能记在那以前",
                                "what it replaces was booked on " TOLD ", and it cannot be booked before"},
        [SETTLEMENT_OTHER_CONTENT] = {"other-content", "单号「N1」已有一张内容不同的单子",
                                      "another bill has the number “N1”"},
        [SETTLEMENT_NO_BILL] = {"no-bill", "没有这个单号的单子,或者不是这个人员的",
                                "there is no bill of this number, or it is of another person"},
        [SETTLEMENT_CANCELLED] = {"cancelled", "这个单号的单子已经作废", "the bill of this number was cancelled"},
        [SETTLEMENT_TOO_MANY] = {"too-many", "单子已到政策允许的数量,或者所指的行不存在",
                                 "there are as many bills as the law allows, or it leads to what is not there"},
        [SETTLEMENT_BROKEN] = {"broken", "单子「" TOLD "」不符合「押金不超过费用」",
                               "of the bill “" TOLD "” this does not hold: No deposit above the cost"},
        [SETTLEMENT_FAULT] = {"fault", "单子「" TOLD "」的「自付」算不出:除以零",
                              "“Own payment” of the bill “" TOLD "” cannot be computed: divided by zero"},
        [SETTLEMENT_INCOMPLETE] = {"incomplete", "单子「" TOLD "」的「自付」算不出:除以零",
                                   "“Own payment” of the bill “" TOLD "” cannot be computed: divided by zero"},
    };
    struct stage stage;
    (void)state;
    set_stage(&stage, false);
    for (int refusal = SETTLEMENT_NO_PARENT; refusal < SETTLEMENT_REFUSALS; refusal++) {
        struct arena arena;
        struct settlement_answer answer = {.outcome = SETTLEMENT_REFUSED,
                                           .refusal = (enum settlement_refusal)refusal,
                                           .standing = stage.bill,
                                           .told = TEXT("X\x1b"
                                                        "1"),
                                           .words = {TEXT("除以零"), TEXT("divided by zero")},
                                           .guarantee = stage.policy->guarantees.items[0],
                                           .field = stage.event->settled.rest};
        arena_init(&arena);
        struct answer_words words = answer_words(&arena, stage.event, SETTLEMENT_SETTLE, &answer);
        assert_string_equal(answer_refusal_code(answer.refusal), expected[refusal].code);
        assert_string_equal(answer_outcome_code(&answer, SETTLEMENT_SETTLE), "refused");
        assert_string_equal(words.sentence[LANGUAGE_ZH].bytes, expected[refusal].zh);
        assert_string_equal(words.sentence[LANGUAGE_EN].bytes, expected[refusal].en);
        assert_true(words.remedy[LANGUAGE_ZH].length > 0 && words.remedy[LANGUAGE_EN].length > 0);
        arena_free(&arena);
    }
    policy_free(stage.policy);
}

static void writes_why_it_is_refused(void **state) {
    struct stage stage;
    (void)state;
    set_stage(&stage, false);
    struct settlement_answer other = {
        .outcome = SETTLEMENT_REFUSED, .refusal = SETTLEMENT_OTHER_CONTENT, .standing = stage.bill};
    expect(&stage, &other,
           "{\"outcome\":\"refused\",\"refusal\":\"other-content\",\"sentence\":{\"zh\":\"单号「N1」已有一张内容不同的"
           "单子\",\"en\":\"another bill has the number “N1”\"},\"remedy\":{\"zh\":\"是同一张就用更正(correct);"
           "不是就换一个单号\",\"en\":\"correct it if it is the same bill; else use another "
           "number\"},\"standing\":" WHOLE "}\n");
    struct bill_value values[20] = {{0}};
    const struct bill told = {.event = stage.event, .parent = TEXT("P1"), .values = values};
    values[stage.event->settled.total->input_index] = (struct bill_value){.known = true, .lane = 90000};
    stage.writing.presented = &told;
    expect(&stage, &other,
           "{\"outcome\":\"refused\",\"refusal\":\"other-content\",\"sentence\":{\"zh\":\"单号「N1」已有一张内容不同的"
           "单子\",\"en\":\"another bill has the number “N1”\"},\"remedy\":{\"zh\":\"是同一张就用更正(correct);"
           "不是就换一个单号\",\"en\":\"correct it if it is the same bill; else use another "
           "number\"},\"standing\":" WHOLE ",\"presented\":{\"event\":\"bill\",\"act\":\"settle\",\"person\":\"P1\","
           "\"cost\":\"900.00\"}}\n");
    struct bill by_number = told;
    by_number.parent = TEXT("");
    by_number.input = map_get(&stage.event->parent->by_name, TEXT("bank"));
    by_number.match = TEXT("79927398713");
    stage.writing.presented = &by_number;
    expect(&stage, &other,
           "{\"outcome\":\"refused\",\"refusal\":\"other-content\",\"sentence\":{\"zh\":\"单号「N1」已有一张内容不同的"
           "单子\",\"en\":\"another bill has the number “N1”\"},\"remedy\":{\"zh\":\"是同一张就用更正(correct);"
           "不是就换一个单号\",\"en\":\"correct it if it is the same bill; else use another "
           "number\"},\"standing\":" WHOLE
           ",\"presented\":{\"event\":\"bill\",\"act\":\"settle\",\"bank\":\"79927398713\","
           "\"cost\":\"900.00\"}}\n");
    struct settlement_answer broken = {.outcome = SETTLEMENT_REFUSED,
                                       .refusal = SETTLEMENT_BROKEN,
                                       .told = TEXT("P1/N1"),
                                       .bill = stage.bill,
                                       .guarantee = stage.policy->guarantees.items[0]};
    expect(&stage, &broken,
           "{\"outcome\":\"refused\",\"refusal\":\"broken\",\"sentence\":{\"zh\":\"单子「P1/N1」不符合「押金不超过费用"
           "」\",\"en\":\"of the bill “P1/N1” this does not hold: No deposit above the "
           "cost\"},\"remedy\":{\"zh\":\"核对单子的内容\",\"en\":\"check what the bill "
           "says\"},\"told\":\"P1/N1\",\"guarantee\":{\"name\":\"honest\",\"label\":{\"zh\":\"押金不超过费用\",\"en\":"
           "\"No deposit above the cost\"}},\"bill\":" WHOLE "}\n");
    struct settlement_answer fault = {.outcome = SETTLEMENT_REFUSED,
                                      .refusal = SETTLEMENT_FAULT,
                                      .told = TEXT("P1/N1"),
                                      .bill = stage.bill, /* of which nothing is worth anything */
                                      .field = stage.event->settled.total,
                                      .words = {TEXT("缺"), TEXT("lacking")}};
    expect(&stage, &fault,
           "{\"outcome\":\"refused\",\"refusal\":\"fault\",\"sentence\":{\"zh\":\"单子「P1/N1」的「费用」算不出:缺\","
           "\"en\":\"“Cost” of the bill “P1/N1” cannot be computed: lacking\"},\"remedy\":{\"zh\":\"核对单子的内容;"
           "无误就是政策有误\",\"en\":\"check what the bill says; if it is right, the law is "
           "wrong\"},\"told\":\"P1/N1\",\"field\":{\"name\":\"cost\",\"label\":{\"zh\":\"费用\",\"en\":\"Cost\"}}}\n");
    fault.refusal = SETTLEMENT_INCOMPLETE; /* whoever sends it can mend it */
    expect(
        &stage, &fault,
        "{\"outcome\":\"refused\",\"refusal\":\"incomplete\",\"sentence\":{\"zh\":\"单子「P1/N1」的「费用」算不出:缺\","
        "\"en\":\"“Cost” of the bill “P1/N1” cannot be computed: lacking\"},\"remedy\":{\"zh\":\"补上缺的;没有就写 0\","
        "\"en\":\"add what is missing; write 0 where there is "
        "none\"},\"told\":\"P1/N1\",\"field\":{\"name\":\"cost\",\"label\":{\"zh\":\"费用\",\"en\":\"Cost\"}}}\n");
    policy_free(stage.policy);
}

/* --- amounts ---------------------------------------------------------------------------------------------------------
 */

static struct policy *law_of_coins(const char *coins) {
    char law[600];
    snprintf(law, sizeof law,
             "```doudi\npolicy law\n  currency pound of %s penny\nentity person\ninput person cost : money in 0 .. 9 "
             "pound\n```\n",
             coins);
    struct policy *policy = bill_law_new(law);
    assert_true(policy_compile(policy));
    return policy;
}

static void amounts_are_exact(void **state) {
    static const struct {
        const char *coins;
        int64_t amount;
        const char *written;
    } cases[] = {
        {"100", 0, "0.00"},
        {"100", 5, "0.05"},
        {"100", -5, "-0.05"},
        {"100", 1230, "12.30"},
        {"100", 81250, "812.50"},
        {"100", INT64_MAX, "92233720368547758.07"},
        {"100", INT64_MIN, "-92233720368547758.08"},
        {"1000", 12, "0.012"},
        {"1", 12, "12"},
        {"8", 12, "1.500"},
        {"240", 240, "1"},
        {"240", 80, "1/3"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct policy *policy = law_of_coins(cases[i].coins);
        struct arena arena;
        arena_init(&arena);
        const struct field *cost = policy_field(policy, TEXT("person"), TEXT("cost"));
        assert_string_equal(amount_written(&arena, cost, cases[i].amount).bytes, cases[i].written);
        arena_free(&arena);
        policy_free(policy);
    }
}

/* --- memory ----------------------------------------------------------------------------------------------------------
 */

/* True when nothing failed; else nobody takes what is there for an answer. */
static bool write_failing(const struct stage *stage, int what, long successes) {
    struct settlement_answer answer = {.outcome = SETTLEMENT_DONE, .bill = stage->bill, .standing = stage->bill};
    struct arena arena;
    struct builder out;
    struct json_writer writer;
    arena_init(&arena);
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    memory_fail_after(successes);
    if (what == 0) answer_write_json(&writer, &arena, &stage->writing, &answer);
    if (what == 1) bill_schema_write(&writer, stage->policy, stage->event);
    if (what == 2) answer_schema_write(&writer, stage->policy, stage->event);
    bool failed = memory_has_failed();
    memory_fail_after(-1);
    assert_int_equal(failed, out.failed || arena_failed(&arena));
    builder_free(&out);
    arena_free(&arena);
    return !failed;
}

static void memory_may_run_out(void **state) {
    enum { FAILURES_MAX = 1000 };
    struct stage stage;
    (void)state;
    set_stage(&stage, true);
    for (int what = 0; what < 3; what++) {
        long n = 0;
        while (!write_failing(&stage, what, n)) assert_true(++n < FAILURES_MAX);
        assert_true(n > 3);
    }
    policy_free(stage.policy);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_was_done),      cmocka_unit_test(writes_what_is_open),
        cmocka_unit_test(cites_what_was_in_force),   cmocka_unit_test(writes_what_it_moved),
        cmocka_unit_test(writes_what_does_not_hold), cmocka_unit_test(refusals_are_told_apart),
        cmocka_unit_test(writes_why_it_is_refused),  cmocka_unit_test(amounts_are_exact),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests_name("answer_json", tests, NULL, NULL);
}
