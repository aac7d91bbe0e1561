import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { CONTROL_PLANE_ROLES, reachesControlPlane } from "../../kubernetes/control-plane-nodes";
import { list, obj, str } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import type { PodView } from "../../kubernetes/pods";

/** Labels that describe what a node is able to run, and not which node it is. */
const PORTABLE = /^(?:kubernetes\.io\/(?:os|arch)|topology\.kubernetes\.io\/|node\.kubernetes\.io\/instance-type$)/;

/** The paths of required node affinity that asks for a node of the control plane. */
function affinityToControlPlane(pod: PodView): readonly string[] {
    const affinity = obj(obj(pod.spec["affinity"])["nodeAffinity"]);
    const field = "requiredDuringSchedulingIgnoredDuringExecution";
    return list(obj(affinity[field])["nodeSelectorTerms"]).flatMap((term, index) =>
        list(obj(term)["matchExpressions"])
            .map(obj)
            .flatMap(({ key, operator }, entry) =>
                CONTROL_PLANE_ROLES.includes(str(key)) && (operator === "Exists" || operator === "In")
                    ? [
                          `${pod.path}.affinity.nodeAffinity.${field}.nodeSelectorTerms[${index}].matchExpressions[${entry}]`,
                      ]
                    : [],
            ),
    );
}

export const noControlPlaneScheduling = podControl({
    name: "no-control-plane-scheduling",
    description: "No pod asks for a node of the control plane or for one node of its choice.",
    why: "A pod on a control-plane node is a neighbour of etcd and the API server's keys; one that picks its node can pick whom to sit beside.",
    severity: "medium",
    // Agents that watch every node need exactly this.
    enforcement: "advisory",
    covers: ["pod.control-plane-scheduling"],
    frameworks: [...mitre("T1610"), ...nist("AC-6", "SC-7")],
    remediation: "Remove nodeName, the toleration, the node selector or the affinity.",
    profiles: [],
    admission: { none: "Agents that run on every node tolerate the control plane's taint; the scan reports it." },
    *check(pod) {
        const nodeName = str(pod.spec["nodeName"]);
        if (nodeName !== "") {
            const path = `${pod.path}.nodeName`;
            yield { path, message: `${path} is "${nodeName}", which passes the scheduler by. Remove it.` };
        }
        for (const key of Object.keys(obj(pod.spec["nodeSelector"]))) {
            if (!PORTABLE.test(key)) {
                const path = child(`${pod.path}.nodeSelector`, key);
                yield { path, message: `${path} picks nodes by a label of their own. Remove it.` };
            }
        }
        for (const path of affinityToControlPlane(pod)) {
            yield { path, message: `${path} asks for a node of the control plane. Remove it.` };
        }
        for (const [index, toleration] of list(pod.spec["tolerations"]).entries()) {
            if (reachesControlPlane(obj(toleration))) {
                const path = `${pod.path}.tolerations[${index}]`;
                const key = str(obj(toleration)["key"]);
                yield {
                    path,
                    message: `${path} tolerates ${key === "" ? "every taint" : `"${key}"`}, and with it the control plane. Remove it.`,
                };
            }
        }
    },
});
