/* doudi assess: everyone of a data folder, decided month by month. */
#include "base/shown.h"
#include "cli/out_folder.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "exchange/in_force.h"
#include "exchange/json.h"
#include "exchange/rejected.h"
#include "exchange/results.h"

#include <stdio.h>

static struct text padded(struct arena *arena, struct text text, size_t columns, bool right) {
    size_t width = text_width(text), gap = width < columns ? columns - width : 0;
    return right ? text_format(arena, "%*s%.*s", (int)gap, "", TEXT_ARG(text))
                 : text_format(arena, "%.*s%*s", TEXT_ARG(text), (int)gap, "");
}

static void print_line(struct builder *out, struct arena *arena, struct text name, struct text families,
                       struct text rows, struct text amount, struct text undetermined) {
    builder_format(out, "%.*s%.*s%.*s%.*s%.*s\n", TEXT_ARG(padded(arena, name, 40, false)),
                   TEXT_ARG(padded(arena, families, 10, true)), TEXT_ARG(padded(arena, rows, 10, true)),
                   TEXT_ARG(padded(arena, amount, 20, true)), TEXT_ARG(padded(arena, undetermined, 14, true)));
}

static struct text total_shown(struct command *command, const struct benefit_total *total) {
    const struct field *benefit = total->benefit;
    struct value amount = value_number(total->amount);
    struct text shown =
        value_show(&command->arena, &benefit->type, benefit->scale, benefit->step, &amount, command->language);
    return text_format(&command->arena, "%.*s%s", TEXT_ARG(shown), total->unconfirmed ? "◇" : " ");
}

static void print_totals(struct builder *out, struct command *command, const struct totals *totals) {
    struct arena *arena = &command->arena;
    print_line(out, arena, text_from(say(command, "待遇", "benefit")), text_from(say(command, "户", "families")),
               text_from(say(command, "份", "awards")), text_from(say(command, "金额", "amount")),
               text_from(say(command, "无法判定", "undetermined")));
    for (size_t i = 0; i < totals->benefit_count; i++) {
        const struct benefit_total *total = &totals->benefit[i];
        if (total->rows == 0 && total->undetermined == 0) continue;
        print_line(out, arena, label_or_name(total->benefit->label, total->benefit->name, command->language),
                   total->of_families ? text_format(arena, "%zu", total->families) : TEXT("—"),
                   text_format(arena, "%zu", total->rows), total_shown(command, total),
                   text_format(arena, "%zu", total->undetermined));
    }
    if (totals->confirmation->parameters)
        builder_format(
            out, say(command, "◇ 有 %zu 项未确认的参数参与计算\n", "◇ parameters in use that are not confirmed: %zu\n"),
            totals->confirmation->parameters);
}

/* Where what is counted is listed: → out/alerts.csv; nothing where no files are written. */
static struct text listed(const struct session *session, const char *folder, const char *file) {
    return folder ? text_format(&session->command->arena, " → %s/%s", folder, file) : TEXT("");
}

