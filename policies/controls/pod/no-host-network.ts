import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { removeField } from "../../kubernetes/path";

export const noHostNetwork = podControl({
    name: "no-host-network",
    description: "No pod shares the node's network namespace.",
    why: "A pod on the node's network escapes every NetworkPolicy, can listen to the node's traffic and reaches what is bound to its loopback.",
    severity: "high",
    covers: ["pod.host-namespaces", "pod.host-network"],
    frameworks: [
        ...pss("baseline/hostNamespaces"),
        ...cis("5.2.5"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611", "T1046"),
        ...nist("AC-6", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Unset hostNetwork and publish the port through a Service.",
    profiles: ["baseline", "restricted", "cis", "nsa", "x0tta6bl4"],
    admission: { expression: "variables.podSpec == null || variables.podSpec.?hostNetwork.orValue(false) == false" },
    *check(pod) {
        if (pod.spec["hostNetwork"] === true) {
            const path = `${pod.prefix}hostNetwork`;
            yield { path, message: `${path} is true. Remove it.`, fix: removeField(path) };
        }
    },
});
