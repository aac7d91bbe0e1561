import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { SPIRE_API_VERSION } from "./crds";
import type { FederatedTrustDomain, SpireSettings, StaticEntry } from "./model";

export interface RegistrationArgs {
    readonly settings: SpireSettings;
}

/** The field by which one of several controller managers knows what is its own. */
export function classOf({ controllerManager: { className } }: Pick<SpireSettings, "controllerManager">): {
    readonly className?: string;
} {
    return className === undefined ? {} : { className };
}

/** `spec` of a ClusterStaticEntry. What is false or empty is left out: the privileges stand out where they are given. */
function staticEntrySpec(entry: StaticEntry, settings: SpireSettings): Readonly<Record<string, unknown>> {
    return {
        ...classOf(settings),
        spiffeID: entry.spiffeId,
        parentID: entry.parentId,
        selectors: entry.selectors,
        ...(entry.dnsNames.length > 0 && { dnsNames: entry.dnsNames }),
        ...(entry.federatesWith.length > 0 && { federatesWith: entry.federatesWith }),
        ...(entry.x509SvidTtl !== undefined && { x509SVIDTTL: entry.x509SvidTtl }),
        ...(entry.jwtSvidTtl !== undefined && { jwtSVIDTTL: entry.jwtSvidTtl }),
        ...(entry.admin && { admin: true }),
        ...(entry.downstream && { downstream: true }),
    };
}

/** `spec` of a ClusterFederatedTrustDomain. */
function federatedTrustDomainSpec(
    domain: FederatedTrustDomain,
    settings: SpireSettings,
): Readonly<Record<string, unknown>> {
    const { profile } = domain;
    return {
        ...classOf(settings),
        trustDomain: domain.trustDomain,
        bundleEndpointURL: domain.bundleEndpointUrl,
        ...(profile.type === "https_web"
            ? { bundleEndpointProfile: { type: "https_web" } }
            : {
                  bundleEndpointProfile: { type: "https_spiffe", endpointSPIFFEID: profile.endpointSpiffeId },
                  ...(profile.bundle !== undefined && { trustDomainBundle: profile.bundle }),
              }),
    };
}

/** Name of the object for a trust domain; object names know no underscore. */
function federatedName(trustDomain: string): string {
    return trustDomain.replaceAll("_", "-");
}

/**
 * The entries that belong to no pod of the cluster, and the trust domains it federates with.
 *
 * Creates: a ClusterStaticEntry for each static entry and a ClusterFederatedTrustDomain for each foreign trust domain.
 */
export class Registration extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:Registration";

    constructor(name: string, args: RegistrationArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Registration.__pulumiType, name, args, opts);
        const { settings } = args;
        for (const entry of settings.staticEntries) {
            new k8s.apiextensions.CustomResource(
                `${name}-${entry.name}`,
                {
                    apiVersion: SPIRE_API_VERSION,
                    kind: "ClusterStaticEntry",
                    metadata: { name: entry.name },
                    spec: staticEntrySpec(entry, settings),
                },
                { parent: this },
            );
        }
        for (const domain of settings.federatedTrustDomains) {
            new k8s.apiextensions.CustomResource(
                `${name}-${domain.trustDomain}`,
                {
                    apiVersion: SPIRE_API_VERSION,
                    kind: "ClusterFederatedTrustDomain",
                    metadata: { name: federatedName(domain.trustDomain) },
                    spec: federatedTrustDomainSpec(domain, settings),
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
