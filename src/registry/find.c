/* Finding a row by its id, or by how that or what people know it by begins. */
#include "registry/family.h"

#include "base/map.h"
#include "engine/value.h"
#include "registry/reading.h"
#include "registry/row_query.h"

#include <string.h>

/* How many are looked at: a few first, which mostly are enough; then as many as can be in a moment. */
enum { FEW = 64, MANY = 20000, WORDS_MOST = 16 };

/* What was told of a row from a month on. */
struct told {
    month_number since;
    bool stands;
    struct text known_by;
    int64_t parent;
};

/* A row in the month, and what is told of later ones. */
struct place {
    struct text id;
    struct told now;
    bool known, later;         /* later: nothing was told of the month, and `now` is what comes first */
    VECTOR(struct told) ahead; /* by month, one of each */
};

struct finding {
    struct registry *registry;
    const struct registry_sought *sought;
    struct arena *arena;
    int64_t known; /* the last change that counts */
    struct row_queries queries;
    const struct entity *family;
    struct map places; /* ENTITY/KEY -> struct place */
    struct map seen;   /* the same of rows that were looked at already */
    struct text words[WORDS_MOST];
    size_t word_count;
    struct registry_matches *matches;
    struct records records; /* all versions that were looked at */
    struct reading reading;
};

static bool goes_on(const struct finding *finding) {
    return !arena_failed(finding->arena) && !store_failed(finding->registry->store) && !finding->reading.damaged;
}

static bool is_full(const struct finding *finding) {
    return finding->matches->list.count > REGISTRY_MATCHES_MOST;
}

static struct text place_name(struct arena *arena, const struct entity *entity, int64_t key) {
    return text_format(arena, "%zu/%lld", entity->index, (long long)key);
}

/* --- how texts begin ---------------------------------------------------------------------------------------------- */

static size_t last_character(struct text text) {
    size_t at = text.length;
    while (at > 0 && ((unsigned char)text.bytes[at - 1] & 0xc0) == 0x80) at--;
    return at > 0 ? at - 1 : 0;
}

static void add_character(struct builder *out, uint32_t character) {
    unsigned char bytes[4] = {(unsigned char)character};
    size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length; i-- > 1; character >>= 6) bytes[i] = (unsigned char)(0x80 | (character & 0x3f));
    if (length > 1) bytes[0] = (unsigned char)(leads[length] | character);
    builder_add(out, (struct text){(const char *)bytes, length});
}

/* The least text behind all that begin so, by bytes; empty when there is none. It is UTF-8 itself, as a server wants.
 */
static struct text behind(struct arena *arena, struct text prefix) {
    enum { LAST = 0x10ffff, SURROGATES = 0xd800, BEHIND_SURROGATES = 0xe000 };
    while (prefix.length) {
        size_t at = last_character(prefix), offset = at;
        uint32_t character = text_next(prefix, &offset);
        prefix.length = at;
        if (character >= LAST) continue;
        struct builder next;
        builder_init(&next);
        builder_add(&next, prefix);
        add_character(&next, character + 1 == SURROGATES ? BEHIND_SURROGATES : character + 1);
        return builder_finish(&next, arena);
    }
    return TEXT("");
}

static bool begins(struct text text, struct text prefix) {
    return text.length >= prefix.length && memcmp(text.bytes, prefix.bytes, prefix.length) == 0;
}

/* A part behind a space or the dot between the parts of a name begins so, too. */
static bool has_word(struct text text, struct text word) {
    static const struct text between[] = {{" ", 1}, {"\xc2\xb7", 2}, {"\xe3\x80\x80", 3}};
    if (begins(text, word)) return true;
    for (size_t at = 0; at < text.length; at++)
        for (size_t i = 0; i < sizeof between / sizeof *between; i++)
            if (begins(text_slice(text, at, text.length), between[i]) &&
                begins(text_slice(text, at + between[i].length, text.length), word))
                return true;
    return false;
}

