/* One family on one page: what it gets, what is missing, who it is, and since when and by whom each input is known. */
#include "base/shown.h"
#include "cli/family.h"
#include "engine/confirmation.h"
#include "engine/explain.h"

/* At least so wide; what is wider than all others by far stands out alone. */
struct columns {
    size_t benefit, amount, label, value, since;
};
static const struct columns least_columns = {.benefit = 36, .amount = 20, .label = 28, .value = 28, .since = 16};
enum { COLUMNS_MOST = 80 };

/* The month by a law: runs are read by the law that made them. */
struct view {
    struct policy *law;
    bool opened;
    struct registry registry; /* by that law */
    const struct entity *families;
    struct records records;
    struct dataset *dataset; /* of the family alone */
    struct rows *within;     /* it: by entity index */
    struct history history;
    struct run *run; /* to tell what is missing in words, and what is not confirmed */
    const struct confirmation *confirmation;
};

/* A month's decision of a benefit, or an alert, of a row. */
struct decision {
    struct view *view;
    const struct field *field;
    struct text id; /* of its row */
    int64_t run;
    struct value value;
    struct text missing[LANGUAGES]; /* why it is not known */
};

struct page {
    struct family *family;
    month_number month;
    VECTOR(struct view *) views;
    VECTOR(struct decision) decisions;
    int64_t decided;        /* the last run of the month, whether it told of the family or not; 0: none */
    struct columns columns; /* as wide as what stands in them */
};

static struct arena *arena_of(const struct page *page) {
    return &page->family->command->arena;
}

static struct text id_of(const struct page *page) {
    return page->family->told.list.count ? page->family->told.list.items[0].id : TEXT("");
}

/* --- by the law of a run ------------------------------------------------------------------------------------------ */

/* The rows of the month, as they are known now. */
static enum registry_result read_rows(struct page *page, struct view *view) {
    struct family *family = page->family;
    struct registry_lines lines;
    struct refusals refusals = {.arena = arena_of(page)};
    enum registry_result result = registry_read_family(&view->registry, family->known, view->families,
                                                       family->row.family_key, arena_of(page), &view->records);
    if (result == REGISTRY_DONE) result = registry_read_confirmed(&view->registry, family->known, view->law, &lines);
    if (result != REGISTRY_DONE) return result;
    view->dataset = dataset_new(view->law, &view->records, page->month, &refusals);
    size_t row = view->dataset ? table_find(dataset_table(view->dataset, view->families), id_of(page)) : SIZE_MAX;
    if (row != SIZE_MAX) view->within = dataset_within(view->dataset, arena_of(page), view->families, row);
    return view->dataset && !arena_failed(arena_of(page)) ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
}

static enum registry_result make_run(struct page *page, struct view *view) {
    static const struct run_options everything = {.known = DAY_NEVER};
    view->run = run_new(view->law, view->dataset, &view->history, page->month, &everything);
    view->confirmation = view->run ? confirmation_of(view->run) : NULL;
    return view->confirmation ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
}

static int open_view(struct page *page, struct view *view) {
    struct family *family = page->family;
    view->opened = true;
    history_init(&view->history, view->law);
    enum registry_result result = registry_open(&view->registry, family->database.store, view->law);
    view->families = map_get(&view->law->entity_by_name, family->entity->name);
    if (result == REGISTRY_DONE && view->families) result = read_rows(page, view);
    if (result == REGISTRY_DONE && view->within) result = make_run(page, view);
    family->database.registry.differs = text_copy(arena_of(page), view->registry.differs);
    return family_tell(family, result);
}

static int find_view(struct page *page, const struct registry_run *run, struct view **view) {
    struct policy *law;
    int status = family_law(page->family, run, &law);
    if (status != EXIT_DONE) return status;
    for (size_t i = 0; i < page->views.count; i++) {
        *view = page->views.items[i];
        if ((*view)->law == law) return EXIT_DONE;
    }
    *view = ARENA_NEW(arena_of(page), struct view);
    if (*view) VECTOR_PUSH(arena_of(page), &page->views, *view);
    if (!*view || arena_failed(arena_of(page))) return out_of_memory(page->family->command);
    (*view)->law = law;
    return open_view(page, *view);
}

static void close_view(struct view *view) {
    if (!view->opened) return;
    run_free(view->run);
    dataset_free(view->dataset);
    history_free(&view->history);
    registry_close(&view->registry);
}

/* --- what was decided --------------------------------------------------------------------------------------------- */

/* By a later run. */
static bool is_told(const struct page *page, const struct field *field, struct text id) {
    for (size_t i = 0; i < page->decisions.count; i++) {
        const struct decision *other = &page->decisions.items[i];
        if (text_equal(other->field->name, field->name) &&
            text_equal(other->field->entity->name, field->entity->name) && text_equal(other->id, id))
            return true;
    }
    return false;
}

static bool is_decision(const struct field *field) {
    return field->kind == FIELD_BENEFIT || field->kind == FIELD_ALERT;
}

