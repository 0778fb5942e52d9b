#include "exchange/fhir_map.h"

#include "base/csv.h"
#include "exchange/messages.h"

#define TABLE "tables/fhir.csv"

static const struct fhir_element elements[] = {
    {"identifier", {"identifier", NULL}, FHIR_HOLDS_IDENTIFIER, FHIR_EITHER},
    {"patient", {"patient", NULL}, FHIR_HOLDS_PATIENT, FHIR_EITHER},
    {"provider", {"provider", NULL}, FHIR_HOLDS_PARTY, FHIR_EITHER},
    {"billablePeriod.start", {"billablePeriod", "start"}, FHIR_HOLDS_DAY, FHIR_CLAIM},
    {"billablePeriod.end", {"billablePeriod", "end"}, FHIR_HOLDS_DAY, FHIR_CLAIM},
    {"servicedPeriod.start", {"servicedPeriod", "start"}, FHIR_HOLDS_DAY, FHIR_ELIGIBILITY},
    {"servicedPeriod.end", {"servicedPeriod", "end"}, FHIR_HOLDS_DAY, FHIR_ELIGIBILITY},
    {"servicedDate", {"servicedDate", NULL}, FHIR_HOLDS_DAY, FHIR_ELIGIBILITY},
    {"created", {"created", NULL}, FHIR_HOLDS_DAY, FHIR_EITHER},
    {"type", {"type", NULL}, FHIR_HOLDS_CODE, FHIR_CLAIM},
    {"subType", {"subType", NULL}, FHIR_HOLDS_CODE, FHIR_CLAIM},
    {"priority", {"priority", NULL}, FHIR_HOLDS_CODE, FHIR_EITHER},
    {"total", {"total", NULL}, FHIR_HOLDS_MONEY, FHIR_CLAIM},
    {"item.category", {"item", "category"}, FHIR_HOLDS_ITEM, FHIR_EITHER},
    {"supportingInfo.category", {"supportingInfo", "category"}, FHIR_HOLDS_INFO, FHIR_EITHER},
    {"supportingInfo.code", {"supportingInfo", "code"}, FHIR_HOLDS_INFO, FHIR_EITHER},
};
enum { ELEMENTS = sizeof elements / sizeof *elements };

const struct fhir_element *fhir_map_element(size_t number) {
    return number < ELEMENTS ? &elements[number] : NULL;
}

const struct fhir_row *fhir_map_row(const struct fhir_map *map, const struct fhir_element *element, size_t *from) {
    while (*from < map->rows.count) {
        const struct fhir_row *row = &map->rows.items[(*from)++];
        if (row->element == element) return row;
    }
    return NULL;
}

bool fhir_is_money(const struct type *type) {
    bool money = type->kind == TYPE_NUMBER && type->powers[DIMENSION_MONEY] == 1;
    for (size_t i = 0; i < DIMENSIONS && money; i++) money = i == DIMENSION_MONEY || type->powers[i] == 0;
    return money;
}

/* The currency is a base unit, and its least coin a part of it. */
static struct number coin_of(const struct policy *policy) {
    const struct unit *currency = map_get(&policy->unit_by_name, policy->currency);
    return currency ? currency->step : number_one;
}

