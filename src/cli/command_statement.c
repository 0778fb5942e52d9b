/* doudi statement: a person's bills of a year, on the screen, as JSON or on a page, and whether a page is true;
 * doudi hospital-statement: what was booked of the bills that somebody presents. */
#include "base/csv.h"
#include "base/shown.h"
#include "cli/out_folder.h"
#include "cli/settling.h"
#include "exchange/answer_json.h"
#include "exchange/statement_pdf.h"
#include "work/statement.h"

#include <stdio.h>
#include <string.h>

/* --- all bills as one -----------------------------------------------------------------------------------------------
 */

/* What the law shows of a year is as of its last bill. */
static const struct settled_bill *last_of(const struct settled_bills *bills) {
    return &bills->list.items[bills->list.count - 1];
}

/* The sum of bills, as of the day of the last of them; a part that is open in any of them is open. */
static struct settled_bill sum_of(struct arena *arena, const struct settled_bills *bills) {
    const struct settled_bill *last = last_of(bills);
    struct settled_bill sum = {.id = last->id, .date = last->date, .count = last->count};
    sum.parts = ARENA_ARRAY(arena, struct settlement_part, sum.count + 1);
    for (size_t k = 0; k < sum.count && sum.parts; k++)
        sum.parts[k] = (struct settlement_part){.field = last->parts[k].field, .known = true};
    for (size_t i = 0; i < bills->list.count && sum.parts; i++) {
        const struct settled_bill *bill = &bills->list.items[i];
        sum.total += bill->total;
        sum.open += bill->open;
        for (size_t k = 0; k < sum.count; k++) {
            const struct settlement_part *part = &bill->parts[k];
            sum.parts[k].amount += part->known ? part->amount : 0;
            if (part->known || !sum.parts[k].known) continue;
            sum.parts[k] = *part;
        }
    }
    return sum;
}

static struct text word_of(const struct settling *settling, const struct text label[LANGUAGES], struct text name) {
    return label_or_name(label, name, settling->command->language);
}

/* A person's bills of a year; the mark is of all of them, whatever is shown. */
struct stated {
    struct settled_bills bills;
    struct text mark;
    int year;
};

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
        struct settled_bill sum = sum_of(&command->arena, bills);
        sum.by = text_format(&command->arena, say(command, "合计 %zu 张", "all %zu"), bills->list.count);
        bill_show(&out, settling, &sum);
    }
    if (bills->list.count == 0) {
        builder_add(&out, text_from(say(command, "这一年没有结算过单子\n", "no bill was settled in that year\n")));
    } else {
        facts_show(&out, settling, last_of(bills));
        builder_format(&out, "%.*s\n", TEXT_ARG(stated->mark));
    }
    bool whole = !out.failed && !arena_failed(&command->arena);
    if (whole) print_coloured(command, builder_text(&out));
    builder_free(&out);
    return whole ? EXIT_DONE : out_of_memory(command);
}

/* --- as JSON --------------------------------------------------------------------------------------------------------
 */

static void write_text(struct json_writer *writer, const char *key, struct text text) {
    json_write_key(writer, key);
    json_write_string(writer, text);
}

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
    write_text(writer, "name", bills->of.name);
    write_text(writer, "identity", bills->identity);
    json_write_key(writer, "year");
    json_write_integer(writer, stated->year);
    json_write_key(writer, "change");
    json_write_integer(writer, bills->change);
    write_text(writer, "mark", stated->mark);
    json_write_key(writer, "bills");
    json_write_array(writer);
    for (size_t i = 0; i < bills->list.count; i++)
        settled_bill_write_json(writer, arena, &writing, &bills->list.items[i]);
    json_write_close_array(writer);
    json_write_key(writer, "facts");
    settlement_facts_write_json(writer, &writing, bills->list.count ? last_of(bills) : &none);
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

/* --- on a page ------------------------------------------------------------------------------------------------------
 */

static unsigned decimals_of(struct arena *arena, const struct field *field) {
    struct number shown = number_divide(arena, field->step, field->scale);
    unsigned decimals = 0;
    for (; decimals < 6 && !number_is_integer(shown); decimals++)
        shown = number_multiply(arena, shown, number_from(10));
    return decimals;
}

