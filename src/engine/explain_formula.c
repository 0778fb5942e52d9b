/* Expressions for people: in labels, or with numbers in place of names.
 *
 * Numbers are written in the units in which they are known. So that what is written can be checked by hand, the change
 * from one unit to another is written too: a difference by the year that is paid by the month has ÷ 12 after it. */
#include "engine/explain.h"

#include "lang/words.h"

enum binding { BIND_OR, BIND_AND, BIND_NOT, BIND_COMPARE, BIND_ADD, BIND_MULTIPLY, BIND_ATOM };

/* Where an expression is written. context NULL: in labels. */
struct form {
    struct builder *out;
    struct arena *arena;
    const struct context *context;
    enum language language;
};

/* --- how numbers are shown -------------------------------------------------------------------------------------- */

static struct display plain_display(void) {
    return (struct display){number_one, number_one, false};
}

static struct display display_of_literal(struct arena *arena, const struct expr *expr) {
    struct display display = plain_display();
    struct number value = expr->as.number.value;
    if (number_sign(value) == 0) {
        display.any = true;
        return display;
    }
    if (text_is(expr->as.number.unit, "%"))
        display.step = number_ratio(arena, 1, 100);
    else
        display.scale = number_divide(arena, expr->as.number.in_base, value);
    if (!number_is_integer(value)) display.step = number_ratio(arena, 1, 100);
    display.step = number_multiply(arena, display.step, display.scale);
    return display;
}

static struct display display_of_path(const struct expr *expr) {
    const struct path_target *target = &expr->as.path.target;
    if (expr->type.kind != TYPE_NUMBER) return plain_display();
    if (target->end == PATH_FIELD) return (struct display){target->field->scale, target->field->step, false};
    if (target->end == PATH_PARAMETER)
        return (struct display){target->parameter->scale, target->parameter->step, false};
    return plain_display();
}

static bool has_dimension(const struct expr *expr) {
    for (size_t i = 0; i < DIMENSIONS; i++)
        if (expr->type.powers[i]) return true;
    return false;
}

/* A product has the decimals of the factor that has a unit. */
static struct display display_of_product(struct arena *arena, const struct expr *expr) {
    struct display a = display_of(arena, expr->left), b = display_of(arena, expr->right);
    struct number (*operation)(struct arena *, struct number, struct number) =
        expr->kind == EXPR_MULTIPLY ? number_multiply : number_divide;
    const struct display *finer = has_dimension(expr->left) || !has_dimension(expr->right) ? &a : &b;
    struct number scale = operation(arena, a.scale, b.scale),
                  decimals = number_divide(arena, finer->step, finer->scale);
    return (struct display){scale, number_multiply(arena, scale, decimals), false};
}

static struct display display_of_call(struct arena *arena, const struct expr *expr) {
    struct display display = plain_display();
    switch (expr->as.call.function) {
    case FUNCTION_MIN:
    case FUNCTION_MAX:
        for (size_t i = 0; i < expr->items.count; i++) {
            display = display_of(arena, expr->items.items[i]);
            if (!display.any) break;
        }
        return display;
    case FUNCTION_ROUND:
    case FUNCTION_FLOOR:
    case FUNCTION_CEIL:
        display = display_of(arena, expr->items.items[1]);
        if (expr->items.items[1]->kind == EXPR_NUMBER) display.step = expr->items.items[1]->as.number.in_base;
        return display;
    case FUNCTION_PREVIOUS:
    case FUNCTION_BANDS:
    case FUNCTION_APPORTION: return display_of(arena, expr->items.items[0]);
    default: return display;
    }
}

struct display display_of(struct arena *arena, const struct expr *expr) {
    struct display display;
    switch (expr->kind) {
    case EXPR_NUMBER: return display_of_literal(arena, expr);
    case EXPR_PATH: return display_of_path(expr);
    case EXPR_NEGATE:
    case EXPR_ON: return display_of(arena, expr->left);
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_IF_KNOWN:
        if (expr->type.kind == TYPE_DATE) return plain_display();
        display = display_of(arena, expr->left);
        return display.any ? display_of(arena, expr->right) : display;
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: return display_of_product(arena, expr);
    case EXPR_GROUP:
        return expr->left && expr->type.kind == TYPE_NUMBER ? display_of(arena, expr->left) : plain_display();
    case EXPR_CALL: return display_of_call(arena, expr);
    default: return plain_display();
    }
}

