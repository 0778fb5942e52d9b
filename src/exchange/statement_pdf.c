#include "exchange/statement_pdf.h"

#include "exchange/file.h"
#include "exchange/statement_inside.h"

enum {
    POINT = CANVAS_POINT,
    DECIMALS_MOST = 6,
    CODE_LINES = 5, /* all of it, whatever it is */
    CODE_SIZE = 92 * POINT,
    CODE_ROOM = CODE_SIZE + 20 * POINT, /* with its margin */
    BESIDE_CODE = PAGE_INSIDE - CODE_ROOM,
    INDENT = 15 * POINT,
    LINES_CUT = 2, /* in so few, words may be cut that ought to be read */
};

/* From the airiest on. */
static const struct spacing spacings[] = {
    {.section = 22 * POINT, .row = 9 * POINT, .lines = 4, .beside = false},
    {.section = 16 * POINT, .row = 6 * POINT, .lines = 4, .beside = false},
    {.section = 13 * POINT, .row = 4 * POINT, .lines = 4, .beside = false},
    {.section = 13 * POINT, .row = 4 * POINT, .lines = 4, .beside = true},
    {.section = 9 * POINT, .row = 3 * POINT, .lines = 3, .beside = false},
    {.section = 9 * POINT, .row = 3 * POINT, .lines = 3, .beside = true},
    {.section = 8 * POINT, .row = 2 * POINT, .lines = LINES_CUT, .beside = false},
    {.section = 8 * POINT, .row = 2 * POINT, .lines = LINES_CUT, .beside = true},
    {.section = 8 * POINT, .row = 1 * POINT, .lines = 1, .beside = true},
};

/* --- amounts ------------------------------------------------------------------------------------------------------ */

struct text statement_amount_shown(struct arena *arena, int64_t coins, unsigned decimals) {
    enum { TEN = 10, THOUSAND = 3 };
    assert(decimals <= DECIMALS_MOST);
    uint64_t rest = coins < 0 ? 0 - (uint64_t)coins : (uint64_t)coins;
    char digits[sizeof "9,223,372,036,854,775,808." + DECIMALS_MOST];
    size_t at = sizeof digits;
    for (unsigned i = 0; i < decimals; i++, rest /= TEN) digits[--at] = (char)('0' + rest % TEN);
    if (decimals) digits[--at] = '.';
    unsigned written = 0;
    do {
        if (written && written % THOUSAND == 0) digits[--at] = ',';
        digits[--at] = (char)('0' + rest % TEN);
        written++;
    } while (rest /= TEN);
    return text_format(arena, "%s%.*s", coins < 0 ? "−" : "", (int)(sizeof digits - at), digits + at);
}

/* Nobody has confirmed what ends there. */
static void draw_mark(struct page *page, int right, int baseline, int width) {
    struct canvas_style style = {.points = SIZE_NOTE, .colour = AMBER};
    struct canvas_extent sign = canvas_measure(&page->canvas, &style, TEXT("◇"), 0);
    canvas_write(&page->canvas, &style, TEXT("◇"), right + 2 * POINT, baseline - sign.baseline, 0);
    canvas_dot_along(&page->canvas, AMBER, right - width, baseline + 3 * POINT, width);
}

struct canvas_extent statement_write_amount(struct page *page, const struct statement_amount *amount,
                                            const struct canvas_style *style, int right, int y, int width) {
    struct canvas *canvas = &page->canvas;
    struct canvas_style given = *style;
    given.right = true;
    if (amount->missing.length) {
        given.points = style->points > SIZE_TEXT ? SIZE_NAME : SIZE_NOTE;
        given.figures = false;
        given.colour = UNKNOWN;
        given.lines = lines_at_most(page, 3);
        return canvas_write(canvas, &given, amount->missing, right - width, y, width);
    }
    given.figures = true;
    struct text text = statement_amount_shown(canvas->arena, amount->coins, page->statement->decimals);
    struct canvas_extent extent = canvas_write(canvas, &given, text, right - width, y, width);
    if (amount->unconfirmed) draw_mark(page, right, y + extent.baseline, extent.width);
    return extent;
}

