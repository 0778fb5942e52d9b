/* Codings: how values of an input are stored, in words that outlive the law by which they were written:
 *
 *     text    sealed    bool    date LOW HIGH    integer STEP UNIT LOW HIGH    choice a,b,c    row ENTITY
 *
 * and how what one coding stores is read by another. */
#include "registry/registry_inside.h"

#include "base/map.h"

/* --- of a model --------------------------------------------------------------------------------------------------- */

/* What its dimensions are measured in: yuan^1,month^-1; of what has none, 1. */
static struct text unit_of(struct arena *arena, const struct policy *policy, const struct type *type) {
    struct builder unit;
    builder_init(&unit);
    for (size_t i = 0; i < policy->dimensions; i++) {
        struct text name = i == DIMENSION_MONEY ? policy->currency : policy->dimension_name[i];
        if (type->powers[i])
            builder_format(&unit, "%s%.*s^%d", unit.length ? "," : "", TEXT_ARG(name), type->powers[i]);
    }
    if (unit.length == 0) builder_add(&unit, TEXT("1"));
    return builder_finish(&unit, arena);
}

static struct text choices_of(struct arena *arena, const struct enumeration *enumeration) {
    struct builder choices;
    builder_init(&choices);
    for (size_t i = 0; i < enumeration->count; i++)
        builder_format(&choices, "%s%.*s", i ? "," : "", TEXT_ARG(enumeration->values[i].name.text));
    return builder_finish(&choices, arena);
}

struct column_coding column_coding_of(struct arena *arena, const struct policy *policy, const struct field *input) {
    struct lane_spec spec = lane_spec_of(arena, input);
    struct column_coding coding = {
        .kind = input->sealed ? CODING_SEALED : CODING_TEXT, .low = (int64_t)spec.low, .high = (int64_t)spec.high};
    switch (input->type.kind) {
    case TYPE_NUMBER:
        coding.kind = CODING_INTEGER;
        coding.step = input->step;
        coding.unit = unit_of(arena, policy, &input->type);
        break;
    case TYPE_BOOL: coding = (struct column_coding){.kind = CODING_BOOL, .high = 1}; break;
    case TYPE_DATE: coding.kind = CODING_DATE; break;
    case TYPE_ENUM:
        coding = (struct column_coding){.kind = CODING_CHOICE,
                                        .high = (int64_t)input->type.enumeration->count - 1,
                                        .choices = choices_of(arena, input->type.enumeration)};
        break;
    case TYPE_ROW: coding = (struct column_coding){.kind = CODING_ROW, .entity = input->type.entity->name}; break;
    default: break;
    }
    return coding;
}

/* --- in words ----------------------------------------------------------------------------------------------------- */

struct text column_coding_text(struct arena *arena, const struct column_coding *coding) {
    long long low = coding->low, high = coding->high;
    switch (coding->kind) {
    case CODING_BOOL: return TEXT("bool");
    case CODING_DATE: return text_format(arena, "date %lld %lld", low, high);
    case CODING_INTEGER:
        return text_format(arena, "integer %s %.*s %lld %lld", number_exact(arena, coding->step).bytes,
                           TEXT_ARG(coding->unit), low, high);
    case CODING_CHOICE: return text_format(arena, "choice %.*s", TEXT_ARG(coding->choices));
    case CODING_ROW: return text_format(arena, "row %.*s", TEXT_ARG(coding->entity));
    case CODING_SEALED: return TEXT("sealed");
    default: return TEXT("text");
    }
}

/* What stands before the next mark, which is taken away with it. */
static struct text cut(struct text *rest, char mark) {
    size_t end = 0;
    while (end < rest->length && rest->bytes[end] != mark) end++;
    struct text piece = text_slice(*rest, 0, end);
    *rest = text_slice(*rest, end < rest->length ? end + 1 : end, rest->length);
    return piece;
}

/* Digits, and a slash where it is no decimal fraction. */
static bool parse_step(struct arena *arena, struct text text, struct number *step) {
    enum { DIGITS_MOST = 200 };
    struct number divisor = number_one;
    bool divided = false;
    for (size_t i = 0; i < text.length; i++) divided = divided || text.bytes[i] == '/';
    if (text.length > DIGITS_MOST || !number_parse(arena, cut(&text, '/'), step)) return false;
    if (divided && !number_parse(arena, text, &divisor)) return false;
    if (number_sign(*step) <= 0 || number_sign(divisor) <= 0) return false;
    *step = number_divide(arena, *step, divisor);
    return true;
}

static bool parse_integer(struct arena *arena, struct text text, int64_t *out) {
    enum { DIGITS_MOST = 20 };
    struct number number;
    return text.length <= DIGITS_MOST && number_parse(arena, text, &number) && number_to_int64(number, out);
}

static bool parse_range(struct arena *arena, struct text *rest, struct column_coding *coding) {
    return parse_integer(arena, cut(rest, ' '), &coding->low) && parse_integer(arena, cut(rest, ' '), &coding->high);
}

static size_t count_choices(struct text choices) {
    size_t count = 1;
    for (size_t i = 0; i < choices.length; i++) count += choices.bytes[i] == ',';
    return count;
}

