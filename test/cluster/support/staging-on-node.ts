import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { ShippedImage } from "../../../components/images";
import { CSI_DRIVER_NAME } from "../../../components/spire/layout";
import { binaries } from "../harness/binaries";
import type { Cluster } from "../harness/cluster";
import { NODE_ADDRESS, NODE_NAME } from "../harness/control-plane";
import { must } from "../harness/exec";
import type { KubernetesObject } from "../harness/kubectl";
import { onNode, type Node } from "../harness/node";
import { Authority } from "../harness/pki";
import { withholdCapabilities } from "./capabilities";
import { registerCsiDriver } from "./csi-registrar";
import { startIdentityStandin } from "./identity-standin";
import { remove, removeAll } from "./objects";
import { renderWith, type Settings } from "./project";
import { REGISTRY, startRegistry } from "./registry";
import { certificateAtSource, secretSource, SOURCE, sourceSecret } from "./secret-source";
import {
    addVolumes,
    applyInOrder,
    prepareFor,
    removeInOrder,
    VOLUMES_FOLDER,
    withoutWebhooks,
    WORKLOADS,
} from "./stack";
import { publishStackImages } from "./stack-images";

export const PLATFORM = "x0tta6bl4-staging";
export const CANARY = "canary";
export const FALCO = "falco";
export const SIDEKICK = "falcosidekick";
const CANARY_SETTINGS = { enabled: true, namespace: CANARY, intervalSeconds: 2 };
const OPERATORS = "external-secrets";
const VOLUMES = 5;
/** The version that can be built serves neither of them in a way that the newer one's probes would take. */
const TOO_OLD = new Set([`${OPERATORS}/external-secrets-webhook`, `${OPERATORS}/external-secrets-cert-controller`]);

/**
 * Who issues identities, and what becomes of workloads that no image can be had for.
 *
 * - `whole`: every object of the stack. Identities come from the stand-in for SPIRE, and what can't run has pods on fake nodes.
 * - `real`: SPIRE's own programs, and only what really runs.
 */
export type Extent = "whole" | "real";

interface PodSpec {
    nodeSelector?: Record<string, string>;
    containers: {
        name: string;
        image: string;
        args?: string[];
        livenessProbe?: object;
        readinessProbe?: object;
        securityContext: { capabilities: { add?: string[] } };
    }[];
}

/** What gives pods their Workload API. */
interface Identity {
    /** Whether the kubelet has taken the CSI driver. */
    registered(): boolean | undefined;
    /** SPIFFE IDs that the stand-in gave to pods. */
    readonly issued?: ReadonlySet<string>;
    stop(): Promise<void> | void;
}

/** The staging stack as it was applied, and what it needs of the cluster. */
export interface StagingOnNode {
    /** Everything that was applied, in its order. */
    readonly objects: readonly KubernetesObject[];
    /** Workloads whose pods really run, as `namespace/name`. */
    readonly running: ReadonlySet<string>;
    /** Of the images that the node's registry has. */
    readonly digests: Readonly<Partial<Record<ShippedImage, string>>>;
    readonly identity: Identity;
    /** Of the certificates that the secrets hold. */
    readonly authority: Authority;
    remove(): Promise<void>;
}

/**
 * Brings the staging stack, with its canary, to a cluster that has one real node: images by digest from the node's own
 * registry, secrets from one of its namespaces.
 */
export async function deployStaging(cluster: Cluster, extent: Extent): Promise<StagingOnNode> {
    const { node } = cluster;
    assert.ok(node);
    await startRegistry(cluster, node);
    const digests = await publishStackImages(node, extent === "real");
    const identity =
        extent === "real"
            ? await registerCsiDriver(node, CSI_DRIVER_NAME)
            : await startIdentityStandin(node, "staging.x0tta6bl4.io");
    try {
        return await apply(cluster, node, extent, digests, identity);
    } catch (error) {
        await identity.stop();
        throw error;
    }
}

async function apply(
    cluster: Cluster,
    node: Node,
    extent: Extent,
    digests: StagingOnNode["digests"],
    identity: Identity,
): Promise<StagingOnNode> {
    const rendered = await renderWith("staging", forThisCluster(cluster, digests));
    await prepareFor(cluster, rendered);
    await addVolumes(cluster, VOLUMES);
    for (let volume = 1; volume <= VOLUMES; volume++) {
        // A storage class would give the volume to the pod's group; on a folder of the node nobody does.
        await onNode(node, "mkdir", "-p", "-m", "777", join(VOLUMES_FOLDER, String(volume)));
    }
    const fakes = extent === "whole" ? ["fake-1", "fake-2"] : [];
    if (fakes.length > 0) {
        await cluster.addFakeNodes(fakes.length);
    }
    const authority = await Authority.create(join(node.folder, "secret-source"));
    const help = await must((await binaries(["external-secrets"]))["external-secrets"], ["--help"]);
    const stack = withoutWebhooks(rendered).map((object) =>
        isWorkload(object) ? withWhatIsHere(object, help) : object,
    );
    const running = new Set(stack.filter((object) => isWorkload(object) && canRun(object, digests)).map(nameOf));
    const isInNameOnly = (object: KubernetesObject): boolean => isWorkload(object) && !running.has(nameOf(object));
    const objects = [
        ...secretSource(PLATFORM, FALCO, SIDEKICK),
        ...(await sourceSecrets(authority)),
        ...(extent === "real"
            ? stack.filter((object) => !isInNameOnly(object))
            : stack.map((object) => (isWorkload(object) ? onItsNode(object, running) : object))),
    ];
    const outcome = await applyInOrder(cluster, objects);
    assert.equal(outcome.code, 0, outcome.stderr);
    return {
        objects,
        running,
        digests,
        identity,
        authority,
        remove: async () => removeStaging(cluster, objects, fakes, identity),
    };
}

