/* What a resource asks for, as a bill. */
#include "base/identifier.h"
#include "exchange/fhir_inside.h"

/* --- concepts ----------------------------------------------------------------------------------------------------- */

/* The row of the table that has one of a concept's codes. Two that have different ones contradict each other. */
static const struct fhir_row *find_code(struct fhir_reader *reader, const struct fhir_node *concept,
                                        const struct fhir_element *element) {
    const struct fhir_node *codings = fhir_take(reader, concept, "coding", JSON_ARRAY_BEGIN);
    const struct fhir_row *found = NULL;
    for (const struct fhir_node *coding = codings ? codings->first : NULL; coding; coding = coding->next) {
        size_t from = 0;
        for (const struct fhir_row *row; (row = fhir_map_row(reader->map, element, &from));) {
            if (!text_equal(fhir_child_text(coding, "code"), row->code) ||
                !text_equal(fhir_child_text(coding, "system"), row->system))
                continue;
            if (found && found != row) fhir_complain(reader, EXCHANGE_FHIR_CODES, coding, "", found->code, row->code);
            found = row;
        }
    }
    return found;
}

/* Its first code, for a mistake about it. */
static struct text shown_code(struct fhir_reader *reader, const struct fhir_node *concept) {
    const struct fhir_node *codings = fhir_child(concept, "coding");
    const struct fhir_node *coding = codings ? codings->first : NULL;
    return text_format(reader->arena, "%.*s|%.*s", TEXT_ARG(fhir_child_text(coding, "system")),
                       TEXT_ARG(fhir_child_text(coding, "code")));
}

static struct text wanted_codes(struct fhir_reader *reader, const struct fhir_element *element) {
    struct builder list;
    size_t from = 0;
    builder_init(&list);
    for (const struct fhir_row *row; (row = fhir_map_row(reader->map, element, &from));)
        builder_format(&list, "%s%.*s|%.*s", list.length ? ", " : "", TEXT_ARG(row->system), TEXT_ARG(row->code));
    return builder_finish(&list, reader->arena);
}

static void complain_code(struct fhir_reader *reader, const struct fhir_node *concept,
                          const struct fhir_element *element) {
    fhir_complain(reader, EXCHANGE_FHIR_CODE, concept, "", shown_code(reader, concept), wanted_codes(reader, element));
}

/* What is there decides; that a code is not known may not pass for nothing being said. */
static void read_coded(struct fhir_reader *reader, const struct fhir_node *resource,
                       const struct fhir_element *element) {
    const struct fhir_node *concept = fhir_take(reader, resource, element->name, JSON_OBJECT_BEGIN);
    if (!concept) return;
    const struct fhir_row *row = find_code(reader, concept, element);
    if (row)
        fhir_put(reader, row->input, concept, row->value);
    else
        complain_code(reader, concept, element);
}

/* --- items and information ---------------------------------------------------------------------------------------- */

/* What an item costs: its net amount; in a request that has none, so many at a price. */
static bool item_amount(struct fhir_reader *reader, const struct fhir_node *item, struct number *amount) {
    const char *key = reader->request->eligibility ? "unitPrice" : "net";
    struct number count = number_one;
    if (!fhir_child(item, key)) fhir_complain(reader, EXCHANGE_FHIR_MISSING, item, key, TEXT(""), TEXT(""));
    if (!fhir_take_money(reader, item, key, amount)) return false;
    if (!reader->request->eligibility || !fhir_child(item, "quantity")) return true;
    if (!fhir_take_count(reader, item, "quantity", &count)) return false;
    *amount = number_multiply(reader->arena, *amount, count);
    return true;
}

