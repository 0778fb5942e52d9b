/* Several bills as a table: what each was, and what of it each part bore. */
#include "exchange/statement_inside.h"

#include <limits.h>

enum {
    POINT = CANVAS_POINT,
    GAP = 8 * POINT, /* before each column of amounts */
    FIRST_LEAST = 64 * POINT,
};

/* How a label may stand above its column, the best first. */
enum wish { ON_ONE_LINE, ON_TWO_LINES, WORD_BY_WORD, WISHES };

/* Of a column of amounts: where they end, and how wide one may be. Behind them is room for ◇ where one has it. */
struct column {
    int right, width;
    int marks;        /* the room behind */
    int label;        /* how wide the label is, which may stand above that room, too */
    int wish[WISHES]; /* how wide the label would be */
};
struct columns {
    size_t count; /* the total, the parts, what is left */
    struct column *each;
    int first; /* the width of what stands before them */
};

static struct canvas_style cell_style(void) {
    return (struct canvas_style){.points = SIZE_NOTE, .figures = true, .colour = INK};
}

/* The amount of a column: the total, the parts, what is left. */
static const struct statement_amount *amount_at(const struct page *page, const struct statement_bill *bill,
                                                size_t column) {
    if (!column) return &bill->total;
    return column <= page->statement->parts_count ? &bill->parts[column - 1] : &bill->own;
}

/* The sum of a column from a row on, as far as it is determined. Taken off the total, as above. */
static struct statement_amount sum_of_first(const struct page *page, size_t column, size_t rows) {
    const struct statement *statement = page->statement;
    struct statement_amount sum = {0};
    for (size_t row = 0; row < rows; row++) {
        const struct statement_amount *amount = amount_at(page, &statement->bills[row], column);
        sum.unconfirmed = sum.unconfirmed || amount->unconfirmed;
        if (amount->missing.length || __builtin_add_overflow(sum.coins, amount->coins, &sum.coins))
            sum.missing = TEXT("？");
    }
    return sum;
}

/* On the line that words of this page stand on. */
static void write_cell(struct page *page, struct column column, struct statement_amount amount, bool bold) {
    struct canvas_style style = cell_style(), words = {.points = SIZE_NOTE};
    style.bold = bold;
    if (amount.missing.length) amount.missing = TEXT("？"); /* what is missing is said above, or in a note */
    const struct canvas_style *own = amount.missing.length ? &words : &style;
    int line = canvas_measure(&page->canvas, &words, TEXT("0"), 0).baseline;
    int y = page->y + line - canvas_measure(&page->canvas, own, TEXT("0"), 0).baseline;
    statement_write_amount(page, &amount, &style, column.right, y, column.width);
}

/* How wide the widest amount of a column is, the sum of all included; whether one has a mark. */
static int widest(struct page *page, size_t column, bool *is_marked) {
    const struct statement *statement = page->statement;
    struct canvas_style style = cell_style();
    style.bold = column == statement->parts_count + 1;
    struct statement_amount amount = sum_of_first(page, column, statement->bills_count);
    *is_marked = amount.unconfirmed;
    int width = 0;
    size_t longest = 0; /* digits are all of one width */
    for (size_t row = 0; row <= statement->bills_count; row++) {
        struct text text = statement_amount_shown(page->canvas.arena, amount.coins, statement->decimals);
        if (text.length > longest) {
            longest = text.length;
            struct canvas_extent extent = canvas_measure(&page->canvas, &style, text, 0);
            if (extent.width > width) width = extent.width;
        }
        if (row < statement->bills_count) amount = *amount_at(page, &statement->bills[row], column);
    }
    return width;
}

static struct text label_of(const struct page *page, size_t column) {
    const struct statement *statement = page->statement;
    if (!column) return statement->total.label;
    return column <= statement->parts_count ? statement->parts[column - 1].label : statement->own.label;
}

static int width_of(struct page *page, struct text text) {
    struct canvas_style style = {.points = SIZE_NOTE};
    return canvas_measure(&page->canvas, &style, text_trim(text), 0).width;
}

