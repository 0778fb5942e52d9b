/* doudi statement: a person's bills of a year, on the screen, as JSON or on a page, and whether a page is true. */
#include "base/shown.h"
#include "cli/stated.h"
#include "exchange/answer_json.h"

#include <stdio.h>
#include <string.h>

/* --- on the screen --------------------------------------------------------------------------------------------------
 */

static int show_bills(struct settling *settling, const struct stated *stated) {
    const struct settled_bills *bills = &stated->bills;
    struct command *command = settling->command;
    struct builder out;
    builder_init(&out);
    builder_add_shown(&out, bills->of.name);
    builder_format(&out, "  %.*s", TEXT_ARG(bills->of.id));
    if (bills->identity.length) builder_format(&out, "  %.*s", TEXT_ARG(bills->identity));
    builder_format(&out, "  %d\n", stated->year);
    for (size_t i = 0; i < bills->list.count; i++) bill_show(&out, settling, &bills->list.items[i]);
    if (bills->list.count > 1) {
        struct settled_bill sum = stated_sum(&command->arena, bills);
        sum.by = text_format(&command->arena, say(command, "合计 %zu 张", "all %zu"), bills->list.count);
        bill_show(&out, settling, &sum);
    }
    if (bills->imported)
        builder_format(&out,
                       say(command, "由导入登记、不在窗口结算、也计入这一年的:%zu 张\n",
                           "imported, not settled at the window, and counted in that year: %zu\n"),
                       bills->imported);
    if (bills->list.count == 0) {
        builder_add(&out, text_from(say(command, "这一年没有结算过单子\n", "no bill was settled in that year\n")));
    } else {
        facts_show(&out, settling, stated_last(bills));
        builder_format(&out, "%.*s\n", TEXT_ARG(stated->mark));
    }
    bool whole = !out.failed && !arena_failed(&command->arena);
    if (whole) print_coloured(command, builder_text(&out));
    builder_free(&out);
    return whole ? EXIT_DONE : out_of_memory(command);
}

/* --- as JSON --------------------------------------------------------------------------------------------------------
 */

static struct answer_writing writing_of(struct settling *settling) {
    return (struct answer_writing){.policy = settling->database.law,
                                   .event = settling->event,
                                   .unconfirmed = unconfirmed_on,
                                   .of = &settling->unconfirmed};
}

static void write_bills(struct json_writer *writer, struct settling *settling, const struct stated *stated) {
    struct arena *arena = &settling->command->arena;
    const struct answer_writing writing = writing_of(settling);
    const struct settled_bills *bills = &stated->bills;
    const struct settled_bill none = {.count = 0};
    json_write_object(writer);
    json_write_key_text(writer, settling->event->parent->name);
    json_write_string(writer, bills->of.id);
    json_write_text(writer, "name", bills->of.name);
    json_write_text(writer, "identity", bills->identity);
    json_write_key(writer, "year");
    json_write_integer(writer, stated->year);
    json_write_key(writer, "change");
    json_write_integer(writer, bills->change);
    json_write_text(writer, "mark", stated->mark);
    json_write_key(writer, "bills");
    json_write_array(writer);
    for (size_t i = 0; i < bills->list.count; i++)
        settled_bill_write_json(writer, arena, &writing, &bills->list.items[i]);
    json_write_close_array(writer);
    json_write_key(writer, "imported");
    json_write_integer(writer, (int64_t)bills->imported);
    json_write_key(writer, "facts");
    settlement_facts_write_json(writer, &writing, bills->list.count ? stated_last(bills) : &none);
    json_write_close_object(writer);
}

static int show_json(struct settling *settling, const struct stated *stated) {
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    write_bills(&writer, settling, stated);
    return show_built(settling->command, &out);
}

/* --- the statement --------------------------------------------------------------------------------------------------
 */

/* --bill NUMBER: of that one alone. */
static void leave(struct settled_bills *bills, const char *number) {
    size_t kept = 0;
    for (size_t i = 0; i < bills->list.count && number; i++)
        if (text_is(bills->list.items[i].by, number)) bills->list.items[kept++] = bills->list.items[i];
    if (number) bills->list.count = kept;
}

static int tell_no_bill(const struct settling *settling, const char *number, int year) {
    struct command *command = settling->command;
    struct text shown = text_shown(&command->arena, text_from(number));
    if (command->language == LANGUAGE_ZH)
        fprintf(stderr, "doudi: %d 年没有单号为 %.*s 的单子\n", year, TEXT_ARG(shown));
    else
        fprintf(stderr, "doudi: no bill %.*s was settled in %d\n", TEXT_ARG(shown), year);
    return EXIT_CANNOT;
}

/* There is nothing to be written. */
static int show_nothing(struct settling *settling, const struct stated *stated) {
    int status = show_bills(settling, stated);
    return status == EXIT_DONE ? EXIT_FOUND : status;
}

