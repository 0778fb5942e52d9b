/* Whatever is offered as worked cases passes, fails, or is refused with diagnostics that can be shown, and always the
 * same. The policy is one of the examples. */
#include "shared.h"

#include "exchange/case.h"

#include <assert.h>

enum { INPUT_BYTES_MAX = 1 << 14 };

static void run(struct text text, struct builder *out) {
    const struct source source = {.name = TEXT("case.yaml"), .bytes = text};
    struct case_runner runner;
    bool opened = case_runner_open(&runner, "policies/examples/income-tax");
    assert(opened);
    case_runner_run(&runner, &source);
    assert(!arena_failed(&runner.arena));
    assert(runner.failed > 0 || runner.diagnostics.errors == 0);
    show_diagnostics(out, &runner.arena, &runner.diagnostics);
    case_runner_close(&runner);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length <= INPUT_BYTES_MAX) check_repeats((struct text){(const char *)bytes, length}, run);
    return 0;
}
