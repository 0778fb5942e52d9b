/* doudi verify: what another department has on record of the people who are known, and what speaks against what they
 * told. */
#include "cli/key_choice.h"
#include "cli/session.h"
#include "cli/telling.h"
#include "engine/settle.h"
#include "exchange/import_match.h"
#include "exchange/json.h"

#include <stdio.h>

struct verifying {
    struct telling telling;
    const struct entity *source; /* what the table holds */
    struct import_match match;
    struct arena arena; /* of what is known before the table is taken */
    struct registry_in_part known;
    struct registry_findings found; /* now, and not before */
    size_t still, cleared;          /* found before: open yet; cleared, and nothing was told since */
};

static int tell(struct verifying *verifying, enum registry_result result) {
    struct telling *telling = &verifying->telling;
    return database_tell(&telling->database, telling->command, telling->url, result);
}

/* --- whose rows they are ------------------------------------------------------------------------------------------ */

/* The numbers of all rows above that stand in the month. */
static enum registry_result note_owners(struct verifying *verifying, month_number month) {
    const struct field *input = verifying->source->matched_by;
    struct registry *registry = &verifying->telling.database.registry;
    registry->sight_of = input->entity;
    registry->sight = REGISTRY_OPEN; /* numbers are compared here, and told to nobody */
    registry->decides = true;
    enum registry_result result = registry_read_but(registry, verifying->source, &verifying->arena, &verifying->known);
    registry->sight = REGISTRY_CLOSED;
    registry->sight_of = NULL;
    registry->decides = false;
    if (result != REGISTRY_DONE) return result;
    const struct record_table *table = &verifying->known.records.tables[input->entity->index];
    const struct column *numbers = &table->columns[input->input_index];
    import_match_reserve(&verifying->match, table->count);
    for (size_t row = 0; row < table->count; row++)
        if (numbers->known[row] && table->rows[row].from <= month && month <= table->rows[row].until)
            import_match_add(&verifying->match, column_text(numbers, row), table->rows[row].id, table->rows[row].place);
    return arena_failed(verifying->match.arena) ? REGISTRY_NO_MEMORY : REGISTRY_DONE;
}

static int read_table(struct verifying *verifying, month_number month) {
    struct telling *telling = &verifying->telling;
    const char *path = telling->command->words[1];
    int status = table_file_open(&telling->table, telling->command, path, NULL);
    if (status == EXIT_DONE) status = tell(verifying, note_owners(verifying, month));
    if (status != EXIT_DONE) return status;
    return telling_tell_read(
        telling, import_match_text(&verifying->match, &telling->import, text_from(path), telling->table.bytes));
}

/* --- what is found ------------------------------------------------------------------------------------------------ */

/* The world of the month, with what has just been told. */
struct world {
    struct arena arena;
    struct records *records;
    struct refusals refusals; /* what does not fit there */
    struct dataset *dataset;
    struct history history;
    struct run *run; /* NULL where something does not fit */
    struct registry_findings before;
    struct map by_row; /* entity, alert and key -> the finding before, of several the last */
    struct registry_last_told last;
};

/* What was known before the table was taken is known still where nobody else has told anything since. */
static enum registry_result read_records(struct verifying *verifying, struct world *world) {
    struct registry *registry = &verifying->telling.database.registry;
    bool same = verifying->telling.change.number == verifying->known.change + 1;
    world->records = same ? &verifying->known.records : ARENA_NEW(&world->arena, struct records);
    if (same) return registry_read_rest(registry, verifying->source, &verifying->arena, &verifying->known);
    return world->records ? registry_read(registry, REGISTRY_NOW, &world->arena, world->records) : REGISTRY_NO_MEMORY;
}

static enum registry_result read_world(struct verifying *verifying, struct world *world, month_number month) {
    struct registry *registry = &verifying->telling.database.registry;
    const struct policy *law = verifying->telling.database.law;
    const struct run_options options = {.known = DAY_NEVER};
    struct registry_runs runs;
    world->refusals = (struct refusals){.arena = &world->arena};
    enum registry_result result = read_records(verifying, world);
    if (result == REGISTRY_DONE) result = registry_read_runs(registry, REGISTRY_NOW, &world->arena, &runs);
    if (result == REGISTRY_DONE)
        result = registry_read_history(registry, &runs, month, NULL, world->records, &world->history);
    if (result == REGISTRY_DONE) result = registry_read_findings(registry, &world->arena, &world->before);
    if (result == REGISTRY_DONE)
        result = registry_read_last_told(registry, verifying->source, &world->arena, &world->last);
    if (result != REGISTRY_DONE) return result;
    world->records->threads = processors();
    world->dataset = dataset_new(law, world->records, month, &world->refusals);
    if (!world->dataset) return REGISTRY_NO_MEMORY;
    if (world->refusals.list.count) return REGISTRY_DONE;
    if (!settle_past(&world->history, world->records, world->dataset, &options)) return REGISTRY_NO_MEMORY;
    world->run = run_new(law, world->dataset, &world->history, month, &options);
    return world->run ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
}

