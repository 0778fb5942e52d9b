/* What people write out of habit, from other languages or on a Chinese keyboard, and how it is written here. */
#ifndef DOUDI_LANG_FOREIGN_H
#define DOUDI_LANG_FOREIGN_H

#include "base/text.h"

/* The bytes of the foreign sign that the text begins with, 0 when it begins with none: == && || ! ≤ : , ( “ … */
size_t foreign_sign_length(struct text text);

/* How a foreign sign or word is written here; NULL when it is not known. */
const char *foreign_meant(struct text found);

/* A full-width or curly form of the sign that is meant, which looks almost like it. */
bool foreign_is_full_width(struct text found);

/* A full-width space, or one that does not break or cannot be seen. */
bool foreign_is_space(struct text found);

/* One of the words by which other languages tell cases apart: if, then, else … */
bool foreign_is_condition(struct text found);

#endif