static void read_items(struct fhir_reader *reader, const struct fhir_node *resource,
                       const struct fhir_element *element) {
    struct sum {
        struct number amount;
        const struct fhir_node *node;
    } *sums = ARENA_ARRAY(reader->arena, struct sum, reader->map->event->inputs.count + 1);
    const struct fhir_node *items = fhir_take(reader, resource, element->parts[0], JSON_ARRAY_BEGIN);
    if (!items || !sums || arena_failed(reader->arena)) return;
    for (const struct fhir_node *item = items->first; item; item = item->next) {
        const struct fhir_node *concept = fhir_take(reader, item, element->parts[1], JSON_OBJECT_BEGIN);
        const struct fhir_row *row = find_code(reader, concept, element);
        struct number amount;
        if (!concept) {
            fhir_complain(reader, EXCHANGE_FHIR_MISSING, item, element->parts[1], TEXT(""), TEXT(""));
        } else if (!row) {
            complain_code(reader, concept, element);
        } else if (item_amount(reader, item, &amount)) {
            struct sum *sum = &sums[row->input->input_index];
            sum->amount = sum->node ? number_add(reader->arena, sum->amount, amount) : amount;
            sum->node = fhir_child(item, reader->request->eligibility ? "unitPrice" : "net");
        }
    }
    for (size_t i = 0; i < reader->map->event->inputs.count; i++)
        if (sums[i].node) fhir_put_amount(reader, reader->map->event->inputs.items[i], sums[i].node, sums[i].amount);
}

/* Of an information in a Claim, or of the Observation that one in the other request leads to. */
static void read_info_value(struct fhir_reader *reader, const struct fhir_node *info, const struct fhir_row *row) {
    const struct field *input = row->input;
    const struct type *type = &input->type;
    bool observed = fhir_child_text(info, "resourceType").length > 0;
    const char *key = type->kind == TYPE_BOOL   ? "valueBoolean"
                      : type->kind == TYPE_TEXT ? "valueString"
                      : type->kind == TYPE_DATE ? (observed ? "valueDateTime" : "timingDate")
                                                : "valueQuantity";
    const struct fhir_node *value = fhir_child(info, key);
    struct text text;
    struct number amount;
    day_number day;
    if (row->has_value) {
        fhir_put(reader, input, info, row->value);
    } else if (!value) {
        fhir_complain(reader, EXCHANGE_FHIR_MISSING, info, key, TEXT(""), TEXT(""));
    } else if (type->kind == TYPE_BOOL) {
        if (value->kind == JSON_TRUE || value->kind == JSON_FALSE)
            fhir_put(reader, input, value, value->kind == JSON_TRUE);
        else
            fhir_complain(reader, EXCHANGE_FHIR_KIND, value, "", TEXT("true / false"), TEXT(""));
    } else if (type->kind == TYPE_TEXT) {
        if (fhir_take_text(reader, info, key, &text)) fhir_put_text(reader, input, value, text);
    } else if (type->kind == TYPE_DATE) {
        if (fhir_take_day(reader, info, key, &day)) fhir_put_day(reader, input, value, day);
    } else if (fhir_take_quantity(reader, info, key, &amount)) {
        fhir_put_amount(reader, input, value, amount);
    }
}

/* What an information is about; NULL: nothing that can be read, which is told where it should be. */
static const struct fhir_node *info_of(struct fhir_reader *reader, const struct fhir_node *info) {
    if (!reader->request->eligibility) return info;
    const struct fhir_node *reference = fhir_take(reader, info, "information", JSON_OBJECT_BEGIN);
    const struct fhir_node *observation = fhir_follow(reader, reference);
    if (!reference || !fhir_child(reference, "reference")) return NULL;
    if (!observation)
        fhir_complain(reader, EXCHANGE_FHIR_NOWHERE, reference, "", fhir_child_text(reference, "reference"),
                      TEXT("Observation"));
    if (!text_is(fhir_child_text(observation, "resourceType"), "Observation")) return NULL;
    struct text status = fhir_child_text(observation, "status");
    if (text_is(status, "final") || text_is(status, "amended") || text_is(status, "corrected")) return observation;
    fhir_complain(reader, EXCHANGE_FHIR_WORD, observation, "status", status, TEXT("final, amended, corrected"));
    return NULL;
}

