/* Random policies and random data for the property tests.
 *
 * A policy is made as text for the product, and beside it as a tree of its own, which `independent.h` evaluates. The
 * tree knows nothing of the product's. All amounts are whole numbers of steps: fen, ones, hundredths of a percent. */
#ifndef DOUDI_TESTS_RANDOM_POLICY_H
#define DOUDI_TESTS_RANDOM_POLICY_H

#include "base/text.h"

#include <gmp.h>

enum { RULES_MAX = 24, INPUTS_MAX = 20, CASES_MAX = 4, ROWS_MAX = 64, CHILDREN_MAX = 3, TABLE_CELLS = 3 };

enum level { COUNTY, HOUSEHOLD, PERSON, CLAIM, LEVELS };

/* MONTHLY and YEARLY are money by time, LUMP is money alone. */
enum sort { MONTHLY, YEARLY, LUMP, COUNT, SHARE, TRUTH, CHOICE, DAY };

enum operation {
    LITERAL,   /* number, in steps of its sort; TRUTH and CHOICE too */
    INPUT,     /* index among the inputs */
    RULE,      /* index among the rules */
    PARAMETER, /* index among the parameters */
    TARIFF,    /* the parameter of that name by county and a, a count */
    NEGATED,
    SUM_OF,
    DIFFERENCE,
    PRODUCT,
    QUOTIENT,
    LEAST,
    GREATEST,
    ROUNDED, /* a to multiples of number */
    FLOORED,
    CEILED,
    IF_KNOWN,
    IS_KNOWN,
    LESS_THAN,
    AT_LEAST,
    EQUALS,
    BETWEEN,
    ONE_OF, /* a, a choice, is number or number + 1 */
    NOT,
    AND,
    OR,
    AGE, /* full years from a to the first day */
    GROUP_TOTAL,
    GROUP_SIZE,
    GROUP_SOME,
    GROUP_EVERY,
    GROUP_LEAST,
    EARLIER_TOTAL, /* of a over earlier claims this year */
    RECENT_TOTAL,  /* of a over the claims of the last `number` months, before the first day */
    YEAR_TOTAL,    /* of a over the claims of the year, before the first day */
    BEFORE,        /* the rule `index` in the month before */
    BY_BANDS,
    SHARED_OUT, /* the county's rule `index` by weight a */
};

struct node {
    enum operation operation;
    enum sort sort;
    long number;
    int index;
    enum level level; /* the members' of a group */
    struct node *a, *b, *where;
};

struct random_input {
    char name[8];
    enum level level;
    enum sort sort;
    long low, high, empty; /* empty: what an empty one means, or UNKNOWN_IF_EMPTY */
};
enum { UNKNOWN_IF_EMPTY = -1000000 };

/* When a text counts: always, from August 2018, until July; known always, since June, or only since October. */
enum period { ALL_TIME, FROM_AUGUST, UNTIL_JULY, PERIODS };
enum enactment { LONG_AGO, IN_JUNE, IN_OCTOBER, ENACTMENTS };
struct dates {
    enum period period;
    enum enactment enacted;
};

struct random_case {
    struct node *condition; /* NULL: otherwise */
    struct node *value;
};
struct random_rule {
    char name[8];
    enum level level;
    enum sort sort;
    size_t count;
    struct random_case cases[CASES_MAX];
    struct random_exception {
        struct node *when, *value; /* NULL: none */
        struct dates dates;
    } exception, local; /* of the law, and of the layer of one county */
    struct text text, local_text;
};

/* A guarantee: for its level, where `asked`, `promise` must hold. */
struct promise {
    enum level level;
    struct node *asked, *promise;
    enum period period;
    struct text text;
};

struct random_policy {
    struct arena arena;
    uint64_t chance; /* the state of the generator */
    struct random_input inputs[INPUTS_MAX];
    struct random_rule rules[RULES_MAX];
    bool crowded; /* a county may have more households than a batch takes: batches then end with a household */
    size_t inputs_count, rules_count, refused; /* refused: rules that the checker did not take */
    struct promise promise;
    enum period local_period;       /* of the whole layer */
    enum enactment local_parameter; /* of its value of k0; ENACTMENTS: it has none of its own */
    bool known_in_september;        /* only what was enacted by then; else everything */
    bool asks_known;                /* known or if known occurs: filling in an input may change a result */
};

extern const char *const level_names[LEVELS];
extern const long band_begins[3], band_shares[3]; /* of the scale: fen a year, hundredths of a percent */
extern const long parameter_values[2];            /* fen a month; hundredths of a percent */
extern const long local_value;                    /* of k0, in the county of the layer */
extern const char local_county[];                 /* its id */

/* The lines of the tariff, as far as there are any: fen a month by count, -1 for a count that is left open. */
struct tariff_line {
    bool local; /* of the county of the layer; else of all */
    enum period period;
    long count, value;
};
enum { TARIFF_LINES = 6 };
extern const struct tariff_line tariff[TARIFF_LINES];

void random_policy_init(struct random_policy *policy, uint64_t seed);
void random_policy_free(struct random_policy *policy);
uint64_t chance_below(struct random_policy *policy, uint64_t limit);

/* Adds a rule; taken back by the caller with rules_count when the checker refuses it. */
void random_policy_add_rule(struct random_policy *policy);
void random_policy_add_promise(struct random_policy *policy);

/* The whole law, and the layer that one county puts over it. In the arena. */
struct text random_policy_text(struct random_policy *policy);
struct text random_policy_local(struct random_policy *policy);
struct text random_policy_tariff(struct random_policy *policy); /* its table */
struct text random_policy_shown(struct random_policy *policy);  /* both */

/* --- data --------------------------------------------------------------------------------------------------------- */

struct random_row {
    char id[16];
    int parent;
    long values[INPUTS_MAX];
    bool known[INPUTS_MAX];
};
struct random_data {
    struct random_row rows[LEVELS][ROWS_MAX];
    size_t count[LEVELS];
};
void random_data_fill(struct random_policy *policy, struct random_data *data);
long random_value(struct random_policy *policy, const struct random_input *input);

#endif
