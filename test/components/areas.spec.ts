import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { load } from "js-yaml";

import { areas } from "../../components/areas";
import { readConfig } from "../../components/config";
import { WITHOUT } from "../../components/area";
import { describeSettings } from "../../components/describe";
import { IMAGES } from "../../components/images";
import type { Schema } from "../../policies/engine/schema";
import { boolean, object, text, withDefault } from "../../policies/engine/schema";
import { port } from "../../policies/engine/values";
import { SMALLEST } from "../support/spire";

const VAULT = {
    kind: "vault",
    server: "https://vault.example.org",
    auth: { method: "kubernetes", rolePrefix: "test", audiences: ["vault"] },
};
const SECRETS = { provider: VAULT, egress: { cidrs: ["10.1.0.0/28"] }, secrets: {} };
const MINIMAL = {
    "x0tta6bl4:externalSecrets": SECRETS,
    "x0tta6bl4:cluster": { name: "test", apiServer: { cidrs: ["10.0.0.0/28"] } },
    "x0tta6bl4:platform": { namespace: "shop" },
    "x0tta6bl4:spire": SMALLEST,
};

function faultsOf(over: Readonly<Record<string, unknown>>): readonly string[] {
    return readConfig({ ...MINIMAL, ...over }, "x0tta6bl4").faults;
}

/** Every schema within one, itself included, under its path. */
function schemasIn(schema: Schema<unknown>, path: string): readonly (readonly [string, Schema<unknown>])[] {
    const fields = (some: Readonly<Record<string, Schema<unknown>>>, at: string) =>
        Object.entries(some).flatMap(([name, field]) => schemasIn(field, `${at}.${name}`));
    const { form } = schema;
    const inner = () => {
        switch (form.kind) {
            case "value":
                return [];
            case "list":
            case "map":
                return schemasIn(form.item, `${path}[]`);
            case "object":
                return fields(form.fields, path);
            case "union":
                return Object.entries(form.variants).flatMap(([name, some]) => fields(some, `${path}(${name})`));
        }
    };
    return [[path, schema], ...inner()];
}

describe("the registry of areas", () => {
    const keys = areas.map(({ key }) => key);

    it("has each key once, and an order in which every area can wait for those it names", () => {
        assert.deepEqual([...new Set(keys)], keys);
        const waitsForItself = (key: string, seen: readonly string[]): boolean =>
            seen.includes(key) ||
            (areas.find((area) => area.key === key)?.after ?? []).some((next) => waitsForItself(next, [...seen, key]));
        for (const { key, after = [] } of areas) {
            const deployed = areas.filter((area) => area.deploy !== undefined).map((area) => area.key as string);
            assert.deepEqual(
                after.filter((name) => !deployed.includes(name)),
                [],
                `${key} waits for what is not deployed`,
            );
            assert.ok(!waitsForItself(key, []), `${key} would wait for itself`);
        }
    });

    it("gives no setting a default that its own schema refuses", () => {
        let defaults = 0;
        for (const { key, settings } of areas) {
            for (const [path, schema] of schemasIn(settings, key)) {
                if (schema.absent !== undefined) {
                    const faults: string[] = [];
                    schema.read(undefined, path, faults);
                    assert.deepEqual(faults, [], path);
                    defaults++;
                }
            }
        }
        assert.ok(defaults > 100, `${defaults} defaults were looked at`);
    });

    it("is what Pulumi.yaml describes", () => {
        const written = readFileSync("Pulumi.yaml", "utf8");
        assert.equal(written, describeSettings(written), "run: npm run settings:doc");
        const { config } = load(written) as { config: Record<string, { description: string }> };
        assert.match(config["spire"]?.description ?? "", /quota\.\{cpu \(16\), memory \(48Gi\), pods \(260\)\}/);
        assert.match(config["platform"]?.description ?? "", /access\[\]\.\{role, group\}, secretName\?/);
    });

    it("asks in Pulumi.yaml for what every stack needs, and for nothing that a stack may do without", () => {
        const { config } = load(readFileSync("Pulumi.yaml", "utf8")) as {
            config: Record<string, { default?: unknown }>;
        };
        const asked = Object.keys(config).filter((key) => config[key]?.default === undefined);
        assert.deepEqual(asked, ["cluster", "spire"]);
        for (const { key, settings } of areas.filter(({ key }) => config[key]?.default === WITHOUT)) {
            const faults: string[] = [];
            assert.equal(settings.read(WITHOUT, key, faults), undefined, key);
            assert.deepEqual(faults, []);
            settings.read("nothing", key, faults);
            assert.match(
                faults.join("\n"),
                new RegExp(`^${key} must be one of none, or an object with .*, found "nothing"$`),
            );
        }
    });

    it("takes no default of another type than the setting's", () => {
        // @ts-expect-error -- a text is no port
        const wrong = withDefault(port, "8080");
        // @ts-expect-error -- the field without a default of its own is missing
        const missing = withDefault(object({ on: withDefault(boolean(), false), name: text() }), {});
        for (const schema of [wrong, missing]) {
            const faults: string[] = [];
            (schema as Schema<unknown>).read(undefined, "it", faults);
            assert.equal(faults.length, 1);
        }
    });
});

