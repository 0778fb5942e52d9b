#include "cli/out_folder.h"

#include "base/shown.h"

#include <stdio.h>

int tell_unwritable(struct command *command, enum file_result result, struct text path) {
    if (result == FILE_NO_MEMORY) return out_of_memory(command);
    fprintf(stderr,
            say(command, "doudi: 写不了 %.*s;看路径是否正确、磁盘是否已满\n",
                "doudi: %.*s cannot be written; see whether the path is right and the disk full\n"),
            TEXT_ARG(path));
    return EXIT_CANNOT;
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
