import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj } from "../../kubernetes/kube";
import type { BindingView } from "../../kubernetes/rbac/bindings";
import { bindingObjects, bindingOf, roleOf } from "../../kubernetes/rbac/bindings";
import { bootstrapPolicy } from "../../kubernetes/rbac/bootstrap";
import { grantsEverything, grantText } from "../../kubernetes/rbac/grant";
import type { Takeover } from "../../kubernetes/rbac/powers";
import { powerIn, takeoversIn } from "../../kubernetes/rbac/powers";
import { boundRules } from "../../kubernetes/rbac/roles";
import type { RuleView } from "../../kubernetes/rbac/rule";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { UnknownValueError } from "../../kubernetes/unknown";

export const noPowerfulBindings = stackControl({
    name: "no-powerful-bindings",
    description:
        "Nobody is bound to a role that the cluster brings along, or to an aggregated one, from which more rights follow.",
    why: "Roles such as edit or the controllers' own read every Secret, run any pod or change roles, and no manifest says so.",
    severity: "high",
    covers: [],
    frameworks: [
        ...cis("5.1.1", "5.1.2"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1078", "T1098.006"),
        ...nist("AC-6", "AC-6(1)"),
        ...soc2("CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation: "Bind a role of your own that lists what the subject needs.",
    profiles: ["cis", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            bindingObjects(stack),
            (object) => object,
            function* (object) {
                const binding = bindingOf(object);
                refuseToGuess(stack, object, binding);
                const rules = hidden(stack, binding) && !isShipped(object, binding) ? boundRules(stack, binding) : [];
                // What grants everything is a fault of no-cluster-admin-bindings.
                const hits = rules?.some(grantsEverything)
                    ? []
                    : (rules ?? []).flatMap((rule) => hitsOf(rule, object.kind === "ClusterRoleBinding"));
                const [first] = hits;
                if (first !== undefined) {
                    const path = `${object.prefix}roleRef.name`;
                    const whats = [...new Set(hits.map(({ power }) => power.what))];
                    yield {
                        object,
                        path,
                        message: `${path} is "${binding.roleName}", whose subjects may ${whats.join(", ")} (${grantText(first.found)}). Bind a role of your own that lists what is needed.`,
                    };
                }
            },
        );
    },
    admission: { none: "What a role grants is in another object." },
});

/** Whoever may use a constraint of OpenShift's, and makes pods, leaves the container by it. */
function hitsOf(rule: RuleView, cluster: boolean): readonly Takeover[] {
    return [...takeoversIn(rule, cluster), ...powerIn("useSecurityContexts", rule, cluster)];
}

/** A role that neither the stack nor the API server has may give anything. A bound subject is what makes it matter. */
function refuseToGuess(stack: Stack, { prefix }: KubeObject, binding: BindingView): void {
    if (binding.subjects.length > 0 && boundRules(stack, binding) === undefined) {
        const what = `${binding.roleKind} "${binding.roleName}"`;
        throw new UnknownValueError(
            ["roleRef", "name"],
            `${prefix}roleRef.name is ${what}, which is not judged with the binding, so nobody knows what it grants`,
        );
    }
}

/** The rules can't be read in the manifest of a role of the stack, where other controls would find them. */
function hidden(stack: Stack, binding: BindingView): boolean {
    const role = roleOf(stack, binding);
    return role === undefined || list(obj(role.body["aggregationRule"])["clusterRoleSelectors"]).length > 0;
}

/** A binding that the API server made itself, with nobody added to it. */
function isShipped(object: KubeObject, { roleKind, roleName, subjects }: BindingView): boolean {
    const namespace = object.kind === "RoleBinding" ? namespaceOf(object) : "";
    const shipped = bootstrapPolicy().bindings.get(`${namespace}/${object.name}`);
    return (
        shipped !== undefined &&
        shipped.roleKind === roleKind &&
        shipped.role === roleName &&
        subjects.every((subject) =>
            shipped.subjects.some(
                ({ kind, name, namespace: home }) =>
                    kind === subject.kind &&
                    name === subject.name &&
                    (kind !== "ServiceAccount" || home === subject.namespace),
            ),
        )
    );
}
