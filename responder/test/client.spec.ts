import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { TestCa } from "../../spiffe/test/support/ca.js";
import { KubernetesClient } from "../src/kubernetes/client.js";

interface Seen {
    readonly method: string;
    readonly path: string;
    readonly body: string;
}

/** An HTTP server that keeps connections, as the API server does: what one request leaves on the line is read as the next. */
describe("KubernetesClient", () => {
    const seen: Seen[] = [];
    let folder: string;
    let server: Server;
    let client: KubernetesClient;

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "client-"));
        const ca = await TestCa.create("example.org");
        const svid = await ca.issue("/apiserver");
        server = createServer({ cert: svid.certPem(), key: svid.keyPem() }, (request, response) => {
            void text(request).then((body) => {
                seen.push({ method: request.method ?? "", path: request.url ?? "", body });
                response.end("{}");
            });
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
        const { port } = server.address() as AddressInfo;
        const name = "test";
        const config = {
            apiVersion: "v1",
            kind: "Config",
            clusters: [{ name, cluster: { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
            users: [{ name, user: { token: "test" } }],
            contexts: [{ name, context: { cluster: name, user: name } }],
            "current-context": name,
        };
        await writeFile(join(folder, "kubeconfig"), JSON.stringify(config));
        client = await KubernetesClient.open(join(folder, "kubeconfig"));
    });

    after(async () => {
        client.close();
        server.close();
        await rm(folder, { recursive: true });
    });

    it("sends every body with its length: a deletion's precondition arrives, and the next request is its own", async () => {
        const pod = { kind: "Pod", namespace: "shop", name: "web-0" } as const;
        for (let round = 0; round < 2; round++) {
            await client.delete(pod, { uid: "1-2-3", gracePeriodSeconds: 0 });
            await client.patch(pod, { metadata: { labels: { näme: "x" } } });
            await client.get(pod);
        }
        assert.deepEqual(
            seen.map(({ method }) => method),
            ["DELETE", "PATCH", "GET", "DELETE", "PATCH", "GET"],
        );
        assert.deepEqual(JSON.parse(seen[0]?.body ?? ""), {
            apiVersion: "v1",
            kind: "DeleteOptions",
            preconditions: { uid: "1-2-3" },
            gracePeriodSeconds: 0,
        });
        assert.deepEqual(JSON.parse(seen[1]?.body ?? ""), { metadata: { labels: { näme: "x" } } });
        assert.ok(seen.every(({ path }) => path === "/api/v1/namespaces/shop/pods/web-0"));
    });
});
