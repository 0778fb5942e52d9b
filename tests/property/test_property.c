/* Random policies over random data: what the engine decides is what the rules of the language say, exactly.
 *
 * DOUDI_SEEDS=N tries N policies; DOUDI_SEED=S only that one, and shows it. */
#include "independent.h"

#include "base/calendar.h"
#include "base/memory.h"
#include "engine/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEEDS = 150, RULES_TRIED = 16, MONTH = 2018 * 12 + 6, MONTHS = 2 };

/* One policy with its data, decided for two months. */
struct world {
    struct random_policy law;
    struct random_data data;
    struct policy *policy;
    struct arena arena;
    struct records records;
    struct history history;
    struct dataset *dataset[MONTHS];
    struct run *run[MONTHS];
    int arrival[LEVELS][ROWS_MAX]; /* number in the records -> row of the data */
};

/* --- making ------------------------------------------------------------------------------------------------------- */

static struct policy *compile(struct random_policy *law) {
    static const char table[] = "band,value,confidence\n0,0.02,high\n12000,0.1,high\n30000,0.25,high\n";
    struct text text = random_policy_text(law);
    struct policy *policy = policy_new();
    assert_non_null(policy);
    policy_begin_layer(policy, TEXT("random"));
    policy_add_file(policy, TEXT("law.md"), text);
    policy_add_file(policy, TEXT("tables/scale.csv"), TEXT(table));
    if (policy_compile(policy)) return policy;
    if (getenv("DOUDI_REFUSALS")) print_message("# %s\n", policy->diagnostics.list.items[0].message->code);
    policy_free(policy);
    return NULL;
}

