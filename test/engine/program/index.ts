import * as k8s from "@pulumi/kubernetes";

import { Access } from "../../../components/access";
import { GuardedNamespace } from "../../../components/namespace";
import { AllowedFlows } from "../../../components/network/network";
import { Workload } from "../../../components/workload";

/**
 * A workload in a closed namespace, of the stack's own components and nothing else: what the engine can deploy where pods
 * exist in name only, and nobody answers webhooks.
 */
const app = "store";
const provider = new k8s.Provider("kubernetes", { enableConfigMapMutable: true });
const home = new GuardedNamespace("home", { namespace: "engine-store", owner: "platform-team" }, { provider });
const namespace = home.namespaceName;

const flows = new AllowedFlows(
    "network",
    {
        flows: [
            {
                name: "dns",
                reason: "Pods resolve names.",
                from: { kind: "pods", namespace: "engine-store", labels: { app } },
                to: { kind: "foreign", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
                ports: [
                    { port: 53, protocol: "UDP" },
                    { port: 53, protocol: "TCP" },
                ],
            },
            {
                name: "metrics",
                reason: "Prometheus reads the metrics.",
                from: { kind: "foreign", namespace: "monitoring", labels: { "app.kubernetes.io/name": "prometheus" } },
                to: { kind: "pods", namespace: "engine-store", labels: { app } },
                ports: [{ port: 8080 }],
            },
        ],
    },
    { provider, dependsOn: [home] },
);

new Access("people", { namespace, grants: [{ role: "viewer", group: "platform-team" }] }, { provider });

const workload = new Workload(
    "store",
    {
        app,
        namespace,
        // Never pulled: its pods exist in name only.
        image: `localhost:5001/store:1.0.0@sha256:${"0".repeat(64)}`,
        version: "1.0.0",
        port: 8080,
        metricsPath: "/metrics",
        replicas: { minimum: 2, maximum: 3 },
        resources: { cpuRequest: "100m", cpuLimit: "500m", memoryRequest: "128Mi", memoryLimit: "128Mi" },
        owner: "platform-team",
    },
    { provider, dependsOn: [flows] },
);

export const serviceName = workload.serviceName;
