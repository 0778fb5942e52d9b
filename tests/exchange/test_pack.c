/* Packs: what was written is read again, field by field; whatever else the bytes say is refused and told. */
#define _XOPEN_SOURCE 700 /* mkdtemp, P_tmpdir */
#include "pack_forged.h"

#include "../engine/stage.h"
#include "../failing.h"
#include "same_dataset.h"

#include "base/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { JULY = 2018 * 12 + 6 };

static const char law[] = "policy law\n  currency yuan of 100 fen\n"
                          "entity village\nentity family in village at most 2\nentity person in family at most 3\n"
                          "entity clinic\nevent bill in person dated left, number at most 2 a year\n"
                          "enum kind : small, large\n"
                          "input family farm : money/year in -100 .. 155 yuan/year\n"
                          "input family big : money in 0 .. 1_000_000_000_000 yuan\n"
                          "input family huge : count in 0 .. 1_000_000_000_000_000_000_000\n"
                          "input family poor : bool\n"
                          "input family note : text\n"
                          "input person age : count in 0 .. 100\n"
                          "input person kind : kind\n"
                          "input person born : date in 1900-01-01 .. 2100-01-01\n"
                          "input person doctor : clinic empty means none\n"
                          "input person guardian : person empty means none\n"
                          "input bill left : date in 2010-01-01 .. 2100-01-01\n"
                          "input bill number : text\n"
                          "rule family size : count = count(person)\n";

/* The bytes of a pack, aligned as file_open gives them. */
struct packed {
    struct stage stage;
    char folder[64], path[96];
    struct file file;
};

static void write_rows(struct stage *stage) {
    stage_row(stage, "village", "V2", "", "");
    stage_row(stage, "village", "V1", "", "");
    stage_row(stage, "clinic", "C1", "", "");
    stage_row(stage, "clinic", "C2", "", "");
    stage_row(stage, "family", "F2", "V1", "farm=-100 big=1000000000000 huge=170000000000000000000 poor=yes note=甲");
    stage_row(stage, "family", "F1", "V2", "farm=155 note=b");
    stage_row(stage, "person", "P3", "F2", "age=100 kind=large born=1950-02-03 doctor=C2");
    stage_row(stage, "person", "P1", "F2", "born=never doctor=none guardian=P3 age=0 kind=small");
    stage_row(stage, "person", "P2", "F1", "doctor=C9");
    stage_row(stage, "person", "P2b", "F1", "age=7");
    stage_row(stage, "person", "P4", "F9", "age=7");
    stage_row(stage, "bill", "", "P3", "left=2018-05-04 number=a");
    stage_row(stage, "bill", "", "P3", "left=2018-05-04 number=b");
    stage_row(stage, "bill", "", "P3", "left=2017-05-04 number=z");
    stage_row(stage, "bill", "", "P2", "number=z");
}

static struct pack pack_of(const struct stage *stage) {
    return (struct pack){stage->dataset, TEXT("entity,id,rule,value\n"), TEXT("")};
}

