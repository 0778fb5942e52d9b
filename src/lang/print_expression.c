/* Expressions in words. */
#include "lang/print.h"
#include "lang/unit_words.h"
#include "lang/words.h"

/* --- patterns --------------------------------------------------------------------------------------------------- */

static bool is_chinese(uint32_t sign) {
    return sign >= 0x4E00 && sign <= 0x9FFF;
}

static bool is_latin(uint32_t sign) {
    return (sign >= '0' && sign <= '9') || (sign >= 'A' && sign <= 'Z') || (sign >= 'a' && sign <= 'z') || sign == '%';
}

static uint32_t last_sign(struct text text) {
    size_t at = text.length;
    do at--;
    while (at > 0 && ((unsigned char)text.bytes[at] & 0xC0) == 0x80);
    return text_next(text, &at);
}

/* Chinese and digits, or Latin letters, stand apart: 自 2018-07-01 起. */
static void add_apart(struct builder *out, struct text text) {
    struct text so_far = builder_text(out);
    size_t at = 0;
    if (!text.length) return;
    uint32_t before = so_far.length ? last_sign(so_far) : ' ', behind = text_next(text, &at);
    if ((is_chinese(before) && is_latin(behind)) || (is_latin(before) && is_chinese(behind)))
        builder_add(out, TEXT(" "));
    builder_add(out, text);
}

struct text print_fill(const struct printer *printer, const char *pattern, const struct text *arguments) {
    struct text text = text_from(pattern);
    struct builder out;
    builder_init(&out);
    for (size_t at = 0; at < text.length;) {
        const char *sign = text.bytes + at;
        if (sign[0] == '{' && is_digit(sign[1]) && sign[2] == '}') {
            add_apart(&out, arguments[sign[1] - '0']);
            at += 3;
        } else {
            size_t begin = at;
            text_next(text, &at);
            add_apart(&out, text_slice(text, begin, at));
        }
    }
    return builder_finish(&out, printer->arena);
}

struct text print_joined(const struct printer *printer, struct text list, struct text next) {
    return list.length ? SAY(printer, "{0}、{1}", "{0}, {1}", list, next) : next;
}

struct text print_label(const struct printer *printer, struct text label) {
    return printer->bare ? label : SAY(printer, "「{0}」", "“{0}”", label);
}

static struct text field_label(const struct printer *printer, const struct field *field) {
    return print_label(printer, label_or_name(field->label, field->name, printer->language));
}

struct text print_clauses(const struct printer *printer, const struct names *cites) {
    struct text text = TEXT("");
    for (size_t i = 0; i < cites->list.count; i++)
        text = SAY(printer, "{0}〔{1}〕", "{0}〔{1}〕", text, cites->list.items[i].text);
    return text;
}

bool parameter_is_confirmed(const struct parameter *parameter) {
    for (size_t i = 0; i < parameter->values.list.count; i++)
        if (!parameter->values.list.items[i].confirmed) return false;
    return !parameter->declaration->unconfirmed;
}

/* --- numbers ---------------------------------------------------------------------------------------------------- */

struct text print_unit(const struct printer *printer, struct text unit) {
    return unit_words(printer->arena, printer->policy, unit, printer->language);
}

struct text print_digits(const struct printer *printer, struct number number) {
    return number_is_integer(number) ? number_decimal(printer->arena, number, 0, true)
                                     : number_exact(printer->arena, number);
}

static struct text print_number(const struct printer *printer, const struct expr *expr) {
    struct text value = print_digits(printer, expr->as.number.value), unit = expr->as.number.unit;
    if (unit.length == 0) return value;
    if (text_is(unit, "%")) return SAY(printer, "{0}%", "{0}%", value);
    return SAY(printer, "{0} {1}", "{0} {1}", value, print_unit(printer, unit));
}

/* --- paths ------------------------------------------------------------------------------------------------------ */

static struct text entity_label(const struct printer *printer, const struct entity *entity) {
    return label_or_name(entity->label, entity->name, printer->language);
}

