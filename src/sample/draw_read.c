#include "sample/draw.h"

#include "lang/suggestion.h"
#include "sample/messages.h"

enum { DECIMALS_OF_SHARE = 6 };
static const int64_t VALUE_MAX = INT64_C(10000000000); /* of a quantile, so that its interpolation cannot overflow */

/* One draw while it is read. */
struct reading {
    const struct sample_scope *scope;
    const struct yaml_node *mapping; /* all its keys */
    const struct yaml_node *value;   /* of the key that names the form */
    struct sample_column *column;    /* gets the words; may be NULL */
    struct draw *draw;
};

struct form {
    const char *key;
    enum draw_form form;
    enum kind kind; /* where it is always the same */
    bool (*read)(struct reading *reading);
    const char *companions[2]; /* keys that belong to it */
};
static const char *const common_keys[] = {"when", "percent", "least", "most", "round", "unknown", "decimals"};
enum { COMMON_KEYS = sizeof common_keys / sizeof *common_keys };

static bool refuse(const struct sample_scope *scope, enum sample_message message, struct position at, struct text first,
                   struct text second) {
    sample_complain(scope->diagnostics, message, at, first, second, TEXT(""));
    return false;
}

static bool refuse_value(const struct reading *reading, enum sample_message message) {
    return refuse(reading->scope, message, reading->value->at, reading->value->scalar, TEXT(""));
}

static struct arena *arena_of(const struct reading *reading) {
    return reading->scope->profile->arena;
}

static void add_word(const struct reading *reading, int64_t word) {
    struct sample_column *column = reading->column;
    if (column && !column_has_word(column, word)) VECTOR_PUSH(arena_of(reading), &column->words, word);
}

/* The kind that two alternatives have together; complains when they do not go together. */
static bool unite(const struct sample_scope *scope, enum kind *kind, enum kind other, struct position at) {
    if (*kind == KIND_NONE) *kind = other;
    if (other == KIND_NONE || other == *kind) return true;
    return refuse(scope, SAMPLE_WRONG_KIND, at, kind_name(other), kind_name(*kind));
}

/* The node of a companion key, or NULL with a diagnostic. */
static const struct yaml_node *companion(const struct reading *reading, const char *key) {
    const struct yaml_node *node = yaml_get(reading->mapping, key);
    if (!node) refuse(reading->scope, SAMPLE_MISSING_KEY, reading->mapping->at, text_from(key), TEXT(""));
    return node;
}

/* Shares */

/* The digits of a share without the sign; false when they are no decimal number with at most six decimals. */
static bool parse_share(struct text digits, int64_t *out) {
    int decimals = -1; /* before the point */
    int64_t share = 0;
    if (digits.length == 0 || digits.length > 10) return false;
    for (size_t i = 0; i < digits.length; i++) {
        char byte = digits.bytes[i];
        if (byte == '.' && decimals < 0 && i > 0) {
            decimals = 0;
        } else if (is_digit(byte)) {
            share = share * 10 + (byte - '0');
            if (decimals >= 0) decimals++;
        } else {
            return false;
        }
    }
    if (decimals == 0 || decimals > DECIMALS_OF_SHARE) return false;
    for (int i = decimals < 0 ? 0 : decimals; i < DECIMALS_OF_SHARE; i++) share *= 10;
    *out = share;
    return share <= SHARE_WHOLE;
}

bool share_read(struct text text, struct position at, struct diagnostics *diagnostics, int64_t *out) {
    bool sign = text.length > 0 && text.bytes[text.length - 1] == '%';
    if (sign && parse_share(text_trim(text_slice(text, 0, text.length - 1)), out)) return true;
    sample_complain(diagnostics, SAMPLE_BAD_SHARE, at, text, TEXT(""), TEXT(""));
    return false;
}

