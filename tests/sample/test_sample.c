#define _XOPEN_SOURCE 700 /* mkdtemp, P_tmpdir */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "base/csv.h"
#include "base/identifier.h"
#include "base/map.h"
#include "base/memory.h"
#include "exchange/file.h"
#include "sample/messages.h"
#include "sample/profile.h"
#include "sample/random.h"
#include "sample/sample.h"
#include "sample/share_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLICY "policies/yunnan-2018"
#define COUNTY "530523"

/* Scratch: a folder that is removed in the end, and an arena. */
struct scratch {
    struct arena arena;
    struct diagnostics diagnostics;
    struct text folder;
};

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

static struct scratch *scratch_new(void) {
    struct scratch *scratch = test_calloc(1, sizeof *scratch);
    arena_init(&scratch->arena);
    diagnostics_init(&scratch->diagnostics, &scratch->arena);
    const char *parent = getenv("TMPDIR");
    scratch->folder = text_format(&scratch->arena, "%s/sample-XXXXXX", parent ? parent : P_tmpdir);
    assert_non_null(mkdtemp((char *)scratch->folder.bytes));
    return scratch;
}

static void scratch_free(struct scratch *scratch) {
    remove_folder(&scratch->arena, scratch->folder);
    arena_free(&scratch->arena);
    test_free(scratch);
}

static struct text inside(struct scratch *scratch, const char *name) {
    return path_join(&scratch->arena, scratch->folder, text_from(name));
}

static enum sample_status write_to(struct scratch *scratch, const char *policy, uint64_t households, const char *area,
                                   uint64_t seed, const char *out) {
    struct sample_options options = {
        .policy = policy, .households = households, .area = area, .seed = seed, .out = inside(scratch, out).bytes};
    struct sample_result result;
    return sample_write(&options, &scratch->arena, &scratch->diagnostics, &result);
}

static void write_county(struct scratch *scratch, uint64_t households, uint64_t seed, const char *out) {
    assert_int_equal(write_to(scratch, POLICY, households, COUNTY, seed, out), SAMPLE_DONE);
}

static struct text read_text(struct scratch *scratch, const char *name) {
    struct file file;
    assert_int_equal(file_open(&file, inside(scratch, name).bytes), FILE_OK);
    struct text text = text_copy(&scratch->arena, file.bytes);
    file_close(&file);
    return text;
}

static void write_text(struct scratch *scratch, const char *name, const char *text) {
    FILE *file = fopen(inside(scratch, name).bytes, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool was_told(const struct scratch *scratch, enum sample_message message) {
    for (size_t i = 0; i < scratch->diagnostics.list.count; i++) {
        if (scratch->diagnostics.list.items[i].message == &sample_messages[message]) return true;
    }
    return false;
}

/* A table read from CSV. */
struct csv_table {
    struct csv csv;
    struct text headings[64];
    size_t columns;
};

static void table_open(struct scratch *scratch, struct csv_table *table, const char *name) {
    csv_init(&table->csv, read_text(scratch, name), &scratch->arena);
    assert_int_equal(csv_next(&table->csv), CSV_RECORD);
    table->columns = table->csv.count;
    assert_true(table->columns <= 64);
    for (size_t i = 0; i < table->columns; i++) table->headings[i] = table->csv.fields[i].text;
}

static bool table_next(struct csv_table *table) {
    enum csv_result result = csv_next(&table->csv);
    if (result == CSV_END) return false;
    assert_int_equal(result, CSV_RECORD);
    assert_int_equal(table->csv.count, table->columns);
    return true;
}

static struct text cell(const struct csv_table *table, const char *heading) {
    for (size_t i = 0; i < table->columns; i++) {
        if (text_is(table->headings[i], heading)) return table->csv.fields[i].text;
    }
    fail_msg("no column %s", heading);
    return TEXT("");
}

/* The same bytes */

static const char *const files[] = {"household.csv", "person.csv",   "claim.csv",   "hardship.csv", "damage.csv",
                                    "hospital.csv",  "facility.csv", "opening.csv", "README.md"};

static void test_same_seed_same_bytes(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    write_county(scratch, 300, 7, "a");
    write_county(scratch, 300, 7, "b");
    write_county(scratch, 300, 8, "c");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[3][32];
        for (int k = 0; k < 3; k++) snprintf(name[k], sizeof name[k], "%c/%s", 'a' + k, files[i]);
        struct text a = read_text(scratch, name[0]);
        assert_true(text_equal(a, read_text(scratch, name[1])));
        if (i < 3) assert_false(text_equal(a, read_text(scratch, name[2])));
    }
    scratch_free(scratch);
}

/* The samples that ship with the project are what the command makes today. */
static void check_shipped(const char *folder, uint64_t households, const char *area, uint64_t seed) {
    struct scratch *scratch = scratch_new();
    assert_int_equal(write_to(scratch, POLICY, households, area, seed, "out"), SAMPLE_DONE);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct file shipped, made;
        struct text path = path_join(&scratch->arena, text_from(folder), text_from(files[i]));
        struct text fresh = path_join(&scratch->arena, inside(scratch, "out"), text_from(files[i]));
        assert_int_equal(file_open(&shipped, path.bytes), FILE_OK);
        assert_int_equal(file_open(&made, fresh.bytes), FILE_OK);
        if (!text_equal(shipped.bytes, made.bytes)) fail_msg("%s is out of date: make it anew", path.bytes);
        file_close(&shipped);
        file_close(&made);
    }
    scratch_free(scratch);
}

