import assert from "node:assert/strict";

import { IMAGES, type ImageName } from "../../../components/images";
import { CSI_DRIVER_NAME } from "../../../components/spire/layout";
import { findBinary } from "../../support/binary";
import type { Cluster } from "../harness/cluster";
import { importImage, type ImageSpec } from "../harness/images";
import type { KubernetesObject } from "../harness/kubectl";
import { onNode } from "../harness/node";
import { registerCsiDriver, type Registrar } from "./csi-registrar";
import { probeImage } from "./probe-image";
import { renderWith } from "./project";
import { CANARY, CANARY_SETTINGS, PLATFORM } from "./staging-on-node";

type Mutable = Record<string, unknown>;

/** SPIRE's programs in the stack's images, each with what it is started with. */
const PROGRAMS = {
    "spire-server": { path: "/opt/spire/bin/spire-server", args: ["run"], user: "1000:1000" },
    "spire-agent": { path: "/opt/spire/bin/spire-agent", args: ["run"] },
    "spire-controller-manager": { path: "/spire-controller-manager", args: [] },
    "spiffe-csi-driver": { path: "/spiffe-csi-driver", args: [] },
} as const satisfies Partial<Record<ImageName, { path: string; args: readonly string[]; user?: string }>>;

/** The programs that aren't on PATH. */
export const missingPrograms = Object.keys(PROGRAMS).filter((program) => findBinary(program) === undefined);

/** SPIRE, the canary and the platform's account, as they were applied. */
export interface SpireOnNode {
    readonly objects: readonly KubernetesObject[];
    readonly registrar: Registrar;
}

/** Brings SPIRE's real programs to the node, by the objects of the staging stack, and the canary as its first workload. */
export async function deploySpire(cluster: Cluster): Promise<SpireOnNode> {
    const { node } = cluster;
    assert.ok(node);
    const images: ImageSpec[] = Object.entries(PROGRAMS).map(([program, { path, args, ...user }]) => ({
        tag: reference(program as ImageName),
        files: { [path]: findBinary(program) ?? "" },
        entrypoint: [path, ...args],
        ...user,
    }));
    for (const image of [...images, await probeImage(reference("probe"))]) {
        await importImage(node, image);
    }
    await onNode(node, "mkdir", "-p", "-m", "777", "/run/spire-data");
    const rendered = await renderWith("staging", (settings) => {
        settings["x0tta6bl4:canary"] = CANARY_SETTINGS;
        settings["x0tta6bl4:images"] = { overrides: { probe: { digest: `sha256:${"0".repeat(64)}` } } };
    });
    const registrar = await registerCsiDriver(node, CSI_DRIVER_NAME);
    const objects = rendered.filter(isNeeded).map(forTheNode);
    try {
        await deploy(cluster, objects);
    } catch (error) {
        registrar.stop();
        throw error;
    }
    return { objects, registrar };
}

/** How pods name an image once its digest is taken away. */
function reference(name: ImageName): string {
    const { registry, repository, tag } = IMAGES[name];
    return `${registry}/${repository}:${tag}`;
}

/** SPIRE's objects of the staging stack, the canary's, and what the platform's identity needs. */
function isNeeded({ kind, metadata: { name, namespace } }: KubernetesObject): boolean {
    return (
        // The namespaces' defaults ask for more ephemeral storage than the node offers to all of its pods.
        !["PodMonitor", "PrometheusRule", "LimitRange"].includes(kind) &&
        (namespace === "spire" ||
            namespace === CANARY ||
            /^(?:spire|spiffe|csi\.spiffe|canary$)/.test(name) ||
            name.endsWith(".spire.spiffe.io") ||
            kind === "ClusterSPIFFEID" ||
            (kind === "Namespace" && name === PLATFORM) ||
            (kind === "ServiceAccount" && name === "x0tta6bl4"))
    );
}

/** What a test node can't have: images by digest from a registry, and the registrar that the test plays itself. */
function forTheNode(object: KubernetesObject): KubernetesObject {
    const copy = JSON.parse(
        JSON.stringify(object)
            .replaceAll(/@sha256:[0-9a-f]{64}/g, "")
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

/** Waits for workloads of a namespace, `kind/name`; if they don't come up, says what they and the cluster have to say. */
export async function rolledOutIn(cluster: Cluster, namespace: string, ...workloads: readonly string[]): Promise<void> {
    for (const workload of workloads) {
        const wait = ["rollout", "status", workload, "-n", namespace, "--timeout=100s"];
        const first = await cluster.kubectl.try(wait);
        const { code, stderr } = first.code === 0 ? first : await cluster.kubectl.try(wait);
        if (code !== 0) {
            const { stdout } = await cluster.kubectl.try(["get", "pods,events", "-n", namespace]);
            const said = await cluster.kubectl.try([
                "logs",
                workload,
                "-n",
                namespace,
                "--all-containers",
                "--tail=15",
            ]);
            assert.fail(`${workload}: ${stderr}\n${stdout}\n${said.stdout}`);
        }
    }
}

/** Runs the server's own command line in its pod. */
export async function spireServer(cluster: Cluster, ...args: readonly string[]): Promise<string> {
    const exec = ["exec", "spire-server-0", "-n", "spire", "-c", "spire-server", "--", "/opt/spire/bin/spire-server"];
    return cluster.kubectl.run([...exec, ...args]);
}

/** The X.509 authority that the server signs with. */
export async function activeAuthority(cluster: Cluster): Promise<string> {
    const shown = await spireServer(cluster, "localauthority", "x509", "show", "-output", "json");
    return (JSON.parse(shown) as { active: { authority_id: string } }).active.authority_id;
}
