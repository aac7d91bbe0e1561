import assert from "node:assert/strict";

import type { FederationEndpoint, FederationEvent, FederationWatchOptions } from "../src/entry/federation.js";
import { SpiffeBundle, watchBundle } from "../src/entry/federation.js";
import { JwtBundle } from "../src/entry/jwt.js";
import { X509Bundle, X509BundleSet } from "../src/index.js";
import { BundleEndpoints, bundleOf, identityOf, partner } from "./support/bundle-endpoints.js";
import { TestCa } from "./support/ca.js";

describe("Federation, a bundle followed", () => {
    const endpoints = BundleEndpoints.forTests();

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
        const endpoint = await endpoints.web((_, response) => {
            fetches += 1;
            response.end(bundleOf(endpoints.ca, BigInt(Math.ceil(fetches / 2)), 7).marshal());
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
        const endpoint = await endpoints.web((_, response) => {
            fetches += 1;
            response.writeHead(fetches === 1 ? 200 : 500).end(bundleOf(endpoints.ca, 1n).marshal());
        });
        const { events, waits } = await take(endpoint, 2);
        const [, failed] = events;
        assert.ok(failed?.type === "failed");
        assert.equal(failed.error.code, "http_status");
        assert.equal(failed.retryInMs, 300_000);
        assert.deepEqual(waits, [300_000]);
    });

    it("refuses a bundle older than the one it has", async () => {
        const endpoint = await endpoints.web((_, response) => response.end(bundleOf(endpoints.ca, 4n).marshal()));
        const { events } = await take(endpoint, 1, { initial: bundleOf(endpoints.ca, 5n) });
        assert.ok(events[0]?.type === "failed");
        assert.equal(events[0].error.message, "the bundle of partner.test has sequence 4, lower than the 5 held");
    });

    it("refuses a bundle without a sequence number where the one it has bears one, and takes it where none does", async () => {
        const bare = new SpiffeBundle({ x509: endpoints.ca.bundle, jwt: new JwtBundle(endpoints.ca.trustDomain, []) });
        const endpoint = await endpoints.web((_, response) => response.end(bare.marshal()));
        const { events } = await take(endpoint, 1, { initial: bundleOf(endpoints.ca, 9n) });
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
            x509: new X509Bundle(partner, [endpoints.ca.certificate, next.certificate]),
            jwt: new JwtBundle(partner, []),
            sequence: 2n,
        });
        const identity = await identityOf(endpoints.ca);
        let served = both;
        const endpoint = await endpoints.spiffe(identity, () => served);
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
        const endpoint = await endpoints.web((_, response) => response.end(bundleOf(endpoints.ca, 1n).marshal()));
        const stop = new AbortController();
        const events: string[] = [];
        for await (const event of watchBundle(endpoint, { signal: stop.signal })) {
            events.push(event.type);
            stop.abort();
        }
        assert.deepEqual(events, ["update"]);
    });
});
