#include "same_dataset.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_same_texts(const struct texts *a, const struct texts *b, size_t rows) {
    for (size_t row = 0; row < rows; row++) assert_true(text_equal(texts_at(a, row), texts_at(b, row)));
}

static void assert_same_flags(const bool *a, const bool *b, size_t rows) {
    for (size_t row = 0; row < rows; row++) assert_int_equal(a && a[row], b && b[row]);
}

static void assert_same_column(const struct column *a, const struct column *b, size_t rows) {
    assert_ptr_equal(a->spec.field, b->spec.field);
    assert_int_equal(a->spec.width, b->spec.width);
    assert_int_equal(a->unknown, b->unknown);
    assert_int_equal(a->lanes == NULL, b->lanes == NULL);
    if (rows) assert_memory_equal(a->known, b->known, rows);
    if (!a->lanes)
        assert_same_texts(&a->texts, &b->texts, rows);
    else if (rows)
        assert_memory_equal(a->lanes, b->lanes, rows * a->spec.width);
}

static void assert_same_below(const struct dataset *a, const struct dataset *b, const struct entity *entity) {
    const struct table *left = dataset_table(a, entity), *right = dataset_table(b, entity);
    for (size_t i = 0; i < a->policy->entities.count; i++) {
        const uint32_t *first = left->first_child[i], *other = right->first_child[i];
        assert_int_equal(first == NULL, other == NULL);
        if (first) assert_memory_equal(first, other, (left->rows + 1) * sizeof *first);
        assert_same_flags(left->incomplete[i], right->incomplete[i], left->rows);
    }
    if (!entity->parent) return;
    assert_memory_equal(left->firsts, right->firsts, (left->rows / 64 + 2) * sizeof *left->firsts);
    assert_int_equal(left->below_all, right->below_all);
}

static void assert_same_table(const struct dataset *a, const struct dataset *b, const struct entity *entity) {
    const struct table *left = dataset_table(a, entity), *right = dataset_table(b, entity);
    assert_ptr_equal(left->entity, right->entity);
    assert_int_equal(left->rows, right->rows);
    assert_int_equal(left->rows_lost, right->rows_lost);
    assert_same_texts(&left->ids, &right->ids, left->rows);
    if (left->rows) assert_memory_equal(left->parents, right->parents, left->rows * sizeof *left->parents);
    assert_same_flags(left->unconfirmed, right->unconfirmed, left->rows);
    for (size_t row = 0; row < left->rows && !entity->is_event; row++)
        assert_int_equal(table_find(left, table_id(right, row)), table_find(right, table_id(left, row)));
    assert_int_equal(table_find(left, TEXT("\x7f")), SIZE_MAX);
    assert_int_equal(table_find(right, TEXT("\x7f")), SIZE_MAX);
    assert_same_below(a, b, entity);
    for (size_t i = 0; i < entity->inputs.count; i++)
        assert_same_column(&left->columns[i], &right->columns[i], left->rows);
}

void assert_same_dataset(const struct dataset *a, const struct dataset *b) {
    assert_ptr_equal(a->policy, b->policy);
    assert_int_equal(a->month, b->month);
    assert_int_equal(a->strays, b->strays);
    for (size_t i = 0; i < a->policy->entities.count; i++) assert_same_table(a, b, a->policy->entities.items[i]);
}
