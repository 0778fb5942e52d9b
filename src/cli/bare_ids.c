#include "cli/bare_ids.h"

#include "base/identifier.h"

/* One number in ten looks like that of a card: only those that are of one alone are taken for what they look like. */
static bool is_number_of_somebody(const struct policy *policy, struct text id) {
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        if (field->kind != FIELD_INPUT || !field->sealed || !identifier_is_of_one(field->check)) continue;
        if (identifier_check(field->check, id, NULL) == IDENTIFIER_OK) return true;
    }
    return false;
}

static bool is_told_sealed(const struct record_table *told, size_t row) {
    for (size_t i = 0; i < told->entity->inputs.count; i++) {
        const struct column *column = &told->columns[i];
        if (!told->entity->inputs.items[i]->sealed || !column->known[row]) continue;
        if (text_equal(column_text(column, row), told->rows[row].id)) return true;
    }
    return false;
}

size_t bare_ids_count(const struct policy *policy, const struct record_table *told, size_t *first) {
    size_t count = 0;
    *first = SIZE_MAX;
    for (size_t row = 0; row < told->count; row++) {
        struct text id = told->rows[row].id;
        if (id.length == 0 || (!is_told_sealed(told, row) && !is_number_of_somebody(policy, id))) continue;
        if (count++ == 0) *first = row;
    }
    return count;
}
