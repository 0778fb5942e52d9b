/* doudi migrate: another law for a registry. */
#include "base/shown.h"
#include "cli/key_choice.h"
#include "cli/telling.h"

#include <stdio.h>

static const char *say_step(const struct command *command, const struct registry_step *step) {
    switch (step->kind) {
    case REGISTRY_ADDED: return say(command, "新增", "added");
    case REGISTRY_BACK: return say(command, "重新读取以前登记的", "what was told of it earlier is read again");
    case REGISTRY_RANGED: return say(command, "允许的值变了", "other values are allowed");
    case REGISTRY_CODED:
        return say(command, "换了写法,已登记的照新写法读取", "stored otherwise; what is there is read anew");
    case REGISTRY_BARED:
        return say(command, "不再密封:以后登记的,凡拿得到数据库的人都看得见(以前密封的仍然密封)",
                   "sealed no more: what is told from now on lies there in clear, for everybody who has the database; "
                   "what is sealed stays so");
    case REGISTRY_DROPPED:
        return step->input.length
                   ? say(command, "政策里没有了,已登记的值数", "the law has it no more; values that are there")
                   : say(command, "政策里没有了,已登记的行数", "the law has it no more; rows that are there");
    case REGISTRY_LOST: return say(command, "不再允许的值数", "values that are no longer allowed");
    default: return say(command, "不能改变所属、日期或编号", "it cannot lie elsewhere, or be dated otherwise");
    }
}

static struct text step_name(struct telling *telling, const struct registry_step *step) {
    struct arena *arena = &telling->command->arena;
    struct text label = registry_step_label(&telling->database.registry, step, telling->command->language);
    struct text name = step->input.length
                           ? text_format(arena, "%.*s.%.*s", TEXT_ARG(step->entity), TEXT_ARG(step->input))
                           : step->entity;
    return label.length
               ? text_format(arena, say(telling->command, "%.*s(%.*s)", "%.*s (%.*s)"), TEXT_ARG(name), TEXT_ARG(label))
               : name;
}

/* Names and ids are others' words. */
static void show_step(struct builder *out, struct telling *telling, const struct registry_step *step) {
    const struct command *command = telling->command;
    struct registry *registry = &telling->database.registry;
    struct text before = registry_step_shown(registry, step, false, command->language),
                after = registry_step_shown(registry, step, true, command->language);
    const char *colon = say(command, ":", ": ");
    bool counted = step->kind == REGISTRY_DROPPED || step->kind == REGISTRY_LOST;
    struct builder line;
    builder_init(&line);
    if (step->count || step->kind == REGISTRY_ELSEWHERE || step->kind == REGISTRY_BARED) builder_add(&line, TEXT("▲ "));
    builder_format(&line, "%.*s%s%s%s", TEXT_ARG(step_name(telling, step)), colon, say_step(command, step), colon);
    if (counted)
        builder_format(&line, "%zu", step->count);
    else if (before.length)
        builder_format(&line, "%.*s → %.*s", TEXT_ARG(before), TEXT_ARG(after));
    else
        builder_add(&line, after);
    if (step->example.length) builder_format(&line, say(command, ",如 %.*s", ", as of %.*s"), TEXT_ARG(step->example));
    builder_add_shown(out, builder_text(&line));
    builder_add(out, TEXT("\n"));
    out->failed = out->failed || line.failed;
    builder_free(&line);
}

static bool bares(const struct registry_migration *migration) {
    bool any = false;
    for (size_t i = 0; i < migration->steps.count && !any; i++) any = migration->steps.items[i].kind == REGISTRY_BARED;
    return any;
}

static const char *say_outcome(const struct telling *telling, const struct registry_migration *migration) {
    const struct command *command = telling->command;
    if (migration->refused)
        return say(command, "▲ 什么都没有写:这样的改变要另建登记簿\n",
                   "▲ nothing was written: such a law needs a registry of its own\n");
    if (telling_refused(telling))
        return say(command, "▲ 政策附带的区划有不合适的行,什么都没有写\n",
                   "▲ areas of the law do not fit; nothing was written\n");
    if (!telling->news)
        return say(command, "政策和登记簿里的一样,没有要写的\n", "the law is the same; there was nothing to write\n");
    if (command_has(command, "dry-run")) return say(command, "只看不写\n", "nothing was written, as asked\n");
    if (bares(migration))
        return say(command, "▲ 什么都没有写:先看标 ▲ 的;确定要换就加 --yes\n",
                   "▲ nothing was written: look at what is marked ▲; say --yes to go on\n");
    return say(
        command, "▲ 什么都没有写:标 ▲ 的新政策读不到(以前的政策仍能读到);确定要换就加 --yes\n",
        "▲ nothing was written: what is marked ▲ the new law would not read (earlier laws still do); say --yes to "
        "go on\n");
}

