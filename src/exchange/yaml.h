/* YAML as a tree with positions, read by libyaml.
 *
 * The subset that people write cases in: mappings, sequences, scalars. Refused, each with its place: aliases and
 * anchors, tags, directives (so no line may begin with %), more than one document, duplicate keys, keys that are no
 * scalars, line breaks other than LF and CRLF, control characters, text that is not UTF-8, depth over YAML_DEPTH_MAX,
 * files over YAML_MIB_MAX. Scalars keep their text: "2018-07", "yes", "0.10" stay as they stand. */
#ifndef DOUDI_EXCHANGE_YAML_H
#define DOUDI_EXCHANGE_YAML_H

#include "base/diagnostic.h"

enum { YAML_DEPTH_MAX = 32, YAML_MIB_MAX = 4 };

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    struct position at;
    struct text scalar;
    bool quoted;              /* a scalar in quotes, or a block scalar */
    struct yaml_pair *pairs;  /* of a mapping, in the order written */
    struct yaml_node **items; /* of a sequence */
    size_t count;
};
struct yaml_pair {
    struct text key;
    struct position key_at;
    struct yaml_node *value; /* never NULL: an empty value is an unquoted scalar "" */
};

/* The document's root, in the arena. An empty document is an empty sequence. NULL when it is refused, with at least one
 * diagnostic, or when memory has run out (arena_failed). Mistakes are collected as far as the text can be made out. */
struct yaml_node *yaml_read(struct arena *arena, const struct source *source, struct diagnostics *diagnostics);

/* The value of a key of a mapping, or NULL. */
struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);

#endif
