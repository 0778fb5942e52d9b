/* Another law reads what bills were settled with by names and exactly; what is settled under it goes on from what the
 * books have, whatever its rules are called. */
#include "registry/book.h"

#include "base/calendar.h"
#include "registry/runs.h"
#include "work/audit.h"
#include "work/settlement.h"

#include <string.h>

/* Aid pays half, up to 100 yuan a year, and is called something; how it is felt, and a third, are kept beside it. */
#define LAW(aid, moods, felt, step)                                                                                    \
    "policy law\n  currency yuan of 100 fen\nunit mu step " step "\nenum mood : " moods "\n"                           \
    "entity county\nentity clinic in county\nentity person in county at most 9\n"                                      \
    "event bill in person dated left, number, clinic at most 90 a year\n"                                              \
    "  settled at clinic by number of cost leaving own\n"                                                              \
    "fund aid\nfund top\n"                                                                                             \
    "input bill left : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\ninput bill clinic : clinic\n"       \
    "input bill cost : money in 0 .. 100_000 yuan\n"                                                                   \
    "rule bill felt : mood\n" felt "rule bill third : money = cost / 3\n"                                              \
    "rule bill field : mu in 0 .. 1_000 mu = 1.25 mu\n"                                                                \
    "rule bill before : money in 0 .. 10_000_000 yuan = sum(earlier bill: " aid " this year)\n"                        \
    "benefit bill " aid " : money in 0 .. 100_000 yuan\n  fund aid\n  pays clinic\n"                                   \
    "  = min(round(cost / 2, 1 fen), max(0, 100 yuan - before))\n"                                                     \
    "benefit bill top : money in 0 .. 100_000 yuan\n  fund top\n  pays clinic\n"                                       \
    "  = max(0, cost - " aid " - 50 yuan)\n"                                                                           \
    "rule bill own : money in 0 .. 100_000 yuan\n  = cost - " aid " - top\n"                                           \
    "guarantee adds_up\n  for bill: " aid " + top + own = cost\n  else refuse\n"

static const char first_law[] =
    LAW("aid", "calm, worried, upset",
        "  = when cost > 200 yuan: upset\n    when cost > 100 yuan: worried\n    otherwise: calm\n", "0.01");
/* Choices stand in another order, and one is gone; the step is another; aid is called help. */
static const char later_law[] =
    LAW("help", "upset, calm", "  = when cost > 200 yuan: upset\n    otherwise: calm\n", "0.0001");

struct window {
    struct stage stage;
    struct store *store;
    struct registry registry;
    struct settler settler;
    struct arena arena;
    struct settlement_answer answer;
};

