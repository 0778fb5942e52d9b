/* What things cost: compiling, reading CSV, importing, packing, deciding, explaining.
 *
 * Processor time of this process, the median of several rounds, beside a pass over the same bytes that only adds them
 * up: a ratio says the same on every machine. What several threads do is told by the clock. */
#define _GNU_SOURCE /* clocks, mkdtemp, P_tmpdir, mallinfo2 */

#include "measure.h"

#include "base/csv.h"
#include "engine/explain.h"
#include "engine/settle.h"
#include "exchange/import.h"
#include "exchange/pack.h"
#include "exchange/policy_folder.h"
#include "exchange/totals.h"
#include "program/solve.h"

#include <malloc.h> /* mallinfo2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 9, MONTH = 2018 * 12 + 6, CSV_MEGABYTES = 64 };

static const char law[] = "policies/yunnan-2018", data[] = "samples/longling", areas[] = "policies/yunnan-2018/areas";

/* Microseconds of a piece of work. */
struct cost {
    int64_t least, median, most;
};

static struct cost measure_by(clockid_t clock, void (*work)(void *), void *context) {
    int64_t times[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        int64_t begin = now(clock);
        work(context);
        times[i] = now(clock) - begin;
    }
    sort_times(times, ROUNDS);
    return (struct cost){times[0], times[ROUNDS / 2], times[ROUNDS - 1]};
}

static struct cost measure(void (*work)(void *), void *context) {
    return measure_by(CLOCK_PROCESS_CPUTIME_ID, work, context);
}

static void print_cost(const char *what, struct cost cost, const char *rate) {
    printf("%-34s %7lld.%03lld ms  (%lld.%03lld to %lld.%03lld)  %s\n", what, (long long)cost.median / 1000,
           (long long)cost.median % 1000, (long long)cost.least / 1000, (long long)cost.least % 1000,
           (long long)cost.most / 1000, (long long)cost.most % 1000, rate);
}

/* --- the baseline ------------------------------------------------------------------------------------------------- */

struct bytes {
    struct text text;
    uint64_t sum;
};

static void add_up(void *context) {
    struct bytes *bytes = context;
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes->text.length; i++) sum += (unsigned char)bytes->text.bytes[i] * (uint64_t)(i | 1);
    bytes->sum += sum;
}

static void print_rate(const char *what, struct text text, struct cost cost, struct cost baseline) {
    char rate[80];
    uint64_t megabytes = cost.median ? (uint64_t)text.length / (uint64_t)cost.median : 0;
    uint64_t ratio = baseline.median ? (uint64_t)cost.median * 10 / (uint64_t)baseline.median : 0;
    snprintf(rate, sizeof rate, "%llu MB/s, %llu.%llu passes", (unsigned long long)megabytes,
             (unsigned long long)ratio / 10, (unsigned long long)ratio % 10);
    print_cost(what, cost, rate);
}

/* --- compiling ---------------------------------------------------------------------------------------------------- */

static void compile(void *context) {
    struct arena arena;
    struct diagnostics diagnostics;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    struct policy *policy = policy_read_folder(context, &diagnostics);
    if (!policy || !policy->compiled) give_up("the policy does not compile");
    policy_free(policy);
    arena_free(&arena);
}

/* --- CSV ---------------------------------------------------------------------------------------------------------- */

static void scan(void *context) {
    const struct bytes *bytes = context;
    struct arena arena;
    struct csv csv;
    enum csv_result result;
    arena_init(&arena);
    csv_init(&csv, bytes->text, &arena);
    struct arena_mark mark = arena_here(&arena);
    while ((result = csv_next(&csv)) != CSV_END) {
        if (result == CSV_NO_MEMORY) give_up("memory ran out");
        arena_rewind(&arena, mark);
    }
    arena_free(&arena);
}

/* A file as often as it takes; every cell in quotes if wanted. */
static struct text repeated(const char *path, bool quoted) {
    struct file file;
    struct builder out;
    if (file_open(&file, path) != FILE_OK) give_up("a sample file is missing");
    builder_init(&out);
    while (out.length < (size_t)CSV_MEGABYTES << 20) {
        if (!quoted) {
            builder_add(&out, file.bytes);
            continue;
        }
        for (size_t i = 0; i < file.bytes.length; i++) {
            char byte = file.bytes.bytes[i];
            bool first = i == 0 || file.bytes.bytes[i - 1] == '\n';
            if (first) builder_add(&out, TEXT("\""));
            if (byte == ',') builder_add(&out, TEXT("\",\""));
            if (byte == '\n') builder_add(&out, TEXT("\"\n"));
            if (byte != ',' && byte != '\n') builder_add(&out, text_slice(file.bytes, i, i + 1));
        }
    }
    file_close(&file);
    if (out.failed) give_up("memory ran out");
    return builder_text(&out);
}

