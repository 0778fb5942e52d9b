/* doudi init, audit: a registry is made, and looked at whether it is as it was told. */
#include "base/shown.h"
#include "base/thread.h"
#include "cli/choice.h"
#include "cli/key_choice.h"
#include "cli/session.h"
#include "cli/telling.h"
#include "cli/verdict.h"
#include "exchange/json.h"
#include "registry/work_rows.h"
#include "work/audit.h"

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
int telling_check(struct telling *telling, month_number month) {
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

bool telling_begin(struct telling *telling) {
    struct command *command = telling->command;
    telling->import = (struct import){.arena = &command->arena,
                                      .policy = telling->database.law,
                                      .diagnostics = &telling->diagnostics,
                                      .adds = true,
                                      .encoding = command_has(command, "encoding") ? &telling->encoding : NULL,
                                      .since = telling->change.since,
                                      .threads = processors()};
    diagnostics_init(&telling->diagnostics, &command->arena);
    telling->taken = ARENA_ARRAY(&command->arena, struct registry_taken, telling->database.law->entities.count + 1);
    return !arena_failed(&command->arena);
}

int telling_tell_read(struct telling *telling, enum import_result result) {
    print_diagnostics(telling->command, &telling->diagnostics);
    if (result == IMPORT_NO_MEMORY) return out_of_memory(telling->command);
    return result == IMPORT_FILE_REFUSED || result == IMPORT_UNREADABLE ? EXIT_CANNOT : EXIT_DONE;
}

const struct entity *telling_entity(struct telling *telling, const char *word) {
    return entity_of_word(telling->command, telling->database.law, word);
}

/* --- what became of it -------------------------------------------------------------------------------------------- */

static void show_count(struct builder *out, struct command *command, size_t count, const char *zh, const char *en) {
    struct text number = number_decimal(&command->arena, number_from((int64_t)count), 0, true);
    builder_format(out, "%12.*s %s", TEXT_ARG(number), say(command, zh, en));
}

void telling_show_counts(struct builder *out, const struct telling *telling, const struct telling_count *counts) {
    struct command *command = telling->command;
    for (size_t i = 0; i < telling->database.law->entities.count; i++) {
        const struct entity *entity = telling->database.law->entities.items[i];
        const struct telling_count *count = &counts[i];
        struct text label = label_or_name(entity->label, entity->name, command->language);
        size_t width = text_width(label);
        if (count->fresh + count->changed + count->same + count->alike + count->wrong == 0) continue;
        builder_add(out, label);
        builder_pad(out, width < 24 ? 24 - width : 1);
        show_count(out, command, count->fresh, "新", "new");
        show_count(out, command, count->changed, "变", "changed");
        show_count(out, command, count->same, "同", "same");
        if (count->alike) show_count(out, command, count->alike, "像", "ambiguous");
        if (count->wrong) show_count(out, command, count->wrong, "错", "wrong");
        builder_add(out, TEXT("\n"));
    }
}

void telling_write_counts(struct json_writer *writer, const struct telling *telling,
                          const struct telling_count *counts) {
    json_write_key(writer, "rows");
    json_write_object(writer);
    for (size_t i = 0; i < telling->database.law->entities.count; i++) {
        const struct {
            const char *key;
            size_t count;
        } each[] = {{"new", counts[i].fresh},
                    {"changed", counts[i].changed},
                    {"same", counts[i].same},
                    {"ambiguous", counts[i].alike},
                    {"wrong", counts[i].wrong}};
        json_write_key_text(writer, telling->database.law->entities.items[i]->name);
        json_write_object(writer);
        for (size_t k = 0; k < sizeof each / sizeof *each; k++) {
            json_write_key(writer, each[k].key);
            json_write_integer(writer, (int64_t)each[k].count);
        }
        json_write_close_object(writer);
    }
    json_write_close_object(writer);
}

void telling_show_change(struct builder *out, const struct telling *telling) {
    database_show_change(out, telling->command, telling->url, telling->change.number);
    builder_add(out, TEXT("\n"));
}

void telling_write_change(struct json_writer *writer, const struct telling *telling) {
    json_write_key(writer, "written");
    json_write_bool(writer, telling->written);
    json_write_key(writer, "change");
    json_write_integer(writer, telling->written ? telling->change.number : 0);
}

/* Areas that come with the law are all taken. */
static int show(const struct telling *telling) {
    struct command *command = telling->command;
    size_t entities = telling->database.law->entities.count;
    struct telling_count *counts = ARENA_ARRAY(&command->arena, struct telling_count, entities + 1);
    struct builder out;
    struct json_writer writer;
    if (arena_failed(&command->arena)) return out_of_memory(command);
    for (size_t i = 0; i < entities; i++)
        counts[i] = (struct telling_count){.fresh = telling->taken[i].fresh,
                                           .changed = telling->taken[i].changed,
                                           .same = telling->taken[i].same,
                                           .wrong = telling->taken[i].refused};
    builder_init(&out);
    if (command_has(command, "json")) {
        json_writer_init(&writer, &out, false);
        json_write_object(&writer);
        telling_write_counts(&writer, telling, counts);
        telling_write_change(&writer, telling);
        if (telling->made_keys) {
            json_write_key(&writer, "keys");
            json_write_string(&writer, text_from(telling->made_keys));
        }
        json_write_close_object(&writer);
    } else {
        telling_show_counts(&out, telling, counts);
        telling_show_change(&out, telling);
        show_made_keys(&out, command, telling->made_keys);
    }
    int status = show_built(command, &out);
    return status == EXIT_DONE && telling_refused(telling) ? EXIT_FOUND : status;
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

int telling_take_areas(struct telling *telling) {
    struct command *command = telling->command;
    struct text areas = path_join(&command->arena, telling->database.law->layers.items[0]->folder, TEXT("areas"));
    if (!folder_exists(areas.bytes)) return EXIT_DONE;
    int status = telling_tell_read(telling, import_folder(&telling->import, areas.bytes, NULL));
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
    if (status == EXIT_DONE)
        status = database_make_keys(&telling->database, command, telling->url, &telling->change, &telling->made_keys);
    if (status == EXIT_DONE) status = telling_begin(telling) ? telling_take_areas(telling) : out_of_memory(command);
    if (status == EXIT_DONE) status = tell(telling, registry_end_change(&telling->database.registry));
    telling->written = status == EXIT_DONE;
    return status;
}

int command_init(struct command *command) {
    enum digest_kind digest;
    enum seal_key_kind kind;
    if (command->word_count != 2) return wrong_usage(command);
    if (!read_digest(command, &digest) || !read_cipher(command, &kind)) return EXIT_USAGE;
    struct telling telling = {.command = command, .url = command->words[1]};
    const char *folder = command_option(command, "policy");
    int status = telling_make(&telling, folder ? folder : POLICY_FOLDER, digest);
    if (status == EXIT_DONE) status = show(&telling);
    telling_close(&telling);
    return status;
}

bool telling_since(struct command *command, month_number *since) {
    const char *option = command_option(command, "since");
    *since = MONTH_FIRST;
    if (!option || month_parse(text_from(option), since)) return true;
    wrong_option(command, "--since 应为月份,如 2018-07", "--since takes a month, such as 2018-07");
    return false;
}

/* --- the chain ---------------------------------------------------------------------------------------------------- */

static void show_sealed(struct builder *out, const struct command *command, const struct registry_verdict *verdict) {
    if (verdict->sealed == 0) return;
    builder_format(
        out,
        verdict->opened
            ? say(command, "密封的 %zu 个值都打开核对过 ✓\n", "sealed values, all opened and compared ✓: %zu\n")
            : say(command, "密封的 %zu 个值没有打开:没有密钥,只核对了链\n",
                  "sealed values that were not opened: %zu; without keys the chain alone was looked at\n"),
        verdict->sealed);
}

static void show_verdict(struct builder *out, const struct command *command, const struct registry_verdict *verdict) {
    show_flaws(out, command, verdict);
    if (!is_whole(verdict)) {
        builder_format(out, say(command, "▲ 第 %lld 次变动:%s\n", "▲ change %lld: %s\n"), (long long)verdict->changes,
                       say_broken(command, verdict->broken));
        if (verdict->forgery.length)
            builder_format(out, say(command, "▲ 密封的 %.*s 不是当初登记的\n", "▲ sealed: %.*s is not what was told\n"),
                           TEXT_ARG(verdict->forgery));
        return;
    }
    builder_format(out, say(command, "%lld 次变动,都和当初一样 ✓\n", "%lld changes, all as they were made ✓\n"),
                   (long long)verdict->changes);
    show_sealed(out, command, verdict);
    show_link(out, command, verdict);
}

static bool are_kept(const struct settlement_audit *books) {
    return books->settlements || books->earlier || books->transfers || books->differs.length;
}

static void show_books(struct builder *out, const struct command *command, const struct settlement_audit *books) {
    if (!are_kept(books)) return;
    if (books->differs.length) {
        builder_format(out, say(command, "▲ 账目和结算对不上:%.*s\n", "▲ the books are not what was settled: %.*s\n"),
                       TEXT_ARG(books->differs));
        return;
    }
    builder_format(
        out,
        say(command, "%lld 笔结算,%lld 笔账目,逐笔相符 ✓\n", "%lld settlements, %lld transfers, all as settled ✓\n"),
        (long long)books->settlements, (long long)books->transfers);
    if (books->earlier)
        builder_format(out,
                       say(command, "另有 %lld 笔是按以前的政策结算的,没有对账\n",
                           "settled by earlier laws, and not held against the books: %lld\n"),
                       (long long)books->earlier);
}

static void write_books(struct json_writer *writer, const struct settlement_audit *books) {
    if (!are_kept(books)) return;
    json_write_key(writer, "books");
    json_write_object(writer);
    json_write_key(writer, "settlements");
    json_write_integer(writer, books->settlements);
    json_write_key(writer, "earlier");
    json_write_integer(writer, books->earlier);
    json_write_key(writer, "transfers");
    json_write_integer(writer, books->transfers);
    if (books->differs.length) {
        json_write_key(writer, "differs");
        json_write_string(writer, books->differs);
    }
    json_write_close_object(writer);
}

static void write_verdict(struct builder *out, const struct registry_verdict *verdict,
                          const struct settlement_audit *books, struct text damage) {
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    write_chain(&writer, verdict);
    write_books(&writer, books);
    if (verdict->sealed) {
        json_write_key(&writer, "sealed");
        json_write_integer(&writer, (int64_t)verdict->sealed);
        json_write_key(&writer, "opened");
        json_write_bool(&writer, verdict->opened);
    }
    if (damage.length) {
        json_write_key(&writer, "damaged");
        json_write_string(&writer, damage);
    }
    json_write_close_object(&writer);
}

static void show_damage(struct builder *out, const struct command *command, struct text damage) {
    if (damage.length == 0) return;
    builder_add(out, text_from(say(command, "▲ 数据库自己的索引和它的表对不上,查找可能漏掉登记的内容;请用备份恢复:",
                                   "▲ the database's own indexes are not what its tables are, so that rows may be "
                                   "overlooked; restore a backup: ")));
    builder_add_shown(out, damage);
    builder_add(out, TEXT("\n"));
}

/* The chain, and beside it, over a connection of its own, the database's structures: both take long. */
struct audit {
    struct registry *registry;
    struct registry_verdict verdict;
    enum registry_result result;
    struct store *beside; /* NULL: one after the other */
    bool whole;
};

static void look_at(void *context, unsigned thread) {
    struct audit *audit = context;
    if (thread > 0) {
        audit->whole = store_check(audit->beside);
        return;
    }
    audit->result = registry_verify(audit->registry, &audit->verdict);
    if (audit->result == REGISTRY_DONE) store_roll_back(audit->registry->store); /* of what was only read */
}

static struct store_trouble look_at_all(struct audit *audit) {
    struct store *own = audit->registry->store;
    struct store_trouble trouble;
    audit->beside = processors() > 1 ? store_open_again(own, &trouble) : NULL;
    work_together(audit->beside ? 2 : 1, look_at, audit);
    if (audit->beside) trouble = *store_trouble(audit->beside);
    bool looked = audit->beside && (audit->whole || trouble.failure == STORE_DAMAGED);
    store_close(audit->beside);
    if (looked) return trouble;
    audit->whole = audit->result == REGISTRY_DONE && store_check(own);
    return *store_trouble(own);
}

/* The books, where bills were settled: by the law, which is read for them. What is wrong with a registry that is not as
 * it was told has been said. */
static int look_at_books(struct command *command, const char *url, bool sound, struct settlement_audit *books) {
    struct database database = {.law = NULL};
    int status = database_open(&database, command, url, NULL);
    if (status == EXIT_DONE) {
        enum registry_result result = settlements_audit(&database.registry, books);
        if (result == REGISTRY_DONE || sound) status = database_tell(&database, command, url, result);
        books->differs = text_copy(&command->arena, books->differs);
    }
    database_close(&database);
    return sound ? status : EXIT_DONE;
}

static int verify(struct command *command, struct database *database, const char *url) {
    struct settlement_audit books = {.differs = TEXT("")};
    struct audit audit = {.registry = &database->registry};
    const struct store_trouble trouble = look_at_all(&audit);
    enum registry_result result = audit.result;
    const struct registry_verdict verdict = audit.verdict;
    bool whole = audit.whole;
    if (result == REGISTRY_DONE && !whole && trouble.failure != STORE_DAMAGED) result = REGISTRY_STORE_FAILED;
    if (result != REGISTRY_DONE) return database_tell(database, command, url, result);
    bool settles = whole && registry_work_last(&database->registry, REGISTRY_SETTLEMENTS) > 0;
    int looked = settles ? look_at_books(command, url, is_whole(&verdict), &books) : EXIT_DONE;
    if (looked != EXIT_DONE) return looked;
    struct text damage = text_from(whole ? "" : *trouble.words ? trouble.words : "?");
    struct builder out;
    builder_init(&out);
    if (command_has(command, "json"))
        write_verdict(&out, &verdict, &books, damage);
    else
        show_verdict(&out, command, &verdict);
    if (!command_has(command, "json")) show_books(&out, command, &books);
    if (!command_has(command, "json")) show_damage(&out, command, damage);
    int status = show_built(command, &out);
    return status == EXIT_DONE && (verdict.broken != REGISTRY_SOUND || !whole || books.differs.length) ? EXIT_FOUND
                                                                                                       : status;
}

int command_audit(struct command *command) {
    struct database database;
    if (command->word_count != 3 || !text_is(text_from(command->words[1]), "verify")) return wrong_usage(command);
    int status = database_open_to_verify(&database, command, command->words[2]);
    bool opened = status == EXIT_DONE;
    if (opened) status = database_use_keys(&database, command, command->words[2]);
    /* What the registry says of its keys may be what was altered, which the chain tells. */
    bool goes_on = status == EXIT_DONE || (opened && database.registry.differs.length);
    int found = goes_on ? verify(command, &database, command->words[2]) : EXIT_DONE;
    if (found != EXIT_DONE) status = found;
    database_close(&database);
    return status;
}