async function removeStaging(
    cluster: Cluster,
    objects: readonly KubernetesObject[],
    fakes: readonly string[],
    identity: Identity,
): Promise<void> {
    for (const namespace of new Set(objects.filter(isWorkload).map(namespaceOf))) {
        await removeAll(cluster, `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
    }
    await removeInOrder(cluster, objects);
    await remove(
        cluster,
        fakes.map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name } })),
    );
    await identity.stop();
}

/** What a cluster with a registry of its own, and with secrets in one of its own namespaces, would have in its stack file. */
function forThisCluster(cluster: Cluster, digests: StagingOnNode["digests"]): (settings: Settings) => void {
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
        for (const secret of Object.values(secrets.secrets).flat()) {
            secret.key = secret.name;
            secret.refreshInterval = "1m";
        }
        const { apiServer } = settings["x0tta6bl4:cluster"] as { apiServer: object };
        Object.assign(apiServer, { cidrs: [`${NODE_ADDRESS}/32`], ports: [cluster.plane.ports.apiserver] });
        const { agent } = settings["x0tta6bl4:spire"] as { agent: { kubelet: object } };
        agent.kubelet = { cidrs: [`${NODE_ADDRESS}/32`] };
        settings["x0tta6bl4:canary"] = CANARY_SETTINGS;
        const overrides = Object.fromEntries(Object.entries(digests).map(([name, digest]) => [name, { digest }]));
        settings["x0tta6bl4:images"] = { mirror: REGISTRY, overrides };
    };
}

function isWorkload({ kind }: KubernetesObject): boolean {
    return WORKLOADS.has(kind);
}

function podSpecOf(workload: KubernetesObject): PodSpec {
    return (workload["spec"] as { template: { spec: PodSpec } }).template.spec;
}

/** Whether the registry has every image of a workload, which says nothing of what its program is too old for. */
function canRun(workload: KubernetesObject, digests: StagingOnNode["digests"]): boolean {
    const pins = Object.values(digests).map((digest) => `@${digest}`);
    const images = podSpecOf(workload).containers.map(({ image }) => image);
    return !TOO_OLD.has(nameOf(workload)) && images.every((image) => pins.some((pin) => image.endsWith(pin)));
}

/** Sends a workload to the real node or to the fake ones. */
function onItsNode(workload: KubernetesObject, running: ReadonlySet<string>): KubernetesObject {
    const copy = structuredClone(workload);
    podSpecOf(copy).nodeSelector = running.has(nameOf(copy))
        ? { "kubernetes.io/hostname": NODE_NAME }
        : { type: "kwok" };
    return copy;
}

/**
 * Takes from a workload what can't be had here: the registrar of the CSI driver, which the test plays itself, the flags of
 * External Secrets that are newer than the version which can be built, with the probes they serve, and capabilities that this
 * machine gives to nobody.
 */
function withWhatIsHere(workload: KubernetesObject, known: string): KubernetesObject {
    const copy = structuredClone(workload);
    const spec = podSpecOf(copy);
    spec.containers = spec.containers.filter(({ name }) => name !== "node-driver-registrar");
    withholdCapabilities(spec.containers);
    if (namespaceOf(copy) === OPERATORS && !TOO_OLD.has(nameOf(copy))) {
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

function namespaceOf({ metadata }: KubernetesObject): string {
    return metadata.namespace ?? "default";
}

/** `namespace/name`. */
function nameOf(object: KubernetesObject): string {
    return `${namespaceOf(object)}/${object.metadata.name}`;
}

/** What the stack's ExternalSecrets take their entries from. */
async function sourceSecrets(authority: Authority): Promise<readonly KubernetesObject[]> {
    return [
        await certificateAtSource(authority, "x0tta6bl4-certs", "x0tta6bl4.example"),
        await certificateAtSource(authority, "shield-tls", "staging.x0tta6bl4.io"),
        await certificateAtSource(authority, "falcosidekick-client", "falco.falco.svc"),
        await certificateAtSource(authority, "falcosidekick-tls", `${SIDEKICK}.${SIDEKICK}.svc`),
        // Nothing is so urgent that it would be sent to an address which can't be reached from here.
        sourceSecret("falcosidekick-config", {
            "slack-webhook-url": "https://hooks.example/services/to-nobody",
            "slack-minimum-priority": "emergency",
        }),
    ];
}
