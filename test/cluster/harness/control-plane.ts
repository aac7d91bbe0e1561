import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { request, type Target } from "./api";
import type { ComponentSpec } from "./component";
import { Authority, kubeconfig, type KeyPair } from "./pki";

export const SERVICE_RANGE = "10.96.0.0/16";
/** The first address of the service range, which the `kubernetes` Service gets. */
export const KUBERNETES_SERVICE = "10.96.0.1";
export const CLUSTER_DNS = "10.96.0.10";
export const POD_RANGE = "10.244.0.0/24";
/** The bridge's address: the node's, and the API server's as pods see it. */
export const NODE_ADDRESS = "10.244.0.1";
export const NODE_NAME = "node-1";

/** Files and ports that the components share. */
export interface ControlPlane {
    readonly folder: string;
    readonly authority: Authority;
    readonly ports: Readonly<Record<PortName, number>>;
    /** The address the API server listens on for everybody but the harness. */
    readonly address: string;
    readonly admin: KeyPair;
}

export const PORT_NAMES = ["apiserver", "etcd", "etcdPeer", "controllerManager", "scheduler", "kwok"] as const;
export type PortName = (typeof PORT_NAMES)[number];

/** Clients hold themselves back to spare an API server that many share; here it has no other clients. */
const UNTHROTTLED = ["--kube-api-qps=1000", "--kube-api-burst=2000"];

/** Writes every certificate, key and kubeconfig of the control plane. */
export async function prepareControlPlane(
    folder: string,
    ports: Readonly<Record<PortName, number>>,
    address: string,
): Promise<ControlPlane> {
    const authority = await Authority.create(join(folder, "pki"));
    const server = `https://${address}:${ports.apiserver}`;
    const loopback = ["IP:127.0.0.1", "DNS:localhost"];
    const [, , , , , admin] = await Promise.all([
        // etcd, the controller manager and the scheduler serve on loopback only.
        authority.issue({ name: "loopback", commonName: "loopback", alternativeNames: loopback }),
        authority.issue({
            name: "apiserver",
            commonName: "kube-apiserver",
            alternativeNames: [
                ...loopback,
                `IP:${KUBERNETES_SERVICE}`,
                `IP:${NODE_ADDRESS}`,
                "DNS:kubernetes",
                "DNS:kubernetes.default",
                "DNS:kubernetes.default.svc",
                "DNS:kubernetes.default.svc.cluster.local",
            ],
        }),
        authority.issue({ name: "apiserver-etcd-client", commonName: "kube-apiserver" }),
        authority.issue({
            name: "apiserver-kubelet-client",
            commonName: "kube-apiserver",
            organization: "system:masters",
        }),
        authority.issue({ name: "service-accounts", commonName: "service-accounts" }),
        authority.issue({ name: "admin", commonName: "test-admin", organization: "system:masters" }),
        ...["kube-controller-manager", "kube-scheduler", "kube-proxy"].map(async (name) => {
            const pair = await authority.issue({ name, commonName: `system:${name}` });
            await writeFile(join(folder, `${name}.kubeconfig`), kubeconfig(server, authority, pair), { mode: 0o600 });
        }),
    ]);
    // Written for people and tests: it must work from outside the node's namespaces too.
    await writeFile(join(folder, "kubeconfig"), kubeconfig(`https://127.0.0.1:${ports.apiserver}`, authority, admin), {
        mode: 0o600,
    });
    await mkdir(join(folder, "logs"), { recursive: true });
    await writeFile(join(folder, ENCRYPTION), JSON.stringify(encryption()), { mode: 0o600 });
    await writeFile(join(folder, AUDIT_POLICY), JSON.stringify(AUDITED));
    return { folder, authority, ports, address, admin };
}

const ENCRYPTION = "encryption.json";
const AUDIT_POLICY = "audit-policy.json";

/** Secrets are encrypted by a key that is gone with the cluster. */
function encryption(): object {
    const keys = [{ name: "key1", secret: randomBytes(32).toString("base64") }];
    return {
        ...{ apiVersion: "apiserver.config.k8s.io/v1", kind: "EncryptionConfiguration" },
        resources: [{ resources: ["secrets"], providers: [{ secretbox: { keys } }, { identity: {} }] }],
    };
}

