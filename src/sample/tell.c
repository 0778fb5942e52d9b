/* A sample told to a registry, area by area. */
#include "base/identifier.h"
#include "exchange/import.h"
#include "sample/sampling.h"

enum { FAMILIES_A_CHANGE = 10000, PROGRESS_FAMILIES = 1024 };

/* Where the rows of a layout of the profile lie in the policy's model. */
struct place {
    const struct entity *entity;
    const struct field **inputs; /* by column */
};

struct teller {
    struct sampling sampling;
    struct registry *registry;
    struct registry_change change;
    struct diagnostics *diagnostics;
    struct sample_told *told;
    struct place *places; /* by layout */
    int64_t members_most; /* of a family; 0: not said */
    /* Of the change under way. */
    struct arena arena;
    struct records records;
    struct text parent;     /* that was copied last */
    bool passes;            /* the family is known */
    struct builder opening; /* lines of what is being made */
    struct builder room;    /* for a cell */
    struct sample_told fresh;
    /* Of all: their lines of opening.csv, as the registry keeps them. */
    struct builder openings;
};

static bool stop(struct teller *teller, enum registry_result result) {
    if (result != REGISTRY_DONE) teller->told->failed = result;
    return result == REGISTRY_DONE;
}

/* --- the model ---------------------------------------------------------------------------------------------------- */

static bool refuse_name(struct teller *teller, struct text entity, struct text name) {
    sampling_complain(&teller->sampling, SAMPLE_NOT_IN_MODEL, entity, name);
    return false;
}

static bool has_input(const struct layout *layout, const struct place *place, const struct field *input) {
    for (size_t i = 0; i < layout->columns.count; i++)
        if (place->inputs[i] == input) return true;
    return false;
}

static bool find_place(struct teller *teller, const struct layout *layout, struct place *place) {
    struct sampling *sampling = &teller->sampling;
    struct text name = layout->entity->name, above = sampling_parent_name(sampling, layout->entity);
    const struct entity *entity = place->entity = map_get(&teller->registry->policy->entity_by_name, name);
    if (!entity || entity->is_event != sampling_is_event(sampling, layout->entity))
        return refuse_name(teller, name, TEXT("id"));
    if (!entity->parent || !text_equal(entity->parent->name, above)) return refuse_name(teller, name, above);
    place->inputs = ARENA_ARRAY(sampling->arena, const struct field *, layout->columns.count + 1);
    if (arena_failed(sampling->arena)) return false;
    for (size_t i = 0; i < layout->columns.count; i++) {
        struct text heading = layout->columns.items[i]->name;
        if (import_heading_of(entity, heading, &place->inputs[i]) != IMPORT_HEADING_INPUT)
            return refuse_name(teller, name, heading);
    }
    for (size_t i = 0; i < entity->dated.count; i++) {
        if (has_input(layout, place, entity->dated.items[i])) continue;
        sampling_complain(sampling, SAMPLE_NOT_DATED, name, entity->dated.items[i]->name);
        return false;
    }
    return true;
}

