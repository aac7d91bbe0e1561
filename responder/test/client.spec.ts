import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { TestCa } from "../../spiffe/test/support/ca.js";
import { KubernetesClient } from "../src/kubernetes/client.js";
import { selectorText } from "../src/kubernetes/objects.js";

interface Seen {
    readonly method: string;
    readonly path: string;
    readonly body: string;
}

/** An HTTP server that keeps connections, as the API server does: what one request leaves on the line is read as the next. */
describe("KubernetesClient", () => {
    const seen: Seen[] = [];
    const accepted: string[] = [];
    let answer: (response: ServerResponse) => void;
    let folder: string;
    let server: Server;
    let client: KubernetesClient;

    beforeEach(() => {
        seen.length = 0;
        accepted.length = 0;
        answer = (response) => void response.end("{}");
    });

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "client-"));
        const ca = await TestCa.create("example.org");
        const svid = await ca.issue("/apiserver");
        server = createServer({ cert: svid.certPem(), key: svid.keyPem() }, (request, response) => {
            void text(request).then((body) => {
                seen.push({ method: request.method ?? "", path: request.url ?? "", body });
                accepted.push(request.headers.accept ?? "");
                answer(response);
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

    describe("watching", () => {
        const event = (type: string, name: string): string =>
            `${JSON.stringify({ type, object: { kind: "PartialObjectMetadata", metadata: { name } } })}\n`;

        async function watched(signal = new AbortController().signal): Promise<readonly string[]> {
            const names: string[] = [];
            const from = { resourceVersion: "7", seconds: 60, signal };
            for await (const { deleted, metadata } of client.watchMetadata("SecurityIncident", "responder", from)) {
                names.push(`${deleted ? "-" : "+"}${metadata.name}`);
            }
            return names;
        }

        it("reads metadata alone, whatever the pieces are in which it comes, until the server ends it", async () => {
            const whole = Buffer.from(
                event("ADDED", "ä") + event("BOOKMARK", "") + event("MODIFIED", "b") + event("DELETED", "c"),
            );
            answer = (response) => {
                for (let at = 0; at < whole.length; at += 7) {
                    response.write(whole.subarray(at, at + 7));
                }
                response.end();
            };
            assert.deepEqual(await watched(), ["+ä", "+b", "-c"]);
            const { pathname, searchParams } = new URL(seen[0]?.path ?? "", "https://none");
            assert.equal(pathname, "/apis/responder.x0tta6bl4.io/v1alpha1/namespaces/responder/securityincidents");
            assert.deepEqual(Object.fromEntries(searchParams), {
                watch: "1",
                allowWatchBookmarks: "true",
                resourceVersion: "7",
                timeoutSeconds: "60",
            });
            assert.match(accepted[0] ?? "", /^application\/json;as=PartialObjectMetadata;g=meta\.k8s\.io;v=v1, /);
        });

        it("says why the server refuses it, at once or on the way", async () => {
            answer = (response) => {
                response.statusCode = 403;
                response.end(JSON.stringify({ kind: "Status", reason: "Forbidden", message: "you may not" }));
            };
            await assert.rejects(watched(), { reason: "Forbidden", status: 403 });
            const status = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
            answer = (response) => void response.end(`${JSON.stringify({ type: "ERROR", object: status })}\n`);
            await assert.rejects(watched(), { reason: "Expired", status: 410 });
        });

        it("rejects when the connection breaks off, and when it is told to end", async () => {
            answer = (response) => {
                response.write(event("ADDED", "a"));
                setImmediate(() => response.destroy());
            };
            await assert.rejects(watched(), { reason: "Unreachable" });
            answer = (response) => void response.write(event("ADDED", "a"));
            await assert.rejects(watched(AbortSignal.timeout(50)), { reason: "Unreachable" });
        });
    });
});

describe("selectorText", () => {
    it("asks for no less than the selector selects, and in the API server's own words", () => {
        const expression = (operator: string, values?: readonly string[]) => ({ key: "k", operator, values });
        const text = (...matchExpressions: readonly object[]) =>
            selectorText({ matchLabels: { app: "web" }, matchExpressions });
        assert.equal(text(), "app=web");
        assert.equal(text(expression("In", ["a", "b"]), expression("NotIn", ["c"])), "app=web,k in (a,b),k notin (c)");
        assert.equal(text(expression("Exists"), expression("DoesNotExist")), "app=web,k,!k");
        assert.equal(text(expression("Newer")), "app=web");
        assert.equal(selectorText({}), undefined);
        assert.equal(selectorText(undefined), undefined);
    });
});
