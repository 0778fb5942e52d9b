#include "lang/diff.h"

#include "base/shown.h"
#include "lang/print.h"

#include <assert.h>

/* --- comparing -------------------------------------------------------------------------------------------------- */

/* The declarations of one head, entity and name, and with which of the other policy each is paired. */
struct group {
    VECTOR(const struct declaration *) list;
    VECTOR(const struct declaration *) partners; /* NULL: with none */
    size_t told;
};

struct comparer {
    struct arena *arena;
    struct difference *difference;
    struct map before, after; /* key -> struct group */
};

static struct text key_of(struct arena *arena, const struct declaration *declaration) {
    return text_format(arena, "%s %.*s %.*s", head_word(declaration->head), TEXT_ARG(declaration->of.text),
                       TEXT_ARG(declaration->name.text));
}

/* The text of a declaration with one space wherever there is any layout or comment, and its table behind it. */
static struct text text_of(struct arena *arena, const struct declaration *declaration) {
    struct text source = span_text(declaration->whole);
    struct builder out;
    bool quoted = false, gap = false;
    builder_init(&out);
    for (size_t i = 0; i < source.length; i++) {
        char byte = source.bytes[i];
        if (byte == '#' && !quoted)
            while (i + 1 < source.length && source.bytes[i + 1] != '\n') i++;
        bool layout = !quoted && (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '#');
        if (layout) {
            gap = true;
            continue;
        }
        if (gap) builder_add(&out, TEXT(" "));
        gap = false;
        quoted = byte == '"' ? !quoted : quoted;
        builder_add(&out, text_slice(source, i, i + 1));
    }
    const struct decision_table *table = declaration->table;
    for (size_t row = 0; table && row < table->rows.count; row++)
        for (size_t i = 0; i < table->rows.items[row].cells.count; i++)
            builder_format(&out, "|%.*s", TEXT_ARG(table->rows.items[row].cells.items[i].text));
    return builder_finish(&out, arena);
}

static const struct parameter *parameter_of(const struct policy *policy, const struct declaration *declaration) {
    bool holds_values = declaration->head == HEAD_PARAMETER || declaration->head == HEAD_READING ||
                        declaration->parameter_exception || declaration->reading_exception;
    return holds_values ? map_get(&policy->parameter_by_name, declaration->name.text) : NULL;
}

static bool values_equal(const struct parameter *parameter, const struct parameter_value *a,
                         const struct parameter_value *b) {
    if (a->empty || b->empty) return a->empty == b->empty;
    if (a->confirmed != b->confirmed) return false;
    switch (parameter->type.kind) {
    case TYPE_BOOL: return a->truth == b->truth;
    case TYPE_DATE: return a->date == b->date;
    case TYPE_ENUM: return a->enum_value == b->enum_value;
    default: return number_equal(a->number, b->number);
    }
}

/* Where a value of a table holds: its area, keys and dates, the same words in both policies. */
static struct map values_by_keys(struct arena *arena, const struct policy *policy, const struct parameter *parameter,
                                 const struct parameter_values *values) {
    const struct printer printer = {arena, policy, LANGUAGE_EN, false};
    struct map map;
    map_init(&map, arena);
    for (size_t i = 0; i < values->list.count; i++) {
        struct parameter_value *value = &values->list.items[i];
        map_put(&map, print_parameter_keys(&printer, parameter, value), value);
    }
    return map;
}

static void compare_values(struct comparer *comparer, struct change *change) {
    const struct parameter *before = change->parameter_before, *after = change->parameter_after;
    struct map old = values_by_keys(comparer->arena, comparer->difference->before, before,
                                    parameter_values_of(before, change->before)),
               new = values_by_keys(comparer->arena, comparer->difference->after, after,
                                    parameter_values_of(after, change->after));
    for (size_t i = 0; i < new.count; i++) {
        const struct parameter_value *value = new.entries[i].value, *was = map_get(&old, new.entries[i].key);
        struct value_change moved = {was ? CHANGE_ALTERED : CHANGE_ADDED, was, value};
        if (!was || !values_equal(after, was, value)) VECTOR_PUSH(comparer->arena, &change->values, moved);
    }
    for (size_t i = 0; i < old.count; i++) {
        struct value_change gone = {CHANGE_REMOVED, old.entries[i].value, NULL};
        if (!map_get(&new, old.entries[i].key)) VECTOR_PUSH(comparer->arena, &change->values, gone);
    }
}

