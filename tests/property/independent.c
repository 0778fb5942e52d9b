#include "independent.h"

#include "base/calendar.h"

#include <string.h>

/* --- answers ----------------------------------------------------------------------------------------------------- */

static void set_state(struct answer *answer, enum answer_state state) {
    answer->state = state;
    mpq_set_si(answer->number, 0, 1);
}

static void set_ratio(struct answer *answer, long numerator, unsigned long denominator) {
    answer->state = ANSWER_KNOWN;
    mpq_set_si(answer->number, numerator, denominator);
    mpq_canonicalize(answer->number);
}

static void set_truth(struct answer *answer, bool truth) {
    set_ratio(answer, truth, 1);
}

static bool is_true(const struct answer *answer) {
    return answer->state == ANSWER_KNOWN && mpq_sgn(answer->number) != 0;
}

static bool is_false(const struct answer *answer) {
    return answer->state == ANSWER_KNOWN && mpq_sgn(answer->number) == 0;
}

static void copy(struct answer *to, const struct answer *from) {
    to->state = from->state;
    mpq_set(to->number, from->number);
}

/* In base units: yuan, yuan a month. */
static void set_steps(struct answer *answer, enum sort sort, long steps) {
    static const unsigned long per_unit[] = {[MONTHLY] = 100, [YEARLY] = 1200, [LUMP] = 100, [COUNT] = 1,
                                             [SHARE] = 10000, [TRUTH] = 1,     [CHOICE] = 1, [DAY] = 1};
    set_ratio(answer, steps, per_unit[sort]);
}

/* --- where ------------------------------------------------------------------------------------------------------- */

struct spot {
    struct evaluation *evaluation;
    enum level level;
    int row;
};

static void evaluate(const struct spot *spot, const struct node *node, struct answer *out);

static const struct random_row *row_at(const struct spot *spot) {
    return &spot->evaluation->data->rows[spot->level][spot->row];
}

static struct spot climb(const struct spot *spot, enum level level) {
    struct spot here = *spot;
    while (here.level > level) {
        here.row = row_at(&here)->parent;
        here.level--;
    }
    return here;
}

static day_number first_day(const struct evaluation *evaluation) {
    return month_first_day((month_number)evaluation->month);
}

static day_number day_of_claim(const struct evaluation *evaluation, int claim) {
    for (size_t i = 0; i < evaluation->policy->inputs_count; i++)
        if (evaluation->policy->inputs[i].level == CLAIM && evaluation->policy->inputs[i].sort == DAY)
            return (day_number)evaluation->data->rows[CLAIM][claim].values[i];
    return 0;
}

/* Whether a text counts there, and is known. */
static bool counts(const struct spot *spot, struct dates dates) {
    const struct evaluation *evaluation = spot->evaluation;
    day_number day = spot->level == CLAIM ? day_of_claim(evaluation, spot->row) : first_day(evaluation);
    bool august = day >= day_from(2018, 8, 1);
    bool known = dates.enacted != IN_OCTOBER || !evaluation->policy->known_in_september;
    return known && (dates.period == ALL_TIME || august == (dates.period == FROM_AUGUST));
}

/* Whether the county of the layer is above, or is it, and the layer counts. */
static bool is_local(const struct spot *spot) {
    const struct spot county = climb(spot, COUNTY);
    const struct random_policy *policy = spot->evaluation->policy;
    return strcmp(row_at(&county)->id, local_county) == 0 &&
           counts(spot, (struct dates){.period = policy->local_period});
}

static void read_parameter(const struct spot *spot, enum sort sort, struct answer *out) {
    enum enactment enacted = spot->evaluation->policy->local_parameter;
    bool local =
        sort != SHARE && enacted != ENACTMENTS && is_local(spot) && counts(spot, (struct dates){.enacted = enacted});
    set_steps(out, sort, local ? local_value : parameter_values[sort == SHARE]);
}

