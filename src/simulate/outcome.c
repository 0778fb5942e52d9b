/* Once all months are added: who gains and who loses, in bands and in groups, and what the indicators say. */
#include "simulate/simulation.h"

#include <stdlib.h>

enum { GROUPS_MAX = 64, BANDS_EACH_WAY = 6 };

/* --- families ----------------------------------------------------------------------------------------------------- */

static void tally_add(struct tally *tally, struct arena *arena, const struct family_change *family, size_t people) {
    enum change_outcome outcome = family->outcome;
    tally->families[outcome]++;
    tally->people[outcome] += people;
    if (outcome != UNDETERMINED) tally->sum[outcome] = number_add(arena, tally->sum[outcome], family->change);
}

static struct tally tally_none(void) {
    struct tally tally = {0};
    for (int i = 0; i < OUTCOMES; i++) tally.sum[i] = number_zero;
    return tally;
}

static void judge_families(struct simulation *simulation) {
    simulation->tally = tally_none();
    for (size_t i = 0; i < simulation->all.count; i++) {
        struct family_change *family = &simulation->all.items[i];
        family->change = number_subtract(simulation->arena, family->amount[REFORM], family->amount[TODAY]);
        int sign = number_sign(family->change);
        family->outcome = sign > 0 ? GAINS : sign < 0 ? LOSES : UNCHANGED;
        if (family->undetermined[TODAY] || family->undetermined[REFORM]) family->outcome = UNDETERMINED;
        tally_add(&simulation->tally, simulation->arena, family, family->people);
    }
}

/* What is undetermined stands last. */
static int compare_families(const void *a, const void *b) {
    const struct family_change *left = a, *right = b;
    bool open_left = left->outcome == UNDETERMINED, open_right = right->outcome == UNDETERMINED;
    if (open_left != open_right) return open_left ? 1 : -1;
    int order = open_left ? 0 : number_compare(right->change, left->change);
    return order ? order : text_compare(left->id, right->id);
}

static int compare_areas(const void *a, const void *b) {
    const struct area_change *left = a, *right = b;
    if (left->level != right->level) return left->level->index < right->level->index ? -1 : 1;
    int order = text_compare(left->id, right->id);
    return order ? order : left->benefit < right->benefit ? -1 : left->benefit > right->benefit;
}

/* --- bands -------------------------------------------------------------------------------------------------------- */

/* 1, 2, 5, 10, 20, 50 ... of the smallest coin. */
static struct number next_round(struct arena *arena, struct number number, size_t step) {
    struct number tenfold = number_divide(arena, number_from(5), number_from(2));
    return number_multiply(arena, number, step % 3 == 1 ? tenfold : number_from(2));
}

/* From the round amount that holds the greatest change downwards: the finest below lie in the first band. */
static void make_bands(struct simulation *simulation) {
    struct arena *arena = simulation->arena;
    struct number greatest = number_zero, bound = simulation->coin;
    struct number bounds[BANDS_EACH_WAY] = {bound};
    size_t steps = 0;
    for (size_t i = 0; i < simulation->all.count; i++)
        if (simulation->all.items[i].outcome != UNDETERMINED)
            greatest = number_max(greatest, number_absolute(arena, simulation->all.items[i].change));
    if (number_sign(greatest) == 0) return;
    while (number_compare(bound, greatest) < 0 && !arena_failed(arena)) {
        bound = next_round(arena, bound, steps++);
        bounds[steps % BANDS_EACH_WAY] = bound;
    }
    size_t count = steps + 1 < BANDS_EACH_WAY ? steps + 1 : BANDS_EACH_WAY;
    for (size_t i = 0; i < count; i++) {
        struct band band = {.low = number_zero, .tally = tally_none()};
        band.high = bounds[(steps + 1 - count + i) % BANDS_EACH_WAY];
        if (i) band.low = bounds[(steps - count + i) % BANDS_EACH_WAY];
        VECTOR_PUSH(arena, &simulation->gains, band);
        VECTOR_PUSH(arena, &simulation->losses, band);
    }
}

static void fill_bands(struct simulation *simulation) {
    for (size_t i = 0; i < simulation->all.count; i++) {
        const struct family_change *family = &simulation->all.items[i];
        if (family->outcome != GAINS && family->outcome != LOSES) continue;
        struct number size = number_absolute(simulation->arena, family->change);
        size_t band = 0;
        while (number_compare(size, simulation->gains.items[band].high) > 0) band++;
        struct tally *tally =
            family->outcome == GAINS ? &simulation->gains.items[band].tally : &simulation->losses.items[band].tally;
        tally_add(tally, simulation->arena, family, family->people);
    }
}

