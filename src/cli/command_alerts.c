/* doudi missed, doudi exits: what the alerts that find either tell of a month, by area and row by row. */
#include "base/shown.h"
#include "cli/out_folder.h"
#include "cli/session.h"
#include "engine/explain.h"
#include "exchange/alerts.h"
#include "exchange/json.h"
#include "lang/unit_words.h"

#include <stdio.h>

struct listing {
    struct session session;
    struct alerts alerts;
    const char *out; /* NULL: the rows are printed */
    struct builder text;
    struct json_writer writer;
};

/* --- areas -------------------------------------------------------------------------------------------------------- */

/* Told of an area in which there is anyone, `depth` areas below the first. */
typedef void tell_area(struct listing *listing, const struct entity *area, size_t row, size_t depth,
                       struct alert_count count);

/* The next area on the way from one down to what an alert is of; NULL: none lies between. */
static const struct entity *area_below(const struct alert_found *found, const struct entity *area) {
    const struct entity *below = found->area;
    while (below && below->parent != area) below = below->parent;
    return below;
}

static void each_area(struct listing *listing, struct alert_found *found, const struct entity *area, size_t row,
                      size_t depth, tell_area *tell) {
    const struct dataset *dataset = listing->session.dataset;
    const struct alert_count count = alerts_count(found, dataset, area, row);
    const struct entity *below = area == found->area ? NULL : area_below(found, area);
    size_t begin = 0, end = 0;
    if (count.found + count.undetermined == 0) return;
    tell(listing, area, row, depth, count);
    if (below) dataset_below(dataset, area, row, below, &begin, &end);
    for (; begin < end; begin++) each_area(listing, found, below, begin, depth + 1, tell);
}

/* The highest of which the run tells; NULL: of none, but of a family alone, say. */
static const struct entity *top_area(const struct listing *listing, const struct alert_found *found) {
    const struct entity *top = NULL;
    for (const struct entity *area = found->area; area; area = area->parent)
        if (totals_rows(listing->session.run, area)) top = area;
    return top;
}

static void tell_areas(struct listing *listing, struct alert_found *found, tell_area *tell) {
    const struct entity *top = top_area(listing, found);
    struct rows rows = top ? run_rows(listing->session.run, top) : (struct rows){0, 0};
    for (size_t row = rows.first; row < rows.last; row++) each_area(listing, found, top, row, 0, tell);
}

/* --- for people --------------------------------------------------------------------------------------------------- */

enum { COUNTS_AT = 48, COUNT_WIDE = 10, UNDETERMINED_WIDE = 14 };

static void pad_to(struct builder *out, size_t column, size_t width) {
    builder_pad(out, width < column ? column - width : 1);
}

static void print_head(struct listing *listing) {
    const struct command *command = listing->session.command;
    const char *words[] = {say(command, "区域", "area"), say(command, "条", "found"),
                           say(command, "无法判定", "undetermined")};
    const size_t widths[] = {0, COUNT_WIDE, UNDETERMINED_WIDE};
    builder_add(&listing->text, text_from(words[0]));
    pad_to(&listing->text, COUNTS_AT, text_width(text_from(words[0])));
    for (size_t i = 1; i < 3; i++) {
        pad_to(&listing->text, widths[i], text_width(text_from(words[i])));
        builder_add(&listing->text, text_from(words[i]));
    }
    builder_add(&listing->text, TEXT("\n"));
}

static void print_area(struct listing *listing, const struct entity *area, size_t row, size_t depth,
                       struct alert_count count) {
    const struct command *command = listing->session.command;
    struct builder *out = &listing->text;
    struct text name = alerts_known_by(&listing->alerts, area, row, command->language);
    struct text line =
        text_format(listing->alerts.arena, "%*s%.*s  %.*s", (int)(2 * depth), "",
                    TEXT_ARG(table_id(dataset_table(listing->session.dataset, area), row)), TEXT_ARG(name));
    builder_add_shown(out, line);
    pad_to(out, COUNTS_AT, text_width(line));
    builder_format(out, "%*zu%*zu\n", COUNT_WIDE, count.found, UNDETERMINED_WIDE, count.undetermined);
}

