import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { toBinary, create, fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";

import { X509SVIDResponseSchema } from "../src/gen/workload/workloadapi_pb.js";
import {
    SpiffeError,
    SpiffeId,
    TrustDomain,
    X509Bundle,
    X509BundleSet,
    X509Svid,
    authorizePattern,
    verifyX509Svid,
} from "../src/index.js";
import { parseEndpointAddress } from "../src/entry/workload.js";
import { SpiffeBundle } from "../src/entry/federation.js";
import { JwtBundle, JwtBundleSet, JwtSvid } from "../src/entry/jwt.js";
import { parsePolicy } from "../src/entry/policy.js";
import { parsePrivateKey } from "../src/keys.js";
import { parseNameConstraints } from "../src/nameconstraints.js";
import { DEFAULT_LIMITS, readAnswer, readX509Context } from "../src/workload/messages.js";
import { TestCa } from "./support/ca.js";
import { concatDer, x509Message } from "./support/fake-workload-api.js";
import { TokenIssuer } from "./support/tokens.js";
import { withoutCoverage } from "./support/without-coverage.js";

/** Runs for each parser; FUZZ_RUNS=100000 makes a night of it. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 400);

const domain = TrustDomain.parse("example.org");

/** A change to valid input: bytes overwritten, cut out, doubled, or put in. */
const mutation = fc.tuple(
    fc.nat(),
    fc.constantFrom("set", "cut", "double", "insert"),
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
);

function mutate(seed: Uint8Array, changes: readonly [number, string, Uint8Array][]): Buffer {
    return changes.reduce<Buffer>((input, [position, how, bytes]) => {
        const at = input.length === 0 ? 0 : position % input.length;
        const [before, after] = [input.subarray(0, at), input.subarray(at)];
        switch (how) {
            case "set":
                return Buffer.concat([before, bytes, after.subarray(bytes.length)]);
            case "cut":
                return Buffer.concat([before, after.subarray(bytes.length * bytes.length)]);
            case "double":
                return Buffer.concat([before, after.subarray(0, 32), after]);
            default:
                return Buffer.concat([before, bytes, after]);
        }
    }, Buffer.from(seed));
}

/** Whatever comes in, a parser returns or throws a SpiffeError. Mocha's time limit is the proof that it ends. */
async function survives(seeds: readonly Uint8Array[], parse: (input: Buffer) => unknown): Promise<void> {
    const input = fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc
            .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 4 }))
            .map(([seed, changes]) => mutate(seed, changes)),
    );
    await fc.assert(
        fc.asyncProperty(input, async (bytes) => {
            try {
                await parse(bytes);
            } catch (error) {
                assert.ok(
                    error instanceof SpiffeError,
                    `${String(error)}\n${error instanceof Error ? error.stack : ""}`,
                );
            }
        }),
        { numRuns: RUNS },
    );
}

const text = (value: string): Uint8Array => Buffer.from(value);

