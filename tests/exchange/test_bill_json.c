/* Bills as JSON: what is read, in which shapes of text; that no mistake spoils another bill; memory failing at every
 * allocation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/memory.h"
#include "bill_law.h"
#include "exchange/messages.h"
#include "exchange/policy_folder.h"

#define KNOWN "\"person\": \"P1\", \"clinic\": \"C1\", \"number\": \"N1\", \"paid_on\": \"2018-07-12\""

/* A text and what is read of it so far. */
struct reading {
    struct policy *policy;
    struct arena arena;
    struct source source;
    struct diagnostics diagnostics;
    struct bill_reader reader;
    struct bill_told told;
};

static void open_text(struct reading *reading, struct policy *policy, struct text text) {
    *reading = (struct reading){.policy = policy, .source = {.name = TEXT("bills.json"), .bytes = text}};
    arena_init(&reading->arena);
    diagnostics_init(&reading->diagnostics, &reading->arena);
    bill_reader_open(&reading->reader, policy, &reading->source, &reading->diagnostics);
}

static enum bill_result next(struct reading *reading) {
    return bill_reader_next(&reading->reader, &reading->arena, &reading->told);
}

static void close_text(struct reading *reading) {
    bill_reader_close(&reading->reader);
    arena_free(&reading->arena);
}

static struct policy *small_law(void) {
    struct policy *policy = bill_law_new(bill_law);
    assert_true(policy_compile(policy));
    return policy;
}

/* "P1 visit cost=1250 number=N1": what a bill tells, inputs as the law has them. */
static struct text told_of(struct arena *arena, const struct bill_told *told) {
    struct builder out;
    const struct entity *event = told->bill.event;
    builder_init(&out);
    builder_format(&out, "%d %.*s", (int)told->act, TEXT_ARG(told->bill.parent));
    if (told->bill.input)
        builder_format(&out, "%.*s:%.*s", TEXT_ARG(told->bill.input->name), TEXT_ARG(told->bill.match));
    for (size_t i = 0; i < event->inputs.count; i++) {
        const struct bill_value *value = &told->bill.values[i];
        enum type_kind kind = event->inputs.items[i]->type.kind;
        if (!value->known) continue;
        builder_format(&out, " %.*s=", TEXT_ARG(event->inputs.items[i]->name));
        if (kind == TYPE_TEXT || kind == TYPE_ROW)
            builder_add(&out, value->text);
        else if (kind == TYPE_DATE)
            builder_add(&out, day_format(arena, (day_number)value->lane));
        else
            builder_format(&out, "%lld", (long long)value->lane);
    }
    return builder_finish(&out, arena);
}

/* "told told wrong" */
static const char *results_of(struct policy *policy, const char *text) {
    static char out[200];
    struct reading reading;
    enum bill_result result;
    size_t length = 0;
    open_text(&reading, policy, text_from(text));
    while ((result = next(&reading)) != BILL_NO_MORE && length < sizeof out - 10) {
        assert_int_not_equal(result, BILL_NO_MEMORY);
        length += (size_t)snprintf(out + length, sizeof out - length, "%s%s", length ? " " : "",
                                   result == BILL_TOLD ? "told" : "wrong");
    }
    assert_int_equal(next(&reading), BILL_NO_MORE);
    close_text(&reading);
    out[length] = '\0';
    return out;
}

