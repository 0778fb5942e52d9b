#include "by_hand.h"

#include <pthread.h>

enum { THREADS_MAX = 64 };

struct share {
    const struct population *population;
    const struct decisions_by_hand *out;
    size_t first, last, first_person;
    struct totals_by_hand totals;
};

/* Totals are kept on the thread's own stack until the end, so that threads share no line of the cache. */
static void *decide(void *context) {
    struct share *share = context;
    const struct population *of = share->population;
    const struct decisions_by_hand *out = share->out;
    struct totals_by_hand totals = {0};
    size_t first = share->first_person;
    for (size_t row = share->first; row < share->last; row++) {
        int size = of->size[row], weight = 0;
        int64_t gross = 0, rigid = 0;
        for (int k = 0; k < size; k++) {
            size_t at = first + (size_t)k;
            int severe = (of->level[at] == 1) | (of->level[at] == 2);
            gross += of->income[at];
            rigid += of->medical[at] + of->tuition[at] + severe * 30000;
            weight += severe ? 25 : of->age[at] >= 60 ? 20 : (of->flags[at] & ILL) ? 20 : of->age[at] < 18 ? 15 : 0;
        }
        int64_t standard = of->standard[of->county[row]], net = gross > rigid ? gross - rigid : 0;
        int eligible = (12 * net < standard * size) & (of->assets[row] <= 2 * standard * size);
        int low = 24 * net < 3 * standard * size;
        int32_t living = 0, care = 0, premium = 0;
        for (int k = 0; k < size; k++) {
            size_t at = first + (size_t)k;
            int level = of->level[at], flags = of->flags[at], severe = (level == 1) | (level == 2);
            living += (level > 0) & eligible ? 7000 : 0;
            care += level == 1                                                 ? 8000
                    : level == 2                                               ? 7000
                    : (level >= 3 && (of->kind[at] == 5 || of->kind[at] == 6)) ? 4000
                                                                               : 0;
            premium += (flags & TEKUN)                                       ? 18000
                       : (eligible && !(flags & POOR))                       ? 12000
                       : (severe && !(flags & WORKS))                        ? 12000
                       : (of->age[at] >= 60 && low)                          ? 12000
                       : ((flags & FRONTIER) && of->border[of->county[row]]) ? 12000
                                                                             : 0;
        }
        first += (size_t)size;
        int32_t dibao = (int32_t)((100 * (standard * size - 12 * net) + weight * standard + 119999) / 120000);
        out->eligible[row] = (uint8_t)eligible;
        out->dibao[row] = eligible ? dibao : 0;
        out->price[row] = eligible ? (int32_t)((61 * standard * size + 1199999) / 1200000) : 0;
        out->living[row] = living;
        out->care[row] = care;
        out->premium[row] = premium;
        totals.eligible += eligible;
        totals.dibao += out->dibao[row];
        totals.price += out->price[row];
        totals.living += living;
        totals.care += care;
        totals.premium += premium;
    }
    share->totals = totals;
    return NULL;
}

struct totals_by_hand decide_by_hand(const struct population *population, const struct decisions_by_hand *decisions,
                                     unsigned threads) {
    struct share shares[THREADS_MAX] = {0};
    pthread_t others[THREADS_MAX];
    struct totals_by_hand sum = {0};
    size_t row = 0, person = 0;
    for (unsigned i = 0; i < threads; i++) {
        shares[i] = (struct share){.population = population,
                                   .out = decisions,
                                   .first = population->households * i / threads,
                                   .last = population->households * (i + 1) / threads};
        for (; row < shares[i].first; row++) person += population->size[row];
        shares[i].first_person = person;
    }
    for (unsigned i = 1; i < threads; i++)
        if (pthread_create(&others[i], NULL, decide, &shares[i])) threads = i; /* the rest stays undone, and shows */
    decide(&shares[0]);
    for (unsigned i = 1; i < threads; i++) pthread_join(others[i], NULL);
    for (unsigned i = 0; i < threads; i++) {
        sum.eligible += shares[i].totals.eligible;
        sum.dibao += shares[i].totals.dibao;
        sum.price += shares[i].totals.price;
        sum.living += shares[i].totals.living;
        sum.care += shares[i].totals.care;
        sum.premium += shares[i].totals.premium;
    }
    return sum;
}
