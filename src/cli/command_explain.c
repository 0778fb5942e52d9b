/* doudi explain: why one family gets what it gets. */
#include "base/shown.h"
#include "cli/choice.h"
#include "cli/session.h"
#include "engine/explain.h"
#include "exchange/explanation_json.h"

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

/* The row that the word names, in whatever entity; an event by its whole name. */
static const struct entity *find_row(const struct session *session, struct text id, size_t *row) {
    for (size_t i = 0; i < session->policy->entities.count; i++) {
        const struct entity *entity = session->policy->entities.items[i];
        const struct table *table = dataset_table(session->dataset, entity);
        *row = SIZE_MAX;
        for (size_t k = 0; entity->is_event && k < table->rows; k++)
            if (text_equal(table_id(table, k), id) && run_event_counts(session->run, entity, k)) *row = k;
        if (!entity->is_event) *row = table_find(table, id);
        if (*row != SIZE_MAX) return entity;
    }
    return NULL;
}

/* What is to be shown of a run, and how. */
struct teller {
    struct session *session;
    unsigned depth;
    const char *why_not;      /* a benefit, or NULL */
    const struct field *only; /* of a decision that is asked for; NULL: all benefits */
    bool json;
    size_t told;       /* benefits */
    struct map opened; /* of the JSON document */
    struct builder text;
    struct json_writer writer;
};

static void tell(struct teller *teller, const struct explanation *explanation, const struct entity *asked) {
    struct command *command = teller->session->command;
    if (!explanation || arena_failed(&command->arena)) return;
    if (teller->json) {
        explanation_write_json(&teller->writer, &teller->opened, explanation);
        return;
    }
    if (explanation->field->entity != asked) builder_format(&teller->text, "%.*s  ", TEXT_ARG(explanation->id));
    explanation_print(&teller->text, &command->arena, explanation, command->language, is_utf8_terminal());
}

/* Every benefit that the row, or one below it, gets or might get, of events those of the month; zeros are left to
 * --why-not. */
static void tell_benefits(struct teller *teller, const struct entity *entity, size_t row) {
    struct session *session = teller->session;
    for (size_t i = 0; i < session->policy->fields.count; i++) {
        const struct field *benefit = session->policy->fields.items[i];
        size_t begin, end;
        if (benefit->kind != FIELD_BENEFIT || !entity_is_within(benefit->entity, entity)) continue;
        dataset_below(session->dataset, entity, row, benefit->entity, &begin, &end);
        for (size_t k = begin; k < end; k++) {
            if (benefit->entity->is_event && benefit->entity != entity &&
                run_event_month(session->run, benefit->entity, k) != session->run->month)
                continue;
            struct value value = run_in_force(session->run, benefit, k);
            bool nothing = value.state == VALUE_KNOWN && number_sign(value.as.number) == 0;
            int yearly = benefit->rules.items[0]->declaration->yearly;
            bool elsewhere = yearly && month_of_year(session->run->month) != yearly && value.state == VALUE_UNKNOWN &&
                             value.reason.kind == REASON_NOT_ASSESSED &&
                             value.reason.field == benefit; /* judged in a month that was not assessed */
            if (nothing || elsewhere) continue;
            teller->told++;
            tell(teller, explain_field(session->run, &session->command->arena, benefit, k, teller->depth), entity);
        }
    }
}

/* --- alerts ----------------------------------------------------------------------------------------------------- */

static void write_alert(struct teller *teller, const struct field *alert, struct text id, const struct value *value) {
    struct arena *arena = &teller->session->command->arena;
    struct json_writer *writer = &teller->writer;
    json_write_object(writer);
    json_write_key(writer, "alert");
    json_write_string(writer, alert->name);
    json_write_words(writer, "label", alert->label);
    json_write_key(writer, "id");
    json_write_string(writer, id);
    json_write_key(writer, "state");
    json_write_string(writer, value->state == VALUE_KNOWN ? TEXT("true") : TEXT("undetermined"));
    if (value->state != VALUE_KNOWN) {
        json_write_key(writer, "reason");
        json_write_string(writer, reason_written(arena, teller->session->policy, value));
    }
    json_write_close_object(writer);
}

