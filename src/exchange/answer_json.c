#include "exchange/answer_json.h"

#include "exchange/answer_words.h"

/* What a declaration is called, which has its name where it has no label. */
static void write_label(struct json_writer *writer, const char *key, const struct text label[LANGUAGES],
                        struct text name) {
    const struct text words[LANGUAGES] = {label_or_name(label, name, LANGUAGE_ZH),
                                          label_or_name(label, name, LANGUAGE_EN)};
    json_write_words(writer, key, words);
}

static void write_fund(struct json_writer *writer, const struct answer_writing *writing, const struct field *field) {
    struct text name = field->declaration->fund.text;
    const struct declaration *fund = name.length ? map_get(&writing->policy->fund_by_name, name) : NULL;
    if (!fund) return;
    json_write_key(writer, "fund");
    json_write_object(writer);
    json_write_text(writer, "name", name);
    write_label(writer, "label", fund->label, name);
    json_write_close_object(writer);
}

/* Of the text that is in force on the day of the bill. */
static void write_cites(struct json_writer *writer, const struct field *field, day_number day) {
    const struct rule *rule = field->kind == FIELD_INPUT ? NULL : field_rule_on(field, day, DAY_NEVER);
    const struct declaration *declaration = rule ? rule->declaration : field->declaration;
    json_write_key(writer, "cites");
    json_write_array(writer);
    for (size_t i = 0; i < declaration->cites.list.count; i++)
        json_write_string(writer, declaration->cites.list.items[i].text);
    json_write_close_array(writer);
}

static void write_unconfirmed(struct json_writer *writer, const struct answer_writing *writing,
                              const struct settled_bill *bill, const struct field *field) {
    if (!writing->unconfirmed) return;
    json_write_key(writer, "unconfirmed");
    json_write_bool(writer, bill->unconfirmed || writing->unconfirmed(writing->of, field, bill->date));
}

static void write_part(struct json_writer *writer, struct arena *arena, const struct answer_writing *writing,
                       const struct settled_bill *bill, const struct settlement_part *part) {
    const struct field *field = part->field;
    json_write_object(writer);
    json_write_text(writer, field == writing->event->settled.rest ? "rest" : "benefit", field->name);
    write_label(writer, "label", field->label, field->name);
    write_fund(writer, writing, field);
    json_write_key(writer, "amount");
    if (part->known)
        json_write_string(writer, amount_written(arena, field, part->amount));
    else
        json_write_null(writer);
    if (!part->known) json_write_words(writer, "missing", part->missing);
    write_unconfirmed(writer, writing, bill, field);
    write_cites(writer, field, bill->date);
    json_write_close_object(writer);
}

static void write_named(struct json_writer *writer, const char *key, struct text name,
                        const struct text label[LANGUAGES]) {
    json_write_key(writer, key);
    json_write_object(writer);
    json_write_text(writer, "name", name);
    write_label(writer, "label", label, name);
    json_write_close_object(writer);
}

static void write_assessed(struct json_writer *writer, struct arena *arena, const struct settled_bill *bill) {
    if (bill->assessed == BILL_NOT_SAID) return;
    json_write_key(writer, "assessed");
    if (bill->assessed == BILL_ASSESSED)
        json_write_string(writer, month_format(arena, bill->assessed_in));
    else
        json_write_null(writer);
}

