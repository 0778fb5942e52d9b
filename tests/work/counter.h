/* A counter at which bills are presented: a small law, a registry of two people and two clinics, and bills in a few
 * words, which the tests of settling share. */
#ifndef DOUDI_TESTS_COUNTER_H
#define DOUDI_TESTS_COUNTER_H

#include "registry/book.h"
#include "work/statement.h"

struct counter {
    struct stage stage;
    struct store *store;
    struct registry registry;
    struct settler settler;
    struct arena arena; /* of answers */
    struct settlement_answer answer;
    int64_t change; /* of the last answer; 0: none was made */
};

void counter_open(struct counter *counter, enum database database);
void counter_make(struct counter *counter, struct store *store); /* likewise, in a store that is empty */
void counter_close(struct counter *counter);
/* A row is told anew, as others would; or staged, and taken when more was said of it, since a month. */
void counter_stage(struct counter *counter, const char *entity, const char *id, const char *parent, const char *inputs);
void counter_take(struct counter *counter, month_number since);
void counter_tell(struct counter *counter, const char *entity, const char *id, const char *parent, const char *inputs);
/* The same registry, by others who have just come. */
void counter_come_anew(struct counter *counter);
/* It is closed, but for its law and its answers; and opened again, if that can be. */
void counter_leave(struct counter *counter);
enum registry_result counter_come_back(struct counter *counter, const char *url);

/* A bill: "anna c1 B1 2018-07-03 120.50", and "open" for one of which it is not told who is ill. */
struct settlement_request counter_bill(struct counter *counter, enum settlement_act act, const char *person,
                                       const char *clinic, const char *number, const char *date, const char *cost);
/* Settles one; the answer is the counter's. */
const struct settlement_answer *counter_ask(struct counter *counter, struct settlement_request request);
/* The same in a word, of a test's own struct counter counter. */
#define SETTLE(person, clinic, number, date, cost)                                                                     \
    counter_ask(&counter, counter_bill(&counter, SETTLEMENT_SETTLE, person, clinic, number, date, cost))
#define CORRECT(person, clinic, number, date, cost)                                                                    \
    counter_ask(&counter, counter_bill(&counter, SETTLEMENT_CORRECT, person, clinic, number, date, cost))
#define CANCEL(clinic, number)                                                                                         \
    counter_ask(&counter, counter_bill(&counter, SETTLEMENT_CANCEL, NULL, clinic, number, NULL, NULL))

/* "B1 60.00 20.00 40.50, B2 …": the bills of a person that stand, with their parts; "?" for one that is not known. */
const char *counter_year(struct counter *counter, const char *person, int year);
/* "60.00 20.00 40.50" */
const char *counter_parts(struct counter *counter, const struct settled_bill *bill);
/* "borne aid > due aid c1 60.00\n…": what was moved of one settlement, or in all (0). */
const char *counter_moved(struct counter *counter, int64_t of);

#endif
