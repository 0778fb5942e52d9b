/* doudi confirm: who has confirmed the values of parameters that the law itself does not, and by which document. */
#include "base/shown.h"
#include "cli/choice.h"
#include "cli/database.h"
#include "exchange/import.h"
#include "exchange/json.h"
#include "lang/print.h"

#include <stdio.h>

struct confirming {
    struct command *command;
    const char *url;
    struct database database;
    struct registry_lines lines;  /* all that the law says */
    struct registry_lines chosen; /* what is confirmed now */
    struct registry_change change;
    struct attestation attestation;
    bool written;
};

/* --- which values ------------------------------------------------------------------------------------------------- */

/* How a value stands: nobody has confirmed it; nobody knows it; somebody has confirmed it since; the law does itself.
 */
enum standing { OPEN = 1, UNKNOWN = 2, ATTESTED = 4, LAWFUL = 8 };

static enum standing standing_of(const struct parameter_value *value) {
    if (value->confirmed) return value->attested ? ATTESTED : LAWFUL;
    return value->empty ? UNKNOWN : OPEN;
}

/* An option that is not given leaves all. */
static bool fits(const struct command *command, const char *option, struct text text) {
    const char *value = command_option(command, option);
    return !value || text_is(text, value);
}

static bool is_meant(const struct command *command, const struct registry_line *line) {
    return fits(command, "area", line->area) && fits(command, "from", line->from) && fits(command, "keys", line->keys);
}

/* Values of a parameter, or of all, that the options leave and that stand in one of these ways; as many as there are.
 */
static size_t gather(const struct confirming *confirming, const struct parameter *parameter, unsigned standings,
                     struct registry_lines *found) {
    struct command *command = confirming->command;
    *found = (struct registry_lines){{NULL, 0, 0}};
    for (size_t i = 0; i < confirming->lines.list.count; i++) {
        const struct registry_line *line = &confirming->lines.list.items[i];
        if ((parameter && line->parameter != parameter) || !is_meant(command, line)) continue;
        if (standing_of(line->value) & standings) VECTOR_PUSH(&command->arena, &found->list, *line);
    }
    return found->list.count;
}

/* --- how values are shown ----------------------------------------------------------------------------------------- */

static struct text attested_words(struct command *command, const struct attestation *attested) {
    struct arena *arena = &command->arena;
    struct text when = instant_written(arena, attested->instant);
    if (attested->is_signed)
        return text_format(arena, say(command, "已签字确认:%.*s,%.*s", "signed for by %.*s, %.*s"),
                           TEXT_ARG(attested->by), TEXT_ARG(when));
    return text_format(arena, say(command, "已确认:%.*s,%.*s,凭「%.*s」", "confirmed by %.*s, %.*s: %.*s"),
                       TEXT_ARG(attested->by), TEXT_ARG(when), TEXT_ARG(attested->document));
}

static void add_part(struct builder *out, struct text part) {
    if (part.length) builder_format(out, "  %.*s", TEXT_ARG(part));
}

/* ◇ 530523, from 2018-07-01  3,500 yuan/year  provincial floor */
static void show_line(struct builder *out, const struct confirming *confirming, const struct registry_line *line) {
    struct command *command = confirming->command;
    const struct parameter_value *value = line->value;
    const struct printer printer = {&command->arena, confirming->database.law, command->language, false};
    builder_add(out, value->attested ? TEXT("  ✓") : TEXT("  ◇"));
    if (line->area.length && !(line->parameter->area && value->area.length)) add_part(out, line->area);
    add_part(out, print_parameter_keys(&printer, line->parameter, value));
    add_part(out, print_parameter_value(&printer, line->parameter, value));
    add_part(out, label_or_name(value->source, TEXT(""), command->language));
    add_part(out, value->document);
    if (value->attested) add_part(out, attested_words(command, value->attested));
    builder_add(out, TEXT("\n"));
}

static void show_lines(struct builder *out, const struct confirming *confirming, const struct registry_lines *lines) {
    const struct command *command = confirming->command;
    for (size_t i = 0; i < lines->list.count; i++) {
        const struct parameter *parameter = lines->list.items[i].parameter;
        if (i == 0 || parameter != lines->list.items[i - 1].parameter)
            builder_format(out, "%.*s  %.*s\n", TEXT_ARG(parameter->name),
                           TEXT_ARG(label_or_name(parameter->label, parameter->name, command->language)));
        show_line(out, confirming, &lines->list.items[i]);
    }
}

