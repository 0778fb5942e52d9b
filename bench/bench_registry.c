/* A registry of the yardstick's population, by the commands that a bureau gives: imported from CSV with all checks,
 * citizen ids sealed, and the audit chain; a month decided and kept, some families changed and decided again, another
 * department's register held against it. Beside it the bare database: the same rows into plain tables, eight columns
 * of them read, a million decisions stored.
 *
 * Time by the clock, once; processor time and memory of the process beside it.
 *
 * usage: bench_registry FOLDER HOUSEHOLDS [URL]      the program is build/doudi; FOLDER is empty, and is filled */
#define _GNU_SOURCE /* wait4, sync */

#include "measure.h"
#include "population.h"

#include "base/calendar.h"
#include "base/identifier.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANGED = 1000, ROOM = 4000, REGISTERED = 5 }; /* of others' rows there are so many a household */

struct bench {
    const char *folder, *database; /* a file's name, or a URL */
    struct population all;
    char path[ROOM];
};

static const char *in(struct bench *bench, const char *name) {
    snprintf(bench->path, sizeof bench->path, "%s/%s", bench->folder, name);
    return bench->path;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static FILE *file_in(struct bench *bench, const char *name, const char *heading) {
    FILE *file = fopen(in(bench, name), "w");
    if (!file || fprintf(file, "%s\n", heading) < 0) give_up("the folder cannot be written");
    return file;
}

static void closed(FILE *file) {
    if (fclose(file) != 0) give_up("the disk is full");
}

/* --- the law ------------------------------------------------------------------------------------------------------ */

/* The yardstick's, in which people have names and numbers, and others register what they own. */
static const char line_of_people[] = "entity person in household at most 7 ";
static const char known_by[] = "known by full_name, born ";
static const char more_law[] = "\n```doudi\n"
                               "entity vehicle in person at most 20 known by plate matched by number\n"
                               "input person full_name : text\n"
                               "input person born : date\n"
                               "input person number : text check gb11643 sealed\n"
                               "input vehicle plate : text\n"
                               "input vehicle cost : money in 0 .. 10_000_000 yuan\n"
                               "alert vehicle dear finds hit = cost > 990_000 yuan\n"
                               "```\n";

static void write_law(struct bench *bench) {
    enum { LAW_BYTES = 1 << 16 };
    static char law[LAW_BYTES];
    FILE *from = fopen("policies/examples/yardstick/yardstick.md", "r");
    if (from) (void)!fread(law, 1, sizeof law - 1, from);
    const char *people = strstr(law, line_of_people);
    size_t head = people ? (size_t)(people - law) + strlen(line_of_people) : 0;
    if (!from || fclose(from) != 0 || head == 0) give_up("the yardstick's law is not as it was");
    mkdir(in(bench, "law"), 0700);
    FILE *to = fopen(in(bench, "law/law.md"), "w");
    if (!to || fprintf(to, "%.*s%s%s%s", (int)head, law, known_by, law + head, more_law) < 0 || fclose(to) != 0)
        give_up("the folder cannot be written");
}

/* --- people ------------------------------------------------------------------------------------------------------- */

/* No two have both name and birth in common, and no two the same number. */
enum { SURNAMES = 20, GIVEN = 30, NAMES = SURNAMES * GIVEN * GIVEN, DAYS = 29000, SERIALS = 1000, NUMBER_BYTES = 18 };

static void write_name(FILE *file, size_t person) {
    static const char surnames[SURNAMES][4] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
                                               "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗"},
                      given[GIVEN][4] = {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋",
                                         "勇", "艳", "杰", "娟", "涛", "明", "超", "兰", "霞", "平",
                                         "刚", "桂", "英", "华", "玉", "萍", "红", "娥", "玲", "文"};
    size_t which = person % NAMES;
    fprintf(file, "%s%s%s", surnames[which % SURNAMES], given[which / SURNAMES % GIVEN],
            given[which / SURNAMES / GIVEN]);
}

