import { podControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { isObj, list, obj, str } from "../../kubernetes/kube";

export const inlineDriversKnown = podControl({
    name: "inline-drivers-known",
    description: "Volumes that a pod writes down for a CSI driver are for drivers that are meant for it.",
    why: "The pod's author chooses the driver's parameters, which for many drivers name any share, disk or folder of the node.",
    severity: "medium",
    advisesUntilSet: "drivers",
    covers: [],
    frameworks: [...mitre("T1611"), ...nist("AC-6", "CM-7"), ...soc2("CC6.1"), ...checklist("CTR-7")],
    remediation: "Use a claim of a storage class, or name the driver in the parameter `drivers`.",
    profiles: ["x0tta6bl4"],
    params: {
        drivers: {
            type: "array",
            items: { type: "string" },
            description:
                "CSI drivers whose volumes pods may write down. By default those that hand out identities, certificates and secrets, and take nothing of the node by parameters.",
            default: ["csi.cert-manager.io", "csi.spiffe.io", "secrets-store.csi.k8s.io", "spiffe.csi.cert-manager.io"],
        },
    },
    admission: { none: "The list of drivers is a parameter of the stack, which the cluster's policy does not know." },
    *check(pod, { params }) {
        for (const [index, volume] of list(pod.spec["volumes"]).entries()) {
            const { csi, name } = obj(volume) as { csi?: unknown; name?: unknown };
            const driver = str(obj(csi)["driver"]);
            if (isObj(csi) && !params.drivers.includes(driver)) {
                const path = `${pod.prefix}volumes[${index}].csi.driver`;
                yield {
                    path,
                    message: `${path} is "${driver}", whose parameters the pod chooses (volume "${str(name)}"). Use a claim, or one of ${params.drivers.join(", ") || "none (the list is empty)"}.`,
                };
            }
        }
    },
});
