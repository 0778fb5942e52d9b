/* doudi settle --fhir, quote --fhir: bills as FHIR R4, answered as FHIR R4. */
#include "cli/settling.h"
#include "exchange/fhir_write.h"
#include "exchange/file.h"

#include <stdio.h>

struct exchanging {
    struct settling *settling;
    struct diagnostics diagnostics;
    struct fhir_map map;
    struct fhir_told told;
    struct settlement_answer *answers; /* by request */
};

/* Those that were read, in one change. */
static int settle_read(struct exchanging *exchanging) {
    struct settling *settling = exchanging->settling;
    struct arena *arena = &settling->command->arena;
    size_t count = exchanging->told.list.count, asked = 0;
    struct settlement_request *requests = ARENA_ARRAY(arena, struct settlement_request, count + 1);
    struct settlement_answer *answers = ARENA_ARRAY(arena, struct settlement_answer, count + 1);
    struct registry_change change = settling->change;
    exchanging->answers = ARENA_ARRAY(arena, struct settlement_answer, count + 1);
    if (arena_failed(arena)) return out_of_memory(settling->command);
    for (size_t i = 0; i < count; i++) {
        const struct fhir_request *read = &exchanging->told.list.items[i];
        if (!read->read) continue;
        requests[asked++] = (struct settlement_request){.act = read->act,
                                                        .bill = read->bill,
                                                        .who = settling->change.by,
                                                        .day = settling->day,
                                                        .wants_facts = read->eligibility};
    }
    if (asked == 0) return EXIT_DONE;
    enum registry_result result = settler_settle(&settling->settler, &change, requests, asked, arena, answers);
    if (result != REGISTRY_DONE) return settling_tell(settling, result);
    for (size_t i = count; i-- > 0;)
        if (exchanging->told.list.items[i].read) exchanging->answers[i] = answers[--asked];
    return EXIT_DONE;
}

static bool any_refused(const struct exchanging *exchanging) {
    bool any = false;
    for (size_t i = 0; i < exchanging->told.list.count; i++)
        any = any || !exchanging->told.list.items[i].read || exchanging->answers[i].outcome == SETTLEMENT_REFUSED;
    return any;
}

/* Everything, or, where the document is none or the law has no map, what is wrong with it. */
static int write_answers(struct exchanging *exchanging, bool read) {
    struct settling *settling = exchanging->settling;
    struct builder out;
    struct json_writer writer;
    const struct fhir_answering answering = {.map = &exchanging->map,
                                             .arena = &settling->command->arena,
                                             .diagnostics = &exchanging->diagnostics,
                                             .day = settling->day};
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    if (read)
        fhir_write(&writer, &answering, &exchanging->told, exchanging->answers);
    else
        fhir_write_mistakes(&writer, &answering, 0, exchanging->diagnostics.list.count);
    print_diagnostics(settling->command, &exchanging->diagnostics);
    int status = show_built(settling->command, &out);
    return status == EXIT_DONE && (!read || any_refused(exchanging)) ? EXIT_FOUND : status;
}

int settle_fhir(struct settling *settling, struct text name, struct text bytes, bool quotes) {
    struct arena *arena = &settling->command->arena;
    struct exchanging exchanging = {.settling = settling};
    struct source source = {.name = name, .bytes = bytes};
    diagnostics_init(&exchanging.diagnostics, arena);
    source_index(&source, arena);
    bool read =
        fhir_map_read(&exchanging.map, settling->database.law, settling->event, arena, &exchanging.diagnostics) &&
        (quotes ? fhir_read_quotes : fhir_read)(&exchanging.told, &exchanging.map, &source, arena,
                                                &exchanging.diagnostics);
    if (arena_failed(arena)) return out_of_memory(settling->command);
    int status = read ? settle_read(&exchanging) : EXIT_DONE;
    return status == EXIT_DONE ? write_answers(&exchanging, read) : status;
}
