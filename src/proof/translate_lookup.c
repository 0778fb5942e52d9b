/* Parameters: loose, one of the values that the table has on that day, whatever area it is of; exact, that of the area
 * in which the row lies. */
#include "proof/translate_inside.h"

#include "engine/evaluate.h"

enum { LINES_MAX = 1024, COMBINATIONS_MAX = 256 }; /* with more of them only the range is certain */

struct looking {
    const struct at *at;
    const struct parameter *parameter;
    day_number day;
    const struct term *index[PARAMETER_KEYS_MAX];
    size_t index_count;
};

static struct looking begin_looking(const struct at *at) {
    struct looking looking = {.at = at,
                              .parameter = at->node->parameter,
                              .day = (day_number)at->node->d,
                              .index_count = at->node->more.count};
    for (size_t i = 0; i < looking.index_count; i++) looking.index[i] = operand_at(at, at->node->more.items[i]);
    return looking;
}

static bool line_lane(const struct looking *looking, const struct parameter_value *line, lane *value) {
    struct arena *arena = looking->at->translation->arena;
    switch (looking->parameter->type.kind) {
    case TYPE_BOOL: *value = line->truth; return true;
    case TYPE_DATE: *value = line->date; return true;
    case TYPE_ENUM: *value = line->enum_value; return true;
    default: return number_to_lane(number_divide(arena, line->number, looking->at->node->grid), value);
    }
}

static bool is_index(const struct key *key) {
    return key->kind == KEY_ENUM || key->kind == KEY_COUNT;
}

static Z3_ast index_is(const struct looking *looking, size_t place, int64_t value) {
    struct solver *solver = looking->at->solver;
    return solver_equal(solver, term_number(looking->at->translation, looking->index[place]),
                        solver_number(solver, value));
}

/* A truth where the parameter is one. */
static void set_value(const struct looking *looking, struct term *term, Z3_ast number) {
    struct solver *solver = looking->at->solver;
    if (looking->parameter->type.kind == TYPE_BOOL)
        term->truth = solver_not(solver, solver_equal(solver, number, solver_number(solver, 0)));
    else
        term->number = number;
}

/* --- loose ------------------------------------------------------------------------------------------------------ */

/* A row of the entity from which the parameter is read may lie in the line's area. */
static bool may_lie_in(const struct looking *looking, const struct parameter_value *line) {
    const struct case_policy *law = looking->at->translation->law;
    const struct entity *from = looking->at->node->inner;
    bool known = false;
    for (size_t i = 0; law && from && line->area.length && i < law->policy->entities.count; i++) {
        if (!area_find(&law->books[i], line->area)) continue;
        known = true;
        if (entity_is_within(from, law->policy->entities.items[i])) return true;
    }
    return !known;
}

static bool counts_on(const struct looking *looking, const struct parameter_value *line) {
    const struct parameter *parameter = looking->parameter;
    const struct run_options *options = looking->at->translation->graph->options;
    if (line->empty || line->from > looking->day || line->enacted > options->known) return false;
    for (size_t i = 0; i < parameter->key_count; i++)
        if (parameter->keys[i].kind == KEY_MONTH && line->keys[i] != day_month(looking->day)) return false;
    return true;
}

static bool same_place(const struct parameter *parameter, const struct parameter_value *a,
                       const struct parameter_value *b) {
    bool same = text_equal(a->area, b->area);
    for (size_t i = 0; i < parameter->key_count; i++)
        same = same && (!is_index(&parameter->keys[i]) || a->keys[i] == b->keys[i]);
    return same;
}

/* Another of the same place took its place before that day. */
static bool is_replaced(const struct looking *looking, const struct parameter_values *values,
                        const struct parameter_value *line) {
    for (size_t i = 0; i < values->list.count; i++) {
        const struct parameter_value *other = &values->list.items[i];
        bool later = other->from > line->from || (other->from == line->from && other->enacted > line->enacted);
        if (later && counts_on(looking, other) && same_place(looking->parameter, other, line)) return true;
    }
    return false;
}

/* What lines may say: the value, with the indexes it is said for. */
struct saying {
    struct term term;
    Z3_ast fits; /* the number is one of those said */
    lane *choices;
    size_t choice_count;
    bool many;
};

static void say_line(const struct looking *looking, struct saying *saying, const struct parameter_value *line,
                     Z3_ast number) {
    struct solver *solver = looking->at->solver;
    lane value;
    size_t same = 0, place = 0;
    saying->many = saying->many || !line_lane(looking, line, &value);
    if (saying->many) return;
    Z3_ast said = solver_equal(solver, number, solver_number(solver, value));
    for (size_t i = 0; i < looking->parameter->key_count; i++)
        if (is_index(&looking->parameter->keys[i]))
            said = solver_and(solver, said, index_is(looking, place++, line->keys[i]));
    saying->fits = solver_or(solver, saying->fits, said);
    while (same < saying->choice_count && saying->choices[same] != value) same++;
    if (same < saying->choice_count || saying->choice_count > CHOICES_MAX) return;
    if (saying->choice_count < CHOICES_MAX) saying->choices[saying->choice_count] = value;
    saying->choice_count++;
}

/* A line that says of another area what an earlier one says already. */
static bool is_repeated(const struct looking *looking, const struct parameter_values *values, const bool *stands,
                        size_t at) {
    const struct parameter_value *line = &values->list.items[at];
    for (size_t i = 0; i < at; i++) {
        struct parameter_value other = values->list.items[i];
        other.area = line->area;
        if (stands[i] && same_place(looking->parameter, &other, line) && number_equal(other.number, line->number) &&
            other.truth == line->truth && other.date == line->date && other.enum_value == line->enum_value)
            return true;
    }
    return false;
}

