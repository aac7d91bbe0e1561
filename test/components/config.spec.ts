import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { loadConfig, readConfig, structured } from "../../components/config";
import { recordProgram } from "../../hardening/sources/program/monitor";
import { readStack, stackNames } from "../../hardening/sources/program/stack-file";
import { SMALLEST } from "../support/spire";

const EXTERNAL_SECRETS = {
    provider: {
        kind: "vault",
        server: "https://vault.example.org",
        auth: { method: "kubernetes", rolePrefix: "test", audiences: ["vault"] },
    },
    egress: { cidrs: ["10.1.0.0/28"] },
    secrets: {},
};

const MINIMAL = {
    "x0tta6bl4:externalSecrets": EXTERNAL_SECRETS,
    "x0tta6bl4:cluster": { name: "test", apiServer: { cidrs: ["10.0.0.0/28"] } },
    "x0tta6bl4:platform": { namespace: "shop" },
    "x0tta6bl4:spire": SMALLEST,
};

async function load(config: Record<string, string>, secretKeys: string[] = []): Promise<unknown> {
    await recordProgram(pulumi, "x0tta6bl4", "test");
    pulumi.runtime.setAllConfig(config, secretKeys);
    try {
        return loadConfig();
    } finally {
        pulumi.runtime.setAllConfig({}, []);
    }
}

function asText(values: Record<string, unknown>): Record<string, string> {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]));
}

describe("config", () => {
    it("fills in what the mission fixes: port 8080, /metrics, Prometheus in monitoring on 9090", () => {
        const { config, faults } = readConfig(MINIMAL, "x0tta6bl4");
        assert.deepEqual(faults, []);
        assert.equal(config.platform?.port, 8080);
        assert.equal(config.platform.metricsPath, "/metrics");
        assert.equal(config.platform.app, "x0tta6bl4");
        assert.deepEqual(config.monitoring.namespace, "monitoring");
        assert.deepEqual(config.monitoring.prometheusPort, 9090);
        assert.deepEqual(config.cluster.apiServer.ports, [443, 6443]);
    });

    it("names an unknown key and the closest known one", () => {
        const { faults } = readConfig({ ...MINIMAL, "x0tta6bl4:platfrom": {} }, "x0tta6bl4");
        assert.deepEqual(faults, ['x0tta6bl4:platfrom is not known; did you mean "platform"?']);
    });

    it("reports what is missing, unknown and ill-typed in one error, with the stack's name and no stack trace", async () => {
        const wrong = asText({
            "x0tta6bl4:externalSecrets": EXTERNAL_SECRETS,
            "x0tta6bl4:spire": SMALLEST,
            "x0tta6bl4:cluster": { name: "test", apiServer: { cidrs: ["10.0.0.0"] } },
            "x0tta6bl4:platform": { namespace: "shop", replicas: { minimum: 5, maximum: 2 }, port: "8080" },
            "x0tta6bl4:imags": {},
        });
        await assert.rejects(load(wrong), (error: Error) => {
            assert.ok(pulumi.RunError.isInstance(error));
            assert.equal(
                error.message,
                [
                    'Stack "test" is misconfigured:',
                    '  x0tta6bl4:imags is not known; did you mean "images"?',
                    '  x0tta6bl4:cluster.apiServer.cidrs[0] must be an address range with its mask, such as 10.0.0.0/24, found "10.0.0.0"',
                    '  x0tta6bl4:platform.port must be a whole number from 1 to 65535, found "8080"',
                    "  x0tta6bl4:platform.replicas has a maximum of 2, which is below its minimum of 5",
                ].join("\n"),
            );
            return true;
        });
    });

    it("refuses an encrypted setting by its key and never shows its value", async () => {
        const values = { ...asText(MINIMAL), "x0tta6bl4:images": '{"mirror":"hunter2.example.org"}' };
        await assert.rejects(load(values, ["x0tta6bl4:images"]), (error: Error) => {
            assert.equal(
                error.message,
                'Stack "test" is misconfigured:\n  x0tta6bl4:images is encrypted; settings hold no secrets, those come through External Secrets',
            );
            return true;
        });
    });

    it("leaves the settings of other packages alone", async () => {
        await assert.doesNotReject(load({ ...asText(MINIMAL), "kubernetes:context": "kind" }));
    });

    it("accepts the stack files of this repository", () => {
        assert.deepEqual(stackNames("."), ["production", "staging"]);
        for (const stack of stackNames(".")) {
            const { config, project } = readStack(process.cwd(), stack);
            assert.deepEqual(readConfig(structured(config), project).faults, [], stack);
        }
    });
});
