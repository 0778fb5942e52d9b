#define _POSIX_C_SOURCE 200809L /* sysconf */

#include "work/desk.h"

#include "base/memory.h"
#include "work/settle_inside.h"

#include <pthread.h>
#include <unistd.h>

enum { DECIDERS_MOST = 16, GROUP_MOST = 256, GROUP_FITTING = 24 };

/* A connection of its own, on a thread. */
struct worker {
    struct desk *desk;
    pthread_t thread;
    bool started;
    struct store *store; /* NULL: it failed, and is opened again for what comes next */
    struct store_trouble trouble;
    struct registry registry;
    struct settler settler;
};

/* By what a bill tells whose it is. Of two that tell it differently nobody sees that they are of one person. */
enum telling { BY_ID, BY_INPUT, BY_NUMBER, TELLINGS };

/* Bills that are decided together, and what was found of them. */
struct desk_group {
    struct desk_group *next, *next_ready;
    enum telling telling;
    struct arena arena; /* of the answers */
    struct desk_ticket **tickets;
    struct asked *asked; /* by ticket */
    size_t count, left;  /* left: tickets that nobody has left yet */
    struct round round;
    int64_t known; /* the last change that was known */
    bool keeps;    /* something of it is to be kept */
    enum registry_result result;
    struct store_trouble trouble;
};

struct desk {
    struct desk_opening opening;
    pthread_mutex_t lock;
    pthread_cond_t asked, decided;
    struct desk_ticket *first, **last; /* that wait, in their order */
    struct desk_group *deciding;       /* in any order */
    struct desk_group *ready, **ready_last;
    int64_t own, foreign;   /* the last change that was made here, and elsewhere, as far as is known */
    int64_t told[TELLINGS]; /* the last that was made here by bills of each kind */
    size_t most;
    bool closing;
    size_t working; /* deciders that have not ended */
    struct worker deciders[DECIDERS_MOST], writer;
    unsigned count; /* of deciders that were started */
    struct desk_figures figures;
};

/* --- connections -------------------------------------------------------------------------------------------------- */

static enum registry_result connect(struct worker *worker) {
    const struct desk_opening *opening = &worker->desk->opening;
    if (worker->store) return REGISTRY_DONE;
    worker->store = store_open(opening->url, STORE_AS_IT_IS, &worker->trouble);
    if (!worker->store) return REGISTRY_STORE_FAILED;
    worker->settler = (struct settler){.registry = NULL};
    store_begin(worker->store, STORE_TO_READ);
    enum registry_result result = registry_open(&worker->registry, worker->store, opening->policy);
    if (result == REGISTRY_DONE) result = settler_begin(&worker->settler, &worker->registry);
    worker->trouble = *store_trouble(worker->store);
    store_roll_back(worker->store);
    return result;
}

static void disconnect(struct worker *worker) {
    if (!worker->store) return;
    worker->trouble = *store_trouble(worker->store);
    settler_end(&worker->settler);
    registry_close(&worker->registry);
    store_close(worker->store);
    worker->store = NULL;
}

/* --- tickets ------------------------------------------------------------------------------------------------------ */

/* With the lock. */
static void answer(struct desk_ticket *ticket, enum registry_result result, const struct store_trouble *trouble,
                   int64_t change) {
    bool kept =
        result == REGISTRY_DONE && ticket->answer.outcome == SETTLEMENT_DONE && ticket->request.act != SETTLEMENT_QUOTE;
    ticket->result = result;
    ticket->trouble = *trouble;
    ticket->change = kept ? change : 0;
    ticket->answered = true;
    pthread_cond_signal(&ticket->is_answered);
}

/* With the lock. What waited for these may go on. */
static void finish(struct desk *desk, struct desk_group *group, enum registry_result result,
                   const struct store_trouble *trouble, int64_t change) {
    struct desk_group **at = &desk->deciding;
    while (*at != group) at = &(*at)->next;
    *at = group->next;
    for (size_t i = 0; i < group->count; i++) answer(group->tickets[i], result, trouble, change);
    if (desk->first) pthread_cond_signal(&desk->asked);
}

