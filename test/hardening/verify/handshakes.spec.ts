import assert from "node:assert/strict";

import { Expected } from "../../../hardening/verify/expected";
import type { Body } from "../../../policies/kubernetes/kube";
import { FakeCluster, verdictsOn } from "../../support/fake-cluster";

const CHECK = "connections-encrypted";
const READY = { conditions: [{ type: "Ready", status: "True" }] };
const CANARY: Body = {
    kind: "Deployment",
    metadata: { name: "canary", namespace: "shop" },
    spec: {
        selector: { matchLabels: { "app.kubernetes.io/name": "canary" } },
        template: { spec: { containers: [{ name: "canary", ports: [{ name: "http", containerPort: 8080 }] }] } },
    },
};
const GATEWAY: Body = { kind: "Gateway", metadata: { name: "shield", namespace: "shop" } };
const HALF: Body = {
    metadata: { name: "canary-1", namespace: "shop", labels: { "app.kubernetes.io/name": "canary" } },
    status: READY,
};
const proxy = (namespace = "shop", status: object = READY): Body => ({
    metadata: {
        ...{ name: "envoy-1", namespace: "envoy-gateway-system" },
        labels: {
            "gateway.envoyproxy.io/owning-gateway-name": "shield",
            "gateway.envoyproxy.io/owning-gateway-namespace": namespace,
        },
    },
    status,
});

function live(metrics: string, ...pods: readonly Body[]): FakeCluster {
    const cluster = new FakeCluster();
    cluster.lists["pods"] = pods;
    cluster.metrics = metrics;
    return cluster;
}

const handshakes = (side: string, value: number, pqc = "true", result = "success"): string =>
    `pqc_handshakes_total{side="${side}",pqc="${pqc}",result="${result}"} ${value}`;

describe(CHECK, () => {
    const said = (...lines: readonly string[]): Promise<string[]> =>
        verdictsOn(new Expected("staging", [CANARY]), CHECK, live(lines.join("\n"), HALF));

    it("proves mutual TLS by handshakes of both sides, all with post-quantum key exchange", async () => {
        assert.deepEqual(await said(handshakes("client", 7), handshakes("server", 5)), [
            "proved Pod shop/canary-1: has shaken hands 7 times as a client and 5 times as a server, all post-quantum",
        ]);
    });

    it("fails by one handshake without it, and is not told by what did not come about or by one side", async () => {
        const classical = [handshakes("client", 7), handshakes("server", 5), handshakes("server", 1, "false")];
        assert.deepEqual(await said(...classical), [
            "failed Pod shop/canary-1: shook hands 1 times without post-quantum key exchange",
        ]);
        const nothing = "so nothing proves both sides of mutual TLS";
        assert.deepEqual(await said(handshakes("client", 7), handshakes("server", 5, "true", "failure")), [
            `unknown Pod shop/canary-1: was called by nobody since it started, ${nothing}`,
        ]);
        assert.deepEqual(await said(handshakes("server", 7)), [
            `unknown Pod shop/canary-1: called nobody since it started, ${nothing}`,
        ]);
    });

    it("is not known where no half is there, none is ready, or nobody may look", async () => {
        assert.deepEqual(await verdictsOn(new Expected("staging", []), CHECK, live("")), [
            "unknown stack staging: has no canary, so no connection of its own is there to be looked at",
        ]);
        assert.deepEqual(await verdictsOn(new Expected("staging", [CANARY]), CHECK, live("x 1")), [
            "unknown Deployment shop/canary: has no ready pod, so nothing was connected",
        ]);
        assert.deepEqual(await verdictsOn(new Expected("staging", [CANARY]), CHECK, live("", HALF)), [
            "unknown Pod shop/canary-1: /metrics can't be reached, neither by Prometheus nor by the API server",
        ]);
    });
});

describe("shield-encrypts", () => {
    const said = async (metrics: string, ...pods: readonly Body[]): Promise<string | undefined> =>
        (await verdictsOn(new Expected("staging", [GATEWAY]), "shield-encrypts", live(metrics, ...pods))).at(-1);
    const version = (name: string, value: number): string =>
        `envoy_listener_ssl_versions{envoy_ssl_version="${name}",envoy_listener_address="a"} ${value}`;
    const POD = "Pod envoy-gateway-system/envoy-1";

    it("proves TLS 1.3 by what clients agreed on, and fails by an older version", async () => {
        assert.equal(
            await said([version("TLSv1.3", 4), version("TLSv1.2", 0)].join("\n"), proxy()),
            `proved ${POD}: has shaken hands 4 times, all by TLS 1.3`,
        );
        assert.equal(
            await said([version("TLSv1.3", 4), version("TLSv1.2", 1)].join("\n"), proxy()),
            `failed ${POD}: has shaken hands by TLSv1.2`,
        );
    });

    it("is not known of a stack without one", async () => {
        assert.deepEqual(await verdictsOn(new Expected("staging", []), "shield-encrypts", live("")), [
            "unknown stack staging: has no shield, so what comes from outside is not its to look at",
        ]);
    });

    it("is not known without a handshake, a proxy of this very Gateway that is ready, or an answer", async () => {
        assert.equal(await said("x 1", proxy()), `unknown ${POD}: has shaken hands with nobody since it started`);
        const none = "unknown Gateway shop/shield: has no ready proxy, so nobody from outside was connected";
        assert.equal(await said(version("TLSv1.3", 4), proxy("other")), none);
        assert.equal(await said(version("TLSv1.3", 4), proxy("shop", {})), none);
        assert.equal(
            await said("", proxy()),
            `unknown ${POD}: /stats/prometheus can't be reached through the API server`,
        );
    });
});
