#include "counter.h"

#include "base/number.h"

#include <string.h>

/* Aid pays half of what stands in a year, up to 100 yuan, of the sick; the fund of the top the rest of what is over 50
 * yuan. Who is sick is decided month by month. */
static const char law[] =
    "policy law\n  currency yuan of 100 fen\n"
    "entity county\nentity clinic in county\nentity family in county\nentity person in family at most 9\n"
    "event bill in person dated left, number, clinic at most 90 a year\n"
    "  settled at clinic by number of cost leaving own\n  shows ailing shows before where ailing\n"
    "fund aid\nfund top\n"
    "input person ill : bool\n"
    "input person card : text check luhn\n"
    "input person share : money in 0 .. 9 yuan empty means 1 yuan\n"
    "input bill left : date in 2010-01-01 .. 2100-01-01\n"
    "input bill number : text\n"
    "input bill clinic : clinic\n"
    "input bill came : date in 2010-01-01 .. 2100-01-01\n"
    "input bill cost : money in 0 .. 100_000 yuan\n"
    "parameter most : money from 2010-02-01 in 0 .. 1_000 yuan = 100 yuan\n"
    "rule person portion : money in 0 .. 5 yuan = share\n"
    "rule person sick : bool starts ill = ill and 1 yuan / portion > 0\n"
    "rule bill ailing : bool = sick\n"
    "rule bill before : money in 0 .. 10_000_000 yuan = sum(earlier bill: aid_paid this year)\n"
    "rule bill aid_paid : money in 0 .. 100_000 yuan = aid if known else 0\n"
    "benefit bill aid : money in 0 .. 100_000 yuan\n  fund aid\n  pays clinic\n"
    "  = when sick: min(round(cost / 2, 1 fen), max(0, most - before))\n    otherwise: 0\n"
    "benefit bill top : money in 0 .. 100_000 yuan\n  fund top\n  pays clinic\n"
    "  = when cost = 47 yuan: 60 yuan\n    when cost = 46 yuan: max(0, 60 yuan - before)\n    otherwise: max(0, cost - "
    "(aid if known else 0) - 50 yuan)\n"
    "rule bill own : money in 0 .. 100_000 yuan\n  = cost - aid - top\n"
    "guarantee adds_up\n  for bill: aid + top + own = cost\n  else refuse\n"
    "guarantee in_order\n  for bill: left >= came\n  else refuse\n"
    "guarantee small\n  for bill: top <= 1_000 yuan\n  else refuse\n"
    "guarantee not_the_first\n  for bill: cost != 44 yuan or before > 0\n  else refuse\n"
    "guarantee rare\n  for bill: cost != 49 yuan\n"
    "guarantee never_broken\n  for bill: own <= 50 yuan\n";

void counter_stage(struct counter *counter, const char *entity, const char *id, const char *parent,
                   const char *inputs) {
    book_tell_anew(&counter->stage);
    stage_row(&counter->stage, entity, id, parent, inputs);
}

void counter_take(struct counter *counter, month_number since) {
    struct registry_taken taken[16] = {0};
    struct registry_change change = {.instant = 1, .by = TEXT("tester"), .what = TEXT("import"), .since = since};
    assert_int_equal(registry_begin_change(&counter->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&counter->registry, &change, &counter->stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&counter->registry), REGISTRY_DONE);
}

void counter_tell(struct counter *counter, const char *entity, const char *id, const char *parent, const char *inputs) {
    counter_stage(counter, entity, id, parent, inputs);
    counter_take(counter, MONTH_FIRST);
}

static void tell(struct counter *counter) {
    struct stage *stage = &counter->stage;
    stage_row(stage, "county", "k", "", "");
    stage_row(stage, "clinic", "c1", "k", "");
    stage_row(stage, "clinic", "c2", "k", "");
    stage_row(stage, "family", "f", "k", "");
    stage_row(stage, "person", "anna", "f", "ill=yes");
    stage_row(stage, "person", "anna2", "f", "ill=yes");
    stage_row(stage, "person", "ben", "f", "ill=no");
    stage_row(stage, "person", "eve", "f", "");
    counter_take(counter, MONTH_FIRST);
}

void counter_make(struct counter *counter, struct store *store) {
    memset(counter, 0, sizeof *counter);
    stage_open(&counter->stage, law, NULL, NULL);
    counter->store = store;
    book_make(&counter->registry, counter->store, &counter->stage, DIGEST_SM3);
    arena_init(&counter->arena);
    tell(counter);
    assert_int_equal(settler_begin(&counter->settler, &counter->registry), REGISTRY_DONE);
}

void counter_open(struct counter *counter, enum database database) {
    counter_make(counter, database_new(database));
}

void counter_leave(struct counter *counter) {
    settler_end(&counter->settler);
    if (counter->registry.store) registry_close(&counter->registry);
    store_close(counter->store);
    counter->store = NULL;
    counter->registry = (struct registry){.store = NULL};
}

