/* doudi policy prove: what a policy guarantees, proved or contradicted. */
#include "cli/guarantees.h"
#include "proof/prove.h"

enum { SECONDS_USUAL = 20, SECONDS_MOST = 3600, PARTS_MAX = 6 };

static const char *verdict_code(enum verdict verdict) {
    static const char *const codes[] = {[VERDICT_PROVED] = "proved",
                                        [VERDICT_NEVER_ASKED] = "proved",
                                        [VERDICT_COUNTEREXAMPLE] = "counterexample",
                                        [VERDICT_BEYOND_REACH] = "beyond_reach",
                                        [VERDICT_NOT_IN_FORCE] = "not_in_force"};
    return codes[verdict];
}

/* Why it is beyond reach. */
static struct text beyond_words(struct arena *arena, const struct beyond *beyond, enum language language) {
    bool zh = language == LANGUAGE_ZH;
    struct text parts[PARTS_MAX], joined = TEXT("");
    size_t count = 0;
    if (beyond->events)
        parts[count++] = zh ? TEXT("说的是逐日判断的事件,可用 policy search 查找")
                            : TEXT("it speaks of events, each judged on its own day; policy search can try them");
    struct text operations = TEXT("");
    for (size_t i = 0; i < beyond->operation_count; i++)
        operations = text_format(arena, "%.*s%s%.*s", TEXT_ARG(operations), i ? (zh ? "、" : ", ") : "",
                                 TEXT_ARG(beyond->operations[i]));
    if (beyond->operation_count)
        parts[count++] = text_format(arena, zh ? "有的内容求解器无法跟踪:%.*s" : "the solver does not follow: %.*s",
                                     TEXT_ARG(operations));
    if (beyond->time) parts[count++] = zh ? TEXT("时间不够(--seconds)") : TEXT("not enough time (--seconds)");
    if (beyond->not_confirmed)
        parts[count++] =
            zh ? TEXT("求解器找到的情形未经求值器证实") : TEXT("what the solver found the evaluator does not confirm");
    if (beyond->areas)
        parts[count++] = zh ? TEXT("试过的区域里没有反例,各区域的参数未能逐一证明")
                            : TEXT("no counterexample in the areas tried; not every area's parameters are followed");
    if (beyond->slots)
        parts[count++] = text_format(arena,
                                     zh ? "每个上级之下不超过 %zu 行时没有反例,更多行未能证明"
                                        : "no counterexample with up to %zu rows below each; more are not proved",
                                     beyond->slots);
    for (size_t i = 0; i < count; i++)
        joined = text_format(arena, "%.*s%s%.*s", TEXT_ARG(joined), i ? (zh ? ";" : "; ") : "", TEXT_ARG(parts[i]));
    return joined;
}

static void print_proof(struct builder *out, struct command *command, const struct guarantee *guarantee,
                        const struct proof *proof) {
    static const char *const signs[] = {[VERDICT_PROVED] = "✓",
                                        [VERDICT_NEVER_ASKED] = "✓",
                                        [VERDICT_COUNTEREXAMPLE] = "✕",
                                        [VERDICT_BEYOND_REACH] = "?",
                                        [VERDICT_NOT_IN_FORCE] = "-"};
    guarantee_print_head(out, command, guarantee, signs[proof->verdict]);
    switch (proof->verdict) {
    case VERDICT_PROVED: builder_format(out, "%s\n", say(command, "已证明", "proved")); break;
    case VERDICT_NEVER_ASKED:
        builder_format(out, "%s\n",
                       say(command, "已证明:这个月没有适用的对象", "proved: it applies to nobody this month"));
        break;
    case VERDICT_COUNTEREXAMPLE:
        builder_format(out, "%s\n", say(command, "不成立,反例:", "does not hold; a counterexample:"));
        guarantee_print_case(out, proof->written);
        break;
    case VERDICT_BEYOND_REACH:
        builder_format(out, "%s%.*s\n", say(command, "证明不了:", "beyond reach: "),
                       TEXT_ARG(beyond_words(&command->arena, &proof->beyond, command->language)));
        break;
    case VERDICT_NOT_IN_FORCE: guarantee_print_not_in_force(out, command); break;
    }
}

