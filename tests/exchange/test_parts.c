/* A file that is read in parts, by however many threads, says what it says in one piece. */
#include "base/memory.h"
#include "exchange/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "# Trial\n\n```doudi\n"
                          "policy trial\n"
                          "  currency yuan of 100 fen\n"
                          "entity home \"家庭\" \"Home\"\n"
                          "entity person in home at most 9 \"人员\" \"Person\"\n"
                          "enum sex : male \"男\" \"Male\", female \"女\" \"Female\"\n"
                          "input person name : text \"姓名\" \"Name\"\n"
                          "input person income : money/year in -100 .. 100_000 yuan/year \"年收入\" \"Income\"\n"
                          "input person sex : sex \"性别\" \"Sex\"\n"
                          "input person born : date \"出生日期\" \"Born\"\n"
                          "input person ill : bool \"患病\" \"Ill\"\n"
                          "input person lodges : home \"借住\" \"Lodges with\"\n"
                          "```\n";

/* Rows of every kind: quoted, over several lines, broken in every way, with one wrong cell or several; empty lines. */
static const char people[] = "\xef\xbb\xbf"
                             "id,home,\"# of\"\"a\nname\",name,income,sex,born,ill,lodges,from,until,confidence\r\n"
                             "p1,h1,x,赵一,1200.50,male,2001-02-03,yes,h2,,,high\r\n"
                             "p2,h1,x,\"钱\n二\",0,女,2001/2/3,是,none,2018-07,2018-09,\r\n"
                             "\r\n\n"
                             "p3,h1,x,\"\"\"孙\"\"\n三, 四\",-12,Female,20010203,0,,,,low\n"
                             "p4,h1,x,a,1.005,other,2001-02-30,maybe,h1,,,\n"
                             "p5,h1,x,a\"b,1,male,,,,,,\n"
                             "p6,h1,x\n"
                             "p7,h2,x,\"a\r\nb\",\"5\",\"male\",\"2001-02-03\",\"no\",\"h1\",\"2018-07\",,\"high\"\r\n"
                             "p8,h2,x,\"a\"b,\n"
                             ",h2,x,,,,,,,,,\n"
                             "p9,h2,x,,,,,,,2018-09,2018-07,\n"
                             "p90,,x,\"p91,h1,x,,,,,,,,,\n\",99999999999999999999,,,,,,,\n"
                             " p92 ,\th2,x, 李 , 7 ,,,,,,,\n"
                             "p93,h2,x,\xff,,,,,,,,\n"
                             "p94,h2,x,b,,,,,,,,\n"
                             "p95,h2,x,\"open,\nand,so,on\n";

static struct policy *make_policy(void) {
    struct policy *policy = policy_new();
    assert_non_null(policy);
    policy_begin_layer(policy, TEXT("trial"));
    policy_add_file(policy, TEXT("trial.md"), text_from(law));
    assert_true(policy_compile(policy));
    return policy;
}

static const struct entity *entity_of(const struct policy *policy, const char *name) {
    return map_get(&policy->entity_by_name, text_from(name));
}

/* --- what an import holds ----------------------------------------------------------------------------------------- */

static void tell_cell(struct builder *out, const struct column *column, size_t row) {
    builder_add(out, column->known[row] ? TEXT("|") : TEXT("|?"));
    if (!column->lanes)
        builder_add(out, column_text(column, row));
    else
        builder_format(out, "%lld", (long long)column_get(column, row));
}

static void tell_table(struct builder *out, const struct record_table *table) {
    builder_format(out, "%.*s %zu %d\n", TEXT_ARG(table->entity->name), table->count, table->unordered);
    for (size_t row = 0; row < table->count; row++) {
        const struct record_row *record = &table->rows[row];
        builder_format(out, "%.*s|%.*s|%d|%d|%u|%d", TEXT_ARG(record->id), TEXT_ARG(record->parent), record->from,
                       record->until, record->place, record->unconfirmed);
        for (size_t k = 0; k < table->entity->inputs.count; k++) tell_cell(out, &table->columns[k], row);
        builder_add(out, TEXT("\n"));
    }
}

