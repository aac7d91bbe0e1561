import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import { show } from "../../text";

export const clientAddressesAreKept = objectControl({
    name: "client-addresses-are-kept",
    description: "Every Service that is reached from outside keeps the address of its clients.",
    why: "With externalTrafficPolicy Cluster every client has the address of a node: rules by address and logs tell nothing.",
    severity: "low",
    enforcement: "advisory", // A proxy before the Service may hand the address on in its own way.
    covers: [],
    frameworks: [...nist("AU-3", "SC-7"), ...soc2("CC7.2"), ...checklist("NET-3", "MON-5")],
    remediation: "Set externalTrafficPolicy to Local.",
    profiles: [],
    kinds: ["Service"],
    *check(service) {
        const spec = obj(service.body["spec"]);
        const isOutside = ["LoadBalancer", "NodePort"].includes(show(spec["type"]));
        const policy = spec["externalTrafficPolicy"];
        if (isOutside && policy !== "Local") {
            const path = `${service.prefix}spec.externalTrafficPolicy`;
            yield {
                path,
                message: `${path} is ${policy === undefined ? 'unset, which means "Cluster"' : `"${show(policy)}"`}. Set it to "Local".`,
                absent: policy === undefined,
                fix: setField(service, path, "Local"),
            };
        }
    },
    admission: {
        expression:
            "!has(object.spec.type) || !(object.spec.type in ['LoadBalancer', 'NodePort']) || (has(object.spec.externalTrafficPolicy) && object.spec.externalTrafficPolicy == 'Local')",
    },
});
