import { stackControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { namedPaths } from "../../paths/findings";
import { withoutFlaws } from "../../paths/search";
import { NO_TWIN, pathFaults } from "./faults";

export const noPathFromInternetToNode = stackControl({
    name: "no-path-from-internet-to-node",
    description: "Nothing that the Internet reaches leads on to a node.",
    why: "Whoever takes over a published program by a flaw in it has the node, and with it every pod, token and Secret there.",
    severity: "critical",
    covers: [],
    frameworks: [...mitre("T1190", "T1611"), ...nist("SC-7", "SC-39", "AC-6"), ...checklist("NET-3", "CTR-7")],
    remediation: "Take away any one step of the path; `hardening paths` says which is the cheapest for all of them.",
    profiles: ["x0tta6bl4"],
    check: (stack, context) =>
        pathFaults(stack, context, (graph) =>
            namedPaths(
                graph,
                graph.nodes.filter(({ kind }) => kind === "internet"),
                graph.nodes.filter(({ kind }) => kind === "node" || kind === "control-plane"),
                withoutFlaws,
            ),
        ),
    admission: NO_TWIN,
});
