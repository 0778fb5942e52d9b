#define _XOPEN_SOURCE 700 /* mkdtemp, nftw */

#include "databases.h"

#include "base/arena.h"

#include <ftw.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char initdb[] = "/usr/lib/postgresql/15/bin/initdb", pg_ctl[] = "/usr/lib/postgresql/15/bin/pg_ctl";

enum { PATH_BYTES = 200 };
static char folder[PATH_BYTES], url[2 * PATH_BYTES];
static unsigned count;

/* A server refuses to run as root. */
static void become_nobody(void) {
    const struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
    if (nobody && (setgid(nobody->pw_gid) != 0 || setuid(nobody->pw_uid) != 0)) _exit(1);
}

/* Runs a program, its words in a file beside the data. */
static bool run(const char *const *words) {
    pid_t child = fork();
    int status = 1;
    if (child == 0) {
        become_nobody();
        char log[PATH_BYTES + 8];
        snprintf(log, sizeof log, "%s/log", folder);
        if (!freopen("/dev/null", "r", stdin) || !freopen(log, "a", stdout) || dup2(fileno(stdout), 2) < 0) _exit(1);
        execv(words[0], (char *const *)words);
        _exit(1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void show_log(void) {
    char line[400], log[PATH_BYTES + 8];
    snprintf(log, sizeof log, "%s/log", folder);
    FILE *file = fopen(log, "r");
    while (file && fgets(line, sizeof line, file)) printf("# %s", line);
    if (file) (void)fclose(file);
}

static const char *data_folder(void) {
    static char data[PATH_BYTES + 8];
    snprintf(data, sizeof data, "%s/data", folder);
    return data;
}

bool databases_start(void) {
    char options[PATH_BYTES + 100];
    snprintf(options, sizeof options, "-c listen_addresses='' -c unix_socket_directories='%s' -c fsync=off", folder);
    return run((const char *const[]){pg_ctl, "-D", data_folder(), "-w", "-o", options, "start", NULL});
}

bool databases_kill(void) {
    return run((const char *const[]){pg_ctl, "-D", data_folder(), "-m", "immediate", "stop", NULL});
}

/* Whoever may enter without a password, and who not. */
static bool write_rules(void) {
    char path[PATH_BYTES + 24];
    snprintf(path, sizeof path, "%s/pg_hba.conf", data_folder());
    FILE *rules = fopen(path, "w");
    if (rules) fputs("local all guarded scram-sha-256\nlocal all all trust\n", rules);
    return rules && fclose(rules) == 0;
}

int databases_begin(void **state) {
    (void)state;
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/doudi-store-XXXXXX", temporary ? temporary : P_tmpdir);
    if (!mkdtemp(folder)) return 1;
    const struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
    if (nobody && chown(folder, nobody->pw_uid, nobody->pw_gid) != 0) return 1;
    const char *const make[] = {initdb, "-D",   data_folder(),      "-A", "trust", "-U", "doudi", "--no-sync",
                                "-E",   "UTF8", "--locale=C.UTF-8", NULL};
    if (run(make) && write_rules() && databases_start()) return 0;
    show_log();
    return 1;
}

static int take_away(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

int databases_end(void **state) {
    (void)state;
    databases_kill();
    return nftw(folder, take_away, 16, FTW_DEPTH | FTW_PHYS);
}

struct store *database_new(enum database database) {
    struct store_trouble trouble;
    count++;
    if (database == DATABASE_SERVER) {
        char name[32];
        snprintf(url, sizeof url, "postgresql://doudi@/postgres?host=%s", folder);
        struct store *server = store_open(url, STORE_AS_IT_IS, &trouble);
        assert_non_null(server);
        snprintf(name, sizeof name, "CREATE DATABASE d%u", count);
        assert_true(store_do(server, name));
        store_close(server);
        snprintf(url, sizeof url, "postgresql://doudi@/d%u?host=%s", count, folder);
    } else {
        snprintf(url, sizeof url, "%s/d%u.db", folder, count);
    }
    struct store *store = store_open(url, STORE_MADE_ANEW, &trouble);
    if (!store) printf("# %s\n", trouble.words);
    assert_non_null(store);
    return store;
}

const char *database_url(void) {
    return url;
}

int as_nobody(int (*act)(const char *path), const char *path) {
    pid_t child = fork();
    int status = -1;
    if (child == 0) {
        become_nobody();
        _exit(act(path));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}
