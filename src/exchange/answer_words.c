#include "exchange/answer_words.h"

#include "exchange/bill_inside.h"
#include "exchange/lane_shown.h"

/* --- amounts ------------------------------------------------------------------------------------------------------ */

struct text field_steps_written(struct arena *arena, const struct field *field, struct number steps) {
    unsigned decimals;
    struct number number = number_multiply(arena, steps, number_divide(arena, field->step, field->scale));
    return field_decimals(arena, field, &decimals) ? number_decimal(arena, number, decimals, false)
                                                   : number_exact(arena, number);
}

struct text amount_written(struct arena *arena, const struct field *field, int64_t amount) {
    return field_steps_written(arena, field, number_from(amount));
}

/* --- words -------------------------------------------------------------------------------------------------------- */

/* {0}: what is told, or the bill's number; {1}, {2}, {3}: see `arguments`. */
enum said { SETTLED, QUOTED, CORRECTED, CANCELLED, SAME, REFUSED, OUTCOMES };
static const struct message outcomes[OUTCOMES] = {
    [SETTLED] = {"settled", {"已结算", "settled"}, {"", ""}},
    [QUOTED] = {"quoted", {"试算,没有登记", "worked out, and not kept"}, {"", ""}},
    [CORRECTED] = {"corrected", {"已更正,并重新结算", "corrected, and settled anew"}, {"", ""}},
    [CANCELLED] = {"cancelled", {"已作废", "cancelled"}, {"", ""}},
    [SAME] = {"same", {"以前已经办过,没有变动", "this was done before; nothing has changed"}, {"", ""}},
    [REFUSED] = {"refused", {"", ""}, {"", ""}},
};

static const struct message refusals[SETTLEMENT_REFUSALS] = {
    [SETTLEMENT_NO_PARENT] = {"no-parent",
                              {"没有登记{1}「{0}」", "no {1} “{0}” is known"},
                              {"核对编号或号码,或先登记", "check the id or the number, or tell of it first"}},
    [SETTLEMENT_NO_PRESENTER] = {"no-presenter",
                                 {"没有登记{2}「{0}」", "no {2} “{0}” is known"},
                                 {"核对编号,或先登记", "check the id, or tell of it first"}},
    [SETTLEMENT_SEVERAL] = {"several",
                            {"号码「{0}」登记在几个{1}名下", "more than one {1} is told to have the number “{0}”"},
                            {"改写编号;登记的号码有错的,先改正",
                             "tell an id instead; correct the numbers where they are wrong"}},
    [SETTLEMENT_NO_NUMBER] = {"no-number",
                              {"没有写明由谁提出、单号或日期",
                               "it is not told who presents it, his number, or the date"},
                              {"三项都要写", "tell all three"}},
    [SETTLEMENT_AHEAD] = {"ahead",
                          {"单子的日期 {0} 还没有到", "the bill is of {0}, which is still to come"},
                          {"核对日期;只想看结果就试算(quote)",
                           "check the date; to see what would come of it, quote it"}},
    [SETTLEMENT_OTHER_CONTENT] = {"other-content",
                                  {"单号「{0}」已有一张内容不同的单子", "another bill has the number “{0}”"},
                                  {"是同一张就用更正(correct);不是就换一个单号",
                                   "correct it if it is the same bill; else use another number"}},
    [SETTLEMENT_NO_BILL] =
        {"no-bill",
         {"没有这个单号的单子,或者不是这个{1}的", "there is no bill of this number, or it is of another {1}"},
         {"核对单号和编号;导入的单子先结算,再更正或作废",
          "check the number, and whose it is; one that was imported is settled first, then corrected or cancelled"}},
    [SETTLEMENT_EARLIER] = {"earlier",
                            {"原来的结算记在 {0},不能记在那以前",
                             "what it replaces was booked on {0}, and it cannot be booked before"},
                            {"核对记账日期(--on)", "check the day on which it is booked (--on)"}},
    [SETTLEMENT_CANCELLED] = {"cancelled",
                              {"这个单号的单子已经作废", "the bill of this number was cancelled"},
                              {"换一个单号", "use another number"}},
    [SETTLEMENT_TOO_MANY] = {"too-many",
                             {"单子已到政策允许的数量,或者所指的行不存在",
                              "there are as many bills as the law allows, or it leads to what is not there"},
                             {"核对是不是重复提交,所指的编号对不对",
                              "see whether some were told twice, and whether the ids are right"}},
    [SETTLEMENT_BROKEN] = {"broken",
                           {"单子「{0}」不符合「{3}」", "of the bill “{0}” this does not hold: {3}"},
                           {"核对单子的内容", "check what the bill says"}},
    [SETTLEMENT_FAULT] = {"fault",
                          {"单子「{0}」的「{3}」算不出:{4}", "“{3}” of the bill “{0}” cannot be computed: {4}"},
                          {"核对单子的内容;无误就是政策有误",
                           "check what the bill says; if it is right, the law is wrong"}},
    [SETTLEMENT_INCOMPLETE] = {"incomplete",
                               {"单子「{0}」的「{3}」算不出:{4}", "“{3}” of the bill “{0}” cannot be computed: {4}"},
                               {"补上缺的;没有就写 0", "add what is missing; write 0 where there is none"}},
};

