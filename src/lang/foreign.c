#include "lang/foreign.h"

struct foreign {
    const char *found, *meant;
};

/* A longer sign stands before one that it begins with. */
static const struct foreign signs[] = {
    {"===", "="}, {"==", "="},  {"!==", "!="}, {"<>", "!="}, {"=>", ">="}, {"=<", "<="}, {"&&", "and"}, {"&", "and"},
    {"||", "or"}, {"!", "not"}, {"//", "#"},   {"≠", "!="},  {"≤", "<="},  {"≥", ">="},  {"≦", "<="},   {"≧", ">="},
    {"×", "*"},   {"÷", "/"},   {"−", "-"},    {"–", "-"},   {"—", "-"},   {"…", ".."},  {"'", "\""},
};
static const struct foreign full_width[] = {
    {"：", ":"}, {"，", ","}, {"、", ","},  {"．", "."},   {"（", "("},  {"）", ")"},  {"“", "\""},   {"”", "\""},
    {"‘", "\""}, {"’", "\""}, {"＂", "\""}, {"「", "\""},  {"」", "\""}, {"【", "["},  {"】", "]"},   {"［", "["},
    {"］", "]"}, {"＝", "="}, {"＜", "<"},  {"＞", ">"},   {"《", "<"},  {"》", ">"},  {"＋", "+"},   {"－", "-"},
    {"＊", "*"}, {"／", "/"}, {"％", "%"},  {"！", "not"}, {"＃", "#"},  {"｜", "or"}, {"＆", "and"}, {"·", "."},
};
static const struct foreign words[] = {
    {"true", "yes"},  {"True", "yes"}, {"TRUE", "yes"}, {"false", "no"},  {"False", "no"}, {"FALSE", "no"},
    {"是", "yes"},    {"真", "yes"},   {"否", "no"},    {"假", "no"},     {"AND", "and"},  {"OR", "or"},
    {"NOT", "not"},   {"且", "and"},   {"并且", "and"}, {"和", "and"},    {"或", "or"},    {"或者", "or"},
    {"非", "not"},    {"不", "not"},   {"is", "="},     {"null", "none"}, {"nil", "none"}, {"None", "none"},
    {"percent", "%"}, {"per", "/"},
};
static const char *const conditions[] = {"if",    "IF",   "If",     "then", "THEN", "else", "ELSE", "elif", "elseif",
                                         "elsif", "case", "switch", "如果", "若",   "那么", "否则", "当"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct foreign *find_start(const struct foreign *list, size_t count, struct text text) {
    for (size_t i = 0; i < count; i++)
        if (text_starts(text, list[i].found)) return &list[i];
    return NULL;
}

static const struct foreign *find(const struct foreign *list, size_t count, struct text text) {
    for (size_t i = 0; i < count; i++)
        if (text_is(text, list[i].found)) return &list[i];
    return NULL;
}

size_t foreign_sign_length(struct text text) {
    bool differs = text_starts(text, "!=") && !text_starts(text, "!==");
    const struct foreign *sign = differs ? NULL : find_start(signs, COUNT(signs), text);
    if (!sign) sign = find_start(full_width, COUNT(full_width), text);
    return sign ? text_from(sign->found).length : 0;
}

const char *foreign_meant(struct text found) {
    const struct foreign *foreign = find(signs, COUNT(signs), found);
    if (!foreign) foreign = find(full_width, COUNT(full_width), found);
    if (!foreign) foreign = find(words, COUNT(words), found);
    return foreign ? foreign->meant : NULL;
}

bool foreign_is_full_width(struct text found) {
    return find(full_width, COUNT(full_width), found) != NULL;
}

bool foreign_is_space(struct text found) {
    static const char *const spaces[] = {"\u3000", "\u00a0", "\u2003", "\u2009", "\u200b", "\ufeff"};
    for (size_t i = 0; i < COUNT(spaces); i++)
        if (text_is(found, spaces[i])) return true;
    return false;
}

bool foreign_is_condition(struct text found) {
    for (size_t i = 0; i < COUNT(conditions); i++)
        if (text_is(found, conditions[i])) return true;
    return false;
}
