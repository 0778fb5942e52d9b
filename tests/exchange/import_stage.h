/* A folder of files that is imported, for tests of that and of what it leaves out. */
#ifndef DOUDI_TESTS_IMPORT_STAGE_H
#define DOUDI_TESTS_IMPORT_STAGE_H

#include "failing.h"

#include "base/csv.h"
#include "exchange/rejected.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char policy_text[] = "# Trial\n\n```doudi\n"
                                  "policy trial \"试行\" \"Trial\"\n"
                                  "  currency yuan of 100 fen\n\n"
                                  "entity home \"家庭\" \"Home\"\n"
                                  "entity person in home at most 2 \"人员\" \"Person\"\n"
                                  "event bill in person dated paid, number \"账单\" \"Bill\"\n"
                                  "entity car in person at most 2 matched by citizen_id \"车辆\" \"Car\"\n\n"
                                  "enum sex : male \"男\" \"Male\", female \"女\" \"Female\"\n\n"
                                  "input home head : text \"户主\" \"Head\"\n"
                                  "input home income : money/year in 0 .. 100_000 yuan/year \"年收入\" \"Income\"\n"
                                  "input home enrolled : bool \"在保\" \"Enrolled\"\n"
                                  "input person citizen_id : text check gb11643 \"身份证号\" \"Citizen id\"\n"
                                  "input person sex : sex \"性别\" \"Sex\"\n"
                                  "input person born : date \"出生日期\" \"Born\"\n"
                                  "input person lodges : home \"借住\" \"Lodges with\"\n"
                                  "input bill paid : date \"付款日期\" \"Paid\"\n"
                                  "input bill number : text \"单号\" \"Number\"\n"
                                  "input bill cost : money in 0 .. 10_000 yuan \"金额\" \"Cost\"\n\n"
                                  "rule home relief : money/month in 0 .. 900 yuan/month \"救助金\" \"Relief\"\n"
                                  "  = 0 yuan/month\n"
                                  "```\n";

/* --- the stage -------------------------------------------------------------------------------------------------- */

struct stage {
    struct arena arena;
    struct policy *policy;
    struct diagnostics diagnostics;
    struct import import;
    enum import_result result;
    char folder[64];
};

static inline struct policy *make_policy(void) {
    struct policy *policy = policy_new();
    assert_non_null(policy);
    policy_begin_layer(policy, TEXT("trial"));
    policy_add_file(policy, TEXT("trial.md"), text_from(policy_text));
    if (!policy_compile(policy)) {
        struct builder out;
        builder_init(&out);
        for (size_t i = 0; i < policy->diagnostics.list.count; i++)
            diagnostic_print(&out, &policy->arena, &policy->diagnostics.list.items[i], LANGUAGE_EN);
        fail_msg("%s", builder_text(&out).bytes);
    }
    return policy;
}

static inline void begin(struct stage *stage) {
    arena_init(&stage->arena);
    stage->policy = make_policy();
    diagnostics_init(&stage->diagnostics, &stage->arena);
    stage->import =
        (struct import){.arena = &stage->arena, .policy = stage->policy, .diagnostics = &stage->diagnostics};
    snprintf(stage->folder, sizeof stage->folder, "%s/doudi-import-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(stage->folder));
}

static inline void write_bytes(struct stage *stage, const char *name, struct text bytes) {
    FILE *file = fopen(path_join(&stage->arena, text_from(stage->folder), text_from(name)).bytes, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.bytes, 1, bytes.length, file), bytes.length);
    assert_int_equal(fclose(file), 0);
}

static inline void write_file(struct stage *stage, const char *name, const char *text) {
    write_bytes(stage, name, text_from(text));
}

static inline void import(struct stage *stage) {
    stage->result = import_folder(&stage->import, stage->folder, NULL);
}

/* With a file of people, though without a row, so that their absence is not told. */
static inline void begin_with_people(struct stage *stage) {
    begin(stage);
    write_file(stage, "person.csv", "id,home\n");
}

static inline void finish(struct stage *stage) {
    struct file_names names = {0};
    import_close(&stage->import);
    folder_list(&stage->arena, stage->folder, &names);
    for (size_t i = 0; i < names.list.count; i++)
        unlink(path_join(&stage->arena, text_from(stage->folder), names.list.items[i]).bytes);
    rmdir(stage->folder);
    policy_free(stage->policy);
    arena_free(&stage->arena);
}

/* Every diagnostic in the order in which they were told: "code line:column", parted by commas. */
static inline void assert_told(struct stage *stage, const char *expected) {
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < stage->diagnostics.list.count; i++) {
        const struct diagnostic *diagnostic = &stage->diagnostics.list.items[i];
        builder_format(&out, "%s%s %u:%u", i > 0 ? ", " : "", diagnostic->message->code, diagnostic->at.line,
                       diagnostic->at.column);
    }
    assert_string_equal(out.length ? builder_text(&out).bytes : "", expected);
    builder_free(&out);
}

static inline const struct record_table *table_of(struct stage *stage, const char *entity) {
    const struct entity *found = map_get(&stage->policy->entity_by_name, text_from(entity));
    assert_non_null(found);
    return &stage->import.records.tables[found->index];
}

static inline const struct column *column_of(struct stage *stage, const char *entity, const char *field) {
    return &table_of(stage, entity)
                ->columns[policy_field(stage->policy, text_from(entity), text_from(field))->input_index];
}

static inline void assert_text(struct text text, const char *expected) {
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.length);
}

static inline void report(struct stage *stage) {
    struct refusals refusals = {.arena = &stage->arena};
    month_number month;
    assert_true(month_parse(TEXT("2018-07"), &month));
    struct dataset *dataset = dataset_new(stage->policy, &stage->import.records, month, &refusals);
    assert_non_null(dataset);
    import_report_refusals(&stage->import, &refusals);
    dataset_free(dataset);
}

#endif
