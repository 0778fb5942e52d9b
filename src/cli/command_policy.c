/* doudi policy: which of its commands; check and test. */
#include "cli/command.h"
#include "exchange/case.h"
#include "exchange/fhir_map.h"
#include "exchange/json.h"
#include "exchange/policy_folder.h"

#include <stdio.h>
#include <string.h>

/* What is wrong with a policy that was not compiled; the exit code. */
static int tell_mistakes(struct command *command, size_t word, const struct diagnostics *diagnostics, bool failed) {
    fprintf(stderr, say(command, "%s: %zu 处错误\n", "%s: mistakes: %zu\n"), command->words[word], diagnostics->errors);
    return failed ? out_of_memory(command) : EXIT_FOUND;
}

struct policy *policy_read(struct command *command, size_t word, int *status) {
    struct diagnostics failures;
    diagnostics_init(&failures, &command->arena);
    *status = EXIT_CANNOT;
    struct policy *policy = policy_read_folder(command->words[word], &failures);
    print_diagnostics(command, &failures);
    if (!policy && failures.list.count == 0) out_of_memory(command);
    if (policy) print_diagnostics(command, &policy->diagnostics);
    if (!policy || policy->compiled) return policy;
    *status = tell_mistakes(command, word, &policy->diagnostics, arena_failed(&policy->arena));
    policy_free(policy);
    return NULL;
}

/* --- check ------------------------------------------------------------------------------------------------------ */

static size_t count_unconfirmed(const struct parameter_values *values) {
    size_t count = 0;
    for (size_t i = 0; i < values->list.count; i++) count += !values->list.items[i].confirmed;
    return count;
}

static void print_unconfirmed(const struct command *command, const struct policy *policy) {
    size_t parameters = 0;
    for (size_t i = 0; i < policy->parameters.count; i++)
        parameters += count_unconfirmed(&policy->parameters.items[i]->values) > 0;
    if (parameters == 0) return;
    printf(say(command, "◇ 使用前须由主管部门确认的参数 %zu 项:\n", "◇ parameters to be confirmed before use: %zu\n"),
           parameters);
    for (size_t i = 0; i < policy->parameters.count; i++) {
        const struct parameter *parameter = policy->parameters.items[i];
        size_t count = count_unconfirmed(&parameter->values);
        struct text label = label_or_name(parameter->label, parameter->name, command->language);
        if (count)
            printf("  %.*s  %.*s  %zu/%zu\n", TEXT_ARG(parameter->name), TEXT_ARG(label), count,
                   parameter->values.list.count);
    }
}

