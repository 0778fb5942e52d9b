#include "store/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

bool digest_init(struct digest *digest, enum digest_kind kind) {
    *digest = (struct digest){.context = EVP_MD_CTX_new()};
    EVP_MD *algorithm = EVP_MD_fetch(NULL, kind == DIGEST_SM3 ? "SM3" : "SHA256", NULL);
    bool good = digest->context && algorithm && EVP_DigestInit_ex2(digest->context, algorithm, NULL) == 1;
    EVP_MD_free(algorithm); /* the context holds it */
    digest->failed = !good;
    if (!good) digest_free(digest);
    return good;
}

void digest_free(struct digest *digest) {
    EVP_MD_CTX_free(digest->context);
    *digest = (struct digest){.failed = true};
}

void digest_begin(struct digest *digest) {
    digest->failed = !digest->context || EVP_DigestInit_ex2(digest->context, NULL, NULL) != 1;
}

void digest_add_bytes(struct digest *digest, const void *bytes, size_t length) {
    if (digest->failed || length == 0) return;
    digest->failed = EVP_DigestUpdate(digest->context, bytes, length) != 1;
}

void digest_add_integer(struct digest *digest, int64_t integer) {
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)((uint64_t)integer >> (56 - 8 * i));
    digest_add_bytes(digest, bytes, sizeof bytes);
}

void digest_add_text(struct digest *digest, struct text text) {
    digest_add_integer(digest, (int64_t)text.length);
    digest_add_bytes(digest, text.bytes, text.length);
}

bool digest_finish(struct digest *digest, unsigned char out[DIGEST_BYTES]) {
    bool good = !digest->failed && EVP_DigestFinal_ex(digest->context, out, NULL) == 1;
    if (!good) memset(out, 0, DIGEST_BYTES);
    digest->failed = true; /* until it begins anew */
    return good;
}

bool digest_equal(const unsigned char a[DIGEST_BYTES], const unsigned char b[DIGEST_BYTES]) {
    return CRYPTO_memcmp(a, b, DIGEST_BYTES) == 0;
}
