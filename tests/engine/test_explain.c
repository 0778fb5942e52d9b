/* Explanations of a small policy that is built in memory: what is shown of an amount, a refusal and a gap. */
#include "engine/explain.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char model[] =
    "```doudi\n"
    "policy small \"小政策\" \"Small\"\n"
    "  currency yuan \"元\" \"yuan\" of 100 fen \"分\" \"fen\"\n"
    "  clauses from clauses.csv\n"
    "entity province \"省\" \"province\"\n"
    "entity county in province at most 20 \"县\" \"county\"\n"
    "entity family in county at most 100 \"家庭\" \"family\"\n"
    "entity person in family at most 10 \"人员\" \"person\"\n"
    "enum help : none \"无\" \"none\", full \"全部\" \"full\"\n"
    "input person wage : money/year in 0 .. 100_000 yuan/year \"工资\" \"Wage\"\n"
    "input person ill : bool \"患病\" \"Ill\"\n"
    "input person old : bool empty means no \"年老\" \"Old\"\n"
    "input family farm : money/year in 0 .. 100_000 yuan/year \"务农收入\" \"Farm income\"\n"
    "input family cost : money/year in 0 .. 100_000 yuan/year \"刚性支出\" \"Unavoidable cost\"\n"
    "input family housed : bool \"有房\" \"Housed\"\n"
    "input family help : help \"帮扶\" \"Help\"\n"
    "input family since : date in 2010-01-01 .. 2030-01-01 \"起算日\" \"Counted from\"\n"
    "parameter wait : months in 0 .. 60 months \"等待期\" \"Waiting time\"\n"
    "  = 1 month\n"
    "parameter line : money/year by county in 1_000 .. 10_000 yuan/year \"标准\" \"Line\"\n"
    "  cite 9.1\n"
    "  table line\n"
    "rule family size : count in 1 .. 10 \"人口\" \"Size\"\n"
    "  = count(person)\n"
    "rule family per_head : money/year \"人均收入\" \"Income per head\"\n"
    "  cite 9.2\n"
    "  = max(0, sum(person: wage) + farm - cost) / size\n"
    "rule family below : bool \"低于标准\" \"Below the line\"\n"
    "  = per_head < line\n"
    "rule family fits : bool \"符合条件\" \"Eligible\"\n"
    "  = below and not housed\n"
    "rule person extra : money/month \"加发\" \"Extra\"\n"
    "  cite 9.3\n"
    "  = when ill or old: 40 yuan/month\n"
    "    otherwise: 0\n"
    "benefit family grant : money/month \"补助金\" \"Grant\"\n"
    "  cite 9.1\n"
    "  = when fits: ceil((line - per_head) * size + sum(person: extra), 1 yuan/month)  cite 9.4\n"
    "    otherwise: 0\n"
    "benefit family coal : money/month \"取暖\" \"Heating\"\n"
    "  cite 9.3\n"
    "  = when help = full: 0\n"
    "    otherwise: 30 yuan/month\n"
    "rule family kept : bool \"渐退\" \"Kept on\"\n"
    "  = housed and not below and help = full\n"
    "rule family part : money/month \"部分\" \"Part\"\n"
    "  = when kept: 10 yuan/month\n"
    "    otherwise: 0\n"
    "benefit family both : money/month \"合计\" \"Both\"\n"
    "  cite 9.3\n"
    "  = part + part\n"
    "rule family ends : date \"期满\" \"Ends on\"\n"
    "  = since + wait + 6 months - 1 day\n"
    "rule family few : bool \"人少\" \"Few\"\n"
    "  = size in 1 .. 2\n"
    "rule family many : bool \"人多\" \"Many\"\n"
    "  = size >= 6\n"
    "rule family weak : count in 0 .. 10 \"体弱\" \"Weak\"\n"
    "  = count(person where old or ill and wage = 0)\n"
    "rule family floor : money/year \"底线\" \"Floor\"\n"
    "  = max(line, 1_000 yuan/year)\n"
    "```\n";
static const char line_table[] = "area,from,enacted,value,source,document,confidence\n"
                                 "P,2018-01-01,,3500,notes,none,medium\n"
                                 "C2,2018-01-01,,4000,read,gazette,high\n";
static const char clauses[] = "id,kind,title_zh,title_en,says_zh,says_en,document,section,sentence\n"
                              "9.1,rule,一,One,一。,One.,Document,1,1\n"
                              "9.2,rule,二,Two,二。,Two.,Document,2,1\n"
                              "9.3,rule,三,Three,三。,Three.,Document,3,1\n"
                              "9.4,rule,四,Four,四。,Four.,Document,4,1\n";

