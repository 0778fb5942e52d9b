#include "lang/diagram.h"

/* --- nodes ------------------------------------------------------------------------------------------------------ */

static size_t node_of_parameter(const struct policy *policy, const struct parameter *parameter) {
    return policy->fields.count + parameter->index;
}

static size_t first_guarantee(const struct policy *policy) {
    return policy->fields.count + policy->parameters.count;
}

static size_t first_indicator(const struct policy *policy) {
    return first_guarantee(policy) + policy->guarantees.count;
}

struct text diagram_node_name(const struct policy *policy, size_t node) {
    if (node < policy->fields.count) return policy->fields.items[node]->name;
    if (node < first_guarantee(policy)) return policy->parameters.items[node - policy->fields.count]->name;
    if (node < first_indicator(policy)) return policy->guarantees.items[node - first_guarantee(policy)]->name;
    return policy->indicators.items[node - first_indicator(policy)]->name;
}

const struct text *diagram_node_label(const struct policy *policy, size_t node) {
    if (node < policy->fields.count) return policy->fields.items[node]->label;
    if (node < first_guarantee(policy)) return policy->parameters.items[node - policy->fields.count]->label;
    if (node < first_indicator(policy))
        return policy->guarantees.items[node - first_guarantee(policy)]->declaration->label;
    return policy->indicators.items[node - first_indicator(policy)]->declaration->label;
}

static const char *node_shape(const struct policy *policy, size_t node) {
    if (node >= first_indicator(policy)) return "house";
    if (node >= first_guarantee(policy)) return "octagon";
    if (node >= policy->fields.count) return "note";
    switch (policy->fields.items[node]->kind) {
    case FIELD_INPUT: return "oval";
    case FIELD_BENEFIT: return "box, style=bold";
    case FIELD_ALERT: return "diamond";
    default: return "box";
    }
}

const struct entity *diagram_node_entity(const struct policy *policy, size_t node) {
    return node < policy->fields.count ? policy->fields.items[node]->entity : NULL;
}

/* --- edges ------------------------------------------------------------------------------------------------------ */

struct tracer {
    struct arena *arena;
    struct diagram *diagram;
    struct map seen; /* "reader read before": each once */
    size_t reader;
    bool from_event; /* the reader is a rule of events */
};

static void add_edge(struct tracer *tracer, size_t read, bool before) {
    struct text key = text_format(tracer->arena, "%zu %zu %d", tracer->reader, read, before);
    if (map_get(&tracer->seen, key)) return;
    map_put(&tracer->seen, key, tracer);
    VECTOR_PUSH(tracer->arena, &tracer->diagram->edges, ((struct diagram_edge){tracer->reader, read, before}));
}

static void trace_path(struct tracer *tracer, const struct expr *path, bool before) {
    const struct path_target *target = &path->as.path.target;
    for (size_t i = 0; i < target->hops.count; i++)
        if (target->hops.items[i].over) add_edge(tracer, target->hops.items[i].over->index, false);
    if (target->end == PATH_PARAMETER)
        add_edge(tracer, node_of_parameter(tracer->diagram->policy, target->parameter), false);
    if (target->end != PATH_FIELD) return;
    bool other = target->field->kind != FIELD_INPUT && target->field->entity->is_event != tracer->from_event;
    add_edge(tracer, target->field->index, before || other);
}

static void trace(struct tracer *tracer, const struct expr *expr, bool before) {
    if (!expr) return;
    if (expr->kind == EXPR_PATH) trace_path(tracer, expr, before);
    if (expr->kind == EXPR_GROUP && expr->as.group.through) add_edge(tracer, expr->as.group.through->index, false);
    before = before || (expr->kind == EXPR_GROUP && expr->as.group.earlier) ||
             (expr->kind == EXPR_CALL && expr->as.call.function == FUNCTION_PREVIOUS);
    trace(tracer, expr->left, before);
    trace(tracer, expr->right, before);
    trace(tracer, expr->third, before);
    for (size_t i = 0; i < expr->items.count; i++) trace(tracer, expr->items.items[i], before);
}

static void trace_branches(struct tracer *tracer, const struct branch *branches, size_t count) {
    for (size_t i = 0; i < count; i++) {
        trace(tracer, branches[i].condition, false);
        trace(tracer, branches[i].value, false);
    }
}

static void trace_field(struct tracer *tracer, const struct field *field) {
    tracer->reader = field->index;
    tracer->from_event = field->entity->is_event;
    for (size_t i = 0; i < field->rules.count; i++)
        trace_branches(tracer, field->rules.items[i]->branches, field->rules.items[i]->count);
    for (size_t i = 0; i < field->exceptions.count; i++)
        trace_branches(tracer, field->exceptions.items[i]->branches, field->exceptions.items[i]->count);
}

static void trace_all(struct tracer *tracer, const struct policy *policy) {
    for (size_t i = 0; i < policy->fields.count; i++) trace_field(tracer, policy->fields.items[i]);
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        const struct guarantee *guarantee = policy->guarantees.items[i];
        tracer->reader = first_guarantee(policy) + i;
        tracer->from_event = guarantee->entity->is_event;
        trace(tracer, guarantee->declaration->where, false);
        trace(tracer, guarantee->declaration->test, false);
    }
    tracer->from_event = false;
    for (size_t i = 0; i < policy->indicators.count; i++) {
        const struct indicator *indicator = policy->indicators.items[i];
        tracer->reader = first_indicator(policy) + i;
        if (indicator->branches.count)
            trace_branches(tracer, indicator->branches.items[0], indicator->declaration->branches.count);
    }
}

