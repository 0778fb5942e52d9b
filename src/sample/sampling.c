#include "sample/sampling.h"

#include "base/csv.h"
#include "sample/folder.h"
#include "sample/random.h"
#include "sample/share_out.h"

void sampling_complain(const struct sampling *sampling, enum sample_message message, struct text first,
                       struct text second) {
    sample_complain(sampling->diagnostics, message, (struct position){0}, first, second, TEXT(""));
}

/* --- what the sample is made from --------------------------------------------------------------------------------- */

static bool read_profile(struct sampling *sampling) {
    struct source *source =
        folder_read(sampling->arena, sampling->options->policy, TEXT("sample.yaml"), sampling->diagnostics);
    if (!source) return false;
    sampling->profile = profile_read(sampling->arena, source, sampling->diagnostics);
    return sampling->profile != NULL;
}

static bool read_areas(struct sampling *sampling) {
    struct arena *arena = sampling->arena;
    areas_init(&sampling->areas, sampling->profile, arena);
    for (size_t level = 0; level < sampling->profile->level_count; level++) {
        struct text name = text_format(arena, "areas/%.*s.csv", TEXT_ARG(sampling->profile->levels[level].name));
        struct source *source = folder_read(arena, sampling->options->policy, name, sampling->diagnostics);
        if (!source || !areas_read(&sampling->areas, level, source, arena, sampling->diagnostics)) return false;
    }
    areas_finish(&sampling->areas);
    return true;
}

static bool find_places(struct sampling *sampling) {
    size_t level = sampling->profile->level_count - 1;
    sampling->places = (struct area_range){0, (uint32_t)sampling->areas.count[level]};
    if (sampling->options->area) {
        struct text code = text_from(sampling->options->area);
        sampling->area = areas_find(&sampling->areas, code);
        if (!sampling->area) {
            sampling_complain(sampling, SAMPLE_UNKNOWN_AREA, code, TEXT(""));
            return false;
        }
        sampling->places = sampling->area->below[level];
    }
    if (sampling->places.first < sampling->places.end) return true;
    sampling_complain(sampling, SAMPLE_NO_PLACES, text_from(sampling->options->area),
                      sampling->profile->levels[level].name);
    return false;
}

size_t sampling_places(const struct sampling *sampling) {
    return sampling->places.end - sampling->places.first;
}

const struct area *sampling_place(const struct sampling *sampling, size_t index) {
    return sampling->areas.of_level[sampling->profile->level_count - 1][sampling->places.first + index];
}

static bool share_families(struct sampling *sampling) {
    size_t count = sampling_places(sampling);
    int64_t *weights = ARENA_ARRAY(sampling->arena, int64_t, count);
    if (!weights) return false;
    for (size_t i = 0; i < count; i++) weights[i] = family_weight(&sampling->family, sampling_place(sampling, i));
    sampling->families = share_out(sampling->arena, sampling->options->households, weights, count);
    uint64_t at_most = (uint64_t)sampling->profile->families_at_most;
    for (size_t i = 0; sampling->families && i < count; i++) {
        if (sampling->families[i] <= at_most) continue;
        sampling_complain(sampling, SAMPLE_TOO_MANY, sampling_place(sampling, i)->code,
                          text_format(sampling->arena, "%llu", (unsigned long long)at_most));
        return false;
    }
    return sampling->families != NULL;
}

bool sampling_begin(struct sampling *sampling, const struct sample_options *options, struct arena *arena,
                    struct diagnostics *diagnostics) {
    *sampling = (struct sampling){.options = options, .arena = arena, .diagnostics = diagnostics};
    if (options->households == 0) {
        sampling_complain(sampling, SAMPLE_NO_FAMILIES, TEXT(""), TEXT(""));
        return false;
    }
    if (!read_profile(sampling) || !read_areas(sampling) || !find_places(sampling)) return false;
    family_init(&sampling->family, sampling->profile, &sampling->areas, options->seed);
    return share_families(sampling);
}

void sampling_end(struct sampling *sampling) {
    family_free(&sampling->family);
}

