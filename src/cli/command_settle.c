/* doudi settle, quote, cancel: bills that are presented, and settled at once. */
#include "cli/settling.h"
#include "exchange/answer_json.h"
#include "exchange/answer_words.h"
#include "exchange/bill_json.h"
#include "exchange/bill_schema.h"
#include "exchange/file.h"

#include <stdio.h>
#include <string.h>

enum { TOGETHER = 256, SHOWN_MOST = 40 };

struct presenting {
    struct settling settling;
    struct diagnostics diagnostics;
    bool quotes; /* nothing is kept, whatever a bill says */
    bool json;
    bool broken_off;     /* before anything was answered */
    struct arena *texts; /* of what is written of an answer */
    size_t bills, outcomes[SETTLEMENT_REFUSED + 1], wrong, effects;
    int64_t *totals; /* by part, of what was settled or quoted now */
    int64_t total;
    struct builder out;
};

/* --- answers --------------------------------------------------------------------------------------------------------
 */

static void add_totals(struct presenting *presenting, const struct settled_bill *bill, int sign) {
    presenting->total += sign * bill->total;
    for (size_t i = 0; i < bill->count; i++)
        if (bill->parts[i].known) presenting->totals[i] += sign * bill->parts[i].amount;
}

/* Of a correction what it adds to what stood before. */
static void add_answer(struct presenting *presenting, enum settlement_act act, const struct settlement_answer *answer) {
    if (answer->outcome != SETTLEMENT_DONE || act == SETTLEMENT_CANCEL) return;
    add_totals(presenting, &answer->bill, 1);
    if (act == SETTLEMENT_CORRECT) add_totals(presenting, &answer->standing, -1);
}

static void show_words(struct presenting *presenting, const struct settlement_request *request,
                       const struct settlement_answer *answer) {
    struct command *command = presenting->settling.command;
    struct answer_words words = answer_words(presenting->texts, request->bill.event, request->act, answer);
    struct builder *out = &presenting->out;
    builder_format(out, "%s%.*s\n", answer->outcome == SETTLEMENT_REFUSED ? "✕ " : "",
                   TEXT_ARG(words.sentence[command->language]));
    if (words.remedy[command->language].length)
        builder_format(out, "  → %.*s\n", TEXT_ARG(words.remedy[command->language]));
}

static void show_answer(struct presenting *presenting, const struct settlement_request *request,
                        const struct settlement_answer *answer) {
    struct settling *settling = &presenting->settling;
    if (presenting->bills > SHOWN_MOST && answer->outcome != SETTLEMENT_REFUSED) return;
    if (answer->outcome == SETTLEMENT_REFUSED || answer->outcome == SETTLEMENT_SAME ||
        request->act == SETTLEMENT_CANCEL)
        show_words(presenting, request, answer);
    if (answer->outcome == SETTLEMENT_REFUSED) {
        if (answer->standing.id.length) bill_show(&presenting->out, settling, &answer->standing);
        return;
    }
    bill_show(&presenting->out, settling, &answer->bill);
    facts_show(&presenting->out, settling, &answer->bill);
    effects_show(&presenting->out, settling, answer);
}

static void write_answer(struct presenting *presenting, const struct settlement_request *request,
                         const struct settlement_answer *answer) {
    struct settling *settling = &presenting->settling;
    const struct answer_writing writing = {.policy = settling->database.law,
                                           .event = request->bill.event,
                                           .act = request->act,
                                           .presented = &request->bill,
                                           .unconfirmed = unconfirmed_on,
                                           .of = &settling->unconfirmed};
    struct json_writer writer;
    json_writer_init(&writer, &presenting->out, true);
    answer_write_json(&writer, presenting->texts, &writing, answer);
}

/* --- bills ----------------------------------------------------------------------------------------------------------
 */

static int settle_some(struct presenting *presenting, const struct settlement_request *requests, size_t count,
                       struct arena *arena) {
    struct settling *settling = &presenting->settling;
    struct settlement_answer *answers = ARENA_ARRAY(arena, struct settlement_answer, count + 1);
    struct registry_change change = settling->change;
    if (!answers) return out_of_memory(settling->command);
    enum registry_result result = settler_settle(&settling->settler, &change, requests, count, arena, answers);
    presenting->texts = arena;
    if (result != REGISTRY_DONE) return settling_tell(settling, result);
    for (size_t i = 0; i < count; i++) {
        const struct settlement_answer *answer = &answers[i];
        presenting->bills++;
        presenting->outcomes[answer->outcome]++;
        presenting->effects += answer->effects.count;
        add_answer(presenting, requests[i].act, answer);
        (presenting->json ? write_answer : show_answer)(presenting, &requests[i], answer);
    }
    print_builder(&presenting->out);
    presenting->out.length = 0;
    return EXIT_DONE;
}

