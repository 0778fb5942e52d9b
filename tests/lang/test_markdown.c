#include "arena_state.h"

#include "lang/markdown.h"

#include <stdlib.h>
#include <string.h>

static struct blocks find(struct arena *arena, const char *text) {
    struct source *source = ARENA_NEW(arena, struct source);
    *source = (struct source){.name = TEXT("law.md"), .bytes = text_from(text)};
    struct blocks blocks = {0};
    blocks_find(&blocks, arena, source);
    for (size_t i = 0; i < blocks.list.count; i++) {
        const struct block *block = &blocks.list.items[i];
        assert_true(block->fence < block->begin && block->begin <= block->end && block->end <= source->bytes.length);
    }
    return blocks;
}

static void assert_block(struct blocks blocks, size_t index, const char *text, const char *whole) {
    const struct block *block = &blocks.list.items[index];
    assert_true(index < blocks.list.count);
    assert_true(text_is(text_slice(text_from(whole), block->begin, block->end), text));
}

static void finds_blocks_and_headings(void **state) {
    static const char text[] =
        "prose\n```doudi\nfirst\n```\n# One\n## Two ##\n``` doudi \nsecond\n\n```\n#No heading\n```doudi\n```\n";
    struct blocks blocks = find(*state, text);
    assert_int_equal(blocks.list.count, 3);
    assert_block(blocks, 0, "first\n", text);
    assert_block(blocks, 1, "second\n\n", text);
    assert_block(blocks, 2, "", text);
    assert_true(text_is(blocks.list.items[0].heading, ""));
    assert_true(text_is(blocks.list.items[1].heading, "Two ##"));
    assert_true(text_is(blocks.list.items[2].heading, "Two ##"));
}

static void leaves_other_languages_out(void **state) {
    assert_int_equal(find(*state, "```yaml\na: 1\n```\n```\nplain\n```\n").list.count, 0);
    static const char *const others[] = {"dot", "diff", "odin", "cuda", "audio", "doc", "Doudi-example", "豆滴"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(find(*state, text_format(*state, "```%s\na\n```\n", others[i]).bytes).list.count, 0);
    static const char text[] = "```yaml\n# no heading\n```\n```doudi\na\n```";
    struct blocks blocks = find(*state, text);
    assert_int_equal(blocks.list.count, 1);
    assert_true(text_is(blocks.list.items[0].heading, ""));
    assert_true(blocks.list.items[0].closed);
}

/* Ours all the same, so that nothing is left out, and noted. */
static void knows_a_misspelt_fence(void **state) {
    static const char *const words[] = {"Doudi",  "duodi",  "DOUDI",     "dou",      "dodi",
                                        "doudii", "doudi2", "doudi law", "Dowdi {a}"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct blocks blocks = find(*state, text_format(*state, "```%s\na\n```\n", words[i]).bytes);
        assert_int_equal(blocks.list.count, 1);
        assert_true(blocks.list.items[0].ours && blocks.list.items[0].closed);
        assert_true(text_is(blocks.list.items[0].misspelt, words[i]));
    }
    assert_int_equal(find(*state, "``` doudi \na\n```\n").list.items[0].misspelt.length, 0);
}

static void tells_what_does_not_end(void **state) {
    struct blocks blocks = find(*state, "```doudi\na\n");
    assert_int_equal(blocks.list.count, 1);
    assert_true(blocks.list.items[0].ours && !blocks.list.items[0].closed);
    blocks = find(*state, "```doudi");
    assert_false(blocks.list.items[0].closed);
}

/* A fence that names a language opens: it cannot close another. */
static void an_opening_fence_closes_nothing(void **state) {
    static const char text[] = "```doudi\na\n```doudi\nb\n```\n";
    struct blocks blocks = find(*state, text);
    assert_int_equal(blocks.list.count, 2);
    assert_false(blocks.list.items[0].closed);
    assert_true(blocks.list.items[1].closed);
    assert_block(blocks, 1, "b\n", text);
    blocks = find(*state, "```yaml\na\n```doudi\nb\n```\n");
    assert_int_equal(blocks.list.count, 2);
    assert_true(!blocks.list.items[0].ours && !blocks.list.items[0].closed && blocks.list.items[1].ours);
}

static void reads_windows_files(void **state) {
    static const char text[] =
        "\xef\xbb\xbf# Head\r\n```doudi\r\na\r\n```\r\n\r\n| x | y |\r\n|---|---|\r\n| 1 | 2 |\r\n";
    struct blocks blocks = find(*state, text);
    assert_int_equal(blocks.list.count, 1);
    assert_true(text_is(blocks.list.items[0].heading, "Head"));
    assert_block(blocks, 0, "a\r\n", text);
    assert_int_equal(blocks.list.items[0].table->rows.count, 2);
    assert_int_equal(find(*state, "\xef\xbb\xbf```doudi\n```\n").list.count, 1);
}

static const struct decision_table *table_of(struct arena *arena, const char *rest) {
    struct blocks blocks = find(arena, text_format(arena, "```doudi\na\n```\n%s", rest).bytes);
    assert_int_equal(blocks.list.count, 1);
    return blocks.list.items[0].table;
}

static void assert_cell(const struct decision_table *table, size_t row, size_t column, const char *text) {
    struct name cell = table->rows.items[row].cells.items[column];
    assert_true(text_is(cell.text, text));
    assert_true(text_is(span_text(cell.at), text));
}

static void takes_the_table_below(void **state) {
    const struct decision_table *table =
        table_of(*state, "| 年龄 | rate |\n|:--|--:|\n| >= 60 | 20% |\n| - |\n\n| x |\n");
    assert_non_null(table);
    assert_int_equal(table->rows.count, 3); /* the ruler is left out */
    assert_cell(table, 0, 0, "年龄");
    assert_cell(table, 1, 0, ">= 60");
    assert_cell(table, 1, 1, "20%");
    assert_int_equal(table->rows.items[2].cells.count, 1);
    assert_cell(table, 2, 0, "-");
}

static void at_most_one_empty_line_before_it(void **state) {
    assert_non_null(table_of(*state, "| a |\n|---|\n"));
    assert_non_null(table_of(*state, "\n| a |\n|---|\n"));
    assert_non_null(table_of(*state, "  \n| a |\n|---|\n"));
    assert_null(table_of(*state, "\n\n| a |\n|---|\n"));
    assert_null(table_of(*state, "prose\n| a |\n|---|\n"));
    assert_null(table_of(*state, ""));
    assert_null(table_of(*state, "\n"));
}

static void cuts_odd_rows(void **state) {
    const struct decision_table *table = table_of(*state, "| a | b\n|---|\n|\n||\n| - | - |");
    assert_int_equal(table->rows.count, 4);
    assert_cell(table, 0, 1, "b");
    assert_int_equal(table->rows.items[1].cells.count, 1);
    assert_cell(table, 1, 0, "");
    assert_int_equal(table->rows.items[2].cells.count, 1);
    assert_cell(table, 3, 0, "-"); /* a row of dashes further down is a row */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_blocks_and_headings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_other_languages_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_a_misspelt_fence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_what_does_not_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_opening_fence_closes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_windows_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_the_table_below, set_up, tear_down),
        cmocka_unit_test_setup_teardown(at_most_one_empty_line_before_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cuts_odd_rows, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("markdown", tests, NULL, NULL);
}
