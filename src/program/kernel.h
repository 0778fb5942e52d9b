/* Kernels: one operation over a strip of rows of which all is known; plain loops over lanes of 1, 4 and 8 bytes, built
 * once for each instruction set.
 *
 * Sums and products wrap: a row that lacks something may hold any value, and is found again with care. */
#ifndef DOUDI_PROGRAM_KERNEL_H
#define DOUDI_PROGRAM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pointers are to the strip's first lane, naturally aligned. What a kernel does not name it leaves alone. */
struct strip {
    size_t rows;
    void *out;
    const void *a, *b;
    const uint8_t *open_a, *open_b; /* taints of a and b */
    int64_t x, y, z;                /* scalars */
    uint8_t *cases;                 /* of choices: which decided; NULL: nobody asks */
    const uint32_t *ends;   /* of rows above: where the rows below begin, one more than rows; the first is ends[0] */
    const uint64_t *firsts; /* of rows above: a bit for each row below, which is the first below its row; a word more */
    size_t at;              /* the bit of the first row below */
    const uint32_t *above;  /* of rows below: which row lies above */
    uint32_t first;         /* the row above that a begins with */
    void *scratch;          /* of sums: memory for the rows below, and SCRATCH_MORE, of 8 bytes each */
    size_t count;           /* of choices: how many cases */
    struct choice_of {
        const uint8_t *condition; /* NULL: always */
        const void *values;       /* NULL: value */
        int64_t value;
    } const *choices; /* the first that holds decides; where none does out keeps what it has */
};
enum { SCRATCH_MORE = 64, FEW = 8 };
typedef void kernel(const struct strip *strip);

enum kernel_width { BYTES_1, BYTES_4, BYTES_8, KERNEL_WIDTHS };
enum kernel_compare {
    COMPARE_LESS,
    COMPARE_LESS_EQUAL,
    COMPARE_EQUAL,
    COMPARE_NOT_EQUAL,
    KERNEL_COMPARES,
    COMPARE_MORE = KERNEL_COMPARES
};
enum kernel_divide { DIVIDE_DOWN, DIVIDE_UP, DIVIDE_NEAREST, KERNEL_DIVIDES };

struct kernels {
    const char *name;
    kernel *linear[KERNEL_WIDTHS][KERNEL_WIDTHS][KERNEL_WIDTHS];    /* a * x + b * y + z; by widths of a, b, out */
    kernel *scale[KERNEL_WIDTHS][KERNEL_WIDTHS];                    /* a * x + z; of a, out */
    kernel *multiply[KERNEL_WIDTHS][KERNEL_WIDTHS][KERNEL_WIDTHS];  /* a * b */
    kernel *least[KERNEL_WIDTHS], *greatest[KERNEL_WIDTHS];         /* of a, b; all of one width */
    kernel *clamp[KERNEL_WIDTHS][KERNEL_WIDTHS];                    /* a, or the nearest in x .. y; of a, out */
    kernel *compare[KERNEL_COMPARES][KERNEL_WIDTHS][KERNEL_WIDTHS]; /* a with b */
    kernel *compare_with[KERNEL_COMPARES + 1][KERNEL_WIDTHS];       /* a with x */
    kernel *between[KERNEL_WIDTHS];                                 /* x <= a <= y */
    kernel *both, *either, *turned, *without;                       /* of truths; without: a and not b */
    /* Of taints (taint.c), beside truths: of a and b, of a or b, of a and not b; a, b: the truths, open_a, open_b. */
    kernel *open_both, *open_either, *open_without;
    kernel *open_case;              /* out: open_b | (b holds ? open_a : out), of a case of the condition b */
    kernel *count_up;               /* bytes: out + a, into out */
    kernel *divisor[KERNEL_WIDTHS]; /* |a|, or 1 where it is 0 */
    kernel *choose[KERNEL_WIDTHS];  /* see choices; values are as wide as out */
    kernel *divide[KERNEL_DIVIDES][KERNEL_WIDTHS]; /* a by x > 0, see kernel_divides; 4 and 8 bytes */
    kernel *divide_by[KERNEL_DIVIDES];             /* a by b; by 1 where b < 1; all of 8 bytes */
    /* Full years from the day a, of 4 bytes, to the day x: b[i] is the last day from which there are y + i, of count;
     * right for days from the first but two of these to the last but two. */
    kernel *years;
    kernel *sum[KERNEL_WIDTHS];    /* of a over the rows below, as wide as out */
    kernel *count[KERNEL_WIDTHS];  /* of the rows below */
    kernel *spread[KERNEL_WIDTHS]; /* a of the row above, for rows that follow ends */
    kernel *gather[KERNEL_WIDTHS]; /* a of the row above, by `above` */
    /* NULL: not in this set. Sums where each row above has FEW at most below, by ends; where each has some below, by
     * firsts, which leaves no scratch as it was; truths of the row above, as spread, where each has some below. */
    kernel *sum_few[KERNEL_WIDTHS];
    kernel *sum_each[KERNEL_WIDTHS];
    kernel *spread_truth;
    size_t (*zeros)(const uint8_t *a, size_t rows); /* how many bytes are 0 */
};

/* The set that every machine of its kind runs. That of aarch64 and of wasm has vectors: there is no plainer one. */
#if defined(__aarch64__)
#define KERNELS_EVERYWHERE kernels_neon
#elif defined(__wasm__)
#define KERNELS_EVERYWHERE kernels_wasm
#else
#define KERNELS_EVERYWHERE kernels_plain
#endif
extern const struct kernels KERNELS_EVERYWHERE;
#ifdef DOUDI_KERNELS_X86
extern const struct kernels kernels_avx2, kernels_avx512;
#endif

/* Whether what lies between low and high can be divided by x in that width: nothing on the way is too large. */
bool kernel_divides(enum kernel_width width, int64_t low, int64_t high, int64_t x);

/* The best that this machine runs, or the one of that name; NULL: it does not run it. */
const struct kernels *kernels_choose(const char *name);

#endif
