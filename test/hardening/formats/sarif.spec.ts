import { strict as assert } from "node:assert";
import { join } from "node:path";

import type { Log, Result, Run as SarifRun } from "sarif";

import { sarif } from "../../../hardening/formats/sarif";
import { finding, MANIFEST, runOf, textOf, WAIVED } from "../../support/run";

function sarifOf(run = runOf([finding()])): SarifRun {
    const log = JSON.parse(textOf(sarif, run)) as Log;
    assert.equal(log.version, "2.1.0");
    const [first, ...rest] = log.runs;
    assert.ok(first);
    assert.deepEqual(rest, []);
    return first;
}

function resultOf(run = runOf([finding()])): Result {
    const [result] = sarifOf(run).results ?? [];
    assert.ok(result);
    return result;
}

/** One of everything that a report can hold. */
const everything = () =>
    runOf(
        [
            finding(),
            finding(WAIVED),
            finding({ status: "unverifiable", path: "" }),
            finding({ known: true, enforcement: "advisory", owner: "Helm release prod/web" }),
            finding({ source: "stack staging", kind: "", namespace: "", name: "" }),
            finding({ control: "waiver-in-use", source: "/etc/waivers of mine.yaml", kind: "Waiver" }),
        ],
        {
            failures: [
                { source: "a.yaml", message: "does not exist", cause: "input" },
                { source: "b c.yaml", message: "a: is broken", cause: "input", line: 3 },
                { source: "", message: "control x failed", cause: "control" },
            ],
        },
    );

describe("the SARIF report", () => {
    it("points at the line and column of the field", () => {
        const [location] = resultOf().locations ?? [];
        assert.deepEqual(location?.physicalLocation, {
            artifactLocation: { uri: "k8s/web.yaml" },
            region: { startLine: 21, startColumn: 13 },
        });
        assert.equal(MANIFEST.split("\n")[20], "            privileged: true");
    });

    it("points at the innermost field there is where the field itself is missing", () => {
        const path = "spec.template.spec.containers[0].resources.limits.memory";
        const region = resultOf(runOf([finding({ path })])).locations?.[0]?.physicalLocation?.region;
        assert.deepEqual(region, { startLine: 18, startColumn: 11 });
    });

    it("finds a field whose key holds dots", () => {
        for (const path of ["metadata.labels.app.kubernetes.io/name", 'metadata.labels["app.kubernetes.io/name"]']) {
            const region = resultOf(runOf([finding({ path })])).locations?.[0]?.physicalLocation?.region;
            assert.deepEqual(region, { startLine: 13, startColumn: 5 });
        }
    });

    it("names the object and the field", () => {
        assert.deepEqual(resultOf().locations?.[0]?.logicalLocations, [
            {
                name: "web",
                fullyQualifiedName: "Deployment prod/web/spec.template.spec.containers[0].securityContext.privileged",
                kind: "resource",
            },
        ]);
    });

    it("describes each rule with level, help, standards and the score that GitHub sorts by", () => {
        const [rule] = sarifOf().tool.driver.rules ?? [];
        assert.equal(rule?.id, "no-privileged");
        assert.equal(rule.name, "NoPrivileged");
        assert.deepEqual(rule.defaultConfiguration, { level: "error" });
        assert.equal(
            rule.help?.markdown,
            "A privileged container owns its node.\n\n**Remedy:** Unset privileged.\n\n- CIS Kubernetes Benchmark 5.2.2\n- MITRE ATT&CK for Containers T1610",
        );
        assert.deepEqual(rule.properties, {
            tags: [
                ...["security", "kubernetes", "pod.privileged"],
                ...["CIS Kubernetes Benchmark 5.2.2", "MITRE ATT&CK for Containers T1610"],
            ],
            precision: "high",
            "problem.severity": "error",
            "security-severity": "9.5",
        });
    });

    it("refers to a rule that is there", () => {
        const { results = [], tool } = sarifOf(everything());
        assert.equal(results.length, 6);
        for (const { ruleId, ruleIndex } of results) {
            assert.equal(tool.driver.rules?.[ruleIndex ?? -1]?.id, ruleId);
        }
    });

    it("shows a waived finding as suppressed, with who accepted it", () => {
        assert.deepEqual(resultOf(runOf([finding(WAIVED)])).suppressions, [
            {
                kind: "external",
                status: "accepted",
                justification: "The vendor needs it until May.",
                properties: {
                    owner: "platform team",
                    ticket: "SEC-1",
                    expires: "2026-05-31",
                    from: "waivers.yaml: waivers[0]",
                },
            },
        ]);
        assert.equal(resultOf().suppressions, undefined);
    });

    it("asks for a review of what is unverifiable", () => {
        const { kind, level } = resultOf(runOf([finding({ status: "unverifiable" })]));
        assert.deepEqual([kind, level], ["review", "none"]);
    });

    it("keeps the fingerprint when lines, documents and containers before it move, and only then", () => {
        const print = (over: Parameters<typeof finding>[0]) =>
            resultOf(runOf([finding(over)])).partialFingerprints?.["hardening/v1"];
        const moved = "spec.template.spec.containers[3].securityContext.privileged";
        assert.equal(print({ document: 7, path: moved }), print({}));
        assert.match(print({}) ?? "", /^[0-9a-f]{32}$/);
        const others = [{ name: "api" }, { control: "x" }, { path: "spec" }, { container: "b" }, { source: "b.yaml" }];
        for (const over of others) {
            assert.notEqual(print(over), print({}), JSON.stringify(over));
        }
    });

    it("points at the settings of a stack where the source is a stack", () => {
        const physical = resultOf(runOf([finding({ source: "stack staging" })])).locations?.[0]?.physicalLocation;
        assert.deepEqual(physical, {
            artifactLocation: { uri: "Pulumi.staging.yaml" },
            region: { startLine: 1, startColumn: 1 },
        });
    });

    it("writes a path below the working directory relative to it, and another as a file URI", () => {
        const uri = (source: string) =>
            resultOf(runOf([finding({ source })])).locations?.[0]?.physicalLocation?.artifactLocation?.uri;
        assert.equal(uri(join(process.cwd(), "a b", "c#.yaml")), "a%20b/c%23.yaml");
        assert.equal(uri("/etc/x.yaml"), "file:///etc/x.yaml");
    });

    it("says in the invocation what could not be read or judged", () => {
        const [invocation] = sarifOf(everything()).invocations ?? [];
        assert.equal(invocation?.executionSuccessful, false);
        assert.equal(invocation.exitCode, 3);
        assert.deepEqual(
            invocation.toolExecutionNotifications?.map(({ message, locations }) => [
                message.text,
                locations?.[0]?.physicalLocation?.artifactLocation?.uri,
                locations?.[0]?.physicalLocation?.region?.startLine,
            ]),
            [
                ["does not exist", "a.yaml", undefined],
                ["a: is broken", "b%20c.yaml", 3],
                ["control x failed", undefined, undefined],
            ],
        );
        assert.equal(sarifOf().invocations?.[0]?.endTimeUtc, "2026-03-01T12:00:01.500Z");
    });
});
