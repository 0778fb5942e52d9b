#include "exchange/import_inside.h"

#include "lang/suggestion.h"

#include <string.h>

/* --- headings --------------------------------------------------------------------------------------------------- */

static bool names_entity(const struct entity *entity, struct text text) {
    return text_equal(text, entity->name) || text_equal(text, entity->label[LANGUAGE_ZH]) ||
           text_equal(text, entity->label[LANGUAGE_EN]);
}

enum import_heading import_heading_of(const struct entity *entity, struct text heading, const struct field **input) {
    *input = NULL;
    if (heading.length == 0 || text_starts(heading, "#")) return IMPORT_HEADING_NONE;
    const struct field *field = entity_field(entity, heading);
    if (field && field->kind == FIELD_INPUT) {
        *input = field;
        return IMPORT_HEADING_INPUT;
    }
    if (!entity->is_event && (text_is(heading, "id") || text_is(heading, "编号"))) return IMPORT_HEADING_ID;
    if (entity->parent && names_entity(entity->parent, heading)) return IMPORT_HEADING_PARENT;
    if (text_is(heading, "from") || text_is(heading, "自")) return IMPORT_HEADING_FROM;
    if (text_is(heading, "until") || text_is(heading, "至")) return IMPORT_HEADING_UNTIL;
    if (text_is(heading, "confidence") || text_is(heading, "可信程度")) return IMPORT_HEADING_CONFIDENCE;
    return IMPORT_HEADING_NONE;
}

/* Where the layout notes a column that is no input; NULL when the heading names none. */
static size_t *special_column(struct import_layout *layout, enum import_heading heading) {
    switch (heading) {
    case IMPORT_HEADING_ID: return &layout->id;
    case IMPORT_HEADING_PARENT: return &layout->parent;
    case IMPORT_HEADING_FROM: return &layout->from;
    case IMPORT_HEADING_UNTIL: return &layout->until;
    case IMPORT_HEADING_CONFIDENCE: return &layout->confidence;
    default: return NULL;
    }
}

static struct text without_sign(struct text heading) {
    return text_starts(heading, "#") ? text_trim(text_slice(heading, 1, heading.length)) : heading;
}

bool import_heading_is_error(struct text heading) {
    heading = without_sign(heading);
    return text_is(heading, "error") || text_is(heading, "错误");
}

bool import_heading_is_other(struct text heading) {
    heading = without_sign(heading);
    return text_is(heading, "other") || text_is(heading, "另一行");
}

static struct text nearest_heading(const struct entity *entity, struct text heading) {
    struct suggestion suggestion;
    suggestion_begin(&suggestion, heading);
    if (!entity->is_event) suggestion_note(&suggestion, TEXT("id"));
    if (entity->parent) {
        suggestion_note(&suggestion, entity->parent->name);
        for (size_t i = 0; i < LANGUAGES; i++)
            if (entity->parent->label[i].length) suggestion_note(&suggestion, entity->parent->label[i]);
    }
    for (size_t i = 0; i < entity->inputs.count; i++) {
        const struct field *input = entity->inputs.items[i];
        suggestion_note(&suggestion, input->name);
        for (size_t k = 0; k < LANGUAGES; k++)
            if (input->label[k].length) suggestion_note(&suggestion, input->label[k]);
    }
    return suggestion.best;
}

static void complain_heading(struct import_reader *reader, const struct entity *entity, size_t column,
                             const struct field *field) {
    struct text heading = reader->file->layout.headings[column];
    if (heading.length == 0) {
        COMPLAIN(reader, EXCHANGE_IMPORT_HEADING_EMPTY, column, text_format(&reader->scratch, "%zu", column + 1));
        return;
    }
    if (field) {
        COMPLAIN(reader, EXCHANGE_IMPORT_HEADING_COMPUTED, column, heading);
        return;
    }
    struct text nearest = nearest_heading(entity, heading);
    struct text zh = label_or_name(entity->label, entity->name, LANGUAGE_ZH),
                en = label_or_name(entity->label, entity->name, LANGUAGE_EN);
    if (nearest.length > 0)
        COMPLAIN(reader, EXCHANGE_IMPORT_HEADING_MEANT, column, heading, zh, en, nearest);
    else
        COMPLAIN(reader, EXCHANGE_IMPORT_HEADING_UNKNOWN, column, heading, zh, en);
}

