import { isIP } from "node:net";

import { DerError } from "./errors.js";
import { Tag, derAscii, openDer } from "./der.js";

/** Context tags of GeneralName that constraints are checked for; a constraint on any other form bars every name of that form. */
const NameType = { email: 1, dns: 2, directory: 4, uri: 6, ip: 7 } as const;

/** One GeneralSubtree: the type of name and its pattern. */
export interface Subtree {
    readonly type: number;
    readonly base: Uint8Array;
}

/** The name constraints extension (RFC 5280 section 4.2.1.10). */
export interface NameConstraints {
    readonly permitted: readonly Subtree[];
    readonly excluded: readonly Subtree[];
}

/** A name to be checked: a SAN entry, or the subject as a directory name. */
export interface ConstrainedName {
    readonly type: number;
    readonly content: Uint8Array;
}

/** Reads the extension's value. @throws {DerError} */
export function parseNameConstraints(value: Uint8Array): NameConstraints {
    const reader = openDer(value);
    const permitted = reader.optional(Tag.contextConstructed(0));
    const excluded = reader.optional(Tag.contextConstructed(1));
    reader.end();
    return {
        permitted: permitted === undefined ? [] : readSubtrees(permitted.raw, 0),
        excluded: excluded === undefined ? [] : readSubtrees(excluded.raw, 1),
    };
}

function readSubtrees(raw: Uint8Array, number: number): Subtree[] {
    return openDer(raw, Tag.contextConstructed(number))
        .rest()
        .map((element) => {
            const reader = openDer(element.raw);
            const base = reader.read();
            // RFC 5280 allows neither a minimum other than the default nor a maximum.
            reader.end();
            return { type: base.tag & 0x1f, base: base.content };
        });
}

/**
 * Why `names` break the constraints, or undefined when they don't. What can't be judged counts as broken: a name of a form we don't
 * understand, or a URI whose host is an address.
 *
 * @param strict a host in an excluded URI constraint bars the hosts below it as well, as Go reads it; by RFC 5280 it is that host alone
 */
export function constraintFault(
    constraints: NameConstraints,
    names: readonly ConstrainedName[],
    strict = false,
): string | undefined {
    for (const name of names) {
        const excluded = constraints.excluded.filter((subtree) => subtree.type === name.type);
        const permitted = constraints.permitted.filter((subtree) => subtree.type === name.type);
        if (excluded.length === 0 && permitted.length === 0) {
            continue;
        }
        const results = excluded.map(
            (subtree) => (strict && name.type === NameType.uri && bars(subtree, name)) || matches(subtree, name),
        );
        if (results.some((result) => result !== false)) {
            return `a name of type ${name.type} is excluded`;
        }
        if (permitted.length > 0 && !permitted.some((subtree) => matches(subtree, name) === true)) {
            return `a name of type ${name.type} is not permitted`;
        }
    }
    return undefined;
}

/** Undefined when it can't be told. */
function matches(subtree: Subtree, name: ConstrainedName): boolean | undefined {
    switch (name.type) {
        case NameType.uri:
            return matchesUri(text(subtree.base), text(name.content));
        case NameType.dns:
            return matchesDns(text(subtree.base), text(name.content));
        case NameType.email:
            return matchesEmail(text(subtree.base), text(name.content));
        case NameType.ip:
            return matchesIp(subtree.base, name.content);
        default:
            return undefined;
    }
}

const text = (content: Uint8Array): string => derAscii(content).toLowerCase();

/** A constraint is a host, or with a leading dot everything below one; the empty one covers all. */
function matchesUri(constraint: string, uri: string): boolean | undefined {
    const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/.exec(uri)?.[1];
    const host = authority?.replace(/^[^@]*@/, "").replace(/:\d*$/, "");
    if (host === undefined || host === "" || host.startsWith("[") || isIP(host) !== 0) {
        return undefined;
    }
    return constraint === "" || (constraint.startsWith(".") ? host.endsWith(constraint) : host === constraint);
}

/** Whether a URI's host is below that of a constraint. */
function bars(subtree: Subtree, name: ConstrainedName): boolean {
    return matchesUri(`.${text(subtree.base).replace(/^\./, "")}`, text(name.content)) === true;
}

/** A constraint covers its own name and all names below; the empty one covers all. */
function matchesDns(constraint: string, name: string): boolean {
    const bare = constraint.startsWith(".") ? constraint.slice(1) : constraint;
    return bare === "" || name === bare || name.endsWith(`.${bare}`);
}

/** A constraint is a mailbox, a host, or with a leading dot all hosts below one. */
function matchesEmail(constraint: string, address: string): boolean | undefined {
    const at = address.lastIndexOf("@");
    if (at < 0) {
        return undefined;
    }
    if (constraint.includes("@")) {
        return address === constraint;
    }
    const host = address.slice(at + 1);
    return constraint.startsWith(".") ? host.endsWith(constraint) : host === constraint;
}

/** A constraint is an address followed by a mask of the same length. */
function matchesIp(constraint: Uint8Array, address: Uint8Array): boolean {
    if (constraint.length !== 8 && constraint.length !== 32) {
        throw new DerError(`an IP name constraint of ${constraint.length} bytes`);
    }
    const half = constraint.length / 2;
    return (
        address.length === half &&
        address.every((byte, i) => ((byte ^ (constraint[i] ?? 0)) & (constraint[half + i] ?? 0)) === 0)
    );
}
