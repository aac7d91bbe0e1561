import assert from "node:assert/strict";

import { closedNamespaces, foundationOf } from "../../../components/foundation";
import { deployPlatform } from "../../support/platform";
import { stagingConfig } from "../../support/settings";

async function listOf(config: ReturnType<typeof stagingConfig>): Promise<readonly string[]> {
    const deployed = await deployPlatform(config);
    return deployed.list().map((entry) => entry.join(" "));
}

const MESHED = {
    mesh: {
        kind: "istio",
        callers: [
            { namespace: "front", serviceAccount: "gateway" },
            { namespace: "envoy-gateway-system", serviceAccount: "envoy", register: false },
        ],
    },
    platform: { namespace: "x0tta6bl4-staging", metricsPort: 9090 },
};

describe("Platform", () => {
    it("is its flows, rights, identity, workload and shield", async () => {
        const list = await listOf(stagingConfig());
        assert.deepEqual(
            list.filter((entry) => entry.startsWith("x0tta6bl4:")),
            [
                "x0tta6bl4:access:Access platform-access",
                "x0tta6bl4:network:AllowedFlows platform-network",
                "x0tta6bl4:network:AllowedFlows platform-shield-network",
                "x0tta6bl4:platform:Platform platform",
                "x0tta6bl4:shield:Shield platform-shield",
                "x0tta6bl4:spire:WorkloadIdentity platform-identity",
                "x0tta6bl4:workload:Workload platform-workload",
            ],
        );
    });

    it("can't be reached from outside without a shield", async () => {
        const list = await listOf(stagingConfig({ shield: undefined }));
        assert.deepEqual(
            list.filter((entry) => /[Ss]hield|[Gg]ateway/.test(entry)),
            [],
        );
    });

    it("takes its part in a mesh where one is set, with SPIRE's identities, and in none otherwise", async () => {
        assert.deepEqual(
            (await listOf(stagingConfig(MESHED))).filter((entry) => entry.includes("istio.io")),
            [
                "kubernetes:networking.istio.io/v1:DestinationRule platform-mesh-DestinationRule-x0tta6bl4",
                "kubernetes:security.istio.io/v1:AuthorizationPolicy platform-mesh-AuthorizationPolicy-deny-all",
                "kubernetes:security.istio.io/v1:AuthorizationPolicy platform-mesh-AuthorizationPolicy-x0tta6bl4",
                "kubernetes:security.istio.io/v1:PeerAuthentication platform-mesh-PeerAuthentication-default",
            ],
        );
        assert.deepEqual(
            (await listOf(stagingConfig())).filter((entry) => entry.includes("istio.io")),
            [],
        );
    });

    it("has its pods injected by the mesh it is part of", async () => {
        const config = stagingConfig(MESHED);
        const deployed = await deployPlatform(config);
        const { spec } = deployed.inputs("kubernetes:apps/v1:Deployment", "platform-workload-deployment") as {
            spec: { template: { metadata: { labels: Record<string, string>; annotations: Record<string, string> } } };
        };
        const { labels, annotations } = spec.template.metadata;
        assert.equal(labels["sidecar.istio.io/inject"], "true");
        assert.equal(annotations["inject.istio.io/templates"], "sidecar,spire");
        assert.equal(annotations["traffic.sidecar.istio.io/excludeInboundPorts"], "9090");
    });
});

describe("the closed namespaces", () => {
    it("are open to more than restricted pods only where node agents run", () => {
        assert.deepEqual(
            closedNamespaces(stagingConfig()).map(({ namespace, podSecurity = "restricted" }) => [
                namespace,
                podSecurity,
            ]),
            [
                ["x0tta6bl4-staging", "restricted"],
                ["external-secrets", "restricted"],
                ["spire", "privileged"],
                ["falco", "privileged"],
                ["falcosidekick", "restricted"],
                ["control-plane-files", "restricted"],
            ],
        );
    });
});

describe("scrape targets", () => {
    it("are everything that serves metrics, by the name of its port", () => {
        assert.deepEqual(
            foundationOf(stagingConfig(), "x0tta6bl4").targets.map(
                ({ namespace, name, port }) => `${namespace}/${name} ${port}`,
            ),
            [
                "x0tta6bl4-staging/x0tta6bl4 http",
                "external-secrets/external-secrets metrics",
                "spire/spire-server metrics",
                "spire/spire-controller-manager manager-metrics",
                "spire/spire-agent metrics",
                "falco/falco web",
                "falcosidekick/falcosidekick metrics",
            ],
        );
    });
});
