#include "exchange/import_inside.h"

#include "base/identifier.h"
#include "base/shown.h"
#include "exchange/lane_shown.h"

enum {
    NUMBER_BYTES_MAX = 60,
};

static struct text heading_of(const struct import_reader *reader, size_t column) {
    return reader->file->layout.headings[column];
}

/* --- what was meant --------------------------------------------------------------------------------------------- */

/* The digit, sign or point that stands at the offset, also in its wide form; NUL for what a clerk writes into a number
 * and means nothing (thousands' commas, spaces, the currency); -1 for anything else. */
static int number_character(uint32_t character) {
    if (character >= 0xff10 && character <= 0xff19) return '0' + (int)(character - 0xff10);
    switch (character) {
    case ',':
    case ' ':
    case 0xff0c: /* ， */
    case 0x3000: /* wide space */
    case 0xa5:   /* ¥ */
    case 0xffe5: /* ￥ */
    case 0x5143: /* 元 */ return '\0';
    case 0xff0e: /* ． */ return '.';
    case 0x2212: /* − */
    case 0xff0d: /* － */ return '-';
    default:
        return (character >= '0' && character <= '9') || character == '.' || character == '-' ? (int)character : -1;
    }
}

/* The number that "3万", "30,000元" or "３００００" stands for, if the field takes it. */
static bool find_number_meant(struct arena *arena, const struct lane_spec *spec, struct text text, struct text *meant) {
    enum { TEN_THOUSAND = 0x4e07 /* 万 */ };
    char digits[NUMBER_BYTES_MAX];
    size_t length = 0;
    bool ten_thousands = false;
    if (text.length > NUMBER_BYTES_MAX) return false;
    for (size_t offset = 0; offset < text.length;) {
        uint32_t character = text_next(text, &offset);
        int plain = character == TEN_THOUSAND && !ten_thousands ? '\0' : number_character(character);
        if (plain < 0 || (plain != '\0' && ten_thousands)) return false;
        ten_thousands = ten_thousands || character == TEN_THOUSAND;
        if (plain != '\0') digits[length++] = (char)plain;
    }
    struct number number;
    lane ignored;
    if (!number_parse(arena, (struct text){digits, length}, &number)) return false;
    if (ten_thousands) number = number_multiply(arena, number, number_from(10000));
    *meant = number_exact(arena, number);
    enum lane_result result = lane_parse(spec, *meant, &ignored);
    if (result == LANE_NO_MEMORY) arena->failed = true;
    return result == LANE_OK;
}

/* --- values ----------------------------------------------------------------------------------------------------- */

static void complain_value(struct import_reader *reader, size_t column, const struct lane_spec *spec, struct text text,
                           enum lane_result result) {
    struct arena *arena = &reader->scratch;
    struct text heading = heading_of(reader, column), meant;
    switch (result) {
    case LANE_NOT_A_NUMBER:
        if (find_number_meant(arena, spec, text, &meant))
            COMPLAIN(reader, EXCHANGE_IMPORT_NUMBER_MEANT, column, heading, text, meant);
        else
            COMPLAIN(reader, EXCHANGE_IMPORT_NOT_A_NUMBER, column, heading, text);
        break;
    case LANE_OFF_STEP:
        COMPLAIN(reader, EXCHANGE_IMPORT_OFF_STEP, column, heading, text, lane_limit_shown(arena, spec, 1));
        break;
    case LANE_OUT_OF_RANGE:
        if (spec->bounded)
            COMPLAIN(reader, EXCHANGE_IMPORT_OUT_OF_RANGE, column, heading, text,
                     lane_limit_shown(arena, spec, spec->low), lane_limit_shown(arena, spec, spec->high));
        else
            COMPLAIN(reader, EXCHANGE_IMPORT_TOO_LARGE, column, heading, text);
        break;
    case LANE_NOT_A_DATE: COMPLAIN(reader, EXCHANGE_IMPORT_NOT_A_DATE, column, heading, text); break;
    case LANE_NOT_A_TRUTH: COMPLAIN(reader, EXCHANGE_IMPORT_NOT_A_TRUTH, column, heading, text); break;
    default:
        COMPLAIN(reader, EXCHANGE_IMPORT_NOT_A_VALUE, column, heading, text,
                 lane_choices_shown(arena, spec->field->type.enumeration, LANGUAGE_ZH),
                 lane_choices_shown(arena, spec->field->type.enumeration, LANGUAGE_EN));
    }
}

