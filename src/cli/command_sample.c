/* doudi sample: a population of invented people on real area codes, into a folder or a registry. */
#include "cli/key_choice.h"
#include "cli/telling.h"
#include "exchange/json.h"
#include "sample/sample.h"

#include <stdio.h>
#include <string.h>

/* --- into a folder ------------------------------------------------------------------------------------------------ */

static int print_json(const struct sample_result *result) {
    printf("{\n  \"families\": %llu,\n  \"people\": %llu,\n  \"rows\": %llu\n}\n", (unsigned long long)result->families,
           (unsigned long long)result->members, (unsigned long long)result->rows);
    return EXIT_DONE;
}

static int write_folder(struct command *command, const struct sample_options *options) {
    struct diagnostics diagnostics;
    struct sample_result result = {0};
    diagnostics_init(&diagnostics, &command->arena);
    enum sample_status status = sample_write(options, &command->arena, &diagnostics, &result);
    print_diagnostics(command, &diagnostics);
    if (status == SAMPLE_NO_MEMORY) return out_of_memory(command);
    if (status != SAMPLE_DONE) return EXIT_CANNOT;
    if (command_has(command, "json")) return print_json(&result);
    printf(say(command, "%s: %llu 户 %llu 人(均为虚构),共 %llu 行\n",
               "%s: %llu families, %llu people, all invented; %llu rows\n"),
           options->out, (unsigned long long)result.families, (unsigned long long)result.members,
           (unsigned long long)result.rows);
    return EXIT_DONE;
}

/* --- into a registry ---------------------------------------------------------------------------------------------- */

/* People that another law's profile draws would not be what this one asks for. */
static int check_law(struct telling *telling, const char *folder) {
    struct command *command = telling->command;
    const struct registry *registry = &telling->database.registry;
    unsigned char kept[DIGEST_BYTES], asked[DIGEST_BYTES];
    struct policy *law = NULL;
    int status = database_read_folder(&law, command, folder);
    if (status == EXIT_DONE && (registry_law_digest(registry, telling->database.law, kept) != REGISTRY_DONE ||
                                registry_law_digest(registry, law, asked) != REGISTRY_DONE))
        status = out_of_memory(command);
    policy_free(law);
    if (status != EXIT_DONE || memcmp(kept, asked, DIGEST_BYTES) == 0) return status;
    fprintf(stderr,
            say(command, "doudi: 登记簿存的政策不是 %s 里的;用 --policy 指明它的政策,或先用 doudi migrate\n",
                "doudi: the registry keeps another law than %s; name its policy with --policy, or see doudi migrate\n"),
            folder);
    return EXIT_CANNOT;
}

static int open_registry(struct telling *telling, const char *folder) {
    bool made = false;
    int status = database_is_made(telling->command, telling->url, &made);
    if (status != EXIT_DONE) return status;
    if (!made) return telling_make(telling, folder, DIGEST_SM3);
    status = database_open(&telling->database, telling->command, telling->url, NULL);
    if (status == EXIT_DONE) status = database_use_keys(&telling->database, telling->command, telling->url);
    return status == EXIT_DONE ? check_law(telling, folder) : status;
}

static int write_told(struct command *command, const struct sample_told *told) {
    static const char *const names[] = {"families", "people", "rows", "known"};
    const uint64_t counts[] = {told->families, told->members, told->rows, told->known};
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    json_write_object(&writer);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_write_key(&writer, names[i]);
        json_write_integer(&writer, (int64_t)counts[i]);
    }
    json_write_key(&writer, "first_change");
    json_write_integer(&writer, told->first);
    json_write_key(&writer, "last_change");
    json_write_integer(&writer, told->last);
    json_write_close_object(&writer);
    return show_built(command, &out);
}

