/* Packing what a session has at hand: of doudi pack, and of assess --save. */
#include "cli/out_folder.h"
#include "cli/session.h"
#include "engine/settle.h"
#include "exchange/pack.h"

#include <stdio.h>

/* Events before the month are settled in the worlds of their own months; where rows have versions, those are others. */
static bool holds_one_world(struct session *session, bool *whole) {
    struct history nothing;
    history_init(&nothing, session->policy);
    bool behind = settle_next(&nothing, session->dataset, MONTH_FIRST) != MONTH_LAST;
    *whole = !arena_failed(&nothing.arena);
    history_free(&nothing);
    return !behind || !session->import.records.versioned;
}

/* What is there already is replaced only where it is a pack. */
static bool is_ours(const char *path, enum file_result *result) {
    struct file file;
    *result = file_open(&file, path);
    bool ours = *result == FILE_MISSING || (*result == FILE_OK && pack_is(file.bytes));
    file_close(&file);
    return ours;
}

static int write_pack(struct session *session, const char *path) {
    struct command *command = session->command;
    struct pack pack = {session->dataset, import_given_written(&session->import, &command->arena, true),
                        import_given_written(&session->import, &command->arena, false)};
    if (arena_failed(&command->arena)) return out_of_memory(command);
    enum file_result result = pack_write(&pack, path);
    return result == FILE_OK ? EXIT_DONE : tell_unwritable(command, result, text_from(path));
}

int session_save(struct session *session, const char *path) {
    struct command *command = session->command;
    struct text month = month_format(&command->arena, session->dataset->month);
    enum file_result result;
    bool whole;
    if (!holds_one_world(session, &whole) && whole) {
        fprintf(
            stderr,
            say(command,
                "doudi: 有些行分时间(自、至),%.*s 以前的事项要按当时的情况结算,一个月的打包里没有;请直接用数据文件夹\n",
                "doudi: rows have versions in time (from, until), and events before %.*s are settled by those of "
                "their own month, which a pack of one month does not hold; use the data folder itself\n"),
            TEXT_ARG(month));
        return EXIT_CANNOT;
    }
    if (!whole) return out_of_memory(command);
    if (!is_ours(path, &result)) {
        if (result == FILE_NO_MEMORY) return out_of_memory(command);
        fprintf(stderr,
                say(command, "doudi: %s 已在那里,不是打包的数据;请写到另一个文件\n",
                    "doudi: %s is there already and is no pack; name another file\n"),
                path);
        return EXIT_CANNOT;
    }
    return write_pack(session, path);
}
