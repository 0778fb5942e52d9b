/* Sealed inputs of a registry: what lies in the database, who finds, sees and changes what; on both databases. The ids
 * are invented. */
#include "base/memory.h"
#include "book.h"
#include "engine/stage.h"
#include "registry/family.h"
#include "registry/sealed.h"
#include "store/databases.h"
#include "store/given_keys.h"
#include "store/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "policy law\n  currency yuan of 100 fen\nentity village\nentity family in village at most 99\n"
#define PLAIN_NUMBER "input family number : text check gb11643\n"
#define NUMBER "input family number : text check gb11643 sealed\n"
#define NOTE "input family note : text sealed\n"
#define REST "input family size : count in 0 .. 99\n"
#define LAW HEAD NUMBER NOTE REST
#define ID_1 "53052319700824453X"
#define ID_2 "530523197506110205"
#define ALL_KEYS KEYS_HEAD INDEX_LINE SM4_LINE AES_LINE
#define ONE_KEY KEYS_HEAD INDEX_LINE SM4_LINE
#define NEW_KEY KEYS_HEAD INDEX_LINE AES_LINE
#define OTHER_KEY KEYS_HEAD INDEX_LINE "1 aes 2026-11-28 " HEX_32 "\n"
#define OTHER_INDEX KEYS_HEAD INDEX_LINE_SHA256 SM4_LINE

struct book {
    struct store *store;
    struct stage stage;
    struct registry registry;
};

static enum registry_result use_keys_for(struct registry *registry, const char *text, unsigned threads) {
    struct keys keys;
    size_t line;
    assert_int_equal(keys_parse(&keys, text_from(text), &line), KEYS_OK);
    enum registry_result result = registry_use_keys(registry, &keys, threads);
    keys_clear(&keys);
    return result;
}

static enum registry_result use_keys(struct book *book, const char *text) {
    return use_keys_for(&book->registry, text, 2);
}

static void begin_telling(struct book *book) {
    book_tell_anew(&book->stage);
    book->registry.doubles.count = book->registry.doubled = 0;
    stage_row(&book->stage, "village", "v1", "", "");
}

static struct registry_change change_of(const char *what) {
    return (struct registry_change){.instant = 7, .by = TEXT("tester"), .what = text_from(what), .since = MONTH_FIRST};
}

/* Counts of families; 9 for what failed. */
static enum registry_result take(struct book *book, struct registry_taken *families) {
    struct registry_taken taken[8] = {0};
    struct registry_change change = change_of("import");
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    enum registry_result result = registry_take(&book->registry, &change, &book->stage.records, taken);
    *families = taken[1];
    if (result == REGISTRY_DONE) return registry_end_change(&book->registry);
    registry_give_up_change(&book->registry);
    return result;
}

static void expect_taken(struct book *book, size_t fresh, size_t changed, size_t same) {
    struct registry_taken taken;
    assert_int_equal(take(book, &taken), REGISTRY_DONE);
    assert_int_equal(taken.fresh, fresh);
    assert_int_equal(taken.changed, changed);
    assert_int_equal(taken.same, same);
}

