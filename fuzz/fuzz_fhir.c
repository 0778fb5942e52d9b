/* Whatever is offered as FHIR is read as bills, or refused with diagnostics that can be shown; what is answered is
 * JSON; and all of it is the same both times. What stands before a zero byte is the table of a small policy instead, by
 * which the rest is read. */
#include "shared.h"

#include "exchange/fhir_write.h"
#include "exchange/policy_folder.h"

#include <assert.h>
#include <string.h>

enum { INPUT_BYTES_MAX = 1 << 16 };

static const char small_law[] =
    "policy small\n  currency crown of 100 ore\nfund aid\nentity shop\nentity person\n"
    "event bill in person dated day, number, shop at most 9 a year settled at shop by number of cost leaving own\n"
    "enum kind: small, large\ninput person card : text check luhn\ninput bill day : date in 2010-01-01 .. 2100-01-01\n"
    "input bill number : text\ninput bill shop : shop\ninput bill cost : money in 0 .. 1_000 crown\n"
    "input bill size : kind\ninput bill note : text check luhn\ninput bill many : count in 0 .. 9\n"
    "benefit bill help : money in 0 .. 1_000 crown\n  fund aid\n  pays shop\n  = min(cost, 1 crown)\n"
    "rule bill own : money = cost - help\n";

static const struct entity *settled_entity(const struct policy *policy) {
    for (size_t i = 0; i < policy->entities.count; i++)
        if (policy->entities.items[i]->settled.at) return policy->entities.items[i];
    return NULL;
}

static const struct policy *large_policy(void) {
    static struct policy *policy;
    static struct arena arena;
    struct diagnostics failures;
    if (policy) return policy;
    arena_init(&arena);
    diagnostics_init(&failures, &arena);
    policy = policy_read_folder("policies/yunnan-2018", &failures);
    assert(policy && policy->compiled);
    return policy;
}

static struct policy *small_policy(struct text table) {
    struct policy *policy = policy_new();
    assert(policy);
    struct builder law;
    builder_init(&law);
    builder_format(&law, "```doudi\n%s```\n", small_law);
    policy_begin_layer(policy, TEXT("small"));
    policy_add_file(policy, TEXT("law.md"), builder_text(&law));
    policy_add_file(policy, TEXT("tables/fhir.csv"), table);
    bool compiled = policy_compile(policy);
    assert(compiled);
    builder_free(&law);
    return policy;
}

/* A bill of which a part is open, and another that it changed; every other request is refused, in turn. */
static void make_answer(const struct fhir_map *map, struct settlement_part *parts, struct settlement_effect *effect,
                        struct settlement_answer *answer, size_t number) {
    const struct settled *settled = &map->event->settled;
    for (size_t i = 0; i <= settled->layers.count; i++) {
        const struct field *field = i < settled->layers.count ? settled->layers.items[i] : settled->rest;
        parts[i] = (struct settlement_part){
            .field = field, .known = i != 1, .amount = (int64_t)i * 101, .missing = {TEXT("缺"), TEXT("lack")}};
    }
    *answer = (struct settlement_answer){
        .refusal = (enum settlement_refusal)(number / 2 % (SETTLEMENT_FAULT + 1)),
        .outcome = number % 2 ? SETTLEMENT_REFUSED : SETTLEMENT_DONE,
        .bill = {.settlement = 1, .total = 1234, .open = 5, .parts = parts, .count = settled->layers.count + 1},
        .guarantee = map->policy->guarantees.count ? map->policy->guarantees.items[0] : NULL,
        .field = settled->rest,
        .told = TEXT("P1/B1")};
    if (answer->refusal == SETTLEMENT_BROKEN && !answer->guarantee) answer->refusal = SETTLEMENT_FAULT;
    *effect = (struct settlement_effect){.after = answer->bill};
    answer->effects.items = effect;
    answer->effects.count = 1;
}

static void check_json(struct arena *arena, struct text text) {
    struct json *json = json_open(arena, text);
    enum json_event event;
    do {
        event = json_next(json);
        assert(event != JSON_ERROR);
    } while (event != JSON_END);
}

static void answer_all(const struct fhir_answering *answering, const struct fhir_told *told, struct builder *out) {
    struct arena *arena = answering->arena;
    struct json_writer writer;
    struct settlement_answer *answers = ARENA_ARRAY(arena, struct settlement_answer, told->list.count);
    struct settlement_part *parts =
        ARENA_ARRAY(arena, struct settlement_part, answering->map->event->settled.layers.count + 1);
    struct settlement_effect *effect = ARENA_NEW(arena, struct settlement_effect);
    assert(answers && parts && effect);
    for (size_t i = 0; i < told->list.count; i++) {
        const struct fhir_request *request = &told->list.items[i];
        make_answer(answering->map, parts, effect, &answers[i], i);
        if (!request->read) assert(request->mistakes > 0);
        if (request->read) assert(request->bill.event && request->bill.values && request->number.value.length);
    }
    json_writer_init(&writer, out, true);
    fhir_write(&writer, answering, told, answers);
}

static void read_by(const struct policy *policy, struct text text, struct builder *out) {
    struct source source = {.name = TEXT("asked.json"), .bytes = text};
    struct arena arena;
    struct diagnostics diagnostics;
    struct fhir_map map;
    struct fhir_told told;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    bool mapped = fhir_map_read(&map, policy, settled_entity(policy), &arena, &diagnostics);
    const struct fhir_answering answering = {&map, &arena, &diagnostics, day_from(2018, 6, 9)};
    if (mapped && fhir_read(&told, &map, &source, &arena, &diagnostics)) {
        answer_all(&answering, &told, out);
    } else {
        assert(diagnostics.list.count > 0);
        struct json_writer writer;
        json_writer_init(&writer, out, true);
        fhir_write_mistakes(&writer, &answering, 0, diagnostics.list.count);
    }
    assert(!arena_failed(&arena) && !out->failed);
    check_json(&arena, builder_text(out));
    show_diagnostics(out, &arena, &diagnostics);
    arena_free(&arena);
}

static void run(struct text text, struct builder *out) {
    const char *zero = text.length ? memchr(text.bytes, '\0', text.length) : NULL;
    if (!zero) {
        read_by(large_policy(), text, out);
        return;
    }
    size_t length = (size_t)(zero - text.bytes);
    struct policy *policy = small_policy(text_slice(text, 0, length));
    read_by(policy, text_slice(text, length + 1, text.length), out);
    policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length <= INPUT_BYTES_MAX) check_repeats((struct text){(const char *)bytes, length}, run);
    return 0;
}
