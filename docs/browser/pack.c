/* What the page in the browser needs to know of a policy and of a few families, as JSON: what the policy's
 * entities ask for, which benefits there are, the sentences of its clauses; and each family with all that lies below
 * it, above it, and that it refers to.
 *
 *     pack POLICY DATA MONTH FAMILY... */
#include "doudi.h"
#include "exchange/import.h"
#include "exchange/json.h"
#include "exchange/policy_folder.h"
#include "lang/unit_words.h"

#include <stdio.h>

struct pack {
    struct arena arena;
    struct diagnostics diagnostics;
    struct policy *policy;
    struct import import;
    struct dataset *dataset;
    struct refusals refusals;
    struct builder out;
    struct json_writer writer;
    bool **written; /* by entity index, by row: of the family at hand */
};

static void write_text(struct pack *pack, const char *key, struct text text) {
    json_write_key(&pack->writer, key);
    json_write_string(&pack->writer, text);
}

static void begin_list(struct pack *pack, const char *key) {
    json_write_key(&pack->writer, key);
    json_write_array(&pack->writer);
}

/* --- the policy --------------------------------------------------------------------------------------------------- */

/* The folders that its files are in, the law itself first. */
static void write_layers(struct pack *pack) {
    begin_list(pack, "layers");
    for (size_t i = 0; i < pack->policy->layers.count; i++)
        json_write_string(&pack->writer, pack->policy->layers.items[i]->folder);
    json_write_close_array(&pack->writer);
}

static void write_choices(struct pack *pack, const struct enumeration *enumeration) {
    begin_list(pack, "choices");
    for (size_t i = 0; i < enumeration->count; i++) {
        json_write_object(&pack->writer);
        write_text(pack, "name", enumeration->values[i].name.text);
        json_write_words(&pack->writer, "label", enumeration->values[i].label);
        json_write_close_object(&pack->writer);
    }
    json_write_close_array(&pack->writer);
}

static void write_input(struct pack *pack, const struct field *input) {
    static const char *const kinds[] = {[TYPE_NUMBER] = "number", [TYPE_BOOL] = "truth", [TYPE_DATE] = "date",
                                        [TYPE_ENUM] = "choice",   [TYPE_ROW] = "row",    [TYPE_TEXT] = "text"};
    struct text written = type_written(&pack->arena, &input->declaration->type), unit[LANGUAGES];
    for (int language = 0; language < LANGUAGES; language++)
        unit[language] = unit_words(&pack->arena, pack->policy, written, (enum language)language);
    json_write_object(&pack->writer);
    write_text(pack, "name", input->name);
    json_write_words(&pack->writer, "label", input->label);
    write_text(pack, "kind", text_from(kinds[input->type.kind]));
    if (input->type.kind == TYPE_NUMBER) json_write_words(&pack->writer, "unit", unit);
    if (input->type.kind == TYPE_ENUM) write_choices(pack, input->type.enumeration);
    if (input->type.kind == TYPE_ROW) write_text(pack, "of", input->type.entity->name);
    json_write_key(&pack->writer, "empty_has_meaning");
    json_write_bool(&pack->writer, input->declaration->empty != NULL);
    json_write_close_object(&pack->writer);
}

static void write_entities(struct pack *pack) {
    begin_list(pack, "entities");
    for (size_t i = 0; i < pack->policy->entities.count; i++) {
        const struct entity *entity = pack->policy->entities.items[i];
        json_write_object(&pack->writer);
        write_text(pack, "name", entity->name);
        json_write_words(&pack->writer, "label", entity->label);
        if (entity->parent) write_text(pack, "parent", entity->parent->name);
        begin_list(pack, "dated");
        for (size_t k = 0; k < entity->dated.count; k++) json_write_string(&pack->writer, entity->dated.items[k]->name);
        json_write_close_array(&pack->writer);
        begin_list(pack, "inputs");
        for (size_t k = 0; k < entity->inputs.count; k++) write_input(pack, entity->inputs.items[k]);
        json_write_close_array(&pack->writer);
        json_write_close_object(&pack->writer);
    }
    json_write_close_array(&pack->writer);
}

