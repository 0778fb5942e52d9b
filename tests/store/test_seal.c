/* Sealed values: what the standards publish, what another implementation sealed, values that are opened only whole, in
 * their place, by their key; indexes; what is shown of an id. */
#define _GNU_SOURCE /* fork, pipe */
#include "store/seal.h"

#include "../arena_state.h"
#include "base/thread.h"
#include "given_keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACE TEXT("person.citizen_id/4711")
#define COLUMN TEXT("person.citizen_id")
#define ID TEXT("53052319680412001X")

/* --- the stage ---------------------------------------------------------------------------------------------------- */

/* OpenSSL's memory, which may run out too. */
static long openssl_left = -1;

static bool openssl_refused(void) {
    if (openssl_left > 0) openssl_left--;
    return openssl_left == 0;
}

static void *openssl_new(size_t size, const char *file, int line) {
    (void)file, (void)line;
    return openssl_refused() ? NULL : malloc(size);
}

static void *openssl_resize(void *block, size_t size, const char *file, int line) {
    (void)file, (void)line;
    return openssl_refused() ? NULL : realloc(block, size);
}

static void openssl_free(void *block, const char *file, int line) {
    (void)file, (void)line;
    free(block);
}

static struct sealer *sealer_of(const char *text) {
    struct keys keys;
    struct sealer *sealer;
    size_t line;
    assert_int_equal(keys_parse(&keys, text_from(text), &line), KEYS_OK);
    assert_int_equal(sealer_new(&sealer, &keys), SEAL_OK);
    keys_clear(&keys); /* they are not needed any more */
    return sealer;
}

/* By SM4, by AES, and by AES with SM4 of before. */
static const char *const sets[] = {KEYS_HEAD INDEX_LINE SM4_LINE, KEYS_HEAD INDEX_LINE_SHA256 AES_LINE,
                                   KEYS_HEAD INDEX_LINE AES_LINE SM4_LINE};
enum { SETS = sizeof sets / sizeof *sets };

/* A copy of just the right size, so that a sanitizer sees what is read past its end. */
static struct text kept(struct text text) {
    char *bytes = test_malloc(text.length ? text.length : 1);
    memcpy(bytes, text.bytes, text.length);
    return (struct text){bytes, text.length};
}

static void drop(struct text text) {
    test_free((void *)(uintptr_t)text.bytes);
}

static struct text seal(struct sealer *sealer, struct text place, struct text plain) {
    struct text sealed;
    assert_int_equal(sealer_seal(sealer, place, plain, &sealed), SEAL_OK);
    assert_int_equal(sealed.length, plain.length + SEAL_EXTRA_BYTES);
    return kept(sealed);
}

static void assert_opens(struct sealer *sealer, struct text place, struct text sealed, struct text expected) {
    struct text plain;
    assert_int_equal(sealer_open(sealer, place, sealed, &plain), SEAL_OK);
    assert_true(text_equal(plain, expected));
}

static void assert_refused(struct sealer *sealer, struct text place, struct text sealed, enum seal_result expected) {
    struct text plain = ID;
    assert_int_equal(sealer_open(sealer, place, sealed, &plain), expected);
    assert_int_equal(plain.length, 0);
}

static size_t from_hex(const char *hex, unsigned char *out) {
    size_t length = strlen(hex) / 2;
    for (size_t i = 0; i < length; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
        out[i] = (unsigned char)strtoul(two, NULL, 16);
    }
    return length;
}

/* --- known answers ------------------------------------------------------------------------------------------------ */

