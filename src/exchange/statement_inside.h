/* What the parts of a statement's page share. Every function that draws begins at page->y and leaves it below what it
 * drew; with canvas.measuring it paints nothing, and tells by that how much room it needs. */
#ifndef DOUDI_EXCHANGE_STATEMENT_INSIDE_H
#define DOUDI_EXCHANGE_STATEMENT_INSIDE_H

#include "exchange/canvas.h"
#include "exchange/statement_pdf.h"

enum {
    INK = 0x1F2328,
    SECONDARY = 0x57534E,
    BRICK = 0x9B2C1F, /* of the one bar that matters */
    AMBER = 0x8A5A00, /* of what is unconfirmed */
    UNKNOWN = 0x4B4F87,
    LINE = 0xD6D0C7,
    MIDDLE = 0x8C857B, /* of the total: the key figure is darker, without colours too */
    PALE = 0xE4DFD7,

    SIZE_NOTE = 12,
    SIZE_TEXT = 14,
    SIZE_NAME = 16,
    SIZE_TITLE = 20,
    SIZE_KEY = 28,

    PAGE_MARGIN = 43540, /* 15 mm */
    PAGE_INSIDE = CANVAS_WIDTH - 2 * PAGE_MARGIN,
    PAGE_BOTTOM = CANVAS_HEIGHT - PAGE_MARGIN,
    MARK_ROOM = 15 * CANVAS_POINT, /* of ◇ behind an amount */
};

/* How close together things stand. */
struct spacing {
    int section, row; /* units between sections, between rows */
    unsigned lines;   /* at most, of a text that may have several */
    bool beside;      /* what an amount rests on stands beside its bar and not below it */
};

struct page {
    struct canvas canvas;
    const struct statement *statement;
    const struct spacing *spacing;
    int y;
};

static inline unsigned lines_at_most(const struct page *page, unsigned lines) {
    return lines < page->spacing->lines ? lines : page->spacing->lines;
}

/* With thousands apart and a true minus. */
struct text statement_amount_shown(struct arena *arena, int64_t coins, unsigned decimals);

/* Room for the amounts ends at `right`, for ◇ behind that. What is not determined is said in words. Gives what was
 * drawn. */
struct canvas_extent statement_write_amount(struct page *page, const struct statement_amount *amount,
                                            const struct canvas_style *style, int right, int y, int width);

void statement_draw_waterfall(struct page *page);

/* The first `rows` bills, and the others in one row. */
void statement_draw_bills(struct page *page, size_t rows);
/* How many rows fit into that height; all, or so many that the row of the others fits too. */
size_t statement_bills_within(struct page *page, int height);

#endif