static void test_shipped_samples(void **state) {
    (void)state;
    check_shipped("samples/longling", 8000, "530523", 1);
    check_shipped("samples/fugong", 4000, "533323", 2);
}

/* Lines by their first field, which is an id. */
static void lines_by_id(struct scratch *scratch, const char *name, struct map *lines) {
    struct text text = read_text(scratch, name);
    map_init(lines, &scratch->arena);
    for (size_t from = 0; from < text.length;) {
        const char *end = memchr(text.bytes + from, '\n', text.length - from);
        assert_non_null(end);
        struct text *line = ARENA_NEW(&scratch->arena, struct text);
        *line = text_slice(text, from, (size_t)(end - text.bytes));
        const char *comma = memchr(line->bytes, ',', line->length);
        map_put(lines, text_slice(*line, 0, (size_t)(comma - line->bytes)), line);
        from += line->length + 1;
    }
}

/* How many ids occur in both; their lines must be the same. */
static size_t common_lines(struct scratch *scratch, const char *small, const char *large, size_t *small_count) {
    struct map a, b;
    lines_by_id(scratch, small, &a);
    lines_by_id(scratch, large, &b);
    size_t common = 0;
    for (size_t i = 0; i < a.count; i++) {
        const struct text *other = map_get(&b, a.entries[i].key);
        if (!other) continue;
        common++;
        assert_true(text_equal(*(struct text *)a.entries[i].value, *other));
    }
    *small_count = a.count;
    return common;
}

static void test_larger_sample_holds_smaller(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    write_county(scratch, 200, 3, "small");
    write_county(scratch, 451, 3, "large");
    size_t count, common = common_lines(scratch, "small/household.csv", "large/household.csv", &count);
    assert_int_equal(common, 201);
    assert_int_equal(count, 201);
    common = common_lines(scratch, "small/person.csv", "large/person.csv", &count);
    assert_int_equal(common, count);
    scratch_free(scratch);
}

static void test_wider_area_holds_same_families(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    assert_int_equal(write_to(scratch, POLICY, 400, "530523102", 3, "township"), SAMPLE_DONE);
    assert_int_equal(write_to(scratch, POLICY, 3000, COUNTY, 3, "county"), SAMPLE_DONE);
    size_t count;
    assert_true(common_lines(scratch, "township/person.csv", "county/person.csv", &count) > 500);
    scratch_free(scratch);
}

/* The people */

static void check_person(const struct csv_table *table, struct map *citizen_ids, struct map *households) {
    struct text citizen_id = cell(table, "citizen_id"), certificate = cell(table, "disability_certificate");
    assert_non_null(map_get(households, cell(table, "household")));
    assert_true(text_starts(cell(table, "id"), "530523"));
    if (citizen_id.length == 0) return;
    assert_int_equal(identifier_check(TEXT("gb11643"), citizen_id, NULL), IDENTIFIER_OK);
    assert_null(map_get(citizen_ids, citizen_id));
    map_put(citizen_ids, citizen_id, citizen_ids);
    day_number birth, in_id;
    assert_true(day_parse(cell(table, "birth"), &birth));
    assert_true(day_parse_loose(text_slice(citizen_id, 6, 14), &in_id));
    assert_int_equal(birth, in_id);
    assert_int_equal((citizen_id.bytes[16] - '0') % 2, text_is(cell(table, "sex"), "male"));
    if (certificate.length == 0) return;
    assert_int_equal(identifier_check(TEXT("gb11643_disability"), certificate, NULL), IDENTIFIER_OK);
    assert_true(text_equal(text_slice(certificate, 0, 18), citizen_id));
}

