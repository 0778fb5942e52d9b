/* Where what a run told is not what is found now. */
#include "registry/runs.h"

struct differing {
    const struct history *told, *found;
    struct arena *arena;
    struct registry_differences *differences;
};

/* Rows of reasons are named by their ids, of which each history has its own numbers. */
static bool same_reason(const struct differing *differing, const struct reason *a, const struct reason *b) {
    const struct policy *policy = differing->told->policy;
    const struct entity *entity = reason_entity(policy, a);
    if (a->kind != b->kind || a->field != b->field || a->text != b->text || a->index != b->index || a->day != b->day)
        return false;
    return !entity || text_equal(history_id(differing->told, entity, (uint32_t)a->row),
                                 history_id(differing->found, entity, (uint32_t)b->row));
}

static bool same_value(const struct differing *differing, const struct field *field, const struct value *a,
                       const struct value *b) {
    struct reason left = a->reason, right = b->reason;
    if (a->state != b->state) return false;
    if (a->state != VALUE_KNOWN) return same_reason(differing, &left, &right);
    left.day = right.day = 0; /* of what is known a reason is the case alone */
    left.row = right.row = 0;
    bool same_case = left.kind == right.kind && left.text == right.text && left.index == right.index;
    if (left.kind == REASON_NONE) same_case = true; /* by another law, whose cases are not of this one */
    return same_case && value_equal(&field->type, a, b);
}

static void compare_line(struct differing *differing, const struct field *field, uint32_t line) {
    const struct past_table *table = &differing->told->tables[field->entity->index];
    const struct past_line *told_line = &table->lines[line];
    struct coded coded = coded_column_get(&differing->told->columns[field->index], line);
    if (!coded.kind || told_line->row == PAST_NONE) return;
    struct text id = history_id(differing->told, field->entity, told_line->row);
    struct value told = coding_value(history_coding(differing->told, field), coded);
    struct past_value found = {.month = MONTH_FIRST};
    bool there = history_find(differing->found, field, id, told_line->month, &found) && found.month == told_line->month;
    differing->differences->compared++;
    if (there && same_value(differing, field, &told, &found.value)) return;
    struct registry_difference difference = {.field = field,
                                             .id = text_copy(differing->arena, id),
                                             .told = told,
                                             .found = found.value,
                                             .was = true,
                                             .there = there};
    VECTOR_PUSH(differing->arena, &differing->differences->list, difference);
}

/* What is found in the month, and was not told: of new rows, or of a rule that is new. */
static void find_new(struct differing *differing, const struct field *field, month_number month) {
    const struct past_table *table = &differing->found->tables[field->entity->index];
    for (uint32_t line = 0; line < table->line_count && !arena_failed(differing->arena); line++) {
        const struct past_line *found_line = &table->lines[line];
        struct coded coded = coded_column_get(&differing->found->columns[field->index], line);
        if (!coded.kind || found_line->row == PAST_NONE || found_line->month != month) continue;
        struct text id = history_id(differing->found, field->entity, found_line->row);
        struct past_value told;
        if (history_find(differing->told, field, id, month, &told) && told.month == month) continue;
        struct registry_difference difference = {.field = field,
                                                 .id = text_copy(differing->arena, id),
                                                 .found = coding_value(history_coding(differing->found, field), coded),
                                                 .there = true};
        VECTOR_PUSH(differing->arena, &differing->differences->list, difference);
    }
}

bool registry_compare(const struct history *told, const struct history *found, month_number month, struct arena *arena,
                      struct registry_differences *differences) {
    struct differing differing = {told, found, arena, differences};
    const struct policy *policy = told->policy;
    *differences = (struct registry_differences){0};
    for (size_t i = 0; i < policy->fields.count && !arena_failed(arena); i++) {
        const struct field *field = policy->fields.items[i];
        const struct past_table *table = &told->tables[field->entity->index];
        for (uint32_t line = 0; line < table->line_count && told->columns[i].page_count; line++)
            compare_line(&differing, field, line);
        if (month != MONTH_LAST && found->columns[i].page_count) find_new(&differing, field, month);
    }
    return !arena_failed(arena) && !arena_failed(&told->arena) && !arena_failed(&found->arena);
}
