import { z } from "zod";

import type { SecurityEvent } from "../model.js";
import { eventId, readMessage, summaryOf } from "./message.js";

/** The report of the probe's self-test (`probe --once`), schema 1. */
const message = z.object({
    schema: z.literal(1),
    spiffeId: z.string().startsWith("spiffe://").max(2_048).optional(),
    proved: z.boolean(),
    proofs: z
        .array(z.object({ name: z.string().min(1).max(256), proved: z.boolean(), detail: z.string().default("") }))
        .max(64),
});

/**
 * What a canary couldn't prove. Each verdict that stays the same within an hour is the same event.
 *
 * @param now milliseconds since 1970: the report has no time of its own
 * @throws {MessageError}
 */
export function canaryEvents(body: string, now: number): readonly SecurityEvent[] {
    const { spiffeId, proofs } = readMessage("canary", message, body);
    const hour = String(Math.floor(now / 3_600_000));
    return proofs
        .filter(({ proved }) => !proved)
        .map(({ name, detail }) => ({
            id: eventId("canary", spiffeId ?? "", name, hour),
            source: "canary" as const,
            rule: name,
            severity: "high" as const,
            at: now,
            tags: ["canary"],
            summary: summaryOf(`${name}: ${detail}`),
            claim: { spiffeId },
        }));
}
