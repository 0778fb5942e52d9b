#include "cli/session.h"

#include "engine/settle.h"
#include "exchange/in_force.h"
#include "exchange/policy_folder.h"

#include <stdio.h>
#include <string.h>

static int open_policy(struct session *session) {
    struct command *command = session->command;
    const char *folder = command_option(command, "policy");
    struct diagnostics failures;
    diagnostics_init(&failures, &command->arena);
    if (!folder) folder = "policies/yunnan-2018";
    session->policy = policy_read_folder(folder, &failures);
    print_diagnostics(command, &failures);
    if (!session->policy) return failures.list.count ? EXIT_CANNOT : out_of_memory(command);
    if (session->policy->compiled) return EXIT_DONE;
    print_diagnostics(command, &session->policy->diagnostics);
    return EXIT_CANNOT;
}

/* --reading NAME=VALUE, as often as wanted. */
static bool read_readings(struct session *session) {
    struct command *command = session->command;
    for (size_t i = 0; i < command->option_count; i++) {
        if (strcmp(command->options[i].name, "reading") != 0) continue;
        struct text whole = text_from(command->options[i].value);
        size_t equals = 0;
        while (equals < whole.length && whole.bytes[equals] != '=') equals++;
        struct text name = text_slice(whole, 0, equals),
                    text = text_slice(whole, equals < whole.length ? equals + 1 : equals, whole.length);
        struct parameter *parameter = map_get(&session->policy->parameter_by_name, name);
        struct value value;
        if (!parameter || parameter->band) {
            fprintf(stderr,
                    say(command, "doudi: 政策里没有可以这样换的理解或参数「%.*s」;policy print 列出名称\n",
                        "doudi: the policy has no reading or parameter \"%.*s\" to be set; policy print lists them\n"),
                    TEXT_ARG(name));
            return false;
        }
        if (!value_parse(&command->arena, &parameter->type, parameter->scale, text, &value) ||
            value.state != VALUE_KNOWN) {
            fprintf(stderr,
                    say(command, "doudi: 「%.*s」不能是「%.*s」;写成它的单位或选项之一\n",
                        "doudi: \"%.*s\" cannot be \"%.*s\"; write a value in its unit, or one of its choices\n"),
                    TEXT_ARG(name), TEXT_ARG(text));
            return false;
        }
        struct override override = override_of(parameter, &value);
        VECTOR_PUSH(&command->arena, &session->overrides, override);
    }
    return true;
}

/* Opening values go to the history, officers' decisions are given for their months. */
static void take_given(struct session *session) {
    for (size_t i = 0; i < session->import.given.count; i++) {
        const struct import_given *line = &session->import.given.items[i];
        struct given given = {line->field, line->id, line->month, line->value};
        if (line->opening)
            history_put(&session->history, line->field, line->id, MONTH_FIRST, line->value);
        else
            VECTOR_PUSH(&session->command->arena, &session->given, given);
    }
}

static int read_previous(struct session *session) {
    struct command *command = session->command;
    const char *folder = command_option(command, "previous");
    size_t bad = 0;
    if (!folder) return EXIT_DONE;
    enum file_result result = in_force_read(&session->history, &command->arena, folder, &bad);
    if (result == FILE_OK && bad == 0) return EXIT_DONE;
    if (result == FILE_OK)
        fprintf(stderr,
                say(command, "doudi: %s/in-force.csv 有 %zu 行看不懂;请用同一政策的测算结果\n",
                    "doudi: %s/in-force.csv has %zu lines that are not understood; use results of the same policy\n"),
                folder, bad);
    else
        fprintf(stderr,
                say(command, "doudi: 读不了 %s/in-force.csv;--previous 应是上次测算的结果文件夹\n",
                    "doudi: %s/in-force.csv cannot be read; --previous names the results of an earlier assess\n"),
                folder);
    return EXIT_CANNOT;
}

int session_open(struct session *session, struct command *command, const char *data) {
    *session = (struct session){.command = command, .known = DAY_NEVER, .refusals = {.arena = &command->arena}};
    diagnostics_init(&session->diagnostics, &command->arena);
    int status = open_policy(session);
    if (status != EXIT_DONE) return status;
    const char *known = command_option(command, "known");
    if (known && !day_parse(text_from(known), &session->known))
        return wrong_option(command, "--known 应为日期,如 2018-05-01", "--known takes a date, such as 2018-05-01");
    if (!read_readings(session)) return EXIT_USAGE;
    struct layer *base = session->policy->layers.items[0];
    struct text areas = path_join(&command->arena, base->folder, TEXT("areas"));
    history_init(&session->history, session->policy);
    session->opened = true;
    session->import =
        (struct import){.arena = &command->arena, .policy = session->policy, .diagnostics = &session->diagnostics};
    enum import_result result = import_folder(&session->import, data, areas.bytes);
    print_diagnostics(command, &session->diagnostics);
    if (result == IMPORT_NO_MEMORY) return out_of_memory(command);
    if (result == IMPORT_FILE_REFUSED || result == IMPORT_UNREADABLE) return EXIT_CANNOT;
    take_given(session);
    return read_previous(session);
}

void session_close(struct session *session) {
    run_free(session->run);
    dataset_free(session->dataset);
    if (session->opened) history_free(&session->history);
    if (session->opened) import_close(&session->import);
    policy_free(session->policy);
}

bool session_months(struct command *command, month_number *first, month_number *last) {
    struct text text = text_from(command_option(command, "month"));
    bool good = text.length >= 7 && month_parse(text_slice(text, 0, 7), first);
    *last = good ? *first : 0;
    if (good && text.length > 7)
        good = text.length == 16 && text_is(text_slice(text, 7, 9), "..") &&
               month_parse(text_slice(text, 9, 16), last) && *last >= *first;
    if (!good)
        wrong_option(command, "--month 应为月份,如 2018-07 或 2018-07..2018-12",
                     "--month takes a month, such as 2018-07 or 2018-07..2018-12");
    return good;
}

int session_load(struct session *session, month_number month) {
    struct command *command = session->command;
    if (session->dataset && !session->import.records.versioned) return EXIT_DONE;
    dataset_free(session->dataset);
    session->dataset = dataset_new(session->policy, &session->import.records, month, &session->refusals);
    if (!session->dataset) return out_of_memory(command);
    size_t before = session->diagnostics.list.count;
    import_report_refusals(&session->import, &session->refusals);
    struct diagnostics fresh = session->diagnostics;
    fresh.list.items += before;
    fresh.list.count -= before;
    print_diagnostics(command, &fresh);
    return EXIT_DONE;
}

int session_decide(struct session *session, month_number month) {
    struct command *command = session->command;
    run_free(session->run);
    session->run = NULL;
    int status = session_load(session, month);
    if (status != EXIT_DONE) return status;
    struct run_options options = {.known = session->known,
                                  .given = session->given.items,
                                  .given_count = session->given.count,
                                  .overrides = session->overrides.items,
                                  .override_count = session->overrides.count};
    if (!settle_past(&session->history, &session->import.records, session->dataset, &options))
        return out_of_memory(command);
    session->run = run_new(session->policy, session->dataset, &session->history, month, &options);
    return session->run ? EXIT_DONE : out_of_memory(command);
}
