#include "simulate/chart.h"

#include "base/shown.h"
#include "simulate/report.h"

/* In units of the picture. */
enum {
    WIDTH = 860,
    LEFT = 250,
    BAR_ROOM = 400,
    LINE = 24,
    BAR = 16,
    TOP = 56,
    GAP = 40,
    BASE_LINE = 13,
    PAIR_BAR = 10
};

struct chart {
    struct builder *out;
    struct arena *arena;
    const struct simulation *simulation;
    enum language language;
    int y;
};

/* No variables: not every reader of SVG knows them. */
static const char style[] =
    "<style>\n"
    "svg{font:14px 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}\n"
    "text{fill:#1f2328} .t{font-size:18px;font-weight:600} .s{fill:#57534e;font-size:12px}\n"
    ".paper{fill:#fff} .today{fill:#8c857b} .reform,.gain{fill:#1d4e89} .loss{fill:#a9502f}\n"
    "@media (prefers-color-scheme:dark){text{fill:#f3efe8} .s{fill:#b8b0a5} .paper{fill:#1b1a18} .today{fill:#a39b90}"
    " .reform,.gain{fill:#7fb0e8} .loss{fill:#e0946d}}\n"
    "</style>\n";

static const char *words(const struct chart *chart, const char *zh, const char *en) {
    return chart->language == LANGUAGE_ZH ? zh : en;
}

/* As text of XML, and nothing that steers. */
static struct text escaped(struct arena *arena, struct text text) {
    struct builder out;
    builder_init(&out);
    struct text shown = text_shown(arena, text);
    for (size_t i = 0; i < shown.length; i++) switch (shown.bytes[i]) {
        case '&': builder_add(&out, TEXT("&amp;")); break;
        case '<': builder_add(&out, TEXT("&lt;")); break;
        case '>': builder_add(&out, TEXT("&gt;")); break;
        case '"': builder_add(&out, TEXT("&quot;")); break;
        default: builder_add(&out, text_slice(shown, i, i + 1));
        }
    return builder_finish(&out, arena);
}

static void write_text(struct chart *chart, int x, const char *class, const char *anchor, struct text text) {
    builder_format(chart->out, "<text x=\"%d\" y=\"%d\" class=\"%s\" text-anchor=\"%s\">%.*s</text>\n", x,
                   chart->y + BASE_LINE, class, anchor, TEXT_ARG(escaped(chart->arena, text)));
}

static void write_bar(struct chart *chart, const char *class, int y, int width, int height) {
    if (width)
        builder_format(chart->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"/>\n", LEFT, y,
                       width, height, class);
}

/* The words, with the currency. */
static struct text in_money(const struct chart *chart, const char *zh, const char *en) {
    const struct policy *policy = chart->simulation->policy[TODAY];
    const struct unit *unit = map_get(&policy->unit_by_name, policy->currency);
    struct text currency = unit ? label_or_name(unit->label, unit->name, chart->language) : policy->currency;
    return text_format(chart->arena, "%s (%.*s)", words(chart, zh, en), TEXT_ARG(currency));
}

/* How long a bar is, of the longest; something is never nothing. */
static int length_of(struct arena *arena, struct number value, struct number longest) {
    int64_t length = 0;
    if (number_sign(value) <= 0 || number_sign(longest) <= 0) return 0;
    struct number whole = number_multiply(arena, number_divide(arena, value, longest), number_from(BAR_ROOM));
    if (!number_to_int64(number_ceil(arena, whole, number_one), &length)) return 0;
    return (int)length;
}

/* --- bands -------------------------------------------------------------------------------------------------------- */

static struct text signed_money(const struct chart *chart, struct number amount, bool gain) {
    bool whole = number_is_integer(amount);
    const char *sign = number_sign(amount) == 0 ? "" : gain ? "+" : "−";
    return text_format(chart->arena, "%s%.*s", sign,
                       TEXT_ARG(number_decimal(chart->arena, amount, whole ? 0 : 2, true)));
}

/* From the smaller to the greater number: −200 … −100, 0 … +20. */
static struct text band_words(const struct chart *chart, const struct band *band, bool gain) {
    struct text low = signed_money(chart, gain ? band->low : band->high, gain),
                high = signed_money(chart, gain ? band->high : band->low, gain);
    return text_format(chart->arena, "%.*s … %.*s", TEXT_ARG(low), TEXT_ARG(high));
}

static void write_count(struct chart *chart, struct text label, const char *class, size_t families, size_t most) {
    int width = length_of(chart->arena, number_from((int64_t)families), number_from((int64_t)most));
    write_text(chart, LEFT - 10, "l", "end", label);
    write_bar(chart, class, chart->y, width, BAR);
    write_text(chart, LEFT + width + 8, "s", "start",
               text_format(chart->arena, words(chart, "%zu 户", "%zu families"), families));
    chart->y += LINE;
}

static size_t most_families(const struct simulation *simulation) {
    size_t most = 1;
    for (size_t i = 0; i < simulation->gains.count; i++) {
        size_t gains = simulation->gains.items[i].tally.families[GAINS],
               losses = simulation->losses.items[i].tally.families[LOSES];
        most = gains > most ? gains : most;
        most = losses > most ? losses : most;
    }
    return most;
}

