import { strict as assert } from "node:assert";

import fc from "fast-check";

import type { Finding } from "../../../hardening/findings";
import { tree } from "../../../hardening/formats/tree";
import type { View } from "../../../hardening/formats/view";
import { WHOLE_VIEW } from "../../../hardening/formats/view";
import { finding, runOf, textOf, WAIVED } from "../../support/run";

const FAILURE = { source: "b.yaml", message: "a: is <broken>", cause: "input", line: 3 } as const;

function treeOf(findings: readonly Finding[], view: Partial<View> = {}): string {
    return textOf(tree, runOf(findings, { view: { ...WHOLE_VIEW, ...view } }));
}

/** The lines that show findings, without what is drawn before them. */
function rows(text: string): readonly string[] {
    return text.split("\n").flatMap((line) => /(?:├─|└─) (\w+ +[\w-]+: .*)$/.exec(line)?.[1] ?? []);
}

describe("the tree report", () => {
    it("explains each control that found what is shown, once, where that is asked for", () => {
        const findings = [
            finding(),
            finding({ name: "api" }),
            finding({ control: "waiver-not-expired", severity: "low" }),
            finding({ ...WAIVED, control: "none-but-waived" }),
        ];
        const explained = `no-privileged: No container runs privileged.
   Why:    A privileged container owns its node.
   Remedy: Unset privileged.
`;
        const text = treeOf(findings, { explain: true });
        assert.equal(text.split(explained).length, 2);
        assert.match(text, /\nwaiver-not-expired: .*\n {3}Why: {4}.*\n {3}Remedy: /);
        assert.doesNotMatch(text, /none-but-waived: /);
        assert.doesNotMatch(treeOf(findings, { explain: true, minSeverity: "high" }), /\nwaiver-not-expired: /);
        assert.ok(treeOf(findings, { explain: true, extent: "summary" }).includes(explained));
        assert.ok(!treeOf(findings).includes(explained));
    });

    it("groups by source and object with the gravest first, folds waivers, and shows errors and counts", () => {
        const run = runOf(
            [
                finding(WAIVED),
                finding({ status: "unverifiable", message: "x" }),
                finding(),
                finding({ name: "api", enforcement: "advisory", message: "y", owner: "Helm release prod/api" }),
                finding({ source: "stack s", kind: "", namespace: "", name: "", message: "z" }),
                finding({ source: "stack s", kind: "", namespace: "", name: "", message: "z" }),
            ],
            { failures: [FAILURE, { source: "chart", message: "one\n\ttwo\nthree\n", cause: "program" }] },
        );
        assert.equal(
            textOf(tree, run),
            `stack s
└─ the stack as a whole
   └─ critical no-privileged: z
         and 1 more: spec.template.spec.containers[0].securityContext.privileged

k8s/web.yaml
├─ Deployment prod/web
│  ├─ critical no-privileged: spec.template.spec.containers[0].securityContext.privileged is true (container "web"). Remove it.
│  └─ unknown  no-privileged: x
└─ Deployment prod/api
   └─ advisory no-privileged: y
         managed by Helm release prod/api: change it there

Waived
  SEC-1  no-privileged in Deployment prod/web, until 2026-05-31 by platform team

Errors
  b.yaml:3: a: is <broken>
  chart: one
    \\u0009two
    three

1 file: 2 objects, 1 control (profile all), 1.50 s
4 violations (1 advisory), 1 waived, 1 unverifiable, 2 errors
`.replaceAll("and 1 more: spec.template.spec.containers[0].securityContext.privileged", 'and 1 more: container "web"'),
        );
    });

    it("colours only when told to", () => {
        assert.ok(
            textOf(tree, runOf([finding()]), { colour: true }).includes("\u001b[35mcritical\u001b[0m no-privileged"),
        );
    });

    it("shows the gravest object first, and what hits an object several times once", () => {
        const at = (container: string, over: Partial<Finding> = {}) =>
            finding({ name: "b", severity: "high", container, path: container, message: container, ...over });
        const text = treeOf([
            finding({ name: "a", severity: "low", message: "l" }),
            ...["x", "y", "z"].map((container) => at(container)),
            finding({ name: "c", severity: "critical", message: "c" }),
        ]);
        assert.deepEqual(rows(text), [
            "critical no-privileged: c",
            "high     no-privileged: x",
            "low      no-privileged: l",
        ]);
        assert.match(text, /^│ {8}and 2 more: container "y", container "z"$/m);
    });

    it("leaves out what is not asked for, and says how much", () => {
        const findings = [
            finding({ severity: "medium", message: "m" }),
            finding({ severity: "high", message: "h" }),
            finding({ severity: "high", enforcement: "advisory", message: "a" }),
        ];
        const text = treeOf(findings, { minSeverity: "high", advisory: false });
        assert.deepEqual(rows(text), ["high     no-privileged: h"]);
        assert.match(
            text,
            /^3 violations \(1 advisory\), 0 waived, 0 unverifiable\n2 findings left out of the view\n$/m,
        );
    });

    it("counts more than a hundred findings instead of showing them, and says how to see them", () => {
        const many = Array.from({ length: 101 }, (_, index) =>
            finding({ name: `w${Math.floor(index / 2)}`, namespace: "shop", owner: "Helm release shop/x" }),
        );
        assert.equal(rows(treeOf(many.slice(1))).length, 51, "a hundred are shown, two an object folded into one");
        const text = treeOf(many, { command: "hardening scan k8s" });
        assert.equal(
            text,
            `101 findings in 51 objects

By control
  critical no-privileged     101 in 51 objects

By namespace
  shop     101

By owner
  Helm release shop/x     101

Worst objects of k8s/web.yaml
${Array.from({ length: 10 }, (_, index) => `  Deployment shop/w${index}: 2 critical\n`).join("")}
Each of them:      hardening scan k8s --full
The gravest alone: hardening scan k8s --full --no-advisory --min-severity high

1 file: 2 objects, 1 control (profile all), 1.50 s
101 violations, 0 waived, 0 unverifiable
`,
        );
        assert.equal(rows(treeOf(many, { extent: "full" })).length, 51);
        assert.match(treeOf(many.slice(0, 1), { extent: "summary" }), /^1 finding in 1 object\n/);
        assert.match(treeOf([], { extent: "summary" }), /^1 file: /);
    });

    it("counts what is about a namespace in it, and tells apart only what differs", () => {
        const findings = [
            finding({ kind: "Namespace", namespace: "", name: "shop" }),
            finding({ kind: "ClusterRole", namespace: "", name: "r", source: "k8s/roles.yaml" }),
        ];
        const text = treeOf(findings, { extent: "summary" });
        assert.match(text, /^By namespace\n {2}\(no namespace\) +1\n {2}shop +1\n/m);
        assert.match(text, /^Worst objects\n {2}Namespace shop \(k8s\/web\.yaml\): 1 critical\n/m);
        const nowhere = treeOf(findings.slice(1), { extent: "summary" });
        assert.match(nowhere, /^Worst objects of k8s\/roles\.yaml\n {2}ClusterRole r: 1 critical\n/m);
        assert.doesNotMatch(nowhere, /By namespace/);
    });

    it("folds many waivers by ticket, few by object too, and shows each reason where all is asked for", () => {
        const waived = (name: string, control: string) => finding({ ...WAIVED, name, control });
        const few = [waived("a", "x"), waived("a", "y"), waived("b", "x")];
        const few1 =
            /^Waived\n {2}SEC-1 {2}2 findings of 2 controls in Deployment prod\/a, until .*\n {2}SEC-1 {2}x in Deployment prod\/b, /;
        assert.match(treeOf(few), few1);
        const many = Array.from({ length: 11 }, (_, index) => waived(`w${index}`, "x"));
        assert.match(treeOf(many), /^Waived\n {2}SEC-1 {2}x in 11 objects, until 2026-05-31 by platform team\n\n/);
        const full = treeOf(many, { extent: "full" }).split("\n");
        assert.equal(full.filter((line) => line.trim() === "The vendor needs it until May.").length, 11);
    });

    it("shows or counts every finding, whatever they are and in whatever order", () => {
        const any = fc.record({
            name: fc.constantFrom("a", "b", "c"),
            source: fc.constantFrom("x.yaml", "y.yaml"),
            control: fc.constantFrom("k", "l"),
            severity: fc.constantFrom("critical" as const, "high" as const, "low" as const),
            enforcement: fc.constantFrom("mandatory" as const, "advisory" as const),
            status: fc.constantFrom("violation" as const, "unverifiable" as const),
        });
        fc.assert(
            fc.property(fc.array(any, { maxLength: 40 }), (overs) => {
                const text = treeOf(overs.map((over) => finding(over)));
                const more = [...text.matchAll(/^.* and (\d+) more: /gm)].reduce((sum, [, n]) => sum + Number(n), 0);
                assert.equal(rows(text).length + more, overs.length);
                const ranks = [...text.matchAll(/^(?:│ {2}| {3})(?:├─|└─) (\w+)/gm)].map(([, label = ""]) => label);
                const sources = text.split(/^(?=[xy]\.yaml$)/m).filter((part) => /^[xy]\.yaml$/m.test(part));
                assert.ok(sources.length <= 2 && ranks.length === rows(text).length);
            }),
            { numRuns: 60 },
        );
    });
});