bool reader_parse_lane(struct import_reader *reader, size_t column, const struct lane_spec *spec, struct text text,
                       lane *out) {
    enum lane_result result = lane_parse(spec, text, out);
    if (result == LANE_OK) return true;
    if (result == LANE_NO_MEMORY) reader->scratch.failed = reader->bad = true;
    if (result == LANE_NO_MEMORY) return false;
    complain_value(reader, column, spec, text, result);
    return false;
}

bool reader_parse_month(struct import_reader *reader, size_t column, struct text text, month_number *out) {
    if (month_parse_loose(text, out)) return true;
    COMPLAIN(reader, EXCHANGE_IMPORT_NOT_A_MONTH, column, heading_of(reader, column), text);
    return false;
}

/* --- texts ------------------------------------------------------------------------------------------------------ */

bool field_holds_text(const struct field *field) {
    return field->type.kind == TYPE_TEXT || field->type.kind == TYPE_ROW;
}

static bool check_scheme(struct import_reader *reader, size_t column, struct text scheme, struct text text) {
    char expected;
    struct text heading = heading_of(reader, column);
    switch (identifier_check(scheme, text, &expected)) {
    case IDENTIFIER_OK: return true;
    case IDENTIFIER_WRONG_LENGTH: COMPLAIN(reader, EXCHANGE_IMPORT_IDENTIFIER_LENGTH, column, heading); break;
    case IDENTIFIER_WRONG_CHARACTER:
        COMPLAIN(reader, EXCHANGE_IMPORT_IDENTIFIER_CHARACTER, column, heading,
                 text_format(&reader->scratch, "%zu", identifier_wrong_at(scheme, text) + 1));
        break;
    case IDENTIFIER_WRONG_DATE: COMPLAIN(reader, EXCHANGE_IMPORT_IDENTIFIER_DATE, column, heading); break;
    case IDENTIFIER_WRONG_CHECK:
        COMPLAIN(reader, EXCHANGE_IMPORT_IDENTIFIER_CHECK, column, heading,
                 text_format(&reader->scratch, "%zu", identifier_wrong_at(scheme, text) + 1),
                 text_copy(&reader->scratch, (struct text){&expected, 1}));
        break;
    }
    return false;
}

/* As what is sealed is shown where it may not be seen: a dot is in no number. An input that is not sealed may have been
 * once, and what was masked of it is no name: more than three dots in a row, or nothing but dots. */
static bool is_masked(struct text text, bool sealed) {
    static const struct text dot = {"•", sizeof "•" - 1};
    enum { DOTS = 4 };
    size_t run = 0, longest = 0;
    for (size_t at = 0; at < text.length; at += run ? dot.length : 1) {
        bool is = at + dot.length <= text.length && text_equal(text_slice(text, at, at + dot.length), dot);
        run = is ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    return longest >= DOTS || (longest && (sealed || longest * dot.length == text.length));
}

/* Nearly all texts have no byte with which a character begins that steers. */
static bool may_steer(struct text text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (byte < 0x20 || byte == 0x7f || byte == 0xc2 || byte == 0xd8 || byte == 0xe2) return true;
    }
    return false;
}

/* Whoever reads such a text sees another than the one that is there. */
static bool complain_steering(struct import_reader *reader, size_t column, struct text text) {
    size_t at = may_steer(text) ? text_steers_at(text, 0) : text.length, offset = at;
    if (at == text.length) return false;
    struct text place = text_format(&reader->scratch, "%zu", text_characters(text_slice(text, 0, at)) + 1),
                number = text_format(&reader->scratch, "%04X", (unsigned)text_next(text, &offset));
    COMPLAIN(reader, EXCHANGE_IMPORT_STEERS, column, heading_of(reader, column), place, number);
    return true;
}

bool reader_check_text(struct import_reader *reader, size_t column, const struct field *field, struct text text) {
    if (text.length > IMPORT_TEXT_BYTES_MAX) {
        COMPLAIN(reader, EXCHANGE_IMPORT_TEXT_TOO_LONG, column, heading_of(reader, column));
        return false;
    }
    if (complain_steering(reader, column, text)) return false;
    if (field && is_masked(text, field->sealed)) {
        COMPLAIN(reader, EXCHANGE_IMPORT_MASKED, column, heading_of(reader, column));
        return false;
    }
    bool checked = field && field->check.length > 0 && identifier_scheme_known(field->check);
    return !checked || check_scheme(reader, column, field->check, text);
}
