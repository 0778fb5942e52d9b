#include "base/memory.h"
#include "exchange/messages.h"
#include "exchange/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct reading {
    struct arena arena;
    struct source source;
    struct diagnostics diagnostics;
    struct yaml_node *root;
};

static void read(struct reading *reading, struct text text) {
    arena_init(&reading->arena);
    reading->source = (struct source){.name = TEXT("case.yaml"), .bytes = text};
    diagnostics_init(&reading->diagnostics, &reading->arena);
    reading->root = yaml_read(&reading->arena, &reading->source, &reading->diagnostics);
}

static void finish(struct reading *reading) {
    arena_free(&reading->arena);
}

/* A tree in short: {key: value, ...}, [item, ...], <plain>, "quoted". */
static void show(struct builder *out, const struct yaml_node *node) {
    const char *const around[] = {
        [YAML_SCALAR] = node->quoted ? "\"\"" : "<>", [YAML_SEQUENCE] = "[]", [YAML_MAPPING] = "{}"};
    builder_format(out, "%c", around[node->kind][0]);
    builder_add(out, node->scalar);
    for (size_t i = 0; i < node->count; i++) {
        if (i > 0) builder_format(out, ", ");
        if (node->kind == YAML_MAPPING) builder_format(out, "%.*s: ", TEXT_ARG(node->pairs[i].key));
        show(out, node->kind == YAML_MAPPING ? node->pairs[i].value : node->items[i]);
    }
    builder_format(out, "%c", around[node->kind][1]);
}

static void assert_tree(const char *text, const char *expected) {
    struct reading reading;
    struct builder out;
    read(&reading, text_from(text));
    assert_int_equal(reading.diagnostics.errors, 0);
    assert_non_null(reading.root);
    builder_init(&out);
    show(&out, reading.root);
    assert_string_equal(builder_text(&out).bytes, expected);
    builder_free(&out);
    finish(&reading);
}

/* `expected` names every diagnostic in the order of their places: "code line:column", parted by commas. */
static void assert_refused_bytes(struct text text, const char *expected) {
    struct reading reading;
    struct builder out;
    read(&reading, text);
    diagnostics_sort(&reading.diagnostics);
    builder_init(&out);
    for (size_t i = 0; i < reading.diagnostics.list.count; i++) {
        const struct diagnostic *diagnostic = &reading.diagnostics.list.items[i];
        builder_format(&out, "%s%s %u:%u", i > 0 ? ", " : "", diagnostic->message->code, diagnostic->at.line,
                       diagnostic->at.column);
    }
    assert_string_equal(builder_text(&out).bytes, expected);
    assert_null(reading.root);
    builder_free(&out);
    finish(&reading);
}

static void assert_refused(const char *text, const char *expected) {
    assert_refused_bytes(text_from(text), expected);
}

static void reads_a_case(void **state) {
    (void)state;
    assert_tree("month: 2018-07\n"
                "household:\n"
                "  - name: 张三 # invented\n"
                "    born: 1950-02-28\n"
                "    income: 0.10\n"
                "  - {name: '李 四', disabled: yes}\n"
                "expect: [1_000.00, ~, null, 0x10, \"007\"]\n",
                "{month: <2018-07>, household: [{name: <张三>, born: <1950-02-28>, income: <0.10>}, "
                "{name: \"李 四\", disabled: <yes>}], expect: [<1_000.00>, <~>, <null>, <0x10>, \"007\"]}");
}

static void keeps_empty_values(void **state) {
    (void)state;
    assert_tree("a:\nb: \"\"\nc: {d, e: }\nf:\n-\n- x\n", "{a: <>, b: \"\", c: {d: <>, e: <>}, f: [<>, <x>]}");
    assert_tree("- []\n- {}\n", "[[], {}]");
}

static void reads_block_scalars(void **state) {
    (void)state;
    assert_tree("a: |\n  one\n  two\nb: >-\n  one\n  two\nc: one\n  two\n",
                "{a: \"one\ntwo\n\", b: \"one two\", c: <one two>}");
    assert_tree("\"a\\tb\\u5f20\\x21\": 'it''s'", "{a\tb张!: \"it's\"}");
}

static void reads_nothing_as_an_empty_sequence(void **state) {
    (void)state;
    assert_tree("", "[]");
    assert_tree("# only a remark\n\n", "[]");
    assert_tree("---\n", "[]");
    assert_tree("---\n...\n", "[]");
    assert_tree("\xEF\xBB\xBF", "[]");
    assert_tree("''", "\"\"");
}

