#include "cli/assessment.h"

#include "cli/month_shown.h"
#include "cli/out_folder.h"
#include "cli/progress.h"
#include "exchange/in_force.h"
#include "exchange/rejected.h"

#include <stdio.h>

/* Every month is shown as soon as it is decided. */
static void print_so_far(struct assessment *assessment) {
    if (assessment->json || assessment->text.failed) return;
    print_coloured(assessment->session.command, builder_text(&assessment->text));
    assessment->text.length = 0;
}

static int assess_month(struct assessment *assessment, month_number month, bool is_last) {
    struct session *session = &assessment->session;
    struct command *command = session->command;
    struct progress progress;
    int status = session_decide(session, month);
    if (status != EXIT_DONE) return status;
    struct arena_mark mark = arena_here(&command->arena); /* of the month nothing but its text is needed later */
    progress_begin(&progress, command);
    struct totals totals = {.progress = progress_tell, .context = &progress};
    bool found = totals_find(&totals, session->run, &command->arena);
    progress_end(&progress);
    if (!found) return out_of_memory(command);
    if (assessment->out) results_add(&assessment->results, &totals);
    int64_t kept = 0, stands = 0;
    status =
        is_last && !assessment->out && !assessment->compares ? session_record_last(session) : session_record(session);
    if (status == EXIT_DONE && assessment->keeps) stands = session_kept_before(session);
    if (status == EXIT_DONE && assessment->keeps && !stands) status = session_keep(session, &kept);
    if (status != EXIT_DONE) return status;
    assessment->broken += totals.broken;
    assessment->undetermined += totals.undetermined;
    if (assessment->json)
        month_write(&assessment->writer, session, &totals, kept ? kept : stands);
    else
        month_print(&assessment->text, session, &totals, assessment->out);
    if (kept && !assessment->json) month_print_kept(&assessment->text, session, month, kept);
    if (stands && !assessment->json) month_print_stands(&assessment->text, session, month, stands);
    print_so_far(assessment);
    arena_rewind(&command->arena, mark);
    return EXIT_DONE;
}

static int write_rejected(struct assessment *assessment) {
    struct session *session = &assessment->session;
    struct command *command = session->command;
    struct text path;
    size_t count = session->import.refused.count;
    if (count == 0 || !assessment->out) return EXIT_DONE;
    enum file_result result =
        rejected_write(&session->import, &command->arena, assessment->out, command->language, &path);
    if (result != FILE_OK) return tell_unwritable(command, result, path);
    if (!assessment->json)
        builder_format(&assessment->text,
                       say(command, "! 数据有误 %zu 行 → %s/rejected.csv,改好后的文件可直接再用:%s/rejected/\n",
                           "! rows refused: %zu → %s/rejected.csv; copies of the files to mend: %s/rejected/\n"),
                       count, assessment->out, assessment->out);
    return EXIT_DONE;
}

/* Every month is looked at before the first is decided; true when not a single row is refused. */
static bool all_is_well(struct session *session, month_number first, month_number last, int *status) {
    for (month_number month = first; month <= last && *status == EXIT_DONE; month++)
        *status = session_load(session, month);
    return *status == EXIT_DONE && session->import.refused.count == 0;
}

/* All is on disk before the first file is replaced; then a sign stands until the last is in its place, the rows refused
 * among them. What later months read comes first: whatever happens after it, the same call can be made again. */
static enum file_result replace(struct assessment *assessment, struct csv_file *in_force, struct text *trouble) {
    struct session *session = &assessment->session;
    struct results *results = &assessment->results;
    struct arena *arena = &session->command->arena;
    struct text path = path_join(arena, text_from(assessment->out), TEXT("in-force.csv"));
    enum file_result result = results_flush(results);
    *trouble = result == FILE_OK ? path : results->trouble;
    if (result == FILE_OK)
        result = in_force_draft(in_force, &session->history, arena, assessment->out, session->months);
    if (result != FILE_OK) return result;
    result = results_begin_replacing(results);
    *trouble = result == FILE_OK ? path : results->trouble;
    if (result == FILE_OK) result = csv_file_commit(in_force);
    if (result != FILE_OK) return result;
    result = results_commit(results);
    *trouble = results->trouble;
    return result;
}

