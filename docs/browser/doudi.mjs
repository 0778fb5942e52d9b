// The engine in a browser, or in node: what doudi.h declares, in the words of JavaScript. Nothing leaves the page.
//
//     const engine = await load(bytes)                                        the module doudi.wasm
//     const policy = engine.compile([{ folder, files: { path: text } }])      throws PolicyMistakes
//     policy.model                                                            see model.mjs
//     const { run, refused } = policy.decide({ rows }, "2018-07")             rows: { entity, id, parent, values }
//     run.value("household", "h1", "aid"), run.explain("household", "h1", "aid", 9, "en"), run.free()

import { modelOf } from "./model.mjs";

const STATUS = ["ok", "mistakes", "unknown", "fault", "not-found", "bad-value", "no-memory", "misuse", "no-integer"];
const LANGUAGE = { zh: 0, en: 1 };

export class PolicyMistakes extends Error {
    constructor(mistakes) {
        super(mistakes.map((mistake) => mistake.en).join("\n"));
        this.mistakes = mistakes; // [{ zh, en }]
    }
}

export async function load(bytes) {
    const { instance } = await WebAssembly.instantiate(bytes, {}); // it takes nothing from outside
    instance.exports._initialize();
    return new Engine(instance.exports);
}

class Engine {
    constructor(wasm) {
        this.wasm = wasm;
    }

    get version() {
        return this.text("doudi_version");
    }

    /** Calls with texts as NUL-terminated UTF-8, which are freed afterwards; null stays NULL. */
    call(name, ...args) {
        const held = [];
        try {
            return this.wasm[name](...args.map((arg) => (typeof arg === "string" ? this.#hold(arg, held) : (arg ?? 0))));
        } finally {
            held.forEach((address) => this.wasm.free(address));
        }
    }

    /** A text of the engine's; null where there is none. */
    read(address) {
        if (!address) return null;
        const memory = new Uint8Array(this.wasm.memory.buffer);
        return new TextDecoder().decode(memory.subarray(address, memory.indexOf(0, address)));
    }

    /** The text that a call gives, and the pair of those that it gives for the languages. */
    text(name, ...args) {
        return this.read(this.call(name, ...args));
    }

    pair(name, ...args) {
        const [zh, en] = [LANGUAGE.zh, LANGUAGE.en].map((language) => this.text(name, ...args, language));
        return zh === null ? null : { zh, en };
    }

    /** The address that a call writes through a pointer: { result, address }. */
    callOut(name, ...args) {
        const place = this.#allocate(4);
        try {
            const result = this.call(name, ...args, place);
            return { result, address: new DataView(this.wasm.memory.buffer).getUint32(place, true) };
        } finally {
            this.wasm.free(place);
        }
    }

    compile(layers) {
        const policy = new Policy(this);
        for (const { folder, files } of layers) {
            policy.check(this.call("doudi_policy_begin", policy.address, folder));
            for (const [path, text] of Object.entries(files)) {
                const length = new TextEncoder().encode(text).length;
                policy.check(this.call("doudi_policy_add", policy.address, path, text, length));
            }
        }
        policy.compile();
        return policy;
    }

    #allocate(size) {
        const address = this.wasm.malloc(size);
        if (!address) throw new RangeError("memory has run out");
        return address;
    }

    #hold(text, held) {
        const bytes = new TextEncoder().encode(text);
        const address = this.#allocate(bytes.length + 1);
        held.push(address);
        const memory = new Uint8Array(this.wasm.memory.buffer);
        memory.set(bytes, address);
        memory[address + bytes.length] = 0;
        return address;
    }
}

class Policy {
    constructor(engine) {
        this.engine = engine;
        this.address = this.check(engine.call("doudi_policy_new"), true);
    }

    check(result, isAddress = false) {
        if (isAddress ? !result : result !== 0) throw new Error(isAddress ? "memory has run out" : STATUS[result]);
        return result;
    }

    compile() {
        const { engine, address } = this;
        const status = STATUS[engine.call("doudi_policy_compile", address)];
        if (status === "ok") {
            this.model = modelOf(engine, address);
            return;
        }
        const count = engine.call("doudi_policy_mistakes", address);
        const mistakes = Array.from({ length: count }, (_, index) => engine.pair("doudi_policy_mistake", address, index));
        this.free();
        throw status === "mistakes" ? new PolicyMistakes(mistakes) : new Error(status);
    }

    /** The run, and what was refused: [{ row, input, status, why }]. Opening values and decisions are { entity, id, rule,
     *  value }, these with their month if they have one. */
    decide({ rows, opening = [], decisions = [] }, month) {
        const { engine } = this;
        const data = this.check(engine.call("doudi_data_new", this.address), true);
        const refused = [];
        const tell = (row, input, name, ...args) => {
            const status = STATUS[engine.call(name, data, ...args)];
            if (status !== "ok") refused.push({ row, input, status, why: engine.pair("doudi_data_refusal", data) });
            return status === "ok";
        };
        for (const row of rows) {
            if (!tell(row, null, "doudi_data_add_row", row.entity, row.id, row.parent)) continue;
            if (row.doubted) tell(row, null, "doudi_data_doubt_row");
            // What is empty is not told: it is unknown, or what the policy says that empty means.
            for (const [input, value] of Object.entries(row.values)) if (value !== "") tell(row, input, "doudi_data_set", input, value);
        }
        for (const row of opening) tell(row, row.rule, "doudi_data_open", row.entity, row.id, row.rule, row.value);
        for (const row of decisions) tell(row, row.rule, "doudi_data_decide", row.entity, row.id, row.rule, row.month || null, row.value);
        return { run: new Run(engine, data, month), refused };
    }

    free() {
        this.engine.call("doudi_policy_free", this.address);
        this.address = 0;
    }
}

class Run {
    constructor(engine, data, month) {
        this.engine = engine;
        this.data = data;
        this.address = engine.call("doudi_run_new", data, month);
        if (this.address) return;
        this.free();
        throw new RangeError(`no run of ${month}`);
    }

    /** Why rows were left out, each as { zh, en }. */
    get leftOut() {
        const count = this.engine.call("doudi_run_rows_left_out", this.address);
        return Array.from({ length: count }, (_, index) => this.engine.pair("doudi_run_left_out", this.address, index));
    }

    /** { status, text }: ok and the value; unknown or fault and the reason's code; not-found. */
    value(entity, id, field) {
        const { result, address } = this.engine.callOut("doudi_run_value", this.address, entity, id, field);
        const status = STATUS[result];
        return { status, text: ["ok", "unknown", "fault"].includes(status) ? this.engine.read(address) : null };
    }

    /** The tree of lines; null where there is no such field or row. */
    explain(entity, id, field, depth, language) {
        return this.engine.text("doudi_run_explain", this.address, entity, id, field, depth, LANGUAGE[language]);
    }

    free() {
        this.engine.call("doudi_run_free", this.address);
        this.engine.call("doudi_data_free", this.data);
        this.address = this.data = 0;
    }
}