/* Information of which the table says nothing may be there. */
static void read_info(struct fhir_reader *reader, const struct fhir_node *resource,
                      const struct fhir_element *element) {
    const struct fhir_node *list = fhir_take(reader, resource, element->parts[0], JSON_ARRAY_BEGIN);
    for (const struct fhir_node *each = list ? list->first : NULL; each; each = each->next) {
        const struct fhir_node *info = info_of(reader, each);
        const struct fhir_node *concepts = fhir_child(info, element->parts[1]);
        /* Of an Observation several categories may be told. */
        bool several = concepts && concepts->kind == JSON_ARRAY_BEGIN;
        for (const struct fhir_node *concept = several ? concepts->first : concepts; concept;
             concept = several ? concept->next : NULL) {
            const struct fhir_row *row = find_code(reader, concept, element);
            if (row) read_info_value(reader, info, row);
        }
    }
}

/* --- the bill ----------------------------------------------------------------------------------------------------- */

static void read_patient(struct fhir_reader *reader, const struct fhir_node *resource,
                         const struct fhir_element *element) {
    struct bill *bill = &reader->request->bill;
    struct fhir_found found;
    if (!fhir_find_party(reader, resource, element, &found)) return;
    reader->request->patient = found.party;
    if (!found.row || !found.row->input) {
        bill->parent = found.value;
        return;
    }
    bill->input = found.row->input;
    bill->match = fhir_normalised(reader, found.value);
    if (identifier_scheme_known(bill->input->check) &&
        identifier_check(bill->input->check, bill->match, NULL) != IDENTIFIER_OK)
        fhir_complain(reader, EXCHANGE_FHIR_CHECK, found.node, "", TEXT(""), TEXT(""));
}

static void read_party(struct fhir_reader *reader, const struct fhir_node *resource,
                       const struct fhir_element *element) {
    struct fhir_found found;
    size_t from = 0;
    const struct fhir_row *row = fhir_map_row(reader->map, element, &from);
    if (!row || !fhir_find_party(reader, resource, element, &found)) return;
    reader->request->provider = found.party;
    fhir_put_text(reader, row->input, found.node, found.value);
}

static void read_number(struct fhir_reader *reader, const struct fhir_node *resource,
                        const struct fhir_element *element) {
    size_t from = 0;
    const struct fhir_node *number;
    const struct fhir_row *row = fhir_map_row(reader->map, element, &from);
    if (!row || !fhir_find_identifier(reader, resource, row->system, &number)) return;
    struct fhir_party *known_by = &reader->request->number;
    known_by->value = fhir_child_text(number, "value");
    if (fhir_child(number, "system")) fhir_take_code(reader, number, "system", &known_by->system);
    fhir_put_text(reader, row->input, fhir_child(number, "value"), known_by->value);
}

static void read_day(struct fhir_reader *reader, const struct fhir_node *resource, const struct fhir_element *element) {
    const struct fhir_node *within = resource;
    const char *key = element->parts[0];
    if (element->parts[1]) {
        within = fhir_take(reader, resource, key, JSON_OBJECT_BEGIN);
        key = element->parts[1];
    }
    day_number day;
    size_t from = 0;
    if (!within || !fhir_take_day(reader, within, key, &day)) return;
    for (const struct fhir_row *row; (row = fhir_map_row(reader->map, element, &from));)
        fhir_put_day(reader, row->input, fhir_child(within, key), day);
}

static void read_money(struct fhir_reader *reader, const struct fhir_node *resource,
                       const struct fhir_element *element) {
    struct number amount;
    size_t from = 0;
    if (!fhir_take_money(reader, resource, element->name, &amount)) return;
    for (const struct fhir_row *row; (row = fhir_map_row(reader->map, element, &from));)
        fhir_put_amount(reader, row->input, fhir_child(resource, element->name), amount);
}

static void read_element(struct fhir_reader *reader, const struct fhir_node *resource,
                         const struct fhir_element *element) {
    switch (element->holds) {
    case FHIR_HOLDS_IDENTIFIER: read_number(reader, resource, element); return;
    case FHIR_HOLDS_PATIENT: read_patient(reader, resource, element); return;
    case FHIR_HOLDS_PARTY: read_party(reader, resource, element); return;
    case FHIR_HOLDS_DAY: read_day(reader, resource, element); return;
    case FHIR_HOLDS_CODE: read_coded(reader, resource, element); return;
    case FHIR_HOLDS_MONEY: read_money(reader, resource, element); return;
    case FHIR_HOLDS_ITEM: read_items(reader, resource, element); return;
    case FHIR_HOLDS_INFO: read_info(reader, resource, element); return;
    }
}

