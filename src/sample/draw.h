/* Draws: how the value of a cell comes about, as a profile writes it.
 *
 *     60                          an expression; "a text in quotes" is itself
 *     {is: mother.age - 22}       the same with room for more keys
 *     {chance: 3.6 %}             yes for that share
 *     {choice: {a: 40 %, b: 60 %}}, {choice: [a, b]}    words, numbers, dates, yes and no, or empty
 *     {pick: surnames}            a word of a list, each alike
 *     {quantiles: {0 %: 0, 50 %: 1_800, 100 %: 40_000}} a number, straight between the points
 *     {between: [a, b]}           numbers or dates, each alike, both ends included
 *     {join: [surname, "·", given]}                     a text
 *     {birthday: age, within: county}                   a date of birth for that age
 *     {gb11643: registered, birth: birth, odd: sex = male}  a citizen id
 *     {area: county, within: prefecture}                the code of some area of that level
 *     {refer: hospital, group: county}                  the id of a reference row
 *     - {when: age < 16, is: 0}   the first that fits; the last one stands without a condition
 *     - {chance: 5 %}
 *
 * Besides: percent (multiplies a number), least and most (expressions), round (to the nearest multiple). */
#ifndef DOUDI_SAMPLE_DRAW_H
#define DOUDI_SAMPLE_DRAW_H

#include "sample/expression.h"
#include "sample/random.h"

enum draw_form {
    DRAW_IS,
    DRAW_CHANCE,
    DRAW_CHOICE,
    DRAW_PICK,
    DRAW_QUANTILES,
    DRAW_BETWEEN,
    DRAW_JOIN,
    DRAW_BIRTHDAY,
    DRAW_GB11643,
    DRAW_AREA,
    DRAW_REFER,
    DRAW_CASES
};

struct choice {
    int64_t up_to; /* the sum of the shares so far */
    struct sample_value value;
};
struct point {
    int64_t share, value;
};
struct draw_case {
    struct expression *when; /* NULL: always */
    struct draw *draw;
};

struct draw {
    enum draw_form form;
    enum kind kind;
    struct expression *first, *second; /* IS; the ends of BETWEEN; the age; the region and the birth */
    struct expression *odd;            /* GB11643 */
    int64_t share;                     /* CHANCE */
    size_t level, within;              /* AREA; BIRTHDAY has `within` alone */
    const struct word_list *list;
    const struct group *group;
    VECTOR(struct choice) choices;
    VECTOR(struct point) points;
    VECTOR(struct expression *) parts;
    VECTOR(struct draw_case) cases;
    struct expression *percent, *least, *most; /* each may be NULL */
    int64_t round;                             /* 0: not */
};

/* The draw in a node, or NULL with a diagnostic. The words that it can give are added to `column` unless that is NULL.
 */
struct draw *draw_read(const struct sample_scope *scope, const struct yaml_node *node, struct sample_column *column);

/* A share: "3.6 %"; false with a diagnostic when it is none. */
bool share_read(struct text text, struct position at, struct diagnostics *diagnostics, int64_t *out);

struct sample_value draw_value(const struct draw *draw, const struct scene *scene, struct row *row, uint64_t stream);

#endif
