/* On machines for which no database is built nothing is one. */
#include "cli/session.h"

bool store_is_there(const char *url) {
    (void)url;
    return false;
}

void store_roll_back(struct store *store) {
    (void)store;
}

int database_open(struct database *database, struct command *command, const char *url, const struct policy *policy) {
    (void)command;
    (void)url;
    (void)policy;
    *database = (struct database){.store = NULL};
    return EXIT_CANNOT;
}

int database_open_known(struct database *database, struct command *command, const char *url, int64_t *known) {
    *known = REGISTRY_NOW;
    return database_open(database, command, url, NULL);
}

int database_as_known(struct database *database, struct command *command, const char *url, int64_t *known) {
    (void)database;
    (void)command;
    (void)url;
    *known = REGISTRY_NOW;
    return EXIT_CANNOT;
}

void database_show_change(struct builder *out, struct command *command, const char *url, int64_t number) {
    (void)out;
    (void)command;
    (void)url;
    (void)number;
}

void database_close(struct database *database) {
    (void)database;
}

enum import_result session_read_registry(struct session *session) {
    (void)session;
    return IMPORT_UNREADABLE;
}

int session_open_run(struct session *session, struct command *command, const char *data, int64_t change,
                     struct registry_run *run) {
    (void)session;
    (void)command;
    (void)data;
    (void)change;
    (void)run;
    return EXIT_CANNOT;
}

int session_compare_run(struct session *session, const struct registry_run *run,
                        struct registry_differences *differences) {
    (void)session;
    (void)run;
    (void)differences;
    return EXIT_CANNOT;
}

int session_compare_month(struct session *session, struct registry_differences *differences) {
    (void)session;
    (void)differences;
    return EXIT_CANNOT;
}

int session_find_changed(struct session *session, struct session_changed *changed) {
    (void)session;
    (void)changed;
    return EXIT_CANNOT;
}

chosen_rows session_choose_changed(struct session *session, const struct session_changed *changed) {
    (void)session;
    (void)changed;
    return NULL;
}

int session_read_runs(struct session *session, month_number first) {
    (void)session;
    (void)first;
    return EXIT_CANNOT;
}

int session_check_before(struct session *session, const struct entity *area, size_t row, month_number month) {
    (void)session;
    (void)area;
    (void)row;
    (void)month;
    return EXIT_CANNOT;
}

int64_t session_kept(struct session *session, month_number month) {
    (void)session;
    (void)month;
    return 0;
}

int64_t session_kept_before(struct session *session) {
    (void)session;
    return 0;
}

int session_keep(struct session *session, int64_t *change) {
    (void)session;
    (void)change;
    return EXIT_CANNOT;
}
