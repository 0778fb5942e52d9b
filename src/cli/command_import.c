/* doudi import: a registry is told something. First it is shown what would become of it; nothing is written before the
 * choice, which is made on what was seen. */
#define _POSIX_C_SOURCE 200809L /* isatty */

#include "cli/import_preview.h"
#include "cli/key_choice.h"
#include "cli/out_folder.h"
#include "exchange/rejected.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct importing {
    struct telling telling;
    month_number month;         /* in which what is told is to fit */
    struct registry_look look;  /* by which is chosen */
    struct arena first, second; /* of looks: a second one if something was changed meanwhile */
    struct preview preview;
    struct registry_given given; /* what is new of it */
    struct text errors;          /* the folder for rows that are left out */
    bool left_out;               /* copies were written there */
    bool again;                  /* the registry has changed, and what would be done with it */
};

static int tell(struct importing *importing, enum registry_result result) {
    struct telling *telling = &importing->telling;
    return database_tell(&telling->database, telling->command, telling->url, result);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* What is wrong with rows is shown with what would become of the others. */
static int tell_read(struct importing *importing, enum import_result result) {
    struct telling *telling = &importing->telling;
    const struct diagnostics *diagnostics = &telling->diagnostics;
    bool usable = result != IMPORT_NO_MEMORY && result != IMPORT_FILE_REFUSED && result != IMPORT_UNREADABLE;
    if (!usable) return telling_tell_read(telling, result);
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < diagnostics->list.count; i++)
        if (diagnostics->list.items[i].warning)
            diagnostic_print(&out, &telling->command->arena, &diagnostics->list.items[i], telling->command->language);
    print_text(builder_text(&out), stderr);
    builder_free(&out);
    return EXIT_DONE;
}

/* ENTITY FILE: by its name or label. */
static int read_table(struct importing *importing, const char *word, const char *path) {
    struct telling *telling = &importing->telling;
    struct command *command = telling->command;
    const struct entity *entity = telling_entity(telling, word);
    if (!entity) return EXIT_USAGE;
    int status = table_file_open(&telling->table, command, path, command_option(command, "sheet"));
    if (status != EXIT_DONE) return status;
    status = tell_read(importing, import_text(&telling->import, entity, text_from(path), telling->table.bytes));
    bool empty = telling->import.records.tables[entity->index].count + telling->import.refused.count == 0;
    return status == EXIT_DONE && empty ? table_file_tell_empty(&telling->table, command, path) : status;
}

/* DATA that is a file: its entity was forgotten. */
static int tell_file(struct importing *importing, const char *path) {
    struct command *command = importing->telling.command;
    const struct policy *law = importing->telling.database.law;
    const char *url = store_is_url(importing->telling.url) ? "…" : importing->telling.url;
    fprintf(stderr,
            say(command, "doudi: %s 是一个文件,要写明种类:doudi import 种类 %s --database %s;种类有:",
                "doudi: %s is a file; say what it holds: doudi import ENTITY %s --database %s; entities: "),
            path, path, url);
    for (size_t i = 0; i < law->entities.count; i++) {
        const struct entity *entity = law->entities.items[i];
        if (i) fputs(say(command, "、", ", "), stderr);
        print_text(label_or_name(entity->label, entity->name, command->language), stderr);
    }
    fputs("\n", stderr);
    return EXIT_CANNOT;
}

static int read_told(struct importing *importing) {
    struct telling *telling = &importing->telling;
    const char *const *words = telling->command->words;
    if (telling->command->word_count == 3) return read_table(importing, words[1], words[2]);
    if (file_is_there(words[1]) && !folder_exists(words[1])) return tell_file(importing, words[1]);
    return tell_read(importing, import_folder(&telling->import, words[1], NULL));
}

/* A row by that id is another than those it is like; false when there is none. */
static bool set_another(struct records *records, struct text id) {
    bool found = false;
    for (size_t i = 0; i < records->policy->entities.count; i++)
        for (size_t row = 0; row < records->tables[i].count; row++) {
            struct record_row *told = &records->tables[i].rows[row];
            if (!id.length || !text_equal(told->id, id)) continue;
            told->another = found = true;
        }
    return found;
}

