#include "store/keys.h"

#include "store/digest.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

static const char format_word[] = "doudi-keys ", format_line[] = "doudi-keys 1";
static const char hex_digits[] = "0123456789abcdef";

static const struct {
    const char *word;
    size_t bytes;            /* of its secret */
    enum digest_kind digest; /* of its fingerprint: where one of them is not allowed, the other is not needed */
    bool seals;
} kinds[] = {
    [KEY_SM4] = {"sm4", 48, DIGEST_SM3, true},
    [KEY_AES] = {"aes", 32, DIGEST_SHA256, true},
    [KEY_SM3] = {"sm3", 32, DIGEST_SM3, false},
    [KEY_SHA256] = {"sha256", 32, DIGEST_SHA256, false},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* Up to the separator, which is passed over; false when there is none. */
static bool take(struct text *rest, char separator, struct text *taken) {
    const char *end = rest->length ? memchr(rest->bytes, separator, rest->length) : NULL;
    if (!end) return false;
    size_t length = (size_t)(end - rest->bytes);
    *taken = text_slice(*rest, 0, length);
    *rest = text_slice(*rest, length + 1, rest->length);
    return true;
}

static bool parse_number(struct text text, unsigned *number) {
    *number = 0;
    if (text.length == 0 || text.length > 5 || text.bytes[0] == '0') return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_digit(text.bytes[i])) return false;
        *number = *number * 10 + (unsigned)(text.bytes[i] - '0');
    }
    return *number <= KEY_NUMBER_MAX;
}

bool seal_key_kind_parse(struct text text, bool seals, enum seal_key_kind *kind) {
    for (int i = 0; i < KINDS; i++)
        if (kinds[i].seals == seals && text_is(text, kinds[i].word)) {
            *kind = (enum seal_key_kind)i;
            return true;
        }
    return false;
}

const char *seal_key_kind_word(enum seal_key_kind kind) {
    return kinds[kind].word;
}

static bool parse_hex(struct text text, unsigned char *out, size_t length) {
    if (text.length != length * 2) return false;
    for (size_t i = 0; i < text.length; i++) {
        const char *digit = memchr(hex_digits, text.bytes[i], 16);
        if (!digit) return false;
        out[i / 2] = (unsigned char)(out[i / 2] << 4 | (digit - hex_digits));
    }
    return true;
}

static bool parse_key(struct text line, bool index, struct seal_key *key) {
    struct text number, kind, made;
    *key = (struct seal_key){0};
    if (!take(&line, ' ', &number) || !take(&line, ' ', &kind) || !take(&line, ' ', &made)) return false;
    if (index ? !text_is(number, "index") : !parse_number(number, &key->number)) return false;
    return seal_key_kind_parse(kind, !index, &key->kind) && day_parse(made, &key->made) &&
           parse_hex(line, key->secret, kinds[key->kind].bytes);
}

static enum keys_status parse_format(struct text line) {
    if (text_is(line, format_line)) return KEYS_OK;
    size_t at = sizeof format_word - 1;
    if (!text_starts(line, format_word) || line.length == at) return KEYS_MALFORMED;
    while (at < line.length && is_digit(line.bytes[at])) at++;
    return at == line.length ? KEYS_OTHER_VERSION : KEYS_MALFORMED;
}

static enum keys_status parse_lines(struct keys *keys, struct text rest, size_t *line) {
    struct text here;
    enum keys_status status = KEYS_EMPTY;
    for (*line = 1; rest.length > 0; ++*line) {
        if (!take(&rest, '\n', &here)) return KEYS_MALFORMED;
        if (*line == 1) {
            status = parse_format(here);
            if (status != KEYS_OK) return status;
        } else if (*line == 2) {
            if (!parse_key(here, true, &keys->index)) return KEYS_MALFORMED;
        } else {
            struct seal_key *key = &keys->each[keys->count];
            if (keys->count == KEYS_MAX || !parse_key(here, false, key)) return KEYS_MALFORMED;
            if (keys_find(keys, key->number)) return KEYS_DUPLICATE;
            keys->count++;
        }
    }
    return keys->count ? KEYS_OK : KEYS_EMPTY;
}

