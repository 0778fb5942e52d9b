/* The tree of a policy's text: declarations and expressions, as the parser builds them.
 *
 * What a name means and what type an expression has is filled in later, in place, by the checks (check.c, resolve.c);
 * those members are marked "checked:". Everything lives in the policy's arena. */
#ifndef DOUDI_LANG_TREE_H
#define DOUDI_LANG_TREE_H

#include "base/calendar.h"
#include "base/number.h"
#include "lang/token.h"

struct entity;
struct enumeration;
struct field;
struct parameter;
struct indicator;

/* A name as it stands in the text. */
struct name {
    struct text text;
    struct span at;
};
struct names {
    VECTOR(struct name) list;
};

/* --- types ------------------------------------------------------------------------------------------------------ */

/* What units are made of: these three, then what the policy declares. */
enum { DIMENSION_MONEY, DIMENSION_MONTH, DIMENSION_DAY, DIMENSION_FIRST_FREE, DIMENSIONS = 16 };

enum type_kind {
    TYPE_WRONG,  /* an error was reported already: fits everything, so that one mistake is told once */
    TYPE_NUMBER, /* with its dimensions: powers of the base units (currency, month, day, declared units) */
    TYPE_ZERO,   /* the literal 0: takes any unit */
    TYPE_BOOL,
    TYPE_DATE,
    TYPE_TEXT,
    TYPE_ENUM,     /* of an enumeration */
    TYPE_ROW,      /* a reference to a row of an entity */
    TYPE_FILE,     /* papers; only recorded by procedures */
    TYPE_FINDINGS, /* what a means check found; only recorded by procedures */
};
struct type {
    enum type_kind kind;
    int8_t powers[DIMENSIONS];
    const struct enumeration *enumeration;
    const struct entity *entity;
};

/* A type as it is written: money/year. */
struct type_name {
    struct names parts;
    struct span at;
};

/* --- expressions ------------------------------------------------------------------------------------------------ */

enum expr_kind {
    EXPR_NUMBER,
    EXPR_DATE,
    EXPR_BOOL,
    EXPR_NEVER,
    EXPR_PATH,   /* household.size, care_amount[level] */
    EXPR_NEGATE, /* left */
    EXPR_NOT,    /* left */
    EXPR_AND,    /* left, right */
    EXPR_OR,
    EXPR_ADD,
    EXPR_SUBTRACT,
    EXPR_MULTIPLY,
    EXPR_DIVIDE,
    EXPR_COMPARE,  /* left compare right */
    EXPR_IN_SET,   /* left in (items) */
    EXPR_IN_RANGE, /* left in right .. third */
    EXPR_IF_KNOWN, /* left if known else right */
    EXPR_ON,       /* left on right: a parameter on another day */
    EXPR_GROUP,    /* sum(person: earnings where present) */
    EXPR_CALL,     /* max(items) */
};

enum comparison { LESS, LESS_EQUAL, EQUAL, NOT_EQUAL, GREATER_EQUAL, GREATER };

enum group_kind { GROUP_SUM, GROUP_COUNT, GROUP_ANY, GROUP_ALL, GROUP_MIN, GROUP_MAX };
enum window_kind { WINDOW_NONE, WINDOW_YEAR, WINDOW_MONTHS };

enum function {
    FUNCTION_MIN,
    FUNCTION_MAX,
    FUNCTION_ROUND,
    FUNCTION_FLOOR,
    FUNCTION_CEIL,
    FUNCTION_YEARS,
    FUNCTION_MONTH,
    FUNCTION_COUNT,
    FUNCTION_KNOWN,
    FUNCTION_PREVIOUS,
    FUNCTION_BANDS,
    FUNCTION_APPORTION,
    FUNCTION_DISTANCE,
    FUNCTIONS
};

/* One move on the way to where a path leads. */
struct hop {
    const struct entity *up;  /* to the ancestor of this entity; or, when NULL, */
    const struct field *over; /* over this reference */
};