static bool has(const struct fhir_request *request, const struct fhir_element *element) {
    return (element->of & (request->eligibility ? FHIR_ELIGIBILITY : FHIR_CLAIM)) != 0;
}

/* Of the elements that may tell an input, one that such a resource has; NULL where the table has none. */
static const struct fhir_element *element_of(const struct fhir_reader *reader, const struct field *input) {
    const struct fhir_element *found = NULL;
    for (size_t i = 0; i < reader->map->rows.count; i++) {
        const struct fhir_row *row = &reader->map->rows.items[i];
        if (row->input == input && (has(reader->request, row->element) || !found)) found = row->element;
    }
    return found;
}

/* What a bill is dated by. Where it stands there and is no good, that was told; so it was of parties. */
static void want(struct fhir_reader *reader, const struct fhir_node *resource, const struct field *input) {
    const struct fhir_element *element = element_of(reader, input);
    if (!element || reader->request->bill.values[input->input_index].known) return;
    const struct fhir_node *node = fhir_child(resource, element->parts[0]);
    if (node && element->parts[1]) node = fhir_child(node, element->parts[1]);
    if (reader->refused && (node || element->holds == FHIR_HOLDS_PARTY)) return;
    fhir_complain(reader, EXCHANGE_FHIR_MISSING, resource, element->name, TEXT(""), TEXT(""));
}

/* A bill that is cancelled is known by who presented it and its number; it is that patient's, or is not cancelled. */
static void read_bill(struct fhir_reader *reader, const struct fhir_node *resource) {
    struct fhir_request *request = reader->request;
    const struct entity *event = reader->map->event;
    bool cancels = request->act == SETTLEMENT_CANCEL;
    request->bill = (struct bill){.event = event, .parent = TEXT(""), .match = TEXT("")};
    request->bill.values = ARENA_ARRAY(reader->arena, struct bill_value, event->inputs.count + 1);
    if (!request->bill.values || arena_failed(reader->arena)) return;
    const struct fhir_element *element;
    for (size_t i = 0; (element = fhir_map_element(i)); i++) {
        size_t from = 0;
        bool known_by = element->holds == FHIR_HOLDS_IDENTIFIER || element->holds == FHIR_HOLDS_PARTY ||
                        element->holds == FHIR_HOLDS_PATIENT;
        bool told = element->holds == FHIR_HOLDS_PATIENT || fhir_map_row(reader->map, element, &from);
        if (told && has(request, element) && (!cancels || known_by)) read_element(reader, resource, element);
    }
    for (size_t i = 0; i < event->dated.count; i++) {
        const struct field *input = event->dated.items[i];
        if (!cancels || input == event->settled.at || input == event->settled.by) want(reader, resource, input);
    }
}

/* --- what is asked for -------------------------------------------------------------------------------------------- */

/* Whether a relationship says that this bill stands in place of another. */
static bool replaces(struct fhir_reader *reader, const struct fhir_node *related) {
    const struct fhir_node *codings = fhir_child(fhir_child(related, "relationship"), "coding");
    for (const struct fhir_node *coding = codings ? codings->first : NULL; coding; coding = coding->next)
        for (size_t i = 0; i < reader->map->corrections.count; i++) {
            const struct fhir_code *code = &reader->map->corrections.items[i];
            if (text_equal(fhir_child_text(coding, "system"), code->system) &&
                text_equal(fhir_child_text(coding, "code"), code->code))
                return true;
        }
    return false;
}

/* A corrected bill keeps its number. */
static void read_related(struct fhir_reader *reader, const struct fhir_node *resource) {
    const struct fhir_node *list = fhir_take(reader, resource, "related", JSON_ARRAY_BEGIN), *number;
    const struct fhir_node *own = NULL;
    size_t at = 0, from = 0;
    const struct fhir_element *element = fhir_map_element(at);
    while (element && element->holds != FHIR_HOLDS_IDENTIFIER) element = fhir_map_element(++at);
    const struct fhir_row *row = element ? fhir_map_row(reader->map, element, &from) : NULL;
    struct text system = row ? row->system : TEXT("");
    for (const struct fhir_node *each = list ? list->first : NULL; each; each = each->next) {
        if (!replaces(reader, each)) continue;
        reader->request->act = SETTLEMENT_CORRECT;
        if (!fhir_find_identifier(reader, fhir_child(each, "claim"), system, &number)) continue;
        if (!own && !fhir_find_identifier(reader, resource, system, &own)) return;
        if (!text_equal(fhir_child_text(number, "value"), fhir_child_text(own, "value")))
            fhir_complain(reader, EXCHANGE_FHIR_RELATED, number, "", fhir_child_text(number, "value"),
                          fhir_child_text(own, "value"));
    }
}

