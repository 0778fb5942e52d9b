#include "cli/out_folder.h"

#include "base/shown.h"

#include <stdio.h>

static int wrong_file(const struct command *command, const char *zh, const char *en, struct text path) {
    fprintf(stderr, say(command, zh, en), TEXT_ARG(path));
    return EXIT_CANNOT;
}

int tell_unwritable(struct command *command, enum file_result result, struct text path) {
    if (result == FILE_NO_MEMORY) return out_of_memory(command);
    if (result == FILE_UNENCODED)
        return wrong_file(command, "doudi: %.*s 里有 GB18030 写不出、或读回来会错的字;请用 UTF-8\n",
                          "doudi: %.*s holds what GB18030 cannot write, or would be misread; use UTF-8\n", path);
    if (result == FILE_TOO_LARGE)
        return wrong_file(command, "doudi: %.*s 放不下:行数超过一张表的上限;请用 CSV,或 --area 分开导出\n",
                          "doudi: %.*s has more rows than a worksheet holds; use CSV, or --area for a part\n", path);
    return wrong_file(command, "doudi: 写不了 %.*s;看路径是否正确、磁盘是否已满\n",
                      "doudi: %.*s cannot be written; see whether the path is right and the disk full\n", path);
}

int must_be_new(const struct command *command, const char *path) {
    if (!file_is_there(path)) return EXIT_DONE;
    return wrong_file(command, "doudi: %.*s 已在那里;请写到另一个文件\n",
                      "doudi: %.*s is there already; name another file\n", text_from(path));
}

static int refuse_folder(struct command *command, const char *zh, const char *en, const char *out) {
    fprintf(stderr, say(command, zh, en), out);
    return EXIT_CANNOT;
}

int take_folder(struct command *command, const char *out, find_stranger *find, int *lock) {
    if (folder_same(out, command->words[1]))
        return refuse_folder(command, "doudi: %s 是数据文件夹,结果请写到另一个文件夹\n",
                             "doudi: %s holds the data; name another folder for the results\n", out);
    enum file_result result = folder_make(out);
    if (result != FILE_OK) return tell_unwritable(command, result, text_from(out));
    result = folder_lock(out, lock);
    if (result == FILE_TAKEN)
        return refuse_folder(command, "doudi: 另一个 doudi 正在往 %s 里写;等它写完,或换一个文件夹\n",
                             "doudi: another doudi is writing into %s; wait for it, or name another folder\n", out);
    if (result != FILE_OK) return tell_unwritable(command, result, text_from(out));
    struct text stranger = find(&command->arena, out);
    if (stranger.length == 0) return EXIT_DONE;
    fprintf(stderr,
            say(command, "doudi: %s 里有别的文件(%.*s);结果请写到一个新文件夹\n",
                "doudi: %s holds other files (%.*s); name a new folder for the results\n"),
            out, TEXT_ARG(text_shown(&command->arena, stranger)));
    return EXIT_CANNOT;
}
