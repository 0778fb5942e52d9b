#include "exchange/lane_shown.h"

#include <string.h>

struct text lane_limit_shown(struct arena *arena, const struct lane_spec *spec, lane value) {
    if (spec->field->type.kind == TYPE_DATE) return day_format(arena, (day_number)value);
    return number_exact(arena, number_divide(arena, lane_number(arena, spec, value), spec->field->scale));
}

struct text lane_choices_shown(struct arena *arena, const struct enumeration *enumeration, enum language language) {
    struct builder list;
    builder_init(&list);
    for (size_t i = 0; i < enumeration->count; i++) {
        const struct enum_value *value = &enumeration->values[i];
        struct text label = label_or_name(value->label, value->name.text, language);
        if (i > 0) builder_add(&list, language == LANGUAGE_ZH ? TEXT("、") : TEXT(", "));
        builder_add(&list, value->name.text);
        if (!text_equal(label, value->name.text)) builder_format(&list, " %.*s", TEXT_ARG(label));
    }
    return builder_finish(&list, arena);
}

bool field_decimals(struct arena *arena, const struct field *field, unsigned *decimals) {
    struct text step = number_exact(arena, number_divide(arena, field->step, field->scale));
    const char *point = memchr(step.bytes, '.', step.length);
    *decimals = point ? (unsigned)(step.length - (size_t)(point - step.bytes) - 1) : 0;
    return memchr(step.bytes, '/', step.length) == NULL;
}
