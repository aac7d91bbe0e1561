import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { SpiffeError, StaticX509Provider, X509BundleSet, X509Svid } from "../src/index.js";
import { parsePrivateKey } from "../src/keys.js";
import { TestCa, x509 } from "./support/ca.js";
import { concatDer } from "./support/fake-workload-api.js";

const keyDer = (svid: X509Svid): Buffer => svid.privateKey.export({ type: "pkcs8", format: "der" });

function refusal(call: () => unknown): string {
    try {
        call();
    } catch (error) {
        assert.ok(error instanceof SpiffeError, String(error));
        return `${error.code}: ${error.message}`;
    }
    return "accepted";
}

describe("X509Svid", () => {
    let ca: TestCa;
    let svid: X509Svid;

    before(async () => {
        ca = await TestCa.create("example.org");
        svid = await (await ca.intermediate()).issue("/web");
    });

    it("comes back from its own DER and PEM", () => {
        for (const again of [
            X509Svid.parse(concatDer(svid.certificates), keyDer(svid), "internal"),
            X509Svid.parsePem(svid.certPem(), svid.keyPem(), "internal"),
        ]) {
            assert.equal(again.id.toString(), "spiffe://example.org/web");
            assert.equal(again.certPem(), svid.certPem());
            assert.equal(again.keyPem(), svid.keyPem());
            assert.equal(again.hint, "internal");
            assert.equal(again.notAfter.getTime(), svid.notAfter.getTime());
            assert.ok(again.notBefore < again.notAfter);
        }
    });

    it("never shows the key when printed or serialised", () => {
        const secret = keyDer(svid);
        const shown = inspect(svid, { depth: 9, showHidden: true }) + JSON.stringify(svid);
        assert.ok(!shown.includes("PRIVATE") && !shown.includes(secret.toString("base64").slice(60, 90)));
        assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(svid)) as object), ["id", "hint", "notAfter"]);
    });

    it("refuses a key of another certificate, or none", async () => {
        const other = await ca.issue("/web");
        const chain = concatDer(svid.certificates);
        assert.equal(
            refusal(() => X509Svid.parse(chain, keyDer(other))),
            "key_mismatch: spiffe://example.org/web: the private key doesn't belong to the leaf certificate",
        );
        assert.match(
            refusal(() => X509Svid.parse(chain, Buffer.from("text"))),
            /^invalid_svid: the private key is not valid PKCS#8 /,
        );
        assert.equal(
            refusal(() => X509Svid.parsePem(svid.certPem(), "text")),
            "invalid_svid: the key file must hold one PEM block PRIVATE KEY, it holds 0",
        );
        assert.equal(
            refusal(() => X509Svid.parsePem(svid.certPem(), svid.keyPem() + svid.keyPem())),
            "invalid_svid: the key file must hold one PEM block PRIVATE KEY, it holds 2",
        );
    });

    it("refuses a chain without certificates, too long, or with a leaf where an authority must be", async () => {
        const key = keyDer(svid);
        const other = await ca.issue("/db");
        assert.equal(
            refusal(() => X509Svid.parse(new Uint8Array(), key)),
            "invalid_svid: the SVID has no certificate",
        );
        assert.equal(
            refusal(() => X509Svid.parse(concatDer(Array.from({ length: 11 }, () => svid.leaf)), key)),
            "malformed_der: more than 10 elements",
        );
        assert.equal(
            refusal(() => X509Svid.parse(concatDer([svid.leaf, other.leaf]), key)),
            "invalid_svid: spiffe://example.org/web: a certificate after the leaf is no signing certificate",
        );
    });

    it("refuses a leaf that no peer would take", async () => {
        const wrong = await ca.issue("/web", { keyUsage: x509.KeyUsageFlags.keyEncipherment });
        assert.match(
            refusal(() => X509Svid.parse(concatDer(wrong.certificates), keyDer(wrong))),
            /^key_usage: /,
        );
    });

    it("comes from two files, and says which two when it can't", async () => {
        const folder = await mkdtemp(join(tmpdir(), "svid-"));
        try {
            const [certificateFile, keyFile] = [join(folder, "svid.pem"), join(folder, "key.pem")];
            await writeFile(certificateFile, svid.certPem());
            await assert.rejects(X509Svid.load(certificateFile, keyFile), (error) => {
                assert.ok(error instanceof SpiffeError && error.code === "invalid_svid");
                assert.ok(error.message.startsWith(`no X.509-SVID in ${certificateFile} and ${keyFile}: ENOENT`));
                return true;
            });
            await writeFile(keyFile, svid.keyPem());
            assert.equal((await X509Svid.load(certificateFile, keyFile)).certPem(), svid.certPem());
        } finally {
            await rm(folder, { recursive: true });
        }
    });

    it("is handed out by a static provider until it is replaced", async () => {
        const provider = new StaticX509Provider({ svid, bundles: new X509BundleSet([ca.bundle]) });
        assert.deepEqual([provider.snapshot().revision, provider.snapshot().svids.length], [1, 1]);
        const revisions: number[] = [];
        provider.on("update", (snapshot) => revisions.push(snapshot.revision));
        const next = await ca.issue("/web");
        provider.set({ svid: next, svids: [next, svid], bundles: new X509BundleSet() });
        assert.deepEqual(revisions, [2]);
        assert.equal(provider.snapshot().svid, next);
        assert.equal(provider.snapshot().svids.length, 2);
    });
});

describe("parsePrivateKey", () => {
    it("takes PKCS#8 and nothing before, after or beside it", () => {
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
        const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
        assert.equal(parsePrivateKey(pkcs8).asymmetricKeyType, "ec");
        assert.match(
            refusal(() => parsePrivateKey(Buffer.concat([pkcs8, Buffer.from([0])]))),
            /1 bytes after the end of a structure/,
        );
        assert.match(
            refusal(() => parsePrivateKey(privateKey.export({ type: "sec1", format: "der" }))),
            /^invalid_svid: /,
        );
        const encrypted = privateKey.export({ type: "pkcs8", format: "der", cipher: "aes-256-cbc", passphrase: "x" });
        assert.match(
            refusal(() => parsePrivateKey(encrypted)),
            /^invalid_svid: /,
        );
    });

    it("refuses an ML-DSA key whose seed and expanded form disagree", () => {
        const { privateKey } = generateKeyPairSync("ml-dsa-65");
        const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
        assert.equal(parsePrivateKey(pkcs8).asymmetricKeyType, "ml-dsa-65");
        if (pkcs8.length > 100) {
            pkcs8[40] = (pkcs8[40] ?? 0) ^ 1;
            assert.match(
                refusal(() => parsePrivateKey(pkcs8)),
                /^invalid_svid: /,
            );
        }
    });
});
