/* Statements as others read them: what poppler finds in the PDF, and zbar in the picture. */
#define _GNU_SOURCE /* mkdtemp, popen, memmem */
#include "exchange/canvas.h"
#include "exchange/file.h"
#include "failing.h"
#include "statement_sample.h"

#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PICTURE_DOTS = 100 };

struct stage {
    struct arena arena;
    char folder[32];
    const char *pdf, *png;
    uint32_t lacking;
};

static void begin(struct stage *stage) {
    arena_init(&stage->arena);
    snprintf(stage->folder, sizeof stage->folder, "%s/statement-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(stage->folder));
    stage->pdf = path_join(&stage->arena, text_from(stage->folder), TEXT("a.pdf")).bytes;
    stage->png = path_join(&stage->arena, text_from(stage->folder), TEXT("a.png")).bytes;
}

static void finish(struct stage *stage) {
    unlink(stage->pdf);
    unlink(stage->png);
    assert_int_equal(rmdir(stage->folder), 0); /* nothing else was left there */
    arena_free(&stage->arena);
}

static enum statement_result print(struct stage *stage, const struct statement *statement) {
    return statement_pdf(&stage->arena, statement, stage->pdf, &stage->lacking);
}

/* What a program says, its complaints too. */
static const char *said(struct stage *stage, const char *program, const char *arguments) {
    const char *command = text_format(&stage->arena, "%s %s 2>&1", program, arguments).bytes;
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): a command of ours */
    assert_non_null(pipe);
    struct builder out;
    builder_init(&out);
    char piece[4096];
    for (size_t length; (length = fread(piece, 1, sizeof piece, pipe));)
        builder_add(&out, (struct text){piece, length});
    assert_int_equal(pclose(pipe), 0);
    return builder_finish(&out, &stage->arena).bytes;
}

static const char *extracted(struct stage *stage) {
    return said(stage, "pdftotext -layout", text_format(&stage->arena, "%s -", stage->pdf).bytes);
}

static void assert_says(const char *text, const char *wanted) {
    if (!strstr(text, wanted)) fail_msg("'%s' is not in:\n%s", wanted, text);
}

static void assert_one_page(struct stage *stage) {
    const char *about = said(stage, "pdfinfo", stage->pdf);
    assert_says(about, "Pages:           1\n");
    assert_null(strstr(about, "rror"));
}

static struct text kept(struct stage *stage, const char *path) {
    struct file file;
    assert_int_equal(file_open(&file, path), FILE_OK);
    struct text bytes = text_copy(&stage->arena, file.bytes);
    file_close(&file);
    return bytes;
}

/* --- where words stand -------------------------------------------------------------------------------------------- */

struct word {
    double left, top, right, bottom;
};

static double number_after(const char **at, const char *name) {
    *at = strstr(*at, name);
    assert_non_null(*at);
    *at += strlen(name);
    return strtod(*at, NULL);
}

static double common(double a_begin, double a_end, double b_begin, double b_end) {
    double begin = a_begin > b_begin ? a_begin : b_begin, end = a_end < b_end ? a_end : b_end;
    return end > begin ? end - begin : 0;
}

/* Every word within the margins, none over another. Boxes are those of the fonts, higher than what is seen. */
static void assert_apart(struct stage *stage) {
    enum { WORDS_MOST = 4000 };
    static struct word words[WORDS_MOST];
    size_t count = 0;
    const double margin = 40, width = 595.3, height = 841.9;
    const char *at = said(stage, "pdftotext -bbox", text_format(&stage->arena, "%s -", stage->pdf).bytes);
    while ((at = strstr(at, "<word ")) && count < WORDS_MOST) {
        struct word word;
        word.left = number_after(&at, "xMin=\"");
        word.top = number_after(&at, "yMin=\"");
        word.right = number_after(&at, "xMax=\"");
        word.bottom = number_after(&at, "yMax=\"");
        assert_true(word.left >= margin && word.right <= width - margin);
        assert_true(word.top >= margin - 8 && word.bottom <= height - margin + 8);
        words[count++] = word;
    }
    assert_true(count > 10);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct word *a = &words[i], *b = &words[k];
            double across = common(a->left, a->right, b->left, b->right);
            double down = common(a->top, a->bottom, b->top, b->bottom);
            double lower = a->bottom - a->top < b->bottom - b->top ? a->bottom - a->top : b->bottom - b->top;
            if (across > 1 && down > lower * 0.45)
                fail_msg("words at %.0f,%.0f and %.0f,%.0f overlap", a->left, a->top, b->left, b->top);
        }
}

