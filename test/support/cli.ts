import type { ExitCode } from "../../hardening/findings";
import type { Io } from "../../hardening/io";
import { main } from "../../hardening/cli/main";

/** What a run of the tool left behind. */
export interface CliRun {
    readonly code: ExitCode;
    readonly out: string;
    readonly log: readonly string[];
}

/** The day on which every test runs. */
export const TODAY = new Date("2026-03-01T12:00:00Z");

/** Runs the tool in this process, with a fixed clock and a plain terminal. */
export async function cli(args: readonly string[], over: Partial<Io> = {}): Promise<CliRun> {
    let out = "";
    const log: string[] = [];
    const io: Io = {
        out: (text) => (out += text),
        log: (line) => log.push(line),
        stdin: () => Buffer.alloc(0),
        colour: false,
        shown: false,
        interactive: false,
        now: () => TODAY,
        clock: () => 0,
        ...over,
    };
    const code = await main(args, io);
    return { code, out, log };
}