static void bench_csv(const char *what, const char *path, bool quoted) {
    struct bytes bytes = {.text = repeated(path, quoted)};
    struct cost baseline = measure(add_up, &bytes), cost = measure(scan, &bytes);
    print_rate(what, bytes.text, cost, baseline);
}

static const struct run_options everything = {.known = DAY_NEVER};

/* --- importing and deciding --------------------------------------------------------------------------------------- */

/* A county, from its files to what everybody gets. */
struct county {
    struct policy *policy;
    struct arena arena;
    struct diagnostics diagnostics;
    struct import import;
    struct dataset *dataset;
    unsigned threads; /* that read it; 0: one */
    struct history history;
    struct run *run;
    const struct entity *household;
    size_t families;
    const struct field *benefit; /* to explain */
    const bool *wanted;          /* by field; NULL: all rules */
    struct program *program;
    struct solve_choices choices;
    struct solved *solved;
};

static void import_county(struct county *county) {
    arena_init(&county->arena);
    diagnostics_init(&county->diagnostics, &county->arena);
    county->import = (struct import){.arena = &county->arena,
                                     .policy = county->policy,
                                     .diagnostics = &county->diagnostics,
                                     .threads = county->threads};
    if (import_folder(&county->import, data, areas) != IMPORT_OK) give_up("the sample is not in order");
}

static void forget_county(struct county *county) {
    import_close(&county->import);
    arena_free(&county->arena);
}

static void import_once(void *context) {
    import_county(context);
    forget_county(context);
}

static void load(void *context) {
    struct county *county = context;
    struct refusals refusals = {.arena = &county->arena};
    dataset_free(county->dataset);
    county->dataset = dataset_new(county->policy, &county->import.records, MONTH, &refusals);
    if (!county->dataset) give_up("memory ran out");
}

static void import_and_load(void *context) {
    struct county *county = context;
    import_county(county);
    load(county);
    dataset_free(county->dataset);
    county->dataset = NULL;
    forget_county(county);
}

/* Bytes of the columns, with ids and parents: what deciding reads. */
static uint64_t column_bytes(const struct dataset *dataset) {
    uint64_t sum = 0;
    for (size_t i = 0; i < dataset->policy->entities.count; i++) {
        const struct table *table = &dataset->tables[i];
        uint64_t row = sizeof(struct text) + sizeof *table->parents + sizeof *table->unconfirmed;
        for (size_t k = 0; k < table->entity->inputs.count; k++)
            row += 1 + (table->columns[k].texts.each ? sizeof(struct text) : table->columns[k].spec.width);
        sum += row * table->rows;
    }
    return sum;
}