struct born {
    int year, month, day;
};

static struct born born_of(size_t person) {
    struct born born;
    day_split(day_from(1930, 1, 1) + (day_number)(person / NAMES % DAYS), &born.year, &born.month, &born.day);
    return born;
}

/* A citizen id, as they may be given out. */
static void write_number(FILE *file, size_t person) {
    enum { AREA = 530100 };
    char number[64], expected = 0;
    struct born born = born_of(person);
    size_t serial = person % NAMES;
    snprintf(number, sizeof number, "%06zu%04d%02d%02d%03zu0", AREA + serial / SERIALS, born.year, born.month, born.day,
             serial % SERIALS);
    identifier_check(TEXT("gb11643"), (struct text){number, NUMBER_BYTES}, &expected);
    if (expected) number[NUMBER_BYTES - 1] = expected;
    fputs(number, file);
}

static const char *yes(unsigned flag) {
    return flag ? "yes" : "no";
}

static void write_person(FILE *file, const struct population *all, size_t household, size_t person, size_t number,
                         int32_t income) {
    static const char *const kinds[] = {"none",     "visual",       "hearing", "speech",
                                        "physical", "intellectual", "mental",  "multiple"};
    unsigned flags = all->flags[person];
    struct born born = born_of(person);
    fprintf(file, "h%zu-%zu,h%zu,%d,%d,%s,%s,%s,%s,%s,%s,%d.%02d,%d.%02d,%d.%02d,%04d-%02d-%02d,", household, number,
            household, all->age[person], all->level[person], kinds[all->kind[person]], yes(flags & ILL),
            yes(flags & POOR), yes(flags & TEKUN), yes(flags & WORKS), yes(flags & FRONTIER), income / 100,
            income % 100, all->medical[person] / 100, all->medical[person] % 100, all->tuition[person] / 100,
            all->tuition[person] % 100, born.year, born.month, born.day);
    write_name(file, person);
    fputs(",", file);
    write_number(file, person);
    fputs("\n", file);
}

static const char person_heading[] = "id,household,age,level,kind,ill,poor,tekun,works,frontier,income,medical,tuition,"
                                     "born,full_name,number";

static void write_data(struct bench *bench) {
    const struct population *all = &bench->all;
    mkdir(in(bench, "data"), 0700);
    FILE *county = file_in(bench, "data/county.csv", "id,standard,border"),
         *household = file_in(bench, "data/household.csv", "id,county,assets"),
         *person = file_in(bench, "data/person.csv", person_heading);
    for (int i = 0; i < COUNTIES; i++)
        fprintf(county, "c%d,%lld.%02lld,%s\n", i, (long long)all->standard[i] / 100, (long long)all->standard[i] % 100,
                yes(all->border[i]));
    for (size_t i = 0, at = 0; i < all->households; i++) {
        fprintf(household, "h%zu,c%d,%lld.%02lld\n", i, all->county[i], (long long)all->assets[i] / 100,
                (long long)all->assets[i] % 100);
        for (size_t k = 0; k < all->size[i]; k++, at++) write_person(person, all, i, at, k, all->income[at]);
    }
    closed(county);
    closed(household);
    closed(person);
}

/* One person of every so many families earns more. */
static void write_changes(struct bench *bench) {
    const struct population *all = &bench->all;
    size_t step = all->households / CHANGED + 1;
    mkdir(in(bench, "changes"), 0700);
    FILE *person = file_in(bench, "changes/person.csv", person_heading);
    for (size_t i = 0, at = 0; i < all->households; at += all->size[i], i++)
        if (i % step == 0) write_person(person, all, i, at, 0, all->income[at] + 100);
    closed(person);
}