static void make_book(struct book *book, struct store *store, const char *law) {
    struct registry_change change = change_of("init");
    stage_open(&book->stage, law, NULL, NULL);
    book->store = store;
    assert_int_equal(registry_make(&book->registry, store, book->stage.policy, DIGEST_SM3, &change), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

static void tell_families(struct book *book) {
    begin_telling(book);
    stage_row(&book->stage, "family", "F1", "v1", "number=" ID_1 " note=secret size=3");
    stage_row(&book->stage, "family", "F2", "v1", "note=" ID_1 " size=1");
    stage_row(&book->stage, "family", "F3", "v1", "size=2");
}

static void open_book(struct book *book, enum database database) {
    make_book(book, database_new(database), LAW);
    assert_int_equal(use_keys(book, ONE_KEY), REGISTRY_DONE);
    tell_families(book);
    expect_taken(book, 3, 0, 0);
}

static void close_book(struct book *book) {
    book_close(&book->registry, book->store, &book->stage);
}

/* By whoever has other keys, or none. */
static void open_again(struct book *book) {
    registry_close(&book->registry);
    assert_int_equal(registry_open(&book->registry, book->store, book->stage.policy), REGISTRY_DONE);
}

static const struct field *input_of(const struct book *book, const char *name) {
    return policy_field(book->stage.policy, TEXT("family"), text_from(name));
}

static const char *shown(struct book *book, enum registry_sight sight, const char *id, const char *input) {
    static char found[64];
    struct records records;
    book->registry.sight = sight;
    enum registry_result result = registry_read(&book->registry, REGISTRY_NOW, &book->stage.arena, &records);
    book->registry.sight = REGISTRY_CLOSED;
    if (result != REGISTRY_DONE)
        return result == REGISTRY_NO_KEYS      ? "no keys"
               : result == REGISTRY_OTHER_KEYS ? "other keys"
               : result == REGISTRY_DAMAGED    ? "damaged"
                                               : "?";
    const struct field *field = input_of(book, input);
    const struct record_table *table = &records.tables[field->entity->index];
    for (size_t row = 0; row < table->count; row++) {
        const struct column *column = &table->columns[field->input_index];
        if (!text_is(table->rows[row].id, id)) continue;
        struct text value = column->known[row] ? column_text(column, row) : TEXT("unknown");
        snprintf(found, sizeof found, "%.*s", TEXT_ARG(value));
    }
    return found;
}

static int64_t find(struct book *book, const char *sql) {
    struct statement *query = store_prepare(book->store, sql);
    assert_true(statement_begin(query, NULL, 0) && statement_next(query));
    int64_t found = statement_integer(query, 0);
    statement_end(query);
    statement_free(query);
    return found;
}

static struct registry_verdict verdict_of(struct book *book) {
    struct registry_verdict verdict;
    assert_int_equal(registry_verify(&book->registry, &verdict), REGISTRY_DONE);
    return verdict;
}

/* Keys of the rows, as digits. */
static const char *found_by(struct book *book, const char *input, const char *text) {
    static char found[32];
    struct registry_row_keys keys;
    size_t length = 0;
    assert_int_equal(
        registry_find_ever_told(&book->registry, input_of(book, input), text_from(text), &book->stage.arena, &keys),
        REGISTRY_DONE);
    found[0] = '\0';
    for (size_t i = 0; i < keys.list.count; i++)
        length += (size_t)snprintf(found + length, sizeof found - length, "%d", (int)keys.list.items[i]);
    return found;
}

/* Whether that bares what was sealed. */
static bool migrate(struct book *book, const char *law) {
    struct registry_migration migration;
    struct registry_change change = change_of("migrate");
    registry_close(&book->registry);
    stage_close(&book->stage);
    stage_open(&book->stage, law, NULL, NULL);
    assert_int_equal(registry_migrate(&book->registry, book->store, book->stage.policy, &change, &migration),
                     REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
    bool bares = false;
    for (size_t i = 0; i < migration.steps.count; i++) {
        const struct registry_step *step = &migration.steps.items[i];
        if (step->kind == REGISTRY_BARED) assert_true(text_is(step->input, "number"));
        bares = bares || step->kind == REGISTRY_BARED;
    }
    assert_true(migration.loses || !bares);
    return bares;
}

/* --- telling and reading ------------------------------------------------------------------------------------------ */

static void what_is_sealed_is_shown_as_asked(enum database database) {
    struct book book;
    open_book(&book, database);
    assert_string_equal(shown(&book, REGISTRY_CLOSED, "F1", "number"), "••••");
    assert_string_equal(shown(&book, REGISTRY_MASKED, "F1", "number"), "530523••••••••••••");
    assert_string_equal(shown(&book, REGISTRY_MASKED, "F1", "note"), "••••••");
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), ID_1);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "note"), "secret");
    assert_string_equal(shown(&book, REGISTRY_CLOSED, "F2", "number"), "unknown");
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F2", "note"), ID_1);
    assert_int_equal(find(&book, "SELECT CAST(sum(length(note)) AS BIGINT) FROM family"),
                     6 + 18 + 2 * SEAL_EXTRA_BYTES);
    assert_int_equal(find(&book, "SELECT max(length(_index_note)) FROM family"), INDEX_BYTES);
    open_again(&book); /* without keys */
    assert_string_equal(shown(&book, REGISTRY_CLOSED, "F1", "number"), "••••");
    assert_string_equal(shown(&book, REGISTRY_MASKED, "F1", "number"), "••••");
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), "no keys");
    assert_int_equal(use_keys(&book, ONE_KEY), REGISTRY_DONE);
    book.registry.sight_of = map_get(&book.stage.policy->entity_by_name, TEXT("village")); /* another's */
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), "••••");
    close_book(&book);
}

static void what_was_told_is_known_by_its_index(enum database database) {
    struct book book;
    open_book(&book, database);
    tell_families(&book);
    expect_taken(&book, 0, 0, 3);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "number=" ID_2 " note=secret size=3");
    stage_row(&book.stage, "family", "F3", "v1", "note=new size=2");
    expect_taken(&book, 0, 2, 0);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), ID_2);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F3", "note"), "new");
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "note=secret size=3"); /* known no more */
    expect_taken(&book, 0, 1, 0);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), "unknown");
    struct registry_verdict verdict = verdict_of(&book);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    assert_true(verdict.opened);
    assert_int_equal(verdict.sealed, 7);
    close_book(&book);
}