/* As it is read in a list: of an exact fraction what it comes to. */
static struct text shown_text(const struct listing *listing, const struct field *field, const struct value *value) {
    const struct text about = TEXT("≈ ");
    struct text shown = value_show_in(listing->alerts.arena, listing->session.dataset, &field->type, field->scale,
                                      field->step, value, listing->session.command->language);
    for (size_t at = 0; field->type.kind == TYPE_NUMBER && at < shown.length; at++)
        if (text_starts(text_slice(shown, at, shown.length), about.bytes))
            return text_format(listing->alerts.arena, "≈%.*s",
                               TEXT_ARG(text_slice(shown, at + about.length, shown.length)));
    return shown;
}

static void print_shown(struct listing *listing, const struct alert_found *found, size_t row) {
    const struct session *session = &listing->session;
    const struct command *command = session->command;
    struct arena *arena = listing->alerts.arena;
    for (size_t i = 0; i < found->alert->shows.count; i++) {
        const struct field *field = found->alert->shows.items[i]->as.path.target.field;
        struct text label = label_or_name(field->label, field->name, command->language), unit = TEXT("");
        struct value value = alerts_shown(&listing->alerts, found, row, i);
        if (value.state == VALUE_KNOWN && field->type.kind == TYPE_NUMBER)
            unit =
                unit_words(arena, session->policy, type_written(arena, &field->declaration->type), command->language);
        builder_format(&listing->text, "%s%.*s ", i ? say(command, ";", "; ") : "  ", TEXT_ARG(label));
        builder_add_shown(&listing->text, shown_text(listing, field, &value));
        builder_format(&listing->text, "%s%.*s", unit.length ? " " : "", TEXT_ARG(unit));
    }
}

static void print_row(struct listing *listing, struct alert_found *found, size_t row) {
    const struct session *session = &listing->session;
    const struct field *alert = found->alert;
    struct arena *arena = listing->alerts.arena;
    struct builder *out = &listing->text;
    struct arena_mark mark = arena_here(arena);
    struct value value = alerts_value(found, row);
    bool known = value.state == VALUE_KNOWN;
    struct text area = alerts_area(&listing->alerts, found, row),
                id = table_id(dataset_table(session->dataset, alert->entity), row),
                known_by = alerts_known_by(&listing->alerts, alert->entity, row, session->command->language);
    builder_format(out, "%s %.*s%s", known ? "!" : "？", TEXT_ARG(area), area.length ? "  " : "");
    builder_format(out, "%.*s%s", TEXT_ARG(id), known_by.length ? "  " : "");
    builder_add_shown(out, known_by);
    if (known)
        print_shown(listing, found, row);
    else
        builder_format(out, "  %.*s", TEXT_ARG(reason_words(arena, session->run, &value, session->command->language)));
    builder_add(out, TEXT("\n"));
    arena_rewind(arena, mark);
}

/* Those that were found, then, apart, those of which it cannot be told. */
static void print_rows(struct listing *listing, struct alert_found *found, bool known) {
    for (size_t row = marked_next(&found->marked, 0); row != SIZE_MAX; row = marked_next(&found->marked, row + 1))
        if ((alerts_value(found, row).state == VALUE_KNOWN) == known) print_row(listing, found, row);
}

static void print_alert(struct listing *listing, struct alert_found *found) {
    const struct command *command = listing->session.command;
    const struct field *alert = found->alert;
    struct builder *out = &listing->text;
    struct arena_mark mark = arena_here(listing->alerts.arena);
    struct text label = label_or_name(alert->label, alert->name, command->language),
                cites = names_written(listing->alerts.arena, &alert->declaration->cites);
    builder_format(out, "\n%.*s%s", TEXT_ARG(label), found->unconfirmed ? "◇" : "");
    if (cites.length) builder_format(out, "  〔%.*s〕", TEXT_ARG(cites));
    builder_format(out, say(command, "  %zu 条,无法判定 %zu 条\n", "  %zu, undetermined %zu\n"), found->found,
                   found->undetermined);
    if (found->found + found->undetermined && top_area(listing, found)) print_head(listing);
    tell_areas(listing, found, print_area);
    if (!listing->out) {
        print_rows(listing, found, true);
        print_rows(listing, found, false);
    }
    arena_rewind(listing->alerts.arena, mark);
}

static void print_all(struct listing *listing) {
    struct session *session = &listing->session;
    const struct command *command = session->command;
    bool unconfirmed = false;
    builder_format(&listing->text, say(command, "%.*s  政策 %.*s\n", "%.*s  policy %.*s\n"),
                   TEXT_ARG(month_format(listing->alerts.arena, session->run->month)),
                   TEXT_ARG(policy_name(session->policy)));
    for (size_t i = 0; i < listing->alerts.list.count; i++) {
        unconfirmed = unconfirmed || listing->alerts.list.items[i]->unconfirmed;
        print_alert(listing, listing->alerts.list.items[i]);
    }
    if (unconfirmed)
        builder_add(&listing->text, text_from(say(command, "◇ 依据的参数尚未确认\n",
                                                  "◇ rests on parameters that nobody has confirmed\n")));
    if (listing->out) builder_format(&listing->text, "→ %s\n", listing->out);
}

