import assert from "node:assert/strict";
import { request } from "node:https";

import type { FederationEndpoint } from "../src/entry/federation.js";
import { createBundleServer, fetchBundle } from "../src/entry/federation.js";
import type { SpiffeBundle } from "../src/entry/federation.js";
import { BundleEndpoints, bundleOf, identityOf, partner } from "./support/bundle-endpoints.js";
import { TestCa } from "./support/ca.js";

describe("Federation", () => {
    const endpoints = BundleEndpoints.forTests();

    it("fetches over https_web what the endpoint serves", async () => {
        const web = await endpoints.ca.issue("/web-server", { dnsNames: ["localhost"] });
        const served = bundleOf(endpoints.ca, 2n ** 60n, 7);
        const url = await endpoints.listen(
            createBundleServer({
                profile: { type: "https_web", cert: web.certPem(), key: web.keyPem() },
                bundle: () => served,
                path: "/bundle.json",
            }),
        );
        const profile = { type: "https_web", ca: endpoints.ca.certificate.toString() } as const;
        const bundle = await fetchBundle({ trustDomain: partner, url: `${url}bundle.json`, profile });
        assert.equal(bundle.sequence, 1152921504606846976n);
        assert.equal(bundle.refreshHintSeconds, 7);
        assert.equal(bundle.x509.authorities[0]?.fingerprint256, endpoints.ca.certificate.fingerprint256);
        await assert.rejects(fetchBundle({ trustDomain: partner, url, profile }), {
            code: "http_status",
            message: `the bundle endpoint at ${new URL(url).host} answered with status 404`,
        });
    });

    it("refuses a web server that the Web PKI doesn't vouch for", async () => {
        const endpoint = await endpoints.web((_, response) => response.end(bundleOf(endpoints.ca, 1n).marshal()));
        await assert.rejects(fetchBundle({ ...endpoint, profile: { type: "https_web" } }), { code: "unreachable" });
        await assert.rejects(fetchBundle({ ...endpoint, url: endpoint.url.replace("localhost", "127.0.0.1") }), {
            code: "unreachable",
        });
    });

    it("fetches over https_spiffe from the endpoint with the right SPIFFE ID only", async () => {
        const endpoint = await endpoints.spiffe(await identityOf(endpoints.ca), () => bundleOf(endpoints.ca, 1n));
        assert.equal((await fetchBundle(endpoint)).sequence, 1n);
        assert.ok(endpoint.profile.type === "https_spiffe");
        await assert.rejects(
            fetchBundle({
                ...endpoint,
                profile: { ...endpoint.profile, endpointId: (await endpoints.ca.issue("/other")).id },
            }),
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
        const endpoint = await endpoints.spiffe(await identityOf(endpoints.ca), () => bundleOf(endpoints.ca, 1n));
        await assert.rejects(fetchBundle(endpoint, { now: () => new Date(Date.now() + 48 * 3_600_000) }), {
            code: "expired",
        });
    });

    it("follows redirects to valid endpoint URLs only, and not for ever", async () => {
        const target = await endpoints.web((_, response) => response.end(bundleOf(endpoints.ca, 5n).marshal()));
        const redirect = (location: string): Promise<FederationEndpoint> =>
            endpoints.web((_, response) => response.writeHead(302, { location }).end());
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
        await assert.rejects(fetchBundle(await endpoints.web((_, response) => response.end("{}"))), {
            code: "invalid_bundle",
            message: 'SPIFFE bundle of partner.test: the document has no array "keys"',
        });
        const endless = await endpoints.web((_, response) => {
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
        const silent = await endpoints.web(() => {});
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
        const identity = await identityOf(endpoints.ca);
        const endpoint = await endpoints.spiffe(identity, () => bundle());
        await assert.rejects(fetchBundle(endpoint), { code: "http_status", message: /status 503$/ });
        bundle = () => bundleOf(endpoints.ca, 1n);
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
});
