#include "exchange/cut_number.h"

bool cut_number_take(struct text *cell, struct text *name) {
    enum { MARK = sizeof CUT_NUMBER - 1, NAME_MOST = sizeof "XFD1048576" - 1 };
    size_t end = MARK;
    if (!text_starts(*cell, CUT_NUMBER)) return false;
    while (end < cell->length && cell->bytes[end] >= 'A' && cell->bytes[end] <= 'Z') end++;
    while (end < cell->length && is_digit(cell->bytes[end])) end++;
    if (end - MARK > NAME_MOST || !text_starts(text_slice(*cell, end, cell->length), CUT_NUMBER)) return false;
    *name = text_slice(*cell, MARK, end);
    *cell = text_slice(*cell, end + MARK, cell->length);
    return true;
}
