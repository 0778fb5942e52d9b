/* What a registry keeps of a month, or of one run: who was known then, and what was found of them.
 *
 * What stands of a month was told by a run of everybody and by later ones of what had changed or of an area. Each row
 * is looked at as the last run that told of it knew it: a view for all but the areas, and one for each area. */
#ifndef DOUDI_CLI_KEPT_H
#define DOUDI_CLI_KEPT_H

#include "cli/session.h"
#include "exchange/table_sheet.h"

struct kept_view {
    struct session session; /* its dataset, law, and run, which decides nothing */
    struct registry_run run;
    const struct entity *families; /* of its law; the people lie right below */
    const struct entity *people;
    struct table_area area, wanted; /* of the run, and of --area; entity NULL: it is not there */
};

struct kept {
    struct command *command;
    month_number month;
    struct registry_run run; /* the last of the views */
    bool by_run;             /* what that run told; else what stands of the month */
    struct text wanted;      /* --area; empty: everywhere */
    VECTOR(struct kept_view *) views;
    struct history found; /* of the law of the last view */
    bool opened;
    const bool *unconfirmed; /* by field index of that law */
};

/* The word is a month, or the number of a run. EXIT_DONE, or tells why not; whatever comes of it, kept_close may be
 * called, if `kept` was zero. */
int kept_open(struct kept *kept, struct command *command, const char *url, const char *word,
              const struct registry_runs *runs);
void kept_close(struct kept *kept);

static inline const struct policy *kept_law(const struct kept *kept) {
    return kept->views.items[kept->views.count - 1]->session.policy;
}

/* A family. */
struct kept_row {
    const struct kept_view *view; /* NULL: it was not known */
    size_t row;
};
struct kept_row kept_find(const struct kept *kept, struct text id);
/* Within --area. */
bool kept_is_wanted(const struct kept *kept, struct kept_row family);
/* The run told of the family, which the other side may know alone. */
bool kept_told(const struct kept *kept, struct kept_row family, struct text id, struct kept_row other);

/* The value of a benefit or rule of that law; false when none was found. */
bool kept_value(const struct kept *kept, const struct field *field, struct text id, struct value *value);

bool kept_failed(const struct kept *kept); /* memory ran out on the way */

/* The entity of that name; NULL: the law has none. */
const struct entity *entity_like(const struct policy *policy, const struct entity *entity);

#endif
