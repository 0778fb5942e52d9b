#include "cli/import_preview.h"

#include "base/shown.h"
#include "cli/bare_ids.h"
#include "engine/value.h"
#include "exchange/rejected.h"
#include "store/mask.h"

#include <stdlib.h>

enum { ROWS_SHOWN = 10 };

static struct arena *arena_of(const struct preview *preview) {
    return &preview->telling->command->arena;
}

static enum language language_of(const struct preview *preview) {
    return preview->telling->command->language;
}

static struct text label_of(const struct preview *preview, const struct text *label, struct text name) {
    return label_or_name(label, name, language_of(preview));
}

/* --- values ------------------------------------------------------------------------------------------------------- */

/* Empty: unknown. What is sealed is masked, and nothing is seen of what the registry holds of it. */
static struct text value_of(const struct preview *preview, const struct column *column, size_t row) {
    struct arena *arena = arena_of(preview);
    const struct field *input = column->spec.field;
    if (!column->known[row]) return TEXT("");
    if (!column->lanes && registry_look_hides(column_text(column, row))) return TEXT("••••");
    if (!column->lanes && input->sealed) return seal_mask(arena, column_text(column, row));
    if (!column->lanes) return text_shown(arena, column_text(column, row));
    struct value value = value_of_lane(arena, &column->spec, column_get(column, row));
    return value_show(arena, &input->type, input->scale, input->step, &value, language_of(preview));
}

/* 姓名 王五, 出生日期 1980-01-01; what lies under another with that: 家庭 h2. */
static struct text known_by(const struct preview *preview, const struct registry_alike *alike,
                            const struct record_table *table, size_t row) {
    const struct entity *entity = alike->entity;
    const char *comma = say(preview->telling->command, "、", ", ");
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i <= entity->known_by.count; i++) {
        const struct field *input = i < entity->known_by.count ? entity->known_by.items[i] : alike->field;
        if (!input || !table->columns[input->input_index].known[row]) continue;
        builder_format(&out, "%s%.*s %.*s", out.length ? comma : "",
                       TEXT_ARG(label_of(preview, input->label, input->name)),
                       TEXT_ARG(value_of(preview, &table->columns[input->input_index], row)));
    }
    if (entity->parent)
        builder_format(&out, "%s%.*s %.*s", out.length ? comma : "",
                       TEXT_ARG(label_of(preview, entity->parent->label, entity->parent->name)),
                       TEXT_ARG(text_shown(arena_of(preview), table->rows[row].parent)));
    return builder_finish(&out, arena_of(preview));
}

/* --- rows that are left out --------------------------------------------------------------------------------------- */

/* The same words in both languages: they are of the row. */
static struct import_left_out alike_left_out(const struct preview *preview, const struct registry_alike *alike) {
    struct arena *arena = arena_of(preview);
    const struct import *import = &preview->telling->import;
    const struct record_table *told = &import->records.tables[alike->entity->index];
    struct text *arguments = ARENA_ARRAY(arena, struct text, DIAGNOSTIC_ARGUMENTS);
    arguments[0] = told->rows[alike->row].id;
    arguments[1] = known_by(preview, alike, told, alike->row);
    arguments[2] = alike->of_other->rows[alike->other].id;
    arguments[3] = known_by(preview, alike, alike->of_other, alike->other);
    if (alike->field) arguments[4] = label_of(preview, alike->field->label, alike->field->name);
    return (struct import_left_out){
        .file = import->by_entity[alike->entity->index],
        .line = told->rows[alike->row].place,
        .id = told->rows[alike->row].id,
        .field = alike->field ? alike->field : alike->entity->known_by.items[0],
        .message = alike->field ? EXCHANGE_IMPORT_SAME_NUMBER : EXCHANGE_IMPORT_ALIKE,
        .arguments = arguments,
        .count = DIAGNOSTIC_ARGUMENTS,
    };
}

