#include "registry/run_row.h"

#include "base/memory.h"
#include "registry/kept_kind.h"

#include <string.h>

enum { BYTES_MOST = 256 << 20 };

/* A field's pages in a run; an entity's own, of its events, are a field's without kinds. */
struct run_field {
    struct text name;
    size_t count;
    uint32_t *firsts;   /* the key with which each page begins */
    struct text *pages; /* memory of their own; empty: not read yet */
    size_t kinds;
    struct kept_kind *kind; /* by place, from 1 on */
};
struct run_rows_of {
    struct run_field **fields, **events; /* by field index, by entity index; NULL: not asked for yet */
};

/* --- keeping ------------------------------------------------------------------------------------------------------ */

enum registry_result registry_run_rows_begin(struct registry_run_rows *rows, struct registry *registry,
                                             const struct registry_runs *runs) {
    *rows = (struct registry_run_rows){.registry = registry, .runs = runs, .most = BYTES_MOST};
    arena_init(&rows->arena);
    rows->of = ARENA_ARRAY(&rows->arena, struct run_rows_of, runs->list.count + 1);
    return rows->of ? registry_law_digest(registry, registry->policy, rows->law) : REGISTRY_NO_MEMORY;
}

static void forget_field(struct run_field *field) {
    for (size_t i = 0; field && i < field->count && field->pages; i++) {
        memory_free((void *)(uintptr_t)field->pages[i].bytes);
        field->pages[i] = TEXT("");
        field->pages[i].bytes = NULL;
    }
}

static void forget_pages(struct registry_run_rows *rows) {
    const struct policy *policy = rows->registry->policy;
    for (size_t i = 0; i < rows->runs->list.count && rows->of; i++) {
        for (size_t k = 0; k < policy->fields.count && rows->of[i].fields; k++) forget_field(rows->of[i].fields[k]);
        for (size_t k = 0; k < policy->entities.count && rows->of[i].events; k++) forget_field(rows->of[i].events[k]);
    }
    rows->bytes = 0;
}

