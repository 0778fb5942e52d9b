#include "exchange/case_inside.h"

#include "base/csv.h"
#include "exchange/policy_folder.h"

#include <string.h>

void case_tell(struct a_case *a_case, enum exchange_message message, struct position at, const struct text *arguments,
               size_t count) {
    diagnostics_add(&a_case->runner->diagnostics, &exchange_messages[message], at, arguments, count);
    a_case->broken = true;
}

void case_complain(struct a_case *a_case, enum exchange_message message, struct position at, struct text first,
                   struct text second) {
    struct text arguments[] = {first, second};
    case_tell(a_case, message, at, arguments, 2);
}

/* --- areas ------------------------------------------------------------------------------------------------------ */

static void note_line(struct arena *arena, struct area_book *book, const struct csv *csv) {
    struct area_line line = {0};
    struct text *cells = ARENA_ARRAY(arena, struct text, book->columns + 1);
    if (arena_failed(arena)) return;
    for (size_t i = 0; i < book->columns && i < csv->count; i++) {
        cells[i] = text_trim(csv->fields[i].text);
        if (text_is(book->headings[i], "id")) line.id = cells[i];
        if (book->entity->parent && text_equal(book->headings[i], book->entity->parent->name)) line.parent = cells[i];
    }
    line.cells = cells;
    VECTOR_PUSH(arena, &book->lines, line);
    map_put(&book->by_id, line.id, (void *)book->lines.count);
    if (!map_get(&book->first_by_parent, line.parent))
        map_put(&book->first_by_parent, line.parent, (void *)book->lines.count);
}

static void read_areas(struct case_runner *runner, struct area_book *book, const struct entity *entity,
                       struct text folder) {
    struct arena *arena = &runner->arena;
    struct text path = text_format(arena, "%.*s/areas/%.*s.csv", TEXT_ARG(folder), TEXT_ARG(entity->name));
    *book = (struct area_book){.entity = entity};
    map_init(&book->by_id, arena);
    map_init(&book->first_by_parent, arena);
    if (arena_failed(arena) || file_open(&book->file, path.bytes) != FILE_OK) return;
    struct csv csv;
    csv_init(&csv, book->file.bytes, arena);
    if (csv_next(&csv) != CSV_RECORD) return;
    book->columns = csv.count;
    book->headings = ARENA_ARRAY(arena, struct text, csv.count + 1);
    if (arena_failed(arena)) return;
    for (size_t i = 0; i < csv.count; i++) book->headings[i] = text_trim(csv.fields[i].text);
    while (csv_next(&csv) == CSV_RECORD) note_line(arena, book, &csv);
}

const struct area_line *area_find(const struct area_book *book, struct text id) {
    size_t found = (size_t)map_get(&book->by_id, id);
    return found ? &book->lines.items[found - 1] : NULL;
}

const struct area_line *area_first_below(const struct area_book *book, struct text parent) {
    size_t found = (size_t)map_get(&book->first_by_parent, parent);
    return found ? &book->lines.items[found - 1] : NULL;
}

/* --- policies --------------------------------------------------------------------------------------------------- */

/* NULL when it cannot be read, which is told, or has mistakes: then it is kept with them. */
static struct case_policy *open_policy(struct case_runner *runner, struct text folder) {
    for (size_t i = 0; i < runner->policies.count; i++)
        if (text_equal(runner->policies.items[i]->folder, folder))
            return runner->policies.items[i]->policy->compiled ? runner->policies.items[i] : NULL;
    struct case_policy *opened = ARENA_NEW(&runner->arena, struct case_policy);
    opened->folder = text_copy(&runner->arena, folder);
    if (arena_failed(&runner->arena)) return NULL;
    opened->policy = policy_read_folder(opened->folder.bytes, &runner->diagnostics);
    if (!opened->policy) return NULL;
    VECTOR_PUSH(&runner->arena, &runner->policies, opened);
    if (!opened->policy->compiled) return NULL;
    opened->books = ARENA_ARRAY(&runner->arena, struct area_book, opened->policy->entities.count + 1);
    if (arena_failed(&runner->arena)) return NULL;
    for (size_t i = 0; i < opened->policy->entities.count; i++) {
        struct area_book *book = &opened->books[i];
        for (size_t layer = opened->policy->layers.count; layer-- > 0 && book->lines.count == 0;)
            read_areas(runner, book, opened->policy->entities.items[i], opened->policy->layers.items[layer]->folder);
    }
    return opened;
}

