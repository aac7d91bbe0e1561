import { closeSync, openSync, writeFileSync } from "node:fs";

import { UsageError } from "../io";

/**
 * Writes a report to the file that `--out` names, in pieces as they are made.
 *
 * @throws UsageError naming the file and why it can't be written
 */
export function writeOut(file: string, text: string | Iterable<string>): void {
    let open: number | undefined;
    try {
        const descriptor = openSync(file, "w");
        open = descriptor;
        inPieces(typeof text === "string" ? [text] : text, (piece) => writeFileSync(descriptor, piece));
    } catch (error) {
        // What makes the pieces may fail too, and that is no fault of the file.
        if (!(error instanceof Error && "code" in error)) {
            throw error;
        }
        throw new UsageError([`--out ${file}: ${whyUnwritten(error)}`]);
    } finally {
        if (open !== undefined) {
            closeSync(open);
        }
    }
}

/** Passes text on in pieces that are neither many nor large. */
export function inPieces(text: Iterable<string>, write: (piece: string) => void): void {
    let waiting = "";
    for (const piece of text) {
        waiting += piece;
        if (waiting.length >= 1 << 16) {
            write(waiting);
            waiting = "";
        }
    }
    write(waiting);
}

const REASONS: Readonly<Record<string, string>> = {
    ENOENT: "its folder does not exist",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EISDIR: "it is a folder",
    EROFS: "the file system is read-only",
    ENOSPC: "no space is left",
};

/** Why a file can't be written, in words. */
export function whyUnwritten(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    return `can't be written: ${REASONS[code ?? ""] ?? message}`;
}
