/* Doudi: policies read, families decided, every figure explained. The engine as a library: no input or output, no
 * globals, no locale.
 *
 *     doudi_policy_new → doudi_policy_add (each file of the folder) → doudi_policy_compile
 *     doudi_data_new   → doudi_data_add_row, doudi_data_set
 *     doudi_run_new    → doudi_run_value, doudi_run_explain
 *
 * Every object is freed by its own function; NULL is allowed there. A policy that is compiled, and data that a run was
 * made of, are not changed any more and may be shared. Texts are UTF-8 and NUL-terminated; those returned belong to the
 * object that they were asked of and live as long as it does, those of a run until it looks at other rows.
 *
 * What comes out of turn, or asks an object that is NULL, does nothing: it gives DOUDI_MISUSE, or NULL or 0 where no
 * status is returned. Nothing that a host does in a wrong order ends the process. */
#ifndef DOUDI_H
#define DOUDI_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DOUDI_API __attribute__((visibility("default")))

typedef enum {
    DOUDI_OK = 0,
    DOUDI_MISTAKES,  /* the policy has mistakes: see doudi_policy_mistake */
    DOUDI_UNKNOWN,   /* the value is not known: the text says what is missing */
    DOUDI_FAULT,     /* the value cannot be computed: the text says why */
    DOUDI_NOT_FOUND, /* no such entity, field or row */
    DOUDI_BAD_VALUE, /* the text is no value of that field */
    DOUDI_NO_MEMORY, /* memory has run out; the object is only good for its free function */
    DOUDI_MISUSE     /* the call is out of turn: each says what must come first */
} doudi_status;

typedef enum { DOUDI_ZH, DOUDI_EN } doudi_language;

typedef struct doudi_policy doudi_policy;
typedef struct doudi_data doudi_data;
typedef struct doudi_run doudi_run;

/* The version of the library: "0.1.0". */
DOUDI_API const char *doudi_version(void);

/* --- policies --------------------------------------------------------------------------------------------------- */

/* NULL when memory has run out. */
DOUDI_API doudi_policy *doudi_policy_new(void);
DOUDI_API void doudi_policy_free(doudi_policy *policy);

/* Begins a layer: the law itself first, then what extends it. The name is the folder's, for messages.
 * DOUDI_MISUSE once the policy was compiled. */
DOUDI_API doudi_status doudi_policy_begin(doudi_policy *policy, const char *folder);

/* A file of the layer begun last: "2-1-dibao.md", "tables/dibao_standard.csv", "clauses.csv". The bytes are copied.
 * DOUDI_MISUSE before the first layer, and once the policy was compiled. */
DOUDI_API doudi_status doudi_policy_add(doudi_policy *policy, const char *path, const char *bytes, size_t length);

/* Checks the whole policy, once: DOUDI_OK, DOUDI_MISTAKES or DOUDI_NO_MEMORY. DOUDI_MISUSE before the first layer, and
 * the second time. */
DOUDI_API doudi_status doudi_policy_compile(doudi_policy *policy);

/* Mistakes, in order of place; each is printed with its line, carets and the way out. NULL beyond the last,
 * and when memory has run out. */
DOUDI_API size_t doudi_policy_mistakes(const doudi_policy *policy);
DOUDI_API const char *doudi_policy_mistake(doudi_policy *policy, size_t index, doudi_language language);

/* --- policies, looked at ----------------------------------------------------------------------------------------
 *
 * Things are told by their index from 0, in the order of the policy's text, entities with what they lie in first; the
 * texts live as long as the policy, and any number of threads may ask for them. Of a policy that did not compile with
 * DOUDI_OK there is nothing. What is not there, beyond the last or of a thing that has none, is NULL, 0, DOUDI_NONE. */

typedef enum {
    DOUDI_LAYER,     /* a folder of law; the last one gives the policy its name */
    DOUDI_ENTITY,    /* areas are entities like others */
    DOUDI_FIELD,     /* of all entities; see doudi_entity_field */
    DOUDI_PARAMETER, /* readings are among them */
    DOUDI_GUARANTEE,
    DOUDI_INDICATOR,
    DOUDI_CLAUSE /* its name is its id, its label its title */
} doudi_thing;

#define DOUDI_NONE ((size_t)-1)

DOUDI_API size_t doudi_policy_count(const doudi_policy *policy, doudi_thing thing);
DOUDI_API const char *doudi_policy_name(const doudi_policy *policy, doudi_thing thing, size_t index);

/* In that language; where the policy has none, in the other; else the name. */
DOUDI_API const char *doudi_policy_label(const doudi_policy *policy, doudi_thing thing, size_t index,
                                         doudi_language language);

/* The index of the thing of that name; of a field, whose name is its own only within its entity, also by its label. The
 * entity is not looked at for other things. */
DOUDI_API size_t doudi_policy_find(const doudi_policy *policy, doudi_thing thing, const char *entity, const char *name);

/* The entity that a field or a guarantee is of, or that an entity lies in; DOUDI_NONE at the top. */
DOUDI_API size_t doudi_policy_entity(const doudi_policy *policy, doudi_thing thing, size_t index);

/* The ids of the clauses that a field, a parameter, a guarantee or an indicator cites anywhere in its text, each once;
 * NULL beyond the last. */
DOUDI_API const char *doudi_policy_cite(const doudi_policy *policy, doudi_thing thing, size_t index, size_t number);

/* Types: of fields, parameters and indicators. Numbers have a unit (its words are empty for plain counts and shares)
 * and a step; numbers and dates may have a declared range. Limits and steps are texts in the thing's own unit. */
