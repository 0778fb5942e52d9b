/* How a total becomes what is left to pay: a row each, with the piece of the total that it is. */
#include "exchange/statement_inside.h"

enum {
    POINT = CANVAS_POINT,
    GAP = 8 * POINT,
    BAR_HEIGHT = 14 * POINT,
    BAR_HEIGHT_OWN = 24 * POINT,
};

/* Where the columns stand, from the left margin: labels, amounts up to `figures`, bars, and what amounts rest on. */
struct columns {
    int labels, figures, bars, bars_width, basis, basis_width;
};
static const struct columns columns_below = {
    .labels = 132 * POINT,
    .figures = 268 * POINT,
    .bars = 304 * POINT,
    .bars_width = PAGE_INSIDE - 304 * POINT,
    .basis = 0,
    .basis_width = 268 * POINT + MARK_ROOM,
};

/* Where the bars stand so far. */
struct progress {
    const struct columns *columns;
    int64_t taken; /* of the total, by the parts above */
    bool open;     /* one of them is not determined, or more than there is: where the next would begin is not known */
    int y;         /* the lower edge of the bar above */
};

static struct canvas_style label_style(const struct page *page, bool is_own, bool is_marked) {
    return (struct canvas_style){
        .points = is_own ? SIZE_NAME : SIZE_TEXT, .bold = is_marked, .lines = lines_at_most(page, 3), .colour = INK};
}

static struct canvas_style figure_style(bool is_own, bool is_marked) {
    return (struct canvas_style){
        .points = is_own ? SIZE_KEY : SIZE_TEXT, .bold = is_marked, .figures = true, .colour = INK};
}

static int least(int a, int b) {
    return a < b ? a : b;
}

static int most(int a, int b) {
    return a > b ? a : b;
}

/* What a part would like its columns to be. */
static void widen(struct page *page, struct columns *columns, int *amounts, const struct statement_part *part) {
    enum { LABELS_MOST = 130 * POINT, AMOUNTS_MOST = 110 * POINT, KEY_MOST = 190 * POINT, BASIS_MOST = 196 * POINT };
    const struct statement *statement = page->statement;
    struct canvas *canvas = &page->canvas;
    bool is_own = part == &statement->own, is_marked = is_own || part == &statement->total;
    struct canvas_style label = label_style(page, is_own, is_marked), figure = figure_style(is_own, is_marked),
                        basis = {.points = SIZE_NOTE};
    int64_t coins = is_marked || part->amount.coins == INT64_MIN ? part->amount.coins : -part->amount.coins;
    struct text text = statement_amount_shown(canvas->arena, coins, statement->decimals);
    int labels = least(canvas_measure(canvas, &label, part->label, 0).width, LABELS_MOST);
    int width = part->amount.missing.length ? AMOUNTS_MOST : canvas_measure(canvas, &figure, text, 0).width;
    columns->labels = most(columns->labels, labels);
    if (is_own)
        columns->figures = most(columns->figures, labels + GAP + least(width, KEY_MOST));
    else
        *amounts = most(*amounts, least(width, AMOUNTS_MOST));
    int reasons = canvas_measure(canvas, &basis, part->basis, 0).width;
    columns->basis_width = most(columns->basis_width, least(reasons, BASIS_MOST));
}

/* Everything beside one another: no column wider than it needs to be, and what is left for the bars. */
static struct columns columns_of(struct page *page) {
    enum { BARS_LEAST = 60 * POINT, BARS_MOST = 206 * POINT, BASIS_GAP = 10 * POINT };
    if (!page->spacing->beside) return columns_below;
    const struct statement *statement = page->statement;
    struct columns columns = {0};
    int amounts = 0;
    widen(page, &columns, &amounts, &statement->total);
    for (size_t i = 0; i < statement->parts_count; i++) widen(page, &columns, &amounts, &statement->parts[i]);
    widen(page, &columns, &amounts, &statement->own);
    columns.figures = most(columns.figures, columns.labels + 2 * GAP + amounts);
    columns.bars = columns.figures + MARK_ROOM + GAP;
    columns.bars_width = PAGE_INSIDE - columns.bars - BASIS_GAP - columns.basis_width;
    columns.bars_width = least(most(columns.bars_width, BARS_LEAST), BARS_MOST);
    columns.basis = columns.bars + columns.bars_width + BASIS_GAP;
    columns.basis_width = PAGE_INSIDE - columns.basis;
    return columns;
}

/* How far along bars of that width an amount reaches. */
static int along(const struct statement *statement, int64_t amount, int width) {
    int64_t total = statement->total.amount.coins;
    if (amount <= 0 || total <= 0) return 0;
    if (amount >= total) return width;
    for (; total > INT64_MAX / width; total /= 2) amount /= 2;
    return (int)(amount * width / total);
}

