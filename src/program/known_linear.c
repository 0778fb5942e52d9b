/* Sums of multiples of values, merged as far as they go; comparisons and rounding of such sums. */
#include "program/known_inside.h"

#include <assert.h>

enum { TERMS_MAX = 12 };

static bool multiply(lane *value, lane by) {
    return !__builtin_mul_overflow(*value, by, value);
}

static lane greatest_divisor(lane a, lane b) {
    if (a < 0) a = -a;
    if (b < 0) b = -b;
    while (b) {
        lane rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* --- merging ---------------------------------------------------------------------------------------------------- */

static void add_term(struct writer *writer, struct linear *linear, node_id x, lane by) {
    lane value;
    if (graph_is_constant(writer->known, x, &value) && multiply(&value, by) &&
        !__builtin_add_overflow(linear->constant, value, &linear->constant))
        return;
    for (size_t i = 0; i < linear->terms.count; i++)
        if (linear->terms.items[i].x == x &&
            !__builtin_add_overflow(linear->terms.items[i].by, by, &linear->terms.items[i].by))
            return;
    struct linear_term term = {x, by};
    VECTOR_PUSH(writer->scratch, &linear->terms, term);
}

/* Adds a multiple of another; false when numbers become too large or terms too many, and then nothing was added. */
static bool combine(struct writer *writer, struct linear *into, const struct linear *other, lane by) {
    lane constant = other->constant, sum;
    bool fits = multiply(&constant, by) && !__builtin_add_overflow(into->constant, constant, &sum);
    fits = fits && into->terms.count + other->terms.count <= TERMS_MAX;
    for (size_t i = 0; i < other->terms.count && fits; i++) {
        lane factor = other->terms.items[i].by;
        fits = multiply(&factor, by);
    }
    for (size_t i = 0; i < other->sums.count && fits; i++) {
        lane factor = other->sums.items[i].by;
        fits = multiply(&factor, by);
    }
    if (!fits) return false;
    into->constant = sum;
    for (size_t i = 0; i < other->terms.count; i++)
        add_term(writer, into, other->terms.items[i].x, other->terms.items[i].by * by);
    for (size_t i = 0; i < other->sums.count; i++) {
        struct linear_sum one = other->sums.items[i];
        one.by *= by;
        VECTOR_PUSH(writer->scratch, &into->sums, one);
    }
    return true;
}

static void add_plain(struct writer *writer, struct linear *into, node_id plain, lane by) {
    if (!combine(writer, into, linear_of(writer, plain), by)) add_term(writer, into, known_node(writer, plain), by);
}

static bool is_one_term(const struct linear *linear) {
    return linear->terms.count == 1 && linear->sums.count == 0 && linear->constant == 0;
}

/* Constant factors are taken out, so that what is multiplied stays narrow. */
static void add_product(struct writer *writer, struct linear *into, const struct graph_node *node) {
    const struct linear *sides[] = {linear_of(writer, node->a), linear_of(writer, node->b)};
    node_id x[2];
    lane by = 1;
    for (int i = 0; i < 2; i++) {
        lane own = is_one_term(sides[i]) ? sides[i]->terms.items[0].by : 1;
        bool taken = is_one_term(sides[i]) && multiply(&by, own);
        x[i] = taken ? sides[i]->terms.items[0].x : linear_node(writer, sides[i]);
    }
    add_term(writer, into, known_operate(writer, node_of(OP_MULTIPLY, x[0], x[1]), node->space), by);
}

static void add_sum(struct writer *writer, struct linear *into, const struct graph_node *node) {
    struct linear *of = ARENA_NEW(writer->scratch, struct linear);
    if (!of) return;
    *of = *linear_of(writer, node->a);
    if (node->b != NODE_NONE) {
        struct graph_node masked = node_of(OP_WHERE, linear_node(writer, of), known_node(writer, node->b));
        *of = (struct linear){.space = node->inner};
        add_term(writer, of, known_operate(writer, masked, node->inner), 1);
    }
    of->space = node->inner;
    struct linear_sum sum = {node->inner, of, 1, node->d};
    VECTOR_PUSH(writer->scratch, &into->sums, sum);
}

/* One of two constants: the one, and the difference where the condition holds. */
bool linear_switch(struct writer *writer, struct linear *into, node_id plain) {
    const struct graph_node *node = graph_node(writer->plain, plain);
    lane yes, no, difference;
    bool whole = writer->program->schedule.places[plain].whole;
    if (whole || node->more.count != 4 || node->more.items[2] != NODE_NONE ||
        !graph_is_constant(writer->plain, node->more.items[1], &yes) ||
        !graph_is_constant(writer->plain, node->more.items[3], &no) || __builtin_sub_overflow(yes, no, &difference))
        return false;
    into->constant = no;
    add_term(writer, into, known_node(writer, node->more.items[0]), difference);
    return true;
}

static void find(struct writer *writer, struct linear *into, node_id plain) {
    const struct graph_node *node = graph_node(writer->plain, plain);
    bool inside = is_inside(writer, plain);
    switch (inside ? node->op : OP_COLUMN) {
    case OP_ADD:
    case OP_SUBTRACT:
        add_plain(writer, into, node->a, 1);
        add_plain(writer, into, node->b, node->op == OP_ADD ? 1 : -1);
        return;
    case OP_SCALE: add_plain(writer, into, node->a, node->d); return;
    case OP_MULTIPLY: add_product(writer, into, node); return;
    case OP_SUM:
        if (adds_inside(writer, node)) {
            add_sum(writer, into, node);
            return;
        }
        break;
    case OP_COUNT_TRUE:
        for (size_t i = 0; i < node->more.count; i++)
            add_term(writer, into, known_node(writer, node->more.items[i]), 1);
        return;
    case OP_OVER:
    case OP_WHOLE:
        if (graph_node(writer->plain, node->b)->low > 0 && is_never_missing(writer, node->b)) {
            add_plain(writer, into, node->a, 1);
            return;
        }
        break;
    case OP_CASES:
        if (linear_switch(writer, into, plain)) return;
        break;
    default: break;
    }
    add_term(writer, into, known_node(writer, plain), 1);
}

const struct linear *linear_of(struct writer *writer, node_id plain) {
    static const struct linear nothing = {0};
    struct linear *linear = writer->linears[plain];
    if (linear) return linear;
    linear = ARENA_NEW(writer->scratch, struct linear);
    if (!linear) return &nothing;
    linear->space = graph_node(writer->plain, plain)->space;
    find(writer, linear, plain);
    writer->linears[plain] = linear;
    return linear;
}

bool linear_is_constant(const struct linear *linear) {
    return linear->terms.count == 0 && linear->sums.count == 0;
}

lane linear_divisor(const struct linear *linear, lane with) {
    lane divisor = greatest_divisor(linear->constant, with);
    for (size_t i = 0; i < linear->terms.count; i++) divisor = greatest_divisor(divisor, linear->terms.items[i].by);
    for (size_t i = 0; i < linear->sums.count; i++) divisor = greatest_divisor(divisor, linear->sums.items[i].by);
    return divisor;
}

struct linear linear_divided(struct writer *writer, const struct linear *linear, lane by) {
    struct linear result = {.space = linear->space, .constant = linear->constant / by};
    for (size_t i = 0; i < linear->terms.count; i++) {
        struct linear_term term = {linear->terms.items[i].x, linear->terms.items[i].by / by};
        VECTOR_PUSH(writer->scratch, &result.terms, term);
    }
    for (size_t i = 0; i < linear->sums.count; i++) {
        struct linear_sum sum = linear->sums.items[i];
        sum.by /= by;
        VECTOR_PUSH(writer->scratch, &result.sums, sum);
    }
    return result;
}

/* --- nodes ------------------------------------------------------------------------------------------------------ */

/* a * by (+ b * other) (+ constant). */
static node_id linear_pair(struct writer *writer, const struct entity *space, struct linear_term a,
                           const struct linear_term *b, lane constant) {
    if (!b && a.by == 1 && constant == 0) return space ? known_at(writer, a.x, space) : a.x;
    struct graph_node node = node_of(OP_LINEAR, a.x, b ? b->x : NODE_NONE);
    node.d = a.by;
    node.e = b ? b->by : 0;
    if (constant) node.c = graph_constant(writer->known, constant);
    return known_operate(writer, node, space);
}

/* Sums over the same rows are one sum, of what is added up there. */
static void take_sums(struct writer *writer, struct linear *linear, const struct linear *from) {
    for (size_t i = 0; i < from->sums.count; i++) {
        const struct entity *inner = from->sums.items[i].inner;
        struct linear merged = {.space = inner};
        bool first = true;
        lane years = 0;
        for (size_t k = 0; k < i; k++) first = first && from->sums.items[k].inner != inner;
        for (size_t k = i; k < from->sums.count && first; k++) {
            const struct linear_sum *sum = &from->sums.items[k];
            if (sum->inner == inner && sum->years > years) years = sum->years;
            if (sum->inner == inner && !combine(writer, &merged, sum->of, sum->by)) {
                struct linear_term term = {linear_node(writer, sum->of), sum->by};
                VECTOR_PUSH(writer->scratch, &merged.terms, term);
            }
        }
        if (!first) continue;
        lane by = linear_divisor(&merged, 0);
        if (by > 1) merged = linear_divided(writer, &merged, by);
        struct graph_node node = node_of(OP_SUM, linear_node(writer, &merged), NODE_NONE);
        node.a = known_at(writer, node.a, inner);
        node.d = years;
        node.inner = inner;
        node.space = linear->space;
        add_term(writer, linear, graph_add(writer->known, node), by > 1 ? by : 1);
    }
}

node_id linear_node(struct writer *writer, const struct linear *from) {
    struct linear linear = {.space = from->space, .constant = from->constant};
    for (size_t i = 0; i < from->terms.count; i++)
        add_term(writer, &linear, from->terms.items[i].x, from->terms.items[i].by);
    take_sums(writer, &linear, from);
    if (linear.terms.count == 0) return graph_constant(writer->known, linear.constant);
    struct linear_term so_far = linear.terms.items[0];
    for (size_t i = 1; i < linear.terms.count; i++) {
        bool last = i + 1 == linear.terms.count;
        so_far.x = linear_pair(writer, linear.space, so_far, &linear.terms.items[i], last ? linear.constant : 0);
        so_far.by = 1;
    }
    return linear_pair(writer, linear.space, so_far, NULL, linear.terms.count == 1 ? linear.constant : 0);
}

/* --- comparing -------------------------------------------------------------------------------------------------- */

node_id known_clamp(struct writer *writer, node_id id, lane least, lane most) {
    const struct graph_node *node = graph_node(writer->known, id);
    if (node->low >= least && node->high <= most) return id;
    if (node->op == OP_CONSTANT) return graph_constant(writer->known, node->d < least ? least : most);
    struct graph_node clamp = node_of(OP_CLAMP, id, NODE_NONE);
    clamp.d = least;
    clamp.e = most;
    if (node->op == OP_CLAMP) { /* within, then within again */
        lane low = node->d < least ? least : node->d > most ? most : node->d;
        lane high = node->e < least ? least : node->e > most ? most : node->e;
        clamp.a = node->a;
        clamp.d = low;
        clamp.e = high;
    }
    return known_operate(writer, clamp, node->space);
}

/* Both sides of a comparison, freed of what they have in common: constants on the right. */
struct sides {
    struct linear a, b;
};

static const struct entity *space_of_sides(const struct writer *writer, node_id a, node_id b) {
    const struct entity *space = graph_node(writer->plain, a)->space;
    return space ? space : graph_node(writer->plain, b)->space;
}

static bool make_sides(struct writer *writer, node_id a, node_id b, struct sides *sides) {
    sides->a = *linear_of(writer, a);
    sides->b = *linear_of(writer, b);
    sides->a.space = sides->b.space = space_of_sides(writer, a, b);
    bool fits = !__builtin_sub_overflow(sides->b.constant, sides->a.constant, &sides->b.constant);
    if (!fits) return false;
    sides->a.constant = 0;
    if (linear_is_constant(&sides->a) || linear_is_constant(&sides->b)) return true;
    lane divisor = linear_divisor(&sides->b, linear_divisor(&sides->a, 0));
    if (divisor > 1) {
        sides->a = linear_divided(writer, &sides->a, divisor);
        sides->b = linear_divided(writer, &sides->b, divisor);
    }
    return true;
}

static lane quotient_up(lane a, lane b) {
    return -lane_floor(-a, b);
}

/* A narrower value for a side, of one term and wider than the other: what lies beyond all that the other can be
 * compares the same wherever it lies. Which ends were cut says whether the answer "less" still tells the value. */
struct cut {
    node_id from, to;
    bool low, high;
};

static struct cut cut_side(struct writer *writer, const struct linear *side, const struct graph_node *other) {
    struct cut cut = {.from = NODE_NONE, .to = NODE_NONE};
    if (!is_one_term(side) || side->terms.items[0].by <= 0) return cut;
    lane by = side->terms.items[0].by;
    const struct graph_node *own = graph_node(writer->known, side->terms.items[0].x);
    lane least = lane_floor(other->low, by) - 1, most = quotient_up(other->high, by) + 1;
    bool low = own->low < least && (own->low < INT32_MIN || own->low < INT32_MIN / by),
         high = own->high > most && (own->high > INT32_MAX || own->high > INT32_MAX / by);
    if (!low && !high) return cut;
    cut.from = side->terms.items[0].x;
    cut.to = known_clamp(writer, cut.from, low ? least : own->low, high ? most : own->high);
    cut.low = low;
    cut.high = high;
    return cut;
}

static struct cut cut_of(struct writer *writer, const struct linear *side, const struct linear *other) {
    const struct graph_node *against = graph_node(writer->known, linear_node(writer, other));
    bool narrow = against->low >= INT32_MIN && against->high <= INT32_MAX;
    return narrow ? cut_side(writer, side, against) : (struct cut){NODE_NONE, NODE_NONE, false, false};
}

static node_id side_node(struct writer *writer, const struct linear *side, const struct cut *cut) {
    if (cut->to == NODE_NONE) return linear_node(writer, side);
    struct linear narrow = {.space = side->space};
    add_term(writer, &narrow, cut->to, side->terms.items[0].by);
    return linear_node(writer, &narrow);
}

static node_id compared(struct writer *writer, const struct entity *space, enum op op, node_id a, node_id b) {
    return known_operate(writer, node_of(op, a, b), space);
}

node_id known_turned(struct writer *writer, node_id truth) {
    const struct graph_node *node = graph_node(writer->known, truth);
    lane value;
    if (node->op == OP_NOT) return node->a;
    if (graph_is_constant(writer->known, truth, &value)) return graph_constant(writer->known, !value);
    if (node->op == OP_EQUAL) return compared(writer, node->space, OP_NOT_EQUAL, node->a, node->b);
    if (node->op == OP_NOT_EQUAL) return compared(writer, node->space, OP_EQUAL, node->a, node->b);
    bool less = node->op == OP_LESS;
    if ((less || node->op == OP_LESS_EQUAL) && graph_is_constant(writer->known, node->b, &value))
        return compared(writer, node->space, OP_LESS, graph_constant(writer->known, less ? value - 1 : value), node->a);
    if (less || node->op == OP_LESS_EQUAL)
        return compared(writer, node->space, less ? OP_LESS_EQUAL : OP_LESS, node->b, node->a);
    return known_operate(writer, node_of(OP_NOT, truth, NODE_NONE), node->space);
}

/* A sum against a constant; the greatest common factor goes into the constant. */
static node_id compare_constant(struct writer *writer, enum op op, const struct linear *sum, lane constant) {
    lane by = linear_divisor(sum, 0);
    struct linear own = by > 1 ? linear_divided(writer, sum, by) : *sum;
    if (by > 1 && op == OP_EQUAL && constant % by != 0) { /* never: the constant becomes one that it cannot be */
        const struct graph_node *node = graph_node(writer->known, linear_node(writer, &own));
        constant = (node->high + 1) * by;
    }
    if (by > 1) constant = op == OP_LESS ? quotient_up(constant, by) : lane_floor(constant, by);
    node_id id = linear_node(writer, &own);
    const struct graph_node *node = graph_node(writer->known, id);
    if (constant < node->low - 1) constant = node->low - 1; /* all the same to what is below */
    if (constant > node->high + 1) constant = node->high + 1;
    return compared(writer, sum->space, op, id, graph_constant(writer->known, constant));
}

node_id known_compare(struct writer *writer, enum op op, node_id a, node_id b) {
    const struct entity *space = space_of_sides(writer, a, b);
    struct sides sides;
    if (!make_sides(writer, a, b, &sides))
        return compared(writer, space, op, known_node(writer, a), known_node(writer, b));
    if (linear_is_constant(&sides.b)) return compare_constant(writer, op, &sides.a, sides.b.constant);
    if (linear_is_constant(&sides.a)) { /* 0 < b - c is not b <= c */
        lane constant = -sides.b.constant;
        sides.b.constant = 0;
        if (op == OP_EQUAL) return compare_constant(writer, op, &sides.b, constant);
        enum op other = op == OP_LESS ? OP_LESS_EQUAL : OP_LESS;
        return known_turned(writer, compare_constant(writer, other, &sides.b, constant));
    }
    struct cut of_a = cut_of(writer, &sides.a, &sides.b), of_b = {.to = NODE_NONE};
    if (of_a.to == NODE_NONE) of_b = cut_of(writer, &sides.b, &sides.a);
    return compared(writer, space, op, side_node(writer, &sides.a, &of_a), side_node(writer, &sides.b, &of_b));
}

struct narrowed known_narrowed(struct writer *writer, enum op op, node_id a, node_id b) {
    struct narrowed none = {NODE_NONE, NODE_NONE};
    struct sides sides;
    if (op == OP_EQUAL || !make_sides(writer, a, b, &sides) || linear_is_constant(&sides.a) ||
        linear_is_constant(&sides.b))
        return none;
    struct cut of_a = cut_of(writer, &sides.a, &sides.b); /* less than the other: never cut from above */
    if (of_a.to != NODE_NONE) return of_a.low ? none : (struct narrowed){of_a.from, of_a.to};
    struct cut of_b = cut_of(writer, &sides.b, &sides.a);
    return of_b.to == NODE_NONE || of_b.high ? none : (struct narrowed){of_b.from, of_b.to};
}

/* --- rounding --------------------------------------------------------------------------------------------------- */

node_id known_rounded(struct writer *writer, const struct graph_node *node) {
    struct linear whole = {.space = node->space};
    lane divisor, common = 1;
    bool constant = graph_is_constant(writer->plain, node->b, &divisor);
    if (!combine(writer, &whole, linear_of(writer, node->a), node->d))
        add_term(writer, &whole, known_node(writer, node->a), node->d);
    if (constant) common = linear_divisor(&whole, divisor);
    if (common > 1) whole = linear_divided(writer, &whole, common);
    struct graph_node rounded = node_of(node->op, linear_node(writer, &whole), NODE_NONE);
    if (constant && divisor / common == 1) return rounded.a;
    rounded.b = constant ? graph_constant(writer->known, divisor / common) : known_node(writer, node->b);
    rounded.d = 1;
    return known_operate(writer, rounded, node->space);
}
