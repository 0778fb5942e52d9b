#include "sample/random.h"

#include <assert.h>

/* splitmix64: the state counts on by an odd constant, and each state is scrambled by itself. */
static const uint64_t STEP = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t scramble(uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

uint64_t random_stream(uint64_t parent, uint64_t name) {
    return scramble(parent + STEP * (scramble(name) | 1));
}

struct random random_begin(uint64_t stream) {
    return (struct random){stream};
}

uint64_t random_next(struct random *random) {
    random->state += STEP;
    return scramble(random->state);
}

uint64_t random_below(struct random *random, uint64_t limit) {
    assert(limit > 0);
    uint64_t surplus = (UINT64_MAX % limit + 1) % limit; /* so many too many for equal shares */
    uint64_t bits = random_next(random);
    while (bits > UINT64_MAX - surplus) bits = random_next(random);
    return bits % limit;
}

/* FNV-1a, written here so that a sample does not change when a hash elsewhere does. */
uint64_t random_name(struct text text) {
    uint64_t name = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.length; i++) {
        name = (name ^ (unsigned char)text.bytes[i]) * UINT64_C(0x100000001b3);
    }
    return name;
}
