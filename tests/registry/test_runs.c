/* Months that are kept in a registry one by one are the same as in one memory, to the reason; on both databases.
 *
 * DOUDI_FLIPS says how many bits of pages are altered, one at a time (300). */
#include "book.h"
#include "tale.h"

#include "base/memory.h"
#include "engine/record.h"
#include "registry/registry_inside.h"
#include "registry/runs.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MODEL                                                                                                          \
    "policy law\n  currency yuan of 100 fen\n"                                                                         \
    "entity village\nentity family in village at most 9\nentity person in family at most 9\n"                          \
    "event bill in person dated left, number at most 90 a year\n"                                                      \
    "input village base : money/month in 0 .. 1_000 yuan/month\n"                                                      \
    "input family farm : money/month in -100 .. 10_000 yuan/month\n"                                                   \
    "input family heads : count in 0 .. 9\n"                                                                           \
    "input family kind : kind\n"                                                                                       \
    "input person born : date in 1900-01-01 .. 2100-01-01 empty means never\n"                                         \
    "input person ill : bool\n"                                                                                        \
    "input bill left : date in 2010-01-01 .. 2100-01-01\n"                                                             \
    "input bill number : text\n"                                                                                       \
    "input bill cost : money in 0 .. 100_000 yuan\n"                                                                   \
    "input bill shares : count in 0 .. 9\n"                                                                            \
    "parameter standard : money/month in 0 .. 10_000 yuan/month table t\n"                                             \
    "rule village level : count in 0 .. 100 starts 0 = min(100, previous(level) + 1)\n"                                \
    "rule family yearly_heads : count in 0 .. 9 yearly in 7 starts 0 = heads\n"                                        \
    "rule family first_paid : date starts never\n"                                                                     \
    "  = when farm > base and previous(first_paid) = never: first_day\n    otherwise: previous(first_paid)\n"          \
    "rule family per_head : money/month in -10_000 .. 10_000 yuan/month starts 0\n"                                    \
    "  = when heads = 9: previous(per_head)\n    otherwise: round(farm / heads, 1 fen/month)\n"                        \
    "rule person sick : bool starts no = ill\n"                                                                        \
    "rule person is_child : bool starts no = born + 18 years > first_day or previous(is_child)\n"                      \
    "rule bill rate : ratio in 0% .. 100%\n  = when sick: 90%\n    otherwise: 50%\n"                                   \
    "rule bill part : money = cost / shares\n"                                                                         \
    "rule bill covered : money in 0 .. 100_000 yuan\n"                                                                 \
    "  = min(round(cost * rate, 1 fen), max(0, 100 yuan - sum(earlier bill: covered this year)))\n"                    \
    "benefit family need : money/month in -100 .. 20_000 yuan/month = max(0, standard - farm)\n"

static const char law[] =
    MODEL "enum kind : good, poor, worse\n"
          "rule family was : kind starts kind\n  = when farm < 0: worse\n    otherwise: previous(was)\n"
          "benefit family aid : money/month in 0 .. 20_000 yuan/month starts 0\n"
          "  = when kind = good: min(9_000 yuan/month, previous(aid) + base)\n    otherwise: farm + 100 yuan/month\n";
static const char table[] = "from,value\n2018-07-01,300\n2018-08-01,\n2018-09-01,400.5\n";

/* No person is sick any more, choices stand in another order, one is gone, and amounts have another step. */
static const char later_law[] = MODEL "enum kind : worst, poor, good\n"
                                      "rule family was : kind starts kind\n  = previous(was)\n"
                                      "benefit family aid : money/month in 0 .. 20_000 yuan/month starts 0\n"
                                      "  = floor(max(0, farm), 10 yuan/month)\n";

struct book {
    struct stage stage;
    struct store *store;
    struct registry registry;
    struct records records; /* as known when the last month was decided */
    bool decided;
};

static month_number month(int number) {
    return 2018 * 12 + number - 1;
}

/* --- the stage ---------------------------------------------------------------------------------------------------- */

static void tell(struct book *book) {
    struct registry_taken taken[16] = {0};
    struct registry_change change = {.instant = 1, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book->registry, &change, &book->stage.records, taken), REGISTRY_DONE);
    for (size_t i = 0; i < 16; i++) assert_int_equal(taken[i].refused, 0);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
    book_tell_anew(&book->stage);
}

