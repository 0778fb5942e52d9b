/* What fhir_read.c (resources) and fhir_value.c (their elements) share. */
#ifndef DOUDI_EXCHANGE_FHIR_INSIDE_H
#define DOUDI_EXCHANGE_FHIR_INSIDE_H

#include "exchange/fhir_read.h"
#include "exchange/fhir_tree.h"
#include "exchange/messages.h"

struct fhir_reader {
    const struct fhir_map *map;
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct source *source;
    struct map entries;   /* of a Bundle: by fullUrl, and by type and id */
    struct map contained; /* of the resource: by id */
    struct fhir_request *request;
    const struct fhir_node *resource;
    size_t missing; /* what tells of elements that the resource lacks, among the diagnostics; SIZE_MAX: none does */
    bool refused;
    bool quotes; /* whatever a resource asks for */
};

/* About an element, or one below it that is not there ("" : itself). {0} is its path. */
void fhir_complain(struct fhir_reader *reader, enum exchange_message message, const struct fhir_node *node,
                   const char *below, struct text first, struct text second);

/* Each of these is false where there is no such member, and where it is no good, which is told. */
bool fhir_take_text(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct text *out);
bool fhir_take_code(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct text *out);
bool fhir_take_money(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct number *out);
/* An amount that is told as a Quantity. */
bool fhir_take_quantity(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct number *out);
/* The plain number of a Quantity. */
bool fhir_take_count(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct number *out);
bool fhir_take_day(struct fhir_reader *reader, const struct fhir_node *node, const char *key, day_number *out);

/* A member that must be an object, or an array; NULL where it is not there, or is none, which is told. */
const struct fhir_node *fhir_take(struct fhir_reader *reader, const struct fhir_node *node, const char *key,
                                  enum json_event kind);

/* Puts what an element told into the bill, unless the input does not take it, or something else was told of it. */
void fhir_put(struct fhir_reader *reader, const struct field *input, const struct fhir_node *node, lane value);
void fhir_put_amount(struct fhir_reader *reader, const struct field *input, const struct fhir_node *node,
                     struct number amount);
void fhir_put_day(struct fhir_reader *reader, const struct field *input, const struct fhir_node *node, day_number day);
void fhir_put_text(struct fhir_reader *reader, const struct field *input, const struct fhir_node *node,
                   struct text text);
/* Whether it may be kept: short enough, and nothing in it steers. */
bool fhir_check_text(struct fhir_reader *reader, const struct fhir_node *node, struct text text);

/* The number of a system among the identifiers of a resource or a reference; of none (empty) the only one there is. */
bool fhir_find_identifier(struct fhir_reader *reader, const struct fhir_node *node, struct text system,
                          const struct fhir_node **found);

/* A number as its scheme writes it. */
struct text fhir_normalised(struct fhir_reader *reader, struct text number);

/* Whom a member of the resource is about. */
struct fhir_found {
    const struct fhir_row *row;   /* of the table, by whose identifier he was found; NULL: by his id */
    const struct fhir_node *node; /* which tells it */
    struct text value;
    struct fhir_party party;
};
/* False, and told, when it cannot be told; it is not there only when it need not be. */
bool fhir_find_party(struct fhir_reader *reader, const struct fhir_node *resource, const struct fhir_element *element,
                     struct fhir_found *found);
/* What an answer needs of a reference that nothing else is taken from. */
struct fhir_party fhir_party_of(struct fhir_reader *reader, const struct fhir_node *reference);
/* The resource that a reference leads to; NULL where it is not in this document. */
const struct fhir_node *fhir_follow(struct fhir_reader *reader, const struct fhir_node *reference);

/* Refuses what has anything in it that changes the meaning of the rest; looks through it once. */
void fhir_refuse_modified(struct fhir_reader *reader, struct fhir_node *node);

#endif
