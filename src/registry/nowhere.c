/* Rows of what is told that cannot stand: they lead to a row of which nothing stands, or end before they begin. Each
 * that falls takes with it those that lead to it, so that all are found in the time that their leads take. */
#include "registry/registry_inside.h"

static size_t key_of(const struct standing_rows *rows, const struct entity *entity, struct text id) {
    return (size_t)map_get(&rows->rows[entity->index].keys, id);
}

/* NULL: the input leads nowhere, as it may. */
static const struct entity *led_to(const struct record_table *told, size_t row, size_t input) {
    const struct type *type = &told->entity->inputs.items[input]->type;
    const struct column *column = &told->columns[input];
    bool leads = type->kind == TYPE_ROW && column->known[row] && !text_is(column_text(column, row), "none");
    return leads ? type->entity : NULL;
}

bool registry_cannot_stand(const struct standing_rows *rows, const struct record_table *told, size_t row) {
    const struct record_row *record = &told->rows[row];
    if (registry_since(rows->change, told->entity, record) > record->until) return true;
    for (size_t i = 0; i < told->entity->inputs.count; i++) {
        const struct entity *to = led_to(told, row, i);
        if (to && !key_of(rows, to, column_text(&told->columns[i], row))) return true;
    }
    return false;
}

/* A row that leads to another. */
struct lead {
    const struct record_table *told;
    size_t row;
    uint32_t next; /* that leads to the same key, + 1 */
};
struct falling {
    const struct standing_rows *rows;
    uint32_t **standing; /* by entity index, by key: how many rows of it stand */
    uint32_t **first;    /* likewise: the first that leads to it, + 1 */
    VECTOR(struct lead) leads;
    VECTOR(struct lead) fallen; /* whose keys fell with them */
};

static void fall(struct falling *falling, const struct record_table *told, size_t row) {
    const struct standing_rows *rows = falling->rows;
    size_t entity = told->entity->index;
    uint32_t key = rows->keys[entity][row];
    if (!key || rows->nowhere[entity][row]) return;
    rows->nowhere[entity][row] = true;
    if (--falling->standing[entity][key] > 0 || key <= rows->rows[entity].told) return;
    VECTOR_PUSH(rows->arena, &falling->fallen, ((struct lead){told, row, 0}));
}

static void add_lead(struct falling *falling, const struct record_table *told, size_t row, const struct entity *to,
                     struct text id) {
    size_t key = key_of(falling->rows, to, id);
    if (key <= falling->rows->rows[to->index].told) return;
    VECTOR_PUSH(falling->rows->arena, &falling->leads, ((struct lead){told, row, falling->first[to->index][key]}));
    falling->first[to->index][key] = (uint32_t)falling->leads.count;
}

static void add_leads(struct falling *falling, const struct record_table *told, size_t row) {
    const struct entity *entity = told->entity;
    uint32_t key = falling->rows->keys[entity->index][row];
    if (!key) return;
    falling->standing[entity->index][key]++;
    if (entity->parent) add_lead(falling, told, row, entity->parent, told->rows[row].parent);
    for (size_t i = 0; i < entity->inputs.count; i++) {
        const struct entity *to = led_to(told, row, i);
        if (to) add_lead(falling, told, row, to, column_text(&told->columns[i], row));
    }
}

static bool prepare_to_fall(struct falling *falling) {
    const struct standing_rows *rows = falling->rows;
    size_t entities = rows->policy->entities.count;
    falling->standing = ARENA_ARRAY(rows->arena, uint32_t *, entities + 1);
    falling->first = ARENA_ARRAY(rows->arena, uint32_t *, entities + 1);
    for (size_t i = 0; i < entities && !arena_failed(rows->arena); i++) {
        size_t keys = rows->rows[i].told + rows->rows[i].given;
        falling->standing[i] = ARENA_ARRAY(rows->arena, uint32_t, keys + 1);
        falling->first[i] = ARENA_ARRAY(rows->arena, uint32_t, keys + 1);
    }
    for (size_t i = 0; i < entities; i++)
        for (size_t row = 0; row < rows->told->tables[i].count && !arena_failed(rows->arena); row++)
            add_leads(falling, &rows->told->tables[i], row);
    return !arena_failed(rows->arena);
}

bool registry_find_nowhere(const struct standing_rows *rows) {
    struct falling falling = {.rows = rows};
    bool any = false;
    for (size_t i = 0; i < rows->policy->entities.count; i++) {
        const struct record_table *told = &rows->told->tables[i];
        for (size_t row = 0; row < told->count && !arena_failed(rows->arena); row++) {
            if (!rows->keys[i][row] || !registry_cannot_stand(rows, told, row)) continue;
            if (!any && !prepare_to_fall(&falling)) return false;
            any = true;
            fall(&falling, told, row);
        }
    }
    while (falling.fallen.count && !arena_failed(rows->arena)) {
        const struct lead one = falling.fallen.items[--falling.fallen.count];
        size_t entity = one.told->entity->index;
        for (uint32_t at = falling.first[entity][rows->keys[entity][one.row]]; at;
             at = falling.leads.items[at - 1].next)
            fall(&falling, falling.leads.items[at - 1].told, falling.leads.items[at - 1].row);
    }
    return any;
}
