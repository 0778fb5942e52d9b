/* A law of a few lines, compiled: what the tests of the whole compile share. */
#ifndef DOUDI_TESTS_LAW_H
#define DOUDI_TESTS_LAW_H

#include "lang/compile.h"

/* A county, its households and persons, with a few inputs. */
#define WORLD                                                                                                          \
    "policy law\n  currency yuan of 100 fen\n"                                                                         \
    "entity county\nentity household in county at most 1_000\nentity person in household at most 8\n"                  \
    "input county standard : money/year in 1_000 .. 20_000 yuan/year\n"                                                \
    "input household income : money/year in 0 .. 1_000_000 yuan/year\n"                                                \
    "input household enrolled : bool\n"                                                                                \
    "input person age : count in 0 .. 120\n"                                                                           \
    "rule household size : count in 1 .. 8\n  = count(person)\n"
#define EVENTS                                                                                                         \
    WORLD "event claim in person dated day at most 400 a year\n"                                                       \
          "input claim day : date\ninput claim cost : money in 0 .. 1_000_000 yuan\n"

/* The law between its fences, as the only file of its layer. */
struct policy *new_policy(const char *text);
void add_layer(struct policy *policy, const char *text);

/* Compiles; what was told must be "code, code". */
void assert_compiles_to(struct policy *policy, const char *expected);
struct policy *compile(const char *text);
void accepts(const char *text);
void refuses(const char *text, const char *expected);

/* With tables/t.csv. */
struct policy *with_table(const char *text, const char *table);

#endif