static void without_keys_nothing_sealed_is_told(enum database database) {
    struct book book;
    struct registry_taken taken;
    open_book(&book, database);
    open_again(&book);
    tell_families(&book);
    assert_int_equal(take(&book, &taken), REGISTRY_NO_KEYS);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F4", "v1", "size=5");
    expect_taken(&book, 1, 0, 0);
    close_book(&book);
}

static void rows_are_found_by_what_is_sealed(enum database database) {
    struct book book;
    struct registry_row_keys keys;
    open_book(&book, database);
    assert_string_equal(found_by(&book, "number", ID_1), "1");
    assert_string_equal(found_by(&book, "number", "  53052319700824453x "), "1");
    assert_string_equal(found_by(&book, "number", "530523197008244５３ｘ"), "1");
    assert_string_equal(found_by(&book, "number", ID_2), "");
    assert_string_equal(found_by(&book, "number", "\xff"), "");
    assert_string_equal(found_by(&book, "number", "' OR 1=1 --"), "");
    assert_string_equal(found_by(&book, "note", ID_1), "2");
    assert_string_equal(found_by(&book, "note", "SECRET"), ""); /* which has no check */
    begin_telling(&book);
    stage_row(&book.stage, "family", "F3", "v1", "number=" ID_1 " size=2");
    expect_taken(&book, 0, 1, 0);
    assert_string_equal(found_by(&book, "number", ID_1), "13");
    open_again(&book);
    assert_int_equal(
        registry_find_ever_told(&book.registry, input_of(&book, "note"), TEXT("secret"), &book.stage.arena, &keys),
        REGISTRY_NO_KEYS);
    close_book(&book);
}

static void one_id_of_two_rows_is_told(enum database database) {
    struct book book;
    open_book(&book, database);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "number=" ID_1 " note=secret size=4"); /* its own */
    stage_row(&book.stage, "family", "F4", "v1", "number=" ID_1 " note=secret size=4");
    stage_row(&book.stage, "family", "F5", "v1", "number=" ID_2);
    expect_taken(&book, 2, 1, 0);
    assert_int_equal(book.registry.doubled, 1); /* notes may be alike */
    assert_true(text_is(book.registry.doubles.items[0].id, "F4"));
    assert_true(text_is(book.registry.doubles.items[0].other, "F1"));
    assert_ptr_equal(book.registry.doubles.items[0].input, input_of(&book, "number"));
    begin_telling(&book);
    stage_row(&book.stage, "family", "F6", "v1", "number=" ID_2);
    expect_taken(&book, 1, 0, 0);
    assert_int_equal(book.registry.doubled, 1);
    assert_true(text_is(book.registry.doubles.items[0].other, "F5")); /* known before */
    begin_telling(&book);
    stage_row(&book.stage, "family", "F5", "v1", "size=1"); /* was wrong: both are told */
    stage_row(&book.stage, "family", "F6", "v1", "number=" ID_2);
    expect_taken(&book, 0, 1, 1);
    assert_int_equal(book.registry.doubled, 0);
    close_book(&book);
}

/* What fails while it is sealed, and be it among many rows: nothing is acknowledged. */
static void what_cannot_be_sealed_is_not_taken(enum database database) {
    struct book book;
    struct registry_taken taken;
    open_book(&book, database);
    int64_t before, after;
    assert_int_equal(registry_last_change(&book.registry, &before), REGISTRY_DONE);
    begin_telling(&book);
    char *note = memory_new(SEAL_BYTES_MAX + 10, 1);
    assert_non_null(note);
    memcpy(note, "note=", 5);
    memset(note + 5, 'x', SEAL_BYTES_MAX + 1);
    stage_row(&book.stage, "family", "F7", "v1", note);
    stage_row(&book.stage, "family", "F8", "v1", "number=" ID_2);
    assert_int_equal(take(&book, &taken), REGISTRY_DAMAGED);
    assert_int_equal(registry_last_change(&book.registry, &after), REGISTRY_DONE);
    assert_int_equal(after, before);
    memory_free(note);
    close_book(&book);
}

