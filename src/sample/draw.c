#include "sample/draw.h"

#include "base/identifier.h"

#include <assert.h>

/* Birthdays and the sequence numbers of citizen ids are given out together, so that no two people share an id.
 * The people of an age have 365 days with 450 ids each for either sex. The k-th family of a region takes, for each age,
 * the slot k * SLOT_STEP plus an offset of that age: different for different families until the slots run out, and
 * scattered over the year. A second member of the same age moves an eighth of the way on. The last ids of a day are for
 * those who live outside the region that registered them; few as they are, chance keeps them apart. */
enum {
    BIRTHDAYS = 365,
    SEQUENCES = 450,
    SEQUENCES_OUTSIDE = 49,
    SLOTS = BIRTHDAYS * SEQUENCES,
    AGE_MAX = 140,
    SLOT_STEP = 112559, /* has no divisor in common with SLOTS */
    SAME_AGE_STEP = SLOTS / 8
};

static struct sample_value choose(const struct draw *draw, struct random *random) {
    int64_t part = (int64_t)random_below(random, SHARE_WHOLE);
    size_t low = 0, high = draw->choices.count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (part < draw->choices.items[middle].up_to)
            high = middle;
        else
            low = middle + 1;
    }
    return draw->choices.items[low].value;
}

static struct sample_value interpolate(const struct draw *draw, struct random *random) {
    int64_t part = (int64_t)random_below(random, SHARE_WHOLE);
    const struct point *point = draw->points.items;
    while (part >= point[1].share) point++;
    int64_t rise = (point[1].value - point[0].value) * (part - point[0].share);
    return sample_value_number(point[0].value + rise / (point[1].share - point[0].share));
}

static struct sample_value between(const struct draw *draw, const struct scene *scene, struct row *row,
                                   struct random *random) {
    struct sample_value low = expression_value(draw->first, scene, row),
                        high = expression_value(draw->second, scene, row);
    if (low.empty || high.empty) return sample_value_empty();
    if (high.number <= low.number) return low;
    uint64_t span = (uint64_t)high.number - (uint64_t)low.number;
    return sample_value_number((int64_t)((uint64_t)low.number + random_below(random, span + (span < UINT64_MAX))));
}

static bool is_day(struct sample_value value) {
    return value.number >= day_first && value.number <= day_last;
}

static void add_value(struct builder *out, enum kind kind, struct sample_value value, struct arena *arena) {
    if (value.empty) return;
    switch (kind) {
    case KIND_WHOLE: builder_format(out, "%lld", (long long)value.number); break;
    case KIND_DAY:
        if (is_day(value)) builder_add(out, day_format(arena, (day_number)value.number));
        break;
    default: builder_add(out, value.text);
    }
}

static struct sample_value join(const struct draw *draw, const struct scene *scene, struct row *row) {
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < draw->parts.count; i++) {
        const struct expression *part = draw->parts.items[i];
        add_value(&out, part->kind, expression_value(part, scene, row), scene->arena);
    }
    return sample_value_text(builder_finish(&out, scene->arena));
}

/* The members before this one that have its age. */
static int64_t earlier_of_age(const struct draw *draw, const struct scene *scene, const struct row *row, int64_t age) {
    int64_t count = 0;
    for (size_t i = 0; scene->members[i] != row; i++) {
        struct sample_value other = expression_value(draw->first, scene, scene->members[i]);
        count += !other.empty && other.number == age;
    }
    return count;
}

/* Which family of its region this is: the first of every place, then the second of every place, and so on. */
static uint64_t family_in_region(const struct draw *draw, const struct scene *scene) {
    const struct area *place = scene->family->area;
    struct area_range places = place->at[draw->within]->below[place->level];
    uint64_t round = (uint64_t)scene->family->number - 1;
    return round * (places.end - places.first) + (place->index - places.first);
}

static struct sample_value birthday(const struct draw *draw, const struct scene *scene, struct row *row) {
    struct sample_value age = expression_value(draw->first, scene, row);
    if (age.empty || age.number < 0 || age.number > AGE_MAX) return sample_value_empty();
    uint64_t offset = random_stream((uint64_t)age.number, SLOTS) % SLOTS;
    uint64_t again = (uint64_t)earlier_of_age(draw, scene, row, age.number) * SAME_AGE_STEP;
    uint64_t slot = (family_in_region(draw, scene) % SLOTS * SLOT_STEP + offset + again) % SLOTS;
    row->sequence = (int64_t)(slot % SEQUENCES);
    row->region = scene->family->area->at[draw->within]->number;
    int months = -12 * ((int)age.number + 1);
    return sample_value_number(day_add_months(scene->profile->first_day, months) + 1 + (day_number)(slot / SEQUENCES));
}

