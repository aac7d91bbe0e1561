import { isDeepStrictEqual } from "node:util";

import type { Body } from "../../../policies/kubernetes/kube";
import { list, obj, str, strings } from "../../../policies/kubernetes/kube";
import type { Check, Verdict } from "../check";
import { failed, proved } from "../check";
import { describe, nameOf, namespaceOf } from "../expected";

export const networkPoliciesInPlace: Check = {
    name: "network-policies-in-place",
    title: "Every network policy is there as written, and every namespace denies by default",
    covers: ["NET-1", "NET-2", "NET-3", "PRE-2"],
    remedy: "Deploy the stack again (pulumi up --refresh), and find out from the audit log who changed the policy.",
    async run(expected, live) {
        const verdicts: Verdict[] = [];
        for (const namespace of expected.namespaces()) {
            const found = await live.objects("/apis/networking.k8s.io/v1", "networkpolicies", namespace);
            for (const policy of expected.ofKind("NetworkPolicy").filter((one) => namespaceOf(one) === namespace)) {
                const match = found.find((object) => nameOf(object) === nameOf(policy));
                const subject = describe("NetworkPolicy", policy);
                if (match === undefined) {
                    verdicts.push(failed(subject, "is not there"));
                } else if (!isDeepStrictEqual(normal(match["spec"]), normal(policy["spec"]))) {
                    verdicts.push(failed(subject, "is not what the stack says"));
                } else {
                    verdicts.push(proved(subject, "is as the stack says"));
                }
            }
            const strangers = found.filter(
                (object) => !expected.ofKind("NetworkPolicy").some((one) => sameObject(one, object)),
            );
            // Policies only ever add to what is allowed, so one that nobody knows of opens something.
            strangers.forEach((object) =>
                verdicts.push(
                    failed(describe("NetworkPolicy", object), "is not the stack's and allows more than it does"),
                ),
            );
            verdicts.push(
                found.some(deniesByDefault)
                    ? proved(`Namespace ${namespace}`, "denies all traffic by default, both ways")
                    : failed(`Namespace ${namespace}`, "has no policy that denies all traffic by default"),
            );
        }
        return verdicts;
    },
};

function sameObject(one: Body, other: Body): boolean {
    return nameOf(one) === nameOf(other) && namespaceOf(one) === namespaceOf(other);
}

function deniesByDefault(policy: Body): boolean {
    const spec = obj(policy["spec"]);
    const types = strings(spec["policyTypes"]);
    const everyPod = Object.keys(obj(spec["podSelector"])).length === 0;
    const nothing = list(spec["ingress"]).length === 0 && list(spec["egress"]).length === 0;
    return everyPod && nothing && types.includes("Ingress") && types.includes("Egress");
}

/** Removes what the API server fills in: empty lists, and TCP where a port names no protocol. */
function normal(value: unknown, key = ""): unknown {
    if (Array.isArray(value)) {
        return value.map((item) => (key === "ports" ? { protocol: "TCP", ...obj(normal(item)) } : normal(item)));
    }
    if (typeof value === "object" && value !== null) {
        const entries = Object.entries(value).filter(([, item]) => !(Array.isArray(item) && item.length === 0));
        return Object.fromEntries(entries.map(([name, item]) => [name, normal(item, name)]));
    }
    return typeof value === "string" ? str(value) : value;
}