static void write_benefits(struct pack *pack) {
    begin_list(pack, "benefits");
    for (size_t i = 0; i < pack->policy->fields.count; i++) {
        const struct field *field = pack->policy->fields.items[i];
        if (field->kind != FIELD_BENEFIT) continue;
        json_write_object(&pack->writer);
        write_text(pack, "entity", field->entity->name);
        write_text(pack, "name", field->name);
        json_write_words(&pack->writer, "label", field->label);
        json_write_close_object(&pack->writer);
    }
    json_write_close_array(&pack->writer);
}

static void write_clauses(struct pack *pack) {
    json_write_key(&pack->writer, "clauses");
    json_write_object(&pack->writer);
    for (size_t i = 0; i < pack->policy->clauses.count; i++) {
        const struct clause *clause = pack->policy->clauses.items[i];
        json_write_key_text(&pack->writer, clause->id);
        json_write_object(&pack->writer);
        json_write_words(&pack->writer, "title", clause->title);
        json_write_words(&pack->writer, "says", clause->says);
        write_text(pack, "document", clause->document);
        write_text(pack, "section", clause->section);
        write_text(pack, "sentence", clause->sentence);
        json_write_close_object(&pack->writer);
    }
    json_write_close_object(&pack->writer);
}

/* --- families ----------------------------------------------------------------------------------------------------- */

/* Of what was recorded, in the input's own unit and words. */
static struct text recorded(struct pack *pack, const struct field *input, size_t record) {
    const struct column *column = &pack->import.records.tables[input->entity->index].columns[input->input_index];
    if (!column->known[record]) return TEXT("");
    if (column->texts) return column->texts[record];
    struct value value = value_of_lane(&pack->arena, &column->spec, column_get(column, record));
    return value_plain(&pack->arena, &input->type, input->scale, &value);
}

static void write_values(struct pack *pack, const struct entity *entity, size_t record) {
    json_write_key(&pack->writer, "values");
    json_write_object(&pack->writer);
    for (size_t i = 0; i < entity->inputs.count; i++) {
        struct text text = recorded(pack, entity->inputs.items[i], record);
        if (!text.length) continue;
        json_write_key_text(&pack->writer, entity->inputs.items[i]->name);
        json_write_string(&pack->writer, text);
    }
    json_write_close_object(&pack->writer);
}

/* With what lies above it before it. */
static void write_row(struct pack *pack, const struct entity *entity, size_t row) {
    const struct table *table = dataset_table(pack->dataset, entity);
    if (pack->written[entity->index][row]) return;
    pack->written[entity->index][row] = true;
    if (entity->parent) write_row(pack, entity->parent, table->parents[row]);
    for (size_t i = 0; i < entity->inputs.count; i++) { /* and what it refers to */
        const struct type *type = &entity->inputs.items[i]->type;
        if (type->kind != TYPE_ROW) continue;
        size_t found = table_find(dataset_table(pack->dataset, type->entity),
                                  recorded(pack, entity->inputs.items[i], table->arrival[row]));
        if (found != SIZE_MAX) write_row(pack, type->entity, found);
    }
    json_write_object(&pack->writer);
    write_text(pack, "entity", entity->name);
    write_text(pack, "id", table->ids[row]);
    if (entity->parent)
        write_text(pack, "parent", dataset_table(pack->dataset, entity->parent)->ids[table->parents[row]]);
    write_values(pack, entity, table->arrival[row]);
    json_write_close_object(&pack->writer);
}

/* The first entity, from the top, that has a row of that name. */
static const struct entity *find_family(const struct pack *pack, struct text id, size_t *row) {
    for (size_t i = 0; i < pack->policy->entities.count; i++) {
        const struct entity *entity = pack->policy->entities.items[i];
        if (entity->is_event) continue;
        *row = table_find(dataset_table(pack->dataset, entity), id);
        if (*row != SIZE_MAX) return entity;
    }
    return NULL;
}

/* What was in force before is nothing that the page could be told. */
static bool has_opening(const struct pack *pack, struct text id) {
    for (size_t i = 0; i < pack->import.given.count; i++)
        if (text_equal(pack->import.given.items[i].id, id)) return true;
    return false;
}

