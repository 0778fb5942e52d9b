/* Random policies over random data: what the engine decides is what the rules of the language say, exactly.
 *
 * DOUDI_SEEDS=N tries N policies; DOUDI_SEED=S only that one, and shows it. */
#include "independent.h"
#include "random_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEEDS = 150 };

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
               random_policy_shown(&world->law).bytes);
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
                     random_policy_shown(&world->law).bytes);
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
    struct seeds seeds = seeds_to_try(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) property(seed);
}

static void decides_alike(uint64_t seed) {
    struct world *world = world_new(seed);
    assert_true(world_decide(world, false));
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
    assert_true(world_decide(world, true));
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
    assert_true(world_decide(world, false));
    note_decided(world, before);
    for (int step = 0; step < 8 && !world->law.asks_known && fill_one(world); step++) {
        world_forget(world);
        assert_true(world_decide(world, false));
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
                                 random_policy_shown(&world->law).bytes);
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
