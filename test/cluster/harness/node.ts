import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Component, type ComponentSpec, type Launcher } from "./component";
import { NODE_ADDRESS, NODE_NAME, POD_RANGE, type ControlPlane } from "./control-plane";
import { must, run } from "./exec";
import { importImage } from "./images";
import type { Kubectl } from "./kubectl";
import { kubeconfig } from "./pki";
import { cniFolder } from "./requirements";
import { childOf, type ProcessRecord, type StateFile } from "./state";

const CONTAINERD = "/run/containerd/containerd.sock";
const PAUSE_IMAGE = "localhost/pause:1";

/** The node: mount, network, PID and UTS namespaces of its own, which end with their first process. */
export interface Node {
    readonly folder: string;
    /** What runs a command inside. */
    readonly prefix: readonly string[];
    readonly cgroup: string;
}

/**
 * Makes the node's namespaces. Everything a node changes on its machine (mounts, the bridge, packet filter rules,
 * /var/lib/kubelet, /run) is changed inside, so that the kernel clears it away when the first process ends.
 */
export async function startNamespaces(
    state: StateFile,
    plane: ControlPlane,
    launcher: Launcher,
    started: (record: ProcessRecord) => void,
): Promise<Node> {
    const { folder } = state;
    const cgroup = `/${basename(folder)}`;
    state.update({ cgroups: (await cgroupRoots()).map((root) => join(root, cgroup)) });
    for (const name of ["var-lib/kubelet", "var-lib/cni", "var-log/pods", "var-log/containers", "cni"]) {
        await mkdir(join(folder, name), { recursive: true });
    }
    await writeFile(join(folder, "hosts"), `127.0.0.1 localhost\n${NODE_ADDRESS} ${NODE_NAME}\n`);
    await writeFile(join(folder, "resolv.conf"), `nameserver ${NODE_ADDRESS}\n`);
    await writeFile(join(folder, "init.sh"), INIT);
    const component = Component.launch(
        {
            name: "namespaces",
            command: "unshare",
            args: [
                ...["--mount", "--net", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "--"],
                ...["sh", join(folder, "init.sh"), folder, NODE_ADDRESS, NODE_NAME],
            ],
            logFile: join(folder, "logs", "namespaces.log"),
            ready: async () => Promise.resolve(existsSync(join(folder, "namespaces-ready"))),
            timeoutSeconds: 15,
        },
        launcher,
        started,
    );
    await component.untilReady();
    const node = enter(folder, component.record);
    const socket = join(folder, "forward.sock");
    const forward = join(__dirname, "forward.mts");
    const inside: ComponentSpec = {
        name: "forward-inside",
        command: process.execPath,
        args: [forward, "inside", socket],
        logFile: join(folder, "logs", "forward-inside.log"),
        ready: async () => Promise.resolve(existsSync(socket)),
        timeoutSeconds: 15,
    };
    const ports = Object.values(plane.ports).map(String);
    const outside: ComponentSpec = {
        name: "forward-outside",
        command: process.execPath,
        args: [forward, "outside", socket, ...ports],
        logFile: join(folder, "logs", "forward-outside.log"),
        ready: async () => Promise.resolve(true),
        timeoutSeconds: 15,
    };
    await Component.launch(inside, { prefix: [...launcher.prefix, ...node.prefix], wraps: true }, started).untilReady();
    await Component.launch(outside, launcher, started).untilReady();
    return node;
}

/** The node of namespaces that are there already. */
export function enter(folder: string, namespaces: ProcessRecord): Node {
    const first = childOf(namespaces.pid) ?? namespaces.pid;
    return {
        folder,
        prefix: ["nsenter", "--target", String(first), "--mount", "--net", "--uts", "--pid", "--"],
        cgroup: `/${basename(folder)}`,
    };
}

/** Runs a command inside the node; it must succeed. */
export async function onNode(node: Node, command: string, ...args: readonly string[]): Promise<string> {
    const [first = command, ...rest] = [...node.prefix, command, ...args];
    return must(first, rest);
}