static void print_month(struct builder *out, struct session *session, const struct totals *totals, const char *folder) {
    struct command *command = session->command;
    struct text month = month_format(&command->arena, session->run->month), name = policy_name(session->policy);
    const struct entity *people = totals->people;
    if (people)
        builder_format(
            out, say(command, "%.*s  %zu 户 %zu 人  政策 %.*s\n", "%.*s  %zu families, %zu people  policy %.*s\n"),
            TEXT_ARG(month), totals_rows(session->run, people->parent), totals_rows(session->run, people),
            TEXT_ARG(name));
    if (session->area.length)
        builder_format(out, say(command, "只测算 %.*s\n", "only %.*s is decided\n"), TEXT_ARG(session->area));
    print_totals(out, command, totals);
    struct text rejected = session->pack.held ? TEXT("") : listed(session, folder, "rejected.csv");
    struct text undetermined = listed(session, folder, "undetermined.csv"),
                alerts = listed(session, folder, "alerts.csv"), guarantees = listed(session, folder, "guarantees.csv");
    if (session->dataset->strays)
        builder_format(out,
                       say(command, "! 有 %zu 行不知属于哪一户,某户可能因此少算了人%.*s\n",
                           "! rows that belong to nobody known: %zu; a family may lack someone%.*s\n"),
                       session->dataset->strays, TEXT_ARG(rejected));
    if (totals->undetermined)
        builder_format(out, say(command, "？无法判定 %zu 份%.*s\n", "？awards undetermined: %zu%.*s\n"),
                       totals->undetermined, TEXT_ARG(undetermined));
    if (totals->faults)
        builder_format(out,
                       say(command, "▲ 其中 %zu 份算不出来:政策或数据有毛病,补充信息也没有用\n",
                           "▲ %zu of these cannot be computed: the law or the data must be mended, no input helps\n"),
                       totals->faults);
    if (totals->alerts_undetermined)
        builder_format(out, say(command, "？无法判定的提醒 %zu 条%.*s\n", "？alerts undetermined: %zu%.*s\n"),
                       totals->alerts_undetermined, TEXT_ARG(undetermined));
    if (totals->alerts)
        builder_format(out, say(command, "! 提醒 %zu 条%.*s\n", "! alerts: %zu%.*s\n"), totals->alerts,
                       TEXT_ARG(alerts));
    if (totals->broken)
        builder_format(out,
                       say(command, "▲ 保证不成立 %zu 处,无法检验 %zu 处%.*s\n",
                           "▲ guarantees broken: %zu rows, not checkable: %zu%.*s\n"),
                       totals->broken, totals->unchecked, TEXT_ARG(guarantees));
    else if (totals->unchecked)
        builder_format(out,
                       say(command, "没有发现不成立的保证,但无法检验 %zu 处%.*s\n",
                           "no guarantee found broken; rows that cannot be checked: %zu%.*s\n"),
                       totals->unchecked, TEXT_ARG(guarantees));
    else
        builder_add(out, text_from(say(command, "保证全部成立 ✓\n", "every guarantee holds ✓\n")));
}

static void print_kept(struct builder *out, const struct session *session, month_number month, int64_t kept) {
    builder_format(
        out, say(session->command, "→ %s 第 %lld 次变动(%.*s 的测算)\n", "→ %s, change %lld (what %.*s was decided)\n"),
        store_is_url(session->data) ? "postgresql" : session->data, (long long)kept,
        TEXT_ARG(month_format(&session->command->arena, month)));
}

/* --- as JSON ---------------------------------------------------------------------------------------------------- */

static void write_count(struct json_writer *writer, const char *key, size_t count) {
    json_write_key(writer, key);
    json_write_integer(writer, (int64_t)count);
}

static void write_total(struct json_writer *writer, struct arena *arena, const struct benefit_total *total) {
    const struct field *benefit = total->benefit;
    struct value amount = value_number(total->amount);
    json_write_object(writer);
    json_write_key(writer, "benefit");
    json_write_string(writer, benefit->name);
    json_write_key(writer, "entity");
    json_write_string(writer, benefit->entity->name);
    json_write_words(writer, "label", benefit->label);
    if (total->of_families) write_count(writer, "families", total->families);
    write_count(writer, "awards", total->rows);
    json_write_key(writer, "amount");
    json_write_string(writer, value_plain(arena, &benefit->type, benefit->scale, &amount));
    json_write_key(writer, "unconfirmed");
    json_write_bool(writer, total->unconfirmed);
    write_count(writer, "undetermined", total->undetermined);
    json_write_close_object(writer);
}