static void print_alert(struct teller *teller, const struct field *alert, struct text id, const struct value *value) {
    struct session *session = teller->session;
    struct command *command = session->command;
    struct text label = label_or_name(alert->label, alert->name, command->language);
    const struct names *cites = &alert->declaration->cites;
    bool known = value->state == VALUE_KNOWN, unicode = is_utf8_terminal();
    if (id.length) builder_format(&teller->text, "%.*s  ", TEXT_ARG(id));
    builder_format(&teller->text, "%s %.*s", known ? "!" : unicode ? "？" : "?", TEXT_ARG(label));
    for (size_t i = 0; i < cites->list.count; i++)
        builder_format(&teller->text, "%s%.*s",
                       i         ? ", "
                       : unicode ? "  〔"
                                 : "  [",
                       TEXT_ARG(cites->list.items[i].text));
    if (cites->list.count) builder_add(&teller->text, text_from(unicode ? "〕" : "]"));
    if (!known)
        builder_format(&teller->text, "  %.*s",
                       TEXT_ARG(reason_words(&command->arena, session->run, value, command->language)));
    builder_add(&teller->text, TEXT("\n"));
}

/* What somebody is to be told of the row and of those below it, and what nobody can tell. */
static void tell_alerts(struct teller *teller, const struct entity *entity, size_t row) {
    struct session *session = teller->session;
    for (size_t i = 0; i < session->policy->fields.count; i++) {
        const struct field *alert = session->policy->fields.items[i];
        size_t begin, end;
        if (alert->kind != FIELD_ALERT || !entity_is_within(alert->entity, entity)) continue;
        dataset_below(session->dataset, entity, row, alert->entity, &begin, &end);
        for (size_t k = begin; k < end; k++) {
            struct value value = run_value(session->run, alert, k);
            struct text id = table_id(dataset_table(session->dataset, alert->entity), k);
            if (value.state == VALUE_KNOWN && !value.as.truth) continue;
            if (teller->json)
                write_alert(teller, alert, id, &value);
            else
                print_alert(teller, alert, alert->entity == entity ? TEXT("") : id, &value);
        }
    }
}

/* --- why not ---------------------------------------------------------------------------------------------------- */

/* Every rule that the filter takes, of that entity or below it; of the whole policy when it is NULL. */
static struct choices rules_of(struct session *session, const struct entity *entity, bool below, bool benefits) {
    struct choices choices = {.arena = &session->command->arena};
    for (size_t i = 0; i < session->policy->fields.count; i++) {
        const struct field *field = session->policy->fields.items[i];
        bool own = !entity || field->entity == entity || (below && entity_is_within(field->entity, entity));
        bool wanted = benefits ? field->kind == FIELD_BENEFIT : field->kind != FIELD_INPUT;
        if (own && wanted) choices_add(&choices, field->entity, field->name, field->label, i);
    }
    return choices;
}

/* What the row itself has goes before what stands below it, and that before anything else. */
static const struct field *find_rule(struct session *session, const struct entity *entity, struct text word) {
    const struct policy *policy = session->policy;
    for (int reach = 0; reach < 3; reach++) {
        struct choices choices = rules_of(session, reach < 2 ? entity : NULL, reach > 0, false);
        bool several;
        const struct choice *choice = choice_find(&choices, word, &several);
        if (choice) return policy->fields.items[choice->number];
        if (several) {
            fprintf(stderr,
                    say(session->command, "doudi: 叫「%.*s」的不止一个;请写其中之一:\n",
                        "doudi: several things are called \"%.*s\"; write one of these:\n"),
                    TEXT_ARG(word));
            choices_tell_several(session->command, &choices, word);
            return NULL;
        }
    }
    struct choices benefits = rules_of(session, NULL, false, true);
    fprintf(stderr,
            say(session->command, "doudi: 没有待遇或规则「%.*s」", "doudi: there is no benefit or rule \"%.*s\""),
            TEXT_ARG(word));
    choices_tell(session->command, &benefits, word, false);
    return NULL;
}

/* A word as a shell takes it. */
static void print_word(const char *word) {
    bool plain = *word != '\0';
    for (const char *c = word; *c; c++) plain = plain && !strchr(" \t\n\"'\\$`!&|;<>()*?[]{}~#", *c);
    if (plain) {
        fprintf(stderr, " %s", word);
        return;
    }
    fputs(" '", stderr);
    for (; *word; word++) fputs(*word == '\'' ? "'\\''" : (const char[]){*word, '\0'}, stderr);
    fputs("'", stderr);
}

/* The command as it was given, of another row. */
static void print_command(const struct command *command, struct text id) {
    fputs("  doudi explain", stderr);
    print_word(command->words[1]);
    print_word(id.bytes);
    for (size_t i = 0; i < command->option_count; i++) {
        fprintf(stderr, " --%s", command->options[i].name);
        if (command->options[i].value) print_word(command->options[i].value);
    }
    fputs("\n", stderr);
}

