import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { readEvidence } from "../../../hardening/evidence/folder";
import { STATEMENT_KINDS } from "../../../hardening/evidence/kinds";
import { stateScans } from "../../../scripts/image-scans";
import { around, faultOf, withCheckout } from "../../support/evidence";
import { withFiles } from "../../support/files";

const DIGEST = `sha256:${"a".repeat(64)}`;
const REPORT = {
    SchemaVersion: 2,
    Trivy: { Version: "0.71.0" },
    CreatedAt: "2026-11-22T10:00:00.123456789+01:00",
    ArtifactName: `example.org/shop/web:1.2@${DIGEST}`,
    ArtifactType: "container_image",
    Metadata: { ImageID: `sha256:${"b".repeat(64)}`, RepoDigests: [`example.org/shop/web@${DIGEST}`] },
    Results: [{ Target: "os", Class: "os-pkgs" }],
};
const found = (...severities: readonly string[]): object[] => [
    {
        Target: "os",
        Vulnerabilities: severities.map((Severity, index) => ({ VulnerabilityID: `CVE-${index}`, Severity })),
    },
];

describe("producers of evidence", () => {
    it("are there for every kind, and state it by the one writer", () => {
        const sources = globSync([
            "hardening/**/*.ts",
            "scripts/*.{ts,mjs}",
            "security/*.ts",
            "bench/*.mjs",
            "test/support/*.cjs",
        ])
            .map((file) => readFileSync(file, "utf8"))
            .filter((text) => /\b(?:Recording|ClusterRecording|startRecording)\(/.test(text));
        assert.deepEqual(
            STATEMENT_KINDS.filter(
                (kind) =>
                    !sources.some((text) => new RegExp(`kind: "${kind}"|ClusterRecording\\("${kind}"`).test(text)),
            ),
            [],
        );
    });
});

describe("scans of images", () => {
    async function stated(report: object): Promise<string> {
        return withCheckout(async (folder) =>
            withFiles({ "scan.json": JSON.stringify(report) }, async (scans) => {
                const evidence = join(folder, "evidence");
                const [file = ""] = stateScans(folder, evidence, [join(scans, "scan.json")]);
                const { subject } = JSON.parse(readFileSync(file, "utf8")) as { subject: object[] };
                assert.deepEqual(subject.at(-1), {
                    name: REPORT.ArtifactName,
                    digest: { sha256: DIGEST.slice("sha256:".length) },
                });
                const [taken] = await readEvidence([evidence], around(folder));
                assert.equal(taken?.refused, undefined);
                const { name, outcome, detail = "" } = taken?.results[0] ?? assert.fail("no result");
                return [taken?.kind, taken?.at, taken?.tool, name === DIGEST ? "" : name, outcome, detail].join("|");
            }),
        );
    }
    const ref = REPORT.ArtifactName;

    it("are stated about the digest, as old as the scan, and failed by what is critical or high", async () => {
        const head = "images|2026-11-22T09:00:00.123Z|trivy 0.71.0|";
        assert.equal(await stated(REPORT), `${head}|passed|${ref}: 0 critical and 0 high of 0 findings`);
        assert.equal(
            await stated({ ...REPORT, Results: found("MEDIUM", "LOW", "UNKNOWN") }),
            `${head}|passed|${ref}: 0 critical and 0 high of 3 findings`,
        );
        assert.equal(
            await stated({ ...REPORT, Results: [...found("HIGH"), ...found("CRITICAL", "LOW")] }),
            `${head}|failed|${ref}: 1 critical and 1 high of 3 findings`,
        );
        assert.match(
            await stated({ ...REPORT, Trivy: undefined, Results: undefined }),
            /\|trivy before 0\.68\|\|passed\|/,
        );
    });

    it("are refused with every fault of every report, before anything is stated", async () => {
        const reports = {
            "a.json": "{",
            "b.json": JSON.stringify({ ...REPORT, ArtifactType: "filesystem", Results: found("GRAVE") }),
            "c.json": JSON.stringify({ ...REPORT, Metadata: { RepoDigests: [] } }),
            "d.json": JSON.stringify({
                ...REPORT,
                Metadata: { RepoDigests: [`a@${DIGEST}`, `b@sha256:${"c".repeat(64)}`] },
            }),
            "e.json": JSON.stringify({ ...REPORT, CreatedAt: "noon" }),
            "f.json": JSON.stringify(REPORT),
        };
        await withCheckout((folder) =>
            withFiles(reports, (scans) => {
                const names = [...Object.keys(reports), "none.json"].map((name) => join(scans, name));
                assert.deepEqual(
                    faultOf(() => stateScans(folder, join(folder, "evidence"), names)).map((fault) =>
                        fault.replaceAll(`${scans}/`, ""),
                    ),
                    [
                        "a.json:1: is not JSON",
                        'b.json: ArtifactType must be container_image, found "filesystem"',
                        'b.json: Results[0].Vulnerabilities[0].Severity must be one of CRITICAL, HIGH, MEDIUM, LOW, UNKNOWN, found "GRAVE"',
                        "c.json: Metadata.RepoDigests must be a list of at least 1, found an empty list",
                        "d.json: names 2 digests of one image",
                        "e.json: has a CreatedAt that is no time",
                        "evidence:images none.json: does not exist",
                    ],
                );
                assert.deepEqual(globSync(join(folder, "evidence/*")), []);
            }),
        );
    });
});
