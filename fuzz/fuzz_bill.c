/* Whatever is offered as bills, each is read or told to be wrong, always the same; one that is read keeps to what the
 * law allows, and says the same again when it is written with its names and read anew. */
#include "shared.h"

#include <assert.h>
#include <string.h>

#include "base/shown.h"
#include "exchange/bill_json.h"
#include "exchange/json.h"

enum { INPUT_BYTES_MAX = 1 << 15 };

static const char law[] = "```doudi\n"
                          "policy small\n"
                          "  currency yuan of 100 fen\n"
                          "enum care : stay \"住院\" \"Inpatient\", visit \"门诊\" \"Outpatient\"\n"
                          "fund aid\n"
                          "entity clinic \"医院\" \"clinic\"\n"
                          "entity person \"人员\" \"person\"\n"
                          "event bill in person dated paid_on, number, clinic \"账单\" \"bill\"\n"
                          "  settled at clinic by number of cost leaving own\n"
                          "input person card : text check gb11643 \"身份证号\" \"Citizen id\"\n"
                          "input bill paid_on : date in 2010-01-01 .. 2100-01-01 \"日期\" \"Paid on\"\n"
                          "input bill number : text \"票号\" \"Number\"\n"
                          "input bill clinic : clinic \"医院\" \"Clinic\"\n"
                          "input bill cost : money in -5.05 .. 1_000 yuan \"费用\" \"Cost\"\n"
                          "input bill days : count in 0 .. 40 \"天数\" \"Days\"\n"
                          "input bill care : care \"类别\" \"Care\"\n"
                          "input bill urgent : bool \"急诊\" \"Urgent\"\n"
                          "input bill employer : text check gb32100 \"单位\" \"Employer\"\n"
                          "benefit bill aid_pay : money in 0 .. 1_000 yuan\n"
                          "  fund aid\n"
                          "  pays clinic\n"
                          "  = max(0, min(cost, 100 yuan))\n"
                          "rule bill own : money in -6 .. 1_000 yuan\n"
                          "  = cost - aid_pay\n"
                          "```\n";

static void check_text(struct text text) {
    assert(text.length > 0 && text.length <= IMPORT_TEXT_BYTES_MAX && text_invalid_at(text) == text.length);
    for (size_t offset = 0; offset < text.length;) assert(!character_steers(text_next(text, &offset)));
}

/* Nothing beyond what the law and the act allow. */
static void check_bill(struct arena *arena, const struct bill_told *told) {
    const struct bill *bill = &told->bill;
    const struct entity *event = bill->event;
    bool cancels = told->act == SETTLEMENT_CANCEL;
    assert((bill->parent.length > 0) + (bill->match.length > 0) == !cancels);
    assert((bill->input != NULL) == (bill->match.length > 0));
    if (!cancels) check_text(bill->input ? bill->match : bill->parent);
    for (size_t i = 0; i < event->inputs.count; i++) {
        const struct field *input = event->inputs.items[i];
        const struct bill_value *value = &bill->values[i];
        struct lane_spec spec = lane_spec_of(arena, input);
        if (!value->known) continue;
        assert(!cancels || input == event->settled.at || input == event->settled.by);
        if (input->type.kind == TYPE_TEXT || input->type.kind == TYPE_ROW)
            check_text(value->text);
        else
            assert(!spec.bounded || (value->lane >= spec.low && value->lane <= spec.high));
    }
    for (size_t i = 0; i < event->dated.count && !cancels; i++)
        assert(bill->values[event->dated.items[i]->input_index].known);
}

static void write_bill(struct builder *out, struct arena *arena, const struct bill_told *told) {
    struct json_writer writer;
    check_bill(arena, told);
    json_writer_init(&writer, out, true);
    bill_write_json(&writer, arena, &told->bill, told->act);
}

/* Reads all bills of the text and writes those that are good, a line each. */
static void read_bills(struct policy *policy, struct text text, struct builder *good, struct builder *said) {
    struct arena arena, scratch;
    struct diagnostics diagnostics;
    struct bill_reader reader;
    struct bill_told told;
    enum bill_result result;
    const struct source source = {.name = TEXT("bills.json"), .bytes = text};
    arena_init(&arena);
    arena_init(&scratch);
    diagnostics_init(&diagnostics, &arena);
    bill_reader_open(&reader, policy, &source, &diagnostics);
    do {
        size_t errors = diagnostics.errors;
        arena_rewind(&scratch, (struct arena_mark){0});
        result = bill_reader_next(&reader, &scratch, &told);
        assert((diagnostics.errors > errors) == (result == BILL_WRONG));
        if (result == BILL_TOLD) write_bill(good, &arena, &told);
    } while (result == BILL_TOLD || result == BILL_WRONG);
    assert(result == BILL_NO_MORE);
    show_diagnostics(said, &arena, &diagnostics);
    bill_reader_close(&reader);
    arena_free(&scratch);
    arena_free(&arena);
}

static void run(struct text text, struct builder *out) {
    struct builder good, again, said;
    struct policy *policy = compile_law(law);
    builder_init(&good);
    builder_init(&again);
    builder_init(&said);
    read_bills(policy, text, &good, out);
    if (good.length) {
        read_bills(policy, builder_text(&good), &again, &said);
        assert(said.length == 0 && text_equal(builder_text(&good), builder_text(&again)));
    }
    builder_add(out, builder_text(&good));
    builder_free(&good);
    builder_free(&again);
    builder_free(&said);
    policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length <= INPUT_BYTES_MAX) check_repeats((struct text){(const char *)bytes, length}, run);
    return 0;
}
