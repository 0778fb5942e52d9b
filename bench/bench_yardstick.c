/* The engine beside the same rules written by hand, and in SQL: one population, one run of the program, rounds that
 * take turns. All but SQL must come to the same totals, to the fen.
 *
 * usage: bench_yardstick [HOUSEHOLDS] */
#define _POSIX_C_SOURCE 200809L /* clocks */

#include "by_hand.h"
#include "measure.h"

#include "base/memory.h"
#include "exchange/file.h"
#include "exchange/policy_folder.h"
#include "program/kernel.h"
#include "program/solve.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 15, JANUARY = 2018 * 12, HOUSEHOLDS = 1000000, FEWER = 100000 };

static const char law[] = "policies/examples/yardstick";

/* --- the population as a dataset ---------------------------------------------------------------------------------- */

struct loading {
    struct arena arena;
    const struct policy *policy;
    struct records records;
};

static struct text id_of(struct loading *loading, char kind, size_t number) {
    return text_format(&loading->arena, "%c%08zu", kind, number);
}

static size_t add(struct loading *loading, const char *entity, struct text id, struct text parent) {
    struct record_row row = {.id = id, .parent = parent, .from = MONTH_FIRST, .until = MONTH_LAST};
    struct text name = {entity, strlen(entity)};
    return records_add(&loading->records, map_get(&loading->policy->entity_by_name, name), row);
}

static void put(struct loading *loading, const char *entity, const char *field, size_t row, lane value) {
    struct text name = {field, strlen(field)}, of = {entity, strlen(entity)};
    const struct entity *owner = map_get(&loading->policy->entity_by_name, of);
    for (size_t i = 0; i < owner->inputs.count; i++)
        if (text_equal(owner->inputs.items[i]->name, name))
            records_put(&loading->records, owner->inputs.items[i], row, value);
}

static void load_person(struct loading *loading, const struct population *all, size_t at, struct text household) {
    size_t row = add(loading, "person", id_of(loading, 'p', at), household);
    put(loading, "person", "age", row, all->age[at]);
    put(loading, "person", "level", row, all->level[at]);
    put(loading, "person", "kind", row, all->kind[at]);
    put(loading, "person", "ill", row, (all->flags[at] & ILL) != 0);
    put(loading, "person", "poor", row, (all->flags[at] & POOR) != 0);
    put(loading, "person", "tekun", row, (all->flags[at] & TEKUN) != 0);
    put(loading, "person", "works", row, (all->flags[at] & WORKS) != 0);
    put(loading, "person", "frontier", row, (all->flags[at] & FRONTIER) != 0);
    put(loading, "person", "income", row, all->income[at]);
    put(loading, "person", "medical", row, all->medical[at]);
    put(loading, "person", "tuition", row, all->tuition[at]);
}

static struct dataset *load(const struct policy *policy, const struct population *all) {
    struct loading loading = {.policy = policy};
    arena_init(&loading.arena);
    records_init(&loading.records, &loading.arena, policy);
    struct text counties[COUNTIES];
    size_t person = 0;
    for (size_t i = 0; i < COUNTIES; i++) {
        counties[i] = id_of(&loading, 'c', i);
        size_t row = add(&loading, "county", counties[i], TEXT(""));
        put(&loading, "county", "standard", row, all->standard[i]);
        put(&loading, "county", "border", row, all->border[i]);
    }
    for (size_t i = 0; i < all->households; i++) {
        struct text id = id_of(&loading, 'h', i);
        size_t row = add(&loading, "household", id, counties[all->county[i]]);
        put(&loading, "household", "assets", row, all->assets[i]);
        for (size_t k = 0; k < all->size[i]; k++) load_person(&loading, all, person++, id);
    }
    struct refusals refusals = {.arena = &loading.arena};
    struct dataset *dataset =
        arena_failed(&loading.arena) ? NULL : dataset_new(policy, &loading.records, JANUARY, &refusals);
    if (!dataset) give_up("memory ran out");
    if (refusals.list.count) give_up("the population does not fit the policy");
    arena_free(&loading.arena);
    return dataset;
}

/* --- sides -------------------------------------------------------------------------------------------------------- */

/* What all sides share. */
struct yardstick {
    struct arena arena;
    struct policy *policy;
    struct population population;
    struct dataset *dataset;
    struct history history;
    struct run *run;
    struct program *program;
    struct decisions_by_hand by_hand;
    struct totals_by_hand totals;
    struct solved *solved;
    uint64_t read; /* so that reading is not left out */
};

struct side {
    const char *name;
    void (*work)(struct yardstick *yardstick, const struct side *side);
    unsigned threads;
    const char *instructions;
    int64_t times[ROUNDS]; /* microseconds */
};

