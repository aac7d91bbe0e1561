import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { Canary, canaryFlows } from "../../../components/canary/canary";
import { canarySettings, type CanarySettings } from "../../../components/canary/settings";
import { readConfig } from "../../../components/config";
import { closedNamespaces, foundationOf } from "../../../components/foundation";
import { Images, imageSettings } from "../../../components/images";
import { policySpecs } from "../../../components/network/flows";
import { deploy, refusalOf } from "../../support/deploy";
import { spireOf } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";

const DIGEST = `sha256:${"a".repeat(64)}`;
const images = new Images(imageSettings.read({ overrides: { probe: { digest: DIGEST } } }, "images", []));

function settings(over: object = {}): CanarySettings {
    const faults: string[] = [];
    const read = canarySettings.read({ enabled: true, ...over }, "x0tta6bl4:canary", faults);
    assert.deepEqual(faults, []);
    return read;
}

const stack = load(readFileSync(join(__dirname, "../../../Pulumi.staging.yaml"), "utf8")) as {
    config: Record<string, unknown>;
};
const { config } = readConfig(stack.config, "x0tta6bl4");
const SHOP = { namespace: "shop", app: "web", port: 9000, flow: "canary" };
const ARGS = { ...SURROUNDINGS, images, settings: settings(), spire: spireOf(), applications: [SHOP] };
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

interface Template {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: Readonly<Record<string, unknown>> & {
        readonly containers: readonly [Readonly<Record<string, unknown>>];
        readonly volumes: readonly { readonly name: string }[];
    };
}