/** Who asks for which Secret; all else would only slow these clusters down. */
const AUDITED = {
    ...{ apiVersion: "audit.k8s.io/v1", kind: "Policy", omitStages: ["RequestReceived"] },
    rules: [{ level: "Metadata", resources: [{ group: "", resources: ["secrets"] }] }, { level: "None" }],
};

/** The audit log of a cluster's API server. */
export function auditLog({ folder }: ControlPlane): string {
    return join(folder, "audit.log");
}

/** Takes up the files of a control plane that is already running. */
export function loadControlPlane(
    folder: string,
    ports: Readonly<Record<PortName, number>>,
    address: string,
): ControlPlane {
    const authority = Authority.open(join(folder, "pki"));
    return { folder, authority, ports, address, admin: authority.pair("admin") };
}

export function etcdSpec(plane: ControlPlane, command: string): ComponentSpec {
    const client = `https://127.0.0.1:${plane.ports.etcd}`;
    const peer = `http://127.0.0.1:${plane.ports.etcdPeer}`;
    const { authority } = plane;
    const pair = authority.pair("loopback");
    return {
        name: "etcd",
        command,
        args: [
            ...["--name=etcd", `--data-dir=${join(plane.folder, "etcd")}`, "--unsafe-no-fsync"],
            ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
            ...[
                `--listen-peer-urls=${peer}`,
                `--initial-advertise-peer-urls=${peer}`,
                `--initial-cluster=etcd=${peer}`,
            ],
            ...[`--cert-file=${pair.certificate}`, `--key-file=${pair.key}`],
            ...["--client-cert-auth", `--trusted-ca-file=${authority.certificate}`],
        ],
        logFile: logFile(plane, "etcd"),
        ready: async () => (await request(target(plane, plane.ports.etcd), "GET", "/readyz")).status === 200,
        timeoutSeconds: 60,
    };
}

export function apiServerSpec(plane: ControlPlane, command: string): ComponentSpec {
    const { authority } = plane;
    const serving = authority.pair("apiserver");
    const etcd = authority.pair("apiserver-etcd-client");
    const kubelet = authority.pair("apiserver-kubelet-client");
    const accounts = authority.pair("service-accounts");
    return {
        name: "kube-apiserver",
        command,
        args: [
            ...[`--etcd-servers=https://127.0.0.1:${plane.ports.etcd}`, `--etcd-cafile=${authority.certificate}`],
            ...[`--etcd-certfile=${etcd.certificate}`, `--etcd-keyfile=${etcd.key}`],
            ...[`--bind-address=${plane.address === "127.0.0.1" ? "127.0.0.1" : "0.0.0.0"}`],
            ...[`--advertise-address=${NODE_ADDRESS}`, "--endpoint-reconciler-type=none"],
            ...[`--secure-port=${plane.ports.apiserver}`],
            ...[`--tls-cert-file=${serving.certificate}`, `--tls-private-key-file=${serving.key}`],
            ...[
                `--client-ca-file=${authority.certificate}`,
                `--kubelet-certificate-authority=${authority.certificate}`,
            ],
            ...[`--kubelet-client-certificate=${kubelet.certificate}`, `--kubelet-client-key=${kubelet.key}`],
            // Nodes in name only have no address: what they are asked for fails at once, not when their names aren't resolved.
            "--kubelet-preferred-address-types=InternalIP",
            ...[`--service-account-key-file=${accounts.certificate}`],
            ...[`--service-account-signing-key-file=${accounts.key}`],
            ...["--service-account-issuer=https://kubernetes.default.svc.cluster.local"],
            ...["--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction"],
            ...[
                `--encryption-provider-config=${join(plane.folder, ENCRYPTION)}`,
                `--audit-policy-file=${join(plane.folder, AUDIT_POLICY)}`,
                ...[`--audit-log-path=${auditLog(plane)}`, "--audit-log-maxsize=64", "--audit-log-maxbackup=1"],
            ],
            ...["--allow-privileged=true", `--service-cluster-ip-range=${SERVICE_RANGE}`, "--profiling=false"],
        ],
        logFile: logFile(plane, "kube-apiserver"),
        ready: async () => (await request(target(plane, plane.ports.apiserver), "GET", "/readyz")).status === 200,
        timeoutSeconds: 120,
    };
}

