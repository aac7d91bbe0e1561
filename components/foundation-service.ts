import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { budgetSpec } from "./budget";
import type { ServiceSpec } from "./deployment";
import { deploymentSpec, readAtStart, serviceLabels, serviceSelector } from "./deployment";

export interface FoundationServiceArgs extends ServiceSpec {
    /** The namespace, from `GuardedNamespace.namespaceName`. */
    readonly namespace: pulumi.Input<string>;
    /**
     * The port the Service offers and the named container port behind it.
     * @default no Service
     */
    readonly service?: { readonly port: number; readonly target: string };
}

/**
 * A service of the foundation itself, hardened like any workload.
 *
 * Creates: ServiceAccount, Deployment, PodDisruptionBudget and, where it serves others, a Service; all of the service's name.
 */
export class FoundationService extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:foundation:FoundationService";

    constructor(name: string, args: FoundationServiceArgs, opts?: pulumi.ComponentResourceOptions) {
        super(FoundationService.__pulumiType, name, args, opts);
        const metadata = {
            name: args.app,
            namespace: args.namespace,
            labels: serviceLabels(args.app, args.version),
        };
        const selector = serviceSelector(args.app);
        const account = new k8s.core.v1.ServiceAccount(
            `${name}-account`,
            { metadata, automountServiceAccountToken: false },
            { parent: this },
        );
        new k8s.apps.v1.Deployment(
            `${name}-deployment`,
            { metadata: { ...metadata, ...readAtStart(args.readAtStart) }, spec: deploymentSpec(args) },
            { parent: this, dependsOn: [account] },
        );
        new k8s.policy.v1.PodDisruptionBudget(
            `${name}-budget`,
            {
                metadata,
                spec: budgetSpec(selector),
            },
            { parent: this },
        );
        if (args.service !== undefined) {
            new k8s.core.v1.Service(
                `${name}-service`,
                {
                    metadata,
                    spec: {
                        type: "ClusterIP",
                        selector,
                        ports: [
                            { name: args.service.target, port: args.service.port, targetPort: args.service.target },
                        ],
                    },
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