static void open_book(struct book *book, enum database database) {
    memset(book, 0, sizeof *book);
    stage_open(&book->stage, law, table, NULL);
    book->store = database_new(database);
    book_make(&book->registry, book->store, &book->stage, DIGEST_SM3);
}

static void tell_families(struct book *book) {
    struct stage *stage = &book->stage;
    stage_row(stage, "village", "v1", "", "base=100");
    stage_row(stage, "village", "v2", "", "");
    stage_row(stage, "family", "F1", "v1", "farm=12.50 heads=2 kind=good");
    stage_row(stage, "family", "F2", "v2", "farm=-0.01 heads=0 kind=poor");
    stage_row(stage, "family", "F3", "v1", "farm=500 kind=worse");
    stage_row(stage, "family", "F4", "v2", "");
    stage_row(stage, "person", "P1", "F1", "born=2000-09-01 ill=yes");
    stage_row(stage, "person", "P2", "F1", "born=never");
    stage_row(stage, "person", "P3", "F3", "born=1990-01-01 ill=no");
    stage_row(stage, "bill", "", "P1", "left=2018-05-01 number=A cost=100 shares=3");
    stage_row(stage, "bill", "", "P1", "left=2018-07-01 number=B cost=50 shares=0");
    stage_row(stage, "bill", "", "P2", "left=2018-06-11 number=C");
    stage_row(stage, "bill", "", "P3", "left=2018-08-30 number=D cost=0.01 shares=7");
    tell(book);
}

static void close_book(struct book *book) {
    book_close(&book->registry, book->store, &book->stage);
}

/* What everybody who decides a month holds. */
struct decided {
    struct dataset *dataset;
    struct run *run;
    struct history history;
};

static void end(struct decided *decided) {
    run_free(decided->run);
    dataset_free(decided->dataset);
    history_free(&decided->history);
}

static void begin(struct book *book, month_number when, const char *area, struct decided *decided) {
    struct stage *stage = &book->stage;
    assert_int_equal(registry_read(&book->registry, REGISTRY_NOW, &stage->arena, &book->records), REGISTRY_DONE);
    decided->dataset = dataset_new(stage->policy, &book->records, when, &stage->refusals);
    assert_non_null(decided->dataset);
    assert_true(settle_past(&decided->history, &book->records, decided->dataset, &stage->options));
    decided->run = run_new(stage->policy, decided->dataset, &decided->history, when, &stage->options);
    assert_non_null(decided->run);
    const struct entity *village = map_get(&stage->policy->entity_by_name, TEXT("village"));
    if (*area) run_limit(decided->run, village, table_find(dataset_table(decided->dataset, village), text_from(area)));
    history_record(&decided->history, decided->run);
}

static struct registry_runs runs_of(struct book *book) {
    struct registry_runs runs;
    assert_int_equal(registry_read_runs(&book->registry, REGISTRY_NOW, &book->stage.arena, &runs), REGISTRY_DONE);
    return runs;
}

static struct registry_run about_of(struct book *book, month_number when, const char *area) {
    unsigned char digest[DIGEST_BYTES];
    struct registry_run about = {.month = when, .whole = !*area, .area = text_from(area), .engine = TEXT("1")};
    assert_int_equal(registry_last_change(&book->registry, &about.known), REGISTRY_DONE);
    about.law = registry_law_change(&book->registry, about.known);
    assert_int_equal(registry_law_digest(&book->registry, book->stage.policy, digest), REGISTRY_DONE);
    about.policy = text_copy(&book->stage.arena, (struct text){(const char *)digest, DIGEST_BYTES});
    return about;
}

