import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

type Rules = readonly k8s.types.input.rbac.v1.PolicyRule[];

/** Who gets rights: one ServiceAccount, or groups of the cluster's identity provider. */
type Subjects =
    { readonly account: string; readonly accountNamespace: string } | { readonly groups: readonly string[] };

interface Grant {
    /** Name of the role and of its binding. */
    readonly name: string;
    readonly rules: Rules;
}

const API_GROUP = "rbac.authorization.k8s.io";

function subjectsOf(to: Subjects): k8s.types.input.rbac.v1.Subject[] {
    return "groups" in to
        ? to.groups.map((name) => ({ kind: "Group", name, apiGroup: API_GROUP }))
        : [{ kind: "ServiceAccount", name: to.account, namespace: to.accountNamespace }];
}

/** Rights in one namespace: a Role and its RoleBinding. */
export class LocalRights extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:access:LocalRights";

    constructor(
        name: string,
        args: Grant & Subjects & { readonly namespace: string },
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super(LocalRights.__pulumiType, name, args, opts);
        const metadata = { name: args.name, namespace: args.namespace };
        const role = new k8s.rbac.v1.Role(`${name}-role`, { metadata, rules: [...args.rules] }, { parent: this });
        new k8s.rbac.v1.RoleBinding(
            `${name}-binding`,
            {
                metadata,
                roleRef: { apiGroup: API_GROUP, kind: "Role", name: args.name },
                subjects: subjectsOf(args),
            },
            { parent: this, dependsOn: [role] },
        );
        this.registerOutputs({});
    }
}

/** Rights in the whole cluster: a ClusterRole and its ClusterRoleBinding. */
export class ClusterRights extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:access:ClusterRights";

    constructor(name: string, args: Grant & Subjects, opts?: pulumi.ComponentResourceOptions) {
        super(ClusterRights.__pulumiType, name, args, opts);
        const metadata = { name: args.name };
        const role = new k8s.rbac.v1.ClusterRole(
            `${name}-role`,
            { metadata, rules: [...args.rules] },
            { parent: this },
        );
        new k8s.rbac.v1.ClusterRoleBinding(
            `${name}-binding`,
            {
                metadata,
                roleRef: { apiGroup: API_GROUP, kind: "ClusterRole", name: args.name },
                subjects: subjectsOf(args),
            },
            { parent: this, dependsOn: [role] },
        );
        this.registerOutputs({});
    }
}