/* Parted by spaces, also the wide one. So many that they are no name are none. */
static void split_words(struct finding *finding) {
    struct text text = finding->sought->words;
    size_t begin = 0;
    for (size_t at = 0; at <= text.length;) {
        size_t offset = at;
        uint32_t character = at < text.length ? text_next(text, &offset) : ' ';
        bool space = character == ' ' || character == '\t' || character == 0x3000;
        if (space && at > begin && finding->word_count == WORDS_MOST) {
            finding->word_count = 0;
            return;
        }
        if (space && at > begin) finding->words[finding->word_count++] = text_slice(text, begin, at);
        if (space) begin = at < text.length ? offset : at + 1;
        at = at < text.length ? offset : at + 1;
    }
}

/* --- what a row is known by --------------------------------------------------------------------------------------- */

/* Names of others are not asked for: only the inputs by which rows are known are read. */
static struct text some_name(const struct reading *reading, const struct entity *entity, int64_t key) {
    (void)reading, (void)entity, (void)key;
    return TEXT("-");
}

/* Of an input by which rows are known; empty: unknown. */
static struct text shown(struct finding *finding, const struct record_table *table, const struct field *input,
                         size_t row) {
    const struct column *column = &table->columns[input->input_index];
    if (input->type.kind == TYPE_ROW || !column->known[row]) return TEXT("");
    if (!column->lanes) return column_text(column, row);
    struct value value = value_of_lane(finding->arena, &column->spec, column_get(column, row));
    return value_show(finding->arena, &input->type, input->scale, input->step, &value, finding->sought->language);
}

static struct text known_by(struct finding *finding, const struct record_table *table, size_t row) {
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < table->entity->known_by.count; i++) {
        struct text part = shown(finding, table, table->entity->known_by.items[i], row);
        if (part.length) builder_format(&out, "%s%.*s", out.length ? " " : "", TEXT_ARG(part));
    }
    return builder_finish(&out, finding->arena);
}

/* Of one month the last that was told counts, of the months up to the one at hand the latest. */
static void note_told(struct finding *finding, struct place *place, struct told told) {
    if (told.since <= finding->sought->month) {
        if (!place->known || told.since >= place->now.since) place->now = told;
        place->known = true;
        return;
    }
    for (size_t i = 0; i < place->ahead.count; i++) {
        if (place->ahead.items[i].since != told.since) continue;
        place->ahead.items[i] = told;
        return;
    }
    VECTOR_PUSH(finding->arena, &place->ahead, told);
}

static bool is_otherwise(const struct told *now, const struct told *ahead) {
    if (now->stands != ahead->stands) return true;
    return ahead->stands && (now->parent != ahead->parent || !text_equal(now->known_by, ahead->known_by));
}

/* The first of later months that says something else than one; NULL: none. */
static const struct told *next_told(const struct place *place, const struct told *now) {
    const struct told *next = NULL;
    for (size_t i = 0; i < place->ahead.count; i++) {
        const struct told *ahead = &place->ahead.items[i];
        if (is_otherwise(now, ahead) && (!next || ahead->since < next->since)) next = ahead;
    }
    return next;
}

static void ask_for_place(struct finding *finding, const struct entity *entity, int64_t key) {
    row_ask(&finding->queries, QUERY_VERSIONS, entity, store_integer(key));
    row_ask(&finding->queries, QUERY_ID, entity, store_integer(key));
}

static void read_place(struct finding *finding, const struct entity *entity, int64_t key, struct place *place) {
    static const struct told nothing = {.stands = false};
    const struct record_table *table = &finding->records.tables[entity->index];
    ask_for_place(finding, entity, key);
    struct statement *query = row_query(&finding->queries, QUERY_VERSIONS, entity, store_integer(key));
    struct standing always = {.since = MONTH_FIRST, .until = MONTH_LAST};
    while (query && goes_on(finding) && statement_next(query)) {
        struct told told = {.since = (month_number)statement_integer(query, COLUMN_SINCE),
                            .stands = statement_integer(query, COLUMN_STANDS) != 0,
                            .parent = statement_integer(query, COLUMN_PARENT)};
        if (statement_integer(query, COLUMN_CHANGE) > finding->known) continue;
        size_t row = told.stands ? reading_row(&finding->reading, query, entity, &always) : SIZE_MAX;
        if (row != SIZE_MAX) told.known_by = known_by(finding, table, row);
        note_told(finding, place, told);
    }
    if (query) statement_end(query);
    if (!place->known) {
        const struct told *first = next_told(place, &nothing);
        place->later = place->known = first != NULL;
        if (first) place->now = *first;
    }
    if (place->known) place->id = row_id(&finding->queries, entity, key);
}

