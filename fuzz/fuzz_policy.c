/* Whatever is offered as a policy is compiled or refused with diagnostics that can be shown, and always the same.
 *
 * The input is the law's Markdown, or several files: each further one behind a line of two colons and its path, or
 * `::layer` for a policy that extends the one before. */
#include "lang/policy.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

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

static void show(struct policy *policy, enum language language, struct builder *out) {
    for (size_t i = 0; i < policy->diagnostics.list.count; i++) {
        const struct diagnostic *diagnostic = &policy->diagnostics.list.items[i];
        assert(diagnostic->at.line <= INPUT_BYTES_MAX + 1 && diagnostic->at.column <= INPUT_BYTES_MAX + 1);
        diagnostic_print(out, &policy->arena, diagnostic, language);
    }
    assert(text_invalid_at(builder_text(out)) == builder_text(out).length);
}

static void compile(struct text text, struct builder *out) {
    struct policy *policy = policy_new();
    assert(policy);
    add_files(policy, text);
    policy_extends(policy);
    bool compiled = policy_compile(policy);
    assert(compiled == (policy->diagnostics.errors == 0) && !arena_failed(&policy->arena));
    show(policy, LANGUAGE_ZH, out);
    show(policy, LANGUAGE_EN, out);
    policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length > INPUT_BYTES_MAX) return 0;
    struct text text = {(const char *)bytes, length};
    struct builder once, again;
    builder_init(&once);
    builder_init(&again);
    compile(text, &once);
    compile(text, &again);
    assert(text_equal(builder_text(&once), builder_text(&again)));
    builder_free(&once);
    builder_free(&again);
    return 0;
}
