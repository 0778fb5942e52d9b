#include "shared.h"

#include "engine/record.h"

#include <assert.h>
#include <string.h>

void check_repeats(struct text text, void (*run)(struct text text, struct builder *out)) {
    struct builder once, again;
    builder_init(&once);
    builder_init(&again);
    run(text, &once);
    run(text, &again);
    assert(text_equal(builder_text(&once), builder_text(&again)));
    builder_free(&once);
    builder_free(&again);
}

void show_diagnostics(struct builder *out, struct arena *arena, const struct diagnostics *diagnostics) {
    for (size_t i = 0; i < diagnostics->list.count; i++)
        for (enum language language = 0; language < LANGUAGES; language++)
            diagnostic_print(out, arena, &diagnostics->list.items[i], language);
    assert(text_invalid_at(builder_text(out)) == out->length);
}

void check_diagnostics(struct arena *arena, const struct diagnostics *diagnostics) {
    struct builder out;
    builder_init(&out);
    show_diagnostics(&out, arena, diagnostics);
    builder_free(&out);
}

struct policy *compile_law(const char *law) {
    struct policy *policy = policy_new();
    assert(policy);
    policy_begin_layer(policy, TEXT("small"));
    policy_add_file(policy, TEXT("law.md"), text_from(law));
    bool compiled = policy_compile(policy);
    assert(compiled);
    return policy;
}

void decide_rows(const struct dataset *dataset, const struct records *records) {
    static const struct run_options options = {.known = DAY_NEVER};
    struct history history;
    history_init(&history, dataset->policy);
    bool settled = settle_past(&history, records, dataset, &options);
    assert(settled);
    struct run *run = run_new(dataset->policy, dataset, &history, dataset->month, &options);
    assert(run);
    history_record(&history, run);
    assert(!run_failed(run));
    run_free(run);
    history_free(&history);
}

static const char families[] =
    "```doudi\n"
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

struct policy *families_law(void) {
    return compile_law(families);
}

static size_t count_rows(const struct dataset *dataset) {
    size_t count = 0;
    for (size_t i = 0; i < dataset->policy->entities.count; i++) count += dataset->tables[i].rows;
    return count;
}

void check_imported(struct import *import) {
    enum { MONTH = 2018 * 12 + 6 };
    struct refusals refusals = {.arena = import->arena};
    struct dataset *dataset = dataset_new(import->policy, &import->records, MONTH, &refusals);
    assert(dataset && !arena_failed(import->arena));
    size_t recorded = 0;
    for (size_t i = 0; i < import->policy->entities.count; i++) recorded += import->records.tables[i].count;
    assert(count_rows(dataset) <= recorded);
    import_report_refusals(import, &refusals);
    assert(import->refused.count == 0 || import->diagnostics->errors > 0);
    check_diagnostics(import->arena, import->diagnostics);
    decide_rows(dataset, &import->records);
    dataset_free(dataset);
}

static void check_same_cells(const struct column *a, const struct column *b, size_t rows) {
    assert(rows == 0 || memcmp(a->known, b->known, rows) == 0);
    for (size_t row = 0; row < rows; row++)
        assert(a->lanes ? column_get(a, row) == column_get(b, row)
                        : text_equal(column_text(a, row), column_text(b, row)));
}

void check_same_records(const struct records *a, const struct records *b) {
    for (size_t i = 0; i < a->policy->entities.count; i++) {
        const struct record_table *left = &a->tables[i], *right = &b->tables[i];
        assert(left->count == right->count && left->unordered == right->unordered);
        for (size_t row = 0; row < left->count; row++)
            assert(left->rows[row].place == right->rows[row].place &&
                   text_equal(left->rows[row].id, right->rows[row].id) &&
                   text_equal(left->rows[row].parent, right->rows[row].parent));
        for (size_t k = 0; k < left->entity->inputs.count; k++)
            check_same_cells(&left->columns[k], &right->columns[k], left->count);
    }
}
