import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";

const FIELDS = ["default", "defaultRequest", "max", "min"] as const;

export const limitRangesAreComplete = objectControl({
    name: "limit-ranges-are-complete",
    description: "Every LimitRange gives containers defaults and bounds.",
    why: "A container that says nothing gets what the LimitRange says, and nothing at all where that says nothing either.",
    severity: "low",
    enforcement: "advisory", // Workloads may state what the LimitRange leaves out.
    covers: ["ns.quota"],
    frameworks: [...mitre("T1499"), ...nist("SC-5", "SC-6"), ...soc2("A1.1"), ...checklist("CTR-6")],
    remediation: "Set default, defaultRequest, max and min for type Container.",
    profiles: [],
    kinds: ["LimitRange"],
    *check(range) {
        const limits = list(obj(range.body["spec"])["limits"]).map(obj);
        const containers = limits.filter((limit) => limit["type"] === "Container");
        const missing = FIELDS.filter(
            (field) => !containers.some((limit) => Object.keys(obj(limit[field])).length > 0),
        );
        if (missing.length > 0) {
            const path = `${range.prefix}spec.limits`;
            yield { path, message: `${path} give containers no ${missing.join(", ")}. Set them.`, absent: true };
        }
    },
    admission: {
        expression:
            "has(object.spec.limits) && object.spec.limits.exists(l, l.type == 'Container' && has(l.default) && has(l.defaultRequest) && has(l.max) && has(l.min))",
    },
});
