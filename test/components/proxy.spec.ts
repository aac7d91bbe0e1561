import assert from "node:assert/strict";

import { policySpecs } from "../../components/network/flows";
import { platformArea } from "../../components/platform/area";
import { foundationOf } from "../../components/foundation";
import { proxyConfig, proxyFaults } from "../../components/proxy";
import { podIdentity } from "../../components/spire/workload-identity";
import { podSpec, Workload } from "../../components/workload";
import { deploy, refusalOf } from "../support/deploy";
import { deployPlatform } from "../support/platform";
import { configOf, objectsOf, strangers } from "../support/stranger";
import { stagingConfig } from "../support/settings";

const DIGEST = `sha256:${"c".repeat(64)}`;
const PROXY = {
    image: `docker.io/envoyproxy/envoy:1@${DIGEST}`,
    spiffeId: "spiffe://acme.test/ns/shop/sa/web",
    trustDomain: "acme.test",
    callers: ["spiffe://acme.test/ns/front/sa/gateway"],
};
const ARGS = {
    app: "web",
    namespace: "shop",
    image: `ghcr.io/acme/web:1@${DIGEST}`,
    version: "1",
    port: 8080,
    metricsPath: "/metrics",
    owner: "team",
    identity: podIdentity("web"),
    proxy: PROXY,
};
const CALLERS = [
    { namespace: "front", serviceAccount: "gateway", labels: { app: "gateway" } },
    { namespace: "x0tta6bl4-staging", serviceAccount: "worker", labels: { app: "worker" } },
];
const PROXIED = {
    shield: undefined,
    platform: { namespace: "x0tta6bl4-staging", proxy: { callers: CALLERS } },
    images: { overrides: { envoy: { digest: DIGEST } } },
};

const SHIELD = { host: "a.example.org", certificateSecret: "tls", exposure: { sourceRanges: ["10.0.0.0/8"] } };

/** What is wrong with the stack staging, some of its settings replaced. */
function faultsOf(over: object): readonly string[] {
    try {
        stagingConfig(over as Record<string, unknown>);
        return [];
    } catch (error) {
        return (error as Error).message.split("\n");
    }
}

