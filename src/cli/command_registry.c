/* doudi init, import, audit: a registry is made, told, and looked at whether it is as it was told. */
#include "cli/choice.h"
#include "cli/session.h"
#include "cli/telling.h"
#include "cli/verdict.h"
#include "exchange/json.h"

#include <stdio.h>

static int tell(struct telling *telling, enum registry_result result) {
    return database_tell(&telling->database, telling->command, telling->url, result);
}

/* --- what does not fit -------------------------------------------------------------------------------------------- */

static const char *why_refused(const struct command *command, enum refusal_kind kind) {
    switch (kind) {
    case REFUSED_NO_PARENT: return say(command, "没写属于哪一行", "it does not say under which row it belongs");
    case REFUSED_UNKNOWN_PARENT: return say(command, "所属的那一行没有登记", "it lies under a row that is not known");
    case REFUSED_UNKNOWN_REFERENCE: return say(command, "所指的那一行没有登记", "it leads to a row that is not known");
    case REFUSED_DATED_EMPTY: return say(command, "缺日期或编号", "its date or number is missing");
    case REFUSED_TOO_MANY:
        return say(command, "同一上级下的行数超过上限", "its parent would have more rows than the law allows");
    default: return say(command, "与别的行不合", "it does not go with other rows");
    }
}

/* All that is known now, with what is being told, as a month would find it: what does not fit there is not taken. */
static int check_known(struct telling *telling, month_number month) {
    enum { SHOWN = 20 };
    struct command *command = telling->command;
    struct arena arena;
    struct records records;
    arena_init(&arena);
    struct refusals refusals = {.arena = &arena};
    enum registry_result result = registry_read(&telling->database.registry, REGISTRY_NOW, &arena, &records);
    struct dataset *dataset =
        result == REGISTRY_DONE ? dataset_new(telling->database.law, &records, month, &refusals) : NULL;
    int status = result != REGISTRY_DONE ? tell(telling, result) : dataset ? EXIT_DONE : out_of_memory(command);
    for (size_t i = 0; i < refusals.list.count && i < SHOWN && dataset; i++) {
        const struct refusal *refusal = &refusals.list.items[i];
        const struct record_row *row = &records.tables[refusal->entity->index].rows[refusal->row];
        struct text label = label_or_name(refusal->entity->label, refusal->entity->name, command->language);
        fprintf(stderr, "doudi: %.*s %.*s: %s\n", TEXT_ARG(label), TEXT_ARG(row->id.length ? row->id : row->parent),
                why_refused(command, refusal->kind));
    }
    telling->unfit = refusals.list.count;
    dataset_free(dataset);
    arena_free(&arena);
    return status;
}

/* --- taking ------------------------------------------------------------------------------------------------------- */

size_t telling_refused(const struct telling *telling) {
    size_t refused = telling->import.refused.count + telling->unfit;
    for (size_t i = 0; i < telling->database.law->entities.count; i++) refused += telling->taken[i].refused;
    return refused;
}

bool telling_is_new(const struct telling *telling) {
    bool any = false;
    for (size_t i = 0; i < telling->database.law->entities.count; i++)
        any = any || telling->taken[i].fresh || telling->taken[i].changed;
    return any;
}

/* What is given as it was given before says nothing new. */
static enum registry_result drop_known(struct telling *telling, struct registry_given *given) {
    struct registry_given known;
    enum registry_result result =
        registry_read_given(&telling->database.registry, REGISTRY_NOW, &telling->command->arena, &known);
    if (result != REGISTRY_DONE) return result;
    if (text_equal(known.opening, given->opening)) given->opening = TEXT("");
    if (text_equal(known.decisions, given->decisions)) given->decisions = TEXT("");
    return result;
}

static int take(struct telling *telling, month_number month) {
    struct command *command = telling->command;
    struct registry *registry = &telling->database.registry;
    struct registry_given given = {import_given_written(&telling->import, &command->arena, true),
                                   import_given_written(&telling->import, &command->arena, false)};
    if (arena_failed(&command->arena)) return out_of_memory(command);
    enum registry_result result = drop_known(telling, &given);
    if (result == REGISTRY_DONE)
        result = registry_take(registry, &telling->change, &telling->import.records, telling->taken);
    if (result == REGISTRY_DONE) result = registry_keep_given(registry, &telling->change, &given);
    telling->news = given.opening.length || given.decisions.length || telling_is_new(telling);
    return result == REGISTRY_DONE ? check_known(telling, month) : tell(telling, result);
}

static int take_change(struct telling *telling, month_number month) {
    struct command *command = telling->command;
    enum registry_result result = registry_begin_change(&telling->database.registry, &telling->change);
    int status = result == REGISTRY_DONE ? take(telling, month) : tell(telling, result);
    bool good = status == EXIT_DONE && telling_refused(telling) == 0;
    if (!good || !telling->news || command_has(command, "dry-run")) {
        registry_give_up_change(&telling->database.registry);
        return status;
    }
    status = tell(telling, registry_end_change(&telling->database.registry));
    telling->written = status == EXIT_DONE;
    return status;
}

