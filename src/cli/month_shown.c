#include "cli/month_shown.h"

#include "base/shown.h"

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

void month_print(struct builder *out, struct session *session, const struct totals *totals, const char *folder) {
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

void month_print_kept(struct builder *out, const struct session *session, month_number month, int64_t kept) {
    struct command *command = session->command;
    database_show_change(out, command, session->data, kept);
    builder_format(out, say(command, "(%.*s 的测算)\n", " (what %.*s was decided)\n"),
                   TEXT_ARG(month_format(&command->arena, month)));
}

void month_print_stands(struct builder *out, const struct session *session, month_number month, int64_t kept) {
    struct command *command = session->command;
    builder_format(out,
                   say(command, "%.*s 已经测算过,没有新情况:第 %lld 次变动\n",
                       "%.*s was decided by change %lld, and nothing is new since\n"),
                   TEXT_ARG(month_format(&command->arena, month)), (long long)kept);
}

/* --- as JSON ---------------------------------------------------------------------------------------------------- */

void month_write_count(struct json_writer *writer, const char *key, size_t count) {
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
    if (total->of_families) month_write_count(writer, "families", total->families);
    month_write_count(writer, "awards", total->rows);
    json_write_key(writer, "amount");
    json_write_string(writer, value_plain(arena, &benefit->type, benefit->scale, &amount));
    json_write_key(writer, "unconfirmed");
    json_write_bool(writer, total->unconfirmed);
    month_write_count(writer, "undetermined", total->undetermined);
    json_write_close_object(writer);
}

void month_write(struct json_writer *writer, struct session *session, const struct totals *totals, int64_t kept) {
    struct arena *arena = &session->command->arena;
    json_write_object(writer);
    json_write_key(writer, "month");
    json_write_string(writer, month_format(arena, session->run->month));
    json_write_key(writer, "policy");
    json_write_string(writer, policy_name(session->policy));
    if (totals->people) {
        month_write_count(writer, "families", totals_rows(session->run, totals->people->parent));
        month_write_count(writer, "people", totals_rows(session->run, totals->people));
    }
    json_write_key(writer, "benefits");
    json_write_array(writer);
    for (size_t i = 0; i < totals->benefit_count; i++) {
        write_total(writer, arena, &totals->benefit[i]);
    }
    json_write_close_array(writer);
    month_write_count(writer, "undetermined", totals->undetermined);
    month_write_count(writer, "rows_refused_of_nobody_known", session->dataset->strays);
    month_write_count(writer, "faults", totals->faults);
    month_write_count(writer, "alerts", totals->alerts);
    month_write_count(writer, "alerts_undetermined", totals->alerts_undetermined);
    month_write_count(writer, "guarantees_broken", totals->broken);
    month_write_count(writer, "guarantees_not_checkable", totals->unchecked);
    month_write_count(writer, "parameters_not_confirmed", totals->confirmation->parameters);
    if (kept) {
        json_write_key(writer, "change");
        json_write_integer(writer, kept);
    }
    json_write_close_object(writer);
}
