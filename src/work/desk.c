#define _POSIX_C_SOURCE 200809L /* sysconf */

#include "work/desk.h"

#include "base/memory.h"
#include "registry/sealed.h"
#include "work/settle_inside.h"

#include <stdio.h>
#include <unistd.h>

enum { DECIDERS_MOST = 16, GROUP_MOST = 256, GROUP_FITTING = 32 };

/* Bills that are decided together, and what was found of them. */
struct desk_group {
    struct desk_group *next;  /* in the queue where it waits */
    struct desk_group *other; /* among all that are not answered */
    struct arena arena;       /* of the answers */
    struct desk_ticket **tickets;
    struct asked *asked; /* by ticket */
    size_t count, left;  /* left: tickets that nobody has left yet */
    struct round round;
    size_t reading; /* when it was read */
    bool again;     /* some were refused: the others are read and decided again */
    enum registry_result result;
};
struct group_queue {
    struct desk_group *first, **last;
};

struct desk {
    struct desk_opening opening;
    pthread_mutex_t lock;
    pthread_cond_t wanted, read; /* for the keeper: tickets or decided groups; for deciders: groups */
    struct desk_ticket *first, **last;
    struct group_queue to_decide, decided;
    size_t deciding;      /* groups that deciders have, or will */
    bool closing, closed; /* nobody asks any more; nothing is to be decided any more */
    struct desk_figures figures;
    size_t most;
    pthread_t deciders[DECIDERS_MOST], keeper;
    unsigned count; /* of deciders */
    bool started;   /* the keeper was, too */
    /* The keeper's alone, who has the database: */
    struct store *store; /* NULL: it failed, and is opened again for what comes next */
    struct store_trouble trouble;
    struct registry registry;
    struct settler settler;
    struct desk_group *open;    /* all that are not answered */
    struct group_queue to_keep; /* decided, and not written yet */
    struct group_queue kept;    /* written, as part of the change under way */
    struct registry_change change;
    bool telling;   /* it is under way, and reading is part of its transaction */
    bool any;       /* something of it is to be kept */
    size_t bills;   /* to be kept, or kept in it */
    size_t turns;   /* of the keeper since the first of them was decided */
    size_t reading; /* counts what others told, and connections: groups read before are decided again */
};

static void queue_init(struct group_queue *queue) {
    queue->first = NULL;
    queue->last = &queue->first;
}

static void queue_add(struct group_queue *queue, struct desk_group *group) {
    group->next = NULL;
    *queue->last = group;
    queue->last = &group->next;
}

static struct desk_group *queue_take(struct group_queue *queue) {
    struct desk_group *group = queue->first;
    if (!group) return NULL;
    queue->first = group->next;
    if (!queue->first) queue_init(queue);
    return group;
}

/* --- the connection ----------------------------------------------------------------------------------------------- */

static enum registry_result connect_registry(struct desk *desk) {
    enum registry_result result = registry_open(&desk->registry, desk->store, desk->opening.policy);
    if (result == REGISTRY_DONE && desk->opening.keys)
        result = registry_use_keys(&desk->registry, desk->opening.keys, 1);
    return result == REGISTRY_DONE ? settler_begin(&desk->settler, &desk->registry) : result;
}

/* Before what the settler keeps between one reading and the next becomes another: deciders look at it. */
static void begin_another_reading(struct desk *desk) {
    pthread_mutex_lock(&desk->lock);
    while (desk->deciding) pthread_cond_wait(&desk->wanted, &desk->lock);
    pthread_mutex_unlock(&desk->lock);
    desk->reading++;
}

/* What is said of a failure; where rows were altered, which. */
static void note_trouble(struct desk *desk) {
    desk->trouble = *store_trouble(desk->store);
    struct text differs = desk->registry.differs;
    if (desk->trouble.failure == STORE_FINE)
        snprintf(desk->trouble.words, sizeof desk->trouble.words, "%.*s", TEXT_ARG(differs));
}

static void disconnect(struct desk *desk) {
    if (!desk->store) return;
    begin_another_reading(desk);
    note_trouble(desk);
    settler_end(&desk->settler);
    registry_close(&desk->registry);
    store_close(desk->store);
    desk->store = NULL;
}

