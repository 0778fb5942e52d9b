/* Words for what the language itself knows: the same ones in sentences, formulas and values. */
#ifndef DOUDI_LANG_WORDS_H
#define DOUDI_LANG_WORDS_H

#include "base/diagnostic.h"

enum word { WORD_YES, WORD_NO, WORD_NEVER, WORD_NONE, WORD_FIRST_DAY };

struct text word_in(enum word word, enum language language);
struct text word_of_truth(bool truth, enum language language);

#endif
