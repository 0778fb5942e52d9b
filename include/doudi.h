/* Doudi: policies read, families decided, every figure explained. The engine as a library: no input or output, no
 * globals, no locale.
 *
 *     doudi_policy_new → doudi_policy_add (each file of the folder) → doudi_policy_compile → doudi_policy_name, …
 *     doudi_data_new   → doudi_data_add_row, doudi_data_set
 *     doudi_run_new    → doudi_run_decide → doudi_run_value, doudi_run_why → doudi_run_next
 *
 * Every object is freed by its own function; NULL is allowed there. A policy that is compiled, and data that a run was
 * made of, are not changed any more and may be shared: any number of threads may each have a run of their own over
 * them. Texts are UTF-8 and NUL-terminated; those handed over are copied; those returned belong to the object that they
 * were asked of and live as long as it does, those of a run until it looks at other rows or goes on to the next month.
 *
 * What comes out of turn, or asks an object that is NULL, does nothing: it gives DOUDI_MISUSE, or NULL or 0 where no
 * status is returned. Nothing that a host does in a wrong order ends the process. What is written through a pointer is
 * written only where the status says so.
 *
 * The interface grows by functions, and by numbers at the end of a list; none is taken away or renumbered while the
 * name of the shared library stays. docs/library.md shows each group at work. */
#ifndef DOUDI_H
#define DOUDI_H

#include <stddef.h>
#include <stdint.h>

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
    DOUDI_BAD_VALUE, /* the text is no value of that field: see doudi_data_refused */
    DOUDI_NO_MEMORY, /* memory has run out; the object is only good for its free function */
    DOUDI_MISUSE,    /* the call is out of turn: each says what must come first */
    DOUDI_NO_INTEGER /* the value is no integer of 64 bits */
} doudi_status;

typedef enum { DOUDI_ZH, DOUDI_EN } doudi_language;

typedef struct doudi_policy doudi_policy;
typedef struct doudi_data doudi_data;
typedef struct doudi_options doudi_options;
typedef struct doudi_run doudi_run;
typedef struct doudi_explanation doudi_explanation;

/* The version of the library: "0.1.0". */
DOUDI_API const char *doudi_version(void);

/* --- policies --------------------------------------------------------------------------------------------------- */

/* NULL when memory has run out. */
DOUDI_API doudi_policy *doudi_policy_new(void);
DOUDI_API void doudi_policy_free(doudi_policy *policy);

/* Begins a layer: the law itself first, then what extends it. The name is the folder's, for messages.
 * DOUDI_MISUSE once the policy was compiled. */
DOUDI_API doudi_status doudi_policy_begin(doudi_policy *policy, const char *folder);

/* A file of the layer begun last: "1-aid.md", "tables/standard.csv", "clauses.csv". The bytes are copied.
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

/* A row of an entity under a parent row (NULL at the top). An id is unique within its entity; events take any. Texts
 * are copied. DOUDI_NOT_FOUND when there is no such entity. */
DOUDI_API doudi_status doudi_data_add_row(doudi_data *data, const char *entity, const char *id, const char *parent);

/* The same, as it stands from one month to another, "2018-01" and "2018-06", both included; NULL: from the first, to
 * the last. Of several rows of one id in a month the one that begins last stands. DOUDI_BAD_VALUE when a month is none,
 * or the first is after the last. */
DOUDI_API doudi_status doudi_data_add_version(doudi_data *data, const char *entity, const char *id, const char *parent,
                                              const char *from, const char *until);

/* An input of the row added last, in its own unit and words: "9600", "yes", "2018-07-01"; of a reference the id of its
 * row, or "none". What is not set is unknown, or what the policy says that empty means. DOUDI_BAD_VALUE changes
 * nothing. DOUDI_MISUSE when the last doudi_data_add_row added none. */
DOUDI_API doudi_status doudi_data_set(doudi_data *data, const char *input, const char *value);

/* Takes the row added last back, as one that could not be read: whatever adds up rows there is then unknown, and nobody
 * is decided as if the row did not exist. DOUDI_MISUSE as above, and when it was taken back already. */
DOUDI_API doudi_status doudi_data_lose_row(doudi_data *data);

/* Nobody has confirmed what the row added last says: what rests on it is unconfirmed. DOUDI_MISUSE as above. */
DOUDI_API doudi_status doudi_data_doubt_row(doudi_data *data);

/* What a rule was worth for a row before the first month that is decided, for rules that read the month before. The
 * last one said stands. DOUDI_NOT_FOUND when there is no such rule; the row need not be there. DOUDI_BAD_VALUE. */
