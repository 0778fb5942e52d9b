/* Every mistake of tests/lang/bad/: what is printed about NAME.md, complete and in both languages, stands in
 * NAME.en.txt and NAME.zh.txt.
 *
 * NAME.csv is served as tables/NAME.csv, NAME.clauses.csv as clauses.csv, NAME.base.md as the law that NAME.md extends.
 * With DOUDI_REGENERATE=1 in the environment the texts are written anew instead of compared; read the difference before
 * you keep it. */
#define _POSIX_C_SOURCE 200809L /* scandir */

#include "lang/compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

enum { FILES_MAX = 400, PATH_ROOM = 512, FILE_ROOM = 1 << 20 };

static const char folder[] = "tests/lang/bad";
static bool seen[LANG_MESSAGES]; /* the messages that occurred so far */

/* A file of the folder; NULL when it is not there. */
static char *read_file(const char *name, const char *ending, size_t *length) {
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *bytes = test_calloc(FILE_ROOM, 1);
    *length = fread(bytes, 1, FILE_ROOM - 1, file);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static void add_file(struct policy *policy, const char *name, const char *ending, const char *served_as) {
    size_t length;
    char *bytes = read_file(name, ending, &length);
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
    char *base = read_file(name, ".base.md", &length);
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

static void check_golden(struct policy *policy, const char *name, enum language language) {
    const char *ending = language == LANGUAGE_ZH ? ".zh.txt" : ".en.txt";
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < policy->diagnostics.list.count; i++)
        diagnostic_print(&out, &policy->arena, &policy->diagnostics.list.items[i], language);
    if (getenv("DOUDI_REGENERATE")) {
        char path[PATH_ROOM];
        snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(builder_text(&out).bytes, 1, builder_text(&out).length, file), out.length);
        assert_int_equal(fclose(file), 0);
    } else {
        size_t length = 0;
        char *golden = read_file(name, ending, &length);
        assert_non_null(golden);
        assert_string_equal(builder_text(&out).bytes, golden);
        test_free(golden);
    }
    builder_free(&out);
}

static void tells(void **state) {
    const char *name = *state;
    struct policy *policy = compile(name);
    assert_true(policy->diagnostics.errors > 0);
    for (size_t i = 0; i < policy->diagnostics.list.count; i++)
        seen[policy->diagnostics.list.items[i].message - lang_messages] = true;
    check_golden(policy, name, LANGUAGE_EN);
    check_golden(policy, name, LANGUAGE_ZH);
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

/* NAME.md, but not NAME.base.md */
static int is_mistake(const struct dirent *entry) {
    const char *ending = strchr(entry->d_name, '.');
    return ending && ending != entry->d_name && strcmp(ending, ".md") == 0;
}

int main(void) {
    static char names[FILES_MAX][PATH_ROOM];
    static struct CMUnitTest tests[FILES_MAX + 1];
    struct dirent **entries;
    int count = scandir(folder, &entries, is_mistake, alphasort);
    if (count < 0 || count > FILES_MAX) return EXIT_FAILURE;
    for (int i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "%.*s", (int)strlen(entries[i]->d_name) - 3, entries[i]->d_name);
        tests[i] = (struct CMUnitTest){names[i], tells, NULL, NULL, names[i]};
        free(entries[i]);
    }
    free(entries);
    tests[count] = (struct CMUnitTest)cmocka_unit_test(every_message_occurs);
    return _cmocka_run_group_tests("bad", tests, (size_t)count + 1, NULL, NULL);
}