/* Both examples of GB/T 32907, appendix A: one block, and the same a million times. */
static void sm4_is_that_of_the_standard(void **state) {
    (void)state;
    unsigned char key[16], block[16], expected[16];
    int done;
    from_hex("0123456789abcdeffedcba9876543210", key);
    memcpy(block, key, 16);
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "SM4-ECB", NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_EncryptInit_ex2(context, cipher, key, NULL, NULL), 1);
    for (int i = 0; i < 1000000; i++) {
        if (EVP_EncryptUpdate(context, block, &done, block, 16) != 1) fail();
        if (i == 0) {
            from_hex("681edf34d206965e86b3e94f536e4246", expected);
            assert_memory_equal(block, expected, 16);
        }
    }
    from_hex("595298c7c6fd271f0402f804c33d3f66", expected);
    assert_memory_equal(block, expected, 16);
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
}

/* Of another implementation: what is in a database must open for ever. */
static void what_others_sealed_is_opened(void **state) {
    (void)state;
    static const char *const sealed[] = {
        "010001a0a1a2a3a4a5a6a7a8a9aaab5141f7d9c4d43568b3fe93339d0344b685ec64a90596c3fb5773298405bf1d347745",
        "010002a0a1a2a3a4a5a6a7a8a9aaabe2bc360ad0d8ad144f5771cab88e00c6de4f710cbb8403534831989d8785c1feb11f"};
    struct sealer *sealer = sealer_of(sets[2]);
    for (unsigned i = 0; i < 2; i++) {
        unsigned char bytes[64];
        struct text text = {(const char *)bytes, from_hex(sealed[i], bytes)};
        assert_int_equal(sealer_key_of(text), i + 1);
        assert_opens(sealer, PLACE, text, ID);
    }
    sealer_free(sealer);
}

static void indexes_are_as_ever(void **state) {
    (void)state;
    static const char *const expected[] = {"47d0ca05b332d9e66dbd193db2bb14fe", "fcbe79df50efd84fe3efcf00f1738566"};
    for (int i = 0; i < 2; i++) {
        unsigned char index[INDEX_BYTES], bytes[INDEX_BYTES];
        struct sealer *sealer = sealer_of(sets[i]);
        from_hex(expected[i], bytes);
        for (int again = 0; again < 2; again++) { /* by a context used before */
            assert_int_equal(sealer_index(sealer, COLUMN, ID, index), SEAL_OK);
            assert_memory_equal(index, bytes, INDEX_BYTES);
        }
        sealer_free(sealer);
    }
}

/* --- there and back ----------------------------------------------------------------------------------------------- */

static void what_is_sealed_is_opened(void **state) {
    (void)state;
    enum { LONG = 3000 };
    char *bytes = test_malloc(LONG);
    for (size_t i = 0; i < LONG; i++) bytes[i] = (char)(i * i >> 5);
    for (size_t set = 0; set < SETS; set++) {
        struct sealer *sealer = sealer_of(sets[set]);
        for (size_t length = 0; length <= LONG; length = length < 70 ? length + 1 : length * 3 - 1) {
            struct text plain = {bytes, length}, place = {bytes, length % 67};
            struct text sealed = seal(sealer, place, plain), other = seal(sealer, PLACE, ID);
            assert_opens(sealer, place, sealed, plain);
            assert_opens(sealer, PLACE, other, ID);
            assert_opens(sealer, place, sealed, plain);
            drop(sealed);
            drop(other);
        }
        struct text sealed = seal(sealer, (struct text){NULL, 0}, (struct text){NULL, 0});
        assert_opens(sealer, TEXT(""), sealed, TEXT(""));
        drop(sealed);
        sealer_free(sealer);
    }
    test_free(bytes);
}

/* Neither the value nor that two are the same can be seen. */
static void the_same_is_never_sealed_the_same(void **state) {
    (void)state;
    enum { MANY = 600 }; /* more than random bytes are had for at once */
    static char nonces[MANY][SEAL_NONCE_BYTES];
    for (size_t set = 0; set < SETS; set++) {
        struct sealer *sealer = sealer_of(sets[set]);
        for (size_t i = 0; i < MANY; i++) {
            struct text sealed;
            assert_int_equal(sealer_seal(sealer, PLACE, ID, &sealed), SEAL_OK);
            assert_null(memmem(sealed.bytes, sealed.length, ID.bytes, 4));
            memcpy(nonces[i], sealed.bytes + SEAL_HEAD_BYTES, SEAL_NONCE_BYTES);
            for (size_t k = 0; k < i; k++)
                if (memcmp(nonces[i], nonces[k], SEAL_NONCE_BYTES) == 0) fail_msg("%zu and %zu have one nonce", k, i);
        }
        sealer_free(sealer);
    }
}

