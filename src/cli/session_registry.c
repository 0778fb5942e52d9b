/* A session whose data are a registry: what is known, what was decided before, and keeping what is decided. */
#include "cli/session.h"

#include "doudi.h"
#include "exchange/totals.h"
#include "registry/family.h"
#include "registry/work_rows.h"

#include <stdio.h>

/* Of whom is read: what has changed, or a family; NULL: everybody. */
static const struct session_changed *read_alone(const struct session *session) {
    const struct session_changed *alone = session->changed ? session->changed : session->family;
    return alone && !alone->all ? alone : NULL;
}

/* All rows; or of the families, which are most of them, those alone that are asked for. */
static enum registry_result read_rows(struct session *session, int64_t known) {
    struct registry *registry = &session->database.registry;
    struct arena *arena = &session->command->arena;
    struct records *records = &session->import.records;
    const struct session_changed *alone = read_alone(session);
    VECTOR(struct registry_root) roots = {NULL, 0, 0};
    if (!alone) return registry_read(registry, known, arena, records);
    const struct entity *families = registry_families(registry),
                        *unit = families ? alone->units[families->index] : NULL;
    bool *whole = ARENA_ARRAY(arena, bool, session->policy->entities.count + 1);
    for (size_t i = 0; i < session->policy->entities.count && whole; i++) {
        whole[i] = !unit || !entity_is_within(session->policy->entities.items[i], unit);
        for (size_t k = 0; k < alone->keys[i].list.count; k++) {
            struct registry_root root = {session->policy->entities.items[i], alone->keys[i].list.items[k]};
            VECTOR_PUSH(arena, &roots, root);
        }
    }
    if (arena_failed(arena)) return REGISTRY_NO_MEMORY;
    return registry_read_roots(registry, known, whole, roots.items, roots.count, arena, records, &session->wanted);
}

enum import_result session_read_registry(struct session *session) {
    struct command *command = session->command;
    struct registry *registry = &session->database.registry;
    struct registry_given given;
    struct registry_lines lines;
    int64_t last, known;
    enum registry_result result = registry_last_change(registry, &last);
    session->known_change = session->as_known ? session->as_known : last;
    registry->decides = session->decides;
    known = session->known_change == last ? REGISTRY_NOW : session->known_change;
    if (result == REGISTRY_DONE) result = registry_last_news(registry, &session->news);
    if (result == REGISTRY_DONE) result = registry_read_given(registry, known, &command->arena, &given);
    enum import_result taken = IMPORT_OK;
    if (result == REGISTRY_DONE)
        taken = import_given_lines(&session->import, text_from(session->data), given.opening, given.decisions);
    if (result == REGISTRY_DONE)
        result = registry_read_runs(registry, session->known_change, &command->arena, &session->runs);
    if (result == REGISTRY_DONE && session->changed && session_find_changed(session, session->changed) != EXIT_DONE)
        return IMPORT_UNREADABLE;
    if (result == REGISTRY_DONE && session->of && !session->area.length) result = session_find_family(session);
    if (result == REGISTRY_DONE) result = read_rows(session, known);
    if (result == REGISTRY_DONE) result = registry_read_confirmed(registry, known, session->policy, &lines);
    if (result == REGISTRY_NO_MEMORY) return IMPORT_NO_MEMORY;
    session->import.records.threads = processors();
    return database_tell(&session->database, command, session->data, result) == EXIT_DONE ? taken : IMPORT_UNREADABLE;
}

/* --- as a run knew it --------------------------------------------------------------------------------------------- */

static int tell_no_run(const struct command *command, int64_t change) {
    fprintf(stderr,
            say(command, "doudi: 第 %lld 次变动不是测算;doudi household history 列出有哪些\n",
                "doudi: change %lld is no run of assess; name the change that assess told\n"),
            (long long)change);
    return EXIT_USAGE;
}

