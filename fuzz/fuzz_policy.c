/* Whatever is offered as a policy is compiled or refused with diagnostics that can be shown, and always the same.
 *
 * The input is the law's Markdown, or several files: each further one behind a line of two colons and its path, or
 * `::layer` for a policy that extends the one before. */
#include "shared.h"

#include <assert.h>

enum { INPUT_BYTES_MAX = 1 << 16 };

/* The part up to the next line that begins with two colons. */
static struct text take_file(struct text text, size_t *offset) {
    size_t begin = *offset, end = begin;
    while (end < text.length && !(end + 2 < text.length && text_starts(text_slice(text, end, text.length), "\n::")))
        end++;
    *offset = end < text.length ? end + 1 : end;
    return text_slice(text, begin, end);
}

static void add_files(struct policy *policy, struct text text) {
    size_t offset = 0;
    policy_begin_layer(policy, TEXT("law"));
    policy_add_file(policy, TEXT("law.md"), take_file(text, &offset));
    while (offset < text.length) {
        struct text file = take_file(text, &offset);
        size_t line = 2;
        while (line < file.length && file.bytes[line] != '\n') line++;
        struct text path = text_slice(file, 2, line), rest = text_slice(file, line, file.length);
        if (rest.length) rest = text_slice(rest, 1, rest.length);
        if (text_is(path, "layer")) policy_begin_layer(policy, TEXT("layer"));
        policy_add_file(policy, text_is(path, "layer") ? TEXT("layer.md") : path, rest);
    }
}

static void check_places(const struct diagnostics *diagnostics) {
    for (size_t i = 0; i < diagnostics->list.count; i++) {
        const struct position *at = &diagnostics->list.items[i].at;
        assert(at->line <= INPUT_BYTES_MAX + 1 && at->column <= INPUT_BYTES_MAX + 1);
    }
}

static void compile(struct text text, struct builder *out) {
    struct policy *policy = policy_new();
    assert(policy);
    add_files(policy, text);
    policy_extends(policy);
    bool compiled = policy_compile(policy);
    assert(compiled == (policy->diagnostics.errors == 0) && !arena_failed(&policy->arena));
    check_places(&policy->diagnostics);
    show_diagnostics(out, &policy->arena, &policy->diagnostics);
    policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length <= INPUT_BYTES_MAX) check_repeats((struct text){(const char *)bytes, length}, compile);
    return 0;
}