/* --- as JSON ------------------------------------------------------------------------------------------------------ */

static void write_text(struct listing *listing, const char *key, struct text text) {
    json_write_key(&listing->writer, key);
    json_write_string(&listing->writer, text);
}

static void write_count(struct listing *listing, const char *key, size_t count) {
    json_write_key(&listing->writer, key);
    json_write_integer(&listing->writer, (int64_t)count);
}

static void write_area(struct listing *listing, const struct entity *area, size_t row, size_t depth,
                       struct alert_count count) {
    (void)depth;
    json_write_object(&listing->writer);
    write_text(listing, "level", area->name);
    write_text(listing, "area", table_id(dataset_table(listing->session.dataset, area), row));
    write_text(listing, "known_by", alerts_known_by(&listing->alerts, area, row, listing->session.command->language));
    write_count(listing, "found", count.found);
    write_count(listing, "undetermined", count.undetermined);
    json_write_close_object(&listing->writer);
}

static void write_shown(struct listing *listing, const struct alert_found *found, size_t row) {
    json_write_key(&listing->writer, "shows");
    json_write_object(&listing->writer);
    for (size_t i = 0; i < found->alert->shows.count; i++) {
        const struct field *field = found->alert->shows.items[i]->as.path.target.field;
        struct value value = alerts_shown(&listing->alerts, found, row, i);
        json_write_key_text(&listing->writer, field->name);
        if (value.state == VALUE_KNOWN)
            json_write_string(&listing->writer, value_plain_in(listing->alerts.arena, listing->session.dataset,
                                                               &field->type, field->scale, &value));
        else
            json_write_null(&listing->writer);
    }
    json_write_close_object(&listing->writer);
}

static void write_row(struct listing *listing, struct alert_found *found, size_t row) {
    const struct session *session = &listing->session;
    const struct field *alert = found->alert;
    struct arena *arena = listing->alerts.arena;
    struct arena_mark mark = arena_here(arena);
    struct value value = alerts_value(found, row);
    json_write_object(&listing->writer);
    if (found->area) write_text(listing, "area", alerts_area(&listing->alerts, found, row));
    write_text(listing, "id", table_id(dataset_table(session->dataset, alert->entity), row));
    write_text(listing, "known_by", alerts_known_by(&listing->alerts, alert->entity, row, session->command->language));
    write_text(listing, "cite", names_written(arena, value_cites(alert, &value)));
    if (value.state == VALUE_KNOWN) {
        write_shown(listing, found, row);
    } else {
        const struct text words[LANGUAGES] = {[LANGUAGE_ZH] = reason_words(arena, session->run, &value, LANGUAGE_ZH),
                                              [LANGUAGE_EN] = reason_words(arena, session->run, &value, LANGUAGE_EN)};
        write_text(listing, "reason", reason_written(arena, session->policy, &value));
        json_write_words(&listing->writer, "missing", words);
    }
    json_write_close_object(&listing->writer);
    arena_rewind(arena, mark);
}

static void write_rows(struct listing *listing, const char *key, struct alert_found *found, bool known) {
    json_write_key(&listing->writer, key);
    json_write_array(&listing->writer);
    for (size_t row = marked_next(&found->marked, 0); row != SIZE_MAX; row = marked_next(&found->marked, row + 1))
        if ((alerts_value(found, row).state == VALUE_KNOWN) == known) write_row(listing, found, row);
    json_write_close_array(&listing->writer);
}

static void write_alert(struct listing *listing, struct alert_found *found) {
    const struct field *alert = found->alert;
    json_write_object(&listing->writer);
    write_text(listing, "alert", alert->name);
    write_text(listing, "entity", alert->entity->name);
    json_write_words(&listing->writer, "label", alert->label);
    write_text(listing, "to", names_written(listing->alerts.arena, &alert->declaration->to));
    json_write_key(&listing->writer, "unconfirmed");
    json_write_bool(&listing->writer, found->unconfirmed);
    write_count(listing, "found", found->found);
    write_count(listing, "undetermined", found->undetermined);
    json_write_key(&listing->writer, "areas");
    json_write_array(&listing->writer);
    tell_areas(listing, found, write_area);
    json_write_close_array(&listing->writer);
    write_rows(listing, "rows", found, true);
    write_rows(listing, "rows_undetermined", found, false);
    json_write_close_object(&listing->writer);
}