/* What goes on for longer finds no room in any column, and would be measured for long. */
static struct text beginning_of(struct text label) {
    enum { LABEL_MOST = 120 };
    size_t end = 0;
    while (end < label.length && end < LABEL_MOST) text_next(label, &end);
    return text_slice(label, 0, end);
}

/* How wide a label is on two lines, and how wide its longest piece that is not to be parted: lines end at spaces,
 * behind hyphens, and between Chinese characters. */
static void wish_for(struct page *page, struct text label, int wish[WISHES]) {
    enum { CHINESE = 0x2e80 };
    label = beginning_of(label);
    int whole = width_of(page, label), halves = whole, longest = 0;
    for (size_t at = 0, from = 0; at < label.length;) {
        uint32_t character = text_next(label, &at);
        if (character != ' ' && character != '-' && character < CHINESE && at < label.length) continue;
        int word = width_of(page, text_slice(label, from, at));
        int first = width_of(page, text_slice(label, 0, at)),
            rest = width_of(page, text_slice(label, at, label.length));
        if (rest > first) first = rest;
        if (first < halves) halves = first;
        if (word > longest) longest = word;
        from = at;
    }
    wish[ON_ONE_LINE] = whole;
    wish[ON_TWO_LINES] = halves;
    wish[WORD_BY_WORD] = longest;
}

/* How wide a column is where its label may be so wide: that stands a little in the gap, too, and above the marks. */
static int width_below(const struct column *column, int label) {
    int width = label - GAP / 2 - column->marks;
    return width > column->width ? width : column->width;
}

static int width_of_all(const struct columns *columns, enum wish wish) {
    int64_t sum = 0;
    for (size_t i = 0; i < columns->count; i++) sum += width_below(&columns->each[i], columns->each[i].wish[wish]);
    return sum < INT_MAX ? (int)sum : INT_MAX;
}

/* The best for all labels that there is room for; the last where there is for none, and columns become less wide. */
static enum wish choose(const struct columns *columns, int room) {
    enum wish wish = ON_ONE_LINE;
    while (wish + 1 < WISHES && width_of_all(columns, wish) > room) wish++;
    return wish;
}

/* Every column as wide as its widest amount and as its label wishes; all less wide where there is no room for that.
 * False when memory has run out. */
static bool columns_of(struct page *page, struct columns *columns) {
    *columns = (struct columns){.count = page->statement->parts_count + 2};
    columns->each = ARENA_ARRAY(page->canvas.arena, struct column, columns->count);
    if (arena_failed(page->canvas.arena)) return false;
    int64_t sum = 0;
    int fixed = FIRST_LEAST, right = CANVAS_WIDTH - PAGE_MARGIN;
    for (size_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->each[i];
        bool is_marked;
        column->width = widest(page, i, &is_marked);
        column->marks = is_marked ? MARK_ROOM : 0;
        wish_for(page, label_of(page, i), column->wish);
        sum += column->width;
        fixed += GAP + column->marks;
    }
    int room = PAGE_INSIDE > fixed ? PAGE_INSIDE - fixed : 0;
    enum wish wish = choose(columns, room);
    bool is_granted = width_of_all(columns, wish) <= room;
    for (size_t i = columns->count; i-- > 0;) {
        struct column *column = &columns->each[i];
        if (is_granted)
            column->width = width_below(column, column->wish[wish]);
        else if (sum > room)
            column->width = (int)(column->width * (int64_t)room / sum);
        column->label = column->width + GAP / 2;
        if (column->wish[wish] > column->label) column->label += column->marks;
        column->right = right - column->marks;
        right = column->right - column->width - GAP;
    }
    columns->first = right - PAGE_MARGIN;
    return true;
}

static void draw_head(struct page *page, const struct columns *columns) {
    const struct statement *statement = page->statement;
    struct canvas *canvas = &page->canvas;
    struct canvas_style style = {
        .points = SIZE_NOTE, .lines = 3, .colour = SECONDARY}; /* without them amounts say nothing */
    int height =
        canvas_write(canvas, &style, statement->bills_label, PAGE_MARGIN, page->y, columns->first + GAP / 2).height;
    style.right = true;
    for (size_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->each[i];
        int left = column->right - column->width - GAP / 2;
        struct canvas_extent extent = canvas_write(canvas, &style, label_of(page, i), left, page->y, column->label);
        if (extent.height > height) height = extent.height;
    }
    page->y += height + 2 * POINT;
    canvas_fill(canvas, INK, PAGE_MARGIN, page->y, PAGE_INSIDE, POINT * 3 / 4);
    page->y += page->spacing->row / 2;
}

