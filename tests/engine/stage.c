#include "stage.h"

#include "engine/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void tell_mistakes(const struct stage *stage) {
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < stage->policy->diagnostics.list.count; i++)
        diagnostic_print(&out, &stage->policy->arena, &stage->policy->diagnostics.list.items[i], LANGUAGE_EN);
    print_error("%s\n", builder_text(&out).bytes);
    builder_free(&out);
    fail();
}

void stage_open_layers(struct stage *stage, const struct stage_layer *layers, size_t count) {
    *stage = (struct stage){.options = {.known = DAY_NEVER}};
    arena_init(&stage->arena);
    stage->refusals.arena = &stage->arena;
    stage->policy = policy_new();
    assert_non_null(stage->policy);
    for (size_t i = 0; i < count; i++) {
        struct text file = text_format(&stage->arena, "```doudi\n%s\n```\n", layers[i].law);
        policy_begin_layer(stage->policy, text_format(&stage->arena, "layer%zu", i));
        policy_add_file(stage->policy, TEXT("law.md"), file);
        if (layers[i].table) policy_add_file(stage->policy, TEXT("tables/t.csv"), text_from(layers[i].table));
    }
    if (!policy_compile(stage->policy)) tell_mistakes(stage);
    records_init(&stage->records, &stage->arena, stage->policy);
    history_init(&stage->history, stage->policy);
    stage->options.given = stage->given;
}

void stage_open(struct stage *stage, const char *law, const char *table, const char *layer) {
    stage_open_layers(stage, (struct stage_layer[]){{law, table}, {layer, NULL}}, layer ? 2 : 1);
}

void stage_close(struct stage *stage) {
    run_free(stage->run);
    dataset_free(stage->dataset);
    history_free(&stage->history);
    policy_free(stage->policy);
    arena_free(&stage->arena);
}

static void put(struct stage *stage, const struct field *field, struct text text) {
    size_t row = stage->records.tables[field->entity->index].count - 1;
    struct lane_spec spec = lane_spec_of(&stage->arena, field);
    lane value;
    if (field->type.kind == TYPE_TEXT || field->type.kind == TYPE_ROW) {
        records_put_text(&stage->records, field, row, text);
        return;
    }
    assert_int_equal(lane_parse(&spec, text, &value), LANE_OK);
    records_put(&stage->records, field, row, value);
}

static month_number month_of(const char *text, month_number otherwise) {
    month_number month = otherwise;
    if (text && *text) assert_true(month_parse(text_from(text), &month));
    return month;
}

void stage_row_in(struct stage *stage, const char *entity, const char *id, const char *parent, const char *inputs,
                  const char *from, const char *until) {
    const struct entity *of = map_get(&stage->policy->entity_by_name, text_from(entity));
    assert_non_null(of);
    struct record_row row = {.id = text_from(id),
                             .parent = text_from(parent),
                             .from = month_of(from, MONTH_FIRST),
                             .until = month_of(until, MONTH_LAST)};
    assert_true(records_add(&stage->records, of, row) != SIZE_MAX);
    struct text rest = text_from(inputs);
    for (size_t begin = 0, at = 0; at <= rest.length && rest.length; at++) {
        if (at < rest.length && rest.bytes[at] != ' ') continue;
        size_t equals = begin;
        while (equals < at && rest.bytes[equals] != '=') equals++;
        const struct field *field = map_get(&of->by_name, text_slice(rest, begin, equals));
        assert_non_null(field);
        put(stage, field, text_slice(rest, equals + 1, at));
        begin = at + 1;
    }
}

void stage_row(struct stage *stage, const char *entity, const char *id, const char *parent, const char *inputs) {
    stage_row_in(stage, entity, id, parent, inputs, NULL, NULL);
}

static const struct field *field_of(const struct stage *stage, const char *name) {
    struct text text = text_from(name);
    size_t dot = 0;
    while (dot < text.length && text.bytes[dot] != '.') dot++;
    assert_true(dot < text.length);
    const struct field *field =
        policy_field(stage->policy, text_slice(text, 0, dot), text_slice(text, dot + 1, text.length));
    assert_non_null(field);
    return field;
}

static struct value parse(struct stage *stage, const struct field *field, const char *text) {
    struct value value;
    assert_true(value_parse(&stage->arena, &field->type, field->scale, text_from(text), &value));
    return value;
}

void stage_give(struct stage *stage, const char *name, const char *id, const char *month, const char *value) {
    const struct field *field = field_of(stage, name);
    assert_true(stage->options.given_count < STAGE_GIVEN_MAX);
    stage->given[stage->options.given_count++] =
        (struct given){field, text_from(id), month_of(month, MONTH_FIRST), parse(stage, field, value)};
}

void stage_open_with(struct stage *stage, const char *name, const char *id, const char *value) {
    const struct field *field = field_of(stage, name);
    history_put(&stage->history, field, text_from(id), MONTH_FIRST, parse(stage, field, value));
}

void stage_decide(struct stage *stage, const char *month) {
    month_number number = month_of(month, 0);
    if (stage->run) history_record(&stage->history, stage->run);
    run_free(stage->run);
    dataset_free(stage->dataset);
    stage->refusals.list.count = 0;
    stage->dataset = dataset_new(stage->policy, &stage->records, number, &stage->refusals);
    assert_non_null(stage->dataset);
    assert_true(settle_past(&stage->history, &stage->records, stage->dataset, &stage->options));
    stage->run = run_new(stage->policy, stage->dataset, &stage->history, number, &stage->options);
    assert_non_null(stage->run);
}

const char *stage_value(struct stage *stage, const char *name, const char *id) {
    const struct field *field = field_of(stage, name);
    const struct table *table = dataset_table(stage->dataset, field->entity);
    for (size_t row = 0; row < table->rows; row++) {
        if (!text_is(table_id(table, row), id)) continue;
        struct value value = run_in_force(stage->run, field, row);
        assert_false(run_failed(stage->run));
        struct text shown = value_plain(&stage->arena, &field->type, field->scale, &value);
        if (value.state != VALUE_KNOWN)
            shown = text_format(&stage->arena, "%.*s:%s", TEXT_ARG(shown), reason_code(value.reason.kind));
        return text_copy(&stage->arena, shown).bytes;
    }
    fail_msg("there is no row %s of %s", id, name);
    return "";
}
