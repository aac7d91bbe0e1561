import { DerError } from "./errors.js";

/** Tags of X.690 as they stand in the identifier octet; constructed types carry the 0x20 bit. */
export const Tag = {
    boolean: 0x01,
    integer: 0x02,
    bitString: 0x03,
    octetString: 0x04,
    null: 0x05,
    oid: 0x06,
    utf8String: 0x0c,
    sequence: 0x30,
    set: 0x31,
    utcTime: 0x17,
    generalizedTime: 0x18,
    /** Context-specific and primitive, `[n] IMPLICIT` of a primitive type. */
    context: (number: number): number => 0x80 | number,
    /** Context-specific and constructed, `[n] EXPLICIT` or `[n] IMPLICIT` of a constructed type. */
    contextConstructed: (number: number): number => 0xa0 | number,
} as const;

/** One tag-length-value. Both views share memory with the input. */
export interface DerElement {
    readonly tag: number;
    readonly content: Uint8Array;
    /** Identifier and length octets included. */
    readonly raw: Uint8Array;
}

/** Far more than any extension or name list has. */
const DEFAULT_MAX_ELEMENTS = 10_000;

/** Object identifiers have few arcs in practice; a longer one is an attack on our time. */
const MAX_OID_BYTES = 64;

/**
 * Reads DER from front to back. Nothing is copied and nothing recurses, so time and memory are bounded by the input: the caller opens
 * a new reader for each level it knows. Indefinite and non-minimal lengths and multi-byte tags are refused (X.690 section 10.1;
 * no structure read here uses tags above 30).
 */
export class DerReader {
    private offset = 0;

    constructor(private readonly bytes: Uint8Array) {}

    get done(): boolean {
        return this.offset >= this.bytes.length;
    }

    /** The identifier octet of the next element, or undefined at the end. */
    peek(): number | undefined {
        return this.bytes[this.offset];
    }

    /** The next element; with `tag`, only if it has that tag. */
    read(tag?: number): DerElement {
        const start = this.offset;
        const found = this.byte();
        if ((found & 0x1f) === 0x1f) {
            throw new DerError(`multi-byte tag at byte ${start}`);
        }
        if (tag !== undefined && tag !== found) {
            throw new DerError(`tag 0x${found.toString(16)} at byte ${start} where 0x${tag.toString(16)} is expected`);
        }
        const length = this.length();
        if (length > this.bytes.length - this.offset) {
            throw new DerError(
                `element at byte ${start} claims ${length} bytes, only ${this.bytes.length - this.offset} are left`,
            );
        }
        const contentStart = this.offset;
        this.offset += length;
        return {
            tag: found,
            content: this.bytes.subarray(contentStart, this.offset),
            raw: this.bytes.subarray(start, this.offset),
        };
    }

    /** The next element if it has this tag; otherwise undefined, and nothing is consumed. */
    optional(tag: number): DerElement | undefined {
        return this.peek() === tag ? this.read(tag) : undefined;
    }

    /** Opens the next element, a constructed one with this tag. */
    open(tag: number = Tag.sequence): DerReader {
        return new DerReader(this.read(tag).content);
    }

    /** All remaining elements; more than `max` are refused, for each takes far more memory than its bytes in the input. */
    rest(max = DEFAULT_MAX_ELEMENTS): DerElement[] {
        const elements: DerElement[] = [];
        while (!this.done) {
            if (elements.length === max) {
                throw new DerError(`more than ${max} elements`);
            }
            elements.push(this.read());
        }
        return elements;
    }

    /** Refuses bytes after the last expected element. */
    end(): void {
        if (!this.done) {
            throw new DerError(`${this.bytes.length - this.offset} bytes after the end of a structure`);
        }
    }

    private byte(): number {
        const value = this.bytes[this.offset];
        if (value === undefined) {
            throw new DerError(`input ends at byte ${this.offset}`);
        }
        this.offset += 1;
        return value;
    }

    private length(): number {
        const first = this.byte();
        if (first < 0x80) {
            return first;
        }
        const count = first & 0x7f;
        if (count === 0 || count > 4) {
            throw new DerError(count === 0 ? "indefinite length" : `length of ${count} bytes`);
        }
        let length = 0;
        for (let i = 0; i < count; i++) {
            length = length * 256 + this.byte();
        }
        if (length < 0x80 || length < 2 ** (8 * (count - 1))) {
            throw new DerError("length not in its shortest form");
        }
        return length;
    }
}

