/* A folder of files that something is said about: what is printed about NAME.xx, complete and in both languages, stands
 * in NAME.en.txt and NAME.zh.txt.
 *
 * With DOUDI_REGENERATE=1 in the environment the texts are written anew instead of compared; read the difference before
 * you keep it. Who includes this first asks for POSIX 2008 (scandir). */
#ifndef DOUDI_TESTS_GOLDEN_H
#define DOUDI_TESTS_GOLDEN_H

#include "base/diagnostic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

enum { GOLDEN_MAX = 400, PATH_ROOM = 512, FILE_ROOM = 1 << 20 };

/* A file of the folder, to be given back to test_free; NULL when it is not there. */
static inline char *golden_read(const char *folder, const char *name, const char *ending, size_t *length) {
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *bytes = test_calloc(FILE_ROOM, 1);
    *length = fread(bytes, 1, FILE_ROOM - 1, file);
    assert_true(*length < FILE_ROOM - 1);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static inline void golden_write(const char *folder, const char *name, const char *ending, const struct builder *out) {
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(builder_text(out).bytes, 1, builder_text(out).length, file), out->length);
    assert_int_equal(fclose(file), 0);
}

static inline void golden_check(const char *folder, const char *name, struct arena *arena,
                                const struct diagnostics *diagnostics) {
    static const char *const endings[LANGUAGES] = {[LANGUAGE_ZH] = ".zh.txt", [LANGUAGE_EN] = ".en.txt"};
    for (int language = 0; language < LANGUAGES; language++) {
        struct builder out;
        size_t length = 0;
        builder_init(&out);
        for (size_t i = 0; i < diagnostics->list.count; i++)
            diagnostic_print(&out, arena, &diagnostics->list.items[i], (enum language)language);
        if (getenv("DOUDI_REGENERATE")) {
            golden_write(folder, name, endings[language], &out);
        } else {
            char *golden = golden_read(folder, name, endings[language], &length);
            assert_non_null(golden);
            assert_string_equal(builder_text(&out).bytes, golden);
            test_free(golden);
        }
        builder_free(&out);
    }
}

/* Runs `tells` for every NAME of the folder whose file has the ending (NAME.md, not NAME.base.md), then the others. */
static inline int golden_run(const char *group, const char *folder, const char *ending, CMUnitTestFunction tells,
                             const struct CMUnitTest *others, size_t other_count) {
    static char names[GOLDEN_MAX][PATH_ROOM];
    static struct CMUnitTest tests[2 * GOLDEN_MAX];
    struct dirent **entries;
    size_t count = 0;
    int found = scandir(folder, &entries, NULL, alphasort);
    if (found < 0 || other_count > GOLDEN_MAX) return EXIT_FAILURE;
    for (int i = 0; i < found; i++) {
        const char *name = entries[i]->d_name, *dot = strchr(name, '.');
        if (dot && dot != name && strcmp(dot, ending) == 0 && count < GOLDEN_MAX) {
            snprintf(names[count], sizeof names[count], "%.*s", (int)(dot - name), name);
            tests[count] = (struct CMUnitTest){names[count], tells, NULL, NULL, names[count]};
            count++;
        }
        free(entries[i]);
    }
    free(entries);
    if (count == 0 || count == GOLDEN_MAX) return EXIT_FAILURE;
    for (size_t i = 0; i < other_count; i++) tests[count++] = others[i];
    return _cmocka_run_group_tests(group, tests, count, NULL, NULL);
}

#endif
