#include "cli/table_file.h"

#include "base/shown.h"
#include "exchange/xlsx.h"

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

/* A column as spreadsheets letter it. */
static struct text letters(struct arena *arena, uint32_t column) {
    char name[8];
    size_t at = sizeof name;
    for (; column && at; column = (column - 1) / 26) name[--at] = (char)('A' + (column - 1) % 26);
    return text_copy(arena, (struct text){name + at, sizeof name - at});
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
        fprintf(stderr, ":%.*s!%.*s%u", TEXT_ARG(trouble->sheet), TEXT_ARG(letters(&command->arena, trouble->column)),
                (unsigned)trouble->row);
    else if (trouble->part.length)
        fprintf(stderr, ":%.*s", TEXT_ARG(trouble->part));
    fprintf(stderr, ": %s\n", say_wrong(command, result));
    if (result == XLSX_NO_SHEET && trouble->sheets.count) tell_sheets(command, trouble);
    return EXIT_CANNOT;
}

int table_file_open(struct table_file *table, struct command *command, const char *path, const char *sheet) {
    struct xlsx_trouble trouble;
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
    enum xlsx_result result = xlsx_to_csv(&command->arena, table->bytes, text_from(sheet), &table->csv, &trouble);
    if (result != XLSX_OK) return tell(command, path, result, &trouble);
    table->bytes = builder_text(&table->csv);
    return EXIT_DONE;
}

void table_file_close(struct table_file *table) {
    builder_free(&table->csv);
    file_close(&table->file);
}