static void open_packed(struct packed *packed) {
    snprintf(packed->folder, sizeof packed->folder, "%s/doudi-pack-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(packed->folder));
    snprintf(packed->path, sizeof packed->path, "%s/a.doudi", packed->folder);
    stage_open(&packed->stage, law, NULL, NULL);
    write_rows(&packed->stage);
    stage_decide(&packed->stage, "2018-07");
    struct pack pack = pack_of(&packed->stage);
    assert_int_equal(pack_write(&pack, packed->path), FILE_OK);
    assert_int_equal(file_open(&packed->file, packed->path), FILE_OK);
}

static void close_packed(struct packed *packed) {
    file_close(&packed->file);
    file_remove(packed->path);
    folder_remove(packed->folder);
    assert_false(folder_exists(packed->folder)); /* nothing else was left in it */
    stage_close(&packed->stage);
}

/* What reading says to these bytes: the code of its message, "" when it takes them. */
static const char *said(const struct packed *packed, struct text bytes, month_number month) {
    static char words[2000];
    struct arena arena;
    struct diagnostics diagnostics;
    struct pack pack;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    words[0] = '\0';
    enum pack_result result = pack_read(&pack, bytes, TEXT("a.doudi"), packed->stage.policy, month, &diagnostics);
    assert_int_equal(diagnostics.list.count, result == PACK_OK ? 0 : 1);
    if (result == PACK_OK) {
        dataset_free(pack.dataset);
    } else {
        const struct diagnostic *diagnostic = &diagnostics.list.items[0];
        assert_null(pack.dataset);
        for (enum language language = 0; language < LANGUAGES; language++)
            assert_true(diagnostic_text(&arena, diagnostic, language).length > 0);
        snprintf(words, sizeof words, "%s: %.*s", diagnostic->message->code,
                 TEXT_ARG(diagnostic_text(&arena, diagnostic, LANGUAGE_EN)));
    }
    arena_free(&arena);
    return words;
}

static bool says(const struct packed *packed, struct text bytes, const char *code) {
    const char *words = said(packed, bytes, JULY);
    return strncmp(words, code, strlen(code)) == 0 && words[strlen(code)] == ':';
}

/* --- what is taken ------------------------------------------------------------------------------------------------ */

static void a_pack_is_read_as_it_was_written(void **state) {
    (void)state;
    struct packed packed;
    struct pack pack;
    open_packed(&packed);
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, &packed.stage.arena);
    assert_true(pack_is(packed.file.bytes));
    assert_int_equal(pack_read(&pack, packed.file.bytes, TEXT("a"), packed.stage.policy, JULY, &diagnostics), PACK_OK);
    assert_same_dataset(packed.stage.dataset, pack.dataset);
    assert_int_equal(pack.dataset->strays, 1);
    assert_true(text_is(pack.opening, "entity,id,rule,value\n"));
    assert_true(text_is(pack.decisions, ""));
    const struct entity *person = map_get(&packed.stage.policy->entity_by_name, TEXT("person"));
    assert_true(dataset_table(pack.dataset, person)->rows_lost);
    dataset_free(pack.dataset);
    close_packed(&packed);
}

/* What is read can be written, and is the same to the byte. */
static void a_pack_of_a_pack_is_the_same(void **state) {
    (void)state;
    struct packed packed;
    struct pack pack;
    struct diagnostics diagnostics;
    struct file again;
    open_packed(&packed);
    diagnostics_init(&diagnostics, &packed.stage.arena);
    assert_int_equal(pack_read(&pack, packed.file.bytes, TEXT("a"), packed.stage.policy, JULY, &diagnostics), PACK_OK);
    assert_int_equal(pack_write(&pack, packed.path), FILE_OK);
    assert_int_equal(file_open(&again, packed.path), FILE_OK);
    assert_true(text_equal(again.bytes, packed.file.bytes));
    file_close(&again);
    dataset_free(pack.dataset);
    close_packed(&packed);
}

static void nobody_at_all_is_packed_too(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    struct refusals refusals = {.arena = &packed.stage.arena};
    struct records none;
    struct pack pack, read;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, &packed.stage.arena);
    records_init(&none, &packed.stage.arena, packed.stage.policy);
    pack = (struct pack){.dataset = dataset_new(packed.stage.policy, &none, JULY, &refusals)};
    assert_int_equal(pack_write(&pack, packed.path), FILE_OK);
    file_close(&packed.file);
    assert_int_equal(file_open(&packed.file, packed.path), FILE_OK);
    assert_int_equal(pack_read(&read, packed.file.bytes, TEXT("a"), packed.stage.policy, JULY, &diagnostics), PACK_OK);
    assert_same_dataset(pack.dataset, read.dataset);
    dataset_free(pack.dataset);
    dataset_free(read.dataset);
    close_packed(&packed);
}

/* --- what is refused ---------------------------------------------------------------------------------------------- */

static struct text copied(struct text bytes, size_t length) {
    char *copy = test_malloc(length ? length : 1);
    memcpy(copy, bytes.bytes, length);
    return (struct text){copy, length};
}

static void every_byte_that_is_changed_is_refused(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    struct text copy = copied(packed.file.bytes, packed.file.bytes.length);
    char *bytes = (char *)copy.bytes;
    assert_string_equal(said(&packed, copy, JULY), "");
    for (size_t i = 0; i < copy.length; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
            assert_string_not_equal(said(&packed, copy, JULY), "");
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
        }
    assert_string_equal(said(&packed, copy, JULY), "");
    test_free(bytes);
    close_packed(&packed);
}

static void every_file_cut_short_is_refused(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    for (size_t length = 0; length < packed.file.bytes.length; length++) {
        struct text copy = copied(packed.file.bytes, length);
        assert_true(says(&packed, copy, length < PACK_MAGIC_BYTES ? "pack-none" : "pack-damaged"));
        test_free((char *)copy.bytes);
    }
    struct text longer = {test_calloc(packed.file.bytes.length + PACK_BLOCK, 1), packed.file.bytes.length + PACK_BLOCK};
    memcpy((char *)longer.bytes, packed.file.bytes.bytes, packed.file.bytes.length);
    assert_true(says(&packed, longer, "pack-damaged"));
    test_free((char *)longer.bytes);
    close_packed(&packed);
}

