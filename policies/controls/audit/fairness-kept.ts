import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";

/** The schemas of the API server's own that exempt: administrators, and probes of its health. */
const OWN_SCHEMAS: readonly string[] = ["exempt", "probes"];

export const fairnessKept = objectControl({
    name: "fairness-kept",
    description:
        "Nobody but administrators and probes is exempt from the order in which the API server takes requests.",
    why: "Who is exempt keeps the API server from everybody else: nodes, controllers and those who would stop it.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1499"), ...nist("SC-5", "SC-6"), ...soc2("A1.1"), ...checklist("ACC-5")],
    remediation: "Use a level of type Limited, such as workload-high.",
    profiles: [],
    kinds: ["FlowSchema", "PriorityLevelConfiguration"].map((kind) => `flowcontrol.apiserver.k8s.io/${kind}`),
    *check(object) {
        const spec = obj(object.body["spec"]);
        if (object.kind === "FlowSchema") {
            const level = obj(spec["priorityLevelConfiguration"])["name"];
            const path = `${object.prefix}spec.priorityLevelConfiguration.name`;
            if (level === "exempt" && !OWN_SCHEMAS.includes(object.name)) {
                yield { path, message: `${path} is "exempt". Use a level that is limited.` };
            }
        } else if (spec["type"] === "Exempt" && object.name !== "exempt") {
            const path = `${object.prefix}spec.type`;
            yield { path, message: `${path} is "Exempt". Use "Limited".` };
        }
    },
    admission: {
        expression:
            "object.kind == 'FlowSchema' ? object.metadata.?name.orValue('') in ['exempt', 'probes'] || object.spec.?priorityLevelConfiguration.name.orValue('') != 'exempt' : object.kind != 'PriorityLevelConfiguration' || object.metadata.?name.orValue('') == 'exempt' || object.spec.?type.orValue('') != 'Exempt'",
    },
});
