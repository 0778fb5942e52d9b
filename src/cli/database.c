#define _POSIX_C_SOURCE 200809L /* clock_gettime, geteuid, localtime_r */

#include "cli/database.h"

#include "base/shown.h"
#include "exchange/import.h"
#include "exchange/policy_folder.h"

#include <pwd.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* --- what is shown of it ------------------------------------------------------------------------------------------ */

const char *database_shown(struct command *command, const char *url) {
    struct builder shown;
    if (!store_is_url(url)) return url;
    builder_init(&shown);
    store_shown(url, &shown);
    struct text text = builder_finish(&shown, &command->arena);
    return text.length ? text.bytes : "postgresql";
}

void database_show_change(struct builder *out, struct command *command, const char *url, int64_t number) {
    builder_format(out, say(command, "→ %s 第 %lld 次变动", "→ %s, change %lld"), database_shown(command, url),
                   (long long)number);
}

/* --- what goes wrong ---------------------------------------------------------------------------------------------- */

static const char *say_unsure(const struct command *command, const char *url) {
    if (store_is_url(url))
        return say(
            command, "提交时与服务器的连接断了,不知写入没有;再做一次,写过的不会重复",
            "the server went away at the commit, all was changed or nothing; do it again, nothing is told twice");
    return say(command, "提交时文件被移走、删除或换掉了,不知这个名称下的文件里有没有;再做一次,写过的不会重复",
               "the file was moved, deleted or replaced at the commit, and the one of this name has all of it or "
               "nothing; do it again, nothing is told twice");
}

static const char *say_failure(const struct command *command, const char *url, enum store_failure failure) {
    switch (failure) {
    case STORE_NOT_THERE:
        return store_is_url(url) ? say(command, "打不开:服务器没有回应,或没有这个库",
                                       "it cannot be opened: no answer, or no such database")
                                 : say(command, "打不开:没有这个文件", "it cannot be opened: no such file");
    case STORE_NOT_OURS: return say(command, "这不是数据库文件", "the file is no database");
    case STORE_THERE: return say(command, "已在那里,里面有别的东西", "it is there already, and holds something");
    case STORE_READ_ONLY:
        return say(command, "不能写:只读,或没有权限", "it may not be written: read-only, or no right");
    case STORE_FULL: return say(command, "磁盘已满,什么都没有改动", "the disk is full; nothing was changed");
    case STORE_BUSY:
        return say(command, "另一个程序正在写,稍后再试;什么都没有改动",
                   "another program is writing; try again later, nothing was changed");
    case STORE_CONFLICT:
        return say(command, "同时有人改动了同样的数据;什么都没有改动",
                   "somebody changed the same at the same time; nothing was changed");
    case STORE_DAMAGED: return say(command, "文件已损坏,请用备份恢复", "the file is damaged; restore it from a backup");
    case STORE_DISK: return say(command, "磁盘读写失败", "the disk failed to read or write");
    case STORE_REFUSED:
        return say(command, "服务器不让登录;看用户名、密码和库名",
                   "the server refuses the login; look at user, password and database");
    case STORE_MOVED:
        return say(command, "文件被移走、删除或换掉了,什么都没有改动;看看这个名称下是不是该用的文件,再试一次",
                   "the file was moved, deleted or replaced meanwhile, and nothing was changed; see that the right one "
                   "has this name, then try again");
    case STORE_UNSURE: return say_unsure(command, url);
    case STORE_LOST:
        return say(command, "与服务器的连接断了;什么都没有改动", "the server went away; nothing was changed");
    case STORE_NO_MEMORY: return say(command, "内存不足", "memory ran out");
    default: return say(command, "数据库不接受这项操作", "the database refuses this");
    }
}

/* {url} and what the name of the log ends in. */
static int tell_log_left(const struct command *command, const char *url, const char *behind) {
    fprintf(stderr,
            say(command,
                "doudi: %s%s 还在,它的文件不在了:日志里可能有最后登记的内容,建新文件会把它毁掉;什么都没有改动。把它放回"
                "它的文件旁边(名称相同),不要的就移走\n",
                "doudi: %s%s is there without its file: this log may hold what was told last, and a new file would be "
                "its end; nothing was changed. Put it back beside its file, by the same name, or, if it is not wanted, "
                "move it away\n"),
            url, behind);
    return EXIT_CANNOT;
}

int database_tell_trouble(struct command *command, const char *url, const struct store_trouble *trouble) {
    struct text words = text_from(trouble->words);
    if (trouble->failure == STORE_LOG_LEFT) return tell_log_left(command, url, trouble->words);
    while (words.length && (words.bytes[words.length - 1] == '\n' || words.bytes[words.length - 1] == ' '))
        words.length--;
    fprintf(stderr, "doudi: %s: %s", database_shown(command, url), say_failure(command, url, trouble->failure));
    if (words.length) fprintf(stderr, " (%.*s)", TEXT_ARG(words));
    fputs("\n", stderr);
    return EXIT_CANNOT;
}

