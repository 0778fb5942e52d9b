/* Parameters: keys, ranges, and values with their source, document and confidence. */
#include "lang/csv_table.h"
#include "lang/resolve.h"

#include <string.h>

/* --- keys ------------------------------------------------------------------------------------------------------- */

/* A fixed number or date. */
static bool is_bound(const struct expr *expr) {
    return expr_is_fixed(expr) && expr->kind != EXPR_PATH;
}

static void resolve_count_key(struct scope *scope, struct key *key) {
    static const struct type plain = {.kind = TYPE_NUMBER};
    struct number low, high;
    key->type = plain;
    bool fixed = is_bound(key->low) && is_bound(key->high);
    if (fixed) {
        resolve_as(scope, key->low, &plain, key->name.text);
        resolve_as(scope, key->high, &plain, key->name.text);
        if (key->low->type.kind != TYPE_NUMBER && key->low->type.kind != TYPE_ZERO) return;
        if (key->high->type.kind != TYPE_NUMBER && key->high->type.kind != TYPE_ZERO) return;
    }
    bool constant =
        fixed && expr_constant(scope->policy, key->low, &low) && expr_constant(scope->policy, key->high, &high);
    if (!constant || !number_to_int64(low, &key->least) || !number_to_int64(high, &key->most) || key->least > key->most)
        REPORT(scope->policy, LANG_BAD_RANGE, span_join(key->low->at, key->high->at), key->name.text);
}

static void resolve_named_key(struct policy *policy, struct parameter *parameter, struct key *key) {
    key->entity = map_get(&policy->entity_by_name, key->name.text);
    key->enumeration = map_get(&policy->enumeration_by_name, key->name.text);
    if (key->entity && !key->entity->is_event) {
        if (parameter->area) REPORT(policy, LANG_SECOND_AREA_KEY, key->name.at, parameter->name);
        parameter->area = key->entity;
        return;
    }
    if (key->enumeration) {
        key->kind = KEY_ENUM;
        key->type = (struct type){.kind = TYPE_ENUM, .enumeration = key->enumeration};
        return;
    }
    struct suggestion suggestion = suggest(policy, key->name.text);
    suggestion_note_map(&suggestion, &policy->entity_by_name);
    suggestion_note_map(&suggestion, &policy->enumeration_by_name);
    report_unknown(policy, LANG_UNKNOWN_KEY, key->name, parameter->name, &suggestion);
}

static void resolve_band_key(struct policy *policy, struct parameter *parameter, struct key *key) {
    key->type = type_find(policy, &key->band, &key->band_scale, NULL);
    if (key->type.kind != TYPE_NUMBER && key->type.kind != TYPE_WRONG)
        REPORT(policy, LANG_NEEDS_NUMBER, key->band.at, key->name.text, type_text(policy, &key->type));
    parameter->band = key;
}

static void resolve_keys(struct policy *policy, struct parameter *parameter) {
    struct declaration *declaration = parameter->declaration;
    struct scope scope = {.policy = policy, .until = DAY_NEVER, .from = INT32_MIN};
    if (declaration->keys.count > PARAMETER_KEYS_MAX) {
        REPORT(policy, LANG_TOO_MANY_KEYS, declaration->name.at, parameter->name);
        declaration->keys.count = PARAMETER_KEYS_MAX;
    }
    parameter->keys = declaration->keys.items;
    parameter->key_count = declaration->keys.count;
    for (size_t i = 0; i < declaration->keys.count; i++) {
        struct key *key = &declaration->keys.items[i];
        for (size_t k = 0; k < i; k++)
            if (text_equal(declaration->keys.items[k].name.text, key->name.text))
                REPORT(policy, LANG_KEY_TWICE, key->name.at, key->name.text);
        switch (key->kind) {
        case KEY_COUNT: resolve_count_key(&scope, key); break;
        case KEY_BAND: resolve_band_key(policy, parameter, key); break;
        case KEY_MONTH: parameter->by_month = true; break;
        default: resolve_named_key(policy, parameter, key); break;
        }
        parameter->index_count += key->kind == KEY_ENUM || key->kind == KEY_COUNT;
    }
}