/* --- what is on the page ------------------------------------------------------------------------------------------ */

static void assert_amounts(struct stage *stage, const struct statement *statement, const char *const *wanted,
                           size_t count) {
    assert_int_equal(print(stage, statement), STATEMENT_DONE);
    assert_int_equal(stage->lacking, 0);
    assert_one_page(stage);
    assert_apart(stage);
    const char *text = extracted(stage);
    for (size_t i = 0; i < count; i++) assert_says(text, wanted[i]);
}

/* Beside each amount, fact and note that is not confirmed. */
static void assert_marks(struct stage *stage, size_t wanted) {
    size_t count = 0;
    for (const char *at = extracted(stage); (at = strstr(at, "◇")); at++) count++;
    assert_int_equal(count, wanted);
}

static void test_all_texts_are_there(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    const char *zh[] = {"医疗费用结算单",
                        "省级医院 · 一站式结算窗口",
                        "票号 B-2018-0712",
                        "李桂兰",
                        "530523********1234",
                        "元",
                        "总费用",
                        "15,200.00",
                        "基本医保",
                        "−7,040.00",
                        "(14,000−1,200)×55%",
                        "大病保险",
                        "−1,274.00",
                        "医疗救助",
                        "−3,980.20",
                        "兜底保障",
                        "−305.80",
                        "个人支付",
                        "2,600.00",
                        "合规内 1,400.00",
                        "建档立卡,转诊合规",
                        "2,600.00 / 10,768.00",
                        "96,019.80",
                        "◇ 所据标准",
                        "多支付 36.50 元。",
                        "0875-000-0000",
                        "2018-09-19 前",
                        "第 1,284 次变更",
                        "DOUDI1|B-2018-0712|1520000|260000|1284|3f9c2a1"};
    struct statement statement = sample_bill(LANGUAGE_ZH);
    assert_amounts(&stage, &statement, zh, sizeof zh / sizeof *zh);
    struct stat page;
    assert_int_equal(stat(stage.pdf, &page), 0);
    assert_int_equal(page.st_mode & 0077, 0); /* whose bills they are is nobody else's business */
    assert_marks(&stage, 5);
    const char *en[] = {"Statement of a medical bill",
                        "You pay",
                        "2,600.00",
                        "Last-resort cover",
                        "−305.80",
                        "Thirty Measures on Health, 2",
                        "DOUDI1|B-2018-0712|1520000|260000|1284|3f9c2a1"};
    statement = sample_bill(LANGUAGE_EN);
    assert_amounts(&stage, &statement, en, sizeof en / sizeof *en);
    finish(&stage);
}

static void test_it_says_what_it_is(void **state) {
    (void)state;
    static const char *const tags[LANGUAGES] = {[LANGUAGE_ZH] = "/Lang (zh-CN)\n", [LANGUAGE_EN] = "/Lang (en)\n"};
    struct stage stage;
    begin(&stage);
    for (int language = 0; language < LANGUAGES; language++) {
        struct statement statement = sample_bill((enum language)language);
        assert_int_equal(print(&stage, &statement), STATEMENT_DONE);
        struct text bytes = kept(&stage, stage.pdf);
        assert_non_null(memmem(bytes.bytes, bytes.length, tags[language], strlen(tags[language])));
        const char *where = memmem(bytes.bytes, bytes.length, "startxref\n", strlen("startxref\n"));
        assert_non_null(where);
        size_t list = strtoul(where + strlen("startxref\n"), NULL, 10);
        assert_true(list < bytes.length);
        assert_true(text_starts(text_slice(bytes, list, bytes.length), "xref\n"));
        const char *about = said(&stage, "env TZ=UTC pdfinfo", stage.pdf);
        assert_says(about, statement.title.bytes);
        assert_says(about, "Sat Jul 21 00:00:00 2018");
        assert_says(about, "(A4)");
        assert_null(strstr(about, statement.name.bytes)); /* what a folder shows names nobody */
    }
    finish(&stage);
}

