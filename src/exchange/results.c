#include "exchange/results_inside.h"

#include "exchange/in_force.h"

/* --- the folder ------------------------------------------------------------------------------------------------- */

static bool is_result(struct text name) {
    if (text_is(name, "rejected") || text_is(name, "rejected.csv") || text_is(name, "in-force.csv") ||
        text_ends(name, ".part") || (text_starts(name, "decisions-") && text_ends(name, ".csv")))
        return true;
    for (size_t i = 0; i < RESULTS_LISTS; i++)
        if (text_is(name, results_kinds[i].name)) return true;
    return false;
}

struct text results_stranger(struct arena *arena, const char *folder) {
    struct file_names names = {0};
    struct text stranger = TEXT("");
    if (folder_list(arena, folder, &names) != FILE_OK || folder_is_unfinished(&names)) return stranger;
    for (size_t i = 0; i < names.list.count; i++) {
        if (text_is(names.list.items[i], "in-force.csv") && in_force_is_ours(arena, folder)) return TEXT("");
        if (!is_result(names.list.items[i]) && stranger.length == 0) stranger = names.list.items[i];
    }
    return stranger;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static enum file_result begin_sheet(struct results *results, struct results_sheet *sheet, struct text name) {
    struct text folder = text_from(results->folder);
    results->trouble = path_join(results->arena, folder, name);
    return csv_file_begin(&sheet->file, results->arena, folder, name);
}

static enum file_result begin_decisions(struct results *results, const struct entity *entity) {
    struct results_sheet *sheet = &results->decisions[results->decisions_count];
    size_t count = 0;
    *sheet = (struct results_sheet){.entity = entity};
    sheet->benefits = ARENA_ARRAY(results->arena, const struct field *, entity->fields.count + 1);
    if (arena_failed(results->arena)) return FILE_NO_MEMORY;
    for (size_t i = 0; i < entity->fields.count; i++)
        if (entity->fields.items[i]->kind == FIELD_BENEFIT) sheet->benefits[count++] = entity->fields.items[i];
    sheet->benefit_count = count;
    if (count == 0) return FILE_OK;
    struct text name = text_format(results->arena, "decisions-%.*s.csv", TEXT_ARG(entity->name));
    enum file_result result = begin_sheet(results, sheet, name);
    if (result == FILE_OK) {
        results->decisions_count++;
        decisions_head(sheet);
    }
    return result;
}

enum file_result results_open(struct results *results, struct arena *arena, const struct policy *policy,
                              const char *folder) {
    *results = (struct results){.arena = arena, .policy = policy, .folder = folder, .trouble = text_from(folder)};
    results->decisions = ARENA_ARRAY(arena, struct results_sheet, policy->entities.count + 1);
    enum file_result result = arena_failed(arena) ? FILE_NO_MEMORY : folder_make(folder);
    for (size_t i = 0; i < policy->entities.count && result == FILE_OK; i++)
        result = begin_decisions(results, policy->entities.items[i]);
    for (size_t i = 0; i < RESULTS_LISTS && result == FILE_OK; i++) {
        struct results_sheet *sheet = &results->list[i];
        result = begin_sheet(results, sheet, text_from(results_kinds[i].name));
        if (result != FILE_OK) break;
        csv_file_add(&sheet->file, text_from(results_kinds[i].headings));
        csv_file_end_line(&sheet->file);
    }
    return result;
}

void results_add(struct results *results, struct totals *totals) {
    for (size_t i = 0; i < results->decisions_count; i++) decisions_add(&results->decisions[i], totals);
    for (size_t i = 0; i < RESULTS_LISTS; i++) results_kinds[i].add(&results->list[i], totals);
    results->no_memory = results->no_memory || arena_failed(totals->arena) || run_failed(totals->run);
}

/* --- committing ------------------------------------------------------------------------------------------------- */

static enum file_result each_sheet(struct results *results, enum file_result (*act)(struct csv_file *)) {
    for (size_t i = 0; i < results->decisions_count + RESULTS_LISTS; i++) {
        bool list = i >= results->decisions_count;
        struct results_sheet *sheet = list ? &results->list[i - results->decisions_count] : &results->decisions[i];
        enum file_result result = act(&sheet->file);
        results->trouble = sheet->file.writer.path;
        if (result != FILE_OK) return result;
    }
    return FILE_OK;
}

enum file_result results_flush(struct results *results) {
    results->trouble = text_from(results->folder);
    return results->no_memory ? FILE_NO_MEMORY : each_sheet(results, csv_file_flush);
}

static bool is_written(const struct results *results, struct text path) {
    for (size_t i = 0; i < results->decisions_count; i++)
        if (text_equal(results->decisions[i].file.writer.path, path)) return true;
    return false;
}

/* A file of decisions that this call did not write, and none that only has such a name. */
static bool is_old_decisions(const struct results *results, struct text name, struct text path) {
    return text_starts(name, "decisions-") && text_ends(name, ".csv") && !is_written(results, path) &&
           file_starts(path.bytes, "month,");
}

/* What was rejected of other data, and the decisions of another policy, would be taken for results of this call. */
static void take_away_old(struct results *results) {
    struct text folder = text_from(results->folder), copies = path_join(results->arena, folder, TEXT("rejected"));
    struct file_names names = {0}, copied = {0};
    if (arena_failed(results->arena)) return;
    if (folder_list(results->arena, results->folder, &names) != FILE_OK) return;
    for (size_t i = 0; i < names.list.count; i++) {
        struct text name = names.list.items[i], path = path_join(results->arena, folder, name);
        if (text_is(name, "rejected.csv") || is_old_decisions(results, name, path)) file_remove(path.bytes);
    }
    if (folder_list(results->arena, copies.bytes, &copied) != FILE_OK) return;
    for (size_t i = 0; i < copied.list.count; i++)
        if (text_ends(copied.list.items[i], ".csv"))
            file_remove(path_join(results->arena, copies, copied.list.items[i]).bytes);
    folder_remove(copies.bytes);
}

enum file_result results_begin_replacing(struct results *results) {
    results->trouble = text_from(results->folder);
    return folder_begin_replacing(results->arena, results->folder, &results->sign);
}

enum file_result results_commit(struct results *results) {
    enum file_result result = each_sheet(results, csv_file_commit);
    if (result != FILE_OK) return result;
    take_away_old(results);
    return results->no_memory || arena_failed(results->arena) ? FILE_NO_MEMORY
                                                              : FILE_OK; /* something may have stayed */
}

void results_end_replacing(struct results *results) {
    file_remove(results->sign.bytes);
}

void results_close(struct results *results) {
    for (size_t i = 0; i < results->decisions_count; i++) csv_file_close(&results->decisions[i].file);
    for (size_t i = 0; i < RESULTS_LISTS; i++) csv_file_close(&results->list[i].file);
}
