/* doudi findings: what verifications found, until somebody has looked into it and cleared it. */
#include "cli/database.h"
#include "engine/dataset.h"
#include "exchange/alerts.h"
#include "exchange/json.h"

#include <stdio.h>
#include <string.h>

struct findings {
    struct command *command;
    const char *url;
    struct database database;
    struct registry_findings all;
    struct records records;
    struct dataset *dataset; /* of the latest month in which anything was found; NULL: nothing was */
};

static int tell(struct findings *findings, enum registry_result result) {
    return database_tell(&findings->database, findings->command, findings->url, result);
}

/* --- which of them ------------------------------------------------------------------------------------------------ */

static const struct entity *entity_of(const struct findings *findings, const struct registry_finding *finding) {
    return map_get(&findings->database.law->entity_by_name, finding->entity);
}

/* SIZE_MAX where it does not stand any more. */
static size_t row_of(const struct findings *findings, const struct registry_finding *finding) {
    const struct entity *entity = entity_of(findings, finding);
    bool may_be = findings->dataset && entity && !entity->is_event && finding->id.length;
    return may_be ? table_find(dataset_table(findings->dataset, entity), finding->id) : SIZE_MAX;
}

/* It is the row of the finding, or one above it. */
static bool lies_in(const struct findings *findings, const struct registry_finding *finding, struct text area) {
    const struct entity *entity = entity_of(findings, finding);
    size_t row = row_of(findings, finding);
    if (text_equal(finding->id, area)) return true;
    if (row == SIZE_MAX) return false;
    for (const struct entity *above = entity; above; above = above->parent)
        if (text_equal(
                table_id(dataset_table(findings->dataset, above), dataset_climb(findings->dataset, entity, row, above)),
                area))
            return true;
    return false;
}

static bool is_wanted(const struct findings *findings, const struct registry_finding *finding) {
    const char *area = command_option(findings->command, "area");
    if (finding->cleared && !command_has(findings->command, "all")) return false;
    return !area || lies_in(findings, finding, text_from(area));
}

/* --- how they are shown ------------------------------------------------------------------------------------------- */

static const struct field *alert_of(const struct findings *findings, const struct registry_finding *finding) {
    const struct entity *entity = entity_of(findings, finding);
    return entity ? map_get(&entity->by_name, finding->alert) : NULL;
}

/* Of those that are known by texts; of a row that stands. */
static struct text known_by(const struct findings *findings, const struct registry_finding *finding) {
    const struct entity *entity = entity_of(findings, finding);
    size_t row = row_of(findings, finding);
    if (row == SIZE_MAX) return TEXT("");
    return alerts_known_by_in(&findings->command->arena, findings->dataset, entity, row, findings->command->language);
}

static void show_finding(struct builder *out, const struct findings *findings, const struct registry_finding *finding) {
    struct command *command = findings->command;
    struct arena *arena = &command->arena;
    const struct field *alert = alert_of(findings, finding);
    struct text label = alert ? label_or_name(alert->label, alert->name, command->language) : finding->alert,
                name = known_by(findings, finding), cites = TEXT("");
    if (alert) cites = names_written(arena, &alert->declaration->cites);
    builder_format(out, "%s %lld  %.*s  %.*s%s",
                   finding->cleared  ? "✓"
                   : finding->unsure ? "？"
                                     : "!",
                   (long long)finding->number, TEXT_ARG(month_format(arena, finding->month)), TEXT_ARG(finding->id),
                   name.length ? "  " : "");
    builder_format(out, "%.*s  %.*s", TEXT_ARG(name), TEXT_ARG(label));
    if (cites.length) builder_format(out, "  〔%.*s〕", TEXT_ARG(cites));
    if (finding->cleared)
        builder_format(out, say(command, "  %.*s %.*s 销掉:%.*s", "  cleared %.*s by %.*s: %.*s"),
                       TEXT_ARG(instant_written(arena, finding->cleared_at)), TEXT_ARG(finding->cleared_by),
                       TEXT_ARG(finding->reason));
    builder_add(out, TEXT("\n"));
}

