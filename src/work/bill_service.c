#include "work/bill_service.h"

#include "exchange/answer_json.h"
#include "exchange/bill_json.h"
#include "exchange/messages.h"

void bill_caller_begin(struct bill_caller *caller, const struct bill_service *service, struct text who) {
    *caller = (struct bill_caller){.service = service, .who = who};
    arena_init(&caller->arena);
    builder_init(&caller->out);
}

void bill_caller_end(struct bill_caller *caller) {
    arena_free(&caller->arena);
    builder_free(&caller->out);
}

/* --- what failed -------------------------------------------------------------------------------------------------- */

struct failure {
    bool retry;
    const char *words[LANGUAGES];
};

static struct failure failure_of_store(enum store_failure failure) {
    switch (failure) {
    case STORE_BUSY:
    case STORE_CONFLICT:
        return (struct failure){true,
                                {"另一个程序正在写,没有登记;请稍后再交一次",
                                 "another program is writing, and nothing was kept; present it again later"}};
    case STORE_FULL:
        return (struct failure){true,
                                {"磁盘已满,没有登记;腾出空间后再交一次",
                                 "the disk is full, and nothing was kept; present it again once there is room"}};
    case STORE_UNSURE:
        return (struct failure){true,
                                {"提交时与数据库的连接断了,不知登记没有;请再交一次,不会重复结算",
                                 "the database went away at the end, and it may have been kept or not; present it "
                                 "again, it is settled once"}};
    case STORE_NOT_THERE:
    case STORE_LOST:
        return (struct failure){true,
                                {"数据库没有回应,没有登记;请稍后再交一次",
                                 "the database does not answer, and nothing was kept; present it again later"}};
    case STORE_MOVED:
        return (struct failure){true,
                                {"登记簿的文件被移走、删除或换掉了,没有登记;请稍后再交一次",
                                 "the file of the registry was moved, deleted or replaced, and nothing was kept; "
                                 "present it again later"}};
    case STORE_DISK:
        return (struct failure){
            true,
            {"磁盘读写失败,没有登记;请稍后再交一次", "the disk failed, and nothing was kept; present it again later"}};
    default: break;
    }
    return (struct failure){false,
                            {"登记簿读写不了,没有登记;请告诉管理员",
                             "the registry cannot be read or written, and nothing was kept; tell whoever runs it"}};
}