/* Whose field it is, where the text says so: 医院的, of Hospital. */
static struct text print_owners(const struct printer *printer, const struct expr *expr, struct text what, size_t hops) {
    const struct path_target *target = &expr->as.path.target;
    struct text first = expr->as.path.names.list.items[0].text;
    for (size_t i = hops; i-- > 0;) {
        const struct hop *hop = &target->hops.items[i];
        if (i == 0 && (expr->as.path.names.list.count == 1 || !text_equal(first, hop->up->name))) break;
        what = hop->over ? SAY(printer, "{0}的{1}", "{1} of {0}", field_label(printer, hop->over), what)
                         : SAY(printer, "{0}的{1}", "{1} of the {0}", entity_label(printer, hop->up), what);
    }
    return what;
}

static struct text print_row(const struct printer *printer, const struct expr *expr) {
    const struct path_target *target = &expr->as.path.target;
    const struct hop *last = &target->hops.items[target->hops.count - 1];
    struct text what = last->over ? field_label(printer, last->over) : entity_label(printer, last->up);
    return print_owners(printer, expr, what, target->hops.count - 1);
}

static struct text print_list(const struct printer *printer, const struct expr *expr, size_t from) {
    struct text list = TEXT("");
    for (size_t i = from; i < expr->items.count; i++)
        list = print_joined(printer, list, print_expression(printer, expr->items.items[i]));
    return list;
}

static struct text print_parameter(const struct printer *printer, const struct expr *expr) {
    const struct parameter *parameter = expr->as.path.target.parameter;
    struct text label = print_label(printer, label_or_name(parameter->label, parameter->name, printer->language));
    if (!parameter_is_confirmed(parameter)) label = SAY(printer, "{0}◇", "{0}◇", label);
    if (expr->items.count) label = SAY(printer, "{0}({1})", "{0} ({1})", label, print_list(printer, expr, 0));
    return print_owners(printer, expr, label, expr->as.path.target.hops.count);
}

static struct text print_path(const struct printer *printer, const struct expr *expr) {
    const struct path_target *target = &expr->as.path.target;
    switch (target->end) {
    case PATH_FIELD: return print_owners(printer, expr, field_label(printer, target->field), target->hops.count);
    case PATH_RECORD: return field_label(printer, target->field);
    case PATH_ROW: return print_row(printer, expr);
    case PATH_PARAMETER: return print_parameter(printer, expr);
    case PATH_ENUM_VALUE: {
        const struct enum_value *value = &expr->type.enumeration->values[target->enum_value];
        return SAY(printer, "“{0}”", "“{0}”", label_or_name(value->label, value->name.text, printer->language));
    }
    case PATH_FIRST_DAY: return word_in(WORD_FIRST_DAY, printer->language);
    case PATH_NONE: return word_in(WORD_NONE, printer->language);
    }
    return expr_text(expr);
}

/* How strongly an operator binds; what binds less than its surroundings stands in brackets. */
enum { BIND_LOOSEST = 1, BIND_SUM = 5, BIND_SIGN = 7, BIND_ATOM = 8 };

static int binding(const struct expr *expr) {
    switch (expr->kind) {
    case EXPR_OR: return BIND_LOOSEST;
    case EXPR_AND: return 2;
    case EXPR_NOT: return 3;
    case EXPR_COMPARE:
    case EXPR_IN_SET:
    case EXPR_IN_RANGE: return 4;
    case EXPR_ADD:
    case EXPR_SUBTRACT: return BIND_SUM;
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: return 6;
    case EXPR_NEGATE: return BIND_SIGN;
    default: return BIND_ATOM;
    }
}

static struct text print_within(const struct printer *printer, const struct expr *expr, int least) {
    struct text text = print_expression(printer, expr);
    return binding(expr) < least ? SAY(printer, "({0})", "({0})", text) : text;
}

/* --- groups and functions --------------------------------------------------------------------------------------- */

static struct text print_members(const struct printer *printer, const struct expr *expr) {
    struct text who = entity_label(printer, expr->as.group.entity);
    const struct field *through = expr->as.group.through;
    if (expr->as.group.kind == GROUP_COUNT) who = SAY(printer, "{0}", "{0} records", who);
    if (through) who = SAY(printer, "以此为{1}的{0}", "{0} whose {1} is this one", who, field_label(printer, through));
    if (expr->as.group.earlier) who = SAY(printer, "此前的{0}", "earlier {0}", who);
    if (expr->as.group.window == WINDOW_YEAR) who = SAY(printer, "本年内{0}", "{0} this year", who);
    if (expr->as.group.window == WINDOW_MONTHS)
        who = SAY(printer, "最近{1}个月的{0}", "{0} in the last {1} months", who,
                  text_format(printer->arena, "%d", expr->as.group.months));
    return who;
}