static void show_all(struct builder *out, const struct findings *findings) {
    size_t open = 0, cleared = 0;
    for (size_t i = 0; i < findings->all.list.count; i++) {
        const struct registry_finding *finding = &findings->all.list.items[i];
        if (!is_wanted(findings, finding)) continue;
        open += finding->cleared == 0;
        cleared += finding->cleared != 0;
        show_finding(out, findings, finding);
    }
    builder_format(out, say(findings->command, "! 未销掉 %zu 条", "! open: %zu"), open);
    if (command_has(findings->command, "all"))
        builder_format(out, say(findings->command, ",✓ 已销掉 %zu 条", ", ✓ cleared: %zu"), cleared);
    builder_add(out, TEXT("\n"));
}

static void write_finding(struct json_writer *writer, const struct findings *findings,
                          const struct registry_finding *finding) {
    struct arena *arena = &findings->command->arena;
    const struct field *alert = alert_of(findings, finding);
    json_write_object(writer);
    json_write_key(writer, "finding");
    json_write_integer(writer, finding->number);
    json_write_text(writer, "month", month_format(arena, finding->month));
    json_write_text(writer, "entity", finding->entity);
    json_write_text(writer, "id", finding->id);
    json_write_text(writer, "known_by", known_by(findings, finding));
    json_write_text(writer, "alert", finding->alert);
    if (alert) json_write_words(writer, "label", alert->label);
    json_write_text(writer, "state", finding->unsure ? TEXT("undetermined") : TEXT("true"));
    json_write_text(writer, "by", finding->by);
    json_write_text(writer, "at", instant_written(arena, finding->instant));
    json_write_key(writer, "change");
    json_write_integer(writer, finding->change);
    json_write_key(writer, "cleared");
    json_write_bool(writer, finding->cleared != 0);
    if (finding->cleared) {
        json_write_text(writer, "cleared_by", finding->cleared_by);
        json_write_text(writer, "cleared_at", instant_written(arena, finding->cleared_at));
        json_write_text(writer, "reason", finding->reason);
    }
    json_write_close_object(writer);
}

static void write_all(struct builder *out, const struct findings *findings) {
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    json_write_key(&writer, "findings");
    json_write_array(&writer);
    for (size_t i = 0; i < findings->all.list.count; i++)
        if (is_wanted(findings, &findings->all.list.items[i]))
            write_finding(&writer, findings, &findings->all.list.items[i]);
    json_write_close_array(&writer);
    json_write_close_object(&writer);
}

/* --- the list ----------------------------------------------------------------------------------------------------- */

/* Where the rows lie, and what people know them by. */
static int read_rows(struct findings *findings) {
    struct command *command = findings->command;
    struct refusals refusals = {.arena = &command->arena};
    month_number month = MONTH_FIRST;
    for (size_t i = 0; i < findings->all.list.count; i++)
        if (findings->all.list.items[i].month > month) month = findings->all.list.items[i].month;
    if (month == MONTH_FIRST) return EXIT_DONE;
    enum registry_result result =
        registry_read(&findings->database.registry, REGISTRY_NOW, &command->arena, &findings->records);
    if (result != REGISTRY_DONE) return tell(findings, result);
    findings->dataset = dataset_new(findings->database.law, &findings->records, month, &refusals);
    return findings->dataset ? EXIT_DONE : out_of_memory(command);
}

static int list(struct findings *findings) {
    struct command *command = findings->command;
    int status = tell(findings, registry_read_findings(&findings->database.registry, &command->arena, &findings->all));
    if (status == EXIT_DONE) status = read_rows(findings);
    if (status != EXIT_DONE) return status;
    struct builder out;
    builder_init(&out);
    bool json = command_has(command, "json");
    (json ? write_all : show_all)(&out, findings);
    bool whole = !out.failed && !arena_failed(&command->arena);
    if (whole && json) print_builder(&out);
    if (whole && !json) print_coloured(command, builder_text(&out));
    builder_free(&out);
    return whole ? EXIT_DONE : out_of_memory(command);
}

