import assert from "node:assert/strict";

import type { ComplianceReport } from "../../../hardening/compliance/model";
import { nextStep, outlookOf, waitingFor, waitsForRuns } from "../../../hardening/compliance/outlook";
import type { Proof, ScoredRow } from "../../../hardening/compliance/score";
import { UNKNOWN_VALUES } from "../../../hardening/compliance/score";
import { NOT_AMONG, NOT_GIVEN } from "../../../hardening/evidence/observations";
import { report } from "../../support/compliance-report";

describe("the outlook of a report", () => {
    const proof = (kind: Proof["kind"], state: Proof["state"], over: Partial<Proof> = {}): Proof => ({
        ...{ kind, entry: "x", state, detail: "", ...over },
    });
    const row = (id: string, ...proofs: readonly Proof[]): ScoredRow => ({
        ...{ id, title: id, owner: "o", reason: "", proofs },
        state: proofs.some(({ state }) => state !== "proven") ? "open" : "satisfied",
    });
    const rows = [
        row("A", proof("attestations", "proven", { until: "2026-12-01" })),
        row("B", proof("attestations", "proven", { until: "2027-11-01" })),
        row("C", proof("tests", "unproven", { detail: NOT_GIVEN }), proof("documents", "proven")),
        row("D", proof("tests", "unproven", { detail: NOT_GIVEN }), proof("documents", "missing")),
        row("E", proof("documents", "missing"), proof("alerts", "missing")),
        row("F", proof("controls", "unproven", { detail: `1 value ${UNKNOWN_VALUES}` })),
    ];
    const outlook = (fulfilledRows?: readonly string[]) =>
        outlookOf({
            ...report([
                { at: "2026-11-01T00:00:00.000Z", percent: 40, open: 2, ...(fulfilledRows && { fulfilledRows }) },
            ]),
            areas: [{ id: "X", title: "X", rows }],
            waivers: [{ ...report().waivers[0], expires: "2026-11-30" } as ComplianceReport["waivers"][number]],
        });
    const ids = (found: readonly ScoredRow[] = []): string => found.map(({ id }) => id).join(" ");

    it("finds what fell, not what is new, and can't tell without a former report that says what was fulfilled", () => {
        assert.equal(ids(outlook(["A", "F"]).fallen), "F");
        assert.deepEqual(outlook(["A"]).fallen, []);
        assert.equal(outlook().fallen, undefined);
    });

    it("puts what fell first, then what lacks most, and keeps apart what waits for runs alone", () => {
        const { worst, waiting } = outlook(["A", "F"]);
        assert.equal(ids(worst), "F E D");
        assert.equal(ids(waiting), "C");
    });

    it("says what runs a row waits for, each once, and of what failed that it does not wait", () => {
        const waits = (...proofs: readonly Proof[]): ScoredRow => row("W", ...proofs);
        const gone = (kind: Proof["kind"], detail = NOT_GIVEN): Proof => proof(kind, "unproven", { detail });
        const several = waits(gone("workflows"), gone("tests"), gone("alerts"), gone("verify"), gone("controls"));
        assert.equal(waitsForRuns(several), true);
        assert.equal(waitingFor(several), "waits for hardening audit, hardening verify, runs of workflows and tests");
        assert.equal(
            waitingFor(waits(gone("scans", NOT_AMONG), proof("tests", "proven"))),
            "waits for npm run security",
        );
        assert.equal(waitsForRuns(waits(gone("tests"), proof("verify", "missing"))), false);
        assert.equal(waitsForRuns(waits(gone("tests", "passed long ago"))), false);
    });

    it("names waivers and attestations that end soon, in their order", () => {
        assert.deepEqual(outlook().ending, [
            {
                kind: "waiver",
                until: "2026-11-30",
                owner: "security-team",
                what: "waiver of no-host-pid for DaemonSet spire/spire-agent",
            },
            { kind: "attestation", until: "2026-12-01", owner: "o", what: "attestation x (A)" },
        ]);
    });

    it("says of a row what to do about what failed before what was not looked at", () => {
        assert.deepEqual(rows.slice(2).map(nextStep), [
            "Run the tests, and give the statement (--evidence).",
            "Write or review x.",
            "Write or review x.",
            "Tell the values that x can't see.",
        ]);
        assert.equal(nextStep(row("G", proof("verify", "missing"))), "Mend what check x shows.");
        assert.equal(
            nextStep(row("H", proof("controls", "unproven", { detail: NOT_GIVEN }))),
            "Run hardening audit, and give the statement (--evidence).",
        );
    });
});
