/* doudi settle --listen: bills that others present over a local socket. */
#define _GNU_SOURCE /* signalfd, pthread_sigmask, getgrnam */

#include "cli/key_choice.h"
#include "cli/settling.h"
#include "work/bill_lines.h"
#include "work/local_socket.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { CALLERS = 64 };

struct listening {
    struct settling settling;
    struct local_socket socket;
    struct keys keys;
    bool has_keys;
    struct desk *desk;
    struct bill_service service;
    unsigned callers;
    gid_t group;
    sigset_t signals;
    int signalled; /* of which the signals are read */
    struct lock lock;
    /* What failed last, which is told once. */
    enum registry_result failed;
    enum store_failure failure;
    bool stopping;
};

/* --- what was asked for ---------------------------------------------------------------------------------------------
 */

static int read_callers(struct listening *listening, const struct command *command) {
    const char *option = command_option(command, "callers");
    uint64_t callers = CALLERS;
    if (option && (!count_parse(option, &callers) || callers < 1 || callers > CONNECTIONS_MAX))
        return wrong_option(command, "--callers 应为 1 到 1024:同时接待几个连接",
                            "--callers takes 1 to 1024: connections that are served at once");
    listening->callers = (unsigned)callers;
    return EXIT_DONE;
}

static int read_group(struct listening *listening, const struct command *command) {
    const char *option = command_option(command, "group");
    const struct group *group = option ? getgrnam(option) : NULL;
    listening->group = group ? group->gr_gid : (gid_t)LOCAL_SOCKET_NO_GROUP;
    if (!option || group) return EXIT_DONE;
    fprintf(stderr, say(command, "doudi: 没有 %s 这个用户组\n", "doudi: there is no group %s\n"), option);
    return EXIT_USAGE;
}

/* --- the socket -----------------------------------------------------------------------------------------------------
 */

static const char *say_status(const struct command *command, enum local_socket_status status) {
    switch (status) {
    case LOCAL_SOCKET_NAME_LENGTH:
        return say(command, "套接字的路径应为 1 到 107 字节", "the path of a socket has 1 to 107 bytes");
    case LOCAL_SOCKET_NO_FOLDER:
        return say(command, "没有这个文件夹,或读不了", "its folder is not there, or cannot be read");
    case LOCAL_SOCKET_NOT_A_SOCKET:
        return say(command, "这个名称是别的东西,没有动它;换一个名称",
                   "something else has that name and was left alone; take another");
    case LOCAL_SOCKET_TAKEN: return say(command, "另一个程序在用它接单", "another process listens there");
    default: return strerror(errno);
    }
}

static int open_socket(struct listening *listening, const struct command *command) {
    const char *path = command_option(command, "listen");
    enum local_socket_status status = local_socket_open(&listening->socket, path, listening->group);
    if (status == LOCAL_SOCKET_OPEN) return EXIT_DONE;
    fprintf(stderr, "doudi: %s: %s\n", path, say_status(command, status));
    return EXIT_CANNOT;
}

/* --- what fails -----------------------------------------------------------------------------------------------------
 */

/* With the lock, or alone. */
static int tell(struct listening *listening, enum registry_result result, const struct store_trouble *trouble) {
    struct settling *settling = &listening->settling;
    if (result == REGISTRY_DAMAGED) settling->database.registry.differs = text_from(trouble->words);
    return result == REGISTRY_STORE_FAILED ? database_tell_trouble(settling->command, settling->url, trouble)
                                           : settling_tell(settling, result);
}

/* By another law than it was opened for nothing more can be settled: it stops as if it were told to. */
static void note_done(void *context, enum registry_result result, const struct store_trouble *trouble) {
    struct listening *listening = context;
    lock_take(&listening->lock);
    bool known = listening->failed == result && listening->failure == trouble->failure;
    if (listening->failed != REGISTRY_MIGRATED) {
        listening->failed = result;
        listening->failure = trouble->failure;
        if (!known) (void)tell(listening, result, trouble);
        if (result == REGISTRY_MIGRATED && !listening->stopping) kill(getpid(), SIGTERM);
    }
    lock_give(&listening->lock);
}

/* --- serving --------------------------------------------------------------------------------------------------------
 */

