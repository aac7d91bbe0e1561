import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { joinsMesh } from "./mesh";

export const namespacesJoinTheMesh = objectControl({
    name: "namespaces-join-the-mesh",
    description: "Every namespace is part of a service mesh.",
    why: "Outside a mesh each workload has to bring its own encryption and its own check of who calls.",
    severity: "low",
    enforcement: "advisory", // Only a platform that runs a mesh can ask for it.
    covers: ["net.mesh-injection"],
    frameworks: [...nist("SC-8", "AC-4"), ...soc2("CC6.7"), ...checklist("NET-4")],
    remediation:
        "Label the namespace for the mesh in use, e.g. istio-injection: enabled, or annotate it linkerd.io/inject: enabled.",
    profiles: [],
    kinds: ["Namespace"],
    *check(namespace) {
        if (!joinsMesh(namespace)) {
            const path = `${namespace.prefix}metadata.labels`;
            yield {
                path,
                message: `${path} join no service mesh. Label or annotate the namespace for the mesh in use.`,
                absent: true,
            };
        }
    },
    admission: { none: "Whether there is a mesh at all is a property of the cluster." },
});
