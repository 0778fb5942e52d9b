/* What a sample is made from, whatever becomes of it: the profile, the areas, how many families each place has, and the
 * family that is made at the moment. */
#ifndef DOUDI_SAMPLE_SAMPLING_H
#define DOUDI_SAMPLE_SAMPLING_H

#include "sample/family.h"
#include "sample/messages.h"
#include "sample/sample.h"

struct sampling {
    const struct sample_options *options;
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct profile *profile;
    struct areas areas;
    const struct area *area; /* the sample's; NULL: the whole */
    struct area_range places;
    uint64_t *families; /* of each place */
    struct family family;
};

/* False with a diagnostic, or when memory has run out. Whatever comes of it, sampling_end may be called. */
bool sampling_begin(struct sampling *sampling, const struct sample_options *options, struct arena *arena,
                    struct diagnostics *diagnostics);
void sampling_end(struct sampling *sampling);
bool sampling_failed(const struct sampling *sampling); /* memory ran out */

size_t sampling_places(const struct sampling *sampling);
const struct area *sampling_place(const struct sampling *sampling, size_t index);

/* Whatever takes rows, each good until the next family is made; false: nothing more is wanted. */
typedef bool sampling_taker(void *context, const struct row *row, struct text parent);
bool sampling_references(struct sampling *sampling, sampling_taker *take, void *context);
/* The family made last, its members and what happened to them. */
bool sampling_family(const struct sampling *sampling, sampling_taker *take, void *context);

/* Now and then. */
void sampling_tell_progress(const struct sampling *sampling, uint64_t families);

void sampling_complain(const struct sampling *sampling, enum sample_message message, struct text first,
                       struct text second);

/* --- what a row says ---------------------------------------------------------------------------------------------- */

/* What the row lies under: an area of the level, or another row. */
struct text sampling_parent_name(const struct sampling *sampling, const struct sample_entity *entity);
bool sampling_is_event(const struct sampling *sampling, const struct sample_entity *entity);

/* As a cell of a file says it, without quotes; nothing where the cell is left empty. Truths, numbers and dates are
 * built in `room`; the text is good until that is used again, or the next family is made. */
struct text sampling_cell(const struct sampling *sampling, struct builder *room, const struct sample_column *column,
                          const struct row *row);

/* Adds the lines of opening.csv that are about the row; how many. */
size_t sampling_openings(const struct sampling *sampling, struct builder *out, struct builder *room,
                         const struct row *row);
#define SAMPLING_OPENING_HEAD TEXT("entity,id,rule,value\n")

#endif
