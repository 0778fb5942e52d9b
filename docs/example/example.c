/* The library in a page: a policy of two rules, one family, its decision and why.
 *
 *     cc example.c $(pkg-config --cflags --libs doudi) -o example && ./example */
#include <doudi.h>
#include <stdio.h>
#include <string.h>

static const char law[] =
    "# A small law\n"
    "```doudi\n"
    "policy small \"小法\" \"Small law\"\n"
    "  currency yuan \"元\" \"yuan\" of 100 fen \"分\" \"fen\"\n"
    "entity household \"家庭\" \"household\"\n"
    "entity person in household at most 20 \"人员\" \"person\"\n"
    "input person earnings : money/year in 0 .. 1_000_000 yuan/year \"年收入\" \"Income in a year\"\n"
    "parameter standard : money/year from 2018-01-01 \"标准\" \"Standard\" = 3_500 yuan/year\n"
    "rule household per_head : money/year \"人均收入\" \"Income per head\" = sum(person: earnings) / count(person)\n"
    "benefit household aid : money/month \"补助\" \"Aid\"\n"
    "  = when per_head < standard: round((standard - per_head) * count(person), 1 fen/month)\n"
    "    otherwise: 0\n"
    "```\n";

int main(void) {
    doudi_policy *policy = doudi_policy_new();
    doudi_policy_begin(policy, "small");
    doudi_policy_add(policy, "law.md", law, strlen(law));
    if (doudi_policy_compile(policy) != DOUDI_OK) {
        for (size_t i = 0; i < doudi_policy_mistakes(policy); i++)
            fputs(doudi_policy_mistake(policy, i, DOUDI_EN), stderr);
        doudi_policy_free(policy);
        return 1;
    }
    doudi_data *data = doudi_data_new(policy);
    doudi_data_add_row(data, "household", "h1", NULL);
    doudi_data_add_row(data, "person", "anna", "h1");
    doudi_data_set(data, "earnings", "2000");
    doudi_data_add_row(data, "person", "ben", "h1");
    doudi_data_set(data, "earnings", "0");

    doudi_run *run = doudi_run_new(data, "2018-07");
    const char *aid = NULL;
    if (doudi_run_value(run, "household", "h1", "aid", &aid) == DOUDI_OK) printf("aid: %s yuan a month\n", aid);
    fputs(doudi_run_explain(run, "household", "h1", "aid", 4, DOUDI_EN), stdout);

    doudi_run_free(run);
    doudi_data_free(data);
    doudi_policy_free(policy);
    return 0;
}