/* What does not hold of it, though it is settled. */
static void write_reports(struct json_writer *writer, const struct settled_bill *bill) {
    if (bill->reports.count == 0) return;
    json_write_key(writer, "reports");
    json_write_array(writer);
    for (size_t i = 0; i < bill->reports.count; i++) {
        const struct guarantee *guarantee = bill->reports.items[i];
        json_write_object(writer);
        json_write_text(writer, "name", guarantee->name);
        write_label(writer, "label", guarantee->declaration->label, guarantee->name);
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}

void settled_bill_write_json(struct json_writer *writer, struct arena *arena, const struct answer_writing *writing,
                             const struct settled_bill *bill) {
    const struct field *total = writing->event->settled.total;
    json_write_object(writer);
    json_write_text(writer, "event", writing->event->name);
    if (bill->count) json_write_text(writer, "id", bill->id);
    json_write_text(writer, "at", bill->at);
    json_write_text(writer, "by", bill->by);
    if (bill->count) json_write_text(writer, "date", day_format(arena, bill->date));
    if (bill->settlement) {
        json_write_key(writer, "settlement");
        json_write_integer(writer, bill->settlement);
    }
    if (bill->count) {
        json_write_text(writer, "total", amount_written(arena, total, bill->total));
        json_write_text(writer, "open", amount_written(arena, total, bill->open));
    }
    json_write_key(writer, "parts");
    json_write_array(writer);
    for (size_t i = 0; i < bill->count; i++) write_part(writer, arena, writing, bill, &bill->parts[i]);
    json_write_close_array(writer);
    write_reports(writer, bill);
    write_assessed(writer, arena, bill);
    json_write_close_object(writer);
}

static void write_bill(struct json_writer *writer, struct arena *arena, const struct answer_writing *writing,
                       const char *key, const struct settled_bill *bill) {
    json_write_key(writer, key);
    settled_bill_write_json(writer, arena, writing, bill);
}

static void write_effects(struct json_writer *writer, struct arena *arena, const struct answer_writing *writing,
                          const struct settlement_answer *answer) {
    json_write_key(writer, "effects");
    json_write_array(writer);
    for (size_t i = 0; i < answer->effects.count; i++) {
        json_write_object(writer);
        write_bill(writer, arena, writing, "before", &answer->effects.items[i].before);
        write_bill(writer, arena, writing, "after", &answer->effects.items[i].after);
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}

/* What a cancellation left as it was, and why. */
static void write_left(struct json_writer *writer, struct arena *arena, const struct answer_writing *writing,
                       const struct settlement_answer *answer) {
    if (answer->left.count == 0) return;
    json_write_key(writer, "left");
    json_write_array(writer);
    for (size_t i = 0; i < answer->left.count; i++) {
        const struct settlement_left *left = &answer->left.items[i];
        json_write_object(writer);
        write_bill(writer, arena, writing, "bill", &left->bill);
        if (left->guarantee)
            write_named(writer, "guarantee", left->guarantee->name, left->guarantee->declaration->label);
        if (left->field) write_named(writer, "field", left->field->name, left->field->label);
        json_write_words(writer, "why", left->words);
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}

void settlement_facts_write_json(struct json_writer *writer, const struct answer_writing *writing,
                                 const struct settled_bill *bill) {
    json_write_array(writer);
    for (size_t i = 0; i < bill->facts.list.count; i++) {
        const struct settlement_fact *fact = &bill->facts.list.items[i];
        json_write_object(writer);
        json_write_text(writer, "name", fact->field->name);
        write_label(writer, "label", fact->field->label, fact->field->name);
        json_write_key(writer, "value");
        if (fact->known)
            json_write_string(writer, fact->plain);
        else
            json_write_null(writer);
        json_write_words(writer, "shown", fact->shown);
        write_unconfirmed(writer, writing, bill, fact->field);
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}

/* Of a bill that cannot be computed no amount is worth anything. */
static void write_refusal(struct json_writer *writer, struct arena *arena, const struct answer_writing *writing,
                          const struct settlement_answer *answer) {
    bool broken = answer->refusal == SETTLEMENT_BROKEN;
    bool fault = answer->refusal == SETTLEMENT_FAULT || answer->refusal == SETTLEMENT_INCOMPLETE;
    if (answer->told.length) json_write_text(writer, "told", answer->told);
    if (broken && answer->guarantee)
        write_named(writer, "guarantee", answer->guarantee->name, answer->guarantee->declaration->label);
    if (fault && answer->field) write_named(writer, "field", answer->field->name, answer->field->label);
    if (!fault && answer->bill.id.length) write_bill(writer, arena, writing, "bill", &answer->bill);
    if (answer->standing.id.length) write_bill(writer, arena, writing, "standing", &answer->standing);
    if (answer->refusal != SETTLEMENT_OTHER_CONTENT || !writing->presented) return;
    json_write_key(writer, "presented");
    bill_write_json(writer, arena, writing->presented, writing->act);
}

void answer_write_json(struct json_writer *writer, struct arena *arena, const struct answer_writing *writing,
                       const struct settlement_answer *answer) {
    struct answer_words words = answer_words(arena, writing->event, writing->act, answer);
    json_write_object(writer);
    json_write_text(writer, "outcome", text_from(answer_outcome_code(answer, writing->act)));
    if (answer->outcome == SETTLEMENT_REFUSED)
        json_write_text(writer, "refusal", text_from(answer_refusal_code(answer->refusal)));
    json_write_words(writer, "sentence", words.sentence);
    json_write_words(writer, "remedy", words.remedy);
    if (writing->change) {
        json_write_key(writer, "change");
        json_write_integer(writer, writing->change);
    }
    if (answer->outcome == SETTLEMENT_REFUSED) {
        write_refusal(writer, arena, writing, answer);
    } else {
        write_bill(writer, arena, writing, "bill", &answer->bill);
        if (answer->standing.id.length && answer->outcome == SETTLEMENT_DONE)
            write_bill(writer, arena, writing, "standing", &answer->standing);
        write_effects(writer, arena, writing, answer);
        write_left(writer, arena, writing, answer);
        if (answer->bill.facts.list.count) {
            json_write_key(writer, "facts");
            settlement_facts_write_json(writer, writing, &answer->bill);
        }
    }
    json_write_close_object(writer);
}
