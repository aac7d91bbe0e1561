import assert from "node:assert/strict";

import type { ServiceSpec } from "../../components/deployment";
import { apiTokenVolume, deploymentSpec, resourcesOf } from "../../components/deployment";
import { FoundationService } from "../../components/foundation-service";
import { deploy } from "../support/deploy";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../support/restricted";

const SERVICE: ServiceSpec = {
    app: "eyes",
    version: "1.2.3",
    image: "registry.example/eyes:1.2.3",
    args: ["--watch"],
    ports: { metrics: 8080 },
    readiness: { httpGet: { path: "/readyz", port: "metrics" } },
    liveness: { httpGet: { path: "/healthz", port: "metrics" } },
    resources: { cpu: "200m", memory: "128Mi" },
};

interface Pod {
    readonly spec: Readonly<Record<string, unknown>> & {
        readonly containers: readonly Readonly<Record<string, unknown>>[];
        readonly volumes: readonly { readonly name: string }[];
    };
}

function podOf(service: ServiceSpec): Pod["spec"] {
    return (deploymentSpec(service).template as unknown as Pod).spec;
}

describe("the Deployment of a foundation service", () => {
    it("satisfies the Pod Security Standard restricted, on a read-only root", () => {
        const pod = podOf(SERVICE);
        assert.deepEqual(pod["securityContext"], RESTRICTED_POD);
        assert.deepEqual(pod.containers[0]?.["securityContext"], RESTRICTED_CONTAINER);
        assert.deepEqual(pod.volumes, [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }]);
    });

    it("has no token, unless it calls the API server, and then one for an hour in its one container", () => {
        assert.equal(podOf(SERVICE)["automountServiceAccountToken"], false);
        const pod = podOf({ ...SERVICE, apiToken: true });
        assert.equal(pod["automountServiceAccountToken"], false);
        assert.deepEqual(pod.volumes[1], apiTokenVolume());
        assert.deepEqual((apiTokenVolume().projected as { sources: unknown[] }).sources[0], {
            serviceAccountToken: { path: "token", expirationSeconds: 3600 },
        });
        assert.deepEqual((pod.containers[0]?.["volumeMounts"] as unknown[])[1], {
            name: "api-token",
            mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
            readOnly: true,
        });
    });

    it("runs twice, over zones and nodes", () => {
        const spec = deploymentSpec(SERVICE);
        assert.equal(spec.replicas, 2);
        assert.deepEqual(
            (podOf(SERVICE)["topologySpreadConstraints"] as { topologyKey: string }[]).map(
                ({ topologyKey }) => topologyKey,
            ),
            ["topology.kubernetes.io/zone", "kubernetes.io/hostname"],
        );
    });

    it("asks for a quarter of its CPU and all of its memory", () => {
        assert.deepEqual(resourcesOf("2", "1Gi"), {
            requests: { cpu: "500m", memory: "1Gi", "ephemeral-storage": "64Mi" },
            limits: { cpu: "2", memory: "1Gi", "ephemeral-storage": "256Mi" },
        });
        for (const [cpu, request] of [
            ["0.5", "125m"],
            ["1.5", "375m"],
            ["1k", "250000m"],
        ] as const) {
            assert.deepEqual(resourcesOf(cpu, "64Mi").requests, {
                cpu: request,
                memory: "64Mi",
                "ephemeral-storage": "64Mi",
            });
        }
        assert.throws(() => resourcesOf("much", "64Mi"), /cpu must be a Kubernetes quantity .*, found "much"/);
        assert.deepEqual(resourcesOf("50m", "64Mi").requests, {
            cpu: "13m",
            memory: "64Mi",
            "ephemeral-storage": "64Mi",
        });
    });
});

describe("FoundationService", () => {
    const create = (over: object) =>
        deploy(() => new FoundationService("eyes", { ...SERVICE, namespace: "guards", ...over }));

    it("creates an account, a deployment and a budget, and a Service only where it serves others", async () => {
        const types = async (over: object) =>
            (await create(over))
                .list()
                .map(([type]) => type)
                .filter((type) => type.startsWith("kubernetes:"));
        assert.deepEqual(await types({}), [
            "kubernetes:apps/v1:Deployment",
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:policy/v1:PodDisruptionBudget",
        ]);
        assert.deepEqual(await types({ service: { port: 443, target: "metrics" } }), [
            "kubernetes:apps/v1:Deployment",
            "kubernetes:core/v1:Service",
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:policy/v1:PodDisruptionBudget",
        ]);
    });

    it("runs as an account of its own that has no token", async () => {
        const deployed = await create({});
        const account = deployed.inputs("kubernetes:core/v1:ServiceAccount", "eyes-account");
        assert.equal(account["automountServiceAccountToken"], false);
        assert.equal((account["metadata"] as { name: string }).name, podOf(SERVICE)["serviceAccountName"]);
    });
});
