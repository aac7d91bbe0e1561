import { InputError } from "../policies/engine/input";
import { grouped } from "./formats/style";

/** What a command may touch of the world, so that tests can stand in for it. */
export interface Io {
    /** Writes to standard output: reports only. */
    readonly out: (text: string) => void;
    /** Writes a line to standard error: progress, warnings and failures. */
    readonly log: (line: string) => void;
    readonly stdin: () => Buffer;
    /** Standard output is a terminal that shows colours. */
    readonly colour: boolean;
    /** Standard output is a terminal: what is written there is seen at once, and needs no progress beside it. */
    readonly shown: boolean;
    /** Characters on a line of standard output, where that is a terminal. */
    readonly columns?: number;
    /** Standard error is a terminal: progress may overwrite its line. */
    readonly interactive: boolean;
    readonly now: () => Date;
    /** Milliseconds of a clock that never goes back. */
    readonly clock: () => number;
}

/** The command line is wrong; one line for each mistake. Like every fault of what was given, it leads to exit code 2. */
export class UsageError extends InputError {
    constructor(faults: readonly string[]) {
        super(faults);
        this.name = "UsageError";
    }
}

/** How long a run may stay silent. */
const PATIENCE_MS = 1_000;
const STEP_MS = 250;

/** Tells on standard error how far a long run has come; says nothing about a short one. */
export class Progress {
    private readonly start: number;
    private last: number;
    private shown = false;

    constructor(
        private readonly io: Io,
        private readonly what: string,
    ) {
        this.start = io.clock();
        this.last = this.start + PATIENCE_MS - STEP_MS;
    }

    /** Cheap enough to be called for every object. */
    public report(done: number, detail = ""): void {
        const now = this.io.clock();
        if (now - this.last >= (this.io.interactive ? STEP_MS : PATIENCE_MS * 5)) {
            this.last = now;
            this.shown = true;
            const rate = Math.round((done * 1000) / (now - this.start));
            this.show(
                `${this.what}: ${grouped(done)}, ${grouped(rate)} a second${detail === "" ? "" : ` ${detail}`} …`,
            );
        }
    }

    /**
     * Tells of something that has no steps to count for as long as it lasts: how long it has been going on.
     *
     * @returns what the promise comes to
     */
    public async during<T>(work: Promise<T>): Promise<T> {
        const timer = setInterval(() => {
            const now = this.io.clock();
            if (now - this.last >= (this.io.interactive ? STEP_MS : PATIENCE_MS * 5)) {
                this.last = now;
                this.show(`${this.what}: ${Math.round((now - this.start) / 1000)} s …`);
            }
        }, STEP_MS);
        try {
            return await work;
        } finally {
            clearInterval(timer);
            this.done();
        }
    }

    private show(line: string): void {
        this.shown = true;
        this.io.log(this.io.interactive ? `\r\u001b[K${line}\u001b[A` : line);
    }

    /** Wipes the progress line. */
    public done(): void {
        if (this.shown && this.io.interactive) {
            this.io.log("\r\u001b[K\u001b[A");
        }
    }
}
