// The family as a form: what its rows ask for stands in the model, what was entered stands in the rows.

import { say, words } from "./words.mjs";
import { element } from "./element.mjs";
import { eventId } from "./model.mjs";

export class Form {
    constructor(place, model, families, changed) {
        Object.assign(this, { place, changed, rows: [], controls: new Map(), headings: new Map(), made: 0 });
        this.entities = new Map(model.entities.map((entity) => [entity.name, entity]));
        this.usual = new Map(model.entities.map((entity) => [entity.name, new Set()]));
        for (const family of families) for (const row of family.rows) Object.keys(row.values).forEach((name) => this.usual.get(row.entity).add(name));
        place.addEventListener("change", (event) => this.#enter(event.target));
    }

    use(family) {
        this.family = family;
        this.rows = structuredClone(family.rows);
        for (const row of this.rows) row.key = `${row.entity}-${row.id}`; // of the page: an event's id changes with its date
        this.draw();
    }

    /** Whether rows of this entity lie in the family, so that they can be entered. */
    isOurs(name) {
        for (let entity = this.entities.get(name); entity; entity = this.entities.get(entity.parent)) if (entity.name === this.family.entity) return true;
        return false;
    }

    /** What people call the row: its first text, else what it is with its place among its kind. */
    title(row) {
        const entity = this.entities.get(row.entity);
        const text = entity.inputs.find((input) => input.type === "text" && row.values[input.name] && !entity.dated.includes(input.name));
        if (text) return row.values[text.name];
        const dated = entity.dated.map((name) => row.values[name]).filter(Boolean);
        const place = this.rows.filter((other) => other.entity === row.entity).indexOf(row) + 1;
        return `${say(entity.label)} ${dated[0] ?? place}`;
    }

    /** Anew, with what was opened before still open. */
    draw() {
        const opened = [...this.place.querySelectorAll("details[open]")].map((details) => details.id);
        const root = this.rows.find((row) => row.id === this.family.id);
        this.controls.clear();
        this.headings.clear();
        this.place.replaceChildren(this.#card(root, true));
        for (const details of this.place.querySelectorAll("details")) details.open ||= opened.includes(details.id);
    }

    /** The words of the refused beside their inputs; the first of them takes the focus when asked for. */
    showRefused(refused) {
        for (const control of this.controls.values()) {
            control.element.removeAttribute("aria-invalid");
            control.error.textContent = "";
        }
        for (const { row, input, why } of refused) {
            const control = this.controls.get(`${row.key} ${input}`);
            if (!control) continue;
            control.element.setAttribute("aria-invalid", "true");
            control.error.textContent = say(why);
        }
        return refused.map(({ row, input }) => this.controls.get(`${row.key} ${input}`)?.element).find(Boolean);
    }

    #enter(target) {
        const control = this.controls.get(target.dataset.key);
        if (!control) return;
        const value = target.value.trim();
        if (value) control.row.values[control.input.name] = value;
        else delete control.row.values[control.input.name];
        if (this.entities.get(control.row.entity).dated.includes(control.input.name)) this.#rename(control.row);
        for (const [row, heading] of this.headings) heading.textContent = this.#heading(row);
        this.changed();
    }

    /** An event is known by its parent and its dated inputs. */
    #rename(row) {
        row.id = eventId(this.entities.get(row.entity), row);
    }

    #heading(row) {
        return `${this.title(row)} · ${say(this.entities.get(row.entity).label)}`;
    }

    #add(entity, parent) {
        this.made += 1;
        const id = `${parent.id}-new${this.made}`;
        const row = { entity: entity.name, id, key: `${entity.name}-${id}`, parent: parent.id, values: {} };
        this.rows.push(row);
        this.draw();
        this.changed();
        const card = document.getElementById(`row-${row.key}`);
        card.open = true;
        card.querySelector("input, select")?.focus();
    }

    #remove(row) {
        const gone = new Set([row.id]);
        for (let grows = true; grows; ) {
            const more = this.rows.filter((other) => gone.has(other.parent) && !gone.has(other.id));
            more.forEach((other) => gone.add(other.id));
            grows = more.length > 0;
        }
        this.rows = this.rows.filter((other) => !gone.has(other.id));
        this.draw();
        this.changed();
        this.place.querySelector("button")?.focus();
    }

    #card(row, isRoot) {
        const entity = this.entities.get(row.entity);
        const usual = entity.inputs.filter((input) => this.usual.get(entity.name).has(input.name) || entity.dated.includes(input.name));
        const more = entity.inputs.filter((input) => !usual.includes(input));
        const body = [element("div", { class: "fields" }, ...usual.map((input) => this.#field(row, input)))];
        if (more.length)
            body.push(element("details", { class: "more", id: `more-${row.key}` }, element("summary", {}, words.more(more.length)), element("div", { class: "fields" }, ...more.map((input) => this.#field(row, input)))));
        for (const child of [...this.entities.values()].filter((other) => other.parent === row.entity)) {
            const rows = this.rows.filter((other) => other.entity === child.name && other.parent === row.id);
            body.push(...rows.map((other) => this.#card(other, false)));
            body.push(element("button", { type: "button", class: "add", onclick: () => this.#add(child, row) }, words.add(say(child.label))));
        }
        const heading = element(isRoot ? "legend" : "summary", {}, this.#heading(row));
        this.headings.set(row, heading);
        if (isRoot) return element("fieldset", { id: `row-${row.key}` }, heading, ...body);
        const remove = element("button", { type: "button", class: "remove", onclick: () => this.#remove(row) }, words.remove(this.title(row)));
        return element("details", { class: "card", id: `row-${row.key}` }, heading, ...body, remove);
    }

    #field(row, input) {
        const key = `${row.key} ${input.name}`;
        const id = `input-${key.replaceAll(" ", "-")}`;
        const error = element("span", { class: "error", id: `${id}-error` });
        const control = this.#control(row, input, { id, "data-key": key, "aria-describedby": `${id}-error` });
        this.controls.set(key, { row, input, element: control, error });
        const unit = say(input.unit);
        return element("div", { class: "field" }, element("label", { for: id }, say(input.label), unit ? element("span", { class: "unit" }, ` ${unit}`) : ""), control, error);
    }

    #control(row, input, attributes) {
        const value = row.values[input.name] ?? "";
        const empty = input.empty ? words.emptyMeans(say(input.empty)) : words.unknown();
        const choices = this.#choices(input);
        if (choices) {
            const options = [["", empty], ...choices].map(([name, label]) => element("option", { value: name, selected: name === value }, label));
            return element("select", attributes, ...options);
        }
        const isDate = input.type === "date" && /^(\d{4}-\d\d-\d\d)?$/.test(value);
        const mode = input.type === "number" ? { inputmode: "decimal" } : {};
        return element("input", { ...attributes, ...mode, type: isDate ? "date" : "text", value, placeholder: empty, autocomplete: "off" });
    }

    /** What can be chosen from, as pairs of name and label; null where it is written. */
    #choices(input) {
        if (input.type === "truth") return [["yes", words.yes()], ["no", words.no()]];
        if (input.type === "choice") return input.choices.map((choice) => [choice.name, say(choice.label)]);
        if (input.type === "row") return this.rows.filter((row) => row.entity === input.of).map((row) => [row.id, this.title(row)]);
        return null;
    }
}