bool telling_begin(struct telling *telling) {
    struct command *command = telling->command;
    telling->import = (struct import){.arena = &command->arena,
                                      .policy = telling->database.law,
                                      .diagnostics = &telling->diagnostics,
                                      .adds = true,
                                      .threads = processors()};
    diagnostics_init(&telling->diagnostics, &command->arena);
    telling->taken = ARENA_ARRAY(&command->arena, struct registry_taken, telling->database.law->entities.count + 1);
    return !arena_failed(&command->arena);
}

static int tell_read(struct telling *telling, enum import_result result) {
    print_diagnostics(telling->command, &telling->diagnostics);
    if (result == IMPORT_NO_MEMORY) return out_of_memory(telling->command);
    return result == IMPORT_FILE_REFUSED || result == IMPORT_UNREADABLE ? EXIT_CANNOT : EXIT_DONE;
}

static int read_files(struct telling *telling, const char *folder, const char *areas) {
    return tell_read(telling, import_folder(&telling->import, folder, areas));
}

/* ENTITY FILE: by its name or label. */
static int read_table(struct telling *telling, const char *word, const char *path) {
    struct command *command = telling->command;
    const struct policy *law = telling->database.law;
    const struct entity *entity = entity_of_word(command, law, word);
    if (!entity) return EXIT_USAGE;
    int status = table_file_open(&telling->table, command, path);
    if (status != EXIT_DONE) return status;
    return tell_read(telling, import_text(&telling->import, entity, text_from(path), telling->table.bytes));
}

/* --- what became of it -------------------------------------------------------------------------------------------- */

static void show_taken(struct builder *out, const struct telling *telling) {
    struct command *command = telling->command;
    struct arena *arena = &command->arena;
    for (size_t i = 0; i < telling->database.law->entities.count; i++) {
        const struct entity *entity = telling->database.law->entities.items[i];
        const struct registry_taken *taken = &telling->taken[i];
        struct text label = label_or_name(entity->label, entity->name, command->language);
        size_t counts[] = {taken->fresh, taken->changed, taken->same}, width = text_width(label);
        if (taken->fresh + taken->changed + taken->same + taken->refused == 0) continue;
        builder_add(out, label);
        builder_pad(out, width < 24 ? 24 - width : 1);
        for (size_t k = 0; k < 3; k++) {
            static const char *const words[][2] = {{"新", "new"}, {"变", "changed"}, {"同", "same"}};
            struct text count = number_decimal(arena, number_from((int64_t)counts[k]), 0, true);
            builder_format(out, "%12.*s %s", TEXT_ARG(count), say(command, words[k][0], words[k][1]));
        }
        builder_add(out, TEXT("\n"));
    }
    size_t refused = telling_refused(telling);
    if (refused)
        builder_format(out,
                       say(command, "▲ %zu 行不合适,什么都没有写;改好后再登记一次\n",
                           "▲ rows that do not fit: %zu; nothing was written, mend them and import once more\n"),
                       refused);
    else if (telling->written)
        builder_format(out, say(command, "→ %s 第 %lld 次变动\n", "→ %s, change %lld\n"),
                       store_is_url(telling->url) ? "postgresql" : telling->url, (long long)telling->change.number);
    else if (!telling->news)
        builder_add(
            out, text_from(say(command, "都已登记,没有要写的\n", "all of it is known; there was nothing to write\n")));
    else
        builder_add(out, text_from(say(command, "只看不写\n", "nothing was written, as asked\n")));
}

static void write_taken(struct builder *out, const struct telling *telling) {
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    json_write_key(&writer, "rows");
    json_write_object(&writer);
    for (size_t i = 0; i < telling->database.law->entities.count; i++) {
        const struct registry_taken *taken = &telling->taken[i];
        json_write_key_text(&writer, telling->database.law->entities.items[i]->name);
        json_write_object(&writer);
        json_write_key(&writer, "new");
        json_write_integer(&writer, (int64_t)taken->fresh);
        json_write_key(&writer, "changed");
        json_write_integer(&writer, (int64_t)taken->changed);
        json_write_key(&writer, "same");
        json_write_integer(&writer, (int64_t)taken->same);
        json_write_close_object(&writer);
    }
    json_write_close_object(&writer);
    json_write_key(&writer, "refused");
    json_write_integer(&writer, (int64_t)telling_refused(telling));
    json_write_key(&writer, "written");
    json_write_bool(&writer, telling->written);
    json_write_key(&writer, "change");
    json_write_integer(&writer, telling->written ? telling->change.number : 0);
    json_write_close_object(&writer);
}

