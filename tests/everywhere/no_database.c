/* On machines for which no database is built nothing is one. */
#include "cli/database.h"

bool store_is_there(const char *url) {
    (void)url;
    return false;
}

int database_open(struct database *database, struct command *command, const char *url, const struct policy *policy) {
    (void)command;
    (void)url;
    (void)policy;
    *database = (struct database){.store = NULL};
    return EXIT_CANNOT;
}

int database_tell(struct database *database, struct command *command, const char *url, enum registry_result result) {
    (void)database;
    (void)command;
    (void)url;
    return result == REGISTRY_DONE ? EXIT_DONE : EXIT_CANNOT;
}

void database_close(struct database *database) {
    (void)database;
}

enum registry_result registry_read(struct registry *registry, int64_t known, struct arena *arena,
                                   struct records *records) {
    (void)registry;
    (void)known;
    (void)arena;
    (void)records;
    return REGISTRY_NONE;
}

enum registry_result registry_read_confirmed(struct registry *registry, int64_t known, struct policy *policy,
                                             struct registry_lines *lines) {
    (void)registry;
    (void)known;
    (void)policy;
    (void)lines;
    return REGISTRY_NONE;
}

enum registry_result registry_read_given(struct registry *registry, int64_t known, struct arena *arena,
                                         struct registry_given *given) {
    (void)registry;
    (void)known;
    (void)arena;
    (void)given;
    return REGISTRY_NONE;
}
