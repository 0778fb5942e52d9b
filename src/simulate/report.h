/* What a simulation comes to, as sheets: what files, workbook and screen show. */
#ifndef DOUDI_SIMULATE_REPORT_H
#define DOUDI_SIMULATE_REPORT_H

#include "simulate/cliff.h"
#include "simulate/sheet.h"
#include "simulate/simulation.h"

enum report_sheet {
    REPORT_ABOUT,
    REPORT_BENEFITS,
    REPORT_FUNDS,
    REPORT_AREAS,
    REPORT_AREA_BENEFITS,
    REPORT_OUTCOMES,
    REPORT_BANDS,
    REPORT_FAMILIES,
    REPORT_INDICATORS,
    REPORT_CLIFFS,
    REPORT_CLIFF_BENEFITS,
    REPORT_CLIFF_FAMILIES,
    REPORT_SHEETS
};

/* The cliffs of one input under both policies. */
struct raise {
    struct text text; /* as it was asked for */
    struct cliffs cliffs[SIDES];
};
struct raises {
    VECTOR(struct raise) list;
};

struct report {
    struct arena *arena;
    enum language language; /* of what is shown; files hold both */
    const struct simulation *simulation;
    const struct raises *raises;
    struct sheet sheets[REPORT_SHEETS];
};

extern const struct sheet_kind report_kinds[REPORT_SHEETS];
extern const char *const outcome_words[OUTCOMES][LANGUAGES]; /* as people read them */

/* All of them; the simulation is finished. False when memory has run out. */
bool report_build(struct report *report, struct arena *arena, const struct simulation *simulation,
                  const struct raises *raises, enum language language);

/* 2018-07, or 2018-07..2018-12. */
struct text report_months(struct arena *arena, const struct simulation *simulation);

void report_add_cliffs(struct report *report); /* report_cliffs.c */

#endif
