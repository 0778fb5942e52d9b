/* Whatever is offered as a pack is refused and told, or decided: as it stands, and with its sums put right.
 *
 * The corpus was written by doudi pack for 2018-07 by the law below; another version of packs needs it written anew. */
#include "../tests/exchange/pack_forged.h"
#include "shared.h"

#include <assert.h>
#include <stdlib.h>

enum { INPUT_BYTES_MAX = 1 << 16, MONTH = 2018 * 12 + 6 };

static const char law[] = "```doudi\n"
                          "policy small\n"
                          "  currency yuan of 100 fen\n"
                          "entity family at most 9\n"
                          "entity person in family at most 8\n"
                          "event bill in person dated left, number at most 90 a year\n"
                          "enum sex : male, female\n"
                          "input family head : person empty means none\n"
                          "input family farm : money/year in -1_000 .. 100_000 yuan/year\n"
                          "input family wide : count in 0 .. 100_000_000_000_000_000_000\n"
                          "input person sex : sex\n"
                          "input person born : date in 1890-01-01 .. 2100-01-01\n"
                          "input person ill : bool empty means no\n"
                          "input person name : text\n"
                          "input bill left : date in 2010-01-01 .. 2100-01-01\n"
                          "input bill number : text\n"
                          "input bill cost : money in 0 .. 1_000_000 yuan\n"
                          "rule family size : count = count(person)\n"
                          "rule person spent : money = sum(bill: cost last 12 months)\n"
                          "rule family headed : bool = when head = none: no\n"
                          "  otherwise: head.ill\n"
                          "benefit bill aid : money in 0 .. 1_000_000 yuan\n"
                          "  = max(0, cost - sum(earlier bill: aid this year))\n"
                          "benefit family grant : money/month\n"
                          "  = when any(person: ill and sex = female and years(born, first_day) > 60): 10 yuan/month\n"
                          "    otherwise: 0\n"
                          "```\n";

static void look_up(const struct dataset *dataset) {
    for (size_t i = 0; i < dataset->policy->entities.count; i++) {
        const struct table *table = &dataset->tables[i];
        for (size_t row = 0; row < table->rows && !table->entity->is_event; row++)
            assert(table_find(table, table_id(table, row)) == row);
    }
}

static void read_bytes(const struct policy *policy, struct text bytes) {
    struct arena arena;
    struct diagnostics diagnostics;
    struct pack pack;
    struct records none;
    arena_init(&arena);
    records_init(&none, &arena, policy);
    diagnostics_init(&diagnostics, &arena);
    enum pack_result result = pack_read(&pack, bytes, TEXT("input"), policy, MONTH, &diagnostics);
    assert(result != PACK_NO_MEMORY && diagnostics.list.count == (result == PACK_REFUSED));
    check_diagnostics(&arena, &diagnostics);
    if (result == PACK_OK) {
        look_up(pack.dataset);
        decide_rows(pack.dataset, &none);
        dataset_free(pack.dataset);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length > INPUT_BYTES_MAX) return 0;
    struct policy *policy = compile_law(law);
    char *copy = malloc(length ? length : 1);
    assert(copy);
    memcpy(copy, bytes, length);
    read_bytes(policy, (struct text){copy, length});
    if (length >= sizeof(struct pack_header)) ((struct pack_header *)(void *)copy)->length = length;
    forge_sums(copy, length);
    read_bytes(policy, (struct text){copy, length});
    free(copy);
    policy_free(policy);
    return 0;
}
