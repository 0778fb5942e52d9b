/* The solver: Z3's terms made simple where they are made, so that what is settled beforehand stays out of its sight.
 *
 * Terms live as long as the solver. What goes wrong inside Z3, memory running out among it, shows as an answer that is
 * not known. */
#ifndef DOUDI_PROOF_SOLVER_H
#define DOUDI_PROOF_SOLVER_H

#include "engine/lane.h"

#include <z3.h>

struct solver {
    Z3_context context;
    Z3_solver solver;
    Z3_sort integers, truths;
    Z3_ast yes, no;
};

enum answer { ANSWER_NONE, ANSWER_FOUND, ANSWER_NOT_KNOWN }; /* no values fit; some do; who knows */

bool solver_open(struct solver *solver); /* false when there is no memory for it */
void solver_close(struct solver *solver);

Z3_ast solver_number(struct solver *solver, lane value);
Z3_ast solver_unknown_number(struct solver *solver, lane low, lane high); /* any in low .. high */
Z3_ast solver_unknown_truth(struct solver *solver);

Z3_ast solver_not(struct solver *solver, Z3_ast a);
Z3_ast solver_and(struct solver *solver, Z3_ast a, Z3_ast b);
Z3_ast solver_or(struct solver *solver, Z3_ast a, Z3_ast b);
Z3_ast solver_if(struct solver *solver, Z3_ast condition, Z3_ast a, Z3_ast b);
Z3_ast solver_equal(struct solver *solver, Z3_ast a, Z3_ast b);
Z3_ast solver_less_equal(struct solver *solver, Z3_ast a, Z3_ast b);
Z3_ast solver_less(struct solver *solver, Z3_ast a, Z3_ast b);
Z3_ast solver_add(struct solver *solver, Z3_ast a, Z3_ast b);
Z3_ast solver_subtract(struct solver *solver, Z3_ast a, Z3_ast b);
Z3_ast solver_times(struct solver *solver, Z3_ast a, Z3_ast b);
Z3_ast solver_scale(struct solver *solver, Z3_ast a, lane factor);
Z3_ast solver_floor(struct solver *solver, Z3_ast a, Z3_ast b); /* a / b rounded down, b > 0 */

void solver_assume(struct solver *solver, Z3_ast truth);

/* Steps of the solver, so that what is found does not depend on how fast a machine is, or what else it does: so many
 * are about a second's. Only what takes far longer by the clock is given up besides. */
enum { STEPS_A_SECOND = 300000 };

/* Whether values are found for which all that is assumed holds, and `truth` too, in so many steps. The model belongs to
 * the caller until solver_forget; NULL: not wanted. */
enum answer solver_find(struct solver *solver, Z3_ast truth, unsigned steps, Z3_model *model);
void solver_forget(struct solver *solver, Z3_model model);
bool solver_value(struct solver *solver, Z3_model model, Z3_ast number, lane *value); /* false: beyond a lane */
bool solver_truth(struct solver *solver, Z3_model model, Z3_ast truth);

#endif
