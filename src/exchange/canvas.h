/* A page of A4 that is drawn, as a PDF or as a picture: texts, bars, lines, and one text as a QR code.
 *
 *     canvas_begin_pdf(&canvas, &arena, &about) or canvas_begin_picture(&canvas, &arena, LANGUAGE_ZH, dots)
 *     canvas_write(&canvas, &style, text, x, y, width) ...
 *     enum canvas_result result = canvas_end(&canvas, &bytes);
 *
 * Lengths are whole units of 1/1024 point, counted from the page's left and upper edge: nothing here is rounded
 * differently on another machine. Texts are anybody's: they are shown as they are, in one paragraph, from left to
 * right; nothing in them is markup, and what would steer (base/shown.h) is shown as U+FFFD. Fonts are asked for by
 * name, so that neither locale nor environment choose them. The same calls give the same bytes on one machine.
 *
 * What goes wrong is remembered and told at the end. The libraries below take memory of their own; where they find
 * none, GLib ends the process. */
#ifndef DOUDI_EXCHANGE_CANVAS_H
#define DOUDI_EXCHANGE_CANVAS_H

#include "base/calendar.h"
#include "base/diagnostic.h"

#include <pango/pangocairo.h>

enum {
    CANVAS_POINT = PANGO_SCALE,
    CANVAS_WIDTH = 609562,  /* 210 mm */
    CANVAS_HEIGHT = 862095, /* 297 mm */
    CANVAS_DOTS_LEAST = 36, /* of a picture, an inch */
    CANVAS_DOTS_MOST = 600,
};

/* How a text looks. Colours are 0xRRGGBB. */
struct canvas_style {
    int points;
    bool bold;
    bool figures;   /* an amount: digits of one width, never parted, smaller where it would be wider than its place */
    bool right;     /* ends at the right edge of its place */
    unsigned lines; /* at most so many, the last one ending in …; 0: one */
    uint32_t colour;
};

struct canvas_extent {
    int width, height;
    int baseline; /* of the first line, from above */
};

struct canvas {
    struct arena *arena;
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoLayout *layout;
    PangoAttrList *marks;
    struct builder bytes;
    enum language language;
    bool is_pdf;
    bool measuring;   /* nothing is painted */
    bool cut;         /* since it was last cleared, a text ended in … */
    uint32_t lacking; /* the first character that was painted and that no font has: its number stands in its place */
};

/* What a PDF says of itself. */
struct canvas_about {
    enum language language;
    struct text title, subject, author;
    day_number made; /* stands in place of the clock */
};

enum canvas_result { CANVAS_OK, CANVAS_NO_MEMORY, CANVAS_BROKEN };

void canvas_begin_pdf(struct canvas *canvas, struct arena *arena, const struct canvas_about *about);
void canvas_begin_picture(struct canvas *canvas, struct arena *arena, enum language language, unsigned dots);
/* The page's bytes, in the arena; the canvas is no more. */
enum canvas_result canvas_end(struct canvas *canvas, struct text *bytes);

/* How much room the text takes in a place of that width; without a limit where it is 0. */
struct canvas_extent canvas_measure(struct canvas *canvas, const struct canvas_style *style, struct text text,
                                    int width);
/* The same, and paints it. */
struct canvas_extent canvas_write(struct canvas *canvas, const struct canvas_style *style, struct text text, int x,
                                  int y, int width);

void canvas_fill(struct canvas *canvas, uint32_t colour, int x, int y, int width, int height);
/* With an outline inside, so that it is seen on a printer without colours. */
void canvas_bar(struct canvas *canvas, uint32_t colour, int x, int y, int width, int height);
/* A dotted line down or to the right. */
void canvas_dot_down(struct canvas *canvas, uint32_t colour, int x, int y, int length);
void canvas_dot_along(struct canvas *canvas, uint32_t colour, int x, int y, int length);
/* What canvas_write shows of the text, as a QR code of that size (without the margin of four modules around, which is
 * the caller's). False when it is too long or memory has run out. */
bool canvas_code(struct canvas *canvas, struct text text, int x, int y, int size);

#endif