static struct sample_value citizen_id(const struct draw *draw, const struct scene *scene, struct row *row) {
    struct sample_value region = expression_value(draw->first, scene, row);
    struct sample_value birth = expression_value(draw->second, scene, row);
    if (region.empty || birth.empty || !is_day(birth)) return sample_value_empty();
    bool odd = expression_holds(draw->odd, scene, row);
    int year, month, day;
    day_split((day_number)birth.number, &year, &month, &day);
    int64_t place = row->sequence;
    if (region.number != row->region) {
        struct random random = random_begin(row->stream);
        place = SEQUENCES + (int64_t)random_below(&random, SEQUENCES_OUTSIDE);
    }
    int sequence = (int)place * 2 + (odd ? 1 : 2);
    int code = (int)((uint64_t)region.number % 1000000);
    struct text with_zero = text_format(scene->arena, "%06d%04d%02d%02d%03d0", code, year, month, day, sequence);
    if (arena_failed(scene->arena)) return sample_value_empty();
    char check = '0';
    enum identifier_result result = identifier_check(TEXT("gb11643"), with_zero, &check);
    if (result == IDENTIFIER_OK) return sample_value_text(with_zero);
    assert(result == IDENTIFIER_WRONG_CHECK);
    return sample_value_text(text_format(scene->arena, "%.*s%c", (int)with_zero.length - 1, with_zero.bytes, check));
}

static struct sample_value some_area(const struct draw *draw, const struct scene *scene, struct row *row,
                                     struct random *random) {
    struct area_range range = row->area->at[draw->within]->below[draw->level];
    if (range.first == range.end) return sample_value_empty();
    uint64_t index = range.first + random_below(random, range.end - range.first);
    return sample_value_number(scene->areas->of_level[draw->level][index]->number);
}

static struct sample_value refer(const struct draw *draw, const struct scene *scene, struct row *row,
                                 struct random *random) {
    const struct group *group = draw->group;
    uint64_t number = 1 + random_below(random, (uint64_t)group->times);
    struct text code = row->area->at[group->level]->code;
    return sample_value_text(
        text_format(scene->arena, "%.*s-%.*s%llu", TEXT_ARG(code), TEXT_ARG(group->mark), (unsigned long long)number));
}

/* The number after percent, least, most and round; out of range it is empty. */
static struct sample_value adjust(const struct draw *draw, const struct scene *scene, struct row *row,
                                  struct sample_value value) {
    if (value.empty) return value;
    if (draw->percent) {
        struct sample_value percent = expression_value(draw->percent, scene, row);
        bool fits = !percent.empty && !__builtin_mul_overflow(value.number, percent.number, &value.number);
        if (!fits) return sample_value_empty();
        value.number /= 100;
    }
    struct sample_value least = draw->least ? expression_value(draw->least, scene, row) : sample_value_empty();
    if (!least.empty && value.number < least.number) value.number = least.number;
    struct sample_value most = draw->most ? expression_value(draw->most, scene, row) : sample_value_empty();
    if (!most.empty && value.number > most.number) value.number = most.number;
    if (draw->round) {
        int64_t beyond = value.number % draw->round;
        if (beyond < 0) beyond += draw->round;
        int64_t change = beyond * 2 >= draw->round ? draw->round - beyond : -beyond;
        if (__builtin_add_overflow(value.number, change, &value.number)) return sample_value_empty();
    }
    return value;
}

static struct sample_value raw_value(const struct draw *draw, const struct scene *scene, struct row *row,
                                     uint64_t stream) {
    struct random random = random_begin(stream);
    switch (draw->form) {
    case DRAW_IS: return expression_value(draw->first, scene, row);
    case DRAW_CHANCE: return sample_value_number((int64_t)random_below(&random, SHARE_WHOLE) < draw->share);
    case DRAW_CHOICE: return choose(draw, &random);
    case DRAW_PICK:
        return *scene->profile->words.items[draw->list->words.items[random_below(&random, draw->list->words.count)]];
    case DRAW_QUANTILES: return interpolate(draw, &random);
    case DRAW_BETWEEN: return between(draw, scene, row, &random);
    case DRAW_JOIN: return join(draw, scene, row);
    case DRAW_BIRTHDAY: return birthday(draw, scene, row);
    case DRAW_GB11643: return citizen_id(draw, scene, row);
    case DRAW_AREA: return some_area(draw, scene, row, &random);
    case DRAW_REFER: return refer(draw, scene, row, &random);
    case DRAW_CASES: break;
    }
    const struct draw_case *chosen = draw->cases.items;
    while (!expression_holds(chosen->when, scene, row)) chosen++;
    return draw_value(chosen->draw, scene, row, stream);
}

struct sample_value draw_value(const struct draw *draw, const struct scene *scene, struct row *row, uint64_t stream) {
    struct sample_value value = raw_value(draw, scene, row, stream);
    if (draw->kind != KIND_WHOLE && draw->kind != KIND_DAY) return value;
    value = adjust(draw, scene, row, value);
    return draw->kind == KIND_DAY && !is_day(value) ? sample_value_empty() : value;
}
