import { dump } from "js-yaml";

import type { Finding, NotJudged } from "../findings";
import { fails } from "../findings";
import type { Run, WholeRun } from "./report";
import { whole } from "./report";
import { references, rulesOf } from "./rules";

/** Kubernetes PolicyReport (wgpolicyk8s.io/v1alpha2): one for each namespace, one for the cluster. */
export function policyReport(underWay: Run): string {
    const run = whole(underWay);
    const byNamespace = Map.groupBy(run.findings, ({ namespace }) => namespace);
    const namespaces = [...new Set([...byNamespace.keys(), ""])].sort();
    const items = namespaces.map((namespace) => reportOf(run, namespace, byNamespace.get(namespace) ?? []));
    return dump({ apiVersion: "v1", kind: "List", items }, { lineWidth: -1, noRefs: true });
}

const RESULTS = ["pass", "fail", "warn", "error", "skip"] as const;
type Result = (typeof RESULTS)[number];

function reportOf(run: WholeRun, namespace: string, findings: readonly Finding[]) {
    const results = [
        ...findings.map((finding) => resultOf(run, finding)),
        ...(namespace === "" ? run.failures.map((failure) => errorOf(run, failure.source, failure.message)) : []),
        ...(namespace === "" ? run.notJudged.map((one) => unseenOf(run, one)) : []),
    ];
    const broken = new Set(findings.map(({ control }) => control));
    const counts = Object.fromEntries(
        RESULTS.map((result) => [result, results.filter((entry) => entry.result === result).length]),
    );
    return {
        apiVersion: "wgpolicyk8s.io/v1alpha2",
        kind: namespace === "" ? "ClusterPolicyReport" : "PolicyReport",
        metadata: {
            name: "hardening",
            ...(namespace !== "" && { namespace }),
            labels: { "app.kubernetes.io/managed-by": "hardening" },
        },
        summary: { ...counts, pass: rulesOf(run).filter(({ name }) => !broken.has(name)).length },
        results,
    };
}

function resultOf(run: WholeRun, finding: Finding) {
    const resource = resourceOf(finding);
    return {
        source: "hardening",
        policy: finding.control,
        category: references(finding)[0] ?? "",
        severity: finding.severity,
        result: verdictOf(finding),
        scored: true,
        message: finding.message,
        ...(resource !== undefined && { resources: [resource] }),
        timestamp: timestampOf(run),
        properties: {
            path: finding.path,
            source: finding.source,
            ...(finding.waiver !== undefined && {
                waived: `until ${finding.waiver.expires} by ${finding.waiver.owner} (${finding.waiver.ticket}): ${finding.waiver.reason}`,
            }),
            ...(finding.exception !== undefined && {
                excepted: `by ${finding.exception.component}: ${finding.exception.reason}`,
            }),
        },
    };
}

function errorOf(run: WholeRun, source: string, message: string) {
    return {
        source: "hardening",
        policy: "hardening",
        result: "error" as Result,
        scored: false,
        message,
        timestamp: timestampOf(run),
        properties: { source },
    };
}

/** What no control has looked at. The report's API has no status of its own for it but "skip". */
function unseenOf(run: WholeRun, { source, kind, name, reason }: NotJudged) {
    return {
        source: "hardening",
        policy: "hardening",
        result: "skip" as Result,
        scored: false,
        message: `not judged: ${kind} ${name}: ${reason}`,
        timestamp: timestampOf(run),
        properties: { source, notJudged: "true" },
    };
}

/** A waived, excepted or unverifiable finding is skipped; what doesn't fail the run is a warning. */
function verdictOf(finding: Finding): Result {
    if (finding.status !== "violation") {
        return "skip";
    }
    return fails(finding) ? "fail" : "warn";
}

/** The object as an ObjectReference; undefined where a finding is about none, or about one without a name. */
function resourceOf({ type, kind, namespace, name }: Finding) {
    const apiVersion = /^kubernetes:(?:core\/)?([^:]+):/.exec(type)?.[1];
    if (apiVersion === undefined || name === "") {
        return undefined;
    }
    return { apiVersion, kind, name, ...(namespace !== "" && { namespace }) };
}

function timestampOf({ startedAt }: WholeRun) {
    const milliseconds = startedAt.valueOf();
    return { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1_000_000 };
}