/* Whether the parts and what is left make the total; where something is not determined nobody knows. */
static bool is_even(const struct statement *statement) {
    int64_t sum = statement->own.amount.coins;
    bool open = statement->own.amount.missing.length || statement->total.amount.missing.length;
    bool within = true;
    for (size_t i = 0; i < statement->parts_count; i++) {
        const struct statement_amount *amount = &statement->parts[i].amount;
        open = open || amount->missing.length;
        within = within && !__builtin_add_overflow(sum, amount->coins, &sum);
    }
    return open || (within && sum == statement->total.amount.coins);
}

/* --- from above to below ------------------------------------------------------------------------------------------ */

static void draw_head(struct page *page) {
    const struct statement *statement = page->statement;
    struct canvas *canvas = &page->canvas;
    enum { OFFICE_WIDTH = 190 * POINT, TITLE_WIDTH = PAGE_INSIDE - OFFICE_WIDTH - 12 * POINT };
    struct canvas_style title = {.points = SIZE_TITLE, .bold = true, .lines = lines_at_most(page, 2), .colour = INK},
                        office = {.points = SIZE_NOTE,
                                  .right = true,
                                  .lines = lines_at_most(page, 2),
                                  .colour = SECONDARY},
                        about = {.points = SIZE_TEXT, .lines = lines_at_most(page, 2), .colour = SECONDARY},
                        name = {.points = SIZE_NAME, .bold = true, .lines = 3, .colour = INK},
                        identity = {.points = SIZE_TEXT, .lines = lines_at_most(page, 2), .colour = SECONDARY};
    int x = PAGE_MARGIN, y = page->y;
    struct canvas_extent left = canvas_measure(canvas, &title, statement->title, TITLE_WIDTH);
    struct canvas_extent right = canvas_measure(canvas, &office, statement->office, OFFICE_WIDTH);
    int line = left.baseline > right.baseline ? left.baseline : right.baseline;
    canvas_write(canvas, &title, statement->title, x, y + line - left.baseline, TITLE_WIDTH);
    canvas_write(canvas, &office, statement->office, CANVAS_WIDTH - PAGE_MARGIN - OFFICE_WIDTH,
                 y + line - right.baseline, OFFICE_WIDTH);
    int left_end = line - left.baseline + left.height, right_end = line - right.baseline + right.height;
    y += (left_end > right_end ? left_end : right_end) + 2 * POINT;
    y += canvas_write(canvas, &about, statement->about, x, y, PAGE_INSIDE).height + page->spacing->row;
    canvas_fill(canvas, INK, x, y, PAGE_INSIDE, POINT);
    y += POINT + page->spacing->row;

    struct canvas_extent who = canvas_measure(canvas, &name, statement->name, PAGE_INSIDE);
    struct canvas_extent which = canvas_measure(canvas, &identity, statement->identity, 0);
    canvas_write(canvas, &name, statement->name, x, y, PAGE_INSIDE);
    int beside = x + who.width + 14 * POINT;
    if (beside + which.width <= CANVAS_WIDTH - PAGE_MARGIN) {
        canvas_write(canvas, &identity, statement->identity, beside, y + who.baseline - which.baseline, 0);
        y += who.height > which.height ? who.height : which.height;
    } else {
        y += who.height;
        y += canvas_write(canvas, &identity, statement->identity, x, y, PAGE_INSIDE).height;
    }
    page->y = y + page->spacing->section;
}

enum { FACTS_BESIDE = 16 * POINT };

/* Facts beside one another; the values begin at one height. */
static void draw_facts_row(struct page *page, const struct statement_fact *facts, size_t count, int width) {
    struct canvas *canvas = &page->canvas;
    struct canvas_style label = {.points = SIZE_NOTE, .lines = lines_at_most(page, 2), .colour = SECONDARY},
                        value = {.points = SIZE_TEXT, .lines = lines_at_most(page, 2), .colour = INK};
    int labels = 0, values = 0;
    for (size_t i = 0; i < count; i++) {
        int x = PAGE_MARGIN + (int)i * (width + FACTS_BESIDE);
        int height = canvas_write(canvas, &label, facts[i].label, x, page->y, width).height;
        if (height > labels) labels = height;
    }
    for (size_t i = 0; i < count; i++) {
        int x = PAGE_MARGIN + (int)i * (width + FACTS_BESIDE), y = page->y + labels;
        struct canvas_extent extent = canvas_write(canvas, &value, facts[i].value, x, y, width - MARK_ROOM);
        if (extent.height > values) values = extent.height;
        if (facts[i].unconfirmed) draw_mark(page, x + extent.width, y + extent.baseline, extent.width);
    }
    page->y += labels + values;
}

