/* A JSON document as a tree whose parts know where they stand. FHIR refers to what comes later, so it is not read in
 * the order of the text.
 *
 * Everything lives in the arena, and points into the text. */
#ifndef DOUDI_EXCHANGE_FHIR_TREE_H
#define DOUDI_EXCHANGE_FHIR_TREE_H

#include "exchange/json.h"

enum { FHIR_BYTES_MAX = 4 << 20 };

struct fhir_node {
    enum json_event kind; /* the beginning of an object or an array, or a value */
    struct text key;      /* in an object */
    struct text text;     /* of a string or a number */
    uint32_t line, column;
    uint32_t index;        /* in an array */
    bool looked, modified; /* the caller's: whether it is known that something in it changes what the rest means */
    struct fhir_node *parent, *first, *last, *next; /* last: of those in it, as first */
};

/* NULL, and told, when it is no JSON or too long; or when memory has run out (arena_failed). */
struct fhir_node *fhir_tree_read(struct arena *arena, const struct source *source, struct diagnostics *diagnostics);

/* The member of an object; NULL when it is not there, or there is no object. */
struct fhir_node *fhir_child(const struct fhir_node *node, const char *key);
/* The text of a member that is a string, else the empty text. */
struct text fhir_child_text(const struct fhir_node *node, const char *key);

/* As FHIRPath says it: Claim.item[2].net, Bundle.entry[0].resource.total. `below` may be "". */
struct text fhir_path(struct arena *arena, const struct fhir_node *node, const char *below);
struct position fhir_position(const struct source *source, const struct fhir_node *node);

#endif
