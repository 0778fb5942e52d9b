#include "simulate/report.h"

#include <string.h>

enum { FAMILIES_SHOWN = 5 }; /* of either end */

static const char *const outcome_names[OUTCOMES] = {
    [GAINS] = "gain", [LOSES] = "lose", [UNCHANGED] = "unchanged", [UNDETERMINED] = "undetermined"};

struct text report_months(struct arena *arena, const struct simulation *simulation) {
    struct text first = month_format(arena, simulation->first_month);
    if (simulation->first_month == simulation->last_month) return first;
    return text_format(arena, "%.*s..%.*s", TEXT_ARG(first), TEXT_ARG(month_format(arena, simulation->last_month)));
}

static void today_reform_change(struct sheet *sheet, const struct number amount[SIDES], const bool unconfirmed[SIDES]) {
    sheet_money(sheet, amount[TODAY], unconfirmed[TODAY]);
    sheet_money(sheet, amount[REFORM], unconfirmed[REFORM]);
    sheet_money(sheet, number_subtract(sheet->arena, amount[REFORM], amount[TODAY]),
                unconfirmed[TODAY] || unconfirmed[REFORM]);
}

static void unit_cell(struct sheet *sheet, const struct field *benefit, struct number amount, bool unconfirmed) {
    struct text plain = number_exact(sheet->arena, number_divide(sheet->arena, amount, benefit->scale));
    sheet_add(sheet, plain, text_format(sheet->arena, "%.*s%s", TEXT_ARG(plain), unconfirmed ? "◇" : " "));
}

/* Of a benefit: in money, or in its own unit. */
static void benefit_cells(struct sheet *sheet, const struct benefit_change *change, const struct number amount[SIDES]) {
    const struct field *benefit = change->benefit[TODAY] ? change->benefit[TODAY] : change->benefit[REFORM];
    bool either = change->unconfirmed[TODAY] || change->unconfirmed[REFORM];
    if (change->paid) {
        today_reform_change(sheet, amount, change->unconfirmed);
        return;
    }
    for (enum side side = TODAY; side < SIDES; side++)
        unit_cell(sheet, benefit, amount[side], change->unconfirmed[side]);
    unit_cell(sheet, benefit, number_subtract(sheet->arena, amount[REFORM], amount[TODAY]), either);
}

/* Whether anything paid in money rests on what is not confirmed. */
static void any_unconfirmed(const struct simulation *simulation, bool unconfirmed[SIDES]) {
    for (enum side side = TODAY; side < SIDES; side++) {
        unconfirmed[side] = false;
        for (size_t i = 0; i < simulation->benefits.count; i++) {
            const struct benefit_change *change = &simulation->benefits.items[i];
            unconfirmed[side] |= change->paid && change->unconfirmed[side] && number_sign(change->amount[side]);
        }
    }
}

/* --- about -------------------------------------------------------------------------------------------------------- */

static void about_row(struct sheet *sheet, const char *key, struct text today, struct text reform) {
    sheet_text(sheet, text_from(key));
    sheet_text(sheet, today);
    sheet_text(sheet, reform);
    sheet_end_row(sheet, true);
}

static void add_about(struct report *report, struct sheet *sheet) {
    const struct simulation *simulation = report->simulation;
    struct text months = report_months(report->arena, simulation);
    struct text families = text_format(report->arena, "%zu", simulation->family_rows),
                people = text_format(report->arena, "%zu", simulation->people_rows);
    about_row(sheet, "policy", policy_name(simulation->policy[TODAY]), policy_name(simulation->policy[REFORM]));
    about_row(sheet, "months", months, months);
    about_row(sheet, "families", families, families);
    about_row(sheet, "people", people, people);
}

/* --- costs -------------------------------------------------------------------------------------------------------- */

static const struct text in_all[LANGUAGES] = {[LANGUAGE_ZH] = {"合计", 6}, [LANGUAGE_EN] = {"In all", 6}};

static void add_benefit(struct sheet *sheet, const struct benefit_change *change) {
    const struct field *benefit = change->benefit[TODAY] ? change->benefit[TODAY] : change->benefit[REFORM];
    bool any = false, confirmed = !change->unconfirmed[TODAY] && !change->unconfirmed[REFORM];
    for (enum side side = TODAY; side < SIDES; side++) any = any || change->awards[side] || change->undetermined[side];
    sheet_text(sheet, benefit->name);
    sheet_text(sheet, benefit->entity->name);
    sheet_label(sheet, benefit->label, benefit->name);
    sheet_text(sheet, benefit->declaration->fund.text);
    sheet_count(sheet, change->awards[TODAY]);
    sheet_count(sheet, change->awards[REFORM]);
    benefit_cells(sheet, change, change->amount);
    sheet_text(sheet, confirmed ? TEXT("yes") : TEXT("no"));
    sheet_count(sheet, change->undetermined[TODAY]);
    sheet_count(sheet, change->undetermined[REFORM]);
    sheet_end_row(sheet, any);
}

