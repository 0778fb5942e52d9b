#include "registry/kept_kind.h"

#include "base/calendar.h"

/* --- how integers are read ------------------------------------------------------------------------------------------
 */

bool kept_bounds(struct arena *arena, const struct field *field, struct number unit, int64_t *low, int64_t *high) {
    const struct interval *interval = &field->interval;
    *low = 0;
    switch (field->type.kind) {
    case TYPE_BOOL: *high = 1; return true;
    case TYPE_DATE:
        *low = day_first;
        *high = day_last;
        return true;
    case TYPE_NUMBER:
        return interval->known &&
               number_to_int64(number_divide(arena, number_ceil(arena, interval->low, unit), unit), low) &&
               number_to_int64(number_divide(arena, number_floor(arena, interval->high, unit), unit), high);
    default: return false;
    }
}

static void find_bounds(struct arena *arena, struct kept_kind *kept) {
    kept->bounded = kept_bounds(arena, kept->field, kept->unit, &kept->low, &kept->high);
}

static void find_unit(struct arena *arena, const struct policy *policy, struct kept_kind *kept, struct text unit) {
    const struct field *field = kept->field;
    struct coding coding;
    struct column_coding from, to;
    coding_init(&coding, arena, field);
    kept->unit = coding.unit;
    kept->same = text_equal(unit, run_unit(arena, policy, &coding));
    if (kept->same) {
        find_bounds(arena, kept);
    } else if (field->type.kind == TYPE_NUMBER) {
        kept->unfit = !number_parse_exact(arena, unit, &kept->unit) || number_sign(kept->unit) <= 0;
    } else if (field->type.kind == TYPE_ENUM && column_coding_parse(arena, text_copy(arena, unit), &from) &&
               from.kind == CODING_CHOICE) {
        to = column_coding_of(arena, policy, field);
        kept->choices = conversion_between(arena, &from, &to);
    } else {
        kept->unfit = true;
    }
}

bool kept_kind_read(struct arena *arena, const struct policy *policy, const struct statement *row,
                    const struct field *field, bool same_law, struct kept_kind *kept) {
    bool kept_at_all = field && field->kind != FIELD_INPUT && field->type.kind != TYPE_ROW;
    *kept = (struct kept_kind){.field = kept_at_all ? field : NULL};
    if (!kept_at_all) return true;
    if (!run_kind_read(policy, row, field, same_law, &kept->kind)) return false;
    find_unit(arena, policy, kept, statement_text(row, KIND_UNIT));
    return !(same_law && kept->unfit);
}

struct kept_kind kept_kind_of(struct arena *arena, const struct field *field, const struct coded_kind *kind) {
    struct kept_kind kept = {.field = field, .kind = *kind, .same = true};
    struct coding coding;
    coding_init(&coding, arena, field);
    kept.unit = coding.unit;
    find_bounds(arena, &kept);
    return kept;
}

/* --- bringing them --------------------------------------------------------------------------------------------------
 */

/* What is missing, as of a row of the history. */
static struct coded missing(const struct kept_kind *kept, uint32_t number, int64_t integer,
                            const struct kept_reader *reader) {
    struct history *history = reader->history;
    const struct entity *of = reason_entity(history->policy, &kept->kind.reason);
    uint32_t past = (uint32_t)integer;
    if (of) {
        struct text id = past ? reader->rows->id(reader->rows->context, of, past) : TEXT("");
        past = id.length ? history_row(history, of, id) : PAST_NONE;
        if (id.length && past == PAST_NONE) past = history_add_row(history, of, id);
    }
    return (struct coded){number, (int64_t)(((uint64_t)integer & ~(uint64_t)UINT32_MAX) | past)};
}

static bool is_within(const struct kept_kind *kept, int64_t integer) {
    bool never = kept->field->type.kind == TYPE_DATE && integer == DAY_NEVER;
    return kept->bounded && (never || (integer >= kept->low && integer <= kept->high));
}

/* A known value; false for what nobody can have written. */
static bool find_known(const struct kept_kind *kept, int64_t integer, const struct kept_reader *reader,
                       struct value *value) {
    const struct field *field = kept->field;
    struct history *history = reader->history;
    if (kept->kind.listed) return reader->exact(reader->context, field, integer, value);
    if (field->type.kind == TYPE_NUMBER) {
        value->as.number = number_multiply(&history->arena, number_from(integer), kept->unit);
    } else if (kept->same || conversion_of(&kept->choices, integer, &integer) == CONVERTED) {
        if (!value_of_integer(&field->type, integer, value)) return false;
        value->state = VALUE_KNOWN;
        value->reason = kept->kind.reason;
    } else {
        *value = value_fault(REASON_OUT_OF_RANGE, field, 0);
    }
    return true;
}

struct coded kept_kind_bring(const struct kept_kind *kept, uint32_t number, int64_t integer,
                             const struct kept_reader *reader) {
    struct history *history = reader->history;
    struct value value = {.state = kept->kind.state, .reason = kept->kind.reason};
    bool known = value.state == VALUE_KNOWN;
    if (!known && !kept->kind.listed) return missing(kept, number, integer, reader);
    if (known && !kept->kind.listed && kept->same && is_within(kept, integer)) return (struct coded){number, integer};
    if (kept->unfit)
        value = value_fault(REASON_OUT_OF_RANGE, kept->field, 0);
    else if (!find_known(kept, integer, reader, &value))
        return (struct coded){0};
    if (value.state == VALUE_KNOWN) value = history_allowed(history, kept->field, value);
    return coding_of(&history->columns[kept->field->index].coding, &value);
}
