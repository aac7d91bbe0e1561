import assert from "node:assert/strict";

import { foundationOf } from "../../components/foundation";
import type { Registration } from "../../hardening/sources/program/registration";
import { READ_AT_START_ANNOTATION } from "../../policies/kubernetes/foundation";
import { str } from "../../policies/kubernetes/kube";
import { Stack } from "../../policies/kubernetes/stack";
import { lateralGraphOf } from "../../policies/paths/build";
import type { PathNode } from "../../policies/paths/nodes";
import { titleOf } from "../../policies/paths/nodes";
import { everything, Reached } from "../../policies/paths/search";
import type { Raw } from "../support/stranger";
import { configOf, objectsOf, PROJECT, readAs, strangers } from "../support/stranger";
import { admittedByConstraints } from "../support/constraints";
import { emptySelectors, found, judged, previewed, sourceOf, THEIRS } from "../support/stranger-findings";

/*
 * The foundation under the names of somebody else: another project, other namespaces, labels and ports. What it was written
 * for must not shine through, and what it guards must be what is there.
 */

describe("the foundation under a stranger's names", () => {
    let objects: readonly Registration[];

    before(async function () {
        this.timeout(120_000);
        objects = await objectsOf(strangers("sienna"));
    });

    it("says no name of the project it was written for, but in the keys of its own labels and its own images", () => {
        assert.ok(objects.length > 200);
        const own = /x0tta6bl4(?!\.io\/[a-z-]+|-(?:probe|responder)$)/;
        assert.deepEqual(found(objects, own), []);
    });

    it("says no old name once every name has been changed", async function () {
        this.timeout(120_000);
        const renamed = await objectsOf(strangers("ochre"));
        assert.deepEqual(found(renamed, /sienna/), []);
        assert.equal(renamed.length, objects.length);
        assert.ok(found(renamed, /ochre/).length > 500);
    });

    it("puts nothing into a namespace, and opens none, that its settings don't name", () => {
        const known = [
            "canary",
            "compliance",
            "files",
            "goods",
            "secrets",
            "shop",
            "eyes",
            "relay",
            "metrics",
            "edge",
        ].map((part) => `sienna-${part}`);
        const named = objects.flatMap(({ inputs }) =>
            [...JSON.stringify(inputs).matchAll(/"(?:namespace|kubernetes\.io\/metadata\.name)":"([^"]+)"/g)].map(
                ([, name]) => name,
            ),
        );
        assert.deepEqual([...new Set(named)].sort(), [...known, "kube-system", "spire"].sort());
    });

    it("has Falco guard the namespaces and the ports that are there", () => {
        const lists = sourceOf(objects, "ConfigMap", "falco-rules");
        for (const list of [
            "x0_application_namespaces\\n  items:\\n    - sienna-shop\\n    - sienna-goods\\n",
            "x0_application_images\\n  items:\\n    - registry.sienna.example.org/sienna/shop\\n    - registry.sienna.example.org/sienna/store\\n",
            "x0_secret_directories\\n  items:\\n    - /etc/sienna-tls\\n    - /etc/sienna-goods-tls\\n",
            "x0_secrets_namespaces\\n  items:\\n    - sienna-secrets\\n",
            "x0_falco_namespaces\\n  items:\\n    - sienna-eyes\\n    - sienna-relay\\n",
            "- 9191\\n",
            "- 8243\\n",
            "- 8843\\n",
        ]) {
            assert.ok(
                lists.includes(list),
                `${list} in ${lists.slice(lists.indexOf("99-stack"), lists.indexOf("99-stack") + 2500)}`,
            );
        }
    });

    it("takes a pod for no intruder that asks its cloud's metadata where a flow leads there", async function () {
        this.timeout(120_000);
        const egress = [{ name: "identity", cidrs: ["169.254.170.23/32"], ports: [80] }];
        const raw = strangers("sienna") as { readonly spire: Raw & { readonly server: Raw } };
        const asking = await objectsOf({ ...raw, spire: { ...raw.spire, server: { ...raw.spire.server, egress } } });
        const spire = "x0_metadata_namespaces\\n  items:\\n    - spire\\n";
        assert.ok(sourceOf(asking, "ConfigMap", "falco-rules").includes(spire));
        assert.ok(!sourceOf(objects, "ConfigMap", "falco-rules").includes(spire));
    });

    it("watches over each application by the name it has", () => {
        const alerts = sourceOf(objects, "PrometheusRule", "acme-platform");
        for (const application of ["sienna-web", "sienna-store"]) {
            assert.ok(alerts.includes(`absent(up{job=\\"${application}\\", endpoint!=`), application);
        }
        assert.ok(!alerts.includes("<application>"));
    });

    it("tells of a rotated Secret by what the workloads name as read at their start", () => {
        const named = objects.flatMap(({ inputs }) => {
            const {
                annotations = {},
                name,
                namespace,
            } = (inputs["metadata"] ?? {}) as {
                annotations?: Readonly<Record<string, string>>;
                name?: string;
                namespace?: string;
            };
            const secrets = annotations[READ_AT_START_ANNOTATION];
            return secrets === undefined ? [] : [{ name, namespace, secrets: secrets.split(",") }];
        });
        assert.ok(named.some(({ namespace }) => namespace === "sienna-relay"));
        const alerts = sourceOf(objects, "PrometheusRule", "acme-secrets");
        const readers = [
            ...alerts.matchAll(/kube_pod_start_time\{namespace=\\"([^"\\]+)\\", pod=~\\"([^"]+)-\.\+\\"/g),
        ];
        assert.deepEqual(
            readers.map(([, namespace, name]) => `${namespace}/${name}`).sort(),
            named.map(({ namespace, name }) => `${namespace}/${name}`).sort(),
        );
        for (const { namespace, secrets } of named) {
            assert.ok(alerts.includes(`namespace=\\"${namespace}\\", secret=~\\"${secrets.join("|")}\\"`), alerts);
        }
    });

    it("is clean without a waiver: what its components need comes with them", () => {
        const { violations, excepted } = judged(objects);
        assert.deepEqual(
            violations.filter((line) => !THEIRS.test(line)),
            [],
        );
        const known = foundationOf(configOf(strangers("sienna")), PROJECT).exceptions;
        // Admission knows the same objects by name.
        assert.deepEqual(
            excepted.filter((line) => !known.some(({ control, object }) => line === `${control} ${object}`)),
            [],
        );
        const unused = known.filter(({ control, object }) => !excepted.includes(`${control} ${object}`));
        assert.deepEqual(unused, []);
    });

    for (const mesh of [{ kind: "istio" }, { kind: "linkerd", trustDomain: "sienna.mesh" }]) {
        it(`is clean in ${mesh.kind} too, and opens only the namespaces that the mesh is set to`, async function () {
            this.timeout(120_000);
            const callers = [
                { namespace: "sienna-front", serviceAccount: "sienna-gateway" },
                { namespace: "sienna-edge", serviceAccount: "sienna-proxies", labels: { app: "sienna-proxies" } },
            ];
            const meshed = await objectsOf({
                ...strangers("sienna"),
                mesh: { ...mesh, namespace: "sienna-mesh", callers },
            });
            assert.deepEqual(
                judged(meshed).violations.filter((line) => !THEIRS.test(line)),
                [],
            );
            assert.deepEqual(
                found(meshed, /istio-system|"linkerd"/).filter((text) => text.includes("mesh")),
                [],
            );
            assert.ok(found(meshed, /^sienna-mesh$/).length > 0);
        });
    }

    it("gives each application all of its own: namespace, identity, secrets, bounded rights, a half of the canary", () => {
        const inside = (namespace: string) =>
            objects
                .map(({ inputs }) => inputs as { kind: string; metadata: { name: string; namespace?: string } })
                .filter(({ metadata }) => metadata.namespace === namespace)
                .map(({ kind, metadata: { name } }) => `${kind} ${name}`);
        for (const object of [
            "NetworkPolicy default-deny",
            "ResourceQuota quota",
            "Deployment sienna-store",
            "Service sienna-store",
            "ServiceAccount sienna-store",
            "HorizontalPodAutoscaler sienna-store",
            "PodDisruptionBudget sienna-store",
            "PodMonitor sienna-store",
            "PodMonitor sienna-store-proxy",
            "SecretStore platform",
            "ServiceAccount secret-reader",
            "ExternalSecret sienna-goods-tls",
            "Role deployer",
            "RoleBinding deployer-sienna-pipeline",
            "Deployment canary",
        ]) {
            assert.ok(inside("sienna-goods").includes(object), `${object} of ${inside("sienna-goods").join(", ")}`);
        }
        const bound = sourceOf(objects, "ValidatingAdmissionPolicy", "acme-application-sienna-store-access-deployers");
        assert.ok(bound.includes('"kubernetes.io/metadata.name":"sienna-goods"'));
        assert.ok(bound.includes("sienna-pipeline"));
        const bindings = objects.filter(({ inputs }) => inputs["kind"] === "ValidatingAdmissionPolicyBinding");
        const enforced = bindings
            .map(({ inputs }) => JSON.stringify(inputs))
            .filter((text) => text.includes("sienna-shop"));
        assert.ok(enforced.length > 20);
        assert.deepEqual(
            enforced.filter((text) => !text.includes("sienna-goods")),
            [],
        );
    });

    it("opens no way from one application to another but that of the callers it names", () => {
        // Whatever the network lets a lost pod reach is taken for lost too.
        const graph = lateralGraphOf(new Stack(previewed(objects)));
        const podOf = (namespace: string, name: string) => {
            const pod = graph.nodes.find(
                ({ kind, object }) => kind === "pod" && object?.namespace === namespace && object.name === name,
            );
            assert.ok(pod, `${namespace}/${name}`);
            return pod;
        };
        const [web, store] = [podOf("sienna-shop", "sienna-web"), podOf("sienna-goods", "sienna-store")];
        const ofOther = (from: PathNode, namespace: string) =>
            [...new Reached(graph, [from], everything).nodes()]
                .filter((node) => node.namespace === namespace || node.object?.namespace === namespace)
                .map(titleOf);
        assert.deepEqual(ofOther(store, "sienna-shop"), []);
        assert.ok(ofOther(web, "sienna-goods").includes("Deployment sienna-goods/sienna-store"));
    });

    it("asks no webhook about a deletion, which would hold up that of a whole namespace", () => {
        const asked = objects
            .filter(({ inputs }) => /^(?:Validating|Mutating)WebhookConfiguration$/.test(str(inputs["kind"])))
            .map(({ urn, inputs }) => ({ urn, text: JSON.stringify(inputs) }));
        assert.ok(asked.length > 0);
        assert.deepEqual(
            asked.filter(({ text }) => /"operations":\[[^\]]*"(?:DELETE|\*)"/.test(text)).map(({ urn }) => urn),
            [],
        );
    });

    it("asks the registry each time for what a tag names, and once for what a digest does", () => {
        const containers = objects.flatMap(({ inputs }) => [
            ...JSON.stringify(inputs).matchAll(/"image":"([^"]+)","imagePullPolicy":"([^"]+)"/g),
        ]);
        assert.ok(containers.length > 10);
        for (const [, image = "", policy] of containers) {
            assert.equal(policy, image.includes("@sha256:") ? "IfNotPresent" : "Always", image);
        }
    });

    it("pulls the images of every pod with the Secrets that the settings name", () => {
        interface Account {
            readonly metadata: { readonly name: string; readonly namespace: string };
            readonly imagePullSecrets?: unknown;
        }
        const inputsOf = (...kinds: readonly string[]) =>
            objects.map(({ inputs }) => inputs).filter(({ kind }) => kinds.includes(str(kind)));
        const accounts = (inputsOf("ServiceAccount") as unknown as readonly Account[]).map(
            ({ metadata: { namespace, name }, imagePullSecrets }) =>
                [`${namespace}/${name}`, imagePullSecrets] as const,
        );
        const carriers = inputsOf("Deployment", "DaemonSet", "StatefulSet", "CronJob", "Job");
        assert.ok(carriers.length > 10);
        for (const carrier of carriers) {
            const { namespace } = carrier["metadata"] as Account["metadata"];
            const [, account = "default"] = /"serviceAccountName":"([^"]+)"/.exec(JSON.stringify(carrier)) ?? [];
            assert.deepEqual(
                accounts.filter(([name]) => name === `${namespace}/${account}`),
                [[`${namespace}/${account}`, [{ name: "sienna-pull" }]]],
            );
        }
    });

    it("selects by no empty list", () => {
        assert.deepEqual(
            objects.flatMap(({ urn, inputs }) => emptySelectors(inputs, urn)),
            [],
        );
    });
});