typedef enum {
    DOUDI_NO_TYPE,
    DOUDI_NUMBER,
    DOUDI_TRUTH,
    DOUDI_DATE,
    DOUDI_CHOICE, /* see doudi_policy_choice */
    DOUDI_TEXT,
    DOUDI_ROW /* see doudi_policy_refers */
} doudi_type;

DOUDI_API doudi_type doudi_policy_type(const doudi_policy *policy, doudi_thing thing, size_t index);
DOUDI_API const char *doudi_policy_unit(const doudi_policy *policy, doudi_thing thing, size_t index,
                                        doudi_language language);
DOUDI_API const char *doudi_policy_low(const doudi_policy *policy, doudi_thing thing, size_t index);
DOUDI_API const char *doudi_policy_high(const doudi_policy *policy, doudi_thing thing, size_t index);
DOUDI_API const char *doudi_policy_step(const doudi_policy *policy, doudi_thing thing, size_t index);
DOUDI_API const char *doudi_policy_choice(const doudi_policy *policy, doudi_thing thing, size_t index, size_t choice);
DOUDI_API const char *doudi_policy_choice_label(const doudi_policy *policy, doudi_thing thing, size_t index,
                                                size_t choice, doudi_language language);

/* The entity whose rows it refers to. */
DOUDI_API size_t doudi_policy_refers(const doudi_policy *policy, doudi_thing thing, size_t index);

/* Entities. An event is named by its dated fields, the date first, and the row it lies in. */
DOUDI_API int doudi_entity_is_event(const doudi_policy *policy, size_t entity);
DOUDI_API size_t doudi_entity_dated(const doudi_policy *policy, size_t entity, size_t number);
DOUDI_API size_t doudi_entity_field(const doudi_policy *policy, size_t entity, size_t number);

/* Fields. */
typedef enum { DOUDI_INPUT, DOUDI_RULE, DOUDI_BENEFIT, DOUDI_ALERT } doudi_kind;

DOUDI_API doudi_kind doudi_field_kind(const doudi_policy *policy, size_t field);

/* What an input means that was left empty, in words; NULL: then it is unknown. */
DOUDI_API const char *doudi_field_empty(const doudi_policy *policy, size_t field, doudi_language language);

/* Whether an officer may decide it, see doudi_data_decide. */
DOUDI_API int doudi_field_is_decided(const doudi_policy *policy, size_t field);

/* A reading is a choice of interpretation. A scale is a table of bands, which cannot be set to one value. */
DOUDI_API int doudi_parameter_is_reading(const doudi_policy *policy, size_t parameter);
DOUDI_API int doudi_parameter_is_scale(const doudi_policy *policy, size_t parameter);

/* The entities at whose rows the indicator is measured; DOUDI_NONE beyond the last. */
DOUDI_API size_t doudi_indicator_level(const doudi_policy *policy, size_t indicator, size_t number);

/* What the clause says, and where: empty where the policy does not tell. */
DOUDI_API const char *doudi_clause_says(const doudi_policy *policy, size_t clause, doudi_language language);
DOUDI_API const char *doudi_clause_document(const doudi_policy *policy, size_t clause);
DOUDI_API const char *doudi_clause_section(const doudi_policy *policy, size_t clause);
DOUDI_API const char *doudi_clause_sentence(const doudi_policy *policy, size_t clause);

/* --- data ------------------------------------------------------------------------------------------------------- */

/* Rows for a policy that compiled with DOUDI_OK, and must outlive them. NULL for any other policy, and when memory has
 * run out. */
DOUDI_API doudi_data *doudi_data_new(const doudi_policy *policy);
DOUDI_API void doudi_data_free(doudi_data *data);

/* A row of an entity under a parent row (NULL at the top). An id is unique within its entity; events take any. */
DOUDI_API doudi_status doudi_data_add_row(doudi_data *data, const char *entity, const char *id, const char *parent);

/* An input of the row added last, in its own unit and words: "9600", "yes", "2018-07-01". What is not set is unknown,
 * or what the policy says that empty means. DOUDI_MISUSE when the last doudi_data_add_row added none. */
DOUDI_API doudi_status doudi_data_set(doudi_data *data, const char *input, const char *value);

/* --- runs ------------------------------------------------------------------------------------------------------- */

/* Decides a month, "2018-07". The policy and the data must outlive the run. NULL when memory has run out or the month
 * is none. Rows that do not fit (no parent, an id told twice) are left out and counted. */
DOUDI_API doudi_run *doudi_run_new(doudi_data *data, const char *month);
DOUDI_API void doudi_run_free(doudi_run *run);
DOUDI_API size_t doudi_run_rows_left_out(const doudi_run *run);

/* Forgets what was found, and looks at one row from now on: it, the rows below it and those above. Any other can still
 * be asked for. The memory is used again: whoever decides one family after another asks for no more of it. What was
 * told before, texts and explanations, is gone. */
DOUDI_API doudi_status doudi_run_look_at(doudi_run *run, const char *entity, const char *id);

/* The value of a field in force, in its own unit: DOUDI_OK and the value; DOUDI_UNKNOWN or DOUDI_FAULT and the reason's
 * code; DOUDI_NOT_FOUND. */
DOUDI_API doudi_status doudi_run_value(doudi_run *run, const char *entity, const char *id, const char *field,
                                       const char **value);

/* Why the field has its value: a tree of lines, as deep as asked. NULL when there is no such field or row, or memory
 * has run out. */
DOUDI_API const char *doudi_run_explain(doudi_run *run, const char *entity, const char *id, const char *field,
                                        unsigned depth, doudi_language language);

#ifdef __cplusplus
}
#endif

#endif