static void tell_left_out(struct builder *out, const struct import *import) {
    for (size_t i = 0; i < import->records.lost.count; i++) {
        const struct lost_row *lost = &import->records.lost.items[i];
        builder_format(out, "lost %.*s|%.*s|%d|%d\n", TEXT_ARG(lost->id), TEXT_ARG(lost->parent), lost->from,
                       lost->until);
    }
    for (size_t i = 0; i < import->refused.count; i++) {
        const struct import_refused *refused = &import->refused.items[i];
        builder_format(out, "refused %u %zu %.*s: %.*s\n", refused->line, refused->diagnostic, TEXT_ARG(refused->id),
                       TEXT_ARG(refused->row));
    }
    for (size_t i = 0; i < import->diagnostics->list.count; i++) {
        const struct diagnostic *told = &import->diagnostics->list.items[i];
        builder_format(out, "%s %u:%u %u", told->message->code, told->at.line, told->at.column, told->at.length);
        for (size_t k = 0; k < DIAGNOSTIC_ARGUMENTS; k++) builder_format(out, "|%.*s", TEXT_ARG(told->argument[k]));
        builder_add(out, TEXT("\n"));
    }
}

struct way {
    unsigned threads;
    size_t part_bytes;
};

/* What comes of these people; of nothing when memory has run out. */
static struct text told(struct arena *arena, const struct policy *policy, struct text bytes, struct way way) {
    struct arena own;
    struct diagnostics diagnostics;
    struct builder out;
    arena_init(&own);
    diagnostics_init(&diagnostics, &own);
    builder_init(&out);
    struct import import = {.arena = &own,
                            .policy = policy,
                            .diagnostics = &diagnostics,
                            .threads = way.threads,
                            .part_bytes = way.part_bytes};
    import_text(&import, entity_of(policy, "home"), TEXT("home.csv"), TEXT("id\nh1\nh2\n"));
    enum import_result result = import_text(&import, entity_of(policy, "person"), TEXT("person.csv"), bytes);
    long failing = memory_has_failed();
    if (result != IMPORT_NO_MEMORY) {
        memory_fail_after(-1);
        builder_format(&out, "%d %d\n", result, import.records.versioned);
        for (size_t i = 0; i < policy->entities.count; i++) tell_table(&out, &import.records.tables[i]);
        tell_left_out(&out, &import);
    }
    assert_true(result != IMPORT_NO_MEMORY || failing);
    import_close(&import);
    arena_free(&own);
    struct text text = text_copy(arena, builder_text(&out));
    builder_free(&out);
    return text;
}

/* --- parts -------------------------------------------------------------------------------------------------------- */

static void a_file_may_be_cut_anywhere(void **state) {
    (void)state;
    struct arena arena;
    struct policy *policy = make_policy();
    struct text bytes = {people, sizeof people - 1};
    arena_init(&arena);
    memory_fail_after(-1);
    struct text whole = told(&arena, policy, bytes, (struct way){1, 0});
    assert_true(text_starts(whole, "1 1\nhome 2 0\nh1|"));
    for (size_t length = 1; length <= bytes.length; length++)
        for (unsigned threads = 1; threads <= 4; threads += length % 16 == 1 ? 1 : 3) {
            struct arena_mark mark = arena_here(&arena);
            struct text cut = told(&arena, policy, bytes, (struct way){threads, length});
            assert_string_equal(cut.bytes, whole.bytes);
            arena_rewind(&arena, mark);
        }
    arena_free(&arena);
    policy_free(policy);
}

/* The text from any line on: a file may begin with anything, and end within it. */
static void a_file_may_begin_and_end_anywhere(void **state) {
    (void)state;
    struct arena arena;
    struct policy *policy = make_policy();
    const char headings[] = "id,home,#,name,income,sex,born,ill,lodges,from,until,confidence\n";
    arena_init(&arena);
    for (size_t length = 0; length < sizeof people - 1; length += 3) {
        struct arena_mark mark = arena_here(&arena);
        size_t begin = length % 7 ? 3 : length;
        struct builder bytes;
        builder_init(&bytes);
        builder_add(&bytes, text_from(headings));
        builder_add(&bytes,
                    text_slice((struct text){people, sizeof people - 1}, begin, sizeof people - 1 - length % 5));
        struct text whole = told(&arena, policy, builder_text(&bytes), (struct way){1, 0});
        for (size_t part = 1; part < 400; part = part * 2 + 1)
            assert_string_equal(told(&arena, policy, builder_text(&bytes), (struct way){2, part}).bytes, whole.bytes);
        builder_free(&bytes);
        arena_rewind(&arena, mark);
    }
    arena_free(&arena);
    policy_free(policy);
}

