#include "lang/policy.h"

#include "base/memory.h"
#include "lang/compile.h"
#include "lang/markdown.h"
#include "lang/parser.h"

struct policy *policy_new(void) {
    struct policy *policy = memory_new(1, sizeof *policy);
    if (!policy) return NULL;
    arena_init(&policy->arena);
    diagnostics_init(&policy->diagnostics, &policy->arena);
    policy->diagnostics.most_a_file = POLICY_DIAGNOSTICS_A_FILE;
    struct map *const maps[] = {
        &policy->unit_by_name,      &policy->enumeration_by_name, &policy->entity_by_name,
        &policy->parameter_by_name, &policy->indicator_by_name,   &policy->fund_by_name,
        &policy->role_by_name,      &policy->calendar_by_name,    &policy->procedure_by_name,
        &policy->clause_by_id,      &policy->guarantee_by_name,   &policy->lost,
    };
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) map_init(maps[i], &policy->arena);
    return policy;
}

void policy_free(struct policy *policy) {
    if (!policy) return;
    arena_free(&policy->arena);
    memory_free(policy);
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

void policy_begin_layer(struct policy *policy, struct text folder) {
    struct layer *layer = ARENA_NEW(&policy->arena, struct layer);
    layer->folder = text_copy(&policy->arena, folder);
    layer->index = policy->layers.count;
    map_init(&layer->tables, &policy->arena);
    if (arena_failed(&policy->arena)) return; /* the layer would be a spare piece, which others use too */
    VECTOR_PUSH(&policy->arena, &policy->layers, layer);
}

void policy_add_file(struct policy *policy, struct text path, struct text bytes) {
    if (policy->layers.count == 0) return;
    struct layer *layer = policy->layers.items[policy->layers.count - 1];
    struct source *source = ARENA_NEW(&policy->arena, struct source);
    source->name = text_format(&policy->arena, "%.*s/%.*s", TEXT_ARG(layer->folder), TEXT_ARG(path));
    source->bytes = text_copy(&policy->arena, bytes);
    source_index(source, &policy->arena);
    if (path.length > 3 && text_is(text_slice(path, path.length - 3, path.length), ".md"))
        VECTOR_PUSH(&policy->arena, &layer->sources, source);
    else
        map_put(&layer->tables, text_copy(&policy->arena, path), source);
}

static void sort_sources(struct layer *layer) {
    struct source **items = layer->sources.items;
    for (size_t i = 1; i < layer->sources.count; i++)
        for (size_t k = i; k > 0 && text_compare(items[k]->name, items[k - 1]->name) < 0; k--) {
            struct source *swap = items[k];
            items[k] = items[k - 1];
            items[k - 1] = swap;
        }
}

/* The table under a block belongs to the block's last declaration. */
static void attach_table(struct policy *policy, struct declaration *last, struct decision_table *table) {
    if (last->table_first_row)
        last->table = table;
    else
        REPORT(policy, LANG_TABLE_UNUSED, table->rows.items[0].at, last->name.text);
}

static void keep_declaration(struct policy *policy, struct layer *layer, struct declaration *declaration,
                             struct text section) {
    declaration->layer = layer;
    declaration->section = section;
    if (declaration->head == HEAD_POLICY && !layer->head)
        layer->head = declaration;
    else if (declaration->head == HEAD_POLICY)
        REPORT(policy, LANG_SECOND_POLICY, declaration->at, declaration->name.text);
    VECTOR_PUSH(&policy->arena, &layer->declarations, declaration);
}

static void parse_block(struct policy *policy, struct layer *layer, const struct source *source,
                        const struct block *block) {
    struct tokens tokens = {0};
    struct parser parser;
    tokens_cut(&tokens, &policy->arena, source, block->begin, block->end);
    if (arena_failed(&policy->arena)) return;
    parser_init(&parser, &policy->arena, &policy->diagnostics, tokens.list.items);
    struct declaration *last = NULL;
    for (struct declaration *next; (next = parse_declaration(&parser)) && !arena_failed(&policy->arena); last = next)
        keep_declaration(policy, layer, next, block->heading);
    for (size_t i = 0; i < parser.lost.list.count; i++) name_lose(policy, parser.lost.list.items[i]);
    if (map_get(&policy->lost, TEXT("policy")))
        map_put(&policy->lost, TEXT("money"), layer); /* the currency went with it */
    if (block->table && last && !parser.failed) attach_table(policy, last, block->table);
}

/* False when the text hides declarations: whatever reads them would be told wrongly. */
static bool parse_source(struct policy *policy, struct layer *layer, const struct source *source) {
    struct blocks blocks = {0};
    size_t invalid = text_invalid_at(source->bytes);
    if (invalid < source->bytes.length) {
        REPORT(policy, LANG_BAD_UTF8, ((struct span){source, invalid, invalid + 1}), source->name);
        return false;
    }
    bool whole = true;
    report_controls(policy, source);
    blocks_find(&blocks, &policy->arena, source);
    for (size_t i = 0; i < blocks.list.count; i++) {
        const struct block *block = &blocks.list.items[i];
        if (block->misspelt.length)
            REPORT(policy, LANG_FENCE_MISSPELT, span_of(source, block->misspelt), block->misspelt);
        if (block->closed) {
            parse_block(policy, layer, source, block);
            continue;
        }
        REPORT(policy, LANG_FENCE_OPEN, ((struct span){source, block->fence, block->begin}), source->name);
        whole = false;
    }
    return whole;
}

static bool parse_layer(struct policy *policy, struct layer *layer) {
    bool whole = true;
    sort_sources(layer);
    for (size_t i = 0; i < layer->sources.count; i++) whole &= parse_source(policy, layer, layer->sources.items[i]);
    if (layer->head || !whole || map_get(&policy->lost, TEXT("policy"))) return whole;
    struct span nowhere = {layer->sources.count ? layer->sources.items[0] : NULL, 0, 0};
    REPORT(policy, LANG_NO_POLICY, nowhere, layer->folder);
    return true;
}

/* The base must be at hand before the layer itself can be understood; what is wrong in it is told when it is compiled.
 */
struct text policy_extends(struct policy *policy) {
    if (policy->layers.count == 0) return TEXT("");
    const struct layer *layer = policy->layers.items[policy->layers.count - 1];
    struct diagnostics untold;
    diagnostics_init(&untold, &policy->arena);
    for (size_t i = 0; i < layer->sources.count && !arena_failed(&policy->arena); i++) {
        const struct source *source = layer->sources.items[i];
        struct blocks blocks = {0};
        blocks_find(&blocks, &policy->arena, source);
        for (size_t k = 0; k < blocks.list.count; k++) {
            struct tokens tokens = {0};
            struct parser parser;
            tokens_cut(&tokens, &policy->arena, source, blocks.list.items[k].begin, blocks.list.items[k].end);
            if (arena_failed(&policy->arena)) break;
            parser_init(&parser, &policy->arena, &untold, tokens.list.items);
            struct text extends = parse_extends(&parser);
            if (extends.length) return extends;
        }
    }
    return TEXT("");
}

static void link_layers(struct policy *policy) {
    for (size_t i = 0; i < policy->layers.count; i++) {
        struct layer *layer = policy->layers.items[i];
        if (!layer->head) continue;
        struct name extends = layer->head->extends;
        for (size_t k = 0; k < i; k++) {
            struct declaration *head = policy->layers.items[k]->head;
            if (head && text_equal(head->name.text, extends.text)) layer->base = policy->layers.items[k];
        }
        if (extends.text.length && !layer->base && !map_get(&policy->lost, extends.text))
            REPORT(policy, LANG_BASE_MISSING, extends.at, extends.text);
        if (!extends.text.length && i > 0)
            REPORT(policy, LANG_EXTENDS_MISSING, layer->head->at, layer->head->name.text);
    }
}

/* --- compiling -------------------------------------------------------------------------------------------------- */

static bool clean(const struct policy *policy) {
    return policy->diagnostics.errors == 0 && !arena_failed(&policy->arena);
}

/* Declarations, parameters, names and procedures are checked even after mistakes, to tell as many as possible in one
 * go. */
static void check_meaning(struct policy *policy) {
    static void (*const stages[])(struct policy *) = {declare_all, parameters_load, check_all, check_procedures};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        if (arena_failed(&policy->arena) || policy->adrift) return;
        stages[i](policy);
    }
}

