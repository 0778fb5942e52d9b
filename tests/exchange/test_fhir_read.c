/* Bills that are told in FHIR: what each element says, what is refused with which words and where, every prefix of a
 * good document, and memory failing at every allocation. */
#include "failing.h"
#include "fhir_stage.h"

#include "exchange/fhir_tree.h"
#include "exchange/file.h"
#include "exchange/import.h"

static char room[DOCUMENT_ROOM];

static const struct fhir_request *only(const struct document *document) {
    assert_true(document->read);
    assert_int_equal(document->diagnostics.list.count, 0);
    assert_int_equal(document->told.list.count, 1);
    assert_true(document->told.list.items[0].read);
    return &document->told.list.items[0];
}

static const struct bill_value *told(const struct fhir_request *request, const char *input) {
    const struct field *field = entity_field(request->bill.event, text_from(input));
    assert_non_null(field);
    return &request->bill.values[field->input_index];
}

static void assert_amount(const struct fhir_request *request, const char *input, int64_t fen) {
    assert_true(told(request, input)->known);
    assert_true(told(request, input)->lane == fen);
}

static void assert_day(const struct fhir_request *request, const char *input, const char *day) {
    day_number wanted;
    assert_true(day_parse(text_from(day), &wanted));
    assert_amount(request, input, wanted);
}

/* All that claim.json says. */
static void assert_claim(const struct fhir_request *request, enum settlement_act act) {
    assert_int_equal(request->act, act);
    assert_true(text_is(told(request, "bill_number")->text, "A1"));
    assert_true(text_is(told(request, "hospital")->text, "HZ"));
    assert_day(request, "admitted", "2018-06-01");
    assert_day(request, "discharged", "2018-06-08");
    assert_amount(request, "care", 0);
    assert_amount(request, "in_scope", 1000000); /* 6000.505 + 3999.495 */
    assert_amount(request, "out_of_scope", 80000);
    assert_amount(request, "total", 1080000);
    assert_amount(request, "deposit", 50000);
    assert_amount(request, "referred", 1);
    assert_false(told(request, "emergency")->known);
    assert_false(told(request, "paid_on_receipt")->known);
}

static void assert_matched(const struct fhir_request *request) {
    assert_int_equal(request->bill.parent.length, 0);
    assert_non_null(request->bill.input);
    assert_true(text_is(request->bill.input->name, "citizen_id"));
    assert_true(text_is(request->bill.match, "11010519491231002X"));
}

static void a_claim_is_a_bill(void **state) {
    struct fhir_stage *stage = *state;
    struct document document;
    read_document(&document, &stage->map, asked("claim", room));
    assert_claim(only(&document), SETTLEMENT_SETTLE);
    assert_matched(only(&document));
    assert_true(text_is(only(&document)->use, "claim"));
    assert_true(text_is(only(&document)->number.system, "urn:example:hospital-bills"));
    assert_int_equal(document.told.bundle.length, 0);
    close_document(&document);
}

static void whom_it_is_about_may_be_contained(void **state) {
    struct fhir_stage *stage = *state;
    struct document document;
    read_document(&document, &stage->map, asked("contained", room));
    assert_claim(only(&document), SETTLEMENT_SETTLE);
    assert_matched(only(&document)); /* its letter a capital */
    assert_true(text_is(only(&document)->insurer.reference, "Organization/53"));
    assert_int_equal(only(&document)->patient.reference.length, 0);
    close_document(&document);
}

static void a_claim_corrects_cancels_or_asks(void **state) {
    struct fhir_stage *stage = *state;
    struct document document;
    read_document(&document, &stage->map, asked("correction", room));
    assert_claim(only(&document), SETTLEMENT_CORRECT);
    close_document(&document);
    read_document(&document, &stage->map, asked("preauthorization", room));
    assert_claim(only(&document), SETTLEMENT_QUOTE);
    assert_true(text_is(only(&document)->bill.parent, "P1"));
    assert_null(only(&document)->bill.input);
    close_document(&document);
    read_document(&document, &stage->map, asked("cancelled", room));
    assert_int_equal(only(&document)->act, SETTLEMENT_CANCEL);
    assert_true(text_is(told(only(&document), "bill_number")->text, "A1"));
    assert_true(text_is(told(only(&document), "hospital")->text, "HZ"));
    assert_false(told(only(&document), "in_scope")->known);
    assert_false(told(only(&document), "discharged")->known);
    assert_matched(only(&document)); /* nobody cancels the bill of another patient */
    close_document(&document);
}

static void read_quotes(struct document *document, const struct fhir_map *map, struct text text) {
    open_document(document, text);
    document->read =
        fhir_read_quotes(&document->told, map, &document->source, &document->arena, &document->diagnostics);
}

/* Where nothing is to be kept a resource asks for a quote, whatever it says; but nothing can be quoted of an end. */
static void whatever_is_asked_for_may_be_quoted(void **state) {
    struct fhir_stage *stage = *state;
    static const char *const quoted[] = {"claim", "correction", "eligibility", "preauthorization"};
    struct document document;
    for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++) {
        read_quotes(&document, &stage->map, asked(quoted[i], room));
        assert_int_equal(only(&document)->act, SETTLEMENT_QUOTE);
        close_document(&document);
    }
    read_quotes(&document, &stage->map, asked("cancelled", room));
    assert_true(document.read);
    assert_false(document.told.list.items[0].read);
    assert_int_equal(document.diagnostics.list.count, 1);
    const struct diagnostic *said = &document.diagnostics.list.items[0];
    assert_string_equal(said->message->code, "fhir-quotes-cancel");
    assert_string_equal(said->argument[0].bytes, "Claim.status");
    close_document(&document);
}