static void write_month(struct json_writer *writer, struct session *session, const struct totals *totals,
                        int64_t kept) {
    struct arena *arena = &session->command->arena;
    json_write_object(writer);
    json_write_key(writer, "month");
    json_write_string(writer, month_format(arena, session->run->month));
    json_write_key(writer, "policy");
    json_write_string(writer, policy_name(session->policy));
    if (totals->people) {
        write_count(writer, "families", totals_rows(session->run, totals->people->parent));
        write_count(writer, "people", totals_rows(session->run, totals->people));
    }
    json_write_key(writer, "benefits");
    json_write_array(writer);
    for (size_t i = 0; i < totals->benefit_count; i++) {
        write_total(writer, arena, &totals->benefit[i]);
    }
    json_write_close_array(writer);
    write_count(writer, "undetermined", totals->undetermined);
    write_count(writer, "rows_refused_of_nobody_known", session->dataset->strays);
    write_count(writer, "faults", totals->faults);
    write_count(writer, "alerts", totals->alerts);
    write_count(writer, "alerts_undetermined", totals->alerts_undetermined);
    write_count(writer, "guarantees_broken", totals->broken);
    write_count(writer, "guarantees_not_checkable", totals->unchecked);
    write_count(writer, "parameters_not_confirmed", totals->confirmation->parameters);
    if (kept) {
        json_write_key(writer, "change");
        json_write_integer(writer, kept);
    }
    json_write_close_object(writer);
}

/* --- months ----------------------------------------------------------------------------------------------------- */

/* What one call writes and tells. */
struct assessment {
    struct session session;
    const char *out; /* NULL: no files are written */
    bool keeps;      /* what is found goes into the registry */
    bool json;
    struct builder text;
    struct json_writer writer;
    struct results results;
    size_t broken, undetermined;
};

/* Every month is shown as soon as it is decided. */
static void print_so_far(struct assessment *assessment) {
    if (assessment->json || assessment->text.failed) return;
    print_coloured(assessment->session.command, builder_text(&assessment->text));
    assessment->text.length = 0;
}

static int assess_month(struct assessment *assessment, month_number month) {
    struct session *session = &assessment->session;
    struct command *command = session->command;
    struct progress progress;
    int status = session_decide(session, month);
    if (status != EXIT_DONE) return status;
    struct arena_mark mark = arena_here(&command->arena); /* of the month nothing but its text is needed later */
    progress_begin(&progress, command);
    struct totals totals = {.progress = progress_tell, .context = &progress};
    bool found = totals_find(&totals, session->run, &command->arena);
    progress_end(&progress);
    if (!found) return out_of_memory(command);
    if (assessment->out) results_add(&assessment->results, &totals);
    int64_t kept = 0;
    status = session_record(session);
    if (status == EXIT_DONE && assessment->keeps) status = session_keep(session, &kept);
    if (status != EXIT_DONE) return status;
    assessment->broken += totals.broken;
    assessment->undetermined += totals.undetermined;
    if (assessment->json)
        write_month(&assessment->writer, session, &totals, kept);
    else
        print_month(&assessment->text, session, &totals, assessment->out);
    if (kept && !assessment->json) print_kept(&assessment->text, session, month, kept);
    print_so_far(assessment);
    arena_rewind(&command->arena, mark);
    return EXIT_DONE;
}

static int write_rejected(struct assessment *assessment) {
    struct session *session = &assessment->session;
    struct command *command = session->command;
    struct text path;
    size_t count = session->import.refused.count;
    if (count == 0 || !assessment->out) return EXIT_DONE;
    enum file_result result =
        rejected_write(&session->import, &command->arena, assessment->out, command->language, &path);
    if (result != FILE_OK) return tell_unwritable(command, result, path);
    if (!assessment->json)
        builder_format(&assessment->text,
                       say(command, "! 数据有误 %zu 行 → %s/rejected.csv,改好后的文件可直接再用:%s/rejected/\n",
                           "! rows refused: %zu → %s/rejected.csv; copies of the files to mend: %s/rejected/\n"),
                       count, assessment->out, assessment->out);
    return EXIT_DONE;
}

/* Every month is looked at before the first is decided; true when not a single row is refused. */
static bool all_is_well(struct session *session, month_number first, month_number last, int *status) {
    for (month_number month = first; month <= last && *status == EXIT_DONE; month++)
        *status = session_load(session, month);
    return *status == EXIT_DONE && session->import.refused.count == 0;
}

