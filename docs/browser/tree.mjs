// An explanation as the engine prints it, read back into a tree of { label, parts, formulas, children }; the
// first has notes besides, on the whole of it.

const NODE = /^([│ ]*)[├└]─ (.*)$/;

function node(line) {
    const [label, ...parts] = line.trim().split(/ {2,}/);
    return { label, parts, formulas: [], children: [] };
}

/** The clauses that a part cites: 〔2.1.2, 2.1.6〕; null for any other part. */
export function clausesOf(part) {
    return /^〔(.+)〕$/.exec(part)?.[1].split(", ") ?? null;
}

export function readTree(text) {
    const path = [];
    for (const line of text.split("\n").filter((each) => each.trim())) {
        const match = NODE.exec(line);
        if (path.length && !match) {
            if (/^[│ ]/.test(line)) path.at(-1).formulas.push(line.replace(/^[│ ]+/, ""));
            else path[0].notes.push(line); // below the tree, of all of it
            continue;
        }
        const made = match ? node(match[2]) : { ...node(line), notes: [] };
        path.length = match ? match[1].length / 3 + 1 : 0;
        path.at(-1)?.children.push(made);
        path.push(made);
    }
    return path[0];
}