static void say_lines(const struct looking *looking, struct saying *saying, const struct parameter_values *values,
                      Z3_ast number) {
    struct arena *arena = looking->at->translation->arena;
    size_t count = values->list.count;
    bool *stands = ARENA_ARRAY(arena, bool, count + 1);
    saying->many = saying->many || count > LINES_MAX || arena_failed(arena);
    for (size_t i = 0; i < count && !saying->many; i++) {
        const struct parameter_value *line = &values->list.items[i];
        stands[i] = counts_on(looking, line) && may_lie_in(looking, line) && !is_replaced(looking, values, line);
        if (stands[i] && !is_repeated(looking, values, stands, i)) say_line(looking, saying, line, number);
    }
}

static struct term loose_lookup(const struct looking *looking) {
    const struct at *at = looking->at;
    struct solver *solver = at->solver;
    Z3_ast number = solver_unknown_number(solver, at->node->low, at->node->high);
    struct saying saying = {.fits = solver->no, .choices = ARENA_ARRAY(at->translation->arena, lane, CHOICES_MAX)};
    saying.term = (struct term){.known = solver_unknown_truth(solver)};
    saying.term.fault = solver_and(solver, solver_not(solver, saying.term.known), solver_unknown_truth(solver));
    if (arena_failed(at->translation->arena)) return at->translation->nothing;
    say_lines(looking, &saying, &looking->parameter->values, number);
    for (size_t i = 0; i < looking->parameter->exceptions.count; i++)
        say_lines(looking, &saying, &looking->parameter->exceptions.items[i]->values, number);
    set_value(looking, &saying.term, number);
    if (saying.many) return saying.term;
    solver_assume(solver, solver_or(solver, solver_not(solver, saying.term.known), saying.fits));
    if (saying.choice_count > 0 && saying.choice_count <= CHOICES_MAX) {
        saying.term.choices = saying.choices;
        saying.term.choice_count = saying.choice_count;
    }
    return saying.term;
}

/* --- exact ------------------------------------------------------------------------------------------------------ */

/* The next combination of indexes; false after the last. */
static bool next_combination(const struct parameter *parameter, int64_t *index) {
    size_t place = 0;
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        if (!is_index(key)) continue;
        int64_t least = key->kind == KEY_ENUM ? 0 : key->least,
                most = key->kind == KEY_ENUM ? (int64_t)key->enumeration->count - 1 : key->most;
        if (index[place] < most) {
            index[place]++;
            return true;
        }
        index[place++] = least;
    }
    return false;
}

static int64_t begin_combinations(const struct parameter *parameter, int64_t *index) {
    int64_t count = 1;
    size_t place = 0;
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        if (!is_index(key)) continue;
        int64_t size = key->kind == KEY_ENUM ? (int64_t)key->enumeration->count : key->most - key->least + 1;
        index[place++] = key->kind == KEY_ENUM ? 0 : key->least;
        count = size > COMBINATIONS_MAX || count > COMBINATIONS_MAX ? COMBINATIONS_MAX + 1 : count * size;
    }
    return count;
}

/* What the table says for one combination of indexes. */
static struct term exact_line(const struct looking *looking, const struct stage_row *from, const int64_t *index) {
    const struct at *at = looking->at;
    struct solver *solver = at->solver;
    const struct decided *decided = at->translation->decided;
    size_t row = from ? decided->row_of[from->number] : 0;
    lane value = 0;
    const struct parameter_value *line =
        parameter_find(decided->run, looking->parameter, from ? from->entity : NULL, row, looking->day, index, NULL);
    bool known = line && !line->empty && line_lane(looking, line, &value);
    bool fault = !known && !line && !looking->parameter->by_month;
    struct term term = {.known = known ? solver->yes : solver->no, .fault = fault ? solver->yes : solver->no};
    set_value(looking, &term, solver_number(solver, value));
    return term;
}

static struct term exact_lookup(const struct looking *looking) {
    const struct at *at = looking->at;
    struct solver *solver = at->solver;
    int64_t index[PARAMETER_KEYS_MAX] = {0};
    const struct stage_row *from = at->row;
    while (from && from->entity != at->node->inner) from = from->parent;
    if (begin_combinations(looking->parameter, index) > COMBINATIONS_MAX) {
        loosen(at);
        return term_any(at, looking->parameter->type.kind == TYPE_BOOL);
    }
    struct term result = {.known = solver->no, .fault = solver->yes};
    set_value(looking, &result, solver_number(solver, at->node->low));
    do {
        Z3_ast here = solver->yes;
        for (size_t i = 0; i < looking->index_count; i++)
            here = solver_and(solver, here, index_is(looking, i, index[i]));
        if (here == solver->no) continue;
        struct term line = exact_line(looking, from, index);
        result = term_if(at, here, &line, &result);
    } while (next_combination(looking->parameter, index));
    return result;
}

struct term translate_lookup(const struct at *at) {
    struct looking looking = begin_looking(at);
    struct term strict = term_strict(at, looking.index, looking.index_count);
    struct term term = at->translation->scene ? exact_lookup(&looking) : loose_lookup(&looking);
    term.known = solver_and(at->solver, strict.known, term.known);
    term.fault = solver_or(at->solver, strict.fault, solver_and(at->solver, strict.known, term.fault));
    return term;
}