static enum telling telling_of(const struct desk_ticket *ticket) {
    if (ticket->request.act == SETTLEMENT_CANCEL) return BY_NUMBER;
    return ticket->request.bill.input ? BY_INPUT : BY_ID;
}

/* Of one person, or under one number, by what they say alone. */
static bool look_alike(const struct desk_ticket *a, const struct desk_ticket *b) {
    const struct bill *first = &a->request.bill, *second = &b->request.bill;
    bool same_people = telling_of(a) == telling_of(b) && telling_of(a) != BY_NUMBER &&
                       text_equal(first->parent, second->parent) && text_equal(first->match, second->match);
    return same_people || (text_equal(bill_presenter(first), bill_presenter(second)) &&
                           text_equal(bill_number(first), bill_number(second)));
}

/* Those that are decided together are of one event, and tell in one way whose they are; what tells that by another bill
 * is decided by itself. */
static bool go_together(const struct desk_ticket *a, const struct desk_ticket *b) {
    return a->request.bill.event == b->request.bill.event && telling_of(a) == telling_of(b) &&
           telling_of(a) != BY_NUMBER;
}

static bool is_like_any(const struct desk_ticket *ticket, struct desk_ticket *const *others, size_t count) {
    bool like = false;
    for (size_t i = 0; i < count && !like; i++) like = look_alike(ticket, others[i]);
    return like;
}

static bool is_being_decided(const struct desk *desk, const struct desk_ticket *ticket) {
    bool like = false;
    for (const struct desk_group *group = desk->deciding; group && !like; group = group->next)
        like = is_like_any(ticket, group->tickets, group->count);
    return like;
}

/* With the lock: what can be decided now, in the order in which it came; whatever is like something before it waits. */
static size_t take_waiting(struct desk *desk, struct desk_ticket **tickets) {
    struct desk_ticket *passed[GROUP_MOST];
    size_t count = 0, over = 0;
    for (struct desk_ticket **at = &desk->first; *at && count < desk->most && over < GROUP_MOST;) {
        struct desk_ticket *ticket = *at;
        bool waits = (count && !go_together(ticket, tickets[0])) || is_like_any(ticket, tickets, count) ||
                     is_like_any(ticket, passed, over) || is_being_decided(desk, ticket);
        if (waits) {
            passed[over++] = ticket;
            at = &ticket->next;
            continue;
        }
        *at = ticket->next;
        if (!*at) desk->last = at;
        ticket->next = NULL;
        tickets[count++] = ticket;
    }
    return count;
}

/* --- groups ------------------------------------------------------------------------------------------------------- */

/* NULL when memory has run out. */
static struct desk_group *group_new(struct desk_ticket *const *tickets, size_t count) {
    struct desk_group *group = memory_new(1, sizeof *group);
    if (!group) return NULL;
    arena_init(&group->arena);
    group->tickets = ARENA_ARRAY(&group->arena, struct desk_ticket *, count + 1);
    group->asked = ARENA_ARRAY(&group->arena, struct asked, count + 1);
    group->round.asked = ARENA_ARRAY(&group->arena, struct asked *, count + 1);
    if (arena_failed(&group->arena)) {
        arena_free(&group->arena);
        memory_free(group);
        return NULL;
    }
    group->count = group->left = count;
    group->telling = telling_of(tickets[0]);
    for (size_t i = 0; i < count; i++) {
        struct desk_ticket *ticket = tickets[i];
        group->tickets[i] = ticket;
        ticket->group = group;
        ticket->answer = (struct settlement_answer){.outcome = SETTLEMENT_REFUSED};
        group->asked[i] = (struct asked){.request = &ticket->request, .answer = &ticket->answer, .waits = true};
    }
    return group;
}

static void group_free(struct desk_group *group) {
    arena_free(&group->arena);
    memory_free(group);
}

/* --- deciding ----------------------------------------------------------------------------------------------------- */

