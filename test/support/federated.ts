import type { Raw } from "./stranger";
import { strangers } from "./stranger";

/** Where a stack's server is met from outside, and where its own connections come from. */
export const SITES = {
    sienna: { address: "192.0.2.10/32", from: "198.51.100.16/28" },
    umber: { address: "192.0.2.20/32", from: "198.51.100.32/28" },
} as const;
export type FederatedSite = keyof typeof SITES;
export const FEDERATION_PORT = 8443;
/** What the other side shows by `spire-server bundle show -format spiffe`. */
export const BUNDLE = '{"keys":[],"spiffe_sequence":1,"spiffe_refresh_hint":300}';

/** A stack that trusts the other's trust domain, and is trusted by it. */
export function federated(
    own: FederatedSite,
    other: FederatedSite,
    over: { readonly platform?: Raw; readonly spire?: Raw; readonly bundle?: string } = {},
): Raw {
    const settings = strangers(own) as { readonly platform: Raw; readonly spire: Raw & { readonly server: Raw } };
    return {
        ...settings,
        platform: { ...settings.platform, federatesWith: [`${other}.trust`], ...over.platform },
        spire: {
            ...settings.spire,
            server: {
                ...settings.spire.server,
                bundleEndpoint: { profile: { type: "https_spiffe" }, clients: [SITES[other].from] },
                exposure: { type: "loadBalancer", sourceRanges: [SITES[other].from] },
                egress: [{ name: "federation", cidrs: [SITES[other].address], ports: [FEDERATION_PORT] }],
            },
            federatedTrustDomains: [
                {
                    trustDomain: `${other}.trust`,
                    bundleEndpointUrl: `https://spire.${other}.example.org:${FEDERATION_PORT}`,
                    profile: {
                        type: "https_spiffe",
                        endpointSpiffeId: `spiffe://${other}.trust/spire/server`,
                        bundle: over.bundle ?? BUNDLE,
                    },
                },
            ],
            ...over.spire,
        },
    };
}
