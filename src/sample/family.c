#include "sample/family.h"

#include "sample/draw.h"

#include <assert.h>
#include <string.h>

enum {
    MEMBERS_AT_MOST = 99, /* two digits of a member's id */
    EVENTS_AT_MOST = 99,
    WEIGHT_AT_MOST = 100
};

/* Names of streams that belong to no column. */
static const uint64_t TIMES = 1, WEIGHT = 2;

void family_init(struct family *family, const struct profile *profile, const struct areas *areas, uint64_t seed) {
    memset(family, 0, sizeof *family);
    arena_init(&family->arena);
    family->seed = seed;
    family->scene = (struct scene){.profile = profile, .areas = areas, .arena = &family->arena};
}

void family_free(struct family *family) {
    arena_free(&family->arena);
}

/* Forgets the family made before. */
static void begin_again(struct family *family) {
    arena_free(&family->arena);
    memset(&family->members, 0, sizeof family->members);
    memset(&family->events, 0, sizeof family->events);
    family->scene.members = NULL;
    family->scene.member_count = 0;
    family->scene.family = NULL;
}

static int64_t within(struct sample_value value, int64_t least, int64_t most) {
    if (value.empty || value.number < least) return least;
    return value.number > most ? most : value.number;
}

/* False when memory has run out. */
static bool row_begin(struct family *family, struct row *row, const struct sample_entity *entity, struct row *parent) {
    row->entity = entity;
    row->parent = parent;
    if (parent) row->area = parent->area;
    row->values = ARENA_ARRAY(&family->arena, struct sample_value, entity->columns.count);
    if (arena_failed(&family->arena)) return false;
    for (size_t i = 0; i < entity->columns.count; i++) row->values[i] = sample_value_empty();
    return true;
}

static void draw_columns(struct family *family, struct row *row, size_t first, size_t end, struct draw *const *given) {
    for (size_t slot = first; slot < end; slot++) {
        const struct sample_column *column = row->entity->columns.items[slot];
        const struct draw *draw = given && given[slot] ? given[slot] : column->draw;
        row->values[slot] = draw_value(draw, &family->scene, row, random_stream(row->stream, column->stream));
    }
}

static const struct shape *find_shape(const struct family *family) {
    const struct profile *profile = family->scene.profile;
    struct sample_value word = family->row.values[profile->shape_column->slot];
    for (size_t i = 0; i < profile->shapes.count; i++) {
        if (text_equal(profile->shapes.items[i]->name, word.text)) return profile->shapes.items[i];
    }
    return profile->shapes.items[0];
}

static void make_member(struct family *family, const struct sample_step *step, const struct member *member,
                        int64_t number) {
    struct row *row = ARENA_NEW(&family->arena, struct row);
    if (!row_begin(family, row, step->entity, &family->row)) return;
    int64_t in_family = (int64_t)family->members.count + 1;
    row->number = number;
    row->id = text_format(&family->arena, "%.*s-%02lld", TEXT_ARG(family->row.id), (long long)in_family);
    row->stream = random_stream(family->row.stream, (uint64_t)in_family << 8);
    row->values[0] = member->role;
    VECTOR_PUSH(&family->arena, &family->members, row);
    if (arena_failed(&family->arena)) return;
    family->scene.members = family->members.items;
    family->scene.member_count = family->members.count;
    draw_columns(family, row, step->first, step->end, member->given);
}

static void make_members(struct family *family, const struct sample_step *step) {
    const struct shape *shape = find_shape(family);
    for (size_t i = 0; i < shape->members.count; i++) {
        const struct member *member = &shape->members.items[i];
        uint64_t stream = random_stream(random_stream(family->row.stream, TIMES), i);
        int64_t times = 1;
        if (member->times) {
            times = within(draw_value(member->times, &family->scene, &family->row, stream), 0, MEMBERS_AT_MOST);
        }
        for (int64_t k = 1; k <= times && family->members.count < MEMBERS_AT_MOST; k++) {
            make_member(family, step, member, k);
        }
    }
}

static void make_events(struct family *family, const struct sample_step *step, struct row *parent) {
    uint64_t kind = random_stream(parent->stream, random_name(step->entity->name));
    int64_t times =
        within(draw_value(step->times, &family->scene, parent, random_stream(kind, TIMES)), 0, EVENTS_AT_MOST);
    for (int64_t k = 1; k <= times; k++) {
        struct row *row = ARENA_NEW(&family->arena, struct row);
        if (!row_begin(family, row, step->entity, parent)) return;
        row->number = k;
        row->stream = random_stream(kind, (uint64_t)k << 8);
        VECTOR_PUSH(&family->arena, &family->events, row);
        draw_columns(family, row, step->first, step->end, NULL);
    }
}

static void run_step(struct family *family, const struct sample_step *step) {
    const struct profile *profile = family->scene.profile;
    if (step->entity == profile->family) {
        draw_columns(family, &family->row, step->first, step->end, NULL);
    } else if (step->entity == profile->member && step->first == 1) {
        make_members(family, step);
    } else if (step->entity == profile->member) {
        for (size_t i = 0; i < family->members.count; i++) {
            draw_columns(family, family->members.items[i], step->first, step->end, NULL);
        }
    } else if (step->entity->parent == profile->family) {
        make_events(family, step, &family->row);
    } else {
        for (size_t i = 0; i < family->members.count; i++) make_events(family, step, family->members.items[i]);
    }
}

bool family_make(struct family *family, const struct area *place, int64_t number) {
    const struct profile *profile = family->scene.profile;
    begin_again(family);
    family->row = (struct row){.area = place, .number = number};
    family->scene.family = &family->row;
    if (!row_begin(family, &family->row, profile->family, NULL)) return false;
    family->row.id = text_format(&family->arena, "%.*s-%04lld", TEXT_ARG(place->code), (long long)number);
    family->row.stream = random_stream(family->seed, random_name(family->row.id));
    for (size_t i = 0; i < profile->steps.count && !arena_failed(&family->arena); i++) {
        run_step(family, profile->steps.items[i]);
    }
    return !arena_failed(&family->arena);
}

struct row *family_make_reference(struct family *family, const struct sample_entity *entity, const struct group *group,
                                  const struct area *area, int64_t number) {
    begin_again(family);
    struct row *row = ARENA_NEW(&family->arena, struct row);
    row->area = area;
    row->number = number;
    if (!row_begin(family, row, entity, NULL)) return NULL;
    row->id =
        text_format(&family->arena, "%.*s-%.*s%lld", TEXT_ARG(area->code), TEXT_ARG(group->mark), (long long)number);
    row->stream = random_stream(family->seed, random_name(row->id));
    draw_columns(family, row, 0, entity->columns.count, group->given);
    return arena_failed(&family->arena) ? NULL : row;
}

int64_t family_weight(struct family *family, const struct area *place) {
    const struct profile *profile = family->scene.profile;
    struct row row = {.area = place};
    begin_again(family);
    uint64_t stream = random_stream(random_stream(family->seed, random_name(place->code)), WEIGHT);
    return within(draw_value(profile->weight, &family->scene, &row, stream), 1, WEIGHT_AT_MOST);
}