/* False where the resource has no good one. */
static bool take_word(struct fhir_reader *reader, const struct fhir_node *resource, const char *key,
                      const char *const *words, size_t count, size_t *which) {
    struct text word = TEXT("");
    if (!fhir_child(resource, key)) fhir_complain(reader, EXCHANGE_FHIR_MISSING, resource, key, TEXT(""), TEXT(""));
    if (!fhir_take_text(reader, resource, key, &word)) return false;
    for (*which = 0; *which < count; (*which)++)
        if (text_is(word, words[*which])) return true;
    struct builder list;
    builder_init(&list);
    for (size_t i = 0; i < count; i++) builder_format(&list, "%s%s", i ? ", " : "", words[i]);
    fhir_complain(reader, EXCHANGE_FHIR_WORD, fhir_child(resource, key), "", word,
                  builder_finish(&list, reader->arena));
    return false;
}

static void read_type(struct fhir_reader *reader, const struct fhir_node *resource) {
    struct fhir_request *request = reader->request;
    if (!fhir_child(resource, "type"))
        fhir_complain(reader, EXCHANGE_FHIR_MISSING, resource, "type", TEXT(""), TEXT(""));
    const struct fhir_node *type = fhir_take(reader, resource, "type", JSON_OBJECT_BEGIN);
    const struct fhir_node *codings = fhir_take(reader, type, "coding", JSON_ARRAY_BEGIN);
    const struct fhir_node *coding = codings ? codings->first : NULL;
    if (type && !coding) fhir_complain(reader, EXCHANGE_FHIR_MISSING, type, "coding", TEXT(""), TEXT(""));
    for (; coding && request->type_count < FHIR_CODES_MOST; coding = coding->next) {
        struct fhir_code *code = &request->type[request->type_count++];
        *code = (struct fhir_code){.system = TEXT("")};
        if (!fhir_child(coding, "code"))
            fhir_complain(reader, EXCHANGE_FHIR_MISSING, coding, "code", TEXT(""), TEXT(""));
        fhir_take_code(reader, coding, "system", &code->system);
        fhir_take_code(reader, coding, "code", &code->code);
        fhir_take_text(reader, coding, "display", &code->display);
    }
}

static void read_claim(struct fhir_reader *reader, const struct fhir_node *resource) {
    static const char *const states[] = {"active", "cancelled"}, *const uses[] = {"claim", "preauthorization",
                                                                                  "predetermination"};
    struct fhir_request *request = reader->request;
    size_t state = 0, use = 0;
    bool stated = take_word(reader, resource, "status", states, 2, &state);
    bool used = take_word(reader, resource, "use", uses, 3, &use);
    if (!stated) state = 0; /* it is refused: what else is wrong with it is told too */
    if (!used) use = 0;
    request->use = text_from(uses[use]);
    if (use > 0) request->act = SETTLEMENT_QUOTE;
    if (use == 0) read_related(reader, resource);
    if (state == 1 && use > 0)
        fhir_complain(reader, EXCHANGE_FHIR_CANCELS_QUOTE, fhir_child(resource, "status"), "", TEXT(""), TEXT(""));
    if (state == 1 && use == 0 && reader->quotes)
        fhir_complain(reader, EXCHANGE_FHIR_QUOTES_CANCEL, fhir_child(resource, "status"), "", TEXT(""), TEXT(""));
    if (state == 1) request->act = SETTLEMENT_CANCEL;
    read_type(reader, resource);
    read_bill(reader, resource);
}