static const struct names *cites_of(const struct field *field, month_number month) {
    const struct rule *rule = field_rule_on(field, month_first_day(month), DAY_NEVER);
    return rule ? &rule->declaration->cites : &field->declaration->cites;
}

/* The document that all parts rest on; empty where there are several. */
static struct text document_of(const struct settling *settling, const struct settled_bill *bill, month_number month) {
    struct text document = TEXT("");
    for (size_t k = 0; k < bill->count; k++) {
        const struct names *cites = cites_of(bill->parts[k].field, month);
        for (size_t i = 0; i < cites->list.count; i++) {
            const struct clause *clause = map_get(&settling->database.law->clause_by_id, cites->list.items[i].text);
            if (!clause) continue;
            if (document.length && !text_equal(document, clause->document)) return TEXT("");
            document = clause->document;
        }
    }
    return document;
}

/* Section and clause of what the rule cites; with the document where the page tells none for all of them. */
static struct text basis_of(struct settling *settling, const struct field *field, month_number month,
                            struct text document) {
    const struct names *cites = cites_of(field, month);
    struct text last = document, section = TEXT("");
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < cites->list.count; i++) {
        const struct clause *clause = map_get(&settling->database.law->clause_by_id, cites->list.items[i].text);
        if (!clause) continue;
        if (!text_equal(clause->document, last)) builder_format(&out, "%.*s ", TEXT_ARG(clause->document));
        if (!text_equal(clause->section, section)) builder_format(&out, "%.*s ", TEXT_ARG(clause->section));
        last = clause->document;
        section = clause->section;
        builder_format(&out, "〔%.*s〕", TEXT_ARG(clause->id));
    }
    return builder_finish(&out, &settling->command->arena);
}

static struct statement_amount amount_of(struct settling *settling, const struct settlement_part *part,
                                         month_number month) {
    struct statement_amount amount = {.coins = part->known ? part->amount : 0};
    const char *open = say(settling->command, "待定", "open");
    if (!part->known) amount.missing = text_from(open); /* why stands in a note */
    amount.unconfirmed = part->known && unconfirmed_is(&settling->unconfirmed, part->field, month);
    return amount;
}

static struct statement_part part_of(struct settling *settling, const struct settlement_part *part, month_number month,
                                     struct text document) {
    return (struct statement_part){.label = word_of(settling, part->field->label, part->field->name),
                                   .basis = basis_of(settling, part->field, month, document),
                                   .amount = amount_of(settling, part, month)};
}

static struct statement_bill *list_bills(struct settling *settling, const struct settled_bills *bills) {
    struct arena *arena = &settling->command->arena;
    struct statement_bill *list = ARENA_ARRAY(arena, struct statement_bill, bills->list.count + 1);
    for (size_t i = 0; i < bills->list.count && list; i++) {
        const struct settled_bill *bill = &bills->list.items[i];
        struct statement_amount *parts = ARENA_ARRAY(arena, struct statement_amount, bill->count + 1);
        month_number month = day_month(bill->date);
        if (!parts) return NULL;
        for (size_t k = 0; k < bill->count; k++) parts[k] = amount_of(settling, &bill->parts[k], month);
        list[i] = (struct statement_bill){.date = day_format(arena, bill->date),
                                          .number = bill->by,
                                          .place = settled_presenter(bills, bill->at)->name,
                                          .total = {.coins = bill->total},
                                          .own = parts[bill->count - 1],
                                          .parts = parts};
    }
    return list;
}

static struct statement_fact *list_facts(struct settling *settling, const struct settled_bill *bill) {
    size_t count = bill->facts.list.count;
    struct statement_fact *facts = ARENA_ARRAY(&settling->command->arena, struct statement_fact, count + 1);
    for (size_t i = 0; i < count && facts; i++) {
        const struct settlement_fact *fact = &bill->facts.list.items[i];
        facts[i] = (struct statement_fact){
            word_of(settling, fact->field->label, fact->field->name), fact->shown[settling->command->language],
            fact->known && unconfirmed_on(&settling->unconfirmed, fact->field, bill->date)};
    }
    return facts;
}

