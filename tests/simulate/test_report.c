/* What a simulation writes, byte for byte: of a small law and its reform it stands in tests/simulate/golden/.
 *
 * With DOUDI_REGENERATE=1 in the environment the files are written anew instead of compared; read the difference before
 * you keep it. */
#define _GNU_SOURCE /* mkdtemp */
#include "failing.h"
#include "two_laws.h"

#include "simulate/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char golden_folder[] = "tests/simulate/golden";

struct scene {
    struct two_laws laws;
    struct arena arena;
    struct simulation simulation;
    struct raises raises;
    struct report report;
    char folder[64];
};

static const struct field *field_named(const struct scene *scene, enum side side, const char *entity,
                                       const char *name) {
    return policy_field(scene->laws.stage[side].policy, text_from(entity), text_from(name));
}

static void find_cliffs(struct scene *scene) {
    struct raise raise = {.text = TEXT("person.income +100")};
    for (enum side side = TODAY; side < SIDES; side++) {
        struct stage *stage = &scene->laws.stage[side];
        struct cliff_month month = {.run = stage->run, .records = &stage->records};
        month.families = map_get(&stage->policy->entity_by_name, TEXT("family"));
        raise.cliffs[side].input = field_named(scene, side, "person", "income");
        raise.cliffs[side].step = number_from(100);
        assert_true(cliffs_find(&raise.cliffs[side], &scene->arena, &month));
    }
    VECTOR_PUSH(&scene->arena, &scene->raises.list, raise);
}

/* A village's name that a spreadsheet would take for a formula, and a picture for a tag. */
static void open_scene(struct scene *scene) {
    *scene = (struct scene){0};
    arena_init(&scene->arena);
    two_laws_open(&scene->laws, two_laws_law, two_laws_reform);
    two_laws_fill(&scene->laws);
    two_laws_row(&scene->laws, "village", "=1+1", "c", "");
    two_laws_row(&scene->laws, "family", "f\033[7", "=1+1", "enrolled=yes");
    two_laws_row(&scene->laws, "person", "p9", "f\033[7", "income=250 sex=male level=2");
    two_laws_decide(&scene->laws, "2018-02");
    const struct stage *today = &scene->laws.stage[TODAY], *reform = &scene->laws.stage[REFORM];
    const struct field *bys[] = {field_named(scene, TODAY, "family", "enrolled")};
    assert_true(simulation_begin(&scene->simulation, &scene->arena, today->dataset, reform->policy));
    assert_int_equal(simulation_add(&scene->simulation, today->run, reform->run), SIMULATION_OK);
    assert_true(simulation_finish(&scene->simulation, bys, 1));
    find_cliffs(scene);
    assert_true(report_build(&scene->report, &scene->arena, &scene->simulation, &scene->raises, LANGUAGE_EN));
    snprintf(scene->folder, sizeof scene->folder, "%s/doudi-simulate-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(scene->folder));
}

static const char *in_folder(struct scene *scene, const char *folder, struct text name) {
    return path_join(&scene->arena, text_from(folder), name).bytes;
}

static void close_scene(struct scene *scene) {
    struct file_names names = {0};
    assert_int_equal(folder_list(&scene->arena, scene->folder, &names), FILE_OK);
    for (size_t i = 0; i < names.list.count; i++) file_remove(in_folder(scene, scene->folder, names.list.items[i]));
    folder_remove(scene->folder);
    assert_false(folder_exists(scene->folder));
    arena_free(&scene->arena);
    two_laws_close(&scene->laws);
}

static void write_all(struct scene *scene, enum language language) {
    struct text trouble;
    assert_int_equal(simulation_write(&scene->report, scene->folder, language, &trouble), FILE_OK);
}

static void compare(struct scene *scene, struct text name, struct text found) {
    const char *path = in_folder(scene, golden_folder, name);
    struct file golden;
    if (getenv("DOUDI_REGENERATE")) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(found.bytes, 1, found.length, file), found.length);
        assert_int_equal(fclose(file), 0);
    }
    assert_int_equal(file_open(&golden, path), FILE_OK);
    if (!text_equal(found, golden.bytes))
        print_error("%.*s is\n%.*sand was\n%.*s", TEXT_ARG(name), TEXT_ARG(found), TEXT_ARG(golden.bytes));
    assert_true(text_equal(found, golden.bytes));
    file_close(&golden);
}

/* The workbook is looked into from outside (tests/cli/test_simulate); here that its bytes repeat. */
static void every_file_byte_for_byte(void **state) {
    (void)state;
    struct scene scene;
    struct file_names names = {0};
    open_scene(&scene);
    write_all(&scene, LANGUAGE_EN);
    assert_int_equal(folder_list(&scene.arena, scene.folder, &names), FILE_OK);
    assert_int_equal(names.list.count, REPORT_SHEETS + 2);
    for (size_t i = 0; i < names.list.count; i++) {
        struct file found;
        if (text_ends(names.list.items[i], ".xlsx")) continue;
        assert_int_equal(file_open(&found, in_folder(&scene, scene.folder, names.list.items[i])), FILE_OK);
        compare(&scene, names.list.items[i], found.bytes);
        file_close(&found);
    }
    close_scene(&scene);
}