/* --- groups ------------------------------------------------------------------------------------------------------- */

/* How many values a field may have; 0: too many to make groups of. */
static size_t values_of(struct arena *arena, const struct field *by) {
    int64_t values = 0;
    if (by->type.kind == TYPE_BOOL) return 2;
    if (by->type.kind == TYPE_ENUM) return by->type.enumeration->count <= GROUPS_MAX ? by->type.enumeration->count : 0;
    if (by->type.kind != TYPE_NUMBER || !by->bounded) return 0;
    struct number width = number_divide(arena, number_subtract(arena, by->high, by->low), by->step);
    if (!number_to_int64(number_floor(arena, width, number_one), &values) || values >= GROUPS_MAX) return 0;
    return (size_t)values + 1;
}

enum by_result simulation_can_group(const struct simulation *simulation, const struct field *by) {
    const struct entity *families = simulation->families;
    if (!families || by->entity->is_event) return BY_ELSEWHERE;
    if (by->entity != simulation->people && !entity_is_within(families, by->entity)) return BY_ELSEWHERE;
    return values_of(simulation->arena, by) ? BY_OK : BY_TOO_MANY;
}

/* What the value is called: "Enrolled: yes". */
static void label_group(struct arena *arena, const struct field *by, const struct text value[LANGUAGES],
                        struct group *group) {
    for (enum language language = LANGUAGE_ZH; language < LANGUAGES; language++) {
        struct text label = label_or_name(by->label, by->name, language),
                    word = label_or_name(value, group->name, language);
        group->label[language] =
            text_format(arena, language == LANGUAGE_ZH ? "%.*s:%.*s" : "%.*s: %.*s", TEXT_ARG(label), TEXT_ARG(word));
    }
}

static void name_group(struct arena *arena, const struct field *by, size_t number, struct group *group) {
    struct text words[LANGUAGES] = {{0}};
    if (by->type.kind == TYPE_BOOL) {
        words[LANGUAGE_ZH] = number ? TEXT("是") : TEXT("否");
        words[LANGUAGE_EN] = group->name = number ? TEXT("yes") : TEXT("no");
    } else if (by->type.kind == TYPE_ENUM) {
        const struct enum_value *value = &by->type.enumeration->values[number];
        group->name = value->name.text;
        for (int language = 0; language < LANGUAGES; language++) words[language] = value->label[language];
    } else {
        struct number steps = number_multiply(arena, number_from((int64_t)number), by->step);
        group->name = number_exact(arena, number_divide(arena, number_add(arena, by->low, steps), by->scale));
    }
    label_group(arena, by, words, group);
}

/* Of those for whom the field has no value. */
static void name_rest(struct arena *arena, const struct field *by, struct group *group) {
    static const struct text words[LANGUAGES] = {[LANGUAGE_ZH] = {"未知", 6}, [LANGUAGE_EN] = {"unknown", 7}};
    group->name = TEXT("unknown");
    label_group(arena, by, words, group);
}

/* Which group the value of a row belongs to; the last when it has none. */
static size_t group_of(struct simulation *simulation, const struct grouping *grouping, size_t row) {
    const struct field *by = grouping->by;
    struct value value = run_in_force(simulation->last[TODAY], by, row);
    int64_t steps = -1;
    if (value.state != VALUE_KNOWN) return grouping->count - 1;
    if (by->type.kind == TYPE_BOOL) return value.as.truth;
    if (by->type.kind == TYPE_ENUM) return value.as.choice;
    struct number above = number_subtract(simulation->arena, value.as.number, by->low);
    struct number whole =
        number_floor(simulation->arena, number_divide(simulation->arena, above, by->step), number_one);
    bool fits = number_to_int64(whole, &steps) && steps >= 0 && (size_t)steps + 1 < grouping->count;
    return fits ? (size_t)steps : grouping->count - 1;
}

/* A family stands in the groups of all its people, each counted in the group of his own value; of a field of the family
 * or of its area in one group with all of them. */
static void add_family(struct simulation *simulation, struct grouping *grouping, const struct family_change *family) {
    struct arena *arena = simulation->arena;
    const struct dataset *dataset = simulation->last[TODAY]->dataset;
    size_t begin, end, members[GROUPS_MAX + 1] = {0};
    bool of_people = grouping->by->entity == simulation->people;
    if (family->row == SIZE_MAX) {
        tally_add(&grouping->groups[grouping->count - 1].tally, arena, family, family->people);
        return;
    }
    if (!of_people) {
        size_t at = dataset_climb(dataset, simulation->families, family->row, grouping->by->entity);
        tally_add(&grouping->groups[group_of(simulation, grouping, at)].tally, arena, family, family->people);
        return;
    }
    dataset_below(dataset, simulation->families, family->row, simulation->people, &begin, &end);
    for (size_t row = begin; row < end; row++) members[group_of(simulation, grouping, row)]++;
    for (size_t i = 0; i < grouping->count; i++)
        if (members[i]) tally_add(&grouping->groups[i].tally, arena, family, members[i]);
}

