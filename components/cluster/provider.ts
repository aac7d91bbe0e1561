import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSettings } from "./settings";

/**
 * The provider of everything that the stack makes. Where the stack names the identity of its cluster, the provider waits
 * until that has been compared with the cluster that the kubeconfig leads to, in a preview by the engine too; so nothing is
 * registered, changed or deleted in another.
 *
 * @param parent the component that it is part of; default: none
 * @throws pulumi.RunError, by way of what the provider waits for, where it is another cluster
 */
export function clusterProvider(settings: ClusterSettings, parent?: pulumi.Resource): k8s.Provider {
    const { context, identity } = settings;
    const reached = context === undefined ? {} : { context };
    // A ConfigMap that is replaced instead of updated is missing for a moment, and pods that start just then fail.
    const args = { ...reached, enableConfigMapMutable: true };
    const within = parent === undefined ? {} : { parent };
    return new k8s.Provider("kubernetes", args, {
        ...within,
        ...(identity !== undefined && { dependsOn: compared(reached, identity, within) }),
    });
}

/** What shows that the cluster is the one meant; never there where it is another. */
function compared(
    reached: { readonly context?: string },
    identity: string,
    within: pulumi.ResourceOptions,
): pulumi.Output<pulumi.Resource> {
    const provider = new k8s.Provider("cluster-identity", reached, within);
    const system = k8s.core.v1.Namespace.get("kube-system", "kube-system", { ...within, provider });
    return system.metadata.apply(({ uid }) => {
        if (uid !== identity) {
            throw new pulumi.RunError(otherCluster(reached.context, uid, identity));
        }
        return system;
    });
}

function otherCluster(context: string | undefined, found: string, identity: string): string {
    const by = context === undefined ? "the kubeconfig's current context" : `the context "${context}"`;
    return (
        `Stack "${pulumi.getStack()}" belongs to the cluster whose namespace kube-system has the UID ${identity}, ` +
        `but ${by} leads to one where it has ${found}. Nothing was touched. Choose that cluster's context, ` +
        `or correct ${pulumi.getProject()}:cluster.identity where the cluster has been built anew.`
    );
}