static void both_sides_of_a_fork_have_random_bytes_of_their_own(void **state) {
    (void)state;
    char mine[SEAL_NONCE_BYTES], theirs[SEAL_NONCE_BYTES];
    int ends[2], status;
    struct sealer *sealer = sealer_of(sets[1]);
    drop(seal(sealer, PLACE, ID));
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    struct text sealed;
    bool sealed_one = sealer_seal(sealer, PLACE, ID, &sealed) == SEAL_OK;
    if (child == 0) _exit(sealed_one && write(ends[1], sealed.bytes + SEAL_HEAD_BYTES, sizeof mine) > 0 ? 0 : 1);
    assert_true(sealed_one);
    memcpy(mine, sealed.bytes + SEAL_HEAD_BYTES, sizeof mine);
    assert_int_equal(read(ends[0], theirs, sizeof theirs), sizeof theirs);
    assert_memory_not_equal(mine, theirs, sizeof mine);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ends[0]);
    close(ends[1]);
    sealer_free(sealer);
}

static void what_is_too_long_is_not_sealed(void **state) {
    (void)state;
    char *bytes = test_calloc(SEAL_BYTES_MAX + SEAL_EXTRA_BYTES + 1, 1);
    struct text most = {bytes, SEAL_BYTES_MAX}, more = {bytes, SEAL_BYTES_MAX + 1}, sealed;
    struct text far = {bytes, SEAL_CONTEXT_BYTES_MAX}, farther = {bytes, SEAL_CONTEXT_BYTES_MAX + 1};
    for (size_t set = 0; set < 2; set++) {
        struct sealer *sealer = sealer_of(sets[set]);
        assert_int_equal(sealer_seal(sealer, PLACE, more, &sealed), SEAL_TOO_LONG);
        assert_int_equal(sealed.length, 0);
        assert_int_equal(sealer_seal(sealer, farther, ID, &sealed), SEAL_TOO_LONG);
        sealed = seal(sealer, far, most);
        assert_opens(sealer, far, sealed, most);
        assert_refused(sealer, farther, sealed, SEAL_FORGED);
        bytes[0] = SEAL_VERSION;
        bytes[2] = (char)(set + 1);
        assert_refused(sealer, PLACE, (struct text){bytes, SEAL_BYTES_MAX + SEAL_EXTRA_BYTES + 1}, SEAL_FORGED);
        bytes[0] = bytes[2] = 0;
        drop(sealed);
        sealer_free(sealer);
    }
    test_free(bytes);
}

/* --- forgery ------------------------------------------------------------------------------------------------------ */

static void every_bit_counts(void **state) {
    (void)state;
    for (size_t set = 0; set < SETS; set++) {
        struct sealer *sealer = sealer_of(sets[set]);
        struct text sealed = seal(sealer, PLACE, ID), changed = kept(sealed);
        for (size_t bit = 0; bit < sealed.length * 8; bit++) {
            char *byte = (char *)(uintptr_t)changed.bytes + bit / 8;
            *byte = (char)(*byte ^ 1 << bit % 8);
            bool in_number = bit / 8 == 1 || bit / 8 == 2; /* of another key, which only the last set has */
            unsigned number = sealer_key_of(changed);
            bool known = !in_number || number == 0 || (set == 2 && number <= 2);
            assert_refused(sealer, PLACE, changed, known ? SEAL_FORGED : SEAL_UNKNOWN_KEY);
            *byte = (char)(*byte ^ 1 << bit % 8);
        }
        assert_opens(sealer, PLACE, changed, ID);
        drop(sealed);
        drop(changed);
        sealer_free(sealer);
    }
}

