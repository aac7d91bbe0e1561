import assert from "node:assert/strict";

import type { Config } from "../../components/areas";
import { readConfig } from "../../components/config";
import { deployFoundation } from "../../components/deploy";
import { foundationOf } from "../../components/foundation";
import { evaluate } from "../../hardening/evaluate";
import type { Finding } from "../../hardening/findings";
import { fails } from "../../hardening/findings";
import { objectOf } from "../../hardening/formats/order";
import type { Registration } from "../../hardening/sources/program/registration";
import { unwrap } from "../../hardening/sources/program/values";
import { controls } from "../../policies/controls";
import { EXCEPTIONS, ExceptionBook } from "../../policies/engine/exceptions";
import { selectControls } from "../../policies/engine/profiles";
import { deploy } from "../support/deploy";
import { SMALLEST } from "../support/spire";

/*
 * The foundation under the names of somebody else: another project, other namespaces, labels and ports. What it was written
 * for must not shine through, and what it guards must be what is there.
 */

type Raw = Readonly<Record<string, unknown>>;

const PROJECT = "acme";
const DIGEST = `sha256:${"1".repeat(64)}`;

/** Settings of which every name is made of one word. */
function strangers(word: string): Raw {
    return {
        admission: { action: "deny" },
        canary: { enabled: true, namespace: `${word}-canary` },
        cluster: {
            name: `${word}-cluster`,
            apiServer: { cidrs: ["10.0.0.0/28"] },
            dns: { labels: { dns: `${word}-dns` } },
        },
        controlPlane: { namespace: `${word}-files` },
        externalSecrets: {
            namespace: `${word}-secrets`,
            provider: {
                kind: "vault",
                server: `https://vault.${word}.example.org`,
                auth: { method: "kubernetes", rolePrefix: word, audiences: ["vault"] },
            },
            egress: { cidrs: ["10.1.0.0/28"], port: 8243 },
            secrets: { [`${word}-shop`]: [{ name: `${word}-tls`, key: "shop/tls", properties: { "tls.crt": "c" } }] },
        },
        falco: {
            namespace: `${word}-eyes`,
            sidekick: { namespace: `${word}-relay`, egress: { cidrs: ["10.2.0.0/28"], port: 8843 } },
        },
        images: {
            mirror: `registry.${word}.example.org`,
            overrides: {
                x0tta6bl4: { repository: `${word}/shop` },
                probe: { repository: `${word}/probe`, digest: DIGEST },
            },
        },
        monitoring: {
            namespace: `${word}-metrics`,
            prometheusPort: 9191,
            prometheusLabels: { app: `${word}-prometheus` },
            selectorLabels: { team: word },
            dashboardLabels: { board: word },
            runbooks: `https://${word}.example.org/runbooks`,
        },
        platform: {
            namespace: `${word}-shop`,
            app: `${word}-web`,
            owner: `${word}-team`,
            port: 8181,
            secretName: `${word}-tls`,
            access: [{ role: "viewer", group: `${word}-people` }],
        },
        shield: {
            host: `shop.${word}.example.org`,
            certificateSecret: `${word}-tls`,
            gatewayClass: `${word}-gateway`,
            proxyNamespace: `${word}-edge`,
            exposure: { sourceRanges: ["10.0.0.0/8"] },
        },
        spire: {
            ...SMALLEST,
            trustDomain: `${word}.trust`,
            clusterName: `${word}-cluster`,
            server: { replicas: 1, dataStore: { type: "sqlite" }, caSubject: { organization: word } },
        },
    };
}

function configOf(settings: Raw): Config {
    const values = Object.entries(settings).map(([key, value]) => [`${PROJECT}:${key}`, value]);
    const { config, faults } = readConfig(Object.fromEntries(values), PROJECT);
    assert.deepEqual(faults, []);
    return config;
}

/** The objects that a stack of these settings registers. */
async function objectsOf(settings: Raw): Promise<readonly Registration[]> {
    const config = configOf(settings);
    const { registrations } = await deploy(() => deployFoundation(config, PROJECT, { risks: [] }), PROJECT, "live");
    return registrations.filter(({ type }) => type.startsWith("kubernetes:"));
}

/** Every text of a value, keys included. */
function textsOf(value: unknown): readonly string[] {
    return typeof value === "string"
        ? [value]
        : typeof value === "object" && value !== null
          ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)])
          : [];
}

