#include "cli/session.h"

#include "base/thread.h"
#include "cli/asked.h"
#include "cli/choice.h"
#include "engine/record.h"
#include "engine/settle.h"
#include "exchange/messages.h"
#include "exchange/pack.h"
#include "exchange/policy_folder.h"
#include "exchange/totals.h"
#include "lang/print.h"
#include "program/solve.h"

#include <stdio.h>
#include <string.h>

static int open_policy(struct session *session, const char *folder) {
    struct command *command = session->command;
    struct diagnostics failures;
    session->policy = session->database.law;
    session->database.law = NULL;
    if (session->policy) return EXIT_DONE;
    diagnostics_init(&failures, &command->arena);
    session->policy = policy_read_folder(folder, &failures);
    print_diagnostics(command, &failures);
    if (!session->policy) return failures.list.count ? EXIT_CANNOT : out_of_memory(command);
    if (session->policy->compiled) return EXIT_DONE;
    if (arena_failed(&session->policy->arena)) return out_of_memory(command);
    print_diagnostics(command, &session->policy->diagnostics);
    return EXIT_CANNOT;
}

/* --- readings --------------------------------------------------------------------------------------------------- */

static void add_parameters(struct choices *choices, const struct policy *policy, bool readings) {
    for (size_t i = 0; i < policy->parameters.count; i++) {
        const struct parameter *parameter = policy->parameters.items[i];
        if (parameter->is_reading == readings && !parameter->band)
            choices_add(choices, NULL, parameter->name, parameter->label, i);
    }
}

/* The reading or parameter that the word names, readings before others; NULL, and told, when there is none. */
static const struct parameter *find_parameter(struct session *session, struct text word) {
    struct command *command = session->command;
    struct choices choices = {.arena = &command->arena};
    const struct parameter *banded = map_get(&session->policy->parameter_by_name, word);
    bool several;
    add_parameters(&choices, session->policy, true);
    add_parameters(&choices, session->policy, false);
    const struct choice *choice = choice_find(&choices, word, &several);
    if (choice) return session->policy->parameters.items[choice->number];
    if (banded) {
        fprintf(stderr,
                say(command, "doudi: --reading: 「%.*s」是分档表,不能换成一个值\n",
                    "doudi: --reading: \"%.*s\" is a table of bands and cannot be one value\n"),
                TEXT_ARG(word));
    } else if (several) {
        fprintf(stderr,
                say(command, "doudi: --reading: 叫「%.*s」的不止一个;请写其中之一:\n",
                    "doudi: --reading: several things are called \"%.*s\"; write one of these:\n"),
                TEXT_ARG(word));
        choices_tell_several(command, &choices, word);
    } else {
        fprintf(stderr,
                say(command, "doudi: --reading: 政策里没有理解或参数「%.*s」",
                    "doudi: --reading: the policy has no reading or parameter \"%.*s\""),
                TEXT_ARG(word));
        choices_tell(command, &choices, word, true);
    }
    return NULL;
}

/* A value of the parameter as people read it: 100%, 1,000 yuan/month. */
static struct text show(const struct session *session, const struct parameter *parameter, struct number number) {
    const struct printer printer = {&session->command->arena, session->policy, session->command->language, false};
    struct parameter_value value = {.number = number};
    int64_t day;
    if (parameter->type.kind == TYPE_DATE && number_to_int64(number, &day)) value.date = (day_number)day;
    return print_parameter_value(&printer, parameter, &value);
}

/* 50 where 50% was meant: a share, told without its sign, that fits with it; else the empty text. */
static struct text percent_meant(struct arena *arena, const struct parameter *parameter, struct text text) {
    const struct names *parts = &parameter->declaration->type.parts;
    struct text percent = text_format(arena, "%.*s%%", TEXT_ARG(text));
    struct value value;
    bool meant =
        text_is(parts->list.items[0].text, "ratio") && override_parse(arena, parameter, percent, &value) == LANE_OK;
    return meant ? percent : TEXT("");
}

static void tell_range(struct session *session, const struct parameter *parameter, struct text whole, struct text text,
                       const struct value *value) {
    struct command *command = session->command;
    struct number number = parameter->type.kind == TYPE_DATE ? number_from(value->as.date) : value->as.number;
    struct text percent = percent_meant(&command->arena, parameter, text);
    fprintf(stderr,
            say(command, "doudi: --reading %.*s: %.*s 超出范围 %.*s 至 %.*s",
                "doudi: --reading %.*s: %.*s is outside its range, %.*s to %.*s"),
            TEXT_ARG(whole), TEXT_ARG(show(session, parameter, number)),
            TEXT_ARG(show(session, parameter, parameter->low)), TEXT_ARG(show(session, parameter, parameter->high)));
    if (percent.length) fprintf(stderr, say(command, ";您是不是想写 %.*s?", "; did you mean %.*s?"), TEXT_ARG(percent));
    fputs("\n", stderr);
}

