import { join } from "node:path";

import { NODE_NAME } from "../harness/control-plane";
import type { KubernetesObject } from "../harness/kubectl";
import { onNode } from "../harness/node";
import { request } from "../harness/api";
import type { Walk } from "./walks";
import { HOLDER, inPod, isHolder, MARKER, TOKEN_FILE, TREASURE, walker } from "./walks";

/** Directories of the node's own, which end with it. */
const KUBELET = "/var/lib/kubelet";
const HARMLESS = `${KUBELET.replace("kubelet", "cni")}/walk`;
const SOCKET = "/run/containerd/containerd.sock";
const PROCESS = "WALKER_ON_THE_NODE";

const toNode = (): string => "node";

function withHostPath(space: string, name: string, path: string, readOnly: boolean): KubernetesObject {
    return walker(
        space,
        name,
        { volumes: [{ name: "host", hostPath: { path } }] },
        { volumeMounts: [{ name: "host", mountPath: "/host", readOnly }] },
    );
}

/** Asks the runtime for its version, as the kubelet does: `Version` of runtime.v1.RuntimeService, by gRPC. */
const ASK_RUNTIME = `
    const client = require("http2").connect("http://runtime", { createConnection: () => require("net").connect("/host") });
    client.on("error", ({ code }) => { console.log(code); process.exit(); });
    const call = client.request({
        ":method": "POST", ":path": "/runtime.v1.RuntimeService/Version", "content-type": "application/grpc", te: "trailers",
    });
    let text = "";
    call.on("data", (data) => (text += data));
    call.on("end", () => { console.log(text.includes("containerd") ? "${MARKER}" : "no answer"); client.close(); });
    call.end(Buffer.alloc(5));
`;

/** Ways that begin in a pod or on a node: what a container holds is enough for them. */
export const WALKS_IN_PODS: readonly Walk[] = [
    {
        edge: "mounted-token",
        to: (space) => `account:${space}/${HOLDER}`,
        objects: (space, open) => [
            walker(space, "mounted-token", { serviceAccountName: HOLDER, automountServiceAccountToken: open }),
        ],
        walk: async (ground) => {
            const read = `process.stdout.write(require("fs").readFileSync("${TOKEN_FILE}", "utf8"))`;
            const token = await inPod(ground, "mounted-token", read);
            return token.includes("ENOENT") ? token : isHolder(ground, token);
        },
        refusal: /ENOENT/,
    },
    {
        edge: "mounted-secret",
        to: (space) => `secret:${space}/${TREASURE}`,
        objects: (space, open) => [
            walker(
                space,
                "mounted-secret",
                { volumes: [{ name: "data", ...(open ? { secret: { secretName: TREASURE } } : { emptyDir: {} }) }] },
                { volumeMounts: [{ name: "data", mountPath: "/data" }] },
            ),
        ],
        walk: async (ground) =>
            inPod(ground, "mounted-secret", `console.log(require("fs").readFileSync("/data/marker", "utf8"))`),
        refusal: /ENOENT/,
    },
    {
        // What the kernel starts when a program crashes is the same for the node. It is opened for writing, and not written.
        edge: "privileged-container",
        to: toNode,
        objects: (space, open) => [
            walker(space, "privileged-container", {}, { securityContext: { privileged: open } }),
        ],
        walk: async (ground) =>
            inPod(
                ground,
                "privileged-container",
                `require("fs").openSync("/proc/sys/kernel/core_pattern", "r+"); console.log("${MARKER}")`,
            ),
        refusal: /EROFS|EACCES/,
    },
    {
        edge: "host-processes",
        to: toNode,
        objects: (space, open) => [
            walker(
                space,
                "host-processes",
                { hostPID: open },
                { securityContext: { capabilities: { add: ["SYS_PTRACE"] } } },
            ),
        ],
        walk: async (ground) => {
            await onNode(ground.node, "sh", "-c", `${PROCESS}=${MARKER} sleep 120 >/dev/null 2>&1 &`);
            const look = `
                const fs = require("fs");
                const read = (pid) => { try { return fs.readFileSync("/proc/" + pid + "/environ", "latin1"); } catch { return ""; } };
                const found = fs.readdirSync("/proc").map(read).join("\\0").match(/${PROCESS}=(\\w+)/);
                console.log(found ? found[1] : "not seen");
            `;
            return inPod(ground, "host-processes", look);
        },
        refusal: /^not seen$/,
    },
    {
        edge: "host-path-read",
        to: toNode,
        objects: (space, open) => [withHostPath(space, "host-path-read", open ? `${KUBELET}/pki` : HARMLESS, true)],
        walk: async (ground) => {
            await onNode(ground.node, "sh", "-c", `mkdir -p ${KUBELET}/pki && printf ${MARKER} >${KUBELET}/pki/marker`);
            return inPod(ground, "host-path-read", `console.log(require("fs").readFileSync("/host/marker", "utf8"))`);
        },
        refusal: /ENOENT/,
    },
    {
        edge: "host-path-write",
        to: toNode,
        objects: (space, open) => [withHostPath(space, "host-path-write", `${KUBELET}/plugins`, !open)],
        walk: async (ground) => {
            const write = `require("fs").writeFileSync("/host/${ground.space}", "${MARKER}")`;
            const answer = await inPod(ground, "host-path-write", write);
            return answer === "" ? onNode(ground.node, "cat", `${KUBELET}/plugins/${ground.space}`) : answer;
        },
        refusal: /EROFS/,
    },
    {
        edge: "runtime-socket",
        to: toNode,
        objects: (space, open) => [withHostPath(space, "runtime-socket", open ? SOCKET : HARMLESS, true)],
        walk: async (ground) => inPod(ground, "runtime-socket", ASK_RUNTIME),
        refusal: /ECONNREFUSED|ENOTSOCK|EISDIR/,
    },
    {
        // By the kubelet's own credentials, which the authorizer of nodes lets read what the pods of the node have.
        edge: "node-pods",
        to: (space) => `secret:${space}/kept`,
        objects: (space, open) => [
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "kept", namespace: space },
                stringData: { marker: MARKER },
            },
            walker(space, "node-pods", {
                volumes: [{ name: "kept", ...(open ? { secret: { secretName: "kept" } } : { emptyDir: {} }) }],
            }),
        ],
        walk: async ({ cluster, space }) => {
            const { authority, ports } = cluster.plane;
            const target = { port: ports.apiserver, authority, pair: authority.pair("kubelet") };
            const { status, text } = await request(target, "GET", `/api/v1/namespaces/${space}/secrets/kept`);
            const { data, message = "" } = JSON.parse(text) as { data?: { marker: string }; message?: string };
            return status === 200 ? Buffer.from(data?.marker ?? "", "base64").toString() : message;
        },
        refusal: new RegExp(`no relationship found between node '${NODE_NAME}' and this object`),
    },
];

/** Directories of the node that the pods of the walks have, and that have to be there first. */
export const NODE_FOLDERS = [join(KUBELET, "pki"), join(KUBELET, "plugins"), HARMLESS];