/* Blocks that change places: the sums of both sections stay right for nobody. */
static void every_block_that_is_moved_is_refused(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    struct text copy = copied(packed.file.bytes, packed.file.bytes.length);
    char *bytes = (char *)copy.bytes, block[PACK_BLOCK];
    for (size_t at = 0; at + 2 * PACK_BLOCK <= copy.length; at += PACK_BLOCK) {
        if (memcmp(bytes + at, bytes + at + PACK_BLOCK, PACK_BLOCK) == 0) continue;
        memcpy(block, bytes + at, PACK_BLOCK);
        memcpy(bytes + at, bytes + at + PACK_BLOCK, PACK_BLOCK);
        memcpy(bytes + at + PACK_BLOCK, block, PACK_BLOCK);
        assert_string_not_equal(said(&packed, copy, JULY), "");
        memcpy(bytes, packed.file.bytes.bytes, copy.length);
    }
    test_free(bytes);
    close_packed(&packed);
}

/* --- what has its sums right, and is wrong all the same ------------------------------------------------------------
 */

/* No byte of a forged file ends the program; what it then decides is its own matter. */
static void a_forged_byte_is_refused_or_harmless(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    struct text copy = copied(packed.file.bytes, packed.file.bytes.length);
    char *bytes = (char *)copy.bytes;
    size_t refused = 0, head = pack_head_bytes(((const struct pack_header *)(const void *)bytes)->sections);
    static const char values[] = {0, 1, 2, '\x7f', '\x80', '\xff'};
    for (size_t i = head; i < copy.length; i++)
        for (size_t k = 0; k < sizeof values; k++) {
            char before = bytes[i];
            bytes[i] = values[k];
            forge_sums((char *)copy.bytes, copy.length);
            refused += *said(&packed, copy, JULY) != '\0';
            bytes[i] = before;
        }
    assert_in_range(refused, copy.length, copy.length * sizeof values);
    test_free(bytes);
    close_packed(&packed);
}

/* The first block that begins with these bytes. */
static size_t find_bytes(struct text file, const void *wanted, size_t length) {
    for (size_t at = 0; at + length <= file.length; at += PACK_BLOCK)
        if (memcmp(file.bytes + at, wanted, length) == 0) return at;
    fail();
    return 0;
}

static void assert_forged(const struct packed *packed, size_t at, const void *with, size_t length) {
    struct text copy = copied(packed->file.bytes, packed->file.bytes.length);
    memcpy((char *)copy.bytes + at, with, length);
    forge_sums((char *)copy.bytes, copy.length);
    assert_true(says(packed, copy, "pack-damaged"));
    test_free((char *)copy.bytes);
}

static void forged_tables_are_refused(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    struct text file = packed.file.bytes;
    size_t families = find_bytes(file, "F2F1", 4), people = find_bytes(file, "P1P3P2P2b", 9);
    const size_t parents = people - 2 * PACK_BLOCK, ends = people - PACK_BLOCK, order = people + PACK_BLOCK;
    static const uint32_t back[] = {0, 1, 0, 1}, beyond[] = {0, 0, 1, 2}, three[] = {0, 0, 0, 1};
    static const uint64_t falling[] = {2, 4, 3, 9}, far[] = {2, 4, 6, 10}, far_off[] = {2, 4, UINT64_MAX, 9},
                          short_of[] = {2, 4, 6, 8};
    static const uint32_t twice[] = {0, 2, 2, 1}, unsorted[] = {2, 0, 3, 1}, outside[] = {0, 2, 3, 4};
    static const uint32_t in_order[] = {0, 2, 3, 1};
    assert_memory_equal(file.bytes + order, in_order, sizeof in_order);
    assert_forged(&packed, parents, back, sizeof back);
    assert_forged(&packed, parents, beyond, sizeof beyond);
    assert_forged(&packed, parents, three, sizeof three); /* P2 would lie before P3's fellow out of order */
    assert_forged(&packed, ends, falling, sizeof falling);
    assert_forged(&packed, ends, far, sizeof far);
    assert_forged(&packed, ends, far_off, sizeof far_off);
    assert_forged(&packed, ends, short_of, sizeof short_of);
    assert_forged(&packed, order, twice, sizeof twice);
    assert_forged(&packed, order, unsorted, sizeof unsorted);
    assert_forged(&packed, order, outside, sizeof outside);
    assert_forged(&packed, families, "\xff", 1);
    assert_forged(&packed, families + 1, "\xc3\xa4", 2); /* one character of two ids */
    assert_forged(&packed, people, "P3P1", 4);
    close_packed(&packed);
}