static enum registry_result connect_desk(struct desk *desk) {
    if (desk->store) return REGISTRY_DONE;
    desk->store = store_open(desk->opening.url, STORE_AS_IT_IS, &desk->trouble);
    if (!desk->store) return REGISTRY_STORE_FAILED;
    desk->settler = (struct settler){.registry = NULL};
    store_begin(desk->store, STORE_TO_READ);
    enum registry_result result = connect_registry(desk);
    store_roll_back(desk->store);
    if (result != REGISTRY_DONE) disconnect(desk);
    return result;
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
    for (size_t i = 0; i < count; i++) {
        struct desk_ticket *ticket = tickets[i];
        group->tickets[i] = ticket;
        ticket->answer = (struct settlement_answer){.outcome = SETTLEMENT_REFUSED};
        group->asked[i] = (struct asked){.request = &ticket->request, .answer = &ticket->answer, .waits = true};
    }
    group->count = count;
    return group;
}

static void group_free(struct desk_group *group) {
    arena_free(&group->arena);
    memory_free(group);
}

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

/* Whoever is answered may leave, and the last of them frees the group. */
static void finish(struct desk *desk, struct desk_group *group, enum registry_result result, int64_t change) {
    const struct store_trouble none = {.failure = STORE_FINE};
    bool told = result == REGISTRY_STORE_FAILED || result == REGISTRY_DAMAGED;
    const struct store_trouble *trouble = told ? &desk->trouble : &none;
    struct desk_group **at = &desk->open;
    round_free(&group->round);
    while (*at != group) at = &(*at)->other;
    *at = group->other;
    pthread_mutex_lock(&desk->lock);
    group->left = group->count;
    for (size_t i = 0; i < group->count; i++) {
        group->tickets[i]->group = group;
        answer(group->tickets[i], result, trouble, change);
    }
    pthread_mutex_unlock(&desk->lock);
}

/* Those that are part of the change under way, which has ended so. */
static void finish_kept(struct desk *desk, enum registry_result result) {
    struct desk_group *groups = desk->kept.first;
    queue_init(&desk->kept);
    desk->telling = false;
    desk->bills = desk->turns = 0;
    for (struct desk_group *group = groups, *next; group; group = next) {
        next = group->next;
        finish(desk, group, result, desk->change.number);
    }
}

/* The connection cannot be used any more, nor the change be told that is under way. */
static void lose(struct desk *desk, enum registry_result result) {
    disconnect(desk);
    finish_kept(desk, result);
}

/* --- tickets ------------------------------------------------------------------------------------------------------ */

/* With the lock: all that wait, in their order. */
static struct desk_ticket *take_tickets(struct desk *desk) {
    struct desk_ticket *tickets = desk->first;
    desk->first = NULL;
    desk->last = &desk->first;
    return tickets;
}

static bool meets_another(const struct desk *desk, const struct asked *asked) {
    bool open = false;
    for (const struct desk_group *group = desk->open; group && !open; group = group->other)
        for (size_t i = 0; i < group->count && !open; i++) open = asked_meet(asked, &group->asked[i]);
    return open;
}

