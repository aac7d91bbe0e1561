import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";

/** Says whether a pattern of Argo CD, a glob in which `**` crosses slashes, matches whatever there is. */
const isAll = (pattern: string): boolean => /^\*+$/.test(pattern);

/** The rights of a project beside those of its destinations: every one of a kind at all. */
function isEverything(entry: unknown): boolean {
    const { group, kind } = obj(entry) as { group?: unknown; kind?: unknown };
    return isAll(str(group)) && isAll(str(kind));
}

function* sourceFaults(spec: Body, at: string): Iterable<Fault> {
    // A pattern with `!` in front takes away from the others.
    const repositories = strings(spec["sourceRepos"]);
    const isNarrowed = repositories.some((one) => one.startsWith("!"));
    for (const [index, pattern] of repositories.entries()) {
        if (isAll(pattern) && !isNarrowed) {
            const path = `${at}.sourceRepos[${index}]`;
            yield { path, message: `${path} is "${pattern}": anybody's repository is deployed. Name yours.` };
        }
    }
}

function* destinationFaults(spec: Body, at: string): Iterable<Fault> {
    const destinations = list(spec["destinations"]).map(obj);
    const isNarrowed = destinations.some(({ namespace }) => str(namespace).startsWith("!"));
    for (const [index, { namespace }] of destinations.entries()) {
        if (isAll(str(namespace)) && !isNarrowed) {
            const path = `${at}.destinations[${index}].namespace`;
            yield {
                path,
                message: `${path} is "${str(namespace)}", kube-system and Argo CD's own among them. Name the namespaces.`,
            };
        }
    }
}

function* kindFaults(spec: Body, at: string): Iterable<Fault> {
    // What is denied goes before what is allowed.
    const isNarrowed = list(spec["clusterResourceBlacklist"]).length > 0;
    for (const [index, entry] of list(spec["clusterResourceWhitelist"]).entries()) {
        if (isEverything(entry) && !isNarrowed) {
            const path = `${at}.clusterResourceWhitelist[${index}]`;
            yield {
                path,
                message: `${path} is every kind outside of namespaces, ClusterRoleBindings among them. Name the kinds.`,
            };
        }
    }
}

function faultsOf(project: KubeObject): readonly Fault[] {
    const spec = obj(project.body["spec"]);
    const at = `${project.prefix}spec`;
    return [...sourceFaults(spec, at), ...destinationFaults(spec, at), ...kindFaults(spec, at)];
}

export const argoProjectsBounded = objectControl({
    name: "argo-projects-bounded",
    description: "Every project of Argo CD names its repositories, namespaces and cluster-wide kinds.",
    why: "Whoever may write an Application of the project acts with Argo CD's own rights, which are mostly those of cluster-admin.",
    severity: "high",
    covers: ["rbac.wildcard"],
    frameworks: [
        ...nsa("Authentication and authorization"),
        ...mitre("T1078", "T1610"),
        ...nist("AC-3", "AC-6"),
        ...soc2("CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation: "Name the repositories, the namespaces and the kinds that the project's applications need.",
    profiles: ["x0tta6bl4"],
    kinds: ["argoproj.io/AppProject"],
    check: faultsOf,
    admission: { none: "Argo CD keeps its projects in its own namespace, which is none that this program closes." },
});
