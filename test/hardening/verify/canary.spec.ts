import assert from "node:assert/strict";

import { Expected } from "../../../hardening/verify/expected";
import type { Body } from "../../../policies/kubernetes/kube";
import { FakeCluster, vector, verdictsOn } from "../../support/fake-cluster";

const API = "kubernetes.default.svc:443";
const PLATFORM = "web.shop.svc:8080";
const ENFORCED = "network-policies-enforced";
const HINT = "switch the canary on (the setting canary.enabled), and it is measured";
const RULE = { kind: "PrometheusRule", metadata: { name: "identity", namespace: "monitoring" } };

/** Half of a canary, as the stack registers it. */
function half(namespace: string, forbidden = `${API},${PLATFORM}`): Body {
    const env = [{ name: "PROBE_FORBIDDEN", value: forbidden }];
    const ports = [
        { name: "echo", containerPort: 8443 },
        { name: "http", containerPort: 8080 },
    ];
    return {
        kind: "Deployment",
        metadata: { name: "canary", namespace },
        spec: {
            selector: { matchLabels: { "app.kubernetes.io/name": "canary" } },
            template: { spec: { containers: [{ name: "canary", env, ports }] } },
        },
    };
}

const application: Body = {
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: { selector: { matchLabels: { app: "web" } }, template: {} },
};

const pod = (namespace: string): Body => ({
    metadata: { name: "canary-1", namespace, labels: { "app.kubernetes.io/name": "canary" } },
    status: { conditions: [{ type: "Ready", status: "True" }] },
});

const endpoints = (namespace: string, service: string, ready: boolean): Body => ({
    metadata: { name: `${service}-x1`, namespace, labels: { "kubernetes.io/service-name": service } },
    endpoints: [{ conditions: { ready } }],
});

const measures = (...lines: readonly string[]): string =>
    ['probe_calls_total{host="canary.canary.svc:8443",result="success"} 7', ...lines].join("\n");
const sample = (target: string, value: number): string => `probe_forbidden_open{target="${target}"} ${value}`;

const REFUSED = measures(sample(API, 0), sample(PLATFORM, 0));
const STACK = new Expected("staging", [half("shop")]);

/** A cluster in which the canary's half in `shop` is ready, and both of its targets are. */
function live(metrics: string): FakeCluster {
    const cluster = new FakeCluster();
    cluster.lists["pods"] = [pod("shop")];
    cluster.lists["endpointslices"] = [endpoints("default", "kubernetes", true), endpoints("shop", "web", true)];
    cluster.metrics = metrics;
    return cluster;
}

