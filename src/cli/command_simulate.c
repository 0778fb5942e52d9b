/* doudi simulate: a reform against today on a data folder. */
#include "cli/out_folder.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/simulate_options.h"
#include "simulate/folder.h"
#include "simulate/model.h"

#include <stdio.h>

struct simulating {
    struct command *command;
    struct session sessions[SIDES];
    struct simulation simulation;
    struct by_fields bys;
    struct raises raises;
    struct report report;
    month_number first, last;
    const char *out;
};

/* --- the two policies --------------------------------------------------------------------------------------------- */

/* The folder of the policy to compare with; NULL, and told, when the reform extends none and none is named. */
static const char *other_policy(const struct simulating *simulating, const char *reform) {
    const struct command *command = simulating->command;
    const struct policy *policy = simulating->sessions[REFORM].policy;
    const char *against = command_option(command, "against");
    const struct layer *base = policy->layers.items[policy->layers.count - 1]->base;
    if (against) return against;
    if (base) return base->folder.bytes;
    fprintf(stderr,
            say(command, "doudi: %s 没有依据(extends)别的政策;用 --against 写明与哪一部相比\n",
                "doudi: %s extends no other policy; name the one to compare with by --against\n"),
            reform);
    return NULL;
}

static struct text placed(struct arena *arena, const struct model_difference *difference) {
    struct text entity = difference->entity->name;
    if (!difference->input) return entity;
    return text_format(arena, "%.*s.%.*s", TEXT_ARG(entity), TEXT_ARG(difference->input->name));
}

static int check_model(const struct simulating *simulating) {
    static const char *const words[][LANGUAGES] = {
        [MODEL_ENTITY_MISSING] = {"「%.*s」只有政策 %.*s 里有", "\"%.*s\" stands only in policy %.*s"},
        [MODEL_ENTITY_PLACED] = {"「%.*s」在政策 %.*s 里的上级或种类不同", "\"%.*s\" lies elsewhere in policy %.*s"},
        [MODEL_INPUT_MISSING] = {"登记项「%.*s」只有政策 %.*s 里有", "input \"%.*s\" stands only in policy %.*s"},
        [MODEL_INPUT_DIFFERS] = {"登记项「%.*s」在政策 %.*s 里的类型、范围或精度不同",
                                 "input \"%.*s\" has another type, range or step in policy %.*s"},
    };
    struct command *command = simulating->command;
    struct model_difference difference =
        model_compare(simulating->sessions[TODAY].policy, simulating->sessions[REFORM].policy);
    if (difference.kind == MODEL_SAME) return EXIT_DONE;
    struct text place = placed(&command->arena, &difference), policy = policy_name(difference.has);
    fputs(say(command, "doudi: 两部政策登记的内容不同,不能用同样的数据比较:",
              "doudi: the two policies do not share their data, which cannot be decided by both: "),
          stderr);
    fprintf(stderr, words[difference.kind][command->language], TEXT_ARG(place), TEXT_ARG(policy));
    fputs("\n", stderr);
    return EXIT_CANNOT;
}

