import { loadAll, YAMLException } from "js-yaml";

import { withoutValues } from "../text";
import type { Schema } from "./schema";

/** What was given can't be used; one line for each mistake, each naming the file and the path in it. */
export class InputError extends Error {
    constructor(public readonly faults: readonly string[]) {
        super(faults.join("\n"));
        this.name = "InputError";
    }
}

/** Several things are read, and what is wrong with all of them is said at once. */
export class Attempts {
    private readonly faults: string[] = [];

    /** What `read` yields; where that can't be used, `otherwise` stands for it until {@link finish}. */
    public of<T, O>(read: () => T, otherwise: O): T | O {
        try {
            return read();
        } catch (error) {
            if (error instanceof InputError) {
                this.faults.push(...error.faults);
                return otherwise;
            }
            throw error;
        }
    }

    /** Adds what is wrong with several things together. */
    public note(faults: readonly string[]): void {
        this.faults.push(...faults);
    }

    /** To be called before what was read is used. @throws InputError with all that is wrong */
    public finish(): void {
        if (this.faults.length > 0) {
            throw new InputError(this.faults);
        }
    }
}

/**
 * Reads the content of a file, or another value that `name` says where to find.
 *
 * @throws InputError with every fault at once
 */
export function readContent<T>(schema: Schema<T>, content: unknown, name: string): T {
    const faults: string[] = [];
    const result = schema.read(content, `${name}:`, faults);
    if (faults.length > 0) {
        throw new InputError(faults);
    }
    return result;
}

/**
 * The one document of a YAML text; `undefined` where it holds nothing.
 *
 * @throws InputError with the line; it quotes nothing of the text, which may hold a secret
 */
export function yamlContent(text: string, name: string): unknown {
    let documents: readonly unknown[];
    try {
        documents = loadAll(text);
    } catch (error) {
        const { reason, mark } = error instanceof YAMLException ? error : { reason: String(error), mark: undefined };
        throw new InputError([`${name}${mark ? `:${mark.line + 1}` : ""}: ${withoutValues(reason)}`]);
    }
    if (documents.length > 1) {
        throw new InputError([`${name}: must hold one document, found ${documents.length}`]);
    }
    return documents[0] ?? undefined;
}

/**
 * What a JSON text holds.
 *
 * @throws InputError, which quotes nothing of the text
 */
export function jsonContent(text: string, name: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch (error) {
        const line = /\(line (\d+) /.exec(String(error))?.[1];
        throw new InputError([`${name}${line === undefined ? "" : `:${line}`}: is not JSON`]);
    }
}
