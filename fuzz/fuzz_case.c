/* Whatever is offered as worked cases passes, fails, or is refused with diagnostics that can be shown, and always the
 * same. The policy is one of the examples. */
#include "exchange/case.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { INPUT_BYTES_MAX = 1 << 14 };

static void run(struct text text, struct builder *out) {
    const struct source source = {.name = TEXT("case.yaml"), .bytes = text};
    struct case_runner runner;
    bool opened = case_runner_open(&runner, "policies/examples/income-tax");
    assert(opened);
    case_runner_run(&runner, &source);
    assert(!arena_failed(&runner.arena));
    assert(runner.failed > 0 || runner.diagnostics.errors == 0);
    for (size_t i = 0; i < runner.diagnostics.list.count; i++) {
        diagnostic_print(out, &runner.arena, &runner.diagnostics.list.items[i], LANGUAGE_ZH);
        diagnostic_print(out, &runner.arena, &runner.diagnostics.list.items[i], LANGUAGE_EN);
    }
    assert(text_invalid_at(builder_text(out)) == out->length);
    case_runner_close(&runner);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length > INPUT_BYTES_MAX) return 0;
    struct text text = {(const char *)bytes, length};
    struct builder once, again;
    builder_init(&once);
    builder_init(&again);
    run(text, &once);
    run(text, &again);
    assert(text_equal(builder_text(&once), builder_text(&again)));
    builder_free(&once);
    builder_free(&again);
    return 0;
}
