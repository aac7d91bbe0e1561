import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Given } from "../policies/engine/schema";
import { object, oneOf, text, withDefault } from "../policies/engine/schema";
import { quantity } from "../policies/engine/values";
import { FOUNDATION_ANNOTATION, STACK_ANNOTATION } from "../policies/kubernetes/foundation";
import { amountOf } from "../policies/kubernetes/quantity";
import { stackName } from "./cluster/ownership";
import { completed } from "./completed";
import { resourcesOf } from "./deployment";
import { refuse } from "./refuse";

const podSecurityLevel = oneOf("restricted", "baseline", "privileged");

/** Pod Security Standards level (Kubernetes documentation, "Pod Security Admission"). */
export type PodSecurityLevel = Given<typeof podSecurityLevel>;

/** A Pod Security Standards version as a namespace label takes it. */
export const podSecurityVersion = text("latest or a version such as v1.36", /^(?:latest|v1\.\d{1,2})$/);

export const quotaSettings = withDefault(
    object({
        /** Sum of the CPU requests of all pods. */
        cpu: withDefault(quantity, "8"),
        /** Sum of the memory requests of all pods. */
        memory: withDefault(quantity, "16Gi"),
        pods: withDefault(quantity, "60"),
    }),
    {},
);

export type QuotaSettings = Given<typeof quotaSettings>;

/** What of a namespace's arguments has defaults. */
const guarded = object({
    podSecurity: withDefault(podSecurityLevel, "restricted"),
    podSecurityVersion: withDefault(podSecurityVersion, "latest"),
    quota: quotaSettings,
});

export interface GuardedNamespaceArgs {
    /** Name of the namespace in the cluster. */
    readonly namespace: string;
    /** Team that answers for it; a label. */
    readonly owner: string;
    /**
     * The level that is enforced. `privileged` lets pods onto the node and is for node agents only; what breaks
     * `restricted` is still audited and warned about.
     * @default "restricted"
     */
    readonly podSecurity?: PodSecurityLevel;
    /**
     * The version of the standards that is enforced.
     * @default "latest"
     */
    readonly podSecurityVersion?: string;
    /**
     * What all pods of the namespace may ask for together.
     * @default 8 CPU, 16Gi, 60 pods
     */
    readonly quota?: QuotaSettings;
    /**
     * Lets as many pods run with a critical priority class, which some clusters allow only where a quota says so (Kubernetes
     * documentation, "Limit Priority Class consumption by default").
     * @default false
     */
    readonly criticalPods?: boolean;
    /**
     * Further labels, e.g. those a service mesh reads.
     * @default none
     */
    readonly labels?: Readonly<Record<string, string>>;
    /**
     * The stack that brings what the cluster has once; an annotation.
     * @default none: this one does
     */
    readonly foundation?: string | undefined;
}

/** Namespaces that every cluster shares and that can't be guarded without breaking others. */
export const SHARED_NAMESPACES: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** What is wrong with the arguments; one line each. */
function namespaceFaults(args: GuardedNamespaceArgs): readonly string[] {
    return SHARED_NAMESPACES.includes(args.namespace)
        ? [`namespace "${args.namespace}" can't be guarded: every cluster shares it. Choose a namespace of your own`]
        : [];
}

/** Labels of Pod Security Admission: enforce the level, audit and warn about everything below `restricted`. */
function podSecurityLabels(level: PodSecurityLevel, version: string): Readonly<Record<string, string>> {
    return {
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/enforce-version": version,
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/audit-version": version,
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/warn-version": version,
    };
}

/** Most that one container may have. */
const CONTAINER_MAX = { cpu: "4", memory: "8Gi" } as const;

/** Resources of a container that no closed namespace admits, each under its own name; one line each. */
export function limitFaults(wanted: Readonly<Record<"cpu" | "memory", string>>): readonly string[] {
    return (["cpu", "memory"] as const)
        .filter((resource) => (amountOf(wanted[resource]) ?? 0) > (amountOf(CONTAINER_MAX[resource]) ?? 0))
        .map(
            (resource) => `${resource} is ${wanted[resource]}; a container may have ${CONTAINER_MAX[resource]} at most`,
        );
}

/** Nodes beyond those that a stack is made for, while they are replaced; and room for what else is in the namespace. */
const SURGE = 1.2;
const OTHER_CORES = 10;