static bool read_chance(struct reading *reading) {
    return share_read(reading->value->scalar, reading->value->at, reading->scope->diagnostics, &reading->draw->share);
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

static enum kind read_literal(const struct sample_scope *scope, struct text text, struct sample_value *out) {
    day_number day;
    *out = sample_value_empty();
    if (text_is(text, "empty")) return KIND_NONE;
    *out = sample_value_number(text_is(text, "yes"));
    if (text_is(text, "yes") || text_is(text, "no")) return KIND_TRUTH;
    if (parse_whole(text, &out->number)) return KIND_WHOLE;
    if (day_parse(text, &day)) {
        *out = sample_value_number(day);
        return KIND_DAY;
    }
    *out = profile_word(scope->profile, text);
    return KIND_WORD;
}

static bool add_choice(struct reading *reading, struct text text, struct position at, int64_t up_to) {
    struct choice choice = {.up_to = up_to};
    enum kind kind = read_literal(reading->scope, text, &choice.value);
    if (kind == KIND_WORD) add_word(reading, choice.value.number);
    VECTOR_PUSH(arena_of(reading), &reading->draw->choices, choice);
    return unite(reading->scope, &reading->draw->kind, kind, at);
}

static bool read_equal_choices(struct reading *reading) {
    const struct yaml_node *list = reading->value;
    bool good = true;
    for (size_t i = 0; i < list->count; i++) {
        int64_t up_to = (int64_t)(i + 1) * SHARE_WHOLE / (int64_t)list->count;
        good &= add_choice(reading, list->items[i]->scalar, list->items[i]->at, up_to);
    }
    return good;
}

static bool read_weighted_choices(struct reading *reading) {
    const struct yaml_node *list = reading->value;
    int64_t total = 0;
    bool good = true;
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_pair *pair = &list->pairs[i];
        int64_t share = 0;
        good &= share_read(pair->value->scalar, pair->value->at, reading->scope->diagnostics, &share);
        total += share;
        good &= add_choice(reading, pair->key, pair->key_at, total);
    }
    if (!good || total == SHARE_WHOLE) return good;
    struct text sum = text_format(arena_of(reading), "%lld.%06lld %%", (long long)(total / SHARE_PERCENT),
                                  (long long)(total % SHARE_PERCENT));
    return refuse(reading->scope, SAMPLE_SHARES_SUM, list->at, sum, TEXT(""));
}

static bool read_choice(struct reading *reading) {
    if (reading->value->kind == YAML_SCALAR || reading->value->count == 0)
        return refuse_value(reading, SAMPLE_NOT_CHOICE);
    return reading->value->kind == YAML_SEQUENCE ? read_equal_choices(reading) : read_weighted_choices(reading);
}

static bool read_pick(struct reading *reading) {
    const struct word_list *list = map_get(&reading->scope->profile->lists, reading->value->scalar);
    reading->draw->list = list;
    if (!list) return refuse_value(reading, SAMPLE_UNKNOWN_LIST);
    for (size_t i = 0; i < list->words.count; i++) add_word(reading, list->words.items[i]);
    return true;
}

/* Numbers */

static bool read_quantiles(struct reading *reading) {
    const struct yaml_node *value = reading->value;
    bool good = value->kind == YAML_MAPPING && value->count >= 2;
    struct point last = {-1, INT64_MIN};
    for (size_t i = 0; good && i < value->count; i++) {
        struct point point = {0, 0};
        struct yaml_pair *pair = &value->pairs[i];
        if (!share_read(pair->key, pair->key_at, reading->scope->diagnostics, &point.share)) return false;
        good = parse_whole(pair->value->scalar, &point.value);
        good = good && point.share > last.share && point.value >= last.value && (i > 0 || point.share == 0);
        VECTOR_PUSH(arena_of(reading), &reading->draw->points, point);
        last = point;
    }
    return (good && last.share == SHARE_WHOLE) || refuse_value(reading, SAMPLE_BAD_QUANTILES);
}

static bool read_between(struct reading *reading) {
    const struct yaml_node *value = reading->value;
    struct draw *draw = reading->draw;
    if (value->kind != YAML_SEQUENCE || value->count != 2) return refuse_value(reading, SAMPLE_BAD_BETWEEN);
    draw->first = expression_read(reading->scope, value->items[0]);
    draw->second = expression_read(reading->scope, value->items[1]);
    if (!draw->first || !draw->second) return false;
    draw->kind = draw->first->kind;
    if (draw->kind != KIND_WHOLE && draw->kind != KIND_DAY) {
        return refuse(reading->scope, SAMPLE_WRONG_KIND, value->items[0]->at, kind_name(draw->kind),
                      kind_name(KIND_WHOLE));
    }
    return unite(reading->scope, &draw->kind, draw->second->kind, value->items[1]->at);
}

