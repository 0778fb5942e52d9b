/* Whatever is offered as data, every row is decided or refused: told with its place, and never half taken; and the same
 * when it is read in parts.
 *
 * The input is a file of families; behind a line of two colons one of people, then one of bills. */
#include "shared.h"

#include "exchange/import.h"

#include <assert.h>
#include <string.h>

enum { INPUT_BYTES_MAX = 1 << 15, MONTH = 2018 * 12 + 6 };

static const char law[] = "```doudi\n"
                          "policy small\n"
                          "  currency yuan of 100 fen\n"
                          "entity family \"家庭\" \"family\"\n"
                          "entity person in family at most 8 \"人员\" \"person\"\n"
                          "event bill in person dated left, number at most 90 a year \"账单\" \"bill\"\n"
                          "enum sex : male \"男\" \"Male\", female \"女\" \"Female\"\n"
                          "input family head : person empty means none \"户主\" \"Head\"\n"
                          "input family farm : money/year in -1_000 .. 100_000 yuan/year \"收入\" \"Farm income\"\n"
                          "input person card : text check gb11643 \"身份证号\" \"Citizen id\"\n"
                          "input person sex : sex \"性别\" \"Sex\"\n"
                          "input person born : date in 1890-01-01 .. 2100-01-01 \"出生\" \"Born\"\n"
                          "input person ill : bool empty means no \"患病\" \"Ill\"\n"
                          "input bill left : date in 2010-01-01 .. 2100-01-01 \"日期\" \"Left\"\n"
                          "input bill number : text \"票号\" \"Number\"\n"
                          "input bill cost : money in 0 .. 1_000_000 yuan \"费用\" \"Cost\"\n"
                          "rule family size : count = count(person)\n"
                          "rule person spent : money = sum(bill: cost last 12 months)\n"
                          "benefit family grant : money/month\n"
                          "  = when any(person: ill): 10 yuan/month\n"
                          "    otherwise: 0\n"
                          "```\n";

/* The part up to the next line that begins with two colons, which is passed over. */
static struct text take_file(struct text text, size_t *offset) {
    size_t begin = *offset, end = begin;
    while (end < text.length && !text_starts(text_slice(text, end, text.length), "\n::")) end++;
    *offset = end;
    while (*offset < text.length && text.bytes[*offset] != '\n') ++*offset;
    for (bool first = true; *offset < text.length && (first || text.bytes[*offset] != '\n'); first = false) ++*offset;
    if (*offset < text.length) ++*offset;
    return text_slice(text, begin, end);
}

static size_t count_rows(const struct import *import, const struct dataset *dataset) {
    size_t count = 0;
    for (size_t i = 0; i < import->policy->entities.count; i++) count += dataset->tables[i].rows;
    return count;
}

static void read_files(struct import *import, struct text text) {
    static const char *const names[] = {"family", "person", "bill"};
    size_t offset = 0;
    for (size_t i = 0; i < 3; i++)
        import_text(import, map_get(&import->policy->entity_by_name, text_from(names[i])), text_from(names[i]),
                    take_file(text, &offset));
}

static void check_same_cells(const struct column *a, const struct column *b, size_t rows) {
    assert(rows == 0 || memcmp(a->known, b->known, rows) == 0);
    for (size_t row = 0; row < rows; row++)
        assert(a->lanes ? column_get(a, row) == column_get(b, row)
                        : text_equal(column_text(a, row), column_text(b, row)));
}

static void check_same_records(const struct import *a, const struct import *b) {
    for (size_t i = 0; i < a->policy->entities.count; i++) {
        const struct record_table *left = &a->records.tables[i], *right = &b->records.tables[i];
        assert(left->count == right->count && left->unordered == right->unordered);
        for (size_t row = 0; row < left->count; row++)
            assert(left->rows[row].place == right->rows[row].place &&
                   text_equal(left->rows[row].id, right->rows[row].id) &&
                   text_equal(left->rows[row].parent, right->rows[row].parent));
        for (size_t k = 0; k < left->entity->inputs.count; k++)
            check_same_cells(&left->columns[k], &right->columns[k], left->count);
    }
}

/* Read in parts, by two threads, the files say the same and the same is told of them. */
static void check_parts(const struct import *whole, struct text text, size_t part_bytes) {
    struct arena arena;
    struct diagnostics diagnostics;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    struct import import = {
        .arena = &arena, .policy = whole->policy, .diagnostics = &diagnostics, .threads = 2, .part_bytes = part_bytes};
    read_files(&import, text);
    check_same_records(whole, &import);
    assert(import.refused.count == whole->refused.count && import.records.lost.count == whole->records.lost.count);
    assert(diagnostics.list.count == whole->diagnostics->list.count &&
           diagnostics.errors == whole->diagnostics->errors);
    for (size_t i = 0; i < diagnostics.list.count; i++) {
        const struct diagnostic *a = &diagnostics.list.items[i], *b = &whole->diagnostics->list.items[i];
        assert(a->message == b->message && a->at.line == b->at.line && a->at.column == b->at.column);
    }
    import_close(&import);
    arena_free(&arena);
}

static void import(struct policy *policy, struct text text) {
    struct arena arena;
    struct diagnostics diagnostics;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    struct import import = {.arena = &arena, .policy = policy, .diagnostics = &diagnostics};
    read_files(&import, text);
    check_parts(&import, text, 1 + text.length % 97);
    struct refusals refusals = {.arena = &arena};
    struct dataset *dataset = dataset_new(policy, &import.records, MONTH, &refusals);
    assert(dataset && !arena_failed(&arena));
    size_t recorded = 0;
    for (size_t i = 0; i < policy->entities.count; i++) recorded += import.records.tables[i].count;
    assert(count_rows(&import, dataset) <= recorded);
    import_report_refusals(&import, &refusals);
    assert(import.refused.count == 0 || diagnostics.errors > 0);
    check_diagnostics(&arena, &diagnostics);
    decide_rows(dataset, &import.records);
    dataset_free(dataset);
    import_close(&import);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length > INPUT_BYTES_MAX) return 0;
    struct policy *policy = compile_law(law);
    import(policy, (struct text){(const char *)bytes, length});
    policy_free(policy);
    return 0;
}
