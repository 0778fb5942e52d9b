/* Deciding again only what has changed since: which families, from which month on. */
#include "cli/session.h"

#include "base/memory.h"
#include "engine/reach.h"

#include <stdio.h>

/* --- which months there are --------------------------------------------------------------------------------------- */

/* The run up to which a month is decided for everybody; NULL when it was decided for some areas only, or not. */
static const struct registry_run *base_of(const struct session *session, month_number month) {
    const struct registry_run *base = NULL;
    bool whole = false;
    for (size_t i = 0; i < session->runs.list.count; i++) {
        const struct registry_run *run = &session->runs.list.items[i];
        if (run->month != month || run->area.length) continue;
        whole = whole || run->whole;
        base = run;
    }
    return whole ? base : NULL;
}

static bool find_months(struct session *session, struct session_changed *changed) {
    changed->first = MONTH_LAST;
    changed->last = MONTH_FIRST;
    for (size_t i = 0; i < session->runs.list.count; i++) {
        month_number month = session->runs.list.items[i].month;
        if (month < changed->first) changed->first = month;
        if (month > changed->last) changed->last = month;
    }
    for (month_number month = changed->first; month <= changed->last; month++)
        if (!base_of(session, month)) {
            fprintf(stderr,
                    say(session->command, "doudi: %.*s 没有全部测算过;请先用 assess --month 测算\n",
                        "doudi: not everybody was decided in %.*s; decide it by assess --month first\n"),
                    TEXT_ARG(month_format(&session->command->arena, month)));
            return false;
        }
    return true;
}

/* --- what has changed --------------------------------------------------------------------------------------------- */

/* The lowest entity at or above one within which everything stays that a change in it can change; NULL: none. */
static const struct entity *unit_of(const struct policy *policy, const struct entity *entity) {
    for (; entity; entity = entity->parent)
        if (!entity->is_event && entity->parent && reach_stays_within(policy, entity)) return entity;
    return NULL;
}

static void find_units(struct session *session, struct session_changed *changed) {
    const struct policy *policy = session->policy;
    changed->units = ARENA_ARRAY(&session->command->arena, const struct entity *, policy->entities.count + 1);
    for (size_t i = 0; i < policy->entities.count && changed->units; i++)
        changed->units[i] = unit_of(policy, policy->entities.items[i]);
}

static size_t count_months(const struct session_changed *changed) {
    return (size_t)(changed->last - changed->first) + 1;
}

/* The run up to which a month was decided when another began. */
static const struct registry_run *read_by(const struct session *session, const struct registry_run *later,
                                          month_number month) {
    const struct registry_run *base = NULL;
    for (size_t i = 0; i < session->runs.list.count; i++) {
        const struct registry_run *run = &session->runs.list.items[i];
        if (run->month == month && run->area.length == 0 && run->change <= later->known) base = run;
    }
    return base;
}

/* A month that was decided again by itself is news to those behind it, whatever these knew: they read what it had found
 * before. */
static bool find_known(struct session *session, struct session_changed *changed) {
    size_t months = count_months(changed);
    changed->known = ARENA_ARRAY(&session->command->arena, int64_t, months * months);
    for (size_t month = 0; month < months && changed->known; month++) {
        const struct registry_run *run = base_of(session, changed->first + (month_number)month);
        int64_t known = run->known;
        for (size_t back = month + 1; back-- > 0;) {
            if (run && run->known < known) known = run->known;
            changed->known[month * months + back] = known;
            if (run && back > 0) run = read_by(session, run, changed->first + (month_number)back - 1);
        }
    }
    return changed->known;
}

/* What a month and those that it read, back to another, knew of. */
static int64_t known_since(const struct session_changed *changed, month_number month, month_number since) {
    size_t back = since > changed->first ? (size_t)(since - changed->first) : 0;
    return changed->known[(size_t)(month - changed->first) * count_months(changed) + back];
}

/* The first month that was decided without knowing of a change that holds since another; MONTH_LAST: none. */
static month_number first_untold(const struct session_changed *changed, month_number since, int64_t change) {
    month_number month = since > changed->first ? since : changed->first;
    for (; month <= changed->last; month++)
        if (known_since(changed, month, since) < change) return month;
    return MONTH_LAST;
}

