#define _GNU_SOURCE /* accept4, struct ucred, pipe2 */

#include "work/connections.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connections {
    struct connections_how how;
    int stopped[2];            /* closed at its writing end it says to everybody that it stops */
    pthread_mutex_t accepting; /* whoever has it waits for the next to come */
    pthread_mutex_t lock;
    unsigned count, served; /* threads, and those that serve somebody */
    pthread_t threads[CONNECTIONS_MAX];
};
struct connection {
    struct connections *all;
    int socket;
    int64_t due;    /* when a half must be whole; 0: nothing was begun */
    int64_t spoken; /* when it was answered last, or came */
};

static int64_t now(void) {
    struct timespec time = {0};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

enum waiting { WAITED_WELL, WAITED_LONG, WAITED_STOP };

/* Until something can be done with a descriptor, an instant has come (-1: ever), or it is to stop. */
static enum waiting wait_for(const struct connections *all, int descriptor, short events, int64_t until, bool stops) {
    for (;;) {
        struct pollfd polled[] = {{.fd = descriptor, .events = events},
                                  {.fd = stops ? all->stopped[0] : -1, .events = POLLIN}};
        int64_t left = until < 0 ? -1 : until - now();
        if (until >= 0 && left <= 0) return WAITED_LONG;
        if (poll(polled, 2, (int)left) > 0) return polled[1].revents ? WAITED_STOP : WAITED_WELL;
    }
}

static bool all_serve(struct connections *all) {
    pthread_mutex_lock(&all->lock);
    bool full = all->served == all->count;
    pthread_mutex_unlock(&all->lock);
    return full;
}

/* Whoever says nothing is waited for as long as there are threads for others. */
static bool wait_to_read(struct connection *connection) {
    struct connections *all = connection->all;
    enum waiting waited;
    do {
        int64_t patience = all->how.patience, until = connection->due;
        if (!until)
            until = connection->spoken + patience > now() || all_serve(all) ? connection->spoken + patience
                                                                            : now() + patience;
        waited = wait_for(all, connection->socket, POLLIN, until, true);
    } while (waited == WAITED_LONG && !connection->due && !all_serve(all));
    return waited == WAITED_WELL;
}

/* --- serving ------------------------------------------------------------------------------------------------------ */

static bool is_early(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

size_t connection_read(struct connection *connection, char *bytes, size_t length, bool half) {
    if (!half) connection->due = 0;
    if (half && !connection->due) connection->due = now() + connection->all->how.patience;
    while (wait_to_read(connection)) {
        ssize_t count = recv(connection->socket, bytes, length, 0);
        if (count > 0) return (size_t)count;
        if (count == 0 || !is_early(errno)) return 0;
    }
    return 0;
}

/* Also while it stops: what is to be said is the end of something that was done. */
bool connection_write(struct connection *connection, struct text text) {
    struct connections *all = connection->all;
    int64_t until = now() + all->how.patience;
    connection->due = 0;
    if (text.length) connection->spoken = now();
    while (text.length) {
        ssize_t count = send(connection->socket, text.bytes, text.length, MSG_NOSIGNAL);
        if (count < 0 && !is_early(errno)) return false;
        if (count > 0) text = text_slice(text, (size_t)count, text.length);
        if (count < 0 && wait_for(all, connection->socket, POLLOUT, until, false) != WAITED_WELL) return false;
    }
    return true;
}

struct text connection_login(const struct connection *connection, struct arena *arena) {
    enum { ROOM = 16 * 1024 };
    struct ucred peer;
    socklen_t length = sizeof peer;
    struct passwd user, *found = NULL;
    if (getsockopt(connection->socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return TEXT("");
    char *room = ARENA_ARRAY(arena, char, ROOM);
    if (!room) return TEXT("");
    if (getpwuid_r(peer.uid, &user, room, ROOM, &found) == 0 && found) return text_from(found->pw_name);
    return text_format(arena, "%lu", (unsigned long)peer.uid);
}

/* --- threads ------------------------------------------------------------------------------------------------------ */

/* The next that comes; -1 when it is to stop. */
static int accept_next(struct connections *all) {
    enum { REST = 100 };
    int socket = -1;
    pthread_mutex_lock(&all->accepting);
    while (socket < 0 && wait_for(all, all->how.socket, POLLIN, -1, true) == WAITED_WELL) {
        socket = accept4(all->how.socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        /* Of a machine that has no descriptors left the next may come a little later. */
        if (socket < 0 && !is_early(errno)) (void)wait_for(all, -1, 0, now() + REST, true);
    }
    pthread_mutex_unlock(&all->accepting);
    return socket;
}

static void count_served(struct connections *all, bool begins) {
    pthread_mutex_lock(&all->lock);
    if (begins)
        all->served++;
    else
        all->served--;
    pthread_mutex_unlock(&all->lock);
}

static void *run_server(void *context) {
    struct connections *all = context;
    int socket;
    while ((socket = accept_next(all)) >= 0) {
        struct connection connection = {.all = all, .socket = socket, .spoken = now()};
        count_served(all, true);
        all->how.serve(all->how.context, &connection);
        close(socket);
        count_served(all, false);
    }
    return NULL;
}

static void start(struct connections *all) {
    pthread_mutex_lock(&all->lock);
    while (all->count < all->how.most && pthread_create(&all->threads[all->count], NULL, run_server, all) == 0)
        all->count++;
    pthread_mutex_unlock(&all->lock);
}

static void wait_until_asked(const struct connections *all) {
    struct pollfd polled = {.fd = all->how.stop, .events = POLLIN};
    while (poll(&polled, 1, -1) <= 0) continue;
}

static void stop(struct connections *all) {
    close(all->stopped[1]);
    pthread_mutex_lock(&all->accepting); /* so that nobody is at the socket any more */
    if (all->count) all->how.stopping(all->how.context);
    pthread_mutex_unlock(&all->accepting);
    for (unsigned i = 0; i < all->count; i++) pthread_join(all->threads[i], NULL);
}

bool connections_serve(const struct connections_how *how) {
    struct connections *all = memory_new(1, sizeof *all);
    if (!all) return false;
    all->how = *how;
    bool made = pipe2(all->stopped, O_CLOEXEC) == 0;
    pthread_mutex_init(&all->accepting, NULL);
    pthread_mutex_init(&all->lock, NULL);
    if (made) start(all);
    bool served = all->count > 0;
    if (served) wait_until_asked(all);
    if (made) stop(all);
    if (made) close(all->stopped[0]);
    pthread_mutex_destroy(&all->accepting);
    pthread_mutex_destroy(&all->lock);
    memory_free(all);
    return served;
}