static void read_purposes(struct fhir_reader *reader, const struct fhir_node *resource) {
    static const char *const words[] = {"auth-requirements", "benefits", "discovery", "validation"};
    const struct fhir_node *list = fhir_take(reader, resource, "purpose", JSON_ARRAY_BEGIN);
    if (!list || !list->first) fhir_complain(reader, EXCHANGE_FHIR_MISSING, resource, "purpose", TEXT(""), TEXT(""));
    for (const struct fhir_node *each = list ? list->first : NULL; each; each = each->next) {
        size_t which = 0;
        while (which < 4 && !(each->kind == JSON_STRING && text_is(each->text, words[which]))) which++;
        if (which < 4)
            reader->request->purposes |= 1U << which;
        else
            fhir_complain(reader, EXCHANGE_FHIR_WORD, each, "", each->text,
                          TEXT("auth-requirements, benefits, discovery, validation"));
    }
}

static void read_eligibility(struct fhir_reader *reader, const struct fhir_node *resource) {
    static const char *const states[] = {"active"};
    struct fhir_request *request = reader->request;
    size_t state;
    request->act = SETTLEMENT_QUOTE;
    take_word(reader, resource, "status", states, 1, &state);
    read_purposes(reader, resource);
    const struct fhir_node *insurance = fhir_take(reader, resource, "insurance", JSON_ARRAY_BEGIN);
    const struct fhir_node *coverage = fhir_child(insurance ? insurance->first : NULL, "coverage");
    if (coverage) request->coverage = fhir_party_of(reader, coverage);
    read_bill(reader, resource);
}

/* --- documents ---------------------------------------------------------------------------------------------------- */

static void complain_id(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct text id) {
    fhir_complain(reader, EXCHANGE_FHIR_ID_TWICE, node, key, id, TEXT(""));
}

static void note_contained(struct fhir_reader *reader, const struct fhir_node *resource) {
    const struct fhir_node *list = fhir_take(reader, resource, "contained", JSON_ARRAY_BEGIN);
    map_init(&reader->contained, reader->arena);
    for (struct fhir_node *each = list ? list->first : NULL; each; each = each->next) {
        struct text id = fhir_child_text(each, "id");
        if (map_get(&reader->contained, id)) complain_id(reader, each, "id", id);
        if (id.length) map_put(&reader->contained, id, each);
    }
}

/* `whole`: what may not be modified, an entry or the resource alone. */
static void read_resource(struct fhir_reader *reader, struct fhir_told *told, const struct fhir_node *resource,
                          struct fhir_node *whole) {
    struct fhir_request *request = ARENA_NEW(reader->arena, struct fhir_request);
    size_t before = reader->diagnostics->list.count;
    *request = (struct fhir_request){
        .mistake = before,
        .eligibility = text_is(fhir_child_text(resource, "resourceType"), "CoverageEligibilityRequest")};
    reader->request = request;
    reader->resource = resource;
    reader->missing = SIZE_MAX;
    fhir_refuse_modified(reader, whole);
    note_contained(reader, resource);
    const struct fhir_node *insurer = fhir_take(reader, resource, "insurer", JSON_OBJECT_BEGIN);
    if (insurer) request->insurer = fhir_party_of(reader, insurer);
    if (request->eligibility)
        read_eligibility(reader, resource);
    else
        read_claim(reader, resource);
    if (reader->quotes) request->act = SETTLEMENT_QUOTE;
    request->read = !reader->refused;
    if (reader->refused && reader->diagnostics->list.count == before)
        fhir_complain(reader, EXCHANGE_FHIR_ELSEWHERE, resource, "", TEXT(""), TEXT(""));
    request->mistakes = reader->diagnostics->list.count - before;
    VECTOR_PUSH(reader->arena, &told->list, *request);
}

static bool is_request(const struct fhir_node *resource) {
    struct text type = fhir_child_text(resource, "resourceType");
    return text_is(type, "Claim") || text_is(type, "CoverageEligibilityRequest");
}