/* Made with the table, and with a column that comes later; on a server they have the same names. */
static void what_is_sealed_has_an_index(void **state) {
    (void)state;
    struct book book;
    open_book(&book, DATABASE_FILE);
    assert_int_equal(find(&book, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'family_by__index_%'"), 2);
    migrate(&book, HEAD PLAIN_NUMBER NOTE REST);
    migrate(&book, LAW);
    assert_int_equal(find(&book, "SELECT count(*) FROM sqlite_schema WHERE name = 'family_by__index__3_number'"), 1);
    close_book(&book);
}

/* The ids that are looked up by some words. */
static const char *looked_up(struct book *book, const char *words, const char *area, bool *needs_keys) {
    static char ids[100];
    struct registry_matches matches;
    const struct registry_sought sought = {
        .words = text_from(words), .area = text_from(area), .month = 2020 * 12, .known = REGISTRY_NOW};
    assert_int_equal(registry_find(&book->registry, &sought, &book->stage.arena, &matches), REGISTRY_DONE);
    ids[0] = '\0';
    for (size_t i = 0; i < matches.list.count; i++)
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", i ? " " : "", matches.list.items[i].id.bytes);
    *needs_keys = matches.needs_keys;
    return ids;
}

static void somebody_is_found_by_the_whole_of_what_is_sealed(enum database database) {
    struct book book;
    bool needs_keys;
    open_book(&book, database);
    assert_string_equal(looked_up(&book, ID_1, NULL, &needs_keys), "F1 F2");
    assert_string_equal(looked_up(&book, " 53052319700824453x", NULL, &needs_keys), "F1");
    assert_string_equal(looked_up(&book, ID_1, "F2", &needs_keys), "F2");
    assert_string_equal(looked_up(&book, "5305231970082445", NULL, &needs_keys), "");
    assert_string_equal(looked_up(&book, ID_2, NULL, &needs_keys), "");
    assert_false(needs_keys);
    open_again(&book); /* without keys */
    assert_string_equal(looked_up(&book, ID_1, NULL, &needs_keys), "");
    assert_true(needs_keys);
    assert_string_equal(looked_up(&book, "F1", NULL, &needs_keys), "F1");
    assert_false(needs_keys);
    close_book(&book);
}
ON_BOTH(somebody_is_found_by_the_whole_of_what_is_sealed)

/* --- keys --------------------------------------------------------------------------------------------------------- */

static void other_keys_are_told(enum database database) {
    struct book book;
    open_book(&book, database);
    assert_int_equal(use_keys(&book, OTHER_KEY), REGISTRY_OTHER_KEYS);
    assert_true(text_is(book.registry.differs, "1"));
    assert_int_equal(use_keys(&book, OTHER_INDEX), REGISTRY_OTHER_KEYS);
    assert_true(text_is(book.registry.differs, "0"));
    assert_null(book.registry.sealing);
    assert_int_equal(use_keys(&book, NEW_KEY), REGISTRY_DONE); /* an old one may be taken out: verify tells */
    assert_int_equal(verdict_of(&book).broken, REGISTRY_ROWS_ALTERED);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), "other keys");
    assert_true(text_is(book.registry.differs, "1"));
    assert_int_equal(use_keys(&book, ALL_KEYS), REGISTRY_DONE);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F3", "v1", "note=third");
    expect_taken(&book, 0, 1, 0); /* with the second key, which is known from now on */
    assert_int_equal(verdict_of(&book).broken, REGISTRY_SOUND);
    assert_int_equal(use_keys(&book, ONE_KEY), REGISTRY_OTHER_KEYS);
    assert_true(text_is(book.registry.differs, "2"));
    struct registry_used_keys keys;
    assert_int_equal(registry_read_keys(&book.registry, &book.stage.arena, &keys), REGISTRY_DONE);
    assert_int_equal(keys.list.count, 3);
    assert_int_equal(keys.list.items[1].values, 3);
    assert_int_equal(keys.list.items[2].values, 1);
    assert_int_equal(keys.list.items[2].kind, KEY_AES);
    close_book(&book);
}