static day_number today(const void *context) {
    const struct listening *listening = context;
    const struct registry_change now = {.instant = database_instant()};
    return command_has(listening->settling.command, "on") ? listening->settling.day : database_day(&now);
}

static void serve(void *context, struct connection *connection) {
    struct listening *listening = context;
    bill_lines_serve(&listening->service, connection);
}

/* The first signal is done with; another ends the program at once. */
static void stop(void *context) {
    struct listening *listening = context;
    struct signalfd_siginfo signal;
    ssize_t count = read(listening->signalled, &signal, sizeof signal);
    (void)count;
    lock_take(&listening->lock);
    listening->stopping = true;
    lock_give(&listening->lock);
    local_socket_close(&listening->socket);
    pthread_sigmask(SIG_UNBLOCK, &listening->signals, NULL);
}

/* They are for the first thread alone, which waits for them. */
static bool take_signals(struct listening *listening) {
    sigemptyset(&listening->signals);
    sigaddset(&listening->signals, SIGTERM);
    sigaddset(&listening->signals, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &listening->signals, NULL) != 0) return false;
    listening->signalled = signalfd(-1, &listening->signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return listening->signalled >= 0;
}

static int open_desk(struct listening *listening) {
    struct settling *settling = &listening->settling;
    struct store_trouble trouble = {.failure = STORE_FINE};
    enum registry_result result;
    const struct desk_opening opening = {.url = settling->url,
                                         .policy = settling->database.law,
                                         .keys = listening->has_keys ? &listening->keys : NULL,
                                         .change = settling->change,
                                         .instant = database_instant};
    listening->desk = desk_open(&opening, &result, &trouble);
    return listening->desk ? EXIT_DONE : tell(listening, result, &trouble);
}

static int serve_all(struct listening *listening) {
    const struct command *command = listening->settling.command;
    const struct connections_how how = {.socket = listening->socket.descriptor,
                                        .most = listening->callers,
                                        .patience = CONNECTION_PATIENCE,
                                        .stop = listening->signalled,
                                        .serve = serve,
                                        .stopping = stop,
                                        .context = listening};
    listening->service = (struct bill_service){.desk = listening->desk,
                                               .policy = listening->settling.database.law,
                                               .unconfirmed = &listening->settling.unconfirmed,
                                               .today = today,
                                               .done = note_done,
                                               .context = listening};
    printf(say(command, "在 %s 接单\n", "listening on %s\n"), listening->socket.path);
    (void)fflush(stdout);
    if (!connections_serve(&how)) return out_of_memory(command);
    return listening->failed == REGISTRY_MIGRATED ? EXIT_CANNOT : EXIT_DONE;
}

static int listen_to_all(struct listening *listening) {
    struct settling *settling = &listening->settling;
    struct command *command = settling->command;
    int status =
        database_read_keys(&settling->database, command, settling->url, &listening->keys, &listening->has_keys);
    if (status == EXIT_DONE) status = open_socket(listening, command);
    if (status == EXIT_DONE && !take_signals(listening)) status = out_of_memory(command);
    if (status == EXIT_DONE) status = open_desk(listening);
    if (status == EXIT_DONE) status = serve_all(listening);
    desk_close(listening->desk);
    local_socket_close(&listening->socket);
    if (listening->signalled >= 0) close(listening->signalled);
    if (listening->has_keys) keys_clear(&listening->keys);
    return status;
}

int settle_listen(struct command *command) {
    struct listening listening = {.socket = {.descriptor = -1}, .signalled = -1, .failed = REGISTRY_DONE};
    if (command->word_count != 1 || command_has(command, "schema") || command_has(command, "fhir"))
        return wrong_usage(command);
    int status = read_callers(&listening, command);
    if (status == EXIT_DONE) status = read_group(&listening, command);
    if (status != EXIT_DONE) return status;
    lock_init(&listening.lock);
    status = settling_open(&listening.settling, command, "settle");
    if (status == EXIT_DONE) status = settling_may_book(&listening.settling);
    if (status == EXIT_DONE) status = listen_to_all(&listening);
    settling_close(&listening.settling);
    lock_free(&listening.lock);
    return status;
}
