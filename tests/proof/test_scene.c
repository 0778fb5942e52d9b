/* Scenes: what a break needs stays, what it does not need goes, and what is written is the case that was decided. */
#include "proof/scene.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MONTH = 2018 * 12 + 6 };

struct stage {
    struct case_runner runner;
    struct arena arena;
    struct scene scene;
    const struct policy *policy;
};

static void open(struct stage *stage, const char *folder) {
    assert_true(case_runner_open(&stage->runner, folder));
    arena_init(&stage->arena);
    stage->policy = stage->runner.policies.items[0]->policy;
    scene_init(&stage->scene, &stage->arena, stage->runner.policies.items[0], MONTH);
}

static void close(struct stage *stage) {
    arena_free(&stage->arena);
    case_runner_close(&stage->runner);
}

static const struct entity *entity(const struct stage *stage, const char *name) {
    const struct entity *found = map_get(&stage->policy->entity_by_name, text_from(name));
    assert_non_null(found);
    return found;
}

static void put(struct stage *stage, size_t row, const char *name, lane value) {
    const struct field *field = entity_field(stage->scene.rows.items[row].entity, text_from(name));
    assert_non_null(field);
    scene_put(&stage->scene, row, field, value);
}

static const struct guarantee *guarantee(const struct stage *stage, const char *name) {
    const struct guarantee *found = map_get(&stage->policy->guarantee_by_name, text_from(name));
    assert_non_null(found);
    return found;
}

static enum guarantee_result asked(struct stage *stage, const char *name, size_t row) {
    enum guarantee_result result;
    assert_true(scene_ask(&stage->scene, guarantee(stage, name), row, &result));
    return result;
}

/* A family of which one person is in a clinic that is closed; its other rows and values play no part. */
static size_t closed_clinic(struct stage *stage) {
    size_t village = scene_add(&stage->scene, entity(stage, "village"), SIZE_MAX),
           household = scene_add(&stage->scene, entity(stage, "household"), village),
           first = scene_add(&stage->scene, entity(stage, "person"), household),
           second = scene_add(&stage->scene, entity(stage, "person"), household),
           clinic = scene_add(&stage->scene, entity(stage, "clinic"), village),
           other = scene_add(&stage->scene, entity(stage, "clinic"), village);
    put(stage, household, "income", 12345);
    put(stage, first, "wage", 7700);
    put(stage, first, "doctor", (lane)other);
    put(stage, second, "doctor", (lane)clinic);
    put(stage, second, "wage", 50);
    put(stage, clinic, "open", 0);
    put(stage, other, "open", 1);
    return second;
}

static void what_is_not_needed_goes(void **state) {
    (void)state;
    struct stage stage;
    open(&stage, "tests/proof/promises");
    size_t about = closed_clinic(&stage);
    assert_int_equal(asked(&stage, "open_doctor", about), GUARANTEE_BROKEN);
    assert_int_equal(asked(&stage, "open_doctor", about - 1), GUARANTEE_HOLDS);
    assert_true(scene_reduce(&stage.scene, guarantee(&stage, "open_doctor"), about));
    assert_int_equal(asked(&stage, "open_doctor", about), GUARANTEE_BROKEN);
    struct text written = scene_written(&stage.scene, &stage.arena, guarantee(&stage, "open_doctor"));
    assert_string_equal(written.bytes, "- name: 'open_doctor: 反例 counterexample'\n"
                                       "  month: 2018-07\n"
                                       "  input:\n"
                                       "    clinic:\n"
                                       "      clinic-1:\n"
                                       "        open: no\n"
                                       "    person:\n"
                                       "      person-2:\n"
                                       "        doctor: clinic-1\n"
                                       "  breaks: [open_doctor]\n");
    assert_true(scene_confirms(&stage.runner, written));
    close(&stage);
}

/* Numbers get as few digits as the break allows; at a border every one of them is needed. */
static void numbers_get_simpler(void **state) {
    (void)state;
    struct stage stage;
    open(&stage, "tests/proof/promises");
    size_t village = scene_add(&stage.scene, entity(&stage, "village"), SIZE_MAX),
           household = scene_add(&stage.scene, entity(&stage, "household"), village);
    const struct field *asset = policy_field(stage.policy, TEXT("household"), TEXT("asset")),
                       *income = policy_field(stage.policy, TEXT("household"), TEXT("income"));
    put(&stage, household, "asset", 4567891);
    put(&stage, household, "income", 49999);
    assert_int_equal(asked(&stage, "registered_late", household), GUARANTEE_BROKEN);
    assert_true(scene_reduce(&stage.scene, guarantee(&stage, "registered_late"), household));
    const struct cell *cells = stage.scene.rows.items[household].cells;
    assert_true(cells[asset->input_index].set && cells[asset->input_index].value == 4000000);
    assert_false(cells[income->input_index].set);
    put(&stage, household, "income", 49999);
    assert_int_equal(asked(&stage, "fen", household), GUARANTEE_BROKEN);
    assert_true(scene_reduce(&stage.scene, guarantee(&stage, "fen"), household));
    assert_true(cells[income->input_index].set && cells[income->input_index].value == 49999);
    put(&stage, household, "income", 49998);
    assert_int_equal(asked(&stage, "fen", household), GUARANTEE_HOLDS);
    close(&stage);
}