static void note(struct comparer *comparer, struct change change) {
    struct difference *difference = comparer->difference;
    VECTOR_PUSH(comparer->arena, &difference->changes, change);
    *(change.kind == CHANGE_ADDED     ? &difference->added
      : change.kind == CHANGE_REMOVED ? &difference->removed
                                      : &difference->altered) += 1;
}

static void compare_pair(struct comparer *comparer, const struct declaration *before, const struct declaration *after) {
    struct change change = {.kind = CHANGE_ALTERED, .before = before, .after = after};
    change.parameter_before = parameter_of(comparer->difference->before, before);
    change.parameter_after = parameter_of(comparer->difference->after, after);
    bool both = change.parameter_before && change.parameter_after &&
                change.parameter_before->type.kind == change.parameter_after->type.kind;
    if (both)
        compare_values(comparer, &change);
    else
        change.parameter_before = change.parameter_after = NULL;
    if (change.values.count || !text_equal(text_of(comparer->arena, before), text_of(comparer->arena, after)))
        note(comparer, change);
}

/* --- pairing ---------------------------------------------------------------------------------------------------- */

static void gather(struct comparer *comparer, struct map *groups, const struct policy *policy) {
    map_init(groups, comparer->arena);
    for (size_t i = 0; i < policy->layers.count; i++) {
        const struct layer *layer = policy->layers.items[i];
        for (size_t k = 0; k < layer->declarations.count; k++) {
            struct text key = key_of(comparer->arena, layer->declarations.items[k]);
            struct group *group = map_get(groups, key);
            if (!group) {
                group = ARENA_NEW(comparer->arena, struct group);
                map_put(groups, key, group);
            }
            VECTOR_PUSH(comparer->arena, &group->list, layer->declarations.items[k]);
            VECTOR_PUSH(comparer->arena, &group->partners, NULL);
        }
    }
}

enum likeness { SAME_TEXT, SAME_DAY, ANY };

static bool is_like(struct arena *arena, const struct declaration *a, const struct declaration *b,
                    enum likeness likeness) {
    assert(a && b);
    if (likeness == SAME_TEXT) return text_equal(text_of(arena, a), text_of(arena, b));
    return likeness == ANY || (a->has_from == b->has_from && a->from == b->from);
}

static void pair_group(struct arena *arena, struct group *before, struct group *after, enum likeness likeness) {
    for (size_t i = 0; i < after->list.count; i++)
        for (size_t k = 0; k < before->list.count && !after->partners.items[i]; k++) {
            if (before->partners.items[k] || !is_like(arena, before->list.items[k], after->list.items[i], likeness))
                continue;
            after->partners.items[i] = before->list.items[k];
            before->partners.items[k] = after->list.items[i];
        }
}

static void pair_all(struct comparer *comparer) {
    for (size_t i = 0; i < comparer->after.count; i++) {
        struct group *before = map_get(&comparer->before, comparer->after.entries[i].key);
        for (enum likeness likeness = SAME_TEXT; before && likeness <= ANY; likeness++)
            pair_group(comparer->arena, before, comparer->after.entries[i].value, likeness);
    }
}

/* In order of the text, each with its partner. */
static void tell(struct comparer *comparer, struct map *groups, const struct policy *policy, enum change_kind alone) {
    for (size_t i = 0; i < policy->layers.count; i++) {
        const struct layer *layer = policy->layers.items[i];
        for (size_t k = 0; k < layer->declarations.count; k++) {
            const struct declaration *declaration = layer->declarations.items[k];
            struct group *group = map_get(groups, key_of(comparer->arena, declaration));
            if (!group || group->told >= group->partners.count) return; /* memory has run out */
            const struct declaration *partner = group->partners.items[group->told++];
            if (partner && alone == CHANGE_ADDED) compare_pair(comparer, partner, declaration);
            if (partner) continue;
            struct change change = {.kind = alone};
            *(alone == CHANGE_ADDED ? &change.after : &change.before) = declaration;
            note(comparer, change);
        }
    }
}