enum path_end { PATH_FIELD, PATH_ROW, PATH_PARAMETER, PATH_ENUM_VALUE, PATH_FIRST_DAY, PATH_NONE, PATH_RECORD };

/* checked: where a path leads. */
struct path_target {
    enum path_end end;
    VECTOR(struct hop) hops;
    struct field *field;
    struct parameter *parameter;
    uint32_t enum_value; /* its place in the enumeration */
};

struct expr {
    enum expr_kind kind;
    struct span at;
    struct type type; /* checked: */
    bool bracketed;   /* stands in ( ) */
    uint16_t height;  /* of the tree of operators below, kept within bounds so that walks may recurse */
    struct expr *left, *right, *third;
    VECTOR(struct expr *) items; /* members of a set, arguments of a call, keys of a path */
    union {
        struct {
            struct number value;   /* as written */
            struct text unit;      /* empty, "%", "yuan/year" */
            struct number in_base; /* checked: in base units */
        } number;
        day_number date;
        bool truth;
        enum comparison compare;
        struct {
            struct names names;
            struct path_target target; /* checked: */
        } path;
        struct {
            enum group_kind kind;
            bool earlier;
            struct name entity_name, through_name;
            enum window_kind window;
            int months;
            const struct entity *entity; /* checked: */
            const struct field *through; /* checked: */
        } group;                         /* left: the value, right: where; either may be NULL */
        struct {
            struct name name;
            enum function function;
        } call;
    } as;
};

/* --- declarations ----------------------------------------------------------------------------------------------- */

enum head {
    HEAD_POLICY,
    HEAD_UNIT,
    HEAD_ROLE,
    HEAD_FUND,
    HEAD_CALENDAR,
    HEAD_ENTITY,
    HEAD_EVENT,
    HEAD_ENUM,
    HEAD_PARAMETER,
    HEAD_READING,
    HEAD_INPUT,
    HEAD_RULE,
    HEAD_BENEFIT,
    HEAD_ALERT,
    HEAD_INDICATOR,
    HEAD_EXCEPTION,
    HEAD_GUARANTEE,
    HEAD_PROCEDURE,
    HEADS
};

/* One case of a rule: `when condition: value cite clauses`; condition NULL is `otherwise` or the plain `= value`. */
struct branch {
    struct expr *condition, *value;
    struct names cites;
    struct span at;
};

struct enum_value {
    struct name name;
    struct text label[LANGUAGES];
};

enum key_kind { KEY_AREA, KEY_MONTH, KEY_ENUM, KEY_COUNT, KEY_BAND };
struct key {
    enum key_kind kind; /* KEY_AREA until checked, for every plain name */
    struct name name;
    struct expr *low, *high;               /* count in low .. high */
    struct type_name band;                 /* band of money/month */
    const struct entity *entity;           /* checked: of an area */
    const struct enumeration *enumeration; /* checked: */
    int64_t least, most;                   /* checked: of a count */
    struct number band_scale;              /* checked: base units per unit of the band */
    struct type type;                      /* checked: what an index must be */
};

struct limit {
    struct number count;
    struct name unit;
    struct expr *condition; /* NULL: always */
};
struct limits {
    VECTOR(struct limit) list;
};

struct record {
    struct name name;
    struct type_name type;
    struct text label[LANGUAGES];
};

struct posting {
    struct name where;
    struct number days;
    struct names shows;
};

/* Where a step leads: to another step or outcome, or back to the applicant. */
struct transition {
    struct expr *condition; /* NULL: done */
    bool back;
    struct limits within;
    struct name target;
    struct span at;
};

struct step {
    struct name name;
    struct text label[LANGUAGES];
    bool posts;
    struct posting posting;
    struct number people; /* how many of the role */
    struct name role;
    struct names not_who_did;
    struct limits within;
    VECTOR(struct record) records;
    VECTOR(struct transition) transitions;
};

