import { accountOf, BINDING_KINDS, bindingOf } from "../../kubernetes/rbac/bindings";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

const ALL_ACCOUNTS = /^system:serviceaccounts(?::.+)?$/;

export const noDefaultAccountBindings = objectControl({
    name: "no-default-account-bindings",
    description: "No role is bound to a default service account or to all service accounts.",
    why: "Every pod that names no service account runs as the default one, so its rights go to pods nobody had in mind.",
    severity: "high",
    covers: ["rbac.default-sa-binding"],
    frameworks: [
        ...cis("5.1.5"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1078", "T1528"),
        ...nist("AC-6"),
        ...soc2("CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation: "Give the workload a service account of its own and bind that.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: BINDING_KINDS,
    *check(object) {
        for (const subject of bindingOf(object).subjects) {
            const { path, kind, name } = subject;
            const account = accountOf(subject);
            if (account?.name === "default") {
                yield {
                    path: `${path}.name`,
                    message: `${path}.name is "${name}", the account of every pod of namespace ${account.namespace} that names none. Bind a service account of its own.`,
                };
            } else if (kind === "Group" && ALL_ACCOUNTS.test(name)) {
                yield {
                    path: `${path}.name`,
                    message: `${path}.name is "${name}": every service account there is. Bind one service account.`,
                };
            }
        }
    },
    admission: {
        expression:
            "!has(object.subjects) || !object.subjects.exists(s, (s.kind == 'ServiceAccount' && s.name == 'default') || (s.kind == 'User' && s.name.matches('^system:serviceaccount:[^:]+:default$')) || (s.kind == 'Group' && (s.name == 'system:serviceaccounts' || s.name.startsWith('system:serviceaccounts:'))))",
    },
});