/* --- as JSON ------------------------------------------------------------------------------------------------------ */

static void write_line(struct json_writer *writer, const struct confirming *confirming,
                       const struct registry_line *line) {
    struct arena *arena = &confirming->command->arena;
    const struct attestation *attested = line->value->attested;
    struct text shown[LANGUAGES];
    for (int i = 0; i < LANGUAGES; i++) {
        const struct printer printer = {arena, confirming->database.law, (enum language)i, false};
        shown[i] = print_parameter_value(&printer, line->parameter, line->value);
    }
    json_write_object(writer);
    json_write_text(writer, "parameter", line->parameter->name);
    json_write_words(writer, "label", line->parameter->label);
    json_write_text(writer, "area", line->area);
    json_write_text(writer, "keys", line->keys);
    json_write_text(writer, "from", line->from);
    json_write_text(writer, "enacted", line->enacted);
    json_write_text(writer, "value", line->written);
    json_write_words(writer, "shown", shown);
    json_write_words(writer, "source", line->value->source);
    json_write_text(writer, "source_document", line->value->document);
    json_write_key(writer, "confirmed");
    json_write_bool(writer, attested);
    if (attested) {
        json_write_text(writer, "by", attested->by);
        json_write_text(writer, "at", instant_written(arena, attested->instant));
        json_write_text(writer, "document", attested->document);
        json_write_key(writer, "signed");
        json_write_bool(writer, attested->is_signed);
    }
    json_write_close_object(writer);
}

static void write_lines(struct json_writer *writer, const struct confirming *confirming,
                        const struct registry_lines *lines) {
    json_write_key(writer, "values");
    json_write_array(writer);
    for (size_t i = 0; i < lines->list.count; i++) write_line(writer, confirming, &lines->list.items[i]);
    json_write_close_array(writer);
}

/* --- the list ----------------------------------------------------------------------------------------------------- */

static int show_all(struct confirming *confirming) {
    struct command *command = confirming->command;
    struct registry_lines lines;
    struct builder out;
    gather(confirming, NULL, OPEN | UNKNOWN | ATTESTED, &lines);
    builder_init(&out);
    if (command_has(command, "json")) {
        struct json_writer writer;
        json_writer_init(&writer, &out, false);
        json_write_object(&writer);
        write_lines(&writer, confirming, &lines);
        json_write_close_object(&writer);
    } else {
        size_t attested = 0;
        for (size_t i = 0; i < lines.list.count; i++) attested += lines.list.items[i].value->attested != NULL;
        show_lines(&out, confirming, &lines);
        builder_format(&out,
                       say(command, "◇ 未确认 %zu 个值,✓ 已凭文件或签字确认 %zu 个\n",
                           "◇ values not confirmed: %zu, ✓ confirmed since: %zu\n"),
                       lines.list.count - attested, attested);
    }
    return show_built(command, &out);
}

/* --- which value is meant ----------------------------------------------------------------------------------------- */

/* --area 530523 --from 2018-07-01: what would have told this one from others. */
static void tell_option(const char *name, struct text value) {
    fprintf(stderr, value.length ? " --%s %.*s" : " --%s ''", name, TEXT_ARG(value));
}

static void tell_lines(const struct confirming *confirming, const struct registry_lines *lines) {
    struct command *command = confirming->command;
    const struct printer printer = {&command->arena, confirming->database.law, command->language, false};
    for (size_t i = 0; i < lines->list.count; i++) {
        const struct registry_line *line = &lines->list.items[i];
        struct text value = print_parameter_value(&printer, line->parameter, line->value);
        fputs(" ", stderr);
        if (line->parameter->area || line->area.length) tell_option("area", line->area);
        tell_option("from", line->from);
        if (line->keys.length) tell_option("keys", line->keys);
        fprintf(stderr, "  %.*s\n", TEXT_ARG(value));
    }
}

static void say_about(const struct command *command, const struct parameter *parameter, const char *zh,
                      const char *en) {
    fprintf(stderr, say(command, zh, en),
            TEXT_ARG(label_or_name(parameter->label, parameter->name, command->language)));
}