/** Writes the configuration of everything that runs on the node. */
export async function prepareNode(
    plane: ControlPlane,
    node: Node,
    kubectl: Kubectl,
    paths: Record<"pause" | "standin", string>,
): Promise<void> {
    const { folder } = node;
    const { authority } = plane;
    const server = `https://${NODE_ADDRESS}:${plane.ports.apiserver}`;
    const kubelet = await authority.issue({
        name: "kubelet",
        commonName: `system:node:${NODE_NAME}`,
        organization: "system:nodes",
        alternativeNames: [`DNS:${NODE_NAME}`, `IP:${NODE_ADDRESS}`, "IP:127.0.0.1"],
    });
    await writeFile(join(folder, "kubelet.kubeconfig"), kubeconfig(server, authority, kubelet), { mode: 0o600 });
    await writeFile(join(folder, "containerd.toml"), containerdConfig(folder, await snapshotter(folder)));
    await writeFile(join(folder, "cni", "10-bridge.conflist"), JSON.stringify(CNI, null, 4));
    await writeFile(
        join(folder, "kubelet.yaml"),
        JSON.stringify(
            {
                apiVersion: "kubelet.config.k8s.io/v1beta1",
                kind: "KubeletConfiguration",
                containerRuntimeEndpoint: `unix://${CONTAINERD}`,
                authentication: {
                    anonymous: { enabled: false },
                    webhook: { enabled: true },
                    x509: { clientCAFile: authority.certificate },
                },
                authorization: { mode: "Webhook" },
                tlsCertFile: kubelet.certificate,
                tlsPrivateKeyFile: kubelet.key,
                address: NODE_ADDRESS,
                healthzBindAddress: "127.0.0.1",
                clusterDNS: [NODE_ADDRESS],
                clusterDomain: "cluster.local",
                resolvConf: join(folder, "resolv.conf"),
                cgroupDriver: "cgroupfs",
                cgroupRoot: node.cgroup,
                // What a container without cgroup rights of its own can't do: a hierarchy per pod, accounting of disks.
                failCgroupV1: false,
                cgroupsPerQOS: false,
                enforceNodeAllocatable: [],
                localStorageCapacityIsolation: false,
                failSwapOn: false,
                makeIPTablesUtilChains: false,
                evictionHard: { "memory.available": "0%", "nodefs.available": "0%", "imagefs.available": "0%" },
                syncFrequency: "5s",
                configMapAndSecretChangeDetectionStrategy: "Watch",
                shutdownGracePeriod: "0s",
            },
            null,
            4,
        ),
    );
    await writeFile(
        join(folder, "kube-proxy.yaml"),
        JSON.stringify({
            apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
            kind: "KubeProxyConfiguration",
            clientConnection: { kubeconfig: join(folder, "kube-proxy.kubeconfig") },
            mode: "nftables",
            clusterCIDR: POD_RANGE,
            hostnameOverride: NODE_NAME,
            healthzBindAddress: "127.0.0.1:10256",
            conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
        }),
    );
    await writeFile(join(folder, "Corefile"), corefile(folder));
    await writeFile(join(folder, "images.json"), JSON.stringify({ pause: paths.pause, standin: paths.standin }));
    // The reconciler that would write this needs an address outside of loopback; the node's own is known here.
    await kubectl.apply([
        {
            apiVersion: "discovery.k8s.io/v1",
            kind: "EndpointSlice",
            metadata: {
                name: "kubernetes",
                namespace: "default",
                labels: { "kubernetes.io/service-name": "kubernetes" },
            },
            addressType: "IPv4",
            endpoints: [{ addresses: [NODE_ADDRESS], conditions: { ready: true } }],
            ports: [{ name: "https", port: plane.ports.apiserver, protocol: "TCP" }],
        },
    ]);
}

