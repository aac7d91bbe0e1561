import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { InputError, jsonContent } from "../../policies/engine/input";
import { UsageError } from "../io";
import { reasonOf } from "../sources/files";
import type { Submission, Surroundings } from "./admission";
import { admit } from "./admission";
import { isSigned, open, SignatureError, signerOf } from "./signature";
import { readStatement } from "./statement";

/**
 * Reads every statement of a folder, the names of its files in order. What is no statement, or does not fit what is judged,
 * is kept with the reason.
 *
 * @throws UsageError where the folder, or a file of it, can't be read
 */
export async function readEvidence(folder: string, around: Surroundings): Promise<readonly Submission[]> {
    const submissions: Submission[] = [];
    for (const file of filesOf(folder)) {
        submissions.push(await readFile(folder, file, around));
    }
    return submissions;
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

async function readFile(folder: string, file: string, around: Surroundings): Promise<Submission> {
    const bytes = bytesOf(join(folder, file));
    const head = { file, sha256: createHash("sha256").update(bytes).digest("hex") };
    try {
        const content = jsonContent(bytes.toString("utf8"), file);
        if (!isSigned(content)) {
            return { ...head, ...admit(readStatement(content, file), undefined, around) };
        }
        const signed = await open(content);
        const statement = readStatement(jsonContent(signed.payload, file), file);
        const signer = around.trust === undefined ? undefined : await signerOf(signed, around.trust);
        return { ...head, ...admit(statement, signer, around) };
    } catch (error) {
        if (error instanceof InputError) {
            // The file stands beside it; a line behind its name does not matter in what tools write.
            const refused = error.faults
                .map((fault) => fault.slice(file.length).replace(/^(?::\d+)?: /, ""))
                .join("; ");
            return { ...head, results: [], refused: `is no statement: ${refused}` };
        }
        if (error instanceof SignatureError) {
            return { ...head, results: [], refused: error.message };
        }
        throw error;
    }
}
