#include "base/identifier.h"

#include "base/calendar.h"

#include <assert.h>
#include <string.h>

enum { CITIZEN_LENGTH = 18, BIRTH_DATE = 6, AREA_BEGIN = 2, AREA_END = 8 };

static const char digits[] = "0123456789";
static const char credit_characters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY"; /* each has its index for value */

struct scheme {
    struct text name;
    size_t length_min, length_max;        /* in characters */
    const char *(*allowed)(size_t index); /* the characters that may stand there */
    char (*check)(struct text body);      /* the check character of what stands before it */
    size_t after_check;                   /* characters that follow it */
    bool has_birth_date;                  /* yyyymmdd, from BIRTH_DATE on */
    bool (*is_right)(struct text value);  /* most are, as a short look tells; NULL: there is none */
};

/* What may stand where */

static const char *allowed_in_citizen_id(size_t index) {
    /* A small x passes here, to be told as a wrong check character for which X is expected. */
    return index == CITIZEN_LENGTH - 1 ? "0123456789Xx" : digits;
}

static const char *allowed_in_disability(size_t index) {
    if (index == CITIZEN_LENGTH) return "1234567";
    if (index > CITIZEN_LENGTH) return "1234";
    return allowed_in_citizen_id(index);
}

static const char *allowed_in_credit_code(size_t index) {
    return index >= AREA_BEGIN && index < AREA_END ? digits : credit_characters;
}

static const char *allowed_in_card(size_t index) {
    (void)index;
    return digits;
}

/* Check characters */

/* ISO 7064 MOD 11-2: from the right the digits weigh 2, 4, 8 and so on, modulo 11. */
static char citizen_check(struct text body) {
    unsigned sum = 0;
    for (size_t i = 0; i < body.length; i++) sum = (sum + (unsigned)(body.bytes[i] - '0')) * 2 % 11;
    return "10X98765432"[sum];
}

/* From the left the characters weigh 1, 3, 9 and so on, modulo 31; the whole must come to a multiple of 31. */
static char credit_check(struct text body) {
    unsigned sum = 0;
    for (size_t i = body.length; i > 0; i--) {
        unsigned value = (unsigned)(strchr(credit_characters, body.bytes[i - 1]) - credit_characters);
        sum = (sum * 3 + value) % 31;
    }
    return credit_characters[(31 - sum) % 31];
}

/* Luhn: from the right every other digit counts double, and its own digits are summed. */
static char card_check(struct text body) {
    unsigned sum = 0;
    for (size_t i = 0; i < body.length; i++) {
        unsigned digit = (unsigned)(body.bytes[i] - '0');
        if ((body.length - i) % 2 == 1) digit = digit * 2 / 10 + digit * 2 % 10;
        sum += digit;
    }
    return digits[(10 - sum % 10) % 10];
}

/* The weights of citizen_check modulo 11, from the left, so that there is one division. */
static bool is_right_citizen_id(struct text value) {
    static const unsigned char weights[CITIZEN_LENGTH - 1] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned figures[CITIZEN_LENGTH], sum = 0, most = 0;
    if (value.length != CITIZEN_LENGTH) return false;
    for (size_t i = 0; i < CITIZEN_LENGTH - 1; i++) {
        figures[i] = (unsigned char)value.bytes[i] - (unsigned)'0';
        sum += figures[i] * weights[i];
        if (figures[i] > most) most = figures[i];
    }
    const unsigned *birth = figures + BIRTH_DATE;
    unsigned year = birth[0] * 1000 + birth[1] * 100 + birth[2] * 10 + birth[3];
    return most <= 9 && value.bytes[CITIZEN_LENGTH - 1] == "10X98765432"[sum % 11] &&
           day_exists((int)year, (int)(birth[4] * 10 + birth[5]), (int)(birth[6] * 10 + birth[7]));
}

static const struct scheme schemes[] = {
    {{"gb11643", 7},
     CITIZEN_LENGTH,
     CITIZEN_LENGTH,
     allowed_in_citizen_id,
     citizen_check,
     0,
     true,
     is_right_citizen_id},
    {{"gb11643_disability", 18},
     CITIZEN_LENGTH + 2,
     CITIZEN_LENGTH + 2,
     allowed_in_disability,
     citizen_check,
     2,
     true,
     NULL},
    {{"gb32100", 7}, 18, 18, allowed_in_credit_code, credit_check, 0, false, NULL},
    {{"luhn", 4}, 12, 19, allowed_in_card, card_check, 0, false, NULL},
};

/* The check itself */

struct finding {
    enum identifier_result result;
    size_t index;
    char expected;
};

static const struct scheme *find_scheme(struct text name) {
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (text_equal(name, schemes[i].name)) return &schemes[i];
    }
    return NULL;
}

static bool is_allowed(const struct scheme *scheme, size_t index, uint32_t character) {
    return character > 0 && character < 0x80 && strchr(scheme->allowed(index), (int)character);
}

static struct finding examine(const struct scheme *scheme, struct text value) {
    if (scheme->is_right && scheme->is_right(value)) return (struct finding){IDENTIFIER_OK, value.length, '\0'};
    size_t length = text_characters(value), index = 0;
    if (length < scheme->length_min || length > scheme->length_max) {
        return (struct finding){IDENTIFIER_WRONG_LENGTH, length, '\0'};
    }
    for (size_t offset = 0; offset < value.length; index++) {
        uint32_t character = text_next(value, &offset);
        if (!is_allowed(scheme, index, character)) return (struct finding){IDENTIFIER_WRONG_CHARACTER, index, '\0'};
    }
    day_number birth;
    if (scheme->has_birth_date && !day_parse_loose(text_slice(value, BIRTH_DATE, BIRTH_DATE + 8), &birth)) {
        return (struct finding){IDENTIFIER_WRONG_DATE, length, '\0'};
    }
    size_t check = length - scheme->after_check - 1;
    char expected = scheme->check(text_slice(value, 0, check));
    if (value.bytes[check] != expected) return (struct finding){IDENTIFIER_WRONG_CHECK, check, expected};
    return (struct finding){IDENTIFIER_OK, length, '\0'};
}

static struct finding examine_by_name(struct text name, struct text value) {
    const struct scheme *scheme = find_scheme(name);
    assert(scheme);
    return examine(scheme, value);
}

bool identifier_scheme_known(struct text name) {
    return find_scheme(name) != NULL;
}

bool identifier_is_of_one(struct text scheme) {
    return text_is(scheme, "gb11643") || text_is(scheme, "gb32100");
}

bool identifier_begins_with(struct text scheme, struct text other) {
    return text_is(scheme, "gb11643_disability") && text_is(other, "gb11643");
}

enum identifier_result identifier_check(struct text scheme, struct text value, char *expected) {
    struct finding finding = examine_by_name(scheme, value);
    if (expected) *expected = finding.expected;
    return finding.result;
}

size_t identifier_wrong_at(struct text scheme, struct text value) {
    return examine_by_name(scheme, value).index;
}
