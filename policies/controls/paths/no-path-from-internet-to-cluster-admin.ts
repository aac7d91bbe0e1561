import { stackControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { namedPaths } from "../../paths/findings";
import { withoutFlaws } from "../../paths/search";
import { NO_TWIN, pathFaults } from "./faults";

export const noPathFromInternetToClusterAdmin = stackControl({
    name: "no-path-from-internet-to-cluster-admin",
    description: "Nothing that the Internet reaches leads on to every right in the cluster.",
    why: "Rights that are harmless one by one add up: a published program's account, a token it may ask for, a role that one may bind.",
    severity: "critical",
    covers: [],
    frameworks: [...mitre("T1190", "T1078"), ...nist("SC-7", "AC-3", "AC-6"), ...checklist("NET-3", "ACC-1")],
    remediation: "Take away any one step of the path; `hardening paths` says which is the cheapest for all of them.",
    profiles: ["x0tta6bl4"],
    check: (stack, context) =>
        pathFaults(stack, context, (graph) =>
            namedPaths(
                graph,
                graph.nodes.filter(({ kind }) => kind === "internet"),
                graph.nodes.filter(({ kind }) => kind === "cluster-admin"),
                withoutFlaws,
            ),
        ),
    admission: NO_TWIN,
});
