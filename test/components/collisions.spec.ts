import assert from "node:assert/strict";

import { readConfig } from "../../components/config";
import { SHARED_NAMESPACES } from "../../components/namespace";
import { SMALLEST } from "../support/spire";

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What is wrong with the smallest settings, some of them changed. */
function faultsOf(changes: Sections): readonly string[] {
    const provider = {
        kind: "vault",
        server: "https://vault.example.org",
        auth: { method: "kubernetes", rolePrefix: "test", audiences: ["vault"] },
    };
    const sections: Sections = {
        cluster: { name: "test", apiServer: { cidrs: ["10.0.0.0/28"] } },
        externalSecrets: { provider, egress: { cidrs: ["10.1.0.0/28"] }, secrets: {} },
        images: { overrides: { probe: { digest: `sha256:${"a".repeat(64)}` } } },
        platform: { namespace: "shop" },
        spire: SMALLEST,
    };
    const names = [...new Set([...Object.keys(sections), ...Object.keys(changes)])];
    const values = names.map((name): [string, unknown] => [
        `x0tta6bl4:${name}`,
        { ...sections[name], ...changes[name] },
    ]);
    return readConfig(Object.fromEntries(values), "x0tta6bl4").faults;
}

describe("namespaces in the settings", () => {
    it("are all different by default", () => {
        assert.deepEqual(faultsOf({ canary: { enabled: true } }), []);
    });

    for (const [other, owner] of [
        ["shop", "as is x0tta6bl4:platform.namespace"],
        ["spire", "which x0tta6bl4:spire has for itself"],
        ["falco", "as is x0tta6bl4:falco.namespace"],
        ["external-secrets", "as is x0tta6bl4:externalSecrets.namespace"],
        ["control-plane-files", "as is x0tta6bl4:controlPlane.namespace"],
        ["monitoring", "as is x0tta6bl4:monitoring.namespace"],
        ...SHARED_NAMESPACES.map((name) => [name, "which every cluster shares"] as const),
    ] as const) {
        it(`keep the canary out of ${other}`, () => {
            assert.deepEqual(faultsOf({ canary: { enabled: true, namespace: other } }), [
                `x0tta6bl4:canary.namespace is "${other}", ${owner}; it needs a namespace of its own`,
            ]);
        });
    }

    it("say nothing of a canary that is off", () => {
        assert.deepEqual(faultsOf({ canary: { namespace: "shop" } }), []);
    });

    it("are refused all at once wherever two areas want the same", () => {
        const sidekick = { namespace: "eyes", egress: { cidrs: ["10.2.0.0/28"] } };
        assert.deepEqual(
            faultsOf({
                monitoring: { namespace: "spire" },
                platform: { namespace: "envoy-gateway-system" },
                shield: {
                    host: "shop.example.org",
                    certificateSecret: "tls",
                    exposure: { sourceRanges: ["10.0.0.0/8"] },
                },
                externalSecrets: { namespace: "default" },
                falco: { namespace: "eyes", sidekick },
                controlPlane: { namespace: "default" },
                canary: { enabled: true, namespace: "eyes" },
            }),
            [
                'x0tta6bl4:monitoring.namespace is "spire", which x0tta6bl4:spire has for itself; it needs a namespace of its own',
                'x0tta6bl4:platform.namespace is "envoy-gateway-system", as is x0tta6bl4:shield.proxyNamespace; it needs a namespace of its own',
                'x0tta6bl4:externalSecrets.namespace is "default", which every cluster shares; it needs a namespace of its own',
                'x0tta6bl4:falco.sidekick.namespace is "eyes", as is x0tta6bl4:falco.namespace; it needs a namespace of its own',
                'x0tta6bl4:controlPlane.namespace is "default", which every cluster shares; it needs a namespace of its own',
                'x0tta6bl4:canary.namespace is "eyes", as is x0tta6bl4:falco.namespace; it needs a namespace of its own',
            ],
        );
    });
});
