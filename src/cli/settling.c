#include "cli/settling.h"

#include "base/shown.h"
#include "cli/key_choice.h"

#include <stdio.h>

/* --- opening ------------------------------------------------------------------------------------------------------ */

int settling_tell(struct settling *settling, enum registry_result result) {
    return database_tell(&settling->database, settling->command, settling->url, result);
}

int settling_tell_nobody(const struct settling *settling, const struct entity *entity, struct text id) {
    struct command *command = settling->command;
    bool is_found = entity == settling->event->parent;
    fprintf(
        stderr,
        say(command, "doudi: 登记簿里没有 %.*s;请写编号%s\n", "doudi: the registry has no %.*s; name it by its id%s\n"),
        TEXT_ARG(text_shown(&command->arena, id)),
        is_found ? say(command, ",用 doudi household find 号码 可以查到",
                       ", which doudi household find NUMBER tells by the number of a card or a name")
                 : "");
    return EXIT_CANNOT;
}

static int find_event(struct settling *settling) {
    struct command *command = settling->command;
    settling->event = settled_event(settling->database.law, TEXT(""));
    if (settling->event) return EXIT_DONE;
    fprintf(stderr,
            say(command, "doudi: %s: 登记簿的政策里没有当场结算的单子(event … settled at …)\n",
                "doudi: %s: the registry's law settles no bills (event … settled at …)\n"),
            database_shown(command, settling->url));
    return EXIT_CANNOT;
}

static bool read_day(struct settling *settling) {
    const char *on = command_option(settling->command, "on");
    settling->day = database_day(&settling->change);
    return !on || day_parse(text_from(on), &settling->day);
}

int settling_may_book(struct settling *settling) {
    if (settling->day <= database_day(&settling->change)) return EXIT_DONE;
    return wrong_option(settling->command, "--on 的日期还没有到", "--on: that day is still to come");
}

int settling_open(struct settling *settling, struct command *command, const char *what) {
    struct registry_lines lines;
    *settling = (struct settling){.command = command, .url = command_option(command, "database")};
    if (!has_option(command, "database")) return EXIT_USAGE;
    settling->change = database_change(command, what, MONTH_FIRST);
    if (!read_day(settling))
        return wrong_option(command, "--on 应为日期,如 2018-07-31", "--on takes a date, such as 2018-07-31");
    int status = database_open(&settling->database, command, settling->url, NULL);
    if (status == EXIT_DONE) status = find_event(settling);
    if (settling->database.law) unconfirmed_init(&settling->unconfirmed, settling->database.law);
    if (status == EXIT_DONE) status = database_use_keys(&settling->database, command, settling->url);
    if (status != EXIT_DONE) return status;
    settling->begun = true;
    enum registry_result result =
        registry_read_confirmed(&settling->database.registry, REGISTRY_NOW, settling->database.law, &lines);
    if (result == REGISTRY_DONE) result = settler_begin(&settling->settler, &settling->database.registry);
    status = settling_tell(settling, result);
    store_roll_back(settling->database.store);
    return status;
}

void settling_close(struct settling *settling) {
    if (settling->begun) settler_end(&settling->settler);
    unconfirmed_free(&settling->unconfirmed);
    database_close(&settling->database);
}

/* --- bills -------------------------------------------------------------------------------------------------------- */

enum { LABEL_COLUMNS = 32, AMOUNT_COLUMNS = 14, BAR_COLUMNS = 24 };

struct text amount_shown(struct settling *settling, const struct field *field, int64_t amount) {
    struct arena *arena = &settling->command->arena;
    struct value value = value_number(number_multiply(arena, number_from(amount), field->step));
    return value_show(arena, &field->type, field->scale, field->step, &value, settling->command->language);
}

static void add_padded(struct builder *out, struct text text, size_t columns, bool right) {
    size_t width = text_width(text), gap = width < columns ? columns - width : 0;
    if (right) builder_pad(out, gap);
    builder_add(out, text);
    if (!right) builder_pad(out, gap);
}

/* Columns of the bar up to an amount of the total. */
static size_t columns_to(int64_t amount, int64_t total) {
    return total > 0 ? (size_t)((lane)amount * BAR_COLUMNS * 2 / total + 1) / 2 : 0;
}