enum { POOR, RICH, GAP, FAMILIES };

struct world {
    struct arena arena;
    struct policy *policy;
    struct records records;
    struct dataset *dataset;
    struct history history;
    struct run *run;
    struct run_options options;
};

static void add_row(struct world *world, const char *entity, const char *id, const char *parent) {
    const struct entity *table = map_get(&world->policy->entity_by_name, text_from(entity));
    assert_non_null(table);
    struct record_row row = {
        .id = text_from(id), .parent = text_from(parent), .from = MONTH_FIRST, .until = MONTH_LAST};
    records_add(&world->records, table, row);
}

/* Into the row that was added last, in the field's own unit and words. */
static void put(struct world *world, const char *entity, const char *name, const char *value) {
    const struct field *field = policy_field(world->policy, text_from(entity), text_from(name));
    assert_non_null(field);
    struct lane_spec spec = lane_spec_of(&world->arena, field);
    lane parsed;
    assert_int_equal(lane_parse(&spec, text_from(value), &parsed), LANE_OK);
    records_put(&world->records, field, world->records.tables[field->entity->index].count - 1, parsed);
}

static void add_family(struct world *world, const char *id, const char *county, const char *farm, const char *wage) {
    add_row(world, "family", id, county);
    if (farm) put(world, "family", "farm", farm);
    put(world, "family", "cost", "3000");
    put(world, "family", "housed", "no");
    put(world, "family", "help", "full");
    put(world, "family", "since", "2018-01-31");
    for (int i = 1; i <= 4; i++) {
        add_row(world, "person", text_format(&world->arena, "%s-%d", id, i).bytes, id);
        put(world, "person", "wage", i == 1 ? wage : "0");
        put(world, "person", "ill", i <= 3 ? "yes" : "no");
    }
}

static void compile(struct world *world) {
    world->policy = policy_new();
    assert_non_null(world->policy);
    policy_begin_layer(world->policy, TEXT("small"));
    policy_add_file(world->policy, TEXT("model.md"), TEXT(model));
    policy_add_file(world->policy, TEXT("tables/line.csv"), TEXT(line_table));
    policy_add_file(world->policy, TEXT("clauses.csv"), TEXT(clauses));
    if (policy_compile(world->policy)) return;
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < world->policy->diagnostics.list.count; i++)
        diagnostic_print(&out, &world->policy->arena, &world->policy->diagnostics.list.items[i], LANGUAGE_EN);
    print_error("%s\n", builder_text(&out).bytes);
    builder_free(&out);
    fail();
}

static int set_up(void **state) {
    struct world *world = test_calloc(1, sizeof *world);
    struct refusals refusals = {.arena = &world->arena};
    arena_init(&world->arena);
    compile(world);
    records_init(&world->records, &world->arena, world->policy);
    add_row(world, "province", "P", "");
    add_row(world, "county", "C1", "P");
    add_row(world, "county", "C2", "P");
    add_family(world, "F1", "C1", "2600", "9600");
    add_family(world, "F2", "C1", "2600", "16000");
    add_family(world, "F3", "C2", NULL, "9600");
    month_number month = 2018 * 12 + 6;
    world->options.known = DAY_NEVER;
    world->dataset = dataset_new(world->policy, &world->records, month, &refusals);
    assert_non_null(world->dataset);
    assert_int_equal(refusals.list.count, 0);
    history_init(&world->history, world->policy);
    world->run = run_new(world->policy, world->dataset, &world->history, month, &world->options);
    assert_non_null(world->run);
    *state = world;
    return 0;
}

static int tear_down(void **state) {
    struct world *world = *state;
    run_free(world->run);
    history_free(&world->history);
    dataset_free(world->dataset);
    policy_free(world->policy);
    arena_free(&world->arena);
    test_free(world);
    return 0;
}

static const struct field *field_of(struct world *world, const char *entity, const char *name) {
    return policy_field(world->policy, text_from(entity), text_from(name));
}

static void expect_text(struct world *world, const struct explanation *node, enum language language, bool unicode,
                        const char *expected) {
    struct builder out;
    builder_init(&out);
    explanation_print(&out, &world->arena, node, language, unicode);
    assert_false(arena_failed(&world->arena));
    assert_false(run_failed(world->run));
    assert_string_equal(builder_text(&out).bytes, expected);
    builder_free(&out);
}

