import { podControl } from "../../control";
import { checklist, cis, mitre, nist, soc2 } from "../../frameworks";

const SYSTEM = new Set(["kube-system", "kube-public", "kube-node-lease"]);

export const systemNamespacesUnused = podControl({
    name: "system-namespaces-unused",
    description: "No workload runs in a namespace of the cluster itself.",
    why: "kube-system is exempt from many policies and holds accounts that may do anything: a neighbour there borrows both.",
    severity: "medium",
    covers: ["ns.system-unused"],
    frameworks: [...cis("5.6.1"), ...mitre("T1036"), ...nist("AC-4", "SC-2"), ...soc2("CC6.1"), ...checklist("ACC-2")],
    remediation: "Move the workload to a namespace of its own.",
    profiles: ["cis", "x0tta6bl4"],
    *check(pod) {
        const { namespace, prefix } = pod.object;
        // The control plane's own static pods live there; kubeadm and its kin label them so.
        const isControlPlane = pod.labels["tier"] === "control-plane" || pod.object.labels["tier"] === "control-plane";
        if (SYSTEM.has(namespace) && !isControlPlane) {
            const path = `${prefix}metadata.namespace`;
            yield { path, message: `${path} is "${namespace}". Choose a namespace of the workload's own.` };
        }
    },
    admission: {
        expression:
            "!(object.metadata.?namespace.orValue('') in ['kube-system', 'kube-public', 'kube-node-lease']) || object.metadata.?labels[?'tier'].orValue('') == 'control-plane'",
    },
});
