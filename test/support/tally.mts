import { appendFileSync } from "node:fs";

/** What one test decided: how many cases, and how many of them wrongly. */
export interface Tally {
    readonly suite: string;
    readonly cases: number;
    readonly wrong: number;
}

/** Adds what a test decided to the table of `npm run test:conformance`, where that runs it. To be called before it asserts. */
export function tally(suite: string, cases: number, wrong: number): void {
    const file = process.env["CONFORMANCE_FILE"];
    if (file !== undefined) {
        appendFileSync(file, `${JSON.stringify({ suite, cases, wrong } satisfies Tally)}\n`);
    }
}