static void reads_values(void **state) {
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"{" KNOWN "}", "0 P1 paid_on=2018-07-12 number=N1 clinic=C1"},
        {"{" KNOWN ", \"event\": \"bill\", \"act\": \"settle\", \"cost\": 12.5}",
         "0 P1 paid_on=2018-07-12 number=N1 clinic=C1 cost=1250"},
        {"{\"cost\": \"12.50\", \"act\": \"quote\", \"event\": \"账单\", " KNOWN "}",
         "1 P1 paid_on=2018-07-12 number=N1 clinic=C1 cost=1250"},
        {"{\"act\": \"correct\", \"人员\": \"P1\", \"票号\": \"N\\u0031\", \"Clinic\": \"C1\", \"日期\": "
         "\"2018-07-12\", \"费用\": 1000}",
         "2 P1 paid_on=2018-07-12 number=N1 clinic=C1 cost=100000"},
        {"{\"act\": \"cancel\", \"clinic\": \"C1\", \"number\": \"N1\"}", "3  number=N1 clinic=C1"},
        {"{\"card\": \"530523198001011234\", \"clinic\": \"none\", \"number\": \" N 1 \", \"paid_on\": \"2018-07-12\"}",
         NULL},
        {"{\"bank\": \" 799273987138\", \"clinic\": \"none\", \"number\": \" N 1\\t \", \"paid_on\": \"2018-07-12\"}",
         "0 bank:799273987138 paid_on=2018-07-12 number=N 1 clinic=none"},
        {"{" KNOWN ", \"deposit\": -50.05, \"days\": 40.0, \"weight\": 123456789012.34, \"urgent\": true}",
         "0 P1 paid_on=2018-07-12 number=N1 clinic=C1 deposit=-5005 days=40 weight=12345678901234 urgent=1"},
        {"{" KNOWN
         ", \"deposit\": \"-0.00\", \"days\": \"0\", \"weight\": 0.10, \"urgent\": \"否\", \"care\": \"住院\"}",
         "0 P1 paid_on=2018-07-12 number=N1 clinic=C1 care=0 deposit=0 days=0 weight=10 urgent=0"},
        {"{" KNOWN ", \"deposit\": null, \"days\": null, \"urgent\": \"yes\", \"care\": \"visit\", \"bank\": null}",
         "0 P1 paid_on=2018-07-12 number=N1 clinic=C1 care=1 urgent=1"},
        {"{" KNOWN ", \"employer\": \"91530000MA6K1234XU\"}", NULL},
        {"{" KNOWN ", \"cost\": 1000.000, \"care\": \"Outpatient\"}",
         "0 P1 paid_on=2018-07-12 number=N1 clinic=C1 cost=100000 care=1"},
        {"{" KNOWN ", \"cost\": 1000.001}", NULL},
        {"{" KNOWN ", \"cost\": 0.07}", "0 P1 paid_on=2018-07-12 number=N1 clinic=C1 cost=7"},
        {"{" KNOWN ", \"cost\": 0.29, \"weight\": 9007199254740993}",
         "0 P1 paid_on=2018-07-12 number=N1 clinic=C1 cost=29 weight=900719925474099300"}, /* no double holds it */
    };
    struct policy *policy = small_law();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading reading;
        open_text(&reading, policy, text_from(cases[i].text));
        assert_int_equal(next(&reading), cases[i].told ? BILL_TOLD : BILL_WRONG);
        if (cases[i].told) assert_string_equal(told_of(&reading.arena, &reading.told).bytes, cases[i].told);
        assert_int_equal(next(&reading), BILL_NO_MORE);
        close_text(&reading);
    }
    policy_free(policy);
}

#define GOOD "{" KNOWN "}"
#define SEVERAL_LINES                                                                                                  \
    "{\n  \"person\": \"P1\",\n  \"clinic\": \"C1\", \"number\": \"N1\",\n  \"paid_on\": \"2018-07-12\"\n}"

static void reads_one_after_another(void **state) {
    static const struct {
        const char *text, *results;
    } cases[] = {
        {GOOD, "told"},
        {"\xEF\xBB\xBF" GOOD, "told"},
        {"\xEF\xBB\xBF\r\n " GOOD "\r\n", "told"},
        {SEVERAL_LINES, "told"},
        {SEVERAL_LINES "\n\n", "told"},
        {GOOD "\n" GOOD, "told told"},
        {GOOD "\r\n\r\n \t" GOOD "\r\n", "told told"},
        {"[]", ""},
        {" [ ] ", ""},
        {"[" GOOD "]", "told"},
        {"\xEF\xBB\xBF[\n" SEVERAL_LINES " ,\n" SEVERAL_LINES "\n]\n", "told told"},
        {"[" GOOD "," GOOD "," GOOD "]", "told told told"},
        /* What is wrong with one spoils no other. */
        {"[" GOOD ", {\"person\": }, " GOOD "]", "told wrong told"},
        {"[" GOOD ", {\"person\": \"P], "
         "\n" GOOD ", {}]",
         "wrong"},                                                   /* a bracket is lacking: nothing is read */
        {"[" GOOD ", {\"x\": \"a\n}, " GOOD "]", "told wrong told"}, /* a quote is: strings end with their line */
        {"[" GOOD ", \"]\", [[1], {}], {\"]\": \"\\\"]\"}, " GOOD "]", "told wrong wrong wrong told"},
        {"[" GOOD ",,, " GOOD ",]", "told wrong wrong told wrong"},
        {"[" GOOD " " GOOD ", " GOOD "]", "wrong told"},
        {"[" GOOD "]]", "wrong"},
        {"[" GOOD "}", "wrong"},
        {"[" GOOD, "wrong"},
        {"[", "wrong"},
        {"", "wrong"},
        {"\n", "wrong"},
        {"{", "wrong"},
        {"}\n" GOOD, "wrong told"},
        {"{\"person\": \"P1\n" GOOD "\n" GOOD, "wrong told told"},
        {"{\"person\": {\n" GOOD "\n" GOOD, "wrong told told"},
        {GOOD "\n{\"person\"\n" GOOD, "told wrong told"},
        {GOOD "\n" GOOD "}\n" GOOD "\n{", "told wrong told wrong"},
        {GOOD GOOD "\n" GOOD, "wrong told"},
        {"{\n\"person\": \"P1\"\n", "wrong"},
        {SEVERAL_LINES SEVERAL_LINES, "wrong"},
        /* One that lies in another is not a bill. */
        {"{\n\"person\":\n" GOOD "\n}", "wrong"},
        {"[[" GOOD "]]", "wrong"},
    };
    struct policy *policy = small_law();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *results = results_of(policy, cases[i].text);
        if (strcmp(results, cases[i].results) != 0) fail_msg("%s: %s", cases[i].text, results);
    }
    policy_free(policy);
}