/* What is told here tells nothing that bills rest on but bills, which are read each time. */
static enum registry_result refresh(struct desk *desk, struct settler *settler, int64_t last) {
    pthread_mutex_lock(&desk->lock);
    bool own = last <= desk->own && settler->last && settler->last >= desk->foreign;
    pthread_mutex_unlock(&desk->lock);
    if (!own) return settler_refresh(settler, last);
    settler->last = settler->reader.seen = last;
    return REGISTRY_DONE;
}

static enum registry_result decide_round(struct worker *worker, struct desk_group *group) {
    struct settler *settler = &worker->settler;
    struct round *round = &group->round;
    enum registry_result result = registry_last_change(&worker->registry, &group->known);
    if (result == REGISTRY_DONE) result = refresh(worker->desk, settler, group->known);
    for (size_t i = 0; i < group->count && result == REGISTRY_DONE; i++)
        result = asked_look_up(settler, &group->asked[i], &group->arena);
    if (result != REGISTRY_DONE) return result;
    round->settler = settler;
    round->arena = &group->arena;
    round->event = group->asked[0].request->bill.event;
    for (size_t i = 0; i < group->count; i++)
        if (group->asked[i].waits) round->asked[round->count++] = &group->asked[i];
    return round->count ? round_decide(round) : REGISTRY_DONE;
}

static bool is_to_be_kept(const struct desk_group *group) {
    bool any = false;
    for (size_t i = 0; i < group->round.count && !any; i++)
        any = group->round.asked[i]->waits && group->round.asked[i]->request->act != SETTLEMENT_QUOTE;
    return any;
}

static void decide(struct worker *worker, struct desk_group *group) {
    group->result = connect(worker);
    if (group->result == REGISTRY_DONE && !store_begin(worker->store, STORE_TO_READ))
        group->result = REGISTRY_STORE_FAILED;
    if (group->result == REGISTRY_DONE) group->result = decide_round(worker, group);
    if (group->result == REGISTRY_DONE) {
        store_roll_back(worker->store);
        group->keeps = is_to_be_kept(group);
        return;
    }
    round_free(&group->round);
    disconnect(worker);
    group->trouble = worker->trouble;
}

/* With the lock. */
static void pass_on(struct desk *desk, struct desk_group *group) {
    if (group->keeps) {
        *desk->ready_last = group;
        desk->ready_last = &group->next_ready;
        pthread_cond_signal(&desk->decided);
        return;
    }
    finish(desk, group, group->result, &group->trouble, 0);
}

static void fail(struct desk_ticket *const *tickets, size_t count) {
    const struct store_trouble none = {.failure = STORE_FINE};
    for (size_t i = 0; i < count; i++) answer(tickets[i], REGISTRY_NO_MEMORY, &none, 0);
}

