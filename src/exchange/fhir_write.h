/* FHIR R4 out: what is answered to what was read (exchange/fhir_read.h). A Claim is answered by a ClaimResponse, a
 * CoverageEligibilityRequest by a CoverageEligibilityResponse, what could not be read by an OperationOutcome; a Bundle
 * by a Bundle of them, in its order.
 *
 * Amounts are decimals to the last digit. Texts are in Chinese and English, parted by " / ". Check arena_failed, and
 * the builder of the writer. */
#ifndef DOUDI_EXCHANGE_FHIR_WRITE_H
#define DOUDI_EXCHANGE_FHIR_WRITE_H

#include "exchange/fhir_read.h"
#include "exchange/json.h"

struct fhir_answering {
    const struct fhir_map *map;
    struct arena *arena;
    const struct diagnostics *diagnostics; /* what reading had to say */
    day_number day;                        /* of the answer */
};

/* An answer for each of told->list, in its order; of those that were not read nothing is looked at. */
void fhir_write(struct json_writer *writer, const struct fhir_answering *answering, const struct fhir_told *told,
                const struct settlement_answer *answers);

/* Mistakes as an OperationOutcome: so many of the diagnostics, from the first on. Of a map that could not be read too.
 * There must be one. */
void fhir_write_mistakes(struct json_writer *writer, const struct fhir_answering *answering, size_t first,
                         size_t count);

#endif