static void an_eligibility_request_is_a_quote(void **state) {
    struct fhir_stage *stage = *state;
    struct document document;
    read_document(&document, &stage->map, asked("eligibility", room));
    const struct fhir_request *request = only(&document);
    assert_int_equal(request->act, SETTLEMENT_QUOTE);
    assert_true(request->eligibility);
    assert_int_equal(request->purposes, FHIR_BENEFITS | FHIR_VALIDATION);
    assert_amount(request, "in_scope", 1000000); /* 8 at 1250 */
    assert_amount(request, "out_of_scope", 80000);
    assert_amount(request, "referred", 1);
    assert_day(request, "admitted", "2018-06-01");
    assert_day(request, "discharged", "2018-06-08");
    assert_true(text_is(request->coverage.reference, "Coverage/7"));
    close_document(&document);
}

static void a_bundle_is_several(void **state) {
    struct fhir_stage *stage = *state;
    struct document document;
    read_document(&document, &stage->map, asked("collection", room));
    assert_claim(only(&document), SETTLEMENT_SETTLE);
    assert_matched(only(&document));
    close_document(&document);
    read_document(&document, &stage->map, asked("batch", room));
    assert_true(document.read);
    assert_int_equal(document.told.list.count, 2);
    assert_true(document.told.list.items[0].read);
    assert_claim(&document.told.list.items[0], SETTLEMENT_SETTLE);
    assert_false(document.told.list.items[1].read); /* alone */
    assert_int_equal(document.told.list.items[1].mistake, 0);
    assert_int_equal(document.told.list.items[1].mistakes, 1);
    assert_true(
        text_is(document.diagnostics.list.items[0].argument[0], "Bundle.entry[1].resource.item[2].net.currency"));
    close_document(&document);
}

/* --- what is refused ---------------------------------------------------------------------------------------------- */

/* A document in which the first `old` is `new`. */
static struct text changed(const char *name, const char *old, const char *new, char out[DOCUMENT_ROOM]) {
    struct text whole = asked(name, room);
    room[whole.length] = '\0';
    const char *at = strstr(room, old);
    assert_non_null(at);
    int length = snprintf(out, DOCUMENT_ROOM, "%.*s%s%s", (int)(at - room), room, new, at + strlen(old));
    assert_true(length > 0 && length < DOCUMENT_ROOM);
    return (struct text){out, (size_t)length};
}

struct mistake {
    const char *name, *old, *new, *code, *path;
    uint32_t line; /* 0: it does not matter */
};

#define NET "{\"value\": 3999.495, \"currency\": \"CNY\"}"
#define ID "\"value\": \"11010519491231002X\""
#define PATIENT "{\"identifier\": {\"system\": \"urn:oid:2.16.156.10011.1.3\", " ID "}}"
#define BOTH(to, system, value)                                                                                        \
    "{\"reference\": \"" to "\", \"identifier\": {\"system\": \"" system "\", \"value\": \"" value "\"}}"
#define SUBTYPE                                                                                                        \
    "{\"system\": \"http://terminology.hl7.org/CodeSystem/v3-ActCode\", \"code\": \"IMP\", \"display\": \"inpatient "  \
    "encounter\"}"

