/* The parser's working parts, shared by parse_expression.c, parse_declaration.c and parse_procedure.c.
 *
 * A declaration ends where the next word stands at the margin: seen from inside a declaration, the text ends there.
 * After the first mistake in a declaration the parser stands at that end, silent, so that no function needs to look
 * after failure: what it builds from there on is never read. */
#ifndef DOUDI_LANG_PARSER_H
#define DOUDI_LANG_PARSER_H

#include "lang/messages.h"
#include "lang/tree.h"

enum { EXPRESSION_DEPTH_MAX = 200, EXPRESSION_HEIGHT_MAX = 500 };

struct parser {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct token *tokens; /* end in TOKEN_END */
    size_t at;                  /* the current token */
    size_t limit;               /* the first token that belongs to the next declaration, or TOKEN_END */
    struct token stop;          /* what stands at the limit, seen from inside */
    bool failed;                /* a mistake in this declaration was reported */
    int depth;                  /* of nested expressions */
    struct names options;       /* of this declaration, to find one that stands twice */
    struct names lost; /* what declarations that were left out may have named: not to be called unknown elsewhere */
};

void parser_init(struct parser *parser, struct arena *arena, struct diagnostics *diagnostics,
                 const struct token *tokens);

const struct token *parser_peek(const struct parser *parser, size_t ahead);
struct span parser_here(const struct parser *parser);                  /* of the current token */
struct span parser_behind(const struct parser *parser);                /* of the token before */
bool parser_at(const struct parser *parser, const char *word);         /* the word or sign comes next */
bool parser_accept(struct parser *parser, const char *word);           /* ... and is passed */
void parser_expect(struct parser *parser, const char *word);           /* ... or is reported missing */
void parser_missing(struct parser *parser, enum lang_message message); /* what should come next */
void parser_refuse(struct parser *parser, enum lang_message message);  /* {0}: what comes next */
void parser_refuse_suggesting(struct parser *parser, enum lang_message message, struct text suggestion); /* {1} */
void parser_error_at(struct parser *parser, enum lang_message message, struct span at, struct text argument);

struct name parser_name(struct parser *parser); /* any name, reserved ones reported */
struct name parser_word(struct parser *parser); /* any name, reserved or not */
struct number parser_number(struct parser *parser);
int parser_small(struct parser *parser, int least, int most); /* a whole number within */
day_number parser_day(struct parser *parser);
struct names parser_names(struct parser *parser);
struct names parser_clauses(struct parser *parser);
void parser_labels(struct parser *parser, struct text label[LANGUAGES]);
struct type_name parser_type(struct parser *parser);

struct expr *parse_expression(struct parser *parser);
struct expr *parse_sum(struct parser *parser);
struct expr *parse_factor(struct parser *parser);
bool parse_comparison_sign(struct parser *parser, enum comparison *out);

struct limits parse_limits(struct parser *parser);
struct record parse_record(struct parser *parser);
void parse_steps(struct parser *parser, struct declaration *declaration);

/* The next declaration; NULL at the end. A wrong one is reported and left out, and the parser goes on behind it. */
struct declaration *parse_declaration(struct parser *parser);
/* The name behind `extends` in the block's policy declaration, whatever else is wrong there; the empty text when there
 * is none. Elsewhere `extends` may be a value's name. */
struct text parse_extends(struct parser *parser);

/* One expression that must fill the whole text, as in a cell of a table. */
bool parser_done(struct parser *parser);

#endif