/** `urn: text` of every text that a pattern is found in. */
function found(objects: readonly Registration[], pattern: RegExp): readonly string[] {
    return objects.flatMap(({ urn, inputs }) =>
        textsOf(inputs)
            .flatMap((text) => text.split("\n"))
            .filter((text) => pattern.test(text))
            .map((text) => `${urn}: ${text}`),
    );
}

/** Selectors by a list that has no values, which the API server refuses. */
function emptySelectors(value: unknown, path = ""): readonly string[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const { operator, values } = value as { operator?: unknown; values?: unknown };
    const empty = (operator === "In" || operator === "NotIn") && Array.isArray(values) && values.length === 0;
    return [
        ...(empty ? [path] : []),
        ...Object.entries(value).flatMap(([key, inner]) => emptySelectors(inner, `${path}.${key}`)),
    ];
}

function sourceOf(objects: readonly Registration[], kind: string, name: string): string {
    const texts = objects
        .filter(({ inputs }) => inputs["kind"] === kind && JSON.stringify(inputs["metadata"]).includes(`"${name}"`))
        .map(({ inputs }) => JSON.stringify(inputs));
    assert.equal(texts.length, 1, `${kind} ${name}`);
    return texts[0] ?? "";
}

/** `control Kind namespace/name` of what fails a preview without a waiver, and of what the components need excepted. */
function judged(objects: readonly Registration[]) {
    const resources = objects.map(({ type, urn, inputs }) => ({
        source: "stack live",
        document: 0,
        type,
        urn,
        props: unwrap(inputs).props,
    }));
    const selected = selectControls(controls, "x0tta6bl4");
    const exceptions = new ExceptionBook(EXCEPTIONS);
    const { findings } = evaluate([resources], { selected, waivers: [], exceptions, now: new Date(0) });
    const lines = (some: readonly Finding[]) => [
        ...new Set(some.map((finding) => `${finding.control} ${objectOf(finding)}`)),
    ];
    return {
        violations: lines(findings.filter(fails)),
        excepted: lines(findings.filter(({ status }) => status === "excepted")),
    };
}