static bool keys_are_known(const struct parameter *parameter) {
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        if ((key->kind == KEY_AREA && !key->entity) || (key->kind == KEY_BAND && key->type.kind != TYPE_NUMBER))
            return false;
    }
    return true;
}

/* --- ranges ----------------------------------------------------------------------------------------------------- */

static bool bound(struct policy *policy, const struct expr *expr, struct number *out) {
    if (expr->kind == EXPR_DATE) {
        *out = number_from(expr->as.date);
        return true;
    }
    return expr_constant(policy, expr, out);
}

bool range_declared(struct policy *policy, struct declaration *declaration, const struct type *type, struct number *low,
                    struct number *high) {
    if (!declaration->low) return false;
    struct scope scope = {.policy = policy, .until = DAY_NEVER, .from = INT32_MIN, .beside = &declaration->type};
    struct span at = span_join(declaration->low->at, declaration->high->at);
    if (type->kind != TYPE_NUMBER && type->kind != TYPE_DATE) {
        if (type->kind != TYPE_WRONG)
            REPORT(policy, LANG_RANGE_OF_WHAT, at, declaration->name.text, type_text(policy, type));
        return false;
    }
    if (!is_bound(declaration->low) || !is_bound(declaration->high)) {
        REPORT(policy, LANG_BAD_RANGE, at, declaration->name.text);
        return false;
    }
    resolve_bounds(&scope, declaration->low, declaration->high);
    struct type both;
    if (!type_same(&scope, declaration->low->at, type, &declaration->low->type, &both) ||
        !type_same(&scope, declaration->high->at, type, &declaration->high->type, &both))
        return false;
    bool constant = bound(policy, declaration->low, low) && bound(policy, declaration->high, high);
    if (constant && number_compare(*low, *high) <= 0) return true;
    REPORT(policy, LANG_BAD_RANGE, at, declaration->name.text);
    return false;
}

/* --- values ----------------------------------------------------------------------------------------------------- */

/* In the parameter's unit; a ratio in percent, for that shows best what was forgotten. */
static struct text shown(struct arena *arena, const struct parameter *parameter, struct number value) {
    const struct names *parts = &parameter->declaration->type.parts;
    if (parts->list.count == 1 && text_is(parts->list.items[0].text, "ratio"))
        return text_format(arena, "%s%%", number_exact(arena, number_multiply(arena, value, number_from(100))).bytes);
    return number_exact(arena, number_divide(arena, value, parameter->scale));
}

static void check_number(struct policy *policy, const struct parameter *parameter, struct span at,
                         struct number value) {
    struct arena *arena = &policy->arena;
    if (!number_is_integer(number_divide(arena, value, parameter->step)))
        REPORT(policy, LANG_VALUE_OFF_STEP, at, shown(arena, parameter, value),
               shown(arena, parameter, parameter->step));
    if (!parameter->bounded) return;
    if (number_compare(value, parameter->low) < 0 || number_compare(value, parameter->high) > 0)
        REPORT(policy, LANG_VALUE_OUT_OF_RANGE, at, shown(arena, parameter, value), parameter->name,
               shown(arena, parameter, parameter->low), shown(arena, parameter, parameter->high));
}

static bool is_word(struct text text, const char *const words[], size_t count) {
    for (size_t i = 0; i < count; i++)
        if (text_is(text, words[i])) return true;
    return false;
}

bool truth_parse(struct text text, bool *out) {
    static const char *const yes[] = {"yes", "是", "true", "1"}, *const no[] = {"no", "否", "false", "0"};
    enum { WORDS = sizeof yes / sizeof *yes };
    bool found = false;
    *out = false;
    for (size_t i = 0; i < WORDS; i++) {
        *out = *out || text_is_in_any_case(text, yes[i]);
        found = found || text_is_in_any_case(text, no[i]);
    }
    return *out || found;
}

static bool cell_number(struct policy *policy, struct text text, struct number *out) {
    return text.length <= NUMBER_DIGITS_MAX && number_parse(&policy->arena, text, out);
}

