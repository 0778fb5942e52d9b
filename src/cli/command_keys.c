/* doudi keys, reveal: which keys seal a registry, another one from now on, and one sealed value in full. */
#include "cli/choice.h"
#include "cli/key_choice.h"
#include "cli/session.h"
#include "exchange/json.h"
#include "registry/sealed.h"

#include <openssl/crypto.h>
#include <stdio.h>

/* --- keys show ---------------------------------------------------------------------------------------------------- */

static struct text name_of_key(struct command *command, const struct registry_key *key) {
    if (key->number == 0 && key->values == 0) return text_from(say(command, "索引", "index"));
    return text_format(&command->arena, "%u", key->number);
}

static void show_keys(struct builder *out, struct command *command, const struct registry_used_keys *keys) {
    for (size_t i = 0; i < keys->list.count; i++) {
        const struct registry_key *key = &keys->list.items[i];
        bool known = key->fingerprint[0];
        struct text name = name_of_key(command, key), made = day_format(&command->arena, key->made),
                    count = number_decimal(&command->arena, number_from((int64_t)key->values), 0, true);
        builder_format(out, "%.*s  %s  %.*s  %s", TEXT_ARG(name), known ? seal_key_kind_word(key->kind) : "?",
                       TEXT_ARG(known ? made : TEXT("?")), known ? key->fingerprint : "?");
        if (key->number || key->values)
            builder_format(out, say(command, "  %.*s 个值", "  %.*s values"), TEXT_ARG(count));
        builder_add(out, TEXT("\n"));
    }
    if (keys->list.count == 0) builder_add(out, text_from(say(command, "还没有密封过\n", "nothing was sealed yet\n")));
}

static void write_keys(struct builder *out, struct command *command, const struct registry_used_keys *keys) {
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    json_write_key(&writer, "keys");
    json_write_array(&writer);
    for (size_t i = 0; i < keys->list.count; i++) {
        const struct registry_key *key = &keys->list.items[i];
        bool known = key->fingerprint[0];
        json_write_object(&writer);
        json_write_key(&writer, "number");
        json_write_integer(&writer, key->number);
        json_write_key(&writer, "cipher");
        json_write_string(&writer, text_from(known ? seal_key_kind_word(key->kind) : ""));
        json_write_key(&writer, "made");
        json_write_string(&writer, known ? day_format(&command->arena, key->made) : TEXT(""));
        json_write_key(&writer, "fingerprint");
        json_write_string(&writer, text_from(key->fingerprint));
        json_write_key(&writer, "values");
        json_write_integer(&writer, (int64_t)key->values);
        json_write_close_object(&writer);
    }
    json_write_close_array(&writer);
    json_write_close_object(&writer);
}

static int show(struct command *command, const char *url, struct database *database) {
    struct registry_used_keys keys;
    struct builder out;
    enum registry_result result = registry_read_keys(&database->registry, &command->arena, &keys);
    if (result != REGISTRY_DONE) return database_tell(database, command, url, result);
    builder_init(&out);
    (command_has(command, "json") ? write_keys : show_keys)(&out, command, &keys);
    return show_built(command, &out);
}

/* --- keys rotate -------------------------------------------------------------------------------------------------- */

struct rotating {
    struct command *command;
    const char *url, *path;
    struct database *database;
    struct registry_resealing resealing;
};

static int tell(const struct rotating *rotating, enum registry_result result) {
    return database_tell(rotating->database, rotating->command, rotating->url, result);
}

static size_t sealed_by(const struct registry_used_keys *keys, unsigned number, bool others) {
    size_t values = 0;
    for (size_t i = 0; i < keys->list.count; i++)
        if ((keys->list.items[i].number != number) == others) values += keys->list.items[i].values;
    return values;
}