static void forged_columns_are_refused(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    struct text file = packed.file.bytes;
    static const unsigned char ages[] = {0, 100, 0, 7}, too_old[] = {0, 101, 0, 7},
                               unknown_but_there[] = {0, 100, 1, 7}, known[] = {1, 1, 0, 1},
                               known_twice[] = {1, 2, 0, 1}, kinds[] = {0, 1, 0, 0}, no_kind[] = {0, 2, 0, 0};
    static const int32_t doctors[] = {-1, 1, 0, 0}, nobody[] = {-1, 2, 0, 0}, less[] = {-2, 1, 0, 0};
    size_t at = find_bytes(file, ages, sizeof ages);
    assert_forged(&packed, at, too_old, sizeof too_old);
    assert_forged(&packed, at, unknown_but_there, sizeof unknown_but_there);
    assert_memory_equal(file.bytes + at + PACK_BLOCK, known, sizeof known);
    assert_forged(&packed, at + PACK_BLOCK, known_twice, sizeof known_twice);
    assert_forged(&packed, find_bytes(file, kinds, sizeof kinds), no_kind, sizeof no_kind);
    at = find_bytes(file, doctors, sizeof doctors);
    assert_forged(&packed, at, nobody, sizeof nobody);
    assert_forged(&packed, at, less, sizeof less);
    close_packed(&packed);
}

/* Of other rows than the file has room for nothing is made. */
static void forged_counts_are_refused(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    const struct pack_counts counts = {JULY, 1};
    size_t at = find_bytes(packed.file.bytes, &counts, sizeof counts) + sizeof counts;
    static const uint64_t rows[] = {0, 1, 3, 1000, INT32_MAX, (uint64_t)INT32_MAX + 1, UINT64_MAX / 8 + 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) assert_forged(&packed, at, &rows[i], sizeof rows[i]);
    static const uint64_t lost = 2;
    assert_forged(&packed, at + sizeof lost, &lost, sizeof lost);
    static const int64_t month = INT64_MAX;
    assert_forged(&packed, at - sizeof counts, &month, sizeof month);
    close_packed(&packed);
}

static void forged_lists_are_refused(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    const size_t list = sizeof(struct pack_header), entry = sizeof(struct pack_section);
    static const uint64_t numbers[] = {0, 1, 63, 64, 1 << 20, UINT64_MAX - 64, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_forged(&packed, list, &numbers[i], sizeof *numbers);
        assert_forged(&packed, list + entry, &numbers[i], sizeof *numbers);
        assert_forged(&packed, list + entry + sizeof *numbers, &numbers[i], sizeof *numbers);
    }
    close_packed(&packed);
}

/* --- what was made otherwise -------------------------------------------------------------------------------------- */

static void another_month_is_told(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    assert_string_equal(said(&packed, packed.file.bytes, JULY + 1),
                        "pack-month: a.doudi was packed for 2018-07, not for 2018-08");
    close_packed(&packed);
}

static void another_version_is_told(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    struct text copy = copied(packed.file.bytes, packed.file.bytes.length);
    struct pack_header *header = (struct pack_header *)(void *)(char *)copy.bytes;
    header->version = PACK_VERSION + 1;
    assert_true(says(&packed, copy, "pack-version"));
    header->version = PACK_VERSION;
    header->order = 0x04030201;
    assert_true(says(&packed, copy, "pack-order"));
    test_free((char *)copy.bytes);
    close_packed(&packed);
}