/** The programs of the node in the order of their start; each one waits for the one before. */
export function nodeSpecs(
    node: Node,
    paths: Record<"kubelet" | "kube-proxy" | "coredns" | "pause" | "standin", string>,
    kubectl: Kubectl,
): ComponentSpec[] {
    const { folder } = node;
    const log = (name: string): string => join(folder, "logs", `${name}.log`);
    const inside = async (command: string, ...args: readonly string[]): Promise<boolean> => {
        const [first = command, ...rest] = [...node.prefix, command, ...args];
        return (await run(first, rest)).code === 0;
    };
    return [
        {
            name: "containerd",
            command: "containerd",
            args: ["--config", join(folder, "containerd.toml")],
            logFile: log("containerd"),
            ready: async () => {
                if (!(await inside("ctr", "version"))) {
                    return false;
                }
                await importImage(node, { tag: PAUSE_IMAGE, files: { "/pause": paths.pause }, entrypoint: ["/pause"] });
                await importImage(node, {
                    tag: "localhost:5001/x0tta6bl4:3.4.0-fixed2",
                    files: { "/standin": paths.standin },
                    entrypoint: ["/standin"],
                    user: "1000:1000",
                });
                return true;
            },
            timeoutSeconds: 60,
        },
        {
            name: "coredns",
            command: paths.coredns,
            args: ["-conf", join(folder, "Corefile")],
            logFile: log("coredns"),
            ready: async () => (await readFile(log("coredns"), "utf8")).includes("CoreDNS-"),
            timeoutSeconds: 60,
        },
        {
            name: "kube-proxy",
            command: paths["kube-proxy"],
            args: [`--config=${join(folder, "kube-proxy.yaml")}`],
            logFile: log("kube-proxy"),
            ready: async () => inside("nft", "list", "chain", "ip", "kube-proxy", "services"),
            timeoutSeconds: 60,
        },
        {
            name: "kubelet",
            command: paths.kubelet,
            args: [
                ...[`--config=${join(folder, "kubelet.yaml")}`, `--kubeconfig=${join(folder, "kubelet.kubeconfig")}`],
                ...[`--node-ip=${NODE_ADDRESS}`, `--hostname-override=${NODE_NAME}`],
            ],
            logFile: log("kubelet"),
            ready: async () => {
                const status = (await kubectl.get("node", NODE_NAME))?.["status"] as
                    { conditions?: { type: string; status: string }[] } | undefined;
                return status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
            },
            timeoutSeconds: 90,
        },
    ];
}

/** Where cgroups are made: one folder per controller (version 1) or a single one (version 2). */
async function cgroupRoots(): Promise<string[]> {
    const root = "/sys/fs/cgroup";
    if (existsSync(join(root, "cgroup.controllers"))) {
        return [root];
    }
    return (await readdir(root)).map((name) => join(root, name));
}

/** Overlay mounts need a file system below that is none itself, which a container's own disk is not. */
async function snapshotter(folder: string): Promise<string> {
    const type = (await must("stat", ["--file-system", "--format=%T", folder])).trim();
    return type.startsWith("overlay") ? "native" : "overlayfs";
}

function containerdConfig(folder: string, name: string): string {
    return `version = 2
root = "${join(folder, "containerd")}"
state = "/run/containerd"
[grpc]
  address = "${CONTAINERD}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(folder, "containerd-opt")}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${name}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniFolder() ?? "/opt/cni/bin"}"
    conf_dir = "${join(folder, "cni")}"
`;
}

const CNI = {
    cniVersion: "1.0.0",
    name: "bridge",
    plugins: [
        {
            type: "bridge",
            bridge: "cni0",
            isDefaultGateway: true,
            hairpinMode: true,
            ipam: { type: "host-local", ranges: [[{ subnet: POD_RANGE }]] },
        },
        { type: "portmap", capabilities: { portMappings: true } },
    ],
};

function corefile(folder: string): string {
    return `.:53 {
    bind ${NODE_ADDRESS}
    errors
    kubernetes cluster.local in-addr.arpa {
        kubeconfig ${join(folder, "kubeconfig")}
    }
    cache 5
}
`;
}

/** The first process of the namespaces. Its arguments are the cluster's folder, the node's address and its name. */
const INIT = `set -eu
hostname "$3"
mount --bind "$1/var-lib" /var/lib
mount --bind "$1/var-log" /var/log
mount -t tmpfs -o mode=755 tmpfs /run
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --make-rshared /
ip link set lo up
ip link add cni0 type bridge
ip address add "$2/24" dev cni0
ip link set cni0 up
echo 1 > /proc/sys/net/ipv4/ip_forward
: > "$1/namespaces-ready"
trap 'exit 0' TERM
while :; do sleep 1000 & wait "$!" || :; done
`;
