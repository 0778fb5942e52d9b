/* doudi backup, restore: all of a registry into a file that is kept elsewhere, and back into a database. */
#define _POSIX_C_SOURCE 200809L /* fstat, fileno */

#include "cli/database.h"
#include "cli/out_folder.h"
#include "cli/verdict.h"
#include "exchange/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct copying {
    struct command *command;
    const char *from, *to;
    struct database source, copy;
    struct registry_verdict verdict; /* of the copy */
    int64_t bytes;                   /* of the file */
};

/* --- the copy ----------------------------------------------------------------------------------------------------- */

/* Which is then to be committed. */
static int copy(struct copying *copying) {
    struct store *to = copying->copy.store;
    enum registry_result result = registry_copy(&copying->source.registry, to);
    bool its_own = store_failed(to) || result == REGISTRY_THERE;
    return its_own ? database_tell(&copying->copy, copying->command, copying->to, result)
                   : database_tell(&copying->source, copying->command, copying->from, result);
}

static int verify(struct copying *copying) {
    struct database *found = &copying->copy;
    enum registry_result result = registry_verify(&found->registry, &copying->verdict);
    return database_tell(found, copying->command, copying->to, result);
}

static void close_copy(struct copying *copying) {
    database_close(&copying->copy);
    copying->copy = (struct database){.store = NULL};
}

static void tell_broken(const struct copying *copying, const char *zh, const char *en) {
    struct command *command = copying->command;
    fprintf(stderr, "doudi: %s: ", database_shown(command, copying->from));
    fprintf(stderr, say(command, "▲ 第 %lld 次变动:%s;", "▲ change %lld: %s; "), (long long)copying->verdict.changes,
            say_broken(command, copying->verdict.broken));
    fprintf(stderr, "%s\n", say(command, zh, en));
}

static int show(const struct copying *copying, void (*in_words)(struct builder *out, const struct copying *copying)) {
    struct command *command = copying->command;
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    if (!command_has(command, "json")) {
        in_words(&out, copying);
        if (copying->verdict.broken == REGISTRY_SOUND) show_link(&out, command, &copying->verdict);
        return show_built(command, &out);
    }
    json_writer_init(&writer, &out, false);
    json_write_object(&writer);
    write_chain(&writer, &copying->verdict);
    if (copying->bytes) {
        json_write_key(&writer, "bytes");
        json_write_integer(&writer, copying->bytes);
    }
    json_write_close_object(&writer);
    return show_built(command, &out);
}

/* --- backup ------------------------------------------------------------------------------------------------------- */

/* What is there is never replaced: a backup that was good yesterday must outlive a bad one of today. Nor may a log of a
 * database lie there that has lost its file: whoever opens the backup would take that in. */
static int refuse_taken(const struct copying *copying) {
    static const char *const behind[] = {"", "-wal", "-journal"};
    struct command *command = copying->command;
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        struct text path = text_format(&command->arena, "%s%s", copying->to, behind[i]);
        if (arena_failed(&command->arena)) return out_of_memory(command);
        if (!file_is_there(path.bytes)) continue;
        fprintf(stderr,
                say(command, "doudi: %.*s 已在那里;备份请写到一个新文件,比如名称里带上日期\n",
                    "doudi: %.*s is there already; name a new file for the backup, such as one with the date\n"),
                TEXT_ARG(path));
        return EXIT_CANNOT;
    }
    return EXIT_DONE;
}

static int write_draft(struct copying *copying, const char *draft) {
    struct command *command = copying->command;
    int status = database_open_store(&copying->copy, command, draft, STORE_DRAFT);
    if (status == EXIT_DONE) status = copy(copying);
    if (status == EXIT_DONE && !store_commit(copying->copy.store))
        status = database_tell(&copying->copy, command, copying->to, REGISTRY_STORE_FAILED);
    close_copy(copying);
    return status;
}

static int verify_draft(struct copying *copying, const char *draft) {
    int status = database_open_tables(&copying->copy, copying->command, draft);
    if (status == EXIT_DONE) status = verify(copying);
    close_copy(copying);
    return status;
}

/* A registry that was damaged before is kept as it is; a copy that is damaged where the registry is not is no backup.
 */
static int compare_broken(struct copying *copying) {
    struct registry_verdict own;
    const struct registry_verdict *found = &copying->verdict;
    enum registry_result result = registry_verify(&copying->source.registry, &own);
    if (result != REGISTRY_DONE) return database_tell(&copying->source, copying->command, copying->from, result);
    bool same = own.broken == found->broken && own.changes == found->changes &&
                memcmp(own.link, found->link, sizeof own.link) == 0;
    if (same) return EXIT_DONE;
    fprintf(stderr,
            say(copying->command, "doudi: %s: 写下的和读到的不一样,没有留下备份;换一块磁盘再试\n",
                "doudi: %s: what was written is not what was read, and is not kept; try another disk\n"),
            copying->to);
    return EXIT_CANNOT;
}