static void by_hand(struct yardstick *yardstick, const struct side *side) {
    yardstick->totals = decide_by_hand(&yardstick->population, &yardstick->by_hand, side->threads);
}

static void engine(struct yardstick *yardstick, const struct side *side) {
    struct solve_choices choices = {.threads = side->threads, .instructions = side->instructions};
    yardstick->solved = yardstick->solved ? solve_again(yardstick->solved, yardstick->program, yardstick->run, choices)
                                          : solve(yardstick->program, yardstick->run, choices);
    if (!yardstick->solved) give_up("memory ran out");
}

static void add_words(struct yardstick *yardstick, const void *bytes, size_t length) {
    const uint64_t *words = bytes;
    uint64_t sum = 0;
    for (size_t i = 0; i < length / sizeof *words; i++) sum += words[i];
    yardstick->read += sum;
}

/* Every input read once, every output and its code written once: no side can be faster. */
static void memory_alone(struct yardstick *yardstick, const struct side *side) {
    const struct policy *policy = yardstick->policy;
    (void)side;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        const struct table *table = dataset_table(yardstick->dataset, field->entity);
        if (field->kind == FIELD_INPUT) {
            const struct column *column = &table->columns[field->input_index];
            add_words(yardstick, column->lanes, table->rows * column->spec.width);
        } else if (yardstick->solved->fields[i].there) {
            const struct solved_field *solved = &yardstick->solved->fields[i];
            memset((void *)solved->n.lanes, 0, table->rows * solved->n.width);
            if (solved->cases) memset((void *)solved->cases, 0, table->rows);
        }
    }
}

/* --- the same totals ---------------------------------------------------------------------------------------------- */

/* Of all rows, in the field's own unit times `parts`. */
static int64_t total_of(struct yardstick *yardstick, const char *name, int64_t parts) {
    const struct policy *policy = yardstick->policy;
    struct text text = {name, strlen(name)};
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        const struct solved_field *solved = &yardstick->solved->fields[i];
        if (!text_equal(field->name, text) || !solved->there) continue;
        lane sum = 0;
        for (size_t row = 0; row < dataset_table(yardstick->dataset, field->entity)->rows; row++)
            if (!solved->n.misses || !solved->n.misses[row]) sum += lane_read(solved->n.lanes, solved->n.width, row);
        struct number total =
            number_multiply(&yardstick->arena, number_from_lane(&yardstick->arena, sum), solved->grid);
        int64_t result = 0;
        if (field->type.kind == TYPE_NUMBER)
            total = number_divide(&yardstick->arena, number_multiply(&yardstick->arena, total, number_from(parts)),
                                  field->scale);
        if (!number_to_int64(total, &result)) give_up("a total is no whole number");
        return result;
    }
    give_up("the policy has no such rule");
}

static void check_totals(struct yardstick *yardstick) {
    const struct totals_by_hand *hand = &yardstick->totals;
    bool same = total_of(yardstick, "eligible", 1) == hand->eligible &&
                total_of(yardstick, "dibao", 1) == hand->dibao && total_of(yardstick, "price", 1) == hand->price &&
                total_of(yardstick, "living", 100) == hand->living && total_of(yardstick, "care", 100) == hand->care &&
                total_of(yardstick, "premium", 100) == hand->premium;
    if (!same) give_up("the engine's totals are not those of the rules by hand");
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

static int64_t median(const struct side *side) {
    return side->times[ROUNDS / 2];
}

static void measure(struct yardstick *yardstick, struct side *sides, size_t count) {
    for (size_t i = 0; i < count; i++) sides[i].work(yardstick, &sides[i]); /* memory that nobody touched yet */
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++) {
            int64_t begin = now(CLOCK_MONOTONIC);
            sides[i].work(yardstick, &sides[i]);
            sides[i].times[round] = now(CLOCK_MONOTONIC) - begin;
        }
    for (size_t i = 0; i < count; i++) sort_times(sides[i].times, ROUNDS);
}

/* Beside the side that it is held against, of as many threads. */
static void print_side(const struct yardstick *yardstick, const struct side *side, const struct side *against) {
    double ns = (double)median(side) * 1000 / (double)yardstick->population.households;
    bool noisy = side->times[ROUNDS - 2] - side->times[1] > median(side) / 10;
    printf("%-36s %u  %9.3f ms  %7.1f ns a household", side->name, side->threads, (double)median(side) / 1000, ns);
    if (against) printf("  %5.2f times as fast", (double)median(against) / (double)median(side));
    printf("%s\n", noisy ? "  (noisy)" : "");
}

