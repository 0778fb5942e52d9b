#include "exchange/bill_inside.h"

#include "base/identifier.h"
#include "base/shown.h"
#include "exchange/import.h"
#include "exchange/lane_shown.h"

#include <string.h>

enum { NUMBER_BYTES_MAX = 60 };

/* What stands there, for people. */
static struct text shown(const struct bill_token *token) {
    switch (token->event) {
    case JSON_TRUE: return TEXT("true");
    case JSON_FALSE: return TEXT("false");
    default: return token->text;
    }
}

/* An event has a place by what it is dated by: that cannot be left out. */
static bool must_be_told(const struct field *input) {
    bool is_told = false;
    for (size_t i = 0; i < input->entity->dated.count; i++) is_told = is_told || input->entity->dated.items[i] == input;
    return is_told;
}

static void complain_value(struct bill_reading *reading, const struct lane_spec *spec, struct text key,
                           const struct bill_token *token, enum lane_result result) {
    struct arena *arena = &reading->reader->scratch;
    const struct enumeration *choices = spec->field->type.enumeration;
    struct text text = shown(token);
    switch (result) {
    case LANE_NOT_A_NUMBER: BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_NOT_A_NUMBER, key, text); break;
    case LANE_OFF_STEP:
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_OFF_STEP, key, text, lane_limit_shown(arena, spec, 1));
        break;
    case LANE_OUT_OF_RANGE:
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_OUT_OF_RANGE, key, text,
                      lane_limit_shown(arena, spec, spec->low), lane_limit_shown(arena, spec, spec->high));
        break;
    case LANE_NOT_A_DATE:
        BILL_COMPLAIN(reading, token->at,
                      must_be_told(spec->field) ? EXCHANGE_BILL_NOT_A_DAY : EXCHANGE_BILL_NOT_A_DATE, key, text);
        break;
    case LANE_NOT_A_TRUTH: BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_NOT_A_TRUTH, key, text); break;
    case LANE_NO_MEMORY: reading->reader->failed = true; break;
    default:
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_NOT_A_VALUE, key, text,
                      lane_choices_shown(arena, choices, LANGUAGE_ZH), lane_choices_shown(arena, choices, LANGUAGE_EN));
    }
}

/* --- numbers, truths, dates, choices ------------------------------------------------------------------------------ */

/* A decimal as JSON writes it, with or without quotes; an exponent is told by itself. */
static bool is_decimal(struct bill_reading *reading, struct text key, const struct bill_token *token) {
    struct text text = token->text;
    bool number = token->event == JSON_NUMBER || (token->event == JSON_STRING && json_is_number(text));
    if (!number) {
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_NOT_A_NUMBER, key, shown(token));
        return false;
    }
    if (memchr(text.bytes, 'e', text.length) || memchr(text.bytes, 'E', text.length)) {
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_EXPONENT, key, text);
        return false;
    }
    if (text.length > NUMBER_BYTES_MAX) {
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_NUMBER_LONG, key);
        return false;
    }
    return true;
}

/* What the field's own reader is given; false, and told, where the kind of value is another already. */
static bool plain_text(struct bill_reading *reading, const struct lane_spec *spec, struct text key,
                       const struct bill_token *token, struct text *text) {
    bool truth = token->event == JSON_TRUE || token->event == JSON_FALSE;
    day_number day;
    *text = shown(token);
    switch (spec->field->type.kind) {
    case TYPE_NUMBER: return is_decimal(reading, key, token);
    case TYPE_BOOL:
        if (truth || token->event == JSON_STRING) return true;
        complain_value(reading, spec, key, token, LANE_NOT_A_TRUTH);
        return false;
    case TYPE_DATE:
        if (token->event == JSON_STRING && day_parse(*text, &day)) return true;
        complain_value(reading, spec, key, token, LANE_NOT_A_DATE);
        return false;
    default:
        if (token->event == JSON_STRING) return true;
        complain_value(reading, spec, key, token, LANE_NOT_A_VALUE);
        return false;
    }
}

/* --- texts ---------------------------------------------------------------------------------------------------------
 */

/* Two numbers that differ by such a character alone look the same. */
static bool is_unseen(uint32_t character) {
    return character == 0xa0 || character == 0xad || character == 0x200b || character == 0xfeff ||
           (character >= 0x2060 && character <= 0x2064) || (character >= 0xe0000 && character <= 0xe007f);
}

/* Whoever reads such a text sees another than the one that is there. */
static bool steers(struct bill_reading *reading, struct text key, const struct bill_token *token, struct text text) {
    struct arena *arena = &reading->reader->scratch;
    size_t place = 0;
    for (size_t offset = 0; offset < text.length;) {
        uint32_t character = text_next(text, &offset);
        place++;
        if (!character_steers(character) && !is_unseen(character)) continue;
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_STEERS, key, text_format(arena, "%zu", place),
                      text_format(arena, "%04X", (unsigned)character));
        return true;
    }
    return false;
}

static bool follows(struct bill_reading *reading, struct text scheme, struct text key, const struct bill_token *token,
                    struct text text) {
    struct arena *arena = &reading->reader->scratch;
    struct text place = text_format(arena, "%zu", identifier_wrong_at(scheme, text) + 1);
    char expected;
    switch (identifier_check(scheme, text, &expected)) {
    case IDENTIFIER_OK: return true;
    case IDENTIFIER_WRONG_LENGTH: BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_IDENTIFIER_LENGTH, key); break;
    case IDENTIFIER_WRONG_CHARACTER:
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_IDENTIFIER_CHARACTER, key, place);
        break;
    case IDENTIFIER_WRONG_DATE: BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_IDENTIFIER_DATE, key); break;
    case IDENTIFIER_WRONG_CHECK:
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_IDENTIFIER_CHECK, key, place,
                      text_copy(arena, (struct text){&expected, 1}));
        break;
    }
    return false;
}

/* Lives as long as the bill: what was escaped lies with the parser. */
static struct text kept(struct bill_reading *reading, struct text text) {
    struct text cut = reading->cut.text;
    bool lies_there = text.bytes >= cut.bytes && text.bytes < cut.bytes + cut.length;
    return lies_there ? text : text_copy(reading->arena, text);
}

bool bill_take_text(struct bill_reading *reading, struct text scheme, struct text key, const struct bill_token *token,
                    struct text *out) {
    struct text text = text_trim(token->text);
    if (token->event != JSON_STRING) {
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_NOT_A_TEXT, key);
        return false;
    }
    if (text.length == 0 || text.length > IMPORT_TEXT_BYTES_MAX) {
        BILL_COMPLAIN(reading, token->at, text.length ? EXCHANGE_BILL_TEXT_LONG : EXCHANGE_BILL_EMPTY, key);
        return false;
    }
    if (steers(reading, key, token, text)) return false;
    if (scheme.length && identifier_scheme_known(scheme) && !follows(reading, scheme, key, token, text)) return false;
    *out = kept(reading, text);
    return true;
}

bool bill_take_value(struct bill_reading *reading, const struct field *input, struct text key,
                     const struct bill_token *token, struct bill_value *value) {
    if (input->type.kind == TYPE_TEXT || input->type.kind == TYPE_ROW) {
        value->known = bill_take_text(reading, input->check, key, token, &value->text);
        return value->known;
    }
    struct lane_spec spec = lane_spec_of(&reading->reader->scratch, input);
    struct text text;
    if (!plain_text(reading, &spec, key, token, &text)) return false;
    enum lane_result result = lane_parse(&spec, text, &value->lane);
    if (result != LANE_OK) complain_value(reading, &spec, key, token, result);
    value->known = result == LANE_OK;
    return value->known;
}
