import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { InputError, jsonContent } from "../../policies/engine/input";
import { UsageError } from "../io";
import { reasonOf } from "../sources/files";
import type { Submission, Surroundings } from "./admission";
import { admit } from "./admission";
import { isSigned, open, SignatureError, signerOf } from "./signature";
import { readStatement } from "./statement";

/** A run of every test there is states less than a hundredth of that. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/**
 * Reads every statement of some folders, the names of their files in order. What is no statement, does not fit what is judged,
 * or stands there twice is kept with the reason.
 *
 * @throws UsageError where a folder, or a file of it, can't be read
 */
export async function readEvidence(folders: readonly string[], around: Surroundings): Promise<readonly Submission[]> {
    const submissions = new Map<string, Submission>();
    const others: Submission[] = [];
    const files = folders.flatMap((folder) => filesOf(folder).map((file) => [file, join(folder, file)] as const));
    for (const [file, path] of files) {
        const unread = whyUnread(path);
        if (unread !== undefined) {
            others.push({ file, sha256: "", results: [], refused: unread });
            continue;
        }
        const bytes = bytesOf(path);
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        const former = submissions.get(sha256);
        if (former !== undefined) {
            others.push({ file, sha256, results: [], refused: `holds what ${former.file} holds` });
            continue;
        }
        submissions.set(sha256, { file, sha256, ...(await taken(bytes, file, around)) });
    }
    return [...submissions.values(), ...others].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** What a file would have to be read through, or into. It may stand in a folder that others write to. */
function whyUnread(path: string): string | undefined {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) {
        return "is a link: what it leads to may be anything";
    }
    if (!stat.isFile() && !stat.isDirectory()) {
        return "is no file";
    }
    return stat.size > LARGEST_BYTES ? `is larger than ${LARGEST_BYTES / 1024 / 1024} MiB` : undefined;
}

function filesOf(folder: string): readonly string[] {
    try {
        return readdirSync(folder)
            .filter((file) => file.endsWith(".json"))
            .sort();
    } catch (error) {
        throw new UsageError([`--evidence ${folder} ${reasonOf(error)}`]);
    }
}

function bytesOf(path: string): Buffer {
    try {
        return readFileSync(path);
    } catch (error) {
        throw new UsageError([`--evidence ${path} ${reasonOf(error)}`]);
    }
}

async function taken(bytes: Buffer, file: string, around: Surroundings): Promise<Omit<Submission, "file" | "sha256">> {
    try {
        const content = jsonContent(bytes.toString("utf8"), file);
        if (!isSigned(content)) {
            return admit(readStatement(content, file), undefined, around);
        }
        const signed = await open(content);
        const statement = readStatement(jsonContent(signed.payload, file), file);
        const signer = around.trust === undefined ? undefined : await signerOf(signed, around.trust);
        return admit(statement, signer, around);
    } catch (error) {
        if (error instanceof InputError) {
            // The file stands beside it; a line behind its name does not matter in what tools write.
            const refused = error.faults
                .map((fault) => fault.slice(file.length).replace(/^(?::\d+)?: /, ""))
                .join("; ");
            return { results: [], refused: `is no statement: ${refused}` };
        }
        if (error instanceof SignatureError) {
            return { results: [], refused: error.message };
        }
        throw error;
    }
}