/* The last row adds up those in money. */
static void add_benefits(struct report *report, struct sheet *sheet) {
    const struct simulation *simulation = report->simulation;
    bool unconfirmed[SIDES];
    size_t awards[SIDES] = {0}, open[SIDES] = {0};
    for (size_t i = 0; i < simulation->benefits.count; i++) {
        const struct benefit_change *change = &simulation->benefits.items[i];
        add_benefit(sheet, change);
        for (enum side side = TODAY; change->paid && side < SIDES; side++) {
            awards[side] += change->awards[side];
            open[side] += change->undetermined[side];
        }
    }
    any_unconfirmed(simulation, unconfirmed);
    sheet_text(sheet, TEXT("in_all"));
    sheet_text(sheet, TEXT(""));
    sheet_label(sheet, in_all, TEXT(""));
    sheet_text(sheet, TEXT(""));
    sheet_count(sheet, awards[TODAY]);
    sheet_count(sheet, awards[REFORM]);
    today_reform_change(sheet, simulation->total, unconfirmed);
    sheet_text(sheet, unconfirmed[TODAY] || unconfirmed[REFORM] ? TEXT("no") : TEXT("yes"));
    sheet_count(sheet, open[TODAY]);
    sheet_count(sheet, open[REFORM]);
    sheet_end_row(sheet, true);
}

static void add_funds(struct report *report, struct sheet *sheet) {
    static const struct text none[LANGUAGES] = {[LANGUAGE_ZH] = {"(未注明)", 11}, [LANGUAGE_EN] = {"(none named)", 12}};
    const struct simulation *simulation = report->simulation;
    bool unconfirmed[SIDES];
    any_unconfirmed(simulation, unconfirmed);
    for (size_t i = 0; i < simulation->funds.count; i++) {
        const struct fund_change *fund = &simulation->funds.items[i];
        sheet_text(sheet, fund->name);
        sheet_label(sheet, fund->name.length ? fund->label : none, fund->name);
        today_reform_change(sheet, fund->amount, unconfirmed);
        sheet_end_row(sheet, true);
    }
    sheet_text(sheet, TEXT("in_all"));
    sheet_label(sheet, in_all, TEXT(""));
    today_reform_change(sheet, simulation->total, unconfirmed);
    sheet_end_row(sheet, true);
}

/* --- areas -------------------------------------------------------------------------------------------------------- */

/* The highest level with more than one area among those that are paid, else the lowest. */
static const struct entity *telling_level(const struct simulation *simulation) {
    const struct entity *level = NULL;
    for (size_t i = 0; i < simulation->areas.count; i++) {
        const struct area_change *area = &simulation->areas.items[i];
        if (area->level == level && !text_equal(area->id, simulation->areas.items[i - 1].id)) return level;
        level = area->level;
    }
    return level;
}

/* The areas of one level and id stand side by side. */
static size_t add_area(struct report *report, struct sheet *sheet, size_t first, const struct entity *shown) {
    const struct simulation *simulation = report->simulation;
    const struct area_change *area = &simulation->areas.items[first];
    struct number amount[SIDES] = {number_zero, number_zero};
    size_t open[SIDES] = {0}, at = first;
    bool unconfirmed[SIDES] = {false, false};
    for (; at < simulation->areas.count; at++) {
        const struct area_change *next = &simulation->areas.items[at];
        if (next->level != area->level || !text_equal(next->id, area->id)) break;
        const struct benefit_change *change = &simulation->benefits.items[next->benefit];
        for (enum side side = TODAY; change->paid && side < SIDES; side++) {
            amount[side] = number_add(sheet->arena, amount[side], next->amount[side]);
            open[side] += next->undetermined[side];
            unconfirmed[side] |= change->unconfirmed[side];
        }
    }
    sheet_text(sheet, area->level->name);
    sheet_text(sheet, area->id);
    today_reform_change(sheet, amount, unconfirmed);
    sheet_count(sheet, open[TODAY]);
    sheet_count(sheet, open[REFORM]);
    sheet_end_row(sheet, area->level == shown);
    return at;
}

