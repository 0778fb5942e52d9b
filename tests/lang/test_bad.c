/* Every mistake of tests/lang/bad/, see golden.h.
 *
 * NAME.csv is served as tables/NAME.csv, NAME.clauses.csv as clauses.csv, NAME.base.md as the law that NAME.md extends.
 */
#define _POSIX_C_SOURCE 200809L /* scandir */

#include "golden.h"

#include "lang/compile.h"

static const char folder[] = "tests/lang/bad";
static bool seen[LANG_MESSAGES]; /* the messages that occurred so far */

static void add_file(struct policy *policy, const char *name, const char *ending, const char *served_as) {
    size_t length;
    char *bytes = golden_read(folder, name, ending, &length);
    if (!bytes) return;
    policy_add_file(policy, text_from(served_as), (struct text){bytes, length});
    test_free(bytes);
}

static struct policy *compile(const char *name) {
    char markdown[PATH_ROOM], table[PATH_ROOM];
    size_t length;
    struct policy *policy = policy_new();
    assert_non_null(policy);
    snprintf(markdown, sizeof markdown, "%s.md", name);
    snprintf(table, sizeof table, "tables/%s.csv", name);
    char *base = golden_read(folder, name, ".base.md", &length);
    if (base) {
        policy_begin_layer(policy, TEXT("base"));
        policy_add_file(policy, TEXT("law.md"), (struct text){base, length});
        test_free(base);
    }
    policy_begin_layer(policy, TEXT("bad"));
    add_file(policy, name, ".md", markdown);
    add_file(policy, name, ".csv", table);
    add_file(policy, name, ".clauses.csv", "clauses.csv");
    assert_false(policy_compile(policy));
    assert_false(arena_failed(&policy->arena));
    return policy;
}

static void tells(void **state) {
    const char *name = *state;
    struct policy *policy = compile(name);
    assert_true(policy->diagnostics.errors > 0);
    for (size_t i = 0; i < policy->diagnostics.list.count; i++)
        seen[policy->diagnostics.list.items[i].message - lang_messages] = true;
    golden_check(folder, name, &policy->arena, &policy->diagnostics);
    policy_free(policy);
}

/* A cell of a megabyte, and a thousand mistakes, are made by test_policy. */
static bool occurs_elsewhere(size_t message) {
    return message == LANG_CSV_TOO_LONG || message == LANG_UNLISTED;
}

static void every_message_occurs(void **state) {
    (void)state;
    size_t missing = 0;
    for (size_t i = 0; i < LANG_MESSAGES; i++) {
        if (seen[i] || occurs_elsewhere(i)) continue;
        print_message("# no file of %s brings about %s\n", folder, lang_messages[i].code);
        missing++;
    }
    assert_int_equal(missing, 0);
}

int main(void) {
    static const struct CMUnitTest others[] = {cmocka_unit_test(every_message_occurs)};
    return golden_run("bad", folder, ".md", tells, others, 1);
}
