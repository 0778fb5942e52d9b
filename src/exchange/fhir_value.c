/* The elements of FHIR: numbers, amounts, days, codes, and who is referred to. */
#include "base/identifier.h"
#include "base/shown.h"
#include "exchange/fhir_inside.h"
#include "exchange/import.h"

/* A mistake is told once at its place: all that a resource lacks in one, parted by commas. */
static bool add_missing(struct fhir_reader *reader, struct text path) {
    if (reader->missing == SIZE_MAX) return false;
    struct text *told = &reader->diagnostics->list.items[reader->missing].argument[0];
    *told = text_format(reader->diagnostics->arena, "%.*s, %.*s", TEXT_ARG(*told), TEXT_ARG(path));
    return true;
}

void fhir_complain(struct fhir_reader *reader, enum exchange_message message, const struct fhir_node *node,
                   const char *below, struct text first, struct text second) {
    const struct text arguments[] = {fhir_path(reader->arena, node, below), first, second};
    bool lacks = message == EXCHANGE_FHIR_MISSING && node == reader->resource;
    size_t count = reader->diagnostics->list.count;
    reader->refused = true;
    if (lacks && add_missing(reader, arguments[0])) return;
    diagnostics_add(reader->diagnostics, &exchange_messages[message], fhir_position(reader->source, node), arguments,
                    3);
    if (lacks && reader->diagnostics->list.count > count) reader->missing = count;
}

/* --- what JSON holds ---------------------------------------------------------------------------------------------- */

static struct text kind_word(enum json_event kind) {
    switch (kind) {
    case JSON_OBJECT_BEGIN: return TEXT("{…}");
    case JSON_ARRAY_BEGIN: return TEXT("[…]");
    case JSON_NUMBER: return TEXT("12.5");
    default: return TEXT("\"…\"");
    }
}

const struct fhir_node *fhir_take(struct fhir_reader *reader, const struct fhir_node *node, const char *key,
                                  enum json_event kind) {
    const struct fhir_node *child = fhir_child(node, key);
    if (!child || child->kind == kind) return child;
    fhir_complain(reader, EXCHANGE_FHIR_KIND, child, "", kind_word(kind), TEXT(""));
    return NULL;
}

bool fhir_check_text(struct fhir_reader *reader, const struct fhir_node *node, struct text text) {
    if (text.length > 0 && text.length <= IMPORT_TEXT_BYTES_MAX && text_steers_at(text, 0) == text.length) return true;
    fhir_complain(reader, EXCHANGE_FHIR_TEXT, node, "", text_format(reader->arena, "%d", IMPORT_TEXT_BYTES_MAX),
                  TEXT(""));
    return false;
}

bool fhir_take_text(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct text *out) {
    const struct fhir_node *child = fhir_take(reader, node, key, JSON_STRING);
    if (!child || !fhir_check_text(reader, child, child->text)) return false;
    *out = child->text;
    return true;
}

/* Codes and systems, which an answer repeats, are without spaces. */
bool fhir_take_code(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct text *out) {
    const struct fhir_node *child = fhir_take(reader, node, key, JSON_STRING);
    if (!child || !fhir_check_text(reader, child, child->text)) return false;
    for (size_t offset = 0; offset < child->text.length;) {
        uint32_t character = text_next(child->text, &offset);
        bool space = character <= ' ' || character == 0xa0 || character == 0x1680 || character == 0x3000 ||
                     (character >= 0x2000 && character <= 0x200a) || character == 0x202f || character == 0x205f ||
                     character == 0xfeff;
        if (!space) continue;
        fhir_complain(reader, EXCHANGE_FHIR_SPACE, child, "", TEXT(""), TEXT(""));
        return false;
    }
    *out = child->text;
    return true;
}

/* 1250.50, also as 1.2505e3. */
static bool parse_decimal(struct arena *arena, struct text text, struct number *out) {
    enum { DIGITS_MOST = 40, EXPONENT_MOST = 30 };
    size_t end = 0;
    int exponent = 0;
    while (end < text.length && text.bytes[end] != 'e' && text.bytes[end] != 'E') end++;
    if (end > DIGITS_MOST || !number_parse(arena, text_slice(text, 0, end), out)) return false;
    bool minus = end + 1 < text.length && text.bytes[end + 1] == '-';
    for (size_t i = end + 1; i < text.length; i++) {
        if (is_digit(text.bytes[i])) exponent = exponent * 10 + (text.bytes[i] - '0');
        if (exponent > EXPONENT_MOST) return false;
    }
    struct number ten = number_from(10);
    for (; exponent > 0; exponent--) *out = minus ? number_divide(arena, *out, ten) : number_multiply(arena, *out, ten);
    return true;
}

