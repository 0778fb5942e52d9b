/* What differs in what two sides knew of a family. */
#include "cli/family_differences.h"

#include "base/calendar.h"
#include "base/shown.h"

#include <assert.h>

struct finding_causes {
    struct family_differences *differences;
    struct family_difference *family;
};

/* Of one entity, the rows that lie in the family on either side. */
struct two_rows {
    const struct entity *entity[KEPT_SIDES];
    const struct table *table[KEPT_SIDES];
    size_t begin[KEPT_SIDES], end[KEPT_SIDES];
};

static const struct dataset *dataset_at(const struct finding_causes *finding, int side) {
    return finding->family->at[side].view->session.dataset;
}

/* --- where rows lie ----------------------------------------------------------------------------------------------- */

/* Among those of its parent: events are not found by their names. */
static size_t find_event(struct family_differences *differences, const struct dataset *dataset,
                         const struct entity *event, struct text id) {
    size_t begin, end, parent = event_parent(dataset, event, &differences->scratch, id);
    if (parent == SIZE_MAX) return SIZE_MAX;
    dataset_below(dataset, event->parent, parent, event, &begin, &end);
    for (; begin < end; begin++)
        if (text_equal(table_id(dataset_table(dataset, event), begin), id)) return begin;
    return SIZE_MAX;
}

bool family_holds(struct family_differences *differences, struct kept_row family, const struct entity *like,
                  struct text id) {
    const struct entity *entity = family.view ? entity_like(family.view->session.policy, like) : NULL;
    if (!entity) return false;
    const struct dataset *dataset = family.view->session.dataset;
    size_t row = entity->is_event ? find_event(differences, dataset, entity, id)
                                  : table_find(dataset_table(dataset, entity), id);
    return row != SIZE_MAX && dataset_climb(dataset, entity, row, family.view->families) == family.row;
}

