#include "exchange/fhir_write.h"

#include "engine/value.h"
#include "exchange/answer_words.h"
#include "exchange/messages.h"

#include <assert.h>
#include <inttypes.h>

struct writing {
    struct json_writer *json;
    const struct fhir_answering *answering;
    const struct fhir_map *map;
    struct arena *arena;
    const struct fhir_request *request;
    const struct settlement_answer *answer;
};

/* --- words -------------------------------------------------------------------------------------------------------- */

static struct text both(struct arena *arena, struct text zh, struct text en) {
    if (zh.length == 0 || text_equal(zh, en)) return en;
    return en.length ? text_format(arena, "%.*s / %.*s", TEXT_ARG(zh), TEXT_ARG(en)) : zh;
}

static struct text both_labels(struct arena *arena, const struct text label[LANGUAGES], struct text name) {
    return both(arena, label_or_name(label, name, LANGUAGE_ZH), label_or_name(label, name, LANGUAGE_EN));
}

static struct text remark(struct arena *arena, const struct diagnostic *diagnostic) {
    return both(arena, diagnostic_text(arena, diagnostic, LANGUAGE_ZH),
                diagnostic_text(arena, diagnostic, LANGUAGE_EN));
}

static struct diagnostic message_of(enum exchange_message message) {
    return (struct diagnostic){.message = &exchange_messages[message]};
}

/* --- elements ----------------------------------------------------------------------------------------------------- */

static void key_text(struct writing *writing, const char *key, struct text text) {
    if (text.length == 0) return;
    json_write_key(writing->json, key);
    json_write_string(writing->json, text);
}

static void open_object(struct writing *writing, const char *key) {
    if (key) json_write_key(writing->json, key);
    json_write_object(writing->json);
}

static void open_array(struct writing *writing, const char *key) {
    json_write_key(writing->json, key);
    json_write_array(writing->json);
}

static void write_coding(struct writing *writing, struct fhir_code code) {
    json_write_object(writing->json);
    key_text(writing, "system", code.system);
    key_text(writing, "code", code.code);
    key_text(writing, "display", code.display);
    json_write_close_object(writing->json);
}

static void write_concept(struct writing *writing, const char *key, struct fhir_code code, struct text text) {
    open_object(writing, key);
    open_array(writing, "coding");
    write_coding(writing, code);
    json_write_close_array(writing->json);
    key_text(writing, "text", text);
    json_write_close_object(writing->json);
}

static void write_decimal(struct writing *writing, const char *key, struct text decimal) {
    open_object(writing, key);
    json_write_key(writing->json, "value");
    json_write_number(writing->json, decimal);
    key_text(writing, "currency", writing->map->currency);
    json_write_close_object(writing->json);
}

static void write_amount(struct writing *writing, const char *key, int64_t coins) {
    struct text decimal = fhir_amount(writing->map, writing->arena, coins);
    write_decimal(writing, key, arena_failed(writing->arena) ? TEXT("0") : decimal);
}

/* Whoever has a reference is not named by his number once more. */
static void write_party(struct writing *writing, const char *key, const struct fhir_party *party) {
    open_object(writing, key);
    key_text(writing, "reference", party->reference);
    if (party->reference.length == 0 && (party->value.length || party->system.length)) {
        open_object(writing, "identifier");
        key_text(writing, "system", party->system);
        key_text(writing, "value", party->value);
        json_write_close_object(writing->json);
    }
    key_text(writing, "display", party->display);
    json_write_close_object(writing->json);
}

static bool party_is_told(const struct fhir_party *party) {
    return party->reference.length || party->value.length || party->display.length;
}

static void write_insurer(struct writing *writing) {
    const struct fhir_code *own = &writing->map->insurer;
    const struct fhir_party party = {TEXT(""), own->system, own->code, own->display};
    const struct fhir_party *told = &writing->request->insurer;
    write_party(writing, "insurer", party_is_told(told) ? told : &party);
}

/* --- what was decided --------------------------------------------------------------------------------------------- */

static bool is_refused(const struct writing *writing) {
    return writing->answer->outcome == SETTLEMENT_REFUSED;
}

