import "reflect-metadata";

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import type { X509Source } from "../../spiffe/src/entry/workload.js";
import { authorizeId, peerOf, SpiffeId, TrustDomain } from "../../spiffe/src/index.js";
import { connectTls, createTlsServer } from "../../spiffe/src/tls/index.js";
import { eventually } from "../../spiffe/test/support/eventually.js";
import type { LocalAgent, ReplicaServer } from "../../spiffe/test/support/spire-servers.js";
import type { FederatedSite } from "../support/federated";
import { federated } from "../support/federated";
import { configOf, objectsOf } from "../support/stranger";
import { missingOf, Site } from "./site";

interface Relation {
    readonly trustDomain: string;
    readonly bundleEndpointURL: string;
    readonly bundleEndpointProfile: { readonly type: string; readonly endpointSPIFFEID: string };
    readonly trustDomainBundle: string;
}

const skipped = missingOf(["spire-server", "spire-agent"]);
const PAIRS = [
    ["sienna", "umber"],
    ["umber", "sienna"],
] as const;
const domain = (name: FederatedSite): TrustDomain => TrustDomain.parse(`${name}.trust`);
const WEB = {
    sienna: SpiffeId.parse("spiffe://sienna.trust/ns/sienna-shop/sa/sienna-web"),
    umber: SpiffeId.parse("spiffe://umber.trust/ns/umber-shop/sa/umber-web"),
};

describe(`SPIRE servers of two stacks that federate${skipped}`, function () {
    this.timeout(300_000);
    let site: Site;
    const servers = {} as Record<FederatedSite, ReplicaServer>;
    const agents = {} as Record<FederatedSite, LocalAgent>;
    const sources = {} as Record<FederatedSite, X509Source>;

    before(async function () {
        if (skipped !== "") {
            this.skip();
        }
        site = new Site();
        for (const [own, other] of PAIRS) {
            const { spire } = configOf(federated(own, other));
            servers[own] = await site.server(own, spire);
            servers[own].launch();
            await servers[own].untilReady();
            agents[own] = await site.agent(own, servers[own], domain(own).name);
            await agents[own].register(servers[own], WEB[own]);
            sources[own] = await agents[own].follow(WEB[own]);
        }
    });
    after(async () => {
        await (site as Site | undefined)?.remove();
    });

    /** Runs the server's own command line. */
    function spireServer(of: FederatedSite, ...args: readonly string[]): string {
        return execFileSync("spire-server", [...args, "-socketPath", servers[of].socketPath], { encoding: "utf8" });
    }

    /** A call of one stack's workload to the other's by mutual TLS; who the other took it for. */
    async function call(from: FederatedSite, to: FederatedSite): Promise<string> {
        const server = createTlsServer(sources[to], { authorize: authorizeId(WEB[from]) }, (socket) => {
            socket.on("error", () => socket.destroy());
            socket.end(String(peerOf(socket)?.id));
        });
        server.on("tlsClientError", () => {});
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as { port: number };
        try {
            return await text(
                await connectTls(sources[from], { authorize: authorizeId(WEB[to]) }, { host: "127.0.0.1", port }),
            );
        } finally {
            server.close();
        }
    }

    const knownBy = (of: FederatedSite): readonly string[] =>
        [...sources[of].snapshot().bundles].map(({ trustDomain }) => trustDomain.name).sort();

    for (const [own, other] of PAIRS) {
        it(`have no trust for each other at first: ${other} is nobody to ${own}`, async () => {
            assert.deepEqual(knownBy(own), [domain(own).name]);
            await assert.rejects(call(own, other), { code: "no_bundle" });
        });
    }

    for (const [own, other] of PAIRS) {
        it(`fetch the bundle of ${other} for ${own} by the relation that its stack renders`, async () => {
            const bundle = spireServer(other, "bundle", "show", "-format", "spiffe");
            const objects = await objectsOf(federated(own, other, { bundle }));
            const relations = objects
                .map(({ inputs }) => inputs as { kind?: string; spec?: Relation })
                .filter(({ kind }) => kind === "ClusterFederatedTrustDomain");
            assert.equal(relations.length, 1);
            const { spec: relation = assert.fail() } = relations[0] ?? {};
            const file = join(site.folder, `bundle-of-${other}.json`);
            writeFileSync(file, relation.trustDomainBundle);
            // What the controller manager does with it; only host and port are this machine's.
            spireServer(
                own,
                ...["federation", "create", "-trustDomain", relation.trustDomain],
                ...["-bundleEndpointURL", `https://127.0.0.1:${servers[other].federationPort}`],
                ...["-bundleEndpointProfile", relation.bundleEndpointProfile.type],
                ...["-endpointSpiffeID", relation.bundleEndpointProfile.endpointSPIFFEID],
                ...["-trustDomainBundlePath", file, "-trustDomainBundleFormat", "spiffe"],
            );
            // Fetched, and not only what was given: a new authority of the other arrives.
            await servers[other].client.authorities.x509.prepare();
            await eventually(async () => {
                // The command of the runbook.
                spireServer(own, "federation", "refresh", "-id", `spiffe://${domain(other).name}`);
                const { x509 } = await servers[own].client.bundles.getFederated(domain(other));
                assert.equal(x509.authorities.length, 2);
            });
        });
    }

    it("connect workloads that federate, in both directions, each under its own name", async () => {
        for (const [own, other] of PAIRS) {
            await agents[own].register(servers[own], WEB[own], { federatesWith: [domain(other).name] });
            await eventually(() => assert.deepEqual(knownBy(own), ["sienna.trust", "umber.trust"]));
        }
        for (const [own, other] of PAIRS) {
            assert.equal(await call(own, other), WEB[own].toString());
        }
    });

    it("go on connecting when the other signs by its new authority", async () => {
        const { x509 } = servers.umber.client.authorities;
        const prepared = (await x509.states()).prepared?.id ?? assert.fail("nothing is prepared");
        await x509.activate(prepared);
        const { revision } = sources.umber.snapshot();
        await eventually(() => assert.ok(sources.umber.snapshot().revision >= revision + 2), 90);
        assert.equal(await call("sienna", "umber"), WEB.sienna.toString());
        assert.equal(await call("umber", "sienna"), WEB.umber.toString());
    });

    it("refuse each other again once one of them has ended the relation", async () => {
        await servers.sienna.client.federation.delete(domain("umber"));
        await servers.sienna.client.bundles.deleteFederated(domain("umber"), "dissociate");
        await eventually(() => assert.deepEqual(knownBy("sienna"), ["sienna.trust"]));
        await assert.rejects(call("sienna", "umber"), { code: "no_bundle" });
        // The other still knows it, and is refused by it.
        assert.deepEqual(knownBy("umber"), ["sienna.trust", "umber.trust"]);
        await assert.rejects(async () => {
            assert.equal(await call("umber", "sienna"), WEB.umber.toString());
        });
    });
});