/* What the law leaves no room for is refused: a run must not show what no place may decide. */
static bool read_reading(struct session *session, struct text whole) {
    struct command *command = session->command;
    size_t equals = 0;
    while (equals < whole.length && whole.bytes[equals] != '=') equals++;
    struct text name = text_slice(whole, 0, equals),
                text = text_slice(whole, equals < whole.length ? equals + 1 : equals, whole.length);
    const struct parameter *parameter = find_parameter(session, name);
    struct value value;
    if (!parameter) return false;
    switch (override_parse(&command->arena, parameter, text, &value)) {
    case LANE_OK: VECTOR_PUSH(&command->arena, &session->overrides, override_of(parameter, &value)); return true;
    case LANE_OUT_OF_RANGE: tell_range(session, parameter, whole, text, &value); return false;
    case LANE_OFF_STEP:
        fprintf(stderr,
                say(command, "doudi: --reading %.*s: 不是 %.*s 的整数倍\n",
                    "doudi: --reading %.*s: this is no multiple of %.*s\n"),
                TEXT_ARG(whole), TEXT_ARG(show(session, parameter, parameter->step)));
        return false;
    default:
        fprintf(stderr,
                say(command, "doudi: --reading: 「%.*s」不能是「%.*s」;写成它的单位或选项之一\n",
                    "doudi: --reading: \"%.*s\" cannot be \"%.*s\"; write a value in its unit, or one of its "
                    "choices\n"),
                TEXT_ARG(name), TEXT_ARG(text));
        return false;
    }
}

/* --reading NAME=VALUE, as often as wanted. */
static bool read_readings(struct session *session) {
    const struct command *command = session->command;
    for (size_t i = 0; i < command->option_count; i++)
        if (strcmp(command->options[i].name, "reading") == 0 &&
            !read_reading(session, text_from(command->options[i].value)))
            return false;
    return true;
}

/* --- what was there before -------------------------------------------------------------------------------------- */

/* Opening values go to the history, officers' decisions are given for their months. */
static void take_given(struct session *session) {
    for (size_t i = 0; i < session->import.given.count; i++) {
        const struct import_given *line = &session->import.given.items[i];
        struct given given = {line->field, line->id, line->month, line->value};
        if (line->opening)
            history_put(&session->history, line->field, line->id, MONTH_FIRST, line->value);
        else
            VECTOR_PUSH(&session->command->arena, &session->given, given);
    }
}

static int refuse_previous(struct command *command, const char *zh, const char *en, const char *folder) {
    fprintf(stderr, say(command, zh, en), folder);
    return EXIT_CANNOT;
}

static int tell_gap(struct session *session, const char *folder, month_number first,
                    const struct in_force_months *found) {
    struct command *command = session->command;
    struct arena *arena = &command->arena;
    fprintf(stderr,
            say(command, "doudi: %s 是 %.*s 到 %.*s 的结果,接不上 %.*s;--previous 应包含上一个月 %.*s\n",
                "doudi: %s holds %.*s to %.*s, which %.*s does not follow; --previous must hold the month before, "
                "%.*s\n"),
            folder, TEXT_ARG(month_format(arena, found->first)), TEXT_ARG(month_format(arena, found->last)),
            TEXT_ARG(month_format(arena, first)), TEXT_ARG(month_format(arena, first - 1)));
    return EXIT_CANNOT;
}

static int tell_other_area(const struct command *command, const char *folder, struct text area) {
    fprintf(stderr,
            say(command, "doudi: %s 只有 %.*s 的结果;请加 --area %.*s,或用所有人的结果\n",
                "doudi: %s holds the results of %.*s only; add --area %.*s, or take those of everybody\n"),
            folder, TEXT_ARG(area), TEXT_ARG(area));
    return EXIT_CANNOT;
}

