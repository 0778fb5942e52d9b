#include "random_world.h"

#include "engine/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct policy *compile(struct random_policy *law) {
    static const char table[] = "band,value,confidence\n0,0.02,high\n12000,0.1,high\n30000,0.25,high\n";
    struct text text = random_policy_text(law), local = random_policy_local(law);
    struct policy *policy = policy_new();
    assert_non_null(policy);
    policy_begin_layer(policy, TEXT("random"));
    policy_add_file(policy, TEXT("law.md"), text);
    policy_add_file(policy, TEXT("tables/scale.csv"), TEXT(table));
    policy_add_file(policy, TEXT("tables/tariff.csv"), random_policy_tariff(law));
    policy_begin_layer(policy, TEXT("local"));
    policy_add_file(policy, TEXT("local.md"), local);
    if (policy_compile(policy)) return policy;
    if (getenv("DOUDI_REFUSALS")) print_message("# %s\n", policy->diagnostics.list.items[0].message->code);
    policy_free(policy);
    return NULL;
}

/* Rules are added one by one; one that the checker refuses (never reached, too wide, …) is taken back. */
void make_law(struct random_policy *law, uint64_t seed) {
    random_policy_init(law, seed);
    for (int i = 0; i < RULES_TRIED; i++) {
        random_policy_add_rule(law);
        struct policy *policy = compile(law);
        if (!policy) {
            law->rules_count--;
            law->refused++;
        }
        policy_free(policy);
    }
    random_policy_add_promise(law);
}

static void put(struct world *world, const struct random_data *data, enum level level, int row, size_t input) {
    const struct random_row *values = &data->rows[level][row];
    const struct random_input *it = &world->law.inputs[input];
    const struct field *field = policy_field(world->policy, text_from(level_names[level]), text_from(it->name));
    assert_non_null(field);
    size_t number = world->records.tables[field->entity->index].count - 1;
    records_put(&world->records, field, number, values->values[input]);
}

/* Data after the first have names of their own. */
static struct text id_of(struct world *world, const struct random_data *data, enum level level, int row, size_t more) {
    const char *id = data->rows[level][row].id;
    return more ? text_format(&world->arena, "%s-%zu", id, more) : text_from(id);
}

static void add_rows(struct world *world, const struct random_data *data, enum level level, const int *order,
                     size_t more) {
    const struct entity *entity = map_get(&world->policy->entity_by_name, text_from(level_names[level]));
    for (size_t i = 0; i < data->count[level]; i++) {
        int row = order[i];
        const struct random_row *from = &data->rows[level][row];
        struct record_row record = {.from = MONTH_FIRST, .until = MONTH_LAST};
        if (level != CLAIM) record.id = id_of(world, data, level, row, more);
        if (level != COUNTY) record.parent = id_of(world, data, (enum level)(level - 1), from->parent, more);
        if (records_add(&world->records, entity, record) == SIZE_MAX) return;
        if (!more) world->arrival[level][i] = row;
        for (size_t k = 0; k < world->law.inputs_count; k++)
            if (world->law.inputs[k].level == level && from->known[k]) put(world, data, level, row, k);
    }
}

/* Rows arrive in order, or shuffled. */
static void add_data(struct world *world, const struct random_data *data, bool shuffled, size_t more) {
    for (enum level level = COUNTY; level < LEVELS; level++) {
        int order[ROWS_MAX];
        for (size_t i = 0; i < data->count[level]; i++) {
            size_t at = shuffled ? chance_below(&world->law, i + 1) : i;
            order[i] = order[at];
            order[at] = (int)i;
        }
        add_rows(world, data, level, order, more);
    }
}

static void make_records(struct world *world, bool shuffled) {
    records_init(&world->records, &world->arena, world->policy);
    if (arena_failed(&world->arena)) return;
    add_data(world, &world->data, shuffled, 0);
    for (size_t i = 1; i <= world->more && !arena_failed(&world->arena); i++) {
        struct random_data data;
        random_data_fill(&world->law, &data);
        add_data(world, &data, shuffled, i);
    }
}

static bool decide(struct world *world) {
    const struct run_options options = {.known = world->law.known_in_september ? day_from(2018, 9, 1) : DAY_NEVER};
    for (int i = 0; i < MONTHS; i++) {
        struct refusals refusals = {.arena = &world->arena};
        world->dataset[i] = dataset_new(world->policy, &world->records, MONTH + i, &refusals);
        if (!world->dataset[i]) return false;
        assert_int_equal(refusals.list.count, 0);
        if (!settle_past(&world->history, &world->records, world->dataset[i], &options)) return false;
        world->run[i] = run_new(world->policy, world->dataset[i], &world->history, MONTH + i, &options);
        if (!world->run[i]) return false;
        history_record(&world->history, world->run[i]);
    }
    return !arena_failed(&world->arena) && !arena_failed(&world->history.arena);
}

bool world_decide(struct world *world, bool shuffled) {
    arena_init(&world->arena);
    for (int i = 0; i < MONTHS; i++) {
        world->dataset[i] = NULL;
        world->run[i] = NULL;
    }
    history_init(&world->history, world->policy);
    make_records(world, shuffled);
    return !arena_failed(&world->arena) && decide(world);
}

void world_forget(struct world *world) {
    for (int i = 0; i < MONTHS; i++) {
        run_free(world->run[i]);
        dataset_free(world->dataset[i]);
    }
    history_free(&world->history);
    arena_free(&world->arena);
}

uint64_t number_to_try(const char *name, uint64_t usual) {
    const char *said = getenv(name);
    return said ? strtoull(said, NULL, 10) : usual;
}

struct seeds seeds_to_try(uint64_t usual) {
    uint64_t only = number_to_try("DOUDI_SEED", 0);
    return only ? (struct seeds){only, only} : (struct seeds){1, number_to_try("DOUDI_SEEDS", usual)};
}

struct world *world_new(uint64_t seed) {
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    make_law(&world->law, seed);
    world->policy = compile(&world->law);
    if (!world->policy) { /* the promise was refused: without one */
        world->law.promise.text = TEXT("");
        world->policy = compile(&world->law);
    }
    assert_non_null(world->policy);
    random_data_fill(&world->law, &world->data);
    return world;
}

void world_free(struct world *world) {
    policy_free(world->policy);
    random_policy_free(&world->law);
    free(world);
}