/**
 * What the namespace of an agent needs that runs on every node.
 *
 * @param nodes how many there may be
 * @param limits of the agent's container, whose requests are those of {@link resourcesOf}
 */
export function eachNodeQuota(
    nodes: number,
    { cpu, memory }: Readonly<Record<"cpu" | "memory", string>>,
): QuotaSettings {
    const pods = Math.ceil(nodes * SURGE);
    const { requests } = resourcesOf(cpu, memory);
    const gibibytes = ((amountOf(requests.memory) ?? 0) * pods) / 2 ** 30;
    return {
        cpu: String(Math.ceil((amountOf(requests.cpu) ?? 0) * pods) + OTHER_CORES),
        memory: `${Math.ceil(gibibytes)}Gi`,
        pods: String(pods),
    };
}

/** Classes that the cluster may limit to namespaces with a quota for them. */
const CRITICAL_CLASSES = ["system-node-critical", "system-cluster-critical"];

/** Defaults and bounds for containers that state no resources of their own. */
function limitRangeSpec(): k8s.types.input.core.v1.LimitRangeSpec {
    return {
        limits: [
            {
                type: "Container",
                default: { cpu: "500m", memory: "256Mi", "ephemeral-storage": "256Mi" },
                defaultRequest: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "64Mi" },
                max: { ...CONTAINER_MAX, "ephemeral-storage": "8Gi" },
            },
        ],
    };
}

/**
 * A namespace closed in both directions: pod security is enforced, all traffic is denied until a flow opens it, and no
 * workload can take more than its share.
 *
 * Creates: Namespace, NetworkPolicy `default-deny`, ResourceQuota `quota`, LimitRange `defaults`; where critical pods are let
 * in, ResourceQuota `critical-pods`.
 */
export class GuardedNamespace extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:namespace:GuardedNamespace";
    /** The namespace's name; resolves once the default deny exists, so that dependents never run unguarded. */
    public readonly namespaceName: pulumi.Output<string>;

    constructor(name: string, args: GuardedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
        super(GuardedNamespace.__pulumiType, name, args, opts);
        const given = { podSecurity: args.podSecurity, podSecurityVersion: args.podSecurityVersion, quota: args.quota };
        const { podSecurity, podSecurityVersion: version, quota } = completed(this, name, guarded, given);
        refuse(this, name, namespaceFaults(args));
        const inside = { namespace: args.namespace };

        const namespace = new k8s.core.v1.Namespace(
            `${name}-namespace`,
            {
                metadata: {
                    name: args.namespace,
                    labels: {
                        ...podSecurityLabels(podSecurity, version),
                        owner: args.owner,
                        ...args.labels,
                    },
                    annotations: {
                        [STACK_ANNOTATION]: stackName(),
                        ...(args.foundation !== undefined && { [FOUNDATION_ANNOTATION]: args.foundation }),
                    },
                },
            },
            { parent: this },
        );
        const options = { parent: this, dependsOn: [namespace] };
        const deny = new k8s.networking.v1.NetworkPolicy(
            `${name}-default-deny`,
            {
                metadata: { name: "default-deny", ...inside },
                spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
            },
            options,
        );
        new k8s.core.v1.ResourceQuota(
            `${name}-quota`,
            {
                metadata: { name: "quota", ...inside },
                spec: {
                    hard: { "requests.cpu": quota.cpu, "requests.memory": quota.memory, pods: quota.pods },
                },
            },
            options,
        );
        if (args.criticalPods === true) {
            new k8s.core.v1.ResourceQuota(
                `${name}-critical-quota`,
                {
                    metadata: { name: "critical-pods", ...inside },
                    spec: {
                        hard: { pods: quota.pods },
                        scopeSelector: {
                            matchExpressions: [
                                { scopeName: "PriorityClass", operator: "In", values: [...CRITICAL_CLASSES] },
                            ],
                        },
                    },
                },
                options,
            );
        }
        new k8s.core.v1.LimitRange(
            `${name}-defaults`,
            { metadata: { name: "defaults", ...inside }, spec: limitRangeSpec() },
            options,
        );

        // Gated on metadata, not on `id`: an id is unknown in preview and would blind every control downstream.
        this.namespaceName = pulumi
            .all([namespace.metadata.name, deny.metadata.name])
            .apply(([namespaceName]) => namespaceName);
        this.registerOutputs({ namespaceName: this.namespaceName });
    }
}