static void test_ids(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    write_county(scratch, 8000, 1, "out");
    struct csv_table table;
    struct map households, citizen_ids;
    map_init(&households, &scratch->arena);
    map_init(&citizen_ids, &scratch->arena);
    table_open(scratch, &table, "out/household.csv");
    while (table_next(&table)) {
        struct text id = cell(&table, "id");
        assert_int_equal(id.length, 12 + 1 + 4);
        assert_true(text_equal(text_slice(id, 0, 12), cell(&table, "village")));
        assert_null(map_get(&households, id));
        map_put(&households, id, &households);
    }
    assert_int_equal(households.count, 8000);
    table_open(scratch, &table, "out/person.csv");
    while (table_next(&table)) check_person(&table, &citizen_ids, &households);
    scratch_free(scratch);
}

enum trait { PEOPLE, CHILDREN, OLD, VERY_OLD, MALE, DISABLED, SUBSIDY, ILL, TEKUN, POOR, IN_DIBAO, UNKNOWN_ID, TRAITS };

static bool is_yes(const struct csv_table *table, const char *heading) {
    return text_is(cell(table, heading), "yes");
}

static void count_person(const struct csv_table *table, const struct map *enrolled, long counts[TRAITS]) {
    day_number birth;
    assert_true(day_parse(cell(table, "birth"), &birth));
    int age = day_full_years(birth, day_from(2018, 7, 1));
    struct text level = cell(table, "disability_level");
    counts[PEOPLE]++;
    counts[CHILDREN] += age < 16;
    counts[OLD] += age >= 60;
    counts[VERY_OLD] += age >= 80;
    counts[MALE] += text_is(cell(table, "sex"), "male");
    counts[DISABLED] += level.length > 0 && !text_is(level, "0");
    counts[SUBSIDY] += cell(table, "disability_approved").length > 0;
    counts[ILL] += is_yes(table, "seriously_ill");
    counts[TEKUN] += is_yes(table, "tekun_approved");
    counts[POOR] += is_yes(table, "registered_poor");
    counts[IN_DIBAO] += map_get(enrolled, cell(table, "household")) != NULL;
    counts[UNKNOWN_ID] += cell(table, "citizen_id").length == 0;
}

/* Of everybody, in hundredths of a per cent. */
static void assert_share(const long counts[TRAITS], enum trait trait, long least, long most) {
    assert_in_range(counts[trait] * 10000 / counts[PEOPLE], least, most);
}

static void count_sample(struct scratch *scratch, uint64_t households, const char *area, uint64_t seed,
                         long counts[TRAITS]) {
    assert_int_equal(write_to(scratch, POLICY, households, area, seed, "out"), SAMPLE_DONE);
    struct csv_table table;
    struct map enrolled;
    map_init(&enrolled, &scratch->arena);
    table_open(scratch, &table, "out/household.csv");
    while (table_next(&table)) {
        if (is_yes(&table, "enrolled")) map_put(&enrolled, cell(&table, "id"), &enrolled);
    }
    table_open(scratch, &table, "out/person.csv");
    while (table_next(&table)) count_person(&table, &enrolled, counts);
}

static void test_shares(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    long counts[TRAITS] = {0};
    count_sample(scratch, 8000, COUNTY, 1, counts);
    assert_in_range(counts[PEOPLE], 8000 * 34 / 10, 8000 * 38 / 10);
    assert_share(counts, CHILDREN, 1900, 2500);
    assert_share(counts, OLD, 1400, 1850);
    assert_share(counts, VERY_OLD, 100, 300);
    assert_share(counts, MALE, 4850, 5300);
    assert_share(counts, DISABLED, 500, 800);
    assert_share(counts, SUBSIDY, 270, 430);
    assert_share(counts, ILL, 160, 240);
    assert_share(counts, TEKUN, 30, 75);
    assert_share(counts, POOR, 1900, 2800);
    assert_share(counts, IN_DIBAO, 950, 1300);
    assert_share(counts, UNKNOWN_ID, 5, 30);
    scratch_free(scratch);
}

static void test_deep_poverty_is_poorer(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    long deep[TRAITS] = {0}, other[TRAITS] = {0};
    count_sample(scratch, 3000, "533323", 1, deep);
    count_sample(scratch, 3000, COUNTY, 1, other);
    assert_true(deep[POOR] * other[PEOPLE] > other[POOR] * deep[PEOPLE] * 3 / 2);
    assert_true(deep[IN_DIBAO] * other[PEOPLE] > other[IN_DIBAO] * deep[PEOPLE]);
    scratch_free(scratch);
}

