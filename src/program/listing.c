#include "program/listing.h"

#include "lang/print.h"

struct lister {
    struct builder *out;
    struct arena *arena;
    const struct graph *graph;
    enum language language;
    bool *needed; /* by node */
    int entity_width;
};

static const char *words(const struct lister *lister, const char *zh, const char *en) {
    return lister->language == LANGUAGE_ZH ? zh : en;
}

/* --- what is needed --------------------------------------------------------------------------------------------- */

static bool has_node(const struct graph *graph, const struct field *field) {
    return graph->fields[field->index] && graph->fields[field->index]->value.n != NODE_NONE;
}

static void need(const struct lister *lister, node_id id) {
    if (id != NODE_NONE) lister->needed[id] = true;
}

static void need_field(const struct lister *lister, const struct field *field) {
    if (!has_node(lister->graph, field)) return;
    const struct quantity *quantity = &lister->graph->fields[field->index]->value;
    need(lister, quantity->n);
    need(lister, lister->graph->fields[field->index]->cases);
    for (size_t i = 0; i < quantity->divisors.count; i++) need(lister, quantity->divisors.items[i]);
}

/* From behind: nodes stand after those that they read. */
static void need_operands(const struct lister *lister) {
    for (size_t id = lister->graph->nodes.count; id-- > 0;) {
        node_id read;
        if (!lister->needed[id]) continue;
        for (size_t i = 0; graph_operand(graph_node(lister->graph, (node_id)id), &i, &read);) need(lister, read);
    }
}

static void find_needed(struct lister *lister, const struct field *only) {
    const struct policy *policy = lister->graph->policy;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        if (only ? field == only : field->kind != FIELD_INPUT) need_field(lister, field);
    }
    need_operands(lister);
}

/* A constant stands where it is read. */
static bool is_listed(const struct lister *lister, size_t id) {
    return lister->needed[id] && graph_node(lister->graph, (node_id)id)->op != OP_CONSTANT;
}

/* --- a node ----------------------------------------------------------------------------------------------------- */

static struct text integer(const struct lister *lister, lane value) {
    return number_exact(lister->arena, number_from_lane(lister->arena, value));
}

/* %12, or a constant itself. */
static struct text operand(const struct lister *lister, node_id id) {
    const struct graph_node *node = graph_node(lister->graph, id);
    return node->op == OP_CONSTANT ? integer(lister, node->d) : text_format(lister->arena, "%%%u", id);
}

static void list_operands(const struct lister *lister, const struct graph_node *node) {
    const node_id operands[] = {node->a, node->b, node->c};
    const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++)
        if (operands[i] != NODE_NONE)
            builder_format(lister->out, " %s=%.*s", names[i], TEXT_ARG(operand(lister, operands[i])));
}

/* Of AMONG, COUNT_TRUE, LOOKUP. */
static void list_others(const struct lister *lister, const struct graph_node *node) {
    for (size_t i = 0; i < node->more.count; i++)
        builder_format(lister->out, "%s%.*s", i ? ", " : " [", TEXT_ARG(operand(lister, node->more.items[i])));
    if (node->more.count) builder_add(lister->out, TEXT("]"));
}

static void list_constants(const struct lister *lister, const struct graph_node *node) {
    if (node->op == OP_LOOKUP) return; /* its day is the month's */
    if (node->op == OP_COLUMN) {
        builder_format(lister->out, " #%.*s", TEXT_ARG(integer(lister, node->d)));
        return;
    }
    bool both = node->op == OP_WITHIN || node->op == OP_CLAMP;
    if (node->d || both || node->op == OP_SCALE)
        builder_format(lister->out, " d=%.*s", TEXT_ARG(integer(lister, node->d)));
    if (node->e || both) builder_format(lister->out, " e=%.*s", TEXT_ARG(integer(lister, node->e)));
}