static bool write_family(struct pack *pack, const char *id) {
    size_t row, begin, end;
    const struct entity *family = find_family(pack, text_from(id), &row);
    if (!family || has_opening(pack, text_from(id))) {
        fprintf(stderr, family ? "pack: %s has opening values\n" : "pack: there is no row %s\n", id);
        return false;
    }
    for (size_t i = 0; i < pack->policy->entities.count; i++) {
        size_t rows = dataset_table(pack->dataset, pack->policy->entities.items[i])->rows;
        pack->written[i] = arena_new(&pack->arena, rows ? rows : 1, sizeof **pack->written);
    }
    if (arena_failed(&pack->arena)) return false;
    json_write_object(&pack->writer);
    write_text(pack, "id", text_from(id));
    write_text(pack, "entity", family->name);
    begin_list(pack, "rows");
    write_row(pack, family, row);
    for (size_t i = 0; i < pack->policy->entities.count; i++) {
        const struct entity *entity = pack->policy->entities.items[i];
        if (entity == family || !entity_is_within(entity, family)) continue;
        dataset_below(pack->dataset, family, row, entity, &begin, &end);
        for (size_t k = begin; k < end; k++) write_row(pack, entity, k);
    }
    json_write_close_array(&pack->writer);
    json_write_close_object(&pack->writer);
    return true;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static bool open_all(struct pack *pack, const char *policy, const char *data, const char *month) {
    month_number number;
    arena_init(&pack->arena);
    diagnostics_init(&pack->diagnostics, &pack->arena);
    pack->policy = policy_read_folder(policy, &pack->diagnostics);
    if (!pack->policy || !pack->policy->compiled || !month_parse(text_from(month), &number)) return false;
    pack->import = (struct import){.arena = &pack->arena, .policy = pack->policy, .diagnostics = &pack->diagnostics};
    struct text areas = path_join(&pack->arena, text_from(policy), TEXT("areas"));
    if (import_folder(&pack->import, data, areas.bytes) > IMPORT_ROWS_REFUSED) return false;
    pack->refusals.arena = &pack->arena;
    pack->dataset = dataset_new(pack->policy, &pack->import.records, number, &pack->refusals);
    pack->written = arena_new(&pack->arena, pack->policy->entities.count, sizeof *pack->written);
    return pack->dataset && !arena_failed(&pack->arena);
}

static bool write_all(struct pack *pack, const char *month, char **families) {
    bool good = true;
    builder_init(&pack->out);
    json_writer_init(&pack->writer, &pack->out, true);
    json_write_object(&pack->writer);
    write_text(pack, "version", text_from(doudi_version()));
    write_text(pack, "month", text_from(month));
    write_text(pack, "policy", policy_name(pack->policy));
    write_layers(pack);
    write_entities(pack);
    write_benefits(pack);
    write_clauses(pack);
    begin_list(pack, "families");
    for (; *families && good; families++) good = write_family(pack, *families);
    if (!good) return false;
    json_write_close_array(&pack->writer);
    json_write_close_object(&pack->writer);
    return !pack->out.failed && !arena_failed(&pack->arena);
}

static void close_all(struct pack *pack) {
    builder_free(&pack->out);
    dataset_free(pack->dataset);
    import_close(&pack->import);
    policy_free(pack->policy);
    arena_free(&pack->arena);
}

int main(int count, char **arguments) {
    struct pack pack = {.diagnostics = {0}};
    if (count < 5) {
        fputs("usage: pack POLICY DATA MONTH FAMILY...\n", stderr);
        return 2;
    }
    bool good = open_all(&pack, arguments[1], arguments[2], arguments[3]);
    if (!good)
        fputs("pack: the policy or the data cannot be read; doudi assess tells why\n", stderr);
    else
        good = write_all(&pack, arguments[3], arguments + 4);
    if (good) good = fwrite(pack.out.bytes, 1, pack.out.length, stdout) == pack.out.length && fflush(stdout) == 0;
    close_all(&pack);
    return good ? 0 : 3;
}
