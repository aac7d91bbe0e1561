import { inRange } from "../../policies/kubernetes/addresses";
import type { Body } from "../../policies/kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../policies/kubernetes/kube";
import type { PlatformName } from "../../policies/platforms";
import { CLUSTER_DEFAULTS, PLATFORM_NAMES, platformOf } from "../../policies/platforms";
import { ApiError } from "../sources/cluster/client";
import { clusterUid } from "../sources/cluster/identity";
import { nameOf } from "../verify/expected";
import type { Answer, Patient, Question } from "./question";
import { missing, ok, unknown } from "./question";
import type { RunningProgram } from "./recognise";
import { apiServerOf, daemonsOf, networkProgram, nodesOf, platformOfNodes } from "./recognise";

/** Kubelets authorise single resources from here on (KEP-2862), which SPIRE's agents rely on. */
const MINIMUM_MINOR = 33;

/** The kernel from which on Falco's modern eBPF probe can be loaded. */
const MINIMUM_KERNEL = [5, 8] as const;

/** The platform that the stack is set for. */
function platformSet({ cluster }: Patient): PlatformName {
    const set = str(cluster["platform"]);
    return PLATFORM_NAMES.find((name) => name === set) ?? CLUSTER_DEFAULTS.platform;
}

const version: Question = {
    name: "version-served",
    title: `The API server is 1.${MINIMUM_MINOR} or later`,
    remedy: "Upgrade the cluster: below it, SPIRE's agents may not ask the kubelet for the pods of their node.",
    async ask(cluster) {
        const served = obj(await cluster.get("/version"));
        const found = str(served["gitVersion"]);
        const [, major, minor] = /^v(\d+)\.(\d+)/.exec(found) ?? [];
        if (major === undefined) {
            return [unknown("API server", "doesn't say its version")];
        }
        const recent = Number(major) > 1 || Number(minor) >= MINIMUM_MINOR;
        return [recent ? ok("API server", `is ${found}`) : missing("API server", `is ${found}`)];
    },
};

const identity: Question = {
    name: "cluster-tied-to-the-stack",
    title: "The stack is tied to this cluster",
    remedy: "Set cluster.identity, so that no other cluster is deployed to by mistake.",
    async ask(cluster, patient) {
        if (patient === undefined) {
            return [];
        }
        const uid = await clusterUid(cluster);
        const set = str(patient.cluster["identity"]);
        if (uid === "") {
            return [unknown("Namespace kube-system", "shows no uid")];
        }
        if (set === uid) {
            return [ok("cluster.identity", "is this cluster's")];
        }
        return set === ""
            ? [missing("cluster.identity", `is not set; here it is ${uid}`)]
            : [missing("cluster.identity", `is ${set}; here it is ${uid}`, "Choose the stack's own cluster.")];
    },
};

const platform: Question = {
    name: "platform-set",
    title: "The stack is set for the platform that the nodes are of",
    remedy: "Set cluster.platform: docs/platforms.md says what it chooses.",
    async ask(cluster, patient) {
        const nodes = await nodesOf(cluster);
        const found = platformOfNodes(nodes);
        const set = patient && platformSet(patient);
        const isSet = set === undefined ? "" : `; cluster.platform is ${set}`;
        if (found === undefined) {
            const why = nodes.length === 0 ? "there are none" : "show no platform that is known, or several";
            return [unknown("nodes", `${why}${isSet}`)];
        }
        const are = `are of ${platformOf(found).title}`;
        return [
            set === undefined || set === found
                ? ok("nodes", are)
                : missing("nodes", `${are}${isSet}`, `Set cluster.platform: ${found}.`),
        ];
    },
};

const policies: Question = {
    name: "network-policies-enforced",
    title: "Network policies are enforced",
    remedy: "Install a network plugin that enforces them, or see to it that the one there does; the canary measures it.",
    async ask(cluster, patient) {
        const program = networkProgram(await daemonsOf(cluster));
        if (program === undefined) {
            return [unknown("cluster", "runs no network plugin that is known by its DaemonSet")];
        }
        const { name, engine } = program;
        const subject = `DaemonSet ${name}`;
        const set =
            patient && (str(patient.cluster["networkEngine"]) || platformOf(platformSet(patient)).networkEngine);
        return [
            enforcement(program),
            ...(set === undefined || set === engine || engine !== "cilium"
                ? []
                : [
                      missing(
                          subject,
                          `is Cilium, which matches no node by its address; the stack is made for ${set}`,
                          "Set cluster.networkEngine: cilium.",
                      ),
                  ]),
        ];
    },
};

function enforcement({ name, enforces, wanted, ready }: RunningProgram): Answer {
    const subject = `DaemonSet ${name}`;
    switch (enforces) {
        case "no":
            return missing(subject, "enforces none");
        case "depends":
            return unknown(subject, "enforces them only where it is told to, or new enough to");
        case "yes":
            return ready !== undefined && ready === wanted
                ? ok(subject, "is a program that enforces them")
                : unknown(subject, `would enforce them, and is ready on ${ready ?? "?"} of ${wanted ?? "?"} nodes`);
    }
}

