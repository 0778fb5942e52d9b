#include "lang/words.h"

struct text word_in(enum word word, enum language language) {
    static const char *const words[][LANGUAGES] = {
        [WORD_YES] = {"是", "yes"},
        [WORD_NO] = {"否", "no"},
        [WORD_NEVER] = {"从未", "never"},
        [WORD_NONE] = {"无", "none"},
        [WORD_FIRST_DAY] = {"当月第一日", "the first day of the month"},
    };
    return text_from(words[word][language]);
}

struct text word_of_truth(bool truth, enum language language) {
    return word_in(truth ? WORD_YES : WORD_NO, language);
}
