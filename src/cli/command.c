#define _POSIX_C_SOURCE 200809L /* isatty, sysconf */

#include "cli/command.h"

#include "base/shown.h"
#include "base/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Every option of every subcommand: a name means one thing wherever it stands. */
static const struct {
    const char *name;
    bool takes_value;
} known_options[] = {
    {"lang", true},     {"color", true},      {"policy", true},    {"month", true},
    {"out", true},      {"previous", true},   {"area", true},      {"seed", true},
    {"depth", true},    {"why-not", true},    {"reading", true},   {"known", true},
    {"json", false},    {"households", true}, {"tap", false},      {"database", true},
    {"digest", true},   {"since", true},      {"document", true},  {"sign", false},
    {"from", true},     {"keys", true},       {"all", false},      {"dry-run", false},
    {"strict", false},  {"help", false},      {"version", false},  {"all-or-nothing", false},
    {"against", true},  {"by", true},         {"raise", true},     {"seconds", true},
    {"families", true}, {"runs", false},      {"save", true},      {"yes", false},
    {"decision", true}, {"changed", false},   {"template", false}, {"encoding", true},
    {"source", true},   {"reason", true},     {"open", false},     {"key-file", true},
    {"cipher", true},   {"why", true},        {"errors", true},    {"another", true},
    {"sheet", true},    {"all-rows", false},  {"as-known", true},  {"on", true},
    {"schema", false},  {"bill", true},       {"fhir", false},     {"listen", true},
    {"callers", true},  {"group", true},
};

unsigned processors(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : (unsigned)count;
}

/* The language of the locale, unless --lang says otherwise. */
static enum language language_of_locale(void) {
    const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return strncmp(value, "zh", 2) == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}

static bool find_option(struct text name, bool *takes_value) {
    for (size_t i = 0; i < sizeof known_options / sizeof *known_options; i++) {
        if (!text_is(name, known_options[i].name)) continue;
        *takes_value = known_options[i].takes_value;
        return true;
    }
    return false;
}

void print_meant(const struct command *command, const struct suggestion *suggestion) {
    if (suggestion->best.length)
        fprintf(stderr, say(command, ";您是不是想写「%.*s」?", "; did you mean \"%.*s\"?"), TEXT_ARG(suggestion->best));
    fputs("\n", stderr);
}

static void suggest_option(struct command *command, struct text name) {
    struct suggestion suggestion;
    suggestion_begin(&suggestion, text_format(&command->arena, "--%.*s", TEXT_ARG(name)));
    for (size_t i = 0; i < sizeof known_options / sizeof *known_options; i++)
        if (usage_takes(command, known_options[i].name))
            suggestion_note(&suggestion, text_format(&command->arena, "--%s", known_options[i].name));
    fprintf(stderr, say(command, "doudi: 没有选项 --%.*s", "doudi: there is no option --%.*s"), TEXT_ARG(name));
    print_meant(command, &suggestion);
}

static bool parse_option(struct command *command, const char *argument, const char *next, bool *took_next) {
    struct text name = text_from(argument + 2);
    size_t equals = 0;
    while (equals < name.length && name.bytes[equals] != '=') equals++;
    const char *value = equals < name.length ? name.bytes + equals + 1 : NULL;
    bool takes_value = false;
    name.length = equals;
    if (!find_option(name, &takes_value)) {
        suggest_option(command, name);
        return false;
    }
    if (!takes_value && value) {
        fprintf(stderr, say(command, "doudi: --%.*s 后面没有值\n", "doudi: --%.*s takes no value\n"), TEXT_ARG(name));
        return false;
    }
    if (takes_value && !value && next && strncmp(next, "--", 2) != 0) {
        value = next;
        *took_next = true;
    }
    if (takes_value && !value) {
        fprintf(stderr, say(command, "doudi: --%.*s 后面缺少值\n", "doudi: --%.*s lacks its value\n"), TEXT_ARG(name));
        return false;
    }
    command->options[command->option_count].name = text_copy(&command->arena, name).bytes;
    command->options[command->option_count++].value = takes_value ? value : NULL;
    return true;
}