static void *run_decider(void *context) {
    struct worker *worker = context;
    struct desk *desk = worker->desk;
    struct desk_ticket *tickets[GROUP_MOST];
    pthread_mutex_lock(&desk->lock);
    for (;;) {
        size_t count = take_waiting(desk, tickets);
        if (count == 0 && desk->closing && !desk->first) break;
        if (count == 0) {
            pthread_cond_wait(&desk->asked, &desk->lock);
            continue;
        }
        struct desk_group *group = group_new(tickets, count);
        if (!group) {
            fail(tickets, count);
            continue;
        }
        group->next = desk->deciding;
        desk->deciding = group;
        pthread_mutex_unlock(&desk->lock);
        decide(worker, group);
        pthread_mutex_lock(&desk->lock);
        pass_on(desk, group);
    }
    desk->working--;
    pthread_cond_broadcast(&desk->decided);
    pthread_mutex_unlock(&desk->lock);
    disconnect(worker);
    return NULL;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* Something that it may rest on was told since. */
static bool is_stale(const struct desk *desk, const struct desk_group *group) {
    bool stale = group->known < desk->foreign || (group->telling == BY_NUMBER && group->known < desk->own);
    for (int telling = 0; telling < TELLINGS; telling++)
        stale = stale || (telling != (int)group->telling && group->known < desk->told[telling]);
    return stale;
}

static enum registry_result decide_again(struct worker *writer, struct desk_group *group,
                                         const struct registry_change *change, bool *any) {
    round_free(&group->round);
    for (size_t i = 0; i < group->count; i++) {
        group->tickets[i]->answer = (struct settlement_answer){.outcome = SETTLEMENT_REFUSED};
        group->asked[i].waits = true;
    }
    writer->desk->figures.again += group->count;
    return settle_rounds(&writer->settler, change, group->asked, group->count, &group->arena, any);
}

static enum registry_result keep_groups(struct worker *writer, struct desk_group *groups,
                                        const struct registry_change *change, bool *any) {
    enum registry_result result = REGISTRY_DONE;
    for (struct desk_group *group = groups; group && result == REGISTRY_DONE; group = group->next_ready) {
        result = is_stale(writer->desk, group) ? decide_again(writer, group, change, any)
                                               : round_keep(&group->round, &writer->settler, change, any);
        for (int telling = 0; telling < TELLINGS && result == REGISTRY_DONE; telling++)
            if (telling == (int)group->telling) writer->desk->told[telling] = change->number;
    }
    return result;
}

/* All of them in one change; the numbers of changes that are made here are known before anybody can read them. */
static enum registry_result write_groups(struct worker *writer, struct desk_group *groups,
                                         struct registry_change *change) {
    struct desk *desk = writer->desk;
    bool any = false;
    *change = desk->opening.change;
    change->instant = desk->opening.instant();
    enum registry_result result = connect(writer);
    if (result == REGISTRY_DONE) result = registry_begin_change(&writer->registry, change);
    if (result != REGISTRY_DONE) return result;
    pthread_mutex_lock(&desk->lock);
    if (change->number - 1 != desk->own) desk->foreign = change->number - 1;
    pthread_mutex_unlock(&desk->lock);
    result = refresh(desk, &writer->settler, change->number - 1);
    if (result == REGISTRY_DONE) result = keep_groups(writer, groups, change, &any);
    pthread_mutex_lock(&desk->lock);
    if (result == REGISTRY_DONE && any) desk->own = change->number;
    pthread_mutex_unlock(&desk->lock);
    if (result == REGISTRY_DONE && any)
        result = registry_end_change(&writer->registry);
    else
        registry_give_up_change(&writer->registry);
    if (result == REGISTRY_DONE && any) desk->figures.changes++;
    return result;
}

/* With the lock. Of a change that failed nobody knows whether it stands: what was decided before it is decided again.
 */
static void doubt(struct desk *desk, const struct registry_change *change) {
    if (change->number == 0) return;
    desk->own = change->number - 1;
    desk->foreign = change->number;
}

static void write_all(struct worker *writer, struct desk_group *groups) {
    struct desk *desk = writer->desk;
    struct registry_change change = {.number = 0};
    enum registry_result result = write_groups(writer, groups, &change);
    for (struct desk_group *group = groups; group; group = group->next_ready) round_free(&group->round);
    if (result != REGISTRY_DONE) disconnect(writer);
    pthread_mutex_lock(&desk->lock);
    if (result != REGISTRY_DONE) doubt(desk, &change);
    for (struct desk_group *group = groups, *next; group; group = next) {
        next = group->next_ready; /* whoever is answered may free it */
        finish(desk, group, result, &writer->trouble, change.number);
    }
    pthread_mutex_unlock(&desk->lock);
}

static void *run_writer(void *context) {
    struct worker *worker = context;
    struct desk *desk = worker->desk;
    pthread_mutex_lock(&desk->lock);
    while (desk->working || desk->ready) {
        struct desk_group *groups = desk->ready;
        if (!groups) {
            pthread_cond_wait(&desk->decided, &desk->lock);
            continue;
        }
        desk->ready = NULL;
        desk->ready_last = &desk->ready;
        pthread_mutex_unlock(&desk->lock);
        write_all(worker, groups);
        pthread_mutex_lock(&desk->lock);
    }
    pthread_mutex_unlock(&desk->lock);
    disconnect(worker);
    return NULL;
}

/* --- opening and closing ------------------------------------------------------------------------------------------ */

static unsigned deciders_for(const struct desk_opening *opening) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned count = opening->deciders ? opening->deciders : processors > 0 ? (unsigned)processors : 1;
    return count < DECIDERS_MOST ? count : DECIDERS_MOST;
}

