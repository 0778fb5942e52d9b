/* doudi assess: everyone of a data folder, decided month by month. */
#include "base/csv.h"
#include "cli/session.h"
#include "exchange/results.h"

#include <stdio.h>
#include <string.h>

static struct text padded(struct arena *arena, struct text text, size_t columns, bool right) {
    size_t width = text_width(text), gap = width < columns ? columns - width : 0;
    return right ? text_format(arena, "%*s%.*s", (int)gap, "", TEXT_ARG(text))
                 : text_format(arena, "%.*s%*s", TEXT_ARG(text), (int)gap, "");
}

static void print_line(struct arena *arena, struct text name, struct text families, struct text rows,
                       struct text amount, struct text undetermined) {
    printf("%.*s%.*s%.*s%.*s%.*s\n", TEXT_ARG(padded(arena, name, 40, false)),
           TEXT_ARG(padded(arena, families, 10, true)), TEXT_ARG(padded(arena, rows, 10, true)),
           TEXT_ARG(padded(arena, amount, 20, true)), TEXT_ARG(padded(arena, undetermined, 14, true)));
}

static void print_totals(struct command *command, struct session *session, const struct results *results) {
    struct arena *arena = &command->arena;
    struct confirmation confirmation = confirmation_of(arena, session->policy, session->run->first_day);
    print_line(arena, text_from(say(command, "待遇", "benefit")), text_from(say(command, "户", "families")),
               text_from(say(command, "份", "awards")), text_from(say(command, "金额", "amount")),
               text_from(say(command, "无法判定", "undetermined")));
    for (size_t i = 0; i < results->benefit_count; i++) {
        const struct benefit_total *total = &results->totals[i];
        if (total->rows == 0 && total->undetermined == 0) continue;
        const struct field *benefit = total->benefit;
        struct value amount = value_number(total->amount);
        struct text shown =
            value_show(arena, &benefit->type, benefit->scale, benefit->step, &amount, command->language);
        bool unconfirmed = confirmation.unconfirmed && confirmation.unconfirmed[benefit->index];
        print_line(arena, label_or_name(benefit->label, benefit->name, command->language),
                   text_format(arena, "%zu", total->families), text_format(arena, "%zu", total->rows),
                   text_format(arena, "%.*s%s", TEXT_ARG(shown), unconfirmed ? "◇" : " "),
                   text_format(arena, "%zu", total->undetermined));
    }
    if (confirmation.parameters)
        printf(say(command, "◇ 有 %zu 项未确认的参数参与计算\n", "◇ %zu parameters in use are not confirmed\n"),
               confirmation.parameters);
}

/* The lowest entity that has rows, events apart, of several the one with the most: the people. Their families lie right
 * above. */
static const struct entity *find_people(const struct session *session) {
    const struct policy *policy = session->policy;
    const struct entity *people = NULL;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        size_t rows = dataset_table(session->dataset, entity)->rows;
        if (entity->is_event || !entity->parent || rows == 0) continue;
        bool lower = !people || entity->depth > people->depth;
        if (lower || (entity->depth == people->depth && rows > dataset_table(session->dataset, people)->rows))
            people = entity;
    }
    return people;
}

static void print_month(struct session *session, const struct results *results, const char *out) {
    struct command *command = session->command;
    struct text month = month_format(&command->arena, session->run->month);
    struct text name = session->policy->layers.items[session->policy->layers.count - 1]->head->name.text;
    const struct entity *people = find_people(session);
    if (people)
        printf(say(command, "%.*s  %zu 户 %zu 人  政策 %.*s\n", "%.*s  %zu families, %zu people  policy %.*s\n"),
               TEXT_ARG(month), dataset_table(session->dataset, people->parent)->rows,
               dataset_table(session->dataset, people)->rows, TEXT_ARG(name));
    print_totals(command, session, results);
    if (results->undetermined_rows)
        printf(say(command, "？无法判定 %zu 份 → %s/undetermined.csv\n",
                   "？%zu awards undetermined → %s/undetermined.csv\n"),
               results->undetermined_rows, out);
    if (results->alerts)
        printf(say(command, "! 提醒 %zu 条 → %s/alerts.csv\n", "! %zu alerts → %s/alerts.csv\n"), results->alerts, out);
    if (results->broken)
        printf(say(command, "▲ 保证不成立 %zu 处,无法检验 %zu 处 → %s/guarantees.csv\n",
                   "▲ guarantees broken at %zu rows, not checkable at %zu → %s/guarantees.csv\n"),
               results->broken, results->unchecked, out);
    else
        printf(
            say(command, "保证全部成立 ✓(无法检验 %zu 处)\n", "every guarantee holds ✓ (not checkable at %zu rows)\n"),
            results->unchecked);
}

