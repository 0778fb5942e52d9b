#include "cli/family_differences.h"

#include "simulate/simulation.h"

#include <stdlib.h>

/* --- benefits of both laws ---------------------------------------------------------------------------------------- */

static const struct kept_view *last_view(const struct kept *kept) {
    return kept->views.items[kept->views.count - 1];
}

/* An event belongs to its day, which another month has not. */
static bool is_compared(const struct family_differences *differences, int side, const struct field *field) {
    const struct kept *before = differences->kept[BEFORE], *after = differences->kept[AFTER];
    bool one_month = before->by_run && after->by_run && before->month == after->month;
    return field->kind == FIELD_BENEFIT &&
           entity_is_within(field->entity, last_view(differences->kept[side])->families) &&
           (one_month || !field->entity->is_event);
}

static const struct field *benefit_like(const struct policy *policy, const struct field *like) {
    const struct field *found = policy_field(policy, like->entity->name, like->name);
    return found && found->kind == FIELD_BENEFIT ? found : NULL;
}

/* Those of the law of before in its order, then those that the other has alone. */
static void pair_benefits(struct family_differences *differences) {
    const struct policy *before = kept_law(differences->kept[BEFORE]), *after = kept_law(differences->kept[AFTER]);
    for (size_t i = 0; i < before->fields.count; i++) {
        const struct field *field = before->fields.items[i];
        struct benefit_difference pair = {.benefit = {field, benefit_like(after, field)}};
        if (is_compared(differences, BEFORE, field)) VECTOR_PUSH(differences->arena, &differences->pairs, pair);
    }
    for (size_t i = 0; i < after->fields.count; i++) {
        const struct field *field = after->fields.items[i];
        struct benefit_difference pair = {.benefit = {NULL, field}};
        if (is_compared(differences, AFTER, field) && !benefit_like(before, field))
            VECTOR_PUSH(differences->arena, &differences->pairs, pair);
    }
}

/* --- one benefit of one row --------------------------------------------------------------------------------------- */

static bool is_nothing(const struct field *benefit, const struct value *value) {
    if (value->state != VALUE_KNOWN) return false;
    if (benefit->type.kind == TYPE_NUMBER) return number_sign(value->as.number) == 0;
    return benefit->type.kind == TYPE_BOOL && !value->as.truth;
}

static void find_side(struct family_differences *differences, struct benefit_difference *found, int side) {
    const struct field *benefit = found->benefit[side];
    struct value *value = &found->value[side];
    found->there[side] = kept_value(differences->kept[side], benefit, found->id, value) && !is_nothing(benefit, value);
}

static bool is_undetermined(const struct benefit_difference *found) {
    return (found->there[BEFORE] && found->value[BEFORE].state != VALUE_KNOWN) ||
           (found->there[AFTER] && found->value[AFTER].state != VALUE_KNOWN);
}

static bool is_same(struct arena *scratch, const struct family_differences *differences,
                    const struct benefit_difference *found) {
    const struct value *before = &found->value[BEFORE], *after = &found->value[AFTER];
    if (found->there[BEFORE] != found->there[AFTER]) return false;
    if (!found->there[BEFORE]) return true;
    const struct field *of[KEPT_SIDES] = {found->benefit[BEFORE], found->benefit[AFTER]};
    if (before->state != after->state) return false;
    if (before->state != VALUE_KNOWN)
        return text_equal(reason_written(scratch, kept_law(differences->kept[BEFORE]), before),
                          reason_written(scratch, kept_law(differences->kept[AFTER]), after));
    if (of[BEFORE]->type.kind == TYPE_NUMBER && of[AFTER]->type.kind == TYPE_NUMBER)
        return number_equal(before->as.number, after->as.number);
    return text_equal(value_plain(scratch, &of[BEFORE]->type, of[BEFORE]->scale, before),
                      value_plain(scratch, &of[AFTER]->type, of[AFTER]->scale, after));
}

static struct number paid_on(struct arena *arena, const struct benefit_difference *found, int side) {
    bool paid = found->there[side] && found->value[side].state == VALUE_KNOWN && is_money(&found->benefit[side]->type);
    return paid ? paid_in_month(arena, found->benefit[side], found->value[side].as.number) : number_zero;
}

static void add_benefit(struct family_differences *differences, struct family_difference *family,
                        struct benefit_difference found) {
    struct arena *arena = differences->arena;
    for (int side = BEFORE; side < KEPT_SIDES; side++) {
        found.paid[side] = paid_on(arena, &found, side);
        family->paid[side] = number_add(arena, family->paid[side], found.paid[side]);
    }
    family->undetermined = family->undetermined || is_undetermined(&found);
    if (!is_same(&differences->scratch, differences, &found)) VECTOR_PUSH(arena, &family->benefits, found);
}

/* --- one family --------------------------------------------------------------------------------------------------- */

