/* Which case of a rule holds, which exception goes before it, and what is known where conditions are not. */
#include "base/memory.h"
#include "program/machine_inside.h"

/* --- cases ------------------------------------------------------------------------------------------------------ */

/* What a case says. */
struct outcome_lane {
    lane value;
    absence miss;
    uint8_t which; /* place in what is told */
};

/* What several open cases say together, as the evaluator has it. */
static struct outcome_lane agree(const struct outcome_lane *outcomes, size_t count, const absence *open,
                                 size_t open_count) {
    bool all_known = true, all_faults = true, equal = true;
    struct outcome_lane result = outcomes[0];
    absence of_open = 0, of_outcomes = 0;
    for (size_t i = 0; i < count; i++) {
        all_known = all_known && !outcomes[i].miss;
        all_faults = all_faults && is_fault(outcomes[i].miss);
        equal = equal && outcomes[i].value == result.value;
        of_outcomes = unsure(of_outcomes, outcomes[i].miss);
    }
    for (size_t i = 0; i < open_count; i++) of_open = unsure(of_open, open[i]);
    if ((all_known && equal) || all_faults) return result;
    if (of_open && (!is_fault(of_open) || !of_outcomes))
        result.miss = of_open;
    else if (of_outcomes && of_open && is_fault(of_outcomes))
        result.miss = of_open;
    else if (of_outcomes)
        result.miss = of_outcomes;
    return result;
}

bool has_cases(const struct task *task) {
    struct lanes *out = task->out;
    if (!out->cases) out->cases = memory_new(out->rows + 1, sizeof *out->cases);
    task->worker->failed = task->worker->failed || !out->cases;
    return out->cases != NULL;
}

static void put_outcome(const struct task *task, size_t row, struct outcome_lane outcome) {
    task->out->cases[row - task->out->base] = outcome.which;
    put(task->out, row, outcome.value);
    put_miss(task, row, outcome.miss);
}

void run_cases(const struct task *task) {
    const struct graph_node *node = task->node;
    const struct lanes *read[2 * BRANCHES_MAX];
    struct outcome_lane outcomes[BRANCHES_MAX + 1];
    absence open[BRANCHES_MAX];
    assert(node->more.count <= 2 * BRANCHES_MAX && node->more.count % 2 == 0);
    if (task->begin == task->end || !has_cases(task)) return;
    for (size_t i = 0; i < node->more.count; i++) read[i] = operand(task->worker, node->more.items[i]);
    for (size_t row = task->begin; row < task->end; row++) {
        size_t count = 0, open_count = 0;
        bool closed = false;
        for (size_t i = 0; i < node->more.count && !closed; i += 2) {
            const struct lanes *condition = read[i], *value = read[i + 1];
            absence miss = condition ? missed(condition, row) : 0;
            if (condition && !miss && !get(condition, row)) continue;
            outcomes[count++] = (struct outcome_lane){get(value, row), missed(value, row), (uint8_t)(i / 2)};
            closed = !miss;
            if (miss) open[open_count++] = miss;
        }
        if (!closed)
            outcomes[count++] = (struct outcome_lane){
                .miss = fault(task->machine, REASON_NO_CASE, node->rule->field, node->rule->index, 0)};
        put_outcome(task, row, count == 1 && open_count == 0 ? outcomes[0] : agree(outcomes, count, open, open_count));
    }
}

/* --- exceptions ------------------------------------------------------------------------------------------------- */

/* An exception that is in force for a row. */
struct standing {
    const struct rule *rule;
    int depth;
    bool holds;
    struct outcome_lane outcome;
    absence condition;
};

struct deciding {
    const struct task *task;
    struct outcome_lane base;
    struct standing *standing;
    size_t count;
};

static bool stands_before(const struct standing *a, const struct standing *b) {
    return a->depth != b->depth ? a->depth > b->depth : a->rule->layer->index > b->rule->layer->index;
}

static bool yields(const struct rule *rule, const struct standing *group, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (group[i].holds && rule_goes_over(group[i].rule, rule)) return true;
    return false;
}

static struct outcome_lane decide_from(const struct deciding *deciding, size_t from);