/* Those of the first row: what was found of the others lies beside it. */
static void ask_for_decisions(const struct view *view, struct registry_values *values, const struct field *field) {
    const struct table *table = dataset_table(view->dataset, field->entity);
    const struct record_row *records = view->records.tables[field->entity->index].rows;
    struct rows rows = view->within[field->entity->index];
    if (rows.first < rows.last) registry_values_ask(values, field, records[table->arrival[rows.first]].place);
}

static enum registry_result find_decisions_of(struct page *page, struct view *view, struct registry_values *values,
                                              const struct field *field) {
    const struct table *table = dataset_table(view->dataset, field->entity);
    const struct record_row *records = view->records.tables[field->entity->index].rows;
    struct rows rows = view->within[field->entity->index];
    enum registry_result result = REGISTRY_DONE;
    for (size_t row = rows.first; row < rows.last && result == REGISTRY_DONE; row++) {
        struct decision decision = {.view = view, .field = field, .id = table_id(table, row), .run = values->run};
        struct registry_value found;
        if (is_told(page, field, decision.id)) continue;
        result = registry_values_find(values, field, records[table->arrival[row]].place, &found);
        decision.value = found.value;
        if (result == REGISTRY_DONE && found.there) VECTOR_PUSH(arena_of(page), &page->decisions, decision);
    }
    return result;
}

static int find_decisions_by(struct page *page, struct registry_values *values, const struct registry_run *run) {
    struct view *view;
    enum registry_result result = REGISTRY_DONE;
    int status = find_view(page, run, &view);
    if (status != EXIT_DONE || !view->within) return status;
    registry_values_of(values, run->change, view->law);
    for (size_t i = 0; i < view->law->fields.count; i++)
        if (is_decision(view->law->fields.items[i])) ask_for_decisions(view, values, view->law->fields.items[i]);
    for (size_t i = 0; i < view->law->fields.count && result == REGISTRY_DONE; i++)
        if (is_decision(view->law->fields.items[i]))
            result = find_decisions_of(page, view, values, view->law->fields.items[i]);
    return family_tell(page->family, result);
}

/* What the last run that stands and tells of a row found: of an area, others may have told of the rest. */
static int find_decisions(struct page *page) {
    struct family *family = page->family;
    struct registry_values values;
    int status = EXIT_DONE;
    registry_values_begin(&values, &family->database.registry, arena_of(page));
    for (size_t at = family->runs.list.count; at-- > 0 && status == EXIT_DONE;) {
        const struct registry_run *run = &family->runs.list.items[at];
        if (run->month != page->month || !registry_run_stands(&family->runs, at)) continue;
        if (page->decided == 0) page->decided = run->change;
        status = find_decisions_by(page, &values, run);
    }
    registry_values_end(&values);
    return status;
}

/* --- what they rest on -------------------------------------------------------------------------------------------- */

/* The dataset's row of a key; SIZE_MAX where it is not there. */
static size_t row_of_key(const struct view *view, const struct entity *entity, size_t key) {
    const struct table *table = dataset_table(view->dataset, entity);
    const struct record_row *rows = view->records.tables[entity->index].rows;
    for (size_t row = 0; row < table->rows && table->arrival; row++)
        if (rows[table->arrival[row]].place == key) return row;
    return SIZE_MAX;
}

/* In words where the row is at hand that it is about, else as files have it. */
static void find_missing(struct page *page, struct decision *decision) {
    const struct view *view = decision->view;
    struct value value = decision->value;
    const struct entity *entity = reason_entity(view->law, &value.reason);
    if (value.state == VALUE_KNOWN) return;
    bool of_input = value.reason.kind == REASON_INPUT || value.reason.kind == REASON_NOT_ASSESSED;
    bool told = !(of_input || value.reason.kind == REASON_ROWS_LOST) || entity;
    if (entity) value.reason.row = row_of_key(view, entity, value.reason.row);
    told = told && (!entity || value.reason.row != SIZE_MAX);
    for (int language = 0; language < LANGUAGES; language++)
        decision->missing[language] = told ? reason_words(arena_of(page), view->run, &value, (enum language)language)
                                           : reason_written(arena_of(page), view->law, &value);
}

static bool is_nothing(const struct decision *decision) {
    if (decision->value.state != VALUE_KNOWN) return false;
    if (decision->field->type.kind == TYPE_BOOL) return !decision->value.as.truth;
    return number_sign(decision->value.as.number) == 0;
}

