/* doudi resettle: all bills of a year found anew, after a rate was changed or a status corrected that goes back. */
#include "base/csv.h"
#include "cli/out_folder.h"
#include "cli/settling.h"
#include "exchange/answer_words.h"
#include "exchange/file.h"

#include <stdio.h>

struct resettling {
    struct settling settling;
    struct settlement_request request;
    struct settled_anew sums;
    int64_t open_before, open_after; /* of those that changed */
    struct builder csv, refused;
    int year;
};

/* --- what changes ---------------------------------------------------------------------------------------------------
 */

static void add_heading(struct resettling *resettling) {
    struct settling *settling = &resettling->settling;
    const struct settled *settled = &settling->event->settled;
    struct builder *csv = &resettling->csv;
    builder_format(csv, "%.*s,%.*s,%.*s", TEXT_ARG(settled->at->name), TEXT_ARG(settled->by->name),
                   TEXT_ARG(settling->event->dated.items[0]->name));
    for (size_t k = 0; k < settled_parts(settled); k++) {
        struct text name = settled_part(settled, k)->name;
        builder_format(csv, ",%.*s_before,%.*s_after", TEXT_ARG(name), TEXT_ARG(name));
    }
    builder_add(csv, TEXT("\n"));
}

static void add_amount(struct builder *csv, struct arena *arena, const struct settlement_part *part) {
    builder_add(csv, TEXT(","));
    builder_add(csv, part->known ? amount_written(arena, part->field, part->amount) : TEXT("unknown"));
}

static void add_line(struct resettling *resettling, const struct settlement_effect *effect) {
    struct arena arena;
    struct builder *csv = &resettling->csv;
    arena_init(&arena);
    csv_write_field(csv, effect->after.at, true);
    builder_add(csv, TEXT(","));
    csv_write_field(csv, effect->after.by, true);
    builder_format(csv, ",%.*s", TEXT_ARG(day_format(&arena, effect->after.date)));
    for (size_t k = 0; k < effect->after.count; k++) {
        add_amount(csv, &arena, &effect->before.parts[k]);
        add_amount(csv, &arena, &effect->after.parts[k]);
    }
    builder_add(csv, TEXT("\n"));
    if (arena_failed(&arena)) csv->failed = true;
    arena_free(&arena);
}

static void take(void *context, const struct settlement_answer *answer) {
    struct resettling *resettling = context;
    struct command *command = resettling->settling.command;
    for (size_t i = 0; i < answer->effects.count; i++) {
        add_line(resettling, &answer->effects.items[i]);
        resettling->open_before += answer->effects.items[i].before.open;
        resettling->open_after += answer->effects.items[i].after.open;
    }
    if (answer->outcome != SETTLEMENT_REFUSED) return;
    struct answer_words words = answer_words(&command->arena, resettling->settling.event, SETTLEMENT_QUOTE, answer);
    builder_format(&resettling->refused, "✕ %.*s\n", TEXT_ARG(words.sentence[command->language]));
}

/* --- the end --------------------------------------------------------------------------------------------------------
 */

static void show_sum(struct builder *out, struct settling *settling, struct text label, int64_t before, int64_t after) {
    enum { LABEL = 32, AMOUNT = 16 };
    const struct field *total = settling->event->settled.total;
    struct text was = amount_shown(settling, total, before), now = amount_shown(settling, total, after);
    builder_add(out, label);
    builder_pad(out, text_width(label) < LABEL ? LABEL - text_width(label) : 1);
    builder_pad(out, text_width(was) < AMOUNT ? AMOUNT - text_width(was) : 1);
    builder_format(out, "%.*s → %.*s\n", TEXT_ARG(was), TEXT_ARG(now));
}

static void show_sums(struct builder *out, struct resettling *resettling, int64_t change) {
    struct settling *settling = &resettling->settling;
    struct command *command = settling->command;
    const struct settled_anew *sums = &resettling->sums;
    const struct settled *settled = &settling->event->settled;
    builder_add(out, builder_text(&resettling->refused));
    builder_format(out,
                   say(command, "%d 年起 %zu 人 %zu 张重新结算:%zu 张有变化,%zu 人不变(违反保证)\n",
                       "from %d on, people: %zu, bills settled anew: %zu, changed: %zu, people left as they are (a "
                       "guarantee would break): %zu\n"),
                   resettling->year, sums->people, sums->bills, sums->changed, sums->refused);
    for (size_t k = 0; k < settled_parts(settled) && sums->changed; k++) {
        const struct field *field = settled_part(settled, k);
        show_sum(out, settling, label_or_name(field->label, field->name, command->language), sums->before[k],
                 sums->after[k]);
    }
    if (resettling->open_before || resettling->open_after)
        show_sum(out, settling, text_from(say(command, "待定", "open")), resettling->open_before,
                 resettling->open_after);
    if (change) {
        database_show_change(out, command, settling->url, change);
        builder_add(out, TEXT("\n"));
    } else {
        builder_add(out, text_from(say(command, "登记簿没有变动\n", "the registry is as it was\n")));
    }
}

static int write_csv(struct resettling *resettling, const char *path) {
    struct command *command = resettling->settling.command;
    struct file_writer writer;
    enum file_result result =
        resettling->csv.failed ? FILE_NO_MEMORY : file_begin_private(&writer, &command->arena, path);
    if (result == FILE_OK) {
        file_write(&writer, builder_text(&resettling->csv));
        result = file_commit(&writer);
    }
    return result == FILE_OK ? EXIT_DONE : tell_unwritable(command, result, text_from(path));
}

static int resettle(struct resettling *resettling) {
    struct settling *settling = &resettling->settling;
    struct command *command = settling->command;
    const char *path = command_option(command, "out");
    struct registry_change change = settling->change;
    struct builder out;
    int status = path ? must_be_new(command, path) : EXIT_DONE;
    if (status != EXIT_DONE) return status;
    resettling->request = (struct settlement_request){
        .act = SETTLEMENT_ANEW, .bill = {.event = settling->event}, .who = settling->change.by, .day = settling->day};
    add_heading(resettling);
    enum registry_result result =
        settler_settle_anew(&settling->settler, &change, &resettling->request, resettling->year,
                            !command_has(command, "dry-run"), &command->arena, &resettling->sums, take, resettling);
    if (result != REGISTRY_DONE) return settling_tell(settling, result);
    if (path) status = write_csv(resettling, path);
    builder_init(&out);
    show_sums(&out, resettling, change.number);
    if (path && status == EXIT_DONE) builder_format(&out, "→ %s\n", path);
    int shown = show_built(command, &out);
    if (status == EXIT_DONE) status = shown;
    return status == EXIT_DONE && resettling->sums.refused ? EXIT_FOUND : status;
}

int command_resettle(struct command *command) {
    struct resettling resettling = {.settling = {.command = command}};
    uint64_t year;
    if (command->word_count != 2) return wrong_usage(command);
    if (!count_parse(command->words[1], &year) || year < 1800 || year > 2199)
        return wrong_option(command, "年份应为四位数,如 2018", "the year takes four digits, such as 2018");
    resettling.year = (int)year;
    builder_init(&resettling.csv);
    builder_init(&resettling.refused);
    int status = settling_open(&resettling.settling, command, "resettle");
    if (status == EXIT_DONE) status = settling_may_book(&resettling.settling);
    if (status == EXIT_DONE) status = resettle(&resettling);
    settling_close(&resettling.settling);
    builder_free(&resettling.csv);
    builder_free(&resettling.refused);
    return status;
}