static const struct settled_bill *bill_of(const struct writing *writing) {
    return &writing->answer->bill;
}

static bool is_layer(const struct writing *writing, const struct settlement_part *part) {
    return part->field != writing->map->event->settled.rest;
}

static bool is_open(const struct writing *writing) {
    const struct settled_bill *bill = bill_of(writing);
    bool open = bill->open != 0;
    for (size_t i = 0; i < bill->count; i++) open = open || !bill->parts[i].known;
    return open && writing->request->act != SETTLEMENT_CANCEL;
}

static struct answer_words words_of(const struct writing *writing) {
    return answer_words(writing->arena, writing->map->event, writing->request->act, writing->answer);
}

/* The outcome, and a sentence about it. */
static void write_outcome(struct writing *writing) {
    struct arena *arena = writing->arena;
    bool refused = is_refused(writing), open = !refused && is_open(writing);
    struct answer_words said = words_of(writing);
    struct diagnostic more = message_of(EXCHANGE_FHIR_OPEN);
    more.argument[0] = fhir_amount(writing->map, arena, bill_of(writing)->open);
    more.argument[1] = writing->map->currency;
    for (int i = 0; i < LANGUAGES && open; i++)
        said.sentence[i] = text_format(arena, i == LANGUAGE_ZH ? "%.*s,%.*s" : "%.*s; %.*s", TEXT_ARG(said.sentence[i]),
                                       TEXT_ARG(diagnostic_text(arena, &more, (enum language)i)));
    key_text(writing, "outcome", refused ? TEXT("error") : open ? TEXT("partial") : TEXT("complete"));
    key_text(writing, "disposition", both(arena, said.sentence[LANGUAGE_ZH], said.sentence[LANGUAGE_EN]));
}

static void write_error(struct writing *writing) {
    struct answer_words said = words_of(writing);
    const struct fhir_code code = {writing->map->refusals, text_from(answer_refusal_code(writing->answer->refusal)),
                                   TEXT("")};
    struct text sentence = both(writing->arena, said.sentence[LANGUAGE_ZH], said.sentence[LANGUAGE_EN]),
                remedy = both(writing->arena, said.remedy[LANGUAGE_ZH], said.remedy[LANGUAGE_EN]);
    open_array(writing, "error");
    json_write_object(writing->json);
    write_concept(writing, "code", code,
                  text_format(writing->arena, "%.*s → %.*s", TEXT_ARG(sentence), TEXT_ARG(remedy)));
    json_write_close_object(writing->json);
    json_write_close_array(writing->json);
}

static struct fhir_code code_of(const struct writing *writing, const struct field *field) {
    return (struct fhir_code){writing->map->benefits, field->name,
                              label_or_name(field->label, field->name, LANGUAGE_ZH)};
}

/* --- ClaimResponse ------------------------------------------------------------------------------------------------ */

static void write_fund(struct writing *writing, const struct field *benefit) {
    struct text name = benefit->declaration->fund.text;
    const struct declaration *fund = name.length ? map_get(&writing->map->policy->fund_by_name, name) : NULL;
    if (!fund) return;
    const struct fhir_code code = {writing->map->funds, name, label_or_name(fund->label, name, LANGUAGE_ZH)};
    write_concept(writing, "reason", code, both_labels(writing->arena, fund->label, name));
}

static void write_adjudication(struct writing *writing) {
    const struct settled_bill *bill = bill_of(writing);
    bool any = false;
    for (size_t i = 0; i < bill->count; i++) {
        const struct settlement_part *part = &bill->parts[i];
        if (!is_layer(writing, part)) continue;
        if (!any) open_array(writing, "adjudication");
        any = true;
        json_write_object(writing->json);
        write_concept(writing, "category", code_of(writing, part->field),
                      both_labels(writing->arena, part->field->label, part->field->name));
        write_fund(writing, part->field);
        if (part->known) write_amount(writing, "amount", part->amount);
        json_write_close_object(writing->json);
    }
    if (any) json_write_close_array(writing->json);
}

