// npm run soak:spiffe [-- --rounds 6 --seconds 20]: requests under load while SVIDs and authorities rotate, round after round. Fails when
// a request failed, or when the heap after the last round is larger than after the second.
import { parseArgs } from "node:util";

import { benchRotation } from "./rotation.js";

const { values } = parseArgs({
    options: {
        rounds: { type: "string", default: "6" },
        seconds: { type: "string", default: "20" },
    },
});

/** What the heap may be larger by: compiled code and caches that have a limit. */
const TOLERANCE_MB = 4;

const megabytes = (bytes: number): number => bytes / 2 ** 20;
const heaps: number[] = [];
let failed = 0;
process.stdout.write(
    "| round | rotations | requests | connections | failed | heap MB | RSS MB |\n|---|---|---|---|---|---|---|\n",
);
for (let round = 1; round <= Number(values.rounds); round++) {
    const { rotations, figures } = await benchRotation(Number(values.seconds));
    const sum = (of: (figure: (typeof figures)[number]) => number): number =>
        figures.reduce((total, figure) => total + of(figure), 0);
    const failures = sum((figure) => figure.failures);
    failed += failures;
    // Connections that were closed leave with their last events.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    heaps.push(megabytes(heapUsed));
    const cells = [round, rotations, sum((figure) => figure.requests), sum((figure) => figure.connections), failures];
    process.stdout.write(`| ${[...cells, megabytes(heapUsed).toFixed(1), Math.round(megabytes(rss))].join(" | ")} |\n`);
}
const [, second] = heaps;
const last = heaps.at(-1);
const grown = second === undefined || last === undefined ? 0 : last - second;
if (grown > TOLERANCE_MB) {
    process.stderr.write(`the heap grew by ${grown.toFixed(1)} MB after the second round\n`);
}
if (globalThis.gc === undefined) {
    process.stderr.write("run with --expose-gc: without it the heap tells nothing\n");
}
process.exit(failed === 0 && grown <= TOLERANCE_MB && globalThis.gc !== undefined ? 0 : 1);