/* What waits is settled whenever there is enough of it. */
static int settle_all(struct presenting *presenting, struct bill_reader *reader) {
    struct settling *settling = &presenting->settling;
    struct settlement_request requests[TOGETHER];
    struct arena arena;
    size_t count = 0;
    int status = EXIT_DONE;
    arena_init(&arena);
    for (bool more = true; more && status == EXIT_DONE;) {
        struct bill_told told;
        enum bill_result result = bill_reader_next(reader, &arena, &told);
        more = result == BILL_TOLD || result == BILL_WRONG;
        if (result == BILL_TOLD && presenting->quotes && told.act == SETTLEMENT_CANCEL) {
            diagnostics_add(&presenting->diagnostics, &exchange_messages[EXCHANGE_BILL_QUOTES_CANCEL], told.at, NULL,
                            0);
            result = BILL_WRONG;
        }
        presenting->wrong += result == BILL_WRONG;
        if (result == BILL_NO_MEMORY) status = out_of_memory(settling->command);
        if (result == BILL_TOLD)
            requests[count++] = (struct settlement_request){.act = presenting->quotes ? SETTLEMENT_QUOTE : told.act,
                                                            .bill = told.bill,
                                                            .who = settling->change.by,
                                                            .day = settling->day,
                                                            .wants_facts = true};
        if (status != EXIT_DONE || !(count == TOGETHER || (!more && count))) continue;
        status = settle_some(presenting, requests, count, &arena);
        count = 0;
        arena_rewind(&arena, (struct arena_mark){NULL, 0});
    }
    arena_free(&arena);
    return status;
}

/* --- the end --------------------------------------------------------------------------------------------------------
 */

static void show_sum(struct presenting *presenting) {
    struct settling *settling = &presenting->settling;
    struct command *command = settling->command;
    const struct settled *settled = &settling->event->settled;
    struct builder *out = &presenting->out;
    builder_format(out,
                   say(command, "%s %zu 张,先已办过 %zu 张,退回 %zu 张,有误未读 %zu 张;另有 %zu 张因此重新结算\n",
                       "%s: %zu, done before: %zu, refused: %zu, not read: %zu; settled anew because of these: %zu\n"),
                   presenting->quotes ? say(command, "试算", "quoted") : say(command, "办结", "done"),
                   presenting->outcomes[SETTLEMENT_DONE], presenting->outcomes[SETTLEMENT_SAME],
                   presenting->outcomes[SETTLEMENT_REFUSED], presenting->wrong, presenting->effects);
    builder_format(out, "%.*s %.*s", TEXT_ARG(label_or_name(settled->total->label, TEXT(""), command->language)),
                   TEXT_ARG(amount_shown(settling, settled->total, presenting->total)));
    for (size_t i = 0; i < settled_parts(settled); i++) {
        const struct field *field = settled_part(settled, i);
        builder_format(out, "  %.*s %.*s", TEXT_ARG(label_or_name(field->label, field->name, command->language)),
                       TEXT_ARG(amount_shown(settling, field, presenting->totals[i])));
    }
    builder_add(out, TEXT("\n"));
}

static int conclude(struct presenting *presenting) {
    struct command *command = presenting->settling.command;
    bool several = presenting->bills + presenting->wrong != 1;
    if (!presenting->json && several && !presenting->broken_off) show_sum(presenting);
    bool whole = !presenting->out.failed && !arena_failed(&command->arena);
    if (whole) print_coloured(command, builder_text(&presenting->out));
    fflush(stdout); /* what could not be read comes behind it, where both go to one place */
    diagnostics_sort(&presenting->diagnostics);
    print_diagnostics(command, &presenting->diagnostics);
    if (!whole) return out_of_memory(command);
    return presenting->outcomes[SETTLEMENT_REFUSED] || presenting->wrong ? EXIT_FOUND : EXIT_DONE;
}

