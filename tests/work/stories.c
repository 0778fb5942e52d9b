/* Everybody of a registry has a year or two of bills: in any order, corrected, cancelled, presented twice, with amounts
 * at their ends and with answers that nobody gave. Whatever comes, no bill breaks a guarantee that refuses, its parts
 * are what it comes to, and what stands in the end is what stands when all is found anew.
 *
 * usage: stories SEED DATABASE    of invented people; prints what was told, or the first that is wrong */
#include "drawn_bill.h"

#include "base/calendar.h"
#include "exchange/answer_words.h"
#include "work/statement.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 8, TOGETHER = 64, DAYS = 600, SELDOM = 20 };

struct told {
    struct bill bill;
    bool stands;
};
struct story {
    struct text person;
    bool none; /* the law lets in no bill of his: he has died */
    struct told bills[STEPS];
    size_t count;
    struct told *asked; /* in this step */
    bool again;         /* it is there already */
};
struct teller {
    struct store *store;
    struct policy *law;
    struct registry registry;
    struct settler settler;
    struct arena lasting, arena;
    struct drawer drawer;
    uint32_t seed;
    struct story *stories;
    size_t none, told, open, corrected, cancelled, presented_again, effects;
};

_Noreturn static void stop(const char *what, struct text more) {
    fprintf(stderr, "stories: %s: %.*s\n", what, TEXT_ARG(more));
    exit(1);
}

static void check(enum registry_result result) {
    if (result != REGISTRY_DONE) stop("the registry cannot be read or written", TEXT(""));
}

static void open_registry(struct teller *teller, const char *url) {
    struct store_trouble trouble;
    teller->store = store_open(url, STORE_AS_IT_IS, &trouble);
    if (!teller->store || !store_begin(teller->store, STORE_TO_READ)) stop("no database", TEXT(""));
    check(registry_law(teller->store, REGISTRY_NOW, &teller->law));
    if (!teller->law->compiled) stop("the law does not compile", TEXT(""));
    check(registry_open(&teller->registry, teller->store, teller->law));
    const struct entity *event = settled_event(teller->law, TEXT(""));
    if (!event || !drawer_begin(&teller->drawer, &teller->registry, event, teller->seed, &teller->lasting))
        stop("nobody has bills, or nobody presents them", TEXT(""));
    teller->drawer.varied = true;
    teller->stories = arena_new(&teller->lasting, (size_t)teller->drawer.people, sizeof *teller->stories);
    for (int64_t i = 0; i < teller->drawer.people; i++)
        teller->stories[i] = (struct story){.person = drawer_person(&teller->drawer, i + 1)};
    check(settler_begin(&teller->settler, &teller->registry));
}

/* --- what is asked ------------------------------------------------------------------------------------------------ */

static struct bill draw_bill(struct teller *teller, const struct story *story, struct text at, struct text number) {
    day_number date = day_from(2017, 12, 1) + (day_number)drawer_draw(&teller->drawer, DAYS);
    return drawer_bill(&teller->drawer, story->person, at, number, date);
}

static enum settlement_act tell_new(struct teller *teller, struct story *story) {
    struct text number =
        text_format(&teller->lasting, "%u-%.*s-%zu", teller->seed, TEXT_ARG(story->person), story->count);
    story->asked = &story->bills[story->count++];
    *story->asked = (struct told){draw_bill(teller, story, drawer_presenter(&teller->drawer), number), true};
    teller->told++;
    return SETTLEMENT_SETTLE;
}

static enum settlement_act draw_act(struct teller *teller, struct story *story) {
    enum { NEW = 5, CORRECTED, CANCELLED, AGAIN, ACTS };
    uint32_t what = drawer_draw(&teller->drawer, ACTS);
    story->again = false;
    if (what < NEW || story->count == 0) return tell_new(teller, story);
    story->asked = &story->bills[drawer_draw(&teller->drawer, (int64_t)story->count)];
    story->again = true;
    if (what == AGAIN && story->asked->stands) {
        teller->presented_again++;
        return SETTLEMENT_SETTLE;
    }
    if (what != CORRECTED || !story->asked->stands) return SETTLEMENT_CANCEL;
    const struct entity *event = teller->drawer.event;
    const struct bill_value *values = story->asked->bill.values;
    story->asked->bill = draw_bill(teller, story, values[event->settled.at->input_index].text,
                                   values[event->settled.by->input_index].text);
    return SETTLEMENT_CORRECT;
}

/* --- what is answered --------------------------------------------------------------------------------------------- */

static void check_parts(const struct settled_bill *bill) {
    int64_t sum = bill->open;
    bool open = false, good = true;
    for (size_t i = 0; i < bill->count; i++) {
        const struct settlement_part *part = &bill->parts[i];
        good = good && (!part->known || part->amount >= 0);
        if (part->known) sum += part->amount;
        open = open || !part->known;
    }
    good = good && bill->open >= 0 && (open || bill->open == 0) && sum == bill->total;
    if (!good) stop("the parts are not the bill", bill->id);
}

static void check_answer(struct teller *teller, struct story *story, enum settlement_act act,
                         const struct settlement_answer *answer) {
    bool there = story->again && (act != SETTLEMENT_CANCEL || !story->asked->stands) && act != SETTLEMENT_CORRECT;
    bool good = answer->outcome == (there ? SETTLEMENT_SAME : SETTLEMENT_DONE);
    if (act == SETTLEMENT_CORRECT) good = answer->outcome != SETTLEMENT_REFUSED; /* to the same, now and then */
    if (!good) {
        struct answer_words words = answer_words(&teller->arena, teller->drawer.event, act, answer);
        fprintf(stderr, "stories: %.*s, seed %u\n", TEXT_ARG(story->person), teller->seed);
        stop("not as it should be", words.sentence[LANGUAGE_EN]);
    }
    if (act != SETTLEMENT_CANCEL) check_parts(&answer->bill);
    teller->open += act == SETTLEMENT_SETTLE && !there && answer->bill.open;
    for (size_t i = 0; i < answer->effects.count; i++) check_parts(&answer->effects.items[i].after);
    teller->effects += answer->effects.count;
    teller->corrected += act == SETTLEMENT_CORRECT;
    teller->cancelled += act == SETTLEMENT_CANCEL && !there;
    if (act == SETTLEMENT_CANCEL) story->asked->stands = false;
}

