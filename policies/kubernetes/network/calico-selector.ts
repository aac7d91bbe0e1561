import type { Match } from "./match";
import { both, certain, either, not } from "./match";

/** Says whether the value of a label passes a test; `no` where it is not there. */
export type LabelTest = (key: string, test: (value: string) => boolean, values?: readonly string[]) => Match;

type Selector = (label: LabelTest) => Match;

const TOKEN = /\s*(?:(?<quoted>"[^"]*"|'[^']*')|(?<operator>==|!=|&&|\|\||[!(){},])|(?<word>[\w./-]+))/y;

const read = new Map<string, Selector>();

/**
 * Evaluates a selector of Calico's language (Calico, NetworkPolicy resource, "Selectors"). An empty one takes everything.
 * One that can't be read takes what can't be told.
 */
export function calicoTakes(text: string, label: LabelTest): Match {
    let selector = read.get(text);
    if (selector === undefined) {
        selector = parse(text);
        read.set(text, selector);
    }
    return selector(label);
}

function parse(text: string): Selector {
    const tokens = tokensOf(text.trim());
    if (tokens?.length === 0) {
        return () => "yes";
    }
    const reader = new Reader(tokens ?? []);
    const selector = reader.alternatives();
    return selector !== undefined && reader.atEnd() ? selector : () => "maybe";
}

function tokensOf(text: string): readonly string[] | undefined {
    const tokens: string[] = [];
    let at = 0;
    while (at < text.length) {
        TOKEN.lastIndex = at;
        const found = TOKEN.exec(text);
        if (found === null) {
            return undefined;
        }
        tokens.push(found[0].trim());
        at = TOKEN.lastIndex;
    }
    return tokens;
}

/** Reads tokens; undefined wherever they are no selector. */
class Reader {
    private at = 0;

    constructor(private readonly tokens: readonly string[]) {}

    public atEnd(): boolean {
        return this.at === this.tokens.length;
    }

    public alternatives(): Selector | undefined {
        return this.joined("||", either, () => this.joined("&&", both, () => this.term()));
    }

    private joined(
        operator: string,
        join: (one: Match, other: Match) => Match,
        part: () => Selector | undefined,
    ): Selector | undefined {
        let known = part();
        while (known !== undefined && this.take(operator)) {
            const [left, right] = [known, part()];
            known = right && ((label) => join(left(label), right(label)));
        }
        return known;
    }

    private term(): Selector | undefined {
        if (this.take("!")) {
            const negated = this.term();
            return negated && ((label) => not(negated(label)));
        }
        if (this.take("(")) {
            const inner = this.alternatives();
            return this.take(")") ? inner : undefined;
        }
        const word = this.next();
        if (word !== undefined && ["all", "global", "has"].includes(word) && this.take("(")) {
            return this.call(word);
        }
        return word === undefined ? undefined : this.comparison(word);
    }

    private call(name: string): Selector | undefined {
        const key = name === "has" ? this.next() : undefined;
        if (!this.take(")")) {
            return undefined;
        }
        // global() takes what is in no namespace, which no pod is.
        return key === undefined ? () => certain(name === "all") : (label) => label(key, () => true);
    }

    private comparison(key: string): Selector | undefined {
        const operator = this.next();
        switch (operator) {
            case "==":
            case "!=": {
                const value = this.text();
                return value && this.among(key, [value.text], operator === "!=");
            }
            case "in":
                return this.set(key, false);
            case "not":
                return this.take("in") ? this.set(key, true) : undefined;
            case "contains": {
                const value = this.text();
                return value && ((label) => label(key, (found) => found.includes(value.text)));
            }
            case "starts":
            case "ends": {
                const value = this.take("with") ? this.text() : undefined;
                return (
                    value &&
                    ((label) =>
                        label(key, (found) =>
                            operator === "starts" ? found.startsWith(value.text) : found.endsWith(value.text),
                        ))
                );
            }
            default:
                return undefined;
        }
    }

    private among(key: string, values: readonly string[], negated: boolean): Selector {
        return (label) => {
            const found = label(key, (value) => values.includes(value), values);
            return negated ? not(found) : found;
        };
    }

    private set(key: string, negated: boolean): Selector | undefined {
        const values: string[] = [];
        if (!this.take("{")) {
            return undefined;
        }
        while (!this.take("}")) {
            const value = this.text();
            if (value === undefined) {
                return undefined;
            }
            values.push(value.text);
            this.take(",");
        }
        return this.among(key, values, negated);
    }

    private text(): { readonly text: string } | undefined {
        const token = this.next();
        return token !== undefined && /^["']/.test(token) ? { text: token.slice(1, -1) } : undefined;
    }

    private take(token: string): boolean {
        const found = this.tokens[this.at] === token;
        this.at += found ? 1 : 0;
        return found;
    }

    private next(): string | undefined {
        return this.tokens[this.at++];
    }
}
