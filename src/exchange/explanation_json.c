#include "exchange/explanation_json.h"

enum { NESTING_MAX = 28 }; /* each level opens an array and an object; JSON_DEPTH_MAX and two around the tree */

static void write_text(struct json_writer *writer, const char *key, struct text text) {
    if (!text.length) return;
    json_write_key(writer, key);
    json_write_string(writer, text);
}

static void write_flag(struct json_writer *writer, const char *key, bool flag) {
    if (!flag) return;
    json_write_key(writer, key);
    json_write_bool(writer, true);
}

static void write_value(struct json_writer *writer, struct arena *arena, const struct explanation *node) {
    static const char *const states[] = {[VALUE_KNOWN] = "known", [VALUE_UNKNOWN] = "unknown", [VALUE_FAULT] = "fault"};
    bool known = node->value.state == VALUE_KNOWN;
    json_write_key(writer, "state");
    json_write_string(writer, text_from(states[node->value.state]));
    json_write_key(writer, "value");
    if (!known)
        json_write_null(writer);
    else if (node->type.kind == TYPE_BOOL)
        json_write_bool(writer, node->value.as.truth);
    else if (node->type.kind == TYPE_ROW && node->value.as.row.row == SIZE_MAX)
        json_write_null(writer);
    else
        json_write_string(writer, value_plain_in(arena, node->dataset, &node->type, node->scale, &node->value));
    if (!known) {
        json_write_key(writer, "reason");
        json_write_string(writer, text_from(reason_code(node->value.reason.kind)));
    }
}

static void write_cites(struct json_writer *writer, const struct names *cites) {
    if (!cites || !cites->list.count) return;
    json_write_key(writer, "cites");
    json_write_array(writer);
    for (size_t i = 0; i < cites->list.count; i++) json_write_string(writer, cites->list.items[i].text);
    json_write_close_array(writer);
}

/* The text of the law that decided. */
static void write_rule(struct json_writer *writer, const struct rule *rule) {
    if (!rule) return;
    struct position place = span_position(rule->declaration->name.at);
    json_write_key(writer, "decided_by");
    json_write_object(writer);
    json_write_key(writer, "file");
    json_write_string(writer, place.source->name);
    json_write_key(writer, "line");
    json_write_integer(writer, place.line);
    write_flag(writer, "exception", rule->is_exception);
    json_write_close_object(writer);
}

static void write_line(struct json_writer *writer, struct arena *arena, const struct explanation *node) {
    const struct parameter_value *line = node->line;
    if (!line) return;
    json_write_key(writer, "line");
    json_write_object(writer);
    write_text(writer, "area", line->area);
    if (line->from > day_first) write_text(writer, "from", day_format(arena, line->from));
    json_write_words(writer, "source", line->source);
    write_text(writer, "document", line->document);
    write_text(writer, "confidence", line->confidence);
    if (line->attested) {
        json_write_key(writer, "confirmed");
        json_write_object(writer);
        write_text(writer, "by", line->attested->by);
        write_text(writer, "document", line->attested->document);
        write_flag(writer, "signed", line->attested->is_signed);
        json_write_close_object(writer);
    }
    write_flag(writer, "inherited", node->inherited);
    json_write_close_object(writer);
}

static void write_unit(struct json_writer *writer, struct arena *arena, const struct explanation *node,
                       const struct declaration *unit) {
    struct text words[LANGUAGES];
    for (int i = 0; i < LANGUAGES; i++) words[i] = explanation_unit(arena, node, unit, (enum language)i);
    json_write_words(writer, "unit", words);
}

static void write_formula(struct json_writer *writer, struct arena *arena, const struct explanation *node) {
    struct text words[LANGUAGES];
    for (int i = 0; i < LANGUAGES; i++) words[i] = explanation_formula(arena, node, (enum language)i);
    json_write_words(writer, "formula", words);
}

static void write_move(struct json_writer *writer, struct arena *arena, const struct explanation *node) {
    if (node->move == MOVE_NONE) return;
    json_write_key(writer, node->failed ? "lacks" : "bears");
    json_write_object(writer);
    json_write_key(writer, "direction");
    json_write_string(writer, node->move == MOVE_UP ? TEXT("up") : TEXT("down"));
    json_write_key(writer, "distance");
    json_write_string(writer, number_exact(arena, number_divide(arena, node->distance, node->scale)));
    json_write_words(writer, "of", node->subject);
    write_unit(writer, arena, node, node->subject_unit);
    json_write_close_object(writer);
}

static void write_name(struct json_writer *writer, const struct explanation *node) {
    static const char *const kinds[] = {
        [EXPLANATION_FIELD] = "field", [EXPLANATION_PARAMETER] = "parameter", [EXPLANATION_CONDITION] = "condition",
        [EXPLANATION_GROUP] = "group", [EXPLANATION_MEMBER] = "member",       [EXPLANATION_PREVIOUS] = "previous"};
    json_write_key(writer, "kind");
    json_write_string(writer, text_from(kinds[node->kind]));
    if (node->field) {
        write_text(writer, "entity", node->field->entity->name);
        write_text(writer, "name", node->field->name);
    }
    if (node->parameter) write_text(writer, "name", node->parameter->name);
    write_text(writer, "id", node->id);
    json_write_words(writer, "label", node->label);
}

static void write_node(struct json_writer *writer, struct map *opened, const struct explanation *node,
                       unsigned nesting) {
    bool repeated = explanation_repeats(opened, node);
    json_write_object(writer);
    write_name(writer, node);
    write_value(writer, opened->arena, node);
    write_unit(writer, opened->arena, node, node->unit);
    json_write_words(writer, "missing", node->missing);
    write_cites(writer, node->cites);
    write_flag(writer, "unconfirmed", node->unconfirmed);
    write_flag(writer, "failed", node->failed);
    write_flag(writer, "by_decision", node->given);
    write_flag(writer, "left_empty", node->left_empty);
    if (node->yearly) {
        json_write_key(writer, "judged_in_month");
        json_write_integer(writer, node->yearly);
    }
    write_line(writer, opened->arena, node);
    write_move(writer, opened->arena, node);
    write_flag(writer, "repeated", repeated);
    if (!repeated) {
        write_formula(writer, opened->arena, node);
        write_rule(writer, node->rule);
    }
    size_t count = repeated || nesting >= NESTING_MAX ? 0 : node->children.count;
    write_flag(writer, "cut", !repeated && count < node->children.count);
    if (count) {
        json_write_key(writer, "because");
        json_write_array(writer);
        for (size_t i = 0; i < count; i++) write_node(writer, opened, node->children.items[i], nesting + 1);
        json_write_close_array(writer);
    }
    if (node->more) {
        json_write_key(writer, "more");
        json_write_integer(writer, (int64_t)node->more);
    }
    json_write_close_object(writer);
}

void explanation_write_json(struct json_writer *writer, struct map *opened, const struct explanation *explanation) {
    write_node(writer, opened, explanation, 0);
}