static void everybody_from(struct session_changed *changed, month_number month) {
    if (month == MONTH_LAST) return;
    changed->all = true;
    if (month < changed->from) changed->from = month;
}

/* Also what it read of the months before. */
static bool is_by_law(const struct session *session, const struct session_changed *changed, month_number month,
                      struct text law) {
    const struct registry_run *run = base_of(session, month);
    bool same = true;
    for (; run && same; run = run->month > changed->first ? read_by(session, run, run->month - 1) : NULL)
        same = text_equal(run->policy, law);
    return same;
}

/* What holds for everybody: the law, and what is told line by line. */
static enum registry_result look_at_law(struct session *session, struct session_changed *changed) {
    struct registry *registry = &session->database.registry;
    unsigned char bytes[DIGEST_BYTES];
    struct text law = {(const char *)bytes, DIGEST_BYTES};
    enum registry_result result = registry_law_digest(registry, session->policy, bytes);
    for (month_number month = changed->first; month <= changed->last && result == REGISTRY_DONE; month++)
        if (!is_by_law(session, changed, month, law)) everybody_from(changed, month);
    if (result == REGISTRY_DONE)
        everybody_from(changed, first_untold(changed, MONTH_FIRST, registry_last_given(registry)));
    return result;
}

static int64_t known_to_all(const struct session_changed *changed) {
    int64_t known = INT64_MAX;
    for (month_number month = changed->first; month <= changed->last; month++)
        if (known_since(changed, month, changed->first) < known) known = known_since(changed, month, changed->first);
    return known;
}

/* Of rows that no month lacks the knowledge of nothing is left. */
static enum registry_result look_at_rows(struct session *session, struct session_changed *changed) {
    struct registry *registry = &session->database.registry;
    struct arena *arena = &session->command->arena;
    struct registry_touched_rows rows = {0};
    enum registry_result result = registry_read_touched(registry, known_to_all(changed), arena, &rows);
    size_t left = 0;
    for (size_t i = 0; i < rows.list.count && result == REGISTRY_DONE; i++) {
        const struct registry_touched *touched = &rows.list.items[i];
        month_number month = first_untold(changed, touched->since, touched->change);
        if (month == MONTH_LAST) continue;
        if (changed->units[touched->entity->index]) {
            if (month < changed->from) changed->from = month;
            rows.list.items[left++] = *touched;
        } else {
            everybody_from(changed, month);
        }
    }
    changed->keys = ARENA_ARRAY(arena, struct registry_keys, session->policy->entities.count + 1);
    if (result == REGISTRY_DONE && !changed->all && changed->keys)
        result = registry_find_above(registry, rows.list.items, left, changed->units, arena, changed->keys);
    if (result == REGISTRY_DONE && !changed->all && changed->keys)
        result = registry_find_tied(registry, arena, changed->keys);
    return result;
}

int session_find_changed(struct session *session, struct session_changed *changed) {
    *changed = (struct session_changed){.from = MONTH_LAST};
    if (!find_months(session, changed)) return EXIT_CANNOT;
    if (session->runs.list.count == 0) {
        fputs(say(session->command, "doudi: 登记簿里还没有测算;请先用 assess --month 测算\n",
                  "doudi: nothing was decided yet in the registry; decide by assess --month first\n"),
              stderr);
        return EXIT_CANNOT;
    }
    find_units(session, changed);
    if (!changed->units || !find_known(session, changed)) return out_of_memory(session->command);
    enum registry_result result = look_at_law(session, changed);
    if (result == REGISTRY_DONE) result = look_at_rows(session, changed);
    if (result == REGISTRY_DONE && !changed->keys) result = REGISTRY_NO_MEMORY;
    return database_tell(&session->database, session->command, session->data, result);
}