static bool has_input(const struct import_layout *layout, const struct field *input, size_t columns) {
    for (size_t i = 0; i < columns; i++)
        if (layout->inputs[i] == input) return true;
    return false;
}

static void place_heading(struct import_reader *reader, const struct entity *entity, size_t column) {
    struct import_layout *layout = &reader->file->layout;
    struct text heading = layout->headings[column];
    const struct field *input;
    enum import_heading kind = import_heading_of(entity, heading, &input);
    bool other = !input && import_heading_is_other(heading),
         own = other || (!input && import_heading_is_error(heading));
    if (own && layout->own == column) layout->own++;
    if (!other && (own || text_starts(heading, "#"))) return;
    size_t *special = other ? &layout->other : special_column(layout, kind);
    bool doubled = special ? *special != IMPORT_NO_COLUMN : input && has_input(layout, input, column);
    if (doubled)
        COMPLAIN(reader, EXCHANGE_IMPORT_HEADING_TWICE, column, heading);
    else if (special)
        *special = column;
    else if (input)
        layout->inputs[column] = input;
    else
        complain_heading(reader, entity, column, heading.length ? entity_field(entity, heading) : NULL);
}

static void need_column(struct import_reader *reader, bool there, struct text name,
                        const struct text label[LANGUAGES]) {
    if (!there)
        COMPLAIN(reader, EXCHANGE_IMPORT_COLUMN_MISSING, 0, name, label_or_name(label, name, LANGUAGE_ZH),
                 label_or_name(label, name, LANGUAGE_EN));
}

static void need_columns(struct import_reader *reader, const struct entity *entity) {
    const struct import_layout *layout = &reader->file->layout;
    const struct text id[LANGUAGES] = {TEXT("编号"), TEXT("id")};
    if (!entity->is_event) need_column(reader, layout->id != IMPORT_NO_COLUMN, TEXT("id"), id);
    if (entity->parent)
        need_column(reader, layout->parent != IMPORT_NO_COLUMN, entity->parent->name, entity->parent->label);
    for (size_t i = 0; i < entity->dated.count; i++) {
        const struct field *dated = entity->dated.items[i];
        need_column(reader, has_input(layout, dated, layout->count), dated->name, dated->label);
    }
}

/* One heading alone that holds what other programs separate by. */
static bool tell_separator(struct import_reader *reader) {
    struct text first = reader->csv.fields[0].text;
    bool other = memchr(first.bytes, ';', first.length) || memchr(first.bytes, '\t', first.length);
    if (reader->csv.count > 1 || !other) return false;
    COMPLAIN(reader, EXCHANGE_IMPORT_SEPARATOR, 0, first);
    return true;
}

static bool read_headings(struct import_reader *reader, const struct entity *entity) {
    struct import_layout *layout = &reader->file->layout;
    struct arena *arena = reader->import->arena;
    if (!reader_headings(reader)) return false;
    *layout = (struct import_layout){
        .count = reader->csv.count,
        .id = IMPORT_NO_COLUMN,
        .parent = IMPORT_NO_COLUMN,
        .from = IMPORT_NO_COLUMN,
        .until = IMPORT_NO_COLUMN,
        .confidence = IMPORT_NO_COLUMN,
        .other = IMPORT_NO_COLUMN,
        .headings = ARENA_ARRAY(arena, struct text, reader->csv.count),
        .inputs = ARENA_ARRAY(arena, const struct field *, reader->csv.count),
    };
    if (arena_failed(arena) || tell_separator(reader)) return false;
    for (size_t i = 0; i < layout->count; i++)
        layout->headings[i] = reader_keep(reader, import_taken_back(text_trim(reader->csv.fields[i].text)));
    for (size_t i = 0; i < layout->count; i++) place_heading(reader, entity, i);
    need_columns(reader, entity);
    return !reader->bad;
}

