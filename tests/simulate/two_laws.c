#include "two_laws.h"

const char two_laws_law[] =
    "policy small \"小法\" \"Small law\"\n  currency yuan of 100 fen\nunit quilt step 1 \"床\" \"quilt\"\n"
    "entity county \"县\" \"County\"\nentity village in county at most 9 \"村\" \"Village\"\n"
    "entity family in village at most 9 \"家庭\" \"Family\"\nentity person in family at most 9 \"人员\" \"Person\"\n"
    "event bill in person dated paid, number at most 9 a year \"账单\" \"Bill\"\n"
    "fund aid \"救助金\" \"Aid\"\nfund health \"医疗金\" \"Health\"\n"
    "enum sex \"性别\" \"Sex\": male \"男\" \"Male\", female \"女\" \"Female\"\n"
    "input family enrolled : bool empty means no \"在保\" \"Enrolled\"\n"
    "input person sex : sex \"性别\" \"Sex\"\n"
    "input person income : money/month in 0 .. 1_000 yuan/month \"收入\" \"Income\"\n"
    "input person level : count in 0 .. 2 empty means 0 \"等级\" \"Level\"\n"
    "input bill paid : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"
    "input bill cost : money in 0 .. 1_000 yuan \"费用\" \"Cost\"\n"
    "parameter standard : money/month in 0 .. 1_000 yuan/month \"标准\" \"Standard\" = 300 yuan/month\n"
    "rule family income_in_all : money/month = sum(person: income)\n"
    "rule family line : money/month = standard * count(person)\n"
    "benefit family support : money/month in 0 .. 10_000 yuan/month \"补助\" \"Support\" fund aid\n"
    "  = when enrolled: max(0, line - income_in_all)\n"
    "    otherwise: 0\n"
    "benefit family heating : money/year in 0 .. 1_000 yuan/year \"取暖\" \"Heating\" yearly in 1 fund aid\n"
    "  = when enrolled: 120.50 yuan/year\n"
    "    otherwise: 0\n"
    "benefit person care : money/month in 0 .. 500 yuan/month \"护理,<五级>\" \"Care, <levels>\"\n"
    "  = when level = 2 and income_in_all < line: 80 yuan/month\n"
    "    when level = 2: 10 yuan/month\n"
    "    otherwise: 0\n"
    "benefit bill aid_pay : money in 0 .. 1_000 yuan \"医疗救助\" \"Medical aid\" fund health = round(cost * 50%, 1 "
    "fen)\n"
    "benefit family quilts : quilt in 0 .. 9 quilt \"棉被\" \"Quilts\" fund aid\n"
    "  = when enrolled: 2 quilt\n"
    "    otherwise: 0\n"
    "indicator reach : ratio for village, county \"覆盖率\" \"Reach\"\n"
    "  = count(family where support > 0) / count(family)\n"
    "indicator paid_share : ratio for county \"发放率\" \"Share that is paid\"\n"
    "  = count(family where known(support) and support > 0) / count(family)\n"
    "indicator lacking : money/month for county \"差额\" \"Lacking\"\n"
    "  = sum(family: max(0, 500 yuan/month * count(person) - income_in_all - support))\n";

const char two_laws_reform[] =
    "policy reform \"改革\" \"Reform\" extends small\nfund youth \"儿童金\" \"Youth\"\n"
    "exception parameter standard = 360 yuan/month\n"
    "exception person care = when level = 2: 40 yuan/month\n"
    "benefit person allowance : money/month in 0 .. 500 yuan/month \"津贴\" \"Allowance\" fund youth\n"
    "  = when level = 1: 25 yuan/month\n"
    "    otherwise: 0\n";

void two_laws_open(struct two_laws *laws, const char *law, const char *reform) {
    stage_open(&laws->stage[TODAY], law, NULL, NULL);
    stage_open(&laws->stage[REFORM], law, NULL, reform);
}

void two_laws_close(struct two_laws *laws) {
    for (enum side side = TODAY; side < SIDES; side++) stage_close(&laws->stage[side]);
}

void two_laws_row(struct two_laws *laws, const char *entity, const char *id, const char *parent, const char *inputs) {
    for (enum side side = TODAY; side < SIDES; side++) stage_row(&laws->stage[side], entity, id, parent, inputs);
}

void two_laws_decide(struct two_laws *laws, const char *month) {
    for (enum side side = TODAY; side < SIDES; side++) stage_decide(&laws->stage[side], month);
}

/* f1 gains by the standard, f2 by the allowance and loses care, f3 loses care, f4 does not change, of f5 an income is
 * missing, f6 falls short of the standard only under the reform. */
void two_laws_fill(struct two_laws *laws) {
    two_laws_row(laws, "county", "c", "", "");
    two_laws_row(laws, "village", "v1", "c", "");
    two_laws_row(laws, "village", "v2", "c", "");
    two_laws_row(laws, "village", "v3", "c", "");
    two_laws_row(laws, "family", "f1", "v1", "enrolled=yes");
    two_laws_row(laws, "person", "p1", "f1", "income=100.50 sex=male");
    two_laws_row(laws, "person", "p2", "f1", "income=0 sex=female");
    two_laws_row(laws, "family", "f2", "v1", "");
    two_laws_row(laws, "person", "p3", "f2", "income=250 sex=female level=1");
    two_laws_row(laws, "person", "p4", "f2", "income=250 sex=female level=2");
    two_laws_row(laws, "family", "f3", "v1", "");
    two_laws_row(laws, "person", "p5", "f3", "income=0 level=2");
    two_laws_row(laws, "family", "f4", "v2", "");
    two_laws_row(laws, "person", "p6", "f4", "income=900 sex=male");
    two_laws_row(laws, "family", "f5", "v2", "enrolled=yes");
    two_laws_row(laws, "person", "p7", "f5", "sex=male");
    two_laws_row(laws, "family", "f6", "v2", "enrolled=yes");
    two_laws_row(laws, "person", "p8", "f6", "income=340 sex=male");
    two_laws_row(laws, "bill", "", "p1", "paid=2018-01-05 number=B1 cost=400");
    two_laws_row(laws, "bill", "", "p6", "paid=2018-02-05 number=B2 cost=0.01");
}
