/* What became of one family: what was told of it, change by change, and what its months were decided; the latest first.
 */
#include "base/shown.h"
#include "cli/family.h"
#include "engine/value.h"

#include <stdlib.h>

/* What a version makes of what was known before it. */
enum turn { TURN_NEW, TURN_CHANGED, TURN_MOVED_IN, TURN_MOVED_OUT, TURN_ENDED, TURN_OF_OTHERS };

/* A version, or a benefit that a run found other than the run before. */
struct event {
    int64_t change;
    const struct registry_version *version, *before; /* before: NULL where none was known to stand */
    enum turn turn;
    bool correction;           /* something was known of this month or a later one already */
    const struct field *field; /* of a run; NULL: the run alone */
    struct text was, is;
    month_number month;
    size_t order;
};
/* What the last run that told of it found of a row. */
struct last_told {
    struct text words; /* no bytes: no run has */
    bool nothing;
    size_t at; /* of the row's versions */
};
/* The same of a benefit, by row of its entity as they were told. */
struct last_found {
    const struct policy *law; /* the last that has it */
    const struct field *field;
    VECTOR(struct last_told) amounts;
};

/* A benefit of the law by which runs were made, and the entity of its rows in the law at hand. */
struct benefit {
    const struct field *field;
    const struct entity *entity;
    struct last_found *found;
};
struct story {
    struct family *family;
    VECTOR(struct event) events;
    /* Of the run at hand. */
    const struct policy *law;
    VECTOR(struct benefit) benefits;
    struct map found; /* ENTITY.NAME -> struct last_found: of whatever law */
};

static struct arena *arena_of(const struct story *story) {
    return &story->family->command->arena;
}

static void add_event(struct story *story, struct event event) {
    event.order = story->events.count;
    VECTOR_PUSH(arena_of(story), &story->events, event);
}

/* --- what was told ------------------------------------------------------------------------------------------------ */

/* What was known to hold in the version's first month before it was told. */
static const struct registry_version *known_before(const struct registry_version *first,
                                                   const struct registry_version *version, bool *correction) {
    const struct registry_version *found = NULL;
    *correction = false;
    for (const struct registry_version *other = first; other < version; other++) {
        *correction = *correction || other->since >= version->since;
        if (other->since <= version->since && (!found || other->since >= found->since)) found = other;
    }
    return found && found->stands ? found : NULL;
}

/* The row above it lay elsewhere when that was told. */
static bool was_elsewhere(const struct family *family, const struct registry_version *version) {
    const struct entity *outer = version->entity->parent;
    const struct registry_version *above = NULL;
    for (size_t i = 0; i < family->told.list.count && outer; i++) {
        const struct registry_version *other = &family->told.list.items[i];
        if (other->entity == outer && other->change <= version->change && text_equal(other->id, version->parent))
            above = other;
    }
    return above && !above->within;
}

static enum turn turn_of(const struct family *family, const struct registry_version *version,
                         const struct registry_version *before) {
    bool was_here = before && before->within, is_here = version->within && !was_elsewhere(family, version);
    if (!was_here && (!is_here || (!version->stands && !before))) return TURN_OF_OTHERS;
    if (!version->stands) return was_here ? TURN_ENDED : TURN_OF_OTHERS;
    if (!before) return TURN_NEW;
    if (!was_here) return TURN_MOVED_IN;
    return is_here ? TURN_CHANGED : TURN_MOVED_OUT;
}

static void find_told(struct story *story) {
    const struct family *family = story->family;
    const struct registry_version *list = family->told.list.items;
    for (size_t at = 0; at < family->told.list.count;) {
        size_t end = family_next_row(family, at);
        for (size_t i = at; i < end; i++) {
            struct event event = {.change = list[i].change, .version = &list[i]};
            event.before = known_before(&list[at], &list[i], &event.correction);
            event.turn = turn_of(family, &list[i], event.before);
            if (event.turn != TURN_OF_OTHERS) add_event(story, event);
        }
        at = end;
    }
}

/* --- what was decided --------------------------------------------------------------------------------------------- */

static void note_found(struct story *story, const struct registry_run *run, const struct field *field, size_t at,
                       const struct value *value, struct last_told *last) {
    struct arena_mark mark = arena_here(arena_of(story));
    struct text amount = family_amount(story->family, story->law, field, value);
    bool nothing = value->state == VALUE_KNOWN && number_sign(value->as.number) == 0;
    bool first = !last->words.bytes, same = first ? nothing : text_equal(last->words, amount);
    if (!same)
        add_event(story, (struct event){.change = run->change,
                                        .version = &story->family->told.list.items[at],
                                        .field = field,
                                        .was = first ? TEXT("") : last->words,
                                        .is = amount,
                                        .month = run->month});
    if (same && !first)
        arena_rewind(arena_of(story), mark);
    else
        *last = (struct last_told){amount, nothing, at};
}

