import { requireInstance, requireText } from "./arguments.js";
import { brand } from "./brand.js";
import { SpiffeIdError } from "./errors.js";

/** Longest trust domain name, as the host part of a URI (SPIFFE-ID section 2.3). */
export const MAX_TRUST_DOMAIN_LENGTH = 255;

/** Longest SPIFFE ID taken: the length every implementation must support (SPIFFE-ID section 2.3), and no more. */
export const MAX_ID_LENGTH = 2048;

const SCHEME = "spiffe";
const SEPARATOR = "://";

const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a;
const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isMark = (code: number): boolean => code === 0x2d || code === 0x2e || code === 0x5f;

/**
 * Lower-cases A to Z and nothing else: `toLowerCase()` would turn U+212A into a "k" and let a foreign character through.
 * SPIFFE-ID section 2.4 makes scheme and trust domain case-insensitive, so both are folded wherever an ID is read.
 */
function foldAscii(text: string): string {
    let folded = "";
    for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        folded += isUpper(code) ? String.fromCharCode(code + 0x20) : text.charAt(i);
    }
    return folded;
}

/** Quotes untrusted text for a message: control characters escaped, at most 80 characters of it. */
function quote(text: string): string {
    return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function trustDomainFault(name: string): string | undefined {
    if (name === "") {
        return "the trust domain is missing";
    }
    if (name.length > MAX_TRUST_DOMAIN_LENGTH) {
        return `the trust domain has ${name.length} characters, at most ${MAX_TRUST_DOMAIN_LENGTH} are allowed`;
    }
    for (let i = 0; i < name.length; i++) {
        const code = name.charCodeAt(i);
        if (!isLower(code) && !isDigit(code) && !isMark(code)) {
            return "a trust domain may only contain letters, digits, dots, dashes and underscores";
        }
    }
    return undefined;
}

function segmentFault(segment: string): string | undefined {
    if (segment === "") {
        return "a path may not contain empty segments or end with a slash";
    }
    if (segment === "." || segment === "..") {
        return "a path may not contain dot segments";
    }
    for (let i = 0; i < segment.length; i++) {
        const code = segment.charCodeAt(i);
        if (!isLower(code) && !isUpper(code) && !isDigit(code) && !isMark(code)) {
            return "a path segment may only contain letters, digits, dots, dashes and underscores";
        }
    }
    return undefined;
}

/** Splits `scheme://host/path` by hand: a general URL parser would decode, fold and strip before we could judge. */
function split(text: string): { host: string; path: string } | undefined {
    const end = SCHEME.length + SEPARATOR.length;
    if (foldAscii(text.slice(0, SCHEME.length)) !== SCHEME || text.slice(SCHEME.length, end) !== SEPARATOR) {
        return undefined;
    }
    const slash = text.indexOf("/", end);
    return slash < 0 ? { host: text.slice(end), path: "" } : { host: text.slice(end, slash), path: text.slice(slash) };
}

/** A trust domain (SPIFFE-ID section 2.1): immutable, compared by name. */
export class TrustDomain {
    private constructor(
        /** Lower-case name, such as `prod.example.org`. */
        readonly name: string,
    ) {}

    /**
     * Reads a trust domain from its name or from any SPIFFE ID in it.
     *
     * @throws {SpiffeIdError} `invalid_trust_domain` for a bad name, `invalid_id` for a bad ID.
     */
    static parse(text: string): TrustDomain {
        requireText(text, "a trust domain");
        if (text.includes(SEPARATOR)) {
            return SpiffeId.parse(text).trustDomain;
        }
        const name = text.length > MAX_TRUST_DOMAIN_LENGTH ? text : foldAscii(text);
        const fault = trustDomainFault(name);
        if (fault !== undefined) {
            throw new SpiffeIdError("invalid_trust_domain", `${quote(text)} is not a trust domain: ${fault}`);
        }
        return new TrustDomain(name);
    }

    /** The SPIFFE ID of the trust domain itself, without a path; the key of federated bundles. */
    get id(): SpiffeId {
        return SpiffeId.fromSegments(this);
    }

    /** @throws {ArgumentError} */
    equals(other: TrustDomain): boolean {
        requireInstance(other, TrustDomain, "other");
        return this.name === other.name;
    }

    toString(): string {
        return this.name;
    }

    toJSON(): string {
        return this.name;
    }
}

/** A SPIFFE ID (SPIFFE-ID section 2): immutable, always in canonical form, compared by its text. */
export class SpiffeId {
    private readonly text: string;

    private constructor(
        readonly trustDomain: TrustDomain,
        /** Empty, or starting with a slash. Case-sensitive. */
        readonly path: string,
    ) {
        this.text = `${SCHEME}${SEPARATOR}${trustDomain.name}${path}`;
    }

    /**
     * Reads a SPIFFE ID. No percent-encoding, query, fragment, user, port, empty or dot segment, or trailing slash is taken.
     *
     * @throws {SpiffeIdError} `invalid_id`
     */
    static parse(text: string): SpiffeId {
        requireText(text, "a SPIFFE ID");
        const refuse = (fault: string): never => {
            throw new SpiffeIdError("invalid_id", `${quote(text)} is not a SPIFFE ID: ${fault}`);
        };
        if (text.length > MAX_ID_LENGTH) {
            return refuse(`it has ${text.length} characters, at most ${MAX_ID_LENGTH} are allowed`);
        }
        const parts = split(text);
        if (parts === undefined) {
            return refuse(`it must start with "${SCHEME}${SEPARATOR}"`);
        }
        const host = foldAscii(parts.host);
        const segments = parts.path === "" ? [] : parts.path.slice(1).split("/");
        const fault = trustDomainFault(host) ?? segments.map(segmentFault).find((found) => found !== undefined);
        return fault === undefined ? new SpiffeId(TrustDomain.parse(host), parts.path) : refuse(fault);
    }

    /**
     * Builds an ID from a trust domain and path segments; none gives the trust domain's own ID.
     *
     * @throws {SpiffeIdError} `invalid_id`
     */
    static fromSegments(trustDomain: TrustDomain, ...segments: readonly string[]): SpiffeId {
        requireInstance(trustDomain, TrustDomain, "trustDomain");
        for (const segment of segments) {
            requireText(segment, "a path segment");
            const fault = segmentFault(segment);
            if (fault !== undefined) {
                throw new SpiffeIdError(
                    "invalid_id",
                    `${quote(segment)} is not a path segment of a SPIFFE ID: ${fault}`,
                );
            }
        }
        const id = new SpiffeId(trustDomain, segments.map((segment) => `/${segment}`).join(""));
        if (id.text.length > MAX_ID_LENGTH) {
            throw new SpiffeIdError(
                "invalid_id",
                `a SPIFFE ID in ${trustDomain.name} would have ${id.text.length} characters, at most ${MAX_ID_LENGTH} are allowed`,
            );
        }
        return id;
    }

    /** @throws {ArgumentError} */
    memberOf(trustDomain: TrustDomain): boolean {
        return this.trustDomain.equals(trustDomain);
    }

    /** @throws {ArgumentError} */
    equals(other: SpiffeId): boolean {
        requireInstance(other, SpiffeId, "other");
        return this.text === other.toString();
    }

    toString(): string {
        return this.text;
    }

    toJSON(): string {
        return this.text;
    }
}

brand(TrustDomain);
brand(SpiffeId);