static void test_what_is_not_determined_is_said(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_bill(LANGUAGE_ZH);
    struct statement_part parts[SAMPLE_PARTS];
    memcpy(parts, statement.parts, sizeof parts);
    parts[2].amount = (struct statement_amount){.coins = 111, .missing = TEXT("？无法判定:缺「本年住院次数」")};
    statement.parts = parts;
    statement.own.amount = (struct statement_amount){.coins = 222, .missing = TEXT("？待定")};
    assert_int_equal(print(&stage, &statement), STATEMENT_DONE);
    assert_apart(&stage);
    const char *text = extracted(&stage);
    assert_says(text, "？无法判定:缺");
    assert_says(text, "？待定");
    assert_null(strstr(text, "1.11"));
    assert_null(strstr(text, "2.22"));
    finish(&stage);
}

static void test_what_does_not_add_up_is_refused(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_bill(LANGUAGE_ZH);
    statement.own.amount.coins++;
    assert_int_equal(print(&stage, &statement), STATEMENT_UNEVEN);
    assert_int_equal(statement_png(&stage.arena, &statement, PICTURE_DOTS, stage.png, &stage.lacking),
                     STATEMENT_UNEVEN);
    statement.own.amount.coins = INT64_MAX;
    assert_int_equal(print(&stage, &statement), STATEMENT_UNEVEN);
    assert_false(file_is_there(stage.pdf));
    finish(&stage);
}

/* The columns of pixels of a colour, at its first and its last. */
struct span {
    int begin, end;
};
static struct span find_colour(cairo_surface_t *picture, uint32_t colour) {
    struct span span = {INT32_MAX, 0};
    int width = cairo_image_surface_get_width(picture), height = cairo_image_surface_get_height(picture);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint32_t pixel;
            memcpy(&pixel, cairo_image_surface_get_data(picture) + y * cairo_image_surface_get_stride(picture) + 4 * x,
                   4);
            if ((pixel & 0xffffff) != colour) continue;
            if (x < span.begin) span.begin = x;
            if (x >= span.end) span.end = x + 1;
        }
    return span;
}

/* The pieces of all parts, one after another, and what is left behind them. */
static void assert_bars(struct stage *stage, const struct statement *statement, double left) {
    enum { BRICK = 0x9B2C1F, PALE = 0xE4DFD7 };
    assert_int_equal(statement_png(&stage->arena, statement, PICTURE_DOTS, stage->png, &stage->lacking),
                     STATEMENT_DONE);
    cairo_surface_t *picture = cairo_image_surface_create_from_png(stage->png);
    struct span parts = find_colour(picture, PALE), own = find_colour(picture, BRICK);
    cairo_surface_destroy(picture);
    assert_in_range(own.begin - parts.end, 0, 4); /* their outlines between them */
    double share = (double)(own.end - own.begin + 3) / (own.end - parts.begin + 3);
    if (share < left - 0.01 || share > left + 0.01) fail_msg("a share of %.3f, not %.3f", share, left);
}

static void test_bars_are_shares(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_bill(LANGUAGE_ZH);
    assert_bars(&stage, &statement, 2600.0 / 15200.0);
    struct statement_part part = statement.parts[0];
    statement.parts = &part;
    statement.parts_count = 1;
    part.amount.coins = INT64_MAX / 4;
    statement.total.amount.coins = INT64_MAX;
    statement.own.amount.coins = INT64_MAX - part.amount.coins;
    assert_bars(&stage, &statement, 0.75);
    finish(&stage);
}

