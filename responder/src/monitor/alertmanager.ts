import { z } from "zod";

import type { SecurityEvent, Severity } from "../model.js";
import { eventId, readMessage, severityOf, summaryOf } from "./message.js";

const labels = z.record(z.string(), z.string());

/** Alertmanager's webhook, version 4. */
const message = z.object({
    version: z.literal("4"),
    alerts: z
        .array(
            z.object({
                status: z.enum(["firing", "resolved"]),
                labels: labels.refine(({ alertname }) => alertname !== undefined, "alertname is missing"),
                annotations: labels.default({}),
                startsAt: z.iso.datetime({ offset: true }),
                fingerprint: z.string().max(128),
            }),
        )
        .max(1_000),
});

/** Prometheus' own words for what is called otherwise here. */
const WORDS: Readonly<Record<string, Severity>> = { page: "critical", error: "high", warning: "medium", none: "info" };

/**
 * The alerts that begin to fire; those that are resolved say nothing about an incident's cause. An alert that Alertmanager repeats is the
 * same event.
 *
 * @throws {MessageError}
 */
export function alertmanagerEvents(body: string): readonly SecurityEvent[] {
    return readMessage("alertmanager", message, body)
        .alerts.filter(({ status }) => status === "firing")
        .map(({ labels: { alertname = "", severity, area, target, ...rest }, annotations, startsAt, fingerprint }) => ({
            id: eventId("alertmanager", fingerprint, startsAt),
            source: "alertmanager" as const,
            rule: alertname,
            severity: WORDS[severity ?? ""] ?? severityOf(severity, "medium"),
            at: Date.parse(startsAt),
            tags: [area, target].filter((tag) => tag !== undefined),
            summary: summaryOf(annotations["summary"] ?? alertname),
            claim: {
                namespace: rest["namespace"],
                pod: rest["pod"],
                node: rest["node"],
                spiffeId: [rest["spiffe_id"], rest["peer"]].find((id) => id?.startsWith("spiffe://")),
            },
        }));
}
