#include "engine/solved.h"

lane solved_lane(const struct solved_column *column, size_t row) {
    size_t at = column->space ? row : 0;
    return column->width == 8 ? ((const int64_t *)column->lanes)[at] : ((const lane *)column->lanes)[at];
}

static struct value missing_value(const struct solved *solved, absence miss) {
    struct value value = {.state = miss >> MISS_FAULT_BIT & 1 ? VALUE_FAULT : VALUE_UNKNOWN};
    value.reason = solved->reasons.items[(miss >> MISS_REASON_BIT) - 1];
    value.reason.row = (uint32_t)miss;
    return value;
}

static struct number number_of(const struct solved *solved, struct arena *arena, const struct solved_field *found,
                               const struct entity *entity, size_t row) {
    struct number number = number_multiply(arena, number_from_lane(arena, solved_lane(&found->n, row)), found->grid);
    for (size_t i = 0; i < found->divisor_count; i++) {
        const struct solved_column *divisor = &found->divisors[i];
        size_t at = divisor->space ? dataset_climb(solved->dataset, entity, row, divisor->space) : 0;
        number = number_divide(arena, number, number_from_lane(arena, solved_lane(divisor, at)));
    }
    return number;
}

bool solved_value(const struct solved *solved, struct arena *arena, const struct field *field, size_t row,
                  struct value *out) {
    const struct solved_field *found = &solved->fields[field->index];
    if (!found->there) return false;
    absence missing = found->n.misses ? found->n.misses[found->n.space ? row : 0] : 0;
    if (missing) {
        *out = missing_value(solved, missing);
        return true;
    }
    lane value = solved_lane(&found->n, row);
    switch (field->type.kind) {
    case TYPE_BOOL: *out = value_truth(value != 0); break;
    case TYPE_DATE: *out = value_date((day_number)value); break;
    case TYPE_ENUM: *out = (struct value){.as.choice = (uint32_t)value}; break;
    case TYPE_ROW:
        *out = (struct value){.as.row = {field->type.entity, value == ROW_NONE ? SIZE_MAX : (size_t)value}};
        break;
    default: *out = value_number(number_of(solved, arena, found, field->entity, row)); break;
    }
    out->reason = (struct reason){.kind = REASON_CASE, .field = field, .row = row};
    out->reason.text = found->cases[row] >> 8;
    out->reason.index = found->cases[row] & 0xff;
    return true;
}
