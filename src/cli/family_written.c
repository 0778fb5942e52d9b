/* What differs for families, for programs: names and plain values, all of them. */
#include "cli/family_shown.h"

#include "cli/month_shown.h"

static const char *const cause_names[CAUSES] = {"person", "input", "law", "time", "other"};
static const char *const detail_names[] = {"joined", "left", "moved", "new", "gone", "input"};

static struct text amount_text(struct arena *arena, const struct family_differences *differences,
                               struct number amount) {
    return number_exact(arena, family_differences_amount(arena, differences, amount));
}

/* Empty where nothing was found; what is undetermined by its word. */
static struct text value_text(struct arena *arena, const struct benefit_difference *found, int side) {
    const struct field *benefit = found->benefit[side];
    if (!found->there[side]) return TEXT("");
    if (found->value[side].state != VALUE_KNOWN) return TEXT("undetermined");
    return value_plain(arena, &benefit->type, benefit->scale, &found->value[side]);
}

static const struct field *field_of(const struct benefit_difference *found) {
    return found->benefit[AFTER] ? found->benefit[AFTER] : found->benefit[BEFORE];
}

static bool is_known(const struct benefit_difference *found) {
    for (int side = BEFORE; side < KEPT_SIDES; side++)
        if (found->there[side] && found->value[side].state != VALUE_KNOWN) return false;
    return true;
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

static void write_side(struct json_writer *writer, struct command *command, const char *key, const struct kept *kept) {
    json_write_key(writer, key);
    json_write_object(writer);
    json_write_text(writer, "month", month_format(&command->arena, kept->month));
    if (kept->by_run) {
        json_write_key(writer, "run");
        json_write_integer(writer, kept->run.change);
    }
    json_write_key(writer, "known");
    json_write_integer(writer, kept->run.known);
    json_write_close_object(writer);
}

static void write_amounts(struct json_writer *writer, struct arena *arena, const struct family_differences *differences,
                          const struct number paid[KEPT_SIDES]) {
    json_write_text(writer, "before", amount_text(arena, differences, paid[BEFORE]));
    json_write_text(writer, "after", amount_text(arena, differences, paid[AFTER]));
    json_write_text(writer, "difference",
                    amount_text(arena, differences, number_subtract(arena, paid[AFTER], paid[BEFORE])));
}

static void write_tally(struct json_writer *writer, struct arena *arena, const struct family_differences *differences,
                        const char *name, const struct family_tally *tally) {
    json_write_key(writer, name);
    json_write_object(writer);
    month_write_count(writer, "families", tally->families);
    write_amounts(writer, arena, differences, tally->paid);
    json_write_close_object(writer);
}

static void write_benefit(struct json_writer *writer, struct arena *arena, const struct family_differences *differences,
                          const struct benefit_difference *found) {
    const struct field *benefit = field_of(found);
    json_write_object(writer);
    json_write_text(writer, "entity", benefit->entity->name);
    json_write_text(writer, "id", found->id);
    json_write_text(writer, "benefit", benefit->name);
    json_write_text(writer, "before", value_text(arena, found, BEFORE));
    json_write_text(writer, "after", value_text(arena, found, AFTER));
    json_write_key(writer, "unconfirmed");
    json_write_bool(writer, family_is_unconfirmed(differences, found, BEFORE) ||
                                family_is_unconfirmed(differences, found, AFTER));
    json_write_close_object(writer);
}

static void write_detail(struct json_writer *writer, const struct family_detail *detail) {
    json_write_object(writer);
    json_write_text(writer, "what", text_from(detail_names[detail->kind]));
    json_write_text(writer, "entity", detail->entity->name);
    json_write_text(writer, "id", detail->id);
    if (detail->known_by.length) json_write_text(writer, "known_by", detail->known_by);
    if (detail->input) json_write_text(writer, "input", detail->input->name);
    if (detail->input && detail->input->sealed) {
        json_write_key(writer, "sealed");
        json_write_bool(writer, true);
    } else if (detail->input || detail->kind == DETAIL_MOVED) {
        json_write_text(writer, "before", detail->plain[BEFORE]);
        json_write_text(writer, "after", detail->plain[AFTER]);
    }
    json_write_close_object(writer);
}

static void write_family(struct json_writer *writer, struct arena *arena, const struct family_differences *differences,
                         const struct family_difference *family) {
    json_write_object(writer);
    json_write_text(writer, "id", family->id);
    json_write_text(writer, "area", family_area(family));
    json_write_key(writer, "undetermined");
    json_write_bool(writer, family->undetermined);
    if (!family->undetermined) write_amounts(writer, arena, differences, family->paid);
    json_write_key(writer, "causes");
    json_write_array(writer);
    for (size_t cause = 0; cause < CAUSES; cause++)
        if (family->causes >> cause & 1) json_write_string(writer, text_from(cause_names[cause]));
    json_write_close_array(writer);
    json_write_key(writer, "benefits");
    json_write_array(writer);
    for (size_t i = 0; i < family->benefits.count; i++)
        write_benefit(writer, arena, differences, &family->benefits.items[i]);
    json_write_close_array(writer);
    json_write_key(writer, "details");
    json_write_array(writer);
    for (size_t i = 0; i < family->details.count; i++) write_detail(writer, &family->details.items[i]);
    json_write_close_array(writer);
    json_write_close_object(writer);
}

void family_differences_write(struct json_writer *writer, struct command *command,
                              const struct family_differences *differences) {
    struct arena *arena = &command->arena;
    json_write_object(writer);
    write_side(writer, command, "before", differences->kept[BEFORE]);
    write_side(writer, command, "after", differences->kept[AFTER]);
    month_write_count(writer, "compared", differences->compared);
    month_write_count(writer, "different", differences->list.count);
    month_write_count(writer, "undetermined", differences->undetermined);
    json_write_key(writer, "causes");
    json_write_object(writer);
    for (size_t cause = 0; cause < CAUSES; cause++)
        write_tally(writer, arena, differences, cause_names[cause], &differences->by_cause[cause]);
    write_tally(writer, arena, differences, "several", &differences->several);
    write_tally(writer, arena, differences, "all", &differences->all);
    json_write_close_object(writer);
    json_write_key(writer, "families");
    json_write_array(writer);
    for (size_t i = 0; i < differences->list.count && !arena_failed(arena); i++)
        write_family(writer, arena, differences, &differences->list.items[i]);
    json_write_close_array(writer);
    json_write_close_object(writer);
}

/* --- CSV ---------------------------------------------------------------------------------------------------------- */

static void csv_head(struct csv_file *file, const struct family_differences *differences) {
    const struct kept *after = differences->kept[AFTER];
    const struct entity *families = after->views.items[after->views.count - 1]->families;
    csv_file_cell(file, families->name);
    csv_file_cell(file, families->parent ? families->parent->name : TEXT("area"));
    csv_file_add(file, TEXT(",entity,id,benefit,before,after,paid_before,paid_after,difference,unconfirmed,causes,"
                            "details"));
    csv_file_end_line(file);
}

static void paid_cells(struct csv_file *file, struct arena *arena, const struct family_differences *differences,
                       const struct benefit_difference *found) {
    const struct number amounts[] = {found->paid[BEFORE], found->paid[AFTER],
                                     number_subtract(arena, found->paid[AFTER], found->paid[BEFORE])};
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        csv_file_cell(file, is_known(found) ? amount_text(arena, differences, amounts[i]) : TEXT(""));
}

static struct text causes_text(struct arena *arena, const struct family_difference *family) {
    struct text text = TEXT("");
    for (size_t cause = 0; cause < CAUSES; cause++)
        if (family->causes >> cause & 1)
            text = text_format(arena, "%.*s%s%s", TEXT_ARG(text), text.length ? " " : "", cause_names[cause]);
    return text;
}

static struct text details_text(struct command *command, const struct family_difference *family) {
    struct builder text;
    builder_init(&text);
    for (size_t i = 0; i < family->details.count; i++) {
        if (i) builder_add(&text, TEXT("; "));
        builder_add(&text, family_detail_shown(command, &family->details.items[i]));
    }
    return builder_finish(&text, &command->arena);
}

static void csv_family(struct csv_file *file, struct command *command, const struct family_differences *differences,
                       const struct family_difference *family) {
    struct arena *arena = &command->arena;
    struct text causes = causes_text(arena, family), details = details_text(command, family);
    for (size_t i = 0; i < family->benefits.count; i++) {
        const struct benefit_difference *found = &family->benefits.items[i];
        bool unconfirmed =
            family_is_unconfirmed(differences, found, BEFORE) || family_is_unconfirmed(differences, found, AFTER);
        const struct text first[] = {family->id, family_area(family), field_of(found)->entity->name, found->id,
                                     field_of(found)->name};
        for (size_t k = 0; k < sizeof first / sizeof *first; k++) csv_file_cell(file, first[k]);
        for (int side = BEFORE; side < KEPT_SIDES; side++) csv_file_cell(file, value_text(arena, found, side));
        paid_cells(file, arena, differences, found);
        csv_file_cell(file, unconfirmed ? TEXT("yes") : TEXT("no"));
        csv_file_cell(file, causes);
        csv_file_cell(file, details);
        csv_file_end_line(file);
    }
}

enum file_result family_differences_write_csv(struct command *command, const struct family_differences *differences,
                                              const char *path) {
    struct csv_file file;
    struct arena *arena = &command->arena;
    enum file_result result = csv_file_begin(&file, arena, TEXT(""), text_from(path));
    if (result == FILE_OK) csv_head(&file, differences);
    for (size_t i = 0; i < differences->list.count && result == FILE_OK; i++) {
        struct arena_mark mark = arena_here(arena);
        csv_family(&file, command, differences, &differences->list.items[i]);
        arena_rewind(arena, mark);
    }
    if (result == FILE_OK && arena_failed(arena)) result = FILE_NO_MEMORY;
    if (result == FILE_OK) result = csv_file_commit(&file);
    csv_file_close(&file);
    return result;
}
