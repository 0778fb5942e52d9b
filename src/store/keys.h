/* Keys that seal what must not be read by whoever holds the database (store/seal.h), and the text of the file they are
 * kept in, which is never in the database (store/key_file.h). The text is, to the byte:
 *
 *     doudi-keys 1
 *     index sm3 2026-11-28 64 hex digits
 *     1 sm4 2026-11-28 96 hex digits
 *     2 aes 2027-11-28 64 hex digits
 *
 * First the format and its version, then the one key of the index, then keys with a number, what each is for, the day
 * it was made, and its secret in small hex digits. The newest, of the highest number, seals; all of them open: a key is
 * added now and then, and an older one that nothing is sealed with any more may be taken out. The newest stays, whose
 * number the next one counts from, and the key of the index, or everything would have to be indexed anew.
 *
 * Secrets lie in the struct itself, which whoever has it clears: keys_clear. No memory is taken. */
#ifndef DOUDI_STORE_KEYS_H
#define DOUDI_STORE_KEYS_H

#include "base/calendar.h"

enum seal_key_kind {
    KEY_SM4,   /* SM4-CTR with HMAC-SM3: 16 bytes for the one, 32 for the other */
    KEY_AES,   /* AES-256-GCM */
    KEY_SM3,   /* of the index, by HMAC-SM3 */
    KEY_SHA256 /* the same by HMAC-SHA-256 */
};

enum {
    KEYS_MAX = 256,
    KEY_NUMBER_MAX = 65535,
    KEY_BYTES_MAX = 48,
    FINGERPRINT_ROOM = 17,                 /* 16 hex digits and a NUL */
    KEYS_TEXT_BYTES = KEYS_MAX * 128 + 128 /* more than any of them has */
};

struct seal_key {
    unsigned number; /* from 1 to KEY_NUMBER_MAX; 0: the index's */
    enum seal_key_kind kind;
    day_number made;
    unsigned char secret[KEY_BYTES_MAX];
};
struct keys {
    struct seal_key index;
    struct seal_key each[KEYS_MAX]; /* in the order of the file */
    size_t count;
};

enum keys_status {
    KEYS_OK,
    KEYS_MALFORMED,     /* at the line that is told; also one key too many, and a last line without its end */
    KEYS_DUPLICATE,     /* a number that stands before; at the line that is told */
    KEYS_OTHER_VERSION, /* of the format */
    KEYS_EMPTY,         /* nothing at all, or no key that seals */
    KEYS_FULL,          /* no room, or no number, for one more */
    KEYS_NO_RANDOM,     /* OpenSSL has no random bytes */
    /* of files */
    KEYS_MISSING,
    KEYS_NOT_A_FILE, /* a symbolic link, a folder, a pipe, a device */
    KEYS_EXPOSED,    /* others than its owner may read or write it, or the owner is neither root nor who runs this */
    KEYS_UNREADABLE,
    KEYS_THERE,      /* one that was to be made is there already */
    KEYS_TAKEN,      /* someone else is adding a key */
    KEYS_UNWRITABLE, /* or not certain to be on disk */
    KEYS_NO_MEMORY
};

/* Keys from a text. `line` is set where one is told. Nothing is left in `keys` unless the status is KEYS_OK. */
enum keys_status keys_parse(struct keys *keys, struct text text, size_t *line);
/* The text that gives these keys, in `out`, which is the caller's to cleanse. */
struct text keys_text(const struct keys *keys, char out[KEYS_TEXT_BYTES]);
void keys_clear(struct keys *keys);

/* The first key, KEY_SM4 or KEY_AES, and one of the index to go with it. */
enum keys_status keys_begin(struct keys *keys, enum seal_key_kind kind, day_number made);
/* One more, which is then the newest. */
enum keys_status keys_extend(struct keys *keys, enum seal_key_kind kind, day_number made);

/* "sm4" and so on, and back: of those that seal, or of those that index; false for what is none. */
const char *seal_key_kind_word(enum seal_key_kind kind);
bool seal_key_kind_parse(struct text text, bool seals, enum seal_key_kind *kind);

const struct seal_key *keys_newest(const struct keys *keys);
const struct seal_key *keys_find(const struct keys *keys, unsigned number); /* NULL: none */

/* What may be known of a key, to tell whether it is the same: hex digits of a digest of its number, kind and secret.
 * False when memory runs out, or OpenSSL does not offer the digest. */
bool key_fingerprint(const struct seal_key *key, char out[FINGERPRINT_ROOM]);

#endif
