/* One family on one page: what it gets, what is missing, who it is, and since when and by whom each input is known. */
#include "base/shown.h"
#include "cli/family.h"
#include "engine/confirmation.h"
#include "engine/explain.h"

enum { BENEFIT_COLUMNS = 36, AMOUNT_COLUMNS = 20, LABEL_COLUMNS = 28, VALUE_COLUMNS = 28, SINCE_COLUMNS = 16 };

/* A month's decision of a benefit, or an alert, of a row. */
struct decision {
    const struct field *field;
    const struct registry_version *version; /* of its row */
    int64_t run;
    struct value value;
    struct text missing[LANGUAGES]; /* why it is not known */
};

struct page {
    struct family *family;
    month_number month;
    VECTOR(struct decision) decisions;
    /* Of the month, the family alone: to tell what is missing in words, and what is not confirmed. */
    struct records records;
    struct dataset *dataset;
    struct history history;
    struct run *run;
    const struct confirmation *confirmation;
    size_t nothing; /* benefits of nothing */
};

static struct arena *arena_of(const struct page *page) {
    return &page->family->command->arena;
}

/* --- what was decided --------------------------------------------------------------------------------------------- */

static enum registry_result find_decisions_of(struct page *page, struct registry_values *values,
                                              const struct field *field) {
    struct family *family = page->family;
    enum registry_result result = REGISTRY_DONE;
    for (size_t at = 0; at < family->told.list.count && result == REGISTRY_DONE; at = family_next_row(family, at)) {
        const struct registry_version *version = family_version_in(family, at, page->month);
        struct decision decision = {.field = field, .version = version, .run = values->run};
        struct registry_value found;
        bool told = !version || version->entity != field->entity;
        for (size_t i = 0; i < page->decisions.count && !told; i++) {
            const struct decision *other = &page->decisions.items[i];
            told = other->field == field && other->version == version; /* by a later run */
        }
        if (told) continue;
        result = registry_values_find(values, field, version->key, &found);
        decision.value = found.value;
        if (result == REGISTRY_DONE && found.there) VECTOR_PUSH(arena_of(page), &page->decisions, decision);
    }
    return result;
}

/* What the last run that stands and tells of a row found: of an area, others may have told of the rest. */
static enum registry_result find_decisions(struct page *page) {
    struct family *family = page->family;
    const struct policy *law = family->database.law;
    enum registry_result result = REGISTRY_DONE;
    for (size_t at = family->runs.list.count; at-- > 0 && result == REGISTRY_DONE;) {
        struct registry_values values;
        if (family->runs.list.items[at].month != page->month || !registry_run_stands(&family->runs, at)) continue;
        registry_values_begin(&values, &family->database.registry, family->runs.list.items[at].change, arena_of(page));
        for (size_t i = 0; i < law->fields.count && result == REGISTRY_DONE; i++) {
            const struct field *field = law->fields.items[i];
            bool wanted = field->kind == FIELD_BENEFIT || field->kind == FIELD_ALERT;
            if (wanted && entity_is_within(field->entity, family->entity))
                result = find_decisions_of(page, &values, field);
        }
        registry_values_end(&values);
    }
    return result;
}

/* --- what they rest on -------------------------------------------------------------------------------------------- */

static enum registry_result make_run(struct page *page) {
    static const struct run_options everything = {.known = DAY_NEVER};
    struct family *family = page->family;
    struct registry *registry = &family->database.registry;
    struct registry_lines lines;
    struct refusals refusals = {.arena = arena_of(page)};
    history_init(&page->history, family->database.law);
    if (page->decisions.count == 0) return REGISTRY_DONE;
    enum registry_result result = registry_read_family(registry, REGISTRY_NOW, family->entity, family->row.family_key,
                                                       arena_of(page), &page->records);
    if (result == REGISTRY_DONE) result = registry_read_confirmed(registry, REGISTRY_NOW, family->database.law, &lines);
    if (result != REGISTRY_DONE) return result;
    page->dataset = dataset_new(family->database.law, &page->records, page->month, &refusals);
    if (page->dataset)
        page->run = run_new(family->database.law, page->dataset, &page->history, page->month, &everything);
    page->confirmation = page->run ? confirmation_of(page->run) : NULL;
    return page->confirmation ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
}

