#include "cli/family_shown.h"

#include "base/shown.h"
#include "simulate/simulation.h"

enum { FAMILIES_SHOWN = 20, DETAILS_SHOWN = 8 };

static const char *say_cause(enum language language, enum family_cause cause) {
    static const char *const words[CAUSES][LANGUAGES] = {
        [CAUSE_PERSON] = {[LANGUAGE_ZH] = "人员", [LANGUAGE_EN] = "person"},
        [CAUSE_INPUT] = {[LANGUAGE_ZH] = "情况", [LANGUAGE_EN] = "input"},
        [CAUSE_LAW] = {[LANGUAGE_ZH] = "政策", [LANGUAGE_EN] = "law"},
        [CAUSE_TIME] = {[LANGUAGE_ZH] = "时间", [LANGUAGE_EN] = "time"},
        [CAUSE_OTHER] = {[LANGUAGE_ZH] = "其他", [LANGUAGE_EN] = "other"},
    };
    return words[cause][language];
}

/* --- amounts ------------------------------------------------------------------------------------------------------ */

static const struct policy *law_of(const struct family_differences *differences) {
    return kept_law(differences->kept[AFTER]);
}

struct number family_differences_amount(struct arena *arena, const struct family_differences *differences,
                                        struct number amount) {
    const struct policy *law = law_of(differences);
    const struct unit *currency = map_get(&law->unit_by_name, law->currency);
    return currency ? number_divide(arena, amount, currency->scale) : amount;
}

static struct text money_shown(struct arena *arena, const struct family_differences *differences,
                               struct number amount) {
    enum { DECIMALS_MOST = 6 };
    unsigned decimals = 0;
    struct number coin = family_differences_amount(arena, differences, smallest_coin(law_of(differences)));
    for (; decimals < DECIMALS_MOST && !number_is_integer(coin); decimals++)
        coin = number_multiply(arena, coin, number_from(10));
    return number_decimal(arena, family_differences_amount(arena, differences, amount), decimals, true);
}

static struct text change_shown(struct arena *arena, const struct family_differences *differences,
                                struct number amount) {
    struct text shown = money_shown(arena, differences, amount);
    return number_sign(amount) > 0 ? text_format(arena, "+%.*s", TEXT_ARG(shown)) : shown;
}

bool family_is_unconfirmed(const struct family_differences *differences, const struct benefit_difference *found,
                           int side) {
    return found->there[side] && differences->kept[side]->unconfirmed[found->benefit[side]->index];
}

static const struct field *field_of(const struct benefit_difference *found) {
    return found->benefit[AFTER] ? found->benefit[AFTER] : found->benefit[BEFORE];
}

static struct text value_shown(struct arena *arena, const struct family_differences *differences,
                               const struct benefit_difference *found, int side) {
    const struct field *benefit = found->benefit[side];
    const struct value *value = &found->value[side];
    enum language language = differences->language;
    if (!found->there[side]) return language == LANGUAGE_ZH ? TEXT("没有") : TEXT("nothing");
    if (value->state != VALUE_KNOWN)
        return text_format(arena, language == LANGUAGE_ZH ? "？无法判定(%.*s)" : "？undetermined (%.*s)",
                           TEXT_ARG(reason_written(arena, kept_law(differences->kept[side]), value)));
    struct text shown = value_show(arena, &benefit->type, benefit->scale, benefit->step, value, language);
    return text_format(arena, "%.*s%s", TEXT_ARG(shown), family_is_unconfirmed(differences, found, side) ? "◇" : "");
}

struct text family_area(const struct family_difference *family) {
    const struct kept_row at = family->at[AFTER].view ? family->at[AFTER] : family->at[BEFORE];
    const struct entity *area = at.view->families->parent;
    if (!area) return TEXT("");
    const struct dataset *dataset = at.view->session.dataset;
    return table_id(dataset_table(dataset, area), dataset_climb(dataset, at.view->families, at.row, area));
}

/* --- in words ----------------------------------------------------------------------------------------------------- */

static struct text side_shown(struct command *command, const struct kept *kept) {
    struct text month = month_format(&command->arena, kept->month);
    if (!kept->by_run) return month;
    return text_format(&command->arena, say(command, "%.*s(第 %lld 次变动)", "%.*s (change %lld)"), TEXT_ARG(month),
                       (long long)kept->run.change);
}

