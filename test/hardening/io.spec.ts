import { strict as assert } from "node:assert";

import type { Io } from "../../hardening/io";
import { Progress } from "../../hardening/io";

/** A run that reports once every `step` milliseconds, for `times` times. */
function linesOf(interactive: boolean, step: number, times: number): readonly string[] {
    const lines: string[] = [];
    let now = 0;
    const io = { log: (line: string) => lines.push(line), interactive, clock: () => now } as unknown as Io;
    const progress = new Progress(io, "files read");
    for (let done = 1; done <= times; done++) {
        now += step;
        progress.report(done * 1000);
    }
    progress.done();
    return lines;
}

describe("Progress", () => {
    it("says nothing of a short run", () => {
        assert.deepEqual(linesOf(true, 90, 10), []);
        assert.deepEqual(linesOf(false, 90, 10), []);
    });

    it("overwrites one line of a terminal four times a second, and wipes it at the end", () => {
        const lines = linesOf(true, 250, 8);
        assert.equal(lines[0], "\r\u001b[Kfiles read: 4,000, 4,000 a second …\u001b[A");
        assert.equal(lines.at(-1), "\r\u001b[K\u001b[A");
        assert.equal(lines.length, 6);
    });

    it("writes plain lines, and few of them, where there is no terminal", () => {
        assert.deepEqual(linesOf(false, 1000, 12), [
            "files read: 6,000, 1,000 a second …",
            "files read: 11,000, 1,000 a second …",
        ]);
    });
});
