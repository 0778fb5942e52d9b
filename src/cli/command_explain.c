/* doudi explain: why one family gets what it gets. */
#include "cli/session.h"
#include "engine/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_utf8_terminal(void) {
    const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return strstr(value, "UTF-8") || strstr(value, "utf8") || strstr(value, "UTF8");
    }
    return false;
}

/* The row that the word names, in whatever entity. */
static const struct entity *find_row(const struct session *session, struct text id, size_t *row) {
    for (size_t i = 0; i < session->policy->entities.count; i++) {
        const struct entity *entity = session->policy->entities.items[i];
        *row = entity->is_event ? SIZE_MAX : table_find(dataset_table(session->dataset, entity), id);
        if (*row != SIZE_MAX) return entity;
    }
    return NULL;
}

static void explain_one(struct session *session, const struct field *field, size_t row, unsigned depth) {
    struct command *command = session->command;
    struct explanation *explanation = explain_field(session->run, &command->arena, field, row, depth);
    struct builder out;
    if (!explanation || arena_failed(&command->arena)) return;
    builder_init(&out);
    explanation_print(&out, &command->arena, explanation, command->language, is_utf8_terminal());
    print_builder(&out);
    builder_free(&out);
}

/* Every benefit that the row, or one below it, gets or might get; zeros are left to --why-not. */
static void explain_below(struct session *session, const struct entity *entity, size_t row, unsigned depth) {
    for (size_t i = 0; i < session->policy->fields.count; i++) {
        const struct field *benefit = session->policy->fields.items[i];
        size_t begin, end;
        if (benefit->kind != FIELD_BENEFIT || benefit->entity->is_event || !entity_is_within(benefit->entity, entity))
            continue;
        dataset_below(session->dataset, entity, row, benefit->entity, &begin, &end);
        for (size_t k = begin; k < end; k++) {
            struct value value = run_in_force(session->run, benefit, k);
            if (value.state == VALUE_KNOWN && number_sign(value.as.number) == 0) continue;
            if (benefit->entity != entity)
                printf("%.*s  ", TEXT_ARG(dataset_table(session->dataset, benefit->entity)->ids[k]));
            explain_one(session, benefit, k, depth);
        }
    }
}

static int why_not(struct session *session, const struct entity *entity, size_t row, const char *name) {
    struct command *command = session->command;
    for (size_t i = 0; i < session->policy->fields.count; i++) {
        const struct field *benefit = session->policy->fields.items[i];
        bool named = text_is(benefit->name, name) || text_is(benefit->label[LANGUAGE_ZH], name) ||
                     text_is(benefit->label[LANGUAGE_EN], name);
        size_t begin, end;
        if (!named || benefit->kind == FIELD_INPUT || !entity_is_within(benefit->entity, entity)) continue;
        dataset_below(session->dataset, entity, row, benefit->entity, &begin, &end);
        for (size_t k = begin; k < end; k++) {
            struct explanation *explanation = explain_why_not(session->run, &command->arena, benefit, k);
            struct builder out;
            if (!explanation || arena_failed(&command->arena)) return out_of_memory(command);
            builder_init(&out);
            explanation_print(&out, &command->arena, explanation, command->language, is_utf8_terminal());
            print_builder(&out);
            builder_free(&out);
        }
        return EXIT_DONE;
    }
    fprintf(stderr, say(command, "doudi: 没有待遇「%s」\n", "doudi: there is no benefit “%s”\n"), name);
    return EXIT_USAGE;
}

int command_explain(struct command *command) {
    month_number first, last;
    const char *depth_text = command_option(command, "depth"), *benefit = command_option(command, "why-not");
    unsigned depth = depth_text ? (unsigned)strtoul(depth_text, NULL, 10) : 4;
    if (command->word_count != 3 || !command_option(command, "month"))
        return usage(
            command, "用法: doudi explain 数据 家庭 --policy 文件夹 --month 2018-07 [--depth N] [--why-not 待遇]",
            "usage: doudi explain DATA HOUSEHOLD --policy FOLDER --month 2018-07 [--depth N] [--why-not BENEFIT]");
    if (!session_months(command, &first, &last)) return EXIT_USAGE;
    struct session session;
    int status = session_open(&session, command, command->words[1]);
    if (status == EXIT_DONE) status = session_decide(&session, last);
    size_t row = 0;
    const struct entity *entity = status == EXIT_DONE ? find_row(&session, text_from(command->words[2]), &row) : NULL;
    if (status == EXIT_DONE && !entity) {
        fprintf(stderr,
                say(command, "doudi: 数据里没有「%s」;请写家庭或人员的编号\n",
                    "doudi: there is no “%s” in the data; name a family or person by id\n"),
                command->words[2]);
        status = EXIT_USAGE;
    }
    if (status == EXIT_DONE && benefit) status = why_not(&session, entity, row, benefit);
    if (status == EXIT_DONE && !benefit) explain_below(&session, entity, row, depth);
    if (status == EXIT_DONE && run_failed(session.run)) status = out_of_memory(command);
    session_close(&session);
    return status;
}