static struct failure failure_of(enum registry_result result, const struct store_trouble *trouble) {
    static const struct failure no_memory = {
        true, {"内存不足,没有登记;请稍后再交一次", "memory ran out, and nothing was kept; present it again later"}};
    static const struct failure migrated = {
        true,
        {"登记簿换了政策,没有登记;服务重新启动后再交一次",
         "the registry has another law now, and nothing was kept; present it again once the service was started anew"}};
    if (result == REGISTRY_NO_MEMORY || trouble->failure == STORE_NO_MEMORY) return no_memory;
    if (result == REGISTRY_MIGRATED || result == REGISTRY_OTHER_MODEL) return migrated;
    return failure_of_store(result == REGISTRY_STORE_FAILED ? trouble->failure : STORE_MISTAKE);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void write_outcome(struct json_writer *writer, const char *outcome, const char *zh, const char *en) {
    const struct text words[LANGUAGES] = {text_from(zh), text_from(en)};
    json_write_key(writer, "outcome");
    json_write_string(writer, text_from(outcome));
    json_write_words(writer, "sentence", words);
}

static void write_failure(struct json_writer *writer, const struct failure *failure) {
    json_write_object(writer);
    write_outcome(writer, "failed", failure->words[LANGUAGE_ZH], failure->words[LANGUAGE_EN]);
    json_write_key(writer, "retry");
    json_write_bool(writer, failure->retry);
    json_write_close_object(writer);
}

static void write_mistake(struct json_writer *writer, struct arena *arena, const struct diagnostic *mistake) {
    struct text words[LANGUAGES], remedy[LANGUAGES];
    for (enum language language = 0; language < LANGUAGES; language++) {
        words[language] = diagnostic_text(arena, mistake, language);
        remedy[language] = diagnostic_remedy(arena, mistake, language);
    }
    json_write_object(writer);
    if (mistake->at.line) {
        json_write_key(writer, "line");
        json_write_integer(writer, mistake->at.line);
        json_write_key(writer, "column");
        json_write_integer(writer, mistake->at.column);
    }
    json_write_words(writer, "text", words);
    json_write_words(writer, "remedy", remedy);
    json_write_close_object(writer);
}

static void write_mistakes(struct json_writer *writer, struct arena *arena, struct diagnostics *diagnostics) {
    diagnostics_sort(diagnostics);
    json_write_object(writer);
    write_outcome(writer, "unread", "单子有误,没有读", "the bill is wrong and was not read");
    json_write_key(writer, "mistakes");
    json_write_array(writer);
    for (size_t i = 0; i < diagnostics->list.count; i++) write_mistake(writer, arena, &diagnostics->list.items[i]);
    json_write_close_array(writer);
    json_write_close_object(writer);
}

static void write_answer(struct bill_caller *caller, struct json_writer *writer, const struct desk_ticket *ticket) {
    const struct bill_service *service = caller->service;
    const struct answer_writing writing = {.policy = service->policy,
                                           .event = ticket->request.bill.event,
                                           .act = ticket->request.act,
                                           .presented = &ticket->request.bill,
                                           .change = ticket->change,
                                           .unconfirmed = unconfirmed_on,
                                           .of = service->unconfirmed};
    const struct failure failure = failure_of(ticket->result, &ticket->trouble);
    if (ticket->result == REGISTRY_DONE)
        answer_write_json(writer, &caller->arena, &writing, &ticket->answer);
    else
        write_failure(writer, &failure);
}

/* --- presenting --------------------------------------------------------------------------------------------------- */

static struct json_writer begin(struct bill_caller *caller) {
    struct json_writer writer;
    arena_rewind(&caller->arena, (struct arena_mark){NULL, 0});
    caller->out.length = 0;
    json_writer_init(&writer, &caller->out, true);
    return writer;
}

/* Where memory ran out nothing that was built is good; what was kept is answered when it is presented again. */
static struct text end(struct bill_caller *caller) {
    if (!caller->out.failed && !arena_failed(&caller->arena)) return builder_text(&caller->out);
    arena_free(&caller->arena);
    builder_free(&caller->out);
    builder_init(&caller->out);
    return TEXT("{\"outcome\": \"failed\", \"sentence\": {\"zh\": \"内存不足,不知登记没有;请再交一次,不会重复结算\", "
                "\"en\": \"memory ran out, and it may have been kept or not; present it again, it is settled once\"}, "
                "\"retry\": true}\n");
}

/* The only bill of the text: nothing of several is settled. */
static enum bill_result read_bill(struct bill_caller *caller, const struct source *source,
                                  struct diagnostics *diagnostics, struct bill_told *told) {
    struct bill_reader reader;
    struct bill_told other;
    bill_reader_open(&reader, caller->service->policy, source, diagnostics);
    enum bill_result result = bill_reader_next(&reader, &caller->arena, told);
    enum bill_result behind = result == BILL_TOLD ? bill_reader_next(&reader, &caller->arena, &other) : BILL_NO_MORE;
    if (behind == BILL_TOLD) diagnostics_add(diagnostics, &exchange_messages[EXCHANGE_BILL_SEVERAL], other.at, NULL, 0);
    if (behind != BILL_NO_MORE) result = behind == BILL_NO_MEMORY ? behind : BILL_WRONG;
    bill_reader_close(&reader);
    return result;
}

static void settle(struct bill_caller *caller, struct json_writer *writer, const struct bill_told *told) {
    const struct bill_service *service = caller->service;
    struct desk_ticket ticket = {.request = {.act = told->act,
                                             .bill = told->bill,
                                             .who = caller->who,
                                             .day = service->today(service->context),
                                             .wants_facts = true}};
    desk_ask(service->desk, &ticket);
    service->done(service->context, ticket.result, &ticket.trouble);
    write_answer(caller, writer, &ticket);
    desk_leave(service->desk, &ticket);
}

static bool is_blank(struct text text) {
    bool blank = true;
    for (size_t i = 0; i < text.length && blank; i++)
        blank = text.bytes[i] == ' ' || text.bytes[i] == '\t' || text.bytes[i] == '\r' || text.bytes[i] == '\n';
    return blank;
}

struct text bill_caller_present(struct bill_caller *caller, struct text bill) {
    static const struct failure no_memory = {
        true, {"内存不足,没有登记;请再交一次", "memory ran out, and nothing was kept; present it again"}};
    struct json_writer writer = begin(caller);
    const struct source source = {.name = TEXT("bill"), .bytes = bill};
    struct diagnostics diagnostics;
    struct bill_told told;
    if (is_blank(bill)) return TEXT("");
    diagnostics_init(&diagnostics, &caller->arena);
    switch (read_bill(caller, &source, &diagnostics, &told)) {
    case BILL_TOLD: settle(caller, &writer, &told); break;
    case BILL_NO_MORE: /* a list of none */
        diagnostics_add(&diagnostics, &exchange_messages[EXCHANGE_BILL_NOTHING], (struct position){&source, 1, 1, 1},
                        NULL, 0);
        write_mistakes(&writer, &caller->arena, &diagnostics);
        break;
    case BILL_WRONG: write_mistakes(&writer, &caller->arena, &diagnostics); break;
    case BILL_NO_MEMORY: write_failure(&writer, &no_memory); break;
    }
    return end(caller);
}

struct text bill_caller_complain(struct bill_caller *caller, enum bill_unreadable why) {
    static const enum exchange_message messages[] = {
        [BILL_UNREADABLE_LONG] = EXCHANGE_BILL_LONG, [BILL_UNREADABLE_NUL] = EXCHANGE_BILL_CONTROL};
    struct json_writer writer = begin(caller);
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, &caller->arena);
    diagnostics_add(&diagnostics, &exchange_messages[messages[why]], (struct position){.line = 0}, NULL, 0);
    write_mistakes(&writer, &caller->arena, &diagnostics);
    return end(caller);
}