/* Those that touch nothing before them stay in the group; the others are put back, in their order, behind `waiting`. */
static enum registry_result part(struct desk *desk, struct desk_group *group, struct desk_ticket ***waiting) {
    size_t kept = 0, passed = 0;
    struct asked *others = ARENA_ARRAY(&group->arena, struct asked, group->count + 1);
    const struct entity *event = group->asked[0].request->bill.event;
    if (arena_failed(&group->arena)) return REGISTRY_NO_MEMORY;
    for (size_t i = 0; i < group->count; i++) {
        struct asked asked = group->asked[i];
        bool waits = asked.waits && (asked.request->bill.event != event || meets_another(desk, &asked));
        for (size_t k = 0; k < kept && asked.waits && !waits; k++)
            waits = group->asked[k].waits && asked_meet(&asked, &group->asked[k]);
        for (size_t k = 0; k < passed && asked.waits && !waits; k++) waits = asked_meet(&asked, &others[k]);
        if (waits) {
            others[passed++] = asked;
            **waiting = group->tickets[i];
            *waiting = &group->tickets[i]->next;
            continue;
        }
        group->tickets[kept] = group->tickets[i];
        group->asked[kept++] = asked;
    }
    group->count = kept;
    **waiting = NULL;
    return REGISTRY_DONE;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static enum registry_result prepare(struct desk *desk, struct desk_group *group) {
    struct round *round = &group->round;
    round->settler = &desk->settler;
    round->arena = &group->arena;
    round->count = 0;
    round->event = group->asked[0].request->bill.event;
    for (size_t i = 0; i < group->count; i++)
        if (group->asked[i].waits) round->asked[round->count++] = &group->asked[i];
    return round_prepare(round);
}

/* What is told here changes nothing that bills rest on but bills, which are read each time. */
static enum registry_result refresh(struct desk *desk) {
    int64_t last;
    enum registry_result result = registry_last_change(&desk->registry, &last);
    if (result != REGISTRY_DONE || (last && last == desk->settler.last)) return result;
    begin_another_reading(desk);
    return settler_refresh(&desk->settler, last);
}

static enum registry_result begin_reading(struct desk *desk) {
    if (desk->telling) return REGISTRY_DONE;
    enum registry_result result = connect_desk(desk);
    if (result == REGISTRY_DONE && !store_begin(desk->store, STORE_TO_READ)) result = REGISTRY_STORE_FAILED;
    return result == REGISTRY_DONE ? refresh(desk) : result;
}

/* Rows that were altered are those of a few: what others asked for can be read and written all the same. */
static void end_reading(struct desk *desk, enum registry_result result) {
    if (result == REGISTRY_DAMAGED) note_trouble(desk);
    if (result != REGISTRY_DONE && result != REGISTRY_DAMAGED)
        lose(desk, result);
    else if (!desk->telling)
        store_roll_back(desk->store);
}

static enum registry_result read_group(struct desk *desk, struct desk_group *group, struct desk_ticket ***waiting) {
    enum registry_result result = begin_reading(desk);
    group->reading = desk->reading;
    for (size_t i = 0; i < group->count && result == REGISTRY_DONE; i++)
        result = asked_look_up(&desk->settler, &group->asked[i], &group->arena);
    if (result == REGISTRY_DONE) result = part(desk, group, waiting);
    if (result == REGISTRY_DONE && group->count) result = prepare(desk, group);
    end_reading(desk, result);
    return result;
}

static void hand_on(struct desk *desk, struct desk_group *group) {
    pthread_mutex_lock(&desk->lock);
    queue_add(&desk->to_decide, group);
    desk->deciding++;
    pthread_cond_signal(&desk->read);
    pthread_mutex_unlock(&desk->lock);
}

static void fail(struct desk *desk, struct desk_ticket *tickets) {
    const struct store_trouble none = {.failure = STORE_FINE};
    pthread_mutex_lock(&desk->lock);
    for (struct desk_ticket *ticket = tickets, *next; ticket; ticket = next) {
        next = ticket->next;
        answer(ticket, REGISTRY_NO_MEMORY, &none, 0);
    }
    pthread_mutex_unlock(&desk->lock);
}

/* Whose rows were altered is found by reading one after the other: in front of the others. */
static struct desk_ticket *read_alone(struct desk_group *group, struct desk_ticket *others) {
    round_free(&group->round);
    for (size_t i = group->count; i-- > 0;) {
        group->tickets[i]->alone = true;
        group->tickets[i]->next = others;
        others = group->tickets[i];
    }
    group->count = 0;
    return others;
}

/* Gives them to the deciders; what has to wait for others is what remains. */
static struct desk_ticket *take_on(struct desk *desk, struct desk_ticket *tickets) {
    struct desk_ticket *remaining = NULL, **waiting = &remaining;
    while (tickets) {
        struct desk_ticket *some[GROUP_MOST];
        size_t count = 0;
        do {
            some[count++] = tickets;
            tickets = tickets->next;
        } while (tickets && count < desk->most && !some[0]->alone && !tickets->alone);
        some[count - 1]->next = NULL;
        struct desk_group *group = group_new(some, count);
        if (!group) {
            fail(desk, some[0]);
            continue;
        }
        enum registry_result result = read_group(desk, group, &waiting);
        if (result == REGISTRY_DAMAGED && group->count > 1) tickets = read_alone(group, tickets);
        if (group->count == 0) {
            group_free(group);
            continue;
        }
        group->other = desk->open;
        desk->open = group;
        if (result != REGISTRY_DONE || group->round.count == 0)
            finish(desk, group, result, 0);
        else
            hand_on(desk, group);
    }
    return remaining;
}

/* --- deciding ----------------------------------------------------------------------------------------------------- */

static void *run_decider(void *context) {
    struct desk *desk = context;
    pthread_mutex_lock(&desk->lock);
    for (;;) {
        struct desk_group *group = queue_take(&desk->to_decide);
        if (!group && desk->closed) break;
        if (!group) {
            pthread_cond_wait(&desk->read, &desk->lock);
            continue;
        }
        pthread_mutex_unlock(&desk->lock);
        group->result = round_settle(&group->round, &group->again);
        pthread_mutex_lock(&desk->lock);
        queue_add(&desk->decided, group);
        desk->deciding--;
        pthread_cond_signal(&desk->wanted);
    }
    pthread_mutex_unlock(&desk->lock);
    return NULL;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static bool is_to_be_kept(const struct desk_group *group) {
    bool any = false;
    for (size_t i = 0; i < group->round.count && !any; i++) any = asked_keeps(group->round.asked[i]);
    return any;
}

static enum registry_result decide_again(struct desk *desk, struct desk_group *group,
                                         const struct registry_change *change, bool *any) {
    int64_t *before = ARENA_ARRAY(&group->arena, int64_t, group->count + 1);
    bool moved = false;
    round_free(&group->round);
    for (size_t i = 0; i < group->count; i++) {
        if (before) before[i] = group->asked[i].parent;
        group->tickets[i]->answer = (struct settlement_answer){.outcome = SETTLEMENT_REFUSED};
        group->asked[i] =
            (struct asked){.request = &group->tickets[i]->request, .answer = &group->tickets[i]->answer, .waits = true};
    }
    pthread_mutex_lock(&desk->lock);
    desk->figures.again += group->count;
    pthread_mutex_unlock(&desk->lock);
    enum registry_result result = settle_rounds(&desk->settler, change, group->asked, group->count, &group->arena, any);
    for (size_t i = 0; i < group->count && before; i++) moved = moved || group->asked[i].parent != before[i];
    if (moved || !before) begin_another_reading(desk); /* bills of those whose they are now may be under way */
    return result;
}

/* Others have told something since it was read, or it was over another connection: what it rests on may be another. */
static bool is_stale(const struct desk *desk, const struct desk_group *group) {
    return group->reading != desk->reading;
}

static enum registry_result keep_group(struct desk *desk, struct desk_group *group) {
    return is_stale(desk, group) ? decide_again(desk, group, &desk->change, &desk->any)
                                 : round_keep(&group->round, &desk->settler, &desk->change, &desk->any);
}

static enum registry_result begin_change(struct desk *desk) {
    if (desk->telling) return REGISTRY_DONE;
    desk->change = desk->opening.change;
    desk->change.instant = desk->opening.instant();
    desk->any = false;
    enum registry_result result = connect_desk(desk);
    if (result == REGISTRY_DONE) result = registry_begin_change(&desk->registry, &desk->change);
    desk->telling = result == REGISTRY_DONE;
    return result == REGISTRY_DONE ? refresh(desk) : result;
}

/* Writes what was decided as part of the change under way, or of a new one. */
static void keep_decided(struct desk *desk) {
    enum registry_result result = begin_change(desk);
    for (struct desk_group *group; result == REGISTRY_DONE && (group = queue_take(&desk->to_keep));) {
        queue_add(&desk->kept, group);
        result = keep_group(desk, group);
    }
    if (result == REGISTRY_DONE) return;
    for (struct desk_group *group; (group = queue_take(&desk->to_keep));) queue_add(&desk->kept, group);
    lose(desk, result);
}

static void end_change(struct desk *desk) {
    enum registry_result result = desk->any ? registry_end_change(&desk->registry) : REGISTRY_DONE;
    if (result != REGISTRY_DONE) {
        lose(desk, result);
        return;
    }
    if (desk->any) {
        settler_changed(&desk->settler, desk->change.number);
        pthread_mutex_lock(&desk->lock);
        desk->figures.changes++;
        pthread_mutex_unlock(&desk->lock);
    } else {
        registry_give_up_change(&desk->registry);
    }
    finish_kept(desk, REGISTRY_DONE);
}

/* Reads what is left of a group of which some were refused. Where others have told something since it was read first
 * that is for nothing: whom its bills are of, and what stands under their numbers, may be another. */
static void read_again(struct desk *desk, struct desk_group *group) {
    group->result = begin_reading(desk);
    if (group->result == REGISTRY_DONE && !is_stale(desk, group)) group->result = prepare(desk, group);
    end_reading(desk, group->result);
}

/* Decided groups: those of which nothing is to be kept are answered, those of which some were refused are read again.
 */
static void sort_out(struct desk *desk, struct desk_group *groups) {
    for (struct desk_group *group = groups, *next; group; group = next) {
        next = group->next;
        bool again = group->result == REGISTRY_DONE && group->again;
        if (again) read_again(desk, group);
        if (again && group->result == REGISTRY_DONE && !is_stale(desk, group) && group->round.count) {
            hand_on(desk, group);
            continue;
        }
        bool kept = is_to_be_kept(group) || (again && is_stale(desk, group));
        if (group->result == REGISTRY_DONE && kept) {
            queue_add(&desk->to_keep, group);
            desk->bills += group->count;
        } else {
            finish(desk, group, group->result, 0);
        }
    }
}

/* With the lock: nobody waits for the database. */
static bool is_idle(const struct desk *desk) {
    return !desk->decided.first && !desk->first;
}

/* With the lock. One flush for many: while some are being decided the others wait for them, but not for any number of
 * them: where quotes never cease there would always be some. */
static bool is_time_to_end(struct desk *desk) {
    enum { WRITTEN_MOST = 256, TURNS_MOST = 64 };
    desk->turns++;
    return (desk->deciding == 0 && is_idle(desk)) || desk->bills >= WRITTEN_MOST || desk->turns >= TURNS_MOST;
}

/* What is decided is written while others are still being decided: those who asked wait for one another anyway. */
static struct desk_ticket *write_some(struct desk *desk, struct desk_ticket *waiting) {
    pthread_mutex_lock(&desk->lock);
    bool write = desk->to_keep.first && is_idle(desk);
    pthread_mutex_unlock(&desk->lock);
    if (write) keep_decided(desk);
    pthread_mutex_lock(&desk->lock);
    bool end = (desk->telling || desk->to_keep.first) && is_time_to_end(desk);
    pthread_mutex_unlock(&desk->lock);
    if (!end) return waiting;
    keep_decided(desk);
    if (desk->telling) end_change(desk);
    return take_on(desk, waiting);
}

static void *run_keeper(void *context) {
    struct desk *desk = context;
    struct desk_ticket *waiting = NULL; /* for those that are open */
    pthread_mutex_lock(&desk->lock);
    for (;;) {
        struct desk_ticket *fresh = take_tickets(desk);
        struct desk_group *decided = desk->decided.first;
        queue_init(&desk->decided);
        bool ready = waiting && !desk->open; /* what they waited for is answered */
        if (!fresh && !decided && !ready) {
            if (desk->closing && !desk->open) break;
            pthread_cond_wait(&desk->wanted, &desk->lock);
            continue;
        }
        pthread_mutex_unlock(&desk->lock);
        sort_out(desk, decided);
        struct desk_ticket **end = &waiting;
        while (*end) end = &(*end)->next;
        *end = fresh;
        if (fresh || ready) waiting = take_on(desk, waiting);
        waiting = write_some(desk, waiting);
        pthread_mutex_lock(&desk->lock);
    }
    desk->closed = true;
    pthread_cond_broadcast(&desk->read);
    pthread_mutex_unlock(&desk->lock);
    disconnect(desk);
    return NULL;
}

/* --- opening and closing ------------------------------------------------------------------------------------------ */

static unsigned deciders_for(const struct desk_opening *opening) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned count = opening->deciders ? opening->deciders : processors > 2 ? (unsigned)processors - 1 : 1;
    return count < DECIDERS_MOST ? count : DECIDERS_MOST;
}

static bool start_threads(struct desk *desk) {
    unsigned wanted = deciders_for(&desk->opening);
    while (desk->count < wanted && pthread_create(&desk->deciders[desk->count], NULL, run_decider, desk) == 0)
        desk->count++;
    desk->started = desk->count && pthread_create(&desk->keeper, NULL, run_keeper, desk) == 0;
    return desk->started;
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
    queue_init(&desk->to_decide);
    queue_init(&desk->decided);
    queue_init(&desk->to_keep);
    queue_init(&desk->kept);
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->wanted, NULL);
    pthread_cond_init(&desk->read, NULL);
    *result = connect_desk(desk);
    *trouble = desk->trouble;
    if (*result == REGISTRY_DONE && start_threads(desk)) return desk;
    if (*result == REGISTRY_DONE) *result = REGISTRY_NO_MEMORY;
    desk_close(desk);
    return NULL;
}

void desk_close(struct desk *desk) {
    if (!desk) return;
    pthread_mutex_lock(&desk->lock);
    desk->closing = true;
    desk->closed = !desk->started;
    pthread_cond_broadcast(&desk->wanted);
    pthread_cond_broadcast(&desk->read);
    pthread_mutex_unlock(&desk->lock);
    if (desk->started) pthread_join(desk->keeper, NULL);
    for (unsigned i = 0; i < desk->count; i++) pthread_join(desk->deciders[i], NULL);
    if (!desk->started) disconnect(desk);
    pthread_cond_destroy(&desk->wanted);
    pthread_cond_destroy(&desk->read);
    pthread_mutex_destroy(&desk->lock);
    memory_free(desk);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

void desk_ask(struct desk *desk, struct desk_ticket *ticket) {
    ticket->next = NULL;
    ticket->group = NULL;
    ticket->answered = ticket->alone = false;
    pthread_cond_init(&ticket->is_answered, NULL);
    pthread_mutex_lock(&desk->lock);
    *desk->last = ticket;
    desk->last = &ticket->next;
    pthread_cond_signal(&desk->wanted);
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