/* What does not hold of a bill, though it is settled. */
static void add_reports(struct settling *settling, const struct settled_bills *bills, struct statement *statement,
                        struct statement_note *notes) {
    struct command *command = settling->command;
    for (size_t i = 0; i < bills->list.count; i++) {
        const struct settled_bill *bill = &bills->list.items[i];
        for (size_t k = 0; k < bill->reports.count; k++) {
            const struct guarantee *guarantee = bill->reports.items[k];
            struct text label = word_of(settling, guarantee->declaration->label, guarantee->name);
            notes[statement->notes_count++] = (struct statement_note){
                text_format(&command->arena,
                            say(command, "▲ %.*s 这张不成立:%.*s。", "▲ of the bill %.*s this does not hold: %.*s."),
                            TEXT_ARG(bill->by), TEXT_ARG(label)),
                false};
        }
    }
}

static size_t count_reports(const struct settled_bills *bills) {
    size_t count = 0;
    for (size_t i = 0; i < bills->list.count; i++) count += bills->list.items[i].reports.count;
    return count;
}

static void add_notes(struct settling *settling, const struct settled_bills *bills, const struct settled_bill *sum,
                      month_number month, struct statement *statement) {
    struct command *command = settling->command;
    struct statement_note *notes =
        ARENA_ARRAY(&command->arena, struct statement_note, sum->count + 3 + count_reports(bills));
    struct text last = TEXT("");
    struct text document = document_of(settling, sum, month);
    bool unconfirmed = false;
    for (size_t k = 0; k < sum->count; k++)
        unconfirmed = unconfirmed || unconfirmed_is(&settling->unconfirmed, sum->parts[k].field, month);
    if (!notes) return;
    statement->notes = notes;
    if (unconfirmed)
        notes[statement->notes_count++] = (struct statement_note){
            text_from(
                say(command, "有的标准还没有人确认;确认后可能重新结算,多退少补。",
                    "Some of the law's figures are not confirmed yet; once they are, bills may be settled anew.")),
            true};
    if (document.length)
        notes[statement->notes_count++] = (struct statement_note){
            text_format(&command->arena, say(command, "〔〕里的条款出自%.*s。", "Clauses in 〔〕 are those of %.*s."),
                        TEXT_ARG(document)),
            false};
    if (sum->open)
        notes[statement->notes_count++] = (struct statement_note){
            text_format(&command->arena,
                        say(command, "待定的 %.*s 先不收取,确定以后再结算。",
                            "%.*s is open, and not collected until it is known."),
                        TEXT_ARG(amount_shown(settling, settling->event->settled.total, sum->open))),
            false};
    for (size_t k = 0; k < sum->count; k++) {
        struct text why = sum->parts[k].known ? TEXT("") : sum->parts[k].missing[command->language];
        if (why.length == 0 || text_equal(why, last)) continue;
        last = why;
        struct text label = word_of(settling, sum->parts[k].field->label, sum->parts[k].field->name);
        notes[statement->notes_count++] =
            (struct statement_note){text_format(&command->arena, say(command, "%.*s待定:%.*s。", "%.*s: open. %.*s."),
                                                TEXT_ARG(label), TEXT_ARG(why)),
                                    false};
    }
    add_reports(settling, bills, statement, notes);
}

static struct text unit_of(const struct settling *settling) {
    const struct policy *law = settling->database.law;
    for (size_t i = 0; i < law->units.count; i++)
        if (text_equal(law->units.items[i]->name, law->currency))
            return word_of(settling, law->units.items[i]->label, law->currency);
    return law->currency;
}

/* What stands for a digit, as wide as one. */
static struct text masked(struct arena *arena, struct text identity) {
    static const char dot[] = "•";
    struct builder out;
    builder_init(&out);
    for (size_t at = 0; at < identity.length;) {
        size_t from = at;
        text_next(identity, &at);
        struct text character = text_slice(identity, from, at);
        builder_add(&out, text_is(character, dot) ? TEXT("*") : character);
    }
    return builder_finish(&out, arena);
}