static int state(struct settling *settling) {
    struct command *command = settling->command;
    struct stated stated;
    struct settled_bills *bills = &stated.bills;
    const char *out = command_option(command, "out"), *number = command_option(command, "bill");
    uint64_t year;
    if (!count_parse(command->words[2], &year) || year < 1800 || year > 2199)
        return wrong_option(command, "年份应为四位数,如 2018", "the year takes four digits, such as 2018");
    stated.year = (int)year;
    enum registry_result result = settler_read(&settling->settler, settling->event, text_from(command->words[1]),
                                               stated.year, REGISTRY_NOW, &command->arena, bills);
    if (result != REGISTRY_DONE) return settling_tell(settling, result);
    if (bills->key == 0) return settling_tell_nobody(settling, settling->event->parent, text_from(command->words[1]));
    stated.mark = statement_mark(&command->arena, bills, stated.year);
    leave(bills, number);
    if (number && bills->list.count == 0) return tell_no_bill(settling, number, stated.year);
    if (out && bills->list.count) return stated_draw(settling, &stated, out);
    if (out) return show_nothing(settling, &stated);
    return (command_has(command, "json") ? show_json : show_bills)(settling, &stated);
}

/* --- a mark -------------------------------------------------------------------------------------------------------
 */

static const char *const standing_codes[] = {[STATEMENT_UNKNOWN] = "unknown",
                                             [STATEMENT_STANDS] = "stands",
                                             [STATEMENT_STOOD] = "stood",
                                             [STATEMENT_FALSE] = "false"};

static int show_standing(struct settling *settling, enum statement_standing standing, const struct stated *then,
                         const struct stated *now) {
    static const char *const words[][LANGUAGES] = {
        [STATEMENT_UNKNOWN] = {"▲ 这不是本登记簿打印的结算单", "▲ no statement of this registry"},
        [STATEMENT_STANDS] = {"✓ 和登记簿现在的一样;请对照纸上的数字:",
                              "✓ it says what stands, if the page says the same:"},
        [STATEMENT_STOOD] = {"✓ 打印时如此,以后又结算过;请对照纸上的数字,当时是:",
                             "✓ it said what stood then, if the page says the same; bills were settled since:"},
        [STATEMENT_FALSE] = {"▲ 和登记簿从来不一样:标记被改过,或不是这里打印的",
                             "▲ it never stood so: the mark was altered, or the page was not printed here"}};
    int status = EXIT_DONE;
    printf("%s\n", words[standing][settling->command->language]);
    if (then) status = show_bills(settling, then);
    if (now) printf("%s\n", say(settling->command, "现在是:", "and now:"));
    return now && status == EXIT_DONE ? show_bills(settling, now) : status;
}

static int write_standing(struct settling *settling, enum statement_standing standing, const struct stated *then,
                          const struct stated *now) {
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    json_write_object(&writer);
    json_write_text(&writer, "standing", text_from(standing_codes[standing]));
    if (then) {
        json_write_key(&writer, "then");
        write_bills(&writer, settling, then);
    }
    if (now) {
        json_write_key(&writer, "now");
        write_bills(&writer, settling, now);
    }
    json_write_close_object(&writer);
    return show_built(settling->command, &out);
}

/* Whatever reads a code adds an end of the line, or spaces. */
static struct text mark_of(struct text told) {
    static const char around[] = " \t\r\n";
    while (told.length && strchr(around, told.bytes[0])) told = text_slice(told, 1, told.length);
    while (told.length && strchr(around, told.bytes[told.length - 1])) told.length--;
    return told;
}

static int verify(struct settling *settling) {
    struct command *command = settling->command;
    struct stated then, now;
    enum statement_standing standing;
    struct text mark = mark_of(text_from(command->words[2]));
    enum registry_result result =
        statement_verify(&settling->settler, settling->event, mark, &command->arena, &standing, &now.bills);
    bool good = standing == STATEMENT_STANDS || standing == STATEMENT_STOOD;
    if (result == REGISTRY_DONE && good)
        result = statement_recall(&settling->settler, settling->event, mark, &command->arena, &then.year, &then.bills);
    if (result != REGISTRY_DONE) return settling_tell(settling, result);
    then.mark = mark;
    if (standing == STATEMENT_STOOD) {
        now.year = then.year;
        now.mark = statement_mark(&command->arena, &now.bills, now.year);
    }
    int status = (command_has(command, "json") ? write_standing : show_standing)(
        settling, standing, good ? &then : NULL, standing == STATEMENT_STOOD ? &now : NULL);
    return status == EXIT_DONE && !good ? EXIT_FOUND : status;
}

int command_statement(struct command *command) {
    struct settling settling = {.command = command};
    bool verifies = command->word_count > 1 && strcmp(command->words[1], "verify") == 0;
    if (command->word_count != 3) return wrong_usage(command);
    int status = settling_open(&settling, command, "statement");
    if (status == EXIT_DONE) status = verifies ? verify(&settling) : state(&settling);
    settling_close(&settling);
    return status;
}
