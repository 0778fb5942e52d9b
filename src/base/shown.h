/* What of a text that is not ours reaches a screen: nothing that would steer it. */
#ifndef DOUDI_BASE_SHOWN_H
#define DOUDI_BASE_SHOWN_H

#include "base/text.h"

/* C0, DEL, C1, line and paragraph separators, and the marks that turn the direction of what follows. Of a text of
 * several lines, tabs and line ends are looked at first. */
bool character_steers(uint32_t character);

/* Where the first character of a text of several lines stands that steers: anything but tabs, line feeds, and carriage
 * returns before a line feed. Its length when there is none. */
size_t text_steers_at(struct text text, size_t from);

/* What is shown for a character: a space for a tab, U+FFFD for what steers and for bytes that are not UTF-8. */
uint32_t character_shown(uint32_t character);

/* The text as it is shown, in one line. */
void builder_add_shown(struct builder *builder, struct text text);
struct text text_shown(struct arena *arena, struct text text);

/* What a character is called, of which nothing can be seen: U+001B. */
struct text character_name(struct arena *arena, struct text character);

#endif
