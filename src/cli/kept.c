#include "cli/kept.h"

#include "engine/confirmation.h"
#include "exchange/totals.h"

#include <stdio.h>

const struct entity *entity_like(const struct policy *policy, const struct entity *entity) {
    return entity ? map_get(&policy->entity_by_name, entity->name) : NULL;
}

/* --- which runs --------------------------------------------------------------------------------------------------- */

static int tell_word(const struct command *command, const char *word) {
    fprintf(stderr,
            say(command, "doudi: 「%s」应为月份(如 2018-07),或 assess 报出的变动编号\n",
                "doudi: \"%s\" is to be a month, such as 2018-07, or the number of a change that assess told\n"),
            word);
    return EXIT_USAGE;
}

static int tell_partial(struct command *command, const char *url, month_number month) {
    struct text text = month_format(&command->arena, month);
    fprintf(stderr,
            say(command, "doudi: 登记簿里 %.*s 没有对所有人测算过;请先运行 doudi assess %s --month %.*s\n",
                "doudi: in the registry %.*s was not decided for everybody; do so first: doudi assess %s --month "
                "%.*s\n"),
            TEXT_ARG(text), database_shown(command, url), TEXT_ARG(text));
    return EXIT_CANNOT;
}

/* The runs by whose knowledge rows are looked at: the last that brought everybody up to date, and those of areas after
 * it. False: nobody decided for everybody. */
