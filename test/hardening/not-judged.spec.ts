import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { evaluate } from "../../hardening/evaluate";
import { exitCode, EXIT, Tally } from "../../hardening/findings";
import type { NotJudged } from "../../hardening/findings";
import { FINDING_FORMATS } from "../../hardening/formats";
import { controls } from "../../policies/controls";
import { INERT, isJudged, READ_STACK_WIDE } from "../../policies/controls/judged";
import { selectControls } from "../../policies/engine/profiles";
import { HOLDER_KINDS } from "../../policies/kubernetes/kinds";
import { manifestsOf } from "../support/cases";
import { TODAY } from "../support/cli";
import { allTables } from "../support/control-suite";
import type { Manifest } from "../support/controls";
import { outcomesOf, resourceOf } from "../support/controls";
import { runOf, textOf } from "../support/run";

const SPECS = join(__dirname, "../policies/controls/**/*.spec.ts");
const options = { selected: selectControls(controls, "baseline"), waivers: [], now: TODAY };

function notJudged(...manifests: readonly Manifest[]): readonly NotJudged[] {
    return evaluate([manifests.map((manifest, document) => resourceOf(manifest, { document }))], options).notJudged;
}

const WIDGET = { apiVersion: "example.test/v1", kind: "Widget", metadata: { name: "cog", namespace: "shop" } };

