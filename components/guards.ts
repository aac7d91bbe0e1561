import * as pulumi from "@pulumi/pulumi";

import { ImageSignatures, signatureLabels } from "./admission/signatures";
import type { Config } from "./config";
import { OWNER } from "./deployment";
import { Images } from "./images";
import type { GuardedNamespaceArgs } from "./namespace";
import { GuardedNamespace } from "./namespace";
import { waitingFor } from "./order";
import { NAMESPACE as SPIRE_NAMESPACE } from "./spire/layout";

/** The settings that name a guard's namespace. */
export type GuardSettings = Pick<
    Config,
    "admission" | "canary" | "cluster" | "controlPlane" | "externalSecrets" | "falco" | "images" | "spire"
>;

/** The namespaces of the foundation's own services. Only those of the node agents are open to more than restricted pods. */
export function guardNamespaces({
    admission,
    canary,
    cluster,
    controlPlane,
    externalSecrets,
    falco,
    spire,
}: GuardSettings): readonly GuardedNamespaceArgs[] {
    const shared = { owner: OWNER, podSecurityVersion: cluster.podSecurityVersion };
    const namespaces: readonly GuardedNamespaceArgs[] = [
        { ...shared, namespace: externalSecrets.namespace, quota: { cpu: "4", memory: "8Gi", pods: "40" } },
        {
            ...shared,
            namespace: falco.namespace,
            podSecurity: "privileged",
            // One pod a node: this is room for a hundred nodes.
            quota: { cpu: "40", memory: "120Gi", pods: "120" },
        },
        {
            ...shared,
            namespace: SPIRE_NAMESPACE,
            // Agents need hostPID and a hostPath, which `baseline` forbids; components/admission keeps both to
            // the workloads that have a waiver.
            podSecurity: "privileged",
            quota: spire.quota,
            // SPIRE brings its own mutual TLS; a mesh would stand between agents and servers.
            labels: { "istio-injection": "disabled", "linkerd.io/inject": "disabled" },
        },
        // Holds files only.
        { ...shared, namespace: controlPlane.namespace, quota: { cpu: "0", memory: "0", pods: "0" } },
        ...(canary.enabled
            ? [{ ...shared, namespace: canary.namespace, quota: { cpu: "1", memory: "1Gi", pods: "10" } }]
            : []),
        ...(falco.sidekick === undefined
            ? []
            : [{ ...shared, namespace: falco.sidekick.namespace, quota: { cpu: "1", memory: "1Gi", pods: "10" } }]),
    ];
    return namespaces.map((args) => ({
        ...args,
        labels: { ...args.labels, ...signatureLabels(admission.signatures, args.namespace) },
    }));
}

/** The namespaces that this program closes: the platform's and those of its guards. */
export function managedNamespaces(settings: GuardSettings & Pick<Config, "platform">): readonly string[] {
    return [settings.platform.namespace, ...guardNamespaces(settings).map(({ namespace }) => namespace)];
}

/**
 * The guarded namespaces of the foundation's own services, made before anything runs in them, and before that, where it is
 * set, who has to have signed the images that run in any namespace of the stack.
 */
export class GuardNamespaces extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:namespace:GuardNamespaces";

    constructor(name: string, args: GuardSettings, opts?: pulumi.ComponentResourceOptions) {
        super(GuardNamespaces.__pulumiType, name, {}, opts);
        const own = { parent: this };
        const { signatures: settings } = args.admission;
        const signatures =
            settings && new ImageSignatures(`${name}-signatures`, { settings, images: new Images(args.images) }, own);
        const options = signatures === undefined ? own : { ...own, ...waitingFor(signatures) };
        for (const namespace of guardNamespaces(args)) {
            new GuardedNamespace(`${name}-${namespace.namespace}`, namespace, options);
        }
        this.registerOutputs({});
    }
}
