/* doudi entitlement: what the law holds ready for a person at the window today, and what each layer would pay of an
 * amount. */
#include "cli/settling.h"
#include "exchange/answer_json.h"
#include "exchange/answer_words.h"
#include "exchange/import.h"

#include <stdio.h>

static bool reads(const struct expr *expr, const struct field *input) {
    if (!expr) return false;
    bool here =
        expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_FIELD && expr->as.path.target.field == input;
    return here || reads(expr->left, input) || reads(expr->right, input) || reads(expr->third, input);
}

/* The total is made of it. */
static bool adds_up(const struct field *total, const struct field *input) {
    const struct rule *rule = total->rules.count ? total->rules.items[0] : NULL;
    bool any = total == input;
    for (size_t i = 0; rule && i < rule->count && !any; i++) any = reads(rule->branches[i].value, input);
    return any;
}

/* The amount is what the total reads first; of the others it is nothing. False, and told, for what is no amount. */
static bool put_amounts(struct settling *settling, struct bill *bill, const char *amount) {
    struct arena *arena = &settling->command->arena;
    const struct entity *event = settling->event;
    for (size_t i = 0; i < event->inputs.count; i++) {
        const struct field *input = event->inputs.items[i];
        struct bill_value *value = &bill->values[i];
        if (input->type.kind != TYPE_NUMBER || !adds_up(event->settled.total, input)) continue;
        struct lane_spec spec = lane_spec_of(arena, input);
        value->known = true;
        value->lane = 0;
        if (amount && lane_parse(&spec, text_from(amount), &value->lane) != LANE_OK) {
            wrong_option(settling->command, "金额应为不小于 0、最多到分的数",
                         "the amount takes a number from 0 on, with no more than its least coin");
            return false;
        }
        amount = NULL;
    }
    return true;
}

/* On that day, under a number that no bill has. */
static bool make_bill(struct settling *settling, struct bill *bill) {
    const struct command *command = settling->command;
    const struct entity *event = settling->event;
    bill->event = event;
    bill->parent = text_from(command->words[1]);
    bill->values = ARENA_ARRAY(&settling->command->arena, struct bill_value, event->inputs.count + 1);
    if (!bill->values) return false;
    for (size_t i = 0; i < event->inputs.count; i++)
        if (event->inputs.items[i]->type.kind == TYPE_DATE)
            bill->values[i] = (struct bill_value){.known = true, .lane = settling->day};
    bill->values[event->settled.at->input_index] =
        (struct bill_value){.known = true, .text = text_from(command->words[2])};
    bill->values[event->settled.by->input_index] = (struct bill_value){.known = true, .text = TEXT("?")};
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

static int answer(struct settling *settling, const struct settlement_answer *answer) {
    struct command *command = settling->command;
    struct builder out;
    bool refused = answer->outcome == SETTLEMENT_REFUSED;
    builder_init(&out);
    if (command_has(command, "json")) {
        write_answer(&out, settling, answer);
    } else if (refused) {
        struct answer_words words = answer_words(&command->arena, settling->event, SETTLEMENT_QUOTE, answer);
        builder_format(&out, "✕ %.*s\n", TEXT_ARG(words.sentence[command->language]));
        if (words.remedy[command->language].length)
            builder_format(&out, "  → %.*s\n", TEXT_ARG(words.remedy[command->language]));
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

int command_entitlement(struct command *command) {
    struct settling settling = {.command = command};
    struct settlement_request request = {.act = SETTLEMENT_QUOTE, .wants_facts = true};
    struct settlement_answer answered;
    if (command->word_count != 3 && command->word_count != 4) return wrong_usage(command);
    int status = settling_open(&settling, command, "entitlement");
    if (status == EXIT_DONE && !make_bill(&settling, &request.bill)) status = EXIT_USAGE;
    if (status == EXIT_DONE) {
        struct registry_change change = settling.change;
        request.day = settling.day;
        request.who = settling.change.by;
        status = settling_tell(&settling,
                               settler_settle(&settling.settler, &change, &request, 1, &command->arena, &answered));
    }
    if (status == EXIT_DONE) status = answer(&settling, &answered);
    settling_close(&settling);
    return status;
}
