/* What a word of the command line may name: a thing is found by its name, or by a label that no other has; where there
 * is none, those near the word are told. */
#ifndef DOUDI_CLI_CHOICE_H
#define DOUDI_CLI_CHOICE_H

#include "cli/command.h"
#include "lang/policy.h"

struct choice {
    const struct entity *entity; /* which a name may begin with, before a dot; NULL when it lies in none */
    struct text name;
    const struct text *label; /* of LANGUAGES */
    size_t number;            /* the caller's own */
};
struct choices {
    struct arena *arena;
    const char *what[LANGUAGES]; /* they all are, for complaints; NULL: things of several kinds */
    VECTOR(struct choice) list;
};
void choices_add(struct choices *choices, const struct entity *entity, struct text name, const struct text *label,
                 size_t number);

/* The one that the word names: a name, entity.name, or a label in either language; a name before a label. NULL when
 * there is none, or, with *several, more than one. */
const struct choice *choice_find(const struct choices *choices, struct text word, bool *several);

/* The same for a word of the command line, of the policy; told, and NULL, when it names none or several. */
const struct choice *choice_of_policy(const struct command *command, const struct choices *choices, const char *word);

/* The entity that a word of the command line names; NULL after telling. */
const struct entity *entity_of_word(struct command *command, const struct policy *policy, const char *word);

/* Ends a complaint's line on stderr with the name that was meant, and lists those that hold the word or are near it, at
 * most 20; all of them when there is none, or when `all` says so. */
void choices_tell(const struct command *command, const struct choices *choices, struct text word, bool all);
/* The same for a word that names several: lists these. */
void choices_tell_several(const struct command *command, const struct choices *choices, struct text word);

#endif