/* The county's own line goes before that of all, the latest before the others. */
static void read_tariff(const struct spot *spot, const struct node *node, struct answer *out) {
    const struct spot county = climb(spot, COUNTY);
    bool local = strcmp(row_at(&county)->id, local_county) == 0;
    const struct tariff_line *best = NULL;
    struct answer count;
    mpq_init(count.number);
    evaluate(spot, node->a, &count);
    for (size_t i = 0; i < TARIFF_LINES && count.state == ANSWER_KNOWN; i++) {
        const struct tariff_line *line = &tariff[i];
        bool mine = mpq_cmp_si(count.number, line->count, 1) == 0 && (!line->local || local) &&
                    counts(spot, (struct dates){.period = line->period});
        bool better = !best || line->local > best->local || (line->local == best->local && line->period == FROM_AUGUST);
        if (mine && better) best = line;
    }
    if (count.state != ANSWER_KNOWN)
        set_state(out, count.state);
    else if (best && best->value >= 0)
        set_steps(out, MONTHLY, best->value);
    else
        set_state(out, best ? ANSWER_UNKNOWN : ANSWER_FAULT);
    mpq_clear(count.number);
}

static void read_input(const struct spot *spot, int index, struct answer *out) {
    const struct random_input *input = &spot->evaluation->policy->inputs[index];
    const struct spot owner = climb(spot, input->level);
    const struct random_row *row = row_at(&owner);
    if (row->known[index])
        set_steps(out, input->sort, row->values[index]);
    else if (input->empty != UNKNOWN_IF_EMPTY)
        set_steps(out, input->sort, input->empty);
    else
        set_state(out, ANSWER_UNKNOWN);
}

/* --- arithmetic --------------------------------------------------------------------------------------------------- */

/* Whole multiples of a step: 0 to the nearest with half away from zero, -1 down, 1 up. */
static void to_step(mpq_t number, const mpq_t step, int direction) {
    mpq_t steps;
    mpz_t whole;
    mpq_init(steps);
    mpz_init(whole);
    mpq_div(steps, number, step);
    if (direction < 0) mpz_fdiv_q(whole, mpq_numref(steps), mpq_denref(steps));
    if (direction > 0) mpz_cdiv_q(whole, mpq_numref(steps), mpq_denref(steps));
    if (direction == 0) {
        mpz_mul_ui(whole, mpq_numref(steps), 2);
        if (mpq_sgn(steps) >= 0)
            mpz_add(whole, whole, mpq_denref(steps));
        else
            mpz_sub(whole, whole, mpq_denref(steps));
        mpz_t twice;
        mpz_init(twice);
        mpz_mul_ui(twice, mpq_denref(steps), 2);
        mpz_tdiv_q(whole, whole, twice);
        mpz_clear(twice);
    }
    mpq_set_z(steps, whole);
    mpq_mul(number, steps, step);
    mpz_clear(whole);
    mpq_clear(steps);
}

static void compute(const struct node *node, struct answer *a, const struct answer *b, struct answer *out) {
    bool fault = a->state == ANSWER_FAULT || b->state == ANSWER_FAULT;
    if (fault || a->state == ANSWER_UNKNOWN || b->state == ANSWER_UNKNOWN) {
        set_state(out, fault ? ANSWER_FAULT : ANSWER_UNKNOWN);
        return;
    }
    int order = mpq_cmp(a->number, b->number);
    set_state(out, ANSWER_KNOWN);
    switch (node->operation) {
    case SUM_OF: mpq_add(out->number, a->number, b->number); break;
    case DIFFERENCE: mpq_sub(out->number, a->number, b->number); break;
    case PRODUCT: mpq_mul(out->number, a->number, b->number); break;
    case QUOTIENT:
        if (mpq_sgn(b->number) == 0)
            set_state(out, ANSWER_FAULT);
        else
            mpq_div(out->number, a->number, b->number);
        break;
    case LEAST: mpq_set(out->number, order < 0 ? a->number : b->number); break;
    case GREATEST: mpq_set(out->number, order > 0 ? a->number : b->number); break;
    case LESS_THAN: set_truth(out, order < 0); break;
    case AT_LEAST: set_truth(out, order >= 0); break;
    default: set_truth(out, order == 0); break;
    }
}