/* Nothing of what was meant waits to be confirmed: all is confirmed already, or nobody can. */
static int tell_none(const struct confirming *confirming, const struct parameter *parameter) {
    struct registry_lines found;
    if (gather(confirming, parameter, ATTESTED | LAWFUL, &found)) return EXIT_DONE;
    if (gather(confirming, parameter, UNKNOWN, &found))
        say_about(confirming->command, parameter, "doudi: 「%.*s」:政策里没有写值,没有可确认的\n",
                  "doudi: \"%.*s\": the law says no value there, so there is none to confirm\n");
    else
        say_about(confirming->command, parameter,
                  "doudi: 「%.*s」没有这样一个值;doudi confirm --database 数据库 列出未确认的\n",
                  "doudi: \"%.*s\" has no such value; doudi confirm --database DATABASE lists those not confirmed\n");
    return EXIT_USAGE;
}

/* What fits and is not confirmed yet: EXIT_DONE with what is chosen, or nothing where all is confirmed already. */
static int choose(struct confirming *confirming, const struct parameter *parameter) {
    struct command *command = confirming->command;
    size_t count = gather(confirming, parameter, OPEN, &confirming->chosen);
    if (arena_failed(&command->arena)) return out_of_memory(command);
    if (count == 0) return tell_none(confirming, parameter);
    if (count == 1 || command_has(command, "all")) return EXIT_DONE;
    say_about(command, parameter, "doudi: 「%.*s」有几个未确认的值;写明是哪一个,或用 --all 全部确认:\n",
              "doudi: \"%.*s\" has several values that are not confirmed; say which, or --all:\n");
    tell_lines(confirming, &confirming->chosen);
    return EXIT_USAGE;
}

/* --- confirming --------------------------------------------------------------------------------------------------- */

static const struct parameter *find_parameter(const struct confirming *confirming) {
    struct command *command = confirming->command;
    const struct policy *law = confirming->database.law;
    struct choices choices = {.arena = &command->arena, .what = {"参数", "parameter"}};
    for (size_t i = 0; i < law->parameters.count; i++)
        if (!law->parameters.items[i]->is_reading)
            choices_add(&choices, NULL, law->parameters.items[i]->name, law->parameters.items[i]->label, i);
    const struct choice *choice = choice_of_policy(command, &choices, command->words[1]);
    return choice ? law->parameters.items[choice->number] : NULL;
}

static void write_done(struct builder *out, const struct confirming *confirming, const struct registry_lines *lines) {
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    write_lines(&writer, confirming, lines);
    json_write_key(&writer, "written");
    json_write_bool(&writer, confirming->written);
    json_write_key(&writer, "change");
    json_write_integer(&writer, confirming->written ? confirming->change.number : 0);
    json_write_close_object(&writer);
}

static void show_done(struct builder *out, const struct confirming *confirming, const struct registry_lines *lines) {
    struct command *command = confirming->command;
    show_lines(out, confirming, lines);
    if (confirming->written)
        database_show_change(out, command, confirming->url, confirming->change.number);
    else if (confirming->chosen.list.count)
        builder_add(out, text_from(say(command, "只看不写", "nothing was written, as asked")));
    else if (lines->list.count)
        builder_add(out,
                    text_from(say(command, "已经确认过,没有要写的", "confirmed already; there was nothing to write")));
    else
        builder_add(out, text_from(say(command, "政策里已经确认,没有要写的",
                                       "the law confirms it itself; there was nothing to write")));
    builder_add(out, TEXT("\n"));
}

/* What was chosen; where nothing was, what is confirmed already. */
static int show(const struct confirming *confirming, const struct parameter *parameter) {
    struct registry_lines lines = confirming->chosen;
    struct builder out;
    if (lines.list.count == 0) gather(confirming, parameter, ATTESTED, &lines);
    builder_init(&out);
    if (command_has(confirming->command, "json"))
        write_done(&out, confirming, &lines);
    else
        show_done(&out, confirming, &lines);
    return show_built(confirming->command, &out);
}

/* What was chosen, now that it is told, is shown as confirmed. */
static void mark_chosen(struct confirming *confirming) {
    confirming->attestation.by = confirming->change.by;
    confirming->attestation.instant = confirming->change.instant;
    for (size_t i = 0; i < confirming->chosen.list.count; i++)
        confirming->chosen.list.items[i].value->attested = &confirming->attestation;
}

