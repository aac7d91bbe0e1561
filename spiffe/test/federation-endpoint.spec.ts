import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { RequestListener } from "node:http";
import type { ConnectionOptions } from "node:tls";
import { connect } from "node:tls";
import { gzipSync } from "node:zlib";

import type { FederationEndpoint, FederationEvent } from "../src/entry/federation.js";
import { bundleHandler, fetchBundle, SpiffeBundle, watchBundle } from "../src/entry/federation.js";
import { JwtBundle } from "../src/entry/jwt.js";
import { TrustDomain, X509Bundle } from "../src/index.js";
import { BundleEndpoints, bundleOf, identityOf, partner } from "./support/bundle-endpoints.js";
import { TestCa } from "./support/ca.js";
import { warningsDuring } from "./support/warnings.js";

/** Longest document that is read: the library's own limit. */
const MAX_BYTES = 4 * 1024 * 1024;

describe("Federation, what the standard asks of endpoints and clients", () => {
    const endpoints = BundleEndpoints.forTests();
    let other: TestCa;

    before(async () => {
        other = await TestCa.create("other.test");
    });

    const answer = (body: Buffer | string, headers: Record<string, string | number> = {}): RequestListener => {
        return (_, response) => void response.writeHead(200, headers).end(body);
    };
    const document = (): string => bundleOf(endpoints.ca, 1n).marshal();

    for (const profile of ["https_web", "https_spiffe"] as const) {
        const serve = async (handler: RequestListener, id?: string): Promise<FederationEndpoint> =>
            profile === "https_web"
                ? endpoints.web(handler)
                : endpoints.spiffeHandler(await identityOf(endpoints.ca, id), handler);

        describe(profile, () => {
            it("takes https URLs without a user only (5.2.1.1, 5.2.2.1), where it starts and where it is sent", async () => {
                let location = "";
                const endpoint = await serve((_, response) => void response.writeHead(307, { location }).end());
                const { host } = new URL(endpoint.url);
                const users = ["user@", "user:secret@", ":secret@", "@", ":@"].map((user) => `https://${user}${host}/`);
                for (location of [
                    ...users,
                    `http://${host}/`,
                    `ftp://${host}/`,
                    "data:,{}",
                    "https://",
                    `///@${host}`,
                ]) {
                    await assert.rejects(fetchBundle(endpoint), { code: "invalid_endpoint" }, `sent to ${location}`);
                    const direct = { ...endpoint, url: location };
                    await assert.rejects(fetchBundle(direct), { code: "invalid_endpoint" }, location);
                }
                const secret = fetchBundle({ ...endpoint, url: users[1] ?? "" });
                await assert.rejects(secret, ({ message }: Error) => !message.includes("secret"));
            });

            it("follows each kind of redirect, remembers none of them, and follows none where none is wanted", async () => {
                const target = await serve(answer(document()));
                for (const status of [301, 302, 303, 307, 308]) {
                    let asked = 0;
                    const endpoint = await serve((_, response) => {
                        asked += 1;
                        response.writeHead(status, { location: target.url }).end();
                    });
                    const events: FederationEvent[] = [];
                    const stop = new AbortController();
                    const sleep = (): Promise<void> => {
                        if (asked === 2) {
                            stop.abort();
                        }
                        return Promise.resolve();
                    };
                    for await (const event of watchBundle(endpoint, { sleep, signal: stop.signal })) {
                        events.push(event);
                    }
                    assert.deepEqual([asked, ...events.map(({ type }) => type)], [2, "update"], `status ${status}`);
                    await assert.rejects(fetchBundle(endpoint, { maxRedirects: 0 }), {
                        code: "too_many_redirects",
                        message: `${endpoint.url} redirects more than 0 times`,
                    });
                }
            });

            it("takes an answer with status 200 only, and no redirect to nowhere", async () => {
                for (const status of [201, 204, 206, 300, 302, 304, 401, 403, 404, 500, 503]) {
                    const endpoint = await serve((_, response) => void response.writeHead(status).end());
                    await assert.rejects(fetchBundle(endpoint), {
                        code: "http_status",
                        message: new RegExp(`answered with status ${status}$`),
                    });
                }
            });

            it("takes any content type, which servers only should set, and JSON in UTF-8 only", async () => {
                for (const type of ["application/json", "text/plain", "application/octet-stream", ""]) {
                    const endpoint = await serve(answer(document(), type === "" ? {} : { "content-type": type }));
                    assert.equal((await fetchBundle(endpoint)).sequence, 1n, type);
                }
                const text = document();
                const bodies: Record<string, [Buffer, Record<string, string>?]> = {
                    "UTF-16": [Buffer.from(text, "utf16le"), { "content-type": "application/json; charset=utf-16" }],
                    "not UTF-8": [Buffer.from(`${text.slice(0, -1)},"name":"caf\xe9"}`, "latin1")],
                    compressed: [gzipSync(text), { "content-encoding": "gzip" }],
                    cut: [Buffer.from(text.slice(0, -1))],
                    "two documents": [Buffer.from(`${text}${text}`)],
                    HTML: [Buffer.from("<!doctype html>"), { "content-type": "text/html" }],
                    empty: [Buffer.alloc(0)],
                };
                for (const [name, [body, headers]] of Object.entries(bodies)) {
                    await assert.rejects(
                        fetchBundle(await serve(answer(body, headers))),
                        {
                            code: "invalid_bundle",
                            message: "SPIFFE bundle of partner.test: the document is not JSON in UTF-8",
                        },
                        name,
                    );
                }
            });

            it("reads documents up to its limit, whole ones only, and for no longer than it is given", async () => {
                const full = document().padEnd(MAX_BYTES, " ");
                assert.equal((await fetchBundle(await serve(answer(full)))).sequence, 1n);
                await assert.rejects(fetchBundle(await serve(answer(`${full} `))), { code: "too_large" });
                const short = await serve((_, response) => {
                    response.writeHead(200, { "content-length": 10_000 }).write(document());
                    setImmediate(() => response.destroy());
                });
                await assert.rejects(fetchBundle(short), { code: "unreachable" });
                const drip = await serve((_, response) => {
                    const timer = setInterval(() => response.write(" "), 5);
                    response.once("close", () => clearInterval(timer));
                });
                await assert.rejects(fetchBundle(drip, { timeoutMs: 100 }), {
                    code: "unreachable",
                    message: /it took too long$/,
                });
            });

            it("shows no certificate and no credentials", async () => {
                const seen: unknown[] = [];
                const endpoint = await serve((request, response) => {
                    seen.push(request.method, request.headers.authorization, request.headers.cookie);
                    response.end(document());
                });
                await fetchBundle(endpoint);
                assert.deepEqual(seen, ["GET", undefined, undefined]);
            });
        });
    }

    it("takes of a redirect over https_spiffe the same SPIFFE ID only (5.2.2.4)", async () => {
        const forged = await TestCa.create(partner.name);
        const [same, another, fake] = [
            await identityOf(endpoints.ca),
            await identityOf(endpoints.ca, "/other"),
            await identityOf(forged),
        ];
        const foreign = await identityOf(other);
        const expected = { same: undefined, another: "wrong_endpoint_id", fake: "untrusted", foreign: "no_bundle" };
        for (const [name, identity] of Object.entries({ same, another, fake, foreign })) {
            const target = await endpoints.spiffeHandler(identity, answer(document()));
            const endpoint = await endpoints.spiffeHandler(same, (_, response) => {
                response.writeHead(302, { location: target.url }).end();
            });
            const code = expected[name as keyof typeof expected];
            const fetched = fetchBundle(endpoint);
            await (code === undefined ? fetched : assert.rejects(fetched, { code }, name));
        }
    });

    it("takes no certificate of the Web PKI for an SVID, nor an SVID for one", async () => {
        const web = await endpoints.web(answer(document()));
        const { profile } = await endpoints.spiffe(await identityOf(endpoints.ca), () => bundleOf(endpoints.ca, 1n));
        await assert.rejects(fetchBundle({ ...web, profile }), { code: "wrong_endpoint_id" });
        const spiffe = await endpoints.spiffeHandler(await identityOf(endpoints.ca), answer(document()));
        await assert.rejects(fetchBundle({ ...spiffe, profile: web.profile }), { code: "unreachable" });
    });

    it("polls at the interval of the refresh hint, five minutes without one, and a day at most", async () => {
        const seconds: Record<string, number> = {
            null: 300,
            "0": 300,
            "1": 1,
            "86400": 86_400,
            "9007199254740991": 86_400,
        };
        for (const [hint, expected] of Object.entries(seconds)) {
            const endpoint = await endpoints.web(answer(`{"keys":[],"spiffe_refresh_hint":${hint}}`));
            const waits: number[] = [];
            const stop = new AbortController();
            const sleep = (ms: number): Promise<void> => {
                waits.push(ms);
                stop.abort();
                return Promise.resolve();
            };
            for await (const { type } of watchBundle(endpoint, { sleep, signal: stop.signal })) {
                assert.equal(type, "update");
            }
            assert.deepEqual(waits, [expected * 1_000], hint);
        }
        for (const hint of ["-1", "1.5", "1e3", '"60"', "true", "[60]", "9007199254740992"]) {
            const endpoint = await endpoints.web(answer(`{"keys":[],"spiffe_refresh_hint":${hint}}`));
            await assert.rejects(fetchBundle(endpoint), { code: "invalid_bundle" }, hint);
        }
    });

    it("compares sequence numbers of 64 bits, and takes new contents of the same number", async () => {
        const sequence = 2n ** 64n - 1n;
        const [before, after] = [
            bundleOf(endpoints.ca, sequence),
            bundleOf(await TestCa.create(partner.name), sequence),
        ];
        for (const [served, type] of [
            [after, "update"],
            [bundleOf(endpoints.ca, sequence - 1n), "failed"],
        ] as const) {
            const endpoint = await endpoints.web(answer(served.marshal()));
            const events = watchBundle(endpoint, { initial: before });
            assert.equal((await events.next()).value?.type, type);
            await events.return();
        }
        const beyond = await endpoints.web(answer(`{"keys":[],"spiffe_sequence":${2n ** 64n}}`));
        await assert.rejects(fetchBundle(beyond), { code: "invalid_bundle" });
    });

    it("takes a bundle without keys for what it is: everything revoked", async () => {
        const bundle = await fetchBundle(await endpoints.web(answer('{"keys":[]}')));
        assert.deepEqual([bundle.trustDomain.name, bundle.x509.authorities.length], ["partner.test", 0]);
    });

    it("keeps apart what belongs to several trust domains", async () => {
        const endpoint = await endpoints.spiffe(await identityOf(endpoints.ca), () => bundleOf(endpoints.ca, 1n));
        assert.ok(endpoint.profile.type === "https_spiffe");
        const wrong = { ...endpoint, profile: { ...endpoint.profile, endpointBundle: other.bundle } };
        await assert.rejects(fetchBundle(wrong), {
            code: "invalid_endpoint",
            message: "the bundle of other.test can't prove the endpoint spiffe://partner.test/bundle-server",
        });
        const asked = { ...endpoint, profile: { ...endpoint.profile, endpointBundle: () => other.bundle } };
        await assert.rejects(fetchBundle(asked), { code: "no_bundle" });
        // The same authority under the other's name proves nothing either.
        const renamed = new X509Bundle(TrustDomain.parse("other.test"), endpoints.ca.bundle.authorities);
        const named = { ...endpoint, profile: { ...endpoint.profile, endpointBundle: () => renamed } };
        await assert.rejects(fetchBundle(named), { code: "no_bundle" });
        await assert.rejects(watchBundle(endpoint, { initial: bundleOf(other, 1n) }).next(), {
            code: "invalid_endpoint",
            message: "options.initial is a bundle of other.test, the endpoint is one of partner.test",
        });
    });

    it("says which parameter is wrong", async () => {
        const endpoint = await endpoints.spiffe(await identityOf(endpoints.ca), () => bundleOf(endpoints.ca, 1n));
        const { profile } = endpoint;
        const fetchWith = (change: object): Promise<unknown> =>
            fetchBundle({ ...endpoint, profile: { ...profile, ...change } });
        const promised = (): Promise<X509Bundle> => Promise.resolve(endpoints.ca.bundle);
        for (const [change, message] of [
            [{ endpointBundle: undefined }, "endpoint.profile.endpointBundle must be a X509Bundle, it is undefined"],
            [
                { endpointBundle: bundleOf(endpoints.ca, 1n) },
                "endpoint.profile.endpointBundle must be a X509Bundle, it is an object",
            ],
            [
                { endpointId: "spiffe://partner.test/x" },
                "endpoint.profile.endpointId must be a SpiffeId, it is a string",
            ],
            [{ type: "https_web", ca: 5 }, "endpoint.profile.ca must be PEM in text or a Buffer, it is a number"],
            [{ type: "https" }, "endpoint.profile.type must be one of https_web, https_spiffe, it is a string"],
        ] as const) {
            await assert.rejects(fetchWith(change), { code: "invalid_parameter", message });
        }
        await assert.rejects(fetchWith({ endpointBundle: promised }), { name: "ArgumentError" });
        const thrown = fetchWith({ endpointBundle: () => assert.fail("no store") });
        await assert.rejects(thrown, { code: "unreachable", message: /: no store$/ });
        for (const maxRedirects of [-1, NaN, "2"]) {
            await assert.rejects(fetchBundle(endpoint, { maxRedirects: maxRedirects as never }), {
                code: "invalid_parameter",
            });
        }
        await assert.rejects(watchBundle(endpoint, { initial: {} as never }).next(), {
            message: "options.initial must be a SpiffeBundle, it is an object",
        });
        assert.throws(() => bundleHandler(() => bundleOf(endpoints.ca, 1n), "bundle.json"), {
            message: 'path must begin with "/": no request asks for another',
        });
    });

    describe("a server", () => {
        /** What a handshake comes to: the cipher and how the server asked, or the alert. */
        function shake(url: string, options: ConnectionOptions): Promise<string> {
            const { port } = new URL(url);
            return new Promise((resolve) => {
                const socket = connect({
                    ...options,
                    port: Number(port),
                    host: "127.0.0.1",
                    rejectUnauthorized: false,
                });
                socket.once("error", ({ message }: Error) => resolve(message));
                socket.once("secureConnect", () => {
                    resolve([socket.getProtocol(), socket.getCipher().name].join(" "));
                    socket.destroy();
                });
            });
        }

        it("speaks TLS as Mozilla's intermediate settings have it (5), and so does a client", async () => {
            const identity = await identityOf(endpoints.ca);
            const { url } = await endpoints.spiffe(identity, () => bundleOf(endpoints.ca, 1n));
            assert.match(await shake(url, {}), /^TLSv1\.3 TLS_/);
            const old = { maxVersion: "TLSv1.2" } as const;
            assert.match(await shake(url, old), /^TLSv1\.2 ECDHE-ECDSA-AES\d+-GCM/);
            const cbc = { ...old, ciphers: "ECDHE-ECDSA-AES256-SHA" };
            assert.match(await shake(url, cbc), /handshake failure/);
            const { svid } = identity.snapshot();
            const weak = createServer({ ...cbc, cert: svid.certPem(), key: svid.keyPem() }, answer(document()));
            const endpoint = await endpoints.spiffe(identity, () => bundleOf(endpoints.ca, 1n));
            await assert.rejects(fetchBundle({ ...endpoint, url: await endpoints.listen(weak) }), {
                code: "unreachable",
            });
            // Its new SVIDs are shown in the same way.
            identity.set({ svid: await endpoints.ca.issue("/bundle-server"), bundles: identity.snapshot().bundles });
            assert.match(await shake(url, cbc), /handshake failure/);
        });

        it("tells its operator why it has no bundle to give", async () => {
            const failures: unknown[] = [
                () => undefined,
                () => Promise.resolve(bundleOf(endpoints.ca, 1n)),
                () => assert.fail("no"),
            ];
            for (const bundle of failures) {
                const endpoint = await endpoints.spiffe(await identityOf(endpoints.ca), bundle as () => SpiffeBundle);
                const warnings = await warningsDuring(async () => {
                    await assert.rejects(fetchBundle(endpoint), { code: "http_status", message: /status 503$/ });
                });
                assert.match(warnings.join("\n"), /Serving a SPIFFE bundle failed/);
            }
        });

        it("serves a bundle of 64-bit sequence and both kinds of keys as it was given", async () => {
            const bundle = new SpiffeBundle({
                x509: endpoints.ca.bundle,
                jwt: new JwtBundle(partner, []),
                sequence: 2n ** 64n - 1n,
                refreshHintSeconds: 60,
            });
            const endpoint = await endpoints.spiffe(await identityOf(endpoints.ca), () => bundle);
            assert.equal((await fetchBundle(endpoint)).marshal(), bundle.marshal());
        });
    });
});
