import { strict as assert } from "node:assert";
import { createServer as createHttpServer, type IncomingHttpHeaders } from "node:http";
import { createServer } from "node:https";
import { connect } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { TLSSocket } from "node:tls";

import { ApiError, ReadOnlyClient } from "../../../../hardening/sources/cluster/client";
import type { Connection } from "../../../../hardening/sources/cluster/kubeconfig";
import { TestCa } from "../../../../spiffe/test/support/ca";

function portOf(server: Server): number {
    return (server.address() as AddressInfo).port;
}

function listening(server: Server): Promise<void> {
    return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

describe("ReadOnlyClient", () => {
    let ca: TestCa;
    let server: ReturnType<typeof createServer>;
    const seen: { headers: IncomingHttpHeaders; peer: string | undefined }[] = [];
    const closers: (() => void)[] = [];

    before(async () => {
        ca = await TestCa.create("api.test");
        const { certificates, privateKey } = await ca.issue("/api", { dnsNames: ["api.test"] });
        server = createServer(
            {
                cert: certificates.map(String).join(""),
                key: privateKey.export({ format: "pem", type: "pkcs8" }),
                ca: ca.certificate.toString(),
                requestCert: true,
                rejectUnauthorized: false,
            },
            (request, response) => {
                assert.ok(request.socket instanceof TLSSocket);
                const { raw } = request.socket.getPeerX509Certificate() ?? {};
                seen.push({ headers: request.headers, peer: raw?.toString("base64") });
                response.end('{"kind": "Status"}');
            },
        );
        await listening(server);
    });
    afterEach(() => closers.splice(0).forEach((close) => close()));
    after(() => {
        server.close();
        server.closeAllConnections();
    });

    /** Asks the server over TLS, with what a connection says beside its address. */
    async function ask(over: Partial<Connection>): Promise<object> {
        const address = `https://127.0.0.1:${portOf(server)}`;
        const client = new ReadOnlyClient({ name: "c", server: address, insecure: false, ...over }, 1);
        closers.push(() => client.close());
        return client.get("/version");
    }
    const trusted = (): Partial<Connection> => ({ ca: Buffer.from(ca.certificate.toString()), serverName: "api.test" });
    const refused = (pattern: RegExp) => (error: unknown) => error instanceof ApiError && pattern.test(error.message);

    it("sends no more requests a second than it may", async () => {
        const PER_SECOND = 50;
        const arrived: { readonly path: string; readonly at: number }[] = [];
        const plain = createHttpServer((request, response) => {
            arrived.push({ path: request.url ?? "", at: performance.now() });
            response.end("{}");
        });
        await listening(plain);
        closers.push(() => plain.close());
        const address = `http://127.0.0.1:${portOf(plain)}`;
        const client = new ReadOnlyClient({ name: "c", server: address, insecure: false }, 1, PER_SECOND);
        closers.push(() => client.close());
        const start = performance.now();
        const paths = ["/a", "/b", "/c", "/d"];
        await Promise.all(paths.map((path) => client.get(path)));
        assert.deepEqual(arrived.map(({ path }) => path).sort(), paths);
        // A timer may be late, never early by more than the millisecond that it rounds to.
        const early = arrived.filter(({ at }, index) => at - start < (index * 1000) / PER_SECOND - 1);
        assert.deepEqual(early, []);
    });

    it("speaks only with a server whose certificate the cluster's authority signed for the name", async () => {
        assert.deepEqual(await ask(trusted()), { kind: "Status" });
        const asked = seen.length;
        await assert.rejects(ask({ ...trusted(), ca: undefined }), refused(/certificate|unable to verify/));
        const other = await TestCa.create("api.test");
        await assert.rejects(
            ask({ ...trusted(), ca: Buffer.from(other.certificate.toString()) }),
            refused(/certificate/),
        );
        await assert.rejects(ask({ ...trusted(), serverName: "other.test" }), refused(/other\.test/));
        assert.equal(seen.length, asked, "nothing was asked of a server that could not be trusted");
    });

    it("speaks with any server where the cluster says so by name", async () => {
        assert.deepEqual(await ask({ insecure: true }), { kind: "Status" });
    });

    it("shows its certificate, its token and as whom it asks", async () => {
        const { certificates, privateKey } = await ca.issue("/viewer");
        await ask({
            ...trusted(),
            cert: Buffer.from(certificates.map(String).join("")),
            key: Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" })),
            token: "t0ken",
            impersonation: { "Impersonate-User": "viewer", "Impersonate-Group": ["a", "b"] },
        });
        const { headers, peer } = seen.at(-1) ?? { headers: {}, peer: undefined };
        assert.equal(headers.authorization, "Bearer t0ken");
        assert.equal(headers["impersonate-user"], "viewer");
        assert.equal(headers["impersonate-group"], "a, b");
        assert.equal(peer, certificates[0].raw.toString("base64"));
    });

    it("goes through the proxy of the connection, which sees no more than where to", async () => {
        const tunnels: string[] = [];
        const proxy = createHttpServer();
        proxy.on("connect", (request, socket) => {
            tunnels.push(request.url ?? "");
            const upstream = connect(portOf(server), "127.0.0.1", () => {
                socket.write("HTTP/1.1 200 OK\r\n\r\n");
                socket.pipe(upstream).pipe(socket);
            });
            upstream.on("error", () => socket.destroy());
            socket.on("error", () => upstream.destroy());
        });
        await listening(proxy);
        closers.push(() => {
            proxy.close();
            proxy.closeAllConnections();
        });
        const through = { ...trusted(), server: "https://cluster.invalid:6443" };
        assert.deepEqual(await ask({ ...through, proxy: `http://127.0.0.1:${portOf(proxy)}` }), { kind: "Status" });
        assert.deepEqual(tunnels, ["cluster.invalid:6443"]);
    });
});
