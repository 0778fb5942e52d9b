/* Units in words: 元/年, yuan/year. */
#ifndef DOUDI_LANG_UNIT_WORDS_H
#define DOUDI_LANG_UNIT_WORDS_H

#include "lang/policy.h"

/* Of a unit or a numeric type as it is written (money/year, months); empty for plain counts and shares. A unit that the
 * policy declares brings its own label. In the arena. */
struct text unit_words(struct arena *arena, const struct policy *policy, struct text unit, enum language language);

/* The parts of a type as they are written: money/year. */
struct text type_written(struct arena *arena, const struct type_name *type);

#endif
