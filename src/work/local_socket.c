#define _GNU_SOURCE /* SOCK_CLOEXEC, flock */

#include "work/local_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 1024, OWNER_ALONE = 0600, GROUP_TOO = 0660 };

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path));
    return address;
}

/* --- one at a time ------------------------------------------------------------------------------------------------ */

/* Whoever looks at the name and makes it anew has the folder meanwhile; -1: it cannot be had. */
static int lock_folder(const char *path, enum local_socket_status *status) {
    enum { TIMES = 50 };
    static const struct timespec moment = {.tv_nsec = 100000000};
    char folder[LOCAL_SOCKET_NAME_MAX + 1] = ".";
    const char *slash = strrchr(path, '/');
    if (slash) memcpy(folder, path, (size_t)(slash - path) + 1);
    if (slash) folder[slash - path + 1] = '\0';
    int locked = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *status = LOCAL_SOCKET_NO_FOLDER;
    if (locked < 0) return -1;
    for (int time = 0; time < TIMES; time++) {
        if (flock(locked, LOCK_EX | LOCK_NB) == 0) return locked;
        nanosleep(&moment, NULL);
    }
    *status = LOCAL_SOCKET_TAKEN;
    close(locked);
    return -1;
}

/* --- what has the name -------------------------------------------------------------------------------------------- */

/* Nobody answers behind the name of a process that is no more. */
static enum local_socket_status look_behind(const char *path) {
    struct sockaddr_un address = address_of(path);
    int asked = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (asked < 0) return LOCAL_SOCKET_FAILED;
    bool refused = connect(asked, (struct sockaddr *)&address, sizeof address) != 0 && errno == ECONNREFUSED;
    close(asked);
    return refused ? LOCAL_SOCKET_OPEN : LOCAL_SOCKET_TAKEN;
}

static enum local_socket_status make_way(const char *path) {
    struct stat there;
    if (lstat(path, &there) != 0) return errno == ENOENT ? LOCAL_SOCKET_OPEN : LOCAL_SOCKET_FAILED;
    if (!S_ISSOCK(there.st_mode)) return LOCAL_SOCKET_NOT_A_SOCKET;
    enum local_socket_status status = look_behind(path);
    if (status == LOCAL_SOCKET_OPEN && unlink(path) != 0) status = LOCAL_SOCKET_FAILED;
    return status;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static bool take_name(struct local_socket *local) {
    struct sockaddr_un address = address_of(local->path);
    struct stat made;
    mode_t mask = umask((mode_t)~OWNER_ALONE & 0777);
    bool bound = bind(local->descriptor, (struct sockaddr *)&address, sizeof address) == 0;
    umask(mask);
    if (!bound || lstat(local->path, &made) != 0) return false;
    local->device = made.st_dev;
    local->number = made.st_ino;
    return true;
}

static bool let_in(const struct local_socket *local, gid_t group) {
    bool grouped = group != (gid_t)LOCAL_SOCKET_NO_GROUP;
    if (grouped && (lchown(local->path, (uid_t)-1, group) != 0 || chmod(local->path, GROUP_TOO) != 0)) return false;
    return listen(local->descriptor, BACKLOG) == 0;
}

static enum local_socket_status open_in_folder(struct local_socket *local, gid_t group) {
    enum local_socket_status status = make_way(local->path);
    if (status != LOCAL_SOCKET_OPEN) return status;
    local->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (local->descriptor < 0) return LOCAL_SOCKET_FAILED;
    return take_name(local) && let_in(local, group) ? LOCAL_SOCKET_OPEN : LOCAL_SOCKET_FAILED;
}

enum local_socket_status local_socket_open(struct local_socket *local, const char *path, gid_t group) {
    enum local_socket_status status = LOCAL_SOCKET_NAME_LENGTH;
    *local = (struct local_socket){.descriptor = -1, .path = path};
    if (!*path || strlen(path) > LOCAL_SOCKET_NAME_MAX) return status;
    int folder = lock_folder(path, &status);
    if (folder < 0) return status;
    status = open_in_folder(local, group);
    int error = errno;
    close(folder);
    if (status != LOCAL_SOCKET_OPEN) local_socket_close(local);
    errno = error;
    return status;
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

void local_socket_take_away(struct local_socket *local) {
    enum local_socket_status status;
    struct stat there;
    if (local->number == 0) return;
    int folder = lock_folder(local->path, &status);
    bool own = lstat(local->path, &there) == 0 && there.st_dev == local->device && there.st_ino == local->number;
    if (own) (void)unlink(local->path);
    if (folder >= 0) close(folder);
    local->number = 0;
}

void local_socket_close(struct local_socket *local) {
    local_socket_take_away(local);
    if (local->descriptor >= 0) close(local->descriptor);
    local->descriptor = -1;
}