enum keys_status keys_parse(struct keys *keys, struct text text, size_t *line) {
    *keys = (struct keys){0};
    enum keys_status status = parse_lines(keys, text, line);
    if (status != KEYS_OK) keys_clear(keys);
    return status;
}

void keys_clear(struct keys *keys) {
    OPENSSL_cleanse(keys, sizeof *keys);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

struct page {
    char *bytes;
    size_t length;
};

static void write_key(struct page *page, const struct seal_key *key) {
    char number[12] = "index";
    int year, month, day;
    if (key->number) snprintf(number, sizeof number, "%u", key->number);
    day_split(key->made, &year, &month, &day);
    size_t room = KEYS_TEXT_BYTES - page->length;
    int length = snprintf(page->bytes + page->length, room, "%s %s %04d-%02d-%02d ", number, kinds[key->kind].word,
                          year, month, day);
    page->length += (size_t)length;
    assert(length > 0 && page->length + 2 * KEY_BYTES_MAX < KEYS_TEXT_BYTES);
    for (size_t i = 0; i < kinds[key->kind].bytes; i++) {
        page->bytes[page->length++] = hex_digits[key->secret[i] >> 4];
        page->bytes[page->length++] = hex_digits[key->secret[i] & 15];
    }
    page->bytes[page->length++] = '\n';
}

struct text keys_text(const struct keys *keys, char out[KEYS_TEXT_BYTES]) {
    struct page page = {out, sizeof format_line};
    memcpy(out, format_line, sizeof format_line);
    out[sizeof format_line - 1] = '\n';
    write_key(&page, &keys->index);
    for (size_t i = 0; i < keys->count; i++) write_key(&page, &keys->each[i]);
    return (struct text){page.bytes, page.length};
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static bool make_key(struct seal_key *key, unsigned number, enum seal_key_kind kind, day_number made) {
    *key = (struct seal_key){.number = number, .kind = kind, .made = made};
    return RAND_priv_bytes(key->secret, (int)kinds[kind].bytes) == 1;
}

enum keys_status keys_begin(struct keys *keys, enum seal_key_kind kind, day_number made) {
    *keys = (struct keys){0};
    if (!make_key(&keys->index, 0, kind == KEY_SM4 ? KEY_SM3 : KEY_SHA256, made)) return KEYS_NO_RANDOM;
    return keys_extend(keys, kind, made);
}

enum keys_status keys_extend(struct keys *keys, enum seal_key_kind kind, day_number made) {
    assert(kinds[kind].seals && made >= day_first && made <= day_last);
    unsigned number = keys->count ? keys_newest(keys)->number : 0;
    if (keys->count == KEYS_MAX || number == KEY_NUMBER_MAX) return KEYS_FULL;
    if (!make_key(&keys->each[keys->count], number + 1, kind, made)) return KEYS_NO_RANDOM;
    keys->count++;
    return KEYS_OK;
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

const struct seal_key *keys_newest(const struct keys *keys) {
    assert(keys->count > 0);
    const struct seal_key *newest = &keys->each[0];
    for (size_t i = 1; i < keys->count; i++)
        if (keys->each[i].number > newest->number) newest = &keys->each[i];
    return newest;
}

const struct seal_key *keys_find(const struct keys *keys, unsigned number) {
    for (size_t i = 0; i < keys->count; i++)
        if (keys->each[i].number == number) return &keys->each[i];
    return NULL;
}

bool key_fingerprint(const struct seal_key *key, char out[FINGERPRINT_ROOM]) {
    struct digest digest;
    unsigned char bytes[DIGEST_BYTES] = {0};
    bool good = digest_init(&digest, kinds[key->kind].digest);
    digest_begin(&digest);
    digest_add_text(&digest, TEXT("doudi-keys fingerprint"));
    digest_add_text(&digest, text_from(kinds[key->kind].word));
    digest_add_integer(&digest, key->number);
    digest_add_text(&digest, (struct text){(const char *)key->secret, kinds[key->kind].bytes});
    good = digest_finish(&digest, bytes) && good;
    for (size_t i = 0; i < FINGERPRINT_ROOM - 1; i++)
        out[i] = hex_digits[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
    out[FINGERPRINT_ROOM - 1] = '\0';
    digest_free(&digest);
    return good;
}