describe("what no control has looked at", function () {
    this.timeout(60_000);

    it("is told by source, document, kind and name, whatever the profile", () => {
        assert.deepEqual(notJudged({ apiVersion: "v1", kind: "Secret", metadata: { name: "key" } }, WIDGET), [
            {
                source: "test.yaml",
                document: 1,
                kind: "Widget.example.test",
                name: "shop/cog",
                reason: "no control knows this kind",
            },
        ]);
    });

    it("are kinds of the API too, and kinds of its own that name another group", () => {
        const kinds = [
            ["v1", "ReplicationControllers"],
            ["v1", "Clusterrolebinding"],
            ["rbac.authorization.k8s.io/v1", "Clusterrolebinding"],
            ["certificates.k8s.io/v1beta1", "ClusterTrustBundle"],
            ["apps/v1", "NetworkPolicy"],
        ];
        const found = notJudged(...kinds.map(([apiVersion, kind]) => ({ apiVersion, kind, metadata: { name: "it" } })));
        assert.deepEqual(
            found.map(({ kind, name }) => `${kind} ${name}`),
            [
                "ReplicationControllers it",
                "Clusterrolebinding it",
                "Clusterrolebinding.rbac.authorization.k8s.io it",
                "ClusterTrustBundle.certificates.k8s.io it",
                "NetworkPolicy.apps it",
            ],
        );
    });

    it("is not what carries a pod, nor what holds nothing to judge", () => {
        const pod = { containers: [{ name: "web", image: "web:1" }] };
        assert.deepEqual(notJudged({ ...WIDGET, spec: { template: { spec: pod } } }), []);
        for (const kind of [...HOLDER_KINDS, ...INERT, ...READ_STACK_WIDE]) {
            const [group = "", name = group] = kind.split("/");
            const apiVersion = kind.includes("/") ? `${group}/v1` : "v1";
            assert.deepEqual(notJudged({ apiVersion, kind: name, metadata: { name: "it" } }), [], kind);
        }
    });

    it("are manifests in texts, whoever applies them", () => {
        const manifest = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n";
        const told = (body: Manifest): readonly string[] => notJudged(body).map(({ reason }) => reason);
        const says = (path: string): string => `${path} is a manifest in a text, of which nobody says who applies it`;
        const map = (data: Manifest): Manifest => ({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "m" },
            data,
        });
        for (const text of [
            "{apiVersion: v1, kind: Pod, metadata: {name: a}}",
            "apiVersion : v1\nkind : Pod\nmetadata : {}\n",
            "# a pod\n---\n  apiVersion: v1\n  kind: Pod\n  metadata: {}\n",
            manifest,
            `mode: on\n---\r\n${manifest.replaceAll("\n", "\r\n")}`,
            manifest.replaceAll(/^/gm, "    "),
            `- ${manifest.replaceAll("\n", "\n  ")}`.replaceAll("\n  ", "\n"),
            JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: {} }, undefined, 2),
            manifest.replace("web", "{{ inputs.name }}"),
        ]) {
            assert.deepEqual(told(map({ "a.yaml": text })), [says('data["a.yaml"]')], text);
        }
        const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } };
        assert.deepEqual(told({ ...secret, data: { a: Buffer.from(manifest).toString("base64") } }), [says("data.a")]);
        assert.deepEqual(told({ ...secret, stringData: { a: manifest } }), [says("stringData.a")]);
        const workflow = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", metadata: { name: "w" } };
        assert.deepEqual(told({ ...workflow, spec: { templates: [{ name: "a", resource: { manifest } }] } }), [
            says("spec.templates[0].resource.manifest"),
        ]);
        const deep = Array.from({ length: 200 }).reduce<Manifest>((spec) => ({ a: spec }), { manifest });
        assert.deepEqual(told({ ...workflow, spec: deep }), [says(`spec.${"a.".repeat(200)}manifest`)]);
        for (const text of ["apiVersion: v1\nkind: Config\n", "the kind, apiVersion and metadata of it", "{}"]) {
            assert.deepEqual(told(map({ a: text })), [], text);
        }
        assert.deepEqual(told({ ...map({}), metadata: { name: "m", annotations: { last: manifest } } }), []);
    });

    it("is a configuration of Kubernetes in a text that can't be read, and what else sets up a cluster", () => {
        const map = (text: string) => ({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "m" },
            data: { text },
        });
        const told = (body: Manifest) => notJudged(body).map(({ reason }) => reason);
        assert.deepEqual(told(map("apiVersion: kubeadm.k8s.io/v1beta4\n{{ if .Values.a }}\n")), [
            "data.text is a configuration of Kubernetes, and no YAML",
        ]);
        assert.deepEqual(told(map("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n")), []);
        assert.deepEqual(told({ apiVersion: "kops.k8s.io/v1alpha2", kind: "Cluster", metadata: { name: "c" } }), [
            "only the flags and configurations of the cluster's components are read in it",
        ]);
    });

    it("is nothing that a control has refused in its own tests", () => {
        const load = createRequire(__filename);
        for (const { control, table } of allTables(() => globSync(SPECS).forEach((file) => void load(file)))) {
            if (control.applies?.({ group: "example.test", kind: "Widget", pods: false }) === true) {
                // It looks at every kind, which is not to know one.
                continue;
            }
            for (const one of Object.values(table.refused)) {
                for (const { object } of outcomesOf(control, manifestsOf(one, table.good ?? {}), one.params)) {
                    assert.ok(
                        // Kinds that a test made up are known to nobody.
                        object === undefined || object.group.startsWith("example.") || isJudged(object),
                        `${control.name} refuses a ${object?.kind} of "${object?.group}"`,
                    );
                }
            }
        }
    });

    it("fails a strict run, and no other", () => {
        const tally = Object.assign(new Tally(), { notJudged: 1 });
        assert.equal(exitCode(tally, []), EXIT.clean);
        assert.equal(exitCode(tally, [], true), EXIT.violations);
        assert.equal(exitCode(new Tally(), [], true), EXIT.clean);
    });

    for (const [name, load] of Object.entries(FINDING_FORMATS)) {
        it(`is shown by the format ${name}`, async () => {
            const text = textOf(await load(), runOf([], { notJudged: notJudged(WIDGET) }));
            for (const part of ["Widget", "cog", "no control knows this kind"]) {
                assert.ok(text.includes(part), `${part} is missing: ${text}`);
            }
        });
    }
});
