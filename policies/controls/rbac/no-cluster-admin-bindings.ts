import { bindingObjects, bindingOf } from "../../kubernetes/rbac/bindings";
import { boundRules } from "../../kubernetes/rbac/roles";
import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { grantsEverything, isEverything } from "../../kubernetes/rbac/grant";

export const noClusterAdminBindings = stackControl({
    name: "no-cluster-admin-bindings",
    description: "Nobody is bound to cluster-admin or to a role that grants as much.",
    why: "cluster-admin can read every Secret, run on every node and change every rule, this one included.",
    severity: "critical",
    covers: ["rbac.cluster-admin"],
    frameworks: [
        ...cis("5.1.1"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1078", "T1098.006"),
        ...nist("AC-6", "AC-6(5)"),
        ...soc2("CC6.3"),
        ...checklist("ACC-1", "ACC-3"),
    ],
    remediation: "Bind a role that lists what the subject needs; keep cluster-admin for break-glass access.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            bindingObjects(stack),
            (object) => object,
            function* (object) {
                const binding = bindingOf(object);
                const path = `${object.prefix}roleRef`;
                const subjects = binding.subjects.map((subject) => `${subject.kind} ${subject.name}`).join(", ");
                const who = subjects === "" ? "whoever is added" : subjects;
                if (binding.roleKind === "ClusterRole" && binding.roleName === "cluster-admin") {
                    yield {
                        object,
                        path: `${path}.name`,
                        message: `${path}.name is "cluster-admin" for ${who}. Bind a role that lists what is needed.`,
                    };
                    return;
                }
                const rules = boundRules(stack, binding) ?? [];
                const all = rules.some(isEverything);
                // In one namespace, the core group is not the cluster.
                if (all || (object.kind === "ClusterRoleBinding" && rules.some(grantsEverything))) {
                    const what = all
                        ? "every resource"
                        : "every resource of the core group, Secrets and nodes among them";
                    yield {
                        object,
                        path: `${path}.name`,
                        message: `${path}.name is "${binding.roleName}" for ${who}, a ${binding.roleKind} that grants every verb on ${what}. Bind a role that lists what is needed.`,
                    };
                }
            },
        );
    },
    admission: { none: "What a role grants is in another object; no-rbac-wildcards refuses such roles at admission." },
});