/* Whoever is refused a bill that nobody else is refused has no story. */
static void leave_out(struct teller *teller, struct story *stories, size_t count) {
    struct settlement_request requests[TOGETHER];
    struct settlement_answer answers[TOGETHER];
    struct registry_change change = {.instant = 1, .by = TEXT("stories"), .what = TEXT("quote")};
    day_number last = day_from(2017, 12, 1) + DAYS;
    store_begin(teller->store, STORE_TO_READ);
    for (size_t i = 0; i < count; i++) {
        requests[i] = (struct settlement_request){.act = SETTLEMENT_QUOTE, .who = TEXT("window"), .day = last};
        requests[i].bill =
            drawer_bill(&teller->drawer, stories[i].person, drawer_presenter(&teller->drawer), TEXT("none"), last);
    }
    store_roll_back(teller->store);
    for (size_t i = 0; i < count; i++) { /* under one number they would wait for one another */
        check(settler_settle(&teller->settler, &change, &requests[i], 1, &teller->arena, &answers[i]));
        stories[i].none = answers[i].outcome == SETTLEMENT_REFUSED && answers[i].refusal == SETTLEMENT_BROKEN;
        teller->none += stories[i].none;
    }
    if (teller->none * SELDOM > (size_t)teller->drawer.people) stop("the law lets in nobody's bills", TEXT(""));
    arena_rewind(&teller->arena, (struct arena_mark){NULL, 0});
}

/* One thing of each of them, in one change. */
static void ask_some(struct teller *teller, struct story *const *stories, size_t count) {
    struct settlement_request requests[TOGETHER];
    struct settlement_answer answers[TOGETHER];
    struct registry_change change = {.instant = 1, .by = TEXT("stories"), .what = TEXT("settle")};
    store_begin(teller->store, STORE_TO_READ);
    for (size_t i = 0; i < count; i++) {
        requests[i] = (struct settlement_request){
            .act = draw_act(teller, stories[i]), .who = TEXT("window"), .day = day_from(2020, 12, 1)};
        requests[i].bill = stories[i]->asked->bill;
    }
    store_roll_back(teller->store);
    check(settler_settle(&teller->settler, &change, requests, count, &teller->arena, answers));
    for (size_t i = 0; i < count; i++) check_answer(teller, stories[i], requests[i].act, &answers[i]);
    arena_rewind(&teller->arena, (struct arena_mark){NULL, 0});
}

static void tell_step(struct teller *teller, size_t people) {
    struct story *some[TOGETHER];
    size_t count = 0;
    for (size_t i = 0; i < people; i++) {
        if (!teller->stories[i].none) some[count++] = &teller->stories[i];
        if (count < TOGETHER && (i + 1 < people || count == 0)) continue;
        ask_some(teller, some, count);
        count = 0;
    }
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

/* As if all that stand had come one after the other. */
static void differs(void *context, const struct settlement_answer *answer) {
    (void)context;
    const struct settled_bill *bill = answer->effects.count ? &answer->effects.items[0].after : &answer->bill;
    stop("found anew it is another", bill->id.length ? bill->id : answer->told);
}

static void check_end(struct teller *teller) {
    struct settled_anew sums;
    struct registry_change change = {.by = TEXT("stories"), .what = TEXT("resettle")};
    const struct settlement_request request = {.act = SETTLEMENT_ANEW, .bill = {.event = teller->drawer.event}};
    check(settler_settle_anew(&teller->settler, &change, &request, 2017, false, &teller->arena, &sums, differs, NULL));
    size_t stand = 0;
    for (int64_t i = 0; i < teller->drawer.people; i++) {
        const struct story *story = &teller->stories[i];
        for (size_t k = 0; k < story->count; k++) stand += story->bills[k].stands;
    }
    if (sums.changed || sums.refused || sums.bills < stand) stop("bills are missing, or others", TEXT(""));
    printf("%lld stories: %zu bills (%zu open in part), %zu corrected, %zu cancelled, %zu presented again, %zu settled "
           "anew by others\n",
           (long long)teller->drawer.people - (long long)teller->none, teller->told, teller->open, teller->corrected,
           teller->cancelled, teller->presented_again, teller->effects);
}

int main(int count, char **arguments) {
    struct teller teller = {.store = NULL};
    if (count != 3) stop("stories SEED DATABASE", TEXT(""));
    teller.seed = (uint32_t)strtoul(arguments[1], NULL, 10);
    arena_init(&teller.lasting);
    arena_init(&teller.arena);
    open_registry(&teller, arguments[2]);
    store_roll_back(teller.store);
    size_t people = (size_t)teller.drawer.people;
    for (size_t first = 0; first < people; first += TOGETHER)
        leave_out(&teller, &teller.stories[first], people - first < TOGETHER ? people - first : TOGETHER);
    for (int step = 0; step < STEPS; step++) tell_step(&teller, people);
    check_end(&teller);
    settler_end(&teller.settler);
    registry_close(&teller.registry);
    store_close(teller.store);
    policy_free(teller.law);
    arena_free(&teller.lasting);
    arena_free(&teller.arena);
    return 0;
}
