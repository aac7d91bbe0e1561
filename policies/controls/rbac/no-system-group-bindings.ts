import { BINDING_KINDS, bindingOf } from "../../kubernetes/rbac/bindings";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

/** What membership means, for the message. */
const GROUPS: ReadonlyMap<string, string> = new Map([
    ["system:masters", "its members pass every authorization check, and nothing can take that away"],
    ["system:authenticated", "everybody with any account"],
]);

export const noSystemGroupBindings = objectControl({
    name: "no-system-group-bindings",
    description: "No role is bound to system:masters or system:authenticated.",
    why: "system:authenticated holds every account, from every tenant; system:masters can not be limited or revoked.",
    severity: "high",
    covers: ["rbac.system-groups"],
    frameworks: [
        ...cis("5.1.7"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1078"),
        ...nist("AC-2", "AC-6"),
        ...soc2("CC6.3"),
        ...checklist("ACC-1", "ACC-3"),
    ],
    remediation: "Bind a group of your own identity provider.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: BINDING_KINDS,
    *check(object) {
        for (const { path, kind, name } of bindingOf(object).subjects) {
            const meaning = GROUPS.get(name);
            if (kind !== "ServiceAccount" && meaning !== undefined) {
                yield {
                    path: `${path}.name`,
                    message: `${path}.name is "${name}": ${meaning}. Bind a group of your own.`,
                };
            }
        }
    },
    admission: {
        expression:
            "!has(object.subjects) || !object.subjects.exists(s, s.kind != 'ServiceAccount' && s.name in ['system:masters', 'system:authenticated'])",
    },
});