static void write_total_of(struct writing *writing, const char *code, int64_t amount) {
    const struct fhir_code category = {TEXT("http://terminology.hl7.org/CodeSystem/adjudication"), text_from(code),
                                       TEXT("")};
    json_write_object(writing->json);
    write_concept(writing, "category", category, TEXT(""));
    write_amount(writing, "amount", amount);
    json_write_close_object(writing->json);
}

/* What was submitted, what is paid as far as it is known, and what is left. */
static void write_total(struct writing *writing) {
    const struct settled_bill *bill = bill_of(writing);
    int64_t paid = 0;
    bool fits = true;
    open_array(writing, "total");
    write_total_of(writing, "submitted", bill->total);
    for (size_t i = 0; i < bill->count; i++) {
        const struct settlement_part *part = &bill->parts[i];
        if (is_layer(writing, part) && part->known) fits = !__builtin_add_overflow(paid, part->amount, &paid) && fits;
    }
    if (fits) write_total_of(writing, "benefit", paid);
    for (size_t i = 0; i < bill->count; i++) {
        const struct settlement_part *part = &bill->parts[i];
        if (is_layer(writing, part) || !part->known) continue;
        json_write_object(writing->json);
        write_concept(writing, "category", code_of(writing, part->field),
                      both_labels(writing->arena, part->field->label, part->field->name));
        write_amount(writing, "amount", part->amount);
        json_write_close_object(writing->json);
    }
    json_write_close_array(writing->json);
}

/* Notes are numbered; the array is opened by the first. */
static void write_note(struct writing *writing, size_t *count, const struct diagnostic *said) {
    if (*count == 0) open_array(writing, "processNote");
    (*count)++;
    json_write_object(writing->json);
    json_write_key(writing->json, "number");
    json_write_integer(writing->json, (int64_t)*count);
    key_text(writing, "type", TEXT("display"));
    key_text(writing, "text", remark(writing->arena, said));
    json_write_close_object(writing->json);
}

static struct text amount_shown(struct writing *writing, const struct settled_bill *bill, size_t part) {
    bool known = part < bill->count && bill->parts[part].known;
    return known ? fhir_amount(writing->map, writing->arena, bill->parts[part].amount) : TEXT("–");
}

static void write_effect(struct writing *writing, size_t *count, const struct settlement_effect *effect) {
    const struct settled_bill *whole = effect->after.count ? &effect->after : &effect->before;
    for (size_t i = 0; i < whole->count; i++) {
        const struct field *field = whole->parts[i].field;
        struct text before = amount_shown(writing, &effect->before, i),
                    after = amount_shown(writing, &effect->after, i);
        struct diagnostic said = message_of(EXCHANGE_FHIR_ANEW);
        if (text_equal(before, after)) continue;
        said.argument[0] = whole->by;
        said.argument[1] = day_format(writing->arena, whole->date);
        said.argument[2] = label_or_name(field->label, field->name, LANGUAGE_ZH);
        said.argument[3] = label_or_name(field->label, field->name, LANGUAGE_EN);
        said.argument[4] = text_format(writing->arena, "%.*s → %.*s %.*s", TEXT_ARG(before), TEXT_ARG(after),
                                       TEXT_ARG(writing->map->currency));
        write_note(writing, count, &said);
    }
}

static void write_notes(struct writing *writing) {
    const struct settled_bill *bill = bill_of(writing);
    size_t count = 0;
    for (size_t i = 0; i < bill->count && writing->request->act != SETTLEMENT_CANCEL; i++) {
        const struct settlement_part *part = &bill->parts[i];
        struct diagnostic said = message_of(EXCHANGE_FHIR_PART_OPEN);
        if (part->known || (part->missing[LANGUAGE_ZH].length == 0 && part->missing[LANGUAGE_EN].length == 0)) continue;
        said.argument[0] = label_or_name(part->field->label, part->field->name, LANGUAGE_ZH);
        said.argument[1] = label_or_name(part->field->label, part->field->name, LANGUAGE_EN);
        said.argument[2] = part->missing[LANGUAGE_ZH];
        said.argument[3] = part->missing[LANGUAGE_EN];
        write_note(writing, &count, &said);
    }
    for (size_t i = 0; i < bill->reports.count && writing->request->act != SETTLEMENT_CANCEL; i++) {
        const struct guarantee *guarantee = bill->reports.items[i];
        struct diagnostic said = message_of(EXCHANGE_FHIR_REPORT);
        said.argument[0] = label_or_name(guarantee->declaration->label, guarantee->name, LANGUAGE_ZH);
        said.argument[1] = label_or_name(guarantee->declaration->label, guarantee->name, LANGUAGE_EN);
        write_note(writing, &count, &said);
    }
    for (size_t i = 0; i < writing->answer->effects.count; i++)
        write_effect(writing, &count, &writing->answer->effects.items[i]);
    if (count) json_write_close_array(writing->json);
}

