import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { tally } from "../../../test/support/tally.mjs";

/** Where the outside test suites lie; they are not part of a checkout. */
const SUITES = process.env.SUITES_DIR ?? join(import.meta.dirname, "../../../../shared/suites");

/** The parsed JSON file `path` of the SPIFFE suite, or undefined when the suite is absent. */
function suiteFile(path: string): unknown {
    const file = join(SUITES, "spiffe", path);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown) : undefined;
}

/**
 * Declares a test over a suite file, or a visible skip that names the missing file.
 *
 * @param body gets the parsed file, and says by its parameter what that holds
 */
export function suiteTest(path: string, title: string, body: (content: never) => void | Promise<void>): void {
    const content = suiteFile(path);
    if (content === undefined) {
        it.skip(`${title} (skipped: ${path} not found; set SUITES_DIR)`);
        return;
    }
    it(title, () => body(content as never));
}

/** Fails with one line per vector decided wrongly. `decide` returns "accept", or "reject: reason". */
export async function decideAll<T extends { expect: string }>(
    vectors: readonly T[],
    name: (vector: T) => string,
    decide: (vector: T) => string | Promise<string>,
): Promise<void> {
    const wrong: string[] = [];
    let firm = 0;
    for (const vector of vectors) {
        const verdict = await decide(vector);
        if (vector.expect === "accept" || vector.expect === "reject") {
            firm += 1;
            if (!verdict.startsWith(vector.expect)) {
                wrong.push(`${name(vector)}: want ${vector.expect}, got ${verdict}`);
            }
        }
    }
    tally("SPIFFE, vectors", firm, wrong.length);
    if (firm === 0 || wrong.length > 0) {
        throw new Error(`${wrong.length} of ${firm} firm vectors decided wrongly\n${wrong.join("\n")}`);
    }
}

/** "accept" when `call` returns, "reject: …" when it throws an error of the wanted class; anything else is thrown on. */
export async function verdict(
    call: () => unknown,
    expected: abstract new (...args: never[]) => Error,
): Promise<string> {
    try {
        await call();
        return "accept";
    } catch (error) {
        if (error instanceof expected) {
            return `reject: ${error.message}`;
        }
        throw error;
    }
}