DOUDI_API doudi_status doudi_data_open(doudi_data *data, const char *entity, const char *id, const char *rule,
                                       const char *value);

/* What an officer decided: in force in that month (NULL: in every one) instead of what is computed. DOUDI_BAD_VALUE
 * also of a rule that the policy leaves to nobody, see doudi_field_is_decided. Else as above. */
DOUDI_API doudi_status doudi_data_decide(doudi_data *data, const char *entity, const char *id, const char *rule,
                                         const char *month, const char *value);

/* Why a value was refused with DOUDI_BAD_VALUE. */
typedef enum {
    DOUDI_ACCEPTED,
    DOUDI_NOT_A_NUMBER,
    DOUDI_OFF_STEP,
    DOUDI_OUT_OF_RANGE,
    DOUDI_NOT_A_DATE,
    DOUDI_NOT_A_TRUTH,
    DOUDI_NOT_A_CHOICE,
    DOUDI_NOT_AN_IDENTIFIER, /* a text that the scheme of its input does not allow */
    DOUDI_NOT_A_MONTH,
    DOUDI_MONTHS_REVERSED,
    DOUDI_NOT_DECIDED,   /* nobody may decide that rule */
    DOUDI_IS_A_REFERENCE /* of a rule that gives a row, which cannot be told beforehand */
} doudi_refusal;

/* Of the last call on these data that takes a value or months; in words, with the way out: good until the next. NULL
 * when nothing was refused, and when memory has run out. */
DOUDI_API doudi_refusal doudi_data_refused(const doudi_data *data);
DOUDI_API const char *doudi_data_refusal(doudi_data *data, doudi_language language);

/* --- options ------------------------------------------------------------------------------------------------------ */

/* What a run is told beside the data. NULL for a policy that did not compile with DOUDI_OK, which must outlive them,
 * and when memory has run out. A run takes a copy. */
DOUDI_API doudi_options *doudi_options_new(const doudi_policy *policy);
DOUDI_API void doudi_options_free(doudi_options *options);

/* The law as enacted up to that day, "2018-05-01". DOUDI_BAD_VALUE when it is no day. */
DOUDI_API doudi_status doudi_options_known(doudi_options *options, const char *day);

/* A reading or parameter of that name set to one value, everywhere and always, in its own unit and words: "0.5", "50%",
 * "yes"; the last one said stands. DOUDI_NOT_FOUND when there is none of that name, or it is a scale; DOUDI_BAD_VALUE
 * for what is no value of it, off its step or out of its range: the law leaves no room for it. */
DOUDI_API doudi_status doudi_options_set(doudi_options *options, const char *parameter, const char *value);

/* Of the last call on these options, as doudi_data_refused and doudi_data_refusal. */
DOUDI_API doudi_refusal doudi_options_refused(const doudi_options *options);
DOUDI_API const char *doudi_options_refusal(doudi_options *options, doudi_language language);

/* --- runs ------------------------------------------------------------------------------------------------------- */

/* Decides a month, "2018-07". The policy and the data must outlive the run. NULL when memory has run out or the month
 * is none. Rows that do not fit (no parent, an id told twice) are left out and counted. */
DOUDI_API doudi_run *doudi_run_new(const doudi_data *data, const char *month);

/* The same under options, which must be of the same policy; NULL: none. */
DOUDI_API doudi_run *doudi_run_new_with(const doudi_data *data, const char *month, const doudi_options *options);
DOUDI_API void doudi_run_free(doudi_run *run);

/* The month that is decided: "2018-07". */
DOUDI_API const char *doudi_run_month(const doudi_run *run);

/* Goes on to the next month: what this one found is kept, for values that are read across months and for events that
 * are settled. `data` are those of the next month, of the same policy; NULL: the same. Texts of the month before, ids
 * and explanations among them, are gone. DOUDI_NOT_FOUND behind 2199-12, the last month that there is: nothing changes.
 * After DOUDI_NO_MEMORY the run is only good for doudi_run_free. */
DOUDI_API doudi_status doudi_run_next(doudi_run *run, const doudi_data *data);

/* Decides everybody at once, on so many threads (0: one), by the instruction set of that name: "plain", "avx2",
 * "avx512", on aarch64 "neon", in WebAssembly "wasm"; NULL: the best. Values are the same whatever is chosen, and
 * whether this is called or not: it is the fast way when many are asked for. DOUDI_NOT_FOUND when this machine has no
 * such set. */
DOUDI_API doudi_status doudi_run_decide(doudi_run *run, unsigned threads, const char *instructions);

