/* The text of coded values in files, as value_plain says it, without a struct value where that can be done. */
#ifndef DOUDI_EXCHANGE_CODED_TEXT_H
#define DOUDI_EXCHANGE_CODED_TEXT_H

#include "engine/coding.h"
#include "exchange/csv_file.h"

struct coded_text {
    const struct coding *coding;
    int64_t factor; /* an integer times it, over 10^decimals, is what is shown; 0: no decimal fraction */
    unsigned decimals;
};

/* The arena is for what is reckoned on the way; check arena_failed. */
void coded_text_begin(struct coded_text *text, struct arena *arena, const struct coding *coding);
/* As the next cell of the file. */
void coded_text_write(const struct coded_text *text, struct arena *arena, struct coded coded, struct csv_file *file);

#endif