/* The months of the results carry on without a gap, or whoever is paid by last month's value is paid wrongly. */
static int read_previous(struct session *session, month_number first) {
    struct command *command = session->command;
    const char *folder = command_option(command, "previous");
    struct in_force_read found;
    session->months = (struct in_force_months){first, first - 1, session->area};
    if (!folder) return EXIT_DONE;
    enum file_result result = in_force_read(&session->history, &command->arena, folder, first, &found);
    if (result == FILE_NO_MEMORY) return out_of_memory(command);
    if (result != FILE_OK)
        return refuse_previous(command, "doudi: 读不了 %s/in-force.csv;--previous 应是上次测算的结果文件夹\n",
                               "doudi: %s/in-force.csv cannot be read; --previous names the results of an earlier "
                               "assess\n",
                               folder);
    if (found.bad > 0 || !found.whole)
        return refuse_previous(
            command, "doudi: %s/in-force.csv 不完整,或不是同一政策的;请重新测算那几个月\n",
            "doudi: %s/in-force.csv is not whole, or not of this policy; assess those months again\n", folder);
    if (session->follows) session->area = found.months.area;
    if (found.months.area.length && !text_equal(found.months.area, session->area))
        return tell_other_area(command, folder, found.months.area);
    if (first - 1 < found.months.first || first - 1 > found.months.last)
        return tell_gap(session, folder, first, &found.months);
    session->months.first = found.months.first;
    return EXIT_DONE;
}

/* What hangs on a row that was refused is one line: mended with it, it needs no mending of its own. */
static void session_tell(struct session *session, size_t from) {
    struct command *command = session->command;
    struct diagnostics shown = session->diagnostics;
    size_t hanging = 0, count = 0;
    if (session->quiet) return;
    shown.list.items = ARENA_ARRAY(&command->arena, struct diagnostic, session->diagnostics.list.count + 1);
    if (arena_failed(&command->arena)) return;
    for (size_t i = from; i < session->diagnostics.list.count; i++) {
        const struct diagnostic *diagnostic = &session->diagnostics.list.items[i];
        bool hangs = diagnostic->message == &exchange_messages[EXCHANGE_IMPORT_PARENT_REFUSED];
        if (!hangs) shown.list.items[count++] = *diagnostic;
        hanging += hangs;
    }
    shown.list.count = count;
    print_diagnostics(command, &shown);
    if (hanging)
        fprintf(stderr,
                say(command, "doudi: 另有 %zu 行属于上述被退回的行,一并没有用\n",
                    "doudi: with them %zu rows that belong under rows refused are left out\n"),
                hanging);
}

int session_open_law(struct session *session, struct command *command, const char *policy) {
    bool quiet = session->quiet, follows = session->follows, solves = session->solves, decides = session->decides,
         looks = session->looks;
    struct session_changed *changed = session->changed;
    const char *of = session->of;
    const enum finds finds = session->finds;
    const struct database database = session->database;
    *session = (struct session){.command = command,
                                .database = database,
                                .quiet = quiet,
                                .follows = follows,
                                .solves = solves,
                                .decides = decides,
                                .looks = looks,
                                .of = of,
                                .changed = changed,
                                .finds = finds,
                                .area = text_from(command_option(command, "area")),
                                .known = DAY_NEVER,
                                .refusals = {.arena = &command->arena}};
    diagnostics_init(&session->diagnostics, &command->arena);
    int status = open_policy(session, policy);
    if (status != EXIT_DONE) return status;
    const char *known = command_option(command, "known");
    if (known && !day_parse(text_from(known), &session->known))
        return wrong_option(command, "--known 应为日期,如 2018-05-01", "--known takes a date, such as 2018-05-01");
    return read_readings(session) ? EXIT_DONE : EXIT_USAGE;
}

/* The dataset of the month, with what is given. */
static enum import_result read_pack(struct session *session, const char *data, month_number month) {
    struct pack pack;
    struct text name = text_from(data);
    enum pack_result result =
        pack_read(&pack, session->pack.bytes, name, session->policy, month, &session->diagnostics);
    session->dataset = pack.dataset;
    if (result != PACK_OK) return result == PACK_NO_MEMORY ? IMPORT_NO_MEMORY : IMPORT_UNREADABLE;
    return import_given_lines(&session->import, name, pack.opening, pack.decisions);
}

/* A pack is a file, told by its first bytes. */
static enum import_result read_data(struct session *session, const char *data, month_number first) {
    struct layer *base = session->policy->layers.items[0];
    struct text areas = path_join(&session->command->arena, base->folder, TEXT("areas"));
    if (session->database.store) return session_read_registry(session);
    enum file_result opened = file_open(&session->pack, data);
    if (opened == FILE_NO_MEMORY) return IMPORT_NO_MEMORY;
    return opened == FILE_OK ? read_pack(session, data, first) : import_folder(&session->import, data, areas.bytes);
}

