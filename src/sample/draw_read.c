#include "sample/draw.h"

#include "sample/messages.h"

enum {
    DECIMALS_OF_SHARE = 6,
    SUGGESTION_DISTANCE = 3
};
static const int64_t VALUE_MAX = INT64_C(10000000000); /* of a quantile, so that its interpolation cannot overflow */

struct form {
    const char *key;
    struct draw *(*read)(const struct scope *scope, const struct yaml_node *mapping, const struct yaml_node *value,
                         struct column *column);
    const char *companions[2]; /* keys that belong to it */
};
static const struct form forms[];
static const char *const common_keys[] = {"when", "percent", "least", "most", "round", "unknown", "decimals"};

static struct draw *draw_new(const struct scope *scope, enum draw_form form, enum kind kind) {
    struct draw *draw = ARENA_NEW(scope->profile->arena, struct draw);
    draw->form = form;
    draw->kind = kind;
    return draw;
}

static struct draw *refuse(const struct scope *scope, enum sample_message message, struct position at,
                           struct text first, struct text second) {
    sample_complain(scope->diagnostics, message, at, first, second, TEXT(""));
    return NULL;
}

static void add_word(const struct scope *scope, struct column *column, int64_t word) {
    if (column && !column_has_word(column, word)) VECTOR_PUSH(scope->profile->arena, &column->words, word);
}

/* Shares */

bool share_read(struct text text, struct position at, struct diagnostics *diagnostics, int64_t *out) {
    struct text digits = text;
    if (digits.length && digits.bytes[digits.length - 1] == '%') digits.length--;
    digits = text_trim(digits);
    int64_t share = 0;
    int decimals = -1; /* before the point */
    bool good = digits.length > 0 && digits.length < 12 && digits.length < text.length;
    for (size_t i = 0; i < digits.length && good; i++) {
        char byte = digits.bytes[i];
        if (byte == '.' && decimals < 0 && i > 0) {
            decimals = 0;
        } else if (byte >= '0' && byte <= '9') {
            share = share * 10 + (byte - '0');
            if (decimals >= 0) decimals++;
        } else {
            good = false;
        }
    }
    good = good && decimals != 0 && decimals <= DECIMALS_OF_SHARE;
    for (int i = decimals < 0 ? 0 : decimals; i < DECIMALS_OF_SHARE && good; i++) {
        good = !__builtin_mul_overflow(share, 10, &share) && share <= SHARE_WHOLE;
    }
    if (good && share <= SHARE_WHOLE) {
        *out = share;
        return true;
    }
    sample_complain(diagnostics, SAMPLE_BAD_SHARE, at, text, TEXT(""), TEXT(""));
    return false;
}

static struct draw *read_chance(const struct scope *scope, const struct yaml_node *mapping,
                                const struct yaml_node *value, struct column *column) {
    (void)mapping;
    (void)column;
    struct draw *draw = draw_new(scope, DRAW_CHANCE, KIND_TRUTH);
    return share_read(value->scalar, value->at, scope->diagnostics, &draw->share) ? draw : NULL;
}

/* Choices */

static bool parse_whole(struct text text, int64_t *out) {
    size_t begin = text.length > 1 && text.bytes[0] == '-' ? 1 : 0;
    int64_t number = 0;
    if (begin == text.length) return false;
    for (size_t i = begin; i < text.length; i++) {
        if (text.bytes[i] == '_' && i > begin) continue;
        if (text.bytes[i] < '0' || text.bytes[i] > '9' || number > VALUE_MAX) return false;
        number = number * 10 + (text.bytes[i] - '0');
    }
    *out = begin ? -number : number;
    return number <= VALUE_MAX;
}

static enum kind literal(const struct scope *scope, struct text text, struct value *out) {
    day_number day;
    if (text_is(text, "empty")) {
        *out = value_empty();
        return KIND_NONE;
    }
    if (text_is(text, "yes") || text_is(text, "no")) {
        *out = value_number(text_is(text, "yes"));
        return KIND_TRUTH;
    }
    *out = value_number(0);
    if (parse_whole(text, &out->number)) return KIND_WHOLE;
    if (day_parse(text, &day)) {
        out->number = day;
        return KIND_DAY;
    }
    *out = profile_word(scope->profile, text);
    return KIND_WORD;
}

