/* Every wrong case of tests/exchange/bad_cases/: what is printed about NAME.yaml, complete and in both languages,
 * stands in NAME.en.txt and NAME.zh.txt. They are cases of bad_cases/policy.
 *
 * With DOUDI_REGENERATE=1 in the environment the texts are written anew instead of compared; read the difference before
 * you keep it. */
#define _POSIX_C_SOURCE 200809L /* scandir */

#include "exchange/case.h"
#include "exchange/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

enum { FILES_MAX = 100, PATH_ROOM = 512, FILE_ROOM = 1 << 16 };

static const char folder[] = "tests/exchange/bad_cases";
static bool seen[EXCHANGE_MESSAGES]; /* the messages that occurred so far */

/* A file of the folder; NULL when it is not there. */
static char *read_file(const char *name, const char *ending) {
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *bytes = test_calloc(FILE_ROOM, 1);
    assert_true(fread(bytes, 1, FILE_ROOM - 1, file) < FILE_ROOM - 1);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static void open_runner(struct case_runner *runner) {
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/policy", folder);
    assert_true(case_runner_open(runner, path));
}

static void check_golden(struct case_runner *runner, const char *name, enum language language) {
    const char *ending = language == LANGUAGE_ZH ? ".zh.txt" : ".en.txt";
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < runner->diagnostics.list.count; i++)
        diagnostic_print(&out, &runner->arena, &runner->diagnostics.list.items[i], language);
    if (getenv("DOUDI_REGENERATE")) {
        char path[PATH_ROOM];
        snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(builder_text(&out).bytes, 1, out.length, file), out.length);
        assert_int_equal(fclose(file), 0);
    } else {
        char *golden = read_file(name, ending);
        assert_non_null(golden);
        assert_string_equal(builder_text(&out).bytes, golden);
        test_free(golden);
    }
    builder_free(&out);
}

static void tells(void **state) {
    const char *name = *state;
    char *bytes = read_file(name, ".yaml"), shown[PATH_ROOM];
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
    check_golden(&runner, name, LANGUAGE_EN);
    check_golden(&runner, name, LANGUAGE_ZH);
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

static int is_wrong_case(const struct dirent *entry) {
    const char *ending = strchr(entry->d_name, '.');
    return ending && ending != entry->d_name && strcmp(ending, ".yaml") == 0;
}

int main(void) {
    static char names[FILES_MAX][PATH_ROOM];
    static struct CMUnitTest tests[FILES_MAX + 3];
    struct dirent **entries;
    int count = scandir(folder, &entries, is_wrong_case, alphasort);
    if (count < 0 || count > FILES_MAX) return EXIT_FAILURE;
    for (int i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "%.*s", (int)strlen(entries[i]->d_name) - 5, entries[i]->d_name);
        tests[i] = (struct CMUnitTest){names[i], tells, NULL, NULL, names[i]};
        free(entries[i]);
    }
    free(entries);
    tests[count] = (struct CMUnitTest)cmocka_unit_test(a_policy_without_cases_is_told);
    tests[count + 1] = (struct CMUnitTest)cmocka_unit_test(every_message_occurs);
    tests[count + 2] = (struct CMUnitTest)cmocka_unit_test(guarantees_are_of_every_row);
    return _cmocka_run_group_tests("case", tests, (size_t)count + 3, NULL, NULL);
}