static void list_name(const struct lister *lister, const struct graph_node *node) {
    builder_add(lister->out, text_from(op_name(node->op)));
    if (node->op == OP_INPUT) builder_format(lister->out, " %.*s", TEXT_ARG(node->field->name));
    if (node->parameter) builder_format(lister->out, " %.*s", TEXT_ARG(node->parameter->name));
    if (node->inner) builder_format(lister->out, words(lister, "(%.*s)", " (%.*s)"), TEXT_ARG(node->inner->name));
    if (node->op != OP_EVALUATE) return;
    const struct printer printer = {lister->arena, lister->graph->policy, lister->language, false};
    builder_format(lister->out, " %.*s", TEXT_ARG(print_expression(&printer, node->expr)));
}

/* Conditions and values, each pair on a line of its own. */
static void list_cases(const struct lister *lister, const struct graph_node *node) {
    for (size_t i = 0; i < node->more.count; i += 2) {
        builder_pad(lister->out, (size_t)lister->entity_width + 16);
        if (node->more.items[i] == NODE_NONE)
            builder_add(lister->out, text_from(words(lister, "总是", "always")));
        else
            builder_add(lister->out, operand(lister, node->more.items[i]));
        builder_format(lister->out, ": %.*s\n", TEXT_ARG(operand(lister, node->more.items[i + 1])));
    }
}

/* Column: the node whose whole column the values become; NODE_NONE: they are forgotten behind the batch. */
static void list_node(const struct lister *lister, node_id id, node_id column) {
    const struct graph_node *node = graph_node(lister->graph, id);
    struct text entity = node->space ? node->space->name : TEXT("");
    bool cases = node->op == OP_CASES || node->op == OP_DECIDE;
    builder_format(lister->out, "%%%-6u %-*.*s %3u  ", id, lister->entity_width, TEXT_ARG(entity),
                   graph_node_width(node));
    list_name(lister, node);
    list_operands(lister, node);
    if (!cases) list_others(lister, node);
    list_constants(lister, node);
    builder_format(lister->out, "  (%.*s .. %.*s)", TEXT_ARG(integer(lister, node->low)),
                   TEXT_ARG(integer(lister, node->high)));
    if (column != NODE_NONE) builder_format(lister->out, "  -> #%u", column);
    builder_add(lister->out, TEXT("\n"));
    if (cases) list_cases(lister, node);
}

/* --- fields ----------------------------------------------------------------------------------------------------- */

/* The value of the field: n, times a grid, over divisors. */
static void list_field(const struct lister *lister, const struct field *field) {
    const struct quantity *quantity = &lister->graph->fields[field->index]->value;
    builder_format(lister->out, "%.*s.%.*s = %.*s", TEXT_ARG(field->entity->name), TEXT_ARG(field->name),
                   TEXT_ARG(operand(lister, quantity->n)));
    if (number_compare(quantity->grid, number_one) != 0)
        builder_format(lister->out, " * %.*s", TEXT_ARG(number_exact(lister->arena, quantity->grid)));
    for (size_t i = 0; i < quantity->divisors.count; i++)
        builder_format(lister->out, " / %.*s", TEXT_ARG(operand(lister, quantity->divisors.items[i])));
    builder_add(lister->out, TEXT("\n"));
}

static void list_fields(const struct lister *lister, const struct field *only) {
    const struct policy *policy = lister->graph->policy;
    size_t left = 0;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        if (field->kind == FIELD_INPUT || (only && field != only)) continue;
        if (has_node(lister->graph, field)) list_field(lister, field);
        left += !has_node(lister->graph, field);
    }
    if (left == 0) return;
    if (!only) builder_add(lister->out, TEXT("\n"));
    builder_add(lister->out, text_from(words(lister, "整个由求值器求出:\n", "found whole by the evaluator:\n")));
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        if (field->kind == FIELD_INPUT || (only && field != only) || has_node(lister->graph, field)) continue;
        builder_format(lister->out, "%.*s.%.*s\n", TEXT_ARG(field->entity->name), TEXT_ARG(field->name));
    }
}

