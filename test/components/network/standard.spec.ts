import assert from "node:assert/strict";

import { policySpecs } from "../../../components/network/flows";
import { platformFlows } from "../../../components/network/standard";
import { stagingConfig } from "../../support/settings";

const config = stagingConfig();
const prometheus = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
    podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
};

describe("platform flows", () => {
    const policies = policySpecs(platformFlows(config.platform, config.cluster, config.monitoring));

    it("let Prometheus in on 8080 and the platform out to it on 9090", () => {
        const platform = { matchLabels: { app: "x0tta6bl4" } };
        const byName = (name: string) => policies.find((policy) => policy.name === name);
        assert.deepEqual(byName("metrics-ingress")?.spec, {
            podSelector: platform,
            policyTypes: ["Ingress"],
            ingress: [{ from: [prometheus], ports: [{ protocol: "TCP", port: 8080 }] }],
        });
        assert.deepEqual(byName("prometheus-egress")?.spec, {
            podSelector: platform,
            policyTypes: ["Egress"],
            egress: [{ to: [prometheus], ports: [{ protocol: "TCP", port: 9090 }] }],
        });
    });

    it("resolve names at the cluster's DNS over both transports, and open nothing into the namespaces of others", () => {
        const dns = policies.find((policy) => policy.name === "dns-egress");
        assert.deepEqual(dns?.spec.egress, [
            {
                to: [
                    {
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
                        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
                    },
                ],
                ports: [
                    { protocol: "UDP", port: 53 },
                    { protocol: "TCP", port: 53 },
                ],
            },
        ]);
        assert.deepEqual([...new Set(policies.map(({ namespace }) => namespace))], ["x0tta6bl4-staging"]);
    });
});
