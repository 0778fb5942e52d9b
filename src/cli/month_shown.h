/* A month that was decided, as people and programs are told of it. */
#ifndef DOUDI_CLI_MONTH_SHOWN_H
#define DOUDI_CLI_MONTH_SHOWN_H

#include "cli/session.h"
#include "exchange/json.h"
#include "exchange/totals.h"

/* Of the session's month; with the files of that folder in which what is counted is listed, unless it is NULL. */
void month_print(struct builder *out, struct session *session, const struct totals *totals, const char *folder);
/* The change that keeps it. */
void month_print_kept(struct builder *out, const struct session *session, month_number month, int64_t kept);
/* The same of one that was decided before as it would be now. */
void month_print_stands(struct builder *out, const struct session *session, month_number month, int64_t kept);

/* The same as an object; kept 0: nothing was. */
void month_write(struct json_writer *writer, struct session *session, const struct totals *totals, int64_t kept);
void month_write_count(struct json_writer *writer, const char *key, size_t count);

#endif
