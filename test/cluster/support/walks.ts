import { readFileSync } from "node:fs";
import { Agent, request as httpsRequest } from "node:https";

import { binaries } from "../harness/binaries";
import type { Cluster } from "../harness/cluster";
import { NODE_NAME } from "../harness/control-plane";
import { importImage, programWithLibraries } from "../harness/images";
import type { KubernetesObject } from "../harness/kubectl";
import type { Node } from "../harness/node";
import { read } from "./objects";
import { until } from "./until";

/** What an attacker has brought back who got through. Nothing else in the cluster says so. */
export const MARKER = "walked";

/** An image that sleeps, and in which a script can be run: `/app/node -e SCRIPT`. The second differs in its tag alone. */
const IMAGES = ["localhost/walker:1", "localhost/walker:2"] as const;
export const [WALKER, OTHER_WALKER] = IMAGES;

export async function importWalker(node: Node): Promise<void> {
    const { pause } = await binaries(["pause"]);
    const files = { ...(await programWithLibraries(process.execPath, "/app/node")), "/app/pause": pause };
    for (const tag of IMAGES) {
        // Two tags of one image would be one to the runtime.
        await importImage(node, { tag, files, entrypoint: ["/app/pause"], env: [`WALKER=${tag}`] });
    }
}

/** A namespace in which every walk is tried: where it should come through, or where it is mended. */
export interface Ground {
    readonly cluster: Cluster;
    readonly node: Node;
    readonly space: string;
}

/** An edge of the graph that is walked on a cluster. */
export interface Walk {
    /** The family of the edge; the attacker's account, or the pod that is lost, has its name. */
    readonly edge: string;
    /** Where it leads, as `hardening paths --to` takes it. */
    readonly to: (space: string) => string;
    /** What makes the edge, or does not where it is mended. */
    readonly objects: (space: string, open: boolean) => readonly KubernetesObject[];
    /** Goes the way. Answers the marker, or what stands against it. */
    readonly walk: (ground: Ground) => Promise<string>;
    /** What stands against it where it is mended. */
    readonly refusal: RegExp;
}

export const accountOf = (space: string, name: string): string => `system:serviceaccount:${space}:${name}`;

type Fields = Readonly<Record<string, unknown>>;

/** A pod of the walker's image on the real node. */
export function walker(space: string, name: string, spec: Fields = {}, container: Fields = {}): KubernetesObject {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: space },
        spec: {
            automountServiceAccountToken: false,
            nodeSelector: { "kubernetes.io/hostname": NODE_NAME },
            terminationGracePeriodSeconds: 1,
            restartPolicy: "Never",
            containers: [{ name: "main", image: WALKER, imagePullPolicy: "Never", ...container }],
            ...spec,
        },
    };
}

/** A container's fields by which it runs a script and says at its end what came of it. */
export const saying = (script: string): Fields => ({
    command: ["/app/node", "-e", `require("fs").writeFileSync("/dev/termination-log", String(${script}))`],
});

/** A rule as `group/resource`, of core where there is none, and its verbs. */
type Rule = readonly [resource: string, ...verbs: string[]];

/** An account with rights, in its namespace or in the cluster. */
export function attacker(space: string, name: string, scope: "Role" | "ClusterRole", ...rules: readonly Rule[]) {
    const place = scope === "Role" ? { namespace: space, name } : { name: `walk-${name}-${space}` };
    const apiGroup = "rbac.authorization.k8s.io";
    return [
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: space } },
        {
            apiVersion: `${apiGroup}/v1`,
            kind: scope,
            metadata: place,
            rules: rules.map(([resource, ...verbs]) => {
                const slash = resource.indexOf("/");
                return { apiGroups: [resource.slice(0, slash)], resources: [resource.slice(slash + 1)], verbs };
            }),
        },
        {
            apiVersion: `${apiGroup}/v1`,
            kind: `${scope}Binding`,
            metadata: place,
            roleRef: { apiGroup, kind: scope, name: place.name },
            subjects: [{ kind: "ServiceAccount", name, namespace: space }],
        },
    ];
}

