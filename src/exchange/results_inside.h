/* What results.c (files) and results_sheets.c (what stands in them) share. */
#ifndef DOUDI_EXCHANGE_RESULTS_INSIDE_H
#define DOUDI_EXCHANGE_RESULTS_INSIDE_H

#include "exchange/results.h"

/* One of the lists: its file, its headings in one line, and what a month adds to it. */
struct results_kind {
    const char *name, *headings;
    void (*add)(struct results_sheet *sheet, struct totals *totals);
};
extern const struct results_kind results_kinds[RESULTS_LISTS];

/* month,village,id and for each benefit NAME,NAME_confirmed,NAME_reason,NAME_cite. */
void decisions_head(struct results_sheet *sheet);
void decisions_add(struct results_sheet *sheet, struct totals *totals);

#endif