/* The numbers of the formula give the result by hand, the change from year to month included. */
static void test_amount(void **state) {
    struct world *world = *state;
    const struct explanation *node =
        explain_field(world->run, &world->arena, field_of(world, "family", "grant"), POOR, 2);
    assert_true(node->unconfirmed);
    expect_text(
        world, node, LANGUAGE_ZH, true,
        "补助金                                 520.00◇元/月  〔9.4〕\n"
        "│  进整((3,500.00 − 2,300.00) × 4 ÷ 12 + 120.00, 1)\n"
        "├─ 符合条件                                是\n"
        "│  ├─ 低于标准  2,300.00 < 3,500.00        是\n"
        "│  └─ 有房                                 否\n"
        "├─ 标准 ◇                            3,500.00◇元/年  ↑省 P  〔9.1〕  自 2018-01-01  未确认  notes  none\n"
        "├─ 人均收入                          2,300.00 元/年  〔9.2〕\n"
        "│  │  (9,600.00 + 2,600.00 − 3,000.00) ÷ 4\n"
        "│  ├─ 合计(人员:工资)                9,600.00 元/年\n"
        "│  │  ├─ F1-1                        9,600.00 元/年\n"
        "│  │  ├─ F1-2                            0.00 元/年\n"
        "│  │  ├─ F1-3                            0.00 元/年\n"
        "│  │  └─ F1-4                            0.00 元/年\n"
        "│  ├─ 务农收入                       2,600.00 元/年\n"
        "│  ├─ 刚性支出                       3,000.00 元/年\n"
        "│  └─ 人口                                  4\n"
        "├─ 人口                                     4\n"
        "│  └─ 计数(人员)                            4\n"
        "└─ 合计(人员:加发)                     120.00 元/月\n"
        "   ├─ F1-1                              40.00 元/月  〔9.3〕\n"
        "   │  └─ 患病                              是\n"
        "   ├─ F1-2                              40.00 元/月  〔9.3〕\n"
        "   │  └─ 患病                              是\n"
        "   ├─ F1-3                              40.00 元/月  〔9.3〕\n"
        "   │  └─ 患病                              是\n"
        "   └─ F1-4                               0.00 元/月  〔9.3〕\n"
        "      ├─ ✕ 患病                            否\n"
        "      └─ ✕ 年老                            否  未填,按规定取值\n"
        "「人均收入」再增加 1,200.00 元/年,结果就会改变\n");
}

static void test_amount_ascii(void **state) {
    struct world *world = *state;
    const struct explanation *node =
        explain_field(world->run, &world->arena, field_of(world, "family", "grant"), POOR, 1);
    expect_text(
        world, node, LANGUAGE_EN, false,
        "Grant                    520.00*yuan/month  [9.4]\n"
        "|  ceil((3,500.00 - 2,300.00) x 4 / 12 + 120.00, 1)\n"
        "|- Eligible                 yes\n"
        "|- Line *              3,500.00*yuan/year  ^province P  [9.1]  since 2018-01-01  not confirmed  notes  none\n"
        "|- Income per head     2,300.00 yuan/year  [9.2]\n"
        "|    (9,600.00 + 2,600.00 - 3,000.00) / 4\n"
        "|- Size                       4\n"
        "\\- sum(person: Extra)    120.00 yuan/month\n"
        "   |- F1-1                40.00 yuan/month  [9.3]\n"
        "   |- F1-2                40.00 yuan/month  [9.3]\n"
        "   |- F1-3                40.00 yuan/month  [9.3]\n"
        "   \\- F1-4                 0.00 yuan/month  [9.3]\n"
        "The result changes once \"Income per head\" rises by 1,200.00 yuan/year\n");
}

/* A refusal leads through the rules of truth to the comparison that failed, and says by how much. */
static void test_refusal(void **state) {
    struct world *world = *state;
    const struct explanation *node =
        explain_why_not(world->run, &world->arena, field_of(world, "family", "grant"), RICH);
    assert_true(node->failed);
    expect_text(
        world, node, LANGUAGE_ZH, true,
        "✕ 补助金                                   0.00◇元/月  〔9.1〕\n"
        "└─ ✕ 符合条件                                否\n"
        "   └─ ✕ 低于标准  3,900.00 < 3,500.00        否  高出 400.01 元/年\n"
        "      ├─ 人均收入                      3,900.00 元/年  〔9.2〕\n"
        "      │    (16,000.00 + 2,600.00 − 3,000.00) ÷ 4\n"
        "      └─ 标准 ◇                        3,500.00◇元/年  ↑省 P  〔9.1〕  自 2018-01-01  未确认  notes  none\n");
    expect_text(
        world, node, LANGUAGE_EN, true,
        "✕ Grant                                          0.00◇yuan/month  〔9.1〕\n"
        "└─ ✕ Eligible                                      no\n"
        "   └─ ✕ Below the line  3,900.00 < 3,500.00        no  too high by 400.01 yuan/year\n"
        "      ├─ Income per head                     3,900.00 yuan/year  〔9.2〕\n"
        "      │    (16,000.00 + 2,600.00 − 3,000.00) ÷ 4\n"
        "      └─ Line ◇                              3,500.00◇yuan/year  ↑province P  〔9.1〕  since 2018-01-01  not "
        "confirmed  notes  none\n");
}

