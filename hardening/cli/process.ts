import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

import type { Io } from "../io";
import { main } from "./main";

/** A stream of the process: one that is no terminal says nothing of it, which the types of Node leave out. */
interface Stream {
    readonly isTTY?: boolean;
    readonly columns?: number;
}

/** The world as the process sees it. Colours follow https://no-color.org. */
function processIo(): Io {
    const { stdout, stderr }: { stdout: Stream; stderr: Stream } = process;
    const plain = process.env["NO_COLOR"] !== undefined && process.env["NO_COLOR"] !== "";
    return {
        out: (text) => process.stdout.write(text),
        log: (line) => process.stderr.write(`${line}\n`),
        stdin: () => readFileSync(0),
        colour: stdout.isTTY === true && !plain && process.env["TERM"] !== "dumb",
        shown: stdout.isTTY === true,
        ...(stdout.columns !== undefined && { columns: stdout.columns }),
        interactive: stderr.isTTY === true,
        now: () => new Date(),
        clock: () => performance.now(),
    };
}

/**
 * V8 lets the space for new objects grow to 96 MiB, of which a scan has no use: what is read stays, and what is judged is
 * soon forgotten. It keeps the size that it has now. Nor does anybody wait for an answer while the rest is collected, so
 * that it need not be marked in small steps, the first of them for what has just been loaded. The launcher knows these flags.
 */
function settleHeap(): void {
    setFlagsFromString("--semi-space-growth-factor=1");
    setFlagsFromString("--no-incremental-marking");
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
        throw error;
    }
});

void main(process.argv.slice(2), processIo(), settleHeap).then((code) => {
    process.exitCode = code;
});
