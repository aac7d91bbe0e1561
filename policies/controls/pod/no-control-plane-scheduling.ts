import type { Fault, ObjectControl } from "../../engine/control";
import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { CONTROL_PLANE_ROLES, reachesControlPlane } from "../../kubernetes/control-plane-nodes";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import type { PodView } from "../../kubernetes/pods";

/** Labels that describe what a node is able to run, and not which node it is. */
const PORTABLE = /^(?:kubernetes\.io\/(?:os|arch)|topology\.kubernetes\.io\/|node\.kubernetes\.io\/instance-type$)/;

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

/** Required node affinity that asks for a node of the control plane, or for nodes by their names. */
function* affinityFaults(pod: PodView): Iterable<Fault> {
    const affinity = obj(obj(pod.spec["affinity"])["nodeAffinity"]);
    for (const [index, term] of list(obj(affinity[REQUIRED])["nodeSelectorTerms"]).map(obj).entries()) {
        for (const field of ["matchExpressions", "matchFields"]) {
            for (const [entry, { key, operator }] of list(term[field]).map(obj).entries()) {
                const path = `${pod.prefix}affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[${index}].${field}[${entry}]`;
                if (CONTROL_PLANE_ROLES.includes(str(key)) && (operator === "Exists" || operator === "In")) {
                    yield { path, message: `${path} asks for a node of the control plane. Remove it.` };
                } else if (NODE_NAMES.includes(str(key)) && operator === "In" && !isOfDaemonSet(pod)) {
                    yield { path, message: `${path} asks for nodes by their names. Remove it.` };
                }
            }
        }
    }
}

/** The field and the label that hold a node's name. */
const NODE_NAMES: readonly string[] = ["metadata.name", "kubernetes.io/hostname"];

/** A DaemonSet's controller binds each of its pods to a node by exactly this. */
function isOfDaemonSet({ object }: PodView): boolean {
    const owners = list(obj(object.body["metadata"])["ownerReferences"]).map(obj);
    return object.kind === "Pod" && owners.some(({ kind }) => kind === "DaemonSet");
}

/** Tolerations of the control plane's taints. */
function* tolerationFaults(tolerations: unknown, path: string): Iterable<Fault> {
    for (const [index, toleration] of list(tolerations).map(obj).entries()) {
        if (reachesControlPlane(toleration)) {
            const at = `${path}[${index}]`;
            const key = str(toleration["key"]);
            yield {
                path: at,
                message: `${at} tolerates ${key === "" ? "every taint" : `"${key}"`}, and with it the control plane. Remove it.`,
            };
        }
    }
}

/** What a RuntimeClass adds to every pod that names it. Its label of the nodes that have the runtime is its business. */
function* runtimeClassFaults({ body, prefix }: KubeObject): Iterable<Fault> {
    const { nodeSelector, tolerations } = obj(body["scheduling"]);
    for (const key of Object.keys(obj(nodeSelector)).filter((one) => CONTROL_PLANE_ROLES.includes(one))) {
        const path = child(`${prefix}scheduling.nodeSelector`, key);
        yield { path, message: `${path} asks for a node of the control plane. Remove it.` };
    }
    yield* tolerationFaults(tolerations, `${prefix}scheduling.tolerations`);
}

const isRuntimeClass = ({ group, kind }: { readonly group: string; readonly kind: string }) =>
    group === "node.k8s.io" && kind === "RuntimeClass";

const ofPods = podControl({
    name: "no-control-plane-scheduling",
    description:
        "No pod, and no RuntimeClass for its pods, asks for a node of the control plane or for one node of its choice.",
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
            const path = `${pod.prefix}nodeName`;
            yield { path, message: `${path} is "${nodeName}", which passes the scheduler by. Remove it.` };
        }
        for (const key of Object.keys(obj(pod.spec["nodeSelector"]))) {
            if (!PORTABLE.test(key)) {
                const path = child(`${pod.prefix}nodeSelector`, key);
                yield { path, message: `${path} picks nodes by a label of their own. Remove it.` };
            }
        }
        yield* affinityFaults(pod);
        yield* tolerationFaults(pod.spec["tolerations"], `${pod.prefix}tolerations`);
    },
});

export const noControlPlaneScheduling: ObjectControl = {
    ...ofPods,
    applies: (subject) => ofPods.applies(subject) || isRuntimeClass(subject),
    check: (object, context) => (isRuntimeClass(object) ? runtimeClassFaults(object) : ofPods.check(object, context)),
};
