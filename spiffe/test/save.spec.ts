import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
    StaticX509Provider,
    TrustDomain,
    X509Bundle,
    X509BundleSet,
    X509Svid,
    saveX509Snapshot,
} from "../src/index.js";
import { TestCa } from "./support/ca.js";

describe("saveX509Snapshot", () => {
    let folder: string;
    let ca: TestCa;
    let provider: StaticX509Provider;

    beforeEach(async () => {
        folder = join(await mkdtemp(join(tmpdir(), "save-")), "svid");
        ca = await TestCa.create("example.org");
        const partner = await TestCa.create("partner.test");
        provider = new StaticX509Provider({
            svid: await ca.issue("/web"),
            bundles: new X509BundleSet([ca.bundle, partner.bundle]),
        });
    });
    afterEach(() => rm(join(folder, ".."), { recursive: true }));

    it("writes chain, key and the own domain's bundle, the key for its owner only", async () => {
        await saveX509Snapshot(provider.snapshot(), folder);
        const { svid } = provider.snapshot();
        const read = await X509Svid.load(join(folder, "svid.pem"), join(folder, "svid_key.pem"));
        assert.equal(read.certPem(), svid.certPem());
        assert.equal(read.keyPem(), svid.keyPem());
        const bundle = X509Bundle.parsePem(
            TrustDomain.parse("example.org"),
            await readFile(join(folder, "bundle.pem"), "utf8"),
        );
        assert.deepEqual(
            bundle.authorities.map((found) => found.fingerprint256),
            [ca.certificate.fingerprint256],
        );
        assert.equal((await stat(join(folder, "svid_key.pem"))).mode & 0o777, 0o600);
    });

    it("replaces all files by the swap of one link and leaves nothing behind", async () => {
        await saveX509Snapshot(provider.snapshot(), folder);
        const open = join(folder, "..data", "svid.pem");
        const before = await readFile(open, "utf8");
        provider.set({ svid: await ca.issue("/db"), bundles: provider.snapshot().bundles });
        await saveX509Snapshot(provider.snapshot(), folder);
        assert.notEqual(await readFile(open, "utf8"), before);
        assert.equal((await X509Svid.load(join(folder, "svid.pem"), join(folder, "svid_key.pem"))).id.path, "/db");
        const names = (await readdir(folder)).filter((name) => !name.startsWith("..")).sort();
        assert.deepEqual(names, ["bundle.pem", "svid.pem", "svid_key.pem"]);
        assert.equal((await readdir(folder)).length, 5);
    });

    it("takes other names, and the place of files that stand there", async () => {
        await saveX509Snapshot(provider.snapshot(), folder, { certificates: "tls.crt" });
        await writeFile(join(folder, "tls.key"), "old");
        await saveX509Snapshot(provider.snapshot(), folder, {
            certificates: "tls.crt",
            key: "tls.key",
            bundle: "ca.crt",
        });
        assert.equal((await X509Svid.load(join(folder, "tls.crt"), join(folder, "tls.key"))).id.path, "/web");
        assert.match(await readFile(join(folder, "ca.crt"), "utf8"), /^-----BEGIN CERTIFICATE-----\n/);
    });

    it("writes nothing without the bundle of the SVID's own domain", async () => {
        provider.set({ svid: provider.snapshot().svid, bundles: new X509BundleSet() });
        await assert.rejects(saveX509Snapshot(provider.snapshot(), folder), {
            code: "no_bundle",
            message: "spiffe://example.org/web: there is no bundle of trust domain example.org",
        });
        await assert.rejects(stat(folder), { code: "ENOENT" });
    });
});