/* What was given by a law before, and this one has no more. */
static void note_gone(struct story *story, const struct registry_run *run) {
    for (size_t i = 0; i < story->found.count; i++) {
        struct last_found *found = story->found.entries[i].value;
        for (size_t row = 0; row < found->amounts.count && found->law != story->law; row++) {
            struct last_told *last = &found->amounts.items[row];
            if (!last->words.bytes || !family_version_in(story->family, last->at, run->month)) continue;
            if (!last->nothing)
                add_event(story, (struct event){.change = run->change,
                                                .version = &story->family->told.list.items[last->at],
                                                .field = found->field,
                                                .was = last->words,
                                                .is = text_from(say(story->family->command, "政策里已没有",
                                                                    "the law has it no more")),
                                                .month = run->month});
            last->words = (struct text){NULL, 0};
        }
    }
}

/* The benefits of the law by which runs were made, also those that later laws have no more. */
static void turn_to_law(struct story *story, const struct policy *law) {
    struct arena *arena = arena_of(story);
    const struct family *family = story->family;
    if (story->law == law) return;
    story->law = law;
    story->benefits.count = 0;
    for (size_t i = 0; i < law->fields.count && !arena_failed(arena); i++) {
        const struct field *field = law->fields.items[i];
        const struct entity *entity = map_get(&family->database.law->entity_by_name, field->entity->name);
        if (field->kind != FIELD_BENEFIT || !entity || !entity_is_within(entity, family->entity)) continue;
        struct text name = text_format(arena, "%.*s.%.*s", TEXT_ARG(entity->name), TEXT_ARG(field->name));
        struct last_found *found = map_get(&story->found, name);
        if (!found) {
            found = ARENA_NEW(arena, struct last_found);
            map_put(&story->found, name, found);
        }
        if (arena_failed(arena)) return;
        found->law = law;
        found->field = field;
        VECTOR_PUSH(arena, &story->benefits, ((struct benefit){field, entity, found}));
    }
}

static enum registry_result find_benefit(struct story *story, struct registry_values *values,
                                         const struct registry_run *run, const struct benefit *benefit, bool *any) {
    struct family *family = story->family;
    struct last_found *found = benefit->found;
    enum registry_result result = REGISTRY_DONE;
    size_t row = 0;
    for (size_t at = 0; at < family->told.list.count && result == REGISTRY_DONE; at = family_next_row(family, at)) {
        const struct registry_version *version = &family->told.list.items[at];
        struct registry_value value;
        if (version->entity != benefit->entity) continue;
        if (found->amounts.count == row)
            VECTOR_PUSH(arena_of(story), &found->amounts, ((struct last_told){.words = {NULL, 0}}));
        if (arena_failed(arena_of(story))) return REGISTRY_NO_MEMORY;
        if (family_version_in(family, at, run->month)) {
            result = registry_values_find(values, benefit->field, version->key, &value);
            *any = *any || value.there;
            if (value.there) note_found(story, run, benefit->field, at, &value.value, &found->amounts.items[row]);
        }
        row++;
    }
    return result;
}

static int find_run(struct story *story, struct registry_values *values, const struct registry_run *run) {
    struct family *family = story->family;
    struct policy *law;
    enum registry_result result = REGISTRY_DONE;
    bool any = false;
    size_t first = story->events.count;
    int status = family_law(family, run, &law);
    if (status != EXIT_DONE) return status;
    turn_to_law(story, law);
    registry_values_of(values, run->change, law);
    if (arena_failed(arena_of(story))) return out_of_memory(family->command);
    for (size_t i = 0; i < story->benefits.count && result == REGISTRY_DONE; i++)
        result = find_benefit(story, values, run, &story->benefits.items[i], &any);
    if (any) note_gone(story, run);
    if (any && story->events.count == first)
        add_event(story, (struct event){.change = run->change, .month = run->month});
    return family_tell(family, result);
}

