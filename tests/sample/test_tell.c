/* A sample told to a registry is the sample that a folder of files would have told it. */
#define _XOPEN_SOURCE 700 /* mkdtemp, P_tmpdir */

#include "base/memory.h"
#include "engine/dataset.h"
#include "exchange/file.h"
#include "exchange/import.h"
#include "exchange/same_dataset.h"
#include "sample/messages.h"
#include "sample/sample.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FAMILIES = 60, FAMILIES_A_CHANGE = 10 };

static const char law[] =
    "```doudi\npolicy sea\n  currency coin of 100 bit\n"
    "entity land\nentity town in land\nentity harbour in town\n"
    "entity crew in town at most 999\nentity sailor in crew at most 4\n"
    "event voyage in sailor dated left, name at most 9 a year\n"
    "input harbour name : text\n"
    "input crew total : money/month in 0 .. 10_000 coin/month\ninput crew coastal : bool\n"
    "enum rank: captain, mate\n"
    "input sailor grade : rank\ninput sailor age : count in 0 .. 99\ninput sailor birth : date\n"
    "input voyage left : date\ninput voyage name : text\ninput voyage harbour : harbour\n"
    "rule sailor sails : bool starts no = previous(sails)\n"
    "rule sailor paid : money/month in 0 .. 99 coin/month starts 0 coin/month = previous(paid)\n```\n";

static const char profile[] =
    "month: 2020-03\n"
    "areas:\n  land: {name: text}\n  town: {name: text}\n"
    "family: {entity: crew, shape: kind, weight: {between: [1, 3]}, at_most: 500}\n"
    "member: {entity: sailor}\n"
    "lists: {letters: V}\n"
    "shapes:\n"
    "  pair:\n    - {role: captain, age: 61}\n    - {role: mate, times: {between: [1, 3]}, age: 40 + number}\n"
    "  alone:\n    - {role: captain, age: {between: [20, 60]}}\n"
    "rows:\n"
    "  harbour:\n    in: town\n    columns: {name: {given: text}}\n"
    "    groups: {small: {at: town, times: 2, mark: P, draw: {name: {join: [town.name, \" \", number]}}}}\n"
    "steps:\n"
    "  - entity: crew\n    draw:\n      kind: {choice: {pair: 70 %, alone: 30 %}}\n"
    "  - entity: sailor\n    draw:\n"
    "      age: {given: whole, unknown: 20 %}\n      grade: {choice: [captain, mate]}\n      birth: {birthday: age, "
    "within: town}\n"
    "  - entity: crew\n    draw:\n"
    "      total: {is: sum(age of sailor), decimals: 2}\n"
    "      coastal: {chance: 50 %, unknown: 10 %}\n"
    "  - entity: voyage\n    of: sailor\n    times: {between: [0, 2]}\n    draw:\n"
    "      left: {between: [2020-01-01, 2020-02-20]}\n"
    "      name: {join: [\"V, \", number]}\n"
    "      harbour: {refer: harbour, group: small}\n"
    "files:\n"
    "  crew: [total, coastal]\n  sailor: [grade, age, birth]\n  voyage: [left, name, harbour]\n  harbour: [name]\n"
    "opening:\n"
    "  - {entity: sailor, rule: sails, when: age > 45, value: \"yes\"}\n"
    "  - {entity: sailor, rule: paid, when: age <= 45, value: age}\n";

/* A policy's folder, and a registry of its law that knows the areas. */
struct ship {
    struct arena arena;
    struct diagnostics diagnostics;
    struct text folder;
    struct policy *policy;
    struct store *store;
    struct registry registry;
    struct sample_told told;
    enum sample_message complaint; /* the first of the last call; SAMPLE_MESSAGES: none */
};

static struct text inside(struct ship *ship, const char *name) {
    return path_join(&ship->arena, ship->folder, text_from(name));
}