/* What another department has on record: one of each five is of somebody who is known. */
static void write_vehicles(struct bench *bench) {
    const struct population *all = &bench->all;
    size_t rows = all->households * REGISTERED;
    FILE *vehicles = file_in(bench, "vehicles.csv", "number,plate,cost");
    for (size_t i = 0; i < rows; i++) {
        enum { STRIDE = 7919, PRICES = 1000 };
        write_number(vehicles, i % REGISTERED ? all->persons + i : i * STRIDE % all->persons);
        fprintf(vehicles, ",P%zu,%zu000\n", i, i % PRICES);
    }
    closed(vehicles);
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

struct cost {
    int64_t wall, processor; /* us */
    long kilobytes;
};

static struct cost run(const char *const *words) {
    struct rusage usage;
    int status;
    fflush(stdout);
    sync(); /* what was written before is not to be waited for now */
    int64_t begin = now(CLOCK_MONOTONIC);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout)) _exit(1);
        execv(words[0], (char *const *)words);
        _exit(1);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) give_up("no process can be made");
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) give_up(words[1]);
    struct timeval user = usage.ru_utime, system = usage.ru_stime;
    return (struct cost){now(CLOCK_MONOTONIC) - begin,
                         ((int64_t)user.tv_sec + system.tv_sec) * 1000000 + user.tv_usec + system.tv_usec,
                         usage.ru_maxrss};
}

static void tell(const struct bench *bench, const char *what, struct cost cost, int64_t bare) {
    printf("%-44s %8.2f s %8.2f s of the processor %6ld MB %8.0f ns a household", what, (double)cost.wall / 1e6,
           (double)cost.processor / 1e6, cost.kilobytes / 1024,
           (double)cost.wall * 1000 / (double)bench->all.households);
    if (bare) printf("  %.2f times the bare database", (double)cost.wall / (double)bare);
    printf("\n");
    fflush(stdout);
}

/* --- the bare database -------------------------------------------------------------------------------------------- */

static void query(sqlite3 *base, const char *sql) {
    if (sqlite3_exec(base, sql, NULL, NULL, NULL) != SQLITE_OK) give_up(sqlite3_errmsg(base));
}

static sqlite3_stmt *prepare(sqlite3 *base, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(base, sql, -1, &statement, NULL) != SQLITE_OK) give_up(sqlite3_errmsg(base));
    return statement;
}

static void insert(sqlite3_stmt *statement, const int64_t *values, int count) {
    for (int i = 0; i < count; i++) sqlite3_bind_int64(statement, i + 1, values[i]);
    if (sqlite3_step(statement) != SQLITE_DONE) give_up("the bare database takes no more rows");
    sqlite3_reset(statement);
}

static sqlite3 *open_bare(struct bench *bench) {
    sqlite3 *base = NULL;
    if (sqlite3_open(in(bench, "bare.db"), &base) != SQLITE_OK) give_up("the bare database does not open");
    query(base, "pragma journal_mode = wal; pragma synchronous = full");
    return base;
}

