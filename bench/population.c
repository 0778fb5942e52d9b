#include "population.h"

#include "base/memory.h"
#include "sample/random.h"

#include <math.h>

enum { SIZE_MOST = 7 };

static double uniform(struct random *random) {
    return ((double)(random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

static int chance(struct random *random, double share) {
    return uniform(random) < share;
}

static double normal(struct random *random) {
    return sqrt(-2 * log(uniform(random))) * cos(2 * acos(-1) * uniform(random));
}

static double exponential(struct random *random, double mean) {
    return -mean * log(uniform(random));
}

static unsigned weighted(struct random *random, const double *weights, unsigned count) {
    double at = uniform(random);
    for (unsigned i = 0; i + 1 < count; i++) {
        if (at < weights[i]) return i;
        at -= weights[i];
    }
    return count - 1;
}

/* Of the shape 3.2: three exponentials, and a fifth of the share of another. */
static unsigned an_age(struct random *random) {
    double years = 0;
    for (int i = 0; i < 3; i++) years += exponential(random, 12);
    if (chance(random, 0.2)) years += exponential(random, 12);
    return years > 99 ? 99 : (unsigned)years;
}

static void draw_person(struct population *all, size_t row, struct random *random, unsigned shared) {
    static const double levels[] = {0.93, 0.008, 0.016, 0.022, 0.024};
    unsigned age = an_age(random), level = weighted(random, levels, 5), ill = (unsigned)chance(random, 0.02);
    unsigned works = age >= 16 && age < 60 && level != 1 && level != 2;
    int student = age >= 6 && age <= 21;
    all->age[row] = (uint8_t)age;
    all->level[row] = (uint8_t)level;
    all->kind[row] = (uint8_t)(level ? 1 + random_below(random, 7) : 0);
    all->flags[row] = (uint8_t)(shared | ill * ILL | works * WORKS | (unsigned)chance(random, 0.004) * TEKUN);
    all->income[row] = age >= 16 && age < 70 ? (int32_t)(100 * exp(5.6 + 0.9 * normal(random))) : 0;
    all->medical[row] = (int32_t)(100 * exponential(random, ill ? 600 : 15));
    all->tuition[row] = student && age > 15 ? (int32_t)(100 * exponential(random, 300)) : 0;
}

static size_t draw_household(struct population *all, size_t row, size_t first) {
    static const double sizes[] = {0.12, 0.18, 0.20, 0.22, 0.15, 0.09, 0.04};
    struct random random = random_begin(random_stream(2018, row));
    unsigned shared = (unsigned)chance(&random, 0.15) * POOR | (unsigned)chance(&random, 0.1) * FRONTIER;
    all->size[row] = (uint8_t)(1 + weighted(&random, sizes, SIZE_MOST));
    all->county[row] = (int16_t)random_below(&random, COUNTIES);
    all->assets[row] = (int64_t)(100 * exp(9 + 1.2 * normal(&random)));
    for (size_t i = 0; i < all->size[row]; i++) draw_person(all, first + i, &random, shared);
    return first + all->size[row];
}

int population_make(struct population *all, size_t households) {
    size_t most = households * SIZE_MOST;
    *all = (struct population){.households = households,
                               .size = memory_new(households, 1),
                               .county = memory_new(households, 2),
                               .assets = memory_new(households, 8),
                               .age = memory_new(most, 1),
                               .level = memory_new(most, 1),
                               .kind = memory_new(most, 1),
                               .flags = memory_new(most, 1),
                               .income = memory_new(most, 4),
                               .medical = memory_new(most, 4),
                               .tuition = memory_new(most, 4)};
    if (!all->size || !all->county || !all->assets || !all->age || !all->level || !all->kind || !all->flags ||
        !all->income || !all->medical || !all->tuition)
        return 0;
    for (int i = 0; i < COUNTIES; i++) {
        all->standard[i] = 100 * (3200 + 12 * i);
        all->border[i] = i % 5 == 0;
    }
    for (size_t row = 0; row < households; row++) all->persons = draw_household(all, row, all->persons);
    return 1;
}
