import { isBlankOrEnd, isBreak, isBreakOrEnd, lengthOfBreak } from "./yaml-characters";
import { faultAt } from "./yaml-fault";
import { blockScalar, plainScalar, quotedScalar } from "./yaml-scalars";

/** What a token is. `entry` is the dash of a block sequence, `comma` what parts a flow collection. */
export type TokenKind =
    | "key"
    | "value"
    | "block-mapping"
    | "block-sequence"
    | "block-end"
    | "flow-mapping"
    | "flow-mapping-end"
    | "flow-sequence"
    | "flow-sequence-end"
    | "entry"
    | "comma"
    | "alias"
    | "anchor"
    | "tag"
    | "plain"
    | "quoted"
    | "document-end"
    | "end";

export interface Token {
    readonly kind: TokenKind;
    /** Offset in the text. */
    readonly at: number;
    /** Content of a scalar; name of an alias, anchor or tag. */
    readonly text: string;
}

/** A place where a key may have begun that only a later `:` shows to be one. */
interface PossibleKey {
    possible: boolean;
    /** Nothing else than a key can stand there. */
    readonly required: boolean;
    readonly token: number;
    readonly at: number;
    readonly line: number;
    readonly column: number;
}

/** A key without `?` is on one line, and no longer than this (YAML 1.1, section 7.4). */
const LONGEST_KEY = 1024;

const ANCHOR = /[\w-]+/y;
const AFTER_ANCHOR = "?:,]}%@`";
const CORE_TAG = /!!([a-z]+)(?=\s|$)/y;
const UNREADABLE = /[^\t\n\r\x20-\x7E\x85\xA0-\uFFFD]/;
const MARK = "\uFEFF";

/**
 * The tokens of one YAML document, by the rules that the decoder of kubectl follows: those of YAML 1.1 with the leniency of
 * libyaml. Inside flow collections indentation means nothing; U+0085, U+2028 and U+2029 end a line.
 *
 * @throws SyntaxFault at the first character that fits nowhere, for directives, and for tags outside YAML's core.
 */
export function scan(text: string): readonly Token[] {
    const odd = UNREADABLE.exec(text);
    if (odd !== null) {
        throw faultAt(text, odd.index, "holds a control character, which YAML does not allow");
    }
    const mark = text.indexOf(MARK);
    if (mark !== -1) {
        throw faultAt(text, mark, "holds a byte order mark inside the document");
    }
    return new Scanner(text).run();
}

/** Where a scan stands; the functions that read scalars move it on. */
class Scanner {
    public at = 0;
    public line = 0;
    public lineStart = 0;
    /** Column of the block collection at hand; -1 outside any. */
    public indent = -1;
    public flowLevel = 0;
    /** A key without `?` may begin here. */
    public keyAllowed = true;
    private readonly tokens: Token[] = [];
    private readonly indents: number[] = [];
    private readonly keys: PossibleKey[] = [NO_KEY()];

    constructor(public readonly text: string) {}

    public get column(): number {
        return this.at - this.lineStart;
    }

    public run(): readonly Token[] {
        for (;;) {
            this.skipToToken();
            this.unroll(this.column);
            if (this.at >= this.text.length) {
                this.unroll(-1);
                this.dropKey();
                this.push("end");
                return this.tokens;
            }
            this.next();
        }
    }

    /** Goes over a line break, which must be at hand. */
    public skipBreak(): void {
        this.at += lengthOfBreak(this.text, this.at);
        this.line++;
        this.lineStart = this.at;
    }

    /** Says whether `---` or `...` stands at the start of the line at hand. */
    public atDocumentMark(): boolean {
        return (
            this.column === 0 &&
            (this.text.startsWith("---", this.at) || this.text.startsWith("...", this.at)) &&
            isBlankOrEnd(this.text.charCodeAt(this.at + 3))
        );
    }

    public fail(message: string, at = this.at): never {
        throw faultAt(this.text, at, message);
    }

    private next(): void {
        const { text, at } = this;
        if (this.column === 0) {
            if (text.charCodeAt(at) === 0x25) {
                this.fail("a directive (%) can't be used: kubectl takes the line below it for another document");
            }
            if (this.atDocumentMark()) {
                return this.documentMark();
            }
        }
        const blankFollows = isBlankOrEnd(text.charCodeAt(at + 1));
        switch (text[at]) {
            case "[":
                return this.openFlow("flow-sequence");
            case "{":
                return this.openFlow("flow-mapping");
            case "]":
                return this.closeFlow("flow-sequence-end");
            case "}":
                return this.closeFlow("flow-mapping-end");
            case ",":
                return this.indicator("comma", true);
            case "-":
                return blankFollows ? this.entry() : this.scalar(plainScalar);
            case "?":
                return this.flowLevel > 0 || blankFollows ? this.explicitKey() : this.scalar(plainScalar);
            case ":":
                return this.flowLevel > 0 || blankFollows ? this.value() : this.scalar(plainScalar);
            case "*":
                return this.named("alias");
            case "&":
                return this.named("anchor");
            case "!":
                return this.tag();
            case "|":
            case ">":
                return this.flowLevel === 0 ? this.block() : this.misplaced();
            case "'":
            case '"':
                return this.scalar(quotedScalar);
            case "#":
            case "%":
            case "@":
            case "`":
            case "\t":
                return this.misplaced();
            default:
                return this.scalar(plainScalar);
        }
    }

    private misplaced(): never {
        const what = this.text[this.at] === "\t" ? "a tab can't indent" : "a character stands where no value can begin";
        return this.fail(`${what}; quote the text if it belongs to one`);
    }