/* Looked for before anything else, so that every complaint is in the right language. */
static bool parse_language(struct command *command, int count, char **arguments) {
    const char *language = NULL;
    for (int i = 1; i < count; i++) {
        if (strncmp(arguments[i], "--lang=", 7) == 0) language = arguments[i] + 7;
        if (strcmp(arguments[i], "--lang") == 0 && i + 1 < count) language = arguments[i + 1];
    }
    if (!language) return true;
    bool chinese = strcmp(language, "zh") == 0, known = chinese || strcmp(language, "en") == 0;
    if (known)
        command->language = chinese ? LANGUAGE_ZH : LANGUAGE_EN;
    else
        wrong_option(command, "--lang 应为 zh 或 en", "--lang takes zh or en");
    return known;
}

/* Colour on a terminal only, unless told otherwise (NO_COLOR: no-color.org). */
static bool parse_colour(struct command *command) {
    const char *colour = command_option(command, "color"), *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool plain = (refused && *refused) || (terminal && strcmp(terminal, "dumb") == 0);
    command->coloured = !plain && isatty(STDOUT_FILENO);
    if (!colour || strcmp(colour, "auto") == 0) return true;
    command->coloured = strcmp(colour, "always") == 0;
    if (command->coloured || strcmp(colour, "never") == 0) return true;
    wrong_option(command, "--color 应为 auto、always 或 never", "--color takes auto, always or never");
    return false;
}

/* What is given here is repeated in complaints, results and the names of files. */
static bool are_visible(struct command *command, int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        struct text argument = text_from(arguments[i]);
        size_t at = text_steers_at(argument, 0);
        if (at == argument.length) continue;
        struct text shown = text_shown(&command->arena, argument),
                    name = character_name(&command->arena, text_slice(argument, at, argument.length));
        fprintf(stderr,
                say(command, "doudi: 参数「%.*s」里有看不见的控制字符 %.*s;删掉它,重新输入\n",
                    "doudi: the argument \"%.*s\" holds the invisible control character %.*s; type it anew without\n"),
                TEXT_ARG(shown), TEXT_ARG(name));
        return false;
    }
    return true;
}

bool command_parse(struct command *command, int count, char **arguments) {
    *command = (struct command){.language = language_of_locale()};
    arena_init(&command->arena);
    if (!parse_language(command, count, arguments) || !are_visible(command, count, arguments)) return false;
    for (int i = 1; i < count; i++) {
        bool option = arguments[i][0] == '-' && arguments[i][1] == '-' && arguments[i][2] != '\0', took_next = false;
        if (command->word_count == ARGUMENTS_MAX || command->option_count == ARGUMENTS_MAX) {
            fputs(say(command, "doudi: 参数太多\n", "doudi: too many arguments\n"), stderr);
            return false;
        }
        if (strcmp(arguments[i], "-h") == 0)
            command->options[command->option_count++].name = "help";
        else if (!option)
            command->words[command->word_count++] = arguments[i];
        else if (!parse_option(command, arguments[i], i + 1 < count ? arguments[i + 1] : NULL, &took_next))
            return false;
        i += took_next;
    }
    return parse_colour(command);
}

const char *command_option(const struct command *command, const char *name) {
    for (size_t i = command->option_count; i-- > 0;)
        if (strcmp(command->options[i].name, name) == 0) return command->options[i].value;
    return NULL;
}

bool command_has(const struct command *command, const char *name) {
    for (size_t i = 0; i < command->option_count; i++)
        if (strcmp(command->options[i].name, name) == 0) return true;
    return false;
}

void command_drop_word(struct command *command) {
    for (size_t i = 1; i < command->word_count; i++) command->words[i - 1] = command->words[i];
    command->word_count--;
}

