/* What is missing or went wrong, in words. */
#include "engine/explain.h"

/* 家庭 F1: an id alone does not say what it is one of. */
static struct text row_words(struct arena *arena, const struct run *run, const struct entity *entity, size_t row,
                             enum language language) {
    return text_format(arena, "%.*s %.*s", TEXT_ARG(label_or_name(entity->label, entity->name, language)),
                       TEXT_ARG(table_id(dataset_table(run->dataset, entity), row)));
}

static struct text missing_field(struct arena *arena, const struct run *run, const struct reason *reason,
                                 enum language language) {
    struct text label = label_or_name(reason->field->label, reason->field->name, language);
    struct text row = row_words(arena, run, reason->field->entity, reason->row, language);
    bool past = reason->kind == REASON_NOT_ASSESSED;
    if (language == LANGUAGE_ZH)
        return text_format(arena, past ? "%.*s 的「%.*s」当月未测算" : "%.*s 缺「%.*s」", TEXT_ARG(row),
                           TEXT_ARG(label));
    return text_format(arena, past ? "\"%.*s\" of %.*s was not assessed then" : "\"%.*s\" of %.*s is missing",
                       TEXT_ARG(label), TEXT_ARG(row));
}

static bool begins_after(const struct parameter *parameter, day_number day, day_number *begin) {
    *begin = DAY_NEVER;
    for (size_t i = 0; i < parameter->values.list.count; i++)
        if (parameter->values.list.items[i].from < *begin) *begin = parameter->values.list.items[i].from;
    return *begin > day && *begin != DAY_NEVER;
}

/* Which parameter has no value, on which day, for which row. */
static struct text parameter_trouble(struct arena *arena, const struct run *run, const struct reason *reason,
                                     enum language language) {
    const struct parameter *parameter = run->policy->parameters.items[reason->index];
    const bool zh = language == LANGUAGE_ZH;
    struct text label = label_or_name(parameter->label, parameter->name, language), day, of = TEXT(""),
                since = TEXT("");
    day_number begin;
    day = reason->day > INT32_MIN && reason->day < DAY_NEVER ? day_format(arena, reason->day) : TEXT("");
    if (reason->text != UINT32_MAX)
        of = text_format(
            arena, zh ? ",见%.*s" : ", for %.*s",
            TEXT_ARG(row_words(arena, run, run->policy->entities.items[reason->text], reason->row, language)));
    if (begins_after(parameter, reason->day, &begin))
        since = text_format(arena, zh ? ",其数值从 %.*s 起" : "; its values begin on %.*s",
                            TEXT_ARG(day_format(arena, begin)));
    if (reason->kind == REASON_PARAMETER)
        return text_format(arena, zh ? "「%.*s」%.*s 未公布%.*s" : "\"%.*s\" on %.*s is not known%.*s", TEXT_ARG(label),
                           TEXT_ARG(day), TEXT_ARG(of));
    return text_format(arena, zh ? "「%.*s」%.*s 没有值%.*s%.*s" : "\"%.*s\" has no value on %.*s%.*s%.*s",
                       TEXT_ARG(label), TEXT_ARG(day), TEXT_ARG(of), TEXT_ARG(since));
}

static struct text lost_rows(struct arena *arena, const struct run *run, const struct reason *reason,
                             enum language language) {
    const struct entity *lost = run->policy->entities.items[reason->index];
    struct text label = label_or_name(lost->label, lost->name, language);
    struct text above = row_words(arena, run, run->policy->entities.items[reason->text], reason->row, language);
    if (language == LANGUAGE_ZH)
        return text_format(arena, "%.*s 有一行「%.*s」数据被退回", TEXT_ARG(above), TEXT_ARG(label));
    return text_format(arena, "a row of \"%.*s\" under %.*s was refused", TEXT_ARG(label), TEXT_ARG(above));
}

static const char *fault_words(enum reason_kind kind, enum language language) {
    static const char *const words[][LANGUAGES] = {
        [REASON_DIVISION] = {"除以零", "division by zero"},
        [REASON_NO_CASE] = {"没有一种情形适用", "no case fits"},
        [REASON_CLASH] = {"两条例外互相矛盾", "two exceptions contradict each other"},
        [REASON_OUT_OF_RANGE] = {"超出规定范围", "outside its declared range"},
        [REASON_THROUGH_NONE] = {"所指的登记不存在", "what it refers to does not exist"},
        [REASON_OF_NOBODY] = {"没有可比的对象", "there is nobody to compare"},
        [REASON_NEVER] = {"从未发生的日期不能计算", "a date that never comes has no age"},
        [REASON_NOT_IN_FORCE] = {"当日没有有效的规定", "no text is in force on that day"},
        [REASON_APPORTION] = {"没有可分摊的基数", "there is nothing to apportion by"},
        [REASON_NO_DISTANCE] = {"没有坐标", "there are no coordinates"},
    };
    bool listed = kind < sizeof words / sizeof *words && words[kind][language];
    return listed ? words[kind][language] : "";
}

struct text reason_words(struct arena *arena, const struct run *run, const struct value *value,
                         enum language language) {
    if (value->state == VALUE_KNOWN) return TEXT("");
    switch (value->reason.kind) {
    case REASON_INPUT:
    case REASON_NOT_ASSESSED: return missing_field(arena, run, &value->reason, language);
    case REASON_PARAMETER:
    case REASON_NO_PARAMETER: return parameter_trouble(arena, run, &value->reason, language);
    case REASON_ROWS_LOST: return lost_rows(arena, run, &value->reason, language);
    default: return text_from(fault_words(value->reason.kind, language));
    }
}