static void test_hospitals_of_bills_exist(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    write_county(scratch, 1500, 5, "out");
    struct csv_table table;
    struct map hospitals;
    size_t bills = 0;
    map_init(&hospitals, &scratch->arena);
    table_open(scratch, &table, "out/hospital.csv");
    while (table_next(&table)) map_put(&hospitals, cell(&table, "id"), &hospitals);
    table_open(scratch, &table, "out/claim.csv");
    for (; table_next(&table); bills++) {
        assert_non_null(map_get(&hospitals, cell(&table, "hospital")));
        assert_true(text_compare(cell(&table, "admitted"), cell(&table, "discharged")) <= 0);
    }
    assert_in_range(bills, 500, 1200);
    scratch_free(scratch);
}

/* What is asked for */

static void test_unknown_area(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    assert_int_equal(write_to(scratch, POLICY, 10, "530599", 1, "out"), SAMPLE_REFUSED);
    assert_true(was_told(scratch, SAMPLE_UNKNOWN_AREA));
    assert_false(folder_exists(inside(scratch, "out").bytes));
    scratch_free(scratch);
}

static void test_number_of_families(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    assert_int_equal(write_to(scratch, POLICY, 0, COUNTY, 1, "out"), SAMPLE_REFUSED);
    assert_true(was_told(scratch, SAMPLE_NO_FAMILIES));
    assert_int_equal(write_to(scratch, POLICY, 3001, "530523102201", 1, "out"), SAMPLE_REFUSED);
    assert_true(was_told(scratch, SAMPLE_TOO_MANY));
    assert_int_equal(write_to(scratch, POLICY, 3000, "530523102201", 1, "out"), SAMPLE_DONE);
    scratch_free(scratch);
}

static void test_folder_with_other_files_is_left_alone(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    write_county(scratch, 20, 1, "out");
    write_county(scratch, 30, 1, "out");
    write_text(scratch, "out/letter.txt", "mine\n");
    struct text before = read_text(scratch, "out/household.csv");
    assert_int_equal(write_to(scratch, POLICY, 40, COUNTY, 1, "out"), SAMPLE_REFUSED);
    assert_true(was_told(scratch, SAMPLE_FOLDER_IN_USE));
    assert_true(text_equal(before, read_text(scratch, "out/household.csv")));
    scratch_free(scratch);
}

static void test_real_data_is_left_alone(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    assert_int_equal(folder_make(inside(scratch, "out").bytes), FILE_OK);
    write_text(scratch, "out/household.csv", "id\n");
    assert_int_equal(write_to(scratch, POLICY, 40, COUNTY, 1, "out"), SAMPLE_REFUSED);
    assert_true(was_told(scratch, SAMPLE_FOLDER_IN_USE));
    scratch_free(scratch);
}

static void count_progress(void *context, uint64_t done, uint64_t total) {
    uint64_t *last = context;
    assert_true(done >= *last && done <= total);
    *last = done;
}

static void test_progress(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    uint64_t done = 0;
    struct sample_options options = {.policy = POLICY,
                                     .households = 2500,
                                     .area = COUNTY,
                                     .seed = 1,
                                     .out = inside(scratch, "out").bytes,
                                     .progress = count_progress,
                                     .progress_context = &done};
    struct sample_result result;
    assert_int_equal(sample_write(&options, &scratch->arena, &scratch->diagnostics, &result), SAMPLE_DONE);
    assert_int_equal(done, 2500);
    assert_int_equal(result.families, 2500);
    assert_true(result.rows > result.families + result.members);
    scratch_free(scratch);
}

/* A small profile of another world, for what profiles can say */

