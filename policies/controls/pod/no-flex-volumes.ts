import { podControl } from "../../engine/control";
import { mitre, nist, pss } from "../../engine/frameworks";
import { isObj, list, obj, str } from "../../kubernetes/kube";

export const noFlexVolumes = podControl({
    name: "no-flex-volumes",
    description: "No pod mounts a FlexVolume, unless its driver is allowed.",
    why: "A FlexVolume driver is a program that the kubelet runs as root on the node with the pod's settings as arguments.",
    severity: "high",
    covers: ["pod.flexvolume"],
    frameworks: [...mitre("T1611"), ...nist("AC-6", "SA-22"), ...pss("restricted/restrictedVolumes")],
    remediation: "Use a CSI driver; FlexVolume is deprecated.",
    profiles: ["x0tta6bl4"],
    params: {
        drivers: {
            type: "array",
            items: { type: "string" },
            description: "The FlexVolume drivers to allow.",
            default: [],
        },
    },
    admission: {
        expression: "variables.podSpec == null || variables.podSpec.?volumes.orValue([]).all(v, !has(v.flexVolume))",
    },
    *check(pod, { params }) {
        for (const [index, volume] of list(pod.spec["volumes"]).entries()) {
            const { flexVolume } = obj(volume) as { flexVolume?: unknown };
            if (isObj(flexVolume) && !params.drivers.includes(str(flexVolume["driver"]))) {
                const path = `${pod.prefix}volumes[${index}].flexVolume.driver`;
                yield { path, message: `${path} is "${str(flexVolume["driver"])}". Use a CSI driver.` };
            }
        }
    },
});