bool column_coding_parse(struct arena *arena, struct text text, struct column_coding *coding) {
    struct text rest = text, kind = cut(&rest, ' ');
    *coding = (struct column_coding){.kind = CODING_TEXT};
    if (text_is(kind, "bool")) {
        *coding = (struct column_coding){.kind = CODING_BOOL, .high = 1};
    } else if (text_is(kind, "date")) {
        coding->kind = CODING_DATE;
        if (!parse_range(arena, &rest, coding)) return false;
    } else if (text_is(kind, "integer")) {
        coding->kind = CODING_INTEGER;
        if (!parse_step(arena, cut(&rest, ' '), &coding->step)) return false;
        coding->unit = cut(&rest, ' ');
        if (coding->unit.length == 0 || !parse_range(arena, &rest, coding)) return false;
    } else if (text_is(kind, "choice")) {
        if (rest.length == 0) return false;
        *coding = (struct column_coding){
            .kind = CODING_CHOICE, .high = (int64_t)count_choices(rest) - 1, .choices = cut(&rest, ' ')};
    } else if (text_is(kind, "row")) {
        *coding = (struct column_coding){.kind = CODING_ROW, .entity = cut(&rest, ' ')};
        if (coding->entity.length == 0) return false;
    } else if (text_is(kind, "sealed")) {
        coding->kind = CODING_SEALED;
    } else if (!text_is(kind, "text")) {
        return false;
    }
    return rest.length == 0;
}

/* --- of one column, one after the other --------------------------------------------------------------------------- */

/* The longer one goes on where the other ends. */
static bool goes_on_from(struct text longer, struct text choices) {
    return longer.length >= choices.length && text_equal(text_slice(longer, 0, choices.length), choices) &&
           (longer.length == choices.length || longer.bytes[choices.length] == ',');
}

bool column_coding_join(struct column_coding *coding, const struct column_coding *later) {
    if (coding->kind != later->kind) return false;
    if (coding->kind == CODING_ROW) return text_equal(coding->entity, later->entity);
    if (coding->kind == CODING_CHOICE) {
        bool grows = goes_on_from(later->choices, coding->choices);
        if (!grows && !goes_on_from(coding->choices, later->choices)) return false;
        if (grows) *coding = *later;
        return true;
    }
    if (coding->kind == CODING_INTEGER &&
        (!number_equal(coding->step, later->step) || !text_equal(coding->unit, later->unit)))
        return false;
    if (later->low < coding->low) coding->low = later->low;
    if (later->high > coding->high) coding->high = later->high;
    return true;
}

/* --- from one to another ------------------------------------------------------------------------------------------ */

/* Places in another list, by name; -1: it has none such. */
static const int32_t *find_choices(struct arena *arena, struct text from, struct text to) {
    size_t count = count_choices(from), place = 0;
    int32_t *found = ARENA_ARRAY(arena, int32_t, count);
    struct map places;
    map_init(&places, arena);
    while (to.length) map_put(&places, cut(&to, ','), (void *)++place);
    for (size_t i = 0; i < count && !arena_failed(arena); i++)
        found[i] = (int32_t)(uintptr_t)map_get(&places, cut(&from, ',')) - 1;
    return found;
}

struct conversion conversion_between(struct arena *arena, const struct column_coding *from,
                                     const struct column_coding *to) {
    bool possible = from->kind == to->kind || (coding_is_text(from->kind) && coding_is_text(to->kind));
    struct conversion conversion = {.from = from->kind,
                                    .low = from->low,
                                    .high = from->high,
                                    .other = from->kind == CODING_DATE ? DAY_NEVER : from->low,
                                    .least = to->low,
                                    .most = to->high,
                                    .multiply = 1,
                                    .divide = 1};
    if (possible && from->kind == CODING_ROW) possible = text_equal(from->entity, to->entity);
    if (possible && from->kind == CODING_INTEGER) possible = text_equal(from->unit, to->unit);
    if (possible && from->kind == CODING_INTEGER) {
        struct number ratio = number_divide(arena, from->step, to->step);
        bool small = ratio.denominator != 0;
        /* What is so much larger or smaller takes no value along but 0: none of 64 bits. */
        conversion.multiply = small ? ratio.numerator : 0;
        conversion.divide = small ? ratio.denominator : 0;
    }
    if (possible && from->kind == CODING_CHOICE && !goes_on_from(from->choices, to->choices) &&
        !goes_on_from(to->choices, from->choices))
        conversion.choices = find_choices(arena, from->choices, to->choices);
    conversion.possible = possible;
    conversion.same = possible && !conversion.choices && conversion.multiply == conversion.divide &&
                      conversion.low >= conversion.least && conversion.high <= conversion.most;
    return conversion;
}

enum converted conversion_of(const struct conversion *conversion, int64_t stored, int64_t *value) {
    bool never = conversion->from == CODING_DATE && stored == DAY_NEVER;
    *value = stored;
    if (conversion->from != CODING_ROW && stored != conversion->other &&
        (stored < conversion->low || stored > conversion->high))
        return CONVERTED_DAMAGED;
    if (!conversion->possible) return CONVERTED_UNFIT;
    if (conversion->same || never || conversion->from == CODING_ROW) return CONVERTED;
    lane wanted = conversion->choices ? conversion->choices[stored] : stored;
    if (conversion->multiply != conversion->divide) {
        wanted *= conversion->multiply;
        if (wanted % conversion->divide) return CONVERTED_UNFIT;
        wanted /= conversion->divide;
    } else if (conversion->divide == 0 && stored) {
        return CONVERTED_UNFIT;
    }
    if (wanted < conversion->least || wanted > conversion->most) return CONVERTED_UNFIT;
    *value = (int64_t)wanted;
    return CONVERTED;
}
