import { stackControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { pathsElsewhere } from "../../paths/elsewhere";
import type { PathGraph } from "../../paths/graph";
import type { PathNode } from "../../paths/nodes";
import { Reached, withoutFlaws } from "../../paths/search";
import { OVER_PATHS, pathFaults } from "./faults";

/** The pods that the Internet reaches, each with its namespace. */
function entries(graph: PathGraph): readonly (readonly [PathNode, string])[] {
    const reached = new Reached(
        graph,
        graph.nodes.filter(({ kind }) => kind === "internet"),
        (edge) => withoutFlaws(edge) && edge.from.kind !== "pod",
    );
    return [...reached.nodes()].filter(({ kind }) => kind === "pod").map((pod) => [pod, pod.namespace]);
}

export const noPathFromInternetToForeignSecrets = stackControl({
    ...OVER_PATHS,
    name: "no-path-from-internet-to-foreign-secrets",
    description: "Nothing that the Internet reaches leads on to Secrets of another namespace.",
    why: "A published program may lose its own Secrets with itself; those of others are lost by rights it should not have.",
    severity: "high",
    frameworks: [...mitre("T1190", "T1552"), ...nist("SC-7", "AC-4", "AC-6"), ...checklist("NET-3", "SEC-1")],
    check: (stack, context) =>
        pathFaults(stack, context, (graph, isAccepted) =>
            pathsElsewhere(
                graph,
                entries(graph),
                ["secret", "secrets"],
                ({ namespace }) => namespace,
                withoutFlaws,
                isAccepted,
            ),
        ),
});
