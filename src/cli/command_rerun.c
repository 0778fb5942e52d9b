/* doudi rerun: a month that was decided once, decided again by what was known then. */
#include "cli/assessment.h"
#include "cli/differences.h"
#include "cli/out_folder.h"

/* --- what came out otherwise -------------------------------------------------------------------------------------- */

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
    differences_print(out, &assessment->session, differences);
}

static void write_differences(struct assessment *assessment, const struct registry_run *run,
                              const struct registry_differences *differences) {
    struct json_writer *writer = &assessment->writer;
    json_write_key(writer, "run");
    json_write_integer(writer, run->change);
    json_write_key(writer, "engine");
    json_write_string(writer, run->engine);
    differences_write(writer, &assessment->session, differences);
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
    struct assessment assessment = {
        .out = command_option(command, "out"), .json = command_has(command, "json"), .compares = true};
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