static void nothing_is_opened_that_is_shorter_or_longer(void **state) {
    (void)state;
    for (size_t set = 0; set < SETS; set++) {
        struct sealer *sealer = sealer_of(sets[set]);
        char bytes[64] = {0};
        struct text sealed = seal(sealer, PLACE, ID), part;
        memcpy(bytes, sealed.bytes, sealed.length);
        for (size_t length = 0; length < sizeof bytes; length++) {
            part = kept((struct text){bytes, length});
            if (length != sealed.length) assert_refused(sealer, PLACE, part, SEAL_FORGED);
            drop(part);
        }
        drop(sealed);
        sealer_free(sealer);
    }
}

static void a_value_opens_in_its_place_only(void **state) {
    (void)state;
    static const char *const places[] = {"person.citizen_id/4712",  "person.account/4711",    "person.citizen_id/471",
                                         "person.citizen_id/47111", "Person.citizen_id/4711", ""};
    for (size_t set = 0; set < SETS; set++) {
        struct sealer *sealer = sealer_of(sets[set]);
        struct text sealed = seal(sealer, PLACE, ID);
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
            assert_refused(sealer, text_from(places[i]), sealed, SEAL_FORGED);
        assert_opens(sealer, PLACE, sealed, ID);
        drop(sealed);
        sealer_free(sealer);
    }
}

/* Where the value ends and the context begins cannot be moved: with SM4 both go into one tag. */
static void bytes_do_not_move_between_value_and_context(void **state) {
    (void)state;
    for (size_t set = 0; set < SETS; set++) {
        struct sealer *sealer = sealer_of(sets[set]);
        struct text sealed = seal(sealer, TEXT(""), ID);
        char shorter[64], place[8];
        size_t body = SEAL_HEAD_BYTES + SEAL_NONCE_BYTES;
        memcpy(place, sealed.bytes + body + 10, 8);
        memcpy(shorter, sealed.bytes, body + 10);
        memcpy(shorter + body + 10, sealed.bytes + body + 18, SEAL_TAG_BYTES);
        struct text forged = {shorter, 10 + SEAL_EXTRA_BYTES};
        assert_refused(sealer, (struct text){place, 8}, forged, SEAL_FORGED);
        drop(sealed);
        sealer_free(sealer);
    }
}

/* --- rotation ----------------------------------------------------------------------------------------------------- */

static void the_newest_key_seals_and_all_open(void **state) {
    (void)state;
    struct sealer *before = sealer_of(sets[0]), *after = sealer_of(sets[2]), *later = sealer_of(sets[1]);
    struct text old = seal(before, PLACE, ID), plain, sealed;
    assert_int_equal(sealer_key_of(old), 1);
    assert_int_equal(sealer_open(after, PLACE, old, &plain), SEAL_OK);
    assert_int_equal(sealer_seal(after, PLACE, plain, &sealed), SEAL_OK); /* what lies in the sealer is sealed anew */
    assert_int_equal(sealer_key_of(sealed), 2);
    assert_opens(after, PLACE, sealed, ID);
    assert_opens(later, PLACE, sealed, ID);
    assert_refused(later, PLACE, old, SEAL_UNKNOWN_KEY);
    assert_refused(before, PLACE, sealed, SEAL_UNKNOWN_KEY);
    drop(old);
    sealer_free(before);
    sealer_free(after);
    sealer_free(later);
}

