/* What sealing costs: how many ids a second are sealed, opened and indexed, on one thread and on two; sealed and opened
 * in a short context too, which with SM4 saves a block of the tag.
 *
 * The median of several rounds by the clock, since threads share it. Most of it is OpenSSL's: SM3 and SM4 are computed
 * without instructions of their own, AES and SHA-256 with them. */
#define _POSIX_C_SOURCE 200809L /* clocks */
#include "measure.h"

#include "base/thread.h"
#include "store/digest.h"
#include "store/seal.h"

#include <stdio.h>

enum { ROUNDS = 9, TIMES = 200000, THREADS = 2 };
enum work { SEAL, OPEN, INDEX, WORKS };
static const char *const names[] = {"seal", "open", "index"};

struct bench {
    const struct keys *keys;
    enum work work;
    struct text place;
};

static void repeat(void *context, unsigned worker) {
    const struct bench *bench = context;
    struct text place = bench->place, id = TEXT("53052319680412001X"), sealed, out;
    unsigned char index[INDEX_BYTES], copy[64];
    struct sealer *sealer;
    (void)worker;
    if (sealer_new(&sealer, bench->keys) != SEAL_OK || sealer_seal(sealer, place, id, &sealed) != SEAL_OK)
        give_up("nothing can be sealed");
    for (size_t i = 0; i < sealed.length; i++) copy[i] = (unsigned char)sealed.bytes[i];
    sealed.bytes = (const char *)copy;
    enum seal_result result = SEAL_OK;
    for (int i = 0; i < TIMES && result == SEAL_OK; i++) {
        if (bench->work == SEAL)
            result = sealer_seal(sealer, place, id, &out);
        else if (bench->work == OPEN)
            result = sealer_open(sealer, place, sealed, &out);
        else
            result = sealer_index(sealer, TEXT("person.citizen_id"), id, index);
    }
    if (result != SEAL_OK) give_up("sealing fails");
    sealer_free(sealer);
}

static void measure(struct bench *bench, const char *cipher, unsigned threads) {
    int64_t times[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        int64_t begin = now(CLOCK_MONOTONIC);
        work_together(threads, repeat, bench);
        times[i] = now(CLOCK_MONOTONIC) - begin;
    }
    sort_times(times, ROUNDS);
    int64_t all = (int64_t)TIMES * threads, median = times[ROUNDS / 2];
    printf("%-6s %-6s %-24.*s threads %u %9lld a second  (%lld ns each)\n", cipher, names[bench->work],
           TEXT_ARG(bench->place), threads, (long long)(all * 1000000 / median), (long long)(median * 1000 / all));
}

/* An entry of a chain: the digest of the one before, a number, two texts. */
static void measure_digest(enum digest_kind kind, const char *name) {
    struct digest digest;
    unsigned char chain[DIGEST_BYTES] = {0};
    if (!digest_init(&digest, kind)) give_up("no digest");
    int64_t begin = now(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < TIMES; i++) {
        digest_begin(&digest);
        digest_add_bytes(&digest, chain, sizeof chain);
        digest_add_integer(&digest, i);
        digest_add_text(&digest, TEXT("clerk/0042"));
        digest_add_text(&digest, TEXT("family 530523105209-0015: income 1200 to 900"));
        if (!digest_finish(&digest, chain)) give_up("a digest fails");
    }
    int64_t time = now(CLOCK_PROCESS_CPUTIME_ID) - begin;
    digest_free(&digest);
    printf("%-6s chain  %-24s threads 1 %9lld a second  (%lld ns each)\n", name, "",
           (long long)((int64_t)TIMES * 1000000 / time), (long long)(time * 1000 / TIMES));
}

int main(void) {
    static const enum seal_key_kind kinds[] = {KEY_SM4, KEY_AES};
    static const char *const ciphers[] = {"sm4", "aes"};
    for (int i = 0; i < 2; i++) {
        struct keys keys;
        if (keys_begin(&keys, kinds[i], 0) != KEYS_OK) give_up("no keys");
        struct bench bench = {.keys = &keys, .place = TEXT("citizen_id/12345678")};
        for (bench.work = SEAL; bench.work <= OPEN; bench.work++) measure(&bench, ciphers[i], 1);
        bench.place = TEXT("person.citizen_id/4711");
        for (unsigned threads = 1; threads <= THREADS; threads++)
            for (bench.work = SEAL; bench.work < WORKS; bench.work++) measure(&bench, ciphers[i], threads);
        keys_clear(&keys);
    }
    measure_digest(DIGEST_SM3, "sm3");
    measure_digest(DIGEST_SHA256, "sha256");
    return 0;
}