/* The kind that two alternatives have together; complains when they do not go together. */
static bool unite(const struct scope *scope, enum kind *kind, enum kind other, struct position at) {
    if (*kind == KIND_NONE) *kind = other;
    if (other == KIND_NONE || other == *kind) return true;
    refuse(scope, SAMPLE_WRONG_KIND, at, kind_name(other), kind_name(*kind));
    return false;
}

static bool add_choice(const struct scope *scope, struct draw *draw, struct column *column, struct text text,
                       struct position at, int64_t up_to) {
    struct choice choice = {.up_to = up_to};
    enum kind kind = literal(scope, text, &choice.value);
    if (kind == KIND_WORD) add_word(scope, column, choice.value.number);
    VECTOR_PUSH(scope->profile->arena, &draw->choices, choice);
    return unite(scope, &draw->kind, kind, at);
}

static struct text share_text(const struct scope *scope, int64_t share) {
    return text_format(scope->profile->arena, "%lld.%06lld %%", (long long)(share / SHARE_PERCENT),
                       (long long)(share % SHARE_PERCENT));
}

static struct draw *read_choice(const struct scope *scope, const struct yaml_node *mapping,
                                const struct yaml_node *value, struct column *column) {
    (void)mapping;
    struct draw *draw = draw_new(scope, DRAW_CHOICE, KIND_NONE);
    if (value->kind == YAML_SCALAR || value->count == 0) {
        return refuse(scope, SAMPLE_NOT_CHOICE, value->at, TEXT(""), TEXT(""));
    }
    int64_t total = 0;
    bool good = true;
    for (size_t i = 0; i < value->count; i++) {
        if (value->kind == YAML_SEQUENCE) {
            int64_t up_to = (int64_t)(i + 1) * SHARE_WHOLE / (int64_t)value->count;
            good &= add_choice(scope, draw, column, value->items[i]->scalar, value->items[i]->at, up_to);
            continue;
        }
        const struct yaml_pair *pair = &value->pairs[i];
        int64_t share = 0;
        good &= share_read(pair->value->scalar, pair->value->at, scope->diagnostics, &share);
        total += share;
        good &= add_choice(scope, draw, column, pair->key, pair->key_at, total);
    }
    if (good && value->kind == YAML_MAPPING && total != SHARE_WHOLE) {
        return refuse(scope, SAMPLE_SHARES_SUM, value->at, share_text(scope, total), TEXT(""));
    }
    return good ? draw : NULL;
}

static struct draw *read_pick(const struct scope *scope, const struct yaml_node *mapping,
                              const struct yaml_node *value, struct column *column) {
    (void)mapping;
    struct draw *draw = draw_new(scope, DRAW_PICK, KIND_WORD);
    draw->list = map_get(&scope->profile->lists, value->scalar);
    if (!draw->list) return refuse(scope, SAMPLE_UNKNOWN_LIST, value->at, value->scalar, TEXT(""));
    for (size_t i = 0; i < draw->list->words.count; i++) add_word(scope, column, draw->list->words.items[i]);
    return draw;
}

/* Numbers */

static struct draw *read_quantiles(const struct scope *scope, const struct yaml_node *mapping,
                                   const struct yaml_node *value, struct column *column) {
    (void)mapping;
    (void)column;
    struct draw *draw = draw_new(scope, DRAW_QUANTILES, KIND_WHOLE);
    bool good = value->kind == YAML_MAPPING && value->count >= 2;
    struct point last = {-1, INT64_MIN};
    for (size_t i = 0; i < value->count && good; i++) {
        struct point point;
        if (!share_read(value->pairs[i].key, value->pairs[i].key_at, scope->diagnostics, &point.share)) return NULL;
        good = parse_whole(value->pairs[i].value->scalar, &point.value);
        good = good && point.share > last.share && point.value >= last.value && (i > 0 || point.share == 0);
        VECTOR_PUSH(scope->profile->arena, &draw->points, point);
        last = point;
    }
    if (good && last.share == SHARE_WHOLE) return draw;
    return refuse(scope, SAMPLE_BAD_QUANTILES, value->at, TEXT(""), TEXT(""));
}

