import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } from "@sigstore/mock";
import fc from "fast-check";

import { byKey, byWorkflow, signFolder } from "../../../scripts/evidence-signing";
import type { Submission } from "../../../hardening/evidence/admission";
import { readEvidence } from "../../../hardening/evidence/folder";
import { readTrust } from "../../../hardening/evidence/trust";
import { Recording } from "../../../hardening/evidence/write";
import { around, faultOf, PREDICATE, withCheckout } from "../../support/evidence";
import { withFiles } from "../../support/files";

describe("signed evidence", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const pem = (key: typeof publicKey): string => key.export({ type: "spki", format: "pem" }).toString();
    const secretPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

    async function read(folder: string, policy = "trust.yaml"): Promise<Submission> {
        const trust = readTrust(join(folder, policy));
        const [taken] = await readEvidence([join(folder, "evidence")], around(folder, { trust }));
        assert.ok(taken !== undefined);
        return taken;
    }

    /** A checkout with a statement in `evidence` that is signed, and policies that trust the key and another one. */
    async function withSigned<T>(use: (folder: string) => Promise<T>, secret = secretPem, key = publicKey): Promise<T> {
        return withCheckout(async (folder) => {
            const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
            writeFileSync(join(folder, "ci.pem"), pem(key));
            writeFileSync(join(folder, "other.pem"), pem(stranger));
            writeFileSync(
                join(folder, "trust.yaml"),
                "keys: [{name: other, file: other.pem}, {name: ci, file: ci.pem}]",
            );
            writeFileSync(join(folder, "other.yaml"), "keys: [{name: other, file: other.pem}]");
            new Recording(folder, join(folder, "evidence")).write({ kind: "tests", predicate: PREDICATE });
            assert.equal((await signFolder(join(folder, "evidence"), byKey(secret))).length, 1);
            return use(folder);
        });
    }

    it("counts where a trusted key has signed it, and says which", async () => {
        await withSigned(async (folder) => {
            const { signer, refused } = await read(folder);
            assert.deepEqual([signer, refused], ["key ci", undefined]);
            assert.deepEqual(await signFolder(join(folder, "evidence"), byKey(secretPem)), []);
        });
    });

    it("is not signed where it is no JSON, by the file's name", async () => {
        await withFiles({ "a.json": "{" }, async (folder) => {
            await assert.rejects(signFolder(folder, byKey(secretPem)), {
                faults: [`${join(folder, "a.json")}:1: is not JSON`],
            });
        });
    });

    it("is signed by keys of ECDSA and RSA too", async () => {
        const pairs = [
            generateKeyPairSync("ec", { namedCurve: "P-384" }),
            generateKeyPairSync("rsa", { modulusLength: 2048 }),
        ];
        for (const pair of pairs) {
            const secret = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
            await withSigned(
                async (folder) => assert.equal((await read(folder)).signer, "key ci"),
                secret,
                pair.publicKey,
            );
        }
    });

    it("counts as an envelope without a bundle too", async () => {
        await withSigned(async (folder) => {
            const [file = ""] = readdirSync(join(folder, "evidence"));
            const path = join(folder, "evidence", file);
            const { dsseEnvelope } = JSON.parse(readFileSync(path, "utf8")) as { dsseEnvelope: object };
            writeFileSync(path, JSON.stringify(dsseEnvelope));
            assert.equal((await read(folder)).signer, "key ci");
        });
    });

    it("proves nothing by a key that is not trusted", async () => {
        await withSigned(async (folder) => {
            const { refused } = await read(folder, "other.yaml");
            assert.equal(refused, "is signed by no key that is trusted, or was changed since");
        });
    });

    it("proves nothing once a byte of its payload or signature has changed", async () => {
        await withSigned(async (folder) => {
            const [file = ""] = readdirSync(join(folder, "evidence"));
            const path = join(folder, "evidence", file);
            const bundle = JSON.parse(readFileSync(path, "utf8")) as {
                dsseEnvelope: { payload: string; signatures: { sig: string }[] };
            };
            const here = around(folder, { trust: readTrust(join(folder, "trust.yaml")) });
            const flip = (text: string, at: number): string => {
                const bytes = Buffer.from(text, "base64");
                const index = at % bytes.length;
                bytes[index] = (bytes[index] ?? 0) ^ 1;
                return bytes.toString("base64");
            };
            await fc.assert(
                fc.asyncProperty(fc.boolean(), fc.nat(), async (ofPayload, at) => {
                    const copy = structuredClone(bundle);
                    const [signature] = copy.dsseEnvelope.signatures;
                    assert.ok(signature);
                    if (ofPayload) {
                        copy.dsseEnvelope.payload = flip(copy.dsseEnvelope.payload, at);
                    } else {
                        signature.sig = flip(signature.sig, at);
                    }
                    writeFileSync(path, JSON.stringify(copy));
                    const [taken] = await readEvidence([join(folder, "evidence")], here);
                    assert.notEqual(taken?.refused, undefined);
                }),
                { numRuns: 60 },
            );
        });
    });

    it("must be signed where a policy is given, unless it names other kinds", async () => {
        await withSigned(async (folder) => {
            new Recording(folder, join(folder, "evidence")).write({ kind: "scans", predicate: PREDICATE });
            const trust = readTrust(join(folder, "trust.yaml"));
            const reasons = await readEvidence([join(folder, "evidence")], around(folder, { trust }));
            assert.deepEqual(reasons.map(({ kind, refused = "" }) => `${kind} ${refused}`).sort(), [
                "scans is not signed, which evidence of the kind scans has to be",
                "tests ",
            ]);
            const lax = { ...trust, required: new Set(["tests"] as const) };
            const taken = await readEvidence([join(folder, "evidence")], around(folder, { trust: lax }));
            assert.deepEqual(
                taken.map(({ refused }) => refused),
                [undefined, undefined],
            );
        });
    });

    describe("by a workflow", () => {
        const SUBJECT = "https://github.com/acme/shop/.github/workflows/audit.yml@refs/heads/main";
        const ISSUER = "https://token.actions.githubusercontent.com";
        /** An OIDC token as a workflow gets it; Fulcio alone looks at its signature. */
        const token = [{ alg: "none" }, { iss: ISSUER, sub: SUBJECT, aud: "sigstore" }, {}]
            .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
            .join(".");

        /** Signs by a certificate authority and a log that are made for it. @returns their trusted root */
        async function signByWorkflow(folder: string): Promise<object> {
            const pair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
            const [ctKeys, logKeys] = [pair(), pair()];
            const ctLog = await initializeCTLog(ctKeys);
            const ca = await initializeCA(pair(), ctLog);
            const server = createServer();
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
            const log = await initializeTLog(url, logKeys);
            // The mock keeps what is proposed; a log keeps what it has checked.
            const keeping = {
                ...log,
                log: (proposed: object) => log.log(kept(proposed as Proposed)) as Promise<never>,
            };
            const handlers = [fulcioHandler(ca, { strict: true, subjectClaim: "sub" }), rekorHandler(keeping)];
            server.on("request", (request, response) => {
                const chunks: Buffer[] = [];
                request.on("data", (chunk: Buffer) => chunks.push(chunk));
                request.on("end", () => {
                    const handler = handlers.find(({ path }) => path === request.url);
                    void handler?.fn(Buffer.concat(chunks).toString("utf8")).then((answer) => {
                        response.writeHead(answer.statusCode, { "content-type": answer.contentType ?? "text/plain" });
                        response.end(answer.response);
                    });
                });
            });
            try {
                process.env["SIGSTORE_ID_TOKEN"] = token;
                await signFolder(join(folder, "evidence"), byWorkflow({ fulcio: url, rekor: url }));
            } finally {
                delete process.env["SIGSTORE_ID_TOKEN"];
                server.close();
            }
            const authority = (der: Buffer | ArrayBufferView, id: Buffer | ArrayBufferView) => ({
                ...{ baseUrl: url, hashAlgorithm: "SHA2_256" },
                publicKey: { rawBytes: base64(der), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor: { start: EARLY } },
                logId: { keyId: base64(id) },
            });
            const idOf = (der: Buffer): Buffer => createHash("sha256").update(der).digest();
            return {
                mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                certificateAuthorities: [
                    {
                        ...{ subject: { organization: "t", commonName: "t" }, uri: url, validFor: { start: EARLY } },
                        certChain: { certificates: [{ rawBytes: base64(ca.rootCertificate) }] },
                    },
                ],
                ctlogs: [authority(ctLog.publicKey, ctLog.logID)],
                tlogs: [authority(log.publicKey, idOf(log.publicKey))],
                timestampAuthorities: [],
            };
        }

        interface Proposed {
            readonly spec: { readonly proposedContent: { readonly envelope: string; readonly verifiers: string[] } };
        }

        /** The entry of kind `dsse` that Rekor makes of a proposed one. */
        function kept(proposed: Proposed): object {
            const { envelope, verifiers } = proposed.spec.proposedContent;
            const { payload, signatures } = JSON.parse(envelope) as { payload: string; signatures: { sig: string }[] };
            const hash = (data: string | Buffer) => ({
                algorithm: "sha256",
                value: createHash("sha256").update(data).digest("hex"),
            });
            return {
                ...proposed,
                spec: {
                    envelopeHash: hash(envelope),
                    payloadHash: hash(Buffer.from(payload, "base64")),
                    signatures: signatures.map(({ sig }, index) => ({ signature: sig, verifier: verifiers[index] })),
                },
            };
        }

        const EARLY = "2020-01-01T00:00:00Z";
        function base64(bytes: ArrayBufferView): string {
            return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
        }

        it("counts by its identity and the logs of the trusted root, offline, and by no other identity", async () => {
            await withCheckout(async (folder) => {
                const policy = (subject: string, issuer = ISSUER): string =>
                    JSON.stringify({ identities: [{ subject, issuer }], trustedRoot: "root.json" });
                writeFileSync(join(folder, "trust.yaml"), policy(SUBJECT));
                writeFileSync(join(folder, "fork.yaml"), policy(SUBJECT.replace("acme", "mallory")));
                writeFileSync(join(folder, "prefix.yaml"), policy(SUBJECT.slice(0, -1)));
                writeFileSync(join(folder, "issuer.yaml"), policy(SUBJECT, "https://example.org"));
                writeFileSync(join(folder, "key.yaml"), "keys: [{name: ci, file: ci.pem}]");
                writeFileSync(join(folder, "ci.pem"), pem(publicKey));
                writeFileSync(join(folder, "root.json"), "{}");
                new Recording(folder, join(folder, "evidence")).write({ kind: "tests", predicate: PREDICATE });
                const root = await signByWorkflow(folder);
                writeFileSync(join(folder, "root.json"), JSON.stringify(root));
                const by = async (name: string): Promise<string> => {
                    const trust = readTrust(join(folder, name));
                    const [taken] = await readEvidence([join(folder, "evidence")], around(folder, { trust }));
                    return taken?.signer ?? taken?.refused ?? "";
                };
                assert.equal(await by("trust.yaml"), SUBJECT);
                assert.equal(await by("fork.yaml"), `is signed by ${SUBJECT} of ${ISSUER}, who is not trusted`);
                assert.equal(await by("prefix.yaml"), `is signed by ${SUBJECT} of ${ISSUER}, who is not trusted`);
                assert.equal(await by("issuer.yaml"), `is signed by ${SUBJECT} of ${ISSUER}, who is not trusted`);
                assert.equal(
                    await by("key.yaml"),
                    "is signed by a certificate, and no trustedRoot says whose are trusted",
                );
                writeFileSync(join(folder, "root.json"), JSON.stringify({ ...root, tlogs: [] }));
                assert.match(await by("trust.yaml"), /^has a signature that does not verify \(/);
                writeFileSync(join(folder, "root.json"), JSON.stringify({ ...root, certificateAuthorities: [] }));
                assert.match(await by("trust.yaml"), /^has a signature that does not verify \(/);
            });
        });
    });
});

describe("a policy of whose evidence is believed", () => {
    it("is refused with every fault of it and of the files it names", async () => {
        const { privateKey } = generateKeyPairSync("ed25519");
        const files = {
            "a.yaml": "required: [verify, test]",
            "b.yaml": "keys: [{name: a, file: a.pem}, {name: b, file: b.pem}, {name: c, file: c.pem}]",
            "c.yaml": "identities: [{issuer: i, subject: s}]",
            "a.pem": "no key",
            "b.pem": privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        };
        await withFiles(files, (folder) => {
            const faults = (name: string): readonly string[] =>
                faultOf(() => readTrust(join(folder, name))).map((fault) => fault.replaceAll(`${folder}/`, ""));
            assert.deepEqual(faults("a.yaml"), [
                'a.yaml: required[1] must be one of tests, scans, verify, audit, jobs, builds, images, benches, live, attestations, found "test"',
            ]);
            assert.deepEqual(faults("b.yaml"), [
                "a.pem: is no public key in PEM",
                "b.pem: is no public key in PEM",
                "--trust c.pem: does not exist",
            ]);
            assert.deepEqual(faults("c.yaml"), [
                "c.yaml: must name a trustedRoot beside identities, workflows and people by subject",
            ]);
        });
    });
});
