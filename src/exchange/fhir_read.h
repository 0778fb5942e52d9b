/* FHIR R4 in: what is asked for about bills, as a Claim, a CoverageEligibilityRequest, or several in a Bundle.
 *
 *     fhir_map_read(&map, policy, event, &arena, &diagnostics)
 *     if (fhir_read(&told, &map, &source, &arena, &diagnostics)) ...
 *     for each told.list that is `read`: settle request.bill; fhir_write (exchange/fhir_write.h) answers all of them
 *
 * A Claim settles, corrects or cancels a bill by its status and what it is related to; with another use than "claim",
 * and a CoverageEligibilityRequest, it asks for a quote. What it does not know it passes over; what would change the
 * meaning of the rest (modifierExtension, implicitRules) it refuses. Each mistake is told with its FHIRPath and its
 * place; that of one bill of a Bundle refuses that bill alone.
 *
 * Texts point into the document and the arena, which must outlive them. */
#ifndef DOUDI_EXCHANGE_FHIR_READ_H
#define DOUDI_EXCHANGE_FHIR_READ_H

#include "base/diagnostic.h"
#include "exchange/bill.h"
#include "exchange/fhir_map.h"

/* Whom a reference is to, as it was told: an answer names him the same way. */
struct fhir_party {
    struct text reference, system, value, display;
};

enum { FHIR_CODES_MOST = 8 };

enum fhir_purpose {
    FHIR_AUTHORISATION = 1 << 0,
    FHIR_BENEFITS = 1 << 1,
    FHIR_DISCOVERY = 1 << 2,
    FHIR_VALIDATION = 1 << 3
};

struct fhir_request {
    bool read;        /* nothing is wrong with it; else only the mistakes are good: */
    size_t mistake;   /* the first, of the diagnostics, */
    size_t mistakes;  /* and how many of them are listed */
    bool eligibility; /* a CoverageEligibilityRequest */
    enum settlement_act act;
    struct bill bill;
    struct text use;   /* of a Claim */
    unsigned purposes; /* of the other */
    struct fhir_code type[FHIR_CODES_MOST];
    size_t type_count;
    struct fhir_party number; /* the identifier that the bill is known by */
    struct fhir_party patient, provider, insurer, coverage;
};

struct fhir_told {
    struct text bundle; /* its type; empty where there was one resource alone */
    VECTOR(struct fhir_request) list;
};

/* False, and told, when the document is none of these; or when memory has run out (arena_failed). */
bool fhir_read(struct fhir_told *told, const struct fhir_map *map, const struct source *source, struct arena *arena,
               struct diagnostics *diagnostics);
/* The same where nothing is to be kept: each resource asks for a quote, and one that cancels a bill is refused. */
bool fhir_read_quotes(struct fhir_told *told, const struct fhir_map *map, const struct source *source,
                      struct arena *arena, struct diagnostics *diagnostics);

#endif
