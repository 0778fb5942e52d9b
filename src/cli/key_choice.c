#include "cli/key_choice.h"

#include "cli/session.h"
#include "registry/sealed.h"

#include <stdio.h>
#include <stdlib.h>

/* --- which one ---------------------------------------------------------------------------------------------------- */

const char *key_path(struct command *command, const char *url, bool *named) {
    const char *path = command_option(command, "key-file");
    if (!path || !*path) path = getenv("DOUDI_KEYS");
    *named = path && *path;
    if (*named || store_is_url(url)) return *named ? path : NULL;
    return text_format(&command->arena, "%s.keys", url).bytes;
}

bool read_cipher(const struct command *command, enum seal_key_kind *kind) {
    const char *option = command_option(command, "cipher");
    if (!option || seal_key_kind_parse(text_from(option), true, kind)) return true;
    wrong_option(command, "--cipher 应为 sm4 或 aes", "--cipher takes sm4 or aes");
    return false;
}

/* --- what goes wrong ---------------------------------------------------------------------------------------------- */

static const char *say_status(const struct command *command, enum keys_status status) {
    switch (status) {
    case KEYS_MALFORMED: return say(command, "写法不对", "it is not written as a key file");
    case KEYS_DUPLICATE: return say(command, "同一编号出现两次", "a number stands there twice");
    case KEYS_OTHER_VERSION:
        return say(command, "由更新的版本写成,请升级", "a later version wrote it; take that version");
    case KEYS_EMPTY: return say(command, "里面没有密钥", "there is no key in it");
    case KEYS_FULL: return say(command, "放不下更多密钥", "there is no room for another key");
    case KEYS_NO_RANDOM: return say(command, "取不到随机数", "there are no random bytes to be had");
    case KEYS_MISSING: return say(command, "没有这个密钥文件", "there is no such key file");
    case KEYS_NOT_A_FILE: return say(command, "不是普通文件", "it is no ordinary file");
    case KEYS_EXPOSED:
        return say(command, "别人也能读写这个密钥文件,或它属于别人;先 chmod 600",
                   "others may read or write the key file, or it is somebody else's; chmod 600 it first");
    case KEYS_THERE: return say(command, "已在那里", "it is there already");
    case KEYS_TAKEN:
        return say(command, "另一个程序正在改它,稍后再试", "another program is changing it; try again later");
    case KEYS_UNWRITABLE: return say(command, "写不了", "it cannot be written");
    case KEYS_NO_MEMORY: return say(command, "内存不足", "memory ran out");
    default: return say(command, "读不了", "it cannot be read");
    }
}

int key_file_tell(const struct command *command, const char *path, enum keys_status status, size_t line) {
    if (status == KEYS_OK) return EXIT_DONE;
    fprintf(stderr, "doudi: %s", path);
    if (line && (status == KEYS_MALFORMED || status == KEYS_DUPLICATE)) fprintf(stderr, ":%zu", line);
    fprintf(stderr, ": %s\n", say_status(command, status));
    return EXIT_CANNOT;
}

/* --- taking them -------------------------------------------------------------------------------------------------- */

static int use(struct database *database, struct command *command, const char *url, struct keys *keys) {
    enum registry_result result = registry_use_keys(&database->registry, keys, processors());
    keys_clear(keys);
    return database_tell(database, command, url, result);
}

int database_read_keys(struct database *database, struct command *command, const char *url, struct keys *keys,
                       bool *has) {
    bool named;
    size_t line;
    *has = false;
    if (!registry_seals(&database->registry)) return EXIT_DONE;
    const char *path = key_path(command, url, &named);
    if (arena_failed(&command->arena)) return out_of_memory(command);
    if (!path) return EXIT_DONE;
    enum keys_status status = keys_read(keys, path, &line);
    if (status == KEYS_MISSING && !named) return EXIT_DONE;
    *has = status == KEYS_OK;
    return key_file_tell(command, path, status, line);
}

int database_use_keys(struct database *database, struct command *command, const char *url) {
    struct keys keys;
    bool has;
    int status = database_read_keys(database, command, url, &keys, &has);
    return has ? use(database, command, url, &keys) : status;
}

static enum keys_status read_or_make(const char *path, enum seal_key_kind kind, day_number today, struct keys *keys,
                                     size_t *line, bool *made) {
    enum keys_status status = keys_read(keys, path, line);
    *made = status == KEYS_MISSING;
    if (*made) status = keys_make(path, kind, today);
    return *made && status == KEYS_OK ? keys_read(keys, path, line) : status;
}

static int make_keys(struct database *database, struct command *command, const char *url,
                     const struct registry_change *change, const char **made) {
    enum seal_key_kind kind = KEY_SM4;
    struct keys keys;
    bool named, anew;
    size_t line = 0;
    const char *path = key_path(command, url, &named);
    if (!read_cipher(command, &kind)) return EXIT_USAGE;
    if (arena_failed(&command->arena)) return out_of_memory(command);
    if (!path)
        return wrong_option(command, "这部政策有要密封的内容:用 --key-file 或 DOUDI_KEYS 写明密钥文件,没有就会新建",
                            "the law seals something: name a key file by --key-file or DOUDI_KEYS, which is made if it "
                            "is not there");
    enum keys_status status = read_or_make(path, kind, database_day(change), &keys, &line, &anew);
    if (status != KEYS_OK) return key_file_tell(command, path, status, line);
    int done = use(database, command, url, &keys);
    if (done == EXIT_DONE && anew) *made = path;
    return done == EXIT_DONE ? database_tell(database, command, url, registry_keep_keys(&database->registry, change))
                             : done;
}

int database_make_keys(struct database *database, struct command *command, const char *url,
                       const struct registry_change *change, const char **made) {
    struct registry_used_keys used;
    *made = NULL;
    if (!registry_seals(&database->registry) || database->registry.sealing) return EXIT_DONE;
    enum registry_result result = registry_read_keys(&database->registry, &command->arena, &used);
    if (result != REGISTRY_DONE) return database_tell(database, command, url, result);
    return used.list.count ? EXIT_DONE : make_keys(database, command, url, change, made);
}

bool tells_why(struct command *command, const struct registry_change *change) {
    if (!is_tellable(command, text_from(command_option(command, "why"))))
        wrong_option(command, "--why 应为一行文字,不超过 400 字节:为什么要看",
                     "--why takes a line of at most 400 bytes: why it must be seen");
    else if (!is_tellable(command, change->by))
        wrong_option(command, "谁要看?用 --by 写姓名,不超过 400 字节",
                     "who wants to see it? give a name of at most 400 bytes by --by");
    else
        return true;
    return false;
}

void show_made_keys(struct builder *out, const struct command *command, const char *made) {
    if (made)
        builder_format(out,
                       say(command, "→ %s  密封用的密钥:请另存一份到别处,没有它谁也读不了密封的内容\n",
                           "→ %s  the keys: keep a copy elsewhere, too; without them nobody reads what is sealed\n"),
                       made);
}
