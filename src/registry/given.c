/* Opening values and officers' decisions, as the lines of such files (exchange/import.h). */
#include "registry/registry_inside.h"

static const struct store_column given_columns[] = {{{"_given", 6}, STORE_INTEGER, true},
                                                    {{"_change", 7}, STORE_INTEGER, true},
                                                    {{"_opening", 8}, STORE_INTEGER, true},
                                                    {{"_lines", 6}, STORE_TEXT, true}};
const struct store_table registry_given_table = {{"_given", 6}, given_columns, 4, false};

enum registry_result registry_keep_given(struct registry *registry, const struct registry_change *change,
                                         const struct registry_given *given) {
    int64_t number = registry_highest(registry, &registry_given_table);
    struct chain_load load;
    if (given->opening.length + given->decisions.length == 0) return REGISTRY_DONE;
    bool begun = chain_load_begin(&load, registry, CHAIN_GIVEN);
    for (int opening = 0; opening <= 1 && begun; opening++) {
        struct text lines = opening ? given->opening : given->decisions;
        if (lines.length == 0) continue;
        const struct store_value values[] = {store_integer(++number), store_integer(change->number),
                                             store_integer(opening), store_text(lines)};
        chain_load_row(&load, values);
    }
    chain_load_end(&load);
    return registry_outcome(registry, NULL);
}

/* The last that was told of each kind takes the place of what was told before. */
enum registry_result registry_read_given(struct registry *registry, int64_t known, struct arena *arena,
                                         struct registry_given *given) {
    static const char latest[] = "SELECT _opening, _lines FROM _given WHERE _change <= $1 ORDER BY _given";
    const struct store_value until = store_integer(known);
    struct statement *query = store_prepare(registry->store, latest);
    *given = (struct registry_given){.opening = TEXT("")};
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, &until, 1)) {
        while (statement_next(query)) {
            struct text *lines = statement_integer(query, 0) ? &given->opening : &given->decisions;
            *lines = text_copy(arena, statement_text(query, 1));
        }
        statement_end(query);
    }
    statement_free(query);
    return registry_outcome(registry, arena);
}
