#include "cli/table_file.h"

#include "base/shown.h"

#include <stdio.h>

static const char *say_wrong(const struct command *command, enum xlsx_result result) {
    switch (result) {
    case XLSX_PASSWORD:
        return say(command, "有密码;去掉密码再存一次", "it is locked by a password; save it without one");
    case XLSX_BINARY:
        return say(command, "是旧格式的工作簿;另存为 .xlsx", "a workbook of another kind; save it as .xlsx");
    case XLSX_MACROS: return say(command, "带宏;另存为不带宏的 .xlsx", "it has macros; save it as .xlsx, without them");
    case XLSX_NO_SHEET:
        return say(command, "没有这张工作表,或没有看得见的", "it has no such sheet, or none that can be seen");
    case XLSX_DOCTYPE: return say(command, "不是表格软件写的文件", "no spreadsheet writes such a file");
    case XLSX_NOT_CALCULATED:
        return say(command, "有公式没有算出的值;在表格软件里打开、存一次",
                   "a formula has no value; open it in a spreadsheet and save it");
    case XLSX_TOO_LARGE: return say(command, "太大;分成几个文件", "it is too large; split it into several files");
    case XLSX_DISORDER:
    case XLSX_VALUE:
    case XLSX_DAMAGED:
        return say(command, "已损坏;重新取一份,或在表格软件里另存", "it is damaged; get it anew, or save it once more");
    default: return say(command, "不是工作簿", "it is no workbook");
    }
}

static struct text cell_name(struct arena *arena, const struct xlsx_trouble *trouble) {
    struct builder name;
    builder_init(&name);
    xlsx_add_cell(&name, trouble->row, trouble->column);
    return builder_finish(&name, arena);
}

static void tell_sheets(struct command *command, const struct xlsx_trouble *trouble) {
    fputs(say(command, "里面有:", "there are: "), stderr);
    for (size_t i = 0; i < trouble->sheets.count; i++)
        fprintf(stderr, "%s%.*s", i ? say(command, "、", ", ") : "",
                TEXT_ARG(text_shown(&command->arena, trouble->sheets.items[i])));
    fputs("\n", stderr);
}

static int tell(struct command *command, const char *path, enum xlsx_result result,
                const struct xlsx_trouble *trouble) {
    if (result == XLSX_NO_MEMORY) return out_of_memory(command);
    fprintf(stderr, "doudi: %s", path);
    if (trouble->row)
        fprintf(stderr, ":%.*s!%.*s", TEXT_ARG(trouble->sheet), TEXT_ARG(cell_name(&command->arena, trouble)));
    else if (trouble->part.length)
        fprintf(stderr, ":%.*s", TEXT_ARG(trouble->part));
    fprintf(stderr, ": %s\n", say_wrong(command, result));
    if (result == XLSX_NO_SHEET && trouble->sheets.count) tell_sheets(command, trouble);
    return EXIT_CANNOT;
}

bool table_file_encoding(const struct command *command, enum encoding *encoding) {
    const char *option = command_option(command, "encoding");
    struct text word = text_from(option);
    *encoding = text_is(word, "gb18030") ? ENCODING_GB18030 : ENCODING_UTF8;
    if (!option || text_is(word, "gb18030") || text_is(word, "utf-8")) return true;
    wrong_option(command, "--encoding 应为 utf-8 或 gb18030", "--encoding takes utf-8 or gb18030");
    return false;
}

int table_file_no_encoding(const struct command *command) {
    return wrong_option(command, "--encoding 只用于 CSV", "--encoding is of CSV alone");
}

int table_file_open(struct table_file *table, struct command *command, const char *path, const char *sheet) {
    *table = (struct table_file){.bytes = TEXT("")};
    builder_init(&table->csv);
    enum file_result opened = file_open(&table->file, path);
    if (opened == FILE_NO_MEMORY) return out_of_memory(command);
    if (opened != FILE_OK) {
        fprintf(stderr, say(command, "doudi: 读不了 %s\n", "doudi: %s cannot be read\n"), path);
        return EXIT_CANNOT;
    }
    table->bytes = table->file.bytes;
    if (!xlsx_is(table->bytes) && sheet)
        return wrong_option(command, "只有 XLSX 工作簿才有 --sheet", "--sheet is of XLSX workbooks alone");
    if (!xlsx_is(table->bytes)) return EXIT_DONE;
    if (command_has(command, "encoding")) return table_file_no_encoding(command);
    enum xlsx_result result = xlsx_to_csv(&command->arena, table->bytes, text_from(sheet), &table->csv, &table->sheets);
    if (result != XLSX_OK) return tell(command, path, result, &table->sheets);
    table->bytes = builder_text(&table->csv);
    return EXIT_DONE;
}

int table_file_tell_empty(const struct table_file *table, struct command *command, const char *path) {
    const struct xlsx_trouble *sheets = &table->sheets;
    struct text sheet = text_shown(&command->arena, sheets->sheet);
    size_t others = 0;
    if (sheet.length == 0) {
        fprintf(stderr, say(command, "doudi: %s:表头下面一行也没有\n", "doudi: %s: no row below the headings\n"), path);
        return EXIT_FOUND;
    }
    fprintf(stderr,
            say(command, "doudi: %s:「%.*s」这张表的表头下面一行也没有",
                "doudi: %s: no row below the headings in sheet %.*s"),
            path, TEXT_ARG(sheet));
    for (size_t i = 0; i < sheets->sheets.count; i++) {
        if (text_equal(sheets->sheets.items[i], sheets->sheet)) continue;
        fputs(others++ ? say(command, "、", ", ") : say(command, "(还有:", " (others: "), stderr);
        print_text(text_shown(&command->arena, sheets->sheets.items[i]), stderr);
    }
    fputs(others ? ")\n" : "\n", stderr);
    return EXIT_FOUND;
}

void table_file_close(struct table_file *table) {
    builder_free(&table->csv);
    file_close(&table->file);
}
