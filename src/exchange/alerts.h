/* What the alerts of one kind find in a month's run: the rows, what people know each by, and what is shown beside it.
 *
 *     alerts_find(&alerts, run, FINDS_MISSED, &arena)
 *     for each of alerts.list: for (row = marked_next(…, 0); …)  alerts_value, alerts_known_by, alerts_shown
 *     alerts_write(&alerts, "missed.csv")                        all of it as a file
 *
 * Nothing that is sealed is among it: the policy lets no alert show such an input, and no row be known by one. */
#ifndef DOUDI_EXCHANGE_ALERTS_H
#define DOUDI_EXCHANGE_ALERTS_H

#include "exchange/file.h"
#include "exchange/totals.h"

/* What one alert found. */
struct alert_found {
    const struct field *alert;
    bool unconfirmed;          /* it rests on what nobody has confirmed */
    const struct entity *area; /* the lowest above its rows, families apart; NULL: none is */
    struct marked marked;      /* its rows: those found, and those of which it cannot be told */
    size_t found, undetermined;
};

struct alerts {
    struct arena *arena;
    struct run *run;
    const struct entity *people; /* see totals_people */
    VECTOR(struct alert_found *) list;
    size_t found, undetermined; /* by all of them */
};

/* Everything lives in the arena. False when memory has run out. */
bool alerts_find(struct alerts *alerts, struct run *run, enum finds finds, struct arena *arena);

/* Whether the policy has any alert that finds it. */
bool alerts_are_there(const struct policy *policy, enum finds finds);

/* How many rows below the row of an area were found, and of how many it cannot be told. */
struct alert_count {
    size_t found, undetermined;
};
struct alert_count alerts_count(struct alert_found *found, const struct dataset *dataset, const struct entity *area,
                                size_t row);

/* Whether the alert is true of a marked row, or why it is not known. */
struct value alerts_value(struct alert_found *found, size_t row);
/* The id of the area that a row lies in; empty without one. */
struct text alerts_area(const struct alerts *alerts, const struct alert_found *found, size_t row);
/* Li Hua, 1950-03-01: the inputs that an entity is known by, as far as they are known. */
struct text alerts_known_by(const struct alerts *alerts, const struct entity *entity, size_t row,
                            enum language language);
/* The same of a dataset alone. */
struct text alerts_known_by_in(struct arena *arena, const struct dataset *dataset, const struct entity *entity,
                               size_t row, enum language language);
/* The value of what an alert shows beside a row: alert->shows[i]. */
struct value alerts_shown(const struct alerts *alerts, const struct alert_found *found, size_t row, size_t i);

/* Whether there is no file of that name, or one that alerts_write wrote. */
bool alerts_may_replace(const char *path);
/* Every row as a line: month,state,area,entity,id,known_by,alert,…, and a column for each field that is shown. */
enum file_result alerts_write(const struct alerts *alerts, const char *path);

#endif