static void group_families(struct simulation *simulation, const struct field *by) {
    struct grouping grouping = {.by = by, .count = values_of(simulation->arena, by) + 1};
    grouping.groups = ARENA_ARRAY(simulation->arena, struct group, grouping.count);
    if (arena_failed(simulation->arena)) return;
    for (size_t i = 0; i < grouping.count; i++) {
        grouping.groups[i].tally = tally_none();
        if (i + 1 < grouping.count) name_group(simulation->arena, by, i, &grouping.groups[i]);
    }
    name_rest(simulation->arena, by, &grouping.groups[grouping.count - 1]);
    for (size_t i = 0; i < simulation->all.count; i++) add_family(simulation, &grouping, &simulation->all.items[i]);
    VECTOR_PUSH(simulation->arena, &simulation->groupings, grouping);
}

/* --- indicators --------------------------------------------------------------------------------------------------- */

static bool is_measured(const struct value *value) {
    return value->state != VALUE_FAULT || value->reason.kind != REASON_DIVISION;
}

static bool in_force(const struct run *run, const struct indicator *indicator) {
    return indicator && run->first_day >= indicator->from && run->first_day <= indicator->until;
}

/* The place of the level of that name among the indicator's; false when it has none. */
static bool find_level(const struct indicator *indicator, struct text name, size_t *level) {
    for (*level = 0; indicator && *level < indicator->levels.count; ++*level)
        if (text_equal(indicator->levels.items[*level]->name, name)) return true;
    return false;
}

static void compare_level(struct simulation *simulation, const struct indicator *today, const struct indicator *reform,
                          const struct entity *level) {
    const struct indicator *indicators[SIDES] = {today, reform};
    const struct table *table = dataset_table(simulation->last[TODAY]->dataset,
                                              map_get(&simulation->policy[TODAY]->entity_by_name, level->name));
    for (size_t row = 0; row < table->rows; row++) {
        struct indicator_change change = {.level = table->entity, .id = table_id(table, row)};
        bool measured = false;
        for (enum side side = TODAY; side < SIDES; side++) {
            size_t at;
            change.value[side] = value_fault(REASON_DIVISION, NULL, 0);
            if (!in_force(simulation->last[side], indicators[side])) continue;
            if (!find_level(indicators[side], level->name, &at)) continue;
            change.indicator[side] = indicators[side];
            change.value[side] = run_indicator(simulation->last[side], indicators[side], at, row);
            measured = measured || is_measured(&change.value[side]);
        }
        if (measured) VECTOR_PUSH(simulation->arena, &simulation->indicators, change);
    }
}

static void compare_indicators(struct simulation *simulation) {
    const struct policy *today = simulation->policy[TODAY], *reform = simulation->policy[REFORM];
    size_t at;
    for (size_t i = 0; i < today->indicators.count; i++) {
        const struct indicator *indicator = today->indicators.items[i];
        const struct indicator *other = map_get(&reform->indicator_by_name, indicator->name);
        for (size_t level = 0; level < indicator->levels.count; level++)
            compare_level(simulation, indicator, other, indicator->levels.items[level]);
    }
    for (size_t i = 0; i < reform->indicators.count; i++) {
        const struct indicator *indicator = reform->indicators.items[i];
        const struct indicator *other = map_get(&today->indicator_by_name, indicator->name);
        for (size_t level = 0; level < indicator->levels.count; level++)
            if (!find_level(other, indicator->levels.items[level]->name, &at))
                compare_level(simulation, other, indicator, indicator->levels.items[level]);
    }
}

bool simulation_finish(struct simulation *simulation, const struct field *const *bys, size_t count) {
    judge_families(simulation);
    make_bands(simulation);
    if (arena_failed(simulation->arena)) return false;
    fill_bands(simulation);
    for (size_t i = 0; i < count; i++) group_families(simulation, bys[i]);
    compare_indicators(simulation);
    if (simulation->all.count)
        qsort(simulation->all.items, simulation->all.count, sizeof *simulation->all.items, compare_families);
    if (simulation->areas.count)
        qsort(simulation->areas.items, simulation->areas.count, sizeof *simulation->areas.items, compare_areas);
    bool failed = run_failed(simulation->last[TODAY]) || run_failed(simulation->last[REFORM]);
    return !failed && !arena_failed(simulation->arena);
}
