/* doudi policy print | coverage | graph | diff: a policy to be read. */
#include "cli/choice.h"
#include "cli/command.h"
#include "exchange/case.h"
#include "exchange/json.h"
#include "lang/coverage.h"
#include "lang/diagram.h"
#include "lang/diff.h"
#include "lang/print.h"

#include <stdio.h>

static void write_member(struct json_writer *writer, const char *key, struct text text) {
    json_write_key(writer, key);
    json_write_string(writer, text);
}

/* --- print ------------------------------------------------------------------------------------------------------ */

int policy_show_print(struct command *command) {
    int status;
    struct policy *policy = policy_read(command, 2, &status);
    struct builder out;
    if (!policy) return status;
    builder_init(&out);
    policy_print(&out, &command->arena, policy, command->language);
    status = show_built(command, &out);
    policy_free(policy);
    return status;
}

/* --- coverage --------------------------------------------------------------------------------------------------- */

/* Clause, worked cases, title, then what cites it. */
static void print_covered(struct builder *out, const struct command *command, const struct covered *covered,
                          size_t cases) {
    const struct clause *clause = covered->clause;
    struct text title = label_or_name(clause->title, clause->id, command->language);
    builder_format(out, "%-8.*s %5zu  %.*s\n", TEXT_ARG(clause->id), cases, TEXT_ARG(title));
    if (covered->by.count == 0) builder_format(out, "                %s\n", say(command, "○ 未实现", "○ open"));
    for (size_t i = 0; i < covered->by.count; i++) {
        const struct declaration *declaration = covered->by.items[i];
        struct text label = label_or_name(declaration->label, declaration->name.text, command->language);
        builder_format(out, "                %s %.*s  %.*s\n", head_word(declaration->head),
                       TEXT_ARG(declaration->name.text), TEXT_ARG(label));
    }
}

