#include "exchange/pack_inside.h"

#include <string.h>

const char pack_magic[PACK_MAGIC_BYTES] = {'\x89', 'd', 'o', 'u', 'd', 'i', '\r', '\n'};

bool pack_is(struct text bytes) {
    return bytes.length >= PACK_MAGIC_BYTES && memcmp(bytes.bytes, pack_magic, PACK_MAGIC_BYTES) == 0;
}

/* --- sums ------------------------------------------------------------------------------------------------------- */

/* To be undone for either side, so that one word that is changed always changes the sum; the shift brings what differs
 * in the highest bits down to where the next product spreads it. */
static uint64_t stir(uint64_t sum, uint64_t word) {
    sum = (sum ^ word) * 0x9e3779b97f4a7c15U;
    return sum ^ sum >> 32;
}

/* Four sums side by side, which need not wait for each other. */
struct sums {
    uint64_t a, b, c, d;
};

static void add_block(struct sums *sums, const char *block) {
    uint64_t words[PACK_BLOCK / sizeof(uint64_t)];
    memcpy(words, block, sizeof words);
    sums->a = stir(stir(sums->a, words[0]), words[4]);
    sums->b = stir(stir(sums->b, words[1]), words[5]);
    sums->c = stir(stir(sums->c, words[2]), words[6]);
    sums->d = stir(stir(sums->d, words[3]), words[7]);
}

uint64_t pack_sum(struct text bytes) {
    struct sums sums = {1, 2, 3, 4};
    size_t at = 0;
    for (; bytes.length - at >= PACK_BLOCK; at += PACK_BLOCK) add_block(&sums, bytes.bytes + at);
    if (at < bytes.length) {
        char last[PACK_BLOCK] = {0};
        memcpy(last, bytes.bytes + at, bytes.length - at);
        add_block(&sums, last);
    }
    return stir(stir(stir(sums.a, sums.b), sums.c), sums.d);
}

/* --- the model -------------------------------------------------------------------------------------------------- */

static void add_number(struct builder *out, struct arena *arena, struct number number) {
    builder_add(out, number_exact(arena, number));
}

static void add_range(struct builder *out, struct arena *arena, const struct field *input) {
    if (!input->bounded) return;
    builder_add(out, TEXT(" in "));
    add_number(out, arena, input->low);
    builder_add(out, TEXT(" .. "));
    add_number(out, arena, input->high);
}

static void add_numeric(struct builder *out, struct arena *arena, const struct policy *policy,
                        const struct field *input) {
    builder_add(out, TEXT("number"));
    for (size_t i = 0; i < policy->dimensions; i++)
        if (input->type.powers[i])
            builder_format(out, " %.*s^%d", TEXT_ARG(policy->dimension_name[i]), input->type.powers[i]);
    builder_add(out, TEXT(" step "));
    add_number(out, arena, input->step);
    add_range(out, arena, input);
}

static void add_enumeration(struct builder *out, const struct enumeration *enumeration) {
    builder_format(out, "%.*s (", TEXT_ARG(enumeration->name));
    for (size_t i = 0; i < enumeration->count; i++)
        builder_format(out, "%s%.*s", i ? ", " : "", TEXT_ARG(enumeration->values[i].name.text));
    builder_add(out, TEXT(")"));
}

static void add_input(struct builder *out, struct arena *arena, const struct policy *policy,
                      const struct field *input) {
    builder_format(out, "input %.*s.%.*s : ", TEXT_ARG(input->entity->name), TEXT_ARG(input->name));
    switch (input->type.kind) {
    case TYPE_NUMBER: add_numeric(out, arena, policy, input); break;
    case TYPE_BOOL: builder_add(out, TEXT("bool")); break;
    case TYPE_DATE:
        builder_add(out, TEXT("date"));
        add_range(out, arena, input);
        break;
    case TYPE_ENUM: add_enumeration(out, input->type.enumeration); break;
    case TYPE_ROW: builder_add(out, input->type.entity->name); break;
    default: builder_add(out, TEXT("text")); break;
    }
    unsigned width = lane_spec_of(arena, input).width;
    if (width) builder_format(out, ", %u bits", width * 8);
    builder_add(out, TEXT("\n"));
}

static void add_entity(struct builder *out, struct arena *arena, const struct entity *entity) {
    builder_format(out, "%s %.*s", entity->is_event ? "event" : "entity", TEXT_ARG(entity->name));
    if (entity->parent) builder_format(out, " in %.*s", TEXT_ARG(entity->parent->name));
    for (size_t i = 0; i < entity->dated.count; i++)
        builder_format(out, "%s%.*s", i ? ", " : " dated ", TEXT_ARG(entity->dated.items[i]->name));
    if (number_sign(entity->at_most)) {
        builder_add(out, TEXT(" at most "));
        add_number(out, arena, entity->at_most);
    }
    builder_add(out, TEXT("\n"));
}

struct text pack_model(struct arena *arena, const struct policy *policy) {
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        add_entity(&out, arena, entity);
        for (size_t k = 0; k < entity->inputs.count; k++) add_input(&out, arena, policy, entity->inputs.items[k]);
    }
    return builder_finish(&out, arena);
}

static struct text first_line(struct text text) {
    size_t end = 0;
    while (end < text.length && text.bytes[end] != '\n') end++;
    return text_slice(text, 0, end);
}

static struct text behind(struct text text, struct text line) {
    size_t begin = line.length < text.length ? line.length + 1 : text.length;
    return text_slice(text, begin, text.length);
}

void pack_model_difference(struct text *one, struct text *other) {
    while (one->length && text_equal(first_line(*one), first_line(*other))) {
        *one = behind(*one, first_line(*one));
        *other = behind(*other, first_line(*other));
    }
    *one = first_line(*one);
    *other = first_line(*other);
}

struct pack_range pack_range_of(const struct lane_spec *spec, size_t rows) {
    const struct type *type = &spec->field->type;
    switch (type->kind) {
    case TYPE_BOOL: return (struct pack_range){0, 1, 1};
    case TYPE_ENUM: return (struct pack_range){0, (lane)type->enumeration->count - 1, 0};
    case TYPE_DATE: return (struct pack_range){spec->low, spec->high, DAY_NEVER};
    case TYPE_ROW: return (struct pack_range){0, (lane)rows - 1, ROW_NONE};
    default: return (struct pack_range){spec->low, spec->high, spec->low}; /* every input has its range */
    }
}
