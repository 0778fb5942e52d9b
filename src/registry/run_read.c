/* What runs found, into the history of a later month. */
#include "registry/kept_kind.h"
#include "registry/run_inside.h"
#include "registry/settlements.h"
#include "registry/work_rows.h"

#include "base/calendar.h"

#include <assert.h>

enum { FIRST_MONTH = 0, LAST_MONTH = 9999 * 12 + 11 };

/* --- which runs there are ----------------------------------------------------------------------------------------- */

enum registry_result registry_read_runs(struct registry *registry, int64_t known, struct arena *arena,
                                        struct registry_runs *runs) {
    *runs = (struct registry_runs){.known = known};
    struct statement *scan = store_scan(
        registry->store, &(struct store_scan_of){.table = &registry_runs_table, .first = INT64_MIN, .last = known});
    while (scan && statement_next(scan)) {
        struct registry_run run = {.change = statement_integer(scan, RUN_CHANGE),
                                   .month = (month_number)statement_integer(scan, RUN_MONTH),
                                   .known = statement_integer(scan, RUN_KNOWN),
                                   .law = statement_integer(scan, RUN_LAW),
                                   .whole = statement_integer(scan, RUN_WHOLE) != 0,
                                   .area = text_copy(arena, statement_text(scan, RUN_AREA)),
                                   .engine = text_copy(arena, statement_text(scan, RUN_ENGINE)),
                                   .policy = text_copy(arena, statement_text(scan, RUN_POLICY))};
        VECTOR_PUSH(arena, &runs->list, run);
    }
    if (scan) store_scan_end(scan);
    return registry_outcome(registry, arena);
}

bool registry_run_stands(const struct registry_runs *runs, size_t at) {
    for (size_t later = at + 1; later < runs->list.count; later++)
        if (runs->list.items[later].month == runs->list.items[at].month && runs->list.items[later].whole) return false;
    return true;
}

/* --- one run ------------------------------------------------------------------------------------------------------ */

/* How the pages of a field are read. */
struct reader {
    const struct field *field; /* NULL: the law has no such rule any more */
    VECTOR(uint32_t) kinds;    /* by place, from 1 on: the history's; 0: none */
    VECTOR(struct value) exact;
    struct number unit; /* of the run's integers */
    bool other_unit;
    struct conversion choices; /* of the run's places into the rule's */
    bool unfit;                /* its values are of another type than the rule's */
    int64_t low, high;         /* integers that the rule can give */
    bool bounded;
};

/* Rows of the records that stand in a month or later. */
struct rows_since {
    const struct records *records;
    month_number since;
};

struct recalling {
    struct registry *registry;
    struct history *history;
    struct arena arena;           /* of all runs */
    struct registry_names *names; /* by entity index */
    bool *named;                  /* the same: they have been read */
    uint32_t **pasts;             /* by entity index, by key: the history's row, + 1 */
    /* Of the run at hand. */
    const struct registry_run *run; /* NULL: of settlements */
    bool same_law;
    struct reader *readers; /* by field index */
    uint32_t **lines;       /* by entity index, of events, by key: the line, + 1 */
    /* Where bills were settled when they were presented: */
    const struct registry_runs *runs;
    uint32_t **found_by; /* by entity index, of events, by key: the run of `runs` that settled it last, + 1 */
    bool damaged;
    const struct registry_wanted *wanted;
    /* Of what a later month reads alone: */
    const struct rows_since *standing; /* NULL: everything is read */
    bool back;                         /* what is read from the last month back, not from the first on */
    uint64_t **open, **taken;          /* by field index, a bit for each key; NULL: not asked for yet */
};

static bool goes_on(const struct recalling *recalling) {
    return !recalling->damaged && !arena_failed(&recalling->arena) && !arena_failed(&recalling->history->arena) &&
           !store_failed(recalling->registry->store);
}

static void refuse(struct recalling *recalling, struct text what) {
    struct registry *registry = recalling->registry;
    if (!recalling->damaged)
        registry->differs = recalling->run ? text_format(&registry->arena, "_values %lld, %.*s",
                                                         (long long)recalling->run->change, TEXT_ARG(what))
                                           : what;
    recalling->damaged = true;
}