static void values_are_sealed_anew(enum database database) {
    struct book book;
    struct registry_resealing resealing = {0};
    struct registry_change change = change_of("rotate");
    open_book(&book, database);
    assert_int_equal(use_keys(&book, ALL_KEYS), REGISTRY_DONE);
    assert_int_equal(registry_begin_change(&book.registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_keep_keys(&book.registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    struct registry_verdict before = verdict_of(&book);
    for (size_t calls = 0; !resealing.done; calls++) {
        assert_int_equal(registry_seal_anew(&book.registry, &resealing), REGISTRY_DONE);
        assert_true(calls < 9);
    }
    assert_int_equal(resealing.values, 3);
    struct registry_verdict after = verdict_of(&book);
    assert_int_equal(after.broken, REGISTRY_SOUND);
    assert_memory_equal(after.link, before.link, DIGEST_BYTES);
    resealing = (struct registry_resealing){0};
    while (!resealing.done) assert_int_equal(registry_seal_anew(&book.registry, &resealing), REGISTRY_DONE);
    assert_int_equal(resealing.values, 0);
    resealing = (struct registry_resealing){0};
    assert_int_equal(registry_seal_anew(&book.registry, &resealing), REGISTRY_DONE);
    resealing.before++; /* one that was there is there no more */
    enum registry_result result = REGISTRY_DONE;
    while (result == REGISTRY_DONE && !resealing.done) result = registry_seal_anew(&book.registry, &resealing);
    assert_int_equal(result, REGISTRY_DAMAGED);
    assert_true(text_is(book.registry.differs, "sealed: 4 → 3"));
    assert_int_equal(use_keys(&book, NEW_KEY), REGISTRY_DONE); /* the old one is needed no more */
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F2", "note"), ID_1);
    assert_string_equal(found_by(&book, "number", ID_1), "1");
    tell_families(&book);
    expect_taken(&book, 0, 0, 3);
    close_book(&book);
}

/* --- what is altered ---------------------------------------------------------------------------------------------- */

static void what_is_altered_is_found(enum database database) {
    static const struct {
        const char *sql, *forgery;
        bool by_chain;
    } alterations[] = {
        {"UPDATE family SET note = (SELECT note FROM family WHERE _version = 2) WHERE _version = 1", "family 1, note",
         false},
        {"UPDATE family SET note = number WHERE _version = 1", "family 1, note", false},
        {"UPDATE family SET note = NULL WHERE _version = 2", "family 2, note", false},
        {"UPDATE family SET note = substr(note, 2) WHERE _version = 1", "family 1, note", false},
        {"UPDATE family SET _index_note = NULL, note = NULL WHERE _version = 1", "", true},
        {"UPDATE family SET _index_note = _index_number WHERE _version = 1", "family 1, note", true},
        {"DELETE FROM _keys", "", true},
        {"UPDATE _keys SET _fingerprint = '0000000000000000'", "", true},
    };
    struct book book;
    open_book(&book, database);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        for (int keys = 0; keys <= 1; keys++) {
            open_again(&book);
            if (keys) assert_int_equal(use_keys(&book, ONE_KEY), REGISTRY_DONE);
            assert_true(store_begin(book.store, STORE_TO_WRITE));
            assert_true(store_do(book.store, alterations[i].sql));
            struct registry_verdict verdict = verdict_of(&book);
            bool found = verdict.broken == REGISTRY_ROWS_ALTERED && verdict.changes == 2;
            if (found != (keys || alterations[i].by_chain)) print_error("%s\n", alterations[i].sql);
            assert_int_equal(found, keys || alterations[i].by_chain);
            assert_true(text_is(verdict.forgery, keys ? alterations[i].forgery : ""));
            if (keys && alterations[i].forgery[0] && !alterations[i].by_chain)
                assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "note"), "damaged");
            store_roll_back(book.store);
        }
    }
    close_book(&book);
}

/* --- another law -------------------------------------------------------------------------------------------------- */

static void an_input_is_sealed_by_a_later_law_and_then_no_more(enum database database) {
    struct book book;
    make_book(&book, database_new(database), HEAD PLAIN_NUMBER REST);
    assert_false(registry_seals(&book.registry));
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "number=" ID_1);
    expect_taken(&book, 1, 0, 0);
    assert_false(migrate(&book, HEAD NUMBER REST));
    assert_true(registry_seals(&book.registry));
    assert_string_equal(shown(&book, REGISTRY_CLOSED, "F1", "number"), "••••");
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), ID_1); /* it lies there plainly */
    assert_int_equal(use_keys(&book, ONE_KEY), REGISTRY_DONE);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "number=" ID_1);
    stage_row(&book.stage, "family", "F2", "v1", "number=" ID_2);
    expect_taken(&book, 1, 0, 1);
    assert_string_equal(found_by(&book, "number", ID_1), "1");
    assert_string_equal(found_by(&book, "number", ID_2), "2");
    assert_string_equal(shown(&book, REGISTRY_MASKED, "F1", "number"), "530523••••••••••••");
    assert_string_equal(shown(&book, REGISTRY_MASKED, "F2", "number"), "530523••••••••••••");
    assert_true(migrate(&book, HEAD PLAIN_NUMBER REST));
    assert_string_equal(shown(&book, REGISTRY_CLOSED, "F1", "number"), ID_1);
    assert_true(registry_is_sealed(&book.registry, input_of(&book, "number")));
    assert_string_equal(shown(&book, REGISTRY_CLOSED, "F2", "number"), "••••"); /* without keys */
    assert_int_equal(use_keys(&book, ONE_KEY), REGISTRY_DONE);
    assert_string_equal(shown(&book, REGISTRY_CLOSED, "F2", "number"), "••••"); /* nor with them */
    assert_string_equal(shown(&book, REGISTRY_MASKED, "F2", "number"), "530523••••••••••••");
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F2", "number"), ID_2);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "number=" ID_2);
    stage_row(&book.stage, "family", "F2", "v1", "number=" ID_2);
    expect_taken(&book, 0, 1, 1);
    assert_string_equal(shown(&book, REGISTRY_CLOSED, "F1", "number"), ID_2);
    assert_false(migrate(&book, HEAD REST)); /* gone, and back in a column of its own once more */
    assert_false(migrate(&book, HEAD NUMBER REST));
    assert_false(migrate(&book, HEAD REST));
    assert_true(migrate(&book, HEAD PLAIN_NUMBER REST));
    assert_false(migrate(&book, HEAD NUMBER REST));
    assert_int_equal(use_keys(&book, ONE_KEY), REGISTRY_DONE);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F3", "v1", "number=" ID_2);
    expect_taken(&book, 1, 0, 0);
    assert_string_equal(found_by(&book, "number", ID_2), "123");
    assert_string_equal(found_by(&book, "number", ID_1), "1");
    struct registry_verdict verdict = verdict_of(&book);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    assert_int_equal(verdict.sealed, 2);
    close_book(&book);
}

