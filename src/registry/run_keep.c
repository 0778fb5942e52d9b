/* What a run found, as rows of a registry. */
#include "registry/run_inside.h"

#include "engine/found.h"
#include "engine/record.h"
#include "registry/row_query.h"

#include <stdlib.h>

static const struct store_column run_columns[] = {
    {{"_change", 7}, STORE_INTEGER, true}, {{"_month", 6}, STORE_INTEGER, true}, {{"_known", 6}, STORE_INTEGER, true},
    {{"_law", 4}, STORE_INTEGER, true},    {{"_whole", 6}, STORE_INTEGER, true}, {{"_area", 5}, STORE_TEXT, true},
    {{"_engine", 7}, STORE_TEXT, true},    {{"_policy", 7}, STORE_BYTES, true}};
const struct store_table registry_runs_table = {{"_runs", 5}, run_columns, RUN_COLUMNS, false};

static const struct store_column values_columns[] = {{{"_page", 5}, STORE_INTEGER, true},
                                                     {{"_change", 7}, STORE_INTEGER, true},
                                                     {{"_field", 6}, STORE_TEXT, true},
                                                     {{"_first", 6}, STORE_INTEGER, true},
                                                     {{"_bytes", 6}, STORE_BYTES, true}};
const struct store_table registry_values_table = {{"_values", 7}, values_columns, VALUES_COLUMNS, false};

static const struct store_column kind_columns[] = {
    {{"_kind", 5}, STORE_INTEGER, true},  {{"_change", 7}, STORE_INTEGER, true},  {{"_field", 6}, STORE_TEXT, true},
    {{"_place", 6}, STORE_INTEGER, true}, {{"_state", 6}, STORE_INTEGER, true},   {{"_listed", 7}, STORE_INTEGER, true},
    {{"_reason", 7}, STORE_TEXT, true},   {{"_of", 3}, STORE_TEXT, true},         {{"_at", 3}, STORE_TEXT, true},
    {{"_rule", 5}, STORE_INTEGER, false}, {{"_branch", 7}, STORE_INTEGER, false}, {{"_unit", 5}, STORE_TEXT, true}};
const struct store_table registry_kinds_table = {{"_kinds", 6}, kind_columns, KIND_COLUMNS, false};

static const struct store_column exact_columns[] = {{{"_exact", 6}, STORE_INTEGER, true},
                                                    {{"_change", 7}, STORE_INTEGER, true},
                                                    {{"_field", 6}, STORE_TEXT, true},
                                                    {{"_place", 6}, STORE_INTEGER, true},
                                                    {{"_value", 6}, STORE_TEXT, true}};
const struct store_table registry_exact_table = {{"_exact", 6}, exact_columns, EXACT_COLUMNS, false};

struct keeping {
    struct registry *registry;
    const struct registry_change *change;
    const struct registry_decided *decided;
    struct arena arena;
    struct row_queries queries;
    const uint32_t **rows;  /* by entity index, by key: the row of the dataset, + 1; 0: none */
    size_t *keys;           /* by entity index: the highest */
    struct coding *codings; /* by field index */
    struct chain_load load; /* of the table at hand */
    int64_t number;         /* the last of its rows */
    /* The page that is being filled. */
    struct page_entry entries[PAGE_PLACES];
    size_t count;
    struct builder bytes;
};

static const struct dataset *dataset_of(const struct keeping *keeping) {
    return keeping->decided->run->dataset;
}

