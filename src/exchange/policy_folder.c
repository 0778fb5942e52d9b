#include "exchange/policy_folder.h"

#include "exchange/file.h"
#include "exchange/messages.h"

enum { LAYERS_MAX = 16 };

struct reading_folder {
    struct arena arena;
    struct diagnostics *failures;
    struct policy *policy;
};

static void fail(struct reading_folder *reading, enum exchange_message message, struct text path) {
    diagnostics_add(reading->failures, &exchange_messages[message], (struct position){0}, &path, 1);
}

static bool ends_in(struct text text, const char *ending) {
    struct text tail = text_from(ending);
    return text.length > tail.length && text_equal(text_slice(text, text.length - tail.length, text.length), tail);
}

static bool add_file(struct reading_folder *reading, struct text folder, struct text path) {
    struct text whole = path_join(&reading->arena, folder, path);
    struct file file;
    if (arena_failed(&reading->arena)) return false;
    enum file_result result = file_open(&file, whole.bytes);
    if (result == FILE_NO_MEMORY) return false;
    if (result != FILE_OK) {
        fail(reading, EXCHANGE_FILE_UNREADABLE, whole);
        return false;
    }
    policy_add_file(reading->policy, path, file.bytes);
    file_close(&file);
    return true;
}

static struct text parent_of(struct text folder) {
    while (folder.length > 1 && folder.bytes[folder.length - 1] == '/') folder.length--;
    while (folder.length > 0 && folder.bytes[folder.length - 1] != '/') folder.length--;
    while (folder.length > 1 && folder.bytes[folder.length - 1] == '/') folder.length--;
    return folder.length ? folder : TEXT(".");
}

/* FOLDER/cases/NAME.yaml is taken for a policy when only its cases are wanted. */
static void fail_file(struct reading_folder *reading, struct text path) {
    struct text folder = parent_of(path);
    bool cases = folder.length >= 5 && text_is(text_slice(folder, folder.length - 5, folder.length), "cases");
    struct text arguments[] = {path, cases ? parent_of(folder) : folder};
    diagnostics_add(reading->failures, &exchange_messages[EXCHANGE_POLICY_IS_FILE], (struct position){0}, arguments, 2);
}

/* False without a word when memory has run out. */
static bool add_folder(struct reading_folder *reading, struct text folder) {
    struct file_names names = {0}, tables = {0};
    enum file_result result = folder_list(&reading->arena, folder.bytes, &names);
    if (result == FILE_NO_MEMORY) return false;
    if (result != FILE_OK) {
        struct file file;
        if (file_open(&file, folder.bytes) == FILE_OK) {
            file_close(&file);
            fail_file(reading, folder);
        } else {
            fail(reading, EXCHANGE_FOLDER_UNREADABLE, folder);
        }
        return false;
    }
    for (size_t i = 0; i < names.list.count; i++) {
        struct text name = names.list.items[i];
        bool wanted = (ends_in(name, ".md") && !text_starts(name, "README")) || ends_in(name, ".csv");
        if (wanted && !add_file(reading, folder, name)) return false;
    }
    folder_list(&reading->arena, path_join(&reading->arena, folder, TEXT("tables")).bytes, &tables);
    for (size_t i = 0; i < tables.list.count; i++)
        if (ends_in(tables.list.items[i], ".csv") &&
            !add_file(reading, folder, path_join(&reading->arena, TEXT("tables"), tables.list.items[i])))
            return false;
    return !arena_failed(&reading->arena);
}

/* yunnan_2018 lies in yunnan-2018, beside the folder or one floor up. */
static struct text find_base(struct reading_folder *reading, struct text folder, struct text policy) {
    struct text name = text_copy(&reading->arena, policy);
    char *bytes = (char *)name.bytes;
    if (arena_failed(&reading->arena)) return TEXT("");
    for (size_t i = 0; i < name.length; i++)
        if (bytes[i] == '_') bytes[i] = '-';
    struct text beside = path_join(&reading->arena, parent_of(folder), name);
    if (folder_exists(beside.bytes)) return beside;
    struct text up = path_join(&reading->arena, path_join(&reading->arena, parent_of(folder), TEXT("..")), name);
    return folder_exists(up.bytes) ? up : TEXT("");
}

/* To leave the rest out would be to decide by half the law. */
static size_t refuse_layers(struct reading_folder *reading, struct text folder) {
    const struct text arguments[] = {folder, text_format(&reading->arena, "%d", LAYERS_MAX)};
    diagnostics_add(reading->failures, &exchange_messages[EXCHANGE_LAYERS_TOO_MANY], (struct position){0}, arguments,
                    2);
    return 0;
}

/* The folders from the law up to the one asked for; 0 after a failure. */
static size_t find_layers(struct reading_folder *reading, struct text folder, struct text layers[LAYERS_MAX]) {
    size_t count = 0;
    while (folder.length) {
        if (count == LAYERS_MAX) return refuse_layers(reading, layers[0]);
        struct policy *policy = policy_new();
        if (!policy) return 0;
        reading->policy = policy;
        policy_begin_layer(policy, folder);
        bool read = add_folder(reading, folder);
        struct text extends = read ? text_copy(&reading->arena, policy_extends(policy)) : TEXT("");
        policy_free(policy);
        reading->policy = NULL;
        if (!read) return 0;
        layers[count++] = folder;
        folder = extends.length ? find_base(reading, folder, extends) : TEXT("");
    }
    return arena_failed(&reading->arena) ? 0 : count;
}

struct policy *policy_read_folder(const char *folder, struct diagnostics *failures) {
    struct reading_folder reading = {.failures = failures};
    arena_init(&reading.arena);
    struct text layers[LAYERS_MAX];
    size_t count = find_layers(&reading, text_copy(&reading.arena, text_from(folder)), layers);
    reading.policy = count ? policy_new() : NULL;
    bool whole = reading.policy;
    for (size_t i = count; whole && i-- > 0;) {
        policy_begin_layer(reading.policy, layers[i]);
        whole = add_folder(&reading, layers[i]);
    }
    if (whole) {
        policy_compile(reading.policy);
    } else { /* half the law is no law */
        policy_free(reading.policy);
        reading.policy = NULL;
    }
    arena_free(&reading.arena);
    return reading.policy;
}