static struct statement statement_of(struct settling *settling, const struct stated *stated) {
    const struct settled_bills *bills = &stated->bills;
    struct command *command = settling->command;
    struct arena *arena = &command->arena;
    struct settled_bill sum = sum_of(arena, bills);
    month_number month = day_month(sum.date);
    struct text document = document_of(settling, &sum, month);
    size_t layers = sum.count - 1, several = bills->list.count > 1;
    const struct settled_bill *only = &bills->list.items[0];
    const struct settled *settled = &settling->event->settled;
    struct statement_part *parts = ARENA_ARRAY(arena, struct statement_part, layers + 1);
    struct text event = word_of(settling, settling->event->label, settling->event->name);
    const struct entity *by = settled->at->type.entity;
    struct text presenter = word_of(settling, by->label, by->name);
    struct statement statement = {
        .language = command->language,
        .made = settling->day,
        .decimals = decimals_of(arena, settled->total),
        .title = event,
        .office = several ? TEXT("") : settled_presenter(bills, only->at)->name,
        .about =
            several
                ? text_format(arena, say(command, "%d 年 %zu 张", "%d, %zu of them"), stated->year, bills->list.count)
                : text_format(arena, "%.*s  %.*s", TEXT_ARG(only->by), TEXT_ARG(day_format(arena, only->date))),
        .name = bills->of.name,
        .identity = masked(arena, bills->identity),
        .unit = unit_of(settling),
        .total = {word_of(settling, settled->total->label, settled->total->name), TEXT(""), {.coins = sum.total}},
        .parts = parts,
        .parts_count = layers,
        .own = part_of(settling, &sum.parts[layers], month, document),
        .facts = list_facts(settling, last_of(bills)),
        .facts_count = last_of(bills)->facts.list.count,
        .bills = several ? list_bills(settling, bills) : NULL,
        .bills_count = several ? bills->list.count : 0,
        .bills_label = text_format(arena, say(command, "日期、单号、%.*s", "date, number, %.*s"), TEXT_ARG(presenter)),
        .rest_before = text_from(say(command, "此前 ", "")),
        .rest_after = text_from(say(command, " 张合计", " before these")),
        .ask = text_from(say(command, "有疑问,请问结算窗口。", "Questions: ask at the window.")),
        .object = text_from(say(command, "数字不对或不同意,请告诉窗口,我们重新核对。",
                                "If a figure is wrong or you disagree, say so at the window; we will check again.")),
        .as_known = text_format(arena, say(command, "所据数据:第 %lld 次变动 · %.*s", "as known: change %lld · %.*s"),
                                (long long)bills->change, TEXT_ARG(day_format(arena, settling->day))),
        .code = stated->mark};
    for (size_t k = 0; k < layers && parts; k++) parts[k] = part_of(settling, &sum.parts[k], month, document);
    statement.own.basis = TEXT("");
    add_notes(settling, bills, &sum, month, &statement);
    return statement;
}

static int tell_drawn(struct settling *settling, enum statement_result result, const char *path, uint32_t lacking) {
    struct command *command = settling->command;
    switch (result) {
    case STATEMENT_DONE: return EXIT_DONE;
    case STATEMENT_LACKING:
        fprintf(stderr,
                say(command, "doudi: 已写出;没有字体有 U+%04X 这个字,印成了方框\n",
                    "doudi: written; no font has the character U+%04X, a box stands in its place\n"),
                (unsigned)lacking);
        return EXIT_FOUND;
    case STATEMENT_NO_MEMORY: return out_of_memory(command);
    case STATEMENT_UNWRITABLE: return tell_unwritable(command, FILE_UNWRITABLE, text_from(path));
    case STATEMENT_UNEVEN:
        fputs(say(command, "doudi: 各部分加起来不等于总额,没有写出\n",
                  "doudi: the parts do not make the total; nothing was written\n"),
              stderr);
        return EXIT_CANNOT;
    case STATEMENT_TOO_MUCH:
        fputs(say(command, "doudi: 一页放不下,没有写出\n", "doudi: it is too much for one page; nothing was written\n"),
              stderr);
        return EXIT_CANNOT;
    default:
        fputs(say(command, "doudi: 画不出这一页\n", "doudi: the page cannot be drawn\n"), stderr);
        return EXIT_CANNOT;
    }
}

static bool ends(struct text text, const char *end) {
    size_t length = strlen(end);
    return text.length >= length && text_is(text_slice(text, text.length - length, text.length), end);
}

