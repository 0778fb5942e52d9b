/* Policies: read file by file, compiled, their mistakes told. */
#include "library/library.h"

#include "base/memory.h"

/* Whether a policy may still grow. */
static doudi_status status_of_open(const doudi_policy *policy, bool needs_layer) {
    if (!policy || policy->closed) return DOUDI_MISUSE;
    if (arena_failed(&policy->policy->arena)) return DOUDI_NO_MEMORY;
    return needs_layer && policy->policy->layers.count == 0 ? DOUDI_MISUSE : DOUDI_OK;
}

const char *doudi_version(void) {
    return DOUDI_VERSION;
}

doudi_policy *doudi_policy_new(void) {
    doudi_policy *made = memory_new(1, sizeof *made);
    if (!made) return NULL;
    made->policy = policy_new();
    if (made->policy) return made;
    memory_free(made);
    return NULL;
}

void doudi_policy_free(doudi_policy *policy) {
    if (!policy) return;
    policy_free(policy->policy);
    memory_free(policy);
}

doudi_status doudi_policy_begin(doudi_policy *policy, const char *folder) {
    doudi_status status = status_of_open(policy, false);
    if (status != DOUDI_OK) return status;
    policy_begin_layer(policy->policy, text_from(folder));
    return status_of(&policy->policy->arena);
}

doudi_status doudi_policy_add(doudi_policy *policy, const char *path, const char *bytes, size_t length) {
    doudi_status status = status_of_open(policy, true);
    if (status != DOUDI_OK) return status;
    if (!bytes) length = 0;
    policy_add_file(policy->policy, text_from(path), (struct text){bytes, length});
    return status_of(&policy->policy->arena);
}

doudi_status doudi_policy_compile(doudi_policy *policy) {
    doudi_status status = status_of_open(policy, true);
    if (status != DOUDI_OK) return status;
    policy->closed = true;
    if (policy_compile(policy->policy)) policy->model = model_new(policy->policy);
    if (policy->model) return DOUDI_OK;
    return arena_failed(&policy->policy->arena) ? DOUDI_NO_MEMORY : DOUDI_MISTAKES;
}

size_t doudi_policy_mistakes(const doudi_policy *policy) {
    return policy ? policy->policy->diagnostics.list.count : 0;
}

const char *doudi_policy_mistake(doudi_policy *policy, size_t index, doudi_language language) {
    struct builder out;
    if (index >= doudi_policy_mistakes(policy)) return NULL;
    struct arena *arena = &policy->policy->arena;
    builder_init(&out);
    diagnostic_print(&out, arena, &policy->policy->diagnostics.list.items[index], language_of(language));
    const char *text = builder_finish(&out, arena).bytes;
    return arena_failed(arena) ? NULL : text;
}