/* Three beside one another where each value has its room, else two. */
static void draw_facts(struct page *page) {
    const struct statement *statement = page->statement;
    struct canvas_style value = {.points = SIZE_TEXT, .colour = INK};
    enum { MOST = 3 };
    size_t across = MOST;
    for (size_t i = 0; i < statement->facts_count; i++)
        if (canvas_measure(&page->canvas, &value, statement->facts[i].value, 0).width >
            (PAGE_INSIDE - (MOST - 1) * FACTS_BESIDE) / MOST - MARK_ROOM)
            across = MOST - 1;
    int width = (PAGE_INSIDE - ((int)across - 1) * FACTS_BESIDE) / (int)across;
    for (size_t i = 0; i < statement->facts_count; i += across) {
        size_t rest = statement->facts_count - i;
        if (i) page->y += page->spacing->row / 2;
        draw_facts_row(page, &statement->facts[i], rest < across ? rest : across, width);
    }
    if (statement->facts_count) page->y += page->spacing->section;
}

static void draw_notes(struct page *page) {
    const struct statement *statement = page->statement;
    struct canvas *canvas = &page->canvas;
    struct canvas_style text = {.points = SIZE_NOTE, .lines = page->spacing->lines, .colour = INK};
    for (size_t i = 0; i < statement->notes_count; i++) {
        const struct statement_note *note = &statement->notes[i];
        struct canvas_style mark = {.points = SIZE_NOTE, .colour = note->unconfirmed ? AMBER : SECONDARY};
        canvas_write(canvas, &mark, note->unconfirmed ? TEXT("◇") : TEXT("–"), PAGE_MARGIN, page->y, INDENT);
        page->y += canvas_write(canvas, &text, note->text, PAGE_MARGIN + INDENT, page->y, PAGE_INSIDE - INDENT).height;
        page->y += page->spacing->row / 3;
    }
}

/* At the foot of the page, whatever stands above. False when there can be no code. */
static bool draw_foot(struct page *page) {
    const struct statement *statement = page->statement;
    struct canvas *canvas = &page->canvas;
    struct canvas_style text = {.points = SIZE_NOTE, .lines = lines_at_most(page, 4), .colour = INK},
                        known = {.points = SIZE_NOTE, .lines = lines_at_most(page, 3), .colour = SECONDARY},
                        code = {.points = SIZE_NOTE, .right = true, .lines = CODE_LINES, .colour = SECONDARY};
    bool has_code = statement->code.length, drawn = true;
    int x = PAGE_MARGIN, width = has_code ? BESIDE_CODE : PAGE_INSIDE, y = page->y;
    canvas_fill(canvas, LINE, x, y, PAGE_INSIDE, POINT);
    y += 12 * POINT;
    int code_end = has_code ? y + CODE_SIZE : y;
    if (has_code) drawn = canvas_code(canvas, statement->code, CANVAS_WIDTH - PAGE_MARGIN - CODE_SIZE, y, CODE_SIZE);
    y += canvas_write(canvas, &text, statement->ask, x, y, width).height + 4 * POINT;
    y += canvas_write(canvas, &text, statement->object, x, y, width).height + 4 * POINT;
    y += canvas_write(canvas, &known, statement->as_known, x, y, width).height;
    if (code_end > y) y = code_end;
    if (has_code) y += 6 * POINT + canvas_write(canvas, &code, statement->code, x, y + 6 * POINT, PAGE_INSIDE).height;
    page->y = y;
    return drawn;
}

static int height_of_foot(struct page *page) {
    page->y = 0;
    draw_foot(page);
    return page->y;
}

/* --- on one page -------------------------------------------------------------------------------------------------- */

static void draw_upper(struct page *page) {
    page->y = PAGE_MARGIN;
    draw_head(page);
    statement_draw_waterfall(page);
    page->y += page->spacing->section - page->spacing->row;
    draw_facts(page);
}

/* What the page is to be like. */
struct plan {
    const struct spacing *spacing; /* NULL: not even the closest page holds it all */
    size_t rows;                   /* of bills; the others in one more */
    int foot;                      /* where it begins */
};

