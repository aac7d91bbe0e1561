// npm run soak:spiffe [-- --handshakes 10000 --rotations 2000 --sources 50 --restarts 20 --rounds 6 --seconds 20]: what a program lives
// through in weeks. Handshakes while SVIDs rotate; sources whose agent is killed; requests over all transports while SVIDs and authorities
// rotate, round after round. Fails when one of them failed, when nothing was done, or when the heap grew after the beginning.
import { parseArgs } from "node:util";

import { table } from "./table.js";
import { benchRotation } from "./rotation.js";
import { soakHandshakes } from "./soak-handshakes.js";
import { soakRestarts } from "./soak-restarts.js";

const { values } = parseArgs({
    options: {
        handshakes: { type: "string", default: "10000" },
        rotations: { type: "string", default: "2000" },
        sources: { type: "string", default: "50" },
        restarts: { type: "string", default: "20" },
        rounds: { type: "string", default: "6" },
        seconds: { type: "string", default: "20" },
    },
});

/** What the heap may be larger by: compiled code and caches that have a limit. */
const TOLERANCE_MB = 4;
/** Of each soak, what comes before the third measurement warms up. */
const WARM_UP = 2;

const number = (name: keyof typeof values): number => Number(values[name]);
const collect = globalThis.gc;
const { handshakes, rotations } = { handshakes: number("handshakes"), rotations: number("rotations") };
const enough = handshakes >= 10 && rotations >= 10 && handshakes >= rotations && number("sources") >= 1;
if (!(enough && number("restarts") >= 3 && number("rounds") >= 3 && number("seconds") > 0) || collect === undefined) {
    process.stderr.write(
        "soak: --handshakes and --rotations must be 10 or more, and no fewer handshakes than rotations, --restarts and --rounds 3 or more, --sources and --seconds more than 0, and node must run with --expose-gc: else the heap tells nothing\n",
    );
    process.exit(2);
}

const faults: string[] = [];

/** The memory that is left of one soak after each of its parts, in MB. */
class Memory {
    private readonly heaps: number[] = [];

    constructor(private readonly of: string) {}

    /** @returns heap and resident memory as cells of a table */
    async measure(): Promise<[string, number]> {
        // Connections that were closed leave with their last events.
        await new Promise((resolve) => setTimeout(resolve, 500));
        collect?.();
        const { heapUsed, rss } = process.memoryUsage();
        this.heaps.push(heapUsed / 2 ** 20);
        return [(heapUsed / 2 ** 20).toFixed(1), Math.round(rss / 2 ** 20)];
    }

    judge(): void {
        const grown = (this.heaps.at(-1) ?? NaN) - (this.heaps[WARM_UP - 1] ?? NaN);
        if (!(grown <= TOLERANCE_MB)) {
            faults.push(`the heap grew by ${grown.toFixed(1)} MB during the ${this.of}, after its warm-up`);
        }
    }
}

const ofHandshakes = new Memory("handshakes");
const rows: unknown[][] = [];
const { failures } = await soakHandshakes(handshakes, rotations, async (soFar) => {
    rows.push([soFar.handshakes, soFar.rotations, soFar.failures, ...(await ofHandshakes.measure())]);
});
table(["handshakes", "rotations", "failed", "heap MB", "RSS MB"], rows);
ofHandshakes.judge();
if (failures > 0) {
    faults.push(`${failures} handshakes failed`);
}

const ofRestarts = new Memory("restarts of the agent");
const restartRows: unknown[][] = [];
for await (const { restart, allBackMs, calls, lost } of soakRestarts(number("sources"), number("restarts"))) {
    restartRows.push([restart, Math.round(allBackMs), calls, lost, ...(await ofRestarts.measure())]);
    if (lost > 0) {
        faults.push(`${lost} sources didn't come back after restart ${restart} of their agent`);
    }
}
table(["restart", "all back after ms", "calls", "lost sources", "heap MB", "RSS MB"], restartRows);
ofRestarts.judge();

const ofRequests = new Memory("requests");
const requestRows: unknown[][] = [];
for (let round = 1; round <= number("rounds"); round++) {
    const { rotations: rotated, figures } = await benchRotation(number("seconds"));
    const sum = (of: (figure: (typeof figures)[number]) => number): number =>
        figures.reduce((total, figure) => total + of(figure), 0);
    const failed = sum((figure) => figure.failures);
    const cells = [round, rotated, sum((figure) => figure.requests), sum((figure) => figure.connections), failed];
    requestRows.push([...cells, ...(await ofRequests.measure())]);
    if (failed > 0) {
        faults.push(`${failed} requests of round ${round} failed`);
    }
    if (rotated === 0 || figures.some(({ requests }) => requests === 0)) {
        faults.push(`round ${round} had no rotations, or no requests over a transport: give it more seconds`);
    }
}
table(["round", "rotations", "requests", "connections", "failed", "heap MB", "RSS MB"], requestRows);
ofRequests.judge();

process.stderr.write(faults.map((fault) => `soak: ${fault}\n`).join(""));
process.exit(faults.length === 0 ? 0 : 1);