static void show_told(const struct telling *telling, const struct sample_told *told) {
    struct command *command = telling->command;
    if (told->known)
        printf(
            say(command, "已有 %llu 户,保持原样\n", "families that were there already, and stay as they are: %llu\n"),
            (unsigned long long)told->known);
    if (telling->made_keys) {
        struct builder out;
        builder_init(&out);
        show_made_keys(&out, command, telling->made_keys);
        print_builder(&out);
        builder_free(&out);
    }
    if (told->first == 0) {
        fputs(say(command, "都已登记,没有要写的\n", "all of it is known; there was nothing to write\n"), stdout);
        return;
    }
    printf(say(command, "%s: %llu 户 %llu 人(均为虚构),共 %llu 行\n",
               "%s: %llu families, %llu people, all invented; %llu rows\n"),
           database_shown(command, telling->url), (unsigned long long)told->families, (unsigned long long)told->members,
           (unsigned long long)told->rows);
    if (told->first == told->last)
        printf(say(command, "→ 第 %lld 次变动\n", "→ change %lld\n"), (long long)told->last);
    else
        printf(say(command, "→ 第 %lld–%lld 次变动\n", "→ changes %lld to %lld\n"), (long long)told->first,
               (long long)told->last);
}

/* What stopped it, and what then stands. */
static int tell_stopped(struct telling *telling, enum sample_status status, const struct sample_told *told) {
    struct command *command = telling->command;
    if (status == SAMPLE_NO_MEMORY) out_of_memory(command);
    if (status == SAMPLE_REGISTRY_FAILED) database_tell(&telling->database, command, telling->url, told->failed);
    if (told->families)
        fprintf(stderr,
                say(command, "doudi: 已登记 %llu 户,留在登记簿里;同样再运行一次就接着做\n",
                    "doudi: families told so far: %llu; they stay, and the same call again goes on from there\n"),
                (unsigned long long)told->families);
    return EXIT_CANNOT;
}

static int tell_registry(struct telling *telling, const struct sample_options *options) {
    struct command *command = telling->command;
    struct sample_told told;
    struct registry_change change = database_change(command, "sample", MONTH_FIRST);
    diagnostics_init(&telling->diagnostics, &command->arena);
    enum sample_status status =
        sample_tell(options, &telling->database.registry, &change, &command->arena, &telling->diagnostics, &told);
    print_diagnostics(command, &telling->diagnostics);
    if (status != SAMPLE_DONE) return tell_stopped(telling, status, &told);
    if (command_has(command, "json")) return write_told(command, &told);
    show_told(telling, &told);
    return EXIT_DONE;
}

static int fill_registry(struct command *command, const struct sample_options *options) {
    struct telling telling = {.command = command, .url = command_option(command, "database")};
    int status = open_registry(&telling, options->policy);
    if (status == EXIT_DONE) status = tell_registry(&telling, options);
    telling_close(&telling);
    return status;
}

int command_sample(struct command *command) {
    struct sample_options options = {.policy = command_option(command, "policy"),
                                     .area = command_option(command, "area"),
                                     .seed = 1,
                                     .out = command_option(command, "out")};
    const char *seed = command_option(command, "seed");
    bool registry = command_option(command, "database");
    if (!options.policy) options.policy = POLICY_FOLDER;
    if (command->word_count != 1 || !has_option(command, "households")) return wrong_usage(command);
    if (!registry && !has_option(command, "out")) return wrong_usage(command);
    if (registry && options.out)
        return wrong_option(command, "--out 和 --database 只写一个", "--out and --database: one of them");
    if (!count_parse(command_option(command, "households"), &options.households) || options.households == 0)
        return wrong_option(command, "--households 应为大于 0 的数,如 1000",
                            "--households takes a number, such as 1000");
    if (seed && !count_parse(seed, &options.seed))
        return wrong_option(command, "--seed 应为一个数,如 1", "--seed takes a number, such as 1");
    if (!registry && !names_folder(command)) return EXIT_USAGE;
    if (!*options.policy) return no_folder(command);
    return registry ? fill_registry(command, &options) : write_folder(command, &options);
}
