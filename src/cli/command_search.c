/* doudi policy search: what a policy guarantees, tried on random families. */
#include "cli/guarantees.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "proof/search.h"

enum { FAMILIES_USUAL = 1000000, FAMILIES_MOST = 1000000000 };

static void print_found(struct builder *out, const struct command *command, const struct guarantee *guarantee,
                        const struct searched *found) {
    const char *sign = found->written.length ? "✕" : found->broken ? "?" : "○";
    guarantee_print_head(out, command, guarantee, found->in_force ? sign : "-");
    if (!found->in_force) {
        guarantee_print_not_in_force(out, command);
        return;
    }
    builder_format(out, say(command, "%s(问到 %zu 行,未知 %zu 行)%s\n", "%s (rows asked: %zu, unknown: %zu)%s\n"),
                   found->written.length ? say(command, "不成立,反例", "does not hold; a counterexample")
                   : found->broken
                       ? say(command, "有不成立的行,但没能写成例题", "broken, but no case could be made of it")
                       : say(command, "没有找到反例", "no counterexample found"),
                   found->asked, found->unknown, found->written.length ? ":" : "");
    guarantee_print_case(out, found->written);
}

static void write_counts(struct json_writer *writer, const struct searched *found) {
    json_write_key(writer, "asked");
    json_write_integer(writer, (int64_t)found->asked);
    json_write_key(writer, "unknown");
    json_write_integer(writer, (int64_t)found->unknown);
    json_write_key(writer, "broken");
    json_write_integer(writer, (int64_t)found->broken);
    json_write_key(writer, "case");
    if (found->written.length)
        json_write_string(writer, found->written);
    else
        json_write_null(writer);
}

static void write_found(struct json_writer *writer, const struct guarantee *guarantee, const struct searched *found) {
    json_write_object(writer);
    guarantee_write_head(writer, guarantee);
    json_write_key(writer, "in_force");
    json_write_bool(writer, found->in_force);
    if (found->in_force) write_counts(writer, found);
    json_write_close_object(writer);
}

static void build_text(struct builder *out, const struct command *command, const struct search *search) {
    size_t broken = 0;
    for (size_t i = 0; i < search->count; i++) {
        print_found(out, command, search->guarantees[i], &search->found[i]);
        broken += search->found[i].broken > 0;
    }
    builder_format(out,
                   say(command, "试了 %llu 户(种子 %llu),不成立的保证 %zu 项,共 %zu 项\n",
                       "families tried: %llu, seed %llu; guarantees that do not hold: %zu of %zu\n"),
                   (unsigned long long)search->drawn, (unsigned long long)search->seed, broken, search->count);
}

static void build_json(struct builder *out, const struct search *search) {
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_write_object(&writer);
    json_write_key(&writer, "families");
    json_write_integer(&writer, (int64_t)search->drawn);
    json_write_key(&writer, "seed");
    json_write_integer(&writer, (int64_t)search->seed);
    json_write_key(&writer, "guarantees");
    json_write_array(&writer);
    for (size_t i = 0; i < search->count; i++) write_found(&writer, search->guarantees[i], &search->found[i]);
    json_write_close_array(&writer);
    json_write_close_object(&writer);
}

static int show_search(struct command *command, const struct search *search) {
    struct builder out;
    bool broken = false;
    builder_init(&out);
    if (command_has(command, "json"))
        build_json(&out, search);
    else
        build_text(&out, command, search);
    for (size_t i = 0; i < search->count; i++) broken = broken || search->found[i].broken;
    bool whole = !out.failed && !arena_failed(&command->arena);
    if (whole && command_has(command, "json"))
        print_builder(&out);
    else if (whole)
        print_coloured(command, builder_text(&out));
    builder_free(&out);
    return !whole ? out_of_memory(command) : broken ? EXIT_FOUND : EXIT_DONE;
}

static int search_families(struct guarantees *guarantees, struct search *search, struct progress *progress) {
    struct command *command = guarantees->command;
    search->runner = &guarantees->runner;
    search->month = guarantees->month;
    search->threads = processors();
    search->arena = &command->arena;
    search->guarantees = guarantees->chosen.items;
    search->count = guarantees->chosen.count;
    search->found = ARENA_ARRAY(&command->arena, struct searched, search->count + 1);
    if (arena_failed(&command->arena)) return out_of_memory(command);
    progress_begin(progress, command);
    bool whole = search_run(search);
    progress_end(progress);
    return whole ? show_search(command, search) : out_of_memory(command);
}

int policy_search(struct command *command) {
    struct guarantees guarantees;
    struct progress progress;
    struct search search = {.families = FAMILIES_USUAL, .seed = 1, .told = progress_tell, .context = &progress};
    const char *families = command_option(command, "families"), *seed = command_option(command, "seed");
    bool good = !families ||
                (count_parse(families, &search.families) && search.families > 0 && search.families <= FAMILIES_MOST);
    if (!good)
        return wrong_option(command, "--families 应为 1 至 1000000000 的数,如 100000",
                            "--families takes a number from 1 to 1000000000, such as 100000");
    if (seed && !count_parse(seed, &search.seed))
        return wrong_option(command, "--seed 应为一个数,如 1", "--seed takes a number, such as 1");
    int status = guarantees_open(&guarantees, command);
    if (status == EXIT_DONE) status = search_families(&guarantees, &search, &progress);
    guarantees_close(&guarantees);
    return status;
}
