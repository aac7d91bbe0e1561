import type { ComplianceReport } from "../../hardening/compliance/model";
import { complianceReport } from "../../hardening/compliance/model";
import type { ScoredArea } from "../../hardening/compliance/score";
import type { Submission } from "../../hardening/evidence/admission";
import type { Finding } from "../../hardening/findings";
import { controls } from "../../policies/controls";

const areas: readonly ScoredArea[] = [
    {
        id: "NET",
        title: "Network <security>",
        rows: [
            {
                id: "NET-1",
                title: "Policies | implemented",
                state: "satisfied",
                owner: "platform-team",
                reason: "",
                proofs: [
                    {
                        kind: "controls",
                        entry: "namespaces-deny-by-default",
                        state: "proven",
                        detail: "no | violation",
                    },
                    {
                        kind: "tests",
                        entry: "a.spec.ts: x",
                        state: "proven",
                        detail: "passed",
                        statement: "tests-1.json",
                    },
                ],
            },
            {
                id: "NET-2",
                title: "Applied",
                owner: "platform-team",
                state: "open",
                reason: "Ask <somebody> & wait.",
                proofs: [],
            },
            {
                id: "NET-4",
                title: "Mesh",
                owner: "platform-team",
                state: "not-applicable",
                reason: "No mesh.",
                proofs: [],
            },
        ],
    },
];
const submissions: readonly Submission[] = [
    {
        file: "tests-1.json",
        sha256: "ab".repeat(32),
        kind: "tests",
        at: "2026-11-22T09:00:00Z",
        tool: "mocha 1",
        results: [],
    },
    { file: "old|.json", sha256: "cd".repeat(32), results: [], refused: "is no statement: <nothing>" },
];
const waived = {
    control: "no-host-pid",
    status: "waived",
    kind: "DaemonSet",
    namespace: "spire",
    name: "spire-agent",
    waiver: {
        reason: "Attestation.",
        owner: "security-team",
        ticket: "SEC-1",
        expires: "2027-04-30",
        from: "waivers/staging.yaml: waivers[0]",
    },
} as unknown as Finding;

/** A report of three rows, one of them open, with two statements and a waiver. */
export function report(
    history: ComplianceReport["history"] = [],
    findings: readonly Finding[] = [waived, waived],
): ComplianceReport {
    return complianceReport({
        stack: "staging",
        at: new Date("2026-11-22T10:00:00Z"),
        areas,
        submissions,
        findings,
        controls,
        history,
    });
}
