/* A policy with its table for FHIR, and documents that are read by it: what the tests of FHIR share. */
#ifndef DOUDI_TESTS_FHIR_STAGE_H
#define DOUDI_TESTS_FHIR_STAGE_H

#include "base/memory.h"
#include "exchange/fhir_read.h"
#include "exchange/messages.h"
#include "exchange/policy_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DOCUMENT_ROOM = 1 << 16 };

struct fhir_stage {
    struct arena arena; /* of the policy's map */
    struct policy *policy;
    struct fhir_map map;
    struct diagnostics diagnostics;
};

static inline const struct entity *settled_entity(const struct policy *policy) {
    for (size_t i = 0; i < policy->entities.count; i++)
        if (policy->entities.items[i]->settled.at) return policy->entities.items[i];
    return NULL;
}

static inline int open_yunnan(void **state) {
    static struct fhir_stage stage;
    arena_init(&stage.arena);
    diagnostics_init(&stage.diagnostics, &stage.arena);
    stage.policy = policy_read_folder("policies/yunnan-2018", &stage.diagnostics);
    assert_non_null(stage.policy);
    assert_true(stage.policy->compiled);
    assert_true(
        fhir_map_read(&stage.map, stage.policy, settled_entity(stage.policy), &stage.arena, &stage.diagnostics));
    *state = &stage;
    return 0;
}

static inline int close_yunnan(void **state) {
    struct fhir_stage *stage = *state;
    memory_fail_after(-1);
    policy_free(stage->policy);
    arena_free(&stage->arena);
    return 0;
}

/* A document that is read. */
struct document {
    struct arena arena;
    struct diagnostics diagnostics;
    struct source source;
    struct fhir_told told;
    bool read;
};

static inline void open_document(struct document *document, struct text text) {
    *document = (struct document){.source = {.name = TEXT("asked.json"), .bytes = text}};
    arena_init(&document->arena);
    diagnostics_init(&document->diagnostics, &document->arena);
}

static inline void read_document(struct document *document, const struct fhir_map *map, struct text text) {
    open_document(document, text);
    document->read = fhir_read(&document->told, map, &document->source, &document->arena, &document->diagnostics);
}

static inline void close_document(struct document *document) {
    arena_free(&document->arena);
}

/* tests/fhir/asked/NAME.json */
static inline struct text asked(const char *name, char room[DOCUMENT_ROOM]) {
    char path[200];
    snprintf(path, sizeof path, "tests/fhir/asked/%s.json", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(room, 1, DOCUMENT_ROOM, file);
    assert_int_equal(fclose(file), 0);
    assert_true(length < DOCUMENT_ROOM);
    return (struct text){room, length};
}

#endif
