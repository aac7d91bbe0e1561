import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { NAMESPACE } from "./layout";
import { selectorOf } from "./pods";
import type { Rule } from "./server-rights";

export interface RightsArgs {
    /** Name of the ServiceAccount and of the roles bound to it. */
    readonly account: string;
    readonly clusterRules: readonly Rule[];
    /** Rules within SPIRE's own namespace. */
    readonly rules: readonly Rule[];
    /**
     * Annotations of the ServiceAccount.
     * @default none
     */
    readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * A ServiceAccount that mounts no token by itself, and what it may do.
 *
 * Creates: ServiceAccount, and a ClusterRole and a Role with their bindings where there are rules for them.
 */
export class Rights extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:Rights";

    constructor(name: string, args: RightsArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Rights.__pulumiType, name, args, opts);
        const child = { parent: this };
        const { annotations = {} } = args;
        const labels = selectorOf(args.account);
        const local = { name: args.account, namespace: NAMESPACE, labels };
        const clusterWide = { name: args.account, labels };
        const subjects = [{ kind: "ServiceAccount", name: args.account, namespace: NAMESPACE }];
        const apiGroup = "rbac.authorization.k8s.io";

        new k8s.core.v1.ServiceAccount(
            `${name}-account`,
            {
                metadata: { ...local, ...(Object.keys(annotations).length > 0 && { annotations }) },
                automountServiceAccountToken: false,
            },
            child,
        );
        if (args.clusterRules.length > 0) {
            const role = new k8s.rbac.v1.ClusterRole(
                `${name}-cluster-role`,
                { metadata: clusterWide, rules: [...args.clusterRules] },
                child,
            );
            new k8s.rbac.v1.ClusterRoleBinding(
                `${name}-cluster-binding`,
                { metadata: clusterWide, roleRef: { apiGroup, kind: "ClusterRole", name: args.account }, subjects },
                { parent: this, dependsOn: [role] },
            );
        }
        if (args.rules.length > 0) {
            const role = new k8s.rbac.v1.Role(`${name}-role`, { metadata: local, rules: [...args.rules] }, child);
            new k8s.rbac.v1.RoleBinding(
                `${name}-binding`,
                { metadata: local, roleRef: { apiGroup, kind: "Role", name: args.account }, subjects },
                { parent: this, dependsOn: [role] },
            );
        }
        this.registerOutputs({});
    }
}