static int present(struct presenting *presenting, struct text name, struct text bytes) {
    struct settling *settling = &presenting->settling;
    struct command *command = settling->command;
    struct source source = {.name = name, .bytes = bytes};
    struct bill_reader reader;
    presenting->totals = ARENA_ARRAY(&command->arena, int64_t, settled_parts(&settling->event->settled));
    diagnostics_init(&presenting->diagnostics, &command->arena);
    source_index(&source, &command->arena);
    bill_reader_open(&reader, settling->database.law, &source, &presenting->diagnostics);
    int status = presenting->totals ? settle_all(presenting, &reader) : out_of_memory(command);
    bill_reader_close(&reader);
    presenting->broken_off = status != EXIT_DONE && presenting->bills == 0;
    int end = conclude(presenting);
    return status == EXIT_DONE ? end : status;
}

/* --- commands -------------------------------------------------------------------------------------------------------
 */

static int show_schema(struct settling *settling) {
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    json_write_object(&writer);
    json_write_key(&writer, "bill");
    bill_schema_write(&writer, settling->database.law, settling->event);
    json_write_key(&writer, "answer");
    answer_schema_write(&writer, settling->database.law, settling->event);
    json_write_close_object(&writer);
    return show_built(settling->command, &out);
}

static int tell_unopened_bills(const struct command *command, const char *path, enum file_result opened) {
    if (opened == FILE_NO_MEMORY) return out_of_memory(command);
    fprintf(stderr,
            opened == FILE_MISSING ? say(command, "doudi: 没有文件 %s\n", "doudi: there is no file %s\n")
                                   : say(command, "doudi: 读不了 %s\n", "doudi: %s cannot be read\n"),
            path);
    return EXIT_CANNOT;
}

static int present_file(struct presenting *presenting, const char *path) {
    struct command *command = presenting->settling.command;
    struct file file;
    enum file_result opened = file_open(&file, path);
    if (opened != FILE_OK) return tell_unopened_bills(command, path, opened);
    int status = command_has(command, "fhir")
                     ? settle_fhir(&presenting->settling, text_from(path), file.bytes, presenting->quotes)
                     : present(presenting, text_from(path), file.bytes);
    file_close(&file);
    return status;
}

static int settle_or_quote(struct command *command, bool quotes) {
    struct presenting presenting = {.quotes = quotes, .json = command_has(command, "json")};
    bool schema = command_has(command, "schema");
    if (command->word_count != (schema ? 1 : 2)) return wrong_usage(command);
    int status = settling_open(&presenting.settling, command, "settle");
    if (status == EXIT_DONE && !quotes && !schema) status = settling_may_book(&presenting.settling);
    builder_init(&presenting.out);
    if (status == EXIT_DONE)
        status = schema ? show_schema(&presenting.settling) : present_file(&presenting, command->words[1]);
    builder_free(&presenting.out);
    settling_close(&presenting.settling);
    return status;
}

/* Options of --listen say nothing without it. */
int command_settle(struct command *command) {
    if (command_has(command, "listen")) return settle_listen(command);
    if (command_has(command, "callers") || command_has(command, "group")) return wrong_usage(command);
    return settle_or_quote(command, false);
}

int command_quote(struct command *command) {
    return settle_or_quote(command, true);
}

static int cancel(struct presenting *presenting) {
    struct settling *settling = &presenting->settling;
    struct command *command = settling->command;
    const struct entity *event = settling->event;
    struct settlement_request request = {
        .act = SETTLEMENT_CANCEL, .who = settling->change.by, .day = settling->day, .bill = {.event = event}};
    request.bill.values = ARENA_ARRAY(&command->arena, struct bill_value, event->inputs.count + 1);
    presenting->totals = ARENA_ARRAY(&command->arena, int64_t, settled_parts(&event->settled));
    if (arena_failed(&command->arena)) return out_of_memory(command);
    request.bill.values[event->settled.at->input_index] =
        (struct bill_value){.known = true, .text = text_from(command->words[1])};
    request.bill.values[event->settled.by->input_index] =
        (struct bill_value){.known = true, .text = text_from(command->words[2])};
    return settle_some(presenting, &request, 1, &command->arena);
}

int command_cancel(struct command *command) {
    struct presenting presenting = {.json = command_has(command, "json")};
    if (command->word_count != 3) return wrong_usage(command);
    int status = settling_open(&presenting.settling, command, "cancel");
    if (status == EXIT_DONE) status = settling_may_book(&presenting.settling);
    builder_init(&presenting.out);
    if (status == EXIT_DONE) status = cancel(&presenting);
    if (status == EXIT_DONE && presenting.outcomes[SETTLEMENT_REFUSED]) status = EXIT_FOUND;
    builder_free(&presenting.out);
    settling_close(&presenting.settling);
    return status;
}
