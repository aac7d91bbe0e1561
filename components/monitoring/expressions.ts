/** A string, the labels or the length of a selection, a name, or any other character of an expression. */
const TOKEN =
    /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}|\[[^\]]*\]|[a-zA-Z_:][a-zA-Z0-9_:]*|[^]/g;
const NAME = /^[a-zA-Z_:]/;
/** After these come names of labels in parentheses. */
const GROUPINGS: ReadonlySet<string> = new Set(["by", "without", "on", "ignoring", "group_left", "group_right"]);
const WORDS: ReadonlySet<string> = new Set([
    "and",
    "or",
    "unless",
    "offset",
    "bool",
    "inf",
    "nan",
    "atan2",
    ...GROUPINGS,
]);

/** PromQL for one series that nobody measures: a value with a label. `label_replace` would take a dollar for the place of a group. */
export function constant(value: number, label: string, text: string): string {
    return `label_replace(vector(${value}), "${label}", ${JSON.stringify(text.replaceAll("$", "$$$$"))}, "", "")`;
}

/**
 * The PromQL expression with one more matcher at everything that it selects, so that series of other clusters have no part in it.
 * An `absent` of it is then of this cluster's, and an aggregation needs no further label.
 *
 * @param matcher such as `cluster="staging"`
 */
export function narrowed(expr: string, matcher: string): string {
    const tokens = expr.match(TOKEN) ?? [];
    let labels = 0;
    return tokens
        .map((token, index) => {
            const rest = tokens.slice(index + 1);
            const next = rest.find((other) => other.trim() !== "");
            if (labels > 0 || GROUPINGS.has(token.toLowerCase())) {
                // From the word to the end of its parentheses, or to what follows where it has none.
                labels = labels === 0 ? (next === "(" ? 1 : 0) : token === ")" ? 0 : 1;
                return token;
            }
            if (token.startsWith("{")) {
                const inner = token.slice(1, -1).trim().replace(/,$/, "");
                return `{${inner === "" ? matcher : `${matcher}, ${inner}`}}`;
            }
            const selects =
                NAME.test(token) &&
                !/[0-9.]$/.test(tokens[index - 1] ?? "") &&
                !WORDS.has(token.toLowerCase()) &&
                next !== "(" &&
                !AGGREGATED_BY.test(rest.join("")) &&
                !(next ?? "").startsWith("{");
            return selects ? `${token}{${matcher}}` : token;
        })
        .join("");
}

/** What follows a name that is that of an aggregation, whose labels come first. */
const AGGREGATED_BY = /^\s*(?:by|without)\s*\(/i;