static const char *const small_profile =
    "month: 2020-03\n"
    "areas:\n"
    "  land: {name: text}\n"
    "  town: {name: text, coast: truth, rank: whole}\n"
    "family: {entity: crew, shape: kind, weight: 2, at_most: 50}\n"
    "member: {entity: sailor}\n"
    "lists: {names: ada bo cyd}\n"
    "shapes:\n"
    "  pair:\n"
    "    - {role: captain, age: 61}\n"
    "    - {role: mate, times: 2, age: captain.age - 20 - number}\n"
    "  alone:\n"
    "    - {role: captain, age: 30}\n"
    "rows:\n"
    "  harbour:\n"
    "    in: town\n"
    "    columns: {name: {given: text}}\n"
    "    groups: {small: {at: town, times: 2, mark: P, draw: {name: {join: [town.name, \"-\", number]}}}}\n"
    "steps:\n"
    "  - entity: crew\n"
    "    draw:\n"
    "      kind: {choice: {pair: 100 %, alone: 0 %}}\n"
    "  - entity: sailor\n"
    "    draw:\n"
    "      age: {given: whole}\n"
    "      birth: {birthday: age, within: town}\n"
    "      name: {pick: names}\n"
    "      pay: [{when: role = captain, is: 7 * 100}, {is: 99}]\n"
    "  - entity: crew\n"
    "    draw:\n"
    "      total: {is: sum(pay of sailor), decimals: 2}\n"
    "      below: (0 - 7) / 2\n"
    "      rounded: {is: 1_249, round: 50, most: 1_300}\n"
    "      half: {is: sum(pay of sailor where role = mate), percent: 50}\n"
    "      young: count(sailor where age < 41) + rank\n"
    "      coastal: coast and any(sailor where age in (39, 40)) and not known(nothing)\n"
    "      since: {is: first.birth, most: 1959-03-01}\n"
    "      nothing: empty\n"
    "  - entity: voyage\n"
    "    of: sailor\n"
    "    times: number\n"
    "    draw:\n"
    "      harbour: {refer: harbour, group: small}\n"
    "      label: {join: [crew.total, \"/\", sailor.id, \"/\", number]}\n"
    "files:\n"
    "  crew: [total, below, rounded, half, young, coastal, nothing]\n"
    "  sailor: [role, age, pay]\n"
    "  voyage: [label]\n"
    "  harbour: [name]\n"
    "opening:\n"
    "  - {entity: sailor, rule: sails, when: pay > 99, value: \"yes\"}\n"
    "  - {entity: sailor, rule: paid, when: pay <= 99, value: pay}\n";

static void write_small_policy(struct scratch *scratch, const char *profile) {
    assert_int_equal(folder_make(inside(scratch, "policy/areas").bytes), FILE_OK);
    write_text(scratch, "policy/sample.yaml", profile);
    write_text(scratch, "policy/areas/land.csv", "id,name\n1,Land\n");
    write_text(scratch, "policy/areas/town.csv",
               "id,land,name,coast,rank,#note\n11,1,Weir,yes,3,\n12,1,Lea,,,\"a, b\"\n");
}

/* `nothing` is drawn after `coastal`, so the profile above has one mistake; this is the sound one. */
static const char *sound_profile(struct scratch *scratch) {
    struct text text = text_from(small_profile);
    const char *at = strstr(small_profile, " and not known(nothing)");
    size_t before = (size_t)(at - small_profile), after = before + strlen(" and not known(nothing)");
    return text_format(&scratch->arena, "%.*s%s", (int)before, text.bytes, text.bytes + after).bytes;
}

static void assert_file(struct scratch *scratch, const char *name, const char *expected) {
    assert_string_equal(read_text(scratch, name).bytes, expected);
}

static void test_what_profiles_can_say(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    write_small_policy(scratch, sound_profile(scratch));
    assert_int_equal(write_to(scratch, inside(scratch, "policy").bytes, 2, NULL, 1, "out"), SAMPLE_DONE);
    assert_file(scratch, "out/crew.csv",
                "id,town,total,below,rounded,half,young,coastal,nothing\n"
                "11-0001,11,8.98,-4,1250,99,5,yes,\n"
                "12-0001,12,8.98,-4,1250,99,,no,\n");
    assert_file(scratch, "out/sailor.csv",
                "id,crew,role,age,pay\n"
                "11-0001-01,11-0001,captain,61,700\n11-0001-02,11-0001,mate,40,99\n11-0001-03,11-0001,mate,39,99\n"
                "12-0001-01,12-0001,captain,61,700\n12-0001-02,12-0001,mate,40,99\n12-0001-03,12-0001,mate,39,99\n");
    assert_file(scratch, "out/voyage.csv",
                "sailor,label\n"
                "11-0001-01,898/11-0001-01/1\n11-0001-02,898/11-0001-02/1\n"
                "11-0001-03,898/11-0001-03/1\n11-0001-03,898/11-0001-03/2\n"
                "12-0001-01,898/12-0001-01/1\n12-0001-02,898/12-0001-02/1\n"
                "12-0001-03,898/12-0001-03/1\n12-0001-03,898/12-0001-03/2\n");
    assert_file(scratch, "out/harbour.csv",
                "id,town,name\n11-P1,11,Weir-1\n11-P2,11,Weir-2\n12-P1,12,Lea-1\n12-P2,12,Lea-2\n");
    assert_file(scratch, "out/opening.csv",
                "entity,id,rule,value\n"
                "sailor,11-0001-01,sails,yes\nsailor,11-0001-02,paid,99\nsailor,11-0001-03,paid,99\n"
                "sailor,12-0001-01,sails,yes\nsailor,12-0001-02,paid,99\nsailor,12-0001-03,paid,99\n");
    scratch_free(scratch);
}

