/* The policy in words: every declaration as a sentence that an official can read aloud.
 *
 * Labels stand for names, 〔2.1.2〕 for the clause that is cited, ◇ for a parameter with a value that is not confirmed.
 */
#ifndef DOUDI_LANG_PRINT_H
#define DOUDI_LANG_PRINT_H

#include "lang/policy.h"

/* What is printed, and in which words. */
struct printer {
    struct arena *arena; /* of the texts in between */
    const struct policy *policy;
    enum language language;
    bool bare; /* labels stand without quotation marks: in a formula that is nothing but labels, numbers and signs */
};

/* The whole policy under the headings of its text. The policy must be compiled. */
void policy_print(struct builder *out, struct arena *arena, const struct policy *policy, enum language language);

/* One declaration of it, as a line or several. */
struct text declaration_sentence(struct arena *arena, const struct policy *policy,
                                 const struct declaration *declaration, enum language language);

/* --- shared by the print modules --- */

/* The pattern {zh, en} of the printer's language with {0} {1} {2} filled in. */
#define SAY(printer, zh, en, ...)                                                                                      \
    print_fill((printer), (printer)->language == LANGUAGE_ZH ? (zh) : (en), (const struct text[]){__VA_ARGS__})
struct text print_fill(const struct printer *printer, const char *pattern, const struct text *arguments);
struct text print_label(const struct printer *printer,
                        struct text label); /* 「…」, “…”: it is no part of the sentence */
struct text print_expression(const struct printer *printer, const struct expr *expr);
struct text print_cases(const struct printer *printer, const struct branch *branches, size_t count);
struct text print_clauses(const struct printer *printer, const struct names *cites); /* 〔2.1.1〕〔2.1.2〕, or empty */
struct text print_unit(const struct printer *printer, struct text unit);             /* money/year: 元/年 */
struct text print_joined(const struct printer *printer, struct text list, struct text next); /* list、next */
struct text print_digits(const struct printer *printer, struct number number);               /* 1,000 or 0.5 */
bool parameter_is_confirmed(const struct parameter *parameter);
struct text print_parameter_value(const struct printer *printer, const struct parameter *parameter,
                                  const struct parameter_value *value); /* 3,500 yuan/year */
struct text print_parameter_keys(const struct printer *printer, const struct parameter *parameter,
                                 const struct parameter_value *value); /* 530523, township, from 2018-07-01 */
/* The values that a declaration gives: a parameter's own, or those of an exception. */
const struct parameter_values *parameter_values_of(const struct parameter *parameter,
                                                   const struct declaration *declaration);
void print_parameter_body(struct builder *out, const struct printer *printer, const struct declaration *declaration);
void print_reading_body(struct builder *out, const struct printer *printer, const struct declaration *declaration);
void print_term(struct builder *out, const struct printer *printer, const struct declaration *declaration);
void print_procedure(struct builder *out, const struct printer *printer, const struct declaration *procedure);

#endif