static int64_t bare_rows(const struct population *all, sqlite3 *base) {
    int64_t begin = now(CLOCK_MONOTONIC);
    query(base, "create table p (id integer primary key, hh integer, age integer, level integer, kind integer, "
                "flags integer, income integer, medical integer, tuition integer) strict; begin");
    sqlite3_stmt *statement = prepare(base, "insert into p values (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (size_t i = 0, at = 0; i < all->households; i++)
        for (size_t k = 0; k < all->size[i]; k++, at++) {
            const int64_t values[] = {(int64_t)at + 1, (int64_t)i + 1,   all->age[at],
                                      all->level[at],  all->kind[at],    all->flags[at],
                                      all->income[at], all->medical[at], all->tuition[at]};
            insert(statement, values, 9);
        }
    sqlite3_finalize(statement);
    query(base, "commit");
    return now(CLOCK_MONOTONIC) - begin;
}

/* Eight columns of all persons, and as many decisions as there are households. */
static int64_t bare_month(const struct population *all, sqlite3 *base) {
    int64_t begin = now(CLOCK_MONOTONIC), sum = 0;
    sqlite3_stmt *all_rows = prepare(base, "select hh, age, level, kind, flags, income, medical, tuition from p");
    while (sqlite3_step(all_rows) == SQLITE_ROW)
        for (int i = 0; i < 8; i++) sum += sqlite3_column_int64(all_rows, i);
    sqlite3_finalize(all_rows);
    query(base, "create table d (id integer primary key, month integer, amount integer) strict; begin");
    sqlite3_stmt *statement = prepare(base, "insert into d values (?, ?, ?)");
    for (size_t i = 0; i < all->households; i++) {
        const int64_t values[] = {(int64_t)i + 1, 24222, sum % 1000};
        insert(statement, values, 3);
    }
    sqlite3_finalize(statement);
    query(base, "commit");
    return now(CLOCK_MONOTONIC) - begin;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static void measure(struct bench *bench) {
    char law[ROOM], data[ROOM], changes[ROOM], vehicles[ROOM];
    snprintf(law, sizeof law, "%s", in(bench, "law"));
    snprintf(data, sizeof data, "%s", in(bench, "data"));
    snprintf(changes, sizeof changes, "%s", in(bench, "changes"));
    snprintf(vehicles, sizeof vehicles, "%s", in(bench, "vehicles.csv"));
    sqlite3 *base = open_bare(bench);
    int64_t rows = bare_rows(&bench->all, base), month = bare_month(&bench->all, base);
    sqlite3_close(base);
    const char *init[] = {"build/doudi", "init", bench->database, "--policy", law, NULL};
    const char *import[] = {"build/doudi", "import", data, "--database", bench->database, "--yes", NULL};
    const char *assess[] = {"build/doudi", "assess", bench->database, "--month", "2018-07", NULL};
    const char *change[] = {"build/doudi", "import",  changes, "--database", bench->database,
                            "--since",     "2018-07", "--yes", NULL};
    const char *again[] = {"build/doudi", "assess", bench->database, "--changed", NULL};
    const char *match[] = {"build/doudi", "verify",        vehicles,  "--source", "vehicle",
                           "--database",  bench->database, "--since", "2018-07",  NULL};
    const char *verify[] = {"build/doudi", "audit", "verify", bench->database, NULL};
    run(init);
    tell(bench, "import from CSV", run(import), rows);
    tell(bench, "assess a month, kept", run(assess), month);
    tell(bench, "import 1,000 changed families", run(change), 0);
    tell(bench, "assess what has changed", run(again), 0);
    tell(bench, "match another register, 5 rows a household", run(match), 0);
    tell(bench, "verify the chain", run(verify), 0);
    printf("the bare database: %.2f s to store the people, %.2f s to read 8 columns and store a decision each\n",
           (double)rows / 1e6, (double)month / 1e6);
}

static void tell_size(const struct bench *bench) {
    struct stat file;
    if (stat(bench->database, &file) == 0)
        printf("%lld bytes a household in the database\n", (long long)file.st_size / (long long)bench->all.households);
}

int main(int count, char **words) {
    struct bench bench = {.folder = count > 1 ? words[1] : NULL};
    char database[ROOM];
    long households = count > 2 ? strtol(words[2], NULL, 10) : 0;
    if (households <= 0) give_up("usage: bench_registry FOLDER HOUSEHOLDS [URL]");
    if (!population_make(&bench.all, (size_t)households)) give_up("memory ran out");
    snprintf(database, sizeof database, "%s", in(&bench, "registry.db"));
    bench.database = count > 3 ? words[3] : database;
    write_law(&bench);
    write_data(&bench);
    write_changes(&bench);
    write_vehicles(&bench);
    printf("a registry of %zu households and %zu persons%s\n", bench.all.households, bench.all.persons,
           count > 3 ? " on PostgreSQL" : "");
    measure(&bench);
    tell_size(&bench);
    return 0;
}