/* Texts */

/* A constant that stands in quotes. */
static struct expression *read_quoted(const struct reading *reading, const struct yaml_node *node, enum kind kind) {
    struct expression *expression = ARENA_NEW(arena_of(reading), struct expression);
    expression->kind = kind;
    expression->constant = sample_value_text(node->scalar);
    if (kind == KIND_WORD) expression->constant = profile_word(reading->scope->profile, node->scalar);
    return arena_failed(arena_of(reading)) ? NULL : expression;
}

static bool read_join(struct reading *reading) {
    const struct yaml_node *value = reading->value;
    bool good = value->kind == YAML_SEQUENCE;
    if (!good) refuse(reading->scope, SAMPLE_NOT_SEQUENCE, value->at, TEXT("join"), TEXT(""));
    for (size_t i = 0; value->kind == YAML_SEQUENCE && i < value->count; i++) {
        const struct yaml_node *item = value->items[i];
        struct expression *part =
            item->quoted ? read_quoted(reading, item, KIND_TEXT) : expression_read(reading->scope, item);
        good &= part != NULL;
        if (part) VECTOR_PUSH(arena_of(reading), &reading->draw->parts, part);
    }
    return good;
}

static bool read_level(const struct reading *reading, const struct yaml_node *node, const char *key, size_t *out) {
    const struct profile *profile = reading->scope->profile;
    for (size_t i = 0; node && i < profile->level_count; i++) {
        *out = i;
        if (text_equal(profile->levels[i].name, node->scalar)) return true;
    }
    if (node) refuse(reading->scope, SAMPLE_UNKNOWN_LEVEL, node->at, node->scalar, text_from(key));
    return false;
}

static bool read_birthday(struct reading *reading) {
    const struct sample_scope *scope = reading->scope;
    if (scope->entity != scope->profile->member) {
        return refuse(scope, SAMPLE_ONLY_MEMBERS, reading->value->at, TEXT("birthday"), scope->profile->member->name);
    }
    reading->draw->first = expression_read_kind(scope, reading->value, KIND_WHOLE);
    bool known = read_level(reading, companion(reading, "within"), "within", &reading->draw->within);
    return known && reading->draw->first;
}

static bool read_gb11643(struct reading *reading) {
    struct draw *draw = reading->draw;
    const struct yaml_node *birth = companion(reading, "birth"), *odd = companion(reading, "odd");
    if (!birth || !odd) return false;
    draw->first = expression_read_kind(reading->scope, reading->value, KIND_WHOLE);
    draw->second = expression_read_kind(reading->scope, birth, KIND_DAY);
    draw->odd = expression_read_kind(reading->scope, odd, KIND_TRUTH);
    return draw->first && draw->second && draw->odd;
}

/* References */

static bool read_area(struct reading *reading) {
    struct draw *draw = reading->draw;
    const struct yaml_node *within = companion(reading, "within");
    bool known = read_level(reading, reading->value, "area", &draw->level);
    known &= read_level(reading, within, "within", &draw->within);
    if (!known || (draw->within <= draw->level && draw->within <= reading->scope->level)) return known;
    return refuse(reading->scope, SAMPLE_UNKNOWN_LEVEL, within->at, within->scalar, TEXT("within"));
}

/* The group of that name, where its areas are known: those of a narrower level than the row's are not. */
static const struct group *find_group(const struct reference_rows *rows, struct text name, size_t level) {
    for (size_t i = 0; i < rows->groups.count; i++) {
        const struct group *group = rows->groups.items[i];
        if (text_equal(group->name, name) && group->level <= level) return group;
    }
    return NULL;
}

