import type { ObjectControl } from "../../policies/engine/control";
import { describeControl } from "./control-suite";
import type { Manifest } from "./controls";

/** One rule of a role as a manifest writes it. */
export type Rule = Readonly<Record<string, readonly string[]>>;

export interface GrantCases {
    /** By title: the rule, and the exact message it earns. */
    readonly refused: Readonly<Record<string, readonly [rule: Rule, message: string]>>;
    readonly allowed: Readonly<Record<string, Rule>>;
    /** The resources belong to the cluster, so that a Role can't grant them. */
    readonly clusterScoped?: boolean;
}

/** A ClusterRole that holds some rules. */
export function clusterRole(rules: unknown, over: Manifest = {}): Manifest {
    return {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "tested" },
        rules,
        ...over,
    };
}

/** A Role that holds some rules. */
export function role(rules: unknown, namespace = "shop"): Manifest {
    return clusterRole(rules, { kind: "Role", metadata: { name: "tested", namespace } });
}

/** A ClusterRoleBinding of some subjects to a ClusterRole. */
export function clusterRoleBinding(subjects: unknown, roleName = "tested", over: Manifest = {}): Manifest {
    return {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "tested" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: roleName },
        subjects,
        ...over,
    };
}

/** A RoleBinding of some subjects to a Role of its namespace. */
export function roleBinding(subjects: unknown, roleName = "tested", namespace = "shop"): Manifest {
    return clusterRoleBinding(subjects, roleName, {
        kind: "RoleBinding",
        metadata: { name: "tested", namespace },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: roleName },
    });
}

const HARMLESS: Rule = { apiGroups: ["example.org"], resources: ["things"], verbs: ["get"] };

/** The tests every control over the rules of roles has to pass. */
export function describeGrants(control: ObjectControl, { refused, allowed, clusterScoped = false }: GrantCases): void {
    const [[rule, message]] = Object.values(refused) as [readonly [Rule, string]];
    describeControl(control, {
        refused: {
            ...Object.fromEntries(
                Object.entries(refused).map(([title, [bad, text]]) => [
                    title,
                    { object: clusterRole([bad]), message: text },
                ]),
            ),
            "the same behind a harmless rule": {
                object: clusterScoped ? clusterRole([HARMLESS, rule]) : role([HARMLESS, rule]),
                message: message.replaceAll("rules[0]", "rules[1]"),
            },
        },
        allowed: {
            ...Object.fromEntries(
                Object.entries(allowed).map(([title, good]) => [title, { object: clusterRole([good]) }]),
            ),
            "a role without rules": { stack: [clusterRole([]), clusterRole(null), clusterRole(undefined)] },
            "everything at once, which is the fault of no-rbac-wildcards": {
                object: clusterRole([{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]),
            },
            ...(clusterScoped && { "the rule in a Role, which is about its namespace only": { object: role([rule]) } }),
            "the rule in a kind of another API": {
                object: clusterRole([rule], { apiVersion: "example.org/v1" }),
            },
        },
    });
}
