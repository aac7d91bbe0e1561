import assert from "node:assert/strict";

import { Mesh } from "../../../components/mesh/mesh";
import type { MeshSettings } from "../../../components/mesh/settings";
import { meshSettings } from "../../../components/mesh/settings";
import { meshFlows, meshMarks, meshResources } from "../../../components/mesh/specs";
import { policySpecs } from "../../../components/network/flows";
import { deploy, refusalOf } from "../../support/deploy";
import { stagingConfig } from "../../support/settings";

const CALLERS = [{ namespace: "front", serviceAccount: "gateway" }];

function read(settings: object): MeshSettings {
    const faults: string[] = [];
    const mesh = meshSettings.read(settings, "mesh", faults);
    assert.deepEqual(faults, []);
    return mesh as MeshSettings;
}

const ISTIO = read({ kind: "istio", callers: CALLERS });
const LINKERD = read({ kind: "linkerd", callers: CALLERS, trustDomain: "cluster.local" });
const CONTEXT = { namespace: "shop", app: "web", port: 8080, metricsPort: 9090, trustDomain: "example.org" };
const { spire } = stagingConfig();
const ARGS = { ...CONTEXT, spire };

describe("Mesh", () => {
    it("with Istio enforces mutual TLS and allows named identities of SPIRE's trust domain only", () => {
        assert.deepEqual(
            meshResources(ISTIO, CONTEXT).map(({ kind, name, spec }) => [kind, name, spec]),
            [
                ["PeerAuthentication", "default", { mtls: { mode: "STRICT" } }],
                ["AuthorizationPolicy", "deny-all", {}],
                [
                    "AuthorizationPolicy",
                    "web",
                    {
                        selector: { matchLabels: { app: "web" } },
                        action: "ALLOW",
                        rules: [
                            {
                                from: [{ source: { principals: ["example.org/ns/front/sa/gateway"] } }],
                                to: [{ operation: { ports: ["8080"] } }],
                            },
                        ],
                    },
                ],
                [
                    "DestinationRule",
                    "web",
                    { host: "web.shop.svc.cluster.local", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
                ],
            ],
        );
    });

    it("with Istio takes the identity from SPIRE's Workload API", () => {
        assert.deepEqual(meshMarks(ISTIO, CONTEXT), {
            labels: { "sidecar.istio.io/inject": "true" },
            annotations: {
                "inject.istio.io/templates": "sidecar,spire",
                "proxy.istio.io/config":
                    '{"holdApplicationUntilProxyStarts":true,"proxyMetadata":{"WORKLOAD_IDENTITY_SOCKET_FILE":"spire-agent.sock"}}',
                "traffic.sidecar.istio.io/excludeInboundPorts": "9090",
            },
        });
    });

    it("with Linkerd denies all and allows named identities of Linkerd's own authority", () => {
        assert.deepEqual(
            meshResources(LINKERD, CONTEXT).map(({ kind, spec }) => [kind, spec]),
            [
                [
                    "Server",
                    {
                        podSelector: { matchLabels: { app: "web" } },
                        port: 8080,
                        proxyProtocol: "HTTP/1",
                        accessPolicy: "deny",
                    },
                ],
                [
                    "Server",
                    {
                        podSelector: { matchLabels: { app: "web" } },
                        port: 9090,
                        proxyProtocol: "HTTP/1",
                        accessPolicy: "all-unauthenticated",
                    },
                ],
                [
                    "MeshTLSAuthentication",
                    { identities: ["gateway.front.serviceaccount.identity.linkerd.cluster.local"] },
                ],
                [
                    "AuthorizationPolicy",
                    {
                        targetRef: { group: "policy.linkerd.io", kind: "Server", name: "web" },
                        requiredAuthenticationRefs: [
                            { group: "policy.linkerd.io", kind: "MeshTLSAuthentication", name: "web" },
                        ],
                    },
                ],
            ],
        );
        assert.deepEqual(meshMarks(LINKERD, CONTEXT), {
            labels: {},
            annotations: { "linkerd.io/inject": "enabled" },
        });
    });

    it("opens the way to the control plane, and to the platform for callers only", () => {
        const opened = (settings: MeshSettings) =>
            policySpecs(meshFlows(settings, CONTEXT, [CONTEXT])).map(({ namespace, name, spec }) => [
                `${namespace}/${name}`,
                JSON.stringify(spec.egress?.[0]?.to ?? spec.ingress?.[0]?.from),
                (spec.egress ?? spec.ingress ?? []).flatMap(({ ports }) => ports.map(({ port }) => port)),
            ]);
        const inside = (namespace: string, labels?: object) =>
            JSON.stringify([
                {
                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
                    ...(labels && { podSelector: { matchLabels: labels } }),
                },
            ]);
        const component = (name: string) => inside("linkerd", { "linkerd.io/control-plane-component": name });
        assert.deepEqual(opened(ISTIO), [
            ["shop/mesh-istiod-egress", inside("istio-system", { app: "istiod" }), [15012]],
            ["shop/mesh-front-gateway-ingress", inside("front"), [8080]],
        ]);
        assert.deepEqual(opened(LINKERD), [
            ["shop/mesh-identity-egress", component("identity"), [8080]],
            ["shop/mesh-destination-egress", component("destination"), [8086, 8090]],
            ["shop/mesh-front-gateway-ingress", inside("front"), [8080, 4143]],
        ]);
        const moved = read({
            kind: "istio",
            namespace: "mesh",
            labels: { app: "istiod", "istio.io/rev": "blue" },
            callers: [{ namespace: "shop", serviceAccount: "worker", labels: { app: "worker" } }],
        });
        assert.deepEqual(opened(moved), [
            ["shop/mesh-istiod-egress", inside("mesh", { app: "istiod", "istio.io/rev": "blue" }), [15012]],
            ["shop/mesh-shop-worker-egress", inside("shop", { app: "web" }), [8080]],
            ["shop/mesh-shop-worker-ingress", inside("shop", { app: "worker" }), [8080]],
        ]);
    });

    for (const settings of [ISTIO, LINKERD]) {
        it(`registers the objects of ${settings.kind} in the platform's namespace, its flows, and no others`, async () => {
            const deployed = await deploy(() => new Mesh("mesh", { ...ARGS, settings }));
            const expected = [
                ...meshResources(settings, CONTEXT).map(
                    ({ apiVersion, kind, name }) => `kubernetes:${apiVersion}:${kind} mesh-${kind}-${name}`,
                ),
                ...policySpecs(meshFlows(settings, CONTEXT, [CONTEXT])).map(
                    ({ namespace, name }) =>
                        `kubernetes:networking.k8s.io/v1:NetworkPolicy mesh-network-${namespace}-${name}`,
                ),
                ...(settings.kind === "istio"
                    ? ["kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID mesh-front-gateway-entry"]
                    : []),
            ];
            assert.deepEqual(
                deployed
                    .list()
                    .filter(([type]) => type.startsWith("kubernetes:"))
                    .map((entry) => entry.join(" ")),
                expected.sort((a, b) => a.localeCompare(b)),
            );
        });
    }

    it("gives a caller no second identity where it has an entry", async () => {
        const settings = read({ kind: "istio", callers: [{ ...CALLERS[0], register: false }] });
        const deployed = await deploy(() => new Mesh("mesh", { ...ARGS, settings }));
        assert.deepEqual(
            deployed.list().filter(([type]) => type.endsWith(":ClusterSPIFFEID")),
            [],
        );
    });

    it("is refused with a caller named twice, one that everybody is, and one beside the platform without labels", async () => {
        const callers = [
            ...CALLERS,
            ...CALLERS,
            { namespace: "front", serviceAccount: "default" },
            { namespace: "shop", serviceAccount: "worker" },
        ];
        const settings = read({ kind: "istio", callers });
        assert.equal(
            await refusalOf(() => new Mesh("mesh", { ...ARGS, settings })),
            [
                "mesh:",
                "  callers names front/gateway twice",
                "  callers[2] is front/default: every pod without an account of its own has that identity; name an account",
                "  callers[3].labels are missing: in namespaces of applications of this stack the network is opened to named pods only",
            ].join("\n"),
        );
    });

    it("is refused where metrics are served at a port that the mesh guards", async () => {
        const args = { namespace: "shop", app: "web", port: 8080, spire };
        for (const same of [args, { ...args, metricsPort: 8080 }]) {
            assert.equal(
                await refusalOf(() => new Mesh("mesh", { ...same, settings: ISTIO })),
                [
                    "mesh:",
                    "  args.metricsPort must be a port of its own: at 8080 the mesh lets in its callers only, and neither Prometheus nor the kubelet",
                ].join("\n"),
            );
        }
    });

    it("is refused without callers, which would allow nobody or, misread, everybody", () => {
        const faults: string[] = [];
        meshSettings.read({ kind: "istio", callers: [] }, "mesh", faults);
        assert.deepEqual(faults, ["mesh.callers must be a list of at least 1, found an empty list"]);
    });
});
