/* Replays a corpus: feeds every file of the given folders to the fuzz target, in the order of their names.
 *
 * Linked instead of libFuzzer, so that every input that was ever of interest runs as an ordinary test with any
 * compiler. A target shows a mistake by crashing; the last name printed is then the input that did it. */
#define _POSIX_C_SOURCE 200809L /* scandir */

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { INPUT_BYTES_MAX = 16 << 20, PATH_BYTES_MAX = 4096 };

static bool fail(const char *what, const char *path) {
    printf("# %s: %s\n", what, path);
    return false;
}

/* The target gets a block of just the right size, so that a sanitizer sees the first byte read past its end. */
static bool replay_bytes(const uint8_t *bytes, size_t length, const char *path) {
    uint8_t *input = malloc(length ? length : 1);
    if (!input) return fail("no memory for", path);
    memcpy(input, bytes, length);
    LLVMFuzzerTestOneInput(input, length);
    free(input);
    return true;
}

static bool replay_file(const char *path, uint8_t *buffer) {
    FILE *file = fopen(path, "rb");
    if (!file) return fail("cannot open", path);
    size_t length = fread(buffer, 1, INPUT_BYTES_MAX, file);
    bool complete = !ferror(file) && fgetc(file) == EOF;
    (void)fclose(file);
    if (!complete) return fail("cannot be read, or is too long", path);
    printf("# %s\n", path);
    (void)fflush(stdout);
    return replay_bytes(buffer, length, path);
}

static int visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static bool replay_folder(const char *folder, uint8_t *buffer, int *inputs) {
    struct dirent **entries;
    int count = scandir(folder, &entries, visible, alphasort);
    if (count < 0) return fail("cannot list", folder);
    bool passed = true;
    for (int i = 0; i < count; i++) {
        char path[PATH_BYTES_MAX];
        int length = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
        if (length >= (int)sizeof path)
            passed = fail("name too long", path);
        else
            passed = replay_file(path, buffer) && passed;
    }
    free(entries);
    *inputs += count;
    return passed;
}

int main(int argument_count, char **arguments) {
    uint8_t *buffer = malloc(INPUT_BYTES_MAX);
    if (!buffer) return EXIT_FAILURE;
    bool passed = true;
    int inputs = 0;
    for (int i = 1; i < argument_count; i++) passed = replay_folder(arguments[i], buffer, &inputs) && passed;
    free(buffer);
    if (inputs == 0) passed = fail("there are no inputs", argument_count > 1 ? arguments[1] : "no folder");
    printf("1..1\n%s 1 - %d inputs replayed\n", passed ? "ok" : "not ok", inputs);
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
