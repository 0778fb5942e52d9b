/* A program whose own functions are called as functions inside the library are: both must keep theirs. */
#include <doudi.h>
#include <string.h>

int resolve(void);
int evaluate(void);
int map_get(void);

int resolve(void) {
    return 1;
}

int evaluate(void) {
    return 2;
}

int map_get(void) {
    return 3;
}

static const char law[] = "```doudi\n"
                          "policy small\n"
                          "entity household\n"
                          "input household head : text\n"
                          "rule household size : count = 2 + 3\n"
                          "```\n";

/* Decides through the library's own resolve, evaluate and map_get. */
static int library_decides(void) {
    const char *size = NULL;
    doudi_policy *policy = doudi_policy_new();
    doudi_policy_begin(policy, "small");
    doudi_policy_add(policy, "law.md", law, strlen(law));
    doudi_policy_compile(policy);
    doudi_data *data = doudi_data_new(policy);
    doudi_data_add_row(data, "household", "h1", NULL);
    doudi_run *run = doudi_run_new(data, "2018-07");
    int decided = doudi_run_value(run, "household", "h1", "size", &size) == DOUDI_OK && strcmp(size, "5") == 0;
    doudi_run_free(run);
    doudi_data_free(data);
    doudi_policy_free(policy);
    return decided;
}

int main(void) {
    return library_decides() && resolve() + evaluate() + map_get() == 6 ? 0 : 1;
}
