/* History: what stood before the month that is decided.
 *
 * Values by field, id and month: what was in force in earlier months, what events were settled with, and opening values
 * from before the first month. An appended month, a file of values and an opening value are the same thing.
 *
 * A row of an entity has a line for each month of which something is kept; a field is a column over the lines of its
 * entity, in pages of coded values that are as wide as what stands in them (coded_column.h). Rows and lines keep
 * their numbers.
 *
 * What is missing is kept with its reason, whose row is one of the history's, of the reason's entity (reason_entity):
 * a dataset's are others in another month. Such a row may have no lines. */
#ifndef DOUDI_ENGINE_HISTORY_H
#define DOUDI_ENGINE_HISTORY_H

#include "base/text_set.h"
#include "engine/coded_column.h"

/* What is kept of a row in a month. */
struct past_line {
    uint32_t row;       /* UINT32_MAX: forgotten */
    month_number month; /* MONTH_FIRST: opening values */
    uint32_t earlier;   /* the row's line of the month before it, + 1; 0: none */
};
/* Of an event where some were settled elsewhere, by changes whose numbers grow. */
struct past_stand {
    int64_t change; /* when it was settled or, of one that is not held, when it was found; 0: now */
    month_number month;
    bool held, cancelled;
};
/* Of an entity. */
struct past_table {
    struct arena *arena; /* the history's: it fails with it */
    struct text_set ids; /* by row */
    uint32_t *latest;    /* by row: its line of the latest month, + 1; 0: none */
    size_t row_room;
    struct past_line *lines;
    size_t line_count, line_room;
    size_t news;                /* the first line that was added since history_mark */
    VECTOR(uint32_t) forgotten; /* rows that were forgotten since then; of some something may be kept again */
    struct past_stand *stands;  /* by row, see history_hold; NULL: all were found here */
    size_t stand_room;
    bool holds; /* some are held */
};

struct history {
    struct arena arena;
    const struct policy *policy;
    struct past_table *tables;    /* by entity index */
    struct coded_column *columns; /* by field index */
    /* From this month on only an area was decided: a row beyond it without a value then is not new, but was not
     * assessed. MONTH_LAST: everybody was. */
    month_number limited_since;
};
/* The history stays where it is until it is freed. Memory that runs out is told by its arena (arena_failed). */
void history_init(struct history *history, const struct policy *policy);
void history_free(struct history *history);

/* Values of one of MONTH_FIRST are opening values, for `previous`, yearly rules and events. */
struct past_value {
    month_number month;
    struct value value;
};

/* Keeps a value; one of the same month is replaced. The id is copied. A value that is missing is so because of its own
 * row. */
void history_put(struct history *history, const struct field *field, struct text id, month_number month,
                 struct value value);
/* The value, or the fault that it is outside of what the rule's text can give. */
struct value history_allowed(struct history *history, const struct field *field, struct value value);
/* The latest value up to a month; false when there is none. */
bool history_find(const struct history *history, const struct field *field, struct text id, month_number until,
                  struct past_value *out);
void history_forget(struct history *history, const struct entity *entity, struct text id); /* all of the row */
/* What is kept of the row in that month. */
void history_forget_month(struct history *history, const struct entity *entity, struct text id, month_number month);

/* What an event was settled with elsewhere is not this history's to find anew: whatever comes in late, or is gone, it
 * stands. What comes behind it, and was found before it was settled, is found anew. */
void history_hold(struct history *history, const struct entity *event, uint32_t row, int64_t change);
bool history_holds(const struct history *history, const struct entity *event, uint32_t row);
/* Of one that is not held: when it was found. */
void history_note_found(struct history *history, const struct entity *event, uint32_t row, int64_t change);
/* It was settled elsewhere, and cancelled: what is kept of it does not stand. */
void history_cancel(struct history *history, const struct entity *event, uint32_t row, month_number month,
                    int64_t change);
struct past_stand history_stand(const struct history *history, const struct entity *event, uint32_t row);

/* What stands is kept elsewhere too: what is added or forgotten from now on is news. */
void history_mark(struct history *history);
/* The row's latest line is news. */
bool history_is_news(const struct history *history, const struct entity *entity, uint32_t row);

/* --- the same by rows, for those who come back to one ----------------------------------------------------------- */

#define PAST_NONE UINT32_MAX /* no such row, or no such line */

bool history_has_rows(const struct history *history, const struct entity *entity);
uint32_t history_row(const struct history *history, const struct entity *entity, struct text id);
/* So that several threads may look rows up; false when memory has run out. */
bool history_ready(const struct history *history, const struct entity *entity);
/* The same for ids that mostly come in the order of their rows: is looked for at `near` first. */
uint32_t history_row_near(const struct history *history, const struct entity *entity, struct text id, uint32_t near);
/* Of a row, the empty text where there is none. */
struct text history_id(const struct history *history, const struct entity *entity, uint32_t row);
/* One that is known not to be there yet; PAST_NONE when memory has run out. */
uint32_t history_add_row(struct history *history, const struct entity *entity, struct text id);
/* Something is kept of it: what is named by a reason alone has a row, and no lines. */
bool history_has_lines(const struct history *history, const struct entity *entity, uint32_t row);
/* The latest value up to a month, and the first of all; false when there is none. */
bool history_read(const struct history *history, const struct field *field, uint32_t row, month_number until,
                  struct past_value *out);
bool history_read_first(const struct history *history, const struct field *field, uint32_t row, struct past_value *out);

/* The same coded; of kind 0 when there is none. */
struct past_code {
    month_number month;
    struct coded coded;
};
struct past_code history_code(const struct history *history, const struct field *field, uint32_t row,
                              month_number until);
struct past_code history_first_code(const struct history *history, const struct field *field, uint32_t row);
const struct coding *history_coding(const struct history *history, const struct field *field);

/* --- the same by lines, for those who write or read whole columns ----------------------------------------------- */

/* The line of a month, made if need be; PAST_NONE when memory has run out. */
uint32_t history_line(struct history *history, const struct entity *entity, uint32_t row, month_number month);
/* Puts a value of the column into a line. */
void history_set(struct history *history, const struct field *field, uint32_t line, struct coded coded);

#endif
