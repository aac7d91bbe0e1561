import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import type { Failure } from "../findings";

/** A file to read, or why a path yields none. */
export interface FoundFile {
    readonly path: string;
    readonly failure?: Failure;
}

const MANIFEST = /\.(?:ya?ml|json)$/i;
/** Dependencies of other tools, and what version control keeps: never manifests of the project. */
const SKIPPED = new Set(["node_modules"]);

/**
 * The files a path stands for: itself, or every manifest below a folder, in name order. Hidden entries and `node_modules`
 * are passed over. A symbolic link to a folder is followed once; links that lead back are not.
 */
export function* manifestFiles(path: string): Iterable<FoundFile> {
    let stats;
    try {
        stats = statSync(path);
    } catch (error) {
        yield unreadable(path, error);
        return;
    }
    if (!stats.isDirectory()) {
        yield { path };
        return;
    }
    let empty = true;
    for (const file of walk(path, new Set([`${stats.dev}:${stats.ino}`]))) {
        empty = false;
        yield file;
    }
    if (empty) {
        yield {
            path,
            failure: { source: path, message: "holds no manifest (.yaml, .yml or .json)", cause: "input" },
        };
    }
}

function* walk(folder: string, above: ReadonlySet<string>): Iterable<FoundFile> {
    let names: readonly string[];
    try {
        names = readdirSync(folder).sort();
    } catch (error) {
        yield unreadable(folder, error);
        return;
    }
    for (const name of names) {
        if (name.startsWith(".") || SKIPPED.has(name)) {
            continue;
        }
        const path = join(folder, name);
        try {
            const stats = statSync(path);
            const identity = `${stats.dev}:${stats.ino}`;
            if (stats.isDirectory() && !above.has(identity)) {
                yield* walk(path, new Set([...above, identity]));
            } else if (stats.isFile() && MANIFEST.test(name)) {
                yield { path };
            }
        } catch (error) {
            yield unreadable(path, error);
        }
    }
}

function unreadable(path: string, error: unknown): FoundFile {
    return { path, failure: { source: path, message: reasonOf(error), cause: "input" } };
}

const REASONS: Readonly<Record<string, string>> = {
    ENOENT: "does not exist",
    EACCES: "can't be read: permission denied",
    EPERM: "can't be read: permission denied",
    EISDIR: "is a folder",
    ELOOP: "can't be read: its symbolic links form a loop",
};

/** Why a file can't be read, in words. */
export function reasonOf(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    return REASONS[code ?? ""] ?? `can't be read: ${message}`;
}
