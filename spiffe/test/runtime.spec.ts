import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { checkRuntime } from "../src/runtime.js";

const root = dirname(import.meta.dirname);

describe("The runtime", () => {
    it("may be any Node.js since 22.20 with OpenSSL 3.5", () => {
        for (const node of ["22.20.0", "22.23.1", "24.0.0", "26.12.1", "27.0.0-nightly"]) {
            checkRuntime({ node, openssl: "3.5.2" });
        }
        checkRuntime({ node: "22.20.0", openssl: "3.5.5+quic" });
        checkRuntime({ node: "22.20.0", openssl: "4.0.0" });
    });

    it("is refused in words when it is older", () => {
        const refusals = [
            [{ node: "20.20.2", openssl: "3.5.2" }, "needs Node.js 22.20.0 or later: this is 20.20.2"],
            [{ node: "22.9.0", openssl: "3.5.2" }, "needs Node.js 22.20.0 or later: this is 22.9.0"],
            [{ node: "24.1.0", openssl: "3.0.17" }, "needs OpenSSL in Node.js 3.5.0 or later: this is 3.0.17"],
            [{ node: "24.1.0" }, "needs OpenSSL in Node.js 3.5.0 or later: there is none"],
        ] as const;
        for (const [versions, message] of refusals) {
            assert.throws(() => checkRuntime(versions), {
                code: "unsupported_runtime",
                message: `@x0tta6bl4/spiffe ${message}`,
            });
        }
    });

    it("is asked for by every entry of the package, before anything else", () => {
        const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
            exports: Record<string, string | { "@x0tta6bl4/source": string }>;
        };
        const entries = Object.values(exports).flatMap((entry) =>
            typeof entry === "string" ? [] : [entry["@x0tta6bl4/source"]],
        );
        assert.ok(entries.length >= readdirSync(join(root, "src/entry")).length);
        for (const entry of entries) {
            const first = readFileSync(join(root, entry), "utf8").match(/^(?:import|export) .*$/m)?.[0];
            assert.match(first ?? "", /^import "\.\.?\/runtime\.js";$/, entry);
        }
    });
});