/* The history's row of a key; PAST_NONE, and told, where there is no such row. */
static uint32_t past_of(struct recalling *recalling, const struct entity *entity, uint64_t key) {
    struct registry_names *names = &recalling->names[entity->index];
    if (key == 0 || key > names->count || names->ids[key].length == 0) {
        refuse(recalling, entity->name);
        return PAST_NONE;
    }
    uint32_t *past = &recalling->pasts[entity->index][key];
    if (*past) return *past - 1;
    uint32_t row = history_row(recalling->history, entity, names->ids[key]);
    if (row == PAST_NONE) row = history_add_row(recalling->history, entity, names->ids[key]);
    *past = row == PAST_NONE ? 0 : row + 1;
    return row;
}

static void read_names(struct recalling *recalling, const struct entity *entity) {
    size_t at = entity->index;
    if (recalling->named[at] || !goes_on(recalling)) return;
    recalling->named[at] = true;
    const struct registry_wanted *wanted = recalling->wanted;
    if (wanted && wanted->counts[at] != SIZE_MAX)
        recalling->names[at] =
            (struct registry_names){wanted->ids[at], wanted->counts[at] ? wanted->counts[at] - 1 : 0};
    else
        registry_read_names(recalling->registry, entity, &recalling->arena, &recalling->names[at]);
    recalling->pasts[at] = ARENA_ARRAY(&recalling->arena, uint32_t, recalling->names[at].count + 1);
}

/* --- how values came about ---------------------------------------------------------------------------------------- */

static struct reader *reader_named(struct recalling *recalling, struct text name) {
    const struct field *field = run_field_named(recalling->registry->policy, name);
    bool kept = field && field->kind != FIELD_INPUT && field->type.kind != TYPE_ROW;
    if (!kept) return NULL;
    struct reader *reader = &recalling->readers[field->index];
    if (!reader->field) {
        reader->field = field;
        reader->bounded = kept_bounds(&recalling->arena, field, history_coding(recalling->history, field)->unit,
                                      &reader->low, &reader->high);
    }
    return reader;
}

/* False when they can be values of no rule of that type. */
static bool read_unit(struct recalling *recalling, struct reader *reader, struct text unit) {
    const struct field *field = reader->field;
    const struct policy *policy = recalling->registry->policy;
    const struct coding *coding = history_coding(recalling->history, field);
    struct column_coding from, to;
    if (field->type.kind == TYPE_NUMBER) {
        bool good = number_parse_exact(&recalling->arena, unit, &reader->unit) && number_sign(reader->unit) > 0;
        reader->other_unit = good && number_compare(reader->unit, coding->unit) != 0;
        return good;
    }
    if (field->type.kind != TYPE_ENUM) return text_equal(unit, run_unit(&recalling->arena, policy, coding));
    if (!column_coding_parse(&recalling->arena, text_copy(&recalling->arena, unit), &from)) return false;
    to = column_coding_of(&recalling->arena, policy, field);
    reader->choices = conversion_between(&recalling->arena, &from, &to);
    return from.kind == CODING_CHOICE;
}

static void read_kind(struct recalling *recalling, const struct statement *row) {
    const struct policy *policy = recalling->registry->policy;
    struct reader *reader = reader_named(recalling, statement_text(row, KIND_FIELD));
    struct coded_kind kind;
    if (!reader) return;
    struct coding *coding = &recalling->history->columns[reader->field->index].coding;
    bool first = reader->kinds.count == 0, good = run_kind_read(policy, row, reader->field, recalling->same_law, &kind);
    if (good && first) reader->unfit = !read_unit(recalling, reader, statement_text(row, KIND_UNIT));
    if (statement_integer(row, KIND_PLACE) != (int64_t)reader->kinds.count + 1) good = false;
    if (!good || (reader->unfit && recalling->same_law)) {
        refuse(recalling, reader->field->name);
        return;
    }
    uint32_t number = coding_kind(coding, kind.state, kind.reason, kind.listed);
    VECTOR_PUSH(&recalling->arena, &reader->kinds, number);
}

