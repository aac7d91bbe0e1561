import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { render } from "../../../../components/spire/config/json";
import { serverConf } from "../../../../components/spire/config/server";
import { PORTS, SERVER_PATHS } from "../../../../components/spire/layout";
import { freePort } from "../../../../spiffe/test/support/free-port.js";
import { findBinary } from "../../../support/binary";
import { spireOf } from "../../../support/spire";

const binary = findBinary("spire-server");

describe("spire-server with the configuration that is deployed", () => {
    let directory: string;

    before(() => {
        // Short: the path of a Unix socket has 107 characters at most.
        directory = mkdtempSync(join(tmpdir(), "spire-"));
    });
    after(() => {
        rmSync(directory, { recursive: true, force: true });
    });

    it(`starts, makes its authority and reports ready${binary === undefined ? " (skipped: no spire-server on PATH)" : ""}`, async function () {
        if (binary === undefined) {
            this.skip();
        }
        this.timeout(60_000);
        const [api, health, metrics] = [await freePort(), await freePort(), await freePort()];
        const conf = serverConf(spireOf());
        const local = {
            ...conf,
            server: { ...conf.server, bind_address: "127.0.0.1", bind_port: api },
            // The bundle is published to a cluster, and there is none here.
            plugins: { ...conf.plugins, BundlePublisher: undefined },
            health_checks: { ...conf.health_checks, bind_address: "127.0.0.1", bind_port: String(health) },
            telemetry: { Prometheus: { host: "127.0.0.1", port: metrics } },
        };
        assert.notEqual(api, PORTS.server);
        const file = join(directory, "server.conf");
        writeFileSync(
            file,
            render(local).replaceAll(SERVER_PATHS.data, directory).replaceAll(SERVER_PATHS.socketDir, directory),
        );
        const server = spawn(binary, ["run", "-config", file], { stdio: ["ignore", "pipe", "pipe"] });
        let log = "";
        server.stdout.on("data", (chunk: Buffer) => (log += chunk.toString()));
        server.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
        try {
            const ready = async (): Promise<boolean> =>
                fetch(`http://127.0.0.1:${health}/ready`).then(
                    ({ status }) => status === 200,
                    () => false,
                );
            for (let attempt = 0; attempt < 200 && server.exitCode === null && !(await ready()); attempt++) {
                await new Promise((resolve) => setTimeout(resolve, 200));
            }
            assert.ok(await ready(), log);
            assert.match(log, /"msg":"X509 CA (?:prepared|activated)"/);
            assert.doesNotMatch(log, /"level":"(?:error|fatal)"|unknown configuration|deprecated/);
        } finally {
            server.kill("SIGTERM");
            await once(server, "exit");
        }
    });
});