/* Rows that were in the family before, and those that are in it now alone. */
static void compare_rows(struct family_differences *differences, struct family_difference *family,
                         const struct benefit_difference *pair, int side) {
    int other_side = side == BEFORE ? AFTER : BEFORE;
    const struct kept_row at = family->at[side], other = family->at[other_side];
    const struct field *any = pair->benefit[BEFORE] ? pair->benefit[BEFORE] : pair->benefit[AFTER];
    const struct entity *entity = at.view ? entity_like(at.view->session.policy, any->entity) : NULL;
    if (!entity) return;
    const struct table *table = dataset_table(at.view->session.dataset, entity);
    size_t begin, end;
    dataset_below(at.view->session.dataset, at.view->families, at.row, entity, &begin, &end);
    for (size_t row = begin; row < end; row++) {
        struct benefit_difference found = *pair;
        found.id = table_id(table, row);
        find_side(differences, &found, BEFORE);
        find_side(differences, &found, AFTER);
        if (!found.there[BEFORE] && !found.there[AFTER]) continue;
        bool also = family_holds(differences, other, any->entity, found.id);
        if (also && side == AFTER) continue;        /* looked at already */
        if (!also) found.there[other_side] = false; /* it lies in another family there, if at all */
        if (found.there[side] || also) add_benefit(differences, family, found);
    }
}

static void tally_add(struct family_differences *differences, struct family_tally *tally,
                      const struct family_difference *family) {
    tally->families++;
    for (int side = BEFORE; side < KEPT_SIDES; side++)
        tally->paid[side] = number_add(differences->arena, tally->paid[side], family->paid[side]);
}

static void tally_family(struct family_differences *differences, const struct family_difference *family) {
    size_t causes = 0, last = 0;
    for (size_t cause = 0; cause < CAUSES; cause++) {
        if (!(family->causes >> cause & 1)) continue;
        causes++;
        last = cause;
    }
    tally_add(differences, causes > 1 ? &differences->several : &differences->by_cause[last], family);
    tally_add(differences, &differences->all, family);
}

static void compare_family(struct family_differences *differences, struct family_difference family) {
    struct arena *arena = differences->arena;
    struct arena_mark mark = arena_here(&differences->scratch);
    family.paid[BEFORE] = family.paid[AFTER] = number_zero;
    for (size_t i = 0; i < differences->pairs.count && !arena_failed(arena); i++)
        for (int side = BEFORE; side < KEPT_SIDES; side++)
            compare_rows(differences, &family, &differences->pairs.items[i], side);
    family.change = number_subtract(arena, family.paid[AFTER], family.paid[BEFORE]);
    family.size = number_absolute(arena, family.change);
    differences->compared++;
    differences->undetermined += family.undetermined;
    if (family.benefits.count) {
        family_find_causes(differences, &family);
        if (!family.undetermined) tally_family(differences, &family);
        VECTOR_PUSH(arena, &differences->list, family);
    }
    arena_rewind(&differences->scratch, mark);
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

static void look_at(struct family_differences *differences, int side, const struct kept_view *view, size_t row) {
    const struct kept *before = differences->kept[BEFORE], *after = differences->kept[AFTER];
    struct text id = table_id(dataset_table(view->session.dataset, view->families), row);
    struct family_difference family = {.id = id, .at = {kept_find(before, id), kept_find(after, id)}};
    struct kept_row found = family.at[side];
    if (found.view != view || found.row != row) return;  /* another view is of that family */
    if (side == AFTER && family.at[BEFORE].view) return; /* looked at already */
    if (!kept_is_wanted(before, family.at[BEFORE]) && !kept_is_wanted(after, family.at[AFTER])) return;
    if (!kept_told(before, family.at[BEFORE], id, family.at[AFTER])) return;
    if (!kept_told(after, family.at[AFTER], id, family.at[BEFORE])) return;
    compare_family(differences, family);
}

/* What is undetermined stands last. */
static int compare_families(const void *a, const void *b) {
    const struct family_difference *left = a, *right = b;
    if (left->undetermined != right->undetermined) return left->undetermined ? 1 : -1;
    int order = left->undetermined ? 0 : number_compare(right->size, left->size);
    return order ? order : text_compare(left->id, right->id);
}

static struct family_tally nothing(void) {
    return (struct family_tally){.paid = {number_zero, number_zero}};
}

bool family_differences_find(struct family_differences *differences, struct arena *arena, enum language language,
                             const struct kept *before, const struct kept *after) {
    *differences = (struct family_differences){.arena = arena, .language = language, .kept = {before, after}};
    differences->several = differences->all = nothing();
    for (size_t i = 0; i < CAUSES; i++) differences->by_cause[i] = nothing();
    arena_init(&differences->scratch);
    pair_benefits(differences);
    for (int side = BEFORE; side < KEPT_SIDES; side++)
        for (size_t i = 0; i < differences->kept[side]->views.count; i++) {
            const struct kept_view *view = differences->kept[side]->views.items[i];
            size_t rows = dataset_table(view->session.dataset, view->families)->rows;
            for (size_t row = 0; row < rows && !arena_failed(arena); row++) look_at(differences, side, view, row);
        }
    if (differences->list.count)
        qsort(differences->list.items, differences->list.count, sizeof *differences->list.items, compare_families);
    bool failed =
        arena_failed(arena) || arena_failed(&differences->scratch) || kept_failed(before) || kept_failed(after);
    arena_free(&differences->scratch);
    return !failed;
}
