import type { ActionRecord, Decision, Incident } from "@x0tta6bl4/responder";
import { compareSeverity, phaseOf } from "@x0tta6bl4/responder";

import type { FormatTable } from "../formats/format";
import { jsonText } from "../formats/format";
import { plain } from "../formats/style";
import type { Found } from "./incidents";

/** What a person asked to see, or what came of a decision. */
export type IncidentReport =
    | { readonly kind: "list"; readonly incidents: readonly Found[] }
    | { readonly kind: "one"; readonly found: Found }
    | { readonly kind: "decided"; readonly name: string; readonly decision: Decision };

/** The forms in which that is shown. */
export const INCIDENT_FORMATS = {
    text: () => (report) => printable(textOf(report)),
    json: () => (report) => {
        switch (report.kind) {
            case "list":
                return jsonText({ schema: 1, incidents: report.incidents.map(jsonOf) });
            case "one":
                return jsonText({ schema: 1, ...jsonOf(report.found) });
            case "decided":
                return jsonText({ schema: 1, name: report.name, decision: report.decision });
        }
    },
} as const satisfies FormatTable<IncidentReport>;

const jsonOf = (found: Found): object =>
    "fault" in found ? found : { ...found.incident, phase: phaseOf(found.incident) };

function textOf(report: IncidentReport): string {
    switch (report.kind) {
        case "list":
            return listText(report.incidents);
        case "one":
            return "fault" in report.found ? `${faultText(report.found)}\n` : incidentText(report.found.incident);
        case "decided": {
            const { verdict, action, by, id } = report.decision;
            const what = action === undefined ? "" : ` of ${action}`;
            return `${report.name}: decision ${id}, ${verdict}${what} by ${by}, is recorded; the responder carries it out\n`;
        }
    }
}

/** Events hold what an attacker writes: no text of theirs moves the cursor or turns a line around. */
function printable(text: string): string {
    return text.split("\n").map(plain).join("\n");
}

const at = (ms: number): string => new Date(ms).toISOString();

const faultText = ({ name, fault }: Extract<Found, { fault: string }>): string => `${name}  not readable: ${fault}`;

/** Those that nobody has looked at first, the worst of them at the top, then the latest. */
function order(a: Incident, b: Incident): number {
    const waits = ({ acknowledgedBy }: Incident): number => (acknowledgedBy === undefined ? 0 : 1);
    return waits(a) - waits(b) || compareSeverity(b.severity, a.severity) || b.detectedAt - a.detectedAt;
}

function listText(found: readonly Found[]): string {
    const incidents = found.flatMap((one) => ("incident" in one ? [one.incident] : [])).sort(order);
    const faults = found.flatMap((one) => ("fault" in one ? [faultText(one)] : []));
    const rows = incidents.map((incident) => [
        incident.name,
        incident.severity,
        phaseOf(incident),
        at(incident.detectedAt),
        incident.acknowledgedBy ?? "nobody yet",
        incident.key,
    ]);
    const table = [["INCIDENT", "SEVERITY", "PHASE", "DETECTED", "ACKNOWLEDGED", "WHERE"], ...rows];
    const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
    const lines = table.map((row) =>
        row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd(),
    );
    return [...(incidents.length === 0 ? ["no incidents"] : lines), ...faults, ""].join("\n");
}

function incidentText(incident: Incident): string {
    const { name, key, severity, confidence, firstSeen, lastSeen, acknowledgedBy } = incident;
    const where = incident.subjects.flatMap(({ namespace, pod, node, spiffeId, unresolved }) => [
        `  ${[pod === undefined ? "no pod" : `pod ${namespace ?? "?"}/${pod}`, node && `node ${node}`, spiffeId].filter(Boolean).join(", ")}`,
        ...unresolved.map((what) => `    not known: ${what}`),
    ]);
    return [
        `${name}  ${severity}, ${phaseOf(incident)}, confidence ${confidence}`,
        `  ${key}`,
        `  seen from ${at(firstSeen)} to ${at(lastSeen)}; acknowledged by ${acknowledgedBy ?? "nobody yet"}`,
        "",
        "Where",
        ...where,
        "",
        "Signals",
        ...incident.signals.map(
            ({ source, rule, severity: bad, count, summary }) =>
                `  ${source}: ${rule} (${bad}, ${count} times)\n    ${summary}`,
        ),
        "",
        "Actions",
        ...incident.actions.map(actionText),
        ...(incident.actions.length === 0 ? ["  none"] : []),
        "",
        "Timeline",
        ...incident.timeline.map(({ at: when, what }) => `  ${at(when)}  ${what}`),
        "",
    ].join("\n");
}

function actionText({ id, state, reason, guard, undoAt, confirmedBy, approvedBy }: ActionRecord): string {
    const more = [
        guard,
        approvedBy && `approved by ${approvedBy}`,
        confirmedBy && `confirmed by ${confirmedBy}`,
        state === "done" &&
            confirmedBy === undefined &&
            undoAt !== undefined &&
            `undone at ${at(undoAt)} unless confirmed`,
    ].filter(Boolean);
    return `  ${state.padEnd(11)}  ${id}\n    ${reason}${more.length === 0 ? "" : ` (${more.join("; ")})`}`;
}