static void read_exact(struct recalling *recalling, const struct statement *row) {
    struct reader *reader = reader_named(recalling, statement_text(row, EXACT_FIELD));
    struct value value = {0};
    if (!reader) return;
    struct text text = statement_text(row, EXACT_VALUE);
    bool number = reader->field->type.kind == TYPE_NUMBER;
    bool good = statement_integer(row, EXACT_PLACE) == (int64_t)reader->exact.count &&
                (number ? number_parse_exact(&recalling->history->arena, text, &value.as.number)
                        : reader->field->type.kind == TYPE_TEXT && text_invalid_at(text) == text.length);
    if (!good && !reader->unfit) {
        refuse(recalling, reader->field->name);
        return;
    }
    if (good && !number) value.as.text = text_copy(&recalling->history->arena, text);
    VECTOR_PUSH(&recalling->arena, &reader->exact, value);
}

/* Rows of a table that the run wrote, in their order. */
static void each_row(struct recalling *recalling, const struct store_table *table,
                     void (*take)(struct recalling *, const struct statement *)) {
    struct builder sql;
    const struct store_value change = store_integer(recalling->run->change);
    builder_init(&sql);
    store_select(&sql, table, NULL, 0);
    builder_add(&sql, TEXT(" WHERE _change = $1 ORDER BY "));
    store_quote(&sql, table->columns[0].name);
    struct statement *query = sql.failed ? NULL : store_prepare(recalling->registry->store, builder_text(&sql).bytes);
    builder_free(&sql);
    if (!query) recalling->arena.failed = true;
    if (query && statement_begin(query, &change, 1))
        while (goes_on(recalling) && statement_next(query)) take(recalling, query);
    if (query) statement_end(query);
    statement_free(query);
}

/* --- what a later month reads ------------------------------------------------------------------------------------- */

/* Events, and rules that are yearly, are read month by month from the first. Of any other a month reads what the one
 * before it found; where that found nothing, whether any found something. So months are read from the last one back,
 * and of each only the rows of which nothing was found yet. */
static bool is_read_on(const struct field *field) {
    return field->entity->is_event || (field->rules.count && field->declaration->yearly);
}

enum { WORD_BITS = 64 };

/* The rows that stand in the month or later. */
static uint64_t *open_rows(struct recalling *recalling, const struct entity *entity) {
    assert(recalling->standing); /* else nothing is read back */
    size_t keys = recalling->names[entity->index].count;
    const struct record_table *table = &recalling->standing->records->tables[entity->index];
    uint64_t *open = ARENA_ARRAY(&recalling->arena, uint64_t, keys / WORD_BITS + 1);
    for (size_t row = 0; row < table->count && open; row++) {
        uint32_t key = table->rows[row].place;
        if (key <= keys && table->rows[row].until >= recalling->standing->since)
            open[key / WORD_BITS] |= UINT64_C(1) << key % WORD_BITS;
    }
    return open;
}

static bool is_open(const struct recalling *recalling, const struct field *field, uint32_t key) {
    size_t keys = recalling->names[field->entity->index].count;
    return key <= keys && (recalling->open[field->index][key / WORD_BITS] >> key % WORD_BITS & 1);
}

/* Some row of a page. */
static bool any_open(struct recalling *recalling, const struct field *field, uint32_t first, uint32_t last) {
    size_t at = field->index, keys = recalling->names[field->entity->index].count;
    if (!recalling->open[at]) {
        recalling->open[at] = open_rows(recalling, field->entity);
        recalling->taken[at] = ARENA_ARRAY(&recalling->arena, uint64_t, keys / WORD_BITS + 1);
    }
    if (arena_failed(&recalling->arena)) return false;
    if (last > keys) return true; /* of no row: whoever reads it tells */
    bool any = false;
    for (uint32_t key = first; key <= last && !any; key++) {
        bool word = key % WORD_BITS == 0 && last - key >= WORD_BITS;
        if (word && !recalling->open[at][key / WORD_BITS])
            key += WORD_BITS - 1;
        else
            any = is_open(recalling, field, key);
    }
    return any;
}

static void note_taken(struct recalling *recalling, const struct field *field, uint32_t key, bool taken) {
    uint64_t *word = recalling->taken[field->index], bit = UINT64_C(1) << key % WORD_BITS;
    if (!word) return;
    word += key / WORD_BITS;
    *word = taken ? *word | bit : *word & ~bit;
}

