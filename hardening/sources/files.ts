import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

import type { Failure } from "../findings";
import { UsageError } from "../io";
import type { Package } from "./packages";
import { isKustomization, packageAt, referencesOf } from "./packages";

/** A file to read, or why a path yields none. */
export interface FoundFile {
    readonly path: string;
    readonly failure?: Failure;
    /** The path is a folder whose files make objects together. */
    readonly made?: Package;
    /** A kustomization takes the file in, so that it is read by itself only where that one can't be built. */
    readonly takenIn?: boolean;
}

/** Whether a path is left out of what is read; `isPassedOver`: a folder that is in any case. */
export type IsExcluded = (path: string, isFolder: boolean, isPassedOver?: boolean) => boolean;

const MANIFEST = /\.(?:ya?ml|json)$/i;

/**
 * The files a path stands for: itself, or every manifest below a folder, in name order. Hidden files count, as they do for
 * kubectl; hidden folders and `node_modules` hold what tools keep for themselves and are passed over. A symbolic link to a
 * folder is followed once; links that lead back are not. A Helm chart stands for itself as a whole; so does a kustomization,
 * beside files that it does not name.
 *
 * @param linksOut whether links may lead out of the folder; where not, one that does is a failure
 * @param excluded what is left out as if it were not there
 */
export function* manifestFiles(path: string, linksOut = true, excluded: IsExcluded = () => false): Iterable<FoundFile> {
    let stats;
    try {
        stats = statSync(path);
    } catch (error) {
        yield unreadable(path, error);
        return;
    }
    if (excluded(path, stats.isDirectory())) {
        return;
    }
    if (!stats.isDirectory()) {
        yield isKustomization(path)
            ? { path: dirname(path), made: { kind: "Kustomization", folder: dirname(path) } }
            : { path };
        return;
    }
    let empty = true;
    for (const file of withoutParts([...walk(path, new Set([`${stats.dev}:${stats.ino}`]), excluded)])) {
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

/** Leaves out what is a part of a kustomization, and puts kustomizations that no other takes in first. */
function withoutParts(found: readonly FoundFile[]): readonly FoundFile[] {
    const kustomizations = found.filter(({ made }) => made?.kind === "Kustomization");
    if (kustomizations.length === 0) {
        return found;
    }
    const references = referencesOf(kustomizations.map(({ path }) => path));
    const ends = kustomizations.filter(({ path }) => !references.folders.has(resolve(path)));
    const files = found
        .filter(
            ({ path, made }) => made === undefined && !isKustomization(path) && !references.parts.has(resolve(path)),
        )
        .map((file) => (references.resources.has(resolve(file.path)) ? { ...file, takenIn: true } : file));
    // Kustomizations that take in each other have no end; kustomize itself says so of each.
    return [
        ...(ends.length === 0 ? kustomizations : ends),
        ...found.filter(({ made }) => made?.kind === "Chart"),
        ...files,
    ];
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

function* walk(folder: string, above: ReadonlySet<string>, excluded: IsExcluded): Iterable<FoundFile> {
    let names: readonly string[];
    try {
        names = readdirSync(folder).sort();
    } catch (error) {
        yield unreadable(folder, error);
        return;
    }
    const made = packageAt(folder);
    if (made !== undefined) {
        yield { path: folder, made };
    }
    if (made?.kind === "Chart") {
        return;
    }
    for (const name of names) {
        const path = join(folder, name);
        try {
            const stats = statSync(path);
            if (excluded(path, stats.isDirectory(), stats.isDirectory() && isPassedOver(path))) {
                continue;
            }
            const identity = `${stats.dev}:${stats.ino}`;
            if (stats.isDirectory() && !isOfTools(name) && !above.has(identity)) {
                yield* walk(path, new Set([...above, identity]), excluded);
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

/**
 * Says whether a folder is one that is passed over although `kubectl apply -R` would read it: it holds files that are called
 * as manifests are. What git keeps is none of them.
 */
function isPassedOver(folder: string): boolean {
    const name = basename(folder);
    return isOfTools(name) && ![".", "..", ".git"].includes(name) && hasManifestNames(folder);
}

function hasManifestNames(folder: string): boolean {
    try {
        const entries = readdirSync(folder, { withFileTypes: true });
        return (
            entries.some((entry) => entry.isFile() && MANIFEST.test(entry.name)) ||
            entries.some((entry) => entry.isDirectory() && hasManifestNames(join(folder, entry.name)))
        );
    } catch {
        // What can't be listed is nothing that anybody could apply from here.
        return false;
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

/** The text of a file that an option names. @throws UsageError saying why it can't be read */
export function readText(file: string, option: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new UsageError([`${option} ${file}: ${reasonOf(error)}`]);
    }
}
