import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";

/** Each thing to bound, with the names under which a quota takes it; `cpu` means requests.cpu (API documentation, ResourceQuota). */
const BOUNDS: readonly (readonly string[])[] = [
    ["requests.cpu", "cpu"],
    ["requests.memory", "memory"],
    ["limits.cpu"],
    ["limits.memory"],
];

export const quotasBoundCompute = objectControl({
    name: "quotas-bound-compute",
    description: "Every ResourceQuota for all pods bounds the CPU and memory that pods request and may use.",
    why: "A quota that counts objects only lets one pod take the whole cluster.",
    severity: "low",
    enforcement: "advisory", // Another quota of the namespace may bound the rest.
    covers: ["ns.quota"],
    frameworks: [...mitre("T1496", "T1499"), ...nist("SC-5", "SC-6"), ...soc2("A1.1"), ...checklist("CTR-6")],
    remediation: "Set requests.cpu, requests.memory, limits.cpu and limits.memory under spec.hard.",
    profiles: [],
    kinds: ["ResourceQuota"],
    *check(quota) {
        const { hard: bounds, scopes, scopeSelector } = obj(quota.body["spec"]);
        // A quota for some of the pods says nothing of the rest, and one for BestEffort pods can't bound compute.
        if (list(scopes).length > 0 || Object.keys(obj(scopeSelector)).length > 0) {
            return;
        }
        const hard = obj(bounds);
        const missing = BOUNDS.filter((names) => !names.some((name) => hard[name] !== undefined)).map(([name]) => name);
        if (missing.length > 0) {
            const path = `${quota.prefix}spec.hard`;
            yield { path, message: `${path} does not bound ${missing.join(", ")}. Set them.`, absent: true };
        }
    },
    admission: {
        expression:
            "size(object.spec.?scopes.orValue([])) > 0 || has(object.spec.scopeSelector) || has(object.spec.hard) && ('requests.cpu' in object.spec.hard || 'cpu' in object.spec.hard) && ('requests.memory' in object.spec.hard || 'memory' in object.spec.hard) && 'limits.cpu' in object.spec.hard && 'limits.memory' in object.spec.hard",
    },
});