static int find_run(struct session *session, const char *data, int64_t change, struct registry_run *run) {
    struct command *command = session->command;
    struct registry_runs runs;
    enum registry_result result = registry_read_runs(&session->database.registry, REGISTRY_NOW, &command->arena, &runs);
    if (result != REGISTRY_DONE) return database_tell(&session->database, command, data, result);
    for (size_t i = 0; i < runs.list.count; i++) {
        *run = runs.list.items[i];
        if (run->change == change) return EXIT_DONE;
    }
    return tell_no_run(command, change);
}

/* The highest key of the month's rows. */
static size_t highest_key(const struct session *session, size_t at) {
    const struct table *table = &session->dataset->tables[at];
    const struct record_row *records = session->import.records.tables[at].rows;
    size_t highest = 0;
    for (size_t row = 0; row < table->rows; row++) {
        size_t key = records[table->arrival[row]].place;
        if (key > highest) highest = key;
    }
    return highest;
}

/* Of an entity of which some rows were read: those that are chosen, and those that lay below them and do not stand. */
static void tell_some(const struct session *session, size_t at, struct registry_wanted *told) {
    struct arena *arena = &session->command->arena;
    const struct registry_wanted *read = &session->wanted;
    const struct table *table = &session->dataset->tables[at];
    const struct record_row *records = session->import.records.tables[at].rows;
    size_t highest = highest_key(session, at);
    told->counts[at] = highest < read->counts[at] ? read->counts[at] : highest + 1;
    told->keys[at] = ARENA_ARRAY(arena, bool, told->counts[at] + 1);
    told->ids[at] = ARENA_ARRAY(arena, struct text, told->counts[at] + 1);
    if (arena_failed(arena)) return;
    for (size_t key = 0; key < read->counts[at]; key++) {
        told->keys[at][key] = read->below[at][key];
        told->ids[at][key] = read->ids[at][key];
    }
    for (size_t row = 0; row < table->rows; row++) {
        size_t key = records[table->arrival[row]].place;
        told->keys[at][key] = rows_chosen(session->chosen, table->entity, row);
        told->ids[at][key] = table_id(table, row);
    }
}

/* Of one of which all were read: all but those of the month that are not chosen. */
static void tell_all(const struct session *session, size_t at, struct registry_wanted *told) {
    struct arena *arena = &session->command->arena;
    const struct table *table = &session->dataset->tables[at];
    const struct record_row *records = session->import.records.tables[at].rows;
    told->counts[at] = SIZE_MAX;
    told->left_counts[at] = highest_key(session, at) + 1;
    told->left_out[at] = ARENA_ARRAY(arena, bool, told->left_counts[at]);
    for (size_t row = 0; row < table->rows && told->left_out[at]; row++)
        told->left_out[at][records[table->arrival[row]].place] = !rows_chosen(session->chosen, table->entity, row);
}

/* The rows of whom is told, by their keys. */
static bool find_told(const struct session *session, struct registry_wanted *told) {
    struct arena *arena = &session->command->arena;
    size_t entities = session->policy->entities.count;
    told->keys = ARENA_ARRAY(arena, bool *, entities + 1);
    told->ids = ARENA_ARRAY(arena, struct text *, entities + 1);
    told->counts = ARENA_ARRAY(arena, size_t, entities + 1);
    told->left_out = ARENA_ARRAY(arena, bool *, entities + 1);
    told->left_counts = ARENA_ARRAY(arena, size_t, entities + 1);
    for (size_t i = 0; i < entities && session->chosen && !arena_failed(arena); i++)
        (session->wanted.counts[i] == SIZE_MAX ? tell_all : tell_some)(session, i, told);
    return !arena_failed(arena);
}