static void passes_over_byte_order_mark_and_carriage_returns(void **state) {
    (void)state;
    assert_tree("\xEF\xBB\xBF"
                "a: 1\r\nb: 2\r\n",
                "{a: <1>, b: <2>}");
    assert_tree("--- {a: 1}\n", "{a: <1>}");
}

static void finds_keys(void **state) {
    (void)state;
    struct reading reading;
    read(&reading, TEXT("month: 2018-07\n人数: 3\n"));
    assert_true(text_is(yaml_get(reading.root, "人数")->scalar, "3"));
    assert_null(yaml_get(reading.root, "mont"));
    assert_null(yaml_get(yaml_get(reading.root, "month"), "month"));
    finish(&reading);
    read(&reading, TEXT("[month]"));
    assert_null(yaml_get(reading.root, "month"));
    finish(&reading);
}

static void assert_place(struct position at, unsigned line, unsigned column, unsigned length) {
    assert_int_equal(at.line, line);
    assert_int_equal(at.column, column);
    assert_int_equal(at.length, length);
}

static void tells_places_in_characters(void **state) {
    (void)state;
    struct reading reading;
    read(&reading, TEXT("\xEF\xBB\xBF姓名: 张三\n成员: [\"李 四\", 五]\n说明:\n  - |\n    甲\n  - 甲\n    乙丙丁戊\n"));
    assert_non_null(reading.root);
    const struct yaml_pair *pairs = reading.root->pairs;
    assert_place(pairs[0].key_at, 1, 1, 2);
    assert_place(pairs[0].value->at, 1, 5, 2);
    assert_place(pairs[1].value->at, 2, 5, 1);
    assert_place(pairs[1].value->items[0]->at, 2, 6, 5);
    assert_place(pairs[1].value->items[1]->at, 2, 13, 1);
    assert_place(pairs[2].value->at, 4, 3, 1);
    assert_place(pairs[2].value->items[0]->at, 4, 5, 1);
    assert_place(pairs[2].value->items[1]->at, 6, 5, 1);
    assert_ptr_equal(pairs[2].value->at.source, &reading.source);
    finish(&reading);
}

static void refuses_what_cases_do_not_need(void **state) {
    (void)state;
    assert_refused("a: *x\n", "yaml-alias 1:4");
    assert_refused("a: &x 1\n", "yaml-anchor 1:4");
    assert_refused("a: &x [1]\n", "yaml-anchor 1:4");
    assert_refused("a: !!str 1\n", "yaml-tag 1:4");
    assert_refused("a: ! 1\n", "yaml-tag 1:4");
    assert_refused("a: !t {b: 1}\n", "yaml-tag 1:4");
    assert_refused("? [a]\n: b\n", "yaml-key-kind 1:3");
    assert_refused("? [a]\n: b\n? {c: d}\n: e\n", "yaml-key-kind 1:3, yaml-key-kind 3:3");
    assert_refused("a: {{b}}\n", "yaml-key-kind 1:5");
    assert_refused("--- a\n--- b\n", "yaml-many-documents 2:1");
    assert_refused("%YAML 1.1\n--- a\n", "yaml-directive 1:1");
    assert_refused("a: 1\n...\n%TAG ! x\n", "yaml-directive 3:1");
}

static void collects_mistakes(void **state) {
    (void)state;
    assert_refused("a: *x\nb: &y 1\na: [!t 2, {c: 1, c: 2, c: 3}]\n",
                   "yaml-alias 1:4, yaml-anchor 2:4, yaml-duplicate-key 3:1, yaml-tag 3:5, "
                   "yaml-duplicate-key 3:18, yaml-duplicate-key 3:24");
    assert_refused("{b: 1, b: 2, a: 3}", "yaml-duplicate-key 1:8");
    assert_refused("a: *x\nb: [\n", "yaml-alias 1:4, yaml-value-missing 3:1");
}

static void refuses_duplicate_keys_only_within_one_mapping(void **state) {
    (void)state;
    struct reading reading;
    read(&reading, TEXT("a: {a: 1}\nb: 1\n\"a\": 2\n"));
    assert_null(reading.root);
    assert_int_equal(reading.diagnostics.errors, 1);
    const struct diagnostic *diagnostic = reading.diagnostics.list.items;
    assert_string_equal(diagnostic->message->code, "yaml-duplicate-key");
    assert_place(diagnostic->at, 3, 1, 3);
    assert_place(diagnostic->related, 1, 1, 1);
    assert_true(text_is(diagnostic->argument[0], "a"));
    finish(&reading);
}