static struct text padded(struct arena *arena, struct text text, size_t columns, bool right) {
    size_t width = text_width(text), gap = width < columns ? columns - width : 0;
    return right ? text_format(arena, "%*s%.*s", (int)gap, "", TEXT_ARG(text))
                 : text_format(arena, "%.*s%*s", TEXT_ARG(text), (int)gap, "");
}

static void print_cells(struct builder *out, struct arena *arena, const struct text cells[5]) {
    enum { NAME_COLUMNS = 16, COUNT_COLUMNS = 10, MONEY_COLUMNS = 20 };
    builder_format(
        out, "%.*s%.*s%.*s%.*s%.*s\n", TEXT_ARG(padded(arena, cells[0], NAME_COLUMNS, false)),
        TEXT_ARG(padded(arena, cells[1], COUNT_COLUMNS, true)), TEXT_ARG(padded(arena, cells[2], MONEY_COLUMNS, true)),
        TEXT_ARG(padded(arena, cells[3], MONEY_COLUMNS, true)), TEXT_ARG(padded(arena, cells[4], MONEY_COLUMNS, true)));
}

static void print_tally(struct builder *out, struct command *command, const struct family_differences *differences,
                        const char *name, const struct family_tally *tally) {
    struct arena *arena = &command->arena;
    if (tally->families == 0) return;
    const struct text cells[] = {
        text_from(name), text_format(arena, "%zu", tally->families),
        money_shown(arena, differences, tally->paid[BEFORE]), money_shown(arena, differences, tally->paid[AFTER]),
        change_shown(arena, differences, number_subtract(arena, tally->paid[AFTER], tally->paid[BEFORE]))};
    print_cells(out, arena, cells);
}

static void print_table(struct builder *out, struct command *command, const struct family_differences *differences) {
    struct arena *arena = &command->arena;
    const struct text heads[] = {text_from(say(command, "何处不同", "what differs")),
                                 text_from(say(command, "户", "families")), text_from(say(command, "之前", "before")),
                                 text_from(say(command, "之后", "after")),
                                 text_from(say(command, "差额", "difference"))};
    if (differences->all.families) print_cells(out, arena, heads);
    for (size_t cause = 0; cause < CAUSES; cause++)
        print_tally(out, command, differences, say_cause(command->language, (enum family_cause)cause),
                    &differences->by_cause[cause]);
    print_tally(out, command, differences, say(command, "不止一项", "several"), &differences->several);
    print_tally(out, command, differences, say(command, "合计", "all"), &differences->all);
    if (differences->undetermined)
        builder_format(out,
                       say(command, "？有无法判定的待遇、不计入以上金额的 %zu 户\n",
                           "？families with a benefit undetermined, whose sums are not above: %zu\n"),
                       differences->undetermined);
}

static const char *say_detail(const struct command *command, enum family_detail_kind kind) {
    switch (kind) {
    case DETAIL_JOINED: return say(command, "新来", "joined");
    case DETAIL_LEFT: return say(command, "离开", "left");
    case DETAIL_FRESH: return say(command, "新增", "new");
    case DETAIL_GONE: return say(command, "不再有", "gone");
    case DETAIL_MOVED: return say(command, "迁移", "moved");
    default: return say(command, "改变", "changed");
    }
}

static struct text row_shown(struct arena *arena, const struct family_detail *detail) {
    struct text id = text_shown(arena, detail->id);
    if (detail->known_by.length == 0) return id;
    return text_format(arena, "%.*s %.*s", TEXT_ARG(id), TEXT_ARG(detail->known_by));
}

struct text family_detail_shown(struct command *command, const struct family_detail *detail) {
    struct arena *arena = &command->arena;
    struct text entity = label_or_name(detail->entity->label, detail->entity->name, command->language);
    const char *kind = say_detail(command, detail->kind);
    if (detail->kind == DETAIL_MOVED)
        return text_format(arena, "%s  %.*s  %.*s → %.*s", kind, TEXT_ARG(entity), TEXT_ARG(detail->shown[BEFORE]),
                           TEXT_ARG(detail->shown[AFTER]));
    if (detail->kind != DETAIL_INPUT)
        return text_format(arena, "%s  %.*s  %.*s", kind, TEXT_ARG(entity), TEXT_ARG(row_shown(arena, detail)));
    struct text input = label_or_name(detail->input->label, detail->input->name, command->language);
    return text_format(arena, "%s  %.*s  %.*s  %.*s → %.*s", kind, TEXT_ARG(row_shown(arena, detail)), TEXT_ARG(input),
                       TEXT_ARG(detail->shown[BEFORE]), TEXT_ARG(detail->shown[AFTER]));
}