/* A pack is of one month, which is told before the first is decided. */
static int refuse_months(const struct session *session, const char *data, month_number first, month_number last) {
    struct command *command = session->command;
    struct text from = month_format(&command->arena, first), to = month_format(&command->arena, last);
    fprintf(stderr,
            say(command, "doudi: %s: 打包的数据只有 %.*s 一个月;%.*s..%.*s 请用数据文件夹\n",
                "doudi: %s: the pack holds %.*s alone; decide %.*s..%.*s by the data folder\n"),
            data, TEXT_ARG(from), TEXT_ARG(from), TEXT_ARG(to));
    return EXIT_CANNOT;
}

int session_open_data(struct session *session, const char *data, month_number first, month_number last) {
    struct command *command = session->command;
    history_init(&session->history, session->policy);
    session->opened = true;
    session->data = data;
    session->first = first;
    session->import = (struct import){.arena = &command->arena,
                                      .policy = session->policy,
                                      .diagnostics = &session->diagnostics,
                                      .threads = processors()};
    enum import_result result = read_data(session, data, first);
    if (result == IMPORT_FILE_REFUSED || result == IMPORT_UNREADABLE) session->quiet = false;
    session_tell(session, 0);
    if (result == IMPORT_NO_MEMORY) return out_of_memory(command);
    if (result == IMPORT_FILE_REFUSED || result == IMPORT_UNREADABLE) return EXIT_CANNOT;
    if (session->pack.held && first != last) return refuse_months(session, data, first, last);
    take_given(session);
    if (!session->database.store) return read_previous(session, first);
    if (session->changed) {
        first = session->changed->from;
        last = session->changed->last;
    }
    while (session->decides && first <= last && session_kept(session, first)) first++;
    session->first = first;
    int status = first <= last && !session->looks ? session_read_runs(session, first) : EXIT_DONE;
    store_roll_back(session->database.store); /* deciding takes a while */
    return status;
}

int session_open(struct session *session, struct command *command, const char *data, month_number first,
                 month_number last) {
    const char *policy = command_option(command, "policy"), *previous = command_option(command, "previous");
    if (!*data || (policy && !*policy) || (previous && !*previous)) return no_folder(command);
    bool registry = store_is_there(data);
    int64_t as_known = REGISTRY_NOW;
    int status = EXIT_DONE;
    if (!registry && command_has(command, "as-known"))
        return wrong_option(command, "--as-known 只用于登记簿", "--as-known is of a registry");
    if (registry && !policy) status = database_open_known(&session->database, command, data, &as_known);
    if (status == EXIT_DONE) status = session_open_law(session, command, policy || registry ? policy : POLICY_FOLDER);
    if (status == EXIT_DONE && registry && policy)
        status = database_open(&session->database, command, data, session->policy);
    if (status == EXIT_DONE && registry && policy)
        status = database_as_known(&session->database, command, data, &as_known);
    if (as_known != REGISTRY_NOW) session->as_known = as_known;
    return status == EXIT_DONE ? session_open_data(session, data, first, last) : status;
}

void session_close(struct session *session) {
    run_free(session->run);
    solved_free(session->solved);
    dataset_free(session->dataset);
    if (session->opened) history_free(&session->history);
    if (session->compared) history_free(&session->told);
    if (session->opened) import_close(&session->import);
    file_close(&session->pack);
    database_close(&session->database);
    policy_free(session->policy);
}

bool session_months(struct command *command, month_number *first, month_number *last) {
    struct text text = text_from(command_option(command, "month"));
    bool good = text.length >= 7 && month_parse(text_slice(text, 0, 7), first);
    *last = good ? *first : 0;
    if (good && text.length > 7)
        good = text.length == 16 && text_is(text_slice(text, 7, 9), "..") &&
               month_parse(text_slice(text, 9, 16), last) && *last >= *first;
    if (!good)
        wrong_option(command, "--month 应为月份,如 2018-07 或 2018-07..2018-12",
                     "--month takes a month, such as 2018-07 or 2018-07..2018-12");
    return good;
}

int session_load(struct session *session, month_number month) {
    struct command *command = session->command;
    if (session->dataset && !session->import.records.versioned) return EXIT_DONE;
    dataset_free(session->dataset);
    session->dataset = dataset_new(session->policy, &session->import.records, month, &session->refusals);
    if (!session->dataset) return out_of_memory(command);
    size_t before = session->diagnostics.list.count;
    import_report_refusals(&session->import, &session->refusals);
    session_tell(session, before);
    return EXIT_DONE;
}

