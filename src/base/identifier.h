/* Identifiers: published schemes of numbers for persons, units and cards, which check themselves by a check character.
 *
 *     gb11643             citizen id: 17 digits, 8 of them the date of birth, and a check character 0-9 or X
 *     gb11643_disability  disability certificate: a citizen id, a digit 1-7 for the kind, a digit 1-4 for the level
 *     gb32100             unified social credit code: 18 characters, 0-9 and A-Z without I O S V Z
 *     luhn                bank card: 12 to 19 digits, the last of them the check digit
 *
 * Letters are capitals, digits are ASCII. A scheme says that a value may have been given out, never that it has been.
 */
#ifndef DOUDI_BASE_IDENTIFIER_H
#define DOUDI_BASE_IDENTIFIER_H

#include "base/text.h"

enum identifier_result {
    IDENTIFIER_OK,
    IDENTIFIER_WRONG_LENGTH,
    IDENTIFIER_WRONG_CHARACTER, /* identifier_wrong_at tells which */
    IDENTIFIER_WRONG_DATE,      /* the date of birth does not exist, or lies outside 1800 .. 2199 */
    IDENTIFIER_WRONG_CHECK /* the check character is not the one that was expected: a digit is wrong or two are swapped
                            */
};

bool identifier_scheme_known(struct text name);

/* Whether nobody has two numbers of the scheme at a time, so that two numbers are of two: citizens and units, not their
 * cards. False for what is no scheme. */
bool identifier_is_of_one(struct text scheme);

/* Whether numbers of the scheme begin with the holder's number of the other: certificates of disability with the
 * citizen id. False for what is no scheme. */
bool identifier_begins_with(struct text scheme, struct text other);

/* The first thing that is wrong, in the order above. The scheme must be known (asserted). *expected is the right check
 * character after IDENTIFIER_WRONG_CHECK, else NUL; expected may be NULL. */
enum identifier_result identifier_check(struct text scheme, struct text value, char *expected);

/* The character, from 0, which IDENTIFIER_WRONG_CHARACTER or IDENTIFIER_WRONG_CHECK is about; else the number of
 * characters. */
size_t identifier_wrong_at(struct text scheme, struct text value);

#endif