describe("the rules of the areas", () => {
    it("are all asked at once, before anything is registered", () => {
        const secret = { name: "a", key: "k", properties: { a: "a" }, refreshInterval: "1s" };
        assert.deepEqual(
            faultsOf({
                "x0tta6bl4:admission": { controls: { "no-such": "deny" } },
                "x0tta6bl4:canary": { enabled: true },
                "x0tta6bl4:controlPlane": { encryption: { provider: "secretbox", keys: ["a", "a"] } },
                "x0tta6bl4:externalSecrets": {
                    ...SECRETS,
                    crds: { source: "path", path: "no-such.yaml" },
                    secrets: { shop: [secret] },
                },
                "x0tta6bl4:mesh": { kind: "istio", callers: [{ namespace: "front", serviceAccount: "default" }] },
                "x0tta6bl4:platform": {
                    namespace: "shop",
                    port: 1023,
                    access: [{ role: "viewer", group: "system:authenticated" }],
                },
                "x0tta6bl4:spire": { ...SMALLEST, trustDomain: "example.org" },
            }),
            [
                "x0tta6bl4:platform.port is 1023, which is privileged; a process that is not root can only bind from 1024 up",
                'x0tta6bl4:platform.access[0] gives viewer to "system:authenticated": system groups hold every user or every service account; name a group of your own',
                "x0tta6bl4:mesh.callers[0] is front/default: every pod without an account of its own has that identity; name an account",
                "x0tta6bl4:platform.metricsPort must be a port of its own: at 1023 the mesh lets in its callers only, and neither Prometheus nor the kubelet",
                "x0tta6bl4:externalSecrets.secrets.shop[0]: a: refreshInterval must be from 1m to 24h, found 1s; 0 would never refresh, and a rotated secret would never arrive",
                "x0tta6bl4:externalSecrets.crds: no-such.yaml: can't be read (ENOENT)",
                'x0tta6bl4:spire.trustDomain is "example.org", a name reserved for documentation and tests; use one you own',
                'x0tta6bl4:controlPlane.encryption.keys names "a" twice',
                "x0tta6bl4:images.overrides.probe.digest is missing: no digest is known for localhost:5001/x0tta6bl4-probe:0.1.0; look it up and pin it",
                'x0tta6bl4:admission.controls.no-such: there is no such control; did you mean "no-sudo"?',
            ],
        );
    });

    it("leave out only what needs settings that could not be read", () => {
        const everywhere = { ...SECRETS, egress: { cidrs: ["0.0.0.0/0"] }, secrets: { elsewhere: [] } };
        assert.deepEqual(
            faultsOf({
                "x0tta6bl4:falco": { namespace: "Falco" },
                "x0tta6bl4:images": { overrides: { nginx: { tag: "1" } } },
                "x0tta6bl4:platform": { namespace: "shop", port: 80 },
                "x0tta6bl4:externalSecrets": everywhere,
            }),
            [
                `x0tta6bl4:images.overrides.nginx is not an image of this program; known are ${Object.keys(IMAGES).join(", ")}`,
                'x0tta6bl4:falco.namespace must be a DNS label (lower-case letters, digits and hyphens, at most 63), found "Falco"',
                "x0tta6bl4:platform.port is 80, which is privileged; a process that is not root can only bind from 1024 up",
                // Not that it makes no namespace "elsewhere": Falco's might be.
                "x0tta6bl4:externalSecrets: flow external-secrets-elsewhere-provider opens 0.0.0.0/0, which is everywhere; name the addresses",
            ],
        );
    });
});