bool case_runner_open(struct case_runner *runner, const char *policy_folder) {
    *runner = (struct case_runner){0};
    arena_init(&runner->arena);
    diagnostics_init(&runner->diagnostics, &runner->arena);
    map_init(&runner->cites, &runner->arena);
    map_init(&runner->names, &runner->arena);
    return open_policy(runner, text_from(policy_folder)) != NULL;
}

void case_runner_close(struct case_runner *runner) {
    for (size_t i = 0; i < runner->policies.count; i++) {
        struct case_policy *policy = runner->policies.items[i];
        for (size_t k = 0; policy->books && k < policy->policy->entities.count; k++) file_close(&policy->books[k].file);
        policy_free(policy->policy);
    }
    arena_free(&runner->arena);
}

/* The folder of `policy: NAME` or the last part of `reforms: a.b.NAME`, beside the policy's own. */
static struct text other_folder(struct case_runner *runner, const struct yaml_node *node) {
    struct text name = node->scalar, own = runner->policies.items[0]->folder;
    for (size_t i = 0; i < name.length; i++)
        if (name.bytes[i] == '.') {
            name = text_slice(name, i + 1, name.length);
            i = 0;
        }
    size_t end = own.length;
    while (end > 0 && own.bytes[end - 1] == '/') end--;
    while (end > 0 && own.bytes[end - 1] != '/') end--;
    struct text folder = text_format(&runner->arena, "%.*s%.*s", (int)end, own.bytes, TEXT_ARG(name));
    if (arena_failed(&runner->arena) || folder_exists(folder.bytes)) return folder;
    char *bytes = (char *)folder.bytes;
    for (size_t i = end; i < folder.length; i++)
        if (bytes[i] == '_') bytes[i] = '-';
    if (folder_exists(folder.bytes)) return folder;
    /* a reform's folder may carry its base's name before its own */
    struct text base = text_slice(own, end, own.length);
    return text_format(&runner->arena, "%.*s%.*s-%.*s", (int)end, own.bytes, TEXT_ARG(base),
                       TEXT_ARG(text_slice(folder, end, folder.length)));
}

/* --- a case ----------------------------------------------------------------------------------------------------- */

static void add_months(struct a_case *a_case, const struct yaml_node *node) {
    if (node->kind == YAML_SEQUENCE) {
        for (size_t i = 0; i < node->count; i++) add_months(a_case, node->items[i]);
        return;
    }
    struct text text = node->scalar;
    month_number first, last;
    if (text.length == 4 && month_parse(text_format(a_case->arena, "%.*s-01", TEXT_ARG(text)), &first)) {
        VECTOR_PUSH(a_case->arena, &a_case->months, first); /* a year: judged in January */
        return;
    }
    bool good = text.length >= 7 && month_parse(text_slice(text, 0, 7), &first);
    last = first = good ? first : 0;
    if (good && text.length > 7) {
        size_t dots = 7;
        while (dots < text.length && (text.bytes[dots] == ' ' || text.bytes[dots] == '.')) dots++;
        good =
            dots > 8 && month_parse(text_slice(text, dots, text.length), &last) && last >= first && last - first < 1200;
    }
    if (!good) {
        case_complain(a_case, EXCHANGE_CASE_MONTH, node->at, text, TEXT(""));
        return;
    }
    for (month_number month = first; month <= last; month++) VECTOR_PUSH(a_case->arena, &a_case->months, month);
}