/* The rule is of an entity that neither is that of the row nor lies below it, such as a person's family. */
static int tell_elsewhere(struct session *session, const struct field *rule, const struct entity *entity, size_t row) {
    struct command *command = session->command;
    const struct entity *reached = entity;
    while (reached && !entity_is_within(rule->entity, reached)) reached = reached->parent;
    struct text of = label_or_name(rule->entity->label, rule->entity->name, command->language),
                label = label_or_name(rule->label, rule->name, command->language),
                asked = label_or_name(entity->label, entity->name, command->language);
    bool benefit = rule->kind == FIELD_BENEFIT;
    fprintf(stderr,
            benefit ? say(command, "doudi: 「%.*s」(%.*s)是%.*s的待遇,不是%.*s的",
                          "doudi: \"%.*s\" (%.*s) is a benefit of the %.*s, not of the %.*s")
                    : say(command, "doudi: 「%.*s」(%.*s)是%.*s的规则,不是%.*s的",
                          "doudi: \"%.*s\" (%.*s) is a rule of the %.*s, not of the %.*s"),
            TEXT_ARG(rule->name), TEXT_ARG(label), TEXT_ARG(of), TEXT_ARG(asked));
    if (!reached) {
        fprintf(stderr, say(command, ";请写%.*s的编号\n", "; give the id of a %.*s\n"), TEXT_ARG(of));
        return EXIT_USAGE;
    }
    size_t above = dataset_climb(session->dataset, entity, row, reached);
    fputs(say(command, ";请运行:\n", "; run:\n"), stderr);
    print_command(command, text_shown(&command->arena, table_id(dataset_table(session->dataset, reached), above)));
    return EXIT_USAGE;
}

static int tell_why_not(struct teller *teller, const struct entity *entity, size_t row) {
    struct session *session = teller->session;
    const struct field *rule = find_rule(session, entity, text_from(teller->why_not));
    size_t begin, end;
    if (!rule) return EXIT_USAGE;
    if (!entity_is_within(rule->entity, entity)) return tell_elsewhere(session, rule, entity, row);
    dataset_below(session->dataset, entity, row, rule->entity, &begin, &end);
    for (size_t k = begin; k < end; k++)
        tell(teller, explain_why_not(session->run, &session->command->arena, rule, k), entity);
    return EXIT_DONE;
}

/* --- one row ---------------------------------------------------------------------------------------------------- */

/* Whose it is, of which month, by which law. */
static void begin_document(struct teller *teller, struct text id) {
    struct session *session = teller->session;
    struct command *command = session->command;
    struct text month = month_format(&command->arena, session->run->month), name = policy_name(session->policy);
    if (!teller->json) {
        builder_format(&teller->text, say(command, "%.*s  %.*s  政策 %.*s\n", "%.*s  %.*s  policy %.*s\n"),
                       TEXT_ARG(id), TEXT_ARG(month), TEXT_ARG(name));
        return;
    }
    json_writer_init(&teller->writer, &teller->text, false);
    map_init(&teller->opened, &command->arena);
    json_write_object(&teller->writer);
    json_write_key(&teller->writer, "id");
    json_write_string(&teller->writer, id);
    json_write_key(&teller->writer, "month");
    json_write_string(&teller->writer, month);
    json_write_key(&teller->writer, "policy");
    json_write_string(&teller->writer, name);
}

static void tell_all(struct teller *teller, const struct entity *entity, size_t row) {
    struct session *session = teller->session;
    if (teller->only) {
        if (teller->json) json_write_key(&teller->writer, "explanations");
        if (teller->json) json_write_array(&teller->writer);
        teller->told++;
        tell(teller, explain_field(session->run, &session->command->arena, teller->only, row, teller->depth), entity);
        return;
    }
    if (teller->json) {
        json_write_key(&teller->writer, "alerts");
        json_write_array(&teller->writer);
    }
    tell_alerts(teller, entity, row);
    if (teller->json) {
        json_write_close_array(&teller->writer);
        json_write_key(&teller->writer, "explanations");
        json_write_array(&teller->writer);
    }
    tell_benefits(teller, entity, row);
}

static int tell_row(struct teller *teller, const struct entity *entity, size_t row) {
    struct session *session = teller->session;
    int status = EXIT_DONE;
    begin_document(teller, table_id(dataset_table(session->dataset, entity), row));
    if (teller->why_not) {
        if (teller->json) json_write_key(&teller->writer, "explanations");
        if (teller->json) json_write_array(&teller->writer);
        status = tell_why_not(teller, entity, row);
    } else {
        tell_all(teller, entity, row);
    }
    if (teller->json) {
        json_write_close_array(&teller->writer);
        json_write_close_object(&teller->writer);
    } else if (!teller->why_not && teller->told == 0) {
        builder_add(&teller->text, text_from(say(session->command, "没有任何待遇;用 --why-not 待遇 看为什么\n",
                                                 "no benefit at all; --why-not BENEFIT tells why\n")));
    }
    if (run_failed(session->run) || arena_failed(&session->command->arena) || teller->text.failed)
        return out_of_memory(session->command);
    if (status == EXIT_DONE && teller->json)
        print_builder(&teller->text);
    else if (status == EXIT_DONE)
        print_coloured(session->command, builder_text(&teller->text));
    return status;
}