/* The month decided by what the registry knows, and kept; what then stands in memory. */
static void decide(struct book *book, month_number when, const char *area, struct decided *decided) {
    struct registry_runs runs = runs_of(book);
    struct registry_change change = {.instant = 2, .by = TEXT("tester"), .what = TEXT("assess")};
    struct registry_decided kept = {.records = &book->records, .history = &decided->history};
    for (size_t i = 0; i < runs.list.count; i++) kept.again = kept.again || (*area && runs.list.items[i].month == when);
    history_init(&decided->history, book->stage.policy);
    assert_int_equal(registry_read_history(&book->registry, &runs, when, NULL, NULL, &decided->history), REGISTRY_DONE);
    begin(book, when, area, decided);
    kept.run = decided->run;
    struct registry_run about = about_of(book, when, area);
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_keep_run(&book->registry, &change, &about, &kept), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

static void decide_and_end(struct book *book, month_number when, const char *area) {
    struct decided decided;
    decide(book, when, area, &decided);
    end(&decided);
}

/* --- what is the same --------------------------------------------------------------------------------------------- */

static bool same(const struct history *a, const struct history *b, const struct field *field, const struct value *left,
                 const struct value *right) {
    const struct entity *entity = reason_entity(a->policy, &left->reason);
    const struct reason *x = &left->reason, *y = &right->reason;
    if (left->state != right->state || x->kind != y->kind || x->field != y->field || x->text != y->text ||
        x->index != y->index)
        return false;
    if (left->state == VALUE_KNOWN) return value_equal(&field->type, left, right);
    return x->day == y->day &&
           (!entity || text_equal(history_id(a, entity, (uint32_t)x->row), history_id(b, entity, (uint32_t)y->row)));
}

/* Every value of `a` is one of `b`; how many there are. */
static size_t held_against(const struct history *a, const struct history *b) {
    size_t count = 0;
    for (size_t i = 0; i < a->policy->fields.count; i++) {
        const struct field *field = a->policy->fields.items[i];
        const struct past_table *rows = &a->tables[field->entity->index];
        for (uint32_t row = 0; row < rows->ids.count; row++) {
            struct past_value here, there;
            struct text id = history_id(a, field->entity, row);
            for (month_number until = MONTH_LAST; history_read(a, field, row, until, &here); until = here.month - 1) {
                if (!history_find(b, field, id, here.month, &there) || there.month != here.month ||
                    !same(a, b, field, &here.value, &there.value))
                    fail_msg("%.*s of %.*s in %d is another", TEXT_ARG(field->name), TEXT_ARG(id), here.month);
                count++;
            }
        }
    }
    return count;
}

static void expect_same(const struct history *a, const struct history *b, size_t least) {
    size_t count = held_against(a, b);
    assert_int_equal(held_against(b, a), count);
    assert_true(count >= least);
}

static enum registry_result read_history(struct book *book, month_number before, struct history *history) {
    struct registry_runs runs = runs_of(book);
    history_init(history, book->stage.policy);
    return registry_read_history(&book->registry, &runs, before, NULL, NULL, history);
}

static bool stands_since(const struct record_table *known, struct text id, month_number when) {
    bool stands = false;
    for (size_t i = 0; i < known->count; i++)
        stands = stands || (text_equal(known->rows[i].id, id) && known->rows[i].until >= when);
    return stands;
}

/* What a rule that is no event's reads: what the month before found, or else whether another did. */
static void expect_read_alike(const struct history *all, const struct history *part, const struct field *field,
                              struct text id, month_number before) {
    struct past_value a = {.month = MONTH_LAST}, b = {.month = MONTH_LAST};
    bool there = history_find(all, field, id, before - 1, &a), found = history_find(part, field, id, before - 1, &b);
    bool last = there && a.month == before - 1, other = found && b.month == before - 1;
    if (there != found || last != other || (a.month == MONTH_FIRST) != (b.month == MONTH_FIRST) ||
        (last && !same(all, part, field, &a.value, &b.value)))
        fail_msg("%.*s of %.*s is read otherwise before %d", TEXT_ARG(field->name), TEXT_ARG(id), before);
    uint32_t row = history_row(all, field->entity, id), its = history_row(part, field->entity, id);
    assert_int_equal(history_has_lines(all, field->entity, row),
                     its != PAST_NONE && history_has_lines(part, field->entity, its));
}

/* Of what months before found a month reads the same, whether all of it is read or only what it may need. */
static void expect_reads_alike(struct book *book, month_number before) {
    struct history all, part;
    struct records known;
    struct registry_runs runs = runs_of(book);
    const struct policy *policy = book->stage.policy;
    assert_int_equal(registry_read(&book->registry, REGISTRY_NOW, &book->stage.arena, &known), REGISTRY_DONE);
    history_init(&all, policy);
    history_init(&part, policy);
    assert_int_equal(registry_read_history(&book->registry, &runs, before, NULL, NULL, &all), REGISTRY_DONE);
    assert_int_equal(registry_read_history(&book->registry, &runs, before, NULL, &known, &part), REGISTRY_DONE);
    assert_true(held_against(&part, &all) <= held_against(&all, &all));
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        const struct past_table *rows = &all.tables[field->entity->index];
        bool yearly = field->rules.count && field->declaration->yearly;
        for (uint32_t row = 0; row < rows->ids.count; row++) {
            struct text id = history_id(&all, field->entity, row);
            struct past_value here, there;
            if (!field->entity->is_event && !yearly) {
                if (stands_since(&known.tables[field->entity->index], id, before))
                    expect_read_alike(&all, &part, field, id, before);
                continue;
            }
            for (month_number until = MONTH_LAST; history_read(&all, field, row, until, &here); until = here.month - 1)
                assert_true(history_find(&part, field, id, here.month, &there) && there.month == here.month);
        }
    }
    history_free(&all);
    history_free(&part);
}