static bool read_refer(struct reading *reading) {
    const struct sample_scope *scope = reading->scope;
    const struct yaml_node *name = companion(reading, "group");
    for (size_t i = 0; name && i < scope->profile->rows.count; i++) {
        const struct reference_rows *rows = scope->profile->rows.items[i];
        if (!text_equal(rows->entity->name, reading->value->scalar)) continue;
        reading->draw->group = find_group(rows, name->scalar, scope->level);
        if (reading->draw->group) return true;
    }
    if (name) refuse(scope, SAMPLE_UNKNOWN_GROUP, name->at, reading->value->scalar, name->scalar);
    return false;
}

/* Expressions and cases */

static void add_words_of(const struct reading *reading, const struct expression *expression) {
    if (expression->operation == OPERATION_CONSTANT) add_word(reading, expression->constant.number);
    const struct sample_column *other = expression->column;
    for (size_t i = 0; other && other != reading->column && i < other->words.count; i++) {
        add_word(reading, other->words.items[i]);
    }
}

static bool read_is(struct reading *reading) {
    struct draw *draw = reading->draw;
    draw->first = reading->value->quoted ? read_quoted(reading, reading->value, KIND_WORD)
                                         : expression_read(reading->scope, reading->value);
    if (!draw->first) return false;
    draw->kind = draw->first->kind;
    if (draw->kind == KIND_WORD) add_words_of(reading, draw->first);
    return true;
}

/* What concerns the written cell cannot differ from case to case. */
static bool only_for_columns(const struct sample_scope *scope, const struct yaml_node *item) {
    static const char *const keys[] = {"unknown", "decimals"};
    bool good = true;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct yaml_node *node = yaml_get(item, keys[i]);
        if (node) good = refuse(scope, SAMPLE_ONLY_COLUMN, node->at, text_from(keys[i]), TEXT(""));
    }
    return good;
}

static bool read_case(struct reading *reading, const struct yaml_node *item, bool last) {
    const struct sample_scope *scope = reading->scope;
    const struct yaml_node *when = yaml_get(item, "when");
    if (last && when) return refuse(scope, SAMPLE_NO_LAST_CASE, item->at, TEXT(""), TEXT(""));
    if (!last && !when) return refuse(scope, SAMPLE_NEVER_REACHED, item->at, TEXT(""), TEXT(""));
    bool good = only_for_columns(scope, item);
    struct draw_case found = {.draw = draw_read(scope, item, reading->column)};
    if (when) found.when = expression_read_kind(scope, when, KIND_TRUTH);
    if (!found.draw || (when && !found.when)) return false;
    VECTOR_PUSH(arena_of(reading), &reading->draw->cases, found);
    return unite(scope, &reading->draw->kind, found.draw->kind, item->at) && good;
}

static bool read_cases(struct reading *reading) {
    const struct yaml_node *list = reading->value;
    if (list->kind != YAML_SEQUENCE || list->count == 0) {
        return refuse(reading->scope, SAMPLE_NOT_SEQUENCE, list->at, TEXT("first"), TEXT(""));
    }
    bool good = true;
    for (size_t i = 0; i < list->count; i++) good &= read_case(reading, list->items[i], i + 1 == list->count);
    return good;
}

/* Forms */

static const struct form forms[] = {
    {"is", DRAW_IS, KIND_NONE, read_is, {NULL}},
    {"chance", DRAW_CHANCE, KIND_TRUTH, read_chance, {NULL}},
    {"choice", DRAW_CHOICE, KIND_NONE, read_choice, {NULL}},
    {"pick", DRAW_PICK, KIND_WORD, read_pick, {NULL}},
    {"quantiles", DRAW_QUANTILES, KIND_WHOLE, read_quantiles, {NULL}},
    {"between", DRAW_BETWEEN, KIND_NONE, read_between, {NULL}},
    {"join", DRAW_JOIN, KIND_TEXT, read_join, {NULL}},
    {"birthday", DRAW_BIRTHDAY, KIND_DAY, read_birthday, {"within"}},
    {"gb11643", DRAW_GB11643, KIND_TEXT, read_gb11643, {"birth", "odd"}},
    {"area", DRAW_AREA, KIND_WHOLE, read_area, {"within"}},
    {"refer", DRAW_REFER, KIND_TEXT, read_refer, {"group"}},
    {"first", DRAW_CASES, KIND_NONE, read_cases, {NULL}},
};
enum { FORMS = sizeof forms / sizeof *forms };

