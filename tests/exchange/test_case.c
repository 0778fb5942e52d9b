/* Every wrong case of tests/exchange/bad_cases/, see golden.h. They are cases of bad_cases/policy. */
#define _POSIX_C_SOURCE 200809L /* scandir */

#include "golden.h"

#include "exchange/case.h"
#include "exchange/messages.h"

static const char folder[] = "tests/exchange/bad_cases";
static bool seen[EXCHANGE_MESSAGES]; /* the messages that occurred so far */

static void open_runner(struct case_runner *runner) {
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/policy", folder);
    assert_true(case_runner_open(runner, path));
}

static void tells(void **state) {
    const char *name = *state;
    size_t length = 0;
    char *bytes = golden_read(folder, name, ".yaml", &length), shown[PATH_ROOM];
    struct case_runner runner;
    assert_non_null(bytes);
    snprintf(shown, sizeof shown, "%s.yaml", name);
    const struct source source = {.name = text_from(shown), .bytes = text_from(bytes)};
    open_runner(&runner);
    case_runner_run(&runner, &source);
    assert_true(runner.diagnostics.list.count > 0);
    assert_int_equal(runner.failed > 0, runner.diagnostics.errors > 0);
    for (size_t i = 0; i < runner.diagnostics.list.count; i++)
        seen[runner.diagnostics.list.items[i].message - exchange_messages] = true;
    golden_check(folder, name, &runner.arena, &runner.diagnostics);
    case_runner_close(&runner);
    test_free(bytes);
}

/* A household without income gets the whole standard, here above the thousand of `modest`; the other nothing. */
#define TWO(first, second)                                                                                             \
    "- name: two\n  month: 2018-10\n  readings: {standard: 2000}\n  input: {household: {a: {person: {c: "              \
    "{income: " first "}}}, b: {person: {d: {income: " second "}}}}}\n"

/* Wherever among the rows the one that breaks it stands. */
static void guarantees_are_of_every_row(void **state) {
    static const struct {
        const char *text;
        bool passes;
    } cases[] = {
        {TWO("0", "5000") "  breaks: modest\n", true},
        {TWO("5000", "0") "  breaks: modest\n", true},
        {TWO("5000", "5000") "  breaks: modest\n", false},
        {TWO("0", "5000") "  holds: modest\n", false},
        {TWO("5000", "0") "  holds: [modest]\n", false},
        {TWO("5000", "5000") "  holds: [modest]\n", true},
        {TWO("0", "5000") "  output: {household: {a: {breaks: modest}, b: {holds: modest}}}\n", true},
        {TWO("5000", "0") "  output: {household: {a: {breaks: modest}}}\n", false},
        {TWO("5000", "0") "  output: {household: {b: {holds: modest}}}\n", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct source source = {.name = TEXT("two.yaml"), .bytes = text_from(cases[i].text)};
        struct case_runner runner;
        open_runner(&runner);
        case_runner_run(&runner, &source);
        assert_int_equal(runner.passed + runner.failed, 1);
        if ((runner.passed == 1) != cases[i].passes) fail_msg("%s", cases[i].text);
        assert_int_equal(runner.diagnostics.errors > 0, !cases[i].passes);
        case_runner_close(&runner);
    }
}

/* bad_cases/policy has no folder of cases. */
static void a_policy_without_cases_is_told(void **state) {
    struct case_runner runner;
    (void)state;
    open_runner(&runner);
    assert_true(case_runner_run_all(&runner));
    assert_int_equal(runner.diagnostics.errors, 1);
    assert_ptr_equal(runner.diagnostics.list.items[0].message, &exchange_messages[EXCHANGE_CASE_NONE]);
    seen[EXCHANGE_CASE_NONE] = true;
    case_runner_close(&runner);
}

/* A case without input is of one person of whom nothing is told, by other departments neither. */
static void nothing_told_is_no_register(void **state) {
    const struct source source = {.name = TEXT("nothing.yaml"),
                                  .bytes = TEXT("- name: nothing\n  month: 2018-08\n"
                                                "  output: {person: {recorded_dead: no}}\n")};
    struct case_runner runner;
    (void)state;
    assert_true(case_runner_open(&runner, "policies/yunnan-2018"));
    case_runner_run(&runner, &source);
    assert_int_equal(runner.passed, 1);
    case_runner_close(&runner);
}

static void every_message_occurs(void **state) {
    (void)state;
    size_t missing = 0;
    for (size_t i = 0; i < EXCHANGE_MESSAGES; i++) {
        bool elsewhere = i == EXCHANGE_CASE_BANDS; /* by the cases of policies/yunnan-2018 */
        if (seen[i] || elsewhere || strncmp(exchange_messages[i].code, "case-", 5) != 0) continue;
        print_message("# no file of %s brings about %s\n", folder, exchange_messages[i].code);
        missing++;
    }
    assert_int_equal(missing, 0);
}

int main(void) {
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(a_policy_without_cases_is_told),
        cmocka_unit_test(every_message_occurs),
        cmocka_unit_test(guarantees_are_of_every_row),
        cmocka_unit_test(nothing_told_is_no_register),
    };
    return golden_run("case", folder, ".yaml", tells, others, sizeof others / sizeof *others);
}
