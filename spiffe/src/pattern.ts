import { SpiffeIdError } from "./errors.js";
import { MAX_ID_LENGTH, SpiffeId } from "./id.js";

const ANY_SEGMENTS = "**";

/**
 * Wildcard matching with one remembered star: at worst the product of both lengths, where a regular expression may take
 * exponential time.
 *
 * @param star tells which elements of the pattern match any run of elements
 */
function matchRun<P, T>(
    pattern: readonly P[],
    input: readonly T[],
    star: (p: P) => boolean,
    same: (p: P, t: T) => boolean,
): boolean {
    let at = 0;
    let retry: { pattern: number; input: number } | undefined;
    for (let i = 0; i < input.length;) {
        const expected = pattern[at];
        const element = input[i] as T;
        if (at < pattern.length && star(expected as P)) {
            retry = { pattern: at + 1, input: i };
            at += 1;
        } else if (at < pattern.length && same(expected as P, element)) {
            at += 1;
            i += 1;
        } else if (retry !== undefined) {
            retry.input += 1;
            at = retry.pattern;
            i = retry.input;
        } else {
            return false;
        }
    }
    return pattern.slice(at).every(star);
}

function segmentMatches(pattern: string, segment: string): boolean {
    return matchRun(
        Array.from(pattern),
        Array.from(segment),
        (p) => p === "*",
        (p, t) => p === t,
    );
}

/**
 * Compiles a pattern of SPIFFE IDs; see `authorizePattern` for its form.
 *
 * @throws {SpiffeIdError} `invalid_id`
 */
export function compilePattern(pattern: string): (id: SpiffeId) => boolean {
    if (pattern.length > MAX_ID_LENGTH) {
        throw new SpiffeIdError(
            "invalid_id",
            `a pattern of ${pattern.length} characters: at most ${MAX_ID_LENGTH} are allowed`,
        );
    }
    // With every star replaced by a letter, a pattern must be a SPIFFE ID; a star before the path would fit any trust domain.
    const pathStart = pattern.indexOf("/", "spiffe://".length);
    const path = pathStart < 0 ? "" : pattern.slice(pathStart);
    const prefix = pathStart < 0 ? pattern : pattern.slice(0, pathStart);
    const { trustDomain } = SpiffeId.parse(`${prefix}${path.replaceAll("*", "x")}`);
    const segments = path === "" ? [] : path.slice(1).split("/");
    const mixed = segments.find((segment) => segment !== ANY_SEGMENTS && segment.includes(ANY_SEGMENTS));
    if (mixed !== undefined) {
        throw new SpiffeIdError(
            "invalid_id",
            `${JSON.stringify(pattern)}: "**" must be a whole segment, not a part of ${JSON.stringify(mixed)}`,
        );
    }
    return (id) =>
        id.memberOf(trustDomain) &&
        matchRun(
            segments,
            id.path === "" ? [] : id.path.slice(1).split("/"),
            (p) => p === ANY_SEGMENTS,
            segmentMatches,
        );
}