static void bench_known(struct yardstick *yardstick) {
    struct side sides[12] = {{"by hand", by_hand, 1, NULL, {0}}, {"by hand", by_hand, 2, NULL, {0}}};
    static const char *const names[][2] = {
        {"engine, x86-64", "plain"}, {"engine, AVX2", "avx2"}, {"engine, AVX-512", "avx512"}};
    size_t count = 2;
    for (size_t i = 0; i < 3; i++)
        for (unsigned threads = 1; threads <= 2 && kernels_choose(names[i][1]); threads++)
            sides[count++] = (struct side){names[i][0], engine, threads, names[i][1], {0}};
    engine(yardstick, &sides[2]);
    sides[count++] = (struct side){"memory alone", memory_alone, 1, NULL, {0}};
    measure(yardstick, sides, count);
    for (size_t i = 0; i < count; i++) print_side(yardstick, &sides[i], i < 2 ? NULL : &sides[sides[i].threads - 1]);
    engine(yardstick, &sides[2]);
    check_totals(yardstick);
    printf("totals are the same to the fen: %lld eligible, %lld yuan of dibao\n", (long long)yardstick->totals.eligible,
           (long long)yardstick->totals.dibao);
}

/* One row of `in` of every input of persons is not known. */
static void forget(struct yardstick *yardstick, size_t in) {
    const struct entity *person = map_get(&yardstick->policy->entity_by_name, TEXT("person"));
    struct table *table = &yardstick->dataset->tables[person->index];
    for (size_t i = 0; i < person->inputs.count; i++) {
        struct column *column = &table->columns[i];
        for (size_t row = i; row < table->rows; row += in * person->inputs.count) {
            column->unknown += column->known[row];
            column->known[row] = 0;
            column_put(column, row, 0);
        }
    }
}

static void bench_unknown(struct yardstick *yardstick) {
    struct side sides[] = {{"engine, nothing missing", engine, 1, NULL, {0}},
                           {"of one person in 100 an input missing", engine, 1, NULL, {0}},
                           {"of one person in 10 an input missing", engine, 1, NULL, {0}}};
    for (size_t i = 0; i < 3; i++) {
        if (i == 1) forget(yardstick, 100);
        if (i == 2) forget(yardstick, 10);
        measure(yardstick, &sides[i], 1);
        print_side(yardstick, &sides[i], &sides[0]);
    }
}

/* --- SQL ---------------------------------------------------------------------------------------------------------- */

static void greatest0(sqlite3_context *context, int count, sqlite3_value **values) {
    double value = sqlite3_value_double(values[0]);
    (void)count;
    sqlite3_result_double(context, value > 0 ? value : 0);
}

static void query(sqlite3 *base, const char *sql) {
    if (sqlite3_exec(base, sql, NULL, NULL, NULL) != SQLITE_OK) give_up(sqlite3_errmsg(base));
}

static void insert(sqlite3_stmt *statement, const int64_t *values, int count) {
    for (int i = 0; i < count; i++) sqlite3_bind_int64(statement, i + 1, values[i]);
    if (sqlite3_step(statement) != SQLITE_DONE) give_up("SQLite takes no more rows");
    sqlite3_reset(statement);
}

static sqlite3_stmt *prepare(sqlite3 *base, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(base, sql, -1, &statement, NULL) != SQLITE_OK) give_up(sqlite3_errmsg(base));
    return statement;
}

