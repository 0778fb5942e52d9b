/* The desk: where any number of callers, each on a thread of its own, have bills settled at once.
 *
 *     desk = desk_open(&how)
 *     desk_ask(desk, &ticket)       waits until what was asked is on disk, or nothing of it is
 *     ticket.result, ticket.answer  good until
 *     desk_leave(desk, &ticket)
 *     desk_close(desk)
 *
 * Callers queue. One thread has the database: it reads what groups of bills rest on, and writes all that was decided
 * meanwhile as one change, with one link of the chain and one flush of the disk. Others decide, without it. Bills of
 * one person, or under one number, wait for one another. Where another process has told something since a group was
 * read, it is decided again. */
#ifndef DOUDI_WORK_DESK_H
#define DOUDI_WORK_DESK_H

#include "work/settlement.h"

#include <pthread.h>

struct desk;
struct desk_group;
struct desk_ticket {
    struct settlement_request request; /* its texts must live until the ticket is left */
    /* Set when it is answered: */
    enum registry_result result;
    struct store_trouble trouble; /* of REGISTRY_STORE_FAILED; of REGISTRY_DAMAGED its words name what was altered */
    struct settlement_answer answer;
    int64_t change; /* 0: nothing was changed */
    /* The desk's own: */
    struct desk_group *group;
    struct desk_ticket *next;
    pthread_cond_t is_answered;
    bool answered, alone; /* alone: it is read by itself */
};

struct desk_opening {
    const char *url;
    const struct policy *policy;   /* the law of now, which outlives the desk */
    const struct keys *keys;       /* by which people are found whom a bill names by something sealed; NULL: none */
    struct registry_change change; /* by whom, and what: of every change */
    int64_t (*instant)(void);      /* of the world's time, in microseconds */
    unsigned deciders;             /* threads that decide; 0: one less than there are processors */
    size_t most;                   /* bills that are decided together; 0: as is fitting */
};
/* NULL, and told why. */
struct desk *desk_open(const struct desk_opening *opening, enum registry_result *result, struct store_trouble *trouble);
/* Once all that was asked is answered; nobody asks any more. */
void desk_close(struct desk *desk);

void desk_ask(struct desk *desk, struct desk_ticket *ticket);
void desk_leave(struct desk *desk, struct desk_ticket *ticket);

/* How often something was written, and how many bills it was that were decided again. */
struct desk_figures {
    size_t changes, again;
};
struct desk_figures desk_figures(struct desk *desk);

#endif