/* Once all runs of a month have told, the later in place of the earlier. */
static void close_taken(struct recalling *recalling) {
    const struct policy *policy = recalling->registry->policy;
    for (size_t i = 0; i < policy->fields.count; i++) {
        size_t words = recalling->names[policy->fields.items[i]->entity->index].count / WORD_BITS + 1;
        for (size_t k = 0; k < words && recalling->taken[i]; k++) {
            recalling->open[i][k] &= ~recalling->taken[i][k];
            recalling->taken[i][k] = 0;
        }
    }
}

/* --- pages -------------------------------------------------------------------------------------------------------- */

static bool is_wanted(const struct recalling *recalling, const struct entity *entity, uint32_t key) {
    const struct registry_wanted *wanted = recalling->wanted;
    size_t at = entity->index;
    if (!wanted) return true;
    if (wanted->counts[at] != SIZE_MAX) return key < wanted->counts[at] && wanted->keys[at][key];
    return !wanted->left_out || key >= wanted->left_counts[at] || !wanted->left_out[at][key];
}

/* A reason may be about a row that is not wanted itself. */
static bool is_named(const struct recalling *recalling, const struct entity *entity, uint32_t key) {
    const struct registry_wanted *wanted = recalling->wanted;
    if (!wanted || wanted->counts[entity->index] == SIZE_MAX) return true;
    return key < wanted->counts[entity->index] && wanted->ids[entity->index][key].length;
}

static bool may_be(const struct reader *reader, int64_t integer) {
    bool never = reader->field->type.kind == TYPE_DATE && integer == DAY_NEVER;
    return !reader->bounded || never || (integer >= reader->low && integer <= reader->high);
}

static struct coded bring_choice(struct recalling *recalling, const struct reader *reader, struct coded coded) {
    const struct value unfit = value_fault(REASON_OUT_OF_RANGE, reader->field, 0);
    if (conversion_of(&reader->choices, coded.integer, &coded.integer) == CONVERTED) return coded;
    return coding_of(&recalling->history->columns[reader->field->index].coding, &unfit);
}

/* As the history holds it; of kind 0, and told, when it can be none. */
static struct coded bring(struct recalling *recalling, struct reader *reader, struct coded coded) {
    struct coded none = {0};
    struct coding *coding = &recalling->history->columns[reader->field->index].coding;
    if (coded.kind == 0 || coded.kind > reader->kinds.count) {
        refuse(recalling, reader->field->name);
        return none;
    }
    coded.kind = reader->kinds.items[coded.kind - 1];
    if (!coded.kind) return none;
    const struct coded_kind kind = *coded_kind(coding, coded);
    struct value value = {.state = kind.state, .reason = kind.reason};
    if (kind.listed) {
        if (coded.integer < 0 || (uint64_t)coded.integer >= reader->exact.count) {
            refuse(recalling, reader->field->name);
            return none;
        }
        value.as = reader->exact.items[coded.integer].as;
        if (reader->unfit) value = value_fault(REASON_OUT_OF_RANGE, reader->field, 0);
    } else if (kind.state != VALUE_KNOWN) {
        const struct entity *entity = reason_entity(recalling->registry->policy, &kind.reason);
        uint64_t key = (uint64_t)coded.integer & UINT32_MAX;
        if (!entity) return coded;
        read_names(recalling, entity);
        bool named = key && is_named(recalling, entity, (uint32_t)key);
        uint32_t past = named ? past_of(recalling, entity, key) : PAST_NONE;
        coded.integer = (int64_t)(((uint64_t)coded.integer & ~(uint64_t)UINT32_MAX) | past);
        return coded;
    } else if (reader->unfit) {
        value = value_fault(REASON_OUT_OF_RANGE, reader->field, 0);
    } else if (reader->field->type.kind == TYPE_ENUM) {
        return bring_choice(recalling, reader, coded);
    } else if (reader->other_unit) {
        value.as.number = number_multiply(&recalling->arena, number_from(coded.integer), reader->unit);
    } else if (may_be(reader, coded.integer)) {
        return coded;
    } else {
        value = value_fault(REASON_OUT_OF_RANGE, reader->field, 0);
    }
    if (kind.state == VALUE_KNOWN) value = history_allowed(recalling->history, reader->field, value);
    return coding_of(coding, &value);
}