/* What is wrong, for editors: [{file, line, column, length, code, text, remedy}]. */
static void write_mistakes(struct json_writer *writer, struct arena *arena, const struct diagnostics *diagnostics) {
    json_write_key(writer, "mistakes");
    json_write_array(writer);
    for (size_t i = 0; i < diagnostics->list.count; i++) {
        const struct diagnostic *mistake = &diagnostics->list.items[i];
        struct text words[LANGUAGES], remedies[LANGUAGES];
        for (int language = 0; language < LANGUAGES; language++) {
            words[language] = diagnostic_text(arena, mistake, (enum language)language);
            remedies[language] = diagnostic_remedy(arena, mistake, (enum language)language);
        }
        json_write_object(writer);
        json_write_key(writer, "code");
        json_write_string(writer, text_from(mistake->message->code));
        if (mistake->at.source) {
            json_write_key(writer, "file");
            json_write_string(writer, mistake->at.source->name);
            json_write_key(writer, "line");
            json_write_integer(writer, mistake->at.line);
            json_write_key(writer, "column");
            json_write_integer(writer, mistake->at.column);
            json_write_key(writer, "length");
            json_write_integer(writer, mistake->at.length);
        }
        json_write_words(writer, "text", words);
        json_write_words(writer, "remedy", remedies);
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}

static int check_as_json(struct command *command) {
    struct diagnostics failures;
    struct builder out;
    struct json_writer writer;
    diagnostics_init(&failures, &command->arena);
    struct policy *policy = policy_read_folder(command->words[2], &failures);
    bool compiled = policy && policy->compiled;
    bool mapped = compiled && fhir_map_check(policy, &policy->arena, &policy->diagnostics);
    bool failed = policy && arena_failed(&policy->arena);
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    json_write_object(&writer);
    json_write_key(&writer, "compiled");
    json_write_bool(&writer, compiled);
    if (compiled) {
        json_write_key(&writer, "levels");
        json_write_integer(&writer, (int64_t)policy->levels);
    }
    write_mistakes(&writer, &command->arena, policy ? &policy->diagnostics : &failures);
    json_write_close_object(&writer);
    int status = mapped ? EXIT_DONE : policy ? EXIT_FOUND : EXIT_CANNOT;
    if (failed || out.failed || arena_failed(&command->arena))
        status = out_of_memory(command);
    else
        print_builder(&out);
    builder_free(&out);
    policy_free(policy);
    return status;
}

static int check(struct command *command) {
    int status;
    struct diagnostics mistakes;
    if (command_has(command, "json")) return check_as_json(command);
    struct policy *policy = policy_read(command, 2, &status);
    if (!policy) return status;
    diagnostics_init(&mistakes, &command->arena);
    if (!fhir_map_check(policy, &command->arena, &mistakes)) {
        print_diagnostics(command, &mistakes);
        status = tell_mistakes(command, 2, &mistakes, arena_failed(&command->arena));
        policy_free(policy);
        return status;
    }
    size_t rules = 0, benefits = 0, inputs = 0;
    for (size_t i = 0; i < policy->fields.count; i++) {
        enum field_kind kind = policy->fields.items[i]->kind;
        *(kind == FIELD_INPUT ? &inputs : kind == FIELD_BENEFIT ? &benefits : &rules) += 1;
    }
    printf(say(command, "%s: 没有错误。输入项 %zu,规则 %zu,待遇 %zu,参数 %zu,保证 %zu,指标 %zu,程序 %zu\n",
               "%s: no mistakes. Inputs %zu, rules %zu, benefits %zu, parameters %zu, guarantees %zu, indicators %zu, "
               "procedures %zu\n"),
           command->words[2], inputs, rules, benefits, policy->parameters.count, policy->guarantees.count,
           policy->indicators.count, policy->procedures.count);
    print_unconfirmed(command, policy);
    policy_free(policy);
    return EXIT_DONE;
}

/* --- test ------------------------------------------------------------------------------------------------------- */

struct teller {
    size_t number;
    bool tap, json;
    struct builder text;
    struct json_writer writer;
};

static void tell(void *context, struct text name, bool passed) {
    struct teller *teller = context;
    teller->number++;
    if (teller->json) {
        json_write_object(&teller->writer);
        json_write_key(&teller->writer, "name");
        json_write_string(&teller->writer, name);
        json_write_key(&teller->writer, "passed");
        json_write_bool(&teller->writer, passed);
        json_write_close_object(&teller->writer);
    }
    if (teller->tap) printf("%s %zu - %.*s\n", passed ? "ok" : "not ok", teller->number, TEXT_ARG(name));
}

int tell_unopened(struct command *command, const struct case_runner *runner) {
    print_diagnostics(command, &runner->diagnostics);
    const struct policy *policy = runner->policies.count ? runner->policies.items[0]->policy : NULL;
    if (!policy) return runner->diagnostics.list.count ? EXIT_CANNOT : out_of_memory(command);
    if (policy->compiled) return out_of_memory(command); /* it was its areas that had no room */
    print_diagnostics(command, &policy->diagnostics);
    return tell_mistakes(command, 2, &policy->diagnostics, arena_failed(&policy->arena));
}

static int test(struct command *command) {
    struct case_runner runner;
    struct teller teller = {.tap = command_has(command, "tap"), .json = command_has(command, "json")};
    builder_init(&teller.text);
    json_writer_init(&teller.writer, &teller.text, false);
    if (teller.json) json_write_array(&teller.writer);
    bool opened = case_runner_open(&runner, command->words[2]);
    runner.told = tell;
    runner.context = &teller;
    bool finished = opened && case_runner_run_all(&runner);
    size_t found = runner.passed + runner.failed;
    int status = finished ? EXIT_DONE : opened ? out_of_memory(command) : tell_unopened(command, &runner);
    if (opened) print_diagnostics(command, &runner.diagnostics);
    if (finished && runner.diagnostics.errors) status = EXIT_FOUND; /* a case is wrong, or there is none */
    if (finished && teller.tap) printf("1..%zu\n", teller.number);
    if (teller.json) json_write_close_array(&teller.writer);
    if (finished && teller.json) print_builder(&teller.text);
    builder_free(&teller.text);
    if (finished && found && !teller.tap && !teller.json)
        printf(say(command, "%s: 例题通过 %zu,不符 %zu\n", "%s: cases passed: %zu, failed: %zu\n"), command->words[2],
               runner.passed, runner.failed);
    case_runner_close(&runner);
    return status;
}

/* ---------------------------------------------------------------------------------------------------------------- */

/* Behind policy and its command stands a folder, behind that of diff another; else names. */
static bool names_folders(const struct command *command) {
    size_t folders = strcmp(command->words[1], "diff") == 0 ? command->word_count : 3;
    for (size_t i = 2; i < folders; i++)
        if (!*command->words[i]) return false;
    return true;
}

int command_policy(struct command *command) {
    static const struct {
        const char *name;
        size_t least, most; /* words */
        int (*run)(struct command *);
    } commands[] = {
        {"check", 3, 3, check},
        {"test", 3, 3, test},
        {"print", 3, 3, policy_show_print},
        {"coverage", 3, 3, policy_show_coverage},
        {"graph", 3, 4, policy_show_graph},
        {"program", 3, 4, policy_show_program},
        {"prove", 3, ARGUMENTS_MAX, policy_prove},
        {"search", 3, ARGUMENTS_MAX, policy_search},
        {"diff", 4, 4, policy_show_difference},
    };
    for (size_t i = 0; command->word_count > 1 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(command->words[1], commands[i].name) == 0 && command->word_count >= commands[i].least &&
            command->word_count <= commands[i].most)
            return names_folders(command) ? commands[i].run(command) : no_folder(command);
    return wrong_usage(command);
}