static struct text causes_shown(struct command *command, const struct family_difference *family) {
    struct text text = TEXT("");
    for (size_t cause = 0; cause < CAUSES; cause++)
        if (family->causes >> cause & 1)
            text = text_format(&command->arena, "%.*s%s%s", TEXT_ARG(text), text.length ? "+" : "",
                               say_cause(command->language, (enum family_cause)cause));
    return text;
}

static void print_family(struct builder *out, struct command *command, const struct family_differences *differences,
                         const struct family_difference *family, bool all) {
    struct arena *arena = &command->arena;
    struct text change = family->undetermined ? TEXT("？") : change_shown(arena, differences, family->change);
    builder_format(out, "%.*s  %.*s  %.*s  %.*s\n", TEXT_ARG(text_shown(arena, family->id)),
                   TEXT_ARG(text_shown(arena, family_area(family))), TEXT_ARG(change),
                   TEXT_ARG(causes_shown(command, family)));
    for (size_t i = 0; i < family->benefits.count; i++) {
        const struct benefit_difference *found = &family->benefits.items[i];
        const struct field *benefit = field_of(found);
        bool own = text_equal(found->id, family->id);
        builder_format(out, "    %.*s%s%.*s  %.*s → %.*s\n", TEXT_ARG(own ? TEXT("") : text_shown(arena, found->id)),
                       own ? "" : "  ", TEXT_ARG(label_or_name(benefit->label, benefit->name, command->language)),
                       TEXT_ARG(value_shown(arena, differences, found, BEFORE)),
                       TEXT_ARG(value_shown(arena, differences, found, AFTER)));
    }
    size_t count = family->details.count, shown = all || count <= DETAILS_SHOWN ? count : DETAILS_SHOWN;
    for (size_t i = 0; i < shown; i++)
        builder_format(out, "    · %.*s\n", TEXT_ARG(family_detail_shown(command, &family->details.items[i])));
    if (count > shown) builder_format(out, say(command, "    · 另有 %zu 处\n", "    · and %zu more\n"), count - shown);
}

static bool is_any_unconfirmed(const struct family_differences *differences, size_t shown) {
    for (size_t i = 0; i < shown; i++) {
        const struct family_difference *family = &differences->list.items[i];
        for (size_t k = 0; k < family->benefits.count; k++)
            for (int side = BEFORE; side < KEPT_SIDES; side++)
                if (family_is_unconfirmed(differences, &family->benefits.items[k], side)) return true;
    }
    return false;
}

void family_differences_print(struct builder *out, struct command *command,
                              const struct family_differences *differences, bool all) {
    size_t count = differences->list.count, shown = all || count <= FAMILIES_SHOWN ? count : FAMILIES_SHOWN;
    builder_format(out,
                   say(command, "%.*s → %.*s  比较 %zu 户,不同的 %zu 户\n",
                       "%.*s → %.*s  families compared: %zu, with differences: %zu\n"),
                   TEXT_ARG(side_shown(command, differences->kept[BEFORE])),
                   TEXT_ARG(side_shown(command, differences->kept[AFTER])), differences->compared, count);
    print_table(out, command, differences);
    if (shown) builder_add(out, TEXT("\n"));
    for (size_t i = 0; i < shown && !arena_failed(&command->arena); i++)
        print_family(out, command, differences, &differences->list.items[i], all);
    if (is_any_unconfirmed(differences, shown))
        builder_add(out, text_from(say(command, "◇ 有未确认的参数或数据参与计算\n",
                                       "◇ rests on parameters or data that are not confirmed\n")));
    if (count > shown)
        builder_format(out,
                       say(command, "另有 %zu 户:加 --all 全部列出,或用 --out 写成 CSV\n",
                           "and %zu families more: --all lists them, --out writes them as CSV\n"),
                       count - shown);
}