/* --- the whole -------------------------------------------------------------------------------------------------- */

/* What the operations that occur mean, and how often each occurs. */
static void list_operations(const struct lister *lister) {
    size_t counts[OPS] = {0};
    bool any = false;
    for (size_t id = 0; id < lister->graph->nodes.count; id++)
        if (is_listed(lister, id)) counts[graph_node(lister->graph, (node_id)id)->op]++;
    for (size_t op = 0; op < OPS; op++) {
        if (!counts[op]) continue;
        if (!any) builder_add(lister->out, TEXT("\n"));
        any = true;
        builder_format(lister->out, "%6zu  %-12s  %s\n", counts[op], op_name((enum op)op),
                       op_words((enum op)op, lister->language));
    }
}

static struct lister begin(struct builder *out, struct arena *arena, const struct graph *graph,
                           enum language language) {
    struct lister lister = {out, arena, graph, language, ARENA_ARRAY(arena, bool, graph->nodes.count + 1), 0};
    for (size_t i = 0; i < graph->policy->entities.count; i++) {
        int width = (int)graph->policy->entities.items[i]->name.length;
        if (width > lister.entity_width) lister.entity_width = width;
    }
    return lister;
}

void graph_list(struct builder *out, struct arena *arena, const struct graph *graph, const struct field *field,
                enum language language) {
    struct lister lister = begin(out, arena, graph, language);
    if (arena_failed(arena)) return;
    find_needed(&lister, field);
    for (size_t id = 0; id < graph->nodes.count; id++)
        if (is_listed(&lister, id)) list_node(&lister, (node_id)id, NODE_NONE);
    if (out->length) builder_add(out, TEXT("\n"));
    list_fields(&lister, field);
    list_operations(&lister);
}

/* --- what runs ---------------------------------------------------------------------------------------------------- */

static bool has_steps(const struct graph *graph, const struct section *section) {
    bool any = false;
    for (size_t i = 0; i < section->nodes.count; i++)
        any = any || graph_node(graph, section->nodes.items[i])->op != OP_CONSTANT;
    return any;
}

static void list_section(const struct lister *lister, const struct lister *known, const struct section *section,
                         const struct known_section *steps) {
    if (!has_steps(lister->graph, section)) return;
    if (lister->out->length) builder_add(lister->out, TEXT("\n"));
    if (!section->root) {
        builder_format(lister->out, words(lister, "第 %u 层,各行一次求出:\n", "level %u, all rows at once:\n"),
                       section->level);
        for (size_t i = 0; i < section->nodes.count; i++)
            if (graph_node(lister->graph, section->nodes.items[i])->op != OP_CONSTANT)
                list_node(lister, section->nodes.items[i], section->nodes.items[i]);
        return;
    }
    struct text root = label_or_name(section->root->label, section->root->name, lister->language);
    builder_format(
        lister->out,
        words(lister, "第 %u 层,分批,每批止于一个「%.*s」:\n", "level %u, in batches that end with a %.*s:\n"),
        section->level, TEXT_ARG(root));
    for (size_t i = 0; i < steps->steps.count; i++)
        list_node(known, steps->steps.items[i].id, steps->steps.items[i].whole);
}

void program_list(struct builder *out, struct arena *arena, const struct program *program, enum language language) {
    const struct schedule *schedule = &program->schedule;
    struct lister lister = begin(out, arena, program->graph, language),
                  known = begin(out, arena, program->known->graph, language);
    if (arena_failed(arena)) return;
    for (size_t i = 0; i < schedule->sections.count; i++) {
        list_section(&lister, &known, &schedule->sections.items[i], &program->known->sections[i]);
        const struct known_section *steps = &program->known->sections[i];
        for (size_t k = 0; k < steps->steps.count; k++) known.needed[steps->steps.items[k].id] = true;
    }
    list_operations(&known);
}