static const struct mistake mistakes[] = {
    {"claim", "\"active\"", "\"active\",,", "fhir-json-unexpected", NULL, 4},
    {"claim", "\"active\"", "\"act\\qive\"", "fhir-json-escape", NULL, 4},
    {"claim", "\"active\"", "\"act\x01ive\"", "fhir-json-control", NULL, 4},
    {"claim", "\"active\"", "\"act\xffive\"", "fhir-json-utf8", NULL, 4},
    {"claim", "8e2", "-", "fhir-json-number", NULL, 45},
    {"claim", "\"status\"", "\"use\"", "fhir-json-twice", NULL, 7},
    {"claim", "\"CNY\"}\n}", "\"CNY\"}\n", "fhir-json-truncated", NULL, 0},
    {"claim", "\"CNY\"}\n}", "\"CNY\"}\n} {", "fhir-json-trailing", NULL, 49},
    {"claim", "\"resourceType\": \"Claim\"", "\"resourceType\": \"Patient\"", "fhir-resource", "Patient", 1},
    {"claim", "\"resourceType\": \"Claim\"", "\"resourceType\": 7", "fhir-resource", "Resource", 1},
    {"claim", "\"status\": \"active\",", "", "fhir-missing", "Claim.status", 1},
    {"claim", "\"active\"", "\"draft\"", "fhir-word", "Claim.status", 4},
    {"claim", "\"active\"", "true", "fhir-kind", "Claim.status", 4},
    {"claim", "\"use\": \"claim\"", "\"use\": \"bill\"", "fhir-word", "Claim.use", 7},
    {"claim", "\"use\": \"claim\",", "", "fhir-missing", "Claim.use", 1},
    {"cancelled", "\"use\": \"claim\"", "\"use\": \"predetermination\"", "fhir-cancels-quote", "Claim.status", 4},
    {"claim", "\"status\"", "\"implicitRules\": \"urn:x\", \"status\"", "fhir-rules", "Claim.implicitRules", 4},
    {"claim", "\"net\": " NET, "\"net\": " NET ", \"modifierExtension\": [{\"url\": \"urn:x\"}]", "fhir-modifier",
     "Claim.item[1].modifierExtension", 39},
    {"contained", "\"id\": \"p\",", "\"id\": \"p\", \"modifierExtension\": [],", "fhir-modifier",
     "Claim.contained[0].modifierExtension", 6},
    {"contained", "\"id\": \"o\"", "\"id\": \"p\"", "fhir-id-twice", "Claim.contained[1].id", 7},
    {"contained", "\"#p\"", "\"#q\"", "fhir-nowhere", "Claim.patient.reference", 12},
    {"contained", "\"use\": \"old\", ", "", "fhir-identifiers", "Claim.contained[0].identifier[1]", 6},
    {"contained", "\"system\": \"urn:doudi:yunnan-2018:hospital\"", "\"system\": \"urn:x\"", "fhir-unidentified",
     "Claim.provider", 0},
    {"contained", "{\"reference\": \"#p\"}", BOTH("#p", "urn:oid:2.16.156.10011.1.3", "110105194912310038"),
     "fhir-other-party", "Claim.patient.identifier", 12},
    {"contained", "{\"reference\": \"#o\"}", BOTH("#o", "urn:doudi:yunnan-2018:hospital", "HY"), "fhir-other-party",
     "Claim.provider.identifier", 16},
    {"contained", "{\"reference\": \"#o\"}", BOTH("#o", "urn:doudi:yunnan-2018:hospital", "hz"), "fhir-other-party",
     "Claim.provider.identifier", 16},
    {"claim", "\"type\": {", "\"types\": {", "fhir-missing", "Claim.type", 1},
    {"claim", "\"code\": \"institutional\"", "\"codes\": \"institutional\"", "fhir-missing",
     "Claim.type.coding[0].code", 5},
    {"claim", "\"institutional\"", "\"in stitutional\"", "fhir-space", "Claim.type.coding[0].code", 5},
    {"claim", "\"IMP\"", "\"HH\"", "fhir-code", "Claim.subType", 6},
    {"claim", SUBTYPE,
     SUBTYPE ", {\"system\": \"http://terminology.hl7.org/CodeSystem/v3-ActCode\", \"code\": \"AMB\"}", "fhir-codes",
     "Claim.subType.coding[1]", 6},
    {"claim", "\"identifier\": [{\"system\": \"urn:example:hospital-bills\", \"value\": \"A1\"}],", "", "fhir-missing",
     "Claim.identifier", 1},
    {"claim", "\"value\": \"A1\"}", "\"value\": \"A1\"}, {\"value\": \"A2\"}", "fhir-identifiers",
     "Claim.identifier[1]", 3},
    {"claim", "\"value\": \"A1\"", "\"value\": \"\"", "fhir-text", "Claim.identifier[0].value", 3},
    {"claim", "\"value\": \"A1\"", "\"value\": \"A\\u202e1\"", "fhir-text", "Claim.identifier[0].value", 3},
    {"claim", "\"patient\": " PATIENT ",", "", "fhir-missing", "Claim.patient", 1},
    {"claim", PATIENT, "{\"reference\": \"Organization/P1\"}", "fhir-nowhere", "Claim.patient.reference", 8},
    {"claim", PATIENT, "{\"reference\": \"http://elsewhere/Patient/P1\"}", "fhir-nowhere", "Claim.patient.reference",
     8},
    {"claim", PATIENT, "{\"reference\": \"Patient/P1/_history/2\"}", "fhir-nowhere", "Claim.patient.reference", 8},
    {"claim", PATIENT, "{\"display\": \"Li Hua\"}", "fhir-unidentified", "Claim.patient", 8},
    {"claim", ID, "\"value\": \"110105194912310021\"", "fhir-check", "Claim.patient.identifier.value", 8},
    {"claim", "{\"reference\": \"Organization/HZ\"}", "\"HZ\"", "fhir-kind", "Claim.provider", 11},
    {"claim", "\"2018-06-01\"", "\"2018-06\"", "fhir-not-a-day", "Claim.billablePeriod.start", 9},
    {"claim", "\"2018-06-01\"", "\"2018-02-30\"", "fhir-not-a-day", "Claim.billablePeriod.start", 9},
    {"claim", "16:30:00+08:00", "16:30:00", "fhir-not-a-day", "Claim.billablePeriod.end", 9},
    {"claim", "16:30:00+08:00", "24:30:00+08:00", "fhir-not-a-day", "Claim.billablePeriod.end", 9},
    {"claim", "\"2018-06-01\"", "\"2009-12-31\"", "fhir-out-of-range", "Claim.billablePeriod.start", 9},
    {"claim", "\"start\": \"2018-06-01\", ", "\"start\": \"2018-06-01\", \"ends\": \"2018-06-01\", \"_",
     "fhir-json-unexpected", NULL, 9},
    {"claim", ", \"end\": \"2018-06-08T16:30:00+08:00\"", "", "fhir-missing", "Claim.billablePeriod.end", 1},
    {"claim", "\"valueBoolean\": true", "\"valueString\": \"yes\"", "fhir-missing",
     "Claim.supportingInfo[0].valueBoolean", 14},
    {"claim", "\"valueBoolean\": true", "\"valueBoolean\": \"true\"", "fhir-kind",
     "Claim.supportingInfo[0].valueBoolean", 18},
    {"claim", "\"code\": \"deposit\"}]},", "\"code\": \"referred\"}]}, \"valueBoolean\": false,", "fhir-twice",
     "Claim.supportingInfo[1].valueBoolean", 23},
    {"claim", "\"value\": 500,", "\"value\": 500, \"comparator\": \"<\",", "fhir-comparator",
     "Claim.supportingInfo[1].valueQuantity.comparator", 24},
    {"claim", "\"code\": \"CNY\"", "\"unit\": \"CNY\"", "fhir-no-currency",
     "Claim.supportingInfo[1].valueQuantity.code", 24},
    {"claim", NET, "{\"value\": 3999.495, \"currency\": \"USD\"}", "fhir-currency", "Claim.item[1].net.currency", 39},
    {"claim", NET, "{\"value\": 3999.495}", "fhir-no-currency", "Claim.item[1].net.currency", 39},
    {"claim", NET, "{\"currency\": \"CNY\"}", "fhir-missing", "Claim.item[1].net.value", 39},
    {"claim", NET, "{\"value\": \"3999.495\", \"currency\": \"CNY\"}", "fhir-kind", "Claim.item[1].net.value", 39},
    {"claim", NET, "{\"value\": 3999.4951, \"currency\": \"CNY\"}", "fhir-off-step", "Claim.item[1].net", 39},
    {"claim", NET, "{\"value\": 3e31, \"currency\": \"CNY\"}", "fhir-too-large", "Claim.item[1].net.value", 39},
    {"claim", NET, "{\"value\": 10000000.495, \"currency\": \"CNY\"}", "fhir-out-of-range", "Claim.item[1].net", 39},
    {"claim", NET, "{\"value\": -6000.515, \"currency\": \"CNY\"}", "fhir-out-of-range", "Claim.item[1].net", 39},
    {"claim", "\"net\": " NET, "\"gross\": " NET, "fhir-missing", "Claim.item[1].net", 35},
    {"claim", "\"code\": \"out_of_scope\"", "\"code\": \"else\"", "fhir-code", "Claim.item[2].category", 43},
    {"claim", "\"category\": {\"coding\": [{\"system\": \"urn:doudi:yunnan-2018:bill\", \"code\": \"out_of_scope\"}]},",
     "", "fhir-missing", "Claim.item[2].category", 41},
    {"claim", "10800.00", "10800.001", "fhir-off-step", "Claim.total", 48},
    {"correction", "{\"value\": \"A1\"}}, \"rel", "{\"value\": \"A0\"}}, \"rel", "fhir-related",
     "Claim.related[0].claim.identifier", 8},
    {"eligibility", "\"active\"", "\"cancelled\"", "fhir-word", "CoverageEligibilityRequest.status", 13},
    {"eligibility", "\"benefits\", ", "\"benefit\", ", "fhir-word", "CoverageEligibilityRequest.purpose[0]", 14},
    {"eligibility", "[\"benefits\", \"validation\"]", "[]", "fhir-missing", "CoverageEligibilityRequest.purpose", 1},
    {"eligibility", "\"final\"", "\"entered-in-error\"", "fhir-word", "CoverageEligibilityRequest.contained[0].status",
     4},
    {"eligibility", "\"#referred\"", "\"#other\"", "fhir-nowhere",
     "CoverageEligibilityRequest.supportingInfo[0].information", 20},
    {"eligibility", ", \"end\": \"2018-06-08\"", "", "fhir-missing", "CoverageEligibilityRequest.servicedPeriod.end",
     1},
    {"eligibility", "\"unitPrice\": {\"value\": 1250.00", "\"unitPrice\": {\"value\": 1250.001", "fhir-off-step",
     "CoverageEligibilityRequest.item[0].unitPrice", 26},
    {"claim", "\"status\": \"active\",\n  \"type\"", "\"types\"", "fhir-missing", "Claim.status, Claim.type", 1},
    {"batch", "\"POST\"", "\"PUT\"", "fhir-method", "Bundle.entry[0].request.method", 5},
    {"batch", "\"batch\"", "\"transaction\"", "fhir-bundle", "Bundle.type", 1},
    {"batch", "\"resourceType\": \"Claim\"", "\"resourceType\": \"Patient\"", "fhir-resource",
     "Bundle.entry[0].resource", 7},
    {"collection", "\"resourceType\": \"Claim\"", "\"resourceType\": \"Coverage\"", "fhir-empty", "Bundle.entry", 1},
    {"collection", "{\"resource\":", "{\"fullUrl\": \"urn:uuid:5e1c8a52-61b2-4a4e-9f4e-6a0f0f6d1d11\", \"resource\":",
     "fhir-id-twice", "Bundle.entry[1].fullUrl", 0},
    {"collection", "\"resourceType\": \"Patient\",", "\"resourceType\": \"Patient\", \"modifierExtension\": [{}],",
     "fhir-modifier", "Bundle.entry[1].resource.modifierExtension", 0},
    {"collection", "\"resourceType\": \"Bundle\"", "\"resourceType\": \"Bundle\", \"implicitRules\": \"urn:x\"",
     "fhir-rules", "Bundle.implicitRules", 2},
};

