import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../spiffe/test/support/free-port.js";
import { forget, request, type RequestOptions, type Response } from "./api";
import { binaries, type BinaryName } from "./binaries";
import { Component, type ComponentSpec, type Launcher } from "./component";
import {
    apiServerSpec,
    controllerManagerSpec,
    etcdSpec,
    kwokSpec,
    loadControlPlane,
    NODE_ADDRESS,
    NODE_NAME,
    PORT_NAMES,
    prepareControlPlane,
    schedulerSpec,
    type ControlPlane,
    type PortName,
} from "./control-plane";
import { Kubectl } from "./kubectl";
import { progress } from "./log";
import { enter, nodeSpecs, prepareNode, startNamespaces, type Node } from "./node";
import { requirePrograms } from "./requirements";
import { clustersFolder, reap, self, StateFile, type Profile } from "./state";

export interface UpOptions {
    /** Names the cluster's folder; `dev` is the one of `npm run cluster`. */
    readonly name: string;
    readonly profile: Profile;
    /** A kept cluster outlives this process; any other ends with it, however it ends. */
    readonly keep: boolean;
}

const BINARIES: Readonly<Record<Profile, readonly BinaryName[]>> = {
    "control-plane": ["etcd", "kube-apiserver", "kubectl", "kube-controller-manager", "kube-scheduler", "kwok"],
    full: [
        ...["etcd", "kube-apiserver", "kubectl", "kube-controller-manager", "kube-scheduler", "kwok"],
        ...["kubelet", "kube-proxy", "coredns", "pause", "standin"],
    ] as BinaryName[],
};

const FAKE_CAPACITY = { cpu: "64", memory: "256Gi", pods: "1000", "ephemeral-storage": "1Ti" };

/** Ends the components of a cluster that does not outlive its owner, even when the owner is killed. */
const WITH_OWNER: readonly string[] = ["setpriv", "--pdeathsig", "KILL", "--"];

/** A running cluster: its API, its components, and its end. */
export class Cluster {
    private constructor(
        private readonly state: StateFile,
        readonly plane: ControlPlane,
        readonly kubectl: Kubectl,
        /** The one real node; a control-plane cluster has none. */
        readonly node: Node | undefined,
        private readonly components: readonly Component[],
    ) {}

    get folder(): string {
        return this.state.folder;
    }

    get profile(): Profile {
        return this.state.value.profile;
    }

    /** The path of an administrator's kubeconfig. */
    get kubeconfig(): string {
        return this.kubectl.kubeconfig;
    }

    /** Starts a cluster. What has been started is cleared away again when a part of it fails. */
    static async up(options: UpOptions): Promise<Cluster> {
        await requirePrograms(options.profile);
        await reap();
        const paths = await binaries(BINARIES[options.profile]);
        await StateFile.load(join(clustersFolder(), options.name))?.destroy();
        const state = StateFile.create(options.name, options.profile, options.keep ? undefined : self());
        try {
            return await start(state, options, paths);
        } catch (error) {
            await state.destroy();
            throw error;
        }
    }

    /** Finds a cluster that an earlier command started. */
    static async find(name: string): Promise<Cluster | undefined> {
        const state = StateFile.load(join(clustersFolder(), name));
        if (state === undefined) {
            return undefined;
        }
        const { profile, settings, processes } = state.value;
        const paths = await binaries(BINARIES[profile]);
        const plane = loadControlPlane(state.folder, settings, addressOf(profile));
        const kubectl = administrator(state.folder, paths);
        const namespaces = processes.find((record) => record.name === "namespaces");
        const node = namespaces === undefined ? undefined : enter(state.folder, namespaces);
        const specs = [
            ...controlPlaneSpecs(plane, paths),
            ...(node === undefined ? [] : nodeSpecs(node, paths, kubectl)),
        ];
        const launcher = launcherOf(node, true);
        const components = specs.flatMap((spec) => {
            const record = processes.find((process) => process.name === spec.name);
            return record === undefined ? [] : [Component.adopt(spec, launcherFor(spec, launcher), record)];
        });
        return new Cluster(state, plane, kubectl, node, components);
    }

