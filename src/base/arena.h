/* Arenas: memory that is given out piece by piece and taken back all at once.
 *
 * A compile, a dataset and a run each own one. Running out of memory is sticky: from then on arena_failed is true, and
 * whoever owns the arena reports it at the end of the stage. So that the code in between need not look after every
 * node, a piece of up to ARENA_SPARE bytes is never NULL: after a failure all of them are the same zeroed spare block.
 * Nothing that was built after a failure may be read. Larger pieces (arrays of data) are NULL and must be checked. */
#ifndef DOUDI_BASE_ARENA_H
#define DOUDI_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

enum { ARENA_SPARE = 1024 };

struct arena {
    struct arena_block *blocks; /* newest first */
    struct arena_block *idle;   /* taken back by arena_rewind, zeroed, kept to be used again */
    bool failed;
    _Alignas(16) unsigned char spare[ARENA_SPARE];
};

/* An empty arena; allocates nothing yet. */
void arena_init(struct arena *arena);

/* Frees every piece. The arena is empty again and may be used anew. */
void arena_free(struct arena *arena);

/* A zeroed piece of count * size bytes, aligned for any type; see above for what happens when memory runs out. */
void *arena_new(struct arena *arena, size_t count, size_t size);

/* True once a piece could not be had. */
bool arena_failed(const struct arena *arena);

/* Takes over all pieces of another arena, which is empty afterwards, and its failure. They stay where they are. */
void arena_adopt(struct arena *arena, struct arena *other);

/* A place to come back to: arena_rewind takes back all that was given out after the mark, and keeps the memory at hand,
 * so that a loop may rewind once a round. */
struct arena_mark {
    struct arena_block *block;
    size_t used;
};
struct arena_mark arena_here(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

#define ARENA_NEW(arena, type) ((type *)arena_new((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_new((arena), (count), sizeof(type)))

#endif
