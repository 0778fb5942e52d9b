/* The README.md of a sample: that its people are invented, and how it was made. */
#ifndef DOUDI_SAMPLE_README_H
#define DOUDI_SAMPLE_README_H

#include "sample/sample.h"

/* What every one begins with. */
extern const struct text readme_mark;

void readme_write(struct builder *out, const struct sample_options *options, const struct sample_result *result);

#endif
