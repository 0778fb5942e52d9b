/* Declarations in words, under the headings of the policy's text. */
#include "lang/print.h"
#include "lang/unit_words.h"

static struct text type_word(const struct printer *printer, const struct type_name *type) {
    static const struct {
        const char *name, *zh, *en;
    } words[] = {
        {"bool", "是或否", "yes or no"}, {"date", "日期", "date"},   {"text", "文字", "text"},
        {"count", "整数", "count"},      {"ratio", "比例", "ratio"},
    };
    struct text name = type_written(printer->arena, type);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(name, words[i].name)) return SAY(printer, words[i].zh, words[i].en, TEXT(""));
    const struct enumeration *enumeration = map_get(&printer->policy->enumeration_by_name, name);
    const struct entity *entity = map_get(&printer->policy->entity_by_name, name);
    if (entity) return label_or_name(entity->label, name, printer->language);
    if (!enumeration) return print_unit(printer, name);
    struct text list = TEXT("");
    for (size_t i = 0; i < enumeration->count; i++)
        list = print_joined(
            printer, list,
            label_or_name(enumeration->values[i].label, enumeration->values[i].name.text, printer->language));
    return list;
}

/* Whose it is, what it is called, where it is cited: 家庭的「核定收入」(元/年)〔2.1.5〕. */
static struct text print_subject(const struct printer *printer, const struct declaration *declaration) {
    struct text label = label_or_name(declaration->label, declaration->name.text, printer->language);
    const struct entity *entity = map_get(&printer->policy->entity_by_name, declaration->of.text);
    const struct field *field = entity ? map_get(&entity->by_name, declaration->name.text) : NULL;
    const struct parameter *parameter = map_get(&printer->policy->parameter_by_name, declaration->name.text);
    if (field) label = label_or_name(field->label, field->name, printer->language);
    if (parameter && declaration->head == HEAD_EXCEPTION && !field)
        label = label_or_name(parameter->label, parameter->name, printer->language);
    label = print_label(printer, label);
    if (declaration->head == HEAD_PARAMETER && parameter && !parameter_is_confirmed(parameter))
        label = SAY(printer, "{0}◇", "{0}◇", label);
    if (entity)
        label = SAY(printer, "{0}的{1}", "{1} of a {0}", label_or_name(entity->label, entity->name, printer->language),
                    label);
    if (declaration->type.parts.list.count)
        label = SAY(printer, "{0}({1})", "{0} ({1})", label, type_word(printer, &declaration->type));
    return SAY(printer, "{0}{1}", "{0}{1}", label, print_clauses(printer, &declaration->cites));
}

static struct text print_dates(const struct printer *printer, const struct declaration *declaration) {
    struct text text = TEXT("");
    if (declaration->has_from)
        text = SAY(printer, "自{0}起", "from {0}", day_format(printer->arena, declaration->from));
    if (declaration->has_until)
        text = SAY(printer, "{0}至{1}止", "{0} until {1}", text, day_format(printer->arena, declaration->until));
    if (declaration->has_enacted)
        text = print_joined(printer, text,
                            SAY(printer, "{0}公布", "enacted {0}", day_format(printer->arena, declaration->enacted)));
    return text.length ? SAY(printer, "({0})", " ({0})", text) : text;
}

static struct text print_range(const struct printer *printer, const struct declaration *declaration) {
    if (!declaration->low || !declaration->high) return TEXT("");
    return SAY(printer, ",在{0}至{1}之间", ", from {0} to {1}", print_expression(printer, declaration->low),
               print_expression(printer, declaration->high));
}

static void print_head(struct builder *out, const struct printer *printer, const struct declaration *declaration,
                       const char *zh, const char *en) {
    builder_add(out, SAY(printer, zh, en, TEXT("")));
    builder_add(out, print_subject(printer, declaration));
    builder_add(out, print_dates(printer, declaration));
    builder_add(out, print_range(printer, declaration));
}

/* A table is a list of its cases, whatever else is one sentence. */
static void print_body(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    size_t count = declaration->branches.count;
    if (!declaration->table) {
        builder_add(out,
                    SAY(printer, ":{0}。\n", ": {0}.\n", print_cases(printer, declaration->branches.items, count)));
        return;
    }
    builder_add(out, SAY(printer, ",取第一个符合的情形:\n", ", the first case that fits:\n", TEXT("")));
    for (size_t i = 0; i < count; i++) {
        const struct branch *branch = &declaration->branches.items[i];
        struct text condition = branch->condition ? print_expression(printer, branch->condition)
                                                  : SAY(printer, "其他情形", "otherwise", TEXT(""));
        builder_add(
            out, SAY(printer, "  - {0}:{1}\n", "  - {0}: {1}\n", condition, print_expression(printer, branch->value)));
    }
}

