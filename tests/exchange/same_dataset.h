/* Two datasets of one policy, held against each other field by field. */
#ifndef DOUDI_TESTS_SAME_DATASET_H
#define DOUDI_TESTS_SAME_DATASET_H

#include "engine/dataset.h"

/* Asserts that both say the same, by rows and by what is made of them. */
void assert_same_dataset(const struct dataset *a, const struct dataset *b);

#endif