    static create(
        state: StateFile,
        plane: ControlPlane,
        kubectl: Kubectl,
        node: Node | undefined,
        components: readonly Component[],
    ): Cluster {
        return new Cluster(state, plane, kubectl, node, components);
    }

    /**
     * One request to the API server as administrator. Where the server asks to come again (429: it has not read the
     * objects of a new definition yet), the request is repeated as clients do, for a minute at most.
     */
    async request(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Response> {
        const { authority, admin, ports } = this.plane;
        const deadline = Date.now() + 60_000;
        for (;;) {
            const target = { port: ports.apiserver, authority, pair: admin };
            const response = await request(target, method, path, body, options);
            if (response.status !== 429 || Date.now() > deadline) {
                return response;
            }
            await sleep(250);
        }
    }

    component(name: string): Component {
        const component = this.components.find((candidate) => candidate.name === name);
        if (component === undefined) {
            throw new Error(
                `this cluster has no ${name}, only ${this.status()
                    .map(([known]) => known)
                    .join(", ")}`,
            );
        }
        return component;
    }

    /** Every component and whether its process is there. */
    status(): [name: string, running: boolean][] {
        return this.components.map((component) => [component.name, component.isRunning()]);
    }

    /** Starts a component again after it was stopped or killed, and waits until it serves. */
    async restart(name: string): Promise<void> {
        await this.component(name).restart((record) => this.state.addProcess(record));
        forget(this.plane.ports.apiserver);
    }

    /** Starts a program of a test beside the components, on the node where asked; it ends with the cluster at the latest. */
    async startProgram(spec: ComponentSpec, where: "machine" | "node" = "machine"): Promise<Component> {
        const { inside, outside } = launcherOf(this.node, false);
        const component = Component.launch(spec, where === "node" ? inside : outside, (record) =>
            this.state.addProcess(record),
        );
        try {
            await component.untilReady();
        } catch (error) {
            await component.stop("SIGKILL");
            throw error;
        }
        return component;
    }

    /** Starts a test's program again after it was stopped or killed. */
    async restartProgram(program: Component): Promise<void> {
        await program.restart((record) => this.state.addProcess(record));
    }

    /** Adds nodes that exist in name only; pods on them are called Running by KWOK. */
    async addFakeNodes(count: number): Promise<void> {
        const nodes = Array.from({ length: count }, (_, index) => ({
            apiVersion: "v1",
            kind: "Node",
            metadata: {
                name: `fake-${index + 1}`,
                labels: {
                    type: "kwok",
                    "kubernetes.io/os": "linux",
                    "kubernetes.io/hostname": `fake-${index + 1}`,
                    "topology.kubernetes.io/zone": `zone-${(index % 3) + 1}`,
                },
                annotations: { "kwok.x-k8s.io/node": "fake" },
            },
            status: {
                allocatable: FAKE_CAPACITY,
                capacity: FAKE_CAPACITY,
            },
        }));
        await this.kubectl.run(["create", "-f", "-"], {
            input: JSON.stringify({ apiVersion: "v1", kind: "List", items: nodes }),
        });
        await this.kubectl.run(["wait", "--for=condition=Ready", "node", "-l", "type=kwok", "--timeout=60s"]);
    }

    /** Ends every process and removes every mount, namespace, interface and file of the cluster. */
    async down(): Promise<void> {
        for (const port of Object.values(this.plane.ports)) {
            forget(port);
        }
        await this.state.destroy();
    }
}

async function start(state: StateFile, options: UpOptions, paths: Record<BinaryName, string>): Promise<Cluster> {
    const begun = Date.now();
    const ports = Object.fromEntries(
        await Promise.all(PORT_NAMES.map(async (name) => [name, await freePort()] as const)),
    ) as Record<PortName, number>;
    state.update({ settings: ports });
    const plane = await prepareControlPlane(state.folder, ports, addressOf(options.profile));
    const kubectl = administrator(state.folder, paths);
    const record = (process: Parameters<StateFile["addProcess"]>[0]): void => state.addProcess(process);
    const prefix = options.keep ? [] : WITH_OWNER;
    const node =
        options.profile === "full" ? await startNamespaces(state, plane, { prefix, wraps: false }, record) : undefined;
    const launcher = launcherOf(node, options.keep);
    const components: Component[] = [];
    const launch = async (specs: readonly ComponentSpec[]): Promise<void> => {
        const started = specs.map((spec) => Component.launch(spec, launcherFor(spec, launcher), record));
        components.push(...started);
        await Promise.all(started.map((component) => component.untilReady()));
    };
    const [etcd, ...rest] = controlPlaneSpecs(plane, paths);
    await launch(etcd === undefined ? [] : [etcd]);
    await launch(rest.slice(0, 1));
    await launch(rest.slice(1));
    if (node !== undefined) {
        await prepareNode(plane, node, kubectl, paths);
        for (const spec of nodeSpecs(node, paths, kubectl)) {
            await launch([spec]);
        }
    }
    const cluster = Cluster.create(state, plane, kubectl, node, components);
    await defaultServiceAccount(cluster);
    if (node !== undefined) {
        await advertiseStorage(cluster);
    }
    progress(`up in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    return cluster;
}

function controlPlaneSpecs(plane: ControlPlane, paths: Record<BinaryName, string>): ComponentSpec[] {
    return [
        etcdSpec(plane, paths.etcd),
        apiServerSpec(plane, paths["kube-apiserver"]),
        controllerManagerSpec(plane, paths["kube-controller-manager"]),
        schedulerSpec(plane, paths["kube-scheduler"]),
        kwokSpec(plane, paths.kwok),
    ];
}

function addressOf(profile: Profile): string {
    return profile === "full" ? NODE_ADDRESS : "127.0.0.1";
}

interface Launchers {
    readonly outside: Launcher;
    readonly inside: Launcher;
}

function launcherOf(node: Node | undefined, keep: boolean): Launchers {
    const prefix = keep ? [] : WITH_OWNER;
    const outside = { prefix, wraps: false };
    return { outside, inside: node === undefined ? outside : { prefix: [...prefix, ...node.prefix], wraps: true } };
}

function launcherFor(spec: ComponentSpec, launchers: Launchers): Launcher {
    return launchers[spec.outside === true ? "outside" : "inside"];
}

/** Pods are refused until the controller manager has made the default service account. */
async function defaultServiceAccount(cluster: Cluster): Promise<void> {
    const deadline = Date.now() + 30_000;
    while ((await cluster.request("GET", "/api/v1/namespaces/default/serviceaccounts/default")).status !== 200) {
        if (Date.now() > deadline) {
            throw new Error("the default service account was not made within 30 s");
        }
        await sleep(100);
    }
}

/**
 * The kubelet can't measure disks here, and says nothing about them; without this no pod that asks for ephemeral storage
 * would be placed on it.
 */
async function advertiseStorage(cluster: Cluster): Promise<void> {
    const capacity = { "ephemeral-storage": "10Gi" };
    const path = `/api/v1/nodes/${NODE_NAME}/status`;
    const response = await cluster.request(
        "PATCH",
        path,
        { status: { capacity } },
        { type: "application/merge-patch+json" },
    );
    if (response.status !== 200) {
        throw new Error(`the node's storage can't be set: ${response.text}`);
    }
}

/** kubectl as the administrator of a cluster; what it remembers of the API goes with the cluster. */
function administrator(folder: string, { kubectl }: Readonly<Record<"kubectl", string>>): Kubectl {
    return new Kubectl(kubectl, join(folder, "kubeconfig"), join(folder, "kubectl-cache"));
}
