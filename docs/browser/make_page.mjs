#!/usr/bin/env node
// Puts the page together as one file that needs no other: it opens from a stick as well as from a server.
//
// usage: make_page.mjs MODULE POLICY DATA MONTH OUT FAMILY...     MODULE is doudi.wasm

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { load } from "./doudi.mjs";
import { Families } from "./families.mjs";

const MODULES = ["model", "doudi", "tree", "words", "element", "form", "results", "page"]; // what is used before who uses it

class Refused extends Error {}

const own = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const packed = (content) => gzipSync(content, { level: 9 }).toString("base64");
const list = (folder) => (existsSync(folder) ? readdirSync(folder).sort() : []);

/** For the content security policy: this text and no other. */
const only = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The modules as one: a page that is opened as a file may not load others. */
function script() {
    const text = MODULES.map((name) => own(`${name}.mjs`)).join("");
    return text.replaceAll(/^import .*;\n/gm, "").replaceAll(/^export /gm, "");
}

/** A policy's files as the engine wants them; its cases and areas are not read. */
function filesOf(folder) {
    const names = list(folder).filter((name) => (name.endsWith(".md") && !name.startsWith("README")) || name.endsWith(".csv"));
    const tables = list(join(folder, "tables")).filter((name) => name.endsWith(".csv")).map((name) => `tables/${name}`);
    return Object.fromEntries([...names, ...tables].map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** The law itself first: yunnan_2018 lies in yunnan-2018, beside what extends it or one floor up. */
function layersOf(folder) {
    const files = filesOf(folder);
    if (!Object.keys(files).length) throw new Refused(`there is no policy in ${folder}`);
    const extended = Object.values(files).map((text) => /^policy .*\n(?:[ \t].*\n)*?[ \t]+extends (\w+)/m.exec(text)?.[1].replaceAll("_", "-")).find(Boolean);
    const below = extended && ["..", "../.."].map((up) => join(folder, up, extended)).find(existsSync);
    return [...(below ? layersOf(below) : []), { folder, files }];
}

/** Nobody is shown a family that the engine does not take. */
function check(policy, family, month) {
    const { run, refused } = policy.decide(family, month);
    const told = [...refused.map(({ row, why, status }) => `${row.id}: ${why?.en ?? status}`), ...run.leftOut.map(({ en }) => en)];
    run.free();
    if (told.length) throw new Refused(told.join("\n"));
}

async function make(module, folder, data, month, out, ids) {
    const layers = layersOf(folder);
    const engine = readFileSync(module);
    const policy = (await load(engine)).compile(layers);
    if (!existsSync(data)) throw new Refused(`there is no folder ${data}`);
    const known = new Families(policy.model, data, join(layers[0].folder, "areas"), month);
    const families = ids.map((id) => {
        const family = known.find(id);
        if (!family) throw new Refused(`there is no row ${id}`);
        check(policy, family, month);
        return family;
    });
    const [style, code] = [own("style.css"), script()];
    const values = {
        policy: `default-src 'none'; script-src ${only(code)} 'wasm-unsafe-eval'; style-src ${only(style)}; base-uri 'none'; form-action 'none'`,
        style,
        script: code,
        engine: packed(engine),
        pack: packed(JSON.stringify({ month, layers, families })),
    };
    const page = own("index.html").replaceAll(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, page);
    console.log(`${out}: ${kilobytes(Buffer.byteLength(page))}, of which the engine ${kilobytes(values.engine.length)}, the policy and its families ${kilobytes(values.pack.length)}`);
}

const kilobytes = (count) => `${Math.floor(count / 1000)} kB`;

const [module, folder, data, month, out, ...ids] = process.argv.slice(2);
if (ids.length) {
    try {
        await make(module, folder, data, month, out, ids);
    } catch (error) {
        console.error(`make_page: ${error.message}`);
        process.exitCode = 3;
    }
} else {
    console.error(`usage: ${basename(process.argv[1])} MODULE POLICY DATA MONTH OUT FAMILY...`);
    process.exitCode = 2;
}
