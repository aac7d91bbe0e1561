import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { refuse } from "./refuse";
import { listOf, object, oneOf, text, withDefault } from "../policies/engine/schema";

/** A set of rights by the job it is for. */
export type AccessRole = "viewer" | "deployer";

export const accessSettings = withDefault(
    listOf(
        object({
            role: oneOf("viewer", "deployer"),
            /** Group of the cluster's identity provider. */
            group: text(),
        }),
    ),
    [],
);

export interface AccessGrant {
    readonly role: AccessRole;
    readonly group: string;
}

export interface AccessArgs {
    readonly namespace: pulumi.Input<string>;
    readonly grants: readonly AccessGrant[];
}

type Rule = { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] };

const READ = ["get", "list", "watch"];

/**
 * What each role may do. Neither reads Secrets, opens a shell in a pod, or touches roles: whoever needs that asks for it
 * for the length of an incident, not for good.
 */
export const ROLE_RULES: Readonly<Record<AccessRole, readonly Rule[]>> = {
    viewer: [
        { apiGroups: [""], resources: ["pods", "pods/log", "services", "events"], verbs: READ },
        { apiGroups: ["apps"], resources: ["deployments", "replicasets"], verbs: READ },
        { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: READ },
        { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: READ },
        { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: READ },
    ],
    deployer: [
        { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch", "patch"] },
        { apiGroups: ["apps"], resources: ["replicasets"], verbs: READ },
        { apiGroups: [""], resources: ["pods", "events"], verbs: READ },
    ],
};

const SYSTEM_GROUP = /^system:/;

/** What is wrong with grants of roles to groups, which stand at `path`; one line each. */
export function accessFaults(
    grants: readonly { readonly role: string; readonly group: string }[],
    path: string,
): readonly string[] {
    const pairs = grants.map(({ role, group }) => `${role} to ${group}`);
    return [
        ...grants.flatMap(({ role, group }, index) =>
            SYSTEM_GROUP.test(group)
                ? [
                      `${path}[${index}] gives ${role} to "${group}": system groups hold every user or every service account; name a group of your own`,
                  ]
                : [],
        ),
        ...[...new Set(pairs.filter((pair, index) => pairs.indexOf(pair) !== index))].map(
            (pair) => `${path} gives ${pair} twice`,
        ),
    ];
}

/**
 * Rights of people and pipelines in one namespace, by group and never by user.
 *
 * Creates: a Role for each role in use, and a RoleBinding for each grant.
 */
export class Access extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:access:Access";

    constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Access.__pulumiType, name, args, opts);
        refuse(this, name, accessFaults(args.grants, "grants"));
        const used = [...new Set(args.grants.map(({ role }) => role))];
        const roles = new Map(
            used.map((role) => [
                role,
                new k8s.rbac.v1.Role(
                    `${name}-${role}`,
                    { metadata: { name: role, namespace: args.namespace }, rules: [...ROLE_RULES[role]] },
                    { parent: this },
                ),
            ]),
        );
        for (const { role, group } of args.grants) {
            new k8s.rbac.v1.RoleBinding(
                `${name}-${role}-${group}`,
                {
                    metadata: { name: `${role}-${group}`, namespace: args.namespace },
                    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
                    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group }],
                },
                { parent: this, dependsOn: roles.get(role) },
            );
        }
        this.registerOutputs({});
    }
}
