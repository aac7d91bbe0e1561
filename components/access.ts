import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Bound } from "./bounds";
import { alikeBut, boundPolicies, boundSpec, unchangedBut } from "./bounds";
import { texts } from "../policies/engine/cel";
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
 * What each role may do. Of a Deployment, a deployer changes what {@link deployerBound} leaves. Neither reads Secrets, opens a shell in a pod, or touches roles: whoever needs that asks for it
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

/** CEL: where an image is pulled from, without its tag and digest; only the first part of a name can have a port. */
const repository = (image: string): string => `${image}.find('^([^:/@]+(:[0-9]+)?/)?[^:@]+')`;

const template = (object: "object" | "oldObject", path: string): string => `dyn(${object}).spec.template.${path}`;

/**
 * What a deployer rolls out: another version of the images that run already, with other resources, and a restart. Whoever could change the
 * rest of the pod could mount every Secret of the namespace, and run as each of its accounts.
 */
const DEPLOYMENTS: Bound = {
    apiGroup: "apps",
    apiVersion: "v1",
    resource: "deployments",
    operations: ["UPDATE"],
    validations: [
        {
            expression: unchangedBut(["spec", "status"], ["annotations"]),
            message: "a deployer leaves labels, owners and finalizers of a Deployment as they are",
        },
        {
            expression: [
                // Pods are also made with the template's finalizers, which keep them from ever going.
                alikeBut(template("object", "metadata"), template("oldObject", "metadata"), ["annotations"]),
                alikeBut(
                    template("object", "metadata.?annotations.orValue({})"),
                    template("oldObject", "metadata.?annotations.orValue({})"),
                    ["kubectl.kubernetes.io/restartedAt"],
                ),
            ].join(" && "),
            message:
                "a deployer leaves labels, finalizers and annotations of pods as they are, but for that of a restart",
        },
        {
            expression: alikeBut(template("object", "spec"), template("oldObject", "spec"), ["containers"]),
            message: "a deployer leaves the account, the volumes and the rest of the pod as they are",
        },
        {
            expression: [
                `${template("object", "spec")}.containers.size() == ${template("oldObject", "spec")}.containers.size()`,
                `${template("object", "spec")}.containers.all(c, ${template("oldObject", "spec")}.containers.exists(o, o.name == c.name && ${alikeBut("c", "o", ["image", "resources"])}))`,
            ].join(" && "),
            message: "a deployer changes the images and resources of containers, and nothing else of them",
        },
        {
            expression: `${template("object", "spec")}.containers.all(c, ${template("oldObject", "spec")}.containers.exists(o, o.name == c.name && ${repository("o.image")} == ${repository("c.image")}))`,
            message: "a deployer takes images from where the ones that run came from",
        },
    ],
};

/** `spec` of the policy that bounds the groups of deployers in one namespace. A cluster's administrators are not bound by it. */
export function deployerBound(
    groups: readonly string[],
    namespace: pulumi.Input<string>,
): ReturnType<typeof boundSpec> {
    const by = {
        name: "by-a-deployer",
        expression: `request.userInfo.groups.exists(g, g in ${texts(groups)}) && !('system:masters' in request.userInfo.groups)`,
    };
    return boundSpec(DEPLOYMENTS, { by, namespace });
}

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
 * Creates: a Role for each role in use, a RoleBinding for each grant, and the admission policy that bounds deployers.
 */
export class Access extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:access:Access";

    constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Access.__pulumiType, name, args, opts);
        refuse(this, name, accessFaults(args.grants, "grants"));
        const deployers = args.grants.filter(({ role }) => role === "deployer").map(({ group }) => group);
        const bounds =
            deployers.length === 0
                ? []
                : boundPolicies(
                      name,
                      { [`${pulumi.getProject()}-${name}-deployers`]: deployerBound(deployers, args.namespace) },
                      this,
                  );
        const used = [...new Set(args.grants.map(({ role }) => role))];
        const roles = used.map(
            (role) =>
                new k8s.rbac.v1.Role(
                    `${name}-${role}`,
                    { metadata: { name: role, namespace: args.namespace }, rules: [...ROLE_RULES[role]] },
                    { parent: this },
                ),
        );
        for (const { role, group } of args.grants) {
            new k8s.rbac.v1.RoleBinding(
                `${name}-${role}-${group}`,
                {
                    metadata: { name: `${role}-${group}`, namespace: args.namespace },
                    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
                    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group }],
                },
                // Nobody has the rights before they are bounded.
                { parent: this, dependsOn: [...roles, ...bounds] },
            );
        }
        this.registerOutputs({});
    }
}