enum effect_kind { EFFECT_SETS, EFFECT_NEEDS_REASON, EFFECT_LETTER, EFFECT_POST, EFFECT_AGAIN, EFFECT_APPEAL };
struct effect {
    enum effect_kind kind;
    struct span at;
    struct name name; /* field set, letter, procedure, role */
    struct expr *value;
    bool from_next_month;
    struct posting posting;
    struct limits limits;
    struct names not_who_did;
};
struct outcome {
    struct name name;
    struct text label[LANGUAGES];
    VECTOR(struct effect) effects;
};

/* What an alert finds: somebody entitled who is not enrolled, or enrolled and no longer entitled; what speaks against
 * what a family told, in rows that others keep. */
enum finds { FINDS_NOTHING, FINDS_MISSED, FINDS_LEAVING, FINDS_HIT, FINDS_KINDS };

enum consequence { CONSEQUENCE_REPORT, CONSEQUENCE_HOLD, CONSEQUENCE_REFUSE };

/* A decision table under a fence. Cells keep their place, so that a mistake in one is shown there. */
struct decision_row {
    VECTOR(struct name) cells;
    struct span at;
};
struct decision_table {
    VECTOR(struct decision_row) rows; /* the first is the heading */
};

/* A declaration: what it may say differs by head; what was not said is zero, empty or NULL. */
struct declaration {
    enum head head;
    struct span at; /* from the head to the name */
    struct span whole;
    struct name name;
    struct name
        of; /* the entity of input, rule, benefit, alert, exception; of a procedure (for) and a guarantee (for) */
    struct text label[LANGUAGES];
    struct layer *layer;
    struct text section; /* the heading above the block */

    struct type_name type;
    struct expr *low, *high; /* in low .. high */
    struct names cites, over;
    day_number from, until, enacted; /* valid when has_ says so */
    bool has_from, has_until, has_enacted, unconfirmed;

    struct name in;        /* entity, role: the parent */
    struct number at_most; /* 0: not said */
    bool a_year;
    struct names dated, known_by;
    VECTOR(struct enum_value) values;
    VECTOR(struct key) keys;
    struct number step;
    bool has_step, has_table, table_first_row, parameter_exception, reading_exception;
    struct name table_name;
    struct decision_table *table;
    struct names set_by, to, shows, levels, opens, decides;
    enum finds finds;
    struct expr *empty, *starts;
    struct name check, matched_by;
    struct name settled_at, settled_by, settled_of, settled_leaving; /* event: no text where it is not settled */
    struct names settled_shows, settled_where; /* by place: to whom it is shown; no text where to all */
    bool sealed;
    struct text because[LANGUAGES];
    int yearly; /* 1 .. 12, 0: not said */
    struct name fund, pays;
    int pay_day;
    struct expr *target;
    enum comparison target_compare;
    day_number target_by;
    bool has_target;

    struct name extends, area, clauses;
    struct name currency, subunit;
    struct text currency_label[LANGUAGES], subunit_label[LANGUAGES];
    struct number subunits;

    VECTOR(struct branch) branches;
    struct expr *where, *test; /* guarantee */
    enum consequence consequence;

    struct names options; /* the words that options begin with, for their places */

    struct limits within;
    VECTOR(struct record) records;
    VECTOR(struct step) steps;
    VECTOR(struct outcome) outcomes;
};

const char *head_word(enum head head);
const char *finds_word(enum finds finds); /* of what is found */
const char *comparison_sign(enum comparison compare);
enum comparison comparison_opposite(enum comparison compare); /* < of >= */
bool comparison_holds(enum comparison compare, int sign);     /* sign of left - right */
const char *group_word(enum group_kind group);
const char *function_word(enum function function);

/* True when the text names a function; sets it. */
bool function_find(struct text name, enum function *out);

/* The expression as it stands in the text. */
struct text expr_text(const struct expr *expr);

/* Same meaning written twice: compares structure after the check, not layout. */
bool expr_equal(const struct expr *a, const struct expr *b);

#endif