static uint32_t next_random(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

static void random_files_are_the_same_in_parts(void **state) {
    static const char *const pieces[] = {",",   ",",   ",",    "\n",   "\n",  "\r\n",  "\"",         "\"\"", "a",
                                         "h1,", "h2,", "male", "\n\n", "yes", "12.50", "2001-02-03", "云",   "\np"};
    struct arena arena;
    struct policy *policy = make_policy();
    uint64_t seed = 5;
    (void)state;
    arena_init(&arena);
    for (int round = 0; round < 400; round++) {
        struct arena_mark mark = arena_here(&arena);
        struct builder bytes;
        builder_init(&bytes);
        builder_add(&bytes, round % 2 ? TEXT("id,home,name\np1,h1,x\n") : TEXT("id,home\np1,h1\n"));
        for (uint32_t left = next_random(&seed) % 60; left > 0; left--) {
            if (next_random(&seed) % 3 == 0) builder_format(&bytes, "\np%u,h1", next_random(&seed) % 30);
            builder_add(&bytes, text_from(pieces[next_random(&seed) % (sizeof pieces / sizeof *pieces)]));
        }
        struct text whole = told(&arena, policy, builder_text(&bytes), (struct way){1, 0});
        for (unsigned k = 0; k < 6; k++) {
            struct way way = {1 + next_random(&seed) % 4, 1 + next_random(&seed) % 40};
            assert_string_equal(told(&arena, policy, builder_text(&bytes), way).bytes, whole.bytes);
        }
        builder_free(&bytes);
        arena_rewind(&arena, mark);
    }
    arena_free(&arena);
    policy_free(policy);
}

/* --- much that is wrong, and little memory ------------------------------------------------------------------------ */

/* Where a file is given up depends on nothing but its lines. */
static void too_much_is_wrong_at_the_same_line(void **state) {
    (void)state;
    struct arena arena;
    struct policy *policy = make_policy();
    struct builder bytes;
    arena_init(&arena);
    builder_init(&bytes);
    builder_add(&bytes, TEXT("id,home\n"));
    for (int i = 0; i < IMPORT_REFUSED_A_FILE - 2; i++) builder_add(&bytes, i == 7 ? TEXT("p1,h1\n,\n") : TEXT(",\n"));
    builder_add(&bytes, TEXT("p2,h1\n,\np3,h2\n,\np4,h1\n,\n"));
    struct text whole = {0};
    for (unsigned threads = 1; threads <= 2; threads++)
        for (size_t part = 1000; part < 10000000; part *= 97) {
            struct arena_mark mark = arena_here(&arena);
            struct text cut = told(&arena, policy, builder_text(&bytes), (struct way){threads, part});
            if (!whole.bytes) whole = cut;
            assert_true(text_equal(cut, whole));
            if (cut.bytes != whole.bytes) arena_rewind(&arena, mark);
        }
    builder_free(&bytes);
    arena_free(&arena);
    policy_free(policy);
}

static void survives_running_out_of_memory(void **state) {
    (void)state;
    struct arena arena;
    struct policy *policy = make_policy();
    struct text bytes = {people, sizeof people - 1};
    arena_init(&arena);
    memory_fail_after(-1);
    struct text whole = told(&arena, policy, bytes, (struct way){1, 0});
    for (unsigned threads = 1; threads <= 3; threads++) {
        bool refused = true;
        for (long successes = 0; refused; successes++) {
            struct arena_mark mark = arena_here(&arena);
            memory_fail_after(successes);
            struct text cut = told(&arena, policy, bytes, (struct way){threads, 40});
            refused = memory_has_failed();
            memory_fail_after(-1);
            assert_true(cut.length == 0 || text_equal(cut, whole));
            arena_rewind(&arena, mark);
        }
    }
    arena_free(&arena);
    policy_free(policy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_may_be_cut_anywhere),         cmocka_unit_test(a_file_may_begin_and_end_anywhere),
        cmocka_unit_test(random_files_are_the_same_in_parts), cmocka_unit_test(too_much_is_wrong_at_the_same_line),
        cmocka_unit_test(survives_running_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
