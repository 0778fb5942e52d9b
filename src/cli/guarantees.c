#include "cli/guarantees.h"

#include "cli/choice.h"
#include "cli/session.h"

enum { NAMES_BEGIN = 3 }; /* behind policy, the command and the folder */

/* False, and told, when a word names none. */
static bool choose(struct guarantees *guarantees, const struct policy *policy) {
    struct command *command = guarantees->command;
    struct choices choices = {.arena = &command->arena, .what = {"保证", "guarantee"}};
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        const struct guarantee *guarantee = policy->guarantees.items[i];
        choices_add(&choices, guarantee->entity, guarantee->name, guarantee->declaration->label, i);
        if (command->word_count == NAMES_BEGIN) VECTOR_PUSH(&command->arena, &guarantees->chosen, guarantee);
    }
    for (size_t i = NAMES_BEGIN; i < command->word_count; i++) {
        const struct choice *choice = choice_of_policy(command, &choices, command->words[i]);
        if (!choice) return false;
        VECTOR_PUSH(&command->arena, &guarantees->chosen, policy->guarantees.items[choice->number]);
    }
    return true;
}

int guarantees_open(struct guarantees *guarantees, struct command *command) {
    month_number last;
    *guarantees = (struct guarantees){.command = command};
    if (!has_option(command, "month") || !session_months(command, &guarantees->month, &last)) return EXIT_USAGE;
    if (guarantees->month != last) return one_month_only(command);
    guarantees->opened = true;
    if (!case_runner_open(&guarantees->runner, command->words[2])) return tell_unopened(command, &guarantees->runner);
    if (!choose(guarantees, guarantees->runner.policies.items[0]->policy)) return EXIT_USAGE;
    return arena_failed(&command->arena) ? out_of_memory(command) : EXIT_DONE;
}

void guarantees_close(struct guarantees *guarantees) {
    if (guarantees->opened) case_runner_close(&guarantees->runner);
}

void guarantee_print_head(struct builder *out, const struct command *command, const struct guarantee *guarantee,
                          const char *sign) {
    struct text label = label_or_name(guarantee->declaration->label, guarantee->name, command->language);
    builder_format(out, "%s %.*s  %.*s  ", sign, TEXT_ARG(guarantee->name), TEXT_ARG(label));
}

void guarantee_print_not_in_force(struct builder *out, const struct command *command) {
    builder_format(out, "%s\n", say(command, "这个月不生效", "not in force this month"));
}

void guarantee_print_case(struct builder *out, struct text written) {
    enum { INDENT = 4 };
    for (size_t begin = 0; begin < written.length;) {
        size_t end = begin;
        while (end < written.length && written.bytes[end] != '\n') end++;
        builder_pad(out, INDENT);
        builder_add(out, text_slice(written, begin, end));
        builder_add(out, TEXT("\n"));
        begin = end + 1;
    }
}

void guarantee_write_head(struct json_writer *writer, const struct guarantee *guarantee) {
    json_write_key(writer, "guarantee");
    json_write_string(writer, guarantee->name);
    json_write_words(writer, "label", guarantee->declaration->label);
}
