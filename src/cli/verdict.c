#include "cli/verdict.h"

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

void show_link(struct builder *out, const struct command *command, const struct registry_verdict *verdict) {
    builder_add(out, text_from(say(command, "最后一环(另处存放,可查出尾部是否被截去):",
                                   "the last link (kept elsewhere, it shows whether any are cut off): ")));
    for (size_t i = 0; i < DIGEST_BYTES; i++) builder_format(out, "%02x", verdict->link[i]);
    builder_add(out, TEXT("\n"));
}

void write_chain(struct json_writer *writer, const struct registry_verdict *verdict) {
    static const char *const words[] = {"sound", "rows-altered", "link-broken", "gap"};
    char link[2 * DIGEST_BYTES + 1] = "";
    for (size_t i = 0; i < DIGEST_BYTES && verdict->broken == REGISTRY_SOUND; i++)
        snprintf(link + 2 * i, 3, "%02x", verdict->link[i]);
    json_write_key(writer, "chain");
    json_write_string(writer, text_from(words[verdict->broken]));
    json_write_key(writer, "change");
    json_write_integer(writer, verdict->changes);
    json_write_key(writer, "link");
    json_write_string(writer, text_from(link));
}