export function controllerManagerSpec(plane: ControlPlane, command: string): ComponentSpec {
    const config = join(plane.folder, "kube-controller-manager.kubeconfig");
    const { authority, ports } = plane;
    return {
        name: "kube-controller-manager",
        command,
        args: [
            ...[
                `--kubeconfig=${config}`,
                `--authentication-kubeconfig=${config}`,
                `--authorization-kubeconfig=${config}`,
            ],
            ...[`--secure-port=${ports.controllerManager}`, ...loopbackServing(plane)],
            ...[`--root-ca-file=${authority.certificate}`, "--use-service-account-credentials=true"],
            ...[`--service-account-private-key-file=${authority.pair("service-accounts").key}`],
            ...[`--cluster-signing-cert-file=${authority.certificate}`, `--cluster-signing-key-file=${authority.key}`],
            // Deleted namespaces, changed quotas and autoscalers are waited for in tests; the defaults suit big clusters.
            ...["--concurrent-namespace-syncs=20", "--resource-quota-sync-period=10s", "--profiling=false"],
            "--horizontal-pod-autoscaler-sync-period=1s",
            ...["--concurrent-validating-admission-policy-status-syncs=20", "--concurrent-gc-syncs=40"],
            ...UNTHROTTLED,
        ],
        logFile: logFile(plane, "kube-controller-manager"),
        ready: async () => (await request(target(plane, ports.controllerManager), "GET", "/healthz")).status === 200,
        timeoutSeconds: 60,
    };
}

export function schedulerSpec(plane: ControlPlane, command: string): ComponentSpec {
    const config = join(plane.folder, "kube-scheduler.kubeconfig");
    return {
        name: "kube-scheduler",
        command,
        args: [
            ...[
                `--kubeconfig=${config}`,
                `--authentication-kubeconfig=${config}`,
                `--authorization-kubeconfig=${config}`,
            ],
            ...[`--secure-port=${plane.ports.scheduler}`, ...loopbackServing(plane)],
            ...UNTHROTTLED,
        ],
        logFile: logFile(plane, "kube-scheduler"),
        ready: async () => (await request(target(plane, plane.ports.scheduler), "GET", "/healthz")).status === 200,
        timeoutSeconds: 60,
    };
}

/** KWOK keeps nodes alive that exist in name only, and calls the pods on them Running. */
export function kwokSpec(plane: ControlPlane, command: string): ComponentSpec {
    return {
        name: "kwok",
        command,
        args: [
            `--kubeconfig=${join(plane.folder, "kubeconfig")}`,
            `--config=${join(__dirname, "..", "kwok.yaml")}`,
            // Without a lease the node controller takes the nodes for dead after 40 s, and their pods with them.
            "--node-lease-duration-seconds=40",
            "--manage-nodes-with-label-selector=type=kwok",
            `--server-address=127.0.0.1:${plane.ports.kwok}`,
        ],
        logFile: logFile(plane, "kwok"),
        ready: async () => {
            const response = await fetch(`http://127.0.0.1:${plane.ports.kwok}/healthz`);
            return response.ok;
        },
        timeoutSeconds: 60,
    };
}

function loopbackServing(plane: ControlPlane): string[] {
    const { certificate, key } = plane.authority.pair("loopback");
    return [
        "--bind-address=127.0.0.1",
        `--tls-cert-file=${certificate}`,
        `--tls-private-key-file=${key}`,
        "--leader-elect=false",
    ];
}

function logFile(plane: ControlPlane, name: string): string {
    return join(plane.folder, "logs", `${name}.log`);
}

function target(plane: ControlPlane, port: number): Target {
    return { port, authority: plane.authority, pair: plane.admin };
}
