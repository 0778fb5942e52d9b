/* What Debian's compiler-rt asks for and its WASI library does not have: it was built with a guard of the stack. */
#include <stdint.h>

extern uintptr_t __stack_chk_guard;
uintptr_t __stack_chk_guard = 0x0d0dd1;

_Noreturn void __stack_chk_fail(void);
_Noreturn void __stack_chk_fail(void) {
    __builtin_trap();
}
