/* Parameters and readings in words: what they are keyed by, and their values with date and source. */
#include "lang/print.h"
#include "lang/unit_words.h"
#include "lang/words.h"

enum { VALUES_PRINTED = 24 }; /* longer tables are for looking up, not for reading aloud */

static bool is_ratio(const struct parameter *parameter) {
    if (parameter->type.kind != TYPE_NUMBER || number_compare(parameter->step, number_one) >= 0) return false;
    for (size_t i = 0; i < DIMENSIONS; i++)
        if (parameter->type.powers[i]) return false;
    return true;
}

static struct text print_amount(const struct printer *printer, const struct parameter *parameter,
                                struct number number) {
    struct arena *arena = printer->arena;
    struct number shown = number_divide(arena, number, parameter->scale);
    if (is_ratio(parameter))
        return SAY(printer, "{0}%", "{0}%", print_digits(printer, number_multiply(arena, shown, number_from(100))));
    struct text unit = print_unit(printer, type_written(arena, &parameter->declaration->type));
    if (!unit.length) return print_digits(printer, shown);
    return SAY(printer, "{0}{1}", "{0} {1}", print_digits(printer, shown), unit);
}

struct text print_parameter_value(const struct printer *printer, const struct parameter *parameter,
                                  const struct parameter_value *value) {
    if (value->empty) return SAY(printer, "未知", "unknown", TEXT(""));
    switch (parameter->type.kind) {
    case TYPE_BOOL: return word_of_truth(value->truth, printer->language);
    case TYPE_DATE:
        return value->date == DAY_NEVER ? word_in(WORD_NEVER, printer->language)
                                        : day_format(printer->arena, value->date);
    case TYPE_ENUM: {
        const struct enum_value *choice = &parameter->type.enumeration->values[value->enum_value];
        return label_or_name(choice->label, choice->name.text, printer->language);
    }
    default: return print_amount(printer, parameter, value->number);
    }
}

static struct text print_key_value(const struct printer *printer, const struct key *key,
                                   const struct parameter_value *value, size_t place) {
    switch (key->kind) {
    case KEY_AREA: return value->area;
    case KEY_MONTH: return month_format(printer->arena, (month_number)value->keys[place]);
    case KEY_ENUM: {
        const struct enum_value *choice = &key->enumeration->values[value->keys[place]];
        return label_or_name(choice->label, choice->name.text, printer->language);
    }
    case KEY_COUNT: return text_format(printer->arena, "%lld", (long long)value->keys[place]);
    case KEY_BAND:
        return SAY(printer, "{0}起", "from {0}",
                   print_digits(printer, number_divide(printer->arena, value->band, key->band_scale)));
    }
    return TEXT("");
}

struct text print_parameter_keys(const struct printer *printer, const struct parameter *parameter,
                                 const struct parameter_value *value) {
    struct text list = TEXT("");
    for (size_t i = 0; i < parameter->key_count; i++) {
        struct text key = print_key_value(printer, &parameter->keys[i], value, i);
        if (key.length) list = print_joined(printer, list, key);
    }
    if (value->from > day_first)
        list =
            print_joined(printer, list, SAY(printer, "自{0}起", "from {0}", day_format(printer->arena, value->from)));
    if (value->enacted > day_first)
        list = print_joined(printer, list,
                            SAY(printer, "{0}公布", "enacted {0}", day_format(printer->arena, value->enacted)));
    return list;
}

/* By county, by kind of patient. */
static struct text print_key_names(const struct printer *printer, const struct parameter *parameter) {
    struct text list = TEXT("");
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        struct text name = key->name.text;
        switch (key->kind) {
        case KEY_AREA: name = label_or_name(key->entity->label, name, printer->language); break;
        case KEY_MONTH: name = SAY(printer, "月份", "month", TEXT("")); break;
        case KEY_ENUM:
            name = print_label(printer, label_or_name(key->enumeration->label, name, printer->language));
            break;
        case KEY_COUNT: name = SAY(printer, "数目", "count", TEXT("")); break;
        case KEY_BAND: name = SAY(printer, "分档", "band", TEXT("")); break;
        }
        list = print_joined(printer, list, name);
    }
    return list;
}