/* What stands in memory once a month is decided is what the next month reads. */
static void expect_kept(struct book *book, const struct decided *decided, month_number when, size_t least) {
    struct history read;
    assert_int_equal(read_history(book, when + 1, &read), REGISTRY_DONE);
    expect_same(&decided->history, &read, least);
    history_free(&read);
    expect_reads_alike(book, when + 1);
}

static struct value value_in(struct book *book, month_number when, const char *entity, const char *name,
                             const char *id) {
    struct history read;
    struct past_value found = {.month = MONTH_FIRST};
    const struct field *field = policy_field(book->stage.policy, text_from(entity), text_from(name));
    assert_int_equal(read_history(book, when + 1, &read), REGISTRY_DONE);
    if (!history_find(&read, field, text_from(id), when, &found) || found.month != when)
        found.value = (struct value){.state = VALUE_FAULT, .reason = {.kind = REASON_NONE}};
    if (found.value.state == VALUE_KNOWN && field->type.kind == TYPE_NUMBER)
        found.value.as.number = number_copy(&book->stage.arena, found.value.as.number);
    history_free(&read);
    return found.value;
}
static bool is_gone(const struct value *value) {
    return value->state == VALUE_FAULT && value->reason.kind == REASON_NONE;
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void tell_later(struct book *book, int after) {
    struct stage *stage = &book->stage;
    if (after == 6) {
        stage_row(stage, "bill", "", "P1", "left=2018-05-20 number=late cost=80 shares=1"); /* reopens none before it */
        stage_row_in(stage, "family", "F2", "v1", "farm=7 heads=9 kind=poor", "2018-07", NULL); /* moved */
    }
    if (after == 7) {
        stage_row_in(stage, "bill", "", "P1", "left=2018-05-01 number=A cost=100 shares=3", NULL, "2018-01");
        stage_row(stage, "bill", "", "P1", "left=2018-07-01 number=B cost=60 shares=2");
        stage_row_in(stage, "person", "P3", "F1", "born=1990-01-01", "2018-08", NULL);
        stage_row_in(stage, "family", "F5", "v2", "farm=3000 heads=1 kind=good", "2018-08", NULL);
    }
    if (after == 8) {
        stage_row_in(stage, "family", "F4", "v2", "", "2018-01", "2018-08");
        stage_row(stage, "bill", "", "P2", "left=2018-06-11 number=C cost=9 shares=7");
    }
    if (after == 9) stage_row_in(stage, "family", "F4", "v2", "farm=1", "2018-10", NULL); /* there again */
    if (stage->records.tables[1].count + stage->records.tables[2].count + stage->records.tables[3].count) tell(book);
}

static void months_are_those_of_one_memory(enum database database) {
    struct book book;
    struct decided one = {.dataset = NULL};
    struct registry_verdict verdict;
    open_book(&book, database);
    tell_families(&book);
    history_init(&one.history, book.stage.policy);
    for (int number = 5; number <= 10; number++) {
        struct decided decided;
        tell_later(&book, number - 1);
        expect_reads_alike(&book, month(number));
        decide(&book, month(number), "", &decided);
        expect_kept(&book, &decided, month(number), number > 5 ? 40 : 20);
        end(&decided);
        begin(&book, month(number), "", &one); /* the same without a registry */
        run_free(one.run);
        dataset_free(one.dataset);
        expect_kept(&book, &one, month(number), number > 5 ? 40 : 20);
    }
    history_free(&one.history);
    assert_int_equal(registry_verify(&book.registry, &verdict), REGISTRY_DONE);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    close_book(&book);
}

static void a_month_decided_again_takes_the_place(enum database database) {
    struct book book;
    struct decided decided;
    open_book(&book, database);
    tell_families(&book);
    for (int number = 6; number <= 8; number++) decide_and_end(&book, month(number), "");
    stage_row(&book.stage, "village", "v1", "", "base=7");
    stage_row_in(&book.stage, "family", "F3", "v1", "farm=500 kind=worse", "2000-01", "2018-06");
    stage_row_in(&book.stage, "person", "P3", "F3", "born=1990-01-01 ill=no", "2000-01", "2018-06");
    stage_row_in(&book.stage, "bill", "", "P3", "left=2018-08-30 number=D cost=0.01 shares=7", NULL, "2000-01");
    tell(&book);
    for (int number = 7; number <= 8; number++) {
        decide(&book, month(number), "", &decided);
        expect_kept(&book, &decided, month(number), 40);
        end(&decided);
    }
    assert_int_equal(runs_of(&book).list.count, 5);
    struct value aid = value_in(&book, month(7), "family", "aid", "F1");
    assert_true(number_compare(aid.as.number,
                               number_multiply(&book.stage.arena, number_from(107),
                                               policy_field(book.stage.policy, TEXT("family"), TEXT("aid"))->scale)) ==
                0);
    struct value gone = value_in(&book, month(7), "family", "aid", "F3"),
                 there = value_in(&book, month(6), "family", "aid", "F3");
    assert_true(is_gone(&gone) && !is_gone(&there));
    close_book(&book);
}

/* Area by area it is the same as everybody at once, but for what is above them, of which nobody tells. */
static void areas_stand_beside_one_another(enum database database) {
    struct book book;
    struct decided whole;
    struct history parts;
    open_book(&book, database);
    tell_families(&book);
    decide_and_end(&book, month(6), "v2");
    decide_and_end(&book, month(6), "v1");
    decide_and_end(&book, month(6), "v2"); /* again: nothing is lost of v1 */
    assert_int_equal(read_history(&book, month(7), &parts), REGISTRY_DONE);
    history_init(&whole.history, book.stage.policy);
    begin(&book, month(6), "", &whole);
    expect_same(&parts, &whole.history, 20);
    decide_and_end(&book, month(6), ""); /* takes the place of all three */
    expect_kept(&book, &whole, month(6), 20);
    struct registry_runs runs = runs_of(&book);
    assert_int_equal(runs.list.count, 4);
    for (size_t i = 0; i < 4; i++) assert_int_equal(registry_run_stands(&runs, i), i == 3);
    history_free(&parts);
    end(&whole);
    close_book(&book);
}

/* --- rows that stand no longer ------------------------------------------------------------------------------------ */

/* Of some families a month is decided again, one of whom is known now not to have been there. */
static void of_whom_is_gone_nothing_is_left(enum database database) {
    struct book book;
    struct decided decided;
    struct history told;
    open_book(&book, database);
    tell_families(&book);
    decide_and_end(&book, month(5), "");
    decide_and_end(&book, month(6), "");
    stage_row_in(&book.stage, "family", "F4", "v2", "", "2000-01", "2018-05");
    stage_row_in(&book.stage, "family", "F4", "v2", "", "2018-08", NULL); /* it is there again */
    stage_row_in(&book.stage, "bill", "", "P2", "left=2018-06-11 number=C", NULL, "2000-01");
    tell(&book);
    struct registry_runs runs = runs_of(&book);
    history_init(&decided.history, book.stage.policy);
    assert_int_equal(registry_read_history(&book.registry, &runs, month(6), NULL, NULL, &decided.history),
                     REGISTRY_DONE);
    begin(&book, month(6), "", &decided);
    history_init(&told, book.stage.policy);
    assert_int_equal(registry_read_month(&book.registry, &runs, month(6), NULL, &told), REGISTRY_DONE);
    struct registry_change change = {.instant = 2, .by = TEXT("tester"), .what = TEXT("assess")};
    struct registry_run about = about_of(&book, month(6), "");
    about.whole = false;
    struct registry_decided kept = {
        .records = &book.records, .run = decided.run, .history = &decided.history, .again = true, .told = &told};
    assert_int_equal(registry_begin_change(&book.registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_keep_run(&book.registry, &change, &about, &kept), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    expect_kept(&book, &decided, month(6), 30);
    struct value gone = value_in(&book, month(6), "family", "aid", "F4"),
                 before = value_in(&book, month(5), "family", "aid", "F4");
    assert_true(is_gone(&gone) && !is_gone(&before));
    gone = value_in(&book, month(6), "bill", "covered", "P2/2018-06-11/C");
    assert_true(is_gone(&gone));
    history_free(&told);
    end(&decided);
    close_book(&book);
}

/* --- another law -------------------------------------------------------------------------------------------------- */

static void another_law_reads_by_names_and_exactly(enum database database) {
    struct book book;
    struct registry_migration migration;
    struct registry_change change = {.by = TEXT("tester"), .what = TEXT("migrate")};
    open_book(&book, database);
    tell_families(&book);
    decide_and_end(&book, month(6), "");
    registry_close(&book.registry);
    stage_close(&book.stage);
    stage_open(&book.stage, later_law, table, NULL);
    assert_int_equal(registry_migrate(&book.registry, book.store, book.stage.policy, &change, &migration),
                     REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    struct value value = value_in(&book, month(6), "family", "was", "F1");
    assert_int_equal(value.state, VALUE_KNOWN);
    assert_int_equal(value.as.choice, 2); /* good */
    assert_int_equal(value.reason.kind, REASON_NONE);
    value = value_in(&book, month(6), "family", "was", "F2"); /* worse: no such choice any more */
    assert_int_equal(value.state, VALUE_FAULT);
    value = value_in(&book, month(6), "family", "aid", "F1"); /* 100: on the new step as well */
    assert_int_equal(value.state, VALUE_KNOWN);
    value = value_in(&book, month(6), "family", "aid", "F2"); /* 99.99 */
    assert_int_equal(value.state, VALUE_FAULT);
    assert_int_equal(value.reason.kind, REASON_OUT_OF_RANGE);
    value = value_in(&book, month(6), "family", "aid", "F4");
    assert_int_equal(value.state, VALUE_UNKNOWN);
    decide_and_end(&book, month(7), "");
    close_book(&book);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct book book;
    struct decided decided;
    struct history read;
    bool done = false;
    open_book(&book, DATABASE_FILE);
    tell_families(&book);
    decide_and_end(&book, month(6), "");
    struct registry_runs runs = runs_of(&book);
    for (long successes = 0; !done; successes++) {
        memory_fail_after(successes);
        history_init(&read, book.stage.policy);
        enum registry_result result = registry_read_history(&book.registry, &runs, month(7), NULL, NULL, &read);
        done = !memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(result, done ? REGISTRY_DONE : REGISTRY_NO_MEMORY);
        history_free(&read);
        if (!done) { /* the registry's own arena may have failed with it */
            registry_close(&book.registry);
            assert_int_equal(registry_open(&book.registry, book.store, book.stage.policy), REGISTRY_DONE);
        }
    }
    history_init(&decided.history, book.stage.policy);
    assert_int_equal(registry_read_history(&book.registry, &runs, month(7), NULL, NULL, &decided.history),
                     REGISTRY_DONE);
    begin(&book, month(7), "", &decided);
    struct registry_run about = about_of(&book, month(7), "");
    done = false;
    for (long successes = 0; !done; successes++) {
        struct registry_change change = {.instant = 2, .by = TEXT("tester"), .what = TEXT("assess")};
        const struct registry_decided kept = {
            .records = &book.records, .run = decided.run, .history = &decided.history};
        assert_int_equal(registry_begin_change(&book.registry, &change), REGISTRY_DONE);
        memory_fail_after(successes);
        enum registry_result result = registry_keep_run(&book.registry, &change, &about, &kept);
        done = !memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(result, done ? REGISTRY_DONE : REGISTRY_NO_MEMORY);
        if (done) break;
        registry_give_up_change(&book.registry);
        registry_close(&book.registry);
        assert_int_equal(registry_open(&book.registry, book.store, book.stage.policy), REGISTRY_DONE);
        if (!run_failed(decided.run)) continue;
        decided.run->arena.failed = false;
        decided.run->lasting.failed = false;
    }
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    expect_kept(&book, &decided, month(7), 40);
    end(&decided);
    close_book(&book);
}

/* --- what nobody can have told ------------------------------------------------------------------------------------ */

/* Whatever comes of it, it has a name. */
static enum registry_result read_altered(struct book *book) {
    struct registry_runs runs;
    struct history read;
    struct arena arena;
    arena_init(&arena);
    history_init(&read, book->stage.policy);
    enum registry_result result = registry_read_runs(&book->registry, REGISTRY_NOW, &arena, &runs);
    if (result == REGISTRY_DONE) result = registry_read_history(&book->registry, &runs, month(12), NULL, NULL, &read);
    if (result == REGISTRY_DAMAGED) assert_true(book->registry.differs.length > 0);
    if (result == REGISTRY_DONE) held_against(&read, &read);
    history_free(&read);
    arena_free(&arena);
    return result;
}

static void what_nobody_told_is_damage(enum database database) {
    static const struct {
        const char *sql;
        bool damaged;
    } alterations[] = {
        {"UPDATE _values SET _first = 0", true},
        {"UPDATE _values SET _first = -7", true},
        {"UPDATE _values SET _first = 4294967296", true},
        {"UPDATE _values SET _first = 9 WHERE _field = 'family.aid'", true}, /* no such family */
        {"UPDATE _values SET _field = 'family' WHERE _field = 'family.aid'", true},
        {"UPDATE _values SET _field = 'bill' WHERE _field = 'bill.covered'", true},
        {"UPDATE _values SET _field = 'family.farm' WHERE _field = 'family.aid'", false}, /* another law's */
        {"UPDATE _values SET _field = 'x.y' WHERE _field = 'family.aid'", false},
        {"DELETE FROM _values WHERE _field = 'bill'", true}, /* bills of no month */
        {"DELETE FROM _values WHERE _field = 'family.aid'", false},
        {"DELETE FROM _kinds WHERE _field = 'family.aid'", true},
        {"DELETE FROM _kinds WHERE _place = 1", true},
        {"UPDATE _kinds SET _place = _place + 1", true},
        {"UPDATE _kinds SET _state = 3", true},
        {"UPDATE _kinds SET _state = -1", true},
        {"UPDATE _kinds SET _listed = 1 WHERE _field = 'family.aid'", true}, /* of a list of none */
        {"UPDATE _kinds SET _reason = 'nothing'", true},
        {"UPDATE _kinds SET _reason = 'rows-refused', _at = 'family'", true},
        {"UPDATE _kinds SET _of = 'x.y'", true},
        {"UPDATE _kinds SET _of = 'x' WHERE _reason = 'no-parameter'", true},
        {"UPDATE _kinds SET _rule = 7 WHERE _reason = 'case'", true},
        {"UPDATE _kinds SET _rule = -1 WHERE _reason = 'case'", true},
        {"UPDATE _kinds SET _branch = 70 WHERE _reason = 'case'", true},
        {"UPDATE _kinds SET _branch = 4294967296 WHERE _reason = 'case'", true},
        {"UPDATE _kinds SET _unit = '0'", true},
        {"UPDATE _kinds SET _unit = '-1/100'", true},
        {"UPDATE _kinds SET _unit = 'x'", true},
        {"UPDATE _kinds SET _unit = '1/0'", true},
        {"UPDATE _kinds SET _unit = '1/7' WHERE _field = 'family.aid'", false}, /* faults, as no rule gives them */
        {"UPDATE _exact SET _value = 'x' WHERE _field = 'bill.part'", true},
        {"UPDATE _exact SET _value = '' WHERE _field = 'bill.part'", true},
        {"UPDATE _exact SET _place = _place + 1", true},
        {"DELETE FROM _exact", true},
        {"UPDATE _runs SET _month = 119999", false},
        {"UPDATE _runs SET _month = -5", false},
        {"UPDATE _runs SET _whole = 7", false},
        {"UPDATE _runs SET _policy = ''", false}, /* of a law that is not this one */
        {"DELETE FROM _id_family WHERE _key = 1", true},
        {"UPDATE _id_family SET _id = '' WHERE _key = 1", true},
    };
    struct book book;
    open_book(&book, database);
    tell_families(&book);
    for (int number = 6; number <= 7; number++) decide_and_end(&book, month(number), "");
    assert_int_equal(read_altered(&book), REGISTRY_DONE);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        struct registry_verdict verdict;
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        if (!store_do(book.store, alterations[i].sql))
            print_message("# %s: refused by the database\n", alterations[i].sql);
        if (!store_failed(book.store)) {
            enum registry_result result = read_altered(&book);
            if (result != (alterations[i].damaged ? REGISTRY_DAMAGED : REGISTRY_DONE))
                fail_msg("%s: gives %d", alterations[i].sql, result);
            assert_int_equal(registry_verify(&book.registry, &verdict), REGISTRY_DONE);
            if (verdict.broken == REGISTRY_SOUND) fail_msg("%s: is not found", alterations[i].sql);
        }
        store_roll_back(book.store);
    }
    assert_int_equal(read_altered(&book), REGISTRY_DONE);
    close_book(&book);
}

static void flip(struct book *book, uint64_t chance, struct builder *page) {
    struct statement *read = store_prepare(book->store, "SELECT _bytes FROM _values WHERE _page = $1"),
                     *write = store_prepare(book->store, "UPDATE _values SET _bytes = $1 WHERE _page = $2");
    const struct store_value number =
        store_integer((int64_t)(chance >> 8) % registry_highest(&book->registry, &registry_values_table) + 1);
    assert_true(statement_begin(read, &number, 1) && statement_next(read));
    page->length = 0;
    builder_add(page, statement_text(read, 0));
    statement_end(read);
    page->bytes[(chance >> 20) % page->length] ^= (char)(1 << (chance >> 60 & 7));
    const struct store_value values[] = {store_bytes(builder_text(page)), number};
    assert_true(statement_run(write, values, 2));
    statement_free(read);
    statement_free(write);
}

static void altered_pages_are_found(enum database database) {
    struct book book;
    struct builder page;
    struct registry_verdict verdict;
    size_t damaged = 0, times = times_of("DOUDI_FLIPS", 300);
    uint64_t chance = 3;
    builder_init(&page);
    open_book(&book, database);
    tell_families(&book);
    for (int number = 6; number <= 7; number++) decide_and_end(&book, month(number), "");
    for (size_t time = 0; time < times; time++) {
        chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        flip(&book, chance, &page);
        enum registry_result result = read_altered(&book);
        assert_true(result == REGISTRY_DONE || result == REGISTRY_DAMAGED);
        damaged += result == REGISTRY_DAMAGED;
        assert_int_equal(registry_verify(&book.registry, &verdict), REGISTRY_DONE);
        assert_int_equal(verdict.broken, REGISTRY_ROWS_ALTERED);
        store_roll_back(book.store);
    }
    assert_true(damaged > times / 10);
    builder_free(&page);
    close_book(&book);
}

ON_BOTH(months_are_those_of_one_memory)
ON_BOTH(a_month_decided_again_takes_the_place)
ON_BOTH(areas_stand_beside_one_another)
ON_BOTH(of_whom_is_gone_nothing_is_left)
ON_BOTH(another_law_reads_by_names_and_exactly)
ON_BOTH(what_nobody_told_is_damage)
ON_BOTH(altered_pages_are_found)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(months_are_those_of_one_memory),
        BOTH(a_month_decided_again_takes_the_place),
        BOTH(areas_stand_beside_one_another),
        BOTH(of_whom_is_gone_nothing_is_left),
        BOTH(another_law_reads_by_names_and_exactly),
        cmocka_unit_test(memory_that_runs_out_is_told),
        BOTH(what_nobody_told_is_damage),
        BOTH(altered_pages_are_found),
    };
    return cmocka_run_group_tests_name("runs", tests, databases_begin, databases_end);
}
