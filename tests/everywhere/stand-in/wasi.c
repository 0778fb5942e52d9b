/* What WASI has declared and not made: nobody else writes there. */
#include <sys/file.h>

int flock(int file, int how) {
    (void)file, (void)how;
    return 0;
}