static void the_workbook_repeats(void **state) {
    (void)state;
    struct scene scene;
    struct file first, again;
    open_scene(&scene);
    const char *path = in_folder(&scene, scene.folder, TEXT("simulation.xlsx"));
    write_all(&scene, LANGUAGE_ZH);
    assert_int_equal(file_open(&first, path), FILE_OK);
    write_all(&scene, LANGUAGE_ZH);
    assert_int_equal(file_open(&again, path), FILE_OK);
    assert_true(text_starts(first.bytes, "PK"));
    assert_true(text_equal(first.bytes, again.bytes));
    file_close(&first);
    file_close(&again);
    close_scene(&scene);
}

static void on_a_screen(void **state) {
    (void)state;
    static const char *const names[LANGUAGES] = {[LANGUAGE_ZH] = "screen.zh.txt", [LANGUAGE_EN] = "screen.en.txt"};
    struct scene scene;
    open_scene(&scene);
    for (enum language language = LANGUAGE_ZH; language < LANGUAGES; language++) {
        struct builder out;
        struct report report;
        assert_true(report_build(&report, &scene.arena, &scene.simulation, &scene.raises, language));
        builder_init(&out);
        for (int i = 0; i < REPORT_SHEETS; i++) sheet_show(&out, &report.sheets[i], language, "out");
        compare(&scene, text_from(names[language]), builder_text(&out));
        builder_free(&out);
    }
    close_scene(&scene);
}

static void as_json(void **state) {
    (void)state;
    struct scene scene;
    struct builder out;
    struct json_writer writer;
    open_scene(&scene);
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    json_write_object(&writer);
    for (int i = 0; i < REPORT_SHEETS; i++) sheet_write_json(&writer, &scene.report.sheets[i]);
    json_write_close_object(&writer);
    compare(&scene, TEXT("report.json"), builder_text(&out));
    builder_free(&out);
    close_scene(&scene);
}

/* --- the folder --------------------------------------------------------------------------------------------------- */

static void write_file(const char *path) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs("of before\n", file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void strangers_are_found(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    assert_int_equal(simulation_stranger(&scene.arena, scene.folder).length, 0);
    write_all(&scene, LANGUAGE_EN);
    write_file(in_folder(&scene, scene.folder, TEXT("bands.csv.part")));
    assert_int_equal(simulation_stranger(&scene.arena, scene.folder).length, 0);
    write_file(in_folder(&scene, scene.folder, TEXT("summary.csv")));
    assert_true(text_is(simulation_stranger(&scene.arena, scene.folder), "summary.csv"));
    close_scene(&scene);
}

static void what_cannot_be_written_changes_nothing(void **state) {
    (void)state;
    struct scene scene;
    struct file file;
    struct text trouble;
    open_scene(&scene);
    const char *old = in_folder(&scene, scene.folder, TEXT("about.csv")),
               *blocked = in_folder(&scene, scene.folder, TEXT("simulation.svg.part"));
    write_file(old);
    assert_int_equal(folder_make(blocked), FILE_OK);
    assert_int_equal(simulation_write(&scene.report, scene.folder, LANGUAGE_EN, &trouble), FILE_UNWRITABLE);
    assert_true(text_ends(trouble, "simulation.svg"));
    assert_int_equal(file_open(&file, old), FILE_OK);
    assert_true(text_is(file.bytes, "of before\n"));
    file_close(&file);
    assert_int_equal(access(in_folder(&scene, scene.folder, TEXT("funds.csv")), F_OK), -1);
    folder_remove(blocked);
    close_scene(&scene);
}

/* --- memory running out ------------------------------------------------------------------------------------------- */

enum { SHIFT = 16000 };

static bool report_failing(struct scene *scene, size_t taken, long successes) {
    struct arena arena;
    struct report report;
    struct text trouble;
    begin_failing(&arena, taken, successes);
    bool done = report_build(&report, &arena, &scene->simulation, &scene->raises, LANGUAGE_EN) &&
                simulation_write(&report, scene->folder, LANGUAGE_EN, &trouble) == FILE_OK;
    bool failed = end_failing(&arena);
    assert_true(done != failed);
    return done;
}

static void memory_running_out_is_told(void **state) {
    (void)state;
    struct scene scene;
    size_t failures = 0;
    open_scene(&scene);
    for (size_t taken = 0; taken < BLOCK; taken += SHIFT)
        for (long successes = 0; !report_failing(&scene, taken, successes); successes++) failures++;
    assert_true(failures > BLOCK / SHIFT);
    close_scene(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_byte_for_byte),
        cmocka_unit_test(the_workbook_repeats),
        cmocka_unit_test(on_a_screen),
        cmocka_unit_test(as_json),
        cmocka_unit_test(strangers_are_found),
        cmocka_unit_test(what_cannot_be_written_changes_nothing),
        cmocka_unit_test(memory_running_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
