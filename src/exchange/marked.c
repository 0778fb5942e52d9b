#include "exchange/marked.h"

enum { WORD_BITS = 64 };

bool marked_begin(struct marked *marked, struct arena *arena, struct run *run, const struct field *field) {
    *marked = (struct marked){.rows = dataset_table(run->dataset, field->entity)->rows};
    coding_init(&marked->coding, arena, field);
    found_begin(&marked->found, run, &marked->coding, false);
    marked->marks = ARENA_ARRAY(arena, uint64_t, marked->rows / WORD_BITS + 1);
    return marked->marks && !arena_failed(arena) && !run_failed(run);
}

struct coded marked_at(struct marked *marked, size_t row) {
    marked->coding.listed.count = 0;
    return found_at(&marked->found, row);
}

bool marked_look(struct marked *marked, size_t row, struct coded *coded) {
    *coded = marked_at(marked, row);
    if (!coded->kind) return false;
    const struct coded_kind *kind = coded_kind(&marked->coding, *coded);
    if (kind->state == VALUE_KNOWN && !kind->listed && coded->integer == 0) return false;
    marked->marks[row / WORD_BITS] |= (uint64_t)1 << row % WORD_BITS;
    return true;
}

size_t marked_next(const struct marked *marked, size_t row) {
    if (row >= marked->rows) return SIZE_MAX;
    size_t at = row / WORD_BITS, last = marked->rows / WORD_BITS;
    uint64_t word = marked->marks[at] >> row % WORD_BITS << row % WORD_BITS;
    while (!word && at < last) word = marked->marks[++at];
    return word ? at * WORD_BITS + (size_t)__builtin_ctzll(word) : SIZE_MAX;
}

enum value_state marked_state(const struct marked *marked, struct coded coded) {
    return coded_kind(&marked->coding, coded)->state;
}

void marked_add(const struct marked *marked, struct arena *arena, struct coded coded, struct marked_sum *sum) {
    if (coded_kind(&marked->coding, coded)->listed)
        sum->others = number_add(arena, sum->others, coding_value(&marked->coding, coded).as.number);
    else
        sum->units += coded.integer; /* of 63 bits each, and of rows of 32 */
}

struct number marked_total(const struct marked *marked, struct arena *arena, const struct marked_sum *sum) {
    struct number units = number_multiply(arena, number_from_lane(arena, sum->units), marked->coding.unit);
    return number_add(arena, units, sum->others);
}