static int show(const struct telling *telling) {
    struct command *command = telling->command;
    bool refused = telling_refused(telling) != 0;
    struct builder out;
    builder_init(&out);
    (command_has(command, "json") ? write_taken : show_taken)(&out, telling);
    int status = show_built(command, &out);
    return status == EXIT_DONE && refused ? EXIT_FOUND : status;
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

int telling_take_areas(struct telling *telling) {
    struct command *command = telling->command;
    struct text areas = path_join(&command->arena, telling->database.law->layers.items[0]->folder, TEXT("areas"));
    if (!folder_exists(areas.bytes)) return EXIT_DONE;
    int status = read_files(telling, areas.bytes, NULL);
    if (status != EXIT_DONE) return status;
    return tell(telling,
                registry_take(&telling->database.registry, &telling->change, &telling->import.records, telling->taken));
}

/* --digest sm3|sha256; false, and told, for any other. */
static bool read_digest(const struct command *command, enum digest_kind *digest) {
    struct text option = text_from(command_option(command, "digest"));
    *digest = text_is(option, "sha256") ? DIGEST_SHA256 : DIGEST_SM3;
    if (!command_option(command, "digest") || text_is(option, "sm3") || text_is(option, "sha256")) return true;
    wrong_option(command, "--digest 应为 sm3 或 sha256", "--digest takes sm3 or sha256");
    return false;
}

void telling_close(struct telling *telling) {
    import_close(&telling->import);
    table_file_close(&telling->table);
    database_close(&telling->database);
}

int telling_make(struct telling *telling, const char *folder, enum digest_kind digest) {
    struct command *command = telling->command;
    telling->change = database_change(command, "init", MONTH_FIRST);
    int status = database_make(&telling->database, command, telling->url, folder, digest, &telling->change);
    if (status == EXIT_DONE) status = telling_begin(telling) ? telling_take_areas(telling) : out_of_memory(command);
    if (status == EXIT_DONE) status = tell(telling, registry_end_change(&telling->database.registry));
    telling->written = status == EXIT_DONE;
    return status;
}

int command_init(struct command *command) {
    enum digest_kind digest;
    if (command->word_count != 2) return wrong_usage(command);
    if (!read_digest(command, &digest)) return EXIT_USAGE;
    struct telling telling = {.command = command, .url = command->words[1]};
    const char *folder = command_option(command, "policy");
    int status = telling_make(&telling, folder ? folder : POLICY_FOLDER, digest);
    if (status == EXIT_DONE) status = show(&telling);
    telling_close(&telling);
    return status;
}

static bool read_since(struct command *command, month_number *since) {
    const char *option = command_option(command, "since");
    *since = MONTH_FIRST;
    if (!option || month_parse(text_from(option), since)) return true;
    wrong_option(command, "--since 应为月份,如 2018-07", "--since takes a month, such as 2018-07");
    return false;
}

static int import_told(struct telling *telling, month_number since) {
    const struct command *command = telling->command;
    const char *const *words = command->words;
    telling->change = database_change(telling->command, "import", since);
    if (!telling_begin(telling)) return out_of_memory(telling->command);
    month_number now = database_month(&telling->change);
    int status =
        command->word_count == 3 ? read_table(telling, words[1], words[2]) : read_files(telling, words[1], NULL);
    if (status == EXIT_DONE) status = take_change(telling, since == MONTH_FIRST ? now : since);
    return status == EXIT_DONE ? show(telling) : status;
}

int command_import(struct command *command) {
    month_number since;
    if (command->word_count < 2 || command->word_count > 3 || !has_option(command, "database"))
        return wrong_usage(command);
    if (!read_since(command, &since)) return EXIT_USAGE;
    struct telling telling = {.command = command, .url = command_option(command, "database")};
    int status = database_open(&telling.database, command, telling.url, NULL);
    if (status == EXIT_DONE) status = import_told(&telling, since);
    telling_close(&telling);
    return status;
}

/* --- the chain ---------------------------------------------------------------------------------------------------- */

static void show_verdict(struct builder *out, const struct command *command, const struct registry_verdict *verdict) {
    if (verdict->broken != REGISTRY_SOUND) {
        builder_format(out, say(command, "▲ 第 %lld 次变动:%s\n", "▲ change %lld: %s\n"), (long long)verdict->changes,
                       say_broken(command, verdict->broken));
        return;
    }
    builder_format(out, say(command, "%lld 次变动,都和当初一样 ✓\n", "%lld changes, all as they were made ✓\n"),
                   (long long)verdict->changes);
    show_link(out, command, verdict);
}

static void write_verdict(struct builder *out, const struct registry_verdict *verdict) {
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    write_chain(&writer, verdict);
    json_write_close_object(&writer);
}

static int verify(struct command *command, struct database *database, const char *url) {
    struct registry_verdict verdict;
    enum registry_result result = registry_verify(&database->registry, &verdict);
    if (result != REGISTRY_DONE) return database_tell(database, command, url, result);
    struct builder out;
    builder_init(&out);
    if (command_has(command, "json"))
        write_verdict(&out, &verdict);
    else
        show_verdict(&out, command, &verdict);
    int status = show_built(command, &out);
    return status == EXIT_DONE && verdict.broken != REGISTRY_SOUND ? EXIT_FOUND : status;
}

int command_audit(struct command *command) {
    struct database database;
    if (command->word_count != 3 || !text_is(text_from(command->words[1]), "verify")) return wrong_usage(command);
    int status = database_open_tables(&database, command, command->words[2]);
    if (status == EXIT_DONE) status = verify(command, &database, command->words[2]);
    database_close(&database);
    return status;
}