static void add_areas(struct report *report, struct sheet *sheet) {
    const struct entity *shown = telling_level(report->simulation);
    for (size_t at = 0; at < report->simulation->areas.count;) at = add_area(report, sheet, at, shown);
}

static void add_area_benefits(struct report *report, struct sheet *sheet) {
    const struct simulation *simulation = report->simulation;
    for (size_t i = 0; i < simulation->areas.count; i++) {
        const struct area_change *area = &simulation->areas.items[i];
        const struct benefit_change *change = &simulation->benefits.items[area->benefit];
        const struct field *benefit = change->benefit[TODAY] ? change->benefit[TODAY] : change->benefit[REFORM];
        sheet_text(sheet, area->level->name);
        sheet_text(sheet, area->id);
        sheet_text(sheet, benefit->name);
        sheet_label(sheet, benefit->label, benefit->name);
        benefit_cells(sheet, change, area->amount);
        sheet_count(sheet, area->undetermined[TODAY]);
        sheet_count(sheet, area->undetermined[REFORM]);
        sheet_end_row(sheet, false);
    }
}

/* --- who gains, who loses ----------------------------------------------------------------------------------------- */

static void outcome_cells(struct sheet *sheet, enum change_outcome outcome) {
    sheet_text(sheet, text_from(outcome_names[outcome]));
    sheet_text(sheet, text_from(outcome_words[outcome][LANGUAGE_ZH]));
    sheet_text(sheet, text_from(outcome_words[outcome][LANGUAGE_EN]));
}

static void tally_cells(struct sheet *sheet, const struct tally *tally, enum change_outcome outcome) {
    sheet_count(sheet, tally->families[outcome]);
    sheet_count(sheet, tally->people[outcome]);
    if (outcome == UNDETERMINED)
        sheet_add(sheet, TEXT(""), TEXT("— "));
    else
        sheet_money(sheet, tally->sum[outcome], false);
}

static void add_tally(struct sheet *sheet, struct text by, const struct group *group, const struct tally *tally) {
    static const struct text everybody[LANGUAGES] = {[LANGUAGE_ZH] = {"全部", 6}, [LANGUAGE_EN] = {"All", 3}};
    for (int i = 0; i < OUTCOMES; i++) {
        sheet_text(sheet, by);
        sheet_text(sheet, group ? group->name : TEXT(""));
        sheet_label(sheet, group ? group->label : everybody, group ? group->name : TEXT(""));
        outcome_cells(sheet, (enum change_outcome)i);
        tally_cells(sheet, tally, (enum change_outcome)i);
        sheet_end_row(sheet, !group || tally->families[i]);
    }
}

static void add_outcomes(struct report *report, struct sheet *sheet) {
    const struct simulation *simulation = report->simulation;
    add_tally(sheet, TEXT(""), NULL, &simulation->tally);
    for (size_t i = 0; i < simulation->groupings.count; i++) {
        const struct grouping *grouping = &simulation->groupings.items[i];
        struct text by =
            text_format(report->arena, "%.*s.%.*s", TEXT_ARG(grouping->by->entity->name), TEXT_ARG(grouping->by->name));
        for (size_t k = 0; k < grouping->count; k++)
            add_tally(sheet, by, &grouping->groups[k], &grouping->groups[k].tally);
    }
}

static void add_band(struct sheet *sheet, const struct band *band, enum change_outcome outcome) {
    outcome_cells(sheet, outcome);
    sheet_money(sheet, band->low, false);
    sheet_money(sheet, band->high, false);
    tally_cells(sheet, &band->tally, outcome);
    sheet_end_row(sheet, true);
}

static void add_rest(struct sheet *sheet, const struct simulation *simulation, enum change_outcome outcome) {
    outcome_cells(sheet, outcome);
    sheet_text(sheet, TEXT(""));
    sheet_text(sheet, TEXT(""));
    tally_cells(sheet, &simulation->tally, outcome);
    sheet_end_row(sheet, true);
}

/* From the greatest losses to the greatest gains. */
static void add_bands(struct report *report, struct sheet *sheet) {
    const struct simulation *simulation = report->simulation;
    for (size_t i = simulation->losses.count; i-- > 0;) add_band(sheet, &simulation->losses.items[i], LOSES);
    add_rest(sheet, simulation, UNCHANGED);
    for (size_t i = 0; i < simulation->gains.count; i++) add_band(sheet, &simulation->gains.items[i], GAINS);
    add_rest(sheet, simulation, UNDETERMINED);
}