/* A server cuts long names of its indexes: two must not become one. */
static void names_may_be_long(enum database database) {
    struct book book;
    make_book(&book, database_new(database),
              HEAD "input family n0000000000000000000000000000000000000000000000001 : text sealed\n"
                   "input family n0000000000000000000000000000000000000000000000002 : text sealed\n");
    close_book(&book);
}

/* --- views -------------------------------------------------------------------------------------------------------- */

static void a_value_is_shown_to_whom_it_is_kept(enum database database) {
    struct book book;
    struct registry_change change = change_of("reveal");
    struct text plain;
    int64_t key;
    month_number july;
    open_book(&book, database);
    assert_true(month_parse(TEXT("2018-07"), &july));
    begin_telling(&book);
    stage_row_in(&book.stage, "family", "F1", "v1", "number=" ID_2 " note=secret size=3", "2018-07", NULL);
    expect_taken(&book, 0, 1, 0);
    const struct field *number = input_of(&book, "number");
    assert_int_equal(registry_key_of(&book.registry, number->entity, TEXT("F9"), &key), REGISTRY_DONE);
    assert_int_equal(key, 0);
    static const char *const hostile[] = {"F1\0", "F1\xff", "\xed\xa0\x80"}; /* which no database takes for texts */
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct text id = {hostile[i], 3};
        assert_int_equal(registry_key_of(&book.registry, number->entity, id, &key), REGISTRY_DONE);
        assert_int_equal(key, 0);
    }
    assert_int_equal(registry_key_of(&book.registry, number->entity, TEXT("F1"), &key), REGISTRY_DONE);
    assert_int_equal(key, 1);
    for (month_number month = july - 1; month <= july; month++) {
        assert_int_equal(registry_reveal(&book.registry, number, key, month, &book.stage.arena, &plain), REGISTRY_DONE);
        assert_true(text_is(plain, month == july ? ID_2 : ID_1));
    }
    assert_int_equal(registry_reveal(&book.registry, number, 2, july, &book.stage.arena, &plain), REGISTRY_DONE);
    assert_int_equal(plain.length, 0);
    assert_int_equal(registry_begin_change(&book.registry, &change), REGISTRY_DONE);
    struct registry_view view = {.input = number, .key = key, .why = TEXT("asked by himself"), .rows = 1};
    assert_int_equal(registry_keep_view(&book.registry, &change, &view), REGISTRY_DONE);
    view = (struct registry_view){number, 0, TEXT("a list"), TEXT("v1"), july, 3};
    assert_int_equal(registry_keep_view(&book.registry, &change, &view), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    assert_int_equal(find(&book, "SELECT count(*) FROM _views WHERE _change = 4 AND _entity = 'family' AND _input = "
                                 "'number' AND (_key = 1 OR _why = 'a list')"),
                     2);
    assert_int_equal(find(&book, "SELECT count(*) FROM _views WHERE _key = 0 AND _area = 'v1' AND _month = 24222 AND "
                                 "_rows = 3"),
                     1);
    assert_int_equal(verdict_of(&book).broken, REGISTRY_SOUND);
    assert_true(store_do(book.store, "UPDATE _views SET _key = 2 WHERE _key = 1"));
    assert_int_equal(verdict_of(&book).broken, REGISTRY_ROWS_ALTERED);
    open_again(&book);
    assert_int_equal(registry_reveal(&book.registry, number, key, july, &book.stage.arena, &plain), REGISTRY_NO_KEYS);
    close_book(&book);
}

/* --- what is not told again --------------------------------------------------------------------------------------- */

static void tell_size_alone(struct book *book, const char *id, const char *size) {
    begin_telling(book);
    records_leave(&book->stage.records, input_of(book, "number"));
    records_leave(&book->stage.records, input_of(book, "note"));
    stage_row(&book->stage, "family", id, "v1", size);
}