static void write_type(struct writing *writing) {
    open_object(writing, "type");
    if (writing->request->type_count) open_array(writing, "coding");
    for (size_t i = 0; i < writing->request->type_count; i++) write_coding(writing, writing->request->type[i]);
    if (writing->request->type_count) json_write_close_array(writing->json);
    json_write_close_object(writing->json);
}

/* What an answer of either kind begins with. */
static void write_head(struct writing *writing, const char *type, bool cancelled) {
    int64_t number = bill_of(writing)->settlement;
    json_write_object(writing->json);
    key_text(writing, "resourceType", text_from(type));
    if (!is_refused(writing) && number) {
        open_array(writing, "identifier");
        json_write_object(writing->json);
        key_text(writing, "value", text_format(writing->arena, "%" PRId64, number));
        json_write_close_object(writing->json);
        json_write_close_array(writing->json);
    }
    key_text(writing, "status", cancelled ? TEXT("cancelled") : TEXT("active"));
}

static void write_request(struct writing *writing) {
    open_object(writing, "request");
    open_object(writing, "identifier");
    key_text(writing, "system", writing->request->number.system);
    key_text(writing, "value", writing->request->number.value);
    json_write_close_object(writing->json);
    json_write_close_object(writing->json);
}

static void write_claim_response(struct writing *writing) {
    const struct fhir_request *request = writing->request;
    bool refused = is_refused(writing), cancelled = !refused && request->act == SETTLEMENT_CANCEL;
    write_head(writing, "ClaimResponse", cancelled);
    write_type(writing);
    key_text(writing, "use", request->use);
    write_party(writing, "patient", &request->patient);
    key_text(writing, "created", day_format(writing->arena, writing->answering->day));
    write_insurer(writing);
    write_party(writing, "requestor", &request->provider);
    write_request(writing);
    write_outcome(writing);
    if (!refused && !cancelled) {
        write_adjudication(writing);
        write_total(writing);
    }
    if (!refused) write_notes(writing);
    if (refused) write_error(writing);
    json_write_close_object(writing->json);
}

/* --- CoverageEligibilityResponse ---------------------------------------------------------------------------------- */

static void write_benefit(struct writing *writing, const struct field *field) {
    write_concept(writing, "type", code_of(writing, field), both_labels(writing->arena, field->label, field->name));
}

/* In the currency; false where it is none, or no decimal fraction. */
static bool fact_amount(struct writing *writing, const struct settlement_fact *fact, struct text *decimal) {
    struct number number;
    if (!fhir_is_money(&fact->field->type) || !number_parse_exact(writing->arena, fact->plain, &number)) return false;
    *decimal = number_exact(writing->arena, number_multiply(writing->arena, number, fact->field->scale));
    return json_is_number(*decimal);
}

static bool fact_is_count(const struct settlement_fact *fact) {
    enum { DIGITS_MOST = 9 };
    const struct type *type = &fact->field->type;
    bool count = type->kind == TYPE_NUMBER && fact->plain.length > 0 && fact->plain.length <= DIGITS_MOST;
    for (size_t i = 0; i < DIMENSIONS && count; i++) count = type->powers[i] == 0;
    for (size_t i = 0; i < fact->plain.length && count; i++) count = is_digit(fact->plain.bytes[i]);
    return count && json_is_number(fact->plain);
}

