#include "lang/unit_words.h"

/* The time that the language itself knows, in Chinese; in English the names say it. */
static const struct {
    const char *name, *counted, *divided; /* 3 个月, but 元/月 */
} chinese[] = {
    {"month", "个月", "月"}, {"months", "个月", "月"}, {"year", "年", "年"},
    {"years", "年", "年"},   {"day", "天", "天"},      {"days", "天", "天"},
};

static struct text part_words(const struct policy *policy, struct text name, bool divided, enum language language) {
    if (text_is(name, "count") || text_is(name, "ratio") || text_is(name, "%")) return TEXT("");
    if (text_is(name, "money")) name = policy->currency;
    const struct unit *unit = map_get(&policy->unit_by_name, name);
    if (unit && (unit->label[LANGUAGE_ZH].length || unit->label[LANGUAGE_EN].length))
        return label_or_name(unit->label, name, language);
    for (size_t i = 0; language == LANGUAGE_ZH && i < sizeof chinese / sizeof *chinese; i++)
        if (text_is(name, chinese[i].name)) return text_from(divided ? chinese[i].divided : chinese[i].counted);
    return name;
}

struct text unit_words(struct arena *arena, const struct policy *policy, struct text unit, enum language language) {
    struct text words = TEXT("");
    for (size_t begin = 0, at = 0; at <= unit.length; at++) {
        if (at < unit.length && unit.bytes[at] != '/') continue;
        struct text word = part_words(policy, text_slice(unit, begin, at), begin > 0, language);
        words = begin ? text_format(arena, "%.*s/%.*s", TEXT_ARG(words), TEXT_ARG(word)) : word;
        begin = at + 1;
    }
    return words;
}

struct text type_written(struct arena *arena, const struct type_name *type) {
    struct text text = TEXT("");
    for (size_t i = 0; i < type->parts.list.count; i++) {
        struct text part = type->parts.list.items[i].text;
        text = i ? text_format(arena, "%.*s/%.*s", TEXT_ARG(text), TEXT_ARG(part)) : part;
    }
    return text;
}