/* Those who neither gain nor lose are many: they are told, and not drawn. */
static void write_bands(struct chart *chart) {
    const struct simulation *simulation = chart->simulation;
    size_t most = most_families(simulation);
    write_text(chart, 20, "t", "start",
               in_money(chart, "家庭所得的变化,改革比现行", "Change for families, reform against today"));
    chart->y += LINE + 8;
    for (size_t i = simulation->losses.count; i-- > 0;) {
        const struct band *band = &simulation->losses.items[i];
        write_count(chart, band_words(chart, band, false), "loss", band->tally.families[LOSES], most);
    }
    for (size_t i = 0; i < simulation->gains.count; i++) {
        const struct band *band = &simulation->gains.items[i];
        write_count(chart, band_words(chart, band, true), "gain", band->tally.families[GAINS], most);
    }
    write_text(chart, LEFT, "s", "start",
               text_format(chart->arena,
                           words(chart, "不变 %zu 户,无法判定 %zu 户", "unchanged: %zu families, undetermined: %zu"),
                           simulation->tally.families[UNCHANGED], simulation->tally.families[UNDETERMINED]));
    chart->y += LINE + GAP;
}

/* --- costs -------------------------------------------------------------------------------------------------------- */

static bool is_drawn(const struct benefit_change *change) {
    return change->paid && (number_sign(change->amount[TODAY]) > 0 || number_sign(change->amount[REFORM]) > 0);
}

static void write_cost(struct chart *chart, const struct benefit_change *change, struct number greatest) {
    static const char *const classes[SIDES] = {[TODAY] = "today", [REFORM] = "reform"};
    const struct field *benefit = change->benefit[TODAY] ? change->benefit[TODAY] : change->benefit[REFORM];
    int widest = 0;
    write_text(chart, LEFT - 10, "l", "end", label_or_name(benefit->label, benefit->name, chart->language));
    for (enum side side = TODAY; side < SIDES; side++) {
        int width = length_of(chart->arena, change->amount[side], greatest);
        widest = width > widest ? width : widest;
        write_bar(chart, classes[side], chart->y - 2 + (int)side * (PAIR_BAR + 1), width, PAIR_BAR);
    }
    struct text today = number_decimal(chart->arena, change->amount[TODAY], 2, true),
                reform = number_decimal(chart->arena, change->amount[REFORM], 2, true);
    write_text(chart, LEFT + widest + 8, "s", "start",
               text_format(chart->arena, "%.*s → %.*s", TEXT_ARG(today), TEXT_ARG(reform)));
    chart->y += LINE + 4;
}

static void write_legend(struct chart *chart) {
    write_bar(chart, "today", chart->y, BAR, BAR);
    write_text(chart, LEFT + BAR + 6, "s", "start", text_from(words(chart, "现行", "today")));
    builder_format(chart->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"reform\"/>\n", LEFT + 80,
                   chart->y, BAR, BAR);
    write_text(chart, LEFT + 80 + BAR + 6, "s", "start", text_from(words(chart, "改革", "reform")));
    chart->y += LINE + 8;
}

static void write_costs(struct chart *chart) {
    const struct simulation *simulation = chart->simulation;
    struct number greatest = number_zero;
    for (size_t i = 0; i < simulation->benefits.count; i++) {
        const struct benefit_change *change = &simulation->benefits.items[i];
        if (!is_drawn(change)) continue;
        greatest = number_max(greatest, number_max(change->amount[TODAY], change->amount[REFORM]));
    }
    write_text(chart, 20, "t", "start", in_money(chart, "各项待遇的支出", "What each benefit costs"));
    chart->y += LINE + 8;
    write_legend(chart);
    for (size_t i = 0; i < simulation->benefits.count; i++)
        if (is_drawn(&simulation->benefits.items[i])) write_cost(chart, &simulation->benefits.items[i], greatest);
}

static void write_title(struct chart *chart) {
    const struct simulation *simulation = chart->simulation;
    struct text title = text_format(
        chart->arena, "%.*s  %.*s → %.*s", TEXT_ARG(report_months(chart->arena, simulation)),
        TEXT_ARG(policy_name(simulation->policy[TODAY])), TEXT_ARG(policy_name(simulation->policy[REFORM])));
    builder_format(chart->out, "<title>%.*s</title>\n", TEXT_ARG(escaped(chart->arena, title)));
    builder_add(chart->out, TEXT("<rect width=\"100%\" height=\"100%\" class=\"paper\"/>\n"));
    chart->y = 18;
    write_text(chart, 20, "s", "start", title);
    chart->y = TOP;
}

/* How high it is turns out at the end. */
void chart_write(struct builder *out, struct arena *arena, const struct simulation *simulation,
                 enum language language) {
    struct builder body;
    builder_init(&body);
    struct chart chart = {.out = &body, .arena = arena, .simulation = simulation, .language = language};
    write_title(&chart);
    write_bands(&chart);
    write_costs(&chart);
    builder_format(out,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                   "role=\"img\" lang=\"%s\">\n%s",
                   WIDTH, chart.y + LINE, WIDTH, chart.y + LINE, language == LANGUAGE_ZH ? "zh-CN" : "en", style);
    builder_add(out, builder_text(&body));
    builder_add(out, TEXT("</svg>\n"));
    out->failed = out->failed || body.failed;
    builder_free(&body);
}
