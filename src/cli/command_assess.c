/* doudi assess: everyone of a data folder or a registry, decided month by month. */
#include "cli/assess_changed.h"
#include "cli/assessment.h"
#include "cli/month_shown.h"
#include "cli/out_folder.h"

/* What another law, reading or day of knowledge would give is no decision, and is kept nowhere but in files. */
static bool decides(const struct command *command) {
    return store_is_there(command->words[1]) && !command_has(command, "policy") && !command_has(command, "reading") &&
           !command_has(command, "known") && !command_has(command, "dry-run");
}

/* Decided before, as they would be now. */
static void print_skipped(struct assessment *assessment, month_number first) {
    struct session *session = &assessment->session;
    for (; first < session->first && !assessment->json; first++)
        month_print_stands(&assessment->text, session, first, session_kept(session, first));
}

static bool is_usage(struct command *command, month_number *first, month_number *last, int *status) {
    *status = EXIT_USAGE;
    if (command->word_count != 2 || !has_option(command, "month")) {
        *status = wrong_usage(command);
        return false;
    }
    bool registry = store_is_there(command->words[1]);
    if (!registry && !has_option(command, "out")) {
        *status = wrong_usage(command);
        return false;
    }
    if (command_has(command, "out") && !names_folder(command)) return false;
    if (!session_months(command, first, last) || !names_file(command, "save")) return false;
    if (registry && !no_previous(command)) return false;
    if (command_has(command, "area") && !*command_option(command, "area")) {
        *status = no_area(command);
        return false;
    }
    if (command_has(command, "save") && *first != *last) {
        *status = one_month_only(command);
        return false;
    }
    return true;
}

static int assess_changed_of(struct command *command) {
    if (command->word_count != 2) return wrong_usage(command);
    if (!store_is_there(command->words[1]))
        return wrong_option(command, "--changed 只用于登记簿", "--changed is for registries");
    static const char *const others[] = {"month", "out", "area", "policy", "reading", "known", "previous", "save"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (command_has(command, others[i]))
            return wrong_option(command, "--changed 重算受影响的所有月份,不与其他选项同用",
                                "--changed decides every month that is reached, and goes with no such option");
    return assess_changed(command);
}

int command_assess(struct command *command) {
    struct assessment assessment = {.out = command_option(command, "out"), .json = command_has(command, "json")};
    month_number first, last;
    int status, lock = -1;
    if (command_has(command, "changed")) return assess_changed_of(command);
    assessment.session.solves = true;
    if (!is_usage(command, &first, &last, &status)) return status;
    assessment.keeps = decides(command);
    /* Files are wanted in any case, with all that is known. */
    assessment.session.decides = assessment.keeps && !assessment.out && !command_has(command, "save");
    status = session_open(&assessment.session, command, command->words[1], first, last);
    if (status == EXIT_DONE && assessment.out) status = take_folder(command, assessment.out, results_stranger, &lock);
    if (status == EXIT_DONE) {
        assessment_begin(&assessment);
        print_skipped(&assessment, first);
        first = assessment.session.first;
        if (first <= last) status = assessment_decide(&assessment, first, last);
        assessment_end_months(&assessment);
        status = assessment_end(&assessment, status);
    }
    folder_unlock(lock);
    session_close(&assessment.session);
    return status;
}
