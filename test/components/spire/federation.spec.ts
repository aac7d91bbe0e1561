import assert from "node:assert/strict";

import type { Registration } from "../../../hardening/sources/program/registration";
import type { FederatedSite } from "../../support/federated";
import { BUNDLE, FEDERATION_PORT, federated, SITES } from "../../support/federated";
import type { Raw } from "../../support/stranger";
import { objectsOf, readAs } from "../../support/stranger";

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
    const stacks: Partial<Record<FederatedSite, readonly Registration[]>> = {};
    const of = (site: FederatedSite): readonly Registration[] => stacks[site] ?? assert.fail();

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
                bundleEndpointURL: `https://spire.${other}.example.org:${FEDERATION_PORT}`,
                bundleEndpointProfile: {
                    type: "https_spiffe",
                    endpointSPIFFEID: `spiffe://${other}.trust/spire/server`,
                },
                trustDomainBundle: BUNDLE,
            });
            const [balancer] = specsOf(of(other), "Service", "spire-server-federation-outside");
            assert.deepEqual(balancer?.["ports"], [
                { name: "federation", port: FEDERATION_PORT, targetPort: "federation" },
            ]);
            assert.deepEqual(balancer["loadBalancerSourceRanges"], [SITES[own].from]);
        });

        it(`open the way from ${own} to ${other} at both ends, and no other to the endpoint`, () => {
            assert.ok(opened(of(own), "egress").includes(`${SITES[other].address} ${FEDERATION_PORT}`));
            assert.deepEqual(
                opened(of(other), "ingress").filter((way) => way.endsWith(` ${FEDERATION_PORT}`)),
                [`${SITES[own].from} ${FEDERATION_PORT}`],
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