/* All is on disk before the first file is replaced; then a sign stands until the last is in its place, the rows refused
 * among them. What later months read comes first: whatever happens after it, the same call can be made again. */
static enum file_result replace(struct assessment *assessment, struct csv_file *in_force, struct text *trouble) {
    struct session *session = &assessment->session;
    struct results *results = &assessment->results;
    struct arena *arena = &session->command->arena;
    struct text path = path_join(arena, text_from(assessment->out), TEXT("in-force.csv"));
    enum file_result result = results_flush(results);
    *trouble = result == FILE_OK ? path : results->trouble;
    if (result == FILE_OK)
        result = in_force_draft(in_force, &session->history, arena, assessment->out, session->months);
    if (result != FILE_OK) return result;
    result = results_begin_replacing(results);
    *trouble = result == FILE_OK ? path : results->trouble;
    if (result == FILE_OK) result = csv_file_commit(in_force);
    if (result != FILE_OK) return result;
    result = results_commit(results);
    *trouble = results->trouble;
    return result;
}

static int commit(struct assessment *assessment) {
    struct csv_file in_force = {0};
    struct text trouble;
    enum file_result result = replace(assessment, &in_force, &trouble);
    csv_file_close(&in_force);
    if (result != FILE_OK) return tell_unwritable(assessment->session.command, result, trouble);
    int status = write_rejected(assessment);
    if (status == EXIT_DONE) results_end_replacing(&assessment->results);
    return status;
}

static int decide_each(struct assessment *assessment, month_number first, month_number last) {
    int status = EXIT_DONE;
    for (month_number month = first; month <= last && status == EXIT_DONE; month++)
        status = assess_month(assessment, month);
    return status;
}

static int decide_months(struct assessment *assessment, month_number first, month_number last) {
    struct session *session = &assessment->session;
    struct results *results = &assessment->results;
    struct command *command = session->command;
    if (!assessment->out) return decide_each(assessment, first, last);
    enum file_result result = results_open(results, &command->arena, session->policy, assessment->out);
    int status = result == FILE_OK ? EXIT_DONE : tell_unwritable(command, result, results->trouble);
    if (status == EXIT_DONE) status = decide_each(assessment, first, last);
    if (status == EXIT_DONE) status = commit(assessment);
    results_close(results);
    return status;
}

/* --save, before anybody is decided: what cannot be packed is told at once. */
static int save(struct assessment *assessment, month_number month) {
    struct session *session = &assessment->session;
    const char *path = command_option(session->command, "save");
    if (!path) return EXIT_DONE;
    int status = session_load(session, month);
    if (status == EXIT_DONE) status = session_save(session, path);
    if (status == EXIT_DONE && !assessment->json)
        builder_format(&assessment->text,
                       say(session->command, "数据已打包 → %s\n", "the month's data are packed → %s\n"), path);
    return status;
}

static int assess_months(struct assessment *assessment, month_number first, month_number last) {
    struct session *session = &assessment->session;
    struct command *command = session->command;
    int status = EXIT_DONE;
    if (command_has(command, "all-or-nothing") && !all_is_well(session, first, last, &status)) {
        if (status == EXIT_DONE) status = write_rejected(assessment);
        if (status != EXIT_DONE) return status;
        fputs(say(command, "doudi: 有错误的行,没有测算任何人(--all-or-nothing)\n",
                  "doudi: rows are wrong, so that nobody was decided (--all-or-nothing)\n"),
              stderr);
        return EXIT_FOUND;
    }
    status = save(assessment, first);
    if (status == EXIT_DONE) status = decide_months(assessment, first, last);
    if (status != EXIT_DONE) return status;
    bool strict = command_has(command, "strict") && assessment->undetermined;
    return session->diagnostics.errors || assessment->broken || strict ? EXIT_FOUND : EXIT_DONE;
}

