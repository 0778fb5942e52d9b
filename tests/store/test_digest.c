/* Digests: what the standards publish, pieces that cannot be mistaken for others, contexts used again. */
#include "store/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- the stage ---------------------------------------------------------------------------------------------------- */

static void begin(struct digest *digest, enum digest_kind kind) {
    assert_true(digest_init(digest, kind));
    digest_begin(digest);
}

static void assert_finished(struct digest *digest, const char *expected) {
    unsigned char bytes[DIGEST_BYTES];
    char hex[2 * DIGEST_BYTES + 1];
    assert_true(digest_finish(digest, bytes));
    for (size_t i = 0; i < DIGEST_BYTES; i++) snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(hex, expected);
}

static void finish(struct digest *digest, unsigned char out[DIGEST_BYTES]) {
    assert_true(digest_finish(digest, out));
    digest_begin(digest);
}

/* --- known answers ------------------------------------------------------------------------------------------------ */

static const char sm3_abc[] = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";

/* Both examples of GB/T 32905, appendix A; the second in two halves as well. */
static void sm3_is_that_of_the_standard(void **state) {
    (void)state;
    static const char blocks[] = "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd";
    static const char expected[] = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";
    struct digest digest;
    begin(&digest, DIGEST_SM3);
    digest_add_bytes(&digest, "abc", 3);
    assert_finished(&digest, sm3_abc);
    digest_begin(&digest);
    digest_add_bytes(&digest, blocks, 64);
    assert_finished(&digest, expected);
    digest_begin(&digest);
    digest_add_bytes(&digest, blocks, 31);
    digest_add_bytes(&digest, NULL, 0);
    digest_add_bytes(&digest, blocks + 31, 33);
    assert_finished(&digest, expected);
    digest_free(&digest);
}

static void sha256_is_that_of_the_standard(void **state) {
    (void)state;
    struct digest digest;
    begin(&digest, DIGEST_SHA256);
    digest_add_bytes(&digest, "abc", 3);
    assert_finished(&digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_begin(&digest);
    assert_finished(&digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_free(&digest);
}

/* By another implementation: chains that were written must be understood for ever. */
static void pieces_are_laid_out_as_ever(void **state) {
    (void)state;
    static const char *const expected[] = {
        [DIGEST_SM3] = "9110ee751cb8f520618e33bf7a42b00d0d0b062183d58a4462499677f1b24f56",
        [DIGEST_SHA256] = "0729b216408525798d604557b45e397c6879b6177c923dd9d48f60597077e68e",
    };
    for (enum digest_kind kind = DIGEST_SM3; kind <= DIGEST_SHA256; kind++) {
        struct digest digest;
        begin(&digest, kind);
        digest_add_text(&digest, TEXT("ab"));
        digest_add_text(&digest, TEXT("c"));
        digest_add_integer(&digest, -2);
        assert_finished(&digest, expected[kind]);
        digest_free(&digest);
    }
}

/* --- pieces ------------------------------------------------------------------------------------------------------- */

static void other_texts_are_other_bytes(void **state) {
    (void)state;
    static const char *const pairs[][2] = {{"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}};
    enum { PAIRS = sizeof pairs / sizeof *pairs };
    unsigned char found[PAIRS][DIGEST_BYTES];
    struct digest digest;
    begin(&digest, DIGEST_SM3);
    for (size_t i = 0; i < PAIRS; i++) {
        digest_add_text(&digest, text_from(pairs[i][0]));
        digest_add_text(&digest, text_from(pairs[i][1]));
        finish(&digest, found[i]);
        for (size_t k = 0; k < i; k++) assert_false(digest_equal(found[i], found[k]));
    }
    digest_add_text(&digest, text_from(pairs[0][0]));
    digest_add_text(&digest, text_from(pairs[0][1]));
    finish(&digest, found[1]);
    assert_true(digest_equal(found[0], found[1]));
    digest_free(&digest);
}

static void every_byte_of_digests_is_compared(void **state) {
    (void)state;
    unsigned char a[DIGEST_BYTES] = {0}, b[DIGEST_BYTES] = {0};
    assert_true(digest_equal(a, b));
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        b[i] = 1;
        assert_false(digest_equal(a, b));
        b[i] = 0;
    }
}

/* --- use ---------------------------------------------------------------------------------------------------------- */

static void what_was_begun_is_forgotten(void **state) {
    (void)state;
    struct digest digest;
    begin(&digest, DIGEST_SM3);
    digest_add_bytes(&digest, "of before", 9);
    digest_begin(&digest);
    digest_add_bytes(&digest, "abc", 3);
    assert_finished(&digest, sm3_abc);
    digest_free(&digest);
}

/* A digest out of turn is none, and never the one of before. */
static void one_that_failed_says_so(void **state) {
    (void)state;
    static const unsigned char nothing[DIGEST_BYTES];
    unsigned char bytes[DIGEST_BYTES];
    struct digest digest;
    begin(&digest, DIGEST_SM3);
    digest_add_bytes(&digest, "abc", 3);
    assert_true(digest_finish(&digest, bytes));
    assert_false(digest_finish(&digest, bytes));
    assert_memory_equal(bytes, nothing, DIGEST_BYTES);
    digest_begin(&digest);
    digest.failed = true; /* as when memory ran out in between */
    digest_add_bytes(&digest, "abc", 3);
    assert_false(digest_finish(&digest, bytes));
    digest_free(&digest);
    digest_begin(&digest);
    digest_add_text(&digest, TEXT("abc"));
    assert_false(digest_finish(&digest, bytes));
    digest_free(&digest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm3_is_that_of_the_standard),       cmocka_unit_test(sha256_is_that_of_the_standard),
        cmocka_unit_test(pieces_are_laid_out_as_ever),       cmocka_unit_test(other_texts_are_other_bytes),
        cmocka_unit_test(every_byte_of_digests_is_compared), cmocka_unit_test(what_was_begun_is_forgotten),
        cmocka_unit_test(one_that_failed_says_so),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
