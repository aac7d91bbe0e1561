import assert from "node:assert/strict";
import { once } from "node:events";

import type { FederationEndpoint } from "../src/entry/federation.js";
import { FederatedX509Provider } from "../src/entry/federation.js";
import type { X509Provider, X509Snapshot, StaticX509Provider } from "../src/index.js";
import { FederationError, TrustDomain, verifyX509Svid, X509BundleSet } from "../src/index.js";
import { BundleEndpoints, bundleOf, identityOf, partner } from "./support/bundle-endpoints.js";
import { TestCa } from "./support/ca.js";

describe("Federated identity", () => {
    const endpoints = BundleEndpoints.forTests();

    const ours = TrustDomain.parse("example.org");
    let home: TestCa;
    let identity: StaticX509Provider;
    const providers: FederatedX509Provider[] = [];

    before(async () => {
        home = await TestCa.create("example.org");
    });
    beforeEach(async () => {
        identity = await identityOf(home, "/web");
    });
    afterEach(() => providers.splice(0).forEach((provider) => provider.close()));

    function provide(...endpoints: FederationEndpoint[]): FederatedX509Provider {
        const provider = new FederatedX509Provider(identity, endpoints);
        providers.push(provider);
        return provider;
    }

    it("adds the bundles of federated domains to the identity's own", async () => {
        const provider = provide(
            await endpoints.spiffe(await identityOf(endpoints.ca), () => bundleOf(endpoints.ca, 9n)),
        );
        assert.equal(provider.snapshot().bundles.get(partner), undefined);
        const [snapshot] = (await once(provider, "update")) as [X509Snapshot];
        assert.equal(provider.snapshot(), snapshot);
        assert.equal(snapshot.revision, 2);
        assert.equal(snapshot.svid, identity.snapshot().svid);
        const peer = await endpoints.ca.issue("/db");
        assert.equal(verifyX509Svid(peer.certificates, snapshot.bundles).id.toString(), "spiffe://partner.test/db");
        assert.equal(
            verifyX509Svid(snapshot.svid.certificates, snapshot.bundles).id.toString(),
            "spiffe://example.org/web",
        );
        assert.equal(provider.bundle(partner)?.sequence, 9n);
    });

    it("passes on each new SVID with the federated bundles, until it is closed", async () => {
        const provider = provide(
            await endpoints.web((_, response) => response.end(bundleOf(endpoints.ca, 1n).marshal())),
        );
        await once(provider, "update");
        const revisions: number[] = [];
        provider.on("update", ({ revision, bundles }) => revisions.push(revision, bundles.size));
        const material = { svid: await home.issue("/web"), bundles: new X509BundleSet([home.bundle]) };
        identity.set(material);
        provider.close();
        identity.set(material);
        assert.deepEqual(revisions, [2, 2]);
    });

    it("lets no endpoint replace a bundle the identity brings", async () => {
        const impostor = await TestCa.create("example.org");
        const endpoint = await endpoints.web((_, response) => response.end(bundleOf(impostor, 1n).marshal()));
        const provider = provide({ ...endpoint, trustDomain: ours });
        const [{ bundles }] = (await once(provider, "update")) as [X509Snapshot];
        assert.equal(bundles.get(ours)?.authorities[0]?.fingerprint256, home.certificate.fingerprint256);
    });

    it("tells of endpoints that fail and refuses wrong ones", async () => {
        const endpoint = await endpoints.web((_, response) => response.writeHead(500).end());
        const [trustDomain, error] = (await once(provide(endpoint), "failed")) as [TrustDomain, FederationError];
        assert.equal(trustDomain.name, "partner.test");
        assert.equal(error.code, "http_status");
        assert.throws(() => provide(endpoint, endpoint), {
            message: "there are two bundle endpoints of trust domain partner.test",
        });
        assert.throws(() => provide({ ...endpoint, url: "http://localhost/" }), { code: "invalid_endpoint" });
    });

    it("keeps what it fetched while there is no identity to announce it with", async () => {
        const none: X509Provider = {
            snapshot: () => {
                throw new FederationError("closed", "no identity");
            },
            on: () => {},
            off: () => {},
        };
        const endpoint = await endpoints.web((_, response) => response.end(bundleOf(endpoints.ca, 1n).marshal()));
        const provider = new FederatedX509Provider(none, [endpoint]);
        providers.push(provider);
        while (provider.bundle(partner) === undefined) {
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
        assert.throws(() => provider.snapshot(), { code: "closed" });
    });
});
