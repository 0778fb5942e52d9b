#include "simulate/simulation.h"

#include "exchange/totals.h"

/* --- money -------------------------------------------------------------------------------------------------------- */

bool is_money(const struct type *type) {
    if (type->kind != TYPE_NUMBER || type->powers[DIMENSION_MONEY] != 1) return false;
    for (size_t i = 0; i < DIMENSIONS; i++)
        if (i != DIMENSION_MONEY && type->powers[i] != (i == DIMENSION_MONTH ? type->powers[DIMENSION_MONTH] : 0))
            return false;
    return type->powers[DIMENSION_MONTH] == 0 || type->powers[DIMENSION_MONTH] == -1;
}

struct number paid_in_month(struct arena *arena, const struct field *benefit, struct number value) {
    enum { MONTHS_A_YEAR = 12 };
    bool by_year = benefit->type.powers[DIMENSION_MONTH] == -1 && benefit->declaration->yearly;
    return by_year ? number_multiply(arena, value, number_from(MONTHS_A_YEAR)) : value;
}

struct number smallest_coin(const struct policy *policy) {
    const struct unit *currency = map_get(&policy->unit_by_name, policy->currency);
    return currency ? currency->step : number_one;
}

/* --- beginning ---------------------------------------------------------------------------------------------------- */

static void add_benefit(struct simulation *simulation, const struct field *today, const struct field *reform) {
    const struct field *any = today ? today : reform;
    struct benefit_change change = {.benefit = {today, reform}, .paid = is_money(&any->type)};
    change.amount[TODAY] = change.amount[REFORM] = number_zero;
    VECTOR_PUSH(simulation->arena, &simulation->benefits, change);
}

static const struct field *benefit_of(const struct policy *policy, const struct field *like) {
    const struct field *found = policy_field(policy, like->entity->name, like->name);
    return found && found->kind == FIELD_BENEFIT ? found : NULL;
}

/* Those of today in their order, then those that only the reform has. */
static void pair_benefits(struct simulation *simulation) {
    const struct policy *today = simulation->policy[TODAY], *reform = simulation->policy[REFORM];
    for (size_t i = 0; i < today->fields.count; i++) {
        const struct field *benefit = today->fields.items[i];
        if (benefit->kind != FIELD_BENEFIT) continue;
        const struct field *other = benefit_of(reform, benefit);
        bool alike = other && is_money(&benefit->type) == is_money(&other->type);
        add_benefit(simulation, benefit, alike ? other : NULL);
        if (other && !alike) add_benefit(simulation, NULL, other);
    }
    for (size_t i = 0; i < reform->fields.count; i++) {
        const struct field *benefit = reform->fields.items[i];
        if (benefit->kind == FIELD_BENEFIT && !benefit_of(today, benefit)) add_benefit(simulation, NULL, benefit);
    }
}

bool simulation_begin(struct simulation *simulation, struct arena *arena, const struct dataset *today,
                      const struct policy *reform) {
    *simulation = (struct simulation){.arena = arena, .policy = {today->policy, reform}};
    simulation->people = totals_people(today);
    simulation->families = simulation->people ? simulation->people->parent : NULL;
    simulation->coin = smallest_coin(today->policy);
    simulation->total[TODAY] = simulation->total[REFORM] = number_zero;
    map_init(&simulation->area_places, arena);
    map_init(&simulation->family_places, arena);
    pair_benefits(simulation);
    return !arena_failed(arena);
}

/* --- funds and areas ---------------------------------------------------------------------------------------------- */

static struct fund_change *fund_of(struct simulation *simulation, const struct policy *policy,
                                   const struct field *benefit) {
    struct text name = benefit->declaration->fund.text;
    for (size_t i = 0; i < simulation->funds.count; i++)
        if (text_equal(simulation->funds.items[i].name, name)) return &simulation->funds.items[i];
    struct fund_change fund = {.name = name, .amount = {number_zero, number_zero}};
    const struct declaration *declaration = name.length ? map_get(&policy->fund_by_name, name) : NULL;
    for (int language = 0; declaration && language < LANGUAGES; language++)
        fund.label[language] = declaration->label[language];
    VECTOR_PUSH(simulation->arena, &simulation->funds, fund);
    return simulation->funds.count ? &simulation->funds.items[simulation->funds.count - 1] : NULL;
}