static void take_event(struct recalling *recalling, const struct entity *event, const struct page_entry *entry) {
    uint32_t past = past_of(recalling, event, entry->key);
    if (past == PAST_NONE) return;
    uint32_t *line = &recalling->lines[event->index][entry->key];
    history_forget(recalling->history, event, recalling->names[event->index].ids[entry->key]);
    if (entry->coded.kind != EVENT_SETTLED) return;
    int64_t month = entry->coded.integer;
    if (month < day_month(day_first) || month > day_month(day_last)) {
        refuse(recalling, event->name);
        return;
    }
    *line = history_line(recalling->history, event, past, (month_number)month) + 1;
    if (!recalling->found_by) return;
    recalling->found_by[event->index][entry->key] = (uint32_t)(recalling->run - recalling->runs->list.items) + 1;
    history_note_found(recalling->history, event, past, recalling->run->known);
}

static void take_value(struct recalling *recalling, struct reader *reader, const struct page_entry *entry) {
    struct coded coded;
    const struct entity *entity = reader->field->entity;
    uint32_t past = past_of(recalling, entity, entry->key), line = PAST_NONE;
    if (past == PAST_NONE) return;
    if (entity->is_event)
        line = recalling->lines[entity->index][entry->key] - 1;
    else
        line = history_line(recalling->history, entity, past, recalling->run->month);
    if (line == PAST_NONE) {
        if (!arena_failed(&recalling->history->arena)) refuse(recalling, reader->field->name);
        return;
    }
    coded = bring(recalling, reader, entry->coded);
    history_set(recalling->history, reader->field, line, coded);
    if (recalling->back && coded.kind) note_taken(recalling, reader->field, entry->key, true);
}

/* A row other than an event has no page of its own but where nothing stands of it any more. */
static void take_gone(struct recalling *recalling, const struct entity *entity, const struct page_entry *entry) {
    if (past_of(recalling, entity, entry->key) == PAST_NONE) return;
    for (size_t i = 0; i < entity->fields.count && recalling->back; i++)
        note_taken(recalling, entity->fields.items[i], entry->key, false);
    if (entry->coded.kind != ROW_FORGOTTEN)
        refuse(recalling, entity->name);
    else
        history_forget_month(recalling->history, entity, recalling->names[entity->index].ids[entry->key],
                             recalling->run->month);
}

static void take_page(struct recalling *recalling, const struct statement *row) {
    struct page_entry entries[PAGE_PLACES];
    size_t count;
    struct text name = statement_text(row, VALUES_FIELD);
    const struct entity *of_rows = map_get(&recalling->registry->policy->entity_by_name, name);
    struct reader *reader = of_rows ? NULL : reader_named(recalling, name);
    if (!of_rows && !reader) return;
    const struct entity *entity = of_rows ? of_rows : reader->field->entity;
    bool on = of_rows ? entity->is_event : is_read_on(reader->field);
    if (recalling->standing && on == recalling->back) return;
    int64_t first = statement_integer(row, VALUES_FIRST);
    struct text bytes = statement_text(row, VALUES_BYTES);
    read_names(recalling, entity);
    if (!goes_on(recalling)) return;
    bool some = recalling->back && reader; /* rows of it */
    if (some && first > 0 && first <= UINT32_MAX &&
        !any_open(recalling, reader->field, (uint32_t)first, page_last(bytes, (uint32_t)first)))
        return;
    if (first <= 0 || first > UINT32_MAX || !page_read(bytes, (uint32_t)first, entries, &count)) {
        refuse(recalling, name);
        return;
    }
    for (size_t i = 0; i < count && goes_on(recalling); i++) {
        if (some && !is_open(recalling, reader->field, entries[i].key)) continue;
        if (!is_wanted(recalling, entity, entries[i].key)) continue;
        if (!of_rows)
            take_value(recalling, reader, &entries[i]);
        else if (entity->is_event)
            take_event(recalling, entity, &entries[i]);
        else
            take_gone(recalling, entity, &entries[i]);
    }
}

