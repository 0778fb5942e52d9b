/* A small law with something of everything that a host may ask about, and the ways to read it: what the tests of the
 * library share. They know only what doudi.h shows. */
#ifndef DOUDI_TESTS_LIBRARY_LAW_H
#define DOUDI_TESTS_LIBRARY_LAW_H

#include "doudi.h"

/* The law, compiled; with whatever memory there is: NULL when it runs out. */
doudi_policy *law_read(void);

/* Two villages; the family h1 of anna and ben, who have 2,000 and 0 a year, and a bill of hers; h2 of carl, whose
 * earnings are not known. NULL when memory runs out. */
doudi_data *law_families(const doudi_policy *policy);

#endif
