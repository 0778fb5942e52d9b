#include "law.h"

#include <string.h>

static const char law[] =
    "```doudi\n"
    "policy small \"小法\" \"Small law\"\n"
    "  clauses from clauses.csv\n"
    "  currency yuan \"元\" \"yuan\" of 100 fen \"分\" \"fen\"\n"
    "fund aid_fund \"资金\" \"Fund\"\n"
    "role officer \"经办人\" \"Officer\"\n"
    "entity village at most 100 \"村\" \"village\"\n"
    "entity household in village at most 100 \"家庭\" \"household\"\n"
    "entity person in household at most 20 \"人员\" \"person\"\n"
    "event bill in person dated paid_on, bill_number at most 50 a year \"住院\" \"bill\"\n"
    "enum sex \"性别\" \"Sex\": male \"男\" \"Male\", female \"女\" \"Female\"\n"
    "input village remote : bool empty means no \"偏远\" \"Remote\"\n"
    "input household head : text \"户主\" \"Head\"\n"
    "input household account : text check luhn \"卡号\" \"Card\"\n"
    "input household neighbour : household empty means none \"邻居\" \"Neighbour\"\n"
    "input person earnings : money/year in 0 .. 1_000_000 yuan/year \"年收入\" \"Income in a year\"\n"
    "input person born : date in 1900-01-01 .. 2100-01-01 \"出生日期\" \"Born on\"\n"
    "input person sex : sex\n"
    "input bill paid_on : date \"日期\" \"Paid on\"\n"
    "input bill bill_number : text \"单号\" \"Number\"\n"
    "input bill cost : money in 0 .. 100_000 yuan \"费用\" \"Cost\"\n"
    "parameter standard : money/year in 100 .. 10_000 yuan/year from 2018-01-01 \"标准\" \"Standard\"\n"
    "  cite 1\n"
    "  = 3_500 yuan/year\n"
    "parameter tiers : ratio by band of money/year in 0% .. 50% \"档次\" \"Tiers\"\n"
    "  cite 1\n"
    "  table\n"
    "reading share_kept : ratio in 0% .. 100% \"保留比例\" \"Share kept\"\n"
    "  cite 2\n"
    "  because \"原文未定比例\" \"The text leaves it open\"\n"
    "  = 100%\n"
    "rule household size : count in 0 .. 20 \"人数\" \"Size\"\n"
    "  cite 2\n"
    "  = count(person)\n"
    "rule household next_door : household \"邻居家\" \"Next door\"\n"
    "  cite 2\n"
    "  = neighbour\n"
    "rule household per_head : money/year \"人均收入\" \"Income per head\"\n"
    "  cite 2\n"
    "  = sum(person: earnings) / size\n"
    "rule household below : bool \"低于标准\" \"Below the standard\"\n"
    "  cite 2\n"
    "  = per_head < standard\n"
    "rule household months_paid : months in 0 .. 1_200 months \"已发月数\" \"Months paid\"\n"
    "  cite 2\n"
    "  starts 0\n"
    "  = when aid > 0: min(1_200 months, previous(months_paid) + 1 month)\n"
    "    otherwise: previous(months_paid)\n"
    "benefit household aid : money/month in 0 .. 100_000 yuan/month \"补助\" \"Aid\"\n"
    "  cite 3\n"
    "  fund aid_fund\n"
    "  pays household by 15 of month\n"
    "  = when below: round(share_kept * (standard - per_head) * size, 1 fen/month) cite 1\n"
    "    otherwise: 0\n"
    "benefit bill refund : money in 0 .. 100_000 yuan \"报销\" \"Refund\"\n"
    "  cite 3\n"
    "  fund aid_fund\n"
    "  pays person by 15 of month\n"
    "  = floor(cost * 50%, 1 fen)\n"
    "alert household alone \"独居\" \"Alone\"\n"
    "  cite 2\n"
    "  to officer\n"
    "  = size = 1\n"
    "guarantee enough \"不低于一百元\" \"Never below 100\"\n"
    "  cite 3\n"
    "  for household where below: aid >= 100 yuan/month\n"
    "indicator share_below : ratio for village \"低于标准的比例\" \"Share below\"\n"
    "  cite 3\n"
    "  = count(household where below) / count(household)\n"
    "procedure application for household \"申请\" \"Application\"\n"
    "  opens by officer\n"
    "  decides aid\n"
    "  step approve \"审批\" \"Approval\" by officer\n"
    "    records accepted : bool \"同意\" \"Accepted\"\n"
    "    when accepted: grant\n"
    "    done: refuse\n"
    "  outcome grant \"批准\" \"Granted\":\n"
    "    letter granted\n"
    "  outcome refuse \"不批准\" \"Refused\":\n"
    "    letter refused\n"
    "```\n";
static const char clauses[] =
    "id,title_zh,title_en,says_zh,says_en,document,section,sentence\n"
    "1,标准,The standard,标准为三千五百元,The standard is 3500,办法,第一条,标准是三千五百元。\n"
    "2,家庭,The family,,,办法,第二条,\n"
    "3,补助,Aid,,,办法,第三条,\n";
static const char tiers[] = "band,value\n0,0\n1000,0.1\n";

static doudi_status add(doudi_policy *policy, const char *path, const char *bytes) {
    return doudi_policy_add(policy, path, bytes, strlen(bytes));
}

doudi_policy *law_read(void) {
    doudi_policy *policy = doudi_policy_new();
    doudi_status status = doudi_policy_begin(policy, "small");
    if (status == DOUDI_OK) status = add(policy, "law.md", law);
    if (status == DOUDI_OK) status = add(policy, "clauses.csv", clauses);
    if (status == DOUDI_OK) status = add(policy, "tables/tiers.csv", tiers);
    if (status == DOUDI_OK) status = doudi_policy_compile(policy);
    if (status == DOUDI_OK) return policy;
    doudi_policy_free(policy);
    return NULL;
}

static const struct {
    const char *entity, *id, *parent, *inputs[6];
} rows[] = {
    {"village", "v1", NULL, {NULL}},
    {"village", "v2", NULL, {"remote", "yes"}},
    {"household", "h1", "v1", {"head", "anna"}},
    {"household", "h2", "v1", {"neighbour", "h1"}},
    {"person", "anna", "h1", {"earnings", "2000", "born", "1980-02-29", "sex", "female"}},
    {"person", "ben", "h1", {"earnings", "0"}},
    {"person", "carl", "h2", {"born", "1950-01-01"}},
    {"bill", NULL, "anna", {"paid_on", "2018-07-03", "bill_number", "B1", "cost", "99.99"}},
};

doudi_data *law_families(const doudi_policy *policy) {
    doudi_data *data = doudi_data_new(policy);
    doudi_status status = data ? DOUDI_OK : DOUDI_NO_MEMORY;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == DOUDI_OK; i++) {
        status = doudi_data_add_row(data, rows[i].entity, rows[i].id, rows[i].parent);
        for (size_t k = 0; k < 6 && rows[i].inputs[k] && status == DOUDI_OK; k += 2)
            status = doudi_data_set(data, rows[i].inputs[k], rows[i].inputs[k + 1]);
    }
    if (status == DOUDI_OK) return data;
    doudi_data_free(data);
    return NULL;
}