static struct draw *read_between(const struct scope *scope, const struct yaml_node *mapping,
                                 const struct yaml_node *value, struct column *column) {
    (void)mapping;
    (void)column;
    if (value->kind != YAML_SEQUENCE || value->count != 2) {
        return refuse(scope, SAMPLE_BAD_BETWEEN, value->at, TEXT(""), TEXT(""));
    }
    struct draw *draw = draw_new(scope, DRAW_BETWEEN, KIND_NONE);
    draw->first = expression_read(scope, value->items[0]);
    draw->second = expression_read(scope, value->items[1]);
    if (!draw->first || !draw->second) return NULL;
    draw->kind = draw->first->kind;
    if (draw->kind != KIND_WHOLE && draw->kind != KIND_DAY) {
        return refuse(scope, SAMPLE_WRONG_KIND, value->items[0]->at, kind_name(draw->kind), kind_name(KIND_WHOLE));
    }
    return unite(scope, &draw->kind, draw->second->kind, value->items[1]->at) ? draw : NULL;
}

/* Texts */

static struct draw *read_join(const struct scope *scope, const struct yaml_node *mapping,
                              const struct yaml_node *value, struct column *column) {
    (void)mapping;
    (void)column;
    struct draw *draw = draw_new(scope, DRAW_JOIN, KIND_TEXT);
    if (value->kind != YAML_SEQUENCE) return refuse(scope, SAMPLE_NOT_SEQUENCE, value->at, TEXT("join"), TEXT(""));
    bool good = true;
    for (size_t i = 0; i < value->count; i++) {
        const struct yaml_node *item = value->items[i];
        struct expression *part = NULL;
        if (item->quoted) {
            part = ARENA_NEW(scope->profile->arena, struct expression);
            part->kind = KIND_TEXT;
            part->constant = value_text(item->scalar);
        } else {
            part = expression_read(scope, item);
        }
        good &= part != NULL;
        if (part) VECTOR_PUSH(scope->profile->arena, &draw->parts, part);
    }
    return good ? draw : NULL;
}

static bool need_level(const struct scope *scope, const struct yaml_node *node, const char *key, size_t *out) {
    if (!node) return false;
    for (size_t i = 0; i < scope->profile->level_count; i++) {
        *out = i;
        if (text_equal(scope->profile->levels[i].name, node->scalar)) return true;
    }
    refuse(scope, SAMPLE_UNKNOWN_LEVEL, node->at, node->scalar, text_from(key));
    return false;
}

/* The node of a companion key, or NULL with a diagnostic. */
static const struct yaml_node *companion(const struct scope *scope, const struct yaml_node *mapping, const char *key) {
    const struct yaml_node *node = yaml_get(mapping, key);
    if (!node) refuse(scope, SAMPLE_MISSING_KEY, mapping->at, text_from(key), TEXT(""));
    return node;
}

static struct draw *read_birthday(const struct scope *scope, const struct yaml_node *mapping,
                                  const struct yaml_node *value, struct column *column) {
    (void)column;
    struct draw *draw = draw_new(scope, DRAW_BIRTHDAY, KIND_DAY);
    draw->first = expression_read_kind(scope, value, KIND_WHOLE);
    bool known = need_level(scope, companion(scope, mapping, "within"), "within", &draw->within);
    if (scope->entity != scope->profile->member) {
        return refuse(scope, SAMPLE_ONLY_MEMBERS, value->at, TEXT("birthday"), scope->profile->member->name);
    }
    return known && draw->first ? draw : NULL;
}

static struct draw *read_gb11643(const struct scope *scope, const struct yaml_node *mapping,
                                 const struct yaml_node *value, struct column *column) {
    (void)column;
    struct draw *draw = draw_new(scope, DRAW_GB11643, KIND_TEXT);
    const struct yaml_node *birth = companion(scope, mapping, "birth"), *odd = companion(scope, mapping, "odd");
    if (!birth || !odd) return NULL;
    draw->first = expression_read_kind(scope, value, KIND_WHOLE);
    draw->second = expression_read_kind(scope, birth, KIND_DAY);
    draw->odd = expression_read_kind(scope, odd, KIND_TRUTH);
    return draw->first && draw->second && draw->odd ? draw : NULL;
}

/* References */

