// The page: the engine and the policy are packed into it, the family comes from the form.

import { load } from "./doudi.mjs";
import { Form } from "./form.mjs";
import { Results, decisions } from "./results.mjs";
import { currentLanguage, say, setLanguage, words } from "./words.mjs";
import { element } from "./element.mjs";

const at = (id) => document.getElementById(id);

/** What was packed: base64 of gzip. */
async function unpack(id) {
    const bytes = Uint8Array.from(atob(at(id).textContent.trim()), (character) => character.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

class Page {
    constructor(pack, policy) {
        Object.assign(this, { pack, policy });
        this.form = new Form(at("family"), policy.model, pack.families, () => this.decide());
        this.results = new Results(at("decisions"), policy.model);
        at("month").value = pack.month;
        at("month").addEventListener("change", () => this.decide());
        at("example").addEventListener("change", () => this.#begin());
        at("language").addEventListener("click", () => this.speak(currentLanguage() === "zh" ? "en" : "zh"));
        at("form").addEventListener("submit", (event) => {
            event.preventDefault();
            const wrong = this.decide();
            (wrong ?? at("results")).focus();
        });
        at("form").addEventListener("keydown", (event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) at("form").requestSubmit();
        });
    }

    speak(language) {
        setLanguage(language);
        document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
        document.title = `${words.title()} · Doudi`;
        for (const id of ["title", "lead", "decide"]) at(id).textContent = words[id]();
        at("language").textContent = words.other();
        at("language").lang = language === "zh" ? "en" : "zh-CN";
        at("month-label").textContent = words.month();
        at("example-label").textContent = words.example();
        at("family-heading").textContent = words.family();
        at("results-heading").textContent = words.results();
        at("version").textContent = `${this.policy.model.name} · doudi ${this.policy.engine.version}`;
        const chosen = at("example").value || this.pack.families[0].id;
        at("example").replaceChildren(...this.pack.families.map((family) => element("option", { value: family.id, selected: family.id === chosen }, this.#titleOf(family))));
        if (this.form.family) this.form.draw();
        else this.#begin();
        this.decide();
    }

    /** Decides what is entered; the first input that was refused, if any. */
    decide() {
        const month = at("month").value.trim();
        const rows = this.form.rows;
        let decided;
        try {
            decided = this.policy.decide({ ...this.form.family, rows }, month);
        } catch {
            at("notice").textContent = words.badMonth();
            return at("month");
        }
        const { run, refused } = decided;
        const ours = rows.filter((row) => this.form.isOurs(row.entity));
        const told = this.results.show(decisions(run, this.policy.model, ours), ours.map((row) => [row.id, this.form.title(row)]));
        const left = run.leftOut.map(say);
        run.free();
        at("status").textContent = told;
        at("notice").textContent = [...(refused.length ? [words.refusedAll(refused.length)] : []), ...left].join("; ");
        return this.form.showRefused(refused);
    }

    #begin() {
        this.results.before.clear();
        this.form.use(this.pack.families.find((family) => family.id === at("example").value) ?? this.pack.families[0]);
        this.decide();
    }

    #titleOf(family) {
        const entity = this.form.entities.get(family.entity);
        const row = family.rows.find((each) => each.id === family.id);
        const name = entity.inputs.find((input) => input.type === "text" && row.values[input.name]);
        return `${name ? row.values[name.name] : family.id} · ${say(entity.label)}`;
    }
}

try {
    setLanguage(navigator.language.startsWith("zh") ? "zh" : "en");
    const pack = JSON.parse(new TextDecoder().decode(await unpack("pack")));
    const engine = await load(await unpack("engine"));
    new Page(pack, engine.compile(pack.layers)).speak(currentLanguage());
    document.documentElement.dataset.ready = "yes";
} catch (error) {
    at("notice").textContent = words.failed();
    throw error;
}