static void a_key_of_the_same_number_is_another(void **state) {
    (void)state;
    struct sealer *ours = sealer_of(sets[0]);
    struct sealer *theirs = sealer_of(KEYS_HEAD INDEX_LINE "1 aes 2026-11-28 " HEX_32 "\n");
    struct text sealed = seal(ours, PLACE, ID), other = seal(theirs, PLACE, ID);
    assert_refused(theirs, PLACE, sealed, SEAL_FORGED);
    assert_refused(ours, PLACE, other, SEAL_FORGED);
    drop(sealed);
    drop(other);
    sealer_free(ours);
    sealer_free(theirs);
}

static void numbers_are_of_two_bytes(void **state) {
    (void)state;
    struct sealer *sealer = sealer_of(KEYS_HEAD INDEX_LINE "65534 aes 2026-11-28 " HEX_32 "\n"
                                                           "513 sm4 2026-11-28 " HEX_48 "\n");
    struct text sealed = seal(sealer, PLACE, ID);
    assert_int_equal(sealer_key_of(sealed), 65534);
    assert_opens(sealer, PLACE, sealed, ID);
    assert_int_equal(sealer_key_of((struct text){sealed.bytes, SEAL_EXTRA_BYTES - 1}), 0);
    assert_int_equal(sealer_key_of((struct text){NULL, 0}), 0);
    *(char *)(uintptr_t)sealed.bytes = SEAL_VERSION + 1;
    assert_int_equal(sealer_key_of(sealed), 0);
    drop(sealed);
    sealer_free(sealer);
}

/* --- indexes ------------------------------------------------------------------------------------------------------ */

static void indexes_differ_by_column_value_and_key(void **state) {
    (void)state;
    static const char *const others[][2] = {{"person.account", "53052319680412001X"},
                                            {"person.citizen_id", "530523196804120018"},
                                            {"person.citizen_id5", "3052319680412001X"},
                                            {"person.citizen_id", ""}};
    struct sealer *sealer = sealer_of(sets[0]), *other = sealer_of(sets[1]), *rotated = sealer_of(sets[2]);
    unsigned char index[INDEX_BYTES], found[INDEX_BYTES];
    assert_int_equal(sealer_index(sealer, COLUMN, ID, index), SEAL_OK);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(sealer_index(sealer, text_from(others[i][0]), text_from(others[i][1]), found), SEAL_OK);
        assert_memory_not_equal(index, found, INDEX_BYTES);
    }
    assert_int_equal(sealer_index(other, COLUMN, ID, found), SEAL_OK);
    assert_memory_not_equal(index, found, INDEX_BYTES);
    assert_int_equal(sealer_index(rotated, COLUMN, ID, found), SEAL_OK); /* a new key leaves them as they are */
    assert_memory_equal(index, found, INDEX_BYTES);
    sealer_free(sealer);
    sealer_free(other);
    sealer_free(rotated);
}

/* --- threads, memory ---------------------------------------------------------------------------------------------- */

enum { ROUNDS = 2000 };
struct together {
    const struct keys *keys;
    unsigned good[2];
    char sealed[2][49];
};

static void work(void *context, unsigned worker) {
    struct together *together = context;
    struct sealer *sealer;
    struct text sealed, plain;
    unsigned char index[INDEX_BYTES];
    if (sealer_new(&sealer, together->keys) != SEAL_OK) return;
    for (int i = 0; i < ROUNDS; i++) {
        bool good = sealer_seal(sealer, PLACE, ID, &sealed) == SEAL_OK;
        good = good && sealer_open(sealer, PLACE, sealed, &plain) == SEAL_OK && text_equal(plain, ID);
        if (good && sealer_index(sealer, COLUMN, ID, index) == SEAL_OK) together->good[worker]++;
    }
    memcpy(together->sealed[worker], sealed.bytes, 49);
    sealer_free(sealer);
}