struct text fhir_amount(const struct fhir_map *map, struct arena *arena, int64_t coins) {
    struct number amount = number_multiply(arena, number_from(coins), coin_of(map->policy));
    return number_decimal(arena, amount, map->decimals, false);
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

enum table_column { COLUMN_ENTITY, COLUMN_INPUT, COLUMN_ELEMENT, COLUMN_SYSTEM, COLUMN_CODE, COLUMN_VALUE, COLUMNS };
static const char *const headings[COLUMNS] = {"entity", "input", "element", "system", "code", "value"};

struct table {
    struct fhir_map *map;
    struct diagnostics *diagnostics;
    const struct source *source;
    struct csv csv;
    bool wrong;
};

static void complain_at(struct table *table, enum exchange_message message, struct position at, struct text first,
                        struct text second) {
    const struct text arguments[] = {first, second};
    table->wrong = true;
    diagnostics_add(table->diagnostics, &exchange_messages[message], at, arguments, 2);
}

static void complain(struct table *table, enum exchange_message message, enum table_column column, struct text second) {
    const struct csv_field *cell = &table->csv.fields[column];
    struct position at = position_of(table->source, cell->offset, cell->text.length);
    complain_at(table, message, at, cell->text, second);
}

static struct text cell_of(const struct table *table, enum table_column column) {
    return text_trim(table->csv.fields[column].text);
}

static struct text kept(const struct table *table, enum table_column column) {
    return text_copy(table->map->arena, cell_of(table, column));
}

static bool fits(const struct fhir_element *element, const struct type *type, bool has_value) {
    bool choice =
        type->kind == TYPE_BOOL || type->kind == TYPE_ENUM || type->kind == TYPE_DATE || type->kind == TYPE_NUMBER;
    switch (element->holds) {
    case FHIR_HOLDS_IDENTIFIER: return type->kind == TYPE_TEXT;
    case FHIR_HOLDS_PARTY: return type->kind == TYPE_ROW;
    case FHIR_HOLDS_DAY: return type->kind == TYPE_DATE;
    case FHIR_HOLDS_CODE: return choice;
    case FHIR_HOLDS_MONEY:
    case FHIR_HOLDS_ITEM: return fhir_is_money(type);
    case FHIR_HOLDS_INFO:
        return has_value ? choice
                         : type->kind == TYPE_BOOL || type->kind == TYPE_DATE || type->kind == TYPE_TEXT ||
                               fhir_is_money(type);
    default: return false;
    }
}

/* A code is wanted where several rows may have the same element, a value where nothing else tells one. */
static void read_told(struct table *table, struct fhir_row *row) {
    enum fhir_holds holds = row->element->holds;
    bool wants_code = holds == FHIR_HOLDS_CODE || holds == FHIR_HOLDS_ITEM || holds == FHIR_HOLDS_INFO;
    struct text value = cell_of(table, COLUMN_VALUE);
    row->has_value = value.length > 0;
    if (wants_code != (row->code.length > 0))
        complain(table, wants_code ? EXCHANGE_FHIR_MAP_NO_CODE : EXCHANGE_FHIR_MAP_CODE, COLUMN_CODE,
                 cell_of(table, COLUMN_ELEMENT));
    if (row->has_value ? holds != FHIR_HOLDS_CODE && holds != FHIR_HOLDS_INFO : holds == FHIR_HOLDS_CODE)
        complain(table, row->has_value ? EXCHANGE_FHIR_MAP_VALUE : EXCHANGE_FHIR_MAP_NO_VALUE, COLUMN_VALUE,
                 cell_of(table, COLUMN_ELEMENT));
    else if (!fits(row->element, &row->input->type, row->has_value))
        complain(table, EXCHANGE_FHIR_MAP_UNFIT, COLUMN_INPUT, cell_of(table, COLUMN_ELEMENT));
    else if (row->has_value) {
        const struct lane_spec spec = lane_spec_of(table->map->arena, row->input);
        enum lane_result result = lane_parse(&spec, value, &row->value);
        if (result == LANE_NO_MEMORY) table->map->arena->failed = true;
        if (result != LANE_OK) complain(table, EXCHANGE_FHIR_MAP_NOT_A_VALUE, COLUMN_VALUE, row->input->name);
    }
}

/* Of the row that the bill is of: its id, or what others tell it by. */
static void read_patient(struct table *table, struct fhir_row *row) {
    if (row->input && row->input->check.length == 0)
        complain(table, EXCHANGE_FHIR_MAP_UNCHECKED, COLUMN_INPUT, row->input->name);
    if (row->system.length == 0) complain(table, EXCHANGE_FHIR_MAP_NO_SYSTEM, COLUMN_SYSTEM, TEXT("patient"));
    if (cell_of(table, COLUMN_CODE).length) complain(table, EXCHANGE_FHIR_MAP_CODE, COLUMN_CODE, TEXT("patient"));
    if (cell_of(table, COLUMN_VALUE).length) complain(table, EXCHANGE_FHIR_MAP_VALUE, COLUMN_VALUE, TEXT("patient"));
}

static void read_input(struct table *table) {
    struct fhir_map *map = table->map;
    struct fhir_row row = {.system = kept(table, COLUMN_SYSTEM), .code = kept(table, COLUMN_CODE)};
    struct text name = cell_of(table, COLUMN_INPUT);
    for (size_t i = 0; i < ELEMENTS && !row.element; i++)
        if (text_is(cell_of(table, COLUMN_ELEMENT), elements[i].name)) row.element = &elements[i];
    if (!row.element) {
        complain(table, EXCHANGE_FHIR_MAP_ELEMENT, COLUMN_ELEMENT, TEXT(""));
        return;
    }
    bool patient = row.element->holds == FHIR_HOLDS_PATIENT;
    const struct entity *entity = patient ? map->event->parent : map->event;
    if (!text_equal(cell_of(table, COLUMN_ENTITY), entity->name)) {
        /* Other events have rows of their own. */
        if (!map_get(&map->policy->entity_by_name, cell_of(table, COLUMN_ENTITY)))
            complain(table, EXCHANGE_FHIR_MAP_ENTITY, COLUMN_ENTITY, TEXT(""));
        return;
    }
    row.input = entity_field(entity, name);
    if (row.input && row.input->kind != FIELD_INPUT) row.input = NULL;
    if (!row.input && (name.length || !patient)) {
        complain(table, EXCHANGE_FHIR_MAP_INPUT, COLUMN_INPUT, entity->name);
        return;
    }
    if (patient)
        read_patient(table, &row);
    else
        read_told(table, &row);
    VECTOR_PUSH(map->arena, &map->rows, row);
}

/* "+08:00" */
static bool read_clock(struct text text, int *minutes) {
    if (text.length != 6 || (text.bytes[0] != '+' && text.bytes[0] != '-') || text.bytes[3] != ':') return false;
    for (size_t i = 1; i < 6; i++)
        if (i != 3 && !is_digit(text.bytes[i])) return false;
    *minutes =
        ((text.bytes[1] - '0') * 10 + text.bytes[2] - '0') * 60 + (text.bytes[4] - '0') * 10 + text.bytes[5] - '0';
    if (text.bytes[0] == '-') *minutes = -*minutes;
    return true;
}

static void read_exchange(struct table *table) {
    struct fhir_map *map = table->map;
    struct text element = cell_of(table, COLUMN_ELEMENT);
    const struct fhir_code code = {kept(table, COLUMN_SYSTEM), kept(table, COLUMN_CODE), kept(table, COLUMN_VALUE)};
    if (text_is(element, "Money.currency")) {
        map->currency = code.code;
    } else if (text_is(element, "dateTime")) {
        map->has_clock = read_clock(code.display, &map->clock);
        if (!map->has_clock) complain(table, EXCHANGE_FHIR_MAP_CLOCK, COLUMN_VALUE, TEXT(""));
    } else if (text_is(element, "related.relationship")) {
        VECTOR_PUSH(map->arena, &map->corrections, code);
    } else if (text_is(element, "insurer")) {
        map->insurer = code;
    } else if (text_is(element, "adjudication.category")) {
        map->benefits = code.system;
    } else if (text_is(element, "adjudication.reason")) {
        map->funds = code.system;
    } else if (text_is(element, "error.code")) {
        map->refusals = code.system;
    } else {
        complain(table, EXCHANGE_FHIR_MAP_ELEMENT, COLUMN_ELEMENT, TEXT(""));
    }
}

/* --- the whole of it ---------------------------------------------------------------------------------------------- */

static const struct source *find_table(const struct policy *policy) {
    const struct layer *layer = policy->layers.count ? policy->layers.items[policy->layers.count - 1] : NULL;
    const struct source *source = NULL;
    for (; layer && !source; layer = layer->base) source = map_get(&layer->tables, TEXT(TABLE));
    return source;
}

/* The next record that has all its cells; false at the end. */
static bool next_row(struct table *table) {
    for (;;) {
        enum csv_result result = csv_next(&table->csv);
        if (result == CSV_END || result == CSV_NO_MEMORY) return false;
        const struct csv_field *first = &table->csv.fields[0];
        if (result == CSV_RECORD && table->csv.count == COLUMNS) return true;
        complain_at(table, EXCHANGE_FHIR_MAP_BROKEN, position_of(table->source, first->offset, 1),
                    text_format(table->map->arena, "%d", COLUMNS), TEXT(""));
    }
}

static bool read_headings(struct table *table) {
    bool good = next_row(table);
    for (size_t i = 0; i < COLUMNS && good; i++) good = text_is(cell_of(table, (enum table_column)i), headings[i]);
    if (good) return true;
    complain_at(table, EXCHANGE_FHIR_MAP_HEADING, (struct position){.source = table->source},
                TEXT("entity,input,element,system,code,value"), TEXT(""));
    return false;
}

static bool tells(const struct fhir_map *map, const struct field *input) {
    for (size_t i = 0; i < map->rows.count; i++)
        if (map->rows.items[i].input == input) return true;
    return false;
}

/* What every bill needs, and what all answers are written with. */
static void check_whole(struct table *table) {
    struct fhir_map *map = table->map;
    const struct position whole = {.source = table->source};
    for (size_t i = 0; i < map->event->dated.count; i++)
        if (!tells(map, map->event->dated.items[i]))
            complain_at(table, EXCHANGE_FHIR_MAP_UNTOLD, whole, map->event->dated.items[i]->name, TEXT(""));
    if (map->currency.length == 0)
        complain_at(table, EXCHANGE_FHIR_MAP_UNTOLD, whole, TEXT("Money.currency"), TEXT(""));
    if (map->insurer.code.length == 0 && map->insurer.display.length == 0)
        complain_at(table, EXCHANGE_FHIR_MAP_UNTOLD, whole, TEXT("insurer"), TEXT(""));
    enum { DECIMALS_MOST = 9 };
    struct number coin = coin_of(map->policy);
    for (; map->decimals < DECIMALS_MOST && !number_is_integer(coin); map->decimals++)
        coin = number_multiply(map->arena, coin, number_from(10));
    if (!number_is_integer(coin)) complain_at(table, EXCHANGE_FHIR_MAP_COIN, whole, map->policy->currency, TEXT(""));
}

bool fhir_map_read(struct fhir_map *map, const struct policy *policy, const struct entity *event, struct arena *arena,
                   struct diagnostics *diagnostics) {
    *map = (struct fhir_map){.policy = policy, .event = event, .arena = arena};
    struct table table = {.map = map, .diagnostics = diagnostics, .source = find_table(policy)};
    if (!table.source) {
        const struct text name = policy_name(policy);
        diagnostics_add(diagnostics, &exchange_messages[EXCHANGE_FHIR_MAP_NONE], (struct position){0}, &name, 1);
        return false;
    }
    csv_init(&table.csv, table.source->bytes, arena);
    if (arena_failed(arena) || !read_headings(&table)) return false;
    while (next_row(&table)) {
        if (cell_of(&table, COLUMN_ENTITY).length)
            read_input(&table);
        else if (cell_of(&table, COLUMN_INPUT).length)
            complain(&table, EXCHANGE_FHIR_MAP_ENTITY, COLUMN_ENTITY, TEXT(""));
        else
            read_exchange(&table);
    }
    if (!table.wrong) check_whole(&table);
    return !table.wrong && !arena_failed(arena);
}

bool fhir_map_check(const struct policy *policy, struct arena *arena, struct diagnostics *diagnostics) {
    bool good = true;
    for (size_t i = 0; i < policy->entities.count && find_table(policy); i++) {
        struct fhir_map map;
        if (policy->entities.items[i]->settled.at)
            good = fhir_map_read(&map, policy, policy->entities.items[i], arena, diagnostics) && good;
    }
    return good;
}
