import type { Severity } from "../../policies/engine/control";
import { fails } from "../findings";
import { fingerprint } from "../fingerprint";
import { LineFinder } from "./lines";
import type { Run } from "./report";
import { written } from "./report";
import { fileOf } from "./rules";

const SEVERITY: Readonly<Record<Severity, string>> = {
    critical: "blocker",
    high: "critical",
    medium: "major",
    low: "minor",
};

/** GitLab's code quality report. It knows no suppression, so it holds only violations that nobody has accepted. */
export function* gitlab(run: Run): Iterable<string> {
    const lines = new LineFinder(run);
    const seen = new Map<string, number>();
    let separator = "";
    const piece = (issue: object): string => {
        const text = `${separator}\n  ${JSON.stringify(issue)}`;
        separator = ",";
        return text;
    };
    yield "[";
    const { failures, notJudged } = yield* written(run.findings, (finding) =>
        finding.status === "violation" && finding.known !== true
            ? piece({
                  description: finding.message,
                  check_name: finding.control,
                  fingerprint: unique(fingerprint(finding), seen),
                  severity: fails(finding) ? SEVERITY[finding.severity] : "info",
                  location: { path: fileOf(finding), lines: { begin: lines.place(finding)?.line ?? 1 } },
              })
            : "",
    );
    for (const { source, kind, name, reason } of notJudged) {
        yield piece({
            description: `not judged: ${kind} ${name}: ${reason}`,
            check_name: "hardening-not-judged",
            fingerprint: unique(`not-judged:${source}:${kind}:${name}`, seen),
            severity: "info",
            location: { path: fileOf({ source }), lines: { begin: 1 } },
        });
    }
    for (const { source, line, message, cause } of failures) {
        yield piece({
            description: message,
            check_name: `hardening-${cause}`,
            fingerprint: unique(`${cause}:${source}:${message}`, seen),
            severity: "blocker",
            location: { path: fileOf({ source }), lines: { begin: line ?? 1 } },
        });
    }
    yield "\n]\n";
}

/** GitLab drops issues whose fingerprint repeats; the second of two equal ones gets a suffix. */
function unique(key: string, seen: Map<string, number>): string {
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return times === 0 ? key : `${key}-${times}`;
}