static struct area_change *area_of(struct simulation *simulation, const struct entity *level, struct text id,
                                   size_t benefit) {
    struct arena_mark mark = arena_here(simulation->arena);
    struct text key = text_format(simulation->arena, "%zu/%zu/%.*s", level->index, benefit, TEXT_ARG(id));
    size_t place = (size_t)map_get(&simulation->area_places, key);
    if (place) {
        arena_rewind(simulation->arena, mark);
        return &simulation->areas.items[place - 1];
    }
    struct area_change area = {.level = level, .id = id, .benefit = benefit, .amount = {number_zero, number_zero}};
    VECTOR_PUSH(simulation->arena, &simulation->areas, area);
    map_put(&simulation->area_places, key, (void *)simulation->areas.count);
    return arena_failed(simulation->arena) ? NULL : &simulation->areas.items[simulation->areas.count - 1];
}

/* --- a month ------------------------------------------------------------------------------------------------------ */

/* One side of a month that is being added. */
struct adding {
    struct simulation *simulation;
    struct run *run;
    enum side side;
    const struct entity *families; /* of the run's own policy */
    const size_t *place;           /* of each row of the families, among all */
};

static const struct entity *entity_like(const struct policy *policy, const struct entity *entity) {
    return entity ? map_get(&policy->entity_by_name, entity->name) : NULL;
}

/* Families apart, what lies above a benefit's row. */
static void add_to_areas(const struct adding *adding, size_t index, size_t row, const struct number *amount) {
    struct simulation *simulation = adding->simulation;
    const struct entity *entity = simulation->benefits.items[index].benefit[adding->side]->entity;
    for (const struct entity *level = entity->parent; level; level = level->parent) {
        if (adding->families && entity_is_within(level, adding->families)) continue;
        size_t at = dataset_climb(adding->run->dataset, entity, row, level);
        const struct entity *own = entity_like(simulation->policy[TODAY], level);
        struct area_change *area =
            area_of(simulation, own, table_id(dataset_table(adding->run->dataset, level), at), index);
        if (!area) return;
        if (amount)
            area->amount[adding->side] = number_add(simulation->arena, area->amount[adding->side], *amount);
        else
            area->undetermined[adding->side]++;
    }
}

static void add_to_family(const struct adding *adding, const struct entity *entity, size_t row,
                          const struct number *amount) {
    struct simulation *simulation = adding->simulation;
    if (!adding->families || !entity_is_within(entity, adding->families)) return;
    size_t at = dataset_climb(adding->run->dataset, entity, row, adding->families);
    struct family_change *family = &simulation->all.items[adding->place[at]];
    if (amount)
        family->amount[adding->side] = number_add(simulation->arena, family->amount[adding->side], *amount);
    else
        family->undetermined[adding->side] = true;
}

static void add_row(const struct adding *adding, size_t index, size_t row) {
    struct simulation *simulation = adding->simulation;
    struct benefit_change *change = &simulation->benefits.items[index];
    const struct field *benefit = change->benefit[adding->side];
    if (!totals_take(adding->run, benefit, row)) return;
    struct value value = run_value(adding->run, benefit, row);
    bool known = value.state == VALUE_KNOWN;
    if (known && number_sign(value.as.number) == 0) return;
    struct number amount = number_zero;
    if (known) amount = change->paid ? paid_in_month(simulation->arena, benefit, value.as.number) : value.as.number;
    change->awards[adding->side] += known;
    change->undetermined[adding->side] += !known;
    change->amount[adding->side] = number_add(simulation->arena, change->amount[adding->side], amount);
    add_to_areas(adding, index, row, known ? &amount : NULL);
    if (change->paid) add_to_family(adding, benefit->entity, row, known ? &amount : NULL);
    struct fund_change *fund = change->paid ? fund_of(simulation, simulation->policy[adding->side], benefit) : NULL;
    if (!fund) return;
    fund->amount[adding->side] = number_add(simulation->arena, fund->amount[adding->side], amount);
    simulation->total[adding->side] = number_add(simulation->arena, simulation->total[adding->side], amount);
}

