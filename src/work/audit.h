/* The audit of the books: that every settlement has moved what it says, no more and no less.
 *
 * What all settlements of a bill have moved up to one is what that one says the bill comes to. Those that were made
 * under an earlier law are not held against the books: today's law may know neither their rules nor their funds. */
#ifndef DOUDI_WORK_AUDIT_H
#define DOUDI_WORK_AUDIT_H

#include "registry/registry.h"

struct settlement_audit {
    int64_t settlements; /* that were held against the books */
    int64_t earlier;     /* of earlier laws */
    int64_t transfers;
    struct text differs; /* the first that is not as it should be, "_settlements 12"; empty: all are */
};
/* Of a registry whose policy is the law of now, in a transaction of its own unless one is under way. What is damaged is
 * told by `differs`, and is no failure. */
enum registry_result settlements_audit(struct registry *registry, struct settlement_audit *audit);

#endif
