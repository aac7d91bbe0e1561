import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { isObj, list, obj, str } from "../../kubernetes/kube";

export const noHostPathVolumes = podControl({
    name: "no-host-path-volumes",
    description: "No pod mounts a directory of its node.",
    why: "A hostPath volume hands files of the node to the pod: with the right path, its credentials and its root account too.",
    severity: "high",
    covers: ["pod.hostpath-volume"],
    frameworks: [
        ...pss("baseline/hostPathVolumes"),
        ...cis("5.2.11"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-6", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Use a PersistentVolumeClaim, an emptyDir or a CSI volume in place of the hostPath.",
    profiles: ["baseline", "restricted", "cis", "nsa", "x0tta6bl4"],
    admission: {
        expression: "variables.podSpec == null || variables.podSpec.?volumes.orValue([]).all(v, !has(v.hostPath))",
    },
    *check(pod) {
        for (const [index, entry] of list(pod.spec["volumes"]).entries()) {
            const volume = obj(entry);
            if (isObj(volume["hostPath"])) {
                const path = `${pod.prefix}volumes[${index}].hostPath`;
                const directory = str(volume["hostPath"]["path"]);
                yield {
                    path,
                    message: `${path} mounts "${directory}" of the node (volume "${str(volume["name"])}"). Use another kind of volume.`,
                };
            }
        }
    },
});
