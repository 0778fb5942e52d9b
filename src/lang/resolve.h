/* What the files of expression checking share: resolve.c (operators), resolve_path.c (names), resolve_call.c (groups
 * and functions). */
#ifndef DOUDI_LANG_RESOLVE_H
#define DOUDI_LANG_RESOLVE_H

#include "lang/compile.h"

bool type_is_numeric(const struct type *type);
/* Both must be of one type, which goes to *out; reported where they are not. */
bool type_same(struct scope *scope, struct span at, const struct type *a, const struct type *b, struct type *out);
/* Of left * right, or with sign -1 of left / right. */
struct type type_product(struct scope *scope, const struct expr *expr, const struct type *left,
                         const struct type *right, int sign);
struct type resolve_number(struct scope *scope, struct expr *expr);
void resolve_bounds(struct scope *scope, struct expr *low, struct expr *high);

struct type resolve_path(struct scope *scope, struct expr *expr, const struct type *want);
/* The path has a meaning whatever is expected (else it can only be a value of an enumeration). */
bool path_has_candidates(struct scope *scope, const struct expr *expr);

struct type resolve_group(struct scope *scope, struct expr *expr);
struct type resolve_call(struct scope *scope, struct expr *expr, const struct type *want);

#endif