static void read_entity(struct import *import, struct import_file *file, const struct entity *entity) {
    struct import_reader reader;
    file->entity = entity;
    import->by_entity[entity->index] = file;
    if (reader_open(&reader, import, file)) {
        if (!read_headings(&reader, entity))
            import->file_refused = true;
        else
            import_read_rows(import, &reader);
    }
    reader_close(&reader);
}

/* --- folders ---------------------------------------------------------------------------------------------------- */

/* The words an entity's file may be called by: its name, or a label. */
enum { FILE_WORDS = 1 + LANGUAGES };
static struct text file_word(const struct entity *entity, size_t which) {
    return which == 0 ? entity->name : entity->label[which - 1];
}

static struct text file_name(struct arena *arena, struct text word) {
    return text_format(arena, "%.*s.csv", TEXT_ARG(word));
}

static struct text stem_of(struct text name) {
    size_t end = name.length;
    while (end > 0 && name.bytes[end - 1] != '.') end--;
    return end > 0 ? text_slice(name, 0, end - 1) : name;
}

static const struct entity *entity_of_file(const struct import *import, struct text name) {
    struct text stem = stem_of(name);
    for (size_t i = 0; i < import->policy->entities.count; i++)
        for (size_t k = 0; k < FILE_WORDS; k++) {
            struct text word = file_word(import->policy->entities.items[i], k);
            if (word.length > 0 && text_equal(word, stem)) return import->policy->entities.items[i];
        }
    return NULL;
}

static struct source *stranger_source(struct import *import, struct text folder, struct text name) {
    struct source *source = ARENA_NEW(import->arena, struct source);
    if (!arena_failed(import->arena)) source->name = path_join(import->arena, folder, name);
    return source;
}

/* A file by another name is no data, though it may have been meant as such. */
static void warn_of_stranger(struct import *import, struct text folder, struct text name) {
    struct suggestion suggestion;
    suggestion_begin(&suggestion, name);
    for (size_t i = 0; i < import->policy->entities.count; i++)
        for (size_t k = 0; k < FILE_WORDS; k++)
            if (file_word(import->policy->entities.items[i], k).length > 0)
                suggestion_note(&suggestion, file_name(import->arena, file_word(import->policy->entities.items[i], k)));
    bool near = suggestion.best.length > 0;
    enum exchange_message message = near ? EXCHANGE_IMPORT_FILE_MEANT : EXCHANGE_IMPORT_FILE_UNKNOWN;
    struct source *source = stranger_source(import, folder, name);
    if (arena_failed(import->arena)) return;
    struct text arguments[] = {name, suggestion.best};
    struct diagnostic *diagnostic = diagnostics_add(import->diagnostics, &exchange_messages[message],
                                                    (struct position){.source = source}, arguments, 2);
    if (diagnostic) diagnostics_make_warning(import->diagnostics, diagnostic);
}

static bool is_csv(struct text name) {
    return name.length > 4 && text_ends(name, ".csv");
}

static bool is_listed(const struct import *import, struct text name) {
    for (size_t i = 0; i < import->listed.list.count; i++)
        if (text_equal(import->listed.list.items[i], name)) return true;
    return false;
}

static bool is_workbook(struct text name) {
    static const char *const endings[] = {".xlsx", ".xls", ".xlsm", ".ods", ".et"};
    bool workbook = false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) workbook = workbook || text_ends(name, endings[i]);
    return workbook;
}

/* Another file of the same kind of rows, before this one in the folder's order; the empty text when there is none. */
static struct text other_file(const struct import *import, struct text name) {
    const struct entity *entity = entity_of_file(import, name);
    for (size_t i = 0; entity && i < import->listed.list.count; i++) {
        struct text other = import->listed.list.items[i];
        if (text_equal(other, name)) break;
        if ((is_csv(other) || is_workbook(other)) && entity_of_file(import, other) == entity) return other;
    }
    return TEXT("");
}

