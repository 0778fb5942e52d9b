/* doudi household: one family is found, shown, and what became of it told. */
#include "base/shown.h"
#include "cli/family.h"
#include "cli/key_choice.h"
#include "engine/value.h"
#include "lang/unit_words.h"

#include <stdio.h>
#include <string.h>

/* --- words -------------------------------------------------------------------------------------------------------- */

static struct text with_unit(struct family *family, const struct policy *law, const struct field *field,
                             struct text amount, enum language language) {
    struct arena *arena = &family->command->arena;
    if (field->type.kind != TYPE_NUMBER) return amount;
    struct text unit = unit_words(arena, law, type_written(arena, &field->declaration->type), language);
    return text_format(arena, unit.length ? "%.*s %.*s" : "%.*s%.*s", TEXT_ARG(amount), TEXT_ARG(unit));
}

struct text family_shown(struct family *family, const struct record_table *table, size_t row, const struct field *input,
                         enum language language) {
    const struct column *column = &table->columns[input->input_index];
    struct arena *arena = &family->command->arena;
    if (!column->known[row]) return TEXT("");
    if (!column->lanes) return text_shown(arena, column_text(column, row));
    struct value value = value_of_lane(arena, &column->spec, column_get(column, row));
    struct text shown = value_show(arena, &input->type, input->scale, input->step, &value, language);
    return with_unit(family, family->database.law, input, shown, language);
}

struct text family_plain(struct family *family, const struct record_table *table, size_t row,
                         const struct field *input) {
    const struct column *column = &table->columns[input->input_index];
    struct arena *arena = &family->command->arena;
    if (!column->known[row]) return TEXT("");
    if (!column->lanes) return text_shown(arena, column_text(column, row));
    struct value value = value_of_lane(arena, &column->spec, column_get(column, row));
    return value_plain(arena, &input->type, input->scale, &value);
}

struct text family_known_by(struct family *family, const struct record_table *table, size_t row) {
    struct text all = TEXT("");
    for (size_t i = 0; i < table->entity->known_by.count; i++) {
        struct text part =
            family_shown(family, table, row, table->entity->known_by.items[i], family->command->language);
        if (part.length)
            all = text_format(&family->command->arena, "%.*s%s%.*s", TEXT_ARG(all), all.length ? " " : "",
                              TEXT_ARG(part));
    }
    return all;
}

struct text family_label(const struct family *family, const struct entity *entity) {
    return label_or_name(entity->label, entity->name, family->command->language);
}

struct text family_amount(struct family *family, const struct policy *law, const struct field *field,
                          const struct value *value) {
    enum language language = family->command->language;
    struct text shown = value_show(&family->command->arena, &field->type, field->scale, field->step, value, language);
    return value->state == VALUE_KNOWN ? with_unit(family, law, field, shown, language) : shown;
}

struct text family_since(struct family *family, month_number since) {
    const struct command *command = family->command;
    if (since < day_month(day_first) || since > day_month(day_last)) return text_from(say(command, "一直", "always"));
    return text_format(&family->command->arena, say(command, "自 %s 起", "from %s"),
                       month_format(&family->command->arena, since).bytes);
}

struct registry_change family_change(struct family *family, int64_t number) {
    struct registry_change change = {.number = number};
    for (size_t i = 0; i < family->changes.count; i++)
        if (family->changes.items[i].number == number) return family->changes.items[i];
    registry_read_change(&family->database.registry, number, &family->command->arena, &change);
    VECTOR_PUSH(&family->command->arena, &family->changes, change);
    return change;
}

struct text family_change_words(struct family *family, int64_t number) {
    struct arena *arena = &family->command->arena;
    struct registry_change change = family_change(family, number);
    return text_format(arena, say(family->command, "第 %lld 次变动 %.*s %.*s %.*s", "change %lld, %.*s, %.*s, %.*s"),
                       (long long)number, TEXT_ARG(instant_written(arena, change.instant)),
                       TEXT_ARG(text_shown(arena, change.by)), TEXT_ARG(text_shown(arena, change.what)));
}

struct text family_decision(struct family *family, int64_t run, const struct field *field, struct text id) {
    return text_format(&family->command->arena, "%lld/%.*s.%.*s/%.*s", (long long)run, TEXT_ARG(field->entity->name),
                       TEXT_ARG(field->name), TEXT_ARG(id));
}

void family_write_text(struct family *family, const char *key, struct text text) {
    json_write_key(&family->writer, key);
    json_write_string(&family->writer, text);
}

void family_write_change(struct family *family, int64_t number) {
    struct registry_change change = family_change(family, number);
    json_write_key(&family->writer, "change");
    json_write_integer(&family->writer, number);
    family_write_text(family, "at", instant_written(&family->command->arena, change.instant));
    family_write_text(family, "by", change.by);
    family_write_text(family, "what", change.what);
}

