import assert from "node:assert/strict";
import { once } from "node:events";

import { authenticateBearer, JwtSource, JwtSvid } from "../src/entry/jwt.js";
import type { WorkloadApiOptions } from "../src/entry/workload.js";
import { WorkloadApiClient, X509Source } from "../src/entry/workload.js";
import { authorizeAny, verifyX509Svid, X509BundleSet } from "../src/index.js";
import { connectTls, createTlsServer } from "../src/tls/index.js";
import { FakeWorkloadApi } from "./support/fake-workload-api.js";
import { closed, TlsWorld } from "./support/tls-world.js";
import { TokenIssuer } from "./support/tokens.js";
import { warningsDuring } from "./support/warnings.js";

/** Clocks of plain JavaScript that show no time. */
const CLOCKS: Readonly<Record<string, () => unknown>> = {
    "gives a number": () => Date.now(),
    "gives text": () => new Date().toISOString(),
    "gives nothing": () => undefined,
    "gives a date that is none": () => new Date(NaN),
    "gives a promise": () => Promise.resolve(new Date()),
    "gives a promise that rejects": () => Promise.reject(new Error("stopped")),
    throws: () => {
        throw new Error("stopped");
    },
};

const WARNING = /^The clock failed: (it gave no valid Date|stopped)$/;