static uint64_t memory_in_use(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static uint64_t data_bytes(const struct county *county) {
    uint64_t sum = 0;
    for (size_t i = 0; i < county->import.files.count; i++) sum += county->import.files.items[i]->file.bytes.length;
    return sum;
}

/* From the files to the columns of a month. */
static void bench_loading(struct county *county) {
    char rate[80];
    uint64_t before = memory_in_use();
    import_county(county);
    load(county);
    uint64_t bytes = data_bytes(county), taken = memory_in_use() - before - bytes,
             least = column_bytes(county->dataset);
    if (!least) give_up("the sample is empty");
    dataset_free(county->dataset);
    county->dataset = NULL;
    forget_county(county);
    for (county->threads = 1; county->threads <= 2; county->threads++) {
        struct cost cost = measure_by(CLOCK_MONOTONIC, import_and_load, county);
        snprintf(rate, sizeof rate, "%llu MB/s; at best %llu",
                 (unsigned long long)(bytes / (uint64_t)(cost.median + 1)),
                 (unsigned long long)(bytes / (uint64_t)(cost.least + 1)));
        print_cost(county->threads == 1 ? "files to columns, elapsed" : "by two threads, elapsed", cost, rate);
    }
    county->threads = 1;
    printf("memory asked for, beyond the files:  %llu kB, %llu.%02llu times the columns\n",
           (unsigned long long)taken / 1000, (unsigned long long)(taken / least),
           (unsigned long long)(taken % least * 100 / least));
}

/* --- packing ------------------------------------------------------------------------------------------------------ */

struct packing {
    struct county *county;
    const char *path;
};

static void pack_once(void *context) {
    const struct packing *packing = context;
    struct pack pack = {.dataset = packing->county->dataset};
    if (pack_write(&pack, packing->path) != FILE_OK) give_up("the pack cannot be written");
}

static void unpack_once(void *context) {
    const struct packing *packing = context;
    struct file file;
    struct pack pack;
    if (file_open(&file, packing->path) != FILE_OK ||
        pack_read(&pack, file.bytes, TEXT("pack"), packing->county->policy, MONTH, &packing->county->diagnostics) !=
            PACK_OK)
        give_up("the pack cannot be read");
    dataset_free(pack.dataset);
    file_close(&file);
}

static void bench_pack(struct county *county) {
    char folder[] = P_tmpdir "/doudi-bench-XXXXXX", path[sizeof folder + 16];
    struct packing packing = {county, path};
    struct file file;
    if (!mkdtemp(folder)) give_up("there is no room for files");
    snprintf(path, sizeof path, "%s/a.doudi", folder);
    struct cost cost = measure(pack_once, &packing);
    if (file_open(&file, path) != FILE_OK) give_up("the pack cannot be read");
    struct bytes bytes = {.text = file.bytes};
    struct cost baseline = measure(add_up, &bytes);
    print_rate("pack them", bytes.text, cost, baseline);
    print_rate("read the pack", bytes.text, measure(unpack_once, &packing), baseline);
    file_close(&file);
    file_remove(path);
    folder_remove(folder);
}

static void begin_run(struct county *county) {
    static const struct run_options options = {.known = DAY_NEVER};
    run_free(county->run);
    county->run = run_new(county->policy, county->dataset, &county->history, MONTH, &options);
    if (!county->run) give_up("memory ran out");
}

static void decide(void *context) {
    struct county *county = context;
    struct arena arena;
    struct totals totals = {0};
    arena_init(&arena);
    begin_run(county);
    if (!totals_find(&totals, county->run, &arena)) give_up("memory ran out");
    arena_free(&arena);
}

/* --- the compiled month ------------------------------------------------------------------------------------------- */

static void compile_month(void *context) {
    struct county *county = context;
    program_free(county->program);
    county->program = program_new(county->policy, MONTH, &everything, county->wanted);
    if (!county->program) give_up("memory ran out");
}

static void solve_month(void *context) {
    struct county *county = context;
    begin_run(county);
    county->solved = county->solved ? solve_again(county->solved, county->program, county->run, county->choices)
                                    : solve(county->program, county->run, county->choices);
    if (!county->solved) give_up("memory ran out");
}

/* What the evaluator takes for the same. */
static void evaluate_month(void *context) {
    struct county *county = context;
    begin_run(county);
    for (size_t i = 0; i < county->policy->fields.count; i++) {
        const struct field *field = county->policy->fields.items[i];
        size_t rows = dataset_table(county->dataset, field->entity)->rows;
        if (field->kind == FIELD_INPUT || !county->solved->fields[i].there) continue;
        for (size_t row = 0; row < rows; row++) run_value(county->run, field, row);
    }
    if (run_failed(county->run)) give_up("memory ran out");
}

/* Most rules that are unknown for nearly everybody are read by few benefits, and only of those whom they concern. */
static void bench_benefits(struct county *county, uint64_t families) {
    const struct policy *policy = county->policy;
    bool *benefits = ARENA_ARRAY(&county->arena, bool, policy->fields.count + 1);
    char rate[80];
    if (!benefits) give_up("memory ran out");
    for (size_t i = 0; i < policy->fields.count; i++) benefits[i] = policy->fields.items[i]->kind == FIELD_BENEFIT;
    solved_free(county->solved);
    county->solved = NULL;
    county->wanted = benefits;
    compile_month(county);
    struct cost cost = measure(solve_month, county), evaluated = measure(evaluate_month, county);
    snprintf(rate, sizeof rate, "%llu ns a family; evaluated: %llu",
             (unsigned long long)((uint64_t)cost.median * 1000 / families),
             (unsigned long long)((uint64_t)evaluated.median * 1000 / families));
    print_cost("solve its benefits alone", cost, rate);
}

static void bench_month(struct county *county, uint64_t families) {
    char rate[80];
    print_cost("compile a month", measure(compile_month, county), "");
    struct cost cost = measure(solve_month, county), evaluated = measure(evaluate_month, county);
    snprintf(rate, sizeof rate, "%llu us a family", (unsigned long long)((uint64_t)evaluated.median / families));
    print_cost("evaluate it for everybody", evaluated, rate);
    snprintf(rate, sizeof rate, "%llu ns a family, 1/%llu of that",
             (unsigned long long)((uint64_t)cost.median * 1000 / families),
             (unsigned long long)(evaluated.median / (cost.median + 1)));
    print_cost("solve it for everybody", cost, rate);
    bench_benefits(county, families);
    solved_free(county->solved);
    program_free(county->program);
}

/* --- one family at a counter ----------------------------------------------------------------------------------------
 */

static void find_benefits(const struct county *county, size_t family) {
    const struct policy *policy = county->policy;
    run_look_at(county->run, county->household, family);
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        size_t begin, end;
        if (field->kind != FIELD_BENEFIT || !entity_is_within(field->entity, county->household)) continue;
        dataset_below(county->dataset, county->household, family, field->entity, &begin, &end);
        for (size_t row = begin; row < end; row++)
            if (totals_take(county->run, field, row)) run_value(county->run, field, row);
    }
}

