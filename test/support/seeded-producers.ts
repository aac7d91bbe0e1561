import { ApiObject, App, Chart } from "cdk8s";
import { dump } from "js-yaml";

import type { Finding } from "../../hardening/findings";
import { typeToken } from "../../policies/kubernetes/resource";
import { FAULTY } from "./seeded-faults";
import { TYPED_FAULTS } from "./seeded-faults-terraform";

/* The objects of seeded-faults.ts as each producer of objects writes them. */

/** One document for each object. */
export const DOCUMENTS: readonly string[] = FAULTY.map((manifest) => dump(manifest));

/** The objects as manifests of YAML. */
export const MANIFESTS = DOCUMENTS.join("---\n");

/** The objects as resources of a Pulumi stack. */
const states = FAULTY.map((manifest) => {
    const type = typeToken(manifest.apiVersion, manifest.kind);
    const urn = `urn:pulumi:dev::shop::${type}::${manifest.kind}`;
    return { urn, type, custom: true, inputs: { ...manifest, __annotations: {} } };
});

/** What cdk8s synthesizes of the objects, by its own library. */
function synthesized(): string {
    const app = new App();
    const chart = new Chart(app, "shop");
    FAULTY.forEach((manifest, index) => new ApiObject(chart, String(index), manifest));
    return app.synthYaml();
}

const planned = (resource_changes: readonly object[]) =>
    JSON.stringify({ format_version: "1.2", terraform_version: "1.11.4", resource_changes });

const change = (type: string, index: number, after: unknown, unknown: unknown = {}) => ({
    address: `${type}.a${index}`,
    mode: "managed",
    type,
    change: { actions: ["create"], before: null, after, after_unknown: unknown, after_sensitive: {} },
});

/** What each producer that shows objects whole writes, by its name. */
export const PRODUCERS: Readonly<Record<string, string>> = {
    "a stream of JSON": FAULTY.map((manifest) => JSON.stringify(manifest)).join("\n"),
    "a List": JSON.stringify({ apiVersion: "v1", kind: "List", items: FAULTY }),
    "helm template": DOCUMENTS.map((text, index) => `---\n# Source: shop/templates/${index}.yaml\n${text}`).join(""),
    "cdk8s synth": synthesized(),
    "pulumi preview --json": JSON.stringify({
        config: {},
        steps: states.map((newState) => ({ op: "create", urn: newState.urn, newState })),
    }),
    "pulumi preview --json, streamed": states
        .map((state, sequence) => ({
            sequence,
            timestamp: 1,
            resourcePreEvent: { metadata: { op: "create", urn: state.urn, new: state } },
        }))
        .map((event) => JSON.stringify(event))
        .join("\n"),
    "pulumi stack export": JSON.stringify({ version: 3, deployment: { manifest: {}, resources: states } }),
    "an update plan": JSON.stringify({
        version: 1,
        plan: {
            resourcePlans: Object.fromEntries(
                states.map(({ urn, type, inputs }) => [
                    urn,
                    { goal: { type, custom: true, inputDiff: { adds: inputs } }, steps: ["create"] },
                ]),
            ),
        },
    }),
    "terraform show -json of kubernetes_manifest": planned(
        FAULTY.map((manifest, index) => change("kubernetes_manifest", index, { manifest })),
    ),
};

/** The objects as Terraform's provider plans them by types of its own. */
export const TYPED_PLAN = planned(
    TYPED_FAULTS.map(({ type, after, unknown }, index) => change(type, index, after, unknown)),
);

type Told = Pick<Finding, "control" | "status" | "kind" | "namespace" | "name" | "path" | "also">;

/** Findings, and beside each the ones that it stands for. */
export function apart<F extends Told>(findings: readonly F[]): readonly F[] {
    return findings.flatMap((finding) => [
        finding,
        ...(finding.also ?? []).map(({ control, path }) => ({ ...finding, control, path })),
    ]);
}

/** Findings without where they came from: sorted, and each with its field. */
export function linesOf(findings: readonly Told[]): readonly string[] {
    return apart(findings)
        .map(({ control, status, kind, namespace, name, path }) =>
            // An item of a list is told by its place in it.
            [control, status, kind, `${namespace}/${name}`, path.replace(/^items\[\d+\]\./, "")].join(" "),
        )
        .sort();
}

/** The control and object of a line of {@link linesOf}. */
export const subjectOf = (line: string): string => {
    const [control = "", , kind = "", name = ""] = line.split(" ");
    return `${control} ${kind} ${name}`;
};

/** How many violations of a control lines tell of an object, which is given as its kind and name. */
export function violationsOf(lines: readonly string[], [control, object]: readonly [string, string]): number {
    const [kind = "", name = ""] = object.split(" ");
    const at = lines.filter((line) => line.startsWith(`${control} violation ${kind} `));
    return at.filter((line) => line.split(" ")[3]?.endsWith(`/${name}`)).length;
}

/** What a plan of Terraform's own types says otherwise than manifests do; nothing is to be in the first two. */
export function comparedWithPlan(expected: readonly string[], lines: readonly string[]) {
    const isOpen = (line: string): boolean => line.includes(" unverifiable ");
    const open = lines.filter(isOpen).map(subjectOf);
    return {
        /** Found, and not there. */
        invented: lines.filter((line) => !isOpen(line) && !expected.includes(line)),
        /** There, and gone by without a word. */
        silent: expected.filter((line) => !lines.includes(line) && !open.includes(subjectOf(line))),
    };
}
