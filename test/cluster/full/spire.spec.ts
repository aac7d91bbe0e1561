import assert from "node:assert/strict";
import { dirname, join } from "node:path";

import { findBinary } from "../../support/binary";
import type { Cluster } from "../harness/cluster";
import { run } from "../harness/exec";
import { importImage } from "../harness/images";
import type { KubernetesObject } from "../harness/kubectl";
import { onNode } from "../harness/node";
import type { Registrar } from "../support/csi-registrar";
import { registerCsiDriver } from "../support/csi-registrar";
import { commandsOf, filledIn } from "../support/runbooks";
import { describeOnCluster } from "../support/shared";
import { renderStack } from "../support/stack";

type Mutable = Record<string, unknown>;

const PROGRAMS = ["spire-server", "spire-agent", "spire-controller-manager", "spiffe-csi-driver"] as const;
const missing = PROGRAMS.filter((program) => findBinary(program) === undefined);
const IDENTITY = "spiffe://staging.x0tta6bl4.io/ns/x0tta6bl4-staging/sa/x0tta6bl4";
const CLIENT = "identity-probe";

/** SPIRE's objects of the staging stack, and what the platform's identity needs. */
function partOfSpire({ kind, metadata: { name, namespace } }: KubernetesObject): boolean {
    return (
        // The node counts no ephemeral storage, and the namespace's defaults would ask for it.
        !["PodMonitor", "PrometheusRule", "LimitRange"].includes(kind) &&
        (namespace === "spire" ||
            /^(?:spire|spiffe|csi\.spiffe)/.test(name) ||
            name.endsWith(".spire.spiffe.io") ||
            kind === "ClusterSPIFFEID" ||
            (kind === "Namespace" && name === "x0tta6bl4-staging") ||
            (kind === "ServiceAccount" && name === "x0tta6bl4"))
    );
}

/** What a test node can't have: images by digest from a registry, and the registrar that the test plays itself. */
function forTheNode(object: KubernetesObject): KubernetesObject {
    const copy = JSON.parse(
        JSON.stringify(object)
            .replaceAll(/@sha256:[0-9a-f]{64}/g, "")
            .replaceAll(/,"ephemeral-storage":"[^"]*"|"ephemeral-storage":"[^"]*",?/g, "")
            .replaceAll('"imagePullPolicy":"Always"', '"imagePullPolicy":"IfNotPresent"'),
    ) as KubernetesObject;
    if (copy.kind === "DaemonSet" && copy.metadata.name === "spiffe-csi-driver") {
        const spec = (copy["spec"] as { template: { spec: Mutable } }).template.spec;
        spec["containers"] = (spec["containers"] as { name: string }[]).filter(
            ({ name }) => name === "spiffe-csi-driver",
        );
    }
    return copy;
}

/** A pod under `restricted` that prints every identity the Workload API gives it. */
function client(name: string, labels: Mutable): Mutable {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "x0tta6bl4-staging", labels },
        spec: {
            serviceAccountName: "x0tta6bl4",
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
                {
                    name: "client",
                    image: "ghcr.io/spiffe/spire-agent:1.15.2",
                    imagePullPolicy: "IfNotPresent",
                    command: ["/opt/spire/bin/spire-agent", "api", "watch"],
                    args: ["-socketPath", "/run/spiffe/workload/spire-agent.sock"],
                    securityContext: {
                        allowPrivilegeEscalation: false,
                        readOnlyRootFilesystem: true,
                        capabilities: { drop: ["ALL"] },
                    },
                    volumeMounts: [{ name: "spiffe", mountPath: "/run/spiffe/workload", readOnly: true }],
                },
            ],
            volumes: [{ name: "spiffe", csi: { driver: "csi.spiffe.io", readOnly: true } }],
        },
    };
}

const note = missing.length === 0 ? "" : ` (skipped: not on PATH: ${missing.join(", ")})`;

