#include "base/shown.h"

enum { REPLACEMENT = 0xfffd };

bool character_steers(uint32_t character) {
    if (character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x61c) return true;
    bool direction = character == 0x200e || character == 0x200f || (character >= 0x202a && character <= 0x202e);
    bool isolate = character >= 0x2066 && character <= 0x2069;
    return direction || isolate || character == 0x2028 || character == 0x2029;
}

static bool is_layout(struct text text, size_t at) {
    char c = text.bytes[at];
    return c == '\t' || c == '\n' || (c == '\r' && at + 1 < text.length && text.bytes[at + 1] == '\n');
}

size_t text_steers_at(struct text text, size_t from) {
    for (size_t offset = from; offset < text.length;) {
        size_t start = offset;
        uint32_t character = text_next(text, &offset);
        if (character_steers(character) && !is_layout(text, start)) return start;
    }
    return text.length;
}

uint32_t character_shown(uint32_t character) {
    if (character == '\t') return ' ';
    return character == UTF8_BAD || character_steers(character) ? REPLACEMENT : character;
}

void builder_add_shown(struct builder *builder, struct text text) {
    size_t kept = 0; /* from here on nothing has been added yet */
    for (size_t offset = 0; offset < text.length;) {
        size_t start = offset;
        uint32_t character = text_next(text, &offset), instead = character_shown(character);
        if (instead == character) continue;
        builder_add(builder, text_slice(text, kept, start));
        builder_add(builder, instead == ' ' ? TEXT(" ") : TEXT("\xef\xbf\xbd"));
        kept = offset;
    }
    builder_add(builder, text_slice(text, kept, text.length));
}

struct text text_shown(struct arena *arena, struct text text) {
    struct builder builder;
    builder_init(&builder);
    builder_add_shown(&builder, text);
    return builder_finish(&builder, arena);
}

struct text character_name(struct arena *arena, struct text character) {
    size_t offset = 0;
    return text_format(arena, "U+%04X", (unsigned)text_next(character, &offset));
}
