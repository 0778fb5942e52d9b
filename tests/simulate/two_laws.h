/* A small law, a reform of it, and the same rows under both: what the tests of a simulation share. */
#ifndef DOUDI_TESTS_TWO_LAWS_H
#define DOUDI_TESTS_TWO_LAWS_H

#include "../engine/stage.h"

#include "simulate/simulation.h"

struct two_laws {
    struct stage stage[SIDES];
};

/* The reform extends the law; NULL: the same law again. */
void two_laws_open(struct two_laws *laws, const char *law, const char *reform);
void two_laws_close(struct two_laws *laws);
void two_laws_row(struct two_laws *laws, const char *entity, const char *id, const char *parent, const char *inputs);
void two_laws_decide(struct two_laws *laws, const char *month);

/* The law of most tests, its reform, and their families. */
extern const char two_laws_law[], two_laws_reform[];
void two_laws_fill(struct two_laws *laws);

#endif