/* Each line of the model counts, and the first that differs is told. */
static void another_model_is_told(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *then, *now;
    } changes[] = {
        {"0 .. 100\n", "0 .. 101\n", "input person.age : number step 1 in 0 .. 100, 8 bits",
         "input person.age : number step 1 in 0 .. 101, 8 bits"},
        {"at most 3", "at most 4", "entity person in family at most 3", "entity person in family at most 4"},
        {"small, large", "small, great", "input person.kind : kind (small, large), 8 bits",
         "input person.kind : kind (small, great), 8 bits"},
        {"person age", "person years", "input person.age : number step 1 in 0 .. 100, 8 bits",
         "input person.years : number step 1 in 0 .. 100, 8 bits"},
        {"doctor : clinic", "doctor : village", "input person.doctor : clinic, 32 bits",
         "input person.doctor : village, 32 bits"},
        {"money/year in -100 .. 155 yuan/year", "money in -100 .. 155 yuan",
         "input family.farm : number money^1 month^-1", "input family.farm : number money^1 step"},
        {"dated left, number", "dated left", "event bill in person dated left, number at most 2",
         "event bill in person dated left at most 2"},
        {"input bill number", "input bill mark : text\ninput bill number", "input bill.number : text",
         "input bill.mark : text"},
        {"rule family", "entity zoo\nrule family", "entity family in village", "entity zoo"},
        {"rule family", "input bill paid : bool\nrule family", "“—”", "input bill.paid : bool, 8 bits"},
    };
    struct packed packed;
    open_packed(&packed);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char other[sizeof law + 64];
        struct stage stage;
        const char *at = strstr(law, changes[i].from);
        assert_non_null(at);
        snprintf(other, sizeof other, "%.*s%s%s", (int)(at - law), law, changes[i].to, at + strlen(changes[i].from));
        stage_open(&stage, other, NULL, NULL);
        struct policy *before = packed.stage.policy;
        packed.stage.policy = stage.policy;
        const char *words = said(&packed, packed.file.bytes, JULY);
        packed.stage.policy = before;
        if (!strstr(words, changes[i].then) || !strstr(words, changes[i].now)) print_error("%s\n", words);
        assert_non_null(strstr(words, "pack-model: a.doudi was packed by another model"));
        assert_non_null(strstr(words, changes[i].then));
        assert_non_null(strstr(words, changes[i].now));
        stage_close(&stage);
    }
    close_packed(&packed);
}

/* --- what fails --------------------------------------------------------------------------------------------------- */

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    bool failed = true;
    for (long successes = 0; failed; successes++) {
        struct arena arena;
        struct diagnostics diagnostics;
        struct pack pack;
        begin_failing(&arena, 0, successes);
        diagnostics_init(&diagnostics, &arena);
        enum pack_result result =
            pack_read(&pack, packed.file.bytes, TEXT("a"), packed.stage.policy, JULY, &diagnostics);
        assert_int_equal(result, memory_has_failed() ? PACK_NO_MEMORY : PACK_OK);
        dataset_free(pack.dataset);
        failed = end_failing(&arena);
    }
    failed = true;
    for (long successes = 0; failed; successes++) {
        struct arena arena;
        struct pack pack = pack_of(&packed.stage);
        begin_failing(&arena, 0, successes);
        enum file_result result = pack_write(&pack, packed.path);
        if (memory_has_failed())
            assert_true(result == FILE_NO_MEMORY || result == FILE_UNWRITABLE);
        else
            assert_int_equal(result, FILE_OK);
        failed = end_failing(&arena);
    }
    close_packed(&packed);
}

/* The one of before stays, and no draft beside it. */
static void a_file_that_cannot_be_written_is_told(void **state) {
    (void)state;
    struct packed packed;
    open_packed(&packed);
    struct pack pack = pack_of(&packed.stage);
    char nowhere[128];
    snprintf(nowhere, sizeof nowhere, "%s/nowhere/a.doudi", packed.folder);
    assert_int_equal(pack_write(&pack, nowhere), FILE_UNWRITABLE);
    assert_int_equal(pack_write(&pack, packed.folder), FILE_UNWRITABLE);
    struct file file;
    assert_int_equal(file_open(&file, packed.path), FILE_OK);
    assert_true(text_equal(file.bytes, packed.file.bytes));
    file_close(&file);
    close_packed(&packed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pack_is_read_as_it_was_written),
        cmocka_unit_test(a_pack_of_a_pack_is_the_same),
        cmocka_unit_test(nobody_at_all_is_packed_too),
        cmocka_unit_test(every_byte_that_is_changed_is_refused),
        cmocka_unit_test(every_file_cut_short_is_refused),
        cmocka_unit_test(every_block_that_is_moved_is_refused),
        cmocka_unit_test(a_forged_byte_is_refused_or_harmless),
        cmocka_unit_test(forged_tables_are_refused),
        cmocka_unit_test(forged_columns_are_refused),
        cmocka_unit_test(forged_counts_are_refused),
        cmocka_unit_test(forged_lists_are_refused),
        cmocka_unit_test(another_month_is_told),
        cmocka_unit_test(another_version_is_told),
        cmocka_unit_test(another_model_is_told),
        cmocka_unit_test(memory_that_runs_out_is_told),
        cmocka_unit_test(a_file_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
