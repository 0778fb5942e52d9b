#include "exchange/bill_inside.h"

static void write_text(struct json_writer *writer, struct text key, struct text text) {
    json_write_key_text(writer, key);
    json_write_string(writer, text);
}

/* The name of an input; one that is called as the bill's own words has only its label to be told by. */
static struct text key_of(const struct field *input) {
    bool own = text_is(input->name, "event") || text_is(input->name, "act");
    return own ? label_or_name(input->label, input->name, LANGUAGE_EN) : input->name;
}

static void write_value(struct json_writer *writer, struct arena *arena, const struct field *input,
                        const struct bill_value *value) {
    json_write_key_text(writer, key_of(input));
    switch (input->type.kind) {
    case TYPE_NUMBER:
        json_write_string(writer, field_steps_written(arena, input, number_from_lane(arena, value->lane)));
        break;
    case TYPE_BOOL: json_write_bool(writer, value->lane != 0); break;
    case TYPE_DATE: json_write_string(writer, day_format(arena, (day_number)value->lane)); break;
    case TYPE_ENUM: json_write_string(writer, input->type.enumeration->values[value->lane].name.text); break;
    default: json_write_string(writer, value->text);
    }
}

void bill_write_json(struct json_writer *writer, struct arena *arena, const struct bill *bill,
                     enum settlement_act act) {
    json_write_object(writer);
    write_text(writer, TEXT("event"), bill->event->name);
    write_text(writer, TEXT("act"), text_from(settlement_act_words[act]));
    if (bill->input)
        write_text(writer, bill->input->name, bill->match);
    else if (bill->parent.length)
        write_text(writer, bill->event->parent->name, bill->parent);
    for (size_t i = 0; i < bill->event->inputs.count; i++)
        if (bill->values[i].known) write_value(writer, arena, bill->event->inputs.items[i], &bill->values[i]);
    json_write_close_object(writer);
}