struct diagram diagram_of(struct arena *arena, const struct policy *policy) {
    struct diagram diagram = {.policy = policy, .count = first_indicator(policy) + policy->indicators.count};
    struct tracer tracer = {.arena = arena, .diagram = &diagram};
    diagram.shown = ARENA_ARRAY(arena, bool, diagram.count + 1);
    map_init(&tracer.seen, arena);
    if (arena_failed(arena)) return diagram;
    trace_all(&tracer, policy);
    for (size_t i = 0; i < diagram.count; i++) diagram.shown[i] = true;
    return diagram;
}

/* The edges by the node where they begin: those of node i lead to to[first[i] .. first[i + 1]]. */
struct ways {
    size_t *first, *to;
};

/* Against the arrows or with them. */
static struct ways ways_of(struct arena *arena, const struct diagram *diagram, bool readers) {
    struct ways ways = {ARENA_ARRAY(arena, size_t, diagram->count + 2),
                        ARENA_ARRAY(arena, size_t, diagram->edges.count + 1)};
    if (arena_failed(arena)) return ways;
    size_t *next = ways.first + 1; /* where the next edge of a node goes; in the end, where the node after it begins */
    for (size_t i = 0; i < diagram->edges.count; i++) {
        const struct diagram_edge *edge = &diagram->edges.items[i];
        ways.first[(readers ? edge->read : edge->reader) + 2]++;
    }
    for (size_t i = 2; i <= diagram->count; i++) ways.first[i] += ways.first[i - 1];
    for (size_t i = 0; i < diagram->edges.count; i++) {
        const struct diagram_edge *edge = &diagram->edges.items[i];
        ways.to[next[readers ? edge->read : edge->reader]++] = readers ? edge->reader : edge->read;
    }
    return ways;
}

/* Marks what can be reached from the node. Each edge is looked at once. */
static void reach(struct arena *arena, const struct diagram *diagram, size_t node, bool readers, bool *marked) {
    struct ways ways = ways_of(arena, diagram, readers);
    size_t *open = ARENA_ARRAY(arena, size_t, diagram->count + 1), count = 0;
    if (arena_failed(arena)) return;
    marked[node] = true;
    open[count++] = node;
    while (count > 0) {
        size_t from = open[--count];
        for (size_t i = ways.first[from]; i < ways.first[from + 1]; i++) {
            if (marked[ways.to[i]]) continue;
            marked[ways.to[i]] = true;
            open[count++] = ways.to[i];
        }
    }
}

void diagram_keep_around(struct arena *arena, struct diagram *diagram, size_t node) {
    bool *below = ARENA_ARRAY(arena, bool, diagram->count + 1), *above = ARENA_ARRAY(arena, bool, diagram->count + 1);
    if (arena_failed(arena)) return;
    reach(arena, diagram, node, false, below);
    reach(arena, diagram, node, true, above);
    for (size_t i = 0; i < diagram->count; i++) diagram->shown[i] = below[i] || above[i];
}

/* --- printing --------------------------------------------------------------------------------------------------- */

static void print_quoted(struct builder *out, struct text text) {
    builder_add(out, TEXT("\""));
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '"' || text.bytes[i] == '\\') builder_add(out, TEXT("\\"));
        builder_add(out, text_slice(text, i, i + 1));
    }
    builder_add(out, TEXT("\""));
}

static void print_node(struct builder *out, const struct diagram *diagram, size_t node, enum language language) {
    if (!diagram->shown[node]) return;
    builder_format(out, "    n%zu [label=", node);
    print_quoted(out, label_or_name(diagram_node_label(diagram->policy, node), diagram_node_name(diagram->policy, node),
                                    language));
    builder_format(out, ", shape=%s, tooltip=", node_shape(diagram->policy, node));
    print_quoted(out, diagram_node_name(diagram->policy, node));
    builder_add(out, TEXT("];\n"));
}

static void print_entity(struct builder *out, const struct diagram *diagram, const struct entity *entity,
                         enum language language) {
    bool any = false;
    for (size_t i = 0; i < entity->fields.count; i++) any = any || diagram->shown[entity->fields.items[i]->index];
    if (!any) return;
    builder_format(out, "  subgraph cluster_%zu {\n    label=", entity->index);
    print_quoted(out, label_or_name(entity->label, entity->name, language));
    builder_add(out, TEXT(";\n"));
    for (size_t i = 0; i < entity->fields.count; i++)
        print_node(out, diagram, entity->fields.items[i]->index, language);
    builder_add(out, TEXT("  }\n"));
}

void diagram_print(struct builder *out, const struct diagram *diagram, enum language language) {
    const struct policy *policy = diagram->policy;
    builder_add(out, TEXT("digraph policy {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n"));
    for (size_t i = 0; i < policy->entities.count; i++) print_entity(out, diagram, policy->entities.items[i], language);
    for (size_t node = policy->fields.count; node < diagram->count; node++) print_node(out, diagram, node, language);
    for (size_t i = 0; i < diagram->edges.count; i++) {
        const struct diagram_edge *edge = &diagram->edges.items[i];
        if (!diagram->shown[edge->reader] || !diagram->shown[edge->read]) continue;
        builder_format(out, "  n%zu -> n%zu%s;\n", edge->read, edge->reader, edge->before ? " [style=dashed]" : "");
    }
    builder_add(out, TEXT("}\n"));
}
