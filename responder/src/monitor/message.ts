import { createHash } from "node:crypto";

import type { z } from "zod";

import type { Severity, Source } from "../model.js";
import { LIMITS, SEVERITIES } from "../model.js";

/** A message isn't what its path takes. The message names every fault by its path, and no value. */
export class MessageError extends Error {
    constructor(source: Source, faults: readonly string[]) {
        super(`this is no message of ${source}:\n  ${faults.slice(0, 10).join("\n  ")}`);
        this.name = "MessageError";
    }
}

/** Reads JSON of a known shape. @throws {MessageError} */
export function readMessage<T>(source: Source, schema: z.ZodType<T>, body: string): T {
    let value: unknown;
    try {
        value = JSON.parse(body);
    } catch {
        throw new MessageError(source, ["the body is no JSON (RFC 8259)"]);
    }
    const read = schema.safeParse(value);
    if (!read.success) {
        throw new MessageError(
            source,
            read.error.issues.map(({ path, message }) => `${path.map(String).join(".") || "the body"}: ${message}`),
        );
    }
    return read.data;
}

/** The same content of the same source is the same event. 128 bits: an incident keeps hundreds of them, and writes them with each save. */
export function eventId(source: Source, ...parts: readonly string[]): string {
    return createHash("sha256")
        .update(JSON.stringify([source, ...parts]))
        .digest("hex")
        .slice(0, 32);
}

/** For people, without control characters that could forge lines of a terminal, and cut. */
export function summaryOf(text: string): string {
    return text.replace(/[\p{Cc}\p{Cf}]/gu, " ").slice(0, LIMITS.summary);
}

/** A severity by its own name, or else the given one. */
export function severityOf(name: string | undefined, otherwise: Severity): Severity {
    return SEVERITIES.find((severity) => severity === name?.toLowerCase()) ?? otherwise;
}
