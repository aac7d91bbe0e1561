import { faultAt } from "./yaml-fault";
import type { Mapping, Places } from "./yaml-mapping";
import { MappingBuilder, MERGE } from "./yaml-mapping";
import type { Token, TokenKind } from "./yaml-scanner";
import { scan } from "./yaml-scanner";
import type { Scalar } from "./yaml-values";
import { plainValue, taggedValue } from "./yaml-values";

/** No manifest nests deeper; what does is refused. */
export const MAX_DEPTH = 100;

/** What an anchor names while the node that it stands before is still being read: which one, where names are used again. */
class Unfinished {
    constructor(readonly anchor: string) {}
}

/**
 * The value of a text that holds one YAML document, as the decoder of kubectl reads it; undefined for a text without
 * content.
 *
 * @throws SyntaxFault for what that decoder refuses, and for what readers disagree on: two equal keys, and a merge key that
 * changes what the mapping has said already.
 *
 * @param places takes in where everything begins, for who has to point at it
 */
export function parseYaml(text: string, places?: Places): unknown {
    return new Parser(text, scan(text), places).document();
}

class Parser {
    private next = 0;
    private depth = 0;
    private readonly anchors = new Map<string, unknown>();

    constructor(
        private readonly text: string,
        private readonly tokens: readonly Token[],
        private readonly places: Places | undefined,
    ) {}

    public document(): unknown {
        if (this.is("end")) {
            return undefined;
        }
        const value = this.node(true, false);
        while (this.is("document-end")) {
            this.next++;
        }
        if (!this.is("end")) {
            this.fail("the document ends here and kubectl reads nothing behind it; check the indentation");
        }
        return value;
    }

    private get token(): Token {
        return this.tokens[this.next] ?? { kind: "end", at: this.text.length, text: "" };
    }

    private is(kind: TokenKind): boolean {
        return this.tokens[this.next]?.kind === kind;
    }

    private take(kind: TokenKind): boolean {
        const found = this.is(kind);
        if (found) {
            this.next++;
        }
        return found;
    }

    private fail(message: string, at = this.token.at): never {
        throw faultAt(this.text, at, message);
    }

    /** A node, with its anchor and tag. `block`: not inside a flow collection; `flush`: a list may stand at its key's column. */
    private node(block: boolean, flush: boolean): unknown {
        const first = this.token;
        if (this.take("alias")) {
            return this.aliased(first);
        }
        let anchor: string | undefined;
        let tag: Token | undefined;
        if (this.is("anchor")) {
            anchor = this.taken();
            tag = this.is("tag") ? this.takenTag() : undefined;
        } else if (this.is("tag")) {
            tag = this.takenTag();
            anchor = this.is("anchor") ? this.taken() : undefined;
        }
        if (anchor === undefined) {
            return this.content(block, flush, tag, false);
        }
        const unfinished = new Unfinished(anchor);
        this.anchors.set(anchor, unfinished);
        const value = this.content(block, flush, tag, true);
        // A node inside may have taken the name over.
        if (this.anchors.get(anchor) === unfinished) {
            this.anchors.set(anchor, value);
        }
        return value;
    }

    private taken(): string {
        const { text } = this.token;
        this.next++;
        return text;
    }

    private takenTag(): Token {
        const { token } = this;
        this.next++;
        return token;
    }

    private aliased({ text, at }: Token): unknown {
        if (!this.anchors.has(text)) {
            this.fail("an alias names no anchor above it", at);
        }
        const value = this.anchors.get(text);
        return value instanceof Unfinished ? this.fail("an alias refers to the node that holds it", at) : value;
    }

    private content(block: boolean, flush: boolean, tag: Token | undefined, anchored: boolean): unknown {
        const { kind, at } = this.token;
        switch (kind) {
            case "plain":
            case "quoted":
                return this.jsonValue(this.scalar(tag), at);
            case "flow-sequence":
                return this.collection(tag, "seq", () => this.flowSequence());
            case "flow-mapping":
                return this.collection(tag, "map", () => this.flowMapping());
            case "block-sequence":
                return block ? this.collection(tag, "seq", () => this.blockSequence()) : this.misplaced();
            case "block-mapping":
                return block ? this.collection(tag, "map", () => this.blockMapping()) : this.misplaced();
            case "entry":
                if (flush) {
                    return this.collection(tag, "seq", () => this.flushSequence());
                }
                break;
            default:
        }
        if (tag !== undefined) {
            return this.jsonValue(this.ofTag(tag, ""), tag.at);
        }
        return anchored ? null : this.misplaced();
    }

    private misplaced(): never {
        return this.fail("a value is missing here, or the indentation does not fit");
    }

    private collection<T>(tag: Token | undefined, name: string, read: () => T): T {
        if (tag !== undefined && tag.text !== name) {
            this.fail(`the tag !!${tag.text} does not fit what follows it`, tag.at);
        }
        if (++this.depth > MAX_DEPTH) {
            this.fail(`nests deeper than ${MAX_DEPTH} levels`);
        }
        const value = read();
        this.depth--;
        return value;
    }

    private scalar(tag: Token | undefined): Scalar {
        const { kind, text } = this.token;
        this.next++;
        if (tag !== undefined) {
            return this.ofTag(tag, text);
        }
        return kind === "plain" ? plainValue(text) : text;
    }

    private ofTag(tag: Token, text: string): Scalar {
        const value = taggedValue(tag.text, text);
        return value === undefined ? this.fail(`the tag !!${tag.text} does not fit what follows it`, tag.at) : value;
    }

