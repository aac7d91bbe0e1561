import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { OWNER } from "../deployment";
import { providerSpec, READER, readerAnnotations } from "./provider";
import type { ProviderSettings } from "./settings";

/** The API of External Secrets; v1beta1 is no longer served. */
export const API_VERSION = "external-secrets.io/v1";

/** Name of the store in every namespace. */
export const STORE = "platform";

export interface SecretStoreArgs {
    readonly namespace: string;
    readonly provider: ProviderSettings;
}

/** `spec` of a namespace's SecretStore. */
function storeSpec({ provider, namespace }: SecretStoreArgs): Readonly<Record<string, unknown>> {
    return {
        provider: providerSpec(provider, namespace),
        // Seconds. A store that does not answer turns unready, and an alert fires, before a secret is missed.
        refreshInterval: 300,
        retrySettings: { maxRetries: 5, retryInterval: "10s" },
    };
}

/**
 * The way from one namespace to the secrets manager, by the identity of a ServiceAccount of that namespace.
 *
 * Creates: ServiceAccount `secret-reader` and SecretStore `platform`.
 */
export class SecretStore extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:external-secrets:SecretStore";

    constructor(name: string, args: SecretStoreArgs, opts?: pulumi.ComponentResourceOptions) {
        super(SecretStore.__pulumiType, name, args, opts);
        const { namespace, provider } = args;
        const account = new k8s.core.v1.ServiceAccount(
            `${name}-reader`,
            {
                metadata: {
                    name: READER,
                    namespace,
                    labels: { owner: OWNER },
                    annotations: readerAnnotations(provider, namespace),
                },
                automountServiceAccountToken: false,
            },
            { parent: this },
        );
        new k8s.apiextensions.CustomResource(
            `${name}-store`,
            {
                apiVersion: API_VERSION,
                kind: "SecretStore",
                metadata: { name: STORE, namespace, labels: { owner: OWNER } },
                spec: storeSpec(args),
            },
            { parent: this, dependsOn: [account] },
        );
        this.registerOutputs({});
    }
}