static bool find_places(struct teller *teller) {
    const struct profile *profile = teller->sampling.profile;
    bool good = true;
    teller->places = ARENA_ARRAY(teller->sampling.arena, struct place, profile->layouts.count + 1);
    if (arena_failed(teller->sampling.arena)) return false;
    for (size_t i = 0; i < profile->layouts.count; i++) {
        const struct layout *layout = profile->layouts.items[i];
        good &= find_place(teller, layout, &teller->places[i]);
        const struct entity *entity = teller->places[i].entity;
        if (good && layout->entity == profile->member && number_sign(entity->at_most) > 0 &&
            !number_to_int64(entity->at_most, &teller->members_most))
            teller->members_most = 0;
    }
    return good;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* As an import takes it. */
static bool put(struct teller *teller, const struct field *input, size_t row, struct text text) {
    const struct column *column = &teller->records.tables[input->entity->index].columns[input->input_index];
    bool words = input->type.kind == TYPE_TEXT || input->type.kind == TYPE_ROW;
    char expected;
    lane value;
    text = text_trim(text);
    if (text.length == 0) return true;
    if (!words) {
        enum lane_result result = lane_parse(&column->spec, text, &value);
        if (result == LANE_OK) records_put(&teller->records, input, row, value);
        if (result == LANE_NO_MEMORY) teller->arena.failed = true;
        return result == LANE_OK;
    }
    if (text.length > IMPORT_TEXT_BYTES_MAX) return false;
    bool checked = input->check.length && identifier_scheme_known(input->check);
    if (checked && identifier_check(input->check, text, &expected) != IDENTIFIER_OK) return false;
    records_put_text(&teller->records, input, row, text_copy(&teller->arena, text));
    return true;
}

static bool put_cell(struct teller *teller, const struct field *input, size_t number,
                     const struct sample_column *column, const struct row *row) {
    struct text text = sampling_cell(&teller->sampling, &teller->room, column, row);
    if (text.length == 0) {
        bool dated = false;
        for (size_t i = 0; i < input->entity->dated.count; i++) dated = dated || input->entity->dated.items[i] == input;
        if (dated && !teller->room.failed)
            sampling_complain(&teller->sampling, SAMPLE_NOT_DATED, row->entity->name, column->name);
        return !dated;
    }
    if (put(teller, input, number, text)) return true;
    if (!arena_failed(&teller->arena))
        sample_complain(teller->diagnostics, SAMPLE_UNFIT_CELL, (struct position){0}, column->name,
                        text_copy(teller->sampling.arena, row->id.length ? row->id : teller->parent),
                        text_copy(teller->sampling.arena, text));
    return false;
}

static bool add_row(struct teller *teller, const struct row *row, struct text parent) {
    const struct profile *profile = teller->sampling.profile;
    bool good = true;
    if (!text_equal(parent, teller->parent)) teller->parent = text_copy(&teller->arena, parent);
    for (size_t i = 0; i < profile->layouts.count && good; i++) {
        const struct layout *layout = profile->layouts.items[i];
        if (layout->entity != row->entity) continue;
        struct record_row record = {.id = text_copy(&teller->arena, row->id),
                                    .parent = teller->parent,
                                    .from = MONTH_FIRST,
                                    .until = MONTH_LAST};
        size_t number = records_add(&teller->records, teller->places[i].entity, record);
        good = number != SIZE_MAX;
        for (size_t k = 0; k < layout->columns.count && good; k++)
            good = put_cell(teller, teller->places[i].inputs[k], number, layout->columns.items[k], row);
        teller->fresh.rows++;
    }
    return good && !arena_failed(&teller->arena);
}

static bool take_row(void *context, const struct row *row, struct text parent) {
    struct teller *teller = context;
    sampling_openings(&teller->sampling, &teller->opening, &teller->room, row);
    return teller->passes || add_row(teller, row, parent);
}

/* Of an area that another sample has in common with this one it may be known. */
static bool take_reference(void *context, const struct row *row, struct text parent) {
    struct teller *teller = context;
    const struct profile *profile = teller->sampling.profile;
    int64_t key = 0;
    for (size_t i = 0; i < profile->layouts.count && !key; i++)
        if (profile->layouts.items[i]->entity == row->entity &&
            !stop(teller, registry_key_of(teller->registry, teller->places[i].entity, row->id, &key)))
            return false;
    teller->passes = key != 0;
    return take_row(teller, row, parent);
}

/* --- changes ------------------------------------------------------------------------------------------------------ */

/* All of them are taken, or the change is given up. */
static bool tell_rows(struct teller *teller) {
    size_t entities = teller->registry->policy->entities.count;
    struct registry_taken *taken = ARENA_ARRAY(&teller->arena, struct registry_taken, entities + 1);
    if (!taken || !stop(teller, registry_take_fresh(teller->registry, &teller->change, &teller->records, taken)))
        return false;
    bool good = true;
    for (size_t i = 0; i < entities; i++) {
        if (taken[i].refused == 0) continue;
        sampling_complain(&teller->sampling, SAMPLE_UNFIT_ROWS, teller->registry->policy->entities.items[i]->name,
                          text_format(teller->sampling.arena, "%zu", taken[i].refused));
        good = false;
    }
    records_init(&teller->records, &teller->arena, teller->registry->policy);
    return good && !arena_failed(&teller->arena);
}

static bool check_members(struct teller *teller) {
    const struct family *family = &teller->sampling.family;
    if (teller->members_most == 0 || (int64_t)family->members.count <= teller->members_most) return true;
    sampling_complain(&teller->sampling, SAMPLE_MANY_MEMBERS, text_copy(teller->sampling.arena, family->row.id),
                      text_format(teller->sampling.arena, "%lld", (long long)teller->members_most));
    return false;
}

/* The families of a place that are not there yet. */
static bool take_place(struct teller *teller, size_t place) {
    struct sampling *sampling = &teller->sampling;
    struct family *family = &sampling->family;
    const struct entity *entity = map_get(&teller->registry->policy->entity_by_name, sampling->profile->family->name);
    for (uint64_t i = 0; i < sampling->families[place]; i++) {
        int64_t key = 0;
        if (!entity || !family_make(family, sampling_place(sampling, place), (int64_t)i + 1) ||
            !check_members(teller) || !stop(teller, registry_key_of(teller->registry, entity, family->row.id, &key)))
            return false;
        teller->passes = key != 0;
        if (!sampling_family(sampling, take_row, teller)) return false;
        teller->fresh.known += key != 0;
        teller->fresh.families += key == 0;
        teller->fresh.members += key ? 0 : family->members.count;
        uint64_t made = teller->told->families + teller->told->known + teller->fresh.families + teller->fresh.known;
        if (made % PROGRESS_FAMILIES == 0) sampling_tell_progress(sampling, made);
    }
    return true;
}

/* The lines of the change under way join those before it, as an import would have the registry keep them. */
static bool keep_openings(struct teller *teller) {
    struct import import = {
        .arena = &teller->arena, .policy = teller->registry->policy, .diagnostics = teller->diagnostics};
    struct text lines = builder_text(&teller->opening);
    if (lines.length == SAMPLING_OPENING_HEAD.length) return true;
    enum import_result result = import_given_lines(&import, TEXT("sample"), lines, TEXT(""));
    struct text kept = import_given_written(&import, &teller->arena, true);
    import_close(&import);
    if (result == IMPORT_NO_MEMORY) teller->arena.failed = true;
    if (result != IMPORT_OK) return false;
    builder_add(&teller->openings,
                teller->openings.length ? text_slice(kept, SAMPLING_OPENING_HEAD.length, kept.length) : kept);
    return !arena_failed(&teller->arena);
}

/* Of all families, by the last change: what is told of them takes the place of what was. */
static bool tell_openings(struct teller *teller, bool *news) {
    struct registry_given known, given = {.opening = builder_text(&teller->openings)};
    if (!stop(teller, registry_read_given(teller->registry, REGISTRY_NOW, &teller->arena, &known))) return false;
    if (given.opening.length == 0 || text_equal(known.opening, given.opening)) return true;
    *news = true;
    return stop(teller, registry_keep_given(teller->registry, &teller->change, &given));
}

static bool fill_change(struct teller *teller, size_t *place, bool *news) {
    struct sampling *sampling = &teller->sampling;
    uint64_t families = 0, wanted = sampling->options->change_families;
    size_t places = sampling_places(sampling);
    if (*place == 0 && !(sampling_references(sampling, take_reference, teller) && tell_rows(teller))) return false;
    if (wanted == 0) wanted = FAMILIES_A_CHANGE;
    for (; *place < places && families < wanted; (*place)++) {
        families += sampling->families[*place];
        if (!take_place(teller, *place)) return false;
    }
    if (teller->fresh.families && !tell_rows(teller)) return false;
    *news = teller->fresh.rows > 0;
    return keep_openings(teller) && (*place < places || tell_openings(teller, news));
}

static void begin_filling(struct teller *teller) {
    arena_free(&teller->arena);
    records_init(&teller->records, &teller->arena, teller->registry->policy);
    teller->parent = TEXT("");
    teller->opening.length = 0;
    builder_add(&teller->opening, SAMPLING_OPENING_HEAD);
    teller->fresh = (struct sample_told){.families = 0};
}

static bool has_memory(const struct teller *teller) {
    return !sampling_failed(&teller->sampling) && !arena_failed(&teller->arena) && !teller->opening.failed &&
           !teller->openings.failed && !teller->room.failed;
}

static void count_told(struct teller *teller, bool news) {
    struct sample_told *told = teller->told;
    const struct sample_told *fresh = &teller->fresh;
    told->known += fresh->known;
    if (!news) return;
    told->families += fresh->families;
    told->members += fresh->members;
    told->rows += fresh->rows;
    if (told->first == 0) told->first = teller->change.number;
    told->last = teller->change.number;
}

static bool tell_change(struct teller *teller, size_t *place) {
    bool news = false;
    begin_filling(teller);
    if (!has_memory(teller) || !stop(teller, registry_begin_change(teller->registry, &teller->change))) return false;
    bool good = fill_change(teller, place, &news) && has_memory(teller);
    if (!good || !news)
        registry_give_up_change(teller->registry);
    else
        good = stop(teller, registry_end_change(teller->registry));
    if (good) count_told(teller, news);
    return good;
}

static enum sample_status tell_all(struct teller *teller) {
    size_t place = 0;
    bool good = true;
    while (good && place < sampling_places(&teller->sampling)) good = tell_change(teller, &place);
    if (good) return SAMPLE_DONE;
    if (!has_memory(teller) || teller->told->failed == REGISTRY_NO_MEMORY) return SAMPLE_NO_MEMORY;
    return teller->told->failed == REGISTRY_DONE ? SAMPLE_UNFINISHED : SAMPLE_REGISTRY_FAILED;
}

enum sample_status sample_tell(const struct sample_options *options, struct registry *registry,
                               const struct registry_change *change, struct arena *arena,
                               struct diagnostics *diagnostics, struct sample_told *told) {
    struct teller teller = {.registry = registry, .change = *change, .diagnostics = diagnostics, .told = told};
    *told = (struct sample_told){.families = 0};
    arena_init(&teller.arena);
    builder_init(&teller.opening);
    builder_init(&teller.room);
    builder_init(&teller.openings);
    enum sample_status status = SAMPLE_REFUSED;
    if (sampling_begin(&teller.sampling, options, arena, diagnostics) && find_places(&teller))
        status = tell_all(&teller);
    if (status == SAMPLE_REFUSED && !has_memory(&teller)) status = SAMPLE_NO_MEMORY;
    sampling_end(&teller.sampling);
    builder_free(&teller.openings);
    builder_free(&teller.room);
    builder_free(&teller.opening);
    arena_free(&teller.arena);
    return status;
}
