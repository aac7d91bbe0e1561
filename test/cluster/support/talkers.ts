import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import { join } from "node:path";

import { build } from "esbuild";

import { CSI_DRIVER_NAME } from "../../../components/spire/layout";
import { DENY_LIST } from "../../../components/responder/rights";
import type { Cluster } from "../harness/cluster";
import { NODE_NAME } from "../harness/control-plane";
import { importImage, programWithLibraries, type ImageSpec } from "../harness/images";
import type { KubernetesObject } from "../harness/kubectl";
import type { Node } from "../harness/node";
import type { TalkState } from "./talker.mts";

/** Where every talker answers: anybody, and those with an SVID. */
export const PLAIN_PORT = 7000;
export const MUTUAL_PORT = 8443;
const CONTROL_PORT = 8080;

/** The image of talkers, by its repository. */
export const TALKER = "localhost/talker";
/** Where anybody in a talker's container may write: also where intruders do, and where no image would let them. */
const OPEN_FOLDERS = { "/tmp": 0o1777, "/etc/open": 0o1777, "/run/secrets/tokens": 0o1777 };

/**
 * Puts the program of talker.mts into an image on the node.
 *
 * @param repository another name for the same image
 * @param tools beside the program: path in the image to path on this machine
 */
export async function importTalker(node: Node, repository = TALKER, tools: ImageSpec["files"] = {}): Promise<void> {
    const bundle = join(node.folder, "talker.mjs");
    await build({
        entryPoints: [join(__dirname, "talker.mts")],
        outfile: bundle,
        bundle: true,
        platform: "node",
        format: "esm",
        target: "node24",
        conditions: ["@x0tta6bl4/source"],
        logLevel: "warning",
        external: [...builtinModules],
        banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    });
    await importImage(node, {
        tag: `${repository}:1`,
        folders: OPEN_FOLDERS,
        files: { ...(await programWithLibraries(process.execPath, "/app/node")), ...tools, "/app/talker.mjs": bundle },
        entrypoint: ["/app/node", "/app/talker.mjs"],
        user: "65532:65532",
    });
}

/** A Deployment of talkers on the real node, with an identity of its own name, a Service, and the list of refused identities. */
export function talkers(
    namespace: string,
    name: string,
    replicas: number,
    repository = TALKER,
): readonly KubernetesObject[] {
    const labels = { app: name };
    const mounts = { identity: "/run/identity", revoked: "/etc/revoked" };
    const pod = {
        serviceAccountName: name,
        automountServiceAccountToken: false,
        nodeSelector: { "kubernetes.io/hostname": NODE_NAME },
        terminationGracePeriodSeconds: 1,
        containers: [
            {
                name: "main",
                image: `${repository}:1`,
                imagePullPolicy: "Never",
                readinessProbe: { httpGet: { path: "/state", port: CONTROL_PORT }, periodSeconds: 1 },
                volumeMounts: Object.entries(mounts).map(([volume, mountPath]) => ({ name: volume, mountPath })),
            },
        ],
        volumes: [
            { name: "identity", csi: { driver: CSI_DRIVER_NAME, readOnly: true } },
            { name: "revoked", configMap: { name: DENY_LIST } },
        ],
    };
    return [
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name, namespace },
            spec: { selector: labels, ports: [{ port: PLAIN_PORT }] },
        },
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name, namespace },
            spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
        },
    ];
}

/** The tasks of a talker, by their names. */
export type Tasks = Readonly<Record<string, TalkState>>;

/** Has a pod's talker do something. The API server asks it from the node, which network policies let through. */
export async function tell(cluster: Cluster, namespace: string, pod: string, path: string): Promise<Tasks> {
    const { status, text } = await control(cluster, namespace, pod, "GET", path);
    assert.equal(status, 200, `${pod} ${path}: ${text}`);
    return (JSON.parse(text) as { tasks: Tasks }).tasks;
}

/** Has a pod's talker show a certificate at a peer. @returns `answered` or `refused` */
export async function showCertificate(
    cluster: Cluster,
    namespace: string,
    pod: string,
    to: string,
    certificate: Readonly<Record<"cert" | "key", string>>,
): Promise<string> {
    return (await control(cluster, namespace, pod, "POST", `/forge?to=${to}`, certificate)).text;
}

async function control(cluster: Cluster, namespace: string, pod: string, method: string, path: string, body?: object) {
    return cluster.request(method, `/api/v1/namespaces/${namespace}/pods/${pod}:${CONTROL_PORT}/proxy${path}`, body);
}