static void begin_lines(struct recalling *recalling) {
    const struct policy *policy = recalling->registry->policy;
    for (size_t i = 0; i < policy->entities.count && goes_on(recalling); i++) {
        const struct entity *entity = policy->entities.items[i];
        if (!entity->is_event) continue;
        read_names(recalling, entity);
        if (!goes_on(recalling)) return;
        if (!recalling->lines[i])
            recalling->lines[i] = ARENA_ARRAY(&recalling->arena, uint32_t, recalling->names[i].count + 1);
        else
            for (size_t key = 0; key <= recalling->names[i].count; key++) recalling->lines[i][key] = 0;
        if (recalling->found_by && !recalling->found_by[i])
            recalling->found_by[i] = ARENA_ARRAY(&recalling->arena, uint32_t, recalling->names[i].count + 1);
    }
}

static void recall(struct recalling *recalling, const struct registry_run *run, struct text law) {
    const struct policy *policy = recalling->registry->policy;
    recalling->run = run;
    recalling->same_law = text_equal(run->policy, law);
    for (size_t i = 0; i < policy->fields.count; i++) recalling->readers[i] = (struct reader){0};
    begin_lines(recalling);
    each_row(recalling, &registry_kinds_table, read_kind);
    each_row(recalling, &registry_exact_table, read_exact);
    each_row(recalling, &registry_values_table, take_page);
}

/* --- bills that were settled when they were presented ------------------------------------------------------------- */

static int64_t key_of_row(void *context, const struct entity *entity, struct text id) {
    (void)context, (void)entity, (void)id;
    return 0; /* nothing is written */
}

static struct text id_of_row(void *context, const struct entity *entity, int64_t key) {
    struct recalling *recalling = context;
    read_names(recalling, entity);
    const struct registry_names *names = &recalling->names[entity->index];
    bool named =
        goes_on(recalling) && key > 0 && (uint64_t)key <= names->count && is_named(recalling, entity, (uint32_t)key);
    return named ? names->ids[key] : TEXT("");
}

/* A run found it after it was cancelled: it was told anew, otherwise than at the window. */
static bool is_found_anew(const struct recalling *recalling, const struct entity *event,
                          const struct registry_settlement *settlement) {
    const uint32_t *by = settlement->kind == REGISTRY_CANCELLED ? recalling->found_by[event->index] : NULL;
    return by && by[settlement->key] &&
           recalling->runs->list.items[by[settlement->key] - 1].change > settlement->change;
}

/* In place of what a run found of it. */
static void recall_settlement(struct recalling *recalling, struct registry_settled *settled, const struct entity *event,
                              const struct registry_settlement *settlement) {
    struct registry *registry = recalling->registry;
    struct history *history = recalling->history;
    const struct registry_rows_known rows = {recalling, key_of_row, id_of_row};
    uint32_t past =
        is_found_anew(recalling, event, settlement) ? PAST_NONE : past_of(recalling, event, (uint64_t)settlement->key);
    if (past == PAST_NONE) return;
    if (settlement->kind == REGISTRY_CANCELLED) {
        history_cancel(history, event, past, settlement->month, settlement->change);
        return;
    }
    history_forget(history, event, history_id(history, event, past));
    uint32_t line = history_line(history, event, past, settlement->month);
    history_hold(history, event, past, settlement->change);
    if (registry_settled_read(settled, settlement->values, history, event, line, &rows) == REGISTRY_DAMAGED)
        refuse(recalling, text_format(&registry->arena, "_settlements %lld", (long long)settlement->number));
}

struct settlements {
    VECTOR(struct registry_settlement) list;
    uint32_t **last; /* by entity index, of events, by key: the last, + 1 */
};

/* The event that was settled; NULL: it is nobody's now, or is not asked for. */
static const struct entity *event_settled(struct recalling *recalling, const struct registry_settlement *settlement) {
    struct registry *registry = recalling->registry;
    const struct entity *event = map_get(&registry->policy->entity_by_name, settlement->event);
    if (!event || !event->is_event) return NULL;
    read_names(recalling, event);
    bool possible = settlement->key > 0 && settlement->key <= UINT32_MAX && settlement->month >= day_month(day_first) &&
                    settlement->month <= day_month(day_last);
    if (!goes_on(recalling)) return NULL;
    if (possible && !is_wanted(recalling, event, (uint32_t)settlement->key)) return NULL;
    const struct registry_names *names = &recalling->names[event->index];
    if (possible && (uint64_t)settlement->key <= names->count && names->ids[settlement->key].length) return event;
    refuse(recalling, text_format(&registry->arena, "_settlements %lld", (long long)settlement->number));
    return NULL;
}

