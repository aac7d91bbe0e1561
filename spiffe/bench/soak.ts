// npm run soak:spiffe [-- --rounds 6 --seconds 20]: requests under load while SVIDs and authorities rotate, round after round. Fails when
// a request failed, when nothing was asked or rotated, or when the heap after the last round is larger than after the second.
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

const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const collect = globalThis.gc;
if (!(rounds >= 3 && seconds > 0) || collect === undefined) {
    process.stderr.write(
        "soak: --rounds must be 3 or more, --seconds more than 0, and node must run with --expose-gc: else the heap tells nothing\n",
    );
    process.exit(2);
}

const megabytes = (bytes: number): number => bytes / 2 ** 20;
const heaps: number[] = [];
let failed = 0;
let idle = 0;
process.stdout.write(
    "| round | rotations | requests | connections | failed | heap MB | RSS MB |\n|---|---|---|---|---|---|---|\n",
);
for (let round = 1; round <= rounds; round++) {
    const { rotations, figures } = await benchRotation(seconds);
    const sum = (of: (figure: (typeof figures)[number]) => number): number =>
        figures.reduce((total, figure) => total + of(figure), 0);
    const failures = sum((figure) => figure.failures);
    failed += failures;
    idle += Number(rotations === 0) + figures.filter(({ requests }) => requests === 0).length;
    // Connections that were closed leave with their last events.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    heaps.push(megabytes(heapUsed));
    const cells = [round, rotations, sum((figure) => figure.requests), sum((figure) => figure.connections), failures];
    process.stdout.write(`| ${[...cells, megabytes(heapUsed).toFixed(1), Math.round(megabytes(rss))].join(" | ")} |\n`);
}
const [, second = NaN] = heaps;
const grown = (heaps.at(-1) ?? NaN) - second;
const faults = [
    ...(failed === 0 ? [] : [`${failed} requests failed`]),
    ...(idle === 0 ? [] : ["there were no rotations, or no requests over a transport: give it more seconds"]),
    ...(grown <= TOLERANCE_MB ? [] : [`the heap grew by ${grown.toFixed(1)} MB after the second round`]),
];
process.stderr.write(faults.map((fault) => `soak: ${fault}\n`).join(""));
process.exit(faults.length === 0 ? 0 : 1);