static bool take_decimal(struct fhir_reader *reader, const struct fhir_node *node, struct number *out) {
    if (!fhir_child(node, "value")) fhir_complain(reader, EXCHANGE_FHIR_MISSING, node, "value", TEXT(""), TEXT(""));
    const struct fhir_node *value = fhir_take(reader, node, "value", JSON_NUMBER);
    if (!value) return false;
    if (parse_decimal(reader->arena, value->text, out)) return true;
    fhir_complain(reader, EXCHANGE_FHIR_TOO_LARGE, value, "", TEXT(""), TEXT(""));
    return false;
}

/* Amounts of another currency, or of none, are no amounts of the bill. */
static bool take_amount(struct fhir_reader *reader, const struct fhir_node *amount, const char *currency,
                        struct number *out) {
    if (!amount) return false;
    const struct fhir_node *code = fhir_child(amount, currency);
    bool same = code && code->kind == JSON_STRING && text_equal(code->text, reader->map->currency);
    if (!same) {
        struct text told = code && code->kind == JSON_STRING ? code->text : TEXT("");
        enum exchange_message message = code ? EXCHANGE_FHIR_CURRENCY : EXCHANGE_FHIR_NO_CURRENCY;
        fhir_complain(reader, message, code ? code : amount, code ? "" : currency, told, reader->map->currency);
    }
    return take_decimal(reader, amount, out) && same;
}

bool fhir_take_money(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct number *out) {
    return take_amount(reader, fhir_take(reader, node, key, JSON_OBJECT_BEGIN), "currency", out);
}

static const struct fhir_node *take_exact(struct fhir_reader *reader, const struct fhir_node *node, const char *key) {
    const struct fhir_node *quantity = fhir_take(reader, node, key, JSON_OBJECT_BEGIN);
    const struct fhir_node *comparator = fhir_child(quantity, "comparator");
    if (!comparator) return quantity;
    fhir_complain(reader, EXCHANGE_FHIR_COMPARATOR, comparator, "", TEXT(""), TEXT(""));
    return NULL;
}

bool fhir_take_quantity(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct number *out) {
    return take_amount(reader, take_exact(reader, node, key), "code", out);
}

bool fhir_take_count(struct fhir_reader *reader, const struct fhir_node *node, const char *key, struct number *out) {
    const struct fhir_node *quantity = take_exact(reader, node, key);
    return quantity && take_decimal(reader, quantity, out);
}

/* --- days --------------------------------------------------------------------------------------------------------- */

static bool two_digits(struct text text, size_t at, int most, int *out) {
    if (at + 2 > text.length || !is_digit(text.bytes[at]) || !is_digit(text.bytes[at + 1])) return false;
    *out = (text.bytes[at] - '0') * 10 + text.bytes[at + 1] - '0';
    return *out <= most;
}

static bool byte_is(struct text text, size_t at, char byte) {
    return at < text.length && text.bytes[at] == byte;
}

/* T23:30:00+08:00: minutes since the day began in Greenwich, which may be below nothing. */
static bool parse_time(struct text text, int *minutes) {
    int hour, minute, second, ahead_hours = 0, ahead_minutes = 0;
    bool good = byte_is(text, 0, 'T') && two_digits(text, 1, 23, &hour) && byte_is(text, 3, ':') &&
                two_digits(text, 4, 59, &minute) && byte_is(text, 6, ':') && two_digits(text, 7, 60, &second);
    size_t at = 9;
    if (good && byte_is(text, at, '.'))
        for (at++; at < text.length && is_digit(text.bytes[at]);) at++;
    if (!good || at == text.length) return false;
    char sign = text.bytes[at];
    if (sign != 'Z') {
        good = (sign == '+' || sign == '-') && text.length == at + 6 && two_digits(text, at + 1, 14, &ahead_hours) &&
               byte_is(text, at + 3, ':') && two_digits(text, at + 4, 59, &ahead_minutes);
    } else {
        good = text.length == at + 1;
    }
    int ahead = ahead_hours * 60 + ahead_minutes;
    if (good) *minutes = hour * 60 + minute - (sign == '-' ? -ahead : ahead);
    return good;
}

