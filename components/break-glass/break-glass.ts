import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { REASON_ANNOTATION } from "../network/flows";
import type { BreakGlassSettings } from "./settings";

/** Name of its roles and bindings. */
export const BREAK_GLASS = "break-glass";

/** What the runbooks ask of somebody in a pod's namespace: look, open a shell, restart. No Secret, no role, no other pod. */
const RULES = [
    { apiGroups: [""], resources: ["pods", "pods/log", "events"], verbs: ["get", "list", "watch"] },
    // A connection by WebSocket is asked for with GET.
    { apiGroups: [""], resources: ["pods/exec"], verbs: ["create", "get"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["delete"] },
];

/**
 * Rights of a group for the length of an emergency, in some namespaces. The cluster knows no end of them: it is the next deployment,
 * which the program refuses for as long as a setting stands that is over, and two alerts until then.
 *
 * Creates: a Role and a RoleBinding in each of the namespaces.
 */
export class BreakGlass extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:access:BreakGlass";

    constructor(name: string, args: { readonly settings: BreakGlassSettings }, opts?: pulumi.ComponentResourceOptions) {
        super(BreakGlass.__pulumiType, name, args, opts);
        const { group, namespaces, reason, until } = args.settings;
        for (const namespace of namespaces) {
            const annotations = { [REASON_ANNOTATION]: `${reason}; until ${until}` };
            const metadata = { name: BREAK_GLASS, namespace, annotations };
            const role = new k8s.rbac.v1.Role(
                `${name}-${namespace}-role`,
                { metadata, rules: RULES },
                { parent: this },
            );
            new k8s.rbac.v1.RoleBinding(
                `${name}-${namespace}-binding`,
                {
                    metadata,
                    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: BREAK_GLASS },
                    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group }],
                },
                { parent: this, dependsOn: [role] },
            );
        }
        this.registerOutputs({});
    }
}
