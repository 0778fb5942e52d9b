/* doudi differences: what each family gets in a month, or by a run, and did not in another. */
#include "cli/family_shown.h"
#include "cli/out_folder.h"

#include <stdio.h>

struct comparing {
    struct command *command;
    const char *url, *out;
    struct kept kept[KEPT_SIDES];
    struct family_differences differences;
};

/* --- what is asked for -------------------------------------------------------------------------------------------- */

static bool is_usage(const struct comparing *comparing) {
    const struct command *command = comparing->command;
    if (command->word_count != 4) {
        wrong_usage(command);
        return false;
    }
    if (command_has(command, "area") && !*command_option(command, "area")) {
        wrong_option(command, "--area 后面写区域或家庭的编号,如 530523",
                     "--area needs the id of an area or a family, such as 530523");
        return false;
    }
    if (!comparing->out || text_ends(text_from(comparing->out), ".csv")) return true;
    wrong_option(command, "--out 应为以 .csv 结尾的文件名", "--out takes the name of a file that ends in .csv");
    return false;
}

/* --- both sides --------------------------------------------------------------------------------------------------- */

/* Which runs there are, of one moment for both sides. */
static int read_runs(const struct comparing *comparing, struct registry_runs *runs) {
    struct command *command = comparing->command;
    struct database database = {0};
    int status = database_open_tables(&database, command, comparing->url);
    if (status == EXIT_DONE) {
        enum registry_result result = registry_read_runs(&database.registry, REGISTRY_NOW, &command->arena, runs);
        status = database_tell(&database, command, comparing->url, result);
    }
    database_close(&database);
    return status;
}

static bool is_anywhere(const struct comparing *comparing) {
    for (int side = BEFORE; side < KEPT_SIDES; side++)
        for (size_t i = 0; i < comparing->kept[side].views.count; i++)
            if (comparing->kept[side].views.items[i]->wanted.entity) return true;
    return !command_has(comparing->command, "area");
}

static int open_sides(struct comparing *comparing) {
    struct command *command = comparing->command;
    struct registry_runs runs = {0};
    int status = read_runs(comparing, &runs);
    for (size_t side = BEFORE; side < KEPT_SIDES && status == EXIT_DONE; side++)
        status = kept_open(&comparing->kept[side], command, comparing->url, command->words[2 + side], &runs);
    if (status != EXIT_DONE || is_anywhere(comparing)) return status;
    fprintf(stderr,
            say(command, "doudi: 登记簿里没有区域或家庭 %s;请写编号,不写名称\n",
                "doudi: the registry has no area or family %s; write its id, not its name\n"),
            command_option(command, "area"));
    return EXIT_CANNOT;
}

/* --- what is told ------------------------------------------------------------------------------------------------- */

static int show(struct comparing *comparing) {
    struct command *command = comparing->command;
    struct builder out;
    builder_init(&out);
    if (command_has(command, "json")) {
        struct json_writer writer;
        json_writer_init(&writer, &out, false);
        family_differences_write(&writer, command, &comparing->differences);
        return show_built(command, &out);
    }
    family_differences_print(&out, command, &comparing->differences, command_has(command, "all"));
    if (comparing->out) builder_format(&out, "→ %s\n", comparing->out);
    bool whole = !out.failed && !arena_failed(&command->arena);
    if (whole) print_coloured(command, builder_text(&out));
    builder_free(&out);
    return whole ? EXIT_DONE : out_of_memory(command);
}

static int compare(struct comparing *comparing) {
    struct command *command = comparing->command;
    if (!family_differences_find(&comparing->differences, &command->arena, command->language, &comparing->kept[BEFORE],
                                 &comparing->kept[AFTER]))
        return out_of_memory(command);
    if (comparing->out) {
        enum file_result result = family_differences_write_csv(command, &comparing->differences, comparing->out);
        if (result != FILE_OK) return tell_unwritable(command, result, text_from(comparing->out));
    }
    return show(comparing);
}

int command_differences(struct command *command) {
    struct comparing comparing = {.command = command, .out = command_option(command, "out")};
    if (!is_usage(&comparing)) return EXIT_USAGE;
    comparing.url = command->words[1];
    int status = comparing.out ? must_be_new(command, comparing.out) : EXIT_DONE;
    if (status == EXIT_DONE) status = open_sides(&comparing);
    if (status == EXIT_DONE) status = compare(&comparing);
    for (int side = BEFORE; side < KEPT_SIDES; side++) kept_close(&comparing.kept[side]);
    return status;
}
