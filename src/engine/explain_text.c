/* Explanations as lines for a terminal:
 *
 *     某项给付                            520.00◇元/月  〔条款〕
 *     ├─ 低于标准  2,300.00 < 3,500.00         是
 *     │  ├─ 家庭人均收入                2,300.00 元/年
 *     │  │    (9,600.00 + 2,600.00 − 3,000.00) ÷ 4
 *
 * Lines are laid out first and printed after, so that all numbers end in one column. */
#include "engine/explain.h"

/* Labels longer than this push their own number to the right and nobody else's. */
enum { LEFT_COLUMNS_MAX = 56, NESTING_MAX = 64 };

/* --- lines ------------------------------------------------------------------------------------------------------ */

struct line {
    struct text left, value, unit, tail;
    bool marked;
};

struct page {
    struct arena *arena;
    enum language language;
    bool unicode;
    struct map opened, mentioned; /* values whose reasons, or formula, stand above already */
    VECTOR(struct line) lines;
};

static const char *say(const struct page *page, const char *zh, const char *en) {
    return page->language == LANGUAGE_ZH ? zh : en;
}

static struct text format_shown(const struct page *page, const struct explanation *node) {
    return value_show_in(page->arena, node->dataset, &node->type, node->scale, node->step, &node->value,
                         page->language);
}

/* ◇ behind a parameter: it is not confirmed. */
static void append_label(const struct page *page, struct builder *left, const struct explanation *node) {
    if (node->failed) builder_add(left, TEXT("✕ "));
    builder_add(left, node->label[page->language]);
    if (node->kind == EXPLANATION_PREVIOUS) builder_add(left, text_from(say(page, " (此前)", " (before)")));
    if (node->kind == EXPLANATION_PARAMETER && node->unconfirmed) builder_add(left, TEXT(" ◇"));
}

static void append_part(struct builder *tail, struct text part) {
    if (!part.length) return;
    if (tail->length) builder_add(tail, TEXT("  "));
    builder_add(tail, part);
}

static struct text cites_text(const struct page *page, const struct names *cites) {
    struct builder builder;
    if (!cites || !cites->list.count) return TEXT("");
    builder_init(&builder);
    builder_add(&builder, TEXT("〔"));
    for (size_t i = 0; i < cites->list.count; i++) {
        if (i) builder_add(&builder, TEXT(", "));
        builder_add(&builder, cites->list.items[i].text);
    }
    builder_add(&builder, TEXT("〕"));
    return builder_finish(&builder, page->arena);
}

/* Without the exact fraction, which nobody could say. */
static struct text distance_text(const struct page *page, const struct explanation *node) {
    /* of any unit: a distance between shares is shown as a number */
    struct type number = {.kind = TYPE_NUMBER, .powers = {[DIMENSION_MONEY] = 1}};
    struct value value = value_number(node->distance);
    struct text shown = value_show(page->arena, &number, node->scale, node->step, &value, page->language);
    const struct text about = TEXT("≈ ");
    for (size_t at = 0; at + about.length <= shown.length; at++)
        if (text_starts(text_slice(shown, at, shown.length), about.bytes)) {
            struct text rounded = text_slice(shown, at + about.length, shown.length);
            return text_format(page->arena, "≈%.*s", TEXT_ARG(rounded));
        }
    return shown;
}

static struct text with_unit(const struct page *page, const struct explanation *node, struct text amount) {
    struct text word = explanation_unit(page->arena, node, node->subject_unit, page->language);
    return word.length ? text_format(page->arena, "%.*s %.*s", TEXT_ARG(amount), TEXT_ARG(word)) : amount;
}

/* A distance, no advice: nobody is to grow younger, or more disabled. */
static struct text failure_text(const struct page *page, const struct explanation *node) {
    if (!node->failed || node->move == MOVE_NONE) return TEXT("");
    struct text distance = with_unit(page, node, distance_text(page, node));
    const char *words = node->move == MOVE_DOWN ? "高出 %.*s" : "低了 %.*s";
    if (page->language == LANGUAGE_EN) words = node->move == MOVE_DOWN ? "too high by %.*s" : "too low by %.*s";
    return text_format(page->arena, words, TEXT_ARG(distance));
}

