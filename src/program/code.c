#include "program/batch.h"

void code_free(struct code *code) {
    arena_free(&code->arena);
    *code = (struct code){.rows = 0};
}

void code_move(const struct code *code, const struct rows *rows_of) {
    for (size_t i = 0; i < code->moving.count; i++) {
        const struct moving *moving = &code->moving.items[i];
        const void *at = moving->base + rows_of[moving->entity->index].first * moving->width;
        memcpy(moving->address, &at, sizeof at);
    }
}

bool code_run(const struct strip_task *task, const struct code_step *step) {
    if (!step->bound) return false;
    for (size_t i = step->first; i < step->end; i++) {
        struct call *call = task->code->calls.items[i];
        const struct rows *rows = &task->member->rows_of[call->over->index];
        call->strip.rows = rows->last - rows->first;
        if (call->below) call->strip.at = task->member->rows_of[call->below->index].first;
        if (call->strip.rows) call->kernel(&call->strip);
    }
    return !step->finish || step->finish(task);
}