/* The piece of the total that a part is, from where the one above ended; the last one is at the end. */
static void draw_bar(struct page *page, struct progress *progress, const struct statement_part *part, uint32_t colour,
                     int middle) {
    const struct statement *statement = page->statement;
    bool is_own = part == &statement->own, is_total = part == &statement->total;
    int height = is_own ? BAR_HEIGHT_OWN : BAR_HEIGHT, top = middle - height / 2;
    int left = PAGE_MARGIN + progress->columns->bars, width = progress->columns->bars_width;
    int64_t total = statement->total.amount.coins, coins = part->amount.coins, before = progress->taken, after;
    if (statement->total.amount.missing.length || total <= 0) return;
    if (part->amount.missing.length) { /* it lies somewhere there */
        int from = along(statement, before, width);
        canvas_dot_along(&page->canvas, UNKNOWN, left + from, middle, width - from);
        progress->open = true;
        return;
    }
    if (is_own && coins >= 0 && coins <= total) before = total - coins;
    bool is_within = coins >= 0 && !__builtin_add_overflow(before, coins, &after) && after <= total;
    if (!is_within || (progress->open && !is_own)) {
        progress->open = true;
        return;
    }
    int begin = along(statement, before, width), end = along(statement, after, width);
    if (!progress->open && !is_total)
        canvas_dot_down(&page->canvas, SECONDARY, left + begin, progress->y, top - progress->y);
    canvas_bar(&page->canvas, colour, left + begin, top, end - begin, height);
    if (!is_total) progress->taken = after;
    progress->y = top + height;
}

/* A part's row, its words on one line. The amount is what is added to what stood above: below the total that is less.
 * What is left to pay takes what room its label leaves. */
static void draw_row(struct page *page, struct progress *progress, const struct statement_part *part) {
    const struct statement *statement = page->statement;
    const struct columns *columns = progress->columns;
    bool is_own = part == &statement->own, is_total = part == &statement->total, is_marked = is_own || is_total;
    struct canvas_style label = label_style(page, is_own, is_marked), figure = figure_style(is_own, is_marked),
                        basis = {.points = SIZE_NOTE, .lines = page->spacing->lines, .colour = SECONDARY};
    struct statement_amount amount = part->amount;
    if (!is_marked && amount.coins != INT64_MIN) amount.coins = -amount.coins;
    struct canvas *canvas = &page->canvas;
    int labels = columns->labels, end = PAGE_MARGIN + columns->figures, y = page->y;
    struct canvas_extent left = canvas_measure(canvas, &label, part->label, labels);
    int figures = columns->figures - (is_own ? least(left.width, labels) : labels) - GAP;
    bool measuring = canvas->measuring;
    canvas->measuring = true;
    struct canvas_extent right = statement_write_amount(page, &amount, &figure, end, y, figures);
    canvas->measuring = measuring;
    int line = most(left.baseline, right.baseline);
    canvas_write(canvas, &label, part->label, PAGE_MARGIN, y + line - left.baseline, labels);
    statement_write_amount(page, &amount, &figure, end, y + line - right.baseline, figures);
    uint32_t colour = is_own ? BRICK : is_total ? MIDDLE : PALE;
    draw_bar(page, progress, part, colour, y + line - label.points * POINT * 3 / 8);

    int below = most(y + line - left.baseline + left.height, y + line - right.baseline + right.height);
    struct canvas_extent reasons = canvas_measure(canvas, &basis, part->basis, columns->basis_width);
    int begin = page->spacing->beside ? y + line - reasons.baseline : below + POINT;
    canvas_write(canvas, &basis, part->basis, PAGE_MARGIN + columns->basis, begin, columns->basis_width);
    page->y = most(below, begin + reasons.height) + page->spacing->row;
}

void statement_draw_waterfall(struct page *page) {
    const struct statement *statement = page->statement;
    struct columns columns = columns_of(page);
    struct progress progress = {.columns = &columns};
    struct canvas_style unit = {.points = SIZE_NOTE, .right = true, .colour = SECONDARY};
    int figures = progress.columns->figures;
    page->y += canvas_write(&page->canvas, &unit, statement->unit, PAGE_MARGIN, page->y, figures).height;
    draw_row(page, &progress, &statement->total);
    for (size_t i = 0; i < statement->parts_count; i++) draw_row(page, &progress, &statement->parts[i]);
    canvas_fill(&page->canvas, INK, PAGE_MARGIN, page->y, figures + MARK_ROOM, POINT);
    page->y += page->spacing->row / 2 + POINT;
    draw_row(page, &progress, &statement->own);
}
