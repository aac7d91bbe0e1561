import assert from "node:assert/strict";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import * as ours from "../src/index.js";
import { connectTls, createTlsServer } from "../src/tls/index.js";
import { TestCa } from "./support/ca.js";

const root = join(import.meta.dirname, "..");

describe("Another copy of this package in the same process", () => {
    let folder: string;
    let theirs: typeof ours;
    let peerOf: typeof ours.peerOf;
    let ca: TestCa;
    const servers: Server[] = [];

    before(async () => {
        // Where it finds its dependencies, as a second version in a tree of packages does.
        folder = await mkdtemp(join(root, "node_modules/.copy-"));
        await cp(join(root, "src"), join(folder, "src"), { recursive: true });
        await cp(join(root, "package.json"), join(folder, "package.json"));
        const load = (file: string): Promise<unknown> => import(pathToFileURL(join(folder, "src", file)).href);
        theirs = (await load("index.ts")) as typeof ours;
        ({ peerOf } = theirs);
        ca = await TestCa.create("example.org");
    });
    after(async () => {
        servers.forEach((server) => server.close());
        await rm(folder, { recursive: true });
    });

    it("is a copy", () => {
        assert.notEqual(theirs.SpiffeId, ours.SpiffeId);
        assert.notEqual(theirs.peerOf, ours.peerOf);
    });

    it("has its errors recognised, by class and by code, and no class too many", () => {
        assert.throws(
            () => theirs.SpiffeId.parse("web"),
            (error) =>
                error instanceof ours.SpiffeIdError &&
                error instanceof ours.SpiffeError &&
                !(error instanceof ours.BundleError) &&
                error.code === "invalid_id",
        );
    });

    it("has its IDs, bundles and SVIDs taken, and takes ours", async () => {
        const id = theirs.SpiffeId.parse("spiffe://example.org/web");
        assert.ok(ours.SpiffeId.parse(id.toString()).equals(id));
        const { certificates } = await ca.issue("/web");
        const bundle = theirs.X509Bundle.parsePem(theirs.TrustDomain.parse("example.org"), String(ca.certificate));
        const set = new theirs.X509BundleSet([bundle]);
        assert.ok(ours.verifyX509Svid(certificates, set).id.equals(id));
        assert.ok(theirs.verifyX509Svid(certificates, new ours.X509BundleSet([ca.bundle])).id.equals(id));
    });

    it("knows the peer of a connection that this one admitted, and gives this one its identity and authorizer", async () => {
        const svid = await ca.issue("/web");
        const pem = [svid.certPem(), svid.keyPem()] as const;
        const identity = new theirs.StaticX509Provider({
            svid: theirs.X509Svid.parsePem(...pem),
            bundles: new theirs.X509BundleSet([ca.bundle]),
        });
        const policy = { authorize: theirs.authorizeId(theirs.SpiffeId.parse("spiffe://example.org/web")) };
        const server = createTlsServer(identity, policy, (socket) => {
            socket.on("error", () => {}).end(String(peerOf(socket)?.id));
        });
        servers.push(server);
        await once(server.listen(0, "127.0.0.1"), "listening");
        const { port } = server.address() as AddressInfo;
        const socket = await connectTls(identity, policy, { host: "127.0.0.1", port });
        assert.equal(peerOf(socket)?.id.toString(), "spiffe://example.org/web");
        assert.equal(peerOf(socket), ours.peerOf(socket));
        const [data] = (await once(socket, "data")) as [Buffer];
        assert.equal(data.toString(), "spiffe://example.org/web");
        socket.destroy();
    });
});