static void note_last(struct recalling *recalling, struct settlements *settlements, size_t at) {
    const struct registry_settlement *settlement = &settlements->list.items[at];
    const struct entity *event = event_settled(recalling, settlement);
    if (!event) return;
    uint32_t **last = &settlements->last[event->index];
    if (!*last) *last = ARENA_ARRAY(&recalling->arena, uint32_t, recalling->names[event->index].count + 1);
    if (*last) (*last)[settlement->key] = (uint32_t)at + 1;
}

/* The last of each bill counts. */
static void recall_last(struct recalling *recalling, struct settlements *settlements) {
    struct registry_settled settled;
    settlements->last = ARENA_ARRAY(&recalling->arena, uint32_t *, recalling->registry->policy->entities.count + 1);
    if (registry_settled_begin(&settled, recalling->registry) == REGISTRY_DAMAGED) recalling->damaged = true;
    for (size_t i = 0; i < settlements->list.count && goes_on(recalling); i++) note_last(recalling, settlements, i);
    for (size_t i = 0; i < settlements->list.count && goes_on(recalling); i++) {
        const struct entity *event = event_settled(recalling, &settlements->list.items[i]);
        if (event && settlements->last[event->index][settlements->list.items[i].key] == i + 1)
            recall_settlement(recalling, &settled, event, &settlements->list.items[i]);
    }
    if (arena_failed(&settled.arena)) recalling->arena.failed = true;
    registry_settled_end(&settled);
}