bool sampling_failed(const struct sampling *sampling) {
    return arena_failed(sampling->arena) || arena_failed(&sampling->family.arena);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static bool take_group(struct sampling *sampling, const struct reference_rows *rows, const struct group *group,
                       sampling_taker *take, void *context) {
    for (size_t i = 0; i < sampling->areas.count[group->level]; i++) {
        const struct area *area = sampling->areas.of_level[group->level][i];
        const struct area *parent = area_at(&sampling->areas, area, rows->entity->level);
        if (!parent || (sampling->area && !area_related(area, sampling->area))) continue;
        for (int64_t number = 1; number <= group->times; number++) {
            const struct row *row = family_make_reference(&sampling->family, rows->entity, group, area, number);
            if (!row || !take(context, row, parent->code)) return false;
        }
    }
    return true;
}

bool sampling_references(struct sampling *sampling, sampling_taker *take, void *context) {
    bool good = true;
    for (size_t i = 0; i < sampling->profile->rows.count; i++) {
        const struct reference_rows *rows = sampling->profile->rows.items[i];
        for (size_t k = 0; k < rows->groups.count && good; k++)
            good = take_group(sampling, rows, rows->groups.items[k], take, context);
    }
    return good;
}

bool sampling_family(const struct sampling *sampling, sampling_taker *take, void *context) {
    const struct family *family = &sampling->family;
    bool good = take(context, &family->row, family->row.area->code);
    for (size_t i = 0; i < family->members.count && good; i++)
        good = take(context, family->members.items[i], family->row.id);
    for (size_t i = 0; i < family->events.count && good; i++)
        good = take(context, family->events.items[i], family->events.items[i]->parent->id);
    return good;
}

void sampling_tell_progress(const struct sampling *sampling, uint64_t families) {
    const struct sample_options *options = sampling->options;
    if (options->progress) options->progress(options->progress_context, families, options->households);
}

/* --- what a row says ---------------------------------------------------------------------------------------------- */

struct text sampling_parent_name(const struct sampling *sampling, const struct sample_entity *entity) {
    return entity->parent ? entity->parent->name : sampling->profile->levels[entity->level].name;
}

bool sampling_is_event(const struct sampling *sampling, const struct sample_entity *entity) {
    return entity->parent && entity != sampling->profile->member;
}

/* A number of the smallest units with its decimal point, all decimals told. */
static void write_number(struct builder *out, int64_t number, unsigned decimals) {
    uint64_t unit = 1, amount = number < 0 ? -(uint64_t)number : (uint64_t)number;
    for (unsigned i = 0; i < decimals; i++) unit *= 10;
    builder_format(out, "%s%llu", number < 0 ? "-" : "", (unsigned long long)(amount / unit));
    if (decimals) builder_format(out, ".%0*llu", (int)decimals, (unsigned long long)(amount % unit));
}

static struct text written(const struct sampling *sampling, struct builder *room, const struct sample_column *column,
                           struct sample_value value) {
    if (value.empty) return TEXT("");
    switch (column->kind) {
    case KIND_TRUTH: return value.number ? TEXT("yes") : TEXT("no");
    case KIND_DAY: return day_format(sampling->family.scene.arena, (day_number)value.number);
    case KIND_WHOLE: break;
    default: return value.text;
    }
    room->length = 0;
    write_number(room, value.number, column->decimals);
    return builder_text(room);
}

/* Some cells are left empty, as in real registers; what depends on them was drawn all the same. */
static bool is_left_empty(const struct sample_column *column, const struct row *row) {
    if (column->unknown == 0) return false;
    uint64_t stream = random_stream(random_stream(row->stream, column->stream), column->stream);
    struct random random = random_begin(stream);
    return (int64_t)random_below(&random, SHARE_WHOLE) < column->unknown;
}

struct text sampling_cell(const struct sampling *sampling, struct builder *room, const struct sample_column *column,
                          const struct row *row) {
    return is_left_empty(column, row) ? TEXT("") : written(sampling, room, column, row->values[column->slot]);
}

size_t sampling_openings(const struct sampling *sampling, struct builder *out, struct builder *room,
                         const struct row *row) {
    size_t lines = 0;
    for (size_t i = 0; i < sampling->profile->openings.count; i++) {
        const struct opening *opening = sampling->profile->openings.items[i];
        const struct sample_column *column = opening->column;
        if (opening->entity != row->entity || !expression_holds(opening->when, &sampling->family.scene, row)) continue;
        builder_format(out, "%.*s,%.*s,%.*s,", TEXT_ARG(opening->entity->name), TEXT_ARG(row->id),
                       TEXT_ARG(opening->rule));
        csv_write_field(out, column ? written(sampling, room, column, row->values[column->slot]) : opening->literal,
                        false);
        builder_add(out, TEXT("\n"));
        lines++;
    }
    return lines;
}