describe("Hostile input", () => {
    let ca: TestCa;
    let svid: X509Svid;
    let chain: Uint8Array;
    let key: Buffer;
    const issuer = new TokenIssuer("example.org");

    before(async () => {
        ca = await TestCa.create("example.org");
        svid = await (await ca.intermediate()).issue("/web", { dnsNames: ["web.example.org"] });
        chain = concatDer(svid.certificates);
        key = svid.privateKey.export({ type: "pkcs8", format: "der" });
    });

    it("in place of a chain is refused or verified, never a crash", () =>
        survives(
            svid.certificates.map((certificate) => certificate.raw),
            (input) =>
                verifyX509Svid(
                    [input, ...svid.certificates.slice(1).map((certificate) => certificate.raw)],
                    new X509BundleSet([ca.bundle]),
                ),
        ));

    it("never makes a changed certificate verify", async () => {
        const { raw } = svid.leaf;
        await fc.assert(
            fc.asyncProperty(fc.nat({ max: raw.length - 1 }), fc.integer({ min: 1, max: 255 }), (position, change) => {
                const changed = Buffer.from(raw);
                changed[position] = (changed[position] ?? 0) ^ change;
                assert.throws(
                    () =>
                        verifyX509Svid(
                            [changed, ...svid.certificates.slice(1).map((found) => found.raw)],
                            new X509BundleSet([ca.bundle]),
                        ),
                    SpiffeError,
                );
                return Promise.resolve();
            }),
            { numRuns: RUNS },
        );
    });

    it("in place of an SVID with its key is refused", async () => {
        await survives([chain], (input) => X509Svid.parse(input, key));
        await survives([key], (input) => X509Svid.parse(chain, input));
        await survives([key], parsePrivateKey);
        await survives([text(svid.certPem())], (input) => X509Svid.parsePem(input.toString("latin1"), svid.keyPem()));
    });

    it("in place of an X.509 bundle is refused", () => survives([chain], (input) => X509Bundle.parse(domain, input)));

    it("in place of name constraints is refused", () =>
        survives(
            [Buffer.from("301ea01c301a86187370696666653a2f2f6578616d706c652e6f72672f776562", "hex")],
            parseNameConstraints,
        ));

    it("in place of a bundle document is refused", async () => {
        const document = new SpiffeBundle({
            x509: ca.bundle,
            jwt: JwtBundle.parse(domain, issuer.document),
            sequence: 2n ** 60n,
        }).marshal();
        await survives([text(document)], (input) => SpiffeBundle.parse(domain, input));
        await survives([text(issuer.document)], (input) => JwtBundle.parse(domain, input));
    });

    it("in place of a bundle document is refused, well-formed JSON too", async () => {
        await fc.assert(
            fc.asyncProperty(
                fc.jsonValue({ maxDepth: 4 }),
                fc.constantFrom("keys", "x5c", "spiffe_sequence"),
                (value, member) => {
                    const key = { ...issuer.jwk, use: "x509-svid", x5c: ["AAAA"] };
                    const document =
                        member === "x5c" ? { keys: [{ ...key, x5c: value }] } : { keys: [], [member]: value };
                    for (const parse of [SpiffeBundle.parse, JwtBundle.parse]) {
                        try {
                            parse(domain, JSON.stringify(document));
                        } catch (error) {
                            assert.ok(error instanceof SpiffeError, String(error));
                        }
                    }
                    return Promise.resolve();
                },
            ),
            { numRuns: RUNS },
        );
    });

    it("nested without end is refused", () => {
        const deep = `{"keys":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
        assert.throws(() => SpiffeBundle.parse(domain, deep), SpiffeError);
        const der = Buffer.alloc(60_000, Buffer.from([0x30, 0x80]));
        assert.throws(() => verifyX509Svid([der], new X509BundleSet()), { code: "malformed" });
    });

    it("of the largest size is refused within 192 MiB of heap", async () => {
        const script = join(import.meta.dirname, "support/hostile-inputs.ts");
        const { stdout } = await promisify(execFile)(
            process.execPath,
            ["--max-old-space-size=192", "--import=tsx", script],
            { env: withoutCoverage() },
        );
        assert.equal(stdout, "15 of 15 refused\n");
    }).timeout(120_000);

    it("in place of a token is refused", async () => {
        const token = await issuer.issue();
        await survives([text(token)], (input) =>
            JwtSvid.parseAndValidate(
                input.toString("latin1"),
                ["reports"],
                new JwtBundleSet([JwtBundle.parse(domain, issuer.document)]),
            ),
        );
    });

    it("in place of a token's header and claims is refused", async () => {
        const part = (value: unknown): string =>
            Buffer.from((JSON.stringify(value) as string | undefined) ?? "").toString("base64url");
        await fc.assert(
            fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (header, claims) => {
                const good = { alg: "ES256", kid: issuer.keyId };
                const base = { sub: "spiffe://example.org/web", aud: "reports", exp: 4070908800 };
                for (const token of [
                    `${part(header)}.${part(base)}.AAAA`,
                    `${part(good)}.${part(claims)}.AAAA`,
                    ...Object.keys(base).map((name) => `${part(good)}.${part({ ...base, [name]: claims })}.AAAA`),
                    ...["alg", "kid", "typ", "crit"].map(
                        (name) => `${part({ ...good, [name]: header })}.${part(base)}.AAAA`,
                    ),
                ]) {
                    await assert.rejects(JwtSvid.parseAndValidate(token, ["reports"], issuer.bundles), SpiffeError);
                }
            }),
            { numRuns: Math.ceil(RUNS / 8) },
        );
    });

    it("in place of a Workload API message is refused", async () => {
        const message = toBinary(
            X509SVIDResponseSchema,
            create(X509SVIDResponseSchema, x509Message([svid], [ca.bundle])),
        );
        await survives([message], (input) => {
            let decoded;
            try {
                decoded = fromBinary(X509SVIDResponseSchema, input);
            } catch {
                // grpc-js turns a message that can't be decoded into status INTERNAL, before we see it.
                return;
            }
            readAnswer("FetchX509SVID", decoded, (answer) => readX509Context(answer, DEFAULT_LIMITS));
        });
    });

    it("in place of IDs, patterns, addresses and policies is refused", async () => {
        const parsers: readonly [string, (value: string) => unknown][] = [
            ["spiffe://example.org/ns/prod", SpiffeId.parse],
            ["example.org", TrustDomain.parse],
            ["spiffe://example.org/ns/**/web-*", authorizePattern],
            ["unix:///run/spire/agent.sock", parseEndpointAddress],
            ["tcp://[::1]:8080", parseEndpointAddress],
            ["allow:\n  - id: spiffe://example.org/web\n  - oneOf: [spiffe://a/b]\ndeny: []\n", parsePolicy],
        ];
        for (const [seed, parse] of parsers) {
            await survives([text(seed)], (input) => parse(input.toString("utf8")));
        }
    });
});
