/* Which element of FHIR R4 tells which input of a bill: what the policy's own table says, tables/fhir.csv. Without it a
 * policy takes no FHIR.
 *
 *     entity,input,element,system,code,value
 *     claim,bill_number,identifier,,,
 *     claim,care,subType,http://terminology.hl7.org/CodeSystem/v3-ActCode,IMP,inpatient
 *     person,citizen_id,patient,urn:oid:2.16.156.10011.1.3,,
 *     ,,Money.currency,urn:iso:std:iso:4217,CNY,
 *
 * A row with an entity says what tells an input of it; one without says something of the exchange itself. Which
 * elements there are, and what a row of each must hold, is told in docs/fhir.md. */
#ifndef DOUDI_EXCHANGE_FHIR_MAP_H
#define DOUDI_EXCHANGE_FHIR_MAP_H

#include "engine/lane.h"

/* What an element holds. */
enum fhir_holds {
    FHIR_HOLDS_IDENTIFIER, /* the bill's own number */
    FHIR_HOLDS_PATIENT,    /* whose bill it is: by the id of the row, or by the checked input that tells it */
    FHIR_HOLDS_PARTY,      /* a reference to a row */
    FHIR_HOLDS_DAY,
    FHIR_HOLDS_CODE,  /* a concept, each code of which stands for a value */
    FHIR_HOLDS_MONEY, /* an amount */
    FHIR_HOLDS_ITEM,  /* the concept of an item, whose amounts are added up */
    FHIR_HOLDS_INFO,  /* the concept of an information; the value of the row, or else that of the information */
};
enum fhir_resource { FHIR_CLAIM = 1, FHIR_ELIGIBILITY = 2, FHIR_EITHER = 3 };
struct fhir_element {
    const char *name, *parts[2]; /* the second NULL where there is one */
    enum fhir_holds holds;
    enum fhir_resource of; /* has such an element */
};

struct fhir_row {
    const struct fhir_element *element;
    const struct field *input; /* NULL: the id of a row */
    struct text system, code;
    bool has_value;
    lane value;
};

/* A code and what it is called. */
struct fhir_code {
    struct text system, code, display;
};

struct fhir_map {
    const struct policy *policy;
    const struct entity *event;
    struct arena *arena;
    VECTOR(struct fhir_row) rows;
    VECTOR(struct fhir_code) corrections; /* relationships to another bill that mean: in its place */
    struct text currency;                 /* as ISO 4217 has it */
    unsigned decimals;                    /* of the least coin */
    bool has_clock;                       /* the hours of the policy's place are known: */
    int clock;                            /* minutes ahead of Greenwich */
    struct fhir_code insurer;
    struct text benefits, funds, refusals; /* the systems of their codes; may be empty */
};

/* Reads the table for bills of an event that is settled. False, and told, when there is none or it has mistakes; or
 * when memory has run out. The policy must outlive the map. */
bool fhir_map_read(struct fhir_map *map, const struct policy *policy, const struct entity *event, struct arena *arena,
                   struct diagnostics *diagnostics);

/* Whether the policy has none, or one that can be read for all its events that are settled; else told. */
bool fhir_map_check(const struct policy *policy, struct arena *arena, struct diagnostics *diagnostics);

/* The next row of an element at or after `from`; NULL: none. */
const struct fhir_row *fhir_map_row(const struct fhir_map *map, const struct fhir_element *element, size_t *from);
/* All elements that a table may name. */
const struct fhir_element *fhir_map_element(size_t number); /* NULL beyond the last */

/* Whether it is an amount of money, by no month and no head. */
bool fhir_is_money(const struct type *type);
/* An amount of the least coin as a decimal of the currency: 12.50. */
struct text fhir_amount(const struct fhir_map *map, struct arena *arena, int64_t coins);

#endif