/* NULL when something failed, or there is no such row. */
static const struct place *place_of(struct finding *finding, const struct entity *entity, int64_t key) {
    struct text name = place_name(finding->arena, entity, key);
    struct place *place = map_get(&finding->places, name);
    if (!place && goes_on(finding)) {
        place = ARENA_NEW(finding->arena, struct place);
        read_place(finding, entity, key, place);
        map_put(&finding->places, name, place);
    }
    return place && goes_on(finding) && place->id.length ? place : NULL;
}

/* --- matches ------------------------------------------------------------------------------------------------------ */

/* Where it lies, by the rows above families; its family; and whether it lies in the area. */
static bool climb(struct finding *finding, struct registry_match *match) {
    const struct entity *entity = match->entity;
    struct text area = finding->sought->area;
    int64_t key = match->key;
    bool within = area.length == 0;
    for (; entity; entity = entity->parent) {
        const struct place *place = place_of(finding, entity, key);
        if (!place) break;
        within = within || text_equal(place->id, area);
        if (entity == finding->family) match->family = place->id;
        bool above = finding->family && entity != finding->family && entity_is_within(finding->family, entity);
        struct text name = place->now.known_by.length ? place->now.known_by : place->id;
        if (above)
            match->where = text_format(finding->arena, "%.*s%s%.*s", TEXT_ARG(name), match->where.length ? " › " : "",
                                       TEXT_ARG(match->where));
        key = place->now.parent;
    }
    return within;
}

static void tell_ahead(struct finding *finding, const struct place *place, struct registry_match *match) {
    const struct entity *outer = match->entity->parent;
    const struct told *now = &place->now, *next = place->later ? now : next_told(place, now);
    match->ahead.since = MONTH_LAST;
    if (!next) return;
    match->ahead = (struct registry_ahead){.since = next->since, .stands = next->stands};
    if (!next->stands || place->later) return;
    if (!text_equal(next->known_by, now->known_by)) match->ahead.known_by = next->known_by;
    bool elsewhere = outer && (next->parent != now->parent || !now->stands);
    if (elsewhere) match->ahead.parent = row_id(&finding->queries, outer, next->parent);
}

/* By what it was found: it was once told so, or is from a later month on. */
static void tell_other(const struct place *place, struct text other, struct registry_match *match) {
    if (text_equal(other, match->known_by) || text_equal(other, match->ahead.known_by)) return;
    match->other = other;
    for (size_t i = 0; i < place->ahead.count; i++)
        if (text_equal(place->ahead.items[i].known_by, other)) match->other_since = place->ahead.items[i].since;
}

/* Each row is looked at once. */
static void take(struct finding *finding, const struct entity *entity, int64_t key, struct text other) {
    struct text name = place_name(finding->arena, entity, key);
    struct registry_match match = {.entity = entity, .key = key};
    if (map_get(&finding->seen, name)) return;
    const struct place *place = place_of(finding, entity, key);
    map_put(&finding->seen, name, finding);
    if (!place) return;
    match.id = place->id;
    match.known_by = place->now.known_by;
    match.later = place->later;
    match.gone = place->later || !place->now.stands;
    tell_ahead(finding, place, &match);
    if (other.length) tell_other(place, other, &match);
    if (climb(finding, &match)) VECTOR_PUSH(finding->arena, &finding->matches->list, match);
}

/* --- by ids ------------------------------------------------------------------------------------------------------- */

static bool lies_in_families(const struct finding *finding, const struct entity *entity) {
    return !finding->family || entity_is_within(entity, finding->family);
}