static void write_proof(struct json_writer *writer, struct command *command, const struct guarantee *guarantee,
                        const struct proof *proof) {
    json_write_object(writer);
    guarantee_write_head(writer, guarantee);
    json_write_key(writer, "verdict");
    json_write_string(writer, text_from(verdict_code(proof->verdict)));
    if (proof->verdict == VERDICT_PROVED || proof->verdict == VERDICT_NEVER_ASKED) {
        json_write_key(writer, "applies");
        json_write_bool(writer, proof->verdict == VERDICT_PROVED);
    }
    if (proof->verdict == VERDICT_BEYOND_REACH) {
        struct text words[LANGUAGES];
        for (int language = 0; language < LANGUAGES; language++)
            words[language] = beyond_words(&command->arena, &proof->beyond, (enum language)language);
        json_write_words(writer, "why", words);
    }
    if (proof->verdict == VERDICT_COUNTEREXAMPLE) {
        json_write_key(writer, "case");
        json_write_string(writer, proof->written);
    }
    json_write_close_object(writer);
}

/* What has been proved so far, shown as it comes or kept for JSON. */
struct telling {
    struct json_writer writer;
    struct builder out;
    bool json;
    size_t counts[VERDICT_NOT_IN_FORCE + 1];
};

static int prove_each(struct guarantees *guarantees, unsigned steps, struct telling *telling) {
    struct command *command = guarantees->command;
    struct prover prover = {&guarantees->runner, guarantees->month, steps, &command->arena};
    for (size_t i = 0; i < guarantees->chosen.count; i++) {
        struct proof proof;
        if (!prove(&prover, guarantees->chosen.items[i], &proof)) return out_of_memory(command);
        telling->counts[proof.verdict]++;
        if (telling->json) {
            write_proof(&telling->writer, command, guarantees->chosen.items[i], &proof);
            continue;
        }
        print_proof(&telling->out, command, guarantees->chosen.items[i], &proof);
        if (telling->out.failed) return out_of_memory(command);
        print_coloured(command, builder_text(&telling->out));
        fflush(stdout);
        telling->out.length = 0;
    }
    return telling->counts[VERDICT_COUNTEREXAMPLE] ? EXIT_FOUND : EXIT_DONE;
}

static void print_counts(const struct command *command, const struct telling *telling) {
    printf(say(command, "已证明 %zu,反例 %zu,证明不了 %zu,不生效 %zu\n",
               "proved %zu, counterexamples %zu, beyond reach %zu, not in force %zu\n"),
           telling->counts[VERDICT_PROVED] + telling->counts[VERDICT_NEVER_ASKED],
           telling->counts[VERDICT_COUNTEREXAMPLE], telling->counts[VERDICT_BEYOND_REACH],
           telling->counts[VERDICT_NOT_IN_FORCE]);
}

int policy_prove(struct command *command) {
    struct guarantees guarantees;
    struct telling telling = {.json = command_has(command, "json")};
    uint64_t seconds = SECONDS_USUAL;
    const char *limit = command_option(command, "seconds");
    if (limit && (!count_parse(limit, &seconds) || seconds == 0 || seconds > SECONDS_MOST))
        return wrong_option(command, "--seconds 应为 1 至 3600 的数,如 20",
                            "--seconds takes a number from 1 to 3600, such as 20");
    int status = guarantees_open(&guarantees, command);
    builder_init(&telling.out);
    json_writer_init(&telling.writer, &telling.out, false);
    if (status == EXIT_DONE) {
        if (telling.json) json_write_array(&telling.writer);
        status = prove_each(&guarantees, (unsigned)seconds * STEPS_A_SECOND, &telling);
        if (telling.json && status != EXIT_CANNOT) json_write_close_array(&telling.writer);
        if (!telling.json && status != EXIT_CANNOT) print_counts(command, &telling);
        if (telling.json && status != EXIT_CANNOT && telling.out.failed) status = out_of_memory(command);
        if (telling.json && status != EXIT_CANNOT) print_builder(&telling.out);
    }
    builder_free(&telling.out);
    guarantees_close(&guarantees);
    return status;
}