/* On one line where the words have their room before the amounts; else date and amounts, below them number and place.
 */
static void draw_bill(struct page *page, const struct columns *columns, const struct statement_bill *bill) {
    struct canvas *canvas = &page->canvas;
    struct canvas_style style = {.points = SIZE_NOTE, .colour = INK};
    struct canvas_style quiet = {.points = SIZE_NOTE, .colour = SECONDARY};
    struct text words = text_format(canvas->arena, "%.*s  %.*s", TEXT_ARG(bill->number), TEXT_ARG(bill->place));
    struct text all = text_format(canvas->arena, "%.*s  %.*s", TEXT_ARG(bill->date), TEXT_ARG(words));
    for (size_t i = 0; i < columns->count; i++)
        write_cell(page, columns->each[i], *amount_at(page, bill, i), i + 1 == columns->count);
    if (canvas_measure(canvas, &style, text_trim(all), 0).width <= columns->first) {
        page->y += canvas_write(canvas, &style, text_trim(all), PAGE_MARGIN, page->y, columns->first).height;
    } else {
        page->y += canvas_write(canvas, &style, bill->date, PAGE_MARGIN, page->y, columns->first).height;
        page->y += canvas_write(canvas, &quiet, text_trim(words), PAGE_MARGIN, page->y, PAGE_INSIDE).height;
    }
    page->y += page->spacing->row / 2;
}

/* Above a line of dots: nothing here is one bill. */
static void draw_earlier(struct page *page, const struct columns *columns, size_t rows) {
    const struct statement *statement = page->statement;
    struct canvas *canvas = &page->canvas;
    struct canvas_style style = {.points = SIZE_NOTE, .lines = lines_at_most(page, 2), .colour = INK};
    struct text label = text_format(canvas->arena, "%.*s%zu%.*s", TEXT_ARG(statement->rest_before), rows,
                                    TEXT_ARG(statement->rest_after));
    for (size_t i = 0; i < columns->count; i++)
        write_cell(page, columns->each[i], sum_of_first(page, i, rows), i + 1 == columns->count);
    page->y += canvas_write(canvas, &style, label, PAGE_MARGIN, page->y, columns->first).height;
    page->y += POINT;
    canvas_dot_along(canvas, SECONDARY, PAGE_MARGIN, page->y, PAGE_INSIDE);
    page->y += page->spacing->row / 2;
}

/* The latest, one by one: whoever comes with a bill looks for that of today. */
void statement_draw_bills(struct page *page, size_t rows) {
    const struct statement *statement = page->statement;
    size_t earlier = statement->bills_count - rows;
    struct columns columns;
    if (!statement->bills_count || !columns_of(page, &columns)) return;
    draw_head(page, &columns);
    if (earlier) draw_earlier(page, &columns, earlier);
    for (size_t i = earlier; i < statement->bills_count; i++) draw_bill(page, &columns, &statement->bills[i]);
}

size_t statement_bills_within(struct page *page, int height) {
    const struct statement *statement = page->statement;
    struct columns columns;
    int begin = page->y;
    bool measuring = page->canvas.measuring;
    size_t fitting = 0;
    page->canvas.measuring = true;
    if (!columns_of(page, &columns)) return 0;
    draw_head(page, &columns);
    for (size_t rows = 0; rows <= statement->bills_count && page->y - begin <= height; rows++) {
        int end = page->y;
        size_t earlier = statement->bills_count - rows;
        if (earlier) draw_earlier(page, &columns, earlier);
        if (page->y - begin <= height) fitting = rows;
        page->y = end;
        if (earlier) draw_bill(page, &columns, &statement->bills[earlier - 1]);
    }
    page->canvas.measuring = measuring;
    page->y = begin;
    return fitting;
}
