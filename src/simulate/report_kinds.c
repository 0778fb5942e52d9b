/* Every sheet with its columns, in the order in which they stand. */
#include "simulate/report.h"

#define LABEL(on_screen)                                                                                               \
    {"label_zh", {"名称", "name"}, COLUMN_TEXT, (on_screen)}, {                                                        \
        "label_en", {"名称(英)", "name"}, COLUMN_TEXT, (on_screen)                                                     \
    }
#define TODAY_REFORM_CHANGE(on_screen)                                                                                 \
    {"today", {"现行", "today"}, COLUMN_AMOUNT, (on_screen)},                                                          \
        {"reform", {"改革", "reform"}, COLUMN_AMOUNT, (on_screen)}, {                                                  \
        "change", {"变化", "change"}, COLUMN_CHANGE, (on_screen)                                                       \
    }
#define UNDETERMINED_ROWS(on_screen)                                                                                   \
    {"undetermined_today", {"现行无法判定", "undetermined today"}, COLUMN_COUNT, (on_screen)}, {                       \
        "undetermined_reform", {"改革无法判定", "undetermined reform"}, COLUMN_COUNT, (on_screen)                      \
    }
#define OUTCOME                                                                                                        \
    {"outcome", {"结果", "outcome"}, COLUMN_TEXT, false}, {"outcome_zh", {"结果", "outcome"}, COLUMN_TEXT, true}, {    \
        "outcome_en", {"结果(英)", "outcome"}, COLUMN_TEXT, true                                                       \
    }
#define FAMILIES_PEOPLE_CHANGE                                                                                         \
    {"families", {"户", "families"}, COLUMN_COUNT, true}, {"people", {"人", "people"}, COLUMN_COUNT, true}, {          \
        "change", {"变化合计", "change in all"}, COLUMN_CHANGE, true                                                   \
    }
#define RAISED_POLICY(on_screen)                                                                                       \
    {"raised", {"提高", "raised"}, COLUMN_TEXT, (on_screen)}, {"policy", {"政策", "policy"}, COLUMN_TEXT, false},      \
        {"policy_zh", {"政策", "policy"}, COLUMN_TEXT, true}, {                                                        \
        "policy_en", {"政策(英)", "policy"}, COLUMN_TEXT, true                                                         \
    }
#define KIND(name, zh, en, columns)                                                                                    \
    { name, {zh, en}, columns, sizeof(columns) / sizeof *(columns) }