const names: Question = {
    name: "names-resolved",
    title: "Names are resolved where the stack opens the way",
    remedy: "Set cluster.dns to the namespace, labels and ports of the DNS pods, and to the addresses of caches on the nodes.",
    async ask(cluster, patient) {
        const platform = patient === undefined ? platformOfNodes(await nodesOf(cluster)) : platformSet(patient);
        const { dns } = platformOf(platform ?? CLUSTER_DEFAULTS.platform);
        const set = obj(patient?.cluster["dns"]);
        const namespace = str(set["namespace"]) || dns.namespace;
        const labels = Object.entries(isObj(set["labels"]) ? set["labels"] : dns.labels);
        const addresses = Array.isArray(set["addresses"]) ? strings(set["addresses"]) : dns.addresses;
        const selector = labels.map(([key, value]) => `${key}=${str(value)}`).join(",");
        const path = `/api/v1/namespaces/${namespace}/pods?limit=1&labelSelector=${encodeURIComponent(selector)}`;
        const pods = list((await cluster.get(path))?.["items"]);
        const cached = (await daemonsOf(cluster)).some((daemon) => nameOf(daemon) === "node-local-dns");
        return [
            dnsPods(`pods ${namespace} ${selector}`, pods.length > 0, platform),
            ...(cached && addresses.length === 0 ? [nodeCache(patient)] : []),
        ];
    },
};

function dnsPods(subject: string, areThere: boolean, platform: PlatformName | undefined): Answer {
    if (areThere) {
        return ok(subject, "are there");
    }
    // Where they are depends on the platform.
    return platform === undefined
        ? unknown(subject, "are not there; neither a stack nor the nodes say where names are resolved")
        : missing(subject, "are not there");
}

function nodeCache(patient: Patient | undefined): Answer {
    const subject = "DaemonSet node-local-dns";
    return patient === undefined
        ? unknown(subject, "answers on each node, at an address that a stack has to open")
        : missing(subject, "answers on each node, at an address that no policy opens");
}

const endpoints: Question = {
    name: "api-server-reached",
    title: "The API server is reached where the stack opens the way",
    remedy: "Set cluster.apiServer.cidrs and ports to what `kubectl get endpointslices -n default kubernetes` shows.",
    async ask(cluster, patient) {
        const { addresses, ports } = await apiServerOf(cluster);
        if (addresses.length === 0) {
            return [unknown("Service default/kubernetes", "has no endpoints that can be seen")];
        }
        if (patient === undefined) {
            return [ok("API server", `is at ${addresses.join(", ")}, port ${ports.join(", ")}`)];
        }
        const set = obj(patient.cluster["apiServer"]);
        const open = Array.isArray(set["ports"]) ? list(set["ports"]).map(Number) : CLUSTER_DEFAULTS.apiServerPorts;
        return [
            ...addresses.map((address) =>
                strings(set["cidrs"]).some((cidr) => inRange(cidr, address))
                    ? ok(`address ${address}`, "is in cluster.apiServer.cidrs")
                    : missing(`address ${address}`, "is in none of cluster.apiServer.cidrs"),
            ),
            ...ports.map((port) =>
                open.includes(port)
                    ? ok(`port ${port}`, "is open")
                    : missing(`port ${port}`, "is not in cluster.apiServer.ports"),
            ),
        ];
    },
};

const podSecurity: Question = {
    name: "pods-judged",
    title: "Pod Security Admission judges pods",
    remedy: "See that the API server's --disable-admission-plugins doesn't name PodSecurity; its metric pod_security_evaluations_total tells.",
    async ask(cluster) {
        try {
            const seen = /^pod_security_evaluations_total\{/m.test(await cluster.text("/metrics"));
            return [
                seen
                    ? ok("API server", "has judged pods by it")
                    : unknown("API server", "has not judged a pod by it since its start, as far as its metrics say"),
            ];
        } catch (error) {
            if (error instanceof ApiError) {
                return [unknown("API server", `doesn't show its metrics (${error.message})`)];
            }
            throw error;
        }
    },
};

const nodes: Question = {
    name: "nodes-fit",
    title: `Nodes run Linux, with a kernel of ${MINIMUM_KERNEL.join(".")} or later for Falco's probe`,
    remedy: "Give the nodes a newer image; until then set falco.extraCapabilities with the reason. Whether the kernel has BTF, it doesn't say.",
    async ask(cluster, patient) {
        const all = await nodesOf(cluster);
        const most = Number(patient?.cluster["nodes"] ?? CLUSTER_DEFAULTS.nodes);
        return [
            ...all.map((node) => fitness(node)),
            ...(all.length === 0 ? [unknown("nodes", "there are none")] : []),
            ...(patient !== undefined && all.length > most
                ? [missing("nodes", `there are ${all.length}; the stack has room for ${most}`, "Set cluster.nodes.")]
                : []),
        ];
    },
};

function fitness(node: Body): Answer {
    const subject = `node ${nameOf(node)}`;
    const info = obj(obj(node["status"])["nodeInfo"]);
    const kernel = str(info["kernelVersion"]);
    const system = str(info["operatingSystem"]);
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernel) ?? [];
    if (system !== "linux") {
        return system === ""
            ? unknown(subject, "doesn't say what it runs")
            : ok(subject, `runs ${system}, where nothing of the stack does`);
    }
    if (major === undefined) {
        return unknown(subject, "doesn't say its kernel's version");
    }
    const [wantedMajor, wantedMinor] = MINIMUM_KERNEL;
    const fits = Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor);
    return fits ? ok(subject, `has kernel ${kernel}`) : missing(subject, `has kernel ${kernel}`);
}

/** What is asked of a cluster whatever is deployed to it. */
export const CLUSTER_QUESTIONS: readonly Question[] = [
    version,
    identity,
    platform,
    nodes,
    policies,
    names,
    endpoints,
    podSecurity,
];
