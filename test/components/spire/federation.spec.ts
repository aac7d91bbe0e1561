import assert from "node:assert/strict";

import type { Registration } from "../../../hardening/sources/program/registration";
import type { Raw } from "../../support/stranger";
import { objectsOf, readAs, strangers } from "../../support/stranger";

/** Where a stack's server is met from outside, and where its own connections come from. */
const SITES = {
    sienna: { address: "192.0.2.10/32", from: "198.51.100.16/28" },
    umber: { address: "192.0.2.20/32", from: "198.51.100.32/28" },
} as const;
type Site = keyof typeof SITES;
const PORT = 8443;
/** What the other side shows by `spire-server bundle show -format spiffe`. */
const BUNDLE = '{"keys":[],"spiffe_sequence":1,"spiffe_refresh_hint":300}';

/** A stack that trusts the other's trust domain, and is trusted by it. */
function federated(own: Site, other: Site, over: { readonly platform?: Raw; readonly spire?: Raw } = {}): Raw {
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
                egress: [{ name: "federation", cidrs: [SITES[other].address], ports: [PORT] }],
            },
            federatedTrustDomains: [
                {
                    trustDomain: `${other}.trust`,
                    bundleEndpointUrl: `https://spire.${other}.example.org:${PORT}`,
                    profile: {
                        type: "https_spiffe",
                        endpointSpiffeId: `spiffe://${other}.trust/spire/server`,
                        bundle: BUNDLE,
                    },
                },
            ],
            ...over.spire,
        },
    };
}

const faultsOf = (settings: Raw): readonly string[] => readAs(settings).faults;

const specsOf = (objects: readonly Registration[], kind: string, name?: string): readonly Raw[] =>
    objects
        .map(({ inputs }) => inputs as { kind?: unknown; metadata?: { name?: unknown }; spec?: Raw })
        .filter((object) => object.kind === kind && (name === undefined || object.metadata?.name === name))
        .map(({ spec }) => spec ?? {});

/** The ranges and ports that a stack's policies open for its server, by direction. */
function opened(objects: readonly Registration[], direction: "ingress" | "egress"): readonly string[] {
    const [peers] = direction === "ingress" ? (["from"] as const) : (["to"] as const);
    return specsOf(objects, "NetworkPolicy")
        .filter(({ podSelector }) => JSON.stringify(podSelector).includes('"spire-server"'))
        .flatMap((spec) => (spec[direction] ?? []) as readonly Raw[])
        .flatMap((rule) =>
            ((rule[peers] ?? []) as readonly { ipBlock?: { cidr: string } }[]).flatMap(({ ipBlock }) =>
                ((rule["ports"] ?? []) as readonly { port: number }[]).map(
                    ({ port }) => `${ipBlock?.cidr ?? "pods"} ${port}`,
                ),
            ),
        );
}

describe("two stacks of two trust domains", () => {
    const stacks: Partial<Record<Site, readonly Registration[]>> = {};
    const of = (site: Site): readonly Registration[] => stacks[site] ?? assert.fail();

    before(async function () {
        this.timeout(120_000);
        stacks.sienna = await objectsOf(federated("sienna", "umber"));
        stacks.umber = await objectsOf(federated("umber", "sienna"));
    });

    for (const [own, other] of [
        ["sienna", "umber"],
        ["umber", "sienna"],
    ] as const) {
        it(`have ${own} fetch the bundle of ${other} from where ${other} serves it, as the server that it is`, () => {
            const [relation] = specsOf(of(own), "ClusterFederatedTrustDomain");
            assert.deepEqual(relation, {
                trustDomain: `${other}.trust`,
                bundleEndpointURL: `https://spire.${other}.example.org:${PORT}`,
                bundleEndpointProfile: {
                    type: "https_spiffe",
                    endpointSPIFFEID: `spiffe://${other}.trust/spire/server`,
                },
                trustDomainBundle: BUNDLE,
            });
            const [balancer] = specsOf(of(other), "Service", "spire-server-federation-outside");
            assert.deepEqual(balancer?.["ports"], [{ name: "federation", port: PORT, targetPort: "federation" }]);
            assert.deepEqual(balancer["loadBalancerSourceRanges"], [SITES[own].from]);
        });

        it(`open the way from ${own} to ${other} at both ends, and no other to the endpoint`, () => {
            assert.ok(opened(of(own), "egress").includes(`${SITES[other].address} ${PORT}`));
            assert.deepEqual(
                opened(of(other), "ingress").filter((way) => way.endsWith(` ${PORT}`)),
                [`${SITES[own].from} ${PORT}`],
            );
        });

        it(`give the application of ${own} the bundle of ${other}, and nobody else that did not ask`, () => {
            const federating = specsOf(of(own), "ClusterSPIFFEID")
                .filter(({ federatesWith }) => federatesWith !== undefined)
                .map(({ workloadSelectorTemplates, federatesWith }) => [workloadSelectorTemplates, federatesWith]);
            assert.deepEqual(federating, [[[`k8s:ns:${own}-shop`, `k8s:sa:${own}-web`], [`${other}.trust`]]]);
        });
    }

    it("are refused where an application wants a bundle that the servers don't fetch", () => {
        assert.deepEqual(faultsOf(federated("sienna", "umber", { platform: { federatesWith: ["ochre.trust"] } })), [
            "acme:platform.federatesWith holds ochre.trust, which is not among federatedTrustDomains",
        ]);
        assert.deepEqual(faultsOf(federated("sienna", "umber", { platform: { federatesWith: ["Umber Trust"] } })), [
            'acme:platform.federatesWith[0] must be a trust domain of lower-case letters, digits, dots, dashes and underscores, such as prod.x0tta6bl4.io, found "Umber Trust"',
        ]);
    });
});