/* One answer to the open conditions of a group: what the exceptions that then apply say, or what comes after them. */
static struct outcome_lane decide_group(const struct deciding *deciding, size_t from, size_t count) {
    const struct standing *group = &deciding->standing[from];
    const struct field *field = deciding->task->node->field;
    struct outcome_lane result = {0};
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!group[i].holds || yields(group[i].rule, group, count)) continue;
        struct outcome_lane both[] = {result, group[i].outcome};
        if (!any)
            result = group[i].outcome;
        else if (result.miss || group[i].outcome.miss)
            result = agree(both, 2, NULL, 0);
        else if (result.value != group[i].outcome.value)
            result.miss = fault(deciding->task->machine, REASON_CLASH, field, group[i].rule->index, 0);
        any = true;
    }
    return any ? result : decide_from(deciding, from + count);
}

/* Every answer to the open conditions: in each some of the exceptions hold. */
static struct outcome_lane try_answers(const struct deciding *deciding, size_t from, size_t count,
                                       const size_t *open_at, size_t open_count) {
    struct standing *standing = deciding->standing;
    size_t answers = (size_t)1 << open_count;
    absence open[OPEN_MAX];
    struct outcome_lane result = {0}, *outcomes = memory_new(answers, sizeof *outcomes);
    if (!outcomes) {
        deciding->task->worker->failed = true;
        return result;
    }
    for (size_t k = 0; k < open_count; k++) open[k] = standing[open_at[k]].condition;
    for (size_t answer = 0; answer < answers; answer++) {
        for (size_t k = 0; k < open_count; k++) standing[open_at[k]].holds = !(answer >> (open_count - 1 - k) & 1);
        outcomes[answer] = decide_group(deciding, from, count);
    }
    result = agree(outcomes, answers, open, open_count);
    memory_free(outcomes);
    return result;
}

static struct outcome_lane decide_from(const struct deciding *deciding, size_t from) {
    struct standing *standing = deciding->standing;
    size_t open_at[OPEN_MAX], open_count = 0, count = 1;
    if (from >= deciding->count) return deciding->base;
    while (from + count < deciding->count && !stands_before(&standing[from], &standing[from + count])) count++;
    for (size_t i = from; i < from + count; i++) {
        if (!standing[i].condition) continue;
        assert(open_count < OPEN_MAX); /* the checks see to it */
        open_at[open_count++] = i;
    }
    return open_count ? try_answers(deciding, from, count, open_at, open_count) : decide_group(deciding, from, count);
}

/* The exceptions of a row in the order in which they are asked. */
static size_t find_standing(const struct task *task, size_t row, struct standing *standing) {
    const struct graph_node *node = task->node;
    size_t count = 0;
    for (size_t i = 0; i < node->more.count; i += 2) {
        const struct lanes *condition = operand(task->worker, node->more.items[i]),
                           *value = operand(task->worker, node->more.items[i + 1]);
        const struct rule *rule = node->exceptions[i / 2];
        const struct declaration *head = rule->layer->head;
        struct standing found = {.rule = rule, .condition = condition ? missed(condition, row) : 0};
        found.depth = area_depth(task->machine->run, head ? head->area.text : TEXT(""), node->space, row);
        found.holds = !found.condition && (!condition || get(condition, row));
        found.outcome = (struct outcome_lane){get(value, row), missed(value, row), (uint8_t)(i / 2)};
        if (found.depth < 0) continue;
        size_t place = count++;
        for (; place > 0 && stands_before(&found, &standing[place - 1]); place--) standing[place] = standing[place - 1];
        standing[place] = found;
    }
    return count;
}

void run_decide(const struct task *task) {
    struct standing standing[EXCEPTIONS_MAX];
    uint8_t exceptions = (uint8_t)(task->node->more.count / 2);
    if (task->begin == task->end || !has_cases(task)) return;
    for (size_t row = task->begin; row < task->end; row++) {
        struct deciding deciding = {.task = task, .standing = standing};
        deciding.base = (struct outcome_lane){get(task->a, row), missed(task->a, row), exceptions};
        if (task->b) deciding.base.which = (uint8_t)(exceptions + task->b->cases[row - task->b->base]);
        deciding.count = find_standing(task, row, standing);
        put_outcome(task, row, decide_from(&deciding, 0));
    }
}
