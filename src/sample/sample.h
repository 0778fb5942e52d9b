/* Samples: a realistic population of invented people on real area codes.
 *
 * What the people are like stands in the profile beside the policy (sample.yaml) and in the policy's list of areas; the
 * code knows neither a field nor a place. The same options give the same bytes on every machine. A family depends on
 * the seed and its id alone, so a larger sample, or one of a wider area, holds the families of a smaller one unchanged.
 */
#ifndef DOUDI_SAMPLE_SAMPLE_H
#define DOUDI_SAMPLE_SAMPLE_H

#include "base/diagnostic.h"

struct sample_options {
    const char *policy;  /* the policy's folder: sample.yaml and areas/ are read from it */
    uint64_t households; /* how many families, at least 1 */
    const char *area;    /* the code of an area of any level; NULL: the whole */
    uint64_t seed;
    const char *out; /* the folder to write; it is made, but not the folders it lies in */
    void (*progress)(void *context, uint64_t done, uint64_t total); /* in families, now and then; may be NULL */
    void *progress_context;
};

/* What was written. */
struct sample_result {
    uint64_t families, members, rows; /* rows of every file together */
};

enum sample_status {
    SAMPLE_DONE,
    SAMPLE_REFUSED,    /* nothing was written: the diagnostics tell why */
    SAMPLE_UNFINISHED, /* writing failed on the way: the diagnostics tell where */
    SAMPLE_NO_MEMORY
};

/* Writes a sample. A folder that is there already must be empty or hold nothing but an earlier sample, which is
 * replaced. The diagnostics point into sources in `arena`. */
enum sample_status sample_write(const struct sample_options *options, struct arena *arena,
                                struct diagnostics *diagnostics, struct sample_result *result);

#endif
