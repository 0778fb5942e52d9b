#include "work/bill.h"

#include "engine/dataset.h"

size_t bill_add(const struct bill *bill, struct text parent, struct records *records) {
    const struct record_row told = {.id = TEXT(""), .parent = parent, .from = MONTH_FIRST, .until = MONTH_LAST};
    size_t row = records_add(records, bill->event, told);
    for (size_t i = 0; i < bill->event->inputs.count && row != SIZE_MAX; i++) {
        const struct field *input = bill->event->inputs.items[i];
        if (!bill->values[i].known) continue;
        if (input->type.kind == TYPE_TEXT || input->type.kind == TYPE_ROW)
            records_put_text(records, input, row, bill->values[i].text);
        else
            records_put(records, input, row, bill->values[i].lane);
    }
    return row;
}

bool bill_is_told(const struct bill *bill, struct text parent, const struct record_table *table, size_t row) {
    bool same = text_equal(table->rows[row].parent, parent);
    for (size_t i = 0; i < bill->event->inputs.count && same; i++) {
        const struct column *column = &table->columns[i];
        const struct bill_value *value = &bill->values[i];
        same = value->known == (column->known[row] != 0);
        if (!same || !value->known) continue;
        same =
            column->lanes ? column_get(column, row) == value->lane : text_equal(column_text(column, row), value->text);
    }
    return same;
}

struct text bill_presenter(const struct bill *bill) {
    const struct bill_value *value = &bill->values[bill->event->settled.at->input_index];
    return value->known && !text_is(value->text, "none") ? value->text : TEXT("");
}

struct text bill_number(const struct bill *bill) {
    const struct bill_value *value = &bill->values[bill->event->settled.by->input_index];
    return value->known ? value->text : TEXT("");
}

bool bill_amount(struct arena *arena, const struct field *field, struct number number, int64_t *amount) {
    struct number coins = number_divide(arena, number, field->step);
    return number_is_integer(coins) && number_to_int64(coins, amount);
}
