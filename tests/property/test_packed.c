/* Random policies over random data: what is packed and read is the dataset that was packed, and decides the same.
 *
 * DOUDI_SEEDS=N tries N policies; DOUDI_SEED=S only that one. */
#define _XOPEN_SOURCE 700 /* mkdtemp, P_tmpdir */
#include "random_world.h"

#include "../exchange/same_dataset.h"
#include "exchange/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEEDS = 100 };

static void assert_decides_the_same(struct world *world, int month, const struct dataset *read) {
    const struct run_options *options = &world->run[month]->options;
    struct history history;
    history_init(&history, world->policy);
    struct records none;
    records_init(&none, &world->arena, world->policy);
    assert_true(settle_past(&history, &none, read, options));
    struct run *run = run_new(world->policy, read, &history, MONTH + month, options);
    assert_non_null(run);
    for (size_t i = 0; i < world->policy->fields.count && month == 0; i++) {
        const struct field *field = world->policy->fields.items[i];
        for (size_t row = 0; row < dataset_table(read, field->entity)->rows && field->kind != FIELD_INPUT; row++) {
            struct value a = run_value(run, field, row), b = run_value(world->run[month], field, row);
            assert_int_equal(a.state, b.state);
            assert_int_equal(a.reason.kind, b.reason.kind);
            assert_true(a.state != VALUE_KNOWN || value_equal(&field->type, &a, &b));
        }
    }
    run_free(run);
    history_free(&history);
}

static void pack_month(struct world *world, int month, const char *path) {
    struct pack pack = {.dataset = world->dataset[month]}, read;
    struct diagnostics diagnostics;
    struct file file;
    diagnostics_init(&diagnostics, &world->arena);
    assert_int_equal(pack_write(&pack, path), FILE_OK);
    assert_int_equal(file_open(&file, path), FILE_OK);
    assert_int_equal(pack_read(&read, file.bytes, TEXT("a"), world->policy, MONTH + month, &diagnostics), PACK_OK);
    assert_same_dataset(world->dataset[month], read.dataset);
    assert_decides_the_same(world, month, read.dataset);
    dataset_free(read.dataset);
    file_close(&file);
}

static void what_is_packed_is_read(void **state) {
    (void)state;
    struct seeds seeds = seeds_to_try(SEEDS);
    char folder[64], path[96];
    snprintf(folder, sizeof folder, "%s/doudi-packed-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.doudi", folder);
    for (uint64_t at = seeds.first; at <= seeds.last; at++) {
        struct world *world = world_new(at);
        assert_true(world_decide(world, true));
        for (int month = 0; month < MONTHS; month++) pack_month(world, month, path);
        world_forget(world);
        world_free(world);
    }
    file_remove(path);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_packed_is_read)};
    return cmocka_run_group_tests_name("packed", tests, NULL, NULL);
}
