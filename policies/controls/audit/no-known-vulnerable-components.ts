import type { Fault, ObjectControl } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { podsOf } from "../../kubernetes/pods";
import type { Version, VersionRange } from "../../kubernetes/versions";
import { isInRanges, parseVersion } from "../../kubernetes/versions";

interface Vulnerability {
    readonly cve: string;
    readonly title: string;
    /** For an image: its name without registry and tag. For a node: the field of `status.nodeInfo`. */
    readonly where: RegExp | string;
    readonly ranges: readonly VersionRange[];
}

const range = (from: Version, fixed: Version): VersionRange => ({ from, fixed });

/** Published on nvd.nist.gov; only what lets a pod or a caller take the cluster or its nodes over. */
const VULNERABILITIES: readonly Vulnerability[] = [
    {
        cve: "CVE-2022-24348",
        title: "Argo CD",
        where: /^argocd$/,
        ranges: [range([0, 0, 0], [2, 1, 9]), range([2, 2, 0], [2, 2, 4])],
    },
    { cve: "CVE-2022-47633", title: "Kyverno", where: /^kyverno$/, ranges: [range([1, 8, 3], [1, 8, 5])] },
    {
        cve: "CVE-2022-39328",
        title: "Grafana",
        where: /^grafana(?:-oss|-enterprise)?$/,
        ranges: [range([9, 2, 0], [9, 2, 4])],
    },
    {
        cve: "CVE-2022-3172",
        title: "kube-apiserver",
        where: /^kube-apiserver(?:-\w+)?$/,
        ranges: [
            range([1, 0, 0], [1, 22, 14]),
            range([1, 23, 0], [1, 23, 11]),
            range([1, 24, 0], [1, 24, 5]),
            range([1, 25, 0], [1, 25, 1]),
        ],
    },
    {
        cve: "CVE-2021-25741",
        title: "kubelet",
        where: "kubeletVersion",
        ranges: [
            range([1, 0, 0], [1, 19, 15]),
            range([1, 20, 0], [1, 20, 11]),
            range([1, 21, 0], [1, 21, 5]),
            range([1, 22, 0], [1, 22, 2]),
        ],
    },
    {
        cve: "CVE-2022-23648",
        title: "containerd",
        where: "containerRuntimeVersion",
        ranges: [range([0, 0, 0], [1, 4, 13]), range([1, 5, 0], [1, 5, 10]), range([1, 6, 0], [1, 6, 1])],
    },
    { cve: "CVE-2022-0185", title: "Linux", where: "kernelVersion", ranges: [range([5, 1, 0], [5, 16, 2])] },
];

/** Releases of the long-term kernels that have the fix of CVE-2022-0185 although their line is in the range. */
const FIXED_KERNELS: readonly Version[] = [
    [5, 4, 173],
    [5, 10, 93],
    [5, 15, 16],
];

export const noKnownVulnerableComponents: ObjectControl = {
    ...objectControl({
        name: "no-known-vulnerable-components",
        description: "No component of the platform runs a release with a published way to take it over.",
        why: "For each of these a ready-made exploit exists.",
        severity: "high",
        covers: ["cp.cve"],
        frameworks: [
            ...mitre("T1068", "T1190"),
            ...nist("RA-5", "SI-2"),
            ...soc2("CC7.1"),
            ...checklist("IR-3", "MET-5"),
        ],
        remediation: "Upgrade to a fixed release.",
        profiles: ["nsa", "x0tta6bl4"],
        kinds: [],
        *check(object) {
            yield* object.kind === "Node" ? nodeFaults(object) : imageFaults(object);
        },
        admission: {
            none: "Versions can't be compared in Common Expression Language without a library the API server lacks before 1.33.",
        },
    }),
    applies: ({ group, kind, pods }) => pods || (group === "" && kind === "Node"),
};

function* imageFaults(object: KubeObject): Iterable<Fault> {
    for (const { name: container, path, body } of podsOf(object).flatMap((pod) => pod.containers)) {
        const [, name = "", tag = ""] = /(?:^|\/)([^/:@]+):([^@]+)(?:@.*)?$/.exec(str(body["image"])) ?? [];
        for (const one of VULNERABILITIES) {
            if (typeof one.where !== "string" && one.where.test(name) && isVulnerable(one, tag)) {
                yield {
                    path: `${path}.image`,
                    container,
                    message: `${path}.image is ${one.title} ${tag} (${one.cve}). Upgrade to a fixed release.`,
                };
            }
        }
    }
}

function* nodeFaults(node: KubeObject): Iterable<Fault> {
    const info = obj(obj(node.body["status"])["nodeInfo"]);
    for (const one of VULNERABILITIES) {
        const text = typeof one.where === "string" ? str(info[one.where]) : "";
        // Other runtimes number their releases in their own way.
        const isMeant = one.where !== "containerRuntimeVersion" || text.startsWith("containerd://");
        if (typeof one.where === "string" && isMeant && isVulnerable(one, text)) {
            const path = `${node.prefix}status.nodeInfo.${one.where}`;
            yield { path, message: `${path} is "${text}" (${one.title}, ${one.cve}). Upgrade to a fixed release.` };
        }
    }
}

function isVulnerable(one: Vulnerability, text: string): boolean {
    const version = parseVersion(text);
    const isPatched =
        one.where === "kernelVersion" &&
        FIXED_KERNELS.some(
            ([major, minor, patch]) => version?.[0] === major && version[1] === minor && version[2] >= patch,
        );
    return version !== undefined && !isPatched && isInRanges(version, one.ranges);
}
