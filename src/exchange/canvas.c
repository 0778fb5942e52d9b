#define _GNU_SOURCE /* memmem */
#include "exchange/canvas.h"

#include "base/shown.h"

#include <cairo-pdf.h>
#include <qrencode.h>
#include <string.h>

enum {
    TEXT_MOST = 4096, /* bytes of one text: more than a page holds in any style */
    POINTS_AN_INCH = 72,
    DOT = CANVAS_POINT * 9 / 10,
    DOT_STEP = CANVAS_POINT * 5 / 2,
    OUTLINE = CANVAS_POINT * 3 / 4,
};

/* Chinese, Latin, the scripts of peoples here, and last the characters that the first one lacks. */
#define OTHERS                                                                                                         \
    "Noto Sans Yi,Noto Sans Lisu,Noto Sans Miao,Noto Sans Tai Le,Noto Sans New Tai Lue,Noto Sans Tai Tham,"            \
    "Noto Serif Tibetan,HanaMinA,HanaMinB"
static const char families_text[] = "Noto Sans CJK SC,Noto Sans," OTHERS;
static const char families_figures[] = "Noto Sans,Noto Sans CJK SC," OTHERS; /* whose minus is as wide as a digit */

static const char *const language_tags[LANGUAGES] = {[LANGUAGE_ZH] = "zh-CN", [LANGUAGE_EN] = "en"};

/* What cairo counts in, of what we do; and the other way round for what it is multiplied with. */
#define CAIRO(units) pango_units_to_double(units)
#define RATIO(part, whole) pango_units_to_double((int)((part)*PANGO_SCALE / (whole)))