static int confirm_within(struct confirming *confirming, const struct parameter *parameter) {
    struct registry *registry = &confirming->database.registry;
    enum registry_result result =
        registry_read_confirmed(registry, REGISTRY_NOW, confirming->database.law, &confirming->lines);
    int status = database_tell(&confirming->database, confirming->command, confirming->url, result);
    if (status == EXIT_DONE) status = choose(confirming, parameter);
    bool writes = status == EXIT_DONE && confirming->chosen.list.count && !command_has(confirming->command, "dry-run");
    if (!writes) {
        registry_give_up_change(registry);
        return status;
    }
    result = registry_confirm(registry, &confirming->change, &confirming->chosen, &confirming->attestation);
    if (result == REGISTRY_DONE) {
        result = registry_end_change(registry);
        confirming->written = result == REGISTRY_DONE;
    } else
        registry_give_up_change(registry);
    if (confirming->written) mark_chosen(confirming);
    return database_tell(&confirming->database, confirming->command, confirming->url, result);
}

static int confirm(struct confirming *confirming) {
    const struct parameter *parameter = find_parameter(confirming);
    if (!parameter) return EXIT_USAGE;
    enum registry_result result = registry_begin_change(&confirming->database.registry, &confirming->change);
    int status = database_tell(&confirming->database, confirming->command, confirming->url, result);
    if (status == EXIT_DONE) status = confirm_within(confirming, parameter);
    return status == EXIT_DONE ? show(confirming, parameter) : status;
}

/* --- the command -------------------------------------------------------------------------------------------------- */

/* Who confirms by what; false, and told, where that is not said. */
static bool read_attestation(struct confirming *confirming) {
    struct command *command = confirming->command;
    const char *document = command_option(command, "document");
    confirming->attestation =
        (struct attestation){.document = text_from(document), .is_signed = command_has(command, "sign")};
    confirming->change = database_change(command, "confirm", MONTH_FIRST);
    if (!document == !confirming->attestation.is_signed)
        wrong_option(command, "写明 --document 哪份文件;没有文件而签字负责的,用 --sign 代替",
                     "say by which --document; or --sign in its place, where there is none and you sign for it");
    else if (document && !is_tellable(command, confirming->attestation.document))
        wrong_option(command, "--document 应为一行文字,不超过 400 字节,如文号和名称",
                     "--document takes a line of at most 400 bytes, such as a number and title");
    else if (!is_tellable(command, confirming->change.by))
        wrong_option(command, "谁确认的?用 --by 写姓名,不超过 400 字节",
                     "who confirms it? give a name of at most 400 bytes by --by");
    else
        return true;
    return false;
}

/* The empty one is of a value that always holds. */
static bool has_date(const struct command *command) {
    const char *from = command_option(command, "from");
    day_number day;
    if (!from || !*from || day_parse(text_from(from), &day)) return true;
    wrong_option(command, "--from 应为日期,如 2018-07-01", "--from takes a date, such as 2018-07-01");
    return false;
}

/* What only makes sense of a parameter. */
static bool confirms(const struct command *command) {
    return command_has(command, "document") || command_has(command, "sign") || command_has(command, "all") ||
           command_has(command, "by") || command_has(command, "dry-run");
}

static int list(struct confirming *confirming) {
    enum registry_result result = registry_read_confirmed(&confirming->database.registry, REGISTRY_NOW,
                                                          confirming->database.law, &confirming->lines);
    int status = database_tell(&confirming->database, confirming->command, confirming->url, result);
    return status == EXIT_DONE ? show_all(confirming) : status;
}

int command_confirm(struct command *command) {
    struct confirming confirming = {.command = command, .url = command_option(command, "database")};
    bool lists = command->word_count == 1;
    if (command->word_count > 2 || !has_option(command, "database") || (lists && confirms(command)))
        return wrong_usage(command);
    if (!has_date(command)) return EXIT_USAGE;
    if (!lists && !read_attestation(&confirming)) return EXIT_USAGE;
    int status = database_open(&confirming.database, command, confirming.url, NULL);
    if (status == EXIT_DONE) status = lists ? list(&confirming) : confirm(&confirming);
    database_close(&confirming.database);
    return status;
}