int session_compare_month(struct session *session, struct registry_differences *differences) {
    struct registry *registry = &session->database.registry;
    struct registry_wanted told;
    if (session->compared) history_free(&session->told);
    history_init(&session->told, session->policy);
    session->compared = true;
    enum registry_result result = find_told(session, &told) ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
    if (result == REGISTRY_DONE)
        result = registry_read_month(registry, &session->runs, session->run->month, session->chosen ? &told : NULL,
                                     &session->told);
    if (result == REGISTRY_DONE && !registry_compare(&session->told, &session->history, session->run->month,
                                                     &session->command->arena, differences))
        result = REGISTRY_NO_MEMORY;
    return database_tell(&session->database, session->command, session->data, result);
}

int session_compare_run(struct session *session, const struct registry_run *run,
                        struct registry_differences *differences) {
    struct registry_runs one = {0};
    struct history told;
    struct registry *registry = &session->database.registry;
    history_init(&told, session->policy);
    VECTOR_PUSH(&session->command->arena, &one.list, *run);
    enum registry_result result = registry_read_found(registry, &one, run->change, &told);
    if (result == REGISTRY_DONE &&
        !registry_compare(&told, &session->history, run->month, &session->command->arena, differences))
        result = REGISTRY_NO_MEMORY;
    /* Texts and large numbers of what was told lie in its history: they are shown before the session closes. */
    session->told = told;
    session->compared = true;
    return database_tell(&session->database, session->command, session->data, result);
}

int session_open_run(struct session *session, struct command *command, const char *data, int64_t change,
                     struct registry_run *run) {
    session->command = command;
    int status = database_open_tables(&session->database, command, data);
    if (status == EXIT_DONE) status = find_run(session, data, change, run);
    if (status == EXIT_DONE) status = database_read_law(&session->database, command, data, run->known);
    if (status == EXIT_DONE) status = session_open_law(session, command, NULL);
    if (status != EXIT_DONE) return status;
    session->as_known = run->known;
    session->area = run->area;
    return session_open_data(session, data, run->month, run->month);
}

/* --- the months before -------------------------------------------------------------------------------------------- */

static int tell_gap(const struct session *session, month_number last, month_number first) {
    struct command *command = session->command;
    struct arena *arena = &command->arena;
    fprintf(stderr,
            say(command, "doudi: 登记簿里测算到 %.*s,接不上 %.*s;请先测算 %.*s\n",
                "doudi: the registry was decided up to %.*s, which %.*s does not follow; decide %.*s first\n"),
            TEXT_ARG(month_format(arena, last)), TEXT_ARG(month_format(arena, first)),
            TEXT_ARG(month_format(arena, last + 1)));
    return EXIT_CANNOT;
}

/* Of a law that reads nothing across time months need not follow one another. */
static bool reads_before(const struct policy *policy) {
    for (size_t i = 0; i < policy->fields.count; i++)
        if (policy->fields.items[i]->across && policy->fields.items[i]->kind != FIELD_INPUT) return true;
    return false;
}

int session_read_runs(struct session *session, month_number first) {
    month_number last = MONTH_FIRST, begun = first;
    for (size_t i = 0; i < session->runs.list.count; i++) {
        month_number month = session->runs.list.items[i].month;
        if (month < first && month > last) last = month;
        if (month < begun) begun = month;
    }
    session->months = (struct in_force_months){begun, first - 1, session->area};
    bool follows = last != MONTH_FIRST && reads_before(session->policy);
    /* What bills were settled with at the window stands in any month, also in the first. */
    bool settled = registry_work_last(&session->database.registry, REGISTRY_SETTLEMENTS) > 0;
    if (!follows && !settled) return EXIT_DONE;
    if (follows && last != first - 1) return tell_gap(session, last, first);
    bool written = command_has(session->command, "out") || command_has(session->command, "save"); /* with all months */
    enum registry_result result = registry_read_history(&session->database.registry, &session->runs, first,
                                                        read_alone(session) ? &session->wanted : NULL,
                                                        written ? NULL : &session->import.records, &session->history);
    return database_tell(&session->database, session->command, session->data, result);
}