/** Runs a script in a pod, and answers what it prints, or what it failed with. */
export async function inPod({ cluster, space }: Ground, pod: string, script: string): Promise<string> {
    const exec = ["exec", "-n", space, pod, "-c", "main", "--", "/app/node", "-e", script];
    const { code, stdout, stderr } = await cluster.kubectl.try(exec);
    return code === 0 ? stdout.trim() : stderr;
}

/** What a pod said at its end, and of which of its containers: one that is added has a state of its own. */
export async function saidBy({ cluster, space }: Ground, pod: string, container = "main"): Promise<string> {
    let said = "";
    await until(
        `${pod} has ended`,
        async () => {
            const status = (await read(cluster, walker(space, pod)))?.["status"] ?? {};
            const { containerStatuses = [], ephemeralContainerStatuses = [] } = status as Statuses;
            const one = [...containerStatuses, ...ephemeralContainerStatuses].find(({ name }) => name === container);
            said = one?.state.terminated?.message ?? "";
            return one?.state.terminated !== undefined || JSON.stringify(one?.state ?? status);
        },
        { seconds: 60 },
    );
    return said;
}

interface Statuses {
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
}

interface ContainerStatus {
    readonly name: string;
    readonly state: { readonly terminated?: { readonly message?: string } };
}

/** A request to the API server with a token, and nothing else that says who asks. */
export interface Asked {
    readonly body?: unknown;
    readonly type?: string;
    readonly headers?: Readonly<Record<string, string>>;
}

/** The API server, asked by whoever holds a token. Answers the text of the answer; of a refusal its message. */
export async function ask(
    { plane }: Cluster,
    token: string,
    method: string,
    path: string,
    { body, type = "application/json", headers = {} }: Asked = {},
): Promise<{ readonly ok: boolean; readonly text: string }> {
    const agent = new Agent({ ca: readFileSync(plane.authority.certificate) });
    return new Promise((resolve, reject) => {
        const outgoing = httpsRequest(
            {
                agent,
                host: "127.0.0.1",
                port: plane.ports.apiserver,
                method,
                path,
                headers: { authorization: `Bearer ${token}`, "content-type": type, ...headers },
            },
            (incoming) => {
                let text = "";
                incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
                incoming.on("error", reject);
                incoming.on("end", () => {
                    resolve({ ok: (incoming.statusCode ?? 500) < 300, text });
                });
            },
        );
        outgoing.on("error", reject);
        outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/** A token of an account, as its pods have it. */
export async function tokenOf({ cluster, space }: Ground, name: string): Promise<string> {
    const path = `/api/v1/namespaces/${space}/serviceaccounts/${name}/token`;
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const { text } = await cluster.request("POST", path, body);
    return (JSON.parse(text) as { status: { token: string } }).status.token;
}

/** The marker where a token is taken for the account that holds something; else whom it is taken for. */
export async function isHolder({ cluster, space }: Ground, token: string): Promise<string> {
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const { ok, text } = await ask(cluster, token, "POST", path, { body });
    const name = ok ? (JSON.parse(text) as Reviewed).status.userInfo.username : text;
    return name === accountOf(space, HOLDER) ? MARKER : name;
}

export interface Reviewed {
    readonly status: { readonly userInfo: { readonly username: string } };
}

/** An account worth having. */
export const HOLDER = "holder";
/** Where a pod has the token of its account. */
export const TOKEN_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/token";
/** A Secret worth reading, and a pod that has it. */
export const TREASURE = "treasure";
export const VAULT = "vault";
export const TREASURE_FILE = "/treasure/marker";
export const TREASURE_VOLUME = { name: TREASURE, secret: { secretName: TREASURE } };
export const TREASURE_MOUNT = { name: TREASURE, mountPath: "/treasure" };

/** What every walk may be about, in a namespace of its own. */
export function groundOf(space: string): readonly KubernetesObject[] {
    return [
        {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: space, labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
        },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: HOLDER, namespace: space } },
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: TREASURE, namespace: space },
            stringData: { marker: MARKER },
        },
        walker(space, VAULT, { volumes: [TREASURE_VOLUME] }, { volumeMounts: [TREASURE_MOUNT] }),
    ];
}
