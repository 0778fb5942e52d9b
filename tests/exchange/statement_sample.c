#include "statement_sample.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
/* A text that is a constant. */
#define WORDS(literal)                                                                                                 \
    { (literal), sizeof(literal) - 1 }
enum { DAY = 17733 }; /* 2018-07-21 */

static const struct statement_part parts_zh[SAMPLE_PARTS] = {
    {WORDS("基本医保"),
     WORDS("(14,000−1,200)×55%  《云南省健康扶贫30条措施》二(一)"),
     {.coins = 704000, .unconfirmed = true}},
    {WORDS("大病保险"),
     WORDS("(6,960−5,000)×65%  《云南省健康扶贫30条措施》二(二)"),
     {.coins = 127400, .unconfirmed = true}},
    {WORDS("医疗救助"),
     WORDS("5,686.00×70%  《云南省健康扶贫30条措施》二(三)"),
     {.coins = 398020, .unconfirmed = true}},
    {WORDS("兜底保障"), WORDS("补到 90%  《云南省健康扶贫30条措施》二(四)"), {.coins = 30580}},
};
static const struct statement_part parts_en[SAMPLE_PARTS] = {
    {WORDS("Basic insurance"),
     WORDS("(14,000−1,200)×55%, Thirty Measures on Health, 2 (1)"),
     {.coins = 704000, .unconfirmed = true}},
    {WORDS("Critical illness"),
     WORDS("(6,960−5,000)×65%, Thirty Measures on Health, 2 (2)"),
     {.coins = 127400, .unconfirmed = true}},
    {WORDS("Medical aid"),
     WORDS("5,686.00×70%, Thirty Measures on Health, 2 (3)"),
     {.coins = 398020, .unconfirmed = true}},
    {WORDS("Last-resort cover"), WORDS("up to 90%, Thirty Measures on Health, 2 (4)"), {.coins = 30580}},
};
static const struct statement_fact facts_zh[] = {
    {WORDS("人员类别"), WORDS("建档立卡,转诊合规"), false},
    {WORDS("本年自付 / 上限(元)"), WORDS("2,600.00 / 10,768.00"), true},
    {WORDS("本年救助余额(元)"), WORDS("96,019.80"), false},
};
static const struct statement_fact facts_en[] = {
    {WORDS("Group"), WORDS("Registered, referred"), false},
    {WORDS("Paid this year / ceiling (yuan)"), WORDS("2,600.00 / 10,768.00"), true},
    {WORDS("Aid left this year (yuan)"), WORDS("96,019.80"), false},
};
static const struct statement_note notes_zh[] = {
    {WORDS("所据标准还没有人确认,确认后可能重新结算,多退少补:起付线 1,200 元、报销比例 55% 和 65%、救助比例 70%。"),
     true},
    {WORDS("票号 B-2018-0503 因 2018-07-18 补传的单据已重新结算,基本医保多支付 36.50 元。"), false},
};
static const struct statement_note notes_en[] = {
    {WORDS("Nobody has confirmed these yet; the bill may be settled again: the deductible of 1,200 yuan, the rates of "
           "55%, "
           "65% and 70%."),
     true},
    {WORDS(
         "Bill B-2018-0503 was settled again because of a bill that came in on 2018-07-18; basic insurance pays 36.50 "
         "yuan more."),
     false},
};

