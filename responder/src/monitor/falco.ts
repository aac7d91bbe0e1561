import { z } from "zod";

import type { Claim, SecurityEvent, Severity } from "../model.js";
import { eventId, readMessage, summaryOf } from "./message.js";

/** Falco's priorities, in its own words and in any case. */
const PRIORITIES: Readonly<Record<string, Severity>> = {
    emergency: "critical",
    alert: "critical",
    critical: "critical",
    error: "high",
    warning: "medium",
    notice: "low",
    informational: "info",
    info: "info",
    debug: "info",
};

const field = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** The fields of Falco's JSON output that falcosidekick sends on; what else there is is left alone. */
const message = z.object({
    uuid: z.string().max(128).optional(),
    rule: z.string().min(1).max(512),
    priority: z.string().refine((name) => name.toLowerCase() in PRIORITIES, "is none of Falco's priorities"),
    time: z.iso.datetime({ offset: true }),
    output: z.string().default(""),
    source: z.string().max(64).default("syscall"),
    tags: z.array(z.string().max(128)).max(64).nullish(),
    output_fields: z.record(z.string(), z.union([field, z.array(z.unknown())])).nullish(),
});

/**
 * An event as falcosidekick's webhook output posts it.
 *
 * @throws {MessageError}
 */
export function falcoEvents(body: string): readonly SecurityEvent[] {
    const {
        uuid,
        rule,
        priority,
        time,
        output,
        source,
        tags,
        output_fields: fields,
    } = readMessage("falco", message, body);
    const text = (...names: readonly string[]): string | undefined => {
        for (const name of names) {
            const value = fields?.[name];
            // Falco writes <NA> for what it doesn't know.
            if (typeof value === "string" && value !== "" && value !== "<NA>") {
                return value.slice(0, 512);
            }
        }
        return undefined;
    };
    const claim: Claim = {
        namespace: text("k8s.ns.name", "ka.target.namespace"),
        pod: text("k8s.pod.name", ...(text("ka.target.resource") === "pods" ? ["ka.target.name"] : [])),
        container: text("container.name"),
        image: text("container.image.repository"),
        user: text("ka.user.name"),
        processes: ["proc.exepath", "proc.pname", "proc.aname[2]", "proc.aname[3]", "proc.aname[4]"]
            .map((name) => text(name))
            .filter((name) => name !== undefined),
    };
    return [
        {
            id: uuid === undefined ? eventId("falco", rule, time, output) : eventId("falco", uuid),
            source: "falco",
            rule,
            severity: PRIORITIES[priority.toLowerCase()] ?? "critical",
            at: Date.parse(time),
            tags: [...new Set([...(tags ?? []), `source:${source}`])],
            summary: summaryOf(output),
            claim,
        },
    ];
}
