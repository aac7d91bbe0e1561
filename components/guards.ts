import * as pulumi from "@pulumi/pulumi";

import type { SignatureSettings } from "./admission/settings";
import { ImageSignatures } from "./admission/signatures";
import type { AreaException } from "./area";
import { Images } from "./images";
import type { GuardedNamespaceArgs } from "./namespace";
import { GuardedNamespace } from "./namespace";
import { waitingFor } from "./order";

/**
 * The exception of namespaces for agents of the node. Only those that the foundation closes for an area of its own can have
 * it, not every {@link GuardedNamespace}.
 */
export function guardException<C>(namespaces: (config: C) => readonly string[]): AreaException<C> {
    return {
        control: "pod-security-enforced",
        component: "x0tta6bl4:namespace:GuardNamespaces$x0tta6bl4:namespace:GuardedNamespace",
        kind: "Namespace",
        fields: ['metadata.labels["pod-security.kubernetes.io/enforce"]'],
        values: ["privileged"],
        reason: "The pods of this namespace are agents of the node and need of it what baseline forbids; no other workload runs here.",
        objects: (config) => namespaces(config).map((namespace) => `Namespace ${namespace}`),
    };
}

export interface GuardNamespacesArgs {
    readonly namespaces: readonly GuardedNamespaceArgs[];
    /** @default every image from its publisher */
    readonly images?: Images;
    /** @default none: no image has to be signed */
    readonly signatures?: SignatureSettings;
}

/**
 * The guarded namespaces of the foundation's own services, made before anything runs in them, and before that, where it is
 * set, who has to have signed the images that run in any namespace of the stack.
 */
export class GuardNamespaces extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:namespace:GuardNamespaces";

    constructor(name: string, args: GuardNamespacesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(GuardNamespaces.__pulumiType, name, args, opts);
        const own = { parent: this };
        const { signatures: settings, images = new Images() } = args;
        const signatures = settings && new ImageSignatures(`${name}-signatures`, { settings, images }, own);
        const options = signatures === undefined ? own : { ...own, ...waitingFor(signatures) };
        for (const namespace of args.namespaces) {
            new GuardedNamespace(`${name}-${namespace.namespace}`, namespace, options);
        }
        this.registerOutputs({});
    }
}
