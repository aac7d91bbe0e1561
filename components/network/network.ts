import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { refuse } from "../refuse";
import type { Flow } from "./flows";
import { flowFaults, policySpecs, REASON_ANNOTATION } from "./flows";

export interface AllowedFlowsArgs {
    readonly flows: readonly Flow[];
}

/**
 * The connections that namespaces closed by `GuardedNamespace` are opened for, and nothing else.
 *
 * Guarantees: both ends of every flow between managed pods are opened; no policy is written into a namespace that others
 * run; no flow is open to all ports, all pods of a managed namespace or all addresses.
 */
export class AllowedFlows extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:network:AllowedFlows";

    constructor(name: string, args: AllowedFlowsArgs, opts?: pulumi.ComponentResourceOptions) {
        super(AllowedFlows.__pulumiType, name, args, opts);
        refuse(this, name, flowFaults(args.flows));
        for (const policy of policySpecs(args.flows)) {
            new k8s.networking.v1.NetworkPolicy(
                `${name}-${policy.namespace}-${policy.name}`,
                {
                    metadata: {
                        name: policy.name,
                        namespace: policy.namespace,
                        annotations: { [REASON_ANNOTATION]: policy.reason },
                    },
                    spec: policy.spec as k8s.types.input.networking.v1.NetworkPolicySpec,
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
