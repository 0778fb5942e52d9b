/* Bills of a connection: a line each, answered by a line each, in their order.
 *
 * A line that is no bill is answered, too, and the connection goes on; one that is longer than a bill may be, or holds
 * a byte of 0, is answered and ends it. Blank lines are passed over. A last line without its end may be the half of
 * one, and is nothing. */
#ifndef DOUDI_WORK_BILL_LINES_H
#define DOUDI_WORK_BILL_LINES_H

#include "work/bill_service.h"
#include "work/connections.h"

/* To its end. Each is presented by whom the system knows the peer as. */
void bill_lines_serve(const struct bill_service *service, struct connection *connection);

#endif