describe("network-policies-enforced", () => {
    describe("with a canary", () => {
        it("proves that forbidden connections are refused, whatever the engine is called", async () => {
            const cluster = live(REFUSED);
            cluster.lists["daemonsets"] = [];
            assert.deepEqual(await verdictsOn(STACK, ENFORCED, cluster), [
                `proved Pod shop/canary-1: was refused ${API}`,
                `proved Pod shop/canary-1: was refused ${PLATFORM}`,
            ]);
        });

        it("fails where the canary reached something, even beside an engine of a known name", async () => {
            const cluster = live(measures(sample(API, 0), sample(PLATFORM, 1)));
            cluster.lists["daemonsets"] = [
                { metadata: { name: "calico-node" }, status: { desiredNumberScheduled: 2, numberReady: 2 } },
            ];
            assert.deepEqual(await verdictsOn(STACK, ENFORCED, cluster), [
                `proved Pod shop/canary-1: was refused ${API}`,
                `failed Pod shop/canary-1: reached ${PLATFORM}, which its network policies forbid`,
            ]);
        });

        it("looks at both halves", async () => {
            const cluster = live(REFUSED);
            cluster.lists["pods"] = [pod("shop"), pod("canary")];
            const both = new Expected("staging", [half("canary"), half("shop")]);
            assert.deepEqual(
                (await verdictsOn(both, ENFORCED, cluster)).map((verdict) => verdict.split(":")[0]),
                ["canary", "canary", "shop", "shop"].map((namespace) => `proved Pod ${namespace}/canary-1`),
            );
        });

        it("can't tell of a target that the canary does not show", async () => {
            assert.deepEqual(await verdictsOn(STACK, ENFORCED, live(measures(sample(API, 0)))), [
                `proved Pod shop/canary-1: was refused ${API}`,
                `unknown Pod shop/canary-1: could not try ${PLATFORM}; see that the name is resolved in its namespace`,
            ]);
        });

        it("takes no refusal for proof where nothing is ready to answer", async () => {
            const cluster = live(REFUSED);
            cluster.lists["endpointslices"] = [
                endpoints("default", "kubernetes", true),
                endpoints("shop", "web", false),
            ];
            assert.deepEqual(await verdictsOn(STACK, ENFORCED, cluster), [
                `proved Pod shop/canary-1: was refused ${API}`,
                `unknown Pod shop/canary-1: was refused ${PLATFORM}, where nothing is ready to answer: that proves nothing`,
            ]);
        });

        it("takes no refusal for proof from a canary that reaches nobody, but believes what it reached", async () => {
            const metrics = [
                'probe_calls_total{host="canary.canary.svc:8443",result="failure"} 9',
                sample(API, 0),
                sample(PLATFORM, 1),
            ].join("\n");
            assert.deepEqual(await verdictsOn(STACK, ENFORCED, live(metrics)), [
                `unknown Pod shop/canary-1: was refused ${API}, but none of its calls gets through to its other half either: that proves nothing`,
                `failed Pod shop/canary-1: reached ${PLATFORM}, which its network policies forbid`,
            ]);
        });

        it("can't tell without a ready pod, without its metrics, or where it is given nothing to try", async () => {
            const empty = live(REFUSED);
            empty.lists["pods"] = [];
            assert.deepEqual(await verdictsOn(STACK, ENFORCED, empty), [
                "unknown Deployment shop/canary: has no ready pod, so nothing was tried",
            ]);
            assert.deepEqual(await verdictsOn(STACK, ENFORCED, live("")), [
                "unknown Pod shop/canary-1: neither Prometheus nor the API server's proxy gives its metrics; see its PodMonitor",
            ]);
            const idle = new Expected("staging", [half("shop", "")]);
            assert.deepEqual(await verdictsOn(idle, ENFORCED, live(REFUSED)), [
                "unknown Deployment shop/canary: is given nothing to try by PROBE_FORBIDDEN",
            ]);
        });

        it("never asks the echo for metrics, which would count a failed handshake", async () => {
            const cluster = live(REFUSED);
            await verdictsOn(STACK, ENFORCED, cluster);
            assert.deepEqual(cluster.ports, [8080]);
        });
    });

    describe("through Prometheus, where policies keep the API server from the pods", () => {
        const stack = new Expected("staging", [half("shop"), RULE]);
        const labels = { namespace: "shop", pod: "canary-1" };

        it("proves and fails by the newest samples of the pod", async () => {
            const cluster = live("");
            const asked: string[] = [];
            cluster.prometheus = (path) => {
                asked.push(decodeURIComponent(path));
                return vector(
                    [{ __name__: "probe_calls_total", ...labels, result: "success" }, "7"],
                    [{ __name__: "probe_forbidden_open", ...labels, target: API }, "0"],
                    [{ __name__: "probe_forbidden_open", ...labels, target: PLATFORM }, "1"],
                );
            };
            assert.deepEqual(await verdictsOn(stack, ENFORCED, cluster), [
                `proved Pod shop/canary-1: was refused ${API}`,
                `failed Pod shop/canary-1: reached ${PLATFORM}, which its network policies forbid`,
            ]);
            assert.deepEqual(asked, [
                '/api/v1/query?query={namespace="shop",pod="canary-1",__name__=~"(pqc|probe|responder|spiffe)_.+"}',
            ]);
            assert.deepEqual(cluster.ports, []);
        });

        it("asks the pod itself where Prometheus knows nothing of it, or answers something else", async () => {
            for (const answer of [vector(), "no Prometheus here"]) {
                const cluster = live(REFUSED);
                cluster.prometheus = () => answer;
                assert.deepEqual(await verdictsOn(stack, ENFORCED, cluster), [
                    `proved Pod shop/canary-1: was refused ${API}`,
                    `proved Pod shop/canary-1: was refused ${PLATFORM}`,
                ]);
            }
        });
    });

    describe("without a canary", () => {
        const bare = new Expected("staging", [application]);

        it("knows an engine by the name of its DaemonSet, or the provider by a label of the nodes", async () => {
            const cluster = new FakeCluster();
            cluster.lists["daemonsets"] = [
                { metadata: { name: "calico-node" }, status: { desiredNumberScheduled: 2, numberReady: 2 } },
            ];
            assert.deepEqual(await verdictsOn(bare, ENFORCED, cluster), [
                `proved cluster: DaemonSet calico-node enforces network policies, by its name; ${HINT}`,
            ]);
            cluster.lists["daemonsets"] = [];
            cluster.lists["nodes"] = [{ metadata: { labels: { "cloud.google.com/gke-netd-ready": "true" } } }];
            assert.deepEqual(await verdictsOn(bare, ENFORCED, cluster), [
                `proved cluster: the nodes carry cloud.google.com/gke-netd-ready: the provider enforces network policies; ${HINT}`,
            ]);
        });

        it("takes no engine's name for enforcement on nodes where it is not ready", async () => {
            const cluster = new FakeCluster();
            const name = "cilium";
            for (const [status, ready] of [
                [{ desiredNumberScheduled: 2, numberReady: 1 }, "1 of 2"],
                [{}, "? of ?"],
            ] as const) {
                cluster.lists["daemonsets"] = [{ metadata: { name }, status }];
                assert.deepEqual(await verdictsOn(bare, ENFORCED, cluster), [
                    `unknown cluster: DaemonSet ${name} would enforce network policies, and is ready on ${ready} nodes; ${HINT}`,
                ]);
            }
        });

        it("can't tell by any other name", async () => {
            const cluster = new FakeCluster();
            const status = { desiredNumberScheduled: 1, numberReady: 1 };
            cluster.lists["daemonsets"] = ["kindnet", "aws-node", "kube-flannel", "cilium-envoy"].map((name) => ({
                metadata: { name },
                status,
            }));
            cluster.lists["nodes"] = [{ metadata: { labels: {} } }];
            assert.deepEqual(await verdictsOn(bare, ENFORCED, cluster), [
                `unknown cluster: no engine that enforces network policies was recognised: they may be words only; ${HINT}`,
            ]);
        });
    });
});