/* ↑省 53: the value is that of the province. */
static struct text level_text(const struct page *page, const struct explanation *node) {
    if (!node->inherited) return TEXT("");
    if (!node->level) return text_from(say(page, "↑各地通用", "↑everywhere"));
    struct text level = label_or_name(node->level->label, node->level->name, page->language);
    return text_format(page->arena, "↑%.*s %.*s", TEXT_ARG(level), TEXT_ARG(node->line->area));
}

/* A result whose reasons are not shown says itself where it was found, when it is a value of a parameter. */
static struct text origin_text(const struct page *page, const struct explanation *node, bool closed) {
    if (node->inherited || !closed || node->type.kind != TYPE_NUMBER || node->value.state != VALUE_KNOWN ||
        number_sign(node->value.as.number) == 0)
        return level_text(page, node);
    for (size_t i = 0; i < node->children.count; i++) {
        const struct explanation *child = node->children.items[i];
        if (child->inherited && child->type.kind == TYPE_NUMBER && child->value.state == VALUE_KNOWN &&
            value_equal(&node->type, &node->value, &child->value))
            return level_text(page, child);
    }
    return TEXT("");
}

/* Who has confirmed what the law itself does not. */
static struct text attested_text(const struct page *page, const struct attestation *attested) {
    if (attested->is_signed)
        return text_format(page->arena, say(page, "已签字确认:%.*s", "%.*s signed for it"), TEXT_ARG(attested->by));
    return text_format(page->arena, say(page, "已确认:%.*s,凭「%.*s」", "confirmed by %.*s: %.*s"),
                       TEXT_ARG(attested->by), TEXT_ARG(attested->document));
}

static void append_line_detail(const struct page *page, struct builder *tail, const struct parameter_value *line) {
    if (line->from > day_first)
        append_part(
            tail, text_format(page->arena, say(page, "自 %s", "since %s"), day_format(page->arena, line->from).bytes));
    if (line->confirmed && !line->attested) {
        append_part(tail, line->document);
        return;
    }
    bool medium = text_is(line->confidence, "medium"), shown_only = text_is(line->confidence, "low");
    if (line->attested)
        append_part(tail, attested_text(page, line->attested));
    else if (medium)
        append_part(tail, text_from(say(page, "未确认", "not confirmed")));
    else
        append_part(tail, shown_only ? text_from(say(page, "示意值", "for illustration")) : line->confidence);
    append_part(tail, label_or_name(line->source, TEXT(""), page->language));
    append_part(tail, line->document);
}

static struct text tail_of(const struct page *page, const struct explanation *node, bool closed, bool repeated) {
    struct builder tail;
    builder_init(&tail);
    append_part(&tail, origin_text(page, node, closed && !repeated));
    append_part(&tail, failure_text(page, node));
    append_part(&tail, node->missing[page->language]);
    append_part(&tail, cites_text(page, node->cites));
    if (node->line) append_line_detail(page, &tail, node->line);
    if (node->yearly)
        append_part(&tail, text_format(page->arena, say(page, "每年 %d 月核定", "judged in month %d"), node->yearly));
    if (node->given) append_part(&tail, text_from(say(page, "按决定", "by decision")));
    if (node->left_empty)
        append_part(&tail, text_from(say(page, "未填,按规定取值", "left empty, taken as the policy says")));
    if (repeated) append_part(&tail, text_from(say(page, "见上", "see above")));
    return builder_finish(&tail, page->arena);
}

static void push_text(struct page *page, struct text left) {
    struct line line = {.left = left};
    VECTOR_PUSH(page->arena, &page->lines, line);
}

/* Tests carry their numbers on their own line, amounts under it. */
static bool is_inline(const struct explanation *node) {
    return node->type.kind == TYPE_BOOL;
}