static int tell(struct command *command, const char *url, const char *zh, const char *en, struct text what) {
    fprintf(stderr, "doudi: %s: ", database_shown(command, url));
    fprintf(stderr, say(command, zh, en), TEXT_ARG(what));
    return EXIT_CANNOT;
}

int database_tell(struct database *database, struct command *command, const char *url, enum registry_result result) {
    struct text differs = database->registry.differs;
    switch (result) {
    case REGISTRY_DONE: return EXIT_DONE;
    case REGISTRY_STORE_FAILED: return database_tell_trouble(command, url, store_trouble(database->store));
    case REGISTRY_NONE:
        return tell(command, url, "数据库里没有登记簿;先用 doudi init 建一个%.*s\n",
                    "the database holds no registry; make one with doudi init%.*s\n", TEXT(""));
    case REGISTRY_LATER:
        return tell(command, url, "登记簿由更新版本的 doudi 写成;请用那个版本%.*s\n",
                    "the registry was written by a later version of doudi; use that version%.*s\n", TEXT(""));
    case REGISTRY_THERE:
        return tell(command, url, "数据库里已经有登记簿%.*s\n", "the database holds a registry already%.*s\n",
                    TEXT(""));
    case REGISTRY_OTHER_MODEL:
        return tell(command, url, "登记簿是按另一种模型建的,从未有过 %.*s;先用 doudi migrate\n",
                    "the registry was made for another model, which never had %.*s; see doudi migrate\n", differs);
    case REGISTRY_MIGRATED:
        return tell(command, url, "有人刚给登记簿换了政策;什么都没有改动,再试一次%.*s\n",
                    "somebody has just given the registry another law; nothing was changed, try again%.*s\n", TEXT(""));
    case REGISTRY_EARLIER:
        return tell(command, url,
                    "登记簿是早期版本建的,表还没有按地方分区,只能读;先 doudi backup,再 doudi restore 到一个空库%.*s\n",
                    "the registry is of an earlier version, whose tables are not partitioned: it can only be read; "
                    "copy it by doudi backup, then doudi restore into an empty database%.*s\n",
                    TEXT(""));
    case REGISTRY_LACKING:
        return tell(command, url, "其他服务器上的表缺列,什么都没有改动;在每台上先运行下面的 SQL,再试一次:\n%.*s\n",
                    "tables on other servers lack columns; nothing was changed. Run this SQL on each of them, then try "
                    "again:\n%.*s\n",
                    differs);
    case REGISTRY_UNFIT:
        return tell(command, url, "%.*s 放不进数据库:名称太长、以 _ 开头,或数值范围太大\n",
                    "%.*s does not fit into a database: its name is too long or begins with _, or its range is too "
                    "wide\n",
                    differs);
    case REGISTRY_NO_KEYS:
        if (store_is_url(url))
            return tell(command, url, "缺密钥:有密封的内容;用 --key-file 或 DOUDI_KEYS 写明密钥文件%.*s\n",
                        "the keys are missing, and something is sealed; name their file by --key-file or DOUDI_KEYS"
                        "%.*s\n",
                        TEXT(""));
        return tell(command, url,
                    "缺密钥:有密封的内容;用 --key-file 写明密钥文件,或把它放到登记簿旁边(名称加 .keys)%.*s\n",
                    "the keys are missing, and something is sealed; name their file by --key-file, or put it beside "
                    "the registry (its name and .keys)%.*s\n",
                    TEXT(""));
    case REGISTRY_OTHER_KEYS:
        return tell(command, url, "密钥文件不是这个登记簿的(第 %.*s 号密钥不同或缺失,0 号是索引);什么都没有读写\n",
                    "the key file is not this registry's (key %.*s is another or missing; 0 is the index's); nothing "
                    "was read or written\n",
                    differs);
    case REGISTRY_CANNOT_SEAL:
        return tell(command, url, "这台机器的 OpenSSL 没有所需的算法,或取不到随机数%.*s\n",
                    "the OpenSSL of this machine lacks a cipher that is needed, or has no random bytes%.*s\n",
                    TEXT(""));
    case REGISTRY_FOREIGN:
        return tell(command, url,
                    "%.*s 不是登记簿自己的:读写时会跟着运行,或冒充登记的内容;什么都没有读写,请管理员删掉它\n",
                    "%.*s is not the registry's own: it would run with what is read or written, or stand for it; "
                    "nothing was read or written, take it away\n",
                    differs);
    case REGISTRY_DAMAGED:
        return tell(command, url, "有人改动过数据库:%.*s 不是登记得进去的值;用 doudi audit verify 核对\n",
                    "the database was altered: %.*s is nothing that can have been told; see doudi audit verify\n",
                    differs);
    default: return out_of_memory(command);
    }
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

int database_open_store(struct database *database, struct command *command, const char *url,
                        enum store_opening opening) {
    struct store_trouble trouble;
    *database = (struct database){.store = store_open(url, opening, &trouble)};
    return database->store ? EXIT_DONE : database_tell_trouble(command, url, &trouble);
}

static int tell_law(struct command *command, const struct policy *law) {
    if (law->compiled) return EXIT_DONE;
    if (arena_failed(&law->arena)) return out_of_memory(command);
    print_diagnostics(command, &law->diagnostics);
    return EXIT_CANNOT;
}

int database_kept_law(struct database *database, struct command *command, const char *url, int64_t known,
                      struct policy **law) {
    enum registry_result result = registry_law(database->store, known, law);
    return result == REGISTRY_DONE ? tell_law(command, *law) : database_tell(database, command, url, result);
}

static int open_registry(struct database *database, struct command *command, const char *url,
                         const struct policy *policy) {
    enum registry_result result = registry_open(&database->registry, database->store, policy);
    database->registry.threads = processors();
    database->opened = true;
    return database_tell(database, command, url, result);
}

/* All that is read is of one moment. */
static int open_to_read(struct database *database, struct command *command, const char *url) {
    int status = database_open_store(database, command, url, STORE_AS_IT_IS);
    if (status == EXIT_DONE && !store_begin(database->store, STORE_TO_READ))
        status = database_tell(database, command, url, REGISTRY_STORE_FAILED);
    return status;
}

int database_open(struct database *database, struct command *command, const char *url, const struct policy *policy) {
    int status = open_to_read(database, command, url);
    if (status == EXIT_DONE && !policy)
        status = database_kept_law(database, command, url, REGISTRY_NOW, &database->law);
    return status == EXIT_DONE ? open_registry(database, command, url, policy ? policy : database->law) : status;
}

int database_open_tables(struct database *database, struct command *command, const char *url) {
    int status = open_to_read(database, command, url);
    return status == EXIT_DONE ? open_registry(database, command, url, NULL) : status;
}

int database_open_to_verify(struct database *database, struct command *command, const char *url) {
    int status = open_to_read(database, command, url);
    if (status != EXIT_DONE) return status;
    enum registry_result result = registry_open_to_verify(&database->registry, database->store);
    database->opened = true;
    return database_tell(database, command, url, result);
}

int database_read_law(struct database *database, struct command *command, const char *url, int64_t known) {
    registry_close(&database->registry);
    database->opened = false;
    int status = database_kept_law(database, command, url, known, &database->law);
    return status == EXIT_DONE ? open_registry(database, command, url, database->law) : status;
}

/* --- as it was known ---------------------------------------------------------------------------------------------- */

static int tell_no_change(const struct command *command, const char *word, int64_t last) {
    fprintf(stderr,
            say(command, "doudi: --as-known %s: 登记簿只有第 1 到第 %lld 次变动\n",
                "doudi: --as-known %s: the changes of the registry are 1 to %lld\n"),
            word, (long long)last);
    return EXIT_USAGE;
}

/* The last change of that day or before. */
static enum registry_result find_change_of(struct database *database, day_number day, int64_t *change) {
    enum { MICROSECONDS = 1000000, SECONDS_A_DAY = 86400 };
    int64_t end = ((int64_t)day + 1) * SECONDS_A_DAY * MICROSECONDS - 1;
    return registry_change_by(&database->registry, end, change);
}

int database_as_known(struct database *database, struct command *command, const char *url, int64_t *known) {
    const char *option = command_option(command, "as-known");
    struct text word = text_from(option);
    int64_t change = 0, last = 0;
    day_number day;
    *known = REGISTRY_NOW;
    if (!option) return EXIT_DONE;
    bool dated = day_parse(word, &day);
    if (!dated && !run_number(word, &change))
        return wrong_option(command, "--as-known 应为变动编号,或日期,如 2018-07-01",
                            "--as-known takes the number of a change, or a date, such as 2018-07-01");
    enum registry_result result = registry_last_change(&database->registry, &last);
    if (result == REGISTRY_DONE && dated) result = find_change_of(database, day, &change);
    if (result != REGISTRY_DONE) return database_tell(database, command, url, result);
    if (dated && change == 0) {
        fprintf(stderr, say(command, "doudi: 到 %s 登记簿还没有建\n", "doudi: on %s there was no such registry yet\n"),
                option);
        return EXIT_USAGE;
    }
    if (change < 1 || change > last) return tell_no_change(command, option, last);
    if (change < last) *known = change;
    return EXIT_DONE;
}

int database_open_known(struct database *database, struct command *command, const char *url, int64_t *known) {
    *known = REGISTRY_NOW;
    if (!command_has(command, "as-known")) return database_open(database, command, url, NULL);
    int status = database_open_tables(database, command, url);
    if (status == EXIT_DONE) status = database_as_known(database, command, url, known);
    return status == EXIT_DONE ? database_read_law(database, command, url, *known) : status;
}

int database_read_folder(struct policy **law, struct command *command, const char *folder) {
    struct diagnostics failures;
    diagnostics_init(&failures, &command->arena);
    *law = policy_read_folder(folder, &failures);
    print_diagnostics(command, &failures);
    if (!*law) return failures.list.count ? EXIT_CANNOT : out_of_memory(command);
    return tell_law(command, *law);
}

int database_is_made(struct command *command, const char *url, bool *made) {
    struct database database = {.store = NULL};
    *made = false;
    if (!store_is_there(url)) return EXIT_DONE;
    int status = open_to_read(&database, command, url);
    if (status == EXIT_DONE) {
        enum registry_result result = registry_open(&database.registry, database.store, NULL);
        database.opened = true;
        *made = result != REGISTRY_NONE;
        if (*made) status = database_tell(&database, command, url, result);
    }
    database_close(&database);
    return status;
}

/* The law first: no file is made for one that is wrong. */
static int open_for_law(struct database *database, struct command *command, const char *url, const char *folder,
                        enum store_opening opening) {
    *database = (struct database){.store = NULL};
    struct policy *law = NULL;
    int status = database_read_folder(&law, command, folder);
    if (status == EXIT_DONE) status = database_open_store(database, command, url, opening);
    database->law = law;
    return status;
}

int database_make(struct database *database, struct command *command, const char *url, const char *folder,
                  enum digest_kind digest, struct registry_change *change) {
    int status = open_for_law(database, command, url, folder, STORE_MADE_ANEW);
    if (status != EXIT_DONE) return status;
    enum registry_result result = registry_make(&database->registry, database->store, database->law, digest, change);
    database->opened = true;
    return database_tell(database, command, url, result);
}

int database_migrate(struct database *database, struct command *command, const char *url, const char *folder,
                     struct registry_change *change, struct registry_migration *migration) {
    int status = open_for_law(database, command, url, folder, STORE_AS_IT_IS);
    if (status != EXIT_DONE) return status;
    enum registry_result result =
        registry_migrate(&database->registry, database->store, database->law, change, migration);
    database->opened = true;
    return database_tell(database, command, url, result);
}

void database_close(struct database *database) {
    if (database->opened) registry_close(&database->registry);
    store_close(database->store);
    policy_free(database->law);
}

int64_t database_instant(void) {
    enum { MICROSECONDS = 1000000, NANOSECONDS = 1000 };
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MICROSECONDS + now.tv_nsec / NANOSECONDS;
}

struct registry_change database_change(struct command *command, const char *what, month_number since) {
    const char *by = command_option(command, "by");
    const struct passwd *user = getpwuid(geteuid());
    struct text login = user ? text_copy(&command->arena, text_from(user->pw_name))
                             : text_format(&command->arena, "%lu", (unsigned long)geteuid());
    return (struct registry_change){.instant = database_instant(),
                                    .by = by ? text_copy(&command->arena, text_from(by)) : login,
                                    .login = login,
                                    .what = text_from(what),
                                    .since = since};
}

day_number database_day(const struct registry_change *change) {
    enum { MICROSECONDS = 1000000, SECONDS_A_DAY = 86400, YEAR_ZERO = 1900 };
    time_t seconds = (time_t)(change->instant / MICROSECONDS);
    struct tm here; /* the day of whoever works here */
    if (!localtime_r(&seconds, &here)) return (day_number)(seconds / SECONDS_A_DAY);
    return day_from(here.tm_year + YEAR_ZERO, here.tm_mon + 1, here.tm_mday);
}

month_number database_month(const struct registry_change *change) {
    return day_month(database_day(change));
}

struct text instant_written(struct arena *arena, int64_t instant) {
    enum { MINUTE = 60000000, MINUTES = 24 * 60 };
    int64_t minutes = instant / MINUTE, day = minutes / MINUTES;
    if (instant < 0 || day > day_last) return TEXT("");
    int minute = (int)(minutes % MINUTES);
    return text_format(arena, "%s %02d:%02dZ", day_format(arena, (day_number)day).bytes, minute / 60, minute % 60);
}
