/* Every allocation of a compile fails once: it must say so, and neither crash, hang nor leak. */
#define _POSIX_C_SOURCE 200809L /* scandir */

#include "failing.h"

#include "lang/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

enum {
    FILES_MAX = 600,
    PATH_ROOM = 512,
    FILE_ROOM = 1 << 20,
    SHIFT = 400, /* so much is taken beforehand, once more each time, to let another piece be the one that fails */
    FAILURES_MAX = 10000
};

struct given {
    const char *layer; /* the folder */
    char path[PATH_ROOM];
    char *bytes;
    size_t length;
};
struct files {
    struct given list[FILES_MAX];
    size_t count;
};

static void read_file(struct files *files, const char *folder, const char *path) {
    char whole[2 * PATH_ROOM];
    struct given *given = &files->list[files->count++];
    assert_true(files->count < FILES_MAX);
    snprintf(whole, sizeof whole, "%s/%s", folder, path);
    snprintf(given->path, sizeof given->path, "%s", path);
    given->layer = folder;
    FILE *file = fopen(whole, "rb");
    assert_non_null(file);
    given->bytes = malloc(FILE_ROOM);
    assert_non_null(given->bytes);
    given->length = fread(given->bytes, 1, FILE_ROOM, file);
    assert_int_equal(fclose(file), 0);
}

static bool ends_in(const char *name, const char *ending) {
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}

/* The files of a folder, under the name that the policy knows them by. */
static void read_folder(struct files *files, const char *root, const char *below) {
    char folder[PATH_ROOM], path[PATH_ROOM];
    struct dirent **entries;
    snprintf(folder, sizeof folder, "%s/%s", root, below);
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        snprintf(path, sizeof path, "%s%s%s", below, *below ? "/" : "", name);
        if (ends_in(name, ".md") || ends_in(name, ".csv")) read_file(files, root, path);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

static void free_files(struct files *files) {
    for (size_t i = 0; i < files->count; i++) free(files->list[i].bytes);
    free(files);
}

static void add_files(struct policy *policy, const struct given *given, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || given[i].layer != given[i - 1].layer) policy_begin_layer(policy, text_from(given[i].layer));
        policy_add_file(policy, text_from(given[i].path), (struct text){given[i].bytes, given[i].length});
    }
}

/* One compile in which the allocation after `successes` fails; true when none did. */
static bool compile(const struct given *given, size_t count, long successes, size_t taken, bool good) {
    memory_fail_after(successes);
    struct policy *policy = policy_new();
    bool compiled = false;
    if (policy) {
        if (taken) arena_new(&policy->arena, 1, taken);
        add_files(policy, given, count);
        compiled = policy_compile(policy);
    }
    bool failed = memory_has_failed();
    memory_fail_after(-1);
    assert_true(policy || failed);
    if (failed)
        assert_false(compiled);
    else
        assert_int_equal(compiled, good);
    policy_free(policy);
    return !failed;
}

static void sweep(const struct given *given, size_t count, size_t taken, bool good) {
    long n = 0;
    while (!compile(given, count, n, taken, good)) assert_true(++n < FAILURES_MAX);
    assert_true(n > 1);
}

/* A folder, or two of which the second extends the first; `shift` more is taken beforehand each time. */
static void sweep_folders(const char *root, const char *second, size_t shift) {
    struct files *files = calloc(1, sizeof *files);
    assert_non_null(files);
    for (const char *folder = root; folder; folder = folder == root ? second : NULL) {
        size_t before = files->count;
        read_folder(files, folder, "");
        read_folder(files, folder, "tables");
        assert_true(files->count > before);
    }
    for (size_t taken = 0; taken < BLOCK; taken += shift) sweep(files->list, files->count, taken, true);
    free_files(files);
}

static void sweep_folder(const char *root) {
    sweep_folders(root, NULL, SHIFT);
}

static void yardstick(void **state) {
    (void)state;
    sweep_folder("policies/examples/yardstick");
}

static void country_template(void **state) {
    (void)state;
    sweep_folder("policies/examples/country-template");
}

static void germany(void **state) {
    (void)state;
    sweep_folder("policies/examples/germany-kindergeld");
}

static void one_that_extends_another(void **state) {
    (void)state;
    sweep_folders("policies/examples/country-template", "policies/examples/country-template-add-new-tax", 4 * SHIFT);
}

static void yunnan(void **state) {
    (void)state;
    sweep_folders("policies/yunnan-2018", NULL, BLOCK / 5);
}

/* Each file for itself: reports need memory too. */
static void mistakes(void **state) {
    (void)state;
    struct files *files = calloc(1, sizeof *files);
    assert_non_null(files);
    read_folder(files, "tests/lang/bad", "");
    for (size_t i = 0; i < files->count; i++) {
        const struct given *given = &files->list[i];
        if (!ends_in(given->path, ".md") || ends_in(given->path, ".base.md")) continue;
        for (size_t taken = 0; taken < BLOCK; taken += 8 * SHIFT) sweep(given, 1, taken, false);
    }
    free_files(files);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yardstick), cmocka_unit_test(country_template),
        cmocka_unit_test(germany),   cmocka_unit_test(one_that_extends_another),
        cmocka_unit_test(yunnan),    cmocka_unit_test(mistakes),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