static void decide_each(void *context) {
    struct county *county = context;
    for (size_t family = 0; family < county->families; family++) find_benefits(county, family);
}

static void explain_each(void *context) {
    struct county *county = context;
    struct arena arena;
    arena_init(&arena);
    struct arena_mark mark = arena_here(&arena);
    for (size_t family = 0; family < county->families; family++) {
        struct builder out;
        builder_init(&out);
        find_benefits(county, family);
        struct explanation *why = explain_field(county->run, &arena, county->benefit, family, 4);
        explanation_print(&out, &arena, why, LANGUAGE_EN, true);
        builder_free(&out);
        arena_rewind(&arena, mark);
    }
    arena_free(&arena);
}

/* The dearest to explain is taken: the first benefit of the law. */
static void bench_family(struct county *county) {
    char rate[80];
    for (size_t i = 0; i < county->policy->fields.count && !county->benefit; i++)
        if (county->policy->fields.items[i]->kind == FIELD_BENEFIT) county->benefit = county->policy->fields.items[i];
    begin_run(county);
    struct cost cost = measure(decide_each, county);
    snprintf(rate, sizeof rate, "%llu ns a family",
             (unsigned long long)((uint64_t)cost.median * 1000 / county->families));
    print_cost("decide one family after another", cost, rate);
    cost = measure(explain_each, county);
    snprintf(rate, sizeof rate, "%llu ns a family",
             (unsigned long long)((uint64_t)cost.median * 1000 / county->families));
    print_cost("decide and explain each", cost, rate);
    if (run_failed(county->run)) give_up("memory ran out");
}

static void bench_county(struct policy *policy) {
    struct county county = {.policy = policy};
    char rate[80];
    history_init(&county.history, policy);
    bench_loading(&county);
    struct cost cost = measure(import_once, &county);
    import_county(&county);
    snprintf(rate, sizeof rate, "%llu MB/s", (unsigned long long)(data_bytes(&county) / (uint64_t)(cost.median + 1)));
    print_cost("import a county of 8,000 families", cost, rate);
    print_cost("its columns for a month", measure(load, &county), "");
    bench_pack(&county);
    if (!settle_past(&county.history, &county.import.records, county.dataset, &everything)) give_up("memory ran out");
    county.household = map_get(&policy->entity_by_name, TEXT("household"));
    if (!county.household) give_up("the policy has no households");
    county.families = dataset_table(county.dataset, county.household)->rows;
    cost = measure(decide, &county);
    snprintf(rate, sizeof rate, "%llu us a family", (unsigned long long)((uint64_t)cost.median / county.families));
    print_cost("decide everybody for a month", cost, rate);
    bench_family(&county);
    bench_month(&county, county.families);
    run_free(county.run);
    dataset_free(county.dataset);
    history_free(&county.history);
    forget_county(&county);
}

int main(void) {
    struct arena arena;
    struct diagnostics diagnostics;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    char path[] = "policies/yunnan-2018";
    printf("processor time, median of %d (least to most); a pass adds up the same bytes\n", ROUNDS);
    print_cost("compile yunnan-2018, files included", measure(compile, path), "");
    bench_csv("scan CSV of people", "samples/longling/person.csv", false);
    bench_csv("scan CSV of bills", "samples/longling/claim.csv", false);
    bench_csv("scan CSV, every cell quoted", "samples/longling/person.csv", true);
    struct policy *policy = policy_read_folder(law, &diagnostics);
    if (!policy || !policy->compiled) give_up("the policy does not compile");
    bench_county(policy);
    policy_free(policy);
    arena_free(&arena);
    return EXIT_SUCCESS;
}