static void side_cell(struct sheet *sheet, const struct family_change *family, enum side side) {
    if (family->undetermined[side])
        sheet_add(sheet, TEXT("unknown"), TEXT("？ "));
    else
        sheet_money(sheet, family->amount[side], false);
}

/* All for whom anything changes, or may. On a screen those who gain most and lose most. */
static void add_families(struct report *report, struct sheet *sheet) {
    const struct simulation *simulation = report->simulation;
    size_t determined = simulation->all.count - simulation->tally.families[UNDETERMINED];
    for (size_t i = 0; i < simulation->all.count; i++) {
        const struct family_change *family = &simulation->all.items[i];
        if (family->outcome == UNCHANGED) continue;
        sheet_text(sheet, family->id);
        sheet_count(sheet, family->people);
        sheet_text(sheet, text_from(outcome_names[family->outcome]));
        side_cell(sheet, family, TODAY);
        side_cell(sheet, family, REFORM);
        if (family->outcome == UNDETERMINED)
            sheet_add(sheet, TEXT("unknown"), TEXT("？ "));
        else
            sheet_money(sheet, family->change, false);
        bool last = i < determined && determined - i <= FAMILIES_SHOWN && family->outcome == LOSES;
        sheet_end_row(sheet, (i < FAMILIES_SHOWN && family->outcome == GAINS) || last);
    }
}

/* --- indicators --------------------------------------------------------------------------------------------------- */

/* The step of the unit that the indicator is shown in. */
static struct number step_of(struct arena *arena, const struct policy *policy, const struct indicator *indicator) {
    const struct names *parts = &indicator->declaration->type.parts;
    const struct unit *unit = parts->list.count ? map_get(&policy->unit_by_name, parts->list.items[0].text) : NULL;
    bool ratio = parts->list.count && text_is(parts->list.items[0].text, "ratio");
    if (ratio) return number_ratio(arena, 1, 10000);
    return number_multiply(arena, unit ? unit->step : number_one, indicator->scale);
}

/* A decimal that goes on is cut for the eye; the fraction stands beside. */
static struct text plain_value(struct arena *arena, const struct indicator *indicator, struct number number) {
    enum { DECIMALS = 6 };
    struct number shown = number_divide(arena, number, indicator->scale);
    struct text exact = number_exact(arena, shown);
    return memchr(exact.bytes, '/', exact.length) ? number_decimal(arena, shown, DECIMALS, false) : exact;
}

static void value_cell(struct report *report, struct sheet *sheet, const struct indicator *indicator, enum side side,
                       const struct value *value) {
    struct arena *arena = report->arena;
    if (!indicator || (value->state == VALUE_FAULT && value->reason.kind == REASON_DIVISION)) {
        sheet_add(sheet, TEXT(""), TEXT("—"));
    } else if (value->state != VALUE_KNOWN) {
        sheet_add(sheet, value->state == VALUE_UNKNOWN ? TEXT("unknown") : TEXT("fault"), TEXT("？"));
    } else if (indicator->type.kind != TYPE_NUMBER) {
        sheet_text(sheet, value_plain(arena, &indicator->type, indicator->scale, value));
    } else {
        struct number step = step_of(arena, report->simulation->policy[side], indicator);
        struct value rounded = value_number(number_round(arena, value->as.number, step));
        sheet_add(sheet, plain_value(arena, indicator, value->as.number),
                  value_show(arena, &indicator->type, indicator->scale, step, &rounded, report->language));
    }
}

/* The size of a difference: of shares in points. */
static struct text difference_shown(const struct report *report, const struct indicator *indicator, struct number step,
                                    struct number difference) {
    struct arena *arena = report->arena;
    struct value size = value_number(number_round(arena, number_absolute(arena, difference), step));
    struct text digits = value_show(arena, &indicator->type, indicator->scale, step, &size, report->language);
    if (!text_ends(digits, "%")) return digits;
    return text_format(arena, "%.*s%s", TEXT_ARG(text_slice(digits, 0, digits.length - 1)),
                       report->language == LANGUAGE_ZH ? "点" : " points");
}

