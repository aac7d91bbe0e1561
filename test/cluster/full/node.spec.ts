import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { NODE_NAME } from "../harness/control-plane";
import type { KubernetesObject } from "../harness/kubectl";
import { onNode } from "../harness/node";
import { describeOnCluster } from "../support/shared";
import { rolledOut } from "../support/stack";
import { until } from "../support/until";

const NAMESPACE = "standin";
const LABELS = { app: "x0tta6bl4" };

/** The stand-in as the hardening guide wants the application: Pod Security Standard restricted, nothing writable. */
const STANDIN: readonly KubernetesObject[] = [
    {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: NAMESPACE, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    },
    {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "x0tta6bl4", namespace: NAMESPACE },
        spec: {
            replicas: 2,
            selector: { matchLabels: LABELS },
            template: {
                metadata: { labels: LABELS },
                spec: {
                    automountServiceAccountToken: false,
                    securityContext: {
                        runAsNonRoot: true,
                        runAsUser: 1000,
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    containers: [
                        {
                            name: "x0tta6bl4",
                            image: "localhost:5001/x0tta6bl4:3.4.0-fixed2",
                            imagePullPolicy: "IfNotPresent",
                            ports: [{ name: "http", containerPort: 8080 }],
                            readinessProbe: { httpGet: { path: "/metrics", port: "http" }, periodSeconds: 1 },
                            securityContext: {
                                allowPrivilegeEscalation: false,
                                capabilities: { drop: ["ALL"] },
                                readOnlyRootFilesystem: true,
                            },
                        },
                    ],
                },
            },
        },
    },
    {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "x0tta6bl4", namespace: NAMESPACE },
        spec: { selector: LABELS, ports: [{ port: 80, targetPort: "http" }] },
    },
];

describeOnCluster("the full cluster", "full", (cluster) => {
    before(async function () {
        this.timeout(120_000);
        const outcome = await cluster().kubectl.tryApply(STANDIN);
        assert.equal(outcome.code, 0, outcome.stderr);
        assert.equal(outcome.stderr, "");
        for (const deployment of STANDIN.filter(({ kind }) => kind === "Deployment")) {
            await rolledOut(cluster(), deployment, 90);
        }
    });

    after(async function () {
        this.timeout(120_000);
        await cluster().kubectl.run(["delete", "namespace", NAMESPACE, "--timeout=90s"], { timeoutSeconds: 110 });
    });

    it("has one ready node with a real kubelet and container runtime", async () => {
        const nodes = await cluster().kubectl.list("nodes");
        assert.deepEqual(
            nodes.map(({ metadata }) => metadata.name),
            [NODE_NAME],
        );
        const { nodeInfo } = nodes[0]?.["status"] as {
            nodeInfo: { kubeletVersion: string; containerRuntimeVersion: string };
        };
        assert.equal(nodeInfo.kubeletVersion, "v1.36.3");
        assert.match(nodeInfo.containerRuntimeVersion, /^containerd:\/\//);
    });

    it("resolves names and routes Services to restricted pods", async () => {
        const url = `http://x0tta6bl4.${NAMESPACE}.svc.cluster.local/metrics`;
        const exec = ["exec", "-n", NAMESPACE, "deployment/x0tta6bl4", "--", "/standin", "fetch", url];
        // kube-proxy writes its rules a moment after the pods are ready.
        await until(`${url} answers 200`, async () => {
            const { stdout, stderr } = await cluster().kubectl.try(exec);
            return stdout === "200\n" || stdout + stderr;
        });
    });

    it("serves a pod's metrics through the API server, as hardening verify reads them", async () => {
        const [pod] = await cluster().kubectl.list("pods", NAMESPACE);
        const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod?.metadata.name ?? ""}:8080/proxy/metrics`;
        const { status, text } = await cluster().request("GET", path);
        assert.equal(status, 200);
        assert.equal(text, "# TYPE up gauge\nup 1\n");
    });

    it("refuses a privileged pod in a restricted namespace", async () => {
        const outcome = await cluster().kubectl.tryApply([
            {
                apiVersion: "v1",
                kind: "Pod",
                metadata: { name: "privileged", namespace: NAMESPACE },
                spec: {
                    containers: [{ name: "c", image: "localhost/pause:1", securityContext: { privileged: true } }],
                },
            },
        ]);
        assert.equal(outcome.code, 1);
        assert.match(outcome.stderr, /violates PodSecurity "restricted:latest": privileged/);
    });

    it("brings a pod back whose processes were killed", async () => {
        const { kubectl, node } = cluster();
        assert.ok(node !== undefined);
        await onNode(node, "pkill", "-KILL", "-x", "standin");
        for (const deployment of STANDIN.filter(({ kind }) => kind === "Deployment")) {
            await kubectl.run([
                "wait",
                "-n",
                NAMESPACE,
                "pods",
                "-l",
                "app=x0tta6bl4",
                "--for=jsonpath={.status.containerStatuses[0].restartCount}=1",
                "--timeout=60s",
            ]);
            await rolledOut(cluster(), deployment, 60);
        }
    });

    it("leaves the machine's own mounts and interfaces alone", async () => {
        const { node, folder } = cluster();
        assert.ok(node !== undefined);
        const inside = await onNode(node, "cat", "/proc/self/mounts");
        assert.ok(inside.includes(`${folder}/var-lib`) || inside.includes(" /var/lib "));
        assert.ok(!readFileSync("/proc/self/mounts", "utf8").includes("/var/lib/kubelet"));
        assert.match(await onNode(node, "ip", "-o", "link", "show", "cni0"), /cni0/);
        assert.ok(!readFileSync("/proc/net/dev", "utf8").includes("cni0"));
    });
});
