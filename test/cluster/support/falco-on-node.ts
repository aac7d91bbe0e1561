import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { falcoWebhook } from "../../../components/responder/responder";
import { responderSettings } from "../../../components/responder/settings";
import { findBinary } from "../../support/binary";
import type { Cluster } from "../harness/cluster";
import { NODE_ADDRESS, NODE_NAME } from "../harness/control-plane";
import type { KubernetesObject } from "../harness/kubectl";
import type { Node } from "../harness/node";
import { Authority, type KeyPair } from "../harness/pki";
import { withholdCapabilities } from "./capabilities";
import { missingForFalco } from "./falco-probe";
import { renderWith } from "./project";
import { REGISTRY, startRegistry } from "./registry";
import { NAMESPACE } from "./responder-objects";
import { applyInOrder, rolledOut, WORKLOADS } from "./stack";
import { publishFalcoImages } from "./stack-images";
import { FALCO, SIDEKICK } from "./staging-on-node";
import { until } from "./until";

/** What falcosidekick's certificate calls it. */
export const SENDER = responderSettings.read(undefined, "responder", []).falcosidekick;
const WEBHOOK = new URL(falcoWebhook({ namespace: NAMESPACE }));
/** Any will do: the responder runs beside the cluster here. */
const NO_IMAGE = `sha256:${"0".repeat(64)}`;

/** Why neither Falco nor falcosidekick can run on the node; empty if they can. */
export const lackForFalco = [
    ...missingForFalco,
    ...(findBinary("falcosidekick") === undefined ? ["falcosidekick on PATH"] : []),
].join(", ");

/** The applications that Falco guards, as other stacks deploy them. */
export interface Guarded {
    readonly namespace: string;
    /** Those that its flows open. */
    readonly ports: readonly number[];
    /** Repositories of images that ask for identities. */
    readonly images: readonly string[];
}

/** A certificate as a Secret, under the names of its entries. */
async function pairSecret(
    metadata: { readonly name: string; readonly namespace: string },
    { certificate, key }: KeyPair,
    authority: Authority,
    [certificateEntry, keyEntry]: readonly [string, string] = ["tls.crt", "tls.key"],
): Promise<KubernetesObject> {
    const read = async (path: string): Promise<string> => readFile(path, "utf8");
    return {
        apiVersion: "v1",
        kind: "Secret",
        metadata,
        stringData: {
            [certificateEntry]: await read(certificate),
            [keyEntry]: await read(key),
            "ca.crt": await read(authority.certificate),
        },
    };
}

async function secrets(authority: Authority): Promise<readonly KubernetesObject[]> {
    const issued = async (name: string, ...alternativeNames: readonly string[]): Promise<KeyPair> =>
        authority.issue({ name, commonName: name, alternativeNames });
    return [
        await pairSecret(
            { name: "falcosidekick-client", namespace: FALCO },
            await issued("falco", "DNS:falco.falco.svc"),
            authority,
        ),
        await pairSecret(
            { name: "falcosidekick-tls", namespace: SIDEKICK },
            await issued("falcosidekick", `DNS:${SIDEKICK}.${SIDEKICK}.svc`),
            authority,
        ),
        await pairSecret(
            { name: "falcosidekick-responder", namespace: SIDEKICK },
            await issued("sender", `URI:${SENDER}`),
            authority,
            ["client.crt", "client.key"],
        ),
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "falcosidekick-config", namespace: SIDEKICK },
            stringData: { "config.yaml": "{}" },
        },
    ];
}

/** What leads from the responder's name to a process beside the node's pods. */
function webhook(port: number): readonly KubernetesObject[] {
    const [name = ""] = WEBHOOK.hostname.split(".");
    const metadata = { name, namespace: NAMESPACE };
    const ports = [{ port: Number(WEBHOOK.port), targetPort: port }];
    return [
        { apiVersion: "v1", kind: "Service", metadata, spec: { ports } },
        {
            apiVersion: "discovery.k8s.io/v1",
            kind: "EndpointSlice",
            metadata: { ...metadata, labels: { "kubernetes.io/service-name": name } },
            addressType: "IPv4",
            endpoints: [{ addresses: [NODE_ADDRESS], conditions: { ready: true } }],
            ports: [{ port }],
        },
    ];
}

/** What has pods has them on the real node, with what this machine may give them. */
function onTheNode(object: KubernetesObject): KubernetesObject {
    if (!WORKLOADS.has(object.kind)) {
        return object;
    }
    const copy = structuredClone(object) as KubernetesObject & {
        spec: {
            template: {
                spec: {
                    nodeSelector?: Record<string, string>;
                    containers: { securityContext: { capabilities: { add?: string[] } } }[];
                };
            };
        };
    };
    withholdCapabilities(copy.spec.template.spec.containers);
    copy.spec.template.spec.nodeSelector = { "kubernetes.io/hostname": NODE_NAME };
    return copy;
}

/** Falco and falcosidekick on the node. */
export interface FalcoOnNode {
    /** All that was applied. */
    readonly objects: readonly KubernetesObject[];
    /** `ca.crt`, `tls.crt` and `tls.key`, as the Secret `responder-tls` has them for the responder. */
    readonly senders: string;
}

/**
 * Brings Falco and falcosidekick to the node as the staging stack has them, without the policies of their namespaces: their
 * alerts go to a responder that listens on the node.
 *
 * @param port where the responder will listen
 */
export async function falcoOnNode(
    cluster: Cluster,
    node: Node,
    { namespace, ports, images }: Guarded,
    port: number,
): Promise<FalcoOnNode> {
    await startRegistry(cluster, node);
    const digests = await publishFalcoImages(node);
    const rendered = await renderWith("staging", (settings) => {
        const falco = settings["x0tta6bl4:falco"] as object;
        Object.assign(falco, { applications: [{ namespace, ports }], workloadImages: images });
        Object.assign(settings["x0tta6bl4:responder"] as object, { enabled: true });
        const overrides = Object.entries({ ...digests, responder: NO_IMAGE }).map(([name, digest]) => [
            name,
            { digest },
        ]);
        settings["x0tta6bl4:images"] = { mirror: REGISTRY, overrides: Object.fromEntries(overrides) as object };
    });
    const authority = await Authority.create(join(node.folder, "senders"));
    const theirs = rendered.filter(
        ({ kind, metadata }) =>
            [FALCO, SIDEKICK].includes(kind === "Namespace" ? metadata.name : (metadata.namespace ?? "")) &&
            ![
                "NetworkPolicy",
                "ExternalSecret",
                "SecretStore",
                "PodDisruptionBudget",
                "PodMonitor",
                "PrometheusRule",
            ].includes(kind),
    );
    await authority.issue({
        name: "tls",
        commonName: "responder",
        alternativeNames: [`DNS:${WEBHOOK.hostname}`],
    });
    const first = theirs.filter(({ kind }) => kind === "Namespace");
    const objects = [
        ...first,
        ...(await secrets(authority)),
        ...webhook(port),
        ...theirs.filter((object) => !first.includes(object)).map(onTheNode),
    ];
    await until("Falco and falcosidekick are taken", async () => {
        const { code, stderr } = await applyInOrder(cluster, objects);
        return code === 0 || stderr;
    });
    for (const workload of objects.filter(({ kind }) => WORKLOADS.has(kind))) {
        await rolledOut(cluster, workload, 180);
    }
    return { objects, senders: authority.folder };
}
