import { stackControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";
import { pathsElsewhere } from "../../paths/elsewhere";
import type { NodeKind, PathNode } from "../../paths/nodes";
import { withoutFlaws } from "../../paths/search";
import { OVER_PATHS, pathFaults } from "./faults";

/** What a tenant has in its namespaces, and what gives all that is anybody's. */
const KINDS: readonly NodeKind[] = [
    "pod",
    "pods",
    "secret",
    "secrets",
    "account",
    "accounts",
    "workloads",
    "namespace",
    "node",
    "control-plane",
    "cluster-admin",
];

function tenantsOf(stack: Stack, labels: readonly string[]): ReadonlyMap<string, string> {
    return new Map(
        stack.ofKind("Namespace").flatMap((namespace) => {
            const label = labels.find((name) => str(namespace.labels[name]) !== "");
            return label === undefined ? [] : [[namespace.name, `${label}=${str(namespace.labels[label])}`] as const];
        }),
    );
}

export const noPathBetweenTenants = stackControl({
    ...OVER_PATHS,
    name: "no-path-between-tenants",
    description: "No pod of a tenant leads on to what belongs to another.",
    why: "Tenants share a cluster on the promise that a loss of one is not a loss of all.",
    severity: "high",
    frameworks: [...mitre("T1611", "T1078"), ...nist("SC-4", "AC-4", "AC-6"), ...checklist("ACC-1", "NET-1")],
    params: {
        labels: {
            type: "array",
            items: { type: "string" },
            description: "The labels by which a namespace says whose it is; the first that it has counts.",
            default: ["capsule.clastix.io/tenant", "toolkit.fluxcd.io/tenant"],
        },
    },
    *check(stack, { params, ...context }) {
        const tenants = tenantsOf(stack, params.labels);
        // With fewer than two there is nobody to keep apart.
        if (new Set(tenants.values()).size < 2) {
            return;
        }
        yield* pathFaults(stack, context, (graph, isAccepted) => {
            const pods = graph.nodes.filter(({ kind }) => kind === "pod");
            const sources = pods.flatMap((pod) => {
                const tenant = tenants.get(pod.namespace);
                return tenant === undefined ? [] : [[pod, tenant] as const];
            });
            const placeOf = ({ namespace }: PathNode): string | undefined => tenants.get(namespace);
            return pathsElsewhere(graph, sources, KINDS, placeOf, withoutFlaws, isAccepted);
        });
    },
});
