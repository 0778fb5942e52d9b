/* Months decided one after another: shown, written into files, kept in a registry.
 *
 *     session_open(&assessment.session, …)
 *     assessment_begin(&assessment)
 *     status = assessment_decide(&assessment, first, last)
 *     assessment_end_months(&assessment)
 *     status = assessment_end(&assessment, status) */
#ifndef DOUDI_CLI_ASSESSMENT_H
#define DOUDI_CLI_ASSESSMENT_H

#include "cli/session.h"
#include "exchange/json.h"
#include "exchange/results.h"

/* What one call writes and tells. */
struct assessment {
    struct session session;
    const char *out; /* NULL: no files are written */
    bool keeps;      /* what is found goes into the registry */
    bool compares;   /* what is found is compared with what was kept, once it is decided */
    bool json;
    struct builder text;
    struct json_writer writer;
    struct results results;
    size_t broken, undetermined;
};

void assessment_begin(struct assessment *assessment);
/* An exit code, or tells what went wrong. */
int assessment_decide(struct assessment *assessment, month_number first, month_number last);
/* What is told of all months together; of JSON more may follow in the same object. */
void assessment_end_months(struct assessment *assessment);
/* Shows what was not yet; the exit code in the end. */
int assessment_end(struct assessment *assessment, int status);

#endif