/* Of the months first .. last. */
static void recall_settlements(struct recalling *recalling, int64_t known, month_number first, month_number last) {
    struct settlements settlements = {.last = NULL};
    struct arena arena;
    recalling->run = NULL;
    arena_init(&arena);
    struct statement *scan = registry_scan_settlements(recalling->registry);
    while (scan && statement_next(scan)) {
        struct registry_settlement settlement = registry_scanned_settlement(scan);
        if (settlement.change > known || settlement.month < first || settlement.month > last) continue;
        settlement.event = text_copy(&arena, settlement.event);
        settlement.values = text_copy(&arena, settlement.values);
        VECTOR_PUSH(&arena, &settlements.list, settlement);
    }
    if (scan) store_scan_end(scan);
    if (arena_failed(&arena)) recalling->arena.failed = true;
    if (goes_on(recalling)) recall_last(recalling, &settlements);
    arena_free(&arena);
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

static month_number next_month(const struct registry_runs *runs, month_number after, month_number before) {
    month_number next = before;
    for (size_t i = 0; i < runs->list.count; i++) {
        month_number month = runs->list.items[i].month;
        if (month > after && month < next) next = month;
    }
    return next;
}

static month_number month_before(const struct registry_runs *runs, month_number before) {
    month_number last = FIRST_MONTH - 1;
    for (size_t i = 0; i < runs->list.count; i++) {
        month_number month = runs->list.items[i].month;
        if (month < before && month > last) last = month;
    }
    return last;
}

/* Which runs: of months first .. last, or one. */
struct choice {
    month_number first, last;
    int64_t change;                           /* 0: those of the months */
    const struct registry_wanted *wanted;     /* NULL: of all rows */
    const struct rows_since *standing;        /* NULL: all is read */
    month_number settled_first, settled_last; /* of bills that were settled when they were presented */
};

static void recall_month(struct recalling *recalling, const struct registry_runs *runs, const struct choice *choice,
                         month_number month, struct text law) {
    for (size_t i = 0; i < runs->list.count && goes_on(recalling); i++) {
        const struct registry_run *run = &runs->list.items[i];
        bool chosen = choice->change ? run->change == choice->change : registry_run_stands(runs, i);
        if (run->month == month && chosen) recall(recalling, run, law);
    }
}

static void recall_chosen(struct recalling *recalling, const struct registry_runs *runs, struct choice choice) {
    unsigned char bytes[DIGEST_BYTES];
    struct text law = {(const char *)bytes, DIGEST_BYTES};
    struct registry *registry = recalling->registry;
    if (registry_law_digest(registry, registry->policy, bytes) != REGISTRY_DONE) recalling->arena.failed = true;
    for (month_number month = next_month(runs, choice.first - 1, choice.last + 1); month <= choice.last;
         month = next_month(runs, month, choice.last + 1))
        recall_month(recalling, runs, &choice, month, law);
    recalling->back = true;
    for (month_number month = month_before(runs, choice.last + 1); choice.standing && month >= choice.first;
         month = month_before(runs, month)) {
        recall_month(recalling, runs, &choice, month, law);
        close_taken(recalling);
    }
}

static enum registry_result read_chosen(struct registry *registry, const struct registry_runs *runs,
                                        struct choice choice, struct history *history) {
    const struct policy *policy = registry->policy;
    struct recalling recalling = {
        .registry = registry, .history = history, .runs = runs, .wanted = choice.wanted, .standing = choice.standing};
    arena_init(&recalling.arena);
    recalling.open = ARENA_ARRAY(&recalling.arena, uint64_t *, policy->fields.count + 1);
    recalling.taken = ARENA_ARRAY(&recalling.arena, uint64_t *, policy->fields.count + 1);
    recalling.names = ARENA_ARRAY(&recalling.arena, struct registry_names, policy->entities.count + 1);
    recalling.named = ARENA_ARRAY(&recalling.arena, bool, policy->entities.count + 1);
    recalling.pasts = ARENA_ARRAY(&recalling.arena, uint32_t *, policy->entities.count + 1);
    recalling.lines = ARENA_ARRAY(&recalling.arena, uint32_t *, policy->entities.count + 1);
    recalling.readers = ARENA_ARRAY(&recalling.arena, struct reader, policy->fields.count + 1);
    bool own = !store_within(registry->store);
    if (own) store_begin(registry->store, STORE_TO_READ);
    bool settled = !choice.change && runs->known > 0 && registry_work_last(registry, REGISTRY_SETTLEMENTS) > 0;
    if (settled) recalling.found_by = ARENA_ARRAY(&recalling.arena, uint32_t *, policy->entities.count + 1);
    if (goes_on(&recalling)) recall_chosen(&recalling, runs, choice);
    if (goes_on(&recalling) && settled)
        recall_settlements(&recalling, runs->known, choice.settled_first, choice.settled_last);
    history_mark(history);
    enum registry_result result = registry_outcome(registry, &recalling.arena);
    if (result == REGISTRY_DONE && arena_failed(&history->arena)) result = REGISTRY_NO_MEMORY;
    if (result == REGISTRY_DONE && recalling.damaged) result = REGISTRY_DAMAGED;
    if (own) store_roll_back(registry->store);
    arena_free(&recalling.arena);
    return result;
}

enum registry_result registry_read_history(struct registry *registry, const struct registry_runs *runs,
                                           month_number before, const struct registry_wanted *wanted,
                                           const struct records *known, struct history *history) {
    const struct rows_since rows = {known, before};
    struct choice choice = {.first = FIRST_MONTH,
                            .last = before - 1,
                            .wanted = wanted,
                            .standing = known ? &rows : NULL,
                            .settled_first = MONTH_FIRST,
                            .settled_last = MONTH_LAST};
    return read_chosen(registry, runs, choice, history);
}

enum registry_result registry_read_month(struct registry *registry, const struct registry_runs *runs,
                                         month_number month, const struct registry_wanted *wanted,
                                         struct history *history) {
    struct choice choice = {
        .first = month, .last = month, .wanted = wanted, .settled_first = month, .settled_last = month};
    return read_chosen(registry, runs, choice, history);
}

enum registry_result registry_read_found(struct registry *registry, const struct registry_runs *runs, int64_t change,
                                         struct history *history) {
    struct choice choice = {.first = FIRST_MONTH, .last = LAST_MONTH, .change = change};
    return read_chosen(registry, runs, choice, history);
}
