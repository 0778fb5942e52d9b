#include "engine/coded_column.h"

#include "base/memory.h"

enum { PAGE_PLACES = 256, WIDTH_MAX = 8 };

struct coded_page {
    uint8_t kind_width, integer_width;
    unsigned char bytes[]; /* kinds, then integers */
};

void coded_column_init(struct coded_column *column, struct arena *arena, const struct field *field) {
    *column = (struct coded_column){0};
    coding_init(&column->coding, arena, field);
}

void coded_column_free(struct coded_column *column) {
    for (size_t i = 0; i < column->page_count; i++) memory_free(column->pages[i]);
    memory_free(column->pages);
    column->pages = NULL;
    column->page_count = 0;
}

/* --- pages ------------------------------------------------------------------------------------------------------ */

static struct coded page_get(const struct coded_page *page, size_t at) {
    const unsigned char *integers = page->bytes + (size_t)PAGE_PLACES * page->kind_width;
    uint32_t kind = (uint32_t)lane_read(page->bytes, page->kind_width, at);
    return (struct coded){kind, (int64_t)lane_read(integers, page->integer_width, at)};
}

static void page_set(struct coded_page *page, size_t at, struct coded coded) {
    unsigned char *integers = page->bytes + (size_t)PAGE_PLACES * page->kind_width;
    lane_write(page->bytes, page->kind_width, at, coded.kind);
    lane_write(integers, page->integer_width, at, coded.integer);
}

static unsigned width_for(int64_t integer) {
    if (integer == (int8_t)integer) return 1;
    if (integer == (int16_t)integer) return 2;
    return integer == (int32_t)integer ? 4 : WIDTH_MAX;
}

static unsigned wider(unsigned a, unsigned b) {
    return a > b ? a : b;
}

static struct coded_page *page_new(unsigned kind_width, unsigned integer_width) {
    size_t bytes = (size_t)PAGE_PLACES * (kind_width + integer_width);
    struct coded_page *page = memory_new(1, sizeof *page + bytes);
    if (!page) return NULL;
    page->kind_width = (uint8_t)kind_width;
    page->integer_width = (uint8_t)integer_width;
    return page;
}

/* The page, or another in its place, with room for such a value; NULL, and as it was, when memory has run out. */
static struct coded_page *page_for(struct coded_page **place, struct coded coded) {
    struct coded_page *page = *place;
    unsigned kind_width = width_for(coded.kind), integer_width = width_for(coded.integer);
    if (page && kind_width <= page->kind_width && integer_width <= page->integer_width) return page;
    if (page) kind_width = wider(kind_width, page->kind_width);
    if (page) integer_width = wider(integer_width, page->integer_width);
    struct coded_page *bigger = page_new(kind_width, integer_width);
    for (size_t i = 0; bigger && page && i < PAGE_PLACES; i++) page_set(bigger, i, page_get(page, i));
    if (!bigger) return NULL;
    memory_free(page);
    return *place = bigger;
}

/* --- places ----------------------------------------------------------------------------------------------------- */

struct coded coded_column_get(const struct coded_column *column, size_t place) {
    size_t at = place / PAGE_PLACES;
    bool there = at < column->page_count && column->pages[at];
    return there ? page_get(column->pages[at], place % PAGE_PLACES) : (struct coded){0};
}

static bool make_pages(struct coded_column *column, size_t count) {
    size_t more = column->page_count * 2 < count ? count : column->page_count * 2;
    struct coded_page **pages = memory_resize(column->pages, more, sizeof *pages);
    if (!pages) return false;
    for (size_t i = column->page_count; i < more; i++) pages[i] = NULL;
    column->pages = pages;
    column->page_count = more;
    return true;
}

void coded_column_set(struct coded_column *column, size_t place, struct coded coded) {
    size_t at = place / PAGE_PLACES;
    bool there = at < column->page_count || make_pages(column, at + 1);
    struct coded_page *page = there ? page_for(&column->pages[at], coded) : NULL;
    if (page)
        page_set(page, place % PAGE_PLACES, coded);
    else
        column->coding.arena->failed = true;
}