/* Whether a run of the month told of the row, or runs of all that lie in it did. */
struct covering {
    const struct session *session;
    month_number month;
};

static bool was_told(const struct covering *covering, struct text id) {
    const struct registry_runs *runs = &covering->session->runs;
    bool told = false;
    for (size_t i = 0; i < runs->list.count && !told; i++) {
        const struct registry_run *run = &runs->list.items[i];
        bool counts = run->month == covering->month && registry_run_stands(runs, i);
        told = counts && (run->whole || (run->area.length && text_equal(run->area, id)));
    }
    return told;
}

/* Areas below one: what lies between it and the families. */
static const struct entity *below(const struct session *session, const struct entity *area) {
    const struct entity *people = totals_people(session->dataset);
    while (people && people->parent != area) people = people->parent;
    return people;
}

/* An area in which nobody lies cannot be decided, nor need it be. */
static bool is_covered(const struct covering *covering, const struct entity *area, size_t row) {
    const struct session *session = covering->session;
    const struct entity *inner = below(session, area), *people = totals_people(session->dataset);
    size_t begin = 0, end = 0;
    if (was_told(covering, table_id(dataset_table(session->dataset, area), row))) return true;
    if (!inner) return false;
    dataset_below(session->dataset, area, row, people, &begin, &end);
    if (begin == end) return true;
    if (inner == people) return false;
    dataset_below(session->dataset, area, row, inner, &begin, &end);
    bool all = true;
    for (; begin < end && all; begin++) all = is_covered(covering, inner, begin);
    return all;
}

/* A row above it that was told of, or all below it. */
static bool was_decided(const struct covering *covering, const struct entity *area, size_t row) {
    const struct dataset *dataset = covering->session->dataset;
    if (is_covered(covering, area, row)) return true;
    for (; area->parent; area = area->parent) {
        row = dataset_table(dataset, area)->parents[row];
        if (was_told(covering, table_id(dataset_table(dataset, area->parent), row))) return true;
    }
    return false;
}

static bool all_was_decided(const struct covering *covering) {
    const struct entity *top = totals_people(covering->session->dataset);
    if (was_told(covering, TEXT(""))) return true;
    while (top && top->parent) top = top->parent;
    if (!top) return false;
    size_t rows = dataset_table(covering->session->dataset, top)->rows;
    bool all = rows > 0;
    for (size_t row = 0; row < rows && all; row++) all = is_covered(covering, top, row);
    return all;
}

int session_check_before(struct session *session, const struct entity *area, size_t row, month_number month) {
    struct command *command = session->command;
    struct covering covering = {session, month - 1};
    struct text before = month_format(&command->arena, month - 1);
    bool decided = false;
    for (size_t i = 0; i < session->runs.list.count; i++)
        decided = decided || session->runs.list.items[i].month == month - 1;
    if (!decided || !reads_before(session->policy) || all_was_decided(&covering)) return EXIT_DONE;
    session->history.limited_since = month - 1;
    if (area && was_decided(&covering, area, row)) return EXIT_DONE;
    fprintf(stderr,
            say(command, "doudi: %.*s 只测算了一部分区域,请先测算其余的\n",
                "doudi: of %.*s only some areas were decided; decide the others first\n"),
            TEXT_ARG(before));
    return EXIT_CANNOT;
}

/* --- keeping ------------------------------------------------------------------------------------------------------ */

/* Whether nothing that the run could read has come to be known since: runs of its own month and of later ones are not
 * read. */
static bool is_up_to_date(const struct session *session, const struct registry_run *run) {
    bool news = session->news > run->known;
    for (size_t i = 0; i < session->runs.list.count; i++) {
        const struct registry_run *other = &session->runs.list.items[i];
        news = news || (other->change > run->known && other->month < run->month);
    }
    return !news;
}