/* The same of one row of an entity and all below it: a county's, a township's. What was decided before is forgotten;
 * other rows can still be asked for. Whoever decides one area after another, and takes each one's values before the
 * next, needs memory for the largest only. DOUDI_NOT_FOUND as above, and when there is no such row. */
DOUDI_API doudi_status doudi_run_decide_within(doudi_run *run, const char *entity, const char *id, unsigned threads,
                                               const char *instructions);

/* Of what doudi_run_decide and doudi_run_decide_within find beforehand: only rules that are asked for by this, and what
 * they need; from one call on, for all months. DOUDI_NOT_FOUND when there is no such rule. */
DOUDI_API doudi_status doudi_run_ask(doudi_run *run, const char *entity, const char *rule);

/* Forgets what was found, and looks at one row from now on: it, the rows below it and those above. Any other can still
 * be asked for. The memory is used again: whoever decides one family after another asks for no more of it. What was
 * told before, texts and explanations, is gone. */
DOUDI_API doudi_status doudi_run_look_at(doudi_run *run, const char *entity, const char *id);

/* --- rows of a run ----------------------------------------------------------------------------------------------- */

/* The rows of an entity in the month, in the order of the rows that they lie in, then of their ids. An event's id is
 * made of the row it lies in and its dated fields: "anna/2018-07-03/B1". NULL and DOUDI_NONE beyond the last. */
DOUDI_API size_t doudi_run_rows(const doudi_run *run, const char *entity);
DOUDI_API const char *doudi_run_row(const doudi_run *run, const char *entity, size_t index);

/* The index of the row that it lies in, among the rows of that entity; DOUDI_NONE at the top. */
DOUDI_API size_t doudi_run_parent(const doudi_run *run, const char *entity, size_t index);

/* 0 of an event after the month, which is not settled yet; 1 of every other row. */
DOUDI_API int doudi_run_counts(const doudi_run *run, const char *entity, size_t index);

/* Rows that were left out, with the reason as a sentence. An input that refers to a row that is not there is told here
 * too: its row stands, and the input is unknown. */
DOUDI_API size_t doudi_run_rows_left_out(const doudi_run *run);
DOUDI_API const char *doudi_run_left_out(doudi_run *run, size_t index, doudi_language language);

/* --- values ------------------------------------------------------------------------------------------------------ */

/* The value of a field in force, in its own unit: DOUDI_OK and the value (of a reference the id of its row, or "none");
 * DOUDI_UNKNOWN or DOUDI_FAULT and the reason's code; DOUDI_NOT_FOUND. */
DOUDI_API doudi_status doudi_run_value(doudi_run *run, const char *entity, const char *id, const char *field,
                                       const char **value);

/* The same as an integer: a number in steps of its field (doudi_policy_step: fen, not yuan), 1 and 0 for yes and no, a
 * day counted from 1970-01-01 (never: INT32_MAX), the place of a choice, the index of a row (-1: none).
 * DOUDI_NO_INTEGER for a text, and for a number between two steps or beyond 64 bits. */
DOUDI_API doudi_status doudi_run_integer(doudi_run *run, const char *entity, const char *id, const char *field,
                                         int64_t *value);

/* The value for people, without its unit: "1,200.00", "是". Of what is not known that it is not. */
DOUDI_API const char *doudi_run_shown(doudi_run *run, const char *entity, const char *id, const char *field,
                                      doudi_language language);

/* What is missing, or what went wrong, as a sentence; empty for a known value. */
DOUDI_API const char *doudi_run_missing(doudi_run *run, const char *entity, const char *id, const char *field,
                                        doudi_language language);

/* What decided: "case:1.2" (the second case of the rule's first text), "given", "input:person.earnings", … */
DOUDI_API const char *doudi_run_reason(doudi_run *run, const char *entity, const char *id, const char *field);

/* The ids of the clauses of the case that decided, else of the field; NULL beyond the last. */
DOUDI_API const char *doudi_run_cite(doudi_run *run, const char *entity, const char *id, const char *field,
                                     size_t number);

/* Whether a benefit or an alert rests on something that nobody has confirmed, in this month's law or data; also when
 * memory has run out. */
DOUDI_API int doudi_run_is_unconfirmed(doudi_run *run, const char *entity, const char *field);

/* --- guarantees and indicators ----------------------------------------------------------------------------------- */

typedef enum {
    DOUDI_HOLDS,
    DOUDI_BROKEN,
    DOUDI_NOT_KNOWN, /* doudi_run_guarantee_missing says why */
    DOUDI_NOT_ASKED  /* it is not about this row, or not in force */
} doudi_finding;

