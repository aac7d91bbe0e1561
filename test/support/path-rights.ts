import fc from "fast-check";

import type { Asker } from "../../policies/kubernetes/rbac/authorizer";
import type { AccessRequest } from "../../policies/kubernetes/rbac/rule";
import { pathGraphOf } from "../../policies/paths/build";
import type { EdgeFamily } from "../../policies/paths/edge";
import { RBAC_FAMILIES } from "../../policies/paths/edges/rbac";
import type { PathGraph } from "../../policies/paths/graph";
import type { PathNode } from "../../policies/paths/nodes";
import type { Right } from "../../policies/paths/rights";
import type { Manifest } from "./controls";
import { stackOf } from "./controls";

const RBAC = "rbac.authorization.k8s.io";
export const SPACES: readonly string[] = ["paths-shop", "paths-till"];
/** Where the ConfigMap of EKS is. */
const SYSTEM = "kube-system";

interface Subject {
    readonly kind: "User" | "Group" | "ServiceAccount";
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly apiGroup?: string;
}

const SUBJECTS: readonly Subject[] = [
    { kind: "User", name: "paths-jane", apiGroup: RBAC },
    { kind: "User", name: "paths-joe", apiGroup: RBAC },
    { kind: "Group", name: "paths-devs", apiGroup: RBAC },
    { kind: "ServiceAccount", name: "web", namespace: SPACES[0] },
    { kind: "ServiceAccount", name: "api", namespace: SPACES[1] },
];

/** Without it, what somebody may do to custom resources and to the ConfigMap of EKS is worth nothing. */
export const SURROUNDINGS: readonly Manifest[] = [
    ...SPACES.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "applications.argoproj.io" },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "aws-auth", namespace: SYSTEM }, data: {} },
];

const FAMILIES = RBAC_FAMILIES.filter(({ rights }) => rights !== undefined);

/** What a family needs, each part by itself. */
function clausesOf({ rights = [] }: EdgeFamily) {
    return rights.flatMap(({ ways, names = ["one", "two", "cluster-admin"] }) =>
        ways.flatMap(({ resources, verbs }) =>
            Object.entries(resources).flatMap(([group, list]) =>
                list.map((resource) => ({ group, resource, verbs, names })),
            ),
        ),
    );
}

const ruleOf = (families: readonly EdgeFamily[]) =>
    fc
        .tuple(
            fc.constantFrom(...families).chain((family) => fc.constantFrom(...clausesOf(family))),
            fc.nat(),
            fc.constantFrom("one", "one", "all", "any"),
            fc.boolean(),
            fc.nat(),
        )
        .map(([{ group, resource, verbs, names }, verb, breadth, isNamed, name]) => ({
            apiGroups: [breadth === "any" ? "*" : group],
            resources: [resource],
            verbs: breadth === "one" ? [verbs[verb % verbs.length] ?? ""] : breadth === "all" ? [...verbs] : ["*"],
            ...(isNamed && { resourceNames: [names[name % names.length] ?? ""] }),
        }));

/** Of few families at a time: so the parts of one come together, and in several bindings. */
const grants = fc.uniqueArray(fc.constantFrom(...FAMILIES), { minLength: 1, maxLength: 2 }).chain((families) =>
    fc.array(
        fc.record({
            namespace: fc.constantFrom("", "", ...SPACES, SYSTEM),
            subjects: fc.uniqueArray(fc.constantFrom(...SUBJECTS), { minLength: 1, maxLength: 2 }),
            rules: fc.array(ruleOf(families), { minLength: 1, maxLength: 2 }),
        }),
        { minLength: 4, maxLength: 8 },
    ),
);

/** Roles and bindings of some subjects, in the cluster and in namespaces. */
export const bindingsOfSome: fc.Arbitrary<readonly Manifest[]> = grants.map((all) =>
    all.flatMap(({ namespace, subjects, rules }, index) => {
        const kind = namespace === "" ? "ClusterRole" : "Role";
        const metadata = { name: `paths-test-${index}`, ...(namespace !== "" && { namespace }) };
        const apiVersion = `${RBAC}/v1`;
        return [
            { apiVersion, kind, metadata, rules },
            {
                apiVersion,
                kind: `${kind}Binding`,
                metadata,
                roleRef: { apiGroup: RBAC, kind, name: metadata.name },
                subjects,
            },
        ];
    }),
);

