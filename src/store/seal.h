/* Sealing of what must not be read by whoever holds the database: numbers of citizens, of bank accounts.
 *
 * A sealed value tells nothing but its length and the number of its key, and opens only where it was sealed: its
 * context, say "person.citizen_id/4711", goes into the tag. So that a value can be looked up without opening all of
 * them, an index of it stands beside: equal values of a column, and only those, have equal indexes. An index tells
 * which rows have the same value. Both are taken as they are: whoever wants two ways of writing to be one writes them
 * one way before.
 *
 * A value is sealed as: a byte for the version (1), the key's number (2 bytes, the greater first), 12 random bytes, as
 * many as the value has, 16 of the tag. With KEY_AES that is AES-256-GCM over the first three bytes and the context as
 * additional data. With KEY_SM4 it is SM4-CTR from the random bytes and a counter of 4 bytes from 0, and the tag is the
 * first half of HMAC-SM3 over all before it, the context, and the length of the context in 2 bytes. 12 random bytes are
 * enough for 2^32 values of one key, by either; before that a new key is to be added.
 *
 * A sealer is for one thread; several threads have one each. What is sealed after a fork in both processes has random
 * bytes of its own in each. */
#ifndef DOUDI_STORE_SEAL_H
#define DOUDI_STORE_SEAL_H

#include "store/keys.h"
#include "store/mask.h"

enum {
    SEAL_VERSION = 1,
    SEAL_HEAD_BYTES = 3,
    SEAL_NONCE_BYTES = 12,
    SEAL_TAG_BYTES = 16,
    SEAL_EXTRA_BYTES = SEAL_HEAD_BYTES + SEAL_NONCE_BYTES + SEAL_TAG_BYTES, /* beyond those of the value */
    SEAL_BYTES_MAX = 1 << 20,                                               /* of a value */
    SEAL_CONTEXT_BYTES_MAX = 65535,                                         /* of a context */
    INDEX_BYTES = 16
};

enum seal_result {
    SEAL_OK,
    SEAL_FORGED,      /* not what was sealed in this context, to the last bit */
    SEAL_UNKNOWN_KEY, /* the number that it bears is none of the keys': nothing else of it could be looked at */
    SEAL_TOO_LONG,
    SEAL_NO_MEMORY, /* ours, or OpenSSL's: it says no more than that something failed */
    SEAL_NO_RANDOM,
    SEAL_NOT_OFFERED /* the OpenSSL at hand lacks what a key is for */
};

struct sealer;

/* Takes what it needs of the keys, which may be cleared then. SEAL_OK, SEAL_NO_MEMORY, SEAL_NOT_OFFERED. */
enum seal_result sealer_new(struct sealer **sealer, const struct keys *keys);
void sealer_free(struct sealer *sealer); /* NULL is allowed */

/* By the newest key. `sealed` lies in the sealer, good until something else is sealed; empty when there is none. */
enum seal_result sealer_seal(struct sealer *sealer, struct text context, struct text plain, struct text *sealed);
/* `plain` likewise, until something else is opened: what was opened can be sealed anew, and the other way round. It is
 * cleansed when the sealer is freed, or needs more room. */
enum seal_result sealer_open(struct sealer *sealer, struct text context, struct text sealed, struct text *plain);
/* The number of the key that was taken, as the value says; 0 when it is none of ours. Other than that of the newest
 * key: opening and sealing again brings it up to date. */
unsigned sealer_key_of(struct text sealed);

/* What to look for `plain` by, in that column. SEAL_OK or SEAL_NO_MEMORY. */
enum seal_result sealer_index(struct sealer *sealer, struct text column, struct text plain,
                              unsigned char out[INDEX_BYTES]);

#endif