/* The dataset's row of a key; SIZE_MAX where it is not there. */
static size_t row_of_key(const struct page *page, const struct entity *entity, size_t key) {
    const struct table *table = dataset_table(page->dataset, entity);
    const struct record_row *rows = page->records.tables[entity->index].rows;
    for (size_t row = 0; row < table->rows && table->arrival; row++)
        if (rows[table->arrival[row]].place == key) return row;
    return SIZE_MAX;
}

/* In words where the row is at hand that it is about, else as files have it. */
static void find_missing(struct page *page, struct decision *decision) {
    const struct policy *law = page->family->database.law;
    struct value value = decision->value;
    const struct entity *entity = reason_entity(law, &value.reason);
    if (value.state == VALUE_KNOWN) return;
    bool of_input = value.reason.kind == REASON_INPUT || value.reason.kind == REASON_NOT_ASSESSED;
    bool told = !(of_input || value.reason.kind == REASON_ROWS_LOST) || entity;
    if (entity) value.reason.row = row_of_key(page, entity, value.reason.row);
    told = told && (!entity || value.reason.row != SIZE_MAX);
    for (int language = 0; language < LANGUAGES; language++)
        decision->missing[language] = told ? reason_words(arena_of(page), page->run, &value, (enum language)language)
                                           : reason_written(arena_of(page), law, &value);
}

static bool is_nothing(const struct decision *decision) {
    if (decision->value.state != VALUE_KNOWN) return false;
    if (decision->field->type.kind == TYPE_BOOL) return !decision->value.as.truth;
    return number_sign(decision->value.as.number) == 0;
}

static bool is_unconfirmed(const struct page *page, const struct decision *decision) {
    return page->confirmation && page->confirmation->unconfirmed[decision->field->index];
}

/* --- for people --------------------------------------------------------------------------------------------------- */

static void add_padded(struct builder *out, struct text text, size_t columns) {
    size_t width = text_width(text);
    builder_format(out, "%.*s", TEXT_ARG(text));
    builder_pad(out, width + 2 < columns ? columns - width : 2);
}

static struct text field_label(const struct page *page, const struct field *field) {
    return label_or_name(field->label, field->name, page->family->command->language);
}

static void show_decision(struct page *page, const struct decision *decision) {
    struct family *family = page->family;
    struct builder *out = &family->out;
    struct arena *arena = arena_of(page);
    bool known = decision->value.state == VALUE_KNOWN, alert = decision->field->kind == FIELD_ALERT;
    struct text label = field_label(page, decision->field), amount = TEXT("");
    if (decision->version->entity != family->entity)
        label = text_format(arena, "%.*s  %.*s", TEXT_ARG(label), TEXT_ARG(text_shown(arena, decision->version->id)));
    if (known && !alert) amount = family_amount(family, decision->field, &decision->value);
    if (known && is_unconfirmed(page, decision)) amount = text_format(arena, "%.*s ◇", TEXT_ARG(amount));
    builder_add(out, known && alert ? TEXT("! ") : known ? TEXT("  ") : TEXT("？"));
    add_padded(out, label, BENEFIT_COLUMNS);
    if (known)
        add_padded(out, amount, AMOUNT_COLUMNS);
    else
        builder_format(out, "%.*s  ", TEXT_ARG(text_shown(arena, decision->missing[family->command->language])));
    struct text name = family_decision(family, decision->run, decision->field, decision->version->id);
    builder_format(out, "%.*s\n", TEXT_ARG(text_shown(arena, name)));
}

static void show_decisions(struct page *page) {
    struct command *command = page->family->command;
    struct builder *out = &page->family->out;
    struct text month = month_format(arena_of(page), page->month);
    size_t shown = 0;
    if (page->decisions.count == 0) {
        builder_format(out, say(command, "%.*s 尚未测算\n", "%.*s has not been decided\n"), TEXT_ARG(month));
        return;
    }
    for (size_t i = 0; i < page->decisions.count; i++) {
        if (is_nothing(&page->decisions.items[i])) continue;
        show_decision(page, &page->decisions.items[i]);
        shown++;
    }
    if (shown == 0) builder_add(out, text_from(say(command, "没有任何待遇\n", "no benefit at all\n")));
}