/* Rules are added one by one; one that the checker refuses (never reached, too wide, …) is taken back. */
static void make_law(struct random_policy *law, uint64_t seed) {
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

static void put(struct world *world, enum level level, int row, size_t input) {
    const struct random_row *values = &world->data.rows[level][row];
    const struct random_input *it = &world->law.inputs[input];
    const struct field *field = policy_field(world->policy, text_from(level_names[level]), text_from(it->name));
    assert_non_null(field);
    size_t number = world->records.tables[field->entity->index].count - 1;
    records_put(&world->records, field, number, values->values[input]);
}

static void add_rows(struct world *world, enum level level, const int *order) {
    const struct entity *entity = map_get(&world->policy->entity_by_name, text_from(level_names[level]));
    for (size_t i = 0; i < world->data.count[level]; i++) {
        int row = order[i];
        const struct random_row *from = &world->data.rows[level][row];
        struct record_row record = {.from = MONTH_FIRST, .until = MONTH_LAST};
        if (level != CLAIM) record.id = text_from(from->id);
        if (level != COUNTY) record.parent = text_from(world->data.rows[level - 1][from->parent].id);
        records_add(&world->records, entity, record);
        world->arrival[level][i] = row;
        for (size_t k = 0; k < world->law.inputs_count; k++)
            if (world->law.inputs[k].level == level && from->known[k]) put(world, level, row, k);
    }
}

/* Rows arrive in order, or shuffled. */
static void make_records(struct world *world, bool shuffled) {
    records_init(&world->records, &world->arena, world->policy);
    for (enum level level = COUNTY; level < LEVELS; level++) {
        int order[ROWS_MAX];
        for (size_t i = 0; i < world->data.count[level]; i++) {
            size_t at = shuffled ? chance_below(&world->law, i + 1) : i;
            order[i] = order[at];
            order[at] = (int)i;
        }
        add_rows(world, level, order);
    }
}

static void decide(struct world *world) {
    static const struct run_options options = {.known = DAY_NEVER};
    history_init(&world->history, world->policy);
    for (int i = 0; i < MONTHS; i++) {
        struct refusals refusals = {.arena = &world->arena};
        world->dataset[i] = dataset_new(world->policy, &world->records, MONTH + i, &refusals);
        assert_non_null(world->dataset[i]);
        assert_int_equal(refusals.list.count, 0);
        world->run[i] = run_new(world->policy, world->dataset[i], &world->history, MONTH + i, &options);
        assert_non_null(world->run[i]);
        history_record(&world->history, world->run[i]);
    }
}

static void world_decide(struct world *world, bool shuffled) {
    arena_init(&world->arena);
    make_records(world, shuffled);
    decide(world);
}

static void world_forget(struct world *world) {
    for (int i = 0; i < MONTHS; i++) {
        run_free(world->run[i]);
        dataset_free(world->dataset[i]);
    }
    history_free(&world->history);
    arena_free(&world->arena);
}

static struct world *world_new(uint64_t seed) {
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

static void world_free(struct world *world) {
    policy_free(world->policy);
    random_policy_free(&world->law);
    free(world);
}

/* --- comparing ---------------------------------------------------------------------------------------------------- */

static size_t row_in_run(const struct world *world, int month, enum level level, int row) {
    const struct entity *entity = map_get(&world->policy->entity_by_name, text_from(level_names[level]));
    const struct table *table = dataset_table(world->dataset[month], entity);
    for (size_t i = 0; i < table->rows; i++)
        if (world->arrival[level][table->arrival[i]] == row) return i;
    fail_msg("row %d of %s was lost", row, level_names[level]);
    return 0;
}

/* "1.25" or "-7/12" */
static void read_number(mpq_t out, struct text text) {
    char digits[256], *point;
    assert_true(text.length < sizeof digits);
    snprintf(digits, sizeof digits, "%.*s", TEXT_ARG(text));
    point = strchr(digits, '.');
    size_t decimals = point ? strlen(point + 1) : 0;
    if (point) memmove(point, point + 1, decimals + 1);
    assert_int_equal(mpq_set_str(out, digits, 10), 0);
    if (!point) {
        mpq_canonicalize(out);
        return;
    }
    mpz_ui_pow_ui(mpq_denref(out), 10, decimals);
    mpq_canonicalize(out);
}

static bool agrees(struct world *world, const struct field *field, const struct value *value,
                   const struct answer *answer) {
    static const enum answer_state states[] = {
        [VALUE_KNOWN] = ANSWER_KNOWN, [VALUE_UNKNOWN] = ANSWER_UNKNOWN, [VALUE_FAULT] = ANSWER_FAULT};
    if (states[value->state] != answer->state) return false;
    if (value->state != VALUE_KNOWN) return true;
    if (field->type.kind == TYPE_BOOL) return value->as.truth == (mpq_sgn(answer->number) != 0);
    mpq_t number;
    mpq_init(number);
    read_number(number, number_exact(&world->arena, value->as.number));
    bool equal = mpq_equal(number, answer->number) != 0;
    mpq_clear(number);
    return equal;
}

static void complain(struct world *world, uint64_t seed, int month, const struct random_rule *rule, const char *id,
                     const struct field *field, const struct value *value, const struct answer *answer) {
    static const char *const states[] = {"known", "unknown", "fault"};
    struct text found = value_plain(&world->arena, &field->type, number_one, value);
    print_error("seed %llu, month %d: %s of %s is %.*s (%s)\n", (unsigned long long)seed, month, rule->name, id,
                TEXT_ARG(found), states[value->state]);
    gmp_printf("independently: %Qd (%s)\n%s\n", answer->number, states[answer->state],
               random_policy_text(&world->law).bytes);
    fail();
}

static void compare_month(struct world *world, uint64_t seed, int month, struct evaluation *evaluation) {
    for (size_t r = 0; r < world->law.rules_count; r++) {
        const struct random_rule *rule = &world->law.rules[r];
        const struct field *field =
            policy_field(world->policy, text_from(level_names[rule->level]), text_from(rule->name));
        for (int row = 0; row < (int)world->data.count[rule->level]; row++) {
            const struct answer *answer = evaluation_rule(evaluation, (int)r, row);
            if (rule->level == CLAIM && !evaluation_settles(evaluation, row)) continue;
            struct value value = run_value(world->run[month], field, row_in_run(world, month, rule->level, row));
            assert_false(run_failed(world->run[month]));
            if (!agrees(world, field, &value, answer))
                complain(world, seed, month, rule, world->data.rows[rule->level][row].id, field, &value, answer);
        }
    }
}

static void compare_promise(struct world *world, uint64_t seed, int month, struct evaluation *evaluation) {
    static const enum guarantee_result results[] = {GUARANTEE_BROKEN, GUARANTEE_HOLDS, GUARANTEE_UNKNOWN,
                                                    GUARANTEE_NOT_ASKED};
    if (!world->law.promise.text.length) return;
    enum level level = world->law.promise.level;
    for (int row = 0; row < (int)world->data.count[level]; row++) {
        struct value why;
        if (level == CLAIM && !evaluation_settles(evaluation, row)) continue;
        enum guarantee_result found = run_guarantee(world->run[month], world->policy->guarantees.items[0],
                                                    row_in_run(world, month, level, row), &why);
        if (found != results[evaluation_promise(evaluation, row)])
            fail_msg("seed %llu: the guarantee at %s\n%s", (unsigned long long)seed, world->data.rows[level][row].id,
                     random_policy_text(&world->law).bytes);
    }
}

static void compare(struct world *world, uint64_t seed) {
    struct evaluation *months = calloc(MONTHS, sizeof *months);
    assert_non_null(months);
    for (int i = 0; i < MONTHS; i++) {
        evaluation_begin(&months[i], &world->law, &world->data, MONTH + i, i ? &months[i - 1] : NULL);
        compare_month(world, seed, i, &months[i]);
        compare_promise(world, seed, i, &months[i]);
    }
    for (int i = 0; i < MONTHS; i++) evaluation_end(&months[i]);
    free(months);
}

/* --- properties --------------------------------------------------------------------------------------------------- */

static void each_seed(void (*property)(uint64_t seed)) {
    const char *one = getenv("DOUDI_SEED"), *many = getenv("DOUDI_SEEDS");
    uint64_t count = many ? strtoull(many, NULL, 10) : SEEDS;
    if (one) {
        property(strtoull(one, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= count; seed++) property(seed);
}

static void decides_alike(uint64_t seed) {
    struct world *world = world_new(seed);
    world_decide(world, false);
    compare(world, seed);
    world_forget(world);
    world_free(world);
}

static void agrees_with_the_rules(void **state) {
    (void)state;
    each_seed(decides_alike);
}

static void decides_shuffled(uint64_t seed) {
    struct world *world = world_new(seed);
    world_decide(world, true);
    compare(world, seed);
    world_forget(world);
    world_free(world);
}

static void order_of_rows_changes_nothing(void **state) {
    (void)state;
    each_seed(decides_shuffled);
}

/* What was decided, by rule and row. */
struct decided {
    enum value_state state[MONTHS][RULES_MAX][ROWS_MAX];
    char shown[MONTHS][RULES_MAX][ROWS_MAX][80];
};

static void note_decided(struct world *world, struct decided *decided) {
    for (int month = 0; month < MONTHS; month++)
        for (size_t r = 0; r < world->law.rules_count; r++) {
            const struct random_rule *rule = &world->law.rules[r];
            const struct field *field =
                policy_field(world->policy, text_from(level_names[rule->level]), text_from(rule->name));
            for (int row = 0; row < (int)world->data.count[rule->level]; row++) {
                struct value value = run_value(world->run[month], field, row_in_run(world, month, rule->level, row));
                struct text text = value_plain(&world->arena, &field->type, number_one, &value);
                decided->state[month][r][row] = value.state;
                snprintf(decided->shown[month][r][row], 80, "%.*s", TEXT_ARG(text));
            }
        }
}

/* Fills one missing input; false when none is missing. */
static bool fill_one(struct world *world) {
    size_t missing = 0, chosen;
    for (int pass = 0; pass < 2; pass++) {
        chosen = pass ? chance_below(&world->law, missing) : 0;
        for (enum level level = COUNTY; level < LEVELS; level++)
            for (size_t row = 0; row < world->data.count[level]; row++)
                for (size_t i = 0; i < world->law.inputs_count; i++) {
                    const struct random_input *input = &world->law.inputs[i];
                    if (input->level != level || world->data.rows[level][row].known[i] ||
                        input->empty != UNKNOWN_IF_EMPTY)
                        continue;
                    if (!pass) missing++;
                    if (pass && chosen-- == 0) {
                        world->data.rows[level][row].known[i] = true;
                        world->data.rows[level][row].values[i] = random_value(&world->law, input);
                        return true;
                    }
                }
        if (missing == 0) return false;
    }
    return false;
}

static void refines(uint64_t seed) {
    struct world *world = world_new(seed);
    struct decided *before = calloc(2, sizeof *before), *after = before + 1;
    assert_non_null(before);
    world_decide(world, false);
    note_decided(world, before);
    for (int step = 0; step < 8 && !world->law.asks_known && fill_one(world); step++) {
        world_forget(world);
        world_decide(world, false);
        note_decided(world, after);
        for (int month = 0; month < MONTHS; month++)
            for (size_t r = 0; r < world->law.rules_count; r++)
                for (size_t row = 0; row < world->data.count[world->law.rules[r].level]; row++) {
                    bool stood = before->state[month][r][row] != VALUE_UNKNOWN;
                    bool same = before->state[month][r][row] == after->state[month][r][row] &&
                                strcmp(before->shown[month][r][row], after->shown[month][r][row]) == 0;
                    if (stood && !same)
                        fail_msg("seed %llu: r%zu of row %zu was %s, is %s\n%s", (unsigned long long)seed, r, row,
                                 before->shown[month][r][row], after->shown[month][r][row],
                                 random_policy_text(&world->law).bytes);
                }
        *before = *after;
    }
    world_forget(world);
    free(before);
    world_free(world);
}

static void an_input_filled_in_contradicts_nothing(void **state) {
    (void)state;
    each_seed(refines);
}

/* Otherwise the properties would hold of next to nothing. */
static void most_random_rules_are_law(void **state) {
    (void)state;
    size_t taken = 0, refused = 0, operations = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct random_policy law;
        make_law(&law, seed);
        taken += law.rules_count;
        refused += law.refused;
        operations += random_policy_text(&law).length;
        random_policy_free(&law);
    }
    assert_true(taken > refused);
    assert_true(operations > 20 * 1500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_random_rules_are_law),
        cmocka_unit_test(agrees_with_the_rules),
        cmocka_unit_test(order_of_rows_changes_nothing),
        cmocka_unit_test(an_input_filled_in_contradicts_nothing),
    };
    return cmocka_run_group_tests_name("property", tests, NULL, NULL);
}