static bool parse_value(struct policy *policy, const struct parameter *parameter, struct text text, struct span at,
                        struct parameter_value *value) {
    int found;
    switch (parameter->type.kind) {
    case TYPE_NUMBER:
        if (!cell_number(policy, text, &value->number)) return false;
        value->number = number_multiply(&policy->arena, value->number, parameter->scale);
        check_number(policy, parameter, at, value->number);
        return true;
    case TYPE_BOOL: return truth_parse(text, &value->truth);
    case TYPE_DATE: return day_parse(text, &value->date);
    case TYPE_ENUM:
        found = enumeration_find(parameter->type.enumeration, text);
        value->enum_value = (uint32_t)(found < 0 ? 0 : found);
        return found >= 0;
    default: return false;
    }
}

static bool parse_day_cell(const struct csv_table *table, const char *column, day_number *day) {
    struct text text = csv_table_cell(table, text_from(column));
    if (text.length == 0 || day_parse(text, day)) return true;
    REPORT(table->policy, LANG_CELL_NO_DATE, csv_table_place(table, text_from(column)), text, text_from(column));
    return false;
}

static bool parse_key_cell(const struct csv_table *table, const struct key *key, size_t index,
                           struct parameter_value *value) {
    struct text column = key->name.text, text = csv_table_cell(table, column);
    struct number number;
    month_number month;
    int found;
    switch (key->kind) {
    case KEY_AREA: return true;
    case KEY_ENUM:
        found = enumeration_find(key->enumeration, text);
        value->keys[index] = found;
        if (found >= 0) return true;
        REPORT(table->policy, LANG_CELL_NO_ENUM, csv_table_place(table, column), text, key->enumeration->name);
        return false;
    case KEY_MONTH:
        if (month_parse(text, &month)) {
            value->keys[index] = month;
            return true;
        }
        REPORT(table->policy, LANG_CELL_NO_MONTH, csv_table_place(table, column), text);
        return false;
    case KEY_COUNT:
        if (cell_number(table->policy, text, &number) && number_to_int64(number, &value->keys[index]) &&
            value->keys[index] >= key->least && value->keys[index] <= key->most)
            return true;
        REPORT(table->policy, LANG_CELL_OUTSIDE_KEY, csv_table_place(table, column), text,
               text_format(&table->policy->arena, "%lld .. %lld", (long long)key->least, (long long)key->most));
        return false;
    case KEY_BAND:
        if (cell_number(table->policy, text, &value->band)) {
            value->band = number_multiply(&table->policy->arena, value->band, key->band_scale);
            return true;
        }
        REPORT(table->policy, LANG_CELL_NO_NUMBER, csv_table_place(table, column), text, column);
        return false;
    }
    return false;
}

/* What a table has held so far. */
struct lines {
    struct map places; /* area, date and keys -> struct span of the line */
    struct map bands;  /* the same but for the band -> size_t, how many bands the scale has */
};

/* The area, date and keys of a line, but for the band. */
static struct text line_key(struct policy *policy, const struct parameter *parameter,
                            const struct parameter_value *value) {
    struct text key =
        text_format(&policy->arena, "%.*s/%d/%d", TEXT_ARG(value->area), (int)value->from, (int)value->enacted);
    for (size_t i = 0; i < parameter->key_count; i++)
        key = text_format(&policy->arena, "%.*s/%lld", TEXT_ARG(key), (long long)value->keys[i]);
    return key;
}

/* The engine has room for so many bands of one scale. */
static void count_band(struct policy *policy, const struct parameter *parameter, const struct parameter_value *value,
                       struct text key, struct lines *lines) {
    size_t *count = map_get(&lines->bands, key);
    if (!count) {
        count = ARENA_NEW(&policy->arena, size_t);
        map_put(&lines->bands, key, count);
    }
    if (++*count != BANDS_MAX + 1) return;
    REPORT(policy, LANG_BANDS_TOO_MANY, value->at, parameter->name, text_format(&policy->arena, "%d", BANDS_MAX));
}