    private skipToToken(): void {
        const { text } = this;
        for (;;) {
            let code = text.charCodeAt(this.at);
            while (code === 0x20 || (code === 0x09 && (this.flowLevel > 0 || !this.keyAllowed))) {
                code = text.charCodeAt(++this.at);
            }
            if (code === 0x23) {
                while (!isBreakOrEnd(code)) {
                    code = text.charCodeAt(++this.at);
                }
            }
            if (!isBreak(code)) {
                return;
            }
            this.skipBreak();
            if (this.flowLevel === 0) {
                this.keyAllowed = true;
            }
        }
    }

    private push(kind: TokenKind, text = "", at = this.at): void {
        this.tokens.push({ kind, at, text });
    }

    private indicator(kind: TokenKind, keyAllowed: boolean): void {
        this.dropKey();
        this.keyAllowed = keyAllowed;
        this.push(kind);
        this.at++;
    }

    private documentMark(): void {
        if (this.text[this.at] === "-") {
            this.fail("a second document begins here, and kubectl would not read it");
        }
        this.unroll(-1);
        this.dropKey();
        this.keyAllowed = false;
        this.push("document-end");
        this.at += 3;
    }

    private openFlow(kind: TokenKind): void {
        this.saveKey();
        this.keys.push(NO_KEY());
        this.flowLevel++;
        this.keyAllowed = true;
        this.push(kind);
        this.at++;
    }

    private closeFlow(kind: TokenKind): void {
        this.dropKey();
        if (this.flowLevel > 0) {
            this.flowLevel--;
            this.keys.pop();
        }
        this.keyAllowed = false;
        this.push(kind);
        this.at++;
    }

    private entry(): void {
        if (this.flowLevel === 0) {
            if (!this.keyAllowed) {
                this.fail("a list item can't begin here");
            }
            this.roll(this.column, "block-sequence", this.tokens.length, this.at);
        }
        this.indicator("entry", true);
    }

    private explicitKey(): void {
        this.openMapping("a key can't begin here");
        this.indicator("key", this.flowLevel === 0);
    }

    private value(): void {
        const key = this.key;
        if (!this.isValid(key)) {
            this.openMapping("a colon can't stand in or behind this value: quote it, or mind the indentation");
            return this.indicator("value", this.flowLevel === 0);
        }
        key.possible = false;
        this.tokens.splice(key.token, 0, { kind: "key", at: key.at, text: "" });
        this.roll(key.column, "block-mapping", key.token, key.at);
        this.keyAllowed = false;
        this.push("value");
        this.at++;
    }

    private openMapping(problem: string): void {
        if (this.flowLevel === 0) {
            if (!this.keyAllowed) {
                // The line at hand may be the rest of a value that began above, and no key of its own.
                this.fail(problem, this.tokens.at(-1)?.at);
            }
            this.roll(this.column, "block-mapping", this.tokens.length, this.at);
        }
    }

    private named(kind: "alias" | "anchor"): void {
        this.saveKey();
        this.keyAllowed = false;
        ANCHOR.lastIndex = this.at + 1;
        const name = ANCHOR.exec(this.text)?.[0];
        const end = this.at + 1 + (name?.length ?? 0);
        if (
            name === undefined ||
            !(isBlankOrEnd(this.text.charCodeAt(end)) || AFTER_ANCHOR.includes(this.text.charAt(end)))
        ) {
            this.fail(`the name of an ${kind} has only letters, digits, "-" and "_"; quote a text that begins so`);
        }
        this.push(kind, name);
        this.at = end;
    }

    private tag(): void {
        this.saveKey();
        this.keyAllowed = false;
        CORE_TAG.lastIndex = this.at;
        const found = CORE_TAG.exec(this.text);
        if (found === null) {
            this.fail("a tag that is none of YAML's own can't be read; quote a text that begins so");
        }
        this.push("tag", found[1]);
        this.at += found[0].length;
    }

    private block(): void {
        this.dropKey();
        this.keyAllowed = true;
        const { at } = this;
        this.push("quoted", blockScalar(this), at);
    }

    private scalar(read: (scanner: Scanner) => string): void {
        this.saveKey();
        this.keyAllowed = false;
        const { at } = this;
        this.push(read === plainScalar ? "plain" : "quoted", read(this), at);
    }

    private get key(): PossibleKey {
        return this.keys.at(-1) ?? this.fail("a flow collection ends that did not begin");
    }

    private isValid(key: PossibleKey): boolean {
        if (!key.possible || (key.line === this.line && this.at - key.at <= LONGEST_KEY)) {
            return key.possible;
        }
        if (key.required || key.line === this.line) {
            this.fail("a key has no colon on its line", key.at);
        }
        key.possible = false;
        return false;
    }

    private saveKey(): void {
        if (this.keyAllowed) {
            this.dropKey();
            this.keys[this.keys.length - 1] = {
                possible: true,
                required: this.flowLevel === 0 && this.indent === this.column,
                token: this.tokens.length,
                at: this.at,
                line: this.line,
                column: this.column,
            };
        }
    }

    private dropKey(): void {
        const { key } = this;
        if (key.possible && key.required) {
            this.fail("a key has no colon on its line", key.at);
        }
        key.possible = false;
    }

    private roll(column: number, kind: TokenKind, token: number, at: number): void {
        if (this.flowLevel === 0 && this.indent < column) {
            this.indents.push(this.indent);
            this.indent = column;
            this.tokens.splice(token, 0, { kind, at, text: "" });
        }
    }

    private unroll(column: number): void {
        while (this.flowLevel === 0 && this.indent > column) {
            this.push("block-end");
            this.indent = this.indents.pop() ?? -1;
        }
    }
}

function NO_KEY(): PossibleKey {
    return { possible: false, required: false, token: 0, at: 0, line: 0, column: 0 };
}
