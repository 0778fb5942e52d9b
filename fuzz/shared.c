#include "shared.h"

#include "engine/record.h"

#include <assert.h>

void check_repeats(struct text text, void (*run)(struct text text, struct builder *out)) {
    struct builder once, again;
    builder_init(&once);
    builder_init(&again);
    run(text, &once);
    run(text, &again);
    assert(text_equal(builder_text(&once), builder_text(&again)));
    builder_free(&once);
    builder_free(&again);
}

void show_diagnostics(struct builder *out, struct arena *arena, const struct diagnostics *diagnostics) {
    for (size_t i = 0; i < diagnostics->list.count; i++)
        for (enum language language = 0; language < LANGUAGES; language++)
            diagnostic_print(out, arena, &diagnostics->list.items[i], language);
    assert(text_invalid_at(builder_text(out)) == out->length);
}

void check_diagnostics(struct arena *arena, const struct diagnostics *diagnostics) {
    struct builder out;
    builder_init(&out);
    show_diagnostics(&out, arena, diagnostics);
    builder_free(&out);
}

struct policy *compile_law(const char *law) {
    struct policy *policy = policy_new();
    assert(policy);
    policy_begin_layer(policy, TEXT("small"));
    policy_add_file(policy, TEXT("law.md"), text_from(law));
    bool compiled = policy_compile(policy);
    assert(compiled);
    return policy;
}

void decide_rows(const struct dataset *dataset, const struct records *records) {
    static const struct run_options options = {.known = DAY_NEVER};
    struct history history;
    history_init(&history, dataset->policy);
    bool settled = settle_past(&history, records, dataset, &options);
    assert(settled);
    struct run *run = run_new(dataset->policy, dataset, &history, dataset->month, &options);
    assert(run);
    history_record(&history, run);
    assert(!run_failed(run));
    run_free(run);
    history_free(&history);
}