static bool is_unconfirmed(const struct decision *decision) {
    return decision->view->confirmation->unconfirmed[decision->field->index];
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

static struct text decision_label(const struct page *page, const struct decision *decision) {
    struct text label = field_label(page, decision->field);
    if (decision->field->entity == decision->view->families) return label;
    return text_format(arena_of(page), "%.*s  %.*s", TEXT_ARG(label),
                       TEXT_ARG(text_shown(arena_of(page), decision->id)));
}

/* Empty: it is not known, or only that it is so. */
static struct text decision_amount(const struct page *page, const struct decision *decision) {
    struct text amount = TEXT("");
    if (decision->value.state != VALUE_KNOWN) return amount;
    if (decision->field->kind != FIELD_ALERT)
        amount = family_amount(page->family, decision->view->law, decision->field, &decision->value);
    return is_unconfirmed(decision) ? text_format(arena_of(page), "%.*s ◇", TEXT_ARG(amount)) : amount;
}

static void show_decision(struct page *page, const struct decision *decision) {
    struct family *family = page->family;
    struct builder *out = &family->out;
    struct arena *arena = arena_of(page);
    bool known = decision->value.state == VALUE_KNOWN, alert = decision->field->kind == FIELD_ALERT;
    builder_add(out, known && alert ? TEXT("! ") : known ? TEXT("  ") : TEXT("？"));
    add_padded(out, decision_label(page, decision), page->columns.benefit);
    if (known)
        add_padded(out, decision_amount(page, decision), page->columns.amount);
    else
        builder_format(out, "%.*s  ", TEXT_ARG(text_shown(arena, decision->missing[family->command->language])));
    struct text name = family_decision(family, decision->run, decision->field, decision->id);
    builder_format(out, "%.*s\n", TEXT_ARG(text_shown(arena, name)));
}

/* Not of this family, which may be new since then, or the law of then did not know of it. */
static void show_no_decision(struct page *page) {
    struct command *command = page->family->command;
    struct builder *out = &page->family->out;
    struct text month = month_format(arena_of(page), page->month);
    if (page->decided)
        builder_format(out,
                       say(command, "%.*s 测算过(第 %lld 次变动),没有这一户的结果\n",
                           "%.*s was decided by change %lld, which tells nothing of this family\n"),
                       TEXT_ARG(month), (long long)page->decided);
    else
        builder_format(out, say(command, "%.*s 尚未测算\n", "%.*s has not been decided\n"), TEXT_ARG(month));
}

static void show_decisions(struct page *page) {
    struct command *command = page->family->command;
    struct builder *out = &page->family->out;
    size_t shown = 0;
    if (page->decisions.count == 0) {
        show_no_decision(page);
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
    add_padded(out, field_label(page, input), page->columns.label);
    add_padded(out, value, page->columns.value);
    add_padded(out, family_since(family, origin->since), page->columns.since);
    builder_format(out, "%.*s\n", TEXT_ARG(family_change_words(family, origin->change)));
}

static void widen(size_t *columns, struct text text) {
    size_t width = text_width(text) + 2;
    if (width > *columns && width <= COLUMNS_MOST) *columns = width;
}

static void measure_row(struct page *page, size_t at, const struct registry_version *now) {
    struct family *family = page->family;
    const struct record_table *table = &family->told.records.tables[now->entity->index];
    for (size_t i = 0; i < now->entity->inputs.count; i++) {
        const struct field *input = now->entity->inputs.items[i];
        if (!table->columns[input->input_index].known[now->row]) continue;
        widen(&page->columns.label, field_label(page, input));
        widen(&page->columns.value, family_shown(family, table, now->row, input, family->command->language));
        widen(&page->columns.since, family_since(family, origin_of(family, at, now, input)->since));
    }
}

static void measure_decisions(struct page *page) {
    for (size_t i = 0; i < page->decisions.count; i++) {
        const struct decision *decision = &page->decisions.items[i];
        if (is_nothing(decision)) continue;
        widen(&page->columns.benefit, decision_label(page, decision));
        widen(&page->columns.amount, decision_amount(page, decision));
    }
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
    family_write_text(family, "decision", family_decision(family, decision->run, field, decision->id));
    family_write_text(family, field->kind == FIELD_ALERT ? "alert" : "benefit", field->name);
    json_write_words(writer, "label", field->label);
    family_write_text(family, "id", decision->id);
    family_write_text(family, "state", text_from(states[decision->value.state]));
    if (decision->value.state == VALUE_KNOWN)
        family_write_text(family, "value", value_plain(arena_of(page), &field->type, field->scale, &decision->value));
    json_write_words(writer, "missing", decision->missing);
    json_write_key(writer, "unconfirmed");
    json_write_bool(writer, is_unconfirmed(decision));
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
    page->columns = least_columns;
    measure_decisions(page);
    each_row(page, measure_row);
    show_decisions(page);
    each_row(page, show_row);
}

int family_page(struct family *family) {
    struct page page = {.family = family, .month = family->month};
    int status = find_decisions(&page);
    for (size_t i = 0; i < page.decisions.count && status == EXIT_DONE; i++)
        find_missing(&page, &page.decisions.items[i]);
    if (status == EXIT_DONE) (family->json ? write_page : show_page)(&page, id_of(&page), family->row.where);
    for (size_t i = 0; i < page.views.count; i++) {
        struct view *view = page.views.items[i];
        if (status == EXIT_DONE && view->run && run_failed(view->run)) status = out_of_memory(family->command);
        close_view(view);
    }
    return status == EXIT_DONE ? family_show(family) : status;
}