/* --- many bills --------------------------------------------------------------------------------------------------- */

static void test_bills_without_room_are_added_up(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_year(LANGUAGE_ZH, 4);
    const char *all[] = {"2018-07-19", "533.57", "121.93", "B-2018-0712"};
    assert_amounts(&stage, &statement, all, sizeof all / sizeof *all);
    assert_null(strstr(extracted(&stage), "笔合计"));

    statement = sample_year(LANGUAGE_ZH, SAMPLE_BILLS_MOST);
    assert_amounts(&stage, &statement, all, 0);
    const char *text = extracted(&stage), *rest = strstr(text, "此前 ");
    assert_non_null(rest);
    size_t others = strtoul(rest + strlen("此前 "), NULL, 10), rows = 0;
    int64_t own = 0;
    for (const char *at = text; (at = strstr(at, "B-2018-")); at++) rows++;
    rows -= 2; /* in a note, and in the code */
    assert_true(rows >= 3);
    assert_int_equal(rows + others, SAMPLE_BILLS_MOST);
    for (size_t i = 0; i < others; i++) own += statement.bills[i].own.coins;
    const char *line =
        strndup(rest, strcspn(rest, "\n")); /* the last amount of that row: all before those that are listed */
    struct text shown = text_format(&stage.arena, "%lld,%03lld.%02lld", (long long)own / 100000,
                                    (long long)own / 100 % 1000, (long long)own % 100);
    assert_says(line, shown.bytes);
    free((void *)line);
    finish(&stage);
}

/* Sums that no number holds are not determined. */
static void test_amounts_of_any_size(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_year(LANGUAGE_ZH, 8);
    struct statement_bill bills[8];
    struct statement_part parts[SAMPLE_PARTS];
    memcpy(bills, statement.bills, sizeof bills);
    memcpy(parts, statement.parts, sizeof parts);
    for (size_t i = 0; i < 8; i++) bills[i].total.coins = bills[i].own.coins = INT64_MAX;
    for (size_t i = 0; i < SAMPLE_PARTS; i++) parts[i].amount.coins = 0;
    parts[0].amount.coins = INT64_MAX / 2;
    statement.bills = bills;
    statement.parts = parts;
    statement.total.amount.coins = INT64_MAX;
    statement.own.amount.coins = INT64_MAX - INT64_MAX / 2;
    const char *wanted[] = {"92,233,720,368,547,758.07", "−46,116,860,184,273,879.03", "46,116,860,184,273,879.04"};
    assert_amounts(&stage, &statement, wanted, 3);
    statement = sample_bill(LANGUAGE_ZH);
    statement.parts_count = 0;
    statement.decimals = 0;
    statement.total.amount.coins = statement.own.amount.coins = INT64_MIN;
    const char *least[] = {"−9,223,372,036,854,775,808"};
    assert_amounts(&stage, &statement, least, 1);
    statement.total.amount.coins = statement.own.amount.coins = 0;
    statement.decimals = 6;
    const char *nothing[] = {"0.000000"};
    assert_amounts(&stage, &statement, nothing, 1);
    finish(&stage);
}

/* --- anybody's texts ---------------------------------------------------------------------------------------------- */