/* Which clauses an exception goes over, what stands before its first month, in which month it is judged. */
static void print_options(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    if (declaration->over.list.count)
        builder_add(out, SAY(printer, ",优先于{0}", ", goes over {0}", print_clauses(printer, &declaration->over)));
    if (declaration->starts)
        builder_add(
            out, SAY(printer, ",此前从{0}开始", ", starts from {0}", print_expression(printer, declaration->starts)));
    if (declaration->yearly)
        builder_add(out, SAY(printer, ",每年{0}月核定一次", ", judged once a year in {1}",
                             text_format(printer->arena, "%d", declaration->yearly),
                             text_from(months[declaration->yearly - 1])));
}

/* Which fund pays, whom, and by which day. */
static void print_fund(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    const struct declaration *fund = map_get(&printer->policy->fund_by_name, declaration->fund.text);
    if (fund)
        builder_add(out, SAY(printer, ",由{0}支付", ", paid by {0}",
                             print_label(printer, label_or_name(fund->label, fund->name.text, printer->language))));
    if (!declaration->pays.text.length) return;
    const struct entity *entity = map_get(&printer->policy->entity_by_name, declaration->of.text);
    const struct entity *payee = map_get(&printer->policy->entity_by_name, declaration->pays.text);
    const struct field *field = NULL;
    for (; entity && !field; entity = entity->parent) field = map_get(&entity->by_name, declaration->pays.text);
    struct text whom = declaration->pays.text;
    if (payee) whom = label_or_name(payee->label, whom, printer->language);
    if (field) whom = print_label(printer, label_or_name(field->label, field->name, printer->language));
    builder_add(out, SAY(printer, ",付给{0}", ", to the {0}", whom));
    if (declaration->pay_day)
        builder_add(out, SAY(printer, ",每月{0}日前", ", by the {0}th of the month",
                             text_format(printer->arena, "%d", declaration->pay_day)));
}

static void print_receivers(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    struct text list = TEXT("");
    for (size_t i = 0; i < declaration->to.list.count; i++) {
        struct text name = declaration->to.list.items[i].text;
        const struct declaration *role = map_get(&printer->policy->role_by_name, name);
        list = print_joined(printer, list, role ? label_or_name(role->label, name, printer->language) : name);
    }
    builder_add(out, SAY(printer, ",提醒{0}", ", tells {0}", list));
}

/* What it finds, and what is listed beside it. */
static void print_finding(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    static const char *const kinds[][LANGUAGES] = {
        [FINDS_MISSED] = {",找出应享受而没有享受的", ", finds who is entitled and not enrolled"},
        [FINDS_LEAVING] = {",找出在享受而不应再享受的", ", finds who is enrolled and no longer entitled"},
        [FINDS_HIT] = {",找出别的部门登记的与所报不符的", ", finds what others have on record against what was told"},
    };
    const struct entity *entity = map_get(&printer->policy->entity_by_name, declaration->of.text);
    const struct field *alert = entity ? map_get(&entity->by_name, declaration->name.text) : NULL;
    struct text list = TEXT("");
    if (declaration->finds) builder_add(out, text_from(kinds[declaration->finds][printer->language]));
    for (size_t i = 0; alert && declaration->shows.list.count && i < alert->shows.count; i++) {
        const struct field *shown = alert->shows.items[i]->as.path.target.field;
        list = print_joined(printer, list,
                            print_label(printer, label_or_name(shown->label, shown->name, printer->language)));
    }
    if (list.length) builder_add(out, SAY(printer, ",列出{0}", ", shows {0}", list));
}

static void print_guarantee(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    static const char *const consequences[][LANGUAGES] = {
        [CONSEQUENCE_REPORT] = {"不符合的列出", "what fails is reported"},
        [CONSEQUENCE_HOLD] = {"不符合的暂停支付", "where it fails payment waits"},
        [CONSEQUENCE_REFUSE] = {"不符合的不予结算", "what fails is not settled"},
    };
    print_head(out, printer, declaration, "保证:", "Guarantee: ");
    if (declaration->where)
        builder_add(out, SAY(printer, ":如果{0},则", ": if {0}, then ", print_expression(printer, declaration->where)));
    else
        builder_add(out, SAY(printer, ":", ": ", TEXT("")));
    builder_add(out, print_expression(printer, declaration->test));
    builder_add(out, SAY(printer, ";{0}。\n", "; {0}.\n",
                         text_from(consequences[declaration->consequence][printer->language])));
}

static void print_target(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    static const char *const words[][LANGUAGES] = {{"低于", "less than"},  {"不超过", "at most"},
                                                   {"等于", "exactly"},    {"不等于", "other than"},
                                                   {"不低于", "at least"}, {"高于", "more than"}};
    if (!declaration->has_target) return;
    builder_add(out, SAY(printer, "  - 目标:到{0}{1}{2}。\n", "  - Target: by {0} {1} {2}.\n",
                         day_format(printer->arena, declaration->target_by),
                         text_from(words[declaration->target_compare][printer->language]),
                         print_expression(printer, declaration->target)));
}