static void join(const struct node *node, const struct answer *a, const struct answer *b, struct answer *out) {
    bool all = node->operation == AND;
    if (all ? is_false(a) || is_false(b) : is_true(a) || is_true(b))
        set_truth(out, !all);
    else if (a->state == ANSWER_UNKNOWN || b->state == ANSWER_UNKNOWN)
        set_state(out, ANSWER_UNKNOWN);
    else if (a->state == ANSWER_FAULT || b->state == ANSWER_FAULT)
        set_state(out, ANSWER_FAULT);
    else
        set_truth(out, all);
}

/* --- groups ------------------------------------------------------------------------------------------------------- */

struct tally {
    const struct node *node;
    struct answer total;
    bool some, every, unknown, fault; /* of the truths: known ones that decide; what is left open */
    long members;
};

static void count_truth(struct tally *tally, const struct answer *where, const struct answer *value) {
    bool any = tally->node->operation == GROUP_SOME;
    if (is_false(where)) return;
    if (any ? is_false(value) : is_true(value)) return; /* it cannot decide, whether it counts or not */
    if (is_true(where) && value->state == ANSWER_KNOWN)
        *(any ? &tally->some : &tally->every) = true;
    else if (where->state == ANSWER_UNKNOWN || value->state == ANSWER_UNKNOWN)
        tally->unknown = true;
    else
        tally->fault = true;
}

static void count_member(struct tally *tally, const struct spot *member) {
    struct answer where, value;
    mpq_init(where.number);
    mpq_init(value.number);
    set_truth(&where, true);
    set_truth(&value, true);
    if (tally->node->where) evaluate(member, tally->node->where, &where);
    if (tally->node->a) evaluate(member, tally->node->a, &value);
    if (tally->node->operation == GROUP_SOME || tally->node->operation == GROUP_EVERY) {
        count_truth(tally, &where, &value);
    } else if (!is_false(&where)) {
        const struct answer *lacking = where.state != ANSWER_KNOWN ? &where : &value;
        tally->unknown = tally->unknown || lacking->state == ANSWER_UNKNOWN;
        tally->fault = tally->fault || lacking->state == ANSWER_FAULT;
        if (tally->node->operation == GROUP_SIZE) set_truth(&value, true);
        bool least = tally->node->operation == GROUP_LEAST;
        if (!least) mpq_add(tally->total.number, tally->total.number, value.number);
        if (least && (tally->members == 0 || mpq_cmp(value.number, tally->total.number) < 0))
            mpq_set(tally->total.number, value.number);
        tally->members++;
    }
    mpq_clear(where.number);
    mpq_clear(value.number);
}

static void close_tally(struct tally *tally, struct answer *out) {
    enum operation operation = tally->node->operation;
    bool truths = operation == GROUP_SOME || operation == GROUP_EVERY;
    if (truths && (tally->some || tally->every))
        set_truth(out, operation == GROUP_SOME);
    else if (truths ? tally->unknown : tally->unknown && !tally->fault)
        set_state(out, ANSWER_UNKNOWN);
    else if (tally->fault || (operation == GROUP_LEAST && tally->members == 0))
        set_state(out, ANSWER_FAULT);
    else if (truths)
        set_truth(out, operation == GROUP_EVERY);
    else
        copy(out, &tally->total);
}

static void evaluate_group(const struct spot *spot, const struct node *node, struct answer *out) {
    struct tally tally = {.node = node};
    const struct random_data *data = spot->evaluation->data;
    mpq_init(tally.total.number);
    tally.total.state = ANSWER_KNOWN;
    for (size_t i = 0; i < data->count[node->level]; i++) {
        struct spot member = {spot->evaluation, node->level, (int)i};
        if (data->rows[node->level][i].parent == spot->row) count_member(&tally, &member);
    }
    close_tally(&tally, out);
    mpq_clear(tally.total.number);
}

