#include "exchange/coded_text.h"

enum { DECIMALS_MAX = 18 };

void coded_text_begin(struct coded_text *text, struct arena *arena, const struct coding *coding) {
    *text = (struct coded_text){.coding = coding};
    if (coding->field->type.kind != TYPE_NUMBER) return;
    struct arena_mark mark = arena_here(arena);
    struct number shown = number_divide(arena, coding->unit, coding->field->scale);
    int64_t power = 1;
    for (unsigned i = 0; shown.denominator != 0 && i <= DECIMALS_MAX; i++, power *= i <= DECIMALS_MAX ? 10 : 1) {
        if (power % shown.denominator != 0) continue;
        if (!__builtin_mul_overflow(shown.numerator, power / shown.denominator, &text->factor)) text->decimals = i;
        break;
    }
    arena_rewind(arena, mark);
}

static bool write_decimal(const struct coded_text *text, int64_t integer, struct csv_file *file) {
    int64_t digits;
    if (text->factor == 0 || __builtin_mul_overflow(integer, text->factor, &digits)) return false;
    builder_add_decimal(csv_file_next(file), digits, text->decimals);
    return true;
}

void coded_text_write(const struct coded_text *text, struct arena *arena, struct coded coded, struct csv_file *file) {
    const struct coded_kind *kind = coded_kind(text->coding, coded);
    const struct field *field = text->coding->field;
    if (kind->state == VALUE_KNOWN && !kind->listed && write_decimal(text, coded.integer, file)) return;
    struct arena_mark mark = arena_here(arena);
    struct value value = coding_value(text->coding, coded);
    csv_file_cell(file, value_plain(arena, &field->type, field->scale, &value));
    arena_rewind(arena, mark);
}
