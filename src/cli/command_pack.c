/* doudi pack: the data of one month as one file. */
#include "cli/session.h"
#include "exchange/json.h"

#include <stdio.h>

static void show_rows(struct builder *out, const struct session *session, const char *path) {
    struct command *command = session->command;
    struct text month = month_format(&command->arena, session->dataset->month), name = policy_name(session->policy);
    builder_format(out, say(command, "%.*s  政策 %.*s\n", "%.*s  policy %.*s\n"), TEXT_ARG(month), TEXT_ARG(name));
    for (size_t i = 0; i < session->policy->entities.count; i++) {
        const struct table *table = &session->dataset->tables[i];
        struct text label = label_or_name(table->entity->label, table->entity->name, command->language);
        struct text rows = number_decimal(&command->arena, number_from((int64_t)table->rows), 0, true);
        size_t width = text_width(label);
        builder_add(out, label);
        builder_pad(out, width < 30 ? 30 - width : 1);
        builder_format(out, "%12.*s\n", TEXT_ARG(rows));
    }
    if (session->import.refused.count)
        builder_format(out,
                       say(command, "! 数据有误 %zu 行,没有打包;doudi assess 写出改正用的副本\n",
                           "! rows refused, which are not in the pack: %zu; doudi assess writes copies to mend\n"),
                       session->import.refused.count);
    builder_format(out, "→ %s\n", path);
}

static void write_rows(struct builder *out, const struct session *session, const char *path) {
    struct arena *arena = &session->command->arena;
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    json_write_key(&writer, "month");
    json_write_string(&writer, month_format(arena, session->dataset->month));
    json_write_key(&writer, "policy");
    json_write_string(&writer, policy_name(session->policy));
    json_write_key(&writer, "rows");
    json_write_object(&writer);
    for (size_t i = 0; i < session->policy->entities.count; i++) {
        const struct table *table = &session->dataset->tables[i];
        json_write_key_text(&writer, table->entity->name);
        json_write_integer(&writer, (int64_t)table->rows);
    }
    json_write_close_object(&writer);
    json_write_key(&writer, "rows_refused");
    json_write_integer(&writer, (int64_t)session->import.refused.count);
    json_write_key(&writer, "file");
    json_write_string(&writer, text_from(path));
    json_write_close_object(&writer);
}

static int pack_month(struct session *session, month_number month, const char *path) {
    struct command *command = session->command;
    struct builder out;
    int status = session_load(session, month);
    if (status == EXIT_DONE) status = session_save(session, path);
    if (status != EXIT_DONE) return status;
    builder_init(&out);
    (command_has(command, "json") ? write_rows : show_rows)(&out, session, path);
    status = show_built(command, &out);
    return status == EXIT_DONE && session->diagnostics.errors ? EXIT_FOUND : status;
}

int command_pack(struct command *command) {
    struct session session = {.quiet = false};
    const char *path = command_option(command, "out");
    month_number first, last;
    if (command->word_count != 2 || !has_option(command, "month") || !has_option(command, "out"))
        return wrong_usage(command);
    if (!names_file(command, "out") || !session_months(command, &first, &last)) return EXIT_USAGE;
    if (first != last) return one_month_only(command);
    int status = session_open(&session, command, command->words[1], first, last);
    if (status == EXIT_DONE) status = pack_month(&session, first, path);
    session_close(&session);
    return status;
}