/* --- words ------------------------------------------------------------------------------------------------------ */

static void write(const struct form *form, const char *zh, const char *en) {
    builder_add(form->out, text_from(form->language == LANGUAGE_ZH ? zh : en));
}

static const char *sign_of(enum comparison compare) {
    static const char *const signs[] = {" < ", " ≤ ", " = ", " ≠ ", " ≥ ", " > "};
    return signs[compare];
}

static void write_function(const struct form *form, enum function function) {
    static const char *const zh[FUNCTIONS] = {
        [FUNCTION_MIN] = "最小",      [FUNCTION_MAX] = "最大",   [FUNCTION_ROUND] = "四舍五入",
        [FUNCTION_FLOOR] = "舍去",    [FUNCTION_CEIL] = "进整",  [FUNCTION_YEARS] = "周年",
        [FUNCTION_MONTH] = "月份",    [FUNCTION_COUNT] = "几项", [FUNCTION_KNOWN] = "已知",
        [FUNCTION_PREVIOUS] = "上月", [FUNCTION_BANDS] = "分档", [FUNCTION_APPORTION] = "分摊",
        [FUNCTION_DISTANCE] = "距离",
    };
    write(form, zh[function], function_word(function));
}

static void write_group(const struct form *form, enum group_kind kind) {
    static const char *const zh[] = {"合计", "计数", "任一", "全部", "最小", "最大"};
    write(form, zh[kind], group_word(kind));
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static void form_expression(const struct form *form, const struct expr *expr, enum binding around);

static enum binding binding_of(const struct expr *expr) {
    switch (expr->kind) {
    case EXPR_OR: return BIND_OR;
    case EXPR_AND: return BIND_AND;
    case EXPR_NOT: return BIND_NOT;
    case EXPR_COMPARE:
    case EXPR_IN_SET:
    case EXPR_IN_RANGE: return BIND_COMPARE;
    case EXPR_ADD:
    case EXPR_SUBTRACT: return BIND_ADD;
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: return BIND_MULTIPLY;
    default: return BIND_ATOM;
    }
}

/* The value of a part that is not taken apart. Without the exact fraction, which would make a formula unreadable. */
static void form_value(const struct form *form, const struct expr *expr) {
    struct value value = evaluate(form->context, expr);
    struct display display = display_of(form->arena, expr);
    if (value.state != VALUE_KNOWN) {
        builder_add(form->out, TEXT("？"));
        return;
    }
    const struct type *type = &expr->type;
    if (expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_FIELD) type = &expr->as.path.target.field->type;
    struct text shown = value_show_in(form->arena, form->context->run->dataset, type, display.scale, display.step,
                                      &value, form->language);
    const struct text about = TEXT("≈ ");
    for (size_t at = 0; type->kind == TYPE_NUMBER && at + about.length <= shown.length; at++)
        if (text_starts(text_slice(shown, at, shown.length), about.bytes)) {
            builder_add(form->out, TEXT("≈"));
            shown = text_slice(shown, at + about.length, shown.length);
        }
    builder_add(form->out, shown);
}

static void form_literal(const struct form *form, const struct expr *expr) {
    struct value value = value_number(expr->as.number.value);
    bool percent = text_is(expr->as.number.unit, "%");
    builder_add(form->out, number_exact(form->arena, value.as.number));
    if (percent) builder_add(form->out, TEXT("%"));
}

static void form_path_label(const struct form *form, const struct expr *expr) {
    const struct path_target *target = &expr->as.path.target;
    switch (target->end) {
    case PATH_FIELD:
        builder_add(form->out, label_or_name(target->field->label, target->field->name, form->language));
        return;
    case PATH_PARAMETER:
        builder_add(form->out, label_or_name(target->parameter->label, target->parameter->name, form->language));
        return;
    case PATH_ENUM_VALUE: {
        const struct enum_value *choice = &expr->type.enumeration->values[target->enum_value];
        builder_add(form->out, label_or_name(choice->label, choice->name.text, form->language));
        return;
    }
    case PATH_FIRST_DAY: builder_add(form->out, word_in(WORD_FIRST_DAY, form->language)); return;
    case PATH_NONE: builder_add(form->out, word_in(WORD_NONE, form->language)); return;
    case PATH_ROW:
        builder_add(form->out, label_or_name(expr->type.entity->label, expr->type.entity->name, form->language));
        return;
    case PATH_RECORD: builder_add(form->out, expr_text(expr)); return;
    }
}

static void form_arithmetic(const struct form *form, const struct expr *expr, struct number scale);
static void form_call(const struct form *form, const struct expr *expr, struct number scale, enum binding around);

/* A sum of parts in different units: each part is changed for itself, so that it can be found again. */
static bool is_mixed_sum(const struct form *form, const struct expr *expr) {
    if ((expr->kind != EXPR_ADD && expr->kind != EXPR_SUBTRACT) || expr->type.kind != TYPE_NUMBER) return false;
    struct display a = display_of(form->arena, expr->left), b = display_of(form->arena, expr->right);
    return !a.any && !b.any && !number_equal(a.scale, b.scale);
}

/* What is as true of fen a month as of yuan a year: it may be written in any scale. */
static bool is_scale_free(const struct expr *expr) {
    return expr->kind == EXPR_CALL && expr->as.call.function <= FUNCTION_CEIL && expr->type.kind == TYPE_NUMBER;
}

static void form_changed(const struct form *form, const struct expr *expr, struct number from, struct number to) {
    struct number factor = number_divide(form->arena, from, to), inverse = number_divide(form->arena, to, from);
    bool divides = number_is_integer(inverse);
    form_expression(form, expr, BIND_MULTIPLY);
    builder_add(form->out, divides ? TEXT(" ÷ ") : TEXT(" × "));
    builder_add(form->out, number_exact(form->arena, divides ? inverse : factor));
}

/* Written in the scale of what stands around it; in labels units play no part. */
static void form_scaled(const struct form *form, const struct expr *expr, struct number scale, enum binding around) {
    struct display display = display_of(form->arena, expr);
    if (form->context && is_scale_free(expr)) {
        form_call(form, expr, scale, around);
        return;
    }
    if (!form->context || display.any || number_equal(display.scale, scale)) {
        form_expression(form, expr, around);
        return;
    }
    if (expr->kind == EXPR_NUMBER) {
        builder_add(form->out, number_exact(form->arena, number_divide(form->arena, expr->as.number.in_base, scale)));
        return;
    }
    bool mixed = is_mixed_sum(form, expr), bracket = around > (mixed ? BIND_ADD : BIND_MULTIPLY);
    if (bracket) builder_add(form->out, TEXT("("));
    if (mixed)
        form_arithmetic(form, expr, scale);
    else
        form_changed(form, expr, display.scale, scale);
    if (bracket) builder_add(form->out, TEXT(")"));
}

static void form_list(const struct form *form, struct expr *const *items, size_t count, const struct number *scale) {
    builder_add(form->out, TEXT("("));
    for (size_t i = 0; i < count; i++) {
        if (i) builder_add(form->out, TEXT(", "));
        if (scale)
            form_scaled(form, items[i], *scale, BIND_OR);
        else
            form_expression(form, items[i], BIND_OR);
    }
    builder_add(form->out, TEXT(")"));
}

/* A bound of zero that does not bite says nothing: max(0, x) is x. The other side, or NULL. */
static const struct expr *beyond_idle_zero(const struct form *form, const struct expr *expr) {
    if (!form->context || expr->items.count != 2 || expr->as.call.function > FUNCTION_MAX) return NULL;
    for (size_t i = 0; i < 2; i++) {
        const struct expr *zero = expr->items.items[i], *other = expr->items.items[1 - i];
        if (zero->kind != EXPR_NUMBER || number_sign(zero->as.number.value) || other->type.kind != TYPE_NUMBER)
            continue;
        struct value value = evaluate(form->context, other), whole = evaluate(form->context, expr);
        bool idle =
            value.state == VALUE_KNOWN && whole.state == VALUE_KNOWN && number_equal(value.as.number, whole.as.number);
        if (idle) return other;
    }
    return NULL;
}

static bool is_one_value(const struct form *form, const struct expr *expr) {
    if (expr->kind == EXPR_GROUP) return form->context != NULL;
    if (expr->kind != EXPR_CALL || !form->context) return false;
    return expr->as.call.function > FUNCTION_COUNT;
}

static void form_call(const struct form *form, const struct expr *expr, struct number scale, enum binding around) {
    const struct expr *other = beyond_idle_zero(form, expr);
    if (other) {
        form_scaled(form, other, scale, around);
        return;
    }
    write_function(form, expr->as.call.function);
    form_list(form, expr->items.items, expr->items.count, is_scale_free(expr) ? &scale : NULL);
}

/* Which rows: earlier hospital bill this year. */
static void form_members(const struct form *form, const struct expr *expr) {
    const struct entity *entity = expr->as.group.entity;
    bool zh = form->language == LANGUAGE_ZH, year = expr->as.group.window == WINDOW_YEAR;
    struct text label = label_or_name(entity->label, entity->name, form->language);
    if (zh && year) builder_add(form->out, TEXT("本年内"));
    if (zh && expr->as.group.window == WINDOW_MONTHS)
        builder_format(form->out, "最近 %d 个月的", expr->as.group.months);
    if (expr->as.group.earlier) write(form, "此前的", "earlier ");
    builder_add(form->out, label);
    if (!zh && year) builder_add(form->out, TEXT(" this year"));
    if (!zh && expr->as.group.window == WINDOW_MONTHS)
        builder_format(form->out, " in the last %d months", expr->as.group.months);
}

static void form_group(const struct form *form, const struct expr *expr) {
    write_group(form, expr->as.group.kind);
    builder_add(form->out, TEXT("("));
    form_members(form, expr);
    if (expr->left) {
        write(form, ":", ": ");
        form_expression(form, expr->left, BIND_OR);
    }
    if (expr->right) {
        write(form, ",限于 ", " where ");
        form_expression(form, expr->right, BIND_OR);
    }
    builder_add(form->out, TEXT(")"));
}

/* Nobody has to know which of "and" and "or" goes first. */
static enum binding binding_in_logic(const struct expr *logic, const struct expr *side) {
    return logic->kind == EXPR_OR && side->kind == EXPR_AND ? BIND_NOT : binding_of(logic);
}

static void form_logic(const struct form *form, const struct expr *expr) {
    form_expression(form, expr->left, binding_in_logic(expr, expr->left));
    if (expr->kind == EXPR_AND)
        write(form, " 且 ", " and ");
    else
        write(form, " 或 ", " or ");
    form_expression(form, expr->right, binding_in_logic(expr, expr->right));
}

/* What a date is moved by: 6 months. In labels a name says it itself. */
static void form_period_unit(const struct form *form, const struct expr *period) {
    if (!form->context && period->kind != EXPR_NUMBER) return;
    struct display display = display_of(form->arena, period);
    struct value value =
        period->kind == EXPR_NUMBER ? value_number(period->as.number.value) : evaluate(form->context, period);
    bool literal = period->kind == EXPR_NUMBER, known = value.state == VALUE_KNOWN;
    bool one = known && number_equal(value.as.number, literal ? number_one : display.scale);
    if (period->type.powers[DIMENSION_DAY])
        write(form, " 天", one ? " day" : " days");
    else if (number_equal(display.scale, number_one))
        write(form, " 个月", one ? " month" : " months");
    else
        write(form, " 年", one ? " year" : " years");
}

static void form_arithmetic(const struct form *form, const struct expr *expr, struct number scale) {
    static const char *const signs[] = {" + ", " − ", " × ", " ÷ "};
    bool sum = expr->kind == EXPR_ADD || expr->kind == EXPR_SUBTRACT;
    bool dates = expr->left->type.kind == TYPE_DATE;
    enum binding own = sum ? BIND_ADD : BIND_MULTIPLY;
    enum binding right = expr->kind == EXPR_SUBTRACT || expr->kind == EXPR_DIVIDE ? own + 1 : own;
    if (sum && !dates)
        form_scaled(form, expr->left, scale, own);
    else
        form_expression(form, expr->left, own);
    builder_add(form->out, text_from(signs[expr->kind - EXPR_ADD]));
    if (sum && !dates)
        form_scaled(form, expr->right, scale, right);
    else
        form_expression(form, expr->right, right);
    if (dates && expr->right->type.kind == TYPE_NUMBER) form_period_unit(form, expr->right);
}

static void form_comparison(const struct form *form, const struct expr *expr) {
    struct display display = display_of(form->arena, expr->left);
    if (display.any) display = display_of(form->arena, expr->right);
    form_scaled(form, expr->left, display.scale, BIND_ADD);
    switch (expr->kind) {
    case EXPR_COMPARE:
        builder_add(form->out, text_from(sign_of(expr->as.compare)));
        form_scaled(form, expr->right, display.scale, BIND_ADD);
        return;
    case EXPR_IN_RANGE:
        write(form, " 在 ", " between ");
        form_scaled(form, expr->right, display.scale, BIND_ADD);
        write(form, " 到 ", " and ");
        form_scaled(form, expr->third, display.scale, BIND_ADD);
        write(form, " 之间", "");
        return;
    default: write(form, " 属于 ", " in "); form_list(form, expr->items.items, expr->items.count, &display.scale);
    }
}

static void form_inside(const struct form *form, const struct expr *expr, enum binding around) {
    switch (expr->kind) {
    case EXPR_NUMBER: form_literal(form, expr); return;
    case EXPR_DATE: builder_add(form->out, day_format(form->arena, expr->as.date)); return;
    case EXPR_BOOL: builder_add(form->out, word_of_truth(expr->as.truth, form->language)); return;
    case EXPR_NEVER: builder_add(form->out, word_in(WORD_NEVER, form->language)); return;
    case EXPR_PATH: form->context ? form_value(form, expr) : form_path_label(form, expr); return;
    case EXPR_ON: form->context ? form_value(form, expr) : form_expression(form, expr->left, around); return;
    case EXPR_IF_KNOWN: form->context ? form_value(form, expr) : form_expression(form, expr->left, around); return;
    case EXPR_NEGATE:
        builder_add(form->out, TEXT("−"));
        form_expression(form, expr->left, BIND_ATOM);
        return;
    case EXPR_NOT:
        write(form, "非 ", "not ");
        form_expression(form, expr->left, BIND_NOT);
        return;
    case EXPR_AND:
    case EXPR_OR: form_logic(form, expr); return;
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: form_arithmetic(form, expr, display_of(form->arena, expr).scale); return;
    case EXPR_COMPARE:
    case EXPR_IN_SET:
    case EXPR_IN_RANGE: form_comparison(form, expr); return;
    case EXPR_GROUP: form_group(form, expr); return;
    case EXPR_CALL: form_call(form, expr, display_of(form->arena, expr).scale, around); return;
    }
}

static void form_expression(const struct form *form, const struct expr *expr, enum binding around) {
    if (is_one_value(form, expr)) {
        form_value(form, expr);
        return;
    }
    bool bracket = binding_of(expr) < around;
    if (bracket) builder_add(form->out, TEXT("("));
    form_inside(form, expr, bracket ? BIND_OR : around);
    if (bracket) builder_add(form->out, TEXT(")"));
}

/* --- for the tree ----------------------------------------------------------------------------------------------- */

struct text expression_labels(struct arena *arena, const struct expr *expr, enum language language) {
    struct builder builder;
    builder_init(&builder);
    struct form form = {&builder, arena, NULL, language};
    form_expression(&form, expr, BIND_OR);
    return builder_finish(&builder, arena);
}

static bool is_ordered(const struct expr *expr) {
    return expr->type.kind == TYPE_NUMBER || expr->type.kind == TYPE_DATE;
}

/* A logic of truths says nothing in numbers; its parts do. Nor does a word that is compared with a word. */
static bool says_something(const struct expr *expr) {
    switch (expr->kind) {
    case EXPR_NEGATE:
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: return true;
    case EXPR_COMPARE:
    case EXPR_IN_SET:
    case EXPR_IN_RANGE: return is_ordered(expr->left) || (expr->right && is_ordered(expr->right));
    case EXPR_CALL: return expr->as.call.function <= FUNCTION_MONTH;
    default: return false;
    }
}

struct text expression_numbers(struct arena *arena, const struct context *context, const struct expr *expr,
                               const struct number *scale, enum language language) {
    if (!says_something(expr)) return TEXT("");
    struct builder builder;
    builder_init(&builder);
    struct form form = {&builder, arena, context, language};
    if (scale && expr->type.kind == TYPE_NUMBER)
        form_scaled(&form, expr, *scale, BIND_OR);
    else
        form_expression(&form, expr, BIND_OR);
    return builder_finish(&builder, arena);
}