static bool is_common(struct text key) {
    for (size_t i = 0; i < COMMON_KEYS; i++) {
        if (text_is(key, common_keys[i])) return true;
    }
    return false;
}

static bool belongs(const struct form *form, struct text key) {
    if (is_common(key) || text_is(key, form->key)) return true;
    return (form->companions[0] && text_is(key, form->companions[0])) ||
           (form->companions[1] && text_is(key, form->companions[1]));
}

static void unknown_key(const struct sample_scope *scope, const struct yaml_pair *pair) {
    struct suggestion suggestion;
    suggestion_begin(&suggestion, pair->key);
    for (size_t i = 0; i < FORMS; i++) suggestion_note(&suggestion, text_from(forms[i].key));
    for (size_t i = 0; i < COMMON_KEYS; i++) suggestion_note(&suggestion, text_from(common_keys[i]));
    enum sample_message message = suggestion.best.length ? SAMPLE_UNKNOWN_KEY_LIKE : SAMPLE_UNKNOWN_KEY;
    refuse(scope, message, pair->key_at, pair->key, suggestion.best);
}

/* The form whose key stands in a mapping; the short forms are an expression and a list of cases. */
static const struct form *find_form(const struct sample_scope *scope, const struct yaml_node *node) {
    if (node->kind == YAML_SCALAR) return &forms[0];
    if (node->kind == YAML_SEQUENCE) return &forms[FORMS - 1];
    for (size_t i = 0; i < FORMS; i++) {
        if (yaml_get(node, forms[i].key)) return &forms[i];
    }
    for (size_t i = 0; i < node->count; i++) {
        if (is_common(node->pairs[i].key)) continue;
        unknown_key(scope, &node->pairs[i]);
        return NULL;
    }
    refuse(scope, SAMPLE_NO_FORM, node->at, TEXT(""), TEXT(""));
    return NULL;
}

static bool check_keys(const struct sample_scope *scope, const struct form *form, const struct yaml_node *mapping) {
    bool good = true;
    for (size_t i = 0; i < mapping->count; i++) {
        if (belongs(form, mapping->pairs[i].key)) continue;
        unknown_key(scope, &mapping->pairs[i]);
        good = false;
    }
    return good;
}

static bool read_adjustment(const struct reading *reading, const char *key, enum kind kind, struct expression **out) {
    const struct yaml_node *node = yaml_get(reading->mapping, key);
    if (node) *out = expression_read_kind(reading->scope, node, kind);
    return !node || *out;
}

static bool read_adjustments(const struct reading *reading) {
    struct draw *draw = reading->draw;
    const struct yaml_node *round = yaml_get(reading->mapping, "round");
    bool good = read_adjustment(reading, "percent", KIND_WHOLE, &draw->percent);
    good &= read_adjustment(reading, "least", draw->kind, &draw->least);
    good &= read_adjustment(reading, "most", draw->kind, &draw->most);
    if (round && (!parse_whole(round->scalar, &draw->round) || draw->round <= 0)) {
        return refuse(reading->scope, SAMPLE_BAD_NUMBER, round->at, TEXT("round"), TEXT(""));
    }
    return good;
}

struct draw *draw_read(const struct sample_scope *scope, const struct yaml_node *node, struct sample_column *column) {
    const struct form *form = find_form(scope, node);
    struct draw *draw = ARENA_NEW(scope->profile->arena, struct draw);
    if (!form || arena_failed(scope->profile->arena)) return NULL;
    draw->form = form->form;
    draw->kind = form->kind;
    bool mapping = node->kind == YAML_MAPPING;
    struct reading reading = {scope, node, mapping ? yaml_get(node, form->key) : node, column, draw};
    bool good = !mapping || check_keys(scope, form, node);
    good &= form->read(&reading) && (!mapping || read_adjustments(&reading));
    return good && !arena_failed(scope->profile->arena) ? draw : NULL;
}