/* What comes to nothing as a sum is followed into its parts; what a rule excludes is no road to it: the poor family is
 * not told to earn more. */
static void test_sum_of_nothing(void **state) {
    struct world *world = *state;
    const struct explanation *node =
        explain_why_not(world->run, &world->arena, field_of(world, "family", "both"), POOR);
    assert_true(node->failed);
    expect_text(world, node, LANGUAGE_EN, true,
                "✕ Both             0.00◇yuan/month  〔9.3〕\n"
                "│  0.00 + 0.00\n"
                "├─ ✕ Part          0.00◇yuan/month\n"
                "│  └─ ✕ Kept on      no\n"
                "│     └─ ✕ Housed    no\n"
                "└─ ✕ Part          0.00◇yuan/month  see above\n");
}

/* A case of nothing that held stands in the way too. */
static void test_shut_out(void **state) {
    struct world *world = *state;
    const struct explanation *node =
        explain_why_not(world->run, &world->arena, field_of(world, "family", "coal"), POOR);
    assert_true(node->failed);
    expect_text(world, node, LANGUAGE_ZH, true,
                "✕ 取暖            0.00 元/月  〔9.3〕\n"
                "└─ ✕ 帮扶 = 全部    是\n"
                "   └─ 帮扶        全部\n");
}

static void test_granted_is_no_refusal(void **state) {
    struct world *world = *state;
    const struct explanation *node =
        explain_why_not(world->run, &world->arena, field_of(world, "family", "grant"), POOR);
    assert_false(node->failed);
    assert_int_equal(node->value.state, VALUE_KNOWN);
    assert_true(node->children.count > 0);
}

/* What nobody knows names the input that is missing, all the way up. */
static void test_unknown(void **state) {
    struct world *world = *state;
    const struct explanation *node =
        explain_field(world->run, &world->arena, field_of(world, "family", "grant"), GAP, 2);
    expect_text(world, node, LANGUAGE_ZH, true,
                "补助金                           ？未知  家庭 F3 缺「务农收入」  〔9.1〕\n"
                "├─ 符合条件                      ？未知  家庭 F3 缺「务农收入」\n"
                "│  └─ 低于标准  ？ < 4,000.00    ？未知  家庭 F3 缺「务农收入」\n"
                "├─ 标准                        4,000.00 元/年  〔9.1〕  自 2018-01-01  gazette\n"
                "├─ 人均收入                      ？未知  家庭 F3 缺「务农收入」  〔9.2〕\n"
                "│  │  最大(0, 9,600.00 + ？ − 3,000.00) ÷ 4\n"
                "│  ├─ 合计(人员:工资)          9,600.00 元/年\n"
                "│  │  ├─ F3-1                  9,600.00 元/年\n"
                "│  │  ├─ F3-2                      0.00 元/年\n"
                "│  │  ├─ F3-3                      0.00 元/年\n"
                "│  │  └─ F3-4                      0.00 元/年\n"
                "│  ├─ 务农收入                   ？未知  家庭 F3 缺「务农收入」\n"
                "│  ├─ 刚性支出                 3,000.00 元/年\n"
                "│  └─ 人口                            4\n"
                "├─ 人口                               4\n"
                "│  └─ 计数(人员)                      4\n"
                "└─ 合计(人员:加发)               120.00 元/月\n"
                "   ├─ F3-1                        40.00 元/月  〔9.3〕\n"
                "   │  └─ 患病                        是\n"
                "   ├─ F3-2                        40.00 元/月  〔9.3〕\n"
                "   │  └─ 患病                        是\n"
                "   ├─ F3-3                        40.00 元/月  〔9.3〕\n"
                "   │  └─ 患病                        是\n"
                "   └─ F3-4                         0.00 元/月  〔9.3〕\n"
                "      ├─ ✕ 患病                      否\n"
                "      └─ ✕ 年老                      否  未填,按规定取值\n");
}

