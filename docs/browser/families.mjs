// Families as the page takes them, from a folder of CSV files and the policy's own areas: each with all that lies below
// it, above it, and that it refers to, its opening values and what officers decided.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventId } from "./model.mjs";

/** The lines of a CSV file, as objects by heading; none where there is no such file. */
function readCsv(path) {
    if (!existsSync(path)) return [];
    const lines = [[]];
    for (const [, quoted, plain, end] of readFileSync(path, "utf8").matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
        lines.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
        if (end !== ",") lines.push([]);
    }
    const [head, ...rest] = lines.filter((cells) => cells.some((cell) => cell !== ""));
    return rest.map((cells) => Object.fromEntries(head.map((name, at) => [name.replace(/^\uFEFF/, ""), cells[at] ?? ""])));
}

/** Of several versions the one that begins last stands, and is read last. */
function standing(lines, month) {
    const stands = ({ from, until }) => (from || month) <= month && month <= (until || month);
    return lines.filter(stands).sort((one, other) => (one.from ?? "").localeCompare(other.from ?? ""));
}

function rowOf(entity, line) {
    const told = entity.inputs.filter(({ name }) => line[name]).map(({ name }) => [name, line[name]]);
    const row = { entity: entity.name, parent: line[entity.parent] ?? null, values: Object.fromEntries(told) };
    row.id = entity.dated.length ? eventId(entity, row) : line.id;
    if (line.confidence && line.confidence !== "high") row.doubted = true;
    return row;
}

export class Families {
    constructor({ entities }, data, areas, month) {
        const read = ({ name }) => standing([data, areas].map((folder) => readCsv(join(folder, `${name}.csv`))).find((lines) => lines.length) ?? [], month);
        const table = (entity) => new Map(read(entity).map((line) => rowOf(entity, line)).map((row) => [row.id, row]));
        this.entities = new Map(entities.map((entity) => [entity.name, entity]));
        this.tables = new Map(entities.map((entity) => [entity.name, table(entity)]));
        this.opening = readCsv(join(data, "opening.csv"));
        this.decisions = readCsv(join(data, "decisions.csv"));
    }

    /** { id, entity, rows, opening, decisions }, where a row follows the one that it lies in; null where there is none. */
    find(id) {
        const family = [...this.entities.values()].filter(({ dated }) => !dated.length).map(({ name }) => this.#row(name, id)).find(Boolean);
        if (!family) return null;
        const rows = new Set();
        const below = this.#below(family);
        for (const row of below) this.#take(row, rows);
        const [opening, decisions] = [this.opening, this.decisions].map((lines) => lines.filter((line) => below.has(this.#row(line.entity, line.id))));
        return { id, entity: family.entity, rows: [...rows], opening, decisions };
    }

    #row(entity, id) {
        return this.tables.get(entity)?.get(id);
    }

    /** The family, and what lies in it. */
    #below(family) {
        const found = new Set([family]);
        for (const [name, table] of this.tables) for (const row of table.values()) if (found.has(this.#row(this.entities.get(name).parent, row.parent))) found.add(row);
        return found;
    }

    /** With what it lies in before it, and what it refers to. */
    #take(row, rows) {
        if (!row || rows.has(row)) return;
        const { parent, inputs } = this.entities.get(row.entity);
        this.#take(this.#row(parent, row.parent), rows);
        rows.add(row);
        for (const { name, of } of inputs) if (of) this.#take(this.#row(of, row.values[name]), rows);
    }
}
