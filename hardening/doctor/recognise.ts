import type { Body } from "../../policies/kubernetes/kube";
import { obj, str } from "../../policies/kubernetes/kube";
import type { Marks, NetworkEngine, PlatformName } from "../../policies/platforms";
import { PLATFORM_NAMES, platformOf } from "../../policies/platforms";

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
    /** `depends`: it can, where it is told to, which its DaemonSet does not show. */
    readonly enforces: "yes" | "no" | "depends";
}

/** The programs that are known; a cluster may run several, of which one may enforce for the others. */
const PROGRAMS: readonly Program[] = [
    { daemon: /^cilium$/, engine: "cilium", enforces: "yes" },
    { daemon: /^anetd$/, engine: "cilium", enforces: "yes" },
    { daemon: /^(?:calico-node|canal|rke2-canal)$/, engine: "calico", enforces: "yes" },
    {
        daemon: /^(?:antrea-agent|kube-router|weave-net|ovnkube-node|kindnet|kube-network-policies|azure-npm)$/,
        engine: "kubernetes",
        enforces: "yes",
    },
    { daemon: /^aws-node$/, engine: "kubernetes", enforces: "depends" },
    { daemon: /^kube-flannel(?:-ds)?$/, engine: "kubernetes", enforces: "no" },
];

/** The program among a cluster's DaemonSets that decides whether policies are enforced; undefined where none is known. */
export function networkProgram(
    daemons: readonly string[],
): (Omit<Program, "daemon"> & { readonly name: string }) | undefined {
    const known = PROGRAMS.flatMap(({ daemon, ...program }) =>
        daemons.filter((name) => daemon.test(name)).map((name) => ({ ...program, name })),
    );
    return known.find(({ enforces }) => enforces === "yes") ?? known[0];
}