/* Mistakes of profiles: the sound one with one piece replaced. */
static const struct mistake {
    const char *piece, *instead;
    enum sample_message message;
    const char *argument; /* among the message's, or NULL */
} mistakes[] = {
    {"month: 2020-03", "month: 2020-13", SAMPLE_BAD_MONTH, "2020-13"},
    {"month: 2020-03\n", "", SAMPLE_MISSING_KEY, "month"},
    {"opening:", "openings:", SAMPLE_UNKNOWN_KEY_LIKE, "opening"},
    {"at_most: 50", "at_mots: 50", SAMPLE_UNKNOWN_KEY_LIKE, "at_most"},
    {"at_most: 50", "at_most: many", SAMPLE_BAD_NUMBER, "at_most"},
    {"coast: truth", "coast: bool", SAMPLE_UNKNOWN_KIND, "bool"},
    {"pair: 100 %, alone: 0 %", "pair: 60 %, alone: 30 %", SAMPLE_SHARES_SUM, "90.000000 %"},
    {"pair: 100 %", "pair: 100", SAMPLE_BAD_SHARE, "100"},
    {"pair: 100 %", "pair: 100.1 %", SAMPLE_BAD_SHARE, "100.1 %"},
    {"alone: 0 %", "allone: 0 %", SAMPLE_NO_SHAPE, "allone"},
    {"{pick: names}", "{pick: name}", SAMPLE_UNKNOWN_LIST, "name"},
    {"{pick: names}", "{pik: names}", SAMPLE_UNKNOWN_KEY_LIKE, "pick"},
    {"{pick: names}", "{pick: names, rond: 5}", SAMPLE_UNKNOWN_KEY_LIKE, "round"},
    {"{pick: names}", "{round: 5}", SAMPLE_NO_FORM, NULL},
    {"{pick: names}", "{quantiles: {0 %: 5, 90 %: 7}}", SAMPLE_BAD_QUANTILES, NULL},
    {"{pick: names}", "{quantiles: {0 %: 5, 100 %: 4}}", SAMPLE_BAD_QUANTILES, NULL},
    {"{pick: names}", "{between: [1]}", SAMPLE_BAD_BETWEEN, NULL},
    {"{pick: names}", "{between: [1, 2020-01-01]}", SAMPLE_WRONG_KIND, "date"},
    {"{pick: names}", "{choice: 7}", SAMPLE_NOT_CHOICE, NULL},
    {"{pick: names}", "{choice: [7, yes]}", SAMPLE_WRONG_KIND, "truth"},
    {"{pick: names}", "{gb11643: 1, birth: birth}", SAMPLE_MISSING_KEY, "odd"},
    {"{pick: names}", "{refer: harbour, group: big}", SAMPLE_UNKNOWN_GROUP, "big"},
    {"{pick: names}", "{area: village, within: land}", SAMPLE_UNKNOWN_LEVEL, "village"},
    {"{pick: names}", "{is: 3, when: age > 4}", SAMPLE_ONLY_CASE, "when"},
    {"is: 7 * 100", "is: 7 * 100, unknown: 1 %", SAMPLE_ONLY_COLUMN, "unknown"},
    {"{is: 99}]", "{when: age > 3, is: 99}]", SAMPLE_NO_LAST_CASE, NULL},
    {"{when: role = captain, is: 7 * 100}", "{is: 1}", SAMPLE_NEVER_REACHED, NULL},
    {"role = captain", "role = captian", SAMPLE_UNKNOWN_NAME_LIKE, "captain"},
    {"role = captain", "rolle = captain", SAMPLE_UNKNOWN_NAME_LIKE, "role"},
    {"role = captain", "role = 3", SAMPLE_WRONG_KIND, "whole"},
    {"role = captain", "role = captain captain", SAMPLE_UNEXPECTED, "captain"},
    {"role = captain", "role =", SAMPLE_EXPECTED_VALUE, NULL},
    {"role = captain", "pay > 3", SAMPLE_NOT_YET, "pay"},
    {"role = captain", "any(sailor where age > 3)", SAMPLE_NOT_YET, "age"},
    {"7 * 100", "(7 * 100", SAMPLE_EXPECTED, ")"},
    {"7 * 100", "7 * yes", SAMPLE_WRONG_KIND, "truth"},
    {"7 * 100", "twice(7)", SAMPLE_UNKNOWN_FUNCTION, "twice"},
    {"sum(pay of sailor),", "sum(pay of crew),", SAMPLE_EXPECTED, "sailor"},
    {"captain.age - 20", "mate.age - 20", SAMPLE_UNKNOWN_NAME, "mate.age"},
    {"captain, age: 61", "captain, agee: 61", SAMPLE_UNKNOWN_COLUMN_LIKE, "age"},
    {"captain, age: 61", "captain", SAMPLE_MISSING_KEY, "age"},
    {"captain, age: 61", "captain, age: yes", SAMPLE_WRONG_KIND, "truth"},
    {"times: 2, age", "times: yes, age", SAMPLE_WRONG_KIND, "truth"},
    {"[role, age, pay]", "[role, age, pays]", SAMPLE_UNKNOWN_COLUMN_LIKE, "pay"},
    {"  sailor: [role", "  sailr: [role", SAMPLE_UNKNOWN_KEY_LIKE, "sailor"},
    {"shape: kind", "shape: kidn", SAMPLE_UNKNOWN_COLUMN_LIKE, "kind"},
    {"below: (0", "kind: (0", SAMPLE_COLUMN_TWICE, NULL},
    {"of: sailor", "of: harbour", SAMPLE_BAD_STEP, "harbour"},
    {"at: town", "at: village", SAMPLE_UNKNOWN_LEVEL, "village"},
    {"pay > 99", "pay", SAMPLE_WRONG_KIND, "whole"},
    {"nothing: empty", "nothing: {given: whole}", SAMPLE_NOT_GIVEN, "nothing"},
    {"lists: {names: ada bo cyd}", "lists: {names: }", SAMPLE_EMPTY_LIST, "names"},
};

