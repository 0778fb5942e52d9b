/* Worked cases: families written by hand beside the law, decided and compared (docs/cases.md). */
#ifndef DOUDI_EXCHANGE_CASE_H
#define DOUDI_EXCHANGE_CASE_H

#include "engine/run.h"
#include "exchange/file.h"
#include "exchange/yaml.h"

/* The lines of the policy's areas/ folder, by entity, for the ancestors of a case's `area`. */
struct area_line {
    struct text id, parent;
    const struct text *cells;
};
struct area_book {
    const struct entity *entity;
    size_t columns;
    struct text *headings;
    VECTOR(struct area_line) lines;
    struct map by_id, first_by_parent; /* -> struct area_line + index */
    struct file file;
};

/* A policy under which cases run. */
struct case_policy {
    struct text folder;
    struct policy *policy;
    struct area_book *books; /* by entity index */
};

const struct area_line *area_find(const struct area_book *book, struct text id);
const struct area_line *area_first_below(const struct area_book *book, struct text parent);
/* The line at the entity's level of an area's code: itself, what it lies in, or the first place in it. NULL when there
 * is none. */
const struct area_line *area_line_at(const struct case_policy *policy, const struct entity *entity, struct text code);

struct case_runner {
    struct arena arena;
    struct diagnostics diagnostics; /* what is wrong with the cases, and where they fail */
    VECTOR(struct case_policy *) policies;
    struct map cites; /* clause -> number of cases that cite it, as (void *)(size_t) */
    struct map names; /* of the cases so far -> the struct yaml_node */
    size_t passed, failed;
    void (*told)(void *context, struct text name, bool passed); /* after each case; may be NULL */
    void *context;
};

/* False when the policy cannot be read (told in runner->diagnostics) or has mistakes (those of the only one of
 * runner->policies). */
bool case_runner_open(struct case_runner *runner, const char *policy_folder);
void case_runner_close(struct case_runner *runner);

/* Runs the cases of a text, which must outlive the runner. */
void case_runner_run(struct case_runner *runner, const struct source *source);

/* Runs every case of cases/NAME.yaml and NAME.yml in the policy's folder; that there is none is a mistake, told in
 * runner->diagnostics. False when memory ran out. */
bool case_runner_run_all(struct case_runner *runner);

#endif