static void write_fact(struct writing *writing, const struct settlement_fact *fact) {
    struct text decimal;
    struct text shown = both(writing->arena, fact->shown[LANGUAGE_ZH], fact->shown[LANGUAGE_EN]);
    json_write_object(writing->json);
    write_benefit(writing, fact->field);
    if (fact_amount(writing, fact, &decimal)) {
        write_decimal(writing, "allowedMoney", decimal);
    } else if (fact_is_count(fact)) {
        json_write_key(writing->json, "allowedUnsignedInt");
        json_write_number(writing->json, fact->plain);
    } else {
        key_text(writing, "allowedString", shown);
    }
    json_write_close_object(writing->json);
}

static bool is_part(const struct settled_bill *bill, const struct field *field) {
    for (size_t i = 0; i < bill->count; i++)
        if (bill->parts[i].field == field) return true;
    return false;
}

/* Parts first, then what else the law found; those that are not known are not among them. */
static void write_insurance(struct writing *writing) {
    const struct settled_bill *bill = bill_of(writing);
    const struct fhir_party *coverage = &writing->request->coverage;
    struct text law =
        writing->map->policy->layers.items[writing->map->policy->layers.count - 1]->head->label[LANGUAGE_ZH];
    const struct fhir_party own = {.display = law.length ? law : policy_name(writing->map->policy)};
    open_array(writing, "insurance");
    json_write_object(writing->json);
    write_party(writing, "coverage", party_is_told(coverage) ? coverage : &own);
    size_t count = 0;
    for (size_t i = 0; i < bill->facts.list.count; i++) count += bill->facts.list.items[i].known;
    for (size_t i = 0; i < bill->count; i++) count += bill->parts[i].known;
    if (count) {
        open_array(writing, "item");
        json_write_object(writing->json);
        open_array(writing, "benefit");
        for (size_t i = 0; i < bill->count; i++) {
            if (!bill->parts[i].known) continue;
            json_write_object(writing->json);
            write_benefit(writing, bill->parts[i].field);
            write_amount(writing, "allowedMoney", bill->parts[i].amount);
            json_write_close_object(writing->json);
        }
        for (size_t i = 0; i < bill->facts.list.count; i++)
            if (bill->facts.list.items[i].known && !is_part(bill, bill->facts.list.items[i].field))
                write_fact(writing, &bill->facts.list.items[i]);
        json_write_close_array(writing->json);
        json_write_close_object(writing->json);
        json_write_close_array(writing->json);
    }
    json_write_close_object(writing->json);
    json_write_close_array(writing->json);
}

static void write_purposes(struct writing *writing) {
    static const char *const words[] = {"auth-requirements", "benefits", "discovery", "validation"};
    open_array(writing, "purpose");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (writing->request->purposes & 1U << i) json_write_string(writing->json, text_from(words[i]));
    json_write_close_array(writing->json);
}

static void write_eligibility_response(struct writing *writing) {
    const struct fhir_request *request = writing->request;
    write_head(writing, "CoverageEligibilityResponse", false);
    write_purposes(writing);
    write_party(writing, "patient", &request->patient);
    key_text(writing, "created", day_format(writing->arena, writing->answering->day));
    write_party(writing, "requestor", &request->provider);
    write_request(writing);
    write_outcome(writing);
    write_insurer(writing);
    if (is_refused(writing))
        write_error(writing);
    else
        write_insurance(writing);
    json_write_close_object(writing->json);
}

/* --- mistakes ----------------------------------------------------------------------------------------------------- */

/* Of those about an element the first argument is its path; of those that are missing there may be several. */
static void write_paths(struct writing *writing, const struct diagnostic *mistake) {
    size_t message = (size_t)(mistake->message - exchange_messages), from = 0;
    struct text paths = mistake->argument[0];
    if (message < EXCHANGE_FHIR_KIND || message > EXCHANGE_FHIR_TWICE || paths.length == 0) return;
    open_array(writing, "expression");
    for (size_t at = 0; at <= paths.length; at++) {
        bool ends = at == paths.length || (message == EXCHANGE_FHIR_MISSING && paths.bytes[at] == ',');
        if (!ends) continue;
        json_write_string(writing->json, text_trim(text_slice(paths, from, at)));
        from = at + 1;
    }
    json_write_close_array(writing->json);
}