static void note_entry(struct fhir_reader *reader, const struct fhir_node *entry) {
    struct fhir_node *resource = fhir_child(entry, "resource");
    struct text url = fhir_child_text(entry, "fullUrl"), type = fhir_child_text(resource, "resourceType"),
                id = fhir_child_text(resource, "id");
    if (!resource) return;
    if (url.length && map_get(&reader->entries, url)) complain_id(reader, entry, "fullUrl", url);
    if (url.length) map_put(&reader->entries, url, resource);
    if (type.length && id.length)
        map_put(&reader->entries, text_format(reader->arena, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(id)), resource);
}

/* A batch asks for each of its entries; a collection may hold whom they are about besides. */
static void read_entry(struct fhir_reader *reader, struct fhir_told *told, struct fhir_node *entry, bool batch) {
    const struct fhir_node *resource = fhir_child(entry, "resource");
    struct text method = fhir_child_text(fhir_child(entry, "request"), "method");
    if (batch && !text_is(method, "POST")) {
        fhir_complain(reader, EXCHANGE_FHIR_METHOD, entry, "request.method", method, TEXT(""));
        return;
    }
    if (is_request(resource))
        read_resource(reader, told, resource, entry);
    else if (batch || !resource)
        fhir_complain(reader, EXCHANGE_FHIR_RESOURCE, resource ? resource : entry, "",
                      fhir_child_text(resource, "resourceType"), TEXT(""));
}

static bool read_bundle(struct fhir_reader *reader, struct fhir_told *told, const struct fhir_node *bundle) {
    told->bundle = fhir_child_text(bundle, "type");
    bool batch = text_is(told->bundle, "batch"), wrong = false;
    const struct fhir_node *rules = fhir_child(bundle, "implicitRules");
    if (rules) fhir_complain(reader, EXCHANGE_FHIR_RULES, rules, "", TEXT(""), TEXT(""));
    if (!batch && !text_is(told->bundle, "collection"))
        fhir_complain(reader, EXCHANGE_FHIR_BUNDLE, bundle, "type", told->bundle, TEXT(""));
    const struct fhir_node *entries = fhir_take(reader, bundle, "entry", JSON_ARRAY_BEGIN);
    for (const struct fhir_node *each = entries ? entries->first : NULL; each; each = each->next)
        note_entry(reader, each);
    wrong = reader->refused;
    for (struct fhir_node *each = entries ? entries->first : NULL; each && !wrong; each = each->next) {
        size_t before = told->list.count;
        reader->refused = false;
        read_entry(reader, told, each, batch);
        wrong = reader->refused && told->list.count == before; /* the Bundle itself is wrong there */
    }
    if (!wrong && told->list.count == 0)
        fhir_complain(reader, EXCHANGE_FHIR_EMPTY, bundle, "entry", TEXT(""), TEXT(""));
    return !wrong && told->list.count > 0;
}

static bool read_document(struct fhir_told *told, const struct fhir_map *map, const struct source *source,
                          struct arena *arena, struct diagnostics *diagnostics, bool quotes) {
    *told = (struct fhir_told){.bundle = TEXT("")};
    struct fhir_reader reader = {.map = map,
                                 .arena = arena,
                                 .diagnostics = diagnostics,
                                 .source = source,
                                 .missing = SIZE_MAX,
                                 .quotes = quotes};
    struct fhir_node *root = fhir_tree_read(arena, source, diagnostics);
    map_init(&reader.entries, arena);
    map_init(&reader.contained, arena);
    bool good = false;
    if (!root || arena_failed(arena)) return false;
    if (text_is(fhir_child_text(root, "resourceType"), "Bundle")) {
        good = read_bundle(&reader, told, root);
    } else if (is_request(root)) {
        read_resource(&reader, told, root, root);
        good = true;
    } else {
        fhir_complain(&reader, EXCHANGE_FHIR_RESOURCE, root, "", fhir_child_text(root, "resourceType"), TEXT(""));
    }
    return good && !arena_failed(arena);
}

bool fhir_read(struct fhir_told *told, const struct fhir_map *map, const struct source *source, struct arena *arena,
               struct diagnostics *diagnostics) {
    return read_document(told, map, source, arena, diagnostics, false);
}

bool fhir_read_quotes(struct fhir_told *told, const struct fhir_map *map, const struct source *source,
                      struct arena *arena, struct diagnostics *diagnostics) {
    return read_document(told, map, source, arena, diagnostics, true);
}
