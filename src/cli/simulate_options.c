#include "cli/simulate_options.h"

#include "cli/choice.h"

#include <stdio.h>
#include <string.h>

static void add_fields(struct choices *choices, const struct policy *policy) {
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        choices_add(choices, field->entity, field->name, field->label, i);
    }
}

/* --- --by --------------------------------------------------------------------------------------------------------- */

static int tell_by(struct command *command, const struct simulation *simulation, const struct field *by,
                   enum by_result result) {
    if (result == BY_TOO_MANY)
        fprintf(stderr,
                say(command, "doudi: --by: 「%.*s」的值太多,分不成组;请用是否、选项,或取值不多的数\n",
                    "doudi: --by: \"%.*s\" has too many values to make groups of; take a yes or no, a choice, or a "
                    "number of few values\n"),
                TEXT_ARG(by->name));
    else if (!simulation->families)
        fputs(say(command, "doudi: --by: 这部政策里没有家庭和人员\n",
                  "doudi: --by: there are no families and people in this policy\n"),
              stderr);
    else
        fprintf(stderr,
                say(command, "doudi: --by: 「%.*s」属于 %.*s;请用 %.*s、%.*s 或其上级区域的项目\n",
                    "doudi: --by: \"%.*s\" is of %.*s; take one of %.*s, of %.*s, or of the areas above\n"),
                TEXT_ARG(by->name), TEXT_ARG(by->entity->name), TEXT_ARG(simulation->people->name),
                TEXT_ARG(simulation->families->name));
    return EXIT_USAGE;
}

int read_bys(struct command *command, const struct simulation *simulation, struct by_fields *bys) {
    const struct policy *policy = simulation->policy[TODAY];
    struct choices choices = {.arena = &command->arena};
    add_fields(&choices, policy);
    for (size_t i = 0; i < command->option_count; i++) {
        if (strcmp(command->options[i].name, "by") != 0) continue;
        const struct choice *choice = choice_of_policy(command, &choices, command->options[i].value);
        if (!choice) return EXIT_USAGE;
        const struct field *by = policy->fields.items[choice->number];
        enum by_result result = simulation_can_group(simulation, by);
        if (result != BY_OK) return tell_by(command, simulation, by, result);
        VECTOR_PUSH(&command->arena, &bys->list, by);
    }
    return EXIT_DONE;
}

/* --- --raise ------------------------------------------------------------------------------------------------------ */

static int refuse_step(struct command *command, const char *zh, const char *en, const char *whole) {
    fprintf(stderr, say(command, zh, en), whole);
    return EXIT_USAGE;
}

static int read_step(struct command *command, const char *whole, const struct field *input, struct text text,
                     struct number *step) {
    struct arena *arena = &command->arena;
    struct lane_spec spec = lane_spec_of(arena, input);
    struct value value;
    lane steps;
    if (!value_parse(arena, &input->type, input->scale, text, &value) || value.state != VALUE_KNOWN ||
        number_sign(value.as.number) <= 0)
        return refuse_step(command, "doudi: --raise %s: 步长应为大于 0 的数,以这一项自己的单位写\n",
                           "doudi: --raise %s: the step must be a number above 0, in the unit of the input\n", whole);
    if (number_compare(value.as.number, number_subtract(arena, input->high, input->low)) > 0)
        return refuse_step(command, "doudi: --raise %s: 步长比这一项的范围还大\n",
                           "doudi: --raise %s: the step is greater than the range of the input\n", whole);
    if (!number_lane(arena, &spec, value.as.number, &steps))
        return refuse_step(command, "doudi: --raise %s: 步长比这一项能记的还细\n",
                           "doudi: --raise %s: the step is finer than the input can hold\n", whole);
    *step = value.as.number;
    return EXIT_DONE;
}

static int read_raise(struct command *command, const struct simulation *simulation, const struct choices *choices,
                      const char *whole, struct raises *raises) {
    struct arena *arena = &command->arena;
    const char *equals = strchr(whole, '=');
    if (!equals)
        return refuse_step(command, "doudi: --raise %s: 写成 项目=步长,如 person.income=100\n",
                           "doudi: --raise %s: write FIELD=STEP, such as person.income=100\n", whole);
    struct text text = text_from(whole), word = text_slice(text, 0, (size_t)(equals - whole)),
                digits = text_slice(text, word.length + 1, text.length);
    const struct choice *choice = choice_of_policy(command, choices, text_copy(arena, word).bytes);
    if (!choice) return EXIT_USAGE;
    struct raise raise = {0};
    const struct field *input = simulation->policy[TODAY]->fields.items[choice->number];
    if (!cliff_can_raise(input, simulation->families))
        return refuse_step(command, "doudi: --raise %s: 只能提高家庭或人员的、以钱计的输入项\n",
                           "doudi: --raise %s: only an input in money, of families or people, can be raised\n", whole);
    int status = read_step(command, whole, input, digits, &raise.cliffs[TODAY].step);
    if (status != EXIT_DONE) return status;
    struct value step = value_number(raise.cliffs[TODAY].step);
    raise.text = text_format(arena, "%.*s.%.*s +%.*s", TEXT_ARG(input->entity->name), TEXT_ARG(input->name),
                             TEXT_ARG(value_plain(arena, &input->type, input->scale, &step)));
    raise.cliffs[REFORM].step = raise.cliffs[TODAY].step;
    raise.cliffs[TODAY].input = input;
    raise.cliffs[REFORM].input = policy_field(simulation->policy[REFORM], input->entity->name, input->name);
    VECTOR_PUSH(arena, &raises->list, raise);
    return EXIT_DONE;
}

int read_raises(struct command *command, const struct simulation *simulation, struct raises *raises) {
    const struct policy *policy = simulation->policy[TODAY];
    struct choices choices = {.arena = &command->arena};
    int status = EXIT_DONE;
    add_fields(&choices, policy);
    for (size_t i = 0; i < command->option_count && status == EXIT_DONE; i++)
        if (strcmp(command->options[i].name, "raise") == 0)
            status = read_raise(command, simulation, &choices, command->options[i].value, raises);
    return status;
}
