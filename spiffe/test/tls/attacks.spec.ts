import "reflect-metadata";

import assert from "node:assert/strict";
import { KeyObject, webcrypto, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { Http2SecureServer } from "node:http2";
import type { Socket } from "node:net";
import { connect as connectTcp } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { connect, createServer } from "node:tls";

import * as x509 from "@peculiar/x509";

import { SpiffeId, X509Bundle, X509BundleSet, X509Svid } from "../../src/index.js";
import { connectTls, createTlsServer } from "../../src/tls/index.js";
import { createHttp2Server } from "../../src/entry/http.js";
import { contextOptions } from "../../src/tls/policy.js";
import type { CertificateOptions } from "../support/ca.js";
import { TestCa } from "../support/ca.js";
import { closed, TlsWorld } from "../support/tls-world.js";

const HOUR = 3_600_000;
const { digitalSignature, keyCertSign, keyEncipherment } = x509.KeyUsageFlags;

/** An identity that must not get through, and the reason it must be refused for. */
interface Attack {
    readonly name: string;
    readonly reason: string;
    readonly svid: (ca: TestCa, other: TestCa) => Promise<X509Svid>;
}

const flawed =
    (options: CertificateOptions): Attack["svid"] =>
    (ca) =>
        ca.issue("/attacker", options);

const attacks: readonly Attack[] = [
    {
        name: "an expired SVID",
        reason: "expired",
        svid: flawed({ notBefore: new Date(Date.now() - 2 * HOUR), notAfter: new Date(Date.now() - HOUR) }),
    },
    {
        name: "an SVID that isn't valid yet",
        reason: "not_yet_valid",
        svid: flawed({ notBefore: new Date(Date.now() + HOUR) }),
    },
    {
        name: "an SVID of a trust domain without a bundle",
        reason: "no_bundle",
        svid: async () => (await TestCa.create("stranger.test")).issue("/attacker"),
    },
    {
        name: "an identity of another trust domain, forged by a federated one",
        reason: "untrusted",
        svid: (_ca, other) => other.issue("spiffe://example.org/attacker"),
    },
    { name: "a certificate without a SAN", reason: "no_uri_san", svid: flawed({ uris: [] }) },
    {
        name: "a DNS name in place of a SPIFFE ID",
        reason: "no_uri_san",
        svid: flawed({ uris: [], dnsNames: ["server"] }),
    },
    {
        name: "two SPIFFE IDs in one certificate",
        reason: "many_uri_sans",
        svid: flawed({ uris: ["spiffe://example.org/attacker", "spiffe://example.org/server"] }),
    },
    {
        name: "a URI that is no SPIFFE ID",
        reason: "invalid_id",
        svid: flawed({ uris: ["https://example.org/server"] }),
    },
    { name: "the trust domain's own ID", reason: "root_path", svid: flawed({ uris: ["spiffe://example.org"] }) },
    {
        name: "a certificate authority as leaf",
        reason: "ca_leaf",
        svid: flawed({ ca: true, keyUsage: digitalSignature | keyCertSign }),
    },
    {
        name: "a leaf that may sign certificates",
        reason: "key_usage",
        svid: flawed({ keyUsage: digitalSignature | keyCertSign }),
    },
    { name: "a leaf that may not sign at all", reason: "key_usage", svid: flawed({ keyUsage: keyEncipherment }) },
    {
        name: "a leaf made for signing e-mail",
        reason: "ext_key_usage",
        svid: flawed({ purposes: [x509.ExtendedKeyUsage.emailProtection] }),
    },
    {
        name: "a chain out of order, the authority first",
        reason: "ca_leaf",
        svid: async (ca) => {
            const authority = await ca.issue("/attacker", { ca: true, keyUsage: digitalSignature | keyCertSign });
            const leaf = await ca.issue("/server");
            return withChain(authority, authority.leaf, leaf.leaf);
        },
    },
    {
        name: "a chain whose middle is a leaf",
        reason: "not_a_ca",
        svid: async (ca) => {
            const middle = await ca.issue("/middle", { subject: "CN=middle" });
            const { certificate, privateKey } = await signedBy(middle, "spiffe://example.org/attacker");
            return withChain({ id: middle.id, privateKey }, certificate, middle.leaf);
        },
    },
    {
        name: "a chain without its intermediate",
        reason: "untrusted",
        svid: async (ca) => {
            const svid = await (await ca.intermediate()).issue("/attacker");
            return withChain(svid, svid.leaf);
        },
    },
    {
        name: "a self-signed certificate",
        reason: "untrusted",
        svid: async (ca) => {
            const { certificate, privateKey } = await signedBy(undefined, "spiffe://example.org/attacker");
            return withChain({ id: SpiffeId.fromSegments(ca.trustDomain, "attacker"), privateKey }, certificate);
        },
    },
    {
        name: "an authority of the same name as the real one",
        reason: "untrusted",
        svid: async (ca) => {
            const twin = await TestCa.create("example.org", { subject: ca.certificate.subject.replaceAll("\n", ", ") });
            return twin.issue("/attacker");
        },
    },
];

function withChain(
    { id, privateKey }: Pick<X509Svid, "id" | "privateKey">,
    leaf: X509Certificate,
    ...others: X509Certificate[]
): X509Svid {
    return new X509Svid({ id, privateKey, certificates: [leaf, ...others] });
}

/** A leaf signed by another leaf, or by itself. */
async function signedBy(
    issuer: X509Svid | undefined,
    uri: string,
): Promise<{ certificate: X509Certificate; privateKey: KeyObject }> {
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const pkcs8 = issuer?.privateKey.export({ type: "pkcs8", format: "der" });
    const made = await x509.X509CertificateGenerator.create({
        subject: "CN=attacker",
        issuer: issuer?.leaf.subject ?? "CN=attacker",
        notBefore: new Date(Date.now() - HOUR),
        notAfter: new Date(Date.now() + HOUR),
        publicKey: keys.publicKey,
        signingKey:
            pkcs8 === undefined
                ? keys.privateKey
                : await webcrypto.subtle.importKey("pkcs8", Uint8Array.from(pkcs8), algorithm, false, ["sign"]),
        signingAlgorithm: algorithm,
        extensions: [
            new x509.BasicConstraintsExtension(false, undefined, true),
            new x509.KeyUsagesExtension(digitalSignature, true),
            new x509.SubjectAlternativeNameExtension([{ type: "url", value: uri }]),
        ],
    });
    return { certificate: new X509Certificate(Buffer.from(made.rawData)), privateKey: KeyObject.from(keys.privateKey) };
}

describe("Attacks on a connection", () => {
    let world: TlsWorld;
    let other: TestCa;
    let handled: number;

    beforeEach(async () => {
        world = await TlsWorld.create();
        other = await TestCa.create("other.test");
        const bundles = new X509BundleSet([world.ca.bundle, other.bundle]);
        world.server.set({ svid: world.server.snapshot().svid, bundles });
        world.client.set({ svid: world.client.snapshot().svid, bundles });
        handled = 0;
    });
    afterEach(() => world.close());

    const failures = (side: string, reason: string): Promise<number> =>
        world.value("spiffe_authentication_failures_total", { side, reason });

    /** Our server, whose listener must not be reached. */
    function listen(policy: Partial<typeof world.serverPolicy> = {}): Promise<number> {
        return world.listen(createTlsServer(world.server, { ...world.serverPolicy, ...policy }, () => handled++));
    }

    /** A client that follows no rules. */
    function attack(port: number, options: ConnectionOptions): TLSSocket {
        const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
        return socket.on("error", () => {}).resume();
    }

    for (const { name, reason, svid } of attacks) {
        it(`refuses a client with ${name}`, async () => {
            const port = await listen();
            const { cert, key } = contextOptions(await svid(world.ca, other), {});
            await closed(attack(port, { cert, key }));
            await world.settled("server");
            assert.deepEqual(world.verdicts("server"), [reason]);
            assert.equal(await failures("server", reason), 1);
            assert.equal(handled, 0);
        });

        it(`refuses a server with ${name}`, async () => {
            const { cert, key } = contextOptions(await svid(world.ca, other), {});
            const received: Buffer[] = [];
            const server = createServer({ cert, key }, (socket) => {
                socket.on("error", () => {}).on("data", (chunk: Buffer) => received.push(chunk));
            });
            const port = await world.listen(server);
            const attempt = connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port });
            await assert.rejects(attempt, { code: reason });
            assert.deepEqual(world.verdicts("client"), [reason]);
            assert.equal(await failures("client", reason), 1);
            assert.deepEqual(received, []);
        });
    }

    it("refuses a client without a certificate", async () => {
        await closed(attack(await listen(), {}));
        assert.equal(await failures("server", "empty_chain"), 1);
        assert.equal(handled, 0);
    });

    it("refuses a client that speaks TLS 1.2", async () => {
        await closed(attack(await listen(), { ...svidOf(world), minVersion: "TLSv1.2", maxVersion: "TLSv1.2" }));
        await world.settled("server");
        assert.equal(await failures("server", "tls_version"), 1);
        assert.equal(handled, 0);
    });

    it("refuses a server that speaks TLS 1.2", async () => {
        const port = await world.listen(
            createServer({ ...svidOf(world), minVersion: "TLSv1.2", maxVersion: "TLSv1.2" }),
        );
        await assert.rejects(connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port }));
        assert.equal(await failures("client", "tls_version"), 1);
    });

    it("refuses a client with classical key exchange only, where a post-quantum one is required", async () => {
        await closed(attack(await listen({ kem: "require" }), { ...svidOf(world), ecdhCurve: "X25519" }));
        await world.settled("server");
        assert.equal(await failures("server", "key_exchange"), 1);
        assert.equal(handled, 0);
    });

    it("refuses a server with classical key exchange only, where a post-quantum one is required", async () => {
        const port = await world.listen(createServer({ ...svidOf(world), ecdhCurve: "X25519" }));
        const policy = { ...world.clientPolicy, kem: "require" as const };
        await assert.rejects(connectTls(world.client, policy, { host: "127.0.0.1", port }));
        await world.settled("client");
        assert.equal((await failures("client", "key_exchange")) + (await failures("client", "tls_error")), 1);
    });

    it("takes a classical client where a post-quantum exchange is only preferred, and says so in the metric", async () => {
        attack(await listen(), { ...svidOf(world), ecdhCurve: "X25519" });
        await world.settled("server");
        const labels = {
            side: "server",
            group: "X25519",
            pqc: "false",
            result: "success",
            trust_domain: "example.org",
        };
        assert.equal(await world.value("pqc_handshakes_total", labels), 1);
        assert.equal(handled, 1);
    });

    it("resumes no session: a client that comes back is authenticated anew, and refused once its domain is revoked", async () => {
        const port = await listen();
        const first = attack(port, svidOf(world));
        const sessions: Buffer[] = [];
        first.on("session", (session) => sessions.push(session));
        await world.settled("server");
        const session = sessions[0] ?? first.getSession();
        first.destroy();
        world.server.set({
            svid: world.server.snapshot().svid,
            bundles: new X509BundleSet([new X509Bundle(world.ca.trustDomain, [])]),
        });
        const again = attack(port, { ...svidOf(world), session });
        let reused: boolean | undefined;
        again.once("secureConnect", () => (reused = again.isSessionReused()));
        await closed(again);
        await world.settled("server", 2);
        assert.equal(reused, false);
        assert.equal(world.verdicts("server").at(-1), "untrusted");
        assert.equal(handled, 1);
    });

    it("knows no renegotiation", async () => {
        const port = await listen();
        const socket = attack(port, svidOf(world));
        await once(socket, "secureConnect");
        const error = await new Promise<Error | null>((resolve) => {
            if (socket.renegotiate({}, resolve) === undefined) {
                resolve(new Error("refused at once"));
            }
        });
        assert.ok(error instanceof Error);
        socket.destroy();
    });

    it("cuts off a client that is too slow with its handshake", async () => {
        const port = await listen({ handshakeTimeoutMs: 50 });
        const socket = connectTcp(port, "127.0.0.1").on("error", () => {});
        await closed(socket);
        assert.equal(await failures("server", "handshake_timeout"), 1);
        assert.equal(handled, 0);
    });

    it("gives up on a server that is too slow with its handshake", async () => {
        const silent = (await import("node:net")).createServer((socket: Socket) =>
            socket.on("error", () => {}).resume(),
        );
        const port = await world.listen(silent);
        const policy = { ...world.clientPolicy, handshakeTimeoutMs: 50 };
        await assert.rejects(connectTls(world.client, policy, { host: "127.0.0.1", port }), {
            code: "handshake_timeout",
            message: "the handshake took longer than 50 ms",
        });
        assert.equal(await failures("client", "handshake_timeout"), 1);
    });

    it("refuses an oversized TLS record", async () => {
        const port = await listen();
        const socket = connectTcp(port, "127.0.0.1").on("error", () => {});
        socket.write(Buffer.concat([Buffer.from([22, 3, 1, 0xff, 0xff]), Buffer.alloc(0xffff)]));
        await closed(socket);
        await world.settled("server");
        assert.equal(await failures("server", "tls_error"), 1);
        assert.equal(handled, 0);
    });

    it("ends the session of an authenticated client that sends an oversized HTTP/2 frame", async () => {
        const server: Http2SecureServer = createHttp2Server(world.server, world.serverPolicy, () => handled++);
        const port = await world.listen(server);
        const target = { host: "127.0.0.1", port, ALPNProtocols: ["h2"] };
        const socket = await connectTls(world.client, world.clientPolicy, target);
        socket.on("error", () => {}).resume();
        socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        // An empty SETTINGS frame, then the head of a HEADERS frame of 16 MiB.
        socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 1, 4, 0, 0, 0, 1]));
        await closed(socket);
        assert.equal(await failures("server", "protocol"), 1);
        assert.equal(handled, 0);
    });

    it("refuses a chain of more certificates than verification takes", async () => {
        const svid = await world.ca.issue("/attacker");
        const { key } = contextOptions(svid, {});
        const cert = svid.leaf.toString() + world.ca.certificate.toString().repeat(11);
        await closed(attack(await listen(), { cert, key }));
        assert.equal(handled, 0);
        assert.equal(world.verdicts("server").length, 1);
        assert.notEqual(world.verdicts("server")[0], "success");
    });

    it("refuses everybody while it has no identity of its own to judge by", async () => {
        const port = await listen();
        world.server.snapshot = () => {
            throw new TypeError("a fault that is none of this library's");
        };
        await closed(attack(port, svidOf(world)));
        assert.deepEqual(world.verdicts("server"), ["tls_error"]);
        assert.equal(handled, 0);
    });
});

/** What a well-behaved client shows. */
function svidOf(world: TlsWorld): Pick<ConnectionOptions, "cert" | "key"> {
    const { cert, key } = contextOptions(world.client.snapshot().svid, {});
    return { cert, key };
}