struct statement sample_bill(enum language language) {
    bool zh = language == LANGUAGE_ZH;
    return (struct statement){
        .language = language,
        .made = DAY,
        .decimals = 2,
        .title = zh ? TEXT("医疗费用结算单") : TEXT("Statement of a medical bill"),
        .office = zh ? TEXT("省级医院 · 一站式结算窗口") : TEXT("Provincial Hospital, one window"),
        .about = zh ? TEXT("住院 2018-07-02 至 2018-07-19,票号 B-2018-0712")
                    : TEXT("Inpatient, 2018-07-02 to 2018-07-19, bill B-2018-0712"),
        .name = TEXT("李桂兰"),
        .identity = TEXT("530523********1234"),
        .unit = zh ? TEXT("元") : TEXT("yuan"),
        .total = {zh ? TEXT("总费用") : TEXT("Total"), TEXT(""), {.coins = 1520000}},
        .parts = zh ? parts_zh : parts_en,
        .parts_count = SAMPLE_PARTS,
        .own = {zh ? TEXT("个人支付") : TEXT("You pay"),
                zh ? TEXT("合规内 1,400.00 + 范围外 1,200.00") : TEXT("1,400.00 covered + 1,200.00 not covered"),
                {.coins = 260000}},
        .facts = zh ? facts_zh : facts_en,
        .facts_count = COUNT(facts_zh),
        .notes = zh ? notes_zh : notes_en,
        .notes_count = COUNT(notes_zh),
        .ask = zh ? TEXT("有疑问请问本窗口,或拨打 0875-000-0000(县医保中心)。")
                  : TEXT("Questions: at this window, or 0875-000-0000 (county insurance centre)."),
        .object =
            zh ? TEXT("数字不对或不同意,请在 2018-09-19 前向县医保中心提出,我们重新核对。")
               : TEXT("If a figure is wrong or you disagree, tell the county insurance centre by 2018-09-19; we will "
                      "check again."),
        .as_known = zh ? TEXT("所据数据:第 1,284 次变更,2018-07-21;政策 3f9c2a1")
                       : TEXT("As known: change 1,284, 2018-07-21; law 3f9c2a1"),
        .code = TEXT("DOUDI1|B-2018-0712|1520000|260000|1284|3f9c2a1"),
    };
}

struct statement sample_year(enum language language, size_t bills) {
    static struct statement_bill rows[SAMPLE_BILLS_MOST];
    static struct statement_amount amounts[SAMPLE_BILLS_MOST][SAMPLE_PARTS];
    static struct statement_part parts[SAMPLE_PARTS];
    static const char *const dates[] = {"2018-01-09", "2018-03-22", "2018-05-03", "2018-07-19", "2018-11-30"};
    static const char *const numbers[] = {"B-2018-0017", "B-2018-0208", "B-2018-0503", "B-2018-0712", "B-2018-1120"};
    static const struct text laws_zh[SAMPLE_PARTS] = {
        WORDS("《云南省健康扶贫30条措施》二(一)"), WORDS("《云南省健康扶贫30条措施》二(二)"),
        WORDS("《云南省健康扶贫30条措施》二(三)"), WORDS("《云南省健康扶贫30条措施》二(四)")};
    static const struct text laws_en[SAMPLE_PARTS] = {
        WORDS("Thirty Measures on Health, 2 (1)"), WORDS("Thirty Measures on Health, 2 (2)"),
        WORDS("Thirty Measures on Health, 2 (3)"), WORDS("Thirty Measures on Health, 2 (4)")};
    bool zh = language == LANGUAGE_ZH;
    struct statement statement = sample_bill(language);
    for (size_t k = 0; k < SAMPLE_PARTS; k++) {
        parts[k] = statement.parts[k];
        parts[k].amount.coins = 0;
        parts[k].basis = zh ? laws_zh[k] : laws_en[k];
    }
    statement.total.amount.coins = statement.own.amount.coins = 0;
    for (size_t i = 0; i < bills; i++) {
        rows[i] = (struct statement_bill){.date = text_from(dates[i % COUNT(dates)]),
                                          .number = text_from(numbers[i % COUNT(numbers)]),
                                          .place = i % 2 ? TEXT("省级医院") : TEXT("县人民医院"),
                                          .parts = amounts[i]};
        rows[i].total.coins = rows[i].own.coins = 10000 + (int64_t)i * 731;
        for (size_t k = 0; k < SAMPLE_PARTS; k++) {
            int64_t coins = 4000 * (int64_t)(k + 1) + (int64_t)i * 97;
            amounts[i][k] = (struct statement_amount){.coins = coins, .unconfirmed = k < 3};
            parts[k].amount.coins += coins;
            rows[i].total.coins += coins;
        }
        statement.total.amount.coins += rows[i].total.coins;
        statement.own.amount.coins += rows[i].own.coins;
    }
    statement.title = zh ? TEXT("年度医疗费用结算单") : TEXT("Medical bills of a year");
    statement.about = zh ? TEXT("2018 年各次结算") : TEXT("All bills of 2018");
    statement.parts = parts;
    statement.own.basis = TEXT("");
    statement.bills = rows;
    statement.bills_count = bills;
    statement.bills_label = zh ? TEXT("日期、票号、医院") : TEXT("Date, number, hospital");
    statement.rest_before = zh ? TEXT("此前 ") : TEXT("");
    statement.rest_after = zh ? TEXT(" 笔合计") : TEXT(" before these");
    return statement;
}
