import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { gatewayOf, pushMetrics } from "../../../hardening/compliance/push";
import type { ServedKind } from "../../support/api-server";
import { apiServer } from "../../support/api-server";
import { cli } from "../../support/cli";
import { report } from "../../support/compliance-report";
import { withFiles } from "../../support/files";

const KINDS: readonly ServedKind[] = [
    {
        ...{ apiVersion: "v1", kind: "Namespace", name: "namespaces", namespaced: false },
        items: [{ metadata: { name: "kube-system", uid: "6f1c0d7e-0000-4000-8000-000000000001" } }],
    },
    { apiVersion: "v1", kind: "Pod", name: "pods" },
];

interface Pushed {
    readonly method: string;
    readonly path: string;
    readonly body: string;
}

/** A push gateway that answers so. */
async function withGateway<T>(status: number, use: (url: string, pushed: readonly Pushed[]) => Promise<T>): Promise<T> {
    const pushed: Pushed[] = [];
    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            const { method = "", url: path = "" } = request;
            pushed.push({ method, path, body: Buffer.concat(chunks).toString("utf8") });
            response.writeHead(status).end();
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
        return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, pushed);
    } finally {
        server.close();
    }
}

describe("a push of metrics", () => {
    it("is refused where the gateway does not take it, and where it is no address", async () => {
        await withGateway(400, async (url) => {
            await assert.rejects(pushMetrics(gatewayOf(url), report()), {
                message: "--push: the gateway answered 400; the report is made, and not published",
            });
        });
        assert.throws(() => gatewayOf("gateway:9091"), {
            message: "--push must be an address that begins with http:// or https://",
        });
        const closed = await withGateway(202, async (url) => Promise.resolve(url));
        await assert.rejects(pushMetrics(gatewayOf(closed), report()), {
            message: "--push: the gateway did not answer (ECONNREFUSED); the report is made, and not published",
        });
    });
});

describe("hardening assess", function () {
    this.timeout(180_000);

    it("states and signs what it sees, reports on it, keeps the report and pushes its metrics", async () => {
        const { privateKey, publicKey } = generateKeyPairSync("ed25519");
        const server = await apiServer(KINDS);
        const files = {
            kubeconfig: `current-context: test\ncontexts: [{name: test, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: "${server.url}"}}]\n`,
            "key.pem": privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
            "job.pem": publicKey.export({ type: "spki", format: "pem" }).toString(),
            "trust.yaml": "keys: [{name: job, file: job.pem}]\n",
            "bad.pem": "no key",
            // Of somebody else: it is neither signed nor believed because it lies where statements are kept.
            "seen/other.json": "{}\n",
        };
        try {
            await withFiles(files, async (folder) => {
                const at = (name: string): string => join(folder, name);
                const args = [
                    "assess",
                    "--stack",
                    "staging",
                    "--kubeconfig",
                    at("kubeconfig"),
                    "--trust",
                    at("trust.yaml"),
                ];
                await withGateway(202, async (url, pushed) => {
                    const to = [
                        "--history",
                        at("history"),
                        "--keep",
                        at("seen"),
                        "--metrics",
                        at("c.prom"),
                        "--push",
                        url,
                    ];
                    const { code, log } = await cli([...args, "--key", at("key.pem"), ...to]);
                    assert.equal(code, 0, log.join("\n"));
                    const [{ method, path, body } = {}, ...more] = pushed;
                    assert.deepEqual(more, []);
                    assert.deepEqual([method, path], ["PUT", "/metrics/job/compliance/stack/staging"]);
                    assert.match(body ?? "", /^hardening_compliance_score_ratio\{stack="staging"\} 0\.\d+$/m);
                    // Both statements are signed, by a key that the policy names.
                    assert.match(body ?? "", /^hardening_evidence_statements\{stack="staging",counts="yes"\} 2$/m);
                    assert.equal(readFileSync(at("c.prom"), "utf8"), body);
                    assert.match(body ?? "", /^hardening_evidence_statements\{stack="staging",counts="no"\} 0$/m);
                    assert.deepEqual(
                        readdirSync(at("seen")).map((file) => file.split("-")[0]),
                        ["audit", "other.json", "verify"],
                    );
                    assert.equal(readFileSync(at("seen/other.json"), "utf8"), files["seen/other.json"]);
                    assert.equal(readdirSync(at("history")).length, 1);
                });
                const bad = await cli([...args, "--key", at("bad.pem")]);
                assert.equal(bad.code, 2);
                assert.equal(bad.log[0], `error: --key ${at("bad.pem")}: is no private key in PEM`);
                // Before anything is looked at.
                const unkept = await cli([...args, "--keep", at("key.pem")]);
                assert.equal(unkept.code, 2);
                assert.deepEqual(unkept.log.slice(0, 1), [
                    `error: --keep ${at("key.pem")} can't be written to (EEXIST)`,
                ]);
                const unpushed = await cli([...args, "--push", "gateway:9091"]);
                assert.deepEqual(unpushed.log.slice(0, 1), [
                    "error: --push must be an address that begins with http:// or https://",
                ]);
            });
        } finally {
            await server.close();
        }
    });
});