static void push_node(struct page *page, const struct explanation *node, struct text stem, bool closed, bool repeated) {
    struct builder left;
    builder_init(&left);
    builder_add(&left, stem);
    append_label(page, &left, node);
    struct text formula = is_inline(node) ? explanation_formula(page->arena, node, page->language) : TEXT("");
    if (formula.length) builder_format(&left, "  %.*s", TEXT_ARG(formula));
    bool number = node->type.kind == TYPE_NUMBER && node->value.state == VALUE_KNOWN;
    struct line line = {
        .left = builder_finish(&left, page->arena),
        .value = format_shown(page, node),
        .unit = explanation_unit(page->arena, node, number ? node->unit : NULL, page->language),
        .tail = tail_of(page, node, closed, repeated),
        .marked = number && node->unconfirmed,
    };
    VECTOR_PUSH(page->arena, &page->lines, line);
}

/* A failed condition is followed down to the comparison whatever the depth. */
static bool is_open(const struct explanation *node, unsigned depth) {
    return !node->field || node->failed || depth > 0;
}

static unsigned depth_below(const struct explanation *node, unsigned depth) {
    return node->field && depth > 0 ? depth - 1 : depth;
}

/* How a value was computed is said once, also where its reasons are not shown. */
static bool is_first_mention(struct page *page, const struct explanation *node) {
    if (!node->field) return true;
    struct text key = text_format(page->arena, "%zu %.*s", node->field->index, TEXT_ARG(node->id));
    if (map_get(&page->mentioned, key)) return false;
    map_put(&page->mentioned, key, page);
    return true;
}

/* Under its value. */
static void push_formula(struct page *page, const struct explanation *node, struct text below, bool has_children) {
    struct text formula = explanation_formula(page->arena, node, page->language);
    if (!formula.length || !is_first_mention(page, node)) return;
    push_text(page,
              text_format(page->arena, "%.*s%s  %.*s", TEXT_ARG(below), has_children ? "│" : "", TEXT_ARG(formula)));
}

static void lay_out(struct page *page, const struct explanation *node, struct text stem, struct text below,
                    unsigned depth, unsigned nesting) {
    size_t count = is_open(node, depth) && nesting < NESTING_MAX ? node->children.count : 0;
    if (arena_failed(page->arena)) return;
    bool repeated = count && explanation_repeats(&page->opened, node);
    if (repeated) count = 0;
    push_node(page, node, stem, count == 0, repeated);
    if (!is_inline(node) && !repeated) push_formula(page, node, below, count);
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count && !node->more;
        struct text stem_of_child = text_format(page->arena, "%.*s%s", TEXT_ARG(below), last ? "└─ " : "├─ ");
        struct text below_child = text_format(page->arena, "%.*s%s", TEXT_ARG(below), last ? "   " : "│  ");
        lay_out(page, node->children.items[i], stem_of_child, below_child, depth_below(node, depth), nesting + 1);
    }
    if (count && node->more)
        push_text(page, text_format(page->arena, say(page, "%.*s└─ 另有 %zu 项", "%.*s└─ %zu more"), TEXT_ARG(below),
                                    node->more));
}

/* --- the way to another result ------------------------------------------------------------------------------ */

/* Nobody gets older by a threshold. */
static bool has_unit(const struct page *page, const struct explanation *node) {
    return explanation_unit(page->arena, node, node->subject_unit, page->language).length;
}

/* The first comparison on which the value now hangs, as it holds. */
static const struct explanation *find_threshold(const struct page *page, const struct explanation *node,
                                                unsigned nesting) {
    if (node->move != MOVE_NONE && !node->failed && has_unit(page, node)) return node;
    if (nesting >= NESTING_MAX) return NULL;
    for (size_t i = 0; i < node->children.count; i++) {
        const struct explanation *child = node->children.items[i];
        if (child->type.kind != TYPE_BOOL) continue;
        const struct explanation *found = find_threshold(page, child, nesting + 1);
        if (found) return found;
    }
    return NULL;
}