static void write_text(struct ship *ship, const char *name, const char *text) {
    FILE *file = fopen(inside(ship, name).bytes, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void remove_folder(struct arena *arena, struct text path) {
    struct file_names names = {0};
    folder_list(arena, path.bytes, &names);
    for (size_t i = 0; i < names.list.count; i++) {
        struct text inner = path_join(arena, path, names.list.items[i]);
        if (folder_exists(inner.bytes))
            remove_folder(arena, inner);
        else
            unlink(inner.bytes);
    }
    rmdir(path.bytes);
}

static void take_folder(struct ship *ship, const char *name, bool areas, struct registry_change *change) {
    struct import import = {
        .arena = &ship->arena, .policy = ship->policy, .diagnostics = &ship->diagnostics, .adds = true};
    struct registry_taken taken[16] = {{0}};
    assert_int_equal(import_folder(&import, inside(ship, name).bytes, NULL), IMPORT_OK);
    if (!areas) assert_int_equal(registry_begin_change(&ship->registry, change), REGISTRY_DONE);
    assert_int_equal(registry_take(&ship->registry, change, &import.records, taken), REGISTRY_DONE);
    const struct registry_given given = {.opening = import_given_written(&import, &ship->arena, true)};
    assert_int_equal(registry_keep_given(&ship->registry, change, &given), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&ship->registry), REGISTRY_DONE);
    for (size_t i = 0; i < 16; i++) assert_int_equal(taken[i].refused, 0);
    import_close(&import);
}

/* A new registry of the law. */
static void ship_launch(struct ship *ship, enum database database, bool areas) {
    struct registry_change change = {.by = TEXT("tester"), .what = TEXT("init"), .since = MONTH_FIRST};
    ship->store = database_new(database);
    assert_int_equal(registry_make(&ship->registry, ship->store, ship->policy, DIGEST_SM3, &change), REGISTRY_DONE);
    if (areas)
        take_folder(ship, "areas", true, &change);
    else
        assert_int_equal(registry_end_change(&ship->registry), REGISTRY_DONE);
}

static void ship_open(struct ship *ship, enum database database, bool areas) {
    const char *parent = getenv("TMPDIR");
    *ship = (struct ship){.policy = policy_new()};
    arena_init(&ship->arena);
    diagnostics_init(&ship->diagnostics, &ship->arena);
    ship->folder = text_format(&ship->arena, "%s/tell-XXXXXX", parent ? parent : P_tmpdir);
    assert_non_null(mkdtemp((char *)ship->folder.bytes));
    assert_int_equal(folder_make(inside(ship, "areas").bytes), FILE_OK);
    write_text(ship, "sample.yaml", profile);
    write_text(ship, "areas/land.csv", "id\n1\n");
    write_text(ship, "areas/town.csv", "id,land\n11,1\n12,1\n13,1\n14,1\n");
    policy_begin_layer(ship->policy, TEXT("sea"));
    policy_add_file(ship->policy, TEXT("law.md"), text_from(law));
    assert_true(policy_compile(ship->policy));
    ship_launch(ship, database, areas);
}

/* Of a registry that is sound. */
static void ship_leave(struct ship *ship) {
    struct registry_verdict verdict;
    assert_int_equal(registry_verify(&ship->registry, &verdict), REGISTRY_DONE);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    registry_close(&ship->registry);
    store_close(ship->store);
}

static void ship_close(struct ship *ship) {
    ship_leave(ship);
    remove_folder(&ship->arena, ship->folder);
    policy_free(ship->policy);
    arena_free(&ship->arena);
}

static enum sample_status tell(struct ship *ship, uint64_t families, const char *area, uint64_t a_change) {
    struct sample_options options = {
        .policy = ship->folder.bytes, .households = families, .area = area, .seed = 3, .change_families = a_change};
    struct registry_change change = {.by = TEXT("tester"), .what = TEXT("sample"), .since = MONTH_FIRST};
    struct arena arena;
    arena_init(&arena);
    diagnostics_init(&ship->diagnostics, &arena);
    enum sample_status status =
        sample_tell(&options, &ship->registry, &change, &arena, &ship->diagnostics, &ship->told);
    ship->complaint = SAMPLE_MESSAGES;
    for (size_t i = 0; i < SAMPLE_MESSAGES; i++)
        if (ship->diagnostics.list.count && ship->diagnostics.list.items[0].message == &sample_messages[i])
            ship->complaint = (enum sample_message)i;
    arena_free(&arena);
    diagnostics_init(&ship->diagnostics, &ship->arena);
    return status;
}

static void import_sample(struct ship *ship, uint64_t families) {
    struct sample_options options = {
        .policy = ship->folder.bytes, .households = families, .seed = 3, .out = inside(ship, "out").bytes};
    struct registry_change change = {.by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    struct sample_result result;
    assert_int_equal(sample_write(&options, &ship->arena, &ship->diagnostics, &result), SAMPLE_DONE);
    assert_int_equal(result.families, families);
    take_folder(ship, "out", false, &change);
}

static int64_t last_change(struct ship *ship) {
    int64_t last;
    assert_int_equal(registry_last_change(&ship->registry, &last), REGISTRY_DONE);
    return last;
}

static const struct record_table *table_of(const struct records *records, const char *entity) {
    return &records->tables[((struct entity *)map_get(&records->policy->entity_by_name, text_from(entity)))->index];
}

/* --- the same rows ------------------------------------------------------------------------------------------------ */

/* What they know, row by row in the order in which it was told. */
static void assert_same_rows(const struct records *a, const struct records *b) {
    for (size_t i = 0; i < a->policy->entities.count; i++) {
        const struct record_table *left = &a->tables[i], *right = &b->tables[i];
        assert_int_equal(left->count, right->count);
        for (size_t row = 0; row < left->count; row++) {
            const struct record_row *one = &left->rows[row], *other = &right->rows[row];
            assert_true(text_equal(one->id, other->id));
            assert_true(text_equal(one->parent, other->parent));
            assert_int_equal(one->from, other->from);
            assert_int_equal(one->until, other->until);
            assert_int_equal(one->place, other->place);
            assert_int_equal(one->unconfirmed, other->unconfirmed);
            for (size_t k = 0; k < left->entity->inputs.count; k++)
                assert_true(columns_agree(&left->columns[k], row, &right->columns[k], row));
        }
    }
}

static void read_all(struct ship *ship, struct records *records, struct registry_given *given) {
    assert_int_equal(registry_read(&ship->registry, REGISTRY_NOW, &ship->arena, records), REGISTRY_DONE);
    assert_int_equal(registry_read_given(&ship->registry, REGISTRY_NOW, &ship->arena, given), REGISTRY_DONE);
}

static void the_rows_are_those_of_an_import(enum database database) {
    struct ship ship;
    struct records records, imported;
    struct registry_given given, expected;
    ship_open(&ship, database, true);
    import_sample(&ship, FAMILIES);
    read_all(&ship, &imported, &expected);
    assert_true(expected.opening.length > 200); /* none of it is empty */
    assert_true(table_of(&imported, "voyage")->count > 30);
    assert_int_equal(table_of(&imported, "harbour")->count, 8);
    ship_leave(&ship);
    ship_launch(&ship, database, true);
    assert_int_equal(tell(&ship, FAMILIES, NULL, FAMILIES_A_CHANGE), SAMPLE_DONE);
    assert_int_equal(ship.told.families, FAMILIES);
    assert_int_equal(ship.told.members, table_of(&imported, "sailor")->count);
    assert_int_equal(ship.told.known, 0);
    assert_int_equal(ship.told.first, 2);
    assert_true(ship.told.last > 3);
    assert_int_equal(ship.told.last, last_change(&ship));
    read_all(&ship, &records, &given);
    assert_same_rows(&records, &imported);
    assert_true(text_equal(given.opening, expected.opening));
    ship_close(&ship);
}

/* --- again, and more of it ---------------------------------------------------------------------------------------- */

static struct dataset *dataset_of(struct ship *ship, struct registry_given *given) {
    struct refusals refusals = {.arena = &ship->arena};
    struct records *records = ARENA_NEW(&ship->arena, struct records);
    read_all(ship, records, given);
    struct dataset *dataset = dataset_new(ship->policy, records, 2020 * 12 + 2, &refusals);
    assert_non_null(dataset);
    assert_int_equal(refusals.list.count, 0);
    return dataset;
}

/* What the registry knows is what a whole sample tells another. */
static void assert_is_whole(struct ship *ship, enum database database, uint64_t families) {
    struct registry_given given, expected;
    struct dataset *told = dataset_of(ship, &given);
    ship_leave(ship);
    ship_launch(ship, database, true);
    assert_int_equal(tell(ship, families, NULL, 0), SAMPLE_DONE);
    assert_int_equal(ship->told.last, 2); /* by one change */
    struct dataset *whole = dataset_of(ship, &expected);
    assert_same_dataset(told, whole);
    assert_true(text_equal(given.opening, expected.opening));
    dataset_free(told);
    dataset_free(whole);
}

static void told_again_nothing_is_new(enum database database) {
    struct ship ship;
    ship_open(&ship, database, true);
    assert_int_equal(tell(&ship, FAMILIES, NULL, FAMILIES_A_CHANGE), SAMPLE_DONE);
    int64_t last = last_change(&ship);
    assert_int_equal(tell(&ship, FAMILIES, NULL, 0), SAMPLE_DONE);
    assert_int_equal(ship.told.known, FAMILIES);
    assert_int_equal(ship.told.families + ship.told.rows + ship.told.members, 0);
    assert_int_equal(ship.told.first, 0);
    assert_int_equal(last_change(&ship), last);
    ship_close(&ship);
}

static void it_grows(enum database database) {
    struct ship ship;
    ship_open(&ship, database, true);
    assert_int_equal(tell(&ship, FAMILIES / 10, "13", 0), SAMPLE_DONE);
    assert_int_equal(tell(&ship, FAMILIES, NULL, FAMILIES_A_CHANGE), SAMPLE_DONE);
    assert_true(ship.told.known > 0 && ship.told.families > 0);
    assert_int_equal(ship.told.known + ship.told.families, FAMILIES);
    assert_int_equal(tell(&ship, 3 * FAMILIES, NULL, 0), SAMPLE_DONE);
    assert_int_equal(ship.told.known, FAMILIES);
    assert_is_whole(&ship, database, 3 * FAMILIES);
    ship_close(&ship);
}

/* Memory that runs out stands for whatever stops it: whole changes are left, and the next call, of another process,
 * goes on. */
static void what_was_stopped_goes_on(enum database database) {
    struct ship ship;
    bool some = false, done = false;
    ship_open(&ship, database, true);
    for (long successes = 200; !done; successes += successes / 8) {
        memory_fail_after(successes);
        enum sample_status status = tell(&ship, FAMILIES, NULL, 1);
        memory_fail_after(-1);
        done = status == SAMPLE_DONE;
        if (!done) assert_int_equal(status, SAMPLE_NO_MEMORY);
        registry_close(&ship.registry);
        assert_int_equal(registry_open(&ship.registry, ship.store, ship.policy), REGISTRY_DONE);
        assert_true(successes < 100000000);
        some = some || (!done && ship.told.families > 0);
    }
    assert_true(some);
    assert_is_whole(&ship, database, FAMILIES);
    ship_close(&ship);
}

/* --- what it does not take ---------------------------------------------------------------------------------------- */

static void nothing_lies_in_areas_that_nobody_told_of(enum database database) {
    struct ship ship;
    ship_open(&ship, database, false);
    assert_int_equal(tell(&ship, FAMILIES, NULL, 0), SAMPLE_UNFINISHED);
    assert_int_equal(ship.complaint, SAMPLE_UNFIT_ROWS);
    assert_int_equal(last_change(&ship), 1);
    ship_close(&ship);
}

static void expect_refused(const char *piece, const char *instead, enum sample_message message) {
    struct ship ship;
    ship_open(&ship, DATABASE_FILE, true);
    const char *at = strstr(profile, piece);
    assert_non_null(at);
    write_text(&ship, "sample.yaml",
               text_format(&ship.arena, "%.*s%s%s", (int)(at - profile), profile, instead, at + strlen(piece)).bytes);
    if (tell(&ship, FAMILIES, NULL, 0) == SAMPLE_DONE) fail_msg("accepted: %s", instead);
    if (ship.complaint != message) fail_msg("%s: %s", instead, sample_messages[message].code);
    assert_int_equal(last_change(&ship), 1);
    ship_close(&ship);
}

static void a_profile_must_fit_the_model(void **state) {
    (void)state;
    expect_refused("crew: [total, coastal]", "crew: [total, kind]", SAMPLE_NOT_IN_MODEL);
    expect_refused("[left, name, harbour]", "[left, harbour]", SAMPLE_NOT_DATED);
    expect_refused("name: {join: [\"V, \", number]}", "name: empty", SAMPLE_NOT_DATED);
    expect_refused("left: {between: [2020-01-01, 2020-02-20]}\n      name: {join: [\"V, \", number]}",
                   "left: 2020-01-01\n      name: {pick: letters}", SAMPLE_UNFIT_ROWS); /* told twice */
    expect_refused("total: {is: sum(age of sailor)", "total: {is: 10_001 * 100", SAMPLE_UNFIT_CELL);
    expect_refused("total: {is: sum(age of sailor), decimals: 2}", "total: {is: 1, decimals: 3}", SAMPLE_UNFIT_CELL);
    expect_refused("role: mate, times: {between: [1, 3]}", "role: mate, times: 4", SAMPLE_MANY_MEMBERS);
    expect_refused("choice: [captain, mate]", "choice: [captain, cook]", SAMPLE_UNFIT_CELL);
    expect_refused("in: town", "in: land", SAMPLE_NOT_IN_MODEL);
    expect_refused("rule: paid", "rule: pays", SAMPLE_MESSAGES); /* which the import tells */
}

ON_BOTH(the_rows_are_those_of_an_import)
ON_BOTH(told_again_nothing_is_new)
ON_BOTH(it_grows)
ON_BOTH(what_was_stopped_goes_on)
ON_BOTH(nothing_lies_in_areas_that_nobody_told_of)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(the_rows_are_those_of_an_import),
        BOTH(told_again_nothing_is_new),
        BOTH(it_grows),
        BOTH(what_was_stopped_goes_on),
        BOTH(nothing_lies_in_areas_that_nobody_told_of),
        cmocka_unit_test(a_profile_must_fit_the_model),
    };
    return cmocka_run_group_tests_name("tell", tests, databases_begin, databases_end);
}