static struct text name_of_row(struct arena *arena, struct text entity, struct text alert, int64_t key) {
    return text_format(arena, "%zu:%.*s%.*s %lld", entity.length, TEXT_ARG(entity), TEXT_ARG(alert), (long long)key);
}

static void note_before(struct world *world) {
    map_init(&world->by_row, &world->arena);
    for (size_t i = 0; i < world->before.list.count; i++) {
        struct registry_finding *finding = &world->before.list.items[i];
        map_put(&world->by_row, name_of_row(&world->arena, finding->entity, finding->alert, finding->key), finding);
    }
}

static int64_t key_of(const struct world *world, const struct entity *entity, size_t row) {
    const struct table *table = dataset_table(world->dataset, entity);
    size_t record = table->arrival ? table->arrival[row] : row;
    return world->records->tables[entity->index].rows[record].place;
}

/* Something of what lies below the row was told by a later change than that one. */
static bool is_told_since(const struct verifying *verifying, const struct world *world, const struct entity *entity,
                          size_t row, int64_t change) {
    size_t begin, end;
    dataset_below(world->dataset, entity, row, verifying->source, &begin, &end);
    for (; begin < end; begin++)
        if (world->last.changes[key_of(world, verifying->source, begin)] > change) return true;
    return false;
}

/* A finding that is open stays the one that it is; one that was cleared is not opened again by the same rows. */
static void raise(struct verifying *verifying, struct world *world, const struct field *alert, size_t row,
                  bool unsure) {
    struct arena *arena = &verifying->telling.command->arena;
    int64_t key = key_of(world, alert->entity, row);
    const struct registry_finding *before =
        map_get(&world->by_row, name_of_row(&world->arena, alert->entity->name, alert->name, key));
    if (before && !before->cleared) {
        verifying->still++;
        return;
    }
    if (before && !is_told_since(verifying, world, alert->entity, row, before->change)) {
        verifying->cleared++;
        return;
    }
    struct registry_finding finding = {
        .alert = alert->name,
        .entity = alert->entity->name,
        .key = key,
        .id = text_copy(arena, table_id(dataset_table(world->dataset, alert->entity), row)),
        .month = world->run->month,
        .unsure = unsure};
    VECTOR_PUSH(arena, &verifying->found.list, finding);
}

static void ask(struct verifying *verifying, struct world *world, const struct field *alert, const bool *rows) {
    for (size_t row = 0; row < dataset_table(world->dataset, alert->entity)->rows; row++) {
        if (!rows[row]) continue;
        struct value value = run_value(world->run, alert, row);
        bool known = value.state == VALUE_KNOWN;
        if (!known || value.as.truth) raise(verifying, world, alert, row, !known);
    }
}

/* Of whom the table told, the rows of an alert's entity: the row above, or what lies below, or above, it. */
static bool *rows_of(const struct verifying *verifying, struct world *world, const struct entity *entity) {
    const struct entity *above = verifying->source->parent;
    const uint32_t *by_key = dataset_table(world->dataset, above)->by_key;
    bool *rows = ARENA_ARRAY(&world->arena, bool, dataset_table(world->dataset, entity)->rows + 1);
    for (size_t i = 0; i < verifying->match.owners.count && rows; i++) {
        const struct import_owner *owner = &verifying->match.owners.items[i];
        size_t begin, end;
        if (owner->rows == 0 || by_key[owner->key] == 0) continue;
        size_t row = by_key[owner->key] - 1;
        if (entity_is_within(above, entity)) {
            rows[dataset_climb(world->dataset, above, row, entity)] = true;
            continue;
        }
        dataset_below(world->dataset, above, row, entity, &begin, &end);
        for (; begin < end; begin++) rows[begin] = true;
    }
    return rows;
}

static void ask_all(struct verifying *verifying, struct world *world) {
    const struct policy *law = verifying->telling.database.law;
    for (size_t i = 0; i < law->fields.count && !arena_failed(&world->arena); i++) {
        const struct field *alert = law->fields.items[i];
        if (alert->finds != FINDS_HIT || !entity_is_within(verifying->source, alert->entity)) continue;
        const bool *rows = rows_of(verifying, world, alert->entity);
        if (rows) ask(verifying, world, alert, rows);
    }
}

