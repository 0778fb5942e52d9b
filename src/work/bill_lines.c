#include "work/bill_lines.h"

#include "exchange/bill_json.h"
#include "work/lines.h"

struct talk {
    struct connection *connection;
    struct line_cutter cutter;
    struct bill_caller caller;
};

/* All that came whole; LINE_WHOLE: the peer has gone. */
static enum line_result answer_lines(struct talk *talk) {
    struct text line;
    enum line_result result;
    bool open = true;
    while (open && (result = line_cutter_next(&talk->cutter, &line)) == LINE_WHOLE)
        open = connection_write(talk->connection, bill_caller_present(&talk->caller, line));
    return open ? result : LINE_WHOLE;
}

static bool read_more(struct talk *talk) {
    size_t room;
    char *bytes = line_cutter_room(&talk->cutter, &room);
    size_t count = connection_read(talk->connection, bytes, room, line_cutter_is_half(&talk->cutter));
    line_cutter_add(&talk->cutter, count);
    return count > 0;
}

static void talk_to(struct talk *talk) {
    enum line_result result;
    do result = answer_lines(talk);
    while (result == LINE_WANTED && read_more(talk));
    if (result == LINE_TOO_LONG || result == LINE_HAS_NUL)
        (void)connection_write(
            talk->connection,
            bill_caller_complain(&talk->caller, result == LINE_HAS_NUL ? BILL_UNREADABLE_NUL : BILL_UNREADABLE_LONG));
}

void bill_lines_serve(const struct bill_service *service, struct connection *connection) {
    struct talk talk = {.connection = connection};
    struct arena arena;
    arena_init(&arena);
    struct text who = connection_login(connection, &arena);
    if (line_cutter_init(&talk.cutter, BILL_BYTES_MAX) && !arena_failed(&arena) && who.length) {
        bill_caller_begin(&talk.caller, service, who);
        talk_to(&talk);
        bill_caller_end(&talk.caller);
    }
    line_cutter_free(&talk.cutter);
    arena_free(&arena);
}