/* Whether every layer has begun in the first month. */
static int check_months(const struct simulating *simulating, const struct policy *policy) {
    struct command *command = simulating->command;
    for (size_t i = 0; i < policy->layers.count; i++) {
        const struct declaration *head = policy->layers.items[i]->head;
        if (!head->has_from || month_first_day(simulating->first) >= head->from) continue;
        fprintf(stderr,
                say(command, "doudi: 政策 %.*s 从 %.*s 起施行;--month 不能更早\n",
                    "doudi: policy %.*s begins on %.*s; --month must not be earlier\n"),
                TEXT_ARG(head->name.text), TEXT_ARG(day_format(&command->arena, head->from)));
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* Rows that are wrong are so under both: they are told once. */
static int open_sessions(struct simulating *simulating) {
    struct command *command = simulating->command;
    struct session *today = &simulating->sessions[TODAY], *reform = &simulating->sessions[REFORM];
    const char *folder = command_option(command, "policy"), *data = command->words[1];
    today->solves = reform->solves = reform->quiet = true;
    int status = session_open_law(reform, command, folder);
    const char *other = status == EXIT_DONE ? other_policy(simulating, folder) : NULL;
    if (status == EXIT_DONE) status = other ? session_open_law(today, command, other) : EXIT_USAGE;
    if (status == EXIT_DONE) status = check_months(simulating, today->policy);
    if (status == EXIT_DONE) status = check_months(simulating, reform->policy);
    if (status == EXIT_DONE) status = check_model(simulating);
    if (status == EXIT_DONE) status = session_open_data(today, data, simulating->first, simulating->last);
    if (status == EXIT_DONE) status = session_open_data(reform, data, simulating->first, simulating->last);
    return status;
}

/* --- months ------------------------------------------------------------------------------------------------------- */

static int begin(struct simulating *simulating) {
    struct command *command = simulating->command;
    struct session *today = &simulating->sessions[TODAY];
    int status = session_load(today, simulating->first);
    if (status != EXIT_DONE) return status;
    if (!simulation_begin(&simulating->simulation, &command->arena, today->dataset,
                          simulating->sessions[REFORM].policy))
        return out_of_memory(command);
    status = read_bys(command, &simulating->simulation, &simulating->bys);
    if (status == EXIT_DONE) status = read_raises(command, &simulating->simulation, &simulating->raises);
    if (status != EXIT_DONE || !today->pack.held || simulating->raises.list.count == 0) return status;
    fputs(say(command, "doudi: --raise 要改动各行的数据,打包的数据里没有;请用数据文件夹\n",
              "doudi: --raise changes rows as they came in, which a pack does not hold; use the data folder\n"),
          stderr);
    return EXIT_CANNOT;
}

static int add_month(struct simulating *simulating, month_number month) {
    struct command *command = simulating->command;
    struct session *sessions = simulating->sessions;
    for (enum side side = TODAY; side < SIDES; side++) {
        int status = session_decide(&sessions[side], month);
        if (status != EXIT_DONE) return status;
    }
    switch (simulation_add(&simulating->simulation, sessions[TODAY].run, sessions[REFORM].run)) {
    case SIMULATION_OK: break;
    case SIMULATION_NO_MEMORY: return out_of_memory(command);
    case SIMULATION_ROWS_DIFFER:
        fputs(say(command, "doudi: 两部政策带来的区域不同,同样的数据得不出同样的行;请让改革依据(extends)现行政策\n",
                  "doudi: the two policies bring different areas, so that the same data do not give the same rows; let "
                  "the reform extend today's policy\n"),
              stderr);
        return EXIT_CANNOT;
    }
    if (month == simulating->last) return EXIT_DONE; /* its runs are still looked at */
    int status = EXIT_DONE;
    for (enum side side = TODAY; side < SIDES && status == EXIT_DONE; side++) status = session_record(&sessions[side]);
    return status;
}

static int find_cliffs(struct simulating *simulating, struct raise *raise, enum side side) {
    struct command *command = simulating->command;
    struct session *session = &simulating->sessions[side];
    const struct entity *families = map_get(&session->policy->entity_by_name, simulating->simulation.families->name);
    struct progress progress;
    struct cliff_month month = {.run = session->run,
                                .records = &session->import.records,
                                .families = families,
                                .choices = {.threads = processors()},
                                .progress = progress_tell,
                                .context = &progress};
    progress_begin(&progress, command);
    bool found = cliffs_find(&raise->cliffs[side], &command->arena, &month);
    progress_end(&progress);
    return found ? EXIT_DONE : out_of_memory(command);
}

static int decide(struct simulating *simulating) {
    struct command *command = simulating->command;
    int status = EXIT_DONE;
    for (month_number month = simulating->first; month <= simulating->last && status == EXIT_DONE; month++)
        status = add_month(simulating, month);
    if (status != EXIT_DONE) return status;
    if (!simulation_finish(&simulating->simulation, simulating->bys.list.items, simulating->bys.list.count))
        return out_of_memory(command);
    for (size_t i = 0; i < simulating->raises.list.count; i++)
        for (enum side side = TODAY; side < SIDES && status == EXIT_DONE; side++)
            status = find_cliffs(simulating, &simulating->raises.list.items[i], side);
    if (status != EXIT_DONE) return status;
    bool built = report_build(&simulating->report, &command->arena, &simulating->simulation, &simulating->raises,
                              command->language);
    return built ? EXIT_DONE : out_of_memory(command);
}

/* --- telling ------------------------------------------------------------------------------------------------------ */

static void show_head(struct builder *out, const struct simulating *simulating) {
    struct command *command = simulating->command;
    const struct simulation *simulation = &simulating->simulation;
    struct text today = policy_name(simulation->policy[TODAY]), reform = policy_name(simulation->policy[REFORM]);
    builder_format(out,
                   say(command, "%.*s  %zu 户 %zu 人  现行 %.*s  改革 %.*s\n",
                       "%.*s  %zu families, %zu people  today %.*s  reform %.*s\n"),
                   TEXT_ARG(report_months(&command->arena, simulation)), simulation->family_rows,
                   simulation->people_rows, TEXT_ARG(today), TEXT_ARG(reform));
}

static void show_notes(struct builder *out, const struct simulating *simulating) {
    struct command *command = simulating->command;
    const struct simulation *simulation = &simulating->simulation;
    size_t refused = simulating->sessions[TODAY].import.refused.count;
    bool unconfirmed = false;
    for (size_t i = 0; i < simulation->benefits.count; i++)
        unconfirmed |=
            simulation->benefits.items[i].unconfirmed[TODAY] || simulation->benefits.items[i].unconfirmed[REFORM];
    builder_add(out, TEXT("\n"));
    if (unconfirmed)
        builder_add(out,
                    text_from(say(command, "◇ 依据未确认的参数\n", "◇ rests on parameters that are not confirmed\n")));
    if (simulation->tally.families[UNDETERMINED])
        builder_format(out,
                       say(command, "？%zu 户无法判定,不在增减之内\n",
                           "？families undetermined, in no sum of gains and losses: %zu\n"),
                       simulation->tally.families[UNDETERMINED]);
    if (refused)
        builder_format(out,
                       say(command, "! 数据有误 %zu 行,没有参加比较;doudi assess 逐行列出\n",
                           "! rows refused, which were not compared: %zu; doudi assess lists them\n"),
                       refused);
    builder_format(out,
                   say(command, "→ %s/: 各表 CSV,simulation.xlsx,simulation.svg\n",
                       "→ %s/: every table as CSV, simulation.xlsx, simulation.svg\n"),
                   simulating->out);
}

static int show(struct simulating *simulating) {
    struct command *command = simulating->command;
    struct builder out;
    builder_init(&out);
    show_head(&out, simulating);
    for (int i = 0; i < REPORT_SHEETS; i++)
        sheet_show(&out, &simulating->report.sheets[i], command->language, simulating->out);
    show_notes(&out, simulating);
    bool whole = !out.failed && !arena_failed(&command->arena);
    if (whole) print_coloured(command, builder_text(&out));
    builder_free(&out);
    return whole ? EXIT_DONE : out_of_memory(command);
}

static void write_key(struct json_writer *writer, const char *key, struct text text) {
    json_write_key(writer, key);
    json_write_string(writer, text);
}

static int write_json(struct simulating *simulating) {
    struct command *command = simulating->command;
    const struct simulation *simulation = &simulating->simulation;
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    json_write_object(&writer);
    write_key(&writer, "today", policy_name(simulation->policy[TODAY]));
    write_key(&writer, "reform", policy_name(simulation->policy[REFORM]));
    write_key(&writer, "months", report_months(&command->arena, simulation));
    json_write_key(&writer, "family_count");
    json_write_integer(&writer, (int64_t)simulation->family_rows);
    json_write_key(&writer, "people");
    json_write_integer(&writer, (int64_t)simulation->people_rows);
    for (int i = 0; i < REPORT_SHEETS; i++)
        if (i != REPORT_ABOUT && i != REPORT_AREA_BENEFITS) sheet_write_json(&writer, &simulating->report.sheets[i]);
    json_write_key(&writer, "rows_refused");
    json_write_integer(&writer, (int64_t)simulating->sessions[TODAY].import.refused.count);
    write_key(&writer, "folder", text_from(simulating->out));
    json_write_close_object(&writer);
    return show_built(command, &out);
}

static int finish(struct simulating *simulating) {
    struct command *command = simulating->command;
    struct text trouble;
    enum file_result result = simulation_write(&simulating->report, simulating->out, command->language, &trouble);
    if (result != FILE_OK) return tell_unwritable(command, result, trouble);
    int status = command_has(command, "json") ? write_json(simulating) : show(simulating);
    if (status != EXIT_DONE) return status;
    return simulating->sessions[TODAY].diagnostics.errors ? EXIT_FOUND : EXIT_DONE;
}

int command_simulate(struct command *command) {
    struct simulating simulating = {.command = command, .out = command_option(command, "out")};
    const char *policy = command_option(command, "policy"), *against = command_option(command, "against");
    int lock = -1;
    if (command->word_count != 2 || !has_option(command, "policy") || !has_option(command, "month") ||
        !has_option(command, "out"))
        return wrong_usage(command);
    if (!*command->words[1] || !*policy || (against && !*against)) return no_folder(command);
    if (!names_folder(command) || !session_months(command, &simulating.first, &simulating.last)) return EXIT_USAGE;
    int status = open_sessions(&simulating);
    if (status == EXIT_DONE) status = begin(&simulating);
    if (status == EXIT_DONE) status = take_folder(command, simulating.out, simulation_stranger, &lock);
    if (status == EXIT_DONE) status = decide(&simulating);
    if (status == EXIT_DONE) status = finish(&simulating);
    folder_unlock(lock);
    session_close(&simulating.sessions[TODAY]);
    session_close(&simulating.sessions[REFORM]);
    return status;
}
