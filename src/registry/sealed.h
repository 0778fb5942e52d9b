/* Sealed inputs: what the law marks as not to be read by everybody lies enciphered in a registry (store/seal.h).
 *
 *     registry_use_keys(&registry, &keys, threads)       once it is open, before what is sealed is told or opened
 *     registry_find_ever_told(&registry, input, text, ...)    which rows have that value: nothing is opened
 *     registry_keep_view(&registry, &change, ...)        before a value is shown in full
 *     registry_seal_anew(&registry, &sealing)            again and again, when a key was added
 *
 * A value is sealed for its input and row; beside it stands its index, over which the chain goes: so values may be
 * sealed anew with another key, and nothing else about them can change unseen. Keys are never in the database. It keeps
 * the fingerprints of those it used, so that others are told before anything is read or written by them. */
#ifndef DOUDI_REGISTRY_SEALED_H
#define DOUDI_REGISTRY_SEALED_H

#include "registry/registry.h"
#include "store/keys.h"

/* --- keys --------------------------------------------------------------------------------------------------------- */

/* What a registry keeps of a key that it used. */
struct registry_key {
    unsigned number; /* 0: the index's */
    enum seal_key_kind kind;
    day_number made;
    char fingerprint[FINGERPRINT_ROOM];
    size_t values; /* that are sealed with it, of all that were ever told */
};
struct registry_used_keys {
    VECTOR(struct registry_key) list; /* in the order in which they were first used */
};

/* Whether something in it is sealed, or will be: only then keys are needed at all. */
bool registry_seals(const struct registry *registry);

/* Whether values of an input are sealed: by the law, or since an earlier one. */
bool registry_is_sealed(const struct registry *registry, const struct field *input);

/* Takes what it needs of the keys, which may be cleared then, for so many threads (0: one). REGISTRY_OTHER_KEYS when
 * they are not those that the registry used: a later one than all it used may have come. */
enum registry_result registry_use_keys(struct registry *registry, const struct keys *keys, unsigned threads);

/* Keeps which keys seal from now on, if that is not known yet; registry_take does so by itself. */
enum registry_result registry_keep_keys(struct registry *registry, const struct registry_change *change);

/* Which keys were used, and how many values each of them seals, in the arena; takes no keys. */
enum registry_result registry_read_keys(struct registry *registry, struct arena *arena,
                                        struct registry_used_keys *keys);

/* How far sealing anew has come; all zero at first. */
struct registry_resealing {
    size_t table, values; /* values: sealed anew */
    bool counted;
    size_t before; /* how many were sealed when it began */
    int64_t version;
    bool done;
};
/* Seals values with the newest key that were sealed with another, by a transaction of its own over some ten thousand
 * rows: what is done stays done. Nothing that the chain is about changes.
 * REGISTRY_DAMAGED where fewer values are sealed in the end than were when it began. */
enum registry_result registry_seal_anew(struct registry *registry, struct registry_resealing *resealing);

/* --- rows --------------------------------------------------------------------------------------------------------- */

struct registry_row_keys {
    VECTOR(int64_t) list;
};
/* The rows of which that value of a text was ever told, by key, in the arena; of one that is sealed by its index. Of an
 * input with a `check` it may be written with full-width characters or small letters. */
enum registry_result registry_find_ever_told(struct registry *registry, const struct field *input, struct text text,
                                             struct arena *arena, struct registry_row_keys *keys);
/* The same of those of which it stands as told last. */
enum registry_result registry_find_held(struct registry *registry, const struct field *input, struct text text,
                                        struct arena *arena, struct registry_row_keys *keys);

/* What is known of an input of a row in a month, opened, until something else is opened; empty: nothing. */
enum registry_result registry_reveal(struct registry *registry, const struct field *input, int64_t key,
                                     month_number month, struct arena *arena, struct text *plain);

/* What is shown in full: of one row, or of as many rows (key 0) as lie in an area (empty: everywhere) and stand in the
 * month. */
struct registry_view {
    const struct field *input;
    int64_t key;
    struct text why, area;
    month_number month;
    size_t rows;
};
/* Keeps that it is shown to whoever makes the change. Only when that has ended is it to be shown. */
enum registry_result registry_keep_view(struct registry *registry, const struct registry_change *change,
                                        const struct registry_view *view);

#endif
