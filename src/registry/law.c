/* The laws by which a registry was made and went on: their files as they were read, so that it can be decided by years
 * later. */
#include "registry/registry_inside.h"

static const struct store_column law_columns[] = {
    {{"_file", 5}, STORE_INTEGER, true}, {{"_change", 7}, STORE_INTEGER, true}, {{"_layer", 6}, STORE_INTEGER, true},
    {{"_folder", 7}, STORE_TEXT, true},  {{"_path", 5}, STORE_TEXT, true},      {{"_text", 5}, STORE_TEXT, true}};
const struct store_table registry_law_table = {{"_law", 4}, law_columns, 6, false};
enum { LAW_FILE, LAW_CHANGE, LAW_LAYER, LAW_FOLDER, LAW_PATH, LAW_TEXT, LAW_COLUMNS };

struct law_file {
    const struct layer *layer;
    struct text path, bytes;
};
struct law_files {
    VECTOR(struct law_file) list;
};

/* Sources are named with their folder, which the layer tells. */
static void add_layer(struct arena *arena, struct law_files *files, const struct layer *layer) {
    for (size_t i = 0; i < layer->sources.count; i++) {
        const struct source *source = layer->sources.items[i];
        struct text path = text_slice(source->name, layer->folder.length + 1, source->name.length);
        VECTOR_PUSH(arena, &files->list, ((struct law_file){layer, path, source->bytes}));
    }
    for (size_t i = 0; i < layer->tables.count; i++) {
        const struct source *source = layer->tables.entries[i].value;
        VECTOR_PUSH(arena, &files->list, ((struct law_file){layer, layer->tables.entries[i].key, source->bytes}));
    }
}

static struct law_files files_of(struct registry *registry) {
    struct law_files files = {{NULL, 0, 0}};
    for (size_t i = 0; i < registry->policy->layers.count; i++)
        add_layer(&registry->arena, &files, registry->policy->layers.items[i]);
    return files;
}

enum registry_result registry_keep_law(struct registry *registry, const struct registry_change *change) {
    struct law_files files = files_of(registry);
    int64_t number = registry_highest(registry, &registry_law_table);
    struct chain_load load;
    bool begun = chain_load_begin(&load, registry, CHAIN_LAW);
    for (size_t i = 0; i < files.list.count && begun; i++) {
        const struct law_file *file = &files.list.items[i];
        const struct store_value values[LAW_COLUMNS] = {[LAW_FILE] = store_integer(++number),
                                                        [LAW_CHANGE] = store_integer(change->number),
                                                        [LAW_LAYER] = store_integer((int64_t)file->layer->index),
                                                        [LAW_FOLDER] = store_text(file->layer->folder),
                                                        [LAW_PATH] = store_text(file->path),
                                                        [LAW_TEXT] = store_text(file->bytes)};
        chain_load_row(&load, values);
    }
    chain_load_end(&load);
    return registry_outcome(registry, NULL);
}

/* Wherever they lay when they were read. */
enum registry_result registry_law_is_kept(struct registry *registry, bool *kept) {
    static const char latest[] = "SELECT _layer, _path, _text FROM _law "
                                 "WHERE _change = (SELECT max(_change) FROM _law) ORDER BY _file";
    struct law_files files = files_of(registry);
    struct statement *query = store_prepare(registry->store, latest);
    size_t at = 0;
    *kept = true;
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, NULL, 0)) {
        for (; *kept && statement_next(query); at++)
            *kept = at < files.list.count &&
                    statement_integer(query, 0) == (int64_t)files.list.items[at].layer->index &&
                    text_equal(statement_text(query, 1), files.list.items[at].path) &&
                    text_equal(statement_text(query, 2), files.list.items[at].bytes);
        statement_end(query);
    }
    statement_free(query);
    *kept = *kept && at == files.list.count;
    return registry_outcome(registry, NULL);
}

int64_t registry_law_change(struct registry *registry, int64_t known) {
    static const char latest[] = "SELECT coalesce(max(_change), 0) FROM _law WHERE _change <= $1";
    const struct store_value until = store_integer(known);
    struct statement *query = store_prepare(registry->store, latest);
    int64_t change = 0;
    if (!query) registry->arena.failed = true;
    if (query && statement_begin(query, &until, 1) && statement_next(query)) change = statement_integer(query, 0);
    if (query) statement_end(query);
    statement_free(query);
    return change;
}

static void digest_layer(struct digest *digest, const struct layer *layer) {
    for (size_t i = 0; i < layer->sources.count; i++) {
        const struct source *source = layer->sources.items[i];
        digest_add_text(digest, text_slice(source->name, layer->folder.length + 1, source->name.length));
        digest_add_text(digest, source->bytes);
    }
    for (size_t i = 0; i < layer->tables.count; i++) {
        const struct source *source = layer->tables.entries[i].value;
        digest_add_text(digest, layer->tables.entries[i].key);
        digest_add_text(digest, source->bytes);
    }
}

enum registry_result registry_law_digest(const struct registry *registry, const struct policy *policy,
                                         unsigned char out[DIGEST_BYTES]) {
    struct digest digest;
    bool done = digest_init(&digest, registry->digest);
    if (done) digest_begin(&digest);
    for (size_t i = 0; i < policy->layers.count && done; i++) {
        digest_add_integer(&digest, (int64_t)i);
        digest_layer(&digest, policy->layers.items[i]);
    }
    done = done && digest_finish(&digest, out);
    digest_free(&digest);
    return done ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
}

/* All files were kept by one change: the last that kept any. */
static struct policy *read_law(struct store *store, int64_t known, bool *any) {
    static const char latest[] = "SELECT _layer, _folder, _path, _text FROM _law "
                                 "WHERE _change = (SELECT max(_change) FROM _law WHERE _change <= $1) ORDER BY _file";
    const struct store_value until = store_integer(known);
    struct policy *policy = policy_new();
    struct statement *query = policy ? store_prepare(store, latest) : NULL;
    int64_t layer = -1;
    if (query && statement_begin(query, &until, 1)) {
        while (statement_next(query)) {
            if (statement_integer(query, 0) != layer) policy_begin_layer(policy, statement_text(query, 1));
            layer = statement_integer(query, 0);
            policy_add_file(policy, statement_text(query, 2), statement_text(query, 3));
        }
        statement_end(query);
    }
    statement_free(query);
    *any = layer >= 0 || !query;
    if (query && !store_failed(store) && layer >= 0) {
        policy_compile(policy);
        return policy;
    }
    policy_free(policy);
    return NULL;
}

enum registry_result registry_law(struct store *store, int64_t known, struct policy **policy) {
    bool any;
    *policy = NULL;
    enum registry_result result = registry_check_format(store);
    if (result != REGISTRY_DONE) return result;
    *policy = read_law(store, known, &any);
    if (store_failed(store)) return REGISTRY_STORE_FAILED;
    if (!any) return REGISTRY_NONE;
    return *policy ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
}
