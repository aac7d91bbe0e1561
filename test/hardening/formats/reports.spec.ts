import { strict as assert } from "node:assert";

import fc from "fast-check";
import { load } from "js-yaml";

import type { Finding } from "../../../hardening/findings";
import { FINDING_FORMATS } from "../../../hardening/formats";
import { gitlab } from "../../../hardening/formats/gitlab";
import { html } from "../../../hardening/formats/html";
import { json } from "../../../hardening/formats/json";
import { junit } from "../../../hardening/formats/junit";
import { markdown } from "../../../hardening/formats/markdown";
import { policyReport } from "../../../hardening/formats/policy-report";
import { sarif } from "../../../hardening/formats/sarif";
import { tree } from "../../../hardening/formats/tree";
import { EXCEPTED, finding, runOf, textOf, WAIVED } from "../../support/run";

const FAILURE = { source: "b.yaml", message: "a: is <broken>", cause: "input", line: 3 } as const;

describe("every report", () => {
    /** Text that tries to break out of each form. */
    const hostile = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("</script><b>", "\u001b[31m", "a|b", "`x`", "]]>", "@org/team", "\ud800", "\r\nx", "<!--", '"'),
    );

    for (const [name, load] of Object.entries(FINDING_FORMATS)) {
        it(`${name}: holds any text without throwing or passing on an escape character, and ends its last line`, async () => {
            const format = await load();
            fc.assert(
                fc.property(hostile, hostile, hostile, (text, path, object) => {
                    const run = runOf([finding({ message: text, path, name: object, source: text })], {
                        failures: [{ source: text, message: path, cause: "input" }],
                    });
                    const out = textOf(format, run);
                    assert.ok(out.endsWith("\n"));
                    assert.equal(out.includes("\u001b"), false);
                }),
                { numRuns: 60 },
            );
        });
    }
});

