import { readFileSync } from "node:fs";

import type { Resource } from "../../policies/kubernetes/resource";
import type { Failure } from "../findings";
import type { Io } from "../io";
import { Progress, UsageError } from "../io";
import type { Arguments } from "../options";
import { count } from "../formats/style";
import { announce, readSelection, SELECTION_OPTIONS } from "../selection";
import type { ManifestFile } from "../sources/manifests";
import { readManifests } from "../sources/manifests";
import type { Command } from "./command";
import { finish, OUTPUT_OPTIONS, runOver } from "./output";

/** Judges manifests as files, folders or standard input hold them. */
export const command: Command = {
    operands: "PATH…|-",
    options: {
        ...SELECTION_OPTIONS,
        "each-file": { type: "boolean", description: "judge each file as a stack of its own" },
        "max-file-size": { type: "string", value: "MIB", description: "refuse larger files; default 40" },
        ...OUTPUT_OPTIONS,
    },
    notes: [
        "PATH is a file, a folder (every .yaml, .yml and .json below it) or - for standard input. All of it is judged as",
        "one stack, so that a NetworkPolicy in one file covers the pods of another. The default profile is all.",
    ],
    run: scan,
};

function scan({ options, positionals }: Arguments, io: Io) {
    if (positionals.length === 0) {
        throw new UsageError(["scan needs a path, or - for standard input"]);
    }
    const selection = readSelection(options, "all");
    announce(selection, io);
    const mebibytes = options.size("max-file-size");
    let stdin: Buffer | undefined;
    const startedAt = io.now();
    const start = io.clock();
    const reader = new Reader(
        readManifests([...new Set(positionals)], {
            ...(mebibytes !== undefined && { maxBytes: mebibytes * 1024 * 1024 }),
            stdin: () => (stdin = io.stdin()),
        }),
        new Progress(io, "files read"),
    );
    const run = runOver(
        {
            name: () => count(reader.files, "file"),
            stacks: options.flag("each-file") ? reader.each() : reader.together(),
            unread: reader.failures,
            startedAt,
            start,
            textOf: (source) => textOf(source, stdin),
        },
        selection,
        options,
        io,
    );
    return finish(run, selection, options, io);
}

/** Turns files into stacks and keeps what went wrong on the way. */
class Reader {
    public readonly failures: Failure[] = [];
    public files = 0;

    constructor(
        private readonly source: Iterable<ManifestFile>,
        private readonly progress: Progress,
    ) {}

    /** One stack for each file, read when it is asked for. */
    public *each(): Iterable<readonly Resource[]> {
        for (const file of this.source) {
            this.files++;
            this.failures.push(...file.failures);
            this.progress.report(this.files);
            if (file.resources.length > 0) {
                yield file.resources;
            }
        }
        this.progress.done();
    }

    /** One stack of everything, read at once. */
    public together(): Iterable<readonly Resource[]> {
        return [[...this.each()].flat()];
    }
}

function textOf(source: string, stdin: Buffer | undefined): string | undefined {
    try {
        return source === "stdin" ? stdin?.toString("utf8") : readFileSync(source, "utf8");
    } catch {
        // A file that has gone since it was judged has no lines to name.
        return undefined;
    }
}
