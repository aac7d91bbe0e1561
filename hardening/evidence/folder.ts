import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { InputError, jsonContent } from "../../policies/engine/input";
import { count } from "../formats/style";
import { UsageError } from "../io";
import { reasonOf } from "../sources/files";
import { jsonObjectAt } from "../sources/json";
import { SyntaxFault } from "../sources/yaml-fault";
import type { Submission, Surroundings } from "./admission";
import { admit } from "./admission";
import { isSigned, open, SignatureError, signerOf } from "./signature";
import { readStatement } from "./statement";

/** A run of every test there is states less than a hundredth of that. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** Faults that are named of what is no statement; it may have a million of them. */
const SHOWN_FAULTS = 8;

/**
 * Reads every statement of some folders, the names of their files in order. What is no statement, does not fit what is judged,
 * or stands there twice is kept with the reason.
 *
 * @throws UsageError where a folder, or a file of it, can't be read
 */
export async function readEvidence(folders: readonly string[], around: Surroundings): Promise<readonly Submission[]> {
    const submissions = new Map<string, Submission>();
    const others: Submission[] = [];
    const found = folders.flatMap((folder) => filesOf(folder).map((file) => ({ file, path: join(folder, file) })));
    const named = Map.groupBy(found, ({ file }) => file);
    // What a report says of a file has to be of that one.
    const files = found.map(({ file, path }) => [(named.get(file) ?? []).length > 1 ? path : file, path] as const);
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
    if (stat.isDirectory() && !path.endsWith(".json")) {
        return "is a folder in the folder: name it itself (--evidence)";
    }
    return stat.size > LARGEST_BYTES ? `is larger than ${LARGEST_BYTES / 1024 / 1024} MiB` : undefined;
}

function filesOf(folder: string): readonly string[] {
    try {
        return readdirSync(folder, { withFileTypes: true })
            .filter((entry) => entry.name.endsWith(".json") || entry.isDirectory())
            .map(({ name }) => name)
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
        const content = contentOf(bytes, file);
        if (!isSigned(content)) {
            return admit(readStatement(content, file), undefined, around);
        }
        const signed = await open(content);
        const statement = readStatement(contentOf(signed.payload, file), file);
        const signer = around.trust === undefined ? undefined : await signerOf(signed, around.trust);
        return admit(statement, signer, around);
    } catch (error) {
        if (error instanceof InputError) {
            // The file stands beside it; a line behind its name does not matter in what tools write.
            const faults = error.faults
                .slice(0, SHOWN_FAULTS)
                .map((fault) => fault.slice(file.length).replace(/^(?::\d+)?: /, ""));
            const more = error.faults.length - faults.length;
            const refused = [...faults, ...(more > 0 ? [`and ${count(more, "more fault")}`] : [])].join("; ");
            return { results: [], refused: `is no statement: ${refused}` };
        }
        if (error instanceof SyntaxFault) {
            return { results: [], refused: `is no statement: ${error.message}` };
        }
        if (error instanceof SignatureError) {
            return { results: [], refused: error.message };
        }
        throw error;
    }
}

/**
 * What a file, or a payload, holds, where every reader of JSON finds the same in it: of two equal keys one would sign the first, and
 * another judge the second.
 *
 * @throws InputError, or SyntaxFault, where it does not
 */
function contentOf(bytes: Buffer, file: string): unknown {
    if (!isUtf8(bytes)) {
        throw new InputError([`${file}: is not UTF-8`]);
    }
    const text = bytes.toString("utf8");
    const start = text.search(/[^ \t\r\n]/);
    const found = text[start] === "{" ? jsonObjectAt(text, start) : undefined;
    return found === undefined || text.slice(found.end).trim() !== "" ? jsonContent(text, file) : found.value;
}