static bool has_argument(const struct diagnostic *diagnostic, const char *argument) {
    if (!argument) return true;
    for (size_t i = 0; i < DIAGNOSTIC_ARGUMENTS; i++) {
        if (text_is(diagnostic->argument[i], argument)) return true;
    }
    return false;
}

static void check_mistake(const char *profile, const struct mistake *mistake) {
    struct arena arena;
    struct diagnostics diagnostics;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    const char *at = strstr(profile, mistake->piece);
    assert_non_null(at);
    struct source source = {.name = TEXT("sample.yaml"),
                            .bytes = text_format(&arena, "%.*s%s%s", (int)(at - profile), profile, mistake->instead,
                                                 at + strlen(mistake->piece))};
    bool found = false;
    if (profile_read(&arena, &source, &diagnostics)) fail_msg("accepted: %s", mistake->instead);
    for (size_t i = 0; i < diagnostics.list.count; i++) {
        const struct diagnostic *diagnostic = &diagnostics.list.items[i];
        found |=
            diagnostic->message == &sample_messages[mistake->message] && has_argument(diagnostic, mistake->argument);
    }
    if (!found) {
        struct builder out;
        builder_init(&out);
        for (size_t i = 0; i < diagnostics.list.count; i++) {
            diagnostic_print(&out, &arena, &diagnostics.list.items[i], LANGUAGE_EN);
        }
        print_error("%s", builder_text(&out).bytes);
        builder_free(&out);
        fail_msg("%s should give %s", mistake->instead, sample_messages[mistake->message].code);
    }
    arena_free(&arena);
}

static void test_mistakes_of_profiles(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    const char *sound = sound_profile(scratch);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) check_mistake(sound, &mistakes[i]);
    check_mistake(small_profile, &(struct mistake){"", "", SAMPLE_NOT_YET, "nothing"});
    scratch_free(scratch);
}

static void test_mistake_has_its_place(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    struct source source = {.name = TEXT("sample.yaml"), .bytes = text_from(small_profile)};
    assert_null(profile_read(&scratch->arena, &source, &scratch->diagnostics));
    assert_int_equal(scratch->diagnostics.list.count, 1);
    struct position at = scratch->diagnostics.list.items[0].at;
    assert_int_equal(at.line, 36);
    assert_int_equal(at.column, 7 + (int)strlen("coastal: coast and any(sailor where age in (39, 40)) and not known("));
    assert_int_equal(at.length, strlen("nothing"));
    scratch_free(scratch);
}