static void push_threshold(struct page *page, const struct explanation *root) {
    const struct explanation *node = find_threshold(page, root, 0);
    if (!node || root->type.kind == TYPE_BOOL || root->failed) return;
    struct text distance = with_unit(page, node, distance_text(page, node));
    bool up = node->move == MOVE_UP;
    push_text(page,
              text_format(
                  page->arena,
                  up ? say(page, "「%.*s」再增加 %.*s,结果就会改变", "The result changes once \"%.*s\" rises by %.*s")
                     : say(page, "「%.*s」再减少 %.*s,结果就会改变", "The result changes once \"%.*s\" falls by %.*s"),
                  TEXT_ARG(node->subject[page->language]), TEXT_ARG(distance)));
}

/* --- printing --------------------------------------------------------------------------------------------------- */

static const char *ascii_of(uint32_t sign) {
    switch (sign) {
    case 0x251C: return "|";  /* ├ */
    case 0x2514: return "\\"; /* └ */
    case 0x2502: return "|";  /* │ */
    case 0x2500: return "-";  /* ─ */
    case 0x25C7: return "*";  /* ◇ */
    case 0x2191: return "^";  /* ↑ */
    case 0x2715: return "x";  /* ✕ */
    case 0x2212: return "-";  /* − */
    case 0x00D7: return "x";  /* × */
    case 0x00F7: return "/";  /* ÷ */
    case 0x2248: return "~";  /* ≈ */
    case 0x2264: return "<="; /* ≤ */
    case 0x2265: return ">="; /* ≥ */
    case 0x2260: return "!="; /* ≠ */
    case 0x3014: return "[";  /* 〔 */
    case 0x3015: return "]";  /* 〕 */
    case 0x300C:
    case 0x300D: return "\""; /* 「 」 */
    case 0xFF1F: return "?";
    case 0xFF01: return "!";
    default: return NULL;
    }
}

static struct text plain_signs(const struct page *page, struct text text) {
    struct builder builder;
    if (page->unicode) return text;
    builder_init(&builder);
    for (size_t at = 0; at < text.length;) {
        size_t begin = at;
        const char *ascii = ascii_of(text_next(text, &at));
        builder_add(&builder, ascii ? text_from(ascii) : text_slice(text, begin, at));
    }
    return builder_finish(&builder, page->arena);
}

static size_t value_column(struct page *page) {
    size_t left = 0, value = 0;
    for (size_t i = 0; i < page->lines.count; i++) {
        struct line *line = &page->lines.items[i];
        line->left = plain_signs(page, line->left);
        line->value = plain_signs(page, line->value);
        line->tail = plain_signs(page, line->tail);
        size_t width = text_width(line->left);
        if (!line->value.length) continue;
        if (width > left && width <= LEFT_COLUMNS_MAX) left = width;
        if (text_width(line->value) > value) value = text_width(line->value);
    }
    return left + 2 + value;
}

static void print_line(struct builder *out, const struct page *page, const struct line *line, size_t column) {
    builder_add(out, line->left);
    if (line->value.length) {
        size_t used = text_width(line->left) + text_width(line->value);
        builder_pad(out, used + 2 <= column ? column - used : 2);
        builder_add(out, line->value);
        if (line->marked)
            builder_add(out, page->unicode ? TEXT("◇") : TEXT("*"));
        else if (line->unit.length)
            builder_add(out, TEXT(" "));
        builder_add(out, line->unit);
    }
    if (line->tail.length) builder_format(out, "  %.*s", TEXT_ARG(line->tail));
    builder_add(out, TEXT("\n"));
}

void explanation_print(struct builder *out, struct arena *arena, const struct explanation *explanation,
                       enum language language, bool unicode) {
    struct page page = {.arena = arena, .language = language, .unicode = unicode};
    map_init(&page.opened, arena);
    map_init(&page.mentioned, arena);
    lay_out(&page, explanation, TEXT(""), TEXT(""), explanation->depth, 0);
    if (arena_failed(arena)) return;
    push_threshold(&page, explanation);
    size_t column = value_column(&page);
    if (arena_failed(arena)) return;
    for (size_t i = 0; i < page.lines.count; i++) print_line(out, &page, &page.lines.items[i], column);
}