static int draw(struct settling *settling, const struct stated *stated, const char *path) {
    enum { DOTS = 110 };
    struct command *command = settling->command;
    bool picture = ends(text_from(path), ".png");
    uint32_t lacking = 0;
    if (!picture && !ends(text_from(path), ".pdf"))
        return wrong_option(command, "--out 应为 .pdf 或 .png 文件", "--out takes a .pdf or a .png file");
    int status = must_be_new(command, path);
    if (status != EXIT_DONE) return status;
    if (stated->bills.list.count == 0) { /* there is nothing to be written */
        status = show_bills(settling, stated);
        return status == EXIT_DONE ? EXIT_FOUND : status;
    }
    struct statement statement = statement_of(settling, stated);
    if (arena_failed(&command->arena)) return out_of_memory(command);
    enum statement_result result = picture ? statement_png(&command->arena, &statement, DOTS, path, &lacking)
                                           : statement_pdf(&command->arena, &statement, path, &lacking);
    status = tell_drawn(settling, result, path, lacking);
    if (status != EXIT_CANNOT) printf("→ %s\n", path);
    return status;
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

static int tell_nobody(const struct settling *settling, struct text id) {
    struct command *command = settling->command;
    fprintf(stderr,
            say(command, "doudi: 登记簿里没有 %.*s;请写编号\n", "doudi: the registry has no %.*s; name it by its id\n"),
            TEXT_ARG(text_shown(&command->arena, id)));
    return EXIT_CANNOT;
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
    if (bills->key == 0) return tell_nobody(settling, text_from(command->words[1]));
    stated.mark = statement_mark(&command->arena, bills, stated.year);
    leave(bills, number);
    if (number && bills->list.count == 0) return tell_no_bill(settling, number, stated.year);
    if (out) return draw(settling, &stated, out);
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
    write_text(&writer, "standing", text_from(standing_codes[standing]));
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

static int verify(struct settling *settling) {
    struct command *command = settling->command;
    struct stated then, now;
    enum statement_standing standing;
    struct text mark = text_from(command->words[2]);
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

/* --- of whoever presents bills --------------------------------------------------------------------------------------
 */

static const char *kind_word(const struct command *command, enum registry_settling kind) {
    switch (kind) {
    case REGISTRY_SETTLED: return say(command, "结算", "settled");
    case REGISTRY_CORRECTED: return say(command, "更正", "corrected");
    case REGISTRY_RESETTLED: return say(command, "重新结算", "settled anew");
    default: return say(command, "作废", "cancelled");
    }
}

static struct text part_label(const struct settling *settling, size_t part) {
    const struct settled *settled = &settling->event->settled;
    const struct policy *law = settling->database.law;
    if (part < settled->layers.count) {
        struct text name = settled->layers.items[part]->declaration->fund.text;
        const struct declaration *fund = map_get(&law->fund_by_name, name);
        return word_of(settling, fund ? fund->label : settled->layers.items[part]->label, name);
    }
    if (part == settled->layers.count) return word_of(settling, settled->rest->label, settled->rest->name);
    return text_from(say(settling->command, "待定", "open"));
}

static void write_booked_csv(struct builder *out, struct settling *settling, const struct booked_bills *booked) {
    struct command *command = settling->command;
    const struct field *total = settling->event->settled.total;
    builder_add(out, text_from(say(command, "第几笔,日期,单号,何事", "settlement,day,number,what")));
    for (size_t k = 0; k < booked->parts; k++) {
        builder_add(out, TEXT(","));
        csv_write_field(out, part_label(settling, k), true);
    }
    builder_add(out, TEXT("\n"));
    for (size_t i = 0; i < booked->list.count; i++) {
        const struct booked_settlement *line = &booked->list.items[i];
        builder_format(out, "%lld,%.*s,", (long long)line->settlement.number,
                       TEXT_ARG(day_format(&command->arena, line->settlement.day)));
        csv_write_field(out, line->settlement.by, true);
        builder_format(out, ",%s", kind_word(command, line->settlement.kind));
        for (size_t k = 0; k < booked->parts; k++)
            builder_format(out, ",%.*s", TEXT_ARG(amount_written(&command->arena, total, line->moved[k])));
        builder_add(out, TEXT("\n"));
    }
}

static void write_booked_json(struct builder *out, struct settling *settling, const struct booked_bills *booked,
                              month_number month) {
    struct arena *arena = &settling->command->arena;
    const struct settled *settled = &settling->event->settled;
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    json_write_key_text(&writer, settled->at->name);
    json_write_string(&writer, booked->of.id);
    write_text(&writer, "month", month_format(arena, month));
    json_write_key(&writer, "settlements");
    json_write_integer(&writer, (int64_t)booked->list.count);
    json_write_key(&writer, "agrees");
    json_write_bool(&writer, booked->agree);
    json_write_key(&writer, "sums");
    json_write_object(&writer);
    for (size_t k = 0; k < booked->parts; k++) {
        if (k < settled->layers.count)
            json_write_key_text(&writer, settled->layers.items[k]->name);
        else if (k == settled->layers.count)
            json_write_key_text(&writer, settled->rest->name);
        else
            json_write_key(&writer, "open");
        json_write_string(&writer, amount_written(arena, settled->total, booked->sums[k]));
    }
    json_write_close_object(&writer);
    json_write_close_object(&writer);
}

static void show_booked(struct builder *out, struct settling *settling, const struct booked_bills *booked,
                        month_number month) {
    struct command *command = settling->command;
    const struct field *total = settling->event->settled.total;
    builder_add_shown(out, booked->of.id);
    builder_format(out, say(command, "  %.*s 记账 %zu 笔\n", "  booked in %.*s: %zu\n"),
                   TEXT_ARG(month_format(&command->arena, month)), booked->list.count);
    for (size_t k = 0; k < booked->parts; k++) {
        enum { COLUMNS = 40, AMOUNT = 18 };
        struct text label = part_label(settling, k), amount = amount_shown(settling, total, booked->sums[k]);
        builder_add(out, label);
        builder_pad(out, text_width(label) < COLUMNS ? COLUMNS - text_width(label) : 1);
        builder_pad(out, text_width(amount) < AMOUNT ? AMOUNT - text_width(amount) : 1);
        builder_format(out, "%.*s\n", TEXT_ARG(amount));
    }
    builder_add(out, text_from(booked->agree ? say(command, "账目和逐笔合计一致 ✓\n",
                                                   "the accounts agree with the settlements ✓\n")
                                             : say(command, "▲ 账目和逐笔合计不一致\n",
                                                   "▲ the accounts do not agree with the settlements\n")));
}

static int write_booked(struct settling *settling, const struct booked_bills *booked, const char *path) {
    struct command *command = settling->command;
    struct builder out;
    struct file_writer writer;
    int status = must_be_new(command, path);
    if (status != EXIT_DONE) return status;
    builder_init(&out);
    write_booked_csv(&out, settling, booked);
    bool whole = !out.failed && !arena_failed(&command->arena);
    enum file_result result = whole ? file_begin_private(&writer, &command->arena, path) : FILE_NO_MEMORY;
    if (result == FILE_OK) {
        file_write(&writer, builder_text(&out));
        result = file_commit(&writer);
    }
    builder_free(&out);
    return result == FILE_OK ? EXIT_DONE : tell_unwritable(command, result, text_from(path));
}

static int state_booked(struct settling *settling) {
    struct command *command = settling->command;
    struct booked_bills booked;
    struct builder out;
    month_number month;
    if (!month_parse(text_from(command->words[2]), &month))
        return wrong_option(command, "月份写成 2018-07", "the month takes 2018-07");
    enum registry_result result =
        settler_read_booked(&settling->settler, settling->event, text_from(command->words[1]), month_first_day(month),
                            month_first_day(month + 1) - 1, &command->arena, &booked);
    if (result != REGISTRY_DONE) return settling_tell(settling, result);
    if (booked.key == 0) return tell_nobody(settling, text_from(command->words[1]));
    int status =
        command_has(command, "out") ? write_booked(settling, &booked, command_option(command, "out")) : EXIT_DONE;
    builder_init(&out);
    (command_has(command, "json") ? write_booked_json : show_booked)(&out, settling, &booked, month);
    int shown = show_built(command, &out);
    if (status == EXIT_DONE) status = shown;
    return status == EXIT_DONE && !booked.agree ? EXIT_FOUND : status;
}

int command_hospital_statement(struct command *command) {
    struct settling settling = {.command = command};
    if (command->word_count != 3) return wrong_usage(command);
    int status = settling_open(&settling, command, "statement");
    if (status == EXIT_DONE) status = state_booked(&settling);
    settling_close(&settling);
    return status;
}
