import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { NAMESPACE as SPIRE } from "../spire/layout";
import type { Reader } from "./ownership";
import { claimed, Lookup, stackName } from "./ownership";
import type { ClusterSettings } from "./settings";

/** What has to hold of a cluster before a stack touches it. */
export interface ClusterArgs {
    readonly settings: ClusterSettings;
    /** The namespaces that the stack makes. */
    readonly namespaces: readonly string[];
    /**
     * The component that it is part of.
     * @default none
     */
    readonly parent?: pulumi.Resource | undefined;
}

/**
 * The provider of everything that the stack makes. It waits until the cluster that the kubeconfig leads to has been looked at,
 * in a preview by the engine too: whether it is the one whose identity the stack names, and whether the namespaces are this
 * stack's or nobody's. So nothing is registered, changed or deleted in another cluster, or over another stack.
 *
 * @throws pulumi.RunError, by way of what the provider waits for, where it is another cluster or holds another's namespaces
 */
export function clusterProvider({ settings, namespaces, parent }: ClusterArgs): k8s.Provider {
    const { context, identity, foundation } = settings;
    const within = parent === undefined ? {} : { parent };
    const reached = context === undefined ? {} : { context };
    const looking = new k8s.Provider("cluster-identity", reached, within);
    const reader = { provider: looking, parent: new Lookup("cluster", { namespaces }, within) };
    const same = identity === undefined ? [] : [compared(reader, context, identity)];
    const stack = stackName();
    const claims = [
        ...namespaces.map((namespace) => ({ namespace, stack, required: false })),
        // Whoever brings what a cluster has once brings SPIRE.
        ...(foundation === undefined ? [] : [{ namespace: SPIRE, stack: foundation, required: true }]),
    ];
    const free = pulumi.all(same).apply(() => claimed(claims, reader));
    // A ConfigMap that is replaced instead of updated is missing for a moment, and pods that start just then fail.
    const args = { ...reached, enableConfigMapMutable: true };
    return new k8s.Provider("kubernetes", args, { ...within, dependsOn: free });
}

/** What shows that the cluster is the one meant; never there where it is another. */
function compared(reader: Reader, context: string | undefined, identity: string): pulumi.Output<pulumi.Resource> {
    const system = k8s.core.v1.Namespace.get("kube-system", "kube-system", { ...reader });
    return system.metadata.apply(({ uid }) => {
        if (uid !== identity) {
            throw new pulumi.RunError(otherCluster(context, uid, identity));
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