static int assess_month(struct session *session, month_number month, const char *out, bool append,
                        struct results *results) {
    struct command *command = session->command;
    int status = session_decide(session, month);
    if (status != EXIT_DONE) return status;
    struct text path;
    if (!results_find(results, session->run, &command->arena)) return out_of_memory(command);
    enum file_result result = results_write(results, out, append, &path);
    if (result == FILE_NO_MEMORY) return out_of_memory(command);
    if (result != FILE_OK) {
        fprintf(stderr,
                say(command, "doudi: 写不了 %.*s;看路径是否正确、磁盘是否已满\n",
                    "doudi: %.*s cannot be written; see whether the path is right and the disk full\n"),
                TEXT_ARG(path));
        return EXIT_CANNOT;
    }
    history_record(&session->history, session->run);
    print_month(session, results, out);
    return EXIT_DONE;
}

/* rejected.csv: the rows that were left out, as they stood in their files. */
static bool write_rejected(struct session *session, const char *out) {
    enum { ROW_BYTES_MAX = 4000 };
    struct command *command = session->command;
    struct text path = path_join(&command->arena, text_from(out), TEXT("rejected.csv"));
    struct file_writer writer;
    struct builder line;
    if (arena_failed(&command->arena) || file_begin(&writer, &command->arena, path.bytes) != FILE_OK) return false;
    file_write(&writer, TEXT("file,line,id,row\n"));
    builder_init(&line);
    for (size_t i = 0; i < session->import.refused.count; i++) {
        const struct import_refused *refused = &session->import.refused.items[i];
        struct text row = refused->row;
        if (row.length > ROW_BYTES_MAX) row.length = ROW_BYTES_MAX;
        line.length = 0;
        csv_write_field(&line, refused->file->source.name, true);
        builder_format(&line, ",%u,", refused->line);
        csv_write_field(&line, refused->id, true);
        builder_add(&line, TEXT(","));
        csv_write_field(&line, row, true);
        builder_add(&line, TEXT("\n"));
        file_write(&writer, builder_text(&line));
    }
    writer.failed = writer.failed || line.failed;
    builder_free(&line);
    return file_commit(&writer) == FILE_OK;
}

int command_assess(struct command *command) {
    const char *out = command_option(command, "out");
    month_number first, last;
    if (command->word_count != 2 || !out || !command_option(command, "month"))
        return usage(command,
                     "用法: doudi assess 数据 --policy 文件夹 --month 2018-07[..2018-12] --out 文件夹 [--previous "
                     "文件夹] [--reading 名称=值]",
                     "usage: doudi assess DATA --policy FOLDER --month 2018-07[..2018-12] --out FOLDER [--previous "
                     "FOLDER] [--reading NAME=VALUE]");
    if (!session_months(command, &first, &last)) return EXIT_USAGE;
    struct session session;
    size_t broken = 0, undetermined = 0;
    int status = session_open(&session, command, command->words[1]);
    for (month_number month = first; month <= last && status == EXIT_DONE; month++) {
        struct results results;
        status = assess_month(&session, month, out, month > first, &results);
        if (status == EXIT_DONE) broken += results.broken;
        if (status == EXIT_DONE) undetermined += results.undetermined_rows;
    }
    if (status == EXIT_DONE && in_force_write(&session.history, &command->arena, out) != FILE_OK) {
        fprintf(stderr, say(command, "doudi: 写不了 %s/in-force.csv\n", "doudi: %s/in-force.csv cannot be written\n"),
                out);
        status = EXIT_CANNOT;
    }
    bool refused = session.diagnostics.errors > 0;
    if (status == EXIT_DONE && session.import.refused.count) {
        bool written = write_rejected(&session, out);
        fprintf(written ? stdout : stderr,
                say(command, "! 数据有误 %zu 行 → %s/rejected.csv\n", "! %zu rows refused → %s/rejected.csv\n"),
                session.import.refused.count, out);
        if (!written) status = EXIT_CANNOT;
    }
    if (status == EXIT_DONE && (refused || broken || (command_has(command, "strict") && undetermined)))
        status = EXIT_FOUND;
    session_close(&session);
    return status;
}
