/* How deep rules call one another: the evaluator finds the value of a rule that is read while it is finding that of the
 * reader, and a stack has an end.
 *
 * Depth is counted in levels: one for every operator, call or name within another, some for going from a rule to the
 * next. A level takes at most 1.9 KB of the stack (gcc 12, -O2), 4.6 KB with the sanitizers (evaluate in
 * engine/evaluate.c takes most of it; gcc -fstack-usage shows it), so that LEVELS_MAX is half of the usual 8 MB then.
 *
 * What is read of another time goes no deeper, for it is there already (struct dependency, stands). Where rules may
 * read each other in a circle, through `earlier` or from another stratum, each of them is being found at most once at a
 * time: a circle is as deep as all of its rules together. The circles are found as Tarjan does, by hand, since a policy
 * may be deeper than the stack. */
#include "lang/compile.h"

enum {
    LEVELS_FOR_RULE = 1,  /* from the name that reads it to its expression */
    LEVELS_FOR_LAYER = 1, /* each layer's exceptions are asked before what they go over */
    LEVELS_FOR_GROUP = 1, /* beyond that of its operator: over its members; */
    LEVELS_FOR_SCALE = 1, /* into the brackets of a parameter, a scale, the shares of an amount */
};

/* In levels, and over how many rules. */
struct depth {
    size_t levels, rules;
};

static struct depth deeper(struct depth a, struct depth b) {
    return b.levels > a.levels ? b : a;
}

/* --- expressions ------------------------------------------------------------------------------------------------ */

/* What the path leads over and to is found below it. */
static struct depth below_path(const struct expr *path, const struct depth *of_fields) {
    const struct path_target *target = &path->as.path.target;
    struct depth below = {0};
    if (target->end == PATH_FIELD) below = of_fields[target->field->index];
    for (size_t i = 0; i < target->hops.count; i++)
        if (target->hops.items[i].over) below = deeper(below, of_fields[target->hops.items[i].over->index]);
    return below;
}

/* Of the expression, with all that is read below it; where of_fields is NULL, by itself. */
static struct depth depth_of(const struct expr *expr, const struct depth *of_fields) {
    if (!expr) return (struct depth){0};
    struct depth depth = deeper(depth_of(expr->left, of_fields), depth_of(expr->right, of_fields));
    depth = deeper(depth, depth_of(expr->third, of_fields));
    for (size_t i = 0; i < expr->items.count; i++) depth = deeper(depth, depth_of(expr->items.items[i], of_fields));
    if (expr->kind == EXPR_PATH && of_fields) depth = deeper(depth, below_path(expr, of_fields));
    depth.levels++;
    if (expr->kind == EXPR_GROUP) depth.levels += LEVELS_FOR_GROUP;
    bool scale = expr->kind == EXPR_CALL &&
                 (expr->as.call.function == FUNCTION_BANDS || expr->as.call.function == FUNCTION_APPORTION);
    if (scale || (expr->kind == EXPR_PATH && expr->items.count)) depth.levels += LEVELS_FOR_SCALE;
    return depth;
}

static struct depth depth_of_branches(const struct branch *branches, size_t count, const struct depth *of_fields) {
    struct depth depth = {0};
    for (size_t i = 0; i < count; i++) {
        depth = deeper(depth, depth_of(branches[i].condition, of_fields));
        depth = deeper(depth, depth_of(branches[i].value, of_fields));
    }
    return depth;
}

/* Of the field's texts by themselves. */
static struct depth own_depth(const struct field *field) {
    struct depth depth = {0};
    if (field->kind == FIELD_INPUT) return depth;
    for (size_t i = 0; i < field->rules.count; i++)
        depth = deeper(depth, depth_of_branches(field->rules.items[i]->branches, field->rules.items[i]->count, NULL));
    size_t layers = 0;
    for (size_t i = 0; i < field->exceptions.count; i++) {
        const struct rule *rule = field->exceptions.items[i];
        depth = deeper(depth, depth_of_branches(rule->branches, rule->count, NULL));
        layers += i == 0 || field->exceptions.items[i - 1]->layer != rule->layer;
    }
    return (struct depth){depth.levels + LEVELS_FOR_RULE + layers * LEVELS_FOR_LAYER, 1};
}

/* --- chains ----------------------------------------------------------------------------------------------------- */

/* A field on the way from the one where the search began, and how many of those that it reads have been visited. */
struct visit {
    struct field *field;
    size_t next;
};

struct search {
    struct policy *policy;
    size_t entered, *number,
        *low;            /* by field: as the how manyth it was entered, 0: not yet; the first it leads back to */
    struct depth *depth; /* by field, once its circle is known; until then by itself */
    bool *held;          /* by field: its circle is not known yet */
    struct visit *way;
    size_t length;
    struct field **holding;
    size_t held_count;
};