int64_t session_kept(struct session *session, month_number month) {
    for (size_t i = session->runs.list.count; i-- > 0;) {
        const struct registry_run *run = &session->runs.list.items[i];
        if (run->month != month) continue;
        bool same = text_equal(run->area, session->area); /* or what had changed, which brings all up to date */
        if (same && is_up_to_date(session, run)) return run->change;
    }
    return 0;
}

int64_t session_kept_before(struct session *session) {
    int64_t kept = session_kept(session, session->run->month);
    if (kept) history_mark(&session->history);
    return kept;
}

static bool was_decided_before(const struct session *session, month_number month) {
    for (size_t i = 0; i < session->runs.list.count; i++)
        if (session->runs.list.items[i].month == month) return true;
    return false;
}

/* Another call may have decided the same meanwhile, or from newer knowledge. */
static enum registry_result read_others(struct session *session, int64_t *others) {
    struct registry_runs runs;
    struct registry *registry = &session->database.registry;
    enum registry_result result = registry_read_runs(registry, REGISTRY_NOW, &session->command->arena, &runs);
    *others = 0;
    for (size_t i = 0; i < runs.list.count; i++) {
        const struct registry_run *run = &runs.list.items[i];
        bool later = run->change > session->known_change && run->month == session->run->month;
        bool same =
            text_equal(run->area, session->area) && run->whole == (session->area.length == 0 && !session->chosen);
        if (later && same && run->known >= session->known_change) *others = run->change;
    }
    return result;
}

static enum registry_result keep(struct session *session, const struct registry_change *change) {
    struct registry *registry = &session->database.registry;
    unsigned char law[DIGEST_BYTES];
    struct registry_run about = {.change = change->number,
                                 .month = session->run->month,
                                 .known = session->known_change,
                                 .law = registry_law_change(registry, session->known_change),
                                 .whole = session->area.length == 0 && !session->chosen,
                                 .area = session->area,
                                 .engine = text_from(doudi_version()),
                                 .policy = {(const char *)law, DIGEST_BYTES}};
    const struct registry_decided decided = {.records = &session->import.records,
                                             .run = session->run,
                                             .history = &session->history,
                                             .chosen = session->chosen,
                                             .told = session->chosen ? &session->told : NULL,
                                             .again = !about.whole && was_decided_before(session, about.month)};
    enum registry_result result = registry_law_digest(registry, session->policy, law);
    if (result == REGISTRY_DONE) result = registry_keep_run(registry, change, &about, &decided);
    /* Of a month the command's arena keeps nothing, and later months look at it. */
    about.policy = text_copy(&session->history.arena, about.policy);
    VECTOR_PUSH(&session->history.arena, &session->runs.list, about);
    return result;
}

static int tell_overtaken(const struct session *session) {
    fputs(say(session->command, "doudi: 测算期间登记簿有了变动;以后的月份请再测算一次\n",
              "doudi: the registry was changed meanwhile; decide the months that follow once more\n"),
          stderr);
    return EXIT_CANNOT;
}

/* What the months that follow know is this one beside what was known, and nothing else: a change that came between is
 * not in what they read. */
static void go_on_from(struct session *session, int64_t kept) {
    session->overtaken = kept != session->known_change + 1;
    session->known_change = kept;
    history_mark(&session->history);
}

int session_keep(struct session *session, int64_t *kept) {
    struct registry *registry = &session->database.registry;
    struct registry_change change = database_change(session->command, "assess", MONTH_FIRST);
    if (session->overtaken) return tell_overtaken(session);
    enum registry_result result = registry_begin_change(registry, &change);
    if (result == REGISTRY_DONE) result = read_others(session, kept);
    bool writes = result == REGISTRY_DONE && *kept == 0;
    if (writes) result = keep(session, &change);
    if (writes && result == REGISTRY_DONE)
        result = registry_end_change(registry);
    else
        registry_give_up_change(registry);
    if (writes) *kept = change.number;
    if (result == REGISTRY_DONE) go_on_from(session, *kept);
    return database_tell(&session->database, session->command, session->data, result);
}
