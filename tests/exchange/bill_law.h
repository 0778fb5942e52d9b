/* A small law of bills, which the tests of bills as JSON share; and two more: of two kinds of bills, and of none. */
#ifndef DOUDI_TESTS_BILL_LAW_H
#define DOUDI_TESTS_BILL_LAW_H

#include "exchange/bill_json.h"

#define BILL_LAW_BEGIN                                                                                                 \
    "```doudi\n"                                                                                                       \
    "policy law\n"                                                                                                     \
    "  currency yuan \"元\" \"yuan\" of 100 fen \"分\" \"fen\"\n"                                                    \
    "enum care \"类别\" \"Care\" : stay \"住院\" \"Inpatient\", visit \"门诊\" \"Outpatient\"\n"                 \
    "fund aid \"救助资金\" \"Aid fund\"\n"                                                                         \
    "entity clinic \"医院\" \"clinic\"\n"                                                                            \
    "entity person \"人员\" \"person\"\n"                                                                            \
    "input person nick : text\n"                                                                                       \
    "input person card : text check gb11643 sealed \"身份证号\" \"Citizen id\"\n"                                  \
    "input person bank : text check luhn \"银行卡\" \"Bank card\"\n"
#define BILL_LAW_INPUTS(event)                                                                                         \
    "input " event " paid_on : date in 2010-01-01 .. 2100-01-01 \"日期\" \"Paid on\"\n"                              \
    "input " event " number : text \"票号\" \"Number\"\n"                                                            \
    "input " event " clinic : clinic \"医院\" \"Clinic\"\n"                                                          \
    "input " event " cost : money in 0 .. 1_000 yuan \"费用\" \"Cost\" cite 2.1\n"
#define BILL_LAW_PAYS(event)                                                                                           \
    "benefit " event " aid_pay : money in 0 .. 1_000 yuan \"救助\" \"Aid\"\n"                                        \
    "  cite 2.1, 2.2\n"                                                                                                \
    "  fund aid\n"                                                                                                     \
    "  pays clinic\n"                                                                                                  \
    "  = min(cost, 100 yuan)\n"                                                                                        \
    "rule " event " own : money in 0 .. 1_000 yuan \"自付\" \"Own payment\"\n"                                       \
    "  = cost - aid_pay\n"
#define BILL_LAW_EVENT(event, labels)                                                                                  \
    "event " event " in person dated paid_on, number, clinic at most 90 a year " labels                                \
    " settled at clinic by number of cost leaving own\n"

#define BILL_LAW_MORE                                                                                                  \
    "input bill care : care empty means visit \"类别\" \"Care\"\n"                                                   \
    "input bill deposit : money in -50.05 .. 50 yuan \"押金\" \"Deposit\"\n"                                         \
    "input bill days : count in 0 .. 40 \"天数\" \"Days\"\n"                                                         \
    "input bill weight : money in 0 .. 100_000_000_000_000_000 yuan \"重量\" \"Weight\"\n"                           \
    "input bill urgent : bool empty means no \"急诊\" \"Urgent\"\n"                                                  \
    "input bill employer : text check gb32100 \"单位\" \"Employer\"\n"                                               \
    "input bill begun : date\n"
#define BILL_LAW_LATER                                                                                                 \
    "benefit bill aid_pay : money from 2019-01-01\n"                                                                   \
    "  cite 2.3\n"                                                                                                     \
    "  = min(cost, 200 yuan)\n"                                                                                        \
    "guarantee honest \"押金不超过费用\" \"No deposit above the cost\"\n"                                       \
    "  for bill: (deposit if known else 0) <= cost\n"                                                                  \
    "  else refuse\n"

static const char bill_law[] = BILL_LAW_BEGIN BILL_LAW_EVENT("bill", "\"账单\" \"bill\"") BILL_LAW_INPUTS("bill")
    BILL_LAW_MORE BILL_LAW_PAYS("bill") BILL_LAW_LATER "```\n";
static const char two_bills_law[] = BILL_LAW_BEGIN BILL_LAW_EVENT("bill", "\"账单\" \"bill\"") BILL_LAW_INPUTS("bill")
    BILL_LAW_PAYS("bill") BILL_LAW_EVENT("receipt", "\"收据\" \"receipt\"") BILL_LAW_INPUTS("receipt")
        BILL_LAW_PAYS("receipt") "event fire in person dated burnt \"火灾\" \"fire\"\ninput fire burnt : date\n```\n";
static const char no_bills_law[] = BILL_LAW_BEGIN "event fire in person dated burnt\ninput fire burnt : date\n```\n";

static inline struct policy *bill_law_new(const char *law) {
    struct policy *policy = policy_new();
    assert(policy);
    policy_begin_layer(policy, TEXT("law"));
    policy_add_file(policy, TEXT("law.md"), text_from(law));
    return policy;
}

#endif