/* A call that was stopped has added its key already: this one goes on where that left off. */
static int add_key(struct rotating *rotating) {
    struct command *command = rotating->command;
    struct registry_used_keys used;
    struct keys keys;
    size_t line;
    int status = tell(rotating, registry_read_keys(&rotating->database->registry, &command->arena, &used));
    if (status != EXIT_DONE) return status;
    enum keys_status read = keys_read(&keys, rotating->path, &line);
    if (read != KEYS_OK) return key_file_tell(command, rotating->path, read, line);
    const struct seal_key *newest = keys_newest(&keys);
    enum seal_key_kind kind = newest->kind;
    bool unfinished = sealed_by(&used, newest->number, true) != 0 && newest->number > 1,
         told = read_cipher(command, &kind);
    keys_clear(&keys);
    if (!told) return EXIT_USAGE;
    if (unfinished) return EXIT_DONE;
    struct registry_change change = database_change(command, "rotate", MONTH_FIRST);
    read = keys_add(rotating->path, kind, database_day(&change), &line);
    return key_file_tell(command, rotating->path, read, line);
}

/* The newest key is kept as one of the registry's before it seals anything. */
static int keep_key(struct rotating *rotating) {
    struct registry *registry = &rotating->database->registry;
    struct registry_change change = database_change(rotating->command, "rotate", MONTH_FIRST);
    enum registry_result result = registry_begin_change(registry, &change);
    if (result == REGISTRY_MIGRATED) return tell(rotating, result);
    if (result == REGISTRY_DONE) result = registry_keep_keys(registry, &change);
    if (result == REGISTRY_DONE)
        result = registry_end_change(registry);
    else
        registry_give_up_change(registry);
    return tell(rotating, result);
}

static int seal_all_anew(struct rotating *rotating) {
    enum registry_result result = REGISTRY_DONE;
    while (result == REGISTRY_DONE && !rotating->resealing.done)
        result = registry_seal_anew(&rotating->database->registry, &rotating->resealing);
    return tell(rotating, result);
}

static int show_rotated(const struct rotating *rotating) {
    struct command *command = rotating->command;
    struct builder out;
    struct text count = number_decimal(&command->arena, number_from((int64_t)rotating->resealing.values), 0, true);
    builder_init(&out);
    builder_format(&out,
                   say(command, "→ %s  已换新密钥,重新密封 %.*s 个值;另存一份新的密钥文件,旧备份仍要用里面的旧密钥\n",
                       "→ %s  a new key, values sealed anew: %.*s; keep a copy of the new key file, whose old keys "
                       "open old backups\n"),
                   rotating->path, TEXT_ARG(count));
    return show_built(command, &out);
}

static int rotate(struct command *command, const char *url, struct database *database) {
    bool named;
    struct rotating rotating = {
        .command = command, .url = url, .path = key_path(command, url, &named), .database = database};
    if (!registry_seals(&database->registry))
        return wrong_option(command, "登记簿里没有密封的内容", "nothing is sealed in that registry");
    if (!rotating.path) return database_tell(database, command, url, REGISTRY_NO_KEYS);
    int status = database_use_keys(database, command, url); /* a file that is another's gets no key */
    if (status == EXIT_DONE && !database->registry.sealing) status = tell(&rotating, REGISTRY_NO_KEYS);
    if (status == EXIT_DONE) status = add_key(&rotating);
    if (status == EXIT_DONE) status = database_use_keys(database, command, url);
    if (status == EXIT_DONE) status = keep_key(&rotating);
    if (status == EXIT_DONE) status = seal_all_anew(&rotating);
    return status == EXIT_DONE ? show_rotated(&rotating) : status;
}

int command_keys(struct command *command) {
    struct database database;
    const char *url = command->words[2];
    struct text word = text_from(command->word_count > 1 ? command->words[1] : "");
    bool rotates = text_is(word, "rotate");
    if (command->word_count != 3 || (!rotates && !text_is(word, "show"))) return wrong_usage(command);
    int status = rotates ? database_open(&database, command, url, NULL) : database_open_tables(&database, command, url);
    if (status == EXIT_DONE) status = rotates ? rotate(command, url, &database) : show(command, url, &database);
    database_close(&database);
    return status;
}

/* --- reveal ------------------------------------------------------------------------------------------------------- */

struct revealing {
    struct command *command;
    const char *url;
    struct database database;
    const struct field *input;
    struct registry_change change;
    int64_t key;
    struct text plain;
};

static const struct field *tell_open(const struct command *command, const struct field *input) {
    struct text label = label_or_name(input->label, input->name, command->language);
    fprintf(stderr,
            say(command, "doudi: 「%.*s」没有密封;doudi household show 就能看到\n",
                "doudi: \"%.*s\" is not sealed; doudi household show shows it\n"),
            TEXT_ARG(label));
    return NULL;
}