/* A case that cites a clause which is not there shows nothing of the law. Some policies list no clauses. */
static void note_cites(struct a_case *a_case, const struct yaml_node *node) {
    struct case_runner *runner = a_case->runner;
    const struct policy *policy = a_case->policy->policy;
    if (node && node->kind == YAML_SEQUENCE)
        for (size_t i = 0; i < node->count; i++) note_cites(a_case, node->items[i]);
    if (node && node->kind == YAML_MAPPING)
        case_complain(a_case, EXCHANGE_CASE_VALUE, node->at, TEXT("cite"), TEXT("…"));
    if (!node || node->kind != YAML_SCALAR || node->scalar.length == 0) return;
    if (policy->clauses.count && !map_get(&policy->clause_by_id, node->scalar)) {
        struct case_choice choice;
        case_choice_begin(&choice, a_case, node->scalar);
        for (size_t i = 0; i < policy->clauses.count; i++) case_choice_note(&choice, policy->clauses.items[i]->id);
        case_choice_tell(&choice, EXCHANGE_CASE_CLAUSE, node->at, TEXT(""));
        return;
    }
    size_t count = (size_t)map_get(&runner->cites, node->scalar);
    map_put(&runner->cites, text_copy(&runner->arena, node->scalar), (void *)(count + 1));
}

static void tell_parameter(struct a_case *a_case, const struct yaml_pair *pair, struct text where) {
    const struct policy *policy = a_case->policy->policy;
    struct case_choice choice;
    case_choice_begin(&choice, a_case, pair->key);
    for (size_t i = 0; i < policy->parameters.count; i++) case_choice_note(&choice, policy->parameters.items[i]->name);
    case_choice_tell(&choice, EXCHANGE_CASE_KEY, pair->key_at, where);
}

static void read_overrides(struct a_case *a_case, const struct yaml_node *node, struct text where) {
    if (node && !case_check_rows(a_case, where, node)) return;
    for (size_t i = 0; node && i < node->count && node->kind == YAML_MAPPING; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        struct parameter *parameter = map_get(&a_case->policy->policy->parameter_by_name, pair->key);
        struct value value;
        if (!parameter) {
            tell_parameter(a_case, pair, where);
            continue;
        }
        if (parameter->band) {
            case_complain(a_case, EXCHANGE_CASE_BANDS, pair->key_at, pair->key, TEXT(""));
            continue;
        }
        if (!value_parse(a_case->arena, &parameter->type, parameter->scale, pair->value->scalar, &value)) {
            case_tell_value(a_case, &parameter->type, parameter->name, pair->value);
            continue;
        }
        struct override override = override_of(parameter, &value);
        VECTOR_PUSH(a_case->arena, &a_case->overrides, override);
    }
}

static const struct yaml_node *either(const struct yaml_node *node, const char *one, const char *other) {
    const struct yaml_node *found = yaml_get(node, one);
    return found ? found : yaml_get(node, other);
}

static const char *const case_keys[] = {
    "name",     "cite",       "month",   "months", "area",  "input",  "output", "parameters",
    "readings", "policy",     "reforms", "known",  "holds", "breaks", "period", "absolute_error_margin",
    "keywords", "description"};
enum { CASE_KEYS = sizeof case_keys / sizeof *case_keys };

/* What the key was meant to be, as far as can be guessed; false for a key that a case has. */
static bool is_misspelt(struct a_case *a_case, struct text key, struct case_choice *choice) {
    case_choice_begin(choice, a_case, key);
    for (size_t i = 0; i < CASE_KEYS; i++) {
        if (text_is(key, case_keys[i])) return false;
        case_choice_note(choice, text_from(case_keys[i]));
    }
    return true;
}

static void check_keys(struct a_case *a_case, const struct yaml_node *node) {
    struct case_choice choice;
    for (size_t i = 0; i < node->count; i++)
        if (is_misspelt(a_case, node->pairs[i].key, &choice))
            case_choice_tell(&choice, EXCHANGE_CASE_WORD, node->pairs[i].key_at, TEXT(""));
}

/* A misspelt key has been told already; that the right one is missing is no second mistake. */
static bool was_meant(struct a_case *a_case, const char *key) {
    struct case_choice choice;
    for (size_t i = 0; i < a_case->node->count; i++)
        if (is_misspelt(a_case, a_case->node->pairs[i].key, &choice) && text_starts(choice.suggestion.best, key))
            return true;
    return false;
}