/* Its rows that were refused, each with its mistakes; true when there are any. */
static bool tell_refused(struct session *session, struct text id) {
    struct command *command = session->command;
    const struct import *import = &session->import;
    bool any = false;
    for (size_t i = 0; i < import->refused.count; i++) {
        const struct import_refused *refused = &import->refused.items[i];
        struct diagnostics own = session->diagnostics;
        if (!text_equal(refused->id, id) || refused->diagnostic == SIZE_MAX) continue;
        own.list.items += refused->diagnostic;
        own.list.count = 0;
        for (size_t k = refused->diagnostic; k < session->diagnostics.list.count; k++) {
            const struct diagnostic *diagnostic = &session->diagnostics.list.items[k];
            if (diagnostic->at.source != &refused->file->source || diagnostic->at.line != refused->line) break;
            own.list.count++;
        }
        if (!any)
            fprintf(stderr, say(command, "doudi: 「%.*s」的数据被退回:\n", "doudi: the row of \"%.*s\" was refused:\n"),
                    TEXT_ARG(id));
        print_diagnostics(command, &own);
        any = true;
    }
    return any;
}

static int tell_missing(struct session *session, const char *word) {
    if (tell_refused(session, text_from(word))) return EXIT_FOUND;
    fprintf(stderr,
            say(session->command, "doudi: 数据里没有「%s」;请写家庭、人员的编号,或单子的全名\n",
                "doudi: there is no \"%s\" in the data; name a family or person by id, a bill by its whole name\n"),
            word);
    return EXIT_USAGE;
}

/* --previous holds the results of one area, and the row lies elsewhere: of months before nothing is known of it. */
static bool is_elsewhere(const struct session *session, const struct entity *entity, size_t row) {
    return session->area.length && !rows_hold(run_rows(session->run, entity), row);
}

static int tell_beyond_previous(const struct session *session, const char *word) {
    const struct command *command = session->command;
    fprintf(stderr,
            say(command, "doudi: %s 只有 %.*s 的结果,「%s」不在其中;请用所有人的结果\n",
                "doudi: %s holds the results of %.*s only, and \"%s\" lies elsewhere; take those of everybody\n"),
            command_option(command, "previous"), TEXT_ARG(session->area), word);
    return EXIT_CANNOT;
}

static bool read_depth(const struct command *command, unsigned *depth) {
    enum { DEPTH_USUAL = 4, DEPTH_MOST = 99 };
    const char *text = command_option(command, "depth");
    char *end = NULL;
    *depth = DEPTH_USUAL;
    if (!text) return true;
    unsigned long found = strtoul(text, &end, 10);
    *depth = found > DEPTH_MOST ? DEPTH_MOST : (unsigned)found;
    return *text >= '0' && *text <= '9' && *end == '\0';
}

/* --- a decision --------------------------------------------------------------------------------------------------- */

/* RUN/ENTITY.BENEFIT/ID. */
struct decision {
    int64_t change;
    struct text field, id;
};

static size_t find_stroke(struct text text, size_t from) {
    while (from < text.length && text.bytes[from] != '/') from++;
    return from;
}

static bool read_decision(const struct command *command, struct decision *decision) {
    struct text text = text_from(command_option(command, "decision"));
    size_t first = find_stroke(text, 0), second = find_stroke(text, first + 1);
    bool good = second < text.length && run_number(text_slice(text, 0, first), &decision->change);
    if (good) decision->field = text_slice(text, first + 1, second);
    if (good) decision->id = text_slice(text, second + 1, text.length);
    if (!good)
        wrong_option(command, "--decision 应为 测算编号/种类.待遇/编号", "--decision takes RUN/ENTITY.BENEFIT/ID");
    return good;
}

/* The row of the field's entity, an event by its whole name. */
static size_t row_of(const struct session *session, const struct entity *entity, struct text id) {
    const struct table *table = dataset_table(session->dataset, entity);
    if (!entity->is_event) return table_find(table, id);
    for (size_t row = 0; row < table->rows; row++)
        if (text_equal(table_id(table, row), id)) return row;
    return SIZE_MAX;
}