static void add_bar(struct builder *out, int64_t before, int64_t amount, int64_t total) {
    size_t begin = columns_to(before, total), end = columns_to(before + amount, total);
    if (amount <= 0) return;
    builder_pad(out, begin);
    if (begin == end) builder_add(out, TEXT("▌"));
    for (; begin < end; begin++) builder_add(out, TEXT("█"));
}

struct text label_shown(const struct settling *settling, const struct text label[LANGUAGES], struct text name) {
    return label_or_name(label, name, settling->command->language);
}

static struct text label_of(const struct settling *settling, const struct field *field) {
    return label_shown(settling, field->label, field->name);
}

static void add_cites(struct builder *out, const struct field *field) {
    const struct names *cites = &field->declaration->cites;
    for (size_t i = 0; i < cites->list.count; i++) {
        builder_add(out, i ? TEXT(" ") : TEXT("  〔"));
        builder_add(out, cites->list.items[i].text);
    }
    if (cites->list.count) builder_add(out, TEXT("〕"));
}

bool bill_is_unconfirmed(struct settling *settling, const struct settled_bill *bill, const struct field *field) {
    return bill->unconfirmed || unconfirmed_on(&settling->unconfirmed, field, bill->date);
}

static void add_part(struct builder *out, struct settling *settling, const struct settled_bill *bill, size_t at,
                     int64_t before) {
    const struct settlement_part *part = &bill->parts[at];
    bool layer = at + 1 < bill->count;
    struct text amount = amount_shown(settling, part->field, part->amount);
    add_padded(out, label_of(settling, part->field), LABEL_COLUMNS, false);
    if (!part->known) {
        struct text missing = part->missing[settling->command->language];
        add_padded(out, TEXT("？"), AMOUNT_COLUMNS, true);
        builder_format(out, "   %.*s\n", TEXT_ARG(missing));
        return;
    }
    if (layer && part->amount) amount = text_format(&settling->command->arena, "−%.*s", TEXT_ARG(amount));
    add_padded(out, amount, AMOUNT_COLUMNS, true);
    builder_add(out, bill_is_unconfirmed(settling, bill, part->field) ? TEXT("◇ ") : TEXT("  "));
    size_t begin = out->length;
    add_bar(out, before, part->amount, bill->total);
    if (layer && part->field->declaration->cites.list.count) {
        size_t width = text_width((struct text){out->bytes + begin, out->length - begin});
        builder_pad(out, width < BAR_COLUMNS ? BAR_COLUMNS - width : 0);
        add_cites(out, part->field);
    }
    builder_add(out, TEXT("\n"));
}

static void add_reports(struct builder *out, const struct settling *settling, const struct settled_bill *bill) {
    for (size_t i = 0; i < bill->reports.count; i++) {
        const struct guarantee *guarantee = bill->reports.items[i];
        struct text label = label_shown(settling, guarantee->declaration->label, guarantee->name);
        builder_format(out, say(settling->command, "▲ 不成立:%.*s\n", "▲ does not hold: %.*s\n"), TEXT_ARG(label));
    }
}

void bill_show(struct builder *out, struct settling *settling, const struct settled_bill *bill) {
    struct command *command = settling->command;
    const struct settled *settled = &settling->event->settled;
    int64_t before = 0;
    builder_add_shown(out, bill->by);
    if (bill->at.length) builder_format(out, "  %.*s", TEXT_ARG(text_shown(&command->arena, bill->at)));
    if (bill->count) builder_format(out, "  %.*s", TEXT_ARG(day_format(&command->arena, bill->date)));
    if (bill->settlement)
        builder_format(out, say(command, "  第 %lld 笔结算", "  settlement %lld"), (long long)bill->settlement);
    builder_add(out, TEXT("\n"));
    if (bill->count == 0) return;
    add_padded(out, label_of(settling, settled->total), LABEL_COLUMNS, false);
    add_padded(out, amount_shown(settling, settled->total, bill->total), AMOUNT_COLUMNS, true);
    builder_add(out, TEXT("  "));
    add_bar(out, 0, bill->total, bill->total);
    builder_add(out, TEXT("\n"));
    for (size_t i = 0; i < bill->count; i++) {
        add_part(out, settling, bill, i, before);
        if (bill->parts[i].known) before += bill->parts[i].amount;
    }
    if (bill->open) {
        add_padded(out, text_from(say(command, "待定,先不收取", "open, not collected yet")), LABEL_COLUMNS, false);
        add_padded(out, amount_shown(settling, settled->total, bill->open), AMOUNT_COLUMNS, true);
        builder_add(out, TEXT("\n"));
    }
    add_reports(out, settling, bill);
}