/* One value for each area, date and key. */
static bool is_first(struct policy *policy, const struct parameter *parameter, const struct parameter_value *value,
                     struct lines *lines) {
    struct text scale = line_key(policy, parameter, value), key = scale;
    struct map *seen = &lines->places;
    if (parameter->band) {
        count_band(policy, parameter, value, scale, lines);
        key = text_format(&policy->arena, "%.*s/%.*s", TEXT_ARG(scale),
                          TEXT_ARG(number_exact(&policy->arena, value->band)));
    }
    const struct span *other = map_get(seen, key);
    if (other) {
        struct diagnostic *diagnostic = REPORT(policy, LANG_VALUE_TWICE, value->at, parameter->name);
        if (diagnostic) diagnostic->related = span_position(*other);
        return false;
    }
    struct span *at = ARENA_NEW(&policy->arena, struct span);
    *at = value->at;
    map_put(seen, key, at);
    return true;
}

static void read_line(struct csv_table *table, const struct parameter *parameter, struct parameter_values *values,
                      struct lines *lines) {
    struct policy *policy = table->policy;
    struct text text = csv_table_cell(table, TEXT("value")), confidence = csv_table_cell(table, TEXT("confidence"));
    struct text source = csv_table_cell(table, TEXT("source")); /* in one language, or in two */
    struct parameter_value value = {
        .area = csv_table_cell(table, TEXT("area")),
        .from = INT32_MIN,
        .enacted = INT32_MIN,
        .number = number_zero,
        .band = number_zero,
        .empty = text.length == 0,
        .confirmed = text_is(confidence, "high"),
        .source = {csv_table_cell(table, TEXT("source_zh")), csv_table_cell(table, TEXT("source_en"))},
        .document = csv_table_cell(table, TEXT("document")),
        .confidence = confidence,
        .at = csv_table_place(table, TEXT("value")),
    };
    if (source.length) value.source[LANGUAGE_ZH] = source;
    bool good = parse_day_cell(table, "from", &value.from);
    good = parse_day_cell(table, "enacted", &value.enacted) && good;
    for (size_t i = 0; i < parameter->key_count; i++)
        good = parse_key_cell(table, &parameter->keys[i], i, &value) && good;
    if (!value.empty && !parse_value(policy, parameter, text, value.at, &value)) {
        REPORT(policy, LANG_CELL_WRONG_TYPE, value.at, text, type_text(policy, &parameter->type));
        good = false;
    }
    if (confidence.length && !is_word(confidence, (const char *const[]){"high", "medium", "low"}, 3))
        REPORT(policy, LANG_BAD_CONFIDENCE, csv_table_place(table, TEXT("confidence")), confidence);
    if (good && is_first(policy, parameter, &value, lines)) VECTOR_PUSH(&policy->arena, &values->list, value);
}

/* Tells a missing column at the key that needs it, or at the heading. */
static bool has_column(const struct csv_table *table, struct text column, const struct key *key) {
    if (csv_table_has(table, column)) return true;
    struct span heading = {table->source, 0, 0};
    struct diagnostic *diagnostic =
        REPORT(table->policy, LANG_CSV_COLUMN_MISSING, key ? key->name.at : heading, column, table->source->name);
    if (diagnostic && key) diagnostic->related = span_position(heading);
    return false;
}

/* Without one of its columns the lines of a table mean nothing. */
static bool has_columns(const struct csv_table *table, const struct parameter *parameter) {
    bool all = has_column(table, TEXT("value"), NULL);
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        all &= has_column(table, key->kind == KEY_AREA ? TEXT("area") : key->name.text, key);
    }
    return all;
}

static void load_table(struct policy *policy, const struct parameter *parameter, struct declaration *declaration,
                       struct parameter_values *values) {
    struct csv_table table;
    struct lines lines;
    struct text path = text_format(&policy->arena, "tables/%.*s.csv", TEXT_ARG(declaration->table_name.text));
    if (!csv_table_open(&table, policy, declaration->layer, path, declaration->table_name.at)) return;
    if (!has_columns(&table, parameter)) return;
    map_init(&lines.places, &policy->arena);
    map_init(&lines.bands, &policy->arena);
    while (csv_table_next(&table) && compile_goes_on(policy)) read_line(&table, parameter, values, &lines);
}