/* --another ID,… */
static int read_another(struct importing *importing) {
    const struct command *command = importing->telling.command;
    struct text ids = text_from(command_option(command, "another"));
    for (size_t begin = 0; begin < ids.length;) {
        const char *comma = memchr(ids.bytes + begin, ',', ids.length - begin);
        size_t end = comma ? (size_t)(comma - ids.bytes) : ids.length;
        struct text id = text_trim(text_slice(ids, begin, end));
        begin = end + 1;
        if (set_another(&importing->telling.import.records, id)) continue;
        fprintf(
            stderr,
            say(command, "doudi: --another:没有编号为「%.*s」的行\n", "doudi: --another: no row is called \"%.*s\"\n"),
            TEXT_ARG(id));
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* --- where rows go that are left out ------------------------------------------------------------------------------ */

static struct text without_slashes(struct text path) {
    while (path.length > 1 && path.bytes[path.length - 1] == '/') path.length--;
    return path;
}

/* Beside the data; a number is added where something is there, for somebody may be mending it. */
static struct text errors_beside(struct arena *arena, const char *data) {
    struct text path = without_slashes(text_from(data));
    bool here = text_is(path, ".") || text_is(path, "..") || text_ends(path, "/.") || text_ends(path, "/..");
    struct text wanted = here ? text_format(arena, "%.*s/../import.errors", TEXT_ARG(path))
                              : text_format(arena, "%.*s.errors", TEXT_ARG(path));
    struct text free = wanted;
    for (int number = 2; !arena_failed(arena) && file_is_there(free.bytes); number++)
        free = text_format(arena, "%.*s-%d", TEXT_ARG(wanted), number);
    return free;
}

static int choose_errors(struct importing *importing) {
    struct command *command = importing->telling.command;
    const char *option = command_option(command, "errors"), *data = command->words[command->word_count - 1];
    struct file_names names = {0};
    importing->errors = option ? text_from(option) : errors_beside(&command->arena, data);
    if (!option) return EXIT_DONE;
    if (!*option) return no_folder(command);
    if (!file_is_there(option)) return EXIT_DONE;
    if (folder_list(&command->arena, option, &names) == FILE_OK && names.list.count == 0) return EXIT_DONE;
    fprintf(stderr,
            say(command, "doudi: %s 里已有文件;--errors 请写一个新文件夹\n",
                "doudi: %s is not empty; name a new folder for --errors\n"),
            option);
    return EXIT_CANNOT;
}

static int write_errors(struct importing *importing) {
    struct telling *telling = &importing->telling;
    struct text path;
    if (importing->preview.refused_count == 0) return EXIT_DONE;
    enum file_result result = rejected_write_copies(&telling->import, &telling->command->arena, importing->errors.bytes,
                                                    telling->command->language, telling->change.since, &path);
    importing->left_out = result == FILE_OK;
    return result == FILE_OK ? EXIT_DONE : tell_unwritable(telling->command, result, path);
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

static enum registry_result look(struct importing *importing, struct arena *arena, struct registry_look *found) {
    struct telling *telling = &importing->telling;
    return registry_look_at(&telling->database.registry, &telling->change, &telling->import.records, importing->month,
                            arena, found);
}

/* Lines of a kind take the place of all that were told of it: where one is wrong, none is taken. */
static bool has_wrong_given(const struct import *import, bool opening) {
    for (size_t i = 0; i < import->refused.count; i++) {
        const struct import_file *file = import->refused.items[i].file;
        if (!file->entity && text_ends(file->source.name, opening ? "opening.csv" : "decisions.csv")) return true;
    }
    return false;
}

/* What is given as it was given before says nothing new. */
static int find_given(struct importing *importing) {
    struct telling *telling = &importing->telling;
    struct arena *arena = &telling->command->arena;
    struct registry_given known, *given = &importing->given;
    *given = (struct registry_given){TEXT(""), TEXT("")};
    if (!has_wrong_given(&telling->import, true)) given->opening = import_given_written(&telling->import, arena, true);
    if (!has_wrong_given(&telling->import, false))
        given->decisions = import_given_written(&telling->import, arena, false);
    if (arena_failed(arena)) return out_of_memory(telling->command);
    enum registry_result result = registry_read_given(&telling->database.registry, REGISTRY_NOW, arena, &known);
    if (result != REGISTRY_DONE) return tell(importing, result);
    if (text_equal(known.opening, given->opening)) given->opening = TEXT("");
    if (text_equal(known.decisions, given->decisions)) given->decisions = TEXT("");
    return EXIT_DONE;
}

static bool is_news(const struct importing *importing) {
    bool news = importing->given.opening.length || importing->given.decisions.length;
    for (size_t i = 0; i < importing->telling.database.law->entities.count; i++)
        news = news || importing->look.taken[i].fresh || importing->look.taken[i].changed;
    return news;
}

/* Of two rows with the same id one may be wrong, or both are the same: that is for people to see to. */
static void tell_doubles(const struct importing *importing) {
    enum { SHOWN = 20 };
    const struct command *command = importing->telling.command;
    const struct registry *registry = &importing->telling.database.registry;
    for (size_t i = 0; i < registry->doubles.count && i < SHOWN; i++) {
        const struct registry_double *found = &registry->doubles.items[i];
        struct text entity = label_or_name(found->input->entity->label, found->input->entity->name, command->language),
                    input = label_or_name(found->input->label, found->input->name, command->language);
        fprintf(stderr,
                say(command, "doudi: ▲ %.*s %.*s 和 %.*s 的%.*s相同,请核对\n",
                    "doudi: ▲ %.*s %.*s and %.*s: the same %.*s; look into it\n"),
                TEXT_ARG(entity), TEXT_ARG(found->id), TEXT_ARG(found->other), TEXT_ARG(input));
    }
    if (registry->doubled > SHOWN)
        fprintf(stderr, say(command, "doudi: ▲ 号码相同的共 %zu 处\n", "doudi: ▲ such pairs in all: %zu\n"),
                registry->doubled);
}

static int look_first(struct importing *importing) {
    struct telling *telling = &importing->telling;
    enum registry_result result = look(importing, &importing->first, &importing->look);
    if (result != REGISTRY_DONE) return tell(importing, result);
    if (!preview_begin(&importing->preview, telling, &importing->look)) return out_of_memory(telling->command);
    result = registry_read_runs(&telling->database.registry, REGISTRY_NOW, &telling->command->arena,
                                &importing->preview.runs);
    if (result != REGISTRY_DONE) return tell(importing, result);
    tell_doubles(importing);
    int status = find_given(importing);
    telling->news = status == EXIT_DONE && is_news(importing);
    return status;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* The change is under way, and what was looked at is as it was. */
static int write_change(struct importing *importing) {
    struct telling *telling = &importing->telling;
    struct registry *registry = &telling->database.registry;
    enum registry_result result = REGISTRY_DONE;
    int status = write_errors(importing);
    bool news = telling->news && status == EXIT_DONE;
    if (news)
        result = registry_take_looked(registry, &telling->change, &telling->import.records, &importing->look,
                                      telling->taken);
    if (news && result == REGISTRY_DONE) result = registry_keep_given(registry, &telling->change, &importing->given);
    for (size_t i = 0; i < telling->database.law->entities.count; i++)
        if (telling->taken[i].refused && result == REGISTRY_DONE) result = REGISTRY_DAMAGED; /* the look saw none */
    if (!news || result != REGISTRY_DONE) {
        registry_give_up_change(registry);
        return status == EXIT_DONE ? tell(importing, result) : status;
    }
    status = tell(importing, registry_end_change(registry));
    telling->written = status == EXIT_DONE;
    return status;
}

static bool looks_agree(const struct importing *importing, const struct registry_look *second) {
    const struct records *told = &importing->telling.import.records;
    for (size_t i = 0; i < told->policy->entities.count; i++)
        for (size_t row = 0; row < told->tables[i].count; row++)
            if (!registry_looks_agree(&importing->look, second, told->policy->entities.items[i], row)) return false;
    return true;
}

/* Somebody has changed something since: what would be done now must be what was chosen. */
static int look_again(struct importing *importing) {
    struct registry_look second;
    struct builder out;
    enum registry_result result = look(importing, &importing->second, &second);
    if (result != REGISTRY_DONE) return tell(importing, result);
    importing->again = !looks_agree(importing, &second);
    if (!importing->again) {
        importing->look = second;
        return find_given(importing);
    }
    builder_init(&out);
    preview_show_otherwise(&out, &importing->preview, &second);
    print_text(builder_text(&out), stderr);
    builder_free(&out);
    return EXIT_DONE;
}

static int write_chosen(struct importing *importing) {
    struct telling *telling = &importing->telling;
    struct registry *registry = &telling->database.registry;
    enum registry_result result = registry_begin_change(registry, &telling->change);
    int status = tell(importing, result);
    if (status == EXIT_DONE && telling->change.number != importing->look.last + 1) status = look_again(importing);
    if (status == EXIT_DONE && !importing->again) return write_change(importing);
    if (result == REGISTRY_DONE) registry_give_up_change(registry);
    return status;
}

/* --- what is told of it ------------------------------------------------------------------------------------------- */

static void show_outcome(struct builder *out, const struct importing *importing) {
    const struct telling *telling = &importing->telling;
    const struct command *command = telling->command;
    size_t refused = importing->preview.refused_count;
    if (telling->written) telling_show_change(out, telling);
    if (importing->left_out)
        builder_format(out,
                       say(command, "▲ %zu 行没有写,改好后再登记一次 → %.*s\n",
                           "▲ rows left out: %zu; mend them and import once more → %.*s\n"),
                       refused, TEXT_ARG(importing->errors));
    if (telling->written || importing->left_out) return;
    const char *outcome = say(command, "都已登记,没有要写的\n", "all of it is known; there was nothing to write\n");
    if (importing->again)
        outcome = say(command, "▲ 刚才有人改动了登记簿,什么都没有写;请再登记一次\n",
                      "▲ somebody has changed the registry meanwhile; nothing was written, import again\n");
    else if (refused && command_has(command, "all-or-nothing"))
        outcome = say(command, "▲ 有不合适的行,什么都没有写;改好后再登记一次\n",
                      "▲ some rows do not fit; nothing was written, mend them and import once more\n");
    else if ((telling->news || refused) && command_has(command, "dry-run"))
        outcome = say(command, "只看不写\n", "nothing was written, as asked\n");
    else if (telling->news || refused)
        outcome = say(command, "▲ 什么都没有写;要写就加 --yes\n", "▲ nothing was written; say --yes to write it\n");
    builder_add(out, text_from(outcome));
}

static void write_outcome(struct json_writer *writer, const struct importing *importing) {
    json_write_key(writer, "errors");
    json_write_string(writer, importing->left_out ? importing->errors : TEXT(""));
    telling_write_change(writer, &importing->telling);
}

static int show_json(const struct importing *importing) {
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    json_write_object(&writer);
    preview_write(&writer, &importing->preview);
    write_outcome(&writer, importing);
    json_write_close_object(&writer);
    return show_built(importing->telling.command, &out);
}

static int show(const struct importing *importing, void (*part)(struct builder *, const struct importing *)) {
    struct builder out;
    builder_init(&out);
    part(&out, importing);
    return show_built(importing->telling.command, &out);
}

static void show_preview(struct builder *out, const struct importing *importing) {
    preview_show(out, &importing->preview);
}

/* --- the choice --------------------------------------------------------------------------------------------------- */

static bool asks(const struct importing *importing) {
    const struct command *command = importing->telling.command;
    return !command_has(command, "yes") && !command_has(command, "dry-run") && !command_has(command, "json") &&
           isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static bool consents(const struct importing *importing) {
    const struct command *command = importing->telling.command;
    return command_has(command, "yes") && !command_has(command, "dry-run");
}

/* Whether there is something to choose. */
static bool may_write(const struct importing *importing) {
    size_t refused = importing->preview.refused_count;
    if (refused && command_has(importing->telling.command, "all-or-nothing")) return false;
    return importing->telling.news || refused;
}

static bool is_one_of(struct text answer, const char *const words[], size_t count) {
    bool found = false;
    for (size_t i = 0; i < count; i++) found = found || text_is_in_any_case(answer, words[i]);
    return found;
}

/* Without what closes a sentence. */
static struct text without_end(struct text answer) {
    static const char *const ends[] = {".", "!", "。", "！"};
    for (bool more = true; more;) {
        more = false;
        answer = text_trim(answer);
        for (size_t i = 0; i < sizeof ends / sizeof *ends && !more; i++) {
            more = text_ends(answer, ends[i]);
            if (more) answer.length -= strlen(ends[i]);
        }
    }
    return answer;
}

/* A line, however long it is; false at the end. */
static bool read_answer(char *line, int bytes, struct text *answer) {
    if (!fgets(line, bytes, stdin)) return false;
    bool whole = strchr(line, '\n') != NULL;
    for (int rest = 0; !whole && rest != EOF && rest != '\n';) rest = getchar();
    line[strcspn(line, "\r\n")] = '\0';
    *answer = without_end(text_from(line));
    return true;
}

/* What is neither yes nor no is asked once more; then it is no. */
static bool ask(const struct importing *importing) {
    enum { ASKED_MOST = 2 };
    static const char *const yes[] = {"是", "yes", "y"}, *const no[] = {"否", "不", "no", "n"};
    const struct command *command = importing->telling.command;
    char line[64];
    struct text answer;
    fflush(stdout);
    for (int i = 0; i < ASKED_MOST; i++) {
        fputs(say(command, "写入登记簿?(是/否)", "Write this into the registry? (yes/no) "), stderr);
        if (!read_answer(line, sizeof line, &answer)) return false;
        if (is_one_of(answer, yes, sizeof yes / sizeof *yes)) return true;
        if (is_one_of(answer, no, sizeof no / sizeof *no)) return false;
    }
    return false;
}

/* Whoever has consented already keeps others from writing while it is looked; whoever is asked does not. */
static int import_looked(struct importing *importing) {
    struct telling *telling = &importing->telling;
    struct registry *registry = &telling->database.registry;
    bool json = command_has(telling->command, "json"), consented = consents(importing);
    int status = consented ? tell(importing, registry_begin_change(registry, &telling->change)) : EXIT_DONE;
    if (status != EXIT_DONE) return status;
    status = look_first(importing);
    if (consented && (status != EXIT_DONE || !may_write(importing))) registry_give_up_change(registry);
    if (status == EXIT_DONE && !json) status = show(importing, show_preview);
    if (status == EXIT_DONE && consented && may_write(importing)) status = write_change(importing);
    if (status == EXIT_DONE && asks(importing) && may_write(importing)) {
        store_roll_back(telling->database.store);
        if (ask(importing)) status = write_chosen(importing);
    }
    if (status == EXIT_DONE) status = json ? show_json(importing) : show(importing, show_outcome);
    if (status != EXIT_DONE) return status;
    bool waits = telling->news && !telling->written && !command_has(telling->command, "dry-run");
    return waits || importing->preview.refused_count ? EXIT_FOUND : EXIT_DONE;
}

static int import_told(struct importing *importing, month_number since) {
    struct telling *telling = &importing->telling;
    telling->change = database_change(telling->command, "import", since);
    if (!telling_begin(telling)) return out_of_memory(telling->command);
    month_number now = database_month(&telling->change);
    importing->month = since == MONTH_FIRST ? now : since;
    int status = choose_errors(importing);
    if (status == EXIT_DONE) status = read_told(importing);
    if (status == EXIT_DONE) status = read_another(importing);
    return status == EXIT_DONE ? import_looked(importing) : status;
}

/* --- the command -------------------------------------------------------------------------------------------------- */

int command_import(struct command *command) {
    month_number since;
    if (command->word_count < 2 || command->word_count > 3 || !has_option(command, "database"))
        return wrong_usage(command);
    if (command_has(command, "sheet") && command->word_count != 3) return wrong_usage(command);
    if (!telling_since(command, &since)) return EXIT_USAGE;
    struct importing importing = {.telling = {.command = command, .url = command_option(command, "database")}};
    if (!table_file_encoding(command, &importing.telling.encoding)) return EXIT_USAGE;
    arena_init(&importing.first);
    arena_init(&importing.second);
    int status = database_open(&importing.telling.database, command, importing.telling.url, NULL);
    if (status == EXIT_DONE) status = database_use_keys(&importing.telling.database, command, importing.telling.url);
    if (status == EXIT_DONE) status = import_told(&importing, since);
    telling_close(&importing.telling);
    arena_free(&importing.second);
    arena_free(&importing.first);
    return status;
}
