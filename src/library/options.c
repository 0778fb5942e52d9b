/* Options: as known on a day, with readings and parameters set. */
#include "library/library.h"

#include "base/memory.h"

doudi_options *doudi_options_new(const doudi_policy *policy) {
    if (!policy || !policy->model) return NULL;
    doudi_options *options = memory_new(1, sizeof *options);
    if (!options) return NULL;
    arena_init(&options->arena);
    options->policy = policy->policy;
    options->known = DAY_NEVER;
    return options;
}

void doudi_options_free(doudi_options *options) {
    if (!options) return;
    arena_free(&options->arena);
    memory_free(options);
}

doudi_status doudi_options_known(doudi_options *options, const char *day) {
    if (!options) return DOUDI_MISUSE;
    return day_parse(text_from(day), &options->known) ? DOUDI_OK : DOUDI_BAD_VALUE;
}

/* What the law leaves room for. */
static bool is_allowed(struct arena *arena, const struct parameter *parameter, const struct value *value) {
    bool number = parameter->type.kind == TYPE_NUMBER;
    if (number && !number_is_integer(number_divide(arena, value->as.number, parameter->step))) return false;
    if (!parameter->bounded) return true;
    struct number size = number ? value->as.number : number_from(value->as.date);
    return number_compare(size, parameter->low) >= 0 && number_compare(size, parameter->high) <= 0;
}

doudi_status doudi_options_set(doudi_options *options, const char *parameter, const char *value) {
    if (!options) return DOUDI_MISUSE;
    const struct parameter *found = map_get(&options->policy->parameter_by_name, text_from(parameter));
    struct value parsed;
    if (!found || found->band) return DOUDI_NOT_FOUND;
    bool good = value_parse(&options->arena, &found->type, found->scale, text_from(value), &parsed) &&
                parsed.state == VALUE_KNOWN && is_allowed(&options->arena, found, &parsed);
    if (arena_failed(&options->arena)) return DOUDI_NO_MEMORY;
    if (!good) return DOUDI_BAD_VALUE;
    struct override override = override_of(found, &parsed);
    for (size_t i = 0; i < options->overrides.list.count; i++)
        if (options->overrides.list.items[i].parameter == found) {
            options->overrides.list.items[i] = override;
            return DOUDI_OK;
        }
    VECTOR_PUSH(&options->arena, &options->overrides.list, override);
    return status_of(&options->arena);
}