/* --- versions ----------------------------------------------------------------------------------------------------- */

size_t family_next_row(const struct family *family, size_t at) {
    const struct registry_version *list = family->told.list.items;
    size_t next = at;
    while (next < family->told.list.count && list[next].key == list[at].key && list[next].entity == list[at].entity)
        next++;
    return next;
}

const struct registry_version *family_version_in(const struct family *family, size_t at, month_number month) {
    for (size_t end = family_next_row(family, at); at < end; at++) {
        const struct registry_version *version = &family->told.list.items[at];
        if (!version->replaced && version->since <= month && month <= version->until)
            return version->stands && version->within ? version : NULL;
    }
    return NULL;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

int family_tell(struct family *family, enum registry_result result) {
    return database_tell(&family->database, family->command, family->url, result);
}

static int tell_nobody(const struct family *family, struct text id) {
    const struct command *command = family->command;
    if (family->row.key)
        fprintf(stderr,
                say(command, "doudi: 「%.*s」不在哪一家里;请写家庭或人员的编号\n",
                    "doudi: \"%.*s\" lies in no family; give the id of a family, or of a person\n"),
                TEXT_ARG(id));
    else
        fprintf(stderr,
                say(command,
                    "doudi: 登记簿里没有「%.*s」;请写家庭、人员的编号,或单子的全名;doudi household find 可以查找\n",
                    "doudi: the registry has no \"%.*s\"; name a family or person by id, a bill by its whole name; "
                    "doudi household find looks for them\n"),
                TEXT_ARG(id));
    return EXIT_FOUND;
}

static int open_database(struct family *family, struct command *command) {
    *family = (struct family){
        .command = command, .url = command_option(command, "database"), .json = command_has(command, "json")};
    builder_init(&family->out);
    json_writer_init(&family->writer, &family->out, false);
    int status = database_open_known(&family->database, command, family->url, &family->known);
    if (status == EXIT_DONE) status = database_use_keys(&family->database, command, family->url);
    family->database.registry.sight = REGISTRY_MASKED;
    return status;
}

static month_number this_month(struct command *command) {
    struct registry_change now = database_change(command, "household", MONTH_FIRST);
    return database_month(&now);
}

/* The last month that was decided; without one this month. */
static month_number latest_month(const struct family *family) {
    month_number latest = MONTH_FIRST;
    for (size_t i = 0; i < family->runs.list.count; i++)
        if (family->runs.list.items[i].month > latest) latest = family->runs.list.items[i].month;
    return latest == MONTH_FIRST ? this_month(family->command) : latest;
}

int family_open(struct family *family, struct command *command, struct text id, bool page) {
    int status = open_database(family, command);
    if (status != EXIT_DONE) return status;
    struct registry *registry = &family->database.registry;
    struct arena *arena = &command->arena;
    const char *month = command_option(command, "month");
    enum registry_result result = registry_read_runs(registry, family->known, arena, &family->runs);
    if (!month || !month_parse(text_from(month), &family->month))
        family->month = page ? latest_month(family) : this_month(command);
    const struct registry_sought sought = {
        .words = id, .language = command->language, .month = family->month, .known = family->known};
    if (result == REGISTRY_DONE) result = registry_find_row(registry, &sought, arena, &family->row);
    if (result == REGISTRY_DONE && !family->row.family_key) return tell_nobody(family, id);
    if (result == REGISTRY_DONE) family->entity = registry_families(registry);
    if (result == REGISTRY_DONE && family->entity)
        result =
            registry_read_told(registry, family->known, family->entity, family->row.family_key, arena, &family->told);
    return family_tell(family, result);
}

int family_law(struct family *family, const struct registry_run *run, struct policy **law) {
    struct arena *arena = &family->command->arena;
    struct registry *registry = &family->database.registry;
    struct family_law found = {.law = family->database.law};
    if (family->laws.count == 0) {
        found.change = registry_law_change(registry, family->known);
        VECTOR_PUSH(arena, &family->laws, found);
    }
    if (arena_failed(arena)) return out_of_memory(family->command);
    for (size_t i = 0; i < family->laws.count; i++) {
        *law = family->laws.items[i].law;
        if (family->laws.items[i].change == run->law) return EXIT_DONE;
    }
    int status = database_kept_law(&family->database, family->command, family->url, run->law, &found.own);
    found.change = run->law;
    found.law = *law = found.own;
    size_t before = family->laws.count;
    VECTOR_PUSH(arena, &family->laws, found);
    if (family->laws.count == before) policy_free(found.own);
    return arena_failed(arena) ? out_of_memory(family->command) : status;
}

int family_show(struct family *family) {
    struct command *command = family->command;
    if (store_failed(family->database.store)) return family_tell(family, REGISTRY_STORE_FAILED);
    if (family->out.failed || arena_failed(&command->arena)) return out_of_memory(command);
    if (family->json)
        print_builder(&family->out);
    else
        print_coloured(command, builder_text(&family->out));
    return EXIT_DONE;
}

void family_close(struct family *family) {
    for (size_t i = 0; i < family->laws.count; i++) policy_free(family->laws.items[i].own);
    builder_free(&family->out);
    database_close(&family->database);
}

/* --- finding ------------------------------------------------------------------------------------------------------ */

/* What is told of it from a later month on. */
static void write_ahead(struct family *family, const struct registry_ahead *ahead) {
    struct json_writer *writer = &family->writer;
    if (ahead->since == MONTH_LAST) return;
    json_write_key(writer, "ahead");
    json_write_object(writer);
    family_write_text(family, "from", month_format(&family->command->arena, ahead->since));
    json_write_key(writer, "stands");
    json_write_bool(writer, ahead->stands);
    if (ahead->known_by.length) family_write_text(family, "known_by", ahead->known_by);
    if (ahead->parent.length) family_write_text(family, "parent", ahead->parent);
    json_write_close_object(writer);
}

static void write_match(struct family *family, const struct registry_match *match) {
    struct json_writer *writer = &family->writer;
    json_write_object(writer);
    family_write_text(family, "entity", match->entity->name);
    json_write_words(writer, "label", match->entity->label);
    family_write_text(family, "id", match->id);
    family_write_text(family, "known_by", match->known_by);
    if (match->other.length)
        family_write_text(family, match->other_since ? "will_be_known_by" : "was_known_by", match->other);
    family_write_text(family, "family", match->family);
    family_write_text(family, "where", match->where);
    json_write_key(writer, "stands");
    json_write_bool(writer, !match->gone);
    write_ahead(family, &match->ahead);
    json_write_close_object(writer);
}

static void write_matches(struct family *family, const struct registry_matches *matches) {
    struct json_writer *writer = &family->writer;
    json_write_object(writer);
    json_write_key(writer, "found");
    json_write_array(writer);
    for (size_t i = 0; i < matches->list.count; i++) write_match(family, &matches->list.items[i]);
    json_write_close_array(writer);
    json_write_key(writer, "more");
    json_write_bool(writer, matches->more);
    json_write_key(writer, "needs_keys");
    json_write_bool(writer, matches->needs_keys);
    json_write_close_object(writer);
}

static void add_padded(struct builder *out, struct text text, size_t columns) {
    size_t width = text_width(text);
    builder_format(out, "%.*s", TEXT_ARG(text));
    builder_pad(out, width < columns ? columns - width + 2 : 2);
}

/* In h2, 王明. */
static struct text ahead_words(struct family *family, const struct registry_ahead *ahead) {
    struct command *command = family->command;
    struct arena *arena = &command->arena;
    struct text parent = text_shown(arena, ahead->parent), known_by = text_shown(arena, ahead->known_by);
    if (!ahead->stands) return text_from(say(command, "不再在册", "no longer there"));
    if (!parent.length) return known_by.length ? known_by : text_from(say(command, "在册", "there"));
    if (!known_by.length) return text_format(arena, say(command, "在 %.*s", "in %.*s"), TEXT_ARG(parent));
    return text_format(arena, say(command, "在 %.*s,%.*s", "in %.*s, %.*s"), TEXT_ARG(parent), TEXT_ARG(known_by));
}

static struct text in_parentheses(struct family *family, struct text words, month_number since, struct text what) {
    struct arena *arena = &family->command->arena;
    return text_format(arena, say(family->command, "%.*s (自 %s 起:%.*s)", "%.*s (from %s: %.*s)"), TEXT_ARG(words),
                       month_format(arena, since).bytes, TEXT_ARG(what));
}

/* What it is and is known by: 人员 王小明 1990-05-01 (was 王明, no longer there). */
static struct text match_words(struct family *family, const struct registry_match *match) {
    struct command *command = family->command;
    struct arena *arena = &command->arena;
    struct text words = text_format(arena, "%.*s %.*s", TEXT_ARG(family_label(family, match->entity)),
                                    TEXT_ARG(text_shown(arena, match->known_by)));
    if (match->other.length && match->other_since)
        words = in_parentheses(family, words, match->other_since, text_shown(arena, match->other));
    else if (match->other.length)
        words = text_format(arena, say(command, "%.*s (曾登记为 %.*s)", "%.*s (once told as %.*s)"), TEXT_ARG(words),
                            TEXT_ARG(text_shown(arena, match->other)));
    if (match->gone && !match->later)
        words = text_format(arena, say(command, "%.*s (已不在册)", "%.*s (no longer there)"), TEXT_ARG(words));
    if (match->ahead.since != MONTH_LAST)
        words = in_parentheses(family, words, match->ahead.since, ahead_words(family, &match->ahead));
    return text_trim(words);
}

static void show_matches(struct family *family, const struct registry_matches *matches) {
    struct command *command = family->command;
    struct arena *arena = &command->arena;
    struct text ids[REGISTRY_MATCHES_MOST], words[REGISTRY_MATCHES_MOST];
    size_t widest = 0, wide = 0;
    for (size_t i = 0; i < matches->list.count; i++) {
        ids[i] = text_shown(arena, matches->list.items[i].id);
        words[i] = match_words(family, &matches->list.items[i]);
        if (text_width(ids[i]) > widest) widest = text_width(ids[i]);
        if (text_width(words[i]) > wide) wide = text_width(words[i]);
    }
    for (size_t i = 0; i < matches->list.count; i++) {
        const struct registry_match *match = &matches->list.items[i];
        add_padded(&family->out, ids[i], widest);
        add_padded(&family->out, words[i], wide);
        builder_format(&family->out, "%.*s", TEXT_ARG(text_shown(arena, match->where)));
        if (!text_equal(match->family, match->id))
            builder_format(&family->out, " › %.*s", TEXT_ARG(text_shown(arena, match->family)));
        builder_add(&family->out, TEXT("\n"));
    }
    if (matches->more)
        builder_add(&family->out, text_from(say(command, "… 还有更多;请多写几个字,或用 --area 限定区域\n",
                                                "… there are more; write more of it, or narrow it by --area\n")));
}

static void tell_nobody_found(const struct command *command, struct text words, bool needs_keys) {
    fprintf(stderr, say(command, "doudi: 没有找到「%.*s」\n", "doudi: nobody found by \"%.*s\"\n"), TEXT_ARG(words));
    if (needs_keys)
        fputs(say(command, "doudi: 密封的内容(如证件号码)要有密钥才能查;用 --key-file 写明密钥文件\n",
                  "doudi: what is sealed, such as the number of a card, is looked for with the keys alone; name their "
                  "file by --key-file\n"),
              stderr);
}

static int find(struct command *command) {
    struct family family;
    struct registry_sought sought = {.area = text_from(command_option(command, "area")),
                                     .words = TEXT(""),
                                     .language = command->language,
                                     .known = REGISTRY_NOW};
    struct registry_matches matches;
    const char *month = command_option(command, "month");
    sought.month = this_month(command);
    if (month && !month_parse(text_from(month), &sought.month)) return one_month_only(command);
    for (size_t i = 2; i < command->word_count; i++)
        sought.words =
            text_format(&command->arena, "%.*s%s%s", TEXT_ARG(sought.words), i > 2 ? " " : "", command->words[i]);
    int status = open_database(&family, command);
    if (status == EXIT_DONE) {
        status = family_tell(&family, registry_find(&family.database.registry, &sought, &command->arena, &matches));
        if (status == EXIT_DONE && family.json)
            write_matches(&family, &matches);
        else if (status == EXIT_DONE)
            show_matches(&family, &matches);
        if (status == EXIT_DONE) status = family_show(&family);
        if (status == EXIT_DONE && matches.list.count == 0 && !family.json)
            tell_nobody_found(command, sought.words, matches.needs_keys);
        if (status == EXIT_DONE && matches.list.count == 0) status = EXIT_FOUND;
    }
    family_close(&family);
    return status;
}

/* --- the command -------------------------------------------------------------------------------------------------- */

static int show(struct command *command, bool history) {
    struct family family;
    const char *month = command_option(command, "month");
    month_number when;
    if (month && !month_parse(text_from(month), &when)) return one_month_only(command);
    int status = family_open(&family, command, text_from(command->words[2]), !history);
    if (status == EXIT_DONE) status = (history ? family_history : family_page)(&family);
    family_close(&family);
    return status;
}

int command_household(struct command *command) {
    const char *what = command->word_count > 2 ? command->words[1] : "";
    if (!command_has(command, "database")) {
        if (*what) return has_option(command, "database") ? EXIT_DONE : EXIT_USAGE;
        return wrong_usage(command);
    }
    if (strcmp(what, "find") == 0) return find(command);
    bool history = strcmp(what, "history") == 0;
    if (command->word_count != 3 || !(history || strcmp(what, "show") == 0)) return wrong_usage(command);
    return show(command, history);
}
