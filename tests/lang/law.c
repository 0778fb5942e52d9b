#include "law.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct policy *new_policy(const char *text) {
    struct policy *policy = policy_new();
    assert_non_null(policy);
    policy_begin_layer(policy, TEXT("law"));
    struct builder file;
    builder_init(&file);
    builder_format(&file, "```doudi\n%s\n```\n", text);
    policy_add_file(policy, TEXT("law.md"), builder_text(&file));
    builder_free(&file);
    return policy;
}

void add_layer(struct policy *policy, const char *text) {
    policy_begin_layer(policy, TEXT("reform"));
    struct builder file;
    builder_init(&file);
    builder_format(&file, "```doudi\n%s\n```\n", text);
    policy_add_file(policy, TEXT("reform.md"), builder_text(&file));
    builder_free(&file);
}

void assert_compiles_to(struct policy *policy, const char *expected) {
    struct builder out;
    builder_init(&out);
    bool compiled = policy_compile(policy);
    for (size_t i = 0; i < policy->diagnostics.list.count; i++) {
        const struct diagnostic *diagnostic = &policy->diagnostics.list.items[i];
        builder_format(&out, "%s%s", i ? ", " : "", diagnostic->message->code);
    }
    assert_string_equal(out.bytes ? builder_text(&out).bytes : "", expected);
    assert_int_equal(compiled, *expected == '\0');
    builder_free(&out);
}

struct policy *compile(const char *text) {
    struct policy *policy = new_policy(text);
    assert_compiles_to(policy, "");
    return policy;
}

void accepts(const char *text) {
    policy_free(compile(text));
}

void refuses(const char *text, const char *expected) {
    struct policy *policy = new_policy(text);
    assert_compiles_to(policy, expected);
    policy_free(policy);
}

struct policy *with_table(const char *text, const char *table) {
    struct policy *policy = new_policy(text);
    policy_add_file(policy, TEXT("tables/t.csv"), text_from(table));
    return policy;
}