/* In families, or anywhere. */
static void ask_for_keys(struct finding *finding, bool anywhere) {
    const struct policy *policy = finding->registry->policy;
    const struct store_value id = store_text(finding->sought->words);
    for (size_t i = 0; i < policy->entities.count && row_id_may_be(finding->sought->words); i++)
        if (anywhere || lies_in_families(finding, policy->entities.items[i]))
            row_ask(&finding->queries, QUERY_KEY, policy->entities.items[i], id);
}

static void find_very_one(struct finding *finding) {
    const struct policy *policy = finding->registry->policy;
    ask_for_keys(finding, false);
    for (size_t i = 0; i < policy->entities.count && goes_on(finding); i++) {
        const struct entity *entity = policy->entities.items[i];
        if (!lies_in_families(finding, entity)) continue;
        int64_t key = row_key(&finding->queries, entity, finding->sought->words);
        if (key) take(finding, entity, key, TEXT(""));
    }
}

struct candidates {
    VECTOR(int64_t) keys;
    VECTOR(struct text) others; /* by what they were found; of ids empty */
};

/* Runs a query of keys, or of versions, up to so many. Nothing else can be asked of the store meanwhile. */
struct search {
    const struct entity *entity;
    struct text column; /* empty: ids */
    struct text prefix;
};

static struct statement *prepare(struct finding *finding, const struct search *search) {
    const struct registry_tables *tables = tables_of(finding->registry, search->entity);
    const struct store_table *table = search->column.length ? &tables->versions : &tables->names;
    struct text column = search->column.length ? search->column : tables->names.columns[NAME_ID].name;
    struct builder sql;
    builder_init(&sql);
    store_select(&sql, table, NULL, 0);
    for (int i = 0; i < 2; i++) {
        builder_add(&sql, i ? TEXT(" AND ") : TEXT(" WHERE "));
        store_quote(&sql, column);
        builder_add(&sql, i ? TEXT(" < $2") : TEXT(" >= $1"));
    }
    builder_add(&sql, TEXT(" ORDER BY "));
    store_quote(&sql, column);
    builder_add(&sql, TEXT(", _key LIMIT $3"));
    struct statement *query = sql.failed ? NULL : store_prepare(finding->registry->store, builder_text(&sql).bytes);
    if (!query) finding->arena->failed = true;
    builder_free(&sql);
    return query;
}

static bool fits(struct finding *finding, const struct record_table *table, size_t row) {
    for (size_t i = 0; i < finding->word_count; i++) {
        bool found = false;
        for (size_t k = 0; k < table->entity->known_by.count && !found; k++)
            found = has_word(shown(finding, table, table->entity->known_by.items[k], row), finding->words[i]);
        if (!found) return false;
    }
    return true;
}

static void take_candidate(struct finding *finding, const struct search *search, const struct statement *query,
                           struct candidates *candidates) {
    const struct entity *entity = search->entity;
    struct standing always = {.since = MONTH_FIRST, .until = MONTH_LAST};
    struct text other = TEXT("");
    if (search->column.length) {
        const struct record_table *table = &finding->records.tables[entity->index];
        if (statement_integer(query, COLUMN_CHANGE) > finding->known) return;
        size_t row = reading_row(&finding->reading, query, entity, &always);
        if (row == SIZE_MAX || !fits(finding, table, row)) return;
        other = known_by(finding, table, row);
    }
    VECTOR_PUSH(finding->arena, &candidates->keys,
                statement_integer(query, search->column.length ? (size_t)COLUMN_KEY : (size_t)NAME_KEY));
    VECTOR_PUSH(finding->arena, &candidates->others, other);
}

static void put_values(struct finding *finding, const struct search *search, int64_t most,
                       struct store_value values[3]) {
    values[0] = store_text(search->prefix);
    values[1] = store_text(behind(finding->arena, search->prefix));
    values[2] = store_integer(most);
}

/* That search_all will begin with that. */
static void ask_ahead(struct finding *finding, struct search search) {
    struct store_value values[3];
    struct statement *query = is_full(finding) || !goes_on(finding) ? NULL : prepare(finding, &search);
    put_values(finding, &search, FEW, values);
    if (query) statement_ask(query, values, 3);
    statement_free(query);
}