/* It is written again as it lies there, which takes no keys. */
static void what_is_sealed_stays_without_keys(enum database database) {
    struct book book;
    open_book(&book, database);
    open_again(&book);
    tell_size_alone(&book, "F1", "size=4");
    expect_taken(&book, 0, 1, 0);
    tell_size_alone(&book, "F1", "size=4");
    expect_taken(&book, 0, 0, 1);
    assert_int_equal(find(&book,
                          "SELECT count(*) FROM family a JOIN family b ON a._key = b._key AND a.number = b.number "
                          "AND a._index_number = b._index_number AND a.note = b.note AND a.size <> b.size"),
                     2);
    assert_int_equal(use_keys(&book, ALL_KEYS), REGISTRY_DONE); /* the newest is another */
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), ID_1);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "note"), "secret");
    assert_string_equal(found_by(&book, "number", ID_1), "1");
    tell_size_alone(&book, "F3", "size=9"); /* nothing is known of it that could be kept */
    expect_taken(&book, 0, 1, 0);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F3", "number"), "unknown");
    assert_int_equal(verdict_of(&book).broken, REGISTRY_SOUND);
    assert_int_equal(verdict_of(&book).sealed, 5);
    begin_telling(&book); /* one is told, the other is not */
    records_leave(&book.stage.records, input_of(&book, "number"));
    stage_row(&book.stage, "family", "F1", "v1", "note=other size=4");
    expect_taken(&book, 0, 1, 0);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), ID_1);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "note"), "other");
    assert_int_equal(verdict_of(&book).broken, REGISTRY_SOUND);
    close_book(&book);
}
ON_BOTH(what_is_sealed_stays_without_keys)

/* What the law seals no more is not told in clear by whoever tells something else. */
static void what_was_sealed_is_not_bared(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    migrate(&book, HEAD PLAIN_NUMBER NOTE REST);
    assert_int_equal(use_keys(&book, ONE_KEY), REGISTRY_DONE);
    tell_size_alone(&book, "F1", "size=4");
    expect_taken(&book, 0, 1, 0);
    assert_int_equal(find(&book, "SELECT count(*) FROM family WHERE _key = 1 AND number IS NOT NULL"), 2);
    assert_int_equal(verdict_of(&book).broken, REGISTRY_SOUND);
    assert_string_equal(shown(&book, REGISTRY_OPEN, "F1", "number"), ID_1);
    close_book(&book);
}

/* --- many rows ---------------------------------------------------------------------------------------------------- */

static void expect_numbers(struct book *book, unsigned threads, size_t rows) {
    struct records records;
    book->registry.threads = threads;
    book->registry.sight = REGISTRY_OPEN;
    assert_int_equal(registry_read(&book->registry, REGISTRY_NOW, &book->stage.arena, &records), REGISTRY_DONE);
    const struct record_table *table = &records.tables[1];
    assert_int_equal(table->count, rows);
    for (size_t row = 0; row < rows; row++) {
        const char *number = text_format(&book->stage.arena, "%zu", row / 2).bytes,
                   *note = text_format(&book->stage.arena, "n%zu", row).bytes;
        assert_true(text_is(column_text(&table->columns[0], row), number));
        assert_true(text_is(column_text(&table->columns[1], row), note));
    }
    assert_true(store_do(book->store, "UPDATE family SET number = (SELECT number FROM family WHERE _version = 9) WHERE "
                                      "_version = 19999"));
    assert_int_equal(registry_read(&book->registry, REGISTRY_NOW, &book->stage.arena, &records), REGISTRY_DAMAGED);
    book->registry.sight = REGISTRY_CLOSED;
}