static void two_threads_seal_with_the_same_keys(void **state) {
    (void)state;
    for (size_t set = 0; set < SETS; set++) {
        struct keys keys;
        size_t line;
        assert_int_equal(keys_parse(&keys, text_from(sets[set]), &line), KEYS_OK);
        struct together together = {.keys = &keys};
        work_together(2, work, &together);
        struct sealer *sealer = sealer_of(sets[set]);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(together.good[i], ROUNDS);
            assert_opens(sealer, PLACE, (struct text){together.sealed[i], 49}, ID);
        }
        assert_memory_not_equal(together.sealed[0] + SEAL_HEAD_BYTES, together.sealed[1] + SEAL_HEAD_BYTES, 12);
        sealer_free(sealer);
        keys_clear(&keys);
    }
}

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct keys keys;
    struct sealer *sealer;
    struct text sealed, plain;
    char large[1000] = {0};
    size_t line;
    assert_int_equal(keys_parse(&keys, text_from(sets[2]), &line), KEYS_OK);
    memory_fail_after(0);
    assert_int_equal(sealer_new(&sealer, &keys), SEAL_NO_MEMORY);
    assert_null(sealer);
    memory_fail_after(1);
    assert_int_equal(sealer_new(&sealer, &keys), SEAL_OK);
    assert_int_equal(sealer_seal(sealer, PLACE, ID, &sealed), SEAL_NO_MEMORY);
    assert_int_equal(sealed.length, 0);
    memory_fail_after(1);
    assert_int_equal(sealer_seal(sealer, PLACE, ID, &sealed), SEAL_OK);
    assert_refused(sealer, PLACE, sealed, SEAL_NO_MEMORY);
    memory_fail_after(-1);
    assert_opens(sealer, PLACE, sealed, ID);
    memory_fail_after(0); /* and where more room is needed than there was */
    assert_int_equal(sealer_seal(sealer, PLACE, (struct text){large, sizeof large}, &sealed), SEAL_NO_MEMORY);
    memory_fail_after(-1);
    assert_int_equal(sealer_seal(sealer, PLACE, ID, &sealed), SEAL_OK);
    assert_int_equal(sealer_open(sealer, PLACE, sealed, &plain), SEAL_OK);
    sealer_free(sealer);
    keys_clear(&keys);
}

/* A value is not called forged because OpenSSL has no memory to open it. */
static void memory_that_openssl_lacks_is_told(void **state) {
    (void)state;
    enum { MOST = 1000, SEAL = 0, OPEN, INDEX, ALL };
    for (size_t set = 0; set < SETS; set++) {
        struct sealer *sealer = sealer_of(sets[set]);
        struct text sealed = seal(sealer, PLACE, ID), out;
        unsigned char index[INDEX_BYTES];
        int failures = 0;
        for (int what = SEAL; what < ALL; what++) {
            enum seal_result result = SEAL_NO_MEMORY;
            for (long left = 1; result != SEAL_OK && left < MOST; left++) {
                openssl_left = left;
                if (what == SEAL) result = sealer_seal(sealer, PLACE, ID, &out);
                if (what == OPEN) result = sealer_open(sealer, PLACE, sealed, &out);
                if (what == INDEX) result = sealer_index(sealer, COLUMN, ID, index);
                openssl_left = -1;
                if (result != SEAL_OK) assert_int_equal(result, SEAL_NO_MEMORY);
                if (result != SEAL_OK) failures++;
            }
            assert_int_equal(result, SEAL_OK);
            assert_opens(sealer, PLACE, sealed, ID); /* whatever was left half done */
        }
        assert_true(failures > 0);
        drop(sealed);
        sealer_free(sealer);
    }
}

static void openssl_may_lack_memory_from_the_beginning(void **state) {
    (void)state;
    enum { MOST = 5000 };
    struct keys keys;
    struct sealer *sealer = NULL;
    size_t line;
    enum seal_result result = SEAL_NO_MEMORY;
    assert_int_equal(keys_parse(&keys, text_from(sets[2]), &line), KEYS_OK);
    for (long left = 1; result != SEAL_OK && left < MOST; left++) {
        openssl_left = left;
        result = sealer_new(&sealer, &keys);
        openssl_left = -1;
        if (result == SEAL_OK) break;
        assert_null(sealer);
        assert_true(result == SEAL_NO_MEMORY || result == SEAL_NOT_OFFERED);
    }
    assert_int_equal(result, SEAL_OK);
    sealer_free(sealer);
    sealer_free(NULL);
    keys_clear(&keys);
}