void registry_run_rows_end(struct registry_run_rows *rows) {
    if (!rows->registry) return;
    forget_pages(rows);
    arena_free(&rows->arena);
    rows->registry = NULL;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static enum registry_result refuse(struct registry_run_rows *rows, size_t run, struct text name) {
    enum registry_result result = registry_outcome(rows->registry, &rows->arena);
    if (result != REGISTRY_DONE) return result;
    rows->registry->differs = text_format(&rows->registry->arena, "_values %lld, %.*s",
                                          (long long)rows->runs->list.items[run].change, TEXT_ARG(name));
    return REGISTRY_DAMAGED;
}

static bool read_firsts(struct registry_run_rows *rows, size_t run, struct run_field *field) {
    static const char sql[] = "SELECT _first FROM _values WHERE _change = $1 AND _field = $2 ORDER BY _first";
    const struct store_value of[] = {store_integer(rows->runs->list.items[run].change), store_text(field->name)};
    struct statement *query = store_prepare(rows->registry->store, sql);
    VECTOR(uint32_t) firsts = {NULL, 0, 0};
    bool good = query;
    if (query && statement_begin(query, of, 2))
        while (good && statement_next(query)) {
            int64_t first = statement_integer(query, 0);
            good = first > 0 && first <= UINT32_MAX;
            VECTOR_PUSH(&rows->arena, &firsts, (uint32_t)first);
        }
    if (query) statement_end(query);
    statement_free(query);
    field->firsts = firsts.items;
    field->count = firsts.count;
    field->pages = ARENA_ARRAY(&rows->arena, struct text, firsts.count + 1);
    return good && !arena_failed(&rows->arena);
}

static bool read_kinds(struct registry_run_rows *rows, size_t run, const struct field *of, struct run_field *field) {
    const struct registry_run *about = &rows->runs->list.items[run];
    const struct policy *policy = rows->registry->policy;
    const struct store_value values[] = {store_integer(about->change), store_text(field->name)};
    bool same_law = text_equal(about->policy, (struct text){(const char *)rows->law, DIGEST_BYTES}), good = true;
    VECTOR(struct kept_kind) kinds = {NULL, 0, 0};
    struct builder sql;
    builder_init(&sql);
    store_select(&sql, &registry_kinds_table, NULL, 0);
    builder_add(&sql, TEXT(" WHERE _change = $1 AND _field = $2 ORDER BY _place"));
    struct statement *query = sql.failed ? NULL : store_prepare(rows->registry->store, builder_text(&sql).bytes);
    builder_free(&sql);
    if (query && statement_begin(query, values, 2))
        while (good && statement_next(query)) {
            struct kept_kind kept;
            good = kept_kind_read(&rows->arena, policy, query, of, same_law, &kept) &&
                   statement_integer(query, KIND_PLACE) == (int64_t)kinds.count + 1;
            VECTOR_PUSH(&rows->arena, &kinds, kept);
        }
    if (query) statement_end(query);
    statement_free(query);
    field->kind = kinds.items;
    field->kinds = kinds.count;
    return query && good && !arena_failed(&rows->arena);
}

/* What the run keeps of a field, or of an event (NULL); NULL and told where that cannot be. */
static struct run_field *field_of(struct registry_run_rows *rows, size_t run, const struct entity *event,
                                  const struct field *of, enum registry_result *result) {
    const struct policy *policy = rows->registry->policy;
    struct run_rows_of *kept = &rows->of[run];
    struct arena *arena = &rows->arena;
    if (!kept->fields) kept->fields = ARENA_ARRAY(arena, struct run_field *, policy->fields.count + 1);
    if (!kept->events) kept->events = ARENA_ARRAY(arena, struct run_field *, policy->entities.count + 1);
    *result = REGISTRY_NO_MEMORY;
    if (arena_failed(arena)) return NULL;
    struct run_field **at = of ? &kept->fields[of->index] : &kept->events[event->index];
    *result = REGISTRY_DONE;
    struct run_field *field = *at;
    if (field) return field;
    field = ARENA_NEW(arena, struct run_field);
    if (field) field->name = of ? run_field_name(arena, of) : event->name;
    bool good = field && read_firsts(rows, run, field) && (!of || read_kinds(rows, run, of, field));
    if (!good) *result = refuse(rows, run, field ? field->name : TEXT(""));
    if (good) *at = field;
    return *at;
}

static bool read_page(struct registry_run_rows *rows, size_t run, struct run_field *field, size_t page) {
    static const char sql[] = "SELECT _bytes FROM _values WHERE _change = $1 AND _field = $2 AND _first = $3";
    const struct store_value of[] = {store_integer(rows->runs->list.items[run].change), store_text(field->name),
                                     store_integer(field->firsts[page])};
    struct statement *query = store_prepare(rows->registry->store, sql);
    struct text bytes = TEXT("");
    bool good = query && statement_begin(query, of, 3) && statement_next(query);
    if (good) bytes = statement_text(query, 0);
    char *kept = good ? memory_new(bytes.length + 1, 1) : NULL;
    if (good && kept) memcpy(kept, bytes.bytes, bytes.length);
    if (good && kept) field->pages[page] = (struct text){kept, bytes.length};
    if (good && !kept) rows->arena.failed = true;
    rows->bytes += kept ? bytes.length : 0;
    if (query) statement_end(query);
    statement_free(query);
    return good && kept;
}

/* What the run has of a key; of kind 0: nothing. */
static enum registry_result find_entry(struct registry_run_rows *rows, size_t run, const struct entity *event,
                                       const struct field *of, int64_t key, struct run_field **field,
                                       struct coded *coded) {
    enum registry_result result;
    size_t low = 0;
    *coded = (struct coded){0};
    *field = field_of(rows, run, event, of, &result);
    if (!*field) return result;
    for (size_t high = (*field)->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if ((*field)->firsts[middle] <= key)
            low = middle + 1;
        else
            high = middle;
    }
    if (low-- == 0) return REGISTRY_DONE;
    if (rows->bytes > rows->most) forget_pages(rows);
    bool good = (*field)->pages[low].bytes || read_page(rows, run, *field, low);
    good = good && page_find((*field)->pages[low], (*field)->firsts[low], (uint32_t)key, coded);
    return good ? REGISTRY_DONE : refuse(rows, run, (*field)->name);
}

/* --- into a history -------------------------------------------------------------------------------------------------
 */

struct exact_reading {
    struct registry_run_rows *rows;
    int64_t run;
    struct history *history;
};

static bool read_exact(void *context, const struct field *field, int64_t integer, struct value *value) {
    static const char sql[] = "SELECT _value FROM _exact WHERE _change = $1 AND _field = $2 AND _place = $3";
    const struct exact_reading *reading = context;
    struct arena *arena = &reading->history->arena;
    const struct store_value of[] = {store_integer(reading->run),
                                     store_text(run_field_name(&reading->rows->arena, field)), store_integer(integer)};
    struct statement *query = store_prepare(reading->rows->registry->store, sql);
    bool good = query && statement_begin(query, of, 3) && statement_next(query);
    if (good && field->type.kind == TYPE_NUMBER)
        good = number_parse_exact(arena, statement_text(query, 0), &value->as.number);
    else if (good)
        value->as.text = text_copy(arena, statement_text(query, 0));
    if (query) statement_end(query);
    statement_free(query);
    return good;
}

static uint32_t line_of(struct history *history, const struct entity *entity, struct text id, month_number month) {
    uint32_t past = history_row(history, entity, id);
    if (past == PAST_NONE) past = history_add_row(history, entity, id);
    return history_line(history, entity, past, month);
}

static enum registry_result put(struct registry_run_rows *rows, size_t run, const struct run_field *field,
                                struct coded coded, uint32_t line, struct history *history,
                                const struct registry_rows_known *known) {
    struct exact_reading reading = {rows, rows->runs->list.items[run].change, history};
    const struct kept_reader reader = {history, known, &reading, read_exact};
    if (coded.kind > field->kinds) return refuse(rows, run, field->name);
    const struct kept_kind *kept = &field->kind[coded.kind - 1];
    if (!kept->field) return REGISTRY_DONE;
    struct coding *coding = &history->columns[kept->field->index].coding;
    uint32_t number = coding_kind(coding, kept->kind.state, kept->kind.reason, kept->kind.listed);
    struct coded brought = kept_kind_bring(kept, number, coded.integer, &reader);
    if (arena_failed(&history->arena)) return REGISTRY_NO_MEMORY;
    if (!brought.kind) return refuse(rows, run, field->name);
    history_set(history, kept->field, line, brought);
    return REGISTRY_DONE;
}

/* The run after `before` (SIZE_MAX: none yet) that stands and is of the latest month up to one; of several the last.
 * SIZE_MAX: there is none. */
static size_t next_run(const struct registry_runs *runs, month_number until, size_t before) {
    size_t best = SIZE_MAX;
    month_number last = before == SIZE_MAX ? MONTH_LAST : runs->list.items[before].month;
    for (size_t i = 0; i < runs->list.count; i++) {
        month_number month = runs->list.items[i].month;
        bool later = month > last || (month == last && i >= before);
        if (month > until || later || !registry_run_stands(runs, i)) continue;
        if (best == SIZE_MAX || month >= runs->list.items[best].month) best = i;
    }
    return best;
}

enum registry_result registry_recall_rule(struct registry_run_rows *rows, const struct field *field, int64_t key,
                                          struct text id, month_number month, struct history *history,
                                          const struct registry_rows_known *known) {
    for (size_t run = next_run(rows->runs, month, SIZE_MAX); run != SIZE_MAX; run = next_run(rows->runs, month, run)) {
        struct run_field *kept;
        struct coded coded;
        enum registry_result result = find_entry(rows, run, NULL, field, key, &kept, &coded);
        if (result != REGISTRY_DONE) return result;
        if (!coded.kind) continue;
        uint32_t line = line_of(history, field->entity, id, rows->runs->list.items[run].month);
        return put(rows, run, kept, coded, line, history, known);
    }
    return REGISTRY_DONE;
}

static enum registry_result recall_fields(struct registry_run_rows *rows, size_t run, const struct entity *event,
                                          int64_t key, uint32_t line, struct history *history,
                                          const struct registry_rows_known *known) {
    enum registry_result result = REGISTRY_DONE;
    for (size_t i = 0; i < event->fields.count && result == REGISTRY_DONE; i++) {
        const struct field *field = event->fields.items[i];
        struct run_field *kept;
        struct coded coded;
        if (field->kind == FIELD_INPUT || field->type.kind == TYPE_ROW) continue;
        result = find_entry(rows, run, NULL, field, key, &kept, &coded);
        if (result == REGISTRY_DONE && coded.kind) result = put(rows, run, kept, coded, line, history, known);
    }
    return result;
}

enum registry_result registry_recall_event(struct registry_run_rows *rows, const struct entity *event, int64_t key,
                                           struct text id, int64_t after, struct history *history,
                                           const struct registry_rows_known *rows_known, int64_t *known) {
    *known = 0;
    for (size_t run = next_run(rows->runs, MONTH_LAST - 1, SIZE_MAX); run != SIZE_MAX;
         run = next_run(rows->runs, MONTH_LAST - 1, run)) {
        struct run_field *kept;
        struct coded coded;
        enum registry_result result = find_entry(rows, run, event, NULL, key, &kept, &coded);
        if (result != REGISTRY_DONE) return result;
        if (!coded.kind) continue;
        if (rows->runs->list.items[run].change <= after) return REGISTRY_DONE;
        if (coded.kind == ROW_FORGOTTEN) return REGISTRY_DONE;
        if (coded.integer < day_month(day_first) || coded.integer > day_month(day_last))
            return refuse(rows, run, event->name);
        uint32_t line = line_of(history, event, id, (month_number)coded.integer);
        *known = rows->runs->list.items[run].known;
        return recall_fields(rows, run, event, key, line, history, rows_known);
    }
    return REGISTRY_DONE;
}
