/* Tokens of the policy language. A `doudi` block is cut into tokens as a whole before it is parsed. */
#ifndef DOUDI_LANG_TOKEN_H
#define DOUDI_LANG_TOKEN_H

#include "base/diagnostic.h"
#include "base/vector.h"

/* More makes no sense, and reading a number takes time with the square of its length. */
enum { NUMBER_DIGITS_MAX = 60 };

/* A stretch of a source: bytes begin .. end. */
struct span {
    const struct source *source;
    size_t begin, end;
};
struct position span_position(struct span span);
struct span span_join(struct span first, struct span last);
struct text span_text(struct span span);
struct span span_of(const struct source *source, struct text slice); /* where a slice of the source stands */

enum token_kind {
    TOKEN_NAME,   /* also the words of the language */
    TOKEN_NUMBER, /* 1_000.5 */
    TOKEN_DATE,   /* 2018-03-26 */
    TOKEN_STRING, /* "label"; the text is without the quotes */
    TOKEN_SIGN,   /* one of .. <= >= != + - * / < > = ( ) : , . [ ] % */
    TOKEN_WRONG,  /* a sign that has no place in the language, or a string without end */
    TOKEN_END
};

struct token {
    enum token_kind kind;
    struct text text;
    struct span at;
    bool at_margin; /* begins in the first column of its line: a declaration begins */
    bool new_line;  /* the first token of its line */
};

struct tokens {
    VECTOR(struct token) list; /* ends in TOKEN_END */
};

/* Cuts bytes begin .. end of the source. */
void tokens_cut(struct tokens *tokens, struct arena *arena, const struct source *source, size_t begin, size_t end);

/* Words that have a meaning of their own and cannot name anything. */
bool word_is_reserved(struct text word);

#endif
