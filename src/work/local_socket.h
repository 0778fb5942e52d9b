/* A local socket that listens: a name in a folder, which belongs to one process at a time.
 *
 * What one left behind that did not end well is replaced; a name behind which somebody listens, or that is of anything
 * else, is never touched. */
#ifndef DOUDI_WORK_LOCAL_SOCKET_H
#define DOUDI_WORK_LOCAL_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

enum local_socket_status {
    LOCAL_SOCKET_OPEN,
    LOCAL_SOCKET_NAME_LENGTH,  /* the system takes names of 1 to LOCAL_SOCKET_NAME_MAX bytes */
    LOCAL_SOCKET_NO_FOLDER,    /* its folder is not there, or cannot be read */
    LOCAL_SOCKET_NOT_A_SOCKET, /* something else has the name */
    LOCAL_SOCKET_TAKEN,        /* another process listens, or is just about to */
    LOCAL_SOCKET_FAILED        /* errno tells why */
};
enum { LOCAL_SOCKET_NAME_MAX = 107, LOCAL_SOCKET_NO_GROUP = -1 };

struct local_socket {
    int descriptor; /* does not block; -1: none */
    const char *path;
    dev_t device; /* of the name that was made */
    ino_t number;
};
/* For its owner alone, or for a group, too. The path must outlive it. Not of a program that has threads: the name must
 * never be others', for which the process's mask of modes is set for a moment. */
enum local_socket_status local_socket_open(struct local_socket *local, const char *path, gid_t group);
/* Takes the name away, if it is still its own: nobody can come any more. */
void local_socket_take_away(struct local_socket *local);
void local_socket_close(struct local_socket *local); /* the same, if that was not done */

#endif
