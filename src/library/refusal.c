#include "library/refusal.h"

#include "base/shown.h"

enum { VALUE_BYTES_MAX = 120 };

void refused_init(struct refused *refused) {
    *refused = (struct refused){.kind = DOUDI_ACCEPTED};
    arena_init(&refused->arena);
}

void refused_free(struct refused *refused) {
    arena_free(&refused->arena);
}

void refused_clear(struct refused *refused) {
    if (refused->kind == DOUDI_ACCEPTED) return;
    arena_rewind(&refused->arena, (struct arena_mark){0});
    refused->kind = DOUDI_ACCEPTED;
}

/* Whole characters only. */
static struct text beginning(struct text text) {
    size_t length = text.length < VALUE_BYTES_MAX ? text.length : VALUE_BYTES_MAX;
    while (length > 0 && length < text.length && ((unsigned char)text.bytes[length] & 0xc0) == 0x80) length--;
    return text_slice(text, 0, length);
}

doudi_status refuse(struct refused *refused, doudi_refusal kind, const struct model_thing *thing, const char *value) {
    refused->kind = kind;
    refused->thing = thing;
    refused->value = text_shown(&refused->arena, beginning(text_from(value)));
    return DOUDI_BAD_VALUE;
}

doudi_refusal refused_kind(enum lane_result result) {
    static const doudi_refusal kinds[] = {[LANE_OK] = DOUDI_ACCEPTED,
                                          [LANE_NOT_A_NUMBER] = DOUDI_NOT_A_NUMBER,
                                          [LANE_OFF_STEP] = DOUDI_OFF_STEP,
                                          [LANE_OUT_OF_RANGE] = DOUDI_OUT_OF_RANGE,
                                          [LANE_NOT_A_DATE] = DOUDI_NOT_A_DATE,
                                          [LANE_NOT_A_TRUTH] = DOUDI_NOT_A_TRUTH,
                                          [LANE_NOT_A_VALUE] = DOUDI_NOT_A_CHOICE};
    return kinds[result];
}

/* --- words ------------------------------------------------------------------------------------------------------ */

/* The choices that there are, by name, with their labels. */
static struct text choices_of(struct arena *arena, const struct model *model, const struct type *type,
                              enum language language) {
    struct builder list;
    builder_init(&list);
    for (size_t i = 0; i < type->enumeration->count; i++) {
        const struct model_choice *choice = &model->choices[type->enumeration->index][i];
        const char *label = choice->label.of[language];
        if (i > 0) builder_add(&list, language == LANGUAGE_ZH ? TEXT("、") : TEXT(", "));
        builder_add(&list, text_from(choice->name));
        if (!text_is(text_from(label), choice->name)) builder_format(&list, " %s", label);
    }
    return builder_finish(&list, arena);
}

static struct text range_words(struct arena *arena, const struct model_thing *thing, bool zh) {
    if (!thing->low) return text_from(zh ? "太大;核对数字和单位" : "is too large; check the figure and its unit");
    return text_format(arena, zh ? "超出范围;应在 %s 到 %s 之间" : "is out of range; it must lie between %s and %s",
                       thing->low, thing->high);
}

/* What is wrong with the value, and the way out. */
static struct text trouble(struct refused *refused, const struct model *model, enum language language) {
    struct arena *arena = &refused->arena;
    const bool zh = language == LANGUAGE_ZH;
    switch (refused->kind) {
    case DOUDI_OFF_STEP:
        return text_format(arena, zh ? "太细;写成 %s 的整数倍" : "is too fine; write a multiple of %s",
                           refused->thing->step);
    case DOUDI_OUT_OF_RANGE: return range_words(arena, refused->thing, zh);
    case DOUDI_NOT_A_CHOICE:
        return text_format(arena, zh ? "不是选项;写其中之一:%.*s" : "is none of the choices; write one of %.*s",
                           TEXT_ARG(choices_of(arena, model, refused->thing->type, language)));
    case DOUDI_NOT_A_DATE: return text_from(zh ? "不是日期;写成 2018-07-01" : "is no date; write it as 2018-07-01");
    case DOUDI_NOT_A_TRUTH: return text_from(zh ? "不是「是」或「否」" : "is neither yes nor no");
    case DOUDI_NOT_AN_IDENTIFIER:
        return text_from(zh ? "不合证件编号规则;核对证件" : "is no such number; check the document");
    case DOUDI_NOT_A_MONTH: return text_from(zh ? "不是月份;写成 2018-07" : "is no month; write it as 2018-07");
    case DOUDI_MONTHS_REVERSED: return text_from(zh ? "结束在开始之前" : "ends before it begins");
    case DOUDI_NOT_DECIDED:
        return text_from(zh ? "政策没有交给人决定;改正它所依据的数据"
                            : "is left to nobody's decision; correct the data that it rests on");
    case DOUDI_IS_A_REFERENCE:
        return text_from(zh ? "指向另一行,不能预先给定" : "refers to a row and cannot be told beforehand");
    default: return text_from(zh ? "不是数字;只写数字,如 1168.58" : "is no number; write digits only, such as 1168.58");
    }
}

/* Of these the value does not matter. */
static bool is_about_the_thing(doudi_refusal kind) {
    return kind == DOUDI_NOT_DECIDED || kind == DOUDI_IS_A_REFERENCE;
}

const char *refused_words(struct refused *refused, const struct model *model, enum language language) {
    struct arena *arena = &refused->arena;
    const bool zh = language == LANGUAGE_ZH;
    if (refused->kind == DOUDI_ACCEPTED) return NULL;
    struct text words = trouble(refused, model, language), value = refused->value;
    const char *label = refused->thing ? refused->thing->label.of[language] : NULL;
    if (!label)
        words = text_format(arena, zh ? "「%.*s」%.*s" : "\"%.*s\" %.*s", TEXT_ARG(value), TEXT_ARG(words));
    else if (is_about_the_thing(refused->kind))
        words = text_format(arena, zh ? "「%s」%.*s" : "\"%s\" %.*s", label, TEXT_ARG(words));
    else
        words = text_format(arena, zh ? "「%s」的「%.*s」%.*s" : "\"%s\": \"%.*s\" %.*s", label, TEXT_ARG(value),
                            TEXT_ARG(words));
    return arena_failed(arena) ? NULL : words.bytes;
}