static bool goes_on(const struct keeping *keeping) {
    return !arena_failed(&keeping->arena) && !run_failed(keeping->decided->run) &&
           !store_failed(keeping->registry->store);
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

static uint32_t key_of(const struct keeping *keeping, const struct entity *entity, size_t row) {
    const struct table *table = dataset_table(dataset_of(keeping), entity);
    return row < table->rows ? keeping->decided->records->tables[entity->index].rows[table->arrival[row]].place : 0;
}

static void find_rows(struct keeping *keeping, const struct entity *entity) {
    const struct table *table = dataset_table(dataset_of(keeping), entity);
    const struct record_table *records = &keeping->decided->records->tables[entity->index];
    size_t rows = table->rows, highest = 0;
    keeping->rows[entity->index] = table->by_key;
    keeping->keys[entity->index] = records->keys;
    if (table->by_key) return;
    for (size_t row = 0; row < rows; row++) {
        uint32_t key = key_of(keeping, entity, row);
        if (key > highest) highest = key;
    }
    uint32_t *by_key = ARENA_ARRAY(&keeping->arena, uint32_t, highest + 1);
    for (size_t row = 0; row < rows && by_key; row++) by_key[key_of(keeping, entity, row)] = (uint32_t)row + 1;
    keeping->rows[entity->index] = by_key;
    keeping->keys[entity->index] = by_key ? highest : 0;
}

/* --- pages -------------------------------------------------------------------------------------------------------- */

static void end_page(struct keeping *keeping, struct text field) {
    size_t count = keeping->count;
    keeping->count = 0;
    if (count == 0 || !goes_on(keeping)) return;
    keeping->bytes.length = 0;
    page_write(&keeping->bytes, keeping->entries, count);
    if (keeping->bytes.failed) keeping->arena.failed = true;
    const struct store_value values[VALUES_COLUMNS] = {[VALUES_PAGE] = store_integer(++keeping->number),
                                                       [VALUES_CHANGE] = store_integer(keeping->change->number),
                                                       [VALUES_FIELD] = store_text(field),
                                                       [VALUES_FIRST] = store_integer(keeping->entries[0].key),
                                                       [VALUES_BYTES] = store_bytes(builder_text(&keeping->bytes))};
    if (!arena_failed(&keeping->arena)) chain_load_row(&keeping->load, values);
}

static void add_entry(struct keeping *keeping, struct text field, uint32_t key, struct coded coded) {
    keeping->entries[keeping->count++] = (struct page_entry){key, coded};
    if (keeping->count == PAGE_PLACES) end_page(keeping, field);
}

/* Of a bill what is news, or all that stands where the month is decided again; of the month's own also what it was
 * settled with before. */
static bool tells_of(const struct keeping *keeping, const struct entity *entity, size_t row) {
    struct run *run = keeping->decided->run;
    const struct history *history = keeping->decided->history;
    if (!rows_hold(run_rows(run, entity), row) || !rows_chosen(keeping->decided->chosen, entity, row)) return false;
    if (!entity->is_event) return true;
    uint32_t past = run_past(run, entity, row);
    if (past == PAST_NONE) return false;
    if (keeping->decided->again) return history_has_lines(history, entity, past);
    bool own = history_holds(history, entity, past) && run_event_month(run, entity, row) == run->month;
    return own || history_is_news(history, entity, past);
}

/* The row of a reason by its key. */
static struct coded by_key(const struct keeping *keeping, const struct coding *coding, struct coded coded) {
    const struct coded_kind *kind = coded_kind(coding, coded);
    if (kind->state == VALUE_KNOWN || kind->listed) return coded;
    struct value value = coding_value(coding, coded);
    const struct entity *entity = reason_entity(keeping->registry->policy, &value.reason);
    if (entity) value.reason.row = key_of(keeping, entity, value.reason.row);
    coding_of_missing(&value.reason, &coded.integer);
    return coded;
}

static void keep_field(struct keeping *keeping, const struct field *field) {
    const struct entity *entity = field->entity;
    struct run *run = keeping->decided->run;
    struct coding *coding = &keeping->codings[field->index];
    struct text name = run_field_name(&keeping->arena, field);
    struct found found;
    coding_init(coding, &keeping->arena, field);
    found_begin(&found, run, coding, false);
    for (size_t key = 1; key <= keeping->keys[entity->index]; key++) {
        size_t row = (size_t)keeping->rows[entity->index][key] - 1;
        if (key % PAGE_PLACES == 0 && !goes_on(keeping)) break;
        if (row == SIZE_MAX || !tells_of(keeping, entity, row)) continue;
        struct coded coded = found_at(&found, row);
        if (coded.kind) add_entry(keeping, name, (uint32_t)key, by_key(keeping, coding, coded));
    }
    end_page(keeping, name);
}

/* --- rows of which nothing stands any more, and events -------------------------------------------------------------
 */

struct gone {
    VECTOR(uint32_t) keys;
};

static void add_gone(struct keeping *keeping, const struct entity *entity, struct text id, struct gone *gone) {
    uint32_t key = (uint32_t)row_key(&keeping->queries, entity, id);
    if (key) VECTOR_PUSH(&keeping->arena, &gone->keys, key);
}

/* Events that were cancelled, and those that were told to have been of another day. */
static void find_forgotten(struct keeping *keeping, const struct entity *event, struct gone *gone) {
    const struct history *history = keeping->decided->history;
    const struct past_table *table = &history->tables[event->index];
    for (size_t i = 0; i < table->forgotten.count && goes_on(keeping); i++) {
        uint32_t past = table->forgotten.items[i];
        if (!history_has_lines(history, event, past)) add_gone(keeping, event, history_id(history, event, past), gone);
    }
}

/* Rows of which the month told, and which do not stand in it by what is known now. */
static void find_untold(struct keeping *keeping, const struct entity *entity, struct gone *gone) {
    const struct history *told = keeping->decided->told;
    const struct table *table = dataset_table(dataset_of(keeping), entity);
    size_t count = told ? told->tables[entity->index].ids.count : 0;
    bool *stands = count ? ARENA_ARRAY(&keeping->arena, bool, count) : NULL;
    for (size_t row = 0; row < table->rows && stands; row++) {
        if (!rows_chosen(keeping->decided->chosen, entity, row)) continue;
        uint32_t past = history_row(told, entity, table_id(table, row));
        if (past != PAST_NONE) stands[past] = true;
    }
    if (told && arena_failed(&told->arena)) keeping->arena.failed = true;
    for (uint32_t past = 0; past < count && stands && goes_on(keeping); past++)
        if (!stands[past] && history_has_lines(told, entity, past))
            add_gone(keeping, entity, history_id(told, entity, past), gone);
}

static int compare_keys(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void find_gone(struct keeping *keeping, const struct entity *entity, struct gone *gone) {
    if (entity->is_event) find_forgotten(keeping, entity, gone);
    find_untold(keeping, entity, gone);
    if (gone->keys.count) qsort(gone->keys.items, gone->keys.count, sizeof *gone->keys.items, compare_keys);
}

static void keep_event(struct keeping *keeping, const struct entity *event, struct gone *gone) {
    struct run *run = keeping->decided->run;
    const uint32_t *next = gone->keys.items, *end = next + gone->keys.count;
    for (size_t key = 1; goes_on(keeping) && (next < end || key <= keeping->keys[event->index]); key++) {
        size_t row = key <= keeping->keys[event->index] ? (size_t)keeping->rows[event->index][key] - 1 : SIZE_MAX;
        bool forgotten = false;
        for (; next < end && *next == key; next++) forgotten = true;
        bool settled = row != SIZE_MAX && tells_of(keeping, event, row);
        struct coded coded = {settled ? EVENT_SETTLED : ROW_FORGOTTEN, settled ? run_event_month(run, event, row) : 0};
        if (settled || forgotten) add_entry(keeping, event->name, (uint32_t)key, coded);
    }
    end_page(keeping, event->name);
}

static void keep_gone(struct keeping *keeping, const struct entity *entity, const struct gone *gone) {
    for (size_t i = 0; i < gone->keys.count && goes_on(keeping); i++)
        add_entry(keeping, entity->name, gone->keys.items[i], (struct coded){.kind = ROW_FORGOTTEN});
    end_page(keeping, entity->name);
}

/* --- what a run keeps --------------------------------------------------------------------------------------------- */

static bool keeps(const struct keeping *keeping, const struct field *field) {
    const struct run *run = keeping->decided->run;
    return field->type.kind != TYPE_ROW && record_keeps(field, run->month, run->options.known);
}

static bool settles(const struct entity *entity) {
    bool any = false;
    for (size_t i = 0; i < entity->fields.count && !any; i++) any = entity->fields.items[i]->kind != FIELD_INPUT;
    return entity->is_event && any;
}

static void keep_entity(struct keeping *keeping, const struct entity *entity, struct gone *gone) {
    if (settles(entity)) keep_event(keeping, entity, gone);
    if (!entity->is_event) keep_gone(keeping, entity, gone);
    for (size_t i = 0; i < entity->fields.count && goes_on(keeping); i++)
        if (keeps(keeping, entity->fields.items[i])) keep_field(keeping, entity->fields.items[i]);
}

static bool begin_table(struct keeping *keeping, size_t table) {
    keeping->number = goes_on(keeping) ? registry_highest(keeping->registry, chain_table(keeping->registry, table)) : 0;
    return goes_on(keeping) && chain_load_begin(&keeping->load, keeping->registry, table);
}

static void keep_values(struct keeping *keeping) {
    const struct policy *policy = keeping->registry->policy;
    struct gone *gone = ARENA_ARRAY(&keeping->arena, struct gone, policy->entities.count + 1);
    for (size_t i = 0; i < policy->entities.count && goes_on(keeping); i++)
        find_gone(keeping, policy->entities.items[i], &gone[i]);
    if (!begin_table(keeping, CHAIN_VALUES)) return;
    for (size_t i = 0; i < policy->entities.count && goes_on(keeping); i++)
        keep_entity(keeping, policy->entities.items[i], &gone[i]);
    chain_load_end(&keeping->load);
}

static void keep_kinds(struct keeping *keeping) {
    const struct policy *policy = keeping->registry->policy;
    if (!begin_table(keeping, CHAIN_KINDS)) return;
    for (size_t i = 0; i < policy->fields.count && goes_on(keeping); i++) {
        const struct coding *coding = &keeping->codings[i];
        for (size_t k = 0; coding->field && k < coding->kinds.count && goes_on(keeping); k++) {
            struct store_value values[KIND_COLUMNS];
            values[KIND_NUMBER] = store_integer(++keeping->number);
            values[KIND_CHANGE] = store_integer(keeping->change->number);
            values[KIND_FIELD] = store_text(run_field_name(&keeping->arena, coding->field));
            values[KIND_PLACE] = store_integer((int64_t)k + 1);
            run_kind_values(&keeping->arena, policy, coding, &coding->kinds.items[k], values);
            if (!arena_failed(&keeping->arena)) chain_load_row(&keeping->load, values);
        }
    }
    chain_load_end(&keeping->load);
}

static struct text exact_of(struct keeping *keeping, const struct field *field, const struct value *value) {
    if (field->type.kind == TYPE_NUMBER) return number_exact(&keeping->arena, value->as.number);
    return field->type.kind == TYPE_TEXT ? value->as.text : TEXT("");
}

static void keep_exact(struct keeping *keeping) {
    const struct policy *policy = keeping->registry->policy;
    if (!begin_table(keeping, CHAIN_EXACT)) return;
    for (size_t i = 0; i < policy->fields.count && goes_on(keeping); i++) {
        const struct coding *coding = &keeping->codings[i];
        struct text name = coding->field ? run_field_name(&keeping->arena, coding->field) : TEXT("");
        for (size_t k = 0; coding->field && k < coding->listed.count && goes_on(keeping); k++) {
            const struct store_value values[EXACT_COLUMNS] = {
                [EXACT_NUMBER] = store_integer(++keeping->number),
                [EXACT_CHANGE] = store_integer(keeping->change->number),
                [EXACT_FIELD] = store_text(name),
                [EXACT_PLACE] = store_integer((int64_t)k),
                [EXACT_VALUE] = store_text(exact_of(keeping, coding->field, &coding->listed.items[k]))};
            if (!arena_failed(&keeping->arena)) chain_load_row(&keeping->load, values);
        }
    }
    chain_load_end(&keeping->load);
}

static void keep_run(struct keeping *keeping, const struct registry_run *about) {
    if (!begin_table(keeping, CHAIN_RUNS)) return;
    const struct store_value values[RUN_COLUMNS] = {[RUN_CHANGE] = store_integer(keeping->change->number),
                                                    [RUN_MONTH] = store_integer(about->month),
                                                    [RUN_KNOWN] = store_integer(about->known),
                                                    [RUN_LAW] = store_integer(about->law),
                                                    [RUN_WHOLE] = store_integer(about->whole),
                                                    [RUN_AREA] = store_text(about->area),
                                                    [RUN_ENGINE] = store_text(about->engine),
                                                    [RUN_POLICY] = store_bytes(about->policy)};
    chain_load_row(&keeping->load, values);
    chain_load_end(&keeping->load);
}

enum registry_result registry_keep_run(struct registry *registry, const struct registry_change *change,
                                       const struct registry_run *about, const struct registry_decided *decided) {
    const struct policy *policy = registry->policy;
    struct keeping keeping = {.registry = registry, .change = change, .decided = decided};
    arena_init(&keeping.arena);
    row_queries_begin(&keeping.queries, registry, &keeping.arena);
    builder_init(&keeping.bytes);
    keeping.rows = ARENA_ARRAY(&keeping.arena, const uint32_t *, policy->entities.count + 1);
    keeping.keys = ARENA_ARRAY(&keeping.arena, size_t, policy->entities.count + 1);
    keeping.codings = ARENA_ARRAY(&keeping.arena, struct coding, policy->fields.count + 1);
    for (size_t i = 0; i < policy->entities.count && goes_on(&keeping); i++)
        find_rows(&keeping, policy->entities.items[i]);
    keep_run(&keeping, about);
    keep_values(&keeping);
    keep_kinds(&keeping);
    keep_exact(&keeping);
    enum registry_result result = registry_outcome(registry, &keeping.arena);
    if (result == REGISTRY_DONE && run_failed(decided->run)) result = REGISTRY_NO_MEMORY;
    builder_free(&keeping.bytes);
    arena_free(&keeping.arena);
    return result;
}
