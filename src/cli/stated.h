/* A person's bills of a year, as a statement shows them: on the screen and as JSON (command_statement.c), or on a page
 * (stated_page.c). */
#ifndef DOUDI_CLI_STATED_H
#define DOUDI_CLI_STATED_H

#include "cli/settling.h"
#include "work/statement.h"

/* The mark is of all of them, whatever is shown. */
struct stated {
    struct settled_bills bills;
    struct text mark;
    int year;
};

/* What the law shows of a year is as of its last bill; there is one. */
const struct settled_bill *stated_last(const struct settled_bills *bills);
/* The sum of bills, as of the day of the last of them; a part that is open in any of them is open. */
struct settled_bill stated_sum(struct arena *arena, const struct settled_bills *bills);

/* Draws a page, a PDF or a picture by the path's end, of at least one bill; EXIT_DONE, or tells why not. */
int stated_draw(struct settling *settling, const struct stated *stated, const char *path);

#endif