/* Cases, cycles and ranges presuppose that every name and type is right, ranges also that there is no cycle. */
static void check_whole(struct policy *policy) {
    if (!clean(policy)) return;
    cases_check(policy);
    size_t errors = policy->diagnostics.errors;
    if (!arena_failed(&policy->arena)) cycles_find(policy);
    if (arena_failed(&policy->arena) || policy->diagnostics.errors > errors) return;
    depths_check(policy);
    if (!arena_failed(&policy->arena)) intervals_find(policy);
}

/* At the end, one line for each file. They say how many mistakes there are, and are none of them. */
static void tell_unlisted(struct policy *policy) {
    struct diagnostics *diagnostics = &policy->diagnostics;
    size_t errors = diagnostics->errors;
    diagnostics->most_a_file = 0;
    for (size_t i = 0; i < diagnostics->files.count; i++) {
        const struct diagnostics_file *file = &diagnostics->files.items[i];
        if (file->unlisted == 0) continue;
        struct text number = text_format(&policy->arena, "%zu", file->unlisted);
        diagnostics_add(diagnostics, &lang_messages[LANG_UNLISTED], (struct position){.source = file->source}, &number,
                        1);
    }
    diagnostics->errors = errors;
}

bool policy_compile(struct policy *policy) {
    bool whole = true;
    for (size_t i = 0; i < policy->layers.count; i++) whole &= parse_layer(policy, policy->layers.items[i]);
    link_layers(policy);
    if (whole && !arena_failed(&policy->arena)) {
        check_meaning(policy);
        check_whole(policy);
    }
    diagnostics_sort(&policy->diagnostics);
    tell_unlisted(policy);
    policy->compiled = clean(policy);
    return policy->compiled;
}

