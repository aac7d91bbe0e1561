import { BINDING_KINDS, bindingOf } from "../../kubernetes/rbac/bindings";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

/** What the API server calls a caller who has not authenticated. */
const ANONYMOUS = ["system:anonymous", "system:unauthenticated"];

export const noAnonymousBindings = objectControl({
    name: "no-anonymous-bindings",
    description: "No role is bound to callers who have not authenticated.",
    why: "What system:anonymous or system:unauthenticated may do, anybody who reaches the API server may do.",
    severity: "critical",
    covers: ["rbac.anonymous", "rbac.system-groups"],
    frameworks: [
        ...cis("5.1.1"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1078", "T1190"),
        ...nist("AC-14", "IA-2"),
        ...soc2("CC6.1"),
        ...checklist("ACC-1", "ACC-3"),
    ],
    remediation: "Remove the subject, or name the users, groups or service accounts that need the role.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: BINDING_KINDS,
    *check(object) {
        for (const { path, kind, name } of bindingOf(object).subjects) {
            if (kind !== "ServiceAccount" && ANONYMOUS.includes(name)) {
                yield {
                    path: `${path}.name`,
                    message: `${path}.name is "${name}": callers without credentials. Remove the subject.`,
                };
            }
        }
    },
    admission: {
        expression:
            "!has(object.subjects) || !object.subjects.exists(s, s.kind != 'ServiceAccount' && s.name in ['system:anonymous', 'system:unauthenticated'])",
    },
});
