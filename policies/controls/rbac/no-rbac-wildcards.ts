import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { noRule, ROLE_KINDS } from "./rules";
import { isEverything } from "../../kubernetes/rbac/grant";
import { rulesOf } from "../../kubernetes/rbac/rule";

/** The fields of a rule in which `*` stands for everything, those to come included. */
const FIELDS = ["verbs", "resources", "apiGroups", "nonResourceURLs"] as const;

/** What a rule for everything is at fault for: it gives each right that another control looks for, and is one fault here. */
const EVERYTHING = [
    "rbac.wildcard",
    "rbac.secrets",
    "rbac.create-pods",
    "rbac.exec-attach",
    "rbac.portforward",
    "rbac.impersonate",
    "rbac.bind-escalate",
    "rbac.webhooks",
    "rbac.csr",
    "rbac.nodes-proxy",
    "rbac.sa-token",
    "rbac.create-pv",
    "rbac.delete-events-logs",
    "rbac.delete",
    "rbac.configmaps",
    "rbac.network",
    "rbac.services-status",
] as const;

export const noRbacWildcards = objectControl({
    name: "no-rbac-wildcards",
    description: "No role uses a wildcard for verbs, resources, API groups or URLs.",
    why: "A wildcard also grants what does not exist yet: every resource that is installed later, and every verb it brings.",
    severity: "high",
    covers: EVERYTHING,
    frameworks: [
        ...cis("5.1.3"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1098.006"),
        ...nist("AC-6", "AC-6(1)"),
        ...soc2("CC6.3"),
        ...checklist("ACC-1", "ACC-3", "PRE-7"),
    ],
    remediation: "List the verbs, resources and API groups that are needed.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: ROLE_KINDS,
    *check(role) {
        for (const rule of rulesOf(role)) {
            if (isEverything(rule)) {
                yield {
                    path: rule.path,
                    message: `${rule.path} grants every verb on every resource. List what is needed instead.`,
                    covers: EVERYTHING,
                };
                continue;
            }
            for (const field of FIELDS) {
                const index = rule[field].findIndex((value) => value === "*" || value === "*/*");
                if (index >= 0) {
                    const path = `${rule.path}.${field}[${index}]`;
                    yield {
                        path,
                        message: `${path} is "${rule[field][index]}". List what is needed instead.`,
                        // The slugs are about rights to objects.
                        covers: field === "nonResourceURLs" ? [] : ["rbac.wildcard"],
                    };
                }
            }
        }
    },
    admission: {
        expression: noRule(
            FIELDS.map((field) => `(has(r.${field}) && r.${field}.exists(v, v in ['*', '*/*']))`).join(" || "),
        ),
    },
});
