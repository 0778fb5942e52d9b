/* What stands on the page of a statement; how it is drawn is exchange/statement_pdf.c's. */
#include "cli/out_folder.h"
#include "cli/stated.h"
#include "exchange/lane_shown.h"
#include "exchange/statement_pdf.h"

#include <stdio.h>
#include <string.h>

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

static struct statement_amount amount_of(struct settling *settling, const struct settled_bill *bill,
                                         const struct settlement_part *part) {
    struct statement_amount amount = {.coins = part->known ? part->amount : 0};
    const char *open = say(settling->command, "待定", "open");
    if (!part->known) amount.missing = text_from(open); /* why stands in a note */
    amount.unconfirmed = part->known && bill_is_unconfirmed(settling, bill, part->field);
    return amount;
}

/* Columns are narrow: a layer is called as the fund that it is of, where that is shorter and no other is of the same.
 */
static struct text short_label(const struct settling *settling, const struct field *part) {
    const struct settled *settled = &settling->event->settled;
    struct text name = part->declaration->fund.text, label = label_shown(settling, part->label, part->name);
    const struct declaration *fund = map_get(&settling->database.law->fund_by_name, name);
    for (size_t i = 0; i < settled->layers.count; i++) {
        const struct field *layer = settled->layers.items[i];
        if (layer != part && text_equal(layer->declaration->fund.text, name)) fund = NULL;
    }
    struct text of_fund = fund ? label_shown(settling, fund->label, name) : label;
    return text_width(of_fund) < text_width(label) ? of_fund : label;
}

static struct statement_part part_of(struct settling *settling, const struct settled_bill *bill, size_t at,
                                     struct text document) {
    const struct settlement_part *part = &bill->parts[at];
    return (struct statement_part){.label = short_label(settling, part->field),
                                   .basis = basis_of(settling, part->field, day_month(bill->date), document),
                                   .amount = amount_of(settling, bill, part)};
}

static struct statement_bill *list_bills(struct settling *settling, const struct settled_bills *bills) {
    struct arena *arena = &settling->command->arena;
    struct statement_bill *list = ARENA_ARRAY(arena, struct statement_bill, bills->list.count + 1);
    for (size_t i = 0; i < bills->list.count && list; i++) {
        const struct settled_bill *bill = &bills->list.items[i];
        struct statement_amount *parts = ARENA_ARRAY(arena, struct statement_amount, bill->count + 1);
        if (!parts) return NULL;
        for (size_t k = 0; k < bill->count; k++) parts[k] = amount_of(settling, bill, &bill->parts[k]);
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
        facts[i] = (struct statement_fact){label_shown(settling, fact->field->label, fact->field->name),
                                           fact->shown[settling->command->language],
                                           fact->known && bill_is_unconfirmed(settling, bill, fact->field)};
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
            struct text label = label_shown(settling, guarantee->declaration->label, guarantee->name);
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
        ARENA_ARRAY(&command->arena, struct statement_note, sum->count + 4 + count_reports(bills));
    struct text last = TEXT("");
    struct text document = document_of(settling, sum, month);
    bool unconfirmed = false;
    for (size_t k = 0; k < sum->count; k++)
        unconfirmed = unconfirmed || bill_is_unconfirmed(settling, sum, sum->parts[k].field);
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
    if (bills->imported)
        notes[statement->notes_count++] =
            (struct statement_note){text_format(&command->arena,
                                                say(command, "由导入登记、不在窗口结算的 %zu 张没有列出,也计入这一年。",
                                                    "Imported and not listed here, but counted in the year: %zu."),
                                                bills->imported),
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
        struct text label = label_shown(settling, sum->parts[k].field->label, sum->parts[k].field->name);
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
            return label_shown(settling, law->units.items[i]->label, law->currency);
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

static struct statement statement_of(struct settling *settling, const struct stated *stated, unsigned decimals) {
    const struct settled_bills *bills = &stated->bills;
    struct command *command = settling->command;
    struct arena *arena = &command->arena;
    struct settled_bill sum = stated_sum(arena, bills);
    month_number month = day_month(sum.date);
    struct text document = document_of(settling, &sum, month);
    size_t layers = sum.count - 1, several = bills->list.count > 1;
    const struct settled_bill *only = &bills->list.items[0];
    const struct settled *settled = &settling->event->settled;
    struct statement_part *parts = ARENA_ARRAY(arena, struct statement_part, layers + 1);
    struct text event = label_shown(settling, settling->event->label, settling->event->name);
    const struct entity *by = settled->at->type.entity;
    struct text presenter = label_shown(settling, by->label, by->name);
    struct statement statement = {
        .language = command->language,
        .made = settling->day,
        .decimals = decimals,
        .title = event,
        .office = several ? TEXT("") : settled_presenter(bills, only->at)->name,
        .about =
            several
                ? text_format(arena, say(command, "%d 年 %zu 张", "%d, %zu of them"), stated->year, bills->list.count)
                : text_format(arena, "%.*s  %.*s", TEXT_ARG(only->by), TEXT_ARG(day_format(arena, only->date))),
        .name = bills->of.name,
        .identity = masked(arena, bills->identity),
        .unit = unit_of(settling),
        .total = {label_shown(settling, settled->total->label, settled->total->name), TEXT(""), {.coins = sum.total}},
        .parts = parts,
        .parts_count = layers,
        .own = part_of(settling, &sum, layers, document),
        .facts = list_facts(settling, stated_last(bills)),
        .facts_count = stated_last(bills)->facts.list.count,
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
    for (size_t k = 0; k < layers && parts; k++) parts[k] = part_of(settling, &sum, k, document);
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

int stated_draw(struct settling *settling, const struct stated *stated, const char *path) {
    enum { DOTS = 110 };
    struct command *command = settling->command;
    bool picture = ends(text_from(path), ".png");
    uint32_t lacking = 0;
    unsigned decimals;
    if (!picture && !ends(text_from(path), ".pdf"))
        return wrong_option(command, "--out 应为 .pdf 或 .png 文件", "--out takes a .pdf or a .png file");
    int status = must_be_new(command, path);
    if (status != EXIT_DONE) return status;
    if (!field_decimals(&command->arena, settling->event->settled.total, &decimals)) {
        fputs(say(command, "doudi: 这项政策的最小货币单位不是小数,印不成一页\n",
                  "doudi: the least coin of this law is no decimal, which a page cannot show\n"),
              stderr);
        return EXIT_CANNOT;
    }
    struct statement statement = statement_of(settling, stated, decimals);
    if (arena_failed(&command->arena)) return out_of_memory(command);
    enum statement_result result = picture ? statement_png(&command->arena, &statement, DOTS, path, &lacking)
                                           : statement_pdf(&command->arena, &statement, path, &lacking);
    status = tell_drawn(settling, result, path, lacking);
    if (status != EXIT_CANNOT) printf("→ %s\n", path);
    return status;
}