static void write_issue(struct writing *writing, const struct diagnostic *mistake) {
    struct arena *arena = writing->arena;
    const struct fhir_code code = {writing->map->refusals, text_from(mistake->message->code), TEXT("")};
    struct text remedy =
        both(arena, diagnostic_remedy(arena, mistake, LANGUAGE_ZH), diagnostic_remedy(arena, mistake, LANGUAGE_EN));
    json_write_object(writing->json);
    key_text(writing, "severity", TEXT("error"));
    key_text(writing, "code", TEXT("invalid"));
    write_concept(writing, "details", code, remark(arena, mistake));
    if (mistake->at.line)
        remedy = text_format(arena, "%u:%u → %.*s", (unsigned)mistake->at.line, (unsigned)mistake->at.column,
                             TEXT_ARG(remedy));
    key_text(writing, "diagnostics", remedy);
    write_paths(writing, mistake);
    json_write_close_object(writing->json);
}

void fhir_write_mistakes(struct json_writer *writer, const struct fhir_answering *answering, size_t first,
                         size_t count) {
    struct writing writing = {writer, answering, answering->map, answering->arena, NULL, NULL};
    assert(count > 0 && first + count <= answering->diagnostics->list.count);
    json_write_object(writer);
    key_text(&writing, "resourceType", TEXT("OperationOutcome"));
    open_array(&writing, "issue");
    for (size_t i = first; i < first + count; i++) write_issue(&writing, &answering->diagnostics->list.items[i]);
    json_write_close_array(writer);
    json_write_close_object(writer);
}

/* --- documents ---------------------------------------------------------------------------------------------------- */

/* Where more mistakes were found than are listed, some request may have none that is. */
static void write_unread(struct writing *writing) {
    if (writing->request->mistakes) {
        fhir_write_mistakes(writing->json, writing->answering, writing->request->mistake, writing->request->mistakes);
        return;
    }
    json_write_object(writing->json);
    key_text(writing, "resourceType", TEXT("OperationOutcome"));
    open_array(writing, "issue");
    json_write_object(writing->json);
    key_text(writing, "severity", TEXT("error"));
    key_text(writing, "code", TEXT("invalid"));
    json_write_close_object(writing->json);
    json_write_close_array(writing->json);
    json_write_close_object(writing->json);
}

static void write_answer(struct writing *writing) {
    if (!writing->request->read)
        write_unread(writing);
    else if (writing->request->eligibility)
        write_eligibility_response(writing);
    else
        write_claim_response(writing);
}

/* In the answer to a batch each entry has the status of its own request. */
static void write_entry(struct writing *writing, bool batch) {
    bool read = writing->request->read;
    json_write_object(writing->json);
    if (read || !batch) {
        json_write_key(writing->json, "resource");
        write_answer(writing);
    }
    if (batch) {
        open_object(writing, "response");
        key_text(writing, "status", read ? TEXT("200") : TEXT("422"));
        if (!read) {
            json_write_key(writing->json, "outcome");
            write_answer(writing);
        }
        json_write_close_object(writing->json);
    }
    json_write_close_object(writing->json);
}

void fhir_write(struct json_writer *writer, const struct fhir_answering *answering, const struct fhir_told *told,
                const struct settlement_answer *answers) {
    struct writing writing = {writer, answering, answering->map, answering->arena, NULL, NULL};
    bool batch = text_is(told->bundle, "batch");
    assert(told->list.count > 0);
    if (told->bundle.length) {
        json_write_object(writer);
        key_text(&writing, "resourceType", TEXT("Bundle"));
        key_text(&writing, "type", batch ? TEXT("batch-response") : TEXT("collection"));
        open_array(&writing, "entry");
    }
    for (size_t i = 0; i < told->list.count; i++) {
        writing.request = &told->list.items[i];
        writing.answer = &answers[i];
        if (told->bundle.length)
            write_entry(&writing, batch);
        else
            write_answer(&writing);
    }
    if (told->bundle.length) {
        json_write_close_array(writer);
        json_write_close_object(writer);
    }
}