/* The airiest page that shows all bills; else the one that shows most, at least one. Words are not cut for more, but
 * where they are anyway, as many are shown as fit then. */
static struct plan plan_page(struct page *page) {
    const struct statement *statement = page->statement;
    struct plan best = {0};
    page->canvas.measuring = true;
    for (size_t i = 0; i < sizeof spacings / sizeof *spacings; i++) {
        struct plan plan = {.spacing = &spacings[i]};
        bool closer = best.spacing && plan.spacing->lines < best.spacing->lines && plan.spacing->lines <= LINES_CUT;
        page->spacing = plan.spacing;
        page->canvas.cut = false;
        plan.foot = PAGE_BOTTOM - height_of_foot(page);
        page->y = 0;
        draw_notes(page);
        int below = page->y + page->spacing->section + (statement->bills_count ? page->spacing->section : 0);
        draw_upper(page);
        int room = plan.foot - below - page->y;
        if (room < 0) continue;
        if (statement->bills_count) plan.rows = statement_bills_within(page, room);
        if (closer && page->canvas.cut) continue;
        bool all = plan.rows == statement->bills_count;
        if (all || plan.rows > best.rows) best = plan;
        if (all) break;
    }
    page->canvas.measuring = false;
    return best;
}

static enum statement_result draw(struct page *page) {
    struct plan plan = plan_page(page);
    if (!plan.spacing) return arena_failed(page->canvas.arena) ? STATEMENT_NO_MEMORY : STATEMENT_TOO_MUCH;
    page->spacing = plan.spacing;
    draw_upper(page);
    statement_draw_bills(page, plan.rows);
    if (page->statement->bills_count) page->y += page->spacing->section;
    draw_notes(page);
    page->y = plan.foot;
    return draw_foot(page) ? STATEMENT_DONE : STATEMENT_NO_MEMORY;
}

static enum statement_result save(struct arena *arena, struct text bytes, const char *path) {
    struct file_writer writer;
    enum file_result result = file_begin_private(&writer, arena, path);
    if (result == FILE_OK) {
        file_write(&writer, bytes);
        result = file_commit(&writer);
    }
    if (result == FILE_NO_MEMORY) return STATEMENT_NO_MEMORY;
    return result == FILE_OK ? STATEMENT_DONE : STATEMENT_UNWRITABLE;
}

/* Of a page whose canvas has begun. */
static enum statement_result finish(struct page *page, const char *path, uint32_t *lacking) {
    struct arena *arena = page->canvas.arena;
    struct text bytes;
    enum statement_result result = draw(page);
    *lacking = page->canvas.lacking;
    enum canvas_result drawn = canvas_end(&page->canvas, &bytes);
    if (drawn == CANVAS_NO_MEMORY || arena_failed(arena)) return STATEMENT_NO_MEMORY;
    if (result == STATEMENT_DONE && drawn != CANVAS_OK) return STATEMENT_BROKEN;
    if (result == STATEMENT_DONE) result = save(arena, bytes, path);
    return result == STATEMENT_DONE && *lacking ? STATEMENT_LACKING : result;
}

enum statement_result statement_pdf(struct arena *arena, const struct statement *statement, const char *path,
                                    uint32_t *lacking) {
    *lacking = 0;
    if (!is_even(statement)) return STATEMENT_UNEVEN;
    if (statement->code.length > STATEMENT_CODE_MOST) return STATEMENT_TOO_MUCH;
    struct page page = {.statement = statement};
    struct canvas_about about = {.language = statement->language,
                                 .title = statement->title,
                                 .subject = statement->about,
                                 .author = statement->office,
                                 .made = statement->made};
    canvas_begin_pdf(&page.canvas, arena, &about);
    return finish(&page, path, lacking);
}

enum statement_result statement_png(struct arena *arena, const struct statement *statement, unsigned dots,
                                    const char *path, uint32_t *lacking) {
    *lacking = 0;
    if (!is_even(statement)) return STATEMENT_UNEVEN;
    if (statement->code.length > STATEMENT_CODE_MOST) return STATEMENT_TOO_MUCH;
    struct page page = {.statement = statement};
    canvas_begin_picture(&page.canvas, arena, statement->language, dots);
    return finish(&page, path, lacking);
}
