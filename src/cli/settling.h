/* What commands about bills share (settle, quote, cancel, statement, hospital-statement): a registry at which bills are
 * settled, and how bills are shown. */
#ifndef DOUDI_CLI_SETTLING_H
#define DOUDI_CLI_SETTLING_H

#include "cli/database.h"
#include "work/settlement.h"
#include "work/unconfirmed.h"

struct settling {
    struct command *command;
    const char *url;
    struct database database;
    struct settler settler;
    bool begun;                 /* the settler is to be ended */
    const struct entity *event; /* the bills that the law settles, or those of --event */
    struct registry_change change;
    day_number day; /* on which is booked: --on, or today */
    struct unconfirmed unconfirmed;
};

/* Opens --database; EXIT_DONE, or tells why not. settling_close is called, whatever comes of it. */
int settling_open(struct settling *settling, struct command *command, const char *what);
void settling_close(struct settling *settling);
/* EXIT_DONE, or tells that the day on which is to be booked is still to come. */
int settling_may_book(struct settling *settling);
/* EXIT_DONE, or tells what failed. */
int settling_tell(struct settling *settling, enum registry_result result);

/* Tells that the registry has no such row of the entity: EXIT_CANNOT. Of those whose bills are settled, how an id is
 * found. */
int settling_tell_nobody(const struct settling *settling, const struct entity *entity, struct text id);

/* Bills as FHIR, settled, or quoted alone, and answered as FHIR (command_fhir.c). */
int settle_fhir(struct settling *settling, struct text name, struct text bytes, bool quotes);

/* A bill as a waterfall: its total, what each layer takes of it, and what is left; and what does not hold of it. */
void bill_show(struct builder *out, struct settling *settling, const struct settled_bill *bill);
/* What the law shows beside a bill, in a line; nothing where nothing is. */
void facts_show(struct builder *out, struct settling *settling, const struct settled_bill *bill);
/* Whether something under a part of a bill, or what is shown beside it, is not confirmed. */
bool bill_is_unconfirmed(struct settling *settling, const struct settled_bill *bill, const struct field *field);
/* "10,768.00◇" */
struct text fact_shown(struct settling *settling, const struct settled_bill *bill, const struct settlement_fact *fact);
/* Bills that were settled anew: what each paid before, and pays now. */
void effects_show(struct builder *out, struct settling *settling, const struct settlement_answer *answer);
/* What a declaration is called, in the user's language. */
struct text label_shown(const struct settling *settling, const struct text label[LANGUAGES], struct text name);
/* "12,345.00", of the event's amounts, without or with ◇. */
struct text amount_shown(struct settling *settling, const struct field *field, int64_t amount);

#endif