describe("Canary", () => {
    it("is off unless it is switched on", () => {
        assert.equal(canarySettings.read(undefined, "x0tta6bl4:canary", []).enabled, false);
        assert.ok(!closedNamespaces(config).some(({ namespace }) => namespace === "canary"));
        assert.ok(!foundationOf(config, "x0tta6bl4").targets.some(({ name }) => name === "canary"));
    });

    it("has a closed namespace of its own, and is scraped in both", () => {
        const canary = settings({ namespace: "proof" });
        assert.deepEqual(
            closedNamespaces({ ...config, canary }).find(({ namespace }) => namespace === "proof")?.quota,
            {
                cpu: "1",
                memory: "1Gi",
                pods: "10",
            },
        );
        assert.deepEqual(
            foundationOf({ ...config, canary }, "x0tta6bl4")
                .targets.filter(({ name }) => name === "canary")
                .map(({ namespace, port }) => [namespace, port]),
            [
                ["proof", "http"],
                [config.platform?.namespace, "http"],
            ],
        );
    });

    it("creates two halves, each with an identity of its own, and nothing else", async () => {
        const deployed = await deploy(() => new Canary("canary", ARGS));
        const types = deployed
            .list()
            .map(([type]) => type)
            .filter((type) => type.startsWith("kubernetes:"));
        const counted = Object.fromEntries(
            [...new Set(types)].map((type) => [type, types.filter((t) => t === type).length]),
        );
        assert.deepEqual(counted, {
            [DEPLOYMENT]: 2,
            "kubernetes:core/v1:Service": 2,
            "kubernetes:core/v1:ServiceAccount": 2,
            "kubernetes:networking.k8s.io/v1:NetworkPolicy": 8,
            "kubernetes:policy/v1:PodDisruptionBudget": 2,
            "kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID": 2,
        });
    });

    it("has each half call the other, let in nobody else, and require post-quantum key exchange", async () => {
        const deployed = await deploy(() => new Canary("canary", ARGS));
        for (const [namespace, other] of [
            ["canary", "shop"],
            ["shop", "canary"],
        ]) {
            const inputs = deployed.inputs(DEPLOYMENT, `canary-${namespace}-deployment`);
            assert.equal((inputs["metadata"] as { namespace: string }).namespace, namespace);
            const { metadata, spec } = (inputs["spec"] as { template: Template }).template;
            const [container] = spec.containers;
            assert.equal(container["image"], `localhost:5001/x0tta6bl4-probe:0.1.0@${DIGEST}`);
            assert.deepEqual(container["env"], [
                { name: "SPIFFE_ENDPOINT_SOCKET", value: "unix:///run/spiffe/workload/spire-agent.sock" },
                { name: "PROBE_PEERS", value: `https://canary.${other}.svc:8443` },
                { name: "PROBE_ALLOWED", value: `spiffe://staging.x0tta6bl4.io/ns/${other}/sa/canary` },
                { name: "PROBE_FORBIDDEN", value: "kubernetes.default.svc:443,web.shop.svc:9000" },
                { name: "PROBE_INTERVAL", value: "30" },
                { name: "PROBE_KEM", value: "require" },
            ]);
            assert.equal(metadata.labels["spiffe.x0tta6bl4.io/identity"], "canary");
            assert.deepEqual(
                spec.volumes.map(({ name }) => name),
                ["tmp", "spiffe-workload-api"],
            );
            assert.equal(spec["priorityClassName"], undefined, "it gives way to others");
        }
    });

    it("opens the echo between its halves only, name resolution and metrics", () => {
        const opened = policySpecs(canaryFlows(ARGS)).map(({ namespace, name, spec }) => {
            const ports = [...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap((rule) => rule.ports);
            return `${namespace}/${name} ${ports.map(({ port }) => port).join()}`;
        });
        assert.deepEqual(opened.sort(), [
            "canary/canary-dns-egress 53,53",
            "canary/canary-echo-egress 8443",
            "canary/canary-echo-ingress 8443",
            "canary/canary-metrics-ingress 8080",
            "shop/canary-dns-egress 53,53",
            "shop/canary-echo-egress 8443",
            "shop/canary-echo-ingress 8443",
            "shop/canary-metrics-ingress 8080",
        ]);
    });

    it("has a half beside each of several applications, which calls none of the others and tries to reach them all", async () => {
        const store = { namespace: "store", app: "till", port: 9443, flow: "canary-till" };
        const args = { ...ARGS, applications: [SHOP, store] };
        const deployed = await deploy(() => new Canary("canary", args));
        const told = Object.fromEntries(
            ["canary", "shop", "store"].map((namespace) => {
                const { spec } = deployed.inputs(DEPLOYMENT, `canary-${namespace}-deployment`) as {
                    spec: { template: Template };
                };
                const env = spec.template.spec.containers[0]["env"] as readonly { name: string; value: string }[];
                return [namespace, Object.fromEntries(env.map(({ name, value }) => [name, value]))];
            }),
        );
        const peers = Object.entries(told).map(([namespace, env]) => [
            namespace,
            env["PROBE_PEERS"],
            env["PROBE_ALLOWED"],
        ]);
        const id = (namespace: string) => `spiffe://staging.x0tta6bl4.io/ns/${namespace}/sa/canary`;
        assert.deepEqual(peers, [
            ["canary", "https://canary.shop.svc:8443,https://canary.store.svc:8443", `${id("shop")},${id("store")}`],
            ["shop", "https://canary.canary.svc:8443", id("canary")],
            ["store", "https://canary.canary.svc:8443", id("canary")],
        ]);
        assert.deepEqual(
            [...new Set(Object.values(told).map((env) => env["PROBE_FORBIDDEN"]))],
            ["kubernetes.default.svc:443,web.shop.svc:9000,till.store.svc:9443"],
        );
        const between = policySpecs(canaryFlows(args))
            .filter(({ name }) => name.includes("-echo-"))
            .map(({ namespace, name, spec }) => {
                const peers = [
                    ...(spec.ingress ?? []).flatMap(({ from }) => from),
                    ...(spec.egress ?? []).flatMap(({ to }) => to),
                ];
                const [peer] = peers as readonly {
                    namespaceSelector: { matchLabels: Readonly<Record<string, string>> };
                }[];
                return `${namespace}/${name} ${peer?.namespaceSelector.matchLabels["kubernetes.io/metadata.name"]}`;
            });
        assert.deepEqual(between.sort(), [
            "canary/canary-echo-egress shop",
            "canary/canary-echo-ingress shop",
            "canary/canary-till-echo-egress store",
            "canary/canary-till-echo-ingress store",
            "shop/canary-echo-egress canary",
            "shop/canary-echo-ingress canary",
            "store/canary-till-echo-egress canary",
            "store/canary-till-echo-ingress canary",
        ]);
    });

    it("is refused without the digest of its image, which only its publisher knows", async () => {
        const message = await refusalOf(() => new Canary("canary", { ...ARGS, images: SURROUNDINGS.images }));
        assert.match(message, /project:images\.overrides\.probe\.digest is missing/);
    });
});
