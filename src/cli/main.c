/* doudi: decides who is entitled to what, and shows the article behind every figure. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static const char help_zh[] =
    "用法: doudi 命令 …\n"
    "\n"
    "  policy check 文件夹             检查政策,列出所有错误\n"
    "  policy test 文件夹              运行政策的例题\n"
    "  policy print|coverage|graph 文件夹   读出规则;条款覆盖情况;谁读取谁\n"
    "  policy diff 文件夹 文件夹       两部政策有何不同\n"
    "  sample --households N --out 文件夹 [--area 代码] [--seed S] [--policy 文件夹]   虚构的人口\n"
    "  assess 数据 --policy 文件夹 --month 2018-07 --out 文件夹 [--previous 文件夹]    测算\n"
    "  explain 数据 家庭 --policy 文件夹 --month 2018-07 [--why-not 待遇]             解释一户\n"
    "\n"
    "  --lang zh|en   语言      --version   版本\n"
    "退出码: 0 完成,1 有被拒绝的行、不成立的保证或错误,2 用法,3 无法运行\n";
static const char help_en[] =
    "usage: doudi COMMAND ...\n"
    "\n"
    "  policy check FOLDER             check a policy and tell every mistake\n"
    "  policy test FOLDER              run the policy's worked cases\n"
    "  policy print|coverage|graph FOLDER   read the rules aloud; what covers each clause; who reads whom\n"
    "  policy diff FOLDER FOLDER       what differs between two policies\n"
    "  sample --households N --out FOLDER [--area CODE] [--seed S] [--policy FOLDER]   an invented population\n"
    "  assess DATA --policy FOLDER --month 2018-07 --out FOLDER [--previous FOLDER]    decide everyone\n"
    "  explain DATA HOUSEHOLD --policy FOLDER --month 2018-07 [--why-not BENEFIT]      explain one family\n"
    "\n"
    "  --lang zh|en   language      --version   the version\n"
    "exit codes: 0 done, 1 rows refused, a guarantee broken or mistakes found, 2 usage, 3 cannot run\n";

static int run(struct command *command) {
    static const struct {
        const char *name;
        int (*run)(struct command *);
    } commands[] = {{"policy", command_policy},
                    {"sample", command_sample},
                    {"assess", command_assess},
                    {"explain", command_explain}};
    if (command_has(command, "version")) {
        puts("doudi 0.1.0");
        return EXIT_DONE;
    }
    if (command_has(command, "help") || command->word_count == 0) {
        fputs(say(command, help_zh, help_en), command->word_count || command_has(command, "help") ? stdout : stderr);
        return command_has(command, "help") ? EXIT_DONE : EXIT_USAGE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(command->words[0], commands[i].name) == 0) return commands[i].run(command);
    fprintf(stderr, say(command, "doudi: 没有命令「%s」\n", "doudi: there is no command “%s”\n"), command->words[0]);
    fputs(say(command, help_zh, help_en), stderr);
    return EXIT_USAGE;
}

int main(int count, char **arguments) {
    struct command command;
    int status = command_parse(&command, count, arguments) ? run(&command) : EXIT_USAGE;
    arena_free(&command.arena);
    if (fflush(stdout) != 0 || ferror(stdout)) status = EXIT_CANNOT;
    return status;
}