describe("a finding that a component needs excepted", () => {
    it("is shown by every format that lists what fails nothing, counted, and never as a violation", () => {
        const run = () => runOf([finding(EXCEPTED)]);
        const report = JSON.parse(textOf(json, run())) as { summary: object; results: readonly Finding[] };
        assert.deepEqual(report.results, [finding(EXCEPTED)]);
        assert.deepEqual(report.summary, {
            ...{ resources: 2, violations: 0, waived: 0, excepted: 1, unverifiable: 0, notJudged: 0 },
            byControl: { "no-privileged": 1 },
        });
        const said = /acme:shop:Agent/;
        const why = /The kernel lets only root do it\./;
        for (const format of [markdown, html, junit, policyReport, sarif]) {
            assert.match(textOf(format, run()), said);
            assert.match(textOf(format, run()), why);
        }
        assert.match(textOf(tree, run()), said);
        assert.match(textOf(tree, run()), /^0 violations, 0 waived, 1 excepted, 0 unverifiable$/m);
        assert.match(textOf(markdown, run()), /## Hardening passed/);
        assert.match(textOf(policyReport, run()), /result: skip/);
        assert.deepEqual(JSON.parse(textOf(gitlab, run())), []);
    });
});

describe("the JSON report", () => {
    it("holds every field of every finding, whatever the one before it said, in the order of the findings", () => {
        const findings = [
            finding({ urn: "urn:a", fix: [{ op: "remove", path: "/spec" }], safe: false }),
            finding({ urn: "urn:b" }),
            finding({ covers: ["pod.other"], remediation: "Do another thing.", severity: "low" }),
            finding({ ...WAIVED, owner: "Helm release prod/web" }),
            finding({ document: 2, path: 'metadata.labels["a\n"]', message: '"\ud83d"', known: true }),
            finding({ source: "c.yaml", type: "", kind: "", namespace: "", name: "", frameworks: [] }),
        ];
        const report = JSON.parse(textOf(json, runOf(findings, { failures: [FAILURE] }))) as Record<string, unknown>;
        assert.deepEqual(report["results"], findings);
        assert.deepEqual(report["errors"], [FAILURE]);
        assert.deepEqual(report["summary"], {
            resources: 2,
            violations: 5,
            waived: 1,
            unverifiable: 0,
            excepted: 0,
            notJudged: 0,
            byControl: { "no-privileged": 6 },
        });
    });

    it("is whole without findings", () => {
        const report = JSON.parse(textOf(json, runOf([]))) as Record<string, unknown>;
        assert.deepEqual(report["results"], []);
    });
});

describe("the JUnit report", () => {
    it("has a suite for each control, a failure for each failing finding, and skips the rest with the reason", () => {
        const findings = [finding(), finding(WAIVED), finding({ known: true }), finding({ enforcement: "advisory" })];
        const xml = textOf(junit, runOf(findings, { failures: [FAILURE] }));
        assert.ok(
            xml.startsWith(
                '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="hardening" tests="12" failures="1" errors="1" time="1.500">\n',
            ),
        );
        assert.match(xml, /<testsuite name="no-privileged" tests="4" failures="1" errors="0" skipped="3">/);
        assert.match(xml, /<testcase classname="waiver-in-use" name="no finding"\/>/);
        assert.match(
            xml,
            /<failure type="critical" message="Deployment prod\/web: [^"]*\(container &quot;web&quot;\)\. Remove it\.">Unset privileged\.<\/failure>/,
        );
        assert.equal(xml.match(/<skipped /g)?.length, 3);
        assert.match(xml, /<skipped message="waived until 2026-05-31 by platform team \(SEC-1\): /);
        assert.match(xml, /<skipped message="in the baseline: /);
        assert.match(xml, /<skipped message="advisory: /);
        assert.match(
            xml,
            /<testcase classname="errors" name="b\.yaml:3"><error type="input" message="a: is &lt;broken&gt;"\/>/,
        );
    });

    it("writes no character that XML has no way to write", () => {
        const xml = textOf(junit, runOf([finding({ message: "a\u0000\u001b\ud800b\tc\n" })]));
        assert.ok(xml.includes('message="a\ufffd\ufffd\ufffdb&#9;c&#10;"'));
    });
});

describe("the GitLab report", () => {
    const issues = (findings: readonly Finding[], over = {}) =>
        JSON.parse(textOf(gitlab, runOf(findings, over))) as readonly Record<string, unknown>[];

    it("holds violations with severity, place and fingerprint", () => {
        const [issue, ...rest] = issues([finding()]);
        assert.deepEqual(rest, []);
        assert.equal(issue?.["severity"], "blocker");
        assert.equal(issue["check_name"], "no-privileged");
        assert.deepEqual(issue["location"], { path: "k8s/web.yaml", lines: { begin: 21 } });
        assert.match(String(issue["fingerprint"]), /^[0-9a-f]{32}$/);
    });

    it("leaves out what somebody has accepted, and gives equal findings fingerprints of their own", () => {
        const found = issues([finding(WAIVED), finding({ known: true }), finding(), finding()], {
            failures: [FAILURE],
        });
        assert.equal(found.length, 3);
        assert.equal(new Set(found.map((issue) => issue["fingerprint"])).size, 3);
    });
});

describe("the PolicyReport", () => {
    it("has a report for each namespace and one for the cluster", () => {
        const text = textOf(policyReport, runOf([finding(), finding(WAIVED)], { failures: [FAILURE] }));
        const { kind, items } = load(text) as { kind: string; items: readonly Record<string, unknown>[] };
        const labels = { "app.kubernetes.io/managed-by": "hardening" };
        assert.equal(kind, "List");
        assert.deepEqual(
            items.map((item) => [item["kind"], item["metadata"], item["summary"]]),
            [
                [
                    "ClusterPolicyReport",
                    { name: "hardening", labels },
                    { pass: 8, fail: 0, warn: 0, error: 1, skip: 0 },
                ],
                [
                    "PolicyReport",
                    { name: "hardening", namespace: "prod", labels },
                    { pass: 7, fail: 1, warn: 0, error: 0, skip: 1 },
                ],
            ],
        );
        const [first] = items[1]?.["results"] as readonly Record<string, unknown>[];
        assert.deepEqual(first?.["resources"], [
            { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "prod" },
        ]);
        assert.deepEqual(first["timestamp"], { seconds: 1772366400, nanos: 0 });
    });

    it("names the core group as Kubernetes does", () => {
        const text = textOf(policyReport, runOf([finding({ type: "kubernetes:core/v1:Pod", kind: "Pod" })]));
        assert.match(text, /- apiVersion: v1\n +kind: Pod\n/);
    });
});

describe("the Markdown report", () => {
    it("starts with a marker, the verdict and the counts", () => {
        const text = textOf(markdown, runOf([finding(), finding(WAIVED)]));
        assert.ok(
            text.startsWith(
                "<!-- hardening -->\n## Hardening failed\n\n1 file: 2 objects against 1 control (profile `all`) in 1.50 s.\n",
            ),
        );
        assert.match(text, /^\| 1 \| 0 \| 0 \| 0 \| 1 \| 0 \| 0 \| 0 \| 0 \|$/m);
        assert.match(text, /<details><summary>Waived: 1<\/summary>/);
        assert.match(textOf(markdown, runOf([])), /^## Hardening passed$/m);
        assert.match(textOf(markdown, runOf([], { failures: [FAILURE] })), /^## Hardening could not be completed$/m);
    });

    it("lets no text of a manifest act as Markdown, HTML or a mention", () => {
        const message = "a | @team <b> `x` [l](u) #1\n## y";
        const text = textOf(markdown, runOf([finding({ message, name: "|" })]));
        const row = text.split("\n").find((line) => line.startsWith("| critical")) ?? "";
        assert.equal(row.match(/\|/g)?.length, 5);
        assert.equal(/@team|<b>|\[l\]|## y/.test(text), false);
    });

    it("fits GitHub's limit whatever is in it, closes what it opens, and says what it left out", () => {
        const many = Array.from({ length: 3000 }, (_, index) =>
            finding({ name: `web-${index}`, message: `${"ü".repeat(100)} ${index}`, ...(index % 2 === 0 && WAIVED) }),
        );
        const text = textOf(markdown, runOf(many));
        assert.ok(Buffer.byteLength(text) <= 65_536, String(Buffer.byteLength(text)));
        assert.ok(Buffer.byteLength(text) > 60_000);
        assert.match(text, /^_[\d,]+ lines left out: GitHub takes 65,536 characters\./m);
        const waived = textOf(markdown, runOf(many.map((one) => ({ ...one, ...WAIVED }))));
        assert.equal(waived.match(/<details>/g)?.length, 1);
        assert.equal(waived.match(/<\/details>/g)?.length, 1);
    });
});

describe("the HTML report", () => {
    const page = textOf(html, runOf([finding({ message: '<img src=x onerror="alert(1)">' }), finding(WAIVED)]));

    it("is one file: no address outside, and a policy that would refuse one", () => {
        assert.equal(/\b(?:src|href)\s*=\s*["']/.test(page), false);
        assert.match(page, /default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'"/);
    });

    it("escapes what comes out of manifests", () => {
        assert.equal(page.includes("<img"), false);
        assert.ok(page.includes("&#60;img src=x onerror=&#34;alert(1)&#34;&#62;"));
    });

    it("shows every finding with reason, remedy and waiver", () => {
        assert.equal(page.match(/<details class="finding"/g)?.length, 2);
        assert.match(page, /data-label="critical"/);
        assert.match(page, /data-label="waived"/);
        assert.match(page, /<dt>Remedy<\/dt><dd>Unset privileged\.<\/dd>/);
        assert.match(
            page,
            /<dt>Waived<\/dt><dd>until 2026-05-31 by platform team \(SEC-1\): The vendor needs it until May\.<\/dd>/,
        );
    });

    it("counts what is more than a browser can take", () => {
        const cut = textOf(html, runOf(Array.from({ length: 5_003 }, () => finding())));
        assert.match(cut, /3 findings more: see the JSON report\./);
        assert.equal(cut.match(/<details class="finding"/g)?.length, 5_000);
    });

    it("says that there is nothing where there is nothing", () => {
        assert.match(textOf(html, runOf([])), /<span class="verdict passed">passed<\/span>[\s\S]*No findings\./);
    });
});
