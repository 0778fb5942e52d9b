/* Decision tables: each row becomes a case, its cells joined by `and`. */
#include "lang/parser.h"
#include "lang/resolve.h"

static struct expr *node(struct policy *policy, enum expr_kind kind, struct span at, struct expr *left,
                         struct expr *right) {
    struct expr *expr = ARENA_NEW(&policy->arena, struct expr);
    expr->kind = kind;
    expr->at = at;
    expr->left = left;
    expr->right = right;
    return expr;
}

/* The text of a cell as tokens of its own; false when memory has run out. */
static bool read_cell(struct policy *policy, struct name cell, struct parser *parser) {
    struct tokens tokens = {0};
    tokens_cut(&tokens, &policy->arena, cell.at.source, cell.at.begin, cell.at.end);
    if (arena_failed(&policy->arena)) return false;
    parser_init(parser, &policy->arena, &policy->diagnostics, tokens.list.items);
    return true;
}

/* A heading is a path, or the label of a field of the entity or of one above it. */
static struct expr *parse_heading(struct policy *policy, const struct field *field, struct name cell) {
    const struct field *labelled = NULL;
    for (const struct entity *entity = field->entity; entity; entity = entity->parent) {
        const struct field *found = map_get(&entity->by_label, cell.text);
        if (found && labelled)
            REPORT(policy, LANG_AMBIGUOUS_NAME, cell.at, cell.text, labelled->entity->name, entity->name);
        if (found && !labelled) labelled = found;
    }
    if (!labelled) {
        struct parser parser;
        if (!read_cell(policy, cell, &parser)) return NULL;
        struct expr *expr = parse_expression(&parser);
        return parser_done(&parser) ? expr : NULL;
    }
    struct expr *expr = node(policy, EXPR_PATH, cell.at, NULL, NULL);
    VECTOR_PUSH(&policy->arena, &expr->as.path.names.list, ((struct name){labelled->entity->name, cell.at}));
    VECTOR_PUSH(&policy->arena, &expr->as.path.names.list, ((struct name){labelled->name, cell.at}));
    return expr;
}

static struct expr *cell_set(struct parser *parser, struct expr *column, struct expr *first) {
    struct expr *expr = ARENA_NEW(parser->arena, struct expr);
    expr->kind = EXPR_IN_SET;
    expr->at = first->at;
    expr->left = column;
    VECTOR_PUSH(parser->arena, &expr->items, first);
    do {
        struct expr *item = parse_sum(parser);
        VECTOR_PUSH(parser->arena, &expr->items, item);
    } while (parser_accept(parser, ","));
    return expr;
}

/* yes, no, >= 60, 1 .. 2, work, business: what a cell asks of its column. */
static struct expr *parse_cell(struct policy *policy, const struct expr *heading, struct name cell) {
    struct expr *column = expr_copy(&policy->arena, heading);
    if (cell.text.length == 0) {
        REPORT(policy, LANG_EMPTY_CELL, cell.at, cell.text);
        return NULL;
    }
    bool yes = text_is(cell.text, "yes") || text_is(cell.text, "是"),
         no = text_is(cell.text, "no") || text_is(cell.text, "否");
    if (yes || no) column->at = cell.at; /* a column that is no truth is told here */
    if (yes) return column;
    if (no) return node(policy, EXPR_NOT, cell.at, column, NULL);
    struct parser parser;
    if (!read_cell(policy, cell, &parser)) return NULL;
    enum comparison compare = EQUAL;
    bool compared = parse_comparison_sign(&parser, &compare);
    struct expr *first = parse_sum(&parser), *expr;
    if (!compared && parser_accept(&parser, "..")) {
        expr = node(policy, EXPR_IN_RANGE, cell.at, column, first);
        expr->third = parse_sum(&parser);
    } else if (!compared && parser_accept(&parser, ",")) {
        expr = cell_set(&parser, column, first);
    } else {
        expr = node(policy, EXPR_COMPARE, cell.at, column, first);
        expr->as.compare = compare;
    }
    return parser_done(&parser) ? expr : NULL;
}

static void add_row(struct policy *policy, struct declaration *declaration, const struct decision_row *row,
                    struct expr *const *headings) {
    struct expr *condition = NULL;
    size_t last = row->cells.count - 1;
    for (size_t i = 0; i < last; i++) {
        struct name cell = row->cells.items[i];
        if (text_is(cell.text, "-") || !headings[i]) continue;
        struct expr *test = parse_cell(policy, headings[i], cell);
        if (!test) return;
        condition = condition ? node(policy, EXPR_AND, row->at, condition, test) : test;
    }
    struct parser parser;
    if (!read_cell(policy, row->cells.items[last], &parser)) return;
    struct branch branch = {.condition = condition, .value = parse_expression(&parser), .at = row->at};
    if (parser_done(&parser)) VECTOR_PUSH(&policy->arena, &declaration->branches, branch);
}

static bool is_result(const struct field *field, struct text heading) {
    return text_equal(heading, field->name) || text_equal(heading, field->label[LANGUAGE_ZH]) ||
           text_equal(heading, field->label[LANGUAGE_EN]);
}

void decision_table_build(struct policy *policy, struct rule *rule) {
    enum { COLUMNS_MAX = 32 };
    struct declaration *declaration = rule->declaration;
    const struct decision_table *table = declaration->table;
    if (!table || table->rows.count < 2) {
        REPORT(policy, LANG_TABLE_MISSING, declaration->name.at, declaration->name.text);
        return;
    }
    const struct decision_row *heading = &table->rows.items[0];
    size_t columns = heading->cells.count;
    struct expr *headings[COLUMNS_MAX] = {0};
    if (columns < 2 || columns > COLUMNS_MAX || !is_result(rule->field, heading->cells.items[columns - 1].text)) {
        REPORT(policy, LANG_TABLE_LAST_COLUMN, heading->at, rule->field->name);
        return;
    }
    for (size_t i = 0; i + 1 < columns; i++) headings[i] = parse_heading(policy, rule->field, heading->cells.items[i]);
    for (size_t i = 1; i < table->rows.count; i++) {
        const struct decision_row *row = &table->rows.items[i];
        if (row->cells.count == columns)
            add_row(policy, declaration, row, headings);
        else
            REPORT(policy, LANG_TABLE_CELLS, row->at, text_format(&policy->arena, "%zu", row->cells.count),
                   text_format(&policy->arena, "%zu", columns));
    }
    rule->branches = declaration->branches.items;
    rule->count = declaration->branches.count;
}