describe("Careless options", () => {
    let world: TlsWorld;
    let api: FakeWorkloadApi;
    const issuer = new TokenIssuer("example.org");

    before(async () => {
        world = await TlsWorld.create();
        api = await FakeWorkloadApi.start();
        api.issue([await world.ca.issue("/web")], [world.ca.bundle]);
        api.setJwtBundles({ bundles: { "spiffe://example.org": new TextEncoder().encode(issuer.document) } });
        const token = await issuer.issue({ audience: ["reports"] });
        api.onFetchJwt = () => ({ svids: [{ spiffeId: "spiffe://example.org/web", svid: token }] });
    });
    after(async () => {
        await world.close();
        await api.stop();
    });

    for (const [name, clock] of Object.entries(CLOCKS)) {
        const now = clock as () => Date;

        it(`a clock that ${name} lets nobody in, and is reported`, async () => {
            const policy = { authorize: authorizeAny(), now };
            const open = await world.listen(createTlsServer(world.server, { authorize: authorizeAny() }, () => {}));
            let connections = 0;
            const judging = await world.listen(createTlsServer(world.server, policy, () => connections++));
            const unasked = { ...policy, clientAuth: "none" as const };
            const showing = await world.listen(createTlsServer(world.server, unasked, () => connections++));
            const warnings = await warningsDuring(async () => {
                await assert.rejects(connectTls(world.client, policy, { host: "127.0.0.1", port: open }), {
                    code: "expired",
                });
                for (const port of [judging, showing]) {
                    await closed(
                        await connectTls(world.client, { authorize: authorizeAny() }, { host: "127.0.0.1", port }),
                    );
                }
            });
            assert.equal(connections, 0);
            assert.ok(warnings.length >= 3 && warnings.every((text) => WARNING.test(text)), warnings.join());
        });

        it(`a clock that ${name} keeps nothing that has expired, and ends no source`, async () => {
            let broken = false;
            const options = { address: api.address, now: () => (broken ? now() : new Date()) };
            const source = await X509Source.start(options);
            const tokens = await JwtSource.start(options);
            try {
                await tokens.fetch({ audience: "reports" });
                const calls = api.calls.length;
                broken = true;
                await warningsDuring(async () => {
                    assert.throws(() => source.snapshot(), { code: "expired" });
                    assert.equal(source.health().healthy, false);
                    await tokens.fetch({ audience: "reports" });
                    assert.equal(api.calls.length, calls + 1, "the token is asked for anew");
                    const received = await issuer.issue({ audience: ["reports"] });
                    await assert.rejects(tokens.validate(received, "reports"), { code: "expired" });
                    const discarded = once(source, "discarded");
                    api.issue([await world.ca.issue("/web")], [world.ca.bundle]);
                    await discarded;
                });
                broken = false;
                const update = once(source, "update");
                api.issue([await world.ca.issue("/web")], [world.ca.bundle]);
                await update;
                assert.equal(source.health().healthy, true);
            } finally {
                source.close();
                tokens.close();
            }
        });
    }

    it("a policy with members that nothing reads is refused: one that is misspelt would be missing", async () => {
        const authorize = authorizeAny();
        const [target, token] = [{ host: "127.0.0.1", port: 1 }, await issuer.issue({ audience: ["reports"] })];
        for (const extra of [
            { strcit: true },
            { kemm: "require" },
            { maxConnectionAge: 1 },
            { clientauth: "required" },
        ]) {
            const [name] = Object.keys(extra);
            const fault = {
                code: "invalid_parameter",
                message: new RegExp(`^policy has ${name}; it may have authorize,`),
            };
            const policy = { authorize, ...extra };
            assert.throws(() => createTlsServer(world.server, policy, () => {}), fault);
            await assert.rejects(connectTls(world.client, policy, target), fault);
            const bearer = { authorize, audience: "reports", ...extra };
            const bearing = authenticateBearer({ headers: { authorization: `Bearer ${token}` } }, {} as never, bearer);
            await assert.rejects(bearing, { code: "invalid_parameter" });
            const options = extra as object;
            const bundles = new X509BundleSet([world.ca.bundle]);
            const verify = () => verifyX509Svid(world.server.snapshot().svid.certificates, bundles, options);
            assert.throws(verify, { message: `options has ${name}; it may have now, strict` });
            await assert.rejects(JwtSvid.parseAndValidate(token, "reports", issuer.bundles, options), {
                message: `options has ${name}; it may have now, leewaySeconds, strict, hint`,
            });
        }
        createTlsServer(world.server, { authorize, strict: undefined, ...{ unknown: undefined } }, () => {}).close();
    });

    it("web certificates and authorities that are none are refused before anybody connects", () => {
        const authorize = authorizeAny();
        for (const [extra, message] of [
            [{ presentSvid: "false" }, "policy.presentSvid must be true or false, it is a string"],
            [{ webPki: true }, "policy.webPki must be an object, it is a boolean"],
            [{ webPki: null }, "policy.webPki must be an object, it is null"],
            [
                { webPki: { ca: ["a", 5] } },
                "policy.webPki.ca must be PEM in text or a Buffer, or a list of such, it is a list",
            ],
            [{ webCertificate: {} }, "policy.webCertificate.cert must be PEM in text or a Buffer, it is undefined"],
            [
                { webCertificate: { cert: "c", key: 5 } },
                "policy.webCertificate.key must be PEM in text or a Buffer, it is a number",
            ],
        ] as const) {
            const make = () => createTlsServer(world.server, { authorize, ...(extra as object) }, () => {});
            assert.throws(make, { code: "invalid_parameter", message });
        }
    });

    it("a client of the Workload API takes no limits that are none, and no waits that would be a storm", async () => {
        const curve = { initialMs: 1, maxMs: 10, factor: 1 };
        for (const [extra, message] of [
            [{ limits: { maxSvids: NaN } }, "limits.maxSvids must be a finite number from 1 on, it is NaN"],
            [{ limits: { maxBundles: "5" } }, "limits.maxBundles must be a finite number from 1 on, it is a string"],
            [{ limits: { maxSvid: 5 } }, "limits has maxSvid; it may have maxMessageBytes, maxSvids, maxBundles"],
            [{ limits: [] }, "limits must be an object, it is a list"],
            [
                { unavailableCurve: { ...curve, initialMs: 0 } },
                "unavailableCurve.initialMs must be a finite number from 1 on, it is 0",
            ],
            [
                { noIdentityCurve: { ...curve, factor: 0.5 } },
                "noIdentityCurve.factor must be a finite number from 1 on, it is 0.5",
            ],
            [
                { noIdentityCurve: { ...curve, maxMs: NaN } },
                "noIdentityCurve.maxMs must be a finite number from 1 on, it is NaN",
            ],
            [{ unavailableCurve: 5 }, "unavailableCurve must be an object, it is a number"],
            [{ random: 0.5 }, "random must be a function, it is a number"],
        ] as const) {
            const options = { address: api.address, ...(extra as object) } as WorkloadApiOptions;
            assert.throws(() => new WorkloadApiClient(options), { code: "invalid_parameter", message });
            await assert.rejects(X509Source.start(options), { message });
        }
        await assert.rejects(X509Source.start({ address: api.address, now: 5 as never }), {
            message: "now must be a function, it is a number",
        });
        // A limit that isn't given is the default one, not none.
        const limits = { maxSvids: undefined, maxBundles: 1 };
        const client = new WorkloadApiClient({ address: api.address, limits: limits });
        assert.equal((await client.fetchX509Context()).svids.length, 1);
        client.close();
    });

    it("a picker of tokens that gives none of them gets none", async () => {
        for (const picker of [() => Promise.reject(new Error("later")), () => "token", () => ({}), () => null]) {
            const source = await JwtSource.start({ address: api.address, picker: picker as never });
            const warnings = await warningsDuring(async () => {
                await assert.rejects(source.fetch({ audience: "reports" }), {
                    code: "picker_failed",
                    message: "the picker gave something that is none of the JWT-SVIDs",
                });
            });
            assert.ok(warnings.every((text) => text === "The picker of JWT-SVIDs failed: later"));
            source.close();
        }
    });
});