describeOnCluster(`SPIRE on a real node${note}`, "full", (cluster) => {
    let registrar: Registrar;
    let objects: readonly KubernetesObject[];

    before(async function () {
        if (missing.length > 0) {
            this.skip();
        }
        this.timeout(600_000);
        await images(cluster());
        const node = cluster().node;
        assert.ok(node);
        await onNode(node, "mkdir", "-p", "-m", "777", "/run/spire-data");
        registrar = await registerCsiDriver(
            join(node.folder, "var-lib/kubelet/plugins_registry/csi.spiffe.io-reg.sock"),
            "csi.spiffe.io",
            "/var/lib/kubelet/plugins/csi.spiffe.io/csi.sock",
        );
        const { objects: rendered } = await renderStack("staging");
        objects = rendered.filter(partOfSpire).map(forTheNode);
        await deploy(cluster(), objects);
    });

    after(() => {
        registrar?.stop();
    });

    it("attests the agent over k8s_psat and verifies the kubelet", async function () {
        this.timeout(400_000);
        await ready(cluster(), "statefulset/spire-server", "daemonset/spire-agent", "daemonset/spiffe-csi-driver");
        assert.equal(registrar.registered(), true, "the kubelet did not take the CSI driver");
        const agents = await spire(cluster(), "agent", "list", "-output", "json");
        const { agents: list } = JSON.parse(agents) as { agents: { attestation_type: string; id: { path: string } }[] };
        assert.deepEqual(
            list.map(({ attestation_type, id }) => [attestation_type, id.path.replace(/[^/]+$/, "<node>")]),
            [["k8s_psat", "/spire/agent/k8s_psat/staging/<node>"]],
        );
    });

    it("publishes the bundle into its ConfigMap", async () => {
        const bundle = await cluster().kubectl.get("configmap", "spire-bundle", "spire");
        assert.match((bundle?.["data"] as { "bundle.crt": string })["bundle.crt"], /^-----BEGIN CERTIFICATE-----/);
    });

    it("gives a pod under restricted its identity through the CSI volume, by the entry of the stack", async function () {
        this.timeout(180_000);
        const outcome = await cluster().kubectl.apply([
            client(CLIENT, { "spiffe.x0tta6bl4.io/identity": "x0tta6bl4" }),
        ]);
        assert.equal(outcome.code, 0, outcome.stderr);
        await until(cluster(), 150, async () => (await logs(cluster(), CLIENT)).includes(IDENTITY));
    });

    it("gives no identity to a pod that has the volume, but not the label of the entry", async function () {
        this.timeout(120_000);
        const name = "stranger";
        assert.equal((await cluster().kubectl.apply([client(name, {})])).code, 0);
        await until(cluster(), 90, async () => /PermissionDenied|no identity issued/.test(await logs(cluster(), name)));
        assert.ok(!(await logs(cluster(), name)).includes("spiffe://"));
    });

    it("loses nothing when the server is killed: the same authority signs, and pods get identities again", async function () {
        this.timeout(300_000);
        const authority = async (): Promise<string> => {
            const shown = await spire(cluster(), "localauthority", "x509", "show", "-output", "json");
            return (JSON.parse(shown) as { active: { authority_id: string } }).active.authority_id;
        };
        const before = await authority();
        const kill = ["delete", "pod", "spire-server-0", "-n", "spire", "--grace-period=0", "--force"];
        await cluster().kubectl.run(kill);
        await ready(cluster(), "statefulset/spire-server");
        assert.equal(await authority(), before);
        const again = `${CLIENT}-2`;
        const outcome = await cluster().kubectl.apply([client(again, { "spiffe.x0tta6bl4.io/identity": "x0tta6bl4" })]);
        assert.equal(outcome.code, 0, outcome.stderr);
        await until(cluster(), 150, async () => (await logs(cluster(), again)).includes(IDENTITY));
    });

    it("logs no error on the agent and none on the server", async () => {
        for (const [pod, container] of [
            ["statefulset/spire-server", "spire-server"],
            ["daemonset/spire-agent", "spire-agent"],
        ] as const) {
            const text = await cluster().kubectl.run(["logs", pod, "-n", "spire", "-c", container]);
            const errors = text.split("\n").filter((line) => /"level":"(?:error|fatal|panic)"/.test(line));
            // Refusing the stranger, and a server that was killed, are what the tests above asked for.
            const unexpected = errors.filter(
                (line) => !/No identity issued|connection (?:refused|error)|Unavailable|reset by peer/i.test(line),
            );
            assert.deepEqual(unexpected, [], container);
        }
    });

    it("does what its runbooks say, by their own commands: rotates, revokes, restarts, and bans at last", async function () {
        this.timeout(600_000);
        const { kubectl } = cluster();
        const one = (...args: readonly string[]): Promise<string> =>
            kubectl.run(["get", ...args, "-o", "jsonpath={.items[0].metadata.name}"]);
        const node = await one("nodes");
        const uid = await kubectl.run(["get", "node", node, "-o", "jsonpath={.metadata.uid}"]);
        const values: Record<string, string> = {
            node,
            NODE: node,
            SPIFFE_ID: `spiffe://staging.x0tta6bl4.io/spire/agent/k8s_psat/staging/${uid}`,
        };
        const functions: string[] = [];
        for (const { file, line } of SPIRE_RUNBOOKS.flatMap(commandsOf).filter(
            ({ line: each }) => !NOT_HERE.test(each),
        )) {
            if (line.startsWith("spire() ")) {
                functions.push(line);
                continue;
            }
            values["pod"] = await one("pods", "-n", "spire", "-l", "app.kubernetes.io/name=spire-agent");
            const { code, stdout, stderr } = await run(
                "bash",
                ["-euo", "pipefail", "-c", [...functions, filledIn(line, values)].join("\n")],
                {
                    env: {
                        ...process.env,
                        KUBECONFIG: cluster().kubeconfig,
                        PATH: `${dirname(kubectl.command)}:${process.env["PATH"] ?? ""}`,
                    },
                },
            );
            assert.equal(code, 0, `${file}: ${line}\n${stdout}${stderr}`);
            if (line.endsWith("x509 show")) {
                values["old"] ??= /Active[\s\S]*?Authority ID: (\w+)/.exec(stdout)?.[1] ?? "";
            }
            if (line.endsWith("x509 prepare")) {
                values["new"] = /Authority ID: (\w+)/.exec(stdout)?.[1] ?? "";
            }
            if (line.includes("rollout status daemonset")) {
                await until(cluster(), 90, async () =>
                    /Found 1 attested agent/.test(await spire(cluster(), "agent", "list")),
                );
            }
        }
        assert.notEqual(values["new"], values["old"]);
        const shown = await spire(cluster(), "localauthority", "x509", "show", "-output", "json");
        assert.equal((JSON.parse(shown) as { active: { authority_id: string } }).active.authority_id, values["new"]);
        await until(cluster(), 60, async () => {
            const bundle = await kubectl.get("configmap", "spire-bundle", "spire");
            const certificates = (bundle?.["data"] as { "bundle.crt": string })["bundle.crt"].match(/BEGIN/g);
            return certificates?.length === 1;
        });
        assert.match(await spire(cluster(), "agent", "list", "-banned", "true"), /Found 1 attested agent/);
    });
});