bool count_parse(const char *text, uint64_t *out) {
    *out = 0;
    if (!text || !*text) return false;
    for (; *text; text++)
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(*out, UINT64_C(10), out) ||
            __builtin_add_overflow(*out, (uint64_t)(*text - '0'), out))
            return false;
    return true;
}

bool is_tellable(struct command *command, struct text text) {
    enum { BYTES_MOST = 400 };
    return text_trim(text).length && text.length <= BYTES_MOST && text_equal(text_shown(&command->arena, text), text);
}

const char *say(const struct command *command, const char *zh, const char *en) {
    return command->language == LANGUAGE_ZH ? zh : en;
}

void print_diagnostics(struct command *command, const struct diagnostics *diagnostics) {
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < diagnostics->list.count; i++)
        diagnostic_print(&out, &command->arena, &diagnostics->list.items[i], command->language);
    print_text(builder_text(&out), stderr);
    builder_free(&out);
}

void print_text(struct text text, FILE *out) {
    (void)fwrite(text.bytes, 1, text.length, out); /* main asks once whether all of it went out */
}

void print_builder(const struct builder *builder) {
    print_text(builder_text(builder), stdout);
}

int show_built(struct command *command, struct builder *builder) {
    bool whole = !builder->failed && !arena_failed(&command->arena);
    if (whole) print_builder(builder);
    builder_free(builder);
    return whole ? EXIT_DONE : out_of_memory(command);
}

bool has_option(const struct command *command, const char *name) {
    if (command_has(command, name)) return true;
    fprintf(stderr, say(command, "doudi: 缺少 --%s\n", "doudi: --%s is missing\n"), name);
    return false;
}

bool names_somebody(struct command *command) {
    if (!command_has(command, "by") || is_tellable(command, text_from(command_option(command, "by")))) return true;
    wrong_option(command, "--by 应为姓名,不超过 400 字节", "--by takes a name of at most 400 bytes");
    return false;
}

bool names_folder(const struct command *command) {
    const char *out = command_option(command, "out");
    if (out && *out) return true;
    wrong_option(command, "--out 后面写结果文件夹的名称,如 results", "--out needs a folder name, such as results");
    return false;
}

bool names_file(const struct command *command, const char *option) {
    const char *path = command_option(command, option);
    if (!path || *path) return true;
    fprintf(stderr,
            say(command, "doudi: --%s 应为文件名,如 2018-07.doudi\n",
                "doudi: --%s needs a file name, such as 2018-07.doudi\n"),
            option);
    return false;
}

int no_folder(const struct command *command) {
    return wrong_option(command, "缺少文件夹的名称", "a folder's name is missing");
}

int wrong_option(const struct command *command, const char *zh, const char *en) {
    fprintf(stderr, "doudi: %s\n", say(command, zh, en));
    return EXIT_USAGE;
}

int out_of_memory(const struct command *command) {
    fputs(say(command, "doudi: 内存不够\n", "doudi: memory ran out\n"), stderr);
    return EXIT_CANNOT;
}

/* The empty text is no area, and least of all everybody. */
int no_area(const struct command *command) {
    return wrong_option(command, "--area 后面写区域或家庭的编号,如 530523",
                        "--area needs the id of an area or a family, such as 530523");
}

bool no_previous(const struct command *command) {
    if (!command_has(command, "previous")) return true;
    wrong_option(command, "登记簿里已有以前的测算,不用 --previous",
                 "a registry knows what was decided before; leave out --previous");
    return false;
}

int one_month_only(const struct command *command) {
    return wrong_option(command, "--month 应为一个月份,如 2018-07", "--month takes one month, such as 2018-07");
}

bool run_number(struct text text, int64_t *change) {
    enum { DIGITS_MOST = 18 };
    *change = 0;
    for (size_t i = 0; i < text.length && i < DIGITS_MOST; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
        *change = *change * 10 + (text.bytes[i] - '0');
    }
    return text.length > 0 && text.length <= DIGITS_MOST;
}
