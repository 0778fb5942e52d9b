/* Runs: a month decided, its values and why. */
#include "library/library.h"

#include "base/memory.h"
#include "engine/explain.h"

doudi_run *doudi_run_new(doudi_data *data, const char *month) {
    static const struct run_options options = {.known = DAY_NEVER};
    month_number number;
    if (!data || !month_parse(text_from(month), &number)) return NULL;
    doudi_run *made = memory_new(1, sizeof *made);
    if (!made) return NULL;
    arena_init(&made->arena);
    arena_init(&made->told);
    made->policy = data->policy;
    made->refusals.arena = &made->arena;
    history_init(&made->history, data->policy);
    made->dataset = dataset_new(data->policy, &data->records, number, &made->refusals);
    if (made->dataset && settle_past(&made->history, &data->records, made->dataset, &options))
        made->run = run_new(data->policy, made->dataset, &made->history, number, &options);
    if (made->run) return made;
    doudi_run_free(made);
    return NULL;
}

void doudi_run_free(doudi_run *run) {
    if (!run) return;
    run_free(run->run);
    dataset_free(run->dataset);
    history_free(&run->history);
    arena_free(&run->told);
    arena_free(&run->arena);
    memory_free(run);
}

size_t doudi_run_rows_left_out(const doudi_run *run) {
    return run ? run->refusals.list.count : 0;
}

/* NULL when there is no such entity or row. */
static const struct entity *find_row(const doudi_run *run, const char *entity, const char *id, size_t *row) {
    const struct entity *found = run ? map_get(&run->policy->entity_by_name, text_from(entity)) : NULL;
    if (!found) return NULL;
    const struct table *table = dataset_table(run->dataset, found);
    *row = SIZE_MAX;
    for (size_t i = 0; found->is_event && i < table->rows; i++)
        if (text_is(table->ids[i], id)) *row = i;
    if (!found->is_event) *row = table_find(table, text_from(id));
    return *row == SIZE_MAX ? NULL : found;
}

static const struct field *find(const doudi_run *run, const char *entity, const char *id, const char *field,
                                size_t *row) {
    const struct entity *found = find_row(run, entity, id, row);
    return found ? entity_field(found, text_from(field)) : NULL;
}

doudi_status doudi_run_look_at(doudi_run *run, const char *entity, const char *id) {
    size_t row;
    if (!run) return DOUDI_MISUSE;
    const struct entity *found = find_row(run, entity, id, &row);
    if (!found) return DOUDI_NOT_FOUND;
    arena_rewind(&run->told, (struct arena_mark){0});
    run_look_at(run->run, found, row);
    return run_failed(run->run) ? DOUDI_NO_MEMORY : DOUDI_OK;
}

doudi_status doudi_run_value(doudi_run *run, const char *entity, const char *id, const char *field,
                             const char **value) {
    size_t row;
    if (!run || !value) return DOUDI_MISUSE;
    const struct field *found = find(run, entity, id, field, &row);
    if (!found) return DOUDI_NOT_FOUND;
    struct value in_force = run_in_force(run->run, found, row);
    struct text text = value_plain(&run->told, &found->type, found->scale, &in_force);
    if (run_failed(run->run) || arena_failed(&run->told)) return DOUDI_NO_MEMORY;
    *value = in_force.state == VALUE_KNOWN ? text_copy(&run->told, text).bytes : reason_code(in_force.reason.kind);
    if (arena_failed(&run->told)) return DOUDI_NO_MEMORY;
    return in_force.state == VALUE_KNOWN ? DOUDI_OK : in_force.state == VALUE_UNKNOWN ? DOUDI_UNKNOWN : DOUDI_FAULT;
}

const char *doudi_run_explain(doudi_run *run, const char *entity, const char *id, const char *field, unsigned depth,
                              doudi_language language) {
    size_t row;
    struct builder out;
    const struct field *found = find(run, entity, id, field, &row);
    if (!found) return NULL;
    struct explanation *explanation = explain_field(run->run, &run->told, found, row, depth);
    if (!explanation || run_failed(run->run) || arena_failed(&run->told)) return NULL;
    builder_init(&out);
    explanation_print(&out, &run->told, explanation, language_of(language), true);
    const char *text = builder_finish(&out, &run->told).bytes;
    return arena_failed(&run->told) ? NULL : text;
}