/* Which procedures set an input. */
static void print_setters(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    struct text list = TEXT("");
    for (size_t i = 0; i < declaration->set_by.list.count; i++) {
        struct text name = declaration->set_by.list.items[i].text;
        const struct declaration *procedure = map_get(&printer->policy->procedure_by_name, name);
        if (procedure) name = label_or_name(procedure->label, name, printer->language);
        list = print_joined(printer, list, print_label(printer, name));
    }
    if (list.length) builder_add(out, SAY(printer, ",由{0}核定", ", set by {0}", list));
}

static void print_input(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    print_head(out, printer, declaration, "登记:", "Recorded: ");
    if (declaration->empty)
        builder_add(out,
                    SAY(printer, ",空着表示{0}", ", empty means {0}", print_expression(printer, declaration->empty)));
    print_setters(out, printer, declaration);
    if (declaration->sealed)
        builder_add(out, SAY(printer, ",加密保存,遮盖显示", ", kept enciphered and shown masked", TEXT("")));
    builder_add(out, SAY(printer, "。\n", ".\n", TEXT("")));
}

static void print_benefit(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    print_head(out, printer, declaration, "待遇:", "Benefit: ");
    print_fund(out, printer, declaration);
    print_options(out, printer, declaration);
    print_body(out, printer, declaration);
}

static void print_alert(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    print_head(out, printer, declaration, "提醒:", "Alert: ");
    print_receivers(out, printer, declaration);
    print_finding(out, printer, declaration);
    print_body(out, printer, declaration);
}

static void print_indicator(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    const struct indicator *indicator = map_get(&printer->policy->indicator_by_name, declaration->name.text);
    print_head(out, printer, declaration, "指标:", "Indicator: ");
    /* Only the copies for the levels are checked, and all of them say the same. */
    if (indicator && indicator->branches.count)
        builder_add(out, SAY(printer, ":{0}。\n", ": {0}.\n",
                             print_cases(printer, indicator->branches.items[0], declaration->branches.count)));
    print_target(out, printer, declaration);
}

static void print_declaration(struct builder *out, const struct printer *printer,
                              const struct declaration *declaration) {
    switch (declaration->head) {
    case HEAD_INPUT: print_input(out, printer, declaration); break;
    case HEAD_PARAMETER:
        print_head(out, printer, declaration, "参数:", "Parameter: ");
        print_parameter_body(out, printer, declaration);
        break;
    case HEAD_READING:
        print_head(out, printer, declaration, "理解:", "Reading: ");
        print_reading_body(out, printer, declaration);
        break;
    case HEAD_RULE:
        print_head(out, printer, declaration, "规则:", "Rule: ");
        print_options(out, printer, declaration);
        print_body(out, printer, declaration);
        break;
    case HEAD_EXCEPTION:
        print_head(out, printer, declaration, "例外:", "Exception: ");
        print_options(out, printer, declaration);
        if (declaration->parameter_exception || declaration->reading_exception)
            print_parameter_body(out, printer, declaration);
        else
            print_body(out, printer, declaration);
        break;
    case HEAD_BENEFIT: print_benefit(out, printer, declaration); break;
    case HEAD_ALERT: print_alert(out, printer, declaration); break;
    case HEAD_INDICATOR: print_indicator(out, printer, declaration); break;
    case HEAD_GUARANTEE: print_guarantee(out, printer, declaration); break;
    case HEAD_PROCEDURE:
        print_head(out, printer, declaration, "程序:", "Procedure: ");
        builder_add(out, SAY(printer, "。", ". ", TEXT("")));
        print_procedure(out, printer, declaration);
        break;
    default: print_term(out, printer, declaration); break;
    }
}

void policy_print(struct builder *out, struct arena *arena, const struct policy *policy, enum language language) {
    const struct printer printer = {arena, policy, language, false};
    struct text section = TEXT("");
    for (size_t i = 0; i < policy->layers.count; i++) {
        const struct layer *layer = policy->layers.items[i];
        for (size_t k = 0; k < layer->declarations.count; k++) {
            const struct declaration *declaration = layer->declarations.items[k];
            if (!text_equal(section, declaration->section)) {
                section = declaration->section;
                builder_add(out, SAY(&printer, "\n## {0}\n\n", "\n## {0}\n\n", section));
            }
            print_declaration(out, &printer, declaration);
        }
    }
}

struct text declaration_sentence(struct arena *arena, const struct policy *policy,
                                 const struct declaration *declaration, enum language language) {
    const struct printer printer = {arena, policy, language, false};
    struct builder out;
    builder_init(&out);
    print_declaration(&out, &printer, declaration);
    return builder_finish(&out, arena);
}