/** Only what names this very subject counts for it: a group comes without a user, and a user without groups. */
function askerOf({ kind, name, namespace = "" }: Subject): Asker {
    switch (kind) {
        case "Group":
            return { user: "", groups: [name] };
        case "ServiceAccount":
            return { user: `system:serviceaccount:${namespace}:${name}`, groups: [] };
        default:
            return { user: name, groups: [] };
    }
}

/** An edge of the graph: what the API server has to allow, all of it. */
export interface Present {
    readonly family: string;
    readonly who: Asker;
    readonly requests: readonly AccessRequest[];
}

/** An edge that is not in the graph: of one of these rights the API server has to refuse every way. */
export interface Absent {
    readonly family: string;
    readonly namespace: string;
    readonly who: Asker;
    readonly rights: readonly (readonly AccessRequest[])[];
}

/** Every edge by rights of the subjects, and every one that is not there. */
export function edgesByRights(manifests: readonly Manifest[]): {
    readonly present: readonly Present[];
    readonly absent: readonly Absent[];
} {
    const graph = pathGraphOf(stackOf(...SURROUNDINGS, ...manifests));
    const present: Present[] = [];
    const absent: Absent[] = [];
    for (const subject of SUBJECTS) {
        const who = askerOf(subject);
        const held = heldBy(graph, subject);
        present.push(...held.map((edge) => ({ ...edge, who })));
        for (const family of FAMILIES) {
            for (const namespace of placesOf(family)) {
                const isThere = held.some(
                    (edge) =>
                        [family.name, "every-right"].includes(edge.family) && ["", namespace].includes(edge.namespace),
                );
                if (!isThere) {
                    const rights = (family.rights ?? []).map((right) => everyWay(right, namespace));
                    absent.push({ family: family.name, namespace, who, rights });
                }
            }
        }
    }
    return { present, absent };
}

interface HeldEdge {
    readonly family: string;
    readonly namespace: string;
    readonly requests: readonly AccessRequest[];
}

/** The edges that a subject takes by its own bindings, also where one right stands behind another. */
function heldBy(graph: PathGraph, { kind, name, namespace = "" }: Subject): readonly HeldEdge[] {
    const nodeKind = { User: "user", Group: "group", ServiceAccount: "account" }[kind];
    const start = graph.nodes.filter(
        (node) => node.kind === nodeKind && node.name === name && node.namespace === namespace,
    );
    const found: HeldEdge[] = [];
    const follow = (node: PathNode, before: readonly AccessRequest[]): void => {
        for (const { family, to, requests } of graph.from(node)) {
            if (family.name === "binding-subjects") {
                follow(to, before);
            } else if (requests !== undefined && to.kind === "step") {
                follow(to, [...before, ...requests]);
            } else if (requests !== undefined) {
                const all = [...before, ...requests];
                const places = all.map((request) => ("path" in request ? "" : (request.namespace ?? "")));
                found.push({
                    family: family.name,
                    namespace: places.find((place) => place !== "") ?? "",
                    requests: all,
                });
            }
        }
    };
    start.forEach((node) => follow(node, []));
    return found;
}

/** Where a family may hold: rights to what belongs to the cluster are given in all of it. */
function placesOf({ name, rights = [] }: EdgeFamily): readonly string[] {
    if (name === "map-cloud-users") {
        return [SYSTEM];
    }
    return rights.every(({ ways }) => ways.every(({ clusterScoped }) => clusterScoped === true))
        ? [""]
        : ["", ...SPACES];
}

/** Every request by which a right may be had. One of all objects names none; of a right to some, each names one of them. */
function everyWay({ ways, names }: Right, namespace: string): readonly AccessRequest[] {
    return ways.flatMap(({ resources, verbs, clusterScoped }) =>
        Object.entries(resources).flatMap(([group, list]) =>
            list.flatMap((path) =>
                verbs.flatMap((verb) => {
                    const [resource = "", subresource = ""] = path.split("/");
                    const place = clusterScoped === true ? "" : namespace;
                    const request = { verb, group, resource, subresource, namespace: place };
                    return (names ?? [""]).map((name) => ({ ...request, name }));
                }),
            ),
        ),
    );
}