static void test_every_script_has_a_font(void **state) {
    (void)state;
    static const char *const samples[] = {
        "ꆈꌠꁱꂷ",      /* Yi */
        "ᥖᥭᥰᥖᥬᥲ",        /* Tai Le */
        "ᦑᦺᦟᦹᧉ",         /* New Tai Lue */
        "ᨴᩱ᩠ᨿ",           /* Tai Tham */
        "བོད་ཡིག",         /* Tibetan */
        "ꓡꓲꓢꓴ",          /* Lisu */
        "𖼀𖼁𖽔",           /* Miao */
        "㐀鿯",        /* Han, extension A and the end of the first block */
        "𠀀𠮷𪛖",        /* plane 2, extension B */
        "𪜀𫝀𫠝",        /* extensions C, D and E */
        "阿卜杜·买买提", /* U+00B7 */
        "Nguyễn Đặng",
    };
    struct stage stage;
    begin(&stage);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct statement statement = sample_bill(LANGUAGE_ZH);
        statement.name = text_from(samples[i]);
        if (print(&stage, &statement) != STATEMENT_DONE) fail_msg("%s: no font has U+%04X", samples[i], stage.lacking);
        assert_int_equal(statement_png(&stage.arena, &statement, PICTURE_DOTS, stage.png, &stage.lacking),
                         STATEMENT_DONE);
        assert_apart(&stage);
    }
    finish(&stage);
}

static void test_what_no_font_has_is_told(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_bill(LANGUAGE_ZH);
    statement.name = TEXT("李\xf4\x8f\xbf\xbd\xf3\xb0\x80\x80");
    assert_int_equal(print(&stage, &statement), STATEMENT_LACKING);
    assert_int_equal(stage.lacking, 0x10FFFD); /* the first */
    assert_one_page(&stage);
    assert_int_equal(statement_png(&stage.arena, &statement, PICTURE_DOTS, stage.png, &stage.lacking),
                     STATEMENT_LACKING);
    assert_int_equal(stage.lacking, 0x10FFFD);
    finish(&stage);
}

/* Nothing steers, nothing is markup, nothing is a format, and whatever is long is cut. */
static void test_hostile_texts_are_shown(void **state) {
    (void)state;
    enum { LONG = 10000 };
    static const char reversing[] = {(char)0xe2, (char)0x80, (char)0xae}; /* U+202E */
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_year(LANGUAGE_ZH, 3);
    struct statement_bill bills[3];
    struct statement_part parts[SAMPLE_PARTS];
    memcpy(bills, statement.bills, sizeof bills);
    memcpy(parts, statement.parts, sizeof parts);
    char *lines[2] = {malloc(LONG + 1), malloc(LONG + 1)};
    for (size_t i = 0; i < LONG; i++) {
        lines[0][i] = 'w';
        lines[1][i] = "的 x"[i % 5];
    }
    struct text longest[2] = {{lines[0], LONG}, {lines[1], LONG}};
    statement.name = TEXT("<b>粗</b>&amp; %s%n\n第二行");
    statement.identity = text_format(&stage.arena, "1%.*s321\xff\xc0\x80 \x1b[31m", 3, reversing);
    statement.about = TEXT("a\0b");
    statement.title = longest[0];
    statement.office = longest[1];
    parts[0].label = parts[0].basis = longest[1];
    parts[1].label = parts[1].basis = longest[0];
    parts[2].amount.missing = longest[1];
    bills[0].date = bills[0].number = bills[0].place = longest[0];
    bills[1].place = longest[1];
    statement.rest_after = statement.bills_label = longest[1];
    statement.as_known = statement.ask = longest[0];
    statement.bills = bills;
    statement.parts = parts;
    assert_int_equal(print(&stage, &statement), STATEMENT_DONE);
    assert_one_page(&stage);
    assert_apart(&stage);
    const char *text = extracted(&stage);
    assert_says(text, "<b>粗</b>&amp; %s%n\xef\xbf\xbd第二行");
    assert_says(text, "1\xef\xbf\xbd"
                      "321\xef\xbf\xbd");
    assert_says(text, "a\xef\xbf\xbd"
                      "b");
    assert_null(memmem(text, strlen(text), reversing, sizeof reversing));
    assert_null(strchr(text, '\x1b'));
    free(lines[0]);
    free(lines[1]);
    finish(&stage);
}

