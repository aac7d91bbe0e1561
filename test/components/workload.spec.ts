import assert from "node:assert/strict";

import type { WorkloadArgs } from "../../components/workload";
import { metricsPortName, podSpec, Workload, workloadFaults } from "../../components/workload";
import { deploy, refusalOf } from "../support/deploy";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../support/restricted";

const args: WorkloadArgs = {
    app: "api",
    namespace: "shop",
    image: "registry.example.org/api:1.0",
    version: "1.0",
    port: 8080,
    metricsPath: "/metrics",
    replicas: { minimum: 2, maximum: 5 },
    resources: { cpuRequest: "100m", cpuLimit: "1", memoryRequest: "128Mi", memoryLimit: "256Mi" },
    owner: "shop-team",
};

describe("Workload", () => {
    it("creates an account, a deployment, a service, a budget and an autoscaler, and nothing else", async () => {
        const deployed = await deploy(() => new Workload("api", args));
        assert.deepEqual(deployed.list(), [
            ["kubernetes:apps/v1:Deployment", "api-deployment"],
            ["kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "api-autoscaler"],
            ["kubernetes:core/v1:Service", "api-service"],
            ["kubernetes:core/v1:ServiceAccount", "api-account"],
            ["kubernetes:policy/v1:PodDisruptionBudget", "api-budget"],
            ["x0tta6bl4:workload:Workload", "api"],
        ]);
    });

    it("runs every container as uid and gid 1000 under the runtime's seccomp profile", () => {
        assert.deepEqual(podSpec(args).securityContext, RESTRICTED_POD);
    });

    it("drops every capability and mounts the root file system read-only", () => {
        const [container] = podSpec(args).containers as { securityContext: unknown }[];
        assert.deepEqual(container?.securityContext, RESTRICTED_CONTAINER);
    });

    it("gives the pods no token, neither by the account nor by the pod", async () => {
        const deployed = await deploy(() => new Workload("api", args));
        const account = deployed.inputs("kubernetes:core/v1:ServiceAccount", "api-account");
        assert.equal(account["automountServiceAccountToken"], false);
        assert.equal(podSpec(args).automountServiceAccountToken, false);
    });

    it("leaves the number of replicas to the autoscaler", async () => {
        const deployed = await deploy(() => new Workload("api", args));
        const deployment = deployed.inputs("kubernetes:apps/v1:Deployment", "api-deployment")["spec"] as object;
        assert.equal("replicas" in deployment, false);
        const autoscaler = deployed.inputs("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "api-autoscaler");
        const { minReplicas, maxReplicas, scaleTargetRef } = autoscaler["spec"] as Record<string, unknown>;
        assert.deepEqual(
            { minReplicas, maxReplicas, scaleTargetRef },
            {
                minReplicas: 2,
                maxReplicas: 5,
                scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "api" },
            },
        );
    });

    it("selects the same pods by deployment, service, budget and spread", async () => {
        const deployed = await deploy(() => new Workload("api", args));
        const selectors = [
            (deployed.inputs("kubernetes:apps/v1:Deployment", "api-deployment")["spec"] as { selector: unknown })
                .selector,
            {
                matchLabels: (
                    deployed.inputs("kubernetes:core/v1:Service", "api-service")["spec"] as { selector: unknown }
                ).selector,
            },
            (deployed.inputs("kubernetes:policy/v1:PodDisruptionBudget", "api-budget")["spec"] as { selector: unknown })
                .selector,
            ...(podSpec(args).topologySpreadConstraints as { labelSelector: unknown }[]).map(
                (spread) => spread.labelSelector,
            ),
        ];
        assert.deepEqual(selectors, Array(5).fill({ matchLabels: { app: "api" } }));
    });

    it("mounts what must be writable as bounded scratch space, and secrets read-only", () => {
        const spec = podSpec({ ...args, writable: { "/tmp": "64Mi", "/var/cache": "1Gi" }, secretName: "certs" });
        assert.deepEqual(spec.volumes, [
            { name: "writable-0", emptyDir: { sizeLimit: "64Mi" } },
            { name: "writable-1", emptyDir: { sizeLimit: "1Gi" } },
            { name: "secret", secret: { secretName: "certs", defaultMode: 0o440 } },
        ]);
        const [container] = spec.containers as { volumeMounts: unknown }[];
        assert.deepEqual(container?.volumeMounts, [
            { name: "writable-0", mountPath: "/tmp" },
            { name: "writable-1", mountPath: "/var/cache" },
            { name: "secret", mountPath: "/etc/certs", readOnly: true },
        ]);
    });

    it("carries an identity into the pod's volumes, mounts, environment and labels", async () => {
        const identity = {
            volumes: [{ name: "spiffe", csi: { driver: "csi.spiffe.io", readOnly: true } }],
            volumeMounts: [{ name: "spiffe", mountPath: "/spiffe", readOnly: true }],
            env: [{ name: "SPIFFE_ENDPOINT_SOCKET", value: "unix:///spiffe/agent.sock" }],
            labels: { "spiffe.example.org/identity": "api" },
        };
        const deployed = await deploy(() => new Workload("api", { ...args, identity }));
        const { template } = deployed.inputs("kubernetes:apps/v1:Deployment", "api-deployment")["spec"] as {
            template: { metadata: { labels: Record<string, string> }; spec: Record<string, Record<string, unknown>[]> };
        };
        assert.equal(template.metadata.labels["spiffe.example.org/identity"], "api");
        assert.deepEqual(template.spec["volumes"]?.at(-1), identity.volumes[0]);
        const container = template.spec["containers"]?.[0] as Record<string, unknown[]>;
        assert.deepEqual(container["env"], identity.env);
        assert.deepEqual(container["volumeMounts"]?.at(-1), identity.volumeMounts[0]);
    });

    it("hands out the service's name, known in preview", async () => {
        let name: string | undefined;
        await deploy(() => {
            new Workload("api", args).serviceName.apply((known) => (name = known));
        });
        assert.equal(name, "api");
    });

    it("is restarted only after a minute without a connection, and given two minutes to start", () => {
        const [container] = podSpec(args).containers as { livenessProbe: unknown; startupProbe: unknown }[];
        assert.deepEqual(container?.livenessProbe, {
            tcpSocket: { port: "http" },
            periodSeconds: 15,
            failureThreshold: 4,
        });
        assert.deepEqual(container.startupProbe, {
            httpGet: { path: "/metrics", port: "http" },
            periodSeconds: 2,
            failureThreshold: 60,
        });
    });

    it("may bind every port but the privileged ones", () => {
        assert.equal(workloadFaults({ port: 1023 }).length, 1);
        assert.deepEqual(workloadFaults({ port: 1024 }), []);
    });

    it("refuses a privileged port and a root directory made writable, both at once", async () => {
        assert.equal(
            await refusalOf(() => new Workload("api", { ...args, port: 80, writable: { "/": "1Gi" } })),
            [
                "api:",
                "  port is 80, which is privileged; a process that is not root can only bind from 1024 up",
                '  writable names "/"; it must be an absolute path below the root directory',
            ].join("\n"),
        );
    });
});

describe("Workload metrics", () => {
    it("are asked for at a port of their own where there is one, and refused a privileged one", () => {
        assert.equal(metricsPortName({ port: 8080 }), "http");
        assert.equal(metricsPortName({ port: 8080, metricsPort: 8080 }), "http");
        assert.equal(metricsPortName({ port: 8080, metricsPort: 9090 }), "metrics");
        assert.deepEqual(workloadFaults({ port: 80, metricsPort: 90 }), [
            "port is 80, which is privileged; a process that is not root can only bind from 1024 up",
            "metricsPort is 90, which is privileged; a process that is not root can only bind from 1024 up",
        ]);
    });
});