static struct text print_group(const struct printer *printer, const struct expr *expr) {
    static const char *const patterns[][LANGUAGES] = {
        [GROUP_SUM] = {"各{0}的{1}之和{2}", "the sum of {1} over every {0}{2}"},
        [GROUP_COUNT] = {"{0}的数目{2}", "the number of {0}{2}"},
        [GROUP_ANY] = {"有一个{0}符合({1}){2}", "some {0}{2} fits ({1})"},
        [GROUP_ALL] = {"每个{0}都符合({1}){2}", "every {0}{2} fits ({1})"},
        [GROUP_MIN] = {"各{0}的{1}中最小的{2}", "the least {1} of every {0}{2}"},
        [GROUP_MAX] = {"各{0}的{1}中最大的{2}", "the greatest {1} of every {0}{2}"},
    };
    bool tests = expr->as.group.kind == GROUP_ANY || expr->as.group.kind == GROUP_ALL;
    struct text value = TEXT(""), where = TEXT("");
    if (expr->left) value = print_within(printer, expr->left, tests ? BIND_LOOSEST : BIND_ATOM);
    if (expr->right) where = SAY(printer, "(只计{0}的)", " (only where {0})", print_expression(printer, expr->right));
    const struct text arguments[] = {print_members(printer, expr), value, where};
    return print_fill(printer, patterns[expr->as.group.kind][printer->language], arguments);
}

/* max(0, x): x, and never below 0. */
static bool is_bound(const struct expr *call) {
    bool bounds = call->as.call.function == FUNCTION_MAX || call->as.call.function == FUNCTION_MIN;
    return bounds && call->items.count == 2 && call->items.items[0]->kind == EXPR_NUMBER;
}

static struct text print_bound(const struct printer *printer, const struct expr *call) {
    struct text bound = print_expression(printer, call->items.items[0]),
                value = print_expression(printer, call->items.items[1]);
    return call->as.call.function == FUNCTION_MAX
               ? SAY(printer, "({1},低于{0}的按{0}计)", "({1}, but at least {0})", bound, value)
               : SAY(printer, "({1},高于{0}的按{0}计)", "({1}, but at most {0})", bound, value);
}

static struct text print_call(const struct printer *printer, const struct expr *expr) {
    static const char *const patterns[FUNCTIONS][LANGUAGES] = {
        [FUNCTION_MIN] = {"({3})中最小的", "the least of ({3})"},
        [FUNCTION_MAX] = {"({3})中最大的", "the greatest of ({3})"},
        [FUNCTION_ROUND] = {"({0})四舍五入到{1}", "({0}) rounded to {1}"},
        [FUNCTION_FLOOR] = {"({0})向下取到{1}", "({0}) rounded down to {1}"},
        [FUNCTION_CEIL] = {"({0})向上取到{1}", "({0}) rounded up to {1}"},
        [FUNCTION_YEARS] = {"从{0}到{1}的整年数", "the full years from {0} to {1}"},
        [FUNCTION_MONTH] = {"{0}的月份", "the month of {0}"},
        [FUNCTION_COUNT] = {"({3})中成立的项数", "how many hold of ({3})"},
        [FUNCTION_KNOWN] = {"{0}已知", "{0} is known"},
        [FUNCTION_PREVIOUS] = {"上月的{0}", "last month's {0}"},
        [FUNCTION_BANDS] = {"({0})按{1}分档计算", "({0}) reckoned by the bands of {1}"},
        [FUNCTION_APPORTION] = {"把{0}按{1}分摊,精确到{2}", "the share of {0} by {1}, to {2}"},
        [FUNCTION_DISTANCE] = {"{0}到{1}的距离", "the distance from {0} to {1}"},
    };
    struct text arguments[4] = {TEXT(""), TEXT(""), TEXT(""), print_list(printer, expr, 0)};
    enum function function = expr->as.call.function;
    bool has_brackets = function <= FUNCTION_CEIL || function == FUNCTION_BANDS;
    for (size_t i = 0; i < 3 && i < expr->items.count; i++)
        arguments[i] = print_within(printer, expr->items.items[i], has_brackets ? BIND_LOOSEST : BIND_ATOM);
    if (is_bound(expr)) return print_bound(printer, expr);
    return print_fill(printer, patterns[function][printer->language], arguments);
}

