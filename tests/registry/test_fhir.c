/* From a bill in FHIR to the answer in FHIR, by the law itself: it is read, settled in a registry and answered. What is
 * answered stands in tests/fhir/answered/law-NAME.json; the amounts are those of 2-2-window.yaml, reckoned by hand. */
#define _GNU_SOURCE /* scandir */
#include "../exchange/fhir_stage.h"
#include "../golden.h"
#include "store/databases.h"

#include "exchange/fhir_write.h"
#include "exchange/import.h"
#include "work/settlement.h"

struct window {
    struct store *store;
    struct registry registry;
    struct settler settler;
};

static char room[DOCUMENT_ROOM], changed_room[DOCUMENT_ROOM];

/* One registered poor person, a hospital, and the areas of the policy. */
static void tell_rows(struct window *window, struct fhir_stage *stage) {
    struct arena arena;
    struct diagnostics diagnostics;
    struct registry_taken *taken = test_calloc(stage->policy->entities.count, sizeof *taken);
    struct registry_change change = {.instant = 2, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    struct import import = {.arena = &arena, .policy = stage->policy, .diagnostics = &diagnostics};
    assert_int_equal(import_folder(&import, "tests/fhir/known", "policies/yunnan-2018/areas"), IMPORT_OK);
    const struct registry_given given = {import_given_written(&import, &arena, true), TEXT("")};
    assert_int_equal(registry_begin_change(&window->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&window->registry, &change, &import.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_keep_given(&window->registry, &change, &given), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&window->registry), REGISTRY_DONE);
    import_close(&import);
    arena_free(&arena);
    test_free(taken);
}

static void open_window(struct window *window, struct fhir_stage *stage) {
    struct registry_change change = {.instant = 1, .by = TEXT("tester"), .what = TEXT("init")};
    window->store = database_new(DATABASE_FILE);
    assert_int_equal(registry_make(&window->registry, window->store, stage->policy, DIGEST_SM3, &change),
                     REGISTRY_DONE);
    assert_int_equal(registry_end_change(&window->registry), REGISTRY_DONE);
    tell_rows(window, stage);
    assert_int_equal(settler_begin(&window->settler, &window->registry), REGISTRY_DONE);
}

static void close_window(struct window *window) {
    settler_end(&window->settler);
    registry_close(&window->registry);
    store_close(window->store);
}

static void compare(const char *name, const struct builder *out) {
    size_t length = 0;
    if (getenv("DOUDI_REGENERATE")) {
        golden_write("tests/fhir/answered", name, ".json", out);
        return;
    }
    char *golden = golden_read("tests/fhir/answered", name, ".json", &length);
    assert_non_null(golden);
    assert_string_equal(builder_text(out).bytes, golden);
    test_free(golden);
}

/* Settles what a document asks for. */
static void settle(struct window *window, struct fhir_stage *stage, struct text asked_for, const char *name) {
    struct document document;
    struct registry_change change = {.instant = 3, .by = TEXT("window"), .what = TEXT("settle")};
    struct settlement_request request;
    struct settlement_answer answer;
    struct json_writer writer;
    struct builder out;
    read_document(&document, &stage->map, asked_for);
    assert_int_equal(document.told.list.count, 1);
    const struct fhir_request *told = &document.told.list.items[0];
    assert_true(told->read);
    request = (struct settlement_request){told->act, told->bill, TEXT("window"), day_from(2018, 6, 9), true};
    assert_int_equal(settler_settle(&window->settler, &change, &request, 1, &document.arena, &answer), REGISTRY_DONE);
    const struct fhir_answering answering = {&stage->map, &document.arena, &document.diagnostics, day_from(2018, 6, 9)};
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    fhir_write(&writer, &answering, &document.told, &answer);
    compare(name, &out);
    builder_free(&out);
    close_document(&document);
}

/* Of P1, whom no number of a citizen is told of here: what is sealed takes keys. */
static struct text of_p1(const char *name, const char *old, const char *new) {
    static const char patient[] =
        "{\"identifier\": {\"system\": \"urn:oid:2.16.156.10011.1.3\", \"value\": \"11010519491231002X\"}}";
    struct text whole = asked(name, room);
    room[whole.length] = '\0';
    char *at = strstr(room, patient);
    assert_non_null(at);
    int length = snprintf(changed_room, sizeof changed_room, "%.*s{\"reference\": \"Patient/P1\"}%s", (int)(at - room),
                          room, at + sizeof patient - 1);
    char *number = strstr(changed_room, old);
    assert_non_null(number);
    assert_int_equal(strlen(old), strlen(new));
    memcpy(number, new, strlen(new));
    return (struct text){changed_room, (size_t)length};
}

static void a_bill_goes_in_and_its_answer_out(void **state) {
    struct fhir_stage *stage = *state;
    struct window window;
    open_window(&window, stage);
    settle(&window, stage, asked("eligibility", room), "law-eligibility");
    settle(&window, stage, asked("preauthorization", room), "law-quote");
    settle(&window, stage, of_p1("claim", "8e2", "9e2"), "law-broken"); /* the total is another */
    settle(&window, stage, of_p1("claim", "A1", "A1"), "law-claim");
    settle(&window, stage, of_p1("claim", "A1", "A1"), "law-same");
    settle(&window, stage, of_p1("claim", "8e2", "9e2"), "law-other-content");
    settle(&window, stage, of_p1("correction", "2018-06-01", "2018-06-02"), "law-corrected");
    settle(&window, stage, of_p1("cancelled", "A1", "A1"), "law-cancelled");
    settle(&window, stage, of_p1("claim", "A1", "A1"), "law-was-cancelled");
    close_window(&window);
}

static int begin(void **state) {
    return databases_begin(state) || open_yunnan(state);
}

static int end(void **state) {
    return close_yunnan(state) || databases_end(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bill_goes_in_and_its_answer_out),
    };
    return cmocka_run_group_tests_name("fhir", tests, begin, end);
}
