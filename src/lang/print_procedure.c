/* Procedures in words: numbered steps with who and when, then the outcomes with what they set. */
#include "lang/print.h"

static struct text role_word(const struct printer *printer, struct name role) {
    const struct declaration *found = map_get(&printer->policy->role_by_name, role.text);
    return found ? label_or_name(found->label, role.text, printer->language) : role.text;
}

static struct text limit_unit(const struct printer *printer, struct text unit) {
    if (text_is(unit, "workday")) return SAY(printer, "个工作日", "workday", TEXT(""));
    if (text_is(unit, "workdays")) return SAY(printer, "个工作日", "workdays", TEXT(""));
    return print_unit(printer, unit);
}

static struct text print_limits(const struct printer *printer, const struct limits *limits) {
    struct text list = TEXT("");
    for (size_t i = 0; i < limits->list.count; i++) {
        const struct limit *limit = &limits->list.items[i];
        struct text text = SAY(printer, "{0}{1}", "{0} {1}", number_exact(printer->arena, limit->count),
                               limit_unit(printer, limit->unit.text));
        if (limit->condition)
            text = SAY(printer, "{0}(如果{1})", "{0} (if {1})", text, print_expression(printer, limit->condition));
        list = print_joined(printer, list, text);
    }
    return list;
}

/* The label of a step or an outcome that is named. */
static struct text target_label(const struct printer *printer, const struct declaration *procedure, struct text name) {
    for (size_t i = 0; i < procedure->steps.count; i++)
        if (text_equal(procedure->steps.items[i].name.text, name))
            return label_or_name(procedure->steps.items[i].label, name, printer->language);
    for (size_t i = 0; i < procedure->outcomes.count; i++)
        if (text_equal(procedure->outcomes.items[i].name.text, name))
            return label_or_name(procedure->outcomes.items[i].label, name, printer->language);
    return name;
}

static struct text print_others(const struct printer *printer, const struct declaration *procedure,
                                const struct names *names) {
    struct text list = TEXT("");
    for (size_t i = 0; i < names->list.count; i++)
        list = print_joined(printer, list,
                            print_label(printer, target_label(printer, procedure, names->list.items[i].text)));
    return list.length ? SAY(printer, ",办过{0}的人不得经办", ", not by whoever did {0}", list) : list;
}

static struct text print_posting(const struct printer *printer, const struct declaration *procedure,
                                 const struct posting *posting) {
    const struct entity *where = map_get(&printer->policy->entity_by_name, posting->where.text);
    const struct entity *entity = map_get(&printer->policy->entity_by_name, procedure->of.text);
    struct text list = TEXT("");
    for (size_t i = 0; i < posting->shows.list.count; i++) {
        struct text name = posting->shows.list.items[i].text;
        const struct entity *owner = map_get(&printer->policy->entity_by_name, name);
        const struct field *field = entity ? map_get(&entity->by_name, name) : NULL;
        if (field) name = print_label(printer, label_or_name(field->label, name, printer->language));
        if (owner) name = label_or_name(owner->label, name, printer->language);
        list = print_joined(printer, list, name);
    }
    return SAY(printer, "在{0}公示{1}天,内容为{2}", "posted in the {0} for {1} days, showing {2}",
               where ? label_or_name(where->label, where->name, printer->language) : posting->where.text,
               number_exact(printer->arena, posting->days), list);
}

static void print_records(struct builder *out, const struct printer *printer, const struct step *step) {
    struct text list = TEXT("");
    for (size_t i = 0; i < step->records.count; i++)
        list = print_joined(printer, list,
                            print_label(printer, label_or_name(step->records.items[i].label,
                                                               step->records.items[i].name.text, printer->language)));
    if (list.length) builder_add(out, SAY(printer, "   - 记录{0}。\n", "   - Recorded: {0}.\n", list));
}

static void print_transition(struct builder *out, const struct printer *printer, const struct declaration *procedure,
                             const struct transition *transition) {
    struct text go =
        SAY(printer, "转到「{0}」", "on to “{0}”", target_label(printer, procedure, transition->target.text));
    if (transition->back)
        go = SAY(printer, "退回申请人({0}内补正)", "back to the applicant (within {0})",
                 print_limits(printer, &transition->within));
    if (transition->condition)
        go = SAY(printer, "如果{0},则{1}", "if {0}, then {1}", print_expression(printer, transition->condition), go);
    builder_add(out, SAY(printer, "   - {0}。\n", "   - {0}.\n", go));
}

