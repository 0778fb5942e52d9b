/* The sheets about cliffs. */
#include "simulate/report.h"

enum { CLIFFS_SHOWN = 5 }; /* of each input and policy */

static void policy_cells(struct sheet *sheet, const struct raise *raise, enum side side) {
    static const struct text names[SIDES] = {[TODAY] = {"today", 5}, [REFORM] = {"reform", 6}},
                             chinese[SIDES] = {[TODAY] = {"现行", 6}, [REFORM] = {"改革", 6}};
    sheet_text(sheet, raise->text);
    sheet_text(sheet, names[side]);
    sheet_text(sheet, chinese[side]);
    sheet_text(sheet, names[side]);
}

static void add_counts(struct sheet *sheet, const struct raise *raise, enum side side) {
    const struct cliffs *cliffs = &raise->cliffs[side];
    struct number loss = number_zero;
    for (size_t i = 0; i < cliffs->list.count; i++) loss = number_add(sheet->arena, loss, cliffs->list.items[i].loss);
    policy_cells(sheet, raise, side);
    sheet_count(sheet, cliffs->list.count);
    sheet_money(sheet, loss, false);
    sheet_count(sheet, cliffs->raised);
    sheet_count(sheet, cliffs->undecided);
    sheet_count(sheet, cliffs->unknown);
    sheet_count(sheet, cliffs->beyond);
    sheet_end_row(sheet, true);
}

static void add_benefits(struct sheet *sheet, const struct raise *raise, enum side side) {
    const struct cliffs *cliffs = &raise->cliffs[side];
    for (size_t i = 0; i < cliffs->benefit_count; i++) {
        const struct cliff_benefit *benefit = &cliffs->benefits[i];
        if (benefit->families == 0) continue;
        policy_cells(sheet, raise, side);
        sheet_text(sheet, benefit->benefit->name);
        sheet_label(sheet, benefit->benefit->label, benefit->benefit->name);
        sheet_count(sheet, benefit->families);
        sheet_money(sheet, benefit->sum, false);
        sheet_money(sheet, benefit->greatest, false);
        sheet_text(sheet, benefit->worst);
        sheet_end_row(sheet, true);
    }
}

static const struct field *steepest_of(const struct cliffs *cliffs, const struct cliff *cliff) {
    size_t most = 0;
    for (size_t i = 1; i < cliffs->benefit_count; i++)
        if (number_compare(cliff->falls[i], cliff->falls[most]) > 0) most = i;
    return cliffs->benefits[most].benefit;
}

static void add_families(struct sheet *sheet, const struct raise *raise, enum side side) {
    const struct cliffs *cliffs = &raise->cliffs[side];
    for (size_t i = 0; i < cliffs->list.count; i++) {
        const struct cliff *cliff = &cliffs->list.items[i];
        const struct field *benefit = steepest_of(cliffs, cliff);
        policy_cells(sheet, raise, side);
        sheet_text(sheet, cliff->family);
        sheet_text(sheet, cliff->row);
        sheet_money(sheet, cliff->before, false);
        sheet_money(sheet, cliff->after, false);
        sheet_money(sheet, cliff->fall, false);
        sheet_money(sheet, cliffs->step, false);
        sheet_money(sheet, cliff->loss, false);
        sheet_text(sheet, benefit->name);
        sheet_label(sheet, benefit->label, benefit->name);
        sheet_end_row(sheet, i < CLIFFS_SHOWN);
    }
}

void report_add_cliffs(struct report *report) {
    for (size_t i = 0; i < report->raises->list.count; i++)
        for (enum side side = TODAY; side < SIDES; side++) {
            const struct raise *raise = &report->raises->list.items[i];
            add_counts(&report->sheets[REPORT_CLIFFS], raise, side);
            add_benefits(&report->sheets[REPORT_CLIFF_BENEFITS], raise, side);
            add_families(&report->sheets[REPORT_CLIFF_FAMILIES], raise, side);
        }
}
