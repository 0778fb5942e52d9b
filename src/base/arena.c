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

void arena_free(struct arena *arena) {
    while (arena->blocks) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->older;
        memory_free(block);
    }
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

void *arena_new(struct arena *arena, size_t count, size_t size) {
    if (size != 0 && count > PTRDIFF_MAX / 2 / size) return refuse(arena, SIZE_MAX);
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (arena->failed) return refuse(arena, bytes);
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes) {
        size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        block = memory_new(1, sizeof *block + room);
        if (!block) return refuse(arena, bytes);
        block->size = room;
        block->older = arena->blocks;
        arena->blocks = block;
    }
    void *piece = block->bytes + block->used;
    block->used += bytes;
    return piece;
}

struct arena_mark arena_here(const struct arena *arena) {
    return (struct arena_mark){arena->blocks, arena->blocks ? arena->blocks->used : 0};
}

void arena_rewind(struct arena *arena, struct arena_mark mark) {
    while (arena->blocks != mark.block) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->older;
        memory_free(block);
    }
    if (mark.block) {
        memset(mark.block->bytes + mark.used, 0, mark.block->used - mark.used);
        mark.block->used = mark.used;
    }
}