/* From which month on, and by which change, the input has been known to be what it is in the month. */
static const struct registry_version *origin_of(const struct family *family, size_t at,
                                                const struct registry_version *now, const struct field *input) {
    const struct record_table *table = &family->told.records.tables[now->entity->index];
    const struct column *column = &table->columns[input->input_index];
    const struct registry_version *origin = now;
    size_t end = family_next_row(family, at);
    for (bool earlier = true; earlier && origin->since != MONTH_FIRST;) {
        earlier = false;
        for (size_t i = at; i < end && !earlier; i++) {
            const struct registry_version *before = &family->told.list.items[i];
            if (before->replaced || before->row == SIZE_MAX || before->until != origin->since - 1) continue;
            if (!columns_agree(column, before->row, column, now->row)) continue;
            origin = before;
            earlier = true;
        }
    }
    return origin;
}

static void show_input(struct page *page, size_t at, const struct registry_version *now, const struct field *input) {
    struct family *family = page->family;
    struct builder *out = &family->out;
    const struct record_table *table = &family->told.records.tables[now->entity->index];
    struct text value = family_shown(family, table, now->row, input, family->command->language);
    if (!table->columns[input->input_index].known[now->row]) return;
    const struct registry_version *origin = origin_of(family, at, now, input);
    builder_add(out, TEXT("  "));
    add_padded(out, field_label(page, input), LABEL_COLUMNS);
    add_padded(out, value, VALUE_COLUMNS);
    add_padded(out, family_since(family, origin->since), SINCE_COLUMNS);
    builder_format(out, "%.*s\n", TEXT_ARG(family_change_words(family, origin->change)));
}

static void show_row(struct page *page, size_t at, const struct registry_version *now) {
    struct family *family = page->family;
    const struct record_table *table = &family->told.records.tables[now->entity->index];
    struct text known_by = family_known_by(family, table, now->row);
    builder_format(&family->out, "%.*s %.*s%s%.*s%s\n", TEXT_ARG(family_label(family, now->entity)),
                   TEXT_ARG(text_shown(arena_of(page), now->id)), known_by.length ? "  " : "", TEXT_ARG(known_by),
                   table->rows[now->row].unconfirmed ? " ◇" : "");
    for (size_t i = 0; i < now->entity->inputs.count; i++) show_input(page, at, now, now->entity->inputs.items[i]);
}

/* --- as JSON ------------------------------------------------------------------------------------------------------ */

static void write_input(struct page *page, size_t at, const struct registry_version *now, const struct field *input) {
    struct family *family = page->family;
    struct json_writer *writer = &family->writer;
    const struct record_table *table = &family->told.records.tables[now->entity->index];
    bool known = table->columns[input->input_index].known[now->row];
    struct text shown[LANGUAGES];
    json_write_object(writer);
    family_write_text(family, "input", input->name);
    json_write_words(writer, "label", input->label);
    json_write_key(writer, "known");
    json_write_bool(writer, known);
    if (known) {
        const struct registry_version *origin = origin_of(family, at, now, input);
        for (int i = 0; i < LANGUAGES; i++) shown[i] = family_shown(family, table, now->row, input, (enum language)i);
        family_write_text(family, "value", family_plain(family, table, now->row, input));
        json_write_words(writer, "shown", shown);
        if (origin->since != MONTH_FIRST)
            family_write_text(family, "since", month_format(arena_of(page), origin->since));
        family_write_change(family, origin->change);
    }
    json_write_close_object(writer);
}

static void write_row(struct page *page, size_t at, const struct registry_version *now) {
    struct family *family = page->family;
    struct json_writer *writer = &family->writer;
    const struct record_table *table = &family->told.records.tables[now->entity->index];
    json_write_object(writer);
    family_write_text(family, "entity", now->entity->name);
    json_write_words(writer, "label", now->entity->label);
    family_write_text(family, "id", now->id);
    family_write_text(family, "known_by", family_known_by(family, table, now->row));
    json_write_key(writer, "unconfirmed");
    json_write_bool(writer, table->rows[now->row].unconfirmed);
    json_write_key(writer, "inputs");
    json_write_array(writer);
    for (size_t i = 0; i < now->entity->inputs.count; i++) write_input(page, at, now, now->entity->inputs.items[i]);
    json_write_close_array(writer);
    json_write_close_object(writer);
}

