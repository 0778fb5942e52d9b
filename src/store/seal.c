#define _GNU_SOURCE /* getpid */
#include "store/seal.h"

#include "base/calendar.h"
#include "base/memory.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NONCES = 256, IV_BYTES = 16, SM4_KEY_BYTES = 16, HASH_BYTES = 32 };

/* A key as OpenSSL holds it: set up once, which costs more than to seal. */
struct fitted_key {
    unsigned number;
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac; /* NULL: the cipher has a tag of its own */
};

struct room {
    unsigned char *bytes;
    size_t length;
};

struct sealer {
    EVP_MAC_CTX *index;
    struct room sealed, plain; /* of what was sealed and opened last */
    pid_t process;             /* that the nonces are of: after a fork there would be two with the same */
    size_t nonces_left;
    unsigned char nonces[NONCES * SEAL_NONCE_BYTES];
    size_t newest, count;
    struct fitted_key each[];
};

/* --- setting up --------------------------------------------------------------------------------------------------- */

static enum seal_result new_mac(EVP_MAC_CTX **out, const char *hash, const unsigned char *secret, size_t length) {
    char name[16];
    EVP_MD *known = EVP_MD_fetch(NULL, hash, NULL);
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    bool offered = known && mac;
    assert(strlen(hash) < sizeof name);
    memcpy(name, hash, strlen(hash) + 1); /* parameters are not const */
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_END};
    *out = offered ? EVP_MAC_CTX_new(mac) : NULL;
    bool good = *out && EVP_MAC_init(*out, secret, length, parameters) == 1;
    EVP_MAC_free(mac); /* the context holds it */
    EVP_MD_free(known);
    if (!offered) return SEAL_NOT_OFFERED;
    return good ? SEAL_OK : SEAL_NO_MEMORY;
}

static enum seal_result new_cipher(EVP_CIPHER_CTX **out, const char *name, const unsigned char *secret) {
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    *out = cipher ? EVP_CIPHER_CTX_new() : NULL;
    bool offered = cipher, good = *out && EVP_EncryptInit_ex2(*out, cipher, secret, NULL, NULL) == 1;
    EVP_CIPHER_free(cipher);
    if (!offered) return SEAL_NOT_OFFERED;
    return good ? SEAL_OK : SEAL_NO_MEMORY;
}

static enum seal_result fit_key(struct fitted_key *fitted, const struct seal_key *key) {
    fitted->number = key->number;
    if (key->kind == KEY_AES) return new_cipher(&fitted->cipher, "AES-256-GCM", key->secret);
    enum seal_result result = new_cipher(&fitted->cipher, "SM4-CTR", key->secret);
    if (result != SEAL_OK) return result;
    return new_mac(&fitted->mac, "SM3", key->secret + SM4_KEY_BYTES, HASH_BYTES);
}

enum seal_result sealer_new(struct sealer **sealer, const struct keys *keys) {
    assert(keys->count > 0);
    *sealer = NULL;
    struct sealer *new = memory_new(1, sizeof *new + keys->count * sizeof *new->each);
    if (!new) return SEAL_NO_MEMORY;
    new->count = keys->count;
    new->newest = (size_t)(keys_newest(keys) - keys->each);
    enum seal_result result =
        new_mac(&new->index, keys->index.kind == KEY_SM3 ? "SM3" : "SHA256", keys->index.secret, HASH_BYTES);
    for (size_t i = 0; i < keys->count && result == SEAL_OK; i++) result = fit_key(&new->each[i], &keys->each[i]);
    if (result == SEAL_OK)
        *sealer = new;
    else
        sealer_free(new);
    return result;
}

static void free_room(struct room *room) {
    if (room->bytes) OPENSSL_cleanse(room->bytes, room->length);
    memory_free(room->bytes);
    *room = (struct room){0};
}