static void open_window(struct window *window, enum database database) {
    struct registry_taken taken[8] = {0};
    struct registry_change change = {.instant = 1, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    memset(window, 0, sizeof *window);
    stage_open(&window->stage, first_law, NULL, NULL);
    window->store = database_new(database);
    book_make(&window->registry, window->store, &window->stage, DIGEST_SM3);
    arena_init(&window->arena);
    stage_row(&window->stage, "county", "k", "", "");
    stage_row(&window->stage, "clinic", "c1", "k", "");
    stage_row(&window->stage, "person", "anna", "k", "");
    assert_int_equal(registry_begin_change(&window->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&window->registry, &change, &window->stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&window->registry), REGISTRY_DONE);
    assert_int_equal(settler_begin(&window->settler, &window->registry), REGISTRY_DONE);
}

static void close_window(struct window *window) {
    settler_end(&window->settler);
    arena_free(&window->arena);
    book_close(&window->registry, window->store, &window->stage);
}

static void migrate(struct window *window, const char *law) {
    struct registry_change change = {.instant = 9, .by = TEXT("tester"), .what = TEXT("migrate")};
    struct registry_migration migration;
    settler_end(&window->settler);
    registry_close(&window->registry);
    stage_close(&window->stage);
    stage_open(&window->stage, law, NULL, NULL);
    assert_int_equal(registry_migrate(&window->registry, window->store, window->stage.policy, &change, &migration),
                     REGISTRY_DONE);
    assert_int_equal(registry_end_change(&window->registry), REGISTRY_DONE);
    registry_close(&window->registry);
    assert_int_equal(registry_open(&window->registry, window->store, window->stage.policy), REGISTRY_DONE);
    assert_int_equal(settler_begin(&window->settler, &window->registry), REGISTRY_DONE);
}

static void put(struct window *window, struct bill *bill, const char *name, const char *text) {
    const struct field *input = map_get(&bill->event->by_name, text_from(name));
    struct bill_value *value = &bill->values[input->input_index];
    value->known = true;
    value->text = text_from(text);
    if (input->type.kind == TYPE_TEXT || input->type.kind == TYPE_ROW) return;
    struct lane_spec spec = lane_spec_of(&window->arena, input);
    assert_int_equal(lane_parse(&spec, text_from(text), &value->lane), LANE_OK);
}

static const struct settlement_answer *ask(struct window *window, enum settlement_act act, const char *number,
                                           const char *date, const char *cost) {
    struct registry_change change = {.instant = 2, .by = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST};
    const struct entity *event = settled_event(window->stage.policy, TEXT(""));
    struct settlement_request request = {.act = act, .who = TEXT("window"), .day = day_from(2018, 12, 1)};
    request.bill.event = event;
    request.bill.parent = TEXT("anna");
    request.bill.values = ARENA_ARRAY(&window->arena, struct bill_value, event->inputs.count + 1);
    put(window, &request.bill, "clinic", "c1");
    put(window, &request.bill, "number", number);
    if (date) put(window, &request.bill, "left", date);
    if (cost) put(window, &request.bill, "cost", cost);
    assert_int_equal(settler_settle(&window->settler, &change, &request, 1, &window->arena, &window->answer),
                     REGISTRY_DONE);
    assert_int_equal(window->answer.outcome, SETTLEMENT_DONE);
    return &window->answer;
}

/* A value of a bill as runs of the law of now read it: "upset", "unknown" or "fault". */
static const char *value_of(struct window *window, const char *number, const char *rule) {
    struct registry_runs runs;
    struct history history;
    struct past_value past;
    const struct entity *event = settled_event(window->stage.policy, TEXT(""));
    const struct field *field = map_get(&event->by_name, text_from(rule));
    struct text id = text_format(&window->arena, "anna/2018-0%c-01/%s/c1", number[1] + 5, number);
    const char *shown = "nothing";
    history_init(&history, window->stage.policy);
    assert_int_equal(registry_read_runs(&window->registry, REGISTRY_NOW, &window->arena, &runs), REGISTRY_DONE);
    assert_int_equal(registry_read_history(&window->registry, &runs, 2019 * 12, NULL, NULL, &history), REGISTRY_DONE);
    if (history_find(&history, field, id, MONTH_LAST, &past)) {
        shown = past.value.state == VALUE_UNKNOWN ? "unknown" : "fault";
        if (past.value.state == VALUE_KNOWN)
            shown =
                text_copy(&window->arena, value_plain(&window->arena, &field->type, field->scale, &past.value)).bytes;
    }
    history_free(&history);
    return shown;
}

/* What all that was moved comes to, by fund; "paid" of what is left. */
static int64_t moved(struct window *window, const char *kind, const char *fund) {
    struct ledger_flows flows;
    int64_t sum = 0;
    assert_int_equal(
        ledger_sum(&window->settler.ledger, day_first, day_last, TEXT("settlement"), 0, &window->arena, &flows),
        REGISTRY_DONE);
    for (size_t i = 0; i < flows.list.count; i++) {
        const struct ledger_flow *flow = &flows.list.items[i];
        if (text_is(flow->debit.kind, kind) && text_is(flow->debit.fund, fund)) sum += flow->amount;
        if (text_is(flow->credit.kind, kind) && text_is(flow->credit.fund, fund)) sum -= flow->amount;
    }
    return sum;
}

static void expect_books(struct window *window, int64_t aid, int64_t top, int64_t own) {
    assert_int_equal(moved(window, "borne", "aid"), aid);
    assert_int_equal(moved(window, "borne", "top"), top);
    assert_int_equal(moved(window, "paid", ""), own);
    assert_int_equal(moved(window, "open", ""), 0);
}

static void expect_sound(struct window *window, int64_t earlier, int64_t settlements) {
    struct settlement_audit audit;
    struct registry_verdict verdict;
    assert_int_equal(registry_verify(&window->registry, &verdict), REGISTRY_DONE);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    assert_int_equal(settlements_audit(&window->registry, &audit), REGISTRY_DONE);
    if (audit.differs.length) fail_msg("%.*s", TEXT_ARG(audit.differs));
    assert_int_equal(audit.earlier, earlier);
    assert_int_equal(audit.settlements, settlements);
}

static void settle_two(struct window *window) {
    ask(window, SETTLEMENT_SETTLE, "B2", "2018-07-01", "120.50");
    ask(window, SETTLEMENT_SETTLE, "B3", "2018-08-01", "300");
    assert_string_equal(value_of(window, "B2", "felt"), "worried");
    assert_string_equal(value_of(window, "B3", "felt"), "upset");
    expect_books(window, 6025 + 3975, 1025 + 21025, 10000);
    expect_sound(window, 0, 2);
}

static void another_law_reads_by_names_and_exactly(enum database database) {
    struct window window;
    open_window(&window, database);
    settle_two(&window);
    migrate(&window, later_law);
    assert_string_equal(value_of(&window, "B3", "felt"), "upset");
    assert_string_equal(value_of(&window, "B2", "felt"), "fault"); /* there is no such choice any more */
    assert_string_equal(value_of(&window, "B2", "third"), "241/6");
    assert_string_equal(value_of(&window, "B2", "field"), "1.25");
    assert_string_equal(value_of(&window, "B2", "top"), "10.25");
    assert_string_equal(value_of(&window, "B2", "help"), "nothing");
    expect_sound(&window, 2, 0);
    close_window(&window);
}
ON_BOTH(another_law_reads_by_names_and_exactly)

/* A late bill settles those behind it anew by the new law; the fund pays the difference, and not all of it again. */
static void the_books_go_on_under_another_law(enum database database) {
    struct window window;
    open_window(&window, database);
    settle_two(&window);
    migrate(&window, later_law);
    ask(&window, SETTLEMENT_SETTLE, "B1", "2018-06-01", "60");
    expect_books(&window, 3000 + 6025 + 975, 0 + 1025 + 24025, 3000 + 5000 + 5000);
    expect_sound(&window, 2, 3);
    ask(&window, SETTLEMENT_CANCEL, "B1", NULL, NULL);
    expect_books(&window, 6025 + 3975, 1025 + 21025, 10000);
    ask(&window, SETTLEMENT_CANCEL, "B2", NULL, NULL);
    ask(&window, SETTLEMENT_CANCEL, "B3", NULL, NULL);
    expect_books(&window, 0, 0, 0);
    migrate(&window, first_law);
    ask(&window, SETTLEMENT_SETTLE, "B4", "2018-09-01", "10");
    expect_books(&window, 500, 0, 500);
    close_window(&window);
}
ON_BOTH(the_books_go_on_under_another_law)

/* One that was settled under the earlier law alone is taken back by what it had moved. */
static void what_an_earlier_law_settled_can_be_cancelled(enum database database) {
    struct window window;
    open_window(&window, database);
    settle_two(&window);
    migrate(&window, later_law);
    ask(&window, SETTLEMENT_CANCEL, "B3", NULL, NULL);
    expect_books(&window, 6025, 1025, 5000);
    ask(&window, SETTLEMENT_CORRECT, "B2", "2018-07-02", "100");
    expect_books(&window, 5000, 0, 5000);
    expect_sound(&window, 2, 3);
    close_window(&window);
}
ON_BOTH(what_an_earlier_law_settled_can_be_cancelled)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(another_law_reads_by_names_and_exactly),
        BOTH(the_books_go_on_under_another_law),
        BOTH(what_an_earlier_law_settled_can_be_cancelled),
    };
    return cmocka_run_group_tests_name("settle_migrated", tests, databases_begin, databases_end);
}
