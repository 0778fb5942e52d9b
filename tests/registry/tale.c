#include "tale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char law[] =
    "policy law\n  currency yuan of 100 fen\nentity village\nentity family in village at most 999\n"
    "input family farm : money/month in -100 .. 10_000 yuan/month\ninput family head : text\n";

/* Families are added, some of those that were there are told anew: of other pages than the ones before. */
static void fill(struct stage *stage, int64_t change) {
    enum { FAMILIES = 40 };
    char id[64], inputs[200];
    records_init(&stage->records, &stage->arena, stage->policy);
    stage_row(stage, "village", "v1", "", "");
    for (int64_t family = change * FAMILIES / 2; family < change * FAMILIES / 2 + FAMILIES; family++) {
        snprintf(id, sizeof id, "F%lld", (long long)family);
        snprintf(inputs, sizeof inputs, "farm=%lld head=户主甲乙丙丁戊己庚辛壬癸%lld-%lld",
                 (long long)(family * change % 9000), (long long)change, (long long)family);
        stage_row(stage, "family", text_copy(&stage->arena, text_from(id)).bytes, "v1",
                  text_copy(&stage->arena, text_from(inputs)).bytes);
    }
}

enum registry_result tale_begin(struct tale *tale, int64_t change) {
    struct registry_taken taken[2] = {{0}, {0}};
    struct registry_change told = {
        .instant = change, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    struct text lines = text_format(&tale->stage.arena, "lines of %lld\n", (long long)change);
    const struct registry_given given = {lines, TEXT("")};
    fill(&tale->stage, change);
    enum registry_result result = registry_begin_change(&tale->registry, &told);
    if (result == REGISTRY_DONE) {
        assert_int_equal(told.number, change);
        result = registry_take(&tale->registry, &told, &tale->stage.records, taken);
    }
    return result == REGISTRY_DONE ? registry_keep_given(&tale->registry, &told, &given) : result;
}

static enum registry_result make(struct tale *tale, const char *url) {
    struct registry_change change = {.instant = 1, .by = TEXT("tester"), .what = TEXT("init")};
    tale->store = store_open(url, STORE_MADE_ANEW, &tale->trouble);
    if (!tale->store) return REGISTRY_STORE_FAILED;
    return registry_make(&tale->registry, tale->store, tale->stage.policy, DIGEST_SM3, &change);
}

enum registry_result tale_tell(struct tale *tale, const char *url, int64_t change) {
    enum registry_result result = change == 1 ? make(tale, url) : tale_begin(tale, change);
    if (result == REGISTRY_DONE) return registry_end_change(&tale->registry);
    if (tale->store) registry_give_up_change(&tale->registry);
    return result;
}

enum registry_result tale_open(struct tale *tale, const char *url) {
    tale->registry = (struct registry){.store = NULL};
    tale->store = store_open(url, STORE_AS_IT_IS, &tale->trouble);
    if (!tale->store) return tale->trouble.failure == STORE_NOT_THERE ? REGISTRY_NONE : REGISTRY_STORE_FAILED;
    return registry_open(&tale->registry, tale->store, tale->stage.policy);
}

enum store_failure tale_failure(const struct tale *tale) {
    return tale->store ? store_trouble(tale->store)->failure : tale->trouble.failure;
}

void tale_close(struct tale *tale) {
    if (tale->registry.store) registry_close(&tale->registry);
    store_close(tale->store);
    tale->store = NULL;
    tale->registry = (struct registry){.store = NULL};
}

/* A server's tables have no such question. */
static void expect_whole(struct tale *tale, const char *url) {
    if (store_is_url(url)) return;
    struct statement *query = store_prepare(tale->store, "PRAGMA integrity_check");
    assert_true(statement_begin(query, NULL, 0) && statement_next(query));
    assert_true(text_is(statement_text(query, 0), "ok"));
    statement_end(query);
    statement_free(query);
}

int64_t tale_told(struct tale *tale) {
    struct registry_verdict verdict;
    assert_int_equal(registry_verify(&tale->registry, &verdict), REGISTRY_DONE);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    assert_in_range(verdict.changes, 1, TALE_CHANGES);
    assert_memory_equal(verdict.link, tale->links[verdict.changes], DIGEST_BYTES);
    return verdict.changes;
}

void tale_go_on(struct tale *tale, const char *url) {
    enum registry_result found = tale_open(tale, url);
    int64_t told = found == REGISTRY_NONE ? 0 : tale_told(tale);
    if (found == REGISTRY_NONE)
        tale_close(tale);
    else
        assert_int_equal(found, REGISTRY_DONE);
    while (told < TALE_CHANGES) assert_int_equal(tale_tell(tale, url, ++told), REGISTRY_DONE);
    assert_int_equal(tale_told(tale), TALE_CHANGES);
    expect_whole(tale, url);
    tale_close(tale);
}

void tale_learn(struct tale *tale, const char *url) {
    struct registry_verdict verdict;
    memset(tale, 0, sizeof *tale);
    stage_open(&tale->stage, law, NULL, NULL);
    for (int64_t change = 1; change <= TALE_CHANGES; change++) {
        assert_int_equal(tale_tell(tale, url, change), REGISTRY_DONE);
        assert_int_equal(registry_verify(&tale->registry, &verdict), REGISTRY_DONE);
        assert_int_equal(verdict.changes, change);
        memcpy(tale->links[change], verdict.link, DIGEST_BYTES);
        assert_memory_not_equal(verdict.link, tale->links[change - 1], DIGEST_BYTES);
    }
    tale_close(tale);
}

void tale_forget(struct tale *tale) {
    stage_close(&tale->stage);
}

size_t times_of(const char *variable, size_t times) {
    const char *told = getenv(variable);
    return told ? strtoul(told, NULL, 10) : times;
}