/* False when there are more than were looked at. */
static bool search_some(struct finding *finding, const struct search *search, struct statement *query, int64_t most) {
    struct candidates candidates = {{NULL, 0, 0}, {NULL, 0, 0}};
    struct store_value values[3];
    int64_t count = 0;
    put_values(finding, search, most, values);
    if (goes_on(finding) && statement_begin(query, values, 3))
        for (; goes_on(finding) && statement_next(query); count++) take_candidate(finding, search, query, &candidates);
    statement_end(query);
    for (size_t i = 0; i < candidates.others.count && i < REGISTRY_MATCHES_MOST; i++)
        ask_for_place(finding, search->entity, candidates.keys.items[i]);
    for (size_t i = 0; i < candidates.others.count && goes_on(finding) && !is_full(finding); i++)
        take(finding, search->entity, candidates.keys.items[i], candidates.others.items[i]);
    return count < most;
}

static void search_all(struct finding *finding, struct search search) {
    if (is_full(finding) || !goes_on(finding)) return;
    struct statement *query = prepare(finding, &search);
    bool all = query && search_some(finding, &search, query, FEW);
    if (query && !all && goes_on(finding) && !is_full(finding)) all = search_some(finding, &search, query, MANY);
    if (!all && goes_on(finding) && !is_full(finding)) finding->matches->more = true;
    statement_free(query);
}

static void find_ids(struct finding *finding) {
    const struct policy *policy = finding->registry->policy;
    for (int searches = 0; searches < 2; searches++)
        for (size_t i = 0; i < policy->entities.count; i++) {
            const struct entity *entity = policy->entities.items[i];
            if (lies_in_families(finding, entity) && !entity->is_event)
                (searches ? search_all : ask_ahead)(finding, (struct search){entity, TEXT(""), finding->sought->words});
        }
}

/* --- by names ----------------------------------------------------------------------------------------------------- */

/* Every column of texts that any law had for the input. */
static void find_by_input(struct finding *finding, const struct field *input, struct text word,
                          void (*find)(struct finding *finding, struct search search)) {
    const struct entity *entity = input->entity;
    const struct registry_slot *slot = &finding->registry->places[entity->index].slots[input->input_index];
    const struct store_table *versions = &tables_of(finding->registry, entity)->versions;
    for (size_t i = 0; i < slot->count; i++) {
        const struct store_column *column = &versions->columns[slot->columns[i].column];
        if (column->type == STORE_TEXT) find(finding, (struct search){entity, column->name, word});
    }
}

/* Any of the words may be the one by which the index is searched. */
static void find_names_by(struct finding *finding, void (*find)(struct finding *finding, struct search search)) {
    const struct policy *policy = finding->registry->policy;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        if (!lies_in_families(finding, entity)) continue;
        for (size_t k = 0; k < entity->known_by.count; k++)
            for (size_t word = 0; word < finding->word_count; word++)
                if (entity->known_by.items[k]->type.kind == TYPE_TEXT)
                    find_by_input(finding, entity->known_by.items[k], finding->words[word], find);
    }
}

static void find_names(struct finding *finding) {
    find_names_by(finding, ask_ahead);
    find_names_by(finding, search_all);
}

/* --- by what is sealed -------------------------------------------------------------------------------------------- */

