/* Every wrong bill of tests/exchange/bad_bills/, see golden.h: of the law bill_law, those that begin with two_ of
 * two_bills_law, with none_ of no_bills_law. */
#define _POSIX_C_SOURCE 200809L /* scandir */

#include "golden.h"

#include "bill_law.h"
#include "exchange/messages.h"

static const char folder[] = "tests/exchange/bad_bills";
static bool seen[EXCHANGE_MESSAGES]; /* the messages that occurred so far */

static struct policy *law_for(const char *name) {
    struct policy *policy = bill_law_new(strncmp(name, "two_", 4) == 0    ? two_bills_law
                                         : strncmp(name, "none_", 5) == 0 ? no_bills_law
                                                                          : bill_law);
    assert_true(policy_compile(policy));
    return policy;
}

static void read_all(struct policy *policy, const struct source *source, struct diagnostics *diagnostics) {
    struct bill_reader reader;
    struct bill_told told;
    struct arena arena;
    enum bill_result result;
    arena_init(&arena);
    bill_reader_open(&reader, policy, source, diagnostics);
    do {
        size_t errors = diagnostics->errors;
        result = bill_reader_next(&reader, &arena, &told);
        assert_int_equal(diagnostics->errors > errors, result == BILL_WRONG);
    } while (result == BILL_TOLD || result == BILL_WRONG);
    assert_int_equal(result, BILL_NO_MORE);
    bill_reader_close(&reader);
    arena_free(&arena);
}

static void tells(void **state) {
    const char *name = *state;
    size_t length = 0;
    char *bytes = golden_read(folder, name, ".json", &length), shown[PATH_ROOM];
    struct arena arena;
    struct diagnostics diagnostics;
    assert_non_null(bytes);
    snprintf(shown, sizeof shown, "%s.json", name);
    const struct source source = {.name = text_from(shown), .bytes = {bytes, length}};
    struct policy *policy = law_for(name);
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    read_all(policy, &source, &diagnostics);
    assert_true(diagnostics.list.count > 0);
    for (size_t i = 0; i < diagnostics.list.count; i++)
        seen[diagnostics.list.items[i].message - exchange_messages] = true;
    golden_check(folder, name, &arena, &diagnostics);
    arena_free(&arena);
    policy_free(policy);
    test_free(bytes);
}

static void every_message_occurs(void **state) {
    (void)state;
    size_t missing = 0;
    for (size_t i = EXCHANGE_BILL_NOTHING; i <= EXCHANGE_BILL_IDENTIFIER_CHECK; i++) {
        if (seen[i] || i == EXCHANGE_BILL_LONG || i == EXCHANGE_BILL_SEVERAL)
            continue; /* made by test_bill_json, test_listen */
        print_message("# no file of %s brings about %s\n", folder, exchange_messages[i].code);
        missing++;
    }
    assert_int_equal(missing, 0);
}

int main(void) {
    static const struct CMUnitTest others[] = {cmocka_unit_test(every_message_occurs)};
    return golden_run("bad_bills", folder, ".json", tells, others, 1);
}