static void begin_document(struct assessment *assessment) {
    builder_init(&assessment->text);
    json_writer_init(&assessment->writer, &assessment->text, false);
    if (!assessment->json) return;
    json_write_object(&assessment->writer);
    json_write_key(&assessment->writer, "months");
    json_write_array(&assessment->writer);
}

static int end_document(struct assessment *assessment, int status) {
    struct command *command = assessment->session.command;
    if (assessment->json) {
        json_write_close_array(&assessment->writer);
        write_count(&assessment->writer, "rows_refused", assessment->session.import.refused.count);
        if (assessment->out) {
            json_write_key(&assessment->writer, "folder");
            json_write_string(&assessment->writer, text_from(assessment->out));
        }
        if (command_has(command, "area")) {
            json_write_key(&assessment->writer, "area");
            json_write_string(&assessment->writer, assessment->session.area);
        }
        if (command_has(command, "save")) {
            json_write_key(&assessment->writer, "saved");
            json_write_string(&assessment->writer, text_from(command_option(command, "save")));
        }
        json_write_close_object(&assessment->writer);
    }
    bool whole = !assessment->text.failed && !arena_failed(&command->arena);
    if (whole && assessment->json)
        print_builder(&assessment->text);
    else if (whole)
        print_coloured(command, builder_text(&assessment->text));
    builder_free(&assessment->text);
    return whole || status == EXIT_CANNOT ? status : out_of_memory(command);
}

/* What another law, reading or day of knowledge would give is no decision, and is kept nowhere but in files. */
static bool decides(const struct command *command) {
    return store_is_there(command->words[1]) && !command_has(command, "policy") && !command_has(command, "reading") &&
           !command_has(command, "known") && !command_has(command, "dry-run");
}

/* Decided before, as they would be now. */
static void print_skipped(struct assessment *assessment, month_number first) {
    struct session *session = &assessment->session;
    for (; first < session->first && !assessment->json; first++)
        builder_format(&assessment->text,
                       say(session->command, "%.*s 已经测算过,没有新情况:第 %lld 次变动\n",
                           "%.*s was decided by change %lld, and nothing is new since\n"),
                       TEXT_ARG(month_format(&session->command->arena, first)),
                       (long long)session_kept(session, first));
}

static bool is_usage(struct command *command, month_number *first, month_number *last, int *status) {
    *status = EXIT_USAGE;
    if (command->word_count != 2 || !has_option(command, "month")) {
        *status = wrong_usage(command);
        return false;
    }
    bool registry = store_is_there(command->words[1]);
    if (!registry && !has_option(command, "out")) {
        *status = wrong_usage(command);
        return false;
    }
    if (command_has(command, "out") && !names_folder(command)) return false;
    if (!session_months(command, first, last) || !names_file(command, "save")) return false;
    if (registry && !no_previous(command)) return false;
    if (command_has(command, "area") && !*command_option(command, "area")) {
        *status = no_area(command);
        return false;
    }
    if (command_has(command, "save") && *first != *last) {
        *status = one_month_only(command);
        return false;
    }
    return true;
}

int command_assess(struct command *command) {
    struct assessment assessment = {.out = command_option(command, "out"), .json = command_has(command, "json")};
    month_number first, last;
    int status, lock = -1;
    assessment.session.solves = true;
    if (!is_usage(command, &first, &last, &status)) return status;
    assessment.keeps = decides(command);
    assessment.session.skips = assessment.keeps && !assessment.out; /* files are wanted in any case */
    status = session_open(&assessment.session, command, command->words[1], first, last);
    if (status == EXIT_DONE && assessment.out) status = take_folder(command, assessment.out, results_stranger, &lock);
    if (status == EXIT_DONE) {
        begin_document(&assessment);
        print_skipped(&assessment, first);
        first = assessment.session.first;
        if (first <= last) status = assess_months(&assessment, first, last);
        status = end_document(&assessment, status);
    }
    folder_unlock(lock);
    session_close(&assessment.session);
    return status;
}