/* Families of an area that is not there would live in one made up for them. A policy without areas always does that. */
static void check_area(struct a_case *a_case, const struct yaml_node *area) {
    const struct policy *policy = a_case->policy->policy;
    struct case_choice choice;
    bool any = false;
    case_choice_begin(&choice, a_case, area->scalar);
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct area_book *book = &a_case->policy->books[i];
        if (area_find(book, area->scalar)) return;
        any = any || book->lines.count;
        for (size_t k = 0; k < book->lines.count; k++) case_choice_note(&choice, book->lines.items[k].id);
    }
    if (any) case_choice_tell(&choice, EXCHANGE_CASE_AREA, area->at, TEXT(""));
}

/* A case that expects nothing would pass whatever the law says. */
static void check_expectations(struct a_case *a_case, const struct yaml_node *node) {
    const struct yaml_node *output = yaml_get(node, "output");
    bool empty = !output || (output->kind == YAML_SCALAR && output->scalar.length == 0) ||
                 (output->kind != YAML_SCALAR && output->count == 0);
    if (!empty || yaml_get(node, "holds") || yaml_get(node, "breaks") || was_meant(a_case, "output")) return;
    case_complain(a_case, EXCHANGE_CASE_CHECKS_NOTHING, output ? output->at : node->at, TEXT(""), TEXT(""));
}

/* The policy under which it runs: another layer, if it names one. False when that cannot be had. */
static bool choose_policy(struct a_case *a_case, const struct yaml_node *node) {
    const struct yaml_node *other = either(node, "policy", "reforms");
    if (other && other->kind == YAML_SEQUENCE && other->count) other = other->items[other->count - 1];
    if (!other || other->kind != YAML_SCALAR) return true;
    struct text folder = other_folder(a_case->runner, other);
    if (!folder_exists(folder.bytes)) {
        case_complain(a_case, EXCHANGE_CASE_POLICY, other->at, other->scalar, TEXT(""));
        return false;
    }
    struct case_policy *policy = open_policy(a_case->runner, folder);
    if (policy)
        a_case->policy = policy;
    else
        case_complain(a_case, EXCHANGE_CASE_POLICY_WRONG, other->at, other->scalar, folder);
    return policy != NULL;
}

/* False when the rest cannot be judged. */
static bool read_case(struct a_case *a_case, const struct yaml_node *node) {
    const struct yaml_node *months = either(node, "month", "months"), *area = yaml_get(node, "area"),
                           *known = yaml_get(node, "known");
    check_keys(a_case, node);
    if (!choose_policy(a_case, node)) return false;
    if (!months) months = yaml_get(node, "period");
    if (area) a_case->area = area->scalar;
    if (area) check_area(a_case, area);
    if (known && !day_parse(known->scalar, &a_case->known))
        case_complain(a_case, EXCHANGE_CASE_DATE, known->at, TEXT("known"), known->scalar);
    if (months) add_months(a_case, months);
    bool none = !months || (months->kind == YAML_SEQUENCE && months->count == 0);
    if (none && !was_meant(a_case, "month") && !was_meant(a_case, "period"))
        case_complain(a_case, EXCHANGE_CASE_NO_MONTH, months ? months->at : node->at, TEXT(""), TEXT(""));
    note_cites(a_case, yaml_get(node, "cite"));
    read_overrides(a_case, yaml_get(node, "parameters"), TEXT("parameters"));
    read_overrides(a_case, yaml_get(node, "readings"), TEXT("readings"));
    check_expectations(a_case, node);
    return true;
}

/* Who reads that one of two namesakes failed does not know which: a warning, as both are run. */
static void note_name(struct case_runner *runner, const struct yaml_node *name) {
    if (name->kind != YAML_SCALAR || name->scalar.length == 0) return;
    const struct yaml_node *first = map_get(&runner->names, name->scalar);
    if (!first) {
        map_put(&runner->names, name->scalar, (void *)name);
        return;
    }
    struct diagnostic *diagnostic =
        diagnostics_add(&runner->diagnostics, &exchange_messages[EXCHANGE_CASE_NAME_TWICE], name->at, &name->scalar, 1);
    if (!diagnostic) return;
    diagnostic->related = first->at;
    diagnostics_make_warning(&runner->diagnostics, diagnostic);
}