static enum said outcome_of(const struct settlement_answer *answer, enum settlement_act act) {
    static const enum said done[SETTLEMENT_ACTS] = {[SETTLEMENT_SETTLE] = SETTLED,
                                                    [SETTLEMENT_QUOTE] = QUOTED,
                                                    [SETTLEMENT_CORRECT] = CORRECTED,
                                                    [SETTLEMENT_CANCEL] = CANCELLED};
    if (answer->outcome == SETTLEMENT_REFUSED) return REFUSED;
    return answer->outcome == SETTLEMENT_SAME ? SAME : done[act];
}

const char *answer_outcome_code(const struct settlement_answer *answer, enum settlement_act act) {
    return outcomes[outcome_of(answer, act)].code;
}

const char *answer_refusal_code(enum settlement_refusal refusal) {
    return refusals[refusal].code;
}

/* {0}: what is told; {1}, {2}: whom it is of, who presents it; {3}: what does not hold or cannot be computed; {4}: why.
 */
static void put_arguments(struct diagnostic *said, const struct entity *event, const struct settlement_answer *answer,
                          enum language language) {
    const struct entity *parent = event->parent, *presenter = event->settled.at->type.entity;
    const struct guarantee *guarantee = answer->guarantee;
    const struct field *field = answer->field;
    said->argument[0] = answer->refusal == SETTLEMENT_OTHER_CONTENT ? answer->standing.by : answer->told;
    said->argument[1] = label_or_name(parent->label, parent->name, language);
    said->argument[2] = label_or_name(presenter->label, presenter->name, language);
    if (answer->refusal == SETTLEMENT_BROKEN && guarantee)
        said->argument[3] = label_or_name(guarantee->declaration->label, guarantee->name, language);
    if ((answer->refusal == SETTLEMENT_FAULT || answer->refusal == SETTLEMENT_INCOMPLETE) && field)
        said->argument[3] = label_or_name(field->label, field->name, language);
    said->argument[4] = answer->words[language];
}

struct answer_words answer_words(struct arena *arena, const struct entity *event, enum settlement_act act,
                                 const struct settlement_answer *answer) {
    bool refused = answer->outcome == SETTLEMENT_REFUSED;
    struct answer_words words;
    for (enum language language = 0; language < LANGUAGES; language++) {
        struct diagnostic said = {.message = refused ? &refusals[answer->refusal] : &outcomes[outcome_of(answer, act)]};
        if (refused) put_arguments(&said, event, answer, language);
        words.sentence[language] = diagnostic_text(arena, &said, language);
        words.remedy[language] = diagnostic_remedy(arena, &said, language);
    }
    return words;
}