void sealer_free(struct sealer *sealer) {
    if (!sealer) return;
    EVP_MAC_CTX_free(sealer->index);
    for (size_t i = 0; i < sealer->count; i++) {
        EVP_CIPHER_CTX_free(sealer->each[i].cipher);
        EVP_MAC_CTX_free(sealer->each[i].mac);
    }
    free_room(&sealer->sealed);
    free_room(&sealer->plain);
    OPENSSL_cleanse(sealer, sizeof *sealer + sealer->count * sizeof *sealer->each);
    memory_free(sealer);
}

static bool make_room(struct room *room, size_t length) {
    enum { ROOM_MIN = 256 };
    if (length <= room->length) return true;
    size_t wanted = length < ROOM_MIN ? ROOM_MIN : length;
    free_room(room);
    room->bytes = memory_new(wanted, 1);
    if (room->bytes) room->length = wanted;
    return room->bytes;
}

/* --- sealing ------------------------------------------------------------------------------------------------------ */

/* Random bytes come cheap only many at a time. */
static bool take_nonce(struct sealer *sealer, unsigned char out[SEAL_NONCE_BYTES]) {
    pid_t process = getpid();
    if (sealer->nonces_left == 0 || sealer->process != process) {
        if (RAND_bytes(sealer->nonces, sizeof sealer->nonces) != 1) return false;
        sealer->nonces_left = NONCES;
        sealer->process = process;
    }
    sealer->nonces_left--;
    memcpy(out, sealer->nonces + sealer->nonces_left * SEAL_NONCE_BYTES, SEAL_NONCE_BYTES);
    return true;
}

static void put_big_end_first(unsigned char *out, size_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) out[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
}

static bool mac_add(EVP_MAC_CTX *mac, const void *bytes, size_t length) {
    return length == 0 || EVP_MAC_update(mac, bytes, length) == 1;
}

/* A part without bytes may have no address either, which to some ciphers is the end. */
static bool cipher_add(EVP_CIPHER_CTX *cipher, unsigned char *out, const void *bytes, size_t length) {
    int done;
    return length == 0 || EVP_CipherUpdate(cipher, out, &done, bytes, (int)length) == 1;
}

/* Of all before the tag, and the context. */
static bool sm4_tag(EVP_MAC_CTX *mac, const unsigned char *sealed, size_t length, struct text context,
                    unsigned char out[HASH_BYTES]) {
    unsigned char context_length[2];
    size_t done;
    put_big_end_first(context_length, context.length, sizeof context_length);
    return EVP_MAC_init(mac, NULL, 0, NULL) == 1 && mac_add(mac, sealed, length) &&
           mac_add(mac, context.bytes, context.length) && mac_add(mac, context_length, sizeof context_length) &&
           EVP_MAC_final(mac, out, &done, HASH_BYTES) == 1;
}

/* One way and the other: the same stream is added. */
static bool sm4_crypt(EVP_CIPHER_CTX *cipher, const unsigned char *nonce, unsigned char *out, const void *bytes,
                      size_t length) {
    unsigned char iv[IV_BYTES] = {0};
    memcpy(iv, nonce, SEAL_NONCE_BYTES);
    return EVP_EncryptInit_ex2(cipher, NULL, NULL, iv, NULL) == 1 && cipher_add(cipher, out, bytes, length);
}

static bool sm4_seal(const struct fitted_key *key, struct text context, struct text plain, unsigned char *sealed) {
    unsigned char hash[HASH_BYTES], *body = sealed + SEAL_HEAD_BYTES + SEAL_NONCE_BYTES;
    if (!sm4_crypt(key->cipher, sealed + SEAL_HEAD_BYTES, body, plain.bytes, plain.length) ||
        !sm4_tag(key->mac, sealed, SEAL_HEAD_BYTES + SEAL_NONCE_BYTES + plain.length, context, hash))
        return false;
    memcpy(body + plain.length, hash, SEAL_TAG_BYTES);
    return true;
}

/* The nonce, and what goes into the tag without being sealed. */
static bool aes_begin(EVP_CIPHER_CTX *cipher, const unsigned char *sealed, struct text context, bool seal) {
    return EVP_CipherInit_ex2(cipher, NULL, NULL, sealed + SEAL_HEAD_BYTES, seal, NULL) == 1 &&
           cipher_add(cipher, NULL, sealed, SEAL_HEAD_BYTES) && cipher_add(cipher, NULL, context.bytes, context.length);
}