/* --- looking up ------------------------------------------------------------------------------------------------- */

struct field *entity_field(const struct entity *entity, struct text name_or_label) {
    struct field *field = map_get(&entity->by_name, name_or_label);
    return field ? field : map_get(&entity->by_label, name_or_label);
}

struct text policy_name(const struct policy *policy) {
    return policy->layers.items[policy->layers.count - 1]->head->name.text;
}

struct field *policy_field(const struct policy *policy, struct text entity, struct text field) {
    const struct entity *found = map_get(&policy->entity_by_name, entity);
    return found ? map_get(&found->by_name, field) : NULL;
}

bool entity_is_within(const struct entity *entity, const struct entity *ancestor) {
    while (entity && entity != ancestor) entity = entity->parent;
    return entity != NULL;
}

/* Told by others, of people who are known: a register of cars, and what it says of each car. */
static bool is_of_a_register(const struct entity *entity) {
    while (entity && !entity->matched_by) entity = entity->parent;
    return entity != NULL;
}

const struct entity *policy_people(const struct policy *policy,
                                   size_t (*rows)(const void *of, const struct entity *entity), const void *of) {
    const struct entity *people = NULL;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        if (entity->is_event || !entity->parent || is_of_a_register(entity)) continue;
        bool lower = !people || entity->depth > people->depth;
        bool more = people && entity->depth == people->depth && rows(of, entity) > rows(of, people);
        if (lower || more) people = entity;
    }
    return people;
}

size_t settled_parts(const struct settled *settled) {
    return settled->layers.count + 1;
}

const struct field *settled_part(const struct settled *settled, size_t part) {
    return part < settled->layers.count ? settled->layers.items[part] : settled->rest;
}

static bool expr_reads(const struct expr *expr, const struct field *input) {
    if (!expr) return false;
    bool here =
        expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_FIELD && expr->as.path.target.field == input;
    return here || expr_reads(expr->left, input) || expr_reads(expr->right, input) || expr_reads(expr->third, input);
}

bool settled_adds_up(const struct settled *settled, const struct field *input) {
    const struct rule *rule = settled->total->rules.count ? settled->total->rules.items[0] : NULL;
    bool reads = settled->total == input;
    for (size_t i = 0; rule && i < rule->count && !reads; i++) reads = expr_reads(rule->branches[i].value, input);
    return reads;
}

int enumeration_find(const struct enumeration *enumeration, struct text name_or_label) {
    for (size_t i = 0; i < enumeration->count; i++) {
        const struct enum_value *value = &enumeration->values[i];
        if (text_equal(value->name.text, name_or_label) || text_equal(value->label[LANGUAGE_ZH], name_or_label) ||
            text_equal(value->label[LANGUAGE_EN], name_or_label))
            return (int)i;
    }
    return -1;
}

struct text label_or_name(const struct text label[LANGUAGES], struct text name, enum language language) {
    if (label[language].length) return label[language];
    struct text other = label[language == LANGUAGE_ZH ? LANGUAGE_EN : LANGUAGE_ZH];
    return other.length ? other : name;
}

bool rule_goes_over(const struct rule *rule, const struct rule *other) {
    for (size_t i = 0; i < rule->over.count; i++)
        if (rule->over.items[i] == other) return true;
    return false;
}

const struct rule *field_rule_on(const struct field *field, day_number day, day_number known) {
    const struct rule *found = NULL;
    for (size_t i = 0; i < field->rules.count; i++) {
        const struct rule *rule = field->rules.items[i];
        if (rule->from <= day && day <= rule->until && rule->enacted <= known) found = rule;
    }
    return found;
}

const struct rule *field_rule_numbered(const struct field *field, size_t index) {
    if (index < field->rules.count) return field->rules.items[index];
    return field->exceptions.items[index - field->rules.count];
}
