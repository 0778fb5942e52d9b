// The module doudi.wasm and its words in JavaScript (docs/browser/doudi.mjs): what it takes and gives, how large it is, and
// that it decides, refuses and explains as doudi.h says. Prints TAP.
//
// usage: node test_module.mjs MODULE

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { PolicyMistakes, load } from "../../docs/browser/doudi.mjs";
import { clausesOf, readTree } from "../../docs/browser/tree.mjs";

const SIZE_MAX = 300_000; // bytes, by gzip
const root = new URL("../../", import.meta.url);
const bytes = readFileSync(process.argv[2]);
const header = readFileSync(new URL("include/doudi.h", root), "utf8");
const example = readFileSync(new URL("docs/example/example.c", root), "utf8");

let number = 0;
let failed = false;

function check(name, good, ...details) {
    number += 1;
    failed ||= !good;
    console.log(`${good ? "ok" : "not ok"} ${number} - ${name}`);
    if (!good) for (const detail of details) console.log(`# ${JSON.stringify(detail)}`);
}

function thrown(act) {
    try {
        act();
    } catch (error) {
        return error;
    }
    return null;
}

const module = new WebAssembly.Module(bytes);
const exported = WebAssembly.Module.exports(module).map(({ name }) => name).sort();
const declared = [...header.matchAll(/^DOUDI_API .*?\b(doudi_\w+)\(/gm)].map((match) => match[1]);
const expected = [...declared, "_initialize", "free", "malloc", "memory"].sort();
check("it takes nothing from outside", WebAssembly.Module.imports(module).length === 0, WebAssembly.Module.imports(module));
check("it gives what doudi.h declares, and memory", JSON.stringify(exported) === JSON.stringify(expected), exported);
const size = gzipSync(bytes, { level: 9 }).length;
check(`it is small: ${Math.round(size / 1000)} kB by gzip`, size < SIZE_MAX, size);

const engine = await load(bytes);
check("it tells its version", readFileSync(new URL("meson.build", root), "utf8").includes(`version: '${engine.version}'`), engine.version);

// The law and the family of docs/example/example.c.
const law = [...example.matchAll(/^ {4}"(.*)\\n"/gm)].map((match) => match[1].replaceAll('\\"', '"')).join("\n") + "\n";
const policy = engine.compile([{ folder: "small", files: { "law.md": law } }]);
const anna = { entity: "person", id: "安娜", parent: "h1", values: { earnings: "2000" } };
const rows = [{ entity: "household", id: "h1", values: {} }, anna, { entity: "person", id: "ben", parent: "h1", values: { earnings: "0" } }];
const { run, refused } = policy.decide({ rows }, "2018-07");
check("nothing is refused of good rows", refused.length === 0 && run.leftOut.length === 0, refused);
const aid = run.value("household", "h1", "aid");
check("it decides to the fen", aid.status === "ok" && aid.text === "416.67", aid); // (3,500 - 2,000 / 2) x 2 a year, by the month
check("names may be of any script", run.value("person", "安娜", "earnings").text === "2000");
check("what is not there is not found", run.value("household", "h2", "aid").status === "not-found" && run.explain("household", "h2", "aid", 4, "en") === null);
const [english, chinese] = ["en", "zh"].map((language) => readTree(run.explain("household", "h1", "aid", 9, language)));
check("it explains in both languages", english.label === "Aid" && chinese.label === "补助" && english.parts[0] === "416.67 yuan/month", english, chinese);
const children = english.children.map(({ label }) => label);
check("the tree has its branches and formulas", children.some((label) => label.startsWith("Income per head")) && english.formulas.length > 0 && english.notes.length > 0, english);
run.free();

const open = policy.decide({ rows: [rows[0], { ...anna, values: {} }] }, "2018-07");
check("what is not told is unknown", open.run.value("household", "h1", "aid").status === "unknown");
open.run.free();
const bad = policy.decide({ rows: [rows[0], { ...anna, values: { earnings: "3万" } }, { entity: "castle", id: "x", values: {} }, { ...anna, parent: "nobody", id: "c" }] }, "2018-07");
check("what is wrong is refused with its place", JSON.stringify(bad.refused.map(({ input, status }) => [input, status])) === '[["earnings","bad-value"],[null,"not-found"]]' && bad.refused[0].why.en.includes("number") && bad.refused[1].why === null, bad.refused);
check("who belongs to nobody is left out", bad.run.leftOut.length === 1 && bad.run.leftOut[0].en.includes("nobody") && /[一-龥]/.test(bad.run.leftOut[0].zh));
bad.run.free();
check("a month that is none is told", thrown(() => policy.decide({ rows }, "2018-13")) instanceof RangeError);
policy.free();

const mistaken = thrown(() => engine.compile([{ folder: "small", files: { "law.md": law.replace("per_head < standard", "per_heed < standard") } }]));
check("mistakes are told in both languages", mistaken instanceof PolicyMistakes && mistaken.mistakes.length === 1 && mistaken.mistakes[0].en.includes("per_head") && /[一-龥]/.test(mistaken.mistakes[0].zh), mistaken?.mistakes);

// As often as wanted: nothing is kept that was freed.
const again = engine.compile([{ folder: "small", files: { "law.md": law } }]);
const decide = () => again.decide({ rows }, "2018-07").run.free();
for (let i = 0; i < 50; i++) decide();
const before = engine.wasm.memory.buffer.byteLength;
for (let i = 0; i < 2000; i++) decide();
check("what is freed is used again", engine.wasm.memory.buffer.byteLength === before, before, engine.wasm.memory.buffer.byteLength);

check("clauses are told from documents", clausesOf("〔2.1.2, 2.1.6〕").join() === "2.1.2,2.1.6" && clausesOf("国发〔2015〕52号") === null);
const tree = readTree("A  1 yuan  〔1〕\n│  2 − 1\n├─ B  2\n│  ├─ C  3\n│  │    4 − 1\n│  └─ D\n└─ E  5\nA note\n");
check("lines become a tree", JSON.stringify(tree.children.map((each) => [each.label, each.children.map((below) => below.label)])) === '[["B",["C","D"]],["E",[]]]' && tree.children[0].children[0].formulas[0] === "4 − 1" && tree.formulas[0] === "2 − 1" && tree.notes[0] === "A note", tree);

// The page of the manual: its example, run in the project's folder, prints what it shows.
const manual = readFileSync(new URL("docs/everywhere.md", root), "utf8");
const [, code, shown] = /^```js\n(.*?)^```\n\n```text\n(.*?)^```$/ms.exec(manual);
const printed = spawnSync(process.execPath, ["--input-type=module", "-e", code], { cwd: fileURLToPath(root), encoding: "utf8" });
check("docs/everywhere.md shows what its example prints", printed.status === 0 && printed.stdout === shown, shown, printed.stdout, printed.stderr);

console.log(`1..${number}`);
process.exitCode = failed ? 1 : 0;
