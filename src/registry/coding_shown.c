/* Codings as people read them: by the labels, the units and the choices of the registry's policy. */
#include "engine/value.h"
#include "lang/unit_words.h"
#include "registry/registry_inside.h"

#include <string.h>

struct showing {
    struct registry *registry;
    struct arena *arena;
    const struct field *input; /* of the policy */
    struct text beside;        /* the coding that it is shown beside */
    enum language language;
};

static const char *say(const struct showing *showing, const char *zh, const char *en) {
    return showing->language == LANGUAGE_ZH ? zh : en;
}

static const struct entity *entity_of(const struct registry *registry, struct text name) {
    return map_get(&registry->policy->entity_by_name, name);
}

static struct text entity_label(const struct showing *showing, struct text name) {
    const struct entity *entity = entity_of(showing->registry, name);
    return entity ? label_or_name(entity->label, name, showing->language) : name;
}

/* --- of an input -------------------------------------------------------------------------------------------------- */

static struct text number_shown(const struct showing *showing, const struct column_coding *coding, int64_t of) {
    const struct field *input = showing->input;
    struct value value = value_number(number_multiply(showing->arena, coding->step, number_from(of)));
    bool whole = number_is_integer(number_divide(showing->arena, value.as.number, input->scale));
    return value_show(showing->arena, &input->type, input->scale, whole ? input->scale : coding->step, &value,
                      showing->language);
}

/* 0 .. 500 yuan/month; in the unit of the law at hand, where that measures the same. */
static struct text numbers_shown(const struct showing *showing, const struct column_coding *coding) {
    const struct field *input = showing->input;
    struct arena *arena = showing->arena;
    struct column_coding now = column_coding_of(arena, showing->registry->policy, input);
    struct text to = text_from(say(showing, " 到 ", " .. "));
    if (now.kind != CODING_INTEGER || !text_equal(now.unit, coding->unit)) {
        struct number low = number_multiply(arena, coding->step, number_from(coding->low)),
                      high = number_multiply(arena, coding->step, number_from(coding->high));
        return text_format(arena, "%.*s%.*s%.*s %.*s", TEXT_ARG(number_exact(arena, low)), TEXT_ARG(to),
                           TEXT_ARG(number_exact(arena, high)), TEXT_ARG(coding->unit));
    }
    struct text unit =
        unit_words(arena, showing->registry->policy, type_written(arena, &input->declaration->type), showing->language);
    struct text range =
        text_format(arena, "%.*s%.*s%.*s%s%.*s", TEXT_ARG(number_shown(showing, coding, coding->low)), TEXT_ARG(to),
                    TEXT_ARG(number_shown(showing, coding, coding->high)), unit.length ? " " : "", TEXT_ARG(unit));
    if (!column_coding_parse(arena, showing->beside, &now) || now.kind != CODING_INTEGER ||
        number_equal(now.step, coding->step))
        return range;
    return text_format(arena, say(showing, "%.*s,精确到 %.*s", "%.*s, in steps of %.*s"), TEXT_ARG(range),
                       TEXT_ARG(number_shown(showing, coding, 1)));
}

static struct text days_shown(const struct showing *showing, const struct column_coding *coding) {
    if (coding->low <= day_first && coding->high >= day_last) return text_from(say(showing, "日期", "a date"));
    return text_format(showing->arena, say(showing, "%.*s 到 %.*s", "%.*s .. %.*s"),
                       TEXT_ARG(day_format(showing->arena, (day_number)coding->low)),
                       TEXT_ARG(day_format(showing->arena, (day_number)coding->high)));
}

/* By their labels, where the law has them. */
static struct text choices_shown(const struct showing *showing, struct text choices) {
    const struct type *type = &showing->input->type;
    struct builder list;
    builder_init(&list);
    for (size_t begin = 0, end = 0; begin <= choices.length; begin = end + 1) {
        for (end = begin; end < choices.length && choices.bytes[end] != ',';) end++;
        struct text name = text_slice(choices, begin, end), label = name;
        for (size_t i = 0; type->kind == TYPE_ENUM && i < type->enumeration->count; i++) {
            const struct enum_value *value = &type->enumeration->values[i];
            if (text_equal(value->name.text, name)) label = label_or_name(value->label, name, showing->language);
        }
        if (begin > 0) builder_add(&list, text_from(say(showing, "、", ", ")));
        builder_add(&list, label);
    }
    return builder_finish(&list, showing->arena);
}

static struct text values_shown(const struct showing *showing, struct text text) {
    struct column_coding coding;
    if (!column_coding_parse(showing->arena, text, &coding)) return text;
    switch (coding.kind) {
    case CODING_BOOL: return text_from(say(showing, "是或否", "yes or no"));
    case CODING_DATE: return days_shown(showing, &coding);
    case CODING_INTEGER: return numbers_shown(showing, &coding);
    case CODING_CHOICE: return choices_shown(showing, coding.choices);
    case CODING_ROW: return entity_label(showing, coding.entity);
    case CODING_SEALED: return text_from(say(showing, "密封的文字", "sealed text"));
    default: return text_from(say(showing, "文字", "text"));
    }
}

/* --- of an entity ------------------------------------------------------------------------------------------------- */

static struct text word_behind(struct text coding, const char *mark) {
    size_t length = strlen(mark);
    for (size_t at = 0; at + length <= coding.length; at++) {
        if (!text_is(text_slice(coding, at, at + length), mark)) continue;
        size_t end = at + length;
        while (end < coding.length && coding.bytes[end] != ' ') end++;
        return text_slice(coding, at + length, end);
    }
    return TEXT("");
}

/* in village, events dated by date: of what is dated the names. */
static struct text place_shown(const struct showing *showing, struct text coding) {
    struct arena *arena = showing->arena;
    struct text parent = word_behind(coding, " in "), dated = word_behind(coding, " dated "),
                label = entity_label(showing, parent);
    struct text place = parent.length ? text_format(arena, say(showing, "属于%.*s", "in %.*s"), TEXT_ARG(label))
                                      : text_from(say(showing, "不属于别的", "in no other"));
    if (!text_starts(coding, "event")) return place;
    return text_format(arena, say(showing, "%.*s,按 %.*s 记日期的事项", "%.*s, events dated by %.*s"), TEXT_ARG(place),
                       TEXT_ARG(dated));
}

/* ------------------------------------------------------------------------------------------------------------------ */

static const struct field *input_of(const struct registry *registry, const struct registry_step *step) {
    const struct entity *entity = entity_of(registry, step->entity);
    for (size_t i = 0; entity && i < entity->inputs.count; i++)
        if (text_equal(entity->inputs.items[i]->name, step->input)) return entity->inputs.items[i];
    return NULL;
}

struct text registry_step_label(const struct registry *registry, const struct registry_step *step,
                                enum language language) {
    const struct entity *entity = entity_of(registry, step->entity);
    const struct field *input = input_of(registry, step);
    if (input) return label_or_name(input->label, TEXT(""), language);
    return entity && step->input.length == 0 ? label_or_name(entity->label, TEXT(""), language) : TEXT("");
}

struct text registry_step_shown(struct registry *registry, const struct registry_step *step, bool after,
                                enum language language) {
    struct text coding = after ? step->after : step->before;
    const struct showing showing = {.registry = registry,
                                    .arena = &registry->arena,
                                    .input = input_of(registry, step),
                                    .beside = after ? step->before : step->after,
                                    .language = language};
    if (coding.length == 0) return coding;
    if (step->input.length == 0) return place_shown(&showing, coding);
    return showing.input ? values_shown(&showing, coding) : coding;
}