/* Of two numbers the difference, of which the digits are rounded after it is taken. */
static void difference_cell(struct report *report, struct sheet *sheet, const struct indicator_change *change) {
    struct arena *arena = report->arena;
    const struct indicator *indicator = change->indicator[TODAY];
    bool numbers = indicator && change->indicator[REFORM] && indicator->type.kind == TYPE_NUMBER &&
                   change->indicator[REFORM]->type.kind == TYPE_NUMBER && change->value[TODAY].state == VALUE_KNOWN &&
                   change->value[REFORM].state == VALUE_KNOWN;
    if (!numbers) {
        sheet_add(sheet, TEXT(""), TEXT("—"));
        return;
    }
    struct number step = step_of(arena, report->simulation->policy[TODAY], indicator);
    struct number difference = number_subtract(arena, change->value[REFORM].as.number, change->value[TODAY].as.number);
    int sign = number_sign(difference);
    struct text digits = difference_shown(report, indicator, step, difference);
    sheet_add(sheet, plain_value(arena, indicator, difference),
              text_format(arena, "%s%.*s",
                          sign > 0   ? "+"
                          : sign < 0 ? "−"
                                     : "",
                          TEXT_ARG(digits)));
}

static void fraction_cells(struct report *report, struct sheet *sheet, const struct indicator *indicator,
                           const struct value *value) {
    struct text exact = TEXT("");
    if (indicator && value->state == VALUE_KNOWN && indicator->type.kind == TYPE_NUMBER)
        exact = number_exact(report->arena, number_divide(report->arena, value->as.number, indicator->scale));
    const char *stroke = exact.length ? memchr(exact.bytes, '/', exact.length) : NULL;
    size_t at = stroke ? (size_t)(stroke - exact.bytes) : 0;
    sheet_text(sheet, text_slice(exact, 0, at));
    sheet_text(sheet, stroke ? text_slice(exact, at + 1, exact.length) : TEXT(""));
}

static void reason_cell(struct report *report, struct sheet *sheet, const struct indicator_change *change,
                        enum side side) {
    const struct value *value = &change->value[side];
    bool told = change->indicator[side] && value->state != VALUE_KNOWN;
    sheet_text(sheet, told ? reason_written(report->arena, report->simulation->policy[side], value) : TEXT(""));
}

/* On a screen only the highest level of each, which is the whole. */
static void add_indicators(struct report *report, struct sheet *sheet) {
    const struct simulation *simulation = report->simulation;
    for (size_t i = 0; i < simulation->indicators.count; i++) {
        const struct indicator_change *change = &simulation->indicators.items[i];
        const struct indicator *any = change->indicator[TODAY] ? change->indicator[TODAY] : change->indicator[REFORM];
        bool highest = true;
        for (size_t k = 0; k < any->levels.count; k++)
            highest = highest && any->levels.items[k]->depth >= change->level->depth;
        sheet_add(sheet, change->level->name,
                  label_or_name(change->level->label, change->level->name, report->language));
        sheet_text(sheet, change->id);
        sheet_text(sheet, any->name);
        sheet_label(sheet, any->declaration->label, any->name);
        for (enum side side = TODAY; side < SIDES; side++)
            value_cell(report, sheet, change->indicator[side], side, &change->value[side]);
        difference_cell(report, sheet, change);
        for (enum side side = TODAY; side < SIDES; side++)
            fraction_cells(report, sheet, change->indicator[side], &change->value[side]);
        reason_cell(report, sheet, change, TODAY);
        reason_cell(report, sheet, change, REFORM);
        sheet_end_row(sheet, highest);
    }
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

bool report_build(struct report *report, struct arena *arena, const struct simulation *simulation,
                  const struct raises *raises, enum language language) {
    static void (*const adds[REPORT_SHEETS])(struct report *, struct sheet *) = {
        [REPORT_ABOUT] = add_about, [REPORT_BENEFITS] = add_benefits,           [REPORT_FUNDS] = add_funds,
        [REPORT_AREAS] = add_areas, [REPORT_AREA_BENEFITS] = add_area_benefits, [REPORT_OUTCOMES] = add_outcomes,
        [REPORT_BANDS] = add_bands, [REPORT_FAMILIES] = add_families,           [REPORT_INDICATORS] = add_indicators,
    };
    *report = (struct report){.arena = arena, .language = language, .simulation = simulation, .raises = raises};
    for (int i = 0; i < REPORT_SHEETS; i++) {
        sheet_begin(&report->sheets[i], &report_kinds[i], arena, simulation->coin);
        if (adds[i]) adds[i](report, &report->sheets[i]);
    }
    report_add_cliffs(report);
    return !arena_failed(arena);
}