/* What is read by people has its units, and says how far, not what to do. */
static void test_formulas_in_words(void **state) {
    struct world *world = *state;
    static const struct {
        const char *rule, *zh, *en;
    } told[] = {
        {"ends",
         "期满       2018-08-27\n│  2018-01-31 + 1 个月 + 6 个月 − 1 天\n├─ 起算日  2018-01-31\n"
         "└─ 等待期           1 个月\n",
         "Ends on          2018-08-27\n│  2018-01-31 + 1 month + 6 months − 1 day\n"
         "├─ Counted from  2018-01-31\n└─ Waiting time           1 months\n"},
        {"few",
         "✕ 人少  4 在 1 到 2 之间                    否\n└─ ✕ 人口 在 1 到 2 之间  4 在 1 到 2 之间  否\n   └─ 人口  "
         "                                 4\n",
         "✕ Few  4 between 1 and 2                      no\n└─ ✕ Size between 1 and 2  4 between 1 and 2  no\n   └─ "
         "Size                                     4\n"},
        {"many", "✕ 人多  4 ≥ 6  否  低了 2\n└─ 人口         4\n",
         "✕ Many  4 ≥ 6  no  too low by 2\n└─ Size         4\n"},
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const struct field *field = field_of(world, "family", told[i].rule);
        const struct explanation *node = field->type.kind == TYPE_BOOL
                                             ? explain_why_not(world->run, &world->arena, field, POOR)
                                             : explain_field(world->run, &world->arena, field, POOR, 1);
        expect_text(world, node, LANGUAGE_ZH, true, told[i].zh);
        expect_text(world, node, LANGUAGE_EN, true, told[i].en);
    }
}

/* In a formula too nobody has to know which of "and" and "or" goes first. */
static void test_mixed_logic(void **state) {
    struct world *world = *state;
    const struct explanation *node =
        explain_field(world->run, &world->arena, field_of(world, "family", "weak"), POOR, 1);
    assert_int_equal(node->children.count, 1);
    assert_string_equal(node->children.items[0]->label[LANGUAGE_ZH].bytes,
                        "计数(人员,限于 年老 或 (患病 且 工资 = 0))");
    assert_string_equal(node->children.items[0]->label[LANGUAGE_EN].bytes,
                        "count(person where Old or (Ill and Wage = 0))");
}

/* A value that was found above says so also where the parameter itself is not shown. */
static void test_result_from_above(void **state) {
    struct world *world = *state;
    const struct field *floor = field_of(world, "family", "floor");
    expect_text(world, explain_field(world->run, &world->arena, floor, POOR, 0), LANGUAGE_ZH, true,
                "底线  3,500.00◇元/年  ↑省 P\n  最大(3,500.00, 1000)\n");
    expect_text(world, explain_field(world->run, &world->arena, floor, GAP, 0), LANGUAGE_ZH, true,
                "底线  4,000.00 元/年\n  最大(4,000.00, 1000)\n");
}

static void test_given(void **state) {
    struct world *world = *state;
    struct given given = {field_of(world, "family", "fits"), TEXT("F2"), MONTH_FIRST, value_truth(true)};
    struct run_options options = {.known = DAY_NEVER, .given = &given, .given_count = 1};
    struct run *run = run_new(world->policy, world->dataset, &world->history, world->dataset->month, &options);
    assert_non_null(run);
    const struct explanation *node = explain_field(run, &world->arena, given.field, RICH, 3);
    assert_true(node->given);
    assert_int_equal(node->children.count, 0);
    expect_text(world, node, LANGUAGE_ZH, true, "符合条件  是  按决定\n");
    run_free(run);
}

/* Wherever memory runs out, the arena or the run says so, and nothing is printed of half a tree. */
static void test_memory_runs_out(void **state) {
    struct world *world = *state;
    bool finished = false;
    for (long successes = 0; !finished && successes < 1000; successes++) {
        struct run *run =
            run_new(world->policy, world->dataset, &world->history, world->dataset->month, &world->options);
        struct arena arena;
        struct builder out;
        arena_init(&arena);
        builder_init(&out);
        assert_non_null(run);
        memory_fail_after(successes);
        const struct explanation *node = explain_field(run, &arena, field_of(world, "family", "grant"), POOR, 2);
        if (!arena_failed(&arena)) explanation_print(&out, &arena, node, LANGUAGE_ZH, false);
        finished = !memory_has_failed();
        memory_fail_after(-1);
        assert_true(finished || arena_failed(&arena) || run_failed(run) || out.failed);
        if (finished) assert_true(builder_text(&out).length > 0);
        builder_free(&out);
        arena_free(&arena);
        run_free(run);
    }
    assert_true(finished);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_amount, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_amount_ascii, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sum_of_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shut_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_granted_is_no_refusal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_formulas_in_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mixed_logic, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_result_from_above, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory_runs_out, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