describe("SPIRE and Falco alone", () => {
    const { cluster, spire } = strangers("sienna");
    const alone = { cluster, spire };

    it("are a foundation: no platform, no secrets manager, and nothing that speaks of either", async function () {
        this.timeout(120_000);
        const objects = await objectsOf(alone);
        const namespaces = objects
            .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
            .map(({ inputs }) => (inputs["metadata"] as { name: string }).name);
        assert.deepEqual(namespaces.sort(), ["control-plane-files", "falco", "spire"]);
        assert.deepEqual(
            found(objects, /<application>|external-secrets\.io/).filter((text) => /PrometheusRule|Webhook/.test(text)),
            [],
        );
        assert.deepEqual(
            objects.flatMap(({ urn, inputs }) => emptySelectors(inputs, urn)),
            [],
        );
        const rules = sourceOf(objects, "PrometheusRule", "acme-platform");
        assert.ok(!rules.includes("PlatformDown"));
        assert.deepEqual(judged(objects).violations, []);
    });

    it("are clean on Cilium too, with its policies beside ours", async function () {
        this.timeout(120_000);
        const objects = await objectsOf({ ...alone, cluster: { ...(cluster as object), platform: "gke" } });
        assert.deepEqual(judged(objects).violations, []);
        assert.ok(objects.some(({ type }) => type.endsWith(":CiliumNetworkPolicy")));
    });

    it("are clean and let in on OpenShift: agents by constraints of their own, all others as any user but root", async function () {
        this.timeout(120_000);
        const objects = await objectsOf({ ...alone, cluster: { ...(cluster as object), platform: "openshift" } });
        assert.deepEqual(judged(objects).violations, []);
        const admitted = admittedByConstraints(objects);
        assert.deepEqual(admitted.refused, []);
        assert.deepEqual(admitted.by, {
            "falco/falco": "acme-falco",
            "spire/spiffe-csi-driver": "acme-spiffe-csi-driver",
            "spire/spire-agent": "acme-spire-agent",
            "spire/spire-server": "acme-ordinary",
        });
    });

    it("refuse what would need a platform", () => {
        const values = { ...alone, canary: { enabled: true }, shield: strangers("sienna")["shield"] };
        const { faults } = readAs(values);
        assert.ok(faults.includes("acme:shield has nothing to stand before; set acme:platform, or leave it out"));
        assert.ok(
            faults.includes(
                "acme:canary.enabled needs an application beside which the other half runs; set acme:platform or acme:applications",
            ),
        );
    });
});
