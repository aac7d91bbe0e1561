import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { refuse } from "../refuse";
import type { Flow, PolicySpec } from "./flows";
import { ciliumPolicySpecs, flowFaults, policySpecs, REASON_ANNOTATION } from "./flows";

export interface AllowedFlowsArgs {
    readonly flows: readonly Flow[];
}

/**
 * The connections that namespaces closed by `GuardedNamespace` are opened for, and nothing else.
 *
 * Creates: a NetworkPolicy for each managed end of a flow and, where Cilium enforces them, a CiliumNetworkPolicy for each end that
 * is one of the cluster's own machines.
 *
 * Guarantees: both ends of every flow between managed pods are opened; no policy is written into a namespace that others
 * run; no flow is open to all ports, all pods of a managed namespace or all addresses.
 */
export class AllowedFlows extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:network:AllowedFlows";

    constructor(name: string, args: AllowedFlowsArgs, opts?: pulumi.ComponentResourceOptions) {
        super(AllowedFlows.__pulumiType, name, args, opts);
        refuse(this, name, flowFaults(args.flows));
        const metadataOf = ({ name: own, namespace, reason }: Pick<PolicySpec, "name" | "namespace" | "reason">) => ({
            name: own,
            namespace,
            annotations: { [REASON_ANNOTATION]: reason },
        });
        for (const policy of policySpecs(args.flows)) {
            new k8s.networking.v1.NetworkPolicy(
                `${name}-${policy.namespace}-${policy.name}`,
                {
                    metadata: metadataOf(policy),
                    spec: policy.spec as k8s.types.input.networking.v1.NetworkPolicySpec,
                },
                { parent: this },
            );
        }
        for (const policy of ciliumPolicySpecs(args.flows)) {
            new k8s.apiextensions.CustomResource(
                `${name}-${policy.namespace}-${policy.name}-cilium`,
                {
                    apiVersion: "cilium.io/v2",
                    kind: "CiliumNetworkPolicy",
                    metadata: metadataOf(policy),
                    spec: policy.spec,
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