static void add_side(const struct adding *adding) {
    struct simulation *simulation = adding->simulation;
    const struct confirmation *confirmation = confirmation_of(adding->run);
    if (!confirmation) return; /* its run has failed */
    for (size_t i = 0; i < simulation->benefits.count; i++) {
        struct benefit_change *change = &simulation->benefits.items[i];
        const struct field *benefit = change->benefit[adding->side];
        if (!benefit) continue;
        change->unconfirmed[adding->side] |= confirmation->unconfirmed[benefit->index];
        size_t rows = dataset_table(adding->run->dataset, benefit->entity)->rows;
        for (size_t row = 0; row < rows; row++) add_row(adding, i, row);
    }
}

/* The families of the month, those that are new among them; where each stands among all. */
static size_t *place_families(struct simulation *simulation, const struct dataset *dataset) {
    const struct table *table = dataset_table(dataset, simulation->families);
    size_t *place = ARENA_ARRAY(simulation->arena, size_t, table->rows + 1);
    if (arena_failed(simulation->arena)) return NULL;
    for (size_t i = 0; i < simulation->all.count; i++) simulation->all.items[i].row = SIZE_MAX;
    for (size_t row = 0; row < table->rows; row++) {
        size_t begin, end, at = (size_t)map_get(&simulation->family_places, table_id(table, row));
        if (at == 0) {
            struct family_change family = {.id = table_id(table, row), .amount = {number_zero, number_zero}};
            VECTOR_PUSH(simulation->arena, &simulation->all, family);
            at = simulation->all.count;
            map_put(&simulation->family_places, table_id(table, row), (void *)at);
            if (arena_failed(simulation->arena)) return NULL;
        }
        dataset_below(dataset, simulation->families, row, simulation->people, &begin, &end);
        place[row] = at - 1;
        simulation->all.items[at - 1].row = row;
        simulation->all.items[at - 1].people = end - begin;
    }
    return place;
}

static bool same_rows(const struct dataset *a, const struct dataset *b) {
    for (size_t i = 0; i < a->policy->entities.count; i++) {
        const struct entity *entity = a->policy->entities.items[i];
        const struct table *left = dataset_table(a, entity), *right = dataset_table(b, entity_like(b->policy, entity));
        if (left->rows != right->rows) return false;
        for (size_t row = 0; row < left->rows; row++)
            if (!text_equal(table_id(left, row), table_id(right, row))) return false;
    }
    return true;
}

enum simulation_result simulation_add(struct simulation *simulation, struct run *today, struct run *reform) {
    struct run *runs[SIDES] = {today, reform};
    size_t *place = NULL;
    if (!same_rows(today->dataset, reform->dataset)) return SIMULATION_ROWS_DIFFER;
    if (!simulation->last[TODAY]) simulation->first_month = today->month;
    simulation->last_month = today->month;
    if (simulation->families) {
        place = place_families(simulation, today->dataset);
        if (!place) return SIMULATION_NO_MEMORY;
        simulation->family_rows = dataset_table(today->dataset, simulation->families)->rows;
        simulation->people_rows = dataset_table(today->dataset, simulation->people)->rows;
    }
    for (enum side side = TODAY; side < SIDES; side++) {
        struct adding adding = {.simulation = simulation, .run = runs[side], .side = side, .place = place};
        adding.families = entity_like(simulation->policy[side], simulation->families);
        add_side(&adding);
        simulation->last[side] = runs[side];
        if (run_failed(runs[side])) return SIMULATION_NO_MEMORY;
    }
    return arena_failed(simulation->arena) ? SIMULATION_NO_MEMORY : SIMULATION_OK;
}
