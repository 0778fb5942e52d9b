/* Values of a sample's cells. */
#ifndef DOUDI_SAMPLE_VALUE_H
#define DOUDI_SAMPLE_VALUE_H

#include "base/text.h"

enum kind {
    KIND_NONE, /* not known: of something that was reported, or is always empty */
    KIND_TRUTH,
    KIND_WHOLE,
    KIND_DAY,
    KIND_WORD, /* one of the words that a column can have */
    KIND_TEXT
};

struct sample_value {
    int64_t number;   /* yes is 1; a word's number; nothing for a text */
    struct text text; /* of a word or a text */
    bool empty;
};

static inline struct sample_value sample_value_number(int64_t number) {
    return (struct sample_value){.number = number};
}

static inline struct sample_value sample_value_empty(void) {
    return (struct sample_value){.empty = true};
}

static inline struct sample_value sample_value_text(struct text text) {
    return (struct sample_value){.text = text};
}

#endif