static void check_mistake(const struct fhir_map *map, const struct mistake *mistake) {
    static char out[DOCUMENT_ROOM];
    struct document document;
    read_document(&document, map, changed(mistake->name, mistake->old, mistake->new, out));
    for (size_t i = 0; i < document.told.list.count; i++) assert_false(document.told.list.items[i].read);
    assert_true(document.diagnostics.list.count > 0);
    const struct diagnostic *said = &document.diagnostics.list.items[0];
    assert_string_equal(said->message->code, mistake->code);
    if (mistake->path) assert_string_equal(said->argument[0].bytes, mistake->path);
    if (mistake->line) assert_int_equal(said->at.line, mistake->line);
    assert_true(said->at.column > 0);
    for (int language = 0; language < LANGUAGES; language++) {
        assert_true(diagnostic_text(&document.arena, said, (enum language)language).length > 0);
        assert_true(diagnostic_remedy(&document.arena, said, (enum language)language).length > 0);
    }
    close_document(&document);
}

static void each_mistake_is_told_where_it_is(void **state) {
    struct fhir_stage *stage = *state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) check_mistake(&stage->map, &mistakes[i]);
}

/* Who is named twice by the same number, or by another kind of number, is one. */
static void a_reference_may_say_the_same(void **state) {
    struct fhir_stage *stage = *state;
    static char out[DOCUMENT_ROOM];
    static const char *const same[][2] = {
        {"{\"reference\": \"#p\"}", BOTH("#p", "urn:oid:2.16.156.10011.1.3", "11010519491231002X")}, /* or x */
        {"{\"reference\": \"#p\"}", BOTH("#p", "urn:example:cards", "7")},
        {"{\"reference\": \"#o\"}", BOTH("#o", "urn:doudi:yunnan-2018:hospital", "HZ")},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct document document;
        read_document(&document, &stage->map, changed("contained", same[i][0], same[i][1], out));
        assert_claim(only(&document), SETTLEMENT_SETTLE);
        assert_matched(only(&document));
        close_document(&document);
    }
}