    private jsonValue(value: Scalar, at: number): unknown {
        if (typeof value === "number" && !Number.isFinite(value)) {
            this.fail("infinity and not-a-number have no form in JSON", at);
        }
        return typeof value === "bigint" ? Number(value) : value;
    }

    private blockSequence(): unknown[] {
        this.next++;
        const items: unknown[] = [];
        const places = this.placesOf(items);
        while (this.take("entry")) {
            places?.set(items.length, this.token.at);
            items.push(this.is("entry") || this.is("block-end") ? null : this.node(true, false));
        }
        if (!this.take("block-end")) {
            this.fail("a list item has to begin here: the indentation fits no line above");
        }
        return items;
    }

    /** A list whose dashes stand at the column of the key above them. */
    private flushSequence(): unknown[] {
        const items: unknown[] = [];
        const places = this.placesOf(items);
        while (this.take("entry")) {
            places?.set(items.length, this.token.at);
            const empty = this.is("entry") || this.is("key") || this.is("value") || this.is("block-end");
            items.push(empty ? null : this.node(true, false));
        }
        return items;
    }

    private blockMapping(): Mapping {
        this.next++;
        const builder = this.mappingBuilder();
        const empty = () => this.is("key") || this.is("value") || this.is("block-end");
        for (let { at } = this.token; this.take("key"); { at } = this.token) {
            const key = empty() ? this.fail("a key is missing here") : this.key(true);
            const hasValue = this.take("value") && !empty();
            const start = this.token;
            builder.set(key, hasValue ? this.node(true, true) : null, start, at);
        }
        if (!this.take("block-end")) {
            this.fail("a key has to begin here: the indentation fits no line above");
        }
        return builder.mapping;
    }

    /** Where the items of a new list or the keys of a new mapping are to be noted. */
    private placesOf(collection: object): Map<string | number, number> | undefined {
        if (this.places === undefined) {
            return undefined;
        }
        const places = new Map<string | number, number>();
        this.places.set(collection, places);
        return places;
    }

    private mappingBuilder(): MappingBuilder {
        const mapping: Mapping = {};
        return new MappingBuilder(mapping, this.placesOf(mapping), this.failAt);
    }

    private readonly failAt = (message: string, at: number): never => this.fail(message, at);

    private flowSequence(): unknown[] {
        this.next++;
        const items: unknown[] = [];
        const places = this.placesOf(items);
        while (!this.is("flow-sequence-end")) {
            if (items.length > 0) {
                if (!this.take("comma")) {
                    this.fail('a flow list goes on with "," or "]"');
                }
                if (this.is("flow-sequence-end")) {
                    break;
                }
            }
            places?.set(items.length, this.token.at);
            items.push(this.is("key") ? this.singlePair() : this.node(false, false));
        }
        this.next++;
        return items;
    }

    /** `[a: 1]` is a list of one mapping. */
    private singlePair(): Mapping {
        const builder = this.mappingBuilder();
        const { at } = this.token;
        this.next++;
        this.pair(builder, at, "flow-sequence-end");
        return builder.mapping;
    }

    private flowMapping(): Mapping {
        this.next++;
        const builder = this.mappingBuilder();
        for (let first = true; !this.is("flow-mapping-end"); first = false) {
            if (!first) {
                if (!this.take("comma")) {
                    this.fail('a flow mapping goes on with "," or "}"');
                }
                if (this.is("flow-mapping-end")) {
                    break;
                }
            }
            const { at } = this.token;
            if (this.take("key")) {
                this.pair(builder, at, "flow-mapping-end");
            } else {
                builder.set(this.key(false), null, this.token, at);
            }
        }
        this.next++;
        return builder.mapping;
    }

    private pair(builder: MappingBuilder, at: number, end: TokenKind): void {
        if (this.is("value") || this.is("comma") || this.is(end)) {
            this.fail("a key is missing here", at);
        }
        const key = this.key(false);
        const hasValue = this.take("value") && !this.is("comma") && !this.is(end);
        const start = this.token;
        builder.set(key, hasValue ? this.node(false, false) : null, start, at);
    }

    /** A key: a scalar in the form of text that JSON gives it, or the merge key. */
    private key(block: boolean): string | typeof MERGE {
        const { at } = this.token;
        const start = this.next;
        if (this.is("plain") && this.token.text === "<<") {
            this.next++;
            return MERGE;
        }
        if (this.is("tag") && this.token.text === "merge" && this.tokens[this.next + 1]?.text === "<<") {
            this.next += 2;
            return MERGE;
        }
        const value = this.keyValue(block);
        if (value === "<<" && this.tokens[start]?.kind === "anchor") {
            this.fail("a merge key (<<) can't have an anchor", at);
        }
        switch (typeof value) {
            case "string":
                return value;
            case "bigint":
                return value <= MAX_KEY ? String(value) : this.fail("a key is too large a number; quote it", at);
            case "boolean":
                return String(value);
            case "number":
                return this.fail("a key is a fraction, or a number behind an anchor or a tag; quote it", at);
            default:
                return this.fail("a key is no text; quote it", at);
        }
    }

    /** The exact value of a scalar key; anything else is no key. */
    private keyValue(block: boolean): unknown {
        if (this.is("plain") || this.is("quoted")) {
            return this.scalar(undefined);
        }
        return this.node(block, false);
    }
}

/** The decoder makes no key of a number that 63 bits don't hold. */
const MAX_KEY = 2n ** 63n - 1n;