/* Threads share out the sealing and the opening; what the chain says of it is the same. */
static void any_number_of_threads_tells_the_same(void **state) {
    (void)state;
    enum { ROWS = 20000, VILLAGES = 400 };
    static const unsigned threads[] = {1, 2, 5};
    unsigned char link[DIGEST_BYTES] = {0};
    for (size_t i = 0; i < 3; i++) {
        struct book book;
        make_book(&book, database_new(DATABASE_FILE), LAW);
        assert_int_equal(use_keys_for(&book.registry, ONE_KEY, threads[i]), REGISTRY_DONE);
        records_init(&book.stage.records, &book.stage.arena, book.stage.policy);
        for (size_t row = 0; row < VILLAGES; row++)
            stage_row(&book.stage, "village", text_format(&book.stage.arena, "v%zu", row).bytes, "", "");
        for (size_t row = 0; row < ROWS; row++)
            stage_row(&book.stage, "family", text_format(&book.stage.arena, "F%zu", row).bytes,
                      text_format(&book.stage.arena, "v%zu", row % VILLAGES).bytes,
                      text_format(&book.stage.arena, "number=%zu note=n%zu size=1", row / 2, row).bytes);
        expect_taken(&book, ROWS, 0, 0);
        assert_int_equal(book.registry.doubled, ROWS / 2);
        struct registry_verdict verdict = verdict_of(&book);
        assert_int_equal(verdict.broken, REGISTRY_SOUND);
        assert_int_equal(verdict.sealed, 2 * ROWS);
        if (i) assert_memory_equal(verdict.link, link, DIGEST_BYTES);
        memcpy(link, verdict.link, DIGEST_BYTES);
        struct registry_resealing resealing = {0}; /* in several transactions */
        assert_int_equal(use_keys_for(&book.registry, ALL_KEYS, threads[i]), REGISTRY_DONE);
        size_t calls = 0;
        for (; !resealing.done; calls++)
            assert_int_equal(registry_seal_anew(&book.registry, &resealing), REGISTRY_DONE);
        assert_int_equal(resealing.values, 2 * ROWS);
        assert_true(calls >= 3);
        assert_int_equal(verdict_of(&book).broken, REGISTRY_SOUND);
        expect_numbers(&book, threads[i], ROWS);
        close_book(&book);
    }
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* Whatever allocation fails, nothing is told, or all. */
static void memory_may_fail(void **state) {
    (void)state;
    struct book book;
    struct registry_row_keys keys;
    open_book(&book, DATABASE_FILE);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "number=" ID_2 " note=other");
    stage_row(&book.stage, "family", "F4", "v1", "number=" ID_2);
    bool done = false;
    for (long successes = 0; !done; successes++) {
        struct registry_taken taken[8] = {0};
        struct registry_change change = change_of("import");
        struct arena arena;
        arena_init(&arena);
        open_again(&book);
        memory_fail_after(successes);
        enum registry_result result = use_keys(&book, ALL_KEYS);
        if (result == REGISTRY_DONE) result = registry_begin_change(&book.registry, &change);
        if (result == REGISTRY_DONE) result = registry_take(&book.registry, &change, &book.stage.records, taken);
        if (result == REGISTRY_DONE)
            result = registry_find_ever_told(&book.registry, input_of(&book, "number"), TEXT(ID_2), &arena, &keys);
        if (result == REGISTRY_DONE && keys.list.count != 2) result = REGISTRY_DAMAGED;
        if (result == REGISTRY_DONE) result = registry_end_change(&book.registry);
        struct registry_resealing resealing = {0};
        while (result == REGISTRY_DONE && !resealing.done) result = registry_seal_anew(&book.registry, &resealing);
        done = !memory_has_failed();
        memory_fail_after(-1);
        if (result != REGISTRY_DONE && store_within(book.store)) registry_give_up_change(&book.registry);
        if (result != (done ? REGISTRY_DONE : REGISTRY_NO_MEMORY)) print_error("%ld: %d\n", successes, (int)result);
        assert_int_equal(result, done ? REGISTRY_DONE : REGISTRY_NO_MEMORY);
        arena_free(&arena);
    }
    open_again(&book);
    assert_int_equal(use_keys(&book, ALL_KEYS), REGISTRY_DONE);
    assert_int_equal(verdict_of(&book).broken, REGISTRY_SOUND);
    close_book(&book);
}

ON_BOTH(what_is_sealed_is_shown_as_asked)
ON_BOTH(what_was_told_is_known_by_its_index)
ON_BOTH(without_keys_nothing_sealed_is_told)
ON_BOTH(rows_are_found_by_what_is_sealed)
ON_BOTH(one_id_of_two_rows_is_told)
ON_BOTH(what_cannot_be_sealed_is_not_taken)
ON_BOTH(other_keys_are_told)
ON_BOTH(values_are_sealed_anew)
ON_BOTH(what_is_altered_is_found)
ON_BOTH(an_input_is_sealed_by_a_later_law_and_then_no_more)
ON_BOTH(names_may_be_long)
ON_BOTH(a_value_is_shown_to_whom_it_is_kept)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(somebody_is_found_by_the_whole_of_what_is_sealed),
        BOTH(what_is_sealed_is_shown_as_asked),
        BOTH(what_was_told_is_known_by_its_index),
        BOTH(without_keys_nothing_sealed_is_told),
        BOTH(rows_are_found_by_what_is_sealed),
        BOTH(one_id_of_two_rows_is_told),
        BOTH(what_cannot_be_sealed_is_not_taken),
        BOTH(other_keys_are_told),
        BOTH(values_are_sealed_anew),
        BOTH(what_is_altered_is_found),
        BOTH(an_input_is_sealed_by_a_later_law_and_then_no_more),
        BOTH(names_may_be_long),
        BOTH(a_value_is_shown_to_whom_it_is_kept),
        cmocka_unit_test(what_is_sealed_has_an_index),
        cmocka_unit_test(any_number_of_threads_tells_the_same),
        cmocka_unit_test(memory_may_fail),
        BOTH(what_is_sealed_stays_without_keys),
        cmocka_unit_test(what_was_sealed_is_not_bared),
    };
    return cmocka_run_group_tests_name("sealed", tests, databases_begin, databases_end);
}