static void write_all(struct listing *listing) {
    const struct session *session = &listing->session;
    json_writer_init(&listing->writer, &listing->text, false);
    json_write_object(&listing->writer);
    write_text(listing, "month", month_format(listing->alerts.arena, session->run->month));
    write_text(listing, "policy", policy_name(session->policy));
    write_text(listing, "finds", text_from(finds_word(session->finds)));
    write_count(listing, "found", listing->alerts.found);
    write_count(listing, "undetermined", listing->alerts.undetermined);
    json_write_key(&listing->writer, "alerts");
    json_write_array(&listing->writer);
    for (size_t i = 0; i < listing->alerts.list.count; i++) write_alert(listing, listing->alerts.list.items[i]);
    json_write_close_array(&listing->writer);
    write_count(listing, "rows_refused", session->import.refused.count);
    if (listing->out) write_text(listing, "file", text_from(listing->out));
    json_write_close_object(&listing->writer);
}

/* --- the command -------------------------------------------------------------------------------------------------- */

static int write_file(struct listing *listing) {
    struct command *command = listing->session.command;
    if (!listing->out) return EXIT_DONE;
    if (!alerts_may_replace(listing->out)) {
        fprintf(stderr,
                say(command, "doudi: %s 已在那里,不是这样的名单;请写到另一个文件\n",
                    "doudi: %s is there already and is no such list; name another file\n"),
                listing->out);
        return EXIT_CANNOT;
    }
    enum file_result result = alerts_write(&listing->alerts, listing->out);
    return result == FILE_OK ? EXIT_DONE : tell_unwritable(command, result, text_from(listing->out));
}

static int tell_none(const struct command *command, enum finds finds) {
    fprintf(stderr,
            say(command, "doudi: 政策里没有写明 finds %s 的提醒\n", "doudi: the policy has no alert that finds %s\n"),
            finds_word(finds));
    return EXIT_CANNOT;
}

static int list(struct listing *listing, month_number month) {
    struct session *session = &listing->session;
    struct command *command = session->command;
    if (!alerts_are_there(session->policy, session->finds)) return tell_none(command, session->finds);
    int status = session_decide(session, month);
    if (status != EXIT_DONE) return status;
    if (!alerts_find(&listing->alerts, session->run, session->finds, &command->arena)) return out_of_memory(command);
    status = write_file(listing);
    if (status != EXIT_DONE) return status;
    bool json = command_has(command, "json");
    builder_init(&listing->text);
    if (json)
        write_all(listing);
    else
        print_all(listing);
    bool whole = !listing->text.failed && !arena_failed(&command->arena) && !run_failed(session->run);
    if (whole && json) print_builder(&listing->text);
    if (whole && !json) print_coloured(command, builder_text(&listing->text));
    builder_free(&listing->text);
    if (!whole) return out_of_memory(command);
    bool anyone = listing->alerts.found + listing->alerts.undetermined > 0;
    return session->diagnostics.errors || (command_has(command, "strict") && anyone) ? EXIT_FOUND : EXIT_DONE;
}

static bool is_usage(struct command *command, month_number *month, int *status) {
    month_number last;
    *status = EXIT_USAGE;
    if (command->word_count != 2 || !has_option(command, "month")) {
        *status = wrong_usage(command);
        return false;
    }
    if (!session_months(command, month, &last) || !names_file(command, "out")) return false;
    if (last != *month) {
        *status = one_month_only(command);
        return false;
    }
    if (command_has(command, "area") && !*command_option(command, "area")) {
        *status = no_area(command);
        return false;
    }
    return !store_is_there(command->words[1]) || no_previous(command);
}

static int list_found(struct command *command, enum finds finds) {
    struct listing listing = {.session = {.solves = true, .finds = finds}, .out = command_option(command, "out")};
    month_number month;
    int status;
    if (!is_usage(command, &month, &status)) return status;
    status = session_open(&listing.session, command, command->words[1], month, month);
    if (status == EXIT_DONE) status = list(&listing, month);
    session_close(&listing.session);
    return status;
}

int command_missed(struct command *command) {
    return list_found(command, FINDS_MISSED);
}

int command_exits(struct command *command) {
    return list_found(command, FINDS_LEAVING);
}
