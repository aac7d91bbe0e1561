import { objectControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";

export const noNakedPods = objectControl({
    name: "no-naked-pods",
    description: "No pod is created without a controller.",
    why: "Nothing replaces a bare pod when its node goes away.",
    severity: "low",
    enforcement: "advisory", // It costs availability, and a pod made once by hand is no fault.
    covers: ["pod.naked"],
    frameworks: [...nist("CP-10", "SI-13"), ...soc2("A1.2")],
    remediation: "Use a Deployment, StatefulSet, DaemonSet or Job.",
    profiles: ["x0tta6bl4"],
    kinds: ["Pod"],
    admission: {
        none: "Controllers create pods themselves; a rule on Pod objects would have to trust their owner field.",
    },
    *check(object) {
        if (list(obj(object.body["metadata"])["ownerReferences"]).length === 0) {
            const path = `${object.prefix}kind`;
            yield { path, message: `${path} is Pod, and no controller owns it. Use a Deployment or a Job.` };
        }
    },
});
