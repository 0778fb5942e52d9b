/* What a policy speaks of, in words: registers, lists of values, units, funds, roles. */
#include "lang/print.h"

static struct text quoted(const struct printer *printer, const struct declaration *declaration) {
    return print_label(printer, label_or_name(declaration->label, declaration->name.text, printer->language));
}

static struct text entity_word(const struct printer *printer, struct text name) {
    const struct entity *entity = map_get(&printer->policy->entity_by_name, name);
    return entity ? label_or_name(entity->label, name, printer->language) : name;
}

static void print_policy(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    struct text text = SAY(printer, "政策:{0}", "Policy: {0}", quoted(printer, declaration));
    if (declaration->extends.text.length) {
        struct text base = declaration->extends.text;
        if (declaration->layer->base)
            base = label_or_name(declaration->layer->base->head->label, base, printer->language);
        text = SAY(printer, "{0},在{1}之上", "{0}, on top of {1}", text, print_label(printer, base));
    }
    if (declaration->area.text.length)
        text = SAY(printer, "{0},适用区域{1}", "{0}, for area {1}", text, declaration->area.text);
    if (declaration->has_from)
        text = SAY(printer, "{0},自{1}起施行", "{0}, in force from {1}", text,
                   day_format(printer->arena, declaration->from));
    builder_add(out, SAY(printer, "{0}。\n", "{0}.\n", text));
}

static struct text print_most(const struct printer *printer, const struct declaration *declaration) {
    if (number_sign(declaration->at_most) == 0) return TEXT("");
    struct text most = print_digits(printer, declaration->at_most);
    return declaration->a_year ? SAY(printer, ",每年最多{0}", ", at most {0} a year", most)
                               : SAY(printer, ",最多{0}", ", at most {0}", most);
}

static struct text join_label(const struct printer *printer, struct text list, const struct field *field) {
    return print_joined(printer, list,
                        print_label(printer, label_or_name(field->label, field->name, printer->language)));
}

static void print_entity(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    const struct entity *entity = map_get(&printer->policy->entity_by_name, declaration->name.text);
    struct text text = declaration->head == HEAD_EVENT
                           ? SAY(printer, "事项:{0}", "Event: {0}", quoted(printer, declaration))
                           : SAY(printer, "登记对象:{0}", "Register: {0}", quoted(printer, declaration));
    if (declaration->in.text.length)
        text = SAY(printer, "{0},属于{1}{2}", "{0}, of a {1}{2}", text, entity_word(printer, declaration->in.text),
                   print_most(printer, declaration));
    struct text order = TEXT(""), known_by = TEXT("");
    for (size_t i = 0; entity && i < entity->dated.count; i++)
        order = join_label(printer, order, entity->dated.items[i]);
    for (size_t i = 0; entity && i < entity->known_by.count; i++)
        known_by = join_label(printer, known_by, entity->known_by.items[i]);
    if (order.length) text = SAY(printer, "{0},按{1}排列", "{0}, in order of {1}", text, order);
    if (known_by.length) text = SAY(printer, "{0},凭{1}识别", "{0}, known by {1}", text, known_by);
    if (entity && entity->matched_by)
        text = SAY(printer, "{0},凭{1}归到{2}", "{0}, told by others of the {2} with that {1}", text,
                   join_label(printer, TEXT(""), entity->matched_by), entity_word(printer, declaration->in.text));
    if (entity && entity->settled.at && entity->settled.rest)
        text =
            SAY(printer, "{0},在{1}当场结算,余下{2}", "{0}, settled at the {1} at once, leaving {2}", text,
                join_label(printer, TEXT(""), entity->settled.at), join_label(printer, TEXT(""), entity->settled.rest));
    builder_add(out, SAY(printer, "{0}。\n", "{0}.\n", text));
}

static void print_enumeration(struct builder *out, const struct printer *printer,
                              const struct declaration *declaration) {
    struct text list = TEXT("");
    for (size_t i = 0; i < declaration->values.count; i++) {
        const struct enum_value *value = &declaration->values.items[i];
        struct text label = label_or_name(value->label, value->name.text, printer->language);
        list = print_joined(printer, list, SAY(printer, "“{0}”", "“{0}”", label));
    }
    builder_add(out, SAY(printer, "分类:{0},分为{1}。\n", "Kinds: {0}: {1}.\n", quoted(printer, declaration), list));
}

static void print_role(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    struct text text = SAY(printer, "角色:{0}", "Role: {0}", quoted(printer, declaration));
    if (declaration->in.text.length)
        text = SAY(printer, "{0},管一个{1}", "{0}, of one {1}", text, entity_word(printer, declaration->in.text));
    builder_add(out, SAY(printer, "{0}。\n", "{0}.\n", text));
}

void print_term(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    struct text name = quoted(printer, declaration);
    switch (declaration->head) {
    case HEAD_POLICY: print_policy(out, printer, declaration); break;
    case HEAD_ENTITY:
    case HEAD_EVENT: print_entity(out, printer, declaration); break;
    case HEAD_ENUM: print_enumeration(out, printer, declaration); break;
    case HEAD_ROLE: print_role(out, printer, declaration); break;
    case HEAD_FUND: builder_add(out, SAY(printer, "资金:{0}。\n", "Fund: {0}.\n", name)); break;
    case HEAD_CALENDAR: builder_add(out, SAY(printer, "日历:{0}。\n", "Calendar: {0}.\n", name)); break;
    case HEAD_UNIT:
        if (declaration->has_step)
            name =
                SAY(printer, "{0},精确到{1}", "{0}, in steps of {1}", name, print_digits(printer, declaration->step));
        builder_add(out, SAY(printer, "单位:{0}。\n", "Unit: {0}.\n", name));
        break;
    default: builder_add(out, SAY(printer, "用语:{0}。\n", "Term: {0}.\n", name)); break;
    }
}