static int commit(struct assessment *assessment) {
    struct csv_file in_force = {0};
    struct text trouble;
    enum file_result result = replace(assessment, &in_force, &trouble);
    csv_file_close(&in_force);
    if (result != FILE_OK) return tell_unwritable(assessment->session.command, result, trouble);
    int status = write_rejected(assessment);
    if (status == EXIT_DONE) results_end_replacing(&assessment->results);
    return status;
}

static int decide_each(struct assessment *assessment, month_number first, month_number last) {
    int status = EXIT_DONE;
    for (month_number month = first; month <= last && status == EXIT_DONE; month++)
        status = assess_month(assessment, month, month == last);
    return status;
}

static int decide_months(struct assessment *assessment, month_number first, month_number last) {
    struct session *session = &assessment->session;
    struct results *results = &assessment->results;
    struct command *command = session->command;
    if (!assessment->out) return decide_each(assessment, first, last);
    enum file_result result = results_open(results, &command->arena, session->policy, assessment->out);
    int status = result == FILE_OK ? EXIT_DONE : tell_unwritable(command, result, results->trouble);
    if (status == EXIT_DONE) status = decide_each(assessment, first, last);
    if (status == EXIT_DONE) status = commit(assessment);
    results_close(results);
    return status;
}

/* --save, before anybody is decided: what cannot be packed is told at once. */
static int save(struct assessment *assessment, month_number month) {
    struct session *session = &assessment->session;
    const char *path = command_option(session->command, "save");
    if (!path) return EXIT_DONE;
    int status = session_load(session, month);
    if (status == EXIT_DONE) status = session_save(session, path);
    if (status == EXIT_DONE && !assessment->json)
        builder_format(&assessment->text,
                       say(session->command, "数据已打包 → %s\n", "the month's data are packed → %s\n"), path);
    return status;
}

int assessment_decide(struct assessment *assessment, month_number first, month_number last) {
    struct session *session = &assessment->session;
    struct command *command = session->command;
    int status = EXIT_DONE;
    if (command_has(command, "all-or-nothing") && !all_is_well(session, first, last, &status)) {
        if (status == EXIT_DONE) status = write_rejected(assessment);
        if (status != EXIT_DONE) return status;
        fputs(say(command, "doudi: 有错误的行,没有测算任何人(--all-or-nothing)\n",
                  "doudi: rows are wrong, so that nobody was decided (--all-or-nothing)\n"),
              stderr);
        return EXIT_FOUND;
    }
    status = save(assessment, first);
    if (status == EXIT_DONE) status = decide_months(assessment, first, last);
    if (status != EXIT_DONE) return status;
    bool strict = command_has(command, "strict") && assessment->undetermined;
    return session->diagnostics.errors || assessment->broken || strict ? EXIT_FOUND : EXIT_DONE;
}

void assessment_begin(struct assessment *assessment) {
    builder_init(&assessment->text);
    json_writer_init(&assessment->writer, &assessment->text, false);
    if (!assessment->json) return;
    json_write_object(&assessment->writer);
    json_write_key(&assessment->writer, "months");
    json_write_array(&assessment->writer);
}

void assessment_end_months(struct assessment *assessment) {
    struct command *command = assessment->session.command;
    if (!assessment->json) return;
    json_write_close_array(&assessment->writer);
    month_write_count(&assessment->writer, "rows_refused", assessment->session.import.refused.count);
    if (assessment->out) {
        json_write_key(&assessment->writer, "folder");
        json_write_string(&assessment->writer, text_from(assessment->out));
    }
    if (assessment->session.area.length) {
        json_write_key(&assessment->writer, "area");
        json_write_string(&assessment->writer, assessment->session.area);
    }
    if (command_has(command, "save")) {
        json_write_key(&assessment->writer, "saved");
        json_write_string(&assessment->writer, text_from(command_option(command, "save")));
    }
}

int assessment_end(struct assessment *assessment, int status) {
    struct command *command = assessment->session.command;
    if (assessment->json) json_write_close_object(&assessment->writer);
    bool whole = !assessment->text.failed && !arena_failed(&command->arena);
    if (whole && assessment->json)
        print_builder(&assessment->text);
    else if (whole)
        print_coloured(command, builder_text(&assessment->text));
    builder_free(&assessment->text);
    return whole || status == EXIT_CANNOT ? status : out_of_memory(command);
}