/* A rule is marked by all rows that nobody has confirmed: with a family those are read that have any. */
enum registry_result session_find_family(struct session *session) {
    enum { UNCONFIRMED_MOST = 1000 };
    struct registry *registry = &session->database.registry;
    struct arena *arena = &session->command->arena;
    struct session_changed *family = ARENA_NEW(arena, struct session_changed);
    struct registry_touched_rows rows;
    if (!family) return REGISTRY_NO_MEMORY;
    find_units(session, family);
    family->keys = ARENA_ARRAY(arena, struct registry_keys, session->policy->entities.count + 1);
    if (!family->units || !family->keys) return REGISTRY_NO_MEMORY;
    enum registry_result result = registry_find_id(registry, text_from(session->of), arena, &rows);
    for (size_t i = 0; i < rows.list.count && result == REGISTRY_DONE; i++)
        if (!family->units[rows.list.items[i].entity->index]) return REGISTRY_DONE; /* an area, or a family of all */
    bool more = false;
    if (result == REGISTRY_DONE) result = registry_find_unconfirmed(registry, UNCONFIRMED_MOST, arena, &rows, &more);
    if (more) return result;
    if (result == REGISTRY_DONE)
        result = registry_find_above(registry, rows.list.items, rows.list.count, family->units, arena, family->keys);
    if (result == REGISTRY_DONE) result = registry_find_tied(registry, arena, family->keys);
    session->family = family;
    return result;
}

/* --- of whom a month is told -------------------------------------------------------------------------------------- */

static uint32_t key_of(const struct session *session, const struct entity *entity, size_t row) {
    const struct table *table = dataset_table(session->dataset, entity);
    return session->import.records.tables[entity->index].rows[table->arrival[row]].place;
}

/* Whether the row of a unit is one of those: by its key. */
static bool *find_marks(struct session *session, const struct registry_keys *keys, size_t *highest) {
    *highest = 0;
    for (size_t i = 0; i < keys->list.count; i++)
        if ((size_t)keys->list.items[i] > *highest) *highest = (size_t)keys->list.items[i];
    bool *marks = ARENA_ARRAY(&session->command->arena, bool, *highest + 1);
    for (size_t i = 0; i < keys->list.count && marks; i++) marks[keys->list.items[i]] = true;
    return marks;
}

/* Rows within those of one unit, beside those of others. */
static void choose_within(struct session *session, const struct entity *unit, const struct registry_keys *keys,
                          bool **chosen) {
    struct arena *arena = &session->command->arena;
    size_t highest;
    const bool *marks = find_marks(session, keys, &highest);
    for (size_t i = 0; i < session->policy->entities.count && !arena_failed(arena); i++) {
        const struct entity *entity = session->policy->entities.items[i];
        size_t rows = dataset_table(session->dataset, entity)->rows;
        if (!entity_is_within(entity, unit)) continue;
        if (!chosen[i]) chosen[i] = ARENA_ARRAY(arena, bool, rows + 1);
        for (size_t row = 0; row < rows && chosen[i]; row++) {
            uint32_t key = key_of(session, unit, dataset_climb(session->dataset, entity, row, unit));
            chosen[i][row] = chosen[i][row] || (key <= highest && marks[key]);
        }
    }
}

/* What they read of other rows as it was kept in the month before stands in no history but that of this call. */
static void choose_read(struct session *session, const struct entity *unit, bool **chosen) {
    struct arena *arena = &session->command->arena;
    size_t entities = session->policy->entities.count;
    bool *read = ARENA_ARRAY(arena, bool, entities + 1);
    if (read && !reach_find_read(session->policy, unit, read)) arena->failed = true;
    for (size_t i = 0; i < entities && !arena_failed(arena); i++) {
        size_t rows = dataset_table(session->dataset, session->policy->entities.items[i])->rows;
        if (!read[i]) continue;
        if (!chosen[i]) chosen[i] = ARENA_ARRAY(arena, bool, rows + 1);
        for (size_t row = 0; row < rows && chosen[i]; row++) chosen[i][row] = true;
    }
}

chosen_rows session_choose_changed(struct session *session, const struct session_changed *changed) {
    size_t entities = session->policy->entities.count;
    bool **chosen = ARENA_ARRAY(&session->command->arena, bool *, entities + 1);
    for (size_t i = 0; i < entities && chosen; i++) {
        const struct entity *unit = session->policy->entities.items[i];
        if (changed->keys[i].list.count == 0) continue;
        choose_within(session, unit, &changed->keys[i], chosen);
        choose_read(session, unit, chosen);
    }
    return arena_failed(&session->command->arena) ? NULL : (chosen_rows)chosen;
}
