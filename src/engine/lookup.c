/* Parameters: the nearest level that has a value on that day; paths to where they, and fields, are read. */
#include "engine/evaluate.h"

static bool keys_match(const struct parameter *parameter, const struct parameter_value *value, day_number day,
                       const int64_t *index) {
    size_t next = 0;
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        if (key->kind == KEY_MONTH && value->keys[i] != day_month(day)) return false;
        if ((key->kind == KEY_ENUM || key->kind == KEY_COUNT) && value->keys[i] != index[next++]) return false;
    }
    return true;
}

bool parameter_exception_holds(const struct parameter_exception *exception, day_number day, day_number known) {
    const struct declaration *head = exception->layer->head, *declaration = exception->declaration;
    return !(head->has_from && head->from > day) && !(declaration->has_enacted && declaration->enacted > known);
}

const struct parameter_values *parameter_values_for(const struct run *run, const struct parameter *parameter,
                                                    const struct entity *entity, size_t row, day_number day) {
    const struct parameter_values *values = &parameter->values;
    for (size_t i = 0; i < parameter->exceptions.count; i++) {
        const struct parameter_exception *exception = parameter->exceptions.items[i];
        if (!parameter_exception_holds(exception, day, run->options.known)) continue;
        if (area_depth(run, exception->layer->head->area.text, entity, row) >= 0) values = &exception->values;
    }
    return values;
}

static const struct parameter_value *best_in(day_number known, const struct parameter *parameter,
                                             const struct parameter_values *values, struct text area, day_number day,
                                             const int64_t *index) {
    const struct parameter_value *best = NULL;
    const struct parameter_value *value = parameter_lines_of(values, parameter->area ? area : TEXT(""));
    for (; value; value = parameter_line_after(values, value)) {
        if (value->from > day || value->enacted > known) continue;
        if (!keys_match(parameter, value, day, index)) continue;
        if (!best || value->from > best->from || (value->from == best->from && value->enacted >= best->enacted))
            best = value;
    }
    return best;
}

const struct parameter_value *parameter_find(struct run *run, const struct parameter *parameter,
                                             const struct entity *entity, size_t row, day_number day,
                                             const int64_t *index, const struct entity **level) {
    if (level) *level = NULL;
    for (size_t i = 0; i < run->options.override_count; i++)
        if (run->options.overrides[i].parameter == parameter) return &run->options.overrides[i].value;
    const struct parameter_values *values = parameter_values_for(run, parameter, entity, row, day);
    if (!parameter->area) return best_in(run->options.known, parameter, values, TEXT(""), day, index);
    if (entity && entity_is_within(entity, parameter->area)) {
        row = dataset_climb(run->dataset, entity, row, parameter->area);
        entity = parameter->area;
    }
    for (; entity; entity = entity->parent) {
        const struct table *table = dataset_table(run->dataset, entity);
        const struct parameter_value *value =
            best_in(run->options.known, parameter, values, table_id(table, row), day, index);
        if (value) {
            if (level) *level = entity;
            return value;
        }
        if (entity->parent) row = table->parents[row];
    }
    return best_in(run->options.known, parameter, values, TEXT(""), day, index);
}

const struct parameter_value *parameter_everywhere(const struct run_options *options, const struct parameter *parameter,
                                                   day_number day, const int64_t *index) {
    for (size_t i = 0; i < options->override_count; i++)
        if (options->overrides[i].parameter == parameter) return &options->overrides[i].value;
    return best_in(options->known, parameter, &parameter->values, TEXT(""), day, index);
}

bool path_walk(const struct context *context, const struct path_target *target, const struct entity **entity,
               size_t *row, struct value *out) {
    *entity = context->entity;
    *row = context->row;
    for (size_t i = 0; i < target->hops.count; i++) {
        const struct hop *hop = &target->hops.items[i];
        if (hop->up) {
            *row = dataset_climb(context->run->dataset, *entity, *row, hop->up);
            *entity = hop->up;
            continue;
        }
        struct value value = field_read(context, hop->over, *row);
        if (value.state != VALUE_KNOWN) {
            *out = value;
            return false;
        }
        if (value.as.row.row == SIZE_MAX) {
            *out = value_fault(REASON_THROUGH_NONE, hop->over, 0);
            return false;
        }
        *entity = value.as.row.entity;
        *row = value.as.row.row;
    }
    return true;
}

struct value parameter_missing(const struct context *context, const struct parameter *parameter,
                               const struct entity *entity, size_t row, enum reason_kind kind, day_number day) {
    struct value value = value_fault(kind, NULL, (uint32_t)parameter->index);
    bool of_area = parameter->area && entity && entity_is_within(entity, parameter->area);
    const struct entity *of = of_area ? parameter->area : context->entity;
    if (kind == REASON_PARAMETER) value.state = VALUE_UNKNOWN;
    value.reason.text = of ? (uint32_t)of->index : UINT32_MAX;
    value.reason.row = of_area ? dataset_climb(context->run->dataset, entity, row, of) : context->row;
    value.reason.day = day;
    return value;
}

static struct value value_of_line(const struct parameter *parameter, const struct parameter_value *line) {
    switch (parameter->type.kind) {
    case TYPE_BOOL: return value_truth(line->truth);
    case TYPE_DATE: return value_date(line->date);
    case TYPE_ENUM: return (struct value){.as.choice = line->enum_value};
    default: return value_number(line->number);
    }
}

bool parameter_index(const struct context *context, const struct expr *expr, int64_t *index, struct value *out) {
    struct value values[PARAMETER_KEYS_MAX];
    for (size_t i = 0; i < expr->items.count; i++) values[i] = evaluate(context, expr->items.items[i]);
    if (values_missing(values, expr->items.count, out)) return false;
    for (size_t i = 0; i < expr->items.count; i++)
        if (expr->items.items[i]->type.kind == TYPE_ENUM)
            index[i] = values[i].as.choice;
        else if (!number_to_int64(values[i].as.number, &index[i]))
            index[i] = INT64_MIN;
    return true;
}

struct value parameter_read(const struct context *context, const struct expr *expr, day_number day) {
    const struct path_target *target = &expr->as.path.target;
    const struct parameter *parameter = target->parameter;
    const struct entity *entity;
    size_t row;
    struct value missing;
    int64_t index[PARAMETER_KEYS_MAX] = {0};
    if (!path_walk(context, target, &entity, &row, &missing) || !parameter_index(context, expr, index, &missing))
        return missing;
    const struct parameter_value *line = parameter_find(context->run, parameter, entity, row, day, index, NULL);
    if (line && !line->empty) return value_of_line(parameter, line);
    return parameter_missing(context, parameter, entity, row,
                             line || parameter->by_month ? REASON_PARAMETER : REASON_NO_PARAMETER, day);
}
