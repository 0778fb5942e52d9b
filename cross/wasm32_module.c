/* A module that takes nothing from whoever runs it: there are no files, though the printing of texts knows of some, and
 * no place to complain, so that an assertion that fails ends it. */
#include <assert.h>
#include <wasi/api.h>

_Noreturn void __assert_fail(const char *condition, const char *file, int line, const char *function) {
    (void)condition, (void)file, (void)line, (void)function;
    __builtin_trap();
}

__wasi_errno_t __wasi_fd_write(__wasi_fd_t file, const __wasi_ciovec_t *parts, size_t count, __wasi_size_t *written) {
    (void)file, (void)parts, (void)count, (void)written;
    return __WASI_ERRNO_BADF;
}

__wasi_errno_t __wasi_fd_seek(__wasi_fd_t file, __wasi_filedelta_t by, __wasi_whence_t from, __wasi_filesize_t *at) {
    (void)file, (void)by, (void)from, (void)at;
    return __WASI_ERRNO_BADF;
}

__wasi_errno_t __wasi_fd_close(__wasi_fd_t file) {
    (void)file;
    return __WASI_ERRNO_BADF;
}