static void fill_tables(sqlite3 *base, const struct population *all) {
    query(base,
          "create table county(id integer primary key, std, border);"
          "create table hh(id integer primary key, county, assets, size);"
          "create table p(id integer primary key, hh, age, dis, kind, ill, income, med, tuition, poor, tekun, work, "
          "frontier); begin");
    sqlite3_stmt *county = prepare(base, "insert into county values (?, ?, ?)"),
                 *household = prepare(base, "insert into hh values (?, ?, ?, ?)"),
                 *member = prepare(base, "insert into p values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (int i = 0; i < COUNTIES; i++) insert(county, (int64_t[]){i, all->standard[i], all->border[i]}, 3);
    size_t at = 0;
    for (size_t row = 0; row < all->households; row++) {
        insert(household, (int64_t[]){(int64_t)row, all->county[row], all->assets[row], all->size[row]}, 4);
        for (unsigned k = 0; k < all->size[row]; k++, at++) {
            int flags = all->flags[at];
            insert(member,
                   (int64_t[]){(int64_t)at, (int64_t)row, all->age[at], all->level[at], all->kind[at],
                               (flags & ILL) != 0, all->income[at], all->medical[at], all->tuition[at],
                               (flags & POOR) != 0, (flags & TEKUN) != 0, (flags & WORKS) != 0,
                               (flags & FRONTIER) != 0},
                   13);
        }
    }
    sqlite3_finalize(county);
    sqlite3_finalize(household);
    sqlite3_finalize(member);
    query(base, "commit; create index p_hh on p(hh)");
}

static struct text file_text(const char *path) {
    struct file file;
    struct builder out;
    if (file_open(&file, path) != FILE_OK) give_up("bench/yardstick.sql is missing");
    builder_init(&out);
    builder_add(&out, file.bytes);
    file_close(&file);
    return builder_text(&out);
}

static void bench_sql(struct yardstick *yardstick) {
    sqlite3 *base = NULL;
    struct text sql = file_text("bench/yardstick.sql");
    if (sqlite3_open(":memory:", &base) != SQLITE_OK) give_up("SQLite does not open");
    sqlite3_create_function(base, "greatest0", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, greatest0, NULL, NULL);
    fill_tables(base, &yardstick->population);
    int64_t begin = now(CLOCK_MONOTONIC);
    query(base, sql.bytes);
    printf("%-36s 1  %9.3f ms  %7.1f ns a household (once, in binary fractions)\n", "SQLite, the same in SQL",
           (double)(now(CLOCK_MONOTONIC) - begin) / 1000,
           (double)(now(CLOCK_MONOTONIC) - begin) * 1000 / (double)yardstick->population.households);
    sqlite3_close(base);
}

/* --- the yardstick ------------------------------------------------------------------------------------------------ */

static struct program *compile(const struct policy *policy, const struct run_options *options) {
    bool *wanted = memory_new(policy->fields.count + 1, sizeof *wanted);
    if (!wanted) give_up("memory ran out");
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        wanted[i] = field->kind == FIELD_BENEFIT || text_is(field->name, "eligible");
    }
    struct program *program = program_new(policy, JANUARY, options, wanted);
    memory_free(wanted);
    return program;
}

static void begin(struct yardstick *yardstick, struct policy *policy, size_t households) {
    static const struct run_options options = {.known = DAY_NEVER};
    *yardstick = (struct yardstick){.policy = policy};
    arena_init(&yardstick->arena);
    if (!population_make(&yardstick->population, households)) give_up("memory ran out");
    yardstick->dataset = load(policy, &yardstick->population);
    history_init(&yardstick->history, policy);
    yardstick->run = run_new(policy, yardstick->dataset, &yardstick->history, JANUARY, &options);
    yardstick->program = compile(policy, &options);
    if (!yardstick->run || !yardstick->program) give_up("memory ran out");
}

static void end(struct yardstick *yardstick) {
    solved_free(yardstick->solved);
    program_free(yardstick->program);
    run_free(yardstick->run);
    history_free(&yardstick->history);
    dataset_free(yardstick->dataset);
    arena_free(&yardstick->arena);
}

/* As often as it takes to see them beside the many. */
static void several_times(struct yardstick *yardstick, const struct side *side) {
    for (size_t done = 0; done < FEWER; done += yardstick->population.households) engine(yardstick, side);
}

static void bench_growth(struct policy *policy) {
    for (size_t households = 1000; households <= FEWER; households *= 10) {
        struct yardstick yardstick;
        struct side side = {"engine", several_times, 1, NULL, {0}};
        begin(&yardstick, policy, households);
        measure(&yardstick, &side, 1);
        printf("%-36s 1                %7.1f ns a household of %zu\n", side.name, (double)median(&side) * 1000 / FEWER,
               households);
        end(&yardstick);
    }
}

int main(int argc, char **argv) {
    struct yardstick yardstick;
    struct arena arena;
    struct diagnostics diagnostics;
    size_t households = argc > 1 ? strtoull(argv[1], NULL, 10) : HOUSEHOLDS;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    struct policy *policy = policy_read_folder(law, &diagnostics);
    if (!policy || !policy->compiled) give_up("the policy does not compile");
    if (households == 0) give_up("there are no households");
    begin(&yardstick, policy, households);
    yardstick.by_hand =
        (struct decisions_by_hand){memory_new(households, 1), memory_new(households, 4), memory_new(households, 4),
                                   memory_new(households, 4), memory_new(households, 4), memory_new(households, 4)};
    if (!yardstick.by_hand.premium) give_up("memory ran out");
    printf("the yardstick, %zu households, %zu persons, codes beside every value; threads, median of %d\n", households,
           yardstick.population.persons, ROUNDS);
    bench_known(&yardstick);
    bench_growth(policy);
    bench_unknown(&yardstick);
    bench_sql(&yardstick);
    end(&yardstick);
    return EXIT_SUCCESS;
}