static enum registry_result find(struct verifying *verifying, month_number month) {
    struct world world = {.dataset = NULL};
    arena_init(&world.arena);
    history_init(&world.history, verifying->telling.database.law);
    enum registry_result result = read_world(verifying, &world, month);
    verifying->telling.unfit = world.refusals.list.count;
    if (result == REGISTRY_DONE && world.run) {
        note_before(&world);
        ask_all(verifying, &world);
        bool failed =
            arena_failed(&world.arena) || run_failed(world.run) || arena_failed(&verifying->telling.command->arena);
        if (failed) result = REGISTRY_NO_MEMORY;
    }
    run_free(world.run);
    history_free(&world.history);
    dataset_free(world.dataset);
    arena_free(&world.arena);
    return result;
}

/* By their lines: rows that are refused are left out of what is told. */
static bool find_parents(struct verifying *verifying) {
    const struct record_table *told = &verifying->telling.import.records.tables[verifying->source->index];
    const struct import_match *match = &verifying->match;
    uint32_t *keys = ARENA_ARRAY(&verifying->arena, uint32_t, told->count + 1);
    for (size_t row = 0, at = 0; row < told->count && keys; row++) {
        while (at < match->matched.count && match->matched.items[at].line < told->rows[row].place) at++;
        bool found = at < match->matched.count && match->matched.items[at].line == told->rows[row].place;
        keys[row] = found ? match->matched.items[at].key : 0;
    }
    verifying->known.parent_keys = keys;
    return keys;
}

/* --- the change --------------------------------------------------------------------------------------------------- */

static int take(struct verifying *verifying, month_number month) {
    struct telling *telling = &verifying->telling;
    struct registry *registry = &telling->database.registry;
    enum registry_result result = REGISTRY_NO_MEMORY;
    if (find_parents(verifying))
        result = registry_take_beside(registry, &telling->change, &telling->import.records, &verifying->known,
                                      telling->taken);
    if (result == REGISTRY_DONE) result = find(verifying, month);
    if (result == REGISTRY_DONE && telling->unfit) return telling_check(telling, month); /* which tells of it */
    if (result == REGISTRY_DONE) result = registry_raise(registry, &telling->change, &verifying->found);
    telling->news = telling_is_new(telling) || verifying->found.list.count;
    return tell(verifying, result);
}

static int take_change(struct verifying *verifying, month_number month) {
    struct telling *telling = &verifying->telling;
    struct registry *registry = &telling->database.registry;
    int status = tell(verifying, registry_begin_change(registry, &telling->change));
    if (status != EXIT_DONE) return status;
    status = take(verifying, month);
    bool writes =
        status == EXIT_DONE && telling->unfit == 0 && telling->news && !command_has(telling->command, "dry-run");
    if (!writes) {
        registry_give_up_change(registry);
        return status;
    }
    status = tell(verifying, registry_end_change(registry));
    telling->written = status == EXIT_DONE;
    return status;
}

/* --- what became of it -------------------------------------------------------------------------------------------- */

/* Refused by the import, told twice, or without a number that can be. */
static size_t wrong(const struct verifying *verifying) {
    const struct telling *telling = &verifying->telling;
    return verifying->match.wrong + telling->import.refused.count + telling->taken[verifying->source->index].refused;
}

static void show_end(struct builder *out, const struct verifying *verifying) {
    const struct telling *telling = &verifying->telling;
    const struct command *command = telling->command;
    if (telling->unfit)
        builder_format(
            out, say(command, "▲ %zu 行不合适,什么都没有写\n", "▲ rows that do not fit: %zu; nothing was written\n"),
            telling->unfit);
    else if (telling->written)
        telling_show_change(out, telling);
    else
        builder_add(out, text_from(telling->news ? say(command, "只看不写\n", "nothing was written, as asked\n")
                                                 : say(command, "没有新的,没有要写的\n",
                                                       "nothing is new; there was nothing to write\n")));
}