bool fhir_take_day(struct fhir_reader *reader, const struct fhir_node *node, const char *key, day_number *out) {
    enum { DAY_BYTES = 10, DAY_MINUTES = 24 * 60 };
    const struct fhir_node *child = fhir_take(reader, node, key, JSON_STRING);
    int minutes = 0;
    if (!child) return false;
    struct text text = child->text, day = text_slice(text, 0, text.length < DAY_BYTES ? text.length : DAY_BYTES);
    bool timed = text.length > DAY_BYTES;
    if (!day_parse(day, out) || (timed && !parse_time(text_slice(text, DAY_BYTES, text.length), &minutes))) {
        fhir_complain(reader, EXCHANGE_FHIR_NOT_A_DAY, child, "", text, TEXT(""));
        return false;
    }
    if (!timed) return true;
    if (!reader->map->has_clock) {
        fhir_complain(reader, EXCHANGE_FHIR_NO_CLOCK, child, "", text, TEXT(""));
        return false;
    }
    *out += (day_number)lane_floor(minutes + reader->map->clock, DAY_MINUTES);
    return true;
}

/* --- into the bill ------------------------------------------------------------------------------------------------ */

static struct bill_value *value_of(struct fhir_reader *reader, const struct field *input) {
    return &reader->request->bill.values[input->input_index];
}

static void complain_twice(struct fhir_reader *reader, const struct field *input, const struct fhir_node *node) {
    fhir_complain(reader, EXCHANGE_FHIR_TWICE, node, "", label_or_name(input->label, input->name, LANGUAGE_ZH),
                  label_or_name(input->label, input->name, LANGUAGE_EN));
}

void fhir_put(struct fhir_reader *reader, const struct field *input, const struct fhir_node *node, lane value) {
    struct bill_value *told = value_of(reader, input);
    if (told->known && told->lane != value) complain_twice(reader, input, node);
    told->known = true;
    told->lane = value;
}

void fhir_put_text(struct fhir_reader *reader, const struct field *input, const struct fhir_node *node,
                   struct text text) {
    struct bill_value *told = value_of(reader, input);
    if (!fhir_check_text(reader, node, text)) return;
    if (input->check.length && identifier_check(input->check, text, NULL) != IDENTIFIER_OK) {
        fhir_complain(reader, EXCHANGE_FHIR_CHECK, node, "", TEXT(""), TEXT(""));
        return;
    }
    if (told->known && !text_equal(told->text, text)) complain_twice(reader, input, node);
    told->known = true;
    told->text = text;
}

static void complain_range(struct fhir_reader *reader, const struct lane_spec *spec, const struct fhir_node *node) {
    const lane limits[2] = {spec->low, spec->high};
    struct text shown[2];
    for (int i = 0; i < 2; i++)
        shown[i] = spec->field->type.kind == TYPE_DATE
                       ? day_format(reader->arena, (day_number)limits[i])
                       : number_exact(reader->arena, lane_number(reader->arena, spec, limits[i]));
    fhir_complain(reader, EXCHANGE_FHIR_OUT_OF_RANGE, node, "", shown[0], shown[1]);
}

void fhir_put_amount(struct fhir_reader *reader, const struct field *input, const struct fhir_node *node,
                     struct number amount) {
    const struct lane_spec spec = lane_spec_of(reader->arena, input);
    lane value;
    if (!number_is_integer(number_divide(reader->arena, amount, input->step)))
        fhir_complain(reader, EXCHANGE_FHIR_OFF_STEP, node, "", number_exact(reader->arena, amount),
                      number_exact(reader->arena, input->step));
    else if (!number_lane(reader->arena, &spec, amount, &value))
        fhir_complain(reader, EXCHANGE_FHIR_TOO_LARGE, node, "", TEXT(""), TEXT(""));
    else if (spec.bounded && (value < spec.low || value > spec.high))
        complain_range(reader, &spec, node);
    else
        fhir_put(reader, input, node, value);
}