static struct draw *read_area(const struct scope *scope, const struct yaml_node *mapping,
                              const struct yaml_node *value, struct column *column) {
    (void)column;
    struct draw *draw = draw_new(scope, DRAW_AREA, KIND_WHOLE);
    bool known = need_level(scope, value, "area", &draw->level);
    known &= need_level(scope, companion(scope, mapping, "within"), "within", &draw->within);
    if (known && draw->within > draw->level) {
        return refuse(scope, SAMPLE_UNKNOWN_LEVEL, value->at, value->scalar, TEXT("area"));
    }
    return known ? draw : NULL;
}

static struct draw *read_refer(const struct scope *scope, const struct yaml_node *mapping,
                               const struct yaml_node *value, struct column *column) {
    (void)column;
    struct draw *draw = draw_new(scope, DRAW_REFER, KIND_TEXT);
    const struct yaml_node *group = companion(scope, mapping, "group");
    if (!group) return NULL;
    for (size_t i = 0; i < scope->profile->rows.count; i++) {
        const struct rows *rows = scope->profile->rows.items[i];
        if (!text_equal(rows->entity->name, value->scalar)) continue;
        for (size_t k = 0; k < rows->groups.count; k++) {
            draw->group = rows->groups.items[k];
            if (text_equal(draw->group->name, group->scalar)) return draw;
        }
    }
    return refuse(scope, SAMPLE_UNKNOWN_GROUP, group->at, value->scalar, group->scalar);
}

/* Expressions and cases */

static void add_words_of(const struct scope *scope, const struct expression *expression, struct column *column) {
    if (expression->operation == OPERATION_CONSTANT && expression->kind == KIND_WORD) {
        add_word(scope, column, expression->constant.number);
    }
    const struct column *other = expression->column;
    for (size_t i = 0; other && other != column && i < other->words.count; i++) {
        add_word(scope, column, other->words.items[i]);
    }
}

static struct draw *read_is(const struct scope *scope, const struct yaml_node *mapping, const struct yaml_node *value,
                            struct column *column) {
    (void)mapping;
    struct draw *draw = draw_new(scope, DRAW_IS, KIND_WORD);
    if (value->quoted) {
        draw->first = ARENA_NEW(scope->profile->arena, struct expression);
        draw->first->kind = KIND_WORD;
        draw->first->constant = profile_word(scope->profile, value->scalar);
    } else {
        draw->first = expression_read(scope, value);
    }
    if (!draw->first) return NULL;
    draw->kind = draw->first->kind;
    if (draw->kind == KIND_WORD) add_words_of(scope, draw->first, column);
    return draw;
}

/* What concerns the written cell cannot differ from case to case. */
static bool only_for_columns(const struct scope *scope, const struct yaml_node *item) {
    static const char *const keys[] = {"unknown", "decimals"};
    bool good = true;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && item->kind == YAML_MAPPING; i++) {
        const struct yaml_node *node = yaml_get(item, keys[i]);
        if (!node) continue;
        refuse(scope, SAMPLE_ONLY_COLUMN, node->at, text_from(keys[i]), TEXT(""));
        good = false;
    }
    return good;
}

static struct draw *read_cases(const struct scope *scope, const struct yaml_node *sequence, struct column *column) {
    struct draw *draw = draw_new(scope, DRAW_CASES, KIND_NONE);
    if (sequence->count == 0) return refuse(scope, SAMPLE_NO_LAST_CASE, sequence->at, TEXT(""), TEXT(""));
    bool good = true;
    for (size_t i = 0; i < sequence->count; i++) {
        const struct yaml_node *item = sequence->items[i];
        const struct yaml_node *when = item->kind == YAML_MAPPING ? yaml_get(item, "when") : NULL;
        bool last = i + 1 == sequence->count;
        if (last ? when != NULL : when == NULL) {
            return refuse(scope, last ? SAMPLE_NO_LAST_CASE : SAMPLE_NEVER_REACHED, item->at, TEXT(""), TEXT(""));
        }
        good &= only_for_columns(scope, item);
        struct draw_case found = {.draw = draw_read(scope, item, column)};
        if (when) found.when = expression_read_kind(scope, when, KIND_TRUTH);
        good &= found.draw && (!when || found.when);
        if (found.draw) good &= unite(scope, &draw->kind, found.draw->kind, item->at);
        VECTOR_PUSH(scope->profile->arena, &draw->cases, found);
    }
    return good ? draw : NULL;
}