/* What stood before the month, an event with a name that needs quotes. */
static void openings_and_events_are_written(void **state) {
    (void)state;
    struct stage stage;
    open(&stage, "tests/proof/promises");
    size_t village = scene_add(&stage.scene, entity(&stage, "village"), SIZE_MAX),
           household = scene_add(&stage.scene, entity(&stage, "household"), village),
           person = scene_add(&stage.scene, entity(&stage, "person"), household),
           visit = scene_add(&stage.scene, entity(&stage, "visit"), person);
    put(&stage, visit, "day", day_from(2018, 7, 9));
    scene_put_text(&stage.scene, visit, policy_field(stage.policy, TEXT("visit"), TEXT("number")), TEXT("it's: #1"));
    put(&stage, visit, "cost", 1000000);
    put(&stage, household, "income", 50000);
    scene_open(&stage.scene, household, policy_field(stage.policy, TEXT("household"), TEXT("support")),
               value_number(number_ratio(&stage.arena, 1, 100)));
    assert_int_equal(asked(&stage, "cheap", visit), GUARANTEE_BROKEN);
    assert_int_equal(asked(&stage, "rising", household), GUARANTEE_BROKEN);
    struct text written = scene_written(&stage.scene, &stage.arena, guarantee(&stage, "cheap"));
    assert_non_null(strstr(written.bytes, "number: 'it''s: #1'\n"));
    assert_non_null(strstr(written.bytes, "opening: {support: 0.01}\n"));
    assert_non_null(strstr(written.bytes, "breaks: [cheap, rising]\n"));
    assert_true(scene_confirms(&stage.runner, written));
    close(&stage);
}

/* Areas have what stands beside the policy; who lives elsewhere says so. */
static void areas_come_from_the_policy(void **state) {
    (void)state;
    struct stage stage;
    open(&stage, "policies/yunnan-2018");
    const struct case_policy *law = stage.runner.policies.items[0];
    const struct entity *county = entity(&stage, "county"), *hospital = entity(&stage, "hospital");
    const struct area_line *line = area_find(scene_book(law, county), TEXT("530523"));
    assert_non_null(line);
    size_t here = scene_add_area(&stage.scene, county, line), rows = stage.scene.rows.count;
    assert_int_equal(scene_add_area(&stage.scene, county, line), here);
    assert_int_equal(stage.scene.rows.count, rows); /* with what it lies in, each once */
    assert_int_equal(rows, county->depth + 1);
    size_t there = scene_add_area(&stage.scene, county, area_find(scene_book(law, county), TEXT("530102")));
    scene_add(&stage.scene, hospital, there);
    struct text written = scene_written(&stage.scene, &stage.arena, stage.policy->guarantees.items[0]);
    assert_non_null(strstr(written.bytes, "  area: 530523\n"));
    assert_non_null(strstr(written.bytes, "county: 530102\n"));
    assert_null(strstr(written.bytes, "    county:\n"));
    close(&stage);
}

/* An id that is more than a word is quoted, and the case is still the one that was decided. */
static void strange_ids_are_quoted(void **state) {
    (void)state;
    struct stage stage;
    open(&stage, "tests/proof/promises");
    size_t about = closed_clinic(&stage);
    for (size_t i = 0; i < stage.scene.rows.count; i++)
        if (stage.scene.rows.items[i].entity == entity(&stage, "clinic"))
            stage.scene.rows.items[i].id = text_format(&stage.arena, "{a: %zu} #'", i);
    assert_int_equal(asked(&stage, "open_doctor", about), GUARANTEE_BROKEN);
    struct text written = scene_written(&stage.scene, &stage.arena, guarantee(&stage, "open_doctor"));
    assert_non_null(strstr(written.bytes, "doctor: '{a: 4} #'''\n"));
    assert_non_null(strstr(written.bytes, "'{a: 4} #''':\n"));
    assert_true(scene_confirms(&stage.runner, written));
    close(&stage);
}

/* A case of which nothing is broken is not confirmed. */
static void what_holds_is_not_confirmed(void **state) {
    (void)state;
    struct stage stage;
    open(&stage, "tests/proof/promises");
    size_t village = scene_add(&stage.scene, entity(&stage, "village"), SIZE_MAX);
    scene_add(&stage.scene, entity(&stage, "household"), village);
    struct text written = scene_written(&stage.scene, &stage.arena, guarantee(&stage, "fen"));
    assert_true(written.length > 0);
    assert_false(scene_confirms(&stage.runner, written));
    close(&stage);
}

static bool try_all(struct stage *stage, size_t about) {
    const struct guarantee *broken = guarantee(stage, "open_doctor");
    return scene_reduce(&stage->scene, broken, about) && scene_written(&stage->scene, &stage->arena, broken).length;
}

/* Whatever piece of memory is missing, it is told. */
static void memory_runs_out(void **state) {
    (void)state;
    enum { MOST = 100000 };
    bool whole = false;
    for (long successes = 0; successes < MOST && !whole; successes += 1 + successes / 20) {
        struct stage stage;
        open(&stage, "tests/proof/promises");
        size_t about = closed_clinic(&stage);
        memory_fail_after(successes);
        bool done = try_all(&stage, about);
        whole = !memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(done, whole);
        close(&stage);
    }
    assert_true(whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_not_needed_goes),
                                       cmocka_unit_test(numbers_get_simpler),
                                       cmocka_unit_test(openings_and_events_are_written),
                                       cmocka_unit_test(areas_come_from_the_policy),
                                       cmocka_unit_test(strange_ids_are_quoted),
                                       cmocka_unit_test(what_holds_is_not_confirmed),
                                       cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests_name("scene", tests, NULL, NULL);
}
