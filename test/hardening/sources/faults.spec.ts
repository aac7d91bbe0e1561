import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { dump } from "js-yaml";

import { evaluate } from "../../../hardening/evaluate";
import { parseManifest } from "../../../hardening/sources/manifests";
import { previewProgram } from "../../../hardening/sources/program";
import { readStack } from "../../../hardening/sources/program/stack-file";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import { typeToken } from "../../../policies/kubernetes/resource";
import type { Resource } from "../../../policies/kubernetes/resource";
import { TODAY } from "../../support/cli";
import type { FaultyObject } from "../../support/seeded-faults";
import { FAULTS, FAULTY } from "../../support/seeded-faults";
import { TYPED_FAULTS } from "../../support/seeded-faults-terraform";

const SELECTED = selectControls(controls, "all");

/** What is found in objects, without where they came from: sorted, and each with its field. */
function found(resources: readonly Resource[]): readonly string[] {
    const { findings, failures, notJudged } = evaluate([resources], { selected: SELECTED, waivers: [], now: TODAY });
    assert.deepEqual([failures, notJudged], [[], []]);
    return findings
        .map(({ control, status, kind, namespace, name, path }) =>
            // An item of a list is told by its place in it.
            [control, status, kind, `${namespace}/${name}`, path.replace(/^items\[\d+\]\./, "")].join(" "),
        )
        .sort();
}

function read(text: string): readonly Resource[] {
    const { resources, failures } = parseManifest("stdin", Buffer.from(text));
    assert.deepEqual(failures, []);
    return resources;
}

const json = (value: unknown) => read(JSON.stringify(value));
const documents = FAULTY.map((manifest) => dump(manifest));

/** The objects as resources of a Pulumi stack. */
const states = FAULTY.map((manifest) => {
    const type = typeToken(manifest.apiVersion, manifest.kind);
    const urn = `urn:pulumi:dev::shop::${type}::${manifest.kind}`;
    return { urn, type, custom: true, inputs: { ...manifest, __annotations: {} } };
});

const planned = (resource_changes: readonly object[]) => ({
    format_version: "1.2",
    terraform_version: "1.11.4",
    resource_changes,
});

const change = (type: string, index: number, after: unknown, unknown: unknown = {}) => ({
    address: `${type}.a${index}`,
    mode: "managed",
    type,
    change: { actions: ["create"], before: null, after, after_unknown: unknown, after_sensitive: {} },
});

const PRODUCERS: Readonly<Record<string, () => readonly Resource[]>> = {
    "a stream of JSON": () => read(FAULTY.map((manifest) => JSON.stringify(manifest)).join("\n")),
    "a List": () => json({ apiVersion: "v1", kind: "List", items: FAULTY }),
    "helm template": () =>
        read(documents.map((text, index) => `---\n# Source: shop/templates/${index}.yaml\n${text}`).join("")),
    "pulumi preview --json": () =>
        json({ config: {}, steps: states.map((newState) => ({ op: "create", urn: newState.urn, newState })) }),
    "pulumi preview --json, streamed": () =>
        read(
            states
                .map((state, sequence) => ({
                    sequence,
                    timestamp: 1,
                    resourcePreEvent: { metadata: { op: "create", urn: state.urn, new: state } },
                }))
                .map((event) => JSON.stringify(event))
                .join("\n"),
        ),
    "pulumi stack export": () => json({ version: 3, deployment: { manifest: {}, resources: states } }),
    "an update plan": () =>
        json({
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
    "terraform show -json of kubernetes_manifest": () =>
        json(planned(FAULTY.map((manifest, index) => change("kubernetes_manifest", index, { manifest })))),
};

/** The objects as Terraform's provider plans them by types of its own. */
const typed = () =>
    json(planned(TYPED_FAULTS.map(({ type, after, unknown }, index) => change(type, index, after, unknown))));

/** The control and object of a line of {@link found}. */
const subjectOf = (line: string): string => {
    const [control = "", , kind = "", name = ""] = line.split(" ");
    return `${control} ${kind} ${name}`;
};

/** A program that makes the objects by the provider's classes. */
function programOf(manifests: readonly FaultyObject[]): string {
    const made = manifests.map(({ apiVersion, kind, ...rest }) => {
        const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
        return `new k8s.${group.split(".")[0] ?? ""}.${version ?? ""}.${kind}("${kind}", ${JSON.stringify(rest)});`;
    });
    return `const k8s = require("@pulumi/kubernetes");\n${made.join("\n")}\n`;
}

describe("Twenty seeded faults", function () {
    this.timeout(60_000);
    const expected = found(read(documents.join("---\n")));

    it("are found in manifests, each by its control alone and once", () => {
        assert.equal(new Set(FAULTS.map(([control]) => control)).size, 20);
        for (const [control, object] of FAULTS) {
            const [kind = "", name = ""] = object.split(" ");
            const at = expected.filter((line) => line.startsWith(`${control} violation ${kind} `));
            assert.equal(at.filter((line) => line.split(" ")[3]?.endsWith(`/${name}`)).length, 1, control);
        }
    });

    for (const [producer, resources] of Object.entries(PRODUCERS)) {
        it(`are the same, with all that is found beside them, in ${producer}`, () => {
            assert.deepEqual(found(resources()), expected);
        });
    }

    it("are the same in a plan of Terraform's own types, and what the API server is to choose is unverifiable by name", () => {
        const lines = found(typed());
        const isSeen = (line: string) => lines.includes(line);
        // Nothing is found that is not there, and nothing that is there goes by without a word.
        assert.deepEqual(
            lines.filter((line) => !line.includes(" unverifiable ") && !expected.includes(line)),
            [],
        );
        const unverifiable = lines.filter((line) => line.includes(" unverifiable ")).map(subjectOf);
        assert.deepEqual(
            expected.filter((line) => !isSeen(line) && !unverifiable.includes(subjectOf(line))),
            [],
        );
        for (const [control, object] of FAULTS) {
            const [kind = "", name = ""] = object.split(" ");
            const at = lines.filter((line) => line.startsWith(`${control} violation ${kind} `));
            assert.equal(at.filter((line) => line.split(" ")[3]?.endsWith(`/${name}`)).length, 1, control);
        }
        // Those that the plan leaves open: requests and limits, pull secrets, node, strategy and traffic policy.
        const fields = lines
            .filter((line) => line.includes(" unverifiable ") && !expected.includes(line))
            .map((line) => line.split(" ")[4] ?? "");
        assert.deepEqual([...new Set(fields.map((field) => field.split(".").at(-1)))].sort(), [
            "externalTrafficPolicy",
            "imagePullSecrets",
            "nodeName",
            "resources",
            "strategy",
        ]);
    });

    it("are the same in a program that is run for it", async () => {
        const folder = mkdtempSync(join(tmpdir(), "faults-"));
        try {
            mkdirSync(join(folder, "program"));
            symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
            writeFileSync(join(folder, "program/Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
            writeFileSync(join(folder, "program/index.js"), programOf(FAULTY));
            const { resources } = await previewProgram(readStack(join(folder, "program"), "dev"), () => {});
            assert.deepEqual(found(resources), expected);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