/* Claims of the person: earlier than the one that asks and of its year; or before the first day, of the year or of the
 * months before. */
static void total_claims(const struct spot *spot, const struct node *node, struct answer *out) {
    struct evaluation *evaluation = spot->evaluation;
    const struct random_data *data = evaluation->data;
    struct tally tally = {.node = &(struct node){.operation = GROUP_TOTAL, .a = node->a}};
    bool earlier = node->operation == EARLIER_TOTAL;
    int person = earlier ? row_at(spot)->parent : spot->row;
    day_number asked = earlier ? day_of_claim(evaluation, spot->row) : first_day(evaluation);
    mpq_init(tally.total.number);
    tally.total.state = ANSWER_KNOWN;
    for (size_t i = 0; i < data->count[CLAIM]; i++) {
        int claim = evaluation->order[i];
        day_number day = day_of_claim(evaluation, claim);
        if (data->rows[CLAIM][claim].parent != person) continue;
        if (earlier && claim == spot->row) break;
        if (!earlier && day >= asked) continue;
        bool same_year = month_year(day_month(day)) == month_year(day_month(asked));
        bool counts = node->operation == RECENT_TOTAL ? day >= day_add_months(asked, -(int)node->number) : same_year;
        if (counts) count_member(&tally, &(struct spot){evaluation, CLAIM, claim});
    }
    close_tally(&tally, out);
    mpq_clear(tally.total.number);
}

/* --- bands, shares ------------------------------------------------------------------------------------------------ */

static void reckon_bands(struct answer *answer) {
    mpq_t amount, total, low, high, share;
    if (answer->state != ANSWER_KNOWN) return;
    mpq_inits(amount, total, low, high, share, NULL);
    mpq_set(amount, answer->number);
    for (int i = 0; i < 3; i++) {
        mpq_set_si(low, band_begins[i], 1200);
        mpq_canonicalize(low);
        if (i < 2) mpq_set_si(high, band_begins[i + 1], 1200);
        if (i < 2) mpq_canonicalize(high);
        if (i == 2 || mpq_cmp(amount, high) < 0) mpq_set(high, amount);
        if (mpq_cmp(high, low) <= 0) continue;
        mpq_sub(high, high, low);
        mpq_set_si(share, band_shares[i], 10000);
        mpq_canonicalize(share);
        mpq_mul(high, high, share);
        mpq_add(total, total, high);
    }
    mpq_set(answer->number, total);
    mpq_clears(amount, total, low, high, share, NULL);
}

/* Every household of the county gets its part of the money in fen, rounded down; the fen that are left go to the
 * largest parts cut off, of equal ones to the first. */
