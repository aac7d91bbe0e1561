import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";

export const priorityClassesBounded = objectControl({
    name: "priority-classes-bounded",
    description: "No PriorityClass gives every pod that names none a priority over others.",
    why: "Pods that nobody gave a priority then drive out those that were left without one on purpose.",
    severity: "low",
    enforcement: "advisory", // A cluster may well want a default of its own; it is one for all its namespaces.
    covers: [],
    frameworks: [...mitre("T1496", "T1499"), ...nist("SC-5", "SC-6"), ...soc2("A1.1"), ...checklist("CTR-7")],
    remediation: "Leave globalDefault out, and name the class in the pods that need it.",
    profiles: [],
    kinds: ["scheduling.k8s.io/PriorityClass"],
    *check(object) {
        const path = `${object.prefix}globalDefault`;
        if (object.body["globalDefault"] === true) {
            yield { path, message: `${path} is true, for every namespace. Name the class in the pods that need it.` };
        }
    },
    admission: { expression: "object.kind != 'PriorityClass' || object.?globalDefault.orValue(false) != true" },
});