static void write_text(struct json_writer *writer, const char *key, struct text text) {
    if (text.length == 0) return;
    json_write_key(writer, key);
    json_write_string(writer, text);
}

static void write_step(struct json_writer *writer, const struct registry_step *step) {
    static const char *const kinds[] = {
        [REGISTRY_ADDED] = "added", [REGISTRY_BACK] = "back",          [REGISTRY_RANGED] = "ranged",
        [REGISTRY_CODED] = "coded", [REGISTRY_DROPPED] = "dropped",    [REGISTRY_BARED] = "bared",
        [REGISTRY_LOST] = "lost",   [REGISTRY_ELSEWHERE] = "elsewhere"};
    json_write_object(writer);
    write_text(writer, "step", text_from(kinds[step->kind]));
    write_text(writer, "entity", step->entity);
    write_text(writer, "input", step->input);
    write_text(writer, "before", step->before);
    write_text(writer, "after", step->after);
    if (step->kind == REGISTRY_DROPPED || step->kind == REGISTRY_LOST) {
        json_write_key(writer, "count");
        json_write_integer(writer, (int64_t)step->count);
    }
    write_text(writer, "example", step->example);
    json_write_close_object(writer);
}

static void write_flag(struct json_writer *writer, const char *key, bool flag) {
    json_write_key(writer, key);
    json_write_bool(writer, flag);
}

static int write_all(const struct telling *telling, const struct registry_migration *migration) {
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    json_write_object(&writer);
    json_write_key(&writer, "steps");
    json_write_array(&writer);
    for (size_t i = 0; i < migration->steps.count; i++) write_step(&writer, &migration->steps.items[i]);
    json_write_close_array(&writer);
    write_flag(&writer, "law_changes", migration->law_changes);
    write_flag(&writer, "loses", migration->loses);
    write_flag(&writer, "refused", migration->refused);
    telling_write_change(&writer, telling);
    write_text(&writer, "keys", text_from(telling->made_keys));
    json_write_close_object(&writer);
    return show_built(telling->command, &out);
}

static int show(struct telling *telling, const struct registry_migration *migration) {
    struct command *command = telling->command;
    struct builder out;
    if (command_has(command, "json")) return write_all(telling, migration);
    builder_init(&out);
    for (size_t i = 0; i < migration->steps.count; i++) show_step(&out, telling, &migration->steps.items[i]);
    if (migration->law_changes && migration->steps.count == 0)
        builder_add(&out, text_from(say(command, "政策的文字或参数变了,登记的内容不变\n",
                                        "the law's words or parameters change; what is registered stays\n")));
    if (telling->written)
        telling_show_change(&out, telling);
    else
        builder_add(&out, text_from(say_outcome(telling, migration)));
    show_made_keys(&out, command, telling->made_keys);
    return show_built(command, &out);
}

/* The change is under way. */
static int go_on(struct telling *telling, const struct registry_migration *migration) {
    struct command *command = telling->command;
    struct registry *registry = &telling->database.registry;
    bool consents = command_has(command, "yes") || !migration->loses, refused = migration->refused;
    int status = telling_begin(telling) ? EXIT_DONE : out_of_memory(command);
    if (status == EXIT_DONE && !refused) status = database_use_keys(&telling->database, command, telling->url);
    if (status == EXIT_DONE && !refused) status = telling_take_areas(telling);
    refused = refused || (status == EXIT_DONE && telling_refused(telling));
    telling->news =
        migration->steps.count || migration->law_changes || (status == EXIT_DONE && telling_is_new(telling));
    if (status != EXIT_DONE || refused || !consents || !telling->news || command_has(command, "dry-run")) {
        registry_give_up_change(registry);
    } else {
        status = database_make_keys(&telling->database, command, telling->url, &telling->change, &telling->made_keys);
        if (status == EXIT_DONE)
            status = database_tell(&telling->database, command, telling->url, registry_end_change(registry));
        else
            registry_give_up_change(registry);
        telling->written = status == EXIT_DONE;
    }
    if (status == EXIT_DONE) status = show(telling, migration);
    return status == EXIT_DONE && (refused || !consents) ? EXIT_FOUND : status;
}

int command_migrate(struct command *command) {
    const char *folder = command_option(command, "policy");
    struct registry_migration migration;
    if (command->word_count != 2) return wrong_usage(command);
    struct telling telling = {.command = command, .url = command->words[1]};
    telling.change = database_change(command, "migrate", MONTH_FIRST);
    int status = database_migrate(&telling.database, command, telling.url, folder ? folder : POLICY_FOLDER,
                                  &telling.change, &migration);
    if (status == EXIT_DONE) status = go_on(&telling, &migration);
    telling_close(&telling);
    return status;
}
