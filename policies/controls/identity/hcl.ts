/**
 * A reader for the subset of HCL 1 that SPIRE's configuration files use: blocks with labels, assignments, lists, strings,
 * here-documents, numbers, booleans and comments. It yields what the same file would be in JSON: a block becomes an array of
 * one object under each of its names, and a repeated name a longer array.
 */

/** The text is no HCL; the message says where and why. */
export class HclError extends Error {
    constructor(message: string, line: number) {
        super(`line ${line}: ${message}`);
        this.name = "HclError";
    }
}

type Value = string | number | boolean | Value[] | { [key: string]: Value };
type Block = Record<string, Value>;

/** Blocks nest at most this deep; SPIRE's own nest eight. */
const DEPTH = 64;

/**
 * Reads a configuration file.
 *
 * @throws HclError naming the line.
 */
export function parseHcl(text: string): Readonly<Record<string, unknown>> {
    const reader = new Reader(text);
    const body = reader.body(0);
    reader.expectEnd();
    return body;
}

const WORD = /[A-Za-z_][A-Za-z0-9_.-]*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const QUOTED = /"(?:[^"\\\n]|\\.)*"/y;
const HEREDOC = /<<-?([A-Za-z_]+)\n/y;
const SPACE = /(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/)/y;

class Reader {
    private at = 0;

    constructor(private readonly text: string) {}

    public body(depth: number): Block {
        if (depth > DEPTH) {
            throw this.error(`blocks are nested deeper than ${DEPTH}`);
        }
        const block: Block = Object.create(null) as Block;
        for (;;) {
            this.skip();
            if (this.take(",")) {
                continue;
            }
            const key = this.name();
            if (key === undefined) {
                return { ...block };
            }
            this.item(block, key, depth);
        }
    }

    public expectEnd(): void {
        this.skip();
        if (this.at < this.text.length) {
            throw this.error(`"${this.text.charAt(this.at)}" is not expected here`);
        }
    }

    private item(block: Block, key: string, depth: number): void {
        const labels: string[] = [];
        for (;;) {
            this.skip();
            if (labels.length === 0 && (this.take("=") || this.take(":"))) {
                add(block, key, this.value(depth + 1), false);
                return;
            }
            if (this.take("{")) {
                const body = this.body(depth + 1);
                this.close("}");
                const nested = labels.reduceRight<Block>((inner, label) => ({ [label]: [inner] }), body);
                add(block, key, nested, true);
                return;
            }
            const label = this.name();
            if (label === undefined) {
                throw this.error(`a value or a block is expected after "${[key, ...labels].join(" ")}"`);
            }
            labels.push(label);
        }
    }

    private value(depth: number): Value {
        if (depth > DEPTH) {
            throw this.error(`values are nested deeper than ${DEPTH}`);
        }
        this.skip();
        if (this.take("[")) {
            return this.list(depth);
        }
        if (this.take("{")) {
            const body = this.body(depth);
            this.close("}");
            return body;
        }
        const heredoc = this.match(HEREDOC);
        if (heredoc !== undefined) {
            return this.heredoc(heredoc[1] ?? "");
        }
        const quoted = this.match(QUOTED);
        if (quoted !== undefined) {
            return this.unquote(quoted[0]);
        }
        const number = this.match(NUMBER);
        if (number !== undefined) {
            return Number(number[0]);
        }
        const word = this.match(WORD)?.[0];
        if (word === "true" || word === "false") {
            return word === "true";
        }
        throw this.error("a value is expected");
    }

    private list(depth: number): Value[] {
        const values: Value[] = [];
        for (;;) {
            this.skip();
            if (this.take("]")) {
                return values;
            }
            values.push(this.value(depth + 1));
            this.skip();
            if (!this.take(",")) {
                this.close("]");
                return values;
            }
        }
    }

    private heredoc(word: string): string {
        // eslint-disable-next-line security/detect-non-literal-regexp -- the word was read as letters, digits and underscores
        const end = new RegExp(`^[ \\t]*${word}[ \\t]*$`, "m").exec(this.text.slice(this.at));
        if (end === null) {
            throw this.error(`the here-document ${word} does not end`);
        }
        const content = this.text.slice(this.at, this.at + end.index);
        this.at += end.index + end[0].length;
        return content;
    }

    private name(): string | undefined {
        const quoted = this.match(QUOTED);
        return quoted === undefined ? this.match(WORD)?.[0] : this.unquote(quoted[0]);
    }

    private unquote(quoted: string): string {
        try {
            return JSON.parse(quoted) as string;
        } catch {
            throw this.error("a string holds an escape that HCL does not know");
        }
    }

    private close(bracket: string): void {
        this.skip();
        if (!this.take(bracket)) {
            throw this.error(`"${bracket}" is expected`);
        }
    }

    private skip(): void {
        while (this.match(SPACE) !== undefined) {
            // Every run of space and every comment.
        }
    }

    private take(character: string): boolean {
        if (this.text.charAt(this.at) !== character) {
            return false;
        }
        this.at += 1;
        return true;
    }

    private match(pattern: RegExp): RegExpExecArray | undefined {
        pattern.lastIndex = this.at;
        const found = pattern.exec(this.text) ?? undefined;
        this.at += found?.[0].length ?? 0;
        return found;
    }

    private error(message: string): HclError {
        return new HclError(message, this.text.slice(0, this.at).split("\n").length);
    }
}

/** Adds a value under a name: blocks collect in an array, an assignment stands alone unless its name is repeated. */
function add(block: Block, key: string, value: Value, isBlock: boolean): void {
    const before = block[key];
    if (before === undefined) {
        block[key] = isBlock ? [value] : value;
    } else {
        block[key] = [...(Array.isArray(before) ? before : [before]), value];
    }
}
