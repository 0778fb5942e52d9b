// What a policy consists of, as doudi_policy_* tell it: labels, units and sentences are pairs { zh, en }.
//
//     const { name, entities, fields, clauses } = modelOf(engine, policy)

const THING = { layer: 0, entity: 1, field: 2, clause: 6 };
const TYPES = [null, "number", "truth", "date", "choice", "text", "row"];
const KINDS = ["input", "rule", "benefit", "alert"];
const NONE = -1; // DOUDI_NONE in 32 bits

/** What is told of 0, 1, … up to the first that is not there. */
function all(ask) {
    const found = [];
    for (let one = ask(0); one !== null && one !== NONE; one = ask(found.length)) found.push(one);
    return found;
}

export function modelOf(engine, policy) {
    const ask = (name, ...args) => engine.call(name, policy, ...args);
    const tell = (name, ...args) => engine.text(name, policy, ...args);
    const both = (name, ...args) => engine.pair(name, policy, ...args);
    const nameOf = (thing, index) => tell("doudi_policy_name", thing, index);
    const named = (thing, index) => ({ name: nameOf(thing, index), label: both("doudi_policy_label", thing, index) });
    const each = (thing, make) => Array.from({ length: ask("doudi_policy_count", thing) }, (_, index) => make(index));
    const choices = (field) =>
        all((at) => {
            const name = tell("doudi_policy_choice", THING.field, field, at);
            return name && { name, label: both("doudi_policy_choice_label", THING.field, field, at) };
        });
    const fields = each(THING.field, (index) => ({
        ...named(THING.field, index),
        entity: nameOf(THING.entity, ask("doudi_policy_entity", THING.field, index)),
        kind: KINDS[ask("doudi_field_kind", index)],
        type: TYPES[ask("doudi_policy_type", THING.field, index)],
        unit: both("doudi_policy_unit", THING.field, index),
        empty: both("doudi_field_empty", index),
        choices: choices(index),
        of: nameOf(THING.entity, ask("doudi_policy_refers", THING.field, index)), // whose rows it refers to
    }));
    const entities = each(THING.entity, (index) => ({
        ...named(THING.entity, index),
        parent: nameOf(THING.entity, ask("doudi_policy_entity", THING.entity, index)),
        dated: all((at) => ask("doudi_entity_dated", index, at)).map((field) => fields[field].name),
        inputs: all((at) => ask("doudi_entity_field", index, at)).map((field) => fields[field]).filter(({ kind }) => kind === "input"),
    }));
    const clauses = each(THING.clause, (index) => ({
        ...named(THING.clause, index),
        says: both("doudi_clause_says", index),
        document: tell("doudi_clause_document", index),
        section: tell("doudi_clause_section", index),
    }));
    const [name] = each(THING.layer, (index) => nameOf(THING.layer, index)).slice(-1); // the last one gives it
    return { name, entities, fields, clauses };
}

const escaped = (part) => part.replaceAll("%", "%25").replaceAll("/", "%2F");

/** An event is known by what it lies in and its dated inputs: "anna/2018-07-03/B1". */
export function eventId(entity, { parent, values }) {
    return [parent, ...entity.dated.map((name) => values[name] ?? "")].map(escaped).join("/");
}