static void test_mistakes_of_areas(void **state) {
    (void)state;
    static const struct {
        const char *towns;
        enum sample_message message;
    } cases[] = {{"id,name\n11,Weir\n", SAMPLE_AREA_COLUMN},
                 {"id,land\n11,2\n", SAMPLE_AREA_PARENT},
                 {"id,land\n11,1\n11,1\n", SAMPLE_AREA_CODE},
                 {"id,land\nx,1\n", SAMPLE_AREA_CODE},
                 {"id,land,coast\n11,1,maybe\n", SAMPLE_AREA_VALUE},
                 {"id,land\n11,\"1\n", SAMPLE_AREA_BROKEN},
                 {"id,land\n", SAMPLE_NO_PLACES}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scratch *scratch = scratch_new();
        write_small_policy(scratch, sound_profile(scratch));
        write_text(scratch, "policy/areas/town.csv", cases[i].towns);
        assert_int_equal(write_to(scratch, inside(scratch, "policy").bytes, 2, NULL, 1, "out"), SAMPLE_REFUSED);
        assert_true(was_told(scratch, cases[i].message));
        scratch_free(scratch);
    }
}

static void test_every_failure_of_memory(void **state) {
    (void)state;
    struct scratch *scratch = scratch_new();
    write_small_policy(scratch, sound_profile(scratch));
    const char *policy = inside(scratch, "policy").bytes;
    struct sample_options options = {.policy = policy, .households = 3, .seed = 1, .out = inside(scratch, "out").bytes};
    bool failed = true;
    long successes = 0;
    for (; failed; successes++) {
        struct arena arena;
        struct diagnostics diagnostics;
        struct sample_result result;
        arena_init(&arena);
        diagnostics_init(&diagnostics, &arena);
        memory_fail_after(successes);
        enum sample_status status = sample_write(&options, &arena, &diagnostics, &result);
        failed = memory_has_failed();
        memory_fail_after(-1);
        assert_true(failed ? status != SAMPLE_DONE : status == SAMPLE_DONE);
        arena_free(&arena);
    }
    assert_true(successes > 20);
    scratch_free(scratch);
}

/* The parts */

static void test_generator_is_splitmix64(void **state) {
    (void)state;
    struct random random = random_begin(1234567);
    assert_true(random_next(&random) == UINT64_C(6457827717110365317));
    assert_true(random_next(&random) == UINT64_C(3203168211198807973));
    size_t counts[7] = {0};
    for (size_t i = 0; i < 70000; i++) counts[random_below(&random, 7)]++;
    for (size_t i = 0; i < 7; i++) assert_in_range(counts[i], 9600, 10400);
}

static void test_sharing_out_never_takes_away(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena);
    const int64_t weights[] = {3, 1, 7, 2};
    uint64_t before[4] = {0};
    for (uint64_t families = 1; families <= 60; families++) {
        const uint64_t *counts = share_out(&arena, families, weights, 4);
        uint64_t total = 0;
        for (size_t i = 0; i < 4; i++) {
            assert_true(counts[i] >= before[i]);
            before[i] = counts[i];
            total += counts[i];
        }
        assert_int_equal(total, families);
        if (families == 26) assert_int_equal(counts[2], 14);
    }
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generator_is_splitmix64),
        cmocka_unit_test(test_sharing_out_never_takes_away),
        cmocka_unit_test(test_same_seed_same_bytes),
        cmocka_unit_test(test_shipped_samples),
        cmocka_unit_test(test_larger_sample_holds_smaller),
        cmocka_unit_test(test_wider_area_holds_same_families),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_deep_poverty_is_poorer),
        cmocka_unit_test(test_hospitals_of_bills_exist),
        cmocka_unit_test(test_unknown_area),
        cmocka_unit_test(test_number_of_families),
        cmocka_unit_test(test_folder_with_other_files_is_left_alone),
        cmocka_unit_test(test_real_data_is_left_alone),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_what_profiles_can_say),
        cmocka_unit_test(test_mistakes_of_profiles),
        cmocka_unit_test(test_mistake_has_its_place),
        cmocka_unit_test(test_mistakes_of_areas),
        cmocka_unit_test(test_every_failure_of_memory),
    };
    return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