static bool choose_runs(const struct registry_runs *runs, month_number month, struct arena *arena,
                        struct registry_runs *chosen) {
    bool whole = false;
    for (size_t i = 0; i < runs->list.count; i++) {
        const struct registry_run *run = &runs->list.items[i];
        if (run->month != month || !registry_run_stands(runs, i)) continue;
        if (run->area.length == 0) chosen->list.count = 0;
        whole = whole || run->whole;
        VECTOR_PUSH(arena, &chosen->list, *run);
    }
    return whole;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static int tell_nobody(const struct command *command) {
    fputs(say(command, "doudi: 政策里没有家庭和人员,无从比较\n",
              "doudi: the law knows no families with people, so that there is nothing to compare\n"),
          stderr);
    return EXIT_CANNOT;
}

/* Nothing is decided by it: it reads what was told, and knows what nobody has confirmed. */
static int begin_run(struct session *session, month_number month) {
    struct run_options options = session_options(session);
    session->run = run_new(session->policy, session->dataset, &session->history, month, &options);
    return session->run ? EXIT_DONE : out_of_memory(session->command);
}

static int open_view(struct kept *kept, const char *url, int64_t change) {
    struct command *command = kept->command;
    struct kept_view *view = ARENA_NEW(&command->arena, struct kept_view);
    if (!view || arena_failed(&command->arena)) return out_of_memory(command);
    VECTOR_PUSH(&command->arena, &kept->views, view);
    if (arena_failed(&command->arena)) return out_of_memory(command);
    view->session.quiet = view->session.looks = true;
    int status = session_open_run(&view->session, command, url, change, &view->run);
    if (status == EXIT_DONE) status = session_load(&view->session, view->run.month);
    if (status != EXIT_DONE) return status;
    const struct dataset *dataset = view->session.dataset;
    view->people = totals_people(dataset);
    view->families = view->people ? view->people->parent : NULL;
    if (!view->families) return tell_nobody(command);
    view->area = table_area_find(dataset, view->families, view->run.area);
    view->wanted = table_area_find(dataset, view->families, kept->wanted);
    return begin_run(&view->session, view->run.month);
}

static int read_found(struct kept *kept, const char *url, const struct registry_runs *runs) {
    struct session *session = &kept->views.items[kept->views.count - 1]->session;
    struct registry *registry = &session->database.registry;
    history_init(&kept->found, session->policy);
    kept->opened = true;
    enum registry_result result = kept->by_run ? registry_read_found(registry, runs, kept->run.change, &kept->found)
                                               : registry_read_month(registry, runs, kept->month, NULL, &kept->found);
    int status = database_tell(&session->database, kept->command, url, result);
    if (status != EXIT_DONE) return status;
    const struct confirmation *confirmation = confirmation_of(session->run);
    if (!confirmation) return out_of_memory(kept->command);
    kept->unconfirmed = confirmation->unconfirmed;
    return EXIT_DONE;
}

int kept_open(struct kept *kept, struct command *command, const char *url, const char *word,
              const struct registry_runs *runs) {
    struct registry_runs chosen = {0};
    struct registry_run run = {0};
    kept->command = command;
    kept->wanted = text_from(command_option(command, "area"));
    kept->by_run = !month_parse(text_from(word), &kept->month);
    if (kept->by_run && !run_number(text_from(word), &run.change)) return tell_word(command, word);
    if (kept->by_run)
        VECTOR_PUSH(&command->arena, &chosen.list, run);
    else if (!choose_runs(runs, kept->month, &command->arena, &chosen))
        return tell_partial(command, url, kept->month);
    int status = arena_failed(&command->arena) ? out_of_memory(command) : EXIT_DONE;
    for (size_t i = 0; i < chosen.list.count && status == EXIT_DONE; i++)
        status = open_view(kept, url, chosen.list.items[i].change);
    if (status != EXIT_DONE) return status;
    kept->run = kept->views.items[kept->views.count - 1]->run;
    kept->month = kept->run.month;
    return read_found(kept, url, runs);
}

void kept_close(struct kept *kept) {
    if (kept->opened) history_free(&kept->found);
    for (size_t i = 0; i < kept->views.count; i++) session_close(&kept->views.items[i]->session);
}

/* --- families ----------------------------------------------------------------------------------------------------- */

static bool lies_in(const struct kept_view *view, struct table_area area, size_t row) {
    return area.entity && dataset_climb(view->session.dataset, view->families, row, area.entity) == area.row;
}

struct kept_row kept_find(const struct kept *kept, struct text id) {
    for (size_t i = kept->views.count; i-- > 0;) {
        const struct kept_view *view = kept->views.items[i];
        bool everybody = kept->by_run || view->run.area.length == 0;
        size_t row = table_find(dataset_table(view->session.dataset, view->families), id);
        if (row != SIZE_MAX && (everybody || lies_in(view, view->area, row))) return (struct kept_row){view, row};
        if (everybody) break;
    }
    return (struct kept_row){NULL, 0};
}

bool kept_is_wanted(const struct kept *kept, struct kept_row family) {
    if (kept->wanted.length == 0) return true;
    return family.view && lies_in(family.view, family.view->wanted, family.row);
}

/* Something was found of the family, or of whom lies in it. */
static bool has_found(const struct kept *kept, struct kept_row family, struct text id) {
    const struct dataset *dataset = family.view->session.dataset;
    const struct history *found = &kept->found;
    const struct table *people = dataset_table(dataset, family.view->people);
    size_t begin, end;
    uint32_t past = history_row(found, family.view->families, id);
    bool has = past != PAST_NONE && history_has_lines(found, family.view->families, past);
    dataset_below(dataset, family.view->families, family.row, family.view->people, &begin, &end);
    for (; begin < end && !has; begin++) {
        past = history_row(found, family.view->people, table_id(people, begin));
        has = past != PAST_NONE && history_has_lines(found, family.view->people, past);
    }
    return has;
}

bool kept_told(const struct kept *kept, struct kept_row family, struct text id, struct kept_row other) {
    if (!kept->by_run || kept->run.whole) return true;
    if (kept->run.area.length) {
        const struct kept_view *view = family.view ? family.view : other.view;
        struct table_area area = table_area_find(view->session.dataset, view->families, kept->run.area);
        return lies_in(view, area, family.view ? family.row : other.row);
    }
    return !family.view || has_found(kept, family, id);
}

bool kept_value(const struct kept *kept, const struct field *field, struct text id, struct value *value) {
    struct past_value past;
    if (!field || !history_find(&kept->found, field, id, kept->month, &past) || past.month != kept->month) return false;
    *value = past.value;
    return true;
}

bool kept_failed(const struct kept *kept) {
    for (size_t i = 0; i < kept->views.count; i++)
        if (run_failed(kept->views.items[i]->session.run)) return true;
    return arena_failed(&kept->found.arena);
}
