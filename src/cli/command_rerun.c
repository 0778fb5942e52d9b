/* doudi rerun: a month that was decided once, decided again by what was known then. */
#include "cli/assessment.h"
#include "cli/out_folder.h"

#include <stdio.h>

enum { DIFFERENCES_SHOWN = 20 };

/* --- what came out otherwise -------------------------------------------------------------------------------------- */

static struct text value_told(const struct assessment *assessment, const struct field *field, const struct value *value,
                              bool there) {
    struct command *command = assessment->session.command;
    struct arena *arena = &command->arena;
    if (!there) return text_from(say(command, "没有", "nothing"));
    struct text reason = reason_written(arena, assessment->session.policy, value);
    if (value->state != VALUE_KNOWN) return reason;
    struct text shown = value_show(arena, &field->type, field->scale, field->step, value, command->language);
    return text_format(arena, "%.*s (%.*s)", TEXT_ARG(shown), TEXT_ARG(reason));
}

static void show_differences(struct assessment *assessment, const struct registry_run *run,
                             const struct registry_differences *differences) {
    struct command *command = assessment->session.command;
    struct builder *out = &assessment->text;
    if (differences->list.count == 0) {
        builder_format(
            out,
            say(command, "与第 %lld 次变动登记的完全一样 ✓(%zu 个值)\n", "all as change %lld kept it ✓ (%zu values)\n"),
            (long long)run->change, differences->compared);
        return;
    }
    builder_format(out,
                   say(command, "▲ 与第 %lld 次变动登记的不一样:%zu 个值中的 %zu 个(当时的程序 %.*s)\n",
                       "▲ not as change %lld kept it: of %zu values %zu (decided by version %.*s)\n"),
                   (long long)run->change, differences->compared, differences->list.count, TEXT_ARG(run->engine));
    for (size_t i = 0; i < differences->list.count && i < DIFFERENCES_SHOWN; i++) {
        const struct registry_difference *difference = &differences->list.items[i];
        const struct field *field = difference->field;
        struct text label = label_or_name(field->label, field->name, command->language);
        builder_format(out, "  %.*s  %.*s  %.*s → %.*s\n", TEXT_ARG(difference->id), TEXT_ARG(label),
                       TEXT_ARG(value_told(assessment, field, &difference->told, true)),
                       TEXT_ARG(value_told(assessment, field, &difference->found, difference->there)));
    }
}

static void write_differences(struct assessment *assessment, const struct registry_run *run,
                              const struct registry_differences *differences) {
    struct json_writer *writer = &assessment->writer;
    json_write_key(writer, "run");
    json_write_integer(writer, run->change);
    json_write_key(writer, "engine");
    json_write_string(writer, run->engine);
    json_write_key(writer, "compared");
    json_write_integer(writer, (int64_t)differences->compared);
    json_write_key(writer, "different");
    json_write_integer(writer, (int64_t)differences->list.count);
}

/* --- again -------------------------------------------------------------------------------------------------------- */

static int decide_again(struct assessment *assessment, const struct registry_run *run) {
    struct registry_differences differences;
    assessment_begin(assessment);
    int status = assessment_decide(assessment, run->month, run->month);
    if (status == EXIT_FOUND) status = EXIT_DONE; /* what a month finds is no difference */
    if (status == EXIT_DONE) status = session_compare_run(&assessment->session, run, &differences);
    bool differs = status == EXIT_DONE && differences.list.count > 0;
    assessment_end_months(assessment);
    if (status == EXIT_DONE) (assessment->json ? write_differences : show_differences)(assessment, run, &differences);
    status = assessment_end(assessment, status);
    return status == EXIT_DONE && differs ? EXIT_FOUND : status;
}

int command_rerun(struct command *command) {
    struct assessment assessment = {.out = command_option(command, "out"), .json = command_has(command, "json")};
    struct registry_run run;
    int64_t change;
    int lock = -1;
    assessment.session.solves = true;
    if (command->word_count != 3 || !run_number(text_from(command->words[2]), &change)) return wrong_usage(command);
    if (command_has(command, "out") && !names_folder(command)) return EXIT_USAGE;
    int status = session_open_run(&assessment.session, command, command->words[1], change, &run);
    if (status == EXIT_DONE && assessment.out) status = take_folder(command, assessment.out, results_stranger, &lock);
    if (status == EXIT_DONE) status = decide_again(&assessment, &run);
    folder_unlock(lock);
    session_close(&assessment.session);
    return status;
}
