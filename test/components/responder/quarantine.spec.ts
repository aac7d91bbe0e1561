import assert from "node:assert/strict";

import { Images, imageSettings } from "../../../components/images";
import { Responder } from "../../../components/responder/responder";
import { responderSettings } from "../../../components/responder/settings";
import { Network } from "../../../policies/kubernetes/network";
import type { Manifest } from "../../support/controls";
import { stackOf } from "../../support/controls";
import { deploy } from "../../support/deploy";
import { objectOf, policy } from "../../support/networks";
import { spireOf } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";

const overrides = { responder: { digest: `sha256:${"a".repeat(64)}` } };
const QUARANTINE = "responder.x0tta6bl4.io/quarantine";

const talker = (name: string, labels: Manifest): Manifest => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", labels },
    spec: { containers: [{ name: "main" }] },
});

const OPEN = policy("shop/open", { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [{}], egress: [{}] });

/** A policy that allows everything to every pod, in each engine's own way. */
const OPEN_BY_ENGINE = {
    cilium: objectOf("cilium.io/v2", "CiliumClusterwideNetworkPolicy")("open", {
        endpointSelector: {},
        ingress: [{ fromEntities: ["all"] }],
        egress: [{ toEntities: ["all"] }],
    }),
    calico: objectOf("projectcalico.org/v3", "GlobalNetworkPolicy")("open", {
        order: 0,
        types: ["Ingress", "Egress"],
        ingress: [{ action: "Allow" }],
        egress: [{ action: "Allow" }],
    }),
};

async function deployed(networkEngine?: "kubernetes" | "cilium" | "calico", over: object = {}) {
    return deploy(
        () =>
            new Responder("responder", {
                ...SURROUNDINGS,
                cluster: { ...SURROUNDINGS.cluster, networkEngine },
                images: new Images(imageSettings.read({ overrides }, "images", [])),
                settings: responderSettings.read({ enabled: true, ...over }, "x0tta6bl4:responder", []),
                spire: spireOf(),
                falcosidekick: "falcosidekick",
            }),
    );
}

describe("the quarantine of the network engine", () => {
    for (const [engine, apiVersion, kind] of [
        ["cilium", "cilium.io/v2", "CiliumClusterwideNetworkPolicy"],
        ["calico", "projectcalico.org/v3", "GlobalNetworkPolicy"],
    ] as const) {
        it(`denies pods in it everything before any policy allows it, with ${engine}`, async () => {
            const inputs = (await deployed(engine)).inputs(`kubernetes:${apiVersion}:${kind}`, "responder-quarantine");
            const { spec } = inputs as { spec: Manifest };
            const closed = objectOf(apiVersion, kind)("responder-quarantine", spec);
            const verdicts = (...policies: readonly Manifest[]): readonly string[] => {
                const network = new Network(
                    stackOf(
                        { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
                        talker("isolated", { [QUARANTINE]: "incident-1" }),
                        ...[talker("other", { app: "other" }), talker("third", {})],
                        ...policies,
                    ),
                );
                const [isolated, other, third] = network.pods;
                assert.ok(isolated && other && third);
                return [
                    [other, isolated],
                    [isolated, other],
                    [other, third],
                ].map(([from = other, to = other]) => network.ask(from, to, { protocol: "TCP", port: 8080 }).verdict);
            };
            assert.deepEqual(verdicts(OPEN, OPEN_BY_ENGINE[engine]), ["allowed", "allowed", "allowed"]);
            assert.deepEqual(verdicts(OPEN, OPEN_BY_ENGINE[engine], closed), ["denied", "denied", "allowed"]);
        });
    }

    it("is told to the responder, which has no right to change it", async () => {
        for (const [engine, over, wanted] of [
            ["cilium", {}, "cilium"],
            ["calico", { quarantine: "engine" }, "calico"],
            ["cilium", { quarantine: "labels" }, undefined],
            ["kubernetes", {}, undefined],
            [undefined, {}, undefined],
        ] as const) {
            const resources = await deployed(engine, over);
            const { template } = resources.inputs("kubernetes:apps/v1:Deployment", "responder-deployment")["spec"] as {
                template: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
            };
            const told = template.spec.containers[0]?.env.find(
                ({ name }) => name === "RESPONDER_DENYING_ENGINE",
            )?.value;
            assert.equal(told, wanted);
            const roles = resources.registrations.filter(({ type }) => /:(?:Cluster)?Role$/.test(type));
            assert.ok(roles.length > 0);
            assert.doesNotMatch(JSON.stringify(roles.map(({ inputs }) => inputs)), /cilium|calico/);
            const quarantines = resources.list().filter(([, name]) => name === "responder-quarantine");
            assert.equal(quarantines.length, told === undefined ? 0 : 1);
        }
    });
});