/* ENTITY … INPUT, by names or labels; NULL, and told. */
static const struct field *find_input(const struct revealing *revealing) {
    struct command *command = revealing->command;
    const struct entity *of = entity_of_word(command, revealing->database.law, command->words[1]);
    struct choices sealed = {.arena = &command->arena}, inputs = sealed;
    bool several;
    if (!of) return NULL;
    for (size_t i = 0; i < of->inputs.count; i++)
        choices_add(of->inputs.items[i]->sealed ? &sealed : &inputs, of, of->inputs.items[i]->name,
                    of->inputs.items[i]->label, i);
    const struct choice *open = choice_find(&inputs, text_from(command->words[3]), &several);
    if (open && !choice_find(&sealed, text_from(command->words[3]), &several))
        return tell_open(command, of->inputs.items[open->number]);
    const struct choice *input = choice_of_policy(command, &sealed, command->words[3]);
    return input ? of->inputs.items[input->number] : NULL;
}

static int tell_none(const struct revealing *revealing) {
    struct command *command = revealing->command;
    struct text id = text_from(command->words[2]);
    fprintf(stderr,
            revealing->key ? say(command, "doudi: %.*s: 没有登记这一项\n", "doudi: %.*s: nothing is known of it\n")
                           : say(command, "doudi: 没有登记 %.*s\n", "doudi: there is no %.*s\n"),
            TEXT_ARG(id));
    return EXIT_FOUND;
}

static int read_value(struct revealing *revealing) {
    struct registry *registry = &revealing->database.registry;
    struct command *command = revealing->command;
    month_number now = database_month(&revealing->change);
    enum registry_result result =
        registry_key_of(registry, revealing->input->entity, text_from(command->words[2]), &revealing->key);
    if (result == REGISTRY_DONE && revealing->key)
        result = registry_reveal(registry, revealing->input, revealing->key, now, &command->arena, &revealing->plain);
    int status = database_tell(&revealing->database, command, revealing->url, result);
    return status == EXIT_DONE && revealing->plain.length == 0 ? tell_none(revealing) : status;
}

/* Nobody sees a value before it is on disk who does. */
static int keep_view(struct revealing *revealing) {
    struct registry *registry = &revealing->database.registry;
    struct text why = text_from(command_option(revealing->command, "why"));
    enum registry_result result = registry_begin_change(registry, &revealing->change);
    if (result == REGISTRY_DONE)
        result = registry_keep_view(registry, &revealing->change, revealing->input, revealing->key, why);
    if (result == REGISTRY_DONE)
        result = registry_end_change(registry);
    else
        registry_give_up_change(registry);
    return database_tell(&revealing->database, revealing->command, revealing->url, result);
}

static int reveal(struct revealing *revealing) {
    struct command *command = revealing->command;
    revealing->input = find_input(revealing);
    if (!revealing->input) return EXIT_USAGE;
    int status = database_use_keys(&revealing->database, command, revealing->url);
    if (status == EXIT_DONE) status = read_value(revealing);
    if (status == EXIT_DONE) status = keep_view(revealing);
    if (status != EXIT_DONE) return status;
    struct builder out;
    printf("%.*s\n", TEXT_ARG(revealing->plain)); /* which needs no copy of it */
    builder_init(&out);
    database_show_change(&out, command, revealing->url, revealing->change.number);
    builder_add(&out, text_from(say(command, "(谁看的,为什么)\n", " (who saw it, and why)\n")));
    return show_built(command, &out);
}

int command_reveal(struct command *command) {
    struct revealing revealing = {.command = command, .url = command_option(command, "database")};
    if (command->word_count != 4 || !has_option(command, "database") || !has_option(command, "why"))
        return wrong_usage(command);
    revealing.change = database_change(command, "reveal", MONTH_FIRST);
    if (!tells_why(command, &revealing.change)) return EXIT_USAGE;
    int status = database_open(&revealing.database, command, revealing.url, NULL);
    if (status == EXIT_DONE) status = reveal(&revealing);
    database_close(&revealing.database);
    return status;
}
