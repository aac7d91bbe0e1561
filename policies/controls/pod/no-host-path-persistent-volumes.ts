import { objectControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { isObj, obj, str } from "../../kubernetes/kube";

export const noHostPathPersistentVolumes = objectControl({
    name: "no-host-path-persistent-volumes",
    description: "No PersistentVolume is a directory of a node.",
    why: "Through such a volume a pod reaches the node's files without a hostPath of its own that a policy could see.",
    severity: "high",
    covers: ["pod.hostpath-pv"],
    frameworks: [...mitre("T1611"), ...nist("AC-6", "SC-39"), ...checklist("CTR-7")],
    remediation: "Use a CSI driver, or a local volume whose node affinity the scheduler respects.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["PersistentVolume"],
    admission: { expression: "object.kind != 'PersistentVolume' || !has(object.spec.hostPath)" },
    *check(object) {
        const hostPath = obj(object.body["spec"])["hostPath"];
        if (isObj(hostPath)) {
            const path = `${object.prefix}spec.hostPath`;
            yield { path, message: `${path} is "${str(hostPath["path"])}" of a node. Use another kind of volume.` };
        }
    },
});