static void set_colour(const struct canvas *canvas, uint32_t colour) {
    enum { BYTE = 0xff };
    cairo_set_source_rgb(canvas->cairo, RATIO(colour >> 16 & BYTE, BYTE), RATIO(colour >> 8 & BYTE, BYTE),
                         RATIO(colour & BYTE, BYTE));
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static cairo_status_t take_bytes(void *closure, const unsigned char *bytes, unsigned length) {
    struct builder *builder = closure;
    builder_add(builder, (struct text){(const char *)bytes, length});
    return builder->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

/* Takes over the surface, also one in an error, which cairo carries on until the end. */
static void begin(struct canvas *canvas, struct arena *arena, enum language language) {
    canvas->arena = arena;
    canvas->language = language;
    canvas->cairo = cairo_create(canvas->surface);
    canvas->layout = pango_cairo_create_layout(canvas->cairo);
    PangoContext *context = pango_layout_get_context(canvas->layout);
    pango_context_set_language(context, pango_language_from_string(language_tags[language]));
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
    /* Fitting a grid of pixels would part lines elsewhere in a picture than in the PDF. */
    pango_context_set_round_glyph_positions(context, FALSE);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_layout_set_auto_dir(canvas->layout, FALSE);
    pango_layout_set_single_paragraph_mode(canvas->layout, TRUE);
    pango_layout_set_wrap(canvas->layout, PANGO_WRAP_WORD_CHAR);
    /* Forms by language come from the environment where a script is not that of the language: there are none. */
    canvas->marks = pango_attr_list_new();
    pango_attr_list_insert(canvas->marks, pango_attr_font_features_new("locl=0,tnum=1"));
    pango_attr_list_insert(canvas->marks, pango_attr_insert_hyphens_new(FALSE)); /* nobody wrote them */
    pango_layout_set_attributes(canvas->layout, canvas->marks);
}

static void tell_about(const struct canvas *canvas, cairo_pdf_metadata_t what, struct text text) {
    if (text.length) cairo_pdf_surface_set_metadata(canvas->surface, what, text_shown(canvas->arena, text).bytes);
}

void canvas_begin_pdf(struct canvas *canvas, struct arena *arena, const struct canvas_about *about) {
    *canvas = (struct canvas){.is_pdf = true};
    builder_init(&canvas->bytes);
    canvas->surface =
        cairo_pdf_surface_create_for_stream(take_bytes, &canvas->bytes, CAIRO(CANVAS_WIDTH), CAIRO(CANVAS_HEIGHT));
    begin(canvas, arena, about->language);
    tell_about(canvas, CAIRO_PDF_METADATA_TITLE, about->title);
    tell_about(canvas, CAIRO_PDF_METADATA_SUBJECT, about->subject);
    tell_about(canvas, CAIRO_PDF_METADATA_AUTHOR, about->author);
    struct text day = day_format(arena, about->made);
    tell_about(canvas, CAIRO_PDF_METADATA_CREATE_DATE, text_format(arena, "%.*sT00:00:00Z", TEXT_ARG(day)));
}

void canvas_begin_picture(struct canvas *canvas, struct arena *arena, enum language language, unsigned dots) {
    assert(dots >= CANVAS_DOTS_LEAST && dots <= CANVAS_DOTS_MOST);
    enum { PAPER = 0xffffff, UNITS_AN_INCH = CANVAS_POINT * POINTS_AN_INCH };
    *canvas = (struct canvas){0};
    builder_init(&canvas->bytes);
    canvas->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(CANVAS_WIDTH * dots / UNITS_AN_INCH) + 1,
                                                 (int)(CANVAS_HEIGHT * dots / UNITS_AN_INCH) + 1);
    begin(canvas, arena, language);
    cairo_scale(canvas->cairo, RATIO(dots, POINTS_AN_INCH), RATIO(dots, POINTS_AN_INCH));
    set_colour(canvas, PAPER);
    cairo_paint(canvas->cairo);
}

/* In which language the page is, which cairo cannot say: into the catalog, behind which there is but the list of what
 * begins where. */
static bool add_language(struct builder *out, struct text pdf, enum language language) {
    static const char catalog[] = "<< /Type /Catalog\n", where[] = "startxref\n";
    struct text rest = pdf;
    const char *at = NULL;
    for (const char *next; (next = memmem(rest.bytes, rest.length, catalog, sizeof catalog - 1));) {
        at = next + sizeof catalog - 1;
        rest = text_slice(pdf, (size_t)(at - pdf.bytes), pdf.length);
    }
    const char *end = at ? memmem(rest.bytes, rest.length, where, sizeof where - 1) : NULL;
    if (!end) return false;
    size_t digits = (size_t)(end - pdf.bytes) + sizeof where - 1, position = 0, added = out->length;
    builder_add(out, text_slice(pdf, 0, (size_t)(at - pdf.bytes)));
    builder_format(out, "   /Lang (%s)\n", language_tags[language]);
    added = out->length - added - (size_t)(at - pdf.bytes);
    builder_add(out, text_slice(pdf, (size_t)(at - pdf.bytes), digits));
    for (; digits < pdf.length && is_digit(pdf.bytes[digits]); digits++)
        position = position * 10 + (size_t)(pdf.bytes[digits] - '0');
    builder_format(out, "%zu", position + added);
    builder_add(out, text_slice(pdf, digits, pdf.length));
    return true;
}

static enum canvas_result finish(struct canvas *canvas) {
    if (canvas->is_pdf)
        cairo_show_page(canvas->cairo);
    else
        cairo_surface_write_to_png_stream(canvas->surface, take_bytes, &canvas->bytes);
    cairo_status_t drawn = cairo_status(canvas->cairo);
    cairo_surface_finish(canvas->surface);
    cairo_status_t written = cairo_surface_status(canvas->surface);
    if (canvas->bytes.failed || drawn == CAIRO_STATUS_NO_MEMORY || written == CAIRO_STATUS_NO_MEMORY)
        return CANVAS_NO_MEMORY;
    return drawn || written || !canvas->bytes.length ? CANVAS_BROKEN : CANVAS_OK;
}

enum canvas_result canvas_end(struct canvas *canvas, struct text *bytes) {
    enum canvas_result result = finish(canvas);
    g_object_unref(canvas->layout);
    pango_attr_list_unref(canvas->marks);
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(canvas->surface);
    struct builder out;
    builder_init(&out);
    if (result == CANVAS_OK && canvas->is_pdf) {
        if (!add_language(&out, builder_text(&canvas->bytes), canvas->language)) result = CANVAS_BROKEN;
        builder_free(&canvas->bytes);
    } else {
        out = canvas->bytes;
    }
    *bytes = builder_finish(&out, canvas->arena);
    return arena_failed(canvas->arena) ? CANVAS_NO_MEMORY : result;
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

static struct text shown(const struct canvas *canvas, struct text text) {
    if (text.length <= TEXT_MOST) return text_shown(canvas->arena, text);
    size_t end = 0;
    while (end < TEXT_MOST) text_next(text, &end);
    struct text cut = text_shown(canvas->arena, text_slice(text, 0, end));
    return text_format(canvas->arena, "%.*s…", TEXT_ARG(cut));
}

static void set_font(const struct canvas *canvas, const struct canvas_style *style, int size) {
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, style->figures ? families_figures : families_text);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(font, size);
    pango_layout_set_font_description(canvas->layout, font);
    pango_font_description_free(font);
}

/* An amount that is too wide for its place becomes smaller; any other text goes on in the next line, and ends in …
 * where there is none. */
static struct canvas_extent lay(const struct canvas *canvas, const struct canvas_style *style, struct text text,
                                int width) {
    PangoLayout *layout = canvas->layout;
    int size = style->points * CANVAS_POINT;
    struct text given = shown(canvas, text);
    pango_layout_set_text(layout, given.bytes, (int)given.length);
    set_font(canvas, style, size);
    pango_layout_set_width(layout, style->figures || !width ? -1 : width);
    pango_layout_set_height(layout, style->figures || !width ? -1 : -(int)(style->lines ? style->lines : 1));
    pango_layout_set_ellipsize(layout, style->figures || !width ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
    pango_layout_set_alignment(layout, style->right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    struct canvas_extent extent;
    pango_layout_get_size(layout, &extent.width, &extent.height);
    if (style->figures && width && extent.width > width) {
        set_font(canvas, style, (int)((int64_t)size * width / extent.width));
        pango_layout_get_size(layout, &extent.width, &extent.height);
    }
    extent.baseline = pango_layout_get_baseline(layout);
    return extent;
}

struct canvas_extent canvas_measure(struct canvas *canvas, const struct canvas_style *style, struct text text,
                                    int width) {
    if (!text.length || arena_failed(canvas->arena)) return (struct canvas_extent){0};
    struct canvas_extent extent = lay(canvas, style, text, width);
    if (pango_layout_is_ellipsized(canvas->layout)) canvas->cut = true;
    return extent;
}

/* A glyph that is none has the number of its character. */
static uint32_t first_unknown(const struct canvas *canvas) {
    uint32_t found = 0;
    if (!pango_layout_get_unknown_glyphs_count(canvas->layout)) return 0;
    PangoLayoutIter *at = pango_layout_get_iter(canvas->layout);
    do {
        const PangoLayoutRun *run = pango_layout_iter_get_run_readonly(at);
        for (int i = 0; run && !found && i < run->glyphs->num_glyphs; i++) {
            PangoGlyph glyph = run->glyphs->glyphs[i].glyph;
            if (glyph != PANGO_GLYPH_EMPTY && glyph & PANGO_GLYPH_UNKNOWN_FLAG)
                found = glyph & ~(uint32_t)PANGO_GLYPH_UNKNOWN_FLAG;
        }
    } while (!found && pango_layout_iter_next_run(at));
    pango_layout_iter_free(at);
    return found;
}

struct canvas_extent canvas_write(struct canvas *canvas, const struct canvas_style *style, struct text text, int x,
                                  int y, int width) {
    struct canvas_extent extent = canvas_measure(canvas, style, text, width);
    if (canvas->measuring || !extent.height) return extent;
    if (!canvas->lacking) canvas->lacking = first_unknown(canvas);
    set_colour(canvas, style->colour);
    int left = style->figures && style->right ? x + width - extent.width : x;
    cairo_move_to(canvas->cairo, CAIRO(left), CAIRO(y));
    pango_cairo_show_layout(canvas->cairo, canvas->layout);
    return extent;
}

/* --- shapes ------------------------------------------------------------------------------------------------------- */

static void add_rectangle(const struct canvas *canvas, int x, int y, int width, int height) {
    cairo_rectangle(canvas->cairo, CAIRO(x), CAIRO(y), CAIRO(width), CAIRO(height));
}

void canvas_fill(struct canvas *canvas, uint32_t colour, int x, int y, int width, int height) {
    if (canvas->measuring) return;
    set_colour(canvas, colour);
    add_rectangle(canvas, x, y, width, height);
    cairo_fill(canvas->cairo);
}

/* The outline over the colour: printers widen what is painted last. */
void canvas_bar(struct canvas *canvas, uint32_t colour, int x, int y, int width, int height) {
    enum { INK = 0x1F2328 };
    if (canvas->measuring) return;
    if (width < OUTLINE) width = OUTLINE;
    canvas_fill(canvas, colour, x, y, width, height);
    set_colour(canvas, INK);
    add_rectangle(canvas, x, y, OUTLINE, height);
    add_rectangle(canvas, x + width - OUTLINE, y, OUTLINE, height);
    add_rectangle(canvas, x, y, width, OUTLINE);
    add_rectangle(canvas, x, y + height - OUTLINE, width, OUTLINE);
    cairo_fill(canvas->cairo);
}

void canvas_dot_down(struct canvas *canvas, uint32_t colour, int x, int y, int length) {
    if (canvas->measuring) return;
    set_colour(canvas, colour);
    for (int at = 0; at + DOT <= length; at += DOT_STEP) add_rectangle(canvas, x - DOT / 2, y + at, DOT, DOT);
    cairo_fill(canvas->cairo);
}

void canvas_dot_along(struct canvas *canvas, uint32_t colour, int x, int y, int length) {
    if (canvas->measuring) return;
    set_colour(canvas, colour);
    for (int at = 0; at + DOT <= length; at += DOT_STEP) add_rectangle(canvas, x + at, y - DOT / 2, DOT, DOT);
    cairo_fill(canvas->cairo);
}

bool canvas_code(struct canvas *canvas, struct text text, int x, int y, int size) {
    enum { BLACK = 0x000000, IS_DARK = 1 };
    if (canvas->measuring) return true;
    struct text given = shown(canvas, text);
    if (arena_failed(canvas->arena)) return false;
    QRcode *code = QRcode_encodeData((int)given.length, (const unsigned char *)given.bytes, 0, QR_ECLEVEL_M);
    if (!code) return false;
    set_colour(canvas, BLACK);
    for (int row = 0; row < code->width; row++)
        for (int from = 0, to; from < code->width; from = to + 1) { /* dark modules side by side are one piece */
            const unsigned char *modules = code->data + (ptrdiff_t)row * code->width;
            for (to = from; to < code->width && modules[to] & IS_DARK; to++) {
            }
            int left = from * size / code->width, top = row * size / code->width;
            if (to > from)
                add_rectangle(canvas, x + left, y + top, to * size / code->width - left,
                              (row + 1) * size / code->width - top);
        }
    cairo_fill(canvas->cairo);
    QRcode_free(code);
    return true;
}
