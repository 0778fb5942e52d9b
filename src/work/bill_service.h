/* The service that settles bills: what is presented as JSON is settled at the desk and answered as JSON, a line each,
 * by whatever way it comes.
 *
 *     bill_caller_begin(&caller, &service, who)          one for each thread
 *     bill_caller_present(&caller, text)                 the answer, good until the next
 *     bill_caller_end(&caller)
 *
 * Answers are those of answer_json.h, with "change", the number of the change by which it was kept. What is no bill is
 * answered
 *
 *     {"outcome": "unread", "sentence": {"zh": .., "en": ..},
 *      "mistakes": [{"line": 1, "column": 7, "text": {..}, "remedy": {..}}]}
 *
 * and what could not be settled {"outcome": "failed", "retry": true, "sentence": {..}}. Whoever was not answered, or
 * so, may not know whether it was kept; he presents the same bill again, which is never settled twice. */
#ifndef DOUDI_WORK_BILL_SERVICE_H
#define DOUDI_WORK_BILL_SERVICE_H

#include "work/desk.h"
#include "work/unconfirmed.h"

/* All must outlive it. Of any number of threads. */
struct bill_service {
    struct desk *desk;
    const struct policy *policy;
    struct unconfirmed *unconfirmed;
    day_number (*today)(const void *context); /* on which is booked */
    /* What came of it, each time. */
    void (*done)(void *context, enum registry_result result, const struct store_trouble *trouble);
    void *context;
};

/* The caller's to keep, not to look into. */
struct bill_caller {
    const struct bill_service *service;
    struct text who;
    struct arena arena;
    struct builder out;
};
/* `who` presents what comes, whatever it says itself; it must outlive the caller. */
void bill_caller_begin(struct bill_caller *caller, const struct bill_service *service, struct text who);
void bill_caller_end(struct bill_caller *caller);

/* The answer, with its line's end; empty where there was nothing but blanks. */
struct text bill_caller_present(struct bill_caller *caller, struct text bill);

/* The answer to what cannot even be looked at. */
enum bill_unreadable { BILL_UNREADABLE_LONG, BILL_UNREADABLE_NUL };
struct text bill_caller_complain(struct bill_caller *caller, enum bill_unreadable why);

#endif
