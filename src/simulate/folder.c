#include "simulate/folder.h"

#include "simulate/chart.h"
#include "simulate/workbook.h"

#define WORKBOOK_NAME "simulation.xlsx"
#define CHART_NAME "simulation.svg"

enum { FILE_WORKBOOK = REPORT_SHEETS, FILE_CHART, FILES };

struct writing {
    const struct report *report;
    const char *folder;
    enum language language;
    struct file_writer writers[FILES];
    size_t begun;
    struct text *trouble;
};

static struct text name_of(struct arena *arena, int file) {
    if (file == FILE_WORKBOOK) return TEXT(WORKBOOK_NAME);
    if (file == FILE_CHART) return TEXT(CHART_NAME);
    return text_format(arena, "%s.csv", report_kinds[file].name);
}

static bool is_ours(struct arena *arena, struct text name) {
    for (int i = 0; i < FILES; i++) {
        struct text own = name_of(arena, i);
        if (text_equal(name, own) || text_equal(name, text_format(arena, "%.*s.part", TEXT_ARG(own)))) return true;
    }
    return file_is_sign(name);
}

struct text simulation_stranger(struct arena *arena, const char *folder) {
    struct file_names names = {0};
    if (folder_list(arena, folder, &names) != FILE_OK) return TEXT("");
    for (size_t i = 0; i < names.list.count; i++)
        if (!is_ours(arena, names.list.items[i])) return names.list.items[i];
    return TEXT("");
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static enum file_result write_built(struct file_writer *writer, struct builder *built) {
    bool failed = built->failed;
    if (!failed) file_write(writer, builder_text(built));
    builder_free(built);
    return failed ? FILE_NO_MEMORY : FILE_OK;
}

static enum file_result write_one(struct writing *writing, int file) {
    struct arena *arena = writing->report->arena;
    struct text path = path_join(arena, text_from(writing->folder), name_of(arena, file));
    struct file_writer *writer = &writing->writers[file];
    struct builder built;
    *writing->trouble = path;
    if (arena_failed(arena)) return FILE_NO_MEMORY;
    enum file_result result = file_begin(writer, arena, path.bytes);
    if (result != FILE_OK) return result;
    writing->begun++;
    if (file == FILE_WORKBOOK) return workbook_write(writer, writing->report, writing->language);
    builder_init(&built);
    if (file == FILE_CHART)
        chart_write(&built, arena, writing->report->simulation, writing->language);
    else
        sheet_write_csv(&built, &writing->report->sheets[file]);
    return write_built(writer, &built);
}

static enum file_result each(struct writing *writing, enum file_result (*act)(struct file_writer *)) {
    for (size_t i = 0; i < FILES; i++) {
        *writing->trouble = writing->writers[i].path;
        enum file_result result = act(&writing->writers[i]);
        if (result != FILE_OK) return result;
    }
    return FILE_OK;
}

static enum file_result replace(struct writing *writing) {
    struct text sign;
    enum file_result result = each(writing, file_flush);
    if (result != FILE_OK) return result;
    *writing->trouble = text_from(writing->folder);
    result = folder_begin_replacing(writing->report->arena, writing->folder, &sign);
    if (result == FILE_OK) result = each(writing, file_commit);
    if (result == FILE_OK) file_remove(sign.bytes);
    return result;
}

enum file_result simulation_write(const struct report *report, const char *folder, enum language language,
                                  struct text *trouble) {
    struct writing writing = {.report = report, .folder = folder, .language = language, .trouble = trouble};
    *trouble = text_from(folder);
    enum file_result result = folder_make(folder);
    for (int i = 0; i < FILES && result == FILE_OK; i++) result = write_one(&writing, i);
    if (result == FILE_OK && arena_failed(report->arena)) result = FILE_NO_MEMORY;
    if (result == FILE_OK) result = replace(&writing);
    for (size_t i = 0; i < writing.begun; i++)
        if (writing.writers[i].stream) file_abandon(&writing.writers[i]);
    return result;
}
