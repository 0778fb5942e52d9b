/* Connections of a socket that listens: each is served by a thread of its own, so many at once; others wait until one
 * is through, in the socket's backlog.
 *
 * A peer cannot hold up others for long: whoever sends half of something, does not read what it is sent, or says
 * nothing while all threads are taken, is left after a time. When it is to stop, nobody is let in any more; what was
 * read is served to its end. */
#ifndef DOUDI_WORK_CONNECTIONS_H
#define DOUDI_WORK_CONNECTIONS_H

#include "base/text.h"

struct connections;
struct connection; /* one thread's */

enum { CONNECTIONS_MAX = 1024, CONNECTION_PATIENCE = 30 * 1000 /* milliseconds */ };

struct connections_how {
    int socket;    /* listens, and does not block; the caller's to close, from `stopping` on */
    unsigned most; /* threads, 1 .. CONNECTIONS_MAX */
    int patience;  /* milliseconds */
    int stop;      /* a descriptor: once something can be read of it, it is to stop */
    /* Serves one to its end; its descriptor is closed behind it. */
    void (*serve)(void *context, struct connection *connection);
    /* Nobody is let in any more: before those that are under way are waited for. */
    void (*stopping)(void *context);
    void *context;
};
/* Until it is to stop, and nobody is served any more. False, at once, where no thread can be had. */
bool connections_serve(const struct connections_how *how);

/* --- serving ------------------------------------------------------------------------------------------------------ */

/* Some bytes of the peer, at least one. 0: no more are to be had, as the peer has gone, or is left, or it is to stop.
 * `half`: the beginning of something was read since the last answer, whose end is due soon. */
size_t connection_read(struct connection *connection, char *bytes, size_t length, bool half);
/* All of it. False: the peer has gone, or is left. */
bool connection_write(struct connection *connection, struct text text);

/* As whom the system knows the peer of a local socket, whatever it says: his login, or the number of a user without
 * one. In the arena; empty where it cannot be told. */
struct text connection_login(const struct connection *connection, struct arena *arena);

#endif