static const struct field *field_of(const struct session *session, struct text name) {
    size_t dot = 0;
    while (dot < name.length && name.bytes[dot] != '.') dot++;
    return dot < name.length
               ? policy_field(session->policy, text_slice(name, 0, dot), text_slice(name, dot + 1, name.length))
               : NULL;
}

static int tell_no_decision(const struct session *session, const struct decision *decision) {
    fprintf(stderr,
            say(session->command, "doudi: 第 %lld 次变动里没有「%.*s」的 %.*s\n",
                "doudi: what change %lld kept has no \"%.*s\" with a %.*s\n"),
            (long long)decision->change, TEXT_ARG(decision->id), TEXT_ARG(decision->field));
    return EXIT_USAGE;
}

/* What this version finds is only told as the decision when it is. */
static int check_decision(struct teller *teller, const struct registry_run *run, const struct field *field,
                          size_t row) {
    struct session *session = teller->session;
    struct command *command = session->command;
    struct text id = table_id(dataset_table(session->dataset, field->entity), row);
    struct registry_differences differences = {0};
    int status = session_record(session);
    if (status == EXIT_DONE) status = session_compare_run(session, run, &differences);
    for (size_t i = 0; i < differences.list.count && status == EXIT_DONE; i++) {
        const struct registry_difference *difference = &differences.list.items[i];
        if (difference->field != field || !text_equal(difference->id, id)) continue;
        fprintf(stderr,
                say(command, "doudi: 这个版本算出的与当时登记的(%.*s,程序 %.*s)不一样\n",
                    "doudi: this version finds another value than was kept (%.*s, by version %.*s)\n"),
                TEXT_ARG(value_plain(&command->arena, &field->type, field->scale, &difference->told)),
                TEXT_ARG(run->engine));
        status = EXIT_FOUND;
    }
    return status;
}

static int tell_decision(struct teller *teller) {
    struct session *session = teller->session;
    struct command *command = session->command;
    struct decision decision;
    struct registry_run run;
    if (!read_decision(command, &decision)) return EXIT_USAGE;
    int status = session_open_run(session, command, command->words[1], decision.change, &run);
    if (status == EXIT_DONE) status = session_decide(session, run.month);
    if (status != EXIT_DONE) return status;
    teller->only = field_of(session, decision.field);
    bool decides = teller->only && teller->only->kind != FIELD_INPUT;
    size_t row = decides ? row_of(session, teller->only->entity, decision.id) : SIZE_MAX;
    if (row == SIZE_MAX) return tell_no_decision(session, &decision);
    status = tell_row(teller, teller->only->entity, row);
    int same = status == EXIT_DONE ? check_decision(teller, &run, teller->only, row) : EXIT_DONE;
    return same == EXIT_DONE ? status : same;
}

/* --- what stands in a month --------------------------------------------------------------------------------------- */

static int tell_month(struct teller *teller) {
    struct session *session = teller->session;
    struct command *command = session->command;
    month_number first, last;
    if (!has_option(command, "month")) return wrong_usage(command);
    if (!session_months(command, &first, &last)) return EXIT_USAGE;
    session->of = command->words[2];
    int status = session_open(session, command, command->words[1], first, last);
    for (month_number month = first; month <= last && status == EXIT_DONE; month++) {
        status = session_decide(session, month);
        if (status == EXIT_DONE && month < last) status = session_record(session);
    }
    size_t row = 0;
    const struct entity *entity = status == EXIT_DONE ? find_row(session, text_from(command->words[2]), &row) : NULL;
    if (status == EXIT_DONE && !entity) status = tell_missing(session, command->words[2]);
    if (entity && is_elsewhere(session, entity, row)) status = tell_beyond_previous(session, command->words[2]);
    return status == EXIT_DONE ? tell_row(teller, entity, row) : status;
}

int command_explain(struct command *command) {
    struct session session = {.command = command, .quiet = true, .follows = true};
    struct teller teller = {
        .session = &session, .why_not = command_option(command, "why-not"), .json = command_has(command, "json")};
    bool decided = command_has(command, "decision");
    if (command->word_count != (decided ? 2 : 3)) return wrong_usage(command);
    if (decided && command_has(command, "as-known"))
        return wrong_option(command, "--decision 用的是当时所知,不和 --as-known 一起用",
                            "--decision is by what was known then, without --as-known");
    if (!read_depth(command, &teller.depth))
        return wrong_option(command, "--depth 应为一个数,如 4", "--depth takes a number, such as 4");
    builder_init(&teller.text);
    int status = decided ? tell_decision(&teller) : tell_month(&teller);
    builder_free(&teller.text);
    session_close(&session);
    return status;
}
