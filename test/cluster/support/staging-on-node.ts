import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { IMAGES, type ImageName } from "../../../components/images";
import { binaries } from "../harness/binaries";
import type { Cluster } from "../harness/cluster";
import { NODE_ADDRESS, NODE_NAME } from "../harness/control-plane";
import { must } from "../harness/exec";
import { publishImage, type ImageSpec } from "../harness/images";
import type { KubernetesObject } from "../harness/kubectl";
import type { Node } from "../harness/node";
import { startIdentityStandin, type IdentityStandin } from "./identity-standin";
import { remove } from "./objects";
import { probeImage } from "./probe-image";
import { renderWith, type Settings } from "./project";
import { REGISTRY, startRegistry } from "./registry";
import { secretSource, SOURCE, sourceSecret } from "./secret-source";
import { addVolumes, applyInOrder, prepareFor, removeInOrder, withoutWebhooks, WORKLOADS } from "./stack";

export const PLATFORM = "x0tta6bl4-staging";
export const CANARY = "canary";
export const CANARY_SETTINGS = { enabled: true, namespace: CANARY, intervalSeconds: 2 };
const OPERATORS = "external-secrets";
const CONTROLLER = `${OPERATORS}/external-secrets-${PLATFORM}`;
const ENTRIES = ["certificate", "private-key", "issuing-ca"];

/**
 * What runs on the real node, with the image of each. Images for the rest can't be had here, and the version of External
 * Secrets that can be built serves no health check in its certificate controller: these run in name only.
 */
export const REAL: Readonly<Record<string, ImageName>> = {
    [`${PLATFORM}/x0tta6bl4`]: "x0tta6bl4",
    [`${PLATFORM}/canary`]: "probe",
    [`${CANARY}/canary`]: "probe",
    [CONTROLLER]: "external-secrets",
};

interface PodSpec {
    nodeSelector?: Record<string, string>;
    containers: { args?: string[]; livenessProbe?: object; readinessProbe?: object }[];
}

/** The staging stack as it was applied, and what it needs of the cluster. */
export interface StagingOnNode {
    /** Everything that was applied, in its order. */
    readonly objects: readonly KubernetesObject[];
    /** Of the images that the node's registry has. */
    readonly digests: Readonly<Record<string, string>>;
    readonly identity: IdentityStandin;
    remove(): Promise<void>;
}

/**
 * Brings the staging stack, with its canary, to a cluster that has one real node: images from the node's own registry, secrets
 * from one of its namespaces, identities from the stand-in for SPIRE.
 */
export async function deployStaging(cluster: Cluster): Promise<StagingOnNode> {
    const { node } = cluster;
    assert.ok(node);
    const { "external-secrets": operator } = await binaries(["external-secrets"]);
    await startRegistry(cluster, node);
    const digests = await publishImages(node, operator);
    const identity = await startIdentityStandin(node, "staging.x0tta6bl4.io");
    try {
        return await apply(cluster, operator, digests, identity);
    } catch (error) {
        await identity.stop();
        throw error;
    }
}

async function apply(
    cluster: Cluster,
    operator: string,
    digests: Readonly<Record<string, string>>,
    identity: IdentityStandin,
): Promise<StagingOnNode> {
    const rendered = await renderWith("staging", forThisCluster(cluster, digests));
    await prepareFor(cluster, rendered);
    await addVolumes(cluster, 5);
    await cluster.addFakeNodes(2);
    const help = await must(operator, ["--help"]);
    const objects = [
        ...secretSource(PLATFORM),
        ...sourceSecrets("first"),
        ...withoutWebhooks(rendered).map((object) => forTheNode(object, help)),
    ];
    const outcome = await applyInOrder(cluster, objects);
    assert.equal(outcome.code, 0, outcome.stderr);
    return { objects, digests, identity, remove: async () => removeStaging(cluster, objects, identity) };
}