static const struct column_head about[] = {
    {"key", {"项目", "what"}, COLUMN_TEXT, false},
    {"today", {"现行", "today"}, COLUMN_TEXT, false},
    {"reform", {"改革", "reform"}, COLUMN_TEXT, false},
};
static const struct column_head benefits[] = {
    {"benefit", {"待遇", "benefit"}, COLUMN_TEXT, false},
    {"entity", {"对象", "entity"}, COLUMN_TEXT, false},
    LABEL(true),
    {"fund", {"资金", "fund"}, COLUMN_TEXT, false},
    {"awards_today", {"现行份数", "awards today"}, COLUMN_COUNT, true},
    {"awards_reform", {"改革份数", "awards reform"}, COLUMN_COUNT, true},
    TODAY_REFORM_CHANGE(true),
    {"confirmed", {"已确认", "confirmed"}, COLUMN_TEXT, false},
    UNDETERMINED_ROWS(true),
};
static const struct column_head funds[] = {
    {"fund", {"资金", "fund"}, COLUMN_TEXT, false},
    LABEL(true),
    TODAY_REFORM_CHANGE(true),
};
static const struct column_head areas[] = {
    {"level", {"层级", "level"}, COLUMN_TEXT, false},
    {"area", {"区域", "area"}, COLUMN_TEXT, true},
    TODAY_REFORM_CHANGE(true),
    UNDETERMINED_ROWS(true),
};
static const struct column_head area_benefits[] = {
    {"level", {"层级", "level"}, COLUMN_TEXT, false},
    {"area", {"区域", "area"}, COLUMN_TEXT, false},
    {"benefit", {"待遇", "benefit"}, COLUMN_TEXT, false},
    LABEL(false),
    TODAY_REFORM_CHANGE(false),
    UNDETERMINED_ROWS(false),
};
static const struct column_head outcomes[] = {
    {"by", {"分组", "by"}, COLUMN_TEXT, false},
    {"value", {"值", "value"}, COLUMN_TEXT, false},
    LABEL(true),
    OUTCOME,
    FAMILIES_PEOPLE_CHANGE,
};
static const struct column_head bands[] = {
    OUTCOME,
    {"more_than", {"大于", "more than"}, COLUMN_AMOUNT, true},
    {"up_to", {"不超过", "up to"}, COLUMN_AMOUNT, true},
    FAMILIES_PEOPLE_CHANGE,
};
static const struct column_head families[] = {
    {"family", {"家庭", "family"}, COLUMN_TEXT, true},
    {"people", {"人", "people"}, COLUMN_COUNT, true},
    {"outcome", {"结果", "outcome"}, COLUMN_TEXT, false},
    TODAY_REFORM_CHANGE(true),
};
static const struct column_head indicators[] = {
    {"level", {"层级", "level"}, COLUMN_TEXT, true},
    {"area", {"区域", "area"}, COLUMN_TEXT, true},
    {"indicator", {"指标", "indicator"}, COLUMN_TEXT, false},
    LABEL(true),
    {"today", {"现行", "today"}, COLUMN_NUMBER, true},
    {"reform", {"改革", "reform"}, COLUMN_NUMBER, true},
    {"change", {"变化", "change"}, COLUMN_NUMBER, true},
    {"today_numerator", {"现行分子", "numerator today"}, COLUMN_NUMBER, false},
    {"today_denominator", {"现行分母", "denominator today"}, COLUMN_NUMBER, false},
    {"reform_numerator", {"改革分子", "numerator reform"}, COLUMN_NUMBER, false},
    {"reform_denominator", {"改革分母", "denominator reform"}, COLUMN_NUMBER, false},
    {"reason_today", {"现行原因", "reason today"}, COLUMN_TEXT, false},
    {"reason_reform", {"改革原因", "reason reform"}, COLUMN_TEXT, false},
};
static const struct column_head cliffs[] = {
    RAISED_POLICY(true),
    {"families", {"临界户", "on a cliff"}, COLUMN_COUNT, true},
    {"loss", {"净损失", "net loss"}, COLUMN_AMOUNT, true},
    {"rows", {"已试行数", "rows raised"}, COLUMN_COUNT, true},
    {"undetermined", {"无法判定", "undetermined"}, COLUMN_COUNT, true},
    {"unknown", {"收入未知", "not known"}, COLUMN_COUNT, true},
    {"out_of_range", {"超出范围", "out of range"}, COLUMN_COUNT, true},
};
static const struct column_head cliff_benefits[] = {
    RAISED_POLICY(false),
    {"benefit", {"待遇", "benefit"}, COLUMN_TEXT, false},
    LABEL(true),
    {"families", {"户", "families"}, COLUMN_COUNT, true},
    {"fall", {"减少合计", "falls in all"}, COLUMN_AMOUNT, true},
    {"greatest", {"最大减少", "greatest fall"}, COLUMN_AMOUNT, true},
    {"worst", {"减少最大的家庭", "family that falls most"}, COLUMN_TEXT, true},
};
static const struct column_head cliff_families[] = {
    RAISED_POLICY(false),
    {"family", {"家庭", "family"}, COLUMN_TEXT, false},
    {"row", {"提高的一行", "row raised"}, COLUMN_TEXT, true},
    {"before", {"提高前", "before"}, COLUMN_AMOUNT, true},
    {"after", {"提高后", "after"}, COLUMN_AMOUNT, true},
    {"fall", {"减少", "fall"}, COLUMN_AMOUNT, true},
    {"step", {"收入增加", "step"}, COLUMN_AMOUNT, false},
    {"loss", {"净损失", "net loss"}, COLUMN_AMOUNT, true},
    {"benefit", {"减少最多的待遇", "falls most"}, COLUMN_TEXT, false},
    LABEL(true),
};

const struct sheet_kind report_kinds[REPORT_SHEETS] = {
    [REPORT_ABOUT] = KIND("about", "说明", "About", about),
    [REPORT_BENEFITS] = KIND("benefits", "待遇", "Benefits", benefits),
    [REPORT_FUNDS] = KIND("funds", "资金", "Funds", funds),
    [REPORT_AREAS] = KIND("areas", "区域", "Areas", areas),
    [REPORT_AREA_BENEFITS] = KIND("area-benefits", "区域与待遇", "Areas and benefits", area_benefits),
    [REPORT_OUTCOMES] = KIND("outcomes", "谁增谁减", "Who gains, who loses", outcomes),
    [REPORT_BANDS] = KIND("bands", "变化分档", "Changes in bands", bands),
    [REPORT_FAMILIES] = KIND("families", "增减最多的家庭", "Families that gain or lose most", families),
    [REPORT_INDICATORS] = KIND("indicators", "指标", "Indicators", indicators),
    [REPORT_CLIFFS] = KIND("cliffs", "收入临界", "Income cliffs", cliffs),
    [REPORT_CLIFF_BENEFITS] =
        KIND("cliff-benefits", "临界处减少的待遇", "Benefits that fall at a cliff", cliff_benefits),
    [REPORT_CLIFF_FAMILIES] =
        KIND("cliff-families", "临界最陡的家庭", "Families at the steepest cliffs", cliff_families),
};

const char *const outcome_words[OUTCOMES][LANGUAGES] = {
    [GAINS] = {"增加", "gain"},
    [LOSES] = {"减少", "lose"},
    [UNCHANGED] = {"不变", "unchanged"},
    [UNDETERMINED] = {"？无法判定", "？undetermined"},
};