/* --- operators -------------------------------------------------------------------------------------------------- */

/* A part of a logic that is itself one of the other kind. Brackets cannot be heard, so words say where it ends. */
static struct text print_condition(const struct printer *printer, const struct expr *part, bool alternative) {
    struct text text = print_expression(printer, part);
    if (part->kind == EXPR_OR && !alternative) return SAY(printer, "({0},符合其一)", "(either {0})", text);
    if (part->kind == EXPR_AND && alternative) return SAY(printer, "({0},同时符合)", "({0} together)", text);
    return text;
}

static struct text print_logic(const struct printer *printer, const struct expr *expr) {
    bool alternative = expr->kind == EXPR_OR;
    struct text left = print_condition(printer, expr->left, alternative),
                right = print_condition(printer, expr->right, alternative);
    return alternative ? SAY(printer, "{0},或者{1}", "{0} or {1}", left, right)
                       : SAY(printer, "{0},并且{1}", "{0} and {1}", left, right);
}

static struct text print_operator(const struct printer *printer, const struct expr *expr) {
    static const char *const patterns[][LANGUAGES] = {
        [EXPR_ADD] = {"{0} + {1}", "{0} + {1}"},
        [EXPR_SUBTRACT] = {"{0} − {1}", "{0} − {1}"},
        [EXPR_MULTIPLY] = {"{0} × {1}", "{0} × {1}"},
        [EXPR_DIVIDE] = {"{0} ÷ {1}", "{0} ÷ {1}"},
    };
    bool one_sided = expr->kind == EXPR_SUBTRACT || expr->kind == EXPR_DIVIDE;
    const struct text arguments[] = {print_within(printer, expr->left, binding(expr)),
                                     print_within(printer, expr->right, binding(expr) + one_sided)};
    return print_fill(printer, patterns[expr->kind][printer->language], arguments);
}

static struct text print_comparison(const struct printer *printer, const struct expr *expr, enum comparison compare) {
    static const char *const amounts[][LANGUAGES] = {
        {"{0}低于{1}", "{0} is less than {1}"},
        {"{0}不超过{1}", "{0} is at most {1}"},
        {"{0}等于{1}", "{0} is {1}"},
        {"{0}不等于{1}", "{0} is not {1}"},
        {"{0}不低于{1}", "{0} is at least {1}"},
        {"{0}高于{1}", "{0} is more than {1}"},
    };
    static const char *const dates[][LANGUAGES] = {
        {"{0}早于{1}", "{0} is before {1}"},
        {"{0}不晚于{1}", "{0} is not after {1}"},
        {"{0}是{1}", "{0} is {1}"},
        {"{0}不是{1}", "{0} is not {1}"},
        {"{0}不早于{1}", "{0} is not before {1}"},
        {"{0}晚于{1}", "{0} is after {1}"},
    };
    bool is_amount = expr->left->type.kind == TYPE_NUMBER || expr->left->type.kind == TYPE_ZERO;
    const struct text arguments[] = {print_within(printer, expr->left, BIND_SUM),
                                     print_within(printer, expr->right, BIND_SUM)};
    return print_fill(printer, (is_amount ? amounts : dates)[compare][printer->language], arguments);
}

static struct text print_set(const struct printer *printer, const struct expr *expr, bool negated) {
    struct text left = print_within(printer, expr->left, BIND_SUM), list = print_list(printer, expr, 0);
    return negated ? SAY(printer, "{0}不是{1}之一", "{0} is none of ({1})", left, list)
                   : SAY(printer, "{0}是{1}之一", "{0} is one of ({1})", left, list);
}

static struct text print_range(const struct printer *printer, const struct expr *expr, bool negated) {
    struct text left = print_within(printer, expr->left, BIND_SUM), low = print_within(printer, expr->right, BIND_SUM),
                high = print_within(printer, expr->third, BIND_SUM);
    return negated ? SAY(printer, "{0}不在{1}至{2}之间", "{0} is not from {1} to {2}", left, low, high)
                   : SAY(printer, "{0}在{1}至{2}之间", "{0} is from {1} to {2}", left, low, high);
}

