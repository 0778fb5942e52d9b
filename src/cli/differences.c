#include "cli/differences.h"

enum { SHOWN_MOST = 20 };

static struct text told(const struct session *session, const struct field *field, const struct value *value,
                        bool there) {
    struct command *command = session->command;
    struct arena *arena = &command->arena;
    if (!there) return text_from(say(command, "没有", "nothing"));
    struct text reason = reason_written(arena, session->policy, value);
    if (value->state != VALUE_KNOWN) return reason;
    struct text shown = value_show(arena, &field->type, field->scale, field->step, value, command->language);
    if (value->reason.kind == REASON_NONE) return shown; /* by a case of another law */
    return text_format(arena, "%.*s (%.*s)", TEXT_ARG(shown), TEXT_ARG(reason));
}

static void print_one(struct builder *out, const struct session *session,
                      const struct registry_difference *difference) {
    const struct field *field = difference->field;
    struct text label = label_or_name(field->label, field->name, session->command->language);
    builder_format(out, "  %.*s  %.*s  %.*s → %.*s\n", TEXT_ARG(difference->id), TEXT_ARG(label),
                   TEXT_ARG(told(session, field, &difference->told, difference->was)),
                   TEXT_ARG(told(session, field, &difference->found, difference->there)));
}

static bool is_benefit(const struct registry_difference *difference) {
    return difference->field->kind == FIELD_BENEFIT;
}

void differences_print(struct builder *out, struct session *session, const struct registry_differences *differences) {
    size_t shown = 0, count = differences->list.count;
    for (int benefits = 1; benefits >= 0; benefits--)
        for (size_t i = 0; i < count && shown < SHOWN_MOST; i++) {
            const struct registry_difference *difference = &differences->list.items[i];
            if (is_benefit(difference) != benefits) continue;
            print_one(out, session, difference);
            shown++;
        }
    if (count > shown)
        builder_format(out, say(session->command, "  另有 %zu 个值不同\n", "  and %zu values more\n"), count - shown);
}

void differences_write(struct json_writer *writer, struct session *session,
                       const struct registry_differences *differences) {
    struct arena *arena = &session->command->arena;
    json_write_key(writer, "compared");
    json_write_integer(writer, (int64_t)differences->compared);
    json_write_key(writer, "different");
    json_write_integer(writer, (int64_t)differences->list.count);
    json_write_key(writer, "benefits");
    json_write_array(writer);
    for (size_t i = 0; i < differences->list.count; i++) {
        const struct registry_difference *difference = &differences->list.items[i];
        const struct field *field = difference->field;
        if (!is_benefit(difference)) continue;
        json_write_object(writer);
        json_write_key(writer, "id");
        json_write_string(writer, difference->id);
        json_write_key(writer, "benefit");
        json_write_string(writer, field->name);
        json_write_key(writer, "before");
        json_write_string(writer, difference->was ? value_plain(arena, &field->type, field->scale, &difference->told)
                                                  : TEXT(""));
        json_write_key(writer, "after");
        json_write_string(writer, difference->there ? value_plain(arena, &field->type, field->scale, &difference->found)
                                                    : TEXT(""));
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}