static void check_text(const struct fhir_map *map, struct text text, const char *code) {
    struct document document;
    read_document(&document, map, text);
    assert_false(document.read);
    assert_int_equal(document.diagnostics.list.count, 1);
    assert_string_equal(document.diagnostics.list.items[0].message->code, code);
    close_document(&document);
}

/* What several lead to is told of where it is, and each of them is refused. */
static void what_is_wrong_elsewhere_refuses_all_that_lead_there(void **state) {
    struct fhir_stage *stage = *state;
    static const char *const wrong[] = {"\"modifierExtension\": [{}]",
                                        "\"identifier\": [{\"system\": \"urn:oid:2.16.156.10011.1.3\"}]"};
    static char whole[DOCUMENT_ROOM], claim[DOCUMENT_ROOM];
    for (size_t i = 0; i < 2; i++) {
        struct document document;
        changed("claim", PATIENT, "{\"reference\": \"Patient/p\"}", claim);
        int length = snprintf(
            whole, sizeof whole,
            "{\"resourceType\": \"Bundle\", \"type\": \"collection\", \"entry\": [{\"resource\": %s}, {\"resource\": "
            "%s}, {\"resource\": {\"resourceType\": \"Patient\", \"id\": \"p\", %s}}]}",
            claim, claim, wrong[i]);
        read_document(&document, &stage->map, (struct text){whole, (size_t)length});
        assert_int_equal(document.told.list.count, 2);
        for (size_t k = 0; k < 2; k++) assert_false(document.told.list.items[k].read);
        assert_int_equal(document.diagnostics.list.count, 2);
        assert_int_equal(document.told.list.items[1].mistakes, 1);
        assert_string_equal(document.diagnostics.list.items[1].message->code, "fhir-elsewhere");
        close_document(&document);
    }
}

static void what_is_too_long_or_too_deep_is_not_read(void **state) {
    struct fhir_stage *stage = *state;
    static char text[FHIR_BYTES_MAX + 1];
    memset(text, ' ', sizeof text);
    check_text(&stage->map, (struct text){text, sizeof text}, "fhir-too-long");
    check_text(&stage->map, (struct text){text, sizeof text - 1}, "fhir-json-truncated");
    memset(text, '[', JSON_DEPTH_MAX + 1);
    check_text(&stage->map, (struct text){text, JSON_DEPTH_MAX + 1}, "fhir-json-deep");
}

static void a_number_has_so_many_bytes(void **state) {
    struct fhir_stage *stage = *state;
    static char out[DOCUMENT_ROOM];
    struct document document;
    for (size_t more = 0; more < 2; more++) {
        char number[IMPORT_TEXT_BYTES_MAX + 4] = "\"";
        memset(number + 1, '7', IMPORT_TEXT_BYTES_MAX + more);
        number[IMPORT_TEXT_BYTES_MAX + more + 1] = '"';
        read_document(&document, &stage->map, changed("claim", "\"A1\"", number, out));
        assert_int_equal(document.told.list.items[0].read, more == 0);
        close_document(&document);
    }
}

static void a_mistake_names_no_sealed_number(void **state) {
    struct fhir_stage *stage = *state;
    static char out[DOCUMENT_ROOM];
    struct document document;
    struct builder shown;
    read_document(&document, &stage->map, changed("claim", ID, "\"value\": \"110105194912310021\"", out));
    builder_init(&shown);
    for (size_t i = 0; i < document.diagnostics.list.count; i++)
        builder_add(&shown, diagnostic_text(&document.arena, &document.diagnostics.list.items[i], LANGUAGE_EN));
    assert_null(strstr(builder_text(&shown).bytes, "110105194912310021"));
    builder_free(&shown);
    close_document(&document);
}

/* --- days and numbers --------------------------------------------------------------------------------------------- */

struct reading {
    const char *written, *meant;
};

