/* doudi assess --changed: what has come to be known since, decided in every month that it can reach. */
#include "cli/assess_changed.h"

#include "cli/differences.h"
#include "exchange/json.h"

#include <stdio.h>

struct deciding {
    struct session session;
    struct session_changed changed;
    bool json, keeps;
    struct builder text;
    struct json_writer writer;
};

/* --- what is told ------------------------------------------------------------------------------------------------- */

static size_t count_chosen(const struct deciding *deciding) {
    size_t count = 0, entities = deciding->session.policy->entities.count;
    for (size_t i = 0; i < entities; i++) {
        const struct registry_keys *keys = &deciding->changed.keys[i];
        const struct entity *entity = deciding->session.policy->entities.items[i];
        const struct table *table = dataset_table(deciding->session.dataset, entity);
        for (size_t row = 0; row < table->rows && keys->list.count; row++)
            count +=
                deciding->session.chosen[i] && deciding->session.chosen[i][row] && deciding->changed.units[i] == entity;
    }
    return count;
}

static void tell_month(struct deciding *deciding, const struct registry_differences *differences, int64_t kept) {
    struct session *session = &deciding->session;
    struct command *command = session->command;
    struct text month = month_format(&command->arena, session->run->month);
    bool all = deciding->changed.all;
    size_t rows = all ? 0 : count_chosen(deciding);
    if (deciding->json) {
        json_write_object(&deciding->writer);
        json_write_key(&deciding->writer, "month");
        json_write_string(&deciding->writer, month);
        json_write_key(&deciding->writer, "everybody");
        json_write_bool(&deciding->writer, all);
        json_write_key(&deciding->writer, "decided");
        json_write_integer(&deciding->writer, (int64_t)rows);
        json_write_key(&deciding->writer, "change");
        json_write_integer(&deciding->writer, kept);
        differences_write(&deciding->writer, session, differences);
        json_write_close_object(&deciding->writer);
        return;
    }
    builder_format(&deciding->text, "%.*s  ", TEXT_ARG(month));
    if (all)
        builder_add(&deciding->text, text_from(say(command, "全部重新测算", "everybody decided again")));
    else
        builder_format(&deciding->text, say(command, "重新测算 %zu 户(或个)", "decided again: %zu"), rows);
    if (kept) builder_format(&deciding->text, say(command, "  → 第 %lld 次变动", "  → change %lld"), (long long)kept);
    builder_add(&deciding->text, TEXT("\n"));
    differences_print(&deciding->text, session, differences);
}

static void tell_nothing(struct deciding *deciding) {
    if (deciding->json) return;
    builder_add(&deciding->text, text_from(say(deciding->session.command, "没有影响到任何月份的新情况\n",
                                               "nothing is new that any month could feel\n")));
}

/* --- months ------------------------------------------------------------------------------------------------------- */

static int decide_month(struct deciding *deciding, month_number month) {
    struct session *session = &deciding->session;
    struct registry_differences differences;
    int64_t kept = 0;
    int status = session_decide(session, month);
    if (status == EXIT_DONE) status = session_record(session);
    if (status == EXIT_DONE) status = session_compare_month(session, &differences);
    if (status == EXIT_DONE && deciding->keeps) status = session_keep(session, &kept);
    if (status == EXIT_DONE) tell_month(deciding, &differences, kept);
    return status;
}

static int decide(struct deciding *deciding) {
    const struct session_changed *changed = &deciding->changed;
    int status = EXIT_DONE;
    builder_init(&deciding->text);
    json_writer_init(&deciding->writer, &deciding->text, false);
    if (deciding->json) {
        json_write_object(&deciding->writer);
        json_write_key(&deciding->writer, "months");
        json_write_array(&deciding->writer);
    }
    if (changed->from == MONTH_LAST) tell_nothing(deciding);
    for (month_number month = changed->from; month <= changed->last && status == EXIT_DONE; month++)
        status = decide_month(deciding, month);
    if (deciding->json) {
        json_write_close_array(&deciding->writer);
        json_write_close_object(&deciding->writer);
    }
    int shown = show_built(deciding->session.command, &deciding->text);
    return status == EXIT_DONE ? shown : status;
}

int assess_changed(struct command *command) {
    struct deciding deciding = {.json = command_has(command, "json"), .keeps = !command_has(command, "dry-run")};
    deciding.session.solves = true;
    deciding.session.changed = &deciding.changed;
    int status = session_open(&deciding.session, command, command->words[1], MONTH_FIRST, MONTH_FIRST);
    if (status == EXIT_DONE) status = decide(&deciding);
    session_close(&deciding.session);
    return status;
}
