/* Samples: a realistic population of invented people on real area codes.
 *
 * What the people are like stands in the profile beside the policy (sample.yaml) and in the policy's list of areas; the
 * code knows neither a field nor a place. The same options give the same bytes on every machine. A family depends on
 * the seed and its id alone, so a larger sample, or one of a wider area, holds the families of a smaller one unchanged.
 */
#ifndef DOUDI_SAMPLE_SAMPLE_H
#define DOUDI_SAMPLE_SAMPLE_H

#include "base/diagnostic.h"
#include "registry/registry.h"

struct sample_options {
    const char *policy;  /* the policy's folder: sample.yaml and areas/ are read from it */
    uint64_t households; /* how many families, at least 1 */
    const char *area;    /* the code of an area of any level; NULL: the whole */
    uint64_t seed;
    const char *out;          /* the folder to write (sample_write); it is made, but not the folders it lies in */
    uint64_t change_families; /* for tests: how many a change tells (sample_tell); 0: as is best */
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
    SAMPLE_NO_MEMORY,
    SAMPLE_REGISTRY_FAILED /* the registry tells why */
};

/* Writes a sample. A folder that is there already must be empty or hold nothing but an earlier sample, which is
 * replaced. The diagnostics point into sources in `arena`. */
enum sample_status sample_write(const struct sample_options *options, struct arena *arena,
                                struct diagnostics *diagnostics, struct sample_result *result);

/* What was told to a registry. */
struct sample_told {
    uint64_t families, members, rows; /* new ones: rows of every entity together */
    uint64_t known;                   /* families that were there before, and stay as they are */
    int64_t first, last;              /* changes; 0: none was made, nothing of it was new */
    enum registry_result failed;
};

/* Tells a sample to a registry whose law is that of the policy: the rows that sample_write writes and an import of that
 * folder takes, some ten thousand families by a change (which is `change` but for its number), area by area. Memory
 * does not grow with the families, but for the lines of their opening values. Whatever stops it leaves whole changes
 * behind, which are told; when it is called again the families that are there are passed over, so that it goes on. */
enum sample_status sample_tell(const struct sample_options *options, struct registry *registry,
                               const struct registry_change *change, struct arena *arena,
                               struct diagnostics *diagnostics, struct sample_told *told);

#endif