static void explains_slips_of_the_keyboard(void **state) {
    (void)state;
    assert_refused("a: 1\nb\nc: 2\n", "yaml-colon-missing 2:1");
    assert_refused("a: 1\n b: 2\n", "yaml-colon-stray 2:3");
    assert_refused("a: b: c\n", "yaml-colon-stray 1:5");
    assert_refused("a: - b\n", "yaml-indentation 1:4");
    assert_refused("- a\nb: 1\n", "yaml-indentation 2:1");
    assert_refused("a:\n  b: 1\n c: 2\n", "yaml-indentation 3:2");
    assert_refused("a:\n\tb: 1\n", "yaml-tab 2:1");
    assert_refused("a: 1\n\tb: 2\n", "yaml-tab 2:1");
    assert_refused("a: @x\n", "yaml-character 1:4");
    assert_refused("a: \"x\nb: 2\n", "yaml-quote-open 1:4");
    assert_refused("a: 'x\n---\n", "yaml-quote-open 1:4");
    assert_refused("a: [1, 2\nb: 3\n", "yaml-bracket-open 1:4");
    assert_refused("a: {b: 1, c: 2\n", "yaml-bracket-open 1:4");
    assert_refused("a: [1,,2]\n", "yaml-value-missing 1:7");
    assert_refused("a: \"\\q\"\n", "yaml-escape 1:5");
    assert_refused("a: 1\n...\nb: 2\n", "yaml-syntax 3:1");
    assert_refused("a: &\n", "yaml-syntax 1:5");
}

static void names_the_character(void **state) {
    (void)state;
    struct reading reading;
    read(&reading, TEXT("\xEF\xBB\xBF姓名: 张三\n备注: `x\n"));
    assert_int_equal(reading.diagnostics.errors, 1);
    assert_true(text_is(reading.diagnostics.list.items[0].argument[0], "`"));
    finish(&reading);
}

static void refuses_bytes_that_are_no_text(void **state) {
    (void)state;
    assert_refused("a: 张\n\xD5\xC5: 1\n", "yaml-bad-utf8 2:1");
    assert_refused("\xFF\xFE"
                   "a",
                   "yaml-bad-utf8 1:1");
    assert_refused_bytes(TEXT("a: 张\0\n"), "yaml-control 1:5");
    assert_refused("a: \x07\nb: \x7F\nc: \uFEFF\n", "yaml-control 1:4, yaml-control 2:4, yaml-control 3:4");
    assert_refused("\xEF\xBB\xBF姓: \uFFFE\uFFFF", "yaml-control 1:4, yaml-control 1:5");
    assert_refused("a: \"\\e[31m\"\nb: \u202e\n\"\\x9b\": \"\\t\\n\"\n",
                   "yaml-control 1:4, yaml-control 2:4, yaml-control 3:1");
    assert_refused("a: 1\rb: 2\n", "yaml-line-break 1:5");
    assert_refused("a: 1\u2028b\u2029c\xC2\x85\r",
                   "yaml-line-break 1:5, yaml-line-break 1:7, yaml-line-break 1:9, yaml-line-break 1:10");
}

static void limits_depth(void **state) {
    (void)state;
    char flow[2 * YAML_DEPTH_MAX + 2];
    memset(flow, '[', YAML_DEPTH_MAX + 1);
    memset(flow + YAML_DEPTH_MAX + 1, ']', YAML_DEPTH_MAX + 1);
    assert_refused_bytes((struct text){flow, sizeof flow}, "yaml-too-deep 1:33");
    struct reading reading;
    read(&reading, (struct text){flow + 1, sizeof flow - 2});
    assert_non_null(reading.root);
    finish(&reading);
}

static void stops_after_many_mistakes(void **state) {
    (void)state;
    struct reading reading;
    read(&reading, TEXT("[*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]"));
    assert_int_equal(reading.diagnostics.errors, 20);
    finish(&reading);
    read(&reading, TEXT("[*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]"));
    assert_int_equal(reading.diagnostics.errors, 21);
    assert_string_equal(reading.diagnostics.list.items[20].message->code, "yaml-too-many-mistakes");
    assert_place(reading.diagnostics.list.items[20].at, 1, 62, 2);
    finish(&reading);
}

static void stops_after_many_duplicates(void **state) {
    (void)state;
    struct reading reading;
    read(&reading, TEXT("{a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a}"));
    assert_int_equal(reading.diagnostics.errors, 21);
    finish(&reading);
}

