/* A statement of bills for whoever they are of, on one page: as a PDF to be printed, and as a picture of the same page.
 *
 *     struct statement statement = {.language = LANGUAGE_ZH, .made = day, .decimals = 2, .title = …};
 *     enum statement_result result = statement_pdf(&arena, &statement, path, &lacking);
 *
 * From above: who and what it is of; how a total becomes, part by part, what is left to pay, which is the largest
 * figure; facts; several bills as a table; notes; whom to ask, and a QR code. All words come from the caller, in the
 * statement's language; they may be anybody's, and are shown as they are (exchange/canvas.h). An empty text leaves its
 * place out. Texts too long for their place go on in further lines, and past a few of them end in …; amounts become
 * smaller. Bills that find no room are added up in a last row that says how many they are.
 *
 * The same statement gives the same bytes on one machine, whatever locale and zone. */
#ifndef DOUDI_EXCHANGE_STATEMENT_PDF_H
#define DOUDI_EXCHANGE_STATEMENT_PDF_H

#include "base/calendar.h"
#include "base/diagnostic.h"

enum { STATEMENT_CODE_MOST = 200 };

/* Of coins as `decimals` of the statement says. */
struct statement_amount {
    int64_t coins;
    bool unconfirmed;    /* rests on something that nobody has confirmed: ◇ and a dotted line under it */
    struct text missing; /* not empty: the amount is not determined, and this is said in its place */
};

struct statement_part {
    struct text label;
    struct text basis; /* how it is reckoned, and the document and section that it rests on */
    struct statement_amount amount;
};

struct statement_fact {
    struct text label, value;
    bool unconfirmed;
};

struct statement_note {
    struct text text;
    bool unconfirmed; /* it explains what ◇ stands for, and begins so */
};

struct statement_bill {
    struct text date, number, place;
    struct statement_amount total, own;
    const struct statement_amount *parts; /* as many as the statement has */
};

struct statement {
    enum language language;
    day_number made;
    unsigned decimals; /* of an amount, 0 to 6 */

    struct text title, office;
    struct text about; /* one bill, or those of a year */
    struct text name, identity;

    struct text unit; /* of all amounts, above them */
    struct statement_part total;
    const struct statement_part *parts; /* what is taken off the total, in order; above zero */
    size_t parts_count;
    struct statement_part own; /* what is left to pay */

    const struct statement_fact *facts;
    size_t facts_count;

    const struct statement_bill *bills;
    size_t bills_count;
    struct text bills_label;             /* above date, number and place */
    struct text rest_before, rest_after; /* around how many bills the first row stands for, spaces included */

    const struct statement_note *notes;
    size_t notes_count;

    struct text ask, object; /* whom to ask; how to object, and until when */
    struct text as_known;    /* the change, the date and the law it was reckoned by */
    struct text code;        /* in the QR code and under it, up to STATEMENT_CODE_MOST bytes */
};

enum statement_result {
    STATEMENT_DONE,
    STATEMENT_LACKING, /* done, but no font has the character `lacking`: a box with its number stands in its place */
    STATEMENT_UNEVEN,  /* all is determined, and the parts and what is left do not make the total */
    STATEMENT_NO_MEMORY,
    STATEMENT_UNWRITABLE, /* the path, or the disk is full */
    STATEMENT_TOO_MUCH,   /* for one page, or for the code */
    STATEMENT_BROKEN,     /* what draws pages failed */
};

/* Writes the page to a new file that takes the place of the one at `path`, and that nobody but its owner may read; the
 * old one stays unless the result is DONE or LACKING. `lacking` is 0 where no character is. */
enum statement_result statement_pdf(struct arena *arena, const struct statement *statement, const char *path,
                                    uint32_t *lacking);
/* The same page as a PNG of so many dots an inch (CANVAS_DOTS_LEAST to CANVAS_DOTS_MOST). */
enum statement_result statement_png(struct arena *arena, const struct statement *statement, unsigned dots,
                                    const char *path, uint32_t *lacking);

#endif
