import type { Severity } from "../../policies/engine/control";
import { fails } from "../findings";
import { fingerprint } from "../fingerprint";
import { LineFinder } from "./lines";
import type { ReportFormat, Run } from "./report";
import { fileOf } from "./rules";

const SEVERITY: Readonly<Record<Severity, string>> = {
    critical: "blocker",
    high: "critical",
    medium: "major",
    low: "minor",
};

/** GitLab's code quality report. It knows no suppression, so it holds only violations that nobody has accepted. */
export const gitlab: ReportFormat = {
    name: "gitlab",
    description: "GitLab code quality",
    *render(run) {
        yield "[";
        let separator = "";
        for (const issue of issuesOf(run)) {
            yield `${separator}\n  ${JSON.stringify(issue)}`;
            separator = ",";
        }
        yield "\n]\n";
    },
};

function* issuesOf(run: Run) {
    const lines = new LineFinder(run);
    const seen = new Map<string, number>();
    for (const finding of run.findings) {
        if (finding.status === "violation" && finding.known !== true) {
            yield {
                description: finding.message,
                check_name: finding.control,
                fingerprint: unique(fingerprint(finding), seen),
                severity: fails(finding) ? SEVERITY[finding.severity] : "info",
                location: { path: fileOf(finding), lines: { begin: lines.place(finding)?.line ?? 1 } },
            };
        }
    }
    for (const { source, line, message, cause } of run.failures) {
        yield {
            description: message,
            check_name: `hardening-${cause}`,
            fingerprint: unique(`${cause}:${source}:${message}`, seen),
            severity: "blocker",
            location: { path: fileOf({ source }), lines: { begin: line ?? 1 } },
        };
    }
}

/** GitLab drops issues whose fingerprint repeats; the second of two equal ones gets a suffix. */
function unique(key: string, seen: Map<string, number>): string {
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return times === 0 ? key : `${key}-${times}`;
}
