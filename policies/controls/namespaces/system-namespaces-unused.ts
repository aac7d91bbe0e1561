import { POD_LABELS, texts } from "../../engine/cel";
import type { ObjectControl } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { INGRESS_KINDS } from "../../kubernetes/ingress";
import { podsOf } from "../../kubernetes/pods";

const SYSTEM = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** What belongs to a workload, beside its pods. Policies and rights are how such a namespace is guarded. */
const parts = objectControl({
    name: "system-namespaces-unused",
    description: "No workload runs in a namespace of the cluster itself, nor is published from there.",
    why: "kube-system is exempt from many policies and holds accounts that may do anything: a neighbour there borrows both.",
    severity: "medium",
    covers: ["ns.system-unused"],
    frameworks: [...cis("5.6.1"), ...mitre("T1036"), ...nist("AC-4", "SC-2"), ...soc2("CC6.1"), ...checklist("ACC-2")],
    remediation: "Move the workload to a namespace of its own.",
    profiles: ["cis", "x0tta6bl4"],
    kinds: ["Service", "PersistentVolumeClaim", ...INGRESS_KINDS],
    *check(object) {
        const { namespace, prefix } = object;
        // The control plane's own static pods live there; kubeadm and its kin label them so.
        const isControlPlane = [object.labels, ...podsOf(object).map((pod) => pod.labels)].some(
            (labels) => labels["tier"] === "control-plane",
        );
        if (SYSTEM.has(namespace) && !isControlPlane) {
            const path = `${prefix}metadata.namespace`;
            yield { path, message: `${path} is "${namespace}". Choose a namespace of the workload's own.` };
        }
    },
    admission: {
        expression:
            `!(object.metadata.?namespace.orValue('') in ${texts(SYSTEM)}) || ` +
            ["object.?metadata.?labels.orValue({})", "variables.podLabels"]
                .map((labels) => `${labels}[?'tier'].orValue('') == 'control-plane'`)
                .join(" || "),
        variables: POD_LABELS,
    },
});

export const systemNamespacesUnused: ObjectControl = {
    ...parts,
    applies: (subject) => subject.pods || parts.applies(subject),
};