/* Mistakes are told where they stand, wherever the bill does. */
static void tells_the_place(void **state) {
    static const char text[] = "[{\"人\": 1}, {\"号\": \"值\",\n   \"coast\": 1}]";
    static const struct {
        uint32_t line, column, length;
    } places[] = {{1, 3, 3}, {1, 2, 1}, {1, 2, 1}, {1, 13, 3}, {2, 4, 7}, {1, 12, 1}, {1, 12, 1}};
    struct policy *policy = small_law();
    struct reading reading;
    (void)state;
    open_text(&reading, policy, text_from(text));
    assert_int_equal(next(&reading), BILL_WRONG);
    assert_int_equal(next(&reading), BILL_WRONG);
    assert_int_equal(next(&reading), BILL_NO_MORE);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct position *at = &reading.diagnostics.list.items[i].at;
        assert_int_equal(at->line, places[i].line);
        assert_int_equal(at->column, places[i].column);
        assert_int_equal(at->length, places[i].length);
    }
    close_text(&reading);
    open_text(&reading, policy, TEXT("[" GOOD ",\n  " GOOD "]"));
    next(&reading);
    assert_int_equal(next(&reading), BILL_TOLD);
    assert_int_equal(reading.told.at.line, 2);
    assert_int_equal(reading.told.at.column, 3);
    close_text(&reading);
    policy_free(policy);
}

/* What was written with escapes, too, until the caller gives its memory back. */
static void bills_outlive_the_next(void **state) {
    static const char text[] =
        "[{\"person\": \"P\\u0031\", \"clinic\": \"C\\u0031\", \"number\": \"N\\u0031\", \"日期\": "
        "\"2018-07-\\u00312\"}, {\"person\": \"Q\\u0032\", \"clinic\": \"D\\u0032\", \"number\": "
        "\"M\\u0032\", \"paid_on\": \"2018-07-13\"}]";
    struct policy *policy = small_law();
    struct reading reading;
    (void)state;
    open_text(&reading, policy, text_from(text));
    assert_int_equal(next(&reading), BILL_TOLD);
    const struct bill_told first = reading.told;
    assert_int_equal(next(&reading), BILL_TOLD);
    assert_int_equal(next(&reading), BILL_NO_MORE);
    assert_string_equal(told_of(&reading.arena, &first).bytes, "0 P1 paid_on=2018-07-12 number=N1 clinic=C1");
    close_text(&reading);
    policy_free(policy);
}

static struct text repeated(struct builder *out, const char *begin, const char *part, size_t times, const char *end) {
    builder_init(out);
    builder_add(out, text_from(begin));
    for (size_t i = 0; i < times; i++) builder_add(out, text_from(part));
    builder_add(out, text_from(end));
    return builder_text(out);
}

