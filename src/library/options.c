/* Options: as known on a day, with readings and parameters set. */
#include "library/library.h"

#include "base/memory.h"

doudi_options *doudi_options_new(const doudi_policy *policy) {
    if (!policy || !policy->model) return NULL;
    doudi_options *options = memory_new(1, sizeof *options);
    if (!options) return NULL;
    arena_init(&options->arena);
    refused_init(&options->refused);
    options->policy = policy->policy;
    options->model = policy->model;
    options->known = DAY_NEVER;
    return options;
}

void doudi_options_free(doudi_options *options) {
    if (!options) return;
    refused_free(&options->refused);
    arena_free(&options->arena);
    memory_free(options);
}

doudi_status doudi_options_known(doudi_options *options, const char *day) {
    if (!options) return DOUDI_MISUSE;
    refused_clear(&options->refused);
    if (day_parse(text_from(day), &options->known)) return DOUDI_OK;
    return refuse(&options->refused, DOUDI_NOT_A_DATE, NULL, day);
}

static void put(doudi_options *options, struct override override) {
    for (size_t i = 0; i < options->overrides.list.count; i++)
        if (options->overrides.list.items[i].parameter == override.parameter) {
            options->overrides.list.items[i] = override;
            return;
        }
    VECTOR_PUSH(&options->arena, &options->overrides.list, override);
}

doudi_status doudi_options_set(doudi_options *options, const char *parameter, const char *value) {
    if (!options) return DOUDI_MISUSE;
    struct value parsed;
    refused_clear(&options->refused);
    const struct parameter *found = map_get(&options->policy->parameter_by_name, text_from(parameter));
    if (!found || found->band) return DOUDI_NOT_FOUND;
    enum lane_result result = override_parse(&options->arena, found, text_from(value), &parsed);
    if (arena_failed(&options->arena)) return DOUDI_NO_MEMORY;
    if (result != LANE_OK)
        return refuse(&options->refused, refused_kind(result), &options->model->things[DOUDI_PARAMETER][found->index],
                      value);
    put(options, override_of(found, &parsed));
    return status_of(&options->arena);
}

doudi_refusal doudi_options_refused(const doudi_options *options) {
    return options ? options->refused.kind : DOUDI_ACCEPTED;
}

const char *doudi_options_refusal(doudi_options *options, doudi_language language) {
    return options ? refused_words(&options->refused, options->model, language_of(language)) : NULL;
}