/* What is not even a case fails like one. */
static void run_one(struct case_runner *runner, const struct yaml_node *node) {
    struct a_case a_case = {.runner = runner,
                            .policy = runner->policies.items[0],
                            .node = node,
                            .arena = &runner->arena,
                            .known = DAY_NEVER};
    const struct yaml_node *name = node->kind == YAML_MAPPING ? yaml_get(node, "name") : NULL;
    bool read = node->kind == YAML_MAPPING && read_case(&a_case, node);
    if (node->kind != YAML_MAPPING) case_complain(&a_case, EXCHANGE_CASE_SHAPE, node->at, TEXT(""), TEXT(""));
    if (name) note_name(runner, name);
    if (read && case_collect_rows(&a_case)) case_run(&a_case);
    if (!a_case.broken && !arena_failed(&runner->arena) && a_case.checked == 0) { /* rows without a single value */
        const struct yaml_node *output = yaml_get(node, "output");
        case_complain(&a_case, EXCHANGE_CASE_CHECKS_NOTHING, output ? output->at : node->at, TEXT(""), TEXT(""));
    }
    bool passed = !a_case.broken && !a_case.failed && !arena_failed(&runner->arena);
    *(passed ? &runner->passed : &runner->failed) += 1;
    if (runner->told) runner->told(runner->context, name ? name->scalar : TEXT("?"), passed);
}

void case_runner_run(struct case_runner *runner, const struct source *source) {
    size_t errors = runner->diagnostics.errors;
    const struct yaml_node *root = yaml_read(&runner->arena, source, &runner->diagnostics);
    if (!root && runner->diagnostics.errors > errors) runner->failed++;
    for (size_t i = 0; root && root->kind == YAML_SEQUENCE && i < root->count; i++) run_one(runner, root->items[i]);
    if (root && root->kind != YAML_SEQUENCE) run_one(runner, root);
    if (!root || root->kind != YAML_SEQUENCE || root->count) return;
    struct diagnostic *empty = diagnostics_add(&runner->diagnostics, &exchange_messages[EXCHANGE_CASE_FILE_EMPTY],
                                               (struct position){.source = source}, NULL, 0);
    if (empty) diagnostics_make_warning(&runner->diagnostics, empty);
}

static bool is_case_file(struct text name) {
    static const char *const endings[] = {".yaml", ".yml"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        struct text ending = text_from(endings[i]);
        if (name.length > ending.length &&
            text_equal(text_slice(name, name.length - ending.length, name.length), ending))
            return true;
    }
    return false;
}

static void fail(struct case_runner *runner, enum exchange_message message, struct text path) {
    diagnostics_add(&runner->diagnostics, &exchange_messages[message], (struct position){0}, &path, 1);
}

static void run_file(struct case_runner *runner, struct text path) {
    struct source *source = ARENA_NEW(&runner->arena, struct source);
    struct file file;
    source->name = path;
    if (arena_failed(&runner->arena)) return;
    if (file_open(&file, path.bytes) != FILE_OK) { /* its cases cannot be known to hold */
        fail(runner, EXCHANGE_FILE_UNREADABLE, path);
        runner->failed++;
        return;
    }
    source->bytes = text_copy(&runner->arena, file.bytes);
    file_close(&file);
    case_runner_run(runner, source);
}

bool case_runner_run_all(struct case_runner *runner) {
    struct text folder = path_join(&runner->arena, runner->policies.items[0]->folder, TEXT("cases"));
    struct file_names names = {0};
    folder_list(&runner->arena, folder.bytes, &names);
    for (size_t i = 0; i < names.list.count && !arena_failed(&runner->arena); i++) {
        struct text name = names.list.items[i];
        if (is_case_file(name)) run_file(runner, path_join(&runner->arena, folder, name));
    }
    if (runner->passed + runner->failed == 0) fail(runner, EXCHANGE_CASE_NONE, folder);
    return !arena_failed(&runner->arena);
}