/* --- clearing ----------------------------------------------------------------------------------------------------- */

static int tell_not_open(const struct command *command, const struct registry_finding *finding, const char *number) {
    if (finding)
        fprintf(stderr,
                say(command, "doudi: 第 %s 条已由 %.*s 销掉:%.*s\n", "doudi: finding %s was cleared by %.*s: %.*s\n"),
                number, TEXT_ARG(finding->cleared_by), TEXT_ARG(finding->reason));
    else
        fprintf(stderr, say(command, "doudi: 没有第 %s 条线索\n", "doudi: there is no finding %s\n"), number);
    return EXIT_CANNOT;
}

static int clear_within(struct findings *findings, int64_t number, const struct registry_change *change) {
    struct command *command = findings->command;
    struct registry *registry = &findings->database.registry;
    const struct registry_finding *found = NULL;
    int status = tell(findings, registry_read_findings(registry, &command->arena, &findings->all));
    if (status != EXIT_DONE) return status;
    for (size_t i = 0; i < findings->all.list.count; i++)
        if (findings->all.list.items[i].number == number) found = &findings->all.list.items[i];
    if (!found || found->cleared) return tell_not_open(command, found, command->words[2]);
    return tell(findings, registry_clear(registry, change, number, text_from(command_option(command, "reason"))));
}

static void show_cleared(struct builder *out, const struct findings *findings, int64_t number, int64_t change) {
    struct command *command = findings->command;
    if (command_has(command, "json")) {
        struct json_writer writer;
        json_writer_init(&writer, out, false);
        json_write_object(&writer);
        json_write_key(&writer, "finding");
        json_write_integer(&writer, number);
        json_write_key(&writer, "change");
        json_write_integer(&writer, change);
        json_write_close_object(&writer);
        return;
    }
    database_show_change(out, command, findings->url, change);
    builder_add(out, TEXT("\n"));
}

static int clear(struct findings *findings, int64_t number) {
    struct registry *registry = &findings->database.registry;
    struct registry_change change = database_change(findings->command, "findings clear", MONTH_FIRST);
    int status = tell(findings, registry_begin_change(registry, &change));
    if (status != EXIT_DONE) return status;
    status = clear_within(findings, number, &change);
    if (status == EXIT_DONE)
        status = tell(findings, registry_end_change(registry));
    else
        registry_give_up_change(registry);
    if (status != EXIT_DONE) return status;
    struct builder out;
    builder_init(&out);
    show_cleared(&out, findings, number, change.number);
    return show_built(findings->command, &out);
}

/* A number, and a reason that can be kept. */
static bool read_clearing(struct command *command, int64_t *number) {
    uint64_t count;
    const char *reason = command_option(command, "reason");
    if (!count_parse(command->words[2], &count) || count == 0 || count > INT64_MAX)
        wrong_option(command, "线索的编号是一个数,照 doudi findings 列出的写",
                     "a finding is named by its number, as doudi findings lists it");
    else if (!is_tellable(command, text_from(reason)))
        wrong_option(command, "--reason 应为一行文字,不超过 400 字节", "--reason takes a line of at most 400 bytes");
    else {
        *number = (int64_t)count;
        return true;
    }
    return false;
}

int command_findings(struct command *command) {
    struct findings findings = {.command = command, .url = command_option(command, "database")};
    bool clears = command->word_count > 1 && strcmp(command->words[1], "clear") == 0;
    int64_t number = 0;
    bool both = command_has(command, "open") && command_has(command, "all");
    if (command->word_count != (clears ? 3 : 1) || both || !has_option(command, "database"))
        return wrong_usage(command);
    if (clears && (!has_option(command, "reason") || !read_clearing(command, &number))) return EXIT_USAGE;
    if (command_has(command, "area") && !*command_option(command, "area")) return no_area(command);
    int status = database_open(&findings.database, command, findings.url, NULL);
    if (status == EXIT_DONE) status = clears ? clear(&findings, number) : list(&findings);
    dataset_free(findings.dataset);
    database_close(&findings.database);
    return status;
}
