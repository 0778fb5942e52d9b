/* The library's inside: what lies behind the opaque types of doudi.h, shared by the files of this floor. */
#ifndef DOUDI_LIBRARY_LIBRARY_H
#define DOUDI_LIBRARY_LIBRARY_H

#include "doudi.h"

#include "engine/settle.h"
#include "library/model.h"

struct doudi_policy {
    struct policy *policy;
    const struct model *model; /* NULL until it has compiled */
    bool closed;               /* compile was called, whatever came of it */
};

struct doudi_data {
    struct arena arena;
    const struct policy *policy;
    struct records records;
    const struct entity *entity; /* of the row added last */
    size_t row;
};

struct doudi_run {
    struct arena arena, told; /* told: texts and explanations */
    const struct policy *policy;
    struct refusals refusals;
    struct history history;
    struct dataset *dataset;
    struct run *run;
};

static inline doudi_status status_of(const struct arena *arena) {
    return arena_failed(arena) ? DOUDI_NO_MEMORY : DOUDI_OK;
}

static inline enum language language_of(doudi_language language) {
    return language == DOUDI_ZH ? LANGUAGE_ZH : LANGUAGE_EN;
}

#endif