static int find_runs(struct story *story) {
    struct family *family = story->family;
    struct registry_values values;
    struct arena found; /* the values of a run: what is told of them is words */
    int status = EXIT_DONE;
    arena_init(&found);
    map_init(&story->found, arena_of(story));
    registry_values_begin(&values, &family->database.registry, &found);
    for (size_t i = 0; i < family->runs.list.count && status == EXIT_DONE; i++) {
        status = find_run(story, &values, &family->runs.list.items[i]);
        arena_rewind(&found, (struct arena_mark){NULL, 0});
    }
    registry_values_end(&values);
    arena_free(&found);
    return status;
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static bool is_run(const struct event *event) {
    return event->month != 0;
}

static const char *turn_words(const struct command *command, enum turn turn) {
    switch (turn) {
    case TURN_NEW: return say(command, "新登记", "new");
    case TURN_MOVED_IN: return say(command, "迁入", "moved in");
    case TURN_MOVED_OUT: return say(command, "迁出", "moved out");
    case TURN_ENDED: return say(command, "不再在册", "no longer there");
    default: return say(command, "变更", "changed");
    }
}

static const struct record_table *table_of(const struct story *story, const struct registry_version *version) {
    return &story->family->told.records.tables[version->entity->index];
}

/* Whether an input is another than before. What a row that moved away says is no matter of this family any more. */
static bool is_changed(const struct story *story, const struct event *event, const struct field *input) {
    const struct column *column = &table_of(story, event->version)->columns[input->input_index];
    const struct registry_version *before = event->turn == TURN_MOVED_IN ? NULL : event->before;
    if (event->turn == TURN_MOVED_OUT || event->turn == TURN_ENDED || event->version->row == SIZE_MAX) return false;
    if (!before || before->row == SIZE_MAX) return column->known[event->version->row];
    return !columns_agree(column, before->row, column, event->version->row);
}

static struct text value_of(struct story *story, const struct registry_version *version, const struct field *input,
                            bool plain) {
    struct family *family = story->family;
    if (!version || version->row == SIZE_MAX) return TEXT("");
    if (plain) return family_plain(family, table_of(story, version), version->row, input);
    return family_shown(family, table_of(story, version), version->row, input, family->command->language);
}

static struct text shown_or_unknown(struct story *story, const struct registry_version *version,
                                    const struct field *input) {
    bool known = version && version->row != SIZE_MAX &&
                 table_of(story, version)->columns[input->input_index].known[version->row];
    return known ? value_of(story, version, input, false)
                 : text_from(say(story->family->command, "？未知", "？unknown"));
}

/* --- for people --------------------------------------------------------------------------------------------------- */

static void show_input(struct story *story, const struct event *event, const struct field *input) {
    struct builder *out = &story->family->out;
    struct text label = label_or_name(input->label, input->name, story->family->command->language);
    struct text is = shown_or_unknown(story, event->version, input);
    if (!is_changed(story, event, input)) return;
    builder_format(out, "    %.*s  ", TEXT_ARG(label));
    if (event->turn == TURN_CHANGED)
        builder_format(out, "%.*s → ", TEXT_ARG(shown_or_unknown(story, event->before, input)));
    builder_format(out, "%.*s\n", TEXT_ARG(is));
}

static void show_version(struct story *story, const struct event *event) {
    struct family *family = story->family;
    const struct command *command = family->command;
    struct arena *arena = arena_of(story);
    const struct registry_version *version = event->version;
    builder_format(&family->out, "  %.*s %.*s  %s", TEXT_ARG(family_label(family, version->entity)),
                   TEXT_ARG(text_shown(arena, version->id)), turn_words(command, event->turn));
    if (event->turn == TURN_MOVED_IN)
        builder_format(&family->out, " ← %.*s", TEXT_ARG(text_shown(arena, event->before->parent)));
    if (event->turn == TURN_MOVED_OUT)
        builder_format(&family->out, " → %.*s", TEXT_ARG(text_shown(arena, version->parent)));
    builder_format(&family->out, "  %.*s%s\n", TEXT_ARG(family_since(family, version->since)),
                   event->correction ? say(command, "  更正以前", "  corrects the past") : "");
    if (event->turn == TURN_CHANGED && version->entity == family->entity &&
        !text_equal(version->parent, event->before->parent))
        builder_format(&family->out, "    %.*s → %.*s\n", TEXT_ARG(text_shown(arena, event->before->parent)),
                       TEXT_ARG(text_shown(arena, version->parent)));
    for (size_t i = 0; i < version->entity->inputs.count; i++)
        show_input(story, event, version->entity->inputs.items[i]);
}

static void show_found(struct story *story, const struct event *event) {
    struct family *family = story->family;
    struct builder *out = &family->out;
    if (!event->field) {
        builder_add(out, text_from(say(family->command, "    没有变化\n", "    nothing changed\n")));
        return;
    }
    struct text label = label_or_name(event->field->label, event->field->name, family->command->language);
    builder_format(out, "    %.*s", TEXT_ARG(label));
    if (event->version->entity != family->entity)
        builder_format(out, " %.*s", TEXT_ARG(text_shown(arena_of(story), event->version->id)));
    builder_add(out, TEXT("  "));
    if (event->was.length) builder_format(out, "%.*s → ", TEXT_ARG(event->was));
    builder_format(out, "%.*s\n", TEXT_ARG(event->is));
}

static void show_events(struct story *story) {
    struct family *family = story->family;
    for (size_t i = 0; i < story->events.count; i++) {
        const struct event *event = &story->events.items[i];
        bool first = i == 0 || event->change != story->events.items[i - 1].change;
        if (first) builder_format(&family->out, "%.*s\n", TEXT_ARG(family_change_words(family, event->change)));
        if (first && is_run(event))
            builder_format(&family->out, say(family->command, "  测算 %.*s\n", "  decided %.*s\n"),
                           TEXT_ARG(month_format(arena_of(story), event->month)));
        if (is_run(event))
            show_found(story, event);
        else
            show_version(story, event);
    }
}

/* --- as JSON ------------------------------------------------------------------------------------------------------ */

static void write_version(struct story *story, const struct event *event) {
    static const char *const turns[] = {[TURN_NEW] = "new",
                                        [TURN_CHANGED] = "changed",
                                        [TURN_MOVED_IN] = "moved_in",
                                        [TURN_MOVED_OUT] = "moved_out",
                                        [TURN_ENDED] = "ended"};
    struct family *family = story->family;
    struct json_writer *writer = &family->writer;
    const struct registry_version *version = event->version;
    json_write_object(writer);
    family_write_text(family, "entity", version->entity->name);
    family_write_text(family, "id", version->id);
    family_write_text(family, "became", text_from(turns[event->turn]));
    if (version->since != MONTH_FIRST)
        family_write_text(family, "since", month_format(arena_of(story), version->since));
    json_write_key(writer, "correction");
    json_write_bool(writer, event->correction);
    if (event->before) family_write_text(family, "parent_before", event->before->parent);
    family_write_text(family, "parent", version->parent);
    json_write_key(writer, "inputs");
    json_write_array(writer);
    for (size_t i = 0; i < version->entity->inputs.count; i++) {
        const struct field *input = version->entity->inputs.items[i];
        if (!is_changed(story, event, input)) continue;
        json_write_object(writer);
        family_write_text(family, "input", input->name);
        json_write_words(writer, "label", input->label);
        if (event->turn == TURN_CHANGED)
            family_write_text(family, "before", value_of(story, event->before, input, true));
        family_write_text(family, "after", value_of(story, version, input, true));
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
    json_write_close_object(writer);
}

static void write_found(struct story *story, const struct event *event) {
    struct family *family = story->family;
    if (!event->field) return;
    json_write_object(&family->writer);
    family_write_text(family, "decision", family_decision(family, event->change, event->field, event->version->id));
    json_write_words(&family->writer, "label", event->field->label);
    family_write_text(family, "before", event->was);
    family_write_text(family, "after", event->is);
    json_write_close_object(&family->writer);
}

static void write_change(struct story *story, size_t from, size_t to) {
    struct family *family = story->family;
    struct json_writer *writer = &family->writer;
    const struct event *first = &story->events.items[from];
    json_write_object(writer);
    family_write_change(family, first->change);
    if (is_run(first)) family_write_text(family, "month", month_format(arena_of(story), first->month));
    json_write_key(writer, is_run(first) ? "benefits" : "rows");
    json_write_array(writer);
    for (; from < to; from++) (is_run(first) ? write_found : write_version)(story, &story->events.items[from]);
    json_write_close_array(writer);
    json_write_close_object(writer);
}

static void write_events(struct story *story) {
    struct family *family = story->family;
    struct json_writer *writer = &family->writer;
    json_write_object(writer);
    family_write_text(family, "id", family->told.list.count ? family->told.list.items[0].id : TEXT(""));
    json_write_key(writer, "changes");
    json_write_array(writer);
    for (size_t from = 0; from < story->events.count;) {
        size_t to = from;
        while (to < story->events.count && story->events.items[to].change == story->events.items[from].change) to++;
        write_change(story, from, to);
        from = to;
    }
    json_write_close_array(writer);
    json_write_close_object(writer);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static int compare_events(const void *a, const void *b) {
    const struct event *left = a, *right = b;
    if (left->change != right->change) return left->change > right->change ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

int family_history(struct family *family) {
    struct story story = {.family = family};
    find_told(&story);
    int status = find_runs(&story);
    if (story.events.count) qsort(story.events.items, story.events.count, sizeof *story.events.items, compare_events);
    if (status != EXIT_DONE) return status;
    (family->json ? write_events : show_events)(&story);
    return family_show(family);
}