static void tell_of_files(struct import *import, enum exchange_message message, const struct text *arguments,
                          size_t count, bool warning) {
    struct diagnostic *diagnostic =
        diagnostics_add(import->diagnostics, &exchange_messages[message], (struct position){0}, arguments, count);
    if (warning && diagnostic) diagnostics_make_warning(import->diagnostics, diagnostic);
    if (!warning) import->file_refused = true;
}

/* Only one file of a kind is read: which, nobody could tell. Where the folder is read for good and not taken into what
 * is known (`adds`), a workbook beside the CSV that was made of it is passed over. */
static bool refuse_other(struct import *import, struct text name) {
    struct text names[] = {other_file(import, name), name};
    bool passed = !import->adds && (is_workbook(names[0]) || is_workbook(name));
    if (names[0].length == 0 || passed) return false;
    tell_of_files(import, EXCHANGE_IMPORT_FILE_TWICE, names, 2, false);
    return true;
}

/* Of data, without the data beside it. */
static void refuse_workbook(struct import *import, struct text folder, struct text name) {
    const struct entity *entity = entity_of_file(import, name);
    struct text words[] = {path_join(import->arena, folder, name), TEXT(""), TEXT("")};
    for (size_t k = 0; entity && k < FILE_WORDS; k++)
        if (is_listed(import, file_name(import->arena, file_word(entity, k)))) return;
    if (!entity) return;
    words[1] = label_or_name(entity->label, entity->name, LANGUAGE_ZH);
    words[2] = label_or_name(entity->label, entity->name, LANGUAGE_EN);
    if (import->adds && text_ends(name, ".xlsx"))
        tell_of_files(import, EXCHANGE_IMPORT_WORKBOOK_ALONE, words, 3, false);
    else
        tell_of_files(import, EXCHANGE_IMPORT_WORKBOOK, words, 1, false);
}

static bool is_data_file(const struct import *import, struct text name) {
    return text_is(name, "opening.csv") || text_is(name, "decisions.csv") || entity_of_file(import, name);
}

static bool look_over(struct import *import, struct text folder) {
    enum file_result result = folder_list(import->arena, folder.bytes, &import->listed);
    if (result != FILE_OK) {
        diagnostics_add(import->diagnostics, &exchange_messages[EXCHANGE_FOLDER_UNREADABLE], (struct position){0},
                        &folder, 1);
        return false;
    }
    if (folder_is_unfinished(&import->listed)) {
        diagnostics_add(import->diagnostics, &exchange_messages[EXCHANGE_IMPORT_UNFINISHED], (struct position){0},
                        &folder, 1);
        return false;
    }
    size_t data_files = 0;
    for (size_t i = 0; i < import->listed.list.count && !arena_failed(import->arena); i++) {
        struct text name = import->listed.list.items[i];
        data_files += is_csv(name) && is_data_file(import, name);
        if (is_csv(name) && !is_data_file(import, name))
            warn_of_stranger(import, folder, name);
        else if ((is_csv(name) || is_workbook(name)) && !refuse_other(import, name) && is_workbook(name))
            refuse_workbook(import, folder, name);
    }
    if (data_files > 0 || import->file_refused) return true;
    diagnostics_add(import->diagnostics, &exchange_messages[EXCHANGE_IMPORT_NO_DATA], (struct position){0}, &folder, 1);
    return false;
}

/* The entity's file in the folder by any of its names; NULL when there is none, or when it cannot be used, which is
 * then told: *there is true. */
static struct import_file *open_entity(struct import *import, const struct entity *entity, struct text folder,
                                       bool *there) {
    struct import_file *file = NULL;
    for (size_t k = 0; k < FILE_WORDS && !*there && !arena_failed(import->arena); k++) {
        struct text word = file_word(entity, k);
        size_t opened = import->files.count;
        if (word.length == 0) continue;
        file = import_open(import, folder, file_name(import->arena, word).bytes);
        *there = file || import->files.count > opened;
    }
    return file;
}

static size_t rows_read(const void *import, const struct entity *entity) {
    return ((const struct import *)import)->records.tables[entity->index].count;
}

