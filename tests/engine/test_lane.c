/* Cells are read by short ways; whatever a cell holds, they say what exact numbers say. */
#include "stage.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CELLS = 40000 };

static const char law[] = "policy law\n  currency yuan of 100 fen\nentity family\n"
                          "input family farm : money/year in -100 .. 155 yuan/year\n"
                          "input family paid : money in 0 .. 1_000_000_000 yuan\n"
                          "input family months : money/month in 0 .. 5_000 yuan/month\n"
                          "input family share : ratio in 0 .. 1\n"
                          "input family head : count in 0 .. 30\n";

static const char *const inputs[] = {"farm", "paid", "months", "share", "head"};

static uint32_t next_random(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Mostly a decimal; with one character that does not belong there now and then. */
static struct text random_cell(uint64_t *seed, char *bytes) {
    static const char strange[] = "-+. ,e/x\xef";
    size_t length = 0, whole = next_random(seed) % (next_random(seed) % 8 ? 6 : 40), places = next_random(seed) % 5;
    if (next_random(seed) % 4 == 0) bytes[length++] = '-';
    for (size_t i = 0; i < whole; i++) bytes[length++] = (char)('0' + next_random(seed) % 10);
    if (places) bytes[length++] = '.';
    for (size_t i = 0; i < places; i++)
        bytes[length++] = next_random(seed) % 2 ? '0' : (char)('0' + next_random(seed) % 10);
    if (length && next_random(seed) % 8 == 0)
        bytes[next_random(seed) % length] = strange[next_random(seed) % (sizeof strange - 1)];
    return (struct text){bytes, length};
}

static enum lane_result expected(struct arena *arena, const struct lane_spec *spec, struct text text, lane *out) {
    struct number number;
    if (!number_parse(arena, text, &number)) return LANE_NOT_A_NUMBER;
    number = number_multiply(arena, number, spec->per_unit);
    if (!number_is_integer(number)) return LANE_OFF_STEP;
    if (!number_to_lane(number, out)) return LANE_OUT_OF_RANGE;
    return spec->bounded && (*out < spec->low || *out > spec->high) ? LANE_OUT_OF_RANGE : LANE_OK;
}

static void numbers_are_what_they_say(void **state) {
    (void)state;
    struct stage stage;
    size_t results[LANE_NO_MEMORY + 1] = {0};
    uint64_t seed = 1;
    stage_open(&stage, law, NULL, NULL);
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        const struct field *field = policy_field(stage.policy, TEXT("family"), text_from(inputs[i]));
        struct lane_spec spec = lane_spec_of(&stage.arena, field);
        for (int k = 0; k < CELLS; k++) {
            char bytes[64];
            struct text text = random_cell(&seed, bytes);
            struct arena_mark mark = arena_here(&stage.arena);
            lane found = 0, wanted = 0;
            enum lane_result result = lane_parse(&spec, text, &found);
            if (result != expected(&stage.arena, &spec, text, &wanted) || (result == LANE_OK && found != wanted))
                fail_msg("%s: %.*s", inputs[i], TEXT_ARG(text));
            results[result]++;
            arena_rewind(&stage.arena, mark);
        }
    }
    for (size_t i = LANE_OK; i <= LANE_OUT_OF_RANGE; i++) assert_true(results[i] > 1000);
    stage_close(&stage);
}

static void a_number_without_memory_is_none(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    struct lane_spec spec = lane_spec_of(&stage.arena, policy_field(stage.policy, TEXT("family"), TEXT("farm")));
    lane value;
    memory_fail_after(0);
    assert_int_equal(lane_parse(&spec, TEXT("99999999999999999999"), &value), LANE_NO_MEMORY);
    assert_int_equal(lane_parse(&spec, TEXT("155.00"), &value), LANE_OK);
    memory_fail_after(-1);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_what_they_say),
        cmocka_unit_test(a_number_without_memory_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