/* DOUDI_NOT_FOUND when there is no such guarantee, or no such row of its entity. */
DOUDI_API doudi_status doudi_run_guarantee(doudi_run *run, const char *guarantee, const char *id,
                                           doudi_finding *finding);
DOUDI_API const char *doudi_run_guarantee_missing(doudi_run *run, const char *guarantee, const char *id,
                                                  doudi_language language);

/* An indicator at a row of one of its levels, as doudi_run_value tells values; DOUDI_FAULT and "division-by-zero" where
 * there is nothing to measure. DOUDI_NOT_FOUND when there is no such indicator in force, level or row. */
DOUDI_API doudi_status doudi_run_indicator(doudi_run *run, const char *indicator, const char *entity, const char *id,
                                           const char **value);

/* --- explanations ------------------------------------------------------------------------------------------------- */

/* Why the field has its value: a tree of lines, as deep as asked. NULL when there is no such field or row, or memory
 * has run out. */
DOUDI_API const char *doudi_run_explain(doudi_run *run, const char *entity, const char *id, const char *field,
                                        unsigned depth, doudi_language language);

/* The same as a tree to be walked. It belongs to the run and lives as long as the run's texts. A value that is read in
 * several places is one node: the same pointer says that it was seen before. NULL as above. */
DOUDI_API const doudi_explanation *doudi_run_why(doudi_run *run, const char *entity, const char *id, const char *field);

/* Why a row does not get a benefit, or an alert or another rule is no or 0: only what stands in the way. Of what it
 * does get, the same as doudi_run_why. NULL as above, and of an input. */
DOUDI_API const doudi_explanation *doudi_run_why_not(doudi_run *run, const char *entity, const char *id,
                                                     const char *rule);

typedef enum {
    DOUDI_NODE_FIELD,     /* an input or a rule */
    DOUDI_NODE_PARAMETER, /* or a reading */
    DOUDI_NODE_CONDITION, /* a comparison, or another test without a name of its own */
    DOUDI_NODE_GROUP,     /* a sum, count, minimum or maximum over rows */
    DOUDI_NODE_MEMBER,    /* a row that counts in it */
    DOUDI_NODE_PREVIOUS   /* the value in force of another month */
} doudi_node;

/* What a node is of, as far as it is of a field, a parameter, a row: names and id, or NULL. */
DOUDI_API doudi_node doudi_explanation_kind(const doudi_explanation *node);
DOUDI_API const char *doudi_explanation_entity(const doudi_explanation *node);
DOUDI_API const char *doudi_explanation_name(const doudi_explanation *node);
DOUDI_API const char *doudi_explanation_id(const doudi_explanation *node);
DOUDI_API const char *doudi_explanation_label(const doudi_explanation *node, doudi_language language);

/* Its value as doudi_run_value tells it, for people, with its unit in words, what it was computed from, and what is
 * missing: empty where there is none. */
DOUDI_API doudi_status doudi_explanation_value(const doudi_explanation *node, const char **value);
DOUDI_API const char *doudi_explanation_shown(const doudi_explanation *node, doudi_language language);
DOUDI_API const char *doudi_explanation_unit(const doudi_explanation *node, doudi_language language);
DOUDI_API const char *doudi_explanation_formula(const doudi_explanation *node, doudi_language language);
DOUDI_API const char *doudi_explanation_missing(const doudi_explanation *node, doudi_language language);
DOUDI_API const char *doudi_explanation_cite(const doudi_explanation *node, size_t number);

/* A condition that came out the wrong way; a value by decision; one that rests on something unconfirmed. */
DOUDI_API int doudi_explanation_is_failed(const doudi_explanation *node);
DOUDI_API int doudi_explanation_is_given(const doudi_explanation *node);
DOUDI_API int doudi_explanation_is_unconfirmed(const doudi_explanation *node);

/* How far what a comparison compares is from where it comes out the other way: "-12.5" when it would have to fall, the
 * unit of that in words, and what would have to move. NULL where no distance can be told. */
DOUDI_API const char *doudi_explanation_distance(const doudi_explanation *node);
DOUDI_API const char *doudi_explanation_distance_unit(const doudi_explanation *node, doudi_language language);
DOUDI_API const char *doudi_explanation_subject(const doudi_explanation *node, doudi_language language);

/* How many members of a group are not among its children, being too many; what the node rests on, NULL beyond the last.
 */
DOUDI_API size_t doudi_explanation_more(const doudi_explanation *node);
DOUDI_API const doudi_explanation *doudi_explanation_child(const doudi_explanation *node, size_t number);

#ifdef __cplusplus
}
#endif

#endif