describe("metrics-meet-targets with a canary", () => {
    it("has nothing to say of a stack without application and canary", async () => {
        assert.deepEqual(await verdictsOn(new Expected("staging", []), "metrics-meet-targets", live("")), [
            "unknown stack staging: has nothing for this check to look at",
        ]);
    });

    const good = measures(
        'pqc_handshakes_total{side="client",result="success",pqc="true"} 40',
        'spiffe_authentication_failures_total{side="server",reason="unauthorized"} 0',
        'spiffe_svid_expiry_seconds{spiffe_id="spiffe://x/canary"} 1800',
    );
    const PROVED = [
        "proved Pod shop/canary-1: 100.00 % of 40 handshakes since its start succeeded (target: more than 99.9 %)",
        "proved Pod shop/canary-1: 0 authentication failures in 40 handshakes since its start (target: less than 0.1 %)",
        "proved Pod shop/canary-1: its SVID has 30 minutes left",
    ];

    it("is proved by the canary's handshakes beside the application's", async () => {
        const cluster = live(good);
        const web = { metadata: { name: "web-1", namespace: "shop", labels: { app: "web" } } };
        cluster.lists["pods"] = [pod("shop"), { ...pod("shop"), ...web }];
        const stack = new Expected("staging", [application, half("shop")]);
        assert.deepEqual((await verdictsOn(stack, "metrics-meet-targets", cluster)).slice(1), PROVED);
    });

    it("still fails without the application, or without a pod of it", async () => {
        assert.deepEqual(await verdictsOn(STACK, "metrics-meet-targets", live(good)), [
            "failed stack staging: brings no application, so nothing proves its metrics",
            ...PROVED,
        ]);
        const store = { ...application, metadata: { name: "till", namespace: "store" } };
        const stack = new Expected("staging", [application, store, half("shop")]);
        assert.deepEqual(await verdictsOn(stack, "metrics-meet-targets", live(good)), [
            "failed Deployment shop/web: no ready pod that serves metrics is there",
            "failed Deployment store/till: no ready pod that serves metrics is there",
            ...PROVED,
        ]);
    });
});
