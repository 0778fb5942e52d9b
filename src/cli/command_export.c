/* doudi export: the rows of an entity out of a registry, or an empty form for them. */
#include "cli/choice.h"
#include "cli/key_choice.h"
#include "cli/out_folder.h"
#include "cli/session.h"
#include "cli/table_file.h"
#include "exchange/form.h"
#include "registry/sealed.h"

#include <stdio.h>

struct exporting {
    struct command *command;
    const char *path, *url;
    bool workbook, form;
    enum encoding encoding;
    struct database database;
    int64_t known;      /* the last change that is known; REGISTRY_NOW: all are */
    struct policy *law; /* of a folder, where there is no registry */
    struct table_sheet sheet;
    struct table_told told;
    struct records records;
    struct dataset *dataset;
};

/* --- what is asked for -------------------------------------------------------------------------------------------- */

static bool read_encoding(struct exporting *exporting) {
    if (!table_file_encoding(exporting->command, &exporting->encoding)) return false;
    if (!exporting->workbook || !command_has(exporting->command, "encoding")) return true;
    table_file_no_encoding(exporting->command);
    return false;
}

static bool read_kind(struct exporting *exporting) {
    struct text path = text_from(exporting->path);
    exporting->workbook = text_ends(path, ".xlsx");
    if (exporting->workbook || text_ends(path, ".csv")) return true;
    wrong_option(exporting->command, "文件名应以 .csv 或 .xlsx 结尾", "the file's name is to end in .csv or .xlsx");
    return false;
}

static bool read_month(struct exporting *exporting) {
    const char *option = command_option(exporting->command, "month");
    struct registry_change now = database_change(exporting->command, "export", MONTH_FIRST);
    exporting->told.month = database_month(&now);
    if (!option || month_parse(text_from(option), &exporting->told.month)) return true;
    one_month_only(exporting->command);
    return false;
}

/* Who, and why, is kept. */
static bool is_seen_by_somebody(const struct exporting *exporting) {
    struct command *command = exporting->command;
    struct registry_change change = database_change(command, "export", MONTH_FIRST);
    return tells_why(command, &change);
}

/* A form is of no month and no area; rows are of a registry, whose law is its own. */
static bool fits_together(const struct exporting *exporting) {
    const struct command *command = exporting->command;
    bool database = command_has(command, "database"), policy = command_has(command, "policy");
    if (exporting->form &&
        (command_has(command, "month") || command_has(command, "area") || command_has(command, "as-known")))
        wrong_option(command, "--template 是空表,没有 --month、--area 和 --as-known",
                     "--template is an empty form: --month, --area and --as-known are of rows");
    else if (exporting->form && database && policy)
        wrong_option(command, "--database 和 --policy 只能有一个", "either --database or --policy, not both");
    else if (exporting->form && command_has(command, "why"))
        wrong_option(command, "--why 用于看密封内容的全文,空表里没有",
                     "--why is to see what is sealed, which no form holds");
    else if (command_has(command, "why") && command_has(command, "as-known"))
        wrong_option(command, "--why 看的是现在登记的全文,不和 --as-known 一起用",
                     "--why is to see what is sealed as it is known now, without --as-known");
    else if (command_has(command, "why") && !is_seen_by_somebody(exporting))
        return false;
    else if (!exporting->form && policy)
        wrong_option(command, "登记簿有自己的政策;--policy 只和 --template 一起用",
                     "a registry has its own law; --policy goes with --template");
    else
        return exporting->form || has_option(command, "database");
    return false;
}

/* --- what is sealed ----------------------------------------------------------------------------------------------- */

static enum registry_result keep_views(struct exporting *exporting, const struct registry_change *change) {
    const struct entity *entity = exporting->sheet.entity;
    const struct text why = text_from(command_option(exporting->command, "why"));
    enum registry_result result = REGISTRY_DONE;
    for (size_t i = 0; i < entity->inputs.count && result == REGISTRY_DONE; i++)
        if (entity->inputs.items[i]->sealed)
            result = registry_keep_view(&exporting->database.registry, change, entity->inputs.items[i], 0, why);
    return result;
}