enum registry_result counter_come_back(struct counter *counter, const char *url) {
    struct store_trouble trouble;
    counter->store = store_open(url, STORE_AS_IT_IS, &trouble);
    if (!counter->store) return trouble.failure == STORE_NOT_THERE ? REGISTRY_NONE : REGISTRY_STORE_FAILED;
    enum registry_result result = registry_open(&counter->registry, counter->store, counter->stage.policy);
    return result == REGISTRY_DONE ? settler_begin(&counter->settler, &counter->registry) : result;
}

void counter_close(struct counter *counter) {
    settler_end(&counter->settler);
    arena_free(&counter->arena);
    book_close(&counter->registry, counter->store, &counter->stage);
}

void counter_come_anew(struct counter *counter) {
    settler_end(&counter->settler);
    assert_int_equal(settler_begin(&counter->settler, &counter->registry), REGISTRY_DONE);
}

static void put(struct counter *counter, struct bill *bill, const char *name, const char *text) {
    const struct field *input = map_get(&bill->event->by_name, text_from(name));
    struct bill_value *value = &bill->values[input->input_index];
    if (!text) return;
    value->known = true;
    value->text = text_from(text);
    if (input->type.kind == TYPE_TEXT || input->type.kind == TYPE_ROW) return;
    struct lane_spec spec = lane_spec_of(&counter->arena, input);
    assert_int_equal(lane_parse(&spec, text_from(text), &value->lane), LANE_OK);
}

struct settlement_request counter_bill(struct counter *counter, enum settlement_act act, const char *person,
                                       const char *clinic, const char *number, const char *date, const char *cost) {
    const struct entity *event = settled_event(counter->stage.policy, TEXT(""));
    struct settlement_request request = {.act = act, .who = TEXT("window"), .day = day_from(2020, 12, 1)};
    assert_non_null(event);
    request.bill.event = event;
    request.bill.parent = text_from(person);
    request.bill.values = ARENA_ARRAY(&counter->arena, struct bill_value, event->inputs.count + 1);
    put(counter, &request.bill, "clinic", clinic);
    put(counter, &request.bill, "number", number);
    put(counter, &request.bill, "left", date);
    put(counter, &request.bill, "came", date);
    put(counter, &request.bill, "cost", cost);
    return request;
}

const struct settlement_answer *counter_ask(struct counter *counter, struct settlement_request request) {
    struct registry_change change = {.instant = 2, .by = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST};
    enum registry_result result =
        settler_settle(&counter->settler, &change, &request, 1, &counter->arena, &counter->answer);
    assert_int_equal(result, REGISTRY_DONE);
    counter->change = change.number;
    return &counter->answer;
}

static void add_amount(struct builder *out, int64_t fen) {
    builder_format(out, "%lld.%02lld", (long long)(fen / 100), (long long)(fen % 100));
}

static void add_parts(struct builder *out, const struct settled_bill *bill) {
    for (size_t i = 0; i < bill->count; i++) {
        builder_add(out, i ? TEXT(" ") : TEXT(""));
        if (bill->parts[i].known)
            add_amount(out, bill->parts[i].amount);
        else
            builder_add(out, TEXT("?"));
    }
}

const char *counter_parts(struct counter *counter, const struct settled_bill *bill) {
    struct builder out;
    builder_init(&out);
    add_parts(&out, bill);
    return builder_finish(&out, &counter->arena).bytes;
}

const char *counter_year(struct counter *counter, const char *person, int year) {
    struct settled_bills bills;
    struct builder out;
    const struct entity *event = settled_event(counter->stage.policy, TEXT(""));
    assert_int_equal(
        settler_read(&counter->settler, event, text_from(person), year, REGISTRY_NOW, &counter->arena, &bills),
        REGISTRY_DONE);
    builder_init(&out);
    for (size_t i = 0; i < bills.list.count; i++) {
        builder_format(&out, "%s%.*s ", i ? ", " : "", TEXT_ARG(bills.list.items[i].by));
        add_parts(&out, &bills.list.items[i]);
    }
    return builder_finish(&out, &counter->arena).bytes;
}

static void add_account(struct counter *counter, struct builder *out, const struct account *account) {
    builder_add(out, account->kind);
    if (account->fund.length) builder_format(out, " %.*s", TEXT_ARG(account->fund));
    if (account->row) builder_format(out, " c%lld", (long long)account->row);
    (void)counter;
}

const char *counter_moved(struct counter *counter, int64_t of) {
    struct ledger_flows flows;
    struct builder out;
    assert_int_equal(
        ledger_sum(&counter->settler.ledger, day_first, day_last, TEXT("settlement"), of, &counter->arena, &flows),
        REGISTRY_DONE);
    builder_init(&out);
    for (size_t i = 0; i < flows.list.count; i++) {
        const struct ledger_flow *flow = &flows.list.items[i];
        builder_add(&out, i ? TEXT(", ") : TEXT(""));
        add_account(counter, &out, &flow->debit);
        builder_add(&out, TEXT(" > "));
        add_account(counter, &out, &flow->credit);
        builder_add(&out, TEXT(" "));
        add_amount(&out, flow->amount);
    }
    return builder_finish(&out, &counter->arena).bytes;
}