static void test_fifty_characters_of_a_name(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_year(LANGUAGE_ZH, 3);
    struct builder name;
    builder_init(&name);
    for (int i = 0; i < 16; i++) builder_add(&name, TEXT("买𠀀·"));
    builder_add(&name, TEXT("末尾"));
    statement.name = builder_text(&name);
    const char *wanted[] = {"末尾", "530523********1234"};
    assert_amounts(&stage, &statement, wanted, 2);
    builder_free(&name);
    finish(&stage);
}

/* A name that has no room on one line goes on in the next, without a hyphen that nobody wrote. */
static void test_words_are_parted_as_they_are(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct canvas canvas;
    struct canvas_style style = {.points = 12, .lines = 4};
    struct text bytes;
    canvas_begin_picture(&canvas, &stage.arena, LANGUAGE_ZH, PICTURE_DOTS);
    struct canvas_extent five = canvas_measure(&canvas, &style, TEXT("wwwww"), 0);
    struct canvas_extent lines = canvas_measure(&canvas, &style, TEXT("wwwwwwwwwwwwwww"), five.width + CANVAS_POINT);
    assert_int_equal(lines.height, 3 * five.height);
    assert_int_equal(canvas_end(&canvas, &bytes), CANVAS_OK);
    finish(&stage);
}

/* --- bytes -------------------------------------------------------------------------------------------------------- */

static const char *const worlds[] = {
    "LC_ALL=C TZ=UTC",
    "LC_ALL=C.UTF-8 LANG=zh_CN.UTF-8 LANGUAGE=zh_CN TZ=Asia/Shanghai",
    "LANG=tr_TR.UTF-8 LANGUAGE=ro:ja PANGO_LANGUAGE=ro:ja:ko TZ=America/New_York",
};

/* This program once more, which draws and ends: pango looks at the environment but once. */
static void test_bytes_are_the_same_everywhere(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    char self[512];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = 0;
    struct text first[2] = {{0}, {0}};
    for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
        said(&stage, "env",
             text_format(&stage.arena, "%s %s --draw %s %s", worlds[i], self, stage.pdf, stage.png).bytes);
        struct text pdf = kept(&stage, stage.pdf), png = kept(&stage, stage.png);
        if (!i) {
            first[0] = pdf;
            first[1] = png;
        }
        assert_true(text_equal(pdf, first[0]));
        assert_true(text_equal(png, first[1]));
    }
    finish(&stage);
}

static int draw_once(const char *pdf, const char *png) {
    struct arena arena;
    uint32_t lacking;
    arena_init(&arena);
    setlocale(LC_ALL, "");
    struct statement statement = sample_year(LANGUAGE_ZH, 9);
    statement.name = TEXT("Ţăruş 李"); /* in Romanian they look otherwise */
    bool done = statement_pdf(&arena, &statement, pdf, &lacking) == STATEMENT_DONE &&
                statement_png(&arena, &statement, PICTURE_DOTS, png, &lacking) == STATEMENT_DONE;
    arena_free(&arena);
    return done ? 0 : 1;
}

static void test_the_code_is_read(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    static const char longest[STATEMENT_CODE_MOST + 1] =
        "DOUDI1|https://example.org/s?n=530523-2018-000000012845&k=1f0a93c77be2d5481f0a93c77be2d5481f0a93c77be2d548"
        "1f0a93c77be2d5481f0a93c77be2d548&v=1520000|704000|127400|398020|30580|260000|2018-07-21|3f9c2a1";
    struct statement statement = sample_bill(LANGUAGE_ZH);
    struct text codes[] = {statement.code, {longest, STATEMENT_CODE_MOST}};
    for (size_t i = 0; i < 2; i++) {
        statement.code = codes[i];
        assert_int_equal(statement_png(&stage.arena, &statement, 2 * PICTURE_DOTS, stage.png, &stage.lacking),
                         STATEMENT_DONE);
        const char *read = said(&stage, "zbarimg --nodbus --raw -q", stage.png);
        assert_string_equal(read,
                            text_format(&stage.arena, "%.*s\n", TEXT_ARG(text_copy(&stage.arena, codes[i]))).bytes);
        assert_int_equal(print(&stage, &statement), STATEMENT_DONE);
        assert_apart(&stage);
    }
    statement.code.length++;
    assert_int_equal(print(&stage, &statement), STATEMENT_TOO_MUCH);
    statement.code = TEXT("");
    assert_int_equal(print(&stage, &statement), STATEMENT_DONE);
    finish(&stage);
}