async function removeStaging(
    cluster: Cluster,
    objects: readonly KubernetesObject[],
    identity: IdentityStandin,
): Promise<void> {
    for (const namespace of [PLATFORM, CANARY, OPERATORS]) {
        await cluster.request("DELETE", `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
    }
    await removeInOrder(cluster, objects);
    await remove(
        cluster,
        ["fake-1", "fake-2"].map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name } })),
    );
    await identity.stop();
}

/** The platform is played by the probe too: it serves the metrics that the hardening guide wants, and they are measured. */
async function publishImages(node: Node, operator: string): Promise<Readonly<Record<string, string>>> {
    const publish = async (name: ImageName, image: (tag: string) => Promise<ImageSpec> | ImageSpec) => {
        const { repository, tag } = IMAGES[name];
        return [name, await publishImage(node, repository, await image(tag))] as const;
    };
    return Object.fromEntries([
        await publish("probe", async (tag) => probeImage(tag)),
        await publish("x0tta6bl4", async (tag) => probeImage(tag, ["PROBE_PEERS=https://127.0.0.1:8443"])),
        await publish("external-secrets", (tag) => ({
            tag,
            files: { "/bin/external-secrets": operator },
            entrypoint: ["/bin/external-secrets"],
        })),
    ]);
}

/** What a cluster with a registry of its own, and with secrets in one of its own namespaces, would have in its stack file. */
function forThisCluster(cluster: Cluster, digests: Readonly<Record<string, string>>): (settings: Settings) => void {
    return (settings) => {
        const secrets = settings["x0tta6bl4:externalSecrets"] as {
            provider: object;
            secrets: Record<string, { name: string; key: string; refreshInterval: string }[]>;
        };
        secrets.provider = {
            kind: "kubernetes",
            server: "https://kubernetes.default.svc",
            remoteNamespace: SOURCE,
            caBundle: readFileSync(cluster.plane.authority.certificate, "utf8"),
        };
        for (const secret of secrets.secrets[PLATFORM] ?? []) {
            secret.key = secret.name;
            secret.refreshInterval = "1m";
        }
        const { apiServer } = settings["x0tta6bl4:cluster"] as { apiServer: object };
        Object.assign(apiServer, { cidrs: [`${NODE_ADDRESS}/32`], ports: [cluster.plane.ports.apiserver] });
        settings["x0tta6bl4:canary"] = CANARY_SETTINGS;
        const overrides = Object.fromEntries(Object.entries(digests).map(([name, digest]) => [name, { digest }]));
        settings["x0tta6bl4:images"] = { mirror: REGISTRY, overrides };
    };
}

/**
 * Chooses the node of a workload, and takes away what can't be had here: the flags of the controller that are newer than the
 * version which can be built, with the probes they serve.
 */
function forTheNode(object: KubernetesObject, known: string): KubernetesObject {
    if (!WORKLOADS.has(object.kind)) {
        return object;
    }
    const copy = structuredClone(object);
    const { spec } = (copy["spec"] as { template: { spec: PodSpec } }).template;
    const name = `${copy.metadata.namespace ?? ""}/${copy.metadata.name}`;
    spec.nodeSelector = name in REAL ? { "kubernetes.io/hostname": NODE_NAME } : { type: "kwok" };
    if (name === CONTROLLER) {
        for (const container of spec.containers) {
            container.args = container.args
                ?.filter((arg) => known.includes(arg.replace(/=.*/, " ")))
                .filter((arg) => !arg.includes("leader-election"));
            container.readinessProbe = { tcpSocket: { port: "metrics" } };
            delete container.livenessProbe;
        }
        // One alone elects nobody: the older version can't be told the name of the lease that its role allows.
        (copy["spec"] as { replicas: number }).replicas = 1;
    }
    return copy;
}

/** What the stack's ExternalSecrets take their entries from, each with a value that says which it is. */
export function sourceSecrets(value: string): readonly KubernetesObject[] {
    return ["x0tta6bl4-certs", "shield-tls"].map((name) =>
        sourceSecret(name, Object.fromEntries(ENTRIES.map((entry) => [entry, `${value} ${entry} of ${name}`]))),
    );
}