static bool start(struct worker *worker, void *(*run)(void *)) {
    worker->started = pthread_create(&worker->thread, NULL, run, worker) == 0;
    return worker->started;
}

struct desk *desk_open(const struct desk_opening *opening, enum registry_result *result,
                       struct store_trouble *trouble) {
    struct desk *desk = memory_new(1, sizeof *desk);
    *result = REGISTRY_NO_MEMORY;
    if (!desk) return NULL;
    desk->opening = *opening;
    desk->most = opening->most ? opening->most : GROUP_FITTING;
    if (desk->most > GROUP_MOST) desk->most = GROUP_MOST;
    desk->last = &desk->first;
    desk->ready_last = &desk->ready;
    desk->writer.desk = desk;
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->asked, NULL);
    pthread_cond_init(&desk->decided, NULL);
    *result = connect(&desk->writer);
    *trouble = desk->writer.trouble;
    unsigned wanted = *result == REGISTRY_DONE ? deciders_for(opening) : 0;
    for (unsigned i = 0; i < wanted; i++) desk->deciders[i].desk = desk;
    pthread_mutex_lock(&desk->lock);
    while (desk->count < wanted && start(&desk->deciders[desk->count], run_decider)) desk->count++;
    desk->working = desk->count;
    bool writes = desk->count && start(&desk->writer, run_writer);
    pthread_mutex_unlock(&desk->lock);
    if (writes) return desk;
    if (*result == REGISTRY_DONE) *result = REGISTRY_NO_MEMORY;
    desk_close(desk);
    return NULL;
}

void desk_close(struct desk *desk) {
    if (!desk) return;
    pthread_mutex_lock(&desk->lock);
    desk->closing = true;
    pthread_cond_broadcast(&desk->asked);
    pthread_mutex_unlock(&desk->lock);
    for (unsigned i = 0; i < desk->count; i++) pthread_join(desk->deciders[i].thread, NULL);
    if (desk->writer.started)
        pthread_join(desk->writer.thread, NULL);
    else
        disconnect(&desk->writer);
    pthread_cond_destroy(&desk->asked);
    pthread_cond_destroy(&desk->decided);
    pthread_mutex_destroy(&desk->lock);
    memory_free(desk);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

void desk_ask(struct desk *desk, struct desk_ticket *ticket) {
    ticket->next = NULL;
    ticket->group = NULL;
    ticket->answered = false;
    pthread_cond_init(&ticket->is_answered, NULL);
    pthread_mutex_lock(&desk->lock);
    *desk->last = ticket;
    desk->last = &ticket->next;
    pthread_cond_signal(&desk->asked);
    while (!ticket->answered) pthread_cond_wait(&ticket->is_answered, &desk->lock);
    pthread_mutex_unlock(&desk->lock);
    pthread_cond_destroy(&ticket->is_answered);
}

void desk_leave(struct desk *desk, struct desk_ticket *ticket) {
    struct desk_group *group = ticket->group;
    if (!group) return;
    ticket->group = NULL;
    pthread_mutex_lock(&desk->lock);
    bool last = --group->left == 0;
    pthread_mutex_unlock(&desk->lock);
    if (last) group_free(group);
}

struct desk_figures desk_figures(struct desk *desk) {
    pthread_mutex_lock(&desk->lock);
    struct desk_figures figures = desk->figures;
    pthread_mutex_unlock(&desk->lock);
    return figures;
}