/* However long a text is, nothing more is kept of it than its last bill. */
static void takes_no_memory_for_many(void **state) {
    enum { MANY = 20000, BLOCKS = 4 };
    struct policy *policy = small_law();
    struct builder lines;
    struct reading reading;
    struct arena arena;
    size_t count = 0;
    (void)state;
    open_text(&reading, policy, repeated(&lines, "", GOOD "\n", MANY, ""));
    arena_init(&arena);
    memory_fail_after(BLOCKS);
    while (bill_reader_next(&reading.reader, &arena, &reading.told) == BILL_TOLD) {
        arena_rewind(&arena, (struct arena_mark){0});
        count++;
    }
    memory_fail_after(-1);
    assert_int_equal(count, MANY);
    arena_free(&arena);
    close_text(&reading);
    builder_free(&lines);
    policy_free(policy);
}

static void expect_alone(struct policy *policy, struct text text, enum exchange_message message) {
    struct reading reading;
    open_text(&reading, policy, text);
    assert_int_equal(next(&reading), BILL_WRONG);
    assert_int_equal(next(&reading), BILL_NO_MORE);
    assert_int_equal(reading.diagnostics.list.count, 1);
    assert_ptr_equal(reading.diagnostics.list.items[0].message, &exchange_messages[message]);
    close_text(&reading);
}

/* Ten megabytes of brackets, and a bill that is just too long. */
static void refuses_what_is_too_long(void **state) {
    enum { MANY = 10 * 1024 * 1024 };
    struct policy *policy = small_law();
    struct builder out;
    (void)state;
    expect_alone(policy, repeated(&out, "", "[", MANY, ""), EXCHANGE_BILL_LIST_OPEN);
    builder_free(&out);
    expect_alone(policy, repeated(&out, "", "{", MANY, ""), EXCHANGE_BILL_LONG);
    builder_free(&out);
    expect_alone(policy, repeated(&out, "", "{\"a\":", MANY / 5, ""), EXCHANGE_BILL_LONG);
    builder_free(&out);
    expect_alone(policy, repeated(&out, "[[", "[]", MANY / 2, "]]"), EXCHANGE_BILL_LONG);
    builder_free(&out);
    size_t room = BILL_BYTES_MAX - strlen(GOOD);
    assert_string_equal(results_of(policy, repeated(&out, "{", " ", room, &GOOD[1]).bytes), "told");
    builder_free(&out);
    expect_alone(policy, repeated(&out, "{", " ", room + 1, &GOOD[1]), EXCHANGE_BILL_LONG);
    builder_free(&out);
    policy_free(policy);
}

/* --- the law of a province ------------------------------------------------------------------------------------------
 */

static const char claim[] =
    "{\"event\": \"claim\", \"citizen_id\": \"530523198001011230\", \"hospital\": \"H1\", \"bill_number\": \"A12\", "
    "\"discharged\": \"2018-07-12\", \"admitted\": \"2018-07-01\", \"in_scope\": \"10000.00\", \"out_of_scope\": "
    "\"500.5\", \"care\": \"inpatient\", \"referred\": \"yes\", \"emergency\": null}";

static struct policy *province(void) {
    struct arena arena;
    struct diagnostics failures;
    arena_init(&arena);
    diagnostics_init(&failures, &arena);
    struct policy *policy = policy_read_folder("policies/yunnan-2018", &failures);
    assert_true(policy && policy->compiled);
    arena_free(&arena);
    return policy;
}

static void reads_by_a_whole_law(void **state) {
    struct policy *policy = province();
    struct reading reading;
    (void)state;
    open_text(&reading, policy, text_from(claim));
    assert_int_equal(next(&reading), BILL_TOLD);
    assert_string_equal(told_of(&reading.arena, &reading.told).bytes,
                        "0 citizen_id:530523198001011230 bill_number=A12 hospital=H1 care=0 admitted=2018-07-01 "
                        "discharged=2018-07-12 in_scope=1000000 out_of_scope=50050 referred=1");
    close_text(&reading);
    policy_free(policy);
}

/* What another reader finds under a key is what the bill tells under the key's input. */
static bool tells_the_same(const struct bill_told *told, const char *key, const json_t *value) {
    const struct bill *bill = &told->bill;
    const char *text = json_string_value(value);
    const struct field *input = entity_field(bill->event, text_from(key));
    lane steps;
    if (strcmp(key, "event") == 0) return text && entity_field(bill->event, text_from("care")) != NULL;
    if (strcmp(key, "act") == 0) return true;
    if (!input && strcmp(key, "person") == 0) return text_equal(bill->parent, text_trim(text_from(text)));
    if (!input) return bill->input && text_is(bill->input->name, key) && text_is(bill->match, text);
    const struct bill_value *told_value = &bill->values[input->input_index];
    if (json_is_null(value)) return !told_value->known;
    if (!told_value->known || !text) return false;
    if (input->type.kind == TYPE_TEXT || input->type.kind == TYPE_ROW)
        return text_equal(told_value->text, text_trim(text_from(text)));
    struct arena arena;
    arena_init(&arena);
    struct lane_spec spec = lane_spec_of(&arena, input);
    bool same = lane_parse(&spec, text_from(text), &steps) == LANE_OK && steps == told_value->lane;
    arena_free(&arena);
    return same;
}