static int fill_draft(struct copying *copying, struct file_writer *writer) {
    struct stat file;
    int status = refuse_taken(copying);
    if (status == EXIT_DONE) status = write_draft(copying, writer->draft.bytes);
    if (status == EXIT_DONE) status = verify_draft(copying, writer->draft.bytes);
    if (status == EXIT_DONE && copying->verdict.broken != REGISTRY_SOUND) status = compare_broken(copying);
    if (status == EXIT_DONE && fstat(fileno(writer->stream), &file) == 0) copying->bytes = (int64_t)file.st_size;
    return status;
}

static int keep(struct copying *copying) {
    struct command *command = copying->command;
    struct file_writer writer;
    enum file_result result = file_begin_private(&writer, &command->arena, copying->to);
    if (result != FILE_OK) return tell_unwritable(command, result, text_from(copying->to));
    int status = fill_draft(copying, &writer);
    if (status != EXIT_DONE) {
        file_abandon(&writer);
        return status;
    }
    result = file_commit(&writer);
    return result == FILE_OK ? EXIT_DONE : tell_unwritable(command, result, text_from(copying->to));
}

static void say_kept(struct builder *out, const struct copying *copying) {
    struct command *command = copying->command;
    struct text bytes = number_decimal(&command->arena, number_from(copying->bytes), 0, true);
    builder_format(out, "→ %s  ", copying->to);
    if (copying->verdict.broken == REGISTRY_SOUND)
        builder_format(out, say(command, "%lld 次变动  ", "%lld changes  "), (long long)copying->verdict.changes);
    builder_format(out, say(command, "%.*s 字节\n", "%.*s bytes\n"), TEXT_ARG(bytes));
}

int command_backup(struct command *command) {
    if (command->word_count != 3) return wrong_usage(command);
    struct copying copying = {.command = command, .from = command->words[1], .to = command->words[2]};
    if (store_is_url(copying.to))
        return wrong_option(command, "备份写成一个文件;要抄到服务器,用 doudi restore",
                            "a backup is a file; doudi restore copies onto a server");
    int status = database_open_tables(&copying.source, command, copying.from);
    if (status == EXIT_DONE) status = keep(&copying);
    if (status == EXIT_DONE) status = show(&copying, say_kept);
    if (status == EXIT_DONE && copying.verdict.broken != REGISTRY_SOUND) {
        tell_broken(&copying, "备份照原样留下了它;以前的备份不要丢,用 doudi audit verify 找出最近一份完好的",
                    "the backup holds it as it is; keep those of before, and find the last that is sound with doudi "
                    "audit verify");
        status = EXIT_FOUND;
    }
    database_close(&copying.source);
    return status;
}

/* --- restore ------------------------------------------------------------------------------------------------------ */

/* Looked at before it is committed. */
static int verify_copy(struct copying *copying) {
    struct database *made = &copying->copy;
    enum registry_result result = registry_open(&made->registry, made->store, NULL);
    made->opened = true;
    int status = database_tell(made, copying->command, copying->to, result);
    if (status == EXIT_DONE) status = verify(copying);
    if (status != EXIT_DONE || copying->verdict.broken == REGISTRY_SOUND) return status;
    tell_broken(copying, "什么都没有写;换一份完好的备份", "nothing was written; take a backup that is sound");
    return EXIT_FOUND;
}

static int put_back(struct copying *copying) {
    struct command *command = copying->command;
    int status = database_open_store(&copying->copy, command, copying->to, STORE_MADE_ANEW);
    if (status == EXIT_DONE) status = copy(copying);
    if (status == EXIT_DONE) status = verify_copy(copying);
    if (status == EXIT_DONE && !store_commit(copying->copy.store))
        status = database_tell(&copying->copy, command, copying->to, REGISTRY_STORE_FAILED);
    close_copy(copying); /* what is not committed goes */
    return status;
}

static void say_put_back(struct builder *out, const struct copying *copying) {
    database_show_change(out, copying->command, copying->to, copying->verdict.changes);
    builder_add(out, TEXT("\n"));
}

int command_restore(struct command *command) {
    if (command->word_count != 3) return wrong_usage(command);
    struct copying copying = {.command = command, .from = command->words[1], .to = command->words[2]};
    int status = database_open_tables(&copying.source, command, copying.from);
    if (status == EXIT_DONE) status = put_back(&copying);
    if (status == EXIT_DONE) status = show(&copying, say_put_back);
    database_close(&copying.source);
    return status;
}