static struct draw *read_first(const struct scope *scope, const struct yaml_node *mapping,
                               const struct yaml_node *value, struct column *column) {
    (void)mapping;
    if (value->kind == YAML_SEQUENCE) return read_cases(scope, value, column);
    return refuse(scope, SAMPLE_NOT_SEQUENCE, value->at, TEXT("first"), TEXT(""));
}

static const struct form forms[] = {
    {"is", read_is, {NULL}},
    {"chance", read_chance, {NULL}},
    {"choice", read_choice, {NULL}},
    {"pick", read_pick, {NULL}},
    {"quantiles", read_quantiles, {NULL}},
    {"between", read_between, {NULL}},
    {"join", read_join, {NULL}},
    {"birthday", read_birthday, {"within"}},
    {"gb11643", read_gb11643, {"birth", "odd"}},
    {"area", read_area, {"within"}},
    {"refer", read_refer, {"group"}},
    {"first", read_first, {NULL}},
};
enum { FORMS = sizeof forms / sizeof *forms };

static bool belongs(const struct form *form, struct text key) {
    for (size_t i = 0; i < sizeof common_keys / sizeof *common_keys; i++) {
        if (text_is(key, common_keys[i])) return true;
    }
    return text_is(key, form->key) || (form->companions[0] && text_is(key, form->companions[0])) ||
           (form->companions[1] && text_is(key, form->companions[1]));
}

static struct text nearest_key(struct text key) {
    struct text best = TEXT("");
    size_t least = SUGGESTION_DISTANCE;
    for (size_t i = 0; i < FORMS + sizeof common_keys / sizeof *common_keys; i++) {
        struct text known = text_from(i < FORMS ? forms[i].key : common_keys[i - FORMS]);
        size_t distance = text_distance(key, known, SUGGESTION_DISTANCE);
        if (distance >= least) continue;
        least = distance;
        best = known;
    }
    return best;
}

static void unknown_key(const struct scope *scope, const struct yaml_pair *pair) {
    struct text best = nearest_key(pair->key);
    enum sample_message message = best.length ? SAMPLE_UNKNOWN_KEY_LIKE : SAMPLE_UNKNOWN_KEY;
    refuse(scope, message, pair->key_at, pair->key, best);
}

static const struct form *find_form(const struct scope *scope, const struct yaml_node *mapping) {
    for (size_t i = 0; i < FORMS; i++) {
        if (yaml_get(mapping, forms[i].key)) return &forms[i];
    }
    for (size_t i = 0; i < mapping->count; i++) {
        static const struct form none = {.key = ""};
        if (belongs(&none, mapping->pairs[i].key)) continue;
        unknown_key(scope, &mapping->pairs[i]);
        return NULL;
    }
    refuse(scope, SAMPLE_NO_FORM, mapping->at, TEXT(""), TEXT(""));
    return NULL;
}

static bool read_adjustment(const struct scope *scope, const struct yaml_node *mapping, const char *key,
                            enum kind kind, struct expression **out) {
    const struct yaml_node *node = yaml_get(mapping, key);
    if (node) *out = expression_read_kind(scope, node, kind);
    return !node || *out;
}

static bool read_adjustments(const struct scope *scope, const struct yaml_node *mapping, struct draw *draw) {
    bool good = read_adjustment(scope, mapping, "percent", KIND_WHOLE, &draw->percent);
    good &= read_adjustment(scope, mapping, "least", draw->kind, &draw->least);
    good &= read_adjustment(scope, mapping, "most", draw->kind, &draw->most);
    const struct yaml_node *round = yaml_get(mapping, "round");
    if (round && (!parse_whole(round->scalar, &draw->round) || draw->round <= 0)) {
        refuse(scope, SAMPLE_BAD_NUMBER, round->at, TEXT("round"), TEXT(""));
        good = false;
    }
    return good;
}

struct draw *draw_read(const struct scope *scope, const struct yaml_node *node, struct column *column) {
    if (node->kind == YAML_SCALAR) return read_is(scope, NULL, node, column);
    if (node->kind == YAML_SEQUENCE) return read_cases(scope, node, column);
    const struct form *form = find_form(scope, node);
    if (!form) return NULL;
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        if (belongs(form, node->pairs[i].key)) continue;
        unknown_key(scope, &node->pairs[i]);
        good = false;
    }
    struct draw *draw = form->read(scope, node, yaml_get(node, form->key), column);
    return draw && read_adjustments(scope, node, draw) && good ? draw : NULL;
}