describe("the foundation under a stranger's names", () => {
    let objects: readonly Registration[];

    before(async function () {
        this.timeout(120_000);
        objects = await objectsOf(strangers("sienna"));
    });

    it("says no name of the project it was written for, but in the keys of its own labels and its own images", () => {
        assert.ok(objects.length > 200);
        const own = /x0tta6bl4(?!\.io\/[a-z-]+|-(?:probe|responder)$)/;
        assert.deepEqual(found(objects, own), []);
    });

    it("says no old name once every name has been changed", async function () {
        this.timeout(120_000);
        const renamed = await objectsOf(strangers("ochre"));
        assert.deepEqual(found(renamed, /sienna/), []);
        assert.equal(renamed.length, objects.length);
        assert.ok(found(renamed, /ochre/).length > 500);
    });

    it("puts nothing into a namespace, and opens none, that its settings don't name", () => {
        const known = ["canary", "files", "secrets", "shop", "eyes", "relay", "metrics", "edge"].map(
            (part) => `sienna-${part}`,
        );
        const named = objects.flatMap(({ inputs }) =>
            [...JSON.stringify(inputs).matchAll(/"(?:namespace|kubernetes\.io\/metadata\.name)":"([^"]+)"/g)].map(
                ([, name]) => name,
            ),
        );
        assert.deepEqual([...new Set(named)].sort(), [...known, "kube-system", "spire"].sort());
    });

    it("has Falco guard the namespaces and the ports that are there", () => {
        const lists = sourceOf(objects, "ConfigMap", "falco-rules");
        for (const list of [
            "x0_application_namespaces\\n  items:\\n    - sienna-shop\\n",
            "x0_secrets_namespaces\\n  items:\\n    - sienna-secrets\\n",
            "x0_falco_namespaces\\n  items:\\n    - sienna-eyes\\n    - sienna-relay\\n",
            "- 9191\\n",
            "- 8243\\n",
            "- 8843\\n",
        ]) {
            assert.ok(
                lists.includes(list),
                `${list} in ${lists.slice(lists.indexOf("99-stack"), lists.indexOf("99-stack") + 2500)}`,
            );
        }
    });

    it("watches over the application by the name it has", () => {
        const alerts = sourceOf(objects, "PrometheusRule", "acme-platform");
        assert.ok(alerts.includes('absent(up{job=\\"sienna-web\\"} == 1)'));
        assert.ok(!alerts.includes("<application>"));
    });

    it("is clean without a waiver: what its components need comes with them", () => {
        const { violations, excepted } = judged(objects);
        // What the stranger's own image lacks, and whether their mirror is to be trusted, is theirs to say.
        const theirs = /^(?:images-pinned-by-digest Deployment sienna-shop|images-from-allowed-registries)/;
        assert.deepEqual(
            violations.filter((line) => !theirs.test(line)),
            [],
        );
        const known = foundationOf(configOf(strangers("sienna")), PROJECT).exceptions;
        // Admission knows the same objects by name.
        assert.deepEqual(
            excepted.filter((line) => !known.some(({ control, object }) => line === `${control} ${object}`)),
            [],
        );
        const unused = known.filter(({ control, object }) => !excepted.includes(`${control} ${object}`));
        assert.deepEqual(unused, []);
    });

    it("asks no webhook about a deletion, which would hold up that of a whole namespace", () => {
        const asked = objects
            .filter(({ inputs }) => /^(?:Validating|Mutating)WebhookConfiguration$/.test(String(inputs["kind"])))
            .map(({ urn, inputs }) => ({ urn, text: JSON.stringify(inputs) }));
        assert.ok(asked.length > 0);
        assert.deepEqual(
            asked.filter(({ text }) => /"operations":\[[^\]]*"(?:DELETE|\*)"/.test(text)).map(({ urn }) => urn),
            [],
        );
    });

    it("asks the registry each time for what a tag names, and once for what a digest does", () => {
        const containers = objects.flatMap(({ inputs }) => [
            ...JSON.stringify(inputs).matchAll(/"image":"([^"]+)","imagePullPolicy":"([^"]+)"/g),
        ]);
        assert.ok(containers.length > 10);
        for (const [, image = "", policy] of containers) {
            assert.equal(policy, image.includes("@sha256:") ? "IfNotPresent" : "Always", image);
        }
    });

    it("selects by no empty list", () => {
        assert.deepEqual(
            objects.flatMap(({ urn, inputs }) => emptySelectors(inputs, urn)),
            [],
        );
    });
});

describe("SPIRE and Falco alone", () => {
    const { cluster, spire } = strangers("sienna");
    const alone = { cluster, spire };

    it("are a foundation: no platform, no secrets manager, and nothing that speaks of either", async function () {
        this.timeout(120_000);
        const objects = await objectsOf(alone);
        const namespaces = objects
            .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
            .map(({ inputs }) => (inputs["metadata"] as { name: string }).name);
        assert.deepEqual(namespaces.sort(), ["control-plane-files", "falco", "spire"]);
        assert.deepEqual(
            found(objects, /<application>|external-secrets\.io/).filter((text) => /PrometheusRule|Webhook/.test(text)),
            [],
        );
        assert.deepEqual(
            objects.flatMap(({ urn, inputs }) => emptySelectors(inputs, urn)),
            [],
        );
        const rules = sourceOf(objects, "PrometheusRule", "acme-platform");
        assert.ok(!rules.includes("PlatformDown"));
        assert.deepEqual(judged(objects).violations, []);
    });

    it("are clean on Cilium too, with its policies beside ours", async function () {
        this.timeout(120_000);
        const objects = await objectsOf({ ...alone, cluster: { ...(cluster as Raw), platform: "gke" } });
        assert.deepEqual(judged(objects).violations, []);
        assert.ok(objects.some(({ type }) => type.endsWith(":CiliumNetworkPolicy")));
    });

    it("refuse what would need a platform", () => {
        const values = { ...alone, canary: { enabled: true }, shield: strangers("sienna")["shield"] };
        const keyed = Object.fromEntries(Object.entries(values).map(([key, value]) => [`${PROJECT}:${key}`, value]));
        const { faults } = readConfig(keyed, PROJECT);
        assert.ok(faults.includes("acme:shield has nothing to stand before; set acme:platform, or leave it out"));
        assert.ok(
            faults.includes("acme:canary.enabled needs a platform beside which the other half runs; set acme:platform"),
        );
    });
});
