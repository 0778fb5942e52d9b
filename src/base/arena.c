#include "base/arena.h"

#include "base/memory.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *older;
    size_t size, used;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

void arena_init(struct arena *arena) {
    *arena = (struct arena){0};
}

static void free_blocks(struct arena_block **blocks) {
    while (*blocks) {
        struct arena_block *block = *blocks;
        *blocks = block->older;
        memory_free(block);
    }
}

void arena_free(struct arena *arena) {
    free_blocks(&arena->blocks);
    free_blocks(&arena->idle);
    arena->failed = false;
}

bool arena_failed(const struct arena *arena) {
    return arena->failed;
}

static void *refuse(struct arena *arena, size_t bytes) {
    arena->failed = true;
    if (bytes > ARENA_SPARE) return NULL;
    memset(arena->spare, 0, ARENA_SPARE);
    return arena->spare;
}

/* A block with that much room, which is now the newest; NULL when memory runs out. */
static struct arena_block *add_block(struct arena *arena, size_t bytes) {
    struct arena_block *block = bytes <= BLOCK_BYTES ? arena->idle : NULL;
    if (block) {
        arena->idle = block->older;
    } else {
        size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        block = memory_new(1, sizeof *block + size);
        if (!block) return NULL;
        block->size = size;
    }
    block->older = arena->blocks;
    arena->blocks = block;
    return block;
}

void *arena_new(struct arena *arena, size_t count, size_t size) {
    if (size != 0 && count > PTRDIFF_MAX / 2 / size) return refuse(arena, SIZE_MAX);
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (arena->failed) return refuse(arena, bytes);
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes) block = add_block(arena, bytes);
    if (!block) return refuse(arena, bytes);
    void *piece = block->bytes + block->used;
    block->used += bytes;
    return piece;
}

/* Below the newest block, which goes on to be filled, so that marks in it hold. */
void arena_adopt(struct arena *arena, struct arena *other) {
    struct arena_block **place = arena->blocks ? &arena->blocks->older : &arena->blocks, *oldest = other->blocks;
    while (oldest && oldest->older) oldest = oldest->older;
    if (oldest) {
        oldest->older = *place;
        *place = other->blocks;
    }
    arena->failed = arena->failed || other->failed;
    other->blocks = NULL;
    arena_free(other);
}

struct arena_mark arena_here(const struct arena *arena) {
    return (struct arena_mark){arena->blocks, arena->blocks ? arena->blocks->used : 0};
}

static void clear_from(struct arena_block *block, size_t used) {
    memset(block->bytes + used, 0, block->used - used);
    block->used = used;
}

void arena_rewind(struct arena *arena, struct arena_mark mark) {
    while (arena->blocks != mark.block) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->older;
        if (block->size > BLOCK_BYTES) {
            memory_free(block);
            continue;
        }
        clear_from(block, 0);
        block->older = arena->idle;
        arena->idle = block;
    }
    if (mark.block) clear_from(mark.block, mark.used);
}
