#include "cli/verdict.h"

#include "base/shown.h"

#include <stdio.h>

const char *say_broken(const struct command *command, enum registry_break broken) {
    switch (broken) {
    case REGISTRY_ROWS_ALTERED: return say(command, "它登记的内容被改过", "what it told is not what stands there now");
    case REGISTRY_LINK_BROKEN: return say(command, "它本身或它与前面的联系被改过", "it, or its link, is not as it was");
    case REGISTRY_GAP:
        return say(command, "少了一次变动,或有不属于任何变动的行", "a change is missing, or rows belong to none");
    default: return "";
    }
}

static const char *say_flaw(const struct command *command, enum registry_flaw_kind kind) {
    switch (kind) {
    case REGISTRY_TABLE_MISSING: return say(command, "表没有了", "the table is missing");
    case REGISTRY_COLUMN_MISSING: return say(command, "列没有了", "the column is missing");
    case REGISTRY_COLUMN_OTHER: return say(command, "列的类型变了", "the column is of another type");
    case REGISTRY_COLUMN_FOREIGN: return say(command, "多出来的列", "a column that nobody told of");
    default: return say(command, "索引没有了", "the index is missing");
    }
}

void show_flaws(struct builder *out, const struct command *command, const struct registry_verdict *verdict) {
    for (size_t i = 0; i < verdict->flaws.count; i++) {
        const struct registry_flaw *flaw = &verdict->flaws.items[i];
        struct builder line;
        builder_init(&line);
        builder_format(&line, "▲ %.*s%s%.*s%s%s", TEXT_ARG(flaw->table), flaw->column.length ? "." : "",
                       TEXT_ARG(flaw->column), say(command, ":", ": "), say_flaw(command, flaw->kind));
        builder_add_shown(out, builder_text(&line));
        builder_add(out, TEXT("\n"));
        out->failed = out->failed || line.failed;
        builder_free(&line);
    }
}

static void write_flaws(struct json_writer *writer, const struct registry_verdict *verdict) {
    static const char *const words[] = {"table-missing", "column-missing", "column-other", "column-foreign",
                                        "index-missing"};
    json_write_key(writer, "schema");
    json_write_array(writer);
    for (size_t i = 0; i < verdict->flaws.count; i++) {
        const struct registry_flaw *flaw = &verdict->flaws.items[i];
        json_write_object(writer);
        json_write_key(writer, "what");
        json_write_string(writer, text_from(words[flaw->kind]));
        json_write_key(writer, "table");
        json_write_string(writer, flaw->table);
        json_write_key(writer, "column");
        json_write_string(writer, flaw->column);
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}

void show_link(struct builder *out, const struct command *command, const struct registry_verdict *verdict) {
    builder_add(out, text_from(say(command, "最后一环(另处存放,可查出尾部是否被截去):",
                                   "the last link (kept elsewhere, it shows whether any are cut off): ")));
    for (size_t i = 0; i < DIGEST_BYTES; i++) builder_format(out, "%02x", verdict->link[i]);
    builder_add(out, TEXT("\n"));
}

bool is_whole(const struct registry_verdict *verdict) {
    return verdict->broken == REGISTRY_SOUND || verdict->broken == REGISTRY_OTHER_SCHEMA;
}

void write_chain(struct json_writer *writer, const struct registry_verdict *verdict) {
    static const char *const words[] = {"sound", "rows-altered", "link-broken", "gap", "other-schema"};
    char link[2 * DIGEST_BYTES + 1] = "";
    for (size_t i = 0; i < DIGEST_BYTES && is_whole(verdict); i++) snprintf(link + 2 * i, 3, "%02x", verdict->link[i]);
    json_write_key(writer, "chain");
    json_write_string(writer, text_from(words[verdict->broken]));
    json_write_key(writer, "change");
    json_write_integer(writer, verdict->changes);
    json_write_key(writer, "link");
    json_write_string(writer, text_from(link));
    if (verdict->flaws.count) write_flaws(writer, verdict);
}
