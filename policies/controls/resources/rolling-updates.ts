import { objectControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";

export const rollingUpdates = objectControl({
    name: "rolling-updates",
    description: "Every workload that serves is updated pod by pod.",
    why: "Recreating all pods at once is an outage, and pods that are only replaced when deleted keep their old flaws.",
    severity: "low",
    // A program that holds a lock on its volume has to stop before its successor starts.
    enforcement: "advisory",
    covers: ["rel.rolling"],
    frameworks: [...nist("CP-10", "SI-2"), ...soc2("A1.2")],
    remediation: "Set the strategy to RollingUpdate with a maxUnavailable below 100 %.",
    profiles: ["x0tta6bl4"],
    kinds: ["apps/Deployment", "extensions/Deployment", "apps/DaemonSet", "apps/StatefulSet"],
    admission: { none: "Availability is no reason to refuse an object in the cluster." },
    *check(object) {
        const field = object.kind === "Deployment" ? "strategy" : "updateStrategy";
        const strategy = obj(obj(object.body["spec"])[field]);
        // Unset, the API makes it RollingUpdate for all three.
        const type = str(strategy["type"]) || "RollingUpdate";
        const path = `${object.prefix}spec.${field}`;
        if (type !== "RollingUpdate") {
            yield { path: `${path}.type`, message: `${path}.type is "${type}". Set it to RollingUpdate.` };
        } else if (obj(strategy["rollingUpdate"])["maxUnavailable"] === "100%") {
            const most = `${path}.rollingUpdate.maxUnavailable`;
            yield { path: most, message: `${most} is 100%: all pods may be down at once. Lower it.` };
        }
    },
});
