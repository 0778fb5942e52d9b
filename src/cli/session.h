/* What assess and explain share: a policy, data, and the months decided so far. */
#ifndef DOUDI_CLI_SESSION_H
#define DOUDI_CLI_SESSION_H

#include "cli/database.h"
#include "exchange/import.h"
#include "exchange/in_force.h"
#include "registry/runs.h"

struct session {
    struct command *command;
    bool quiet; /* set before session_open: rows that are wrong are not told, unless nothing can be decided for them */
    bool follows;       /* the same: where --previous is of one area, that area is looked at */
    bool decides;       /* the same: months of a registry that stand as they would be decided are passed over, and so is
                         * what no rule asks rows for */
    bool looks;         /* the same: nothing is decided, so that the months before are not read */
    const char *of;     /* the same: only what the row of that id gets is asked for; NULL: all */
    month_number first; /* that is not passed over */
    struct policy *policy;
    struct diagnostics diagnostics;
    struct import import;
    struct database database;        /* the data, where they are a registry */
    const char *data;                /* its name, or that of the folder or pack */
    int64_t known_change;            /* of a registry: the changes up to that one are known */
    int64_t news;                    /* likewise, the last of all that told something decisions rest on */
    struct registry_runs runs;       /* likewise, the months that were decided */
    int64_t as_known;                /* likewise, set before it is read: nothing later is read; 0: all is */
    struct session_changed *changed; /* likewise: only what has changed is decided; NULL: what is asked for */
    struct session_changed *family;  /* likewise: the rows of which alone is read; NULL: all, or what has changed */
    struct registry_wanted wanted;   /* of either, the rows that were read */
    chosen_rows chosen;              /* then, of the month at hand, those of whom is told; NULL: all */
    bool overtaken;                  /* likewise: others have changed it since, so that no further month can be kept */
    struct file pack;                /* the data, where they are one file: the dataset points into it */
    struct history history;
    struct refusals refusals;
    VECTOR(struct given) given;
    VECTOR(struct override) overrides;
    day_number known;
    struct in_force_months months; /* decided so far, those of --previous among them */
    struct dataset *dataset;       /* of the month at hand; NULL before the first */
    struct run *run;
    struct text area;      /* --area: only its rows are decided; empty: all are */
    bool solves;           /* set before the first month: everybody is decided at once */
    enum finds finds;      /* likewise: only what the alerts that find it need, and show; FINDS_NOTHING: all */
    struct solved *solved; /* then, of the month at hand */
    bool opened;           /* import and history are to be closed */
    struct history told;   /* what a run kept, once it was compared */
    bool compared;
};

/* Reads the policy's folder (NULL: the law that the registry keeps, which is open), --reading, --known; EXIT_DONE, or
 * tells why not. */
int session_open_law(struct session *session, struct command *command, const char *policy);
/* Then the data folder, or a pack where the months are one, and --previous, which is of the month before the first. */
int session_open_data(struct session *session, const char *data, month_number first, month_number last);
/* Both, of --policy. */
int session_open(struct session *session, struct command *command, const char *data, month_number first,
                 month_number last);
void session_close(struct session *session);

/* The months of --month: 2018-07, or 2018-07..2018-12; false (told) when it is none. */
bool session_months(struct command *command, month_number *first, month_number *last);

/* What a month's run is to be told; good until the session is closed. */
struct run_options session_options(const struct session *session);

/* Makes session->dataset for the month; rows that do not fit are told once. */
int session_load(struct session *session, month_number month);

/* Makes session->run for the month; EXIT_DONE or what went wrong. */
int session_decide(struct session *session, month_number month);
/* Keeps what later months read of it; EXIT_DONE, or memory ran out. */
int session_record(struct session *session);
/* The same where no later month is decided, nor anything written of those before. */
int session_record_last(struct session *session);

/* --- of a registry (session_registry.c) --------------------------------------------------------------------------- */

/* All that is known, with its versions, and what is given. */
enum import_result session_read_registry(struct session *session);
/* Opens a registry as a run knew it, with its law, its area and all that was told; EXIT_DONE, or tells why not. */
int session_open_run(struct session *session, struct command *command, const char *data, int64_t change,
                     struct registry_run *run);
/* What the run at hand, of a session that was opened for a run and has recorded it, finds otherwise than that kept. */
int session_compare_run(struct session *session, const struct registry_run *run,
                        struct registry_differences *differences);
/* The same of what stands of the month: where the run at hand, once recorded, changes it. */
int session_compare_month(struct session *session, struct registry_differences *differences);
/* What the months before the first found, which carry on without a gap; EXIT_DONE, or tells why not. */
int session_read_runs(struct session *session, month_number first);
/* That the month before was decided for all of whom this one is; EXIT_DONE, or tells why not. */
int session_check_before(struct session *session, const struct entity *area, size_t row, month_number month);

/* What is known now and was not when months were decided (session_changed.c). */
struct session_changed {
    month_number first, last; /* that were decided */
    month_number from;        /* the first that knew too little; MONTH_LAST: none did */
    int64_t *known; /* by month from the first on, twice: what its run and those that it read, back to a month, knew */
    bool all;       /* it may be felt by anybody; else: */
    const struct entity **units; /* by entity index: within whose rows what changes stays */
    struct registry_keys *keys;  /* of such rows, by entity index */
};
/* The rows that what the row `of` gets, and what is marked in it, can depend on, where that is not on all others or on
 * too many: session->family. */
enum registry_result session_find_family(struct session *session);
/* Of a session that has read its runs; EXIT_DONE, or tells why not. */
int session_find_changed(struct session *session, struct session_changed *changed);
/* The rows of the month at hand of which is to be told; NULL when memory has run out. */
chosen_rows session_choose_changed(struct session *session, const struct session_changed *changed);

/* The change by which the month was decided as it would be now; 0: nothing can be told, or it was not. */
int64_t session_kept(struct session *session, month_number month);
/* The same of the month at hand, once it is recorded: of what it found nothing is kept again with a later month. */
int64_t session_kept_before(struct session *session);
/* Keeps what the run of the month at hand found, as a change, which is told; of what another call has kept meanwhile
 * the same stands. EXIT_DONE, or tells why not. */
int session_keep(struct session *session, int64_t *kept);

/* --- */

/* Packs the dataset of the month at hand into a file (save.c); EXIT_DONE, or tells why not. */
int session_save(struct session *session, const char *path);

#endif
