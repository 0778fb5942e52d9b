/* The rows of a run, and those that were left out of it. */
#include "library/library.h"

#include "base/shown.h"

/* --- finding ---------------------------------------------------------------------------------------------------- */

static const struct table *find_table(const doudi_run *run, const char *entity) {
    if (!run || !run->run) return NULL;
    const struct entity *found = map_get(&run->data->policy->entity_by_name, text_from(entity));
    return found ? dataset_table(run->dataset, found) : NULL;
}

/* An event has no id of its own, so that the dataset has no map of them; SIZE_MAX when there is none. */
static size_t find_event(doudi_run *run, const struct table *table, const char *id) {
    struct map *events = &run->events[table->entity->index];
    if (!events->arena) {
        map_init(events, &run->world);
        for (size_t row = 0; row < table->rows; row++) map_put(events, table_id(table, row), (void *)(row + 1));
    }
    size_t found = (size_t)map_get(events, text_from(id));
    return found ? found - 1 : SIZE_MAX;
}

doudi_status run_find(doudi_run *run, const char *entity, const char *id, const char *field, struct asked *asked) {
    if (!run || !run->run) return DOUDI_MISUSE;
    const struct table *table = find_table(run, entity);
    *asked = (struct asked){.entity = table ? table->entity : NULL};
    if (!table) return DOUDI_NOT_FOUND;
    asked->row = table->entity->is_event ? find_event(run, table, id) : table_find(table, text_from(id));
    if (arena_failed(&run->world)) return DOUDI_NO_MEMORY;
    if (asked->row == SIZE_MAX) return DOUDI_NOT_FOUND;
    if (field) asked->field = entity_field(asked->entity, text_from(field));
    return asked->field || !field ? DOUDI_OK : DOUDI_NOT_FOUND;
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

size_t doudi_run_rows(const doudi_run *run, const char *entity) {
    const struct table *table = find_table(run, entity);
    return table ? table->rows : 0;
}

const char *doudi_run_row(const doudi_run *run, const char *entity, size_t index) {
    const struct table *table = find_table(run, entity);
    return table && index < table->rows ? table_id(table, index).bytes : NULL; /* ids are copies that end in NUL */
}

size_t doudi_run_parent(const doudi_run *run, const char *entity, size_t index) {
    const struct table *table = find_table(run, entity);
    return table && table->entity->parent && index < table->rows ? table->parents[index] : DOUDI_NONE;
}

int doudi_run_counts(const doudi_run *run, const char *entity, size_t index) {
    const struct table *table = find_table(run, entity);
    if (!table || index >= table->rows) return 0;
    return !table->entity->is_event || run_event_counts(run->run, table->entity, index);
}

/* --- rows left out ---------------------------------------------------------------------------------------------- */

size_t doudi_run_rows_left_out(const doudi_run *run) {
    return run && run->run ? run->refusals.list.count : 0;
}

/* With a place for the id that leads nowhere, or the label of a field. */
static const char *refusal_words(const struct refusal *refusal, enum language language) {
    static const char *const words[][LANGUAGES] = {
        [REFUSED_NO_ID] = {"没有编号", "it has no id"},
        [REFUSED_DUPLICATE] = {"编号出现了两次", "it is told twice"},
        [REFUSED_NO_PARENT] = {"没有说属于哪一行", "it does not say what it lies in"},
        [REFUSED_UNKNOWN_PARENT] = {"所属的「%.*s」不存在", "there is no \"%.*s\" that it could lie in"},
        [REFUSED_PARENT_REFUSED] = {"所属的「%.*s」已被退回", "\"%.*s\", in which it lies, was left out"},
        [REFUSED_UNKNOWN_REFERENCE] = {"所指的「%.*s」不存在", "\"%.*s\", to which it refers, does not exist"},
        [REFUSED_DATED_EMPTY] = {"「%.*s」空着", "\"%.*s\" is empty"},
        [REFUSED_TOO_MANY] = {"同一行之下超出政策许可的数目", "there are more in one row than the policy allows"},
        [REFUSED_VERSION_LOST] = {"同一编号另有一行未能读取", "another row of that id could not be read"},
    };
    return words[refusal->kind][language];
}

/* What stands in the words: a field, or an id. */
static struct text refusal_of(struct arena *arena, const struct refusal *refusal, const struct record_row *row,
                              enum language language) {
    switch (refusal->kind) {
    case REFUSED_DATED_EMPTY: return label_or_name(refusal->field->label, refusal->field->name, language);
    case REFUSED_UNKNOWN_REFERENCE: return text_shown(arena, refusal->value);
    default: return text_shown(arena, row->parent);
    }
}

const char *doudi_run_left_out(doudi_run *run, size_t index, doudi_language language) {
    if (index >= doudi_run_rows_left_out(run)) return NULL;
    struct arena *arena = &run->told;
    const struct refusal *refusal = &run->refusals.list.items[index];
    const struct record_row *row = &run->data->records.tables[refusal->entity->index].rows[refusal->row];
    enum language in = language_of(language);
    struct text label = label_or_name(refusal->entity->label, refusal->entity->name, in);
    struct text id = text_shown(arena, row->id.length ? row->id : row->parent);
    struct text of = refusal_of(arena, refusal, row, in);
    struct text words = text_format(arena, refusal_words(refusal, in), TEXT_ARG(of));
    return run_tell(run, text_format(arena, in == LANGUAGE_ZH ? "%.*s「%.*s」:%.*s" : "%.*s \"%.*s\": %.*s",
                                     TEXT_ARG(label), TEXT_ARG(id), TEXT_ARG(words)));
}
