import { auditLevel, auditRules } from "./audit-policy";
import { fileControl } from "./files";
import type { Fault } from "../../engine/control";
import type { Body } from "../../kubernetes/kube";
import { list, obj, strings } from "../../kubernetes/kube";
import { checklist, cis, gdpr, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

/** What the API server calls components of Kubernetes. */
const COMPONENT = /^system:(?:apiserver|kube-\S+|nodes?(?::\S+)?|unsecured|serviceaccount:kube-system:\S+)$/;

/** What CIS 3.2.2 asks for, by API group and verb that matters most. */
const SUBJECTS: readonly (readonly [group: string, resource: string, verb: string])[] = [
    ["", "secrets", "get"],
    ["", "configmaps", "update"],
    ["authentication.k8s.io", "tokenreviews", "create"],
    ["", "pods", "create"],
    ["apps", "deployments", "update"],
    ["", "services/proxy", "get"],
    ["rbac.authorization.k8s.io", "clusterrolebindings", "create"],
];

/** Users whose every deed is left out, but for the components of Kubernetes, which do nothing else all day. */
function* unwatched(body: Body, prefix: string): Iterable<Fault> {
    for (const [index, rule] of list(body["rules"]).map(obj).entries()) {
        const isWhole = ["resources", "nonResourceURLs", "namespaces", "verbs"].every(
            (field) => list(rule[field]).length === 0,
        );
        for (const field of rule["level"] === "None" && isWhole ? ["users", "userGroups"] : []) {
            const name = strings(rule[field]).find((who) => !COMPONENT.test(who));
            if (name !== undefined) {
                const path = `${prefix}rules[${index}].${field}`;
                yield {
                    path,
                    message: `${path} have nothing written down of what "${name}" does. Name the resources that are harmless.`,
                };
            }
        }
    }
}

export const auditPolicyCoversWhatMatters = fileControl({
    name: "audit-policy-covers-what-matters",
    description: "The audit policy writes down who touches secrets, settings, workloads and rights.",
    why: "What is not audited can not be investigated, and has to be taken for stolen.",
    severity: "medium",
    covers: ["aud.audit-policy"],
    frameworks: [
        ...cis("3.2.2"),
        ...nsa("Audit Logging and Threat Detection"),
        ...mitre("T1562.008"),
        ...nist("AU-2", "AU-3", "AU-12"),
        ...soc2("CC7.2"),
        ...gdpr("30"),
        ...checklist("MON-5", "CMP-4"),
    ],
    remediation:
        "End the rules with level Metadata for everything, and put exceptions before it only for what is harmless.",
    profiles: ["cis", "nsa"],
    group: "audit.k8s.io",
    files: ["Policy"],
    *faults({ body, prefix }) {
        yield* unwatched(body, prefix);
        const rules = auditRules(body);
        const silent = SUBJECTS.filter(
            ([group, resource, verb]) => auditLevel(rules, group, resource, verb) === "None",
        );
        if (silent.length > 0) {
            const path = `${prefix}rules`;
            yield {
                path,
                message: `${path} write nothing down of ${silent.map(([, resource]) => resource).join(", ")}. Add level Metadata for them.`,
                absent: true,
            };
        }
    },
});