struct run_options session_options(const struct session *session) {
    return (struct run_options){.known = session->known,
                                .given = session->given.items,
                                .given_count = session->given.count,
                                .overrides = session->overrides.items,
                                .override_count = session->overrides.count};
}

/* The row of --area: the highest one of that id. */
struct area {
    const struct entity *entity; /* NULL: there is none */
    size_t row;
};

static struct area find_area(const struct session *session) {
    const struct policy *policy = session->policy;
    const struct entity *people = totals_people(session->dataset);
    for (size_t i = 0; i < policy->entities.count && session->area.length; i++) {
        const struct entity *entity = policy->entities.items[i];
        bool may_be = !entity->is_event && (!people || entity_is_within(people, entity));
        size_t row = may_be ? table_find(dataset_table(session->dataset, entity), session->area) : SIZE_MAX;
        if (row != SIZE_MAX) return (struct area){entity, row};
    }
    return (struct area){NULL, 0};
}

/* Whether anybody lies in it. */
static bool holds_people(const struct session *session, struct area area) {
    const struct entity *people = totals_people(session->dataset);
    size_t begin = 0, end = 1;
    if (people) dataset_below(session->dataset, area.entity, area.row, people, &begin, &end);
    return begin < end;
}

static int no_such_area(const struct session *session, struct area area, month_number month) {
    struct command *command = session->command;
    if (area.entity) {
        fprintf(stderr,
                say(command, "doudi: 数据里 %.*s 在 %.*s 没有人\n", "doudi: in %.*s the data have nobody in %.*s\n"),
                TEXT_ARG(month_format(&command->arena, month)), TEXT_ARG(session->area));
        return EXIT_CANNOT;
    }
    fprintf(
        stderr,
        say(command, "doudi: 数据里 %.*s 没有编号为 %.*s 的区域或家庭;请照数据文件写编号,不写名称\n",
            "doudi: in %.*s the data have no area or family %.*s; write its id as the data files do, not its name\n"),
        TEXT_ARG(month_format(&command->arena, month)), TEXT_ARG(session->area));
    return EXIT_CANNOT;
}

/* Every row of the month at once, or of the area; what the run is asked afterwards it looks up. */
static bool solve_month(struct session *session, struct area area) {
    struct program *program =
        asked_program(session->policy, session->run->month, &session->run->options, session->finds, area.entity);
    struct solve_choices choices = {.threads = processors()};
    if (program && area.entity) choices.row = dataset_climb(session->dataset, area.entity, area.row, program->within);
    session->solved = program ? solve(program, session->run, choices) : NULL;
    session->run->solved = session->solved;
    program_free(program);
    return session->solved != NULL;
}

int session_decide(struct session *session, month_number month) {
    struct command *command = session->command;
    session->chosen = NULL;
    run_free(session->run);
    solved_free(session->solved);
    session->run = NULL;
    session->solved = NULL;
    int status = session_load(session, month);
    if (status != EXIT_DONE) return status;
    struct run_options options = session_options(session);
    struct area area = find_area(session);
    if (session->area.length && (!area.entity || !holds_people(session, area)))
        return no_such_area(session, area, month);
    if (session->database.store) status = session_check_before(session, area.entity, area.row, month);
    if (status != EXIT_DONE) return status;
    const struct records *records = &session->import.records;
    bool settled =
        area.entity ? settle_past_within(&session->history, records, session->dataset, &options, area.entity, area.row)
                    : settle_past(&session->history, records, session->dataset, &options);
    if (!settled) return out_of_memory(command);
    session->run = run_new(session->policy, session->dataset, &session->history, month, &options);
    if (!session->run) return out_of_memory(command);
    if (area.entity) run_limit(session->run, area.entity, area.row);
    if (session->changed && !session->changed->all) {
        session->chosen = session_choose_changed(session, session->changed);
        return session->chosen ? EXIT_DONE : out_of_memory(command);
    }
    return session->solves && !solve_month(session, area) ? out_of_memory(command) : EXIT_DONE;
}

static int end_recording(struct session *session) {
    session->months.last = session->run->month;
    bool failed = run_failed(session->run) || arena_failed(&session->history.arena);
    return failed ? out_of_memory(session->command) : EXIT_DONE;
}

int session_record_last(struct session *session) {
    history_record_events(&session->history, session->run);
    return end_recording(session);
}

int session_record(struct session *session) {
    if (session->chosen)
        history_record_chosen(&session->history, session->run, session->chosen);
    else
        history_record(&session->history, session->run);
    return end_recording(session);
}
