#include "engine/solved.h"

static lane lane_at(const struct solved_column *column, size_t at) {
    return lane_read(column->lanes, column->width, at);
}

static struct value missing_value(const struct solved *solved, absence miss) {
    struct value value = {.state = is_fault(miss) ? VALUE_FAULT : VALUE_UNKNOWN};
    value.reason = solved->reasons.items[(miss >> MISS_REASON_BIT) - 1];
    value.reason.row = (uint32_t)miss;
    return value;
}

struct rows solved_rows(const struct solved *solved, const struct entity *entity) {
    if (solved->within) return solved->within[entity->index];
    return (struct rows){0, dataset_table(solved->dataset, entity)->rows};
}

size_t solved_place(const struct solved *solved, const struct solved_column *column, const struct entity *entity,
                    size_t row) {
    if (!column->space) return 0;
    return (column->space == entity ? row : dataset_climb(solved->dataset, entity, row, column->space)) - column->first;
}

static struct number number_of(const struct solved *solved, struct arena *arena, const struct solved_field *found,
                               const struct entity *entity, size_t row, lane value) {
    struct number number = number_multiply(arena, number_from_lane(arena, value), found->grid);
    for (size_t i = 0; i < found->divisor_count; i++) {
        const struct solved_column *divisor = &found->divisors[i];
        lane by = lane_at(divisor, solved_place(solved, divisor, entity, row));
        number = number_divide(arena, number, number_from_lane(arena, by));
    }
    return number;
}

bool solved_value(const struct solved *solved, struct arena *arena, const struct field *field, size_t row,
                  struct value *out) {
    const struct solved_field *found = &solved->fields[field->index];
    struct rows rows = solved_rows(solved, field->entity);
    if (!found->there || !rows_hold(rows, row)) return false;
    size_t at = solved_place(solved, &found->n, field->entity, row);
    absence missing = found->n.misses ? found->n.misses[at] : 0;
    if (missing) {
        *out = missing_value(solved, missing);
        return true;
    }
    lane value = lane_at(&found->n, at);
    if (!value_of_integer(&field->type, value, out))
        *out = value_number(number_of(solved, arena, found, field->entity, row, value));
    out->reason = (struct reason){.kind = REASON_CASE, .field = field, .row = row};
    uint16_t which = found->told[found->cases ? found->cases[row - rows.first] : 0];
    out->reason.text = which >> 8;
    out->reason.index = which & 0xff;
    return true;
}
