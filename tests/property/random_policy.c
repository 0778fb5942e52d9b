#include "random_policy.h"

#include "base/calendar.h"

#include <stdio.h>
#include <string.h>

const char *const level_names[LEVELS] = {"county", "household", "person", "claim"};
const long band_begins[3] = {0, 1200000, 3000000}, band_shares[3] = {200, 1000, 2500};
const long parameter_values[2] = {29167, 3500};
const long local_value = 31000;
const char local_county[] = "500";
const struct tariff_line tariff[TARIFF_LINES] = {
    {true, ALL_TIME, 1, 31050},    {true, FROM_AUGUST, 1, 33300}, {false, ALL_TIME, 1, 12000},
    {false, FROM_AUGUST, 2, 9999}, {false, ALL_TIME, 0, 8001},    {false, ALL_TIME, 3, -1},
};

/* --- chance ------------------------------------------------------------------------------------------------------ */

static uint64_t next(struct random_policy *policy) {
    uint64_t x = policy->chance += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t chance_below(struct random_policy *policy, uint64_t limit) {
    return next(policy) % limit;
}

static bool one_in(struct random_policy *policy, uint64_t n) {
    return chance_below(policy, n) == 0;
}

/* --- inputs ------------------------------------------------------------------------------------------------------ */

static void add_input(struct random_policy *policy, const char *name, enum level level, enum sort sort, long low,
                      long high, long empty) {
    struct random_input *input = &policy->inputs[policy->inputs_count++];
    *input = (struct random_input){.level = level, .sort = sort, .low = low, .high = high, .empty = empty};
    snprintf(input->name, sizeof input->name, "%s", name);
}

void random_policy_init(struct random_policy *policy, uint64_t seed) {
    *policy = (struct random_policy){.chance = seed * 7919 + 1, .crowded = seed / 12 % 2};
    arena_init(&policy->arena);
    add_input(policy, "ct", COUNTY, COUNT, 0, 9, UNKNOWN_IF_EMPTY);
    add_input(policy, "cb", COUNTY, TRUTH, 0, 1, UNKNOWN_IF_EMPTY);
    add_input(policy, "hm", HOUSEHOLD, MONTHLY, 0, 100000, UNKNOWN_IF_EMPTY);
    add_input(policy, "hz", HOUSEHOLD, MONTHLY, -5000, 100000, 0);
    add_input(policy, "hb", HOUSEHOLD, TRUTH, 0, 1, UNKNOWN_IF_EMPTY);
    add_input(policy, "hn", HOUSEHOLD, TRUTH, 0, 1, 0);
    add_input(policy, "hk", HOUSEHOLD, CHOICE, 0, 2, UNKNOWN_IF_EMPTY);
    add_input(policy, "hs", HOUSEHOLD, SHARE, 0, 10000, UNKNOWN_IF_EMPTY);
    add_input(policy, "hw", HOUSEHOLD, COUNT, 0, 3, UNKNOWN_IF_EMPTY);
    add_input(policy, "py", PERSON, YEARLY, 0, 10000000, UNKNOWN_IF_EMPTY);
    add_input(policy, "pb", PERSON, TRUTH, 0, 1, UNKNOWN_IF_EMPTY);
    add_input(policy, "pc", PERSON, COUNT, 0, 4, UNKNOWN_IF_EMPTY);
    add_input(policy, "pd", PERSON, DAY, 0, 0, UNKNOWN_IF_EMPTY);
    add_input(policy, "qd", CLAIM, DAY, 0, 0, UNKNOWN_IF_EMPTY);
    add_input(policy, "qn", CLAIM, COUNT, 0, 99, UNKNOWN_IF_EMPTY);
    add_input(policy, "qm", CLAIM, LUMP, 0, 100000, UNKNOWN_IF_EMPTY);
    add_input(policy, "qs", CLAIM, SHARE, 0, 10000, UNKNOWN_IF_EMPTY);
    policy->local_period = one_in(policy, 3) ? FROM_AUGUST : ALL_TIME;
    policy->local_parameter = (enum enactment)chance_below(policy, ENACTMENTS + 1);
    policy->known_in_september = one_in(policy, 2);
    struct random_input *birth = &policy->inputs[12], *day = &policy->inputs[13];
    day_number first = 0, last = 0;
    day_parse(TEXT("1950-01-01"), &first);
    day_parse(TEXT("2018-06-30"), &last);
    birth->low = first;
    birth->high = last;
    day_parse(TEXT("2017-06-25"), &first);
    day_parse(TEXT("2018-08-05"), &last);
    day->low = first;
    day->high = last;
}

void random_policy_free(struct random_policy *policy) {
    arena_free(&policy->arena);
}

/* --- nodes ------------------------------------------------------------------------------------------------------- */

/* Where an expression stands: of which level, and among how many rules. Parts of a sum have no divisors of their own.
 */
struct place {
    struct random_policy *policy;
    enum level level;
    bool plain;
};

static struct node *make(const struct place *place, enum operation operation, enum sort sort, struct node *a,
                         struct node *b) {
    struct node *node = ARENA_NEW(&place->policy->arena, struct node);
    *node = (struct node){.operation = operation, .sort = sort, .a = a, .b = b};
    return node;
}

static struct node *literal(const struct place *place, enum sort sort, long number) {
    struct node *node = make(place, LITERAL, sort, NULL, NULL);
    node->number = number;
    return node;
}

static bool is_money(enum sort sort) {
    return sort == MONTHLY || sort == YEARLY;
}

static bool fits(enum sort wanted, enum sort found) {
    return wanted == found || (is_money(wanted) && is_money(found));
}

/* Claims read what is theirs alone: other levels are another stratum. */
static bool sees(enum level reader, enum level read) {
    return reader == CLAIM ? read == CLAIM : read <= reader;
}

static struct node *find_leaf(const struct place *place, enum sort sort) {
    struct random_policy *policy = place->policy;
    int candidates[INPUTS_MAX + RULES_MAX], count = 0;
    for (size_t i = 0; i < policy->inputs_count; i++)
        if (sees(place->level, policy->inputs[i].level) && fits(sort, policy->inputs[i].sort))
            candidates[count++] = (int)i;
    for (size_t i = 0; i < policy->rules_count; i++)
        if (sees(place->level, policy->rules[i].level) && fits(sort, policy->rules[i].sort) && !place->plain)
            candidates[count++] = INPUTS_MAX + (int)i;
    if (count == 0) return NULL;
    int chosen = candidates[chance_below(policy, (uint64_t)count)];
    bool rule = chosen >= INPUTS_MAX;
    struct node *node = make(place, rule ? RULE : INPUT, sort, NULL, NULL);
    node->index = rule ? chosen - INPUTS_MAX : chosen;
    node->sort = rule ? policy->rules[node->index].sort : policy->inputs[node->index].sort;
    return node;
}

static struct node *random_literal(const struct place *place, enum sort sort) {
    static const long ends[] = {0, 1, 99, 100, 101, 50000, 99999, 100000, 100001};
    struct random_policy *policy = place->policy;
    switch (sort) {
    case COUNT: return literal(place, sort, (long)chance_below(policy, 6));
    case SHARE: return literal(place, sort, (long)chance_below(policy, 101) * 100);
    case TRUTH: return literal(place, sort, (long)chance_below(policy, 2));
    case CHOICE: return literal(place, sort, (long)chance_below(policy, 3));
    default:
        return literal(place, sort,
                       one_in(policy, 2) ? ends[chance_below(policy, 9)] : (long)chance_below(policy, 90000));
    }
}

static struct node *amount(const struct place *place, enum sort sort, int depth);
static struct node *truth(const struct place *place, int depth);
static struct node *number(const struct place *place, int depth);

static struct node *leaf(const struct place *place, enum sort sort) {
    struct node *found = one_in(place->policy, 5) ? NULL : find_leaf(place, sort);
    return found ? found : random_literal(place, sort);
}

static struct node *group(const struct place *place, enum operation operation, enum sort sort, int depth) {
    const struct place member = {place->policy, (enum level)(place->level + 1), operation == GROUP_TOTAL};
    struct node *node = make(place, operation, sort, NULL, NULL);
    node->level = member.level;
    if (operation == GROUP_TOTAL || operation == GROUP_LEAST) node->a = amount(&member, sort, depth - 1);
    if (operation == GROUP_SOME || operation == GROUP_EVERY) node->a = truth(&member, depth - 1);
    if (one_in(place->policy, 2) || operation == GROUP_SIZE) node->where = truth(&member, depth - 1);
    return node;
}

static bool has_members(const struct place *place) {
    return place->level == COUNTY || place->level == HOUSEHOLD;
}

/* Money of the sort. */
static struct node *amount(const struct place *place, enum sort sort, int depth) {
    struct random_policy *policy = place->policy;
    if (depth <= 0) return leaf(place, sort);
    enum sort other = sort == LUMP ? LUMP : one_in(policy, 2) ? MONTHLY : YEARLY;
    struct node *node;
    switch (chance_below(policy, 14)) {
    case 0: return make(place, SUM_OF, sort, amount(place, sort, depth - 1), amount(place, other, depth - 1));
    case 1: return make(place, DIFFERENCE, sort, amount(place, sort, depth - 1), amount(place, other, depth - 1));
    case 2: return make(place, PRODUCT, sort, amount(place, sort, depth - 1), leaf(place, SHARE));
    case 3: return make(place, PRODUCT, sort, number(place, depth - 1), amount(place, sort, depth - 1));
    case 4:
        if (place->plain) break;
        return make(place, QUOTIENT, sort, amount(place, sort, depth - 1), number(place, depth - 1));
    case 5:
        return make(place, QUOTIENT, sort, amount(place, sort, depth - 1),
                    literal(place, COUNT, 2 + (long)chance_below(policy, 6)));
    case 6: return make(place, LEAST, sort, amount(place, sort, depth - 1), amount(place, other, depth - 1));
    case 7: return make(place, GREATEST, sort, amount(place, sort, depth - 1), amount(place, other, depth - 1));
    case 8:
        policy->asks_known = true;
        return make(place, IF_KNOWN, sort, amount(place, sort, depth - 1), amount(place, other, depth - 1));
    case 9:
    case 10: {
        static const long steps[] = {1, 10, 100, 700};
        enum operation rounding = (enum operation)(ROUNDED + (int)chance_below(policy, 3));
        node = make(place, rounding, sort, amount(place, sort, depth - 1), NULL);
        node->number = steps[chance_below(policy, 4)];
        return node;
    }
    case 11:
    case 12:
        if (!has_members(place) || sort == LUMP) break;
        return group(place, one_in(policy, 4) ? GROUP_LEAST : GROUP_TOTAL, sort, depth);
    default: break;
    }
    if (one_in(policy, 6) && sort == MONTHLY && place->level != CLAIM)
        return make(place, TARIFF, sort, find_leaf(place, COUNT), NULL);
    if (one_in(policy, 4) && sort == MONTHLY) {
        node = make(place, PARAMETER, sort, NULL, NULL);
        return node;
    }
    return leaf(place, sort);
}

/* A count. */
static struct node *number(const struct place *place, int depth) {
    struct random_policy *policy = place->policy;
    if (depth > 0 && has_members(place) && one_in(policy, 2)) return group(place, GROUP_SIZE, COUNT, depth);
    if (depth > 0 && place->level == PERSON && one_in(policy, 3))
        return make(place, AGE, COUNT, find_leaf(place, DAY), NULL);
    if (depth > 0 && one_in(policy, 3))
        return make(place, SUM_OF, COUNT, number(place, depth - 1), number(place, depth - 1));
    return leaf(place, COUNT);
}

static struct node *comparison(const struct place *place, int depth) {
    struct random_policy *policy = place->policy;
    enum sort sort = place->level == CLAIM ? LUMP : one_in(policy, 3) ? COUNT : one_in(policy, 2) ? MONTHLY : YEARLY;
    enum operation operation = (enum operation)(LESS_THAN + (int)chance_below(policy, 4));
    struct node *a = sort == COUNT ? number(place, depth - 1) : amount(place, sort, depth - 1);
    struct node *b = sort == COUNT ? number(place, 0) : amount(place, sort, depth - 1);
    if (operation == BETWEEN && sort != COUNT) operation = AT_LEAST;
    struct node *node = make(place, operation, TRUTH, a, b);
    if (operation == BETWEEN) {
        node->number = (long)chance_below(policy, 3);
        node->b = literal(place, COUNT, node->number + (long)chance_below(policy, 4));
    }
    return node;
}

static struct node *truth(const struct place *place, int depth) {
    struct random_policy *policy = place->policy;
    if (depth <= 0) {
        struct node *found = find_leaf(place, TRUTH);
        return found ? found : literal(place, TRUTH, 1);
    }
    struct node *node;
    switch (chance_below(policy, 10)) {
    case 0:
    case 1: return make(place, AND, TRUTH, truth(place, depth - 1), truth(place, depth - 1));
    case 2:
    case 3: return make(place, OR, TRUTH, truth(place, depth - 1), truth(place, depth - 1));
    case 4: return make(place, NOT, TRUTH, truth(place, depth - 1), NULL);
    case 5:
        if (!has_members(place)) break;
        return group(place, one_in(policy, 2) ? GROUP_SOME : GROUP_EVERY, TRUTH, depth);
    case 6:
        if (place->level == CLAIM || !(node = find_leaf(place, CHOICE))) break;
        node = make(place, ONE_OF, TRUTH, node, NULL);
        node->number = (long)chance_below(policy, 2);
        return node;
    case 7:
        if (!one_in(policy, 3) || !(node = find_leaf(place, place->level == CLAIM ? LUMP : MONTHLY))) break;
        policy->asks_known = true;
        return make(place, IS_KNOWN, TRUTH, node, NULL);
    default: return comparison(place, depth);
    }
    return truth(place, 0);
}

/* --- as text ----------------------------------------------------------------------------------------------------- */

static const char *unit_of(enum sort sort) {
    switch (sort) {
    case MONTHLY: return " yuan/month";
    case YEARLY: return " yuan/year";
    case LUMP: return " yuan";
    default: return "";
    }
}

static const char *type_of(enum sort sort) {
    static const char *const types[] = {"money/month", "money/year", "money", "count", "ratio", "bool", "kind", "date"};
    return types[sort];
}

static void write_number(struct builder *out, enum sort sort, long steps) {
    long size = steps < 0 ? -steps : steps;
    const char *sign = steps < 0 ? "-" : "";
    if (sort == TRUTH)
        builder_add(out, steps ? TEXT("yes") : TEXT("no"));
    else if (sort == CHOICE)
        builder_format(out, "%c", (char)('x' + steps));
    else if (sort == COUNT)
        builder_format(out, "%s%ld", sign, size);
    else if (sort == SHARE)
        builder_format(out, "%s%ld.%02ld%%", sign, size / 100, size % 100);
    else
        builder_format(out, "%s%ld.%02ld%s", sign, size / 100, size % 100, unit_of(sort));
}

static void write_node(struct builder *out, const struct random_policy *policy, const struct node *node);

static void write_pair(struct builder *out, const struct random_policy *policy, const struct node *node,
                       const char *begin, const char *between, const char *end) {
    builder_add(out, text_from(begin));
    write_node(out, policy, node->a);
    if (node->b) builder_add(out, text_from(between));
    if (node->b) write_node(out, policy, node->b);
    builder_add(out, text_from(end));
}

static void write_group(struct builder *out, const struct random_policy *policy, const struct node *node,
                        const char *word) {
    builder_format(out, "%s(%s", word, level_names[node->level]);
    if (node->a) builder_add(out, TEXT(": "));
    if (node->a) write_node(out, policy, node->a);
    if (node->where) builder_add(out, TEXT(" where "));
    if (node->where) write_node(out, policy, node->where);
    builder_add(out, TEXT(")"));
}

static void write_rounding(struct builder *out, const struct random_policy *policy, const struct node *node,
                           const char *word) {
    builder_format(out, "%s(", word);
    write_node(out, policy, node->a);
    builder_add(out, TEXT(", "));
    write_number(out, node->sort, node->number);
    builder_add(out, TEXT(")"));
}

static void write_node(struct builder *out, const struct random_policy *policy, const struct node *node) {
    static const char *const words[] = {
        [GROUP_TOTAL] = "sum", [GROUP_SIZE] = "count", [GROUP_SOME] = "any", [GROUP_EVERY] = "all",
        [GROUP_LEAST] = "min", [ROUNDED] = "round",    [FLOORED] = "floor",  [CEILED] = "ceil"};
    switch (node->operation) {
    case LITERAL: write_number(out, node->sort, node->number); break;
    case INPUT: builder_add(out, text_from(policy->inputs[node->index].name)); break;
    case RULE: builder_add(out, text_from(policy->rules[node->index].name)); break;
    case PARAMETER: builder_add(out, node->sort == SHARE ? TEXT("k1") : TEXT("k0")); break;
    case TARIFF: write_pair(out, policy, node, "tariff[", "", "]"); break;
    case NEGATED: write_pair(out, policy, node, "(-", "", ")"); break;
    case SUM_OF: write_pair(out, policy, node, "(", " + ", ")"); break;
    case DIFFERENCE: write_pair(out, policy, node, "(", " - ", ")"); break;
    case PRODUCT: write_pair(out, policy, node, "(", " * ", ")"); break;
    case QUOTIENT: write_pair(out, policy, node, "(", " / ", ")"); break;
    case LEAST: write_pair(out, policy, node, "min(", ", ", ")"); break;
    case GREATEST: write_pair(out, policy, node, "max(", ", ", ")"); break;
    case IF_KNOWN: write_pair(out, policy, node, "(", " if known else ", ")"); break;
    case IS_KNOWN: write_pair(out, policy, node, "known(", "", ")"); break;
    case LESS_THAN: write_pair(out, policy, node, "(", " < ", ")"); break;
    case AT_LEAST: write_pair(out, policy, node, "(", " >= ", ")"); break;
    case EQUALS: write_pair(out, policy, node, "(", " = ", ")"); break;
    case NOT: write_pair(out, policy, node, "(not ", "", ")"); break;
    case AND: write_pair(out, policy, node, "(", " and ", ")"); break;
    case OR: write_pair(out, policy, node, "(", " or ", ")"); break;
    case AGE: write_pair(out, policy, node, "years(", "", ", first_day)"); break;
    case BY_BANDS: write_pair(out, policy, node, "bands(", "", ", scale)"); break;
    case EARLIER_TOTAL: write_pair(out, policy, node, "sum(earlier claim: ", "", " this year)"); break;
    case YEAR_TOTAL: write_pair(out, policy, node, "sum(claim: ", "", " this year)"); break;
    case BETWEEN:
        write_pair(out, policy, &(struct node){.a = node->a}, "(", "", "");
        builder_format(out, " in %ld .. %ld)", node->number, node->b->number);
        break;
    case ONE_OF:
        write_pair(out, policy, node, "(", "", "");
        builder_format(out, " in (%c, %c))", (char)('x' + node->number), (char)('y' + node->number));
        break;
    case RECENT_TOTAL:
        write_pair(out, policy, node, "sum(claim: ", "", "");
        builder_format(out, " last %ld months)", node->number);
        break;
    case BEFORE: builder_format(out, "previous(%s)", policy->rules[node->index].name); break;
    case SHARED_OUT:
        builder_format(out, "apportion(%s, ", policy->rules[node->index].name);
        write_node(out, policy, node->a);
        builder_add(out, TEXT(", 0.01 yuan/month)"));
        break;
    case ROUNDED:
    case FLOORED:
    case CEILED: write_rounding(out, policy, node, words[node->operation]); break;
    default: write_group(out, policy, node, words[node->operation]); break;
    }
}

static void write_cases(struct builder *out, const struct random_policy *policy, const struct random_rule *rule) {
    builder_add(out, TEXT("  = "));
    for (size_t i = 0; i < rule->count; i++) {
        const struct random_case *one = &rule->cases[i];
        if (i) builder_add(out, TEXT("    "));
        if (one->condition) builder_add(out, TEXT("when "));
        if (one->condition) write_node(out, policy, one->condition);
        if (one->condition) builder_add(out, TEXT(": "));
        if (!one->condition && rule->count > 1) builder_add(out, TEXT("otherwise: "));
        write_node(out, policy, one->value);
        builder_add(out, TEXT("\n"));
    }
}

static void write_dates(struct builder *out, struct dates dates) {
    static const char *const periods[PERIODS] = {"", " from 2018-08-01", " until 2018-07-31"};
    static const char *const enactments[ENACTMENTS] = {"", " enacted 2018-06-01", " enacted 2018-10-01"};
    builder_format(out, "%s%s", periods[dates.period], enactments[dates.enacted]);
}

static void write_exception(struct builder *out, const struct random_policy *policy, const struct random_rule *rule,
                            const struct random_exception *exception) {
    if (!exception->when) return;
    builder_format(out, "exception %s %s", level_names[rule->level], rule->name);
    write_dates(out, exception->dates);
    builder_add(out, TEXT("\n  = when "));
    write_node(out, policy, exception->when);
    builder_add(out, TEXT(": "));
    write_node(out, policy, exception->value);
    builder_add(out, TEXT("\n"));
}

/* --- rules ------------------------------------------------------------------------------------------------------- */

static struct node *value_of(const struct place *place, enum sort sort, int depth) {
    if (sort == TRUTH) return truth(place, depth);
    return sort == COUNT ? number(place, depth) : amount(place, sort, depth);
}

static void fill_cases(struct random_rule *rule, const struct place *place) {
    struct random_policy *policy = place->policy;
    size_t conditions = one_in(policy, 2) ? 0 : 1 + chance_below(policy, CASES_MAX - 1);
    for (size_t i = 0; i < conditions; i++)
        rule->cases[rule->count++] = (struct random_case){truth(place, 2), value_of(place, rule->sort, 2)};
    rule->cases[rule->count++].value = value_of(place, rule->sort, 3);
}

static struct node *to_the_fen(const struct place *place, struct node *value) {
    struct node *node = make(place, ROUNDED, value->sort, value, NULL);
    node->number = 1;
    return node;
}

/* Rules that reach across time, strata and families have a shape of their own. Returns the options of the rule. */
static const char *fill_special(struct random_rule *rule, struct place *place, int index) {
    struct random_policy *policy = place->policy;
    struct node *value;
    switch (chance_below(policy, 5)) {
    case 0: /* what was paid so far */
        rule->level = place->level = HOUSEHOLD;
        rule->sort = MONTHLY;
        value = make(place, BEFORE, MONTHLY, NULL, NULL);
        value->index = index;
        value = make(
            place, SUM_OF, MONTHLY, value,
            to_the_fen(place, make(place, GREATEST, MONTHLY, literal(place, MONTHLY, 0), amount(place, MONTHLY, 2))));
        rule->cases[rule->count++].value = make(place, LEAST, MONTHLY, literal(place, MONTHLY, 10000000), value);
        return " in 0 .. 100_000 yuan/month starts 0";
    case 1: /* a bill, up to what is left of a yearly cap */
        rule->level = place->level = CLAIM;
        rule->sort = LUMP;
        value = make(place, EARLIER_TOTAL, LUMP, make(place, RULE, LUMP, NULL, NULL), NULL);
        value->a->index = index;
        value = make(place, GREATEST, LUMP, literal(place, LUMP, 0),
                     make(place, DIFFERENCE, LUMP, literal(place, LUMP, 50000), value));
        rule->cases[rule->count++].value = make(
            place, LEAST, LUMP,
            to_the_fen(place, make(place, GREATEST, LUMP, literal(place, LUMP, 0), amount(place, LUMP, 2))), value);
        return " in 0 .. 1_000 yuan";
    case 2: /* the bills of a time */
        rule->level = place->level = PERSON;
        rule->sort = LUMP;
        value = make(place, one_in(policy, 2) ? YEAR_TOTAL : RECENT_TOTAL, LUMP, NULL, NULL);
        value->number = 1 + (long)chance_below(policy, 12);
        value->a = find_leaf(&(struct place){policy, CLAIM, false}, LUMP);
        rule->cases[rule->count++].value = value;
        return "";
    case 3:
        rule->level = place->level = PERSON;
        rule->sort = YEARLY;
        rule->cases[rule->count++].value = make(place, BY_BANDS, YEARLY, amount(place, YEARLY, 1), NULL);
        return "";
    default: /* money of the county shared out; the first rule of every policy is such money */
        rule->level = place->level = HOUSEHOLD;
        rule->sort = MONTHLY;
        value = make(place, SHARED_OUT, MONTHLY, leaf(place, COUNT), NULL);
        value->index = 0;
        rule->cases[rule->count++].value = value;
        return "";
    }
}

static void fill_exception(struct random_exception *exception, const struct place *place, enum sort sort) {
    struct random_policy *policy = place->policy;
    exception->when = truth(place, 2);
    exception->value = value_of(place, sort, 2);
    if (one_in(policy, 2)) exception->dates.period = (enum period)chance_below(policy, PERIODS);
    if (one_in(policy, 2)) exception->dates.enacted = (enum enactment)chance_below(policy, ENACTMENTS);
}

void random_policy_add_rule(struct random_policy *policy) {
    int index = (int)policy->rules_count;
    struct random_rule *rule = &policy->rules[index];
    *rule = (struct random_rule){.level = (enum level)(HOUSEHOLD + chance_below(policy, 3))};
    if (one_in(policy, 6)) rule->level = COUNTY;
    static const enum sort sorts[] = {MONTHLY, MONTHLY, YEARLY, COUNT, TRUTH};
    rule->sort = sorts[chance_below(policy, 5)];
    if (rule->level == CLAIM && rule->sort != TRUTH) rule->sort = LUMP;
    struct place place = {policy, rule->level, false};
    const char *options = "";
    snprintf(rule->name, sizeof rule->name, "r%d", index);
    if (index == 0) {
        rule->level = place.level = COUNTY;
        rule->sort = MONTHLY;
        rule->cases[rule->count++].value = literal(&place, MONTHLY, (long)chance_below(policy, 1000000));
    } else if (one_in(policy, 4)) {
        options = fill_special(rule, &place, index);
    } else {
        fill_cases(rule, &place);
        if (one_in(policy, 3)) fill_exception(&rule->exception, &place, rule->sort);
        if (one_in(policy, 3)) fill_exception(&rule->local, &place, rule->sort);
    }
    struct builder out;
    builder_init(&out);
    builder_format(&out, "rule %s %s : %s%s\n", level_names[rule->level], rule->name, type_of(rule->sort), options);
    write_cases(&out, policy, rule);
    write_exception(&out, policy, rule, &rule->exception);
    rule->text = builder_finish(&out, &policy->arena);
    builder_init(&out);
    write_exception(&out, policy, rule, &rule->local);
    rule->local_text = builder_finish(&out, &policy->arena);
    policy->rules_count++;
}

void random_policy_add_promise(struct random_policy *policy) {
    struct place place = {policy, (enum level)(HOUSEHOLD + chance_below(policy, 3)), false};
    policy->promise = (struct promise){.level = place.level, .period = (enum period)chance_below(policy, PERIODS)};
    if (one_in(policy, 2)) policy->promise.asked = truth(&place, 2);
    policy->promise.promise = truth(&place, 2);
    struct builder out;
    builder_init(&out);
    builder_format(&out, "guarantee promise\n  for %s", level_names[place.level]);
    if (policy->promise.asked) builder_add(&out, TEXT(" where "));
    if (policy->promise.asked) write_node(&out, policy, policy->promise.asked);
    builder_add(&out, TEXT(": "));
    write_node(&out, policy, policy->promise.promise);
    write_dates(&out, (struct dates){.period = policy->promise.period});
    builder_add(&out, TEXT("\n"));
    policy->promise.text = builder_finish(&out, &policy->arena);
}

static void write_input(struct builder *out, const struct random_input *input) {
    builder_format(out, "input %s %s : %s", level_names[input->level], input->name, type_of(input->sort));
    bool ranged = input->sort != TRUTH && input->sort != CHOICE;
    if (ranged) builder_add(out, TEXT(" in "));
    if (input->sort == DAY) {
        builder_add(out, TEXT("1900-01-01 .. 2100-01-01"));
    } else if (ranged) {
        write_number(out, input->sort, input->low);
        builder_add(out, TEXT(" .. "));
        write_number(out, input->sort, input->high);
    }
    if (input->empty != UNKNOWN_IF_EMPTY) builder_add(out, TEXT(" empty means "));
    if (input->empty != UNKNOWN_IF_EMPTY) write_number(out, input->sort == MONTHLY ? COUNT : input->sort, input->empty);
    builder_add(out, TEXT("\n"));
}

struct text random_policy_text(struct random_policy *policy) {
    struct builder out;
    builder_init(&out);
    builder_add(&out, TEXT("```doudi\npolicy random\n  currency yuan of 100 fen\nentity county\n"));
    builder_format(&out, "entity household in county at most %d\n", policy->crowded ? 2000 : 60);
    builder_add(&out, TEXT("entity person in household at most 9\n"
                           "event claim in person dated qd, qn at most 100 a year\nenum kind : x, y, z\n"
                           "parameter k0 : money/month in 0 .. 1_000 yuan/month = 291.67 yuan/month\n"
                           "parameter k1 : ratio in 0% .. 100% = 35%\n"
                           "parameter tariff : money/month by county, count in 0 .. 4 in 0 .. 1_000 yuan/month\n"
                           "  table tariff\n"
                           "parameter scale : ratio by band of money/year in 0% .. 100%\n  table scale\n"));
    for (size_t i = 0; i < policy->inputs_count; i++) write_input(&out, &policy->inputs[i]);
    for (size_t i = 0; i < policy->rules_count; i++) builder_add(&out, policy->rules[i].text);
    builder_add(&out, policy->promise.text);
    builder_add(&out, TEXT("```\n"));
    return builder_finish(&out, &policy->arena);
}

struct text random_policy_local(struct random_policy *policy) {
    struct builder out;
    builder_init(&out);
    builder_format(&out, "```doudi\npolicy local extends random area %s", local_county);
    write_dates(&out, (struct dates){.period = policy->local_period});
    if (policy->local_parameter != ENACTMENTS) {
        builder_add(&out, TEXT("\nexception parameter k0"));
        write_dates(&out, (struct dates){.enacted = policy->local_parameter});
        builder_format(&out, " = %ld.%02ld yuan/month", local_value / 100, local_value % 100);
    }
    builder_add(&out, TEXT("\n"));
    for (size_t i = 0; i < policy->rules_count; i++) builder_add(&out, policy->rules[i].local_text);
    builder_add(&out, TEXT("```\n"));
    return builder_finish(&out, &policy->arena);
}

struct text random_policy_tariff(struct random_policy *policy) {
    struct builder out;
    builder_init(&out);
    builder_add(&out, TEXT("area,from,count,value,confidence\n"));
    for (size_t i = 0; i < TARIFF_LINES; i++) {
        const struct tariff_line *line = &tariff[i];
        builder_format(&out, "%s,%s,%ld,", line->local ? local_county : "",
                       line->period == FROM_AUGUST ? "2018-08-01" : "2010-01-01", line->count);
        if (line->value >= 0) builder_format(&out, "%ld.%02ld", line->value / 100, line->value % 100);
        builder_add(&out, TEXT(",high\n"));
    }
    return builder_finish(&out, &policy->arena);
}

struct text random_policy_shown(struct random_policy *policy) {
    struct text law = random_policy_text(policy), local = random_policy_local(policy);
    return text_format(&policy->arena, "%.*s%.*sknown: %s\n", TEXT_ARG(law), TEXT_ARG(local),
                       policy->known_in_september ? "in September" : "everything");
}

/* --- data -------------------------------------------------------------------------------------------------------- */

/* Often at an end of its range or a step from a round amount; days often the first or the last of a month. */
long random_value(struct random_policy *policy, const struct random_input *input) {
    uint64_t span = (uint64_t)(input->high - input->low) + 1;
    if (one_in(policy, 4)) return one_in(policy, 2) ? input->low : input->high;
    long value = input->low + (long)chance_below(policy, span);
    if (input->sort == DAY && one_in(policy, 2)) {
        long first = month_first_day(day_month((day_number)value)) - (long)chance_below(policy, 2);
        return first < input->low ? input->low : first;
    }
    if (one_in(policy, 6) && span > 101) return input->low + 100 + (long)chance_below(policy, 2);
    return value;
}

static void add_row(struct random_policy *policy, struct random_data *data, enum level level, int parent) {
    size_t count = data->count[level];
    if (count == ROWS_MAX) return;
    struct random_row *row = &data->rows[level][data->count[level]++];
    *row = (struct random_row){.parent = parent};
    snprintf(row->id, sizeof row->id, "%c%02zu", "5hpq"[level], count);
    for (size_t i = 0; i < policy->inputs_count; i++) {
        const struct random_input *input = &policy->inputs[i];
        if (input->level != level) continue;
        row->known[i] = !one_in(policy, 6);
        row->values[i] = random_value(policy, input);
        bool names = level == CLAIM && (input->sort == DAY || input->sort == COUNT);
        if (names) row->known[i] = true;
        if (level == CLAIM && input->sort == COUNT) row->values[i] = (long)count;
    }
    for (size_t i = chance_below(policy, CHILDREN_MAX + 1); i > 0 && level < CLAIM; i--)
        add_row(policy, data, (enum level)(level + 1), (int)count);
}

void random_data_fill(struct random_policy *policy, struct random_data *data) {
    *data = (struct random_data){0};
    for (size_t i = 1 + chance_below(policy, 2); i > 0; i--) add_row(policy, data, COUNTY, -1);
}