static bool search_begin(struct search *search, struct policy *policy) {
    struct arena *arena = &policy->arena;
    size_t count = policy->fields.count + 1;
    *search = (struct search){
        .policy = policy,
        .number = ARENA_ARRAY(arena, size_t, count),
        .low = ARENA_ARRAY(arena, size_t, count),
        .depth = ARENA_ARRAY(arena, struct depth, count),
        .held = ARENA_ARRAY(arena, bool, count),
        .way = ARENA_ARRAY(arena, struct visit, count),
        .holding = ARENA_ARRAY(arena, struct field *, count),
    };
    return !arena_failed(arena);
}

/* What the field reads so that it has to be found first; NULL at the end. */
static struct field *read_at(const struct field *field, size_t *next) {
    const struct dependencies *now = &field->reads, *before = &field->reads_before;
    for (; *next < now->list.count + before->list.count; ++*next) {
        size_t i = *next;
        const struct dependency *read =
            i < now->list.count ? &now->list.items[i] : &before->list.items[i - now->list.count];
        if (read->stands) continue;
        ++*next;
        return read->field;
    }
    return NULL;
}

static void enter(struct search *search, struct field *field) {
    size_t index = field->index;
    search->number[index] = search->low[index] = ++search->entered;
    search->depth[index] = own_depth(field);
    search->held[index] = true;
    search->holding[search->held_count++] = field;
    search->way[search->length++] = (struct visit){field, 0};
}

/* The circle, which mostly is a single field, lies on top of those held, down to `first`. Below it is the deepest of
 * what any of it reads beyond it. */
static void close_circle(struct search *search, const struct field *first) {
    struct depth own = {0}, below = {0};
    size_t begin = search->held_count, mark = search->number[first->index];
    do {
        size_t member = search->holding[--begin]->index;
        search->held[member] = false;
        search->low[member] = mark;
        own.levels += search->depth[member].levels;
        own.rules += search->depth[member].rules;
    } while (search->holding[begin] != first);
    for (size_t i = begin; i < search->held_count; i++) {
        size_t next = 0;
        for (const struct field *read; (read = read_at(search->holding[i], &next));)
            if (search->low[read->index] != mark) below = deeper(below, search->depth[read->index]);
    }
    for (size_t i = begin; i < search->held_count; i++)
        search->depth[search->holding[i]->index] = (struct depth){own.levels + below.levels, own.rules + below.rules};
    search->held_count = begin;
}

static void search_from(struct search *search, struct field *root) {
    if (search->number[root->index] == 0) enter(search, root);
    while (search->length) {
        struct visit *visit = &search->way[search->length - 1];
        size_t here = visit->field->index;
        struct field *read = read_at(visit->field, &visit->next);
        if (read && search->number[read->index] == 0) {
            enter(search, read);
        } else if (read) {
            if (search->held[read->index] && search->number[read->index] < search->low[here])
                search->low[here] = search->number[read->index];
        } else {
            if (search->low[here] == search->number[here]) close_circle(search, visit->field);
            if (--search->length == 0) return;
            size_t reader = search->way[search->length - 1].field->index;
            if (search->held[here] && search->low[here] < search->low[reader]) search->low[reader] = search->low[here];
        }
    }
}

/* --- telling ---------------------------------------------------------------------------------------------------- */

static void report(struct policy *policy, struct name name, struct depth depth) {
    struct arena *arena = &policy->arena;
    REPORT(policy, LANG_CHAIN_TOO_DEEP, name.at, name.text, text_format(arena, "%zu", depth.rules),
           text_format(arena, "%zu", depth.levels), text_format(arena, "%d", LEVELS_MAX));
}

/* Only where the longest of all begins: what it reads may be too deep as well, and gets better with it. */
static bool check_fields(const struct search *search) {
    struct policy *policy = search->policy;
    const struct field *deepest = NULL;
    for (size_t i = 0; i < policy->fields.count; i++)
        if (!deepest || search->depth[i].levels > search->depth[deepest->index].levels)
            deepest = policy->fields.items[i];
    if (!deepest) return true;
    policy->levels = search->depth[deepest->index].levels;
    if (policy->levels <= LEVELS_MAX) return true;
    report(policy, deepest->declaration->name, search->depth[deepest->index]);
    return false;
}

/* Guarantees and indicators read rules, and nothing reads them. */
static void check_readers(const struct search *search) {
    struct policy *policy = search->policy;
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        const struct declaration *declaration = policy->guarantees.items[i]->declaration;
        struct depth depth =
            deeper(depth_of(declaration->where, search->depth), depth_of(declaration->test, search->depth));
        if (depth.levels > LEVELS_MAX) report(policy, declaration->name, depth);
    }
    for (size_t i = 0; i < policy->indicators.count; i++) {
        const struct indicator *indicator = policy->indicators.items[i];
        struct depth depth = {0};
        for (size_t k = 0; k < indicator->branches.count; k++)
            depth = deeper(depth, depth_of_branches(indicator->branches.items[k],
                                                    indicator->declaration->branches.count, search->depth));
        if (depth.levels > LEVELS_MAX) report(policy, indicator->declaration->name, depth);
    }
}

void depths_check(struct policy *policy) {
    struct search search;
    if (!search_begin(&search, policy)) return;
    for (size_t i = 0; i < policy->fields.count; i++) search_from(&search, policy->fields.items[i]);
    if (check_fields(&search)) check_readers(&search);
}
