/** What a condition refers to. */
export interface References {
    readonly fields: readonly string[];
    readonly macros: readonly string[];
    /** Bare items of `in`, `intersects` and `pmatch`: each is a list's name or a plain value. Event types are left out. */
    readonly items: readonly string[];
}

/** A condition that Falco's own parser would refuse. */
export class ConditionError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "ConditionError";
    }
}

const SET_OPERATORS: ReadonlySet<string> = new Set(["in", "intersects", "pmatch"]);
const VALUE_OPERATORS: ReadonlySet<string> = new Set([
    ...["=", "==", "!=", "<", "<=", ">", ">="],
    ...["contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "glob", "iglob", "regex"],
]);

/** Operators an exception's `comps` may name. */
export const EXCEPTION_OPERATORS: ReadonlySet<string> = new Set([...SET_OPERATORS, ...VALUE_OPERATORS]);

interface Word {
    readonly text: string;
    readonly quoted: boolean;
}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([(),])|(!=|==|<=|>=|=|<|>)|([^\s(),=!<>"']+))/y;

function tokenize(text: string): readonly Word[] {
    const words: Word[] = [];
    const pattern = new RegExp(TOKEN);
    const trimmed = text.trimEnd();
    while (pattern.lastIndex < trimmed.length) {
        const from = pattern.lastIndex;
        const match = pattern.exec(trimmed);
        if (match === null) {
            throw new ConditionError(`can't be read from "${trimmed.slice(from).trim().slice(0, 20)}" on`);
        }
        const quoted = match[1];
        words.push(
            quoted === undefined
                ? { text: match[0].trim(), quoted: false }
                : { text: quoted.slice(1, -1), quoted: true },
        );
    }
    return words;
}

/**
 * Reads a Falco condition: `and`, `or`, `not`, parentheses, comparisons of a field with a value or a list, `exists`, and
 * macros by name.
 *
 * @throws ConditionError on anything else, naming the place.
 */
export function readCondition(text: string): References {
    const reader = new Reader(tokenize(text));
    reader.disjunction();
    reader.end();
    return reader.references();
}

class Reader {
    private position = 0;
    private readonly fields = new Set<string>();
    private readonly macros = new Set<string>();
    private readonly items = new Set<string>();

    constructor(private readonly words: readonly Word[]) {}

    public references(): References {
        return { fields: [...this.fields], macros: [...this.macros], items: [...this.items] };
    }

    public disjunction(): void {
        do {
            this.conjunction();
        } while (this.accept("or"));
    }

    public end(): void {
        const word = this.words[this.position];
        if (word !== undefined) {
            throw new ConditionError(`has "${word.text}" where "and", "or" or its end is due`);
        }
    }

    private conjunction(): void {
        do {
            while (this.accept("not")) {
                // Falco allows a chain of negations.
            }
            this.primary();
        } while (this.accept("and"));
    }

    private primary(): void {
        if (this.accept("(")) {
            this.disjunction();
            this.expect(")");
            return;
        }
        const name = this.next("a field, a macro or a parenthesis");
        const operator = this.words[this.position];
        if (operator !== undefined && !operator.quoted && operator.text === "exists") {
            this.position++;
            this.fields.add(name.text);
        } else if (operator !== undefined && !operator.quoted && VALUE_OPERATORS.has(operator.text)) {
            this.position++;
            this.fields.add(name.text);
            this.value(operator.text);
        } else if (operator !== undefined && !operator.quoted && SET_OPERATORS.has(operator.text)) {
            this.position++;
            this.fields.add(name.text);
            this.set(operator.text, name.text !== "evt.type");
        } else if (name.text.includes(".")) {
            throw new ConditionError(
                operator === undefined
                    ? `names the field ${name.text} without an operator`
                    : `has "${operator.text}" after the field ${name.text}, which is no operator`,
            );
        } else {
            this.macros.add(name.text);
        }
    }

    private value(operator: string): void {
        const value = this.next(`a value after "${operator}"`);
        if (!value.quoted && ["(", ")", ","].includes(value.text)) {
            throw new ConditionError(`has "${value.text}" where a value after "${operator}" is due`);
        }
    }

    private set(operator: string, mayNameLists: boolean): void {
        this.expect("(", ` after "${operator}"`);
        do {
            const item = this.next("a list item");
            if (!item.quoted && mayNameLists) {
                this.items.add(item.text);
            }
        } while (this.accept(","));
        this.expect(")");
    }

    private accept(text: string): boolean {
        const word = this.words[this.position];
        if (word !== undefined && !word.quoted && word.text === text) {
            this.position++;
            return true;
        }
        return false;
    }

    private expect(text: string, where = ""): void {
        if (!this.accept(text)) {
            const found = this.words[this.position];
            throw new ConditionError(
                found === undefined
                    ? `ends where "${text}" is due`
                    : `has "${found.text}" where "${text}"${where} is due`,
            );
        }
    }

    private next(what: string): Word {
        const word = this.words[this.position];
        if (word === undefined) {
            throw new ConditionError(`ends where ${what} is due`);
        }
        if (!word.quoted && word.text === ")") {
            throw new ConditionError(`has ")" where ${what} is due`);
        }
        this.position++;
        return word;
    }
}
