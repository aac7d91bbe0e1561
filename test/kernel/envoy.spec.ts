import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { request } from "node:https";
import { connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { proxyConfig } from "../../components/proxy";
import { TestCa } from "../../spiffe/test/support/ca.js";
import { freePort } from "../../spiffe/test/support/free-port.js";
import { onPath } from "../../spiffe/test/support/spire.js";

const skipped = onPath("envoy") ? "" : " (skipped: not installed: envoy)";
const DOMAIN = "acme.test";
const id = (path: string): string => `spiffe://${DOMAIN}${path}`;

/** The configuration with secrets out of files where the agent's discovery service would be asked. */
function withFiles(config: object, folder: string): string {
    const files = new Map<string, string>();
    const walk = (value: unknown): unknown => {
        if (Array.isArray(value)) {
            return value.map(walk);
        }
        if (typeof value !== "object" || value === null) {
            return value;
        }
        const { name, sds_config: source } = value as { name?: string; sds_config?: unknown };
        if (source !== undefined && name !== undefined) {
            const path = join(folder, `${files.size}.json`);
            files.set(name, path);
            return { name, sds_config: { resource_api_version: "V3", path_config_source: { path } } };
        }
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
    };
    const text = JSON.stringify(walk(config)).replaceAll("/run/envoy/", `${folder}/`);
    for (const [name, path] of files) {
        writeFileSync(path, JSON.stringify({ resources: [secretOf(name)] }));
    }
    return text;
}

let secretOf: (name: string) => object = () => ({});

describe(`a workload's proxy is what Envoy takes it for${skipped}`, function () {
    this.timeout(60_000);
    let folder: string;
    let program: Server;
    let envoy: ChildProcess;
    let ca: TestCa;
    let ports: { readonly tls: number; readonly metrics: number };
    let log = "";

    before(async function () {
        if (skipped !== "") {
            this.skip();
        }
        folder = mkdtempSync(join(tmpdir(), "envoy-"));
        ca = await TestCa.create(DOMAIN);
        const own = await ca.issue("/ns/shop/sa/web");
        const type = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
        secretOf = (name) =>
            name === id("/ns/shop/sa/web")
                ? {
                      "@type": type,
                      name,
                      tls_certificate: {
                          certificate_chain: { inline_string: own.certPem() },
                          private_key: { inline_string: own.keyPem() },
                      },
                  }
                : {
                      "@type": type,
                      name,
                      validation_context: { trusted_ca: { inline_string: ca.certificate.toString() } },
                  };
        program = createServer((incoming, answer) => {
            answer.end(String(incoming.headers["x-forwarded-client-cert"]));
        }).listen(0, "127.0.0.1");
        await once(program, "listening");
        ports = { tls: await freePort(), metrics: await freePort() };
        const config = proxyConfig("web", (program.address() as AddressInfo).port, {
            image: "envoy",
            spiffeId: id("/ns/shop/sa/web"),
            trustDomain: DOMAIN,
            callers: [id("/ns/front/sa/gateway")],
            port: ports.tls,
            metricsPort: ports.metrics,
        });
        writeFileSync(join(folder, "envoy.json"), withFiles(config, folder));
        envoy = spawn(
            "envoy",
            [
                "--config-path",
                join(folder, "envoy.json"),
                "--log-level",
                "warning",
                "--base-id",
                String(process.pid % 30_000),
                "--concurrency",
                "1",
            ],
            {
                stdio: ["ignore", "ignore", "pipe"],
            },
        );
        envoy.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
        for (let tries = 0; (await metrics("/ready").catch(() => "")) !== "LIVE\n"; tries++) {
            assert.ok(tries < 150 && envoy.exitCode === null, log);
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    });

    after(async () => {
        if (skipped === "") {
            envoy.kill();
            await once(envoy, "exit");
            program.close();
            rmSync(folder, { recursive: true, force: true });
        }
    });

    async function metrics(path: string): Promise<string> {
        const answer = await fetch(`http://127.0.0.1:${ports.metrics}${path}`);
        return answer.status === 200 ? answer.text() : `${answer.status}`;
    }

    /** TLS of a caller, who knows the authority, and by default has the SVID of `path`. */
    async function callerOf(path: string, over: ConnectionOptions = {}): Promise<ConnectionOptions> {
        const svid = await ca.issue(path);
        return {
            host: "127.0.0.1",
            port: ports.tls,
            ca: ca.certificate.toString(),
            cert: svid.certPem(),
            key: svid.keyPem(),
            checkServerIdentity: () => undefined,
            ...over,
        };
    }

    async function call(options: ConnectionOptions): Promise<string> {
        return new Promise((resolve, reject) => {
            const sent = request(
                { ...options, path: "/", agent: false, headers: { "x-forwarded-client-cert": "By=me" } },
                (answer) => {
                    let text = "";
                    answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
                    answer.on("end", () => {
                        resolve(text);
                    });
                },
            );
            sent.on("error", reject).end();
        });
    }

    it("lets in who is on the list, and tells the program who that is, whatever the caller says", async () => {
        const told = await call(await callerOf("/ns/front/sa/gateway"));
        assert.ok(told.endsWith(`;URI=${id("/ns/front/sa/gateway")}`), told);
        assert.ok(!told.includes("By=me"), told);
    });

    it("refuses everybody else: another SVID, none, and one of another authority", async () => {
        await assert.rejects(call(await callerOf("/ns/front/sa/other")));
        await assert.rejects(call(await callerOf("/x", { cert: undefined, key: undefined })));
        const stranger = await (await TestCa.create(DOMAIN)).issue("/ns/front/sa/gateway");
        await assert.rejects(call(await callerOf("/x", { cert: stranger.certPem(), key: stranger.keyPem() })));
    });

    it("speaks TLS 1.3 only, and post-quantum with whoever can", async () => {
        await assert.rejects(call(await callerOf("/ns/front/sa/gateway", { maxVersion: "TLSv1.2" })));
        const socket: TLSSocket = connect(await callerOf("/ns/front/sa/gateway", { ecdhCurve: "X25519MLKEM768" }));
        await once(socket, "secureConnect");
        assert.equal(socket.getProtocol(), "TLSv1.3");
        socket.destroy();
        const curves = (await metrics("/stats/prometheus")).split("\n").filter((line) => /ssl_curves/.test(line));
        assert.ok(
            curves.some((line) => /X25519MLKEM768.*\} [1-9]/.test(line)),
            curves.join("\n"),
        );
    });

    it("shows its metrics, and nothing else of its administration", async () => {
        assert.match(await metrics("/stats/prometheus"), /envoy_listener_ssl_fail_verify_san\{[^}]*\} [1-9]/);
        for (const path of ["/config_dump", "/quitquitquit", "/certs", "/stats/prometheus/../config_dump"]) {
            assert.equal(await metrics(path), "404", path);
        }
    });
});
