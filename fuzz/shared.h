/* What fuzz targets share. Whatever is asserted here is a finding when it fails. */
#ifndef DOUDI_FUZZ_SHARED_H
#define DOUDI_FUZZ_SHARED_H

#include "engine/settle.h"
#include "exchange/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Says the same of the text both times. */
void check_repeats(struct text text, void (*run)(struct text text, struct builder *out));

/* All of them, in both languages, are text. */
void show_diagnostics(struct builder *out, struct arena *arena, const struct diagnostics *diagnostics);
/* The same, where what they say does not matter. */
void check_diagnostics(struct arena *arena, const struct diagnostics *diagnostics);

/* The law compiled, which has no mistakes. */
struct policy *compile_law(const char *law);
/* One of families, people and their bills. */
struct policy *families_law(void);

/* The rows of a month can be decided, and their past months settled by the records. */
void decide_rows(const struct dataset *dataset, const struct records *records);

/* What was imported becomes rows, which are decided, or refused with their places; all that is told of it is text. */
void check_imported(struct import *import);
/* Both were told the same rows. */
void check_same_records(const struct records *a, const struct records *b);

#endif
