/* Digests of 32 bytes: SM3 (GB/T 32905) or SHA-256, by OpenSSL. For chains in which each entry holds the digest of the
 * one before, so that nothing can be changed, taken out or put in between without all that follows changing too.
 *
 * One that was made is used again and again: digest_begin, pieces, digest_finish. What fails on the way (memory of
 * OpenSSL's) is remembered, and told by digest_finish. For one thread. */
#ifndef DOUDI_STORE_DIGEST_H
#define DOUDI_STORE_DIGEST_H

#include "base/text.h"

enum { DIGEST_BYTES = 32 };
enum digest_kind { DIGEST_SM3, DIGEST_SHA256 };

struct digest {
    struct evp_md_ctx_st *context;
    bool failed;
};

/* False when memory runs out, or the OpenSSL at hand does not offer that digest. Whatever comes of it, digest_free may
 * be called. */
bool digest_init(struct digest *digest, enum digest_kind kind);
void digest_free(struct digest *digest);

/* Forgets the pieces of before, finished or not. */
void digest_begin(struct digest *digest);
/* Bytes as they are: where nobody can tell where they end, digest_add_text is the one to take. */
void digest_add_bytes(struct digest *digest, const void *bytes, size_t length);
void digest_add_integer(struct digest *digest, int64_t integer); /* 8 bytes, the greatest first */
/* Its length as an integer, then its bytes: no two sequences of texts are the same bytes. */
void digest_add_text(struct digest *digest, struct text text);
/* False when anything has failed since digest_begin; `out` is then all zero. */
bool digest_finish(struct digest *digest, unsigned char out[DIGEST_BYTES]);

/* In a time that does not tell where they differ. */
bool digest_equal(const unsigned char a[DIGEST_BYTES], const unsigned char b[DIGEST_BYTES]);

#endif