struct difference difference_of(struct arena *arena, const struct policy *before, const struct policy *after) {
    struct difference difference = {.before = before, .after = after};
    struct comparer comparer = {.arena = arena, .difference = &difference};
    gather(&comparer, &comparer.before, before);
    gather(&comparer, &comparer.after, after);
    pair_all(&comparer);
    tell(&comparer, &comparer.after, after, CHANGE_ADDED);
    tell(&comparer, &comparer.before, before, CHANGE_REMOVED);
    return difference;
}

/* --- printing --------------------------------------------------------------------------------------------------- */

static void print_lines(struct builder *out, const char *sign, struct text sentence) {
    for (size_t begin = 0, at = 0; at < sentence.length; at++) {
        if (sentence.bytes[at] != '\n') continue;
        builder_format(out, "%s %.*s\n", sign, TEXT_ARG(text_slice(sentence, begin, at)));
        begin = at + 1;
    }
}

static void print_value(struct builder *out, const struct printer *printer, const struct change *change,
                        const struct value_change *moved) {
    const struct parameter_value *value = moved->after ? moved->after : moved->before;
    const struct parameter *parameter = moved->after ? change->parameter_after : change->parameter_before;
    struct text keys = print_parameter_keys(printer, parameter, value),
                text = print_parameter_value(printer, parameter, value);
    if (!value->confirmed) text = SAY(printer, "{0}◇", "{0}◇", text);
    if (moved->kind == CHANGE_ALTERED) {
        struct text was = print_parameter_value(printer, change->parameter_before, moved->before);
        if (!moved->before->confirmed) was = SAY(printer, "{0}◇", "{0}◇", was);
        text = SAY(printer, "{0} → {1}", "{0} → {1}", was, text);
    }
    static const char signs[] = {[CHANGE_ADDED] = '+', [CHANGE_REMOVED] = '-', [CHANGE_ALTERED] = '~'};
    if (keys.length) text = SAY(printer, "{0}:{1}", "{0}: {1}", keys, text);
    builder_format(out, "    %c %.*s\n", signs[moved->kind], TEXT_ARG(text));
}

static void print_place(struct builder *out, const struct declaration *declaration) {
    assert(declaration); /* a change has one side at least */
    struct position place = span_position(declaration->name.at);
    builder_format(out, "%s %.*s%s%.*s  ", head_word(declaration->head), TEXT_ARG(declaration->of.text),
                   declaration->of.text.length ? "." : "", TEXT_ARG(declaration->name.text));
    builder_add_shown(out, place.source->name);
    builder_format(out, ":%u\n", place.line);
}

static void print_change(struct builder *out, struct arena *arena, const struct difference *difference,
                         const struct change *change, enum language language) {
    const struct printer printer = {arena, difference->after, language, false};
    struct text before = TEXT(""), after = TEXT("");
    if (change->before) before = declaration_sentence(arena, difference->before, change->before, language);
    if (change->after) after = declaration_sentence(arena, difference->after, change->after, language);
    print_place(out, change->after ? change->after : change->before);
    bool both = change->before && change->after;
    if (both && text_equal(text_of(arena, change->before), text_of(arena, change->after))) {
        for (size_t i = 0; i < change->values.count; i++) print_value(out, &printer, change, &change->values.items[i]);
    } else if (both && text_equal(before, after)) { /* nothing that is read aloud: names, order of options */
        print_lines(out, "  -", text_format(arena, "%.*s\n", TEXT_ARG(text_of(arena, change->before))));
        print_lines(out, "  +", text_format(arena, "%.*s\n", TEXT_ARG(text_of(arena, change->after))));
    } else {
        print_lines(out, "  -", before);
        print_lines(out, "  +", after);
    }
    builder_add(out, TEXT("\n"));
}

void difference_print(struct builder *out, struct arena *arena, const struct difference *difference,
                      enum language language) {
    for (size_t i = 0; i < difference->changes.count; i++)
        print_change(out, arena, difference, &difference->changes.items[i], language);
}