/* As long as allowed, and made of what costs a careless reader time that is quadratic in the length. */
static void reads_long_texts_to_the_end(void **state) {
    (void)state;
    static const char *const patterns[] = {
        "[",    "{",      "- ",     "? ",   "[{",       "a: ", "a:\n",  "%TAG !a! b\n", "--- a\n",
        "*a ,", "- *a\n", "- &a\n", "# a ", "\"\\q\" ", "'",   "[a, ",  "- a\n",        "- [] \n",
        "a",    "a ",     "a\n",    "\n",   "|\n ",     "!a ", "? a\n", "?:",           "- - a\n",
    };
    size_t length = (size_t)YAML_MIB_MAX << 20;
    char *bytes = memory_new(length + 1, 1);
    assert_non_null(bytes);
    for (size_t pattern = 0; pattern < sizeof patterns / sizeof *patterns; pattern++) {
        struct text piece = text_from(patterns[pattern]);
        for (size_t i = 0; i <= length; i++) bytes[i] = piece.bytes[i % piece.length];
        struct reading reading;
        read(&reading, (struct text){bytes, length});
        assert_true((reading.root == NULL) == (reading.diagnostics.errors > 0));
        if (!reading.root) assert_int_not_equal(reading.diagnostics.list.items[0].at.line, 0);
        finish(&reading);
    }
    assert_refused_bytes((struct text){bytes, length + 1}, "yaml-too-long 0:0");
    memory_free(bytes);
}

static void tells_many_keys_apart(void **state) {
    (void)state;
    struct builder out;
    builder_init(&out);
    for (unsigned i = 0; i < 20000; i++) builder_format(&out, "k%u: %u\n", i * 7919 % 20000, i);
    struct reading reading;
    read(&reading, builder_text(&out));
    assert_int_equal(reading.root->count, 20000);
    assert_true(text_is(reading.root->pairs[1].key, "k7919"));
    finish(&reading);
    builder_format(&out, "k0: again\n");
    assert_refused_bytes(builder_text(&out), "yaml-duplicate-key 20001:1");
    builder_free(&out);
}

/* However many allocations succeed, the reader ends in order, and well only with all of them. */
static void survives_memory_running_out(void **state) {
    (void)state;
    struct builder text;
    builder_init(&text);
    for (unsigned i = 0; i < 5000; i++) builder_format(&text, "k%u: [a, {b: c}]\n", i);
    bool complete = false;
    for (long successes = 0; !complete; successes++) {
        struct reading reading;
        memory_fail_after(successes);
        read(&reading, builder_text(&text));
        complete = reading.root != NULL;
        assert_true(complete != memory_has_failed());
        assert_true(complete != arena_failed(&reading.arena));
        memory_fail_after(-1);
        finish(&reading);
        assert_true(successes < 1000);
    }
    builder_free(&text);
}

static void says_everything_in_both_languages(void **state) {
    (void)state;
    for (size_t i = 0; i < EXCHANGE_MESSAGES; i++) {
        const struct message *message = &exchange_messages[i];
        for (size_t language = 0; language < LANGUAGES; language++) {
            assert_true(message->text[language][0] != '\0');
            assert_true((message->remedy[language][0] != '\0') == (message->remedy[LANGUAGE_ZH][0] != '\0'));
        }
        for (size_t j = 0; j < i; j++) assert_string_not_equal(exchange_messages[j].code, message->code);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_case),
        cmocka_unit_test(keeps_empty_values),
        cmocka_unit_test(reads_block_scalars),
        cmocka_unit_test(reads_nothing_as_an_empty_sequence),
        cmocka_unit_test(passes_over_byte_order_mark_and_carriage_returns),
        cmocka_unit_test(finds_keys),
        cmocka_unit_test(tells_places_in_characters),
        cmocka_unit_test(refuses_what_cases_do_not_need),
        cmocka_unit_test(collects_mistakes),
        cmocka_unit_test(refuses_duplicate_keys_only_within_one_mapping),
        cmocka_unit_test(explains_slips_of_the_keyboard),
        cmocka_unit_test(names_the_character),
        cmocka_unit_test(refuses_bytes_that_are_no_text),
        cmocka_unit_test(limits_depth),
        cmocka_unit_test(stops_after_many_mistakes),
        cmocka_unit_test(stops_after_many_duplicates),
        cmocka_unit_test(reads_long_texts_to_the_end),
        cmocka_unit_test(tells_many_keys_apart),
        cmocka_unit_test(survives_memory_running_out),
        cmocka_unit_test(says_everything_in_both_languages),
    };
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