static void share_out(const struct spot *spot, const struct node *node, struct answer *out) {
    struct evaluation *evaluation = spot->evaluation;
    const struct random_data *data = evaluation->data;
    const struct spot county = climb(spot, COUNTY);
    struct answer money, weights[ROWS_MAX];
    mpq_t total, part, cut[ROWS_MAX], fen, left, mine;
    bool unknown = false, fault = false, served[ROWS_MAX] = {false};
    mpq_inits(total, part, fen, left, mine, NULL);
    mpq_init(money.number);
    mpq_set_si(fen, 1, 100);
    copy(&money, evaluation_rule(evaluation, node->index, county.row));
    unknown = money.state == ANSWER_UNKNOWN;
    fault = money.state == ANSWER_FAULT;
    for (size_t i = 0; i < data->count[HOUSEHOLD]; i++) {
        mpq_init(weights[i].number);
        mpq_init(cut[i]);
        if (data->rows[HOUSEHOLD][i].parent != county.row) continue;
        evaluate(&(struct spot){evaluation, HOUSEHOLD, (int)i}, node->a, &weights[i]);
        unknown = unknown || weights[i].state == ANSWER_UNKNOWN;
        fault = fault || weights[i].state == ANSWER_FAULT;
        mpq_add(total, total, weights[i].number);
    }
    fault = fault || (!unknown && mpq_sgn(total) == 0);
    mpq_set(left, money.number);
    for (size_t i = 0; i < data->count[HOUSEHOLD] && !fault && !unknown; i++) {
        if (data->rows[HOUSEHOLD][i].parent != county.row) continue;
        mpq_mul(part, money.number, weights[i].number);
        mpq_div(part, part, total);
        mpq_set(cut[i], part);
        to_step(part, fen, -1);
        mpq_sub(cut[i], cut[i], part);
        mpq_sub(left, left, part);
        if ((int)i == spot->row) mpq_set(mine, part);
    }
    while (!fault && !unknown && mpq_cmp(left, fen) >= 0) {
        int best = -1;
        for (size_t i = 0; i < data->count[HOUSEHOLD]; i++)
            if (data->rows[HOUSEHOLD][i].parent == county.row && !served[i] &&
                (best < 0 || mpq_cmp(cut[i], cut[best]) > 0))
                best = (int)i;
        served[best] = true;
        mpq_sub(left, left, fen);
        if (best == spot->row) mpq_add(mine, mine, fen);
    }
    set_state(out, fault ? ANSWER_FAULT : unknown ? ANSWER_UNKNOWN : ANSWER_KNOWN);
    if (out->state == ANSWER_KNOWN) mpq_set(out->number, mine);
    for (size_t i = 0; i < data->count[HOUSEHOLD]; i++) mpq_clear(cut[i]);
    for (size_t i = 0; i < data->count[HOUSEHOLD]; i++) mpq_clear(weights[i].number);
    mpq_clear(money.number);
    mpq_clears(total, part, fen, left, mine, NULL);
}

/* --- expressions -------------------------------------------------------------------------------------------------- */

static void round_off(const struct node *node, struct answer *out) {
    struct answer step;
    if (out->state != ANSWER_KNOWN) return;
    mpq_init(step.number);
    set_steps(&step, node->sort, node->number);
    to_step(out->number, step.number, node->operation == ROUNDED ? 0 : node->operation == FLOORED ? -1 : 1);
    mpq_clear(step.number);
}

static void evaluate_one(const struct spot *spot, const struct node *node, struct answer *out) {
    struct evaluation *evaluation = spot->evaluation;
    evaluate(spot, node->a, out);
    switch (node->operation) {
    case NOT:
        if (out->state == ANSWER_KNOWN) set_truth(out, is_false(out));
        break;
    case IS_KNOWN:
        if (out->state != ANSWER_FAULT) set_truth(out, out->state == ANSWER_KNOWN);
        break;
    case IF_KNOWN:
        if (out->state == ANSWER_UNKNOWN) evaluate(spot, node->b, out);
        break;
    case ONE_OF:
        if (out->state != ANSWER_KNOWN) break;
        set_truth(out,
                  mpq_cmp_si(out->number, node->number, 1) == 0 || mpq_cmp_si(out->number, node->number + 1, 1) == 0);
        break;
    case BETWEEN:
        if (out->state != ANSWER_KNOWN) break;
        set_truth(out,
                  mpq_cmp_si(out->number, node->number, 1) >= 0 && mpq_cmp_si(out->number, node->b->number, 1) <= 0);
        break;
    case AGE: {
        if (out->state != ANSWER_KNOWN) break;
        day_number birth = (day_number)mpz_get_si(mpq_numref(out->number)), today = first_day(evaluation);
        long years = 0;
        while (day_add_months(birth, 12 * (int)(years + 1)) <= today) years++;
        set_ratio(out, years, 1);
        break;
    }
    case BY_BANDS: reckon_bands(out); break;
    default: round_off(node, out); break;
    }
}