static void a_day_is_that_of_the_policy(void **state) {
    static const struct reading days[] = {
        {"2018-06-08", "2018-06-08"},
        {"2018-06-08T00:00:00+08:00", "2018-06-08"},
        {"2018-06-08T15:59:59Z", "2018-06-08"},
        {"2018-06-08T16:00:00Z", "2018-06-09"},
        {"2018-06-08T23:59:59.999+08:00", "2018-06-08"},
        {"2018-06-08T01:00:00+09:30", "2018-06-07"},
        {"2018-06-30T18:00:00-05:00", "2018-07-01"},
    };
    struct fhir_stage *stage = *state;
    static char out[DOCUMENT_ROOM];
    struct document document;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        read_document(&document, &stage->map, changed("claim", "2018-06-08T16:30:00+08:00", days[i].written, out));
        assert_day(only(&document), "discharged", days[i].meant);
        close_document(&document);
    }
}

static void amounts_are_exact(void **state) {
    static const struct reading amounts[] = {
        {"0", "600050"},           {"0.005", "600051"},       {"0.0050", "600051"}, {"3999.495", "1000000"},
        {"3.999495e3", "1000000"}, {"3999495E-3", "1000000"}, {"1e-2", ""},         {"9993999.495", "1000000000"},
    };
    struct fhir_stage *stage = *state;
    static char out[DOCUMENT_ROOM];
    struct document document;
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        read_document(&document, &stage->map, changed("claim", "3999.495", amounts[i].written, out));
        bool good = amounts[i].meant[0] != '\0' && strcmp(amounts[i].written, "0") != 0;
        assert_int_equal(document.told.list.items[0].read, good);
        if (good) assert_amount(only(&document), "in_scope", strtol(amounts[i].meant, NULL, 10));
        close_document(&document);
    }
}

/* --- documents that are cut off, and memory that runs out --------------------------------------------------------- */

static void every_prefix_is_refused(void **state) {
    struct fhir_stage *stage = *state;
    struct text whole = asked("claim", room);
    for (size_t length = 0; length + 1 < whole.length; length++) {
        struct document document;
        read_document(&document, &stage->map, text_slice(whole, 0, length));
        assert_false(document.read);
        assert_int_equal(document.told.list.count, 0);
        assert_int_equal(document.diagnostics.list.count, 1);
        close_document(&document);
    }
}

