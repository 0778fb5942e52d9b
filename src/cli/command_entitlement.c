/* doudi entitlement: what the law holds ready for a person at the window today, and what each layer would pay of an
 * amount. */
#include "base/identifier.h"
#include "base/shown.h"
#include "cli/settling.h"
#include "exchange/answer_json.h"
#include "exchange/answer_words.h"
#include "exchange/import.h"
#include "exchange/lane_shown.h"

#include <stdio.h>

static int wrong_amount(struct settling *settling, const struct lane_spec *spec, struct text amount,
                        enum lane_result result) {
    struct command *command = settling->command;
    struct text shown = text_shown(&command->arena, amount);
    struct text low = lane_limit_shown(&command->arena, spec, spec->low),
                high = lane_limit_shown(&command->arena, spec, spec->high),
                step = lane_limit_shown(&command->arena, spec, 1);
    if (result == LANE_NO_MEMORY) return out_of_memory(command);
    if (result == LANE_OUT_OF_RANGE)
        fprintf(stderr,
                say(command, "doudi: 金额 %.*s 超出范围,应在 %.*s 到 %.*s 之间\n",
                    "doudi: the amount %.*s is out of range; it must lie in %.*s .. %.*s\n"),
                TEXT_ARG(shown), TEXT_ARG(low), TEXT_ARG(high));
    else if (result == LANE_OFF_STEP)
        fprintf(stderr,
                say(command, "doudi: 金额 %.*s 太细,应为 %.*s 的整数倍\n",
                    "doudi: the amount %.*s is too fine; it takes a multiple of %.*s\n"),
                TEXT_ARG(shown), TEXT_ARG(step));
    else
        fprintf(stderr,
                say(command, "doudi: 金额「%.*s」不是数;只写数字和小数点,千位不加逗号,不写单位,如 10000.50\n",
                    "doudi: the amount “%.*s” is not a number; write digits and a decimal point, no comma "
                    "between thousands and no unit, such as 10000.50\n"),
                TEXT_ARG(shown));
    return EXIT_USAGE;
}

/* The amount is what the total reads first; of the others it is nothing. EXIT_DONE, or tells why it is no amount. */
static int put_amounts(struct settling *settling, struct bill *bill, const char *amount) {
    struct arena *arena = &settling->command->arena;
    const struct entity *event = settling->event;
    for (size_t i = 0; i < event->inputs.count; i++) {
        const struct field *input = event->inputs.items[i];
        struct bill_value *value = &bill->values[i];
        if (input->type.kind != TYPE_NUMBER || !settled_adds_up(&event->settled, input)) continue;
        struct lane_spec spec = lane_spec_of(arena, input);
        value->known = true;
        value->lane = 0;
        enum lane_result result = amount ? lane_parse(&spec, text_from(amount), &value->lane) : LANE_OK;
        if (result != LANE_OK) return wrong_amount(settling, &spec, text_from(amount), result);
        amount = NULL;
    }
    return EXIT_DONE;
}

/* On that day, under a number that no bill has, and behind all of that day: what was settled today counts. */
static int make_bill(struct settling *settling, struct bill *bill) {
    const struct command *command = settling->command;
    const struct entity *event = settling->event;
    bill->event = event;
    bill->parent = text_from(command->words[1]);
    bill->values = ARENA_ARRAY(&settling->command->arena, struct bill_value, event->inputs.count + 1);
    if (!bill->values) return out_of_memory(command);
    for (size_t i = 0; i < event->inputs.count; i++)
        if (event->inputs.items[i]->type.kind == TYPE_DATE)
            bill->values[i] = (struct bill_value){.known = true, .lane = settling->day};
    bill->values[event->settled.at->input_index] =
        (struct bill_value){.known = true, .text = text_from(command->words[2])};
    bill->values[event->settled.by->input_index] = (struct bill_value){.known = true, .text = TEXT("？")};
    return put_amounts(settling, bill, command->word_count > 3 ? command->words[3] : NULL);
}

/* What the law shows beside a bill; what cannot be told yet as such. */
static void show_facts(struct builder *out, struct settling *settling, const struct settled_bill *bill) {
    enum { COLUMNS = 36 };
    for (size_t i = 0; i < bill->facts.list.count; i++) {
        const struct settlement_fact *fact = &bill->facts.list.items[i];
        struct text label = label_or_name(fact->field->label, fact->field->name, settling->command->language);
        builder_add(out, label);
        builder_pad(out, text_width(label) < COLUMNS ? COLUMNS - text_width(label) : 1);
        builder_format(out, "%.*s\n", TEXT_ARG(fact_shown(settling, bill, fact)));
    }
}