/* The documents that the values stand in, each once. */
static void print_documents(struct builder *out, const struct printer *printer, const struct parameter_values *values) {
    struct text list = TEXT("");
    struct map seen;
    map_init(&seen, printer->arena);
    for (size_t i = 0; i < values->list.count; i++) {
        struct text document = values->list.items[i].document;
        if (!document.length || map_get(&seen, document)) continue;
        map_put(&seen, document, &seen);
        list = list.length ? SAY(printer, "{0};{1}", "{0}; {1}", list, document) : document;
    }
    if (list.length) builder_add(out, SAY(printer, "  - 所引文件:{0}。\n", "  - Documents: {0}.\n", list));
}

static void print_values(struct builder *out, const struct printer *printer, const struct parameter *parameter,
                         const struct parameter_values *values) {
    for (size_t i = 0; i < values->list.count && i < VALUES_PRINTED; i++) {
        const struct parameter_value *value = &values->list.items[i];
        struct text keys = print_parameter_keys(printer, parameter, value);
        struct text amount = print_parameter_value(printer, parameter, value);
        if (!value->confirmed) amount = SAY(printer, "{0}◇", "{0}◇", amount);
        struct text line = keys.length ? SAY(printer, "{0}:{1}", "{0}: {1}", keys, amount) : amount;
        struct text source = label_or_name(value->source, TEXT(""), printer->language);
        if (source.length) line = SAY(printer, "{0}({1})", "{0} ({1})", line, source);
        builder_add(out, SAY(printer, "  - {0}\n", "  - {0}\n", line));
    }
    if (values->list.count > VALUES_PRINTED)
        builder_add(out, SAY(printer, "  - 另有{0}行,见表\n", "  - {0} more lines in the table\n",
                             text_format(printer->arena, "%zu", values->list.count - VALUES_PRINTED)));
    print_documents(out, printer, values);
}

const struct parameter_values *parameter_values_of(const struct parameter *parameter,
                                                   const struct declaration *declaration) {
    for (size_t i = 0; i < parameter->exceptions.count; i++)
        if (parameter->exceptions.items[i]->declaration == declaration) return &parameter->exceptions.items[i]->values;
    return &parameter->values;
}

void print_parameter_body(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    const struct parameter *parameter = map_get(&printer->policy->parameter_by_name, declaration->name.text);
    if (!parameter) return;
    const struct parameter_values *values = parameter_values_of(parameter, declaration);
    if (parameter->key_count) builder_add(out, SAY(printer, ",按{0}", ", by {0}", print_key_names(printer, parameter)));
    bool single = values->list.count == 1 && !declaration->has_table;
    if (!single) {
        builder_add(out, SAY(printer, ":\n", ":\n", TEXT("")));
        print_values(out, printer, parameter, values);
        return;
    }
    struct text value = print_parameter_value(printer, parameter, &values->list.items[0]);
    builder_add(out, SAY(printer, ":{0}。\n", ": {0}.\n", value));
}

/* What else could have been chosen. */
static struct text print_alternatives(const struct printer *printer, const struct parameter *parameter) {
    const struct parameter_value *chosen = &parameter->values.list.items[0];
    struct text list = TEXT("");
    if (parameter->type.kind == TYPE_BOOL) return word_of_truth(!chosen->truth, printer->language);
    if (parameter->type.kind != TYPE_ENUM) return list;
    for (size_t i = 0; i < parameter->type.enumeration->count; i++) {
        const struct enum_value *value = &parameter->type.enumeration->values[i];
        if (i != chosen->enum_value)
            list = print_joined(printer, list, label_or_name(value->label, value->name.text, printer->language));
    }
    return list;
}

void print_reading_body(struct builder *out, const struct printer *printer, const struct declaration *declaration) {
    const struct parameter *parameter = map_get(&printer->policy->parameter_by_name, declaration->name.text);
    print_parameter_body(out, printer, declaration);
    struct text because = label_or_name(declaration->because, TEXT(""), printer->language);
    if (because.length) builder_add(out, SAY(printer, "  - 理由:{0}。\n", "  - Why: {0}.\n", because));
    if (!parameter || parameter->values.list.count != 1) return;
    struct text alternatives = print_alternatives(printer, parameter);
    if (alternatives.length)
        builder_add(out, SAY(printer, "  - 另一种理解:{0}。\n", "  - The alternative: {0}.\n", alternatives));
}