static void show_verified(struct builder *out, const struct verifying *verifying) {
    const struct telling *telling = &verifying->telling;
    const struct command *command = telling->command;
    const struct registry_taken *taken = &telling->taken[verifying->source->index];
    struct text label = label_or_name(verifying->source->label, verifying->source->name, command->language);
    builder_format(
        out,
        say(command, "%.*s  库里的人 %zu 行(新 %zu,变 %zu,同 %zu),不是库里的人 %zu 行,有误 %zu 行\n",
            "%.*s  of people known here: %zu (new %zu, changed %zu, same %zu), of others: %zu, wrong: %zu\n"),
        TEXT_ARG(label), verifying->match.matched.count, taken->fresh, taken->changed, taken->same,
        verifying->match.strangers, wrong(verifying));
    if (verifying->match.line)
        builder_format(out,
                       say(command, "▲ 第 %u 行起,号码缺少、不对,或库里有几行都是它\n",
                           "▲ from line %u on: a number that is missing, cannot be, or is that of several rows here\n"),
                       (unsigned)verifying->match.line);
    builder_format(out,
                   say(command, "! 新线索 %zu 条,仍未销掉 %zu 条,销掉后没有新情况 %zu 条\n",
                       "! findings: %zu new, %zu still open, %zu cleared before and nothing new since\n"),
                   verifying->found.list.count, verifying->still, verifying->cleared);
    show_end(out, verifying);
}

static void write_count(struct json_writer *writer, const char *key, size_t count) {
    json_write_key(writer, key);
    json_write_integer(writer, (int64_t)count);
}

static void write_verified(struct builder *out, const struct verifying *verifying) {
    const struct telling *telling = &verifying->telling;
    const struct registry_taken *taken = &telling->taken[verifying->source->index];
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    json_write_key(&writer, "source");
    json_write_string(&writer, verifying->source->name);
    write_count(&writer, "matched", verifying->match.matched.count);
    write_count(&writer, "new", taken->fresh);
    write_count(&writer, "changed", taken->changed);
    write_count(&writer, "same", taken->same);
    write_count(&writer, "unmatched", verifying->match.strangers);
    write_count(&writer, "wrong", wrong(verifying));
    write_count(&writer, "unfit", telling->unfit);
    write_count(&writer, "findings_new", verifying->found.list.count);
    write_count(&writer, "findings_still_open", verifying->still);
    write_count(&writer, "findings_cleared_before", verifying->cleared);
    json_write_key(&writer, "written");
    json_write_bool(&writer, telling->written);
    json_write_key(&writer, "change");
    json_write_integer(&writer, telling->written ? telling->change.number : 0);
    json_write_close_object(&writer);
}

static int show(const struct verifying *verifying) {
    struct command *command = verifying->telling.command;
    struct builder out;
    builder_init(&out);
    (command_has(command, "json") ? write_verified : show_verified)(&out, verifying);
    int status = show_built(command, &out);
    return status == EXIT_DONE && wrong(verifying) + verifying->telling.unfit ? EXIT_FOUND : status;
}

/* --- the command -------------------------------------------------------------------------------------------------- */

static int find_source(struct verifying *verifying) {
    struct telling *telling = &verifying->telling;
    const struct command *command = telling->command;
    verifying->source = telling_entity(telling, command_option(command, "source"));
    if (!verifying->source) return EXIT_USAGE;
    if (verifying->source->matched_by) return EXIT_DONE;
    struct text label = label_or_name(verifying->source->label, verifying->source->name, command->language);
    fprintf(stderr,
            say(command, "doudi: 政策没有写明「%.*s」凭什么号码归到人(matched by)\n",
                "doudi: the policy does not say by which number \"%.*s\" belongs to whom (matched by)\n"),
            TEXT_ARG(label));
    return EXIT_CANNOT;
}

static int verify(struct verifying *verifying, month_number since) {
    struct telling *telling = &verifying->telling;
    int status = find_source(verifying);
    if (status != EXIT_DONE) return status;
    telling->change = database_change(telling->command, "verify", since);
    if (!telling_begin(telling)) return out_of_memory(telling->command);
    month_number now = database_month(&telling->change), month = since == MONTH_FIRST ? now : since;
    arena_init(&verifying->arena);
    import_match_begin(&verifying->match, &telling->command->arena, verifying->source);
    verifying->match.threads = processors();
    status = read_table(verifying, month);
    if (status == EXIT_DONE) status = take_change(verifying, month);
    return status == EXIT_DONE ? show(verifying) : status;
}

int command_verify(struct command *command) {
    month_number since;
    if (command->word_count != 2 || !has_option(command, "source") || !has_option(command, "database"))
        return wrong_usage(command);
    if (!telling_since(command, &since)) return EXIT_USAGE;
    struct verifying verifying = {.telling = {.command = command, .url = command_option(command, "database")}};
    if (!table_file_encoding(command, &verifying.telling.encoding)) return EXIT_USAGE;
    int status = database_open(&verifying.telling.database, command, verifying.telling.url, NULL);
    if (status == EXIT_DONE) status = database_use_keys(&verifying.telling.database, command, verifying.telling.url);
    if (status == EXIT_DONE) status = verify(&verifying, since);
    import_match_close(&verifying.match);
    arena_free(&verifying.arena);
    telling_close(&verifying.telling);
    return status;
}