describe("a workload's proxy", () => {
    it("is a sidecar that is there first, under restricted, with the identity's socket", () => {
        const { initContainers = [], volumes = [] } = podSpec(ARGS) as {
            initContainers?: {
                name: string;
                restartPolicy: string;
                securityContext: object;
                volumeMounts: { name: string }[];
            }[];
            volumes?: { name: string }[];
        };
        const [proxy] = initContainers;
        assert.equal(initContainers.length, 1);
        assert.equal(proxy?.restartPolicy, "Always");
        assert.deepEqual(proxy.securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
        assert.deepEqual(
            proxy.volumeMounts.map(({ name }) => name),
            ["proxy-config", "proxy-admin", "spiffe-workload-api"],
        );
        assert.deepEqual(
            volumes.map(({ name }) => name),
            ["writable-0", "spiffe-workload-api", "proxy-config", "proxy-admin"],
        );
    });

    it("is what the Service leads to, and its configuration is read anew by new pods", async () => {
        const deployed = await deploy(() => new Workload("w", ARGS));
        const { spec } = deployed.inputs("kubernetes:core/v1:Service", "w-service") as { spec: { ports: unknown } };
        assert.deepEqual(spec.ports, [{ name: "https", port: 8443, targetPort: 8443 }]);
        const { data } = deployed.inputs("kubernetes:core/v1:ConfigMap", "w-proxy") as { data: Record<string, string> };
        assert.deepEqual(JSON.parse(data["envoy.json"] ?? ""), proxyConfig("web", 8080, PROXY));
        const checksumOf = async (callers: readonly string[]) => {
            const other = await deploy(() => new Workload("w", { ...ARGS, proxy: { ...PROXY, callers } }));
            const { spec: of } = other.inputs("kubernetes:apps/v1:Deployment", "w-deployment") as {
                spec: { template: { metadata: { annotations: Record<string, string> } } };
            };
            return of.template.metadata.annotations["x0tta6bl4.io/config-checksum"];
        };
        assert.equal(await checksumOf(PROXY.callers), await checksumOf(PROXY.callers));
        assert.notEqual(await checksumOf(PROXY.callers), await checksumOf(["spiffe://acme.test/other"]));
    });

    it("lets nobody in without a certificate of a caller, and hands on no identity that a caller claims", () => {
        const text = JSON.stringify(proxyConfig("web", 8080, PROXY));
        for (const part of [
            '"require_client_certificate":true',
            '"tls_minimum_protocol_version":"TLSv1_3"',
            `"match_typed_subject_alt_names":[{"san_type":"URI","matcher":{"exact":"${PROXY.callers.join()}"}}]`,
            '"forward_client_cert_details":"SANITIZE_SET"',
            '"disable_stateless_session_resumption":true',
            '"disable_stateful_session_resumption":true',
            '"admin":{"address":{"pipe":',
        ]) {
            assert.ok(text.includes(part), part);
        }
    });

    it("changes nothing of a workload without one", async () => {
        const plain = { ...ARGS, proxy: undefined };
        const list = (await deploy(() => new Workload("w", plain))).list().map(([type]) => type);
        assert.ok(!list.includes("kubernetes:core/v1:ConfigMap"));
        assert.equal("initContainers" in podSpec(plain), false);
    });

    it("is refused without an identity, without callers, with those of others, and at ports that are taken", async () => {
        const { app, namespace, image, version, port, metricsPath, owner } = ARGS;
        const anonymous = { app, namespace, image, version, port, metricsPath, owner };
        const proxy = { ...PROXY, callers: [], port: 8080, metricsPort: 80 };
        assert.equal(
            await refusalOf(() => new Workload("w", { ...anonymous, proxy })),
            [
                "w:",
                "  proxy.callers is empty; name who may call",
                "  proxy has the port 8080, which is privileged or taken; give it one of its own from 1024 up",
                "  proxy has the port 80, which is privileged or taken; give it one of its own from 1024 up",
                "  proxy needs an identity, whose socket it takes its SVID from",
            ].join("\n"),
        );
        assert.deepEqual(proxyFaults({ ...PROXY, callers: ["spiffe://other.test/a"] }, ARGS), [
            "proxy.callers holds spiffe://other.test/a, which is not of the trust domain acme.test",
        ]);
    });
});

describe("the platform's proxy", () => {
    it("lets in the accounts named, by the network and by their SVIDs", async () => {
        const config = stagingConfig(PROXIED);
        const flows = platformArea.flows?.(config) ?? [];
        const ingress = policySpecs(flows)
            .filter(({ name }) => name.startsWith("proxy-") && name.endsWith("-ingress"))
            .map(({ name, spec }) => [name, spec.ingress?.[0]?.ports.map(({ port }) => port)]);
        assert.deepEqual(ingress, [
            ["proxy-front-gateway-ingress", [8443]],
            ["proxy-x0tta6bl4-staging-worker-ingress", [8443]],
            ["proxy-metrics-ingress", [9902]],
        ]);
        const deployed = await deployPlatform(config);
        const { data } = deployed.inputs("kubernetes:core/v1:ConfigMap", "platform-workload-proxy") as {
            data: Record<string, string>;
        };
        for (const id of [
            "spiffe://staging.x0tta6bl4.io/ns/front/sa/gateway",
            "spiffe://staging.x0tta6bl4.io/ns/x0tta6bl4-staging/sa/worker",
            "spiffe://staging.x0tta6bl4.io/ns/x0tta6bl4-staging/sa/x0tta6bl4",
        ]) {
            assert.ok(data["envoy.json"]?.includes(`"${id}"`), id);
        }
        const targets = foundationOf(config, "x0tta6bl4").targets.filter(({ name }) => name === "x0tta6bl4-proxy");
        assert.deepEqual(
            targets.map(({ port, path }) => [port, path]),
            [["proxy-metrics", "/stats/prometheus"]],
        );
    });

    it("is refused without a digest, and beside the shield or a mesh", () => {
        const digest =
            "x0tta6bl4:images.overrides.envoy.digest is missing: no digest is known for docker.io/envoyproxy/envoy:distroless-v1.40.0; look it up and pin it";
        assert.deepEqual(faultsOf({ ...PROXIED, images: {} }), [digest]);
        assert.deepEqual(faultsOf({ ...PROXIED, shield: SHIELD }), [
            "x0tta6bl4:platform.proxy lets in callers with an SVID only, and the shield's proxies have none; leave one of them out",
        ]);
        const mesh = { kind: "linkerd", trustDomain: "m", callers: [{ namespace: "front", serviceAccount: "a" }] };
        assert.deepEqual(
            faultsOf({ ...PROXIED, platform: { ...PROXIED.platform, metricsPort: 9090 }, mesh }).filter((fault) =>
                fault.includes("mesh"),
            ),
            ["x0tta6bl4:platform.proxy is there beside a mesh, whose proxy does the same; leave one of them out"],
        );
    });

    it("comes with a stranger's stack under their names", async function () {
        this.timeout(120_000);
        const { platform, images, ...others } = strangers("sienna");
        const overrides = {
            ...(images as { overrides: object }).overrides,
            envoy: { repository: "sienna/envoy", digest: DIGEST },
        };
        const settings = {
            ...others,
            shield: undefined,
            images: { ...(images as object), overrides },
            platform: {
                ...(platform as object),
                proxy: { callers: [{ namespace: "sienna-front", serviceAccount: "sienna-gateway" }], port: 8555 },
            },
        };
        assert.ok(configOf(settings).platform?.proxy);
        const text = JSON.stringify((await objectsOf(settings)).map(({ inputs }) => inputs));
        assert.ok(text.includes("spiffe://sienna.trust/ns/sienna-front/sa/sienna-gateway"));
        assert.ok(text.includes("registry.sienna.example.org/sienna/envoy"));
    });
});
