#define _POSIX_C_SOURCE 200809L /* clock_gettime, isatty */

#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_AFTER = 1000, BAR_EVERY = 100, LINE_EVERY = 10000, BAR_COLUMNS = 20 }; /* milliseconds */

static int64_t now(void) {
    struct timespec time = {0};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void progress_begin(struct progress *progress, const struct command *command) {
    *progress = (struct progress){.command = command, .began = now(), .terminal = isatty(STDERR_FILENO)};
    progress->told = progress->began;
}

static void print_bar(size_t done, size_t due) {
    size_t full = due ? done * BAR_COLUMNS / due : 0;
    for (size_t i = 0; i < BAR_COLUMNS; i++) fputs(i < full ? "█" : "░", stderr);
}

void progress_tell(void *context, size_t done, size_t due) {
    struct progress *progress = context;
    int64_t time = now(), spent = time - progress->began;
    int64_t pause = progress->terminal ? BAR_EVERY : LINE_EVERY;
    if (spent < FIRST_AFTER || time - progress->told < pause || done == 0) return;
    progress->told = time;
    uint64_t rate = (uint64_t)done * 1000 / (uint64_t)spent, left = (uint64_t)(due - done) / (rate ? rate : 1);
    if (progress->terminal) fputs("\r\033[K", stderr);
    fputs(say(progress->command, "测算 ", "deciding "), stderr);
    if (progress->terminal) print_bar(done, due);
    fprintf(stderr, say(progress->command, " %zu%%  %llu 行/s  剩余 %llu s", " %zu%%  %llu rows/s  %llu s left"),
            due ? done * 100 / due : 100, (unsigned long long)rate, (unsigned long long)left);
    if (!progress->terminal) fputs("\n", stderr);
    progress->shown = true;
}

void progress_end(struct progress *progress) {
    if (progress->terminal && progress->shown) fputs("\r\033[K", stderr);
}
