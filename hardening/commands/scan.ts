import { readFileSync } from "node:fs";

import type { Resource } from "../../policies/kubernetes/resource";
import { defineCommand } from "../cli/command";
import type { Failure, NotJudged } from "../findings";
import { FINDING_FORMATS } from "../formats";
import { count } from "../formats/style";
import { Progress } from "../io";
import { Excluded } from "../project";
import { announce, EXCLUDE_OPTION, readSelection, selectionOptions } from "../selection";
import type { Followed } from "../sources/gitops";
import { follow } from "../sources/gitops";
import type { ManifestFile, ManifestOptions } from "../sources/manifests";
import { readManifests } from "../sources/manifests";
import type { Read } from "./judge";
import { judge, startOf } from "./judge";
import { VIEW_OPTIONS, viewOf } from "./view";

/** Judges manifests as files, folders or standard input hold them. */
export const command = defineCommand({
    operands: { usage: "PATH…|-", missing: "scan needs a path, or - for standard input" },
    stacks: "none",
    options: {
        ...selectionOptions("all"),
        ...VIEW_OPTIONS,
        exclude: EXCLUDE_OPTION,
        "each-file": { type: "flag", description: "judge each file as a stack of its own" },
        "max-file-size": { type: "count", value: "MIB", description: "refuse larger files; default 40" },
    },
    formats: FINDING_FORMATS,
    notes: [
        "PATH is a file, a folder (every .yaml, .yml and .json below it) or - for standard input. All of it is judged as",
        "one stack, so that a NetworkPolicy in one file covers the pods of another.",
    ],
    run: ({ options, operands, words, output, project, io }) => {
        const view = viewOf(options, output.format, words);
        const selection = readSelection(options, project);
        announce(selection, io);
        const mebibytes = options["max-file-size"];
        let stdin: Buffer | undefined;
        const start = startOf(io);
        const excluded = new Excluded(options.exclude, project);
        const reading: ManifestOptions = {
            excluded: (...asked) => excluded.has(...asked),
            ...(mebibytes !== undefined && { maxBytes: mebibytes * 1024 * 1024 }),
            stdin: () => (stdin = io.stdin()),
        };
        const files = readManifests([...new Set(operands)], reading);
        const stacks = eachFile(files, new Progress(io, "files read"));
        return judge({
            stacks: counted(options["each-file"] ? stacks : together(stacks, reading), excluded),
            selection,
            start,
            view,
            output,
            io,
            textOf: (source) => textOf(source, stdin),
        });
    },
});

/** What came of reading, beside the objects that were handed over. */
type Came = Omit<Followed, "resources">;

/** Adds how much was read and left out, which is known at the end. */
function* counted(
    stacks: Generator<readonly Resource[], Came, undefined>,
    excluded: Excluded,
): Generator<readonly Resource[], Read, undefined> {
    const { files, failures, notJudged } = yield* stacks;
    return { subject: `${count(files, "file")}${excluded.note}`, excluded: excluded.count, failures, notJudged };
}

/** One stack for each file, read when it is asked for. */
function* eachFile(
    source: Iterable<ManifestFile>,
    progress: Progress,
): Generator<readonly Resource[], Came, undefined> {
    const failures: Failure[] = [];
    const notJudged: NotJudged[] = [];
    let files = 0;
    for (const file of source) {
        files++;
        failures.push(...file.failures);
        notJudged.push(...(file.notJudged ?? []));
        progress.report(files);
        if (file.resources.length > 0) {
            yield file.resources;
        }
    }
    progress.done();
    return { files, failures, notJudged };
}

/** One stack of everything, read at once, with what its objects have Argo CD and Flux apply. */
function* together(
    stacks: Generator<readonly Resource[], Came, undefined>,
    options: ManifestOptions,
): Generator<readonly Resource[], Came, undefined> {
    const all: (readonly Resource[])[] = [];
    for (;;) {
        const next = stacks.next();
        if (next.done === true) {
            const { resources, ...came } = follow({ ...next.value, resources: all.flat() }, options);
            yield resources;
            return came;
        }
        all.push(next.value);
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