/** Opens a value that must be one element of this tag and nothing more. */
export function openDer(bytes: Uint8Array, tag: number = Tag.sequence): DerReader {
    const outer = new DerReader(bytes);
    const inner = outer.open(tag);
    outer.end();
    return inner;
}

/** The content of a value that must be one primitive element of this tag and nothing more. */
export function soleDer(bytes: Uint8Array, tag: number): Uint8Array {
    const reader = new DerReader(bytes);
    const { content } = reader.read(tag);
    reader.end();
    return content;
}

/** BOOLEAN content; DER knows 0x00 and 0xff only. */
export function derBoolean(content: Uint8Array): boolean {
    const [value] = content;
    if (content.length !== 1 || (value !== 0x00 && value !== 0xff)) {
        throw new DerError("BOOLEAN is neither TRUE nor FALSE");
    }
    return value === 0xff;
}

/** INTEGER content that must be zero or positive and fit 32 bits, as counters like a path length do. */
export function derUint(content: Uint8Array): number {
    const [first = 0x80, second = 0] = content;
    if (first >= 0x80 || (content.length > 1 && first === 0 && second < 0x80)) {
        throw new DerError("INTEGER is empty, negative or not in its shortest form");
    }
    const value = content.reduce((sum, byte) => sum * 256 + byte, 0);
    if (content.length > 5 || value > 0xffffffff) {
        throw new DerError("INTEGER beyond 32 bits");
    }
    return value;
}

/** OBJECT IDENTIFIER content in dotted form. */
export function derOid(content: Uint8Array): string {
    if (content.length === 0 || content.length > MAX_OID_BYTES) {
        throw new DerError(`OBJECT IDENTIFIER of ${content.length} bytes`);
    }
    const arcs: bigint[] = [];
    let arc = 0n;
    let open = false;
    for (const byte of content) {
        if (!open && byte === 0x80) {
            throw new DerError("OBJECT IDENTIFIER arc not in its shortest form");
        }
        arc = (arc << 7n) | BigInt(byte & 0x7f);
        open = byte >= 0x80;
        if (!open) {
            arcs.push(arc);
            arc = 0n;
        }
    }
    if (open) {
        throw new DerError("OBJECT IDENTIFIER ends within an arc");
    }
    const [first = 0n, ...others] = arcs;
    const root = first < 80n ? first / 40n : 2n;
    return [root, first - root * 40n, ...others].join(".");
}

/** The set bits of a named-bit BIT STRING, bit 0 being the first. */
export function derBits(content: Uint8Array): ReadonlySet<number> {
    const [unused = 8, ...octets] = content;
    if (unused > 7 || (octets.length === 0 && unused > 0)) {
        throw new DerError("BIT STRING with a bad count of unused bits");
    }
    const bits = new Set<number>();
    octets.forEach((octet, index) => {
        for (let bit = 0; bit < 8; bit++) {
            if ((octet & (0x80 >> bit)) !== 0) {
                bits.add(index * 8 + bit);
            }
        }
    });
    return bits;
}

/** Text of an IA5String or another type of ASCII characters; anything beyond ASCII is refused. */
export function derAscii(content: Uint8Array): string {
    if (content.some((byte) => byte > 0x7f)) {
        throw new DerError("character beyond ASCII in an IA5String");
    }
    return Buffer.from(content).toString("latin1");
}

/**
 * The moment that a UTCTime or GeneralizedTime names, in milliseconds since 1970: with seconds, in UTC, and without a fraction, as RFC 5280
 * section 4.1.2.5 has them. Node.js is of no help: what it makes of another form is a date out of memory that nobody has set.
 */
export function derTime({ tag, content }: DerElement): number {
    const text = derAscii(content);
    const digits = tag === Tag.utcTime ? 12 : tag === Tag.generalizedTime ? 14 : undefined;
    if (digits === undefined || text.length !== digits + 1 || !/^\d+Z$/.test(text)) {
        throw new DerError("a time that is neither UTCTime nor GeneralizedTime with seconds in UTC");
    }
    // Two digits of a year are of 1950 to 2049.
    const whole = digits === 14 ? text : `${text < "5" ? "20" : "19"}${text}`;
    const [date, time] = [whole.slice(0, 8), whole.slice(8, 14)];
    const iso = `${date.replace(/^(....)(..)/, "$1-$2-")}T${time.replace(/^(..)(..)/, "$1:$2:")}.000Z`;
    const moment = Date.parse(iso);
    if (Number.isNaN(moment) || new Date(moment).toISOString() !== iso) {
        throw new DerError("a time that the calendar or the clock doesn't have");
    }
    return moment;
}
