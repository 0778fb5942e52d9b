/* The unit that was meant by one that there is not: 元, 岁, 个月, or the label of a unit that the policy declares. */
#ifndef DOUDI_LANG_UNIT_MEANT_H
#define DOUDI_LANG_UNIT_MEANT_H

#include "lang/policy.h"

struct quantity_meant {
    struct text written; /* how it is written here: 50 yuan/month; empty when nobody can tell. In the policy's arena */
    bool counted;        /* what is counted has no unit: ages, people */
};

/* `beside` is the type, as it is written, of what the quantity stands beside, and may be NULL: beside an amount by the
 * month 50 元 was meant by the month, too. */
struct quantity_meant quantity_meant(struct policy *policy, struct number number, struct text unit,
                                     const struct type_name *beside);

#endif