static bool has_sealed(const struct entity *entity) {
    bool any = false;
    for (size_t i = 0; i < entity->inputs.count && !any; i++) any = entity->inputs.items[i]->sealed;
    return any;
}

/* Masked, unless it is kept who is to see it in full, and why. */
static int see_sealed(struct exporting *exporting) {
    struct command *command = exporting->command;
    struct registry *registry = &exporting->database.registry;
    bool full = command_has(command, "why");
    registry->sight_of = exporting->sheet.entity;
    registry->sight = full ? REGISTRY_OPEN : REGISTRY_MASKED;
    exporting->sheet.in_full = full;
    if (!has_sealed(exporting->sheet.entity)) return EXIT_DONE;
    int status = database_use_keys(&exporting->database, command, exporting->url);
    if (status != EXIT_DONE || !full) return status;
    if (!registry->sealing) return database_tell(&exporting->database, command, exporting->url, REGISTRY_NO_KEYS);
    struct registry_change change = database_change(command, "export", MONTH_FIRST);
    enum registry_result result = registry_begin_change(registry, &change);
    if (result == REGISTRY_DONE) result = keep_views(exporting, &change);
    if (result == REGISTRY_DONE)
        result = registry_end_change(registry);
    else
        registry_give_up_change(registry);
    return database_tell(&exporting->database, command, exporting->url, result);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* All of one moment, whoever writes meanwhile. */
static enum registry_result read_rows(struct exporting *exporting) {
    struct registry *registry = &exporting->database.registry;
    enum registry_result result = registry_last_change(registry, &exporting->told.change);
    if (exporting->known != REGISTRY_NOW) exporting->told.change = exporting->known;
    if (result == REGISTRY_DONE)
        result = registry_read(registry, exporting->known, &exporting->command->arena, &exporting->records);
    store_roll_back(registry->store); /* writing the file takes a while */
    exporting->records.threads = processors();
    exporting->records.lasting = true;
    return result;
}

/* Rows that lie under a row which does not stand in that month, or lead to one. */
static int tell_left_out(const struct exporting *exporting, const struct refusals *refusals) {
    struct command *command = exporting->command;
    size_t left_out = 0;
    for (size_t i = 0; i < refusals->list.count; i++)
        left_out += refusals->list.items[i].entity == exporting->sheet.entity;
    if (left_out)
        fprintf(stderr,
                say(command, "doudi: 这个月有 %zu 行所属或所指的行不在,没有写出\n",
                    "doudi: rows left out, whose parent or reference does not stand in that month: %zu\n"),
                left_out);
    return left_out ? EXIT_FOUND : EXIT_DONE;
}

static bool find_area(struct exporting *exporting, struct table_area *area) {
    struct command *command = exporting->command;
    struct text id = text_from(command_option(command, "area"));
    *area = (struct table_area){NULL, 0};
    if (!command_has(command, "area")) return true;
    *area = table_area_find(exporting->dataset, exporting->sheet.entity, id);
    if (area->entity) return true;
    fprintf(stderr,
            say(command, "doudi: %.*s 的登记里没有区域或家庭 %.*s;请写编号,不写名称\n",
                "doudi: in %.*s the registry has no area or family %.*s; write its id, not its name\n"),
            TEXT_ARG(month_format(&command->arena, exporting->told.month)), TEXT_ARG(id));
    return false;
}

static int show(const struct exporting *exporting) {
    struct command *command = exporting->command;
    struct text count = number_decimal(&command->arena, number_from((int64_t)exporting->sheet.count), 0, true);
    struct text month = month_format(&command->arena, exporting->told.month);
    struct builder out;
    builder_init(&out);
    if (exporting->form)
        builder_format(&out, "→ %s\n", exporting->path);
    else
        builder_format(&out,
                       say(command, "%.*s  %.*s 行,截至第 %lld 次变动\n→ %s\n",
                           "%.*s  rows: %.*s, as known at change %lld\n→ %s\n"),
                       TEXT_ARG(month), TEXT_ARG(count), (long long)exporting->told.change, exporting->path);
    return show_built(command, &out);
}

static int write_rows(struct exporting *exporting) {
    struct command *command = exporting->command;
    struct table_area area;
    if (!find_area(exporting, &area)) return EXIT_CANNOT;
    if (!table_sheet_pick(&exporting->sheet, exporting->dataset, &exporting->records, area))
        return out_of_memory(command);
    enum file_result result = exporting->workbook
                                  ? table_sheet_write_book(&exporting->sheet, exporting->path, &exporting->told)
                                  : table_sheet_write_csv(&exporting->sheet, exporting->path, exporting->encoding);
    return result == FILE_OK ? show(exporting) : tell_unwritable(command, result, text_from(exporting->path));
}

static int export_rows(struct exporting *exporting) {
    struct command *command = exporting->command;
    struct refusals refusals = {.arena = &command->arena};
    int seen = see_sealed(exporting);
    if (seen != EXIT_DONE) return seen;
    enum registry_result result = read_rows(exporting);
    if (result != REGISTRY_DONE) return database_tell(&exporting->database, command, exporting->url, result);
    exporting->dataset = dataset_new(exporting->database.law, &exporting->records, exporting->told.month, &refusals);
    if (!exporting->dataset) return out_of_memory(command);
    int status = write_rows(exporting);
    return status == EXIT_DONE ? tell_left_out(exporting, &refusals) : status;
}

/* --- forms -------------------------------------------------------------------------------------------------------- */

static int export_form(struct exporting *exporting, struct policy *law) {
    struct command *command = exporting->command;
    if (!table_sheet_form(&exporting->sheet)) return out_of_memory(command);
    enum file_result result = exporting->workbook
                                  ? form_write_book(&exporting->sheet, law, exporting->path)
                                  : table_sheet_write_csv(&exporting->sheet, exporting->path, exporting->encoding);
    return result == FILE_OK ? show(exporting) : tell_unwritable(command, result, text_from(exporting->path));
}

/* --- the command -------------------------------------------------------------------------------------------------- */

static int open_law(struct exporting *exporting, struct policy **law) {
    struct command *command = exporting->command;
    const char *folder = command_option(command, "policy");
    int status = exporting->url ? database_open_known(&exporting->database, command, exporting->url, &exporting->known)
                                : database_read_folder(&exporting->law, command, folder ? folder : POLICY_FOLDER);
    *law = exporting->url ? exporting->database.law : exporting->law;
    return status;
}

static int run(struct exporting *exporting) {
    struct command *command = exporting->command;
    struct policy *law;
    int status = must_be_new(command, exporting->path);
    if (status == EXIT_DONE) status = open_law(exporting, &law);
    if (status != EXIT_DONE) return status;
    exporting->sheet = (struct table_sheet){.arena = &command->arena, .language = command->language};
    exporting->sheet.entity = entity_of_word(command, law, command->words[1]);
    if (!exporting->sheet.entity) return EXIT_USAGE;
    return exporting->form ? export_form(exporting, law) : export_rows(exporting);
}

int command_export(struct command *command) {
    if (command->word_count != 3) return wrong_usage(command);
    struct exporting exporting = {.command = command, .path = command->words[2]};
    exporting.url = command_option(command, "database");
    exporting.form = command_has(command, "template");
    if (!read_kind(&exporting) || !read_encoding(&exporting) || !fits_together(&exporting) || !read_month(&exporting))
        return EXIT_USAGE;
    int status = run(&exporting);
    dataset_free(exporting.dataset);
    if (exporting.url) database_close(&exporting.database);
    policy_free(exporting.law);
    return status;
}
