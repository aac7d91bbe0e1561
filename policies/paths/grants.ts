import type { KubeObject } from "../kubernetes/kube";
import type { SubjectView } from "../kubernetes/rbac/bindings";
import { accountOf, bindingOf, roleOf } from "../kubernetes/rbac/bindings";
import type { BootstrapBinding } from "../kubernetes/rbac/bootstrap";
import { bootstrapPolicy } from "../kubernetes/rbac/bootstrap";
import { boundRules, clusterRoleRules, rbacObjects } from "../kubernetes/rbac/roles";
import type { RuleView } from "../kubernetes/rbac/rule";
import type { Stack } from "../kubernetes/stack";
import { namespaceOf } from "../kubernetes/stack";
import { rememberEach } from "../memo";
import type { Landscape } from "./landscape";
import type { PathNode } from "./nodes";
import type { Right } from "./rights";
import { holdingOf, isHeld } from "./rights";

/** What a binding gives to whom. */
export interface GrantView {
    /** E.g. `RoleBinding shop/readers`. */
    readonly name: string;
    /** The binding; none for one that the API server brings along. */
    readonly binding: KubeObject | undefined;
    /** The role, where it is in the stack. */
    readonly role: KubeObject | undefined;
    /** Where it holds; empty: in the whole cluster. */
    readonly namespace: string;
    readonly rules: readonly RuleView[];
    readonly subjects: readonly GrantSubject[];
}

interface GrantSubject extends Pick<SubjectView, "kind" | "name" | "namespace"> {
    /** E.g. `subjects[0]`; empty in a binding that the API server brings along. */
    readonly path: string;
}

/** Every binding of a stack whose role is known, and those to service accounts that the API server brings along. */
export const grantsOf = rememberEach((landscape: Landscape): readonly GrantView[] => {
    const { own, shipped } = partsOf(landscape);
    return [...own, ...shipped];
});

/** The same, without those that the API server brings along and that give none of some rights. */
export function grantsWith(landscape: Landscape, rights: readonly Right[]): readonly GrantView[] {
    const { own, shipped } = partsOf(landscape);
    return [...own, ...holdersAmong(shipped)(rights)];
}

const partsOf = rememberEach((landscape: Landscape) => {
    const { stack } = landscape;
    const own = ["ClusterRoleBinding", "RoleBinding"].flatMap((kind) =>
        rbacObjects(stack, kind).flatMap((object) => landscape.read(object, () => grantOf(stack, object)) ?? []),
    );
    return { own, shipped: shippedGrants(stack) };
});

const holdersAmong = rememberEach((grants: readonly GrantView[]) =>
    rememberEach((rights: readonly Right[]) =>
        grants.filter(({ rules }) => rights.some((right) => isHeld(holdingOf(rules, right)))),
    ),
);

function grantOf(stack: Stack, object: KubeObject): readonly GrantView[] {
    const binding = bindingOf(object);
    const rules = boundRules(stack, binding);
    const namespace = object.kind === "RoleBinding" ? namespaceOf(object) : "";
    const name = `${object.kind} ${namespace === "" ? "" : `${namespace}/`}${object.name}`;
    const { subjects } = binding;
    return rules === undefined
        ? []
        : [{ name, binding: object, role: roleOf(stack, binding), namespace, rules, subjects }];
}

/** Bindings to the controllers' accounts in kube-system, which whoever may start a pod there can use. */
function shippedGrants(stack: Stack): readonly GrantView[] {
    const isChanged = ({ roleKind, role }: BootstrapBinding): boolean =>
        roleKind === "ClusterRole" && stack.find("ClusterRole", "", role) !== undefined;
    const bindings = [...bootstrapPolicy().bindings.values()];
    // The same list for every stack that changes none of the roles, so that it is looked through once.
    return bindings.some(isChanged)
        ? bindings.flatMap((binding) =>
              shippedGrant(binding, isChanged(binding) ? clusterRoleRules(stack, binding.role) : shippedRules(binding)),
          )
        : unchangedGrants(bootstrapPolicy());
}

const unchangedGrants = rememberEach(({ bindings }: ReturnType<typeof bootstrapPolicy>): readonly GrantView[] =>
    [...bindings.values()].flatMap((binding) => shippedGrant(binding, shippedRules(binding))),
);

function shippedRules({ roleKind, namespace, role }: BootstrapBinding): readonly RuleView[] | undefined {
    return bootstrapPolicy().roles.get(`${roleKind === "ClusterRole" ? "" : namespace}/${role}`)?.rules;
}

function shippedGrant(
    { namespace, name, subjects }: BootstrapBinding,
    rules: readonly RuleView[] | undefined,
): readonly GrantView[] {
    const accounts = subjects.filter(({ kind }) => kind === "ServiceAccount");
    if (accounts.length === 0 || rules === undefined) {
        return [];
    }
    const title = namespace === "" ? `ClusterRoleBinding ${name}` : `RoleBinding ${namespace}/${name}`;
    const views = accounts.map((subject) => ({ ...subject, path: "" }));
    return [{ name: title, binding: undefined, role: undefined, namespace, rules, subjects: views }];
}

/** The node of somebody whom a binding names; undefined where it names nobody. */
export function subjectNode(landscape: Landscape, subject: GrantSubject): PathNode | undefined {
    const account = accountOf(subject);
    if (account !== undefined) {
        return account.namespace === "" ? undefined : landscape.node("account", account.namespace, account.name);
    }
    return subject.kind === "Group" || subject.kind === "User"
        ? landscape.node(subject.kind === "Group" ? "group" : "user", "", subject.name)
        : undefined;
}

/** The node of what a binding gives. */
export function bindingNode(landscape: Landscape, { name, binding, namespace }: GrantView): PathNode {
    return landscape.node("binding", namespace, name, binding);
}

const EVERYTHING: Right = { ways: [{ resources: { "*": ["*"] }, verbs: ["*"] }] };

/** Says whether a binding gives every right there is. */
export function givesEveryRight({ rules }: GrantView): boolean {
    return holdingOf(rules, EVERYTHING).all !== undefined;
}