struct text fact_shown(struct settling *settling, const struct settled_bill *bill, const struct settlement_fact *fact) {
    bool unconfirmed = fact->known && bill_is_unconfirmed(settling, bill, fact->field);
    return text_format(&settling->command->arena, "%.*s%s", TEXT_ARG(fact->shown[settling->command->language]),
                       unconfirmed ? "◇" : "");
}

void facts_show(struct builder *out, struct settling *settling, const struct settled_bill *bill) {
    if (bill->facts.list.count) /* of one that came late it is less than what stands by now */
        builder_format(out, say(settling->command, "截至 %.*s:", "as of %.*s: "),
                       TEXT_ARG(day_format(&settling->command->arena, bill->date)));
    for (size_t i = 0; i < bill->facts.list.count; i++) {
        const struct settlement_fact *fact = &bill->facts.list.items[i];
        builder_format(out, "%s%.*s %.*s", i ? "  " : "", TEXT_ARG(label_of(settling, fact->field)),
                       TEXT_ARG(fact_shown(settling, bill, fact)));
    }
    if (bill->facts.list.count) builder_add(out, TEXT("\n"));
    if (bill->assessed == BILL_NEVER_ASSESSED)
        builder_add(out, text_from(say(settling->command, "当月和以前都没有测算过,按登记的情况结算\n",
                                       "neither that month nor one before was assessed: settled by what was told\n")));
    if (bill->assessed == BILL_ASSESSED && bill->assessed_in != day_month(bill->date))
        builder_format(out,
                       say(settling->command, "按 %.*s 的测算结算,当月还没有测算\n",
                           "settled by the assessment of %.*s: that month was not assessed yet\n"),
                       TEXT_ARG(month_format(&settling->command->arena, bill->assessed_in)));
}

static void add_change(struct builder *out, struct settling *settling, const struct settlement_part *before,
                       const struct settlement_part *after) {
    if (before->known == after->known && before->amount == after->amount) return;
    struct text was = before->known ? amount_shown(settling, before->field, before->amount) : TEXT("？"),
                now = after->known ? amount_shown(settling, after->field, after->amount) : TEXT("？");
    builder_add(out, TEXT("  "));
    add_padded(out, label_of(settling, before->field), LABEL_COLUMNS - 2, false);
    add_padded(out, was, AMOUNT_COLUMNS, true);
    builder_format(out, " → %.*s\n", TEXT_ARG(now));
}

/* What a cancellation left as it was. */
static void add_left(struct builder *out, struct settling *settling, const struct settlement_left *left) {
    struct command *command = settling->command;
    struct text what = left->guarantee
                           ? label_shown(settling, left->guarantee->declaration->label, left->guarantee->name)
                           : left->words[command->language];
    builder_format(out,
                   say(command, "▲ 单子 %.*s 重新结算不成,维持原状:%.*s\n",
                       "▲ the bill %.*s stands as it was, which cannot be settled anew: %.*s\n"),
                   TEXT_ARG(text_shown(&command->arena, left->bill.by)), TEXT_ARG(what));
}

void effects_show(struct builder *out, struct settling *settling, const struct settlement_answer *answer) {
    struct command *command = settling->command;
    for (size_t i = 0; i < answer->left.count; i++) add_left(out, settling, &answer->left.items[i]);
    if (answer->effects.count)
        builder_format(out, say(command, "因此重新结算 %zu 张:\n", "settled anew because of it: %zu\n"),
                       answer->effects.count);
    for (size_t i = 0; i < answer->effects.count; i++) {
        const struct settled_bill *before = &answer->effects.items[i].before, *after = &answer->effects.items[i].after;
        builder_format(out, "%.*s  %.*s  %.*s\n", TEXT_ARG(after->by), TEXT_ARG(after->at),
                       TEXT_ARG(day_format(&command->arena, after->date)));
        for (size_t k = 0; k < after->count; k++) add_change(out, settling, &before->parts[k], &after->parts[k]);
        add_reports(out, settling, after);
    }
}