static int compare_alike(const void *left, const void *right) {
    const struct registry_alike *a = left, *b = right;
    if (a->entity != b->entity) return a->entity->index < b->entity->index ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static bool leave_out_alike(struct preview *preview, struct import *import) {
    const struct registry_look *look = preview->look;
    struct arena *arena = arena_of(preview);
    struct registry_alike *alike = ARENA_ARRAY(arena, struct registry_alike, look->alike.count + 1);
    struct import_left_out *left = ARENA_ARRAY(arena, struct import_left_out, look->alike.count + 1);
    if (arena_failed(arena)) return false;
    for (size_t i = 0; i < look->alike.count; i++) alike[i] = look->alike.items[i];
    qsort(alike, look->alike.count, sizeof *alike, compare_alike);
    for (size_t i = 0; i < look->alike.count; i++) left[i] = alike_left_out(preview, &alike[i]);
    preview->first_alike = import->refused.count;
    import_leave_out(import, left, look->alike.count);
    preview->last_alike = import->refused.count;
    return !arena_failed(arena);
}

/* Given lines of rows that are not there, or not any more. */
static void leave_out_given(const struct preview *preview, struct import *import) {
    struct arena *arena = arena_of(preview);
    struct import_left_out *left = ARENA_ARRAY(arena, struct import_left_out, import->given.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < import->given.count && !arena_failed(arena); i++) {
        const struct import_given *given = &import->given.items[i];
        if (given->entity->is_event || registry_look_finds(preview->look, given->entity, given->id)) continue;
        struct text *arguments = ARENA_ARRAY(arena, struct text, 2);
        arguments[0] = given->entity->name;
        arguments[1] = given->id;
        left[count] = (struct import_left_out){.file = given->file,
                                               .line = given->place,
                                               .id = given->id,
                                               .message = EXCHANGE_IMPORT_GIVEN_NOBODY,
                                               .arguments = arguments,
                                               .count = 2};
        count++;
    }
    if (count) import_leave_out(import, left, count);
}

/* --- beginning ---------------------------------------------------------------------------------------------------- */

static int compare_refused(const void *left, const void *right) {
    const struct import_refused *a = *(const struct import_refused *const *)left,
                                *b = *(const struct import_refused *const *)right;
    int order = a->file == b->file ? 0 : text_compare(a->file->source.name, b->file->source.name);
    if (order) return order;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    return a < b ? -1 : a > b;
}

static bool is_alike(const struct preview *preview, const struct import_refused *refused) {
    size_t place = (size_t)(refused - preview->telling->import.refused.items);
    return place >= preview->first_alike && place < preview->last_alike;
}

static bool count(struct preview *preview, size_t entities) {
    const struct import *import = &preview->telling->import;
    preview->counts = ARENA_ARRAY(arena_of(preview), struct telling_count, entities + 1);
    preview->refused = ARENA_ARRAY(arena_of(preview), const struct import_refused *, import->refused.count + 1);
    preview->refused_count = import->refused.count;
    if (arena_failed(arena_of(preview))) return false;
    for (size_t i = 0; i < entities; i++) {
        const struct registry_taken *taken = &preview->look->taken[i];
        preview->counts[i] =
            (struct telling_count){.fresh = taken->fresh, .changed = taken->changed, .same = taken->same};
    }
    for (size_t i = 0; i < import->refused.count; i++) {
        const struct import_refused *refused = preview->refused[i] = &import->refused.items[i];
        if (!refused->file->entity) continue;
        struct telling_count *counts = &preview->counts[refused->file->entity->index];
        ++*(is_alike(preview, refused) ? &counts->alike : &counts->wrong);
    }
    qsort(preview->refused, preview->refused_count, sizeof *preview->refused, compare_refused);
    return true;
}

bool preview_begin(struct preview *preview, struct telling *telling, const struct registry_look *look) {
    *preview = (struct preview){.telling = telling, .look = look};
    import_report_refusals(&telling->import, &look->refusals);
    leave_out_given(preview, &telling->import);
    return leave_out_alike(preview, &telling->import) && count(preview, telling->database.law->entities.count);
}

/* --- rows that change --------------------------------------------------------------------------------------------- */

/* What of a row differs, one after another: 0 its parent, then its inputs, then from when on, until when and whether it
 * is confirmed. */
struct difference {
    struct text label, name; /* name: of an input or an entity; empty: of the row's months */
    struct text before, after;
};

static struct text month_of(const struct preview *preview, month_number month) {
    return month == MONTH_FIRST || month == MONTH_LAST ? TEXT("") : month_format(arena_of(preview), month);
}

/* Side by side; false where nothing differs. */
static bool difference_at(const struct preview *preview, const struct entity *entity, size_t row, size_t which,
                          struct difference *difference) {
    const struct record_table *told = &preview->telling->import.records.tables[entity->index],
                              *known = &preview->look->known.tables[entity->index];
    const struct command *command = preview->telling->command;
    uint32_t before = preview->look->before[entity->index][row];
    const struct record_row *now = &told->rows[row], *then = before ? &known->rows[before - 1] : NULL;
    *difference = (struct difference){.before = TEXT(""), .after = TEXT("")};
    if (which > 0 && which <= entity->inputs.count) {
        const struct field *input = entity->inputs.items[which - 1];
        const struct column *left = &known->columns[which - 1], *right = &told->columns[which - 1];
        if (then ? registry_look_keeps(preview->look, told, row, which - 1) : !right->known[row]) return false;
        *difference =
            (struct difference){label_of(preview, input->label, input->name), input->name,
                                then ? value_of(preview, left, before - 1) : TEXT(""), value_of(preview, right, row)};
        return true;
    }
    if (which == 0) {
        if (!entity->parent || (then && text_equal(then->parent, now->parent))) return false;
        *difference = (struct difference){label_of(preview, entity->parent->label, entity->parent->name),
                                          entity->parent->name, then ? then->parent : TEXT(""), now->parent};
        return true;
    }
    if (which == entity->inputs.count + 1) {
        bool was = then && then->unconfirmed;
        if (was == now->unconfirmed) return false;
        difference->label = text_from(say(command, "未经确认", "Not confirmed"));
        difference->before = text_from(was ? say(command, "是", "yes") : say(command, "否", "no"));
        difference->after = text_from(now->unconfirmed ? say(command, "是", "yes") : say(command, "否", "no"));
        return true;
    }
    if (now->until == MONTH_LAST) return false;
    difference->label = text_from(say(command, "至", "Until"));
    difference->before = then ? month_of(preview, then->until) : TEXT("");
    difference->after = month_of(preview, now->until);
    return true;
}

static size_t differences_of(const struct entity *entity) {
    return entity->inputs.count + 3;
}

static struct text shown_or_empty(const struct preview *preview, struct text text) {
    return text.length ? text : text_from(say(preview->telling->command, "(空)", "(empty)"));
}

/* --- how far a change reaches ------------------------------------------------------------------------------------- */

/* The versions of an entity's rows, told and known: for each key the last of a chain through the table, + 1. */
struct versions {
    uint32_t *last[2], *before[2];
};
enum { KNOWN, TOLD };

static const struct record_table *table_of(const struct preview *preview, const struct entity *entity, size_t side) {
    return side == KNOWN ? &preview->look->known.tables[entity->index]
                         : &preview->telling->import.records.tables[entity->index];
}

static uint32_t key_of(const struct preview *preview, const struct entity *entity, size_t side, size_t row) {
    return side == KNOWN ? table_of(preview, entity, KNOWN)->rows[row].place : preview->look->keys[entity->index][row];
}

/* False when memory has run out. */
static bool find_versions(struct versions *versions, const struct preview *preview, const struct entity *entity) {
    struct arena *arena = arena_of(preview);
    uint32_t keys = 0;
    for (size_t side = 0; side < 2; side++)
        for (size_t row = 0; row < table_of(preview, entity, side)->count; row++) {
            uint32_t key = key_of(preview, entity, side, row);
            if (key > keys) keys = key;
        }
    for (size_t side = 0; side < 2; side++) {
        size_t count = table_of(preview, entity, side)->count;
        versions->last[side] = ARENA_ARRAY(arena, uint32_t, (size_t)keys + 1);
        versions->before[side] = ARENA_ARRAY(arena, uint32_t, count + 1);
        if (arena_failed(arena)) return false;
        for (size_t row = 0; row < count; row++) {
            uint32_t key = key_of(preview, entity, side, row);
            versions->before[side][row] = versions->last[side][key];
            versions->last[side][key] = (uint32_t)row + 1;
        }
    }
    return true;
}

static month_number since_of(const struct preview *preview, const struct record_row *told) {
    return told->from == MONTH_FIRST ? preview->telling->change.since : told->from;
}

/* The months in which what is told of a row holds. */
struct reach {
    month_number since, until; /* MONTH_LAST: nothing comes behind it */
    bool ends;                 /* behind `until` there is no such row; else another version */
    bool decided;              /* some of these months, between the two: */
    month_number first, last;
};

static void note_end(struct reach *reach, month_number until, bool ends) {
    if (until < reach->since || until > reach->until || (until == reach->until && ends)) return;
    reach->until = until;
    reach->ends = ends;
}

static struct reach reach_of(const struct preview *preview, const struct versions *versions,
                             const struct entity *entity, size_t row) {
    const struct record_row *told = &table_of(preview, entity, TOLD)->rows[row];
    uint32_t key = key_of(preview, entity, TOLD, row);
    struct reach reach = {.since = since_of(preview, told), .until = MONTH_LAST};
    for (size_t side = 0; side < 2 && key && !entity->is_event; side++)
        for (uint32_t at = versions->last[side][key]; at; at = versions->before[side][at - 1]) {
            const struct record_row *other = &table_of(preview, entity, side)->rows[at - 1];
            if (side == TOLD && preview->look->fates[entity->index][at - 1] >= REGISTRY_ROW_ALIKE) continue;
            month_number since = side == TOLD ? since_of(preview, other) : other->from;
            if (since > reach.since) note_end(&reach, since - 1, false);
            if (other->until != MONTH_LAST) note_end(&reach, other->until, true);
        }
    for (size_t i = 0; i < preview->runs.list.count; i++) {
        month_number month = preview->runs.list.items[i].month;
        if (month < reach.since || month > reach.until) continue;
        if (!reach.decided || month < reach.first) reach.first = month;
        if (!reach.decided || month > reach.last) reach.last = month;
        reach.decided = true;
    }
    return reach;
}

/* What would surprise whoever thinks of today alone. That it ends where it is told to is told as a difference. */
static void show_reach(struct builder *out, const struct preview *preview, const struct reach *reach,
                       const struct record_row *told) {
    const struct command *command = preview->telling->command;
    bool ends = reach->until != MONTH_LAST && reach->until != told->until;
    if (!ends && !reach->decided) return;
    builder_add(out, TEXT("    · "));
    if (ends && reach->ends)
        builder_format(out,
                       say(command, "到 %.*s 为止,以后不再有这一行", "until %.*s, behind which there is no such row"),
                       TEXT_ARG(month_of(preview, reach->until)));
    else if (ends)
        builder_format(out, say(command, "到 %.*s 为止;%.*s 起另有登记", "until %.*s; from %.*s another version holds"),
                       TEXT_ARG(month_of(preview, reach->until)), TEXT_ARG(month_of(preview, reach->until + 1)));
    else if (reach->since == MONTH_FIRST && told->until == MONTH_LAST)
        builder_add(out, text_from(say(command, "一直如此", "always")));
    if (reach->decided) {
        bool first = !ends && !(reach->since == MONTH_FIRST && told->until == MONTH_LAST);
        builder_add(out, text_from(first ? say(command, "包括已测算的月份(", "also months that were decided (")
                                         : say(command, ",包括已测算的月份(", ", so also months that were decided (")));
        builder_add(out, month_of(preview, reach->first));
        if (reach->last != reach->first) builder_format(out, " … %.*s", TEXT_ARG(month_of(preview, reach->last)));
        builder_add(out, TEXT(")"));
    }
    builder_add(out, TEXT("\n"));
}

static void show_changed_row(struct builder *out, const struct preview *preview, const struct versions *versions,
                             const struct entity *entity, size_t row) {
    const struct command *command = preview->telling->command;
    const struct record_row *told = &preview->telling->import.records.tables[entity->index].rows[row];
    month_number since = since_of(preview, told);
    struct difference difference;
    builder_format(out, "  %.*s ", TEXT_ARG(label_of(preview, entity->label, entity->name)));
    builder_add_shown(out, registry_look_name(preview->look, entity, row));
    if (since != MONTH_FIRST && !entity->is_event)
        builder_format(out, say(command, ",自 %.*s 起", ", from %.*s"), TEXT_ARG(month_of(preview, since)));
    builder_add(out, TEXT("\n"));
    for (size_t which = 0; which < differences_of(entity); which++) {
        if (!difference_at(preview, entity, row, which, &difference)) continue;
        builder_format(out, "    %.*s: ", TEXT_ARG(difference.label));
        builder_add_shown(out, shown_or_empty(preview, difference.before));
        builder_add(out, TEXT(" → "));
        builder_add_shown(out, shown_or_empty(preview, difference.after));
        builder_add(out, TEXT("\n"));
    }
    const struct reach reach = reach_of(preview, versions, entity, row);
    show_reach(out, preview, &reach, told);
}

static bool is_changed(const struct preview *preview, size_t entity, size_t row) {
    return preview->look->fates[entity][row] == REGISTRY_ROW_CHANGED;
}

static void show_more(struct builder *out, const struct preview *preview, size_t rows) {
    if (rows)
        builder_format(out,
                       say(preview->telling->command, "  …另有 %zu 行,加 --all-rows 全部列出\n",
                           "  … and %zu more: --all-rows lists them\n"),
                       rows);
}

static size_t most_shown(const struct preview *preview) {
    return command_has(preview->telling->command, "all-rows") ? SIZE_MAX : ROWS_SHOWN;
}

/* What the table does not speak of. */
static void show_carried(struct builder *out, const struct preview *preview, const struct entity *entity) {
    enum { NAMED = 6 };
    const struct command *command = preview->telling->command;
    const struct record_table *told = table_of(preview, entity, TOLD);
    size_t count = 0;
    for (size_t i = 0; i < entity->inputs.count && told->unsaid; i++) {
        const struct field *input = entity->inputs.items[i];
        if (!told->unsaid[i] || count++ >= NAMED) continue;
        if (count == 1)
            builder_format(
                out, say(command, "  · %.*s:表里没有的栏照旧:", "  · %.*s: columns that are not there stay as known: "),
                TEXT_ARG(label_of(preview, entity->label, entity->name)));
        builder_format(out, "%s%.*s", count == 1 ? "" : say(command, "、", ", "),
                       TEXT_ARG(label_of(preview, input->label, input->name)));
    }
    if (count > NAMED) builder_format(out, say(command, "等 %zu 栏", " … (%zu)"), count);
    if (count) builder_add(out, TEXT("\n"));
}

static void show_changed(struct builder *out, const struct preview *preview) {
    const struct policy *law = preview->telling->database.law;
    size_t shown = 0, more = 0, most = most_shown(preview);
    struct versions versions;
    for (size_t i = 0; i < law->entities.count; i++) {
        const struct entity *entity = law->entities.items[i];
        bool any = preview->look->taken[i].changed > 0;
        if (any && shown < most && !find_versions(&versions, preview, entity)) return;
        if (any && shown == 0) builder_add(out, text_from(say(preview->telling->command, "变:\n", "changed:\n")));
        if (any && shown < most) show_carried(out, preview, entity);
        for (size_t row = 0; row < preview->telling->import.records.tables[i].count && any; row++) {
            if (!is_changed(preview, i, row)) continue;
            if (shown < most)
                show_changed_row(out, preview, &versions, entity, row);
            else
                more++;
            shown++;
        }
    }
    show_more(out, preview, more);
}

/* --- rows that are left out, shown -------------------------------------------------------------------------------- */

static struct text file_name(struct text path) {
    size_t begin = path.length;
    while (begin > 0 && path.bytes[begin - 1] != '/') begin--;
    return text_slice(path, begin, path.length);
}

static void show_refused(struct builder *out, const struct preview *preview, bool alike, const char *heading) {
    size_t shown = 0, more = 0, most = most_shown(preview);
    for (size_t i = 0; i < preview->refused_count; i++) {
        const struct import_refused *refused = preview->refused[i];
        if (is_alike(preview, refused) != alike) continue;
        if (shown == 0) builder_add(out, text_from(heading));
        if (shown++ >= most) {
            more++;
            continue;
        }
        builder_add(out, TEXT("  "));
        builder_add_shown(out, file_name(refused->file->source.name));
        builder_format(out, ":%u  ", (unsigned)refused->line);
        if (!alike && refused->id.length) {
            builder_add_shown(out, refused->id);
            builder_add(out, TEXT("  "));
        }
        builder_add_shown(
            out, rejected_problem(&preview->telling->import, arena_of(preview), refused, language_of(preview)));
        builder_add(out, TEXT("\n"));
    }
    show_more(out, preview, more);
}

/* --- what lacks something ----------------------------------------------------------------------------------------- */

/* Rows that are there, or will be, though a row below them is left out: "entity id" -> entity. */
static void note_lacking(const struct preview *preview, struct map *lacking, const struct entity *entity,
                         struct text parent) {
    if (!entity->parent || !parent.length || !registry_look_finds(preview->look, entity->parent, parent)) return;
    struct text key =
        text_format(arena_of(preview), "%.*s %.*s",
                    TEXT_ARG(label_of(preview, entity->parent->label, entity->parent->name)), TEXT_ARG(parent));
    map_put(lacking, key, entity->parent);
}

static void find_lacking(const struct preview *preview, struct map *lacking) {
    const struct records *told = &preview->telling->import.records;
    const struct registry_look *look = preview->look;
    map_init(lacking, arena_of(preview));
    for (size_t i = 0; i < told->lost.count; i++)
        note_lacking(preview, lacking, told->lost.items[i].entity, told->lost.items[i].parent);
    for (size_t i = 0; i < told->policy->entities.count; i++)
        for (size_t row = 0; row < told->tables[i].count; row++)
            if (look->fates[i][row] >= REGISTRY_ROW_ALIKE && !look->before[i][row])
                note_lacking(preview, lacking, told->policy->entities.items[i], told->tables[i].rows[row].parent);
}

static void show_lacking(struct builder *out, const struct preview *preview) {
    const struct command *command = preview->telling->command;
    struct map lacking;
    size_t most = most_shown(preview);
    find_lacking(preview, &lacking);
    if (lacking.count)
        builder_add(out, text_from(say(command, "▲ 下面有行留下没写,还不完整:\n",
                                       "▲ incomplete, since a row below is left out:\n")));
    for (size_t i = 0; i < lacking.count && i < most; i++) {
        builder_add(out, TEXT("  "));
        builder_add_shown(out, lacking.entries[i].key);
        builder_add(out, TEXT("\n"));
    }
    show_more(out, preview, lacking.count > most ? lacking.count - most : 0);
}

/* They are taken: whether another id can be given only who tells them knows. */
static void show_bare_ids(struct builder *out, const struct preview *preview) {
    const struct records *told = &preview->telling->import.records;
    size_t first;
    for (size_t i = 0; i < told->policy->entities.count; i++) {
        const struct entity *entity = told->policy->entities.items[i];
        size_t count = bare_ids_count(told->policy, &told->tables[i], &first);
        if (count)
            builder_format(out,
                           say(preview->telling->command,
                               "▲ %.*s:行的编号就是要密封的号码,到处都是明文:%zu 行,如 %.*s;请另编编号\n",
                               "▲ %.*s: rows whose id is itself a number that the law seals, and stands in clear "
                               "wherever they are named: %zu, as %.*s; give them another id\n"),
                           TEXT_ARG(label_of(preview, entity->label, entity->name)), count,
                           TEXT_ARG(seal_mask(arena_of(preview), told->tables[i].rows[first].id)));
    }
}

static void write_bare_ids(struct json_writer *writer, const struct preview *preview) {
    const struct records *told = &preview->telling->import.records;
    size_t first;
    json_write_key(writer, "bare_ids");
    json_write_object(writer);
    for (size_t i = 0; i < told->policy->entities.count; i++) {
        size_t count = bare_ids_count(told->policy, &told->tables[i], &first);
        if (count == 0) continue;
        json_write_key_text(writer, told->policy->entities.items[i]->name);
        json_write_integer(writer, (int64_t)count);
    }
    json_write_close_object(writer);
}

void preview_show(struct builder *out, const struct preview *preview) {
    const struct command *command = preview->telling->command;
    telling_show_counts(out, preview->telling, preview->counts);
    show_changed(out, preview);
    show_refused(out, preview, true, say(command, "▲ 像已有的,不写:\n", "▲ ambiguous, left out:\n"));
    show_refused(out, preview, false, say(command, "▲ 有错,不写:\n", "▲ wrong, left out:\n"));
    show_lacking(out, preview);
    show_bare_ids(out, preview);
}

/* --- the second look ---------------------------------------------------------------------------------------------- */

static const char *say_fate(const struct command *command, unsigned fate) {
    static const char *const words[][2] = {[REGISTRY_ROW_NEW] = {"新", "new"},
                                           [REGISTRY_ROW_CHANGED] = {"变", "changed"},
                                           [REGISTRY_ROW_SAME] = {"同", "same"},
                                           [REGISTRY_ROW_ALIKE] = {"像", "ambiguous"},
                                           [REGISTRY_ROW_WRONG] = {"错", "wrong"}};
    return say(command, words[fate][0], words[fate][1]);
}

void preview_show_otherwise(struct builder *out, const struct preview *preview, const struct registry_look *second) {
    const struct records *told = &preview->telling->import.records;
    const struct command *command = preview->telling->command;
    size_t shown = 0, more = 0, most = most_shown(preview);
    for (size_t i = 0; i < told->policy->entities.count; i++)
        for (size_t row = 0; row < told->tables[i].count; row++) {
            const struct entity *entity = told->policy->entities.items[i];
            if (registry_looks_agree(preview->look, second, entity, row)) continue;
            if (shown++ >= most) {
                more++;
                continue;
            }
            builder_format(out, "  %.*s ", TEXT_ARG(label_of(preview, entity->label, entity->name)));
            builder_add_shown(out, registry_look_name(second, entity, row));
            builder_format(out, ": %s → %s\n", say_fate(command, preview->look->fates[i][row]),
                           say_fate(command, second->fates[i][row]));
        }
    show_more(out, preview, more);
}

/* --- as JSON ------------------------------------------------------------------------------------------------------ */

static void write_changed_row(struct json_writer *writer, const struct preview *preview,
                              const struct versions *versions, const struct entity *entity, size_t row) {
    const struct reach reach = reach_of(preview, versions, entity, row);
    struct difference difference;
    json_write_object(writer);
    json_write_text(writer, "entity", entity->name);
    json_write_text(writer, "id", registry_look_name(preview->look, entity, row));
    json_write_text(writer, "from", month_of(preview, reach.since));
    json_write_text(writer, "until", month_of(preview, reach.until));
    json_write_text(writer, "first_decided", reach.decided ? month_of(preview, reach.first) : TEXT(""));
    json_write_text(writer, "last_decided", reach.decided ? month_of(preview, reach.last) : TEXT(""));
    json_write_key(writer, "values");
    json_write_array(writer);
    for (size_t which = 0; which < differences_of(entity); which++) {
        if (!difference_at(preview, entity, row, which, &difference)) continue;
        json_write_object(writer);
        json_write_text(writer, "name", difference.name.length ? difference.name : difference.label);
        json_write_text(writer, "before", difference.before);
        json_write_text(writer, "after", difference.after);
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
    json_write_close_object(writer);
}

static void write_changed(struct json_writer *writer, const struct preview *preview) {
    const struct policy *law = preview->telling->database.law;
    json_write_key(writer, "changed");
    json_write_array(writer);
    struct versions versions;
    for (size_t i = 0; i < law->entities.count; i++) {
        const struct entity *entity = law->entities.items[i];
        if (!preview->look->taken[i].changed || !find_versions(&versions, preview, entity)) continue;
        for (size_t row = 0; row < preview->telling->import.records.tables[i].count; row++)
            if (is_changed(preview, i, row)) write_changed_row(writer, preview, &versions, entity, row);
    }
    json_write_close_array(writer);
}

static void write_refused(struct json_writer *writer, const struct preview *preview, bool alike, const char *key) {
    json_write_key(writer, key);
    json_write_array(writer);
    for (size_t i = 0; i < preview->refused_count; i++) {
        const struct import_refused *refused = preview->refused[i];
        if (is_alike(preview, refused) != alike) continue;
        json_write_object(writer);
        json_write_text(writer, "entity", refused->file->entity ? refused->file->entity->name : TEXT(""));
        json_write_text(writer, "file", refused->file->source.name);
        json_write_key(writer, "line");
        json_write_integer(writer, refused->line);
        json_write_text(writer, "id", refused->id);
        json_write_text(writer, "problem",
                        rejected_problem(&preview->telling->import, arena_of(preview), refused, language_of(preview)));
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}

/* The two of each pair, and what both are known by. */
static void write_one(struct json_writer *writer, const struct preview *preview, const struct registry_alike *alike,
                      const struct record_table *table, size_t row) {
    json_write_text(writer, "id", table->rows[row].id);
    json_write_text(writer, "in", table->rows[row].parent);
    json_write_text(writer, "known_by", known_by(preview, alike, table, row));
}

static void write_pairs(struct json_writer *writer, const struct preview *preview) {
    json_write_key(writer, "pairs");
    json_write_array(writer);
    for (size_t i = 0; i < preview->look->alike.count; i++) {
        const struct registry_alike *alike = &preview->look->alike.items[i];
        json_write_object(writer);
        json_write_text(writer, "entity", alike->entity->name);
        write_one(writer, preview, alike, &preview->telling->import.records.tables[alike->entity->index], alike->row);
        json_write_key(writer, "other");
        json_write_object(writer);
        write_one(writer, preview, alike, alike->of_other, alike->other);
        json_write_close_object(writer);
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}

void preview_write(struct json_writer *writer, const struct preview *preview) {
    struct map lacking;
    telling_write_counts(writer, preview->telling, preview->counts);
    write_changed(writer, preview);
    write_refused(writer, preview, true, "ambiguous");
    write_pairs(writer, preview);
    write_refused(writer, preview, false, "wrong");
    find_lacking(preview, &lacking);
    json_write_key(writer, "incomplete");
    json_write_array(writer);
    for (size_t i = 0; i < lacking.count; i++) json_write_string(writer, lacking.entries[i].key);
    json_write_close_array(writer);
    write_bare_ids(writer, preview);
    json_write_key(writer, "refused");
    json_write_integer(writer, (int64_t)preview->refused_count);
}