static void write_decision(struct page *page, const struct decision *decision) {
    static const char *const states[] = {[VALUE_KNOWN] = "known", [VALUE_UNKNOWN] = "unknown", [VALUE_FAULT] = "fault"};
    struct family *family = page->family;
    struct json_writer *writer = &family->writer;
    const struct field *field = decision->field;
    json_write_object(writer);
    family_write_text(family, "decision", family_decision(family, decision->run, field, decision->version->id));
    family_write_text(family, field->kind == FIELD_ALERT ? "alert" : "benefit", field->name);
    json_write_words(writer, "label", field->label);
    family_write_text(family, "id", decision->version->id);
    family_write_text(family, "state", text_from(states[decision->value.state]));
    if (decision->value.state == VALUE_KNOWN)
        family_write_text(family, "value", value_plain(arena_of(page), &field->type, field->scale, &decision->value));
    json_write_words(writer, "missing", decision->missing);
    json_write_key(writer, "unconfirmed");
    json_write_bool(writer, is_unconfirmed(page, decision));
    json_write_close_object(writer);
}

/* --- the page ----------------------------------------------------------------------------------------------------- */

typedef void row_writer(struct page *page, size_t at, const struct registry_version *now);

static void each_row(struct page *page, row_writer *write) {
    const struct family *family = page->family;
    for (size_t at = 0; at < family->told.list.count; at = family_next_row(family, at)) {
        const struct registry_version *now = family_version_in(family, at, page->month);
        if (now) write(page, at, now);
    }
}

static void write_page(struct page *page, struct text id, struct text where) {
    struct json_writer *writer = &page->family->writer;
    json_write_object(writer);
    family_write_text(page->family, "id", id);
    family_write_text(page->family, "month", month_format(arena_of(page), page->month));
    family_write_text(page->family, "where", where);
    json_write_key(writer, "decisions");
    json_write_array(writer);
    for (size_t i = 0; i < page->decisions.count; i++) write_decision(page, &page->decisions.items[i]);
    json_write_close_array(writer);
    json_write_key(writer, "rows");
    json_write_array(writer);
    each_row(page, write_row);
    json_write_close_array(writer);
    json_write_close_object(writer);
}

static void show_page(struct page *page, struct text id, struct text where) {
    struct family *family = page->family;
    struct command *command = family->command;
    size_t rows = 0;
    for (size_t at = 0; at < family->told.list.count; at = family_next_row(family, at))
        rows += family_version_in(family, at, page->month) != NULL;
    builder_format(&family->out, "%.*s  %.*s  %.*s\n", TEXT_ARG(text_shown(arena_of(page), id)),
                   TEXT_ARG(month_format(arena_of(page), page->month)), TEXT_ARG(text_shown(arena_of(page), where)));
    if (rows == 0)
        builder_add(&family->out, text_from(say(command, "这个月不在册\n", "it does not stand in that month\n")));
    show_decisions(page);
    each_row(page, show_row);
}

int family_page(struct family *family, month_number month) {
    struct page page = {.family = family, .month = month};
    struct text id = family->told.list.count ? family->told.list.items[0].id : TEXT(""), where = family->row.where;
    enum registry_result result = find_decisions(&page);
    if (result == REGISTRY_DONE) result = make_run(&page);
    for (size_t i = 0; i < page.decisions.count && page.run; i++) find_missing(&page, &page.decisions.items[i]);
    if (result == REGISTRY_DONE) (family->json ? write_page : show_page)(&page, id, where);
    if (page.run && run_failed(page.run)) result = REGISTRY_NO_MEMORY;
    run_free(page.run);
    dataset_free(page.dataset);
    history_free(&page.history);
    return result == REGISTRY_DONE ? family_show(family) : family_tell(family, result);
}