void fhir_put_day(struct fhir_reader *reader, const struct field *input, const struct fhir_node *node, day_number day) {
    const struct lane_spec spec = lane_spec_of(reader->arena, input);
    if (day < spec.low || day > spec.high)
        complain_range(reader, &spec, node);
    else
        fhir_put(reader, input, node, day);
}

/* --- who is referred to ------------------------------------------------------------------------------------------- */

/* One that stands, of a system if that is told. */
static bool is_wanted(const struct fhir_node *identifier, struct text system) {
    bool stands = identifier->kind == JSON_OBJECT_BEGIN && !text_is(fhir_child_text(identifier, "use"), "old");
    return stands && (system.length == 0 || text_equal(fhir_child_text(identifier, "system"), system));
}

bool fhir_find_identifier(struct fhir_reader *reader, const struct fhir_node *node, struct text system,
                          const struct fhir_node **found) {
    const struct fhir_node *identifiers = fhir_child(node, "identifier"), *each = identifiers;
    *found = NULL;
    if (!each) return false;
    bool several = each->kind == JSON_ARRAY_BEGIN;
    for (each = several ? each->first : each; each; each = several ? each->next : NULL) {
        if (!is_wanted(each, system)) continue;
        struct text value = TEXT("");
        if (!fhir_take_text(reader, each, "value", &value)) {
            if (!fhir_child(each, "value"))
                fhir_complain(reader, EXCHANGE_FHIR_MISSING, each, "value", TEXT(""), TEXT(""));
            continue;
        }
        if (*found && !text_equal(fhir_child_text(*found, "value"), value)) {
            fhir_complain(reader, EXCHANGE_FHIR_IDENTIFIERS, each, "", system, TEXT(""));
            *found = NULL;
            return false;
        }
        *found = each;
    }
    return *found != NULL;
}

const struct fhir_node *fhir_follow(struct fhir_reader *reader, const struct fhir_node *reference) {
    struct text to = fhir_child_text(reference, "reference");
    if (to.length == 0) return NULL;
    struct fhir_node *found = text_starts(to, "#") ? map_get(&reader->contained, text_slice(to, 1, to.length))
                                                   : map_get(&reader->entries, to);
    if (found) fhir_refuse_modified(reader, found);
    return found;
}

/* The id in Organization/ID; empty where it is another reference. */
static struct text id_in(struct text reference, const char *type) {
    struct text kind = text_from(type);
    bool is = text_starts(reference, type) && reference.length > kind.length && reference.bytes[kind.length] == '/';
    struct text id = is ? text_slice(reference, kind.length + 1, reference.length) : TEXT("");
    for (size_t i = 0; i < id.length; i++)
        if (id.bytes[i] == '/' || id.bytes[i] == '#' || id.bytes[i] == '?') return TEXT("");
    return id;
}

struct fhir_party fhir_party_of(struct fhir_reader *reader, const struct fhir_node *reference) {
    struct fhir_party party = {.display = TEXT("")};
    const struct fhir_node *identifier = fhir_child(reference, "identifier");
    struct text to = TEXT("");
    fhir_take_text(reader, reference, "reference", &to);
    if (!text_starts(to, "#")) party.reference = to; /* what it was contained in is not in the answer */
    fhir_take_text(reader, reference, "display", &party.display);
    if (identifier) fhir_take_code(reader, identifier, "system", &party.system);
    if (identifier) fhir_take_text(reader, identifier, "value", &party.value);
    return party;
}

static struct text systems_of(struct fhir_reader *reader, const struct fhir_element *element) {
    struct builder list;
    size_t from = 0;
    builder_init(&list);
    for (const struct fhir_row *row; (row = fhir_map_row(reader->map, element, &from));) {
        if (row->system.length == 0) continue;
        if (list.length) builder_add(&list, TEXT(" / "));
        builder_add(&list, row->system);
    }
    return builder_finish(&list, reader->arena);
}

struct text fhir_normalised(struct fhir_reader *reader, struct text number) {
    struct text copy = text_copy(reader->arena, text_trim(number));
    char *bytes = (char *)copy.bytes;
    for (size_t i = 0; i < copy.length && !arena_failed(reader->arena); i++)
        if (bytes[i] >= 'a' && bytes[i] <= 'z') bytes[i] = (char)(bytes[i] - 'a' + 'A');
    return copy;
}