static void read_before(const struct spot *spot, const struct node *node, struct answer *out) {
    const struct evaluation *earlier = spot->evaluation->earlier;
    const struct spot owner = climb(spot, spot->evaluation->policy->rules[node->index].level);
    if (!earlier)
        set_ratio(out, 0, 1); /* what the rule starts with */
    else
        copy(out, &earlier->answers[node->index][owner.row]);
}

static void evaluate(const struct spot *spot, const struct node *node, struct answer *out) {
    struct answer other;
    switch (node->operation) {
    case LITERAL: set_steps(out, node->sort, node->number); return;
    case INPUT: read_input(spot, node->index, out); return;
    case PARAMETER: read_parameter(spot, node->sort, out); return;
    case TARIFF: read_tariff(spot, node, out); return;
    case RULE: {
        const struct spot owner = climb(spot, spot->evaluation->policy->rules[node->index].level);
        copy(out, evaluation_rule(spot->evaluation, node->index, owner.row));
        return;
    }
    case BEFORE: read_before(spot, node, out); return;
    case SHARED_OUT: share_out(spot, node, out); return;
    case GROUP_TOTAL:
    case GROUP_SIZE:
    case GROUP_SOME:
    case GROUP_EVERY:
    case GROUP_LEAST: evaluate_group(spot, node, out); return;
    case EARLIER_TOTAL:
    case RECENT_TOTAL:
    case YEAR_TOTAL: total_claims(spot, node, out); return;
    case NOT:
    case IS_KNOWN:
    case IF_KNOWN:
    case ONE_OF:
    case BETWEEN:
    case AGE:
    case BY_BANDS:
    case ROUNDED:
    case FLOORED:
    case CEILED: evaluate_one(spot, node, out); return;
    default: break;
    }
    struct answer first;
    mpq_init(first.number);
    mpq_init(other.number);
    evaluate(spot, node->a, &first);
    evaluate(spot, node->b, &other);
    if (node->operation == AND || node->operation == OR)
        join(node, &first, &other, out);
    else
        compute(node, &first, &other, out);
    mpq_clear(first.number);
    mpq_clear(other.number);
}

/* --- rules -------------------------------------------------------------------------------------------------------- */

/* Outcomes that are still possible, and whether anything stands open. */
struct choice {
    struct answer first;
    size_t outcomes;
    bool differ, all_fault, unknown, open;
};

static void note_outcome(struct choice *choice, const struct answer *outcome) {
    if (choice->outcomes++ == 0) copy(&choice->first, outcome);
    bool same = outcome->state == ANSWER_KNOWN && choice->first.state == ANSWER_KNOWN &&
                mpq_equal(outcome->number, choice->first.number);
    choice->differ = choice->differ || !same;
    choice->all_fault = choice->all_fault && outcome->state == ANSWER_FAULT;
    choice->unknown = choice->unknown || outcome->state == ANSWER_UNKNOWN;
}

static void settle_choice(const struct choice *choice, struct answer *out) {
    if (choice->outcomes == 1 && !choice->open)
        copy(out, &choice->first);
    else if (!choice->differ)
        copy(out, &choice->first);
    else
        set_state(out, choice->all_fault ? ANSWER_FAULT : choice->unknown ? ANSWER_UNKNOWN : ANSWER_FAULT);
}

/* True when the search goes on behind the case. */
static bool try_case(const struct spot *spot, struct choice *choice, const struct node *condition,
                     const struct answer *outcome) {
    struct answer holds;
    mpq_init(holds.number);
    set_truth(&holds, true);
    if (condition) evaluate(spot, condition, &holds);
    if (!is_false(&holds)) note_outcome(choice, outcome);
    choice->open = choice->open || holds.state != ANSWER_KNOWN;
    choice->unknown = choice->unknown || holds.state == ANSWER_UNKNOWN;
    bool goes_on = !is_true(&holds);
    mpq_clear(holds.number);
    return goes_on;
}

