#include "cli/choice.h"

#include <stdio.h>

enum { LISTED_MOST = 20 };

void choices_add(struct choices *choices, const struct entity *entity, struct text name, const struct text *label,
                 size_t number) {
    VECTOR_PUSH(choices->arena, &choices->list, ((struct choice){entity, name, label, number}));
}

/* --- finding ---------------------------------------------------------------------------------------------------- */

static bool is_label(const struct text *label, struct text word) {
    return word.length && (text_equal(label[LANGUAGE_ZH], word) || text_equal(label[LANGUAGE_EN], word));
}

/* Cuts household.size in two; false when there is no dot. */
static bool cut(struct text word, struct text *before, struct text *behind) {
    size_t dot = 0;
    while (dot < word.length && word.bytes[dot] != '.') dot++;
    *before = text_slice(word, 0, dot);
    *behind = dot < word.length ? text_slice(word, dot + 1, word.length) : word;
    return dot < word.length;
}

/* household.size, or 家庭.人数 */
static bool is_whole(const struct choice *choice, struct text word, bool by_label) {
    struct text before, behind;
    if (!cut(word, &before, &behind) || !choice->entity) return false;
    if (!text_equal(choice->entity->name, before) && !is_label(choice->entity->label, before)) return false;
    return by_label ? is_label(choice->label, behind) : text_equal(choice->name, behind);
}

static bool is_named(const struct choice *choice, struct text word, bool by_label) {
    bool plain = by_label ? is_label(choice->label, word) : text_equal(choice->name, word);
    return plain || is_whole(choice, word, by_label);
}

const struct choice *choice_find(const struct choices *choices, struct text word, bool *several) {
    const struct choice *found = NULL;
    *several = false;
    for (int by_label = 0; by_label < 2 && !found; by_label++)
        for (size_t i = 0; i < choices->list.count; i++) {
            const struct choice *choice = &choices->list.items[i];
            if (!is_named(choice, word, by_label)) continue;
            *several = *several || found;
            found = choice;
        }
    return *several ? NULL : found;
}

/* --- what is near ----------------------------------------------------------------------------------------------- */

/* Small letters, and spaces for what joins the words of a name: a_name lies in "A name and more". */
static struct text plain(struct arena *arena, struct text text) {
    struct text copy = text_copy(arena, text);
    for (size_t i = 0; i < copy.length; i++) {
        char *c = (char *)&copy.bytes[i];
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
        if (*c == '_' || *c == '-') *c = ' ';
    }
    return copy;
}

static bool holds(struct text text, struct text part) {
    for (size_t i = 0; part.length && i + part.length <= text.length; i++)
        if (text_equal(text_slice(text, i, i + part.length), part)) return true;
    return false;
}

/* The word in the text, the text in the word, or few letters between them. */
static bool is_near(struct arena *arena, struct text text, struct text word) {
    struct suggestion suggestion;
    struct text whole = plain(arena, text), wanted = plain(arena, word);
    suggestion_begin(&suggestion, wanted);
    suggestion_note(&suggestion, whole);
    return suggestion.best.length || holds(whole, wanted) || holds(wanted, whole);
}

static bool choice_is_near(struct arena *arena, const struct choice *choice, struct text word) {
    return is_near(arena, choice->name, word) || is_near(arena, choice->label[LANGUAGE_ZH], word) ||
           is_near(arena, choice->label[LANGUAGE_EN], word);
}

static struct text whole_name(struct arena *arena, const struct choice *choice) {
    if (!choice->entity) return choice->name;
    return text_format(arena, "%.*s.%.*s", TEXT_ARG(choice->entity->name), TEXT_ARG(choice->name));
}

/* Those marked, each with its label. */
static void print_list(const struct command *command, const struct choices *choices, const bool *marked) {
    size_t told = 0, more = 0, width = 0;
    for (size_t i = 0; i < choices->list.count; i++) {
        size_t length = text_width(whole_name(choices->arena, &choices->list.items[i]));
        if (marked[i] && length > width) width = length;
    }
    for (size_t i = 0; i < choices->list.count; i++) {
        const struct choice *choice = &choices->list.items[i];
        struct text name = whole_name(choices->arena, choice);
        if (!marked[i] || told++ >= LISTED_MOST)
            more += marked[i];
        else
            fprintf(stderr, "  %.*s%*s  %.*s\n", TEXT_ARG(name), (int)(width - text_width(name)), "",
                    TEXT_ARG(label_or_name(choice->label, choice->name, command->language)));
    }
    if (more) fprintf(stderr, say(command, "  …… 还有 %zu 个\n", "  ... and %zu more\n"), more);
}

void choices_tell(const struct command *command, const struct choices *choices, struct text word, bool all) {
    struct suggestion suggestion;
    struct text before, behind;
    bool *marked = ARENA_ARRAY(choices->arena, bool, choices->list.count + 1), any = false;
    bool whole = cut(word, &before, &behind);
    suggestion_begin(&suggestion, word);
    for (size_t i = 0; i < choices->list.count; i++) {
        const struct choice *choice = &choices->list.items[i];
        suggestion_note(&suggestion, whole ? whole_name(choices->arena, choice) : choice->name);
    }
    print_meant(command, &suggestion);
    if (arena_failed(choices->arena)) return;
    for (size_t i = 0; i < choices->list.count; i++)
        any |= marked[i] = !all && choice_is_near(choices->arena, &choices->list.items[i], behind);
    for (size_t i = 0; i < choices->list.count && !any; i++) marked[i] = true;
    if (choices->list.count)
        fputs(any ? say(command, "相近的有:\n", "near it are:\n") : say(command, "可用的有:\n", "there are:\n"),
              stderr);
    print_list(command, choices, marked);
}

void choices_tell_several(const struct command *command, const struct choices *choices, struct text word) {
    bool *marked = ARENA_ARRAY(choices->arena, bool, choices->list.count + 1), any = false;
    if (arena_failed(choices->arena)) return;
    for (int by_label = 0; by_label < 2 && !any; by_label++)
        for (size_t i = 0; i < choices->list.count; i++)
            any |= marked[i] = is_named(&choices->list.items[i], word, by_label);
    print_list(command, choices, marked);
}

const struct choice *choice_of_policy(const struct command *command, const struct choices *choices, const char *word) {
    bool several;
    const struct choice *choice = choice_find(choices, text_from(word), &several);
    if (several) {
        fprintf(stderr,
                say(command, "doudi: 叫「%s」的不止一个;请写其中之一:\n",
                    "doudi: several things are called \"%s\"; write one of these:\n"),
                word);
        choices_tell_several(command, choices, text_from(word));
    } else if (!choice) {
        const char *what = choices->what[command->language],
                   *space = what && command->language == LANGUAGE_EN ? " " : "";
        fprintf(stderr, say(command, "doudi: 政策里没有%s%s「%s」", "doudi: there is no %s%s\"%s\" in the policy"),
                what ? what : "", space, word);
        choices_tell(command, choices, text_from(word), false);
    }
    return choice;
}

const struct entity *entity_of_word(struct command *command, const struct policy *policy, const char *word) {
    struct choices choices = {.arena = &command->arena};
    for (size_t i = 0; i < policy->entities.count; i++)
        choices_add(&choices, NULL, policy->entities.items[i]->name, policy->entities.items[i]->label, i);
    const struct choice *choice = choice_of_policy(command, &choices, word);
    return choice ? policy->entities.items[choice->number] : NULL;
}
