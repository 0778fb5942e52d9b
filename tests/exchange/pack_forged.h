/* Puts the sums of a pack right, as one who means to deceive would: what is wrong with it must then be seen otherwise.
 */
#ifndef DOUDI_TESTS_PACK_FORGED_H
#define DOUDI_TESTS_PACK_FORGED_H

#include "exchange/pack_inside.h"

#include <string.h>

/* Of any bytes, also those that are no pack. */
static inline void forge_sums(char *bytes, size_t length) {
    struct pack_header header;
    if (length < sizeof header) return;
    memcpy(&header, bytes, sizeof header);
    if (header.sections > length / sizeof(struct pack_section) || pack_head_bytes((size_t)header.sections) > length)
        return;
    for (size_t i = 0; i < header.sections; i++) {
        struct pack_section section;
        char *at = bytes + sizeof header + i * sizeof section;
        memcpy(&section, at, sizeof section);
        if (section.offset > length) continue;
        size_t left = length - (size_t)section.offset;
        if (section.length > left || pack_padded((size_t)section.length) > left) continue;
        section.sum = pack_sum((struct text){bytes + section.offset, pack_padded((size_t)section.length)});
        memcpy(at, &section, sizeof section);
    }
    size_t head = pack_head_bytes((size_t)header.sections);
    uint64_t sum = pack_sum((struct text){bytes, head - sizeof sum});
    memcpy(bytes + head - sizeof sum, &sum, sizeof sum);
}

#endif