static void write_covered(struct json_writer *writer, const struct covered *covered, size_t cases) {
    const struct clause *clause = covered->clause;
    json_write_object(writer);
    write_member(writer, "id", clause->id);
    json_write_words(writer, "title", clause->title);
    json_write_words(writer, "says", clause->says);
    write_member(writer, "document", clause->document);
    write_member(writer, "section", clause->section);
    write_member(writer, "sentence", clause->sentence);
    json_write_key(writer, "cases");
    json_write_integer(writer, (int64_t)cases);
    json_write_key(writer, "by");
    json_write_array(writer);
    for (size_t i = 0; i < covered->by.count; i++) {
        const struct declaration *declaration = covered->by.items[i];
        json_write_object(writer);
        write_member(writer, "head", text_from(head_word(declaration->head)));
        write_member(writer, "entity", declaration->of.text);
        write_member(writer, "name", declaration->name.text);
        json_write_words(writer, "label", declaration->label);
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
    json_write_close_object(writer);
}

static int show_covered(struct command *command, const struct coverage *coverage, const struct map *cites) {
    struct builder out;
    struct json_writer writer;
    bool json = command_has(command, "json");
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    if (json)
        json_write_array(&writer);
    else
        builder_format(&out, "%s\n", say(command, "条款     例题  标题", "clause   cases  title"));
    for (size_t i = 0; i < coverage->clauses.count; i++) {
        const struct covered *covered = &coverage->clauses.items[i];
        size_t cases = (size_t)map_get(cites, covered->clause->id);
        if (json)
            write_covered(&writer, covered, cases);
        else
            print_covered(&out, command, covered, cases);
    }
    if (json)
        json_write_close_array(&writer);
    else
        builder_format(&out,
                       say(command, "条款 %zu,已实现 %zu,未实现 %zu\n", "%zu clauses, %zu implemented, %zu open\n"),
                       coverage->clauses.count, coverage->clauses.count - coverage->open, coverage->open);
    return show_built(command, &out);
}

int policy_show_coverage(struct command *command) {
    struct case_runner runner;
    bool opened = case_runner_open(&runner, command->words[2]);
    bool finished = opened && case_runner_run_all(&runner);
    int status = opened ? EXIT_DONE : tell_unopened(command, &runner);
    if (finished) {
        struct coverage coverage = coverage_of(&command->arena, runner.policies.items[0]->policy);
        status = show_covered(command, &coverage, &runner.cites);
    } else if (opened) {
        status = out_of_memory(command);
    }
    case_runner_close(&runner);
    return status;
}

/* --- graph ------------------------------------------------------------------------------------------------------ */

/* The node that the word names; told when it names none, or several. */
static bool find_node(const struct command *command, const struct diagram *diagram, struct arena *arena,
                      const char *word, size_t *node) {
    struct choices choices = {.arena = arena};
    const struct policy *policy = diagram->policy;
    for (size_t i = 0; i < diagram->count; i++)
        choices_add(&choices, diagram_node_entity(policy, i), diagram_node_name(policy, i),
                    diagram_node_label(policy, i), i);
    const struct choice *choice = choice_of_policy(command, &choices, word);
    *node = choice ? choice->number : 0;
    return choice;
}

int policy_show_graph(struct command *command) {
    int status;
    struct policy *policy = policy_read(command, 2, &status);
    if (!policy) return status;
    struct diagram diagram = diagram_of(&command->arena, policy);
    size_t node;
    bool around = command->word_count > 3, failed = arena_failed(&command->arena);
    if (around && !failed && !find_node(command, &diagram, &command->arena, command->words[3], &node)) {
        policy_free(policy);
        return EXIT_USAGE;
    }
    if (around && !failed) diagram_keep_around(&command->arena, &diagram, node);
    struct builder out;
    builder_init(&out);
    if (!arena_failed(&command->arena)) diagram_print(&out, &diagram, command->language);
    status = show_built(command, &out);
    policy_free(policy);
    return status;
}

/* --- diff ------------------------------------------------------------------------------------------------------- */

static void write_side(struct json_writer *writer, struct command *command, const char *key,
                       const struct policy *policy, const struct declaration *declaration) {
    if (!declaration) return;
    struct position place = span_position(declaration->name.at);
    struct text sentences[LANGUAGES];
    for (int language = 0; language < LANGUAGES; language++)
        sentences[language] = declaration_sentence(&command->arena, policy, declaration, (enum language)language);
    json_write_key(writer, key);
    json_write_object(writer);
    write_member(writer, "file", place.source->name);
    json_write_key(writer, "line");
    json_write_integer(writer, place.line);
    json_write_words(writer, "sentence", sentences);
    json_write_close_object(writer);
}

static void write_moved(struct json_writer *writer, struct command *command, const struct difference *difference,
                        const struct change *change, const struct value_change *moved) {
    const struct printer printer = {&command->arena, difference->after, LANGUAGE_EN, false};
    const struct parameter_value *value = moved->after ? moved->after : moved->before;
    const struct parameter *parameter = moved->after ? change->parameter_after : change->parameter_before;
    json_write_object(writer);
    write_member(writer, "where", print_parameter_keys(&printer, parameter, value));
    if (moved->before)
        write_member(writer, "before", print_parameter_value(&printer, change->parameter_before, moved->before));
    if (moved->after)
        write_member(writer, "after", print_parameter_value(&printer, change->parameter_after, moved->after));
    json_write_close_object(writer);
}

static void write_change(struct json_writer *writer, struct command *command, const struct difference *difference,
                         const struct change *change) {
    static const char *const kinds[] = {
        [CHANGE_ADDED] = "added", [CHANGE_REMOVED] = "removed", [CHANGE_ALTERED] = "altered"};
    const struct declaration *declaration = change->after ? change->after : change->before;
    json_write_object(writer);
    write_member(writer, "change", text_from(kinds[change->kind]));
    write_member(writer, "head", text_from(head_word(declaration->head)));
    write_member(writer, "entity", declaration->of.text);
    write_member(writer, "name", declaration->name.text);
    write_side(writer, command, "before", difference->before, change->before);
    write_side(writer, command, "after", difference->after, change->after);
    if (change->values.count) {
        json_write_key(writer, "values");
        json_write_array(writer);
        for (size_t i = 0; i < change->values.count; i++)
            write_moved(writer, command, difference, change, &change->values.items[i]);
        json_write_close_array(writer);
    }
    json_write_close_object(writer);
}

static int show_difference(struct command *command, const struct difference *difference) {
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    if (command_has(command, "json")) {
        json_writer_init(&writer, &out, false);
        json_write_array(&writer);
        for (size_t i = 0; i < difference->changes.count; i++)
            write_change(&writer, command, difference, &difference->changes.items[i]);
        json_write_close_array(&writer);
        return show_built(command, &out);
    }
    difference_print(&out, &command->arena, difference, command->language);
    if (difference->changes.count)
        builder_format(&out, say(command, "新增 %zu,删去 %zu,修改 %zu\n", "%zu added, %zu removed, %zu altered\n"),
                       difference->added, difference->removed, difference->altered);
    else
        builder_add(&out, text_from(say(command, "没有不同\n", "no difference\n")));
    return show_built(command, &out);
}

int policy_show_difference(struct command *command) {
    int status;
    struct policy *before = policy_read(command, 2, &status);
    struct policy *after = before ? policy_read(command, 3, &status) : NULL;
    if (after) {
        struct difference difference = difference_of(&command->arena, before, after);
        status = show_difference(command, &difference);
    }
    policy_free(after);
    policy_free(before);
    return status;
}