/* --- what goes wrong ---------------------------------------------------------------------------------------------- */

static void test_what_does_not_fit_is_told(void **state) {
    (void)state;
    enum { PARTS = 40 };
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_bill(LANGUAGE_ZH);
    assert_int_equal(print(&stage, &statement), STATEMENT_DONE);
    struct text before = kept(&stage, stage.pdf);
    struct statement_part parts[PARTS];
    for (size_t i = 0; i < PARTS; i++) parts[i] = statement.parts[0];
    statement.parts = parts;
    statement.parts_count = PARTS;
    statement.total.amount.coins = PARTS * parts[0].amount.coins + statement.own.amount.coins;
    assert_int_equal(print(&stage, &statement), STATEMENT_TOO_MUCH);
    assert_true(text_equal(before, kept(&stage, stage.pdf)));
    finish(&stage);
}

static void test_paths_and_full_disks(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_bill(LANGUAGE_ZH);
    const char *nowhere = text_format(&stage.arena, "%s/none/a.pdf", stage.folder).bytes;
    assert_int_equal(statement_pdf(&stage.arena, &statement, nowhere, &stage.lacking), STATEMENT_UNWRITABLE);
    assert_int_equal(statement_png(&stage.arena, &statement, PICTURE_DOTS, nowhere, &stage.lacking),
                     STATEMENT_UNWRITABLE);
    struct rlimit limit, little;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    little = limit;
    little.rlim_cur = 10000; /* as if the disk were full then */
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    enum statement_result result = print(&stage, &statement);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(result, STATEMENT_UNWRITABLE);
    assert_false(file_is_there(stage.pdf));
    finish(&stage);
}

static void test_memory_runs_out(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    struct statement statement = sample_year(LANGUAGE_ZH, 9);
    size_t failures = 0;
    for (int picture = 0; picture < 2; picture++)
        for (long successes = 0;; successes += 1 + successes / 8) {
            struct arena arena;
            begin_failing(&arena, 0, successes);
            enum statement_result result =
                picture ? statement_png(&arena, &statement, PICTURE_DOTS, stage.png, &stage.lacking)
                        : statement_pdf(&arena, &statement, stage.pdf, &stage.lacking);
            bool failed = end_failing(&arena);
            assert_int_equal(result, failed ? STATEMENT_NO_MEMORY : STATEMENT_DONE);
            if (!failed) break;
            assert_false(file_is_there(picture ? stage.png : stage.pdf));
            failures++;
        }
    assert_true(failures > 20);
    finish(&stage);
}

int main(int count, char **words) {
    if (count == 4 && strcmp(words[1], "--draw") == 0) return draw_once(words[2], words[3]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_texts_are_there),
        cmocka_unit_test(test_it_says_what_it_is),
        cmocka_unit_test(test_what_is_not_determined_is_said),
        cmocka_unit_test(test_what_does_not_add_up_is_refused),
        cmocka_unit_test(test_bars_are_shares),
        cmocka_unit_test(test_bills_without_room_are_added_up),
        cmocka_unit_test(test_amounts_of_any_size),
        cmocka_unit_test(test_every_script_has_a_font),
        cmocka_unit_test(test_what_no_font_has_is_told),
        cmocka_unit_test(test_hostile_texts_are_shown),
        cmocka_unit_test(test_fifty_characters_of_a_name),
        cmocka_unit_test(test_words_are_parted_as_they_are),
        cmocka_unit_test(test_bytes_are_the_same_everywhere),
        cmocka_unit_test(test_the_code_is_read),
        cmocka_unit_test(test_what_does_not_fit_is_told),
        cmocka_unit_test(test_paths_and_full_disks),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
