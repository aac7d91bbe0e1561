import { readdirSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";

import type { Failure } from "../findings";

/** A file to read, or why a path yields none. */
export interface FoundFile {
    readonly path: string;
    readonly failure?: Failure;
}

const MANIFEST = /\.(?:ya?ml|json)$/i;

/**
 * The files a path stands for: itself, or every manifest below a folder, in name order. Hidden files count, as they do for
 * kubectl; hidden folders and `node_modules` hold what tools keep for themselves and are passed over. A symbolic link to a
 * folder is followed once; links that lead back are not.
 *
 * @param linksOut whether links may lead out of the folder; where not, one that does is a failure
 */
export function* manifestFiles(path: string, linksOut = true): Iterable<FoundFile> {
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
        yield linksOut || file.failure !== undefined || isBelow(path, file.path) ? file : leadsOut(path, file.path);
    }
    if (empty) {
        yield {
            path,
            failure: { source: path, message: "holds no manifest (.yaml, .yml or .json)", cause: "input" },
        };
    }
}

/** Says whether a file still is in a folder once every link on its way is followed. */
function isBelow(folder: string, file: string): boolean {
    const way = relative(realpathSync(folder), realpathSync(file));
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function leadsOut(folder: string, file: string): FoundFile {
    const message = `is behind a link that leads out of ${folder}; name the file itself to have it changed`;
    return { path: file, failure: { source: file, message, cause: "input" } };
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
        const path = join(folder, name);
        try {
            const stats = statSync(path);
            const identity = `${stats.dev}:${stats.ino}`;
            if (stats.isDirectory() && !isOfTools(name) && !above.has(identity)) {
                yield* walk(path, new Set([...above, identity]));
            } else if (stats.isFile() && MANIFEST.test(name)) {
                yield { path };
            }
        } catch (error) {
            yield unreadable(path, error);
        }
    }
}

function isOfTools(folder: string): boolean {
    return folder.startsWith(".") || folder === "node_modules";
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
