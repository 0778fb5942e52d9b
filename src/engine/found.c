#include "engine/found.h"

enum { CASES_MOST = UINT8_MAX + 1 };

/* Whole units of the coding to each of the column; false when there is no such number. */
static bool find_factor(struct found *found) {
    const struct coding *coding = found->coding;
    if (coding->field->type.kind != TYPE_NUMBER) return true;
    struct number factor = number_divide(&found->run->lasting, found->solved->grid, coding->unit);
    return number_is_integer(factor) && number_to_int64(factor, &found->factor);
}

void found_begin(struct found *found, struct run *run, struct coding *coding, bool in_force) {
    const struct field *field = coding->field;
    bool other_month = in_force && field->declaration->yearly && !field->entity->is_event;
    *found = (struct found){.run = run, .coding = coding, .in_force = in_force, .factor = 1};
    if (!run->solved || field->kind == FIELD_INPUT || other_month) return;
    found->solved = &run->solved->fields[field->index];
    if (!found->solved->there || found->solved->divisor_count > 0 || !find_factor(found)) {
        found->solved = NULL;
        return;
    }
    found->rows = solved_rows(run->solved, field->entity);
    found->by_case = ARENA_ARRAY(&run->lasting, uint32_t, CASES_MOST);
    found->by_reason = ARENA_ARRAY(&run->lasting, uint32_t, 2 * (run->solved->reasons.count + 1));
}

/* Asked of the run. */
static struct coded evaluated(struct found *found, size_t row) {
    const struct field *field = found->coding->field;
    struct value value = found->in_force ? run_in_force(found->run, field, row) : run_value(found->run, field, row);
    struct coded nothing = {0};
    return run_failed(found->run) ? nothing : coding_of(found->coding, &value);
}

static struct coded missing(struct found *found, absence miss) {
    uint64_t why = miss >> MISS_FAULT_BIT; /* the number of the reason, and whether it is a fault */
    struct reason reason = found->run->solved->reasons.items[(miss >> MISS_REASON_BIT) - 1];
    struct coded coded = {found->by_reason[why], 0};
    reason.row = (uint32_t)miss;
    if (!coded.kind) {
        enum value_state state = is_fault(miss) ? VALUE_FAULT : VALUE_UNKNOWN;
        coded.kind = found->by_reason[why] = coding_kind(found->coding, state, reason, false);
    }
    coding_of_missing(&reason, &coded.integer);
    return coded;
}

static uint32_t kind_of_case(struct found *found, uint8_t decided) {
    if (!found->by_case[decided]) {
        uint16_t told = found->solved->told[decided];
        struct reason reason = {.kind = REASON_CASE, .field = found->coding->field};
        reason.text = told >> 8;
        reason.index = told & 0xff;
        found->by_case[decided] = coding_kind(found->coding, VALUE_KNOWN, reason, false);
    }
    return found->by_case[decided];
}

struct coded found_at(struct found *found, size_t row) {
    const struct solved_field *solved = found->solved;
    if (!solved || !rows_hold(found->rows, row)) return evaluated(found, row);
    if (!found->by_case || !found->by_reason) return (struct coded){0};
    const struct entity *entity = found->coding->field->entity;
    size_t at = solved_place(found->run->solved, &solved->n, entity, row);
    absence miss = solved->n.misses ? solved->n.misses[at] : 0;
    if (miss) return missing(found, miss);
    struct coded coded = {kind_of_case(found, solved->cases ? solved->cases[row - found->rows.first] : 0), 0};
    lane value = lane_read(solved->n.lanes, solved->n.width, at) * found->factor;
    coded.integer = (int64_t)value;
    return value == coded.integer ? coded : evaluated(found, row);
}
