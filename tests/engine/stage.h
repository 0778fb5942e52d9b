/* A small policy and its rows, decided month by month: what the tests of the engine share. */
#ifndef DOUDI_TESTS_STAGE_H
#define DOUDI_TESTS_STAGE_H

#include "engine/settle.h"

enum { STAGE_GIVEN_MAX = 8 };

struct stage {
    struct arena arena;
    struct policy *policy;
    struct records records;
    struct refusals refusals;
    struct dataset *dataset;
    struct history history;
    struct run *run;
    struct run_options options;
    struct given given[STAGE_GIVEN_MAX];
};

/* A policy that extends the one before it, with a table `tables/t.csv` of its own, or NULL. */
struct stage_layer {
    const char *law, *table;
};

/* One policy from Markdown (without the fence) and a table `tables/t.csv`, or NULL; a second layer, or NULL. */
void stage_open(struct stage *stage, const char *law, const char *table, const char *layer);
void stage_open_layers(struct stage *stage, const struct stage_layer *layers, size_t count);
void stage_close(struct stage *stage);

/* A row, then its inputs: "hm=12.50 hb=yes head=P1", in the fields' own units and words. `from` and `until` NULL:
 * always. */
void stage_row(struct stage *stage, const char *entity, const char *id, const char *parent, const char *inputs);
void stage_row_in(struct stage *stage, const char *entity, const char *id, const char *parent, const char *inputs,
                  const char *from, const char *until);

/* Puts a value in force for a month ("" for all), or an opening value. */
void stage_give(struct stage *stage, const char *name, const char *id, const char *month, const char *value);
void stage_open_with(struct stage *stage, const char *name, const char *id, const char *value);

/* Decides "2018-07"; what earlier months found stands in the history. */
void stage_decide(struct stage *stage, const char *month);

/* "household.size" of a row by id (an event by its whole name P1/2018-05-01/B1): its value in plain text, or
 * "unknown:CODE", "fault:CODE". */
const char *stage_value(struct stage *stage, const char *name, const char *id);

#define EXPECT(stage, field, id, value) assert_string_equal(stage_value((stage), (field), (id)), (value))

#endif