/* A reference that says of somebody what the resource it leads to denies is to nobody. */
static bool agrees(struct fhir_reader *reader, const struct fhir_node *node, const struct fhir_node *target,
                   const struct fhir_element *element) {
    const struct fhir_node *own, *other;
    size_t from = 0;
    bool good = true;
    for (const struct fhir_row *row; good && (row = fhir_map_row(reader->map, element, &from));) {
        if (row->system.length == 0 || !fhir_find_identifier(reader, node, row->system, &own) ||
            !fhir_find_identifier(reader, target, row->system, &other))
            continue;
        struct text mine = fhir_child_text(own, "value"), its = fhir_child_text(other, "value");
        bool checked = element->holds == FHIR_HOLDS_PATIENT && row->input;
        good =
            checked ? text_equal(fhir_normalised(reader, mine), fhir_normalised(reader, its)) : text_equal(mine, its);
        if (!good) fhir_complain(reader, EXCHANGE_FHIR_OTHER_PARTY, own, "", row->system, TEXT(""));
    }
    return good;
}

/* By an identifier of the table in the reference, or in what it leads to; else by the id that it is. */
bool fhir_find_party(struct fhir_reader *reader, const struct fhir_node *resource, const struct fhir_element *element,
                     struct fhir_found *found) {
    bool patient = element->holds == FHIR_HOLDS_PATIENT;
    const char *const types[] = {patient ? "Patient" : "Organization", patient ? "Person" : "Organization"};
    if (!fhir_child(resource, element->name))
        fhir_complain(reader, EXCHANGE_FHIR_MISSING, resource, element->name, TEXT(""), TEXT(""));
    const struct fhir_node *node = fhir_take(reader, resource, element->name, JSON_OBJECT_BEGIN), *number = NULL;
    if (!node) return false;
    *found = (struct fhir_found){.node = node, .party = fhir_party_of(reader, node)};
    const struct fhir_node *target = fhir_follow(reader, node);
    if (target && !agrees(reader, node, target, element)) return false;
    size_t from = 0;
    for (const struct fhir_row *row; !number && (row = fhir_map_row(reader->map, element, &from));) {
        if (row->system.length == 0) continue;
        if (!fhir_find_identifier(reader, node, row->system, &number) && target)
            fhir_find_identifier(reader, target, row->system, &number);
        found->row = number ? row : NULL;
    }
    if (number) {
        found->node = fhir_child(number, "value");
        found->value = found->party.value = fhir_child_text(number, "value");
        found->party.system = found->row->system;
        return true;
    }
    struct text to = fhir_child_text(node, "reference");
    for (size_t i = 0; i < 2 && found->value.length == 0; i++) found->value = id_in(to, types[i]);
    const struct fhir_node *at = fhir_child(node, "reference");
    if (found->value.length) {
        found->node = at;
        return fhir_check_text(reader, at, found->value);
    }
    if (to.length && !target)
        fhir_complain(reader, EXCHANGE_FHIR_NOWHERE, at, "", to, text_from(types[0]));
    else
        fhir_complain(reader, EXCHANGE_FHIR_UNIDENTIFIED, node, "", text_from(types[0]), systems_of(reader, element));
    return false;
}

/* --- what changes the meaning of the rest ------------------------------------------------------------------------- */

static bool modifies(struct text key) {
    return text_is(key, "modifierExtension") || text_is(key, "implicitRules");
}

void fhir_refuse_modified(struct fhir_reader *reader, struct fhir_node *node) {
    struct fhir_node *at = node->looked ? NULL : node;
    while (at) {
        if (modifies(at->key))
            fhir_complain(reader, text_is(at->key, "implicitRules") ? EXCHANGE_FHIR_RULES : EXCHANGE_FHIR_MODIFIER, at,
                          "", TEXT(""), TEXT(""));
        node->modified = node->modified || modifies(at->key);
        if (at->first) {
            at = at->first;
            continue;
        }
        while (at != node && !at->next) at = at->parent;
        at = at == node ? NULL : at->next;
    }
    node->looked = true;
    reader->refused = reader->refused || node->modified;
}
