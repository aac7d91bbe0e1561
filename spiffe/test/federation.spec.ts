import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { RequestListener, Server } from "node:http";
import { createServer, request } from "node:https";

import type { X509Provider, X509Snapshot } from "../src/index.js";
import type { FederationEndpoint, FederationEvent, FederationWatchOptions } from "../src/entry/federation.js";
import {
    FederationError,
    StaticX509Provider,
    TrustDomain,
    X509Bundle,
    X509BundleSet,
    verifyX509Svid,
} from "../src/index.js";
import {
    FederatedX509Provider,
    SpiffeBundle,
    createBundleServer,
    fetchBundle,
    watchBundle,
} from "../src/entry/federation.js";
import { JwtBundle } from "../src/entry/jwt.js";
import { TestCa } from "./support/ca.js";

const partner = TrustDomain.parse("partner.test");

function bundleOf(ca: TestCa, sequence: bigint, refreshHintSeconds?: number): SpiffeBundle {
    return new SpiffeBundle({ x509: ca.bundle, jwt: new JwtBundle(ca.trustDomain, []), sequence, refreshHintSeconds });
}

describe("Federation", () => {
    let ca: TestCa;
    const servers: Server[] = [];

    before(async () => {
        ca = await TestCa.create("partner.test");
    });
    afterEach(() => {
        for (const server of servers.splice(0)) {
            server.closeAllConnections();
            server.close();
        }
    });

    async function listen(server: Server): Promise<string> {
        servers.push(server);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return `https://localhost:${(server.address() as AddressInfo).port}/`;
    }

    /** A web server of our own making, with a certificate for localhost. */
    async function listenWeb(handler: RequestListener): Promise<FederationEndpoint> {
        const web = await ca.issue("/web-server", { dnsNames: ["localhost"] });
        const url = await listen(createServer({ cert: web.certPem(), key: web.keyPem() }, handler));
        return { trustDomain: partner, url, profile: { type: "https_web", ca: ca.certificate.toString() } };
    }

    async function listenSpiffe(identity: StaticX509Provider, bundle: () => SpiffeBundle): Promise<FederationEndpoint> {
        const url = await listen(createBundleServer({ profile: { type: "https_spiffe", identity }, bundle }));
        const endpointId = identity.snapshot().svid.id;
        return { trustDomain: partner, url, profile: { type: "https_spiffe", endpointId, endpointBundle: ca.bundle } };
    }

    async function identityOf(issuer: TestCa, id = "/bundle-server"): Promise<StaticX509Provider> {
        return new StaticX509Provider({ svid: await issuer.issue(id), bundles: new X509BundleSet([issuer.bundle]) });
    }

    it("fetches over https_web what the endpoint serves", async () => {
        const web = await ca.issue("/web-server", { dnsNames: ["localhost"] });
        const served = bundleOf(ca, 2n ** 60n, 7);
        const url = await listen(
            createBundleServer({
                profile: { type: "https_web", cert: web.certPem(), key: web.keyPem() },
                bundle: () => served,
                path: "/bundle.json",
            }),
        );
        const profile = { type: "https_web", ca: ca.certificate.toString() } as const;
        const bundle = await fetchBundle({ trustDomain: partner, url: `${url}bundle.json`, profile });
        assert.equal(bundle.sequence, 1152921504606846976n);
        assert.equal(bundle.refreshHintSeconds, 7);
        assert.equal(bundle.x509.authorities[0]?.fingerprint256, ca.certificate.fingerprint256);
        await assert.rejects(fetchBundle({ trustDomain: partner, url, profile }), {
            code: "http_status",
            message: `the bundle endpoint at ${new URL(url).host} answered with status 404`,
        });
    });

    it("refuses a web server that the Web PKI doesn't vouch for", async () => {
        const endpoint = await listenWeb((_, response) => response.end(bundleOf(ca, 1n).marshal()));
        await assert.rejects(fetchBundle({ ...endpoint, profile: { type: "https_web" } }), { code: "unreachable" });
        await assert.rejects(fetchBundle({ ...endpoint, url: endpoint.url.replace("localhost", "127.0.0.1") }), {
            code: "unreachable",
        });
    });

    it("fetches over https_spiffe from the endpoint with the right SPIFFE ID only", async () => {
        const endpoint = await listenSpiffe(await identityOf(ca), () => bundleOf(ca, 1n));
        assert.equal((await fetchBundle(endpoint)).sequence, 1n);
        assert.ok(endpoint.profile.type === "https_spiffe");
        await assert.rejects(
            fetchBundle({ ...endpoint, profile: { ...endpoint.profile, endpointId: (await ca.issue("/other")).id } }),
            {
                code: "wrong_endpoint_id",
                message: `the bundle endpoint at ${new URL(endpoint.url).host} is spiffe://partner.test/bundle-server, not spiffe://partner.test/other`,
            },
        );
        const stranger = await TestCa.create("partner.test");
        await assert.rejects(
            fetchBundle({ ...endpoint, profile: { ...endpoint.profile, endpointBundle: stranger.bundle } }),
            {
                code: "untrusted",
            },
        );
        await assert.rejects(
            fetchBundle({ ...endpoint, profile: { ...endpoint.profile, endpointBundle: () => undefined } }),
            {
                code: "no_bundle",
            },
        );
    });

    it("judges an endpoint's SVID by the clock it is given", async () => {
        const endpoint = await listenSpiffe(await identityOf(ca), () => bundleOf(ca, 1n));
        await assert.rejects(fetchBundle(endpoint, { now: () => new Date(Date.now() + 48 * 3_600_000) }), {
            code: "expired",
        });
    });

    it("follows redirects to valid endpoint URLs only, and not for ever", async () => {
        const target = await listenWeb((_, response) => response.end(bundleOf(ca, 5n).marshal()));
        const redirect = (location: string): Promise<FederationEndpoint> =>
            listenWeb((_, response) => response.writeHead(302, { location }).end());
        assert.equal((await fetchBundle(await redirect(target.url))).sequence, 5n);
        await assert.rejects(fetchBundle(await redirect("http://localhost/")), {
            message: "the bundle endpoint http://localhost must use https",
        });
        await assert.rejects(fetchBundle(await redirect("https://user@localhost/")), {
            message: "the URL of the bundle endpoint at localhost must not contain a user",
        });
        const loop = await redirect("/");
        await assert.rejects(fetchBundle(loop), {
            code: "too_many_redirects",
            message: `${loop.url} redirects more than 5 times`,
        });
    });

    it("refuses a document that isn't a bundle, or never ends", async () => {
        await assert.rejects(fetchBundle(await listenWeb((_, response) => response.end("{}"))), {
            code: "invalid_bundle",
            message: 'SPIFFE bundle of partner.test: the document has no array "keys"',
        });
        const endless = await listenWeb((_, response) => {
            const chunk = Buffer.alloc(1024 * 1024);
            const more = (): void => {
                while (response.write(chunk));
            };
            response.on("drain", more);
            more();
        });
        await assert.rejects(fetchBundle(endless), { code: "too_large" });
    });

    it("gives up on an endpoint that doesn't answer, and when told to", async () => {
        const silent = await listenWeb(() => {});
        await assert.rejects(fetchBundle(silent, { timeoutMs: 200 }), {
            code: "unreachable",
            message: /it took too long$/,
        });
        const reason = new Error("enough");
        await assert.rejects(fetchBundle(silent, { signal: AbortSignal.abort(reason) }), reason);
        await assert.rejects(fetchBundle({ ...silent, url: "ftp://localhost/" }), { code: "invalid_endpoint" });
        await assert.rejects(fetchBundle({ ...silent, url: "nonsense" }), { message: '"nonsense" is not a URL' });
    });

    it("answers GET and HEAD only, and 503 while there is no bundle", async () => {
        let bundle = (): SpiffeBundle => {
            throw new Error("not yet");
        };
        const identity = await identityOf(ca);
        const endpoint = await listenSpiffe(identity, () => bundle());
        await assert.rejects(fetchBundle(endpoint), { code: "http_status", message: /status 503$/ });
        bundle = () => bundleOf(ca, 1n);
        const ask = (method: string): Promise<string> =>
            new Promise((resolve, reject) => {
                request(endpoint.url, { method, rejectUnauthorized: false, agent: false }, (response) => {
                    response.resume();
                    resolve(`${response.statusCode} ${response.headers.allow ?? response.headers["content-type"]}`);
                })
                    .once("error", reject)
                    .end();
            });
        assert.equal(await ask("POST"), "405 GET, HEAD");
        assert.equal(await ask("HEAD"), "200 application/json");
    });

    describe("provider", () => {
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
            const provider = provide(await listenSpiffe(await identityOf(ca), () => bundleOf(ca, 9n)));
            assert.equal(provider.snapshot().bundles.get(partner), undefined);
            const [snapshot] = (await once(provider, "update")) as [X509Snapshot];
            assert.equal(provider.snapshot(), snapshot);
            assert.equal(snapshot.revision, 2);
            assert.equal(snapshot.svid, identity.snapshot().svid);
            const peer = await ca.issue("/db");
            assert.equal(verifyX509Svid(peer.certificates, snapshot.bundles).id.toString(), "spiffe://partner.test/db");
            assert.equal(
                verifyX509Svid(snapshot.svid.certificates, snapshot.bundles).id.toString(),
                "spiffe://example.org/web",
            );
            assert.equal(provider.bundle(partner)?.sequence, 9n);
        });

        it("passes on each new SVID with the federated bundles, until it is closed", async () => {
            const provider = provide(await listenWeb((_, response) => response.end(bundleOf(ca, 1n).marshal())));
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
            const endpoint = await listenWeb((_, response) => response.end(bundleOf(impostor, 1n).marshal()));
            const provider = provide({ ...endpoint, trustDomain: ours });
            const [{ bundles }] = (await once(provider, "update")) as [X509Snapshot];
            assert.equal(bundles.get(ours)?.authorities[0]?.fingerprint256, home.certificate.fingerprint256);
        });

        it("tells of endpoints that fail and refuses wrong ones", async () => {
            const endpoint = await listenWeb((_, response) => response.writeHead(500).end());
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
            const endpoint = await listenWeb((_, response) => response.end(bundleOf(ca, 1n).marshal()));
            const provider = new FederatedX509Provider(none, [endpoint]);
            providers.push(provider);
            while (provider.bundle(partner) === undefined) {
                await new Promise((resolve) => setTimeout(resolve, 5));
            }
            assert.throws(() => provider.snapshot(), { code: "closed" });
        });
    });

    describe("watch", () => {
        async function take(
            endpoint: FederationEndpoint,
            count: number,
            options: FederationWatchOptions = {},
        ): Promise<{ events: FederationEvent[]; waits: number[] }> {
            const waits: number[] = [];
            const events: FederationEvent[] = [];
            const sleep = (ms: number): Promise<void> => (waits.push(ms), Promise.resolve());
            for await (const event of watchBundle(endpoint, { sleep, ...options })) {
                events.push(event);
                if (events.length === count) {
                    break;
                }
            }
            return { events, waits };
        }

        it("reports each change, at the interval the bundle asks for", async () => {
            let fetches = 0;
            const endpoint = await listenWeb((_, response) => {
                fetches += 1;
                response.end(bundleOf(ca, BigInt(Math.ceil(fetches / 2)), 7).marshal());
            });
            const { events, waits } = await take(endpoint, 2);
            assert.deepEqual(
                events.map((event) => event.type === "update" && event.bundle.sequence),
                [1n, 2n],
            );
            assert.deepEqual(waits, [7_000, 7_000]);
            assert.equal(fetches, 3);
        });

        it("waits five minutes when the bundle gives no interval, and after a failure as long as before", async () => {
            let fetches = 0;
            const endpoint = await listenWeb((_, response) => {
                fetches += 1;
                response.writeHead(fetches === 1 ? 200 : 500).end(bundleOf(ca, 1n).marshal());
            });
            const { events, waits } = await take(endpoint, 2);
            const [, failed] = events;
            assert.ok(failed?.type === "failed");
            assert.equal(failed.error.code, "http_status");
            assert.equal(failed.retryInMs, 300_000);
            assert.deepEqual(waits, [300_000]);
        });

        it("refuses a bundle older than the one it has", async () => {
            const endpoint = await listenWeb((_, response) => response.end(bundleOf(ca, 4n).marshal()));
            const { events } = await take(endpoint, 1, { initial: bundleOf(ca, 5n) });
            assert.ok(events[0]?.type === "failed");
            assert.equal(events[0].error.message, "the bundle of partner.test has sequence 4, lower than the 5 held");
        });

        it("refuses a bundle without a sequence number where the one it has bears one, and takes it where none does", async () => {
            const bare = new SpiffeBundle({ x509: ca.bundle, jwt: new JwtBundle(ca.trustDomain, []) });
            const endpoint = await listenWeb((_, response) => response.end(bare.marshal()));
            const { events } = await take(endpoint, 1, { initial: bundleOf(ca, 9n) });
            assert.ok(events[0]?.type === "failed");
            assert.equal(events[0].error.code, "stale");
            assert.match(events[0].error.message, /has no sequence number, unlike the 9 held$/);
            assert.deepEqual(
                (await take(endpoint, 1)).events.map(({ type }) => type),
                ["update"],
            );
        });

        it("goes on with the latest bundle when a self-serving endpoint changes its authority", async () => {
            const next = await TestCa.create("partner.test");
            const both = new SpiffeBundle({
                x509: new X509Bundle(partner, [ca.certificate, next.certificate]),
                jwt: new JwtBundle(partner, []),
                sequence: 2n,
            });
            const identity = await identityOf(ca);
            let served = both;
            const endpoint = await listenSpiffe(identity, () => served);
            const updates: (bigint | undefined)[] = [];
            for await (const event of watchBundle(endpoint, { sleep: () => Promise.resolve() })) {
                assert.ok(event.type === "update", event.type === "failed" ? event.error.message : "");
                updates.push(event.bundle.sequence);
                if (updates.length === 2) {
                    break;
                }
                identity.set({ svid: await next.issue("/bundle-server"), bundles: new X509BundleSet([next.bundle]) });
                served = bundleOf(next, 3n);
            }
            assert.deepEqual(updates, [2n, 3n]);
        });

        it("ends quietly when told to", async () => {
            const endpoint = await listenWeb((_, response) => response.end(bundleOf(ca, 1n).marshal()));
            const stop = new AbortController();
            const events: string[] = [];
            for await (const event of watchBundle(endpoint, { signal: stop.signal })) {
                events.push(event.type);
                stop.abort();
            }
            assert.deepEqual(events, ["update"]);
        });
    });
});
