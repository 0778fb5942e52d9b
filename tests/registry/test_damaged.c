/* A registry's file that was cut short, or in which bytes are others: refused, or found by looking, and never taken for
 * what it was.
 *
 * DOUDI_FLIPS says in how many places, one at a time (500). */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[200], path[250];
static struct tale tale;
static struct builder whole; /* the file as it was told */

/* --- the stage ---------------------------------------------------------------------------------------------------- */

static int begin(void **state) {
    (void)state;
    const char *temporary = getenv("TMPDIR");
    char piece[4096];
    snprintf(folder, sizeof folder, "%s/doudi-damaged-XXXXXX", temporary ? temporary : P_tmpdir);
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/d.db", folder);
    tale_learn(&tale, path);
    builder_init(&whole);
    FILE *file = fopen(path, "rb");
    for (size_t got; file && (got = fread(piece, 1, sizeof piece, file)) > 0;)
        builder_add(&whole, (struct text){piece, got});
    return file && fclose(file) == 0 && whole.length > 0 ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    builder_free(&whole);
    tale_forget(&tale);
    (void)unlink(path);
    return rmdir(folder);
}

static void write_file(size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(whole.bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

enum looked { REFUSED, FOUND, SOUND, OUTCOMES };

/* Everything is read, whatever comes of it; what is sound is what was told. */
static enum looked look(void) {
    struct registry_verdict verdict = {.broken = REGISTRY_GAP};
    struct policy *read_law = NULL;
    struct records records;
    struct arena arena;
    arena_init(&arena);
    enum registry_result result = tale_open(&tale, path);
    if (result == REGISTRY_STORE_FAILED) assert_int_not_equal(tale_failure(&tale), STORE_FINE);
    if (tale.store && registry_law(tale.store, REGISTRY_NOW, &read_law) == REGISTRY_DONE) policy_free(read_law);
    if (result == REGISTRY_DONE) (void)registry_read(&tale.registry, REGISTRY_NOW, &arena, &records);
    bool opened = result == REGISTRY_DONE;
    if (opened) result = registry_verify(&tale.registry, &verdict);
    if (opened && result == REGISTRY_STORE_FAILED) assert_int_not_equal(tale_failure(&tale), STORE_FINE);
    assert_int_not_equal(result, REGISTRY_NO_MEMORY);
    tale_close(&tale);
    arena_free(&arena);
    if (result != REGISTRY_DONE) return REFUSED;
    if (verdict.broken != REGISTRY_SOUND) return FOUND;
    assert_int_equal(verdict.changes, TALE_CHANGES);
    assert_memory_equal(verdict.link, tale.links[TALE_CHANGES], DIGEST_BYTES);
    return SOUND;
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void a_file_cut_short_is_refused(void **state) {
    (void)state;
    enum { PAGE = 4096 };
    write_file(whole.length);
    assert_int_equal(look(), SOUND);
    for (size_t length = 0; length < whole.length; length += PAGE / 2) {
        write_file(length);
        assert_int_not_equal(look(), SOUND);
        write_file(length + 1);
        assert_int_not_equal(look(), SOUND);
    }
}

static void bytes_that_are_others_are_found(void **state) {
    (void)state;
    size_t times = times_of("DOUDI_FLIPS", 500), outcomes[OUTCOMES] = {0};
    uint64_t chance = 1;
    for (size_t time = 0; time < times; time++) {
        chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        char *byte = &whole.bytes[(chance >> 24) % whole.length], before = *byte;
        *byte = (char)(before ^ (1 << (chance >> 60 & 7)));
        write_file(whole.length);
        outcomes[look()]++;
        *byte = before;
    }
    print_message("# of %zu flips %zu were refused, %zu found, %zu lay where nothing is told\n", times,
                  outcomes[REFUSED], outcomes[FOUND], outcomes[SOUND]);
    assert_true(outcomes[FOUND] > times / 20 && outcomes[REFUSED] > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_cut_short_is_refused),
        cmocka_unit_test(bytes_that_are_others_are_found),
    };
    return cmocka_run_group_tests_name("damaged", tests, begin, end);
}