/* What was read while memory ran out is never taken for a bill. */
static void memory_runs_out(void **state) {
    struct fhir_stage *stage = *state;
    static const char *const names[] = {"claim", "contained", "correction", "eligibility", "batch", "collection"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct text text = asked(names[i], room);
        size_t failed = 0;
        for (size_t taken = 0; taken < BLOCK; taken += BLOCK / 64)
            for (long successes = 0;; successes++) {
                struct document document = {.source = {.name = TEXT("asked.json"), .bytes = text}};
                begin_failing(&document.arena, taken, successes);
                diagnostics_init(&document.diagnostics, &document.arena);
                document.read =
                    fhir_read(&document.told, &stage->map, &document.source, &document.arena, &document.diagnostics);
                bool ran_out = memory_has_failed();
                assert_true(document.read == !ran_out);
                if (ran_out) assert_true(arena_failed(&document.arena));
                end_failing(&document.arena);
                failed += ran_out;
                if (!ran_out) break;
            }
        assert_true(failed > 3);
    }
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

static const char law[] =
    "```doudi\npolicy small\n  currency crown of %d ore\nfund aid\nentity shop\nentity person\n"
    "event bill in person dated day, number, shop at most 9 a year settled at shop by number of cost leaving own\n"
    "enum kind: small, large\n"
    "input person card : text check luhn\ninput person nick : text\n"
    "input bill day : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\ninput bill shop : shop\n"
    "input bill cost : money in 0 .. 1_000 crown\ninput bill size : kind\ninput bill many : count in 0 .. 9\n"
    "benefit bill help : money in 0 .. 1_000 crown\n  fund aid\n  pays shop\n  = min(cost, 1 crown)\n"
    "rule bill own : money = cost - help\n```\n";

#define HEADING "entity,input,element,system,code,value\n"
#define ROWS                                                                                                           \
    "bill,number,identifier,,,\nbill,shop,provider,,,\nbill,day,created,,,\nbill,cost,total,,,\n"                      \
    ",,Money.currency,,SEK,\n,,insurer,,I,\n"

static struct policy *small_policy(int coins, const char *table) {
    char text[2000];
    assert_true(snprintf(text, sizeof text, law, coins) < (int)sizeof text);
    struct policy *policy = policy_new();
    policy_begin_layer(policy, TEXT("small"));
    policy_add_file(policy, TEXT("law.md"), text_from(text));
    if (table) policy_add_file(policy, TEXT("tables/fhir.csv"), text_from(table));
    assert_true(policy_compile(policy)); /* the language asks nothing of the table */
    return policy;
}

static bool read_table_of(int coins, const char *table, const char *code, uint32_t line) {
    struct arena arena;
    struct diagnostics diagnostics;
    struct fhir_map map;
    struct policy *policy = small_policy(coins, table);
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    bool read = fhir_map_read(&map, policy, settled_entity(policy), &arena, &diagnostics);
    assert_true(read == (diagnostics.list.count == 0));
    if (code) assert_true(diagnostics.list.count > 0);
    if (code) assert_string_equal(diagnostics.list.items[0].message->code, code);
    if (code) assert_int_equal(diagnostics.list.items[0].at.line, line);
    arena_free(&arena);
    policy_free(policy);
    return read;
}

static bool read_table(const char *table, const char *code, uint32_t line) {
    return read_table_of(100, table, code, line);
}

static void a_table_that_is_wrong_is_told(void **state) {
    (void)state;
    assert_true(read_table(HEADING ROWS, NULL, 0));
    assert_true(read_table(HEADING ROWS
                           "bill,size,type,urn:s,L,large\nperson,card,patient,urn:c,,\nperson,,patient,urn:i,,\n"
                           "shop,name,provider,,,\n",
                           NULL, 0));
    assert_false(read_table(NULL, "fhir-map-none", 0));
    assert_false(read_table("", "fhir-map-heading", 0));
    assert_false(read_table("entity,input\n" ROWS, "fhir-map-broken", 1));
    assert_false(read_table("entity,input,element,system,value,code\n" ROWS, "fhir-map-heading", 0));
    assert_false(read_table(HEADING "bill,day\n" ROWS, "fhir-map-broken", 2));
    static const struct reading rows[] = {
        {"nobody,day,created,,,\n", "fhir-map-entity"},
        {",day,created,,,\n", "fhir-map-entity"},
        {"bill,nothing,created,,,\n", "fhir-map-input"},
        {"bill,,created,,,\n", "fhir-map-input"},
        {"bill,own,total,,,\n", "fhir-map-input"},
        {"bill,day,nowhere,,,\n", "fhir-map-element"},
        {",,nowhere,,,\n", "fhir-map-element"},
        {"bill,number,created,,,\n", "fhir-map-unfit"},
        {"bill,cost,created,,,\n", "fhir-map-unfit"},
        {"bill,day,total,,,\n", "fhir-map-unfit"},
        {"bill,many,item.category,s,c,\n", "fhir-map-unfit"},
        {"bill,many,supportingInfo.code,s,c,\n", "fhir-map-unfit"},
        {"bill,number,provider,,,\n", "fhir-map-unfit"},
        {"bill,shop,identifier,,,\n", "fhir-map-unfit"},
        {"bill,number,type,s,c,v\n", "fhir-map-unfit"},
        {"bill,size,type,s,c,huge\n", "fhir-map-not-a-value"},
        {"bill,many,type,s,c,10\n", "fhir-map-not-a-value"},
        {"bill,size,type,s,c,\n", "fhir-map-no-value"},
        {"bill,day,created,,,2018-01-01\n", "fhir-map-value"},
        {"bill,size,type,s,,large\n", "fhir-map-no-code"},
        {"bill,day,created,,c,\n", "fhir-map-code"},
        {"person,card,patient,,,\n", "fhir-map-no-system"},
        {"person,nick,patient,s,,\n", "fhir-map-unchecked"},
        {"person,card,patient,s,c,\n", "fhir-map-code"},
        {"person,card,patient,s,,v\n", "fhir-map-value"},
        {",,dateTime,,,8\n", "fhir-map-clock"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char table[1000];
        snprintf(table, sizeof table, "%s%s%s", HEADING, rows[i].written, ROWS);
        assert_false(read_table(table, rows[i].meant, 2));
    }
    assert_false(read_table(HEADING ",,Money.currency,,SEK,\n,,insurer,,I,\n", "fhir-map-untold", 0));
    assert_true(read_table_of(8, HEADING ROWS, NULL, 0));
    assert_false(read_table_of(12, HEADING ROWS, "fhir-map-coin", 0));
    assert_false(read_table(HEADING
                            "bill,number,identifier,,,\nbill,shop,provider,,,\nbill,day,created,,,\n,,insurer,,I,\n",
                            "fhir-map-untold", 0));
}

/* --- another policy ----------------------------------------------------------------------------------------------- */

#define INFO(code, value) "{\"category\": {\"coding\": [{\"system\": \"s\", \"code\": \"" code "\"}]}" value "}"

static const char small_claim[] =
    "{\"resourceType\": \"Claim\", \"status\": \"active\", \"use\": \"claim\", \"type\": {\"coding\": [{\"code\": "
    "\"x\"}]}, \"identifier\": {\"value\": \"N1\"}, \"patient\": {\"identifier\": {\"system\": \"i\", \"value\": "
    "\"P/1\"}}, "
    "\"provider\": {\"reference\": \"Organization/S\"}, \"created\": \"2018-06-01T18:15:00Z\", \"supportingInfo\": "
    "[" INFO("number", ", \"valueString\": \"%s\"") ", " INFO("day", ", \"timingDate\": \"2018-06-02\"") ", " INFO(
        "many", "") ", " INFO("else", "") "]}";

/* Texts, days and counts as information; whose bill it is by the id itself; a clock that is no whole hour. */
static void another_policy_has_a_table_of_its_own(void **state) {
    (void)state;
    static const char table[] = HEADING "person,,patient,i,,\nbill,number,identifier,,,\nbill,shop,provider,,,\n"
                                        "bill,day,created,,,\nbill,number,supportingInfo.category,s,number,\n"
                                        "bill,day,supportingInfo.category,s,day,\n"
                                        "bill,many,supportingInfo.category,s,many,7\n,,Money.currency,,SEK,\n"
                                        ",,insurer,,I,\n,,dateTime,,,+05:45\n";
    struct policy *policy = small_policy(100, table);
    struct arena arena;
    struct diagnostics diagnostics;
    struct fhir_map map;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    assert_true(fhir_map_read(&map, policy, settled_entity(policy), &arena, &diagnostics));
    for (int otherwise = 0; otherwise < 2; otherwise++) {
        char text[2000];
        struct document document;
        assert_true(snprintf(text, sizeof text, small_claim, otherwise ? "N2" : "N1") < (int)sizeof text);
        read_document(&document, &map, text_from(text));
        if (otherwise) {
            assert_false(document.told.list.items[0].read);
            assert_string_equal(document.diagnostics.list.items[0].message->code, "fhir-twice");
        } else {
            assert_true(text_is(only(&document)->bill.parent, "P/1"));
            assert_day(only(&document), "day", "2018-06-02");
            assert_amount(only(&document), "many", 7);
        }
        close_document(&document);
    }
    arena_free(&arena);
    policy_free(policy);
}

/* A layer above brings a table in the place of the one below, or has that one. */
static void a_layer_may_bring_its_own_table(void **state) {
    (void)state;
    for (int own = 0; own < 2; own++) {
        struct arena arena;
        struct diagnostics diagnostics;
        struct fhir_map map;
        char text[2000];
        snprintf(text, sizeof text, law, 100);
        struct policy *policy = policy_new();
        policy_begin_layer(policy, TEXT("small"));
        policy_add_file(policy, TEXT("law.md"), text_from(text));
        policy_add_file(policy, TEXT("tables/fhir.csv"), TEXT(HEADING ROWS ",,dateTime,,,+01:00\n"));
        policy_begin_layer(policy, TEXT("top"));
        policy_add_file(policy, TEXT("law.md"), TEXT("```doudi\npolicy top extends small\n```\n"));
        if (own) policy_add_file(policy, TEXT("tables/fhir.csv"), TEXT(HEADING ROWS ",,dateTime,,,-02:30\n"));
        assert_true(policy_compile(policy));
        arena_init(&arena);
        diagnostics_init(&diagnostics, &arena);
        assert_true(fhir_map_read(&map, policy, settled_entity(policy), &arena, &diagnostics));
        assert_int_equal(map.clock, own ? -150 : 60);
        arena_free(&arena);
        policy_free(policy);
    }
}

/* Each has its place on the page, in both languages. */
static void every_element_is_on_the_page(void **state) {
    (void)state;
    static const char *const pages[] = {"docs/fhir.md", "docs/fhir.zh.md"};
    for (size_t page = 0; page < 2; page++) {
        struct file file;
        struct builder bytes;
        const struct fhir_element *element;
        assert_int_equal(file_open(&file, pages[page]), FILE_OK);
        builder_init(&bytes);
        builder_add(&bytes, file.bytes);
        for (size_t i = 0; (element = fhir_map_element(i)); i++) {
            char name[100];
            snprintf(name, sizeof name, "`%s`", element->name);
            assert_non_null(strstr(builder_text(&bytes).bytes, name));
        }
        builder_free(&bytes);
        file_close(&file);
    }
}

/* Without hours of its own a policy takes no time of day. */
static void a_time_needs_a_clock(void **state) {
    struct fhir_stage *stage = *state;
    struct fhir_map map = stage->map;
    struct document document;
    map.has_clock = false;
    read_document(&document, &map, asked("claim", room));
    assert_string_equal(document.diagnostics.list.items[0].message->code, "fhir-no-clock");
    close_document(&document);
}

static void a_map_needs_memory(void **state) {
    struct fhir_stage *stage = *state;
    size_t failed = 0;
    for (size_t taken = 0; taken < BLOCK; taken += BLOCK / 64) {
        struct arena arena;
        struct diagnostics diagnostics;
        struct fhir_map map;
        for (long successes = 0;; successes++) {
            begin_failing(&arena, taken, successes);
            diagnostics_init(&diagnostics, &arena);
            bool read = fhir_map_read(&map, stage->policy, settled_entity(stage->policy), &arena, &diagnostics);
            bool ran_out = memory_has_failed();
            assert_true(read == !ran_out);
            end_failing(&arena);
            failed += ran_out;
            if (!ran_out) break;
        }
    }
    assert_true(failed > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claim_is_a_bill),
        cmocka_unit_test(whom_it_is_about_may_be_contained),
        cmocka_unit_test(a_claim_corrects_cancels_or_asks),
        cmocka_unit_test(whatever_is_asked_for_may_be_quoted),
        cmocka_unit_test(an_eligibility_request_is_a_quote),
        cmocka_unit_test(a_bundle_is_several),
        cmocka_unit_test(each_mistake_is_told_where_it_is),
        cmocka_unit_test(a_reference_may_say_the_same),
        cmocka_unit_test(what_is_wrong_elsewhere_refuses_all_that_lead_there),
        cmocka_unit_test(what_is_too_long_or_too_deep_is_not_read),
        cmocka_unit_test(a_number_has_so_many_bytes),
        cmocka_unit_test(a_mistake_names_no_sealed_number),
        cmocka_unit_test(a_day_is_that_of_the_policy),
        cmocka_unit_test(amounts_are_exact),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(a_table_that_is_wrong_is_told),
        cmocka_unit_test(another_policy_has_a_table_of_its_own),
        cmocka_unit_test(a_layer_may_bring_its_own_table),
        cmocka_unit_test(every_element_is_on_the_page),
        cmocka_unit_test(a_time_needs_a_clock),
        cmocka_unit_test(a_map_needs_memory),
    };
    return cmocka_run_group_tests_name("fhir_read", tests, open_yunnan, close_yunnan);
}