static void write_answer(struct builder *out, struct settling *settling, const struct settlement_answer *answer) {
    const struct answer_writing writing = {.policy = settling->database.law,
                                           .event = settling->event,
                                           .act = SETTLEMENT_QUOTE,
                                           .unconfirmed = unconfirmed_on,
                                           .of = &settling->unconfirmed};
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    answer_write_json(&writer, &settling->command->arena, &writing, answer);
}

static void show_refusal(struct builder *out, struct settling *settling, const struct settlement_answer *answer) {
    struct command *command = settling->command;
    struct answer_words words = answer_words(&command->arena, settling->event, SETTLEMENT_QUOTE, answer);
    struct text remedy = words.remedy[command->language];
    if (answer->refusal == SETTLEMENT_NO_PARENT)
        remedy = text_from(say(command, "核对编号或号码,用 doudi household find 号码 可以查到编号;没有登记的先登记",
                               "check the id or the number: doudi household find NUMBER finds the id by a card's "
                               "number or a name; tell of whoever is not there first"));
    builder_format(out, "✕ %.*s\n", TEXT_ARG(words.sentence[command->language]));
    if (remedy.length) builder_format(out, "  → %.*s\n", TEXT_ARG(remedy));
}

static int answer(struct settling *settling, const struct settlement_answer *answer) {
    struct command *command = settling->command;
    struct builder out;
    bool refused = answer->outcome == SETTLEMENT_REFUSED;
    builder_init(&out);
    if (command_has(command, "json")) {
        write_answer(&out, settling, answer);
    } else if (refused) {
        show_refusal(&out, settling, answer);
    } else {
        show_facts(&out, settling, &answer->bill);
        if (command->word_count > 3) bill_show(&out, settling, &answer->bill);
    }
    bool whole = !out.failed && !arena_failed(&command->arena);
    if (whole) print_coloured(command, builder_text(&out));
    builder_free(&out);
    if (!whole) return out_of_memory(command);
    return refused ? EXIT_FOUND : EXIT_DONE;
}

static int quote(struct settling *settling, struct settlement_request *request, struct settlement_answer *answered) {
    struct registry_change change = settling->change;
    request->day = settling->day;
    request->who = settling->change.by;
    return settling_tell(settling,
                         settler_settle(&settling->settler, &change, request, 1, &settling->command->arena, answered));
}

/* Of an id that is none, whoever has it as the number of something that is nobody else's. */
static int quote_by_number(struct settling *settling, struct settlement_request *request,
                           struct settlement_answer *answered) {
    const struct entity *parent = settling->event->parent;
    struct bill *bill = &request->bill;
    struct text number = bill->parent;
    int status = quote(settling, request, answered);
    for (size_t i = 0; i < parent->inputs.count && status == EXIT_DONE; i++) {
        const struct field *input = parent->inputs.items[i];
        char expected;
        bool is_unknown = answered->outcome == SETTLEMENT_REFUSED && answered->refusal == SETTLEMENT_NO_PARENT;
        if (!is_unknown) break;
        if (!bill_is_matched_by(input) || !identifier_scheme_known(input->check) ||
            identifier_check(input->check, number, &expected) != IDENTIFIER_OK)
            continue;
        bill->parent = TEXT("");
        bill->input = input;
        bill->match = number;
        status = quote(settling, request, answered);
    }
    return status;
}

int command_entitlement(struct command *command) {
    struct settling settling = {.command = command};
    struct settlement_request request = {.act = SETTLEMENT_QUOTE, .wants_facts = true};
    struct settlement_answer answered;
    if (command->word_count != 3 && command->word_count != 4) return wrong_usage(command);
    int status = settling_open(&settling, command, "entitlement");
    if (status == EXIT_DONE) status = make_bill(&settling, &request.bill);
    if (status == EXIT_DONE) status = quote_by_number(&settling, &request, &answered);
    if (status == EXIT_DONE) status = answer(&settling, &answered);
    settling_close(&settling);
    return status;
}
