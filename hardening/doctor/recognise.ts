import type { Body } from "../../policies/kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../policies/kubernetes/kube";
import type { Marks, NetworkEngine, PlatformName } from "../../policies/platforms";
import { PLATFORM_NAMES, platformOf } from "../../policies/platforms";
import { nameOf } from "../verify/expected";
import type { Asked } from "./question";

/** The platform that every node says it belongs to; undefined where none is known, or where they differ. */
export function platformOfNodes(nodes: readonly Body[]): PlatformName | undefined {
    const found = nodes.map((node) =>
        PLATFORM_NAMES.find((name) => platformOf(name).marks.some((mark) => bears(node, mark))),
    );
    const [first] = found;
    return found.every((name) => name === first) ? first : undefined;
}

function bears(node: Body, { providerId, label, annotation, version, osImage }: Marks): boolean {
    const metadata = obj(node["metadata"]);
    const info = obj(obj(node["status"])["nodeInfo"]);
    return (
        (providerId !== undefined && str(obj(node["spec"])["providerID"]).startsWith(providerId)) ||
        (label !== undefined && label in obj(metadata["labels"])) ||
        (annotation !== undefined && annotation in obj(metadata["annotations"])) ||
        (version !== undefined && str(info["kubeletVersion"]).includes(version)) ||
        (osImage !== undefined && str(info["osImage"]).startsWith(osImage))
    );
}

/** A program that implements pods' networks, known by its DaemonSet. */
interface Program {
    readonly daemon: RegExp;
    readonly engine: NetworkEngine;
    /** `depends`: it can, where it is told to or new enough, which its DaemonSet does not show. */
    readonly enforces: "yes" | "no" | "depends";
}

/** The programs that are known; a cluster may run several, of which one may enforce for the others. */
const PROGRAMS: readonly Program[] = [
    { daemon: /^cilium$/, engine: "cilium", enforces: "yes" },
    { daemon: /^anetd$/, engine: "cilium", enforces: "yes" },
    { daemon: /^(?:calico-node|canal|rke2-canal)$/, engine: "calico", enforces: "yes" },
    {
        daemon: /^(?:antrea-agent|kube-router|weave-net|ovnkube-node|kube-network-policies|azure-npm)$/,
        engine: "kubernetes",
        enforces: "yes",
    },
    { daemon: /^aws-node$/, engine: "kubernetes", enforces: "depends" },
    // It does since kind 0.24, and doesn't say which it is of.
    { daemon: /^kindnet$/, engine: "kubernetes", enforces: "depends" },
    { daemon: /^kube-flannel(?:-ds)?$/, engine: "kubernetes", enforces: "no" },
];

/** A program as it runs: on how many nodes it is to, and is ready; undefined where its DaemonSet doesn't say. */
export interface RunningProgram extends Omit<Program, "daemon"> {
    readonly name: string;
    readonly wanted: number | undefined;
    readonly ready: number | undefined;
}

/**
 * The program among a cluster's DaemonSets that decides whether policies are enforced; undefined where none is known. One that
 * is meant for no node is left over, or for nodes to come.
 */
export function networkProgram(daemons: readonly Body[]): RunningProgram | undefined {
    const known = PROGRAMS.flatMap(({ daemon, ...program }) =>
        daemons.filter((one) => daemon.test(nameOf(one))).map((one) => running(program, one)),
    ).filter(({ wanted }) => wanted !== 0);
    return known.find(({ enforces }) => enforces === "yes") ?? known[0];
}

function running(program: Omit<Program, "daemon">, daemon: Body): RunningProgram {
    const status = obj(daemon["status"]);
    const number = (value: unknown) => (typeof value === "number" ? value : undefined);
    return {
        ...program,
        name: nameOf(daemon),
        wanted: number(status["desiredNumberScheduled"]),
        ready: number(status["numberReady"]),
    };
}

/** All nodes. */
export async function nodesOf(cluster: Asked): Promise<readonly Body[]> {
    return cluster.objects("/api/v1", "nodes");
}

/** All DaemonSets. */
export async function daemonsOf(cluster: Asked): Promise<readonly Body[]> {
    return cluster.objects("/apis/apps/v1", "daemonsets");
}

/** Where the API server listens, as the Service kubernetes has it: each address and port once; none where it can't be seen. */
export async function apiServerOf(
    cluster: Asked,
): Promise<{ readonly addresses: readonly string[]; readonly ports: readonly number[] }> {
    const path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    const answer = await cluster.get(`${path}?labelSelector=kubernetes.io/service-name%3Dkubernetes`);
    const slices = list(answer?.["items"]).filter(isObj);
    const addresses = slices
        .flatMap((slice) => list(slice["endpoints"]).filter(isObj))
        .flatMap((one) => strings(one["addresses"]));
    const ports = slices.flatMap((slice) => list(slice["ports"]).filter(isObj)).map(({ port }) => Number(port));
    return { addresses: [...new Set(addresses)], ports: [...new Set(ports)] };
}
