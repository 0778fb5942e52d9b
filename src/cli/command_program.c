/* doudi policy program: what the rules of a month become before they are run. */
#include "cli/choice.h"
#include "cli/session.h"
#include "program/listing.h"

/* The rule that the word names; told, and NULL, when there is none. */
static const struct field *find_rule(const struct session *session, const char *word) {
    struct choices choices = {.arena = &session->command->arena, .what = {"规则", "rule"}};
    for (size_t i = 0; i < session->policy->fields.count; i++) {
        const struct field *field = session->policy->fields.items[i];
        if (field->kind != FIELD_INPUT) choices_add(&choices, field->entity, field->name, field->label, i);
    }
    const struct choice *choice = choice_of_policy(session->command, &choices, word);
    return choice ? session->policy->fields.items[choice->number] : NULL;
}

static int list(struct session *session, month_number month, const struct field *only) {
    struct command *command = session->command;
    struct run_options options = session_options(session);
    struct graph *graph = graph_new(session->policy, month, &options);
    struct builder out;
    if (!graph) return out_of_memory(command);
    builder_init(&out);
    graph_list(&out, &command->arena, graph, only, command->language);
    graph_free(graph);
    return show_built(command, &out);
}

/* The same as it runs where everything is known. */
static int list_steps(struct session *session, month_number month, const struct field *only) {
    struct command *command = session->command;
    struct run_options options = session_options(session);
    bool *wanted = ARENA_ARRAY(&command->arena, bool, session->policy->fields.count + 1);
    struct builder out;
    if (!wanted) return out_of_memory(command);
    for (size_t i = 0; i < session->policy->fields.count; i++)
        wanted[i] = !only || session->policy->fields.items[i] == only;
    struct program *program = program_new(session->policy, month, &options, wanted);
    if (!program) return out_of_memory(command);
    builder_init(&out);
    program_list(&out, &command->arena, program, command->language);
    program_free(program);
    return show_built(command, &out);
}

int policy_show_program(struct command *command) {
    month_number first, last;
    struct session session = {0};
    if (!has_option(command, "month") || !session_months(command, &first, &last)) return EXIT_USAGE;
    if (first != last) return one_month_only(command);
    int status = session_open_law(&session, command, command->words[2]);
    const struct field *only = NULL;
    if (status == EXIT_DONE && command->word_count > 3 && !(only = find_rule(&session, command->words[3])))
        status = EXIT_USAGE;
    if (status == EXIT_DONE) status = (command_has(command, "runs") ? list_steps : list)(&session, first, only);
    session_close(&session);
    return status;
}
