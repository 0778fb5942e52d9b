#include "lang/unit_meant.h"

#include <string.h>

/* Words for the coin of the policy's currency, whatever its name. */
static const char *const coins[] = {"元", "块", "块钱", "圆", "元钱", "元人民币", "人民币", "RMB", "rmb", "CNY", "cny"};

static const struct {
    const char *found, *counted, *divided; /* 3 months, but yuan/month */
} known[] = {
    {"个月", "months", "month"}, {"月", "months", "month"}, {"年", "years", "year"}, {"天", "days", "day"},
    {"日", "days", "day"},       {"分", "fen", "fen"},      {"分钱", "fen", "fen"},
};

/* What is counted has no unit here. */
static const char *const counts[] = {"岁", "周岁", "人",     "名",      "口",    "个", "个人", "户",      "家",
                                     "次", "级",   "people", "persons", "times", "件", "位",   "families"};

/* Numerals that a number is followed by; 百万 is 100 * 10000. */
static const struct {
    const char *word;
    int64_t value;
} numerals[] = {{"十", 10}, {"百", 100}, {"千", 1000}, {"万", 10000}, {"亿", 100000000}};

static bool is_one_of(struct text word, const char *const words[], size_t count) {
    for (size_t i = 0; i < count; i++)
        if (text_is(word, words[i])) return true;
    return false;
}

/* The name of the unit that one part of a unit stands for; empty when there is none. */
static struct text name_meant(const struct policy *policy, struct text part, bool divided) {
    if (part.length == 0) return part; /* a unit without a label has an empty one */
    if (map_get(&policy->unit_by_name, part)) return part;
    for (size_t i = 0; i < policy->units.count; i++) {
        const struct unit *unit = policy->units.items[i];
        if (text_equal(unit->label[LANGUAGE_ZH], part) || text_equal(unit->label[LANGUAGE_EN], part)) return unit->name;
    }
    if (is_one_of(part, coins, sizeof coins / sizeof *coins)) return policy->currency;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct text name = text_from(divided ? known[i].divided : known[i].counted);
        if (text_is(part, known[i].found) && map_get(&policy->unit_by_name, name)) return name;
    }
    return TEXT("");
}

static struct text cut_numerals(struct arena *arena, struct text part, struct number *number) {
    for (size_t i = 0; i < sizeof numerals / sizeof *numerals; i++) {
        if (!text_starts(part, numerals[i].word)) continue;
        *number = number_multiply(arena, *number, number_from(numerals[i].value));
        return cut_numerals(arena, text_slice(part, strlen(numerals[i].word), part.length), number);
    }
    return part;
}

static struct text add_part(struct arena *arena, struct text unit, struct text part) {
    return unit.length ? text_format(arena, "%.*s/%.*s", TEXT_ARG(unit), TEXT_ARG(part)) : part;
}

/* The unit of what stands beside, from that part on, in the policy's own words; empty when it has none. */
static struct text unit_beside(struct policy *policy, const struct type_name *beside, struct text unit, size_t from) {
    for (size_t i = from; i < beside->parts.list.count; i++) {
        struct text part = beside->parts.list.items[i].text;
        if (!map_get(&policy->unit_by_name, part)) return TEXT("");
        unit = add_part(&policy->arena, unit, text_is(part, "money") ? policy->currency : part);
    }
    return unit;
}

/* 50 元 beside an amount by the month. */
static bool lacks_divisor(const struct policy *policy, struct text unit, const struct type_name *beside) {
    const struct unit *written = map_get(&policy->unit_by_name, unit);
    if (!written || beside->parts.list.count < 2) return false;
    const struct unit *first = map_get(&policy->unit_by_name, beside->parts.list.items[0].text);
    return first && memcmp(first->powers, written->powers, sizeof first->powers) == 0;
}

/* 3_500: with the signs that part thousands. */
static struct text write_number(struct arena *arena, struct number number) {
    struct text exact = number_exact(arena, number), text = TEXT("");
    size_t whole = 0;
    while (whole < exact.length && exact.bytes[whole] != '.') whole++;
    for (size_t i = 0; i < whole; i++)
        text = text_format(arena, "%.*s%s%c", TEXT_ARG(text), i > 0 && (whole - i) % 3 == 0 ? "_" : "", exact.bytes[i]);
    return text_format(arena, "%.*s%.*s", TEXT_ARG(text), TEXT_ARG(text_slice(exact, whole, exact.length)));
}

/* Each part between the strokes; false when one of them means nothing. */
static bool read_parts(struct policy *policy, struct text unit, struct number *number, struct text *out,
                       bool *counted) {
    *out = TEXT("");
    *counted = false;
    for (size_t begin = 0, at = 0; at <= unit.length; at++) {
        if (at < unit.length && unit.bytes[at] != '/') continue;
        struct text part = text_slice(unit, begin, at), name = name_meant(policy, part, begin > 0);
        if (begin == 0 && name.length == 0) {
            part = cut_numerals(&policy->arena, part, number);
            if (text_is(part, "角") || text_is(part, "毛")) {
                *number = number_divide(&policy->arena, *number, number_from(10));
                part = TEXT("元");
            }
            name = name_meant(policy, part, false);
        }
        bool count = is_one_of(part, counts, sizeof counts / sizeof *counts);
        if (name.length == 0 && part.length > 0 && !count) return false;
        if (begin == 0) *counted = name.length == 0 && count;
        if (name.length) *out = add_part(&policy->arena, *out, name);
        begin = at + 1;
    }
    return true;
}

struct quantity_meant quantity_meant(struct policy *policy, struct number number, struct text unit,
                                     const struct type_name *beside) {
    struct quantity_meant meant = {.written = TEXT("")};
    struct text name;
    if (!read_parts(policy, unit, &number, &name, &meant.counted)) return meant;
    bool numeral = name.length == 0 && !meant.counted; /* 5万, and no unit */
    if (beside && numeral) name = unit_beside(policy, beside, name, 0);
    if (beside && lacks_divisor(policy, name, beside)) name = unit_beside(policy, beside, name, 1);
    meant.written = write_number(&policy->arena, number);
    if (name.length) meant.written = text_format(&policy->arena, "%.*s %.*s", TEXT_ARG(meant.written), TEXT_ARG(name));
    return meant;
}