/* A text that another reader refuses is no bill; of one that it takes, the bill tells no more and no less. */
static void check_against_other_reader(struct policy *policy, const char *bytes, size_t length, size_t *taken) {
    struct reading reading;
    open_text(&reading, policy, (struct text){bytes, length});
    enum bill_result result = next(&reading);
    assert_true(result == BILL_TOLD || result == BILL_WRONG);
    assert_int_equal(result == BILL_WRONG, reading.diagnostics.errors > 0);
    if (result == BILL_TOLD) {
        const char *key;
        json_t *value, *object = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, NULL);
        size_t told = 0, known = reading.told.bill.parent.length > 0 || reading.told.bill.input;
        assert_non_null(object);
        json_object_foreach(object, key, value) {
            if (!tells_the_same(&reading.told, key, value)) fail_msg("%.*s: %s", (int)length, bytes, key);
            told += !json_is_null(value) && strcmp(key, "event") != 0 && strcmp(key, "act") != 0;
        }
        for (size_t i = 0; i < reading.told.bill.event->inputs.count; i++) known += reading.told.bill.values[i].known;
        assert_int_equal(told, known);
        json_decref(object);
        ++*taken;
    }
    close_text(&reading);
}

static void no_change_goes_unseen(void **state) {
    struct policy *policy = province();
    size_t length = strlen(claim), taken = 0;
    char changed[sizeof claim];
    (void)state;
    for (size_t i = 0; i < length; i++) check_against_other_reader(policy, claim, i, &taken);
    assert_int_equal(taken, 0); /* no beginning of it is a bill */
    for (size_t i = 0; i < length; i++) {
        for (unsigned byte = 1; byte < 256; byte++) {
            memcpy(changed, claim, sizeof claim);
            if ((unsigned char)changed[i] == byte) continue;
            changed[i] = (char)byte;
            check_against_other_reader(policy, changed, length, &taken);
        }
    }
    assert_true(taken > 500 && taken < length * 254 / 4);
    policy_free(policy);
}

/* --- memory ---------------------------------------------------------------------------------------------------------
 */

/* True when nothing failed. Whatever fails, what was told before stands, and nothing is told after. */
static bool read_failing(struct policy *policy, const char *text, long successes) {
    struct reading reading;
    enum bill_result result;
    open_text(&reading, policy, text_from(text));
    memory_fail_after(successes);
    do result = next(&reading);
    while (result == BILL_TOLD || result == BILL_WRONG);
    bool failed = memory_has_failed();
    memory_fail_after(-1);
    assert_int_equal(result, failed ? BILL_NO_MEMORY : BILL_NO_MORE);
    assert_int_equal(next(&reading), result);
    close_text(&reading);
    return !failed;
}

static void memory_may_run_out(void **state) {
    enum { FAILURES_MAX = 1000 };
    static const char *const texts[] = {GOOD "\n{" KNOWN
                                             ", \"cost\": 12.345, \"care\": 1, \"bank\": \"1\", \"n\\u0031\": 1}\n5\n",
                                        "{" KNOWN ", \"weight\": 100000000000000000000000000000000, \"deposit\": 60}",
                                        "{\"act\": \"cancel\", \"clinic\": \"C\\u0031\", \"number\": \"N1\"}",
                                        "{\"clinic\": \"\\u0007\", \"coast\": 1}"};
    struct policy *policy = small_law();
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        long n = 0;
        while (!read_failing(policy, texts[i], n)) assert_true(++n < FAILURES_MAX);
        assert_true(n >= 2);
    }
    policy_free(policy);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_values),
        cmocka_unit_test(reads_one_after_another),
        cmocka_unit_test(tells_the_place),
        cmocka_unit_test(bills_outlive_the_next),
        cmocka_unit_test(takes_no_memory_for_many),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(reads_by_a_whole_law),
        cmocka_unit_test(no_change_goes_unseen),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests_name("bill_json", tests, NULL, NULL);
}
