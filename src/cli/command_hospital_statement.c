/* doudi hospital-statement: what was booked in a month of the bills that somebody presents. */
#include "base/csv.h"
#include "base/shown.h"
#include "cli/out_folder.h"
#include "cli/settling.h"
#include "exchange/json.h"
#include "work/statement.h"

static const char *kind_word(const struct command *command, enum registry_settling kind) {
    switch (kind) {
    case REGISTRY_SETTLED: return say(command, "结算", "settled");
    case REGISTRY_CORRECTED: return say(command, "更正", "corrected");
    case REGISTRY_RESETTLED: return say(command, "重新结算", "settled anew");
    default: return say(command, "作废", "cancelled");
    }
}

static struct text part_label(const struct settling *settling, size_t part) {
    const struct settled *settled = &settling->event->settled;
    const struct policy *law = settling->database.law;
    if (part < settled->layers.count) {
        struct text name = settled->layers.items[part]->declaration->fund.text;
        const struct declaration *fund = map_get(&law->fund_by_name, name);
        return label_shown(settling, fund ? fund->label : settled->layers.items[part]->label, name);
    }
    if (part == settled->layers.count) return label_shown(settling, settled->rest->label, settled->rest->name);
    return text_from(say(settling->command, "待定", "open"));
}

static void write_booked_csv(struct builder *out, struct settling *settling, const struct booked_bills *booked) {
    struct command *command = settling->command;
    const struct field *total = settling->event->settled.total;
    builder_add(out, text_from(say(command, "第几笔,日期,单号,何事", "settlement,day,number,what")));
    for (size_t k = 0; k < booked->parts; k++) {
        builder_add(out, TEXT(","));
        csv_write_field(out, part_label(settling, k), true);
    }
    builder_add(out, TEXT("\n"));
    for (size_t i = 0; i < booked->list.count; i++) {
        const struct booked_settlement *line = &booked->list.items[i];
        builder_format(out, "%lld,%.*s,", (long long)line->settlement.number,
                       TEXT_ARG(day_format(&command->arena, line->settlement.day)));
        csv_write_field(out, line->settlement.by, true);
        builder_format(out, ",%s", kind_word(command, line->settlement.kind));
        for (size_t k = 0; k < booked->parts; k++)
            builder_format(out, ",%.*s", TEXT_ARG(amount_written(&command->arena, total, line->moved[k])));
        builder_add(out, TEXT("\n"));
    }
}

static void write_booked_json(struct builder *out, struct settling *settling, const struct booked_bills *booked,
                              month_number month) {
    struct arena *arena = &settling->command->arena;
    const struct settled *settled = &settling->event->settled;
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    json_write_key_text(&writer, settled->at->name);
    json_write_string(&writer, booked->of.id);
    json_write_text(&writer, "month", month_format(arena, month));
    json_write_key(&writer, "settlements");
    json_write_integer(&writer, (int64_t)booked->list.count);
    json_write_key(&writer, "agrees");
    json_write_bool(&writer, booked->agree);
    json_write_key(&writer, "sums");
    json_write_object(&writer);
    for (size_t k = 0; k < booked->parts; k++) {
        if (k < settled_parts(settled))
            json_write_key_text(&writer, settled_part(settled, k)->name);
        else
            json_write_key(&writer, "open");
        json_write_string(&writer, amount_written(arena, settled->total, booked->sums[k]));
    }
    json_write_close_object(&writer);
    json_write_close_object(&writer);
}

static void show_booked(struct builder *out, struct settling *settling, const struct booked_bills *booked,
                        month_number month) {
    struct command *command = settling->command;
    const struct field *total = settling->event->settled.total;
    builder_add_shown(out, booked->of.id);
    builder_format(out, say(command, "  %.*s 记账 %zu 笔\n", "  booked in %.*s: %zu\n"),
                   TEXT_ARG(month_format(&command->arena, month)), booked->list.count);
    for (size_t k = 0; k < booked->parts; k++) {
        enum { COLUMNS = 40, AMOUNT = 18 };
        struct text label = part_label(settling, k), amount = amount_shown(settling, total, booked->sums[k]);
        builder_add(out, label);
        builder_pad(out, text_width(label) < COLUMNS ? COLUMNS - text_width(label) : 1);
        builder_pad(out, text_width(amount) < AMOUNT ? AMOUNT - text_width(amount) : 1);
        builder_format(out, "%.*s\n", TEXT_ARG(amount));
    }
    builder_add(out, text_from(booked->agree ? say(command, "账目和逐笔合计一致 ✓\n",
                                                   "the accounts agree with the settlements ✓\n")
                                             : say(command, "▲ 账目和逐笔合计不一致\n",
                                                   "▲ the accounts do not agree with the settlements\n")));
}

static int write_booked(struct settling *settling, const struct booked_bills *booked, const char *path) {
    struct command *command = settling->command;
    struct builder out;
    struct file_writer writer;
    int status = must_be_new(command, path);
    if (status != EXIT_DONE) return status;
    builder_init(&out);
    write_booked_csv(&out, settling, booked);
    bool whole = !out.failed && !arena_failed(&command->arena);
    enum file_result result = whole ? file_begin_private(&writer, &command->arena, path) : FILE_NO_MEMORY;
    if (result == FILE_OK) {
        file_write(&writer, builder_text(&out));
        result = file_commit(&writer);
    }
    builder_free(&out);
    return result == FILE_OK ? EXIT_DONE : tell_unwritable(command, result, text_from(path));
}

static int state_booked(struct settling *settling) {
    struct command *command = settling->command;
    struct booked_bills booked;
    struct builder out;
    month_number month;
    if (!month_parse(text_from(command->words[2]), &month))
        return wrong_option(command, "月份写成 2018-07", "the month takes 2018-07");
    enum registry_result result =
        settler_read_booked(&settling->settler, settling->event, text_from(command->words[1]), month_first_day(month),
                            month_first_day(month + 1) - 1, &command->arena, &booked);
    if (result != REGISTRY_DONE) return settling_tell(settling, result);
    if (booked.key == 0)
        return settling_tell_nobody(settling, settling->event->settled.at->type.entity, text_from(command->words[1]));
    const char *path = command_option(command, "out");
    bool is_json = command_has(command, "json");
    int status = path ? write_booked(settling, &booked, path) : EXIT_DONE;
    builder_init(&out);
    (is_json ? write_booked_json : show_booked)(&out, settling, &booked, month);
    if (path && status == EXIT_DONE && !is_json) builder_format(&out, "→ %s\n", path);
    int shown = show_built(command, &out);
    if (status == EXIT_DONE) status = shown;
    return status == EXIT_DONE && !booked.agree ? EXIT_FOUND : status;
}

int command_hospital_statement(struct command *command) {
    struct settling settling = {.command = command};
    if (command->word_count != 3) return wrong_usage(command);
    int status = settling_open(&settling, command, "statement");
    if (status == EXIT_DONE) status = state_booked(&settling);
    settling_close(&settling);
    return status;
}