/* What the exception makes of `out`, which is what would hold without it. */
static void try_exception(const struct spot *spot, const struct random_exception *exception, struct answer *out) {
    struct choice choice = {.all_fault = true};
    struct answer outcome;
    if (!exception->when || !counts(spot, exception->dates)) return;
    mpq_init(choice.first.number);
    mpq_init(outcome.number);
    evaluate(spot, exception->value, &outcome);
    if (try_case(spot, &choice, exception->when, &outcome)) try_case(spot, &choice, NULL, out);
    settle_choice(&choice, out);
    mpq_clear(choice.first.number);
    mpq_clear(outcome.number);
}

static void evaluate_rule(const struct spot *spot, const struct random_rule *rule, struct answer *out) {
    struct choice choice = {.all_fault = true};
    struct answer outcome;
    mpq_init(choice.first.number);
    mpq_init(outcome.number);
    bool goes_on = true;
    for (size_t i = 0; i < rule->count && goes_on; i++) {
        evaluate(spot, rule->cases[i].value, &outcome);
        goes_on = try_case(spot, &choice, rule->cases[i].condition, &outcome);
    }
    settle_choice(&choice, out);
    try_exception(spot, &rule->exception, out);
    if (is_local(spot)) try_exception(spot, &rule->local, out);
    mpq_clear(choice.first.number);
    mpq_clear(outcome.number);
}

const struct answer *evaluation_rule(struct evaluation *evaluation, int rule, int row) {
    struct answer *answer = &evaluation->answers[rule][row];
    if (evaluation->found[rule][row]) return answer;
    struct answer fresh;
    mpq_init(fresh.number);
    evaluate_rule(&(struct spot){evaluation, evaluation->policy->rules[rule].level, row},
                  &evaluation->policy->rules[rule], &fresh);
    copy(answer, &fresh);
    mpq_clear(fresh.number);
    evaluation->found[rule][row] = true;
    return answer;
}

int evaluation_promise(struct evaluation *evaluation, int row) {
    const struct promise *promise = &evaluation->policy->promise;
    struct spot spot = {evaluation, promise->level, row};
    struct answer asked, kept;
    if (!counts(&spot, (struct dates){.period = promise->period})) return 3;
    mpq_init(asked.number);
    mpq_init(kept.number);
    set_truth(&asked, true);
    if (promise->asked) evaluate(&spot, promise->asked, &asked);
    evaluate(&spot, promise->promise, &kept);
    int result = is_false(&asked) ? 3 : is_true(&kept) ? 1 : is_true(&asked) && is_false(&kept) ? 0 : 2;
    mpq_clear(asked.number);
    mpq_clear(kept.number);
    return result;
}

bool evaluation_settles(const struct evaluation *evaluation, int claim) {
    return day_of_claim(evaluation, claim) < month_first_day((month_number)evaluation->month + 1);
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static bool comes_before(const struct evaluation *evaluation, int a, int b) {
    day_number first = day_of_claim(evaluation, a), second = day_of_claim(evaluation, b);
    return first != second ? first < second : a < b; /* numbers of claims follow their rows */
}

void evaluation_begin(struct evaluation *evaluation, const struct random_policy *policy, const struct random_data *data,
                      long month, const struct evaluation *earlier) {
    *evaluation = (struct evaluation){.policy = policy, .data = data, .month = month, .earlier = earlier};
    for (int i = 0; i < (int)data->count[CLAIM]; i++) {
        int at = i;
        for (; at > 0 && comes_before(evaluation, i, evaluation->order[at - 1]); at--)
            evaluation->order[at] = evaluation->order[at - 1];
        evaluation->order[at] = i;
    }
    for (size_t rule = 0; rule < RULES_MAX; rule++)
        for (size_t row = 0; row < ROWS_MAX; row++) mpq_init(evaluation->answers[rule][row].number);
}

void evaluation_end(struct evaluation *evaluation) {
    for (size_t rule = 0; rule < RULES_MAX; rule++)
        for (size_t row = 0; row < ROWS_MAX; row++) mpq_clear(evaluation->answers[rule][row].number);
}