/* `= 90%`: one value for all places, from the declaration's own date on. */
static void load_value(struct policy *policy, const struct parameter *parameter, struct declaration *declaration,
                       struct parameter_values *values) {
    const struct type_name *type = &parameter->declaration->type;
    struct scope scope = {.policy = policy, .until = DAY_NEVER, .from = INT32_MIN, .beside = type};
    struct expr *expr = declaration->branches.items[0].value;
    struct parameter_value value = {
        .from = declaration->has_from ? declaration->from : INT32_MIN,
        .enacted = declaration->has_enacted ? declaration->enacted : INT32_MIN,
        .number = number_zero,
        .band = number_zero,
        .confirmed = !declaration->unconfirmed,
        .at = expr->at,
    };
    if (parameter->key_count > (parameter->area ? 1u : 0u))
        REPORT(policy, LANG_KEYS_WITHOUT_TABLE, expr->at, parameter->name);
    bool name = expr->kind == EXPR_PATH && parameter->type.kind != TYPE_ENUM;
    if (!expr_is_fixed(expr) || name || declaration->branches.items[0].condition) {
        REPORT(policy, LANG_PARAMETER_NOT_CONSTANT, expr->at, parameter->name);
        return;
    }
    resolve_as(&scope, expr, &parameter->type, parameter->name);
    if (expr->type.kind == TYPE_WRONG) return;
    if (expr_constant(policy, expr, &value.number))
        check_number(policy, parameter, expr->at, value.number);
    else if (expr->kind == EXPR_BOOL)
        value.truth = expr->as.truth;
    else if (expr->kind == EXPR_DATE || expr->kind == EXPR_NEVER)
        value.date = expr->kind == EXPR_DATE ? expr->as.date : DAY_NEVER;
    else if (expr->kind == EXPR_PATH)
        value.enum_value = expr->as.path.target.enum_value;
    VECTOR_PUSH(&policy->arena, &values->list, value);
}

/* Lines of an area are found without looking at those of others. A parameter that has none is the same everywhere,
 * whatever its table says of areas. */
static void index_areas(struct policy *policy, const struct parameter *parameter, struct parameter_values *values) {
    map_init(&values->areas, &policy->arena);
    for (size_t i = values->list.count; i-- > 0 && !arena_failed(&policy->arena);) {
        struct parameter_value *line = &values->list.items[i];
        struct text area = parameter->area ? line->area : TEXT("");
        line->next = (size_t)map_get(&values->areas, area);
        map_put(&values->areas, area, (void *)(i + 1));
    }
}

static const struct parameter_value *line_numbered(const struct parameter_values *values, size_t number) {
    return number ? &values->list.items[number - 1] : NULL;
}

const struct parameter_value *parameter_lines_of(const struct parameter_values *values, struct text area) {
    return line_numbered(values, (size_t)map_get(&values->areas, area));
}

const struct parameter_value *parameter_line_after(const struct parameter_values *values,
                                                   const struct parameter_value *line) {
    return line_numbered(values, line->next);
}

static void load_values(struct policy *policy, const struct parameter *parameter, struct declaration *declaration,
                        struct parameter_values *values) {
    bool has_value = declaration->branches.count > 0;
    if (declaration->head == HEAD_READING && declaration->has_table) return; /* check_options tells */
    if (has_value && declaration->has_table) {
        REPORT(policy, LANG_VALUE_AND_TABLE, declaration->name.at, parameter->name);
        return;
    }
    if (!has_value && !declaration->has_table)
        REPORT(policy, LANG_PARAMETER_WITHOUT_VALUE, declaration->name.at, parameter->name);
    size_t errors = policy->diagnostics.errors;
    if (declaration->has_table)
        load_table(policy, parameter, declaration, values);
    else if (has_value)
        load_value(policy, parameter, declaration, values);
    if (declaration->has_table && values->list.count == 0 && policy->diagnostics.errors == errors)
        REPORT(policy, LANG_PARAMETER_WITHOUT_VALUE, declaration->name.at, parameter->name);
    index_areas(policy, parameter, values);
}