bool family_counts(const struct kept *kept, const struct kept_view *view, const struct entity *entity, size_t row) {
    if (!entity->is_event) return true;
    const struct column *dates = dataset_column(view->session.dataset, entity->dated.items[0]);
    return day_month((day_number)column_get(dates, row)) <= kept->month;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

/* As the law reads it: what is empty may mean something. */
static struct value input_value(const struct finding_causes *finding, int side, const struct field *input, size_t row) {
    return run_value(finding->family->at[side].view->session.run, input, row);
}

static struct text plain_value(struct arena *arena, const struct dataset *dataset, const struct field *input,
                               const struct value *value) {
    if (value->state != VALUE_KNOWN) return TEXT("");
    return value_plain_in(arena, dataset, &input->type, input->scale, value);
}

/* Numbers in base units, whatever unit the law shows them in; all else by name. */
static bool is_same(const struct field *const input[KEPT_SIDES], const struct value value[KEPT_SIDES],
                    const struct text plain[KEPT_SIDES]) {
    bool numbers = input[BEFORE]->type.kind == TYPE_NUMBER && input[AFTER]->type.kind == TYPE_NUMBER;
    if (value[BEFORE].state != value[AFTER].state) return false;
    if (value[BEFORE].state != VALUE_KNOWN) return true;
    return numbers ? number_equal(value[BEFORE].as.number, value[AFTER].as.number)
                   : text_equal(plain[BEFORE], plain[AFTER]);
}

static struct text shown_value(const struct finding_causes *finding, int side, const struct field *input,
                               const struct value *value) {
    enum language language = finding->differences->language;
    struct arena *arena = finding->differences->arena;
    if (value->state != VALUE_KNOWN) return language == LANGUAGE_ZH ? TEXT("未知") : TEXT("unknown");
    if (input->sealed) return language == LANGUAGE_ZH ? TEXT("已加密") : TEXT("sealed");
    struct text shown =
        value_show_in(arena, dataset_at(finding, side), &input->type, input->scale, input->step, value, language);
    return text_shown(arena, shown);
}

/* What people recognise the row by: 甲 1970-01-01. */
static struct text known_by(const struct finding_causes *finding, int side, const struct entity *entity, size_t row) {
    struct arena *arena = finding->differences->arena;
    struct text text = TEXT("");
    for (size_t i = 0; i < entity->known_by.count; i++) {
        const struct field *input = entity->known_by.items[i];
        struct value value = input_value(finding, side, input, row);
        if (input->sealed || value.state != VALUE_KNOWN) continue;
        struct text shown = shown_value(finding, side, input, &value);
        text = text.length ? text_format(arena, "%.*s %.*s", TEXT_ARG(text), TEXT_ARG(shown)) : shown;
    }
    return text;
}

/* --- details ------------------------------------------------------------------------------------------------------ */

static struct family_detail *add_detail(const struct finding_causes *finding, enum family_detail_kind kind, int side,
                                        const struct entity *entity, size_t row) {
    bool person = kind == DETAIL_JOINED || kind == DETAIL_LEFT;
    struct family_detail detail = {.kind = kind, .entity = entity};
    detail.id = table_id(dataset_table(dataset_at(finding, side), entity), row);
    detail.known_by = known_by(finding, side, entity, row);
    finding->family->causes |= 1U << (person ? CAUSE_PERSON : CAUSE_INPUT);
    VECTOR_PUSH(finding->differences->arena, &finding->family->details, detail);
    size_t count = finding->family->details.count;
    return count ? &finding->family->details.items[count - 1] : NULL;
}

static void compare_input(const struct finding_causes *finding, const struct field *const input[KEPT_SIDES],
                          const size_t row[KEPT_SIDES]) {
    struct arena *scratch = &finding->differences->scratch;
    struct value value[KEPT_SIDES];
    struct text plain[KEPT_SIDES];
    for (int side = BEFORE; side < KEPT_SIDES; side++) {
        value[side] = input_value(finding, side, input[side], row[side]);
        plain[side] = plain_value(scratch, dataset_at(finding, side), input[side], &value[side]);
    }
    if (is_same(input, value, plain)) return;
    bool sealed = input[BEFORE]->sealed || input[AFTER]->sealed;
    struct family_detail *detail = add_detail(finding, DETAIL_INPUT, AFTER, input[AFTER]->entity, row[AFTER]);
    for (int side = BEFORE; side < KEPT_SIDES && detail; side++) {
        detail->input = input[AFTER];
        detail->shown[side] = shown_value(finding, side, sealed ? input[AFTER] : input[side], &value[side]);
        detail->plain[side] = sealed ? TEXT("") : text_copy(finding->differences->arena, plain[side]);
    }
}

/* Inputs that one law has alone are the law's. */
static void compare_inputs(const struct finding_causes *finding, const struct entity *const entity[KEPT_SIDES],
                           const size_t row[KEPT_SIDES]) {
    for (size_t i = 0; i < entity[BEFORE]->inputs.count; i++) {
        const struct field *before = entity[BEFORE]->inputs.items[i];
        const struct field *after = map_get(&entity[AFTER]->by_name, before->name);
        if (after && after->kind == FIELD_INPUT)
            compare_input(finding, (const struct field *const[]){before, after}, row);
    }
}

/* --- what lies in the family -------------------------------------------------------------------------------------- */

/* What hangs on a row that is new or gone itself is that row's. */
static bool hangs(const struct finding_causes *finding, const struct two_rows *rows, int side, size_t row) {
    const struct entity *parent = rows->entity[side]->parent, *families = finding->family->at[side].view->families;
    if (parent == families) return false;
    size_t above = rows->table[side]->parents[row];
    struct text id = table_id(dataset_table(dataset_at(finding, side), parent), above);
    return !family_holds(finding->differences, finding->family->at[side == BEFORE ? AFTER : BEFORE], parent, id);
}

static void tell_alone(const struct finding_causes *finding, const struct two_rows *rows, int side, size_t row) {
    const struct kept_view *view = finding->family->at[side].view;
    bool person = rows->entity[side] == view->people;
    enum family_detail_kind kind =
        side == AFTER ? (person ? DETAIL_JOINED : DETAIL_FRESH) : (person ? DETAIL_LEFT : DETAIL_GONE);
    bool counts = family_counts(finding->differences->kept[side], view, rows->entity[side], row);
    if (counts && !hangs(finding, rows, side, row)) add_detail(finding, kind, side, rows->entity[side], row);
}

static void compare_both(const struct finding_causes *finding, const struct two_rows *rows,
                         const size_t row[KEPT_SIDES]) {
    bool counts = false;
    for (int side = BEFORE; side < KEPT_SIDES; side++)
        counts = counts || family_counts(finding->differences->kept[side], finding->family->at[side].view,
                                         rows->entity[side], row[side]);
    if (counts) compare_inputs(finding, rows->entity, row);
}

static void compare_entity(const struct finding_causes *finding, struct two_rows *rows) {
    struct arena *scratch = &finding->differences->scratch;
    struct map before;
    for (int side = BEFORE; side < KEPT_SIDES; side++) {
        const struct kept_row at = finding->family->at[side];
        rows->table[side] = dataset_table(dataset_at(finding, side), rows->entity[side]);
        dataset_below(dataset_at(finding, side), at.view->families, at.row, rows->entity[side], &rows->begin[side],
                      &rows->end[side]);
    }
    map_init(&before, scratch);
    bool *met = ARENA_ARRAY(scratch, bool, rows->end[BEFORE] - rows->begin[BEFORE] + 1);
    for (size_t row = rows->begin[BEFORE]; row < rows->end[BEFORE]; row++)
        map_put(&before, table_id(rows->table[BEFORE], row), (void *)(row + 1));
    if (arena_failed(scratch)) return;
    for (size_t row = rows->begin[AFTER]; row < rows->end[AFTER]; row++) {
        size_t found = (size_t)map_get(&before, table_id(rows->table[AFTER], row));
        if (found) met[found - 1 - rows->begin[BEFORE]] = true;
        if (found)
            compare_both(finding, rows, (const size_t[]){found - 1, row});
        else
            tell_alone(finding, rows, AFTER, row);
    }
    for (size_t row = rows->begin[BEFORE]; row < rows->end[BEFORE]; row++)
        if (!met[row - rows->begin[BEFORE]]) tell_alone(finding, rows, BEFORE, row);
}

static void compare_family(const struct finding_causes *finding) {
    const struct kept_view *before = finding->family->at[BEFORE].view, *after = finding->family->at[AFTER].view;
    const struct policy *law = before->session.policy;
    for (size_t i = 0; i < law->entities.count; i++) {
        const struct entity *entity = law->entities.items[i];
        struct two_rows rows = {.entity = {entity, entity_like(after->session.policy, entity)}};
        if (entity_is_within(entity, before->families) && rows.entity[AFTER]) compare_entity(finding, &rows);
    }
}

/* --- the areas above, and where the law is another ---------------------------------------------------------------- */

static void tell_moved(const struct finding_causes *finding, const struct entity *entity[KEPT_SIDES],
                       const size_t row[KEPT_SIDES]) {
    struct arena *arena = finding->differences->arena;
    struct family_detail *detail = add_detail(finding, DETAIL_MOVED, AFTER, entity[AFTER], row[AFTER]);
    for (int side = BEFORE; side < KEPT_SIDES && detail; side++) {
        struct text id = table_id(dataset_table(dataset_at(finding, side), entity[side]), row[side]);
        struct text name = known_by(finding, side, entity[side], row[side]);
        detail->plain[side] = id;
        detail->shown[side] = text_shown(arena, id);
        if (name.length)
            detail->shown[side] = text_format(arena, "%.*s %.*s", TEXT_ARG(detail->shown[side]), TEXT_ARG(name));
    }
}

/* The nearest area that is another is told; what lies above both is compared. */
static void compare_areas(const struct finding_causes *finding) {
    bool moved = false;
    const struct entity *families[KEPT_SIDES] = {finding->family->at[BEFORE].view->families,
                                                 finding->family->at[AFTER].view->families};
    const struct entity *area[KEPT_SIDES] = {families[BEFORE]->parent, families[AFTER]->parent};
    for (; area[BEFORE] && area[AFTER]; area[BEFORE] = area[BEFORE]->parent, area[AFTER] = area[AFTER]->parent) {
        size_t row[KEPT_SIDES];
        struct text id[KEPT_SIDES];
        for (int side = BEFORE; side < KEPT_SIDES; side++) {
            row[side] =
                dataset_climb(dataset_at(finding, side), families[side], finding->family->at[side].row, area[side]);
            id[side] = table_id(dataset_table(dataset_at(finding, side), area[side]), row[side]);
        }
        if (text_equal(id[BEFORE], id[AFTER]))
            compare_inputs(finding, area, row);
        else if (!moved)
            tell_moved(finding, area, row);
        moved = moved || !text_equal(id[BEFORE], id[AFTER]);
    }
}

/* A family that one side knows alone: all who are in it. */
static void tell_members(const struct finding_causes *finding, int side) {
    const struct kept_row at = finding->family->at[side];
    size_t begin, end;
    assert(at.view); /* one side knows it */
    add_detail(finding, side == AFTER ? DETAIL_FRESH : DETAIL_GONE, side, at.view->families, at.row);
    dataset_below(at.view->session.dataset, at.view->families, at.row, at.view->people, &begin, &end);
    for (; begin < end; begin++)
        add_detail(finding, side == AFTER ? DETAIL_JOINED : DETAIL_LEFT, side, at.view->people, begin);
    finding->family->causes = 1U << CAUSE_PERSON;
}

/* The law by which each side told of the family; of one that it did not know, by its last run. */
static bool is_other_law(const struct finding_causes *finding) {
    struct text law[KEPT_SIDES];
    for (int side = BEFORE; side < KEPT_SIDES; side++) {
        const struct kept_view *view = finding->family->at[side].view;
        law[side] = view ? view->run.policy : finding->differences->kept[side]->run.policy;
    }
    return !text_equal(law[BEFORE], law[AFTER]);
}

void family_find_causes(struct family_differences *differences, struct family_difference *family) {
    struct finding_causes finding = {differences, family};
    bool one_month = differences->kept[BEFORE]->month == differences->kept[AFTER]->month;
    if (family->at[BEFORE].view && family->at[AFTER].view) {
        compare_areas(&finding);
        compare_family(&finding);
    } else {
        tell_members(&finding, family->at[AFTER].view ? AFTER : BEFORE);
    }
    if (is_other_law(&finding)) family->causes |= 1U << CAUSE_LAW;
    if (!family->causes) family->causes = 1U << (one_month ? CAUSE_OTHER : CAUSE_TIME);
}
