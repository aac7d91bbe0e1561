import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { agentConf } from "../../../../components/spire/config/agent";
import { render } from "../../../../components/spire/config/json";
import { serverConf } from "../../../../components/spire/config/server";
import { SERVER_PATHS } from "../../../../components/spire/layout";
import { serverMaterial } from "../../../../components/spire/material";
import type { SpireSettings } from "../../../../components/spire/model";
import { pluginFaults } from "../../../../components/spire/versions";
import { TestCa } from "../../../../spiffe/test/support/ca.js";
import { findBinary } from "../../../support/binary";
import { spireOf } from "../../../support/spire";
import { configOf, strangers } from "../../../support/stranger";
import { readConfig, structured } from "../../../../components/config";
import { readStack } from "../../../../hardening/sources/program/stack-file";
import { AGENT_CASES, SERVER_CASES } from "./cases";

const server = findBinary("spire-server");
const agent = findBinary("spire-agent");

/** What SPIRE asks of somebody outside while it validates, and says where nobody is there. */
const OUTSIDE = [
    /^\t+unable to lookup tenant ID: failed to fetch tenant ID: Get "https:\/\/login\.microsoftonline\.com\//,
];

describe("SPIRE's own validation of the configuration", () => {
    let directory: string;
    let certificate: string;
    let key: string;
    const stacks: Record<string, SpireSettings | undefined> = {};

    before(async () => {
        directory = mkdtempSync(join(tmpdir(), "spire-config-"));
        const ca = await TestCa.create("x0tta6bl4.io");
        const issued = await ca.issue("spiffe://x0tta6bl4.io/web");
        certificate = issued.certificates.map(String).join("");
        key = String(issued.privateKey.export({ type: "pkcs8", format: "pem" }));
        for (const stack of ["staging", "production"]) {
            stacks[stack] = readConfig(structured(readStack(process.cwd(), stack).config), "x0tta6bl4").config.spire;
        }
        stacks["stranger"] = configOf(strangers("sienna")).spire;
    });
    after(() => {
        rmSync(directory, { recursive: true, force: true });
    });

    /** What `<binary> validate` says of a file; nothing where it accepts it. */
    function validate(binary: string, config: object, ...flags: readonly string[]): string {
        const file = join(directory, "spire.conf");
        // Key services write their identifier while they are validated, and only the container has the real directories.
        const text = render(config)
            .replaceAll(SERVER_PATHS.data, directory)
            .replaceAll(SERVER_PATHS.tls, join(directory, "tls"));
        writeFileSync(file, text);
        const { status, stdout, stderr } = spawnSync(binary, ["validate", "-config", file, ...flags], {
            encoding: "utf8",
            timeout: 30_000,
            env: { SPIRE_DATABASE_PASSWORD: "p@ss/word" },
        });
        return status === 0 ? "" : stdout + stderr;
    }

    /** Puts what the server's volumes hold where the configuration looks for it; nothing else is there. */
    function mount(settings: SpireSettings): void {
        rmSync(join(directory, "tls"), { recursive: true, force: true });
        for (const { name, source } of serverMaterial(settings)) {
            const folder = join(directory, "tls", name);
            mkdirSync(folder, { recursive: true });
            const files: Readonly<Record<string, string>> =
                "tlsSecret" in source ? { "tls.crt": certificate, "tls.key": key } : { "ca.crt": certificate };
            Object.entries(files).forEach(([file, text]) => {
                writeFileSync(join(folder, file), text);
            });
        }
    }

    /** Faults that the server finds in its configuration by these settings, but for what it could not ask. */
    function faultsOf(binary: string, settings: SpireSettings): readonly string[] {
        mount(settings);
        const said = validate(binary, serverConf(settings), "-expandEnv");
        const lines = said.split("\n").filter((line) => line.trim() !== "");
        const unreachable = lines.filter((line) => OUTSIDE.some((asked) => asked.test(line)));
        const heading = /^(?:SPIRE server configuration file is invalid\.|Validation errors:|\tNodeAttestor "\w+":)$/;
        return unreachable.length > 0
            ? lines.filter((line) => !unreachable.includes(line) && !heading.test(line))
            : lines;
    }

    const noServer = server === undefined ? " (skipped: no spire-server on PATH)" : "";
    const noAgent = agent === undefined ? " (skipped: no spire-agent on PATH)" : "";

    for (const [title, over] of Object.entries(SERVER_CASES)) {
        const settings = spireOf(over);
        it(`spire-server accepts ${title}${noServer}`, function () {
            if (server === undefined) {
                this.skip();
            }
            const faults = faultsOf(server, settings);
            if (/^Could not validate .* no built-in plugin "\w+" for type/.test(faults.join("\n"))) {
                // An older release, or a build without it; keys.spec.ts holds the names to what a release has.
                const { stdout, stderr } = spawnSync(server, ["--version"], { encoding: "utf8" });
                const unknown = pluginFaults(settings.server, (stdout + stderr).trim());
                assert.ok(unknown.length > 0 || title === "the upstream ejbca", faults.join("\n"));
                this.skip();
            }
            assert.deepEqual(faults, []);
        });
    }

    for (const stack of ["staging", "production", "stranger"]) {
        it(`spire-server accepts the configuration of ${stack}${noServer}`, function () {
            if (server === undefined) {
                this.skip();
            }
            assert.deepEqual(faultsOf(server, stacks[stack] ?? assert.fail(stack)), []);
        });

        it(`spire-agent accepts the configuration of ${stack}${noAgent}`, function () {
            if (agent === undefined) {
                this.skip();
            }
            assert.equal(validate(agent, agentConf(stacks[stack] ?? assert.fail(stack))), "");
        });
    }

    for (const [title, over] of Object.entries(AGENT_CASES)) {
        it(`spire-agent accepts ${title}${noAgent}`, function () {
            if (agent === undefined) {
                this.skip();
            }
            assert.equal(validate(agent, agentConf(spireOf(over))), "");
        });
    }

    it(`refuses a file that the volumes do not hold, so that what is mounted is held to what is read${noServer}`, function () {
        if (server === undefined) {
            this.skip();
        }
        const settings = spireOf(SERVER_CASES["the attestor x509pop"] ?? {});
        mount(spireOf());
        assert.match(validate(server, serverConf(settings)), /unable to load trust bundle/);
    });
});
