import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { TestCa } from "./support/ca.js";
import { FakeWorkloadApi, x509Message } from "./support/fake-workload-api.js";
import { freePort } from "./support/free-port.js";
import { accepts } from "./support/listening.js";
import { withoutCoverage } from "./support/without-coverage.js";

const folder = dirname(import.meta.dirname);
const readme = readFileSync(join(folder, "README.md"), "utf8");

/** The code blocks of the README in a language. */
const blocks = (language: string): string[] =>
    readme
        .split(`\`\`\`${language}\n`)
        .slice(1)
        .map((rest) => rest.split("```", 1)[0] ?? "");

describe("README", () => {
    it("has a quick start that runs as it stands", async () => {
        const ca = await TestCa.create("example.org");
        const port = await freePort();
        const apis = await Promise.all(
            ["/server", "/client"].map(async (path) => {
                const api = await FakeWorkloadApi.start();
                api.setX509(x509Message([await ca.issue(path)], [ca.bundle]));
                return api;
            }),
        );
        const running: ChildProcess[] = [];
        const run = (index: number): ChildProcess => {
            const code = blocks("js")[index]?.replace("8443", String(port)) ?? "";
            // Evaluated in the package's folder, the code finds the package by its own name.
            const flags = ["--import=tsx", "--conditions=@x0tta6bl4/source", "--input-type=module", "--eval", code];
            const env = { ...withoutCoverage(), SPIFFE_ENDPOINT_SOCKET: apis[index]?.address };
            const child = spawn(process.execPath, flags, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
            running.push(child);
            return child;
        };
        try {
            run(0);
            // The client of the quick start makes one attempt: it may run once the server has its identity and listens.
            while (!(await accepts(port))) {
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
            const client = run(1);
            let output = "";
            client.stdout?.on("data", (data: Buffer) => (output += data.toString()));
            client.stderr?.on("data", (data: Buffer) => (output += data.toString()));
            // It ends by itself.
            const [status] = (await once(client, "close")) as [number | null];
            assert.equal(status, 0, output);
            assert.equal(output, "Hello, spiffe://example.org/client\n");
        } finally {
            running.forEach((child) => child.kill());
            await Promise.all(apis.map((api) => api.stop()));
        }
    }).timeout(60_000);

    it("links to nothing that the package doesn't carry", () => {
        const links = [...readme.matchAll(/\]\((?<path>[^)#]+)\)/g)].map((match) => match.groups?.path ?? "");
        assert.deepEqual(
            links.filter((link) => !link.startsWith("https://")),
            [],
        );
    });
});
