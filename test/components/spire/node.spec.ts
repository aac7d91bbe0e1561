import assert from "node:assert/strict";

import { agentPodSpec, SpireAgent } from "../../../components/spire/agent";
import { CsiDriver, csiPodSpec } from "../../../components/spire/csi-driver";
import { AGENT_CLUSTER_RULES } from "../../../components/spire/server-rights";
import { deploy } from "../../support/deploy";
import type { Raw } from "../../support/spire";
import { readSpire, SMALLEST, spireOf } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";

const { images } = SURROUNDINGS;

interface Pod extends Raw {
    readonly containers: readonly Raw[];
    readonly volumes: readonly Raw[];
}

const plain = (spec: unknown): Pod => JSON.parse(JSON.stringify(spec)) as Pod;
const agentOf = (over: Raw = {}): Pod =>
    plain(agentPodSpec({ settings: spireOf(over), images, kubeletRoot: "/var/lib/kubelet" }));

describe("SpireAgent", () => {
    it("runs one agent on every node, whatever its taints, and replaces a part of them at a time", async () => {
        const strategyOf = async (over: Raw) => {
            const deployed = await deploy(
                () => new SpireAgent("spire", { settings: spireOf(over), images, kubeletRoot: "/var/lib/kubelet" }),
            );
            const spec = deployed.inputs("kubernetes:apps/v1:DaemonSet", "spire-agents")["spec"] as Raw;
            return spec["updateStrategy"];
        };
        const rolling = (maxUnavailable: unknown) => ({ type: "RollingUpdate", rollingUpdate: { maxUnavailable } });
        assert.deepEqual(await strategyOf({}), rolling("10%"));
        assert.deepEqual(await strategyOf({ agent: { maxUnavailable: "3" } }), rolling(3));
        for (const none of ["0", "0%", "101%", "-1", "1.5"]) {
            assert.equal(
                readSpire({ ...SMALLEST, agent: { kubelet: { cidrs: ["10.0.0.0/24"] }, maxUnavailable: none } }).faults
                    .length,
                1,
                none,
            );
        }
        assert.deepEqual(agentOf()["tolerations"], [{ operator: "Exists" }]);
    });

    it("has the node's processes, one directory of the node, and nothing else of it", () => {
        const pod = agentOf();
        assert.equal(pod["hostPID"], true);
        assert.equal(pod["hostNetwork"], false);
        assert.deepEqual(
            pod.volumes.filter((volume) => "hostPath" in volume),
            [
                {
                    name: "workload-socket",
                    hostPath: { path: "/run/spire/agent-sockets", type: "DirectoryOrCreate" },
                },
            ],
        );
    });

    it("is root without any capability, privilege or writable root file system", () => {
        const pod = agentOf();
        assert.deepEqual(pod["securityContext"], {
            runAsUser: 0,
            runAsGroup: 0,
            seccompProfile: { type: "RuntimeDefault" },
        });
        assert.deepEqual(
            pod.containers.map(({ securityContext }) => securityContext),
            [
                {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"] },
                    privileged: false,
                },
            ],
        );
    });

    it("attests with a token for SPIRE alone, which only its own user reads", () => {
        const pod = agentOf();
        assert.equal(pod["automountServiceAccountToken"], false);
        assert.deepEqual(
            pod.volumes.find(({ name }) => name === "token"),
            {
                name: "token",
                projected: {
                    defaultMode: 0o400,
                    sources: [
                        {
                            serviceAccountToken: {
                                path: "spire-agent",
                                audience: "spire-server",
                                expirationSeconds: 3600,
                            },
                        },
                    ],
                },
            },
        );
    });

    it("mounts the whole bundle ConfigMap: a subPath would never be refreshed", () => {
        const [agent] = agentOf().containers;
        const mount = (agent?.["volumeMounts"] as Raw[]).find(({ name }) => name === "bundle");
        assert.deepEqual(mount, { name: "bundle", mountPath: "/run/spire/bundle", readOnly: true });
    });

    it("calls its kubelet by the address that the certificate names", () => {
        const variable = (over: Raw): unknown => agentOf(over).containers[0]?.["env"];
        assert.deepEqual(variable({}), [
            { name: "KUBELET_ADDRESS", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
        ]);
        const own = { agent: { kubelet: { verify: "hostCertificate", address: "nodeName" } } };
        assert.deepEqual(variable(own), [
            { name: "KUBELET_ADDRESS", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
        ]);
        assert.deepEqual(
            agentOf(own).volumes.find(({ name }) => name === "kubelet-certificate"),
            {
                name: "kubelet-certificate",
                hostPath: { path: "/var/lib/kubelet/pki/kubelet.crt", type: "File" },
            },
        );
        const elsewhere = agentPodSpec({ settings: spireOf(own), images, kubeletRoot: "/var/lib/k0s/kubelet" });
        assert.ok(JSON.stringify(elsewhere.volumes).includes('"path":"/var/lib/k0s/kubelet/pki/kubelet.crt"'));
    });

    it("asks for the pods of nodes, never for the kubelet's whole API", () => {
        assert.deepEqual(AGENT_CLUSTER_RULES, [{ apiGroups: [""], resources: ["nodes/pods"], verbs: ["get"] }]);
    });

    it("waits five minutes for attestation before it is restarted", () => {
        assert.deepEqual(agentOf().containers[0]?.["startupProbe"], {
            httpGet: { path: "/ready", port: "health" },
            periodSeconds: 5,
            failureThreshold: 60,
        });
    });
});

describe("CsiDriver", () => {
    const driverOf = (kubeletRoot = "/var/lib/kubelet"): Pod => plain(csiPodSpec({ kubeletRoot, images }));

    it("declares an ephemeral driver that is told of its pods", async () => {
        const deployed = await deploy(() => new CsiDriver("csi", { kubeletRoot: "/var/lib/kubelet", images }));
        assert.deepEqual(
            deployed.list().map(([, name]) => name),
            ["csi-drivers", "csi-rights-account", "csi-driver", "csi", "csi-rights"],
        );
        const driver = deployed.inputs("kubernetes:storage.k8s.io/v1:CSIDriver", "csi-driver");
        assert.equal((driver["metadata"] as Raw)["name"], "csi.spiffe.io");
        assert.deepEqual(driver["spec"], {
            attachRequired: false,
            podInfoOnMount: true,
            fsGroupPolicy: "None",
            volumeLifecycleModes: ["Ephemeral"],
        });
    });

    it("is privileged only where mounts propagate, and has no right in the API", () => {
        const pod = driverOf();
        assert.equal(pod["automountServiceAccountToken"], false);
        assert.deepEqual(
            pod.containers.map(({ name, securityContext }) => [name, securityContext]),
            [
                [
                    "spiffe-csi-driver",
                    { privileged: true, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
                ],
                [
                    "node-driver-registrar",
                    { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
                ],
            ],
        );
    });

    it("works on four directories of the node, at the kubelet's root", () => {
        const paths = (root?: string): unknown =>
            driverOf(root).volumes.map(({ hostPath }) => (hostPath as Raw)["path"]);
        assert.deepEqual(paths(), [
            "/run/spire/agent-sockets",
            "/var/lib/kubelet/plugins/csi.spiffe.io",
            "/var/lib/kubelet/pods",
            "/var/lib/kubelet/plugins_registry",
        ]);
        assert.deepEqual(paths("/var/lib/k0s/kubelet"), [
            "/run/spire/agent-sockets",
            "/var/lib/k0s/kubelet/plugins/csi.spiffe.io",
            "/var/lib/k0s/kubelet/pods",
            "/var/lib/k0s/kubelet/plugins_registry",
        ]);
        const mounts = driverOf().containers[0]?.["volumeMounts"];
        assert.deepEqual(mounts, [
            { name: "workload-socket", mountPath: "/spire-agent-socket", readOnly: true },
            { name: "plugin", mountPath: "/spiffe-csi" },
            { name: "pods", mountPath: "/var/lib/kubelet/pods", mountPropagation: "Bidirectional" },
        ]);
    });
});