/* A negated comparison is the opposite one: nobody says "not less than or equal". */
static struct text print_not(const struct printer *printer, const struct expr *denied) {
    switch (denied->kind) {
    case EXPR_COMPARE: return print_comparison(printer, denied, comparison_opposite(denied->as.compare));
    case EXPR_IN_SET: return print_set(printer, denied, true);
    case EXPR_IN_RANGE: return print_range(printer, denied, true);
    case EXPR_OR: return SAY(printer, "并非{0}", "not {0}", print_condition(printer, denied, false));
    case EXPR_AND: return SAY(printer, "并非{0}", "not {0}", print_condition(printer, denied, true));
    default: return SAY(printer, "并非{0}", "not {0}", print_within(printer, denied, BIND_SUM));
    }
}

struct text print_expression(const struct printer *printer, const struct expr *expr) {
    switch (expr->kind) {
    case EXPR_NUMBER: return print_number(printer, expr);
    case EXPR_DATE: return day_format(printer->arena, expr->as.date);
    case EXPR_BOOL: return word_of_truth(expr->as.truth, printer->language);
    case EXPR_NEVER: return word_in(WORD_NEVER, printer->language);
    case EXPR_PATH: return print_path(printer, expr);
    case EXPR_NEGATE: return SAY(printer, "−{0}", "−{0}", print_within(printer, expr->left, BIND_SIGN));
    case EXPR_NOT: return print_not(printer, expr->left);
    case EXPR_COMPARE: return print_comparison(printer, expr, expr->as.compare);
    case EXPR_IN_SET: return print_set(printer, expr, false);
    case EXPR_IN_RANGE: return print_range(printer, expr, false);
    case EXPR_IF_KNOWN:
        return SAY(printer, "{0}(未知时取{1})", "{0} ({1} where unknown)", print_within(printer, expr->left, BIND_ATOM),
                   print_expression(printer, expr->right));
    case EXPR_ON:
        return SAY(printer, "{1}时的{0}", "{0} as of {1}", print_within(printer, expr->left, BIND_ATOM),
                   print_within(printer, expr->right, BIND_ATOM));
    case EXPR_AND:
    case EXPR_OR: return print_logic(printer, expr);
    case EXPR_GROUP: return print_group(printer, expr);
    case EXPR_CALL: return print_call(printer, expr);
    default: return print_operator(printer, expr);
    }
}

/* Labels that would not run into their surroundings. */
static bool is_bare_label(struct text label) {
    for (size_t i = 0; i < label.length; i++)
        if (label.bytes[i] == ',' || label.bytes[i] == '(') return false;
    return true;
}

/* Nothing but labels, numbers and signs: that is a formula, not a sentence. */
static bool is_formula(const struct printer *printer, const struct expr *expr) {
    switch (expr->kind) {
    case EXPR_NUMBER: return true;
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: return is_formula(printer, expr->left) && is_formula(printer, expr->right);
    case EXPR_PATH: break;
    default: return false;
    }
    const struct path_target *target = &expr->as.path.target;
    if (expr->as.path.names.list.count > 1 || expr->items.count) return false;
    if (target->end == PATH_FIELD)
        return is_bare_label(label_or_name(target->field->label, target->field->name, printer->language));
    return target->end == PATH_PARAMETER &&
           is_bare_label(label_or_name(target->parameter->label, target->parameter->name, printer->language));
}

struct text print_cases(const struct printer *printer, const struct branch *branches, size_t count) {
    struct text text = TEXT("");
    const struct printer bare = {printer->arena, printer->policy, printer->language, true};
    if (count == 1 && !branches->condition && is_formula(printer, branches->value)) printer = &bare;
    for (size_t i = 0; i < count; i++) {
        const struct branch *branch = &branches[i];
        struct text value = print_expression(printer, branch->value);
        if (branch->condition)
            value = SAY(printer, "如果{0},则为{1}", "if {0}, then {1}", print_expression(printer, branch->condition),
                        value);
        else if (i > 0)
            value = SAY(printer, "否则为{0}", "otherwise {0}", value);
        value = SAY(printer, "{0}{1}", "{0}{1}", value, print_clauses(printer, &branch->cites));
        text = i ? SAY(printer, "{0};{1}", "{0}; {1}", text, value) : value;
    }
    return text;
}
