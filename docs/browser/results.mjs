// The decisions: what is due first, then what cannot be told, then the rest; each opens into its reasons.

import { currentLanguage, say, words } from "./words.mjs";
import { element } from "./element.mjs";
import { clausesOf, readTree } from "./tree.mjs";

const DEPTH = 24;

/** Every benefit of every row of the family: { key, row, benefit, status, text, tree }. */
export function decisions(run, { entities, fields }, rows) {
    const found = [];
    const isEvent = new Map(entities.map((entity) => [entity.name, entity.dated.length > 0]));
    const benefits = fields.filter(({ kind }) => kind === "benefit").sort((a, b) => isEvent.get(a.entity) - isEvent.get(b.entity)); // what comes every month first
    for (const benefit of benefits)
        for (const row of rows.filter((each) => each.entity === benefit.entity)) {
            const { status, text } = run.value(benefit.entity, row.id, benefit.name);
            if (!["ok", "unknown", "fault"].includes(status)) continue; // a row that was left out
            const lines = run.explain(benefit.entity, row.id, benefit.name, DEPTH, currentLanguage());
            if (lines) found.push({ key: `${row.id} ${benefit.name}`, row, benefit, status, text, tree: readTree(lines) });
        }
    return found;
}

const isDue = ({ status, text }) => status === "ok" && !/^-?0(\.0+)?$/.test(text);

export class Results {
    constructor(place, { clauses }) {
        Object.assign(this, { place, before: new Map(), opened: new Set() });
        this.clauses = new Map(clauses.map((clause) => [clause.name, clause]));
    }

    /** names: pairs of a row's id and what people call it. */
    show(found, names) {
        this.names = [...names].sort(([a], [b]) => b.length - a.length); // the id of a family begins that of its members
        const due = found.filter(isDue);
        const open = found.filter(({ status, text }) => status !== "ok" && text !== "not-assessed");
        const none = found.filter((each) => !due.includes(each) && !open.includes(each));
        const parts = [element("h3", {}, words.due()), ...(due.length ? due.map((each) => this.#card(each)) : [element("p", {}, words.nothing())])];
        if (open.length) parts.push(element("h3", {}, words.open()), ...open.map((each) => this.#card(each)));
        if (none.length) parts.push(element("details", { class: "none" }, element("summary", {}, words.none(none.length)), ...none.map((each) => this.#card(each))));
        this.place.replaceChildren(...parts);
        this.before = new Map(found.map(({ key, text, tree }) => [key, { text, shown: tree.parts[0] }]));
        return words.summary(due.length, open.length);
    }

    #card(decision) {
        const { key, row, benefit, tree, status } = decision;
        const was = this.before.get(key);
        const id = `why-${key.replaceAll(/[^\w-]/g, "-")}`;
        const isOpen = this.opened.has(key);
        const reasons = element("div", { id, class: "why", hidden: !isOpen }, this.#formulas(tree), this.#list(tree.children));
        const toggle = this.#toggle(words.because(), isOpen, reasons, (now) => (now ? this.opened.add(key) : this.opened.delete(key)));
        toggle.setAttribute("aria-controls", id);
        return element(
            "article",
            { class: `decision ${status}`, "data-benefit": benefit.name, "data-row": row.id, "data-value": decision.text },
            element("h4", {}, say(benefit.label), element("span", { class: "who" }, ` ${this.names.find(([id]) => id === row.id)[1]}`)),
            element("div", { class: "amount" }, ...this.#parts(tree), was && was.text !== decision.text ? element("span", { class: "was" }, words.was(was.shown)) : ""),
            toggle,
            reasons,
            ...tree.notes.map((note) => element("p", { class: "note" }, ...this.#marked(note))),
        );
    }

    #toggle(label, isOpen, what, told = () => {}) {
        const button = element("button", { type: "button", class: "toggle", "aria-expanded": String(isOpen) }, label);
        button.addEventListener("click", () => {
            what.hidden = !what.hidden;
            button.setAttribute("aria-expanded", String(!what.hidden));
            told(!what.hidden);
        });
        return button;
    }

    #list(nodes) {
        return element("ul", { class: "tree" }, ...nodes.map((node) => this.#item(node)));
    }

    #item(node) {
        const line = element("span", { class: "line" }, ...this.#marked(node.label));
        const parts = element("span", { class: "parts" }, ...this.#parts(node));
        if (!node.children.length) return element("li", {}, element("div", { class: "row" }, line, parts), this.#formulas(node));
        const list = this.#list(node.children);
        list.hidden = true;
        return element("li", {}, element("div", { class: "row" }, this.#toggle(line, false, list), parts), this.#formulas(node), list);
    }

    #formulas(node) {
        return element("div", { class: "formulas" }, ...node.formulas.map((formula) => element("p", { class: "formula" }, ...this.#marked(formula))));
    }

    #parts(node) {
        return node.parts.flatMap((part) => {
            const cites = clausesOf(part);
            return [cites ? this.#cites(cites) : element("span", { class: "part" }, ...this.#marked(part)), " "];
        });
    }

    /** ◇ with what it means, and people by name, not by number. */
    #marked(text) {
        for (const [id, title] of this.names) text = text.replaceAll(id, title);
        return text.split("◇").flatMap((part, index) => (index ? [element("abbr", { title: words.unconfirmed() }, "◇"), part] : [part]));
    }

    /** 〔2.1.2〕: opened, the sentence of the clause stands below. */
    #cites(cites) {
        const place = element("span", { class: "cites" });
        for (const cite of cites) {
            const clause = this.clauses.get(cite);
            if (!clause) {
                place.append(`〔${cite}〕`);
                continue;
            }
            const sentence = element("span", { class: "clause", hidden: true }, element("b", {}, say(clause.label)), ` ${say(clause.says)} `, element("small", {}, `${clause.document} ${clause.section}`));
            place.append(this.#toggle(`〔${cite}〕`, false, sentence), sentence);
        }
        return place;
    }
}
