/* What is told of a row leaves what it does not speak of as it is known: it is carried over from the version that
 * stood in the month from which the row holds. */
#include "registry/row_query.h"

#include <string.h>

size_t registry_known_in(const struct registry_rows *known, const struct record_table *before, size_t key,
                         month_number month) {
    for (uint32_t at = known->rows && key <= known->told ? known->rows[key] : 0; at; at = known->more[at - 1])
        if (before->rows[at - 1].from <= month && month <= before->rows[at - 1].until) return at - 1;
    return SIZE_MAX;
}

/* What was carried over before, by another look, is not believed. */
static void carry_value(struct arena *arena, struct column *told, size_t row, const struct column *before,
                        size_t other) {
    told->known[row] = other == SIZE_MAX ? 0 : before->known[other];
    if (!told->known[row]) return;
    if (told->lanes)
        column_put(told, row, column_get(before, other));
    else
        told->texts.each[row] = text_copy(arena, column_text(before, other));
}

void registry_carry_over(struct arena *arena, const struct registry_change *change, const struct record_table *told,
                         const struct record_table *before, const struct registry_rows *known, const uint32_t *keys) {
    for (size_t row = 0; row < told->count && told->unsaid && !arena_failed(arena); row++) {
        month_number since = registry_since(change, told->entity, &told->rows[row]);
        size_t other = keys[row] ? registry_known_in(known, before, keys[row], since) : SIZE_MAX;
        for (size_t i = 0; i < told->entity->inputs.count; i++)
            if (told->unsaid[i]) carry_value(arena, &told->columns[i], row, &before->columns[i], other);
    }
}

/* --- what is sealed ----------------------------------------------------------------------------------------------- */

/* It is known by its index, and written again as it lies there: nobody has to open it. As a text: the mark, the column
 * in two bytes, and what is sealed. */
enum { STORED_HEAD = 3 };

static struct text stored_text(struct arena *arena, size_t column, struct text sealed) {
    char *bytes = ARENA_ARRAY(arena, char, STORED_HEAD + sealed.length + 1);
    if (!bytes) return TEXT("");
    bytes[0] = (char)STORED_MARK;
    bytes[1] = (char)(column & 0xff);
    bytes[2] = (char)(column >> 8 & 0xff);
    memcpy(bytes + STORED_HEAD, sealed.bytes, sealed.length);
    return (struct text){bytes, STORED_HEAD + sealed.length};
}

void registry_put_stored(struct text stored, struct text index, struct store_value *values) {
    size_t column = (unsigned char)stored.bytes[1] | (size_t)(unsigned char)stored.bytes[2] << 8;
    values[column] = store_bytes(text_slice(stored, STORED_HEAD, stored.length));
    values[column + 1] = store_bytes(index);
}

/* As the last version of the key has it that has this index; empty: none has. */
static struct text find_stored(struct row_queries *queries, const struct entity *entity,
                               const struct registry_slot *slot, int64_t key, struct text index) {
    struct text found = TEXT("");
    struct statement *versions = row_query(queries, QUERY_VERSIONS, entity, store_integer(key));
    while (versions && statement_next(versions))
        for (size_t i = 0; i < slot->count; i++) {
            size_t column = slot->columns[i].column;
            if (slot->columns[i].now.from != CODING_SEALED || statement_is_null(versions, column)) continue;
            if (text_equal(statement_text(versions, column + 1), text_slice(index, 1, index.length)))
                found = stored_text(queries->arena, column, statement_text(versions, column));
        }
    if (versions) statement_end(versions);
    return found;
}

bool registry_find_stored(struct registry *registry, struct arena *arena, const struct record_table *told, size_t row,
                          int64_t key) {
    struct row_queries queries;
    const struct registry_slot *slots = registry->places[told->entity->index].slots;
    bool found = true;
    row_queries_begin(&queries, registry, arena);
    for (size_t i = 0; i < told->entity->inputs.count && told->unsaid && found; i++) {
        struct column *column = &told->columns[i];
        if (!told->unsaid[i] || !slots[i].sealed || !column->known[row] || !is_index_text(column_text(column, row)))
            continue;
        struct text stored = find_stored(&queries, told->entity, &slots[i], key, column_text(column, row));
        found = stored.length > 0;
        if (found) column->texts.each[row] = stored;
    }
    return found;
}