/** In this order: what ends the agent's life comes last. */
const SPIRE_RUNBOOKS = [
    "spire-ca-rotation.md",
    "lost-trust-domain.md",
    "spire-server.md",
    "spire-agent.md",
    "certificate-expiry.md",
    "agent-eviction.md",
];

/**
 * What these runbooks hold besides: deployments, an upstream authority and a federation that this stack has not, the drain of
 * the only node, the ban that the last runbook does, and what needs no SPIRE and is run without one.
 */
const NOT_HERE =
    /pulumi|hardening|upstreamauthority|federation|openssl|annotate|externalsecret|kubectl cordon|kubectl drain|^POD=.* agent ban/;

async function images(cluster: Cluster): Promise<void> {
    const node = cluster.node;
    assert.ok(node);
    const image = (program: (typeof PROGRAMS)[number], tag: string, path: string, args: string[], user?: string) =>
        importImage(node, {
            tag,
            files: { [path]: findBinary(program) ?? "" },
            entrypoint: [path, ...args],
            ...(user !== undefined && { user }),
        });
    await image(
        "spire-server",
        "ghcr.io/spiffe/spire-server:1.15.2",
        "/opt/spire/bin/spire-server",
        ["run"],
        "1000:1000",
    );
    await image("spire-agent", "ghcr.io/spiffe/spire-agent:1.15.2", "/opt/spire/bin/spire-agent", ["run"]);
    await image(
        "spire-controller-manager",
        "ghcr.io/spiffe/spire-controller-manager:0.7.0",
        "/spire-controller-manager",
        [],
    );
    await image("spiffe-csi-driver", "ghcr.io/spiffe/spiffe-csi-driver:0.2.13", "/spiffe-csi-driver", []);
}

/** Applies the objects as a deployment would: definitions first, then the rest; and gives the server its volume. */
async function deploy(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
    const first = ["Namespace", "CustomResourceDefinition", "PriorityClass"];
    const volume = {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: "spire-data" },
        spec: {
            accessModes: ["ReadWriteOnce"],
            capacity: { storage: "1Gi" },
            hostPath: { path: "/run/spire-data" },
        },
    };
    for (const part of [
        [...objects.filter(({ kind }) => first.includes(kind)), volume],
        objects.filter(({ kind }) => !first.includes(kind)),
    ]) {
        const { code, stderr } = await cluster.kubectl.apply(part);
        assert.equal(code, 0, stderr);
        await cluster.kubectl.run(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
    }
}

async function ready(cluster: Cluster, ...workloads: readonly string[]): Promise<void> {
    for (const workload of workloads) {
        const wait = ["rollout", "status", workload, "-n", "spire", "--timeout=100s"];
        const first = await cluster.kubectl.try(wait);
        const { code, stderr } = first.code === 0 ? first : await cluster.kubectl.try(wait);
        if (code !== 0) {
            const { stdout } = await cluster.kubectl.try(["get", "pods,events", "-n", "spire"]);
            const said = await cluster.kubectl.try(["logs", workload, "-n", "spire", "--all-containers", "--tail=15"]);
            assert.fail(`${workload}: ${stderr}\n${stdout}\n${said.stdout}`);
        }
    }
}

/** Runs the server's own command line in its pod. */
async function spire(cluster: Cluster, ...args: readonly string[]): Promise<string> {
    const exec = ["exec", "spire-server-0", "-n", "spire", "-c", "spire-server", "--", "/opt/spire/bin/spire-server"];
    return cluster.kubectl.run([...exec, ...args]);
}

async function logs(cluster: Cluster, pod: string): Promise<string> {
    const { stdout, stderr } = await cluster.kubectl.try(["logs", pod, "-n", "x0tta6bl4-staging", "--tail=50"]);
    return stdout + stderr;
}

async function until(cluster: Cluster, seconds: number, done: () => Promise<boolean>): Promise<void> {
    for (let elapsed = 0; elapsed < seconds; elapsed += 2) {
        if (await done()) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    const { stdout } = await cluster.kubectl.try(["get", "pods,events", "-A"]);
    assert.fail(`not after ${seconds} s:\n${stdout}\n${await logs(cluster, CLIENT)}`);
}
