/* What may be shown of a sealed text: apart from what else knows keys, whose words the law's have too. */
#ifndef DOUDI_CLI_MASKED_H
#define DOUDI_CLI_MASKED_H

#include "base/text.h"

struct text masked(struct arena *arena, struct text text); /* seal_mask */

#endif