static bool aes_seal(const struct fitted_key *key, struct text context, struct text plain, unsigned char *sealed) {
    unsigned char *body = sealed + SEAL_HEAD_BYTES + SEAL_NONCE_BYTES, *tag = body + plain.length;
    int done;
    return aes_begin(key->cipher, sealed, context, true) && cipher_add(key->cipher, body, plain.bytes, plain.length) &&
           EVP_EncryptFinal_ex(key->cipher, tag, &done) == 1 &&
           EVP_CIPHER_CTX_ctrl(key->cipher, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_BYTES, tag) == 1;
}

enum seal_result sealer_seal(struct sealer *sealer, struct text context, struct text plain, struct text *sealed) {
    const struct fitted_key *key = &sealer->each[sealer->newest];
    *sealed = TEXT("");
    if (plain.length > SEAL_BYTES_MAX || context.length > SEAL_CONTEXT_BYTES_MAX) return SEAL_TOO_LONG;
    if (!make_room(&sealer->sealed, plain.length + SEAL_EXTRA_BYTES)) return SEAL_NO_MEMORY;
    unsigned char *out = sealer->sealed.bytes;
    out[0] = SEAL_VERSION;
    put_big_end_first(out + 1, key->number, SEAL_HEAD_BYTES - 1);
    if (!take_nonce(sealer, out + SEAL_HEAD_BYTES)) return SEAL_NO_RANDOM;
    bool good = key->mac ? sm4_seal(key, context, plain, out) : aes_seal(key, context, plain, out);
    if (!good) return SEAL_NO_MEMORY;
    *sealed = (struct text){(const char *)out, plain.length + SEAL_EXTRA_BYTES};
    return SEAL_OK;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

/* What is not as it was sealed is not looked at any further. */
static enum seal_result sm4_open(const struct fitted_key *key, struct text context, const unsigned char *sealed,
                                 size_t length, unsigned char *out) {
    unsigned char hash[HASH_BYTES];
    const unsigned char *body = sealed + SEAL_HEAD_BYTES + SEAL_NONCE_BYTES;
    if (!sm4_tag(key->mac, sealed, SEAL_HEAD_BYTES + SEAL_NONCE_BYTES + length, context, hash)) return SEAL_NO_MEMORY;
    if (CRYPTO_memcmp(hash, body + length, SEAL_TAG_BYTES) != 0) return SEAL_FORGED;
    return sm4_crypt(key->cipher, sealed + SEAL_HEAD_BYTES, out, body, length) ? SEAL_OK : SEAL_NO_MEMORY;
}

static enum seal_result aes_open(const struct fitted_key *key, struct text context, const unsigned char *sealed,
                                 size_t length, unsigned char *out) {
    unsigned char tag[SEAL_TAG_BYTES];
    const unsigned char *body = sealed + SEAL_HEAD_BYTES + SEAL_NONCE_BYTES;
    int done;
    memcpy(tag, body + length, sizeof tag);
    if (!aes_begin(key->cipher, sealed, context, false) || !cipher_add(key->cipher, out, body, length) ||
        EVP_CIPHER_CTX_ctrl(key->cipher, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) != 1)
        return SEAL_NO_MEMORY;
    if (EVP_DecryptFinal_ex(key->cipher, out + length, &done) == 1) return SEAL_OK;
    OPENSSL_cleanse(out, length); /* nobody may see what a forger made of it */
    return SEAL_FORGED;
}

static const struct fitted_key *find_key(const struct sealer *sealer, unsigned number) {
    if (sealer->each[sealer->newest].number == number) return &sealer->each[sealer->newest];
    for (size_t i = 0; i < sealer->count; i++)
        if (sealer->each[i].number == number) return &sealer->each[i];
    return NULL;
}

unsigned sealer_key_of(struct text sealed) {
    const unsigned char *bytes = (const unsigned char *)sealed.bytes;
    if (sealed.length < SEAL_EXTRA_BYTES || bytes[0] != SEAL_VERSION) return 0;
    return (unsigned)bytes[1] << 8 | bytes[2];
}

enum seal_result sealer_open(struct sealer *sealer, struct text context, struct text sealed, struct text *plain) {
    unsigned number = sealer_key_of(sealed);
    *plain = TEXT("");
    if (number == 0 || sealed.length > SEAL_BYTES_MAX + SEAL_EXTRA_BYTES || context.length > SEAL_CONTEXT_BYTES_MAX)
        return SEAL_FORGED;
    const struct fitted_key *key = find_key(sealer, number);
    if (!key) return SEAL_UNKNOWN_KEY;
    const unsigned char *bytes = (const unsigned char *)sealed.bytes;
    size_t length = sealed.length - SEAL_EXTRA_BYTES;
    if (!make_room(&sealer->plain, sealed.length)) return SEAL_NO_MEMORY;
    enum seal_result result = key->mac ? sm4_open(key, context, bytes, length, sealer->plain.bytes)
                                       : aes_open(key, context, bytes, length, sealer->plain.bytes);
    if (result == SEAL_OK) *plain = (struct text){(const char *)sealer->plain.bytes, length};
    return result;
}

/* --- looking up, showing ------------------------------------------------------------------------------------------ */

enum seal_result sealer_index(struct sealer *sealer, struct text column, struct text plain,
                              unsigned char out[INDEX_BYTES]) {
    unsigned char length[8], hash[HASH_BYTES];
    size_t done;
    put_big_end_first(length, column.length, sizeof length);
    bool good = EVP_MAC_init(sealer->index, NULL, 0, NULL) == 1 && mac_add(sealer->index, length, sizeof length) &&
                mac_add(sealer->index, column.bytes, column.length) &&
                mac_add(sealer->index, plain.bytes, plain.length) &&
                EVP_MAC_final(sealer->index, hash, &done, sizeof hash) == 1;
    if (good)
        memcpy(out, hash, INDEX_BYTES);
    else
        memset(out, 0, INDEX_BYTES);
    return good ? SEAL_OK : SEAL_NO_MEMORY;
}

/* Six digits for the place, the day of birth, a number of that day, and in new ones a check that may be an X: by where
 * somebody lives and when he was born all but three digits are known, so that none of them may be shown. Those of other
 * papers begin with it. */
static bool is_of_a_citizen(struct text id) {
    enum { OLD = 15, NEW = 18, AREA = 6, DAY = 8, DATE_ROOM = 11 };
    size_t digits = 0;
    day_number born;
    while (digits < id.length && is_digit(id.bytes[digits])) digits++;
    if (id.length == OLD) return digits == OLD;
    bool last = digits >= NEW || (digits == NEW - 1 && id.length >= NEW && (id.bytes[NEW - 1] | 0x20) == 'x');
    if (!last || id.length == NEW) return last;
    const char *day = id.bytes + AREA;
    char date[DATE_ROOM];
    int length = snprintf(date, sizeof date, "%.4s-%.2s-%.2s", day, day + 4, day + 6);
    return length == DAY + 2 && day_parse((struct text){date, (size_t)length}, &born);
}

struct text seal_mask(struct arena *arena, struct text id) {
    static const char dot[] = "•";
    enum { DOT_BYTES = sizeof dot - 1, SHORTEST = 8, AREA = 6, LAST = 4 };
    size_t characters = text_characters(id), length = 0, at = 0;
    bool citizen = is_of_a_citizen(id);
    size_t first = citizen ? AREA : 0, last = !citizen && characters >= SHORTEST ? characters - LAST : characters;
    char *bytes = ARENA_ARRAY(arena, char, characters * 4 + 1);
    if (arena_failed(arena)) return TEXT("");
    for (size_t i = 0; at < id.length; i++) {
        size_t begin = at;
        bool shown = text_next(id, &at) != UTF8_BAD && (i < first || i >= last);
        const char *from = shown ? id.bytes + begin : dot;
        size_t count = shown ? at - begin : DOT_BYTES;
        memcpy(bytes + length, from, count);
        length += count;
    }
    return (struct text){bytes, length};
}