static void print_step(struct builder *out, const struct printer *printer, const struct declaration *procedure,
                       const struct step *step, size_t number) {
    struct text label = label_or_name(step->label, step->name.text, printer->language), how;
    if (step->posts)
        how = print_posting(printer, procedure, &step->posting);
    else
        how = SAY(printer, "由{0}{1}办理", "by {1}{0}", role_word(printer, step->role),
                  number_equal(step->people, number_one)
                      ? TEXT("")
                      : SAY(printer, "{0}人", "{0} × ", number_exact(printer->arena, step->people)));
    if (step->within.list.count)
        how = SAY(printer, "{0},限{1}", "{0} within {1}", how, print_limits(printer, &step->within));
    how = SAY(printer, "{0}{1}", "{0}{1}", how, print_others(printer, procedure, &step->not_who_did));
    builder_format(out, "%zu. ", number);
    builder_add(out, SAY(printer, "{0}:{1}。\n", "{0}: {1}.\n", label, how));
    print_records(out, printer, step);
    for (size_t i = 0; i < step->transitions.count; i++)
        print_transition(out, printer, procedure, &step->transitions.items[i]);
}

static struct text print_effect(const struct printer *printer, const struct declaration *procedure,
                                const struct effect *effect) {
    const struct entity *entity = map_get(&printer->policy->entity_by_name, procedure->of.text);
    const struct field *field = entity ? map_get(&entity->by_name, effect->name.text) : NULL;
    const struct declaration *again = map_get(&printer->policy->procedure_by_name, effect->name.text);
    switch (effect->kind) {
    case EFFECT_SETS:
        return SAY(printer, "「{0}」{2}记为{1}", "“{0}” becomes {1}{2}",
                   field ? label_or_name(field->label, field->name, printer->language) : effect->name.text,
                   print_expression(printer, effect->value),
                   effect->from_next_month ? SAY(printer, "自次月起", " from next month", TEXT("")) : TEXT(""));
    case EFFECT_NEEDS_REASON: return SAY(printer, "须写明理由", "the reason is written down", TEXT(""));
    case EFFECT_LETTER: return SAY(printer, "发出文书{0}", "the letter {0} is sent", effect->name.text);
    case EFFECT_POST: return print_posting(printer, procedure, &effect->posting);
    case EFFECT_AGAIN:
        return SAY(printer, "{1}后办理「{0}」", "“{0}” follows after {1}",
                   again ? label_or_name(again->label, again->name.text, printer->language) : effect->name.text,
                   print_limits(printer, &effect->limits));
    case EFFECT_APPEAL:
        return SAY(printer, "可在{1}内向{0}提出异议{2}", "appeal to the {0} within {1}{2}",
                   role_word(printer, effect->name), print_limits(printer, &effect->limits),
                   print_others(printer, procedure, &effect->not_who_did));
    }
    return TEXT("");
}

static void print_opening(struct builder *out, const struct printer *printer, const struct declaration *procedure) {
    struct text by = TEXT("");
    for (size_t i = 0; i < procedure->opens.list.count; i++)
        by = print_joined(printer, by, role_word(printer, procedure->opens.list.items[i]));
    if (by.length) builder_add(out, SAY(printer, "由{0}提出。", "Opened by {0}. ", by));
    if (procedure->within.list.count)
        builder_add(out, SAY(printer, "全程限{0}。", "In all within {0}. ", print_limits(printer, &procedure->within)));
    builder_add(out, TEXT("\n"));
}

void print_procedure(struct builder *out, const struct printer *printer, const struct declaration *procedure) {
    print_opening(out, printer, procedure);
    for (size_t i = 0; i < procedure->steps.count; i++)
        print_step(out, printer, procedure, &procedure->steps.items[i], i + 1);
    for (size_t i = 0; i < procedure->outcomes.count; i++) {
        const struct outcome *outcome = &procedure->outcomes.items[i];
        struct text list = TEXT("");
        for (size_t k = 0; k < outcome->effects.count; k++) {
            struct text effect = print_effect(printer, procedure, &outcome->effects.items[k]);
            list = k ? SAY(printer, "{0};{1}", "{0}; {1}", list, effect) : effect;
        }
        builder_add(out, SAY(printer, "- 结果「{0}」:{1}。\n", "- Outcome “{0}”: {1}.\n",
                             label_or_name(outcome->label, outcome->name.text, printer->language), list));
    }
}