/* The words as they are, whole: of what is sealed nothing is known of how it begins. */
static enum registry_result find_sealed(struct finding *finding) {
    struct registry *registry = finding->registry;
    const struct policy *policy = registry->policy;
    enum registry_result result = REGISTRY_DONE;
    for (size_t i = 0; i < policy->fields.count && result == REGISTRY_DONE; i++) {
        const struct field *input = policy->fields.items[i];
        struct registry_row_keys keys;
        if (input->kind != FIELD_INPUT || !input->sealed || !lies_in_families(finding, input->entity)) continue;
        if (is_full(finding) || !goes_on(finding)) break;
        if (!registry->sealing) {
            finding->matches->needs_keys = finding->matches->list.count == 0;
            break;
        }
        result = registry_find_ever_told(registry, input, finding->sought->words, finding->arena, &keys);
        for (size_t k = 0; result == REGISTRY_DONE && k < keys.list.count && !is_full(finding); k++)
            take(finding, input->entity, keys.list.items[k], TEXT(""));
    }
    return result;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static bool begin(struct finding *finding, struct registry *registry, struct arena *arena) {
    finding->registry = registry;
    finding->arena = arena;
    map_init(&finding->places, arena);
    map_init(&finding->seen, arena);
    row_queries_begin(&finding->queries, registry, arena);
    records_init(&finding->records, arena, registry->policy);
    finding->reading = (struct reading){
        .registry = registry, .arena = arena, .records = &finding->records, .name = some_name, .known_by = true};
    bool own = !store_within(registry->store);
    if (own) store_begin(registry->store, STORE_TO_READ);
    if (goes_on(finding)) finding->family = registry_families(registry);
    if (goes_on(finding)) finding->known = registry_known(registry, finding->sought->known);
    return own;
}

static enum registry_result end(struct finding *finding, bool own) {
    struct registry *registry = finding->registry;
    enum registry_result result = registry_outcome(registry, finding->arena);
    if (result == REGISTRY_DONE && finding->reading.damaged) result = REGISTRY_DAMAGED;
    if (own) store_roll_back(registry->store); /* nothing was written */
    return result;
}

enum registry_result registry_find(struct registry *registry, const struct registry_sought *sought, struct arena *arena,
                                   struct registry_matches *matches) {
    struct registry_sought trimmed = *sought;
    struct finding finding = {.sought = &trimmed, .matches = matches};
    *matches = (struct registry_matches){.more = false};
    bool own = begin(&finding, registry, arena);
    trimmed.words = text_trim(sought->words);
    enum registry_result result = goes_on(&finding) ? columns_check(registry) : REGISTRY_DONE;
    if (result == REGISTRY_DONE && row_id_may_be(trimmed.words) && goes_on(&finding)) {
        split_words(&finding);
        find_very_one(&finding);
        find_ids(&finding);
        find_names(&finding);
        result = find_sealed(&finding);
    }
    if (is_full(&finding)) {
        matches->more = true;
        matches->list.count = REGISTRY_MATCHES_MOST;
    }
    enum registry_result outcome = end(&finding, own);
    return result == REGISTRY_DONE ? outcome : result;
}

/* A row in families goes before one of the same id elsewhere, and an outer one before those that lie in it. */
static void find_row(struct finding *finding, struct registry_row *row) {
    const struct policy *policy = finding->registry->policy;
    ask_for_keys(finding, true);
    for (size_t i = policy->entities.count; i-- > 0 && goes_on(finding);) {
        const struct entity *entity = policy->entities.items[i];
        bool in_family = finding->family && entity_is_within(entity, finding->family);
        int64_t key = row->key && !in_family ? 0 : row_key(&finding->queries, entity, finding->sought->words);
        if (key && place_of(finding, entity, key)) *row = (struct registry_row){.entity = entity, .key = key};
    }
}

enum registry_result registry_find_row(struct registry *registry, const struct registry_sought *sought,
                                       struct arena *arena, struct registry_row *row) {
    struct finding finding = {.sought = sought};
    *row = (struct registry_row){.entity = NULL};
    bool own = begin(&finding, registry, arena);
    enum registry_result result = goes_on(&finding) ? columns_check(registry) : REGISTRY_DONE;
    if (result == REGISTRY_DONE) find_row(&finding, row);
    int64_t key = row->key;
    const struct entity *at = row->entity;
    while (at && at != finding.family && goes_on(&finding)) {
        const struct place *place = place_of(&finding, at, key);
        key = place ? place->now.parent : 0;
        at = key ? at->parent : NULL;
    }
    if (at && goes_on(&finding)) {
        struct registry_match family = {.entity = at, .key = key};
        climb(&finding, &family);
        row->family_key = key;
        row->where = family.where;
    }
    enum registry_result outcome = end(&finding, own);
    return result == REGISTRY_DONE ? outcome : result;
}
