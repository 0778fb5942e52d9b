#include "program/batch.h"

void code_free(struct code *code) {
    arena_free(&code->arena);
    *code = (struct code){.rows = 0};
}

void code_move(const struct code *code, const struct rows *rows_of) {
    for (size_t i = 0; i < code->moving.count; i++) {
        const struct moving *moving = &code->moving.items[i];
        const void *at = moving->base + (rows_of[moving->entity->index].first - moving->first) * moving->width;
        memcpy(moving->address, &at, sizeof at);
    }
}

void code_call(const struct code *code, const struct code_step *step, const struct rows *rows_of) {
    for (size_t i = step->first; i < step->end; i++) {
        struct call *call = code->calls.items[i];
        const struct rows *rows = &rows_of[call->over->index];
        call->strip.rows = rows->last - rows->first;
        if (call->below) call->strip.at = rows_of[call->below->index].first;
        if (call->strip.rows) call->kernel(&call->strip);
    }
}

bool code_finish(const struct strip_task *task, const struct code_step *step) {
    return step->bound && (!step->finish || step->finish(task));
}