/* One layer gives one value for a day. */
static void check_excepted_once(struct policy *policy, const struct parameter *parameter, size_t before, size_t now) {
    const struct parameter_exception *first = parameter->exceptions.items[before],
                                     *second = parameter->exceptions.items[now];
    const struct declaration *a = first->declaration, *b = second->declaration;
    bool same_day = a->from == b->from && a->has_from == b->has_from && a->enacted == b->enacted &&
                    a->has_enacted == b->has_enacted;
    if (first->layer != second->layer || !same_day) return;
    struct diagnostic *diagnostic = REPORT(policy, LANG_VALUE_TWICE, b->name.at, parameter->name);
    if (diagnostic) diagnostic->related = span_position(a->name.at);
}

static void load_parameter(struct policy *policy, struct parameter *parameter) {
    struct declaration *declaration = parameter->declaration;
    parameter->type = type_find(policy, &declaration->type, &parameter->scale, &parameter->step);
    if (parameter->type.kind == TYPE_TEXT || parameter->type.kind == TYPE_ROW || parameter->type.kind == TYPE_FILE ||
        parameter->type.kind == TYPE_FINDINGS) {
        REPORT(policy, LANG_PARAMETER_TYPE, declaration->type.at, parameter->name, type_text(policy, &parameter->type));
        parameter->type.kind = TYPE_WRONG;
    }
    resolve_keys(policy, parameter);
    if (!keys_are_known(parameter)) parameter->type.kind = TYPE_WRONG;
    parameter->bounded = range_declared(policy, declaration, &parameter->type, &parameter->low, &parameter->high);
    if (parameter->type.kind == TYPE_WRONG) return;
    load_values(policy, parameter, declaration, &parameter->values);
    for (size_t i = 0; i < parameter->exceptions.count; i++) {
        load_values(policy, parameter, parameter->exceptions.items[i]->declaration,
                    &parameter->exceptions.items[i]->values);
        for (size_t k = 0; k < i; k++) check_excepted_once(policy, parameter, k, i);
    }
}

void parameters_load(struct policy *policy) {
    for (size_t i = 0; i < policy->parameters.count && compile_goes_on(policy); i++)
        load_parameter(policy, policy->parameters.items[i]);
}

/* --- clauses ---------------------------------------------------------------------------------------------------- */

void clauses_load(struct policy *policy, struct layer *layer) {
    struct csv_table table;
    struct name file = layer->head->clauses;
    if (!csv_table_open(&table, policy, layer, file.text, file.at)) return;
    if (!csv_table_has(&table, TEXT("id")))
        REPORT(policy, LANG_CSV_COLUMN_MISSING, ((struct span){table.source, 0, 0}), TEXT("id"), table.source->name);
    while (csv_table_next(&table) && compile_goes_on(policy)) {
        struct clause *clause = ARENA_NEW(&policy->arena, struct clause);
        *clause = (struct clause){
            .id = csv_table_cell(&table, TEXT("id")),
            .kind = csv_table_cell(&table, TEXT("kind")),
            .title = {csv_table_cell(&table, TEXT("title_zh")), csv_table_cell(&table, TEXT("title_en"))},
            .says = {csv_table_cell(&table, TEXT("says_zh")), csv_table_cell(&table, TEXT("says_en"))},
            .document = csv_table_cell(&table, TEXT("document")),
            .section = csv_table_cell(&table, TEXT("section")),
            .sentence = csv_table_cell(&table, TEXT("sentence")),
            .layer = layer,
        };
        if (map_get(&policy->clause_by_id, clause->id))
            REPORT(policy, LANG_CLAUSE_TWICE, csv_table_place(&table, TEXT("id")), clause->id);
        VECTOR_PUSH(&policy->arena, &policy->clauses, clause);
        map_put(&policy->clause_by_id, clause->id, clause);
    }
}
