import type * as pulumi from "@pulumi/pulumi";

/** What a container says of its image, and of when the kubelet asks the registry for it. */
export interface Pulled {
    readonly image: string;
    readonly imagePullPolicy: "Always" | "IfNotPresent";
}

/**
 * A container's image. What a digest decides can't have changed, so a node that has it starts it although the registry is
 * away; a tag alone may have moved. What Always is for besides, keeping a private image from pods of others on the same node
 * that have no right to pull it, is left to the clusters that need it (admission plugin AlwaysPullImages).
 */
export function pulled(image: string): Pulled {
    return { image, imagePullPolicy: /@sha256:[0-9a-f]{64}$/.test(image) ? "IfNotPresent" : "Always" };
}

/**
 * Options of what everything is part of, by which each account names the Secrets that its pods' images are pulled with
 * (Kubernetes documentation, "Add ImagePullSecrets to a service account").
 *
 * @param names of Secrets in the account's namespace
 */
export function pulledWith(names: readonly string[]): Pick<pulumi.ComponentResourceOptions, "transformations"> {
    if (names.length === 0) {
        return {};
    }
    const imagePullSecrets = names.map((name) => ({ name }));
    return {
        transformations: [
            ({ type, props, opts }) =>
                type === "kubernetes:core/v1:ServiceAccount"
                    ? { props: { ...props, imagePullSecrets }, opts }
                    : undefined,
        ],
    };
}