/* --- showing ------------------------------------------------------------------------------------------------------ */

static void little_is_shown_of_an_id(void **state) {
    static const char *const cases[][2] = {
        {"53052319680412001X", "530523••••••••••••"},
        {"530523196804120018", "530523••••••••••••"},
        {"53052319680412001x", "530523••••••••••••"},
        {"5305231968041200A8", "••••••••••••••00A8"}, /* as long, but no citizen's */
        {"53052319680412001Y", "••••••••••••••001Y"},
        {"530523680412001", "530523•••••••••"},           /* as they were before 1999 */
        {"53052319680412001X43", "530523••••••••••••••"}, /* of a disabled citizen's card */
        {"53052319681312001843", "••••••••••••••••1843"}, /* no day: no citizen's */
        {"530523680412", "••••••••0412"},
        {"6222021234567890123", "•••••••••••••••0123"},
        {"12345678", "••••5678"},
        {"1234567", "•••••••"},
        {"1", "•"},
        {"", ""},
        {"普洱茶马古道长城", "••••古道长城"}, /* by characters, not by bytes */
        {"普洱茶马古道长", "•••••••"},
        {"1234567\xff", "••••567•"},
        {"\xff\xff\xff\xff\xff\xff\xe6\x99", "••••••••"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text shown = seal_mask(*state, text_from(cases[i][0]));
        if (!text_is(shown, cases[i][1])) print_error("%s: %.*s\n", cases[i][0], TEXT_ARG(shown));
        assert_true(text_is(shown, cases[i][1]));
    }
    assert_true(text_is(seal_mask(*state, (struct text){NULL, 0}), ""));
}

static void nothing_is_shown_without_memory(void **state) {
    char large[2000] = {0};
    memory_fail_after(0);
    assert_int_equal(seal_mask(*state, ID).length, 0);
    assert_int_equal(seal_mask(*state, (struct text){large, sizeof large}).length, 0);
    memory_fail_after(-1);
    assert_true(arena_failed(*state));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm4_is_that_of_the_standard),
        cmocka_unit_test(what_others_sealed_is_opened),
        cmocka_unit_test(indexes_are_as_ever),
        cmocka_unit_test(what_is_sealed_is_opened),
        cmocka_unit_test(the_same_is_never_sealed_the_same),
        cmocka_unit_test(both_sides_of_a_fork_have_random_bytes_of_their_own),
        cmocka_unit_test(what_is_too_long_is_not_sealed),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(nothing_is_opened_that_is_shorter_or_longer),
        cmocka_unit_test(a_value_opens_in_its_place_only),
        cmocka_unit_test(bytes_do_not_move_between_value_and_context),
        cmocka_unit_test(the_newest_key_seals_and_all_open),
        cmocka_unit_test(a_key_of_the_same_number_is_another),
        cmocka_unit_test(numbers_are_of_two_bytes),
        cmocka_unit_test(indexes_differ_by_column_value_and_key),
        cmocka_unit_test(two_threads_seal_with_the_same_keys),
        cmocka_unit_test(memory_that_runs_out_is_told),
        cmocka_unit_test(memory_that_openssl_lacks_is_told),
        cmocka_unit_test(openssl_may_lack_memory_from_the_beginning),
        cmocka_unit_test_setup_teardown(little_is_shown_of_an_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_shown_without_memory, set_up, tear_down),
    };
    if (CRYPTO_set_mem_functions(openssl_new, openssl_resize, openssl_free) != 1) return EXIT_FAILURE;
    return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