/* Rows without those that they lie under are of nobody; and where there are no people nobody is counted. */
static void look_for_missing(struct import *import) {
    const struct policy *policy = import->policy;
    if (import->adds) return;
    for (size_t i = 0; i < policy->entities.count && !arena_failed(import->arena); i++) {
        const struct entity *entity = policy->entities.items[i];
        bool orphaned = entity->parent && import->by_entity[i] && import->records.tables[i].count > 0 &&
                        !import->by_entity[entity->parent->index];
        if (!orphaned) continue;
        struct text names[] = {file_name(import->arena, entity->parent->name), file_name(import->arena, entity->name)};
        tell_of_files(import, EXCHANGE_IMPORT_FILE_MISSING, names, 2, false);
    }
    const struct entity *people = policy_people(policy, rows_read, import);
    if (!people || import->by_entity[people->index]) return;
    struct text words[] = {file_name(import->arena, people->name),
                           label_or_name(people->label, people->name, LANGUAGE_ZH),
                           label_or_name(people->label, people->name, LANGUAGE_EN)};
    tell_of_files(import, EXCHANGE_IMPORT_FILE_ABSENT, words, 3, true);
}

static void read_entities(struct import *import, struct text folder, struct text areas) {
    for (size_t i = 0; i < import->policy->entities.count && !arena_failed(import->arena); i++) {
        const struct entity *entity = import->policy->entities.items[i];
        bool there = false;
        struct import_file *file = open_entity(import, entity, folder, &there);
        if (!there && areas.length > 0) file = open_entity(import, entity, areas, &there);
        if (file) read_entity(import, file, entity);
    }
    if (!import->file_refused) look_for_missing(import);
}

static bool begin(struct import *import) {
    size_t entities = import->policy->entities.count + 1;
    records_init(&import->records, import->arena, import->policy);
    import->records.lasting = true;
    import->records.threads = import->threads;
    import->by_entity = ARENA_ARRAY(import->arena, struct import_file *, entities);
    import->reported = ARENA_ARRAY(import->arena, bool *, entities);
    return !arena_failed(import->arena);
}

static enum import_result result_of(const struct import *import) {
    if (arena_failed(import->arena) || arena_failed(import->diagnostics->arena)) return IMPORT_NO_MEMORY;
    if (import->file_refused) return IMPORT_FILE_REFUSED;
    return import->refused.count > 0 ? IMPORT_ROWS_REFUSED : IMPORT_OK;
}

enum import_result import_text(struct import *import, const struct entity *entity, struct text name,
                               struct text bytes) {
    if (!import->by_entity && !begin(import)) return IMPORT_NO_MEMORY;
    struct import_file *file = import_open_text(import, name, bytes);
    if (file) read_entity(import, file, entity);
    return result_of(import);
}

enum import_result import_given_lines(struct import *import, struct text name, struct text opening,
                                      struct text decisions) {
    if (!begin(import)) return IMPORT_NO_MEMORY;
    struct text names[] = {path_join(import->arena, name, TEXT("opening.csv")),
                           path_join(import->arena, name, TEXT("decisions.csv"))};
    if (opening.length) import_read_given_text(import, names[0], opening, true);
    if (decisions.length) import_read_given_text(import, names[1], decisions, false);
    return result_of(import);
}

enum import_result import_folder(struct import *import, const char *folder, const char *areas_folder) {
    if (!begin(import)) return IMPORT_NO_MEMORY;
    struct text data = text_copy(import->arena, text_from(folder));
    struct text areas = text_copy(import->arena, text_from(areas_folder));
    bool readable = !arena_failed(import->arena) && look_over(import, data);
    if (readable) {
        read_entities(import, data, areas);
        import_read_given(import, data, true);
        import_read_given(import, data, false);
    }
    enum import_result result = result_of(import);
    return result != IMPORT_NO_MEMORY && !readable ? IMPORT_UNREADABLE : result;
}

void import_close(struct import *import) {
    for (size_t i = 0; i < import->files.count; i++) file_close(&import->files.items[i]->file);
    import->files.count = 0;
}
